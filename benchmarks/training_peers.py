"""micrograd's demo in other packages, for `benchmarks.training`: a line of JSON in, a line of JSON out.

Run by each package's own interpreter, as `python -m benchmarks.training_peers NAME`; every peer starts from the same
weights and sees the same points, and is written as its users would write it.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable
from typing import Any

__all__ = ["PEERS", "rate"]

Step = Callable[[int], float]


def rate(step: int) -> float:
    """Return the demo's learning rate: 1 at first, 0.1 after a hundred steps."""
    return 1.0 - 0.9 * min(step, 100) / 100


def micrograd(points: Any, labels: Any, layers: Any, alpha: float) -> Step:
    """Values one by one, as in the demo's notebook."""
    from micrograd import nn
    from micrograd.engine import Value

    model = nn.MLP(len(points[0]), [len(rows) for rows in layers])
    for layer, rows in zip(model.layers, layers):
        for neuron, row in zip(layer.neurons, rows):
            for weight, number in zip(neuron.w, row):
                weight.data = number

    def step(k: int) -> float:
        inputs = [list(map(Value, row)) for row in points]
        scores = list(map(model, inputs))
        losses = [(1 + -y * score).relu() for y, score in zip(labels, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + alpha * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= rate(k) * p.grad
        return float(total.data)

    return step


def torch(points: Any, labels: Any, layers: Any, alpha: float) -> Step:
    """The vectorised network on the CPU, with autograd and torch.optim."""
    import torch as torch_

    torch_.set_num_threads(1)  # the fastest for numbers so few
    sizes = [len(points[0]), *map(len, layers)]
    parts: list[Any] = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        parts += [torch_.nn.Linear(fan_in, fan_out, dtype=torch_.float64), torch_.nn.ReLU()]
    model = torch_.nn.Sequential(*parts[:-1])
    with torch_.no_grad():
        for linear, rows in zip(model[::2], layers):
            linear.weight.copy_(torch_.tensor(rows, dtype=torch_.float64))
            linear.bias.zero_()
    x = torch_.tensor(points, dtype=torch_.float64)
    y = torch_.tensor(labels, dtype=torch_.float64)
    optimizer = torch_.optim.SGD(model.parameters(), lr=1.0)

    def step(k: int) -> float:
        optimizer.param_groups[0]["lr"] = rate(k)
        optimizer.zero_grad()
        loss = torch_.relu(1 - y * model(x)[:, 0]).mean() + alpha * sum((p * p).sum() for p in model.parameters())
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


def jax(points: Any, labels: Any, layers: Any, alpha: float) -> Step:
    """One jitted function for the whole step."""
    import jax as jax_
    import jax.numpy as jnp

    jax_.config.update("jax_enable_x64", True)
    x, y = jnp.array(points), jnp.array(labels)
    parameters = [(jnp.array(rows), jnp.zeros(len(rows))) for rows in layers]

    def loss(parameters: Any) -> Any:
        h = x
        for i, (w, b) in enumerate(parameters):
            h = h @ w.T + b
            h = jnp.maximum(h, 0.0) if i + 1 < len(parameters) else h
        penalty = sum((w * w).sum() + (b * b).sum() for w, b in parameters)
        return jnp.maximum(1 - y * h[:, 0], 0.0).mean() + alpha * penalty

    def moved(parameters: Any, lr: float) -> Any:
        value, gradients = jax_.value_and_grad(loss)(parameters)
        return value, jax_.tree_util.tree_map(lambda p, g: p - lr * g, parameters, gradients)

    jitted = jax_.jit(moved)

    def step(k: int) -> float:
        nonlocal parameters
        value, parameters = jitted(parameters, rate(k))
        return float(value)

    return step


PEERS = {
    "micrograd": ("micrograd==0.1.0", micrograd),
    "torch": ("torch==2.13.0", torch),
    "jax": ("jax==0.4.38", jax),
}


def main() -> None:
    """Answer requests until the input ends."""
    try:
        given = json.loads(sys.stdin.readline())
        step = PEERS[sys.argv[1]][1](given["points"], given["labels"], given["layers"], given["alpha"])
        losses = [step(k) for k in range(given["check"])]
        print(json.dumps({"losses": losses}), flush=True)
    except Exception as error:  # a package that is missing or broken
        print(json.dumps({"error": f"{type(error).__name__}: {error}"[:200]}), flush=True)
        return
    done = given["check"]
    for line in sys.stdin:
        count = json.loads(line)["steps"]
        start = time.perf_counter()
        for k in range(done, done + count):
            step(k)
        done += count
        print(json.dumps({"seconds": (time.perf_counter() - start) / count}), flush=True)


if __name__ == "__main__":
    main()
