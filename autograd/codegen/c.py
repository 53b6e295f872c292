"""Generates the table's rows in C (`ops.h`).

A row of `rows.py` is straight-line Python over floats; its syntax tree is translated expression by expression, so that
both backends evaluate the same formula and give the same bits. Ops with any number of operands are in
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Final

from autograd.codegen.source import (
    AND,
    ATOM,
    NAMED,
    OR,
    PRODUCT,
    UNARY,
    WIDTH,
    Expressions,
    Source,
    UntranslatableError,
    filled,
    parameters_of,
    quoted,
)
from autograd.ops import BUILT_IN, NAMES, TABLE, Op, series

__all__ = ["C", "function", "header"]

ALL: Final = [TABLE[name] for name in BUILT_IN]


class _InC(Expressions):
    """Translates expressions to C.

    Examples
    --------
    >>> C.write(ast.parse("1.0 if 0 < x <= 2**-3 else -ieee.exp(abs(x))*(a - b)", mode="eval").body)
    '(0.0 < x && x <= 0.125) ? 1.0 : -exp(fabs(x)) * (a - b)'
    """

    infinity = "INFINITY"
    nan = "NAN"

    def bracketed(self, precedence: int, around: int) -> bool:
        # gcc -Wall warns about && inside || without brackets.
        return super().bracketed(precedence, around) or (precedence, around) == (AND, OR)

    def literal(self, number: float) -> str:
        return repr(number)  # the shortest decimal that C also reads as this double

    def own(self, node: ast.expr) -> tuple[str, int]:
        if not isinstance(node, ast.Call) or node.keywords:
            raise UntranslatableError(node, "this expression can't be written in C")
        match node.func, node.args:
            case ast.Attribute(value=ast.Name(id="ieee"), attr="div"), [x, y]:
                return f"{self.write(x, PRODUCT)} / {self.write(y, UNARY)}", PRODUCT
            case ast.Attribute(value=ast.Name(id="ieee"), attr=name), _:
                return f"{name}({self.listed(node.args)})", ATOM
            case ast.Name(id="abs"), [_]:
                return f"fabs({self.listed(node.args)})", ATOM
            case ast.Name(id=name), _ if callable(NAMED.get(name)):
                return f"ops_{name}({self.listed(node.args)})", ATOM
        raise UntranslatableError(node, "only abs and functions of ieee and numerics can be called")


C: Final = _InC()


# Functions


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in function.args.args]


def _body(function: ast.FunctionDef, derivatives: list[str]) -> Iterator[str]:
    """Yield the statements in C; derivatives are stored through the named pointers, the value is returned."""
    used = {x.id for x in ast.walk(function) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Load)}
    for statement in function.body:
        match statement:
            case ast.Expr(value=ast.Constant(value=str())):
                continue
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield from _definition(name, value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value in zip(names, values, strict=True):
                    yield from _definition(ast.unparse(target), value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Call(func=ast.Name(id=op), args=operands)):
                out, *slopes = map(ast.unparse, names)
                yield f"    double {', '.join(slopes)};"
                call = f"op_{op}({', '.join([C.listed(operands), *(f'&{d}' for d in slopes)])});"
                yield f"    const double {out} = {call}" if out in used else f"    {call}"
            case ast.Return(value=ast.Tuple(elts=[first, *rest])) if len(rest) == len(derivatives):
                for name, value in zip(derivatives, rest, strict=True):
                    yield from _statement(f"*{name} = ", value)
                yield from _statement("return ", first)
            case ast.Return(value=ast.expr() as value) if not derivatives:
                yield from _statement("return ", value)
            case _:
                raise UntranslatableError(statement, "a row is assignments and one return")


def _definition(name: str, value: ast.expr) -> Iterator[str]:
    truth = isinstance(value, ast.Compare | ast.BoolOp) or (
        isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    )
    yield from _statement(f"const {'bool' if truth else 'double'} {name} = ", value)


def _statement(start: str, value: ast.expr) -> Iterator[str]:
    line = f"    {start}{C.write(value)};"
    if len(line) <= WIDTH:
        yield line
        return
    yield "    " + start.rstrip()
    lead = "        "
    while isinstance(value, ast.IfExp):
        yield f"{lead}{C.write(value.test, OR)} ? {C.write(value.body, OR)}"
        lead, value = "        : ", value.orelse
    yield f"{lead}{C.write(value)};"


def _kind(helper: str) -> str:
    """Return the kind of definition of a helper: long ones of `series.py` are functions, not inlined."""
    return "OUTLINE" if hasattr(series, helper) else "INLINE"


def function(name: str, function: ast.FunctionDef, derivatives: list[str], kind: str = "INLINE") -> str:
    """Return a row or a helper in C; derivatives are stored through the named pointers."""
    parameters = [f"double {p}" for p in _parameters(function)] + [f"double *{d}" for d in derivatives]
    head = f"{kind} double\n{name}({', '.join(parameters)})"
    return "\n".join([head, "{", *_body(function, derivatives), "}", ""])


# The files


def header() -> str:
    """Return the text of `ops.h`."""
    source = Source()
    fixed = [op for op in ALL if op.arity is not None]
    constants, helpers = source.needed([source.of(op) for op in ALL])
    helpers = [name for name in helpers if _is_over_floats(source.helpers[name])]
    return "\n".join(
        [
            "/* The ops in C, generated from rows.py by `python -m autograd.codegen --write`. Not to be edited. */",
            "",
            "#include <math.h>",
            "#include <stdbool.h>",
            "",
            "/* Always inlined: a derivative that a caller doesn't use is then never computed. */",
            "#if defined(__GNUC__)",
            "#define INLINE static inline __attribute__((always_inline))",
            "#define OUTLINE static __attribute__((noinline, unused))",
            "#else",
            "#define INLINE static inline",
            "#define OUTLINE static",
            "#endif",
            "",
            f"enum {{\n{filled([f'OP_{op.name}' for op in ALL])}\n    OPS_COUNT\n}};",
            f"enum {{ ROWS_COUNT = {len(NAMES)} }}; /* those that are not hidden ops */",
            "",
            "/* name, (operands), default of the last or NAN, signatures of method and function, docstring */",
            *(_list_of_ops(arity) for arity in (1, 2, 3)),
            *(_list_of_ops(arity, "_METHODS", TABLE.values()) for arity in (1, 2, 3)),
            *(_list_of_numpy_names(arity) for arity in (1, 2)),
            *(f"static const double {name} = {C.literal(NAMED[name])};" for name in constants),
            "",
            _question("selects"),
            _question("regular"),
            _question("commutes"),
            _question("cheap_slopes"),
            _question("is_own_slope"),
            _arities(),
            *(function(f"ops_{name}", source.helpers[name], [], _kind(name)) for name in helpers),
            *(
                function(f"op_{op.name}", source.of(op), [f"d_{p}" for p in op.parameters])
                for op in fixed
            ),
        ]
    )  # fmt: skip


def _arities() -> str:
    """Return the functions for a row's arity, 0 if variadic, and for whether it can have a number of operands."""
    by_arity = ((n, [op for op in ALL if op.arity == n]) for n in (1, 2, 3))
    fixed = [_cases(its, str(n)) for n, its in by_arity]
    odd = {op: " && count % 2 == 1" * (op.form == "products") for op in ALL if op.arity is None}
    several = [_cases([op], f"count >= {op.fewest}{more}") for op, more in odd.items()]
    return (
        _switch("int", "op_arity(int op)", fixed, "0")
        + "\n"
        + _switch("bool", "op_takes(int op, int count)", several, "op < OPS_COUNT && count == op_arity(op)")
    )


def _question(fact: str) -> str:
    """Return a function that tests a boolean field of a row."""
    return _switch("bool", f"op_{fact}(int op)", [_cases([op for op in ALL if getattr(op, fact)], "true")], "false")


def _cases(ops: Iterable[Op], result: str) -> str:
    return "".join(f"    case OP_{op.name}:\n" for op in ops) + f"        return {result};\n"


def _switch(kind: str, head: str, cases: Iterable[str], default: str) -> str:
    body = f"    switch (op) {{\n{''.join(cases)}    default:\n        return {default};\n    }}"
    return f"INLINE {kind}\n{head}\n{{\n{body}\n}}\n"


def _is_over_floats(helper: ast.FunctionDef) -> bool:
    """Return whether a helper takes and returns floats; helpers over sequences belong to variadic ops."""
    annotations = [argument.annotation for argument in helper.args.args] + [helper.returns]
    return all(isinstance(a, ast.Name) and a.id == "float" for a in annotations)


def _list_of_ops(arity: int, what: str = "_OPS", ops: Iterable[Op] = ALL) -> str:
    name = {1: "UNARY", 2: "BINARY", 3: "TERNARY"}[arity]
    rows = [_row(op) for op in ops if op.arity == arity]
    return " \\\n    ".join([f"#define {name}{what}(X)", *rows]) + "\n"


def _row(op: Op) -> str:
    names = ", ".join(quoted(p) for p in op.parameters)
    default = C.literal(op.defaults[-1]) if op.defaults else "NAN"
    method, function = _signatures(op)
    return f"X({op.name}, ({names}), {default}, {quoted(method)}, {quoted(function)}, {quoted(op.doc)})"


def _signatures(op: Op) -> tuple[str, str]:
    """Return the signatures of the method and the function."""
    words = [p if d is None else f"{p}={d!r}" for p, d in parameters_of(op)]
    return f"({', '.join(['$self', *words[1:]])})", f"({', '.join(words)})"


def _list_of_numpy_names(arity: int) -> str:
    """Return an X-macro over methods named differently by numpy: that name, ours, kind, signature, doc."""
    name = {1: "UNARY", 2: "BINARY"}[arity]
    rows = [
        f"X({op.numpy}, {op.name}, KIND, {quoted(_signatures(op)[0])}, {quoted(op.doc)})"
        for op in TABLE.values()
        if op.numpy and op.arity == arity
    ]
    return " \\\n    ".join([f"#define NUMPY_{name}(X, KIND)", *rows]) + "\n"
