"""Rankings and linear error propagation, against the formulas of a textbook."""

from __future__ import annotations

import math

import pytest

import autograd as ag
from autograd import Value


def test_independent_errors_add_in_squares() -> None:
    x, y = ag.values(x=3.0, y=4.0)
    assert math.isclose(ag.sensitivity(x * y, {"x": 0.1, "y": 0.2}).uncertainty, math.hypot(0.4, 0.6))
    assert math.isclose(ag.sensitivity(x + y, {x: 0.3, y: 0.4}).uncertainty, 0.5)
    assert ag.sensitivity(x - x, {x: 0.3}).uncertainty == 0.0  # one leaf is correlated with itself


def test_covariances() -> None:
    x, y = ag.values(x=3.0, y=4.0)
    full = ag.sensitivity(x - y, {x: 0.3, y: 0.3}, {(x, "y"): 0.09})
    assert full.uncertainty == pytest.approx(0.0, abs=1e-9)
    assert ag.sensitivity(x + y, {x: 0.3, y: 0.4}, {("x", y): -0.06}).uncertainty == pytest.approx(math.sqrt(0.13))


def test_rankings() -> None:
    a, b = Value(100.0, label="a"), Value(1.0, label="b")
    unnamed = Value(2.0)
    found = ag.sensitivity(a + 10 * b * unnamed, {b: 5.0, "a": 1.0})
    assert [one.label for one in found.by_value] == ["a", "b", "leaf 2"]
    assert [one.label for one in found.by_uncertainty] == ["b", "a", "leaf 2"]
    assert found.by_value[0].relative == 100.0
    assert found.by_uncertainty[0].spread == 100.0
    assert found.value == 120.0
    assert a.grad == 0.0


def test_the_table_without_uncertainties() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    assert str(ag.sensitivity(a * b * b)).splitlines() == [
        "18",
        "leaf  value  gradient  gradient*value",
        "b         3        12              36",
        "a         2         9              18",
    ]


def test_what_it_refuses() -> None:
    x, y = ag.values(x=3.0, y=4.0)
    with pytest.raises(
        ValueError, match="sensitivity: 'z' must be one leaf of the result, found 0; its leaves are 'x'"
    ):
        ag.sensitivity(x * y, {"z": 1.0})
    with pytest.raises(ValueError, match="the standard deviation of 'x' must be 0 or more, got -1"):
        ag.sensitivity(x * y, {x: -1.0})
    with pytest.raises(ValueError, match=r"the covariance of 'x' and 'y' must be of two leaves and at most 0\.02"):
        ag.sensitivity(x * y, {x: 0.1, y: 0.2}, {(x, y): 0.5})
    with pytest.raises(TypeError, match=r"sensitivity: needs a Value, got 2\.0 \(float\)"):
        ag.sensitivity(2.0)  # type: ignore[arg-type]
