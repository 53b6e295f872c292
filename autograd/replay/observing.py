"""What Python asks of values while a graph is recorded: comparisons, and conversions to plain numbers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from autograd import modes
from autograd.core import Value
from autograd.graph import topological
from autograd.replay.record import Observation

__all__ = ["Recording", "observations_for", "recording"]

KEPT: Final = 8
"""How many recordings are remembered on behalf of graphs that aren't compiled yet."""


class Recording:
    """The questions asked inside one `recording()` block, in order, with the answers."""

    def __init__(self) -> None:
        self.observations: list[Observation] = []

    def observed(self, kind: str, value: Value, other: object, outcome: object) -> None:
        """Take note of a question and its answer."""
        self.observations.append((kind, value, other, outcome))


_recent: deque[Recording] = deque(maxlen=KEPT)


@contextmanager
def recording() -> Iterator[Recording]:
    """Remember the comparisons and conversions that Python makes of values inside the block.

    A program compiled from a graph that was recorded here raises `BranchChanged` where one of them would come out
    otherwise, instead of replaying the wrong branch. That covers `<`, `<=`, `>`, `>=`, `==`, `!=`, `bool(v)`,
    `float(v)`, `int(v)`, `round(v)`, `math.floor` and its like, and reading `v.data`. Compile inside the block or soon
    after: the 8 latest recordings are remembered, and told by the leaves that they share with the graph.

    Examples
    --------
    >>> import autograd as ag
    >>> x = ag.Value(2.0, label="x")
    >>> with ag.recording():
    ...     y = x * x if x > 1 else -x
    >>> program = ag.compile(y, inputs=[x])
    >>> program(3.0)
    9.0
    >>> program(0.5)
    Traceback (most recent call last):
        ...
    autograd.errors.BranchChanged: x > 1 was True when it was recorded and no longer is in sample 0 (x = 0.5); ...
    """
    kept = Recording()
    _recent.append(kept)
    with modes.recorded_by(kept):
        yield kept


def observations_for(roots: Sequence[Value], inputs: Sequence[Value], open_now: object) -> list[Observation]:
    """Return what was asked in the recordings that have a part in a graph: an open one, and those that share a node."""
    if not _recent:
        return []
    below = {id(node) for node in (*topological(*roots), *inputs)}
    found: list[Observation] = []
    for kept in _recent:
        asked = [x for _, value, other, _ in kept.observations for x in (value, other) if isinstance(x, Value)]
        if kept is open_now or any(id(node) in below for node in topological(*asked)):
            found += kept.observations
    return found


def _forget() -> None:
    """Drop all recordings, for tests."""
    _recent.clear()
