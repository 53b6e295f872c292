"""Functions composed of ops: extremes of a sequence, products, variance."""

from __future__ import annotations

import math
import statistics
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value


@pytest.mark.parametrize("k", [2, 3, 4, 5, 7])
@pytest.mark.parametrize("name", ["max", "min"])
def test_all_that_tie_have_equal_parts_of_the_derivative(name: str, k: int) -> None:
    other = -1.0 if name == "max" else 9.0

    def extreme(p: Any) -> Any:
        return getattr(ag, name)(p)

    point = [other, *[2.0] * (k - 1), other, 2.0]
    expected = [0.0 if x == other else 1 / k for x in point]
    leaves = [Value(x) for x in point]
    y = extreme(leaves)
    y.backward()
    assert y.data == 2.0
    found = {
        "backward": [x.grad for x in leaves],
        "grad": ag.grad(extreme)(point),
        "create_graph": [x.data for x in ag.gradients(y, leaves, create_graph=True)],
        "compile(f).gradients": ag.compile(extreme).gradients(point).inputs[0],
        "compile(grad)": ag.compile(ag.grad(extreme))(point),
        "jvp": [ag.jvp(extreme, (point,), ([float(i == j) for j in range(len(point))],))[1] for i in range(len(point))],
    }
    for way, got in found.items():
        assert got == pytest.approx(expected, rel=1e-15), way


def test_a_replay_counts_ties_anew() -> None:
    compiled = ag.compile(lambda p: ag.max(p))
    for point, expected in (
        ([3.0, 2.0, 1.0], [1.0, 0.0, 0.0]),
        ([1.0, 1.0, 1.0], [1 / 3, 1 / 3, 1 / 3]),
        ([0.0, 2.0, 2.0], [0.0, 0.5, 0.5]),
    ):
        assert compiled(point) == max(point)
        assert compiled.gradients(point).inputs[0] == pytest.approx(expected, rel=1e-15)


def test_an_extreme_of_numbers_is_a_number() -> None:
    assert ag.max([1.0, 2.0, 2.0, 2.0]) == 2.0
    assert math.isnan(ag.min([Value(1.0), math.nan, 1.0, 1.0]).data)


@pytest.mark.parametrize(
    "point, expected", [([0.0, 2.0, 3.0], [6.0, 0.0, 0.0]), ([0.0, 0.0, 3.0], [0.0] * 3), ([2.0, 5.0], [5.0, 2.0])]
)
def test_products_with_zeros(point: list[float], expected: list[float]) -> None:
    assert ag.grad(ag.prod)(point) == expected
    assert ag.hessian(ag.prod)([0.0, 0.0, 3.0]) == [[0.0, 3.0, 0.0], [3.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


@pytest.mark.parametrize("point", [[1000.0, 1001.0, 999.0], [5.0, 5.0, 8.0, 2.0], [2.0, 2.0, 2.0, 3.0], [3.0, 1.0]])
def test_the_curvature_of_a_standard_deviation(point: list[float]) -> None:
    """Deviations of 0 before others are no kink: the Hessian is (I − 1/n − zzᵀ/n)/(n·std), where z are the scores."""
    n, std = len(point), statistics.pstdev(point)
    scores = [(x - statistics.fmean(point)) / std for x in point]
    expected = [
        pytest.approx([((i == j) - (1.0 + z * w) / n) / (n * std) for j, w in enumerate(scores)], rel=1e-12, abs=1e-15)
        for i, z in enumerate(scores)
    ]
    for hessian in (ag.hessian(ag.std), ag.jacobian(ag.grad(ag.std)), ag.compile(ag.hessian(ag.std))):
        assert hessian(point) == expected
    batch = ag.compile(lambda *xs: ag.std(xs))(*(np.array([x, -x, 0.0]) for x in point))
    assert batch.tolist() == pytest.approx([std, std, 0.0], rel=1e-12)


def test_equal_values_and_a_single_one_do_not_vary() -> None:
    for f in (ag.var, ag.std):
        for point in ([2.0] * 3, [2.0]):
            assert f(point) == 0.0
            assert ag.grad(f)(point) == [0.0] * len(point)
            assert list(ag.compile(f).gradients(point).inputs[0]) == [0.0] * len(point)
    assert ag.grad(ag.std)([1e200, 2e200]) == pytest.approx([-0.5, 0.5], rel=1e-14)
    assert ag.grad(ag.std)([1e-200, 2e-200]) == pytest.approx([-0.5, 0.5], rel=1e-14)
