"""Generates the rows' second derivatives in C (`ops_second.h`).

The trees come from `autograd.ops.rules`, which the Python backend compiles; here they become functions of the operands,
the value and the local derivatives, one for each pair of operands.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Final

from autograd.ops import TABLE, Op
from autograd.ops.rules import second_derivatives

__all__ = ["PAIRS", "second_header"]

PAIRS: Final = ((0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2))  # in the order in which they fill an array
OPERATORS: Final = frozenset("+-*/")  # those that C has too
COMPARISONS: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip

DISPATCH: Final = """\
/* The pairs of operands for which an op has a second derivative that isn't 0 by its form, as bits in the order 00 01 11
   02 12 22. */
static const unsigned char second_pairs[OPS_COUNT] = {{
{bits}
}};

/* Fill `found`, by pair, with the second derivatives of an op for its operands that move. Where an operand is
   constant its slope is nan. */
static void
second_derivatives(int op, const double *x, double out, const double *slope, const bool *moves, double *found)
{{
    double own[3];
    switch (op) {{
{cases}
    default:
        return;
    }}
}}
"""


class _Lines:
    """Straight-line C: each expression other than a name or number is assigned to a variable once."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, str] = {}

    def atom(self, node: ast.expr) -> str:
        """Return the name or number for an expression."""
        match node:
            case ast.Constant(value=int() | float() as number):
                return repr(float(number))
            case ast.Name(id="pi"):
                return repr(math.pi)
            case ast.Name(id=name):
                return name
            case ast.Call(func=ast.Name(id="neg"), args=[ast.Constant(value=int() | float() as number)]):
                return f"(-{float(number)!r})"
        key = ast.dump(node)
        if key not in self.names:
            text = self._text(node)
            self.names[key] = f"t{len(self.names)}"
            self.lines.append(f"    const double {self.names[key]} = {text};")
        return self.names[key]

    def _text(self, node: ast.expr) -> str:
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, [self.atom(x) for x in arguments])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return f"{self.atom(test)} != 0.0 ? {self.atom(body)} : {self.atom(orelse)}"
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return f"{self.atom(left)} {COMPARISONS[type(op)]} {self.atom(right)} ? 1.0 : 0.0"
            case ast.BoolOp(op=op, values=values):
                return f" {'&&' if isinstance(op, ast.And) else '||'} ".join(f"{self.atom(x)} != 0.0" for x in values)
        raise ValueError(f"second derivatives: no C for {ast.unparse(node)!r}")

    @staticmethod
    def _call(name: str, arguments: list[str]) -> str:
        sign = TABLE[name].operator
        if sign in OPERATORS:
            return f"{sign}{arguments[0]}" if len(arguments) == 1 else f"{arguments[0]} {sign} {arguments[1]}"
        unused = ["&unused"] * len(arguments)
        return f"op_{name}({', '.join([*arguments, *unused])})"


def _function(op: Op, pair: tuple[int, int], body: ast.expr) -> str:
    lines = _Lines()
    result = lines.atom(body)
    names = [*op.parameters, "out", *(f"d_{p}" for p in op.parameters)]
    head = f"static double\nsecond_{op.name}_{pair[0]}{pair[1]}({', '.join(f'double {name}' for name in names)})"
    unused = ["    double unused;"] if any("&unused" in line for line in lines.lines) else []
    return "\n".join([head, "{", *unused, *lines.lines, f"    return {result};", "}", ""])


def _case(op: Op, pairs: Mapping[tuple[int, int], ast.expr]) -> str:
    n = len(op.parameters)
    given = ", ".join([*(f"x[{i}]" for i in range(n)), "out", *(f"slope[{i}]" for i in range(n))])
    lines = [f"    case OP_{op.name}:"]
    if n > 1 and any(map(_uses_slopes, pairs.values())):  # a constant operand has no recorded slope
        unknown = " || ".join(f"isnan(slope[{i}])" for i in range(n))
        call = f"op_{op.name}({', '.join([*(f'x[{i}]' for i in range(n)), *(f'&own[{i}]' for i in range(n))])})"
        lines += [f"        if ({unknown}) {{", f"            {call};", "            slope = own;", "        }"]
    for i, j in pairs:
        moves = f"moves[{i}]" if i == j else f"moves[{i}] && moves[{j}]"
        lines.append(f"        if ({moves}) {{")
        lines.append(f"            found[{PAIRS.index((i, j))}] = second_{op.name}_{i}{j}({given});")
        lines.append("        }")
    return "\n".join([*lines, "        return;"])


def _uses_slopes(body: ast.expr) -> bool:
    return any(isinstance(x, ast.Name) and x.id.startswith("d_") for x in ast.walk(body))


def second_header() -> str:
    """Return the text of `_ops_second.h`."""
    found = {name: second_derivatives(op) for name, op in TABLE.items() if op.arity is not None}
    nonzero = {name: pairs for name, pairs in found.items() if pairs}
    bits = [f"    [OP_{name}] = {sum(1 << PAIRS.index(pair) for pair in pairs)}," for name, pairs in nonzero.items()]
    return "\n".join(
        [
            "/* The ops' second derivatives in C, generated from rows.py by `python -m autograd.codegen --write`.",
            "   Not to be edited. To be included after ops.h. */",
            "",
            *(_function(TABLE[name], pair, body) for name, pairs in nonzero.items() for pair, body in pairs.items()),
            DISPATCH.format(
                bits="\n".join(bits),
                cases="\n".join(_case(TABLE[name], pairs) for name, pairs in nonzero.items()),
            ),
        ]
    )
