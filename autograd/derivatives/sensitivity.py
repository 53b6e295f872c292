"""Which inputs a result hangs on, and what their uncertainties make of it: linear error propagation over one sweep."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from autograd.derivatives.sweeps import pull
from autograd.engine.backend import Value
from autograd.engine.graph import leaves

__all__ = ["Influence", "Sensitivity", "sensitivity"]

ROUNDING = 1e-12  # of a pivot in correlations

Name: TypeAlias = "Value | str"  # a leaf, or its label
Sigmas: TypeAlias = "Mapping[Any, float]"  # by Name; a Mapping[Name, float] would refuse a dict[Value, float]


@dataclass(frozen=True)
class Influence:
    """The influence of one leaf on the result.

    Attributes
    ----------
    leaf : Value
        The leaf.
    label : str
        Its label, or its place among the leaves where it has none.
    value, gradient : float
        Its number, and the derivative of the result for it.
    relative : float
        gradient · value: how the result moves when the leaf does by its own size.
    uncertainty : float
        Its standard deviation, 0 if none was given.
    spread : float
        |gradient| · uncertainty: the standard deviation that it alone brings into the result.
    """

    leaf: Value
    label: str
    value: float
    gradient: float
    uncertainty: float

    @property
    def relative(self) -> float:
        """gradient · value."""
        return self.gradient * self.value

    @property
    def spread(self) -> float:
        """|gradient| · uncertainty."""
        return abs(self.gradient) * self.uncertainty


@dataclass(frozen=True)
class Sensitivity:
    """The influences on a result, ranked.

    Attributes
    ----------
    value : float
        The result.
    uncertainty : float
        Its standard deviation to first order: √(gᵀ C g) with the gradient g and the covariances C.
    by_value : tuple of Influence
        Ranked by |gradient · value|, the largest first.
    by_uncertainty : tuple of Influence
        Ranked by |gradient| · uncertainty, the largest first.
    """

    value: float
    uncertainty: float
    by_value: tuple[Influence, ...]
    by_uncertainty: tuple[Influence, ...]

    def __str__(self) -> str:
        uncertain = any(one.uncertainty for one in self.by_value)
        ranked = self.by_uncertainty if uncertain else self.by_value
        rows: list[tuple[str, ...]] = [("leaf", "value", "gradient", "gradient*value", "sigma", "|gradient|*sigma")]
        rows += [
            (one.label, *(f"{x:.6g}" for x in (one.value, one.gradient, one.relative, one.uncertainty, one.spread)))
            for one in ranked
        ]
        rows = rows if uncertain else [row[:4] for row in rows]
        return "\n".join([f"{self.value:.6g}" + (f" ± {self.uncertainty:.3g}" if uncertain else ""), *aligned(rows)])


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines in columns, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [
        "  ".join(cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths)))
        for row in rows
    ]


def sensitivity(
    output: Value,
    uncertainties: Sigmas | None = None,
    covariance: Mapping[tuple[Name, Name], float] | None = None,
) -> Sensitivity:
    """Rank the leaves below a result by their influence, and propagate their uncertainties to first order.

    Parameters
    ----------
    output : Value
        The result.
    uncertainties : mapping of Value or label to float
        Standard deviations; leaves that are not listed are exact.
    covariance : mapping of (Value or label, Value or label) to float
        Covariances of pairs of different leaves; pairs that are not listed are independent.

    Returns
    -------
    Sensitivity
        Its `str` is a table.

    Raises
    ------
    ValueError
        If a name isn't that of exactly one leaf, a standard deviation is negative, a covariance is larger than the
        standard deviations allow, or several contradict each other.

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
    """
    if not isinstance(output, Value):
        raise TypeError(f"sensitivity: needs a Value, got {output!r} ({type(output).__name__})")
    below = leaves(output)
    sigmas = {
        id(leaf_named("sensitivity", name, below)): sigma_of("sensitivity", "the standard deviation", name, x)
        for name, x in (uncertainties or {}).items()
    }
    gradients = pull([(output, 1.0)], below)
    found = [
        Influence(x, x.label or f"leaf {i}", x.data, slope, sigmas.get(id(x), 0.0))
        for i, (x, slope) in enumerate(zip(below, gradients))
    ]
    # Relative to the largest, so that no square leaves the range of floats.
    largest = max((one.spread for one in found if math.isfinite(one.spread)), default=0.0) or 1.0
    shares = {id(one.leaf): math.copysign(one.spread, one.gradient) / largest for one in found}
    variance = math.fsum(share * share for share in shares.values())
    correlations: dict[tuple[int, int], float] = {}
    for (first, other), shared in (covariance or {}).items():
        x, y = leaf_named("sensitivity", first, below), leaf_named("sensitivity", other, below)
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
        tuple(sorted(found, key=lambda one: -abs(one.relative))),
        tuple(sorted(found, key=lambda one: -one.spread)),
    )


def _refuse_contradictions(correlations: Mapping[tuple[int, int], float], labels: Mapping[Value, str]) -> None:
    """Raise unless a matrix of correlations has no negative eigenvalue, by Cholesky's decomposition."""
    involved = [(x, label) for x, label in labels.items() if any(id(x) == i for i, _ in correlations)]
    factor: list[list[float]] = []
    for k, (x, label) in enumerate(involved):
        row: list[float] = []
        for j, (y, _) in enumerate(involved[: k + 1]):
            rest = 1.0 if j == k else correlations.get((id(x), id(y)), 0.0)
            rest -= math.fsum(a * b for a, b in zip(row, factor[j] if j < k else row))
            pivot = factor[j][j] if j < k else 0.0
            # A pivot of 0 is a leaf that others determine; what is left beside it must be 0 too.
            if rest < -ROUNDING if j == k else pivot == 0.0 and rest * rest > ROUNDING:
                raise ValueError(
                    f"sensitivity: the covariances contradict each other at {label!r}: no three or more leaves vary so"
                )
            row.append(math.sqrt(rest) if j == k and rest > ROUNDING else rest / pivot if pivot else 0.0)
        factor.append(row)


def leaf_named(who: str, name: Name, below: list[Value]) -> Value:
    """Return the one leaf that is meant; `who` stands in the ValueError if there is none or several."""
    matching = [x for x in below if (x.label == name if isinstance(name, str) else x is name)]
    if len(matching) != 1:
        known = ", ".join(repr(x.label) for x in below[:8] if x.label) or "none with a label"
        raise ValueError(
            f"{who}: {_called(name)} must be one leaf of the result, found {len(matching)}; its leaves are {known}"
        )
    return matching[0]


def sigma_of(who: str, what: str, name: Name, x: float) -> float:
    """Return a number of 0 or more that is given for a leaf."""
    number = float(x)
    if not number >= 0.0:
        raise ValueError(f"{who}: {what} of {_called(name)} must be 0 or more, got {x!r}")
    return number


def _called(name: Name) -> str:
    return repr(name) if isinstance(name, str) else repr(name.label or name)
