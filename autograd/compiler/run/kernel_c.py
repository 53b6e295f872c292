"""Plans run by the C kernel `_replay.c`: encodes a plan for it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from autograd.compiler.plan.code import FIELDS, KINDS
from autograd.compiler.plan.planner import Plan
from autograd.compiler.record.tape import Guard
from autograd.compiler.run import _replay
from autograd.engine.backend import CORE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["CKernel"]

LOAD: Final = KINDS.index("load")


if CORE == "c":
    from autograd.engine import _value

    _replay.use(_value.Value, *_value._layout)


class CKernel:
    """A plan, encoded for C; as `NumpyKernel`."""

    name = "c"

    def __init__(self, plan: Plan, stored: int, outputs: int) -> None:
        self.plan, self.stored = plan, stored
        self.inputs = _inputs_read(plan)
        self._kernel = _replay.Kernel(
            *(buffer for part in zip(plan.code, plan.terms, strict=True) for buffer in part),
            array("i", [x for pair in plan.fills.items() for x in pair]),
            array("i", plan.sums),
            plan.start,
            array("i", plan.gradients),
            array("i", plan.outputs),
            array("i", [plan.seeds_to.get(k, -1) for k in range(outputs)]),
            plan.uniforms,
            plan.slots,
            self.inputs,
            stored,
            outputs,
            len(plan.rows_stored),
            plan.parameters[0] if plan.parameters else 0,
        )
        self.call = self._kernel.call
        self._seeds_to = [plan.seeds_to.get(k, -1) for k in range(outputs)]
        self._no_totals = array("d", bytes(8 * outputs))

    def watch(self, guards: Sequence[Guard]) -> bool:
        """Let calls check guards; False where C can't: `round` to decimals is Python's own."""
        if any(guard.kind == "round" for guard in guards):
            return False
        if guards:
            self._kernel.watch([(guard.kind, float(guard.outcome), guard.other is not None) for guard in guards])
        return True

    def run(
        self, uniforms: Array, columns: Array, seeds: Array | None, seed_totals: dict[int, float], threads: int
    ) -> tuple[Array, Array]:
        """Run over all samples; see `NumpyKernel.run`."""
        import numpy as np

        _replay.arrays(np.empty, np.ndarray)  # calls may make arrays from now on
        samples = columns.shape[1]
        stored = np.empty((self.stored, samples))
        rows = self.plan.rows_stored
        gradients = np.empty((len(rows), samples)) if all(rows) else np.zeros((len(rows), samples))
        totals = self._no_totals
        if seed_totals:
            once = [u if u not in self._seeds_to[:k] else -1 for k, u in enumerate(self._seeds_to)]
            totals = array("d", [seed_totals.get(u, 0.0) for u in once])
        columns = np.ascontiguousarray(columns[: self.inputs])
        self._kernel.run(uniforms, columns, totals, stored, gradients, seeds, samples, threads)
        return stored, gradients


def _inputs_read(plan: Plan) -> int:
    """Return how many rows of the arguments a plan may read."""
    code = memoryview(plan.code[1]).cast("i")
    numbers = zip(code[::FIELDS].tolist(), code[FIELDS - 1 :: FIELDS].tolist(), strict=True)
    return 1 + max((number for kind, number in numbers if kind == LOAD), default=-1)
