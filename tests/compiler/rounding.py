"""Bounds on the difference of two computations of one graph, each of which rounds every node once."""

from __future__ import annotations

import math
from typing import Any

from autograd import Value
from autograd.engine.graph import topological
from autograd.ops import TABLE

__all__ = ["bound"]

ROUNDING = 2.0**-52  # of one number by each of two computations


def bound(y: Value | float) -> float:
    """Return Σ |∂y/∂node| · (error of the node alone): to first order, how far two computations of y may differ.

    What a node adds up may be added in any order, as a planner does with gradients.
    """
    if not isinstance(y, Value):
        return 0.0
    y.zero_grad()
    y.backward()
    errors = [abs(node.grad) * _alone(node) for node in topological(y) if node.op and node.grad != 0.0]
    y.zero_grad()
    return sum(errors)


def _alone(node: Value) -> float:
    numbers = [abs(x if isinstance(x, float) else x.data) for x in node.operands]
    if node.op in ("add", "sub", "sum", "mean"):
        return ROUNDING * max(1, len(numbers) - 1) * sum(numbers) / (len(numbers) if node.op == "mean" else 1)
    if node.op == "dot":
        half = len(numbers) // 2
        products = [w * x for w, x in zip(numbers[:half], numbers[half:-1], strict=True)]
        return ROUNDING * (half + 1) * (sum(products) + numbers[-1])
    relative = ROUNDING * max(1.0, TABLE[node.op].ulp) * abs(node.data)
    if node.op == "logsumexp":  # near 0 the largest term cancels
        [(_, _, absolute)] = TABLE[node.op].loose
        return max(relative, absolute)
    return relative


def within(got: Any, wanted: float, allowed: float) -> bool:
    """Return whether two numbers differ by no more than is allowed."""
    return bool(got == wanted or abs(got - wanted) <= allowed or (math.isnan(got) and math.isnan(wanted)))
