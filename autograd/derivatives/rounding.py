"""A first-order bound on the rounding error of a recorded result, from one sweep."""

from __future__ import annotations

import math
from dataclasses import dataclass

from autograd.derivatives.sensitivity import ByLeaf, aligned, effect, leaf_numbers, total
from autograd.derivatives.sweeps import pull
from autograd.engine.backend import Value
from autograd.engine.graph import topological
from autograd.ops import TABLE

__all__ = ["Contribution", "RoundingBound", "rounding_error"]

UNIT = 2.0**-53  # relative error of one rounding
TINY = 2.0**-1074  # rounding error of a subnormal result
SHOWN = 10


@dataclass(frozen=True)
class Contribution:
    """The error in the result from rounding one node, or from the error of one leaf.

    Attributes
    ----------
    node : Value
        The node.
    name : str
        Its label, or its op and operands.
    value, adjoint : float
        Its number, and the derivative of the result with respect to it.
    error : float
        A bound on its own error, for exact operands.
    bound : float
        |adjoint| · error.
    """

    node: Value
    name: str
    value: float
    adjoint: float
    error: float

    @property
    def bound(self) -> float:
        """|adjoint| · error."""
        return effect(self.adjoint, self.error)


@dataclass(frozen=True, repr=False)
class RoundingBound:
    """A result, the bound on its error, and the contributions to it.

    Attributes
    ----------
    value : float
        The result.
    bound : float
        The first-order bound on its error: the sum of the contributions.
    contributions : tuple of Contribution
        The non-zero ones, largest first.
    """

    value: float
    bound: float
    contributions: tuple[Contribution, ...]

    @property
    def digits(self) -> float:
        """Number of correct decimal digits: log₁₀(|value| / bound), at least 0; inf if the result is exact."""
        if self.bound == 0.0:
            return math.inf
        if self.value == 0.0 or not math.isfinite(self.value) or not math.isfinite(self.bound):
            return 0.0
        return max(0.0, math.log10(abs(self.value)) - math.log10(self.bound))

    def __str__(self) -> str:
        trust = "exact" if self.bound == 0.0 else f"{self.digits:.1f} digits"
        rows: list[tuple[str, ...]] = [("node", "value", "adjoint", "own error", "contribution", "share")]
        for one in self.contributions[:SHOWN]:
            share = one.bound / self.bound if math.isfinite(self.bound) else math.nan
            numbers = (f"{x:.3g}" for x in (one.adjoint, one.error, one.bound))
            rows.append((one.name, f"{one.value:.6g}", *numbers, f"{share:.1%}"))
        lines = [f"{self.value!r} ± {self.bound:.2g} ({trust})", *(aligned(rows) if len(rows) > 1 else [])]
        if (more := len(self.contributions) - SHOWN) > 0:
            lines.append(f"… and {more} more")
        return "\n".join(lines)

    __repr__ = __str__


def rounding_error(output: Value, error: ByLeaf | None = None) -> RoundingBound:
    """Bound the rounding error of a recorded result, to first order, and name the nodes that contribute most.

    Each node contributes |adjoint| · (the bound on its op's own error, as its row states); a cancellation appears as
    earlier rounding whose adjoint is large relative to the result. Products of two errors are neglected: where the
    result depends on a node that is nearly all error (a difference that is exactly 0, a quotient of noise), the bound
    is too small. Leaves and constants count as exact unless given in `error`, and functions given to `custom_gradient`
    as accurate to 4 ulp.

    Parameters
    ----------
    output : Value
        The result.
    error : mapping of Value or label to float
        Bounds on the errors of leaves, as in `sensitivity`: 0.0005 for a number given to three decimals.

    Returns
    -------
    RoundingBound
        Its `str` is a table.

    Raises
    ------
    TypeError
        If the output isn't a Value.
    ValueError
        If a name isn't that of exactly one leaf, or an error is negative.

    Examples
    --------
    1 − cos x loses half its digits at 1e-4, all to the rounding of the cosine:

    >>> import autograd as ag
    >>> x = Value(1e-4, label="x")
    >>> cosine = ag.cos(x)
    >>> cosine.label = "cos x"
    >>> found = rounding_error(1.0 - cosine)
    >>> found.contributions[0].name, 6 < found.digits < 9
    ('cos x', True)
    >>> rounding_error(x * 2.0, {"x": 1e-6}).contributions[0].name
    'x'
    """
    if not isinstance(output, Value):
        raise TypeError(f"rounding_error: needs a Value, got {output!r} ({type(output).__name__})")
    nodes = topological(output)
    below = [node for node in nodes if not node.op]
    given = leaf_numbers("rounding_error", "the error", error, below)
    adjoints = pull([(output, 1.0)], nodes)
    found = [
        Contribution(node, _name(node), node.data, adjoint, own_error(node) if node.op else given.get(id(node), 0.0))
        for node, adjoint in zip(nodes, adjoints)
    ]
    ranked = sorted((one for one in found if one.bound > 0.0), key=lambda one: -one.bound)
    return RoundingBound(output.data, total(one.bound for one in ranked), tuple(ranked))


def own_error(node: Value) -> float:
    """Return a bound on the error that a node's op makes for exact operands.

    Examples
    --------
    >>> own_error(Value(1.0) + 2.0) == 3.0 * 2.0**-53, own_error(-Value(1.0))
    (True, 0.0)
    """
    op, operands = TABLE[node.op], [x if isinstance(x, float) else x.data for x in node.operands]
    if op.rounding is not None:
        units = op.rounding(node.data, *operands)
        return units * UNIT + (TINY if units else 0.0)
    loose = max((error for low, high, error in op.loose if low <= operands[0] <= high), default=0.0)
    return max(2 * op.ulp * UNIT * abs(node.data), loose) + op.ulp * TINY


def _name(node: Value) -> str:
    if node.label or not node.op:
        return node.label or "a leaf"
    op, operands = TABLE[node.op], [_short(x) for x in node.operands]
    if op.arity is None:
        return f"{op.name}({', '.join(operands[:4])}{', …' if len(operands) > 4 else ''})"
    return op.text.format(**dict(zip(op.parameters, operands)))


def _short(operand: Value | float) -> str:
    return f"{operand:.6g}" if isinstance(operand, float) else operand.label or f"[{operand.op or 'leaf'}]"
