"""The gold set: no false accusations, errors are found, and no planted error passes as right."""

from __future__ import annotations

import pytest

from autograd.notes import read_note
from benchmarks.notes.measure import GOLD, HERE, RIGHT, Case, cases, measure, mutations


@pytest.mark.parametrize("case", [case for name in GOLD for case in cases(HERE / name)], ids=lambda case: case.name)
def test_no_equation_is_accused_falsely(case: Case) -> None:

    found = read_note(case.text).equations
    assert len(found) == len(case.labels)
    for equation, (label, _) in zip(found, case.labels, strict=True):
        assert equation.status != "WRONG" or label in "WU", equation
        assert equation.status != RIGHT[0] or label != "W", equation


def test_targets() -> None:
    total = measure().total()
    assert total["found"] >= 0.9 * total["wrong"]
    assert total["judged"] >= 0.8 * total["claims"]


def test_no_planted_slip_passes() -> None:
    planted = list(mutations())
    assert len(planted) > 100
    assert [(slip, text) for slip, text, found in planted if found.status == RIGHT[0]] == []
