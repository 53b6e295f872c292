"""The replay section: compiled graphs against C written by hand, against other packages and our own eager Values."""

from __future__ import annotations

import ctypes
import random
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import autograd as ag
from autograd import Value
from autograd.compiler import Program
from autograd.compiler.record.tape import record
from benchmarks.by_hand import POINTER, built, called
from benchmarks.engines import ENGINES
from benchmarks.evals import samplers as evals
from benchmarks.graphs import INPUTS, OPERATIONS, PARAMETERS, network, random_graph
from benchmarks.option import PATHS, Option
from benchmarks.option import by_hand as option_by_hand
from benchmarks.peers import running
from benchmarks.timing import Found, Sampler, Settings, Times, agreement, alternate, ours
from benchmarks.workloads import gpt

__all__ = ["SIZES", "measure"]

ARGUMENTS: dict[str, list[Any]] = {
    "replay_limit.c": [POINTER, ctypes.c_long, POINTER, POINTER, POINTER],
    "gpt_limit.c": [POINTER] * 4,
    "option_limit.c": [POINTER, ctypes.c_long, POINTER, ctypes.c_double, POINTER, POINTER],
}
SIZES = {"N = 1": 1, "N = 100": 100, "N = 10,000": 10_000}
THREADED = 40_000
GRAPH, GRAPH_SAMPLES, LARGE = (
    15_000,
    10_000,
    1_400_000,
)  # operations of random graphs, a fourth of which nothing depends on


def samples(count: int, inputs: int = 3) -> Any:
    """Columns of the inputs, one row for each input."""
    return np.random.default_rng(1).uniform(-0.9, 0.9, (inputs, count))


def numbers(count: int, width: float = 0.45) -> list[float]:
    """Start values of leaves."""
    source = random.Random(0)
    return [source.uniform(-width, width) for _ in range(count)]


class Net:
    """The 2-16-16-1 network, compiled; with its squared error and all gradients for a number of samples."""

    def __init__(self) -> None:
        self.inputs, self.parameters = [Value(x) for x in (0.1, 0.2, 0.3)], [Value(x) for x in numbers(PARAMETERS)]
        self.program: Program = ag.compile(self.eager(), inputs=self.inputs)
        self.on_numpy = Program(self.program.tape, self.program.parameters, True, "numpy")

    def eager(self) -> Value:
        """Record the error of one sample."""
        found: Value = network(self.inputs, self.parameters, ag.tanh)
        return found

    def step(self, count: int, threads: int = 1) -> Callable[[], Any]:
        """Return a forward and backward pass over a number of samples."""
        given = samples(count)
        if count == 1:
            return partial(self.program.backward, *given[:, 0].tolist())
        return partial(self.program.backward, *given, threads=threads)


def summed_gradients(program: Program, parameters: Sequence[Value], columns: Any) -> list[float]:
    """Gradients of the parameters, in the order given, summed over the samples."""
    found = dict(zip(map(id, program.parameters), program.gradients(*columns).parameters))
    return [float(found.get(id(value), 0.0)) for value in parameters]


def by_hand(folder: Path, source: str = "replay_limit.c", *flags: str) -> Callable[..., None]:
    """Compile C written by hand, for this machine."""
    function = built(folder, source, *flags).limit
    function.argtypes, function.restype = ARGUMENTS[source], None
    run: Callable[..., None] = function
    return run


def limits(folder: Path, expected: dict[str, list[float]], found: Found) -> dict[str, Sampler]:
    """Samplers of the C written by hand at each size, where its gradients agree."""
    try:
        limit = by_hand(folder)
    except (OSError, subprocess.CalledProcessError) as error:
        found.missing["C by hand"] = str(error)
        return {}
    data, samplers = np.array(numbers(PARAMETERS)), {}
    for name, size in SIZES.items():
        arrays = samples(size), data, np.empty(size), np.empty(PARAMETERS)
        run = called(limit, arrays, [size])
        run()
        differs = agreement({name: arrays[-1].tolist()}, {name: expected[name]})
        if differs:
            found.missing[f"replay C by hand {name}"] = differs
        else:
            samplers[f"by hand {name}"] = ours(run)
    return samplers


def gpt_step(folder: Path, found: Found) -> dict[str, Sampler]:
    """Samplers of W4: recorded and differentiated with Values, compiled, and in C written by hand."""
    line = [random.Random(8).randrange(27) for _ in range(9)]
    engine, workload = ENGINES["c" if ag.CORE == "c" else "python"](), gpt("W4", line=line)
    leaves = engine.leaves(workload.leaves)
    program: Program = ag.compile(workload.run(engine, leaves), inputs=[])

    def gradients(run: Callable[[], Any]) -> dict[str, list[float]]:
        for leaf in leaves:
            leaf.grad = 0.0
        run()
        return {"gradients": engine.gradients(leaves)}

    def eager() -> None:
        workload.run(engine, leaves).backward()

    differs = agreement(gradients(program.backward), gradients(eager))
    if differs:
        found.missing["replay W4"] = differs
        return {}
    found.facts["operations W4"] = len(program.tape.rows)
    samplers = {"W4": ours(program.backward), "eager W4": ours(eager)}
    try:
        limit = by_hand(folder, "gpt_limit.c")
    except (OSError, subprocess.CalledProcessError) as error:
        found.missing["W4 in C by hand"] = str(error)
        return samplers
    arrays = np.array(line, np.intc), np.array(workload.leaves), np.empty(1), np.empty(len(leaves))
    run = called(limit, arrays)
    run()
    differs = agreement({"gradients": arrays[-1].tolist()}, gradients(program.backward))
    if differs:
        found.missing["replay C by hand W4"] = differs
        return samplers
    return samplers | {"by hand W4": ours(run)}


def asian_call(folder: Path, found: Found, paths: int) -> dict[str, Sampler]:
    """Samplers of an option's price and derivatives: compiled, and in C written by hand."""
    option = Option(paths)
    found.facts |= {f"operations {name}": len(option.program.tape.rows) * paths for name in option.samplers()}
    try:
        limit = by_hand(folder, "option_limit.c", "-ffast-math")
    except (OSError, subprocess.CalledProcessError) as error:
        found.missing["option in C by hand"] = str(error)
        return option.samplers()
    return option.samplers() | option_by_hand(option, limit, found)


def small_evals(folder: Path, found: Found, share: int) -> dict[str, Sampler]:
    """Samplers of small evals: compiled, and in C written by hand."""
    try:
        return evals(folder, found, share)
    except (OSError, subprocess.CalledProcessError) as error:
        found.missing["evals in C by hand"] = str(error)
        return {}


def planning(name: str, ops: int, settings: Settings, found: Found) -> Times:
    """Times of recording a random graph of a given size, and of planning it."""
    from autograd.compiler.plan.optimised import plan  # needs the C core, which other sections do without

    leaves = [Value(x) for x in numbers(sum(INPUTS), 0.9)]
    output = random_graph(leaves, ops, ag.tanh)
    tape, _ = record([output], leaves[: INPUTS[0]])
    found.facts[f"operations {name} planned"] = len(tape.rows)
    cases = {
        f"{name} recorded": ours(lambda: record([output], leaves[: INPUTS[0]])),
        f"{name} planned": ours(lambda: plan(tape, False, "sum")),
    }
    return alternate(cases, replace(settings, rounds=min(settings.rounds, 3), seconds=0.0), "planning")


def measure(settings: Settings) -> Found:
    """Time all cases in turn: ours by name, others' as "by hand …", "casadi …", "eager …" before it."""
    found, net = Found(), Net()
    data, wide_data = numbers(PARAMETERS), numbers(sum(INPUTS), 0.9)
    leaves, size = [Value(x) for x in wide_data], GRAPH_SAMPLES // (100 if settings.quick else 1)
    graph: Program = ag.compile(random_graph(leaves, GRAPH, ag.tanh), inputs=leaves[: INPUTS[0]])
    columns, wide = {name: samples(n) for name, n in SIZES.items()}, samples(size, INPUTS[0])
    nets = {name: {"columns": c.tolist(), "parameters": data, "ops": 0} for name, c in columns.items()}
    graphs = {"random graph": {"columns": wide.tolist(), "parameters": wide_data[INPUTS[0] :], "ops": GRAPH}}
    expected = {name: summed_gradients(net.program, net.parameters, c) for name, c in columns.items()}
    both = expected | {"random graph": summed_gradients(graph, leaves[INPUTS[0] :], wide)}
    found.facts |= {"operations random graph": len(graph.tape.rows) * size, "samples of the random graph": size}
    samplers = {name: ours(net.step(n)) for name, n in SIZES.items()} | {
        "N = 40,000": ours(net.step(THREADED)),
        "N = 40,000, two threads": ours(net.step(THREADED, 2)),
        "N = 40,000, on numpy": ours(partial(net.on_numpy.run, samples(THREADED), parameters="sum")),
        "eager N = 1": ours(lambda: net.eager().backward()),
        "random graph": ours(partial(graph.backward, *wide, threads=1)),
    }
    counts = dict.fromkeys((name for name in samplers if name.startswith("N = 40,000")), THREADED)
    found.facts |= {f"operations {name}": OPERATIONS * n for name, n in (SIZES | counts).items()}
    with (
        tempfile.TemporaryDirectory() as folder,
        running("replay", ("casadi",), nets | graphs, both, settings, found) as scalar,
        running("replay", ("torch", "jax"), nets, expected, settings, found) as arrays,
    ):
        samplers |= limits(Path(folder), expected, found) | gpt_step(Path(folder), found)
        samplers |= asian_call(Path(folder), found, PATHS // (100 if settings.quick else 1))
        samplers |= small_evals(Path(folder), found, 100 if settings.quick else 1)
        found.times = alternate(samplers | scalar | arrays, settings, "replay")
    found.times |= planning("random graph", GRAPH, settings, found)
    if not settings.quick:
        found.times |= planning("large graph", LARGE, settings, found)
    return found
