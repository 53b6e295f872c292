"""Timing: cases take turns, so that a temporary slowdown of the machine affects all of them."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

__all__ = ["Found", "Sampler", "Settings", "Times", "agreement", "alternate", "disagreement", "ours", "sample"]

TOLERANCE = 1e-9  # relative to the largest of the numbers compared
Times: TypeAlias = "dict[str, list[float]]"  # by case, seconds of a call, one number a round
Sampler: TypeAlias = "Callable[[float], float]"  # from the seconds to spend to the seconds a call takes


@dataclass(frozen=True)
class Settings:
    """The duration of measurements, and the peers.

    Attributes
    ----------
    rounds : int
        The number of turns of each case.
    seconds : float
        The duration of a turn; a call that takes longer is made once.
    cache : Path
        The cache folder of the peers' environments.
    peers : tuple of str
        Names of the packages to compare with.
    quick : bool
        Whether to skip slow cases, with fewer samples.
    """

    rounds: int
    seconds: float
    cache: Path
    peers: tuple[str, ...] = ()
    quick: bool = False


@dataclass
class Found:
    """Results of one section.

    Attributes
    ----------
    times : dict
        Maps a case to seconds of a call, one number per round.
    facts : dict
        Results other than times, by name.
    missing : dict
        Maps a peer, or a section and a peer, to the reason for missing figures.
    """

    times: Times = field(default_factory=dict)
    facts: dict[str, float] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def least(self, case: str) -> float:
        """Return the seconds of the best round; nan if there is none."""
        return min(self.times.get(case, []), default=math.nan)

    def median(self, case: str) -> float:
        """Return the seconds of the median round; nan if there is none."""
        found = self.times.get(case, [])
        return statistics.median(found) if found else math.nan

    def ratio(self, one: str, other: str) -> float:
        """Return the ratio of times of two cases, both by their best rounds; nan if unknown."""
        return self.least(one) / self.least(other)


def sample(run: Callable[[], Any], seconds: float) -> float:
    """Return the seconds of a call: the mean over calls that fill the given time, at least one."""
    start = time.perf_counter()
    run()
    once = time.perf_counter() - start
    if once >= seconds:
        return once
    repeats = int(seconds / once) + 1
    start = time.perf_counter()
    for _ in range(repeats):
        run()
    return (time.perf_counter() - start) / repeats


def ours(run: Callable[[], Any], units: int = 1) -> Sampler:
    """Return the sampler of a function in this process, of which each call does a given amount of work."""
    return lambda seconds: sample(run, seconds) / units


def alternate(samplers: Mapping[str, Sampler], settings: Settings, title: str) -> Times:
    """Sample each in turn, round by round, after one warm-up call."""
    from tqdm import tqdm  # not in the peers' environments

    for sampler in samplers.values():
        sampler(0.0)
    times: Times = {name: [] for name in samplers}
    for _ in tqdm(range(settings.rounds), desc=title, leave=False, disable=None):
        for name, sampler in samplers.items():
            times[name].append(sampler(settings.seconds))
    return times


def disagreement(found: Sequence[float], expected: Sequence[float]) -> float:
    """Return the largest difference relative to the largest expected; inf if lengths differ or one isn't finite.

    Examples
    --------
    >>> disagreement([1.0, 2.0], [1.0, 4.0])
    0.5
    """
    if len(found) != len(expected):
        return math.inf
    if not all(map(math.isfinite, found)):
        return math.inf
    off = max((abs(a - b) for a, b in zip(found, expected)), default=0.0)
    return off / (max(map(abs, expected), default=0.0) or 1.0)


def agreement(found: Mapping[str, Sequence[float]], expected: Mapping[str, Sequence[float]]) -> str:
    """Return what differs by more than 1e-9, "" if nothing does."""
    for name, numbers in expected.items():
        off = disagreement(found.get(name, []), numbers)
        if not off <= TOLERANCE:
            return f"{name}: off by {off:.1e}"
    return ""
