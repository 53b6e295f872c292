"""Find the smallest change that corrects a wrong equation, and describe it.

Candidates are single changes of one side: factors that do not join, a sign, an extra factor, a name or an index, an
exponent, a missing factor. The first that makes both sides equal at every point is the explanation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from autograd.claims.points import Point
from autograd.formula.printers import TextPrinter
from autograd.formula.tree import ONE, Formula, name, number, partial

__all__ = ["Explainer", "chain", "is_path"]

MOST_NAMES: Final = 150  # candidates are pairs of names
PRINTER: Final = TextPrinter(9, {}, "plain")
Agree = Callable[[Formula, Formula, Point], bool]
Change = tuple[str, Formula]


class Explainer:
    """Finds the correction for two sides that differ at some points."""

    def __init__(self, left: Formula, right: Formula, points: Sequence[Point], agree: Agree) -> None:
        self.left, self.right = left, right
        self.points = sorted(points, key=lambda point: agree(left, right, point))  # a point where they differ first
        self.agree = agree
        used = left.names() | right.names()
        self.names = sorted(points[0], key=lambda each: each not in used)[: max(MOST_NAMES, len(used))]

    def explain(self) -> str:
        """Describe the error and the correction."""
        gap = self._gap()
        if gap:
            return gap
        for what, changed in self._changes(self.right):
            if self._equal(self.left, changed):
                return _with_whole(what, changed)
        for what, changed in self._dropped(self.left):
            if self._equal(changed, self.right):
                return "on the left side, " + _with_whole(what, changed)
        for what, changed in self._missing(self.right):
            if self._equal(self.left, changed):
                return _with_whole(what, changed)
        for what, changed in self._changes(self.left):
            if self._equal(changed, self.right):
                return "on the left side, " + _with_whole(what, changed)
        if constant := self._constant_factor():
            return constant
        here = self.points[0]
        true, said = PRINTER.number(self.left.value(here)), PRINTER.number(self.right.value(here))
        return f"no single change makes it right; the left side is {true} where the right side is {said}"

    def explain_chain(self) -> str:
        """Describe where the factors of a chain do not join; empty if they do."""
        return self._gap()

    def _equal(self, left: Formula, right: Formula) -> bool:
        return all(self.agree(left, right, point) for point in self.points)

    def _changes(self, side: Formula) -> Iterator[Change]:
        yield "sign", _negated(side)
        yield from self._dropped(side)
        yield from _everywhere(side, _flips)
        yield from _everywhere(side, self._renamed)
        yield from self._renamed_throughout(side)
        yield from _everywhere(side, _powers)

    # Chains

    def _gap(self) -> str:
        """Return two factors of a chain of derivatives that do not join, and the step between them that would."""
        factors = chain(self.left, self.right)
        if len(factors) < 2:
            return ""
        x = self.left.operands[1].text
        for i, (first, second) in enumerate(pairwise(factors)):
            if first.operands[1] == second.operands[0]:
                continue
            repaired = self._joined(factors, i)
            what = f"{PRINTER.formula(first)} and {PRINTER.formula(second)} do not join: "
            what += f"{first.operands[1].text} is not {second.operands[0].text}"
            return what + (f"; the path to {x} runs through {repaired}" if repaired else "")
        return self._wrong_end(factors)

    def _wrong_end(self, factors: list[Formula]) -> str:
        y, x = self.left.operands
        for i, old, new in (
            (0, factors[0], Formula("partial", (y, factors[0].operands[1]))),
            (-1, factors[-1], Formula("partial", (factors[-1].operands[0], x))),
        ):
            changed = list(factors)
            changed[i] = new
            if old != new and self._equal(self.left, whole := Formula("*", tuple(changed))):
                return _with_whole(self._wrong(old, new), whole)
        return ""

    def _joined(self, factors: Sequence[Formula], i: int) -> str:
        first, second = factors[i], factors[i + 1]
        for through in (second.operands[0].text, first.operands[1].text):
            pair = [partial(first.operands[0].text, through), partial(through, second.operands[1].text)]
            if self._equal(self.left, Formula("*", (*factors[:i], *pair, *factors[i + 2 :]))):
                return through
        return ""

    # Factors

    def _dropped(self, side: Formula) -> Iterator[Change]:
        """Remove one factor."""
        for path in _paths(side):
            product = _at(side, path)
            if product.head != "*":
                continue
            for i, factor in enumerate(product.operands):
                rest = product.operands[:i] + product.operands[i + 1 :]
                kept = rest[0] if len(rest) == 1 else Formula("*", rest)
                text = PRINTER.formula(factor)
                yield f"off by the factor {text}: it is too much", _put(side, path, kept)

    def _missing(self, side: Formula) -> Iterator[Change]:
        """Multiply by one more factor."""
        for factor in self._candidates():
            text = PRINTER.formula(factor)
            yield f"off by the factor {text}: it is missing", _multiplied(side, factor)
        if side.head == "+":
            for i, term in enumerate(side.operands):
                for each in self.names:
                    terms = (*side.operands[:i], _multiplied(term, name(each)), *side.operands[i + 1 :])
                    yield f"the factor {each} is missing in one term", Formula("+", terms)

    def _candidates(self) -> Iterator[Formula]:
        """Yield likely factors of derivatives: numbers, names, a(1 − a), differences, derivatives."""
        yield from (number(2.0), Formula("/", (ONE, number(2.0))))
        for each in self.names:
            a = name(each)
            rest = Formula("+", (ONE, Formula("neg", (a,))))
            yield from (a, rest, Formula("*", (a, rest)), Formula("/", (ONE, a)), Formula("^", (a, number(2.0))))
            yield Formula("neg", (a,))
            yield Formula("neg", (rest,))
            yield Formula(">", (a, number(0.0)))
        for top in self.names:
            for bottom in self.names:
                if top == bottom:
                    continue
                slope = self.points[0].partial(top, bottom)
                if slope not in (0.0, 1.0):
                    yield partial(top, bottom)
                yield Formula("+", (name(top), Formula("neg", (name(bottom),))))

    def _renamed(self, part: Formula) -> Iterator[Change]:
        """Replace a name by another one, the most similar first."""
        if part.head == "partial":
            top, bottom = (each.text for each in part.operands)
            for each in self._alike(top):
                yield self._wrong(part, new := partial(each, bottom)), new
            for each in self._alike(bottom):
                yield self._wrong(part, new := partial(top, each)), new
        elif part.head == "name" and not part.text.endswith("′"):
            for each in self._alike(part.text):
                yield self._wrong(part, name(each)), name(each)

    def _renamed_throughout(self, side: Formula) -> Iterator[Change]:
        for old in sorted(side.names()):
            for new in self._alike(old):
                yield self._wrong(name(old), name(new)), _substituted(side, old, new)

    def _alike(self, text: str) -> list[str]:
        others = [each for each in self.names if each != text]
        return sorted(others, key=lambda each: (sorted(each) != sorted(text), not _same_stem(each, text)))

    @staticmethod
    def _wrong(old: Formula, new: Formula) -> str:
        before, after = PRINTER.formula(old), PRINTER.formula(new)
        transposed = old.head == "name" and sorted(before) == sorted(after) and len(before) == len(after)
        if transposed:
            return f"transposed: {before} where {after} belongs"
        index = old.head == "partial" or _same_stem(old.text, new.text)
        return f"{'wrong index' if index else 'wrong factor'}: {before} where {after} belongs"

    def _constant_factor(self) -> str:
        ratios = []
        for point in self.points:
            right = self.right.value(point)
            left = self.left.value(point)
            if right == 0.0 or not math.isfinite(left / right):
                if left == right:
                    continue
                return ""
            ratios.append(left / right)
        if not ratios or any(not math.isclose(ratios[0], each, rel_tol=1e-7) for each in ratios):
            return ""
        if ratios[0] == 0.0:
            return "the left side is 0: there is no path"
        return f"off by the factor {PRINTER.number(ratios[0])}"


def chain(left: Formula, right: Formula) -> list[Formula]:
    """Return the factors of a product of derivatives that begins with the left side's result; empty if it is none."""
    if left.head != "partial" or right.head != "*" or any(each.head != "partial" for each in right.operands):
        return []
    factors = list(right.operands)
    if factors[0].operands[0] != left.operands[0] and factors[-1].operands[0] == left.operands[0]:
        factors.reverse()
    return factors


def is_path(left: Formula, right: Formula) -> bool:
    """Return whether a product of derivatives can be ordered so that consecutive factors join from result to quantity.

    Examples
    --------
    >>> product = Formula("*", (partial("a", "x"), partial("y", "a")))
    >>> is_path(partial("y", "x"), product), is_path(partial("y", "b"), product)
    (True, False)
    """
    factors = chain(left, right)
    steps = {each.operands[0]: each.operands[1] for each in factors}
    place, taken = left.operands[0], 0
    while place in steps and taken < len(factors):
        place, taken = steps[place], taken + 1
    return taken == len(factors) == len(steps) and place == left.operands[1]


def _with_whole(what: str, changed: Formula) -> str:
    whole = PRINTER.formula(changed)
    return what if what.endswith(f"should be {whole}") else f"{what}; it should be {whole}"


def _same_stem(a: str, b: str) -> bool:
    return a.rstrip("0123456789_[],") == b.rstrip("0123456789_[],") or a.split("_")[0] == b.split("_")[0]


# Trees


Path = tuple[int, ...]


def _paths(formula: Formula, path: Path = ()) -> Iterator[Path]:
    """Yield the path to every subformula; names inside a derivative are not subformulas."""
    yield path
    if formula.head != "partial":
        for i, each in enumerate(formula.operands):
            yield from _paths(each, (*path, i))


def _at(formula: Formula, path: Path) -> Formula:
    for i in path:
        formula = formula.operands[i]
    return formula


def _put(formula: Formula, path: Path, part: Formula) -> Formula:
    if not path:
        return part
    operands = list(formula.operands)
    operands[path[0]] = _put(operands[path[0]], path[1:], part)
    return Formula(formula.head, tuple(operands), formula.text, formula.number)


def _substituted(side: Formula, old: str, new: str) -> Formula:
    if side.head == "name":
        return name(new) if side.text == old else side
    return Formula(side.head, tuple(_substituted(each, old, new) for each in side.operands), side.text, side.number)


def _everywhere(side: Formula, change: Callable[[Formula], Iterator[Change]]) -> Iterator[Change]:
    for path in _paths(side):
        for what, part in change(_at(side, path)):
            yield what, _put(side, path, part)


def _negated(formula: Formula) -> Formula:
    return formula.operands[0] if formula.head == "neg" else Formula("neg", (formula,))


def _multiplied(side: Formula, factor: Formula) -> Formula:
    if side.head == "neg":
        return Formula("neg", (_multiplied(side.operands[0], factor),))
    factors = side.operands if side.head == "*" else (side,)
    return factor if side == ONE else Formula("*", (*factors, factor))


def _flips(part: Formula) -> Iterator[Change]:
    """Change one sign in a sum."""
    if part.head == "+":
        for i, term in enumerate(part.operands):
            flipped = Formula("+", (*part.operands[:i], _negated(term), *part.operands[i + 1 :]))
            yield f"sign: {PRINTER.formula(part)} should be {PRINTER.formula(flipped)}", flipped
            rest = (*part.operands[:i], *part.operands[i + 1 :])
            less = rest[0] if len(rest) == 1 else Formula("+", rest)
            yield f"the term {PRINTER.formula(term)} is too much", less


def _powers(part: Formula) -> Iterator[Change]:
    """Change one exponent by one."""
    if part.head == "^" and part.operands[1].head in ("number", "neg"):
        for by in (-1.0, 1.0):
            exponent = part.operands[1].value({}) + by
            base = part.operands[0]
            new = ONE if exponent == 0.0 else base if exponent == 1.0 else Formula("^", (base, number(exponent)))
            yield f"power: {PRINTER.formula(part)} should be {PRINTER.formula(new)}", new
    elif part.head in ("name", "+"):
        new = Formula("^", (part, number(2.0)))
        before = PRINTER.bracket(PRINTER.formula(part)) if part.head == "+" else PRINTER.formula(part)
        yield f"power: {before} should be {PRINTER.formula(new)}", new
    elif part.head == "number" and part.number not in (0.0, 1.0):
        for value in (part.number + 1.0, part.number - 1.0, 2.0 * part.number, part.number / 2.0):
            yield f"the number {part.text} should be {PRINTER.number(value)}", number(value)
