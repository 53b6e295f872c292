"""Plots with matplotlib, the extra `plots`: training curves and decision regions."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.training.predicting import predict
from nn.training.samples import array, table

__all__ = ["curves", "decision_regions"]


def curves(history: Any, axes: Any = None) -> Any:
    """Draw the losses of a training by epoch, on a logarithmic scale where all are positive.

    Parameters
    ----------
    history : History
        What `fit` returned.
    axes : matplotlib axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    axes
        Where it was drawn.

    Raises
    ------
    ImportError
        If matplotlib isn't installed; the text names the extra.

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
    if history.loss and min(history.loss + history.validation) > 0.0:
        axes.set_yscale("log")
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    axes.legend()
    return axes


def decision_regions(model: Any, X: Any, y: Any = None, axes: Any = None, *, resolution: int = 200) -> Any:
    """Colour the plane by what a model says of it, with the samples on top.

    A model of one output is coloured by it, with its zero as the border; one of several by the largest.

    Parameters
    ----------
    model : Module, function of a list of numbers, or fitted `Classifier`
        Of two inputs.
    X : array-like of shape (samples, 2)
        The samples, which say what part of the plane is shown.
    y : array-like of shape (samples,), optional
        Their classes.
    axes : matplotlib axes, optional
        Where to draw; a new figure otherwise.
    resolution : int
        How many points each side of the grid has.

    Returns
    -------
    axes
        Where it was drawn.

    Raises
    ------
    ValueError
        If X doesn't have two features.
    ImportError
        If matplotlib isn't installed; the text names the extra.

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
    if found.ndim == 1:
        height = float(np.abs(found).max()) or 1.0
        levels = np.linspace(-height, height, 21)
        axes.contourf(across, up, found.reshape(resolution, resolution), levels=levels, cmap="RdBu", alpha=0.7)
        if found.min() < 0.0 < found.max():
            axes.contour(across, up, found.reshape(resolution, resolution), levels=[0.0], colors="black")
    else:
        chosen = found.argmax(axis=1).reshape(resolution, resolution)
        levels = np.arange(found.shape[1] + 1) - 0.5
        axes.contourf(across, up, chosen, levels=levels, cmap="viridis", alpha=0.5)
    cmap = "RdBu" if found.ndim == 1 else "viridis"
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
