"""Checkpoints: a process that is killed and restarted ends with the same bits; no damaged file does harm."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import time
from array import array
from collections import deque
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import AnomalyError, Value
from tests.processes import running

ROOT = Path(__file__).parent.parent.parent

SCRIPT = """
import json, sys, time, nn
path, slow = sys.argv[1], float(sys.argv[2])
points, labels = nn.datasets.moons(60, noise=0.1, seed=1)
net = nn.MLP(2, [5, 1], seed=1)
def pause(epoch):
    time.sleep(slow)
    while slow and epoch.number == 50:  # whoever is to kill this may come late
        time.sleep(1.0)
history = nn.fit(
    net, points, labels, loss="bce_with_logits", optimizer=nn.Adam(net, lr=0.02), epochs=60, batch_size=8,
    validation=nn.datasets.moons(20, noise=0.1, seed=2), callbacks=[pause, nn.EarlyStopping(patience=50)],
    checkpoint=nn.Checkpoint(path, steps=5) if path else None,
)
print(json.dumps([history.loss, history.validation, history.best_epoch, history.steps, net.state_dict()]))
"""


def run(path: str, slow: float = 0.0) -> Any:
    command = [sys.executable, "-c", SCRIPT, path, str(slow)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def wait_for(path: Path, steps: int) -> None:
    until = time.monotonic() + 60.0
    while time.monotonic() < until:
        if path.exists() and json.loads(path.read_text(encoding="utf-8"))["steps"] >= steps:
            return
        time.sleep(0.01)
    pytest.fail(f"no checkpoint of {steps} steps after a minute")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL, which this system lacks")
def test_killed_and_resumed_is_the_same_to_the_last_bit(tmp_path: Path) -> None:
    path = tmp_path / "moons.json"
    for steps in (20, 130):  # killed twice, in the middle of epochs too
        command = [sys.executable, "-c", SCRIPT, str(path), "0.02"]
        with running(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            wait_for(path, steps)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
        assert json.loads(path.read_text(encoding="utf-8"))["steps"] < 60 * 8
    resumed = run(str(path))
    assert resumed == run("")
    assert [p.name for p in tmp_path.iterdir() if not p.name.startswith(".")] == ["moons.json"]
    assert run(str(path)) == resumed  # what has ended stays as it is


class Stop(Exception):
    """Ends a training in the middle."""


class Stopping(nn.SGD):
    """Gradient descent that is broken off before a step."""

    stop_after: int | None = None

    def step(self) -> None:
        if self.steps == self.stop_after:
            raise Stop
        super().step()


def rate(step: int) -> float:
    return 0.05 / (1 + step)


def train(path: Path | None, stop_after: int | None = None, **options: Any) -> tuple[nn.MLP, nn.History]:
    points, labels = nn.datasets.moons(30, noise=0.1, seed=1)
    net = nn.MLP(2, [3, 1], activation=options.pop("activation", "tanh"), seed=1)
    optimizer = Stopping(net, lr=0.05, momentum=0.9)
    optimizer.stop_after = stop_after
    given: dict[str, Any] = {
        "loss": "bce_with_logits",
        "optimizer": optimizer,
        "epochs": 6,
        "batch_size": 7,
        "schedule": rate,
    }
    if path is not None:
        given["checkpoint"] = nn.Checkpoint(path, steps=1)
    return net, nn.fit(net, points, labels, **given | options)


WHOLE = train(None)


@given(stops=st.lists(st.integers(1, 29), min_size=1, max_size=3, unique=True).map(sorted))
def test_wherever_it_stops_it_goes_on_exactly(tmp_path_factory: pytest.TempPathFactory, stops: list[int]) -> None:
    path = tmp_path_factory.mktemp("stops") / "run.json"
    for stop in stops:
        with pytest.raises(Stop):
            train(path, stop)
        assert json.loads(path.read_text(encoding="utf-8"))["steps"] == stop
    net, history = train(path)
    assert net.state_dict() == WHOLE[0].state_dict()
    assert history.loss == WHOLE[1].loss
    assert (history.best_epoch, history.steps) == (WHOLE[1].best_epoch, WHOLE[1].steps)


def test_more_epochs_go_on_from_the_end(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    train(path, epochs=2)
    net, history = train(path)
    assert net.state_dict() == WHOLE[0].state_dict()
    assert history.loss == WHOLE[1].loss


def test_seconds_say_how_often() -> None:
    often, seldom = nn.Checkpoint("x", seconds=0.0), nn.Checkpoint("x", seconds=1e6)
    assert often.due(1)
    assert not seldom.due(1)
    assert [nn.Checkpoint("x", steps=3).due(step) for step in (1, 2, 3, 6, 7)] == [False, False, True, True, False]
    with pytest.raises(ValueError, match="seconds must be finite and at least 0, got -1"):
        nn.Checkpoint("x", seconds=-1.0)
    with pytest.raises(ValueError, match="steps must be a whole number of at least 1, got 0"):
        nn.Checkpoint("x", steps=0)


def test_a_checkpoint_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    with pytest.raises(Stop):
        train(path, 8)
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        with pytest.raises(nn.CheckpointError):
            train(path)
        assert path.read_bytes() == whole[:length]


@pytest.mark.parametrize(
    "change, text",
    [
        ({"format": "x"}, "not scalargrad checkpoint: it must be an object whose format is"),
        ({"version": 2}, "version must be 1, got 2"),
        ({"loss": None}, "loss is missing or of another kind"),
        ({"loss": ["1"]}, "loss must be numbers"),
        ({"best": [True]}, "best must be numbers"),
        ({"best": [1.0]}, "its numbers don't fit the model"),
        ({"steps": -1}, "a count is out of range"),
        ({"steps": True}, "steps is missing or of another kind"),
        ({"best_epoch": 7}, "a count is out of range"),
        ({"samples_done": 30}, "its numbers don't fit the model"),
        ({"validation": [1.0, 2.0, 3.0]}, "validation must have a number for each epoch"),
        ({"weights": {}}, r"missing .*layers\.0\.weights"),
        ({"optimizer": {}}, "checkpoint: "),
        ({"optimizer": {"lr": "fast"}}, "checkpoint: "),
        ({"shuffle": {"bit_generator": "MT19937"}}, "checkpoint: "),
        ({"shuffle": {}}, "checkpoint: "),
        ({"settings": {"samples": 1}}, r"of another training: .*samples 1, now 30"),
    ],
)
def test_what_a_checkpoint_must_be(tmp_path: Path, change: dict[str, Any], text: str) -> None:
    path = tmp_path / "run.json"
    with pytest.raises(Stop):
        train(path, 8)
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")
    before = path.read_bytes()
    net = nn.MLP(2, [3, 1], seed=1)
    optimizer = Stopping(net, lr=0.05, momentum=0.9)
    state = net.state_dict(), optimizer.state_dict()
    points, labels = nn.datasets.moons(30, noise=0.1, seed=1)
    how: dict[str, Any] = {"loss": "bce_with_logits", "batch_size": 7, "schedule": rate}
    with pytest.raises(nn.CheckpointError, match=text) as caught:
        nn.fit(net, points, labels, optimizer=optimizer, checkpoint=path, **how)
    assert str(path) in str(caught.value)
    assert (net.state_dict(), optimizer.state_dict()) == state
    assert path.read_bytes() == before


def test_settings_of_another_training_are_named(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    train(path, epochs=2)
    with pytest.raises(nn.CheckpointError, match=r"of another training: batch_size 7, now 5; seed 0, now 3"):
        train(path, batch_size=5, seed=3)


def test_a_folder_that_is_not_there_is_known_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        train(tmp_path / "nowhere" / "run.json", 0)
    assert os.listdir(tmp_path) == []


def scaled(factor: float) -> Any:
    return lambda output, target: (output - target) ** 2 * factor


@pytest.mark.parametrize(
    "options, named",
    [
        ({"loss": "mse"}, "loss"),
        ({"loss": scaled(1.0)}, "loss"),
        ({"penalty": lambda parameters: 0.1 * parameters[0] ** 2}, "penalty"),
        ({"seed": 1}, "seed"),
        ({"activation": "relu"}, r"model layers\.0\.activation 'tanh', now 'relu'"),
        ({"activation": "relu", "compiled": False}, "model"),
        ({"sample_weight": [2.0] + [1.0] * 29}, "data"),
        ({"validation": ([[0.0, 0.0]], [1.0])}, "data"),
    ],
)
def test_a_checkpoint_of_another_loss_or_data_is_refused(tmp_path: Path, options: dict[str, Any], named: str) -> None:
    path = tmp_path / "run.json"
    train(path, epochs=2)
    with pytest.raises(nn.CheckpointError, match=rf"of another training: .*{named}"):
        train(path, **options)
    points, labels = nn.datasets.moons(30, noise=0.1, seed=2)
    net = nn.MLP(2, [3, 1], seed=1)
    with pytest.raises(nn.CheckpointError, match=r"of another training: .*data"):
        nn.fit(net, points, labels, loss="bce_with_logits", optimizer=nn.SGD(net, 0.1), batch_size=7, checkpoint=path)


def test_computed_otherwise_it_is_the_same_training(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    train(path, epochs=2, compiled=False)
    assert train(path, epochs=3)[1].epochs == 3


def test_losses_are_told_apart_by_code_and_by_what_they_close_over(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    train(path, epochs=2, loss=scaled(1.0))
    train(path, epochs=3, loss=scaled(1.0))
    for other in (scaled(2.0), lambda output, target: (output - target) ** 2):
        with pytest.raises(nn.CheckpointError, match="of another training: loss"):
            train(path, loss=other)


class Weighted:
    """A loss that is an object."""

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def __call__(self, output: Any, target: Any) -> Any:
        return self.weight * (output - target) ** 2


def helped(output: Any, target: Any) -> Any:
    return squared(output - target)


def squared(x: Any) -> Any:
    return x * x


def weights_of(*weights: float) -> Any:
    return lambda output, target: weights[0] * (output - target) ** 2


def step_size(size: int) -> Any:
    return partial(nn.schedules.StepLR, step_size=size)


def chained(gamma: float) -> Any:
    parts = [nn.schedules.ExponentialLR(0.05, gamma), nn.schedules.ConstantLR(0.05)]
    return nn.schedules.ChainedScheduler(parts)


def keyword(weight: float) -> Any:
    def loss(output: Any, target: Any, *, weight: float = weight) -> Any:
        return weight * (output - target) ** 2

    return loss


def clipped(limit: float) -> Any:
    return partial(nn.clip_grad_norm_, max_norm=limit)


class Hidden:
    """A schedule whose settings are private."""

    def __init__(self, rate: float) -> None:
        self._rate = rate

    def __call__(self, step: int) -> float:
        return self._rate


class Slotted:
    """A schedule without a dict, whose attribute has the name of one that changes in ReduceLROnPlateau."""

    __slots__ = ("best",)

    def __init__(self, rate: float) -> None:
        self.best = rate

    def __call__(self, step: int) -> float:
        return self.best


class Unpicklable(Hidden):
    """A schedule that can't be pickled, with an attribute in a slot."""

    __slots__ = ("factor",)

    def __init__(self, rate: float) -> None:
        super().__init__(0.05)
        self.factor = rate

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise RuntimeError("holds a connection")


class UnpicklableHidden(Hidden):
    """The same with an attribute in its dict."""

    def __getstate__(self) -> Any:
        raise OSError("holds a file")


class Rebuilt(Hidden):
    """A schedule that is pickled as a call of an object without a name."""

    def __reduce__(self) -> Any:
        return partial(Hidden, self._rate), ()


class Nested:
    """A schedule that has another one."""

    def __init__(self, rate: float) -> None:
        self.inner = Hidden(rate)

    def __call__(self, step: int) -> float:
        return self.inner(step)


class Constant:
    """A schedule whose rate is in the code of a method."""

    def __call__(self, step: int) -> float:
        return self.value()

    def value(self) -> float:
        return 0.05


def entry(rates: Any) -> Any:
    return lambda step: rates[step] / 100


def settings(rate: float) -> ModuleType:
    module = ModuleType("settings")
    module.rate = rate  # type: ignore[attr-defined]
    return module


def math_of(scale: float) -> Any:
    def activation(x: Any) -> Any:
        return scale * x

    return activation


@pytest.mark.parametrize(
    "name, make, one, other",
    [
        ("schedule", lambda x: x, None, rate),
        ("schedule", lambda x: lambda step: x, 0.05, 0.04),
        ("schedule", step_size, 5, 6),
        ("schedule", lambda x: x(step_size=5), partial(nn.schedules.StepLR, 0.05), partial(nn.schedules.StepLR, 0.04)),
        ("schedule", lambda x: x(0.05, 0.5), nn.schedules.ExponentialLR, nn.schedules.LinearLR),
        ("schedule", chained, 0.9, 0.8),
        ("schedule", lambda x: partial(nn.schedules.ReduceLROnPlateau, patience=x), 1, 2),
        ("clip", clipped, 1.0, 2.0),
        ("clip", lambda x: x, None, clipped(1.0)),
        ("loss", Weighted, 1.0, 2.0),
        ("loss", lambda x: partial(nn.losses.huber, delta=x), 1.0, 2.0),
        ("loss", lambda x: weights_of(*x), (1.0, 2.0), (2.0, 1.0)),
        ("loss", lambda x: weights_of(*map(np.float32, x)), (1.0, 2.0), (2.0, 1.0)),
        ("loss", keyword, 1.0, 2.0),
        ("schedule", Hidden, 0.05, 0.04),
        ("schedule", Slotted, 0.05, 0.04),
        ("schedule", Unpicklable, 0.05, 0.04),
        ("schedule", UnpicklableHidden, 0.05, 0.04),
        ("schedule", Rebuilt, 0.05, 0.04),
        ("schedule", Nested, 0.05, 0.04),
        ("schedule", lambda x: Nested(x).inner, 0.05, 0.04),
        ("schedule", lambda x: x(), Constant, type("Constant", (Constant,), {"value": lambda self: 0.04})),
        ("schedule", lambda x: [*[0.05] * 80, *[x] * 80].__getitem__, 0.05, 0.04),
        ("schedule", lambda x: entry([*[0.05] * 80, *[x] * 80]), 0.05, 0.04),
        ("schedule", lambda x: entry(dict.fromkeys(range(160), x)), 0.05, 0.04),
        ("schedule", lambda x: entry(deque([x] * 160)), 0.05, 0.04),
        ("schedule", lambda x: entry(array("d", [x] * 160)), 0.05, 0.04),
        ("schedule", lambda x: entry(bytes([x] * 160)), 1, 2),
        ("schedule", lambda x: lambda step: 0.05 if step in x else 0.04, {1, 2}, {1, 3}),
        ("schedule", lambda x: lambda step: 0.05 if step in x else 0.04, range(2), range(3)),
        ("schedule", lambda x: lambda step: float(x), Fraction(1, 20), Fraction(1, 25)),
        ("schedule", lambda x: lambda step: x.data, Value(0.05), Value(0.04)),
        ("schedule", lambda x: lambda step: x.rate, settings(0.05), settings(0.04)),
        ("schedule", lambda x: lambda step: 1e-3 * x(step / 100), math.exp, math.cosh),
        ("schedule", lambda x: lambda step: 1e-3 * x(step / 100), np.exp, np.cosh),
        ("schedule", lambda x: cache(lambda step: x), 0.05, 0.04),
        ("schedule", lambda x: lambda step: sum(x for _ in [step]), 0.05, 0.04),
        ("schedule", lambda x: partial(nn.schedules.MultiStepLR, milestones=[*range(1, 90), x]), 90, 95),
        ("activation", lambda x: x, math_of(1.0), math_of(2.0)),
        ("callbacks", lambda x: x, [], [nn.EarlyStopping(patience=9)]),
    ],
)
def test_another_schedule_clipping_or_loss_is_another_training(
    tmp_path: Path, name: str, make: Any, one: Any, other: Any
) -> None:
    path = tmp_path / "run.json"
    train(path, epochs=2, **{name: make(one)})
    named = {"callbacks": "stateful", "activation": "model"}.get(name, name)
    with pytest.raises(nn.CheckpointError, match=f"of another training: {named}"):
        train(path, epochs=3, **{name: make(other)})
    assert train(path, epochs=3, **{name: make(one)})[1].epochs == 3


class Scaled(nn.Module):
    """A model with an attribute that is no parameter."""

    def __init__(self, scale: Any) -> None:
        self.layers = [nn.Linear(2, 1, seed=1)]
        self.scale = scale

    def __call__(self, xs: Any) -> Any:
        return self.layers[0](xs)[0] * float(np.sum(self.scale))


@pytest.mark.parametrize("kind", [float, np.array, list, tuple, lambda x: [tuple(x)]])
def test_plain_attributes_of_a_model_are_part_of_it(tmp_path: Path, kind: Any) -> None:
    points, labels = nn.datasets.moons(30, seed=1)

    def resumed(scale: float, epochs: int) -> None:
        net = Scaled(kind(scale if kind is float else [scale, 1.0]))
        nn.fit(
            net, points, labels, loss="mse", optimizer=nn.SGD(net, 0.1), epochs=epochs, checkpoint=tmp_path / "run.json"
        )

    resumed(1.0, 2)
    resumed(1.0, 3)
    with pytest.raises(nn.CheckpointError, match=r"of another training: model\.scale"):
        resumed(2.0, 4)


def test_what_a_loss_calls_is_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    train(path, epochs=2, loss=helped)
    assert train(path, epochs=3, loss=helped)[1].epochs == 3
    monkeypatch.setitem(globals(), "squared", lambda x: abs(x))
    with pytest.raises(nn.CheckpointError, match="of another training: loss"):
        train(path, epochs=4, loss=helped)


def test_the_code_of_a_class_that_a_loss_names_is_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def loss(output: Any, target: Any) -> Any:
        return Weighted(2.0)(output, target)

    path = tmp_path / "run.json"
    train(path, epochs=2, loss=loss)
    assert train(path, epochs=3, loss=loss)[1].epochs == 3
    monkeypatch.setattr(Weighted, "__call__", lambda self, output, target: self.weight * abs(output - target))
    with pytest.raises(nn.CheckpointError, match="of another training: loss"):
        train(path, epochs=4, loss=loss)


FINGERPRINTS = """
import logging, threading, nn, numpy as np, autograd as ag
from nn.training.fingerprint import fingerprint
names, log, lock, generator = {"a", "b", ("c", 1)}, logging.getLogger("x"), threading.Lock(), np.random.default_rng()
class Loss:
    def __init__(self):
        self.names, self.lock, self.numbers, self.me = {"x", "y", "z"}, lock, (i for i in range(3)), self
    def __call__(self, output, target):
        log.info("%s", output)
        return output if "a" in names or target in {"k", "l", "m"} else generator.normal() + np.linspace(0, 1)[0]
print([fingerprint(each) for each in (Loss(), Loss().__call__, ag.compile(Loss.__call__), nn.losses.huber)])
"""


def test_fingerprints_are_the_same_in_every_process() -> None:
    def printed(seed: str) -> str:
        made = subprocess.run(
            [sys.executable, "-c", FINGERPRINTS], capture_output=True, text=True, cwd=ROOT, check=True, timeout=120,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )  # fmt: skip
        return made.stdout

    assert printed("1") == printed("2") == printed("3") != ""


class Link:
    """Part of a long chain."""

    def __init__(self, below: Any) -> None:
        self.below = below


def test_losses_of_any_kind_can_be_kept(tmp_path: Path) -> None:
    chain: Any = None
    for _ in range(5000):
        chain = Link(chain)
    loop = Link(None)
    loop.below = loop
    made: dict[str, Any] = {"__name__": None}
    exec("def made(output, target): return (output - target) ** 2", made)
    net = nn.MLP(2, [1], seed=1)
    losses = [
        lambda output, target: (output - target) ** 2 if chain.below else output,
        lambda output, target: (output - target) ** 2 if loop.below else output,
        lambda output, target: (output - target) ** 2 if len(net.layers) and np.ones(3).any() and math.pi else output,
        made["made"],
        Weighted(1.0).__call__,
    ]
    for position, loss in enumerate(losses):
        path = tmp_path / f"{position}.json"
        train(path, epochs=1, loss=loss)
        assert train(path, epochs=2, loss=loss)[1].epochs == 2


class Counting:
    """A callback that counts epochs."""

    count = 0

    def __call__(self, epoch: Any) -> None:
        self.count += 1

    def state_dict(self) -> dict[str, int]:
        return {"count": self.count}

    def load_state_dict(self, state: dict[str, int]) -> None:
        self.count = state["count"]


class Noting(Counting):
    """One whose state is written but can't be read."""

    load_state_dict: Any = property()


def test_a_callback_whose_state_is_damaged_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    train(path, epochs=2, callbacks=[Counting(), nn.EarlyStopping(patience=9), Noting()])
    kept = json.loads(path.read_text(encoding="utf-8"))
    kept["callbacks"][1] = {"best": 1.0, "waited": -1}
    path.write_text(json.dumps(kept), encoding="utf-8")
    counting = Counting()
    with pytest.raises(nn.CheckpointError, match="waited must be a whole number of at least 0"):
        train(path, epochs=3, callbacks=[counting, nn.EarlyStopping(patience=9), Noting()])
    assert counting.count == 0


class Line:
    """A model that is no Module."""

    def __init__(self) -> None:
        self.slope, self.shift = Value(1.0, "slope"), 0.5

    def __call__(self, xs: Any) -> Any:
        return self.slope * xs[0] + self.shift

    def parameters(self) -> list[Value]:
        return [self.slope]

    def state_dict(self) -> dict[str, float]:
        return {"slope": self.slope.data}

    def load_state_dict(self, numbers: dict[str, float]) -> None:
        self.slope.data = numbers["slope"]


def test_a_model_that_is_no_module_is_kept(tmp_path: Path) -> None:
    how: dict[str, Any] = {"loss": "mse", "optimizer": partial(nn.SGD, lr=0.1)}
    whole: Any = Line()
    broken: Any = Line()
    nn.fit(whole, [1.0, 2.0], [3.0, 5.0], epochs=4, **how)
    for epochs in (2, 4):
        nn.fit(broken, [1.0, 2.0], [3.0, 5.0], epochs=epochs, checkpoint=tmp_path / "run.json", **how)
    assert broken.slope.data == whole.slope.data
    broken.shift = 0.25
    with pytest.raises(nn.CheckpointError, match=r"of another training: model\.shift"):
        nn.fit(broken, [1.0, 2.0], [3.0, 5.0], epochs=5, checkpoint=tmp_path / "run.json", **how)


def test_a_callback_without_a_state_may_come_and_go(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    train(path, epochs=2)
    assert train(path, epochs=3, callbacks=lambda epoch: None)[1].epochs == 3


@given(data=st.data())
def test_a_file_changed_anywhere_raises_documented_errors_alone(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("mutated") / "run.json"
    with pytest.raises(Stop):
        train(path, 8)
    state = json.loads(path.read_text(encoding="utf-8"))
    wrong = st.sampled_from([None, -1, 10**400, 1e308, "x", [], {}, True, [None], 0.5, {"a": 1}, math.inf, math.nan])
    place: Any = state
    while isinstance(place, (dict, list)) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, (dict, list)) or not inner or data.draw(st.booleans()):
            place[key] = data.draw(wrong)
            break
        place = inner
    path.write_text(json.dumps(state), encoding="utf-8")
    with contextlib.suppress(nn.CheckpointError, AnomalyError):
        train(path, epochs=2)


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_a_private_file_stays_private_and_nothing_of_killed_writers_stays(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.touch(mode=0o600)
    path.unlink()
    train(path, epochs=1)
    path.chmod(0o600)
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    left = tmp_path / f".run.json.{int(ended.stdout)}-00ff00ff.partial"
    ours = tmp_path / f".run.json.{os.getpid()}-00ff00ff.partial"
    left.touch()
    ours.touch()
    train(path, epochs=2)
    assert path.stat().st_mode & 0o777 == 0o600
    assert (left.exists(), ours.exists()) == (False, True)
