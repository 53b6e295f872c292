"""Gradients: repeated calls, shared nodes, selections without leaks, random programs, modes, interruption."""

from __future__ import annotations

import asyncio
import math
import operator
import sys
import threading
from collections.abc import Callable, Sequence
from itertools import pairwise, product
from math import inf, nan
from types import FrameType
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import autograd as ag
from autograd import AnomalyError, Value
from autograd.derivatives.over_values import apply
from autograd.derivatives.sweeps import push
from autograd.engine import modes
from autograd.engine.graph import evaluate, leaves, topological
from autograd.ops import TABLE, Op

# Gradients after backward


def test_twice_on_a_cube_gives_twice_its_derivative() -> None:
    x = Value(3.0)
    cube = x * x * x
    cube.backward()
    assert x.grad == 27.0
    cube.backward()
    assert (x.grad, cube.grad) == (54.0, 1.0)


def test_interior_gradients_are_those_of_the_last_call() -> None:
    x = Value(3.0)
    square = x * x
    (2 * square).backward()
    cube = square * x
    cube.backward()
    assert (square.grad, x.grad) == (3.0, 12.0 + 27.0)
    cube.backward()
    assert (square.grad, x.grad) == (3.0, 12.0 + 27.0 + 27.0)


def test_nodes_used_often() -> None:
    a = Value(1.5)
    b = a + a
    c = b + b
    (c * c + b).backward()
    assert (b.grad, a.grad) == (4 * c.data + 1, 2 * (4 * c.data + 1))


def test_several_outputs_one_after_another_add_up() -> None:
    x, y = Value(2.0), Value(5.0)
    product = x * y
    for output in (product, product + x, product.exp() * 0):
        output.backward()
    assert (x.grad, y.grad) == (5.0 + 6.0, 2.0 + 2.0)
    assert product.grad == 0.0


def test_a_leaf_is_its_own_root() -> None:
    x = Value(3.0)
    x.backward()
    x.backward()
    assert x.grad == 2.0


def test_a_gradient_set_by_hand_is_where_a_leaf_starts_from() -> None:
    x = Value(3.0)
    y = x * 2
    x.grad, y.grad = 10.0, 100.0
    (y + 1).backward()
    assert (x.grad, y.grad) == (12.0, 1.0)


def test_zero_grad_reaches_every_node_below_and_no_other() -> None:
    x = Value(3.0)
    y = x * x
    z = y.exp()
    above = z + 1
    above.backward()
    z.zero_grad()
    assert [node.grad for node in (x, y, z, above)] == [0.0, 0.0, 0.0, 1.0]


def test_detached_values_receive_nothing() -> None:
    x = Value(3.0)
    (x * (x * x).detach()).backward()
    assert x.grad == 9.0


def test_a_leaf_changed_after_recording_leaves_the_record_as_it_was() -> None:
    x = Value(3.0)
    y = x * x
    x.data = 100.0
    y.backward()
    assert x.grad == 6.0


def test_an_infinite_gradient_meeting_zero_is_nan_without_where() -> None:
    x = Value(0.0)
    (x.sqrt() * 0.0).backward()
    assert math.isnan(x.grad)


# where


def test_where_leaks_nothing_of_the_branch_not_taken() -> None:
    x = Value(0.0)
    ag.where(x > 0, x.sqrt() + x.log() + x ** Value(-1.0), 3 * x).backward()
    assert x.grad == 3.0


def test_where_passes_an_infinite_derivative_of_the_branch_taken() -> None:
    x = Value(0.0)
    ag.where(True, x.sqrt(), x).backward()
    assert x.grad == inf


@pytest.mark.parametrize("bad", [inf, nan, -inf])
def test_what_is_not_chosen_may_be_anything(bad: float) -> None:
    x = Value(2.0)
    out = ag.where(x > 1, x * x, x * bad)
    out.backward()
    assert (out.data, x.grad) == (4.0, 4.0)
    assert out.parents[1].grad == 0.0


def test_choices_within_choices_leak_nothing() -> None:
    x = Value(0.0)
    inner = ag.where(x >= 0, x.log(), x * 5)
    outer = ag.where(x < 0, inner * inner, ag.where(x == 0, x * 7, inner.exp() / x))
    outer.backward()
    assert (x.grad, inner.grad) == (7.0, 0.0)


def test_a_branch_shared_by_two_choices_counts_where_it_is_taken() -> None:
    x = Value(0.0)
    root = x.sqrt()
    taken, not_taken = ag.where(1, x * 2, root), ag.where(0, root, x * 3)
    (taken + not_taken).backward()
    assert (x.grad, root.grad) == (5.0, 0.0)
    y = Value(4.0)
    root = y.sqrt()
    (ag.where(0, root, y) + ag.where(1, root, y)).backward()
    assert y.grad == 1.25


def test_a_gradient_of_zero_reaches_nodes_below_a_choice_and_stops_there() -> None:
    x, y = Value(0.0), Value(1.0)
    below = x.sqrt()
    ag.where(0.0, below * y, y).backward()
    assert (x.grad, y.grad, below.grad) == (0.0, 1.0, 0.0)


def test_the_condition_is_no_path_even_if_it_depends_on_the_leaf() -> None:
    x = Value(0.0)
    ag.where(x.sqrt(), x, x * 2).backward()
    assert x.grad == 2.0
    assert push([(x, 1.0)], [ag.where(x.sqrt(), x, x * 2)]) == [2.0]


POINTS = [0.3, 2.5, -1.5, 0.0, 1.0]
FIXED = [op for op in TABLE.values() if op.arity is not None]


@pytest.mark.parametrize("op", FIXED, ids=lambda op: op.name)
def test_each_choice_of_values_and_numbers_as_operands(op: Op) -> None:
    for numbers in product(POINTS, repeat=op.arity or 0):
        _, *slopes = op.compute(*numbers)
        for are_values in product([True, False], repeat=len(numbers)):
            if not any(are_values):
                continue
            operands = [Value(x) if is_value else x for x, is_value in zip(numbers, are_values)]
            node = apply(op.name, operands)
            (node * 3.0).backward()
            for x, slope in zip(operands, slopes):
                if isinstance(x, Value):
                    assert x.grad == 3.0 * slope or (math.isnan(x.grad) and math.isnan(slope)), (numbers, are_values)
            assert [*node.parents] == [x for x in operands if isinstance(x, Value)]
            assert [*node.operands] == operands


def test_a_choice_of_one_value_twice() -> None:
    x = Value(2.0)
    ag.where(x, x, x).backward()
    assert x.grad == 1.0


# Kinks, through Values


@pytest.mark.parametrize(
    "exponent, slope",
    [(2, 0.0), (1, 1.0), (0, 0.0), (-1, -inf), (0.5, inf), (3.5, 0.0), (-1.5, -inf)],
)
def test_constant_powers_of_zero(exponent: float, slope: float) -> None:
    x = Value(0.0)
    (x**exponent).backward()
    assert x.grad == slope


def test_powers_of_negative_numbers() -> None:
    x, zero = Value(-2.0), Value(-0.0)
    power = x**-3
    power.backward()
    (zero**-2).backward()
    assert (power.data, x.grad, zero.grad) == (-0.125, -0.1875, inf)
    exponent = Value(-3.0)
    (x**exponent).backward()
    assert (x.grad, math.isnan(exponent.grad)) == (-0.375, True)


def test_ties_share_evenly() -> None:
    a, b = Value(2.0), Value(2.0)
    (ag.max(a, b) + 10 * ag.min(a, b)).backward()
    assert (a.grad, b.grad) == (5.5, 5.5)
    x = Value(2.0)
    x.max(x).backward()
    assert x.grad == 1.0


# Random programs: reverse = forward = finite differences

# Smooth, of moderate size and defined everywhere, so that finite differences see the same as derivatives.
SMOOTH: list[tuple[int, Callable[..., Any]]] = [
    (2, operator.add),
    (2, operator.sub),
    (2, lambda a, b: (a * b).tanh()),
    (2, lambda a, b: a / (1.5 + b * b)),
    (2, lambda a, b: ag.hypot(a, b + 3.0)),
    (2, lambda a, b: ag.atan2(a, 2.0 + b * b)),
    (2, lambda a, b: (1.2 + a.tanh()) ** (b.sin())),
    (1, lambda a: a.sin()),
    (1, lambda a: (-a * a).exp()),
    (1, lambda a: a.tanh()),
    (1, lambda a: a.sigmoid()),
    (1, lambda a: ag.log(1 + a * a)),
    (1, lambda a: a.softplus()),
    (1, lambda a: a.gelu()),
    (1, lambda a: a.erf()),
    (1, lambda a: 2 - a),
    (3, lambda a, b, c: ag.logsumexp([a, b, c])),
    (3, lambda a, b, c: ag.mean([a, b, c, 1.0])),
    (3, lambda a, b, c: ag.dot([a, 0.5], [b, c], c).atan()),
]
programs = st.tuples(
    st.lists(st.floats(-1.5, 1.5), min_size=1, max_size=4),
    st.lists(
        st.tuples(st.sampled_from(range(len(SMOOTH))), st.tuples(*[st.integers(0, 30)] * 3)), min_size=3, max_size=14
    ),
)
Program = tuple[list[float], list[tuple[int, tuple[int, int, int]]]]


def _run(program: Program) -> tuple[list[Value], Value]:
    """Build a graph in which every node is used, most more than once; no value grows beyond what can be compared."""
    starts, steps = program
    inputs = [Value(x) for x in starts]
    nodes = list(inputs)
    for which, picks in steps:
        arity, function = SMOOTH[which]
        # The newest node is always an operand, and the one before it in half of the steps: fan-out is forced.
        operands = [nodes[-1], *(nodes[-1 - pick % len(nodes)] for pick in picks[1:])][:arity]
        nodes.append(function(*operands))
    return inputs, ag.sum([nodes[-1], *(node * 0.25 for node in nodes)])


def _difference(output: Value, leaf: Value) -> float:
    """∂output/∂leaf from values alone: central differences at halved steps, extrapolated to 0 (Richardson)."""

    def at(step: float) -> float:
        above, below = (evaluate([output], {leaf: leaf.data + side * step})[0] for side in (1, -1))
        return (above - below) / (2 * step)

    rows = [at(0.04 / 2**k) for k in range(5)]
    for order in range(1, 5):
        rows = [finer + (finer - coarser) / (4**order - 1) for coarser, finer in pairwise(rows)]
    return rows[0]


@given(programs)
@example(([0.5], [(0, (0, 0, 0))] * 5))
def test_reverse_is_forward_is_finite_differences(program: Program) -> None:
    inputs, output = _run(program)
    output.backward()
    scale = 1.0 + max(abs(node.data) for node in topological(output))
    for leaf in leaves(output):
        assert leaf in inputs
        (forward,) = push([(leaf, 1.0)], [output])
        assert leaf.grad == pytest.approx(forward, rel=1e-11, abs=1e-11 * scale)
        assert leaf.grad == pytest.approx(_difference(output, leaf), rel=1e-5, abs=1e-6 * scale)
    first = [leaf.grad for leaf in inputs]
    output.backward()
    assert [leaf.grad for leaf in inputs] == pytest.approx([2 * grad for grad in first], rel=1e-12, abs=1e-12 * scale)


@given(programs)
def test_every_interior_gradient_is_the_derivative_of_the_root(program: Program) -> None:
    _, output = _run(program)
    output.backward()
    order = topological(output)
    for node in order[:: max(1, len(order) // 6)]:
        assert node.grad == pytest.approx(push([(node, 1.0)], [output])[0], rel=1e-11, abs=1e-11)


# no_grad


def test_no_grad_records_nothing() -> None:
    x = Value(3.0, label="x")
    with ag.no_grad():
        results = [x * x, 2 - x, x.exp(), ag.sum([x, 1]), ag.where(x, x, 0), -x, x**2]
    assert all((v.op, v.parents, v.label, type(v)) == ("", (), "", Value) for v in results)
    assert [v.data for v in results[:2]] == [9.0, -1.0]
    assert (x * x).op == "mul"
    results[0].data = 5.0


def test_no_grad_ends_with_its_block_even_by_an_exception() -> None:
    x = Value(3.0)
    with pytest.raises(ValueError, match="broken"), ag.no_grad(), ag.no_grad():
        raise ValueError("broken")
    assert (x * x).op == "mul"
    assert modes.active == 0


def test_no_grad_is_a_decorator_too() -> None:
    x = Value(3.0)

    @ag.no_grad()
    def double() -> Value:
        return x * 2

    assert (double().op, double().op, (x * 2).op) == ("", "", "mul")


# detect_anomaly


@pytest.mark.parametrize(
    "make, text",
    [
        (lambda x, y: x.log(), "log made -inf of x = 0.0"),
        (lambda x, y: 1 / x, "div made inf of 1.0, x = 0.0"),
        (lambda x, y: y / (x * y), "div made inf of an unnamed leaf = 2.0, mul = 0.0"),
        (lambda x, y: (x - 1).sqrt(), "sqrt made nan of sub = -1.0"),
        (lambda x, y: (y * 500).exp(), "exp made inf of mul = 1000.0"),
        (lambda x, y: ag.sum([x, y, *[inf] * 9]),
         "sum made inf of x = 0.0, an unnamed leaf = 2.0, inf, inf, inf, inf, inf, inf, … (11 operands)"),
    ],
)  # fmt: skip
def test_an_anomaly_is_named(make: Callable[[Value, Value], Value], text: str) -> None:
    x, y = Value(0.0, label="x"), Value(2.0)
    make(x, y)
    with ag.detect_anomaly(), pytest.raises(AnomalyError) as caught:
        make(x, y)
    assert str(caught.value) == text
    assert isinstance(caught.value, (ag.AutogradError, ArithmeticError))


def test_an_anomaly_backward_is_named_and_changes_no_gradient() -> None:
    x, y = Value(0.0, label="x"), Value(3.0)
    root = x.sqrt()
    root.label = "r"
    out = root * y + y
    out.backward()
    x.grad = root.grad = 7.0
    before = [node.grad for node in topological(out)]
    with ag.detect_anomaly(), pytest.raises(AnomalyError) as caught:
        out.backward()
    assert str(caught.value) == (
        "sqrt (r) made inf backward: gradient 3.0 times local derivative inf towards x, at x = 0.0"
    )
    assert [node.grad for node in topological(out)] == before


def test_an_anomaly_that_where_keeps_out_is_none() -> None:
    x = Value(0.0)
    with ag.detect_anomaly():
        ag.where(x > 0, x.sqrt(), 3 * x).backward()
    assert x.grad == 3.0


def test_gradients_that_overflow_by_adding_are_named() -> None:
    x = Value(0.1, label="x")
    out = x * 1e308 + x * 1.5e308
    with ag.detect_anomaly(), pytest.raises(AnomalyError) as caught:
        out.backward()
    assert str(caught.value) == "mul made inf backward: 1e+308 added to gradient 1.5e+308 of x, at x = 0.1, 1e+308"
    assert x.grad == 0.0
    x.grad = inf
    with ag.detect_anomaly():
        (x * 2).backward()


# Modes belong to their context


def _observe() -> tuple[bool, bool]:
    """Return whether recording is on here, and whether anomalies pass."""
    x = Value(0.0)
    try:
        ag.log(x)
    except AnomalyError:
        return bool((x * 1).parents), False
    return bool((x * 1).parents), True


def test_a_mode_of_one_thread_is_none_of_another() -> None:
    seen: list[tuple[bool, bool]] = []
    inside, outside = threading.Event(), threading.Event()

    def other() -> None:
        with ag.no_grad(), ag.detect_anomaly():
            inside.set()
            outside.wait(10)
            seen.append(_observe())

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(10)
    seen.append(_observe())
    outside.set()
    thread.join()
    assert seen == [(True, True), (False, False)]
    assert _observe() == (True, True)


def test_a_mode_of_one_task_is_none_of_another() -> None:
    async def moded(mode: Callable[[], Any]) -> Sequence[tuple[bool, bool]]:
        with mode():
            first = _observe()
            await asyncio.sleep(0.001)
            return first, _observe()

    async def plain() -> tuple[bool, bool]:
        await asyncio.sleep(0.0005)
        return _observe()

    async def main() -> Any:
        return await asyncio.gather(moded(ag.no_grad), moded(ag.detect_anomaly), plain())

    forgetting, detecting, neither = asyncio.run(main())
    assert forgetting == ((False, True),) * 2
    assert detecting == ((True, False),) * 2
    assert neither == (True, True)


# Interruption


@pytest.mark.skipif(ag.CORE != "python", reason="traces Python's lines; in C only leaves keep theirs: test_memory.py")
def test_an_interrupted_backward_leaves_all_gradients_as_they_were_or_none() -> None:
    x, y = Value(0.5), Value(2.0)
    out = (x * y + x).exp() + ag.where(y, x, y)
    nodes = topological(out)
    out.backward()
    done = [node.grad for node in nodes]

    def start() -> list[float]:
        out.zero_grad()
        out.exp().backward()
        x.grad = y.grad = 0.0
        return [node.grad for node in nodes]

    untouched, seen = start(), set()
    for steps in range(10_000):
        assert start() == untouched
        interrupted = _interrupted_after(steps, out.backward)
        found = [node.grad for node in nodes]
        assert found in (untouched, done)
        seen.add(found == done)
        if not interrupted:
            break
    assert seen == {True, False}


def _interrupted_after(steps: int, action: Callable[[], object]) -> bool:
    """Run `action` with a KeyboardInterrupt at one of its steps through Python; whether it got that far."""
    left = steps

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


# Threads


@pytest.mark.parametrize("way", ["recorded", "compiled", "program", "no arguments", "branches", "hook"])
def test_threads_lose_nothing_that_others_add(way: str) -> None:
    w = Value(1.0)
    branching = ag.compile(lambda x: x * w if x > 0 else x * w * 2.0)
    compiled = ag.compile(lambda x: x * w)
    program, alone = ag.compile(w * 3.0, inputs=[]), ag.compile(lambda: w * 3.0)
    other = w * 1.0
    handle = other.register_hook(lambda gradient: gradient)  # so that the sweep looks for hooks
    ways: dict[str, Callable[[], object]] = {
        "program": program.backward,
        "no arguments": alone.backward,
        "hook": lambda: (w * 1.0).backward(),
        "recorded": lambda: (w * 1.0).backward(),
        "compiled": lambda: compiled.backward(1.0),
        "branches": lambda: branching.backward(np.array([1.0, -1.0])),
    }
    once = ways[way]
    once()
    added, w.grad = w.grad, 0.0
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=lambda: [once() for _ in range(100)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
        handle.remove()
    assert w.grad == 400 * added
