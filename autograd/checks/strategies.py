"""Hypothesis strategies: random expressions, programs with shared nodes, and points where they are differentiable.

Test a gradient in four lines::

    @given(strategies.inputs_for(my_function))
    def test_gradient(inputs):
        ag.gradcheck(my_function, inputs)

Ops added by `autograd.op` are included. Failing examples shrink to a small expression at a simple point.
"""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

try:
    from hypothesis import assume
    from hypothesis import strategies as st
except ImportError as error:
    raise ImportError(
        f"autograd.checks.strategies: needs the package hypothesis ({error}): pip install hypothesis, "
        "or the extra `test`: pip install 'scalargrad[test]'",
        name="hypothesis",
    ) from error

from autograd._common.containers import Tree
from autograd.derivatives import over_values
from autograd.derivatives.differences import kink_distance
from autograd.engine import modes
from autograd.engine.backend import Value
from autograd.engine.graph import topological
from autograd.ops import TABLE, Interval, Op
from autograd.ops.table import CALL

__all__ = ["Expression", "Program", "expressions", "inputs_for", "programs"]

Part: TypeAlias = "Expression | str | float"  # an expression, a variable, or a constant
TRIES = 50
LARGEST = 1e6
MARGIN = 1e-2  # distance from kinks and the ends of domains
SOME_POINTS = (0.3, -0.8, 1.7, -2.2, 0.05, 2.6)


@dataclass(frozen=True, repr=False)
class Expression:
    """An op applied to expressions, variables and constants; a function of its variables.

    Attributes
    ----------
    op : str
        The name of a row; "" for a single variable or constant.
    operands : tuple of Expression, str or float
        Its operands.
    variables : tuple of str
        The names of the arguments, in order.

    Examples
    --------
    >>> e = Expression("mul", (Expression("add", ("x", 1.0), ("x",)), "x"), ("x",))
    >>> e, e(2.0), e(Value(3.0))
    (lambda x: (x + 1)*x, 6.0, Value(12))
    """

    op: str
    operands: tuple[Part, ...]
    variables: tuple[str, ...]

    def __call__(self, *arguments: Any) -> Any:
        """Evaluate it on numbers or Values."""
        if len(arguments) != len(self.variables):
            raise TypeError(f"{self!r}: takes {len(self.variables)} arguments, got {len(arguments)}")
        return self._compute(dict(zip(self.variables, arguments)))

    def _compute(self, known: dict[str, Any]) -> Any:
        parts = [
            x._compute(known) if isinstance(x, Expression) else known[x] if isinstance(x, str) else x
            for x in self.operands
        ]
        return over_values.apply(self.op, parts) if self.op else parts[0]

    def __str__(self) -> str:
        return _written(self.op, self.operands) if self.op else _part(self.operands[0], 0)

    def __repr__(self) -> str:
        return f"lambda {', '.join(self.variables)}: {self}"


def _part(part: Part, tightness: int) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Expression):
        loose = part.op and TABLE[part.op].precedence < tightness
        return f"({part})" if loose else str(part)
    return f"({part:g})" if part < 0 and tightness else f"{part:g}"


def _written(name: str, operands: Sequence[Part]) -> str:
    op = TABLE[name]
    if op.arity is None:
        return f"{name}({', '.join(_part(x, 0) for x in operands)})"
    tightness = 0 if op.precedence == CALL else op.precedence
    parts = [_part(x, tightness + (i > 0 and tightness > 0)) for i, x in enumerate(operands)]
    return op.text.format(**dict(zip(op.parameters, parts)))


@dataclass(frozen=True, repr=False)
class Program:
    """A sequence of steps that use variables, constants and earlier steps, possibly several times; a function.

    Attributes
    ----------
    steps : tuple of (str, tuple of str or float)
        An op and its operands each; the result of the first step is called t1.
    variables : tuple of str
        The names of the arguments, in order.

    Examples
    --------
    >>> p = Program((("sin", ("x",)), ("mul", ("t1", "t1"))), ("x",))
    >>> print(p)
    def program(x):
        t1 = sin(x)
        t2 = t1*t1
        return t2
    >>> p(0.0)
    0.0
    """

    steps: tuple[tuple[str, tuple[str | float, ...]], ...]
    variables: tuple[str, ...]

    def __call__(self, *arguments: Any) -> Any:
        """Run it on numbers or Values."""
        if len(arguments) != len(self.variables):
            raise TypeError(f"program: takes {len(self.variables)} arguments, got {len(arguments)}")
        known = dict(zip(self.variables, arguments))
        for i, (name, operands) in enumerate(self.steps, 1):
            known[f"t{i}"] = over_values.apply(name, [known[x] if isinstance(x, str) else x for x in operands])
        return known[f"t{len(self.steps)}"]

    def __str__(self) -> str:
        lines = [f"    t{i} = {_written(name, operands)}" for i, (name, operands) in enumerate(self.steps, 1)]
        return "\n".join([f"def program({', '.join(self.variables)}):", *lines, f"    return t{len(self.steps)}"])

    __repr__ = __str__


def expressions(
    ops: Iterable[str] | None = None, depth: int = 3, variables: Sequence[str] = ("x", "y")
) -> st.SearchStrategy[Expression]:
    """Return a strategy for expressions that are defined somewhere near 0.

    Operands of an op with a restricted domain are mapped into it, by `softplus` or `tanh`.

    Parameters
    ----------
    ops : iterable of str
        Names of rows; by default all, including added ones.
    depth : int
        The maximum nesting depth of ops, 1 or more.
    variables : sequence of str
        The names of the arguments.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(expressions(["sin", "mul", "log"]), lambda e: "log" in str(e))
    lambda x, y: log(softplus(x))
    """
    rows, names = _rows(ops), _names(variables)
    if depth < 1:
        raise ValueError(f"expressions: depth must be 1 or more, got {depth!r}")
    parts: st.SearchStrategy[Part] = _leaf(names)
    for _ in range(depth):
        parts = _leaf(names) | _applied(rows, parts, names)
    whole = parts.map(lambda part: part if isinstance(part, Expression) else Expression("", (part,), names))
    return whole.filter(_is_defined_somewhere)


def _leaf(names: tuple[str, ...]) -> st.SearchStrategy[Part]:
    constants = st.integers(-6, 6).map(lambda n: n / 2.0)
    return st.sampled_from(names) | constants


def _applied(rows: Sequence[Op], parts: st.SearchStrategy[Part], names: tuple[str, ...]) -> st.SearchStrategy[Part]:
    @st.composite
    def applied(draw: st.DrawFn) -> Part:
        op = draw(st.sampled_from(rows))
        given = [draw(parts) for _ in range(_count(draw, op))]
        return Expression(op.name, tuple(_inside(x, _domain(op, i), names) for i, x in enumerate(given)), names)

    return applied()


def _count(draw: st.DrawFn, op: Op) -> int:
    if op.arity is not None:
        return op.arity
    return 2 * draw(st.integers(1, 2)) + 1 if op.form == "products" else draw(st.integers(1, 3))


def _domain(op: Op, position: int) -> Interval:
    return op.domain[position] if position < len(op.domain) else (-math.inf, math.inf)


def _steps_inside(domain: Interval) -> list[tuple[str, float | None]]:
    """Return ops that map any number into an interval, each with its constant operand."""
    low, high = domain
    if low == -math.inf and high == math.inf:
        return []
    if high == math.inf:
        return [("softplus", None), *([("add", low)] if low else [])]
    if low == -math.inf:
        return [("softplus", None), ("neg", None), *([("add", high)] if high else [])]
    half, middle = (high - low) / 2, (high + low) / 2
    return [("tanh", None), *([("mul", half)] if half != 1.0 else []), *([("add", middle)] if middle else [])]


def _inside(part: Part, domain: Interval, names: tuple[str, ...]) -> Part:
    if isinstance(part, float) and domain[0] < part < domain[1]:
        return part
    for name, constant in _steps_inside(domain):
        part = Expression(name, (part,) if constant is None else (part, constant), names)
    return part


def programs(
    ops: Iterable[str] | None = None, size: int = 8, variables: Sequence[str] = ("x", "y")
) -> st.SearchStrategy[Program]:
    """Return a strategy for programs: straight-line code in which results are reused.

    Parameters
    ----------
    ops : iterable of str
        Names of rows; by default all, including added ones.
    size : int
        The maximum number of steps, not counting those that map operands into a domain.
    variables : sequence of str
        The names of the arguments.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(programs(["mul", "sin"]), lambda p: len(p.steps) > 1)
    def program(x, y):
        t1 = sin(x)
        t2 = sin(x)
        t3 = sum(t1, t2)
        return t3
    """
    rows, names = _rows(ops), _names(variables)
    if size < 1:
        raise ValueError(f"programs: size must be 1 or more, got {size!r}")

    @st.composite
    def drawn(draw: st.DrawFn) -> Program:
        steps: list[tuple[str, tuple[str | float, ...]]] = []

        def step(name: str, *operands: str | float) -> str:
            steps.append((name, operands))
            return f"t{len(steps)}"

        results: list[str] = []
        for _ in range(draw(st.integers(1, size))):
            op = draw(st.sampled_from(rows))
            known = st.sampled_from([*names, *results]) | st.integers(-6, 6).map(lambda n: n / 2.0)
            operands = []
            for position in range(_count(draw, op)):
                operand: str | float = draw(known)
                low, high = _domain(op, position)
                if isinstance(operand, str) or not low < operand < high:
                    for name, constant in _steps_inside((low, high)):
                        operand = step(name, operand) if constant is None else step(name, operand, constant)
                operands.append(operand)
            results.append(step(op.name, *operands))
        used = {x for _, operands in steps for x in operands}
        ends = [x for x in results if x not in used]
        if len(ends) > 1:
            step("sum", *ends)
        return Program(tuple(steps), names)

    return drawn().filter(_is_defined_somewhere)


def inputs_for(
    function: Callable[..., Any], low: float = -3.0, high: float = 3.0, *, away_from_kinks: bool = True
) -> st.SearchStrategy[tuple[float, ...]]:
    """Return a strategy for arguments at which a function is finite and every op inside its domain.

    Parameters
    ----------
    function : callable
        An `Expression`, a `Program`, or any function whose positional parameters are numbers.
    low, high : float
        The bounds of each argument.
    away_from_kinks : bool
        Whether to exclude points near kinks of ops and near branches of the function.

    Raises
    ------
    ValueError
        When a test runs, if no point between `low` and `high` is inside the function's domain.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(inputs_for(lambda x: abs(x).log()), lambda inputs: True)
    (1.0,)
    """
    count = _arguments(function)
    one = st.floats(low, high, allow_nan=False, width=32)
    found: list[bool] = []

    @st.composite
    def drawn(draw: st.DrawFn) -> tuple[float, ...]:
        for _ in range(TRIES):
            point = tuple(draw(one) for _ in range(count))
            if _is_good(function, point, away_from_kinks):
                found.append(True)
                return point
        if not found and not any(_is_good(function, point, away_from_kinks) for point in _spread(low, high, count)):
            name = getattr(function, "__name__", "the function")
            raise ValueError(
                f"inputs_for: no point from {low:g} to {high:g} is inside the domain of {name}, away from its kinks; "
                "say by low= and high= where it is defined"
            )
        assume(False)
        raise AssertionError("assume(False) returns never")

    return drawn()


def _spread(low: float, high: float, count: int) -> list[tuple[float, ...]]:
    """Return points spread over a cube, the same at each call."""
    draw = random.Random(0)
    return [tuple(draw.uniform(low, high) for _ in range(count)) for _ in range(4 * TRIES)]


def _arguments(function: Callable[..., Any]) -> int:
    if isinstance(function, (Expression, Program)):
        return len(function.variables)
    parameters = inspect.signature(function).parameters.values()
    return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty for p in parameters)


class _Comparisons:
    """Records comparisons and conversions whose outcome changes nearby."""

    number = -1

    def __init__(self, near: list[bool]) -> None:
        self.near = near

    def observed(self, kind: str, value: Any, other: Any, outcome: Any) -> None:
        """Record a comparison, a truth value, or a rounding."""
        x = modes.number(value)
        if kind in ("<", "<=", ">", ">=", "==", "!=", "bool"):
            y = 0.0 if other is None else modes.number(other) if isinstance(other, Value) else float(other)
            self.near.append(abs(x - y) < MARGIN)
        elif kind in ("int", "trunc", "floor", "ceil"):
            self.near.append(abs(x - round(x)) < MARGIN)

    def observed_elsewhere(self, kind: str, value: Any, other: Any, outcome: Any) -> None:
        """Ignore it."""

    def depends_on(self, name: str, read: Callable[[], object]) -> None:
        """Ignore it."""


def _is_good(function: Callable[..., Any], point: Sequence[float], away_from_kinks: bool) -> bool:
    """Return whether all ops at a point are inside their domains, finite, not huge, and not near a kink or a branch.

    A point where the function raises an arithmetic error or ValueError counts as outside its domain.
    """
    near: list[bool] = []
    try:
        with modes.recorded_by(_Comparisons(near)):
            result = function(*(Value(x) for x in point))
    except (ArithmeticError, ValueError):
        return False
    if away_from_kinks and any(near):
        return False
    numbers, _ = Tree.flatten(result, "inputs_for: the function's result")
    for node in topological(*(y for y in numbers if isinstance(y, Value))):
        if not abs(node.data) < LARGEST or not all(abs(d) < LARGEST for d in node.local_derivatives):
            return False
        if node.op:
            operands = [x if isinstance(x, float) else x.data for x in node.operands]
            op = TABLE[node.op]
            for i, x in enumerate(operands):
                inside = _domain(op, i)
                if not inside[0] <= x <= inside[1]:
                    return False
            if away_from_kinks and kink_distance(node.op, operands) < MARGIN:
                return False
    return True


def _is_defined_somewhere(function: Expression | Program) -> bool:
    n = len(SOME_POINTS)
    points = (tuple(SOME_POINTS[(i + k) % n] for k in range(len(function.variables))) for i in range(n))
    return any(_is_good(function, point, True) for point in points)


def _rows(ops: Iterable[str] | None) -> list[Op]:
    names = list(TABLE if ops is None else ops)
    unknown = [name for name in names if name not in TABLE]
    if unknown or not names:
        raise ValueError(f"ops must be names of rows, got {', '.join(map(repr, unknown)) or 'none'}")
    rows = [TABLE[name] for name in names]
    return sorted(rows, key=lambda op: op.arity or 4)  # a strategy shrinks towards its first element


def _names(variables: Sequence[str]) -> tuple[str, ...]:
    names = tuple(variables)
    if not names or not all(str(x).isidentifier() for x in names):
        raise ValueError(f"variables must be names, got {variables!r}")
    return names
