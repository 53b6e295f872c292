"""A recorded graph as a flat table: what is planned, stored and sent to workers."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from autograd.core import Value
from autograd.graph import topological
from autograd.ops import NAMES

__all__ = ["NAMES", "Guard", "Tape", "record"]

ROWS: Final = {name: row for row, name in enumerate(NAMES)}


@dataclass(frozen=True)
class Guard:
    """What Python once asked of a recorded value, and the answer.

    Attributes
    ----------
    kind : str
        A comparison such as "<", or the name of a conversion such as "float".
    node : int
        Entry of the tape that was asked.
    other : int or None
        Entry that it was compared with; of `round`, None.
    outcome : float or bool
        The answer.
    digits : int or None
        Of `round`, its second argument.
    """

    kind: str
    node: int
    other: int | None
    outcome: float
    digits: int | None = None


@dataclass(frozen=True)
class Tape:
    """A graph as a table whose entries refer to earlier ones by position.

    Positions run over the inputs, then the parameters, then the constants, then the computed nodes.

    Attributes
    ----------
    inputs, parameters : int
        How many there are.
    constants : tuple of float
        Numbers that stand in the graph.
    rows : tuple of int
        For each computed node the row of the op table.
    operands : tuple of tuple of int
        For each computed node its operands.
    outputs : tuple of int
        The results.
    guards : tuple of Guard
        What must come out again for the record to hold.
    labels : dict of int to str
        Names of the entries that have one.
    added : tuple of str
        Ops that the graph has besides the table's own; row `len(NAMES) + i` is the i-th.
    """

    inputs: int
    parameters: int
    constants: tuple[float, ...]
    rows: tuple[int, ...]
    operands: tuple[tuple[int, ...], ...]
    outputs: tuple[int, ...]
    guards: tuple[Guard, ...]
    labels: dict[int, str]
    added: tuple[str, ...] = ()

    def op(self, row: int) -> str:
        """Return the name of the op of a row."""
        return NAMES[row] if row < len(NAMES) else self.added[row - len(NAMES)]

    @property
    def leaves(self) -> int:
        """Number of entries before the first computed node."""
        return self.inputs + self.parameters + len(self.constants)

    def __len__(self) -> int:
        return self.leaves + len(self.rows)

    def name(self, entry: int) -> str:
        """Return what to call an entry: its label, its number or its op and position."""
        if entry in self.labels:
            return self.labels[entry]
        if entry < self.inputs:
            return f"input {entry}"
        if entry < self.inputs + self.parameters:
            return f"parameter {entry - self.inputs}"
        if entry < self.leaves:
            return f"{self.constants[entry - self.inputs - self.parameters]:.6g}"
        return f"{self.op(self.rows[entry - self.leaves])} {entry}"


Observation = tuple[str, Value, Any, Any]


def record(
    outputs: Sequence[Value | float],
    inputs: Sequence[Value],
    observations: Sequence[Observation] = (),
    questions: Sequence[tuple[Tape, Sequence[Value]]] = (),
) -> tuple[Tape, list[Value]]:
    """Flatten the graph below the outputs.

    Parameters
    ----------
    outputs : sequence of Value or float
        What to compute.
    inputs : sequence of Value
        Leaves that become arguments.
    observations : sequence of (kind, value, other, outcome)
        What Python asked while the graph was recorded.
    questions : sequence of (Tape, leaves)
        More of that, already flattened: its guards are taken over, and what they ask is computed too.

    Returns
    -------
    tape : Tape
        The graph as a table.
    parameters : list of Value
        All other leaves, in topological order.
    """
    asked = [x for _, value, other, _ in observations for x in (value, other) if isinstance(x, Value)]
    order = topological(*(x for x in outputs if isinstance(x, Value)), *asked)
    position = {id(leaf): i for i, leaf in enumerate(inputs)}
    parameters: list[Value] = []
    for leaf in (*(node for node in order if not node.op), *(leaf for _, own in questions for leaf in own)):
        if id(leaf) not in position:
            position[id(leaf)] = len(inputs) + len(parameters)
            parameters.append(leaf)
    computed = [node for node in order if node.op]
    constants = _Constants(len(position))
    for node in computed:
        if len(node.parents) < len(node.operands):
            for x in node.operands:
                if isinstance(x, float):
                    constants.position(x)
    for x in (*outputs, *(other for kind, _, other, _ in observations if kind != "round" and other is not None)):
        if not isinstance(x, Value):
            constants.position(float(x))
    for tape, _ in questions:
        for number in tape.constants:
            constants.position(number)
    base = len(position) + len(constants.numbers)
    for i, node in enumerate(computed, base):
        position[id(node)] = i

    def place(x: Any) -> int:
        return position[id(x)] if isinstance(x, Value) else constants.position(float(x))

    rows = _Rows()
    numbers = [rows.number(node.op) for node in computed]
    operands = [tuple(map(place, node.operands)) for node in computed]
    guards = list(_guards(observations, place))
    labels = {position[id(node)]: node.label for node in (*inputs, *order) if node.label}
    for tape, leaves in questions:
        places = [*map(place, leaves), *map(place, tape.constants)]
        places += range(base + len(numbers), base + len(numbers) + len(tape.rows))
        numbers += [rows.number(tape.op(row)) for row in tape.rows]
        operands += [tuple([places[x] for x in given]) for given in tape.operands]
        guards += [_moved(guard, places) for guard in tape.guards]
        labels |= {places[entry]: label for entry, label in tape.labels.items()}
    tape = Tape(
        inputs=len(inputs),
        parameters=len(parameters),
        constants=tuple(constants.numbers),
        rows=tuple(numbers),
        operands=tuple(operands),
        outputs=tuple(map(place, outputs)),
        guards=tuple(dict.fromkeys(guards)),
        labels=labels,
        added=tuple(rows.added),
    )
    return tape, parameters


def _moved(guard: Guard, places: Sequence[int]) -> Guard:
    other = None if guard.other is None else places[guard.other]
    return Guard(guard.kind, places[guard.node], other, guard.outcome, guard.digits)


def _guards(observations: Sequence[Observation], place: Any) -> tuple[Guard, ...]:
    guards: dict[tuple[Any, ...], Guard] = {}
    for kind, value, other, outcome in observations:
        compared = kind != "round" and other is not None
        guard = Guard(
            kind, place(value), place(other) if compared else None, outcome, other if kind == "round" else None
        )
        guards.setdefault((guard.kind, guard.node, guard.other, guard.digits), guard)
    return tuple(guards.values())


class _Rows:
    """Numbers of ops: the table's own, then those of users in the order in which they are met."""

    def __init__(self) -> None:
        self.added: dict[str, int] = {}

    def number(self, op: str) -> int:
        row = ROWS.get(op)
        return self.added.setdefault(op, len(NAMES) + len(self.added)) if row is None else row


class _Constants:
    """Numbers by their bits: −0 and 0 are two, all nans of one pattern are one."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.numbers: list[float] = []
        self.known: dict[bytes, int] = {}

    def position(self, number: float) -> int:
        key = struct.pack("<d", number)
        if key not in self.known:
            self.known[key] = self.start + len(self.numbers)
            self.numbers.append(number)
        return self.known[key]
