"""Each section runs without peers, compares like with like, and provides its figures to the report."""

from __future__ import annotations

import math
import random
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

import nn
from autograd import Value
from autograd.engine import backend
from benchmarks import __main__ as command
from benchmarks import derivatives, environments, peers, replay, timing, training
from benchmarks.graphs import OPERATIONS, PARAMETERS, SHAPES, network, rate
from benchmarks.language import VOCABULARY, Ours, Plain
from benchmarks.results import Results
from benchmarks.timing import Found, Settings
from tests import needs

QUICK = Settings(1, 0.0, Path("nowhere"), quick=True)


@pytest.fixture(autouse=True)
def keep_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRAD_CORE", backend.CORE)  # an engine sets it, for a process of its own


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shrink cases that would take seconds on the Python core."""
    monkeypatch.setattr(replay, "SIZES", {"N = 1": 1, "N = 100": 3, "N = 10,000": 11})
    monkeypatch.setattr(replay, "THREADED", 5)
    monkeypatch.setattr(replay, "GRAPH", 300)
    monkeypatch.setattr(replay, "GRAPH_SAMPLES", 500)
    monkeypatch.setattr(training, "STEPS", (4, 3))
    monkeypatch.setattr(training, "SAMPLES", 2_000)
    monkeypatch.setattr(training, "TOKENS", (2,))


@pytest.mark.usefixtures("small")
def test_replay_without_peers() -> None:
    needs.package("autograd.compiler.plan._plan", "-e . with a C compiler")
    found = replay.measure(QUICK)
    assert set(found.missing) <= {"C by hand"}  # where there is no gcc
    by_hand = set() if found.missing else {f"by hand {name}" for name in replay.SIZES}
    assert {*replay.SIZES, *by_hand, "W4", "eager W4", "random graph", "random graph planned"} <= set(found.times)
    assert all(len(seconds) == 1 and seconds[0] > 0.0 for seconds in found.times.values())
    assert found.facts["operations N = 1"] == OPERATIONS == 642
    assert sys.float_info.min / 2.0 > 0.0  # C compiled with -ffast-math leaves subnormal numbers to the others


@pytest.mark.usefixtures("small")
def test_training_without_peers() -> None:
    found = training.measure(QUICK)
    assert set(found.missing) == (set() if find_spec("autograd.engine._value") else {"script, C core"})
    steps = {f"{name} 2 tokens" for name in ("slots", "eager", "compiled", "lines")}
    assert {"fit, 4 steps", "fit, 3 steps", "eager", *steps, "epoch, 256", "replay alone, 256"} <= set(found.times)
    assert {"script", "script, Python core", "script, plain floats"} <= set(found.times)
    assert found.facts["samples of an epoch"] == 20


def test_the_command_writes_a_report_without_peers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--quick", "--sections", "eager", "--workloads", "W3", "--peers", "--output", str(tmp_path)]
    assert command.main(arguments) == 0
    text = capsys.readouterr().out
    assert text.strip() == (tmp_path / "results.md").read_text(encoding="utf-8").strip()
    assert "the 2-2-2 sigmoid network of note 002 (39 operations)" in text
    assert "| plain Python floats, forward only | 1× |" in text
    assert '"W3"' in (tmp_path / "results.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["--quick"], ["--sections", "replay"], ["--workloads", "W3"]])
def test_only_a_whole_run_writes_the_readme(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    made = Results("2026-01-01", "machine", "CPython", "C", 1)
    given = command.parser().parse_args(arguments)
    made.operations = dict.fromkeys(given.workloads, 1) if "eager" in given.sections else {}
    made.sections = {name: Found() for name in given.sections if name != "eager"}
    monkeypatch.setattr(command, "measured", lambda given: made)
    monkeypatch.setattr("benchmarks.report.update_between", lambda *given: pytest.fail("written"))
    monkeypatch.setattr(Path, "write_text", lambda *given, **more: pytest.fail("written"))
    assert command.main(arguments) == 0


def test_modes_agree_on_the_loss_that_is_timed() -> None:
    assert derivatives.modes_disagree() < 1e-13
    assert len(derivatives.NUMBERS) == PARAMETERS == 337
    parameters, inputs = map(Value, derivatives.NUMBERS), [*derivatives.SAMPLE, derivatives.TARGET]
    plain = network(inputs, list(parameters), lambda x: x.tanh())
    assert derivatives.loss(derivatives.NUMBERS) == pytest.approx(plain.data, rel=1e-12)
    assert SHAPES == ((2, 16), (16, 16), (16, 1))


def test_fit_and_the_notebooks_way_do_the_same() -> None:
    task = training.Demo()
    net, history = task.fitted(100)
    step = task.eager()
    assert [step() for _ in range(10)] == pytest.approx(history.loss[:10], rel=1e-9)
    assert ((nn.predict(net, task.points) > 0.0) == (task.labels > 0.0)).all()


def test_the_rate_is_that_of_the_notebook() -> None:
    assert [rate(step) for step in (0, 50, 100, 1000)] == pytest.approx([1.0, 0.55, 0.1, 0.1])


def test_the_gpt_in_plain_python_is_the_notebooks() -> None:
    line = [random.Random(1).randrange(VOCABULARY) for _ in range(4)]
    own = Ours(line)
    places = own.places()
    assert sorted(places) == list(range(len(own.parameters)))
    plain = Plain([own.parameters[i].data for i in places], line)
    assert own.eager() == pytest.approx(plain.backward(), rel=1e-12)
    assert [own.parameters[i].grad for i in places] == pytest.approx(
        [x.grad for x in plain.leaves], rel=1e-9, abs=1e-12
    )


def test_numbers_that_differ_are_named() -> None:
    assert timing.agreement({"a": [1.0, 2.0]}, {"a": [1.0, 2.0]}) == ""
    assert timing.agreement({"a": [1.0, 2.0 + 1e-8]}, {"a": [1.0, 2.0]}) == "a: off by 5.0e-09"
    for wrong in ({}, {"a": [1.0]}, {"a": [1.0, math.nan]}, {"a": [1.0, math.inf]}):
        assert timing.agreement(wrong, {"a": [1.0, 2.0]}) == "a: off by inf"


class Stub(SimpleNamespace):
    """A peer's process that answers with what a test says."""

    def receive(self) -> dict[str, object]:
        return {"ready": True}

    def ask(self, **request: object) -> dict[str, object]:
        return {"seconds": 2.0} if "time" in request else {"numbers": self.numbers, "cases": ["step"]}

    def close(self) -> None:
        """Nothing to end."""


@pytest.mark.parametrize("numbers, kept", [({"x": [1.0]}, {"jax step": [2.0]}), ({"x": [1.1]}, {})])
def test_a_peer_counts_only_where_it_agrees(
    monkeypatch: pytest.MonkeyPatch, numbers: dict[str, list[float]], kept: dict[str, list[float]]
) -> None:
    monkeypatch.setattr(peers, "Process", lambda *given, **more: Stub(numbers=numbers))
    settings, found = Settings(1, 0.0, Path("nowhere"), ("jax",)), Found()
    with peers.running("training", ("jax", "torch"), {}, {"x": [1.0]}, settings, found) as samplers:
        assert timing.alternate(samplers, settings, "test") == kept
    assert found.missing == ({} if kept else {"training jax": "x: off by 1.0e-01"})


def test_a_peer_that_cannot_be_had_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(peer: str, cache: Path) -> Path:
        raise OSError(f"{environments.PACKAGES[peer]} can't be installed: no network")

    monkeypatch.setattr("benchmarks.process.interpreter", refused)
    found = Found()
    with peers.running("training", ("jax",), {}, {}, Settings(1, 0.0, Path("nowhere"), ("jax",)), found) as samplers:
        assert samplers == {}
    assert "can't be installed: no network" in found.missing["jax"]
