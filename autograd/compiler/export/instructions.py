"""A program as instructions for one sample, in single-assignment form.

The instructions are those of the optimising planner, so that source computes the same bits as replay; if the planner
was not built, those of the plain plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from autograd.compiler.plan.plain import Node, plain_plan
from autograd.compiler.record.tape import ALIAS, NAMES, Tape
from autograd.ops import TABLE

try:
    from autograd.compiler.plan import optimised
    from autograd.compiler.run import _replay
except ImportError:  # not built
    pass

PLANNER: Final = "_replay" in globals()
"""Whether the optimising planner was built."""

__all__ = [
    "PLANNER", "Instruction", "Instructions", "added_to", "instructions", "reads_of", "written_by",
]  # fmt: skip

NOTHING: Final = -(2**31)
"""A missing operand, as in `csrc/plan/memory.h`."""


class Instruction(NamedTuple):
    """One step of a plan.

    Attributes
    ----------
    kind : str
        The kind of step, as named in `csrc/run/kernel.h`.
    op : str
        The row of the table that is applied, if any.
    outs : tuple of int
        Places written; -1 for a local derivative that isn't needed.
    reads : tuple of int
        Places read; -1 for a missing one.
    terms : tuple of tuple of int
        For a sum or an alternative, the places of each term.
    """

    kind: str
    op: str
    outs: tuple[int, ...]
    reads: tuple[int, ...]
    terms: tuple[tuple[int, ...], ...] = ()


@dataclass
class Instructions:
    """The instructions of a program.

    Attributes
    ----------
    constants : dict of int to float
        Places that hold known numbers.
    parameters, inputs, seeds, sums : list of int
        Places of each kind. Sums start at 0 and are added to.
    size : int
        The number of places.
    steps : list of Instruction
        In order.
    starts : list of (sum, seed)
        Terms added to sums before anything else.
    roots : list of int
        Places of the outputs, then of the operands of guards.
    of_inputs, of_parameters : list of int or None
        Places of the gradients; None for one that is 0.
    labels : dict of int to str
        Places that have a label in the recorded code.
    assumes : bool
        Whether a gradient may be nan that strict instructions would compute.
    """

    constants: dict[int, float] = field(default_factory=dict)
    parameters: list[int] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)
    sums: list[int] = field(default_factory=list)
    size: int = 0
    steps: list[Instruction] = field(default_factory=list)
    starts: list[tuple[int, int]] = field(default_factory=list)
    roots: list[int] = field(default_factory=list)
    of_inputs: list[int | None] = field(default_factory=list)
    of_parameters: list[int | None] = field(default_factory=list)
    labels: dict[int, str] = field(default_factory=dict)
    assumes: bool = False

    def new(self, count: int) -> list[int]:
        """Return unused places."""
        self.size += count
        return [*range(self.size - count, self.size)]

    def pruned(self) -> None:
        """Remove what neither results nor gradients need."""
        needed = {x for x in (*self.roots, *self.of_inputs, *self.of_parameters) if x is not None}
        kept = []
        for step in reversed(self.steps):
            found = _pruned(step, needed)
            if found is not None:
                needed.update(reads_of(found))
                kept.append(found)
        self.steps = kept[::-1]
        self.sums = [place for place in self.sums if place in needed]
        self.starts = [(place, seed) for place, seed in self.starts if place in needed]


def _pruned(step: Instruction, needed: set[int]) -> Instruction | None:
    """Return a step without unneeded parts."""
    outs = tuple(x if x in needed else -1 for x in step.outs)
    if step.kind == "gather":
        wanted = any(total in needed for _, _, total in step.terms)
        if not wanted and outs[0] >= 0:
            start = (step.reads[1],)
            return Instruction("dot", "", outs, start, tuple((gradient, number) for gradient, number, _ in step.terms))
        return step._replace(outs=outs) if wanted else None
    if step.kind == "logsumexp":
        terms = tuple((x, slope if slope in needed else -1) for x, slope in step.terms)
        return step._replace(outs=outs, terms=terms) if max(*outs, *(slope for _, slope in terms)) >= 0 else None
    if max(outs) < 0:
        return None
    if step.kind == "both" and max(outs[1:]) < 0:
        return step._replace(kind="value", outs=outs[:1])
    return step._replace(outs=outs)


def reads_of(step: Instruction) -> Iterator[int]:
    """Return the places that a step reads, including those that it adds to."""
    yield from (x for x in step.reads if x >= 0)
    if step.kind == "logsumexp":
        yield from (x for x, _ in step.terms)
    else:
        yield from (x for term in step.terms for x in term)
    yield from added_to(step)


def added_to(step: Instruction) -> Iterable[int]:
    """Return the sums that a step adds to."""
    if step.kind == "reduce":
        return step.outs
    return (total for _, _, total in step.terms) if step.kind == "gather" else ()


def written_by(step: Instruction) -> Iterator[int]:
    """Return the places that a step sets."""
    if step.kind != "reduce":
        yield from (x for x in step.outs if x >= 0)
    if step.kind == "logsumexp":
        yield from (slope for _, slope in step.terms if slope >= 0)


def instructions(tape: Tape, gradient: bool, of_parameters: bool = True, strict: bool = False) -> Instructions:
    """Convert a tape to instructions.

    Parameters
    ----------
    tape : Tape
        The recorded graph.
    gradient : bool
        Whether to compute the gradients of all inputs and parameters too.
    of_parameters : bool
        False omits those of the parameters.
    strict : bool
        Whether what an op doesn't select is excluded from every product, as in `optimised.plan`; always the case in the
        plain plan.
    """
    recorded = tape if gradient else _labelled(tape)
    made = _Planned(recorded, gradient, strict).made if PLANNER else _Plain(recorded, gradient).made
    count = len(tape.outputs)
    if not gradient:
        named = range(count, count + len(tape.labels))
        made.labels = {made.roots[k]: label for k, label in zip(named, tape.labels.values(), strict=True)}
        made.roots = made.roots[:count] + made.roots[named.stop :]
    if not of_parameters:
        made.of_parameters = []
    made.pruned()
    return made


def _labelled(tape: Tape) -> Tape:
    """Return the tape with all labelled entries among its outputs, which reveals their places."""
    return replace(tape, outputs=(*tape.outputs, *tape.labels))


class _Planned:
    """Converts a plan of the optimising planner: the place of each register and uniform number."""

    def __init__(self, tape: Tape, gradient: bool, strict: bool) -> None:
        self.plan = plan = optimised.plan(tape, gradient, "sum" if gradient else "", strict)
        self.made = made = Instructions(assumes=plan.assumes)
        numbers = [*plan.constants]
        made.constants = dict(zip(made.new(len(numbers)), plan.constants.values(), strict=True))
        made.parameters, made.inputs = made.new(plan.parameters), made.new(tape.inputs)
        made.seeds = made.new(len(tape.outputs))
        sums = self._sums_in_order()
        made.sums = made.new(len(sums))
        self.place = {~number: place for number, place in zip(numbers, made.constants, strict=True)}
        self.place |= {~(plan.first_parameter + i): place for i, place in enumerate(made.parameters)}
        self.place |= {~number: place for number, place in zip(sums, made.sums, strict=True)}
        self._read(tape)

    def _sums_in_order(self) -> list[int]:
        """Return the sums: those that are gradients of parameters first, in the parameters' order."""
        sums = set(self.plan.sums)
        return [*dict.fromkeys([*(number for number in self.plan.gradients if number in sums), *self.plan.sums])]

    def _read(self, tape: Tape) -> None:
        made, plan = self.made, self.plan
        made.starts = [(self.place[~u], seed) for u, seed in zip(plan.seeds_to, made.seeds, strict=True) if u >= 0]
        stored: dict[int, int] = {}
        gradients: dict[int, int] = {}
        for part in range(3):
            if part == 1:
                self.place |= {slot: self.place[~number] for slot, number in enumerate(plan.fills)}
            for kind, row, outs, reads, terms, number in self._fields(part):
                match kind:
                    case "load":
                        self.place[outs[0]] = made.inputs[number]
                    case "seed":
                        self.place[outs[0]] = made.seeds[number]
                    case "store":
                        stored |= {root: self.place[x] for x, root in zip(terms[::2], terms[1::2], strict=True)}
                    case "store gradient":
                        gradients[number] = self.place[reads[0]]
                    case _:
                        made.steps.append(self._step(kind, row, outs, reads, terms, number))
        made.roots = [stored[i] if u < 0 else self.place[~u] for i, u in enumerate(plan.outputs)]
        made.of_inputs = [gradients.get(i) for i in range(tape.inputs)]
        made.of_parameters = [self.place[~u] if u >= 0 else None for u in plan.gradients]

    def _fields(self, part: int) -> Iterator[tuple[str, int, list[int], list[int], list[int], int]]:
        code = memoryview(self.plan.code[part]).cast("i").tolist()
        terms = memoryview(self.plan.terms[part]).cast("i").tolist()
        for at in range(0, len(code), _replay.FIELDS):
            kind, row, *rest = code[at : at + _replay.FIELDS]
            outs, reads, (first, count, number) = rest[:4], rest[4:7], rest[7:]
            name = _replay.KINDS[kind]
            yield name, row, outs, reads, terms[first : first + count * _size(name)], number

    def _step(
        self, kind: str, row: int, outs: list[int], reads: list[int], terms: list[int], number: int
    ) -> Instruction:
        """Return one instruction, with a new place for each register that it writes."""
        op = NAMES[row] if kind in OF_ROWS else ""
        arity = TABLE[op].arity or 0 if op else 0
        count = {**dict.fromkeys(OF_ROWS, arity), "masked_mul": 3, "dot": 1, "dotu": 1, "logsumexp": 0, "or": 0}.get(
            kind, 2
        )
        given = tuple(-1 if x == NOTHING else self.place[x] for x in reads[:count])
        if kind == "reduce":
            return Instruction(kind, op, (self._sum(number),), given)
        size = _size(kind)
        grouped = [terms[i : i + size] for i in range(0, len(terms), size)]
        if kind == "logsumexp":
            pairs = [(self.place[x], self._new(slope)) for x, slope in grouped]
            return Instruction(kind, op, (self._new(outs[0]),), (), tuple(pairs))
        places = tuple((*(self.place[x] for x in term[:2]), *map(self._sum, term[2:])) for term in grouped)
        written = outs[: {"both": 1 + arity, "slopes": arity}.get(kind, 1)]
        found = tuple(self._new(x) for x in written)
        return Instruction("dot" if kind == "dotu" else kind, op, found, given, places)

    def _sum(self, position: int) -> int:
        """Return the place of a sum, which plans refer to by its position among the sums."""
        return self.place[~self.plan.sums[position]]

    def _new(self, register: int) -> int:
        if register == -1:
            return -1
        (self.place[register],) = self.made.new(1)
        return self.place[register]


OF_ROWS: Final = ("value", "both", "slopes")


def _size(kind: str) -> int:
    """Return the number of ints in one term of a step."""
    return {"gather": 3, "or": 1}.get(kind, 2)


class _Plain:
    """Converts a plain plan: the rules of `csrc/plan/reverse.h` without optimisation."""

    def __init__(self, tape: Tape, gradient: bool) -> None:
        self.plan = plan = plain_plan(tape, inputs=gradient, parameters="sum" if gradient else "")
        self.made = made = Instructions()
        made.inputs, made.parameters = made.new(tape.inputs), made.new(tape.parameters)
        made.constants = dict(zip(made.new(len(tape.constants)), tape.constants, strict=True))
        made.seeds = made.new(len(tape.outputs))
        self.place = {entry: entry for entry in range(tape.leaves)}
        self.numbers: dict[str, int] = {}
        self.slopes: dict[int, tuple[int, ...]] = {}
        self.received: dict[int, list[tuple[int, int]]] = {}
        self.ways: dict[int, list[int]] = {}  # masks under which a gradient arrives; -1 for none
        for node in plan.forward:
            self._forward(node)
        if gradient:
            self._reverse(tape)
        made.roots = [self.place[entry] for entry in plan.roots]

    def number(self, number: float) -> int:
        """Return the place of a constant."""
        key = repr(number)
        if key not in self.numbers:
            (self.numbers[key],) = self.made.new(1)
            self.made.constants[self.numbers[key]] = number
        return self.numbers[key]

    def write(self, kind: str, reads: Iterable[int], terms: Iterable[tuple[int, ...]] = (), op: str = "") -> int:
        """Append a step with one result; return its place."""
        (out,) = self.made.new(1)
        self.made.steps.append(Instruction(kind, op, (out,), tuple(reads), tuple(terms)))
        return out

    def _forward(self, node: Node) -> None:
        operands = tuple(self.place[x] for x in node.operands)
        if node.op == ALIAS:
            self.place[node.entry] = operands[0]
            return
        if TABLE[node.op].arity is None:
            self.place[node.entry], self.slopes[node.entry] = self._any_number(node.op, operands)
            return
        value, *slopes = self.made.new(1 + len(operands))
        self.made.steps.append(Instruction("both", node.op, (value, *slopes), operands))
        self.place[node.entry], self.slopes[node.entry] = value, tuple(slopes)

    def _any_number(self, op: str, operands: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
        """Return the value and the local derivatives of a variadic op."""
        count, one = len(operands), self.number(1.0)
        if TABLE[op].form == "softmax":
            value, *slopes = self.made.new(1 + count)
            self.made.steps.append(
                Instruction("logsumexp", "", (value,), (), tuple(zip(operands, slopes, strict=True)))
            )
            return value, tuple(slopes)
        half = count // 2 if TABLE[op].form == "products" else 0
        ws, xs, rest = operands[:half], operands[half : 2 * half], operands[2 * half :]
        total = self.write("dot", [self.number(0.0)], [*zip(ws, xs, strict=True), *((x, one) for x in rest)])
        share = TABLE[op].compute(*[1.0] * count)[1]
        if share != 1.0:  # a mean
            return self.write("divu", [total, self.number(float(count))]), (self.number(share),) * count
        return total, (*xs, *ws, *(one for _ in rest))

    def _reverse(self, tape: Tape) -> None:
        for seed, entry in zip(self.made.seeds, tape.outputs, strict=True):
            self._accumulate(entry, seed, self.number(1.0), -1)
        for node in self.plan.reverse:
            if node.entry in self.received:
                self._emit(node, self._total(node.entry), self._mask(node.entry))
        found = [self._total(x) if x in self.received else None for x in range(tape.inputs + tape.parameters)]
        self.made.of_inputs, self.made.of_parameters = found[: tape.inputs], found[tape.inputs :]

    def _emit(self, node: Node, gradient: int, mask: int) -> None:
        one = self.number(1.0)
        for x, slope in zip(node.operands, self.slopes[node.entry], strict=True):
            if x not in self.plan.active:
                continue
            if TABLE[node.op].selects:
                passed = self.write("select", [one if mask < 0 else mask, slope])
                self._accumulate(x, self.write("masked_mul", [passed, gradient, slope]), one, passed)
            elif mask < 0:
                self._accumulate(x, gradient, slope, mask)
            else:
                self._accumulate(x, self.write("masked_mul", [mask, gradient, slope]), one, mask)

    def _accumulate(self, entry: int, gradient: int, slope: int, mask: int) -> None:
        if entry in self.plan.active:
            self.received.setdefault(entry, []).append((gradient, slope))
            self.ways.setdefault(entry, []).append(mask)

    def _total(self, entry: int) -> int:
        return self.write("dot", [self.number(-0.0)], self.received[entry])

    def _mask(self, entry: int) -> int:
        """Return the mask that tells whether a gradient arrives, if it may not."""
        ways = [*dict.fromkeys(self.ways[entry])]
        if min(ways) < 0 or len(ways) == 1:
            return min(ways)
        return self.write("or", [], [(way,) for way in ways])
