"""Observations: comparisons and conversions that Python makes of values while a graph is recorded."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from autograd.compiler.record.state import State
from autograd.compiler.record.tape import Observation, Tape, record
from autograd.engine import backend, hooks, modes
from autograd.engine.backend import Value
from autograd.engine.graph import topological
from autograd.errors import AutogradError

__all__ = ["Questions", "Recording", "recording", "refuse_hooks"]

LOST: Final = {
    "grad": "`.grad` was read while the graph was recorded, and a replay can't follow it there",
    "gradients": "`gradients` gave floats while the graph was recorded, and a replay can't follow them; "
    "with create_graph=True it gives Values, which are part of the graph",
    "backward": "`backward` was called by the function, and a replay would leave it out; "
    "the compiled function itself has a `backward`",
    "set": "`.data` was set by the function, and a replay would leave it out; set it before the call",
}
"""What can't be known of a recording once it has happened, by what was observed."""

ELSEWHERE: Final = (
    "a value that was computed in another thread was asked there while the graph was recorded in this one, which no "
    "guard can follow; run it there with contextvars.copy_context().run"
)

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
        self.states: list[State] = []
        self.foreign: list[Value] = []  # leaves of what was computed and asked in other threads
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
            self.observations += _exactly(kind, value, other, outcome)
        if self.outer is not None:
            self.outer.observed(kind, value, other, outcome)

    def observed_elsewhere(self, kind: str, value: Value, other: object, outcome: object) -> None:
        """Take note of what was asked in another thread: of a leaf as if here; of what was computed, of its leaves."""
        computed = [x for x in (value, other) if isinstance(x, Value) and x.op]
        if not computed:
            self.observed(kind, value, other, outcome)
        elif kind not in LOST and self._asked is None:
            self.foreign += [x for x in topological(*computed) if not x.op]

    def depends_on(self, name: str, read: Callable[[], object]) -> None:
        """Take note of plain state that what is recorded depends on."""
        self.states.append(State(name, read))
        if self.outer is not None:
            self.outer.depends_on(name, read)

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


def _exactly(kind: str, value: Value, other: Any, outcome: Any) -> list[Observation]:
    """Return an observation with a double in place of what no double is; none where it is the same for all numbers."""
    if kind == "round" and not math.isfinite(outcome):
        return [("float", value, None, float(outcome))]
    if kind == "round" or not isinstance(other, int) or isinstance(other, bool):
        return [(kind, value, other, outcome)]
    try:
        nearest = float(other)
    except OverflowError:
        nearest = math.inf if other > 0 else -math.inf
    if nearest == other:
        return [(kind, value, nearest, outcome)]
    if kind in ("==", "!="):
        return []
    below = nearest < other  # then x < other means x <= nearest
    return [((kind[0] + "=" if (kind[0] == "<") == below else kind[0]), value, nearest, outcome)]


def asked(observations: Iterable[Observation]) -> list[Value]:
    """Return the Values that were asked about, or compared with."""
    return [x for _, value, other, _ in observations for x in (value, other) if isinstance(x, Value)]


def marks_of(nodes: list[Value]) -> set[Any]:
    """Return what the nodes are marked with: Recordings, sets of numbers of those open elsewhere, reasons to refuse."""
    marks: set[Any] = backend._twin._marks_of(nodes)
    return marks


def recordings_of(nodes: Sequence[Value], own: Recording | None = None) -> list[Recording]:
    """Return all recordings that had a part in a graph, `own` among them, in the order in which they were opened.

    Raises
    ------
    AutogradError
        If it can't be known: a node is a copy, or was made in another thread while the graph was recorded, or what
        the graph depends on was read where no replay can follow.
    """
    refuse_hooks(nodes)
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
    here = {*map(id, nodes)} if any(part.foreign for part in found.values()) else set()
    for part in found.values():
        if part.lost:
            raise AutogradError(f"compile: {part.lost}")
        if any(id(leaf) in here for leaf in part.foreign):
            raise AutogradError(f"compile: {ELSEWHERE}")
    return [part for _, part in sorted(found.items())]


def refuse_hooks(nodes: Sequence[Value]) -> None:
    """Raise if one of the nodes has a gradient hook, which a replay doesn't call."""
    for node in nodes if hooks.alive else ():
        if hooks.has_hooks(node):
            raise AutogradError(
                f"compile: {node.label or repr(node)} has a gradient hook, which a replay would leave out; remove the "
                "hook, or compute eagerly"
            )


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
