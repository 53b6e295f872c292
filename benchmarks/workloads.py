"""The workloads, each written once over the number type of an engine, which `Number` stands for.

Operations are scalar and unfused, as written by hand. An engine with its own network or sum (see `engines.Engine`)
uses these in place of the loops, and has a separate row in the tables.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.engines import Engine
from benchmarks.graphs import Number

__all__ = ["WORKLOADS", "Workload", "chain", "gpt", "mlp", "multiply", "note_002"]


@dataclass(frozen=True)
class Workload:
    """A computation from leaves to one output.

    Attributes
    ----------
    name : str
        As in the tables.
    title : str
        A one-line description.
    leaves : tuple of float
        Values of the leaves whose gradients are computed.
    run : callable
        Maps (engine, leaves) to the output.
    staged : bool
        Whether a step is long enough to time forward, backward and free separately.
    times : int
        The number of times that `run` repeats the unit of a figure.
    differentiated : bool
        Whether a step includes backward.
    """

    name: str
    title: str
    leaves: tuple[float, ...]
    run: Callable[[Engine, Sequence[Number]], Number]
    staged: bool = True
    times: int = 1
    differentiated: bool = True


def chain(name: str, links: int) -> Workload:
    """`x = x*a + b`, `links` times: depth only."""

    def run(engine: Engine, leaves: Sequence[Number]) -> Number:
        x, a, b = leaves
        for _ in range(links):
            x = x * a + b
        return x

    return Workload(name, f"chain x = x*a + b, {links:,} times", (0.5, 0.9999, 1e-4), run)


def mlp(name: str, points: int = 100, sizes: tuple[int, ...] = (2, 16, 16, 1)) -> Workload:
    """Return a multilayer perceptron on two classes: ReLU, hinge loss, L2 penalty; one full batch."""
    source = random.Random(2)
    leaves: list[float] = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        for _ in range(fan_out):
            leaves += [source.uniform(-1.0, 1.0) for _ in range(fan_in)]
            leaves.append(source.uniform(-0.1, 0.1))
    inputs = [[source.gauss(0.0, 1.0) for _ in range(sizes[0])] for _ in range(points)]
    targets = [1.0 if x[0] * x[0] + x[1] > 0.5 else -1.0 for x in inputs]

    def run(engine: Engine, leaves: Sequence[Number]) -> Number:
        network, relu = engine.network(sizes, leaves), engine.relu
        losses = [relu(1.0 + -target * network(x)) for x, target in zip(inputs, targets)]
        return engine.total(losses) * (1.0 / points) + 1e-4 * engine.squares(leaves)

    shape = "-".join(map(str, sizes))
    return Workload(name, f"MLP {shape}, ReLU, hinge loss, L2, {points} points", tuple(leaves), run)


START = (0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55)


def note_002(name: str) -> Workload:
    """Return the 2-2-2 sigmoid network of note 002."""

    def run(engine: Engine, leaves: Sequence[Number]) -> Number:
        w1, w2, w3, w4, w5, w6, w7, w8 = leaves
        sigmoid = engine.sigmoid
        out_h1 = sigmoid(w1 * 0.05 + w2 * 0.10 + 0.35)
        out_h2 = sigmoid(w3 * 0.05 + w4 * 0.10 + 0.35)
        out_o1 = sigmoid(w5 * out_h1 + w6 * out_h2 + 0.60)
        out_o2 = sigmoid(w7 * out_h1 + w8 * out_h2 + 0.60)
        error_1 = 0.01 - out_o1
        error_2 = 0.99 - out_o2
        return 0.5 * (error_1 * error_1) + 0.5 * (error_2 * error_2)

    return Workload(name, "the 2-2-2 sigmoid network of note 002", START, run, staged=False)


def gpt(
    name: str, width: int = 16, heads: int = 4, layers: int = 1, tokens: int = 8, vocabulary: int = 27,
    line: Sequence[int] = (), normed_first: bool = True,
) -> Workload:  # fmt: skip
    """Return one training step of a small GPT (RMSNorm, causal attention, ReLU), as in Karpathy's microgpt.

    `line` are its tokens, random by default; if not `normed_first`, the last vectors are normalised instead of the
    first, as in the GPT of the notebooks.
    """
    source = random.Random(4)
    shapes = {"token": (vocabulary, width), "position": (tokens, width), "head": (vocabulary, width)}
    for layer in range(layers):
        shapes |= {f"{layer}.{which}": (width, width) for which in ("query", "key", "value", "out")}
        shapes |= {f"{layer}.up": (4 * width, width), f"{layer}.down": (width, 4 * width)}
    count = sum(rows * columns for rows, columns in shapes.values())
    leaves = tuple(source.gauss(0.0, 0.08) for _ in range(count))
    text = line or [source.randrange(vocabulary) for _ in range(tokens + 1)]
    size = width // heads

    def matrices(leaves: Sequence[Number]) -> dict[str, list[Sequence[Number]]]:
        found, start = {}, 0
        for key, (rows, columns) in shapes.items():
            found[key] = [leaves[start + row * columns : start + (row + 1) * columns] for row in range(rows)]
            start += rows * columns
        return found

    def product(ws: Sequence[Number], xs: Sequence[Number]) -> Number:
        terms = zip(ws, xs)
        w, x = next(terms)
        out = w * x
        for w, x in terms:
            out = out + w * x
        return out

    def normalised(xs: list[Number]) -> list[Number]:
        scale = (product(xs, xs) / len(xs) + 1e-5) ** -0.5
        return [x * scale for x in xs]

    def run(engine: Engine, leaves: Sequence[Number]) -> Number:
        exp, log, relu, total, number = engine.exp, engine.log, engine.relu, engine.total, engine.number
        weights = matrices(leaves)

        def linear(key: str, xs: list[Number]) -> list[Number]:
            return [product(row, xs) for row in weights[key]]

        def softmax(xs: list[Number]) -> list[Number]:
            highest = max(map(number, xs))
            powers = [exp(x - highest) for x in xs]
            whole = total(powers)
            return [power / whole for power in powers]

        keys: list[list[list[Number]]] = [[] for _ in range(layers)]
        values: list[list[list[Number]]] = [[] for _ in range(layers)]
        losses = []
        for position in range(tokens):
            both = zip(weights["token"][text[position]], weights["position"][position])
            x = [token + place for token, place in both]
            x = normalised(x) if normed_first else x
            for layer in range(layers):
                skip, x = x, normalised(x)
                query = linear(f"{layer}.query", x)
                keys[layer].append(linear(f"{layer}.key", x))
                values[layer].append(linear(f"{layer}.value", x))
                mixed: list[Number] = []
                for start in range(0, width, size):
                    part = slice(start, start + size)
                    shares = softmax([product(query[part], key[part]) / math.sqrt(size) for key in keys[layer]])
                    mixed += [product(shares, [v[i] for v in values[layer]]) for i in range(start, start + size)]
                x = [a + b for a, b in zip(linear(f"{layer}.out", mixed), skip)]
                skip, x = x, normalised(x)
                x = [a + b for a, b in zip(linear(f"{layer}.down", [relu(h) for h in linear(f"{layer}.up", x)]), skip)]
            x = x if normed_first else normalised(x)
            losses.append(-log(softmax(linear("head", x))[text[position + 1]]))
        return total(losses) * (1.0 / tokens)

    title = f"GPT step: width {width}, {heads} heads, {layers} layer, {tokens} tokens, vocabulary {vocabulary}"
    return Workload(name, title, leaves, run)


def multiply(name: str, times: int = 100_000) -> Workload:
    """Return one product, repeatedly, with each result dropped."""

    def run(engine: Engine, leaves: Sequence[Number]) -> Number:
        a, b = leaves
        for _ in range(times):
            a * b
        return a * b

    return Workload(name, "one a*b, its result dropped", (1.5, -0.75), run, False, times, False)


WORKLOADS = {
    workload.name: workload
    for workload in (multiply("a*b"), chain("W1", 10_000), mlp("W2"), note_002("W3"), gpt("W4"), chain("W5", 500_000))
}
