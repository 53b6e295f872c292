"""Figures of higher derivatives, ours and JAX's in turn: `python -m benchmarks.derivatives`, or with the main table.

The function is the loss of a net of 337 parameters (2, 16, 16, 1; tanh) on one sample; what follows the sparsity is
measured on Rosenbrock's function of 1,000 variables. JAX runs in a process and an environment of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import autograd as ag
from autograd import Value
from benchmarks.environments import interpreter

__all__ = ["COUNT", "GOALS", "PARAMETERS", "Found", "chain", "loss", "main", "measure", "ratio"]

ROOT = Path(__file__).parent.parent
JAX = "jax==0.4.38"
SHAPES = ((2, 16), (16, 16), (16, 1))
COUNT = sum((inputs + 1) * outputs for inputs, outputs in SHAPES)
SAMPLE, TARGET = (0.3, -0.7), 0.5
PARAMETERS = [0.5 * math.sin(3.0 * i) for i in range(COUNT)]
VECTOR = [math.cos(i) for i in range(COUNT)]
LARGE = [math.sin(i) for i in range(1000)]

Times: TypeAlias = "dict[str, list[float]]"  # by case, for each round the seconds of its best call


class Found(NamedTuple):
    """What a run found out: times, the largest relative difference of forward and reverse mode, why JAX is missing."""

    times: Times
    disagreement: float
    missing: str


GOALS = (  # a figure, its case and what it is divided by, the most that it may be
    ("backward alone, times recording", "backward", "record", 3.0),
    ("hvp, times grad", "hvp", "grad", 4.0),
    ("Hessian as lists, times JAX's as called", "hessian", "jax hessian", 0.15),
    ("Hessian as an array, times JAX's as called", "hessian of an array", "jax hessian", 0.15),
    ("Hessian as an array, times JAX's compiled", "hessian of an array", "jax jitted hessian", math.inf),
    ("compiled gradient, times JAX's compiled", "compiled grad", "jax jitted grad", math.inf),
    ("compiled hvp, times JAX's compiled", "compiled hvp", "jax jitted hvp", math.inf),
    ("compiled hvp, times compiled gradient", "compiled hvp", "compiled grad", 4.0),
    ("compiled Hessian as lists, times JAX's compiled", "compiled hessian", "jax jitted hessian", math.inf),
    ("Hessian of a chain of 1,000, times its gradient", "chain hessian", "chain grad", 100.0),
)


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


def our_cases() -> dict[str, Callable[[], Any]]:
    """What of ours is timed, by name."""
    import numpy

    leaves = [Value(x) for x in PARAMETERS]
    output, array = loss(leaves), numpy.array(PARAMETERS)
    slopes = ag.gradients(output, leaves, create_graph=True)
    products = ag.gradients(slopes, leaves, VECTOR, create_graph=True)
    programs = {
        "compiled grad": ag.compile(slopes, leaves),
        "compiled hvp": ag.compile(products, leaves),
    }
    hessian = ag.compile(ag.hessian(loss))
    cases: dict[str, Callable[[], Any]] = {
        "record": lambda: loss(leaves),
        "backward": output.backward,
        "grad": lambda: ag.grad(loss)(PARAMETERS),
        "gradients, create_graph": lambda: ag.gradients(output, leaves, create_graph=True),
        "hvp": lambda: ag.hvp(loss)(PARAMETERS, VECTOR),
        "hessian": lambda: ag.hessian(loss)(PARAMETERS),
        "hessian of an array": lambda: ag.hessian(loss)(array),
        "compiled hessian": lambda: hessian(PARAMETERS),
        "chain grad": lambda: ag.grad(chain)(LARGE),
        "chain hessian": lambda: ag.hessian(chain)(LARGE),
    }
    return cases | {name: lambda program=program: program(*PARAMETERS) for name, program in programs.items()}


def best(run: Callable[[], Any], seconds: float) -> float:
    """Shortest of the calls within some seconds, at least one, in seconds."""
    shortest, end = math.inf, time.perf_counter() + seconds
    while shortest == math.inf or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


class Jax:
    """JAX in its process: `derivatives_jax.py`, a line of JSON in, a line of JSON out."""

    def __init__(self, cache: Path) -> None:
        command = [str(interpreter(JAX, cache)), "-m", "benchmarks.derivatives_jax"]
        problem = {"shapes": SHAPES, "sample": SAMPLE, "target": TARGET, "parameters": PARAMETERS, "vector": VECTOR}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self.hessian: list[list[float]] = self.ask(problem)["hessian"]

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send a request and return its answer."""
        if self.process.stdin is None or self.process.stdout is None:
            raise OSError("JAX's process has no pipes")
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise OSError(f"JAX's process ended with code {self.process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait()


JAX_CASES = ("jax hessian", "jax jitted hessian", "jax jitted hvp", "jax jitted grad")


def disagreement() -> float:
    """Largest relative difference of forward and reverse mode, over the gradient and the Hessian's products."""
    forward, reverse = (ag.jacobian(loss, mode=mode)(PARAMETERS) for mode in ("forward", "reverse"))
    pairs = list(zip(forward, reverse))
    matrix, product = ag.hessian(loss)(PARAMETERS), ag.hvp(loss)(PARAMETERS, VECTOR)
    pairs += [(math.fsum(a * b for a, b in zip(row, VECTOR)), p) for row, p in zip(matrix, product)]
    largest: float = max(abs(a - b) / max(1.0, abs(b)) for a, b in pairs)
    return largest


def measure(rounds: int, cache: Path, seconds: float = 0.2) -> Found:
    """Time all cases in turn.

    Parameters
    ----------
    rounds : int
        How often each case has its turn.
    cache : Path
        Where JAX's environment is kept.
    seconds : float
        How long a turn lasts.

    Raises
    ------
    ArithmeticError
        If JAX's Hessian is another one.
    """
    jax, missing = None, ""
    try:
        jax = Jax(cache)
    except OSError as error:
        missing = str(error)
    ours = our_cases()
    times: Times = {name: [] for name in (*ours, *(JAX_CASES if jax else ()))}
    try:
        if jax is not None:
            off = max(
                abs(a - b) for row, its in zip(ag.hessian(loss)(PARAMETERS), jax.hessian) for a, b in zip(row, its)
            )
            if off > 1e-12:
                raise ArithmeticError(f"derivatives: JAX's Hessian differs by {off}")
        for _ in range(rounds):
            for name, samples in times.items():
                known = ours.get(name)
                if known is not None:
                    samples.append(best(known, seconds))
                elif jax is not None:
                    samples.append(jax.ask({"time": name, "seconds": seconds})["best"])
    finally:
        if jax is not None:
            jax.close()
    return Found(times, disagreement(), missing)


def ratio(times: Times, one: str, other: str) -> float:
    """How many times as long one case takes as another, both by their best rounds; nan when unknown."""
    above: float = min(times.get(one, []), default=math.nan)
    return above / min(times.get(other, []), default=math.nan)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the times and the ratios."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.derivatives", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "benchmarks", help="where JAX is installed")
    given = parser.parse_args(arguments)
    times, off, missing = measure(given.rounds, given.cache)
    for name, samples in times.items():
        print(f"{name:26} {1e3 * min(samples):10.4f} ms")
    print()
    for title, one, other, most in GOALS:
        found = ratio(times, one, other)
        verdict = "" if most == math.inf else "  ok" if found <= most else f"  above {most:g}"
        print(f"{title:50} {found:8.3g}{verdict}")
    print(f"{'forward against reverse':50} {off:8.1e}")
    if missing:
        print(f"JAX not measured: {missing}")


if __name__ == "__main__":
    main()
