"""Eager evaluation of a tape: a graph of Values as it was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.compiler.record.tape import Tape
from autograd.derivatives import over_values
from autograd.engine.backend import Value

__all__ = ["rebuilt"]


def rebuilt(tape: Tape, inputs: Sequence[Value], parameters: Sequence[Value]) -> list[Any]:
    """Return the outputs of a tape, computed from Values for its inputs and parameters."""
    entries: list[Any] = [*inputs, *parameters, *tape.constants]
    for row, operands in zip(tape.rows, tape.operands, strict=True):
        name, given = tape.op(row), [entries[x] for x in operands]
        made = over_values.apply(name, given)
        if isinstance(made, Value) and len(entries) in tape.labels:
            made.label = tape.labels[len(entries)]
        entries.append(made)
    return [entries[x] for x in tape.outputs]
