"""The C core's sweeps of second order against the general ones in Python, and what is left to those."""

from __future__ import annotations

import math
import random
import signal
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.checks import strategies
from autograd.derivatives import hessian, sweeps
from autograd.derivatives.custom import remove
from autograd.derivatives.differences import kink_distance
from autograd.derivatives.over_values import apply, hessian_pattern, second
from autograd.engine import backend
from autograd.engine.graph import topological
from autograd.ops import TABLE

SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
c: Any = backend._module
both = pytest.mark.skipif(
    backend.CORE != "c", reason="compares the C core with the Python core; this is the Python core"
)


def in_python(run: Callable[[], Any]) -> Any:
    """Return the result of the sweeps in Python on the same graph."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (sweeps, hessian):
            patch.setattr(module, "in_c", lambda: None)
        return run()


def assert_close(got: Any, wanted: Any, relative: float = 1e-13) -> None:
    """Compare nested lists of floats, relative to the largest entry: what cancels is as exact as its terms."""
    flat, its = (list(flattened(x)) for x in (got, wanted))
    assert len(flat) == len(its)
    size = max([1.0, *(abs(x) for x in its if math.isfinite(x))])
    for a, b in zip(flat, its):
        assert abs(a - b) <= relative * size or a == b or (math.isnan(a) and math.isnan(b)), (got, wanted)


def flattened(nested: Any) -> Any:
    if isinstance(nested, (list, tuple)):
        for x in nested:
            yield from flattened(x)
    else:
        yield nested


def compare_everything(output: Value, leaves: list[Value]) -> None:
    """Gradient, product, Hessian, tangents and Jacobians: C against Python."""
    direction = [math.cos(3.0 * i + 1.0) for i in range(len(leaves))]
    found = c._products(output, leaves, direction)
    if found is None:  # left to Python, as a slope of 0 at an op that selects may move
        ops = [(TABLE[x.op], x.local_derivatives) for x in topological(output) if x.op]
        assert any(op.selects and hessian_pattern(op) and 0.0 in slopes for op, slopes in ops)
        return
    gradient, product = found
    its_gradient, its_product = in_python(lambda: hessian.products(output, leaves, direction))
    # Second derivatives are sums over paths: their terms may be far larger than they are.
    terms = in_python(lambda: hessian.hessian_of(output, leaves))
    assert_close(gradient, its_gradient)
    assert_close([product, *terms], [its_product, *terms], 1e-12)
    matrix = c._hessian(output, leaves, None)
    assert_close(matrix, terms, 1e-12)
    assert all(matrix[i][j] == matrix[j][i] for i in range(len(leaves)) for j in range(i))
    outputs = [output, leaves[0], output]
    pairs = list(zip(leaves, direction))
    assert_close(c._push(outputs, leaves, direction), in_python(lambda: sweeps.push(pairs, outputs)))
    for forward in (True, False):
        rows = c._jacobian(outputs, leaves, forward)
        assert_close(rows, in_python(partial(sweeps.jacobian_of, outputs, leaves, forward)))


@st.composite
def cases(draw: st.DrawFn, kind: Any) -> tuple[Any, tuple[float, ...]]:
    function = draw(kind)
    return function, draw(strategies.inputs_for(function))


@both
@SLOW
@given(st.one_of(cases(strategies.programs(size=8)), cases(strategies.expressions())))
def test_programs_have_the_same_derivatives_in_c(case: tuple[Any, tuple[float, ...]]) -> None:
    function, inputs = case
    leaves = list(map(Value, inputs))
    output = function(*leaves)
    if isinstance(output, Value):
        compare_everything(output, leaves)


@both
def test_a_matrix_that_is_not_finite_is_left_to_the_reverse_sweep() -> None:
    x, y = Value(1e-300), Value(2.0)
    steep = x
    for _ in range(5):  # each slope is moderate, their product isn't
        steep = steep * 1e70
    for output in (steep * steep, steep * y, ag.sum([steep**2.0, y * y])):
        assert c._hessian(output, [x, y], None) is False
        assert c._hessian(output, [x, y], bytearray(32)) is False
        assert not all(map(math.isfinite, flattened(hessian.hessian_of(output, [x, y]))))


@both
def test_dependence_on_other_leaves() -> None:
    x, w = Value(3.0), Value(2.0)
    assert [c._depends_on_others(w * x, inputs) for inputs in ([], [x], [w], [x, w])] == [True, True, True, False]
    assert not c._depends_on_others(x, [x])
    wrong: list[Any] = [(), (x,), (x, (x,)), (1.0, []), (x, [1.0])]
    for bad in wrong:
        with pytest.raises(TypeError, match="takes a Value and a list of Values"):
            c._depends_on_others(*bad)


FIXED = [name for name, op in TABLE.items() if op.arity is not None]


@both
@pytest.mark.parametrize("name", FIXED)
def test_each_second_derivative_is_the_same_to_the_last_bit(name: str) -> None:
    op, chance = TABLE[name], random.Random(name)
    tried = 0
    for _ in range(200):
        size = chance.choice([0.1, 1.0, 10.0])
        numbers = [
            x if low <= x <= high else abs(x) + low
            for x, (low, high) in ((chance.gauss(0.0, size), bounds) for bounds in op.domain)
        ]
        if not all(low <= x <= high for x, (low, high) in zip(numbers, op.domain)):
            continue
        if kink_distance(name, numbers) < 1e-6:
            continue
        operands = [Value(x) for x in numbers]
        node = apply(name, operands)
        matrix = c._hessian(node, operands, None)
        if matrix is None or not all(map(math.isfinite, node.local_derivatives)):
            continue
        tried += 1
        wanted = [[0.0] * len(numbers) for _ in numbers]
        for (i, j), rule in second(name).items():
            assert rule is not None
            wanted[i][j] = wanted[j][i] = rule(*numbers, node.data, *node.local_derivatives)
        assert matrix == wanted, numbers
    assert tried > 50


@both
@pytest.mark.parametrize("place", range(3))
def test_a_constant_operand_does_not_move(place: int) -> None:
    for name in FIXED:
        numbers: list[Any] = [0.3, 0.6, 0.2][: len(TABLE[name].parameters)]
        if place < len(numbers) > 1:
            numbers[place] = Value(numbers[place])
            compare_everything(apply(name, numbers), [numbers[place]])


# Structures


def arrow(xs: Sequence[Any]) -> Any:
    return ag.sum([xs[0] * ag.sin(x) for x in xs[1:]])


def chain(xs: Sequence[Any]) -> Any:
    return ag.sum([100 * (y - x**2) ** 2 + (1 - x) ** 2 for x, y in pairwise(xs)])


def blocks(xs: Sequence[Any]) -> Any:
    return ag.sum([ag.logsumexp(xs[i : i + 5]) * ag.dot(xs[i : i + 5], xs[i : i + 5]) for i in range(0, len(xs), 5)])


def net(xs: Sequence[Any]) -> Any:
    hidden = [ag.tanh(ag.dot(xs[i : i + 4], [0.3, -0.2, 0.5, 0.1], xs[i + 4])) for i in range(0, len(xs) - 5, 5)]
    return ag.exp(ag.mean(hidden)) + ag.logsumexp(hidden) * xs[-1]


@both
@pytest.mark.parametrize("count", [10, 20, 65, 130])
@pytest.mark.parametrize("f", [arrow, chain, blocks, net])
def test_hessians_of_every_structure(f: Callable[[Sequence[Any]], Any], count: int) -> None:
    leaves = [Value(math.sin(i + 1.0)) for i in range(count)]
    compare_everything(f(leaves), leaves)


@both
def test_one_operand_in_several_places() -> None:
    x, y = Value(0.7), Value(-1.2)
    for output in (x * x, x / x, x**x, ag.atan2(x, x), ag.dot([x, x, y], [x, 1.0, x], x), ag.logsumexp([x, y, x])):
        compare_everything(output, [x, y])


@both
def test_what_does_not_depend_is_zero() -> None:
    x, y, alone = Value(0.7), Value(-1.2), Value(3.0)
    compare_everything(x * ag.exp(y), [alone, x, y])
    assert c._hessian(x, [alone], None) == [[0.0]]
    assert c._hessian(x * y, [], None) == []
    assert c._jacobian([], [x], True) == [[]]
    assert c._jacobian([x], [], False) == [[]]


@both
def test_the_branch_not_taken_gives_nothing() -> None:
    x, y = Value(0.0), Value(2.0)
    output = ag.where(x > 0.0, ag.sqrt(x), x * y * y)  # the slope of sqrt is infinite here
    compare_everything(output, [x, y])
    assert c._hessian(output, [x, y], None) == [[0.0, 4.0], [4.0, 0.0]]


# What C leaves to Python


@pytest.mark.parametrize(
    "f, at, wanted",
    [
        (lambda x: x**1, 0.0, 0.0),
        (lambda x: x**3, 0.0, 0.0),
        (lambda x: ag.sqrt(x * x * x * x), 0.0, math.nan),
        (lambda x: ag.exp(x) * x**1, 0.0, 2.0),
    ],
)
def test_removable_singularities(f: Callable[[Any], Any], at: float, wanted: float) -> None:
    for found in (ag.hessian(f)(at), ag.hvp(f)(at, 1.0)):
        assert found == wanted or (math.isnan(found) and math.isnan(wanted))


def test_ops_of_a_user() -> None:
    @ag.op("1/(1 + abs(x))**2")
    def softsign_of_second(x: float) -> float:
        return x / (1 + abs(x))

    softsign: Any = softsign_of_second
    try:
        f = lambda p: softsign(p[0]) * p[1]  # noqa: E731
        assert_close(ag.hessian(f)([0.5, 2.0]), [[-2 * 2 / 1.5**3, 1 / 1.5**2], [1 / 1.5**2, 0.0]])
        assert_close(ag.hvp(f)([0.5, 2.0], [1.0, 0.0]), [-4 / 1.5**3, 1 / 1.5**2])
        assert_close(ag.jacobian(lambda x: [softsign(x), x], mode="forward")(0.5), [1 / 1.5**2, 1.0])
    finally:
        remove("softsign_of_second")


def test_inputs_that_are_no_leaves_or_stand_twice() -> None:
    x = Value(3.0)
    h = x * x
    y = h * h * x
    assert hessian.products(y, [h], [1.0]) == ([54.0], [6.0])
    assert hessian.hessian_of(y, [h]) == [[6.0]]
    assert sweeps.push([(x, 1.0), (x, 1.0)], [h]) == [12.0]


def test_graphs_are_left_as_they_were() -> None:
    leaves = [Value(math.sin(i)) for i in range(12)]
    output = net(leaves)
    output.backward()
    before = [x.grad for x in (*leaves, output)]
    for _ in range(2):
        hessian.products(output, leaves, [1.0] * 12)
        hessian.hessian_of(output, leaves)
        sweeps.jacobian_of([output, leaves[0]], leaves, forward=True)
    assert [x.grad for x in (*leaves, output)] == before
    output.backward()
    assert leaves[3].grad == 2 * before[3]


def test_deep_chains() -> None:
    x = Value(1.0)
    y = x
    for _ in range(50_000):
        y = y * 1.000001
    y = y * y
    scale = 2 * 1.000001**100_000
    gradient, product = hessian.products(y, [x], [1.0])
    assert math.isclose(gradient[0], scale, rel_tol=1e-9)
    assert math.isclose(product[0], scale, rel_tol=1e-9)
    assert math.isclose(hessian.hessian_of(y, [x])[0][0], scale, rel_tol=1e-9)


def test_arrays_in_give_the_same_numbers() -> None:
    at = [0.3, -0.7, 1.1]
    f = lambda p: ag.logsumexp(list(p)) * p[0] + p[1] ** 2  # noqa: E731
    array = ag.hessian(f)(np.array(at))
    assert array.tolist() == ag.hessian(f)(at)
    assert ag.hessian(f)(np.array([at])[0:1].reshape(3)).shape == (3, 3)
    assert ag.hessian(lambda a: a[0, 0] * a[1, 1] ** 2)(np.array([[1.0, 2.0], [3.0, 4.0]])).shape == (2, 2, 2, 2)
    assert ag.hessian(lambda a: ag.sqrt(a[0]) * 0.0)(np.array([0.0])).shape == (1, 1)


@both
def test_what_the_sweeps_refuse() -> None:
    x = Value(1.0)
    for call in (c._products, c._hessian):
        with pytest.raises(TypeError, match="takes a Value, a list of Values and one argument more"):
            call(2.0, [x], [1.0])
    for call in (c._push, c._jacobian):
        with pytest.raises(TypeError, match="takes two lists of Values"):
            call([x], [2.0], [1.0])
    with pytest.raises(ValueError, match="must have room for 1 numbers"):
        c._hessian(x * x, [x], bytearray(4))
    assert c._products(x * x, [x], ["a"]) is None
    with pytest.raises(TypeError, match="_product_alone: takes a Value, a list of Values and one argument more"):
        c._product_alone(2.0, [x], [1.0])


@both
def test_what_a_product_alone_leaves_to_python() -> None:
    x, w = Value(1.5), Value(2.0)
    assert c._product_alone(x * x * x, [x], [1.0]) == [9.0]
    for output, inputs, direction in (
        (w * x * x, [x], [1.0]),  # another leaf
        (x * x, [x], [1]),
        (x * x, [x], [1.0, 2.0]),
        (x * x, [x], (1.0,)),
        (x * x, [x], [math.inf]),
        (ag.sqrt(x - 1.5) * x, [x], [1.0]),
        (x * x, [x, x], [1.0, 1.0]),
    ):
        assert c._product_alone(output, inputs, direction) is None


@both
def test_leaves_of_a_list_of_floats_alone() -> None:
    numbers = [0.0, -0.0, math.nan, 1e300]
    leaves = c._leaves(numbers)
    assert [(type(leaf), leaf.data.hex(), leaf.grad, leaf.label, leaf.op) for leaf in leaves] == [
        (Value, x.hex(), 0.0, "", "") for x in numbers
    ]
    leaves[0].data = 3.0
    assert (leaves[0].data, leaves[0]._before, numbers[0]) == (3.0, 0.0, 0.0)
    assert c._leaves([]) == []
    for other in ([1.0, 2], [True], (1.0,), [np.float64(1.0)], [Value(1.0)], 1.0, None):
        assert c._leaves(other) is None


@pytest.mark.parametrize("vector", [[1.0, -2.0], [1, -2], [np.float64(1.0), -2], [Value(1.0), -2.0]])
@pytest.mark.parametrize("point", [[0.5, 2.0], [np.float64(0.5), 2], [Value(0.5), 2.0]])
def test_products_of_numbers_of_any_kind(point: Any, vector: Any) -> None:
    found = ag.hvp(lambda p: p[0] * p[0] * p[1])(point, vector)
    assert [float(x) for x in found] == [2 * 2.0 * 1.0 + 2 * 0.5 * -2.0, 2 * 0.5 * 1.0]


@pytest.mark.parametrize("vector", [[1.0], [1.0, 2.0, 3.0], 1.0, (1.0,), None, ["a", 1.0]])
def test_a_vector_that_does_not_fit(vector: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="hvp: the vector"):
        ag.hvp(lambda p: p[0] * p[0] * p[1])([0.5, 2.0], vector)


@pytest.mark.parametrize("kind", [float, np.float32, np.int64, np.longdouble, object])
def test_products_of_arrays_of_any_type(kind: Any) -> None:
    point, vector = np.array([1.0, 2.0], dtype=kind), np.array([1.0, -2.0], dtype=kind)
    found = ag.hvp(lambda p: p[0] * p[0] * p[1])(point, vector)
    assert (found.dtype, found.tolist()) == (np.float64, [2 * 2.0 * 1.0 + 2 * 1.0 * -2.0, 2 * 1.0 * 1.0])
    assert ag.grad(lambda p: p[0] * p[0] * p[1])(point).tolist() == [4.0, 1.0]
    empty = np.array([], dtype=kind)
    assert ag.hvp(lambda p: Value(1.0))(empty, empty).shape == (0,)


def test_a_product_beside_other_leaves_is_a_graph() -> None:
    w = Value(3.0)
    found = ag.hvp(lambda p: w * p[0] * p[0] * p[0])([2.0], [1.0])
    assert isinstance(found[0], Value)
    assert ag.gradients(found[0], w) == 12.0


@both
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs signal.setitimer")
def test_ctrl_c_during_a_hessian() -> None:
    leaves = [Value(math.sin(i)) for i in range(64)]
    output = leaves[0]
    for i in range(300_000):
        output = output * 0.999 + leaves[i % 64]
    output = output * output
    wanted, seen = c._products(output, leaves, [1.0] * 64), []

    def stop(*_: object) -> None:
        seen.append(c._products(output, leaves, [1.0] * 64))  # a handler may do anything
        raise KeyboardInterrupt

    def interrupted() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.005)
        c._hessian(output, leaves, None)

    before = signal.signal(signal.SIGALRM, stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            interrupted()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert seen == [wanted]
    assert c._products(output, leaves, [1.0] * 64) == wanted
