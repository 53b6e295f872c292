"""Sources of random numbers: a seed, a generator, or the generator shared by modules without a seed."""

from __future__ import annotations

import random
from typing import TypeAlias

from autograd._common.numbers import shown, whole_number

__all__ = ["Seed", "seed", "source"]

Seed: TypeAlias = int | random.Random | None

_shared = random.Random(0)


def seed(number: int) -> None:
    """Seed the generator that modules and initialisers use if they are given no seed.

    A program starts as after `seed(0)`, so that it gives the same numbers in each run.

    Raises
    ------
    TypeError
        If the seed isn't a whole number.

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
    """Return the given generator, a new one for a seed, or the shared one for None."""
    if given is None:
        return _shared
    return given if isinstance(given, random.Random) else random.Random(_whole(given))


def _whole(given: object) -> int:
    number = whole_number(given)
    if number is None:
        raise TypeError(f"seed must be a whole number or a random.Random, got {shown(given)}")
    return number
