r"""Reading notes in Markdown or LaTeX: the equations that are understood are run and checked, the others are listed.

What a note defines (`z = w a + b`, `out = 0.59`) becomes a graph; the numbers of its leaves come from the lines that
put numbers for names, and are arbitrary where a note gives none. All else is a claim about that graph. Chains of
derivatives of names that the note does not define are checked for joining: ∂e/∂a · ∂a/∂z · ∂z/∂w.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from autograd.claims.judge import Subject, judge_sides
from autograd.engine import backend
from autograd.engine.backend import Value
from autograd.errors import WorksheetError
from autograd.formula.equations import equation
from autograd.formula.printers import TextPrinter
from autograd.formula.tree import COMPARISONS, Formula
from autograd.ops import TABLE

__all__ = ["Equation", "Note", "read_note"]

MAX_NOTE: Final = 1_000_000
MAX_EQUATIONS: Final = 2_000
DEFINED, RIGHT, WRONG, UNCHECKED, UNREAD = "defined", "right", "WRONG", "unchecked", "unread"
HAND: Final = TextPrinter(9, {}, "plain")

_MATH: Final = re.compile(
    r"\$\$(.+?)\$\$|\\\[(.+?)\\\]|\\\((.+?)\\\)|\\begin\{(equation|align|gather)(\*?)\}(.+?)\\end\{\4\5\}|\$([^$\n]+)\$",
    re.DOTALL,
)
_ROW: Final = re.compile(r"\\\\(?:\[[^\]]*\])?|\\rightarrow|\\Rightarrow|\\to\b")
_ENVIRONMENT: Final = re.compile(r"\\(?:begin|end)\{(?:aligned|align|split|gathered|cases)\*?\}")


@dataclass
class Equation:
    """One equation of a note.

    Attributes
    ----------
    line : int
        Where it begins.
    text : str
        Its LaTeX.
    status : str
        "defined", "right", "WRONG", "unchecked" or "unread".
    message : str
        What is wrong with it, or why it was not checked or read.
    sides : list of Formula
        What was read.
    """

    line: int
    text: str
    status: str = UNCHECKED
    message: str = ""
    sides: list[Formula] = field(default_factory=list)

    def __str__(self) -> str:
        shown = " = ".join(map(HAND.formula, self.sides)) if self.sides else " ".join(self.text.split())
        head = f"line {self.line} {self.status}: {shown}"
        return head + (f"\n       {self.message}" if self.message else "")


@dataclass(frozen=True)
class Note:
    """What was found in a note."""

    equations: list[Equation]

    def count(self, *statuses: str) -> int:
        """Count the equations of some statuses."""
        return sum(each.status in statuses for each in self.equations)

    def summary(self) -> str:
        """Say how many equations there were, were read, checked, wrong and left unread."""
        total = len(self.equations)
        read = total - self.count(UNREAD)
        checked = self.count(RIGHT, WRONG)
        parts = [
            f"{total} equation{'s' * (total != 1)}: {read} read ({self.count(DEFINED)} definitions)",
            f"{checked} checked, {self.count(WRONG)} WRONG",
            f"{self.count(UNCHECKED)} could not be checked, {self.count(UNREAD)} could not be read",
        ]
        return "; ".join(parts)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.equations), "", self.summary()])


def read_note(text: str) -> Note:
    r"""Read a note, run what it defines, and check the rest.

    Parameters
    ----------
    text : str
        Markdown or LaTeX.

    Returns
    -------
    Note

    Raises
    ------
    WorksheetError
        When it is too long.

    Examples
    --------
    >>> print(read_note(r'''
    ... $$C = (a - y)^2$$
    ... $$a = \sigma(z)$$
    ... $$\frac{dC}{dz} = 2(a - y) a(1 + a)$$
    ... '''))
    line 2 defined: C = (a − y)²
    line 3 defined: a = σ(z)
    line 4 WRONG: ∂C/∂z = 2(a − y) · a(1 + a)
           sign: 1 + a should be 1 − a; it should be 2(a − y) · a(1 − a)
    <BLANKLINE>
    3 equations: 3 read (2 definitions); 1 checked, 1 WRONG; 0 could not be checked, 0 could not be read
    """
    if len(text) > MAX_NOTE:
        raise WorksheetError(f"the note has {len(text):,} characters; allowed are {MAX_NOTE:,}")
    equations = list(_equations(text))
    if len(equations) > MAX_EQUATIONS:
        raise WorksheetError(f"the note has {len(equations):,} equations; allowed are {MAX_EQUATIONS:,}")
    labelled: dict[str, Formula] = {}
    before: Equation | None = None
    for each in equations:
        _read(each, labelled, before)
        before = each
    readable = [each for each in equations if each.status != UNREAD]
    graph = _Graph(readable, labelled)
    for each in readable:
        if each.status != DEFINED or _numbers_in(each):
            graph.check(each)
    return Note(equations)


def _equations(text: str) -> Iterator[Equation]:
    """Find the pieces of mathematics that have an equals sign."""
    for match in _MATH.finditer(text):
        body = next(group for group in match.groups()[::-1] if group is not None)
        offset = match.start()
        for row in _rows(body):
            start = text.find(row, offset)
            offset = max(offset, start)
            clean = _ENVIRONMENT.sub(" ", row).strip()
            if "=" in clean:
                yield Equation(text.count("\n", 0, offset + len(row) - len(row.lstrip())) + 1, clean)


def _rows(body: str) -> list[str]:
    return [row for row in _ROW.split(body) if row.strip()]


def _read(each: Equation, labelled: dict[str, Formula], before: Equation | None) -> None:
    """Read one equation; a line that begins with "=" goes on with the one before."""
    try:
        sides = equation(each.text, latex=True, labelled=labelled)
        goes_on = each.text.lstrip("& ").startswith("=")
        if goes_on and before is not None and before.sides:
            sides = [before.sides[0], *sides]
        if len(sides) < 2:
            raise WorksheetError("there is nothing on one side of '='")
        if not _is_subject(sides[0]):
            raise WorksheetError(f"the left side is neither a name nor a derivative: {HAND.formula(sides[0])}")
        each.sides = sides
    except WorksheetError as error:
        each.status, each.message = UNREAD, error.message


def _is_subject(formula: Formula) -> bool:
    return formula.head in ("name", "partial") or (
        formula.head == "*" and all(each.head == "partial" for each in formula.operands)
    )


def _numbers_in(each: Equation) -> bool:
    return any(not side.names() for side in each.sides)


def _derivatives(formula: Formula) -> Iterator[Formula]:
    if formula.head == "partial":
        yield formula
    else:
        for each in formula.operands:
            yield from _derivatives(each)


def _plain_names(formula: Formula) -> set[str]:
    """Names outside derivatives."""
    if formula.head == "partial":
        return set()
    if formula.head == "name":
        return {formula.text}
    return {name for each in formula.operands for name in _plain_names(each)}


class _Graph:
    """What a note defines, as a graph with numbers."""

    def __init__(self, equations: Sequence[Equation], labelled: Mapping[str, Formula]) -> None:
        self.definitions: dict[str, Formula] = {}
        self.given: dict[str, float] = {}
        self.results: set[str] = set()
        for each in equations:
            self._define(each)
        for name, formula in labelled.items():
            if name not in self.definitions and not self._depends(formula, name):
                self.definitions[name] = formula
        self._learn(equations)
        used = {name for each in equations for side in each.sides for name in _plain_names(side)}
        used |= {name for formula in self.definitions.values() for name in _plain_names(formula)}
        self.leaves = sorted(used - set(self.definitions))
        dice = random.Random(5)
        self.numbers = {name: self.given.get(name, dice.uniform(0.2, 0.9)) for name in self.leaves}
        self.order = self._ordered()
        output = self.order[-1] if self.order else ""
        self.subject = Subject(self._compute, self.numbers, output, None) if self.order or self.leaves else None

    def _define(self, each: Equation) -> None:
        """Take the first equation that says what a name is."""
        left = each.sides[0]
        if left.head != "name" or left.text in self.definitions:
            return
        for side in each.sides[1:]:
            if side.head == "number" and left.text not in self.given:
                self.given[left.text] = side.number
                if len(side.text.lstrip("0.")) >= 5:
                    self.results.add(left.text)
            if _plain_names(side) and not any(_derivatives(side)) and not self._depends(side, left.text):
                self.definitions[left.text] = side
                each.status = DEFINED
                return

    def _depends(self, formula: Formula, name: str) -> bool:
        seen: set[str] = set()
        waiting = list(_plain_names(formula))
        while waiting:
            each = waiting.pop()
            if each == name:
                return True
            if each not in seen:
                seen.add(each)
                waiting += _plain_names(self.definitions[each]) if each in self.definitions else []
        return False

    def _below(self, name: str) -> set[str]:
        return {leaf for leaf in self.leaves if leaf == name or self._depends(Formula("name", text=name), leaf)}

    def _learn(self, equations: Sequence[Equation]) -> None:
        """Hold lines of numbers against the formulas that the note has for the same thing."""
        for each in equations:
            left = each.sides[0]
            symbols = [self.definitions[left.text]] if left.text in self.definitions else each.sides[1:]
            for formula in filter(_plain_names, symbols):
                for numbers in (side for side in each.sides[1:] if not side.names()):
                    self._unify(formula, numbers)

    def _unify(self, symbols: Formula, numbers: Formula) -> None:
        """Learn the numbers of names from a line that puts numbers for them."""
        if symbols.head == "name":
            sign = -1.0 if numbers.head == "neg" else 1.0
            bare = numbers.operands[0] if numbers.head == "neg" else numbers
            if bare.head == "number":
                self.given.setdefault(symbols.text, sign * bare.number)
        elif symbols.head == numbers.head and len(symbols.operands) == len(numbers.operands):
            for one, other in zip(symbols.operands, numbers.operands, strict=True):
                self._unify(one, other)

    def _ordered(self) -> list[str]:
        order: list[str] = []
        waiting = list(self.definitions)
        while waiting:
            ready = [
                name
                for name in waiting
                if all(each in order or each not in self.definitions for each in _plain_names(self.definitions[name]))
            ]
            order += ready
            waiting = [name for name in waiting if name not in ready]
            if not ready:
                break
        return order

    def _compute(self, numbers: Mapping[str, float]) -> dict[str, Value]:
        values = {name: Value(numbers.get(name, self.numbers[name]), name) for name in self.leaves}
        for name in self.order:
            value = _recorded(self.definitions[name], values)
            value = value if isinstance(value, Value) and not value.label else value * Value(1.0, "")
            value.label = name
            values[name] = value
        return values

    def check(self, each: Equation) -> None:
        """Judge one equation."""
        try:
            status, message = self._judged(each)
        except WorksheetError as error:
            status, message = UNCHECKED, error.message
        if each.status == DEFINED and status in (RIGHT, UNCHECKED):
            return
        each.status, each.message = status, message

    def _judged(self, each: Equation) -> tuple[str, str]:
        if update := _as_update(each.sides):
            return update
        names = {name for side in each.sides for name in side.names()}
        known = set(self.definitions) | set(self.leaves)
        if not self.subject or not names <= known or self._unconnected(each):
            return _joining(each.sides) or (UNCHECKED, self._why(each, names - known))
        sides = [side for side in each.sides if side.names() or self._has_numbers(each.sides[0])]
        if len(sides) < 2:
            return UNCHECKED, "the note gives no number for " + ", ".join(sorted(self._numberless(each.sides[0])))
        verdict = judge_sides(each.text, sides, self.subject)
        if not verdict and (given := self._given_results(each.sides)):
            return UNCHECKED, f"{verdict.message}; but the note gives {', '.join(sorted(given))} as a number only"
        return (RIGHT if verdict else WRONG), verdict.message

    def _unconnected(self, each: Equation) -> list[Formula]:
        return [
            slope
            for side in each.sides
            for slope in _derivatives(side)
            if not self._depends(slope.operands[0], slope.operands[1].text)
        ]

    def _why(self, each: Equation, unknown: set[str]) -> str:
        if unknown:
            return "the note does not define " + ", ".join(sorted(unknown))
        first = self._unconnected(each)[0]
        y, x = (operand.text for operand in first.operands)
        return f"the note does not say how {y} comes from {x}"

    def _numberless(self, formula: Formula) -> set[str]:
        below = {leaf for name in formula.names() for leaf in self._below(name)}
        return below - set(self.given)

    def _has_numbers(self, formula: Formula) -> bool:
        return not self._numberless(formula)

    def _given_results(self, sides: Sequence[Formula]) -> set[str]:
        """Find leaves that are results of something the note leaves out, and stand on one side only."""
        left, *others = ({leaf for name in side.names() for leaf in self._below(name)} for side in sides)
        return {leaf for other in others for leaf in left ^ other if leaf in self.results}


def _recorded(formula: Formula, values: Mapping[str, Value]) -> Value | float:
    """Compute a formula over Values."""
    if formula.head == "number":
        return formula.number
    if formula.head == "name":
        return values[formula.text]
    operands = [_recorded(each, values) for each in formula.operands]
    if formula.head in COMPARISONS:
        return float(COMPARISONS[formula.head](float(operands[0]), float(operands[1])))
    if formula.head in ("+", "*"):
        total = operands[0]
        for each in operands[1:]:
            total = total + each if formula.head == "+" else total * each
        return total
    op = {"/": "div", "^": "pow", "neg": "neg"}.get(formula.head, formula.head)
    if not any(isinstance(each, Value) for each in operands):
        return TABLE[op].compute(*operands)[0]
    function = getattr(backend, op)
    result: Value = function(operands) if TABLE[op].arity is None else function(*operands)
    return result


def _as_update(sides: Sequence[Formula]) -> tuple[str, str] | None:
    """Judge w = w − α · ∂e/∂w; None when it is no update."""
    left, right = sides[0], sides[1]
    if left.head != "name" or left.text not in _plain_names(right) or not any(_derivatives(right)):
        return None
    slope = next(_derivatives(right))
    if right.head != "+" or len(right.operands) != 2 or right.operands[0] != left:
        return UNCHECKED, "an update is written w = w − α · ∂e/∂w"
    if right.operands[1].head != "neg":
        return WRONG, f"sign: the step is taken away, {left.text} − …"
    if slope.operands[1] != left:
        what = f"∂{slope.operands[0].text}/∂{left.text}"
        return WRONG, f"wrong index: {HAND.formula(slope)} where {what} belongs"
    return RIGHT, ""


def _joining(sides: Sequence[Formula]) -> tuple[str, str] | None:
    """Check that the factors of a chain join, in either order; None when it is no chain."""
    left, *others = sides
    if left.head != "partial" or not others:
        return None
    for side in others:
        factors = list(side.operands) if side.head == "*" else [side]
        if any(each.head != "partial" for each in factors):
            return None
        if factors[0].operands[0] != left.operands[0]:
            factors.reverse()
        y, x = (each.text for each in left.operands)
        if factors[0].operands[0].text != y:
            return WRONG, f"the chain does not begin with ∂{y}: {HAND.formula(factors[0])}"
        for first, second in pairwise(factors):
            below, above = first.operands[1].text, second.operands[0].text
            if below != above:
                what = f"{HAND.formula(first)} and {HAND.formula(second)} do not join: {below} is not {above}"
                return WRONG, f"{what}; the path to {x} runs through {above}"
        if factors[-1].operands[1].text != x:
            return WRONG, f"the chain does not end with ∂{x}: {HAND.formula(factors[-1])}"
    return RIGHT, ""
