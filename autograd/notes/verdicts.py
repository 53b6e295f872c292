"""The verdicts on a note's rows in order, with the numbers learnt on the way."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Final

from autograd.notes import nodes as n
from autograd.notes import rounding
from autograd.notes.equation import DEFINED, DOUBTFUL, GIVEN, IN_FORM, JOINS, REMARK, RIGHT, UNREAD, WRONG
from autograd.notes.grammar import Notation, is_own_function
from autograd.notes.grids import ShapeError
from autograd.notes.judging import EQUAL, UNEQUAL, Claim
from autograd.notes.nodes import Node
from autograd.notes.numbers import Numbers, neighbours
from autograd.notes.pairs import Pairs
from autograd.notes.rows import RATES, Row, low_indices, place_of, scaled_update_of, update_of
from autograd.notes.world import EVERYWHERE, Book, Budget, Unknown

__all__ = ["Verdicts"]

ZERO: Final = n.number(0)
_ASCENT: Final = re.compile(r"ascen[dt]|ascenso|maximi|上升|最大|상승|최대", re.IGNORECASE)
"""Words before an update that is to enlarge a quantity."""
EQUALITIES: Final = ("=", "≈", ":=", "←")
SIDES: Final = 64
"""The number of earlier sides of a row that each side is compared with, so that long rows take linear time."""


class Verdicts:
    """Judges the rows of a note.

    Parameters
    ----------
    rows : sequence of Row
        The parsed rows.
    book : Book
        What the note states.
    notation : Notation
        The meaning of its letters.
    numbers : mapping of str to float
        Numbers known before the note begins.
    budget : Budget
        The number of nodes that may still be evaluated.
    """

    def __init__(
        self, rows: Sequence[Row], book: Book, notation: Notation, numbers: Mapping[str, float], budget: Budget
    ) -> None:
        self.rows, self.book = rows, book
        self.known: set[Node] = set()
        self.numbers = Numbers(book, numbers)
        self.pairs = Pairs(rows, book, notation, self.numbers, budget)
        updates = [update for update in map(update_of, rows) if update is not None and update[2] is not None]
        descents = [update for update in updates if update[1].head == "neg"]
        self.moved = {(name, slope) for name, _, slope in updates}
        self.descended = {slope.args[0] for _, _, slope in descents if slope}
        self.slopes: dict[Node, set[Node]] = {}
        for row in rows:
            for each in itertools.chain.from_iterable(side.walk() for side in row.readable()):
                if each.head == "d" and len(each.args) == 2 and each.args[0].head in ("sym", "call"):
                    self.slopes.setdefault(each.args[1], set()).add(each)
        self.both_ways = {slope for _, _, slope in descents} & {
            slope for _, step, slope in updates if step.head != "neg"
        }

    def run(self, wanted: Sequence[Row]) -> None:
        """Set status and message of the equations of wanted rows; from others, only learn their numbers."""
        chosen = {row.order for row in wanted}
        for row in self.rows:
            if row.order not in chosen and not any(map(rounding.is_numeric, row.readable())):
                continue
            self.pairs.judge.budget.start_row()
            try:
                self._judge(row)
            except (Unknown, ShapeError) as error:
                self._set(row, DOUBTFUL, str(error))
            except RecursionError:
                self._set(row, UNREAD, "it is nested too deeply")
            if row.problem and row.equation.status in (REMARK, GIVEN, DOUBTFUL) and _has_equality(row):
                self._set(row, UNREAD, row.problem)
            elif row.problem:
                row.equation.status = IN_FORM if row.equation.status == RIGHT else row.equation.status
                row.equation.message = "; ".join(
                    filter(None, (row.equation.message, f"one side is not read: {row.problem}"))
                )
            self._say_readings(row)

    def _say_readings(self, row: Row) -> None:
        """Add the interpretation of look-alikes; judge nothing by what is damaged."""
        equation = row.equation
        said = [", ".join(f"{name} read as {label}" for name, label in row.read_as.items())] if row.read_as else []
        if row.restored:
            said.append(f"read as {equation.reading}")
        if row.damage:
            why = f"looks damaged by scanning: {', '.join(row.damage)}"
            if equation.status == WRONG and not row.damaged_sides:
                said.append(why)
            elif self._undamaged_agree(row):
                said.append(f"one side {why}" if row.damaged_sides else why)
            else:
                kept = equation.message if equation.status == WRONG or "do not join" in equation.message else ""
                self._set(row, UNREAD, "; ".join(filter(None, (why, kept))))
        equation.message = "; ".join(filter(None, (equation.message, *said)))

    def _undamaged_agree(self, row: Row) -> bool:
        """Return whether a damaged row is right, or at least its undamaged sides after the first are."""
        equation = row.equation
        if equation.status in (RIGHT, JOINS) and not (equation.status == JOINS and row.damaged_sides):
            return True
        others = row.readable()[1:] if row.damaged_sides else []
        if equation.status == WRONG or len(others) < 2:
            return False
        claims = (Claim(*pair, row.order, row.section, row.conditions) for pair in itertools.pairwise(others))
        if any(self.pairs.judge.compare(each).result != EQUAL for each in claims):
            return False
        equation.status, equation.message = JOINS, ""
        return True

    @staticmethod
    def _set(row: Row, status: str, message: str = "") -> None:
        row.equation.status, row.equation.message = status, message

    def first_numbers(self) -> dict[Node, float]:
        """Return the first number that the note gives for each name."""
        names = {name for row in self.rows for side in row.readable() for name in side.symbols()}
        return {
            name: self.numbers.values[place_of(name)][0][0] for name in names if place_of(name) in self.numbers.values
        }

    def _judge(self, row: Row) -> None:
        if row.damaged_sides and len(row.sides) < 2:
            self._set(row, UNREAD)
            return
        if not _has_equality(row):
            self._set(row, REMARK)
            return
        if row.problem and len(row.readable()) < 2:
            self._set(row, UNREAD, row.problem)
            return
        if row.statement.continues and not row.inherited:
            self._set(row, REMARK)
            return
        relations = row.statement.relations
        other = next((at for at, each in enumerate(relations) if each not in EQUALITIES), len(relations))
        if other < len(relations):  # a = b ≤ c states that a = b
            row.sides = row.sides[: other + 1]
        update = update_of(row)
        if len(row.sides) <= row.inherited or (update is None and "←" in relations):
            self._set(row, REMARK, "")
            return
        if len(row.readable()) < 2:
            self._set(row, UNREAD, row.problem)
            return
        if update is not None:
            self._judge_update(row, update)
            return
        if (scaled := scaled_update_of(row)) is not None:
            what, right = scaled
            self._set(row, WRONG, f"{what}; it should be {n.show(right)}")
            return
        sides = row.sides
        left = sides[0]
        if (
            left is not None
            and left.head == "sym"
            and not row.inherited
            and all(each is not None and rounding.is_numeric(each) for each in sides[1:])
        ):
            self._judge_given(row, left)
            return
        self._judge_sides(row)

    def _judge_given(self, row: Row, name: Node) -> None:
        numbers = list(row.readable()[1:])
        verdict = neighbours(row, numbers)  # of one number, None
        if any(each.section == EVERYWHERE for each in self.book.definitions.get(n.key(name), ())):
            verdict = self.numbers.with_numbers(row, [name], numbers) or verdict
        self.numbers.put_in(row, [], numbers)
        self.numbers.learn(name, rounding.stated(numbers[-1]), row)
        if verdict is not None:
            self._set(row, *verdict)
            return
        self._set(row, GIVEN)

    def _judge_sides(self, row: Row) -> None:
        sides = [(at, each) for at, each in enumerate(row.sides) if each is not None]
        symbolic = [(at, each) for at, each in sides if not rounding.is_numeric(each)]
        numeric = [each for at, each in sides if rounding.is_numeric(each) and (at or not symbolic)]
        verdicts: list[tuple[str, str]] = []
        defined = self._is_definition(row)
        self.pairs.defining = row.sides[0] if defined or row.inherited else None
        verdicts += self._symbolic(row, symbolic, defined)
        if len(sides) >= 2 and symbolic and numeric:
            constant = self._constant_claim(row, symbolic[-1][1], numeric, only=len(symbolic) == 1)
            if constant is not None:
                verdicts.append(constant)
        if len(numeric) > 1:
            found = neighbours(row, numeric)
            if found is not None:
                contradiction = not symbolic and all(rounding.literal(each) is not None for each in numeric)
                verdicts.append((DOUBTFUL, found[1]) if contradiction and found[0] == WRONG else found)
        if numeric and symbolic:
            found = self.numbers.with_numbers(row, [each for _, each in symbolic], numeric)
            if found is not None:
                verdicts.append(found)
        if defined:
            if (name := row.sides[0]) and numeric:
                self.numbers.learn(name, rounding.stated(numeric[-1]), row)
            known = self.pairs.repeat(row) or (DEFINED, "")
            if known in ((DEFINED, ""), (DEFINED, "anew")):
                known = self.pairs.as_derivative(row) or known
            verdicts.append(known)
        self._decide(row, verdicts)
        if sides:
            self.known.add(sides[0][1])

    def _is_definition(self, row: Row) -> bool:
        left = row.sides[0]
        if left is None or row.inherited:
            return False
        if row.order in self.book.by_entries:
            return True
        return any(each.order == row.order for each in self.book.of(left)) or (
            left.head == "sym" and any(each.head == "call" and each.text == n.show(left) for each in row.readable()[1:])
        )

    def _is_new(self, row: Row) -> bool:
        """Return whether a row defines a name or a function that nothing else defines: L(t, f(x)) = |t − f(x)|."""
        left = row.sides[0]
        if left is None or row.inherited or row.statement.relations[0] == "≈":
            return False
        if left.head == "call":
            own = is_own_function(left) and not left.primes and not self.book.functions.get(left.text)
        else:
            own = left.head == "sym" and n.key(left) not in self.book.definitions
        return own and left not in self.known and all(left not in set(each.walk()) for each in row.readable()[1:])

    def _symbolic(self, row: Row, symbolic: Sequence[tuple[int, Node]], defined: bool) -> list[tuple[str, str]]:
        """Compare sides with names: each with the first that can be computed."""
        verdicts = []
        reference = 0
        if defined and len(symbolic) > 1:
            reference = 1
            left = symbolic[0][1]
            if left.head == "call":
                found = self.pairs.known_function(row, left, symbolic[1][1])
                if found is not None:
                    verdicts.append(found)
        sums = {each.text for _, side in symbolic for each in side.walk() if each.head == "sum"}
        collides = any(sums & side.free_letters for _, side in symbolic)
        for place in range(reference + 1, len(symbolic)):
            at, right = symbolic[place]
            if at < row.inherited:
                continue
            earlier = [each for _, each in symbolic[max(reference, place - SIDES) : place]]
            found = self.pairs.pair(row, symbolic[reference][1], right, earlier)
            if found[0] in (WRONG, DOUBTFUL, GIVEN) and place == 1 and not defined and self._is_new(row):
                found = DEFINED, ""
            if found[0] == WRONG and collides:
                found = DOUBTFUL, f"an index is free and summed over: {found[1]}"
            if found[0] in (WRONG, DOUBTFUL) and "≈" in row.statement.relations[at - 1 : at]:
                found = REMARK, "an approximation"
            verdicts.append(found)
        return verdicts

    def _constant_claim(self, row: Row, left: Node, numeric: Sequence[Node], *, only: bool) -> tuple[str, str] | None:
        """Judge ∂u/∂v = 1: a constant is tested at random numbers."""
        right = numeric[0]
        exact = rounding.literal(right)
        decimals = any(each.head == "num" and rounding.unit_of(each.text) for each in right.walk())
        if left.head == "sym" or decimals or row.inherited:
            return None
        claim = Claim(left, right, row.order, row.section, row.conditions)
        plain = exact is not None or right.head == "/"
        if not (only and plain) and not self.pairs.judge.constant(left, claim):
            return None
        outcome = self.pairs.judge.compare(claim)
        if outcome.holds and not outcome.guessed:
            return RIGHT, ""
        if outcome.result == EQUAL:
            return JOINS, ""
        known = left.head == "d" and all(n.key(each) in self.book.settled for each in left.symbols())
        if outcome.result == UNEQUAL and known and self.pairs.judge.compare(replace(claim, right=ZERO)).result == EQUAL:
            return WRONG, f"{n.show(left)} is 0: there is no path"
        if outcome.result == UNEQUAL and not self.numbers.computed(row, left):
            if outcome.guessed or left.head != "d" or (exact is not None and exact.number == 0.0):
                return GIVEN, ""
            repair = self.pairs.repair(claim)
            if repair is not None and outcome.trusted and not self.pairs.is_softly_known(claim):
                return WRONG, repair.message
            return DOUBTFUL, "at other numbers the left side is not constant"
        return None

    def _judge_update(self, row: Row, update: tuple[Node, Node, Node | None]) -> None:
        name, step, slope = update
        sides = row.readable()
        numeric = [each for each in sides[1:] if rounding.is_numeric(each)]
        verdicts: list[tuple[str, str]] = []
        if len(numeric) > 1 and (found := neighbours(row, numeric)) is not None:
            verdicts.append(found)
        symbolic = next((each for each in sides[1:] if not rounding.is_numeric(each)), None)
        if numeric and symbolic is not None:
            self.numbers.unify(symbolic, numeric[0], row)
            verdicts += self.numbers.stepped(row, symbolic, numeric[-1])
            self.numbers.values[place_of(name)] = [
                (rounding.stated(numeric[-1]).value, rounding.stated(numeric[-1]).unit, row.order)
            ]
        whole, *others = itertools.dropwhile(lambda each: each.head != "+" or each.args[1] != step, sides[1:])
        for each in others:
            found = GIVEN, ""
            if not rounding.is_numeric(each):
                found = self.pairs.pair(row, whole, each, [whole])
            if found[0] == WRONG and found[1].startswith("the term"):
                found = DOUBTFUL, found[1]
            verdicts.append(found)
        if slope is not None and whole in row.sides[row.inherited :]:
            x = slope.args[1]
            if slope.args[0] == name and x != name:
                turned = n.derivative(x, name)
                verdicts.append((WRONG, f"upside down: {n.show(slope)} where {n.show(turned)} belongs"))
            elif x.text != name.text.rstrip("′"):
                own = replace(slope, args=(slope.args[0], name))
                status = WRONG if own in self.slopes.get(name, ()) and (x, slope) in self.moved else DOUBTFUL
                verdicts.append((status, f"{n.show(name)} is moved along the slope by {n.show(x)}"))
            elif len(low_indices(x)) != len(low_indices(name)):
                verdicts.append((IN_FORM, ""))
            elif low_indices(x) != low_indices(name):
                right = replace(slope, args=(slope.args[0], name))
                verdicts.append((WRONG, f"wrong index: {n.show(slope)} where {n.show(right)} belongs"))
            elif step.head != "neg" and _ASCENT.search(row.page.text[max(0, row.block.start - 300) : row.block.start]):
                verdicts.append((IN_FORM, "an ascent"))
            elif step.head != "neg":
                sure = slope.args[0] in self.descended and slope not in self.both_ways
                status = WRONG if sure else DOUBTFUL
                verdicts.append((status, f"sign: for descent the step is taken away, {n.show(name)} − …"))
            else:
                verdicts.append((IN_FORM, ""))
        elif slope is None and not numeric and (found := self._against_slope(row, name, step)) is not None:
            verdicts.append(found)
        self._decide(row, verdicts or [(IN_FORM, "")])

    def _against_slope(self, row: Row, name: Node, step: Node) -> tuple[str, str] | None:
        """Compare the step of w = w − α Σ (h − t) x with the derivative of the one quantity that w is varied for."""
        slopes = self.slopes.get(name, set())
        rates = {each for each in step.symbols() if each.text in RATES and n.key(each) not in self.book.definitions}
        if len(slopes) != 1 or len(rates) != 1:
            return None
        moved = n.negative(step).replaced(lambda each: _without(each, rates))
        (slope,) = slopes
        found = self.pairs.pair(row, slope, moved, [slope])
        return found if found[0] in (RIGHT, WRONG) else None

    def _decide(self, row: Row, verdicts: Sequence[tuple[str, str]]) -> None:
        """Select the gravest verdict on a row; of those that are not grave, the strongest."""
        left_open = [message for each, message in verdicts if each == GIVEN and message]
        for status in (WRONG, DOUBTFUL, RIGHT, JOINS, IN_FORM, DEFINED, GIVEN, REMARK):
            found = [message for each, message in verdicts if each == status]
            if found and status in (RIGHT, JOINS) and left_open:
                self._set(row, IN_FORM, f"not every side is compared: {left_open[0]}")
                return
            if found:
                self._set(row, status, "; ".join(dict.fromkeys(filter(None, found))))
                return
        self._set(row, GIVEN)


def _without(node: Node, names: Set[Node]) -> Node | None:
    """Leave some names out of a product, or put 1 in their place; None for what is neither."""
    if node.head == "*" and not names.isdisjoint(node.args):
        return n.product(*(each for each in node.args if each not in names))
    return n.ONE if node in names else None


def _has_equality(row: Row) -> bool:
    """Return whether a row states an equality, and not only an order or a membership."""
    return row.statement.continues or bool(row.statement.relations and row.statement.relations[0] in EQUALITIES)
