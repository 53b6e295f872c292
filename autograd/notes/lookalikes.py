"""Letters that are mistaken for each other, by people or by machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from autograd.notes.nodes import Node

__all__ = ["alike", "misspelled"]

_ALWAYS: Final = {"α": "a", "β": "b", "χ": "x", "ω": "w", "ν": "v", "υ": "v", "κ": "k"}
_DAMAGED: Final = {
    "h": "b", "b": "h", "g": "9q", "9": "gqy", "η": "n", "ρ": "p", "γ": "y", "τ": "t", "ε": "e", "ι": "i", "μ": "u",
    "ℓ": "l", "l": "1", "1": "l", "O": "0", "0": "O", "s": "5", "5": "s", "z": "2", "2": "z", "u": "v", "v": "u",
}  # fmt: skip


def alike(name: str, *, damaged: bool) -> Iterator[str]:
    """Yield spellings whose base letter looks like that of a name; more of them in damaged text.

    A capital may be a small letter if an index follows, or in damaged text; alone it is often a matrix, as α alone is a
    learning rate.

    Examples
    --------
    >>> list(alike("α_1", damaged=False)), list(alike("X", damaged=False)), list(alike("X", damaged=True))
    (['a_1', 'A_1'], [], ['x'])
    """
    first, rest = name[:1], name[1:]
    if not (rest or damaged or first == "χ"):
        return
    others = _ALWAYS.get(first, "") + (_DAMAGED.get(first, "") if damaged else "")
    for each in others or first:
        for spelled in dict.fromkeys((each, each.swapcase())):
            if spelled != first:
                yield spelled + rest


def misspelled(side: Node) -> dict[Node, Node]:
    """Return the one name in a sum with dots that looks like those of the other terms, ω_j0 beside w_j1 and w_jk."""
    names = set(side.symbols()) if side.contains("dots") else set()
    found: dict[Node, Node] = {}
    for name in names:
        meant = replace(name, text=_ALWAYS.get(name.text, ""))
        family = [each for each in names if (each.text, each.marks) == (meant.text, name.marks) and each.args]
        alone = sum(each.text == name.text for each in names) == 1
        if alone and len(family) > 1:
            found[name] = meant
    return found
