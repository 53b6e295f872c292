"""Modes that apply inside a `with` block: `no_grad`, `detect_anomaly`, groups, recording for replay.

A mode belongs to its context (thread or asyncio task). `active` counts the blocks open anywhere: while there are none,
a backend's hot path tests one integer.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from autograd.engine import anomaly
from autograd.engine.node import Node
from autograd.errors import AutogradError, GradientError

if TYPE_CHECKING:
    from contextlib import _GeneratorContextManager
    from typing import TypeAlias

    Block: TypeAlias = _GeneratorContextManager[None]  # usable with `with` and as a decorator

__all__ = ["detect_anomaly", "group", "no_grad", "strict"]

active = 0
elsewhere: frozenset[int] | None = None
"""Numbers of the recordings open in any context: the mark of nodes made outside them."""
listeners: list[Callable[[int, frozenset[int] | None], None]] = []  # the C backend keeps its own copy of these two

COPY = (
    "a part of the graph is a copy of one that was recorded, which a replay can't tell from a parameter; "
    "compute with the original"
)
"""The mark of a copied or unpickled node whose original has one."""

_forgetting: ContextVar[bool] = ContextVar("autograd_no_grad", default=False)
_detecting: ContextVar[bool] = ContextVar("autograd_detect_anomaly", default=False)
_strict: ContextVar[bool] = ContextVar("autograd_strict", default=False)
_recorder: ContextVar[Recorder | None] = ContextVar("autograd_recorder", default=None)
_grouping: ContextVar[str | None] = ContextVar("autograd_group", default=None)
_lock = threading.Lock()
_blocks = itertools.count(2)  # numbers of blocks that listen to observations, negated: those from 0 are recordings'
_open: dict[int, Recorder] = {}  # those of all threads, by number

Outcome = TypeVar("Outcome")
AnyNode = TypeVar("AnyNode", bound=Node)


class Recorder(Protocol):
    """A recording for replay, which is notified of observations; nodes made under it are marked with it."""

    number: int

    def observed(self, kind: str, value: Any, other: object, outcome: object) -> None:
        """Handle an observation of a value's number, on which Python code may branch."""

    def observed_elsewhere(self, kind: str, value: Any, other: object, outcome: object) -> None:
        """Handle an observation in another thread, which may belong to this recording."""

    def depends_on(self, name: str, read: Callable[[], object]) -> None:
        """Handle plain Python state that the recorded values depend on."""


def _change_active(by: int, opened: int | None = None, closed: int | None = None) -> None:
    global active, elsewhere
    with _lock:
        active += by
        if opened is not None or closed is not None:
            numbers = ((elsewhere or frozenset()) | {opened}) - {closed, None}
            elsewhere = frozenset(x for x in numbers if x is not None) or None
        for listener in listeners:
            listener(active, elsewhere)


@contextmanager
def _on(mode: ContextVar[bool]) -> Iterator[None]:
    if mode is _forgetting and recorder() is not None:
        raise AutogradError(
            "no_grad: can't be opened while a graph is recorded for replay, which would miss its values"
        )
    _change_active(+1)
    token = mode.set(True)
    try:
        yield
    finally:
        mode.reset(token)
        _change_active(-1)


def no_grad() -> Block:
    """Record nothing inside the block: results are leaves without parents.

    Examples
    --------
    >>> import autograd as ag
    >>> x = ag.Value(3.0)
    >>> with ag.no_grad():
    ...     y = x * x
    >>> y.data, y.parents
    (9.0, ())
    """
    return _on(_forgetting)


def detect_anomaly() -> Block:
    """Raise inside the block at the first op that produces nan or inf, forward or backward.

    If `backward()` raises, all gradients are left unchanged.

    Raises
    ------
    AnomalyError
        It names the op, its label if any, and its operands with labels and values.

    Examples
    --------
    >>> import autograd as ag
    >>> x = ag.Value(0.0, label="x")
    >>> with ag.detect_anomaly():
    ...     ag.log(x)
    Traceback (most recent call last):
        ...
    autograd.errors.AnomalyError: log made -inf of x = 0.0
    """
    return _on(_detecting)


CONVERSIONS = frozenset({"float", "int", "round", "trunc", "floor", "ceil"})
"""Attributes that take a number out of the graph without being observed."""


@contextmanager
def strict() -> Iterator[None]:
    """Raise inside the block when a Value is converted to a plain number, which loses its derivative.

    Conversions are `float(x)`, `int(x)`, `round(x)`, and callers of these: functions of `math` and `statistics`,
    `np.asarray(values, dtype=float)`, assignment into an array of floats. Comparisons, `x.data`, `x.detach()` and
    formatting remain allowed, as do functions passed as derivatives (`custom_gradient`, `op`).

    Outside such a block there is no warning, because a float that `float(x)` returned can't be distinguished from any
    other when it enters a graph again.

    Raises
    ------
    GradientError
        At the conversion; it names the conversion and the value.

    Examples
    --------
    >>> import math
    >>> import autograd as ag
    >>> x = ag.Value(2.0, label="x")
    >>> with ag.strict():
    ...     math.exp(x) * x
    Traceback (most recent call last):
        ...
    autograd.errors.GradientError: float(x) takes a number out of the graph, and derivatives with it; ...
    """
    number = -next(_blocks)
    _change_active(+1, opened=number)
    token = _strict.set(True)
    try:
        yield
    finally:
        _strict.reset(token)
        _change_active(-1, closed=number)


def refuse_forgotten(node: Node, what: str = "backward") -> None:
    """Raise if a derivative of a node made inside `no_grad` is requested."""
    raise GradientError(
        f"{what}: {node.label or 'the value'} was computed inside no_grad(), which records nothing, so that no "
        "derivative can be computed; compute it outside of the block",
        label=node.label,
    )


@contextmanager
def group(name: str) -> Iterator[None]:
    """Group the values computed inside the block under a name that pictures show.

    Nested groups are named "outer/inner". A leaf belongs to the group of the nodes that use it. Code outside such
    blocks is not slowed down.

    Parameters
    ----------
    name : str
        Not empty.

    Raises
    ------
    TypeError
        If the name isn't a str.
    ValueError
        If it is empty.

    Examples
    --------
    >>> import autograd as ag
    >>> x, w = ag.values(x=1.0, w=0.5)
    >>> with ag.group("encoder"):
    ...     code = ag.tanh(w * x)
    >>> ag.draw((code - x) ** 2, collapse="neuron")
    <Drawing of 6 values in 3 boxes>
    """
    if not isinstance(name, str):
        raise TypeError(f"group: name must be a str, got {name!r} ({type(name).__name__})")
    if not name:
        raise ValueError("group: name must not be empty")
    outer = _grouping.get()
    _change_active(+1)
    token = _grouping.set(f"{outer}/{name}" if outer else str.__str__(name))
    try:
        yield
    finally:
        _grouping.reset(token)
        _change_active(-1)


def group_here() -> str | None:
    """Return the name of the group open in this context, or None."""
    return _grouping.get()


def recorded(node: AnyNode) -> AnyNode:
    """Process a new node according to the modes of this context; backends call it while a mode is on."""
    if _detecting.get() and not observed_finite(node):
        with unobserved():
            raise anomaly.made_by(node)
    return node.detach() if _forgetting.get() and not node._forgotten else node


def observed_finite(node: Node) -> bool:
    """Return whether a node's number is finite, as an observation: `detect_anomaly` branches on it."""
    return observed("finite", node, None, math.isfinite(number(node)))


def mark() -> object:
    """Return the mark for a node made now: the recording of this context, or those open elsewhere."""
    return _recorder.get() or elsewhere


def observed(kind: str, value: Node, other: object, outcome: Outcome) -> Outcome:
    """Report the outcome of an observation of a value's number; the Python backend calls it while something records.

    An observation in a thread other than the value's is reported to the recording in which the value was made.
    """
    recording = _recorder.get()
    if _strict.get() and kind in CONVERSIONS and recording is not _NOBODY:
        raise GradientError(
            f"{kind}({value.label or repr(value)}) takes a number out of the graph, and derivatives with it; compute "
            "with the functions of this package (ag.exp, not math.exp), or read x.data where a constant is meant",
            label=value.label,
        )
    witness = recording or getattr(value, "_mark", None)
    if witness is not None and hasattr(witness, "observed"):
        witness.observed(kind, value, other, outcome)
    else:
        observed_elsewhere(kind, value, other, outcome)
    return outcome


def observed_elsewhere(kind: str, value: Node, other: object, outcome: object) -> None:
    """Report an observation made where nothing is recorded: a recording in another thread may depend on it."""
    for found in [*_open.values()]:
        found.observed_elsewhere(kind, value, other, outcome)


def depends_on(name: str, read: Callable[[], object]) -> None:
    """Tell a recorder about plain state that values computed here depend on, such as a module's training flag.

    Parameters
    ----------
    name : str
        The name in error messages.
    read : callable
        Returns the current state, as an object that supports `==`.
    """
    found = recorder() if active else None
    if found is not None:
        found.depends_on(name, read)


def number(value: Node) -> float:
    """Return a value's data without an observation, for numbers that become part of the graph."""
    if not active:
        return value.data
    with unobserved():
        return value.data


def recorder() -> Recorder | None:
    """Return the recorder of this context, or None."""
    found = _recorder.get()
    return None if found is _NOBODY else found


@contextmanager
def recorded_by(recorder: Recorder) -> Iterator[None]:
    """Notify `recorder` of observations in this context, and keep the graph even inside `no_grad`."""
    _open[recorder.number] = recorder
    _change_active(+1, opened=recorder.number)
    token, kept = _recorder.set(recorder), _forgetting.set(False)
    try:
        yield
    finally:
        _forgetting.reset(kept)
        _recorder.reset(token)
        _open.pop(recorder.number, None)
        _change_active(-1, closed=recorder.number)


class _Nobody:
    """A recorder that ignores the package's own observations."""

    number = -1

    def observed(self, kind: str, value: Any, other: object, outcome: object) -> None:
        """Do nothing."""

    def observed_elsewhere(self, kind: str, value: Any, other: object, outcome: object) -> None:
        """Do nothing."""

    def depends_on(self, name: str, read: Callable[[], object]) -> None:
        """Do nothing."""


_NOBODY = _Nobody()


@contextmanager
def unobserved() -> Iterator[None]:
    """Read values without notifying a recorder."""
    token = _recorder.set(_NOBODY)
    try:
        yield
    finally:
        _recorder.reset(token)


def detecting() -> bool:
    """Return whether anomaly detection is on in this context."""
    return active > 0 and _detecting.get()


@contextmanager
def suspended() -> Iterator[None]:
    """Make nodes regardless of modes: copying or loading a graph computes nothing."""
    forgotten, detected, grouped = _forgetting.set(False), _detecting.set(False), _grouping.set(None)
    try:
        yield
    finally:
        _grouping.reset(grouped)
        _detecting.reset(detected)
        _forgetting.reset(forgotten)


def inspect_backward(root: Node) -> None:
    """Raise if this context detects anomalies and a sweep from `root` would make nan or inf; change nothing.

    A recorder is notified that gradients were written, which is not part of a graph.
    """
    observed("backward", root, None, None)
    if _detecting.get():
        with unobserved():
            anomaly.inspect_sweep([(root, 1.0)], None)


def inspector() -> anomaly.Inspect | None:
    """Return the function to call with each edge of a sweep, which raises at nan or inf; None if detection is off."""
    return anomaly.inspect_edge if active and _detecting.get() else None
