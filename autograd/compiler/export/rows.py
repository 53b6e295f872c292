"""Rows reduced to what a program needs of them, and inlined where short."""

from __future__ import annotations

import ast
import copy
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from autograd.codegen.source import NAMED, Source
from autograd.ops import TABLE, Op

__all__ = [
    "VALUE",
    "Row",
    "constants_in",
    "helpers",
    "literal",
    "names_in",
    "replaced",
    "row_of",
    "unrolled",
    "value_of",
    "with_called",
]


VALUE: Final = "__value__"
"""The name of a node's value in its local derivatives."""


@dataclass(frozen=True)
class Row:
    """A row over a fixed number of operands.

    Attributes
    ----------
    function : ast.FunctionDef
        The row's function.
    value : ast.expr or None
        The value as one expression over the operands; None if it needs statements.
    slopes : tuple of ast.expr, or None
        The local derivatives likewise.
    """

    function: ast.FunctionDef
    value: ast.expr | None
    slopes: tuple[ast.expr, ...] | None


@cache
def _source() -> Source:
    return Source()


def row_of(op: Op, constants: tuple[float | None, ...] = (), wanted: tuple[bool, ...] = ()) -> Row:
    """Return the row of an op with a fixed number of operands.

    Parameters
    ----------
    op : Op
        A row of the table.
    constants : tuple of float or None
        Operands that are known constants; conditions on them alone are decided.
    wanted : tuple of bool
        Which local derivatives are needed; the others are replaced by 0.
    """
    return _row(op, tuple(None if c is None else repr(c) for c in constants), wanted)  # 0.0 and -0.0 are equal


@cache
def _row(op: Op, constants: tuple[str | None, ...], wanted: tuple[bool, ...]) -> Row:
    function = _source().of(op)
    known = {p: literal(float(c)) for p, c in zip(op.parameters, constants, strict=False) if c is not None}
    statements = [
        ast.Assign(each.targets, replaced(each.value, known), lineno=each.lineno)
        for statement in _statements(function)[:-1]
        for each in _single(statement)
    ]
    result = function.body[-1]
    assert isinstance(result, ast.Return)
    assert isinstance(result.value, ast.Tuple)  # guaranteed by codegen
    value, *slopes = (replaced(each, known) for each in result.value.elts)
    needed = [slope for slope, needs in zip(slopes, wanted, strict=True) if needs] if wanted else slopes
    slopes = [s if not wanted or needs else literal(0.0) for s, needs in zip(slopes, wanted or slopes, strict=True)]
    own = {each.targets[0].id for each in statements if isinstance(each.targets[0], ast.Name)}
    if isinstance(value, ast.Name) and value.id in own:  # derivatives in terms of the value
        again: dict[str, ast.expr] = {value.id: ast.Name(VALUE)}
        needed = [replaced(each, again) for each in needed]
    direct_value, *_ = _direct(statements, [value])
    found = _direct(statements, needed)
    places = iter(found)
    direct = [next(places) if not wanted or needs else s for s, needs in zip(slopes, wanted or slopes, strict=True)]
    whole = None if any(each is None for each in direct) else tuple(each for each in direct if each is not None)
    return Row(function, direct_value, whole)


def _direct(statements: list[ast.Assign], results: list[ast.expr]) -> list[ast.expr | None]:
    """Return results that need no assignments, or are one of them; None otherwise."""
    found: list[ast.expr | None] = []
    assigned = {ast.unparse(each.targets[0]): each.value for each in statements}
    variables = {name for each in statements for name in names_in(each.targets[0])}
    for result in results:
        if isinstance(result, ast.Name) and result.id in assigned:
            result = assigned[result.id]
        found.append(None if names_in(result) & variables else result)
    return found


def literal(number: float) -> ast.expr:
    """Return a number as an expression."""
    if number != number or abs(number) == math.inf:
        constant: ast.expr = ast.Attribute(ast.Name("ieee"), "nan" if number != number else "inf")
    else:
        constant = ast.Constant(abs(number))
    return ast.UnaryOp(ast.USub(), constant) if math.copysign(1.0, number) < 0.0 else constant


def _statements(function: ast.FunctionDef) -> list[ast.stmt]:
    """Return the body without its docstring."""
    return [s for s in function.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]


def value_of(function: ast.FunctionDef) -> ast.FunctionDef:
    """Return a row's function reduced to its value."""
    found = copy.deepcopy(function)
    body = _statements(found)
    result = body.pop()
    assert isinstance(result, ast.Return)
    assert isinstance(result.value, ast.Tuple)
    value = result.value.elts[0]
    kept: list[ast.stmt] = []
    wanted = names_in(value)
    for statement in reversed(body):
        for assignment in reversed(_single(statement)):
            if names_in(assignment.targets[0]) & wanted:
                kept.insert(0, assignment)
                wanted |= names_in(assignment.value)
    last = kept[-1] if kept else None
    if isinstance(last, ast.Assign) and ast.unparse(value) == ast.unparse(last.targets[0]):
        value = last.value  # `out = f(x)`, `return out`
        kept.pop()
    found.body = [*kept, ast.Return(value)]
    return ast.fix_missing_locations(found)


def _single(statement: ast.stmt) -> list[ast.Assign]:
    """Split an assignment of several names."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            return [
                ast.Assign([name], value, lineno=statement.lineno) for name, value in zip(names, values, strict=True)
            ]
        case ast.Assign():
            return [statement]
    raise ValueError(f"a row is assignments and one return, got {ast.unparse(statement)!r}")


def names_in(tree: ast.AST) -> set[str]:
    """Return the names that a syntax tree mentions."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def constants_in(text: str) -> list[tuple[str, float]]:
    """Return the helpers' constants that a text mentions."""
    words = set(re.findall(r"\w+", text))
    return [(name, number) for name, number in NAMED.items() if name.isupper() and name in words]


def with_called(ops: Iterable[Op]) -> list[Op]:
    """Return rows and the rows they call, dependencies first; a derivative that is an op calls that op."""
    found: list[Op] = []

    def visit(op: Op) -> None:
        if op in found:
            return
        for statement in _source().of(op).body:
            match statement:
                case ast.Assign(targets=[ast.Tuple()], value=ast.Call(func=ast.Name(id=name))):
                    visit(TABLE[name])
        found.append(op)

    for op in ops:
        visit(op)
    return found


def helpers() -> dict[str, ast.FunctionDef]:
    """Return the rows' helpers by name, dependencies first."""
    return _source().helpers


class _Replace(ast.NodeTransformer):
    """Substitutes expressions for names and decides conditions on numbers alone."""

    def __init__(self, names: dict[str, ast.expr]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.names.get(node.id, node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        if not all(_known(part) for part in ast.walk(node.test)):
            return node
        return node.body if eval(ast.unparse(node.test)) else node.orelse


def _known(part: ast.AST) -> bool:
    return isinstance(
        part, ast.Constant | ast.UnaryOp | ast.unaryop | ast.Compare | ast.cmpop | ast.BoolOp | ast.boolop
    )


def replaced(tree: ast.expr, names: dict[str, ast.expr]) -> ast.expr:
    """Return an expression with expressions substituted for names."""
    found = _Replace(names).visit(copy.deepcopy(tree))
    assert isinstance(found, ast.expr)
    return ast.fix_missing_locations(ast.copy_location(found, tree))


@dataclass(frozen=True)
class Unrolled:
    """A row over any number of operands, unrolled: total = start; total += term …; value and slopes."""

    total: str
    start: ast.expr
    terms: tuple[ast.expr, ...]
    value: ast.expr
    slopes: tuple[ast.expr, ...]


def unrolled(op: Op, operands: Sequence[ast.expr]) -> Unrolled | None:
    """Return a row with its summation loop unrolled; None for a row of another form."""
    function = _source().of(op)
    assert function.args.vararg is not None
    lists: dict[str, list[ast.expr]] = {function.args.vararg.arg: list(operands)}
    numbers: dict[str, int] = {}
    total, start, terms = "", None, []
    for statement in _statements(function):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant() as value):
                total, start = name, value
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if "len(" in ast.unparse(value):
                numbers[name] = _number(value, lists)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value in zip(names, values, strict=True):
                    lists[ast.unparse(target)] = _slice(value, lists, numbers)
            case ast.For(
                target=target,
                iter=iterated,
                body=[
                    ast.Assign(
                        targets=[ast.Name(id=name)],
                        value=ast.BinOp(left=ast.Name(id=added), op=ast.Add(), right=term),
                    )
                ],
            ) if name == added == total:
                terms += [replaced(term, names) for names in _loop(target, iterated, lists)]
            case ast.Return(value=ast.Tuple(elts=[value, *slopes])) if start is not None:
                found = [each for slope in slopes for each in _elements(slope, lists)]
                return Unrolled(total, start, tuple(terms), _finished(value, lists), tuple(found))
            case _:
                return None
    return None


def _number(value: ast.expr, lists: dict[str, list[ast.expr]]) -> int:
    number = eval(ast.unparse(value), {"len": len, **lists})
    assert isinstance(number, int)
    return number


def _slice(value: ast.expr, lists: dict[str, list[ast.expr]], numbers: dict[str, int]) -> list[ast.expr]:
    found = eval(ast.unparse(value), {**lists, **numbers})
    assert isinstance(found, list)
    return found


def _loop(target: ast.expr, iterated: ast.expr, lists: dict[str, list[ast.expr]]) -> list[dict[str, ast.expr]]:
    match target, iterated:
        case ast.Name(id=name), ast.Name(id=over):
            return [{name: each} for each in lists[over]]
        case ast.Tuple(elts=names), ast.Call(func=ast.Name(id="zip"), args=sequences):
            columns = [lists[ast.unparse(sequence)] for sequence in sequences]
            return [dict(zip(map(ast.unparse, names), each, strict=True)) for each in zip(*columns, strict=True)]
    raise ValueError(f"a loop goes over operands, got {ast.unparse(iterated)!r}")


def _elements(slope: ast.expr, lists: dict[str, list[ast.expr]]) -> list[ast.expr]:
    match slope:
        case ast.Starred(value=ast.Name(id=name)):
            return lists[name]
        case ast.Starred(value=ast.BinOp(left=ast.Tuple(elts=[element]), op=ast.Mult(), right=count)):
            return [_finished(element, lists)] * _number(count, lists)
    return [slope]


class _Lengths(ast.NodeTransformer):
    def __init__(self, lists: dict[str, list[ast.expr]]) -> None:
        self.lists = lists

    def visit_Call(self, node: ast.Call) -> ast.expr:
        return ast.Constant(len(self.lists[ast.unparse(node.args[0])])) if ast.unparse(node.func) == "len" else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        found: ast.expr = self.lists[ast.unparse(node.value)][ast.literal_eval(node.slice)]
        return found


def _finished(value: ast.expr, lists: dict[str, list[ast.expr]]) -> ast.expr:
    found = _Lengths(lists).visit(copy.deepcopy(value))
    assert isinstance(found, ast.expr)
    return found
