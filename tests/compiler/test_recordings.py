"""Guards observed while a graph is recorded belong to that graph and to nothing else."""

from __future__ import annotations

import contextlib
import contextvars
import copy
import gc
import math
import pickle
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import BranchChanged, Value
from autograd.compiler.record.observing import Recording
from autograd.errors import AutogradError


def living_recordings() -> int:
    gc.collect()
    return sum(isinstance(x, Recording) for x in gc.get_objects())


def changes(program: Any, *arguments: float) -> bool:
    try:
        program(*arguments)
    except BranchChanged:
        return True
    return False


def test_any_number_of_later_recordings_forget_nothing() -> None:
    x, c = Value(2.0), Value(1.0)
    with ag.recording():
        y = x * 3.0 if c > 0.5 else x * 5.0
    for _ in range(50):
        with ag.recording():
            assert c > 0.5
            assert x * 1.0 > 0.0
    program = ag.compile(y, inputs=[x])
    assert program(4.0) == 12.0
    c.data = 0.25
    assert changes(program, 4.0)


@pytest.mark.slow
def test_recordings_live_as_long_as_their_graphs() -> None:
    before = living_recordings()
    x = Value(2.0)
    kept = []
    for _ in range(20):
        with ag.recording():
            kept.append(x * 2.0 if x * x > 1.0 else x)
    assert living_recordings() == before + 20
    del kept[5:]
    assert living_recordings() == before + 5
    kept.clear()
    assert living_recordings() == before
    with ag.recording():
        assert x * x > 1.0
    assert living_recordings() == before


QUESTIONS: dict[str, Callable[[Value, Value], Any]] = {
    "a value that is not part of the graph": lambda x, w: x * x - w > 1.0,
    "a parameter": lambda x, w: w > 0.5,
    "of constants and parameters": lambda x, w: (w + 1.0).log() > 0.1,
    "max of Python": lambda x, w: max([w, Value(0.75)]) is w,
    "min by key": lambda x, w: min([1, 2], key=lambda i: w * i),
    "sorted": lambda x, w: sorted([w, Value(0.75)])[0] is w,
    "in": lambda x, w: w in [Value(3.0), 1.0],
    "sum": lambda x, w: sum([w, w]) > 1.5,
    "floor": lambda x, w: math.floor(w * 2.0),
    "int": lambda x, w: int(w),
    "round": lambda x, w: round(w, 1),
    "float": lambda x, w: float(w),
    "data": lambda x, w: w.data,
    "detach": lambda x, w: w.detach().data,
    "math": lambda x, w: math.exp(w),
    "numpy": lambda x, w: np.where(np.array([w, w]) > 0.5, 1.0, 2.0).sum(),
    "numpy, as floats": lambda x, w: np.asarray([w, w], dtype=float).sum(),
    "a method's name": lambda x, w: w.tanh().exp() >= 1.5,
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
@pytest.mark.parametrize("inner", [False, True])
def test_every_way_to_ask(question: Callable[[Value, Value], Any], inner: bool) -> None:
    x, w = Value(2.0, label="x"), Value(1.0, label="w")
    with ag.recording():
        if inner:
            with ag.recording():
                answer = question(x, w)
        else:
            answer = question(x, w)
        y = x * float(answer)
    program = ag.compile(y, inputs=[x])
    assert program(3.0) == 3.0 * answer
    w.data = 0.125
    x.data = 0.125
    assert changes(program, 0.25) or question(x, w) == answer
    w.data = 1.0
    assert question is QUESTIONS["a value that is not part of the graph"] or program(0.25) == 0.25 * answer


def test_a_part_of_the_graph_is_enough() -> None:
    x, w = Value(2.0), Value(1.0)
    with ag.recording():
        inside = x * 3.0 if w > 0.5 else x
    later = inside.tanh() + w
    with ag.recording():
        last = later * 2.0 if x > 0.0 else later
    program = ag.compile([last, x * w], inputs=[x])
    assert not changes(program, 1.0)
    assert changes(program, -1.0)
    w.data = 0.0
    assert changes(program, 1.0)


def test_an_input_that_was_only_asked_about() -> None:
    a, b = Value(2.0, label="a"), Value(1.0, label="b")
    with ag.recording():
        y = a * 2.0 if b > 0.0 else a * 3.0
    program = ag.compile(y, inputs=[a, b])
    assert program(5.0, 1.0) == 10.0
    with pytest.raises(BranchChanged, match=r"b > 0 was True .* \(a = 5.0, b = -1.0\)"):
        program(5.0, -1.0)


def test_compiling_inside_the_block() -> None:
    x = Value(2.0)
    with ag.recording():
        y = x * 2.0 if x > 1.0 else x
        program = ag.compile(y, inputs=[x])
    assert changes(program, 0.0)
    assert not changes(program, 1.5)


def test_a_block_that_is_broken_off_is_closed() -> None:
    x = Value(2.0)
    with contextlib.suppress(ZeroDivisionError), ag.recording():
        y = x * 2.0 if x > 1.0 else x
        raise ZeroDivisionError
    assert changes(ag.compile(y, inputs=[x]), 0.0)
    assert not changes(ag.compile(x * (2.0 if x > 1.0 else 1.0), inputs=[x]), 0.0)


def in_thread(function: Callable[[], Any], context: contextvars.Context | None = None) -> Any:
    found: list[Any] = []
    run = function if context is None else lambda: context.run(function)
    thread = threading.Thread(target=lambda: found.append(run()))
    thread.start()
    thread.join()
    return found[0]


def test_parts_made_in_another_thread_are_refused_or_known() -> None:
    x = Value(2.0)

    def part() -> Value:
        return x * 2.0 if x > 1.0 else x * 3.0

    with ag.recording():
        y = in_thread(part) + x * 1.0
        z = in_thread(part, contextvars.copy_context()) + x * 1.0
    with pytest.raises(AutogradError, match="made in another thread"):
        ag.compile(y, inputs=[x])
    program = ag.compile(z, inputs=[x])
    assert program(3.0) == 9.0
    assert changes(program, 0.0)

    @ag.compile
    def f(x: Any) -> Any:
        return in_thread(lambda: x * 2.0 if x > 1.0 else x * 3.0)

    with pytest.raises(AutogradError, match="made in another thread"):
        f(2.0)


def test_work_of_other_threads_is_no_matter() -> None:
    x = Value(2.0)
    with ag.recording():
        apart = in_thread(lambda: x * 2.0)
        y = x * 3.0 if x > 1.0 else x
    assert ag.compile(apart, inputs=[x])(0.0) == 0.0
    assert changes(ag.compile(y, inputs=[x]), 0.0)


def test_a_question_asked_in_another_thread_than_its_value_was_made_in() -> None:
    x = Value(2.0)
    with ag.recording():
        square = x * x
        y = x * 3.0 if in_thread(lambda: square > 1.0) else x * 1.0
    assert changes(ag.compile(y, inputs=[x]), 0.5)


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, lambda y: pickle.loads(pickle.dumps(y))])
def test_a_copy_is_refused(how: Callable[[Value], Value]) -> None:
    x = Value(2.0)
    with ag.recording():
        y = x * 2.0 if x > 1.0 else x
    copied = how(y)
    with pytest.raises(AutogradError, match="copy of one that was recorded"):
        ag.compile(copied * 1.0, inputs=list(ag.graph.leaves(copied)))
    plain = how(x * 2.0)
    assert ag.compile(plain, inputs=list(ag.graph.leaves(plain)))(3.0) == 6.0


def test_what_no_replay_can_follow_is_refused() -> None:
    x = Value(2.0)
    with ag.recording():
        y = x * x
        y.backward()
    assert ag.compile(y, inputs=[x])(3.0) == 9.0
    with ag.recording():
        z = x * x.grad
    with pytest.raises(AutogradError, match="grad` was read"):
        ag.compile(z, inputs=[x])
    with ag.recording():
        z = x * ag.gradients(x * x, x)
    with pytest.raises(AutogradError, match="create_graph=True"):
        ag.compile(z, inputs=[x])

    @ag.compile
    def f(x: Any) -> Any:
        y = x * x
        y.backward()
        return y

    with pytest.raises(AutogradError, match="`backward` was called by the function"):
        f(2.0)


def test_numbers_of_a_program_depend_on_its_parameters() -> None:
    x, w = Value(2.0), Value(1.0)
    inner = ag.compile(lambda t: w * t)
    program = ag.compile(w * x, inputs=[x])
    for compiled in (inner, program):  # the function becomes part of the graph
        w.data = 1.0
        with ag.recording():
            y = x * compiled(3.0)
        outer = ag.compile(y, inputs=[x])
        assert outer(2.0) == 6.0
        w.data = 2.0
        assert outer(2.0) == 12.0 if compiled is inner else changes(outer, 2.0)


def test_text_is_not_followed() -> None:
    x = Value(2.0)
    with ag.recording():
        y = x * len(f"{x:.1f}{x!r}")
    assert not changes(ag.compile(y, inputs=[x]), 100.0)
