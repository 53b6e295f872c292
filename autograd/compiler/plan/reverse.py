"""The reverse direction: gradients as sums of products.

Each node that has a gradient passes (its gradient, local derivative) to its operands; when all users of an operand are
done, the pairs that it has collected become one instruction.
"""

from __future__ import annotations

import math
from collections import defaultdict

from autograd.compiler.plan.code import Instruction
from autograd.compiler.plan.forward import Forward
from autograd.compiler.plan.masks import Choice, Either, Mask, register_of, union

__all__ = ["Reverse"]


class Reverse:
    """The instructions of the reverse direction, written after those of the forward direction.

    Attributes
    ----------
    sums : list of int
        Uniform numbers that are sums over the samples.
    seeds_to : dict of int to int
        For outputs that are uniform, the sum that their seeds go to.
    gradients : list of int
        For each parameter the uniform number that is its gradient; -1 for none.
    stored : list of bool
        For each input (then for each parameter, when those are wanted per sample) whether the body stores a gradient.
    """

    def __init__(self, forward: Forward) -> None:
        self.forward, self.writer, self.graph, self.tape = forward, forward.writer, forward.graph, forward.tape
        self.active, self.uniform, self.place = forward.active, forward.uniform, forward.place
        self.pairs: dict[int, list[tuple[int, int | None]]] = defaultdict(list)  # gradient and local derivative
        self.products: dict[int, list[tuple[int, int, int]]] = defaultdict(list)  # gradient, number, its sum
        self.reached: dict[int, list[Mask | None]] = defaultdict(list)
        self.sum_of: dict[int, int] = {}
        self.sums: list[int] = []
        self.seeds_to: dict[int, int] = {}
        tape, each = self.tape, forward.each
        self.gradients = [-1] * tape.parameters
        self.stored = [False] * (tape.inputs + (tape.parameters if each else 0))

    def run(self) -> None:
        """Write everything; nothing when no gradient is wanted."""
        if not self.active:
            return
        writer, tape = self.writer, self.tape
        writer.out = writer.body
        for number, root in enumerate(self.graph.roots[: len(tape.outputs)]):
            if root in self.active:
                self.seed(number, root)
        entries = [entry for entry in reversed(self.graph.ops) if entry not in self.forward.absorbed]
        for entry in entries:
            if entry not in self.uniform:
                self.through(entry, uniform=False)
        for leaf in range(len(self.stored)):
            gradient = self.gathered(leaf, uniform=False)
            if gradient is not None:
                self.stored[leaf] = True
                writer.write("store gradient", (), (writer.filled(gradient),), leaf)
        writer.out = writer.after
        for entry in entries:
            if entry in self.uniform:
                self.through(entry, uniform=True)
        if not self.forward.each:
            for i in range(tape.parameters):
                entry = tape.inputs + i
                gradient = self.gathered(entry, uniform=True) if entry in self.active else None
                self.gradients[i] = -1 if gradient is None else ~gradient

    def seed(self, number: int, root: int) -> None:
        """Begin with an output's weight."""
        if root in self.uniform:
            self.seeds_to[number] = self.sum_to(root)
        else:
            seed = self.writer.new()
            self.writer.write("seed", (seed,), (), number)
            self.pairs[root].append((seed, None))
        self.reached[root].append(None)

    def through(self, entry: int, uniform: bool) -> None:
        """Pass the gradient of a node on to its operands."""
        gradient = self.gathered(entry, uniform)
        if gradient is None or entry not in self.active:
            return
        mask = union(self.reached.pop(entry))
        if entry in self.forward.sums:
            for a, b, factor in self.forward.sums[entry].terms:
                if b >= 0:
                    self.give_product(a, b, gradient, mask, uniform)
                else:
                    self.give(a, gradient, self.writer.constant(factor), mask, uniform)
            return
        name, args = self.graph.ops[entry], self.graph.operands[entry]
        if name == "where":
            self.choose(args, gradient, mask, uniform)
        elif name == "mul":
            self.give_product(args[0], args[1], gradient, mask, uniform)
        elif name == "mean":
            share = self.writer.constant(1.0 / len(args))
            for x in args:
                self.give(x, gradient, share, mask, uniform)
        else:
            for x, local in zip(args, self.locals_of(entry, name, args, uniform), strict=True):
                self.give(x, gradient, local, mask, uniform)

    def locals_of(self, entry: int, name: str, args: tuple[int, ...], uniform: bool) -> tuple[int, ...]:
        """The operands that hold the local derivatives."""
        writer = self.writer
        if name in ("add", "sub", "neg"):
            one, minus = writer.constant(1.0), writer.constant(-1.0)
            return {"add": (one, one), "sub": (one, minus), "neg": (minus,)}[name]
        if name == "exp":
            return (self.place(entry),)
        if entry in self.forward.slopes:
            return self.forward.slopes[entry]
        operands = tuple(map(self.place, args))
        operands = operands if uniform else tuple(map(writer.filled, operands))
        slopes = tuple([writer.made(uniform) if x in self.active else -1 for x in args])
        writer.out.append(Instruction("slopes", name, slopes, operands))
        return slopes

    def give(self, x: int, gradient: int, local: int, mask: Mask | None, uniform: bool) -> None:
        """Note that x receives gradient·local."""
        if x not in self.active:
            return
        known = self.writer.value_of(local)
        if mask is not None and (known is None or not math.isfinite(known)):
            gradient, known = self.masked(mask, gradient, local, uniform), 1.0
        self.collect(x, gradient, None if known == 1.0 else local, mask, uniform)

    def give_product(self, a: int, b: int, gradient: int, mask: Mask | None, uniform: bool) -> None:
        """Note what both factors receive; a slot times a number is gathered on the slot for both."""
        if not uniform and mask is None and (a in self.uniform) != (b in self.uniform):
            slot, number = (b, a) if a in self.uniform else (a, b)
            if number in self.active:
                total = self.sum_to(number)
                self.reached[number].append(None)
                if slot in self.active:
                    self.reached[slot].append(None)
                self.products[slot].append((gradient, ~self.place(number), total))
                return
        for x, other in ((a, b), (b, a)):
            if x in self.active:
                self.give(x, gradient, self.place(other), mask, uniform)

    def choose(self, args: tuple[int, ...], gradient: int, mask: Mask | None, uniform: bool) -> None:
        """Pass the gradient of `where` to the branch taken."""
        condition = self.place(args[0])
        condition = condition if uniform else self.writer.filled(condition)
        for x, op in ((args[1], "take"), (args[2], "leave")):
            if x in self.active:
                part = self.writer.made(uniform)
                self.writer.write(op, (part,), (gradient, condition))
                self.collect(x, part, None, Choice(mask, condition, op), uniform)

    def collect(self, x: int, gradient: int, local: int | None, mask: Mask | None, uniform: bool) -> None:
        """Note what x receives; of a number that all samples share, the sum over them."""
        if uniform or x not in self.uniform:
            self.pairs[x].append((gradient, local))
            self.reached[x].append(mask)
            return
        one = self.writer.constant(1.0)
        total = self.sum_to(x)
        self.reduce(total, gradient, one if local is None else local)
        if mask is not None and x in self.graph.ops:
            reached = self.new_sum()
            arrived = register_of(mask, self.writer, uniform)
            self.reduce(reached, arrived, one)
            mask = Either([], ~reached)
        self.reached[x].append(mask if x in self.graph.ops else None)

    def reduce(self, total: int, gradient: int, local: int) -> None:
        """Add gradient·local over the samples to a sum."""
        self.writer.out.append(Instruction("reduce", "", (~total,), (gradient,), ((gradient, local),)))

    def sum_to(self, entry: int) -> int:
        """The sum over samples that the gradient of a uniform entry starts from."""
        if entry not in self.sum_of:
            self.sum_of[entry] = self.new_sum()
            self.pairs[entry].append((~self.sum_of[entry], None))
        return self.sum_of[entry]

    def new_sum(self) -> int:
        """Return a new uniform number that is a sum over the samples."""
        self.sums.append(self.writer.uniform())
        return self.sums[-1]

    def masked(self, mask: Mask, gradient: int, local: int, uniform: bool) -> int:
        """Write gradient·local where the mask isn't 0, and 0 elsewhere."""
        register = register_of(mask, self.writer, uniform)
        out = self.writer.made(uniform)
        local = local if uniform else self.writer.filled(local)
        self.writer.write("masked", (out,), (register, gradient, local))
        return out

    def gathered(self, entry: int, uniform: bool) -> int | None:
        """Write the sum of what an entry has received; None if nothing reaches it."""
        pairs, products = self.pairs.pop(entry, []), self.products.pop(entry, [])
        start = self.total(pairs, uniform) if pairs else None
        if not products:
            return start
        wanted = entry in self.active
        value = self.place(entry)
        out = self.writer.new() if wanted else -1
        reads = (value, *((start,) if start is not None and wanted else ()))
        gradients = tuple(gradient for gradient, _, _ in products)
        self.writer.out.append(Instruction("gather", "", (out,), (*reads, *gradients), tuple(products)))
        return out if wanted else None

    def total(self, pairs: list[tuple[int, int | None]], uniform: bool) -> int:
        """Write the sum of gradients times local derivatives."""
        writer = self.writer
        if len(pairs) == 1:
            gradient, local = pairs[0]
            return gradient if local is None else writer.row("mul", (gradient, local), uniform)
        if len(pairs) == 2 and pairs[0][1] is None and pairs[1][1] is None:
            return writer.row("add", (pairs[0][0], pairs[1][0]), uniform)
        one = writer.constant(1.0)
        terms = [(gradient, one if local is None else local) for gradient, local in pairs]
        return writer.dot(terms, uniform, writer.constant(-0.0))
