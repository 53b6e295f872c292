"""The explorer: a page that steps through the forward and the backward pass of a graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from autograd.engine.backend import Value

if TYPE_CHECKING:
    from autograd.explore.page import Explorer

__all__ = ["explore"]


def explore(
    value: Value,
    *,
    trained: Iterable[Value | str] | None = None,
    rate: float = 0.1,
    title: str = "",
    engine: str = "builtin",
    limit: int = 300,
) -> Explorer:
    """Make an interactive page that steps through the graph below a value.

    The page shows the graph, steps forward and backward one op at a time with the arithmetic of each step, writes out
    the chain rule for each leaf, and recomputes everything when leaves are changed or trained. It is a single file that
    needs no network; its arithmetic is generated from the table of ops. The graph is not modified.

    Parameters
    ----------
    value : Value
        The result, which gradient descent minimises.
    trained : iterable of Value or str, optional
        The leaves that gradient descent updates, or their labels; by default all except those labelled as inputs (x1,
        i1) or targets (y, t1, target_o1), or all if there are no others. The page lets its reader change them.
    rate : float
        The initial learning rate, above 0.
    title : str
        The headline of the page.
    engine : {"builtin", "dot"}
        The layout engine, as in `draw`.
    limit : int
        A graph with more values is shown collapsed, by its neurons, layers or sections, with the recorded numbers: it
        can be stepped through, but not changed or trained.

    Returns
    -------
    Explorer
        With `html`, `save(path)` and `show()`; a notebook displays the page.

    Raises
    ------
    TypeError
        If `value` isn't a Value, or an option has the wrong type.
    ValueError
        If the rate isn't above 0, or something in `trained` isn't a leaf below the value.
    DrawError
        If the engine is unknown or not installed.

    Examples
    --------
    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> page = explore((w * x - 3.0) ** 2)
    >>> page
    <Explorer of 5 values>
    >>> page.html[:15], page.html.count("http-equiv")
    ('<!doctype html>', 1)
    """
    from autograd.explore.page import Explorer  # imported with the first page, as most programs make none

    return Explorer(value, trained, rate, title, engine, limit)
