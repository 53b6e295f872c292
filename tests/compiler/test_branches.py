"""A branch that differs from the recorded one is never replayed: it is detected, or another version runs."""

from __future__ import annotations

import math
import pickle
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import BranchChanged, Value
from autograd.compiler.function import VERSIONS
from autograd.errors import AutogradError

numbers = st.floats(-4.0, 4.0)


def branchy(x: Any, y: Any, w: Any) -> Any:
    """Return every kind of observation, in nested branches."""
    total = w * x
    if x > y:
        total = total + y * y
        if total >= 1.0:
            total = total.exp() * 0.1
    elif x == 0.5:
        total = total * 3.0
    else:
        total = total - w.sin()
    if int(y) % 2:
        total = total * 2.0
    if round(x) != 1:
        total = total + x
    if math.floor(y) < 0 or bool(x):
        total = total + 0.25 * y
    for _ in range(abs(int(x))):
        total = total * y + x
    return total


def eager(x: float, y: float, w: float) -> tuple[float, float, float, float]:
    a, b, c = Value(x), Value(y), Value(w)
    out = branchy(a, b, c)
    out.backward()
    return out.data, a.grad, b.grad, c.grad


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=40))
def test_a_batch_is_split_by_branch(samples: list[tuple[float, float]]) -> None:
    w = Value(0.7)
    compiled = ag.compile(lambda x, y: branchy(x, y, w))
    xs, ys = np.array(samples).T
    wanted = np.array([eager(x, y, 0.7) for x, y in samples])
    for _ in range(2):
        found = compiled.gradients(xs, ys, parameters="each")
        np.testing.assert_allclose(found.outputs, wanted[:, 0], rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(found.inputs[0], wanted[:, 1], rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(found.inputs[1], wanted[:, 2], rtol=1e-12, atol=1e-13)
        each = found.parameters.get(w, np.zeros(len(samples)))
        np.testing.assert_allclose(each, wanted[:, 3], rtol=1e-12, atol=1e-13)
    w.grad = 0.0
    compiled.backward(xs, ys, seed=1 / len(samples))
    assert w.grad == pytest.approx(wanted[:, 3].mean(), rel=1e-11, abs=1e-12)


@given(numbers, numbers, numbers, numbers)
def test_a_graph_recorded_inside_recording_knows_its_branches(x: float, y: float, a: float, b: float) -> None:
    first, second, w = Value(x), Value(y), Value(0.7)
    with ag.recording():
        out = branchy(first, second, w)
    leaves = [leaf for leaf in (first, second) if any(leaf is n for n in ag.graph.leaves(out))]
    program = ag.compile(out, inputs=leaves)
    point = [{id(first): a, id(second): b}[id(leaf)] for leaf in leaves]
    used = {*map(id, leaves)}  # `in` would compare data
    whole = [a if id(first) in used else x, b if id(second) in used else y]
    try:
        found = program(*point)
    except BranchChanged:
        w.grad = 0.0
        with pytest.raises(BranchChanged, match="was"):
            program.backward(*point)
        assert w.grad == 0.0
    else:
        assert found == pytest.approx(eager(whole[0], whole[1], 0.7)[0], rel=1e-12, abs=1e-12)
    assert program(*[leaf.data for leaf in leaves]) == pytest.approx(out.data, rel=1e-12)


def test_the_error_names_the_comparison_and_the_sample() -> None:
    x, limit = Value(2.0, label="x"), Value(1.0, label="limit")
    with ag.recording():
        out = x * x if x > limit else -x
    program = ag.compile(out, inputs=[x])
    with pytest.raises(BranchChanged, match=r"x > limit was True when it was recorded .* sample 1 \(x = 0.5\)"):
        program([3.0, 0.5])
    limit.data = 0.25
    assert program([3.0, 0.5]).tolist() == [9.0, 0.25]


@pytest.mark.parametrize("question", ["float(x)", "x.data", "int(x)", "bool(x)", "round(x, 1)", "math.ceil(x)"])
def test_every_conversion_is_a_guard(question: str) -> None:
    x = Value(2.0, label="x")
    with ag.recording():
        number = eval(question, {"x": x, "math": math})
        out = x * float(number)
    program = ag.compile(out, inputs=[x])
    assert program(2.0) == 2.0 * number
    with pytest.raises(BranchChanged):
        program(0.0)


def test_choices_within_the_graph_need_no_guard() -> None:
    x = Value(2.0)
    with ag.recording():
        out = x.relu() + x.max(1.0) + abs(x) + ag.where(x, x, 3.0)
    program = ag.compile(out, inputs=[x])
    assert program([-1.0, 0.0, 3.0]).tolist() == [0.0 + 1 + 1 - 1, 0 + 1 + 0 + 3, 12.0]


@pytest.mark.parametrize("count", [1, 63, 64, 65, 5000])
def test_arguments_that_no_result_depends_on(count: int) -> None:
    """The walk in C wrote to where its list had been before the argument itself made it grow."""
    assert ag.compile(lambda xs: 5.0)([1.0] * count) == 5.0
    found = ag.compile(lambda xs: [xs[0] * 2.0, 5.0]).gradients([3.0] * count)
    assert found.outputs == [6.0, 5.0]
    assert found.inputs == ([2.0, *[0.0] * (count - 1)],)


def test_no_samples_have_gradients_of_nothing() -> None:
    w = Value(2.0)
    compiled = ag.compile(lambda x: w * x if x > 0 else x)
    nothing = np.array([])
    assert compiled.gradients(nothing).parameters == {w: 0.0}
    assert compiled.gradients(nothing, parameters="each").parameters[w].shape == (0,)


def test_structures_of_arguments() -> None:
    w = Value(2.0)
    calls = []

    @ag.compile
    def f(point: dict[str, Any], scale: Any, *, square: bool = False) -> Any:
        calls.append(square)
        total = ag.dot(point["ws"], point["xs"]) * scale * w
        return (total * total, total) if square else total

    assert f({"ws": [1.0, 2.0], "xs": (3.0, 4.0)}, 0.5) == 11.0
    assert f({"ws": [2.0, 2.0], "xs": (3.0, 4.0)}, 0.5) == 14.0
    assert f({"ws": [2.0], "xs": (3.0,)}, 0.5) == 6.0
    assert f({"ws": [2.0], "xs": (3.0,)}, 0.5, square=True) == (36.0, 6.0)
    assert calls == [False, False, True]
    batch = f({"ws": [np.array([1.0, 2.0]), 2.0], "xs": (3.0, 4.0)}, 0.5)
    assert batch.tolist() == [11.0, 14.0]
    assert len(calls) == 3
    found = f.gradients({"ws": [1.0, 2.0], "xs": (3.0, 4.0)}, 0.5)
    assert found.inputs == ({"ws": [3.0, 4.0], "xs": (1.0, 2.0)}, 22.0)
    assert found.parameters == {w: 5.5}
    assert f.parameters == (w,)
    columns = ag.compile(lambda xs: xs[0] * xs[1])
    assert columns(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist() == [2.0, 12.0]
    assert isinstance(columns([Value(2.0), 3.0]), Value)


def test_versions_are_bounded_and_right_beyond_the_bound() -> None:
    @ag.compile
    def f(x: Any) -> Any:
        return x * float(x)

    xs = np.linspace(0.0, 1.0, VERSIONS + 20)
    assert f(xs).tolist() == [x * x for x in xs.tolist()]
    assert len(f.programs) == VERSIONS
    assert f(np.empty(0)).shape == (0,)


def test_branches_may_return_numbers() -> None:
    @ag.compile
    def f(x: Any) -> Any:
        return x * x if x > 0 else 0.0

    found = f.gradients(np.array([-1.0, 2.0]))
    assert found.outputs.tolist() == [0.0, 4.0]
    assert found.inputs[0].tolist() == [0.0, 4.0]


def test_recording_overrides_no_grad_and_refuses_it_inside() -> None:
    with ag.no_grad():
        assert ag.compile(lambda x: x * x)(3.0) == 9.0

    def hidden(x: Any) -> Any:
        with ag.no_grad():
            return x * x

    with pytest.raises(ag.errors.AutogradError, match="no_grad"):
        ag.compile(hidden)(3.0)


def test_results_of_any_structure() -> None:
    w = Value(2.0)

    class Pair(NamedTuple):
        first: Any
        rest: Any

    @ag.compile
    def f(x: Any) -> Any:
        return Pair({"a": w * x, "name": "text", "none": None}, [x, (1.0, np.array([[x, x * x], [w, 3.0]]))])

    one = f(3.0)
    assert isinstance(one, Pair)
    assert one.first == {"a": 6.0, "name": "text", "none": None}
    assert one.rest[0] == 3.0
    assert one.rest[1][0] == 1.0
    assert one.rest[1][1].tolist() == [[3.0, 9.0], [2.0, 3.0]]
    batch = f(np.array([3.0, 1.0]))
    assert batch.first["a"].tolist() == [6.0, 2.0]
    assert batch.rest[1][1].shape == (2, 2, 2)
    assert batch.rest[1][1][0].tolist() == [[3.0, 9.0], [2.0, 3.0]]
    assert f(np.empty(0)).rest[1][1].shape == (0, 2, 2)
    f.backward(3.0)
    assert w.grad == 3.0 + 1.0
    assert f.gradients(3.0).inputs == (2.0 + 1.0 + 1.0 + 6.0,)


def test_one_structure_in_a_batch_and_any_for_one_sample() -> None:
    f = ag.compile(lambda x: [x] if x > 0 else [x, -x])
    for _ in range(2):
        assert f(1.0) == [1.0]
        assert f(-1.0) == [-1.0, 1.0]
        with pytest.raises(ValueError, match=r"the same structure on every branch of a batch, got \['·'(, '·')?\] and"):
            f(np.array([1.0, -1.0]))
    assert [y.tolist() for y in f(np.array([-1.0, -2.0]))] == [[-1.0, -2.0], [1.0, 2.0]]
    with pytest.raises(ValueError, match="must return at least one output, got None"):
        ag.compile(lambda x: None)(1.0)
    with pytest.raises(TypeError, match=r"must return Values or numbers, got <object object"):
        ag.compile(lambda x: [x, object()])(1.0)


def test_a_nan_takes_its_own_branch() -> None:
    f = ag.compile(lambda x: x * 2.0 if x == x else x.where(1.0, 2.0))
    assert f(np.array([1.0, math.nan, 2.0])).tolist() == [2.0, 1.0, 4.0]
    x = Value(math.nan, label="x")
    with ag.recording():
        y = x * float(x) if x > 1 else x * 0.0 + float(x)
    program = ag.compile(y, inputs=[x])
    assert math.isnan(program(math.nan))
    with pytest.raises(BranchChanged):
        program(0.5)
    with pytest.raises(BranchChanged):
        program(2.0)


@ag.compile
def cube(x: Any) -> Any:
    return x**3


def square(x: Any) -> Any:
    return x**2


def test_compiled_functions_are_pickled() -> None:
    """One that is found by its name is itself; another takes its function along."""
    assert pickle.loads(pickle.dumps(cube)) is cube
    copied = pickle.loads(pickle.dumps(ag.compile(square)))
    assert copied(3.0) == 9.0
    assert copied.function is square


def test_a_function_that_sets_a_weight_is_refused() -> None:
    """A replay left it out, and was wrong once the weight was another."""
    w, x = Value(2.0), Value(3.0)

    def f(x: Any) -> Any:
        w.data = 5.0
        return w * x

    with pytest.raises(AutogradError, match=r"`\.data` was set by the function"):
        ag.compile(f)(1.0)
    with ag.recording():
        y = f(x)
    w.data = 7.0
    assert ag.compile(y, inputs=[x])(2.0) == 14.0
