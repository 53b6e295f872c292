"""Sensitivity of a result to its leaves, and linear propagation of their uncertainties, by one sweep."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from autograd.derivatives.sweeps import pull
from autograd.engine.backend import Value
from autograd.engine.graph import leaves

__all__ = ["Influence", "Sensitivity", "sensitivity"]

ROUNDING = 1e-12  # relative to a pivot of the correlations

Name: TypeAlias = "Value | str"  # a leaf, or its label
ByLeaf: TypeAlias = "Mapping[Any, float]"  # by Name; a Mapping[Name, float] would refuse a dict[Value, float]


@dataclass(frozen=True)
class Influence:
    """The influence of one leaf on the result.

    Attributes
    ----------
    leaf : Value
        The leaf.
    label : str
        Its label, or its index among the leaves if it has none.
    value, gradient : float
        Its number, and the derivative of the result with respect to it.
    relative : float
        gradient · value: the change of the result when the leaf changes by its own size.
    uncertainty : float
        Its standard deviation, 0 if not given.
    spread : float
        |gradient| · uncertainty: its contribution to the standard deviation of the result.
    error : float
        The bound on its error, 0 if not given.
    bound : float
        |gradient| · error: its contribution to the bound on the error of the result.
    """

    leaf: Value
    label: str
    value: float
    gradient: float
    uncertainty: float
    error: float

    @property
    def relative(self) -> float:
        """gradient · value."""
        return self.gradient * self.value

    @property
    def spread(self) -> float:
        """|gradient| · uncertainty."""
        return effect(self.gradient, self.uncertainty)

    @property
    def bound(self) -> float:
        """|gradient| · error."""
        return effect(self.gradient, self.error)


@dataclass(frozen=True)
class Sensitivity:
    """The influences of the leaves on a result, ranked.

    Attributes
    ----------
    value : float
        The result.
    uncertainty : float
        Its standard deviation to first order: √(gᵀ C g) with the gradient g and the covariances C.
    bound : float
        The first-order bound on its error from those of the leaves: the sum of |gradient| · error.
    by_value : tuple of Influence
        Ranked by |gradient · value|, largest first.
    by_uncertainty : tuple of Influence
        Ranked by |gradient| · uncertainty, largest first.
    by_error : tuple of Influence
        Ranked by |gradient| · error, largest first.
    """

    value: float
    uncertainty: float
    bound: float
    by_value: tuple[Influence, ...]
    by_uncertainty: tuple[Influence, ...]
    by_error: tuple[Influence, ...]

    def __str__(self) -> str:
        uncertain = any(one.uncertainty for one in self.by_value)
        erroneous = any(one.error for one in self.by_value)
        ranked = self.by_uncertainty if uncertain else self.by_error if erroneous else self.by_value
        columns = [("leaf", "value", "gradient", "gradient*value"), ("sigma", "|gradient|*sigma"),
                   ("error", "|gradient|*error")]  # fmt: skip
        shown = [True, uncertain, erroneous]
        rows = [
            ((one.label, *_written(one.value, one.gradient, one.relative)), _written(one.uncertainty, one.spread),
             _written(one.error, one.bound))
            for one in ranked
        ]  # fmt: skip
        first = f"{self.value:.6g}" + (f" ± {self.uncertainty:.3g}" if uncertain else "")
        first += f", errors up to {self.bound:.3g}" if erroneous else ""
        table = [[cell for part, show in zip(row, shown) if show for cell in part] for row in (columns, *rows)]
        return "\n".join([first, *aligned(table)])


def _written(*numbers: float) -> tuple[str, ...]:
    return tuple(f"{x:.6g}" for x in numbers)


def effect(gradient: float, error: float) -> float:
    """Return |gradient| · error, the effect of an error on a result; 0 for no error, whatever the gradient.

    Examples
    --------
    >>> effect(-2.0, 0.5), effect(math.inf, 0.0), effect(math.nan, 0.5)
    (1.0, 0.0, inf)
    """
    if gradient == 0.0 or error == 0.0:
        return 0.0
    product = abs(gradient * error)
    return math.inf if math.isnan(product) else product


def total(effects: Iterable[float]) -> float:
    """Return the sum of effects, inf if it overflows.

    Examples
    --------
    >>> total([1.0, 2.0]), total([1e308, 1e308])
    (3.0, inf)
    """
    try:
        return math.fsum(effects)
    except OverflowError:
        return math.inf


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Format rows as aligned columns, the first left-aligned and the others right-aligned."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [
        "  ".join(cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths)))
        for row in rows
    ]


def sensitivity(
    output: Value,
    uncertainties: ByLeaf | None = None,
    covariance: Mapping[tuple[Name, Name], float] | None = None,
    error: ByLeaf | None = None,
) -> Sensitivity:
    """Rank the leaves below a result by their influence, and propagate their uncertainties and errors to first order.

    Uncertainties are standard deviations, whose effects on the result add in quadrature. Errors are bounds, whose
    effects add in absolute value, as in the worst case; `rounding_error` adds those of rounding to them.

    Parameters
    ----------
    output : Value
        The result.
    uncertainties : mapping of Value or label to float
        Standard deviations; other leaves are exact.
    covariance : mapping of (Value or label, Value or label) to float
        Covariances of pairs of different leaves; other pairs are independent.
    error : mapping of Value or label to float
        Bounds on the errors of leaves, such as 0.0005 for a number given to three decimals.

    Returns
    -------
    Sensitivity
        Its `str` is a table.

    Raises
    ------
    ValueError
        If a name isn't that of exactly one leaf, a standard deviation or an error is negative, a covariance is larger
        than the standard deviations allow, or the covariances contradict each other.

    Examples
    --------
    >>> mass, speed = Value(2.0, label="mass"), Value(3.0, label="speed")
    >>> found = sensitivity(0.5 * mass * speed**2, {"mass": 0.1, speed: 0.2})
    >>> print(found)
    9 ± 1.28
    leaf   value  gradient  gradient*value  sigma  |gradient|*sigma
    speed      3         6              18    0.2               1.2
    mass       2       4.5               9    0.1              0.45
    >>> found.by_value[0].label
    'speed'
    >>> print(sensitivity(mass * speed, error={"mass": 0.05, "speed": 0.005}))
    6, errors up to 0.16
    leaf   value  gradient  gradient*value  error  |gradient|*error
    mass       2         3               6   0.05              0.15
    speed      3         2               6  0.005              0.01
    """
    if not isinstance(output, Value):
        raise TypeError(f"sensitivity: needs a Value, got {output!r} ({type(output).__name__})")
    below = leaves(output)
    sigmas = leaf_numbers("sensitivity", "the standard deviation", uncertainties, below)
    errors = leaf_numbers("sensitivity", "the error", error, below)
    gradients = pull([(output, 1.0)], below)
    found = [
        Influence(x, x.label or f"leaf {i}", x.data, slope, sigmas.get(id(x), 0.0), errors.get(id(x), 0.0))
        for i, (x, slope) in enumerate(zip(below, gradients))
    ]
    # Scaled by the largest, so that no square overflows or vanishes.
    largest = max((one.spread for one in found if math.isfinite(one.spread)), default=0.0) or 1.0
    shares = {id(one.leaf): math.copysign(one.spread, one.gradient) / largest for one in found}
    variance = math.fsum(share * share for share in shares.values())
    correlations: dict[tuple[int, int], float] = {}
    for (first, other), shared in (covariance or {}).items():
        x, y = _leaf_named("sensitivity", first, below), _leaf_named("sensitivity", other, below)
        sigma, tau = sigmas.get(id(x), 0.0), sigmas.get(id(y), 0.0)
        correlation = 0.0 if shared == 0.0 else shared / sigma / tau if sigma > 0.0 < tau else math.inf
        if x is y or not abs(correlation) <= 1 + 1e-12:
            raise ValueError(
                f"sensitivity: the covariance of {_called(first)} and {_called(other)} must be of two leaves and at "
                f"most {sigma * tau!r} in size, the product of their standard deviations, got {shared!r}"
            )
        if (id(x), id(y)) in correlations:
            raise ValueError(f"sensitivity: the covariance of {_called(first)} and {_called(other)} is given twice")
        variance += 2 * shares[id(x)] * shares[id(y)] * correlation
        correlations[id(x), id(y)] = correlations[id(y), id(x)] = correlation
    _refuse_contradictions(correlations, {one.leaf: one.label for one in found})
    return Sensitivity(
        output.data,
        largest * math.sqrt(max(variance, 0.0)),
        total(one.bound for one in found),
        tuple(sorted(found, key=lambda one: -effect(one.gradient, one.value))),
        tuple(sorted(found, key=lambda one: -one.spread)),
        tuple(sorted(found, key=lambda one: -one.bound)),
    )


def _refuse_contradictions(correlations: Mapping[tuple[int, int], float], labels: Mapping[Value, str]) -> None:
    """Raise if a matrix of correlations has a negative eigenvalue, by Cholesky decomposition."""
    involved = [(x, label) for x, label in labels.items() if any(id(x) == i for i, _ in correlations)]
    factor: list[list[float]] = []
    for k, (x, label) in enumerate(involved):
        row: list[float] = []
        for j, (y, _) in enumerate(involved[: k + 1]):
            rest = 1.0 if j == k else correlations.get((id(x), id(y)), 0.0)
            rest -= math.fsum(a * b for a, b in zip(row, factor[j] if j < k else row))
            pivot = factor[j][j] if j < k else 0.0
            # A pivot of 0 is a leaf determined by others; the rest of its column must be 0 too.
            if rest < -ROUNDING if j == k else pivot == 0.0 and rest * rest > ROUNDING:
                raise ValueError(
                    f"sensitivity: the covariances contradict each other at {label!r}: no three or more leaves vary so"
                )
            row.append(math.sqrt(rest) if j == k and rest > ROUNDING else rest / pivot if pivot else 0.0)
        factor.append(row)


def leaf_numbers(who: str, what: str, given: ByLeaf | None, below: Sequence[Value]) -> dict[int, float]:
    """Return non-negative numbers given for leaves, by `id`; errors begin with `who` and name `what`.

    Examples
    --------
    >>> x = Value(2.0, label="x")
    >>> leaf_numbers("sensitivity", "the error", {"x": 0.5}, [x]) == {id(x): 0.5}
    True
    """
    found: dict[int, float] = {}
    for name, x in (given or {}).items():
        leaf, number = _leaf_named(who, name, below), float(x)
        if not number >= 0.0:
            raise ValueError(f"{who}: {what} of {_called(name)} must be 0 or more, got {x!r}")
        if id(leaf) in found:
            raise ValueError(f"{who}: {what} of {_called(name)} is given twice, by its label and by the leaf")
        found[id(leaf)] = number
    return found


def _leaf_named(who: str, name: Name, below: Sequence[Value]) -> Value:
    """Return the leaf for a Value or label; raise a ValueError that begins with `who` unless there is exactly one."""
    matching = [x for x in below if (x.label == name if isinstance(name, str) else x is name)]
    if len(matching) != 1:
        known = ", ".join(repr(x.label) for x in below[:8] if x.label) or "none with a label"
        raise ValueError(
            f"{who}: {_called(name)} must be one leaf of the result, found {len(matching)}; its leaves are {known}"
        )
    return matching[0]


def _called(name: Name) -> str:
    return repr(name) if isinstance(name, str) else repr(name.label or name)
