"""A recorded graph as readable text."""

from __future__ import annotations

from collections.abc import Sequence

from autograd._common.text import counted
from autograd.compiler.record.guards import described
from autograd.compiler.record.tape import Tape
from autograd.ops import TABLE

__all__ = ["listing"]


def listing(tape: Tape, instructions: int) -> str:
    """Return what a program computes, one node per line, named by label or as t0, t1 and so on.

    Examples
    --------
    >>> import autograd as ag
    >>> x, w = ag.Value(2.0, label="x"), ag.Value(3.0, label="w")
    >>> with ag.recording():
    ...     y = (w * x).exp() if x > 0 else w
    >>> print(ag.compile(y, inputs=[x]))  # doctest: +ELLIPSIS
    1 input, 1 parameter, 2 ops: ... instructions
      inputs: x
      parameters: w
      t0 = w*x
      t1 = exp(t0)
      return t1
      guard: x > 0 is True
    """
    counts = [counted(tape.inputs, "input"), counted(tape.parameters, "parameter"), counted(len(tape.rows), "op")]
    lines = [f"{', '.join(counts)}: {counted(instructions, 'instruction')}"]
    names = [_name(tape, entry) for entry in range(len(tape))]
    last = tape.inputs + tape.parameters
    if tape.inputs:
        lines.append(f"  inputs: {', '.join(names[: tape.inputs])}")
    if tape.parameters:
        lines.append(f"  parameters: {', '.join(names[tape.inputs : last])}")
    for entry, (row, operands) in enumerate(zip(tape.rows, tape.operands, strict=True), tape.leaves):
        lines.append(f"  {names[entry]} = {_written(tape.op(row), [names[x] for x in operands])}")
    lines.append(f"  return {', '.join(names[x] for x in tape.outputs)}")
    lines += [f"  guard: {described(guard, names.__getitem__)} is {guard.outcome!r}" for guard in tape.guards]
    return "\n".join(lines)


def _name(tape: Tape, entry: int) -> str:
    computed = entry - tape.leaves
    return tape.name(entry) if computed < 0 or entry in tape.labels else f"t{computed}"


def _written(op: str, operands: Sequence[str]) -> str:
    row = TABLE.get(op)
    if row is None:
        return f"{op}({', '.join(operands)})"
    if row.arity is None:  # any number of operands
        return row.text.format(**{row.parameters[0].lstrip("*"): ", ".join(operands)})
    return row.text.format(**dict(zip(row.parameters, operands, strict=True)))
