"""Data to try a model on: moons, circles, blobs, spirals, xor, curves; and tables read from CSV or a data frame.

Points come as an array of shape (samples, features), labels as an array of shape (samples,). Moons, circles and blobs
are scikit-learn's `make_moons`, `make_circles` and `make_blobs`: the same seed gives the same numbers. `numpy` draws
them with its `RandomState`, whose stream is promised never to change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from nn.data.tables import Table, read_csv

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Points: TypeAlias = NDArray[np.float64]
    Labels: TypeAlias = NDArray[np.intp]

__all__ = ["CURVES", "Table", "blobs", "circles", "curve", "moons", "read_csv", "spirals", "xor"]


def _step(x: float) -> float:
    return 1.0 if x > 0.0 else 0.0


def _runge(x: float) -> float:
    return 1.0 / (1.0 + 25.0 * x * x)


CURVES: Final[dict[str, Callable[[float], float]]] = {
    "line": lambda x: 2.0 * x - 0.5,
    "parabola": lambda x: x * x,
    "cubic": lambda x: x * x * x - 0.5 * x,
    "sine": lambda x: math.sin(math.pi * x),
    "step": _step,
    "runge": _runge,
    "doppler": lambda x: math.sin(4.0 * math.pi / (1.2 + x)),
}
"""What `curve` knows, by name: functions on [−1, 1]."""


def moons(
    samples: int = 100, *, noise: float = 0.0, shuffle: bool = True, seed: int | None = 0
) -> tuple[Points, Labels]:
    """Two half circles that reach into each other.

    Class 0 is (cos t, sin t), class 1 is (1 − cos t, ½ − sin t), t evenly from 0 to π, both ends included.

    Parameters
    ----------
    samples : int
        How many points; class 0 has half of them, rounded down.
    noise : float
        Standard deviation of what is added to each coordinate.
    shuffle : bool
        Whether the order is random; otherwise class 0 comes first.
    seed : int, optional
        The same seed gives the same points; None gives others each time.

    Returns
    -------
    points : array of shape (samples, 2)
    labels : array of int of shape (samples,)

    Raises
    ------
    ValueError
        If there are no samples or the noise is negative.

    Examples
    --------
    >>> points, labels = moons(4, shuffle=False)
    >>> points.round(3).tolist()
    [[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [2.0, 0.5]]
    >>> labels.tolist()
    [0, 0, 1, 1]
    """
    import numpy as np

    _check("moons", samples, noise)
    outer, inner = (np.linspace(0, np.pi, count) for count in (samples // 2, samples - samples // 2))
    first = np.column_stack([np.cos(outer), np.sin(outer)])
    second = np.column_stack([1 - np.cos(inner), 1 - np.sin(inner) - 0.5])
    return _mixed([first, second], noise, shuffle, seed)


def circles(
    samples: int = 100, *, noise: float = 0.0, factor: float = 0.8, shuffle: bool = True, seed: int | None = 0
) -> tuple[Points, Labels]:
    """Two circles about the origin: class 0 of radius 1, class 1 of radius `factor`.

    Parameters
    ----------
    samples, noise, shuffle, seed
        As of `moons`.
    factor : float
        Radius of the inner circle; at least 0 and less than 1.

    Returns
    -------
    points : array of shape (samples, 2)
    labels : array of int of shape (samples,)

    Raises
    ------
    ValueError
        If there are no samples, the noise is negative or the factor is out of range.

    Examples
    --------
    >>> points, labels = circles(8, shuffle=False, factor=0.5)
    >>> (points**2).sum(axis=1).round(12).tolist()
    [1.0, 1.0, 1.0, 1.0, 0.25, 0.25, 0.25, 0.25]
    """
    import numpy as np

    _check("circles", samples, noise)
    if not 0.0 <= factor < 1.0:
        raise ValueError(f"circles: factor must be at least 0 and less than 1, got {factor!r}")
    outer, inner = (
        np.linspace(0, 2 * np.pi, count, endpoint=False) for count in (samples // 2, samples - samples // 2)
    )
    first = np.column_stack([np.cos(outer), np.sin(outer)])
    second = np.column_stack([np.cos(inner) * factor, np.sin(inner) * factor])
    return _mixed([first, second], noise, shuffle, seed)


def blobs(
    samples: int = 100,
    *,
    features: int = 2,
    centers: int | Sequence[Sequence[float]] = 3,
    spread: float = 1.0,
    shuffle: bool = True,
    seed: int | None = 0,
) -> tuple[Points, Labels]:
    """Clouds of normally distributed points, one for each class.

    Parameters
    ----------
    samples, shuffle, seed
        As of `moons`.
    features : int
        How many coordinates a point has, where the centers are drawn.
    centers : int or sequence of points
        How many centers, drawn evenly from [−10, 10] in each coordinate; or the centers themselves.
    spread : float
        Standard deviation about a center; with 0 every point is its center.

    Returns
    -------
    points : array of shape (samples, features)
    labels : array of int of shape (samples,)

    Raises
    ------
    ValueError
        If a number is out of range or the centers aren't points of one dimension.

    Examples
    --------
    >>> points, labels = blobs(3, centers=[[0, 0], [5, 5]], spread=0.0, shuffle=False)
    >>> points.tolist(), labels.tolist()
    ([[0.0, 0.0], [0.0, 0.0], [5.0, 5.0]], [0, 0, 1])
    """
    import numpy as np

    _check("blobs", samples, spread, "spread")
    source = np.random.RandomState(seed)
    if isinstance(centers, int):
        if centers < 1 or features < 1:
            raise ValueError(f"blobs: centers and features must be at least 1, got {centers} and {features}")
        middles = source.uniform(-10.0, 10.0, size=(centers, features))
    else:
        middles = np.asarray(centers, dtype=float)
        if middles.ndim != 2 or not middles.size:
            raise ValueError(f"blobs: centers must be points of one dimension, got shape {middles.shape}")
    each, rest = divmod(samples, len(middles))
    clouds = [
        source.normal(middle, spread, size=(each + (i < rest), middles.shape[1])) for i, middle in enumerate(middles)
    ]
    return _mixed(clouds, 0.0, shuffle, source)


def spirals(
    samples: int = 100,
    *,
    classes: int = 2,
    turns: float = 1.0,
    noise: float = 0.0,
    shuffle: bool = True,
    seed: int | None = 0,
) -> tuple[Points, Labels]:
    """Arms of Archimedean spirals that wind around each other from the origin to radius 1.

    Arm k of K is (r cos φ, r sin φ), φ = 2π (turns·r + k/K), r evenly from 0 to 1, both ends included.

    Parameters
    ----------
    samples, noise, shuffle, seed
        As of `moons`; the first classes have one point more where it doesn't divide evenly.
    classes : int
        How many arms.
    turns : float
        How often an arm goes around.

    Returns
    -------
    points : array of shape (samples, 2)
    labels : array of int of shape (samples,)

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> points, labels = spirals(6, turns=0.5, shuffle=False)
    >>> (points.round(3) + 0.0).tolist()
    [[0.0, 0.0], [0.0, 0.5], [-1.0, 0.0], [0.0, 0.0], [0.0, -0.5], [1.0, 0.0]]
    """
    import numpy as np

    _check("spirals", samples, noise)
    if classes < 1:
        raise ValueError(f"spirals: classes must be at least 1, got {classes!r}")
    arms = []
    for k in range(classes):
        radius = np.linspace(0, 1, samples // classes + (k < samples % classes))
        angle = 2 * np.pi * (turns * radius + k / classes)
        arms.append(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))
    return _mixed(arms, noise, shuffle, seed)


def xor(samples: int = 4, *, noise: float = 0.0, shuffle: bool = False, seed: int | None = 0) -> tuple[Points, Labels]:
    """The corners of the unit square, labelled by exclusive or, again and again in the order 00, 01, 10, 11.

    Parameters
    ----------
    samples, noise, shuffle, seed
        As of `moons`.

    Returns
    -------
    points : array of shape (samples, 2)
    labels : array of int of shape (samples,)

    Raises
    ------
    ValueError
        If there are no samples or the noise is negative.

    Examples
    --------
    >>> points, labels = xor()
    >>> points.tolist(), labels.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    import numpy as np

    _check("xor", samples, noise)
    corner = np.arange(samples) % 4
    first, second = corner // 2, corner % 2
    points = np.column_stack([first, second]).astype(float)
    return _noisy(points, (first ^ second).astype(np.intp), noise, shuffle, np.random.RandomState(seed))


def curve(
    samples: int = 100,
    kind: str | Callable[[float], float] = "sine",
    *,
    noise: float = 0.0,
    low: float = -1.0,
    high: float = 1.0,
    seed: int | None = 0,
) -> tuple[Points, Points]:
    """Points of a curve: x evenly from `low` to `high`, both ends included, and y = f(x) with noise.

    Parameters
    ----------
    samples : int
        How many points.
    kind : str or callable
        "line" 2x − ½, "parabola" x², "cubic" x³ − x/2, "sine" sin πx, "step" (x > 0), "runge" 1/(1 + 25x²),
        "doppler" sin(4π/(1.2 + x)); or a function of one number.
    noise : float
        Standard deviation of what is added to y.
    low, high : float
        Where x begins and ends.
    seed : int, optional
        As of `moons`.

    Returns
    -------
    x : array of shape (samples, 1)
    y : array of shape (samples,)

    Raises
    ------
    ValueError
        If there are no samples, the noise is negative, the kind is unknown or high isn't above low.

    Examples
    --------
    >>> x, y = curve(3, "parabola")
    >>> x.tolist(), y.tolist()
    ([[-1.0], [0.0], [1.0]], [1.0, 0.0, 1.0])
    """
    import numpy as np

    _check("curve", samples, noise)
    if not callable(kind) and kind not in CURVES:
        raise ValueError(f"curve: unknown kind, got {kind!r}; allowed {', '.join(CURVES)}, or a function")
    if not -math.inf < low < high < math.inf:
        raise ValueError(f"curve: high must be above low and both finite, got low={low!r}, high={high!r}")
    function = kind if callable(kind) else CURVES[kind]
    x = np.linspace(low, high, samples)
    y = np.array([float(function(number)) for number in x.tolist()])
    if noise:
        y += np.random.RandomState(seed).normal(scale=noise, size=samples)
    return x[:, None], y


def _check(where: str, samples: Any, noise: float, what: str = "noise") -> None:
    if not isinstance(samples, int) or samples < 1:
        raise ValueError(
            f"{where}: samples must be a whole number of at least 1, got {samples!r} ({type(samples).__name__})"
        )
    if not 0.0 <= noise < math.inf:
        raise ValueError(f"{where}: {what} must be at least 0 and finite, got {noise!r}")


def _mixed(classes: Sequence[Points], noise: float, shuffle: bool, seed: Any) -> tuple[Points, Labels]:
    """Stack the points of the classes, labelled by their position."""
    import numpy as np

    source = seed if isinstance(seed, np.random.RandomState) else np.random.RandomState(seed)
    labels = np.repeat(np.arange(len(classes), dtype=np.intp), [len(part) for part in classes])
    return _noisy(np.vstack(classes), labels, noise, shuffle, source)


def _noisy(points: Points, labels: Labels, noise: float, shuffle: bool, source: Any) -> tuple[Points, Labels]:
    """Shuffle first and add noise then, as scikit-learn does."""
    import numpy as np

    if shuffle:
        order = np.arange(len(labels))
        source.shuffle(order)
        points, labels = points[order], labels[order]
    if noise:
        points = points + source.normal(scale=noise, size=points.shape)
    return points, labels
