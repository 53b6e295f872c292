"""The reverse sweep over floats, which defines `backward()`.

Everything that needs derivatives as floats calls it: `backward()`, `gradients`, derivations, the anomaly detector. The
C backend has its own, which adds in the same order and gives the same bits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from operator import add, attrgetter

from autograd.engine import hooks
from autograd.engine.node import Node

__all__ = ["UNREACHED", "add_gradients", "backward_with_hooks", "computed", "sweep", "write"]

UNREACHED = float("0")
"""The gradient of a node that has received nothing: distinguished by identity from a received 0."""

Gradients = tuple[Sequence[Node], list[float]]


def computed(outputs: Iterable[Node]) -> list[Node]:
    """Return the computed nodes below the outputs in the order of `graph.topological`."""
    order: list[Node] = []
    found: set[Node] = set()
    path: list[Node] = []  # from an output down to the current node
    unvisited: dict[Node, Iterator[Node]] = {}  # parents of nodes with more than two
    below: Node | None
    for output in outputs:
        below = output if output._x is not None and output not in found else None
        while below is not None:
            while True:  # descend along first operands
                found.add(below)
                path.append(below)
                if below._to_x is None:
                    break
                below = below._x
                if below._x is None or below in found:
                    break
            below = None
            while path and below is None:  # ascend to a node with an unvisited operand
                node = path.pop()
                if node._to_y is not None:
                    if node._y._x is not None and node._y not in found:
                        below = node._y
                elif node._to_x is None:
                    if node not in unvisited:
                        unvisited[node] = iter(node._y[0])
                    below = next((x for x in unvisited[node] if x._x is not None and x not in found), None)
                (order if below is None else path).append(node)
    return order


def sweep(
    seeds: Sequence[tuple[Node, float]], order: Sequence[Node] | None = None, hooked: bool = False
) -> tuple[Gradients, Gradients]:
    """Propagate gradients down a recorded graph, users before operands, without writing to the nodes.

    An op that selects passes nothing to an operand whose local derivative is 0, and a node that receives nothing
    passes nothing on, so that no gradient of 0 is multiplied by an infinite derivative.

    Parameters
    ----------
    seeds : sequence of (Value, float)
        The outputs where the sweep starts, each with its seed.
    order : sequence of Value
        Their `computed` nodes, or a superset; computed if omitted.
    hooked : bool
        Whether to call hooks.

    Returns
    -------
    nodes, gradients : lists of Value and float
        The computed nodes, users first, and the derivative for each: UNREACHED where nothing was received.
    leaves, contributions : lists of Value and float
        What leaves received, in the order in which it is to be added.
    """
    nodes = (computed(node for node, _ in seeds) if order is None else order)[::-1]
    gradients: list[float] = []
    arrived: dict[Node, float] = {}  # for unvisited nodes only, so that it stays small
    leaves: list[Node] = []
    contributions: list[float] = []
    for node, seed in seeds:
        if node._x is not None:
            arrived[node] = arrived.get(node, 0.0) + seed
        else:
            leaves.append(node)
            contributions.append(seed)
    for node in nodes:
        gradient = arrived.pop(node, UNREACHED)
        if gradient is UNREACHED:
            gradients.append(gradient)
            continue
        if hooked and hooks.has_hooks(node):
            gradient = hooks.called(node, gradient)
        gradients.append(gradient)
        to_x, to_y = node._to_x, node._to_y
        if to_x or (to_x is not None and not node._row.selects):
            x = node._x
            if x._x is None:
                leaves.append(x)
                contributions.append(to_x * gradient)
            elif x in arrived:
                arrived[x] += to_x * gradient
            else:
                arrived[x] = to_x * gradient or 0.0  # −0 added to 0 is 0
        if to_y or (to_y is not None and not node._row.selects):
            y = node._y
            if y._x is None:
                leaves.append(y)
                contributions.append(to_y * gradient)
            elif y in arrived:
                arrived[y] += to_y * gradient
            else:
                arrived[y] = to_y * gradient or 0.0  # −0 added to 0 is 0
        if to_x is None and to_y is None:
            for x, to_x in zip(*node._y):
                if x._x is None and (to_x or not node._row.selects):
                    leaves.append(x)
                    contributions.append(to_x * gradient)
                elif to_x or not node._row.selects:
                    arrived[x] = arrived.get(x, 0.0) + to_x * gradient
    return (nodes, gradients), hooks.replace_at_leaves(leaves, contributions) if hooked else (leaves, contributions)


def write(computed: Gradients, leaves: Gradients) -> None:
    """Set the `grad` of computed nodes and add to that of leaves, atomically even if interrupted.

    The loops run in C, where no signal handler and no other thread can run, so nothing added elsewhere is lost.
    """
    deque(chain(map(setattr, computed[0], repeat("_grad"), computed[1]), _added(*leaves)), maxlen=0)


def backward_with_hooks(root: Node) -> None:
    """Do what the C backend's `backward` does, for a graph in which nodes may have hooks."""
    write(*sweep([(root, 1.0)], hooked=True))


def add_gradients(leaves: Sequence[Node], contributions: Iterable[float]) -> None:
    """Add to the `grad` of leaves in order, atomically and safely with other threads."""
    deque(_added(leaves, contributions), maxlen=0)


def _added(leaves: Sequence[Node], contributions: Iterable[float]) -> Iterator[None]:
    return map(setattr, leaves, repeat("_grad"), map(add, map(attrgetter("_grad"), leaves), contributions))
