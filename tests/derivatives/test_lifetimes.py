"""Lifetimes of added ops: unlimited checkpoints and custom gradients, and replaced ops, in bounded memory."""

from __future__ import annotations

import copy
import gc
import math
import pickle
import subprocess
import sys
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import autograd as ag
from autograd import Value
from autograd.derivatives.custom import remove
from autograd.derivatives.over_values import JointRules
from autograd.engine.backend import CORE
from autograd.engine.graph import evaluate, topological
from autograd.errors import AutogradError
from autograd.ops import EPHEMERAL, TABLE


@pytest.fixture(autouse=True)
def everything_is_let_go(small_heap: None) -> Iterator[None]:
    rows, before = set(TABLE), set(EPHEMERAL)
    yield
    for name in set(TABLE) - rows:
        remove(name)
    gc.collect()
    assert set(EPHEMERAL) <= before  # as sets: what an earlier failure kept may go at any time


def cell(h: Any, x: float, w: Any) -> Any:
    return ag.tanh(w * h + x)


def plain(h: Any, steps: int, w: Any) -> Any:
    for i in range(steps):
        h = cell(h, 0.01 * (i % 7), w)
    return h


# Any number of functions


def test_a_new_function_in_each_of_many_pieces() -> None:
    steps = 10_000
    w, start = Value(0.9), Value(0.3)
    h = start
    for i in range(steps):
        h = ag.checkpoint(lambda h, x=0.01 * (i % 7): cell(h, x, w))(h)
    assert len(topological(h)) == steps + 2
    same = plain(start, steps, w)
    assert h.data == same.data
    assert ag.gradients(h, [start, w]) == pytest.approx(ag.gradients(same, [start, w]), rel=1e-13)
    h.backward()
    first = w.grad
    w.data = 0.1  # derivatives are those of when it was computed, as of every node
    h.backward()
    assert w.grad == pytest.approx(2 * first, rel=1e-13)


def test_wrapping_the_same_function_again_finds_its_op() -> None:
    w = Value(0.9)

    class Cell:
        def step(self, h: Any) -> Any:
            return cell(h, 0.1, w)

    def step(h: Any) -> Any:
        return cell(h, 0.1, w)

    model, h, g = Cell(), Value(0.3), Value(0.3)
    for _ in range(20):
        h, g = ag.checkpoint(step)(h), ag.checkpoint(model.step)(g)
    assert len({node.op for node in topological(h)} - {""}) == 1
    assert len({node.op for node in topological(g)} - {""}) == 1
    assert h.data == g.data


@pytest.mark.parametrize("kept", [False, True])
def test_memory_is_that_of_the_results(kept: bool) -> None:
    w, x = Value(0.9), Value(0.3)
    step = ag.checkpoint(lambda h: plain(h, 5, w))

    def calls(count: int) -> None:
        for _ in range(count):
            (step if kept else ag.checkpoint(lambda h: plain(h, 5, w)))(x)

    tracemalloc.start()
    calls(500)
    gc.collect()
    few = tracemalloc.get_traced_memory()[0]
    calls(2_000)
    gc.collect()
    many = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert many < few + 2_000 * 60  # an op's row alone takes fifty times that


def test_a_long_recurrence_in_pieces() -> None:
    steps, piece = (100_000 if CORE == "c" else 10_000), 500
    w, start = Value(0.5), Value(0.5)
    h = start
    gc.collect()
    tracemalloc.start()
    for _ in range(steps // piece):
        h = ag.checkpoint(lambda h: plain(h, piece, w))(h)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(topological(h)) == steps // piece + 2
    assert kept < 2e6
    same = start
    for _ in range(steps // piece):
        same = plain(same, piece, w)
    assert ag.gradients(h, [start, w]) == pytest.approx(ag.gradients(same, [start, w]), rel=1e-13)


def test_leaves_made_inside_are_constants() -> None:
    w, x = Value(0.9), Value(0.3)

    def total(h: Any) -> Any:
        s = Value(0.0)
        for k in range(3):
            s = s + w * h * Value(float(k))
        return [s, h * 2.0]

    made, twice = ag.checkpoint(total)(x)
    assert made.parents == (x, w)
    assert twice.parents == (x, w)
    assert ag.gradients(made, [x, w]) == pytest.approx([2.7, 0.9], rel=1e-15)
    first = ag.gradients(made, x, create_graph=True)
    assert ag.gradients(first, w) == pytest.approx(3.0)
    h = x
    for _ in range(50):
        h = ag.tanh(ag.checkpoint(total)(h)[0])
    assert len({node.op for node in topological(h)} - {"", "tanh"}) == 1
    seen: list[Value] = []

    def leaking(h: Any) -> Any:
        seen.append(Value(2.0))
        return h * seen[-1]

    y = ag.checkpoint(leaking)(x)
    assert y.parents == (x, seen[0])  # what others can reach is not a constant


def test_leaves_of_an_outer_checkpoint_are_no_weights_of_the_graph() -> None:
    x = Value(0.3)
    inner = ag.checkpoint(lambda h, scale: h * scale[0])

    def outer(h: Any) -> Any:
        c = Value(2.0)
        return ag.checkpoint(lambda h: h * c)(inner(h, [c]))

    y = ag.checkpoint(outer)(x)
    assert y.parents == (x,)
    assert ag.gradients(y, x) == 4.0


def test_functions_that_hold_their_results_are_let_go() -> None:
    class Model:
        def __init__(self) -> None:
            self.w, self.h = Value(0.5), Value(0.1)

        def step(self, h: Any) -> Any:
            return ag.tanh(self.w * h)

        def run(self) -> None:
            self.h = ag.checkpoint(self.step)(self.h)
            self.h = ag.checkpoint(lambda h: self.step(h))(self.h) * 2.0
            self.h = ag.custom_gradient(lambda out, h: 1.0 + self.w.data)(lambda h: h)(self.h)

    models = [Model() for _ in range(5)]
    for model in models:
        model.run()
    left = [weakref.ref(model) for model in models]
    del model, models
    gc.collect()
    assert not any(model() for model in left)


@pytest.mark.slow
def test_a_chain_of_functions_that_hold_one_another_is_let_go_without_recursion() -> None:
    h = Value(0.1)
    for _ in range(20_000 if CORE == "c" else 2_000):
        h = ag.checkpoint(lambda h=h: h * 1.0)()
    assert h.data == 0.1
    del h


def test_nothing_is_kept_by_derivatives_of_part_of_the_operands() -> None:
    a, b = Value(0.3), Value(0.4)
    y = ag.checkpoint(lambda p, q: ag.exp(p * q))(a, b)
    assert float(ag.gradients(y, a, create_graph=True)) == pytest.approx(0.4 * math.exp(0.12))
    assert JointRules._last is None
    del y


@pytest.mark.parametrize("names", ["one", "many"])
def test_given_gradients_of_any_number_of_nestings(names: str) -> None:
    @ag.custom_gradient(lambda out, xs: [1.0] * len(xs))
    def total(xs: Any) -> float:
        return math.fsum(xs)

    x, before = Value(1.0), set(EPHEMERAL)
    for n in range(1, 200):
        y = total([x] * (n if names == "many" else 3))
        y.backward()
        assert len(set(EPHEMERAL) - before) <= 2
    for _ in range(100):
        y = ag.custom_gradient(lambda out, x: 3.0 * x**2)(lambda x: x**3)(Value(2.0))
        assert y.local_derivatives == (12.0,)


# What a name means


def square(factor: float) -> Callable[..., Any]:
    @ag.op(f"{2 * factor}*x", name="lifetime_square")
    def function(x: float) -> float:
        return factor * x * x

    return function


@pytest.mark.slow
def test_ops_come_and_go_in_any_number() -> None:
    x, before = Value(2.0), set(EPHEMERAL)
    for i in range(10_000):
        y = ag.op("2*x", name=f"lifetime_{i % 5000}")(lambda x: x * x)(x)
        remove(f"lifetime_{i % 5000}")
    assert ag.gradients(y, x) == 4.0
    del y
    gc.collect()
    assert set(EPHEMERAL) <= before


def test_nodes_keep_the_op_that_computed_them() -> None:
    x = Value(3.0, label="x")
    first = square(1.0)
    old, program = first(x), ag.compile(first(x), inputs=[x])
    old_blob = pickle.dumps(program)
    second = square(5.0)
    new = second(x)
    assert (new.op, TABLE[new.op].name) == ("lifetime_square", "lifetime_square")
    assert old.op != new.op
    assert TABLE[old.op].symbol == "lifetime_square"
    for y, factor in ((old, 1.0), (new, 5.0), (first(x), 1.0), (copy.deepcopy(old), 1.0)):
        leaf = y.parents[0]
        slope = ag.gradients(y, leaf, create_graph=True)
        assert (float(slope), ag.gradients(slope, leaf)) == (6.0 * factor, 2.0 * factor)
        assert evaluate([y], {leaf: 4.0}) == [16.0 * factor]
    assert program(4.0) == 16.0
    assert ag.compile(new, inputs=[x])(4.0) == 80.0
    assert pickle.loads(old_blob)(4.0) == 80.0  # a file has the name alone
    remove("lifetime_square")
    assert evaluate([new], {x: 4.0}) == [80.0]
    assert "lifetime_square" not in TABLE
    with pytest.raises(ValueError, match="restore: op must be the name of a row, got 'lifetime_square'"):
        ag.engine.backend.restore("lifetime_square", (x,), 9.0, (6.0,))
    with pytest.raises(AttributeError, match="this is a result of lifetime_square_"):
        new.data = 1.0


def test_copies_of_a_checkpoint() -> None:
    w, x = Value(0.9), Value(0.3)
    step = ag.checkpoint(lambda h: ag.tanh(w * h) * w)
    y = step(x)
    for copied in (copy.copy(y), copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert (copied.op, copied.local_derivatives) == (y.op, y.local_derivatives)
    again = copy.copy(y)
    assert ag.gradients(ag.gradients(again, x, create_graph=True), w) == pytest.approx(
        ag.gradients(ag.gradients(step(x), x, create_graph=True), w), rel=1e-15
    )
    with pytest.raises(AutogradError, match="checkpoint of <lambda>: can't be differentiated again: this is a copy"):
        ag.gradients(copy.deepcopy(y), y.parents[0], create_graph=True) or ag.gradients(
            (other := copy.deepcopy(y)), other.parents[0], create_graph=True
        )


def test_what_changed_since_is_said() -> None:
    w, x = Value(0.9), Value(0.3)
    y = ag.checkpoint(lambda h: ag.tanh(w * h))(x)
    w.data = 0.5
    with pytest.raises(
        AutogradError, match=r"can't be differentiated again: called again it gave 0\.148.* instead of 0\.2"
    ):
        ag.gradients(y, x, create_graph=True)
    w.data = 0.9
    assert float(ag.gradients(y, x, create_graph=True)) == pytest.approx(ag.gradients(y, x), rel=1e-15)


def test_a_program_keeps_its_ops() -> None:
    w, x = Value(0.9), Value(0.3, label="x")
    program = ag.compile(ag.checkpoint(lambda h: ag.tanh(w * h))(x) * 2.0, inputs=[x])
    gc.collect()
    assert program(0.5) == pytest.approx(2 * math.tanh(0.45), rel=1e-15)
    assert "lambda" in str(program)


def test_pictures_and_derivations_show_the_function() -> None:
    w = Value(0.9, label="w")

    def encoder(h: Any) -> Any:
        return ag.tanh(w * h)

    keep = ag.checkpoint(lambda h: encoder(h))(Value(0.1))
    x = Value(0.3, label="x")
    y = ag.checkpoint(encoder)(ag.checkpoint(encoder)(x))
    y.label = "y"
    assert "encoder" in ag.draw(y).svg
    assert f"{ag.gradients(y, x):.9f}" in str(ag.derive(y, x))
    assert keep.op == "lambda"


def test_one_gradient_and_many_threads() -> None:
    program = """
import threading
import autograd as ag
from autograd.ops import EPHEMERAL

w = ag.Value(0.9)
def work(seed):
    h = ag.Value(seed)
    for i in range(300):
        h = ag.checkpoint(lambda h: ag.tanh(w * h))(h)
    found[seed] = h.data, ag.gradients(h, w)

found = {}
threads = [threading.Thread(target=work, args=(s / 10,)) for s in range(1, 5)]
[t.start() for t in threads]; [t.join() for t in threads]
print(len(found), len(EPHEMERAL), all(map(lambda pair: pair[1] > 0, found.values())))
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False)
    assert (ended.stderr, ended.stdout) == ("", "4 1 True\n")
