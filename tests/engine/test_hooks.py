"""Gradient hooks: what they see and replace, their lifetime, and their rejection by replay."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.engine import hooks
from autograd.errors import AutogradError


@pytest.fixture(autouse=True)
def _none_left(small_heap: None) -> Any:
    yield
    gc.collect()
    assert not hooks.alive


def example() -> tuple[Value, Value, Value, Value]:
    """z = (xw)² + x, whose derivative for y = xw is 12, for x 25 and for w 36."""
    x, w = ag.values(x=3.0, w=2.0)
    y = x * w
    return x, w, y, y * y + x


def test_a_hook_sees_the_whole_gradient_of_a_shared_node() -> None:
    x, w, y, z = example()
    seen: list[float] = []
    with y.register_hook(seen.append):
        z.backward()
        assert ag.gradients(z, [x, w]) == [25.0, 36.0]
    z.backward()
    assert seen == [12.0, 12.0]
    assert (y.grad, x.grad, w.grad) == (12.0, 50.0, 72.0)


def test_what_a_hook_returns_goes_on() -> None:
    x, w, y, z = example()
    with y.register_hook(lambda gradient: 10.0 * gradient), y.register_hook(lambda gradient: gradient + 1):
        z.backward()
        assert ag.gradients(z, [x, w]) == [243.0, 363.0]
        assert [found.data for found in ag.gradients(z, [x, w], create_graph=True)] == [243.0, 363.0]
    assert (y.grad, x.grad, w.grad) == (121.0, 243.0, 363.0)


def test_of_a_leaf_with_what_one_backward_adds() -> None:
    x, w, _, z = example()
    x.grad = 1000.0
    with x.register_hook(lambda gradient: -gradient):
        z.backward()
        z.backward()
        assert ag.gradients(z, [x, w]) == [-25.0, 36.0]
    assert (x.grad, w.grad) == (950.0, 72.0)


def test_of_the_root_and_of_a_leaf_that_is_one() -> None:
    x, w, _, z = example()
    with z.register_hook(lambda _: 2.0):
        z.backward()
    assert (z.grad, w.grad) == (2.0, 72.0)
    with x.register_hook(lambda gradient: 7 * gradient):
        x.backward()
    assert x.grad == 57.0


def test_a_node_that_nothing_reaches_calls_none() -> None:
    x = Value(2.0)
    unreached = x * 3.0
    with unreached.register_hook(lambda _: pytest.fail("called")):
        ag.where(0.0, unreached, x * x).backward()
    assert x.grad == 4.0


def test_removing_twice_and_one_of_two() -> None:
    x, _, y, z = example()
    seen: list[str] = []
    first, second = y.register_hook(lambda _: seen.append("first")), y.register_hook(lambda _: seen.append("second"))
    first.remove()
    first.remove()
    z.backward()
    second.remove()
    z.backward()
    third = y.register_hook(lambda _: seen.append("third"))
    z.backward()
    third.remove()
    assert seen == ["second", "third"]
    assert x.grad == 75.0


@pytest.mark.parametrize("wrong", ["text", [1.0], 1j])
def test_a_hook_that_fails_leaves_every_gradient(wrong: Any) -> None:
    x, w, y, z = example()
    x.grad = w.grad = 5.0
    with y.register_hook(lambda _: wrong), pytest.raises(TypeError, match="a hook must return a number or None"):
        z.backward()
    with w.register_hook(lambda _: {0: 1.0}[1]), pytest.raises(KeyError):
        z.backward()
    assert (x.grad, w.grad, y.grad, z.grad) == (5.0, 5.0, 0.0, 0.0)
    with pytest.raises(TypeError, match=r"register_hook: hook must be callable, got 3 \(int\)"):
        x.register_hook(3)  # type: ignore[arg-type]


def test_hooks_go_with_their_node() -> None:
    x = Value(2.0)
    for _ in range(100):
        (x * 2.0).register_hook(print)
    gc.collect()
    assert not hooks.alive


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x)), Value.detach])
def test_a_copy_has_no_hooks(copied: Callable[[Value], Value]) -> None:
    y = Value(2.0) * 3.0
    with y.register_hook(lambda _: pytest.fail("called")):
        copied(y).backward()


def test_subclasses_and_hooks_inside_of_a_function() -> None:
    class Named(Value):
        pass

    x = Named(2.0)
    with x.register_hook(lambda gradient: 3.0 * gradient):
        (x * x).backward()
    assert x.grad == 12.0

    def function(x: Any) -> Any:
        y = x * x
        y.register_hook(lambda gradient: 5.0 * gradient)
        return 2.0 * y

    assert ag.grad(function)(3.0) == 60.0


def test_a_replay_refuses_them() -> None:
    x, w, y, z = example()
    program, function = ag.compile(z, inputs=[x]), ag.compile(lambda x: x * w)
    function(1.0)
    with y.register_hook(print):
        for attempt in (lambda: ag.compile(z, inputs=[x]), lambda: ag.compile(lambda x: x * y)(1.0)):
            with pytest.raises(AutogradError, match="has a gradient hook, which a replay would not call"):
                attempt()
    with w.register_hook(print):
        for compiled in (program, function):
            for derive in (compiled.backward, compiled.gradients):
                with pytest.raises(AutogradError, match="compile: w has a gradient hook"):
                    derive(1.0)
    assert program.backward(3.0) == 39.0


def test_training_refuses_them_compiled_and_calls_them_eagerly() -> None:
    def train(compiled: bool) -> list[float]:
        model = nn.Linear(1, 1, seed=0)
        seen: list[float] = []
        with model.parameters()[0].register_hook(seen.append):
            nn.fit(
                model, [[1.0], [2.0]], [1.0, 2.0], loss="mse", optimizer=nn.SGD(model, lr=0.1), epochs=1, batch_size=2,
                compiled=compiled,
            )  # fmt: skip
        return seen

    assert len(train(False)) == 2
    with pytest.raises(AutogradError, match="has a gradient hook"):
        train(True)
