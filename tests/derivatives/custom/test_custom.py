"""Custom ops, custom gradients, stopped gradients, checkpoints: checked and differentiated like built-in ops."""

from __future__ import annotations

import functools
import gc
import math
import os
import pickle
import subprocess
import sys
import tracemalloc
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import pytest

import autograd as ag
from autograd import GradientError, Value
from autograd.derivatives.custom import remove
from autograd.derivatives.sweeps import push
from autograd.engine.backend import CORE
from autograd.engine.graph import evaluate, topological
from autograd.ops import TABLE

pytestmark = pytest.mark.usefixtures("table_as_it_was")


def test_an_op_from_a_text() -> None:
    @ag.op("cos(x)/y", "-out/y")
    def ratio(x: float, y: float) -> float:
        """sin(x) / y."""
        return math.sin(x) / y

    x, y = Value(0.5, label="x"), Value(2.0)
    z = ratio(x, y)
    assert z.op == "ratio"
    assert z.operands == (x, y)
    z.backward()
    assert math.isclose(x.grad, math.cos(0.5) / 2)
    assert math.isclose(y.grad, -math.sin(0.5) / 4)
    assert isinstance(ratio(0.5, 2.0), float)
    assert ratio(x, 2.0).parents == (x,)
    assert TABLE["ratio"].doc == "sin(x) / y."
    assert ag.gradcheck(ratio, (0.5, 2.0), order=3)
    assert ag.check_graph(z)
    exact = lambda p: ag.sin(p[0]) / p[1]  # noqa: E731
    for got, wanted in zip(ag.hessian(lambda p: ratio(*p))([0.5, 2.0]), ag.hessian(exact)([0.5, 2.0])):
        assert got == pytest.approx(wanted, rel=1e-14)
    assert push([(x, 1.0)], [z]) == [x.grad]
    assert evaluate([z], {x: 0.0}) == [0.0]


def test_an_op_may_call_another() -> None:
    @ag.op("3*x**2")
    def cube(x: float) -> float:
        return x**3

    @ag.op("6*cube(x)/x")
    def double_cube(x: float) -> float:
        return 2 * x**3

    for order, wanted in enumerate((16.0, 24.0, 24.0, 12.0, 0.0)):
        assert ag.derivative(double_cube, order)(2.0) == pytest.approx(wanted)
    assert ag.hessian(double_cube)(2.0) == pytest.approx(24.0)


def test_an_op_from_functions() -> None:
    @ag.op(lambda x, out: 2 * x * ag.exp(x * x), name="e_square")
    def anything(x: float) -> float:
        return math.exp(x * x)

    assert ag.gradcheck(anything, 0.5, order=3)
    assert ag.hessian(anything)(0.5) == pytest.approx(ag.derivative(lambda x: ag.exp(x * x), 2)(0.5))
    assert ag.hessian(lambda p: anything(p[0] * p[1]))([0.5, 0.3]) == [
        pytest.approx(row) for row in ag.hessian(lambda p: ag.exp((p[0] * p[1]) ** 2))([0.5, 0.3])
    ]


def test_a_derivative_that_loses_the_trace_is_refused_the_second_time() -> None:
    @ag.op(lambda x, out: math.cos(x))
    def my_sin(x: float) -> float:
        return math.sin(x)

    assert ag.grad(my_sin)(0.5) == math.cos(0.5)
    with pytest.raises(ValueError, match="my_sin: a derivative that is differentiated again must compute with Values"):
        ag.grad(ag.grad(my_sin))(0.5)


def test_a_wrong_row_is_found() -> None:
    @ag.op("2*x*(1 + 1e-9)")
    def square(x: float) -> float:
        return x * x

    with pytest.raises(GradientError, match="at fault: the local derivative of square for x"):
        ag.gradcheck(square, 1.5)


def test_what_op_refuses() -> None:
    with pytest.raises(ValueError, match="op: f takes 1 operands, got 2 derivatives"):
        ag.op("1", "1", name="f")(lambda x: x)
    with pytest.raises(ValueError, match="op: the name 'sin' must be ASCII and no row's of the table"):
        ag.op("1", name="sin")(lambda x: x)
    with pytest.raises(ValueError, match="f: a derivative consists of the names"):
        ag.op("2*y", name="f")(lambda x: x)
    with pytest.raises(ValueError, match="f: a derivative consists of calls of ops"):
        ag.op("open(x)", name="f")(lambda x: x)
    with pytest.raises(ValueError, match="f: a derivative must be one expression"):
        ag.op("2*", name="f")(lambda x: x)
    with pytest.raises(TypeError, match=r"square: operands must be Values or numbers, got 'a' \(str\)"):
        ag.op("2*x", name="square")(lambda x: x * x)("a")
    with pytest.raises(ValueError, match="remove: no added op has the name 'sin'"):
        remove("sin")
    assert "f" not in TABLE


def test_a_definition_that_was_replaced_is_freed() -> None:
    rows = []
    for _ in range(4):

        @ag.op("2*x*out + cos(x)*0")
        def often(x: float) -> float:
            return math.exp(x * x)

        ag.gradcheck(often, 0.5, order=2)
        rows.append(weakref.ref(TABLE["often"]))
    ag.derivatives.custom.remove("often")
    del often
    gc.collect()
    assert [row() for row in rows] == [None] * 4


def test_a_cell_that_runs_again_replaces_its_op() -> None:
    @ag.op("1", name="again")
    def first(x: float) -> float:
        return x

    @ag.op("5", name="again")
    def second(x: float) -> float:
        return 5 * x

    assert ag.grad(second)(1.0) == 5.0
    assert [op.index for op in TABLE.values()] == list(range(len(TABLE)))


def test_kinks_of_an_op_are_checked() -> None:
    @ag.op("(x > 1) - (x < 1)", kinks="x == 1")
    def distance(x: float) -> float:
        return abs(x - 1)

    assert ag.gradcheck(distance, 1.5)
    with pytest.raises(GradientError, match=r"kink near x = 1\.0"):
        ag.gradcheck(distance, 1.0)


def test_added_ops_pickle() -> None:
    @ag.op("2*x")
    def twofold(x: float) -> float:
        return x * x

    z = pickle.loads(pickle.dumps(twofold(Value(3.0)) + 1))
    assert ag.gradients(z, z.parents[0].parents[0]) == 6.0


def test_no_grad_and_anomalies_hold_for_added_ops() -> None:
    @ag.op("1/x")
    def my_log(x: float) -> float:
        return math.log(x) if x > 0 else -math.inf

    with ag.no_grad():
        assert not my_log(Value(2.0)).parents
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError, match="my_log made -inf of x = 0"):
        my_log(Value(0.0, label="x"))


# Given gradients


def newton(x: float, steps: int = 60) -> float:
    y = 0.0
    for _ in range(steps):
        y -= (y**3 + y - x) / (3 * y**2 + 1)
    return y


def test_an_implicit_function_has_all_derivatives() -> None:
    solve = ag.custom_gradient(lambda y, x: 1 / (3 * y**2 + 1))(lambda x: newton(x))
    y = newton(3.0)
    slope = 1 / (3 * y * y + 1)
    assert solve(3.0) == y
    assert ag.derivative(solve, 1)(3.0) == pytest.approx(slope, rel=1e-15)
    assert ag.derivative(solve, 2)(3.0) == pytest.approx(-6 * y * slope**3, rel=1e-13)
    assert ag.hessian(solve)(3.0) == pytest.approx(-6 * y * slope**3, rel=1e-13)
    assert ag.hvp(lambda p: solve(p[0] * p[1]))([1.5, 2.0], [1.0, 0.0]) == pytest.approx(
        ag.jacobian(ag.grad(lambda p: solve(p[0] * p[1])))([1.5, 2.0])[0], rel=1e-13
    )
    assert ag.gradcheck(solve, 3.0, order=3)


def test_given_gradients_are_nested_as_the_arguments() -> None:
    @ag.custom_gradient(lambda out, p, q: ({"a": out / p["a"], "b": [q]}, p["b"][0]))
    def product(p: Any, q: float) -> float:
        return float(p["a"] * 0 + p["a"] * q * p["b"][0]) / float(p["a"])

    out = product({"a": Value(1.0), "b": [Value(2.0)]}, Value(3.0))
    assert out.data == 6.0
    assert out.local_derivatives == (6.0, 3.0, 2.0)
    assert product({"a": 1.0, "b": [2.0]}, 3.0) == 6.0
    bad = ag.custom_gradient(lambda out, x, y: (1.0,))(lambda x, y: x + y)
    with pytest.raises(ValueError, match="the gradient must be nested as the arguments"):
        bad(Value(1.0), 2.0)


def test_a_wrong_given_gradient_is_found() -> None:
    bad = ag.custom_gradient(lambda out, x: 2.0 * x * (1 + 1e-9))(lambda x: x * x)
    with pytest.raises(GradientError, match="the local derivative of"):
        ag.gradcheck(bad, 1.5)


# Stopped gradients


def test_stop_gradient() -> None:
    assert ag.grad(lambda x: x * ag.stop_gradient(x * x))(3.0) == 9.0
    assert ag.derivative(lambda x: x * x * ag.stop_gradient(x), 2)(3.0) == 6.0
    assert ag.stop_gradient({"a": 1.0}) == {"a": 1.0}
    x = Value(3.0)
    held = ag.stop_gradient(x)
    (held * 2 + 1).exp().backward()
    assert x.grad == 0.0
    assert held.data == 3.0


# Checkpoints


def long_step(state: Sequence[Any], rate: Any) -> list[Any]:
    a, b = state
    for _ in range(50):
        a, b = a + 0.01 * ag.sin(b) * rate, b - 0.01 * a
    return [a, b]


def test_checkpoint_keeps_one_node_for_each_result() -> None:
    step = ag.checkpoint(long_step)
    state: list[Any] = [Value(0.3), Value(-0.2)]
    begin, rate = list(state), Value(1.5)
    plain: list[Any] = list(state)
    for _ in range(10):
        state, plain = step(state, rate), long_step(plain, rate)
    assert len(topological(state[0])) < 30 < len(topological(plain[0]))
    assert state[0].data == plain[0].data
    assert ag.gradients(state[0], [*begin, rate]) == pytest.approx(ag.gradients(plain[0], [*begin, rate]), rel=1e-13)


def test_checkpoints_differentiate_again_and_see_closed_over_weights() -> None:
    w = Value(1.5, label="w")

    def f(x: Any) -> Any:
        return ag.tanh(w * x) * w

    g = ag.checkpoint(f)
    x = Value(0.4)
    for wanted, got in ((f(x), g(x)), (f(f(x)), g(g(x)))):
        assert ag.gradients(got, [x, w]) == pytest.approx(ag.gradients(wanted, [x, w]), rel=1e-14)
        one, two = (ag.gradients(y, [x, w], create_graph=True) for y in (got, wanted))
        for a, b in zip(one, two):
            assert ag.gradients(a, [x, w]) == pytest.approx(ag.gradients(b, [x, w]), rel=1e-13)
    h = ag.checkpoint(lambda p: ag.exp(p[0] * p[1]))
    assert ag.hessian(h)([0.3, 0.7])[0] == pytest.approx(ag.hessian(lambda p: ag.exp(p[0] * p[1]))([0.3, 0.7])[0])
    assert ag.gradcheck(h, [0.3, 0.7], order=2)
    assert evaluate([g(x)], {w: 2.0})[0] == pytest.approx(2.0 * math.tanh(0.8))


def test_checkpoints_of_long_recurrences_take_little_memory() -> None:
    step = ag.checkpoint(lambda x: _hundred(x))
    x = Value(0.5)
    y = step(x)
    for _ in range(300):
        y = step(y)
    gc.collect()
    assert len(topological(y)) == 302
    with ag.no_grad():
        assert not step(x).parents
    assert step(0.5) == pytest.approx(_hundred(0.5).data if isinstance(_hundred(0.5), Value) else _hundred(0.5))


def _hundred(x: Any) -> Any:
    for _ in range(100):
        x = x + 0.001 * ag.sin(x)
    return x


def test_modules_imported_after_an_op_was_added_know_it_as_added() -> None:
    program = """
import autograd as ag

@ag.op("3*x*x")
def cubed(x):
    return x**3

x = ag.Value(2.0, label="x")
y = cubed(x) + x
print(ag.Worksheet.parse("w = 3\\nE = w^2").evaluate().value)
print(ag.compile(x * x + 1, inputs=[x])(3.0))
y.label = "y"
print(bool(ag.check_derivation("d(y)/d(x) == 3*x^2 + 1", y)))
"""
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"})
    assert (ended.stderr, ended.stdout.splitlines()) == ("", ["9.0", "10.0", "True"])


def test_checkpoints_within_checkpoints() -> None:
    w = Value(1.5)

    @ag.checkpoint
    def inner(x: Any) -> Any:
        return _hundred(x * w)

    @ag.checkpoint
    def outer(x: Any, y: Any) -> Any:
        return inner(x) * y + inner(inner(y))

    def plain(x: Any, y: Any) -> Any:
        return _hundred(x * w) * y + _hundred(_hundred(y * w) * w)

    x, y = Value(0.3), Value(0.7)
    got, wanted = outer(x, y), plain(x, y)
    assert len(topological(got)) == 4
    assert got.data == wanted.data
    assert ag.gradients(got, [x, y, w]) == pytest.approx(ag.gradients(wanted, [x, y, w]), rel=1e-13)
    exact = ag.hessian(lambda p: plain(p[0], p[1]))([0.3, 0.7])
    for row, expected in zip(ag.hessian(lambda p: outer(p[0], p[1]))([0.3, 0.7]), exact):
        assert [float(entry) for entry in row] == pytest.approx([float(entry) for entry in expected], rel=1e-12)


def test_a_checkpoint_has_derivatives_with_other_weights_too() -> None:
    w = Value(1.5)
    step = ag.checkpoint(lambda x: ag.tanh(w * x) if w > 1.0 else w * x)
    x = Value(0.4)
    y = step(x)
    op = TABLE[y.op]
    assert op.compute(0.4, 0.5) == (0.2, 0.5, 0.4)
    value, to_x, to_w = op.compute(0.4, 2.0)
    slope = 1 - math.tanh(0.8) ** 2
    assert (value, to_x, to_w) == pytest.approx((math.tanh(0.8), 2 * slope, 0.4 * slope), rel=1e-14)
    assert w.data == 1.5


def test_compiled_checkpoints() -> None:
    w = Value(1.5)
    step = ag.checkpoint(lambda x: ag.tanh(w * x) if x > 0 else w * x)
    f = ag.compile(lambda x: step(step(x) + 1.0))
    for number in (0.4, -3.0):
        x = Value(number)
        y = step(step(x) + 1.0)
        assert f.gradients(number).outputs == pytest.approx(y.data, rel=1e-14)
        assert f.gradients(number).inputs[0] == pytest.approx(ag.gradients(y, x), rel=1e-14)
    x = Value(0.4)
    program = ag.compile(step(x) * 2.0, inputs=[x])
    w.data = 2.0
    found = program.gradients([0.3, -0.5])
    assert found.outputs == pytest.approx([2 * math.tanh(0.6), -2.0])
    assert found.inputs[0] == pytest.approx([4 * (1 - math.tanh(0.6) ** 2), 4.0])


def test_a_recurrence_of_many_steps_takes_memory_for_its_pieces() -> None:
    steps, piece = (100_000 if CORE == "c" else 10_000), 500
    w = Value(0.5)

    def run(x: Any) -> Any:
        for _ in range(piece):
            x = x + 1e-5 * ag.sin(w * x)
        return x

    checkpointed = ag.checkpoint(run)
    x = y = Value(0.5)
    checkpointed(x)
    gc.collect()
    tracemalloc.start()
    for _ in range(steps // piece):
        y = checkpointed(y)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(topological(y)) == steps // piece + 2
    assert kept < 1e6
    assert peak < 10e6  # recorded as a whole it's four nodes of 80 bytes and more for each step
    y.backward()
    with ag.no_grad():
        end = x
        slope = 1.0
        for _ in range(steps):
            slope *= 1.0 + 1e-5 * 0.5 * math.cos(0.5 * end.data)
            end = end + 1e-5 * ag.sin(w * end)
    assert y.data == end.data
    assert x.grad == pytest.approx(slope, rel=1e-10)


def test_an_added_op_works_everywhere() -> None:
    @ag.op("2*x*out", "exp(x*x)", text="bell({x}, {y})", latex=r"\beta({x}, {y})")
    def bell(x: float, y: float) -> float:
        return math.exp(x * x) * y

    x, w = Value(0.5, label="x"), Value(2.0, label="w")
    h = bell(x, w)
    h.label = "h"
    y = h * x
    y.label = "y"
    assert repr(h) == "Value(2.568, label='h')"
    picture = ag.draw(y).svg
    assert "bell" in picture
    assert all(f">{label}<" in picture or label in picture for label in ("x", "w", "h", "y"))
    derivation = ag.derive(y, w)
    assert str(derivation).startswith("∂y/∂w = ∂y/∂h · ∂h/∂w\n      = x · exp(x · x)\n")
    assert "e^" in derivation.latex() or "exp" in derivation.latex()
    program = ag.compile(y, inputs=[x])
    assert "bell(" in str(program)
    assert program.gradients(0.5).parameters.tolist() == pytest.approx(ag.gradients(y, [w]))
    assert ag.gradcheck(bell, (0.5, 2.0), order=2)
    assert ag.check_graph(y)
    lines = str(ag.sensitivity(y)).splitlines()
    assert [line.split()[0] for line in lines[-2:]] == ["x", "w"]
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError, match="bell made nan of x = nan, w = 2"):
        bell(Value(math.nan, label="x"), w)


def test_a_value_that_a_given_gradient_closes_over_is_refused() -> None:
    w = Value(5.0, label="w")
    with pytest.raises(
        ValueError, match="f: a function whose gradient is given depends on 'w', which is none of its arg"
    ):
        ag.custom_gradient(lambda y, x: 10.0 * x)(_named_f(lambda x: w * x * x))(Value(2.0))
    with pytest.raises(ValueError, match="depends on 'w', which is none of its arguments"):
        ag.custom_gradient(lambda y, x: 0.0)(lambda x: w)(Value(2.0))
    stopped = ag.custom_gradient(lambda y, x: 10.0 * x)(lambda x: ag.stop_gradient(w) * ag.sign(w) * x * x)
    assert ag.grad(stopped)(2.0) == 20.0
    with pytest.raises(ValueError, match=r"pass it as an argument, or take its number with \.data"):
        ag.custom_gradient(lambda y, x: 2 * w * x)(_named_f(lambda x: 5.0 * x * x))(Value(2.0))
    y = ag.custom_gradient(lambda y, x: 2 * w.data * x)(_named_f(lambda x: w.data * x * x))(Value(2.0))
    assert y.data == 20.0


def _named_f(function: Any) -> Any:
    function.__name__ = "f"
    return function


FACTOR = Value(3.0)


class Scaled:
    def __init__(self) -> None:
        self.parts = {"factor": (Value(3.0),)}

    def __call__(self, x: Any) -> Any:
        return x * self.parts["factor"][0]


def _scaled(factor: Any, x: Any) -> Any:
    return factor * x


@pytest.mark.parametrize(
    "function, name",
    [
        (functools.partial(_scaled, Value(3.0)), "partial"),
        (Scaled(), "Scaled"),
        (Scaled().__call__, "__call__"),
        (lambda x, factor=FACTOR: x * factor, "<lambda>"),
    ],
)
def test_a_value_that_a_function_brings_along_is_no_argument(function: Callable[..., Any], name: str) -> None:
    given = ag.custom_gradient(lambda out, x, *factor: (3.0, *(0.0 for _ in factor)) if factor else 3.0)(function)
    with pytest.raises(ValueError, match=f"^{name}: a function whose gradient is given depends on"):
        given(Value(2.0))


def test_a_function_of_an_op_closes_over_no_value() -> None:
    w = Value(5.0, label="w")
    cases: list[tuple[Any, Any]] = [(lambda x, out: 5.0, lambda x: x * w), (lambda x, out: w * 1.0, lambda x: x * 5.0)]
    for derivative, function in cases:
        apply = ag.op(derivative, name="closing_op")(function)
        for applied, x in ((apply, Value(2.0)), (ag.compile(apply), 2.0)):
            with pytest.raises(ValueError, match="depends on 'w', which is none of its arguments"):
                applied(x)
    apply = ag.op(lambda x, out: w.data, name="closing_op")(lambda x: x * float(w))
    assert ag.grad(apply)(2.0) == 5.0
    remove("closing_op")
