"""Runs every engine on every workload in turn, so that a machine's slow minute falls on all of them."""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks import slots_engine
from benchmarks.engines import ENGINES, Slots
from benchmarks.environments import interpreter
from benchmarks.workloads import WORKLOADS

__all__ = ["Figure", "Results", "Worker", "measure"]

ROOT = Path(__file__).parent.parent
SAMPLE_SECONDS = 0.15  # a sample shorter than that is repeated inside the worker
TOLERANCE = 1e-9  # relative to the largest gradient of the workload
MEMORY_ENGINES = ("c", "python", "slots", "xad", "micrograd")


class Worker:
    """An engine in its process."""

    def __init__(self, name: str, cache: Path) -> None:
        self.name = name
        python = interpreter(ENGINES[name].package, cache)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [str(python), "-m", "benchmarks.worker", name]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        )
        try:
            self.receive()
        except OSError:
            self.close()
            raise

    def receive(self) -> dict[str, Any]:
        """Read an answer; an error in it, or none at all, is an OSError."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise OSError(f"the process ended with code {self.process.wait()}")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise OSError(reply["error"])
        return reply

    def ask(self, do: str, workload: str, **more: int) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        if self.process.stdin is None or self.process.poll() is not None:
            raise OSError(f"the process ended with code {self.process.returncode}")
        self.process.stdin.write(json.dumps({"do": do, "workload": workload, **more}) + "\n")
        self.process.stdin.flush()
        return self.receive()

    def close(self) -> None:
        """End the process."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.terminate()
        self.process.wait()


@dataclass
class Figure:
    """What one engine took for one workload: seconds a step, by stage, one number a round."""

    samples: dict[str, list[float]] = field(default_factory=dict)

    def least(self, stage: str = "whole") -> float:
        """Return the best round; nan when there is none."""
        return min(self.samples.get(stage, []), default=math.nan)

    def median(self, stage: str = "whole") -> float:
        """Return the middle round; nan when there is none."""
        found = self.samples.get(stage, [])
        return statistics.median(found) if found else math.nan


@dataclass
class Results:
    """Everything a run found out.

    Attributes
    ----------
    figures : dict
        Engine to workload to figure.
    missing : dict
        Engine, or engine and workload, to why there is no figure.
    bytes_per_node : dict
        Engine to how a chain of a million nodes made its process grow, per node.
    operations : dict
        Workload to its number of scalar operations.
    derivatives : dict
        Case of `derivatives.py` to seconds, one number a round.
    forward_against_reverse : float
        Their largest relative difference there; nan when not measured.
    """

    day: str
    machine: str
    python: str
    rounds: int
    figures: dict[str, dict[str, Figure]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    bytes_per_node: dict[str, float] = field(default_factory=dict)
    operations: dict[str, int] = field(default_factory=dict)
    derivatives: dict[str, list[float]] = field(default_factory=dict)
    forward_against_reverse: float = math.nan

    def ratio(self, engine: str, other: str, workload: str, stage: str = "whole", other_stage: str = "whole") -> float:
        """Return how many times as long `engine` takes as `other`, both by their best rounds; nan when unknown."""
        one = self.figures.get(engine, {}).get(workload, Figure()).least(stage)
        return one / self.figures.get(other, {}).get(workload, Figure()).least(other_stage)

    def as_json(self) -> str:
        """Everything as text, seconds included."""
        return json.dumps(asdict(self), indent=1) + "\n"


def count_operations(name: str) -> int:
    """Return the number of scalar operations of a workload, counted on its graph."""
    engine, workload = Slots(), WORKLOADS[name]
    return slots_engine.count(workload.run(engine, engine.leaves(workload.leaves)))


def disagreement(found: Sequence[float], expected: Sequence[float]) -> float:
    """Return the largest difference relative to the largest expected number; inf when lengths differ.

    Examples
    --------
    >>> disagreement([1.0, 2.0], [1.0, 4.0])
    0.5
    """
    if len(found) != len(expected):
        return math.inf
    return max(abs(a - b) for a, b in zip(found, expected)) / max(map(abs, expected))


@contextmanager
def workers(names: Sequence[str], cache: Path, results: Results) -> Iterator[dict[str, Worker]]:
    """Start the engines that can be started."""
    started: dict[str, Worker] = {}
    try:
        for name in tqdm(names, desc="starting", leave=False, disable=None):
            try:
                started[name] = Worker(name, cache)
            except OSError as error:
                results.missing[name] = str(error)
        yield started
    finally:
        for worker in started.values():
            worker.close()


def agreed(name: str, started: dict[str, Worker], results: Results) -> dict[str, Worker]:
    """Return the engines that run the workload and give the value and gradients of the slots engine."""
    engine, workload = Slots(), WORKLOADS[name]
    leaves = engine.leaves(workload.leaves)
    output = workload.run(engine, leaves)
    engine.backward(output, leaves)
    value, gradients = engine.number(output), engine.gradients(leaves)
    good = {}
    for key, worker in started.items():
        if name in ENGINES[key].skips:
            continue
        try:
            found = worker.ask("check", name)
        except OSError as error:
            results.missing[f"{key} {name}"] = str(error)
            continue
        off = disagreement(found.get("gradients", gradients), gradients)
        off = max(off, disagreement([found["value"]], [value]))
        if off > TOLERANCE:
            results.missing[f"{key} {name}"] = f"value or gradients are off by {off:.1e}"
        else:
            good[key] = worker
    return good


def run_workload(name: str, started: dict[str, Worker], results: Results, bar: tqdm[Any]) -> None:
    """Measure one workload on all engines, round by round."""
    good = agreed(name, started, results)
    steps = {}
    for key, worker in good.items():
        once = worker.ask("time", name, steps=1)["whole"] * WORKLOADS[name].times
        steps[key] = max(1, int(SAMPLE_SECONDS / once))
        results.figures.setdefault(key, {})[name] = Figure()
    for _ in range(results.rounds):
        for key, worker in good.items():
            samples = results.figures[key][name].samples
            for stage, seconds in worker.ask("time", name, steps=steps[key]).items():
                samples.setdefault(stage, []).append(seconds)
            bar.set_postfix_str(f"{name}, {key}")
        bar.update()


def measure(engines: Sequence[str], names: Sequence[str], rounds: int, cache: Path) -> Results:
    """Run it all.

    Parameters
    ----------
    engines, names : sequence of str
        Which engines on which workloads.
    rounds : int
        How often each pair is measured; the engines take turns.
    cache : Path
        Where the peers' environments are kept.
    """
    machine = f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}"
    results = Results(date.today().isoformat(), machine, f"CPython {platform.python_version()}", rounds)
    measure_memory([key for key in engines if key in MEMORY_ENGINES], cache, results)
    with (
        workers(engines, cache, results) as started,
        tqdm(total=rounds * len(names), desc="measuring", disable=None) as bar,
    ):
        for name in names:
            results.operations[name] = count_operations(name)
            run_workload(name, started, results, bar)
    return results


def measure_memory(engines: Sequence[str], cache: Path, results: Results) -> None:
    """Ask a fresh process of each engine what a node takes."""
    nodes = count_operations("W5")
    for key in tqdm(engines, desc="memory", leave=False, disable=None):
        try:
            worker = Worker(key, cache)
        except OSError:
            continue  # said once, when it is started for the measurements
        try:
            found = worker.ask("memory", "W5", nodes=nodes)["bytes"]
            if found is not None:
                results.bytes_per_node[key] = found
        except OSError as error:
            results.missing[f"{key} memory"] = str(error)
        finally:
            worker.close()
