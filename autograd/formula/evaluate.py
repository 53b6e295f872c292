"""Evaluation of postfix code over `Value`s, floats, formulas or other operands.

An operand is a scalar or an `Array` of scalars: a vector `[1, 2]` or a matrix `[[1, 2], [3, 4]]`. Every row of
`ops.TABLE` is a function, elementwise over arrays of one shape and scalars; variadic rows take lists. `@`, `outer`,
`transpose` and comparisons are composed of rows below.

All arithmetic is IEEE 754 double arithmetic of the table: no expression raises for its numbers. Invalid shapes, counts
and sizes are reported with their position.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

from autograd import ops
from autograd._common.text import did_you_mean, listing
from autograd.engine import backend
from autograd.engine.backend import Value
from autograd.errors import WorksheetError
from autograd.formula.grammar import Instruction, function_name
from autograd.formula.lexer import MAX_NAME, Token
from autograd.formula.tree import COMPARISONS, Formula, Symbolic, slope

__all__ = [
    "CONSTANTS",
    "FUNCTIONS",
    "MAX_OPERATIONS",
    "Array",
    "Evaluator",
    "Function",
    "Operand",
    "Scalar",
    "element_label",
    "resolve",
    "shape_text",
    "unknown_name",
]

MAX_ELEMENTS: Final = 100_000
MAX_OPERATIONS: Final = 1_000_000

CONSTANTS: Final = {"pi": 3.141592653589793, "π": 3.141592653589793}


Scalar: TypeAlias = Value | float | Symbolic


@dataclass(frozen=True)
class Array:
    """A vector (`shape` has one length) or a matrix (rows, columns), with its elements row by row."""

    shape: tuple[int, ...]
    items: tuple[Scalar, ...]

    def rows(self) -> list[tuple[Scalar, ...]]:
        """Return the elements as rows; a vector is one row."""
        width = self.shape[-1]
        return [self.items[start : start + width] for start in range(0, len(self.items), width)]


Operand: TypeAlias = Value | float | Symbolic | Array


@dataclass(frozen=True)
class Function:
    """A function or an operator; `cost` is the number of scalar operations of a call."""

    name: str
    least: int
    most: int | None
    usage: str
    apply: Callable[..., Operand]
    cost: Callable[..., int]


class _Misuse(Exception):
    """A shape or size mismatch; converted to a `WorksheetError` with its position."""


def shape_text(operand: Operand) -> str:
    """Describe the shape of an operand.

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
    """Return the label of an element; rows and columns count from 1.

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
    """Apply an op; the result is recorded if an operand is a `Value`."""
    if any(isinstance(operand, Value) for operand in operands):
        return _RECORDED[op.name](*operands)
    if symbolic := _symbolic(operands):
        return symbolic.call(op.name, operands)
    return op.compute(*operands)[0]


def _symbolic(operands: Sequence[Scalar]) -> Symbolic | None:
    return next((operand for operand in operands if isinstance(operand, Symbolic)), None)


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
    """Return the operands of a variadic op, given as one list or as several numbers."""
    if len(operands) == 1 and isinstance(operands[0], Array):
        return list(operands[0].items)
    for operand in operands:
        if isinstance(operand, Array):
            raise _Misuse(f"{name}: got {shape_text(operand)} among several operands; allowed are one list or numbers")
    return [operand for operand in operands if not isinstance(operand, Array)]


def _reduce(name: str, items: Sequence[Scalar]) -> Scalar:
    """Apply a variadic row to a list."""
    if any(isinstance(item, Value) for item in items):
        return _RECORDED[name](list(items))
    if symbolic := _symbolic(items):
        return symbolic.call(name, items)
    return ops.TABLE[name].compute(*items)[0]


def _weighted_sum(weights: Sequence[Scalar], items: Sequence[Scalar], bias: Scalar = 0.0) -> Scalar:
    if any(isinstance(item, Value) for item in (*weights, *items, bias)):
        return _RECORDED["dot"](list(weights), list(items), bias)
    if symbolic := _symbolic((*weights, *items, bias)):
        return symbolic.call_dot(weights, items, bias)
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
    if isinstance(index, Formula) and index.head == "number":
        index = index.number
    if not isinstance(index, float) or index != index // 1:
        raise _Misuse(f"an index must be a whole number written out; allowed are 1 to {length}")
    if not 1 <= index <= length:
        raise _Misuse(f"no element {index:.0f}; elements count from 1 to {length}")
    return int(index) - 1


def _compare(sign: str, test: Callable[[float, float], bool]) -> Function:
    """Return a comparison function: 1 if it holds, else 0, with derivative 0."""

    def scalar(left: Scalar, right: Scalar) -> Scalar:
        if symbolic := _symbolic((left, right)):
            return symbolic.call(sign, (left, right))
        return 1.0 if test(float(left), float(right)) else 0.0

    def apply(*operands: Operand) -> Operand:
        return _elementwise(sign, scalar, operands)

    return Function(sign, 2, 2, f"a {sign} b", apply, _widest)


def _widest(*operands: Operand) -> int:
    return max(map(_size, operands))


def _total(*operands: Operand) -> int:
    return sum(map(_size, operands))


def _row_function(op: ops.Op) -> Function:
    """Return the function for one op of the table."""
    if op.form == "products":
        return Function(op.name, 2, 3, f"{op.name}(a, b) or {op.name}(a, b, bias)", _dot, _total)
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
    **{sign: _compare(sign, test) for sign, test in COMPARISONS.items()},
    "e^": Function("e^", 2, 2, "e^x", lambda base, x: FUNCTIONS["exp"].apply(x), _widest),
    "@": Function("@", 2, 2, "W @ x", _matmul, _matmul_cost),
    "matmul": Function("matmul", 2, 2, "matmul(W, x)", _matmul, _matmul_cost),
    "outer": Function("outer", 2, 2, "outer(a, b)", _outer, lambda left, right: _size(left) * _size(right)),
    "transpose": Function("transpose", 1, 1, "transpose(W)", _transpose, _total),
}
# Other names of rows, as used in pictures (σ, ln).
FUNCTIONS.update({symbol: FUNCTIONS[name] for name in ops.NAMES if (symbol := ops.TABLE[name].symbol).isidentifier()})

_LIST: Final = Function("list", 1, None, "[a, b]", _list, _total)
_INDEX: Final = Function("index", 2, 3, "W[1, 2]", _index, lambda *operands: 1)


def resolve(code: Iterable[Instruction], is_quantity: Callable[[str], bool]) -> Iterator[Instruction]:
    """Check the calls of an expression: the number of operands, and that no name is both an op and a quantity.

    A power of `e` becomes the op `exp`, unless there is a quantity `e`.

    Raises
    ------
    WorksheetError
        At the first invalid call.
    """
    for instruction in code:
        kind, token = instruction.kind, instruction.token
        if kind == "euler":
            yield instruction._replace(kind="name") if is_quantity("e") else instruction._replace(kind="number")
        elif instruction.name == "e^":
            yield instruction._replace(name="pow" if is_quantity("e") else "e^")
        else:
            if kind in ("call", "slope"):
                _check_call(instruction)
                if token.kind == "name" and instruction.takes == 1 and is_quantity(token.text):
                    raise token.error(
                        f"{token.text!r} is a quantity and an op; write {token.text}*(…) for a product, "
                        f"or rename the quantity"
                    )
            yield instruction


def unknown_name(
    token: Token, name: str, known: Sequence[str], called: bool = False, listed: str = "names are"
) -> WorksheetError:
    """Return the error for an unknown name, with suggestions.

    Parameters
    ----------
    token : Token
        The token at fault.
    name : str
        The name.
    known : sequence of str
        The known quantities.
    called : bool
        Whether a bracket follows, as after the name of an op.
    listed : str
        The beginning of the list of known names, shown if none is similar.

    Examples
    --------
    >>> token = Token("name", "wx")
    >>> print(unknown_name(token, "wx", ["w", "x"]).message)
    unknown name 'wx'; a product is written w*x
    """
    if op := function_name(name):
        return token.error(f"{name!r} is an op and needs operands; write {FUNCTIONS[op].usage}")
    if called:
        ops_known = [each for each in FUNCTIONS if each.isidentifier()]
        advice = did_you_mean(name, ops_known) or "; ops are those of the table, as exp(x)"
        return token.error(f"unknown op {token.shown()}{advice}")
    if (match := re.fullmatch(r"([^\W\d]+)(\d\w*)", name)) and function_name(match[1]):
        return token.error(f"unknown name {token.shown()}; an op is written {match[1]}({match[2]})")
    cuts = ((name[:i], name[i:]) for i in range(1, len(name)))
    factors = next((cut for cut in cuts if all(each in known or each in CONSTANTS for each in cut)), None)
    if factors:
        return token.error(f"unknown name {token.shown()}; a product is written {'*'.join(factors)}")
    advice = did_you_mean(name, [*known, *CONSTANTS]) or (f"; {listed} {listing(known)}" if known else "")
    return token.error(f"unknown name {name[:MAX_NAME]!r}{advice or '; nothing is defined before this step'}")


def _check_call(instruction: Instruction) -> None:
    function, count = FUNCTIONS[instruction.name], instruction.takes
    if count < function.least or (function.most is not None and count > function.most):
        allowed = str(function.least) if function.least == function.most else f"{function.least} to {function.most}"
        operands = "operand" if allowed == "1" else "operands"
        raise instruction.token.error(
            f"{instruction.name} takes {allowed} {operands}, got {count}; write {function.usage}"
        )


class Evaluator:
    """Evaluates expressions, with a common limit on their scalar operations.

    Parameters
    ----------
    leaf : callable
        Maps an instruction of the kind "number", "name", "partial" or "updated" to its operand.
    left : int
        The number of scalar operations allowed; decreases with use.
    """

    def __init__(self, leaf: Callable[[Instruction], Operand], left: int = MAX_OPERATIONS) -> None:
        self._leaf = leaf
        self.left = left

    def __call__(self, code: Iterable[Instruction]) -> Operand:
        """Evaluate one expression.

        Raises
        ------
        WorksheetError
            If shapes, counts or sizes don't fit.
        """
        stack: list[Operand] = []
        for instruction in code:
            if instruction.kind in _LEAVES:
                stack.append(self._leaf(instruction))
                continue
            count = instruction.takes + (instruction.kind == "index")
            operands = stack[-count:]
            del stack[-count:]
            self.left -= _cost(instruction, operands)
            if self.left < 0:
                raise instruction.token.error(
                    f"the sheet needs more than {MAX_OPERATIONS:,} scalar operations; make its lists shorter"
                )
            stack.append(_apply(instruction, operands))
        return stack[0]


_LEAVES: Final = frozenset(("number", "name", "partial", "updated"))


def _function(instruction: Instruction) -> Function:
    if instruction.kind == "slope":
        return _slope_function(ops.TABLE[instruction.name])
    if instruction.kind == "call":
        return FUNCTIONS[instruction.name]
    return _LIST if instruction.kind == "list" else _INDEX


def _slope_function(op: ops.Op) -> Function:
    def scalar(operand: Scalar) -> Scalar:
        if not isinstance(operand, Formula):
            raise _Misuse(f"{op.name}'(x), a derivative, is allowed in claims and questions only")
        return slope(op, operand).bounded()

    return Function(op.name, 1, 1, f"{op.name}'(x)", lambda x: _elementwise(op.name, scalar, [x]), _widest)


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
    except WorksheetError as error:
        raise instruction.token.error(error.message) from None
    if _size(result) > MAX_ELEMENTS:
        raise instruction.token.error(f"the list has {_size(result):,} elements; allowed are {MAX_ELEMENTS:,}")
    return result
