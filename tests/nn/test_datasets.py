"""Data sets against scikit-learn's and their formulas."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data import datasets
from tests import needs

CLASSES: dict[str, Any] = {
    "moons": datasets.moons,
    "circles": datasets.circles,
    "spirals": datasets.spirals,
    "xor": datasets.xor,
}


@pytest.mark.parametrize("samples", [1, 2, 5, 100, 101])
@pytest.mark.parametrize("noise", [0.0, 0.1])
@pytest.mark.parametrize("shuffle", [False, True])
def test_moons_and_circles_are_those_of_scikit_learn(samples: int, noise: float, shuffle: bool) -> None:
    peer = needs.package("sklearn.datasets")
    for ours, theirs in ((datasets.moons, peer.make_moons), (datasets.circles, peer.make_circles)):
        points, labels = ours(samples, noise=noise, shuffle=shuffle, seed=3)
        expected, expected_labels = theirs(samples, noise=noise or None, shuffle=shuffle, random_state=3)
        assert np.array_equal(points, expected)
        assert np.array_equal(labels, expected_labels)


def test_moons_by_their_formula() -> None:
    points, labels = datasets.moons(10, shuffle=False)
    for i in range(5):
        t = math.pi * i / 4
        assert points[i] == pytest.approx([math.cos(t), math.sin(t)], abs=1e-15)
        assert points[5 + i] == pytest.approx([1 - math.cos(t), 0.5 - math.sin(t)], abs=1e-15)
    assert labels.tolist() == [0] * 5 + [1] * 5


def test_spirals_lie_on_their_arms() -> None:
    points, labels = datasets.spirals(31, classes=3, turns=1.5, seed=2)
    radius = np.hypot(*points.T)
    angle = 2 * np.pi * (1.5 * radius + labels / 3)
    assert np.allclose(points, np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), atol=1e-14)
    assert np.bincount(labels).tolist() == [11, 10, 10]


def test_xor_is_exclusive_or_of_its_corner() -> None:
    points, labels = datasets.xor(10, shuffle=True, seed=5)
    assert np.array_equal(labels, (points[:, 0] != points[:, 1]).astype(int))


@given(st.sampled_from(sorted(CLASSES)), st.integers(1, 40), st.floats(0.0, 2.0), st.booleans(), st.integers(0, 99))
def test_shapes_types_and_seeds(kind: str, samples: int, noise: float, shuffle: bool, seed: int) -> None:
    points, labels = CLASSES[kind](np.int64(samples), noise=noise, shuffle=shuffle, seed=seed)
    assert points.shape == (samples, 2)
    assert labels.shape == (samples,)
    assert points.dtype == np.float64
    assert labels.dtype == np.intp
    again = CLASSES[kind](samples, noise=noise, shuffle=shuffle, seed=seed)
    assert np.array_equal(again[0], points)
    assert np.array_equal(again[1], labels)


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: datasets.moons(0), "moons: samples must be a whole number of at least 1, got 0 (int)"),
        (lambda: datasets.moons("9"), "moons: samples must be a whole number of at least 1, got '9' (str)"),  # type: ignore[arg-type]
        (lambda: datasets.xor(4, noise=-1.0), "xor: noise must be finite and at least 0, got -1.0"),
        (lambda: datasets.circles(factor=1.0), "circles: factor must be in [0, 1), got 1.0"),
        (lambda: datasets.spirals(classes=0), "spirals: classes must be a whole number of at least 1, got 0 (int)"),
    ],
)
def test_what_a_data_set_refuses(call: Any, text: str) -> None:
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value).startswith(text)
