"""Neurons on top of `autograd`: modules, layers, losses, optimisers. This file is the face: it only re-exports.

Neurons and layers are imported at once; the other rooms (`_ROOMS`) when one of their names is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nn import init
from nn.activations import ACTIVATIONS, Elementwise, log_softmax, softmax
from nn.containers import MLP, Sequential
from nn.layers import Layer, Linear, Neuron
from nn.module import Module

if TYPE_CHECKING:
    from nn import datasets, estimators, losses, optim, plots, saving, schedules, training
    from nn.attention import Attention
    from nn.dropout import Dropout
    from nn.embedding import Embedding
    from nn.estimators import Classifier, Regressor
    from nn.losses import LOSSES, l1_penalty, l2_penalty
    from nn.normalization import LayerNorm, RMSNorm
    from nn.optim import LBFGS, SGD, Adam, AdamW, Optimizer, RMSprop, clip_grad_norm_, clip_grad_value_
    from nn.saving import WeightsError, load, save
    from nn.training import Checkpoint, CheckpointError, EarlyStopping, Epoch, History, fit, predict

__all__ = [
    "ACTIVATIONS", "Adam", "AdamW", "Attention", "Checkpoint", "CheckpointError", "Classifier", "Dropout",
    "EarlyStopping", "Elementwise", "Embedding", "Epoch", "History", "LBFGS", "LOSSES", "Layer", "LayerNorm", "Linear",
    "MLP", "Module", "Neuron", "Optimizer", "RMSNorm", "RMSprop", "Regressor", "SGD", "Sequential", "WeightsError",
    "clip_grad_norm_", "clip_grad_value_", "datasets", "estimators", "fit", "init", "l1_penalty", "l2_penalty",
    "load", "log_softmax", "losses", "optim", "plots", "predict", "save", "saving", "schedules", "softmax", "training",
]  # fmt: skip

_ROOMS = {
    "datasets": (),
    "estimators": ("Classifier", "Regressor"),
    "plots": (),
    "saving": ("WeightsError", "load", "save"),
    "training": ("Checkpoint", "CheckpointError", "EarlyStopping", "Epoch", "History", "fit", "predict"),
    "attention": ("Attention",),
    "dropout": ("Dropout",),
    "embedding": ("Embedding",),
    "losses": ("LOSSES", "l1_penalty", "l2_penalty"),
    "normalization": ("LayerNorm", "RMSNorm"),
    "optim": ("Adam", "AdamW", "LBFGS", "Optimizer", "RMSprop", "SGD", "clip_grad_norm_", "clip_grad_value_"),
    "schedules": (),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    for room, names in _ROOMS.items():
        if name == room:
            return import_module(f"nn.{room}")
        if name in names:
            found = globals()[name] = getattr(import_module(f"nn.{room}"), name)
            return found
    raise AttributeError(f"module 'nn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
