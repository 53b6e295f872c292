"""`%load_ext autograd` in an IPython of this process."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pytest

from autograd.engine.backend import Value
from tests import needs

interactive = needs.package("IPython.core.interactiveshell")
capture = needs.package("IPython.utils.capture")

NEURON = "rate: 0.5\ninputs: x\nx = 0.5\nw, b = 0.8, 0.1\nE = (1 - sigmoid(w*x + b))^2"


@pytest.fixture
def shell() -> Iterator[Any]:
    made = interactive.InteractiveShell.instance()
    made.history_manager.enabled = False
    run(made, "%load_ext autograd")
    yield made
    made.history_manager.end_session()
    interactive.InteractiveShell.clear_instance()


def run(shell: Any, code: str) -> Any:
    """Run a cell that must succeed, and return what it shows."""
    with capture.capture_output() as shown:
        result = shell.run_cell(code)
    assert result.success, shown.stdout
    return shown


def refused(shell: Any, code: str) -> str:
    out, complaints = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(complaints):
        result = shell.run_cell(code)
    assert not result.success
    assert "Traceback" not in out.getvalue() + complaints.getvalue()
    return out.getvalue() + complaints.getvalue()


def test_a_cell_shows_a_table_and_the_picture_and_gives_the_values(shell: Any) -> None:
    shown = run(shell, f"%%worksheet\n{NEURON}\nW = [[1, 2], [3, 4]]")
    (output,) = shown.outputs
    assert "w         0.8" in output.data["text/plain"]
    assert "<img" in output.data["text/html"]
    assert "∂E/∂name" in output.data["text/html"]
    assert isinstance(shell.user_ns["w"], Value)
    assert shell.user_ns["w"].grad == pytest.approx(-0.0887234586)
    assert shell.user_ns["W"][1][0].label == "W[2,1]"


def test_the_sheet_is_remembered_until_a_new_one(shell: Any) -> None:
    run(shell, f"%%worksheet\n{NEURON}")
    run(shell, "%%worksheet --no-picture\nw = 2")
    assert shell.user_ns["w"].data == 2.0
    assert "2 → 3" in run(shell, "%worksheet w = 3").stdout
    assert "w = 3" in run(shell, "%worksheet w").stdout
    assert "<img" not in run(shell, "%%worksheet --no-picture\nv = 2*w").outputs[0].data["text/html"]
    assert "unknown name 'w'" in refused(shell, "%%worksheet --new\nv = w")
    run(shell, "%%worksheet --new --no-names\nonly = 1")
    assert "only" not in shell.user_ns
    assert "only = 1" in run(shell, "%worksheet :list").stdout


def test_questions_checks_and_commands_are_answered(shell: Any) -> None:
    shown = run(shell, f"%%worksheet\n{NEURON}\nw\ncheck d(E)/d(b) == d(E)/d(w)/x\ncheck d(E)/d(b) == 1")
    assert shown.stdout.startswith("w = 0.8   ∂E/∂w")
    assert "right: " in shown.stdout
    assert "WRONG: " in shown.stdout
    assert "text/latex" in run(shell, "%worksheet :derive w").outputs[0].data
    assert "<iframe" in run(shell, "%worksheet :page").outputs[0].data["text/html"]
    assert "image/svg+xml" in run(shell, "%worksheet :draw").outputs[0].data


def test_a_cell_with_a_mistake_changes_nothing(shell: Any) -> None:
    run(shell, f"%%worksheet\n{NEURON}")
    said = refused(shell, "%%worksheet\nw = 7\nF = E + foo")
    assert "  F = E + foo\n          ^\nunknown name 'foo'" in said
    assert "0.8" in run(shell, "%worksheet w").stdout
    assert shell.user_ns["w"].data == 0.8
    assert "there is nothing to undo" not in run(shell, "%worksheet :undo").stdout
    assert "unknown option '--nue'" in refused(shell, "%%worksheet --nue\na = 1")
    assert "there is no command :foo" in refused(shell, "%worksheet :foo")
