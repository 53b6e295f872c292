"""micrograd: its own demo, Values one by one as in the notebook."""

from __future__ import annotations

import importlib
from typing import Any

from benchmarks.graphs import rate
from benchmarks.peers import Work

__all__ = ["training"]


def training(problem: dict[str, Any]) -> Work:
    """Return a step over all points."""
    nn: Any = importlib.import_module("micrograd.nn")
    engine: Any = importlib.import_module("micrograd.engine")
    points, labels, layers, alpha = (problem[key] for key in ("points", "labels", "layers", "alpha"))
    model = nn.MLP(len(points[0]), [len(rows) for rows in layers])
    for layer, rows in zip(model.layers, layers):
        for neuron, row in zip(layer.neurons, rows):
            for weight, number in zip(neuron.w, row):
                weight.data = number
    done = 0

    def step() -> float:
        nonlocal done
        inputs = [list(map(engine.Value, row)) for row in points]
        scores = list(map(model, inputs))
        losses = [(1 + -y * score).relu() for y, score in zip(labels, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + alpha * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= rate(done) * p.grad
        done += 1
        return float(total.data)

    return Work({"losses": [step() for _ in range(problem["checked"])]}, {"step": step})
