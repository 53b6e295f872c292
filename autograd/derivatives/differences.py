"""Derivatives from function values alone, each with a bound on its error; gradients are checked against them.

An op with a complex form is differentiated by a complex step (Squire and Trapp 1998), to the last digits. Other ops,
and whole functions, use central differences extrapolated to step 0, with the error estimate of the extrapolation
(Ridders 1982). The noise of a function's values, such as that of an iteration that stops early, is estimated from a
difference table (Moré and Wild 2011).
"""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from autograd.engine.backend import Value
from autograd.ops import TABLE, ieee

__all__ = [
    "Crossing", "at_kink", "crosses", "difference", "kink_distance", "local", "noise_of", "noisy_difference",
    "noisy_local", "settled",
]  # fmt: skip

EPSILON = 2.0**-52
STEP = 2.0**-500  # of the complex step: so small that its square vanishes
NEAR = 2.0**-60  # the same relative to the operand, where that is tiny
TINIEST = 2.0**-1066  # smaller results lose digits to underflow
ROWS = 11
WIDTHS = (0.5, 0.11, 0.013, 1.1e-3, 1.2e-4)  # first steps of differences of a noisy function, relative to max(|x|, 1)
SPACINGS = (0.7312e-8, 1.618e-8, 1e-7, 1.3e-6, 1.1e-5, 1.2e-4, 1.3e-3, 4.7e-3, 1.4e-2)  # of samples for noise
SAMPLES = 17  # values at each spacing
NOISE = 1e-6  # largest relative noise; beyond it the function itself varies


class Crossing(Exception):
    """Raised by an evaluation that took another branch than at the point; the step has to be smaller."""


def difference(
    evaluate: Callable[[float], float], x: float, width: float, rounding: float = 0.0
) -> tuple[float, float]:
    """Return a derivative by Ridders' extrapolation of central differences, and a bound on its error.

    Parameters
    ----------
    evaluate : callable
        The function; raises `Crossing` where it can't be evaluated.
    x : float
        The point.
    width : float
        The first step; it is reduced until the function is finite and takes the same branch.
    rounding : float
        The error of a value beyond its own rounding.

    Returns
    -------
    slope, error
        (nan, inf) if no step is small enough.

    Examples
    --------
    >>> slope, error = difference(math.sin, 1.0, 0.5)
    >>> abs(slope - math.cos(1.0)) < error < 1e-12
    True
    """
    step = width
    table: list[list[float]] = []
    best, bound = math.nan, math.inf
    while len(table) < ROWS and step > abs(x) * 4 * EPSILON and step > 1e-300:
        up, down = x + step, x - step
        try:
            high, low = evaluate(up), evaluate(down)
        except Crossing:
            high = math.nan
        if not math.isfinite(high) or not math.isfinite(low):
            table, step = [], step / 2
            continue
        row = [(high - low) / (up - down)]
        noise = (4 * EPSILON * (abs(high) + abs(low)) + 2 * rounding) / (up - down)
        factor = 1.0
        for earlier in table[-1] if table else ():
            factor *= 4.0
            row.append(row[-1] + (row[-1] - earlier) / (factor - 1))
            if len(row) > 2:
                error = 4 * max(abs(row[-1] - row[-2]), abs(row[-1] - earlier)) + noise
                if error < bound:
                    best, bound = row[-1], error
        table.append(row)
        step /= 2
    return best, bound


def settled(
    evaluate: Callable[[float], float], x: float, widths: Sequence[float], rounding: float = 0.0
) -> tuple[float, float]:
    """Return the derivative on which differences from several first steps agree, and a bound on its error.

    The narrowest steps that give a number are trusted first; a wider one, with less rounding error, is used as long as
    it agrees with them within both bounds. A kink or a narrow peak that wide steps miss is therefore detected.

    Parameters
    ----------
    evaluate, x, rounding
        As for `difference`.
    widths : sequence of float
        The first steps.

    Examples
    --------
    >>> slope, error = settled(lambda t: math.sqrt(abs(t)), 1e-6, (0.1, 1e-3, 1e-5, 1e-7))
    >>> abs(slope - 500.0) <= error < 1e-5
    True
    """
    best, bound = math.nan, math.inf
    for width in sorted(widths):
        wider, its_bound = difference(evaluate, x, width, rounding)
        if its_bound == math.inf:
            continue
        if bound < math.inf and abs(wider - best) > bound + its_bound:
            break
        if its_bound < bound:
            best, bound = wider, its_bound
    return best, bound


# Noise


def noise_of(evaluate: Callable[[float], float], x: float) -> float:
    """Estimate the noise of a function's values, their distance from a smooth function; 0 if it is only rounding.

    Values are sampled at several spacings, because an error may be constant over short distances: an iteration takes
    one more step only now and then.

    Examples
    --------
    >>> noise_of(lambda t: round(math.sin(t), 10), 1.0) > 1e-11, noise_of(math.sin, 1.0)
    (True, 0.0)
    """
    found = 0.0
    for spacing in SPACINGS:
        step = spacing * max(abs(x), 1.0)
        try:
            values = [evaluate(x + (k - SAMPLES // 2) * step) for k in range(SAMPLES)]
        except Crossing:
            break
        noise, size = _noise_in(values), max(map(abs, values))
        if not noise < NOISE * size:  # at this spacing the function itself varies
            break
        if noise > 2.0**-46 * size:
            found = max(found, noise)
    return found


def _noise_in(values: Sequence[float]) -> float:
    """Return the noise in equidistant values: the level at which differences of higher order stop to decrease."""
    levels, turns = [], []
    row, weight = list(values), 1.0
    for k in range(1, len(values) - 2):
        row = [after - before for before, after in itertools.pairwise(row)]
        weight *= k / (4 * k - 2)  # (k!)² / (2k)!
        levels.append(math.sqrt(weight * math.fsum(d * d for d in row) / len(row)))
        turns.append(min(row) < 0.0 < max(row))
    for k, near in enumerate(zip(levels, levels[1:], levels[2:])):
        if turns[k] and max(near) <= 4.0 * min(near):
            return 4.0 * levels[k]
    return 0.0


def noisy_difference(evaluate: Callable[[float], float], x: float, noise: float | None = None) -> tuple[float, float]:
    """Return the derivative of a function with noisy values, and a bound on its error.

    Parameters
    ----------
    evaluate, x
        As for `difference`.
    noise : float
        The relative error of the values; estimated if None.

    Returns
    -------
    slope, error
        (nan, inf) if no noise is found, or no step is small enough.

    Examples
    --------
    >>> slope, error = noisy_difference(lambda t: round(math.sin(t), 10), 1.0)
    >>> abs(slope - math.cos(1.0)) < error < 1e-7
    True
    """
    off = noise_of(evaluate, x) if noise is None else noise * abs(evaluate(x))
    if off == 0.0:
        return math.nan, math.inf
    tries = [difference(evaluate, x, width * max(abs(x), 1.0), off) for width in WIDTHS]
    return min(tries, key=lambda found: found[1])


# One op


def local(node: Value, position: int) -> tuple[float, float]:
    """Return ∂node/∂operands[position] from the op's values, and a bound on its error.

    Examples
    --------
    >>> x = Value(1.0)
    >>> slope, error = local(x.sin(), 0)
    >>> abs(slope - math.cos(1.0)) <= error < 1e-14
    True
    """
    operands = [x if isinstance(x, float) else x.data for x in node.operands]
    form = TABLE[node.op].analytic
    if form is not None:
        x = operands[position]
        step = max(min(STEP, abs(x) * NEAR), TINIEST) if x else STEP
        moved: list[complex] = [complex(x) for x in operands]
        moved[position] = complex(x, step)
        try:
            slope = form(*moved).imag / step
        except (OverflowError, ZeroDivisionError, ValueError):
            slope = math.nan
        if math.isfinite(slope):
            return slope, 1e-14 * abs(slope) + 1e-300 + TINIEST / step

    evaluate, x = _along(node, position)
    tries = [difference(evaluate, x, width * max(abs(x), 1.0)) for width in (0.5, 0.05)]
    return min(tries, key=lambda found: found[1])


def noisy_local(node: Value, position: int, noise: float | None = None) -> tuple[float, float]:
    """Return the same for an op with noisy values, see `noisy_difference`."""
    return noisy_difference(*_along(node, position), noise)


def _along(node: Value, position: int) -> tuple[Callable[[float], float], float]:
    """Return a node's value as a function of one operand, and that operand's value."""
    operands = [x if isinstance(x, float) else x.data for x in node.operands]
    values = _values(node.op, operands[0])

    def evaluate(x: float) -> float:
        at = [*operands[:position], x, *operands[position + 1 :]]
        if crosses(node.op, operands, at):
            raise Crossing
        try:
            return values(*at)
        except (ValueError, ArithmeticError):  # an added op outside its domain
            raise Crossing from None

    return evaluate, operands[position]


def _values(name: str, x: float) -> Callable[..., float]:
    """Return an op's values, up to a constant, on the side of x."""
    row = TABLE[name]
    return row.tails[x > 0] if row.tails else lambda *xs: float(row.compute(*xs)[0])


# Kinks


@lru_cache(maxsize=1024)
def _kink(name: str) -> list[tuple[list[Callable[..., float]], Callable[..., bool]]]:
    """Return a row's kink condition as alternatives: expressions that are all 0 at the kink, and further conditions."""
    op = TABLE[name]
    body = ast.parse(op.kinks or "False", mode="eval").body
    pairs = []
    for case in body.values if isinstance(body, ast.BoolOp) and isinstance(body.op, ast.Or) else [body]:
        gaps, others = [], ["True"]
        for part in case.values if isinstance(case, ast.BoolOp) else [case]:
            if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Eq):
                gap = f"({ast.unparse(part.left)}) - ({ast.unparse(part.comparators[0])})"
                gaps.append(_function(op.parameters, gap))
            else:
                others.append(ast.unparse(part))
        if gaps:
            pairs.append((gaps, _function(op.parameters, " and ".join(others))))
    return pairs


def _function(parameters: Sequence[str], text: str) -> Callable[..., Any]:
    made: Callable[..., Any] = eval(
        f"lambda {', '.join(parameters)}: {text}", {**vars(ieee), "__builtins__": {}, "abs": abs, "pi": math.pi}
    )
    return made


def crosses(name: str, before: Sequence[float], after: Sequence[float]) -> bool:
    """Return whether two points are on different sides of an op's kink.

    Examples
    --------
    >>> crosses("abs", [1.0], [-1.0]), crosses("abs", [1.0], [0.5])
    (True, False)
    """
    for gaps, holds in _kink(name):
        moved = [(gap(*before), gap(*after)) for gap in gaps]
        flips = [(here > 0) != (there > 0) for here, there in moved]
        meets = all(flip or 0.0 in pair for flip, pair in zip(flips, moved))
        if any(flips) and meets and (holds(*before) or holds(*after)):
            return True
    return False


def kink_distance(name: str, operands: Sequence[float]) -> float:
    """Return the distance of an op's operands from its kink, inf if there is none nearby.

    Examples
    --------
    >>> kink_distance("max", [1.0, 1.5]), kink_distance("sin", [0.0])
    (0.5, inf)
    """
    return min(
        (max(abs(gap(*operands)) for gap in gaps) for gaps, holds in _kink(name) if holds(*operands)),
        default=math.inf,
    )


def at_kink(name: str, operands: Sequence[float]) -> bool:
    """Return whether an op isn't differentiable at these operands, according to its row.

    Examples
    --------
    >>> at_kink("abs", [0.0]), at_kink("pow", [0.0, 2.0]), at_kink("hypot", [0.0, 1.0])
    (True, False, False)
    """
    return kink_distance(name, operands) == 0.0
