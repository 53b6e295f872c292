"""`python -m benchmarks.worker ENGINE`: an eager engine in its own process, answering requests."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.engines import ENGINES, Engine
from benchmarks.graphs import Number
from benchmarks.process import serve
from benchmarks.workloads import WORKLOADS, Workload

__all__ = ["answer", "main"]


def check(engine: Engine, workload: Workload) -> dict[str, Any]:
    """Value and gradients of one step."""
    leaves = engine.leaves(workload.leaves)
    engine.start(leaves)
    output = workload.run(engine, leaves)
    if not engine.differentiates:
        return {"value": engine.result(output, leaves)}
    engine.backward(output, leaves)
    return {"value": engine.result(output, leaves), "gradients": engine.gradients(leaves)}


def timing(engine: Engine, workload: Workload, steps: int) -> dict[str, float]:
    """Return the mean seconds of a step; if it is long enough, also of each of its stages."""
    leaves = engine.leaves(workload.leaves)
    gc.collect()
    forward_only = not (engine.differentiates and workload.differentiated)
    if workload.staged:
        spent = stages(engine, workload, leaves, steps, forward_only)
    elif forward_only:
        engine.start(leaves)
        start = time.perf_counter()
        for _ in range(steps):
            workload.run(engine, leaves)
        spent = {"whole": time.perf_counter() - start}
    else:
        start = time.perf_counter()
        engine.steps(workload.run, leaves, steps)
        spent = {"whole": time.perf_counter() - start}
    return {stage: seconds / (steps * workload.times) for stage, seconds in spent.items()}


def stages(
    engine: Engine, workload: Workload, leaves: Sequence[Number], steps: int, forward_only: bool
) -> dict[str, float]:
    """Return the seconds spent in `steps` steps, stage by stage."""
    forward = backward = free = 0.0
    clock = time.perf_counter
    for _ in range(steps):
        began = clock()
        engine.start(leaves)
        output = workload.run(engine, leaves)
        recorded = clock()
        if not forward_only:
            engine.backward(output, leaves)
        differentiated = clock()
        del output
        freed = clock()
        forward += recorded - began
        backward += differentiated - recorded
        free += freed - differentiated
    if forward_only:
        return {"whole": forward, "forward": forward}
    return {"whole": forward + backward + free, "forward": forward, "backward": backward, "free": free}


def resident() -> int | None:
    """Return the resident memory in bytes; None if the system has no /proc."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
    except OSError:
        return None


def memory(engine: Engine, workload: Workload, nodes: int) -> dict[str, float | None]:
    """Return the bytes per node, by the growth of a fresh process."""
    leaves = engine.leaves(workload.leaves)
    engine.start(leaves)
    before = resident()
    output = workload.run(engine, leaves)
    after = resident()
    del output
    return {"bytes": None if before is None or after is None else (after - before) / nodes}


def answer(engine: Engine, request: dict[str, Any]) -> dict[str, Any]:
    """Do what is requested."""
    workload = WORKLOADS[request["workload"]]
    if request["do"] == "check":
        return check(engine, workload)
    if request["do"] == "memory":
        return memory(engine, workload, request["nodes"])
    return timing(engine, workload, request["steps"])


def start() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Make the engine named on the command line."""
    return partial(answer, ENGINES[sys.argv[1]]())


def main() -> None:
    """Serve from a thread with a large stack, for the engines that recurse."""
    sys.setrecursionlimit(10**6)
    threading.stack_size(512 * 1024 * 1024)
    thread = threading.Thread(target=serve, args=(start,))
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()
