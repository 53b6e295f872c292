"""Plots with matplotlib, the extra `plots`: training curves and decision regions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nn.training.predicting import predict
from nn.training.samples import array, table

__all__ = ["curves", "decision_regions"]


def curves(history: Any, axes: Any = None) -> Any:
    """Plot the losses by epoch, on a logarithmic scale if all that are finite are positive.

    They are drawn into `axes`, by default those of a new figure, which are returned.

    Examples
    --------
    >>> curves(history).figure.savefig("training.svg")  # doctest: +SKIP
    """
    axes = _axes("plot", axes)
    epochs = range(1, history.epochs + 1)
    axes.plot(epochs, history.loss, label="loss")
    if history.validation:
        axes.plot(epochs, history.validation, label="validation")
        axes.axvline(history.best_epoch, color="gray", linestyle=":", label=f"best epoch, {history.best_epoch}")
    finite = [loss for loss in history.loss + history.validation if math.isfinite(loss)]
    if finite and min(finite) > 0.0:
        axes.set_yscale("log")
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    axes.legend()
    return axes


def decision_regions(model: Any, X: Any, y: Any = None, axes: Any = None, *, resolution: int = 200) -> Any:
    """Plot the decision regions of a model with two inputs, and the samples.

    The plane is coloured by the output, with a line where it is zero; for several outputs, by the largest one.

    Parameters
    ----------
    model : Module, function of a list of numbers, or fitted `Classifier`
        The model.
    X, y : array-like of shape (samples, 2), and optionally (samples,)
        The samples, which determine the region that is shown, and their classes.
    axes : matplotlib axes, optional
        The axes to draw into, and the result; those of a new figure by default.
    resolution : int
        The number of grid points along each side.

    Examples
    --------
    >>> decision_regions(model, X, y).figure.savefig("regions.png")  # doctest: +SKIP
    """
    points = table("decision_regions", "X", X)
    if points.shape[1] != 2:
        raise ValueError(f"decision_regions: X must have 2 features, got {points.shape[1]}")
    labels = None if y is None else array("decision_regions", "y", y)
    if labels is not None and labels.shape != (len(points),):
        raise ValueError(f"decision_regions: y must be of shape ({len(points)},), got {labels.shape}")
    axes = _axes("decision_regions", axes)
    (left, bottom), (right, top) = points.min(axis=0), points.max(axis=0)
    margin = 0.1 * max(right - left, top - bottom, 1e-9)
    across = np.linspace(left - margin, right + margin, resolution)
    up = np.linspace(bottom - margin, top + margin, resolution)
    grid = np.column_stack([part.ravel() for part in np.meshgrid(across, up)])
    decide = getattr(model, "decision_function", None)
    found = predict(model, grid) if decide is None else np.asarray(decide(grid))
    heights = (found if found.ndim == 1 else found.argmax(axis=1)).reshape(resolution, resolution)
    if found.ndim == 1:
        cmap, height = "RdBu", float(np.abs(found).max()) or 1.0
        axes.contourf(across, up, heights, levels=np.linspace(-height, height, 21), cmap=cmap, alpha=0.7)
        if found.min() < 0.0 < found.max():
            axes.contour(across, up, heights, levels=[0.0], colors="black")
    else:
        cmap = "viridis"
        axes.contourf(across, up, heights, levels=np.arange(found.shape[1] + 1) - 0.5, cmap=cmap, alpha=0.5)
    axes.scatter(points[:, 0], points[:, 1], c=labels, cmap=cmap if labels is not None else None, edgecolors="black")
    return axes


def _axes(where: str, axes: Any) -> Any:
    if axes is not None:
        return axes
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError(
            f"{where}: needs the package matplotlib, the extra `plots`: pip install 'scalargrad[plots]'"
        ) from None
    return pyplot.subplots()[1]
