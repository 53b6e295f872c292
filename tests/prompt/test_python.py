"""Worksheets exported as Python: the script is run, and its numbers are the sheet's."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd.engine.backend import Value
from autograd.prompt import Session
from autograd.prompt.python import as_python
from autograd.worksheet import Worksheet, shipped

SHEETS = {
    "every sign": "x, y = 0.5, 2\nE = -x^2 - (x - y) - (-x)^y / (x / y) * 2^-x^2 - (x*y)^2 + (x/y)*(y - 1)",
    "signs nested": "x = 0.3\na = -(-x)\nb = (x^2)^3\nc = x^2^3\nd = 1 - (2 - (3 - x))\n"
    "e = 8/(4/(2/x))\nE = a + b + c + d + e",
    "names that Python keeps": "lambda, in, ag, print = 1, 2, 3, 4\nsum = lambda*in + ag*print\nleaf = sum^2",
    "names of paper": "ŷ, w₁, λ, ﬁ, fi = 1, 2, 3, 4, 5\nE = ŷ*w₁ + λ*ﬁ - fi",
    "comparisons": "x, y = 0.5, 2\nE = (x < y)*x + (x >= 0.5)/(y == 2) + where(x > 1, x, y)*(x != y)",
    "no number": "x = 0\na = 1/0\nb = 0/0\nc = -1/0\nE = x + a*(x + 1)",
    "floats that Python refuses": "x = 0\nc = (x > 1)\nE = x + 1/(x > 1) + (x > 1)^-1 + exp(1000*(x == 0))",
    "constants": "x = pi/2\ny = 1e300*1e300\nz = 2^0.5\nE = sin(x*z) + 0.1 + 1e-9 + 123456789 + -x",
    "a copy": "a = 2\nb = a\nc = b\nE = a*b + c*c",
    "lists": "u = [1, 2, 3]\nv = 2*u\nw = [v[1], 7, u[2]*3]\nW = [[1, 2, 3], [4, 5, 6]]\ny = W @ w\n"
    "T = transpose(W) @ y\n"
    "E = sum(T) + dot(u, v, w[2]) + max(u[1], 0.5) + mean(y) + logsumexp([u[1], 2]) + sum(outer(u, v)[2])",
    "an element of a list": "of: y[2]\nW = [[1, 2], [3, 4]]\ny = tanh(W @ [0.1, 0.2])",
    "defaults": "x = -2\nE = leaky_relu(x) + leaky_relu(x, 0.3) + relu(x) + hypot(x, 3)",
    "a leaf alone": "x = 3",
}  # fmt: skip


def values_of(space: dict[str, object]) -> dict[str, Value]:
    """Return every labelled Value of a script's variables, also within lists."""
    found: dict[str, Value] = {}
    stack = list(space.values())
    for each in stack:
        if isinstance(each, list):
            stack += each
        elif isinstance(each, Value):
            found[each.label] = each
    return found


def same(x: float, y: float) -> bool:
    return x == y or (math.isnan(x) and math.isnan(y))


def agrees(sheet: Worksheet) -> None:
    space: dict[str, object] = {}
    exec(compile(as_python(sheet, sheet.output()), "script", "exec"), space)
    run = sheet.evaluate()
    slopes = run.gradients(sheet.leaves)
    found = values_of(space)
    assert {*run.values} == {*found}
    for label, value in run.values.items():
        assert same(found[label].data, value.data), label
    for label, slope in slopes.items():
        assert same(found[label].grad, slope), label


@pytest.mark.parametrize("text", SHEETS.values(), ids=SHEETS)
def test_a_script_has_the_names_and_the_numbers(text: str) -> None:
    agrees(Worksheet.parse(text))


@pytest.mark.parametrize("name", shipped.names())
def test_shipped_sheets(name: str) -> None:
    agrees(shipped.load(name))


OPERAND = st.sampled_from(["a", "b", "0.5", "2", "(a + b)", "-b", "exp(a)", "(a < b)", "max(a, b)"])
EXPRESSION = st.recursive(
    OPERAND, lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*/^"), inner), max_leaves=6
)


@given(EXPRESSION, st.sampled_from("+-*/^"), EXPRESSION)
def test_random_expressions(left: str, sign: str, right: str) -> None:
    agrees(Worksheet.parse(f"a, b = 0.7, -1.5\nE = {left} {sign} {right}\nF = -{right} {sign} {left}"))


def test_a_script_is_run_and_prints(tmp_path: Path) -> None:
    session = Session()
    session.enter(":load step_by_step")
    path = tmp_path / "net.py"
    assert "run it with python" in session.enter(f":python {path}").text
    assert session.enter(f":python {path}").kind == "refused"
    assert session.enter(f":python! {path}").kind == "fine"
    settings = {"PYTHONPATH": str(Path(autograd.__file__).parent.parent), "PYTHONIOENCODING": "utf-8"}
    ended = subprocess.run([sys.executable, str(path)], capture_output=True, env=settings, check=True)
    lines = ended.stdout.decode().splitlines()
    assert lines[0] == "E_total = 0.2983711087600027"
    slopes = session.evaluation().gradients(session.sheet.leaves)
    assert lines[1:] == [f"∂E_total/∂{label} = {slope}" for label, slope in slopes.items()]
    assert session.enter(":python").text == path.read_text(encoding="utf-8").rstrip("\n")
