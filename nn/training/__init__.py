"""Training: `fit`, `predict`, callbacks, checkpoints and the history."""

from nn.training.callbacks import EarlyStopping, Epoch
from nn.training.checkpoint import Checkpoint, CheckpointError
from nn.training.fitting import fit
from nn.training.history import History
from nn.training.predicting import predict

__all__ = ["Checkpoint", "CheckpointError", "EarlyStopping", "Epoch", "History", "fit", "predict"]
