"""Rankings and linear error propagation, against the formulas of a textbook."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

import autograd as ag
from autograd import Value
from tests import needs


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


def test_errors_add_in_size() -> None:
    """Of a linear function the bound is the largest change over all corners of the box of errors."""
    a, b, c = ag.values(a=3.0, b=-4.0, c=0.5)
    found = ag.sensitivity(2.0 * a - 3.0 * b + c, error={"a": 0.25, b: 0.5})
    corners = [2.0 * s * 0.25 - 3.0 * t * 0.5 for s in (-1, 1) for t in (-1, 1)]
    assert found.bound == max(map(abs, corners)) == 2.0
    assert [(one.label, one.error, one.bound) for one in found.by_error] == [
        ("b", 0.5, 1.5), ("a", 0.25, 0.5), ("c", 0.0, 0.0)
    ]  # fmt: skip
    assert (found.uncertainty, ag.sensitivity(a + b, {a: 1.0}).bound) == (0.0, 0.0)


def test_an_error_means_the_same_to_the_bound_on_rounding() -> None:
    a, b = ag.values(a=3.0, b=0.7)
    y = ag.sin(a * b) / b
    given = {a: 1e-3, "b": 2e-4}
    rounding = ag.rounding_error(y).bound
    assert ag.rounding_error(y, given).bound == pytest.approx(ag.sensitivity(y, error=given).bound + rounding)


def test_the_table_with_uncertainties_and_errors() -> None:
    a, b = ag.values(a=2.0, b=3.0)
    assert str(ag.sensitivity(a * b, {a: 0.5}, error={b: 0.25})).splitlines() == [
        "6 ± 1.5, errors up to 0.5",
        "leaf  value  gradient  gradient*value  sigma  |gradient|*sigma  error  |gradient|*error",
        "a         2         3               6    0.5               1.5      0                 0",
        "b         3         2               6      0                 0   0.25               0.5",
    ]


def test_infinite_gradients_and_huge_effects() -> None:
    x, y = ag.values(x=0.0, y=2.0)
    found = ag.sensitivity(ag.sqrt(x) + y, {y: 0.5}, error={y: 0.5})
    assert (found.uncertainty, found.bound) == (0.5, 0.5)
    assert ag.sensitivity(ag.sqrt(x) + y, error={x: 1e-9}).bound == math.inf
    assert ag.sensitivity(x + y, error={x: 1e308, y: 1e308}).bound == math.inf
    assert ag.rounding_error(x + y, {x: 1e308, y: 1e308}).bound == math.inf


def test_what_it_refuses() -> None:
    x, y = ag.values(x=3.0, y=4.0)
    with pytest.raises(
        ValueError, match="sensitivity: 'z' must be one leaf of the result, found 0; its leaves are 'x'"
    ):
        ag.sensitivity(x * y, {"z": 1.0})
    with pytest.raises(ValueError, match="the standard deviation of 'x' must be 0 or more, got -1"):
        ag.sensitivity(x * y, {x: -1.0})
    with pytest.raises(ValueError, match="sensitivity: the error of 'x' must be 0 or more, got nan"):
        ag.sensitivity(x * y, error={"x": math.nan})
    with pytest.raises(ValueError, match="the error of 'x' is given twice, by its label and by the leaf"):
        ag.sensitivity(x * y, error={"x": 1.0, x: 2.0})
    with pytest.raises(ValueError, match=r"the covariance of 'x' and 'y' must be of two leaves and at most 0\.02"):
        ag.sensitivity(x * y, {x: 0.1, y: 0.2}, {(x, y): 0.5})
    with pytest.raises(ValueError, match="the covariance of 'y' and 'x' is given twice"):
        ag.sensitivity(x * y, {x: 0.1, y: 0.2}, {(x, y): 0.01, ("y", "x"): 0.01})
    a, b, c = ag.values(a=1.0, b=2.0, c=3.0)
    sigmas = {a: 1.0, b: 1.0, c: 2.0}
    with pytest.raises(
        ValueError, match="the covariances contradict each other at 'c': no three or more leaves vary so"
    ):
        ag.sensitivity(a * b * c, sigmas, {(a, b): 0.9, (b, c): 1.8, (a, c): -1.8})
    assert ag.sensitivity(a + b + c, sigmas, {(a, b): 1.0, (b, c): 2.0, (a, c): 2.0}).uncertainty == pytest.approx(4.0)
    with pytest.raises(TypeError, match=r"sensitivity: needs a Value, got 2\.0 \(float\)"):
        ag.sensitivity(2.0)  # type: ignore[arg-type]


# The package `uncertainties` as the truth: forward mode, by its own formulas

MEASURED = {"a": (1.3, 0.02), "b": (-0.7, 0.15), "c": (2.1, 0.3)}
EXACT = 0.4
COVARIANCES = {("a", "b"): 0.0021, ("b", "c"): -0.03, ("a", "c"): -0.002}
FORMULAS: dict[str, Callable[..., Any]] = {
    "products": lambda m, a, b, c, d: a * b / c + d,
    "powers": lambda m, a, b, c, d: a**3 - c**b + 2.0**a,
    "functions": lambda m, a, b, c, d: m.exp(b) * m.sin(a * c) + m.sqrt(c) - m.log(a + c),
    "one leaf often": lambda m, a, b, c, d: (a - b) * (a - b) / (a + b * b) - a,
    "geometry": lambda m, a, b, c, d: m.atan2(b, a) * m.hypot(a, c) + m.erf(d * a),
    "hyperbolic": lambda m, a, b, c, d: m.tanh(b) * m.cosh(c) + m.asinh(a * b * c),
}


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("correlated", [False, True])
def test_the_package_uncertainties_says_the_same(name: str, correlated: bool) -> None:
    package, umath = needs.package("uncertainties"), needs.package("uncertainties.umath")
    formula, names, covariance = FORMULAS[name], list(MEASURED), COVARIANCES if correlated else {}
    leaves = ag.values(**{key: number for key, (number, _) in MEASURED.items()}, d=EXACT)
    output = formula(ag, *leaves)
    below = {one.label for one in ag.sensitivity(output).by_value}
    sigmas: dict[Value | str, float] = {key: sigma for key, (_, sigma) in MEASURED.items() if key in below}
    found = ag.sensitivity(output, sigmas, {pair: x for pair, x in covariance.items() if set(pair) <= below})
    if correlated:
        both = COVARIANCES | {(j, i): x for (i, j), x in COVARIANCES.items()}
        matrix = [[both.get((i, j), MEASURED[i][1] ** 2 if i == j else 0.0) for j in names] for i in names]
        theirs = package.correlated_values([MEASURED[key][0] for key in names], matrix)
    else:
        theirs = [package.ufloat(*MEASURED[key]) for key in names]
    wanted: Any = formula(umath, *theirs, EXACT)
    assert found.value == pytest.approx(wanted.nominal_value, rel=1e-12)
    assert found.uncertainty == pytest.approx(wanted.std_dev, rel=1e-9)
    if not correlated:
        components = wanted.error_components()
        spreads = {key: components[x] for key, x in zip(names, theirs) if x in components}
        ours = {one.label: one.spread for one in found.by_uncertainty if one.uncertainty}
        assert ours == pytest.approx(spreads, rel=1e-9)
        assert list(ours) == sorted(spreads, key=lambda key: -spreads[key])


@pytest.mark.parametrize("size", [1e200, 1e-200, 1e300, 5e-320])
def test_uncertainties_of_any_size_are_propagated(size: float) -> None:
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    assert math.isclose(ag.sensitivity(x - y, {x: size, y: size}).uncertainty, math.sqrt(2) * size, rel_tol=1e-12)


def test_a_covariance_is_propagated() -> None:
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    correlated = ag.sensitivity(x - y, {x: 3.0, y: 4.0}, {(x, y): 6.0}).uncertainty
    assert math.isclose(correlated, math.sqrt(9.0 + 16.0 - 12.0), rel_tol=1e-15)
