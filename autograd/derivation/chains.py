"""Derivation of a graph: products along single paths, sums where paths branch and join.

The steps between a result y and a quantity x that *every* path passes (x's dominators in the graph of steps) split
∂y/∂x into factors. Between two such steps there is either one edge, a factor with a formula, or a bundle of paths,
which gets its own line: the sum over the users u of its lower end t of ∂p/∂u · ∂u/∂t. Each bundle is derived once and
referred to, so the length of a derivation is linear in the size of the graph.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import overload

from autograd._common.text import did_you_mean
from autograd.derivation.layers import LayerDerivation, Layered, derive_layer
from autograd.derivation.parts import Contents, Factor, Line, Term, Update
from autograd.derivation.steps import Steps, total_derivatives
from autograd.derivation.write import Notation
from autograd.engine.backend import Value
from autograd.formula.tree import ONE

__all__ = ["Derivation", "derive"]


@dataclass(frozen=True)
class Derivation(Contents):
    """The chain rule written out, from `derive`.

    Attributes
    ----------
    lines : tuple of Line
        One for each requested derivative.
    inner : tuple of Line
        The lines these refer to: each bundle of paths once.
    updates : tuple of Update
        The steps of gradient descent, if all leaves were derived or a rate was given.
    rate : float or None
        The learning rate.
    numbers : mapping of str to float
        The value of every name.
    definitions : mapping of str to Formula
        The formulas of unnamed nodes that were given names because folding them would make formulas too long.
    notation : Notation
        The notation used.
    """

    notation: Notation

    @property
    def value(self) -> float:
        """The derivative, if a single one was requested: the number of `backward()`."""
        if len(self.lines) != 1:
            raise ValueError(
                f"value: the derivation has {len(self.lines)} results; a single one is required, see .lines"
            )
        return self.lines[0].value

    @property
    def terms(self) -> tuple[Term, ...]:
        """The products whose sum the derivative is, if a single one was requested."""
        if len(self.lines) != 1:
            raise ValueError(
                f"terms: the derivation has {len(self.lines)} results; a single one is required, see .lines"
            )
        return self.lines[0].terms

    def __str__(self) -> str:
        return self.notation.text(self)

    __repr__ = __str__

    def latex(self) -> str:
        r"""Return LaTeX for display mathematics: one `aligned` environment, for MathJax and KaTeX.

        Examples
        --------
        >>> w = Value(3.0, label="w5")
        >>> print(derive((w * 2.0).exp(), w, digits=3).latex())
        \begin{aligned}
        \frac{\partial y}{\partial w_{5}} &= 2 \cdot y \\
        &= 2 \cdot 403.429 \\
        &= 806.858
        \end{aligned}
        """
        return self.notation.latex(self)

    def to_markdown(self) -> str:
        """Return Markdown: LaTeX between dollar signs, one display for each derivative."""
        return self.notation.markdown(self)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


@overload
def derive(
    y: Value,
    x: Layered,
    *,
    digits: int = 9,
    names: Mapping[str, str] | None = None,
    notation: str = "underscore",
    width: int | None = None,
    most: int = 60,
) -> LayerDerivation: ...
@overload
def derive(
    y: Value,
    x: Value | str | Iterable[Value | str] | None = None,
    *,
    steps: Iterable[str] | None = None,
    rate: float | None = None,
    digits: int = 9,
    names: Mapping[str, str] | None = None,
    notation: str = "underscore",
    width: int | None = None,
    most: int = 60,
) -> Derivation: ...
def derive(
    y: Value,
    x: Value | str | Iterable[Value | str] | Layered | None = None,
    *,
    steps: Iterable[str] | None = None,
    rate: float | None = None,
    digits: int = 9,
    names: Mapping[str, str] | None = None,
    notation: str = "underscore",
    width: int | None = None,
    most: int = 60,
) -> Derivation | LayerDerivation:
    r"""Write out the chain rule for the derivatives of a result.

    Named nodes are the steps; unnamed ones are folded into the steps that use them. Where paths branch and join again,
    the whole bundle gets one line. A step with derivative 1 (∂E_total/∂E_o1 = 1) is not written as a factor, unless it
    is the last.

    Parameters
    ----------
    y : Value
        The result.
    x : Value, str, several of them, or Layer, optional
        The quantities, or their labels; by default every labelled leaf, with the updates w ← w − α·∂y/∂w. For an
        `nn.Layer`, its matrix form: δ, ∂y/∂W = δ·Aᵀ, ∂y/∂b, ∂y/∂A.
    steps : iterable of str, optional
        The labels to use as steps, if not all.
    rate : float, optional
        The learning rate α, for the numbers of the updates.
    digits : int
        Decimals; for numbers below 0.0001, significant digits.
    names : mapping of str to str, optional
        Texts that replace labels.
    notation : {"underscore", "superscript", "plain"}
        In LaTeX `w11_2` is `w_{11\_2}`, `w_{11}^{(2)}` or `\mathrm{w11\_2}`.
    width : int, optional
        The width of the text in columns; by default that of the terminal.
    most : int
        The maximum number of lines; the number of omitted ones is shown.

    Returns
    -------
    Derivation or LayerDerivation

    Raises
    ------
    TypeError
        When y is not a Value, or x neither a Value nor a str.
    ValueError
        When no node has the label, or an option is none of those allowed.

    Examples
    --------
    >>> w, x, target = Value(0.4, label="w"), Value(0.5, label="x"), Value(0.01, label="target")
    >>> net = w * x + 0.6
    >>> net.label = "net"
    >>> out = net.sigmoid()
    >>> out.label = "out"
    >>> E = 0.5 * (target - out) ** 2
    >>> E.label = "E"
    >>> print(derive(E, w, width=80))
    ∂E/∂w = ∂E/∂out · ∂out/∂net · ∂net/∂w
          = −(target − out) · out(1 − out) · x
          = 0.679974481 · 0.213909697 · 0.5
          = 0.072726567
    <BLANKLINE>
    ∂E/∂out = −(target − out) = −(0.01 − 0.689974481) = 0.679974481
    ∂out/∂net = out(1 − out) = 0.689974481(1 − 0.689974481) = 0.213909697
    ∂net/∂w = x = 0.5
    """
    if not isinstance(y, Value):
        raise TypeError(f"derive: y must be a Value, got {y!r} ({type(y).__name__})")
    written = Notation(digits=digits, names=names, style=notation, width=width, most=most)
    if isinstance(x, Layered):
        return derive_layer(y, x, written)
    asked = None if x is None else _several(x)
    wanted = [each for each in asked or [] if isinstance(each, Value)]
    labels = [each for each in asked or [] if isinstance(each, str)]
    kept = None if steps is None else _strings(steps)
    graph = Steps(y, wanted, None if kept is None else [*kept, *labels])
    targets = _leaves(graph) if asked is None else [_target(graph, each) for each in asked]
    totals = total_derivatives(y)
    chains = _Chains(graph, merge=kept is None)
    lines = tuple(chains.line(target, totals.get(id(target), 0.0)) for target in targets)
    updated = [target for target in targets if asked is None or rate is not None]
    updates = tuple(_update(graph.name(each), each.data, totals.get(id(each), 0.0), rate) for each in updated)
    invented = graph.invented[: written.most + 1]
    definitions = {graph.name(node): graph.definition(node) for node in invented}
    return Derivation(lines, chains.inner(), updates, rate, chains.numbers, definitions, written)


def _several(x: Value | str | Iterable[Value | str]) -> list[Value | str]:
    if isinstance(x, (Value, str)):
        return [x]
    if not isinstance(x, Iterable):
        raise TypeError(
            f"derive: x must be a Value, a label, several of them or a Layer, got {x!r} ({type(x).__name__})"
        )
    return list(x)


def _update(name: str, before: float, slope: float, rate: float | None) -> Update:
    return Update(name, before, slope, None if rate is None else before - rate * slope)


def _strings(steps: Iterable[str]) -> list[str]:
    if isinstance(steps, str):
        raise TypeError(f"derive: steps must be several labels, got {steps!r} (str); use, for example, [{steps!r}]")
    return list(steps)


def _leaves(graph: Steps) -> list[Value]:
    """Return the leaves in the order of notes: from the result downwards, each layer from its first neuron."""
    distance = {id(graph.root): 0}
    for step in reversed(graph.order):
        for operand in graph.edges[id(step)]:
            distance[operand] = max(distance.get(operand, 0), distance.get(id(step), 0) + 1)
    every = [each for each in graph.order if not each.op]
    every.sort(key=lambda leaf: distance.get(id(leaf), 0))
    return [each for each in every if each.label] or every


def _target(graph: Steps, x: Value | str) -> Value:
    if isinstance(x, Value):
        return x
    if not isinstance(x, str):
        raise TypeError(f"derive: x must be a Value or a label, got {x!r} ({type(x).__name__})")
    if x not in graph.by_name:
        raise ValueError(f"derive: nothing below the result is labelled {x!r}{did_you_mean(x, graph.by_name)}")
    return graph.by_name[x]


@dataclass(frozen=True)
class _Piece:
    """The way from a step down to another: one edge, or the bundle of all paths between."""

    upper: int
    lower: int
    edge: bool


class _Chains:
    """The dominators of every step, and the lines needed so far."""

    def __init__(self, graph: Steps, merge: bool) -> None:
        self.graph = graph
        self.numbers = dict(graph.numbers)
        self._merge = merge
        self._root = id(graph.root)
        self._rank = {id(step): i for i, step in enumerate(graph.order)}
        self._above, self._depth = self._dominators()
        self._bundles: dict[int, float] = {}
        self._add_up_bundles()
        self._needed: dict[tuple[int, int], list[_Piece]] = {}

    def _users(self, step: int) -> list[int]:
        return [each for each in self.graph.users[step] if each in self._depth]

    def _dominators(self) -> tuple[dict[int, int], dict[int, int]]:
        """Return for each step the nearest one on all paths from the result to it; users come before operands."""
        above: dict[int, int] = {}
        self._depth = depth = {self._root: 0}
        for step in reversed(self.graph.order):
            users = self._users(id(step))
            if id(step) == self._root or not users:
                continue
            common = users[0]
            for other in users[1:]:
                while common != other:
                    if depth[common] >= depth[other]:
                        common = above[common]
                    else:
                        other = above[other]
            above[id(step)], depth[id(step)] = common, depth[common] + 1
        return above, depth

    def _add_up_bundles(self) -> None:
        """Sum, for each step reached in several ways from its dominator, the derivative over all of them."""
        for step in reversed(self.graph.order):
            key = id(step)
            if key in self._above and not self._single(key):
                ways = [_product(self._value(piece) for piece in way) for way in self._ways(key)]
                self._bundles[key] = _sum(ways)

    def _single(self, step: int) -> bool:
        return self._users(step) == [self._above[step]]

    def _value(self, piece: _Piece) -> float:
        return self.graph.edges[piece.upper][piece.lower] if piece.edge else self._bundles[piece.lower]

    def _way(self, top: int, bottom: int) -> list[_Piece]:
        """Return the pieces from a step down to one that it dominates."""
        way = []
        while bottom != top:
            upper = self._above[bottom]
            way.append(_Piece(upper, bottom, self._single(bottom)))
            bottom = upper
        return way[::-1]

    def _ways(self, bottom: int) -> list[list[_Piece]]:
        """Return the ways from its dominator down to a step, one for each user."""
        top = self._above[bottom]
        ways = [[*self._way(top, user), _Piece(user, bottom, True)] for user in self._users(bottom)]
        return sorted(ways, key=lambda way: self._rank[way[0].lower])

    def line(self, target: Value, value: float) -> Line:
        """Write the derivative of the result with respect to one quantity."""
        key, y = id(target), self.graph.name(self.graph.root)
        x = self.graph.names.get(key) or target.label or "x"
        self.numbers.setdefault(x, target.data)
        if key not in self._depth:
            return Line(y, x, (), 0.0)
        way = self._way(self._root, key)
        if len(way) == 1 and not way[0].edge:
            bundle = self._bundle(key)
            return Line(y, x, bundle.terms, value, bundle.total)
        return Line(y, x, (self._term(way),), value)

    def inner(self) -> tuple[Line, ...]:
        """Return the lines that were referred to, and those that these refer to."""
        done: dict[tuple[int, int], Line] = {}
        while len(done) < len(self._needed):
            for pair, way in [each for each in self._needed.items() if each[0] not in done]:
                done[pair] = self._branch(way) if way else self._bundle(pair[1])
        return tuple(done.values())

    def _branch(self, way: list[_Piece]) -> Line:
        term = self._term(way)
        return Line(self._name(way[0].upper), self._name(way[-1].lower), (term,), term.value)

    def _name(self, key: int) -> str:
        return self.graph.names[key]

    def _bundle(self, bottom: int) -> Line:
        """Derive a bundle of paths: the sum over the users of its lower end."""
        ways = self._ways(bottom)
        terms = self._branches(ways) or tuple(self._term(way, whole=False) for way in ways)
        total = any(len(way) == 1 for way in ways)
        return Line(self._name(self._above[bottom]), self._name(bottom), terms, self._bundles[bottom], total)

    def _branches(self, ways: Sequence[list[_Piece]]) -> tuple[Term, ...]:
        """Return the branches if a bundle is a sum at its top: ∂E_o1/∂out + ∂E_o2/∂out; else nothing."""
        heads = [way[0] for way in ways]
        if not self._merge or len({each.lower for each in heads}) < len(heads):
            return ()
        if any(len(way) < 3 or not way[0].edge or not self._passes_on(way[0]) for way in ways):
            return ()
        terms = []
        for way in ways:
            self._needed.setdefault((way[0].lower, way[-1].lower), way[1:])
            value = _product(map(self._value, way))
            terms.append(Term((Factor(self._name(way[0].lower), self._name(way[-1].lower), value),), value))
        return tuple(terms)

    def _passes_on(self, piece: _Piece) -> bool:
        """Return whether the derivative along an edge is identically 1."""
        return self._value(piece) == 1.0 and self.graph.slope(piece.upper, piece.lower) == ONE

    def _term(self, way: Sequence[_Piece], whole: bool = True) -> Term:
        """Return the product along a way; an edge with derivative 1 is merged with the next one.

        Unless a factor would then have the name of a sum of which the way is only a part.
        """
        factors: list[Factor] = []
        start = way[0].upper if way else 0
        merge = self._merge and (whole or not all(piece.edge and self._passes_on(piece) for piece in way[:-1]))
        for piece in way:
            if not piece.edge:
                if start != piece.upper:
                    factors.append(Factor(self._name(start), self._name(piece.upper), 1.0, lambda: ONE))
                self._needed.setdefault((piece.upper, piece.lower), [])
                factors.append(Factor(self._name(piece.upper), self._name(piece.lower), self._value(piece)))
            elif not merge or piece is way[-1] or not self._passes_on(piece):
                write = partial(self.graph.slope, piece.upper, piece.lower)
                factors.append(Factor(self._name(start), self._name(piece.lower), self._value(piece), write))
            else:
                continue
            start = piece.lower
        return Term(tuple(factors), _product(map(self._value, way)))


def _product(values: Iterable[float]) -> float:
    return math.prod(values, start=1.0)


def _sum(values: Iterable[float]) -> float:
    total = 0.0
    for each in values:
        total += each
    return total
