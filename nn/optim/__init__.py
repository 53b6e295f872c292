"""Optimisers: what moves parameters against their gradients. This file is the face of the room."""

from nn.optim.adam import Adam, AdamW
from nn.optim.clipping import clip_grad_norm_, clip_grad_value_
from nn.optim.lbfgs import LBFGS
from nn.optim.optimizer import Optimizer
from nn.optim.rmsprop import RMSprop
from nn.optim.sgd import SGD

__all__ = ["LBFGS", "SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "clip_grad_norm_", "clip_grad_value_"]
