"""The explorer: a page that steps through the forward and the backward pass of a graph, live."""

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

    The page shows the graph, goes forward and backward one op at a time with the arithmetic of each step, writes out
    the chain rule for each leaf, and recomputes everything as leaves are changed or trained. It is one file that needs
    no network, and its arithmetic is generated from the table of ops. Nothing is written into the graph.

    Parameters
    ----------
    value : Value
        The result, which gradient descent minimises.
    trained : iterable of Value or str, optional
        The leaves that gradient descent moves, or their labels; by default all but those whose label says that they
        are inputs (x1, i1) or targets (y, t1, target_o1), or all where there are no others. The page lets its reader
        choose.
    rate : float
        The initial learning rate, above 0.
    title : str
        The page's headline.
    engine : {"builtin", "dot"}
        What places the boxes, as in `draw`.
    limit : int
        A graph of more values than this is shown collapsed, by its neurons, layers or stretches, with its numbers as
        recorded: it can be stepped through, not changed or trained.

    Returns
    -------
    Explorer
        With `html`, `save(path)` and `show()`; in a notebook it shows the page.

    Raises
    ------
    TypeError
        If the value isn't a Value, or an option isn't of its type.
    ValueError
        If the rate isn't above 0, or something trained isn't a leaf below the value.
    DrawError
        If the engine is unknown or missing.

    Examples
    --------
    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> page = explore((w * x - 3.0) ** 2)
    >>> page
    <Explorer of 5 values>
    >>> page.html[:15], page.html.count("http-equiv")
    ('<!doctype html>', 1)
    """
    from autograd.explore.page import Explorer  # when the first page is wanted: most programs make none

    return Explorer(value, trained, rate, title, engine, limit)
