"""A tape made smaller: constants folded, equal computations merged, what nothing needs dropped."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from autograd.compiler.record.tape import NAMES, Tape
from autograd.ops import TABLE

__all__ = ["Graph", "simplified"]


@dataclass
class Graph:
    """A tape without what isn't needed: positions as in the tape, with more constants.

    Attributes
    ----------
    ops : dict of int to str
        The op of each computed entry, in order.
    operands : dict of int to tuple of int
        Its operands.
    constants : dict of int to float
        Entries that are numbers.
    roots : list of int
        Outputs, then what guards ask.
    """

    ops: dict[int, str]
    operands: dict[int, tuple[int, ...]]
    constants: dict[int, float]
    roots: list[int]


def simplified(tape: Tape) -> Graph:
    """Fold constants, merge equal computations, drop what no output needs."""
    constants = dict(enumerate(tape.constants, tape.inputs + tape.parameters))
    known = {struct.pack("<d", number): entry for entry, number in constants.items()}
    fresh = len(tape)
    same = list(range(fresh))
    seen: dict[tuple[str, tuple[int, ...]], int] = {}
    ops: dict[int, str] = {}
    operands: dict[int, tuple[int, ...]] = {}
    for entry, (row, given) in enumerate(zip(tape.rows, tape.operands, strict=True), tape.leaves):
        name = tape.op(row)
        args = tuple([same[x] for x in given])
        if row < len(NAMES) and all(x in constants for x in args):
            number = TABLE[name].compute(*(constants[x] for x in args))[0]
            key = struct.pack("<d", number)
            if key not in known:
                known[key] = fresh
                constants[fresh] = number
                fresh += 1
            same[entry] = known[key]
            continue
        name, args = _reduced(name, args, constants)
        if name == "same":
            same[entry] = args[0]
            continue
        earlier = seen.setdefault((name, tuple(sorted(args)) if name in ("add", "mul") else args), entry)
        if earlier != entry:
            same[entry] = earlier
        else:
            ops[entry], operands[entry] = name, args
    asked = [x for guard in tape.guards for x in (guard.node, guard.other) if x is not None]
    roots = [same[x] for x in (*tape.outputs, *asked)]
    return _without_dead(Graph(ops, operands, constants, roots))


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


def _without_dead(graph: Graph) -> Graph:
    alive = set(graph.roots)
    for entry in reversed(graph.ops):
        if entry in alive:
            alive.update(graph.operands[entry])
    ops = {entry: name for entry, name in graph.ops.items() if entry in alive}
    return Graph(ops, {entry: graph.operands[entry] for entry in ops}, graph.constants, graph.roots)
