"""A row's derivative text as a syntax tree of op calls: parsed, validated and differentiated.

Nothing here needs a `Value`: the Python backend compiles these trees of second derivatives, and `codegen/second.py`
writes the same ones in C.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from typing import Final

from autograd.ops import rows  # noqa: F401  (operators are rows)
from autograd.ops.table import TABLE, Op

__all__ = ["BINARY", "differentiated", "is_number", "parse", "second_derivatives", "substitute"]


class _Checked(ast.NodeVisitor):
    """Validates a derivative; raises an error that names what isn't allowed."""

    allowed = (
        ast.Expression, ast.BinOp, ast.operator, ast.UnaryOp, ast.USub, ast.UAdd,
        ast.Compare, ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq, ast.NotEq, ast.IfExp, ast.Name, ast.Load, ast.Constant,
        ast.Call, ast.BoolOp, ast.And, ast.Or,
    )  # fmt: skip

    def __init__(self, where: str, names: frozenset[str]) -> None:
        self.where, self.names = where, names

    def generic_visit(self, node: ast.AST) -> None:
        if not isinstance(node, self.allowed):
            self._refuse(ast.unparse(node), "arithmetic, comparisons, `a if c else b` and calls of ops")
        super().generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if type(node.value) not in (int, float):
            self._refuse(repr(node.value), "numbers")

    def visit_Name(self, node: ast.Name) -> None:
        if node.id not in self.names:
            self._refuse(repr(node.id), f"the names {', '.join(sorted(self.names))}")

    def visit_Call(self, node: ast.Call) -> None:
        if not isinstance(node.func, ast.Name) or node.keywords or node.func.id not in TABLE:
            self._refuse(ast.unparse(node), "calls of ops of the table, operands by position")
        for argument in node.args:
            self.visit(argument)

    def _refuse(self, got: str, wanted: str) -> None:
        raise ValueError(f"{self.where}: a derivative consists of {wanted}, got {got}")


BINARY: Final[dict[type[ast.operator], str]] = {
    type(ast.parse(f"x{op.operator}y", mode="eval").body.op): op.name  # type: ignore[attr-defined]
    for op in TABLE.values()
    if op.operator and op.arity == 2
}


class _Calls(ast.NodeTransformer):
    """Replaces operators by calls of their ops."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        return _call(BINARY[type(node.op)], self.visit(node.left), self.visit(node.right))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        operand: ast.expr = self.visit(node.operand)
        if isinstance(node.op, ast.UAdd):
            return operand
        if isinstance(operand, ast.Constant) and isinstance(operand.value, (int, float)):
            return ast.Constant(-operand.value)
        return _call("neg", operand)


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=list(arguments), keywords=[])


@cache
def parse(text: str, names: tuple[str, ...], where: str) -> ast.expr:
    """Parse a derivative's text into op calls; raise ValueError for anything else.

    Examples
    --------
    >>> ast.unparse(parse("-x/y**2", ("x", "y"), "div"))
    'div(neg(x), pow(y, 2))'
    >>> parse("__import__('os')", ("x",), "div")
    Traceback (most recent call last):
        ...
    ValueError: div: a derivative consists of calls of ops of the table, operands by position, got __import__('os')
    """
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"{where}: a derivative must be one expression, got {text!r}: {error.msg}") from None
    _Checked(where, frozenset((*names, "out", "pi"))).visit(tree)
    body: ast.expr = _Calls().visit(tree.body)
    return body


def differentiated(body: ast.expr, parameters: tuple[str, ...], j: int) -> ast.expr:
    """Return the derivative of an expression with respect to one parameter, by the rows of the ops that it calls.

    Parameters
    ----------
    body : ast.expr
        As returned by `parse`; `out` in it is the op's own value.
    parameters : tuple of str
        The operands.
    j : int
        The index of that parameter.

    Returns
    -------
    ast.expr
        An expression of the same kind, in which `d_x` is the op's local derivative with respect to x.

    Examples
    --------
    >>> ast.unparse(differentiated(parse("1/y", ("x", "y"), "div"), ("x", "y"), 1))
    'div_slope_y(1, y)'
    """
    if isinstance(body, ast.Name):
        return (
            ast.Name(f"d_{parameters[j]}", ast.Load())
            if body.id == "out"
            else ast.Constant(int(body.id == parameters[j]))
        )
    if isinstance(body, ast.IfExp):
        branches = differentiated(body.body, parameters, j), differentiated(body.orelse, parameters, j)
        return branches[0] if all(is_number(b, 0) for b in branches) else ast.IfExp(body.test, *branches)
    if not isinstance(body, ast.Call):
        return ast.Constant(0)
    op = TABLE[body.func.id]  # type: ignore[attr-defined]
    if op.name == "where":  # selected, not multiplied by 0 or 1: the other branch may be infinite
        branches = differentiated(body.args[1], parameters, j), differentiated(body.args[2], parameters, j)
        return branches[0] if all(is_number(b, 0) for b in branches) else _call("where", body.args[0], *branches)
    total: ast.expr = ast.Constant(0)
    for text, argument in zip(op.graph, body.args, strict=True):
        inner = differentiated(argument, parameters, j)
        if not is_number(inner, 0):
            outer = substitute(parse(text, op.parameters, op.name), dict(zip(op.parameters, body.args)), body)
            total = _plus(total, _times(outer, inner))
    return total


def second_derivatives(op: Op) -> dict[tuple[int, int], ast.expr]:
    """Return the second derivative for each pair of operands (i ≤ j), except where it is identically 0.

    It is stated by the row, or else derived from its `graph`; in terms of the operands, `out` and the local derivatives
    `d_x`.

    Examples
    --------
    >>> {pair: ast.unparse(body) for pair, body in second_derivatives(TABLE["mul"]).items()}
    {(0, 1): '1'}
    """
    n = len(op.parameters)
    names = (*op.parameters, *(f"d_{p}" for p in op.parameters))
    places = [(i, j) for i in range(n) for j in range(i, n)]
    if op.second:
        found = {place: parse(text, names, op.name) for place, text in zip(places, op.second, strict=True)}
    else:
        graphs = [parse(text, op.parameters, op.name) for text in op.graph]
        found = {(i, j): differentiated(graphs[i], op.parameters, j) for i, j in places}
    return {place: body for place, body in found.items() if not is_number(body, 0)}


def is_number(body: ast.expr, number: float) -> bool:
    """Return whether an expression is the given number."""
    return isinstance(body, ast.Constant) and body.value == number


def _plus(x: ast.expr, y: ast.expr) -> ast.expr:
    return y if is_number(x, 0) else _call("add", x, y)


def _times(x: ast.expr, y: ast.expr) -> ast.expr:
    if is_number(x, 0) or is_number(y, 1):
        return x
    return y if is_number(x, 1) else _call("mul", x, y)


def substitute(body: ast.expr, arguments: Mapping[str, ast.expr], out: ast.expr) -> ast.expr:
    """Return an expression with `arguments` substituted for names, and `out` for that of the op's value."""
    if isinstance(body, ast.Name):
        return out if body.id == "out" else arguments.get(body.id, body)
    if isinstance(body, ast.Call):
        return ast.Call(body.func, [substitute(x, arguments, out) for x in body.args], [])
    if isinstance(body, ast.IfExp):
        return ast.IfExp(*(substitute(x, arguments, out) for x in (body.test, body.body, body.orelse)))
    if isinstance(body, ast.Compare):
        left, *right = (substitute(x, arguments, out) for x in (body.left, *body.comparators))
        return ast.Compare(left, body.ops, right)
    if isinstance(body, ast.BoolOp):
        return ast.BoolOp(body.op, [substitute(x, arguments, out) for x in body.values])
    return body
