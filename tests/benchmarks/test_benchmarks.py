"""The benchmarks measure what they say: engines agree, counts are as documented, tables show what was measured."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from autograd import core
from benchmarks import derivatives, measure, report, slots_engine
from benchmarks.engines import Engine, FusedC, FusedPython, ScalargradC, ScalargradPython, Slots
from benchmarks.worker import answer
from benchmarks.workloads import WORKLOADS, Workload, chain, gpt, mlp, note_002

SMALL = [chain("W1", 10), mlp("W2", points=3, sizes=(2, 3, 1)), note_002("W3"), gpt("W4", width=4, heads=2, tokens=2)]
OURS, OURS_FUSED = (ScalargradC, FusedC) if core.CORE == "c" else (ScalargradPython, FusedPython)


def step(engine: Engine, workload: Workload) -> tuple[float, list[float]]:
    leaves = engine.leaves(workload.leaves)
    output = workload.run(engine, leaves)
    engine.backward(output, leaves)
    return engine.number(output), engine.gradients(leaves)


@pytest.fixture(autouse=True)
def keep_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRAD_CORE", core.CORE)  # an engine sets it, for a process of its own


@pytest.mark.parametrize("workload", SMALL, ids=lambda workload: workload.title)
def test_our_gradients_are_the_yardsticks(workload: Workload) -> None:
    value, gradients = step(Slots(), workload)
    found, ours = step(OURS(), workload)
    assert found == pytest.approx(value, rel=1e-12)
    assert measure.disagreement(ours, gradients) < 1e-12
    assert Engine().number(workload.run(Engine(), list(workload.leaves))) == pytest.approx(value, rel=1e-12)


def test_the_fused_network_is_the_same_function() -> None:
    value, gradients = step(Slots(), SMALL[1])
    found, fused = step(OURS_FUSED(), SMALL[1])
    assert found == pytest.approx(value, rel=1e-12)
    assert measure.disagreement(fused, gradients) < 1e-12


def test_operations_are_counted() -> None:
    assert measure.count_operations("W1") == 20_000
    assert measure.count_operations("W2") == 65_075


def test_a_worker_answers_and_reports_errors() -> None:
    found = answer(Slots(), {"do": "time", "workload": "W3", "steps": 2})
    assert found["whole"] > 0.0

    class Broken(Slots):
        def backward(self, output: object, leaves: object) -> None:
            raise MemoryError("all gone")

    assert answer(Broken(), {"do": "check", "workload": "W3"}) == {"error": "MemoryError: all gone"}


def test_an_engine_in_its_own_process(tmp_path: Path) -> None:
    worker = measure.Worker("slots", tmp_path)
    try:
        assert worker.ask("check", "W3")["value"] == pytest.approx(0.2983711087600027, rel=1e-12)
    finally:
        worker.close()


def test_a_deep_chain_runs_on_the_yardstick() -> None:
    x = slots_engine.Scalar(1.0)
    y = x
    for _ in range(20_000):
        y = y + x
    slots_engine.backward(y)
    assert x.grad == 20_001.0


def results() -> measure.Results:
    made = measure.Results("2026-01-01", "machine", "CPython", 1, missing={"torch": "no network"})
    for key, seconds in (("floats", 1.0), ("c", 2.0), ("micrograd", 400.0)):
        made.figures[key] = {"W2": measure.Figure({"whole": [seconds, 9.0 * seconds], "forward": [seconds]})}
    made.operations["W2"] = 65_075
    return made


def test_tables_are_ratios_and_say_what_is_missing() -> None:
    text = report.markdown(results())
    assert "| scalargrad, C core | 200× |" in text
    assert "not measured: no network" in text
    assert "| W2 whole step, times plain floats | ≤ 2 | 2 | yes |" in text
    assert "| bytes a node | ≤ 80 | — | not measured |" in text


def test_readme_part_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"before\n{report.START}\nold\n{report.END}\nafter\n", encoding="utf-8")
    report.update_between(page, "new")
    assert page.read_text(encoding="utf-8") == f"before\n{report.START}\nnew\n{report.END}\nafter\n"
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="must hold"):
        report.update_between(page, "new")


def test_goals_are_unknown_where_nothing_was_measured() -> None:
    empty = measure.Results("2026-01-01", "machine", "CPython", 1)
    assert all(goal.reached(empty) is None for goal in report.GOALS)
    assert math.isnan(empty.ratio("c", "floats", "W2"))
    assert set(WORKLOADS) == {"a*b", "W1", "W2", "W3", "W4", "W5"}


def test_derivatives_have_their_table() -> None:
    made = results()
    assert "Derivatives of a small net" not in report.readme(made)
    made.derivatives = {"backward": [1.0, 0.5], "record": [2.0], "grad": [1.0], "hvp": [5.0, 4.5]}
    made.forward_against_reverse = 2e-15
    text = report.readme(made)
    assert "| backward alone, times recording | ≤ 3 | 0.25 | yes |" in text
    assert "| hvp, times grad | ≤ 4 | 4.5 | **no** |" in text
    assert "| Hessian as lists, times JAX's as called | ≤ 0.15 | — | not measured |" in text
    assert "| forward against reverse, relative | ≤ 1e-13 | 2.0e-15 | yes |" in report.markdown(made)


def test_modes_agree_on_the_loss_that_is_timed() -> None:
    assert derivatives.disagreement() < 1e-13
    assert len(derivatives.PARAMETERS) == derivatives.COUNT == 337
