"""The forward direction: from what is computed to instructions."""

from __future__ import annotations

import math
from collections import defaultdict

from autograd.compiler.plan.code import Instruction
from autograd.compiler.plan.simplify import simplified
from autograd.compiler.plan.sums import Sum, Term, sums_of
from autograd.compiler.plan.writer import Writer
from autograd.compiler.record.tape import Tape
from autograd.compiler.run.custom_ops import ALIAS
from autograd.ops import TABLE

__all__ = ["Forward"]


class Forward:
    """A tape as instructions that compute its outputs.

    Attributes
    ----------
    writer : Writer
        The instructions.
    graph : Graph
        What they compute.
    active, uniform : set of int
        Entries whose gradient is wanted or leads to one that is; entries that are one number for all samples.
    at : dict of int to int
        The operand that an entry is.
    sums, absorbed
        As `sums_of` found them.
    slopes : dict of int to tuple of int
        The operands that hold an entry's local derivatives, where the forward direction keeps them.
    outputs : list of int
        For each output and what guards ask, -1 when the body stores it, else its uniform number.
    """

    def __init__(self, tape: Tape, inputs: bool, parameters: str) -> None:
        self.tape, self.each = tape, parameters == "each"
        self.writer = writer = Writer()
        self.graph = graph = simplified(tape)
        self.at: dict[int, int] = {entry: writer.constant(number) for entry, number in graph.constants.items()}
        own = range(tape.inputs, tape.inputs + tape.parameters)
        self.parameters = range(writer.uniforms, writer.uniforms + len(own))
        writer.uniforms += len(own)
        self.active = {*(range(tape.inputs) if inputs else ()), *(own if parameters else ())}
        self.uniform = set(graph.constants) | (set() if self.each else set(own))
        for entry, args in graph.operands.items():
            if all(x in self.uniform for x in args):
                self.uniform.add(entry)
            if graph.ops[entry] != ALIAS and not self.active.isdisjoint(args):
                self.active.add(entry)
        for i, u in zip(own, self.parameters, strict=True):
            self.at[i] = writer.filled(~u) if self.each else ~u
        self.sums, self.absorbed = sums_of(graph, self.uniform)
        self.slopes: dict[int, tuple[int, ...]] = {}
        self.outputs: list[int] = []

    def run(self) -> None:
        """Write everything."""
        stores: dict[int, list[int]] = defaultdict(list)
        for number, root in enumerate(self.graph.roots):
            if root not in self.uniform:
                stores[root].append(number)
        for entry, name in self.graph.ops.items():
            if entry not in self.absorbed:
                self.at[entry] = self.computed(entry, name)
            self.store(entry, stores.pop(entry, ()))
        for leaf, numbers in stores.items():
            self.store(leaf, numbers)
        self.outputs = [~self.at[root] if root in self.uniform else -1 for root in self.graph.roots]

    def store(self, entry: int, numbers: list[int] | tuple[()]) -> None:
        """Write that an entry is what these outputs are."""
        self.writer.out = self.writer.body
        for number in numbers:
            self.writer.write("store", (), (self.place(entry),), number)

    def place(self, entry: int) -> int:
        """Return the operand that an entry is; an input is loaded when it is first used."""
        if entry not in self.at:
            self.at[entry] = self.writer.new()
            self.writer.body.append(Instruction("load", "", (self.at[entry],), (), (), entry))
        return self.at[entry]

    def computed(self, entry: int, name: str) -> int:
        """Write what computes an entry; return where it is."""
        writer, args, uniform = self.writer, self.graph.operands[entry], entry in self.uniform
        writer.out = writer.before if uniform else writer.body
        if entry in self.sums:
            return self.add_up(self.sums[entry], uniform)
        operands = tuple(map(self.place, args))
        if name == ALIAS:
            return operands[0]
        if name == "mean":
            total = self.add_up(Sum(0.0, [Term(x, -1, 1.0) for x in args]), uniform)
            return writer.row("div", (total, writer.constant(float(len(args)))), uniform)
        keeps = entry in self.active and not TABLE[name].cheap_slopes
        if not keeps and name != "logsumexp":
            return writer.row(name, operands, uniform)
        operands = operands if uniform else tuple(map(writer.filled, operands))
        out = writer.made(uniform)
        self.slopes[entry] = tuple([writer.made(uniform) if x in self.active else -1 for x in args])
        op, row = ("logsumexp", "") if name == "logsumexp" else ("both", name)
        writer.out.append(Instruction(op, row, (out, *self.slopes[entry]), operands))
        return out

    def add_up(self, total: Sum, uniform: bool) -> int:
        """Write a sum of products in its own order."""
        writer = self.writer
        terms: list[tuple[int, int]] = []
        start = writer.constant(total.start)
        for i, (a, b, factor) in enumerate(total.terms):
            x = self.place(a)
            y = self.place(b) if b >= 0 else writer.constant(factor)
            plain = b < 0 and factor == 1.0
            if plain and i == 0 and x < 0 and math.copysign(1.0, total.start) < 0.0:
                start = x
                continue
            if not uniform and x < 0:
                if plain:
                    x, y = writer.filled(writer.constant(1.0)), x
                else:
                    x, y = (y, x) if y >= 0 else (writer.filled(x), y)
            terms.append((x, y))
        return writer.dot(terms, uniform, start)
