"""Other packages running the work of a section, each in its own process, written as their users would write it.

A function is named after its section and takes a problem (plain lists and numbers); `benchmarks.peers.running` starts
it in its own process and environment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.process import Process
from benchmarks.timing import Found, Sampler, Settings, agreement

__all__ = ["Work", "running"]

# As many threads as ours: for so few numbers, one is faster.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


@dataclass(frozen=True)
class Work:
    """A peer's results: numbers that must agree with ours, and timed functions, both by name."""

    numbers: dict[str, list[float]]
    cases: dict[str, Callable[[], Any]]


@contextmanager
def running(
    section: str, wanted: tuple[str, ...], problem: Any, expected: Mapping[str, list[float]], settings: Settings,
    found: Found,
) -> Iterator[dict[str, Sampler]]:  # fmt: skip
    """Start the wanted and available peers, and return samplers of the cases of those that agree with us.

    The reasons for missing figures are stored in `found.missing`.
    """
    started: list[Process] = []
    samplers: dict[str, Sampler] = {}
    try:
        for peer in wanted:
            if peer not in settings.peers:
                continue
            try:
                process = Process(peer, "benchmarks.peers", section, peer, cache=settings.cache, **ONE_THREAD)
            except OSError as error:
                found.missing[peer] = str(error)
                continue
            started.append(process)
            try:
                process.receive()
                answer = process.ask(problem=problem)
                differs = agreement(answer["numbers"], expected)
            except OSError as error:
                differs = str(error)
            if differs:
                found.missing[f"{section} {peer}"] = differs
            else:
                samplers |= {f"{peer} {case}": _sampler(process, case) for case in answer["cases"]}
        yield samplers
    finally:
        for process in started:
            process.close()


def _sampler(process: Process, case: str) -> Sampler:
    return lambda seconds: float(process.ask(time=case, seconds=seconds)["seconds"])
