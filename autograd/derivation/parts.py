"""The parts of a derivation before it is printed: lines of terms of factors, each with its value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from autograd.formula.tree import Formula

__all__ = ["Contents", "Factor", "Line", "Term", "Update"]


@dataclass(frozen=True)
class Factor:
    """One factor ∂numerator/∂denominator.

    Attributes
    ----------
    numerator, denominator : str
        The names of steps.
    value : float
        Its number.
    """

    numerator: str
    denominator: str
    value: float
    _write: Callable[[], Formula] | None = field(default=None, repr=False, compare=False)

    @property
    def formula(self) -> Formula | None:
        """The derivative as a formula of step names; None if it has its own line."""
        return self._write() if self._write else None

    @property
    def referred(self) -> bool:
        """Whether it is written on its own line."""
        return self._write is None


@dataclass(frozen=True)
class Term:
    """A product of factors along one path."""

    factors: tuple[Factor, ...]
    value: float


@dataclass(frozen=True)
class Line:
    """One derivative, ∂numerator/∂denominator, as a sum of products.

    `total` means that the numerator also uses the denominator directly, so that the whole is written d/d and the direct
    part ∂/∂.
    """

    numerator: str
    denominator: str
    terms: tuple[Term, ...]
    value: float
    total: bool = False


@dataclass(frozen=True)
class Update:
    """One step of gradient descent, name ← before − rate · slope; `after` is None without a rate."""

    name: str
    before: float
    slope: float
    after: float | None


@dataclass(frozen=True)
class Contents:
    """The contents of a derivation."""

    lines: tuple[Line, ...]
    inner: tuple[Line, ...]
    updates: tuple[Update, ...]
    rate: float | None
    numbers: Mapping[str, float]
    definitions: Mapping[str, Formula]
