"""Plots: drawn without a display, with the computed data in them."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import nn
from tests import needs

matplotlib = needs.package("matplotlib")
matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close what a test opened."""
    yield
    from matplotlib import pyplot

    pyplot.close("all")


def test_curves() -> None:
    history = nn.History(loss=[4.0, 2.0, 1.0], validation=[4.0, 3.0, 3.5], best_epoch=2)
    axes = history.plot()
    lines = {line.get_label(): line for line in axes.get_lines()}
    assert lines["loss"].get_ydata().tolist() == [4.0, 2.0, 1.0]
    assert lines["validation"].get_xdata().tolist() == [1, 2, 3]
    assert "best epoch, 2" in lines
    assert axes.get_yscale() == "log"
    assert nn.History(loss=[1.0, -1.0]).plot().get_yscale() == "linear"
    assert nn.plots.curves(history, axes) is axes
    assert nn.History().plot().get_xlabel() == "epoch"


@pytest.mark.parametrize(
    "losses, scale",
    [
        ([math.nan, 4.0, 2.0], "log"),
        ([math.inf, 4.0, 2.0], "log"),
        ([-math.inf, 4.0], "log"),
        ([math.nan, -4.0], "linear"),
        ([math.inf, math.inf], "linear"),
        ([math.nan], "linear"),
        ([0.0, 1.0], "linear"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_curves_with_numbers_that_are_not_finite(losses: list[float], scale: str) -> None:
    axes = nn.History(loss=losses, validation=losses, best_epoch=1).plot()
    assert axes.get_yscale() == scale
    axes.figure.canvas.draw()


@pytest.mark.parametrize("outputs", [1, 3])
def test_decision_regions(outputs: int) -> None:
    points, labels = nn.datasets.moons(30, seed=1)
    axes = nn.plots.decision_regions(nn.MLP(2, [4, outputs], seed=1), points, labels, resolution=20)
    axes.figure.canvas.draw()
    (scatter,) = [part for part in axes.collections if type(part).__name__ == "PathCollection"]
    assert np.array_equal(np.asarray(scatter.get_offsets()), points)


def test_decision_regions_of_an_estimator() -> None:
    needs.package("sklearn")
    points, labels = nn.datasets.moons(30, seed=1)
    found = nn.Classifier(epochs=3, random_state=0).fit(points, labels)
    nn.plots.decision_regions(found, points, labels, resolution=10).figure.canvas.draw()


@pytest.mark.parametrize(
    "given, text",
    [
        (([[1.0]],), "decision_regions: X must have 2 features, got 1"),
        (([[1.0, 2.0]], [1, 2]), r"decision_regions: y must be of shape \(1,\), got \(2,\)"),
    ],
)
def test_what_plots_refuse(given: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        nn.plots.decision_regions(nn.MLP(2, [1]), *given)


def test_without_matplotlib_the_extra_is_named() -> None:
    script = "import sys; sys.modules['matplotlib'] = None; import nn\n"
    script += "try: nn.History().plot()\nexcept ImportError as e: print(e)"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "pip install 'scalargrad[plots]'" in ended.stdout
