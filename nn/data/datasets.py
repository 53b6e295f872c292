"""Toy data for classification: two moons, circles, spirals and xor.

Points are an array of shape (samples, 2), labels an array of shape (samples,). `moons` and `circles` return the same
numbers as scikit-learn's `make_moons` and `make_circles` for the same seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from nn._common.checks import number_in, size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Points: TypeAlias = NDArray[np.float64]
    Labels: TypeAlias = NDArray[np.intp]

__all__ = ["circles", "moons", "spirals", "xor"]


def moons(
    samples: int = 100, *, noise: float = 0.0, shuffle: bool = True, seed: int | None = 0
) -> tuple[Points, Labels]:
    """Two interleaving half circles.

    Class 0 is (cos t, sin t), class 1 is (1 − cos t, ½ − sin t), with t evenly spaced from 0 to π inclusive.

    Parameters
    ----------
    samples : int
        Number of points; class 0 has half of them, rounded down.
    noise : float
        Standard deviation of the Gaussian noise added to each coordinate.
    shuffle : bool
        Whether to shuffle the points; otherwise class 0 comes first.
    seed : int, optional
        Seed of shuffling and noise; None gives different numbers each time.

    Returns
    -------
    points : array of shape (samples, 2)
    labels : array of int of shape (samples,)

    Raises
    ------
    ValueError
        If `samples` is less than 1 or `noise` is negative.

    Examples
    --------
    >>> points, labels = moons(4, shuffle=False)
    >>> points.round(3).tolist(), labels.tolist()
    ([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [2.0, 0.5]], [0, 0, 1, 1])
    """
    import numpy as np

    outer, inner = (np.linspace(0, np.pi, count) for count in _halves("moons", samples))
    first = np.column_stack([np.cos(outer), np.sin(outer)])
    second = np.column_stack([1 - np.cos(inner), 1 - np.sin(inner) - 0.5])
    return _labelled("moons", [first, second], noise, shuffle, seed)


def circles(
    samples: int = 100, *, noise: float = 0.0, factor: float = 0.8, shuffle: bool = True, seed: int | None = 0
) -> tuple[Points, Labels]:
    """Two circles around the origin: class 0 of radius 1, class 1 of radius `factor`, which is in [0, 1).

    Other parameters, results and errors are those of `moons`.

    Examples
    --------
    >>> points, labels = circles(8, shuffle=False, factor=0.5)
    >>> (points**2).sum(axis=1).round(12).tolist()
    [1.0, 1.0, 1.0, 1.0, 0.25, 0.25, 0.25, 0.25]
    """
    import numpy as np

    inner_radius = number_in("circles: factor", factor, 0.0, 1.0)
    angles = [np.linspace(0, 2 * np.pi, count, endpoint=False) for count in _halves("circles", samples)]
    rings = [np.column_stack([np.cos(angle), np.sin(angle)]) for angle in angles]
    return _labelled("circles", [rings[0], rings[1] * inner_radius], noise, shuffle, seed)


def spirals(
    samples: int = 100,
    *,
    classes: int = 2,
    turns: float = 1.0,
    noise: float = 0.0,
    shuffle: bool = True,
    seed: int | None = 0,
) -> tuple[Points, Labels]:
    """Arms of Archimedean spirals from the origin to radius 1, one per class.

    Arm k of K is (r cos φ, r sin φ), φ = 2π (turns·r + k/K), with r evenly spaced from 0 to 1 inclusive. The first
    classes have one more point if `samples` is not a multiple of `classes`. Other parameters, results and errors are
    those of `moons`.

    Examples
    --------
    >>> points, labels = spirals(6, turns=0.5, shuffle=False)
    >>> (points.round(3) + 0.0).tolist()
    [[0.0, 0.0], [0.0, 0.5], [-1.0, 0.0], [0.0, 0.0], [0.0, -0.5], [1.0, 0.0]]
    """
    import numpy as np

    samples, classes = size("spirals: samples", samples), size("spirals: classes", classes)
    arms = []
    for k in range(classes):
        radius = np.linspace(0, 1, samples // classes + (k < samples % classes))
        angle = 2 * np.pi * (turns * radius + k / classes)
        arms.append(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))
    return _labelled("spirals", arms, noise, shuffle, seed)


def xor(samples: int = 4, *, noise: float = 0.0, shuffle: bool = False, seed: int | None = 0) -> tuple[Points, Labels]:
    """The corners of the unit square, 00, 01, 10, 11 in turn, labelled by exclusive or.

    Parameters, results and errors are those of `moons`.

    Examples
    --------
    >>> points, labels = xor()
    >>> points.tolist(), labels.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    import numpy as np

    corner = np.arange(size("xor: samples", samples)) % 4
    points = np.column_stack([corner // 2, corner % 2]).astype(float)
    return _noisy("xor", points, (corner // 2 ^ corner % 2).astype(np.intp), noise, shuffle, seed)


def _halves(where: str, samples: int) -> tuple[int, int]:
    count = size(f"{where}: samples", samples)
    return count // 2, count - count // 2


def _labelled(where: str, classes: Sequence[Points], noise: float, shuffle: bool, seed: Any) -> tuple[Points, Labels]:
    """Stack the points of the classes, labelled by their position."""
    import numpy as np

    labels = np.repeat(np.arange(len(classes), dtype=np.intp), [len(part) for part in classes])
    return _noisy(where, np.vstack(classes), labels, noise, shuffle, seed)


def _noisy(where: str, points: Points, labels: Labels, noise: float, shuffle: bool, seed: Any) -> tuple[Points, Labels]:
    """Shuffle, then add noise, in the order of scikit-learn."""
    import numpy as np

    deviation = number_in(f"{where}: noise", noise, 0.0, math.inf)
    source = np.random.RandomState(seed)
    if shuffle:
        order = np.arange(len(labels))
        source.shuffle(order)
        points, labels = points[order], labels[order]
    if deviation:
        points = points + source.normal(scale=deviation, size=points.shape)
    return points, labels
