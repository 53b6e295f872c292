"""A compiled function returns what the function returns, whatever Python branched on or read during the recording."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.compiler.program import KERNELS
from autograd.errors import AnomalyError, AutogradError
from autograd.ops import TABLE, Op

CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "int": int,
    "round": round,
    "round to decimals": lambda x: round(x, 1),
    "floor": math.floor,
    "ceil": math.ceil,
    "trunc": math.trunc,
    "range": lambda x: len(range(int(x))),
}
POINTS = [math.nan, 3.0, math.inf, -2.5, -math.inf, 0.0]


@pytest.fixture(params=sorted(KERNELS), autouse=True)
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.compiler.program.best_kernel", lambda: request.param)


def number(x: Any) -> float:
    return float(x) if not isinstance(x, Value) else x.data


def same(found: float, wanted: float) -> bool:
    return found == wanted or (math.isnan(found) and math.isnan(wanted))


def agrees(function: Callable[..., Any], points: list[float]) -> None:
    """Compiled equals eager, one by one in this order, and for a batch."""
    compiled = ag.compile(function)
    wanted = [number(function(Value(x))) for x in points]
    assert all(same(compiled(x), y) for x, y in zip(points, wanted, strict=True))
    assert all(map(same, ag.compile(function)(np.array(points)), wanted))


@pytest.mark.parametrize("convert", CONVERSIONS.values(), ids=list(CONVERSIONS))
def test_a_conversion_that_raises(convert: Callable[[Any], Any]) -> None:
    def function(x: Any) -> Any:
        try:
            return x * convert(x)
        except ValueError:
            return x * 0.0 - 1.0
        except OverflowError:
            return Value(-2.0) * 1.0

    agrees(function, POINTS)
    agrees(function, POINTS[::-1])
    w = Value(math.nan)
    compiled = ag.compile(lambda x: function(w) + x)
    compiled(1.0)
    w.data = 3.0
    assert compiled(1.0) == 3.0 * convert(3.0) + 1.0


def test_a_conversion_that_raises_inside_recording() -> None:
    x = Value(math.nan, "x")
    with ag.recording():
        try:
            y = x * int(x)
        except ValueError:
            y = x * 0.0 - 1.0
    program = ag.compile(y, inputs=[x])
    with pytest.raises(ag.BranchChanged, match=r"float\(x\) was nan"):
        program(3.0)


@pytest.fixture
def positive() -> Any:
    @ag.op("1")
    def compiled_positive(x: float) -> float:
        if x < 0.0:
            raise ValueError("negative")
        return x

    yield compiled_positive
    ag.derivatives.custom.remove("compiled_positive")


def given_gradient(x: float) -> float:
    if x < 0.0:
        raise ArithmeticError("negative")
    return x


def test_functions_of_ops_that_raise(positive: Any) -> None:
    for raising in (positive, ag.custom_gradient(lambda y, x: 1.0)(given_gradient)):

        def function(x: Any, raising: Any = raising) -> Any:
            try:
                return raising(x) * 2.0
            except (ValueError, ArithmeticError):
                return x * 0.0 - 1.0

        agrees(function, [-1.0, 3.0, -2.0, 5.0])
        agrees(function, [3.0, -1.0])


def test_an_op_of_which_only_the_error_is_of_use(positive: Any) -> None:
    for raising in (positive, ag.custom_gradient(lambda y, x: 1.0)(given_gradient)):

        def function(x: Any, raising: Any = raising) -> Any:
            try:
                raising(x)
            except (ValueError, ArithmeticError):
                return x * 3.0
            return x * 2.0

        agrees(function, [1.0, -1.0, 2.0, -2.0])


@pytest.mark.parametrize("exponent", [0.5, -0.5, 2.0, 1.0, 0.0, -1.0, 3.0, 0.25])
def test_powers_of_what_a_root_differs_for(exponent: float) -> None:
    points = [-math.inf, -0.0, 0.0, math.inf, -2.0, 4.0, math.nan]
    y = Value(exponent)
    for function in (lambda x: x**exponent, lambda x: x**y, lambda x: 1.0 / x**exponent):
        agrees(function, points)
    x = Value(1.0)
    for graph in (x**exponent, x**y):
        program = ag.compile(graph, inputs=[x])
        names: dict[str, Any] = {}
        exec(program.to_numpy("power"), names)
        given = [[np.array(points)], [exponent]][: 1 + len(program.parameters)]
        assert all(map(same, names["power"](*given)[0], [(Value(x) ** exponent).data for x in points]))


def test_questions_asked_in_another_thread() -> None:
    def pooled(x: Any, y: Any) -> Any:
        with ThreadPoolExecutor(2) as pool:
            a, b = pool.map(float, [x, y])
        return x * a + y * b

    compiled = ag.compile(pooled)
    assert (compiled(1.0, 2.0), compiled(3.0, 4.0)) == (5.0, 25.0)
    w = Value(2.0)

    def of_parameter(x: Any) -> Any:
        with ThreadPoolExecutor(1) as pool:
            return x * pool.submit(float, w).result()

    other = ag.compile(of_parameter)
    assert other(1.0) == 2.0
    w.data = 5.0
    assert other(1.0) == 5.0

    def computed_there(x: Any) -> Any:
        with ThreadPoolExecutor(1) as pool:
            return x if pool.submit(lambda: bool(x * 2.0 > 3.0)).result() else -x

    with pytest.raises(AutogradError, match="computed in another thread"):
        ag.compile(computed_there)(1.0)


def test_dropout_that_is_switched() -> None:
    dropout = nn.Dropout(0.5, seed=1)
    compiled = ag.compile(lambda x: dropout([x] * 8))
    assert sorted(set(compiled(1.0))) == [0.0, 2.0]
    dropout.eval()
    assert compiled(1.0) == [1.0] * 8
    dropout.train()
    assert sorted(set(compiled(1.0))) == [0.0, 2.0]
    x = Value(1.0)
    with ag.recording():
        outputs = dropout([x] * 8)
    program = ag.compile(outputs, inputs=[x])
    dropout.eval()
    with pytest.raises(ag.BranchChanged, match="whether dropout is on has changed"):
        program(1.0)


def caught(x: Any) -> Any:
    try:
        with ag.detect_anomaly():
            return ag.log(x) * 2.0
    except AnomalyError:
        return x * 0.0 - 100.0


def test_anomalies() -> None:
    agrees(caught, [-1.0, 1.0, -2.0, 0.0, 2.0])
    agrees(caught, [1.0, -1.0])
    compiled = ag.compile(lambda x: 1.0 / ag.log(x))
    assert compiled(0.0) == 0.0
    with ag.detect_anomaly():
        for argument in (0.0, np.array([2.0, 0.0])):
            with pytest.raises(AnomalyError, match="log made -inf"):
                compiled(argument)
        assert compiled(2.0) == 1.0 / math.log(2.0)
        assert ag.compile(caught)(-1.0) == -100.0
    w, x = Value(0.0, "w"), Value(1.0, "x")
    program = ag.compile(ag.sqrt(w * x), inputs=[x])
    with ag.detect_anomaly():
        assert program(1.0) == 0.0
        with pytest.raises(AnomalyError, match="backward"):
            program.backward(1.0)
    assert w.grad == 0.0


rate, generator = 2.0, np.random.default_rng(0)


def reads_global(x: Any) -> Any:
    return x * rate


def test_plain_state_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    outer = ag.compile(lambda x: reads_global(x) + 1.0)
    assert outer(1.0) == 3.0
    monkeypatch.setitem(globals(), "rate", 5.0)
    assert outer(1.0) == 6.0
    weight, config, table, state = 1.0, {"b": 1.0}, np.ones(3), type("State", (), {})()
    state.k = 1.0

    def closes(x: Any, *, scale: float = 1.0) -> Any:
        return x * weight * config["b"] * float(table[1]) * state.k * scale

    compiled = ag.compile(closes)
    xs = np.array([1.0, 2.0])
    assert compiled(1.0) == 1.0
    weight = 2.0
    assert compiled(1.0) == 2.0
    config["b"] = 3.0
    assert compiled(1.0) == 6.0
    table[1] = 5.0
    assert compiled(xs).tolist() == [30.0, 60.0]
    state.k = 7.0
    assert compiled(1.0) == 210.0
    closes.__kwdefaults__ = {"scale": 2.0}
    assert compiled(1.0) == 420.0
    assert len(compiled.programs) == 6
    weight, config["b"] = 1.0, 1.0
    compiled(1.0)
    assert compiled(1.0) == 70.0
    assert len(compiled.programs) == 7


class Tilted:
    """Reads plain state in a method that another method calls."""

    def __init__(self) -> None:
        self.slope, self.shifts = 2.0, {"up": 1.0}

    def __call__(self, x: Any) -> Any:
        return self.line(x)

    def line(self, x: Any) -> Any:
        return self.slope * x + self.shifts["up"]


class Steeper(Tilted):
    """Inherits how it is called."""


@pytest.mark.parametrize("kind", [Tilted, Steeper])
def test_state_behind_methods_and_base_classes(kind: type[Tilted]) -> None:
    tilted = kind()
    compiled = ag.compile(tilted)
    assert compiled(3.0) == 7.0
    tilted.slope = 5.0
    assert compiled(3.0) == 16.0
    tilted.shifts["up"] = 2.0
    assert compiled(3.0) == 17.0


def test_state_in_arguments_of_a_partial() -> None:
    numbers, factor = {"k": 2.0}, [1.0]
    compiled = ag.compile(partial(lambda numbers, x, factor: numbers["k"] * x * factor[0], numbers, factor=factor))
    assert compiled(3.0) == 6.0
    numbers["k"] = 5.0
    assert compiled(3.0) == 15.0
    factor[0] = 2.0
    assert compiled(3.0) == 30.0


def test_a_function_that_counts_its_calls_is_recorded_once() -> None:
    calls, total = [], 0

    def counts(x: Any) -> Any:
        nonlocal total
        total += 1
        calls.append(1)
        return x * x

    compiled = ag.compile(counts)
    assert [compiled(x) for x in (1.0, 2.0, 3.0)] == [1.0, 4.0, 9.0]
    assert (len(calls), total) == (1, 1)


@pytest.mark.parametrize(
    "function",
    [lambda x: x * random.random(), lambda x: x * np.random.rand(), lambda x: x * generator.normal()],
    ids=["random", "numpy", "generator"],
)
def test_draws_are_refused(function: Callable[[Any], Any]) -> None:
    with pytest.raises(AutogradError, match="draws random numbers"):
        ag.compile(function)(1.0)


def test_side_effects_are_refused() -> None:
    w = Value(2.0)
    optimizer, program = nn.SGD([w], lr=0.1), ag.compile(w * 2.0, inputs=[])

    def steps(x: Any) -> Any:
        optimizer.step()
        return x * w

    def learns(x: Any) -> Any:
        program.backward()
        return x * w

    def clears(x: Any) -> Any:
        optimizer.zero_grad()
        return x * w

    def clears_graph(x: Any) -> Any:
        (x * w).zero_grad()
        return x * w

    def sets_gradient(x: Any) -> Any:
        w.grad = 0.0
        return x * w

    for function in (steps, learns, clears, clears_graph, sets_gradient):
        with pytest.raises(AutogradError, match=r"a replay (would omit it|can't follow it)"):
            ag.compile(function)(1.0)


def test_another_thread_may_train_while_a_function_is_recorded() -> None:
    w, other, begun, done = Value(2.0), Value(1.0), Event(), Event()
    optimizer = nn.SGD([other], lr=0.25)

    def train() -> None:
        begun.wait()
        optimizer.zero_grad()
        (other * other).backward()
        optimizer.step()
        assert (other.data, other.grad, other > 0.0) == (0.5, 2.0, True)
        done.set()

    def waits(x: Any) -> Any:
        begun.set()
        done.wait()
        return x * w

    with ThreadPoolExecutor(1) as pool:
        trained = pool.submit(train)
        compiled = ag.compile(waits)
        assert compiled(1.0) == 2.0
        trained.result()
    assert compiled.parameters == (w,)
    other.data = 7.0
    assert compiled(1.0) == 2.0
    assert len(compiled.programs) == 1


def test_a_computed_value_that_is_closed_over_is_computed_anew() -> None:
    w = Value(2.0)
    y = w * w
    compiled = ag.compile(lambda x: x * y)
    assert compiled(1.0) == 4.0
    w.data = 3.0
    assert compiled(1.0) == 9.0
    assert compiled.gradients(1.0).parameters == {w: 6.0}


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, Value.detach])
def test_a_copy_of_an_argument(copied: Callable[[Value], Value]) -> None:
    compiled = ag.compile(lambda x: x * copied(x))
    assert [compiled(x) for x in (2.0, 3.0)] == [4.0, 9.0]
    with pytest.raises(AutogradError, match="copy of one that was recorded"):
        ag.compile(lambda x: copy.copy(x * x))(2.0)


WHOLE = [10**400, -(10**400), 2**53 + 1, 2**53 + 3, -(2**53) - 1, 3]
COMPARED: dict[str, Callable[[Any, int], bool]] = {
    "<": lambda x, n: x < n, "<=": lambda x, n: x <= n, ">": lambda x, n: x > n,
    ">=": lambda x, n: x >= n, "==": lambda x, n: x == n, "!=": lambda x, n: x != n,
}  # fmt: skip


@pytest.mark.parametrize("compare", COMPARED.values(), ids=list(COMPARED))
@pytest.mark.parametrize("whole", WHOLE, ids=["huge", "-huge", "2**53+1", "2**53+3", "-2**53-1", "3"])
def test_whole_numbers_that_no_double_is(compare: Callable[[Any, int], bool], whole: int) -> None:
    near = [float(x) for x in (2**53, 2**53 + 2, 2**53 + 4, -(2**53), -(2**53) - 2, 3, 4)]
    points = [*near, math.inf, -math.inf, math.nan, 1e300]
    for order in (points, points[::-1]):
        agrees(lambda x: Value(1.0) * (1.0 if compare(x, whole) else -1.0), order)


def test_branches_at_the_edge_are_those_of_each_sample() -> None:
    def circle(x: Any) -> Any:
        return x * 0.0 + (1.0 if ag.sin(x) ** 2 + ag.cos(x) ** 2 >= 1.0 else -1.0)

    def smooth(x: Any) -> Any:
        return x * 0.0 + (1.0 if ag.exp(ag.log(x)) == x else -1.0) + (2.0 if ag.logsumexp([x, x]) > x else 0.0)

    for function in (circle, smooth):
        agrees(function, np.linspace(0.1, 5.0, 701).tolist())


@pytest.mark.parametrize("op", [op for op in TABLE.values() if op.arity in (1, 2)], ids=lambda op: op.name)
def test_branches_at_a_value_of_each_op(op: Op) -> None:
    apply = getattr(ag, op.name)

    def value(x: Any) -> Any:
        return apply(x) if op.arity == 1 else apply(x, x * x + 0.5)

    for middle in (0.3, 2.9):
        points = (middle + math.ulp(middle) * np.arange(-20, 21)).tolist()
        bound, slope = value(middle), ag.grad(value)(middle)
        for function in (
            lambda x, bound=bound: x * 0.0 + (1.0 if value(x) == bound else 2.0 if value(x) < bound else 3.0),
            lambda x, slope=slope: x * 0.0 + (1.0 if ag.grad(value)(x) <= slope else -1.0),
        ):
            agrees(function, points)


def test_what_is_no_plain_number_is_refused() -> None:
    square = ag.compile(lambda x: x * x)
    square(np.ones(2))
    for given, message in [
        (np.ma.masked_array([1.0, 2.0], [False, True]), "masked array; pass x.compressed"),
        (1 + 2j, "complex"),
        (np.complex128(1 + 2j), "complex"),
        (np.array([1j]), "complex"),
    ]:
        with pytest.raises(TypeError, match=message):
            square(given)


def test_a_weight_of_the_loss_that_a_callback_changes() -> None:
    """Training follows it, compiled as eagerly."""
    found = []
    for compiled in (True, False):
        rates = {"decay": 1.0}
        model = nn.MLP(1, [3, 1], seed=0)

        def loss(output: Any, target: Any, rates: Any = rates) -> Any:
            return (output - target) ** 2 * rates["decay"]

        def anneal(*_: Any, rates: Any = rates) -> None:
            rates["decay"] *= 0.5

        xs, ys = [[0.1 * i] for i in range(8)], [0.2 * i for i in range(8)]
        history = nn.fit(
            model, xs, ys, loss=loss, epochs=4, optimizer=nn.SGD(model.parameters(), lr=0.1), batch_size=4,
            callbacks=[anneal], compiled=compiled, seed=1,
        )  # fmt: skip
        found.append([*history.loss, *(p.data for p in model.parameters())])
    assert found[0] == pytest.approx(found[1], rel=1e-9)


@pytest.mark.parametrize("op", [op for op in TABLE.values() if op.arity in (1, 2)], ids=lambda op: op.name)
def test_third_derivatives_over_a_batch(op: Op) -> None:
    xs, apply = np.array([0.2, 0.3, 0.9, 1.7]), getattr(ag, op.name)
    along: list[Callable[[Any], Any]] = (
        [apply] if op.arity == 1 else [lambda x: apply(x, 1.3), lambda x: apply(1.3, x), lambda x: apply(x, x * x)]
    )
    for function in along:
        third = ag.derivative(function, 3)
        expected = pytest.approx([third(x) for x in xs.tolist()], rel=1e-11, abs=1e-11, nan_ok=True)
        assert list(np.broadcast_to(ag.compile(third)(xs), 4)) == expected


def test_a_derivative_of_a_compiled_function_is_compiled_as_such() -> None:
    def cube(x: Any) -> Any:
        return ag.sin(x) ** 3

    cube.function, cube.vector, cube.is_static = None, True, True  # type: ignore[attr-defined]
    x, compiled = 0.4, ag.compile(cube)
    assert compiled(x) == cube(x)
    assert compiled.vector is False
    for transform in (ag.grad, ag.hessian, ag.derivative, ag.checkpoint, lambda f: ag.derivative(f, 3)):
        expected = pytest.approx(transform(cube)(x), rel=1e-13)
        assert ag.compile(transform(compiled))(x) == expected
        assert ag.compile(transform(ag.compile(ag.checkpoint(compiled))))(x) == expected
    assert ag.compile(ag.hvp(compiled))(x, 2.0) == pytest.approx(2.0 * ag.hessian(cube)(x), rel=1e-13)
    assert ag.compile(ag.grad(ag.compile(ag.grad(compiled))))(x) == pytest.approx(ag.hessian(cube)(x), rel=1e-13)
    assert ag.compile(ag.value_and_grad(compiled))(x) == pytest.approx((cube(x), ag.grad(cube)(x)), rel=1e-13)


def doubled(w: Any) -> Any:
    """w³ · 2, by a compiled function that closes over its argument."""
    return w * ag.compile(lambda x: w * w * x)(2.0)


def test_a_compiled_function_that_closes_over_what_is_differentiated() -> None:
    expected = [54.0, 54.0, 36.0, 12.0]  # at 3, of orders 0 to 3
    for transform in (lambda f: f, ag.compile, ag.checkpoint, lambda f: ag.compile(ag.checkpoint(f))):
        function = transform(doubled)
        found = [function(3.0), *(ag.derivative(function, k)(3.0) for k in (1, 2, 3))]
        assert found == expected
        assert ag.compile(ag.hessian(function))(3.0) == 36.0
    assert ag.compile(doubled).gradients(np.array([3.0, 1.0])).inputs[0].tolist() == [54.0, 6.0]
    assert float(ag.grad(doubled)(Value(3.0))) == 54.0
    assert ag.grad(lambda a: ag.grad(lambda b: ag.compile(lambda x: a * b * x)(2.0))(1.0))(5.0) == 2.0
    assert ag.jvp(doubled, (3.0,), (1.0,)) == (54.0, 54.0)
    with pytest.raises(AutogradError, match="closes over an argument of the function that is being differentiated"):
        ag.grad(lambda w: ag.compile(lambda x: w * x)(np.array([1.0, 2.0])).sum())(3.0)


def test_a_compiled_function_inside_another_has_gradients_for_what_it_closes_over() -> None:
    w = Value(3.0)
    inner = ag.compile(lambda x: w * x * x)
    outer = ag.compile(lambda x: x * inner(2.0))
    assert outer(1.0) == 12.0
    assert outer.gradients(1.0).parameters == {w: 4.0}
    w.data = 5.0
    assert (outer(1.0), outer.gradients(1.0).inputs) == (20.0, (20.0,))
    assert ag.grad(lambda x: x * inner(2.0))(1.0) == 20.0  # a number: it doesn't depend on x
    assert ag.grad(lambda x: x * inner(np.array([1.0, 2.0])).sum())(1.0) == 25.0


def test_a_program_whose_parameter_is_differentiated_is_refused() -> None:
    x, v = Value(2.0), Value(7.0)

    def f(w: Any) -> Any:
        return w * ag.compile(w * x, inputs=[x])(5.0)

    calls: list[Callable[[], Any]] = [
        lambda: ag.grad(f)(3.0), lambda: ag.hessian(f)(3.0), lambda: ag.checkpoint(f)(Value(3.0))
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(AutogradError, match="a parameter of the program is an input"):
            call()
    program = ag.compile(v * x, inputs=[x])
    assert ag.grad(lambda w: w * program(5.0))(3.0) == 35.0
