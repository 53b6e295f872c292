"""`fit`: trains a model on samples, replaying compiled batches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any

from autograd.engine import modes
from autograd.engine.backend import Value
from nn._common.checks import size
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
    sample_weight: Any = None,
    class_weight: Any = None,
    penalty: Callable[[list[Value]], Any] | None = None,
    schedule: Callable[[int], float] | ReduceLROnPlateau | Callable[[Any], Any] | None = None,
    clip: Callable[[list[Value]], Any] | None = None,
    validation: tuple[Any, Any] | None = None,
    callbacks: Callback | Iterable[Callback] = (),
    checkpoint: Checkpoint | str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    compiled: bool = True,
    threads: int | None = None,
    executor: Executor | None = None,
    timeout: float | None = None,
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
        `nn.Adam` or `functools.partial(nn.Adam, lr=0.01)`. What it doesn't hold isn't trained. A step of `nn.LBFGS` is
        a whole minimisation over the batch, which had better be all samples.
    epochs : int
        How often all samples are gone through, counting those before a checkpoint.
    batch_size : int, optional
        How many samples a step sees; None for all. The last batch of an epoch may be smaller.
    shuffle : bool
        Whether each epoch has an order of its own. One batch of all samples stays as it is.
    seed : int, optional
        Where orders come from; the same seed gives the same training. None gives another each time.
    reduction : {"mean", "sum"}
        Whether a batch's loss is the mean or the sum of its samples' losses.
    sample_weight : array-like of shape (samples,), optional
        Weights of the samples' losses, not negative; scaled to mean 1.
    class_weight : dict or "balanced", optional
        Weights by class, where y has one for each sample; 1 for a class that is left out. "balanced" gives every class
        the same total weight. It multiplies `sample_weight`.
    penalty : callable, optional
        A function of the list of the model's parameters, added to the loss of each batch:
        `lambda parameters: 1e-4 * ag.dot(parameters, parameters)`.
    schedule : callable, optional
        Gives the learning rate of each step, which are counted from 0; or a `ReduceLROnPlateau`, which follows the
        validation loss, or the loss without validation. What makes either of an optimiser will do:
        `functools.partial(nn.schedules.StepLR, step_size=100)`.
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
    threads, executor, timeout
        As of a compiled function's `backward`; results don't depend on how many there are. With a timeout in seconds,
        an executor whose worker was killed raises an AutogradError, where it might wait for ever.

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
    with modes.suspended():  # it records and names anomalies by itself
        samples = Samples("fit", X, y, sample_weight, class_weight)
        others = None if validation is None else Samples("fit: validation", *_pair(validation))
        epochs = size("fit: epochs", epochs)
        batch = len(samples) if batch_size is None else min(size("fit: batch_size", batch_size), len(samples))
        if reduction not in ("mean", "sum"):
            raise ValueError(f"fit: unknown reduction, got {reduction!r}; allowed mean, sum")
        if others is not None and (others.features, others.targets) != (samples.features, samples.targets):
            raise ValueError(
                f"fit: validation must have the features and targets of X and y, {samples.features} and "
                f"{samples.targets}, got {others.features} and {others.targets}"
            )
        parameters, keeper = _parameters(model), _checkpoint(checkpoint)
        trained = _optimizer(optimizer, parameters, keeper is not None)
        rate, plateau = _schedule(schedule, trained)
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
        return Run(
            model=model,
            samples=samples,
            others=others,
            loss=named,
            objective=learning,
            validating=validating,
            penalty=of_parameters,
            masks=masks,
            optimizer=trained,
            parameters=parameters,
            size=batch,
            shuffle=bool(shuffle) and batch < len(samples),
            seed=_seed(seed),
            schedule=rate,
            plateau=plateau,
            clip=clip,
            callbacks=[callbacks] if callable(callbacks) else list(callbacks),
            keeper=keeper,
        ).train(epochs, progress)


def _seed(given: Any) -> int | None:
    try:
        return None if given is None else size("fit: seed", given, least=0)
    except ValueError as error:
        raise type(error)(f"{error}, or None for another each time") from None


def _checkpoint(given: Any) -> Checkpoint | None:
    return given if isinstance(given, Checkpoint) or given is None else Checkpoint(given)


def _schedule(given: Any, optimizer: Any) -> tuple[Any, ReduceLROnPlateau | None]:
    """A function of the step, or a plateau of this optimiser; either may have to be made of it first."""
    maker = given.func if isinstance(given, partial) else given
    if getattr(maker, "__module__", None) == schedules.__name__ and isinstance(maker, (type, FunctionType)):
        given = given(optimizer)
    if isinstance(given, (Schedule, ReduceLROnPlateau)) and given.optimizer not in (None, optimizer):
        raise ValueError("fit: schedule is of another optimizer than the one that trains; give both the same")
    if isinstance(given, ReduceLROnPlateau):
        return None, given
    if given is not None and not callable(given):
        raise TypeError(
            f"fit: schedule must be a function of the step, or a ReduceLROnPlateau, got {given!r:.60} "
            f"({type(given).__name__})"
        )
    return given, None


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


def _optimizer(given: Any, parameters: list[Value], kept: bool) -> Any:
    """The optimiser, made of the parameters where it isn't one yet."""
    found = given
    if not hasattr(given, "step") or isinstance(given, type):
        if not callable(given):
            raise TypeError(
                f"fit: optimizer must have step(), or be a function of the parameters that makes one, "
                f"got {given!r:.60} ({type(given).__name__}); for example nn.Adam(model, lr=0.01)"
            )
        found = given(parameters)
        if not hasattr(found, "step"):
            raise TypeError(f"fit: what optimizer makes must have step(), got {found!r:.60} ({type(found).__name__})")
    held = {id(parameter) for parameter in getattr(found, "parameters", parameters)}
    if held.isdisjoint(map(id, parameters)):
        raise ValueError("fit: the optimizer holds none of the model's parameters")
    if kept and not hasattr(found, "state_dict"):
        raise TypeError(f"fit: a checkpoint needs an optimizer with state_dict(), got {found!r:.60}")
    return found
