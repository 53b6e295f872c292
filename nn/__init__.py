"""Neural networks on top of `autograd`: modules, losses, optimisers, training.

Modules and layers are imported at once, the rest when one of its names is first used. Everywhere, an argument of the
wrong type raises a TypeError and one out of range a ValueError, which say what was given and what is allowed.
"""

from typing import TYPE_CHECKING, Any

from autograd._common.foreign import missing
from autograd._common.lazy import attribute
from nn._common.seeds import seed
from nn.modules import init
from nn.modules.activations import ACTIVATIONS, Elementwise, log_softmax, softmax
from nn.modules.containers import MLP, Sequential
from nn.modules.layers import Layer, Linear, Neuron
from nn.modules.module import Module

if TYPE_CHECKING:
    from nn import losses, optim, training
    from nn.data import datasets
    from nn.losses import LOSSES
    from nn.modules import saving
    from nn.modules.attention import Attention
    from nn.modules.dropout import Dropout
    from nn.modules.embedding import Embedding
    from nn.modules.normalization import LayerNorm, RMSNorm
    from nn.modules.saving import WeightsError, load, save
    from nn.optim import LBFGS, SGD, Adam, AdamW, Optimizer, RMSprop, clip_grad_norm_, clip_grad_value_, schedules
    from nn.training import Checkpoint, CheckpointError, EarlyStopping, Epoch, History, estimators, fit, plots, predict
    from nn.training.estimators import Classifier, Regressor

__all__ = [
    "ACTIVATIONS", "Adam", "AdamW", "Attention", "Checkpoint", "CheckpointError", "Classifier", "Dropout",
    "EarlyStopping", "Elementwise", "Embedding", "Epoch", "History", "LBFGS", "LOSSES", "Layer", "LayerNorm", "Linear",
    "MLP", "Module", "Neuron", "Optimizer", "RMSNorm", "RMSprop", "Regressor", "SGD", "Sequential", "WeightsError",
    "clip_grad_norm_", "clip_grad_value_", "datasets", "estimators", "fit", "init",
    "load", "log_softmax", "losses", "optim", "plots", "predict", "save", "saving", "schedules", "seed", "softmax",
    "training",
]  # fmt: skip

_LATER = {
    **dict.fromkeys(("losses", "optim", "training"), "nn"),
    "LOSSES": "nn.losses",
    "datasets": "nn.data",
    "saving": "nn.modules",
    **dict.fromkeys(("WeightsError", "load", "save"), "nn.modules.saving"),
    "Attention": "nn.modules.attention",
    "Dropout": "nn.modules.dropout",
    "Embedding": "nn.modules.embedding",
    **dict.fromkeys(("LayerNorm", "RMSNorm"), "nn.modules.normalization"),
    "schedules": "nn.optim",
    **dict.fromkeys(
        ("Adam", "AdamW", "LBFGS", "Optimizer", "RMSprop", "SGD", "clip_grad_norm_", "clip_grad_value_"), "nn.optim"
    ),
    **dict.fromkeys(("estimators", "plots"), "nn.training"),
    **dict.fromkeys(("Classifier", "Regressor"), "nn.training.estimators"),
    **dict.fromkeys(
        ("Checkpoint", "CheckpointError", "EarlyStopping", "Epoch", "History", "fit", "predict"), "nn.training"
    ),
}
"""Names that are imported when they are first used, with their packages."""

if not TYPE_CHECKING:  # or a type checker would take every name for one of this module

    def __getattr__(name: str) -> Any:
        if name not in _LATER:
            raise missing("nn", name)
        found = globals()[name] = attribute(_LATER[name], name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
