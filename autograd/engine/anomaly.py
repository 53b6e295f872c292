"""Errors that name the op that produced a nan or an infinity, forward or backward."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Sequence

from autograd.engine.backward import UNREACHED, sweep
from autograd.engine.node import Node
from autograd.errors import AnomalyError

__all__ = ["Inspect", "inspect_edge", "inspect_second", "inspect_sweep", "made_by"]


Inspect = Callable[[Node, Node, float, float, float], None]


def made_by(node: Node) -> AnomalyError:
    """Return the error for a node that was just computed and isn't finite."""
    return AnomalyError(f"{_named(node)} made {node.data} of {_operands(node)}")


def inspect_sweep(seeds: Sequence[tuple[Node, float]], within: Container[int] | None) -> None:
    """Raise at the first edge of a sweep that makes nan or inf, among edges to nodes whose `id` is in `within`.

    None means all nodes; leaves then start from their current gradient, as in `backward()`.
    """
    totals: dict[int, float] = {}
    for node, gradient in zip(*sweep(seeds)[0]):
        for parent, derivative in zip(node.parents, node.local_derivatives):
            if gradient is UNREACHED or (derivative == 0.0 and node._row.selects):
                continue
            if within is not None and id(parent) not in within:
                continue
            so_far = totals.get(id(parent), 0.0 if parent.op or within is not None else parent.grad)
            totals[id(parent)] = so_far + derivative * gradient
            inspect_edge(node, parent, derivative, gradient, so_far)


def inspect_edge(node: Node, parent: Node, derivative: float, gradient: float, so_far: float) -> None:
    """Raise if a contribution to a parent isn't finite, or makes the parent's total non-finite."""
    contribution = derivative * gradient
    total = so_far + contribution
    if not math.isfinite(contribution):
        made, how = contribution, f"gradient {gradient!r} times local derivative {derivative!r} towards {_name(parent)}"
    elif not math.isfinite(total) and math.isfinite(so_far):
        made, how = total, f"{contribution!r} added to gradient {so_far!r} of {_name(parent)}"
    else:
        return
    raise AnomalyError(f"{_named(node)} made {made} backward: {how}, at {_operands(node)}")


def inspect_second(node: Node, parent: Node, contribution: float) -> None:
    """Raise if a contribution to a parent's second derivative isn't finite."""
    if not math.isfinite(contribution):
        raise AnomalyError(
            f"{_named(node)} made {contribution} in a second derivative towards {_name(parent)}, at {_operands(node)}"
        )


def _named(node: Node) -> str:
    return f"{node.op} ({node.label})" if node.label else node.op


def _name(operand: Node) -> str:
    return operand.label or operand.op or "an unnamed leaf"


def _operands(node: Node) -> str:
    shown = [repr(x) if isinstance(x, float) else f"{_name(x)} = {x.data!r}" for x in node.operands[:8]]
    return ", ".join(shown) + (f", … ({len(node.operands)} operands)" if len(node.operands) > 8 else "")
