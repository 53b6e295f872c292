"""Plans run by the C kernel `_replay.c`: encodes a plan for it."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from autograd import _replay
from autograd.core import CORE
from autograd.replay.code import FIELDS, KINDS
from autograd.replay.plan import Plan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["CKernel"]

LOAD: Final = KINDS.index("load")


if CORE == "c":
    from autograd import _value

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
    code = memoryview(plan.code[1]).cast("i")
    numbers = zip(code[::FIELDS].tolist(), code[FIELDS - 1 :: FIELDS].tolist(), strict=True)
    return 1 + max((number for kind, number in numbers if kind == LOAD), default=-1)
