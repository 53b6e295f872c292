"""Runs plain plans on numpy: used if the C kernel was not built, and for ops that call Python functions."""

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

BLOCK: Final = 8192
NUMBERS: Final = 2**23
"""A block has as many samples as keep the numbers of all nodes below this, and at most `BLOCK`.

Counted is what grows with the program: one number for each node, as most local derivatives are values of other nodes or
take the place of one, and one for each operand where a node computes them all. With gradients, intermediate results and
the block before, memory is a small multiple.
"""


class NumpyKernel:
    """A plain plan bound to numpy.

    Parameters
    ----------
    plan : PlainPlan
        The plan to run.
    """

    name = "numpy"
    assumes = False

    def __init__(self, plan: PlainPlan) -> None:
        self.plan = plan
        self.rows = [None if node.op == ALIAS or node.exact else over_arrays(node.op) for node in plan.forward]
        numbers = sum(map(_numbers_of, plan.forward, self.rows))
        self.block = max(1, min(BLOCK, NUMBERS // (numbers + 1)))
        self.selects = [TABLE[node.op].selects for node in plan.reverse]
        self.active = [[(i, x) for i, x in enumerate(node.operands) if x in plan.active] for node in plan.reverse]
        self.unneeded = _unneeded(plan)

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
            Unused.

        Returns
        -------
        roots : array of (outputs and operands of guards, samples)
            Their values.
        rows : array of (inputs and parameters, samples)
            Gradients of inputs, and of parameters if wanted per sample.
        sums : array of (parameters,)
            Gradients of parameters summed over the samples, if wanted.
        """
        import numpy as np

        tape, samples = self.plan.tape, columns.shape[1]
        roots = np.empty((len(self.plan.roots), samples))
        rows = np.zeros((tape.inputs + tape.parameters, samples))
        sums = np.zeros(tape.parameters)
        leaves = self.plan.active.intersection(range(len(rows)))
        latest: deque[_Block] = deque(maxlen=2)  # memory freed immediately would be returned to the system in between
        with np.errstate(all="ignore"):
            for start in range(0, samples, self.block):
                here = slice(start, start + self.block)
                block = _Block(self, numbers, columns[:, here], start)
                latest.append(block)
                block.forward()
                for row, entry in zip(roots, self.plan.roots, strict=True):
                    row[here] = block.values[entry]
                block.reverse(None if seeds is None else seeds[:, here])
                for leaf in leaves:
                    gradient = block.gradients.get(leaf)
                    if gradient is None:
                        continue
                    if leaf in self.plan.uniform:
                        sums[leaf - tape.inputs] += gradient[0]
                    else:
                        rows[leaf, here] = gradient
        return roots, rows, sums


def _numbers_of(node: Node, row: object) -> int:
    """Return how many numbers for a sample a node may keep: its value, or a local derivative for each operand."""
    computes_all = node.slopes and (row is None or TABLE[node.op].form == "softmax")
    return len(node.operands) if computes_all else 1


def _unneeded(plan: PlainPlan) -> list[list[int]]:
    """Return for each node the entries that no later node reads and that aren't roots; their memory is reused."""
    found: list[list[int]] = []
    needed = set(plan.roots)
    for node in reversed(plan.forward):
        found.append([x for x in {node.entry, *node.operands} if x not in needed])
        needed.update(node.operands)
    return found[::-1]


class _Block:
    """Consecutive samples: the value of each entry of the tape for them, and the gradients.

    An entry is an array with one number per sample, or with one number if it is uniform.
    """

    def __init__(self, kernel: NumpyKernel, numbers: Array, columns: Array, first: int) -> None:
        import numpy as np

        self.np, self.kernel, self.plan, self.first, self.count = np, kernel, kernel.plan, first, columns.shape[1]
        tape = self.plan.tape
        leaves = [*columns, *numbers[:, None], *np.array(tape.constants)[:, None]]
        self.values: dict[int, Array] = dict(enumerate(leaves))
        self.slopes: list[tuple[Any, ...]] = []  # of the nodes that have them, in order
        self.gradients: dict[int, Array] = {}
        self.owned: set[int] = set()  # entries whose gradients are fresh arrays
        self.reached: dict[int, Any] = {}  # for which samples a gradient arrives; None for all

    def forward(self) -> None:
        """Compute every node, and the local derivatives that the reverse direction needs."""
        values = self.values
        for node, row, unneeded in zip(self.plan.forward, self.kernel.rows, self.kernel.unneeded, strict=True):
            operands = [values[x] for x in node.operands]
            found = self.computed(node, operands) if row is None else row(*operands)
            values[node.entry] = found[0]
            if node.slopes:
                self.slopes.append(found[1:])
            for entry in unneeded:
                del values[entry]

    def computed(self, node: Node, operands: list[Array]) -> tuple[Any, ...]:
        """Return the value and local derivatives of a node without an array version, sample by sample."""
        if node.op == ALIAS:
            return (operands[0],)
        uniform = node.entry in self.plan.uniform
        return tuple(by_sample(node.op, 1 if uniform else self.count, -1 if uniform else self.first, *operands))

    def reverse(self, seeds: Array | None) -> None:
        """Propagate gradients from the outputs to the leaves."""
        for k, root in enumerate(self.plan.roots[: self.plan.outputs]):
            if root in self.plan.active:
                self.accumulate(root, self.np.ones(self.count) if seeds is None else seeds[k], None)
        kernel, uniform, dot = self.kernel, self.plan.uniform, self.np.dot
        steps = zip(self.plan.reverse, reversed(self.slopes), kernel.active, kernel.selects, strict=True)
        for node, slopes, active, selects in steps:
            if node.entry not in self.gradients:
                continue
            gradient, reached = self.gradients.pop(node.entry), self.reached.pop(node.entry)
            for i, x in active:
                slope = slopes[i]
                if selects or reached is not None:
                    self.emit_where(x, gradient, slope, reached, selects)
                elif slope.__class__ is float:
                    self.accumulate(x, gradient if slope == 1.0 else gradient * slope, None)
                elif x in uniform and slope.shape == gradient.shape:
                    self.accumulate(x, dot(gradient, slope)[None], None)  # the sum over the samples
                else:
                    self.accumulate(x, gradient * slope, None)

    def emit_where(self, x: int, gradient: Array, slope: Any, reached: Any, selects: bool) -> None:
        """Add an operand's share of a gradient to the samples that it reaches."""
        if selects:
            chosen = self.np.broadcast_to(self.np.not_equal(slope, 0.0), gradient.shape)
            reached = chosen if reached is None else chosen & reached
        self.accumulate(x, self.np.where(reached, gradient * slope, 0.0), reached)

    def accumulate(self, entry: int, gradient: Array, reached: Any) -> None:
        """Add to an entry's gradient; for a uniform entry, the sum over the samples."""
        if entry in self.plan.uniform and len(gradient) > 1:
            gradient = gradient.sum(keepdims=True)
            reached = None if reached is None else reached.any(keepdims=True)
        before = self.gradients.get(entry)
        if before is not None:
            gradient = self.np.add(before, gradient, out=before if entry in self.owned else None)
            self.owned.add(entry)  # now it is a fresh array; the first may be shared
            earlier = self.reached[entry]
            reached = None if reached is None or earlier is None else reached | earlier
        self.gradients[entry], self.reached[entry] = gradient, reached
