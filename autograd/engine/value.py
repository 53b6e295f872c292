"""`Value` in Python: a scalar that records how it was computed.

A node holds its operands and, for those that are Values, the local derivative ∂out/∂operand: references downwards and
none upwards, so there are no closures and no cycles, and a graph is freed with its last user. One or two operands, as
nearly all ops have, are stored in slots: tuples would be more objects for the garbage collector to visit. The C backend
(`csrc/value/`) behaves the same to the last bit; one test suite runs on both.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Union

from autograd._common.foreign import refuse_keywords, without_arguments
from autograd._common.numbers import shown
from autograd.engine import backward, hooks, modes, pickling
from autograd.engine.like_float import LikeFloat, Signature
from autograd.engine.marks import recorded
from autograd.engine.node import FORGOTTEN, LEAF, Leaf
from autograd.engine.operands import as_float, operand
from autograd.ops import Op

if TYPE_CHECKING:
    from typing_extensions import Self

    from autograd.engine._signatures import Methods
else:
    Methods = object

__all__ = ["Number", "Operand", "Value", "node_of", "record"]

Number = float  # and types that convert to it: int, bool, NumPy scalars
Operand = Union["Value", float, int]


class Value(hooks.Hookable, pickling.Picklable, LikeFloat, Methods):
    """A float that records how it was computed.

    Arithmetic on Values, with numbers on either side, returns Values that record their operands; `backward()` stores in
    each the derivative of one result. Every op of the table is a method and a function of the same name. Arithmetic is
    IEEE 754: 1/0 is inf and log(−1) is nan, never an exception. `==` and `<` compare data; the hash is identity.

    Parameters
    ----------
    data : float, int, bool or numpy scalar
        The number.
    label : str
        The name in reprs, pictures and derivations.

    Attributes
    ----------
    data : float
        The number; can be set on leaves (nodes already computed do not change).
    grad : float
        Derivative of the last `backward()`'s root with respect to this; accumulated over calls on leaves.
    label : str
        The name, or "".
    op : str
        Name of the op that computed this; "" on leaves.
    operands : tuple of Value or float
        What the op was applied to; constants are floats.
    parents : tuple of Value
        The operands that are Values; one that is used twice appears twice.
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

    __signature__ = Signature()
    __slots__ = ("_grad", "_label", "_made_in", "_number", "_row", "_to_x", "_to_y", "_x", "_y")

    _number: float  # not _data, which numpy.ma takes for that of a masked array
    _grad: float  # may be unset on a computed node, meaning 0
    _label: str  # may be unset, meaning ""
    _row: Op | Leaf
    _x: Any  # the first operand, a tuple of all if there are more than two, None on leaves
    _y: Any  # the second, None if there is one, (parents, local derivatives) if there are more than two
    _to_x: float | None  # ∂self/∂x, None where x is a number; on a leaf that was set, its previous number
    _to_y: float | None
    _made_in: tuple[object, str | None]  # only on nodes made within a recording or a group, see `marks`

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        """Make a leaf of 0, which `__init__` fills, so that subclasses can have other arguments."""
        if kwargs and cls is Value:
            refuse_keywords("Value", "Value", kwargs)
        self = object.__new__(cls)
        self._number = self._grad = 0.0
        self._label, self._row = "", LEAF
        self._x = self._y = self._to_x = self._to_y = None
        return self

    def __init__(self, data: Number, label: str = "") -> None:
        self._set(data)
        self.label = label

    @property
    def data(self) -> float:
        """The number; can be set on leaves."""
        return self._number

    @data.setter
    def data(self, number: Number) -> None:
        before = self._number
        self._set(number)
        self._to_x = before

    def _set(self, data: Number) -> None:
        if self._row.name:
            raise AttributeError(f"data: only a leaf's can be set, this is a result of {self._row.name}")
        self._number = as_float("data", data)

    @property
    def grad(self) -> float:
        """Derivative of the last `backward()`'s root with respect to this; accumulated over calls on leaves."""
        try:
            return self._grad
        except AttributeError:
            return 0.0

    @grad.setter
    def grad(self, number: Number) -> None:
        self._grad = as_float("grad", number)

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

    op: Any = property(attrgetter("_row.name"), doc="Name of the op that computed this; empty on leaves.")

    @property
    def operands(self) -> tuple[Value | float, ...]:
        """The operands of the op, constants as floats."""
        x, y = self._x, self._y
        if type(x) is tuple:
            return x
        return () if x is None else (x,) if y is None else (x, y)

    @property
    def parents(self) -> tuple[Value, ...]:
        """The operands that are Values; one that is used twice appears twice."""
        x, y = self._x, self._y
        if type(x) is tuple:
            parents: tuple[Value, ...] = y[0]
            return parents
        if y is None or not isinstance(y, Value):
            return (x,) if isinstance(x, Value) else ()
        return (x, y) if isinstance(x, Value) else (y,)

    @property
    def local_derivatives(self) -> tuple[float, ...]:
        """∂self/∂parent, for each parent."""
        if type(self._x) is tuple:
            slopes: tuple[float, ...] = self._y[1]
            return slopes
        if self._x is None:
            return ()
        to_x: Any = self._to_x
        to_y: Any = self._to_y
        return (to_y,) if to_x is None else (to_x,) if to_y is None else (to_x, to_y)

    _before = property(lambda self: self._to_x if self._x is None else None)
    _mark = property(lambda self: getattr(self, "_made_in", (None, None))[0])
    _forgotten = property(lambda self: self._row is FORGOTTEN)

    @without_arguments
    def backward(self) -> None:
        """Add to each leaf's `grad` the derivative of this value with respect to that leaf.

        Computed nodes below get the derivative with respect to themselves, recomputed at each call; this node gets 1.
        Time and memory are linear in the size of the graph, at any depth. If interrupted, no gradient has changed.

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
        if self._row is FORGOTTEN:
            modes.refuse_forgotten(self)
        backward.write(*backward.sweep([(self, 1.0)], hooked=bool(hooks.alive)))

    @without_arguments
    def zero_grad(self) -> None:
        """Set `grad` to 0 here and in every node below."""
        seen, stack = {self}, [self]
        while stack:
            node = stack.pop()
            node._grad = 0.0
            stack += set(node.parents) - seen
            seen.update(node.parents)

    def detach(self) -> Value:
        """Return a new leaf with the same data and label."""
        return Value(self.data, self.label)

    def __neg__(self) -> Value:
        return self.neg()

    def __abs__(self) -> Value:
        return self.abs()


# Nodes. Those of operators and of ops with one operand are made in the generated `_operators.py`.


def record(op: Op, operands: tuple[Any, ...]) -> Value:
    """Apply an op and record it; at least one operand is a Value, the others are numbers."""
    kept = tuple([x if isinstance(x, Value) else operand(op, x) for x in operands])
    value, *slopes = op.compute(*[x._number if isinstance(x, Value) else x for x in kept])
    return recorded(node_of(op, kept, value, tuple([d for x, d in zip(kept, slopes) if isinstance(x, Value)])))


def node_of(op: Op, operands: tuple[Any, ...], data: float, derivatives: tuple[float, ...]) -> Value:
    """Make a computed node."""
    node = object.__new__(Value)
    node._row, node._number = op, data
    parents = tuple([x for x in operands if isinstance(x, Value)])
    if parents and len(operands) <= 2:
        slopes = iter(derivatives)
        node._x, node._y = (*operands, None)[:2]
        node._to_x, node._to_y = [next(slopes) if isinstance(x, Value) else None for x in (node._x, node._y)]
    else:
        node._x, node._y = tuple(operands), (parents, tuple(derivatives))
        node._to_x = node._to_y = None
    return node
