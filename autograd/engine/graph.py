"""Traversal of a recorded graph: its order, its leaves, and evaluation at other numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from autograd.engine import backend
from autograd.engine.backend import Value
from autograd.ops import TABLE

__all__ = ["evaluate", "leaves", "topological"]


_in_c: Callable[[tuple[Value, ...]], list[Value]] | None = getattr(backend._module, "_topological", None)


def topological(*roots: Value) -> list[Value]:
    """Return every node below the roots, operands before the nodes that use them.

    Takes linear time at any depth. The order depends on the graph alone: depth first, operands from left to right.

    Examples
    --------
    >>> x = Value(2.0, label="x")
    >>> [node.op or node.label for node in topological(x * x + x.exp())]
    ['x', 'mul', 'exp', 'add']
    """
    return _in_c(roots) if _in_c is not None else topological_by(roots, attrgetter("parents"))


def topological_by(roots: Sequence[Value], below: Callable[[Value], Sequence[Value]]) -> list[Value]:
    """Return `topological` with the nodes below a node given by `below`."""
    order: list[Value] = []
    seen: set[Value] = set()
    stack: list[Value | None] = list(reversed(roots))
    opened: list[Value] = []  # nodes whose operands are still above a None on the stack
    while stack:
        node = stack.pop()
        if node is None:
            order.append(opened.pop())
        elif node not in seen:
            seen.add(node)
            opened.append(node)
            stack.append(None)
            stack.extend(reversed(below(node)))
    return order


def leaves(*roots: Value) -> list[Value]:
    """Return the leaves below the roots, in topological order.

    Examples
    --------
    >>> a, b = Value(1.0, label="a"), Value(2.0, label="b")
    >>> [leaf.label for leaf in leaves(a * b + a)]
    ['a', 'b']
    """
    return [node for node in topological(*roots) if not node.op]


def evaluate(outputs: Sequence[Value], replaced: Mapping[Value, float]) -> list[float]:
    """Evaluate a recorded graph with other values in some of its nodes; the graph itself is unchanged.

    Parameters
    ----------
    outputs : sequence of Value
        The outputs to evaluate.
    replaced : mapping of Value to float
        Nodes, by identity, and the values they take; other leaves have their `data`. A computed node may be replaced
        too, and its operands are then ignored.

    Returns
    -------
    list of float
        The value of each output.

    Examples
    --------
    >>> x = Value(2.0)
    >>> evaluate([x * x, x + 1], {x: 3.0})
    [9.0, 4.0]
    """
    values = {id(node): float(value) for node, value in replaced.items()}
    for node in topological(*outputs):
        if id(node) not in values:
            values[id(node)] = _compute(node, values) if node.op else node.data
    return [values[id(output)] for output in outputs]


def _compute(node: Value, values: Mapping[int, float]) -> float:
    return TABLE[node.op].compute(*(x if isinstance(x, float) else values[id(x)] for x in node.operands))[0]
