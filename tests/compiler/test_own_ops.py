"""User-added ops in programs: values, gradients, branches, errors, files, processes."""

from __future__ import annotations

import importlib
import json
import math
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import BranchChanged, Value
from autograd.compiler import Program
from autograd.compiler.storage import StoreError
from autograd.derivatives.custom import remove
from autograd.errors import AutogradError
from autograd.ops import TABLE

XS = np.linspace(-2.0, 2.0, 301)


pytestmark = pytest.mark.usefixtures("table_as_it_was")


def careful_log(name: str = "careful_log") -> Callable[..., Any]:
    @ag.op("1/x", name=name)
    def function(x: float) -> float:
        return math.log(x)  # raises outside of its domain

    return function


def test_a_program_with_an_op_of_ones_own() -> None:
    @ag.op("2*x*out*y", "exp(x*x)")
    def bell(x: float, y: float) -> float:
        return math.exp(x * x) * y

    x, w = Value(0.5, label="x"), Value(1.5, label="w")

    def f(x: Any, w: Any) -> Any:
        return ag.tanh(bell(x * w, w)) + bell(w, 2.0) * x

    program = ag.compile(f(x, w), inputs=[x])
    assert "bell(" in str(program)
    assert "bell" in repr(program) or program.kernel == "numpy"
    found = program.gradients(XS, parameters="each")
    for i in range(0, len(XS), 7):
        a, b = Value(XS[i]), Value(1.5)
        y = f(a, b)
        y.backward()
        assert found.outputs[i] == pytest.approx(y.data, rel=1e-13)
        assert found.inputs[0][i] == pytest.approx(a.grad, rel=1e-12, abs=1e-13)
        assert found.parameters[0][i] == pytest.approx(b.grad, rel=1e-12, abs=1e-13)
    w.grad = 0.0
    program.backward(XS)
    assert w.grad == pytest.approx(math.fsum(found.parameters[0]), rel=1e-12)
    one = program.gradients(0.25)
    assert one.outputs == pytest.approx(f(Value(0.25), Value(1.5)).data, rel=1e-14)
    assert program(np.empty(0)).shape == (0,)


def test_added_before_replay_is_imported() -> None:
    assert "sum" in TABLE  # the table's own rows keep their numbers whatever was added, in another interpreter too
    code = (
        "import autograd as ag\n"
        "@ag.op('1')\n"
        "def first(x): return x\n"
        "x = ag.Value(2.0)\n"
        "print(ag.compile(ag.sum([x.exp(), first(x)]), inputs=[x])(0.0))\n"
    )
    import subprocess
    import sys

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "1.0\n"


def test_an_error_passes_out_and_changes_nothing() -> None:
    log = careful_log()
    x, w = Value(2.0), Value(3.0)
    program = ag.compile(log(x) * w, inputs=[x])
    w.grad = 7.0
    with pytest.raises(ValueError, match="math domain error"):
        program.backward([1.0, -1.0])
    with pytest.raises(ValueError, match="math domain error"):
        program.gradients(-1.0)
    assert w.grad == 7.0
    assert program(1.0) == 0.0
    below = ag.compile(log(w) * x, inputs=[x])
    w.data = -1.0
    with pytest.raises(ValueError, match="math domain error"):
        below(1.0)
    assert below(np.empty(0)).shape == (0,)


def test_a_branch_that_is_not_taken_calls_nothing() -> None:
    log = careful_log()
    f = ag.compile(lambda x: log(x) if x > 0 else -x)
    assert f(2.0) == math.log(2.0)
    assert f(np.array([1.0, -1.0, 4.0, -3.0])).tolist() == [0.0, 1.0, math.log(4.0), 3.0]
    assert f(-5.0) == 5.0
    x = Value(2.0, label="x")
    with ag.recording():
        y = log(x) if x > 0 else -x
    program = ag.compile(y, inputs=[x])
    with pytest.raises(BranchChanged, match="x > 0 was True"):
        program([1.0, -1.0])


def test_operands_are_followed_and_not_taken_for_questions() -> None:
    log = careful_log()
    f = ag.compile(lambda x: log(x * x + 1.0))
    f(XS)
    assert len(f.programs) == 1


def test_given_gradients() -> None:
    def newton(x: float) -> float:
        y = 0.0
        for _ in range(60):
            y -= (y**3 + y - x) / (3 * y**2 + 1)
        return y

    solve = ag.custom_gradient(lambda y, x: 1 / (3 * y**2 + 1))(newton)
    f = ag.compile(lambda x: solve(x * 2.0) * x)
    eager = ag.value_and_grad(lambda x: solve(x * 2.0) * x)
    found = f.gradients(XS)
    for i in range(0, len(XS), 13):
        value, slope = eager(float(XS[i]))
        assert found.outputs[i] == pytest.approx(value, rel=1e-13, abs=1e-15)
        assert found.inputs[0][i] == pytest.approx(slope, rel=1e-13, abs=1e-15)
    second = ag.compile(ag.derivative(solve, 2))
    assert second(3.0) == pytest.approx(ag.derivative(solve, 2)(3.0), rel=1e-13)
    assert len(f.programs) == 1


def test_stop_gradient_is_followed() -> None:
    x = Value(2.0)
    program = ag.compile(x * ag.stop_gradient(x * x), inputs=[x])
    f = ag.compile(lambda x: x * ag.stop_gradient(x * x))
    for compiled in (program, f):
        found = compiled.gradients(XS)
        np.testing.assert_allclose(found.outputs, XS**3, rtol=1e-15)
        np.testing.assert_allclose(found.inputs[0], XS**2, rtol=1e-15)
    assert len(f.programs) == 1
    assert Program.from_json(program.to_json())(3.0) == 27.0
    held = ag.compile(ag.stop_gradient(x), inputs=[x])
    assert held.gradients(3.0)[:2] == (3.0, (0.0,))
    if "c" in Program(program.tape, (), True).kernel:
        assert program.kernel == "c"


def test_nothing_goes_through_a_stopped_gradient_not_even_nan() -> None:
    x = Value(0.0)
    held = ag.stop_gradient(x)
    y = held.sqrt() + x
    y.backward()
    assert x.grad == 1.0
    assert ag.gradients(y, x) == 1.0
    assert ag.jvp(lambda x: ag.stop_gradient(x).sqrt() + x, (0.0,), (1.0,)) == (0.0, 1.0)
    assert ag.hessian(lambda p: ag.stop_gradient(p[0]) * p[1] ** 2 + p[0])([3.0, 1.0]) == [[0.0, 0.0], [0.0, 6.0]]
    assert ag.compile(y, inputs=[x]).gradients(0.0).inputs == (1.0,)


def test_files_name_the_op() -> None:
    log = careful_log()
    x = Value(2.0)
    program = ag.compile(log(x) + x, inputs=[x])
    text = program.to_json()
    assert json.loads(text)["added"] == ["careful_log"]
    assert Program.from_json(text)(1.0) == 1.0
    blob = pickle.dumps(program)
    assert pickle.loads(blob)(1.0) == 1.0
    remove("careful_log")
    with pytest.raises(StoreError, match="'careful_log'; if the program calls one of yours, import the module"):
        Program.from_json(text)
    with pytest.raises(AutogradError, match="the op 'careful_log', which isn't known here"):
        pickle.loads(blob)
    for bad in (["exp"], [3], "x", [["a"]]):
        with pytest.raises(StoreError, match="added"):
            Program.from_json(json.dumps({**json.loads(text), "added": bad}))


MODULE = """
import math
import autograd as ag

@ag.op("cos(x)/y", "-out/y")
def worked_ratio(x, y):
    return math.sin(x) / y

@ag.custom_gradient(lambda out, p: {"a": out - 0.5 * p["b"] ** 2, "b": p["b"]})
def worked_sum(p):
    return math.exp(float(p["a"])) + 0.5 * float(p["b"]) ** 2
"""


def test_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "module_of_own_ops.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("module_of_own_ops")
    worked_ratio, worked_sum = module.worked_ratio, module.worked_sum
    f = ag.compile(lambda x, y: worked_ratio(x, y + 3.0) * worked_sum({"a": x, "b": y}))
    columns = np.random.default_rng(3).normal(size=(2, 1500))
    alone = f.gradients(*columns)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = f.gradients(*columns, executor=pool)
        assert found.outputs.tobytes() == alone.outputs.tobytes()
        np.testing.assert_allclose(found.inputs, alone.inputs, rtol=1e-13)
        nameless = careful_log()
        x = Value(2.0)
        with pytest.raises(AutogradError, match="isn't known here"):
            ag.compile(nameless(x), inputs=[x])([1.0, 2.0], executor=pool)
