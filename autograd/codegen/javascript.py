"""Generates the table's rows in JavaScript (`explore/ops.js`), for the explorer page.

It translates the same syntax trees as `c.py`, and also the loops of ops with any number of operands.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from autograd.codegen.source import ATOM, NAMED, PRODUCT, UNARY, Expressions, Source, UntranslatableError, quoted
from autograd.ops import BUILT_IN, TABLE

__all__ = ["JAVASCRIPT", "Function", "script"]


class _InJavaScript(Expressions):
    """Translates expressions to JavaScript.

    Examples
    --------
    >>> JAVASCRIPT.write(ast.parse("1.0 if 0 < x <= 2**-3 else -ieee.exp(abs(x))*(a - b)", mode="eval").body)
    '0 < x && x <= 0.125 ? 1 : -ieee.exp(Math.abs(x)) * (a - b)'
    """

    equal = "==="
    unequal = "!=="
    infinity = "Infinity"
    nan = "NaN"

    def literal(self, number: float) -> str:
        return repr(number).removesuffix(".0")

    def own(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
                return f"Math.floor({self.write(left, PRODUCT)} / {self.write(right, UNARY)})", ATOM
            case ast.BinOp(left=ast.Tuple(elts=[element]), op=ast.Mult(), right=count):
                return f"Array({self.write(count)}).fill({self.write(element)})", ATOM
            case ast.Call(func=function, args=arguments):
                return self._call(node, function, arguments)
        return self._sequence(node), ATOM

    def _call(self, node: ast.Call, function: ast.expr, arguments: list[ast.expr]) -> tuple[str, int]:
        match function, arguments:
            case ast.Attribute(value=ast.Name(id="ieee"), attr="div"), [x, y]:
                return f"{self.write(x, PRODUCT)} / {self.write(y, UNARY)}", PRODUCT
            case ast.Attribute(value=ast.Name(id="ieee"), attr=name), _:
                return f"ieee.{name}({self.listed(arguments)})", ATOM
            case ast.Name(id="abs"), [_]:
                return f"Math.abs({self.listed(arguments)})", ATOM
            case ast.Name(id="len"), [sequence]:
                return f"{self.write(sequence, ATOM)}.length", ATOM
            case ast.Name(id=name), _ if callable(NAMED.get(name)):
                return f"_{name}({self.listed(arguments)})", ATOM
        raise UntranslatableError(node, "only abs, len and functions of ieee and numerics can be called")

    def _sequence(self, node: ast.expr) -> str:
        match node:
            case ast.Starred(value=value):
                return "..." + self.write(value, ATOM)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                return f"[{self.listed(elements)}]"
            case ast.Subscript(value=sequence, slice=ast.Slice(lower=lower, upper=upper, step=None)):
                ends = [lower or ast.Constant(0), *([upper] if upper else [])]
                return f"{self.write(sequence, ATOM)}.slice({self.listed(ends)})"
            case ast.Subscript(value=sequence, slice=ast.UnaryOp(op=ast.USub()) as index):
                return f"{self.write(sequence, ATOM)}.at({self.write(index)})"
            case ast.Subscript(value=sequence, slice=index):
                return f"{self.write(sequence, ATOM)}[{self.write(index)}]"
            case ast.GeneratorExp(generators=[part]) | ast.ListComp(generators=[part]) if not part.ifs:
                element = self.write(node.elt)
                return f"{self.write(part.iter, ATOM)}.map(({ast.unparse(part.target)}) => {element})"
        raise UntranslatableError(node, "this expression can't be written in JavaScript")


JAVASCRIPT: Final = _InJavaScript()


# Statements


class Function:
    """A JavaScript function: the variables declared so far, and its lines."""

    def __init__(self, tree: ast.FunctionDef) -> None:
        self.tree = tree
        self.declared = {argument.arg for argument in tree.args.args}

    def text(self, name: str, keyword: str = "function ", indent: str = "") -> str:
        """Return the function's source under a name."""
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
                yield f"{self._declare(name)}{name} = {JAVASCRIPT.write(value)};"
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Call(func=ast.Name(id=op), args=operands)):
                yield f"const [{', '.join(map(ast.unparse, names))}] = OPS.{op}({JAVASCRIPT.listed(operands)});"
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value in zip(names, values, strict=True):
                    name = ast.unparse(target)
                    yield f"{self._declare(name)}{name} = {JAVASCRIPT.write(value)};"
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value) if type(op) in JAVASCRIPT.operators:
                yield f"{name} {JAVASCRIPT.operators[type(op)][0]}= {JAVASCRIPT.write(value)};"
            case ast.For(orelse=[]):
                yield f"for ({self._loop(statement)}) {{"
                yield from self._lines(statement.body)
                yield "}"
            case ast.If(test=test, body=body, orelse=[]):
                yield f"if ({JAVASCRIPT.write(test)}) {{"
                yield from self._lines(body)
                yield "}"
            case ast.Return(value=ast.expr() as value):
                yield f"return {JAVASCRIPT.write(value)};"
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
                return f"const {name} of {JAVASCRIPT.write(over, ATOM)}"
            case ast.Tuple(elts=names), ast.Call(func=ast.Name(id="enumerate"), args=[over]):
                return f"const {JAVASCRIPT.write(ast.List(names))} of {JAVASCRIPT.write(over, ATOM)}.entries()"
            case ast.Tuple(elts=names), ast.Call(func=ast.Name(id="zip"), args=[first, second]):
                pair = f"(first, i) => [first, {JAVASCRIPT.write(second, ATOM)}[i]]"
                return f"const {JAVASCRIPT.write(ast.List(names))} of {JAVASCRIPT.write(first, ATOM)}.map({pair})"
        raise UntranslatableError(loop, "a loop goes over a sequence, enumerate or zip of two")


# The file


def script() -> str:
    """Return the text of `explore/ops.js`; `OPS` maps names to functions that return [value, local derivatives]."""
    source = Source()
    ops = [TABLE[name] for name in BUILT_IN]
    constants, helpers = source.needed([source.of(op) for op in ops])
    return "\n".join(
        [
            "// The ops in JavaScript, from rows.py by `python -m autograd.codegen --write`. Not to be edited.",
            *(f"const {name} = {JAVASCRIPT.literal(NAMED[name])};" for name in constants),
            *(Function(source.helpers[name]).text(f"_{name}") for name in helpers),
            "const OPS = {",
            *(Function(source.of(op)).text(op.name, "", "  ") + "," for op in ops),
            "};",
            f"const SELECTS = new Set([{', '.join(quoted(op.name) for op in ops if op.selects)}]);",
            "",
        ]
    )
