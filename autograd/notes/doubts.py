"""Reasons not to report a difference as WRONG although a single change would make both sides equal."""

from __future__ import annotations

from autograd.notes import nodes as n
from autograd.notes.judging import Claim
from autograd.notes.nodes import Node
from autograd.notes.world import letters_of

__all__ = ["changed_names", "index_left_out", "reason_to_doubt"]


def reason_to_doubt(claim: Claim, repaired: Claim, letters: set[str]) -> str:
    """Return why a claim that differs may still be right as intended; an empty string if there is no reason.

    Parameters
    ----------
    claim, repaired : Claim
        The claim, and the same with the correction.
    letters : set of str
        The index letters of the note.

    Examples
    --------
    >>> from autograd.notes import nodes as n
    >>> w1, w2, w3 = (n.symbol("w", n.number(i)) for i in (1, 2, 3))
    >>> reason_to_doubt(Claim(w1, w2, 0, 0), Claim(w1, w3, 0, 0), set())
    'a name for a name'
    """
    left, right = claim.left, claim.right
    if (n.show(left), n.show(right)) == (n.show(repaired.left), n.show(repaired.right)):
        return "a letter in two types"
    if n.show(left) in set(map(n.show, repaired.right.walk())) - set(map(n.show, right.walk())):
        return "nothing but the left side makes it right"
    if any(each.head == "d" and _has_two_meanings(each) for each in claim.walk()):
        return "a letter for two indices"
    if any(each.head == "norm" and _is_of_product(each.args[0]) for each in claim.walk()):
        return "a product of vectors may be meant"
    if any(map(_counts_entries, claim.walk())):
        return "an index may count from 0"
    if (
        left.head == "d"
        and left.args[0].head not in ("sym", "call")
        and right.head == "sym"
        and right not in set(left.symbols())
    ):
        return "a name for a value"
    derived = claim.contains("d")
    if left.head == "sym" and right.head == "sym":
        return "a name for a name"
    if not derived and left.head == "call" and any(each.head == "+" for each in left.args):
        return "an approximation"
    if not derived and left.head == right.head == "call" and left.text == right.text:
        return "a value put in"
    if not derived and right.head in ("sym", "abs"):
        return "a value put in"
    if n.is_number(right, 0.0):
        return "a condition"
    if any(each.head == "*" and any(n.is_number(factor, 0.0) for factor in each.args) for each in right.walk()):
        return "a value put in for one case"
    names, others = set(left.symbols()), set(right.symbols())
    if not derived and others and names - others and left.head not in ("sym", "call"):
        return "a value put in"
    if repaired.contains("odot") and not claim.contains("odot"):
        return "a product entry by entry may be meant"
    if not derived and others and left.head == "*" and _is_bare_product(left):
        return "an equation to be solved, or a function of what stands in brackets"
    if not derived and all(_is_bare_product(side) for side in (left, right)):
        return "an equation to be solved"
    if letters_of(repaired.right, letters) - letters_of(repaired.left, letters) - {"?"}:
        return "the free indices differ"
    if _other_case(right, repaired.right) or _other_case(left, repaired.left):
        return "a letter that may be written large or small"
    if index_left_out(right, repaired.right) or index_left_out(left, repaired.left):
        return "an index may be left out"
    return ""


def changed_names(one: Node, other: Node) -> list[tuple[Node, Node]]:
    """Return the names in which two formulas differ, in pairs."""
    return [pair for pair in zip(one.symbols(), other.symbols(), strict=False) if pair[0] != pair[1]]


def _other_case(one: Node, other: Node) -> bool:
    """Return whether two formulas differ in letters of which one has the upper and the other the lower case."""
    pairs = list(zip(one.walk(), other.walk(), strict=False))
    changed = [(a, b) for a, b in pairs if a.head == b.head == "sym" and a != b]
    return bool(changed) and all(a.text != b.text and a.text.lower() == b.text.lower() for a, b in changed)


def _counts_entries(part: Node) -> bool:
    """Return whether a part is a numbered entry of a vector that is written out, as softmax([0, z])_1."""
    numbered = part.head in ("call", "entry") and len(part.args) > 1 and part.args[-1].head == "num"
    return numbered and part.args[0].head == "matrix"


def _is_of_product(side: Node) -> bool:
    """Return whether a side multiplies two names, which may be vectors."""
    return side.head == "*" and sum(each.head != "num" for each in side.args) > 1


def _is_bare_product(side: Node) -> bool:
    """Return whether a side multiplies names only, as both sides of A v = λ v do."""
    return all(each.head in ("sym", "*", "T", "^", "neg", "num") for each in side.walk())


def index_left_out(one: Node, other: Node) -> bool:
    """Return whether two formulas differ only in the number of indices of some symbols: z for z_j."""
    pairs = [(one, other)]
    shorter = False
    while pairs:
        a, b = pairs.pop()
        if a == b:
            continue
        if a.head == b.head == "sym":
            one_text, other_text = (each.args[-1].text if each.args else "" for each in (a, b))
            labels = "label" in (each.head for each in (*a.args[-1:], *b.args[-1:]))
            shortened = labels and (one_text.startswith(other_text) or other_text.startswith(one_text))
            if a.text != b.text or (len(a.args) == len(b.args) and not shortened):
                return False
            shorter = True
            continue
        same = a.text == b.text or a.head == "*"
        if (a.head, a.primes, len(a.args)) != (b.head, b.primes, len(b.args)) or not (same and a.args):
            return False
        pairs.extend(zip(a.args, b.args, strict=True))
    return shorter


def _has_two_meanings(slope: Node) -> bool:
    """Return whether a sum is differentiated by a member whose index has the letter that the sum runs over."""
    y, *xs = slope.args
    letters = {index.text for x in xs for name in x.symbols() for index in name.args if index.head == "sym"}
    return any(each.head == "sum" and each.text in letters for each in y.walk())
