"""The eager section measures what it claims: engines agree, and counts are as documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograd.engine import backend
from benchmarks import eager, slots_engine
from benchmarks.engines import Engine, FusedC, FusedPython, ScalargradC, ScalargradPython, Slots
from benchmarks.timing import Settings, disagreement
from benchmarks.worker import answer
from benchmarks.workloads import Workload, chain, gpt, mlp, note_002

SMALL = [chain("W1", 10), mlp("W2", points=3, sizes=(2, 3, 1)), note_002("W3"), gpt("W4", width=4, heads=2, tokens=2)]
OURS, OURS_FUSED = (ScalargradC, FusedC) if backend.CORE == "c" else (ScalargradPython, FusedPython)


def step(engine: Engine, workload: Workload) -> tuple[float, list[float]]:
    leaves = engine.leaves(workload.leaves)
    output = workload.run(engine, leaves)
    engine.backward(output, leaves)
    return engine.number(output), engine.gradients(leaves)


@pytest.fixture(autouse=True)
def keep_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRAD_CORE", backend.CORE)  # an engine sets it, for a process of its own


@pytest.mark.parametrize("workload", SMALL, ids=lambda workload: workload.title)
def test_our_gradients_are_the_yardsticks(workload: Workload) -> None:
    value, gradients = step(Slots(), workload)
    found, ours = step(OURS(), workload)
    assert found == pytest.approx(value, rel=1e-12)
    assert disagreement(ours, gradients) < 1e-12
    assert Engine().number(workload.run(Engine(), list(workload.leaves))) == pytest.approx(value, rel=1e-12)


def test_the_fused_network_is_the_same_function() -> None:
    value, gradients = step(Slots(), SMALL[1])
    found, fused = step(OURS_FUSED(), SMALL[1])
    assert found == pytest.approx(value, rel=1e-12)
    assert disagreement(fused, gradients) < 1e-12


def test_operations_are_counted() -> None:
    assert eager.count_operations("W1") == 20_000
    assert eager.count_operations("W2") == 65_075


def test_a_worker_answers() -> None:
    found = answer(Slots(), {"do": "time", "workload": "W3", "steps": 2})
    assert found["whole"] > 0.0


def test_an_engine_in_its_own_process(tmp_path: Path) -> None:
    worker = eager.worker("slots", Settings(1, 0.0, tmp_path))
    try:
        assert worker.ask(do="check", workload="W3")["value"] == pytest.approx(0.2983711087600027, rel=1e-12)
        with pytest.raises(OSError, match="KeyError: 'W9'"):
            worker.ask(do="check", workload="W9")
        assert worker.ask(do="time", workload="W3", steps=2)["whole"] > 0.0  # what went wrong ended nothing
    finally:
        worker.close()


def test_a_deep_chain_runs_on_the_yardstick() -> None:
    x = slots_engine.Scalar(1.0)
    y = x
    for _ in range(20_000):
        y = y + x
    slots_engine.backward(y)
    assert x.grad == 20_001.0
