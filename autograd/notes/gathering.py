"""Collection of what a note states before it is judged: definitions, ranges and sizes of indices, dependencies."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from autograd.notes import nodes as n
from autograd.notes import rounding
from autograd.notes.grammar import Notation, is_own_function
from autograd.notes.network import Network
from autograd.notes.nodes import LETTER, Key, Node
from autograd.notes.rows import Row, is_open
from autograd.notes.world import TARGETS, Book, Definition

__all__ = ["gathered"]

LARGEST: Final = 5
_NEVER_DEFINED: Final = frozenset(("p", "P", "log", "exp", "sqrt", "sin", "cos", "tan"))
"""Functions that an equation says something about where they stand on its left side: log p_i = λ − 1."""
MOST_SLOPES: Final = 200


def gathered(rows: Sequence[Row], notation: Notation, network: Network | None) -> Book:
    """Collect what all rows of a note state, and the network that it is about."""
    gatherer = _Gatherer(rows, notation)
    if network is not None:
        gatherer.book.definitions = {n.key(each.pattern): [each] for each in network.definitions}
        gatherer.book.settled = {(name, 0) for name in network.names}
    gatherer.gather()
    gatherer.define()
    return gatherer.book


class _Gatherer:
    """Collects what rows state into a book."""

    def __init__(self, rows: Sequence[Row], notation: Notation) -> None:
        self.rows, self.notation = rows, notation
        self.book = Book(examples={row.section for row in rows if row.block.example})
        self.counting: set[str] = set()

    def gather(self) -> None:
        """Collect letters, ranges, sizes, and what undefined quantities are differentiated by."""
        book = self.book
        book.letters = set(self.notation.letters)
        every = [side for row in self.rows for side in row.readable()]
        nodes = [each for side in every for each in side.walk()]
        bound = {each.text for each in nodes if each.head in ("sum", "prod")}
        self.counting = {index.text for each in nodes if each.head == "sym" for index in each.args} | bound
        defined = [row.left for row in self.rows if row.left is not None]
        steps = {each.text for left in defined if left.head == "sym" for each in left.args if each.head == "sym"}
        for each in nodes:
            for last in {"vector": each.args[-1:], "table": each.args[-2:]}.get(each.head, ()):
                self._sizes(last, steps)
            if each.head in ("sum", "prod") and each.text != "?":
                book.letters.add(each.text)
                self._sizes(each.args[2], steps)
                self._range(each)
        for x in (x for each in nodes if each.head == "d" for x in each.args[1:]):
            book.sizes.pop(n.show(x), None)  # a variable of differentiation is not a size
        book.letters -= book.sizes.keys() - bound
        book.letters -= self._labels(every) - bound
        sums = [each for each in nodes if each.head == "sum"]
        book.elementwise = any(each.head == "odot" for each in nodes)
        book.unindexed = any(each.text == "?" for each in sums)
        self._simplexes(each for each in sums if each.text != "?")
        self._listed_ranges(every)
        self._other_letters(nodes)
        self._declared_shapes()

    def _simplexes(self, sums: Iterable[Node]) -> None:
        """Treat possible probabilities that are summed over their only index as numbers that may add up to 1."""
        for each in sums:
            for inner in each.args[0].symbols():
                if inner.text.lstrip("*")[:1].lower() not in TARGETS:
                    continue
                others = [index for index in inner.args if index != n.symbol(each.text)]
                if len(others) == len(inner.args) - 1 and all(index.head == "label" for index in others):
                    self.book.simplex.setdefault(n.key(inner), each.text)

    def _listed_ranges(self, sides: Sequence[Node]) -> None:
        """Infer the range of a letter from the members that the note writes out: y_1 and y_2 alone mean two."""
        if any(side.contains("dots") for side in sides):  # the note omits members
            return
        largest: dict[Key, dict[int, int]] = {}
        for side in sides:
            for each in side.symbols():
                for place, index in enumerate(each.args):
                    if index.head == "num" and index.text.isdigit():
                        known = largest.setdefault(n.key(each), {})
                        known[place] = max(known.get(place, 0), int(index.text))
        found: dict[str, set[int]] = {}
        for side in sides:
            for big in side.walk():
                if big.head in ("sum", "prod") and big.args[2].head == "open" and big.args[1] in (Node("open"), n.ONE):
                    for each in big.args[0].symbols():
                        for place, index in enumerate(each.args):
                            if index == n.symbol(big.text):
                                found.setdefault(big.text, set()).add(largest.get(n.key(each), {}).get(place, 0))
        for letter, lasts in found.items():
            last = max(lasts)
            if lasts <= {0, last} and 1 < last <= LARGEST and letter not in self.book.ranges:
                self.book.ranges[letter] = n.ONE, n.number(last)

    def _declared_shapes(self) -> None:
        r"""Read W ∈ ℝ^{m × n}; contradicting declarations are ignored."""
        declared: dict[Key, set[tuple[str, str]]] = {}
        for row in self.rows:
            if row.statement.relations[-1:] != ["∈"] or len(row.readable()) != len(row.sides) or len(row.sides) < 2:
                continue
            shape = _shape_of_space(row.readable()[-1])
            names = row.readable()[-2]
            for name in names.args if names.head == "list" else (names,):
                if shape is not None and name.head == "sym":
                    declared.setdefault(n.key(name), set()).add(shape)
        self.book.declared = {key: next(iter(shapes)) for key, shapes in declared.items() if len(shapes) == 1}

    def _other_letters(self, nodes: Sequence[Node]) -> None:
        """Treat c as an index if π_c is defined and π_k is summed over, or if two families have it as their index."""
        summed = {
            (n.key(name), place)
            for each in nodes
            if each.head == "sum"
            for name in each.args[0].symbols()
            for place, index in enumerate(name.args)
            if index == n.symbol(each.text)
        }
        users: dict[str, set[Key]] = {}
        for name in (each for each in nodes if each.head == "sym"):
            for place, index in enumerate(name.args):
                if index.head == "sym" and index.text.islower() and (n.key(name), place) in summed:
                    users.setdefault(index.text, set()).add(n.key(name))
        several = {letter for letter, keys in users.items() if len(keys) > 1} - self.book.sizes.keys()
        several -= self.book.letters | {each.text for each in nodes if each.head == "sym" and not each.args}
        for row in self.rows:
            if row.left is not None and row.left.head in ("sym", "call"):
                own = row.left.free_letters
                self.book.fixed |= {each for side in row.readable()[1:] for each in several & side.free_letters - own}
        self.book.letters |= several - self.book.fixed
        for row in self.rows:
            left = row.left
            if left is None or left.head != "sym" or n.key(left) not in self.book.simplex:
                continue
            letter = left.args[0]
            bodies = [side for side in row.readable()[1:] if any(letter in each.args for each in side.symbols())]
            if bodies and letter.head == "sym" and letter.text.islower() and letter.text not in self.book.sizes:
                self.book.letters.add(letter.text)

    def _labels(self, sides: Sequence[Node]) -> set[str]:
        """Return letters that are an index of one name only, which a definition uses and does not define, as √d_k."""
        users: dict[str, set[str]] = {}
        for side in sides:
            for each in side.symbols():
                for index in each.args:
                    for letter in index.symbols():
                        users.setdefault(letter.text, set()).add(each.text)
        loose = set()
        for row in self.rows:
            left = row.left
            if left is None or left.head not in ("sym", "call") or row.conditions:
                continue
            own = {letter.text for each in left.symbols() for letter in each.args}
            loose |= {
                letter.text
                for side in row.readable()[1:]
                for each in side.symbols()
                for letter in each.args
                if letter.head == "sym" and letter.text not in own
            }
        return {letter for letter in loose if len(users.get(letter, ())) == 1}

    def _sizes(self, last: Node, steps: set[str]) -> None:
        """Infer sizes from the ends of index ranges; the t of h_t = … is not a size, though a sum may end at it."""
        for each in last.symbols():
            name = n.show(each)
            if name not in ("L", "T") and not name.isdigit() and name not in steps:
                self.book.sizes.setdefault(name, (3, 4, 5)[len(self.book.sizes) % 3])

    def _range(self, big: Node) -> None:
        """Infer the range of an index from a sum."""
        _, first, last = big.args
        if last.head != "open":
            low = n.ONE if first.head == "open" else first
            if (
                low.head != "bound"
                and not {n.show(each) for each in (*low.symbols(), *last.symbols())} & self.book.letters
            ):
                self.book.ranges.setdefault(big.text, (low, last))

    def define(self) -> None:
        book = self.book
        solved: dict[int, set[Node]] = {}
        for row in self.rows:
            left = row.left
            used = solved.setdefault(id(row.block), set())
            if left is None or left not in used:
                self._define_row(row)
            if left is not None and left.head in ("*", "+", "/") and not row.inherited:
                used.update(left.symbols())  # following rows solve an equation for them
        self._define_backwards()
        self._define_differentiated()
        for name, node in self.notation.labelled.items():
            if n.key(name) not in book.definitions and name not in set(node.symbols()):
                book.definitions[n.key(name)] = [Definition(name, node, -1, 0)]
        for row in self.rows:
            for side in row.readable():
                for each in side.walk():
                    if each.head == "d" and len(each.args) == 2 and each.args[0].head == "sym":
                        self._note_upstream(each)
        for row in self.rows:
            self._note_slope(row)
        self._gather_wholes()

    def _gather_wholes(self) -> None:
        """Treat ω as the matrix of ω_11 … ω_32 if the note writes these out and does not define ω itself."""
        names = [name for row in self.rows for side in row.readable() for name in side.symbols()]
        bare = {n.key(each) for each in names if not each.args and not self._is_counted(each)}
        bare -= self.book.definitions.keys()
        upright = not any(
            row.left is not None and row.left.head == "sym" and other.head == "matrix" and len(other.args) == 1
            for row in self.rows
            for other in row.readable()[1:]
        )
        for key, known in _members(names).items():
            grid = _grid(known, upright=upright) if key in bare and len(known) > 1 else None
            if grid is not None:
                self.book.wholes[key] = grid
        every = (each.body for known in self.book.definitions.values() for each in known)
        if not any(map(n.is_literal, every)):
            return
        for key, each in self._families(names).items():
            if key in bare and key not in self.book.wholes:
                first, last = self.book.ranges.get(each.args[0].text, (n.ONE, Node("open")))
                entry = replace(each, args=(n.symbol(LETTER),))
                self.book.wholes[key] = Node("vector", (entry, first, last), "column")

    def _families(self, names: Iterable[Node]) -> dict[Key, Node]:
        """Return names with a one-letter index, r_i, by bare name; one whose range is known is preferred."""
        found: dict[Key, Node] = {}
        for each in names:
            if len(each.args) == 1 and each.low == each.args and each.args[0].head == "sym" and not each.bold:
                key = each.text, 0
                if key not in found or each.args[0].text in self.book.ranges:
                    found[key] = each
        return found

    def _define_row(self, row: Row) -> None:
        relations = row.statement.relations
        sides = row.sides
        for at in range(row.inherited, len(sides)):
            side = sides[at]
            if side is None or (at + 1 >= len(sides) and at > 0):
                continue
            if at and (relations[at - 1 : at] and relations[at - 1] not in ("=", "≈", ":=")):
                break
            if at < len(relations) and relations[at] not in ("=", "≈", ":=", "←"):
                break
            if side.head == "sym" and not self._define_symbol(side, sides[at + 1 :], row):
                break
            if side.head == "call" and side.args and all(each.head == "sym" for each in side.args) and not side.primes:
                self._define_function(side, sides[at + 1 :], row)
                if at or at + 2 >= len(sides) or (named := sides[at + 1]) is None or named.head != "sym":
                    break
            elif side.head != "sym":
                break

    def _define_differentiated(self) -> None:
        """Treat ∂Q/∂v = ∂/∂v Σ (h − t)² as the definition of Q, if there is no other."""
        for row in self.rows:
            left = row.left
            if left is None or left.head != "d" or left.args[0].head != "sym" or row.inherited or len(row.sides) < 2:
                continue
            right = row.sides[1]
            if right is not None and right.head == "d" and right.args[1:] == left.args[1:]:
                name, body = left.args[0], right.args[0]
                differential = any(each.text == "d" for each in body.symbols())  # as in ∂E₁ + dE₂
                if body.head not in ("sym", "call") and not differential and self._may_define(name, body):
                    self._define(name, body, row)
                    self.book.by_entries.add(row.order)

    def _define_backwards(self) -> None:
        """Treat w x + b = z as a definition of z, and [u₁ u₂] = […] as one of every entry, if there is no other.

        Of several for the same name, the most explicit is used.
        """
        found: dict[frozenset[Node], list[tuple[tuple[bool, int], Row, list[tuple[Node, Node]]]]] = {}
        for row in self.rows:
            pairs = self._backwards(row)
            if pairs:
                size = len({each for _, body in pairs for each in body.symbols()})
                rank = all(body.head != "entry" for _, body in pairs), size
                found.setdefault(frozenset(name for name, _ in pairs), []).append((rank, row, pairs))
        for every in found.values():
            self.book.by_entries.update(row.order for _, row, _ in every)
            _, row, pairs = max(every, key=lambda each: each[0])
            self._define_entries(pairs, row)

    def _backwards(self, row: Row) -> list[tuple[Node, Node]]:
        sides = row.sides
        if inner := [pair for pair in _operands(sides) if self._may_define(*pair)]:
            return inner
        if row.inherited or len(sides) < 2 or row.statement.relations[0] not in ("=", ":="):
            return []
        left, right = sides[0], sides[1]
        if left is None or right is None or left.head in ("sym", "num", "T"):
            return []
        if _is_named(left):
            pairs = _entries(left, right)
        elif _is_named(right):
            pairs = _entries(right, left)
        elif len(sides) == 2 and right.head == "sym" and left.head in ("+", "*", "odot", "call", "^"):
            pairs = [(right, left)]
        else:
            return []
        names = {name for name, _ in pairs}
        if any(not names.isdisjoint(body.symbols()) for _, body in pairs):
            return []
        numeric = all(rounding.is_numeric(body) for _, body in pairs)
        return pairs if not numeric and all(self._may_define(*pair) for pair in pairs) else []

    def _may_define(self, name: Node, body: Node) -> bool:
        """Return whether a name that nothing else defines may be defined by a formula."""
        closed = not is_open(body) and body.head != "list" and name not in set(body.symbols())
        return closed and not self._is_defined(name) and not self._is_counted(name)

    def _is_counted(self, name: Node) -> bool:
        """Return whether a letter is an index, the size of a set, or a variable of differentiation."""
        return name.text in self.book.sizes or (not name.args and name.text in self.counting)

    def _define_symbol(self, name: Node, others: Sequence[Node | None], row: Row) -> bool:
        """Define a name by what follows it; return whether what follows may itself be a name to define."""
        key = n.key(name)
        bodies = [each for each in others if each is not None and not rounding.is_numeric(each)]
        if not bodies:
            return False
        body = bodies[0]
        through = len(bodies) > 1 and self._is_own_function(body) and not is_open(bodies[1])
        if through:  # C = cost(a, y) = (a − y)²
            body = bodies[1]
        if body.head == "call" and body.text == n.show(name) and not body.primes:
            for each in body.args:
                self.book.upstream.setdefault(key, []).append(n.derivative(name, each))
            return False
        if (
            name in set(body.symbols())
            or is_open(body)
            or any(each.head == "d" and each.args[0] == name for each in body.walk())
        ):
            return False
        if body.head == "list" or body.text in ("0", "1"):
            return False
        if body.head == "sym" and any(each is not None and each.text in ("0", "1") for each in others):
            return False  # F = G = 1 states values, perhaps in one case only
        own = {index.text for index in name.args if index.head == "sym"}
        if any(each.head == "sum" and each.text in own - body.free_letters for each in body.walk()):
            return False  # y_i = Σ_i x_ij: one letter for two indices
        known = self.book.definitions.get(key, ())
        if _is_named(body) and any(not _is_named(each.body) and each.section == row.section for each in known):
            self._name_entries(name, body, row)
            return False
        if n.is_dotted(body) and any(not n.is_literal(each.body) and each.section == row.section for each in known):
            self._name_family(name, body, row)
            return False
        if body.head == "sym" and self._leads_to(body, name):
            return False
        self._define(name, body, row)
        return through or (body.head == "sym" and len(others) > 1)

    def _name_entries(self, whole: Node, names: Node, row: Row) -> None:
        """Use Z = [z₁ z₂] as the names of the entries of Z, if Z is defined before."""
        self.book.by_entries.add(row.order)
        self._define_entries(_entries(names, whole), row)

    def _define_entries(self, pairs: Iterable[tuple[Node, Node]], row: Row) -> None:
        for name, body in pairs:
            if not self._is_defined(name) and not self._is_counted(name):
                self._define(name, body, row)

    def _define(self, name: Node, body: Node, row: Row) -> None:
        known = self.book.definitions.setdefault(n.key(name), [])
        known.append(Definition(name, body, row.order, row.section))

    def _name_family(self, whole: Node, names: Node, row: Row) -> None:
        """Use h = [h_1 … h_n] as the names of the entries of h, if h is defined before."""
        while names.head == "T":
            names = names.args[0]
        self.book.by_entries.add(row.order)
        entry = names.args[0]
        if names.head == "vector" and entry.head == "sym" and not self.book.definitions.get(n.key(entry)):
            index = n.symbol("i")
            self._define(entry.reindexed(n.symbol(LETTER), index), Node("entry", (whole, index)), row)

    @staticmethod
    def _is_own_function(side: Node) -> bool:
        """Return whether a side applies one of the note's own functions to names."""
        return (
            is_own_function(side)
            and bool(side.args)
            and not side.primes
            and all(each.head == "sym" for each in side.args)
        )

    def _leads_to(self, one: Node, other: Node) -> bool:
        """Return whether a name is defined through another."""
        seen: set[Key] = set()
        waiting = [one]
        while waiting and len(seen) < 200:
            each = waiting.pop()
            if each == other:
                return True
            for definition in self.book.definitions.get(n.key(each), ()):
                if n.key(each) not in seen:
                    seen.add(n.key(each))
                    waiting.extend(definition.body.symbols())
        return False

    def _define_function(self, name: Node, others: Sequence[Node | None], row: Row) -> None:
        body = next((each for each in others if each is not None), None)
        if body is None or is_open(body):
            return
        if any(
            each.head == "call" and (each.text, len(each.args)) == (name.text, len(name.args)) for each in body.walk()
        ):
            return
        if name.text in _NEVER_DEFINED or rounding.is_numeric(body):
            return
        spelled = {(each.text, len(each.args)) for each in body.symbols()}
        if any((each.text, fewer) in spelled for each in name.args for fewer in range(len(each.args))):
            return  # f(w^k) = wᵀ v: what stands for w^k is not sure
        self.book.functions.setdefault(name.text, []).append(Definition(name, body, row.order, row.section))

    def _note_upstream(self, slope: Node) -> None:
        y, x = slope.args
        if x.head == "T":
            x = x.args[0]
        key = n.key(y)
        if x.head != "sym" or self._is_listed(y):
            return
        defined = self._is_defined(y) or n.show(y) in self.book.functions
        known = (self.book.derived if defined else self.book.upstream).setdefault(key, [])
        if slope not in known and len(known) < MOST_SLOPES:
            known.append(n.derivative(y, x))

    def _is_listed(self, name: Node) -> bool:
        """Return whether a name stands for members of a family, u_ij, of which the note defines some: u_11, u_12."""
        every = self.book.definitions.get(n.key(name), ())
        listed = [each for each in every if all(index.head == "num" for index in each.pattern.args)]
        return bool(name.args) and len(listed) > 1 and all(index.head == "sym" for index in name.args)

    def _is_defined(self, name: Node) -> bool:
        """Return whether some definition applies to this member of a family, or to all."""
        return any(
            all(
                own == other or own.head in ("sym", "+")
                for own, other in zip(each.pattern.args, name.args, strict=True)
            )
            for each in self.book.definitions.get(n.key(name), ())
        )

    def _note_slope(self, row: Row) -> None:
        """Use ∂L/∂a = a − y, with L undefined, as the slope of L."""
        left = row.left
        if left is None or left.head != "d" or len(left.args) != 2 or left.args[0].head != "sym":
            return
        y, x = left.args
        key = n.key(y)
        if key not in self.book.upstream or x.head != "sym":
            return
        for body in row.readable()[1:]:
            if rounding.is_numeric(body) or is_open(body):
                continue
            if any(
                each.head == "d" and each.args[0].head == "sym" and each.args[0].text == y.text for each in body.walk()
            ):
                return
            known = self.book.slopes.setdefault(key, [])
            if all(each.pattern != left for each in known):
                known.append(Definition(left, body, row.order, row.section))
            return


def _members(names: Iterable[Node]) -> dict[Key, dict[tuple[int, ...], Node]]:
    """Return the names with numeric indices, by their bare names and these numbers."""
    found: dict[Key, dict[tuple[int, ...], Node]] = {}
    for each in names:
        if each.args and each.low == each.args and all(arg.head == "num" for arg in each.args):
            found.setdefault((each.text, 0), {})[tuple(int(arg.number) for arg in each.args)] = each
    return found


def _grid(known: Mapping[tuple[int, ...], Node], *, upright: bool) -> Node | None:
    """Arrange the members of a family as a matrix; None if some are missing."""
    if len({len(place) for place in known}) != 1:
        return None
    pairs = {(place[0], 1) if len(place) == 1 else place[:2]: each for place, each in known.items()}
    if len(pairs) < len(known) or any(len(place) > 2 for place in known):
        return None
    rows, columns = (sorted({place[at] for place in pairs}) for at in (0, 1))
    if len(rows) * len(columns) != len(pairs) or rows[0] > 1 or rows[-1] - rows[0] >= len(rows):
        return None
    if not upright and columns == [1]:
        return Node("matrix", (Node("row", tuple(pairs[i, 1] for i in rows)),))
    return Node("matrix", tuple(Node("row", tuple(pairs[i, j] for j in columns)) for i in rows))


def _operands(sides: Sequence[Node | None]) -> Iterator[tuple[Node, Node]]:
    """Yield z and w x + b of h = σ(z) = σ(w x + b), which states what z is."""
    named = len(sides) > 2 and sides[0] is not None and sides[0].head == "sym"
    for one, other in itertools.pairwise(sides[1:] if named else ()):
        pair = _only_difference(one, other) if one is not None and other is not None else None
        if one is None or pair is None:
            continue
        name, body = pair
        if is_own_function(body) or (one.head == "call" and one.args == (name,) and not rounding.is_numeric(body)):
            yield pair


def _only_difference(one: Node, other: Node) -> tuple[Node, Node] | None:
    """Return z and f(r) of (z − t)² and (f(r) − t)²: formulas that differ in one name alone, which is a formula's."""
    pairs: list[tuple[Node, Node]] = []
    waiting = [(one, other)]
    while waiting and len(pairs) < 2:
        a, b = waiting.pop()
        if a == b:
            continue
        if a.head == b.head and a.head != "sym" and (a.text, a.primes, len(a.args)) == (b.text, b.primes, len(b.args)):
            waiting += zip(a.args, b.args, strict=True)
        else:
            pairs.append((a, b))
    named = len(pairs) == 1 and pairs[0][0].head == "sym" and pairs[0][1].head != "sym"
    return pairs[0] if named and pairs[0][0] not in set(pairs[0][1].symbols()) else None


def _is_named(side: Node) -> bool:
    """Return whether a side is a matrix of distinct names."""
    if side.head != "matrix":
        return False
    entries = [entry for row in side.args for entry in row.args]
    return len(entries) > 1 and all(each.head == "sym" for each in entries) and len(set(entries)) == len(entries)


def _entries(names: Node, whole: Node) -> list[tuple[Node, Node]]:
    """Pair the names in a matrix with the entries of another one; empty if sizes differ."""
    if whole.head == "matrix":
        if [len(row.args) for row in whole.args] != [len(row.args) for row in names.args]:
            return []
        return [
            pair
            for one, other in zip(names.args, whole.args, strict=True)
            for pair in zip(one.args, other.args, strict=True)
        ]
    return [
        (name, Node("entry", (whole, n.number(i), n.number(j))))
        for i, row in enumerate(names.args, 1)
        for j, name in enumerate(row.args, 1)
    ]


def _shape_of_space(space: Node) -> tuple[str, str] | None:
    """Read ℝ^{m × n} as the names of its dimensions; None for anything else."""
    if space.head != "^" or space.args[0].head != "sym" or space.args[0].text != "R":
        return None
    exponent = space.args[1]
    if exponent.head == "*" and len(exponent.args) == 2 and exponent.text in ("×", "·", "*"):
        rows, columns = (_dimension(each) for each in exponent.args)
        return rows, columns
    return _dimension(exponent), "1"


def _dimension(size: Node) -> str:
    """Return the name of a dimension; large numbers are names, too, so that vectors stay small."""
    small = size.head == "num" and size.number <= LARGEST and size.text.isdigit()
    return size.text if small else f"dimension {n.show(size)}"
