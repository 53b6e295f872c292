"""Runs plans in C: passes a plan of `csrc/plan` to the kernel of `csrc/run`."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from autograd.compiler.plan.optimised import Plan
from autograd.compiler.record.tape import Guard
from autograd.compiler.run import _replay
from autograd.engine.backend import CORE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["CKernel"]

FIELDS: Final = _replay.FIELDS


if CORE == "c":
    from autograd.engine import _value

    _replay.use(_value.Value, *_value._layout)


class CKernel:
    """A plan bound to C; same interface as `NumpyKernel`."""

    name = "c"

    def __init__(self, plan: Plan) -> None:
        outputs = len(plan.seeds_to)
        self.inputs, self.roots, self.rows = plan.inputs_read, len(plan.outputs), len(plan.rows_stored)
        self._length = sum(map(len, plan.code)) // (FIELDS * array("i").itemsize)
        self._body = len(plan.code[1]) // (FIELDS * array("i").itemsize)
        self.assumes = plan.assumes
        self._plan = plan._replace(code=(b"", b"", b""), terms=(b"", b"", b""))  # the kernel has copied them
        start = array("d", bytes(8 * plan.uniforms))
        for u, number in plan.constants.items():
            start[u] = number
        self._start = start
        self._kernel = _replay.Kernel(
            *(buffer for part in zip(plan.code, plan.terms, strict=True) for buffer in part),
            array("i", [x for pair in enumerate(plan.fills) for x in pair]),
            array("i", plan.sums),
            start,
            array("i", plan.gradients),
            array("i", plan.outputs),
            array("i", plan.seeds_to),
            plan.uniforms,
            plan.slots,
            self.inputs,
            self.roots,
            outputs,
            self.rows,
            plan.first_parameter,
            plan.assumes,
        )
        self.call, self.descend = self._kernel.call, self._kernel.descend

    def __len__(self) -> int:
        return self._length

    def watch(self, guards: Sequence[Guard]) -> bool:
        """Let calls check guards; return False if C can't: only Python's `round` rounds to decimals."""
        if any(guard.kind == "round" for guard in guards):
            return False
        if guards:
            self._kernel.watch([(guard.kind, float(guard.outcome), guard.other is not None) for guard in guards])
        return True

    def run(self, numbers: Array, columns: Array, seeds: Array | None, threads: int) -> tuple[Array, Array, Array]:
        """Run over all samples; see `NumpyKernel.run`."""
        import numpy as np

        _replay.arrays(np.empty, np.ndarray)  # calls may create arrays from now on
        plan, samples = self._plan, columns.shape[1]
        uniforms = np.array(self._start)
        uniforms[plan.first_parameter : plan.first_parameter + plan.parameters] = numbers
        roots = np.empty((self.roots, samples))
        rows = np.empty((self.rows, samples)) if all(plan.rows_stored) else np.zeros((self.rows, samples))
        totals = np.zeros(len(plan.seeds_to))
        for k, total in enumerate(plan.seeds_to):
            if total >= 0:
                totals[k] = samples if seeds is None else seeds[k].sum()
        columns = np.ascontiguousarray(columns[: self.inputs])
        self._kernel.run(uniforms, columns, totals, roots, rows, seeds, samples, threads)
        for i, u in enumerate(plan.outputs):
            if u >= 0:
                roots[i] = uniforms[u]
        return roots, rows, self._sums(uniforms, samples)

    def _sums(self, uniforms: Array, samples: int) -> Any:
        """Return the parameters' gradients among the uniforms after a run; 0 where there is none."""
        import numpy as np

        places = np.array(self._plan.gradients, dtype=np.intp)
        return np.where((places >= 0) & (samples > 0), uniforms[np.maximum(places, 0)] if len(uniforms) else 0.0, 0.0)
