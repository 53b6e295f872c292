r"""Damaged text: the errors that scanning or handwriting recognition makes in formulas.

A sign of damage is something that nobody writes: ∂L/∂w₂ as `\frac{3L}{4wz}`, y − y, a repeated factor or side, a
truncated formula, an equation within a fraction. If two equations of a note show such signs, the note counts as
damaged: ∂ is restored where that gives the derivative of one of the note's names, and damaged sides are not
judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from autograd.notes import nodes as n
from autograd.notes.equation import Equation
from autograd.notes.nodes import Node
from autograd.notes.rows import Row, is_estimate

__all__ = ["dismiss", "find", "inner_statements", "restore"]

_FOR_PARTIAL: Final = frozenset("3498265JjdSδ")
_DIGITS: Final = {"z": "2", "Z": "2", "l": "1", "I": "1", "i": "1", "o": "0", "O": "0", "s": "5", "S": "5", "b": "6"}
_FOR_Y: Final = ("4", "7", "9")
_ENOUGH: Final = 2
_BREAKS_OFF: Final = "it breaks off"
_IN_FRACTION: Final = "two statements lie in one fraction"


def find(rows: Sequence[Row], failed: Sequence[Equation]) -> bool:
    """Record the signs of damage in each row; return whether they are enough to call the note damaged."""
    known = set(_names(rows))
    differences = {each for row in rows for side in row.readable() for each in _differences(side)}
    for row in rows:
        row.damage = list(dict.fromkeys(_signs(row, known, differences)))
    sure = any(_is_sure(each) for row in rows for each in row.damage)
    return sure and sum(bool(row.damage) for row in rows) + sum(map(_breaks_off, failed)) >= _ENOUGH


def restore(rows: Sequence[Row]) -> None:
    """Restore ∂ where it was misread."""
    known = _names(rows)
    before = False
    for row in rows:
        first = row.sides[row.inherited] if len(row.sides) > row.inherited else None
        row.restored = first is not None and _misread(first, set(known))
        if row.restored or (before and row.inherited):
            row.sides = [each and each.replaced(lambda part: _slope(part, known)) for each in row.sides]
        before = row.restored


def _names(rows: Sequence[Row]) -> dict[str, Node]:
    """Return what may be differentiated: what is so elsewhere; every name if 8L/8w occurs repeatedly."""
    sides = [each for row in rows for each in row.readable()]
    slopes = {each for side in sides for each in side.walk() if each.head == "d"}
    known = {_skeleton(each): each for slope in slopes for each in slope.args if each.head == "sym"}
    names = {_skeleton(each): each for side in sides if side.head != "/" for each in side.symbols()}
    firsts = [row.sides[row.inherited] for row in rows if len(row.sides) > row.inherited]
    if sum(each is not None and _cancels(each) and _misread(each, set(names)) for each in firsts) >= _ENOUGH:
        known = {**names, **known}
    return known


def _cancels(side: Node) -> bool:
    """Return whether both halves of a fraction begin with the same factor."""
    if side.head != "/":
        return False
    above, below = side.args
    return above.head == below.head == "*" and above.args[0] == below.args[0]


def dismiss(row: Row) -> None:
    """Remove damaged sides from a row, so that nothing is concluded from them."""
    kept = [at for at in range(len(row.sides)) if at not in row.damaged_sides]
    row.statement.relations = [row.statement.relations[at - 1] for at in kept[1:]]
    row.sides = [row.sides[at] for at in kept]


def _signs(row: Row, known: set[str], differences: set[Node]) -> Iterator[str]:
    own = [(at, each) for at, each in enumerate(row.sides) if each is not None and at >= row.inherited]
    if own and _misread(own[0][1], known):
        above, below = own[0][1].args
        yield f"{' and '.join(dict.fromkeys(each.args[0].text for each in (above, below)))} for ∂"
    for at, side in own:
        bad = list(_bad_parts(side, differences))
        yield from bad
        if bad:
            row.damaged_sides.add(at)
        factors = [each for each in side.args if each.head == "d"] if side.head == "*" else []
        if len(factors) > 2 and len(set(factors)) < len(factors):
            yield "a factor stands twice"
    for (_, one), (_, other) in pairwise(own):
        if one == other:
            yield "a side stands twice"
        if _lost_operator(one, other):
            yield f"{n.show(other)} has lost an operator"
    if _breaks_off(row.equation):
        yield _BREAKS_OFF
    if inner_statements(row.equation.text):
        yield _IN_FRACTION


def _is_sure(sign: str) -> bool:
    """Return whether a sign is one that no writing error leaves."""
    return " for " in sign or sign in (_BREAKS_OFF, _IN_FRACTION)


def _breaks_off(equation: Equation) -> bool:
    return bool(re.search(r"\\(?:frac|sqrt|partial|hat)\s*\$*$", equation.text))


def _bad_parts(side: Node, differences: set[Node]) -> Iterator[str]:
    for each in side.walk():
        if each.head != "+" or len(each.args) != 2 or each.args[1].head != "neg":
            continue
        one, other = each.args[0], each.args[1].args[0]
        if one == other:
            yield f"{n.show(one)} − {n.show(other)}"
        elif one.head == "num" and n.show(one) in _FOR_Y and other.head == "sym" and is_estimate(other):
            meant = [it.args[0] for it in differences if it.args[1] == each.args[1] and it.args[0].head == "sym"]
            if meant:
                yield f"{n.show(one)} for {n.show(meant[0])}"


def _differences(side: Node) -> Iterator[Node]:
    return (each for each in side.walk() if each.head == "+" and len(each.args) == 2 and each.args[1].head == "neg")


def _lost_operator(one: Node, other: Node) -> bool:
    """Return whether a difference of two names is followed by the product of two, one of which it contains."""
    bare = one.args[0] if one.head == "neg" else one
    if other.head != "*" or len(other.args) != 2 or any(each.head != "sym" for each in other.args):
        return False
    if bare.head != "+" or len(bare.args) != 2 or bare.args[1].head != "neg":
        return False
    return any(each in (bare.args[0], bare.args[1].args[0]) for each in other.args)


# Misread ∂


def _misread(node: Node, known: set[str]) -> bool:
    """Return whether a side is a fraction with other signs in place of ∂, of names differentiated elsewhere."""
    if node.head != "/" or _variable(node.args[1], known) is None:
        return False
    above = node.args[0]
    return above.head == "*" and _is_sign(above.args[0]) and len(above.args) == 2 and _skeleton(above.args[1]) in known


def _slope(node: Node, known: dict[str, Node]) -> Node | None:
    """Read `3L/4wz` as ∂L/∂w₂, and `a·Jy/Jb` as a·∂y/∂b; None for anything else."""
    if node.head != "/" or (name := _variable(node.args[1], set(known))) is None:
        return None
    above = node.args[0]
    minus = above.head == "neg"
    factors = list(_factors(above.args[0] if minus else above))
    at = next((at for at, each in enumerate(factors) if _is_sign(each)), None)
    if at is None or at + 1 >= len(factors):
        return None
    made = n.product(*factors[:at], n.derivative(n.product(*factors[at + 1 :]), known[name]))
    return n.negative(made) if minus else made


def _factors(node: Node) -> Iterator[Node]:
    """Yield factors; a letter that was parsed as a function of what follows is one of them."""
    for each in node.args if node.head == "*" else (node,):
        if each.head == "call" and each.text in _FOR_PARTIAL and len(each.args) == 1:
            yield n.symbol(each.text)
            yield each.args[0]
        elif each.head == "neg":
            yield n.number(-1)
            yield from _factors(each.args[0])
        else:
            yield each


def _is_sign(node: Node) -> bool:
    return (node.head == "num" and node.text in _FOR_PARTIAL) or (
        node.head == "sym" and not node.args and node.text in _FOR_PARTIAL
    )


def _variable(node: Node, known: set[str]) -> str | None:
    """Read `4wz` as w₂: a sign for ∂, then a name, whose index may have been read as a letter."""
    if node.head != "*" or not _is_sign(node.args[0]) or any(each.head != "sym" for each in node.args[1:]):
        return None
    text = "".join(map(_skeleton, node.args[1:]))
    spelled = text[:1] + "".join(_DIGITS.get(each, each) for each in text[1:])
    return next((each for each in (text, spelled) if each in known), None)


def _skeleton(node: Node) -> str:
    return re.sub(r"[_^(),\s]", "", n.show(node)) if node.head == "sym" else ""


# Statements within a fraction


def inner_statements(text: str) -> list[str]:
    r"""Return the numerator and the denominator of a fraction that is the whole formula, if both contain equations.

    Examples
    --------
    >>> inner_statements(r"\frac{9(x) = 2x, g'(x) = 2}{b = 3}")
    ["g(x) = 2x, g'(x) = 2", 'b = 3']
    """
    match = re.match(r"\s*\\[dt]?frac\s*\{", text)
    if not match:
        return []
    found, at = [], match.end()
    for _ in range(2):
        depth, start = 1, at
        while at < len(text) and depth:
            depth += (text[at] == "{") - (text[at] == "}")
            at += 1
        found.append(text[start : at - 1])
        opening = text.find("{", at)
        at = opening + 1 if opening >= 0 else len(text)
    if text[at:].strip() and not all("=" in each for each in found):
        return []
    return [re.sub(r"(?<![\d.])9(?=\([A-Za-z]\))", "g", each) for each in found] if "=" in found[0] else []
