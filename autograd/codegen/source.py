"""Reads the rows and their helpers as syntax trees, and writes what C and JavaScript have in common."""

from __future__ import annotations

import ast
import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import ModuleType
from typing import ClassVar, Final

from autograd.ops import HELPERS, ROWS, Op, slopes

__all__ = [
    "AND", "ATOM", "CHOICE", "OR", "PRODUCT", "SUM", "UNARY", "WIDTH",
    "NAMED", "Expressions", "Source", "UntranslatableError", "filled", "parameters_of", "quoted",
]  # fmt: skip

WIDTH: Final = 118

CHOICE, OR, AND, EQUALITY, RELATION, SUM, PRODUCT, UNARY, ATOM = range(9)  # precedences, loosest first


NAMED: Final = {name: value for module in HELPERS for name, value in vars(module).items()}
"""The helpers and constants by name."""


class UntranslatableError(Exception):
    """Raised for a row whose Python has no translation; the text names the construct and its line in rows.py."""

    def __init__(self, node: ast.AST, why: str) -> None:
        super().__init__(f"rows.py line {getattr(node, 'lineno', 0)}: {why}, got {ast.unparse(node)!r}")


class Source:
    """The syntax trees of rows and their helpers, by name."""

    def __init__(self, qualified: bool = False) -> None:
        self.rows = {name: tree for module in ROWS for name, tree in _functions(module, qualified).items()}
        self.helpers = {name: tree for module in HELPERS for name, tree in _functions(module, qualified).items()}

    def of(self, op: Op) -> ast.FunctionDef:
        """Return the function that computes an op."""
        return slopes.SOURCES.get(op.name) or self.rows[op.compute.__name__]

    def needed(self, roots: list[ast.FunctionDef]) -> tuple[list[str], list[str]]:
        """Return the constants and helpers that these functions use, each after those that it uses."""
        constants: list[str] = []
        helpers: list[str] = []

        def visit(function: ast.FunctionDef) -> None:
            for name in _names(function):
                if name.isupper() and name not in constants:
                    constants.append(name)
                elif name in self.helpers and name not in helpers:
                    visit(self.helpers[name])
                    helpers.append(name)

        for root in roots:
            visit(root)
        return constants, helpers


class _Unqualified(ast.NodeTransformer):
    """Replaces `numerics.name` by `name`; rows call nothing else by a bare name."""

    modules: ClassVar = {module.__name__.rpartition(".")[2] for module in HELPERS}

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in self.modules:
            return ast.copy_location(ast.Name(node.attr, node.ctx), node)
        return node


def _functions(module: ModuleType, qualified: bool) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(inspect.getsource(module))
    tree = tree if qualified else _Unqualified().visit(tree)
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _names(function: ast.FunctionDef) -> Iterator[str]:
    for statement in function.body:
        yield from (node.id for node in ast.walk(statement) if isinstance(node, ast.Name))


class Expressions(ABC):
    """Writes Python expressions in a C-like language; subclasses write calls."""

    equal: ClassVar = "=="
    unequal: ClassVar = "!="
    infinity: ClassVar[str]
    nan: ClassVar[str]

    def __init__(self) -> None:
        self.constants = {"inf": self.infinity, "nan": self.nan}
        self.operators: dict[type[ast.AST], tuple[str, int]] = {
            ast.Add: ("+", SUM),
            ast.Sub: ("-", SUM),
            ast.Mult: ("*", PRODUCT),
            ast.Div: ("/", PRODUCT),
            ast.Lt: ("<", RELATION),
            ast.LtE: ("<=", RELATION),
            ast.Gt: (">", RELATION),
            ast.GtE: (">=", RELATION),
            ast.Eq: (self.equal, EQUALITY),
            ast.NotEq: (self.unequal, EQUALITY),
            ast.And: ("&&", AND),
            ast.Or: ("||", OR),
        }

    def write(self, node: ast.expr, around: int = CHOICE) -> str:
        """Write a node, in brackets if it binds more loosely than its context."""
        text, precedence = self._with_precedence(node)
        return f"({text})" if self.bracketed(precedence, around) else text

    def bracketed(self, precedence: int, around: int) -> bool:
        """Return whether an expression needs brackets in its context."""
        return precedence < around

    @abstractmethod
    def literal(self, number: float) -> str:
        """Write a number."""

    @abstractmethod
    def own(self, node: ast.expr) -> tuple[str, int]:
        """Write an expression specific to the language, and return its precedence."""

    def _with_precedence(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.Constant(value=bool(value) | int(value) | float(value)):
                return self.literal(float(value)), ATOM
            case ast.BinOp(left=ast.Constant(value=int() | float() as base), op=ast.Pow(), right=exponent):
                return self.literal(float(base ** ast.literal_eval(exponent))), ATOM
            case ast.Name(id=name):
                return name, ATOM
            case ast.Attribute(value=ast.Name(id="ieee"), attr=name) if name in self.constants:
                return self.constants[name], ATOM
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return "-" + self.write(operand, ATOM), UNARY
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return "!" + self.write(operand, ATOM), UNARY
            case ast.BinOp(left=left, op=op, right=right) if type(op) in self.operators and not _is_sequence(left):
                return self._between(left, op, right)
            case ast.BoolOp(op=op, values=values):
                symbol, precedence = self.operators[type(op)]
                return f" {symbol} ".join(self.write(value, precedence) for value in values), precedence
            case ast.Compare(left=left, ops=relations, comparators=others):
                pairs = zip([left, *others], relations, others, strict=False)
                links = [self._between(*pair) for pair in pairs]
                return links[0] if len(links) == 1 else (" && ".join(text for text, _ in links), AND)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return f"{self.write(test, OR)} ? {self.write(body, OR)} : {self.write(orelse)}", CHOICE
        return self.own(node)

    def _between(self, left: ast.expr, op: ast.AST, right: ast.expr) -> tuple[str, int]:
        symbol, precedence = self.operators[type(op)]
        return f"{self.write(left, precedence)} {symbol} {self.write(right, precedence + 1)}", precedence

    def listed(self, nodes: list[ast.expr]) -> str:
        """Write expressions separated by commas."""
        return ", ".join(self.write(node) for node in nodes)


def _is_sequence(node: ast.expr) -> bool:
    return isinstance(node, ast.Tuple | ast.List)


def parameters_of(op: Op) -> list[tuple[str, float | None]]:
    """Return the names of the operands, each with its default or None."""
    required = len(op.parameters) - len(op.defaults)
    return list(zip(op.parameters, [None] * required + list(op.defaults), strict=True))


def quoted(text: str) -> str:
    """Return a text between double quotes, as C and Python read it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def filled(words: list[str], indent: str = "    ") -> str:
    """Return words separated by commas, wrapped into lines."""
    lines, line = [], indent
    for word in words:
        if len(line) + len(word) + 2 > WIDTH:
            lines.append(line.rstrip())
            line = indent
        line += word + ", "
    return "\n".join([*lines, line.rstrip()])
