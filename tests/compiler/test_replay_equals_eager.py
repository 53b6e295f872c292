"""Replay gives what eager computation gives: every op, random graphs, both kernels, batches of every shape."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.compiler import Program
from autograd.compiler.program import KERNELS
from autograd.ops import TABLE, Op
from tests.compiler.rounding import bound, within

POINTS = [-3.0, -1.0, -0.75, -0.5, -1e-8, -0.0, 0.0, 1e-320, 1e-8, 0.3, 0.5, 0.99, 1.0, 1.5, 2.0, 7.0, 30.0, 800.0]
SPECIAL = [math.inf, -math.inf, math.nan, 1e300, -1e300, 5e-324]


@pytest.fixture(params=sorted(KERNELS))
def kernel(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def compiled(outputs: Any, inputs: list[Value], kernel: str) -> Program:
    program: Program = ag.compile(outputs, inputs=inputs)
    return Program(program.tape, program.parameters, program.single_output, kernel)


def eager(make: Callable[..., Value], numbers: tuple[float, ...]) -> tuple[float, list[float]]:
    leaves = [Value(x) for x in numbers]
    out = make(*leaves)
    out.backward()
    return out.data, [leaf.grad for leaf in leaves]


def close(got: Any, wanted: Any, relative: float = 1e-13, absolute: float = 0.0) -> None:
    got, wanted = np.asarray(got, dtype=float), np.asarray(wanted, dtype=float)
    assert got.shape == wanted.shape
    same = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - wanted) <= relative * np.abs(wanted) + absolute + 1e-322
    bad = np.flatnonzero(~(same | near))
    assert not bad.size, [(int(i), got[i], wanted[i]) for i in bad[:5]]


def samples_for(arity: int) -> list[tuple[float, ...]]:
    source = random.Random(arity)
    numbers = POINTS + SPECIAL
    if arity == 1:
        return [(x,) for x in numbers + [source.gauss(0.0, 3.0) for _ in range(300)]]
    pairs: list[tuple[float, ...]] = [(x, y) for x in numbers for y in numbers]
    pairs += [(source.gauss(0.0, 2.0), source.gauss(0.0, 2.0)) for _ in range(200)]
    if arity == 2:
        return pairs
    return [(source.choice((0.0, 1.0, math.nan, x)), x, y) for x, y in pairs]


def applied(op: Op) -> tuple[Callable[..., Value], int]:
    function = getattr(ag, op.name)
    if op.name == "dot":
        return lambda a, b, c, d, e: function([a, b], [c, d], e), 5
    if op.arity is None:
        return lambda a, b, c: function([a, b, c]), 3
    return function, op.arity


@pytest.mark.parametrize("op", TABLE.values(), ids=list(TABLE))
def test_every_op(op: Op, kernel: str) -> None:
    make, arity = applied(op)
    samples = [tuple(s) for s in samples_for(arity)] if arity < 4 else [(*s, s[0], 0.5) for s in samples_for(3)]
    expected = [eager(make, s) for s in samples]
    leaves = [Value(0.5) for _ in range(arity)]
    program = compiled(make(*leaves), leaves, kernel)
    found = program.gradients(np.array(samples))
    loose = max((error for _, _, error in op.loose), default=0.0)
    values, slopes = [value for value, _ in expected], np.array([row for _, row in expected]).T
    close(found.outputs, values, absolute=loose)
    for got, wanted in zip(found.inputs, slopes, strict=True):
        close(got, wanted, absolute=loose)
    for sample, (value, row) in list(zip(samples, expected, strict=True))[::17]:
        one = program.gradients(*sample)
        close(one.outputs, value, absolute=loose)
        close(one.inputs, row, absolute=loose)


@pytest.mark.parametrize("op", [op for op in TABLE.values() if op.arity == 2], ids=lambda op: op.name)
@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("kind", ["constant", "parameter"])
def test_a_number_beside_a_sample(op: Op, position: int, kind: str, kernel: str) -> None:
    make = getattr(ag, op.name)
    for number in (2.0, 0.0, -1.5, 1.0, math.inf):
        fixed: Any = number if kind == "constant" else Value(number)

        def apply(x: Value, fixed: Any = fixed) -> Value:
            result: Value = make(fixed, x) if position == 0 else make(x, fixed)
            return result

        samples = [(x,) for x in POINTS]
        expected = [eager(apply, s) for s in samples]
        leaf = Value(0.7)
        wanted = fixed.grad if isinstance(fixed, Value) else None
        program = compiled(apply(leaf), [leaf], kernel)
        found = program.gradients(np.array(POINTS))
        close(found.outputs, [value for value, _ in expected])
        close(found.inputs[0], [row[0] for _, row in expected])
        if wanted is not None:
            close(found.parameters, [wanted])


def random_graph(seed: int, inputs: list[Value], parameters: list[Value], ops: int = 60) -> list[Value]:
    """Return a graph with fan-out, sums of products, constants, choices; two outputs."""
    source = random.Random(seed)
    nodes: list[Value] = [*inputs, *parameters]
    smooth = ["tanh", "sigmoid", "sin", "atan", "softplus", "erf", "gelu", "normal_cdf"]
    for _ in range(ops):
        a, b, c = (source.choice(nodes[-12:] if source.random() < 0.7 else nodes) for _ in range(3))
        kind = source.randrange(12)
        made: Value
        if kind < 3:
            made = a * b + c
        elif kind == 3:
            made = a - b * 0.5
        elif kind == 4:
            made = getattr(a, source.choice(smooth))()
        elif kind == 5:
            made = a / (1.5 + b.tanh())
        elif kind == 6:
            made = ag.where(a.max(0.0), b.tanh(), c.sigmoid())
        elif kind == 7:
            made = ag.max(a, b) - ag.min(b, c) + abs(a)
        elif kind == 8:
            made = ag.dot([a, b], [c, 0.25], b)
        elif kind == 9:
            made = ag.mean([a, b, c, 1.0]) + ag.sum([a, b])
        elif kind == 10:
            made = ag.logsumexp([a, b, c])
        else:
            made = -a * 3.0 + (b**2) - (c.tanh() + 2.0).log()
        nodes.append((made * 0.3).tanh() * 2.0)
    return [ag.sum([*nodes[-8:], *inputs, *parameters]), nodes[-2] * nodes[-1]]


@pytest.mark.parametrize("seed", range(12))
def test_random_graphs(seed: int, kernel: str) -> None:
    source = np.random.default_rng(seed)
    samples = source.normal(size=(33, 3))
    weights = [Value(x) for x in source.normal(size=4)]
    leaves = [Value(0.1), Value(0.2), Value(0.3)]
    program = compiled(random_graph(seed, leaves, weights), leaves, kernel)
    order = [[id(w) for w in weights].index(id(p)) for p in program.parameters]
    found = program.gradients(samples, seed=(1.0, -2.0), parameters="each")
    sums, allowed_sums = [0.0] * len(order), [0.0] * len(order)
    for i, sample in enumerate(samples):
        fresh, own = [Value(x) for x in sample], [Value(w.data) for w in weights]
        made = random_graph(seed, fresh, own)
        for got, y in zip(found.outputs, made, strict=True):
            assert within(got[i], y.data, bound(y)), (i, got[i], y.data)
        chosen = [*fresh, *(own[k] for k in order)]
        slopes = ag.gradients(made, chosen, [1.0, -2.0])
        if i % 8 == 0:  # the graphs of gradients take time
            graphs = ag.gradients(made, chosen, [1.0, -2.0], create_graph=True)
            allowed = [bound(graph) for graph in graphs]
            assert max(allowed) < 1e-10
            one = program.gradients(*sample.tolist(), seed=(1.0, -2.0))
            for batch, alone, slope, limit in zip(
                (*(row[i] for row in found.inputs), *found.parameters[:, i]),
                (*one.inputs, *one.parameters),
                slopes,
                allowed,
                strict=True,
            ):
                assert within(batch, slope, limit), (i, batch, slope, limit)
                assert within(alone, slope, limit), (i, alone, slope, limit)
        for k, slope in enumerate(slopes[len(fresh) :]):
            sums[k] += slope
            allowed_sums[k] += len(samples) * 2.0**-52 * abs(slope)
    summed = program.gradients(samples, seed=(1.0, -2.0)).parameters
    each = found.parameters.sum(axis=1)
    for got, wanted, alike, limit in zip(summed, each, sums, allowed_sums, strict=True):
        assert within(got, wanted, limit), (got, wanted, limit)
        assert got == pytest.approx(alike, rel=1e-9, abs=1e-9)  # each is held to its bound above


@pytest.mark.parametrize("count", [0, 1, 127, 128, 129, 100_000])
@pytest.mark.parametrize("kind", ["arrays", "strided", "float32", "integers", "special"])
def test_batches(count: int, kind: str, kernel: str) -> None:
    x, y, w = Value(0.1), Value(0.2), Value(0.7)
    program = compiled([((w * x + y).tanh() * w).exp(), x * y - w, ag.max(x, y)], [x, y], kernel)
    a, b = np.random.default_rng(1).normal(size=(2, count))
    if kind == "strided":
        a, b = np.repeat(a, 3)[::3], np.column_stack([a, b])[:, 1]
    elif kind == "float32":
        a, b = a.astype(np.float32), b.astype(np.float32)
    elif kind == "integers":
        a, b = (a * 3).astype(np.int32), (b * 3).astype(np.int8)
    elif kind == "special" and count:
        a[:: max(1, count // 7)], b[:: max(1, count // 5)] = np.nan, np.inf
    u, v = np.asarray(a, float), np.asarray(b, float)
    with np.errstate(all="ignore"):
        inner = np.tanh(0.7 * u + v)
        wanted = [np.exp(inner * 0.7), u * v - 0.7, np.where(np.isnan(u) | np.isnan(v), np.nan, np.maximum(u, v))]
        slope = wanted[0] * (inner + 0.7 * u * 4.0 * np.exp(-2.0 * np.abs(0.7 * u + v))
                             / (1.0 + np.exp(-2.0 * np.abs(0.7 * u + v))) ** 2)  # fmt: skip
    for got, expected in zip(program(a, b), wanted, strict=True):
        close(got, expected, 1e-13, 2.0**-52)
    w.grad = 1.0
    program.backward(a, b, seed=(1.0, 0.0, 0.0))
    usable = np.isfinite(slope)
    if usable.all():
        total = math.fsum(slope)
        assert w.grad == pytest.approx(1.0 + total, rel=1e-13, abs=1e-13 * (1.0 + math.fsum(np.abs(slope))))
    else:
        assert math.isnan(w.grad)


def test_arrays_of_any_kind(kernel: str) -> None:
    x, y = Value(0.1), Value(0.2)
    program = compiled(x * y + x, [x, y], kernel)
    numbers = np.arange(40.0)
    wanted = numbers * 2.0 + numbers
    close(program(numbers.astype(np.float32), 2), wanted)
    close(program(numbers.astype(np.int64), np.full(40, 2)), wanted)
    close(program(list(range(40)), 2.0), wanted)
    close(program(np.repeat(numbers, 3)[::3], np.full((40, 2), 2.0)[:, 1]), wanted)
    close(program(np.column_stack([numbers, np.full(40, 2.0)])), wanted)
    close(program(np.asfortranarray(np.column_stack([numbers, np.full(40, 2.0)]))), wanted)
    assert program(np.float32(3.0), np.int8(2)) == 9.0
    assert program(numbers[::-1], numbers)[0] == 39.0


def test_the_branch_not_taken_gets_exactly_nothing(kernel: str) -> None:
    x, w = Value(1.0), Value(0.0)
    safe = ag.where(x, x.log() + w.log(), w * 2.0)  # at 0: log's derivative is infinite, and nothing times it is wanted
    program = compiled(safe, [x], kernel)
    found = program.gradients([0.0, 0.0])
    close(found.outputs, [0.0, 0.0])
    close(found.inputs[0], [0.0, 0.0])
    close(found.parameters, [4.0])
    w.data = 1.0
    found = program.gradients([0.0, 2.0])
    close(found.inputs[0], [0.0, 0.5])
    close(found.parameters, [3.0])


def test_sums_keep_their_order(kernel: str) -> None:
    x, y, z = Value(1.0), Value(1.0), Value(1.0)
    program = compiled([x + y + z, x + (y + z), x - y * z, ag.sum([x, y, z]), ag.dot([x], [y], z)], [x, y, z], kernel)
    sample = (1e16, 1.0, -1e16)
    assert program(*sample) == (0.0, 0.0, 2e16, 0.0, 0.0)
    signs = [math.copysign(1.0, v) for v in program(-0.0, 0.0, -0.0)]
    assert signs == [
        math.copysign(1.0, v) for v in (-0.0 + 0.0 + -0.0, -0.0 + (0.0 + -0.0), -0.0 - 0.0 * -0.0, 0.0, 0.0)
    ]
    assert [math.copysign(1.0, v) for v in program(-0.0, -0.0, -0.0)] == [-1.0, -1.0, -1.0, 1.0, 1.0]


def test_parameters_alone(kernel: str) -> None:
    a, b = Value(0.5, label="a"), Value(2.0, label="b")
    program = compiled((a * b).tanh() + a / b, [], kernel)
    expected, slopes = eager(lambda a, b: (a * b).tanh() + a / b, (0.5, 2.0))
    assert program() == expected
    assert program.backward() == expected
    close([a.grad, b.grad], slopes)


def test_outputs_that_depend_on_parameters_alone(kernel: str) -> None:
    x, w = Value(0.5), Value(2.0)
    program = compiled([x * w, w * w, x], [x], kernel)
    product, square, same = program.backward([1.0, 2.0, 3.0])
    close(product, [2.0, 4.0, 6.0])
    close(square, [4.0, 4.0, 4.0])
    close(same, [1.0, 2.0, 3.0])
    assert w.grad == 6.0 + 3 * 4.0


def test_weights_per_sample(kernel: str) -> None:
    x, w = Value(0.5), Value(2.0)
    program = compiled(x * w, [x], kernel)
    program.backward([1.0, 2.0, 3.0], seed=1 / 3)
    assert w.grad == pytest.approx(2.0)
    found = program.gradients([1.0, 2.0, 3.0], seed=[1.0, 0.0, 2.0])
    close(found.parameters, [7.0])
    close(found.inputs[0], [2.0, 0.0, 4.0])


@given(st.integers(0, 10_000), st.integers(1, 40))
@example(410, 1)  # a logsumexp near 0, whose bound is absolute
def test_random_graphs_and_sizes(seed: int, ops: int) -> None:
    source = np.random.default_rng(seed)
    samples = source.normal(size=(9, 2))
    leaves, weights = [Value(0.1), Value(0.2)], [Value(0.3)]
    outputs = random_graph(seed, leaves, weights, ops)
    for name in KERNELS:
        if all(any(leaf is x for x in ag.graph.leaves(*outputs)) for leaf in leaves):
            found = np.array(compiled(outputs, leaves, name)(samples)).T
            for row, sample in zip(found, samples.tolist(), strict=True):
                made = random_graph(seed, [Value(x) for x in sample], [Value(0.3)], ops)
                for got, y in zip(row, made, strict=True):
                    assert within(got, y.data, bound(y)), (name, got, y.data)


SINGULAR: dict[str, Callable[[Any], Any]] = {
    "sqrt": ag.sqrt,
    "log": ag.log,
    "exp": ag.exp,
    "reciprocal": lambda x: 1.0 / x,
    "power": lambda x: x**0.5,
}

TWICE: dict[str, Callable[..., Any]] = {
    "one without weight": lambda s, x, y: s(x) + s(x) * 0.0,
    "one from the other": lambda s, x, y: s(x) - s(x),
    "one behind a relu": lambda s, x, y: ag.relu(s(x) - 2.0) + s(x),
    "one below the other": lambda s, x, y: s(s(x) * 2.0) * 0.0 + s(s(x) * 2.0),
    "below a regular one": lambda s, x, y: ag.tanh(s(x) * 3.0) * 0.0 + ag.tanh(s(x) * 3.0) * 2.0,
    "in products that commute": lambda s, x, y: (s(x) * y + 1.0) * 0.0 + (y * s(x) + 1.0) * 2.0 + ag.sum([s(x) * y, y]),
    "in two branches": lambda s, x, y: ag.where(x > y, s(x), y) + ag.where(x > y, s(x), 3.0),
    "through many relus": lambda s, x, y: ag.sum([ag.relu(s(x) * k - y) + ag.relu(s(x) * k) for k in range(-2, 3)]),
}


@pytest.mark.parametrize("op", SINGULAR)
@pytest.mark.parametrize("how", TWICE)
def test_equal_singular_nodes_keep_gradients_of_their_own(op: str, how: str, kernel: str) -> None:
    def make(x: Value, y: Value) -> Value:
        result: Value = TWICE[how](SINGULAR[op], x, y) + y
        return result

    points = [(x, y) for x in (0.0, -0.0, 0.25, -1.0, 800.0, 1e308) for y in (0.0, 0.5)]
    for point in points:
        inputs = [Value(x) for x in point]
        value, gradients = eager(make, point)
        program = compiled(make(*inputs), inputs, kernel)
        for samples in (1, 3):
            found = program.gradients(*([x] * samples for x in point))
            close(found.outputs, [value] * samples, 1e-13, 1e-13)
            close(found.inputs, [[g] * samples for g in gradients], 1e-13, 1e-13)


SELECTING: dict[str, Callable[[Any, Any], Any]] = {
    "abs": lambda x, q: abs(x + q),
    "leaky relu": lambda x, q: ag.leaky_relu(x + q, -1.0),
    "max": lambda x, q: ag.max(x + q, -x - q),
    "sum of both": lambda x, q: abs(x + q) + abs(x - q),
    "relu": lambda x, q: ag.relu(x + q),
    "where": lambda x, q: ag.where(ag.relu(x), x + q, x),
}


@pytest.mark.parametrize("how", SELECTING)
@pytest.mark.parametrize("columns", [[1.0, -1.0], [1.0, 2.0], [-1.0, -2.0], [1.0, -1.0] * 40])
def test_what_all_samples_share_is_reached_if_any_sample_reaches_it(
    how: str, columns: list[float], kernel: str
) -> None:
    x, p = Value(0.5), Value(0.0)

    def make(x: Value) -> Value:
        q = p.sqrt()  # its slope is inf at 0
        result: Value = SELECTING[how](x, q) + 0.0 * x
        return result

    program = compiled(make(x), [x], kernel)
    found = program.gradients(columns)
    p.grad = 0.0
    for number in columns:
        make(Value(number)).backward()
    close(found.parameters, [p.grad])


BESIDE: dict[str, Callable[[Any, Any], Any]] = {
    "sign of nan": lambda x, y: ag.sign(y.log() * x) + x,
    "relu of abs of nan": lambda x, y: ag.relu(abs(x * y.log())) + x + y,
    "max beside -inf": lambda x, y: ag.max(x * y.log(), x) + y,
    "relu of -inf": lambda x, y: ag.relu(x * y.log()) + x,
    "min beside inf": lambda x, y: ag.min(x / y, x + 1.0) * x,
    "a sum beside -inf": lambda x, y: ag.max(ag.dot([x, y], [y.log(), x]), x),
}


@pytest.mark.parametrize("how", BESIDE)
def test_what_is_not_selected_gets_nothing_beside_infinite_values(how: str, kernel: str) -> None:
    points = [(x, y) for x in (0.5, 2.0, -1.0) for y in (0.0, -1.0, 0.25, 1.0)]
    x, y = Value(0.5), Value(0.5)
    program = compiled(BESIDE[how](x, y), [x, y], kernel)
    expected = [eager(BESIDE[how], point) for point in points]
    for point, (value, gradients) in zip(points, expected, strict=True):
        found = program.gradients(*point)
        close([found.outputs, *found.inputs], [value, *gradients], 1e-13, 1e-14)
    batch = program.gradients(np.array(points))
    close(batch.outputs, [value for value, _ in expected], 1e-13, 1e-14)
    close(np.transpose(batch.inputs), [gradients for _, gradients in expected], 1e-13, 1e-14)
    of_parameters = compiled(BESIDE[how](x, y), [], kernel)
    for point, (_, gradients) in zip(points, expected, strict=True):
        x.data, y.data, x.grad, y.grad = *point, 0.0, 0.0
        of_parameters.backward()
        close([x.grad, y.grad], gradients, 1e-13, 1e-14)
