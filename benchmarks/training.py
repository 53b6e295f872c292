"""The training section: micrograd's demo with `nn.fit`, the notebooks' GPT, a script of Values, an epoch of samples."""

from __future__ import annotations

import itertools
import random
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import autograd as ag
import nn
from benchmarks import script
from benchmarks.graphs import rate
from benchmarks.language import TOKENS, language_model
from benchmarks.peers import running
from benchmarks.timing import Found, Sampler, Settings, Times, agreement, alternate, ours

__all__ = ["BATCHES", "measure"]

ALPHA = 1e-4
CHECKED = 3  # losses that must agree
STEPS = (2000, 100)
SAMPLES, BATCHES = 100_000, (256, 1024, 4096)


class Demo:
    """micrograd's demo: 100 moons, a 2-16-16-1 network with ReLU, hinge loss and L2, steps over all points."""

    def __init__(self) -> None:
        self.points, labels = nn.datasets.moons(100, noise=0.1, seed=1)
        self.labels = 2.0 * labels - 1.0
        draw = random.Random(1337)
        self.layers = [
            [[draw.uniform(-1.0, 1.0) for _ in range(fan_in)] for _ in range(fan_out)]
            for fan_in, fan_out in itertools.pairwise((2, 16, 16, 1))
        ]

    def model(self) -> nn.MLP:
        """Return a network of the starting weights."""
        net = nn.MLP(2, [16, 16, 1], activation="relu")
        net.set(weights=self.layers, biases=[[0.0] * len(rows) for rows in self.layers])
        return net

    def fitted(self, steps: int) -> tuple[nn.MLP, nn.History]:
        """Train with `nn.fit`."""
        net = self.model()
        history = nn.fit(
            net,
            self.points,
            self.labels,
            loss=lambda score, y: ag.relu(1.0 - y * score),
            optimizer=nn.SGD(net, lr=1.0),
            penalty=lambda parameters: ALPHA * ag.dot(parameters, parameters),
            schedule=rate,
            epochs=steps,
            batch_size=None,
            progress=False,
        )
        return net, history

    def eager(self) -> Callable[[], float]:
        """Return a step written as in micrograd's notebook."""
        model, points, labels = self.model(), self.points.tolist(), self.labels.tolist()
        parameters, done = model.parameters(), 0

        def step() -> float:
            nonlocal done
            scores = [model(row) for row in points]
            losses = [(1 + -y * score).relu() for y, score in zip(labels, scores)]
            data_loss = sum(losses) * (1.0 / len(losses))
            total = data_loss + ALPHA * sum(p * p for p in parameters)
            model.zero_grad()
            total.backward()
            for p in parameters:
                p.data -= rate(done) * p.grad
            done += 1
            return float(total.data)

        return step


def demo(settings: Settings, found: Found) -> Times:
    """Times of a step of micrograd's demo."""
    task = Demo()
    net, history = task.fitted(STEPS[-1])
    right = (nn.predict(net, task.points) > 0.0) == (task.labels > 0.0)
    found.facts["accuracy"] = float(right.mean())
    eager, expected = task.eager(), {"losses": history.loss[:CHECKED]}
    samplers = {f"fit, {n} steps": ours(partial(task.fitted, n), n) for n in STEPS}
    differs = agreement({"losses": [eager() for _ in range(CHECKED)]}, expected)
    if differs:
        found.missing["training eager"] = differs
    else:
        samplers["eager"] = ours(eager)
    problem = {"points": task.points.tolist(), "labels": task.labels.tolist(), "layers": task.layers}
    problem |= {"alpha": ALPHA, "checked": CHECKED}
    with running("training", ("micrograd", "torch", "jax"), problem, expected, settings, found) as theirs:
        return alternate(samplers | theirs, settings, "micrograd's demo")


def hinge(score: Any, target: Any) -> Any:
    """Return the demo's loss of a sample."""
    return ag.relu(1.0 - target * score)


def epoch(settings: Settings, found: Found) -> Times:
    """Measure an epoch of many samples through `nn.fit`, and through replay alone at the same batch size."""
    count = SAMPLES // (100 if settings.quick else 1)
    points, labels = nn.datasets.moons(count, noise=0.1, seed=1)
    targets, net = 2.0 * labels - 1.0, Demo().model()
    leaves = [ag.Value(0.1) for _ in range(3)]
    program = ag.compile(hinge(net(leaves[:2]), leaves[2]), inputs=leaves)
    table, optimizer = np.column_stack([points, targets]), nn.SGD(net, lr=1e-6)

    def fitted(size: int, shuffle: bool) -> None:
        options: dict[str, Any] = {"threads": 1, "progress": False, "shuffle": shuffle, "batch_size": size}
        nn.fit(net, points, targets, loss=hinge, optimizer=optimizer, epochs=1, **options)

    def replayed(size: int) -> None:
        for begin in range(0, count, size):
            program.backward(table[begin : begin + size], seed=1.0 / size, threads=1)

    samplers: dict[str, Sampler] = {}
    for size in BATCHES:
        samplers[f"epoch, {size:,}"] = ours(partial(fitted, size, True))
        samplers[f"epoch in order, {size:,}"] = ours(partial(fitted, size, False))
        samplers[f"replay alone, {size:,}"] = ours(partial(replayed, size))
    tracemalloc.start()
    fitted(BATCHES[1], True)
    found.facts |= {"memory of an epoch": float(tracemalloc.get_traced_memory()[1]), "samples of an epoch": count}
    tracemalloc.stop()
    return alternate(samplers, settings, "an epoch")


def measure(settings: Settings) -> Found:
    """Time everything: ours by name, others' as "micrograd step", "slots 8 tokens" and so on."""
    found = Found()
    found.times |= demo(settings, found)
    samplers: dict[str, Sampler] = {}
    for tokens in TOKENS:
        samplers |= language_model(tokens, found)
    found.times |= alternate(samplers, settings, "GPT")
    found.times |= script.measure(settings, found)
    found.times |= epoch(settings, found)
    return found
