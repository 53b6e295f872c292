"""The strategies keep their promises, and the engine is consistent on the examples they generate."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.checks import strategies
from autograd.checks.gradcheck import _reach
from autograd.checks.strategies import Expression, Program
from autograd.derivatives.custom import remove
from autograd.derivatives.differences import kink_distance
from autograd.engine.graph import topological
from autograd.ops import TABLE

SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)


@st.composite
def cases(draw: st.DrawFn, kind: Any = None) -> tuple[Any, tuple[float, ...]]:
    function = draw(strategies.expressions() if kind is None else kind)
    return function, draw(strategies.inputs_for(function))


@SLOW
@given(cases())
def test_expressions_pass_gradcheck(case: tuple[Any, tuple[float, ...]]) -> None:
    function, inputs = case
    assert ag.gradcheck(function, inputs)


@SLOW
@given(cases(strategies.programs()))
def test_programs_pass_gradcheck(case: tuple[Any, tuple[float, ...]]) -> None:
    function, inputs = case
    assert ag.gradcheck(function, inputs)


@SLOW
@given(cases(strategies.programs(size=6)))
def test_forward_and_reverse_agree_in_first_and_second_order(case: tuple[Any, tuple[float, ...]]) -> None:
    function, inputs = case

    def f(p: list[Any]) -> Any:
        return function(*p)

    point = list(inputs)
    leaves = list(map(Value, point))
    output = f(leaves)
    # What cancels is as exact as the terms that cancel.
    reach = max((_reach(leaf, output) for leaf in leaves), default=0.0) if isinstance(output, Value) else 0.0
    assume(reach < 1e3)
    below = topological(output) if isinstance(output, Value) else []
    assume(all(abs(node.data) > 1e-2 or node.data == 0.0 for node in below))
    reverse, forward = (ag.jacobian(f, mode=mode)(point) for mode in ("reverse", "forward"))
    assert reverse == pytest.approx(forward, rel=1e-13, abs=1e-13 * reach)
    rows = ag.hessian(f)(point)
    other = ag.jacobian(ag.grad(f), mode="reverse")(point)
    largest = max(1.0, *(abs(x) for row in rows for x in row))
    for row, its in zip(rows, other):
        assert row == pytest.approx(its, rel=1e-9, abs=1e-9 * largest)


@SLOW
@given(cases())
def test_inputs_are_inside_domains_and_away_from_kinks(case: tuple[Any, tuple[float, ...]]) -> None:
    function, inputs = case
    output = function(*map(Value, inputs))
    for node in topological(output) if isinstance(output, Value) else []:
        assert math.isfinite(node.data)
        if node.op:
            assert kink_distance(node.op, [float(x) for x in node.operands]) >= 1e-2
    assert float(output) == float(function(*inputs)) or not isinstance(output, Value)


@SLOW
@given(st.data())
def test_the_recipe_for_ones_own_function(data: st.DataObject) -> None:
    def mine(x: Any, y: Any) -> Any:
        return ag.log(x) * ag.sqrt(y - x)

    inputs = data.draw(strategies.inputs_for(mine))
    assert 0 < inputs[0] < inputs[1]
    assert ag.gradcheck(mine, inputs)


def test_an_added_op_joins_by_its_row() -> None:
    ag.op("2*x*(1 + 1e-6)", name="bad_square")(lambda x: x * x)
    try:
        found = find(strategies.expressions(), lambda e: "bad_square" in str(e))
        assert str(found) == "bad_square(x)"

        def is_wrong(case: tuple[Any, tuple[float, ...]]) -> bool:
            try:
                return not ag.gradcheck(*case)
            except ag.GradientError:
                return True

        function, inputs = find(cases(strategies.expressions(["bad_square", "sin", "mul"])), is_wrong)
        assert str(function) in ("bad_square(x)", "bad_square(y)")  # older hypotheses shrink to either
        assert len(inputs) == 2
    finally:
        remove("bad_square")


@pytest.mark.parametrize("name", list(TABLE))
def test_every_row_can_be_drawn(name: str) -> None:
    any_at_all = settings(phases=[Phase.generate])
    found = find(strategies.expressions([name], depth=1), lambda e: e.op == name, settings=any_at_all)
    assert isinstance(found, Expression)
    program = find(strategies.programs([name], size=1), lambda p: True, settings=any_at_all)
    assert name in {name for name, _ in program.steps}


def test_expressions_are_written_with_the_brackets_they_need() -> None:
    x_less_y = Expression("sub", ("x", "y"), ("x", "y"))
    assert str(Expression("sub", ("x", x_less_y), ("x", "y"))) == "x - (x - y)"
    assert str(Expression("sub", (x_less_y, "x"), ("x", "y"))) == "x - y - x"
    assert str(Expression("mul", (x_less_y, -1.5), ("x", "y"))) == "(x - y)*(-1.5)"
    assert str(Expression("dot", ("x", "y", 1.0), ("x", "y"))) == "dot(x, y, 1)"
    assert repr(Expression("", ("x",), ("x",))) == "lambda x: x"


def test_functions_are_called_with_all_arguments() -> None:
    with pytest.raises(TypeError, match="takes 2 arguments, got 1"):
        Expression("add", ("x", "y"), ("x", "y"))(1.0)
    with pytest.raises(TypeError, match="program: takes 1 arguments, got 0"):
        Program((("sin", ("x",)),), ("x",))()
    with pytest.raises(ValueError, match="ops must be names of rows, got 'sine'"):
        strategies.expressions(["sine"])
    with pytest.raises(ValueError, match="expressions: depth must be 1 or more, got 0"):
        strategies.expressions(depth=0)
    with pytest.raises(ValueError, match="programs: size must be 1 or more, got 0"):
        strategies.programs(size=0)
    with pytest.raises(ValueError, match="variables must be names, got '1'"):
        strategies.programs(variables="1")


def test_without_hypothesis_the_error_says_what_to_install() -> None:
    code = "import sys; sys.modules['hypothesis'] = None; from autograd import strategies"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ImportError: autograd.checks.strategies: needs the package hypothesis" in done.stderr
    assert "pip install hypothesis" in done.stderr


@ag.custom_gradient(lambda y, x: 1.0 / x)
def log_from_1000(x: float) -> float:
    """ln x, or an error below 1000."""
    if x < 1000.0:
        raise ValueError("below 1000")
    return math.log(x)


def examples_of(function: Callable[..., Any], **limits: Any) -> list[tuple[float, ...]]:
    found: list[tuple[float, ...]] = []

    @settings(max_examples=80, database=None)
    @given(strategies.inputs_for(function, **limits))
    def collect(inputs: tuple[float, ...]) -> None:
        found.append(inputs)

    collect()
    return found


@pytest.mark.parametrize(
    "function",
    [
        log_from_1000,
        lambda x: ag.log(x - 1e6),
        lambda x: x * math.nan,
        lambda x: ag.sqrt(x - 4.0) if x > 4.0 else 1 / 0,
    ],
    ids=["raises", "domain", "nan", "division"],
)
def test_a_domain_that_is_elsewhere_is_said(function: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match=r"no point from -3 to 3 is inside the domain of .*; say by low= and high="):
        examples_of(function)


def test_the_domain_may_be_anywhere() -> None:
    assert all(x >= 1000.0 for (x,) in examples_of(log_from_1000, low=500.0, high=5000.0))


@pytest.mark.parametrize(
    "function, edges",
    [
        (lambda x: x * 2.0 if x > 0 else x * 3.0, [0.0]),
        (lambda x: x if x >= 0 else -x, [0.0]),
        (lambda x: x * 2.0 if 0 < x <= 1 else x, [0.0, 1.0]),
        (lambda x: x * 2.0 if x * x > 4 else x, [2.0, -2.0]),
        (lambda x: x * 2.0 if x else x, [0.0]),
        (lambda x: x * math.floor(x), [-2.0, -1.0, 0.0, 1.0, 2.0]),
    ],
)
def test_points_keep_away_from_branches(function: Callable[..., Any], edges: list[float]) -> None:
    for inputs in examples_of(function):
        assert min(abs(inputs[0] - edge) for edge in edges) > 1e-3
        ag.gradcheck(function, inputs)
