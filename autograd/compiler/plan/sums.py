"""Sums of products: chains of additions that become one instruction."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from autograd.compiler.plan.simplify import Graph

__all__ = ["Sum", "Term", "sums_of"]


class Term(NamedTuple):
    """a·b, or a·factor where b is -1."""

    a: int
    b: int
    factor: float


@dataclass
class Sum:
    """What one instruction adds up, from left to right as recorded."""

    start: float  # −0 is what leaves the first term as it is
    terms: list[Term]


def sums_of(graph: Graph, uniform: set[int]) -> tuple[dict[int, Sum], set[int]]:
    """Find chains of additions and the ops that are sums, with the products that only they use.

    Parameters
    ----------
    graph : Graph
        What is computed.
    uniform : set of int
        Entries that are one number for all samples: a sum per sample absorbs none of them.

    Returns
    -------
    sums : dict of int to Sum
        By the entry whose value it is.
    absorbed : set of int
        Entries that are no longer computed by themselves.
    """
    return _Finder(graph, uniform).run()


class _Finder:
    def __init__(self, graph: Graph, uniform: set[int]) -> None:
        self.graph, self.uniform = graph, uniform
        self.absorbed: set[int] = set()
        self.uses: dict[int, int] = defaultdict(int)
        for args in graph.operands.values():
            for x in args:
                self.uses[x] += 1
        for root in graph.roots:
            self.uses[root] += 2

    def run(self) -> tuple[dict[int, Sum], set[int]]:
        sums: dict[int, Sum] = {}
        for entry in reversed(self.graph.ops):
            if entry in self.absorbed:
                continue
            name, args, level = self.graph.ops[entry], self.graph.operands[entry], entry in self.uniform
            if name == "sum":
                sums[entry] = Sum(0.0, [self.term(x, level) for x in args])
            elif name == "dot":
                half = len(args) // 2
                pairs = [Term(w, x, 1.0) for w, x in zip(args[:half], args[half:-1], strict=True)]
                sums[entry] = Sum(0.0, [*pairs, self.term(args[-1], level)])
            elif name in ("add", "sub"):
                terms, inner = self.chain(entry, level)
                if len(terms) > 2 or any(t.b >= 0 or abs(t.factor) != 1.0 for t in terms):
                    sums[entry] = Sum(-0.0, terms)
                    self.absorbed.update(inner)
                else:
                    self.absorbed.difference_update(args)
        return sums, self.absorbed

    def term(self, x: int, level: bool, factor: float = 1.0) -> Term:
        """The term that x is; a product with one user becomes part of the sum."""
        if self.uses[x] == 1 and (x in self.uniform) == level:
            name = self.graph.ops.get(x)
            if name == "mul":
                a, b = self.graph.operands[x]
                if factor == 1.0:
                    self.absorbed.add(x)
                    return Term(a, b, 1.0)
                for value, number in ((a, b), (b, a)):
                    if number in self.graph.constants:
                        self.absorbed.add(x)
                        return Term(value, -1, factor * self.graph.constants[number])
            if name == "neg":
                self.absorbed.add(x)
                return Term(self.graph.operands[x][0], -1, -factor)
        return Term(x, -1, factor)

    def chain(self, entry: int, level: bool) -> tuple[list[Term], list[int]]:
        """The terms of additions that lead to an entry along their first operands, and the additions in between."""
        backwards: list[Term] = []
        inner: list[int] = []
        current = entry
        while True:
            left, right = self.graph.operands[current]
            sign = 1.0
            if self.graph.ops[current] == "sub":
                sign = -1.0
            elif not self.continues(left, level) and self.continues(right, level):
                left, right = right, left
            backwards.append(self.term(right, level, sign))
            if not self.continues(left, level):
                backwards.append(self.term(left, level))
                return backwards[::-1], inner
            inner.append(left)
            current = left

    def continues(self, x: int, level: bool) -> bool:
        """Whether x is an addition that only its one user needs."""
        return self.graph.ops.get(x) in ("add", "sub") and self.uses[x] == 1 and (x in self.uniform) == level
