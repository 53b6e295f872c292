"""Comparison of two sides with names: right, WRONG with a correction, or undecided."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from autograd.formula.symbols import LETTERS
from autograd.notes import nodes as n
from autograd.notes import rounding
from autograd.notes.doubts import changed_names, index_left_out, reason_to_doubt
from autograd.notes.equation import DEFINED, DOUBTFUL, GIVEN, IN_FORM, JOINS, RIGHT, WRONG
from autograd.notes.grammar import Notation
from autograd.notes.grids import Grid
from autograd.notes.judging import EQUAL, UNEQUAL, UNKNOWN, Claim, Judge, Outcome, chain, gap, is_through_time, joins
from autograd.notes.nodes import Key, Node
from autograd.notes.numbers import Numbers
from autograd.notes.repairing import MOST_NAMES, Repair, Repairer, unscaled
from autograd.notes.rows import COSTS, Row, digits, is_constant, is_estimate
from autograd.notes.shapes import infer, kinds_of, lay_down, linked, spread
from autograd.notes.world import CONSTANTS, EVERYWHERE, Book, Budget, Definition, Options, letters_of

__all__ = ["Pairs"]

_ENTRYWISE: Final = frozenset(("sym", "num", "+", "neg", "*", "/", "^", "call"))

MOST_DEFINITIONS: Final = 12
LINKED_SIZE: Final = 3
"""The size of vectors whose entries are summed over: the number of terms of a sum with open bounds."""


CLOSE_BEFORE: Final = 3
"""How many rows after a definition a claim is certainly about it, even if the part has other definitions."""
DIFFERENT: Final = "the sides differ; no single change makes them equal"
ONE_TERM: Final = "for one term of the sum whose index is not written"
NO_PATH: Final = "both sides are 0 in what the note says"


class Pairs:
    """Judges pairs of sides with names.

    Parameters
    ----------
    rows : sequence of Row
        The rows of the note.
    book : Book
        What the note states.
    notation : Notation
        The meaning of its letters.
    numbers : Numbers
        The numbers it states.
    """

    def __init__(self, rows: Sequence[Row], book: Book, notation: Notation, numbers: Numbers, budget: Budget) -> None:
        self.book, self.notation, self.numbers = book, notation, numbers
        self.typed = _typed_readings(rows, book)
        self.square = [
            replace(each, shapes=_squared(each.shapes), common=LINKED_SIZE)
            for each in self.typed
            if not each.common and not each.simplex
        ]
        self.shaped = dict(self.typed[0].shapes) if self.typed else {}
        self.judge = Judge(book, _readings(book), budget)
        self.repairer = Repairer(self.judge)
        self.defining: Node | None = None
        self.indices = {
            index.text for row in rows for side in row.readable() for name in side.symbols() for index in name.args
        }
        self.lefts: dict[Node, set[tuple[int, int]]] = {}
        for row in rows:
            if row.left is not None and not row.inherited:
                self.lefts.setdefault(row.left, set()).add((row.section, row.order))
        self.derivations: dict[Node, set[int]] = {}
        self.derivation: dict[int, int] = {}
        last = 0
        for row in rows:
            self.derivation[row.order] = len(self.derivation) if not row.inherited else self.derivation.get(last, 0)
            last = row.order
            for side in row.readable():
                for name in side.symbols():
                    self.derivations.setdefault(name, set()).add(self.derivation[row.order])
        self.bodies: dict[str, list[Node]] = {}
        for every in (*book.definitions.values(), *book.functions.values()):
            for each in every:
                self.bodies.setdefault(each.pattern.text, []).append(each.body)
        for key, slopes in book.upstream.items():
            self.bodies.setdefault(key[0].lstrip("*"), []).extend(each.args[1] for each in slopes)
        for key, stated in book.slopes.items():
            self.bodies.setdefault(key[0].lstrip("*"), []).extend(each.body for each in stated)

    def known_function(self, row: Row, left: Node, body: Node) -> tuple[str, str] | None:
        """Compare the definition of a function with a known name with that function."""
        if left.text not in ("sigmoid", "tanh", "softplus", "relu") or len(left.args) != 1:
            return None
        own = self.book.functions.pop(left.text, [])
        self.judge.forget()  # what earlier rows computed by it
        try:
            claim = Claim(left, body, row.order, row.section)
            outcome = self.judge.compare(claim)
            if outcome.result == EQUAL:
                own = []
                return RIGHT, ""
            if outcome.result == UNEQUAL:
                repair = self.repairer.repair(claim, outcome.options, list(body.symbols()))
                if repair is not None and not repair.what.startswith("power"):
                    own = []
                    return WRONG, repair.message
        finally:
            if own:
                self.book.functions[left.text] = own
            self.judge.forget()
        return None

    def pair(self, row: Row, left: Node, right: Node, earlier: Sequence[Node]) -> tuple[str, str]:
        """Judge two sides with names."""
        status, message = self._pair(row, left, right, earlier)
        if status == WRONG and (strange := self._unknown_commands(row)):
            return DOUBTFUL, f"the command \\{strange[0]} is not known; {message}"
        if (
            status == WRONG
            and not message.startswith("the path")
            and any(_joins_negated(each, right) for each in earlier)
        ):
            return JOINS, ""
        if status == WRONG and any(map(_is_primed_square, right.walk())):
            return DOUBTFUL, f"a prime may transpose a vector; {message}"
        if status == WRONG and self._follows(row, right, earlier):
            return DOUBTFUL, f"it follows from the side before it; {message}"
        return status, message

    def _follows(self, row: Row, right: Node, earlier: Sequence[Node]) -> bool:
        """Return whether a side is equal to one before it, after the first: then an earlier step is in question."""
        claims = [Claim(one, right, row.order, row.section, row.conditions) for one in earlier[1:]]
        return any(
            self.judge.compare(each, readings).holds for each in claims for readings in (None, self.typed or None)
        )

    def _unknown_commands(self, row: Row) -> list[str]:
        """Return the commands of a row that are read as names, although they may be layout or macros from elsewhere."""
        every = [each for side in row.readable() for each in side.walk()]
        names = {
            each.text for each in every if each.head == "sym" or (each.head == "call" and self.book.is_open(each.text))
        }
        commands = dict.fromkeys(re.findall(r"\\([A-Za-z]{2,})", row.equation.text))
        return [each for each in commands if each in names and each not in LETTERS]

    def _pair(self, row: Row, left: Node, right: Node, earlier: Sequence[Node]) -> tuple[str, str]:
        if self._is_own_definition(row, left, right):
            return DEFINED, ""
        earlier = [each for each in earlier if not self._is_own_definition(row, each, right)]
        if left.head == right.head == "sym" and (
            n.key(left) not in self.book.definitions or any(each.text in ("0", "1") for each in row.readable())
        ):
            return GIVEN, ""
        gaps = [(one, found) for one in earlier if (found := gap(self._named(one), self._named(right))) is not None]
        if gaps and not any(joins(self._named(one), self._named(right)) for one in earlier):
            return self._unjoined(row, right, earlier, *gaps[0])
        if any(_is_implicit(one, right) for one in earlier):
            return JOINS, "on a curve along which the quantity is constant"
        factor = _scaled_chain(left, right)
        if factor is not None:
            return WRONG, factor
        claim = Claim(left, right, row.order, row.section, row.conditions)
        if (whole := _of_the_whole_sum(left)) is not None:
            outcome = self.judge.compare(replace(claim, left=whole))
            if outcome.holds:
                return self._equal(replace(claim, left=whole), outcome)
        if (self.typed or claim.contains("matrix")) and self.is_softly_known(claim):
            verdict = self._typed_pair(claim, earlier)
            if verdict is not None:
                return verdict
        outcome = self.judge.compare(claim)
        for one in reversed(earlier[1:]):
            if outcome.holds or outcome.result == UNEQUAL:
                break
            other = self.judge.compare(replace(claim, left=one))
            if other.result != UNKNOWN or outcome.result == UNKNOWN:
                claim, outcome = replace(claim, left=one), other if other.result != UNKNOWN else outcome
        if outcome.result == EQUAL:
            return self._equal(claim, outcome)
        for one in reversed(earlier[1:] if outcome.result == UNEQUAL else ()):
            step = self.judge.compare(replace(claim, left=one))
            if step.holds:
                return self._equal(replace(claim, left=one), step)[0], "as the side before it"
        older = self._by_older_definition(claim)
        if older is not None:
            return older
        if outcome.result == UNEQUAL:
            verdict = self._unequal(row, claim, outcome)
            if verdict[0] == WRONG:
                return verdict
            same = (self._if_same(replace(claim, left=one)) for one in (left, *earlier[1:]))
            return next(filter(None, same), verdict)
        return self._unknown(claim, outcome)

    def _by_older_definition(self, claim: Claim) -> tuple[str, str] | None:
        """Judge a derivative by an earlier definition of what is differentiated, if the last one is incomplete."""
        y = claim.quantity
        every = reversed(self.book.definitions.get(n.key(y), ()) if y.head == "sym" else ())
        older = (each for each in every if each.order < claim.order and each.section == claim.section)
        found = self._right_by(claim, older)
        return (self._equal(claim, found[1])[0], f"by {found[0]}") if found else None

    def _right_by(self, claim: Claim, every: Iterable[Definition]) -> tuple[str, Outcome] | None:
        """Return the first definition by which a claim is right, in words, and the outcome."""
        for each in every:
            outcome = self.judge.compare(replace(claim, order=each.order + 1, section=each.section))
            if outcome.holds:
                return f"{n.show(each.pattern)} = {n.show(each.body)}", outcome
        return None

    def _typed_pair(self, claim: Claim, earlier: Sequence[Node]) -> tuple[str, str] | None:
        """Judge two sides of vectors and matrices; None if shapes do not decide."""
        outcome = self.judge.compare(claim, self.typed or None)
        for one in reversed(earlier[1:]):
            if outcome.result != UNKNOWN:
                break
            claim = replace(claim, left=one)
            outcome = self.judge.compare(claim, self.typed or None)
        if outcome.holds:
            if outcome.guessed:
                return JOINS, ""
            if outcome.options.entrywise:
                return RIGHT, "with products taken entry by entry"
            layout = outcome.options.layout
            notes = [] if layout == "gradient" else [f"with derivatives in {layout} layout"]
            return RIGHT, "; ".join([*notes, *([ONE_TERM] if outcome.options.single else [])])
        chained = self._is_chained(claim)
        if outcome.result != UNEQUAL or (outcome.guessed and not chained):
            return None
        if self._is_closed(claim.left) and self._is_closed(claim.right):
            entries = self._unequal_entries(claim)
            if not entries and self.judge.compare(claim).holds:
                return RIGHT, ""
            return (WRONG, entries) if entries else (DOUBTFUL, outcome.why)
        if not chained and claim.right.contains("d"):
            if joins(claim.left, claim.right):
                return JOINS, ""
            return self._unlike_slopes(claim, outcome)
        if outcome.shape_error and self.square:
            square = self.judge.compare(claim, self.square)
            if square.holds:
                return IN_FORM, "where all matrices are square"
        repair = self._first_repair(claim, self.typed)
        if repair is not None:
            why = f"{outcome.why}; " if outcome.shape_error else ""
            misfit = not outcome.shape_error or self._is_misfit(claim, repair)
            return (WRONG if misfit and self._is_sound(claim, outcome, repair) else DOUBTFUL), why + repair.message
        if outcome.shape_error or self.judge.compare(claim).result == EQUAL:
            return None
        return DOUBTFUL, outcome.why or DIFFERENT

    @staticmethod
    def _is_misfit(claim: Claim, repair: Repair) -> bool:
        """Return whether shapes that do not fit are an error: not if a product with f′(z) may be elementwise."""
        products = [each for each in claim.right.walk() if each.head == "*"]
        loose = any(part.primes for each in products for part in each.walk())
        return repair.what.startswith(("transposed", "the factors are")) and not loose

    def _unlike_slopes(self, claim: Claim, outcome: Outcome) -> tuple[str, str]:
        """Judge derivatives by vectors and matrices that differ from one another."""
        repair = self._first_repair(claim, self.typed)
        if repair is None:
            return DOUBTFUL, outcome.why or DIFFERENT
        settled = not outcome.shape_error and (repair.holds_for_numbers or repair.adds_slope)
        return (WRONG if settled and self._is_sound(claim, outcome, repair) else DOUBTFUL), repair.message

    def _is_sound(self, claim: Claim, outcome: Outcome, repair: Repair) -> bool:
        """Return whether nothing in the note contradicts a correction of vectors and matrices."""
        if not outcome.trusted or repair.adds_term or self._hindsight(claim) or self._may_depend(claim, repair):
            return False
        return not self._strangers_in(claim, repair) and not self._reason(claim, repair)

    def _reason(self, claim: Claim, repair: Repair) -> str:
        """Return why a claim may be right as intended; a sign or number before a whole side never is."""
        return "" if repair.is_scale else reason_to_doubt(claim, repair.applied(claim), self.book.letters)

    def _strangers_in(self, claim: Claim, repair: Repair) -> set[str]:
        """Return the unknown names that a correction depends on: none for a sign or number before a whole side."""
        return set() if repair.is_scale else self._strangers(claim)

    def _first_repair(self, claim: Claim, readings: Sequence[Options]) -> Repair | None:
        """Look for a correction in each reading that gives different numbers."""
        names = self.names(claim)
        repairs = (self.repairer.repair(claim, each, names) for each in self.judge.distinct(claim, readings))
        return next(filter(None, repairs), None)

    def _unequal_entries(self, claim: Claim) -> str:
        """Return the first entry in which two matrices of numbers differ."""
        world = self.judge.world(claim.order, claim.section, 0, self.judge.readings[0])
        left, right = world.value(claim.left, {}), world.value(claim.right, {})
        if not isinstance(left, Grid) or not isinstance(right, Grid) or left.shape != right.shape:
            return ""
        for i, (row, other) in enumerate(zip(left.rows, right.rows, strict=True), 1):
            for j, (one, two) in enumerate(zip(row, other, strict=True), 1):
                if abs(float(one) - float(two)) > 1e-9:
                    return f"row {i}, column {j}: it is {digits(float(one))}, not {digits(float(two))}"
        return ""

    def _equal(self, claim: Claim, outcome: Outcome) -> tuple[str, str]:
        joined = joins(claim.left, claim.right)
        if outcome.vacuous:
            if claim.left == claim.right:
                return GIVEN, "both sides are the same"
            return (JOINS, "") if joined or self._joins_if_open(claim) else (DOUBTFUL, NO_PATH)
        if outcome.guessed:
            return JOINS, outcome.remark
        notes = [outcome.remark]
        if outcome.options.simplex:
            notes.append("as the targets add up to 1")
        if outcome.options.single:
            notes.append(ONE_TERM)
        if not outcome.options.shapes and self.is_softly_known(claim) and not self._is_whole(claim, outcome):
            return IN_FORM, "checked with every matrix a single number"
        if outcome.options.common:
            return DOUBTFUL, "right if the sums run over equally many"
        return RIGHT, "; ".join(filter(None, notes))

    def _joins_if_open(self, claim: Claim) -> bool:
        """Return whether a claim holds for any function in place of those that are defined in other letters."""
        slopes = [each for each in claim.walk() if each.head == "d"]
        tops, xs = ({n.key(each.args[at]) for each in slopes if each.args[at].head == "sym"} for at in (0, 1))
        opened = frozenset(tops - xs)
        readings = self.typed[:2] if self.typed and self.is_softly_known(claim) else self.judge.readings[:1]
        return bool(opened) and self.judge.compare(claim, [replace(each, opaque=opened) for each in readings]).holds

    def _is_whole(self, claim: Claim, outcome: Outcome) -> bool:
        """Return whether every bare name of a claim was read as all the members that the note writes out."""
        bare = {n.key(each) for each in claim.symbols() if not each.args}
        return outcome.options.wholes and all(
            key in self.book.wholes or key in self.book.definitions for key in bare - self.book.sizes.keys()
        )

    def _is_own_definition(self, row: Row, left: Node, right: Node) -> bool:
        """Return whether two sides are equal because this very row defines the one by the other."""
        if left.head == right.head == "call" and left.text == right.text and len(left.args) == len(right.args) == 1:
            left, right = left.args[0], right.args[0]
        return any(
            each.order == row.order and each.pattern == left and each.body == right for each in self.book.of(left)
        )

    def _named(self, side: Node) -> Node:
        """Replace a function in a derivative, ∂f/∂x, by the quantity that the note defines by it."""
        names = {
            each.body.text: each.pattern
            for every in self.book.definitions.values()
            for each in every
            if each.body.head == "call" and not each.body.primes and not each.pattern.args
        }

        def change(each: Node) -> Node | None:
            if each.head == "d" and each.args[0].head == "sym" and n.show(each.args[0]) in names:
                return replace(each, args=(names[n.show(each.args[0])], *each.args[1:]))
            return None

        return side.replaced(change)

    def _unjoined(
        self, row: Row, right: Node, earlier: Sequence[Node], left: Node, found: tuple[str, Node | None]
    ) -> tuple[str, str]:
        what, repaired = found
        claim = Claim(left, right, row.order, row.section, row.conditions)
        outcome = self.judge.compare(claim)
        if outcome.holds:
            return DOUBTFUL, f"{what} (the value is the same)"
        if repaired is None:
            return DOUBTFUL, what
        doubt = reason_to_doubt(claim, replace(claim, right=repaired), self.book.letters)
        if not doubt and any(self._is_renamed(each, right) for each in (left, *earlier)):
            doubt = "a name for a name"
        if not doubt and self._ends_in_bias(left, right):
            doubt = "a factor 1 may be left out"
        if not doubt and _is_other_spelling(right, repaired):
            doubt = "one name in two spellings"
        if not doubt and self._is_of_function(right, repaired):
            doubt = "a function in place of its value"
        if not doubt and self._is_alias(row, right, repaired):
            doubt = "a name that stands nowhere else"
        if doubt:
            return DOUBTFUL, f"{what}: {doubt}; {n.show(repaired)}"
        return WRONG, f"{what}; it should be {n.show(repaired)}"

    @staticmethod
    def _is_of_function(right: Node, repaired: Node) -> bool:
        """Return whether a chain goes through an activation function, ∂σ_L/∂z, instead of a quantity."""
        return any(
            one.text != other.text and one.text in ("σ", "φ", "ϕ", "f", "g")
            for one, other in changed_names(right, repaired)
        )

    def _is_alias(self, row: Row, right: Node, repaired: Node) -> bool:
        """Return whether a name that does not join occurs only in this derivation: it may be an alias."""
        here = {self.derivation[row.order]}
        one, other = set(right.symbols()), set(repaired.symbols())
        strange = one - other
        if {each.text for each in strange} <= {each.text for each in other}:
            return False  # an order, or another index
        unsettled = [name for name in strange | (other - one) if n.key(name) not in self.book.settled]
        return any(self.derivations.get(name) == here for name in unsettled)

    def _is_renamed(self, left: Node, right: Node) -> bool:
        """Return whether the sides differ only in what one factor differentiates, undefined: ∂out and ∂f₂."""
        if left.head != "*" or right.head != "*" or len(left.args) != len(right.args):
            return False
        other = [pair for pair in zip(left.args, right.args, strict=True) if pair[0] != pair[1]]
        return (
            len(other) == 1
            and other[0][0].head == other[0][1].head == "d"
            and other[0][0].args[1:] == other[0][1].args[1:]
            and n.key(other[0][1].args[0]) not in self.book.definitions
        )

    @staticmethod
    def _ends_in_bias(left: Node, right: Node) -> bool:
        """Return whether the missing end of a chain is the derivative by a bias, which is 1."""
        below = left.args[1]
        last = right.args[-1] if right.head == "*" else right
        factors = right.args if right.head == "*" else (right,)
        return (
            below.text[:1] in ("b", "β", "c")
            and last.head == "d"
            and all(each.args[1] != below for each in factors if each.head == "d")
        )

    def _unequal(self, row: Row, claim: Claim, outcome: Outcome) -> tuple[str, str]:
        linear = _linear_combination(claim, self.book)
        if linear:
            return JOINS, f"if {linear}, which the note does not say"
        if is_through_time(claim.left, claim.right):
            return JOINS, "with the step before held fixed in the last factor"
        if summed := self._summed(claim):
            return JOINS, f"summed over {summed}"
        repair = self.repair(claim)
        if repair is None:
            if joins(claim.left, claim.right) and outcome.guessed:
                return JOINS, ""
            if self._is_relation(claim):
                return GIVEN, "a relation between quantities that the note does not define"
            if undefined := self._undefined(claim, outcome):
                return GIVEN, f"the note does not define {undefined}"
            return DOUBTFUL, DIFFERENT
        if self._is_path_left_out(claim) and not self._adds_path(row, claim, outcome, repair):
            return DOUBTFUL, f"one path of several? {repair.message}"
        if repair.what.startswith("the sum runs over ?"):
            return IN_FORM, f"read as {n.show(repair.side)}"
        if self._is_by_alias(claim):
            return DOUBTFUL, f"two names for one; {repair.message}"
        if other := self._by_another_definition(claim):
            return JOINS, f"by {other}"
        if repair.adds_term:
            return DOUBTFUL, repair.message
        if condition := self._condition(row, claim):
            return DOUBTFUL, f"{condition}: {repair.message}"
        if strange := self._strangers_in(claim, repair):
            return DOUBTFUL, f"the note does not define {', '.join(sorted(strange))}; {repair.message}"
        if repair.what.startswith("the term") and (self._hidden(claim) or self._is_by_entry(claim)):
            return DOUBTFUL, f"a number or a vector may hide a path; {repair.message}"
        if self._may_depend(claim, repair):
            return DOUBTFUL, f"a name that is not defined may depend on {n.show(claim.left.args[1])}; {repair.message}"
        chained = claim.left.head == "d" and any(
            each.head == "d" and each.args[0] == claim.left.args[0] for each in claim.right.walk()
        )
        if not outcome.trusted:
            if other := self._by_any_definition(claim):
                return JOINS, f"by {other}"
            if not (repair.is_scale and chained):
                return DOUBTFUL, f"by a definition that may belong to another part: {repair.message}"
        if not self._holds_in_any_shape(claim, outcome, repair) or (
            outcome.guessed and not self._is_sure(claim, repair)
        ):
            return DOUBTFUL, repair.message
        doubt = self._reason(claim, repair)
        if not doubt and not chained and self._has_rivals(claim):
            doubt = "defined in several ways in this part"
        if not doubt and not (chained and (repair.is_scale or repair.what.startswith("upside down"))):
            doubt = self._hindsight(claim, repair.applied(claim))
        return (DOUBTFUL, f"{doubt}: {repair.message}") if doubt else (WRONG, repair.message)

    def _summed(self, claim: Claim) -> str:
        """Return the indices that occur twice on the right alone, if the claim is right as a sum over them."""
        indices = [index.text for each in claim.right.symbols() for index in each.args if index.head == "sym"]
        stray = letters_of(claim.right, self.book.letters) - letters_of(claim.left, self.book.letters)
        if not stray or any(indices.count(each) < 2 for each in stray) or claim.right.head == "+":
            return ""
        right = claim.right
        for each in sorted(stray):
            right = Node("sum", (right, Node("open"), Node("open")), each)
        return ", ".join(sorted(stray)) if self.judge.compare(replace(claim, right=right)).holds else ""

    def _has_rivals(self, claim: Claim) -> bool:
        """Return whether a part defines in several ways what the left side is or differentiates, none close before."""
        y = claim.quantity
        every = [*self.book.of(y), *(self.book.functions.get(y.text, ()) if y.head == "sym" else ())]
        here = [each for each in every if each.section == claim.section and len(each.pattern.args) == len(y.args)]
        close = any(0 < claim.order - each.order <= CLOSE_BEFORE for each in here)
        return len({each.body for each in here}) > 1 and not close

    def _undefined(self, claim: Claim, outcome: Outcome) -> str:
        """Return the quantity differentiated on the left, if the note does not define it."""
        y = claim.quantity
        if y.head == "call":
            return n.show(y) if claim.left.head == "d" and self.book.is_open(y.text) else ""
        known = y.head != "sym" or n.key(y) in self.book.definitions or y.text in self.book.functions
        return n.show(y) if outcome.guessed and not known and claim.left.head == "d" else ""

    def _adds_path(self, row: Row, claim: Claim, outcome: Outcome, repair: Repair) -> bool:
        """Return whether a correction adds a path that the note certainly omitted, not one that another row has."""
        known = outcome.trusted and not outcome.guessed
        if not (repair.what.startswith("the path") and known) or self._is_listed(row, claim):
            return False
        return self.judge.compare(replace(claim, left=n.number(0))).result == UNEQUAL

    def _holds_in_any_shape(self, claim: Claim, outcome: Outcome, repair: Repair) -> bool:
        """Return whether a correction is valid for any sizes of sets and any shapes of names."""
        if outcome.options.common and not outcome.options.shapes:
            return False
        return repair.holds_for_numbers or not self.is_softly_known(claim)

    def _condition(self, row: Row, claim: Claim) -> str:
        """Return why sides without derivatives may differ in general: the note states what makes them equal here."""
        sides = row.readable()
        if any(each.head == "d" or each.primes for each in claim.walk()):
            return ""
        if any(side.head == "num" and side.text in ("0", "1") for side in sides):
            return "what the line sets to a number"
        calls = [{each for each in side.walk() if each.head == "call"} for side in (claim.left, claim.right)]
        if {each.text for each in calls[0] if self.book.is_open(each.text)} & {each.text for each in calls[1]}:
            return "a property of a function that the note does not define"
        own = claim.left.head == "call" and claim.left.text in self.book.functions
        if own and {each.text for each in unscaled(claim.right)} == {claim.left.text}:
            return "a property that a function may have"
        if claim.left.head == "call" and any(each.head == "d" or each.primes for side in sides for each in side.walk()):
            return "an expansion"
        return ""

    def _if_same(self, claim: Claim) -> tuple[str, str] | None:
        """Replace an estimate by its counterpart on the other side, if neither is defined: ŷ may be a₂."""
        left, right = (
            [each for each in dict.fromkeys(side.symbols()) if n.key(each) not in self.book.definitions]
            for side in (claim.left, claim.right)
        )
        for one in left:
            for other in right:
                if one in right or other in left or not (is_estimate(one) or is_estimate(other)):
                    continue
                changed = claim.left.replaced(lambda each, one=one, other=other: other if each == one else None)  # type: ignore[misc]
                outcome = self.judge.compare(replace(claim, left=changed))
                if outcome.holds:
                    return JOINS, f"if {n.show(one)} is {n.show(other)}, which the note does not say"
        return None

    def repair(self, claim: Claim) -> Repair | None:
        """Look for a correction in each reading of numbers."""
        return self._first_repair(claim, self.judge.readings) or self._lost_operator(claim)

    def _lost_operator(self, claim: Claim) -> Repair | None:
        """Try differences of names in place of a product of two, from which an operator may have been lost."""
        right = claim.right
        if right.head != "*" or len(right.args) != 2 or any(each.head != "sym" for each in right.args):
            return None
        for one, other in itertools.permutations(dict.fromkeys((*right.args, *self.names(claim))), 2):
            if one in right.args or other in right.args:
                changed = Node("+", (one, n.negative(other)))
                outcome = self.judge.compare(replace(claim, right=changed))
                if outcome.holds and not outcome.guessed:
                    return Repair(f"an operator is missing in {n.show(right)}", changed)
        return None

    def _may_depend(self, claim: Claim, repair: Repair) -> bool:
        """Return whether the extra factor is the derivative of an undefined divisor, as the sum S in e^a/S."""
        left, right = claim.left, claim.right
        if left.head != "d" or left.args[0].head != "sym" or not repair.what.endswith("is too much"):
            return False
        x = left.args[1]
        bodies = [each.body for each in self.book.definitions.get(n.key(left.args[0]), ())]
        divisors = {
            name
            for body in bodies
            for part in body.walk()
            if part.head == "/"
            for name in part.args[1].symbols()
            if n.key(name) not in self.book.definitions and not name.args
        }
        fewer = list(repair.side.symbols()).count(x) < list(right.symbols()).count(x)
        return fewer and not divisors.isdisjoint(right.symbols())

    def _by_any_definition(self, claim: Claim) -> str:
        """Return a definition, in any part of the note, by which the claim is right."""
        names = {n.key(each) for each in claim.symbols()}
        calls = {each.text for each in claim.walk() if each.head == "call"}
        every = [each for key in names for each in self.book.definitions.get(key, ())]
        every += [each for name in {*calls, *(key[0] for key in names)} for each in self.book.functions.get(name, ())]
        found = self._right_by(claim, [each for each in every if each.order != claim.order][:MOST_DEFINITIONS])
        return found[0] if found else ""

    def _is_by_alias(self, claim: Claim) -> bool:
        """Return whether a claim differentiates by a name equal to another, as tied weights: either may be meant."""
        xs = claim.left.args[1:] if claim.left.head == "d" else ()
        return any(each.body.head == "sym" for x in xs for each in self.book.definitions.get(n.key(x), ()))

    def _by_another_definition(self, claim: Claim) -> str:
        """Return another definition of what is differentiated by which the claim is right."""
        y = claim.left.args[0] if claim.left.head == "d" else None
        every = self.book.definitions.get(n.key(y), ()) if y is not None and y.head == "sym" else ()
        found = self._right_by(claim, every) if len({each.body for each in every}) > 1 else None
        return found[0] if found else ""

    def _hindsight(self, claim: Claim, repaired: Claim | None = None) -> str:
        """Return the remark that a claim rests on what only a later section defines, which may be another quantity.

        It does not if it is wrong, and the corrected one right, whatever that quantity is.
        """
        seen: set[Key] = {
            n.key(x) for each in claim.walk() if each.head == "d" for x in each.args[1:] if x.head == "sym"
        }
        later: dict[Key, Definition] = {}
        waiting = list(claim.symbols())
        while waiting:
            key = n.key(waiting.pop())
            every = self.book.definitions.get(key, ())
            if key in seen or not every:
                continue
            seen.add(key)
            if all(each.order > claim.order and each.section != claim.section for each in every):
                later[key] = every[0]
                continue
            chosen = self.book.chosen(key, claim.order, claim.section)[0]
            waiting.extend(inner for each in chosen for inner in each.body.symbols())
        if not later:
            return ""
        readings = [replace(self.judge.readings[0], opaque=frozenset(later))]
        wrong = self.judge.compare(claim, readings).result == UNEQUAL
        if repaired and wrong and self.judge.compare(repaired, readings).holds:
            return ""
        return f"{n.show(next(iter(later.values())).pattern)} is defined in a later part"

    def is_softly_known(self, claim: Claim) -> bool:
        """Return whether the notation of a claim may be of matrices, whose shapes are not known."""
        matrix = self.notation.matrices
        every = list(claim.walk())
        if len({each for each in every if each.head == "sym"}) == 1 and all(each.head in _ENTRYWISE for each in every):
            return False
        for each in every:
            if each.head in ("T", "odot", "outer", "norm", "matrix"):
                if any(n.key(inner) not in self.book.settled for inner in each.symbols()):
                    return True
                continue
            if each.head == "sym" and n.key(each) in self.book.settled:
                continue
            if each.bold:
                return True
            if each.head == "sym" and (
                any(
                    self.shaped.get(whole := (each.text, len(each.args) - low), (1, 1)) != (1, 1)
                    and not (low and self._is_written_out(whole))
                    for low in (0, 1, 2)
                )
                or (matrix and each.text[:1].isupper() and not each.args and not self._is_made_of_entries(each))
            ):
                return True
        return False

    def _is_made_of_entries(self, name: Node) -> bool:
        """Return whether a name is defined by members of families alone, as the cost −Σ t_j log h_j is: a number."""
        bodies = [each.body for each in self.book.definitions.get(n.key(name), ())]
        heads = {part.head for body in bodies for part in body.walk()}
        return (
            bool(bodies)
            and heads.isdisjoint(("T", "odot", "outer", "norm", "matrix", "vector", "table", "d"))
            and all(
                (each.args and not each.bold) or each.text in self.book.sizes
                for body in bodies
                for each in body.symbols()
            )
        )

    def _is_written_out(self, whole: Key) -> bool:
        """Return whether a vector or matrix is defined by its entries, so that these are separate numbers."""
        every = self.book.definitions.get(whole, ())
        return bool(every) and all(n.is_literal(each.body) for each in every)

    def _is_constant(self, name: Node) -> bool:
        """Return whether a symbol is e or π, and the note gives it no other meaning."""
        return is_constant(name) and n.key(name) not in self.book.definitions

    def _strangers(self, claim: Claim) -> set[str]:
        """Return the undefined names on the right that have no part in the left side: they may be anything."""
        left, right = (set(self._origins(side)) for side in (claim.left, claim.right))
        return right - left - {name for name, _ in self.book.settled}

    def _origins(self, side: Node) -> set[str]:
        """Return the undefined quantities that a side depends on, by their letters."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [each for each in side.walk() if each.head in ("sym", "call")]
        while waiting:
            each = waiting.pop()
            name = each.text
            counted = name in self.book.sizes or (name in self.indices and name not in self.bodies)
            kronecker = name == "δ" and len(each.args) == 2
            if name in seen or self._is_constant(each) or counted or kronecker:
                continue
            seen.add(name)
            bodies = self.bodies.get(name, ())
            if not bodies and each.head == "sym":
                found.add(name)
            for body in bodies:
                waiting.extend(inner for inner in body.walk() if inner.head in ("sym", "call"))
        return found

    def _is_closed(self, side: Node) -> bool:
        """Return whether a side consists of numbers, and of names that are defined by numbers."""
        seen: set[str] = set()
        waiting = [side]
        while waiting:
            for each in waiting.pop().walk():
                if each.head in ("call", "d") or (each.head == "sym" and each.text not in self.bodies):
                    return False
                if each.head == "sym" and each.text not in seen:
                    if any(inner.text == each.text for body in self.bodies[each.text] for inner in body.symbols()):
                        return False  # x = (x¹, x²) gives no numbers
                    seen.add(each.text)
                    waiting += self.bodies[each.text]
        return True

    def _hidden(self, claim: Claim) -> bool:
        """Return whether the left side depends on a result of which the note states only the number."""
        origins = self._origins(claim.left)
        results = {
            place.partition("|")[0]
            for place, known in self.numbers.values.items()
            if any(0 < each[1] < 1e-4 for each in known)
        }
        return bool(origins & results)

    def _is_by_entry(self, claim: Claim) -> bool:
        """Return whether the left side differentiates by an entry θ_k, and functions in it are of the whole θ."""
        variables = claim.left.args[1:] if claim.left.head == "d" else ()
        entries = [(x.text, len(x.args)) for x in variables if x.head == "sym"]
        calls = {each.text for each in claim.walk() if each.head == "call"}
        bodies = [body for name in calls for body in self.bodies.get(name, ())]
        names = {(name.text, len(name.args)) for body in bodies for name in body.symbols()}
        return any(text == entry and count < indices for text, count in names for entry, indices in entries)

    def _is_relation(self, claim: Claim) -> bool:
        """Return whether a claim without derivatives is about undefined quantities: an equation to be solved."""
        if claim.contains("d"):
            return False
        return self._origins(claim.left) != self._origins(claim.right) or claim.left.head not in ("sym", "call")

    def _is_sure(self, claim: Claim, repair: Repair) -> bool:
        """Return whether a correction is certain despite a random function: a derivative joins a chain."""
        left = claim.left
        if self._is_stray(claim, repair) or repair.what.startswith(("upside down", "the sum runs")):
            return True
        if repair.what.startswith("wrong index") and _have_other_numbers(claim.right, repair.side):
            return not self.judge.compare(repair.applied(claim)).guessed
        if left.head == "d" and (n.key(left.args[0]) in self.book.definitions or self._is_chained(claim)):
            return repair.what.startswith(("the factor", "the divisor", "sign"))
        return repair.adds_slope

    def _is_stray(self, claim: Claim, repair: Repair) -> bool:
        """Return whether an index occurs once on the right and not on the left, where one of the left side belongs."""
        left, right = (letters_of(side, self.book.letters) for side in (claim.left, claim.right))
        indices = [index.text for each in claim.right.symbols() for index in each.args if index.head == "sym"]
        stray = right - left
        return (
            repair.what.startswith("wrong index")
            and len(stray) == 1
            and indices.count(next(iter(stray))) == 1
            and bool(left)
            and letters_of(repair.applied(claim).right, self.book.letters) <= left
        )

    def _is_chained(self, claim: Claim) -> bool:
        """Return whether both sides are derivatives of one quantity, on the right by defined quantities."""
        slopes = [each for each in claim.right.walk() if each.head == "d"]
        return (
            claim.left.head == "d"
            and bool(slopes)
            and all(each.args[0] == claim.left.args[0] for each in slopes)
            and all(n.key(each.args[1]) in self.book.definitions for each in slopes)
        )

    def _is_listed(self, row: Row, claim: Claim) -> bool:
        """Return whether a part has several rows for one derivative, which may be its paths one by one."""
        places = self.lefts.get(claim.left, set())
        return any(section == row.section and order != row.order for section, order in places)

    @staticmethod
    def _is_path_left_out(claim: Claim) -> bool:
        """Return whether the right side is the derivative along one path of several."""
        factors = claim.right.args if claim.right.head == "*" else (claim.right,)
        return claim.left.head == "d" and joins(claim.left, claim.right) and all(each.head == "d" for each in factors)

    def _unknown(self, claim: Claim, outcome: Outcome) -> tuple[str, str]:
        if joins(claim.left, claim.right):
            return JOINS, ""
        linear = _linear_combination(claim, self.book)
        if linear:
            return JOINS, f"if {linear}, which the note does not say"
        turned = self.repairer.turned(claim, self.judge.readings[0])
        if turned is not None:
            return WRONG, turned.message
        if outcome.shape_error:
            return DOUBTFUL, outcome.why
        return GIVEN, outcome.why

    def names(self, claim: Claim) -> list[Node]:
        """Return the names that a correction may use: those of both sides, then of what defines them, and so on."""
        names: dict[Node, None] = {}
        for side in (claim.right, claim.left):
            names.update(
                dict.fromkeys(each for each in side.symbols() if not self._is_constant(each) and each != self.defining)
            )
        indices = list(dict.fromkeys(arg for each in names for arg in each.args if arg.head == "sym"))[:3]
        waiting = list(names)
        while waiting and len(names) < MOST_NAMES:
            each = waiting.pop(0)
            for pattern, body in self._said_of(each, claim):
                env = dict(zip(pattern.args, each.args, strict=True))
                for inner in body.symbols():
                    if self._is_constant(inner):
                        continue
                    member = replace(inner, args=tuple(env.get(arg, arg) for arg in inner.args))
                    if len(member.args) == 1 and member.args[0] not in indices and member.args[0].head == "sym":
                        names.update(dict.fromkeys(replace(member, args=(index,)) for index in indices))
                    if member not in names:
                        names[member] = None
                        waiting.append(member)
        return list(names)

    def _said_of(self, name: Node, claim: Claim) -> Iterator[tuple[Node, Node]]:
        """Yield what defines a name, or what it is differentiated by if nothing does."""
        for definition in self.book.chosen(n.key(name), claim.order, claim.section)[0]:
            yield definition.pattern, definition.body
        for slope in self.book.upstream.get(n.key(name), ()):
            yield slope.args[0], slope.args[1]

    def as_derivative(self, row: Row) -> tuple[str, str] | None:
        """Compare dz = a − y with ∂L/∂z, if L is the one cost that the note defines; None if it is not that."""
        left, body = row.sides[0], next((each for each in row.sides[1:] if each is not None), None)
        costs = [name for name in COSTS if (name, 0) in self.book.definitions]
        if left is None or body is None or left.head != "sym" or left.text[:1] != "d" or len(costs) != 1:
            return None
        x = replace(left, text=left.text[1:])
        if not x.text or (x not in self.derivations and n.key(x) not in self.book.definitions):
            return None
        slope = n.derivative(n.symbol(costs[0]), x)
        outcome = self.judge.compare(Claim(slope, body, row.order + 1, row.section), self.typed or None)
        return (RIGHT, f"read as {n.show(slope)}") if outcome.holds and not outcome.guessed else None

    def repeat(self, row: Row) -> tuple[str, str] | None:
        """Compare a definition with an earlier one of the same name in the section."""
        left = row.sides[0]
        if left is None or left.head != "sym":
            return None
        same = self.book.by_pattern.get(left, [])
        mine = next((each for each in same if each.order == row.order), None)
        before = [each for each in same if each.order < row.order and each.section in (row.section, EVERYWHERE)]
        if mine is None:
            return None
        if not before:
            return self._by_general_definition(row, mine)
        if alike := [each for each in before if each.body == mine.body]:
            return (RIGHT, "as in the worksheet") if alike[0].section == EVERYWHERE else (DEFINED, "as before")
        claim = Claim(before[-1].body, mine.body, before[-1].order + 1, row.section, row.conditions)
        outcome = self.judge.compare(claim)
        if outcome.holds:
            return (JOINS, "") if outcome.guessed else (RIGHT, "")
        if outcome.result == UNEQUAL and len(set(mine.body.symbols())) > 2:
            renamed = self.repairer.repair(claim, outcome.options, list(before[-1].body.symbols()), renames_only=True)
            sure = renamed is not None and not index_left_out(claim.right, renamed.side)
            sure &= len(list(claim.left.walk())) == len(list(claim.right.walk()))
            if renamed is not None and sure and not renamed.what.startswith("wrong factor"):
                self._forget(mine)
                return WRONG, renamed.message
        return DEFINED, "anew"

    def _by_general_definition(self, row: Row, mine: Definition) -> tuple[str, str] | None:
        """Compare δ_j^L = … with an earlier δ_j^l = …, and δ^l = … with an earlier δ_j^l = …."""
        name, count = n.key(mine.pattern)
        general = [
            each
            for low in (-2, -1, 0, 1, 2)
            for each in (self.book.definitions if low else self.book.with_letters).get((name, count + low), ())
            if each.order < mine.order
            and each.section in (row.section, EVERYWHERE)
            and (low or covers(each.pattern, mine.pattern))
        ]
        if not general:
            return None
        claim = Claim(mine.pattern, mine.body, row.order + 1, row.section, row.conditions)
        typed = bool(self.typed) and self.is_softly_known(claim)
        readings = [replace(each, without=mine.order) for each in (self.typed if typed else self.judge.readings)]
        outcome = self.judge.compare(claim, readings)
        if outcome.holds:
            return (JOINS, "") if outcome.guessed else (RIGHT, "by what was said before")
        derived = any(each.body.contains("d") for each in general)
        if outcome.result != UNEQUAL or not derived or outcome.guessed or not outcome.trusted:
            return None
        repair = self._first_repair(claim, readings)
        if repair is None:
            return None
        doubt = reason_to_doubt(claim, repair.applied(claim), self.book.letters) or self._strangers(claim)
        return (DOUBTFUL if doubt else WRONG), repair.message

    def _forget(self, mine: Definition) -> None:
        """Exclude a wrong definition from what follows."""
        self.book.forget(mine)
        self.judge.forget()


def _joins_negated(left: Node, right: Node) -> bool:
    """Return whether −∂E/∂o · ∂o/∂r is a chain that joins as −∂E/∂r does."""
    first, *others = right.args if right.head == "*" else (right,)
    return left.head == first.head == "neg" and joins(left.args[0], n.product(first.args[0], *others))


def _is_primed_square(node: Node) -> bool:
    """Return whether a product has a primed name before that name, p′p: in many texts its transpose."""
    pairs = itertools.pairwise(node.args if node.head == "*" else ())
    return any(
        (one.primes or one.text.endswith("′"))
        and (one.text.rstrip("′"), one.args, 0) == (other.text, other.args, other.primes)
        for one, other in pairs
    )


def _have_other_numbers(one: Node, other: Node) -> bool:
    """Return whether formulas differ in names whose indices are all numbers, as o_2 and o_1."""
    names = list(itertools.chain.from_iterable(changed_names(one, other)))
    return bool(names) and all(index.head == "num" for name in names for index in name.args)


def _is_other_spelling(one: Node, other: Node) -> bool:
    """Return whether formulas differ only in the spelling of names: w^l and w_l, net_O and net_o, v_old and v_new."""
    pairs = changed_names(one, other)
    spellings = [[re.sub(r"\W|_|old$|new$", "", n.show(each)).casefold() for each in pair] for pair in pairs]
    return bool(pairs) and all(a == b for a, b in spellings)


def _is_implicit(left: Node, right: Node) -> bool:
    """Return whether sides are dy/dx and −(∂F/∂x)/(∂F/∂y), or −F_x/F_y: the slope of a curve F = constant."""
    if left.head != "d" or len(left.args) != 2 or right.head != "neg" or right.args[0].head != "/":
        return False
    y, x = left.args
    above, below = right.args[0].args
    if above.head == below.head == "d":
        return above.args[0] == below.args[0] and (above.args[1:], below.args[1:]) == ((x,), (y,))
    return above.head == below.head == "sym" and above.text == below.text and (above.args, below.args) == ((x,), (y,))


def _scaled_chain(left: Node, right: Node) -> str | None:
    """Return what is too much if a chain of derivatives joins except for its sign or a number before it."""
    bare, what = right, "sign"
    if right.head == "neg":
        bare = right.args[0]
    elif right.head == "*" and rounding.is_numeric(right.args[0]) and not n.is_number(right.args[0], 1.0):
        bare, what = n.product(*right.args[1:]), f"the factor {n.show(right.args[0])} is too much"
    if bare is right or left.head != "d" or not chain(left, bare) or not joins(left, bare):
        return None
    return f"{what}; it should be {n.show(bare)}"


def covers(general: Node, special: Node) -> bool:
    """Return whether a pattern with letters, δ_j^l, matches one with a constant, δ_j^L."""
    return general != special and all(
        one == other or (one.head == "sym" and one.text not in CONSTANTS)
        for one, other in zip(general.args, special.args, strict=True)
    )


def _of_the_whole_sum(side: Node) -> Node | None:
    """Read d/dx x² + 3x as the derivative of the sum, as it is often meant; None for anything else."""
    first = side.args[0] if side.head == "+" else side
    if side.head != "+" or first.head != "d" or first.args[0].head == "sym":
        return None
    if any(term.contains("d") for term in side.args[1:]):
        return None
    return Node("d", (replace(side, args=(first.args[0], *side.args[1:])), *first.args[1:]))


def _typed_readings(rows: Sequence[Row], book: Book) -> list[Options]:
    """Return readings in which vectors and matrices have shapes, with each layout of derivatives."""
    sides = [side for row in rows for side in row.readable()]
    kinds = kinds_of(sides)
    definitions = [(each.pattern, each.body) for every in book.definitions.values() for each in every]
    joined = linked(sides, definitions)
    kinds.update(joined)
    if not kinds:
        return []
    spread(definitions, kinds)
    for name, body in definitions:
        if n.key(name) in joined:
            found = _layer_kinds(body).items()
            kinds.update({key: kind for key, kind in found if key not in joined})
    lay_down(definitions, kinds)
    size = LINKED_SIZE if joined else 0
    declared = {} if joined else book.declared
    kinds.update({key: "matrix" if "1" not in shape else "vector" for key, shape in declared.items()})
    known = {f"dimension {name}": value for name, value in book.sizes.items()}
    shapes = tuple(infer(definitions, declared, kinds, kinds, sides, size, known).items())
    layouts = ("gradient", "numerator", "denominator")
    entropies = any(each.head == "call" and each.text in ("log", "softmax") for side in sides for each in side.walk())
    plain = [
        Options(shapes=shapes, layout=layout, simplex=simplex, common=size)
        for simplex in ((False, True) if entropies else (False,))
        for layout in layouts
    ]
    one = [replace(each, single=True) for each in plain if book.unindexed and not each.simplex]
    by_entries = [replace(plain[0], layout="elementwise")] if book.elementwise else []
    return [*plain, *one, *by_entries, Options(shapes=shapes, entrywise=True, common=size)]


def _layer_kinds(body: Node) -> dict[Key, str]:
    """Read w^l a^{l-1} + b^l, which defines a vector, as a matrix times a vector."""
    kinds: dict[Key, str] = {}
    for term in body.args if body.head == "+" else (body,):
        if term.head == "*" and len(term.args) == 2 and all(each.head == "sym" and each.marks for each in term.args):
            kinds[n.key(term.args[0])], kinds[n.key(term.args[1])] = "matrix", "vector"
    return kinds


def _squared(shapes: tuple[tuple[Key, tuple[int, int]], ...]) -> tuple[tuple[Key, tuple[int, int]], ...]:
    """Give all vectors and matrices the same sizes."""
    return tuple(
        (key, (LINKED_SIZE if rows > 1 else 1, LINKED_SIZE if columns > 1 else 1)) for key, (rows, columns) in shapes
    )


def _readings(book: Book) -> list[Options]:
    readings = [Options()]
    if book.simplex:
        readings.append(Options(simplex=True))
    if len(book.sizes) > 1:
        readings.append(Options(common=3))
        if book.simplex:
            readings.append(Options(common=3, simplex=True))
    if book.wholes:
        readings.append(Options(wholes=True, simplex=bool(book.simplex)))
    if book.unindexed:
        readings.append(Options(single=True))
    return readings


def _linear_combination(claim: Claim, book: Book) -> str:
    """Return whether ∂S/∂x is a combination of derivatives by x alone, of an undefined quantity S."""
    left, right = claim.left, claim.right
    if left.head != "d" or left.args[0].head != "sym" or n.key(left.args[0]) in book.definitions:
        return ""
    slopes = [each for each in right.walk() if each.head == "d"]
    if (
        not slopes
        or not _is_linear(right)
        or any(each.args[1:] != left.args[1:] or each.args[0] == left.args[0] for each in slopes)
    ):
        return ""
    whole = right.replaced(lambda each: each.args[0] if each.head == "d" else None)
    return f"{n.show(left.args[0])} is {n.show(whole)}"


def _is_linear(node: Node) -> bool:
    """Return whether a formula adds up derivatives, each with a constant before it, and at least two of them."""
    if node.head == "sum":
        return _is_term(node.args[0]) or _is_linear(node.args[0])
    if node.head == "+":
        return all(_is_term(each) or _is_linear(each) for each in node.args)
    if node.head == "neg":
        return _is_linear(node.args[0])
    if node.head == "/":
        return _is_linear(node.args[0]) and _is_scale(node.args[1])
    if node.head == "*":
        inner = [each for each in node.args if not _is_scale(each)]
        return len(inner) == 1 and _is_linear(inner[0])
    return False


def _is_term(node: Node) -> bool:
    if node.head == "*":
        return sum(each.head == "d" for each in node.args) == 1 and all(
            each.head == "d" or _is_scale(each) for each in node.args
        )
    return node.head == "d" or (node.head == "neg" and _is_term(node.args[0]))


def _is_scale(node: Node) -> bool:
    """Return whether a factor is a number, or one over the size of a set."""
    return all(
        each.head in ("num", "/", "neg") or (each.head == "sym" and each.text in "nmNMKBT" and not each.args)
        for each in node.walk()
    )
