"""`ag.compile`, for recorded graphs and for functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, overload

from autograd.compiler.function import Function
from autograd.compiler.program import Program
from autograd.compiler.record.observing import recordings_of
from autograd.compiler.record.tape import record
from autograd.engine import modes
from autograd.engine.backend import Value
from autograd.engine.graph import topological

__all__ = ["compile", "compile_graph"]

P = ParamSpec("P")


def compile_graph(outputs: Any, inputs: Sequence[Value] | None) -> Program:
    """Compile a recorded graph; see `compile`."""
    single = isinstance(outputs, Value)
    roots = [outputs] if single else _values("outputs", outputs)
    leaves = _values("inputs", [] if inputs is None else inputs)
    with modes.unobserved():
        below = topological(*roots)
        recordings = recordings_of(below)
        guarded = [recording.guards() for recording in recordings]
        observed = {id(leaf) for _, leaves_of in guarded for leaf in leaves_of}
        _check(roots, leaves, {id(node) for node in below if not node.op} | observed)
        tape, parameters = record(roots, leaves, (), guarded)
        states = [state for recording in recordings for state in recording.states]
    return Program(tape, parameters, single, states=states)


def _values(what: str, given: Any) -> list[Value]:
    if isinstance(given, (str, bytes, Value)) or not hasattr(type(given), "__iter__"):
        raise TypeError(f"compile: {what} must be a sequence of Values, got {given!r:.60} ({type(given).__name__})")
    values = list(given)
    for i, value in enumerate(values):
        if not isinstance(value, Value):
            raise TypeError(
                f"compile: {what}[{i}] must be a Value, which remembers what it depends on, "
                f"got {value!r:.60} ({type(value).__name__})"
            )
    if what == "outputs" and not values:
        raise ValueError("compile: outputs must be at least one Value, got none")
    return values


def _check(roots: list[Value], leaves: list[Value], below: set[int]) -> None:
    seen: set[int] = set()
    for i, root in enumerate(roots):
        if root._forgotten and all(root is not leaf for leaf in leaves):
            raise ValueError(
                f"compile: outputs[{i}] was computed inside no_grad(), which records nothing to replay, got {root!r}; "
                "compute it outside of the block"
            )
    for i, leaf in enumerate(leaves):
        if leaf.op:
            raise ValueError(f"compile: inputs[{i}] must be a leaf, got a result of {leaf.op}, {leaf!r}")
        if id(leaf) in seen:
            raise ValueError(f"compile: inputs[{i}] is repeated, got {leaf!r}")
        if id(leaf) not in below:
            raise ValueError(f"compile: inputs[{i}] isn't in the graph of the outputs, got {leaf!r}")
        seen.add(id(leaf))
    for i, root in enumerate(roots):
        if not root.op and id(root) not in seen:
            raise ValueError(f"compile: outputs[{i}] depends on nothing: it is a leaf, got {root!r}")


@overload
def compile(outputs: Callable[P, Any], inputs: None = None, *, vector: bool = False) -> Function[P]: ...


@overload
def compile(
    outputs: Value | Sequence[Value], inputs: Sequence[Value] | None = None, *, vector: bool = False
) -> Program: ...


def compile(outputs: Any, inputs: Sequence[Value] | None = None, *, vector: bool = False) -> Any:
    """Compile a recorded graph, so that it runs again without Python; or a function, as a decorator.

    A graph recorded outside `recording()` replays the branches taken then, whatever the arguments, because comparisons
    were not recorded. A function is recorded again for each branch.

    Parameters
    ----------
    outputs : Value, sequence of Value or callable
        The outputs to compute.
    inputs : sequence of Value
        The leaves that become arguments; all other leaves remain parameters, whose `data` each call reads.
    vector : bool
        For a function: array arguments are vectors, as for `ag.grad`, rather than one number per sample. A minimiser is
        called as ``minimize(ag.compile(ag.value_and_grad(f), vector=True), x0, jac=True)``.

    Returns
    -------
    Program or Function
        Can be called with numbers or arrays.

    Raises
    ------
    TypeError, ValueError
        If an output isn't a Value or depends on nothing, or an input isn't a leaf of the graph.

    Examples
    --------
    >>> import autograd as ag
    >>> x, w = ag.Value(2.0), ag.Value(3.0)
    >>> program = ag.compile((w * x).tanh(), inputs=[x])
    >>> round(program(0.1), 6)
    0.291313
    """
    if callable(outputs):
        if inputs is not None:
            raise TypeError("compile: a function's inputs are its arguments; inputs= is for recorded graphs")
        return Function(outputs, vector)
    if vector:
        raise TypeError("compile: vector= is for functions; a graph's inputs are single Values")
    return compile_graph(outputs, inputs)
