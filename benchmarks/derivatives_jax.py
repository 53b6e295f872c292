"""JAX's derivatives of the loss in `derivatives.py`, in 64 bits, timed on request: a line of JSON in, one out."""

from __future__ import annotations

import importlib
import json
import math
import sys
import time
from collections.abc import Callable
from typing import Any

__all__ = ["main"]


def cases(problem: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    """What is timed, by name; each waits for its result."""
    jax: Any = importlib.import_module("jax")
    jnp: Any = importlib.import_module("jax.numpy")
    jax.config.update("jax_enable_x64", True)

    def loss(p: Any) -> Any:
        start, values = 0, jnp.array(problem["sample"])
        for inputs, outputs in problem["shapes"]:
            block = p[start : start + (inputs + 1) * outputs].reshape(outputs, inputs + 1)
            start += block.size
            values = block[:, :inputs] @ values + block[:, inputs]
            values = jnp.tanh(values) if outputs > 1 else values
        return (values[0] - problem["target"]) ** 2

    def product(p: Any, v: Any) -> Any:
        return jax.jvp(jax.grad(loss), (p,), (v,))[1]

    p, v = jnp.array(problem["parameters"]), jnp.array(problem["vector"])
    eager, hessian, hvp, grad = jax.hessian(loss), jax.jit(jax.hessian(loss)), jax.jit(product), jax.jit(jax.grad(loss))
    return {
        "jax hessian": lambda: eager(p).block_until_ready(),
        "jax jitted hessian": lambda: hessian(p).block_until_ready(),
        "jax jitted hvp": lambda: hvp(p, v).block_until_ready(),
        "jax jitted grad": lambda: grad(p).block_until_ready(),
    }


def best(run: Callable[[], Any], seconds: float) -> float:
    """Shortest of the calls within some seconds, at least one, in seconds."""
    shortest, end = math.inf, time.perf_counter() + seconds
    while shortest == math.inf or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


def main() -> None:
    """Take the problem, answer with its Hessian; then time what is asked for until the input ends."""
    runs = cases(json.loads(sys.stdin.readline()))
    for run in runs.values():
        run()
    print(json.dumps({"hessian": runs["jax jitted hessian"]().tolist()}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps({"best": best(runs[request["time"]], request["seconds"])}), flush=True)


if __name__ == "__main__":
    main()
