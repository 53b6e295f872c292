"""A training run: epochs, steps and checkpoints."""

from __future__ import annotations

import math
import sys
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.engine.backend import Value
from autograd.errors import AnomalyError
from nn._common import flat
from nn._common.steps import zeros
from nn.optim import LBFGS
from nn.optim.schedules import ReduceLROnPlateau
from nn.training.anomaly import explained
from nn.training.callbacks import Callback, Epoch
from nn.training.checkpoint import Checkpoint, CheckpointError
from nn.training.descent import descent
from nn.training.fingerprint import fingerprint, structure
from nn.training.history import History
from nn.training.objective import Masks, Objective, Penalty
from nn.training.predicting import evaluating
from nn.training.samples import Samples, shuffled

__all__ = ["Run"]


@dataclass
class Run:
    """A training run, from arguments that `fit` has checked."""

    model: Any
    samples: Samples
    others: Samples | None
    loss: Callable[[Any, Any], Any]
    objective: Objective
    validating: Objective | None
    penalty: Penalty | None
    masks: Masks
    optimizer: Any
    parameters: list[Value]
    size: int
    shuffle: bool
    seed: int | None
    schedule: Any
    clip: Callable[[list[Value]], Any] | None
    callbacks: list[Callback]
    keeper: Checkpoint | None
    history: History = field(default_factory=History)
    done: int = 0  # samples of this epoch
    running: float = 0.0  # the sum of their losses
    shuffle_state: Any = None  # of the generator before this epoch

    def __post_init__(self) -> None:
        self.all = tuple(dict.fromkeys([*getattr(self.optimizer, "parameters", ()), *self.parameters]))
        self.zeros = zeros(len(self.all))
        self.best = flat.read(self.all, "data")
        self.minimises = isinstance(self.optimizer, LBFGS)  # a step of it computes the loss many times
        self.redraw = self.model.redraw if self.masks.lists and self.model.random_forward else None
        self.generator = np.random.default_rng(self.seed) if self.shuffle else None
        self.plateau = self.schedule if isinstance(self.schedule, ReduceLROnPlateau) else None
        self.rate = None if self.plateau is not None else self.schedule
        counted = self.keeper is not None and (self.keeper.steps is not None or type(self.keeper) is not Checkpoint)
        between = (self.penalty, self.redraw, self.rate, self.clip, self.samples.weights)
        # No Python between the steps of an epoch; a checkpoint that is due by the clock needs none.
        alone = not counted and all(part is None for part in between)
        self.descent = descent(self.objective, self.optimizer, self.all) if alone else None
        if self.keeper is not None:
            self.model.state_dict()  # a model whose state can't be kept is known before the first step
            self.settings = self._settings()
            state = self.keeper.read()
            if state is not None:
                self._resume(self.keeper, state)

    def train(self, epochs: int, progress: bool | None) -> History:
        """Run the epochs."""
        history, started = self.history, time.perf_counter()
        bar = _bar(progress, epochs * -(-len(self.samples) // self.size), history.steps)
        try:
            while history.epochs < epochs and not history.stopped:
                self._epoch(bar)
            if history.stopped and any(getattr(callback, "restore", False) for callback in self.callbacks):
                flat.write(self.all, "data", self.best)
        except KeyboardInterrupt:
            history.stopped = "interrupted"
            flat.write(self.all, "data", self.best)
        except AnomalyError:
            flat.write(self.all, "data", self.best)
            flat.write(self.all, "grad", self.zeros)
            raise
        finally:
            if bar is not None:
                bar.close()
            self.masks.forget()
            history.seconds = time.perf_counter() - started
        if self.keeper is not None and history.stopped != "interrupted":
            self._write(self.keeper)
        return history

    def _epoch(self, bar: Any) -> None:
        """Run one epoch, or what is left of it after a checkpoint."""
        history, count, keeper, mean = self.history, len(self.samples), self.keeper, self.objective.mean
        order = self._order()
        for table in self.samples.tables(self.size, order, self.done):
            begin, first = 0, self.done
            while begin < len(table):
                losses = self._steps(table[begin:] if begin else table, order)
                for found in losses:
                    size = min(self.size, len(table) - begin)
                    self.running += found * size if mean else found
                    begin += size
                self.done = first + begin
                history.steps += len(losses)
                if bar is not None and bar.update(len(losses)):
                    bar.set_postfix_str(f"epoch {history.epochs + 1}, loss {losses[-1]:.4g}")
                if keeper is not None and self.done < count and keeper.due(history.steps):
                    self._write(keeper)
        history.loss.append(self.running / count if mean else self.running)
        self.done, self.running, self.shuffle_state = 0, 0.0, None
        self._after(history.epochs)
        if keeper is not None and keeper.due(history.steps):
            self._write(keeper)

    def _order(self) -> Any:
        if self.generator is None:
            return None
        if self.keeper is not None:
            self.shuffle_state = self.generator.bit_generator.state
        return shuffled(self.generator, len(self.samples))

    def _steps(self, table: Any, order: Any) -> list[float]:
        """Make a step, or some, on batches of a table from its first on, and return their losses."""
        found = [] if self.descent is None else self.descent.run(table, self.size)
        return found or [self._step(table[: self.size] if len(table) > self.size else table, order)]

    def _step(self, batch: Any, order: Any) -> float:
        """Make one step on a batch and return its loss."""
        if self.rate is not None:
            self.optimizer.lr = self.rate(self.history.steps)
        if self.redraw is not None:
            self.redraw()
        if self.minimises:
            return float(self.optimizer.step(lambda: self._loss(batch, order)))
        found = self._loss(batch, order)
        self.optimizer.step()
        return found

    def _loss(self, batch: Any, order: Any) -> float:
        """Compute the gradients of a batch, check that they are finite, and return the loss."""
        flat.write(self.all, "grad", self.zeros)
        weights = self.samples.weights
        found = self.objective.learn(batch, None if weights is None else weights[self._names(batch, order)])
        if self.penalty is not None:
            found += self.penalty.learn()
        if not math.isfinite(found) or not flat.finite(self.all, "grad"):
            where = f"fit: epoch {self.history.epochs + 1}"
            penalty = None if self.penalty is None else self.penalty.function
            raise explained(where, self.objective.of_sample, batch, self._names(batch, order), penalty)
        if self.clip is not None:
            self.clip(self.parameters)
        return found

    def _names(self, batch: Any, order: Any) -> Any:
        """Return the positions of a batch's samples in the data."""
        names = range(self.done, self.done + len(batch))
        return names if order is None else order[names.start : names.stop]

    def _after(self, number: int) -> None:
        """Validate, keep the best weights and call the callbacks."""
        history = self.history
        watched = history.loss
        if self.validating is not None and self.others is not None:
            with evaluating(self.model):
                total = sum(self.validating.losses(batch) for batch in self.others.batches(4096))
            history.validation.append(total / len(self.others) if self.objective.mean else total)
            watched = history.validation
        best = watched[history.best_epoch - 1] if history.best_epoch else math.nan
        if watched[-1] < best or math.isnan(best):
            self.best = flat.read(self.all, "data")
            history.best_epoch = number
        if self.callbacks:
            validation = history.validation[-1] if history.validation else None
            told = Epoch(number, history.loss[-1], validation, self.model, self.optimizer, history)
            answers = [callback(told) for callback in self.callbacks]
            if any(map(_ends, answers)):
                history.stopped = "early"
        if self.plateau is not None:
            self.plateau.step(watched[-1])

    # Checkpoints

    def _stateful(self) -> list[Any]:
        """Parts besides model and optimiser whose states a checkpoint keeps."""
        kept = [part for part in (*self.callbacks, self.plateau) if hasattr(part, "state_dict")]
        return [part for part in kept if hasattr(part, "load_state_dict")]

    def _settings(self) -> dict[str, Any]:
        """Settings that must be the same in a resumed training."""
        kept = {id(parameter): (parameter, None) for parameter in self.all}  # their values change
        given = {"loss": self.loss, "schedule": self.schedule, "clip": self.clip}
        if self.penalty is not None:
            given["penalty"] = self.penalty.given
        return {
            "samples": len(self.samples),
            "features": self.samples.features,
            "targets": self.samples.targets,
            "batch_size": self.size,
            "seed": self.seed,
            "shuffled": self.shuffle,
            "mean": self.objective.mean,
            "validation": 0 if self.others is None else len(self.others),
            "data": [part.fingerprint() for part in (self.samples, self.others) if part is not None],
            **{name: fingerprint(part, dict(kept)) for name, part in given.items()},
            "stateful": [type(part).__qualname__ for part in self._stateful()],
            **structure(self.model),
        }

    def _write(self, keeper: Checkpoint) -> None:
        """Write the checkpoint."""
        history = self.history
        shuffle: Any = {}
        if self.generator is not None:
            shuffle = self.shuffle_state if self.done else self.generator.bit_generator.state
        keeper.write(
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
                "callbacks": [part.state_dict() for part in self._stateful()],
            }
        )

    def _resume(self, keeper: Checkpoint, state: dict[str, Any]) -> None:
        """Restore the state of a checkpoint, all of it or none."""
        where, kept = f"checkpoint: {keeper.path}", state["settings"]
        differing = [
            f"{name} {kept.get(name)!r}, now {self.settings.get(name)!r}"
            for name in {**self.settings, **kept}
            if kept.get(name) != self.settings.get(name)
        ]
        if differing:
            raise CheckpointError(f"{where}: of another training: {'; '.join(differing)}")
        if len(state["best"]) != len(self.all) or not 0 <= state["samples_done"] < len(self.samples):
            raise CheckpointError(f"{where}: its numbers don't fit the model and the samples")
        parts = [self.model, self.optimizer, *self._stateful()]
        before = [part.state_dict() for part in parts]
        try:
            if self.generator is not None:
                self.generator.bit_generator.state = state["shuffle"]
                shuffled(self.generator, 1)  # a state that was taken may still not draw
                self.generator.bit_generator.state = state["shuffle"]
            for part, given in zip(parts, [state["weights"], state["optimizer"], *state["callbacks"]], strict=True):
                part.load_state_dict(given)
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
            for part, given in zip(parts, before, strict=True):
                part.load_state_dict(given)
            raise CheckpointError(f"{where}: {error}") from error
        self.history = History(
            loss=[float(x) for x in state["loss"]],
            validation=[float(x) for x in state["validation"]],
            best_epoch=state["best_epoch"],
            steps=state["steps"],
            stopped=state["stopped"],
        )
        self.best = array("d", state["best"])
        self.done, self.running = state["samples_done"], float(state["running"])


def _ends(answer: Any) -> bool:
    """Return whether a callback returned True, as a Python or array bool; other results are ignored."""
    return str(getattr(answer, "dtype", type(answer).__name__)).endswith("bool") and bool(np.all(answer))


def _bar(wanted: bool | None, total: int, done: int) -> Any:
    """Return a progress bar that appears after a second; by default only in a terminal."""
    if not (bool(sys.stderr and sys.stderr.isatty()) if wanted is None else wanted):
        return None
    from tqdm.auto import tqdm

    return tqdm(total=total, initial=done, unit="step", desc="fit", delay=1.0)
