"""One training: its steps, epochs and checkpoints, from its arguments checked by `fit`."""

from __future__ import annotations

import math
import time
from array import array
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from autograd.engine.backend import Value
from autograd.errors import AnomalyError
from nn._common import flat
from nn.optim import LBFGS
from nn.optim.schedules import ReduceLROnPlateau
from nn.training.anomaly import explained
from nn.training.callbacks import Callback, Epoch
from nn.training.checkpoint import Checkpoint, CheckpointError, fingerprint
from nn.training.history import History
from nn.training.objective import Compiled, Eager, Masks, Objective, Penalty, sample_loss
from nn.training.predicting import evaluating
from nn.training.progress import Progress
from nn.training.samples import Samples

__all__ = ["Run"]


class Run:
    """One training."""

    size: int
    schedule: Callable[[int], float] | None
    plateau: ReduceLROnPlateau | None
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
        self.minimises = isinstance(optimizer, LBFGS)  # a step of it computes the loss many times
        self.masks = Masks(model)
        self.redraw = model.redraw if self.masks.lists and model.random_forward else None
        self.loss = loss
        of_sample = sample_loss(model, loss, samples)
        _probe(of_sample, samples)

        def objective(samples: Samples) -> Objective:
            if not compiled:
                return Eager(of_sample, mean)
            return Compiled(of_sample, mean, samples.row(0), threads, executor, self.masks)

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
        if self.keeper is not None:
            self.model.state_dict()  # a model whose state can't be kept is known before the first step
            parts = [self.samples, *([] if self.others is None else [self.others])]
            self.settings["data"] = [part.fingerprint() for part in parts]
            self.settings["loss"] = fingerprint(self.loss)
            self.settings["penalty"] = None if self.penalty is None else fingerprint(self.penalty.given)
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
            self.masks.forget()
            history.seconds = time.perf_counter() - started
        if self.keeper is not None and history.stopped != "interrupted":
            self._write()
        return history

    def _stateful(self) -> list[Any]:
        """Parts besides model and optimiser that a checkpoint keeps the states of."""
        return [*self.callbacks, *([] if self.plateau is None else [self.plateau])]

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
        if self.minimises:
            return float(self.optimizer.step(lambda: self._loss(columns, order, epoch)))
        found = self._loss(columns, order, epoch)
        self.optimizer.step()
        return found

    def _loss(self, columns: Any, order: Any, epoch: int) -> float:
        """Leave a batch's gradients in the parameters, all finite, and return its loss."""
        flat.write(self.all, "grad", self.zeros)
        names = range(self.done, self.done + columns.shape[1])
        picked = names if order is None else order[names.start : names.stop]
        weights = None if self.samples.weights is None else self.samples.weights[picked]
        found = self.objective.learn(columns, weights)
        if self.penalty is not None:
            found += self.penalty.learn()
        if not math.isfinite(found) or not flat.finite(self.all, "grad"):
            penalty = None if self.penalty is None else self.penalty.function
            raise explained(f"fit: epoch {epoch}", self.objective.of_sample, columns, picked, penalty)
        if self.clip is not None:
            self.clip(self.parameters)
        return found

    def _after(self, number: int) -> None:
        """Validate, keep the best weights, call the callbacks."""
        history = self.history
        watched = history.loss
        if self.validating is not None and self.others is not None:
            with evaluating(self.model):
                total = sum(self.validating.losses(columns) for columns in self.others.batches(4096))
            history.validation.append(total / len(self.others) if self.mean else total)
            watched = history.validation
        best = watched[history.best_epoch - 1] if history.best_epoch else math.nan
        if watched[-1] < best or math.isnan(best):
            self.best = flat.read(self.all, "data")
            history.best_epoch = number
        if self.callbacks:
            validation = history.validation[-1] if history.validation else None
            told = Epoch(number, history.loss[-1], validation, self.model, self.optimizer, history)
            answers = [callback(told) for callback in self.callbacks]
            # numpy's True, of a comparison of its numbers, is no `bool`.
            if any(str(getattr(answer, "dtype", type(answer).__name__)) == "bool" and answer for answer in answers):
                history.stopped = "early"
        if self.plateau is not None:
            self.plateau.step(watched[-1])

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
                "callbacks": [_state_of(part) for part in self._stateful()],
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
                self.generator.permutation(1)  # a state that was taken may still not draw
                self.generator.bit_generator.state = state["shuffle"]
            self.model.load_state_dict(state["weights"])
            self.optimizer.load_state_dict(state["optimizer"])
            for part, kept in zip(self._stateful(), state["callbacks"]):
                if kept is not None and hasattr(part, "load_state_dict"):
                    part.load_state_dict(kept)
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
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


def _probe(of_sample: Callable[..., Any], samples: Samples) -> None:
    """Compute samples with the least and the greatest target, so that what the loss refuses is known at once."""
    for sample in {0} if samples.targets else sorted({int(samples.y.argmin()), int(samples.y.argmax())}):
        row = samples.row(sample)
        found = of_sample(*row)
        if not isinstance(found, Value):
            raise ValueError(f"fit: the loss of sample {sample} depends on no parameter of the model, got {found!r}")
