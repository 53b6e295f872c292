"""The planners: both walks give the same tape; any size and depth; a malformed tape is rejected."""

from __future__ import annotations

import dataclasses
import functools
import gc
import math
import random
import signal
import struct
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.compiler.plan.plain import plain_plan
from autograd.compiler.record.tape import Tape, record
from autograd.compiler.record.walk import flatten_in_python
from autograd.derivatives import over_values
from autograd.engine.backend import CORE
from autograd.ops import TABLE
from tests import needs
from tests.compiler.test_replay_equals_eager import random_graph

in_c = pytest.mark.skipif(CORE != "c", reason="needs the C core")
if CORE == "c":
    from autograd.compiler.plan import optimised
    from autograd.compiler.record import walk


@pytest.fixture(autouse=True, scope="module")
def own_op() -> Iterator[None]:
    """A custom op with more operands than any row of the table has."""

    def planner_five(a: float, b: float, c: float, d: float, e: float) -> float:
        return a + b * b / 2.0 + d * d + e + 0.0 * c

    ag.op("1", "b", "0", "2*d", "1")(planner_five)
    yield
    ag.derivatives.custom.remove("planner_five")


def exactly(x: Any) -> Any:
    """Return a key that is equal only if every number has the same bits."""
    if isinstance(x, float):
        return struct.pack("<d", x)
    if isinstance(x, dict):
        return {key: exactly(value) for key, value in x.items()}
    return tuple(map(exactly, x)) if isinstance(x, (list, tuple, range)) else x


def leaves_and_outputs(seed: int, ops: int) -> tuple[list[Value], list[Value]]:
    """Return a graph with whatever makes a plan differ: choices of parameters and samples, numbers, guards' leaves."""
    source = random.Random(seed)
    weights = [Value(source.uniform(-1.0, 1.0), f"w{i}") for i in range(4)]
    inputs = [Value(0.1, "a"), Value(0.2), Value(0.3)]
    first, second = random_graph(seed, inputs, weights, ops)
    if seed % 3 == 0:
        chosen = ag.where(weights[0], first * weights[1], second.log() * weights[2])
        return inputs, [ag.where(inputs[0], first, second), chosen, weights[0] * weights[1], inputs[0]]
    if seed % 3 == 1:
        alone = ag.logsumexp([weights[0], weights[1] * 2.0]) + ag.mean([weights[2], -weights[3]]) ** 2
        return inputs, [first * alone - math.nan, second / weights[0], -second - inputs[1], 1.0 * first]
    five = functools.partial(over_values.record, TABLE["planner_five"])
    stopped = ag.stop_gradient(first * weights[0]) * second + ag.stop_gradient(inputs[0])
    return inputs, [five((stopped, weights[0], first, inputs[1], weights[2])) * weights[1], five((*weights, 2.0))]


@in_c
@given(st.integers(0, 100_000), st.integers(1, 60))
def test_both_walks_give_the_same_tape(seed: int, ops: int) -> None:
    inputs, outputs = leaves_and_outputs(seed, ops)
    roots: tuple[Value | float, ...] = (*outputs, 2.0, -0.0, math.nan, inputs[0])
    assert exactly(walk.flatten_in_c(inputs, roots)) == exactly(flatten_in_python(inputs, roots))


def test_a_plain_plan_has_one_instruction_for_each_node() -> None:
    x, w = Value(0.5, label="x"), Value(2.0, label="w")
    with ag.recording() as recorded:
        recorded.observed("<", ag.exp(x), 2.0, True)
        tape, _ = record([ag.logsumexp([x, w * x, 1.0]).tanh() * w], [x], recorded.observations)
    plan = plain_plan(tape, True, "sum")
    assert [node.op for node in plan.forward] == [tape.op(row) for row in tape.rows]
    assert [node.op for node in plan.reverse] == ["mul", "tanh", "logsumexp", "mul"]
    assert [node.op for node in plan.forward if node.exact] == ["exp"]


def chain(ops: int) -> tuple[Value, Value]:
    """Return a chain of custom ops, all different."""
    x = Value(0.5)
    node = x
    for i in range(ops // 2):
        node = (node * x).sin() if i % 3 else node * 0.5 + float(i)
    return node, x


@pytest.mark.slow
def test_depth_is_unlimited() -> None:
    ops = 1_000_000 if CORE == "c" else 100_000
    output, x = chain(ops)
    program = ag.compile(output, inputs=[x])
    found = program.gradients([0.25, 0.5])
    (slope,) = ag.gradients(output, [x])
    assert found.outputs[1] == pytest.approx(output.data, rel=1e-13)
    assert found.inputs[0][1] == pytest.approx(slope, rel=1e-12)


def small_tape(**changed: Any) -> Tape:
    """x·w + 2 with something changed."""
    x, w = Value(0.5), Value(2.0)
    return dataclasses.replace(record([x * w + 2.0], [x])[0], **changed)


@in_c
@pytest.mark.parametrize(
    "changed",
    [
        {"operands": ((0, 1), (3, 5))},
        {"operands": ((0, 1), (3, -1))},
        {"operands": ((0, 1), (3, 4))},
        {"operands": ((0, 1),)},
        {"operands": ((0, 1, 1), (3, 2))},
        {"operands": ((), (3, 2))},
        {"operands": ([0, 1], (3, 2))},
        {"rows": (-1, 0)},
        {"outputs": (9,)},
        {"inputs": -1},
        {"inputs": 2**30},
    ],
)
def test_a_wrong_tape_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="plan: the tape is malformed"):
        optimised.plan(small_tape(**changed))


@in_c
def test_what_is_no_number_is_refused() -> None:
    for changed in ({"rows": ("add", 0)}, {"constants": ("two",)}, {"operands": (("a", 1), (3, 2))}):
        with pytest.raises(TypeError):
            optimised.plan(small_tape(**changed))
    with pytest.raises(TypeError, match="inputs must be Values"):
        walk.flatten_in_c([1.0], [Value(1.0)])  # type: ignore[list-item]


@in_c
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs signal.setitimer")
def test_an_interrupt_ends_a_plan() -> None:
    output, x = chain(200_000)
    tape, _ = record([output], [x])

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    gc.disable()  # what listens to the collector would get the interrupt, and lose it
    try:
        for run in (lambda: optimised.plan(tape, True, "sum"), lambda: walk.flatten_in_c([x], [output])):
            with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - in which round it comes depends on the machine
                signal.setitimer(signal.ITIMER_REAL, 0.002)
                for _ in range(50):
                    run()
    finally:
        gc.enable()
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert len(optimised.plan(tape, True, "sum").code[1]) > 100_000


@pytest.fixture
def untraced() -> Iterator[None]:
    """Without coverage's tracer, which allocates at each call of Python and does not survive that failing."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)


@in_c
def test_running_out_of_memory(untraced: None) -> None:
    testcapi = needs.python_module("_testcapi")
    inputs, outputs = leaves_and_outputs(3, 40)
    tape, _ = record(outputs, inputs)
    whole = optimised.plan(tape, True, "sum")
    for run in (lambda: optimised.plan(tape, True, "sum"), lambda: walk.flatten_in_c(inputs, outputs)):
        failed = 0
        for start in range(300):
            try:
                testcapi.set_nomemory(start, start + 1)
                try:
                    run()
                finally:
                    testcapi.remove_mem_hooks()
            except MemoryError:
                failed += 1
        assert failed > 10
    assert exactly(optimised.plan(tape, True, "sum").code) == exactly(whole.code)
