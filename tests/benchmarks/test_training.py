"""What the measurements of training rest on: one task, whoever does it."""

from __future__ import annotations

import pytest

import nn
from benchmarks.training import CHECKED, Demo
from benchmarks.training_peers import rate


def test_fit_and_the_notebooks_way_do_the_same() -> None:
    task = Demo()
    net, history = task.fitted(100)
    step = task.eager()
    assert [step() for _ in range(CHECKED + 7)] == pytest.approx(history.loss[: CHECKED + 7], rel=1e-9)
    assert ((nn.predict(net, task.X) > 0.0) == (task.y > 0.0)).all()


def test_the_rate_is_that_of_the_notebook() -> None:
    assert [rate(step) for step in (0, 50, 100, 1000)] == pytest.approx([1.0, 0.55, 0.1, 0.1])
