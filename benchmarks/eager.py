"""The eager section: every engine on every workload, a fresh graph each step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

from benchmarks import slots_engine
from benchmarks.engines import ENGINES, Slots
from benchmarks.process import Process
from benchmarks.results import Figure, Results
from benchmarks.timing import Settings, agreement
from benchmarks.workloads import WORKLOADS

__all__ = ["count_operations", "measure", "worker"]

MEMORY_ENGINES = ("c", "python", "slots", "xad", "micrograd")


def worker(name: str, settings: Settings) -> Process:
    """Start an engine in its process.

    Raises
    ------
    OSError
        If it isn't available.
    """
    made = Process(ENGINES[name].peer, "benchmarks.worker", name, cache=settings.cache)
    try:
        made.receive()
    except OSError:
        made.close()
        raise
    return made


def count_operations(name: str) -> int:
    """Return the number of scalar operations of a workload, counted on its graph."""
    engine, workload = Slots(), WORKLOADS[name]
    return slots_engine.count(workload.run(engine, engine.leaves(workload.leaves)))


@contextmanager
def workers(names: Sequence[str], settings: Settings, results: Results) -> Iterator[dict[str, Process]]:
    """Start the engines that are available."""
    started: dict[str, Process] = {}
    try:
        for name in tqdm(names, desc="starting", leave=False, disable=None):
            try:
                started[name] = worker(name, settings)
            except OSError as error:
                results.missing[name] = str(error)
        yield started
    finally:
        for process in started.values():
            process.close()


def agreed(name: str, started: dict[str, Process], results: Results) -> dict[str, Process]:
    """Return the engines that run the workload and agree with the value and gradients of the slots engine."""
    engine, workload = Slots(), WORKLOADS[name]
    leaves = engine.leaves(workload.leaves)
    output = workload.run(engine, leaves)
    engine.backward(output, leaves)
    expected = {"value": [engine.number(output)], "gradients": engine.gradients(leaves)}
    good = {}
    for key, process in started.items():
        if name in ENGINES[key].skips:
            continue
        try:
            found = process.ask(do="check", workload=name)
            # Floats have a value only.
            numbers = {"value": [found["value"]], "gradients": found.get("gradients", expected["gradients"])}
            differs = agreement(numbers, expected)
        except OSError as error:
            differs = str(error)
        if differs:
            results.missing[f"{key} {name}"] = differs
        else:
            good[key] = process
    return good


def run_workload(
    name: str, started: dict[str, Process], settings: Settings, results: Results, bar: tqdm[Any]
) -> None:  # fmt: skip
    """Measure one workload on all engines, round by round."""
    good = agreed(name, started, results)
    steps = {}
    for key, process in good.items():
        once = process.ask(do="time", workload=name, steps=1)["whole"] * WORKLOADS[name].times
        steps[key] = max(1, int(settings.seconds / once))
        results.figures.setdefault(key, {})[name] = Figure()
    for _ in range(settings.rounds):
        for key, process in good.items():
            samples = results.figures[key][name].samples
            for stage, seconds in process.ask(do="time", workload=name, steps=steps[key]).items():
                samples.setdefault(stage, []).append(seconds)
            bar.set_postfix_str(f"{name}, {key}")
        bar.update()


def measure(names: Sequence[str], settings: Settings, results: Results) -> None:
    """Run the workloads of these names on all our engines and those of the peers that are wanted."""
    engines = [key for key, engine in ENGINES.items() if not engine.peer or engine.peer in settings.peers]
    if "W5" in names:
        measure_memory([key for key in engines if key in MEMORY_ENGINES], settings, results)
    with (
        workers(engines, settings, results) as started,
        tqdm(total=settings.rounds * len(names), desc="eager", leave=False, disable=None) as bar,
    ):
        for name in names:
            results.operations[name] = count_operations(name)
            run_workload(name, started, settings, results, bar)


def measure_memory(engines: Sequence[str], settings: Settings, results: Results) -> None:
    """Measure the memory of a node in a fresh process of each engine."""
    nodes = count_operations("W5")
    for key in tqdm(engines, desc="memory", leave=False, disable=None):
        try:
            process = worker(key, settings)
        except OSError:
            continue  # said once, when it is started for the measurements
        try:
            found = process.ask(do="memory", workload="W5", nodes=nodes)["bytes"]
            if found is not None:
                results.bytes_per_node[key] = found
        except OSError as error:
            results.missing[f"{key} memory"] = str(error)
        finally:
            process.close()
