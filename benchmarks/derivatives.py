"""Figures of higher derivatives: `python -m benchmarks.derivatives`, with JAX beside where that is installed.

The function is the loss of a net of 337 parameters (2, 16, 16, 1; tanh) on one sample.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import autograd as ag
from autograd import Value

__all__ = ["chain", "loss", "main"]

SHAPES = ((2, 16), (16, 16), (16, 1))
COUNT = sum((inputs + 1) * outputs for inputs, outputs in SHAPES)
SAMPLE, TARGET = (0.3, -0.7), 0.5
PARAMETERS = [0.5 * math.sin(3.0 * i) for i in range(COUNT)]


def loss(p: Sequence[Any]) -> Any:
    """Squared error of the net with the parameters `p`: for each neuron its weights, then its bias."""
    start, values = 0, list[Any](SAMPLE)
    for inputs, outputs in SHAPES:
        nets = []
        for _ in range(outputs):
            nets.append(ag.dot(p[start : start + inputs], values, p[start + inputs]))
            start += inputs + 1
        values = [ag.tanh(net) for net in nets] if outputs > 1 else nets
    return (values[0] - TARGET) ** 2


def chain(xs: Sequence[Any]) -> Any:
    """Rosenbrock's function of many variables, where each meets only its neighbours."""
    return ag.sum([100 * (y - x**2) ** 2 + (1 - x) ** 2 for x, y in pairwise(xs)])


def best(run: Callable[[], Any], seconds: float = 0.5) -> float:
    """Shortest of the runs within some seconds, in milliseconds."""
    shortest, end = math.inf, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        run()
        shortest = min(shortest, time.perf_counter() - start)
    return 1e3 * shortest


def jax_times() -> dict[str, float]:
    """JAX's Hessian of the same loss, in 64 bits: called as it is, and compiled."""
    jax: Any = importlib.import_module("jax")
    jnp: Any = importlib.import_module("jax.numpy")
    jax.config.update("jax_enable_x64", True)

    def jax_loss(p: Any) -> Any:
        start, values = 0, jnp.array(SAMPLE)
        for inputs, outputs in SHAPES:
            block = p[start : start + (inputs + 1) * outputs].reshape(outputs, inputs + 1)
            start += block.size
            values = block[:, :inputs] @ values + block[:, inputs]
            values = jnp.tanh(values) if outputs > 1 else values
        return (values[0] - TARGET) ** 2

    p = jnp.array(PARAMETERS)
    eager, jitted = jax.hessian(jax_loss), jax.jit(jax.hessian(jax_loss))
    ours = jnp.array(ag.hessian(loss)(PARAMETERS))
    off = float(abs(eager(p) - ours).max())
    if off > 1e-12:
        raise ArithmeticError(f"JAX's Hessian differs by {off}")
    eager(p).block_until_ready(), jitted(p).block_until_ready()
    return {
        "jax.hessian": best(lambda: eager(p).block_until_ready(), 2.0),
        "jax.jit(jax.hessian)": best(lambda: jitted(p).block_until_ready()),
    }


def our_times() -> dict[str, float]:
    """Everything of ours, in milliseconds."""
    leaves = [Value(x) for x in PARAMETERS]
    output = loss(leaves)
    vector = [1.0] * COUNT
    slopes = ag.gradients(output, leaves, create_graph=True)
    compiled = {
        "compiled gradient": ag.compile(slopes, leaves),
        "compiled hvp": ag.compile(ag.gradients(slopes, leaves, vector, create_graph=True), leaves),
    }
    many = [math.sin(i) for i in range(1000)]
    times = {
        "record": best(lambda: loss(leaves)),
        "record and backward": best(lambda: loss(leaves).backward()),
        "grad": best(lambda: ag.grad(loss)(PARAMETERS)),
        "gradients, create_graph": best(lambda: ag.gradients(output, leaves, create_graph=True)),
        "hvp": best(lambda: ag.hvp(loss)(PARAMETERS, vector)),
        "hessian": best(lambda: ag.hessian(loss)(PARAMETERS)),
        "chain of 1,000: grad": best(lambda: ag.grad(chain)(many)),
        "chain of 1,000: hessian": best(lambda: ag.hessian(chain)(many)),
    }
    return times | {name: best(lambda: program(*PARAMETERS)) for name, program in compiled.items()}  # noqa: B023


def main() -> None:
    """Print a table of times and the ratios that are promised."""
    times = our_times()
    if importlib.util.find_spec("jax"):
        times |= jax_times()
    for name, milliseconds in times.items():
        print(f"{name:26} {milliseconds:10.4f} ms")
    backward = times["record and backward"] - times["record"]
    print(f"\nbackward / recording       {backward / times['record']:10.2f}")
    print(f"hvp / grad                 {times['hvp'] / times['grad']:10.2f}")
    print(f"compiled: hvp / gradient   {times['compiled hvp'] / times['compiled gradient']:10.2f}")
    for name in ("jax.hessian", "jax.jit(jax.hessian)"):
        if name in times:
            print(f"hessian / {name:20} {times['hessian'] / times[name]:6.3f}")


if __name__ == "__main__":
    main()
