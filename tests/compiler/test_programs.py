"""Errors, stored programs, pickles, threads, executors."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import pickle
import random
import signal
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.compiler import Program
from autograd.compiler.storage import StoreError
from autograd.errors import AutogradError


def small() -> tuple[Program, Value]:
    x, y, w = Value(0.5, label="x"), Value(0.25, label="y"), Value(2.0, label="w")
    with ag.recording():
        out = (w * x).tanh() + y * y if y > -10.0 else x
    program: Program = ag.compile(out, inputs=[x, y])
    return program, w


def test_what_cannot_be_compiled() -> None:
    x, y = Value(1.0, label="x"), Value(2.0)
    out = x * x
    with pytest.raises(TypeError, match=r"outputs must be a sequence of Values, got 3\.0"):
        ag.compile(3.0, inputs=[x])  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"outputs\[1\] must be a Value"):
        ag.compile([out, 3.0], inputs=[x])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="at least one"):
        ag.compile([], inputs=[x])
    with pytest.raises(ValueError, match=r"outputs\[0\] depends on nothing"):
        ag.compile(y, inputs=[])
    with ag.no_grad():
        forgotten = x * x
    with pytest.raises(ValueError, match=r"outputs\[1\] was computed inside no_grad\(\), .*got Value\(1\)"):
        ag.compile([out, forgotten], inputs=[x])
    with pytest.raises(ValueError, match=r"inputs\[1\] isn't in the graph"):
        ag.compile(out, inputs=[x, y])
    with pytest.raises(ValueError, match=r"inputs\[1\] is repeated"):
        ag.compile(out, inputs=[x, x])
    with pytest.raises(ValueError, match=r"inputs\[0\] must be a leaf, got a result of mul"):
        ag.compile(out + x, inputs=[out])
    with pytest.raises(TypeError, match=r"inputs\[0\] must be a Value"):
        ag.compile(out, inputs=[1.0])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="inputs are its arguments"):
        ag.compile(lambda x: x, inputs=[x])  # type: ignore[call-overload]


def test_wrong_arguments() -> None:
    program, w = small()
    with pytest.raises(TypeError, match="takes 2 arguments"):
        program(1.0)
    with pytest.raises(ValueError, match="one length, got 3, 2"):
        program([1.0, 2.0, 3.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="must have 2 columns"):
        program(np.zeros((4, 3)))
    with pytest.raises(ValueError, match="1-D"):
        program([[1.0]], 2.0)
    for wrong in ("abc", None, {"a": 1}, 1j, np.array(["a"]), Value(1.0), [None]):
        with pytest.raises(TypeError, match="argument 1 must be"):
            program(1.0, wrong)
    with pytest.raises(ValueError, match="one per sample, 2, got 3"):
        program.backward([1.0, 2.0], 1.0, seed=[1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="one entry per output, 1, got 2"):
        program.backward(1.0, 1.0, seed=(1.0, 2.0))
    for wrong in ("abc", Value(1.0), {"a": 1}, 1j):
        with pytest.raises(TypeError, match=r"^seed: must be"):
            program.backward(1.0, 1.0, seed=wrong)
    with pytest.raises(TypeError, match=r"^seed: entry 0 must be"):
        program.backward(1.0, 1.0, seed=(None,))
    for huge in (10**400, [10**400]):
        with pytest.raises(ValueError, match="argument 1 must be numbers that a double holds"):
            program(1.0, huge)
    with pytest.raises(ValueError, match="'sum' or 'each'"):
        program.gradients(1.0, 1.0, parameters="all")
    for threads in (0, -1, True, 1.5):
        with pytest.raises(ValueError, match="threads"):
            program([1.0, 2.0], 1.0, threads=threads)  # type: ignore[arg-type]
    assert w.grad == 0.0


def test_what_there_is_to_see() -> None:
    program, w = small()
    assert program.inputs == ("x", "y")
    assert program.parameters == (w,)
    first, *lines = str(program).splitlines()
    assert first == f"2 inputs, 1 parameter, {len(program.tape.rows)} ops: {len(program)} instructions"
    assert lines[:2] == ["  inputs: x, y", f"  parameters: {program.tape.name(2)}"]
    assert any("tanh(" in line for line in lines)
    assert any(line.startswith("  return t") for line in lines)
    assert lines[-1] == "  guard: y > -10 is True"
    assert "4 ops" in repr(program) or "ops" in repr(program)


def test_what_is_not_needed_is_not_done() -> None:
    x, w = Value(0.5), Value(2.0)
    dead = (x * 3.0).exp()
    twice = (w * x).tanh() * (x * w).tanh() * (Value(2.0) * 0.0 + 1.0)
    program = ag.compile(twice, inputs=[x])
    assert "exp" not in str(program)
    assert dead.data > 0.0
    once, factor = (w * x).tanh(), Value(2.0) * 0.0 + 1.0
    assert len(program) == len(ag.compile(once * once * factor, inputs=[x])) or program.kernel == "numpy"
    only_input = ag.compile((x * 2.0).tanh(), inputs=[x])
    assert len(only_input) == {"c": len(("load", "mul", "tanh", "store")), "numpy": 2}[only_input.kernel]


def test_results_do_not_depend_on_threads() -> None:
    program, w = small()
    columns = np.random.default_rng(3).normal(size=(2, 30_001))
    results = []
    for threads in (1, 2, 3, 4):
        w.grad = 0.0
        out = program.backward(*columns, threads=threads)
        results.append((w.grad, out.tobytes()))
    assert len(set(results)) == 1


def test_programs_are_stored_as_json(tmp_path: Path) -> None:
    program, w = small()
    w.data = 0.1 + 0.2
    program.save(tmp_path / "p.json")
    again = Program.load(tmp_path / "p.json")
    columns = np.random.default_rng(3).normal(size=(2, 300))
    assert again.inputs == program.inputs
    assert [(p.data, p.label) for p in again.parameters] == [(w.data, "w")]
    assert again(*columns).tobytes() == program(*columns).tobytes()
    with pytest.raises(ag.BranchChanged):
        again(0.0, -11.0)
    x = Value(1.0)
    odd = ag.compile(x * float("inf") + float("-inf") + x * -0.0, inputs=[x])
    assert json.loads(odd.to_json())["constants"]
    assert repr(Program.from_json(odd.to_json())(0.5)) == repr(odd(0.5))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", "NaN", "[" * 100_000, '{"format": "scalargrad program"}',
     '{"format": "scalargrad program", "version": 2}', '{"format": "scalargrad program", "version": 1, "inputs": 1e9}'],
)  # fmt: skip
def test_files_that_are_no_programs(text: str) -> None:
    with pytest.raises(StoreError, match="load: "):
        Program.from_json(text)


def test_hostile_files_are_refused_or_harmless() -> None:
    source = random.Random(5)
    document = json.loads(small()[0].to_json())
    values: list[Any] = [-1, 0, 1, 5, 10**12, 1.5, "x", None, True, [], {}, "mul", "nan", [0, 1], -(2**40)]

    def places(x: Any) -> list[tuple[Any, Any]]:
        items = list(x.items()) if isinstance(x, dict) else list(enumerate(x)) if isinstance(x, list) else []
        return [(x, key) for key, _ in items] + [place for _, y in items for place in places(y)]

    refused = 0
    for _ in range(1500):
        broken = copy.deepcopy(document)
        for _ in range(source.randrange(1, 3)):
            container, key = source.choice(places(broken))
            container[key] = source.choice(values)
        try:
            program = Program.from_json(json.dumps(broken))
        except StoreError:
            refused += 1
            continue
        with contextlib.suppress(ag.BranchChanged):
            program.gradients(*[np.linspace(0.1, 0.9, 10)] * min(program.tape.inputs, 1000))
    assert refused > 500


def test_pickles_keep_parameters_shared() -> None:
    program, w = small()
    again, same = pickle.loads(pickle.dumps((program, w)))
    assert again.parameters == (same,)
    assert again(0.5, 0.5) == program(0.5, 0.5)


def crash(_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_processes_give_what_one_process_gives() -> None:
    program, w = small()
    columns = np.random.default_rng(3).normal(size=(2, 5000))
    seed = np.linspace(0.0, 1.0, 5000)
    alone = program.gradients(*columns, seed=seed)
    sums = []
    for workers in (1, 2):
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            found = program.gradients(*columns, seed=seed, executor=pool)
            each = program.gradients(*columns, seed=seed, executor=pool, parameters="each")
            w.grad = 0.0
            assert program.backward(*columns, seed=seed, executor=pool).tobytes() == alone.outputs.tobytes()
        assert found.outputs.tobytes() == alone.outputs.tobytes()
        np.testing.assert_allclose(found.parameters, alone.parameters, rtol=1e-13)
        np.testing.assert_allclose(each.parameters.sum(axis=1), alone.parameters, rtol=1e-12)
        sums.append((found.parameters.tobytes(), w.grad))
    assert sums[0] == sums[1]


def test_a_killed_worker_is_an_error_and_changes_nothing() -> None:
    program, w = small()
    columns = np.random.default_rng(3).normal(size=(2, 50_000))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        program(*columns, executor=pool)
        crashed = pool.submit(crash, None)
        w.grad = 1.0

        def until_it_shows() -> None:
            broken = False
            while not broken:
                broken = crashed.done()
                program.backward(*columns, executor=pool)
                w.grad = 1.0

        with pytest.raises(AutogradError, match=r"part \d+ of .* was lost, no gradient has changed"):
            until_it_shows()
        assert w.grad == 1.0


def test_guards_and_functions_on_executors() -> None:
    w = Value(3.0)
    compiled = ag.compile(lambda x: w * x if x > 0 else x - w)
    xs = np.random.default_rng(3).normal(size=3000)
    with ThreadPoolExecutor(3) as pool:
        compiled.backward(xs, executor=pool)
        program, _ = small()
        with pytest.raises(ag.BranchChanged, match="sample 2999"):
            program(np.zeros(3000), np.r_[np.zeros(2999), -11.0], executor=pool)
    assert w.grad == pytest.approx(np.where(xs > 0, xs, -1.0).sum(), rel=1e-12)


class Late(Executor):
    """Answers in the wrong order, or for the wrong part."""

    def __init__(self, wrong: bool = False) -> None:
        self.wrong = wrong
        self.waiting: list[Any] = []

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        result = list(function(*arguments, **named))
        if self.wrong:
            result[0] = result[0][:, 1:]
        future.set_result(tuple(result))
        return future


def test_an_answer_that_does_not_fit_is_an_error() -> None:
    program, _ = small()
    assert program([1.0, 2.0], 0.5, executor=Late()).tolist() == program([1.0, 2.0], 0.5).tolist()
    with pytest.raises(AutogradError, match="instead of"):
        program([1.0, 2.0], 0.5, executor=Late(wrong=True))
    with pytest.raises(TypeError, match="submit"):
        program([1.0, 2.0], 0.5, executor=3)  # type: ignore[arg-type]
