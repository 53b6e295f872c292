"""Custom ops, custom gradients, and control over what the graph keeps.

An op added here is a row of the table like any other: it is recorded, drawn, derived, checked and differentiated to any
order. Its local derivatives are texts, or Python functions for what has no closed form.
"""

from autograd.derivatives.custom.checkpointing import checkpoint
from autograd.derivatives.custom.gradient_rules import custom_gradient
from autograd.derivatives.custom.operation import op, remove
from autograd.derivatives.custom.stopping import stop_gradient

__all__ = ["checkpoint", "custom_gradient", "op", "remove", "stop_gradient"]
