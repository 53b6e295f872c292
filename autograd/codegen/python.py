"""Generates operators and unary ops over Values in Python (`engine/_operators.py`), with rows inlined.

`value.record` does the same for any op, but its calls cost as much as the arithmetic.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from autograd.codegen.source import Source
from autograd.ops import TABLE, Op

__all__ = ["METHODS", "operators"]

# Python's special methods, without the underscores
METHODS: Final = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "**": "pow", "%": "mod", "//": "floordiv",
}  # fmt: skip
INLINED: Final = 3  # statements; longer rows are called

HEAD: Final = '''\
"""Operators and unary ops over Values, generated from rows.py by `python -m autograd.codegen --write`.

Each does what `value.record` does for any op, with the row written out in place. Not to be edited.
"""

from __future__ import annotations

from typing import Any

from autograd._common.numbers import shown
from autograd.engine import modes
from autograd.engine.marks import recorded
from autograd.engine.operands import operand, other_operand
from autograd.engine.value import Value
from autograd.ops import TABLE, ieee, numerics, rows, series

new = object.__new__
active = 0  # whether a mode is on; a copy of `modes.active`


def listen(count: int, elsewhere: object) -> None:
    """Take over how many modes are on."""
    global active
    active = count


modes.listeners.append(listen)
'''

FORWARD: Final = """
def __{symbol}__(self: Any, other: Any{modulus}) -> Any:
{check}    x = self._number
    if isinstance(other, Value):
        y = other._number
        node = new(Value)
        node._x = self
        node._y = other
{both}
    else:
        y = other if type(other) is float else other_operand(row_{name}, other, "__r{symbol}__")
        if y is NotImplemented:
            return y
        node = new(Value)
        node._x = self
        node._y = y
{first}
    node._row = row_{name}
    return recorded(node) if active else node


def __r{symbol}__(self: Any, other: Any{modulus}) -> Any:
{check}    x = other if type(other) is float else operand(row_{name}, other)
    y = self._number
    node = new(Value)
    node._x = x
    node._y = self
{second}
    node._row = row_{name}
    return recorded(node) if active else node
"""

MODULUS: Final = """\
    if modulus is not None:
        raise TypeError(f"pow: a Value takes no modulus, got {shown(modulus)}")
"""

UNARY: Final = """
def op_{name}(self: Any) -> Any:
    {parameter} = self._number
    node = new(Value)
    node._x = self
    node._y = None
{body}
    node._row = row_{name}
    return recorded(node) if active else node
"""


def operators() -> str:
    """Return the text of `_operators.py`: `OPERATORS` by method name, `UNARY` by op."""
    source = Source(qualified=True)
    binary = [op for op in TABLE.values() if op.operator and op.arity == 2]
    unary = [op for op in TABLE.values() if op.arity == 1]
    parts = [HEAD, *(f"row_{op.name} = TABLE[{op.name!r}]" for op in (*binary, *unary)), ""]
    parts += [_binary(op, source.of(op)) for op in binary]
    for op in unary:
        body = "\n".join(_body(source.of(op), [0], "    "))
        parts.append(UNARY.format(name=op.name, parameter=op.parameters[0], body=body))
    parts.append("\nOPERATORS = [")
    parts += [f"    __{side}{METHODS[op.operator]}__," for op in binary for side in ("", "r")]
    parts.append("]\nUNARY = {")
    parts += [f"    {op.name!r}: op_{op.name}," for op in unary]
    return "\n".join([*parts, "}", ""])


def _binary(op: Op, function: ast.FunctionDef) -> str:
    def body(positions: list[int], indent: str) -> str:
        return "\n".join(_body(function, positions, indent))

    symbol = METHODS[op.operator]
    return FORWARD.format(
        name=op.name, symbol=symbol, modulus=", modulus: None = None" if op.operator == "**" else "",
        check=MODULUS if op.operator == "**" else "",
        both=body([0, 1], " " * 8), first=body([0], " " * 8), second=body([1], " " * 4),
    )  # fmt: skip


def _body(function: ast.FunctionDef, positions: list[int], indent: str) -> Iterator[str]:
    """Yield the statements of a row needed for its value and the derivatives of some operands, stored in `node`."""
    statements = [s for s in function.body if not isinstance(s, ast.Expr)]
    parameters = [argument.arg for argument in function.args.args]
    if len(statements) > INLINED and len(parameters) > 1:
        slopes = [f"to_{p}" if i in positions else "_" for i, p in enumerate(parameters)]
        yield f"{indent}node._number, {', '.join(slopes)} = rows.{function.name}({', '.join(parameters)})"
        yield from _slopes(dict(zip(positions, [s for s in slopes if s != "_"])), indent)
        return
    *assignments, result = statements
    assert isinstance(result, ast.Return)
    assert isinstance(result.value, ast.Tuple)
    value, *derivatives = result.value.elts
    wanted = [value, *(derivatives[i] for i in positions)]
    needed = _names(*wanted)
    kept: list[ast.stmt] = []
    for statement in reversed(assignments):
        assert isinstance(statement, ast.Assign)
        if _names(*statement.targets) & needed:
            kept.append(statement)
            needed |= _names(statement.value)
    yield from (indent + ast.unparse(statement) for statement in reversed(kept))
    yield f"{indent}node._number = {ast.unparse(value)}"
    yield from _slopes(dict(zip(positions, map(ast.unparse, wanted[1:]))), indent)


def _slopes(by_position: dict[int, str], indent: str) -> Iterator[str]:
    for position, slot in enumerate(("_to_x", "_to_y")):
        yield f"{indent}node.{slot} = {by_position.get(position)}"


def _names(*trees: ast.expr) -> set[str]:
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
