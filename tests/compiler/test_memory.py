"""Nothing leaks: many programs and many calls, in constant memory."""

from __future__ import annotations

import gc
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.compiler import Program
from autograd.compiler.run.kernel_numpy import NUMBERS

STATM = Path("/proc/self/statm")
# A sanitizer keeps freed memory for a while.
IS_MEASURED = STATM.exists() and "libasan" not in os.environ.get("LD_PRELOAD", "")


def resident() -> int:
    """Bytes that this process holds."""
    return int(STATM.read_text().split()[1]) * 4096


def program_of(ops: int) -> tuple[Program, Value]:
    x, w = Value(0.5), Value(2.0)
    total = x * w
    for _ in range(ops):
        total = (total * w + x).tanh()
    program: Program = ag.compile(total, inputs=[x])
    return program, w


def calls() -> Callable[[], None]:
    program, _ = program_of(50)
    xs = np.linspace(0.0, 1.0, 5000)

    def run() -> None:
        program(0.5)
        program.backward(0.5)
        program.backward(xs, threads=2)
        program.gradients(xs, parameters="each")

    return run


def compilations() -> None:
    program, _ = program_of(200)
    program.gradients(np.linspace(0.0, 1.0, 100))
    Program.from_json(program.to_json())(0.5)


@pytest.mark.parametrize("work", [calls(), compilations], ids=["calls", "compilations"])
def test_memory_is_flat(work: Callable[[], None]) -> None:
    for _ in range(8):
        work()
    gc.collect()
    tracemalloc.start()
    before, held = resident() if IS_MEASURED else 0, tracemalloc.get_traced_memory()[0]
    for _ in range(15):
        work()
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - held
    tracemalloc.stop()
    assert grown < 300_000
    if IS_MEASURED:
        assert resident() - before < 20_000_000


def test_a_deep_graph_is_planned_in_linear_time() -> None:
    x = Value(0.5)
    total = x
    for _ in range(50_000):
        total = total * 0.999 + x
    program = ag.compile(total, inputs=[x])
    wanted = np.array(ag.graph.evaluate([total], {x: 0.25}))
    assert program(0.25) == wanted[0]
    assert program.gradients([0.25, 0.5]).inputs[0][0] == pytest.approx(wanted[0] / 0.25)


def test_blocks_are_shorter_where_a_node_has_many_local_derivatives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.compiler.program.best_kernel", lambda: "numpy")
    leaves = [Value(0.5) for _ in range(5000)]
    program: Program = ag.compile(ag.logsumexp(leaves), inputs=leaves)
    assert program._kernel(True, "").block * len(leaves) <= NUMBERS
    assert program._kernel(False, "").block * len(leaves) > NUMBERS  # none are computed
