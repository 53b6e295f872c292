"""Sums with dots: v_1 h_1 + v_2 h_2 + … + v_m h_m becomes a sum over an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from autograd.notes import nodes as n
from autograd.notes.nodes import LETTER, SECOND, Node

__all__ = ["two_indices", "with_two_indices", "without_dots"]


def without_dots(node: Node) -> Node:
    """Replace dots by the sum or product that they stand for, if the terms around them show it.

    Examples
    --------
    >>> v = [n.product(n.symbol("v", each), n.symbol("h", each)) for each in (n.number(1), n.number(2), n.symbol("m"))]
    >>> n.show(without_dots(Node("+", (v[0], v[1], Node("dots"), v[2], n.symbol("c")))))
    'Σ_{ν=1..m} v_ν · h_ν + c'
    """

    def change(each: Node) -> Node | None:
        if each.head in ("+", "*") and any(arg.head == "dots" for arg in each.args):
            return _closed(each)
        if each.head == "list" and any(arg.head == "dots" for arg in each.args):
            return _vector(each.args, "column")
        if each.head == "matrix" and any(entry.head == "dots" for row in each.args for entry in row.args):
            return _dotted_matrix(each)
        return None

    return node.replaced(change)


def _dotted_matrix(node: Node) -> Node | None:
    """Read [x_1 x_2 … x_n], as a row or a column, and a matrix whose corners show its entries."""
    if len(node.args) == 1:
        return _vector(node.args[0].args, "row")
    if all(len(row.args) == 1 for row in node.args):
        return _vector([row.args[0] for row in node.args], "column")
    solid = [[entry for entry in row.args if entry.head != "dots"] for row in node.args]
    solid = [row for row in solid if row]
    if len(solid) < 2 or min(len(solid[0]), len(solid[-1])) < 2:
        return None
    first, last = solid[0][0], solid[-1][-1]
    ends = [each.args[-2:] for each in last.symbols() if len(each.args) >= 2]
    if not ends or any(each.args[-2:] == (n.ONE, n.ONE) for each in last.symbols()):
        return None
    body = _with_last_two(first, (n.symbol(LETTER), n.symbol(SECOND)))
    same = _with_last_two(first, ends[0]) == last and body != first and all(map(_is_plain, ends[0]))
    return Node("table", (body, *ends[0])) if same else None


def _with_last_two(node: Node, new: tuple[Node, ...]) -> Node:
    """Replace the indices 1, 1 by others."""

    def change(each: Node) -> Node | None:
        if each.head == "sym" and len(each.args) >= 2 and all(n.is_number(index, 1.0) for index in each.args[-2:]):
            return replace(each, args=(*each.args[:-2], *new))
        return None

    return node.replaced(change)


def _is_plain(last: Node) -> bool:
    """Return whether an index is a number or a letter: the number of neurons d_l of a layer is not known."""
    return last.head == "num" or (last.head == "sym" and not last.args)


def _vector(entries: Sequence[Node], how: str) -> Node | None:
    """Read x_1, x_2, …, x_n, with or without the entries between the first and the last."""
    place = next(at for at, each in enumerate(entries) if each.head == "dots")
    after = [each for each in entries[place:] if each.head != "dots"]
    if not place or len(after) > 2 or any(each.head == "dots" for each in entries[:place]):
        return None
    pair = _pair(entries[0], after[-1]) if after else _pair(*entries[:2]) if place > 1 else None
    if pair is None or pair[0].head != "num" or not _is_plain(pair[1]):
        return None
    body = entries[0].reindexed(pair[0], n.symbol(LETTER))
    if any(each.bold for each in body.symbols()):
        return None  # vectors side by side
    return Node("vector", (body, pair[0], pair[1] if after else Node("open")), how)


def _closed(node: Node) -> Node | None:
    args = list(node.args)
    at = next(place for place, each in enumerate(args) if each.head == "dots")
    if at == 0:
        return None
    before = args[at - 1]
    after = args[at + 1] if at + 1 < len(args) and args[at + 1].head != "dots" else None
    last = Node("open")
    taken = at + 1
    pair = _pair(before, after) if after is not None else None
    if pair is not None:
        taken = at + 2
        last = pair[1]
        if taken < len(args) and args[taken].head == "dots":
            last = Node("open")
            taken += 1
            further = _pair(before, args[taken]) if taken < len(args) and pair is not None else None
            if further is not None and further[0] == pair[0]:  # x_1 + … + x_k + … + x_n
                last = further[1]
                taken += 1
    elif at >= 2:
        pair = _pair(args[at - 2], before)
        pair = (pair[1], pair[1]) if pair is not None else None
    if pair is None or pair[0].head != "num":
        return None
    general = before.reindexed(pair[0], n.symbol(LETTER))
    first = int(pair[0].number)
    start = at - 1
    while start > 0 and args[start - 1] == general.reindexed(n.symbol(LETTER), n.number(first - 1)):
        start, first = start - 1, first - 1
    big = Node("sum" if node.head == "+" else "prod", (general, n.number(first), last), LETTER)
    rest = [*args[:start], big, *args[taken:]]
    whole = (
        rest[0]
        if len(rest) == 1
        else replace(node, args=tuple(rest), text=" " * (len(rest) - 1) if node.head == "*" else "")
    )
    return without_dots(whole) if any(each.head == "dots" for each in rest) else whole


def _pair(one: Node, other: Node) -> tuple[Node, Node] | None:
    """Return the index at which two terms differ, in each; None if they differ in more."""
    found = set(_differences(one, other))
    return found.pop() if len(found) == 1 else None


def _differences(one: Node, other: Node) -> Iterator[tuple[Node, Node] | None]:
    if one == other:
        return
    if one.head == other.head == "sym" and one.text == other.text and len(one.args) == len(other.args):
        for a, b in zip(one.args, other.args, strict=True):
            if a != b:
                yield a, b
    elif (one.head, one.text, len(one.args)) == (other.head, other.text, len(other.args)) and one.args:
        for a, b in zip(one.args, other.args, strict=True):
            yield from _differences(a, b)
    else:
        yield None


# Two-digit indices


def two_indices(sides: Iterable[Node]) -> set[str]:
    """Return the names whose w_12 means row 1, column 2: those of w_jk, and those with w_11, w_12, w_21 … only."""
    doubled: set[str] = set()
    single: dict[str, set[str]] = {}
    for each in (name for side in sides for name in side.symbols()):
        low = each.low
        if len(low) == 2 and all(arg.head in ("sym", "num") for arg in low):
            doubled.add(each.text)
        elif len(low) == 1 and low[0].head == "num":
            single.setdefault(each.text, set()).add(low[0].text)
    found = set()
    for name, members in single.items():
        pairs = {each for each in members if len(each) == 2}
        if pairs != members or not all(digit in "123456789" for each in pairs for digit in each):
            continue
        alone = len({each[0] for each in pairs}) > 1 and all(digit in "12345" for each in pairs for digit in each)
        if name in doubled or alone:
            found.add(name)
    return found


def with_two_indices(node: Node, names: set[str]) -> Node:
    """Split the index of w_12 into two, for some names."""

    def change(each: Node) -> Node | None:
        if each.head != "sym" or each.text not in names or not each.args:
            return None
        last = each.args[-1]
        if each.marks.count("_") != 1 or each.marks[-1] != "_" or last.head != "num" or len(last.text) != 2:
            return None
        digits = (Node("num", text=digit, number=float(digit)) for digit in last.text)
        return replace(each, args=(*each.args[:-1], *digits), marks=each.marks + "_")

    return node.replaced(change)
