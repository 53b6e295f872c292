"""Slopes as ops, so that what is differentiated again has exactly the row's number as its value.

A row that states its `second` derivatives gets a hidden op for each derivative: the value of `tanh_slope(x)` is the
local derivative that `tanh` records, to the last bit, and its own derivative is tanh's second. All ways to compute a
first derivative therefore agree, and higher orders follow from a form that neither cancels nor overflows.

Hidden ops are translated to C and JavaScript like other rows, from the functions that `source` generates. Some are
not slopes of a row: powers with an exponent lowered by a whole number, and parts of the softmax weights.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from autograd.ops import ieee, numerics, seconds, series, special  # noqa: F401  (hidden ops come after all rows)
from autograd.ops.rows import WHOLE_QUOTIENT
from autograd.ops.rules import BINARY, parse, second_derivatives, substitute
from autograd.ops.table import HIDDEN, POSITIVE, PRODUCT, REAL, TABLE, Compute, Op, make, row, slope_name, slope_of

__all__ = ["SOURCES", "enter"]

SOURCES: Final[dict[str, ast.FunctionDef]] = {}
"""The function of each hidden op as a syntax tree, in the form of `rows.py`."""


class _Numbers(ast.NodeVisitor):
    """A derivative's tree of calls as straight-line code over floats; each non-arithmetic op is called once."""

    exact: Final[dict[str, type[ast.operator]]] = {name: kind for kind, name in BINARY.items() if TABLE[name].regular}

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self.lines: list[ast.stmt] = []
        self.known: dict[str, ast.expr] = {}

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.Constant(float(node.value))  # type: ignore[arg-type]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(self.names.get(node.id, node.id), ast.Load())

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        return ast.Compare(self.visit(node.left), node.ops, [self.visit(x) for x in node.comparators])

    def visit_Call(self, node: ast.Call) -> ast.expr:
        name, arguments = node.func.id, [self.visit(x) for x in node.args]  # type: ignore[attr-defined]
        if name == "neg":
            return ast.UnaryOp(ast.USub(), arguments[0])
        if name == "div":
            return ast.Call(ast.Attribute(ast.Name("ieee", ast.Load()), "div", ast.Load()), arguments, [])
        if name in self.exact:
            return ast.BinOp(arguments[0], self.exact[name](), arguments[1])
        if name == "where":
            condition, yes, no = arguments
            is_truth = isinstance(condition, ast.Compare)
            return ast.IfExp(
                condition if is_truth else ast.Compare(condition, [ast.NotEq()], [ast.Constant(0.0)]), yes, no
            )
        key = ast.dump(node)
        if key not in self.known:
            out = f"out_{len(self.known) + 1}"
            self.lines.append(_call_of(TABLE[name], out, arguments, [f"{out}_{p}" for p in TABLE[name].parameters]))
            self.known[key] = ast.Name(out, ast.Load())
        return self.known[key]


def _call_of(op: Op, out: str, arguments: list[ast.expr], derivatives: list[str]) -> ast.stmt:
    """Return the statement `out, *derivatives = op(*arguments)`."""
    names: list[ast.expr] = [ast.Name(name, ast.Store()) for name in (out, *derivatives)]
    call = ast.Call(ast.Name(op.name, ast.Load()), arguments, [])
    return ast.Assign([ast.Tuple(names, ast.Store())], call)


def pairs(op: Op) -> Mapping[tuple[int, int], str]:
    """Return the texts of the second derivatives that a row states, by pair of operands i ≤ j."""
    n = len(op.parameters)
    return dict(zip(((i, j) for i in range(n) for j in range(i, n)), op.second))


def source(op: Op, position: int) -> ast.FunctionDef:
    """Return the function of an op's slope, which maps operands to (slope, its derivative for each operand)."""
    names = (*op.parameters, *(f"d_{p}" for p in op.parameters))
    slopes = {f"d_{p}": f"slope_{p}" for p in op.parameters}
    numbers = _Numbers(slopes)
    found = [
        numbers.visit(parse(pairs(op)[min(position, j), max(position, j)], names, op.name))
        for j in range(len(op.parameters))
    ]
    operands: list[ast.expr] = [ast.Name(p, ast.Load()) for p in op.parameters]
    lines = [_call_of(op, "out", operands, [*slopes.values()]), *numbers.lines]
    value = ast.Name(f"slope_{op.parameters[position]}", ast.Load())
    lines.append(ast.Return(ast.Tuple([value, *found], ast.Load())))
    name = slope_name(op.name, op.parameters, op.parameters[position])
    tree = ast.parse(f"def {name}({', '.join(f'{p}: float' for p in op.parameters)}) -> tuple[float, ...]: ...").body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.body = lines
    return ast.fix_missing_locations(tree)


def _graphs(op: Op, position: int) -> tuple[str, ...]:
    """Return the derivatives of an op's slope as expressions of ops, in which `out` is the slope itself."""
    names = (*op.parameters, *(f"d_{p}" for p in op.parameters))
    out = ast.Call(ast.Name(op.name, ast.Load()), [ast.Name(p, ast.Load()) for p in op.parameters], [])
    meaning: dict[str, ast.expr] = {
        f"d_{p}": ast.parse(op.graph[i], mode="eval").body for i, p in enumerate(op.parameters)
    }
    meaning[f"d_{op.parameters[position]}"] = ast.Name("out", ast.Load())
    texts = (pairs(op)[min(position, j), max(position, j)] for j in range(len(op.parameters)))
    return tuple(ast.unparse(substitute(parse(text, names, op.name), meaning, out)) for text in texts)


def _define(tree: ast.FunctionDef) -> Compute:
    """Compile a tree into a function, in which rows are called by name."""
    names: dict[str, Any] = {**vars(numerics), **{name: op.compute for name, op in (*TABLE.items(), *HIDDEN.items())}}
    exec(compile(ast.Module([tree], []), "<slopes>", "exec"), names)
    function: Compute = names[tree.name]
    return function


def _enter_slope(op: Op, position: int) -> None:
    name = slope_name(op.name, op.parameters, op.parameters[position])
    SOURCES[name] = source(op, position)
    inner = ", ".join(f"{{{p}}}" for p in op.parameters)
    of = "" if op.arity == 1 else f"_{{{{{op.parameters[position]}}}}}"
    written = op.name.replace("_", r"\_")
    HIDDEN[name] = make(
        name,
        len(TABLE) + len(HIDDEN),
        op.parameters,
        _define(SOURCES[name]),
        textbook=_graphs(op, position),
        symbol=f"{op.symbol}′",
        latex=rf"\operatorname{{{{{written}}}}}'{of}({inner})",
        domain=op.domain,
        kinks=op.kinks,
        jumps=op.jumps,
        selects=op.selects,
        ulp=op.ulp,
        loose=op.loose,
        note=op.note,
        doc=f"The derivative of {op.name} for {op.parameters[position]}.",
    )


def _needed(op: Op) -> list[str]:
    """Return the names of the hidden ops that a row's second derivatives call."""
    texts = [ast.parse(text, mode="eval") for text in op.second]
    calls = [
        x.func.id for tree in texts for x in ast.walk(tree) if isinstance(x, ast.Call) and isinstance(x.func, ast.Name)
    ]
    return [name for name in calls if name not in TABLE or name in HIDDEN]


def enter() -> None:
    """Add the slopes of every row that states second derivatives, dependencies first; then the slopes of those."""
    waiting = {
        slope_name(op.name, op.parameters, p): (op, i)
        for op in TABLE.values()
        for i, p in enumerate(op.parameters)
        if op.second and op.graph[i].startswith(slope_name(op.name, op.parameters, p))
    }
    while waiting:
        for name, (op, position) in list(waiting.items()):
            if not any(called in waiting for called in _needed(op)):
                _enter_slope(op, position)
                del waiting[name]
    for op in [op for op in HIDDEN.values() if "_second" in op.name]:
        _enter_third(op)


def _enter_third(op: Op) -> None:
    """Add the slopes of a second derivative that is a row of its own."""
    found = second_derivatives(op)
    n = len(op.parameters)
    texts = [ast.unparse(found.get((i, j), ast.Constant(0))) for i in range(n) for j in range(i, n)]
    graph = tuple(slope_of(op.name, op.parameters, p) for p in op.parameters)
    HIDDEN[op.name] = replace(op, second=tuple(texts), graph=graph)
    for position in range(n):
        _enter_slope(HIDDEN[op.name], position)


# Hidden ops that are not slopes


def _enter_power_over(n: int) -> None:
    """Add x to the y − n as an op of x and y."""
    name = f"power_over_{n}"
    slope = f"power_over(x, y, {n + 1}.0)"
    [tree] = ast.parse(
        f"def {name}(x: float, y: float) -> tuple[float, ...]:\n"
        f"    'x to the y − {n}, to the last digits of y.'\n"
        f"    out = power_over(x, y, {n}.0)\n"
        f"    return out, (y - {n}.0) * {slope} if y != {n}.0 else 0.0, out * ieee.log(x) if out != 0.0 else 0.0"
    ).body
    assert isinstance(tree, ast.FunctionDef)
    SOURCES[name] = tree
    row(
        f"where(y - {n}, (y - {n})*{f'power_over_{n + 1}(x, y)' if n < 3 else f'pow(x, y - {n + 1})'}, 0)",
        "where(out, out*log(x), 0)", text=f"{{x}}**({{y}} - {n})", latex=f"{{x}}^{{{{{{y}} - {n}}}}}",
        domain=(POSITIVE, REAL), hidden=True,
    )(_define(tree))  # fmt: skip


for _n in (1, 2, 3):
    _enter_power_over(_n)


@row("out", "0", graph=("exp_from_slope(x, largest)", "0"), text="exp({x} - {largest})", latex=r"e^{{{x} - {largest}}}",
     selects=True, hidden=True)  # fmt: skip
def exp_from(x: float, largest: float) -> tuple[float, float, float]:
    """e to the x − largest, a reference on which results don't depend; inf where both are infinite."""
    infinite = x == largest and abs(x) == ieee.inf
    out = ieee.inf if infinite else numerics.exp_difference(x, largest)
    return out, 1.0 if infinite else out, 0.0


@row("out", "0", text="exp({x} - {largest})", latex=r"e^{{{x} - {largest}}}", selects=True, hidden=True)
def exp_from_slope(x: float, largest: float) -> tuple[float, float, float]:
    """Derivative of exp_from in x."""
    out = 1.0 if x == largest and abs(x) == ieee.inf else numerics.exp_difference(x, largest)
    return out, out, 0.0


@row("portion(y, x)/(x + y)", "-out/(x + y)", text="{x}/({x} + {y})", latex=r"\frac{{{x}}}{{{x} + {y}}}",
     hidden=True)  # fmt: skip
def portion(x: float, y: float) -> tuple[float, float, float]:
    """x / (x + y)."""
    out = numerics.portion(x, y)
    return out, ieee.div(numerics.portion(y, x), x + y), ieee.div(-out, x + y)


@row("0", "-bessel_moment(n + 1, x)", hidden=True)
def bessel_moment(n: float, x: float) -> tuple[float, float, float]:
    """Derivative of e^−x · I₀(x) for x ≥ 0, of constant order n, times (−1)ⁿ."""
    return series.bessel_moment(n, x), 0.0, -series.bessel_moment(n + 1.0, x)


@row("0", "polygamma(n + 1, x)", latex=r"\psi^{{({n})}}({x})", domain=(POSITIVE, POSITIVE), hidden=True)
def polygamma(n: float, x: float) -> tuple[float, float, float]:
    """Derivative of digamma of constant order n."""
    return series.polygamma(n, x), 0.0, series.polygamma(n + 1.0, x)


@row("0",
     "where(n < 6, pi*(where(n, n*spherical_bessel(n - 1, x), 0) - (n + 1)*spherical_bessel(n + 1, x))/(2*n + 1),"
     " pi*spherical_bessel(n - 1, x) - (n + 1)/x*out)",
     latex=r"j_{{{n}}}(\pi {x})", hidden=True)  # fmt: skip
def spherical_bessel(n: float, x: float) -> tuple[float, float, float]:
    """Spherical Bessel function of πx, of constant order n."""
    out, below = series.spherical_bessel(n, x), series.spherical_bessel(n - 1.0, x) if n > 0.0 else 0.0
    return (
        out,
        0.0,
        series.PI * (n * below - (n + 1.0) * series.spherical_bessel(n + 1.0, x)) / (2.0 * n + 1.0)
        if n < 6.0
        else series.PI * below - ieee.div(n + 1.0, x) * out,
    )


@row("0", "0", kinks=WHOLE_QUOTIENT, jumps=True, selects=True, hidden=True)
def whole_quotient(x: float, y: float) -> tuple[float, float, float]:
    """x / y rounded towards 0, as in fmod."""
    return numerics.whole(ieee.div(x - ieee.fmod(x, y), y)), 0.0, 0.0


# Extremes of a sequence; ties share the derivative equally


@row("(x >= y)", "(y >= x)", symbol="max", text="max({x}, {y})", latex=r"\max({x}, {y})", kinks="x == y", selects=True,
     cheap_slopes=True, rounding=numerics.exact, hidden=True)  # fmt: skip
def max_of_all(x: float, y: float) -> tuple[float, float, float]:
    """The larger of two; at a tie each has all of the derivative."""
    out = x if x > y or x == y else y if y > x else ieee.nan
    return out, 1.0 if x >= y else 0.0 if x < y else 0.5, 1.0 if y >= x else 0.0 if y < x else 0.5


@row("(x <= y)", "(y <= x)", symbol="min", text="min({x}, {y})", latex=r"\min({x}, {y})", kinks="x == y", selects=True,
     cheap_slopes=True, rounding=numerics.exact, hidden=True)  # fmt: skip
def min_of_all(x: float, y: float) -> tuple[float, float, float]:
    """The smaller of two; at a tie each has all of the derivative."""
    out = x if x < y or x == y else y if y < x else ieee.nan
    return out, 1.0 if x <= y else 0.0 if x > y else 0.5, 1.0 if y <= x else 0.0 if y > x else 0.5


@row("0", "0", kinks="x == y", jumps=True, selects=True, rounding=numerics.exact, hidden=True)
def equal(x: float, y: float) -> tuple[float, float, float]:
    """1 where both are equal, else 0."""
    return 1.0 if x == y else 0.0, 0.0, 0.0


@row("y", "x", text="{x}*{y}", latex=r"{x} \cdot {y}", precedence=PRODUCT, selects=True, rounding=numerics.rounded,
     hidden=True)  # fmt: skip
def masked_product(x: float, y: float) -> tuple[float, float, float]:
    """x · y, 0 where x is, also beside what is infinite or nan."""
    return 0.0 if x == 0.0 else x * y, y, x


@row("where(n, 1/n, 1)", "0", text="{x}", latex="{x}", rounding=numerics.exact, hidden=True)
def shared(x: float, n: float) -> tuple[float, float, float]:
    """x, with the derivative divided among n ties."""
    return x, 1.0 / n if n > 0.0 else 1.0, 0.0
