"""`Value` in Python: a scalar that records how it was computed. The reference, written to be read.

A node holds its operands and, for those that are Values, the local derivative ∂out/∂operand: two tuples of references
downwards and nothing upwards, so there are no closures and no cycles, and a graph is freed when its last user goes.
The C twin `_value.c` behaves the same to the last bit; one test suite runs on both.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from numbers import Complex, Real
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, Union

from autograd._common.foreign import install
from autograd.engine import backward, modes, pickling
from autograd.ops import BUILT_IN, TABLE, Op

if TYPE_CHECKING:
    from typing_extensions import Self

    from autograd.engine._signatures import Methods
else:
    Methods = object

__all__ = ["FUNCTIONS", "Number", "Operand", "Value", "dot", "layer", "logsumexp", "mean", "restore", "sum"]

Converted = TypeVar("Converted")
Number = float  # and what converts to it: int, bool, numpy scalars
Operand = Union["Value", float, int]


class _Leaf:
    """Stands for the row of values that no op computed."""

    name = ""
    selects = False


_LEAF = _Leaf()


class _Signature:
    """How a class is called, for `inspect`: by its `__init__`, since `__new__` takes anything."""

    def __get__(self, instance: object, owner: type[Value]) -> inspect.Signature:
        if instance is not None:
            raise AttributeError("__signature__")
        made = owner.__init__ if owner.__new__ is Value.__new__ else owner.__new__
        parameters = list(inspect.signature(made).parameters.values())[1:]
        if made is Value.__init__:  # as the C twin shows it
            parameters = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
        return inspect.Signature(parameters)


class Value(Methods):
    """A float that remembers how it was computed.

    Arithmetic on Values, with numbers on either side, gives Values that record their operands; `backward()` leaves in
    each the derivative of one result. Every op of the table is a method and a function of the same name. Arithmetic is
    IEEE 754: 1/0 is inf and log(−1) is nan, never an exception. `==` and `<` compare data; the hash is identity.

    Parameters
    ----------
    data : float, int, bool or numpy scalar
        The number.
    label : str
        A name, for reprs, pictures and derivations.

    Attributes
    ----------
    data : float
        The number; settable on leaves (it changes no node computed before).
    grad : float
        Derivative of the last `backward()`'s root with respect to this; summed over calls on leaves.
    label : str
        The name, or "".
    op : str
        Name of the op that computed this; "" on leaves.
    operands : tuple of Value or float
        What the op was applied to, constants as floats.
    parents : tuple of Value
        The operands that are Values; one that stands twice is there twice.
    local_derivatives : tuple of float
        ∂self/∂parent, for each parent.

    Raises
    ------
    TypeError
        If `data` isn't a number or `label` isn't a str.

    Examples
    --------
    >>> x = Value(3.0, label="x")
    >>> y = x * x + 2 * x
    >>> y.backward()
    >>> y.data, x.grad
    (15.0, 8.0)
    >>> x
    Value(3, grad=8, label='x')
    """

    __signature__ = _Signature()
    __slots__ = ("_data", "_derivatives", "_grad", "_group", "_label", "_mark", "_operands", "_parents", "_row")

    _data: float
    _grad: float
    _label: str
    _operands: tuple[Value | float, ...]
    _parents: tuple[Value, ...]
    _row: Op | _Leaf
    _derivatives: tuple[float, ...]
    _group: str  # only on nodes that were made within a group: its name
    _mark: object  # only on nodes that were made while a graph was recorded for replay: by whom

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        """Make a leaf of 0, which `__init__` fills, so that a subclass may have its own arguments."""
        self = object.__new__(cls)
        self._data = self._grad = 0.0
        self._label, self._row = "", _LEAF
        self._operands = self._parents = self._derivatives = ()
        return self

    def __init__(self, data: Number, label: str = "") -> None:
        self._set(data)
        self.label = label

    @property
    def data(self) -> float:
        """The number; settable on leaves."""
        return modes.observed("data", self, None, self._data) if modes.active else self._data

    @data.setter
    def data(self, number: Number) -> None:
        self._set(number)
        if modes.active:
            modes.observed("set", self, None, None)

    def _set(self, number: Number) -> None:
        if self._row is not _LEAF:
            raise AttributeError(f"data: only a leaf's can be set, this is a result of {self._row.name}")
        self._data = _float("data", number)

    @property
    def grad(self) -> float:
        """Derivative of the last `backward()`'s root with respect to this; summed over calls on leaves."""
        return modes.observed("grad", self, None, self._grad) if modes.active else self._grad

    @grad.setter
    def grad(self, number: Number) -> None:
        self._grad = _float("grad", number)

    @property
    def label(self) -> str:
        """The name, or the empty string."""
        return self._label

    @label.setter
    def label(self, name: str) -> None:
        self._label = _exact_str(name)

    # Properties whose getter is in C: three times as fast as one in Python, where a sweep asks for millions.
    op: str = property(attrgetter("_row.name"), doc="Name of the op that computed this; empty on leaves.")  # type: ignore[assignment]
    operands: tuple[Value | float, ...] = property(  # type: ignore[assignment]
        attrgetter("_operands"), doc="What the op was applied to, constants as floats."
    )
    parents: tuple[Value, ...] = property(  # type: ignore[assignment]
        attrgetter("_parents"), doc="The operands that are Values; one that stands twice is there twice."
    )
    local_derivatives: tuple[float, ...] = property(  # type: ignore[assignment]
        attrgetter("_derivatives"), doc="∂self/∂parent, for each parent."
    )

    def backward(self) -> None:
        """Add to each leaf's `grad` the derivative of this value with respect to it.

        Computed nodes below get the derivative with respect to themselves, afresh at each call; this one gets 1. Time
        and memory are linear in the size of the graph, of any depth. If it is interrupted, no gradient has changed.

        Raises
        ------
        AnomalyError
            Within `detect_anomaly()`, where a gradient becomes nan or inf.

        Examples
        --------
        >>> w, x = Value(3.0), Value(2.0)
        >>> (w * x).backward()
        >>> w.grad, x.grad
        (2.0, 3.0)
        """
        if modes.active:
            modes.inspect_backward(self)
        backward.write(*backward.sweep([(self, 1.0)], backward.computed([self])), _GRAD)

    def zero_grad(self) -> None:
        """Set `grad` to 0 here and in every node below."""
        seen, stack = {id(self)}, [self]
        while stack:
            node = stack.pop()
            node._grad = 0.0
            for parent in node._parents:
                if id(parent) not in seen:
                    seen.add(id(parent))
                    stack.append(parent)

    def detach(self) -> Value:
        """Return a new leaf with the same data and label."""
        return Value(modes.observed("data", self, None, self._data) if modes.active else self._data, self._label)

    def __repr__(self) -> str:
        grad = f", grad={self._grad:.4g}" if self._grad else ""
        label = f", label={self._label!r}" if self._label else ""
        return f"{type(self).__name__}({self._data:.4g}{grad}{label})"

    def __float__(self) -> float:
        outcome = self._data
        return modes.observed("float", self, None, outcome) if modes.active else outcome

    def __int__(self) -> int:
        return _converted("int", self, int)

    def __bool__(self) -> bool:
        outcome = bool(self._data)
        return modes.observed("bool", self, None, outcome) if modes.active else outcome

    def __round__(self, ndigits: int | None = None) -> float:
        outcome: float = _converted("round", self, round, ndigits)
        return outcome

    def __trunc__(self) -> int:
        outcome: int = _converted("trunc", self, math.trunc)
        return outcome

    def __floor__(self) -> int:
        outcome: int = _converted("floor", self, math.floor)
        return outcome

    def __ceil__(self) -> int:
        outcome: int = _converted("ceil", self, math.ceil)
        return outcome

    def __format__(self, specification: str) -> str:
        return format(self._data, specification) if specification else repr(self)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        number = _comparable(other)
        if number is None:
            return NotImplemented
        outcome = self._data == number
        return modes.observed("==", self, other, outcome) if modes.active else outcome

    def __ne__(self, other: object) -> bool:
        number = _comparable(other)
        if number is None:
            return NotImplemented
        outcome = self._data != number
        return modes.observed("!=", self, other, outcome) if modes.active else outcome

    def __lt__(self, other: Operand) -> bool:
        number = _comparable(other)
        if number is None:
            return NotImplemented
        outcome = self._data < number
        return modes.observed("<", self, other, outcome) if modes.active else outcome

    def __le__(self, other: Operand) -> bool:
        number = _comparable(other)
        if number is None:
            return NotImplemented
        outcome = self._data <= number
        return modes.observed("<=", self, other, outcome) if modes.active else outcome

    def __gt__(self, other: Operand) -> bool:
        number = _comparable(other)
        if number is None:
            return NotImplemented
        outcome = self._data > number
        return modes.observed(">", self, other, outcome) if modes.active else outcome

    def __ge__(self, other: Operand) -> bool:
        number = _comparable(other)
        if number is None:
            return NotImplemented
        outcome = self._data >= number
        return modes.observed(">=", self, other, outcome) if modes.active else outcome

    def __pos__(self) -> Value:
        return self

    def __neg__(self) -> Value:
        return self.neg()

    def __abs__(self) -> Value:
        return self.abs()

    def __pow__(self, exponent: Any, modulus: None = None) -> Value:
        if modulus is not None:
            raise TypeError(f"pow: a Value takes no modulus, got {_shown(modulus)}")
        power: Value = _power(self, exponent)
        return power

    def __rpow__(self, base: Any, modulus: None = None) -> Value:
        power: Value = _reflected_power(self, base)
        return power

    def __copy__(self) -> Value:
        return pickling.copy(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        return pickling.deepcopy(self, memo)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return pickling.reduce(self)


_GRAD = vars(Value)["_grad"]


def _converted(kind: str, value: Value, convert: Callable[..., Converted], *digits: int | None) -> Converted:
    """Convert a Value's number; a conversion that raises is observed too, as it depends on the number."""
    try:
        outcome = convert(value._data, *digits)
    except (ValueError, OverflowError):
        if modes.active:
            modes.observed("float", value, None, value._data)
        raise
    return modes.observed(kind, value, digits[0] if digits else None, outcome) if modes.active else outcome


def restore(
    op: str,
    operands: tuple[Value | float, ...],
    data: float,
    derivatives: tuple[float, ...],
    grad: float = 0.0,
    label: str = "",
) -> Value:
    """Make a computed node from its parts, without computing: what pickling and copying need."""
    if op not in TABLE:
        raise ValueError(f"restore: op must be the name of a row, got {_shown(op)}")
    parents = tuple(x for x in operands if isinstance(x, Value))
    node = _node(TABLE[op], operands, parents, data, derivatives)
    node._grad, node._label = grad, label
    return node


def _node(
    op: Op,
    operands: tuple[Value | float, ...],
    parents: tuple[Value, ...],
    data: float,
    derivatives: tuple[float, ...],
) -> Value:
    node = _new(Value)
    node._data = data
    node._grad = 0.0
    node._label = ""
    node._row = op
    node._operands = operands
    node._parents = parents
    node._derivatives = derivatives
    return _shown_to_modes(node) if modes.active else node


def _shown_to_modes(node: Value) -> Value:
    node = modes.recorded(node)
    if node._row is not _LEAF and modes.elsewhere is not None:
        node._mark = modes.mark()
    if node._row is not _LEAF and (group := modes.group_here()):
        node._group = group
    return node


def _mark(node: Value, mark: object) -> None:
    """Mark a node, as long as it lives."""
    node._mark = mark


def _group_of(node: Value) -> str | None:
    """Return the name of the group that a node was made in, or None."""
    return getattr(node, "_group", None)


def _put_in_group(node: Value, name: str) -> None:
    """Note that a node is in a group, as long as it lives."""
    node._group = name


def _marks_of(nodes: list[Value]) -> set[Any]:
    """Return the set of what nodes are marked with."""
    return {node._mark for node in nodes if hasattr(node, "_mark")}


_new = object.__new__


def _record(op: Op, operands: tuple[Any, ...]) -> Value:
    """Apply `op` and remember it; at least one operand is a Value, the others are numbers."""
    kept = tuple([x if isinstance(x, Value) else _operand(op, x) for x in operands])
    value, *slopes = op.compute(*[x._data if isinstance(x, Value) else x for x in kept])
    parents = tuple([x for x in kept if isinstance(x, Value)])
    if len(parents) == len(kept):
        return _node(op, parents, parents, value, tuple(slopes))
    derivatives = tuple([d for x, d in zip(kept, slopes, strict=True) if isinstance(x, Value)])
    return _node(op, kept, parents, value, derivatives)


def _apply(op: Op, operands: tuple[Any, ...]) -> Any:
    """Apply `op`: a Value if an operand is one, else a plain float."""
    if any(isinstance(x, Value) for x in operands):
        return _record(op, operands)
    return op.compute(*(_operand(op, x) for x in operands))[0]


def _is_number(x: object) -> bool:
    """Whether x stands for one number: what has `__float__` and no length (arrays have both), and isn't complex."""
    kind = type(x)
    if kind is float or kind is int:
        return True
    # numpy's complex numbers have `__float__` too, which drops the imaginary part.
    is_complex = issubclass(kind, Complex) and not issubclass(kind, Real)
    return hasattr(kind, "__float__") and not hasattr(kind, "__len__") and not is_complex


def _shown(x: object) -> str:
    text = repr(x)
    return f"{text if len(text) <= 50 else text[:49] + '…'} ({type(x).__name__})"


def _float(what: str, x: Any) -> float:
    if not _is_number(x):
        raise TypeError(f"{what} must be a number, got {_shown(x)}")
    return float(x)


def _operand(op: Op, x: Any) -> float:
    if not _is_number(x):
        raise TypeError(f"{op.name}: operands must be Values or numbers, got {_shown(x)}")
    return float(x)


def _exact_str(label: str) -> str:
    if not isinstance(label, str):
        raise TypeError(f"label must be a str, got {_shown(label)}")
    return str.__str__(label)


def _comparable(other: Any) -> float | None:
    if isinstance(other, Value):
        return other._data
    if isinstance(other, int):
        return other  # may be larger than any float
    return float(other) if _is_number(other) else None


# Operators: each has a row of the table, with the Value on either side.

OPERATORS = {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "truediv": "div",
}  # pow stands in the class: it may have a modulus


def _operator(name: str, op: Op) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """`__add__` and `__radd__`, say: written out for two operands, as most of a graph is these."""
    compute, reflected = op.compute, f"__r{name}__"

    def forward(self: Value, other: Any) -> Any:
        if isinstance(other, Value):
            pair = (self, other)
            data, to_self, to_other = compute(self._data, other._data)
            return _node(op, pair, pair, data, (to_self, to_other))
        if not _is_number(other) and _may_know(other, reflected):
            return NotImplemented
        number = _operand(op, other)
        data, to_self, _ = compute(self._data, number)
        return _node(op, (self, number), (self,), data, (to_self,))

    def backward(self: Value, other: Any) -> Any:
        number = _operand(op, other)
        data, _, to_self = compute(number, self._data)
        return _node(op, (number, self), (self,), data, (to_self,))

    forward.__name__, backward.__name__ = f"__{name}__", reflected
    return forward, backward


def _may_know(other: object, method: str) -> bool:
    """Whether a class of its own, such as an array, wants to be asked first."""
    return type(other).__module__ != "builtins" and hasattr(type(other), method)


# Methods and functions of the table's names.


def _bind(op: Op, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """The operands in order, from positions, names and defaults."""
    operands = list(given)
    optional = len(op.parameters) - len(op.defaults)
    for position, name in enumerate(op.parameters[len(given) :], len(given)):
        if name in named:
            operands.append(named.pop(name))
        elif position >= optional:
            operands.append(op.defaults[position - optional])
    if named or len(operands) != len(op.parameters):
        got = ", ".join([*map(_shown, given), *named])
        raise TypeError(f"{op.name}: takes ({', '.join(op.parameters)}), got ({got})")
    return tuple(operands)


def _describe(function: Callable[..., Any], op: Op, first: str) -> Callable[..., Any]:
    names = (first, *op.parameters[1:])
    required = len(names) - len(op.defaults)
    function.__name__ = function.__qualname__ = op.name
    function.__doc__ = op.doc
    function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=inspect.Parameter.empty if i < required else op.defaults[i - required],
            )
            for i, name in enumerate(names)
        ]
    )
    return function


def _method(op: Op) -> Callable[..., Any]:
    if op.arity == 1:
        return _describe(_unary(op), op, "self")
    return _describe(lambda self, *given, **named: _record(op, _bind(op, (self, *given), named)), op, "self")


def _unary(op: Op) -> Callable[[Value], Value]:
    compute = op.compute

    def method(self: Value) -> Value:
        data, slope = compute(self._data)
        return _node(op, (self,), (self,), data, (slope,))

    return method


def _function(op: Op) -> Callable[..., Any]:
    return _describe(lambda *given, **named: _apply(op, _bind(op, given, named)), op, op.parameters[0])


def _sequence(op: str, what: str, values: Iterable[Any]) -> tuple[Any, ...]:
    iterable = hasattr(type(values), "__iter__") or hasattr(type(values), "__getitem__")
    if not iterable or isinstance(values, (str, bytes)):
        raise TypeError(f"{op}: {what} must be a sequence of Values or numbers, got {_shown(values)}")
    return tuple(values)


def sum(values: Iterable[Operand]) -> Any:
    """Sum of any number of values, from left to right, as one node; a float if none is a Value.

    Examples
    --------
    >>> sum([Value(1.0), 2, 3.5])
    Value(6.5)
    """
    return _apply(TABLE["sum"], _sequence("sum", "values", values))


def _not_empty(op: str, values: Iterable[Operand]) -> tuple[Any, ...]:
    operands = _sequence(op, "values", values)
    if not operands:
        raise ValueError(f"{op}: needs at least one value, got an empty sequence")
    return operands


def mean(values: Iterable[Operand]) -> Any:
    """Arithmetic mean of one or more values, as one node; a float if none is a Value.

    Raises
    ------
    ValueError
        If there is no value.

    Examples
    --------
    >>> mean([Value(1.0), 2, 6])
    Value(3)
    """
    return _apply(TABLE["mean"], _not_empty("mean", values))


def logsumexp(values: Iterable[Operand]) -> Any:
    """ln(Σ e^x) of one or more values, without overflow, as one node; a float if none is a Value.

    Raises
    ------
    ValueError
        If there is no value.

    Examples
    --------
    >>> logsumexp([Value(1000.0), 1000])
    Value(1001)
    """
    return _apply(TABLE["logsumexp"], _not_empty("logsumexp", values))


def dot(ws: Iterable[Operand], xs: Iterable[Operand], bias: Operand = 0.0) -> Any:
    """w₁x₁ + … + wₙxₙ + bias as one node; a float if none is a Value.

    Parameters
    ----------
    ws, xs : sequences of Value or number
        Of one length n, 0 or more.
    bias : Value or number
        Added last.

    Raises
    ------
    ValueError
        If the lengths differ.

    Examples
    --------
    >>> dot([Value(1.0), Value(2.0)], [3.0, 4.0], 0.5)
    Value(11.5)
    """
    weights, inputs = _sequence("dot", "ws", ws), _sequence("dot", "xs", xs)
    if len(weights) != len(inputs):
        raise ValueError(f"dot: ws and xs must have one length, got {len(weights)} and {len(inputs)}")
    return _apply(TABLE["dot"], (*weights, *inputs, bias))


def layer(
    rows: Sequence[Iterable[Operand]],
    xs: Iterable[Operand],
    biases: Sequence[Operand],
    activation: Callable[[Value], Value] | None,
    labels: Sequence[tuple[str, str]],
) -> list[Value]:
    """Outputs of neurons with the same inputs, each one `dot` and one activation, in one call.

    Parameters
    ----------
    rows : sequence of sequences of Value or number
        The weights, one row for each neuron.
    xs : sequence of Value or number
        The inputs.
    biases : sequence of Value or number
        One for each neuron.
    activation : callable or None
        Applied to each net input.
    labels : sequence of (str, str)
        For each neuron the labels of its net input and of its output.

    Raises
    ------
    ValueError
        If lengths differ.

    Examples
    --------
    >>> layer([[Value(0.3), Value(0.4)]], [1.0, 2.0], [0.5], Value.tanh, [("net", "out")])
    [Value(0.9217, label='out')]
    """
    inputs = _sequence("dot", "xs", xs)
    if not len(rows) == len(biases) == len(labels):
        lengths = f"{len(rows)}, {len(biases)} and {len(labels)}"
        raise ValueError(f"layer: rows, biases and labels must have one length, got {lengths}")
    outputs = []
    for ws, bias, (net_label, out_label) in zip(rows, biases, labels, strict=True):
        output: Value = dot(ws, inputs, bias)
        output.label = net_label
        if activation is not None:
            output = activation(output)
            output.label = out_label
        outputs.append(output)
    return outputs


_BUILT_IN = [TABLE[name] for name in BUILT_IN]

FUNCTIONS: dict[str, Callable[..., Any]] = {op.name: _function(op) for op in _BUILT_IN if op.arity is not None} | {
    "sum": sum,
    "mean": mean,
    "logsumexp": logsumexp,
    "dot": dot,
}

_power, _reflected_power = _operator("pow", TABLE["pow"])
for _name, _row in OPERATORS.items():
    for _side in _operator(_name, TABLE[_row]):
        setattr(Value, _side.__name__, _side)

for _op in TABLE.values():
    if _op.arity is not None:
        setattr(Value, _op.name, _method(_op))
        if _op.numpy and not hasattr(Value, _op.numpy):
            setattr(Value, _op.numpy, _method(_op))

install(Value)
