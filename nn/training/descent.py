"""Training steps in C: batch after batch, each followed by the optimiser's step, without Python in between."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from autograd.compiler import Program
from autograd.compiler.record.observing import refuse_hooks
from autograd.engine import modes
from autograd.engine.backend import Value
from nn._common import flat
from nn._common.steps import zeros
from nn.optim.optimizer import Optimizer
from nn.training.objective import Compiled, Objective
from nn.training.samples import Array

__all__ = ["Descent", "descent"]

AHEAD: Final = 256
"""The most steps whose settings are computed in advance; C may make fewer at a time."""


class Descent:
    """The steps of an optimiser on a compiled objective, with the same results as single steps, bit for bit.

    Parameters
    ----------
    objective : Compiled
        The loss of a sample.
    program : Program
        The program that the objective replays, on the kernel in C.
    optimizer : Optimizer
        An optimiser whose steps are rows of `nn._common.steps`.
    values : tuple of Value
        All parameters, the optimiser's first.
    places : list of int
        The positions of the program's parameters among them.
    """

    def __init__(
        self, objective: Compiled, program: Program, optimizer: Optimizer, values: tuple[Value, ...], places: list[int]
    ) -> None:
        self.objective, self.program, self.optimizer, self.values = objective, program, optimizer, values
        self.descend: Callable[..., None] = program.kernel_of_sums().descend
        self.places = array("i", places)

    def run(self, table: Array, size: int) -> list[float]:
        """Make steps on successive batches of `size` samples and return their losses.

        `table` is of shape (samples, columns). Returns early from time to time, and before a batch whose loss or
        gradient isn't finite; with no losses if Python has to make the next step.

        Raises
        ------
        AutogradError
            If a parameter has a gradient hook; nothing has changed.
        """
        if modes.active or not self.objective.replays(self.program):
            return []
        refuse_hooks(self.program.parameters)
        if self.optimizer._changes():
            table = table[: AHEAD * size]
        numbers, gradients = flat.read(self.values, "data"), zeros(len(self.values))
        losses, done = np.empty(len(table)), array("q", [0])
        steps = self.optimizer._bound(-(-len(table) // size))
        try:
            self.descend(
                table, size, numbers, gradients, self.places, steps, self.objective.mean,
                self.objective.options["threads"], losses, done,
            )  # fmt: skip
        finally:
            if done[0]:
                flat.write(self.values, "data", numbers)
                flat.write(self.values, "grad", gradients)
                self.optimizer.steps += done[0]
        return _sums(losses, size, done[0], self.objective.mean)


def descent(objective: Objective, optimizer: Any, values: tuple[Value, ...]) -> Descent | None:
    """Return the steps in C; None if Python has to take part in each step.

    `values` are all parameters, the optimiser's first.
    """
    if not (
        flat.COMPILED
        and isinstance(objective, Compiled)
        and objective.program is not None
        and objective.program.kernel == "c"
        and objective.options["executor"] is None
        and _are_threads(objective.options["threads"])
        and isinstance(optimizer, Optimizer)
        and getattr(optimizer.step, "__func__", None) is Optimizer.step
        and not any(hasattr(type(optimizer), name) for name in optimizer.settings)  # such as a property
        and not _reads_steps(objective, optimizer)
    ):
        return None
    places = dict(zip(values, range(len(values))))
    found = [place for place in map(places.get, objective.program.parameters) if place is not None]
    if len(found) < len(objective.program.parameters) or not {Value}.issuperset(map(type, values)):
        return None
    return Descent(objective, objective.program, optimizer, values, found)


def _reads_steps(objective: Compiled, optimizer: Optimizer) -> bool:
    """Return whether the recorded loss depends on how many steps have been made, as a warm-up does."""
    optimizer.steps += 1
    try:
        return not objective.states.hold()
    finally:
        optimizer.steps -= 1


def _are_threads(given: Any) -> bool:
    return given is None or (type(given) is int and given >= 1)


def _sums(losses: Array, size: int, batches: int, mean: bool) -> list[float]:
    """Return the loss of each batch."""
    whole = min(batches, len(losses) // size)
    totals = np.add.reduce(losses[: whole * size].reshape(whole, size), axis=1)
    found: list[float] = (totals * (1.0 / size if mean else 1.0)).tolist()
    if batches > whole:
        rest = losses[whole * size :]
        found.append(float(np.add.reduce(rest)) * (1.0 / len(rest) if mean else 1.0))
    return found
