"""Plans run by the C kernel `_replay.c`: encodes a plan for it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from autograd import _replay
from autograd.core import CORE
from autograd.replay.plan import Instruction, Plan
from autograd.replay.record import ROWS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["CKernel"]

KINDS: Final = {name: kind for kind, name in enumerate(_replay.KINDS)}
NUMBERS: Final = ROWS | {"": -1}


if CORE == "c":
    from autograd import _value

    _replay.use(_value.Value, *_value._layout)


class CKernel:
    """A plan, encoded for C; as `NumpyKernel`."""

    name = "c"

    def __init__(self, plan: Plan, stored: int, outputs: int) -> None:
        self.plan, self.stored = plan, stored
        self.inputs = _inputs_read(plan)
        sum_numbers = {u: k for k, u in enumerate(plan.sums)}
        parts = [_encoded(steps, sum_numbers) for steps in (plan.before, plan.body, plan.after)]
        self._kernel = _replay.Kernel(
            *(buffer for part in parts for buffer in part),
            array("i", [x for pair in plan.fills.items() for x in pair]),
            array("i", plan.sums),
            plan.start,
            array("i", plan.gradients),
            array("i", plan.outputs[:outputs]),
            array("i", [plan.seeds_to.get(k, -1) for k in range(outputs)]),
            plan.uniforms,
            plan.slots,
            self.inputs,
            stored,
            outputs,
            len(plan.rows_stored),
            plan.parameters[0] if plan.parameters else 0,
        )
        self._no_presets = array("d", bytes(8 * len(plan.sums)))
        self.once = self._kernel.once

    def run(
        self, uniforms: Array, columns: Array, seeds: Array | None, seed_totals: dict[int, float], threads: int
    ) -> tuple[Array, Array]:
        """Run over all samples; see `NumpyKernel.run`."""
        import numpy as np

        samples = columns.shape[1]
        stored = np.empty((self.stored, samples))
        rows = self.plan.rows_stored
        gradients = np.empty((len(rows), samples)) if all(rows) else np.zeros((len(rows), samples))
        presets = self._no_presets
        if seed_totals:
            presets = array("d", [seed_totals.get(u, 0.0) for u in self.plan.sums])
        columns = np.ascontiguousarray(columns[: self.inputs])
        self._kernel.run(uniforms, columns, seeds, samples, presets, stored, gradients, threads)
        return stored, gradients


def _inputs_read(plan: Plan) -> int:
    """Return how many rows of the arguments a plan may read."""
    return 1 + max((step.number for step in plan.body if step.op == "load"), default=-1)


def _encoded(steps: Sequence[Instruction], sum_numbers: dict[int, int]) -> tuple[array[int], array[int]]:
    """Steps of 12 numbers each, and the terms of sums."""
    code, terms = array("i"), array("i")
    for step in steps:
        op, number = step.op, step.number
        outs: tuple[int, ...] = step.outs
        reads: tuple[int, ...] = step.reads
        start, count = len(terms), 0
        if op == "gather":
            count = len(step.terms)
            for gradient, u, total in step.terms:
                terms.extend((gradient, ~u, sum_numbers[total]))
            first = reads[1] if len(reads) > 1 + count else _replay.NONE
            reads = (reads[0], first)
        elif op == "reduce":
            number = sum_numbers[~outs[0]]
            outs, reads = (), step.terms[0]
        elif op == "logsumexp":
            count = len(reads)
            for pair in zip(reads, outs[1:], strict=True):
                terms.extend(pair)
            outs, reads = outs[:1], ()
        elif step.terms:
            count = len(step.terms)
            for factors in step.terms:
                terms.extend(factors)
        missing = (0, 0, 0, 0)
        code.extend((KINDS[op], NUMBERS[step.row], *outs, *missing[len(outs) :], *reads, *missing[1 + len(reads) :]))
        code.extend((start, count, number))
    return code, terms
