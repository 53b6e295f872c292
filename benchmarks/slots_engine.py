"""The fastest tidy scalar engine in plain Python: slots, local derivatives in tuples, no recursion.

It is a reference for the benchmarks, not part of scalargrad; storing local derivatives instead of closures is the idea
of Karpathy's microgpt.
"""

from __future__ import annotations

import math

__all__ = ["Scalar", "backward", "count", "exp", "log", "relu"]


class Scalar:
    """A number that records how it was computed."""

    __slots__ = ("data", "derivatives", "grad", "parents", "pending")

    def __init__(self, data: float, parents: tuple[Scalar, ...] = (), derivatives: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.pending = 0
        self.parents = parents
        self.derivatives = derivatives

    def __add__(self, other: Scalar | float) -> Scalar:
        if isinstance(other, Scalar):
            return Scalar(self.data + other.data, (self, other), (1.0, 1.0))
        return Scalar(self.data + other, (self,), (1.0,))

    __radd__ = __add__

    def __mul__(self, other: Scalar | float) -> Scalar:
        if isinstance(other, Scalar):
            return Scalar(self.data * other.data, (self, other), (other.data, self.data))
        return Scalar(self.data * other, (self,), (other,))

    __rmul__ = __mul__

    def __sub__(self, other: Scalar | float) -> Scalar:
        if isinstance(other, Scalar):
            return Scalar(self.data - other.data, (self, other), (1.0, -1.0))
        return Scalar(self.data - other, (self,), (1.0,))

    def __rsub__(self, other: float) -> Scalar:
        return Scalar(other - self.data, (self,), (-1.0,))

    def __truediv__(self, other: Scalar | float) -> Scalar:
        if isinstance(other, Scalar):
            out = self.data / other.data
            return Scalar(out, (self, other), (1.0 / other.data, -out / other.data))
        return Scalar(self.data / other, (self,), (1.0 / other,))

    def __rtruediv__(self, other: float) -> Scalar:
        out = other / self.data
        return Scalar(out, (self,), (-out / self.data,))

    def __pow__(self, exponent: float) -> Scalar:
        return Scalar(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1.0),))

    def __neg__(self) -> Scalar:
        return Scalar(-self.data, (self,), (-1.0,))


def exp(x: Scalar) -> Scalar:
    """Exponential."""
    out = math.exp(x.data)
    return Scalar(out, (x,), (out,))


def log(x: Scalar) -> Scalar:
    """Natural logarithm."""
    return Scalar(math.log(x.data), (x,), (1.0 / x.data,))


def relu(x: Scalar) -> Scalar:
    """Max(x, 0)."""
    return Scalar(x.data, (x,), (1.0,)) if x.data > 0.0 else Scalar(0.0, (x,), (0.0,))


def backward(output: Scalar) -> None:
    """Add to the `grad` of everything below `output`, which must be fresh: interior grads are not reset.

    Examples
    --------
    >>> x = Scalar(3.0)
    >>> backward(x * x * x)
    >>> x.grad
    27.0
    """
    stack = [output]
    while stack:  # count the users of each node; counters are back at 0 once all have passed their share on
        for parent in stack.pop().parents:
            if not parent.pending:
                stack.append(parent)
            parent.pending += 1
    output.grad = 1.0
    stack.append(output)
    while stack:
        node = stack.pop()
        grad = node.grad
        for parent, derivative in zip(node.parents, node.derivatives):
            parent.grad += derivative * grad
            parent.pending -= 1
            if not parent.pending:
                stack.append(parent)


def count(output: Scalar) -> int:
    """Return the number of operations below `output`.

    Examples
    --------
    >>> x = Scalar(3.0)
    >>> count(x * x + x)
    2
    """
    seen = {output}
    stack = [output]
    while stack:
        for parent in stack.pop().parents:
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return sum(1 for node in seen if node.parents)
