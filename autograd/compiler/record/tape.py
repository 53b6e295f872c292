"""A recorded graph as a flat table, for planning, storage and workers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from autograd.compiler.record.walk import ROWS, flatten
from autograd.engine.backend import Value
from autograd.ops import BUILT_IN as NAMES

__all__ = ["ALIAS", "NAMES", "Guard", "Tape", "record"]

ALIAS: Final = "stop_gradient"
"""The added op that planners know: another name for its operand, without a derivative."""


@dataclass(frozen=True)
class Guard:
    """A comparison or conversion of a recorded value, and its outcome.

    Attributes
    ----------
    kind : str
        A comparison such as "<", or the name of a conversion such as "float".
    node : int
        The entry that was compared or converted.
    other : int or None
        The entry that it was compared with; None for `round`.
    outcome : float or bool
        The result.
    digits : int or None
        The second argument of `round`.
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
        Numbers in the graph.
    rows : tuple of int
        For each computed node the index of its op's row.
    operands : tuple of tuple of int
        For each computed node its operands.
    outputs : tuple of int
        The results.
    guards : tuple of Guard
        Conditions under which the recording is valid.
    labels : dict of int to str
        Names of labelled entries.
    added : tuple of str
        Added ops in the graph; row `len(NAMES) + i` is the i-th.
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

    @property
    def guarded(self) -> tuple[int, ...]:
        """The operands of the guards, in order."""
        return tuple([x for guard in self.guards for x in (guard.node, guard.other) if x is not None])

    def __len__(self) -> int:
        return self.leaves + len(self.rows)

    def name(self, entry: int) -> str:
        """Return the displayed name of an entry: its label, its number, or its op and position."""
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
    guarded: Sequence[tuple[Tape, Sequence[Value]]] = (),
) -> tuple[Tape, list[Value]]:
    """Flatten the graph below the outputs.

    Parameters
    ----------
    outputs : sequence of Value or float
        The outputs to compute.
    inputs : sequence of Value
        Leaves that become arguments.
    observations : sequence of (kind, value, other, outcome)
        Comparisons and conversions made during the recording; of kind "computed", nodes that must be computed because
        their op may raise.
    guarded : sequence of (Tape, leaves)
        Tapes of guards: they are added, with the nodes that they need.

    Returns
    -------
    tape : Tape
        The graph as a table.
    parameters : list of Value
        All other leaves, in topological order.
    """
    roots: list[Value | float] = [*outputs]
    for kind, value, other, _ in observations:
        roots += [value, other if isinstance(other, Value) else float(other)] if _compares(kind, other) else [value]
    for tape, leaves in guarded:
        roots += [*leaves, *tape.constants]
    flat = flatten(inputs, roots)
    where = iter(flat.places)
    results = tuple(itertools.islice(where, len(outputs)))
    guards = _guards(observations, where)
    rows, operands, added, labels = flat.rows, flat.operands, flat.added, flat.labels
    if guarded:
        numbers = {name: len(NAMES) + i for i, name in enumerate(added)}
        more_rows, more_operands = [*rows], [*operands]
        first = len(inputs) + len(flat.parameters) + len(flat.constants)
        for tape, leaves in guarded:
            places = list(itertools.islice(where, len(leaves) + len(tape.constants)))
            places += range(first + len(more_rows), first + len(more_rows) + len(tape.rows))
            more_rows += [_number(tape.op(row), numbers) for row in tape.rows]
            more_operands += [tuple([places[x] for x in given]) for given in tape.operands]
            guards += [_moved(guard, places) for guard in tape.guards]
            labels |= {places[entry]: label for entry, label in tape.labels.items()}
        rows, operands, added = tuple(more_rows), tuple(more_operands), tuple(numbers)
    tape = Tape(
        inputs=len(inputs),
        parameters=len(flat.parameters),
        constants=flat.constants,
        rows=rows,
        operands=operands,
        outputs=results,
        guards=tuple(dict.fromkeys(guards)),
        labels=labels,
        added=added,
    )
    return tape, flat.parameters


def _moved(guard: Guard, places: Sequence[int]) -> Guard:
    other = None if guard.other is None else places[guard.other]
    return Guard(guard.kind, places[guard.node], other, guard.outcome, guard.digits)


def _compares(kind: str, other: object) -> bool:
    return kind != "round" and other is not None


def _guards(observations: Sequence[Observation], where: Iterator[int]) -> list[Guard]:
    """Return the guards of observations; `where` maps observed values to positions."""
    guards: dict[tuple[Any, ...], Guard] = {}
    for kind, _, other, outcome in observations:
        node = next(where)
        if kind == "computed":  # its position is all that is needed
            continue
        compared = next(where) if _compares(kind, other) else None
        digits = other if kind == "round" else None
        guards.setdefault((kind, node, compared, digits), Guard(kind, node, compared, outcome, digits))
    return list(guards.values())


def _number(op: str, added: dict[str, int]) -> int:
    """Return the index of an op's row; for an added op, after those of the table."""
    row = ROWS.get(op)
    return added.setdefault(op, len(NAMES) + len(added)) if row is None else row
