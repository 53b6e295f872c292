"""Optimisers, gradient clipping and learning rate schedules."""

from nn.optim.clipping import clip_grad_norm_, clip_grad_value_
from nn.optim.first_order import SGD, Adam, AdamW, RMSprop
from nn.optim.lbfgs import LBFGS
from nn.optim.optimizer import Optimizer

__all__ = ["LBFGS", "SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "clip_grad_norm_", "clip_grad_value_"]
