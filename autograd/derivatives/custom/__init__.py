"""Ops of one's own, functions whose derivative is given, and what the graph should not keep.

An op added here is a row of the table like any other: it is recorded, drawn, derived, checked and differentiated to any
order. Its local derivatives are texts, or Python functions for what has no closed form.
"""

from autograd.extend.added import op, remove
from autograd.extend.checkpoints import checkpoint
from autograd.extend.given import custom_gradient
from autograd.extend.stopped import stop_gradient

__all__ = ["checkpoint", "custom_gradient", "op", "remove", "stop_gradient"]
