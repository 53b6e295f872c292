"""The reverse sweep over floats: what `backward()` means, in one function.

Everything that needs derivatives as floats calls it: `backward()`, `gradients`, derivations, the anomaly detector. The
C backend has its own, which adds in the same order: both give the same bits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import add
from typing import Any

from autograd.engine import hooks
from autograd.engine.node import Node

__all__ = ["UNREACHED", "add_gradients", "backward_with_hooks", "computed", "derivatives", "sweep", "write"]

UNREACHED = float("0")
"""The gradient of a node that has received nothing: told by identity from a 0 that arrived."""

Arrived = tuple[list[Node], list[float]]


def computed(outputs: Iterable[Node]) -> list[Any]:
    """Return the computed nodes below the outputs in the order of `graph.topological`."""
    order: list[Node] = []
    found: set[Node] = set()
    path: list[Any] = []
    node, operands = None, iter(outputs)
    while True:
        for parent in operands:
            if parent._parents and parent not in found:
                found.add(parent)
                path.append(node)
                path.append(operands)
                node, operands = parent, iter(parent._parents)
                break
        else:
            if node is None:
                return order
            order.append(node)
            operands, node = path.pop(), path.pop()


def sweep(
    seeds: Sequence[tuple[Node, float]], order: Sequence[Node], hooked: bool = False
) -> tuple[dict[Node, float], Arrived]:
    """Pass gradients down a recorded graph, users before operands; nothing is written into the nodes.

    An op that selects passes nothing to an operand whose local derivative is 0, and a node that receives nothing
    passes nothing on, so that no gradient of 0 meets an infinite derivative there.

    Parameters
    ----------
    seeds : sequence of (Value, float)
        Where the sweep starts, with the derivative of the result there.
    order : sequence of Value
        `computed` of them, or of more nodes.
    hooked : bool
        Whether hooks of the nodes are called.

    Returns
    -------
    gradients : dict of Value to float
        The derivative for each computed node of `order`; UNREACHED where nothing arrived.
    leaves, contributions : lists of Value and float
        What arrived at leaves, in the order in which it is to be added.
    """
    gradients = dict.fromkeys(order, UNREACHED)
    leaves: list[Node] = []
    contributions: list[float] = []
    for node, seed in seeds:
        if node._parents:
            gradients[node] += seed
        else:
            leaves.append(node)
            contributions.append(seed)
    for node in hooks.visit(order, gradients, UNREACHED) if hooked else reversed(order):
        gradient = gradients[node]
        if gradient is UNREACHED:
            continue
        parents, slopes = node._parents, node._derivatives
        if node._row.selects:
            parents = tuple(parent for parent, slope in zip(parents, slopes) if slope != 0.0)
            slopes = tuple(slope for slope in slopes if slope != 0.0)
        if len(parents) == 2:  # most nodes: written out, as a loop takes half as long again
            x, y = parents
            to_x, to_y = slopes
            if x._parents:
                gradients[x] += to_x * gradient
            else:
                leaves.append(x)
                contributions.append(to_x * gradient)
            if y._parents:
                gradients[y] += to_y * gradient
            else:
                leaves.append(y)
                contributions.append(to_y * gradient)
            continue
        for parent, slope in zip(parents, slopes):
            if parent._parents:
                gradients[parent] += slope * gradient
            else:
                leaves.append(parent)
                contributions.append(slope * gradient)
    return gradients, hooks.replace_at_leaves(leaves, contributions) if hooked else (leaves, contributions)


def write(gradients: dict[Any, float], arrived: Arrived, slot: Any) -> None:
    """Set the `grad` of computed nodes and add to that of leaves: all of it, or nothing, whatever interrupts.

    Loops that run in C take no signal and no other thread runs meanwhile, so that nothing added elsewhere is lost.
    """
    added = _added(*arrived, slot)
    try:
        for node, gradient in gradients.items():
            node._grad = gradient
        deque(added, maxlen=0)
    except BaseException:
        deque(chain(map(slot.__set__, gradients, gradients.values()), added), maxlen=0)
        raise


def backward_with_hooks(root: Node) -> None:
    """Do what the C backend's `backward` does, in a graph where nodes may have hooks."""
    slot = type(root).grad
    gradients, arrived = sweep([(root, 1.0)], computed([root]), hooked=True)
    deque(chain(map(slot.__set__, gradients, gradients.values()), _added(*arrived, slot)), maxlen=0)  # type: ignore[attr-defined]


def add_gradients(leaves: Sequence[Node], contributions: Iterable[float], slot: Any) -> None:
    """Add to the `grad` of leaves, in order: all of it, or nothing, whatever other threads add meanwhile."""
    deque(_added(leaves, contributions, slot), maxlen=0)


def _added(leaves: Sequence[Node], contributions: Iterable[float], slot: Any) -> Iterator[None]:
    return map(slot.__set__, leaves, map(add, map(slot.__get__, leaves), contributions))


def derivatives(
    seeds: Sequence[tuple[Node, float]], order: Sequence[Node] | None = None, hooked: bool = False
) -> dict[int, float]:
    """Return by `id` what `sweep` gives: the derivative for each node that it reaches, leaves included.

    Examples
    --------
    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> derivatives([(x * x, 1.0)])[id(x)]
    6.0
    """
    gradients, arrived = sweep(seeds, computed(node for node, _ in seeds) if order is None else order, hooked)
    found = {id(node): gradient for node, gradient in gradients.items() if gradient is not UNREACHED}
    for leaf, contribution in zip(*arrived):
        found[id(leaf)] = found.get(id(leaf), 0.0) + contribution
    return found
