"""Sources of random numbers: a seed, a generator, or the one that modules without a seed share."""

from __future__ import annotations

import random
from typing import TypeAlias

from nn._common.checks import shown

__all__ = ["Seed", "seed", "source"]

Seed: TypeAlias = int | random.Random | None

_shared = random.Random(0)


def seed(number: int) -> None:
    """Seed the generator from which modules and initialisers made without a seed of their own draw.

    A program that doesn't call it starts as after `seed(0)`, so that it gives the same numbers each time it runs.

    Raises
    ------
    TypeError
        If it isn't a whole number.

    Examples
    --------
    >>> import nn
    >>> nn.seed(0)
    >>> first, second = nn.Linear(3, 1), nn.Linear(3, 1)
    >>> first.state_dict() == second.state_dict()
    False
    >>> nn.seed(0)
    >>> nn.Linear(3, 1).state_dict() == first.state_dict()
    True
    """
    _shared.seed(_whole(number))


def source(given: Seed) -> random.Random:
    """Return a generator as it is, one that a seed starts, or for None the shared one."""
    if given is None:
        return _shared
    return given if isinstance(given, random.Random) else random.Random(_whole(given))


def _whole(given: object) -> int:
    if isinstance(given, bool) or not hasattr(type(given), "__index__"):
        raise TypeError(f"seed must be a whole number or a random.Random, got {shown(given)}")
    return int(given)  # type: ignore[call-overload, no-any-return]
