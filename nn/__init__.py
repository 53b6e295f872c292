"""Neurons on top of `autograd`: modules, layers, optimisers. This file is the face: it re-exports, nothing else."""

from nn.layers import ACTIVATIONS, MLP, Layer, Neuron
from nn.module import Module
from nn.optim import SGD

__all__ = ["ACTIVATIONS", "MLP", "SGD", "Layer", "Module", "Neuron"]
