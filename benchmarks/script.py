"""A language model trained by a script of plain Python, and the same script with its class of numbers replaced by ours.

The script is what tutorials have: a class with operators, children in tuples and a recursive order; vectors are lists,
a product of a matrix and a vector is a sum over a generator, and Adam is a loop over the parameters. Each step records
a fresh graph. `python -m benchmarks.script CASE` runs a case in a process of its own.

The floor is the same script on plain floats, which computes no gradients: the loops, the arithmetic and the optimiser,
which no class of numbers can do without.
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

__all__ = ["CASES", "Floats", "Number", "Script", "measure"]

CASES = {"script": "python", "script, C core": "c", "script, Python core": "python", "script, plain floats": "python"}
"""By case, the core in use."""

CHECKED = 3  # losses that must agree; of plain floats, which don't move, the first
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
    """The model, its line of tokens and its optimiser, over a class of numbers.

    Attributes
    ----------
    no_grad : float
        What a step leaves in the `grad` of the parameters.
    """

    no_grad: float = 0

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
        powers = self.powers(logits)
        total = sum(powers)
        return [power / total for power in powers]

    def powers(self, logits: list[Any]) -> list[Any]:
        """Return the exponentials of logits, relative to the largest."""
        largest = max(logit.data for logit in logits)
        return [(logit - largest).exp() for logit in logits]

    def rectified(self, x: list[Any]) -> list[Any]:
        """Return the positive parts."""
        return [xi.relu() for xi in x]

    def surprise(self, probability: Any) -> Any:
        """Return the negative logarithm of a probability."""
        return -probability.log()

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
        x = self.linear("down", self.rectified(self.linear("up", x)))
        return self.linear("head", [a + b for a, b in zip(x, before)])

    def loss(self) -> Any:
        """Return the loss of the line."""
        keys: list[Any] = []
        values: list[Any] = []
        losses = []
        for position in range(LENGTH):
            shares = self.softmax(self.logits(self.line[position], position, keys, values))
            losses.append(self.surprise(shares[self.line[position + 1]]))
        return (1.0 / LENGTH) * sum(losses)

    def move(self) -> None:
        """Move the parameters by Adam."""
        self.done += 1
        means, squares = self.means, self.squares
        for i, p in enumerate(self.parameters):
            means[i] = BETA1 * means[i] + (1.0 - BETA1) * p.grad
            squares[i] = BETA2 * squares[i] + (1.0 - BETA2) * p.grad**2
            mean, square = means[i] / (1.0 - BETA1**self.done), squares[i] / (1.0 - BETA2**self.done)
            p.data -= RATE * mean / (square**0.5 + EPS)
            p.grad = self.no_grad

    def step(self) -> float:
        """Record the loss of the line, differentiate it, move the parameters; return the loss."""
        loss = self.loss()
        loss.backward()
        self.move()
        return float(loss.data)


class Floats(Script):
    """The script on plain floats: no graph and no gradients; the parameters that the optimiser moves are apart."""

    no_grad = 0.25  # as powers of 0 are faster than those of a gradient

    def __init__(self) -> None:
        super().__init__(Number)
        for p in self.parameters:
            p.grad = self.no_grad
        self.weights = {key: [[p.data for p in row] for row in rows] for key, rows in self.weights.items()}

    def powers(self, logits: list[float]) -> list[float]:
        """As of numbers."""
        largest, exp = max(logit for logit in logits), math.exp
        return [exp(logit - largest) for logit in logits]

    def rectified(self, x: list[float]) -> list[float]:
        """As of numbers."""
        return [xi if xi > 0.0 else 0.0 for xi in x]

    def surprise(self, probability: float) -> float:
        """As of a number."""
        return -math.log(probability)

    def step(self) -> float:
        """Compute the loss, move the parameters by gradients that are given; return the loss."""
        loss = self.loss()
        self.move()
        return float(loss)


def measure(settings: Settings, found: Found) -> Times:
    """Times of a step, with the script's own class, with ours on either core, and on plain floats."""
    with ExitStack() as stack:
        samplers: dict[str, Sampler] = {}
        expected: dict[str, list[float]] = {}
        for case, core in CASES.items():
            process = Process("", "benchmarks.script", case, cache=settings.cache, AUTOGRAD_CORE=core)
            stack.callback(process.close)
            try:
                process.receive()
                losses = process.ask(losses=CHECKED)
            except OSError as error:  # the C core isn't built
                found.missing[case] = str(error)
                continue
            expected = expected or losses
            checked = {"losses": losses["losses"][:1]} if case == "script, plain floats" else losses
            differs = agreement(checked, {"losses": expected["losses"][: len(checked["losses"])]})
            if differs:
                found.missing[case] = differs
            else:
                samplers[case] = _sampler(process)
        return alternate(samplers, settings, "a script")


def _sampler(process: Process) -> Sampler:
    return lambda seconds: float(process.ask(seconds=seconds)["seconds"])


class Answering:
    """The script in the case that the command line names."""

    def __init__(self) -> None:
        self.script = _script(sys.argv[1])

    def __call__(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a request."""
        if "losses" in request:
            return {"losses": [self.script.step() for _ in range(request["losses"])]}
        return {"seconds": sample(self.script.step, request["seconds"])}


def _script(case: str) -> Script:
    if case == "script":
        return Script(Number)
    if case == "script, plain floats":
        return Floats()
    from autograd import Value

    return Script(Value)


if __name__ == "__main__":
    serve(Answering)
