"""The reverse sweep in Python, over either twin's public attributes: what `backward` means, in one function.

The Python twin runs it; the C twin has its own, in the same order of additions, and comes here only to name anomalies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from autograd.ops import TABLE

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["Inspect", "sweep"]

Inspect = Callable[["Value", "Value", float, float, float], None]


def sweep(root: Value, inspect: Inspect | None = None) -> tuple[list[Value], dict[int, float]]:
    """Return the nodes below `root` and, by `id`, the gradients that `backward` would leave in them; write nothing.

    Kahn's algorithm: a node passes its gradient on once all its users have; users are counted first. Leaves start
    from the gradient that they hold, computed nodes from 0. A branch that `where` didn't take receives nothing, and a
    node that received nothing passes nothing on, so that a gradient of 0 never meets an infinite derivative there.

    Parameters
    ----------
    root : Value
        Its own gradient is 1.
    inspect : callable, optional
        Called at each edge with node, parent, local derivative, gradient of the node, gradient of the parent so far.

    Returns
    -------
    nodes : list of Value
        Every node below `root`, itself included.
    gradients : dict of int to float
        By `id` of a node; one that received nothing isn't there, its gradient is 0.
    """
    nodes, waiting, gradients = _count_users(root)
    gradients[id(root)] = 1.0 + gradients.get(id(root), 0.0)
    ready = [root]
    while ready:
        node = ready.pop()
        gradient = gradients.get(id(node))
        selects = bool(node.op) and TABLE[node.op].selects
        for parent, derivative in zip(node.parents, node.local_derivatives, strict=True):
            key = id(parent)
            if gradient is not None and not (selects and derivative == 0.0):
                so_far = gradients.get(key, 0.0)
                if inspect is not None:
                    inspect(node, parent, derivative, gradient, so_far)
                gradients[key] = so_far + derivative * gradient
            users_left = waiting.get(key)
            if users_left == 1:
                ready.append(parent)
            elif users_left is not None:
                waiting[key] = users_left - 1
    return nodes, gradients


def _count_users(root: Value) -> tuple[list[Value], dict[int, int], dict[int, float]]:
    """All nodes below `root`; by id, how many edges arrive at each computed one, and each leaf's `grad`."""
    nodes, stack = [root], [root]
    users: dict[int, int] = {}
    held = {} if root.op else {id(root): root.grad}
    while stack:
        for parent in stack.pop().parents:
            key = id(parent)
            if key in users:
                users[key] += 1
            elif parent.op:
                users[key] = 1
                nodes.append(parent)
                stack.append(parent)
            elif key not in held:
                held[key] = parent.grad
                nodes.append(parent)
    return nodes, users, held
