"""What Python asks of values while a graph is recorded: comparisons, and conversions to plain numbers."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from autograd.compiler.record.tape import Observation, Tape, record
from autograd.engine import backend, modes
from autograd.engine.backend import Value
from autograd.engine.graph import topological
from autograd.errors import AutogradError

__all__ = ["Questions", "Recording", "recording"]

LOST: Final = {
    "grad": "`.grad` was read while the graph was recorded, and a replay can't follow it there",
    "gradients": "`gradients` gave floats while the graph was recorded, and a replay can't follow them; "
    "with create_graph=True it gives Values, which are part of the graph",
    "backward": "`backward` was called by the function, and a replay would leave it out; "
    "the compiled function itself has a `backward`",
    "set": "`.data` was set by the function, and a replay would leave it out; set it before the call",
}
"""What can't be known of a recording once it has happened, by what was observed."""

_numbers = itertools.count()

Questions = tuple[Tape, list[Value]]
"""What was asked, as a tape without outputs over live leaves: it keeps no computed node alive."""


class Recording:
    """The questions asked while a graph was recorded, with the answers.

    Every node made meanwhile is marked with its Recording as long as it lives, so that compiling finds the questions
    whatever part of the graph is left; a Recording that marks no living node is gone. Once it is closed it holds the
    questions as a table, over leaves, and no node.

    Parameters
    ----------
    outer : Recording, optional
        The one around it, which is told everything too.
    of_function : bool
        Whether side effects are lost: a graph's program needn't repeat `backward()` or what was set, functions do.
    """

    def __init__(self, outer: Recording | None = None, of_function: bool = False) -> None:
        self.number = next(_numbers)
        self.outer, self.of_function = outer, of_function
        self.observations: list[Observation] = []
        self.lost = ""
        self._asked: Questions | None = None
        self._parts: list[Recording] = []

    def observed(self, kind: str, value: Value, other: object, outcome: object) -> None:
        """Take note of a question and its answer."""
        if self._asked is not None:
            return
        if kind in LOST:
            if kind not in ("backward", "set") or self.of_function:
                self.lost = LOST[kind]
        else:
            self.observations.append((kind, value, other, outcome))
        if self.outer is not None:
            self.outer.observed(kind, value, other, outcome)

    def close(self) -> None:
        """Keep what was asked as a table, and let go of the nodes."""
        with modes.unobserved():
            self._parts = self._found_parts()
            self._asked = record([], [], self.observations)
        self.observations = []

    def questions(self) -> Questions:
        """Return what was asked so far."""
        return record([], [], self.observations) if self._asked is None else self._asked

    def parts(self) -> list[Recording]:
        """Return the recordings that what was asked was computed in, and the one around."""
        found = self._found_parts() if self._asked is None else self._parts
        return found if self.outer is None else [*found, self.outer]

    def _found_parts(self) -> list[Recording]:
        nodes = topological(*asked(self.observations))
        return [x for x in marks_of(nodes) if isinstance(x, Recording) and x is not self]


def asked(observations: Iterable[Observation]) -> list[Value]:
    """Return the Values that were asked about, or compared with."""
    return [x for _, value, other, _ in observations for x in (value, other) if isinstance(x, Value)]


def marks_of(nodes: list[Value]) -> set[Any]:
    """Return what the nodes are marked with: Recordings, sets of numbers of those open elsewhere, reasons to refuse."""
    marks: set[Any] = backend._twin._marks_of(nodes)
    return marks


def questions_of(nodes: Sequence[Value], own: Recording | None = None) -> list[Questions]:
    """Return what was asked in all recordings that had a part in a graph, besides `own`, whose questions are known.

    Raises
    ------
    AutogradError
        If it can't be known: a node is a copy, or was made in another thread while the graph was recorded, or what
        the graph depends on was read where no replay can follow.
    """
    marks = marks_of(list(nodes))
    found: dict[int, Recording] = {}
    waiting = [mark for mark in (*marks, own) if isinstance(mark, Recording)]
    while waiting:
        part = waiting.pop()
        if part.number not in found:
            found[part.number] = part
            waiting += part.parts()
    for mark in marks:
        if isinstance(mark, str):
            raise AutogradError(f"compile: {mark}")
        if isinstance(mark, frozenset) and not mark.isdisjoint(found):
            raise AutogradError(
                "compile: a part of the graph was made in another thread, while it was recorded in this one, and what "
                "was asked there isn't known; run it there with contextvars.copy_context().run"
            )
    for part in found.values():
        if part.lost:
            raise AutogradError(f"compile: {part.lost}")
    return [part.questions() for number, part in sorted(found.items()) if part is not own]


@contextmanager
def recording() -> Iterator[Recording]:
    """Remember the comparisons and conversions that Python makes of values inside the block.

    A program compiled from a graph that was recorded here raises `BranchChanged` where one of them would come out
    otherwise, instead of replaying the wrong branch. That covers `<`, `<=`, `>`, `>=`, `==`, `!=`, `bool(v)`,
    `float(v)`, `int(v)`, `round(v)`, `math.floor` and its like, and reading `v.data`, of any value: of the graph's,
    of others, of parameters; and so what builds on these: `max`, `sorted` and `in` of Python, functions of `math` and
    numpy on Values. Text is not followed: `f"{v:.2f}"`, `str(v)` and `repr(v)` are for people to read;
    nor are `local_derivatives`.

    Each node made inside carries the questions as long as it lives, those asked later in the block included, so a
    program may be compiled at any time from any part of the graph. Blocks may be nested: what is asked in the inner is
    asked in the outer, too. A block covers its own thread and asyncio task; a part of the graph that another thread
    made meanwhile makes `compile` refuse, unless that ran in `contextvars.copy_context()`. So does a copy of a node
    that was made inside, and `.grad` or `gradients` in floats read inside. What was computed outside of every block
    has no questions: a leaf that was chosen by a comparison, and used in nodes made outside, is replayed as chosen.

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
    around = modes.recorder()
    kept = Recording(around if isinstance(around, Recording) else None)
    try:
        with modes.recorded_by(kept):
            yield kept
    finally:
        kept.close()
