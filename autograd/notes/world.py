"""Numerical models of a note: its definitions as graphs of the engine, at one choice of random leaves.

Families over indices are instantiated member by member, on demand; sums over indices run over small sets. A quantity
that the note differentiates but does not define is a random function of the variables of differentiation.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Final, TypeAlias

from autograd.derivation.steps import total_derivatives
from autograd.derivatives.transforms import gradients
from autograd.engine import backend
from autograd.engine.backend import Value
from autograd.notes import nodes as n
from autograd.notes.grids import Grid, Quantity, Scalar, ShapeError, apply, combine, convolve, multiply, transpose
from autograd.notes.nodes import LETTER, SECOND, Key, Node
from autograd.ops import TABLE

__all__ = [
    "EVERYWHERE",
    "TARGETS",
    "Book",
    "Budget",
    "Definition",
    "Environment",
    "Options",
    "Unknown",
    "World",
    "letters_of",
]

Index: TypeAlias = "int | str"
Environment: TypeAlias = "Mapping[str, int]"
Instance: TypeAlias = "tuple[Key, tuple[Index, ...]]"
_Place: TypeAlias = "tuple[Node, tuple[tuple[str, int], ...]]"

LAYERS: Final = 3
STEPS: Final = 4
CONSTANTS: Final = {"L": LAYERS, "T": STEPS}
FIXED: Final = 3
"""The value of a fixed index, which free ones differ from."""
DEPTH: Final = 40
MOST_TERMS: Final = 3_000
NESTED_CALLS: Final = 12
"""The maximum depth of calls between functions of the note."""
OVERDRAFT: Final = 32_000
SHARE: Final = 0.15
"""The part of the work left for a note that one row may use; at least `LEAST` nodes."""
LEAST: Final = 2_000
ENOUGH: Final = 24_000
"""The work that any row may use unless more than a quarter of the overdraft is used."""
ALIKE: Final = 3.0
"""Number of (equal) terms of a sum whose index is not written."""
FARTHEST: Final = 12
"""Largest index at which a member of a family is computed from others, so that recurrences end."""
EVERYWHERE: Final = -1
"""The section of definitions valid in every section, such as the steps of a worksheet."""


class Unknown(Exception):
    """Raised for what can't be computed from the note; the text says what."""


class _Outside(Unknown):
    """Raised if an entry is taken outside a matrix."""


NOT_COMPUTED: Final = (Unknown, ShapeError, OverflowError, ValueError, ZeroDivisionError)
"""The errors of formulas without a value."""


@dataclass
class Budget:
    """The number of nodes that may still be evaluated, of which one row may use a share.

    It is checked by repairs; what a row states is computed even if it is overdrawn, within limits.
    """

    left: int
    floor: int = -OVERDRAFT

    def start_row(self) -> None:
        """Allow a row to use its share of what is left."""
        self.floor = self.left - max(
            LEAST, int(SHARE * (self.left + OVERDRAFT)), min(ENOUGH, self.left + OVERDRAFT // 4)
        )

    @property
    def exhausted(self) -> bool:
        """Whether nothing more may be evaluated for a row."""
        return self.left < max(self.floor, -OVERDRAFT)

    def spend(self, work: int) -> None:
        """Count work done."""
        self.left -= work


class _Missing(Exception):
    """Raised if a member of a family must be computed first."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.instance = instance


@dataclass(frozen=True)
class Definition:
    """`pattern = body`, from statement number `order`, of a section of the note."""

    pattern: Node
    body: Node
    order: int
    section: int

    @cached_property
    def meaning(self) -> Node:
        """The body with its own names for the indices of the pattern and of sums: that of Σ_j w_kj p_j for any j, k."""
        names = {each.text: f"ι{at}" for at, each in enumerate(self.pattern.args) if each.head == "sym"}
        sums = dict.fromkeys(
            each.text for each in self.body.walk() if each.head in ("sum", "prod") and each.text != "?"
        )
        names |= {each: f"κ{at}" for at, each in enumerate(sums) if each not in names}

        def change(each: Node) -> Node | None:
            if each.head in ("sum", "prod") and each.text in names:
                return replace(each, args=tuple(arg.replaced(change) for arg in each.args), text=names[each.text])
            return n.symbol(names[each.text]) if each.head == "sym" and not each.args and each.text in names else None

        return self.body.replaced(change) if names else self.body


@dataclass
class Book:
    """Everything that a note states, before numbers."""

    definitions: dict[Key, list[Definition]] = field(default_factory=dict)
    functions: dict[str, list[Definition]] = field(default_factory=dict)
    slopes: dict[Key, list[Definition]] = field(default_factory=dict)
    upstream: dict[Key, list[Node]] = field(default_factory=dict)
    """The derivatives of names that are not defined; `derived` are those of names that are."""
    derived: dict[Key, list[Node]] = field(default_factory=dict)
    ranges: dict[str, tuple[Node, Node]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    letters: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)
    """Letters of one index of a family that stays the same, as the class c in L = −log a_c."""
    simplex: dict[Key, str] = field(default_factory=dict)
    declared: dict[Key, tuple[str, str]] = field(default_factory=dict)
    settled: set[Key] = field(default_factory=set)
    """Names fully defined by a worksheet, including their shapes."""
    wholes: dict[Key, Node] = field(default_factory=dict)
    """Matrices of the members of families, by the bare names of these."""
    elementwise: bool = False
    """Whether there are products entry by entry."""
    unindexed: bool = False
    """Whether there is a sum whose index is not written."""
    examples: set[int] = field(default_factory=set)
    """The sections that are examples, whose definitions hold in them alone."""
    by_entries: set[int] = field(default_factory=set)
    """The statements that define their right side, or each entry of a matrix."""

    def chosen(self, key: Key, order: int, section: int) -> tuple[list[Definition], frozenset[int]]:
        """Return the definitions of a key that hold at a position, and the orders of those from another scope.

        A definition holds until the next one of the same thing, or to the end of its section; a single one holds
        everywhere.
        """
        return self._latest(self._alike.get(key, ()), order, section)

    @cached_property
    def _alike(self) -> dict[Key, list[list[Definition]]]:
        """Return for each key its definitions by the shapes of their patterns, once all have been collected."""
        return {key: _by_shape(every) for key, every in self.definitions.items()}

    @cached_property
    def by_pattern(self) -> dict[Node, list[Definition]]:
        """Return the definitions of each pattern, once all have been collected."""
        found: dict[Node, list[Definition]] = {}
        for each in itertools.chain.from_iterable(self.definitions.values()):
            found.setdefault(each.pattern, []).append(each)
        return found

    @cached_property
    def by_body(self) -> dict[Node, list[Definition]]:
        """Return the definitions of sums and products of names, by these, once all have been collected."""
        found: dict[Node, list[Definition]] = {}
        for each in itertools.chain.from_iterable(self.definitions.values()):
            if each.body.head in ("+", "*") and len(set(each.body.symbols())) > 1:
                found.setdefault(each.body, []).append(each)
        return found

    @cached_property
    def with_letters(self) -> dict[Key, list[Definition]]:
        """Return for each key the definitions with a letter among their indices, once all have been collected."""
        return {
            key: [each for each in every if "letter" in _shape_of(each.pattern)]
            for key, every in self.definitions.items()
        }

    def forget(self, definition: Definition) -> None:
        """Exclude a definition."""
        key = n.key(definition.pattern)
        for every in (self.definitions[key], self.by_pattern[definition.pattern], self.with_letters[key]):
            every[:] = [each for each in every if each is not definition]
        self._alike[key] = _by_shape(self.definitions[key])

    def in_force(
        self, every: Sequence[Definition], order: int, section: int
    ) -> tuple[list[Definition], frozenset[int]]:
        """Return those of several definitions that hold at a position, and the orders of those from another scope."""
        return self._latest(_by_shape(every), order, section)

    def _latest(
        self, every: Iterable[Sequence[Definition]], order: int, section: int
    ) -> tuple[list[Definition], frozenset[int]]:
        kept, elsewhere = [], set()
        foreign = self.examples - {section}
        for same in every:
            if len(same) == 1 or len({each.meaning for each in same}) == 1:
                kept.append(same[0])
                if foreign and all(each.section in foreign for each in same):
                    elsewhere.add(same[0].order)
                continue
            before = [each for each in same if each.order < order]
            here = [each for each in before if each.section in (section, EVERYWHERE)]
            if here:
                kept.append(here[-1])
                continue
            others = before[-1:] or [each for each in same if each.section in (section, EVERYWHERE)][:1]
            kept += others  # of several that come later, in other parts, none is meant
            elsewhere |= {each.order for each in others}
        return kept, frozenset(elsewhere)

    def of(self, left: Node) -> Sequence[Definition]:
        """Return the definitions of a left side that is a name or a function; none for anything else."""
        if left.head == "call":
            return self.functions.get(left.text, ())
        return self.definitions.get(n.key(left), ()) if left.head == "sym" else ()

    def is_open(self, function: str) -> bool:
        """Return whether a function is neither defined nor a well-known one."""
        return function not in self.functions and function not in _NUMERIC and function != "softmax"

    def ambiguous(self) -> list[Key]:
        """Return the keys that are defined in more than one way."""
        return [
            key
            for key, every in self.definitions.items()
            if len(every) > 1 and len({each.meaning for each in every}) > 1
        ]


def _by_shape(every: Iterable[Definition]) -> list[list[Definition]]:
    found: dict[tuple[object, ...], list[Definition]] = {}
    for each in every:
        found.setdefault(_shape_of(each.pattern), []).append(each)
    return list(found.values())


def _shape_of(pattern: Node) -> tuple[object, ...]:
    return tuple("letter" if each.head == "sym" and each.text not in CONSTANTS else each for each in pattern.args)


@dataclass(frozen=True)
class Options:
    """One reading: the layout of derivatives by vectors, and whether the targets of a sum add up to 1.

    With `single`, a sum without index has one term, as if the cost of one example is meant; with `wholes`, a bare name
    stands for the matrix of the members that the note writes out.

    `without` is the order of a definition to exclude, to compare it with earlier ones; the definitions of `opaque`
    names are excluded, too, so that these are random functions of what they are differentiated by.
    """

    simplex: bool = False
    layout: str = "gradient"
    common: int = 0
    entrywise: bool = False
    shapes: tuple[tuple[Key, tuple[int, int]], ...] = ()
    numbers: tuple[tuple[str, float], ...] = ()
    without: int | None = None
    single: bool = False
    wholes: bool = False
    opaque: frozenset[Key] = frozenset()


def letters_of(node: Node, known: set[str]) -> frozenset[str]:
    """Return the index letters that are free in a formula."""
    return node.free_letters & known


class _Chosen:
    """Definitions of one key that hold at a position; those with numeric indices are indexed by these."""

    def __init__(self, every: Iterable[Definition], elsewhere: Set[int]) -> None:
        self.elsewhere = elsewhere
        self.others: list[Definition] = []
        self.by_numbers: dict[tuple[Index, ...], list[Definition]] = {}
        for each in every:
            if all(index.head == "num" for index in each.pattern.args):
                numbers = tuple(int(index.number) for index in each.pattern.args)
                self.by_numbers.setdefault(numbers, []).append(each)
            else:
                self.others.append(each)

    def candidates(self, indices: tuple[Index, ...]) -> list[Definition]:
        """Return the definitions that may be those of a member."""
        return [*self.by_numbers.get(indices, ()), *self.others]


class World:
    """The numbers of a note in one reading, at one choice of its leaves.

    Parameters
    ----------
    book : Book
        What the note states.
    order, section : int
        The position in the note from which definitions are seen.
    seed : int
        The choice of leaves; even ones are positive.
    options : Options
        The reading.
    """

    def __init__(
        self, book: Book, order: int, section: int, seed: int, options: Options, budget: Budget | None = None
    ) -> None:
        self.budget = budget or Budget(1_000_000)
        self.book, self.order, self.section, self.seed, self.options = book, order, section, seed, options
        self.shapes = dict(options.shapes)
        self.numbers = dict(options.numbers)
        self.values: dict[Instance, Quantity] = {}
        self.active: list[Instance] = []
        self.trusted = True
        self.opaque: set[Instance] = set()
        self.leaves: set[Instance] = set()
        self.used: dict[str, Value] = {}
        self._totals: dict[int, tuple[Value, dict[int, float]]] = {}
        self._results: dict[_Place, tuple[Quantity, bool]] = {}
        self._failures: dict[_Place, Unknown | ShapeError] = {}
        self._untrusted: set[Instance] = set()
        self._chosen: dict[Key, _Chosen] = {}
        self._firsts: dict[Key, float] = {}
        self._terms = 0
        self.nesting = 0

    # Values

    def value(self, node: Node, env: Environment) -> Quantity:
        """Compute a formula.

        Raises
        ------
        Unknown
            If the note does not state enough, or something is not supported.
        ShapeError
            If shapes do not fit.
        """
        self._terms = 0
        while True:
            try:
                return self._eval(node, env)
            except _Missing as missing:
                self.active.clear()
                self._build(missing.instance)

    def _build(self, instance: Instance) -> None:
        """Compute a member of a family after everything it depends on, without deep recursion."""
        stack = [instance]
        while stack:
            try:
                self._instance(stack[-1])
                stack.pop()
            except _Missing as missing:
                self.active.clear()
                if missing.instance in stack:
                    self._set_leaf(missing.instance)
                else:
                    stack.append(missing.instance)

    def _eval(self, node: Node, env: Environment) -> Quantity:
        if node.head in ("num", "sym"):
            return self._computed(node, env)
        place = node, tuple(env.items())
        known = self._results.get(place)
        if known is None:
            if place in self._failures:
                raise copy(self._failures[place])
            trusted, self.trusted = self.trusted, True
            try:
                named = self._name_of(node, env) if node in self.book.by_body else None
                value = self._computed(node, env) if named is None else self._instance(named)
                known = self._results[place] = value, self.trusted
            except (Unknown, ShapeError) as error:
                self._failures[place] = copy(error)
                raise
            finally:
                self.trusted &= trusted
        result, trusted = known
        self.trusted &= trusted
        return result

    def _name_of(self, node: Node, env: Environment) -> Instance | None:
        """Return the quantity that the note defines as a formula: the z of h = σ(w x + b) if z = w x + b."""
        for each in self.book.by_body[node]:
            if all(index.head != "sym" or index.text in env or not self._is_free(index) for index in each.pattern.args):
                instance = n.key(each.pattern), self.indices(each.pattern, env)
                found = self.definition(instance)
                if found is not None and found[0] is each and instance not in self.active:
                    return instance
        return None

    def _is_free(self, index: Node) -> bool:
        return index.text in self.book.letters and index.text not in self.book.sizes

    def _computed(self, node: Node, env: Environment) -> Quantity:
        self.budget.left -= 1
        if self.budget.exhausted:
            raise Unknown("the note takes too long to judge to its end")
        method: Callable[[Node, Environment], Quantity] | None = getattr(self, _METHODS.get(node.head, ""), None)
        if method is None:
            raise Unknown(_UNKNOWN.get(node.head, f"{n.show(node)[:40]} is not computed"))
        return method(node, env)

    def _eval_number(self, node: Node, env: Environment) -> Quantity:
        return node.number

    def _eval_symbol(self, node: Node, env: Environment) -> Quantity:
        if not node.args:
            if node.text in ("π", "e") and n.key(node) not in self.book.definitions:
                return math.pi if node.text == "π" else math.e
            if node.text in env:
                return float(env[node.text])
        if self.book.sizes and n.key(node) not in self.book.definitions:
            size = self.size(n.show(node) if node.args else node.text)
            if size is not None:
                return float(size)
        return self._instance((n.key(node), self.indices(node, env)))

    def indices(self, node: Node, env: Environment) -> tuple[Index, ...]:
        """Return the values of a symbol's indices."""
        return tuple(self._index(each, env) for each in node.args)

    def size(self, name: str) -> int | None:
        """Return the size of the set that a letter denotes the size of; None if it denotes something else."""
        size = self.book.sizes.get(name)
        return size if size is None else self.options.common or size

    def _index(self, node: Node, env: Environment) -> Index:
        if node.head == "num":
            return int(node.number)
        if node.head == "label":
            return node.text
        if node.head == "sym" and not node.args:
            if node.text in env:
                return env[node.text]
            if node.text in CONSTANTS:
                return CONSTANTS[node.text]
            if node.text in self.book.fixed:
                return FIXED
            size = self.size(node.text)
            return node.text if size is None else size
        if node.head in ("+", "neg", "*"):
            parts = [self._index(each, env) for each in node.args]
            if all(isinstance(each, int) for each in parts):
                whole = [int(each) for each in parts]
                return sum(whole) if node.head == "+" else -whole[0] if node.head == "neg" else math.prod(whole)
        return n.show(node)

    def _eval_sum(self, node: Node, env: Environment) -> Quantity:
        total = self._eval(node.args[0], env)
        for each in node.args[1:]:
            total = combine(lambda a, b: a + b, total, self._eval(each, env), "+")
        return total

    def _eval_neg(self, node: Node, env: Environment) -> Quantity:
        return apply(lambda x: -x, self._eval(node.args[0], env))

    def _eval_product(self, node: Node, env: Environment) -> Quantity:
        total = self._eval(node.args[0], env)
        for at, each in enumerate(node.args[1:]):
            joint = node.text[at] if at < len(node.text) else " "
            total = multiply(total, self._eval(each, env), joint, entrywise=self.options.entrywise)
        return total

    def _eval_odot(self, node: Node, env: Environment) -> Quantity:
        total = self._eval(node.args[0], env)
        for each in node.args[1:]:
            total = combine(lambda a, b: a * b, total, self._eval(each, env), "⊙")
        return total

    def _eval_outer(self, node: Node, env: Environment) -> Quantity:
        left, right = (self._eval(each, env) for each in node.args[:2])
        return multiply(left, transpose(right))

    def _eval_quotient(self, node: Node, env: Environment) -> Quantity:
        return combine(_divided, self._eval(node.args[0], env), self._eval(node.args[1], env), "/")

    def _eval_power(self, node: Node, env: Environment) -> Quantity:
        base, exponent = self._eval(node.args[0], env), self._eval(node.args[1], env)
        if isinstance(exponent, Grid):
            raise Unknown("an exponent is a matrix")
        if isinstance(base, Grid) and exponent == -1.0:
            raise Unknown("inverses of matrices are not computed")
        return apply(lambda x: _power(x, exponent), base)

    def _eval_transpose(self, node: Node, env: Environment) -> Quantity:
        return transpose(self._eval(node.args[0], env))

    def _eval_norm(self, node: Node, env: Environment) -> Quantity:
        entries = _scalars(self._eval(node.args[0], env))
        return backend.sqrt(_added([each * each for each in entries]))

    def _eval_abs(self, node: Node, env: Environment) -> Quantity:
        inner = self._eval(node.args[0], env)
        if isinstance(inner, Grid):
            raise Unknown("bars around a vector are not computed")
        return apply(backend.abs, inner)

    def _eval_comparison(self, node: Node, env: Environment) -> Quantity:
        left, right = (self._eval(each, env) for each in node.args)
        return combine(lambda a, b: float(_COMPARE[node.text](float(a), float(b))), left, right, node.text)

    def _eval_cases(self, node: Node, env: Environment) -> Quantity:
        otherwise: Node | None = None
        for value, when in zip(node.args[::2], node.args[1::2], strict=True):
            if when.head == "open":
                otherwise = value
            elif self._holds(when, env):
                return self._eval(value, env)
        if otherwise is None:
            raise Unknown("no case holds")
        return self._eval(otherwise, env)

    def _holds(self, when: Node, env: Environment) -> bool:
        pair = [self._index(each, env) if self._is_index(each, env) else self._eval(each, env) for each in when.args]
        if any(isinstance(each, (Grid, str)) for each in pair):
            if when.text in ("=", "≠"):
                return (pair[0] == pair[1]) == (when.text == "=")
            raise Unknown("a condition on vectors is not computed")
        left, right = (float(each) for each in pair)  # type: ignore[arg-type]
        return _COMPARE[when.text](left, right)

    def _is_index(self, node: Node, env: Environment) -> bool:
        return node.head == "sym" and not node.args and (node.text in env or node.text in self.book.letters)

    def _eval_big(self, node: Node, env: Environment) -> Quantity:
        body, first, last = node.args
        if node.text == "?":
            indexed = any(each.head == "sym" and each.text not in env for name in body.symbols() for each in name.args)
            if node.head == "prod" or indexed:
                raise Unknown("what the sum runs over is not written")
            return apply(lambda x: x * (1.0 if self.options.single else ALIKE), self._eval(body, env))
        values = list(self.range(node.text, first, last, env))
        total: Quantity | None = None
        for at in values:
            self._terms += 1
            if self._terms > MOST_TERMS:
                raise Unknown("the sums have too many terms")
            term = self._eval(body, {**env, node.text: at})
            if total is None:
                total = term
            elif node.head == "sum":
                total = combine(lambda a, b: a + b, total, term, "+")
            else:
                total = combine(lambda a, b: a * b, total, term, "·")
        return total if total is not None else float(node.head == "prod")

    def range(self, letter: str, first: Node, last: Node, env: Environment) -> Iterator[int]:
        """Yield the values of an index."""
        without: int | None = None
        if first.head == "bound":
            without = self._whole(first.args[0], env)
            if first.text != "≠":
                return iter(range(1, without)) if first.text == "<" else iter(range(1, without + 1))
            first = Node("open")
        known = self.book.ranges.get(letter)
        if known is not None and last.head == "open" and first in (Node("open"), known[0]):
            first, last = known
        low = 1 if first.head == "open" else self._whole(first, env)
        high = low + (self.options.common or 3) - 1 if last.head == "open" else self._whole(last, env)
        if high - low > 60:
            raise Unknown("a sum runs too far")
        return (each for each in range(low, high + 1) if each != without)

    def _whole(self, node: Node, env: Environment) -> int:
        counted = node.head in ("+", "neg", "*") or (node.head in ("num", "sym") and not node.args)
        index = self._index(node, env) if counted else None
        if isinstance(index, int):
            return index
        if node.head == "sym":
            return self.size(n.show(node)) or self.options.common or 3
        value = self._eval(node, env)
        if isinstance(value, Grid) or not float(value).is_integer():
            raise Unknown(f"the bound {n.show(node)} is no whole number")
        return int(float(value))

    def _eval_matrix(self, node: Node, env: Environment) -> Quantity:
        if any(entry.head == "dots" for row in node.args for entry in row.args):
            raise Unknown("a matrix with dots is not computed")
        rows = [[self._eval(entry, env) for entry in row.args] for row in node.args]
        if any(isinstance(entry, Grid) for row in rows for entry in row):
            raise Unknown("a matrix of matrices is not computed")
        return Grid(rows)  # type: ignore[arg-type]

    def _eval_vector(self, node: Node, env: Environment) -> Quantity:
        body, first, last = node.args
        entries = [self._scalar(body, {**env, LETTER: at}) for at in self.range(LETTER, first, last, env)]
        if not entries:
            raise Unknown("a vector without entries is not computed")
        return Grid([entries]) if node.text == "row" else Grid([[each] for each in entries])

    def _eval_table(self, node: Node, env: Environment) -> Quantity:
        body, *sizes = node.args
        rows, columns = (range(1, self._whole(each, env) + 1) for each in sizes)
        if not rows or not columns:
            raise Unknown("a matrix without entries is not computed")
        return Grid([[self._scalar(body, {**env, LETTER: i, SECOND: j}) for j in columns] for i in rows])

    def _eval_entry(self, node: Node, env: Environment) -> Quantity:
        whole = self._eval(node.args[0], env)
        return _entry(whole, tuple(self._index(each, env) for each in node.args[1:]))

    # Functions

    def _eval_op(self, node: Node, env: Environment) -> Quantity:
        """Compute an op of the table, as in worksheets."""
        operands = [self._scalar(each, env) for each in node.args]
        function: Callable[..., Scalar] = getattr(backend, node.text)
        if TABLE[node.text].arity is None:
            return function(operands)
        return function(*operands)

    def _eval_call(self, node: Node, env: Environment) -> Quantity:
        if node.text == "softmax":
            return self._softmax(node, env)
        if not node.args:
            raise Unknown(f"{node.text} has no argument")
        known = _NUMERIC.get(node.text)
        if known and node.text not in self.book.functions:
            return self._known(known, node, env)
        return self._own_function(node, env)

    def _known(self, name: str, node: Node, env: Environment) -> Quantity:
        arguments = [self._eval(each, env) for each in node.args]
        if name in ("max", "min"):
            if len(arguments) < 2:
                raise Unknown(f"{name} of one thing is not computed")
            total = arguments[0]
            for each in arguments[1:]:
                total = combine(getattr(backend, name), total, each, name)
            return total
        takes, of_matrices = _OF_MATRICES.get(name, (1, None))
        if len(arguments) != takes:
            raise Unknown(f"{name} takes {'one operand' if takes == 1 else 'two operands'}")
        if of_matrices is not None:
            if node.primes:
                raise Unknown(f"{name}′ is not computed")
            return of_matrices(*arguments)
        function: Callable[[Scalar], Scalar] = _COMPOSED.get(name) or getattr(backend, name)
        return apply(_derived(function, node.primes), arguments[0])

    def _softmax(self, node: Node, env: Environment) -> Quantity:
        """Compute softmax(z), of a vector, or of a member of a family over its set."""
        if node.primes or not node.args:
            raise Unknown("this softmax is not computed")
        index = node.args[1] if node.marks == "_" and len(node.args) > 1 else None
        inner = node.args[0]
        letters = letters_of(inner, self.book.letters)
        free = [each.text for each in inner.args if inner.head == "sym" and each.head == "sym" and each.text in letters]
        whole = self._eval(inner, env) if not free or index is not None else None
        if isinstance(whole, Grid):
            upright = whole.shape[1] == 1
            rows = Grid([_softmax_of(row) for row in ([whole.entries] if upright else whole.rows)])
            rows = Grid([[each] for each in rows.entries]) if upright else rows
            return rows if index is None else _entry(rows, (self._index(index, env),))
        if not free and inner.head == "sym":
            if index is None:
                raise Unknown("softmax needs a vector")
            inner = replace(inner, args=(*inner.args, index), marks=inner.marks + "_")
            free = [index.text] if index.head == "sym" else []
        if not free:
            raise Unknown("softmax needs a vector or an index")
        letter = free[-1]
        total = _added(
            [
                backend.exp(self._scalar(inner, {**env, letter: at}))
                for at in self.range(letter, Node("open"), Node("open"), env)
            ]
        )
        return backend.exp(self._scalar(inner, env)) / total

    def _scalar(self, node: Node, env: Environment) -> Scalar:
        value = self._eval(node, env)
        if isinstance(value, Grid):
            raise Unknown("a vector stands where a number is needed")
        return value

    def _own_function(self, node: Node, env: Environment, given: Sequence[Quantity] | None = None) -> Quantity:
        """Apply a function that the note defines; an undefined one is a random smooth function."""
        arguments = [self._eval(each, env) for each in node.args] if given is None else list(given)
        base, _, letter = node.text.rpartition("_")
        if letter in env and node.text not in self.book.functions:  # φ_k is φ_2 where k is 2
            node = replace(node, text=f"{base}_{env[letter]}")
        every, elsewhere = self.book.in_force(self.book.functions.get(node.text, []), self.order, self.section)
        for each in every:
            parameters = each.pattern.args
            if len(parameters) == len(arguments):
                if given is None and node.args != parameters and not _mentions(each.body, parameters):
                    raise Unknown(f"the note states {n.show(each.pattern)} alone, not {n.show(node)}")
                self.trusted &= each.order not in elsewhere
                if node.primes:
                    if len(arguments) > 1:
                        raise Unknown(f"{node.text}′ of several variables is not computed")
                    return apply(lambda x, each=each: self._primed(each, x, node.primes, env), arguments[0])  # type: ignore[misc]
                return self._applied(each, arguments, env)
        if any(each.contains("d") for each in node.args):
            raise Unknown(f"what {node.text} makes of derivatives is not known")
        shaken = random.Random(f"{node.text} {self.seed}")
        weights = [shaken.uniform(0.4, 1.4) for _ in range(3 + 2 * len(arguments))]

        def smooth(*xs: Scalar) -> Scalar:
            inner: Scalar = weights[0]
            for weight, x in zip(weights[3:], xs, strict=False):
                inner = inner + weight * x
            total: Scalar = weights[1] * backend.sin(inner)
            for weight, x in zip(weights[3 + len(xs) :], xs, strict=False):
                total = total + weight * x * weights[2]
            return total

        if len(arguments) == 1:
            return apply(_derived(smooth, node.primes), arguments[0])
        if node.primes:
            raise Unknown(f"{node.text}′ of several variables is not computed")
        entries = [entry for each in arguments for entry in _scalars(each)]
        weights += [shaken.uniform(0.4, 1.4) for _ in range(2 * len(entries))]
        return smooth(*entries)

    def _applied(self, definition: Definition, arguments: Sequence[Quantity], env: Environment) -> Quantity:
        """Evaluate a function's body with arguments for its parameters."""
        names = {n.key(each): argument for each, argument in zip(definition.pattern.args, arguments, strict=True)}
        inner = _Inside(self, names)
        if inner.nesting > NESTED_CALLS:
            raise Unknown(f"{definition.pattern.text} is defined by way of itself")
        value = inner._eval(definition.body, env)
        self.trusted &= inner.trusted
        return value

    def _primed(self, definition: Definition, argument: Scalar, primes: int, env: Environment) -> Scalar:
        def body(x: Scalar) -> Scalar:
            value = self._applied(definition, [x], env)
            if isinstance(value, Grid):
                raise Unknown("the derivative of a vector's function is not computed")
            return value

        return _derived(body, primes)(argument)

    # Derivatives

    def _eval_derivative(self, node: Node, env: Environment) -> Quantity:
        y, *xs = node.args
        if len(xs) > 1:
            return self._higher(y, xs, env)
        x = xs[0]
        if x.head == "T":
            x = x.args[0]
        if y.head == "call" and y.text not in _NUMERIC and self._is_reached(y, x, env):
            return self._partial(y, y.args.index(x), env)
        top, bottom = self._eval(y, env), self._eval(x, env)
        if not self._is_known(y, top, bottom, env):
            raise Unknown(f"the note does not say how {n.show(y)} comes from {n.show(x)}")
        if isinstance(top, Grid) and isinstance(bottom, Grid):
            return self._jacobian(top, bottom)
        if isinstance(bottom, Grid):
            slopes = self._totals_of(top)
            grid: Quantity = Grid([[slopes.get(id(entry), 0.0) for entry in row] for row in bottom.rows])
            return transpose(grid) if self.options.layout == "numerator" else grid
        if isinstance(top, Grid):
            grid = Grid([[self._slope(entry, bottom) for entry in row] for row in top.rows])
            return transpose(grid) if self.options.layout == "denominator" else grid
        return self._slope(top, bottom)

    def _is_reached(self, y: Node, x: Node, env: Environment) -> bool:
        """Return whether x is an argument of a function of which others depend on x, as in f(x, h(x))."""
        others = [each for each in y.args if each != x]
        if not others or len(others) == len(y.args):
            return False
        bottom = self._eval(x, env)
        tops = [entry for each in others for entry in _scalars(self._eval(each, env))]
        return any(id(entry) in self._totals_of(top) for top in tops for entry in _scalars(bottom))

    def _partial(self, y: Node, place: int, env: Environment) -> Scalar:
        """Differentiate f(x, h, w) by one of its arguments with the others fixed, even if h depends on w."""
        fixed = [Value(float(self._scalar(each, env))) for each in y.args]
        top = self._own_function(y, env, fixed)
        if isinstance(top, Grid):
            raise Unknown("the derivative of a vector's function is not computed")
        return self._slope(top, fixed[place])

    def _is_known(self, y: Node, top: Quantity, bottom: Quantity, env: Environment) -> bool:
        """Return whether a derivative of 0 is certain, rather than due to missing definitions."""
        if y.head != "sym" or isinstance(top, Grid):
            return True
        instance = (n.key(y), self.indices(y, env))
        if instance not in self.leaves and instance not in self.opaque:
            return True
        if top is bottom:
            return True
        slopes = self._totals_of(top)
        return any(id(entry) in slopes for entry in _scalars(bottom))

    def _jacobian(self, top: Grid, bottom: Grid) -> Quantity:
        if self.options.layout == "elementwise" and top.shape != bottom.shape:
            raise Unknown("a derivative entry by entry is one by as many variables")
        if self.options.layout != "elementwise" and not (1 in top.shape and 1 in bottom.shape):
            raise Unknown("the derivative of a matrix by a matrix is no matrix")
        rows = [[self._slope(y, x) for x in bottom.entries] for y in top.entries]
        if self.options.layout == "elementwise":
            return _diagonal_of(rows, top)
        return transpose(Grid(rows)) if self.options.layout == "denominator" else Grid(rows)

    def _totals_of(self, y: Quantity) -> dict[int, float]:
        if not isinstance(y, Value):
            return {}
        if id(y) not in self._totals:
            self._totals[id(y)] = (y, total_derivatives(y))
            self.budget.spend(len(self._totals[id(y)][1]))
        return self._totals[id(y)][1]

    def _slope(self, y: Scalar, x: Scalar) -> float:
        return self._totals_of(y).get(id(x), 0.0)

    def _higher(self, y: Node, xs: Sequence[Node], env: Environment) -> Quantity:
        top = self._scalar(y, env)
        bottoms = [self._scalar(x, env) for x in xs]
        if not self._is_known(y, top, bottoms[0], env):
            raise Unknown(f"the note does not say how {n.show(y)} comes from {n.show(xs[0])}")
        for x in bottoms:
            if not isinstance(top, Value) or not isinstance(x, Value):
                return 0.0
            top = gradients(top, [x], create_graph=True)[0]
        return top

    # Members of families

    def _instance(self, instance: Instance) -> Quantity:
        if instance in self.values:
            self.trusted &= instance not in self._untrusted
            return self.values[instance]
        if len(self.active) > DEPTH:
            raise _Missing(instance)
        if instance in self.active and (len(self.active) > 1 or self.active[0] == instance):
            return self._set_leaf(instance)
        self.active.append(instance)
        trusted, self.trusted = self.trusted, True
        try:
            value = self._made(instance)
            if not self.trusted:
                self._untrusted.add(instance)
        finally:
            self.trusted &= trusted
            if self.active and self.active[-1] == instance:
                self.active.pop()
        if instance not in self.values:
            shared = (bool(self.shapes) and self._has_entries(instance)) or self._is_literal(instance)
            self.values[instance] = value if shared else _fresh(value)
        return self.values[instance]

    def _is_literal(self, instance: Instance) -> bool:
        """Return whether a quantity is a matrix of names, whose entries are those names."""
        found = self.definition(instance)
        return n.is_literal(found[0].body if found is not None else self._whole_of(instance))

    def _whole_of(self, instance: Instance) -> Node | None:
        """Return the matrix of members that a bare name stands for in this reading, if any."""
        return self.book.wholes.get(instance[0]) if self.options.wholes else None

    def _has_entries(self, instance: Instance) -> bool:
        """Return whether a quantity may be an entry of another, or consist of others: then it is not copied."""
        (name, count), _ = instance
        name = name.lstrip("*")
        own = self.first_order(instance[0])
        near = [(each, count + by) for each in (name, f"**{name}") for by in (-2, -1, 1, 2)]
        return any(
            (self.shapes.get(key, (1, 1)) != (1, 1) or key in self.book.definitions)
            and (own == math.inf or self.first_order(key) < own)
            for key in near
        )

    def _made(self, instance: Instance) -> Quantity:
        shown = _spelled(instance)
        if shown in self.numbers:
            self.used[shown] = Value(self.numbers[shown])
            return self.used[shown]
        other = self._other_form(instance)
        if other is not None:
            return other
        found = self.definition(instance)
        if found is not None:
            definition, env = found
            return self._eval(definition.body, env)
        known = instance[0] not in self.options.opaque
        if known and not instance[1] and (every := self.book.functions.get(instance[0][0].lstrip("*"))):
            kept, elsewhere = self.book.in_force(every, self.order, self.section)
            here = [each for each in kept if each.order < self.order and each.section == self.section]
            latest = max(here or kept, key=lambda each: each.order, default=None)
            if latest is not None:
                self.trusted &= latest.order not in elsewhere
                return self._eval(latest.body, {})
        literal = self._whole_of(instance)
        if literal is not None:
            return self._eval(literal, {})
        entry = self._from_vector(instance)
        if entry is not None:
            return entry
        whole = self._from_entries(instance)
        if whole is not None:
            return whole
        if instance[0] == ("δ", 2) and all(isinstance(each, int) for each in instance[1]):
            return float(instance[1][0] == instance[1][1])
        parents = self._upstream(instance)
        if parents:
            return self._random_function(instance, parents)
        return self._set_leaf(instance)

    def first_order(self, key: Key) -> float:
        """Return where a key is first defined; infinity if it is not."""
        if key not in self._firsts:
            self._firsts[key] = min((each.order for each in self.book.definitions.get(key, ())), default=math.inf)
        return self._firsts[key]

    def _other_form(self, instance: Instance) -> Quantity | None:
        """Take an entry from its vector, or a vector from its entries, if that form is defined first."""
        (name, count), _ = instance
        if not self.shapes:
            return None
        own = self.first_order(instance[0])
        if own == math.inf:
            return None
        if any(self.first_order((name, count - low)) < own for low in (1, 2) if count >= low):
            return self._from_vector(instance)
        if any(self.first_order((name, count + low)) < own for low in (1, 2)):
            return self._from_entries(instance)
        return None

    def definition(self, instance: Instance) -> tuple[Definition, Environment] | None:
        """Return the definition of a member, and the values of the letters in it; the most specific one first."""
        key, indices = instance
        if key in self.options.opaque:
            return None
        if key not in self._chosen:
            self._chosen[key] = _Chosen(*self.book.chosen(key, self.order, self.section))
        chosen = self._chosen[key]
        best: tuple[int, Definition, dict[str, int]] | None = None
        for each in chosen.candidates(indices):
            if each.order == self.options.without:
                continue
            env = self.matched(each.pattern, indices)
            if env is not None and not _below_ground(each, indices) and (best is None or len(env) < best[0]):
                best = len(env), each, env
        if best is None:
            return None
        self.trusted &= best[1].order not in chosen.elsewhere
        return best[1], best[2]

    def matched(self, pattern: Node, indices: Sequence[Index]) -> dict[str, int] | None:
        """Match the indices of a pattern with those of a member; None if they differ."""
        env: dict[str, int] = {}
        for each, index in zip(pattern.args, indices, strict=True):
            if each.head == "sym" and each.text in self.book.letters and each.text not in self.book.sizes:
                if not isinstance(index, int) or env.setdefault(each.text, index) != index:
                    return None
            elif (
                each.head == "+"
                and len(each.args) == 2
                and each.args[0].head == "sym"
                and each.args[0].text in self.book.letters
            ):
                shift = self._index(each.args[1], {})
                if not isinstance(index, int) or not isinstance(shift, int):
                    return None
                if env.setdefault(each.args[0].text, index - shift) != index - shift:
                    return None
            elif self._index(each, env) != index:
                return None
        return env

    def _from_vector(self, instance: Instance) -> Quantity | None:
        """Read x_i as an entry of the vector x, or a row of a matrix, and z^l_j as one of z^l, if there is one."""
        (name, count), indices = instance
        for below in (1, 2):
            places = indices[count - below :]
            if count < below or not all(isinstance(each, int) for each in places):
                continue
            for key in ((f"**{name}", count - below), (name, count - below)):
                shape = self.shapes.get(key, (1, 1))
                if shape != (1, 1) and (below == 1) == (1 in shape):
                    return _entry(self._instance((key, indices[: count - below])), places)
                if shape != (1, 1) and below == count == 1 and 1 not in shape:
                    return _row_of(self._instance((key, indices[: count - below])), places[0])
        return None

    def _from_entries(self, instance: Instance) -> Quantity | None:
        """Build a vector or a matrix from its entries, if these are defined: z^l from z^l_j."""
        (name, count), indices = instance
        rows, columns = self.shapes.get(instance[0], (1, 1))
        below = 1 if columns == 1 else 2
        key = (name.lstrip("*"), count + below)
        if (rows, columns) == (1, 1) or key not in self.book.definitions:
            return None
        places = [[(i,) if below == 1 else (i, j) for j in range(1, columns + 1)] for i in range(1, rows + 1)]
        if self.definition((key, (*indices, *places[0][0]))) is None:
            return None
        entries = [[self._instance((key, (*indices, *place))) for place in row] for row in places]
        if any(isinstance(entry, Grid) for row in entries for entry in row):
            return None
        return Grid(entries)  # type: ignore[arg-type]

    def _upstream(self, instance: Instance) -> list[Scalar]:
        """Return the variables of an undefined quantity: those it is differentiated by, nearest first."""
        key, indices = instance
        if any(isinstance(each, int) and not 0 <= each <= FARTHEST for each in indices):
            return []
        patterns = (self.book.derived if key in self.options.opaque else self.book.upstream).get(key, [])
        found: dict[int, Scalar] = {}
        for pattern in patterns:
            y, x = pattern.args
            env = self.matched(y, indices) if y.args else {}
            if env is None:
                continue
            for inner in self._everywhere(x, env):
                try:
                    value = self._eval(x, inner)
                except _Outside:  # a member that another part of the note has
                    continue
                for entry in _scalars(value):
                    if isinstance(entry, Value):
                        found[id(entry)] = entry
        return self._nearest(found)

    def _everywhere(self, x: Node, env: Environment) -> Iterator[Environment]:
        free = sorted(letters_of(x, self.book.letters) - set(env))
        yield from self.assignments(free, dict(env))

    def assignments(self, letters: Sequence[str], env: dict[str, int]) -> Iterator[Environment]:
        """Yield every choice of some letters over their sets."""
        if not letters:
            yield env
            return
        letter, *rest = letters
        for at in self.range(letter, Node("open"), Node("open"), env):
            yield from self.assignments(rest, {**env, letter: at})

    def _nearest(self, found: Mapping[int, Scalar]) -> list[Scalar]:
        """Remove what reaches the quantity only through something else that was found."""
        behind: set[int] = set()
        for place, value in found.items():
            behind |= {each for each in self._totals_of(value) if each != place}
        return [value for place, value in found.items() if place not in behind]

    def _random_function(self, instance: Instance, parents: Sequence[Scalar]) -> Quantity:
        """Make a random function of some quantities, with the slopes that the note states."""
        self.opaque.add(instance)
        total: Scalar = 0.3
        places = {id(value): at for at, value in self.values.items()}
        for at, parent in enumerate(parents):
            slope = self._stated_slope(instance, places.get(id(parent)))
            if slope is None:
                slope = random.Random(f"{instance} {at} {self.seed}").uniform(0.3, 1.3)
            total = total + parent * float(slope)
        return total

    def _stated_slope(self, instance: Instance, x: Instance | None) -> Scalar | None:
        if x is None:
            return None
        for each in self.book.slopes.get(instance[0], []):
            y, by = each.pattern.args
            env = self.matched(y, instance[1])
            if env is None or n.key(by) != x[0]:
                continue
            letters = self.matched(by, x[1])
            if letters is None or any(env.get(letter, at) != at for letter, at in letters.items()):
                continue
            value = self._eval(each.body, {**env, **letters})
            if not isinstance(value, Grid):
                return value
        return None

    def _set_leaf(self, instance: Instance) -> Quantity:
        if instance not in self.values:
            self.leaves.add(instance)
            self.values[instance] = self._leaf(instance)
        return self.values[instance]

    def _leaf(self, instance: Instance) -> Quantity:
        key, indices = instance
        rows, columns = self.shapes.get(key, (1, 1))
        if (rows, columns) == (1, 1):
            return Value(self._drawn(key, indices))
        if key[0] in ("**1", "**0"):
            return Grid([[float(key[0][2:])] * columns for _ in range(rows)])
        if self.options.simplex and columns == 1 and key[0].lstrip("*")[:1] in TARGETS:
            return Grid([[each] for each in self._probabilities(key, indices, rows)])
        if self.options.simplex and key[0].lstrip("*")[:1].lower() in TARGETS:
            return Grid([self._probabilities(key, (*indices, i), columns) for i in range(rows)])
        return Grid([[Value(self._drawn(key, (*indices, i, j))) for j in range(columns)] for i in range(rows)])

    def _probabilities(self, key: Key, indices: tuple[Index, ...], count: int) -> list[Value]:
        """Draw numbers that add up to 1, as the targets of one sample in a row of their matrix."""
        drawn = [_random(key, (*indices, j), self.seed - self.seed % 2) for j in range(count)]
        return [Value(each / sum(drawn)) for each in drawn]

    def _drawn(self, key: Key, indices: tuple[Index, ...]) -> float:
        if self.options.simplex and key in self.book.simplex:
            place = next((each for each in indices if isinstance(each, int)), 1)
            low, high = self._simplex_range(key)
            members = [_random(key, (at,), self.seed - self.seed % 2) for at in range(low, high + 1)]
            return _random(key, (place,), self.seed - self.seed % 2) / sum(members)
        return _random(key, indices, self.seed)

    def _simplex_range(self, key: Key) -> tuple[int, int]:
        values = list(self.range(self.book.simplex[key], Node("open"), Node("open"), {}))
        if not values:
            raise Unknown(f"{self.book.simplex[key]} runs over nothing")
        return values[0], values[-1]


class _Inside(World):
    """A world within a function's body, where the parameters stand for arguments."""

    def __init__(self, outer: World, names: Mapping[Key, Quantity]) -> None:
        self.__dict__.update(outer.__dict__)
        self._names = names
        self.nesting = outer.nesting + 1
        self._results, self._failures = {}, {}

    def _name_of(self, node: Node, env: Environment) -> None:
        """Return None: a formula of parameters is none of the note's quantities."""

    def _instance(self, instance: Instance) -> Quantity:
        if not instance[1] and instance[0] in self._names:
            return self._names[instance[0]]
        return super()._instance(instance)


@lru_cache(maxsize=1 << 16)
def _random(key: Key, indices: tuple[Index, ...], seed: int) -> float:
    low, high = (0.2, 0.9) if seed % 2 == 0 else (-1.4, 1.6)
    return random.Random(f"{key} {indices} {seed}").uniform(low, high)


def _mentions(body: Node, parameters: Sequence[Node]) -> bool:
    """Return whether a function's body depends on its parameters as it is written: not that of Var(w) = 2/n."""
    return not {each.text for each in parameters}.isdisjoint(each.text for each in body.symbols())


def _spelled(instance: Instance) -> str:
    (name, _), indices = instance
    return name + "".join(f"|{each}" for each in indices)


def _below_ground(definition: Definition, indices: Sequence[Index]) -> bool:
    """Return whether a recurrence has reached its beginning or its end: layer 0, or a step after the last."""
    for _letter, place, back, ahead in _shifts(definition):
        index = indices[place]
        if isinstance(index, int) and ((index < 1 and back) or (index > STEPS and ahead)):
            return True
    return False


@lru_cache(maxsize=4096)
def _shifts(definition: Definition) -> tuple[tuple[str, int, bool, bool], ...]:
    """Return the letters by which a definition refers to members before or after its own."""
    found = []
    for place, each in enumerate(definition.pattern.args):
        letter, own = _offset(each)
        if not letter:
            continue
        others = [
            shift
            for name in definition.body.symbols()
            for index in name.args
            for other, shift in (_offset(index),)
            if other == letter
        ]
        back, ahead = any(each < own for each in others), any(each > own for each in others)
        if back or ahead:
            found.append((letter, place, back, ahead))
    return tuple(found)


def _offset(index: Node) -> tuple[str, float]:
    """Split an index l + 2 into its letter and its number."""
    if index.head == "sym" and not index.args:
        return index.text, 0.0
    if index.head == "+" and len(index.args) == 2 and index.args[0].head == "sym":
        shift = index.args[1]
        value = -shift.args[0].number if shift.head == "neg" else shift.number
        return index.args[0].text, value
    return "", 0.0


def _fresh(value: Quantity) -> Quantity:
    """Copy a value to a new node, so that two quantities never share one."""
    if isinstance(value, Grid):
        return Grid([[_fresh_scalar(entry) for entry in row] for row in value.rows])
    return _fresh_scalar(value)


def _fresh_scalar(value: Scalar) -> Value:
    return value * 1.0 if isinstance(value, Value) else Value(float(value))


def _divided(a: Scalar, b: Scalar) -> Scalar:
    if isinstance(a, Value) or isinstance(b, Value):
        return a / b
    return a / b if b else math.nan


def _power(x: Scalar, exponent: Scalar) -> Scalar:
    if isinstance(x, Value) or isinstance(exponent, Value):
        return backend.pow(x, exponent)
    return TABLE["pow"].compute(x, exponent)[0]


def _derived(function: Callable[[Scalar], Scalar], order: int) -> Callable[[Scalar], Scalar]:
    """Return the derivative of some order of a function of one variable."""
    if order == 0:
        return function
    lower = _derived(function, order - 1)

    def slope(x: Scalar) -> Scalar:
        at = x * 1.0 if isinstance(x, Value) else Value(float(x))
        y = lower(at)
        return gradients(y, [at], create_graph=True)[0] if isinstance(y, Value) else 0.0

    return slope


def _diagonal_of(rows: Sequence[Sequence[Scalar]], top: Grid) -> Grid:
    """Return the derivatives of entries by entries of the same place, in the shape of these; all others must be 0."""
    if any(float(each) for i, row in enumerate(rows) for j, each in enumerate(row) if i != j):
        raise Unknown("an entry depends on several variables")
    width = top.shape[1]
    entries = [row[i] for i, row in enumerate(rows)]
    return Grid([entries[at : at + width] for at in range(0, len(entries), width)])


def _scalars(x: Quantity) -> Sequence[Scalar]:
    return x.entries if isinstance(x, Grid) else [x]


def _total(x: Quantity) -> Quantity:
    return _added(x.entries) if isinstance(x, Grid) else x


def _softmax_of(row: Sequence[Scalar]) -> list[Scalar]:
    exponents = [backend.exp(each) for each in row]
    total = _added(exponents)
    return [each / total for each in exponents]


def _added(terms: Sequence[Scalar]) -> Scalar:
    total: Scalar = 0.0
    for each in terms:
        total = total + each
    return total


def _trace(x: Quantity) -> Quantity:
    if isinstance(x, Grid) and x.shape[0] != x.shape[1]:
        raise Unknown("the trace of a non-square matrix is not computed")
    return _added([row[at] for at, row in enumerate(x.rows)]) if isinstance(x, Grid) else x


def _diagonal(x: Quantity) -> Quantity:
    if not isinstance(x, Grid):
        return x
    entries = x.entries
    return Grid([[entry if i == j else 0.0 for j in range(len(entries))] for i, entry in enumerate(entries)])


def _entry(whole: Quantity, indices: tuple[Index, ...]) -> Quantity:
    if not isinstance(whole, Grid) or not all(isinstance(each, int) for each in indices):
        raise Unknown("an entry is taken of what is no vector")
    places = [int(each) for each in indices]
    rows, columns = whole.shape
    i, j = (
        (places[0], 1)
        if len(places) == 1 and columns == 1
        else (1, places[0])
        if len(places) == 1
        else (places[0], places[1])
    )
    if not (1 <= i <= rows and 1 <= j <= columns) or len(places) > 2:
        raise _Outside("an entry lies outside of its matrix")
    return whole.rows[i - 1][j - 1]


def _row_of(whole: Quantity, place: Index) -> Quantity:
    if not isinstance(whole, Grid) or not isinstance(place, int) or not 1 <= place <= whole.shape[0]:
        raise Unknown("a row is taken of what is no matrix")
    return Grid([whole.rows[place - 1]])


TARGETS: Final = ("y", "t", "p", "d", "q", "π", "α")
"""Prefixes of names that may be probabilities, which add up to 1."""
_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "≤": lambda a, b: a <= b,
    "≥": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "≠": lambda a, b: a != b,
}
_HEADS: Final = {
    "num": "number", "sym": "symbol", "+": "sum", "neg": "neg", "*": "product", "odot": "odot", "outer": "outer",
    "/": "quotient",
    "^": "power", "T": "transpose", "norm": "norm", "abs": "abs", "cmp": "comparison", "cases": "cases",
    "sum": "big", "prod": "big",
    "matrix": "matrix", "vector": "vector", "table": "table", "call": "call", "op": "op",
    "d": "derivative", "entry": "entry",
}  # fmt: skip
_METHODS: Final = {head: f"_eval_{name}" for head, name in _HEADS.items()}
_UNKNOWN: Final = {"dots": "dots stand where no pattern is seen", "list": "a list is no quantity"}
_COMPOSED: Final[dict[str, Callable[[Scalar], Scalar]]] = {"sech": lambda x: 1.0 / backend.cosh(x)}
_OF_MATRICES: Final[dict[str, tuple[int, Callable[..., Quantity]]]] = {
    "total": (1, _total),
    "inner": (2, lambda x, y: multiply(transpose(x), y)),
    "conv": (2, convolve),
    "diag": (1, _diagonal),
    "tr": (1, _trace),
}
"""Functions of matrices: the number of operands, and the implementation."""
_NUMERIC: Final = {
    **{name: name for name, row in TABLE.items() if row.arity == 1},
    "sech": "sech",
    **{name: name for name in ("max", "min", *_OF_MATRICES)},
}  # fmt: skip
