"""Check equations about a graph, at its own numbers and at random ones.

A claim is `left == right`, or a chain of sides each compared with the first that is not a number. Sides with names are
compared at the graph's numbers and at random ones, so that an accidental equality is detected; sides of numbers alone
are compared at the graph's numbers, to the digits written.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from autograd.claims.points import Point
from autograd.claims.repair import Explainer, chain, is_path
from autograd.derivation.steps import Steps
from autograd.engine.backend import Value, restore
from autograd.engine.graph import topological
from autograd.errors import WorksheetError
from autograd.formula.equations import equation
from autograd.formula.evaluate import Array
from autograd.formula.printers import TextPrinter
from autograd.formula.tree import Formula
from autograd.ops import TABLE

__all__ = ["Subject", "Verdict", "check_derivation", "judge", "subject_of"]

OTHER_POINTS: Final = 8
TRIES: Final = 60
CLOSE: Final = 1e-9
EXACT_DIGITS: Final = 5
PRINTER: Final = TextPrinter(12, {}, "plain")


@dataclass(frozen=True, repr=False)
class Verdict:
    """The verdict on one claim.

    Attributes
    ----------
    claim : str
        As written.
    ok : bool
        Whether it holds.
    message : str
        What is wrong and what it should be; if it holds, a remark or the empty string.
    left, right : float
        The two sides at the graph's numbers; those that differ, if any do.
    """

    claim: str
    ok: bool
    message: str
    left: float
    right: float

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        mark = "right" if self.ok else "WRONG"
        return f"{mark}: {self.claim}" + (f"\n       {self.message}" if self.message else "")

    __repr__ = __str__


class Subject:
    """The graph that claims are about, which can be evaluated at other numbers.

    Parameters
    ----------
    compute : callable
        Maps leaves' names and numbers to all named values.
    leaves : mapping of str to float
        The leaves' own numbers.
    output : str
        The quantity that updates minimise.
    rate : float, optional
        The learning rate.
    lists : mapping of str to Array, optional
        Vectors and matrices, with their elements as formulas.
    """

    def __init__(
        self,
        compute: Callable[[Mapping[str, float]], Mapping[str, Value]],
        leaves: Mapping[str, float],
        output: str,
        rate: float | None = None,
        lists: Mapping[str, Array] | None = None,
    ) -> None:
        self.compute, self.leaves, self.output, self.rate = compute, leaves, output, rate
        self.here = Point(compute({}), output, rate)
        self._names, self._lists = frozenset(self.here), frozenset((lists or {}).items())
        self._others: list[Point] | None = None

    @property
    def others(self) -> list[Point]:
        """Return random points at which all values are finite; fewer than wanted if the domain is narrow."""
        if self._others is None:
            dice = random.Random(20)
            self._others = []
            for attempt in range(TRIES):
                spread = 1.0 if attempt < TRIES // 2 else 0.1
                moved = {
                    name: number * (1.0 + spread * dice.uniform(-0.6, 0.6)) + spread * dice.uniform(-0.7, 0.7)
                    for name, number in self.leaves.items()
                }
                point = Point(self.compute(moved), self.output, self.rate)
                if all(math.isfinite(value.data) for value in point.values_by_name.values()):
                    self._others.append(point)
                if len(self._others) == OTHER_POINTS:
                    break
        return self._others

    def sides(self, text: str) -> tuple[Formula, ...]:
        """Read an equation, or one side alone, over the names of the graph; raises as `equation` does."""
        return _sides(text, self._names, self._lists)

    def points(self, direct: bool = False) -> list[Point]:
        """Return the graph's own point followed by the random ones."""
        every = [self.here, *self.others]
        return [Point(each.values_by_name, each.output, each.rate, True) for each in every] if direct else every


@lru_cache(maxsize=256)  # the same claims are judged again where numbers of a sheet have changed
def _sides(text: str, names: frozenset[str], lists: frozenset[tuple[str, Array]]) -> tuple[Formula, ...]:
    return tuple(equation(text, names, lists=dict(lists)))


def subject_of(root: Value, rate: float | None = None) -> Subject:
    """Make a subject from a recorded graph; recorded comparisons keep their outcome."""
    steps = Steps(root)
    names = steps.names

    def compute(numbers: Mapping[str, float]) -> dict[str, Value]:
        made: dict[int, Value] = {}
        for node in topological(root):
            name = names.get(id(node), "")
            if not node.op:
                made[id(node)] = Value(numbers.get(name, node.data), name)
                continue
            operands = tuple(made[id(x)] if isinstance(x, Value) else x for x in node.operands)
            value, *slopes = TABLE[node.op].compute(*map(float, operands))
            kept = tuple(slope for x, slope in zip(operands, slopes, strict=True) if isinstance(x, Value))
            made[id(node)] = restore(node.op, operands, value, kept, 0.0, name)
        return {name: made[key] for key, name in names.items()}

    leaves = {steps.name(node): node.data for node in steps.order if not node.op}
    return Subject(compute, leaves, steps.name(root), rate)


def check_derivation(claim: str, y: Value, *, rate: float | None = None) -> Verdict:
    r"""Check an equation about a graph and explain what is wrong with it.

    Parameters
    ----------
    claim : str
        `left == right`, in text or LaTeX, over the labels of the graph: names, numbers, ops, derivatives `d(y)/d(x)`,
        `∂y/∂x` or `\frac{\partial y}{\partial x}`, and `w'` for w after one update. Several sides may follow one
        another.
    y : Value
        The result, whose graph has all the names; updates minimise it.
    rate : float, optional
        The learning rate, for updates.

    Returns
    -------
    Verdict
        True if the claim holds at the graph's numbers and at random ones.

    Raises
    ------
    TypeError
        When y is not a Value, or the claim not a str.
    WorksheetError
        When the claim can't be read.

    Examples
    --------
    >>> a, w, x, target = Value(0.3, "a"), Value(2.0, "w"), Value(1.5, "x"), Value(1.0, "t")
    >>> z = w * x + a
    >>> z.label = "z"
    >>> L = (z - target) ** 2
    >>> L.label = "L"
    >>> bool(check_derivation("d(L)/d(w) == d(L)/d(z) * d(z)/d(w) == 2(z - t)*x", L))
    True
    >>> print(check_derivation("d(L)/d(a) == 2(z - t)*x", L))
    WRONG: d(L)/d(a) == 2(z - t)*x
           off by the factor x: it is too much; it should be 2(z − t)
    """
    if not isinstance(y, Value):
        raise TypeError(f"check_derivation: y must be a Value, got {y!r} ({type(y).__name__})")
    if not isinstance(claim, str):
        raise TypeError(f"check_derivation: the claim must be a str, got {claim!r} ({type(claim).__name__})")
    subject = subject_of(y, rate)
    try:
        return judge(claim, subject)
    except WorksheetError as error:
        message = error.message
        if not y.label and message.startswith("unknown name"):
            unknown = message.partition(";")[0]
            message = f"{unknown}; the result has no label: ag.label(locals()) names Values by variables"
        raise WorksheetError(message) from None


def judge(claim: str, subject: Subject) -> Verdict:
    """Check one claim about a subject."""
    sides = subject.sides(claim)
    if len(sides) < 2:
        raise WorksheetError(f"a claim has two sides, as d(E)/d(w) == x*y, got {claim!r}")
    return judge_sides(claim, sides, subject)


def judge_sides(claim: str, sides: Sequence[Formula], subject: Subject) -> Verdict:
    """Check a claim whose sides have already been parsed."""
    shown = " ".join(claim.split())
    left, *others = sorted(sides, key=_is_numeric)  # a number is compared with a formula, on whichever side it is
    remarks, here = [], subject.here
    for right in others:
        message = _numbers_differ(left, right, subject) if _is_numeric(right) or _rounded(right) else None
        if message is None:
            message = _differ(left, right, subject)
        if message.startswith("("):
            remarks.append(message[1:-1])
        elif message:
            differing = [side.value(here) for side in sides if side is left or side is right]
            return Verdict(shown, False, message, differing[0], differing[-1])
    return Verdict(shown, True, "; ".join(remarks), sides[0].value(here), sides[-1].value(here))


# Numbers


def _is_numeric(formula: Formula) -> bool:
    return not formula.names()


def _literals(formula: Formula) -> Iterator[Formula]:
    if formula.head == "number":
        yield formula
    for each in formula.operands:
        yield from _literals(each)


def _rounded(formula: Formula) -> bool:
    """Return whether the formula contains numbers that look rounded."""
    return any(_unit(each) for each in _literals(formula))


def _unit(literal: Formula) -> float:
    """Return one unit in the last written digit; 0 for numbers short enough to be exact."""
    mantissa, _, exponent = literal.text.lower().partition("e")
    whole, point, decimals = mantissa.partition(".")
    if not point or len((whole + decimals).lstrip("0")) < EXACT_DIGITS:
        return 0.0
    return 10.0 ** (int(exponent or 0) - len(decimals))


def _last_digit(literal: Formula) -> float:
    mantissa, _, exponent = literal.text.lower().partition("e")
    return 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def _shifted(formula: Formula, literal: Formula, by: float) -> Formula:
    if formula is literal:
        return Formula("number", text=formula.text, number=formula.number + by)
    return Formula(
        formula.head, tuple(_shifted(each, literal, by) for each in formula.operands), formula.text, formula.number
    )


def _uncertainty(formula: Formula, point: Point) -> float:
    """Bound the error caused by the rounded numbers in a formula."""
    value = formula.value(point)
    return math.fsum(
        abs(_shifted(formula, literal, unit).value(point) - value)
        for literal in _literals(formula)
        if (unit := _unit(literal))
    )


def _numbers_differ(left: Formula, right: Formula, subject: Subject) -> str:
    """Compare at the graph's own numbers, to the digits written; a remark is returned in parentheses."""
    here = subject.here
    true, said = left.value(here), right.value(here)
    bare = right.operands[0] if right.head == "neg" else right
    if bare.head == "number":
        slack, unit = _uncertainty(left, here), _last_digit(bare)
        error = abs(true - said)
        if error <= 0.5000001 * unit + slack + CLOSE * abs(true) * 1e-3:
            return ""
        if error <= 1.0000001 * unit + slack and _unit(bare):
            return f"(the last digit: {PRINTER.number(true)})"
    elif abs(true - said) <= _uncertainty(right, here) + _uncertainty(left, here) + CLOSE * _magnitude(right, here):
        return ""
    if said and math.isclose(true, -said, rel_tol=1e-3):
        return f"sign: it is {PRINTER.number(true)}, not {PRINTER.number(said)}"
    return f"the number is {PRINTER.number(true)}, not {PRINTER.number(said)}"


# Formulas


def _magnitude(formula: Formula, point: Mapping[str, float]) -> float:
    """Return the magnitude of the summed terms, which bounds rounding errors: 2e9 for 1 + 1e9 − 1e9."""
    sizes = [_magnitude(each, point) for each in formula.operands] if formula.head in ("+", "*", "neg", "/") else []
    if formula.head == "*":
        return math.prod(sizes)
    if formula.head == "/":
        below = abs(formula.operands[1].value(point))
        return sizes[0] / below if below else math.inf
    return math.fsum(sizes) if sizes else abs(formula.value(point))


def agree(left: Formula, right: Formula, point: Point) -> bool:
    """Return whether two formulas are equal at a point, up to rounding."""
    a, b = left.value(point), right.value(point)
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if a == b:
        return True
    size = _magnitude(left, point) + _magnitude(right, point)
    return math.isfinite(size) and abs(a - b) <= CLOSE * size


def _unjoined(left: Formula, right: Formula, points: Sequence[Point]) -> str:
    """Explain a chain with the right value whose factors do not join."""
    explained = Explainer(left, right, points, agree).explain_chain()
    y, x = (each.text for each in left.operands)
    return f"{explained or f'the factors do not form a path from {y} to {x}'} (the value is the same)"


def _finite(formula: Formula, points: Sequence[Point]) -> list[Point]:
    return [each for each in points if math.isfinite(formula.value(each))]


def _differ(left: Formula, right: Formula, subject: Subject) -> str:
    """Describe what is wrong, empty if nothing is; a remark is returned in parentheses."""
    points = _finite(left, subject.points())
    if not points:
        return "" if agree(left, right, subject.here) else "the left side is not a finite number"
    if all(agree(left, right, point) for point in points):
        if chain(left, right) and not is_path(left, right):
            return _unjoined(left, right, points)
        return "" if len(points) > 2 else "(could be compared at the given numbers only)"
    held = subject.points(direct=True)
    if all(agree(left, right, point) for point in held):
        return "(with the derivatives taken while the other steps are held)"
    accident = agree(left, right, points[0]) and points[0] is subject.here
    message = Explainer(left, right, points, agree).explain()
    return ("right at these numbers by accident only: " if accident else "") + message
