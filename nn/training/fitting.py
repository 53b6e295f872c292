"""`fit`: train a model on samples by replaying compiled batches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any

from autograd._common.foreign import explained
from autograd.engine import modes
from autograd.engine.backend import Value
from nn._common.checks import setting, shown
from nn.losses import LOSSES
from nn.optim import schedules
from nn.optim.schedules import ReduceLROnPlateau, Schedule
from nn.training.callbacks import Callback
from nn.training.checkpoint import Checkpoint
from nn.training.history import History
from nn.training.objective import Compiled, Eager, Masks, Objective, Penalty, probe, sample_loss
from nn.training.predicting import evaluating
from nn.training.running import Run
from nn.training.samples import Samples

if TYPE_CHECKING:
    from nn.modules.module import Module

__all__ = ["fit"]


@explained("fit")
def fit(
    model: Module, X: Any, y: Any, *, loss: str | Callable[[Any, Any], Any], optimizer: Any, epochs: int = 100,
    batch_size: int | None = 32, shuffle: bool = True, seed: int | None = 0, reduction: str = "mean",
    sample_weight: Any = None, class_weight: Any = None, penalty: Callable[[list[Value]], Any] | None = None,
    schedule: Callable[[int], float] | ReduceLROnPlateau | Callable[[Any], Any] | None = None,
    clip: Callable[[list[Value]], Any] | None = None, validation: tuple[Any, Any] | None = None,
    callbacks: Callback | Iterable[Callback] | None = (),
    checkpoint: Checkpoint | str | os.PathLike[str] | None = None, progress: bool | None = None,
    compiled: bool = True, threads: int | None = None, executor: Executor | None = None, timeout: float | None = None,
) -> History:  # fmt: skip
    """Train a model: replay each batch for its gradients and make one step of the optimiser.

    The loss is recorded for one sample and replayed for whole batches, without Python. Branches on numbers are
    followed: each branch is recorded. Models that draw random numbers in Python (`nn.Dropout` is supported) and ops
    that exist only in Python can't be recorded; they need `compiled=False`. A loss that couples the samples of a batch
    needs a training loop with `backward()` and `optimizer.step()`.

    Parameters
    ----------
    model : Module
        Called with a list of the features of a sample; returns a Value or a list of them.
    X : array-like of shape (samples, features), or (samples,) for one feature
        Finite numbers. An array is not copied: the memory needed is bounded by the batch.
    y : array-like of shape (samples,) or (samples, targets)
        The targets of the loss: a number or a list for each sample.
    loss : str or callable
        A name in `nn.LOSSES`, or a function of the outputs and the target of a sample that returns one Value. A single
        output is passed as a Value rather than a list if the target is a number.
    optimizer : optimiser, or callable
        An object with `step()` that updates parameters of the model, or a function that makes one from a list of
        parameters, such as `nn.Adam` or `functools.partial(nn.Adam, lr=0.01)`. Parameters that it doesn't hold aren't
        trained. A step of `nn.LBFGS` minimises the loss of a batch, which should be all samples.
    epochs : int
        The number of passes over all samples, including those before a checkpoint.
    batch_size : int, optional
        The number of samples of a step; None for all. The last batch of an epoch may be smaller.
    shuffle : bool
        Whether the samples are shuffled in each epoch; a single batch of all samples is not.
    seed : int, optional
        The seed of the shuffling: the same seed gives the same training. None gives a different order each time.
    reduction : {"mean", "sum"}
        Whether the loss of a batch is the mean or the sum over its samples.
    sample_weight : array-like of shape (samples,), optional
        Weights of the samples, not negative; they are scaled to mean 1.
    class_weight : dict or "balanced", optional
        Weights of the classes, if y has a class for each sample; 1 for a class that is left out. "balanced" gives every
        class the same total weight. They multiply `sample_weight`.
    penalty : callable, optional
        A function of the list of the model's parameters that is added to the loss of each batch:
        `lambda parameters: 1e-4 * ag.dot(parameters, parameters)`.
    schedule : callable, optional
        A function that returns the learning rate of each step, counted from 0; or a `ReduceLROnPlateau`, which follows
        the validation loss, or the training loss if there is no validation. A function that makes either from an
        optimiser is accepted, too: `functools.partial(nn.schedules.StepLR, step_size=100)`.
    clip : callable, optional
        Called with the list of the model's parameters before each step, to change their gradients.
    validation : (X, y), optional
        Other samples, whose loss after each epoch is in the history.
    callbacks : callable or iterable of callables
        Called with an `Epoch` after each epoch; training stops if one returns True. See `EarlyStopping`.
    checkpoint : path or Checkpoint, optional
        A file to which the state is written from time to time. If it exists, training continues from it and ends with
        the same weights, bit for bit, as if it had never been interrupted. See `Checkpoint` for what must be the same.
    progress : bool, optional
        Whether to show a progress bar after one second; by default only in a terminal.
    compiled : bool
        Whether batches are replayed; otherwise each sample is computed in Python.
    threads, executor, timeout
        See the `backward` of a compiled function; results don't depend on the number of threads. With a timeout in
        seconds, an executor that lost a worker raises an AutogradError instead of possibly waiting for ever.

    Returns
    -------
    History
        The losses of each epoch. After Ctrl-C, too: the model then has the weights of its best epoch, and `stopped` is
        "interrupted".

    Raises
    ------
    TypeError, ValueError
        If an argument is invalid, the samples don't match the model or aren't finite, or the loss rejects a target;
        nothing has changed.
    AnomalyError
        If a loss or a gradient becomes nan or inf; the message names epoch, sample, op and label. The model has the
        weights of its best epoch, or the initial ones.
    CheckpointError
        If the file isn't a checkpoint of this training; nothing has changed.

    Examples
    --------
    >>> import nn
    >>> points, labels = nn.datasets.moons(100, noise=0.1, seed=1)
    >>> net = nn.MLP(2, [8, 1], seed=1)
    >>> history = nn.fit(net, points, 2.0 * labels - 1.0, loss="mse", optimizer=nn.SGD(net, lr=0.1), epochs=20)
    >>> history.loss[-1] < history.loss[0]
    True
    """
    with modes.suspended():  # fit records and reports anomalies itself
        samples = Samples("fit", X, y, sample_weight, class_weight)
        pair: Any = validation
        if pair is not None and not (isinstance(pair, (tuple, list)) and len(pair) == 2):
            raise TypeError(f"fit: validation must be a pair (X, y), got {type(pair).__name__}")
        others = None if pair is None else Samples("fit: validation", *pair)
        epochs, reduction = setting("fit", "epochs", epochs), setting("fit", "reduction", reduction)
        batch = len(samples) if batch_size is None else min(setting("fit", "batch_size", batch_size), len(samples))
        compiled = setting("fit", "compiled", compiled)
        progress = None if progress is None else setting("fit", "progress", progress)
        _check_function("penalty", penalty, "lambda ps: 1e-4 * ag.dot(ps, ps)")
        _check_function("clip", clip, "functools.partial(nn.clip_grad_norm_, max_norm=1.0)")
        if others is not None and (others.features, others.targets) != (samples.features, samples.targets):
            raise ValueError(
                f"fit: validation must have the features and targets of X and y, {samples.features} and "
                f"{samples.targets}, got {others.features} and {others.targets}"
            )
        parameters = _parameters(model)
        keeper = checkpoint if isinstance(checkpoint, Checkpoint) or checkpoint is None else Checkpoint(checkpoint)
        trained = _optimizer(optimizer, parameters, keeper is not None)
        of_parameters = None if penalty is None else Penalty(penalty, parameters, compiled)
        named, masks = _named_loss(loss), Masks(model)
        options = {"threads": threads, "executor": executor, "timeout": timeout}
        of_sample = sample_loss(model, named, samples)
        probe(of_sample, samples)

        def objective(of: Samples) -> Objective:
            if not compiled:
                return Eager(of_sample, reduction == "mean")
            return Compiled(of_sample, reduction == "mean", of.row(0), masks, **options)

        learning, validating = objective(samples), None
        if others is not None:
            with evaluating(model):
                validating = objective(others)
        shuffle = setting("fit", "shuffle", shuffle) and batch < len(samples)
        run = Run(
            model, samples, others, named, learning, validating, of_parameters, masks, trained, parameters, batch,
            shuffle, _seed(seed), _schedule(schedule, trained), clip, _callbacks(callbacks), keeper,
        )  # fmt: skip
        return run.train(epochs, progress)


def _seed(given: Any) -> int | None:
    try:
        return None if given is None else setting("fit", "seed", given)
    except ValueError as error:
        raise ValueError(f"{error}, or None for another each time") from None


def _check_function(name: str, given: Any, example: str) -> None:
    if given is not None and not callable(given):
        raise TypeError(f"fit: {name} must be a function of the parameters, got {shown(given)}; for example {example}")


def _callbacks(given: Any) -> list[Callback]:
    several = hasattr(type(given), "__iter__") and not isinstance(given, str)
    found = [] if given is None else [*given] if several and not callable(given) else [given]
    for callback in found:
        if isinstance(callback, type) or not callable(callback):
            raise TypeError(f"fit: a callback must be a function of an Epoch, got {shown(callback)}")
    return found


def _schedule(given: Any, optimizer: Any) -> Any:
    """Return a function of the step or a plateau, of this optimiser, and made from it if a factory is given."""
    maker = given.func if isinstance(given, partial) else given
    if getattr(maker, "__module__", None) == schedules.__name__ and isinstance(maker, (type, FunctionType)):
        given = given(optimizer)
    if isinstance(given, (Schedule, ReduceLROnPlateau)) and given.optimizer not in (None, optimizer):
        raise ValueError("fit: schedule is of another optimizer than the one that trains; give both the same")
    if given is not None and not callable(given) and not isinstance(given, ReduceLROnPlateau):
        raise TypeError(f"fit: schedule must be a function of the step, or a ReduceLROnPlateau, got {shown(given)}")
    return given


def _parameters(model: Any) -> list[Value]:
    if isinstance(model, type) or not callable(getattr(model, "parameters", None)):
        raise TypeError(f"fit: model must be a Module, got {shown(model)}")
    found = list(model.parameters())
    if not found:
        raise ValueError(f"fit: the model has no parameters to train, got {model!r:.60}")
    return found


def _named_loss(loss: Any) -> Callable[..., Any]:
    if not callable(loss) and loss not in LOSSES:
        raise ValueError(f"fit: unknown loss, got {loss!r}; allowed {', '.join(LOSSES)}, or a function")
    return loss if callable(loss) else LOSSES[loss]


def _optimizer(given: Any, parameters: list[Value], kept: bool) -> Any:
    """Return the optimiser, made from the parameters if a factory is given."""
    found = given
    if not hasattr(given, "step") or isinstance(given, type):
        if not callable(given):
            raise TypeError(
                f"fit: optimizer must have step(), or be a function of the parameters that makes one, "
                f"got {shown(given)}; for example nn.Adam(model, lr=0.01)"
            )
        found = given(parameters)
        if not hasattr(found, "step"):
            raise TypeError(f"fit: what optimizer makes must have step(), got {shown(found)}")
    held = set(map(id, getattr(found, "parameters", parameters)))
    if held.isdisjoint(map(id, parameters)):
        raise ValueError("fit: the optimizer holds none of the model's parameters")
    if kept and not hasattr(found, "state_dict"):
        raise TypeError(f"fit: a checkpoint needs an optimizer with state_dict(), got {found!r:.60}")
    return found
