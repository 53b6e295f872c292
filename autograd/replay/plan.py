"""The planner: from a tape to instructions over registers, forward and reverse, in linear time.

What depends on an input is computed per sample, in a *slot* of a block of samples; what depends on parameters alone is
*uniform* and computed once per call. Instructions are in three parts: `before` (uniform, forward), `body` (per sample,
forward and reverse) and `after` (uniform, reverse). An operand is an int: a register of the body, or ~u for the uniform
number u.

The reverse is written as sums of products. Each node that has a gradient passes (its gradient, local derivative) to its
operands; when all users of an operand are done, the pairs that it has collected become one instruction.
A branch that `where` doesn't take receives nothing, which isn't the same as 0 where a derivative is infinite: what is
reached through `where` alone carries a *mask*.
"""

from __future__ import annotations

import functools
import math
import struct
from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from autograd.ops import TABLE
from autograd.replay.record import NAMES, Tape

__all__ = ["Instruction", "Plan", "plan"]

LATE: Final = frozenset({"div", "log", "log2", "log10", "log1p", "relu", "leaky_relu", "max", "min", "abs", "sqrt"})
"""Ops whose derivatives are cheap: computed again in the reverse, rather than kept from the forward direction."""

WITH_UNIFORM: Final = {("add", 1): "addu", ("add", 0): "addu", ("sub", 1): "subu", ("sub", 0): "rsubu",
                       ("mul", 1): "mulu", ("mul", 0): "mulu", ("div", 1): "divu"}  # fmt: skip
"""Arithmetic of a slot and a number; by op and position of the number."""


class Instruction(NamedTuple):
    """One step.

    Attributes
    ----------
    op : str
        "value", "both" and "slopes" apply a row of the table (its value, that and its derivatives, those alone);
        the others are named in `kernel_numpy.py`.
    row : str
        Which row, for those three.
    outs : tuple of int
        What it writes; -1 for a derivative that nobody needs.
    reads : tuple of int
        What it reads.
    terms : tuple of tuple of int
        Of sums of products, the factors.
    number : int
        Of load, store, seed and their like, which input, output or gradient.
    """

    op: str
    row: str
    outs: tuple[int, ...]
    reads: tuple[int, ...]
    terms: tuple[tuple[int, ...], ...] = ()
    number: int = 0


@dataclass
class Plan:
    """Instructions over registers, ready for a kernel.

    Attributes
    ----------
    before, body, after : list of Instruction
        The three parts.
    uniforms : int
        How many uniform numbers there are: constants, parameters, then what is computed.
    constants : dict of int to float
        Uniform numbers known now.
    parameters : tuple of int
        Uniform number of each parameter, one after the other.
    slots : int
        How many slots the body needs.
    fills : dict of int to int
        Slots that hold a uniform number throughout, and which.
    outputs : tuple of int
        For each output -1 when the body stores it, else its uniform number.
    sums : list of int
        Uniform numbers that are sums over the samples.
    seeds_to : dict of int to int
        For outputs that are uniform, the sum that their seeds go to.
    gradients : tuple of int
        For each parameter the uniform number that is its gradient; -1 for none.
    rows_stored : tuple of bool
        For each input (then for each parameter, when those are wanted per sample) whether the body stores a gradient.
    names : dict of int to str
        For uniform numbers that have one, what to call them.
    """

    before: list[Instruction] = field(default_factory=list)
    body: list[Instruction] = field(default_factory=list)
    after: list[Instruction] = field(default_factory=list)
    uniforms: int = 0
    constants: dict[int, float] = field(default_factory=dict)
    parameters: tuple[int, ...] = ()
    slots: int = 0
    fills: dict[int, int] = field(default_factory=dict)
    outputs: tuple[int, ...] = ()
    sums: list[int] = field(default_factory=list)
    seeds_to: dict[int, int] = field(default_factory=dict)
    gradients: tuple[int, ...] = ()
    rows_stored: tuple[bool, ...] = ()
    names: dict[int, str] = field(default_factory=dict)

    @functools.cached_property
    def start(self) -> array[float]:
        """The uniform numbers before a run: constants, and 0 where there will be a parameter or result."""
        numbers = array("d", bytes(8 * self.uniforms))
        for u, number in self.constants.items():
            numbers[u] = number
        return numbers

    @functools.cached_property
    def _places(self) -> tuple[Any, Any]:
        import numpy as np

        places = np.array(self.gradients, dtype=np.intp)
        return np.maximum(places, 0), np.flatnonzero(places < 0)

    def gradients_in(self, uniforms: Any) -> Any:
        """Return the parameters' gradients among the uniform numbers after a run; 0 where there is none."""
        places, missing = self._places
        found = uniforms[places] if len(places) else uniforms[:0]
        found[missing] = 0.0
        return found

    def __len__(self) -> int:
        return len(self.before) + len(self.body) + len(self.after)


def plan(tape: Tape, inputs: bool = False, parameters: str = "") -> Plan:
    """Plan a tape.

    Parameters
    ----------
    tape : Tape
        What was recorded.
    inputs : bool
        Whether gradients with respect to the inputs are wanted.
    parameters : {"", "sum", "each"}
        Which gradients with respect to the parameters are wanted: none, summed over samples, per sample.
    """
    return _Planner(tape, inputs, parameters).run()


# The tape made smaller


@dataclass
class _Graph:
    """A tape without what isn't needed: positions as in the tape, with more constants."""

    ops: dict[int, str]
    operands: dict[int, tuple[int, ...]]
    constants: dict[int, float]
    roots: list[int]  # outputs, then what guards ask


def _simplified(tape: Tape) -> _Graph:
    """Fold constants, merge equal computations, drop what no output needs."""
    first = tape.inputs + tape.parameters
    constants = {first + i: number for i, number in enumerate(tape.constants)}
    known = {struct.pack("<d", number): entry for entry, number in constants.items()}
    fresh = len(tape)
    same: dict[int, int] = {}
    seen: dict[tuple[str, tuple[int, ...]], int] = {}
    ops: dict[int, str] = {}
    operands: dict[int, tuple[int, ...]] = {}

    def constant(number: float) -> int:
        nonlocal fresh
        key = struct.pack("<d", number)
        if key not in known:
            known[key] = fresh
            constants[fresh] = number
            fresh += 1
        return known[key]

    for entry, (row, given) in enumerate(zip(tape.rows, tape.operands, strict=True), tape.leaves):
        name = NAMES[row]
        args = tuple([same.get(x, x) for x in given])
        if all(x in constants for x in args):
            same[entry] = constant(TABLE[name].compute(*(constants[x] for x in args))[0])
            continue
        name, args = _reduced(name, args, constants)
        if name == "same":
            same[entry] = args[0]
            continue
        key = (name, tuple(sorted(args)) if name in ("add", "mul") else args)
        if key in seen:
            same[entry] = seen[key]
        else:
            seen[key] = entry
            ops[entry], operands[entry] = name, args
    asked = [x for guard in tape.guards for x in (guard.node, guard.other) if x is not None]
    roots = [same.get(x, x) for x in (*tape.outputs, *asked)]
    return _without_dead(_Graph(ops, operands, constants, roots))


def _reduced(name: str, args: tuple[int, ...], constants: dict[int, float]) -> tuple[str, tuple[int, ...]]:
    """An op that gives the same bits, and the same derivatives, for less work."""
    if name == "pow" and constants.get(args[1]) == 2.0:
        return "mul", (args[0], args[0])
    if name == "where" and args[0] in constants:
        return "same", (args[1] if constants[args[0]] != 0.0 else args[2],)
    if name in ("mul", "div") and constants.get(args[1]) == 1.0:
        return "same", (args[0],)
    if name == "mul" and constants.get(args[0]) == 1.0:
        return "same", (args[1],)
    return name, args


def _without_dead(graph: _Graph) -> _Graph:
    alive = set(graph.roots)
    for entry in reversed(graph.ops):
        if entry in alive:
            alive.update(graph.operands[entry])
    ops = {entry: name for entry, name in graph.ops.items() if entry in alive}
    return _Graph(ops, {entry: graph.operands[entry] for entry in ops}, graph.constants, graph.roots)


# Sums of products


class _Term(NamedTuple):
    """a·b, or a·factor where b is -1."""

    a: int
    b: int
    factor: float


@dataclass
class _Sum:
    """What one instruction adds up, from left to right as recorded."""

    start: float  # −0 is what leaves the first term as it is
    terms: list[_Term]


def _sums(graph: _Graph, uniform: set[int]) -> tuple[dict[int, _Sum], set[int]]:
    """Chains of additions and the ops that are sums, with the products that only they use; and what they absorb."""
    uses: dict[int, int] = defaultdict(int)
    for args in graph.operands.values():
        for x in args:
            uses[x] += 1
    for root in graph.roots:
        uses[root] += 2
    sums: dict[int, _Sum] = {}
    absorbed: set[int] = set()

    def term(x: int, level: bool, factor: float = 1.0) -> _Term:
        """The term that x is; a product with one user becomes part of the sum."""
        if uses[x] == 1 and (x in uniform) == level:
            if graph.ops.get(x) == "mul":
                a, b = graph.operands[x]
                if factor == 1.0:
                    absorbed.add(x)
                    return _Term(a, b, 1.0)
                for value, number in ((a, b), (b, a)):
                    if number in graph.constants:
                        absorbed.add(x)
                        return _Term(value, -1, factor * graph.constants[number])
            if graph.ops.get(x) == "neg":
                absorbed.add(x)
                return _Term(graph.operands[x][0], -1, -factor)
        return _Term(x, -1, factor)

    def continues(x: int, level: bool) -> bool:
        return graph.ops.get(x) in ("add", "sub") and uses[x] == 1 and (x in uniform) == level

    for entry in reversed(graph.ops):
        if entry in absorbed:
            continue
        name, args, level = graph.ops[entry], graph.operands[entry], entry in uniform
        if name == "sum":
            sums[entry] = _Sum(0.0, [term(x, level) for x in args])
        elif name == "dot":
            half = len(args) // 2
            pairs = [_Term(w, x, 1.0) for w, x in zip(args[:half], args[half:-1], strict=True)]
            sums[entry] = _Sum(0.0, [*pairs, term(args[-1], level)])
        elif name in ("add", "sub"):
            backwards: list[_Term] = []
            inner: list[int] = []
            current = entry
            while True:
                left, right = graph.operands[current]
                sign = 1.0
                if graph.ops[current] == "sub":
                    sign = -1.0
                elif not continues(left, level) and continues(right, level):
                    left, right = right, left
                backwards.append(term(right, level, sign))
                if not continues(left, level):
                    backwards.append(term(left, level))
                    break
                inner.append(left)
                current = left
            if len(backwards) > 2 or any(t.b >= 0 or abs(t.factor) != 1.0 for t in backwards):
                sums[entry] = _Sum(-0.0, backwards[::-1])
                absorbed.update(inner)
            else:
                absorbed.difference_update(args)
    return sums, absorbed


# Masks: what a node reached through `where` alone multiplies with


class _Mask:
    """Whether a gradient arrives, per sample; its instructions are written when it is first needed."""

    __slots__ = ("register", "sources")

    def __init__(self, sources: Sequence[tuple[_Mask | None, int, str] | _Mask], register: int | None = None) -> None:
        self.sources = sources
        self.register = register


class _Planner:
    def __init__(self, tape: Tape, inputs: bool, parameters: str) -> None:
        self.tape = tape
        self.each = parameters == "each"
        self.graph = graph = _simplified(tape)
        self.result = result = Plan()
        self.registers = 0
        self.at: dict[int, int] = {}  # entry to operand
        self.fill_of: dict[int, int] = {}  # uniform number to the register that holds it throughout
        for entry, number in graph.constants.items():
            self.at[entry] = ~self.uniform_constant(number)
        own = range(tape.inputs, tape.inputs + tape.parameters)
        result.parameters = tuple(self.new_uniform(tape.name(i)) for i in own)
        self.minus_zero = self.uniform_constant(-0.0)
        self.one = self.uniform_constant(1.0)
        wanted = [*(range(tape.inputs) if inputs else ()), *(own if parameters else ())]
        self.uniform_entries = set(graph.constants) | (set() if self.each else set(own))
        self.active = set(wanted)
        for entry, args in graph.operands.items():
            if all(x in self.uniform_entries for x in args):
                self.uniform_entries.add(entry)
            if not self.active.isdisjoint(args):
                self.active.add(entry)
        for i, u in zip(own, result.parameters, strict=True):
            self.at[i] = self.filled(u) if self.each else ~u
        self.sums, self.absorbed = _sums(graph, self.uniform_entries)
        self.pairs: dict[int, list[tuple[int, int | None]]] = defaultdict(list)  # gradient and local derivative
        self.products: dict[int, list[tuple[int, int, int]]] = defaultdict(list)  # gradient, number, its sum
        self.reached: dict[int, list[_Mask | None]] = defaultdict(list)
        self.sum_of: dict[int, int] = {}
        self.slopes: dict[int, tuple[int, ...]] = {}
        self.out = result.body

    def run(self) -> Plan:
        result, tape, graph = self.result, self.tape, self.graph
        self.stores: dict[int, list[int]] = defaultdict(list)
        outputs = []
        for number, root in enumerate(graph.roots):
            if root in self.uniform_entries:
                outputs.append(root)
            else:
                outputs.append(-1)
                self.stores[root].append(number)
        for entry, name in graph.ops.items():
            if entry not in self.absorbed:
                self.forward(entry, name)
            for number in self.stores.pop(entry, ()):
                result.body.append(Instruction("store", "", (), (self.at[entry],), (), number))
        for leaf, numbers in self.stores.items():
            for number in numbers:
                result.body.append(Instruction("store", "", (), (self.place(leaf),), (), number))
        result.outputs = tuple(-1 if root < 0 else ~self.at[root] for root in outputs)
        if self.active:
            self.reverse()
        else:
            result.gradients = (-1,) * tape.parameters
            result.rows_stored = (False,) * (tape.inputs + (tape.parameters if self.each else 0))
        _allocate(result, self.fill_of)
        return result

    # Registers

    def new_uniform(self, name: str = "") -> int:
        u = self.result.uniforms
        self.result.uniforms += 1
        if name:
            self.result.names[u] = name
        return u

    def uniform_constant(self, number: float) -> int:
        key = struct.pack("<d", number)
        known = self.__dict__.setdefault("known_constants", {})
        if key not in known:
            known[key] = self.new_uniform(f"{number:.6g}")
            self.result.constants[known[key]] = number
        found: int = known[key]
        return found

    def new(self) -> int:
        self.registers += 1
        return self.registers - 1

    def made(self, like_uniform: bool) -> int:
        return ~self.new_uniform() if like_uniform else self.new()

    def filled(self, u: int) -> int:
        """The register that holds a uniform number in every sample."""
        if u not in self.fill_of:
            self.fill_of[u] = self.new()
        return self.fill_of[u]

    def place(self, entry: int) -> int:
        """The operand that an entry is; an input is loaded when it is first used."""
        if entry not in self.at:
            self.at[entry] = self.new()
            self.result.body.append(Instruction("load", "", (self.at[entry],), (), (), entry))
        return self.at[entry]

    def slot(self, operand: int) -> int:
        """The operand as a register of the body."""
        return operand if operand >= 0 else self.filled(~operand)

    # Forward

    def forward(self, entry: int, name: str) -> None:
        uniform = entry in self.uniform_entries
        self.out = self.result.before if uniform else self.result.body
        args = self.graph.operands[entry]
        if entry in self.sums:
            self.at[entry] = self.add_up(self.sums[entry], uniform)
            return
        operands = tuple(map(self.place, args))
        active = entry in self.active
        if name == "mean":
            total = self.add_up(_Sum(0.0, [_Term(x, -1, 1.0) for x in args]), uniform)
            self.at[entry] = self.row("div", (total, ~self.uniform_constant(float(len(args)))), uniform)
        elif name == "logsumexp":
            operands = operands if uniform else tuple(map(self.slot, operands))
            out = self.made(uniform)
            slopes = tuple(self.made(uniform) if active and x in self.active else -1 for x in args)
            self.slopes[entry] = slopes
            self.at[entry] = out
            self.out.append(Instruction("logsumexp", "", (out, *slopes), operands))
        elif active and name not in LATE and name not in ("add", "sub", "mul", "neg", "exp", "where"):
            operands = operands if uniform else tuple(map(self.slot, operands))
            out = self.made(uniform)
            slopes = tuple(self.made(uniform) if x in self.active else -1 for x in args)
            self.slopes[entry] = slopes
            self.at[entry] = out
            self.out.append(Instruction("both", name, (out, *slopes), operands))
        else:
            self.at[entry] = self.row(name, operands, uniform)

    def row(self, name: str, operands: tuple[int, ...], uniform: bool) -> int:
        """Write the value of a row."""
        out = self.made(uniform)
        if not uniform and any(x < 0 for x in operands):
            position = 0 if operands[0] < 0 else 1
            special = WITH_UNIFORM.get((name, position))
            if special and operands[1 - position] >= 0:
                self.out.append(Instruction(special, "", (out,), (operands[1 - position], operands[position])))
                return out
        operands = operands if uniform else tuple(map(self.slot, operands))
        self.out.append(Instruction("value", name, (out,), operands))
        return out

    def add_up(self, total: _Sum, uniform: bool) -> int:
        """Write a sum of products in its own order."""
        terms: list[tuple[int, int]] = []
        start = ~self.uniform_constant(total.start)
        for i, (a, b, factor) in enumerate(total.terms):
            x = self.place(a)
            y = self.place(b) if b >= 0 else ~self.uniform_constant(factor)
            if i == 0 and x < 0 and b < 0 and factor == 1.0 and math.copysign(1.0, total.start) < 0.0:
                start = x
                continue
            if not uniform and x < 0:
                x, y = (y, x) if b >= 0 and y >= 0 else (self.slot(x), y)
                if b < 0 and factor == 1.0:
                    x, y = self.filled(self.one), self.place(a)
            terms.append((x, y))
        return self.dot(terms, uniform, start)

    def dot(self, terms: list[tuple[int, int]], uniform: bool, start: int | None = None) -> int:
        out = self.made(uniform)
        plain = all(y < 0 for _, y in terms) and not uniform
        first = ~self.minus_zero if start is None else start
        self.out.append(Instruction("dotu" if plain else "dot", "", (out,), (first,), tuple(terms)))
        return out

    # Reverse

    def reverse(self) -> None:
        result, tape = self.result, self.tape
        outputs = len(tape.outputs)
        self.out = result.body
        for number, root in enumerate(self.graph.roots[:outputs]):
            if root not in self.active:
                continue
            if root in self.uniform_entries:
                total = self.sum_to(root)
                result.seeds_to[number] = total
            else:
                seed = self.new()
                self.out.append(Instruction("seed", "", (seed,), (), (), number))
                self.pairs[root].append((seed, None))
            self.reached[root].append(None)
        entries = [entry for entry in reversed(self.graph.ops) if entry not in self.absorbed]
        for entry in entries:
            if entry not in self.uniform_entries:
                self.through(entry, uniform=False)
        stored = []
        leaves = range(tape.inputs + (tape.parameters if self.each else 0))
        for leaf in leaves:
            gradient = self.gathered(leaf, uniform=False)
            stored.append(gradient is not None)
            if gradient is not None:
                self.out.append(Instruction("store gradient", "", (), (self.slot(gradient),), (), leaf))
        result.rows_stored = tuple(stored)
        self.out = result.after
        for entry in entries:
            if entry in self.uniform_entries:
                self.through(entry, uniform=True)
        own = range(tape.inputs, tape.inputs + tape.parameters)
        found = [None if self.each or i not in self.active else self.gathered(i, uniform=True) for i in own]
        result.gradients = tuple(-1 if gradient is None else ~gradient for gradient in found)

    def through(self, entry: int, uniform: bool) -> None:
        """Pass the gradient of a node on to its operands."""
        gradient = self.gathered(entry, uniform)
        if gradient is None or entry not in self.active:
            return
        mask = self.mask_of(entry)
        if entry in self.sums:
            for a, b, factor in self.sums[entry].terms:
                if b >= 0:
                    self.give_product(a, b, gradient, mask, uniform)
                else:
                    self.give(a, gradient, ~self.uniform_constant(factor), mask, uniform)
            return
        name, args = self.graph.ops[entry], self.graph.operands[entry]
        if name == "where":
            self.choose(args, gradient, mask, uniform)
        elif name == "mul":
            self.give_product(args[0], args[1], gradient, mask, uniform)
        elif name == "mean":
            share = ~self.uniform_constant(1.0 / len(args))
            for x in args:
                self.give(x, gradient, share, mask, uniform)
        else:
            for x, local in zip(args, self.locals_of(entry, name, args, uniform), strict=True):
                self.give(x, gradient, local, mask, uniform)

    def locals_of(self, entry: int, name: str, args: tuple[int, ...], uniform: bool) -> tuple[int, ...]:
        """The operands that hold the local derivatives."""
        one, minus = ~self.one, ~self.uniform_constant(-1.0)
        if name in ("add", "sub", "neg"):
            return {"add": (one, one), "sub": (one, minus), "neg": (minus,)}[name]
        if name == "exp":
            return (self.at[entry],)
        if entry in self.slopes:
            return self.slopes[entry]
        operands = tuple(map(self.place, args))
        operands = operands if uniform else tuple(map(self.slot, operands))
        slopes = tuple(self.made(uniform) if x in self.active else -1 for x in args)
        self.out.append(Instruction("slopes", name, slopes, operands))
        return slopes

    def give(self, x: int, gradient: int, local: int, mask: _Mask | None, uniform: bool) -> None:
        """Note that x receives gradient·local."""
        if x not in self.active:
            return
        known = self.result.constants.get(~local) if local < 0 else None
        if mask is not None and (known is None or not math.isfinite(known)):
            gradient, local, known = self.masked(mask, gradient, local, uniform), ~self.one, 1.0
        self.collect(x, gradient, None if known == 1.0 else local, mask, uniform)

    def give_product(self, a: int, b: int, gradient: int, mask: _Mask | None, uniform: bool) -> None:
        """Note what both factors receive; a slot times a number is gathered on the slot for both."""
        if not uniform and mask is None and (a in self.uniform_entries) != (b in self.uniform_entries):
            slot, number = (b, a) if a in self.uniform_entries else (a, b)
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

    def choose(self, args: tuple[int, ...], gradient: int, mask: _Mask | None, uniform: bool) -> None:
        """Pass the gradient of `where` to the branch taken."""
        condition = self.place(args[0])
        condition = condition if uniform else self.slot(condition)
        for x, op in ((args[1], "take"), (args[2], "leave")):
            if x in self.active:
                part = self.made(uniform)
                self.out.append(Instruction(op, "", (part,), (gradient, condition)))
                self.collect(x, part, None, _Mask([(mask, condition, op)]), uniform)

    def collect(self, x: int, gradient: int, local: int | None, mask: _Mask | None, uniform: bool) -> None:
        if not uniform and x in self.uniform_entries:
            total = self.sum_to(x)
            self.reduce(total, gradient, ~self.one if local is None else local)
            if mask is not None and x in self.graph.ops:
                reached = self.new_sum()
                arrived = self.register_of(mask, uniform)
                self.reduce(reached, arrived, ~self.one)
                self.reached[x].append(_Mask((), ~reached))
            else:
                self.reached[x].append(None)
            return
        self.pairs[x].append((gradient, local))
        self.reached[x].append(mask)

    def reduce(self, total: int, gradient: int, local: int) -> None:
        """Add gradient·local over the samples to a sum."""
        self.out.append(Instruction("reduce", "", (~total,), (gradient,), ((gradient, local),)))

    def sum_to(self, entry: int) -> int:
        """The sum over samples that the gradient of a uniform entry starts from."""
        if entry not in self.sum_of:
            self.sum_of[entry] = self.new_sum()
            self.pairs[entry].append((~self.sum_of[entry], None))
        return self.sum_of[entry]

    def new_sum(self) -> int:
        u = self.new_uniform()
        self.result.sums.append(u)
        return u

    def mask_of(self, entry: int) -> _Mask | None:
        masks = self.reached.pop(entry)
        found = [mask for mask in masks if mask is not None]
        return None if len(found) < len(masks) else found[0] if len(found) == 1 else _Mask(found)

    def register_of(self, mask: _Mask, uniform: bool) -> int:
        """Write a mask's instructions, those it depends on first."""
        stack = [mask]
        while stack:
            current = stack[-1]
            if current.register is not None:
                stack.pop()
                continue
            before = [x if isinstance(x, _Mask) else x[0] for x in current.sources]
            waiting = [x for x in before if x is not None and x.register is None]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            current.register = self.write_mask(current, uniform)
        assert mask.register is not None
        return mask.register

    def write_mask(self, mask: _Mask, uniform: bool) -> int:
        found: int | None = None
        for source in mask.sources:
            if isinstance(source, _Mask):
                assert source.register is not None
                part = source.register
            else:
                before, condition, op = source
                part = self.made(uniform)
                one = ~self.one if uniform else self.filled(self.one)
                reached = one if before is None or before.register is None else before.register
                self.out.append(Instruction(op, "", (part,), (reached, condition)))
            if found is None:
                found = part
            else:
                either = self.made(uniform)
                self.out.append(Instruction("either", "", (either,), (found, part)))
                found = either
        assert found is not None
        return found

    def masked(self, mask: _Mask, gradient: int, local: int, uniform: bool) -> int:
        register = self.register_of(mask, uniform)
        out = self.made(uniform)
        local = local if uniform else self.slot(local)
        self.out.append(Instruction("masked", "", (out,), (register, gradient, local)))
        return out

    def gathered(self, entry: int, uniform: bool) -> int | None:
        """Write the sum of what an entry has received; None if nothing reaches it."""
        pairs, products = self.pairs.pop(entry, []), self.products.pop(entry, [])
        start = self.total(pairs, uniform) if pairs else None
        if not products:
            return start
        wanted = entry in self.active
        value = self.place(entry)
        out = self.new() if wanted else -1
        reads = (value, *((start,) if start is not None and wanted else ()))
        gradients = tuple(gradient for gradient, _, _ in products)
        self.out.append(Instruction("gather", "", (out,), (*reads, *gradients), tuple(products)))
        return out if wanted else None

    def total(self, pairs: list[tuple[int, int | None]], uniform: bool) -> int:
        if len(pairs) == 1:
            gradient, local = pairs[0]
            return gradient if local is None else self.row("mul", (gradient, local), uniform)
        if len(pairs) == 2 and pairs[0][1] is None and pairs[1][1] is None:
            return self.row("add", (pairs[0][0], pairs[1][0]), uniform)
        return self.dot([(gradient, ~self.one if local is None else local) for gradient, local in pairs], uniform)


# Slots by liveness

WHOLE: Final = frozenset({"logsumexp"})
"""Instructions that go over their operands more than once: they can't write where they read."""


def _allocate(result: Plan, fill_of: dict[int, int]) -> None:
    """Replace the body's registers by slots; one is free again after its register's last use."""
    last: dict[int, int] = {}
    for time, step in enumerate(result.body):
        for x in step.outs:
            last[x] = time
        for x in _read(step):
            last[x] = time
    slot: dict[int, int] = {register: i for i, register in enumerate(fill_of.values())}
    result.fills = {slot[register]: u for u, register in fill_of.items()}
    for register in slot:
        last[register] = len(result.body)
    free: list[int] = []
    used = len(slot)
    body: list[Instruction] = []
    for time, step in enumerate(result.body):
        read = _read(step)
        found = {x: slot[x] for x in read if x >= 0}
        dying = [slot[x] for x in found if last[x] == time]
        if step.op not in WHOLE:
            free += dying
        for x in step.outs:
            if x >= 0:
                if free:
                    place = free.pop()
                else:
                    place = used
                    used += 1
                slot[x] = found[x] = place
        if step.op in WHOLE:
            free += dying
        free += [slot[x] for x in step.outs if x >= 0 and last[x] == time]
        body.append(_renamed(step, found))
    result.body, result.slots = body, used


def _read(step: Instruction) -> Sequence[int]:
    """All operands; those of a gather's terms stand among its reads."""
    return step.reads if not step.terms or step.op == "gather" else (*step.reads, *(x for t in step.terms for x in t))


def _renamed(step: Instruction, slot: dict[int, int]) -> Instruction:
    """The instruction over slots; what isn't among them is a number, and stays."""
    get = slot.get
    outs, reads, terms = step.outs, step.reads, step.terms
    if step.op == "gather":
        terms = tuple([(slot[gradient], u, total) for gradient, u, total in terms])
    elif terms:
        terms = tuple([(get(x, x), get(y, y)) for x, y in terms])
    return Instruction(
        step.op, step.row, tuple([get(x, x) for x in outs]), tuple([get(x, x) for x in reads]), terms, step.number
    )
