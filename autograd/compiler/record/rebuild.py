"""A tape computed eagerly again: a graph of Values as it was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.compiler.record.tape import ALIAS, Tape
from autograd.derivatives import over_values
from autograd.engine import backend
from autograd.engine.backend import Value
from autograd.ops import NAMES, TABLE

__all__ = ["rebuilt"]


def rebuilt(tape: Tape, inputs: Sequence[Value], parameters: Sequence[Value]) -> list[Any]:
    """Return the outputs of a tape, computed from Values of its inputs and parameters."""
    entries: list[Any] = [*inputs, *parameters, *tape.constants]
    for row, operands in zip(tape.rows, tape.operands, strict=True):
        name, given = tape.op(row), [entries[x] for x in operands]
        made: Any
        if name == ALIAS or row >= len(NAMES):
            made = over_values.record(TABLE[name], given)
        elif TABLE[name].arity is not None:
            made = getattr(backend, name)(*given)
        elif name == "dot":
            count = len(given) // 2
            made = backend.dot(given[:count], given[count:-1], given[-1])
        else:
            made = getattr(backend, name)(given)
        if isinstance(made, Value) and len(entries) in tape.labels:
            made.label = tape.labels[len(entries)]
        entries.append(made)
    return [entries[x] for x in tape.outputs]
