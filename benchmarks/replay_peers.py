"""The network of `replay.py` in another package, timed on request: a line of JSON in, one out.

`python -m benchmarks.replay_peers casadi`: the scalar graph, in CasADi's own machine; `torch` and `jax`: the network in
arrays, as one would write it there. Loss and gradients of all parameters, summed over the samples, in 64 bits.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["PEERS", "main"]

SHAPES = ((2, 16), (16, 16), (16, 1))
Step = Callable[[], Any]


def casadi(parameters: Sequence[float], columns: Sequence[Sequence[float]]) -> tuple[Step, Callable[[Any], Any]]:
    """Return a step, and what makes its result a list of gradients."""
    ca: Any = importlib.import_module("casadi")
    x, p = ca.SX.sym("x", 3), ca.SX.sym("p", len(parameters))
    layer, place = [x[0], x[1]], 0
    for fan_in, fan_out in SHAPES:
        following = []
        for _ in range(fan_out):
            total = p[place + fan_in]
            for i, value in enumerate(layer):
                total = total + value * p[place + i]
            place += fan_in + 1
            following.append(total if fan_out == 1 else ca.tanh(total))
        layer = following
    loss = (layer[0] - x[2]) ** 2
    one = ca.Function("one", [x, p], [loss, ca.gradient(loss, p)])
    batch = one.map("batch", "serial", len(columns[0]), [1], [1])  # parameters are shared, gradients summed
    samples, numbers = ca.DM(columns), ca.DM(parameters)
    return lambda: batch(samples, numbers)[1], lambda found: found.full().ravel().tolist()


def torch(parameters: Sequence[float], columns: Sequence[Sequence[float]]) -> tuple[Step, Callable[[Any], Any]]:
    """Return a step, and what makes its result a list of gradients."""
    th: Any = importlib.import_module("torch")
    th.set_num_threads(1)
    table = th.tensor(columns, dtype=th.float64)
    blocks, place = [], 0
    for fan_in, fan_out in SHAPES:
        block = th.tensor(parameters[place : place + fan_out * (fan_in + 1)], dtype=th.float64)
        block = block.reshape(fan_out, fan_in + 1)
        blocks.append((block[:, :-1].clone().requires_grad_(), block[:, -1].clone().requires_grad_()))
        place += fan_out * (fan_in + 1)
    leaves = [leaf for pair in blocks for leaf in pair]
    inputs, target = table[:2].T.contiguous(), table[2]

    def step() -> Any:
        values = inputs
        for weights, biases in blocks:
            values = th.nn.functional.linear(values, weights, biases)
            values = th.tanh(values) if len(biases) > 1 else values
        return th.autograd.grad(((values[:, 0] - target) ** 2).sum(), leaves)

    def listed(found: Any) -> Any:
        pairs = zip(found[::2], found[1::2], strict=True)
        return [x for w, b in pairs for x in th.cat([w, b[:, None]], 1).ravel().tolist()]

    return step, listed


def jax(parameters: Sequence[float], columns: Sequence[Sequence[float]]) -> tuple[Step, Callable[[Any], Any]]:
    """Return a step, and what makes its result a list of gradients."""
    jx: Any = importlib.import_module("jax")
    jnp: Any = importlib.import_module("jax.numpy")
    jx.config.update("jax_enable_x64", True)
    table, numbers = jnp.array(columns), jnp.array(parameters)

    def loss(p: Any, table: Any) -> Any:
        values, place = table[:2].T, 0
        for fan_in, fan_out in SHAPES:
            block = p[place : place + fan_out * (fan_in + 1)].reshape(fan_out, fan_in + 1)
            place += fan_out * (fan_in + 1)
            values = values @ block[:, :-1].T + block[:, -1]
            values = jnp.tanh(values) if fan_out > 1 else values
        return ((values[:, 0] - table[2]) ** 2).sum()

    both = jx.jit(jx.value_and_grad(loss))
    return lambda: both(numbers, table)[1].block_until_ready(), lambda found: found.tolist()


PEERS = {"casadi": casadi, "torch": torch, "jax": jax}


def main() -> None:
    """Take parameters and samples, answer with the gradients; then with the least time of so many steps."""
    problem = json.loads(sys.stdin.readline())
    step, listed = PEERS[sys.argv[1]](problem["parameters"], problem["columns"])
    print(json.dumps(listed(step())), flush=True)
    for line in sys.stdin:
        best = float("inf")
        for _ in range(json.loads(line)):
            start = time.perf_counter()
            step()
            best = min(best, time.perf_counter() - start)
        print(json.dumps(best), flush=True)


if __name__ == "__main__":
    main()
