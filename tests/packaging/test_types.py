"""Type checkers see the types of an editable install, and names that do not exist are errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import needs

PROGRAM = """\
import autograd as ag
import nn

reveal_type(ag.sigmoid(ag.Value(1)))
reveal_type(nn.Linear(2, 1))
ag.sigmod
nn.Liner


def price(spot: float, volatility: float) -> float:
    return spot * volatility


reveal_type(ag.grad(price))
reveal_type(ag.hessian(price))
reveal_type(ag.compile(price))
reveal_type(ag.compile(ag.Value(1), inputs=[]))
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM, encoding="utf-8")
    return path


def run(command: list[str], folder: Path) -> str:
    """Return a type checker's messages for a program with errors."""
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.slow
def test_mypy_sees_the_types(editable: Path, program: Path) -> None:
    needs.package("mypy")
    options = ["--no-incremental", "--no-error-summary", "--python-executable", str(editable)]
    said = run([sys.executable, "-m", "mypy", *options, program.name], program.parent).splitlines()
    assert said == [
        'program.py:4: note: Revealed type is "autograd.engine.value.Value"',
        'program.py:5: note: Revealed type is "nn.modules.layers.Linear"',
        'program.py:6: error: Module has no attribute "sigmod"; maybe "sigmoid"?  [attr-defined]',
        'program.py:7: error: Module has no attribute "Liner"; maybe "Linear"?  [attr-defined]',
        'program.py:14: note: Revealed type is "def (spot: float, volatility: float) -> Any"',
        'program.py:15: note: Revealed type is "def (spot: float, volatility: float) -> Any"',
        'program.py:16: note: Revealed type is "autograd.compiler.function.Function[[spot: float, volatility: float]]"',
        'program.py:17: note: Revealed type is "autograd.compiler.program.Program"',
    ]


@pytest.mark.slow
def test_pyright_sees_the_types(editable: Path, program: Path) -> None:
    needs.npm(program.parent, "pyright@1.1.414")
    options = ["--outputjson", "--pythonpath", str(editable)]
    said = json.loads(run(["node", "node_modules/pyright/index.js", *options, program.name], program.parent))
    found = {
        (each["range"]["start"]["line"] + 1, each["severity"], each["message"]) for each in said["generalDiagnostics"]
    }
    assert {each for each in found if each[1] != "warning"} == {
        (4, "information", 'Type of "ag.sigmoid(ag.Value(1))" is "Value"'),
        (5, "information", 'Type of "nn.Linear(2, 1)" is "Linear"'),
        (6, "error", '"sigmod" is not a known attribute of module "autograd"'),
        (7, "error", '"Liner" is not a known attribute of module "nn"'),
        (14, "information", 'Type of "ag.grad(price)" is "(spot: float, volatility: float) -> Any"'),
        (15, "information", 'Type of "ag.hessian(price)" is "(spot: float, volatility: float) -> Any"'),
        (16, "information", 'Type of "ag.compile(price)" is "Function[(spot: float, volatility: float)]"'),
        (17, "information", 'Type of "ag.compile(ag.Value(1), inputs=[])" is "Program"'),
    }
