"""Runs plain plans on numpy: what runs where the C kernel was not built, and for ops that call Python functions."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from autograd.compiler.plan.plain import Node, PlainPlan
from autograd.compiler.record.tape import ALIAS
from autograd.compiler.run.arrays import over_arrays
from autograd.compiler.run.custom_ops import by_sample
from autograd.ops import TABLE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["NumpyKernel"]

BLOCK: Final = 4096
NUMBERS: Final = 2**23
"""A block has as many samples as keep the numbers of all nodes below this, and at most `BLOCK`."""


class NumpyKernel:
    """A plain plan, bound to numpy.

    Parameters
    ----------
    plan : PlainPlan
        What to run.
    """

    name = "numpy"
    assumes = False

    def __init__(self, plan: PlainPlan) -> None:
        self.plan = plan
        self.block = max(1, min(BLOCK, NUMBERS // (len(plan) + 1)))

    def __len__(self) -> int:
        return len(self.plan)

    def run(self, numbers: Array, columns: Array, seeds: Array | None, threads: int) -> tuple[Array, Array, Array]:
        """Run over all samples.

        Parameters
        ----------
        numbers : array of (parameters,)
            The parameters' data.
        columns : array of (inputs, samples)
            The arguments.
        seeds : array of (outputs, samples), optional
            Weights of the outputs; 1 by default.
        threads : int
            Not used here.

        Returns
        -------
        roots : array of (outputs and operands of guards, samples)
            Their values.
        rows : array of (inputs and parameters, samples)
            Gradients of inputs, and of parameters where they are wanted per sample.
        sums : array of (parameters,)
            Gradients of parameters summed over the samples, where those are wanted.
        """
        import numpy as np

        tape, samples = self.plan.tape, columns.shape[1]
        roots = np.empty((len(self.plan.roots), samples))
        rows = np.zeros((tape.inputs + tape.parameters, samples))
        sums = np.zeros(tape.parameters)
        latest: deque[_Block] = deque(maxlen=2)  # memory freed at once would go back to the system in between
        with np.errstate(all="ignore"):
            for start in range(0, samples, self.block):
                here = slice(start, start + self.block)
                block = _Block(self.plan, numbers, columns[:, here], start)
                latest.append(block)
                block.forward()
                for row, entry in zip(roots, self.plan.roots, strict=True):
                    row[here] = block.values[entry]
                block.reverse(None if seeds is None else seeds[:, here])
                for leaf in self.plan.active.intersection(range(len(rows))):
                    gradient = block.gradients.get(leaf, 0.0)
                    if leaf in self.plan.uniform:
                        sums[leaf - tape.inputs] += np.sum(gradient)
                    else:
                        rows[leaf, here] = gradient
        return roots, rows, sums


class _Block:
    """Some consecutive samples: what each entry of the tape is for them, and the gradients.

    An entry is an array of one number per sample, or of one number where it is uniform.
    """

    def __init__(self, plan: PlainPlan, numbers: Array, columns: Array, first: int) -> None:
        import numpy as np

        tape = plan.tape
        self.plan, self.first, self.count = plan, first, columns.shape[1]
        leaves = [*columns, *numbers[:, None], *np.array(tape.constants)[:, None]]
        self.values: dict[int, Array] = dict(enumerate(leaves))
        self.slopes: dict[int, tuple[Any, ...]] = {}
        self.gradients: dict[int, Array] = {}
        self.reached: dict[int, Any] = {}  # for which samples a gradient arrives at all; None for all

    def forward(self) -> None:
        """Compute every node, and the local derivatives that the reverse direction needs."""
        for node in self.plan.forward:
            value, *slopes = self.computed(node)
            self.values[node.entry] = value
            if node.slopes:
                self.slopes[node.entry] = tuple(slopes)

    def computed(self, node: Node) -> tuple[Any, ...]:
        """Return a node's value and local derivatives."""
        operands = [self.values[x] for x in node.operands]
        if node.op == ALIAS:
            return (operands[0],)
        row = over_arrays(node.op)
        if row is not None and not node.exact:
            return row(*operands)
        uniform = node.entry in self.plan.uniform
        return tuple(by_sample(node.op, 1 if uniform else self.count, -1 if uniform else self.first, *operands))

    def reverse(self, seeds: Array | None) -> None:
        """Pass gradients from the outputs to the leaves."""
        import numpy as np

        for k, root in enumerate(self.plan.roots[: self.plan.outputs]):
            if root in self.plan.active:
                self.accumulate(root, np.ones(self.count) if seeds is None else seeds[k], None)
        for node in self.plan.reverse:
            if node.entry not in self.gradients:
                continue
            gradient, reached = self.gradients.pop(node.entry), self.reached.pop(node.entry)
            selects = TABLE[node.op].selects
            for x, slope in zip(node.operands, self.slopes.pop(node.entry), strict=True):
                if x not in self.plan.active:
                    continue
                passed = reached
                if selects:
                    chosen = np.broadcast_to(np.not_equal(slope, 0.0), gradient.shape)
                    passed = chosen if reached is None else chosen & reached
                product = gradient if isinstance(slope, float) and slope == 1.0 else gradient * slope
                self.accumulate(x, product if passed is None else np.where(passed, product, 0.0), passed)

    def accumulate(self, entry: int, gradient: Array, reached: Any) -> None:
        """Add to an entry's gradient; of what is uniform, the sum over the samples."""
        if entry in self.plan.uniform:
            gradient = gradient.sum(keepdims=True)
            reached = None if reached is None else reached.any(keepdims=True)
        if entry in self.gradients:
            gradient = self.gradients[entry] + gradient
            earlier = self.reached[entry]
            reached = None if reached is None or earlier is None else reached | earlier
        self.gradients[entry], self.reached[entry] = gradient, reached
