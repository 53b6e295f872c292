"""The notation of a note as a tree: symbols with indices, sums over indices, derivatives, matrices, unknown functions.

It is more general than `autograd.formula.tree`, whose formulas are of scalars with plain names: here a symbol may stand
for a family of quantities, a vector or a matrix, which is decided later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from autograd.ops.table import CALL, POWER, PRODUCT, SUM

__all__ = [
    "LETTER",
    "ONE",
    "SECOND",
    "Key",
    "Node",
    "UNWRITTEN",
    "derivative",
    "is_dotted",
    "is_literal",
    "is_number",
    "key",
    "negative",
    "number",
    "product",
    "show",
    "symbol",
]

Key = tuple[str, int]

LETTER: Final = "ν"
"""The index letter of sequences with dots; `SECOND` is that of columns."""
SECOND: Final = "κ"
_NONE: Final = frozenset[str]()


@dataclass(frozen=True)
class Node:
    """A node of notation.

    | head | text | args |
    | --- | --- | --- |
    | `num` | as written | |
    | `sym` | the base, with its accents; `marks` says of each index whether it stands low or high | the indices |
    | `label` | an index that is a word | |
    | `+`, `*`, `odot`, `outer` | for `*` how each two factors are joined | terms or factors |
    | `neg`, `T`, `norm`, `abs` | | one |
    | `/`, `^`, `cmp` | of a comparison: its sign | two |
    | `call` | the function; `primes` counts its derivatives | its arguments |
    | `op` | an op of the table | its operands |
    | `d` | | what is differentiated, by what, … |
    | `sum`, `prod` | the letter | body, first, last; what is left open is `open` |
    | `cases` | | value, condition, value, condition, … |
    | `matrix` | | rows, each a `row` |
    | `vector` | row or column | the entry ν, the first ν, the last |
    | `table` | | the entry ν, κ, how many rows and columns |
    | `list`, `dots`, `open`, `unknown` | | |
    """

    head: str
    args: tuple[Node, ...] = ()
    text: str = ""
    number: float = 0.0
    marks: str = ""
    bold: bool = False
    primes: int = 0

    def __hash__(self) -> int:
        known: int | None = self.__dict__.get("_hash")
        if known is None:
            known = hash((self.head, self.args, self.text, self.number, self.marks, self.bold, self.primes))
            self.__dict__["_hash"] = known
        return known

    @property
    def free_letters(self) -> frozenset[str]:
        """Return the names that occur in indices, index letters included, except those that a sum runs over."""
        known: frozenset[str] | None = self.__dict__.get("_letters")
        if known is None:
            known = self.__dict__["_letters"] = self._free_letters()
        return known

    def _free_letters(self) -> frozenset[str]:
        if self.head == "sym":
            return frozenset(name for each in self.args for name in _names_in_index(each))
        if self.head in ("sum", "prod"):
            bounds = {name for each in self.args[1:] for name in _names_in_index(each)}
            return (self.args[0].free_letters | bounds) - {self.text}
        if self.head in ("vector", "table"):
            return self.args[0].free_letters - {LETTER, SECOND}
        inner = _NONE.union(*[each.free_letters for each in self.args]) if self.args else _NONE
        if self.head == "cmp":
            return inner | {name for each in self.args for name in _names_in_index(each)}
        return inner

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it; indices of symbols are not entered."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            if node.head != "sym" and node.args:
                waiting.extend(reversed(node.args))

    def replaced(self, change: Callable[[Node], Node | None]) -> Node:
        """Rebuild the tree, replacing each node by the result of `change`, unless that is None."""
        changed = change(self)
        if changed is not None:
            return changed
        args = tuple(each.replaced(change) for each in self.args)
        return self if args == self.args else self.having(args)

    def having(self, args: tuple[Node, ...]) -> Node:
        """Return the same with other arguments."""
        return Node(self.head, args, self.text, self.number, self.marks, self.bold, self.primes)

    def reindexed(self, old: Node, new: Node) -> Node:
        """Replace an index of symbols."""

        def change(each: Node) -> Node | None:
            if each.head == "sym" and old in each.args:
                return each.having(tuple(new if arg == old else arg for arg in each.args))
            return None

        return self.replaced(change)

    @property
    def low(self) -> tuple[Node, ...]:
        """Return the low indices of a symbol."""
        return tuple(each for each, mark in zip(self.args, self.marks, strict=True) if mark == "_")

    def contains(self, head: str) -> bool:
        """Return whether it contains a node of some kind."""
        return any(each.head == head for each in self.walk())

    def symbols(self) -> Iterator[Node]:
        """Yield every symbol in it, including those within derivatives."""
        return (each for each in self.walk() if each.head == "sym")


def _names_in_index(index: Node) -> Iterator[str]:
    if index.head == "sym" and not index.args:
        yield index.text
    elif index.head in ("+", "neg", "*"):
        for each in index.args:
            yield from _names_in_index(each)


def number(value: float, text: str = "") -> Node:
    """Return a number."""
    return Node("num", text=text or f"{value:.10g}", number=value)


def is_number(node: Node, value: float) -> bool:
    """Return whether a node is a number of some value, however written."""
    return node.head == "num" and node.number == value


def symbol(text: str, *indices: Node, bold: bool = False) -> Node:
    """Return a symbol with low indices."""
    return Node("sym", indices, text, marks="_" * len(indices), bold=bold)


def derivative(y: Node, x: Node) -> Node:
    """Return ∂y/∂x."""
    return Node("d", (y, x))


def product(*factors: Node) -> Node:
    """Return a product; of one factor that factor itself."""
    return factors[0] if len(factors) == 1 else Node("*", factors, " " * (len(factors) - 1)) if factors else ONE


def negative(node: Node) -> Node:
    """Return −x; of −x, x."""
    return node.args[0] if node.head == "neg" else Node("neg", (node,))


def is_literal(node: Node | None) -> bool:
    """Return whether a node is a matrix or vector whose entries are written out, possibly transposed."""
    return node is not None and (_untransposed(node).head == "matrix" or is_dotted(node))


def is_dotted(node: Node) -> bool:
    """Return whether a node is a matrix or vector of which some entries are omitted, possibly transposed."""
    return _untransposed(node).head in ("vector", "table")


def _untransposed(node: Node) -> Node:
    while node.head == "T":
        node = node.args[0]
    return node


ONE: Final = number(1.0)
UNWRITTEN: Final = symbol("τ")
"""The implicit variable of functions: the one that f′ = u′v + uv′ differentiates by."""


def key(node: Node) -> Key:
    """Return the lookup key of a symbol: its base and its number of indices."""
    return (("**" if node.bold else "") + node.text, len(node.args))


# Spelling

_LOW: Final = dict(zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True))


def show(node: Node) -> str:
    """Return a tree as text.

    Examples
    --------
    >>> a, y = symbol("a", number(1)), symbol("y")
    >>> show(product(number(2), Node("+", (a, negative(y))), derivative(a, symbol("w"))))
    '2(a_1 − y) · ∂a_1/∂w'
    """
    return _spelled(node)[0]


def _spelled(node: Node) -> tuple[str, int]:
    known: tuple[str, int] | None = node.__dict__.get("_spelled")
    if known is None:
        spell = _SPELL.get(node.head)
        known = spell(node) if spell else (f"{node.head}({', '.join(map(show, node.args))})", CALL)
        node.__dict__["_spelled"] = known
    return known


def _at(node: Node, level: int) -> str:
    text, strength = _spelled(node)
    return f"({text})" if strength < level else text


def _name(node: Node) -> tuple[str, int]:
    low = [show(each) for each in node.low]
    high = [show(each) for each, mark in zip(node.args, node.marks, strict=True) if mark == "^"]
    plain = all(len(each) == 1 for each in low)
    lower = ("" if plain else ",").join(low)
    if " " in lower:
        lower = f"{{{lower.replace(' ', '')}}}"  # h_{t−1}, not h_t − 1
    text = node.text + (f"_{lower}" if lower else "") + (f"^({','.join(high)})" if high else "")
    return text, CALL


def _sum(node: Node) -> tuple[str, int]:
    text = _at(node.args[0], PRODUCT)
    for each in node.args[1:]:
        text += f" − {_at(each.args[0], PRODUCT)}" if each.head == "neg" else f" + {_at(each, PRODUCT)}"
    return text, SUM


def _product(node: Node) -> tuple[str, int]:
    text = ""
    for each in node.args:
        part = _at(each, POWER)
        bare = part.startswith("(") or (text.replace(".", "").isdigit() and part[0].isalpha())
        text += part if not text or bare else f" · {part}"
    return text, PRODUCT


def _derivative(node: Node) -> tuple[str, int]:
    y, *xs = node.args
    top = _at(y, CALL)
    order = f"^{len(xs)}" if len(xs) > 1 else ""
    return f"∂{order}{top}/" + "".join(f"∂{_at(x, CALL)}" for x in xs), CALL


def _big(sign: str) -> Callable[[Node], tuple[str, int]]:
    def spell(node: Node) -> tuple[str, int]:
        body, first, last = node.args
        bounds = "" if first.head == "open" else ("" if first.head == "bound" else "=") + show(first)
        bounds += "" if last.head == "open" else f"..{show(last)}"
        return f"{sign}_{{{node.text}{bounds}}} {_at(body, PRODUCT)}", PRODUCT

    return spell


def _call(node: Node) -> tuple[str, int]:
    operands = "" if node.args == (UNWRITTEN,) else f"({', '.join(map(show, node.args))})"
    return f"{node.text}{chr(8242) * node.primes}{operands}", CALL


def _cases(node: Node) -> tuple[str, int]:
    pairs = [f"{show(value)} if {show(when)}" for value, when in zip(node.args[::2], node.args[1::2], strict=True)]
    return "{" + "; ".join(pairs) + "}", CALL


_SPELL: Final[dict[str, Callable[[Node], tuple[str, int]]]] = {
    "num": lambda node: (node.text, CALL),
    "label": lambda node: (node.text, CALL),
    "unknown": lambda node: (node.text, CALL),
    "sym": _name,
    "+": _sum,
    "*": _product,
    "neg": lambda node: (f"−{_at(node.args[0], PRODUCT)}", SUM),
    "/": lambda node: (f"{_at(node.args[0], POWER)}/{_at(node.args[1], CALL)}", PRODUCT),
    "^": lambda node: (f"{_at(node.args[0], CALL)}^{_at(node.args[1], CALL)}", POWER),
    "odot": lambda node: (" ⊙ ".join(_at(each, POWER) for each in node.args), PRODUCT),
    "outer": lambda node: (" ⊗ ".join(_at(each, POWER) for each in node.args), PRODUCT),
    "prime": lambda node: (f"({show(node.args[0])})′", CALL),
    "T": lambda node: (f"{_at(node.args[0], CALL)}ᵀ", POWER),
    "norm": lambda node: (f"‖{show(node.args[0])}‖", CALL),
    "abs": lambda node: (f"|{show(node.args[0])}|", CALL),
    "cmp": lambda node: (f"{show(node.args[0])} {node.text} {show(node.args[1])}", SUM),
    "call": _call,
    "op": lambda node: (f"{node.text}({', '.join(map(show, node.args))})", CALL),
    "d": _derivative,
    "sum": _big("Σ"),
    "prod": _big("Π"),
    "cases": _cases,
    "bound": lambda node: (f"{node.text} {show(node.args[0])}", SUM),
    "list": lambda node: (", ".join(map(show, node.args)), SUM),
    "row": lambda node: (" ".join(map(show, node.args)), SUM),
    "matrix": lambda node: ("[" + "; ".join(map(show, node.args)) + "]", CALL),
    "vector": lambda node: (f"[{show(node.args[0])}]", CALL),
    "table": lambda node: (f"[{show(node.args[0])}]", CALL),
    "dots": lambda node: ("…", CALL),
}
