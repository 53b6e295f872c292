"""The meaning of a worksheet's expressions: postfix code to `Value`s, or to plain floats.

An operand is a scalar (a `Value` or a float) or an `Array` of scalars: a vector `[1, 2]` or a matrix
`[[1, 2], [3, 4]]`. Every row of `ops.TABLE` is a function here, element by element over arrays of one shape and
scalars; the rows with any number of operands take lists. What is not a row (`@`, `outer`, `transpose`, comparisons)
is made of rows below.

All arithmetic is IEEE 754 double arithmetic of the table: no expression raises for its numbers, and none is exact
enough to blow up. What can be wrong is a shape, a count or a size, and each is reported with its place.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

from autograd import ops
from autograd.engine import backend
from autograd.engine.backend import Value
from autograd.formula.syntax import Instruction, Step

__all__ = [
    "CONSTANTS",
    "FUNCTIONS",
    "Array",
    "Function",
    "Operand",
    "Scalar",
    "Written",
    "element_label",
    "run",
    "shape_text",
    "walk",
]

MAX_ELEMENTS: Final = 100_000
MAX_OPERATIONS: Final = 1_000_000

CONSTANTS: Final = {"pi": 3.141592653589793, "π": 3.141592653589793}


class Written(ABC):
    """What stands for a number in a step that is written out, in another language say, instead of computed."""

    @abstractmethod
    def call(self, name: str, operands: Sequence[Scalar]) -> Written:
        """Write an op of the table or a comparison, of which one operand at least is itself `Written`."""

    @abstractmethod
    def call_dot(self, weights: Sequence[Scalar], items: Sequence[Scalar], bias: Scalar) -> Written:
        """Write a weighted sum."""

    def __float__(self) -> float:
        raise TypeError(f"{type(self).__name__} is written out and has no number")


Scalar: TypeAlias = Value | float | Written


@dataclass(frozen=True)
class Array:
    """A vector (one length in `shape`) or a matrix (rows, columns), its elements row by row."""

    shape: tuple[int, ...]
    items: tuple[Scalar, ...]

    def rows(self) -> list[tuple[Scalar, ...]]:
        """Cut the elements into rows; a vector is one row."""
        width = self.shape[-1]
        return [self.items[start : start + width] for start in range(0, len(self.items), width)]


Operand: TypeAlias = Value | float | Written | Array


@dataclass(frozen=True)
class Function:
    """What a name before a bracket, or an operator, stands for.

    `cost` says how many scalar operations a call will need, before it is made.
    """

    name: str
    least: int
    most: int | None
    usage: str
    apply: Callable[..., Operand]
    cost: Callable[..., int]


class _Misuse(Exception):
    """A shape or size that doesn't fit; becomes a `WorksheetError` where the place is known."""


def shape_text(operand: Operand) -> str:
    """Say what an operand is.

    Examples
    --------
    >>> shape_text(2.0), shape_text(Array((3,), (0.0,) * 3)), shape_text(Array((1, 2), (0.0, 0.0)))
    ('a number', 'a vector of 3', 'a 1×2 matrix')
    """
    if not isinstance(operand, Array):
        return "a number"
    if len(operand.shape) == 1:
        return f"a vector of {operand.shape[0]}"
    return f"a {operand.shape[0]}×{operand.shape[1]} matrix"


def element_label(name: str, shape: Sequence[int], position: int) -> str:
    """Name the element at a position: rows and columns count from 1, as on paper.

    Examples
    --------
    >>> element_label("W", (3, 4), 5)
    'W[2,2]'
    """
    if len(shape) == 1:
        return f"{name}[{position + 1}]"
    row, column = divmod(position, shape[1])
    return f"{name}[{row + 1},{column + 1}]"


def _scalar_op(op: ops.Op, *operands: Scalar) -> Scalar:
    """Apply a row: recorded when an operand is a `Value`, else just computed."""
    if any(isinstance(operand, Value) for operand in operands):
        return _RECORDED[op.name](*operands)
    if written := _written(operands):
        return written.call(op.name, operands)
    return op.compute(*operands)[0]


def _written(operands: Sequence[Scalar]) -> Written | None:
    return next((operand for operand in operands if isinstance(operand, Written)), None)


def _size(operand: Operand) -> int:
    return len(operand.items) if isinstance(operand, Array) else 1


def _common_shape(name: str, operands: Sequence[Operand]) -> tuple[int, ...] | None:
    arrays = [operand for operand in operands if isinstance(operand, Array)]
    for array in arrays[1:]:
        if array.shape != arrays[0].shape:
            shapes = " and ".join(shape_text(each) for each in operands)
            raise _Misuse(f"{name}: shapes differ, got {shapes}; allowed are equal shapes, or a number with either")
    return arrays[0].shape if arrays else None


def _elementwise(name: str, function: Callable[..., Scalar], operands: Sequence[Operand]) -> Operand:
    shape = _common_shape(name, operands)
    if shape is None:
        return function(*operands)
    count = max(map(_size, operands))
    columns = [operand.items if isinstance(operand, Array) else (operand,) * count for operand in operands]
    return Array(shape, tuple(function(*each) for each in zip(*columns, strict=True)))


def _flat(name: str, operands: Sequence[Operand]) -> list[Scalar]:
    """Take one list, or several numbers, as the operands of an op with any number of them."""
    if len(operands) == 1 and isinstance(operands[0], Array):
        return list(operands[0].items)
    for operand in operands:
        if isinstance(operand, Array):
            raise _Misuse(f"{name}: got {shape_text(operand)} among several operands; allowed are one list or numbers")
    return [operand for operand in operands if not isinstance(operand, Array)]


def _reduce(name: str, items: Sequence[Scalar]) -> Scalar:
    """Apply a row with any number of operands to a list."""
    if any(isinstance(item, Value) for item in items):
        return _RECORDED[name](list(items))
    if written := _written(items):
        return written.call(name, items)
    return ops.TABLE[name].compute(*items)[0]


def _weighted_sum(weights: Sequence[Scalar], items: Sequence[Scalar], bias: Scalar = 0.0) -> Scalar:
    if any(isinstance(item, Value) for item in (*weights, *items, bias)):
        return _RECORDED["dot"](list(weights), list(items), bias)
    if written := _written((*weights, *items, bias)):
        return written.call_dot(weights, items, bias)
    return ops.TABLE["dot"].compute(*weights, *items, bias)[0]


def _dot(left: Operand, right: Operand, bias: Operand = 0.0) -> Operand:
    for operand in (left, right):
        if not isinstance(operand, Array) or len(operand.shape) != 1:
            raise _Misuse(f"dot: operands must be vectors, got {shape_text(operand)}; a matrix is multiplied with '@'")
    if isinstance(bias, Array):
        raise _Misuse(f"dot: the bias must be a number, got {shape_text(bias)}")
    _common_shape("dot", (left, right))
    return _weighted_sum(_items(left), _items(right), bias)


def _items(operand: Operand) -> tuple[Scalar, ...]:
    return operand.items if isinstance(operand, Array) else (operand,)


def _matmul(left: Operand, right: Operand) -> Operand:
    if not isinstance(left, Array) or not isinstance(right, Array):
        shapes = f"{shape_text(left)} and {shape_text(right)}"
        raise _Misuse(f"@: needs vectors or matrices, got {shapes}; '*' multiplies by a number")
    if left.shape[-1] != right.shape[0]:
        raise _Misuse(
            f"@: shapes don't fit, got {shape_text(left)} and {shape_text(right)}; "
            f"the columns of the left ({left.shape[-1]}) must be the rows of the right ({right.shape[0]})"
        )
    columns = [right.items] if len(right.shape) == 1 else _transpose(right).rows()
    items = tuple(_weighted_sum(row, column) for row, column in product(left.rows(), columns))
    shape = left.shape[:-1] + right.shape[1:]
    return Array(shape, items) if shape else items[0]


def _matmul_cost(left: Operand, right: Operand) -> int:
    columns = right.shape[1] if isinstance(right, Array) and len(right.shape) == 2 else 1
    return _size(left) * columns


def _outer(left: Operand, right: Operand) -> Operand:
    for operand in (left, right):
        if not isinstance(operand, Array) or len(operand.shape) != 1:
            raise _Misuse(f"outer: operands must be vectors, got {shape_text(operand)}")
    op = ops.TABLE["mul"]
    items = tuple(_scalar_op(op, x, y) for x, y in product(_items(left), _items(right)))
    return Array((_size(left), _size(right)), items)


def _transpose(operand: Operand) -> Array:
    if not isinstance(operand, Array) or len(operand.shape) != 2:
        raise _Misuse(f"transpose: needs a matrix, got {shape_text(operand)}; one row is written [[1, 2, 3]]")
    rows, columns = operand.shape
    return Array((columns, rows), tuple(item for row in zip(*operand.rows(), strict=True) for item in row))


def _list(*operands: Operand) -> Operand:
    if not any(isinstance(operand, Array) for operand in operands):
        return Array((len(operands),), tuple(_items(operand)[0] for operand in operands))
    first = operands[0]
    for operand in operands:
        if shape_text(operand) != shape_text(first):
            shapes = f"{shape_text(first)} and {shape_text(operand)}"
            raise _Misuse(f"the rows of a matrix must be equally long, got {shapes}")
    if isinstance(first, Array) and len(first.shape) == 2:
        raise _Misuse("a list of matrices; allowed are numbers (a vector) and vectors (a matrix)")
    return Array((len(operands), _size(first)), tuple(item for operand in operands for item in _items(operand)))


def _index(operand: Operand, *indices: Operand) -> Operand:
    if not isinstance(operand, Array):
        raise _Misuse("a number has no elements to pick with [ ]")
    if len(indices) > len(operand.shape):
        raise _Misuse(f"{len(indices)} indices for {shape_text(operand)}")
    whole = [_whole_index(index, length) for index, length in zip(indices, operand.shape, strict=False)]
    if len(operand.shape) == 1:
        return operand.items[whole[0]]
    row = operand.rows()[whole[0]]
    return row[whole[1]] if len(whole) == 2 else Array((len(row),), row)


def _whole_index(index: Operand, length: int) -> int:
    if not isinstance(index, float) or index != index // 1:
        raise _Misuse(f"an index must be a whole number written out; allowed are 1 to {length}")
    if not 1 <= index <= length:
        raise _Misuse(f"no element {index:.0f}; elements count from 1 to {length}")
    return int(index) - 1


def _compare(sign: str, test: Callable[[float, float], bool]) -> Function:
    """Make a comparison: 1 where it holds, else 0, constant as far as derivatives go."""

    def scalar(left: Scalar, right: Scalar) -> Scalar:
        if written := _written((left, right)):
            return written.call(sign, (left, right))
        return 1.0 if test(float(left), float(right)) else 0.0

    def apply(*operands: Operand) -> Operand:
        return _elementwise(sign, scalar, operands)

    return Function(sign, 2, 2, f"a {sign} b", apply, _widest)


def _widest(*operands: Operand) -> int:
    return max(map(_size, operands))


def _total(*operands: Operand) -> int:
    return sum(map(_size, operands))


def _row_function(op: ops.Op) -> Function:
    """Make the function that stands for one row of the table."""
    if op.name == "dot":
        return Function("dot", 2, 3, "dot(a, b) or dot(a, b, bias)", _dot, _total)
    if op.arity is None:

        def reduce(*operands: Operand) -> Operand:
            return _reduce(op.name, _flat(op.name, operands))

        return Function(op.name, 1, None, f"{op.name}([a, b, c])", reduce, _total)

    def scalar(*operands: Scalar) -> Scalar:
        return _scalar_op(op, *operands)

    def apply(*operands: Operand) -> Operand:
        missing = len(op.parameters) - len(operands)
        return _elementwise(op.name, scalar, (*operands, *op.defaults[len(op.defaults) - missing :]))

    usage = f"{op.name}({', '.join(op.parameters)})"
    return Function(op.name, len(op.parameters) - len(op.defaults), len(op.parameters), usage, apply, _widest)


_RECORDED: Final[dict[str, Callable[..., Value]]] = {name: getattr(backend, name) for name in ops.NAMES}

FUNCTIONS: Final[dict[str, Function]] = {
    **{name: _row_function(ops.TABLE[name]) for name in ops.NAMES},
    **{
        sign: _compare(sign, test)
        for sign, test in {
            "<": operator.lt,
            "<=": operator.le,
            ">": operator.gt,
            ">=": operator.ge,
            "==": operator.eq,
            "!=": operator.ne,
        }.items()
    },
    "@": Function("@", 2, 2, "W @ x", _matmul, _matmul_cost),
    "matmul": Function("matmul", 2, 2, "matmul(W, x)", _matmul, _matmul_cost),
    "outer": Function("outer", 2, 2, "outer(a, b)", _outer, lambda left, right: _size(left) * _size(right)),
    "transpose": Function("transpose", 1, 1, "transpose(W)", _transpose, _total),
}
# Other spellings of rows: what pictures write (σ, ln), then any capitals (ReLU).
FUNCTIONS.update({symbol: FUNCTIONS[name] for name in ops.NAMES if (symbol := ops.TABLE[name].symbol).isidentifier()})

_LIST: Final = Function("list", 1, None, "[a, b]", _list, _total)
_INDEX: Final = Function("index", 2, 3, "W[1, 2]", _index, lambda *operands: 1)


def run(steps: Sequence[Step], replaced: Mapping[str, float], recorded: bool) -> dict[str, Operand]:
    """Compute all steps in order.

    Parameters
    ----------
    steps : sequence of Step
        Steps whose names and functions are known to exist.
    replaced : mapping of label to float
        Quantities, leaves or others, that get this number instead of what their step says.
    recorded : bool
        Whether steps become labelled `Value`s; else all is computed in floats.

    Returns
    -------
    dict of step name to operand

    Raises
    ------
    WorksheetError
        Where shapes, counts or sizes don't fit.
    """
    return walk(steps, lambda name, operand: _named(name, operand, replaced, recorded))


def walk(steps: Sequence[Step], named: Callable[[str, Operand], Operand]) -> dict[str, Operand]:
    """Go through all steps in order; `named` turns each result into what later steps take for it."""
    names: dict[str, Operand] = {}
    budget = MAX_OPERATIONS
    for step in steps:
        stack: list[Operand] = []
        for instruction in step.code:
            kind = instruction.kind
            if kind == "number":
                stack.append(instruction.number)
            elif kind == "name":
                stack.append(names[instruction.name])
            else:
                count = instruction.takes + (kind == "index")
                operands = stack[-count:]
                del stack[-count:]
                budget -= _cost(instruction, operands)
                if budget < 0:
                    raise instruction.token.error(
                        f"the sheet needs more than {MAX_OPERATIONS:,} scalar operations; make its lists shorter"
                    )
                stack.append(_apply(instruction, operands))
        names[step.name] = named(step.name, stack[0])
    return names


def _function(instruction: Instruction) -> Function:
    if instruction.kind == "call":
        return FUNCTIONS[instruction.name]
    return _LIST if instruction.kind == "list" else _INDEX


def _cost(instruction: Instruction, operands: Sequence[Operand]) -> int:
    function = _function(instruction)
    cost = function.cost(*operands)
    if function.name == "outer" and cost > MAX_ELEMENTS:
        raise instruction.token.error(f"the matrix has {cost:,} elements; allowed are {MAX_ELEMENTS:,}")
    return cost


def _apply(instruction: Instruction, operands: Sequence[Operand]) -> Operand:
    try:
        result = _function(instruction).apply(*operands)
    except _Misuse as misuse:
        raise instruction.token.error(str(misuse)) from None
    if _size(result) > MAX_ELEMENTS:
        raise instruction.token.error(f"the list has {_size(result):,} elements; allowed are {MAX_ELEMENTS:,}")
    return result


def _named(name: str, operand: Operand, replaced: Mapping[str, float], recorded: bool) -> Operand:
    """Give a step's result its name, element by element."""
    if not isinstance(operand, Array):
        return _named_scalar(name, operand, replaced, recorded, alias=False)
    shape = operand.shape
    items = tuple(
        _named_scalar(element_label(name, shape, position), item, replaced, recorded, alias=True)
        for position, item in enumerate(operand.items)
    )
    return Array(shape, items)


def _named_scalar(label: str, item: Scalar, replaced: Mapping[str, float], recorded: bool, alias: bool) -> Scalar:
    """Label one quantity.

    A number becomes a leaf. What has a label already stays itself as a list's element (`alias`); as a step, `a2 = z2`,
    it is a quantity of its own with a gradient of its own: a node that multiplies by 1.
    """
    if replaced and label in replaced:
        return Value(replaced[label], label) if recorded else replaced[label]
    if not recorded:
        return item
    if not isinstance(item, Value):
        return Value(float(item), label)
    if item.label:
        if alias:
            return item
        item = _RECORDED["mul"](item, 1.0)
    item.label = label
    return item
