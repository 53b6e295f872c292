"""Comparison of two sides by what the note states, in the readings that its notation allows."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from autograd.notes import nodes as n
from autograd.notes.grids import Grid, Quantity, ShapeError
from autograd.notes.nodes import Node
from autograd.notes.world import NOT_COMPUTED, Book, Budget, Environment, Options, Unknown, World, letters_of

__all__ = ["Claim", "Judge", "Outcome", "chain", "gap", "is_through_time", "joins"]

POINTS: Final = (0, 2, 1, 3)
CLOSE: Final = 1e-7
_NO_LETTERS: Final[list[tuple[str, Environment]]] = [("", {})]
EQUAL, UNEQUAL, UNKNOWN = "equal", "unequal", "unknown"


@dataclass(frozen=True)
class Claim:
    """Two sides at a position in the note, under conditions on their indices."""

    left: Node
    right: Node
    order: int
    section: int
    conditions: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """Yield every node of both sides."""
        return itertools.chain(self.left.walk(), self.right.walk())

    def symbols(self) -> Iterator[Node]:
        """Yield every symbol of both sides."""
        return itertools.chain(self.left.symbols(), self.right.symbols())

    def contains(self, head: str) -> bool:
        """Return whether a side contains a node of some kind."""
        return self.left.contains(head) or self.right.contains(head)

    @property
    def quantity(self) -> Node:
        """What the left side is, or is a derivative of."""
        return self.left.args[0] if self.left.head == "d" else self.left


@dataclass
class Outcome:
    """The result of comparing two sides under one reading.

    `vacuous` is true if both sides are 0 or the same text; `guessed` if an undefined quantity was a random function;
    `trusted` is false if a definition may belong to another part of the note.
    """

    result: str
    why: str = ""
    options: Options = field(default_factory=Options)
    vacuous: bool = False
    guessed: bool = False
    trusted: bool = True
    remark: str = ""
    shape_error: bool = False

    @property
    def holds(self) -> bool:
        """Whether both sides are equal, and not because both are 0."""
        return self.result == EQUAL and not self.vacuous


class Judge:
    """Compares sides; the numbers of a note are cached between claims.

    Parameters
    ----------
    book : Book
        What the note states.
    readings : sequence of Options
        The readings to try, likeliest first.
    budget : Budget
        The number of nodes of formulas and graphs that may still be computed for the note.
    """

    def __init__(self, book: Book, readings: Sequence[Options], budget: Budget) -> None:
        self.book, self.readings, self.budget = book, list(readings), budget
        self.worlds: dict[object, World] = {}
        self.places: dict[tuple[int, int], object] = {}
        self._choices: dict[object, list[tuple[str, Environment]]] = {}
        self.ambiguous = book.ambiguous()
        self.many_functions = any(len(each) > 1 for each in book.functions.values())

    def world(self, order: int, section: int, seed: int, options: Options) -> World:
        """Return the numbers at a position, shared between positions that see the same definitions."""
        place = self.places.get((order, section))
        if place is None:
            place = self.places[order, section] = self._place(order, section)
        key = (place, seed, options)
        if key not in self.worlds:
            if len(self.worlds) > 64:
                self.worlds.clear()
            self.worlds[key] = World(self.book, order, section, seed, options, self.budget)
        return self.worlds[key]

    def _place(self, order: int, section: int) -> object:
        """Return a key that is common to positions where the same definitions hold."""
        if not (self.ambiguous or self.many_functions or self.book.examples):
            return ()
        chosen = [self.book.chosen(key, order, section)[0] for key in self.ambiguous]
        place = tuple(each.order for every in chosen for each in every)
        if self.many_functions:
            return (place, order, section)
        return (place, section) if self.book.examples else place

    def forget(self) -> None:
        """Clear the cache, since a definition has changed."""
        self.worlds.clear()
        self.places.clear()
        self.ambiguous = self.book.ambiguous()

    def compare(self, claim: Claim, readings: Sequence[Options] | None = None) -> Outcome:
        """Try every reading: equal in one is equal; unequal only if unequal in all."""
        outcomes: list[Outcome] = []
        for options in self.distinct(claim, readings or self.readings):
            outcome = self.compared(claim, options)
            if outcome.holds:
                return outcome
            outcomes.append(outcome)
        for each in outcomes:
            if each.result == EQUAL:
                return each
        computed = [each for each in outcomes if each.result == UNEQUAL]
        misfits = [each for each in outcomes if each.shape_error]
        if len(misfits) == len(outcomes):
            return replace(misfits[0], result=UNEQUAL)
        if computed and all(each.result == UNEQUAL or each.shape_error for each in outcomes):
            return computed[0]
        blocked = next((each for each in outcomes if each.result == UNKNOWN), outcomes[0])
        return replace(blocked, result=UNKNOWN)

    def compared(self, claim: Claim, options: Options, *, brief: bool = False) -> Outcome:
        """Compare two sides in one reading, at several points and choices of free indices.

        With `brief`, stop at the first difference.
        """
        if claim.left == claim.right:
            return Outcome(EQUAL, vacuous=True, options=options)
        outcome = Outcome(EQUAL, options=options, vacuous=True)
        seen = 0
        failed: set[str] = set()
        held: set[str] = set()
        zeros = True
        for seed in POINTS:
            world = self.world(claim.order, claim.section, seed, options)
            world.trusted = True
            try:
                for kind, env in self.choices(claim, world):
                    left, right = world.value(claim.left, env), world.value(claim.right, env)
                    same = equal(left, right)
                    if same is None:
                        continue
                    seen += 1
                    (held if same else failed).add(kind)
                    outcome.vacuous &= _is_zero(left) and _is_zero(right)
                    zeros &= kind == "alike" or _is_zero(left)
                    if brief and failed:
                        return replace(outcome, result=UNEQUAL)
            except Unknown as error:
                return Outcome(UNKNOWN, str(error), options)
            except ShapeError as error:
                return Outcome(UNKNOWN, str(error), options, shape_error=True)
            except (OverflowError, ValueError, ZeroDivisionError) as error:
                return Outcome(UNKNOWN, f"not computed: {error}", options)
            outcome.trusted &= world.trusted
            outcome.guessed |= self._guesses(claim, world)
            if failed - {"alike"} or (failed and seed == 2 and not held):
                break
        if not seen:
            return Outcome(UNKNOWN, "no point at which both sides are finite", options)
        if not failed:
            return outcome
        if held == {"apart"} and failed <= {"alike"} and (not zeros or n.is_number(claim.right, 0.0)):
            outcome.remark = "where the indices differ"
            return outcome
        outcome.result, outcome.vacuous = UNEQUAL, False
        return outcome

    def distinct(self, claim: Claim, readings: Sequence[Options]) -> Iterator[Options]:
        """Yield the readings in which a claim has other numbers than in those before, or can't be computed."""
        seen: list[object] = []
        for options in readings:
            world = self.world(claim.order, claim.section, 0, options)
            try:
                env = self.choices(claim, world)[0][1]
                sides: list[object] = [_entries(world.value(side, env)) for side in (claim.left, claim.right)]
            except NOT_COMPUTED as error:
                sides = [str(error)]
            if sides not in seen:
                seen.append(sides)
                yield options

    def constant(self, side: Node, claim: Claim) -> bool:
        """Return whether a side has one value, whatever the numbers it depends on."""
        found: list[object] = []
        for seed in POINTS:
            world = self.world(claim.order, claim.section, seed, self.readings[0])
            try:
                found += [_entries(world.value(side, env)) for _, env in self.choices(claim, world)]
            except NOT_COMPUTED:
                return False
        return all(each == found[0] for each in found)

    def _guesses(self, claim: Claim, world: World) -> bool:
        """Return whether the claim contains a quantity that the note leaves undefined."""
        if not world.opaque:
            return False
        open_keys = {key for key, _ in world.opaque}
        for each in claim.symbols():
            if n.key(each) in open_keys:
                family = any(index.head != "label" and index.head != "num" for index in each.args)
                if family or (n.key(each), world.indices(each, {})) in world.opaque:
                    return True
        return False

    def choices(self, claim: Claim, world: World) -> Sequence[tuple[str, Environment]]:
        """Return choices of the free indices: all different, and equal where two may be."""
        letters = letters_of(claim.left, self.book.letters) | letters_of(claim.right, self.book.letters)
        if not letters.isdisjoint(self.book.sizes):  # the n of Σ_{i=1..n} is free if it is an index
            indices = {index.text for name in claim.symbols() for index in name.args}
            letters = frozenset(each for each in letters if each in indices or each not in self.book.sizes)
        if not letters:
            return _NO_LETTERS
        fixed = (_shifted(claim.left) | _shifted(claim.right)) & letters
        key = letters, fixed, claim.conditions, world.options.common
        if key not in self._choices:
            self._choices[key] = self._chosen(sorted(letters), fixed | (letters & set("lℓt")), claim, world)
        return self._choices[key]

    def _chosen(
        self, letters: Sequence[str], fixed: Set[str], claim: Claim, world: World
    ) -> list[tuple[str, Environment]]:
        places = {letter: list(world.range(letter, Node("open"), Node("open"), {})) for letter in letters}
        free = [letter for letter in letters if letter not in fixed]
        apart = {letter: places[letter][(1 + at) % len(places[letter])] for at, letter in enumerate(free)}
        alike = {letter: places[letter][1 % len(places[letter])] for letter in free}
        same = dict.fromkeys((letter for letter in letters if letter in fixed), 2)
        kinds: list[tuple[str, Environment]] = [("apart", {**same, **apart}), ("alike", {**same, **alike})]
        kinds = kinds if len(free) > 1 else kinds[:1]
        return [each for each in kinds if all(_is_met(one, each[1]) for one in claim.conditions)] or kinds[:1]


def _entries(x: Quantity) -> tuple[object, ...]:
    return (x.shape, *map(float, x.entries)) if isinstance(x, Grid) else (float(x),)


def _is_met(condition: Node, env: Environment) -> bool:
    """Return whether a condition on indices holds; other conditions are ignored."""
    sides = [
        env.get(each.text) if each.head == "sym" and not each.args else int(each.number) if each.head == "num" else None
        for each in condition.args
    ]
    if sides[0] is None or sides[1] is None or condition.text not in ("=", "≠"):
        return True
    if any(each.head == "num" for each in condition.args):
        return True
    return (sides[0] == sides[1]) == (condition.text == "=")


@lru_cache(maxsize=4096)
def _shifted(side: Node) -> frozenset[str]:
    """Return the letters that occur in an index with something added, as the l in l + 1."""
    return frozenset(
        part.text
        for each in side.symbols()
        for index in each.args
        if index.head == "+"
        for part in index.args
        if part.head == "sym"
    )


def equal(left: Quantity, right: Quantity) -> bool | None:
    """Return whether two quantities are equal up to rounding; None if one is not finite.

    Raises
    ------
    ShapeError
        If their shapes differ.
    """
    if isinstance(left, Grid) or isinstance(right, Grid):
        if not isinstance(left, Grid) or not isinstance(right, Grid):
            if _is_zero(left) or _is_zero(right):
                return _is_zero(left) and _is_zero(right)
            raise ShapeError("one side is a matrix, the other a number")
        if left.shape != right.shape:
            a, b = (f"[{each.shape[0]} × {each.shape[1]}]" for each in (left, right))
            raise ShapeError(f"{a} is not {b}")
        pairs = [equal(a, b) for a, b in zip(left.entries, right.entries, strict=True)]
        return None if None in pairs else all(pairs)
    one, other = float(left), float(right)
    if not (math.isfinite(one) and math.isfinite(other)):
        return None
    return abs(one - other) <= CLOSE * max(abs(one), abs(other)) + 1e-11


def _is_zero(x: Quantity) -> bool:
    """Return whether it is 0, up to the rounding of terms that cancel."""
    return all(abs(float(each)) < 1e-14 for each in (x.entries if isinstance(x, Grid) else [x]))


# Chains of derivatives


def chain(left: Node, right: Node) -> list[Node]:
    """Return the factors of a product of derivatives in order of the chain; empty for anything else."""
    if left.head != "d" or len(left.args) != 2:
        return []
    factors = [_telescoped(each) for each in (right.args if right.head == "*" else [right])]
    if len(factors) < 2 or any(each.head != "d" or len(each.args) != 2 for each in factors):
        return []
    if any(name.head not in ("sym", "call") for each in (left, *factors) for name in each.args):
        return []
    if factors[0].args[0] != left.args[0] and factors[-1].args[0] == left.args[0]:
        factors.reverse()
    return factors


def _telescoped(factor: Node) -> Node:
    """Read Π_{j=k+1..t} ∂h_j/∂h_{j−1} as ∂h_t/∂h_k; anything else is unchanged."""
    if factor.head != "prod" or factor.args[0].head != "d" or len(factor.args[0].args) != 2:
        return factor
    (y, x), first, last = factor.args[0].args, factor.args[1], factor.args[2]
    letter = n.symbol(factor.text)
    before = Node("+", (letter, n.negative(n.ONE)))
    if y.head != "sym" or y.reindexed(letter, before) != x:
        return factor
    if first.head != "+" or first.args[-1:] != (n.ONE,) or len(first.args) != 2:
        return factor
    return n.derivative(y.reindexed(letter, last), y.reindexed(letter, first.args[0]))


def is_through_time(left: Node, right: Node) -> bool:
    """Return whether a side is a sum of chains through a step of a recurrence, Σ_k … ∂h_t/∂h_k ∂h_k/∂w.

    The last factor is then meant with the step before held fixed.
    """
    if right.head != "sum" or not joins(left, right):
        return False
    slopes = chain(left, right.args[0])
    return any(n.key(each.args[0]) == n.key(each.args[1]) for each in slopes if each.args[0].head == "sym")


def joins(left: Node, right: Node) -> bool:
    """Return whether a side is a chain of derivatives whose factors join, or a sum of such."""
    if right.head == "+":
        return all(joins(left, each) for each in right.args)
    if right.head == "sum":
        return joins(left, right.args[0])
    factors = chain(left, right)
    return bool(factors) and _is_path(left, factors)


def gap(left: Node, right: Node) -> tuple[str, Node | None] | None:
    """Return where the factors of a chain do not join.

    Returns
    -------
    tuple or None
        What is wrong, and the chain with one name changed so that it joins, if possible; None if all join, in any
        order.
    """
    factors = chain(left, right)
    if not factors or _is_path(left, factors):
        return None
    if any(each.head == "call" for one in (left, *factors) for each in one.args):
        return None
    y = left.args[0]
    for first, second in itertools.pairwise(factors):
        if first.args[1] != second.args[0]:
            below, above = n.show(first.args[1]), n.show(second.args[0])
            what = f"{n.show(first)} and {n.show(second)} do not join: {below} is not {above}"
            break
    else:
        bad = factors[0] if factors[0].args[0] != y else factors[-1]
        what = f"the chain does not {'begin' if bad is factors[0] else 'end'} as the left side: {n.show(bad)}"
    return what, _repaired(left, factors, right)


def _repaired(left: Node, factors: Sequence[Node], right: Node) -> Node | None:
    """Change one name in one factor so that the chain joins; or order all names by their first occurrence."""
    names = list(dict.fromkeys([left.args[0], *(each for factor in factors for each in factor.args), left.args[1]]))
    above = Counter([left.args[1], *(each.args[0] for each in factors)])
    below = Counter([left.args[0], *(each.args[1] for each in factors)])
    loose = list((above - below).elements()), list((below - above).elements())
    found: list[tuple[int, Node]] = []
    for at, factor in enumerate(factors) if len(loose[0]) == 1 else ():  # each other name is above and below
        for place in (0, 1):
            old, new = loose[place][0], loose[1 - place][0]
            args = (new, factor.args[1]) if place == 0 else (factor.args[0], new)
            if factor.args[place] != old or args[0] == args[1]:
                continue
            changed = [*factors[:at], Node("d", args), *factors[at + 1 :]]
            if _is_path(left, changed) and len(set(changed)) == len(changed):
                found.append((_likeness(old, new), n.product(*changed)))
    if found:
        return max(found, key=lambda each: each[0])[1]
    path = [Node("d", pair) for pair in itertools.pairwise(names)]
    kept = sum(one == other for one, other in zip(path, factors, strict=False))
    if len(path) == len(factors) and _is_path(left, path) and 2 * kept >= len(path):
        return n.product(*path)
    return None


def _likeness(one: Node, other: Node) -> int:
    return 2 * (one.text == other.text) + (len(one.args) == len(other.args))


def _is_path(left: Node, factors: Sequence[Node]) -> bool:
    """Return whether factors can be ordered so that each joins the next."""
    steps: dict[Node, Node] = {}
    for each in factors:
        if each.args[0] in steps:
            return False
        steps[each.args[0]] = each.args[1]
    place = left.args[0]
    while place in steps:
        place = steps.pop(place)
    return not steps and place == left.args[1]
