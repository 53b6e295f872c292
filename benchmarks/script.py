"""A language model trained by a script of plain Python, and the same script with its class of numbers replaced by ours.

The script is what tutorials have: a class with operators, children in tuples and a recursive order; vectors are lists,
a product of a matrix and a vector is a sum over a generator, and Adam is a loop over the parameters. Each step records
a fresh graph. `python -m benchmarks.script CLASS` runs it in a process of its own.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from benchmarks.process import Process, serve
from benchmarks.timing import Found, Sampler, Settings, Times, agreement, alternate, sample

__all__ = ["CLASSES", "Number", "Script", "measure"]

CLASSES = {"script": "", "script, C core": "c", "script, Python core": "python"}
"""By case, the core whose Values replace the script's own numbers, if any."""

CHECKED = 3  # losses that must agree
VOCABULARY, WIDTH, HEADS, LENGTH = 27, 16, 4, 8
RATE, BETA1, BETA2, EPS = 0.01, 0.85, 0.99, 1e-8


class Number:
    """A number that knows its children and its local derivatives, as scripts write it."""

    def __init__(self, data: float, children: tuple[Number, ...] = (), local: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.children = children
        self.local = local

    def __add__(self, other: Number | float) -> Number:
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Number | float) -> Number:
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, exponent: float) -> Number:
        return Number(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))

    def log(self) -> Number:
        """Natural logarithm."""
        return Number(math.log(self.data), (self,), (1.0 / self.data,))

    def exp(self) -> Number:
        """Exponential."""
        return Number(math.exp(self.data), (self,), (math.exp(self.data),))

    def relu(self) -> Number:
        """Max(x, 0)."""
        return Number(max(0.0, self.data), (self,), (float(self.data > 0.0),))

    def __neg__(self) -> Number:
        return self * -1.0

    def __radd__(self, other: float) -> Number:
        return self + other

    def __sub__(self, other: Number | float) -> Number:
        return self + (-other)

    def __rmul__(self, other: float) -> Number:
        return self * other

    def __truediv__(self, other: Number | float) -> Number:
        return self * other**-1

    def backward(self) -> None:
        """Add to the `grad` of everything below."""
        order: list[Number] = []
        seen: set[Number] = set()

        def visit(node: Number) -> None:
            if node not in seen:
                seen.add(node)
                for child in node.children:
                    visit(child)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for child, local in zip(node.children, node.local):
                child.grad += local * node.grad


class Script:
    """The model, its line of tokens and its optimiser, over a class of numbers."""

    def __init__(self, number: Callable[[float], Any]) -> None:
        source = random.Random(42)

        def matrix(rows: int, columns: int) -> list[list[Any]]:
            return [[number(source.gauss(0.0, 0.08)) for _ in range(columns)] for _ in range(rows)]

        self.weights = {
            "token": matrix(VOCABULARY, WIDTH), "position": matrix(LENGTH, WIDTH), "head": matrix(VOCABULARY, WIDTH),
            **{name: matrix(WIDTH, WIDTH) for name in ("query", "key", "value", "out")},
            "up": matrix(4 * WIDTH, WIDTH), "down": matrix(WIDTH, 4 * WIDTH),
        }  # fmt: skip
        self.parameters = [p for rows in self.weights.values() for row in rows for p in row]
        self.means, self.squares = [0.0] * len(self.parameters), [0.0] * len(self.parameters)
        self.line = [source.randrange(VOCABULARY) for _ in range(LENGTH + 1)]
        self.done = 0

    def linear(self, name: str, x: list[Any]) -> list[Any]:
        """Return the product of a matrix and a vector."""
        return [sum(w * xi for w, xi in zip(row, x)) for row in self.weights[name]]

    def softmax(self, logits: list[Any]) -> list[Any]:
        """Return the probabilities of logits."""
        largest = max(logit.data for logit in logits)
        powers = [(logit - largest).exp() for logit in logits]
        total = sum(powers)
        return [power / total for power in powers]

    def normalised(self, x: list[Any]) -> list[Any]:
        """Divide a vector by its root mean square."""
        scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
        return [xi * scale for xi in x]

    def logits(self, token: int, position: int, keys: list[Any], values: list[Any]) -> list[Any]:
        """Return the logits of the next token; the keys and values of this one are added to those before."""
        x = [t + p for t, p in zip(self.weights["token"][token], self.weights["position"][position])]
        x = self.normalised(x)
        before, x = x, self.normalised(x)
        query = self.linear("query", x)
        keys.append(self.linear("key", x))
        values.append(self.linear("value", x))
        size, mixed = WIDTH // HEADS, []
        for start in range(0, WIDTH, size):
            part = slice(start, start + size)
            scores = [sum(q * k for q, k in zip(query[part], key[part])) / size**0.5 for key in keys]
            shares = self.softmax(scores)
            mixed += [sum(s * v[i] for s, v in zip(shares, values)) for i in range(start, start + size)]
        x = [a + b for a, b in zip(self.linear("out", mixed), before)]
        before, x = x, self.normalised(x)
        x = self.linear("down", [h.relu() for h in self.linear("up", x)])
        return self.linear("head", [a + b for a, b in zip(x, before)])

    def step(self) -> float:
        """Record the loss of the line, differentiate it, move the parameters; return the loss."""
        keys: list[Any] = []
        values: list[Any] = []
        losses = []
        for position in range(LENGTH):
            shares = self.softmax(self.logits(self.line[position], position, keys, values))
            losses.append(-shares[self.line[position + 1]].log())
        loss = (1.0 / LENGTH) * sum(losses)
        loss.backward()
        self.done += 1
        means, squares = self.means, self.squares
        for i, p in enumerate(self.parameters):
            means[i] = BETA1 * means[i] + (1.0 - BETA1) * p.grad
            squares[i] = BETA2 * squares[i] + (1.0 - BETA2) * p.grad**2
            mean, square = means[i] / (1.0 - BETA1**self.done), squares[i] / (1.0 - BETA2**self.done)
            p.data -= RATE * mean / (square**0.5 + EPS)
            p.grad = 0
        return float(loss.data)


def measure(settings: Settings, found: Found) -> Times:
    """Times of a step, with the script's own class and with ours on either core."""
    with ExitStack() as stack:
        samplers: dict[str, Sampler] = {}
        expected: dict[str, list[float]] = {}
        for case, core in CLASSES.items():
            process = Process("", "benchmarks.script", core, cache=settings.cache, AUTOGRAD_CORE=core or "python")
            stack.callback(process.close)
            try:
                process.receive()
                losses = process.ask(losses=CHECKED)
            except OSError as error:  # the C core isn't built
                found.missing[case] = str(error)
                continue
            expected = expected or losses
            differs = agreement(losses, expected)
            if differs:
                found.missing[case] = differs
            else:
                samplers[case] = _sampler(process)
        return alternate(samplers, settings, "a script")


def _sampler(process: Process) -> Sampler:
    return lambda seconds: float(process.ask(seconds=seconds)["seconds"])


class Answering:
    """The script over the class that the command line names."""

    def __init__(self) -> None:
        self.script = Script(_value() if sys.argv[1] else Number)

    def __call__(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a request."""
        if "losses" in request:
            return {"losses": [self.script.step() for _ in range(request["losses"])]}
        return {"seconds": sample(self.script.step, request["seconds"])}


def _value() -> Callable[[float], Any]:
    from autograd import Value

    return Value


if __name__ == "__main__":
    serve(Answering)
