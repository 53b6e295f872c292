"""Steps in C, one after the other without Python, are those that Python makes one by one: to the last bit."""

from __future__ import annotations

import gc
import math
import sys
from array import array
from collections.abc import Callable
from functools import partial, reduce
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from nn._common import flat
from nn.training import running

pytestmark = pytest.mark.skipif(not flat.COMPILED, reason="steps are made in Python")

Optimizers = dict[str, Callable[[nn.MLP], Any]]


class Slowing(nn.SGD):
    """Gradient descent whose rate falls from step to step."""

    _first = 0.0

    @property
    def lr(self) -> float:
        return self._first * 0.99**self.steps

    @lr.setter
    def lr(self, given: float) -> None:
        self._first = given


OPTIMIZERS: Optimizers = {
    "sgd": lambda net: nn.SGD(net, lr=0.05),
    "sgd with decay": lambda net: nn.SGD(net, lr=0.05, weight_decay=0.1),
    "ascent": lambda net: nn.SGD(net, lr=0.001, maximize=True),
    "a rate that is a property": lambda net: Slowing(net, lr=0.1),
    "momentum": lambda net: nn.SGD(net, lr=0.02, momentum=0.9, nesterov=True),
    "adam": lambda net: nn.Adam(net, lr=0.02),
    "adam, amsgrad": lambda net: nn.Adam(net, lr=0.02, amsgrad=True, weight_decay=0.01),
    "adamw": lambda net: nn.AdamW(net, lr=0.02),
    "rmsprop": lambda net: nn.RMSprop(net, lr=0.01, momentum=0.5, centered=True),
    "groups": lambda net: nn.SGD(
        [
            {"params": net.layers[1].parameters(), "lr": 0.1, "momentum": 0.5},
            {"params": net.layers[0].parameters(), "weight_decay": 0.2},
        ],
        lr=0.05,
    ),
    "a part alone": lambda net: nn.Adam(net.layers[1].parameters(), lr=0.02),
    "more than the model": lambda net: nn.SGD([*net.parameters(), ag.Value(1.5)], lr=0.05, weight_decay=0.5),
}


def samples(count: int) -> tuple[Any, Any]:
    points, labels = nn.datasets.moons(count, noise=0.1, seed=1)
    return points, 2.0 * labels - 1.0


def hinge(output: Any, target: Any) -> Any:
    return ag.relu(1.0 - target * output)


def nothing(parameters: list[ag.Value]) -> None:
    """Clips nothing, but is Python that must be called between steps."""


def trained(make: Callable[[nn.MLP], Any], count: int, **options: Any) -> tuple[Any, ...]:
    net = nn.MLP(2, [4, 1], seed=1)
    optimizer = make(net)
    points, targets = samples(count)
    history = nn.fit(net, points, targets, **({"loss": hinge, "optimizer": optimizer, "epochs": 3} | options))
    values = [*net.parameters(), *optimizer.parameters]
    numbers = [(value.data.hex(), value.grad.hex()) for value in values]
    return numbers, [loss.hex() for loss in history.loss], history.steps, optimizer.state_dict()


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 32},
        {"batch_size": 32, "reduction": "sum", "shuffle": False},
        {"batch_size": 1},
        {"batch_size": 7, "threads": 2},
        {"batch_size": None},
    ],
    ids=repr,
)
def test_steps_in_c_are_those_made_one_by_one(name: str, options: dict[str, Any]) -> None:
    make = OPTIMIZERS[name]
    assert trained(make, 150, **options) == trained(make, 150, clip=nothing, **options)


@pytest.mark.parametrize("size", [1, 100, 129, 1000, 4096])
def test_many_samples(size: int) -> None:
    options: dict[str, Any] = {"batch_size": size, "epochs": 1}
    assert trained(OPTIMIZERS["adam"], 12_000, **options) == trained(
        OPTIMIZERS["adam"], 12_000, clip=nothing, **options
    )


def test_they_are_made_in_c() -> None:
    made: list[int] = []
    step = nn.SGD.step

    def counted(optimizer: nn.SGD) -> None:
        made.append(optimizer.steps)
        step(optimizer)

    before = running.Run._step

    def alone(run: running.Run, batch: Any, order: Any) -> float:
        made.append(len(batch))
        return before(run, batch, order)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running.Run, "_step", alone)
        trained(OPTIMIZERS["sgd"], 100, batch_size=10)
        assert not made
        patch.setattr(nn.SGD, "step", counted)  # one's own step is called
        trained(OPTIMIZERS["sgd"], 100, batch_size=10)
    assert len(made) == 2 * 30


def test_settings_of_steps_are_computed_about_once() -> None:
    computed: list[int] = []

    class Counted(nn.Adam):
        def _row(self, settings: Any) -> Any:
            computed.append(self.steps)
            return super()._row(settings)

    def long(output: Any, target: Any) -> Any:  # a call makes some of the steps only
        for _ in range(3_000):
            output = output * 0.99 + target * output
        return output

    net = nn.Linear(1, 1, init="ones")
    nn.fit(net, np.ones((4_000, 1)), np.zeros(4_000), loss=long, optimizer=Counted(net, lr=0.0), batch_size=1, epochs=1)
    assert 4_000 <= len(computed) < 5_000


def logarithm(output: Any, target: Any) -> Any:
    return ag.log(output * output - target)


def root(output: Any, target: Any) -> Any:
    return ag.sqrt((output - target) * (output - target))  # whose slope at 0 isn't a number


@pytest.mark.parametrize("clip", [None, nothing])
@pytest.mark.parametrize("loss, wrong", [(logarithm, 9.0), (root, 2.0)])
def test_a_loss_or_gradient_that_is_not_finite_ends_it_before_its_step(loss: Any, wrong: float, clip: Any) -> None:
    net = nn.Linear(1, 1, init="ones")
    optimizer = nn.SGD(net, lr=0.0)
    points, targets = np.full((50, 1), 2.0), np.zeros(50)
    targets[37] = wrong
    with pytest.raises(ag.AnomalyError, match="sample 37"):
        nn.fit(net, points, targets, loss=loss, optimizer=optimizer, batch_size=5, shuffle=False, clip=clip, epochs=1)
    assert optimizer.steps == 7
    assert all(value.grad == 0.0 for value in net.parameters())


def test_state_that_changes_is_followed() -> None:
    scale = [1.0]

    def scaled(output: Any, target: Any) -> Any:
        return scale[0] * (output - target) * (output - target)

    def change(epoch: nn.Epoch) -> None:
        scale[0] = 1.0 + epoch.number

    def fitted(clip: Any) -> list[float]:
        scale[0] = 1.0
        net = nn.MLP(2, [3, 1], seed=2)
        points, targets = samples(60)
        history = nn.fit(
            net, points, targets, loss=scaled, optimizer=nn.SGD(net, lr=0.01), callbacks=change, epochs=3, clip=clip
        )
        return history.loss

    assert fitted(None) == fitted(nothing)


@pytest.mark.parametrize("count", [lambda o: o.steps, lambda o: o.state_dict()["steps"]])
def test_a_loss_that_counts_steps_is_followed(count: Any) -> None:
    def fitted(**options: Any) -> list[float]:
        net = nn.MLP(2, [3, 1], seed=2)
        optimizer = nn.SGD(net, lr=0.05)

        def warm(output: Any, target: Any) -> Any:
            return (output - target) * (output - target) * (1.0 if count(optimizer) < 5 else 0.25)

        points, targets = samples(60)
        return nn.fit(net, points, targets, loss=warm, optimizer=optimizer, epochs=2, batch_size=8, **options).loss

    assert fitted() == fitted(clip=nothing) == pytest.approx(fitted(compiled=False), rel=1e-12)


def bound(**changed: Any) -> tuple[Any, ...]:
    """Arguments of the kernel's `descend`, sound but for what is changed."""
    given = {
        "samples": np.ones((6, 2)),
        "size": 2,
        "numbers": array("d", [1.0, 2.0]),
        "gradients": array("d", [0.0, 0.0]),
        "places": array("i", [1]),
        "steps": (flat.bind("sgd", 0, 2, (), array("d", [0.1, 0.0, 0.0])),),
        "mean": True,
        "threads": 1,
        "losses": np.empty(6),
        "done": array("q", [0]),
    } | changed
    return tuple(given.values())


def kernel(outputs: int = 1) -> Any:
    x, y, w = ag.Value(1.0), ag.Value(2.0), ag.Value(3.0)
    found = [w * x * y, w + x * y]
    program = ag.compile(found[0] if outputs == 1 else found, inputs=[x, y])
    return program.kernel_of_sums()


def test_a_descent_by_hand() -> None:
    given = bound()
    kernel().descend(*given)
    assert given[9][0] == 3
    assert list(given[2]) == [1.0, pytest.approx(1.7)]
    assert given[8].tolist() == pytest.approx([2.0, 2.0, 1.9, 1.9, 1.8, 1.8])


def test_a_descent_whose_work_is_outside_of_samples_returns_early() -> None:
    """Otherwise Ctrl-C would wait, however many parameters a penalty alone has."""
    x, parameters = ag.Value(1.0), [ag.Value(0.5) for _ in range(3000)]
    program = ag.compile(x * ag.sum([ag.exp(w) for w in parameters]), inputs=[x])
    count, numbers = 10_000, len(parameters)
    given = bound(
        samples=np.ones((count, 1)), size=1, numbers=array("d", [0.5] * numbers),
        gradients=array("d", [0.0] * numbers), places=array("i", range(numbers)), losses=np.empty(count),
        steps=(flat.bind("sgd", 0, numbers, (), array("d", [0.0] * (3 * count))),),
    )  # fmt: skip
    program.kernel_of_sums().descend(*given)
    assert 0 < given[9][0] < count


@pytest.mark.parametrize(
    "changed",
    [
        {"samples": np.ones((6, 3))},
        {"samples": np.ones(6)},
        {"samples": np.ones((6, 2), dtype=np.float32)},
        {"size": 0},
        {"gradients": array("d", [0.0])},
        {"places": array("i", [2])},
        {"places": array("i", [-1])},
        {"places": array("i", [0, 1])},
        {"losses": np.empty(5)},
        {"done": array("i", [0])},
        {"threads": 0},
        {"threads": "two"},
        {"steps": (flat.bind("sgd", 1, 2, (), array("d", [0.1, 0.0, 0.0])),)} if flat.COMPILED else {},
        {"steps": (flat.bind("sgd", sys.maxsize, 1, (), array("d", [0.1, 0.0, 0.0])),)} if flat.COMPILED else {},
        {"steps": (flat.bind("sgd", 0, 2, (), array("d", [0.1, 0.0, 0.0] * 2)),)} if flat.COMPILED else {},
        {"steps": ("sgd",)},
    ],
    ids=lambda changed: ", ".join(changed),
)
def test_what_does_not_fit_the_plan_is_refused(changed: dict[str, Any]) -> None:
    given = bound(**changed)
    with pytest.raises(ValueError):
        kernel().descend(*given)
    assert list(given[2]) == [1.0, 2.0]


def test_several_outputs_are_refused() -> None:
    with pytest.raises(ValueError, match="single output"):
        kernel(outputs=2).descend(*bound())


@pytest.mark.parametrize(
    "arguments, error",
    [
        (("nothing", 0, 1, (), array("d", [0.1])), KeyError),
        (("sgd", -1, 1, (), array("d", [0.1, 0.0, 0.0])), ValueError),
        (("sgd", 0, 1, (None,), array("d", [0.1, 0.0, 0.0])), ValueError),
        (("sgd", 0, 1, (), array("d", [0.1, 0.0])), ValueError),
        (("sgd", 0, 1, (), array("d")), ValueError),
        (("sgd", 0, 1, (), array("f", [0.1, 0.0, 0.0])), ValueError),
        (("momentum", 0, 2, (array("d", [0.0]),), array("d", [0.1] * 7)), ValueError),
    ],
)
def test_a_step_that_cannot_be_bound(arguments: tuple[Any, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        flat.bind(*arguments)


@pytest.mark.usefixtures("small_heap")
def test_memory_that_runs_out_leaves_everything_as_it_was() -> None:
    replay = pytest.importorskip("autograd.compiler.run._replay")
    gc.collect()
    failed, held = 0, replay.fail_after(-1)
    for allowed in range(20):
        given, made = bound(), kernel()
        replay.fail_after(allowed)
        try:
            made.descend(*given)
        except MemoryError:
            failed += 1
            assert list(given[2]) == [1.0, reduce(lambda w, _: w - 0.1, range(given[9][0]), 2.0)]
        finally:
            replay.fail_after(-1)
            del made
            gc.collect()
            assert replay.fail_after(-1) == held
    assert 0 < failed < 20
    assert math.isclose(given[2][1], 1.7)


class Lost(Exception):
    pass


def test_a_checkpoint_between_two_stretches_of_steps(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    fitted = partial(trained, OPTIMIZERS["momentum"], 12_000, batch_size=100)
    wanted, written = fitted(), []
    write = nn.Checkpoint.write

    def lost(keeper: nn.Checkpoint, state: dict[str, Any]) -> None:
        write(keeper, state)
        written.append(state["samples_done"])
        if len(written) == 3:
            raise Lost

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nn.Checkpoint, "write", lost)
        with pytest.raises(Lost):
            fitted(checkpoint=nn.Checkpoint(path, seconds=0.0))
    assert 0 < written[0] < 12_000
    assert written[1] == 0
    assert written[2] == written[0]
    assert fitted(checkpoint=path) == wanted


def test_ctrl_c_within_an_epoch() -> None:
    net = nn.MLP(2, [4, 1], seed=1)
    points, targets = samples(400)
    calls: list[int] = []
    made = flat.write

    def interrupted(values: Any, what: str, numbers: Any) -> None:
        made(values, what, numbers)
        calls.append(len(values))
        if len(calls) == 3:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flat, "write", interrupted)
        history = nn.fit(net, points, targets, loss=hinge, optimizer=partial(nn.SGD, lr=0.1), epochs=5, batch_size=20)
    assert history.stopped == "interrupted"
