"""Calls in C when memory runs out or Ctrl-C is pressed; their guards and arguments compared with Python's."""

from __future__ import annotations

import gc
import math
import subprocess
import sys
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.compiler import Program
from autograd.compiler.program import GRADIENTS, LEARN, VALUES
from tests import needs

_replay = needs.package("autograd.compiler.run._replay", "-e . with a C compiler")
ROOT = Path(__file__).parents[2]


def network() -> Program:
    """Two inputs, parameters, two outputs, one of them of parameters alone."""
    x, y = Value(0.5), Value(0.25)
    w, b = Value(2.0, label="w"), Value(0.5, label="b")
    error = (w * x + b * y).tanh() - y
    made: Program = ag.compile([error * error, w * b], inputs=[x, y])
    return Program(made.tape, made.parameters, made.single_output, "c")


XS, YS = np.linspace(-1.0, 1.0, 3000), np.linspace(0.0, 2.0, 3000)
CALLS: dict[str, Callable[[Program], Any]] = {
    "number": lambda p: p(0.5, 1.0),
    "numbers of a list": lambda p: p([0.5, 0.25, 1.0], 1.0),
    "learn": lambda p: p.backward(0.5, 1.0),
    "batch": lambda p: p.backward(XS, YS, threads=1),
    "weights": lambda p: p.backward(XS, YS, seed=(YS, 0.5)),
    "threads": lambda p: p.backward(XS, YS, threads=3),
    "gradients": lambda p: p.gradients(XS, YS),
    "gradients each": lambda p: p.gradients(XS, YS, parameters="each"),
    "gradients of one": lambda p: p.gradients(0.5, 1.0),
}


def flat(result: Any) -> list[float]:
    return [x for part in result for x in flat(part)] if isinstance(result, tuple) else np.ravel(result).tolist()


KEPT = {"number", "learn", "gradients of one"}
"""Calls with one sample: the kernel keeps the memory of the first."""


@pytest.mark.parametrize("name", CALLS)
def test_running_out_of_memory_loses_and_changes_nothing(name: str) -> None:
    program, call = network(), CALLS[name]
    call(program)  # the kernel keeps the memory of a call
    for value in program.parameters:
        value.grad = 0.0
    wanted = flat(call(program))
    gradients = [value.grad for value in program.parameters]
    held = _replay.fail_after(-1)
    failures = 0
    for allowed in range(200):
        for value in program.parameters:
            value.grad = 0.0
        _replay.fail_after(allowed)
        try:
            found = call(program)
        except MemoryError:
            failures += 1
            assert all(value.grad == 0.0 for value in program.parameters)
            continue
        finally:
            assert _replay.fail_after(-1) == held
        assert flat(found) == wanted
        if allowed > failures + 3:
            break
    else:
        pytest.fail("no end of failures")
    assert (failures == 0) if name in KEPT else (failures > 1)
    assert [value.grad for value in program.parameters] == gradients


def test_the_first_call_with_one_sample_runs_out_of_memory() -> None:
    program = network()
    program._prepared(0)  # the kernel, and not yet its memory
    _replay.fail_after(0)
    try:
        with pytest.raises(MemoryError):
            program(0.5, 1.0)
    finally:
        _replay.fail_after(-1)
    assert program(0.5, 1.0) == network()(0.5, 1.0)


@pytest.mark.slow
@pytest.mark.usefixtures("small_heap")
def test_running_out_of_memory_while_a_kernel_is_made() -> None:
    gc.collect()
    held, failures = _replay.fail_after(-1), 0
    for allowed in range(100):
        program = network()
        _replay.fail_after(allowed)
        try:
            program.backward(0.5, 1.0)
            program.backward(0.5, 1.0)  # in vectors
        except MemoryError:
            failures += 1
        else:
            break
        finally:
            _replay.fail_after(-1)
            del program
            gc.collect()
            assert _replay.fail_after(-1) == held
    assert failures > 10


LONG_RUN = """
import _thread, gc, signal, sys, threading
import numpy as np
import autograd as ag
from autograd import Value
x, w = Value(0.5), Value(0.9)
total = x * w
for _ in range(3000):
    total = (total * w + x).tanh()
program = ag.compile(total, inputs=[x])
xs = np.zeros(4_000_000)
program.backward(xs[:3])
w.grad = 0.0
gc.disable()
timer = threading.Timer(0.3, _thread.interrupt_main)
timer.start()
try:
    program.backward(xs, threads=int(sys.argv[1]))
except KeyboardInterrupt:
    print("interrupted", w.grad)
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_ends_a_long_run(threads: int) -> None:
    """In a process of its own, where nothing else takes the interrupt."""
    command = [sys.executable, "-c", LONG_RUN, str(threads)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout == "interrupted 0.0\n", done.stderr[-2000:]


# Guards

NUMBERS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, 1e300, 5e-324, math.inf, -math.inf, math.nan]
QUESTIONS: dict[str, Callable[[Value], Any]] = {
    "<": lambda v: v < 1.0,
    "<=": lambda v: v <= 1.0,
    ">": lambda v: v > 1.0,
    ">=": lambda v: v >= 1.0,
    "==": lambda v: v == 1.0,
    "!=": lambda v: v != 1.0,
    "two": lambda v: v < v * v,
    "float": float,
    "data": lambda v: v.data,
    "bool": bool,
    "int": int,
    "trunc": math.trunc,
    "floor": math.floor,
    "ceil": math.ceil,
    "isfinite": math.isfinite,
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_guards_in_c_agree_with_those_in_python(question: Callable[[Value], Any]) -> None:
    for recorded in NUMBERS:
        with ag.recording():
            x = Value(recorded)
            value = x * 1.0 + 0.0
            try:
                question(value)
            except (OverflowError, ValueError):
                continue
            program: Program = ag.compile(value * 2.0, inputs=[x])
        for number in NUMBERS:
            outcome = program.run(np.array([[number]]))
            held = outcome.holds is None or bool(outcome.holds.all())
            for arguments in ((number,), (np.array([number, number]),)):
                assert (program.quick(arguments, VALUES) is not NotImplemented) == held, (recorded, number)


# Arguments

BASE = np.random.default_rng(5).normal(size=(2, 600))
LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "rows": lambda a: (a[0].copy(), a[1].copy()),
    "strided": lambda a: (np.repeat(a[0], 3)[::3], np.repeat(a[1], 2)[::2]),
    "backwards": lambda a: (a[0][::-1].copy()[::-1], a[1]),
    "table": lambda a: (np.ascontiguousarray(a.T),),
    "table by columns": lambda a: (a.T,),
    "lists": lambda a: (a[0].tolist(), tuple(a[1].tolist())),
    "memory": lambda a: (memoryview(a[0].copy()), array("d", a[1].tolist())),
    "other types": lambda a: (a[0].astype(object), a[1].astype(">f8")),
    "read only": lambda a: (np.frombuffer(a[0].tobytes()), a[1]),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
@pytest.mark.parametrize("samples", [0, 1, 2, 7, 127, 128, 129, 600])
def test_arguments_of_every_layout(layout: Callable[[Any], Any], samples: int) -> None:
    program, columns = network(), BASE[:, :samples].copy()
    program([0.5], [0.5])
    weights = np.linspace(0.5, 1.5, samples)
    wanted = program.run(columns, np.array([weights, np.full(samples, 0.25)]), True, "sum")
    found = program.gradients(*layout(columns), seed=(weights, 0.25))
    np.testing.assert_array_equal(found.outputs, wanted.outputs)
    np.testing.assert_array_equal(found.inputs, wanted.inputs)
    np.testing.assert_allclose(found.parameters, wanted.parameters, rtol=1e-14)
    program.backward(*layout(columns), seed=(weights, 0.25))
    np.testing.assert_allclose([v.grad for v in program.parameters], wanted.parameters, rtol=1e-14)


def test_what_c_takes_is_taken() -> None:
    program = network()
    program([0.5], [0.5])
    for layout in ("rows", "strided", "table", "table by columns", "lists", "memory", "read only"):
        assert program.quick(LAYOUTS[layout](BASE), LEARN) is not NotImplemented
    for mode in (VALUES, LEARN, GRADIENTS):
        assert program.quick((0.5, 1), mode) is not NotImplemented
        assert program.quick((BASE[0], 1.5), mode, 0.5, 2) is not NotImplemented


@pytest.mark.parametrize(
    "arguments",
    [(), (1.0,), (BASE[0], BASE[1][:3]), ("1", 2.0), (None, 1.0), (b"12345678", 1.0), (10**400, 1.0)],
    ids=str,
)
def test_what_c_refuses_changes_nothing(arguments: tuple[Any, ...]) -> None:
    program = network()
    program([0.5], [0.5])
    assert program.quick(arguments, LEARN) is NotImplemented
    with pytest.raises((TypeError, ValueError, OverflowError), match=r"call:|int too large"):
        program.backward(*arguments)
    assert all(value.grad == 0.0 for value in program.parameters)


@given(samples=st.integers(2, 5000), seed=st.integers(0, 2**32))
def test_results_do_not_depend_on_threads(samples: int, seed: int) -> None:
    program = network()
    columns = np.random.default_rng(seed).normal(size=(2, samples))
    wanted = program.gradients(*columns, threads=1)
    for threads in (2, 3, 7):
        assert flat(program.gradients(*columns, threads=threads)) == flat(wanted)
