"""Forward and reverse sweeps over a recorded graph, in floats or in Values that can be differentiated again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import chain
from operator import attrgetter
from typing import Any, Final, TypeAlias

from autograd.derivatives.over_values import JointRules, add, masked, mul, slopes
from autograd.engine import backend, hooks, modes
from autograd.engine.anomaly import inspect_sweep
from autograd.engine.backend import Value
from autograd.engine.backward import UNREACHED, computed, sweep
from autograd.engine.graph import topological, topological_by
from autograd.engine.node import Node
from autograd.ops import TABLE

__all__ = [
    "Visited", "active", "all_moderate", "depends_on_others", "derivatives", "directional", "directional_graph",
    "gradient_alone", "in_c", "is_traced", "jacobian_of", "moves", "pull", "pull_graph", "push", "tracing",
]  # fmt: skip

LARGE: Final = 2.0**256

Pairs = Sequence[tuple[Value, Any]]  # nodes, each with a seed or tangent


def in_c() -> Any:
    """Return the C core, whose sweeps are faster; None if it isn't in use or a mode needs to see each step."""
    return backend._module if backend.CORE == "c" and not modes.active else None


def active(outputs: Iterable[Value], inputs: Iterable[Value], cut: bool = False) -> tuple[list[Value], set[int]]:
    """Return the nodes below the outputs that depend on an input, operands first and inputs included, and their ids.

    With `cut` the inputs are where the graph begins: an input computed from another doesn't depend on it.
    """
    ids = {id(x) for x in inputs}
    nodes = []
    order = _above(outputs, set(ids)) if cut else topological(*outputs)
    for node in order:
        if id(node) in ids:
            nodes.append(node)
            continue
        for parent in node.parents:
            if id(parent) in ids:
                ids.add(id(node))
                nodes.append(node)
                break
    if cut and (levels := _visited.get()):
        levels[0][0].visit(node for node in order if id(node) not in ids)
    return nodes, ids


class Visited:
    """Nodes that sweeps inside a function being differentiated have visited, each with the time of its first visit.

    A node visited before an input was made doesn't depend on that input: a sweep down to the input needn't go below
    it. So the sweeps of many inner derivatives visit the graph around them once, not each time. Nodes that depend on
    the inputs of the sweep are left out, so that the graph of an inner derivative is freed with its result. What is
    below a visited node was visited, too: if an input is a leaf that wasn't, no visited node depends on it.

    Parameters
    ----------
    around : Visited, optional
        That of the function around this one, all of whose inputs were made before those of this one.
    """

    def __init__(self, around: Visited | None = None) -> None:
        self.outer: Levels = () if around is None else ((around, around.time), *around.outer)
        self.times: dict[Value, int] = {}
        self.time: int = 0  # the number of inputs made so far
        self.made: dict[int, int] = {}  # when inputs were made, by id

    def make(self, inputs: Iterable[Value]) -> None:
        """Note that inputs are made now."""
        self.time += 1
        self.made.update(dict.fromkeys(map(id, inputs), self.time))

    def visit(self, nodes: Iterable[Value]) -> None:
        """Note that nodes are visited now."""
        for node in nodes:
            self.times.setdefault(node, self.time)

    @contextmanager
    def before(self, inputs: Sequence[Value]) -> Iterator[None]:
        """Within this block sweeps down to inputs stop at nodes visited before they were made."""
        made = min(map(self._made, inputs), default=0)
        token = _visited.set(((self, made), *(self.outer if made else ())))
        try:
            yield
        finally:
            _visited.reset(token)

    def _made(self, x: Value) -> int:
        """Return when an input was made; 0 if nodes visited before may depend on it."""
        seen = x.op or any(x in visited.times for visited in (self, *(around for around, _ in self.outer)))
        return self.made.get(id(x), 0 if seen else self.time + 1)


tracing: ContextVar[tuple[Sequence[Value], ...]] = ContextVar("tracing", default=())
"""The inputs of the functions that are being differentiated in this context, innermost last."""


def is_traced(values: Iterable[Value]) -> bool:
    """Return whether one of these values is an input of a function that is being differentiated, or below one."""
    wanted = {*map(id, values)}
    inputs = [x for each in tracing.get() for x in each]
    return bool(wanted) and not wanted.isdisjoint(map(id, topological(*inputs)))


Levels: TypeAlias = "tuple[tuple[Visited, int], ...]"  # each with when the inputs of a sweep were made

_visited: ContextVar[Levels] = ContextVar("visited", default=())


def _was_visited() -> Callable[[Value], bool] | None:
    """Return a function that says whether a node is known not to depend on the inputs; None if none is."""
    levels = [(visited.times, made) for visited, made in _visited.get() if visited.times]
    if len(levels) < 2:
        times, made = levels[0] if levels else ({}, 0)
        return (lambda node: times.get(node, made) < made) if levels else None
    return lambda node: any(times.get(node, made) < made for times, made in levels)


def _above(outputs: Iterable[Value], ends: set[int]) -> list[Value]:
    """Return the nodes of `topological` above those with ids in `ends`, and these."""
    visited = _was_visited()
    if visited is None:
        return topological_by(list(outputs), lambda node: () if id(node) in ends else node.parents)
    return topological_by(list(outputs), lambda node: () if id(node) in ends or visited(node) else node.parents)


def derivatives(
    seeds: Sequence[tuple[Value, float]], order: Sequence[Node] | None = None, hooked: bool = False
) -> dict[int, float]:
    """Return the result of `backward.sweep` by `id`: the derivative for each node that it reaches, leaves included.

    Examples
    --------
    >>> x = Value(3.0)
    >>> derivatives([(x * x, 1.0)])[id(x)]
    6.0
    """
    nodes, leaves = sweep(seeds, order, hooked)
    found = {id(node): gradient for node, gradient in zip(*nodes) if gradient is not UNREACHED}
    for leaf, contribution in zip(*leaves):
        found[id(leaf)] = found.get(id(leaf), 0.0) + contribution
    return found


def pull(
    seeds: Pairs, inputs: Sequence[Value], order: Sequence[Node] | None = None, hooked: bool = False
) -> list[float]:
    """Reverse mode in floats: Σ seed · ∂output/∂input for each input, as defined by `backward()`.

    With `hooked`, gradient hooks are called.

    Examples
    --------
    >>> x = Value(3.0)
    >>> pull([(x * x, 1.0)], [x])
    [6.0]
    """
    hooked = hooked and bool(hooks.alive)
    if (c := in_c()) and order is None and not hooked:
        root = seeds[0][0] if len(seeds) == 1 and seeds[0][1] == 1.0 else backend.dot(*_apart(seeds))
        gradients: list[float] = c._gradients(root, list(inputs))[0] if seeds else [0.0] * len(inputs)
        return gradients
    if modes.detecting():
        inspect_sweep(seeds, active((output for output, _ in seeds), inputs)[1])
    found = derivatives(seeds, order, hooked)
    return [found.get(id(x), 0.0) for x in inputs]


def _apart(seeds: Pairs) -> tuple[list[Value], list[float]]:
    return [output for output, _ in seeds], [float(seed) for _, seed in seeds]


def depends_on_others(outputs: Iterable[Value], inputs: Sequence[Value]) -> bool:
    """Return whether an output depends on a leaf that isn't one of the inputs.

    Examples
    --------
    >>> x, w = Value(3.0), Value(2.0)
    >>> depends_on_others([x * x], [x]), depends_on_others([w * x], [x])
    (False, True)
    """
    if visited := _was_visited():
        return _depends_on_visited(outputs, {id(x) for x in inputs}, visited)
    if backend.CORE == "c":
        return any(backend._module._depends_on_others(output, list(inputs)) for output in outputs)
    own, outputs = {id(x) for x in inputs}, list(outputs)
    below = chain(outputs, chain.from_iterable(map(attrgetter("parents"), computed(outputs))))
    return any(x._x is None and id(x) not in own for x in below)


def _depends_on_visited(outputs: Iterable[Value], own: set[int], visited: Callable[[Value], bool]) -> bool:
    """The same by a search that stops at a node visited before the inputs were made, which depends on other leaves."""
    stack, seen = list(outputs), set[Value]()
    while stack:
        node = stack.pop()
        if node in seen or id(node) in own:
            continue
        if not node.op or visited(node):
            return True
        seen.add(node)
        stack.extend(node.parents)
    return False


def gradient_alone(output: Value, inputs: list[Value]) -> list[float] | None:
    """Return the gradient by `pull`, or None if the output also depends on other leaves.

    Examples
    --------
    >>> x, w = Value(3.0), Value(2.0)
    >>> gradient_alone(x * x, [x]), gradient_alone(w * x, [x])
    ([6.0], None)
    """
    if _was_visited() and depends_on_others([output], inputs):
        return None
    if (c := in_c()) and not hooks.alive:
        gradients, others = c._gradients(output, inputs)
        return None if others else gradients
    return None if depends_on_others([output], inputs) else pull([(output, 1.0)], inputs, hooked=True)


def pull_graph(seeds: Pairs, inputs: Sequence[Value], cut: bool = False) -> list[Any]:
    """Reverse mode over Values: like `pull`, but a result is a graph, or a float if constant.

    Examples
    --------
    >>> x = Value(3.0)
    >>> pull_graph([(x * x, 1.0)], [x])
    [Value(6)]
    """
    nodes, ids = active((output for output, _ in seeds), inputs, cut)
    if modes.detecting():
        inspect_sweep([(output, _plain(seed)) for output, seed in seeds], ids)
    ends = {id(x) for x in inputs} if cut else set()
    adjoints = _Sums(seeds)
    for node in reversed(nodes):
        arrived, gradient = adjoints.at(node)
        if gradient is None:
            continue
        if arrived and hooks.alive and hooks.has_hooks(node):
            gradient = hooks.called(node, gradient, lambda x: x)
            adjoints.replace(node, gradient)
        if id(node) in ends:
            continue
        for operand, local in slopes(node, ids):
            adjoints.add_product(operand, node, local, gradient, arrived)
    JointRules.forget()
    return adjoints.of(inputs)


def _plain(x: Any) -> float:
    return modes.number(x) if isinstance(x, Value) else float(x)


class _Sums:
    """Adjoints or tangents of nodes, accumulated as graphs, or as floats where they are constant.

    A slope that is 0 passes nothing if its op selects, so that the 0 meets no infinite slope below. The slope may still
    depend on the inputs: such products are accumulated separately, with the value 0 and their own derivatives.
    """

    def __init__(self, seeds: Pairs) -> None:
        self.arrived: dict[int, Any] = {}
        self.unselected: dict[int, Any] = {}
        for x, seed in seeds:
            self.arrived[id(x)] = add(self.arrived.get(id(x), 0.0), seed)

    def at(self, node: Value) -> tuple[bool, Any]:
        """Return whether anything arrived at a node, and its sum; None if there is nothing at all."""
        arrived, unselected = self.arrived.get(id(node)), self.unselected.get(id(node))
        if unselected is None:
            return arrived is not None, arrived
        return arrived is not None, unselected if arrived is None else add(arrived, unselected)

    def replace(self, node: Value, total: Any) -> None:
        """Replace the sum of a node."""
        self.arrived[id(node)] = total
        self.unselected.pop(id(node), None)

    def add_product(self, to: Value, node: Value, local: Any, total: Any, arrived: bool) -> None:
        """Add local · total, where `local` is a slope of `node`, None if it is identically 0."""
        if local is None:
            return
        sums = self.arrived if arrived else self.unselected
        if isinstance(local, Value) and TABLE[node.op].selects and _is_zero(local):
            if not _is_finite(total):
                return
            sums, product = self.unselected, masked(local, total)
        elif not arrived:
            product = masked(total, local)
        else:
            product = mul(local, total) if isinstance(local, Value) or isinstance(total, Value) else local * total
        sums[id(to)] = add(sums.get(id(to), 0.0), product)

    def of(self, nodes: Sequence[Value]) -> list[Any]:
        """Return the sum of each node, 0 if there is nothing."""
        return [0.0 if total is None else total for total in (self.at(node)[1] for node in nodes)]


def _is_zero(x: Value) -> bool:
    return modes.observed("==", x, 0.0, modes.number(x) == 0.0)


def _is_finite(x: Any) -> bool:
    return modes.observed_finite(x) if isinstance(x, Value) else math.isfinite(x)


def push(tangents: Pairs, outputs: Sequence[Value]) -> list[float]:
    """Forward mode in floats: Σ ∂output/∂input · tangent for each output.

    Examples
    --------
    >>> x = Value(3.0)
    >>> push([(x, 1.0)], [x * x, x + 1])
    [6.0, 1.0]
    """
    found = _push_in_c(tangents, outputs)
    return _push(tangents, outputs, active(outputs, (x for x, _ in tangents))[0]) if found is None else found


def _push_in_c(tangents: Pairs, outputs: Sequence[Value]) -> list[float] | None:
    c = in_c()
    found: list[float] | None = c and c._push(list(outputs), [x for x, _ in tangents], [float(t) for _, t in tangents])
    return found


def _push(tangents: Pairs, outputs: Sequence[Value], nodes: Sequence[Value]) -> list[float]:
    moving: dict[int, float] = {}
    for x, tangent in tangents:
        if moves(tangent):
            moving[id(x)] = moving.get(id(x), 0.0) + tangent
    given, inspect = {id(x) for x, _ in tangents}, modes.inspector()
    for node in nodes:
        if id(node) in given:
            continue
        selects, total, reached = TABLE[node.op].selects, 0.0, False
        for parent, derivative in zip(node.parents, node.local_derivatives):
            tangent = moving.get(id(parent))
            if tangent is not None and not (selects and derivative == 0.0):
                if inspect is not None:
                    inspect(node, parent, derivative, tangent, total)
                total, reached = total + derivative * tangent, True
        if reached:
            moving[id(node)] = total
    return [moving.get(id(output), 0.0) for output in outputs]


def moves(component: Any) -> bool:
    """Return whether a component of a seed or direction counts: 0 contributes nothing, even with an infinite slope."""
    return isinstance(component, Value) or component != 0.0


def directional(tangents: Pairs, outputs: Sequence[Value]) -> list[float]:
    """Return the derivative of each output in a direction, as defined by the reverse sweep.

    Several outputs take one forward sweep. Where slopes are infinite, nan or extreme, the order of multiplications and
    additions affects the result, and the reverse sweep is used.

    Examples
    --------
    >>> x = Value(0.0)
    >>> y = backend.sqrt(x)
    >>> directional([(x, 1.0)], [y * 0.0 + y, x])
    [inf, 1.0]
    """
    if len(outputs) == 1:
        return [_by_reverse(tangents, outputs[0])]
    moved = _push_in_c(tangents, outputs)
    if moved is None:
        nodes = active(outputs, (x for x, _ in tangents))[0]
        moved = _push(tangents, outputs, nodes) if all_moderate(nodes) else [math.nan] * len(outputs)
    return [x if math.isfinite(x) else _by_reverse(tangents, y) for x, y in zip(moved, outputs)]


def all_moderate(nodes: Iterable[Value]) -> bool:
    """Return whether products of a few local derivatives of these nodes neither overflow nor lose digits."""
    for node in nodes:
        for slope in node.local_derivatives:
            if slope != 0.0 and not 1.0 / LARGE <= abs(slope) <= LARGE:
                return False
    return True


def _by_reverse(tangents: Pairs, output: Value) -> float:
    slopes = pull([(output, 1.0)], [x for x, _ in tangents])
    total = 0.0
    for slope, (_, tangent) in zip(slopes, tangents):
        total += slope * tangent
    return total


def directional_graph(tangents: Pairs, outputs: Sequence[Value]) -> list[Any]:
    """Like `directional`, but a result is a graph, or a float if constant.

    Examples
    --------
    >>> x = Value(3.0)
    >>> directional_graph([(x, 1.0)], [x * x])
    [Value(6)]
    """
    if len(outputs) == 1:
        return [_graph_by_reverse(tangents, outputs[0])]
    nodes, ids = active(outputs, [x for x, _ in tangents], cut=True)
    forward = modes.recorder() is not None or all_moderate(nodes)
    moved = _push_graph(tangents, outputs, nodes, ids) if forward else [math.nan] * len(outputs)
    return [x if _is_finite(x) else _graph_by_reverse(tangents, y) for x, y in zip(moved, outputs)]


def _push_graph(tangents: Pairs, outputs: Sequence[Value], nodes: Sequence[Value], ids: set[int]) -> list[Any]:
    if modes.detecting():
        push([(x, _plain(tangent)) for x, tangent in tangents], outputs)
    moving = _Sums(tangents)
    given = {id(x) for x, _ in tangents}
    for node in nodes:
        if id(node) in given:
            continue
        for operand, local in slopes(node, ids):
            arrived, tangent = moving.at(operand)
            if tangent is not None:
                moving.add_product(node, node, local, tangent, arrived)
    JointRules.forget()
    return moving.of(outputs)


def _graph_by_reverse(tangents: Pairs, output: Value) -> Any:
    slopes = pull_graph([(output, 1.0)], [x for x, _ in tangents], cut=True)
    total: Any = 0.0
    for slope, (_, tangent) in zip(slopes, tangents):
        total = add(total, mul(slope, tangent))
    return total


def jacobian_of(outputs: Sequence[Value], inputs: Sequence[Value], forward: bool) -> list[list[float]]:
    """Return the Jacobian in floats: its columns, one per input, if `forward`, else its rows.

    Examples
    --------
    >>> x, y = Value(3.0), Value(2.0)
    >>> jacobian_of([x * y, x + 5], [x, y], forward=False), jacobian_of([x * y, x + 5], [x, y], forward=True)
    ([[2.0, 3.0], [1.0, 0.0]], [[2.0, 1.0], [3.0, 0.0]])
    """
    if forward and len(outputs) == 1:  # by the reverse sweep, as `directional` does
        return [[slope] for slope in jacobian_of(outputs, inputs, forward=False)[0]]
    if c := in_c():
        found: list[list[float]] | None = c._jacobian(list(outputs), list(inputs), forward)
        if found is not None and (not forward or math.isfinite(sum(map(sum, found)))):
            return found
    if forward:
        return [directional([(x, 1.0)], outputs) for x in inputs]
    order = computed(outputs)  # as in C: one order for all outputs, which may share nodes
    return [pull([(y, 1.0)], inputs, order) for y in outputs]
