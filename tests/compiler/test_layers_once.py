"""Layers, for one sample and for batches of every length: batched sums give the same as single ones."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.compiler import Program
from tests import needs

_replay = needs.package("autograd.compiler.run._replay", "-e . with a C compiler")

FUNCTIONS: list[Callable[[Value], Value]] = [ag.tanh, ag.exp, ag.relu, ag.sin, abs]
SIZES = [(1, 8), (3, 3), (4, 8), (5, 9), (8, 8), (9, 16), (16, 27), (17, 7), (31, 12), (64, 40)]


def in_c(output: Value, leaves: list[Value]) -> Program:
    made: Program = ag.compile(output, inputs=leaves)
    return Program(made.tape, made.parameters, True, "c")


def trained(inputs: int, width: int, times: int = 1) -> tuple[Program, list[float], Value, list[Value]]:
    """Return a program of two layers and a sum over rows; its arguments, its graph's output and its parameters."""
    draw = random.Random(inputs * 100 + width)
    net = nn.MLP(inputs, [width, inputs, 1], seed=draw)
    numbers = [draw.uniform(-2.0, 2.0) for _ in range(inputs * times)]
    leaves = [Value(number) for number in numbers]
    output = ag.sum([net(leaves[i : i + inputs]) for i in range(0, len(leaves), inputs)])
    return in_c(output, leaves), numbers, output, net.parameters()


def learned(program: Program, numbers: list[float], parameters: list[Value]) -> list[Any]:
    """Outputs and gradients: from the second run on in vectors, with the bits of the first, which goes step by step."""

    def run() -> list[Any]:
        for parameter in parameters:
            parameter.grad = 0.0
        output = program.backward(*numbers)
        return [output, *(parameter.grad for parameter in parameters), *program.gradients(*numbers).inputs]

    first = run()
    assert repr(run()) == repr(first)  # zeros have signs
    return first


def check(
    program: Program, numbers: list[float], output: Value, parameters: list[Value], *, relative: float, absolute: float
) -> None:
    """Every instruction set gives the same bits, and what `backward` gives up to rounding."""
    found = on_every_set(program, lambda fresh: learned(fresh, numbers, parameters))
    for parameter in parameters:
        parameter.grad = 0.0
    output.backward()
    eager = [output.data, *(parameter.grad for parameter in parameters)]
    assert all(numbers == found["baseline"] for numbers in found.values())
    assert found["baseline"][: len(eager)] == pytest.approx(eager, rel=relative, abs=absolute)


@pytest.mark.parametrize("inputs, width", SIZES)
def test_sums_side_by_side(inputs: int, width: int) -> None:
    check(*trained(inputs, width), relative=1e-13, absolute=1e-16)


@pytest.mark.parametrize("inputs, width", SIZES)
@pytest.mark.parametrize("times", range(2, 8))
def test_rows_through_the_same_weights(inputs: int, width: int, times: int) -> None:
    check(*trained(inputs, width, times), relative=1e-12, absolute=1e-15)


@pytest.mark.parametrize("left_out", [0, 1, 5, 11])
@pytest.mark.parametrize("kind", range(3))
def test_products_of_all_pairs_but_some(left_out: int, kind: int) -> None:
    """Rows whose operands are in regular places but for gaps, as those of a Hessian are."""
    draw = random.Random(left_out)
    leaves = [Value(draw.uniform(-2.0, 2.0)) for _ in range(12)]
    pairs = [(i, j) for i in range(12) for j in range(12) if (i + j) % 12 != left_out or kind == 0]
    draw.shuffle(pairs)
    if kind == 2:  # few
        pairs = pairs[:40]
    products = [leaves[i] * ag.exp(leaves[j] * 0.1) for i, j in pairs]
    output = ag.dot(products, [math.sin(k) for k in range(len(products))])
    check(in_c(output, leaves), [leaf.data for leaf in leaves], output, leaves[:0], relative=1e-12, absolute=1e-14)


@pytest.mark.parametrize("count", [1, 2, 7, 40])
@pytest.mark.parametrize("odd", [0.0, math.inf, -math.inf, math.nan])
def test_logsumexp_of_a_row(count: int, odd: float) -> None:
    draw = random.Random(count)
    numbers = [draw.uniform(-2.0, 2.0) for _ in range(count)]
    numbers[count // 2] = odd
    leaves = [Value(number) for number in numbers]
    output = ag.logsumexp(leaves)
    output.backward()
    assert repr(learned(in_c(output, leaves), numbers, [])) == repr([output.data, *(leaf.grad for leaf in leaves)])


def test_one_parameter_in_many_places() -> None:
    """Where rows share parameters, their gradients add up as if each row came alone."""
    draw = random.Random(5)
    weights = [Value(draw.uniform(-1.0, 1.0)) for _ in range(24)]
    leaves = [Value(draw.uniform(-1.0, 1.0)) for _ in range(16)]
    numbers = [leaf.data for leaf in leaves]
    hidden = [sum((w * x for w, x in zip(weights[i : i + 16], leaves)), Value(0.0)) for i in range(8)]
    outputs = [sum((w * h for w, h in zip(weights[i : i + 8], hidden)), Value(0.0)).tanh() for i in range(8)]
    output = sum(outputs, Value(0.0))
    program = in_c(output, leaves)
    found = learned(program, numbers, weights)
    for weight in weights:
        weight.grad = 0.0
    output.backward()
    assert found == pytest.approx([output.data, *(w.grad for w in weights), *(x.grad for x in leaves)], rel=1e-13)


def mixed(draw: random.Random) -> tuple[Program, list[float], Value, list[Value]]:
    """A program of layers whose steps have operands in regular places, backwards, shared and anywhere; as `trained`."""
    leaves = [Value(draw.uniform(-2.0, 2.0)) for _ in range(draw.randrange(9))]
    parameters = [Value(draw.uniform(-1.0, 1.0)) for _ in range(400)]
    unused = iter(parameters)
    values = leaves + [next(unused) for _ in range(draw.randrange(1, 12))]
    for _ in range(draw.randrange(2, 6)):
        kind, width = draw.randrange(6), draw.randrange(1, 20)
        if kind == 0 and width * len(values) <= 380:
            rows = [[draw.choice(parameters) for _ in values] for _ in range(width)]
            values = [ag.dot(row, values) for row in rows]
        elif kind == 1:
            function = draw.choice(FUNCTIONS)
            values = [function(value * 0.5) for value in values]
        elif kind == 2:
            whole = ag.sum(values)
            values = [value / (whole * whole + 1.0) for value in values]
        elif kind == 3:
            share = ag.logsumexp(values)
            values = [value - share for value in values]
        elif kind == 4:
            values = [ag.where(v, v * draw.choice(parameters), ag.max(v, draw.choice(values))) for v in values]
        else:
            values = [a * b + c for a, b, c in zip(values, reversed(values), values[1:] + values[:1], strict=True)]
    output = ag.sum(values) + 0.0 * ag.sum(leaves + parameters)
    return in_c(output, leaves), [leaf.data for leaf in leaves], output, parameters


@pytest.mark.parametrize("seed", range(40))
def test_similar_steps_side_by_side(seed: int) -> None:
    check(*mixed(random.Random(seed)), relative=1e-11, absolute=1e-13)


def on_every_set(program: Program, run: Callable[[Program], list[float]]) -> dict[str, list[float]]:
    found = {}
    for name in _replay.instruction_sets():
        before = _replay.choose(name)
        try:
            found[name] = run(Program(program.tape, program.parameters, True, "c"))
        finally:
            _replay.choose(before)
    return found


def nearest(leaves: list[Value], draw: random.Random) -> Value:
    """Return the least of some squared distances, and products of two: what sums of two products come from."""
    points = [[Value(draw.uniform(-1.0, 1.0)) for _ in leaves] for _ in range(3)]
    least = ag.min([ag.sum((x - p) * (x - p) for x, p in zip(leaves, point)) for point in points])
    a, b, *_ = leaves
    return least + 2.0 * a * b + ag.where(a, b * points[0][0], points[1][0] * points[2][0]) * a


def residuals(leaves: list[Value], draw: random.Random) -> Value:
    """Return squares of differences from parameters, of which some meet twice and some lead elsewhere, too."""
    p, q, r = (Value(draw.uniform(-1.0, 1.0)) for _ in range(3))
    a, b, c, d, e = leaves
    squares = [(x - y) * (x - y) for x, y in ((a, p), (b, p), (c, q), (a * q, r), (p * d, e))]
    return ag.sum(squares) + ag.min([(a - q) * (a - q), (b - r) * (b - r), d * e]) * p


def distances(leaves: list[Value], draw: random.Random) -> Value:
    """Return the least of squared distances in one to nine dimensions, of differences in either order."""
    wide, found = [*leaves, *(leaf * leaf for leaf in leaves)], []
    for dimensions in range(1, 10):
        point = [Value(draw.uniform(-1.0, 1.0)) for _ in range(dimensions)]
        off = [x - p if dimensions % 2 else p - x for x, p in zip(wide, point)]
        found.append(ag.sum([each * each for each in off]) + (off[0] if dimensions == 3 else 0.0))
    p, q = (Value(draw.uniform(-1.0, 1.0)) for _ in range(2))  # that several differences share
    return ag.min(found) + ag.sum([(x - y) * (x - y) for x, y in zip(wide, (p, q, p, p, q, q, p, q))])


def growth(leaves: list[Value], draw: random.Random) -> Value:
    """Return an option's payment: quotients of two parameters, which gradients reach only where relu selects them."""
    strike, rate, volatility = (Value(draw.uniform(0.0, 0.5)) for _ in range(3))
    drift, size = rate - 0.5 * volatility * volatility, 0.3 * volatility
    price, path = Value(0.3), []
    for leaf in leaves:
        price = price / (drift + size * leaf)
        path.append(price)
    return ag.relu(ag.sum(path) / len(path) - strike)


MODELS: dict[str, Callable[[list[Value], random.Random], Value]] = {
    "network": lambda leaves, draw: nn.MLP(5, [9, 6, 1], seed=draw, activation="relu")(leaves),
    "nearest": nearest,
    "distances": distances,
    "growth": growth,
    "residuals": residuals,
}


@pytest.mark.parametrize("samples", [2, 3, 7, 8, 9, 15, 16, 17, 24, 25, 31, 32, 33, 40, 63, 65, 100, 127, 129, 200])
@pytest.mark.parametrize("last", [0.5, math.inf, math.nan])
@pytest.mark.parametrize("model", MODELS)
def test_batches_of_every_length(samples: int, last: float, model: str) -> None:
    draw = random.Random(samples)
    leaves = [Value(0.5) for _ in range(5)]
    program = in_c(MODELS[model](leaves, draw), leaves)
    table = np.array([[draw.uniform(-2.0, 2.0) for _ in leaves] for _ in range(samples)])
    table[-1, 2] = last

    def run(fresh: Program) -> list[float]:
        found = fresh.gradients(table, seed=np.linspace(0.5, 1.5, samples))
        return [*found.outputs, *np.ravel(found.inputs), *found.parameters]

    found = on_every_set(program, run)
    wanted = [program.gradients(*row.tolist(), seed=w) for row, w in zip(table, np.linspace(0.5, 1.5, samples))]
    sums = np.sum([each.parameters for each in wanted], axis=0)
    for numbers in found.values():
        np.testing.assert_array_equal(numbers, found["baseline"])
        np.testing.assert_array_equal(numbers[:samples], [each.outputs for each in wanted])
        by_input = np.reshape(numbers[samples : 6 * samples], (5, samples)).T
        np.testing.assert_allclose(by_input, [each.inputs for each in wanted], rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(numbers[6 * samples :], sums, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("samples", [2, 8, 9, 33, 128, 130])
@pytest.mark.parametrize("odd", [0.0, math.inf, -math.inf, math.nan])
def test_logsumexp_of_batches(samples: int, odd: float) -> None:
    draw = random.Random(samples)
    leaves = [Value(0.5) for _ in range(6)]
    program = in_c(ag.logsumexp([leaves[0], leaves[1] * 2.0, *leaves[2:]]), leaves)
    table = np.array([[draw.uniform(-3.0, 3.0) for _ in leaves] for _ in range(samples)])
    table[samples // 2, :3] = odd, odd, table[0, 0]
    table[0] = odd

    def run(fresh: Program) -> list[float]:
        found = fresh.gradients(table)
        return [*found.outputs, *np.ravel(np.transpose(found.inputs))]

    wanted = [program.gradients(*row.tolist()) for row in table]
    expected = [*(each.outputs for each in wanted), *np.ravel([each.inputs for each in wanted])]
    for numbers in on_every_set(program, run).values():
        np.testing.assert_allclose(numbers, expected, rtol=1e-14)


def test_a_parameter_that_calls_the_program_while_it_is_read() -> None:
    """The first run goes on as it began, though the second and third, which go in vectors, come in between."""
    program, numbers, output, _ = trained(16, 27)
    parameters = program.parameters
    kernel = program._kernel(False, "sum")
    inner: list[Any] = []

    def call(values: tuple[Any, ...]) -> Any:
        return kernel.call(tuple(numbers), values, 0, 1, True, 1.0, 1)

    class Calling:
        @property
        def data(self) -> float:
            if not inner:
                inner.append(None)
                inner[:] = [call(tuple(parameters)) for _ in range(2)]
            return parameters[0].data

    assert call((Calling(), *parameters[1:])) == pytest.approx(output.data, rel=1e-13)
    assert inner == [call(tuple(parameters))] * 2
