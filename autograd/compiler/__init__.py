"""Replay: record a graph once, run it without Python. This file is the face: it re-exports, nothing else."""

from autograd.errors import BranchChanged
from autograd.replay.compiling import compile
from autograd.replay.function import Function
from autograd.replay.observing import recording
from autograd.replay.program import Program
from autograd.replay.results import Gradients

__all__ = ["BranchChanged", "Function", "Gradients", "Program", "compile", "recording"]
