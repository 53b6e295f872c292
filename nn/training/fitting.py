"""`fit`: trains a model on samples, replaying compiled batches."""

from __future__ import annotations

import math
import os
import time
from array import array
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

from autograd.core import Value
from autograd.errors import AnomalyError
from nn import flat
from nn.training.anomaly import explained
from nn.training.callbacks import Callback, Epoch
from nn.training.checkpoint import Checkpoint, CheckpointError
from nn.training.history import History
from nn.training.objective import Compiled, Eager, Objective, Penalty, sample_loss
from nn.training.predicting import evaluating
from nn.training.progress import Progress
from nn.training.samples import Samples

if TYPE_CHECKING:
    from nn.module import Module

__all__ = ["fit"]


def fit(
    model: Module,
    X: Any,
    y: Any,
    *,
    loss: str | Callable[[Any, Any], Any],
    optimizer: Any,
    epochs: int = 100,
    batch_size: int | None = 32,
    shuffle: bool = True,
    seed: int | None = 0,
    reduction: str = "mean",
    penalty: Callable[[list[Value]], Any] | None = None,
    schedule: Callable[[int], float] | None = None,
    clip: Callable[[list[Value]], Any] | None = None,
    validation: tuple[Any, Any] | None = None,
    callbacks: Callback | Iterable[Callback] = (),
    checkpoint: Checkpoint | str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    compiled: bool = True,
    threads: int | None = None,
    executor: Executor | None = None,
) -> History:
    """Train a model: for each batch, gradients by replay and one step of the optimiser.

    The loss is recorded for one sample and replayed for whole batches, without Python. Its branches on numbers are
    followed: each gets a record of its own. What cannot be recorded is a model that draws random numbers in Python
    (`nn.Dropout` can: its mask is drawn anew for each batch) and ops that only Python knows: they need
    `compiled=False`. A loss that couples samples of a batch fits neither way: write its loop with `backward()` and
    `optimizer.step()`.

    Parameters
    ----------
    model : Module
        Called with a list of a sample's features; gives a Value or a list of them.
    X : array-like of shape (samples, features), or (samples,) for one feature
        Finite numbers. An array is not copied, whatever its type: memory is bounded by the batch.
    y : array-like of shape (samples,) or (samples, targets)
        What the loss compares outputs with: a number, or a list for each sample.
    loss : str or callable
        A name of `nn.LOSSES`, or a function of a sample's outputs and target that returns one Value. It gets a
        single output as it is, not in a list, where the target is a number.
    optimizer : optimiser, or callable
        Something with `step()` over parameters of the model; or what makes it of a list of parameters, such as
        `functools.partial(nn.Adam, lr=0.01)`. What it doesn't hold isn't trained.
    epochs : int
        How often all samples are gone through, counting those before a checkpoint.
    batch_size : int, optional
        How many samples a step sees; None for all. The last batch of an epoch may be smaller.
    shuffle : bool
        Whether each epoch has an order of its own. One batch of all samples stays as it is.
    seed : int, optional
        Where orders come from; the same seed gives the same training. None gives another each time.
    reduction : {"mean", "sum"}
        What a batch's loss is of its samples' losses.
    penalty : callable, optional
        A function of the list of the model's parameters, added to the loss of each batch:
        `lambda parameters: 1e-4 * ag.dot(parameters, parameters)`.
    schedule : callable, optional
        Gives the learning rate of each step, which are counted from 0.
    clip : callable, optional
        Called with the list of the model's parameters before each step, to change gradients.
    validation : (X, y), optional
        Other samples, whose mean loss after each epoch is in the history.
    callbacks : callable or iterable of callables
        Called with an `Epoch` after each; True ends the training. See `EarlyStopping`.
    checkpoint : path or Checkpoint, optional
        A file that is written now and then. If it is there at the start, training goes on from it, exactly: the
        weights at the end are those of a training that was never stopped, bit for bit.
    progress : bool, optional
        Whether there is a bar, once a second has passed; by default in a terminal.
    compiled : bool
        Whether batches are replayed; otherwise Python computes each sample.
    threads, executor
        As of a compiled function's `backward`; results don't depend on how many there are.

    Returns
    -------
    History
        Losses by epoch and how it ended. Ctrl-C ends it as well: the model is left with the weights of its best
        epoch, and `stopped` is "interrupted".

    Raises
    ------
    TypeError, ValueError
        For arguments that aren't as above, samples that don't fit the model or aren't finite, targets that the loss
        refuses; nothing has changed then.
    AnomalyError
        If a loss or a gradient becomes nan or inf, naming epoch, sample, op and label. The model is left with the
        weights of its best epoch, or those it started from.
    CheckpointError
        If the file isn't a checkpoint of this training; nothing has changed then.

    Examples
    --------
    >>> import nn
    >>> points, labels = nn.datasets.moons(100, noise=0.1, seed=1)
    >>> net = nn.MLP(2, [8, 1], seed=1)
    >>> history = nn.fit(net, points, 2.0 * labels - 1.0, loss="mse", optimizer=nn.SGD(net, lr=0.1), epochs=20)
    >>> history.loss[-1] < history.loss[0]
    True
    """
    samples = Samples("fit", X, y)
    others = None if validation is None else Samples("fit: validation", *_pair(validation))
    _check_counts(epochs, batch_size, reduction, samples, others)
    parameters = _parameters(model)
    run = _Run(
        model=model,
        samples=samples,
        others=others,
        loss=_named_loss(loss),
        optimizer=optimizer if hasattr(optimizer, "step") else _made(optimizer, parameters),
        parameters=parameters,
        mean=reduction == "mean",
        penalty=None if penalty is None else Penalty(penalty, parameters, compiled),
        compiled=compiled,
        threads=threads,
        executor=executor,
    )
    run.size = len(samples) if batch_size is None else min(batch_size, len(samples))
    run.schedule, run.clip = schedule, clip
    run.callbacks = [callbacks] if callable(callbacks) else list(callbacks)
    run.keeper = checkpoint if isinstance(checkpoint, Checkpoint) or checkpoint is None else Checkpoint(checkpoint)
    run.prepare(seed, shuffle and run.size < len(samples))
    return run.train(epochs, progress)


class _Run:
    """One training."""

    size: int
    schedule: Callable[[int], float] | None
    clip: Callable[[list[Value]], Any] | None
    callbacks: list[Callback]
    keeper: Checkpoint | None

    def __init__(
        self,
        *,
        model: Any,
        samples: Samples,
        others: Samples | None,
        loss: Callable[[Any, Any], Any],
        optimizer: Any,
        parameters: list[Value],
        mean: bool,
        penalty: Penalty | None,
        compiled: bool,
        threads: int | None,
        executor: Executor | None,
    ) -> None:
        self.model, self.samples, self.others = model, samples, others
        self.optimizer, self.parameters, self.penalty = optimizer, parameters, penalty
        self.all = tuple(dict.fromkeys([*parameters, *getattr(optimizer, "parameters", ())]))
        self.zeros = array("d", bytes(8 * len(self.all)))
        self.redraw = getattr(model, "redraw", None) if getattr(model, "random_forward", False) else None
        of_sample = sample_loss(model, loss, samples)
        _probe(of_sample, samples)

        def objective(samples: Samples) -> Objective:
            row = samples.row(0)
            return Compiled(of_sample, mean, row, threads, executor) if compiled else Eager(of_sample, mean)

        self.objective = objective(samples)
        self.validating: Objective | None = None
        if others is not None:
            if (others.features, others.targets) != (samples.features, samples.targets):
                raise ValueError(
                    f"fit: validation must have the features and targets of X and y, {samples.features} and "
                    f"{samples.targets}, got {others.features} and {others.targets}"
                )
            with evaluating(model):
                self.validating = objective(others)
        self.mean = mean

    def prepare(self, seed: int | None, shuffled: bool) -> None:
        """Set out from the beginning, or from a checkpoint."""
        import numpy as np

        self.generator = np.random.default_rng(seed) if shuffled else None
        self.history = History()
        self.best = flat.read(self.all, "data")
        self.done = 0
        self.running = 0.0
        self.settings = {
            "samples": len(self.samples),
            "features": self.samples.features,
            "targets": self.samples.targets,
            "batch_size": self.size,
            "seed": seed,
            "shuffled": shuffled,
            "mean": self.mean,
            "validation": 0 if self.others is None else len(self.others),
        }
        state = None if self.keeper is None else self.keeper.read()
        if state is not None:
            self._resume(state)

    def train(self, epochs: int, progress: bool | None) -> History:
        """Go through the epochs."""
        history, started = self.history, time.perf_counter()
        steps_each = -(-len(self.samples) // self.size)
        bar = Progress(progress, epochs * steps_each, history.steps)
        self.shuffle_state: Any = None
        try:
            while history.epochs < epochs and not history.stopped:
                self._epoch(bar)
            if history.stopped and self._restores():
                flat.write(self.all, "data", self.best)
        except KeyboardInterrupt:
            history.stopped = "interrupted"
            flat.write(self.all, "data", self.best)
        except AnomalyError:
            flat.write(self.all, "data", self.best)
            flat.write(self.all, "grad", self.zeros)
            raise
        finally:
            bar.close()
            history.seconds = time.perf_counter() - started
        if self.keeper is not None and history.stopped != "interrupted":
            self._write()
        return history

    def _restores(self) -> bool:
        return any(getattr(callback, "restore", False) for callback in self.callbacks)

    def _epoch(self, bar: Progress) -> None:
        """Go through all samples once, or through those that are left of an epoch."""
        history, number = self.history, self.history.epochs + 1
        order = self._order()
        count = len(self.samples)
        for columns in self.samples.batches(self.size, order, self.done):
            found = self._step(columns, order, number)
            self.running += found * columns.shape[1] if self.mean else found
            self.done += columns.shape[1]
            history.steps += 1
            bar.show(history.steps, found, number)
            if self.keeper is not None and self.done < count and self.keeper.due(history.steps):
                self._write()
        history.loss.append(self.running / count if self.mean else self.running)
        self.done, self.running, self.shuffle_state = 0, 0.0, None
        self._after(number)
        if self.keeper is not None and self.keeper.due(history.steps):
            self._write()

    def _order(self) -> Any:
        if self.generator is None:
            return None
        if self.keeper is not None:
            self.shuffle_state = self.generator.bit_generator.state
        return self.generator.permutation(len(self.samples))

    def _step(self, columns: Any, order: Any, epoch: int) -> float:
        """Learn from one batch; return its loss."""
        if self.schedule is not None:
            self.optimizer.lr = self.schedule(self.history.steps)
        if self.redraw is not None:
            self.redraw()
        flat.write(self.all, "grad", self.zeros)
        found = self.objective.learn(columns)
        if self.penalty is not None:
            found += self.penalty.learn()
        if not math.isfinite(found) or not self._gradients_are_finite():
            begin = self.done
            names = range(begin, begin + columns.shape[1]) if order is None else order[begin:][: columns.shape[1]]
            penalty = None if self.penalty is None else self.penalty.function
            raise explained(f"fit: epoch {epoch}", self.objective.of_sample, columns, names, penalty)
        if self.clip is not None:
            self.clip(self.parameters)
        self.optimizer.step()
        return found

    def _gradients_are_finite(self) -> bool:
        import numpy as np

        gradients = np.frombuffer(flat.read(self.all, "grad"))
        # A sum is nan or inf where a number is; where numbers are huge it is inf by itself.
        return math.isfinite(float(np.add.reduce(gradients))) or bool(np.isfinite(gradients).all())

    def _after(self, number: int) -> None:
        """Validate, keep the best weights, call the callbacks."""
        history = self.history
        watched = history.loss
        if self.validating is not None and self.others is not None:
            with evaluating(self.model):
                total = sum(self.validating.losses(columns) for columns in self.others.batches(4096))
            history.validation.append(total / len(self.others) if self.mean else total)
            watched = history.validation
        if not history.best_epoch or watched[-1] < watched[history.best_epoch - 1]:
            history.best_epoch = number
            self.best = flat.read(self.all, "data")
        if self.callbacks:
            validation = history.validation[-1] if history.validation else None
            told = Epoch(number, history.loss[-1], validation, self.model, self.optimizer, history)
            answers = [callback(told) for callback in self.callbacks]
            if any(answer is True for answer in answers):
                history.stopped = "early"

    # Where it stands

    def _write(self) -> None:
        """Write the checkpoint."""
        if self.keeper is None:
            return
        history = self.history
        shuffle: Any = {}
        if self.generator is not None:
            shuffle = self.shuffle_state if self.done else self.generator.bit_generator.state
        self.keeper.write(
            {
                "settings": self.settings,
                "weights": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "best": list(self.best),
                "loss": history.loss,
                "validation": history.validation,
                "best_epoch": history.best_epoch,
                "steps": history.steps,
                "stopped": history.stopped,
                "samples_done": self.done,
                "running": self.running,
                "shuffle": shuffle,
                "callbacks": [_state_of(callback) for callback in self.callbacks],
            }
        )

    def _resume(self, state: dict[str, Any]) -> None:
        """Go on where a checkpoint stands; everything changes, or nothing."""
        path = self.keeper.path if self.keeper is not None else ""
        if state["settings"] != self.settings:
            apart = {name: state["settings"].get(name) for name in self.settings} | state["settings"]
            names = [f"{name} {was!r}, now {self.settings.get(name)!r}" for name, was in apart.items()
                     if was != self.settings.get(name)]  # fmt: skip
            raise CheckpointError(f"checkpoint: {path}: of another training: {'; '.join(names)}")
        if len(state["best"]) != len(self.all) or not 0 <= state["samples_done"] < len(self.samples):
            raise CheckpointError(f"checkpoint: {path}: its numbers don't fit the model and the samples")
        before = self.model.state_dict(), self.optimizer.state_dict()
        try:
            if self.generator is not None:
                self.generator.bit_generator.state = state["shuffle"]
            self.model.load_state_dict(state["weights"])
            self.optimizer.load_state_dict(state["optimizer"])
            for callback, kept in zip(self.callbacks, state["callbacks"]):
                if kept is not None and hasattr(callback, "load_state_dict"):
                    callback.load_state_dict(kept)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            self.model.load_state_dict(before[0])
            self.optimizer.load_state_dict(before[1])
            raise CheckpointError(f"checkpoint: {path}: {error}") from error
        self.history = History(
            loss=[float(x) for x in state["loss"]],
            validation=[float(x) for x in state["validation"]],
            best_epoch=state["best_epoch"],
            steps=state["steps"],
            stopped=state["stopped"],
        )
        self.best = array("d", state["best"])
        self.done, self.running = state["samples_done"], float(state["running"])


def _state_of(callback: Any) -> Any:
    return callback.state_dict() if hasattr(callback, "state_dict") else None


def _check_counts(epochs: Any, batch_size: Any, reduction: str, samples: Samples, others: Samples | None) -> None:
    for name, number in (("epochs", epochs), ("batch_size", 1 if batch_size is None else batch_size)):
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise ValueError(
                f"fit: {name} must be a whole number of at least 1, got {number!r} ({type(number).__name__})"
            )
    if reduction not in ("mean", "sum"):
        raise ValueError(f"fit: unknown reduction, got {reduction!r}; allowed mean, sum")


def _pair(validation: Any) -> Sequence[Any]:
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise TypeError(f"fit: validation must be a pair (X, y), got {type(validation).__name__}")
    return validation


def _parameters(model: Any) -> list[Value]:
    if isinstance(model, type) or not callable(getattr(model, "parameters", None)):
        raise TypeError(f"fit: model must be a Module, got {model!r:.60} ({type(model).__name__})")
    found = list(model.parameters())
    if not found:
        raise ValueError(f"fit: the model has no parameters to train, got {model!r:.60}")
    return found


def _named_loss(loss: Any) -> Callable[[Any, Any], Any]:
    if callable(loss):
        found: Callable[[Any, Any], Any] = loss
        return found
    from nn.losses import LOSSES

    if loss not in LOSSES:
        raise ValueError(f"fit: unknown loss, got {loss!r}; allowed {', '.join(LOSSES)}, or a function")
    named: Callable[[Any, Any], Any] = LOSSES[loss]
    return named


def _made(optimizer: Any, parameters: list[Value]) -> Any:
    if not callable(optimizer):
        raise TypeError(
            f"fit: optimizer must have step(), or make one that has of the parameters, "
            f"got {optimizer!r:.60} ({type(optimizer).__name__})"
        )
    made = optimizer(parameters)
    if not hasattr(made, "step"):
        raise TypeError(f"fit: what optimizer makes must have step(), got {made!r:.60} ({type(made).__name__})")
    return made


def _probe(of_sample: Callable[..., Any], samples: Samples) -> None:
    """Compute samples with the least and the greatest target, so that what the loss refuses is known at once."""
    for sample in {0} if samples.targets else sorted({int(samples.y.argmin()), int(samples.y.argmax())}):
        row = samples.row(sample)
        found = of_sample(*row)
        if not isinstance(found, Value):
            raise ValueError(f"fit: the loss of sample {sample} depends on no parameter of the model, got {found!r}")
