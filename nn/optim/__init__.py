"""Optimisers, gradient clipping and learning rate schedules."""

from typing import TYPE_CHECKING, Any

from autograd._common.foreign import missing
from nn.optim.clipping import clip_grad_norm_, clip_grad_value_
from nn.optim.first_order import SGD, Adam, AdamW, RMSprop
from nn.optim.lbfgs import LBFGS
from nn.optim.optimizer import Optimizer

__all__ = ["LBFGS", "SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "clip_grad_norm_", "clip_grad_value_"]

if not TYPE_CHECKING:  # or a type checker would take every name for one of this module

    def __getattr__(name: str) -> Any:
        raise missing("nn.optim", name)
