"""Programs as source code in other languages: value and gradient, without dependency on this package."""

from autograd.compiler.export.c import to_c
from autograd.compiler.export.differentiable import to_jax, to_torch
from autograd.compiler.export.graph import ExportError
from autograd.compiler.export.javascript import to_javascript
from autograd.compiler.export.numpy import to_numpy

__all__ = ["ExportError", "to_c", "to_javascript", "to_jax", "to_numpy", "to_torch"]
