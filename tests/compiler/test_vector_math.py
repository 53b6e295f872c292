"""Every row over blocks of samples, on every instruction set available: against 60-digit truth, and at the ends."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

import autograd as ag
from autograd import Value
from autograd.compiler import Program
from autograd.ops import TABLE, Op
from tests import needs
from tests.ops.test_ops import FIXED, TRUTH, is_kink, operands_of, points, ulps

_replay = needs.package("autograd.compiler.run._replay", "-e . with a C compiler")

UNARY = [op for op in FIXED if op.arity == 1]
BINARY = [op for op in FIXED if op.arity == 2]
FAR = [math.inf, -math.inf, math.nan, 0.0, -0.0, 5e-324, -5e-324, 1.7976931348623157e308, -1.7976931348623157e308]
LIMITS = [349.9999, 350.0, 350.1, 999999.5, 1e6, 1000000.5, 0.35, 0.6931471805599453, 709.0, 709.9, 711.0, 745.2]


@pytest.fixture(params=_replay.instruction_sets())
def instruction_set(request: pytest.FixtureRequest) -> Iterator[str]:
    before = _replay.choose(request.param)
    yield request.param
    _replay.choose(before)


@cache
def program(name: str, instruction_set: str) -> Program:
    """Return the op alone; a kernel keeps the instruction set that was chosen when it was made."""
    op = TABLE[name]
    leaves = [Value(0.5) for _ in op.parameters]
    made: Program = ag.compile(getattr(ag, name)(*leaves), inputs=leaves)
    return Program(made.tape, made.parameters, True, "c")


def chosen() -> str:
    name: str = _replay.choose(_replay.instruction_sets()[0])
    _replay.choose(name)
    return name


def over_blocks(op: Op, samples: list[tuple[float, ...]]) -> Any:
    """Value and derivatives of each sample, computed as one batch of at least two."""
    table = np.array([*samples, samples[-1]])
    found = program(op.name, chosen()).gradients(*table.T, threads=1)
    return np.array([found.outputs, *found.inputs]).T[: len(samples)]


@cache
def truth(name: str, operands: tuple[float, ...]) -> tuple[Any, ...]:
    return TRUTH[name](*map(mpf, operands))


def check(op: Op, samples: list[tuple[float, ...]]) -> None:
    """Within the row's bound of the truth, as eager computation."""
    samples = [s for s in samples if not is_kink(op, s)]
    if not samples:
        return
    for sample, got in zip(samples, over_blocks(op, samples), strict=True):
        loose = max((error for low, high, error in op.loose if low <= sample[0] <= high), default=0.0)
        for which, x, true in zip(("value", *op.parameters), got, truth(op.name, sample), strict=False):
            error = ulps(float(x), true)
            assert error <= op.ulp or abs(float(x) - true) <= loose, (op.name, which, sample, float(x), error)


@pytest.mark.parametrize("op", UNARY, ids=lambda op: op.name)
def test_every_size(op: Op, instruction_set: str) -> None:
    low, high = op.domain[0]
    more = [sign * x for x in LIMITS for sign in (1.0, -1.0)]
    check(op, [(x,) for x in [*points(op, 0), *(x for x in more if low <= x <= high)]])


@pytest.mark.parametrize("op", BINARY, ids=lambda op: op.name)
def test_two_operands(op: Op, instruction_set: str) -> None:
    check(op, list(itertools.product(points(op, 0)[::5], points(op, 1)[::5])))


@pytest.mark.parametrize("op", UNARY, ids=lambda op: op.name)
@settings(max_examples=25)
@given(data=st.data())
def test_anywhere(op: Op, data: st.DataObject) -> None:
    samples = data.draw(st.lists(operands_of(op), min_size=1, max_size=12))
    for name in _replay.instruction_sets():
        before = _replay.choose(name)
        try:
            check(op, samples)
        finally:
            _replay.choose(before)


def test_the_slope_of_tanh_near_0(instruction_set: str) -> None:
    """From the exponential alone it was off by 4.09 ulp here."""
    check(TABLE["tanh"], [(0.023557988594763213,), (-0.05,), (0.4,), (0.55,)])


@pytest.mark.parametrize("op", FIXED, ids=lambda op: op.name)
def test_the_ends_are_those_of_eager_computation(op: Op, instruction_set: str) -> None:
    """nan, infinities and signs of zero are the same in both, except where nothing is selected."""
    numbers = [*FAR, 1.0, -0.5]
    samples = list(itertools.product(numbers, repeat=len(op.parameters)))
    for sample, got in zip(samples, over_blocks(op, samples), strict=True):
        for x, wanted in zip(map(float, got), op.compute(*sample), strict=True):
            if wanted == 0.0 or not math.isfinite(wanted):
                same = x == wanted and (op.selects or math.copysign(1.0, x) == math.copysign(1.0, wanted))
                assert same or (math.isnan(x) and math.isnan(wanted)), (op.name, sample, x, wanted)


@pytest.mark.parametrize("name", ["exp", "log", "sin", "tanh", "expm1", "log1p"])
def test_every_binade(name: str, instruction_set: str) -> None:
    op, (low, high) = TABLE[name], TABLE[name].domain[0]
    sizes = [math.ldexp(f, e) for e in range(-1074, 1024, 7) for f in (1.0, 1.37)]
    check(op, [(x,) for s in sizes for x in (s, -s) if low <= x <= high])


def test_an_instruction_set_that_is_not_there() -> None:
    with pytest.raises(ValueError, match=r"choose: name must be among instruction_sets\(\), got 'neon9'"):
        _replay.choose("neon9")
