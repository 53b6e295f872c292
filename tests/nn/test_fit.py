"""`fit`: training succeeds, with the same numbers however computed; rejected arguments; termination."""

from __future__ import annotations

import concurrent.futures
import json
import math
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tqdm.auto
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
import nn
from nn.training.samples import shuffled
from tests import needs
from tests.processes import running

ROOT = Path(__file__).parent.parent.parent
WEIGHTS = [[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]]


def numbers(model: nn.Module) -> list[float]:
    return [parameter.data for parameter in model.parameters()]


def moons(samples: int = 100) -> tuple[Any, Any]:
    points, labels = nn.datasets.moons(samples, noise=0.1, seed=1)
    return points, 2.0 * labels - 1.0


def hinge(output: Any, target: Any) -> Any:
    return ag.relu(1.0 - target * output)


def squares(parameters: list[ag.Value]) -> ag.Value:
    return 1e-4 * ag.dot(parameters, parameters)


def trained(epochs: int = 5, samples: int = 40, **options: Any) -> tuple[nn.MLP, nn.History]:
    net = nn.MLP(2, [4, 1], seed=1)
    points, labels = moons(samples)
    given: dict[str, Any] = {
        "loss": hinge,
        "optimizer": nn.Adam(net, lr=0.05),
        "epochs": epochs,
        "batch_size": 16,
    } | options
    return net, nn.fit(net, points, labels, **given)


@pytest.mark.parametrize("compiled", [True, False])
def test_note_002_after_10_000_steps(compiled: bool) -> None:
    net = nn.MLP(2, [2, 2], activation="sigmoid", output="sigmoid", bias="shared")
    net.set(weights=WEIGHTS, biases=[0.35, 0.60])
    weights = [p for p in net.parameters() if p.label.startswith("w")]
    history = nn.fit(
        net,
        [[0.05, 0.10]],
        [[0.01, 0.99]],
        loss="half_squared_error",
        optimizer=nn.SGD(weights, lr=0.5),
        epochs=10_000,
        compiled=compiled,
    )
    assert history.loss[0] == pytest.approx(0.2983711087600027, rel=1e-14)
    assert history.loss[1] == pytest.approx(0.291027773694, abs=5e-13)
    outputs = net([0.05, 0.10])
    error = nn.losses.half_squared_error(outputs, [0.01, 0.99])
    assert error.data == pytest.approx(3.51018778298e-05, abs=5e-17)
    assert outputs[0].data == pytest.approx(0.0159136204, abs=5e-11)
    assert outputs[1].data == pytest.approx(0.9840642735, abs=5e-11)
    assert [p.data for p in net.parameters() if p.label.startswith("b")] == [0.35, 0.60]


def test_the_moons_are_told_apart() -> None:
    points, labels = moons()
    net = nn.MLP(2, [16, 16, 1], activation="relu", seed=1)
    history = nn.fit(
        net,
        points,
        labels,
        loss=hinge,
        optimizer=nn.SGD(net, lr=1.0),
        epochs=100,
        batch_size=None,
        penalty=squares,
        schedule=lambda step: 1.0 - 0.9 * step / 100,
    )
    assert history.loss[-1] < 0.05 < 0.5 < history.loss[0]
    assert ((nn.predict(net, points) > 0.0) == (labels > 0.0)).all()


def branching(output: Any, target: Any) -> Any:
    error = target - output
    return error * error if abs(error) < 1.0 else 2.0 * abs(error) - 1.0


@pytest.mark.parametrize("loss", [hinge, branching, "mse"])
@pytest.mark.parametrize(
    "options", [{}, {"reduction": "sum"}, {"penalty": squares}, {"batch_size": 1}, {"batch_size": 7}]
)
def test_compiled_and_eager_are_one_training(loss: Any, options: dict[str, Any]) -> None:
    one, fast = trained(loss=loss, optimizer=partial(nn.SGD, lr=0.01), **options)
    other, slow = trained(loss=loss, optimizer=partial(nn.SGD, lr=0.01), compiled=False, **options)
    assert fast.loss == pytest.approx(slow.loss, rel=1e-9)
    assert numbers(one) == pytest.approx(numbers(other), rel=1e-9)


def test_threads_and_an_executor_change_nothing() -> None:
    options: dict[str, Any] = {"samples": 5000, "batch_size": 2048, "epochs": 2}
    net, history = trained(**options)
    threaded, again = trained(threads=3, **options)
    assert numbers(threaded) == numbers(net)
    assert again.loss == history.loss
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        spread, last = trained(executor=executor, **options)
    assert numbers(spread) == pytest.approx(numbers(net), rel=1e-12)
    assert last.loss == pytest.approx(history.loss, rel=1e-12)


TRAJECTORY = """
import json, nn
points, labels = nn.datasets.moons(40, noise=0.1, seed=1)
net = nn.MLP(2, [4, 1], seed=1)
history = nn.fit(net, points, labels, loss="bce_with_logits", optimizer=nn.Adam(net, lr=0.05), epochs=60, batch_size=8)
print(json.dumps([history.loss, [p.data for p in net.parameters()]]))
"""


def ran(script: str, *arguments: str, **environment: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_both_cores_go_the_same_way() -> None:
    here = json.loads(ran(TRAJECTORY, AUTOGRAD_CORE=ag.CORE))
    there = json.loads(ran(TRAJECTORY, AUTOGRAD_CORE="python"))
    assert here[0] == pytest.approx(there[0], rel=1e-9)
    assert here[1] == pytest.approx(there[1], rel=1e-9)
    assert here[0][-1] < 0.6 * here[0][0]


def test_the_same_seed_is_the_same_training() -> None:
    one, other, third = trained(seed=3)[0], trained(seed=3)[0], trained(seed=4)[0]
    assert numbers(one) == numbers(other)
    assert numbers(one) != numbers(third)
    assert numbers(trained(shuffle=False, seed=3)[0]) == numbers(trained(shuffle=False, seed=4)[0])


def test_only_what_the_optimiser_holds_is_trained() -> None:
    net = nn.MLP(2, [4, 1], seed=1)
    before = numbers(net)
    points, labels = moons(40)
    last = net.layers[1].weights[0]
    nn.fit(net, points, labels, loss=hinge, optimizer=nn.SGD(last, lr=0.1), epochs=3)
    moved = [after != number for after, number in zip(numbers(net), before)]
    assert [any(p is w for w in last) for p in net.parameters()] == moved


def test_class_labels_and_several_outputs() -> None:
    points, labels = nn.datasets.spirals(60, classes=3, turns=0.2, seed=2)
    net = nn.MLP(2, [8, 3], seed=1)
    nn.fit(net, points, labels, loss="cross_entropy_with_logits", optimizer=nn.Adam(net, lr=0.05), epochs=30)
    assert (nn.predict(net, points).argmax(axis=1) == labels).mean() > 0.9


def test_dropout_is_compiled_with_a_mask_for_each_batch() -> None:
    points, labels = moons(40)

    def net() -> Any:
        return nn.Sequential(nn.Layer(2, 8, "tanh", seed=1), nn.Dropout(0.5, seed=2), nn.Layer(8, 1, "linear", seed=3))

    models = [net(), net()]
    for model in models:
        nn.fit(model, points, labels, loss=hinge, optimizer=nn.Adam(model, lr=0.05), epochs=30)
        assert model.training
    assert numbers(models[0]) == numbers(models[1])
    assert ((nn.predict(models[0], points) > 0.0) == (labels > 0.0)).mean() > 0.8
    assert np.array_equal(nn.predict(models[0], points), nn.predict(models[0], points))
    nn.fit(models[0], points, labels, loss=hinge, optimizer=nn.Adam(models[0]), epochs=1, compiled=False)


def test_dropout_is_resumed_exactly(tmp_path: Path) -> None:
    points, labels = moons(40)
    found = []
    for stops in ([6], [1, 3, 6]):
        path = tmp_path / f"{len(stops)}.json"
        for epochs in stops:
            model = nn.Sequential(nn.Layer(2, 8, seed=1), nn.Dropout(0.5, seed=2), nn.Layer(8, 1, "linear", seed=3))
            optimizer = nn.Adam(model, lr=0.05)
            nn.fit(model, points, labels, loss=hinge, optimizer=optimizer, epochs=epochs, checkpoint=path)
        found.append(numbers(model))
    assert found[0] == found[1]


class Noisy(nn.MLP):
    def __call__(self, xs: Any) -> Any:
        return super().__call__([x * float(np.random.default_rng().normal()) for x in xs])


def test_a_model_that_draws_numbers_must_be_eager() -> None:
    net = Noisy(2, [1], seed=1)
    points, labels = moons(10)
    with pytest.raises(ValueError, match=r"was recorded as another graph the second time.*compiled=False"):
        nn.fit(net, points, labels, loss=hinge, optimizer=nn.SGD(net, lr=0.1), epochs=1)
    assert nn.fit(net, points, labels, loss=hinge, optimizer=nn.SGD(net, lr=0.1), epochs=1, compiled=False).epochs == 1


def test_validation_and_the_best_epoch() -> None:
    others = moons(30)
    net, history = trained(20, validation=others)
    assert len(history.validation) == 20
    least = min(history.validation)
    assert history.best_epoch == history.validation.index(least) + 1
    found = [float(hinge(net(list(x)), t).data) for x, t in zip(*others)]
    assert history.validation[-1] == pytest.approx(sum(found) / 30, rel=1e-12)


def test_early_stopping_leaves_the_best_weights() -> None:
    points, labels = moons(40)
    seen: list[list[float]] = []

    def worsen(epoch: nn.Epoch) -> None:
        seen.append(numbers(epoch.model))
        if epoch.number >= 4:
            epoch.optimizer.lr = 2.0

    for restore in (True, False):
        seen.clear()
        stopping = nn.EarlyStopping(patience=3, restore=restore)
        net, history = trained(200, validation=(points, labels), callbacks=[worsen, stopping])
        assert history.stopped == "early"
        assert history.epochs == history.best_epoch + 3
        assert numbers(net) == (seen[history.best_epoch - 1] if restore else seen[-1])


def test_a_callback_ends_training() -> None:
    history = trained(50, callbacks=lambda epoch: epoch.loss < 0.9)[1]
    assert history.stopped == "early"
    assert history.loss[-1] < 0.9
    assert all(loss >= 0.9 for loss in history.loss[:-1])


def test_an_interrupt_leaves_the_best_weights() -> None:
    best: list[tuple[float, list[float]]] = []

    def interrupt(epoch: nn.Epoch) -> None:
        best.append((epoch.loss, numbers(epoch.model)))
        if epoch.number == 7:
            for parameter in epoch.model.parameters():
                parameter.data = 0.0
            raise KeyboardInterrupt

    net, history = trained(50, callbacks=interrupt)
    assert history.stopped == "interrupted"
    assert history.epochs == 7
    assert numbers(net) == min(best)[1]


def root(output: Any, target: Any) -> Any:
    return ag.sqrt((output - target) * (output - target))


def logarithm(output: Any, target: Any) -> Any:
    return ag.log(target) * output


@pytest.mark.parametrize("compiled", [True, False])
def test_a_nan_is_named(compiled: bool) -> None:
    net = nn.MLP(1, [1], seed=1)
    before = numbers(net)
    x, y = [[1.0], [2.0], [3.0], [4.0]], [2.0, 1.0, -1.0, 3.0]

    def loss(output: Any, target: Any) -> Any:
        found = ag.sqrt(ag.Value(1.0) + target * (target - 2.5) * 0.5) * output
        found.label = "cost"
        return found

    # 1 + t(t − 2.5)/2 is negative for none of the extreme targets, and for t = 1 only: 0.25; so take the logarithm.
    def fails(output: Any, target: Any) -> Any:
        return ag.log(ag.abs(target - 1.0)) * output + loss(output, target)

    with pytest.raises(ag.AnomalyError, match=r"fit: epoch 1, sample 1: mul made inf of -inf, out_o1"):
        nn.fit(net, x, y, loss=fails, optimizer=nn.SGD(net, lr=0.1), batch_size=None, compiled=compiled)
    assert numbers(net) == before
    assert all(parameter.grad == 0.0 for parameter in net.parameters())


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_loss_that_overflows_by_adding_is_named(reduction: str) -> None:
    net = nn.Linear(1, 1, init="ones")
    points, targets = np.full((4, 1), 1e154), np.zeros(4)
    with pytest.raises(ag.AnomalyError, match="fit: epoch 1"):
        nn.fit(net, points, targets, loss=lambda x, y: x * x * 1.5, optimizer=nn.SGD(net, lr=0.1), reduction=reduction)


def test_a_class_between_classes_is_named() -> None:
    net = nn.MLP(2, [3], seed=1)
    before = numbers(net)
    points, _ = moons(9)
    labels = [0.0, 1.0, 2.0, 0.0, 1.5, 2.0, 0.0, 1.0, 2.0]
    with pytest.raises(ag.AnomalyError, match=r"fit: epoch 1, sample 4: .* must be a whole number .* got 1\.5"):
        nn.fit(net, points, labels, loss="cross_entropy_with_logits", optimizer=nn.Adam, batch_size=None)
    assert numbers(net) == before


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("mode", [ag.no_grad, ag.detect_anomaly])
def test_modes_around_it_change_nothing(mode: Any, compiled: bool) -> None:
    expected = numbers(trained(compiled=compiled)[0])
    with mode():
        assert numbers(trained(compiled=compiled)[0]) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_nan_gradient_is_named_before_a_weight_moves(compiled: bool) -> None:
    net = nn.MLP(1, [1], seed=1)
    net.set(weights=[[[0.0]]], biases=[[0.0]])
    with pytest.raises(ag.AnomalyError, match=r"fit: epoch 1, sample 0: sqrt made inf backward|made nan backward"):
        nn.fit(net, [1.0, 2.0], [0.0, 0.0], loss=root, optimizer=nn.SGD(net, lr=0.1), compiled=compiled)
    assert numbers(net) == [0.0, 0.0]


def test_a_penalty_that_fails_is_named() -> None:
    net = nn.MLP(1, [1], seed=1)
    net.set(weights=[[[0.0]]])
    with pytest.raises(ag.AnomalyError, match=r"fit: epoch 1, penalty: log made -inf of w1"):
        nn.fit(net, [1.0], [0.0], loss="mse", optimizer=nn.SGD(net, lr=0.1), penalty=lambda ps: ag.log(ps[0]))


def test_divergence_leaves_the_best_weights() -> None:
    best: list[tuple[float, list[float]]] = []
    net = nn.MLP(1, [1], seed=1)
    with pytest.raises(ag.AnomalyError):
        nn.fit(
            net,
            [1.0, 2.0],
            [1.0, 2.0],
            loss="mse",
            optimizer=nn.SGD(net, lr=1e9),
            epochs=1000,
            callbacks=lambda epoch: best.append((epoch.loss, numbers(epoch.model))),
        )
    assert numbers(net) == min(best)[1]


MODEL = nn.MLP(2, [3, 2], seed=1)
GOOD: dict[str, Any] = {"X": [[1.0, 2.0], [3.0, 4.0]], "y": [[0.0, 1.0], [1.0, 0.0]], "loss": "mse"}


@pytest.mark.parametrize(
    "wrong, kind, text",
    [
        ({"X": [[1.0], [2.0]]}, ValueError, "layer 1: takes 2 inputs, got 1"),
        ({"X": [[1.0, 2.0], [3.0]]}, ValueError, "fit: X must have rows of one length, got 2 in row 0 and 1 in row 1"),
        ({"X": []}, ValueError, "fit: X must have at least one sample and one feature, got shape (0, 1)"),
        ({"X": np.empty((0, 2)), "y": []}, ValueError, "fit: X must have at least one sample and one feature"),
        ({"X": np.zeros((1, 2, 2))}, ValueError, "fit: X must be of shape (samples, features), got (1, 2, 2)"),
        ({"X": [[1.0, 2.0]]}, ValueError, "fit: X and y must have as many samples, got 1 and 2"),
        ({"X": [[1.0, math.nan], [3.0, 4.0]]}, ValueError, "fit: X must be finite, got nan at sample 0, column 1"),
        ({"X": "abc"}, TypeError, "fit: X must be numbers, got 'abc' (str)"),
        ({"X": [["a", "b"], ["c", "d"]]}, TypeError, "fit: X must be numbers, got <U1, such as "),
        ({"X": None}, TypeError, "fit: X must be numbers, got None (NoneType)"),
        ({"y": [[0.0, 1.0], [math.inf, 0.0]]}, ValueError, "fit: y must be finite, got inf at sample 1, column 0"),
        ({"y": [[0.0], [1.0]]}, ValueError, "mse: "),
        ({"y": np.zeros((2, 1, 1))}, ValueError, "fit: y must be of shape (samples,) or (samples, targets), got ("),
        ({"loss": "mss"}, ValueError, "fit: unknown loss, got 'mss'; allowed "),
        ({"loss": lambda output, target: output}, TypeError, "fit: the loss of a sample must be one Value, got ["),
        ({"loss": lambda output, target: 1.0}, ValueError, "fit: the loss of sample 0 depends on no parameter"),
        ({"y": [0, 2], "loss": "cross_entropy_with_logits"}, ValueError, "cross_entropy_with_logits: "),
        ({"y": [0, -1], "loss": "cross_entropy_with_logits"}, ValueError, "cross_entropy_with_logits: "),
        ({"epochs": 0}, ValueError, "fit: epochs must be a whole number of at least 1, got 0 (int)"),
        ({"batch_size": 0}, ValueError, "fit: batch_size must be a whole number of at least 1, got 0 (int)"),
        ({"batch_size": 2.0}, ValueError, "fit: batch_size must be a whole number of at least 1, got 2.0 (float)"),
        ({"reduction": "max"}, ValueError, "fit: unknown reduction, got 'max'; allowed mean, sum"),
        ({"optimizer": 3}, TypeError, "fit: optimizer must have step(), or be a function of the parameters"),
        ({"optimizer": list}, TypeError, "fit: what optimizer makes must have step(), got ["),
        ({"optimizer": nn.SGD(nn.MLP(2, [1]), lr=0.1)}, ValueError, "fit: the optimizer holds none of the model's"),
        ({"validation": [1, 2, 3]}, TypeError, "fit: validation must be a pair (X, y), got list"),
        ({"validation": ([[1.0]], [[1.0, 2.0]])}, ValueError, "fit: validation must have the features and targets of"),
        ({"validation": ([[math.nan, 1.0]], [[1.0, 2.0]])}, ValueError, "fit: validation: X must be finite, got nan"),
        ({"penalty": lambda parameters: 1.0}, TypeError, "fit: the penalty must be a Value, got 1.0 (float)"),
        ({"model": nn.MLP}, TypeError, "fit: model must be a Module, got "),
        ({"model": nn.Module()}, ValueError, "fit: the model has no parameters to train, got "),
        ({"seed": -1}, ValueError, "fit: seed must be a whole number of at least 0, got -1 (int), or None"),
        ({"seed": 1.5}, ValueError, "fit: seed must be a whole number of at least 0, got 1.5 (float), or None"),
        ({"X": [[10**400, 1.0], [3.0, 4.0]]}, TypeError, "fit: X must be numbers: got 1000"),
        ({"X": [np.ma.array([1.0, 2.0], mask=[True, False])] * 2}, ValueError, "fit: X has masked entries"),
        ({"X": np.full((2, 2), np.finfo(np.longdouble).max)}, ValueError, "fit: X must be finite, got inf at sample 0"),
        ({"schedule": nn.schedules.ExponentialLR(nn.SGD(MODEL, lr=0.1), 0.5)}, ValueError, "fit: schedule is of anoth"),
        ({"schedule": nn.schedules.StepLR}, TypeError, "StepLR: missing a required argument: 'step_size'"),
        ({"shuffle": "no"}, ValueError, "fit: shuffle must be True or False, got 'no' (str)"),
        ({"compiled": "no"}, ValueError, "fit: compiled must be True or False, got 'no' (str)"),
        ({"clip": 1.0}, TypeError, "fit: clip must be a function of the parameters, got 1.0 (float); for example "),
        ({"penalty": 0.1}, TypeError, "fit: penalty must be a function of the parameters, got 0.1 (float); for exam"),
        ({"callbacks": "early"}, TypeError, "fit: a callback must be a function of an Epoch, got 'early' (str)"),
        ({"callbacks": 3}, TypeError, "fit: a callback must be a function of an Epoch, got 3 (int)"),
        ({"progress": "no"}, ValueError, "fit: progress must be True or False, got 'no' (str)"),
        ({"callbacks": [nn.EarlyStopping]}, TypeError, "fit: a callback must be a function of an Epoch, got <class"),
        ({"threads": 0}, ValueError, "threads: must be an int of 1 or more, got 0"),
    ],
)  # fmt: skip
def test_what_fit_refuses(wrong: dict[str, Any], kind: type[Exception], text: str) -> None:
    given: dict[str, Any] = {"model": MODEL, "optimizer": nn.SGD(MODEL, lr=0.1), "epochs": 1} | GOOD | wrong
    before = numbers(MODEL)
    with pytest.raises(kind) as caught:
        nn.fit(given.pop("model"), given.pop("X"), given.pop("y"), **given)
    assert str(caught.value).startswith(text)
    assert numbers(MODEL) == before


@given(
    st.integers(1, 9),
    st.integers(1, 3),
    st.integers(0, 2),
    st.sampled_from(["float64", "float32", "int64", "uint8", "bool", "list"]),
    st.integers(1, 4),
)
def test_shapes_and_types(samples: int, features: int, targets: int, kind: str, batch_size: int) -> None:
    source = np.random.default_rng(samples)
    table = source.integers(0, 2, (samples, features))
    y = source.integers(0, 2, (samples, targets) if targets else samples)
    X: Any = table.tolist() if kind == "list" else table.astype(kind)
    results = []
    for data in (X, table.astype(float)):
        net = nn.MLP(features, [targets or 1], seed=1)
        history = nn.fit(net, data, y, loss="mse", optimizer=nn.SGD(net, lr=0.1), epochs=2, batch_size=batch_size)
        assert history.steps == 2 * -(-samples // batch_size)
        results.append(numbers(net))
    assert results[0] == results[1]
    assert nn.predict(net, X).shape == ((samples,) if targets < 2 else (samples, targets))


def test_an_array_is_neither_copied_nor_changed() -> None:
    points, labels = moons(100)
    both = np.asfortranarray(np.column_stack([points, labels]))
    before = both.copy()
    both.setflags(write=False)
    one, other = nn.MLP(2, [3, 1], seed=1), nn.MLP(2, [3, 1], seed=1)
    nn.fit(one, both[:, :2], both[:, 2], loss=hinge, optimizer=nn.SGD(one, lr=0.1), epochs=2)
    nn.fit(other, points, labels, loss=hinge, optimizer=nn.SGD(other, lr=0.1), epochs=2)
    assert numbers(one) == numbers(other)
    assert np.array_equal(both, before)


class Steps:
    """An optimiser that can't be saved."""

    def __init__(self, parameters: list[ag.Value]) -> None:
        self.parameters = parameters

    def step(self) -> None:
        for parameter in self.parameters:
            parameter.data -= 0.1 * parameter.grad


def test_an_optimiser_of_ones_own(tmp_path: Path) -> None:
    assert numbers(trained(optimizer=Steps)[0]) == numbers(trained(optimizer=partial(nn.SGD, lr=0.1))[0])
    with pytest.raises(TypeError, match=r"fit: a checkpoint needs an optimizer with state_dict\(\)"):
        trained(optimizer=Steps, checkpoint=tmp_path / "run.json")


def test_lbfgs_minimises_each_batch() -> None:
    needs.package("scipy")
    x = np.linspace(-1.0, 1.0, 20)
    y = 2.0 * x - 0.5
    net = nn.MLP(1, [1], seed=1)
    history = nn.fit(net, x, y, loss="mse", optimizer=nn.LBFGS, epochs=2, batch_size=None)
    assert history.loss[-1] < 1e-12
    assert numbers(net) == pytest.approx([2.0, -0.5], abs=1e-5)


INTERRUPTED = """
import math, sys, nn
points, labels = nn.datasets.moons(100, noise=0.1, seed=1)
net = nn.MLP(2, [8, 1], seed=1)
ready = lambda epoch: print("ready", flush=True) if epoch.number == 50 else None
history = nn.fit(net, points, labels, loss="bce_with_logits", optimizer=nn.Adam, epochs=10**9, callbacks=ready)
before = history.loss[:-1]  # it may have come between an epoch's loss and its entry as the best
print(history.stopped, history.epochs >= 50, history.loss[history.best_epoch - 1] <= min(before))
print(all(math.isfinite(p.data) for p in net.parameters()))
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGINT as POSIX has it")
def test_ctrl_c_ends_it_on_purpose() -> None:
    command = [sys.executable, "-c", INTERRUPTED]
    with running(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(timeout=60) == 0
    assert rest == "interrupted True True\nTrue\n"


def test_memory_is_bounded_by_the_batch() -> None:
    points = np.random.default_rng(1).normal(size=(40_000, 25)).astype("float32")
    labels = points[:, 0] > 0.0
    net = nn.MLP(25, [1], seed=1)

    def fitted(samples: int) -> int:
        tracemalloc.start()
        nn.fit(net, points[:samples], labels[:samples], loss="bce_with_logits", optimizer=nn.SGD(net, lr=0.1),
               epochs=1, batch_size=500)  # fmt: skip
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    fitted(1000)
    few, many = fitted(1000), fitted(40_000)
    order = 8 * 40_000  # the order of the samples
    assert many - few < 2 * order < points.nbytes / 4


def test_the_schedule_and_clipping_are_used() -> None:
    rates: list[float] = []
    sizes: list[float] = []

    def clip(parameters: list[ag.Value]) -> None:
        nn.clip_grad_norm_(parameters, 1e-3)
        sizes.append(math.sqrt(sum(p.grad**2 for p in parameters)))

    def told(epoch: nn.Epoch) -> None:
        rates.append(epoch.optimizer.lr)

    history = trained(4, schedule=lambda step: 0.1 / (1 + step), clip=clip, callbacks=told)[1]
    assert history.steps == 12
    assert rates == [0.1 / 3, 0.1 / 6, 0.1 / 9, 0.1 / 12]
    assert sizes == pytest.approx([1e-3] * 12, rel=1e-3)


def test_a_schedule_is_made_of_the_optimizer() -> None:
    def rates(schedule: Any) -> list[float]:
        found: list[float] = []
        trained(4, schedule=schedule, callbacks=lambda epoch: found.append(epoch.optimizer.lr))
        return found

    halving = partial(nn.schedules.StepLR, step_size=3, gamma=0.5)
    first = rates(None)[0]
    assert rates(halving) == rates(nn.schedules.StepLR(first, step_size=3, gamma=0.5))
    assert rates(halving) == [first, first / 2, first / 4, first / 8]
    assert rates(partial(nn.schedules.ReduceLROnPlateau, patience=0, threshold=9.0))[-1] < first


def test_an_order_holds_each_sample_once() -> None:
    for count in (1, 2, 3, 255, 256, 257, 1000):
        generator = np.random.default_rng(count)
        order = shuffled(generator, count)
        assert sorted(order.tolist()) == list(range(count))
    firsts = [int(shuffled(np.random.default_rng(seed), 4)[0]) for seed in range(2000)]
    assert all(400 < firsts.count(i) < 600 for i in range(4))  # five standard deviations of 500


def test_a_history_shows_itself() -> None:
    history = trained(6, validation=moons(10))[1]
    text = repr(history)
    assert text.startswith("History(6 epochs, 18 steps, loss ")
    assert "validation" in text
    assert len(nn.training.history.sparkline(list(map(float, range(1000))))) == 40
    assert nn.training.history.sparkline([]) == ""
    assert nn.training.history.sparkline([1.0, 1.0]) == "▁▁"
    assert nn.training.history.sparkline([1e308, 1e308, -1e308, -1e308], 2) == "█▁"
    assert repr(nn.History()) == "History(0 epochs, 0 steps)"


def test_a_bar_comes_when_it_is_asked_for(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    eager = partial(tqdm.auto.tqdm, mininterval=0.0)
    monkeypatch.setattr(tqdm.auto, "tqdm", lambda **options: eager(**{**options, "delay": 0.0}))
    trained(3, progress=True)
    assert "epoch 3, loss" in capsys.readouterr().err
    trained(3)
    assert capsys.readouterr().err == ""


def test_a_short_training_shows_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    trained(3, progress=True)
    assert capsys.readouterr().err == ""


def test_predictions_are_those_of_the_model() -> None:
    net = nn.MLP(2, [3, 2], seed=1)
    points = moons(10)[0]
    expected = [[float(out.data) for out in net(list(row))] for row in points.tolist()]
    assert nn.predict(net, points) == pytest.approx(np.array(expected), rel=1e-14)
    assert nn.predict(net, points, compiled=False) == pytest.approx(np.array(expected), rel=1e-14)
    branches: Callable[[Any], Any] = lambda xs: xs[0] if xs[0] > 0 else -xs[0] * 2.0  # noqa: E731
    assert nn.predict(branches, [1.0, -1.0, 3.0]).tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(ValueError, match="layer 1: takes 2 inputs, got 3"):
        nn.predict(net, [[1.0, 2.0, 3.0]])


def test_a_name_in_the_optimizers_place_gets_an_example() -> None:
    with pytest.raises(TypeError, match=r"got 'adam' \(str\); for example nn\.Adam\(model, lr=0\.01\)$"):
        nn.fit(MODEL, GOOD["X"], GOOD["y"], loss=GOOD["loss"], optimizer="adam")


@pytest.mark.parametrize("targets", [np.array([0.0, 1.0, 0.0, 1.0]), np.array([[0.0], [1.0], [0.0], [1.0]])])
@pytest.mark.parametrize("last", ["mlp", "linear"])
def test_one_output_goes_with_one_target_however_both_are_written(targets: Any, last: str) -> None:
    net: Any = nn.MLP(2, [1], seed=0) if last == "mlp" else nn.Linear(2, 1, seed=0)
    seen = set()

    def loss(output: Any, target: Any) -> Any:
        seen.add((type(output), type(target)))
        return nn.losses.mse(output, target)

    nn.fit(net, nn.datasets.xor()[0], targets, loss=loss, optimizer=nn.SGD(net, lr=0.1), epochs=1)
    assert {one is list for one, _ in seen} == {targets.ndim == 2}
    assert nn.predict(net, nn.datasets.xor()[0]).shape == (4,)


def test_a_loss_of_probabilities_refuses_net_inputs() -> None:
    points, labels = nn.datasets.spirals(30, classes=3)
    net = nn.MLP(2, [4, 3], seed=1)
    before = numbers(net)
    with pytest.raises(ValueError, match="cross_entropy_with_logits"):
        nn.fit(net, points, labels, loss="cross_entropy", optimizer=nn.SGD(net, lr=0.1), epochs=5)
    with pytest.raises(ValueError, match="bce_with_logits"):
        nn.fit(nn.MLP(2, [1], seed=2), 100.0 * points, labels > 1, loss="bce", optimizer=nn.Adam, epochs=5)
    assert numbers(net) == before
    model = nn.Sequential(net, nn.softmax)
    nn.fit(model, points, labels, loss="cross_entropy", optimizer=nn.Adam(model, lr=0.05), epochs=5)


def test_weights_of_samples_are_as_repeating_them() -> None:
    points, labels = moons(12)
    weights = np.arange(12) % 3
    how: dict[str, Any] = {"loss": "mse", "epochs": 5, "batch_size": None}
    found = []
    for given_, more in (
        ((points, labels), {"sample_weight": weights}),
        ((points, labels), {"sample_weight": weights * 7.0, "compiled": False}),
        ((points.repeat(weights, axis=0), labels.repeat(weights)), {}),
    ):
        net = nn.MLP(2, [3, 1], seed=1)
        nn.fit(net, *given_, optimizer=nn.SGD(net, lr=0.5), **how, **more)  # type: ignore[misc]
        found.append(numbers(net))
    assert found[0] == pytest.approx(found[2], rel=1e-9)
    assert found[1] == pytest.approx(found[2], rel=1e-9)


def test_weights_of_classes() -> None:
    points, labels = moons(12)
    found = []
    for more in (
        {"class_weight": {-1: 3.0}},
        {"class_weight": {-1.0: 3, 1: 1}, "sample_weight": np.full(12, 2.0)},
        {"sample_weight": np.where(labels < 0, 3.0, 1.0)},
    ):
        net = nn.MLP(2, [3, 1], seed=1)
        nn.fit(net, points, labels, loss="mse", optimizer=nn.SGD(net, lr=0.5), epochs=3, **more)
        found.append(numbers(net))
    assert found[0] == pytest.approx(found[2], rel=1e-12)
    assert found[1] == pytest.approx(found[2], rel=1e-12)


@pytest.mark.parametrize(
    "more, error, text",
    [
        ({"sample_weight": [1.0]}, ValueError, "sample_weight must be of shape"),
        ({"sample_weight": [-1.0] * 12}, ValueError, "must not be negative"),
        ({"sample_weight": [0.0] * 12}, ValueError, "nor all 0"),
        ({"sample_weight": ["1"] * 12}, TypeError, "sample_weight must be numbers"),
        ({"class_weight": "even"}, TypeError, "class_weight must be 'balanced' or a dict"),
        ({"class_weight": {-1: math.nan}}, ValueError, "class_weight of -1.0 must be finite and at least 0, got nan"),
        ({"class_weight": {-1: -3.0}}, ValueError, "class_weight of -1.0 must be finite and at least 0, got -3.0"),
        ({"class_weight": {"1": 3.0}}, ValueError, "class_weight has classes that y lacks: '1'"),
        ({"class_weight": {-1: "3"}}, TypeError, "class_weight of -1.0 must be a number"),
        ({"schedule": 3}, TypeError, "schedule must be a function of the step, or a ReduceLROnPlateau"),
        ({"epochs": np.float64(2.0)}, ValueError, "epochs must be a whole number"),
    ],
)
def test_wrong_weights_and_schedules(more: Any, error: Any, text: str) -> None:
    net = nn.MLP(2, [1], seed=1)
    with pytest.raises(error, match=text):
        nn.fit(net, *moons(12), loss="mse", optimizer=nn.SGD(net, lr=0.5), **more)


@pytest.mark.parametrize(
    "wrong",
    [
        np.ma.array([[1.0], [2.0]], mask=[[False], [True]]),
        np.array([["1"], ["2"]]), [["1.5"], ["2"]], np.array([[1 + 2j], [2.0]]), [[1.0], [2j]],
        np.array([["2020-01-01"], ["2020-01-02"]], dtype="datetime64[D]"), np.array([[1], [2]], dtype="timedelta64[s]"),
        np.array([["1"], [2.0]], dtype=object), [[b"1"], [b"2"]], np.array([[np.complex64(1j)], [1]], dtype=object),
    ],
)  # fmt: skip
def test_data_that_are_no_numbers_are_refused(wrong: Any) -> None:
    net = nn.MLP(1, [1], seed=1)
    column = wrong[:, 0] if isinstance(wrong, np.ndarray) else [x for (x,) in wrong]
    for X, y in ((wrong, [0.0, 1.0]), ([[0.0], [1.0]], column)):
        with pytest.raises((TypeError, ValueError), match=r"must be numbers|has masked entries"):
            nn.fit(net, X, y, loss="mse", optimizer=nn.SGD(net, lr=0.1), epochs=1)
    with pytest.raises((TypeError, ValueError), match=r"must be numbers|has masked entries"):
        nn.predict(net, wrong)


def test_a_masked_array_without_masked_entries_is_an_array() -> None:
    X = np.ma.array([[1.0], [2.0]], mask=False)
    assert nn.predict(nn.MLP(1, [1], seed=1), X).shape == (2,)


def test_weights_of_classes_need_classes() -> None:
    net = nn.MLP(2, [1], seed=1)
    with pytest.raises(ValueError, match="class_weight needs classes, whole numbers in y"):
        nn.fit(net, [[1.0, 2.0]] * 2, [0.5, 1.0], loss="mse", optimizer=nn.Adam, class_weight="balanced")


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("kind", [np.matrix, memoryview, lambda x: x.astype(">f8"), lambda x: x.astype(object)])
def test_tables_of_other_kinds(kind: Any) -> None:
    net = nn.MLP(2, [1], seed=1)
    points, _ = moons(6)
    assert np.array_equal(nn.predict(net, kind(points)), nn.predict(net, points))


@pytest.mark.parametrize(
    "model, text",
    [
        ("net", "predict: model must be a Module or a function, got 'net' (str)"),
        (lambda xs: "a", "predict: a model must return a Value or a list of them, got 'a' (str)"),
        (lambda xs: {"a": xs[0]}, "predict: a model must return a Value or a list of them, got {'a': "),
        (lambda xs: [], "predict: a model must return a Value or a list of them, got [] (list)"),
    ],
)
def test_models_that_predict_nothing(model: Any, text: str) -> None:
    for compiled in (True, False):
        with pytest.raises(TypeError) as caught:
            nn.predict(model, [[1.0, 2.0]], compiled=compiled)
        assert str(caught.value).startswith(text)


def test_no_callbacks_at_all() -> None:
    assert trained(2, callbacks=None)[1].epochs == 2


@pytest.mark.parametrize("answer", [True, np.True_, np.array(True), np.array([True, True])])
def test_a_true_of_any_kind_ends_the_training(answer: Any) -> None:
    history = trained(callbacks=lambda epoch: answer)[1]
    assert (history.epochs, history.stopped) == (1, "early")
    for other in (np.False_, np.array([True, False]), 1, "yes", None):
        assert trained(callbacks=lambda epoch, x=other: x, epochs=3)[1].epochs == 3


def test_nan_is_not_the_best_even_if_it_comes_first() -> None:
    stopping = nn.EarlyStopping(patience=2)
    net = nn.MLP(1, [1], seed=1)
    for number, (loss, stops) in enumerate([(math.nan, False), (2.0, False), (math.nan, False), (1.0, False)], 1):
        told = nn.Epoch(number, 0.5, loss, net, None, nn.History())
        assert stopping(told) is stops


def stuck(output: Any, target: Any) -> Any:
    """Return a loss that makes no progress."""
    return output * 0.0 + 1.0


def test_a_plateau_is_a_schedule(tmp_path: Path) -> None:
    def run(schedule: Any, epochs: int, keep: bool) -> tuple[Any, float]:
        net = nn.MLP(2, [1], seed=1)
        descent = nn.SGD(net, lr=0.5)
        made = schedule if isinstance(schedule, type) else schedule(descent)
        how: dict[str, Any] = {"checkpoint": tmp_path / "run.json"} if keep else {}
        nn.fit(net, *moons(12), loss=stuck, optimizer=descent, epochs=epochs, schedule=made, **how)
        return net, descent.lr

    def halved(descent: Any) -> Any:
        return nn.schedules.ReduceLROnPlateau(descent, factor=0.5, patience=1)

    assert run(nn.schedules.ReduceLROnPlateau, 13, False)[1] == pytest.approx(0.05)
    net, rate = run(halved, 8, False)
    assert rate == 0.5 * 0.5**3
    run(halved, 4, True)
    resumed, again = run(halved, 8, True)
    assert (again, numbers(resumed)) == (rate, numbers(net))
    descent, other = nn.SGD(net, lr=0.1), nn.schedules.ReduceLROnPlateau(nn.SGD(net, lr=0.1))
    with pytest.raises(ValueError, match="schedule is of another optimizer"):
        nn.fit(net, *moons(12), loss="mse", optimizer=descent, schedule=other)


def test_a_history_of_anything_is_shown() -> None:
    for validation in ([math.inf, 1.0], [math.nan, 1.0], [-math.inf, math.inf], [1e308, -1e308], [math.nan, math.nan]):
        history = nn.History(loss=[2.0, 1.0], validation=validation, best_epoch=2, steps=2)
        assert "2 epochs" in repr(history)


class Tensor:
    """An array of another package, which iterates into tensors whose `len` raises."""

    def __init__(self, data: Any) -> None:
        self.data = np.asarray(data, dtype=float)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.data

    def __len__(self) -> int:
        if not self.data.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.data)

    def __iter__(self) -> Any:
        return iter([Tensor(row) for row in self.data])


def test_tensors_of_other_packages_are_arrays() -> None:
    losses = []
    for kind in (Tensor, np.array):
        net = nn.MLP(1, [1], seed=0)
        made: Any = kind
        history = nn.fit(
            net, made([[1.0], [2.0]]), made([1.0, 2.0]), loss="mse", optimizer=nn.SGD(net, lr=0.1), epochs=1
        )
        losses.append(history.loss)
    assert losses[0] == losses[1]


class Scaled(nn.Module):
    """A module with a plain number that its `forward` reads by way of another method."""

    def __init__(self) -> None:
        self.factor = 1.0

    def forward(self, xs: list[Any]) -> list[Any]:
        return self.scaled(xs)

    def scaled(self, xs: list[Any]) -> list[Any]:
        return [x * self.factor for x in xs]


class InAList(nn.Module):
    def __init__(self, *steps: Any) -> None:
        self.steps = list(steps)

    def forward(self, xs: Any) -> Any:
        for step in self.steps:
            xs = step(xs)
        return xs


def weighted(weights: dict[str, float], output: Any, target: Any) -> Any:
    return weights["loss"] * (output - target) ** 2


@pytest.mark.parametrize("which", ["partial", "penalty", "penalty of a list", "module", "module in a list"])
def test_numbers_that_a_callback_changes_are_followed(which: str) -> None:
    """Where plain numbers are read: partial arguments, penalties, attributes behind `forward` and other methods."""

    def losses(compiled: bool) -> list[float]:
        numbers, kept, one = {"loss": 1.0}, [0.1], 0.1
        scaled = Scaled()
        steps = (nn.Linear(2, 3, seed=1), scaled, nn.Linear(3, 1, seed=2))
        net = InAList(*steps) if which == "module in a list" else nn.Sequential(*steps)
        penalties = {
            "penalty": lambda parameters: one * ag.dot(parameters, parameters),
            "penalty of a list": lambda parameters: kept[0] * ag.dot(parameters, parameters),
        }

        def anneal(epoch: nn.Epoch) -> None:
            nonlocal one
            numbers["loss"], kept[0], one, scaled.factor = numbers["loss"] / 2, kept[0] / 2, one / 2, scaled.factor / 2

        points, labels = moons(40)
        return nn.fit(
            net, points, labels, loss=partial(weighted, numbers if which == "partial" else {"loss": 1.0}),
            optimizer=nn.SGD(net, lr=0.1), epochs=4, callbacks=anneal, penalty=penalties.get(which), compiled=compiled,
        ).loss  # fmt: skip

    assert losses(True) == pytest.approx(losses(False), rel=1e-12)


class Silent(concurrent.futures.Executor):
    """Takes work and never answers, as a pool whose worker was killed may."""

    def submit(self, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
        return concurrent.futures.Future()


def test_an_executor_that_never_answers_has_a_time_limit() -> None:
    net = nn.MLP(2, [1], seed=1)
    points, labels = moons(12)
    with pytest.raises(ag.errors.AutogradError, match=r"no answer within 0\.01 s"):
        nn.fit(net, points, labels, loss="mse", optimizer=nn.SGD(net, lr=0.1), executor=Silent(), timeout=0.01)
    with pytest.raises(ag.errors.AutogradError, match=r"no answer within 0\.01 s"):
        nn.predict(net, points, executor=Silent(), timeout=0.01)
