"""Functions of a note that are quantities: costs with their arguments written out, and softmax by another name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import replace

from autograd.notes import nodes as n
from autograd.notes.grammar import is_own_function
from autograd.notes.nodes import Node
from autograd.notes.rows import Row

__all__ = ["settle"]


def settle(rows: Sequence[Row]) -> None:
    """Replace functions by what they stand for, in all rows.

    A function that is differentiated and always has the same arguments, as the cost l(f(x), y), is a quantity; δ(i, j)
    is Kronecker's; a function S with S(z)_i = exp(z_i) / Σ_k exp(z_k) is softmax.
    """
    quantities = _quantities(rows)
    softmaxes = {name for row in rows for name in _softmax_of(row)}

    def change(each: Node) -> Node | None:
        if each.head == "call" and each.text in quantities:
            return n.symbol(each.text)
        if each.head == "call" and each.text == "δ" and len(each.args) == 2 and all(map(_is_index, each.args)):
            return n.symbol("δ", *each.args)
        if each.head == "entry" and each.args[0].head == "call" and each.args[0].text in softmaxes:
            return Node("call", (*each.args[0].replaced(change).args, *each.args[1:]), "softmax", marks="_")
        if each.head == "call" and each.text in softmaxes and each.text != "sigmoid":
            return replace(each, text="softmax", args=tuple(arg.replaced(change) for arg in each.args))
        return None

    for row in rows:
        left = row.left
        own = left.free_letters if left is not None else frozenset()
        row.sides = [each and _absorbed(each.replaced(change), own) for each in row.sides]
        _spell_out(row)


def _absorbed(side: Node, own: Set[str]) -> Node:
    """Read Σ_i t_i log h_i + (1 − t_i) log(1 − h_i) as a sum of both terms: the second has the index, too.

    A sum without an index goes on if both terms have logarithms.
    """
    if side.head != "+":
        return side
    for at, term in enumerate(side.args[:-1]):
        total = _last_sum(term)
        if total is None or total.text in own:
            continue
        before, after = side.args[:at], side.args[at + 1 :]
        if any(total.text in each.free_letters for each in before) or not all(_goes_on(total, each) for each in after):
            continue
        longer = total.having((Node("+", (total.args[0], *after)), *total.args[1:]))
        changed = term.replaced(lambda each, old=total, new=longer: new if each is old else None)  # type: ignore[misc]
        return Node("+", (*before, changed)) if before else changed
    return side


def _last_sum(term: Node) -> Node | None:
    """Return the sum at the end of a term, −(1/n) Σ_i …."""
    while term.head in ("neg", "*"):
        term = term.args[-1]
    return term if term.head == "sum" else None


def _goes_on(total: Node, term: Node) -> bool:
    if total.text != "?":
        return total.text in term.free_letters
    return all(
        any(each.head == "call" and each.text == "log" for each in side.walk()) for side in (total.args[0], term)
    )


def _spell_out(row: Row) -> None:
    """Give J in a derivative the arguments that it has in another derivative of the row."""
    tops = {each.args[0] for side in row.readable() for each in side.walk() if each.head == "d"}
    calls = {each.text: each for each in tops if is_own_function(each)}

    def change(each: Node) -> Node | None:
        if each.head == "d" and each.args[0].head == "sym" and (call := calls.get(n.show(each.args[0]))):
            return each.having((call, *each.args[1:]))
        return None

    if calls:
        row.sides = [each and each.replaced(change) for each in row.sides]


def _quantities(rows: Sequence[Row]) -> set[str]:
    """Return the functions that are differentiated, have the same arguments everywhere, and are not defined as such."""
    calls: dict[str, set[tuple[Node, ...]]] = {}
    differentiated: Counter[str] = Counter()
    for row in rows:
        for side in row.readable():
            for each in side.walk():
                if is_own_function(each):
                    calls.setdefault(each.text, set()).add((*each.args, n.number(each.primes)))
                elif each.head == "d" and is_own_function(each.args[0]):
                    differentiated[each.args[0].text] += 1
    defined = {
        row.left.text
        for row in rows
        if row.left is not None and row.left.head == "call" and all(each.head == "sym" for each in row.left.args)
    }
    several = {name for name, count in differentiated.items() if count > 1}
    return {name for name in several - defined if len(calls[name]) == 1 and _is_plain(*calls[name])}


def _is_plain(arguments: tuple[Node, ...]) -> bool:
    """Return whether a function has arguments, no index among them, and no prime."""
    *inner, primes = arguments
    return bool(inner) and primes.number == 0.0 and not any(each.free_letters for each in inner)


def _softmax_of(row: Row) -> list[str]:
    """Return the function that a row defines as softmax, in a list."""
    left = row.left
    if left is None or left.head != "entry" or left.args[0].head != "call" or len(left.args) != 2:
        return []
    function, index = left.args
    bodies = row.readable()[1:]
    if function.text == "softmax" or len(function.args) != 1 or not any(_is_share(each, index) for each in bodies):
        return []
    return [function.text]


def _is_share(body: Node, index: Node) -> bool:
    """Return whether a formula is exp(z_i) / Σ_k exp(z_k)."""
    if body.head != "/" or body.args[1].head != "sum" or body.args[0].head != "call" or body.args[0].text != "exp":
        return False
    return body.args[1].args[0].reindexed(n.symbol(body.args[1].text), index) == body.args[0]


def _is_index(node: Node) -> bool:
    return node.head == "num" or (node.head == "sym" and not node.args and len(node.text) == 1)
