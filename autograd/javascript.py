"""Writes the table's rows in JavaScript (`explore/_ops.js`), for the explorer page to compute as Python does.

The same syntax trees that `translate` writes in C; here also the loops of ops with any number of operands.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from autograd import ops
from autograd.ops import NAMES, TABLE
from autograd.translate import Source, UntranslatableError

__all__ = ["expression", "script"]

CHOICE, OR, AND, EQUALITY, RELATION, SUM, PRODUCT, UNARY, ATOM = range(9)  # JavaScript's precedences, loosest first

OPERATORS: Final[dict[type[ast.AST], tuple[str, int]]] = {
    ast.Add: ("+", SUM),
    ast.Sub: ("-", SUM),
    ast.Mult: ("*", PRODUCT),
    ast.Div: ("/", PRODUCT),
    ast.Lt: ("<", RELATION),
    ast.LtE: ("<=", RELATION),
    ast.Gt: (">", RELATION),
    ast.GtE: (">=", RELATION),
    ast.Eq: ("===", EQUALITY),
    ast.NotEq: ("!==", EQUALITY),
    ast.And: ("&&", AND),
    ast.Or: ("||", OR),
}
CONSTANTS: Final = {"inf": "Infinity", "nan": "NaN"}


# Expressions


def expression(node: ast.expr) -> str:
    """Write one Python expression in JavaScript.

    Examples
    --------
    >>> expression(ast.parse("1.0 if 0 < x <= 2**-3 else -ieee.exp(abs(x))*(a - b)", mode="eval").body)
    '0 < x && x <= 0.125 ? 1 : -ieee.exp(Math.abs(x)) * (a - b)'
    """
    return _expression(node, CHOICE)


def _expression(node: ast.expr, around: int) -> str:
    text, precedence = _with_precedence(node)
    return f"({text})" if precedence < around else text


def _with_precedence(node: ast.expr) -> tuple[str, int]:
    match node:
        case ast.Constant(value=int() | float() as value):
            return _literal(float(value)), ATOM
        case ast.BinOp(left=ast.Constant(value=int() | float() as base), op=ast.Pow(), right=exponent):
            return _literal(float(base ** ast.literal_eval(exponent))), ATOM
        case ast.Name(id=name):
            return name, ATOM
        case ast.Attribute(value=ast.Name(id="ieee"), attr=name) if name in CONSTANTS:
            return CONSTANTS[name], ATOM
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return "-" + _expression(operand, ATOM), UNARY
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return "!" + _expression(operand, ATOM), UNARY
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
            return f"Math.floor({_expression(left, PRODUCT)} / {_expression(right, UNARY)})", ATOM
        case ast.BinOp(left=ast.Tuple(elts=[element]), op=ast.Mult(), right=count):
            return f"Array({_expression(count, CHOICE)}).fill({_expression(element, CHOICE)})", ATOM
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            symbol, precedence = OPERATORS[type(op)]
            return f"{_expression(left, precedence)} {symbol} {_expression(right, precedence + 1)}", precedence
        case ast.BoolOp(op=op, values=values):
            symbol, precedence = OPERATORS[type(op)]
            return f" {symbol} ".join(_expression(value, precedence) for value in values), precedence
        case ast.Compare():
            return _comparison(node)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return f"{_expression(test, OR)} ? {_expression(body, OR)} : {_expression(orelse, CHOICE)}", CHOICE
        case ast.Call(func=function, args=arguments):
            return _call(node, function, arguments)
    return _sequence(node), ATOM


def _literal(number: float) -> str:
    return repr(number).removesuffix(".0")


def _comparison(node: ast.Compare) -> tuple[str, int]:
    operands = [node.left, *node.comparators]
    links = []
    for left, op, right in zip(operands, node.ops, node.comparators, strict=False):
        symbol, precedence = OPERATORS[type(op)]
        links.append((f"{_expression(left, precedence)} {symbol} {_expression(right, precedence + 1)}", precedence))
    return links[0] if len(links) == 1 else (" && ".join(text for text, _ in links), AND)


def _call(node: ast.Call, function: ast.expr, arguments: list[ast.expr]) -> tuple[str, int]:
    match function, arguments:
        case ast.Attribute(value=ast.Name(id="ieee"), attr="div"), [x, y]:
            return f"{_expression(x, PRODUCT)} / {_expression(y, UNARY)}", PRODUCT
        case ast.Attribute(value=ast.Name(id="ieee"), attr=name), _:
            return f"ieee.{name}({_listed(arguments)})", ATOM
        case ast.Name(id="abs"), [_]:
            return f"Math.abs({_listed(arguments)})", ATOM
        case ast.Name(id="len"), [sequence]:
            return f"{_expression(sequence, ATOM)}.length", ATOM
        case ast.Name(id=name), _ if name.startswith("_"):
            return f"{name}({_listed(arguments)})", ATOM
    raise UntranslatableError(node, "only ieee, abs, len and helpers of ops.py can be called")


def _listed(nodes: list[ast.expr]) -> str:
    return ", ".join(_expression(node, CHOICE) for node in nodes)


def _sequence(node: ast.expr) -> str:
    match node:
        case ast.Starred(value=value):
            return "..." + _expression(value, ATOM)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return f"[{_listed(elements)}]"
        case ast.Subscript(value=sequence, slice=ast.Slice(lower=lower, upper=upper, step=None)):
            ends = [lower or ast.Constant(0), *([upper] if upper else [])]
            return f"{_expression(sequence, ATOM)}.slice({_listed(ends)})"
        case ast.Subscript(value=sequence, slice=ast.UnaryOp(op=ast.USub()) as index):
            return f"{_expression(sequence, ATOM)}.at({_expression(index, CHOICE)})"
        case ast.Subscript(value=sequence, slice=index):
            return f"{_expression(sequence, ATOM)}[{_expression(index, CHOICE)}]"
        case ast.GeneratorExp(generators=[part]) | ast.ListComp(generators=[part]) if not part.ifs:
            element = _expression(node.elt, CHOICE)
            return f"{_expression(part.iter, ATOM)}.map(({ast.unparse(part.target)}) => {element})"
    raise UntranslatableError(node, "this expression can't be written in JavaScript")


# Statements


class _Function:
    """One function: what it has declared so far, and its lines."""

    def __init__(self, tree: ast.FunctionDef) -> None:
        self.tree = tree
        self.declared = {argument.arg for argument in tree.args.args}

    def text(self, name: str, keyword: str = "function ", indent: str = "") -> str:
        parameters = [argument.arg for argument in self.tree.args.args]
        if self.tree.args.vararg:
            parameters.append("..." + self.tree.args.vararg.arg)
        lines = [f"{indent}{keyword}{name}({', '.join(parameters)}) {{"]
        lines += [indent + line for line in self._lines(self.tree.body)]
        return "\n".join([*lines, indent + "}"])

    def _lines(self, body: list[ast.stmt]) -> Iterator[str]:
        for statement in body:
            for line in self._statement(statement):
                yield "  " + line

    def _statement(self, statement: ast.stmt) -> Iterator[str]:
        match statement:
            case ast.Expr(value=ast.Constant(value=str())):
                return
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield f"{self._declare(name)}{name} = {expression(value)};"
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value in zip(names, values, strict=True):
                    name = ast.unparse(target)
                    yield f"{self._declare(name)}{name} = {expression(value)};"
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value) if type(op) in OPERATORS:
                yield f"{name} {OPERATORS[type(op)][0]}= {expression(value)};"
            case ast.For(orelse=[]):
                yield f"for ({self._loop(statement)}) {{"
                yield from self._lines(statement.body)
                yield "}"
            case ast.If(test=test, body=body, orelse=[]):
                yield f"if ({expression(test)}) {{"
                yield from self._lines(body)
                yield "}"
            case ast.Return(value=ast.expr() as value):
                yield f"return {expression(value)};"
            case _:
                raise UntranslatableError(statement, "a row is assignments, loops, conditions and returns")

    def _declare(self, name: str) -> str:
        known = name in self.declared
        self.declared.add(name)
        return "" if known else "let "

    @staticmethod
    def _loop(loop: ast.For) -> str:
        match loop.target, loop.iter:
            case ast.Name(id=name), over:
                return f"const {name} of {_expression(over, ATOM)}"
            case ast.Tuple(elts=names), ast.Call(func=ast.Name(id="enumerate"), args=[over]):
                return f"const {_sequence(ast.List(names))} of {_expression(over, ATOM)}.entries()"
            case ast.Tuple(elts=names), ast.Call(func=ast.Name(id="zip"), args=[first, second]):
                pair = f"(first, i) => [first, {_expression(second, ATOM)}[i]]"
                return f"const {_sequence(ast.List(names))} of {_expression(first, ATOM)}.map({pair})"
        raise UntranslatableError(loop, "a loop goes over a sequence, enumerate or zip of two")


# The file


def script() -> str:
    """The text of `explore/_ops.js`: `OPS` has a function for each row, operands to [value, derivative for each]."""
    source = Source()
    rows = [TABLE[name] for name in NAMES]
    constants, helpers = source.needed([source.of(op) for op in rows])
    return "\n".join(
        [
            "// The ops in JavaScript, from ops.py by `python -m autograd.translate --write`. Not to be edited.",
            *(f"const {name} = {_literal(getattr(ops, name))};" for name in constants),
            *(_Function(source.functions[name]).text(name) for name in helpers),
            "const OPS = {",
            *(_Function(source.of(op)).text(op.name, "", "  ") + "," for op in rows),
            "};",
            "",
        ]
    )
