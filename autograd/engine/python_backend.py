"""The Python backend, with the names of the C backend's module `_value`."""

from __future__ import annotations

from typing import Any

from autograd._common.numbers import shown
from autograd.engine import functions
from autograd.engine.layer import layer
from autograd.engine.marks import group_of as _group_of
from autograd.engine.marks import mark as _mark
from autograd.engine.marks import marks_of as _marks_of
from autograd.engine.marks import put_in_group as _put_in_group
from autograd.engine.marks import recorded
from autograd.engine.n_ary import dot, logsumexp, mean, sum
from autograd.engine.value import Value, node_of
from autograd.ops import TABLE

__all__ = [
    "FUNCTIONS", "Value", "_group_of", "_mark", "_marks_of", "_put_in_group", "dot", "layer", "logsumexp", "mean",
    "restore", "sum",
]  # fmt: skip

FUNCTIONS = functions.FUNCTIONS | {"sum": sum, "mean": mean, "logsumexp": logsumexp, "dot": dot}


def restore(
    op: str, operands: tuple[Any, ...], data: float, derivatives: tuple[float, ...], grad: float = 0.0, label: str = ""
) -> Value:
    """Make a computed node from its parts without computing, for pickling and copying."""
    if op not in TABLE:
        raise ValueError(f"restore: op must be the name of a row, got {shown(op)}")
    if not TABLE[op].takes(len(operands)):
        raise ValueError(f"restore: operands must be as many as the op takes, got {shown(operands)}")
    node = recorded(node_of(TABLE[op], operands, data, derivatives))
    node._grad, node._label = grad, label
    return node
