"""PyTorch on the CPU: networks in arrays."""

from __future__ import annotations

import importlib
import itertools
from typing import Any

from benchmarks.graphs import SHAPES, rate
from benchmarks.peers import Work

__all__ = ["replay", "training"]


def _torch() -> Any:
    torch: Any = importlib.import_module("torch")
    torch.set_num_threads(1)  # the fastest for numbers so few
    return torch


def _layers(torch: Any, parameters: list[float]) -> list[tuple[Any, Any]]:
    """Weights and biases as leaves."""
    layers, start = [], 0
    for fan_in, fan_out in SHAPES:
        size = fan_out * (fan_in + 1)
        block = torch.tensor(parameters[start : start + size], dtype=torch.float64).reshape(fan_out, fan_in + 1)
        layers.append((block[:, :-1].clone().requires_grad_(), block[:, -1].clone().requires_grad_()))
        start += size
    return layers


def replay(problem: dict[str, Any]) -> Work:
    """Gradients of the parameters, summed over the samples; of the network only."""
    torch, work = _torch(), Work({}, {})
    for name, batch in problem.items():
        table = torch.tensor(batch["columns"], dtype=torch.float64)
        inputs, target = table[:2].T.contiguous(), table[2]
        layers = _layers(torch, batch["parameters"])

        def step(inputs: Any = inputs, target: Any = target, layers: Any = layers) -> Any:
            values = inputs
            for weights, biases in layers:
                values = torch.nn.functional.linear(values, weights, biases)
                values = torch.tanh(values) if len(biases) > 1 else values
            leaves = [leaf for pair in layers for leaf in pair]
            return torch.autograd.grad(((values[:, 0] - target) ** 2).sum(), leaves)

        found = step()
        pairs = zip(found[::2], found[1::2])
        work.numbers[name] = [x for w, b in pairs for x in torch.cat([w, b[:, None]], 1).ravel().tolist()]
        work.cases[name] = step
    return work


def training(problem: dict[str, Any]) -> Work:
    """Return the demo with torch.nn and torch.optim."""
    torch = _torch()
    points, labels, layers, alpha = (problem[key] for key in ("points", "labels", "layers", "alpha"))
    sizes = [len(points[0]), *map(len, layers)]
    parts: list[Any] = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        parts += [torch.nn.Linear(fan_in, fan_out, dtype=torch.float64), torch.nn.ReLU()]
    model = torch.nn.Sequential(*parts[:-1])
    with torch.no_grad():
        for linear, rows in zip(model[::2], layers):
            linear.weight.copy_(torch.tensor(rows, dtype=torch.float64))
            linear.bias.zero_()
    x, y = (torch.tensor(numbers, dtype=torch.float64) for numbers in (points, labels))
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    done = 0

    def step() -> float:
        nonlocal done
        optimizer.param_groups[0]["lr"] = rate(done)
        optimizer.zero_grad()
        loss = torch.relu(1 - y * model(x)[:, 0]).mean() + alpha * sum((p * p).sum() for p in model.parameters())
        loss.backward()
        optimizer.step()
        done += 1
        return float(loss.detach())

    return Work({"losses": [step() for _ in range(problem["checked"])]}, {"step": step})
