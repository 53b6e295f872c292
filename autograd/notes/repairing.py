"""The smallest change that corrects a wrong side, and its description.

The search is limited, in candidates per claim and per note.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from autograd.notes import nodes as n
from autograd.notes.judging import EQUAL, Claim, Judge
from autograd.notes.nodes import Node
from autograd.notes.world import Options

__all__ = ["Repair", "Repairer", "single_changes", "unscaled"]

EACH: Final = 600
ALWAYS: Final = 8
"""Candidates that are tried however little work is left: signs, and what is upside down, come first."""
CANDIDATE: Final = 6
"""The fixed cost of a candidate."""
SHARE: Final = 0.25
MOST_NAMES: Final = 16
HALF: Final = Node("/", (n.ONE, n.number(2)))


@dataclass(frozen=True)
class Repair:
    """A description of the error, and the corrected side."""

    what: str
    side: Node
    on_left: bool = False
    is_scale: bool = False
    """Whether only the sign of the whole side or a number before it is wrong, whatever else the side is."""

    def applied(self, claim: Claim) -> Claim:
        """Return the claim with the change."""
        return replace(claim, left=self.side) if self.on_left else replace(claim, right=self.side)

    @property
    def holds_for_numbers(self) -> bool:
        """Whether the claim would be wrong even if each matrix were a number."""
        return self.is_scale or self.what.startswith(("wrong index", "upside down", "sign"))

    @property
    def adds_term(self) -> bool:
        """Whether a term is missing."""
        return self.what.startswith("the term") and self.what.endswith("is missing")

    @property
    def adds_slope(self) -> bool:
        """Whether a derivative is missing as a factor."""
        return self.what.startswith("the factor ∂") and self.what.endswith("is missing")

    @property
    def message(self) -> str:
        """The description and the correction in one line."""
        where = "on the left side, " if self.on_left else ""
        return f"{where}{self.what}; it should be {n.show(self.side)}"


class Repairer:
    """Searches for corrections, within the work that is left for a note."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        bodies = [each.body for every in judge.book.definitions.values() for each in every]
        self.kinks = any(_has_kinks(Claim(body, body, 0, 0)) for body in bodies)

    def repair(
        self,
        claim: Claim,
        options: Options,
        names: Sequence[Node],
        *,
        renames_only: bool = False,
    ) -> Repair | None:
        """Return the first single change that makes both sides equal."""
        tried = 0
        least = self.judge.budget.left - max(4_000, int(SHARE * self.judge.budget.left))
        for what, side, on_left in _candidates(claim, names, renames_only, self.kinks or _has_kinks(claim)):
            if tried >= EACH or (tried >= ALWAYS and self.judge.budget.left <= max(0, least)):
                return None
            tried += 1
            self.judge.budget.spend(CANDIDATE)
            changed = replace(claim, left=side) if on_left else replace(claim, right=side)
            if side.head == "d" and changed.left == changed.right and not on_left:
                continue
            if any(each.head == "d" and each.args[0] == each.args[1] for each in side.walk()):
                continue
            outcome = self.judge.compared(changed, options, brief=True)
            same = changed.left == changed.right
            if outcome.result == EQUAL and (same or not outcome.vacuous) and not outcome.remark:
                if what.startswith("upside down") and self._vanishes(claim, side, options):
                    continue
                return Repair(what, side, on_left, not on_left and unscaled(side) == unscaled(claim.right))
        return None

    def turned(self, claim: Claim, options: Options) -> Repair | None:
        """Return the one derivative that is inverted, if the note does not otherwise define it."""
        for what, side in _everywhere(claim.right, _inverted):
            outcome = self.judge.compared(replace(claim, right=side), options, brief=True)
            if outcome.holds and outcome.trusted and not outcome.remark and not self._vanishes(claim, side, options):
                return Repair(what, side)
        return None

    def _vanishes(self, claim: Claim, side: Node, options: Options) -> bool:
        """Return whether a derivative that is new in a side is 0, so that it only takes a term away."""
        new = {each for each in side.walk() if each.head == "d"} - set(claim.right.walk())
        zero = (replace(claim, left=each, right=n.number(0)) for each in new)
        return any(self.judge.compared(each, options, brief=True).result == EQUAL for each in zero)


def unscaled(side: Node) -> tuple[Node, ...]:
    """Return the factors of a side that are no numbers."""
    if side.head == "neg":
        return unscaled(side.args[0])
    if side.head == "*":
        return tuple(factor for each in side.args for factor in unscaled(each))
    if side.head == "/" and side.args[1].head == "num":
        return unscaled(side.args[0])
    return () if side.head == "num" else (side,)


Change = tuple[str, Node]
Kind = Callable[[Node], Iterator[Change]]


def _candidates(
    claim: Claim, names: Sequence[Node], renames_only: bool, kinks: bool
) -> Iterator[tuple[str, Node, bool]]:
    """Yield changes, likeliest first, each with whether it is one of the left side."""
    names = list(dict.fromkeys(names))[:MOST_NAMES]
    right = claim.right

    def renamed(part: Node) -> Iterator[Change]:
        return _renamed(part, names)

    if renames_only:
        yield from _on_right(_everywhere(right, renamed))
        return
    kinds = (_inverted, _rebound, _flipped, _dropped, _swapped_indices, _primed, _transposed, _powers, renamed)
    yield "sign", n.negative(right), False
    yield from _on_right(itertools.chain.from_iterable(_everywhere(right, kind) for kind in kinds))
    yield from _on_right(_paths(claim, names))
    yield from _on_right(_renamed_throughout(right, names))
    yield from _on_right(_exchanged(right))
    yield from _on_right(_multiplied(right, claim, names, kinks))
    yield from _on_right(_terms(claim, names))
    yield from ((what, side, True) for what, side in _everywhere(claim.left, _dropped))
    yield from _on_right(_everywhere(right, lambda part: _factor_in_term(part, names)))


def _on_right(changes: Iterable[Change]) -> Iterator[tuple[str, Node, bool]]:
    return ((what, side, False) for what, side in changes)


def _everywhere(side: Node, kind: Kind) -> Iterator[Change]:
    """Change one part of a side, in any position."""
    yield from kind(side)
    if side.head in ("sym", "d", "num"):
        return
    for at, each in enumerate(side.args[:1] if side.head in ("sum", "prod") else side.args):
        for what, changed in _everywhere(each, kind):
            yield what, side.having((*side.args[:at], changed, *side.args[at + 1 :]))


def single_changes(side: Node) -> Iterator[Change]:
    """Change one sign or power, or drop one factor or term; numbers are unchanged."""
    yield from _everywhere(side, _structural)


def _structural(part: Node) -> Iterator[Change]:
    if part.head != "num" and not (part.head == "neg" and part.args[0].head == "num"):
        for kind in (_flipped, _powers, _dropped):
            yield from kind(part)


def _inverted(part: Node) -> Iterator[Change]:
    if part.head == "d" and len(part.args) == 2 and all(each.head in ("sym", "call") for each in part.args):
        if part.args[0].head == "sym" and n.key(part.args[0]) == n.key(part.args[1]):
            return  # two steps of one quantity
        turned = part.having((part.args[1], part.args[0]))
        yield f"upside down: {n.show(part)} where {n.show(turned)} belongs", turned


def _rebound(part: Node) -> Iterator[Change]:
    """Let a sum run over an index of its terms, if its own letter is in none."""
    if part.head in ("sum", "prod") and part.text != "?" and part.text not in part.args[0].free_letters:
        for letter in sorted(part.args[0].free_letters):
            yield f"the sum runs over {part.text}, but its terms have {letter}", replace(part, text=letter)


def _paths(claim: Claim, names: Sequence[Node]) -> Iterator[Change]:
    """Add the path through a quantity, if all terms of a sum are paths or there is only one."""
    left, right = claim.left, claim.right
    if left.head != "d" or len(left.args) != 2:
        return
    y, x = left.args
    if not any(each.head == "d" and each.args[0] == y for each in right.walk()):
        return
    for middle in names:
        if middle not in (y, x):
            path = n.product(n.derivative(y, middle), n.derivative(middle, x))
            terms = right.args if right.head == "+" else (right,)
            yield f"the path through {n.show(middle)} is missing", Node("+", (*terms, path))


def _terms(claim: Claim, names: Sequence[Node]) -> Iterator[Change]:
    right = claim.right
    terms = right.args if right.head == "+" else (right,)
    for each in names if claim.left.head == "d" and any(True for _ in right.symbols()) else ():
        for term in (each, n.negative(each), n.product(n.number(2), each)):
            yield f"the term {n.show(term)} is missing", Node("+", (*terms, term))


def _flipped(part: Node) -> Iterator[Change]:
    if part.head == "+":
        for at, term in enumerate(part.args):
            turned = part.having((*part.args[:at], n.negative(term), *part.args[at + 1 :]))
            yield f"sign: {n.show(part)} should be {n.show(turned)}", turned
    elif part.head == "neg":
        yield f"sign: {n.show(part)} should be {n.show(part.args[0])}", part.args[0]
    elif part.head == "call" and len(part.args) == 1:
        turned = part.having((n.negative(part.args[0]),))
        yield f"sign: {n.show(part)} should be {n.show(turned)}", turned
    elif part.head == "cases":
        for at in range(0, len(part.args), 2):
            yield (
                "sign in one case",
                part.having((*part.args[:at], n.negative(part.args[at]), *part.args[at + 1 :])),
            )


def _dropped(part: Node) -> Iterator[Change]:
    if part.head in ("*", "odot"):
        for at, factor in enumerate(part.args):
            rest = part.args[:at] + part.args[at + 1 :]
            kept = rest[0] if len(rest) == 1 else replace(part, args=rest, text=part.text[: len(rest) - 1])
            yield f"the factor {n.show(factor)} is too much", kept
    elif part.head == "call" and len(part.args) == 1 and part.args[0].head == "call":
        yield f"the function {part.text} is too much", part.args[0]
    elif part.head == "/":
        yield f"the divisor {n.show(part.args[1])} is too much", part.args[0]
    elif part.head == "+":
        for at, term in enumerate(part.args):
            rest = part.args[:at] + part.args[at + 1 :]
            kept = rest[0] if len(rest) == 1 else replace(part, args=rest)
            yield f"the term {n.show(term)} is too much", kept
        for at, term in enumerate(part.args):
            if term.head in ("sym", "call"):
                yield f"{n.show(term)} should be 1", part.having((*part.args[:at], n.ONE, *part.args[at + 1 :]))


def _swapped_indices(part: Node) -> Iterator[Change]:
    if part.head == "sym" and len(part.args) > 1:
        swapped = part.having((*part.args[:-2], part.args[-1], part.args[-2]))
        if part.marks[-2:] in ("__", "^^") and swapped != part:
            yield f"transposed: {n.show(part)} where {n.show(swapped)} belongs", swapped


def _exchanged(side: Node) -> Iterator[Change]:
    """Exchange two index letters throughout."""
    letters = list(dict.fromkeys(arg for name in side.symbols() for arg in name.args if arg.head == "sym"))[:4]
    for at, one in enumerate(letters):
        for other in letters[at + 1 :]:
            swap = {one: other, other: one}

            def change(each: Node, swap: dict[Node, Node] = swap) -> Node | None:
                if each.head == "sym" and each.args:
                    return each.having(tuple(swap.get(arg, arg) for arg in each.args))
                return None

            new = side.replaced(change)
            yield f"{n.show(one)} and {n.show(other)} are exchanged", new


def _primed(part: Node) -> Iterator[Change]:
    if part.head == "call":
        for primes in (part.primes + 1, part.primes - 1):
            if primes in (0, 1, 2):
                changed = replace(part, primes=primes)
                yield f"{n.show(part)} should be {n.show(changed)}", changed


def _transposed(part: Node) -> Iterator[Change]:
    if part.head == "*":
        for at, factor in enumerate(part.args):
            turned = factor.args[0] if factor.head == "T" else Node("T", (factor,))
            if factor.head in ("sym", "T", "+", "d"):
                changed = part.having((*part.args[:at], turned, *part.args[at + 1 :]))
                yield f"transposed: {n.show(factor)} where {n.show(turned)} belongs", changed
        if len(part.args) == 2:
            one, other = part.args
            yield "the factors are in the wrong order", part.having((other, one))
            yield "a product entry by entry is meant", Node("odot", part.args)
            for first, second in ((Node("T", (other,)), one), (other, Node("T", (one,)))):
                yield "the factors are in the wrong order, and one is transposed", part.having((first, second))
    elif part.head == "odot" and len(part.args) == 2:
        yield "a product of matrices is meant", n.product(*part.args)
    elif part.head == "T":
        yield f"transposed: {n.show(part)} where {n.show(part.args[0])} belongs", part.args[0]


def _powers(part: Node) -> Iterator[Change]:
    if part.head == "^" and part.args[1].head in ("num", "neg"):
        base, exponent = part.args
        value = exponent.number if exponent.head == "num" else -exponent.args[0].number
        for by in (-1.0, 1.0):
            new = base if value + by == 1.0 else n.ONE if value + by == 0.0 else Node("^", (base, _signed(value + by)))
            yield f"power: {n.show(part)} should be {n.show(new)}", new
    elif part.head in ("sym", "+", "call"):
        new = Node("^", (part, n.number(2)))
        yield f"power: {n.show(part)} should be {n.show(new)}", new
    elif part.head == "num" and part.number not in (0.0,):
        for value in (part.number + 1.0, part.number - 1.0, 2.0 * part.number, part.number / 2.0):
            if value:
                yield f"the number {part.text} should be {n.show(n.number(value))}", n.number(value)


def _signed(value: float) -> Node:
    return n.number(value) if value >= 0 else Node("neg", (n.number(-value),))


def _renamed(part: Node, names: Sequence[Node]) -> Iterator[Change]:
    if part.head == "d" and len(part.args) == 2:
        y, x = part.args
        if y.head != "sym":
            return
        for each in _alike(y, names):
            if each != x:
                yield _wrong(part, new := Node("d", (each, x))), new
        for each in _alike(x, names):
            if each != y:
                yield _wrong(part, new := Node("d", (y, each))), new
    elif part.head == "sym":
        for each in _alike(part, names):
            yield _wrong(part, each), each
        for index in _other_indices(part, names):
            yield _wrong(part, index), index


def _renamed_throughout(side: Node, names: Sequence[Node]) -> Iterator[Change]:
    """Replace a name by another in all its occurrences."""
    for old in dict.fromkeys(side.symbols()):
        if sum(each == old for each in side.walk()) > 1:
            for new in _alike(old, names):
                yield _wrong(old, new), side.replaced(lambda each, old=old, new=new: new if each == old else None)  # type: ignore[misc]


def _other_indices(part: Node, names: Sequence[Node]) -> Iterator[Node]:
    """Give a member of a family another index that occurs."""
    if not part.args:
        return
    indices = list(dict.fromkeys(index for each in names for index in each.args))[:6]
    for at in range(len(part.args)):
        for index in indices:
            if index != part.args[at]:
                changed = part.having((*part.args[:at], index, *part.args[at + 1 :]))
                if changed not in names:
                    yield changed


def _alike(node: Node, names: Sequence[Node]) -> list[Node]:
    others = [each for each in names if each != node]
    return sorted(others, key=lambda each: (each.text != node.text, len(each.args) != len(node.args)))


def _wrong(old: Node, new: Node) -> str:
    return f"wrong {'index' if _stem(old) == _stem(new) else 'factor'}: {n.show(old)} where {n.show(new)} belongs"


def _stem(name: Node) -> str:
    return name.text if name.args else re.sub(r"(?<=[^\W\d])\d+$|\[.*", "", name.text)


def _multiplied(side: Node, claim: Claim, names: Sequence[Node], kinks: bool) -> Iterator[Change]:
    for factor in _factors(claim, names, kinks):
        yield f"the factor {n.show(factor)} is missing", _times(side, factor)
    for each in names:
        yield f"the divisor {n.show(each)} is missing", Node("/", (side, each))


def _has_kinks(claim: Claim) -> bool:
    """Return whether a claim contains comparisons, so that one may be missing."""
    return any(
        each.head in ("cmp", "cases", "abs") or (each.head == "call" and each.text in ("relu", "max", "min", "abs"))
        for each in claim.walk()
    )


def _factors(claim: Claim, names: Sequence[Node], kinks: bool) -> Iterator[Node]:
    yield from (n.number(2), HALF)
    slopes = dict.fromkeys(each for each in claim.walk() if each.head == "d" and len(each.args) == 2)
    bound = {each.text for each in claim.walk() if each.head in ("sum", "prod")}
    ends = dict.fromkeys(
        arg
        for each in slopes
        for arg in each.args
        if not any(index.text in bound for inner in arg.symbols() for index in inner.args)
    )
    for y in ends:
        for x in ends:
            if y != x and n.derivative(y, x) not in slopes:
                yield n.derivative(y, x)
    for each in names:
        rest = Node("+", (n.ONE, n.negative(each)))
        yield from (each, rest, n.product(each, rest))
        if kinks:
            yield Node("cmp", (each, n.number(0)), ">")


def _factor_in_term(part: Node, names: Sequence[Node]) -> Iterator[Change]:
    if part.head == "+" and len(part.args) < 5:
        for at, term in enumerate(part.args):
            for each in (n.number(2), *names):
                changed = part.having((*part.args[:at], _times(term, each), *part.args[at + 1 :]))
                yield f"the factor {n.show(each)} is missing in one term", changed


def _times(side: Node, factor: Node) -> Node:
    if side.head == "neg":
        return Node("neg", (_times(side.args[0], factor),))
    if side == n.ONE:
        return factor
    if side.head == "*":
        return replace(side, args=(*side.args, factor), text=side.text + " ")
    return n.product(side, factor)
