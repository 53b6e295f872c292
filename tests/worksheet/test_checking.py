"""The check of a worksheet's gradients: what it passes, what it calls a kink, what it fails."""

from __future__ import annotations

import math

import pytest

from autograd.worksheet import Worksheet
from autograd.worksheet.checking import _judge, compare


@pytest.mark.parametrize(
    "text, verdict",
    [
        ("x = 3\ny = x^3", "ok"),
        ("x = 1e-8\ny = log(x)", "ok"),
        ("x = 1e10\ny = x^3", "ok"),
        ("x = 1e-300\ny = 3*x", "ok"),
        ("x = 700\ny = tanh(x)", "ok"),
        ("x = 0\ny = x^2", "ok"),
        ("x = 0.3\ny = sin(100*x)", "ok"),
        ("x = 2\ny = x\nE = x*y", "ok"),
        ("x = 0\ny = relu(x)", "kink"),
        ("x = 0\ny = abs(x)", "kink"),
        ("x = 1\ny = max(x, 1)", "kink"),
        ("x = 0\ny = (x > 0)*x", "kink"),
        ("x = 0\ny = x > 0", "kink"),
        ("x = 0\ny = sqrt(x)", "unclear"),
        ("x = -1\ny = log(x)", "unclear"),
        ("x = 40\ny = sigmoid(x)", "unclear"),
        ("x = 0\ny = 1/x", "unclear"),
        ("x = 1e-300\ny = (1e-5*x)^2", "unclear"),
        ("x = 0\ny = relu(x) - relu(-x)", "FAILED"),
    ],
)
def test_verdicts(text: str, verdict: str) -> None:
    sheet = Worksheet.parse(text)
    assert [each.verdict for each in compare(sheet, ["x"])] == [verdict]


@pytest.mark.parametrize("factor", [1 + 1e-7, 0.5, -1.0, 0.0, math.nan, math.inf])
def test_a_wrong_gradient_fails(factor: float) -> None:
    slope = math.exp(1.0) * factor
    assert _judge("x", slope, slope, math.exp, 1.0).verdict == "FAILED"


def test_forward_mode_must_agree() -> None:
    assert _judge("x", math.e, math.e * (1 + 1e-6), math.exp, 1.0).verdict == "FAILED"
