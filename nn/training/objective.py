"""The objective of a training: the loss of a sample and a penalty, compiled or computed eagerly.

A loss is compiled for one sample and replayed for a batch, with a weight of 1/N for each sample. Where Python branches
on numbers, `Function` keeps a program for each branch.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from autograd.compiler import Function, Program
from autograd.compiler.record.observing import Recording, refuse_hooks
from autograd.compiler.record.state import states_of
from autograd.compiler.record.tape import Tape, record
from autograd.engine import modes
from autograd.engine.backend import Value
from autograd.engine.graph import topological
from nn.training.samples import Samples

Array: TypeAlias = NDArray[np.float64]

__all__ = ["Compiled", "Eager", "Masks", "Objective", "Penalty", "probe", "sample_loss"]

Loss: TypeAlias = Callable[[Any, Any], Any]


def _total(losses: Array) -> float:
    """Return the sum; where it overflows an infinite one, for which `fit` names a sample."""
    try:
        return float(np.add.reduce(losses))  # `sum` of an array takes three times as long on a small one
    except RuntimeWarning:  # numpy's, where warnings are errors; not to warn at all takes longer than to add
        return math.inf


def sample_loss(model: Any, loss: Loss, samples: Samples) -> Callable[..., Any]:
    """Return the loss of one sample as a function of its numbers: features, then targets.

    A single output is passed to the loss as it is if the target is one number, and in a list if the targets are a list.
    """
    features, single = samples.features, not samples.targets

    def of_sample(*numbers: Any) -> Any:
        outputs = model(list(numbers[:features]))
        target: Any = numbers[features] if single else list(numbers[features:])
        if single and isinstance(outputs, (list, tuple)) and len(outputs) == 1:
            outputs = outputs[0]
        elif not single and isinstance(outputs, Value):
            outputs = [outputs]
        found = loss(outputs, target)
        if not isinstance(found, (Value, float, int)):
            raise TypeError(f"fit: the loss of a sample must be one Value, got {found!r:.60} ({type(found).__name__})")
        return found

    return of_sample


def probe(of_sample: Callable[..., Any], samples: Samples) -> None:
    """Compute the samples with the least and the greatest target, to raise the errors of the loss before training."""
    for sample in {0} if samples.targets else sorted({int(samples.y.argmin()), int(samples.y.argmax())}):
        found = of_sample(*samples.row(sample))
        if not isinstance(found, Value):
            raise ValueError(f"fit: the loss of sample {sample} depends on no parameter of the model, got {found!r}")


class Objective(ABC):
    """Adds the gradients of batches, of shape (samples, columns), to the parameters and returns their losses.

    Attributes
    ----------
    mean : bool
        Whether a batch's loss is the mean of its samples' losses, rather than their sum.
    """

    def __init__(self, of_sample: Callable[..., Any], mean: bool) -> None:
        self.of_sample = of_sample
        self.mean = mean

    @abstractmethod
    def learn(self, batch: Array, weights: Any = None) -> float:
        """Add the gradient of a batch, its samples weighted, to the parameters' `grad`; return its loss."""

    @abstractmethod
    def losses(self, batch: Array) -> float:
        """Return the sum of the samples' losses, without learning."""


class Eager(Objective):
    """Computes each sample in Python, for models that can't be compiled."""

    def learn(self, batch: Array, weights: Any = None) -> float:
        """As of `Objective`, sample by sample."""
        weight = 1.0 / len(batch) if self.mean else 1.0
        total = 0.0
        for position, numbers in enumerate(batch.tolist()):
            found = self.of_sample(*numbers)
            own = 1.0 if weights is None else float(weights[position])
            total += _number(found) * own
            if isinstance(found, Value):
                (found * (weight * own) if weight * own != 1.0 else found).backward()
        return total * weight

    def losses(self, batch: Array) -> float:
        """As of `Objective`, sample by sample."""
        with ag.no_grad():
            return sum(_number(self.of_sample(*numbers)) for numbers in batch.tolist())


def _number(loss: Any) -> float:
    return loss.data if isinstance(loss, Value) else float(loss)


class Compiled(Objective):
    """Replays whole batches: one program if the loss has no guards, else a compiled `Function`.

    Raises
    ------
    ValueError
        If the model or the loss can't be compiled, or is random.
    """

    def __init__(
        self, of_sample: Callable[..., Any], mean: bool, sample: Sequence[float], masks: Masks, **options: Any
    ) -> None:
        super().__init__(of_sample, mean)
        self.options = options  # of calls: threads, executor, timeout
        program = _recorded(of_sample, sample, masks)
        self.program = None if program.tape.guards else program
        self.function = Function(of_sample)
        self.states = states_of(of_sample)

    def _replayed(self, batch: Array) -> tuple[Any, Any]:
        """Return the program or function to replay, and the batch as its arguments."""
        return (self.program, (batch,)) if self.replays(self.program) else (self.function, batch.T)

    def replays(self, program: Program | None) -> bool:
        """Return whether batches are replayed by this program, as plain Python state is still what it was."""
        if self.program is not None and not self.states.hold():
            self.program = None
        return program is not None and program is self.program

    def learn(self, batch: Array, weights: Any = None) -> float:
        """As of `Objective`, by replay."""
        replayed, arguments = self._replayed(batch)
        mean = 1.0 / len(batch) if self.mean else 1.0
        if weights is None:
            return _total(replayed.backward(*arguments, seed=mean, **self.options)) * mean
        seed = weights * mean
        return _total(replayed.backward(*arguments, seed=seed, **self.options) * seed)

    def losses(self, batch: Array) -> float:
        """As of `Objective`, by replay."""
        replayed, arguments = self._replayed(batch)
        return _total(replayed(*arguments, **self.options))


def _recorded(of_sample: Callable[..., Any], sample: Sequence[float], masks: Masks) -> Program:
    """Record a sample twice, to check that the graph is the same."""
    try:
        earlier, _ = _taped(of_sample, sample)
        masks.forget()
        tape, parameters = _taped(of_sample, sample)
    except ValueError as error:
        if str(error).startswith("compile: "):
            raise ValueError(f"fit: can't be compiled: {error}; compiled=False runs it eagerly") from error
        raise
    if _content(earlier) != _content(tape):
        raise ValueError(
            "fit: the loss of a sample was recorded as another graph the second time: the model or the loss draws "
            "random numbers; compiled=False runs it eagerly, and nn.Dropout can be compiled"
        )
    return Program(tape, parameters, single_output=True)


def _taped(function: Callable[..., Any], numbers: Sequence[float]) -> tuple[Tape, list[Value]]:
    leaves, kept = [Value(number) for number in numbers], Recording()
    with modes.recorded_by(kept):
        output = function(*leaves)
    refuse_hooks(topological(output) if isinstance(output, Value) else ())
    return record([output], leaves, kept.observations)


def _content(tape: Tape) -> tuple[Any, ...]:
    return tape.rows, tape.operands, array("d", tape.constants).tobytes()  # bytes, in which a nan equals a nan


class Masks:
    """The masks that the `Dropout` modules of a model keep for graphs recorded from now on."""

    def __init__(self, model: Any) -> None:
        modules = model.modules() if hasattr(model, "modules") else ()
        kept: list[list[Any] | None] = [getattr(module, "_masks", None) for module in modules]
        self.lists = [(masks, len(masks)) for masks in kept if masks is not None]

    def forget(self) -> None:
        """Drop the masks, as their graphs are not replayed any more."""
        for masks, count in self.lists:
            del masks[count:]


class Penalty:
    """A function of the parameters that is added to each batch's loss, such as a sum of squares."""

    def __init__(self, of_parameters: Callable[[list[Value]], Any], parameters: list[Value], compiled: bool) -> None:
        self.given = of_parameters
        self.function: Callable[[], Any] = partial(of_parameters, parameters)
        found = self.function()
        if not isinstance(found, Value):
            raise TypeError(f"fit: the penalty must be a Value, got {found!r:.60} ({type(found).__name__})")
        self.compiled = Function(self.function) if compiled else None
        if self.compiled is not None:
            self.compiled()  # what can't be recorded is known before the first step

    def learn(self) -> float:
        """Add the gradient of the penalty to the parameters' `grad` and return the penalty."""
        if self.compiled is not None:
            return float(self.compiled.backward())
        found = self.function()
        found.backward()
        return float(found.data)
