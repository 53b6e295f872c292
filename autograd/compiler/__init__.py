"""Replay: record a graph once, run it without Python. This module only re-exports."""

from autograd.compiler.call import compile
from autograd.compiler.function import Function
from autograd.compiler.program import Program
from autograd.compiler.record.observing import recording
from autograd.compiler.run.results import Gradients
from autograd.errors import BranchChanged

__all__ = ["BranchChanged", "Function", "Gradients", "Program", "compile", "recording"]
