"""Normalisation of the values of one sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd._common.foreign import explained
from autograd.engine import backend
from autograd.engine.backend import Value
from nn._common.checks import check_operands, setting, size, switch
from nn.modules.activations import Operand
from nn.modules.module import Module

__all__ = ["LayerNorm", "RMSNorm"]


class LayerNorm(Module):
    """Layer normalisation, gain·(x − mean)/√(variance + eps) + bias over the values of a sample (Ba et al. 2016).

    Parameters
    ----------
    width : int
        Number of values.
    eps : float
        Keeps the root from being 0; not negative.
    name : str
        Name in error messages.

    Examples
    --------
    >>> norm = LayerNorm(3, eps=0.0)
    >>> [round(y.data, 4) for y in norm([1.0, 2.0, 3.0])]
    [-1.2247, 0.0, 1.2247]
    """

    @explained("layer")
    def __init__(self, width: int, *, eps: float = 1e-5, name: str = "layer norm") -> None:
        self.name = name
        self.width, self.eps = size(f"{name}: width", width), setting(name, "eps", eps)
        self.gain = [Value(1.0, label=f"gain{i + 1}") for i in range(self.width)]
        self.bias = [Value(0.0, label=f"bias{i + 1}") for i in range(self.width)]

    def __call__(self, xs: Sequence[Operand]) -> list[Any]:
        """Return the normalised values, `width` of them."""
        check_operands(self.name, self.width, xs)
        mean = backend.mean(xs)
        centred = [backend.sub(x, mean) for x in xs]
        scale = _inverse_root(centred, self.eps)
        return [
            backend.add(backend.mul(backend.mul(c, scale), gain), bias)
            for c, gain, bias in zip(centred, self.gain, self.bias, strict=True)
        ]

    def __repr__(self) -> str:
        return f"LayerNorm({self.width}, eps={self.eps!r})"


class RMSNorm(Module):
    """Root-mean-square normalisation, gain·x/√(mean of x² + eps) (Zhang and Sennrich 2019).

    Parameters and errors are those of `LayerNorm`; with `gain=False` there are no trained parameters.

    Examples
    --------
    >>> norm = RMSNorm(2, eps=0.0)
    >>> [round(y.data, 4) for y in norm([3.0, 4.0])]
    [0.8485, 1.1314]
    """

    @explained("layer")
    def __init__(self, width: int, *, eps: float = 1e-5, gain: bool = True, name: str = "rms norm") -> None:
        self.name = name
        self.width, self.eps = size(f"{name}: width", width), setting(name, "eps", eps)
        self.gain = [Value(1.0, label=f"gain{i + 1}") for i in range(self.width * switch(f"{name}: gain", gain))]

    def __call__(self, xs: Sequence[Operand]) -> list[Any]:
        """Return the normalised values, `width` of them."""
        check_operands(self.name, self.width, xs)
        scale = _inverse_root(xs, self.eps)
        ys = [backend.mul(x, scale) for x in xs]
        return [backend.mul(y, gain) for y, gain in zip(ys, self.gain, strict=True)] if self.gain else ys

    def __repr__(self) -> str:
        return f"RMSNorm({self.width}, eps={self.eps!r}{'' if self.gain else ', gain=False'})"


def _inverse_root(xs: Sequence[Operand], eps: float) -> Any:
    """1/√(mean of x² + eps)."""
    return backend.pow(backend.add(backend.div(backend.dot(xs, xs), float(len(xs))), eps), -0.5)
