"""The performance goals, with the C core."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.evals import EVALS
from benchmarks.results import Results

__all__ = ["GOALS", "Goal"]


@dataclass(frozen=True)
class Goal:
    """A goal: a ratio with an upper or a lower bound."""

    text: str
    bound: float
    at_most: bool
    figure: Callable[[Results], float]

    def reached(self, results: Results) -> bool | None:
        """Return whether it is reached; None if not measured."""
        found = self.figure(results)
        if math.isnan(found):
            return None
        return found <= self.bound if self.at_most else found >= self.bound


def _most(text: str, bound: float, section: str, one: str, other: str) -> Goal:
    return Goal(text, bound, True, lambda r: r.section(section).ratio(one, other))


def _least(text: str, bound: float, section: str, one: str, other: str) -> Goal:
    return Goal(text, bound, False, lambda r: r.section(section).ratio(one, other))


def _fact(text: str, bound: float, at_most: bool, section: str, fact: str) -> Goal:
    return Goal(text, bound, at_most, lambda r: r.section(section).facts.get(fact, math.nan))


def _one_sample(results: Results) -> float:
    """Nanoseconds for each operation of one sample, beyond 2 µs for the call."""
    found = results.section("replay")
    return (found.least("N = 1") - 2e-6) * 1e9 / found.facts.get("operations N = 1", math.nan)


def _random_graph(results: Results) -> float:
    found = results.section("replay")
    return found.least("random graph") * 1e9 / found.facts.get("operations random graph", math.nan)


def _compiling(results: Results) -> float:
    """Nanoseconds for each operation of a graph that is recorded and planned."""
    found = results.section("replay")
    seconds = found.least("random graph recorded") + found.least("random graph planned")
    return seconds * 1e9 / found.facts.get("operations random graph planned", math.nan)


GOALS = (
    Goal("one a*b, times a float product", 1.15, True, lambda r: r.ratio("c", "floats", "a*b")),
    Goal("W1 forward, times plain floats", 1.25, True, lambda r: r.ratio("c", "floats", "W1", "forward")),
    Goal("W2 forward, times plain floats", 1.25, True, lambda r: r.ratio("c", "floats", "W2", "forward")),
    Goal("W2 whole step, times plain floats", 2.0, True, lambda r: r.ratio("c", "floats", "W2")),
    Goal("W2 whole step, faster than micrograd", 170.0, False, lambda r: r.ratio("micrograd", "c", "W2")),
    Goal("W2 whole step, faster than XAD", 12.0, False, lambda r: r.ratio("xad", "c", "W2")),
    Goal("W2 through nn, faster than micrograd", 900.0, False, lambda r: r.ratio("micrograd", "c-nn", "W2")),
    Goal("W2 through nn, times plain floats", 0.5, True, lambda r: r.ratio("c-nn", "floats", "W2")),
    Goal("W3 whole step, times plain floats", 2.5, True, lambda r: r.ratio("c", "floats", "W3")),
    Goal("W4 whole step, faster than micrograd", 200.0, False, lambda r: r.ratio("micrograd", "c", "W4")),
    Goal("W2 backward alone, times own forward", 0.35, True, lambda r: r.ratio("c", "c", "W2", "backward", "forward")),
    Goal("bytes a node", 80.0, True, lambda r: r.bytes_per_node.get("c", math.nan)),
    _most("backward alone, times recording", 3.0, "derivatives", "backward", "record"),
    _most("hvp, times grad", 4.0, "derivatives", "hvp", "grad"),
    _most("compiled hvp, times compiled gradient", 4.0, "derivatives", "compiled hvp", "compiled grad"),
    _least("grad, faster than JAX's jitted", 1.0, "derivatives", "jax jitted grad", "grad"),
    _least("hvp, faster than JAX's jitted", 1.0, "derivatives", "jax jitted hvp", "hvp"),
    _most("Hessian as lists, times JAX's as called", 0.15, "derivatives", "hessian", "jax hessian"),
    _most("Hessian as an array, times JAX's as called", 0.15, "derivatives", "hessian of an array", "jax hessian"),
    _most(
        "compiled Hessian as an array, times JAX's jitted",
        0.5,
        "derivatives",
        "compiled hessian of an array",
        "jax jitted hessian",
    ),
    _most("Hessian of a chain of 1,000, times its gradient", 100.0, "derivatives", "chain hessian", "chain grad"),
    _fact("forward against reverse mode, relative", 1e-13, True, "derivatives", "forward against reverse"),
    _most("replay, N = 10,000, times C by hand", 1.1, "replay", "N = 10,000", "by hand N = 10,000"),
    _most("replay, N = 100, times C by hand", 1.15, "replay", "N = 100", "by hand N = 100"),
    _least("replay, N = 100, faster than CasADi", 30.0, "replay", "casadi N = 100", "N = 100"),
    _least("replay, N = 100, faster than torch in arrays", 25.0, "replay", "torch N = 100", "N = 100"),
    _least("replay, N = 100, faster than JAX, jitted in arrays", 1.0, "replay", "jax N = 100", "N = 100"),
    Goal("replay, N = 1, ns for an operation beyond 2 µs", 6.0, True, _one_sample),
    Goal("replay, random graph, ns for an operation", 1.0, True, _random_graph),
    Goal("random graph planned, seconds", 0.3, True, lambda r: r.section("replay").least("random graph planned")),
    Goal("random graph compiled, ns for an operation", 500.0, True, _compiling),
    _least("W4 compiled, faster than eager", 8.0, "replay", "eager W4", "W4"),
    _most("W4 compiled, times C by hand", 2.0, "replay", "W4", "by hand W4"),
    _most("Asian call, price, times C by hand", 1.0, "replay", "option price", "by hand option price"),
    _most(
        "Asian call, derivatives, times C by hand", 1.0, "replay", "option derivatives", "by hand option derivatives"
    ),
    *(_most(f"{name}, times C by hand", 1.0, "replay", name, f"by hand {name}") for name in EVALS),
    Goal("logsumexp of a list, seconds", 5e-5, True, lambda r: r.section("replay").least("logsumexp of a list")),
    Goal("logsumexp of an array, seconds", 5e-5, True, lambda r: r.section("replay").least("logsumexp of an array")),
    _least("two threads, N = 40,000, faster than one", 1.9, "replay", "N = 40,000", "N = 40,000, two threads"),
    _most("without the C core, N = 40,000, times with it", 12.0, "replay", "N = 40,000, on numpy", "N = 40,000"),
    _least("moons by fit, faster than micrograd", 15_000.0, "training", "micrograd step", "fit, 2000 steps"),
    _least("moons by fit, faster than torch in arrays", 15.0, "training", "torch step", "fit, 2000 steps"),
    _least("moons by fit, faster than JAX, jitted", 1.0, "training", "jax step", "fit, 2000 steps"),
    _fact("moons, accuracy after 100 steps", 1.0, False, "training", "accuracy"),
    _least("moons by eager Values, faster than micrograd", 150.0, "training", "micrograd step", "eager"),
    _least("GPT step, eager, faster than slots in Python", 60.0, "training", "slots 8 tokens", "eager 8 tokens"),
    _least("GPT step, compiled, faster than eager", 8.0, "training", "eager 8 tokens", "lines 8 tokens"),
    _least("a script's step, by our Values, faster than its own", 40.0, "training", "script", "script, C core"),
    _least("the same on the Python core", 1.5, "training", "script", "script, Python core"),
    _least(
        "epoch by fit, batches of 256, share of replay's throughput",
        0.85,
        "training",
        "replay alone, 256",
        "epoch, 256",
    ),
    _least(
        "epoch by fit, batches of 1,024, share of replay's throughput",
        0.8,
        "training",
        "replay alone, 1,024",
        "epoch, 1,024",
    ),
)
