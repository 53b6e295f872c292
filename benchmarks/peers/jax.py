"""JAX in 64 bits: networks in arrays, jitted as its users do."""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any

from benchmarks.graphs import SHAPES, rate
from benchmarks.peers import Work

__all__ = ["derivatives", "replay", "training"]


def _jax() -> tuple[Any, Any]:
    jax: Any = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    return jax, importlib.import_module("jax.numpy")


def _network(jnp: Any, p: Any, values: Any) -> Any:
    """Outputs of the 2-16-16-1 network for a sample, or for rows of them."""
    start = 0
    for inputs, outputs in SHAPES:
        block = p[start : start + (inputs + 1) * outputs].reshape(outputs, inputs + 1)
        start += block.size
        values = values @ block[:, :inputs].T + block[:, inputs]
        values = jnp.tanh(values) if outputs > 1 else values
    return values[..., 0]


def _waited(function: Any, *given: Any) -> None:
    """Call and wait for the result, which JAX computes asynchronously."""
    importlib.import_module("jax").block_until_ready(function(*given))


def derivatives(problem: dict[str, Any]) -> Work:
    """Gradient, product with the Hessian and Hessian on one sample, as called and jitted."""
    jax, jnp = _jax()
    sample, p, v = (jnp.array(problem[key]) for key in ("sample", "parameters", "vector"))

    def loss(p: Any) -> Any:
        return (_network(jnp, p, sample) - problem["target"]) ** 2

    def product(p: Any, v: Any) -> Any:
        return jax.jvp(jax.grad(loss), (p,), (v,))[1]

    work = Work({}, {})
    for name, function, given in (
        ("grad", jax.grad(loss), (p,)),
        ("hvp", product, (p, v)),
        ("hessian", jax.hessian(loss), (p,)),
    ):
        work.numbers[name] = function(*given).ravel().tolist()
        for case, called in ((name, function), (f"jitted {name}", jax.jit(function))):
            work.cases[case] = partial(_waited, called, *given)
    return work


def replay(problem: dict[str, Any]) -> Work:
    """Value and gradients of the parameters, summed over the samples; of the network only."""
    jax, jnp = _jax()

    def loss(p: Any, table: Any) -> Any:
        return ((_network(jnp, p, table[:2].T) - table[2]) ** 2).sum()

    both, work = jax.jit(jax.value_and_grad(loss)), Work({}, {})
    for name, batch in problem.items():
        table, p = jnp.array(batch["columns"]), jnp.array(batch["parameters"])
        work.numbers[name] = both(p, table)[1].tolist()
        work.cases[name] = partial(_waited, both, p, table)
    return work


def training(problem: dict[str, Any]) -> Work:
    """Return one jitted function for the whole step."""
    jax, jnp = _jax()
    x, y, alpha = jnp.array(problem["points"]), jnp.array(problem["labels"]), problem["alpha"]
    parameters = [(jnp.array(rows), jnp.zeros(len(rows))) for rows in problem["layers"]]
    done = 0

    def loss(parameters: Any) -> Any:
        h = x
        for i, (w, b) in enumerate(parameters):
            h = h @ w.T + b
            h = jnp.maximum(h, 0.0) if i + 1 < len(parameters) else h
        penalty = sum((w * w).sum() + (b * b).sum() for w, b in parameters)
        return jnp.maximum(1 - y * h[:, 0], 0.0).mean() + alpha * penalty

    @jax.jit  # type: ignore[untyped-decorator]
    def moved(parameters: Any, lr: float) -> Any:
        value, gradients = jax.value_and_grad(loss)(parameters)
        return value, jax.tree_util.tree_map(lambda p, g: p - lr * g, parameters, gradients)

    def step() -> float:
        nonlocal parameters, done
        value, parameters = moved(parameters, rate(done))
        done += 1
        return float(value)

    return Work({"losses": [step() for _ in range(problem["checked"])]}, {"step": step})
