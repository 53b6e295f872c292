"""`Value` in Python: a scalar that records how it was computed.

A node holds its operands and, for those that are Values, the local derivative ∂out/∂operand: two tuples of references
downwards and nothing upwards, so there are no closures and no cycles, and a graph is freed when its last user goes.
The C backend (`csrc/value/`) behaves the same to the last bit; one test suite runs on both.
"""

from __future__ import annotations

import inspect
import math
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Union

from autograd._common.numbers import is_number, shown
from autograd.engine import backward, hooks, modes, pickling
from autograd.ops import TABLE, Op

if TYPE_CHECKING:
    from typing_extensions import Self

    from autograd.engine._signatures import Methods
else:
    Methods = object

__all__ = ["Number", "Operand", "Value", "operand", "other_operand", "record", "recorded", "restore"]

Number = float  # and what converts to it: int, bool, NumPy scalars
Operand = Union["Value", float, int]


class _Leaf:
    """Stands for the row of values that no op computed."""

    name = ""
    selects = False


_LEAF, _FORGOTTEN = _Leaf(), _Leaf()  # of values that a user made, and of those that `no_grad` made of a result


class _Signature:
    """How a class is called, for `inspect`: by its `__init__`, since `__new__` takes anything."""

    def __get__(self, instance: object, owner: type[Value]) -> inspect.Signature:
        if instance is not None:
            raise AttributeError("__signature__")
        made = owner.__init__ if owner.__new__ is Value.__new__ else owner.__new__
        parameters = list(inspect.signature(made).parameters.values())[1:]
        if made is Value.__init__:  # as the C backend shows it
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
    __slots__ = (
        "_data", "_derivatives", "_grad", "_group", "_hooks", "_label", "_mark", "_operands", "_parents", "_row",
    )  # fmt: skip

    _data: float
    _grad: float  # may be missing from a computed node, and then is 0
    _label: str  # the same, and is ""
    _operands: tuple[Value | float, ...]
    _parents: tuple[Value, ...]
    _derivatives: tuple[float, ...]
    _row: Op | _Leaf
    _hooks: hooks.Hooks  # only on nodes that have one
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
        return self._data

    @data.setter
    def data(self, number: Number) -> None:
        self._set(number)

    def _set(self, number: Number) -> None:
        if self._row is not _LEAF and self._row is not _FORGOTTEN:
            raise AttributeError(f"data: only a leaf's can be set, this is a result of {self._row.name}")
        self._data = _float("data", number)

    @property
    def grad(self) -> float:
        """Derivative of the last `backward()`'s root with respect to this; summed over calls on leaves."""
        try:
            return self._grad
        except AttributeError:
            return 0.0

    @grad.setter
    def grad(self, number: Number) -> None:
        self._grad = _float("grad", number)

    @property
    def label(self) -> str:
        """The name, or the empty string."""
        try:
            return self._label
        except AttributeError:
            return ""

    @label.setter
    def label(self, name: str) -> None:
        if not isinstance(name, str):
            raise TypeError(f"label must be a str, got {shown(name)}")
        self._label = str.__str__(name)

    @property
    def __class__(self) -> Any:
        """The class, which is part of how a node is laid out in memory and can't be set."""
        return type(self)

    @__class__.setter
    def __class__(self, kind: object) -> None:
        raise TypeError(f"__class__: the class of a Value can't be changed, to {shown(kind)}")

    # Getters in C: three times as fast as Python's.
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

    _forgotten = property(lambda self: self._row is _FORGOTTEN)

    def backward(self) -> None:
        """Add to each leaf's `grad` the derivative of this value with respect to it.

        Computed nodes below get the derivative with respect to themselves, afresh at each call; this one gets 1. Time
        and memory are linear in the size of the graph, of any depth. If it is interrupted, no gradient has changed.

        Raises
        ------
        AnomalyError
            Within `detect_anomaly()`, where a gradient becomes nan or inf.
        GradientError
            If this value was computed inside `no_grad()`, which recorded nothing.

        Examples
        --------
        >>> w, x = Value(3.0), Value(2.0)
        >>> (w * x).backward()
        >>> w.grad, x.grad
        (2.0, 3.0)
        """
        if modes.active:
            modes.inspect_backward(self)
        if self._row is _FORGOTTEN:
            modes.refuse_forgotten(self)
        backward.write(*backward.sweep([(self, 1.0)], backward.computed([self]), bool(hooks.alive)), _GRAD)

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

    def register_hook(self, hook: hooks.Hook) -> hooks.RemovableHandle:
        """Call a function with the gradient of this value whenever `backward()` or `gradients` has computed it.

        What it returns takes the gradient's place, here and for the values that this one was computed from; None
        leaves it as it is. Hooks are called in the order in which they were registered; of a leaf with what one
        `backward()` adds to it. One that raises leaves every `grad` as it was. A value whose hook refers to it lives
        until the hook is removed. Where no value has a hook they cost nothing; a compiled program would leave them
        out, so `compile` refuses a graph with one.

        Parameters
        ----------
        hook : callable
            Takes a float and returns a number or None.

        Returns
        -------
        RemovableHandle
            Its `remove()`, or the end of a `with` block over it, removes the hook.

        Raises
        ------
        TypeError
            If `hook` can't be called; in `backward()`, if it returns something else.

        Examples
        --------
        >>> x = Value(3.0)
        >>> y = x * x
        >>> with y.register_hook(lambda gradient: 10 * gradient):
        ...     (y + x).backward()
        >>> y.grad, x.grad
        (10.0, 61.0)
        """
        return hooks.register(self, hook)

    def detach(self) -> Value:
        """Return a new leaf with the same data and label."""
        return Value(self.data, self.label)

    def __repr__(self) -> str:
        gradient = getattr(self, "_grad", 0.0)  # a repr is no look at a number
        grad = f", grad={gradient:.4g}" if gradient else ""
        label = f", label={self.label!r}" if self.label else ""
        return f"{type(self).__name__}({self._data:.4g}{grad}{label})"

    def __float__(self) -> float:
        return self._data

    def __int__(self) -> int:
        return int(self._data)

    def __bool__(self) -> bool:
        return bool(self._data)

    def __round__(self, ndigits: int | None = None) -> float:
        return round(self._data, ndigits)

    def __trunc__(self) -> int:
        return math.trunc(self._data)

    def __floor__(self) -> int:
        return math.floor(self._data)

    def __ceil__(self) -> int:
        return math.ceil(self._data)

    def __format__(self, specification: str) -> str:
        return format(self._data, specification) if specification else repr(self)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._data == number

    def __ne__(self, other: object) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._data != number

    def __lt__(self, other: Operand) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._data < number

    def __le__(self, other: Operand) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._data <= number

    def __gt__(self, other: Operand) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._data > number

    def __ge__(self, other: Operand) -> bool:
        number = _comparable(other)
        return NotImplemented if number is None else self._data >= number

    def __pos__(self) -> Value:
        return self

    def __neg__(self) -> Value:
        return self.neg()

    def __abs__(self) -> Value:
        return self.abs()

    def __copy__(self) -> Any:
        return pickling.copy(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return pickling.deepcopy(self, memo)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return pickling.reduce(self)


_GRAD = vars(Value)["_grad"]
_new = object.__new__


# Nodes. Those of operators and of ops with one operand are made in `_operators.py`, which is generated.


def record(op: Op, operands: tuple[Any, ...]) -> Value:
    """Apply an op and remember it; at least one operand is a Value, the others are numbers."""
    kept = tuple([x if isinstance(x, Value) else operand(op, x) for x in operands])
    value, *slopes = op.compute(*[x._data if isinstance(x, Value) else x for x in kept])
    return recorded(_node(op, kept, value, tuple([d for x, d in zip(kept, slopes) if isinstance(x, Value)])))


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
        raise ValueError(f"restore: op must be the name of a row, got {shown(op)}")
    node = recorded(_node(TABLE[op], operands, data, derivatives))
    node._grad, node._label = grad, label
    return node


def _node(op: Op, operands: tuple[Any, ...], data: float, derivatives: tuple[float, ...]) -> Value:
    node = _new(Value)
    node._row = op
    node._operands = operands
    node._parents = tuple([x for x in operands if isinstance(x, Value)])
    node._data = data
    node._derivatives = derivatives
    return node


def recorded(node: Value) -> Value:
    """Pass a fresh node as the modes of this context want it: checked, marked, in a group, or as a leaf."""
    if not modes.active:
        return node
    node = modes.recorded(node)
    if node._row is _LEAF:
        node._row = _FORGOTTEN
        return node
    if modes.elsewhere is not None:
        node._mark = modes.mark()
    if group := modes.group_here():
        node._group = group
    return node


def _mark(node: Value, mark: object) -> None:
    """Mark a node, as long as it lives."""
    node._mark = mark


def _marks_of(nodes: list[Value]) -> set[Any]:
    """Return the set of what nodes are marked with."""
    return {node._mark for node in nodes if hasattr(node, "_mark")}


def _put_in_group(node: Value, name: str) -> None:
    """Note that a node is in a group, as long as it lives."""
    node._group = name


def _group_of(node: Value) -> str | None:
    """Return the name of the group that a node was made in, or None."""
    return getattr(node, "_group", None)


# Numbers


def _float(what: str, x: Any) -> float:
    if not is_number(x):
        raise TypeError(f"{what} must be a number, got {shown(x)}")
    return float(x)


def operand(op: Op, x: Any) -> float:
    """Return an operand that isn't a Value as a float."""
    if not is_number(x):
        raise TypeError(f"{op.name}: operands must be Values or numbers, got {shown(x)}")
    return float(x)


def other_operand(op: Op, other: Any, reflected: str) -> Any:
    """Return an operator's right operand, or NotImplemented where its class, such as an array, is to be asked."""
    kind = type(other)
    if kind.__module__ != "builtins" and hasattr(kind, reflected) and not is_number(other):
        return NotImplemented
    return operand(op, other)


def _comparable(other: Any) -> float | None:
    if isinstance(other, Value):
        return other._data
    if isinstance(other, int):
        return other  # may be larger than any float
    return float(other) if is_number(other) else None
