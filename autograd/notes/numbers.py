"""The numbers that a note states: learnt from its rows, and compared with the results of its formulas."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from autograd.notes import nodes as n
from autograd.notes import rounding
from autograd.notes.equation import DOUBTFUL, RIGHT, WRONG
from autograd.notes.grids import Grid
from autograd.notes.nodes import Node
from autograd.notes.repairing import single_changes
from autograd.notes.rows import Row, digits, place_of
from autograd.notes.world import EVERYWHERE, NOT_COMPUTED, Book, Budget, Options, World, letters_of

__all__ = ["Numbers", "neighbours"]

LONGEST: Final = 40

EVALUATIONS: Final = 200_000
"""The maximum number of nodes computed to compare a note's numbers with its formulas."""


class Numbers:
    """The numbers of a note's names, in the order in which they are stated.

    Parameters
    ----------
    book : Book
        What the note states.
    known : mapping of str to float
        Exact numbers known before the note begins.
    """

    def __init__(self, book: Book, known: Mapping[str, float]) -> None:
        self.book = book
        self.values: dict[str, list[tuple[float, float, int]]] = {
            name: [(number, 0.0, EVERYWHERE)] for name, number in known.items()
        }
        self.sides: dict[Node, list[Node]] = {}
        self.budget = Budget(EVALUATIONS)

    def learn(self, name: Node, number: rounding.Stated, row: Row) -> None:
        """Store a number of a name."""
        if letters_of(name, self.book.letters):
            return
        known = self.values.setdefault(place_of(name), [])
        known.append((number.value, number.unit, row.order))

    def number(self, row: Row, side: Node, *, derived: bool) -> tuple[float, float, bool] | None:
        """Compute a side at the note's numbers: value, rounding tolerance, whether no number has a second."""
        stated = {
            name: next((each for each in reversed(known) if each[2] < row.order), known[-1])
            for name, known in self.values.items()
            if not name.startswith("∂") and not (derived and self._is_derived(name))
        }
        numbers = tuple((name, each[0]) for name, each in stated.items())
        world = World(self.book, row.order, row.section, 0, Options(numbers=numbers), self.budget)
        try:
            value = world.value(side, {})
        except NOT_COMPUTED:
            return None
        if isinstance(value, Grid) or world.leaves or world.opaque or not world.used:
            return None
        slack = 0.0
        slopes = world._totals_of(value)
        units = {name: stated[name][1] if stated[name][1] < 0.005 else 0.0 for name in world.used}
        for name, leaf in world.used.items():
            slack += abs(slopes.get(id(leaf), 0.0)) * units[name]
        if side.contains("d"):
            slack += sum(units.values()) * abs(float(value)) * 2.0
        return float(value), slack, all(self._is_unique(name, *stated[name]) for name in units) and world.trusted

    def computed(self, row: Row, side: Node) -> bool:
        """Return whether the note gives numbers for everything in a side."""
        return self.number(row, side, derived=True) is not None or self.number(row, side, derived=False) is not None

    def _is_unique(self, name: str, number: float, unit: float, _: int) -> bool:
        """Return whether the note gives a name only one number."""
        return all(abs(each[0] - number) <= 1.5 * max(each[1], unit, 1e-12) for each in self.values[name])

    def _is_derived(self, name: str) -> bool:
        return (name.partition("|")[0], name.count("|")) in self.book.definitions

    def with_numbers(self, row: Row, symbolic: Sequence[Node], numeric: Sequence[Node]) -> tuple[str, str] | None:
        """Compare sides with names with stated numbers, at the note's own numbers."""
        fits = self.put_in(row, symbolic, numeric)
        if fits is not None:
            return fits
        goal = rounding.stated(numeric[-1])
        found: list[tuple[float, float, bool]] = []
        for side in symbolic:
            if side.head == "sym" and place_of(side) in self.values and not self._is_derived(place_of(side)):
                continue
            slopes = side.contains("d")
            of_side: list[tuple[float, float, bool]] = []
            for derived in (True,) if slopes else (False, True):  # stated numbers first: a chain of lines stays short
                number = self.number(row, side, derived=derived)
                if number is None:
                    continue
                value, slack, _ = number
                if _is_near(value, slack, goal):
                    return RIGHT, ""
                of_side.insert(0, number)
            found += of_side
        rough = "≈" in row.statement.relations
        if len(symbolic) > 1 and all(side.head == "sym" for side in symbolic):
            return None  # x = y = −1 in one case, x = y = 1 in the other
        if found and all(unique for _, _, unique in found):
            value, slack, _ = found[0]
            if abs(value - goal.value) > max((0.05 if rough else 0.01) * abs(value), 3.0 * slack + 2.0 * goal.unit):
                if value and abs(value + goal.value) <= 0.01 * abs(value) + slack:
                    return WRONG, f"sign: it is {digits(value)}, not {digits(goal.value)}"
                return DOUBTFUL, f"with the note's numbers it is {digits(value)}, not {digits(goal.value)}"
        return None

    def put_in(self, row: Row, symbolic: Sequence[Node], numeric: Sequence[Node]) -> tuple[str, str] | None:
        """Match sides with names, of this line or earlier ones, with a side that has numbers in their place."""
        left = row.sides[0]
        known = [*symbolic, *(self.sides.get(left, ()) if left is not None else ())]
        if left is not None and left.head == "sym":
            known += [each.body for each in self.book.by_pattern.get(left, ())]
        if left is not None:
            self.sides.setdefault(left, []).extend(each for each in symbolic if each != left)
        for numbers in numeric:
            for side in known:
                if side == left or side.head in ("sym", "d"):
                    if (
                        side in symbolic
                        and rounding.literal(numbers) is not None
                        and (side == left or side.head == "sym")
                    ):
                        self.learn(side, rounding.stated(numbers), row)
                    continue
                learnt: list[tuple[Node, rounding.Stated]] = []
                if not _unified(side, numbers, learnt) or not learnt:
                    continue
                contradicted = [each for each in learnt if self._contradicts(row, *each)]
                if contradicted and side in symbolic:
                    break
                if contradicted:
                    continue
                for name, number in learnt:
                    self.learn(name, number, row)
                return RIGHT, ""
        return self._put_in_wrongly(row, symbolic, numeric)

    def _put_in_wrongly(self, row: Row, symbolic: Sequence[Node], numeric: Sequence[Node]) -> tuple[str, str] | None:
        """Find numbers substituted for names with one sign, power or factor different from the formula."""
        formulas = [each for each in symbolic if each.head not in ("sym", "d")]
        for numbers in numeric[:2] if formulas else ():
            if rounding.literal(numbers) is not None or sum(1 for _ in numbers.walk()) > LONGEST:
                continue
            for what, changed in single_changes(numbers):
                for side in formulas[-2:]:
                    learnt: list[tuple[Node, rounding.Stated]] = []
                    if not _unified(side, changed, learnt) or len(learnt) < 2:
                        continue
                    known = all(self.values.get(place_of(name)) for name, _ in learnt)
                    if known and not any(self._contradicts(row, *each) for each in learnt):
                        return WRONG, f"numbers put in: {what}; it should be {n.show(changed)}"
        return None

    def _contradicts(self, row: Row, name: Node, number: rounding.Stated) -> bool:
        known = self.values.get(place_of(name), [])
        return bool(known) and all(
            abs(value - number.value) > 1.01 * (unit + number.unit) + 1e-9 * abs(value) for value, unit, _ in known
        )

    def unify(self, symbols: Node, numbers: Node, row: Row) -> None:
        """Learn the numbers of names from a side that has numbers in their place."""
        learnt: list[tuple[Node, rounding.Stated]] = []
        if _unified(symbols, numbers, learnt):
            for name, number in learnt:
                self.learn(name, number, row)

    def stepped(self, row: Row, side: Node, numeric: Node) -> list[tuple[str, str]]:
        """Compare the number after an update with the step that leads to it."""
        number = self.number(row, side, derived=False)
        if number is None:
            return []
        value, slack, unique = number
        goal = rounding.stated(numeric)
        if _is_near(value, slack, goal):
            return [(RIGHT, "")]
        step = [each for each in side.args if each.head == "neg"]
        if unique and step:
            other = self.number(
                row,
                replace(side, args=tuple(each.args[0] if each.head == "neg" else each for each in side.args)),
                derived=False,
            )
            if other is not None and abs(other[0] - goal.value) <= goal.unit + slack:
                return [(WRONG, f"sign: it is {digits(value)}, not {digits(goal.value)}")]
        return [(DOUBTFUL, f"with the note's numbers it is {digits(value)}")]


def _is_near(value: float, slack: float, goal: rounding.Stated) -> bool:
    """Return whether a number is the stated one, within the precision of its digits and a tolerance."""
    return abs(value - goal.value) <= goal.unit * 1.0001 + slack + goal.widest + 1e-9 * abs(value)


def neighbours(row: Row, numbers: Sequence[Node]) -> tuple[str, str] | None:
    """Compare neighbouring sides that are numbers; the first contradiction decides."""
    verdict: tuple[str, str] | None = None
    rough = "≈" in row.statement.relations
    for one, other in itertools.pairwise(numbers):
        a, b = rounding.stated(one), rounding.stated(other)
        result = rounding.agreement(a, b, rough=rough)
        if result == "unequal" and any(
            rounding.agreement(*map(rounding.stated, pair), rough=rough) == "equal"
            for pair in rounding.with_other_bases(one, other)
        ):
            result = "equal"
        if result == "unequal":
            said, true = digits(b.value), digits(a.value)
            if abs(a.value + b.value) <= 0.01 * abs(a.value):
                return WRONG, f"sign: it is {true}, not {said}"
            return WRONG, f"the number is {true}, not {said}"
        if result == "unknown":
            verdict = DOUBTFUL, f"{n.show(one)} is {digits(a.value)}, which rounding may or may not explain"
        elif verdict is None:
            note = (
                f"the last digit: {digits(a.value)}"
                if result == "last digit"
                else "within rounding"
                if result == "rounding"
                else ""
            )
            verdict = RIGHT, note
    return verdict


def _unified(symbols: Node, numbers: Node, learnt: list[tuple[Node, rounding.Stated]]) -> bool:
    """Match a formula with the same one that has numbers for names."""
    if symbols.head in ("sym", "d"):
        if rounding.literal(numbers) is None:
            return False
        learnt.append((symbols, rounding.stated(numbers)))
        return True
    if symbols.head == "num":
        return numbers.head == "num" and numbers.number == symbols.number
    if (symbols.head, len(symbols.args), symbols.primes) != (numbers.head, len(numbers.args), numbers.primes):
        return not any(True for _ in symbols.symbols())
    if symbols.head == "call" and symbols.text != numbers.text:
        return False
    return all(_unified(a, b, learnt) for a, b in zip(symbols.args, numbers.args, strict=True))
