"""Observations: comparisons and conversions of Values by Python code while a graph is recorded."""

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

__all__ = ["GuardTape", "Recording", "recording", "refuse_hooks"]

NOT_REPLAYABLE: Final = {
    "grad": "`.grad` was read while the graph was recorded, and a replay can't follow it there",
    "gradients": "`gradients` gave floats while the graph was recorded, and a replay can't follow them; "
    "with create_graph=True it gives Values, which are part of the graph",
    "backward": "`backward` was called by the function, and a replay would omit it; "
    "the compiled function itself has a `backward`",
    "set_grad": "`.grad` was set by the function, and a replay would omit it; set it before the call",
    "set": "`.data` was set by the function, and a replay would omit it; set it before the call",
}
"""Kinds of observation that no guard can express, with the reason given when the graph is compiled."""

ELSEWHERE: Final = (
    "a value that was computed in another thread was compared or converted there while the graph was recorded in this "
    "one, which no guard can follow; run it there with contextvars.copy_context().run"
)

_numbers = itertools.count()

GuardTape = tuple[Tape, list[Value]]
"""A tape with guards and no outputs, and its leaves: it keeps no computed node alive."""


class Recording:
    """The observations made while a graph is recorded.

    Each node created meanwhile keeps a reference to its Recording, so that `compile` finds the observations from any
    part of the graph; a Recording is freed with the last of its nodes. Closing it converts the observations to guards
    over leaves and releases all other nodes.

    Parameters
    ----------
    outer : Recording, optional
        The enclosing Recording, which receives all observations too.
    of_function : bool
        Whether calls of `backward` and assignments to `data` invalidate the recording. They do when a function is
        compiled, because its replay would omit them.
    reached : set of int, optional
        The ids of the leaves of which observations in other threads count: a thread that has nothing to do with this
        recording may observe any other. By default, all leaves.
    """

    def __init__(
        self, outer: Recording | None = None, of_function: bool = False, reached: set[int] | None = None
    ) -> None:
        self.number = next(_numbers)
        self.outer, self.of_function = outer, of_function
        self.observations: list[Observation] = []
        self.invalid = ""  # the reason why it can't be compiled
        self.states: list[State] = []
        self.foreign: list[Value] = []  # leaves of values observed in other threads
        self._guards: GuardTape | None = None  # set when closed
        self._parts: list[Recording] = []
        self._reached = reached
        self.strays: list[tuple[str, Value, object, object]] = []

    def observed(self, kind: str, value: Value, other: object, outcome: object) -> None:
        """Add an observation."""
        if self._guards is not None:
            return
        if kind in NOT_REPLAYABLE:
            if kind not in ("backward", "set", "set_grad") or self.of_function:
                self.invalid = NOT_REPLAYABLE[kind]
        else:
            self.observations += _exactly(kind, value, other, outcome)
        if self.outer is not None:
            self.outer.observed(kind, value, other, outcome)

    def observed_elsewhere(self, kind: str, value: Value, other: object, outcome: object) -> None:
        """Add an observation made in another thread: of a leaf as usual; for a computed node, note its leaves."""
        if kind in NOT_REPLAYABLE:
            return  # another thread's training
        computed = [x for x in (value, other) if isinstance(x, Value) and x.op]
        if not computed and self._concerns(value, other):
            self.observed(kind, value, other, outcome)
        elif not computed:
            self.strays.append((kind, value, other, outcome))
        elif self._guards is None:
            self.foreign += [x for x in topological(*computed) if not x.op]

    def _concerns(self, *values: object) -> bool:
        return self._reached is None or any(id(x) in self._reached for x in values if isinstance(x, Value))

    def graph_is(self, nodes: Iterable[Value]) -> None:
        """Add the observations made by other threads of leaves of this graph, and of no other leaf."""
        self._reached, strays, self.strays = {*map(id, nodes)}, self.strays, []
        for kind, value, other, outcome in strays:
            if self._concerns(value, other):
                self.observed(kind, value, other, outcome)

    def depends_on(self, name: str, read: Callable[[], object]) -> None:
        """Add plain Python state on which the recorded graph depends."""
        self.states.append(State(name, read))
        if self.outer is not None:
            self.outer.depends_on(name, read)

    def close(self) -> None:
        """Convert the observations to guards, and release the nodes."""
        with modes.unobserved():
            self._parts = self._found_parts()
            self._guards = record([], [], self.observations)
        self.observations = []

    def guards(self) -> GuardTape:
        """Return the observations made so far, as guards."""
        return record([], [], self.observations) if self._guards is None else self._guards

    def parts(self) -> list[Recording]:
        """Return the recordings in which the observed values were computed, and the enclosing one."""
        found = self._found_parts() if self._guards is None else self._parts
        return found if self.outer is None else [*found, self.outer]

    def _found_parts(self) -> list[Recording]:
        nodes = topological(*observed_values(self.observations))
        return [x for x in notes_of(nodes) if isinstance(x, Recording) and x is not self]


def _exactly(kind: str, value: Value, other: Any, outcome: Any) -> list[Observation]:
    """Return an observation whose second operand is a double; none if the outcome is always the same."""
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


def observed_values(observations: Iterable[Observation]) -> list[Value]:
    """Return the Values that were compared or converted."""
    return [x for _, value, other, _ in observations for x in (value, other) if isinstance(x, Value)]


def notes_of(nodes: list[Value]) -> set[Any]:
    """Return the marks of nodes: Recordings, numbers of Recordings open in other threads, reasons not to compile."""
    notes: set[Any] = backend._module._marks_of(nodes)
    return notes


def recordings_of(nodes: Sequence[Value], own: Recording | None = None) -> list[Recording]:
    """Return all recordings in which a graph was made, including `own`, in the order in which they were opened.

    Raises
    ------
    AutogradError
        If the observations are incomplete, because a node is a copy or was created in another thread during the
        recording; or if one of them can't be expressed as a guard.
    """
    refuse_hooks(nodes)
    notes = notes_of(list(nodes))
    found: dict[int, Recording] = {}
    waiting = [note for note in (*notes, own) if isinstance(note, Recording)]
    while waiting:
        part = waiting.pop()
        if part.number not in found:
            found[part.number] = part
            waiting += part.parts()
    for note in notes:
        if isinstance(note, str):
            raise AutogradError(f"compile: {note}")
        if isinstance(note, frozenset) and not note.isdisjoint(found):
            raise AutogradError(
                "compile: a part of the graph was made in another thread while it was recorded in this one, and "
                "comparisons made there aren't known; run it there with contextvars.copy_context().run"
            )
    here = {*map(id, nodes)} if any(part.foreign for part in found.values()) else set()
    for part in found.values():
        if part.invalid:
            raise AutogradError(f"compile: {part.invalid}")
        if any(id(leaf) in here for leaf in part.foreign):
            raise AutogradError(f"compile: {ELSEWHERE}")
    return [part for _, part in sorted(found.items())]


def refuse_hooks(nodes: Sequence[Value]) -> None:
    """Raise if a node has a gradient hook, which a replay doesn't call."""
    for node in nodes if hooks.alive else ():
        if hooks.has_hooks(node):
            raise AutogradError(
                f"compile: {node.label or repr(node)} has a gradient hook, which a replay would not call; remove the "
                "hook, or compute eagerly"
            )


@contextmanager
def recording() -> Iterator[Recording]:
    """Record the comparisons and conversions of Values made inside the block, as guards of programs compiled from it.

    A program compiled from a graph recorded here raises `BranchChanged` if one of them would have another outcome,
    instead of replaying the wrong branch. That covers `<`, `<=`, `>`, `>=`, `==`, `!=`, `bool(v)`, `float(v)`,
    `int(v)`, `round(v)`, `math.floor` and similar, and reading `v.data`, of any value: of the graph, of others, of
    parameters; and whatever uses these: `max`, `sorted` and `in` of Python, functions of `math` and numpy on Values.
    Formatting is not observed: `f"{v:.2f}"`, `str(v)` and `repr(v)` are meant for reading; neither are
    `local_derivatives`.

    Each node created inside keeps the observations of the whole block alive, so a program may be compiled at any time
    from any part of the graph. Blocks may be nested: observations of an inner block belong to the outer one too. A
    block covers its own thread and asyncio task. `compile` rejects a graph partly created by another thread in the
    meantime, unless that ran in `contextvars.copy_context()`; a copy of a node created inside; and a block inside
    which `.grad` or floats from `gradients` were read. A graph created outside every block has no guards: a leaf
    selected by a comparison, and used in nodes created outside, is replayed as selected.

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
