"""Shapes of vectors and matrices, inferred from their use in a note.

Each quantity has an initially unknown number of rows and of columns; every defining formula equates some of them. The
remaining unknowns get small, distinct sizes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from autograd.notes import nodes as n
from autograd.notes.grammar import is_own_function
from autograd.notes.nodes import Key, Node
from autograd.notes.rows import COSTS

__all__ = ["infer", "kinds_of", "lay_down", "linked", "spread"]

SIZES: Final = (3, 4, 5)
_ONE: Final = "1"


def kinds_of(sides: Iterable[Node]) -> dict[Key, str]:
    """Return the kinds of symbols that are bold, transposed or multiplied entry by entry."""
    kinds: dict[Key, str] = {}
    costs: set[Key] = set()
    for side in sides:
        for each in side.walk():
            if each.head == "d" and each.args[0].head == "sym" and each.args[0].text in COSTS and not each.args[0].args:
                costs.add(n.key(each.args[0]))
            if each.head == "sym" and each.bold:
                kinds[n.key(each)] = "matrix" if each.text[:1].isupper() else "vector"
            elif each.head in ("T", "odot", "outer", "norm"):
                for name in _bare(each):
                    kinds.setdefault(n.key(name), "matrix" if name.text[:1].isupper() else "vector")
            elif each.head == "*" and any(factor.head == "T" for factor in each.args):
                for name in each.args:
                    if name.head == "sym" and name.text[:1].isupper():
                        kinds.setdefault(n.key(name), "matrix")
    return {key: kind for key, kind in kinds.items() if key[0].startswith("**") or key not in costs}


def linked(sides: Iterable[Node], definitions: Sequence[tuple[Node, Node]] = ()) -> dict[Key, str]:
    """Return vectors and matrices whose entries are written, too: z^l if there is z^l_j, w^l if there is w^l_jk.

    Names without a raised index are only so if a definition multiplies a matrix by a vector among them: z = W a + b.
    """
    entries: dict[tuple[str, int], set[int]] = {}
    bare: set[tuple[str, int]] = set()
    others: set[tuple[str, int]] = set()
    for side in sides:
        for each in side.walk():
            if each.head == "sum" and n.is_number(each.args[1], 0.0):
                letter = n.symbol(each.text)
                others |= {(name.text, 0) for name in each.args[0].symbols() if letter in name.args}
            if each.head != "sym":
                continue
            high = each.marks.count("^")
            low = each.low
            if not low and not each.bold:
                bare.add((each.text, high))
            elif not high and any(arg.head == "+" or arg.text in ("t", "T", "τ") for arg in low):
                others.add((each.text, high))  # a step
            elif low and all(arg.head == "sym" for arg in low):
                entries.setdefault((each.text, high), set()).add(len(low))
    kinds = {1: "vector", 2: "matrix"}
    bare -= others
    found = {
        name: kinds[next(iter(lows))]
        for name, lows in entries.items()
        if name in bare and len(lows) == 1 and next(iter(lows)) in kinds
    }
    sure = {name: kind for name, kind in found.items() if name[1]}
    for _ in range(3):
        before = len(sure)
        for name, body in definitions:
            for one, other in _products(body):
                pair = {found.get(n.key(each), sure.get(n.key(each))) for each in (one, other)}
                if pair == {"vector", "matrix"}:
                    near = [name, one, other, *(body.args if body.head == "+" else ())]
                    sure.update({n.key(each): found[n.key(each)] for each in near if n.key(each) in found})
            if n.key(name) in found and body.head == "call" and any(n.key(each) in sure for each in body.args):
                sure[n.key(name)] = found[n.key(name)]
        if len(sure) == before:
            break
    return sure


def _products(body: Node) -> Iterator[tuple[Node, Node]]:
    """Yield each two neighbouring names in the products of a formula."""
    for each in body.walk():
        for one, other in itertools.pairwise(each.args if each.head == "*" else ()):
            if one.head == other.head == "sym":
                yield one, other


def lay_down(definitions: Iterable[tuple[Node, Node]], kinds: dict[Key, str]) -> None:
    """Make vectors rows if the definitions multiply them by matrices from the left alone, as in z = a W + b."""
    orders = {
        (kinds.get(n.key(one)), kinds.get(n.key(other))) for _, body in definitions for one, other in _products(body)
    }
    if ("vector", "matrix") in orders and all(other == "matrix" for one, other in orders if one == "matrix"):
        kinds.update({key: "row" for key, kind in kinds.items() if kind == "vector"})


def spread(definitions: Sequence[tuple[Node, Node]], kinds: dict[Key, str]) -> None:
    """Mark what is defined by vectors, and what is added to them, as of unknown shape."""
    for _ in range(3):
        before = len(kinds)
        for name, body in definitions:
            if n.key(name) not in kinds and n.is_dotted(body):
                kinds[n.key(name)] = "open"
            if n.key(name) not in kinds and any(n.key(each) in kinds for each in body.symbols()):
                kinds[n.key(name)] = "open"
            if kinds.get(n.key(name)) in ("vector", "row", "matrix", "open"):
                _spread_down(body, kinds)
            for each in body.walk():
                if each.head == "+" and any(_is_grid(term, kinds) for term in each.args):
                    for term in each.args:
                        bare = term.args[0] if term.head == "neg" else term
                        if bare.head == "sym":
                            kinds.setdefault(n.key(bare), "open")
        if len(kinds) == before:
            return


def _spread_down(body: Node, kinds: dict[Key, str]) -> None:
    """Infer the kinds of the symbols in a vector's definition, such as tanh(z) or W x + b."""
    if body.head == "call" and len(body.args) == 1 and body.text != "total":
        body = body.args[0]
    if body.head == "sym":  # a^0 = x
        kinds.setdefault(n.key(body), "open")
    for term in body.args if body.head == "+" else (body,):
        while term.head in ("/", "neg"):
            term = term.args[0]
        factors = [each.args[0] if each.head == "T" else each for each in term.args] if term.head == "*" else []
        names = [each for each in factors if each.head == "sym"]
        first = next((at for at, each in enumerate(names) if each.text[:1].isupper()), len(names))
        for each in names[first:] if len(names) > first + 1 else ():
            kinds.setdefault(n.key(each), "matrix" if each.text[:1].isupper() else "vector")


def _is_grid(term: Node, kinds: dict[Key, str]) -> bool:
    """Return whether a term is a vector or matrix, or a product of one, as far as its letters tell."""
    bare = term.args[0] if term.head == "neg" else term
    if bare.head == "sym":
        return n.key(bare) in kinds
    return bare.head in ("*", "odot") and any(each.head == "sym" and n.key(each) in kinds for each in bare.args)


def _bare(node: Node) -> Iterable[Node]:
    """Yield the symbols in elementwise products, transposes and norms."""
    for each in node.args:
        if each.head == "sym":
            yield each
        elif each.head in ("+", "neg", "odot"):
            yield from _bare(each)


class _Misfit(Exception):
    """Raised if two shapes that must be equal are not."""


class _Dimensions:
    """Union-find of unknown dimensions; `1` and whole numbers are known ones."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self.parent: dict[str, str] = {}
        self.known = known
        self.count = 0

    def new(self) -> str:
        self.count += 1
        return f"?{self.count}"

    def find(self, name: str) -> str:
        while name in self.parent:
            name = self.parent[name]
        return name

    def differ(self, one: str, other: str) -> bool:
        """Return whether two dimensions are known to differ: two numbers, or two names for separate sizes."""
        a, b = self.find(one), self.find(other)
        return a != b and ((a.isdigit() and b.isdigit()) or (a in self.known and b in self.known))

    def join(self, one: str, other: str) -> None:
        a, b = self.find(one), self.find(other)
        if a == b:
            return
        if not a.startswith("?") and not b.startswith("?"):
            if self.differ(a, b):
                raise _Misfit(f"{a} is not {b}")
            a, b = (a, b) if not b.isdigit() else (b, a)
            self.parent[b] = a
            return
        if a.startswith("?"):
            self.parent[a] = b
        else:
            self.parent[b] = a


Shape = tuple[str, str]


class _Inference:
    """Inference of the shapes of symbols."""

    def __init__(self, declared: dict[Key, Shape], kinds: dict[Key, str], known: Mapping[str, int]) -> None:
        self.dimensions = _Dimensions(known)
        self.shapes: dict[Key, Shape] = {}
        self.declared, self.kinds = declared, kinds

    def of(self, key: Key) -> Shape:
        """Return the shape of a symbol, a new one according to its kind at first use."""
        if key not in self.shapes:
            new = self.dimensions.new
            shape = self.declared.get(key)
            if shape is None:
                kind = self.kinds.get(key, "scalar")
                shape = {
                    "vector": (new(), _ONE),
                    "row": (_ONE, new()),
                    "matrix": (new(), new()),
                    "open": (new(), new()),
                }.get(kind, (_ONE, _ONE))
            self.shapes[key] = shape
        return self.shapes[key]

    def find(self, name: str) -> str:
        """Return the representative of a dimension."""
        return self.dimensions.find(name)

    def is_scalar(self, shape: Shape) -> bool:
        return all(self.find(each) == _ONE for each in shape)

    def size(self, last: Node) -> str:
        """Return the dimension of what runs up to an index."""
        if last.head == "num":
            return last.text
        return f"dimension {n.show(last)}" if last.head == "sym" else self.dimensions.new()

    def same(self, one: Shape, other: Shape) -> Shape:
        for a, b in zip(one, other, strict=True):
            self.dimensions.join(a, b)
        return one

    def node(self, node: Node) -> Shape:
        """Return the shape of a formula, and learn from it."""
        if node.head == "sym":
            return (_ONE, _ONE) if not node.args and node.text in ("e", "π") else self.of(n.key(node))
        if node.head in ("num", "cmp", "norm", "abs", "entry"):
            for each in node.args[:1] if node.head == "norm" else ():
                self.node(each)
            return _ONE, _ONE
        if node.head == "T":
            rows, columns = self.node(node.args[0])
            return columns, rows
        if node.head in ("neg", "^"):
            return self.node(node.args[0])
        if node.head in ("+", "odot", "/"):
            return self.together([self.node(each) for each in node.args])
        if node.head == "*":
            return self.product([self.node(each) for each in node.args], node.text)
        if node.head == "outer":
            (rows, _), (columns, _) = (self.node(each) for each in node.args[:2])
            return rows, columns
        if node.head == "call":
            shapes = [self.node(each) for each in node.args if each.head != "list"]
            if node.text == "tr" and shapes:
                self.dimensions.join(*shapes[0])
            if node.text in ("total", "inner", "tr") or len(shapes) != 1:
                return _ONE, _ONE
            return shapes[0]
        if node.head == "d" and len(node.args) == 2:
            y, x = self.node(node.args[0]), self.node(node.args[1])
            return x if self.is_scalar(y) else y if self.is_scalar(x) else (y[0], x[0])
        if node.head in ("sum", "prod"):
            return self.node(node.args[0])
        if node.head == "matrix":
            return str(len(node.args)), str(len(node.args[0].args))
        if node.head == "vector":
            size = self.size(node.args[2])
            return (_ONE, size) if node.text == "row" else (size, _ONE)
        if node.head == "table":
            return self.size(node.args[1]), self.size(node.args[2])
        for each in node.args:
            self.node(each)
        return _ONE, _ONE

    def together(self, shapes: Sequence[Shape]) -> Shape:
        """Unify the shapes of terms; scalars fit everything."""
        grids = [each for each in shapes if not self.is_scalar(each)]
        if len(grids) > 1 and self.find(grids[-1][1]) == _ONE != self.find(grids[0][1]):
            bias = grids[-1]  # one row for each example, with the same vector added to every row
            if self.dimensions.differ(bias[0], grids[0][0]) or self.find(bias[0]) == self.find(grids[0][1]):
                self.dimensions.join(bias[0], grids[0][1])
                grids.pop()
        for each in grids[1:]:
            self.dimensions.join(grids[0][0], each[0])
            if self.find(each[1]) != _ONE and self.find(grids[0][1]) != _ONE:
                self.dimensions.join(grids[0][1], each[1])
        return next((each for each in grids if self.find(each[1]) != _ONE), grids[0]) if grids else (_ONE, _ONE)

    def product(self, shapes: Sequence[Shape], joints: str) -> Shape:
        total = shapes[0]
        for each, joint in zip(shapes[1:], joints.ljust(len(shapes)), strict=False):
            if self.is_scalar(total):
                total = each
            elif not self.is_scalar(each):
                columns, rows = self.find(total[1]), self.find(each[0])
                if joint == "·" and columns == _ONE and self.find(each[1]) == _ONE and rows != _ONE:
                    self.dimensions.join(total[0], each[0])
                    total = _ONE, _ONE
                    continue
                self.dimensions.join(total[1], each[0])
                total = total[0], each[1]
        return total


def _is_simple(term: Node) -> bool:
    return term.head in ("sym", "num") or (term.head == "neg" and term.args[0].head in ("sym", "num"))


def infer(
    definitions: Iterable[tuple[Node, Node]],
    declared: dict[Key, Shape],
    kinds: dict[Key, str],
    keys: Iterable[Key],
    claims: Iterable[Node] = (),
    size: int = 0,
    known: Mapping[str, int] = MappingProxyType({}),
) -> dict[Key, tuple[int, int]]:
    """Infer shapes from definitions (name, body), then from sums and traces anywhere; misfits are ignored.

    With `size`, every remaining dimension has that size; `known` holds those of dimensions with names.

    Examples
    --------
    >>> u, V, h = n.symbol("u", bold=True), n.symbol("V", bold=True), n.symbol("h", bold=True)
    >>> kinds = {n.key(u): "vector", n.key(V): "matrix", n.key(h): "vector"}
    >>> infer([(u, n.product(V, h))], {}, kinds, [])
    {('**u', 0): (3, 1), ('**V', 0): (3, 4), ('**h', 0): (4, 1)}
    """
    inference = _Inference(declared, kinds, {} if size else known)
    for name, body in definitions:
        own_function = is_own_function(body)
        if own_function and (n.key(name) not in kinds or (not name.bold and any(each.bold for each in body.symbols()))):
            continue  # a scalar function of a vector
        try:
            shape = inference.of(n.key(name))
            found = inference.node(body)
            if kinds.get(n.key(name)) == "open" or not inference.is_scalar(found) or inference.is_scalar(shape):
                inference.same(shape, found)
        except _Misfit:
            continue
    for key in keys:
        inference.of(key)
    for part in (each for side in claims for each in side.walk()):
        is_sum = part.head == "+" and all(_is_simple(term) for term in part.args)
        if is_sum or (part.head == "call" and part.text == "tr"):
            try:
                inference.node(part)
            except _Misfit:
                continue
    sizes: dict[str, int] = {_ONE: 1}
    for shape in inference.shapes.values():
        for each in shape:
            root = inference.find(each)
            if root.isdigit():
                sizes[root] = int(root)
            elif root in known and not size:
                sizes[root] = known[root]
            elif root not in sizes:
                sizes[root] = size or SIZES[(len(sizes) - 1) % len(SIZES)]
    find = inference.find
    return {key: (sizes[find(rows)], sizes[find(columns)]) for key, (rows, columns) in inference.shapes.items()}
