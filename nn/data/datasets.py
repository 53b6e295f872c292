"""Toy data for classification: two moons, circles, spirals and xor.

Points are an array of shape (samples, 2), labels an array of int of shape (samples,). `noise` is the standard deviation
of the Gaussian noise added to each coordinate, `seed` that of shuffling and noise; None gives different numbers each
time. `moons` and `circles` return the same numbers as scikit-learn's `make_moons` and `make_circles` for the same seed.
A number of samples less than 1, a negative noise or another setting out of range raises a ValueError.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd._common.foreign import explained
from nn._common.checks import setting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Points: TypeAlias = NDArray[np.float64]
    Labels: TypeAlias = NDArray[np.intp]

__all__ = ["circles", "moons", "spirals", "xor"]


@explained("dataset")
def moons(
    samples: int = 100, *, noise: float = 0.0, shuffle: bool = True, seed: int | None = 0
) -> tuple[Points, Labels]:
    """Two interleaving half circles.

    Class 0 is (cos t, sin t), class 1 is (1 − cos t, ½ − sin t), with t evenly spaced from 0 to π inclusive; class 0
    has half of the points, rounded down. Without shuffling, class 0 comes first.

    Examples
    --------
    >>> points, labels = moons(4, shuffle=False)
    >>> points.round(3).tolist(), labels.tolist()
    ([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [2.0, 0.5]], [0, 0, 1, 1])
    """
    import numpy as np

    outer, inner = (np.linspace(0, np.pi, count) for count in _halves("moons", samples))
    arcs = [(np.cos(outer), np.sin(outer)), (1 - np.cos(inner), 1 - np.sin(inner) - 0.5)]
    return _labelled("moons", [np.column_stack(arc) for arc in arcs], noise, shuffle, seed)


@explained("dataset")
def circles(
    samples: int = 100, *, noise: float = 0.0, factor: float = 0.8, shuffle: bool = True, seed: int | None = 0
) -> tuple[Points, Labels]:
    """Two circles around the origin: class 0 of radius 1, class 1 of radius `factor`, which is in [0, 1).

    Examples
    --------
    >>> points, labels = circles(8, shuffle=False, factor=0.5)
    >>> (points**2).sum(axis=1).round(12).tolist()
    [1.0, 1.0, 1.0, 1.0, 0.25, 0.25, 0.25, 0.25]
    """
    import numpy as np

    radii = 1.0, setting("circles", "factor", factor)
    angles = [np.linspace(0, 2 * np.pi, count, endpoint=False) for count in _halves("circles", samples)]
    rings = [r * np.column_stack([np.cos(angle), np.sin(angle)]) for r, angle in zip(radii, angles, strict=True)]
    return _labelled("circles", rings, noise, shuffle, seed)


@explained("dataset")
def spirals(
    samples: int = 100, *, classes: int = 2, turns: float = 1.0, noise: float = 0.0, shuffle: bool = True,
    seed: int | None = 0,
) -> tuple[Points, Labels]:  # fmt: skip
    """Arms of Archimedean spirals from the origin to radius 1, one per class.

    Arm k of K is (r cos φ, r sin φ), φ = 2π (turns·r + k/K), with r evenly spaced from 0 to 1 inclusive. The first
    classes have one more point if `samples` is not a multiple of `classes`.

    Examples
    --------
    >>> points, labels = spirals(6, turns=0.5, shuffle=False)
    >>> (points.round(3) + 0.0).tolist()
    [[0.0, 0.0], [0.0, 0.5], [-1.0, 0.0], [0.0, 0.0], [0.0, -0.5], [1.0, 0.0]]
    """
    import numpy as np

    samples, classes = setting("spirals", "samples", samples), setting("spirals", "classes", classes)
    turns = setting("spirals", "turns", turns)
    arms = []
    for k in range(classes):
        radius = np.linspace(0, 1, samples // classes + (k < samples % classes))
        angle = 2 * np.pi * (turns * radius + k / classes)
        arms.append(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))
    return _labelled("spirals", arms, noise, shuffle, seed)


@explained("dataset")
def xor(samples: int = 4, *, noise: float = 0.0, shuffle: bool = False, seed: int | None = 0) -> tuple[Points, Labels]:
    """Return the corners of the unit square, 00, 01, 10, 11 in turn, labelled by exclusive or.

    Examples
    --------
    >>> points, labels = xor()
    >>> points.tolist(), labels.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    import numpy as np

    corner = np.arange(setting("xor", "samples", samples)) % 4
    points = np.column_stack([corner // 2, corner % 2]).astype(float)
    return _noisy("xor", points, (corner // 2 ^ corner % 2).astype(np.intp), noise, shuffle, seed)


def _halves(where: str, samples: int) -> tuple[int, int]:
    count = setting(where, "samples", samples)
    return count // 2, count - count // 2


def _labelled(where: str, classes: Sequence[Points], noise: float, shuffle: bool, seed: Any) -> tuple[Points, Labels]:
    """Stack the points of the classes, labelled by their position."""
    import numpy as np

    labels = np.repeat(np.arange(len(classes), dtype=np.intp), [len(part) for part in classes])
    return _noisy(where, np.vstack(classes), labels, noise, shuffle, seed)


def _noisy(where: str, points: Points, labels: Labels, noise: float, shuffle: bool, seed: Any) -> tuple[Points, Labels]:
    """Shuffle, then add noise, in the order of scikit-learn."""
    import numpy as np

    deviation = setting(where, "noise", noise)
    source = np.random.RandomState(None if seed is None else setting(where, "seed", seed))
    if setting(where, "shuffle", shuffle):
        order = np.arange(len(labels))
        source.shuffle(order)
        points, labels = points[order], labels[order]
    if deviation:
        points = points + source.normal(scale=deviation, size=points.shape)
    return points, labels
