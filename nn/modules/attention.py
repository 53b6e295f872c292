"""Multi-head self-attention."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd._common.foreign import explained
from autograd.engine import backend
from nn._common.checks import setting, shape_of, shown, size
from nn._common.seeds import Seed, source
from nn.modules.activations import Operand
from nn.modules.init import Initialiser
from nn.modules.layers import Linear
from nn.modules.module import Module

__all__ = ["Attention"]


class Attention(Module):
    """Multi-head self-attention (Vaswani et al. 2017).

    In each head, the output of a position is a weighted mean of the values of all positions it sees, with the weights
    softmax(query · key/√d). The outputs of the heads are concatenated and passed through a linear layer.

    Parameters
    ----------
    width : int
        Length of the vector of each position, in the input and the output.
    heads : int
        Number of heads, a divisor of the width.
    causal : bool
        Whether a position sees only itself and earlier positions.
    bias, name, init, seed
        See `Layer`, for the four linear layers.

    Examples
    --------
    >>> attention = Attention(4, 2)
    >>> ys = attention([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
    >>> len(ys), len(ys[0]), len(attention.parameters())
    (2, 4, 64)
    """

    @explained("layer")
    def __init__(
        self, width: int, heads: int, *, causal: bool = True, bias: str = "none", name: str = "attention",
        init: str | Initialiser = "uniform", seed: Seed = None,
    ) -> None:  # fmt: skip
        self.name, self.causal = name, setting(name, "causal", causal)
        self.width, self.heads = size(f"{name}: width", width), size(f"{name}: heads", heads)
        if self.width % self.heads:
            raise ValueError(f"{name}: width must be a multiple of heads, got {width} and {heads}")
        draw = source(seed)
        self.query, self.key, self.value, self.out = (
            Linear(width, width, bias=bias, name=f"{name}: {part}", init=init, seed=draw)
            for part in ("query", "key", "value", "out")
        )

    def __call__(self, xs: Sequence[Sequence[Operand]]) -> list[list[Any]]:
        """Return a vector of `width` values for each position."""
        if shape_of(xs)[:1] in ((), (0,)):
            raise ValueError(f"{self.name}: takes one or more vectors of {self.width}, got {shown(xs)}")
        queries, keys, values = ([layer(x) for x in xs] for layer in (self.query, self.key, self.value))
        length = self.width // self.heads
        parts = [slice(start, start + length) for start in range(0, self.width, length)]
        heads = [self._head(*([x[part] for x in xs] for xs in (queries, keys, values))) for part in parts]
        return [self.out([y for head in heads for y in head[t]]) for t in range(len(xs))]

    def _head(self, queries: list[list[Any]], keys: list[list[Any]], values: list[list[Any]]) -> list[list[Any]]:
        """Return the output of one head at each position."""
        scale, columns, outputs = 1.0 / math.sqrt(len(queries[0])), list(zip(*values, strict=True)), []
        for t, query in enumerate(queries):
            seen = t + 1 if self.causal else len(keys)
            scaled = [q * scale for q in query]
            scores = [backend.dot(scaled, key) for key in keys[:seen]]
            total = backend.logsumexp(scores)
            weights = [backend.exp(score - total) for score in scores]
            outputs.append([backend.dot(weights, column[:seen]) for column in columns])
        return outputs

    def __repr__(self) -> str:
        return f"Attention({self.width}, heads={self.heads}{'' if self.causal else ', causal=False'})"
