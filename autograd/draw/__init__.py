"""Pictures of graphs: `draw(v)` gives a `Drawing`, to save, to show, to print, or as text for Graphviz and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograd.engine.backend import Value

if TYPE_CHECKING:
    from autograd.draw.drawing import Drawing

__all__ = ["draw"]


def draw(
    *values: Value,
    engine: str = "builtin",
    direction: str | None = None,
    collapse: str = "auto",
    expand: str | Sequence[str] = (),
    focus: Value | str | Sequence[Value | str] | None = None,
    depth: int = 0,
    ops: str = "fused",
    theme: str = "auto",
    limit: int = 300,
    title: str = "",
) -> Drawing:
    """Draw the graph below one or more values.

    Each value is a box with its op, label, number and gradient; an edge carries the local derivative, coloured and
    widened by the gradient that flows along it. The picture shows the graph as it is now. A large graph is drawn by
    its neurons, layers or stretches, each a box with how many values it holds and the root mean square of their
    gradients; an edge between two then says how many operands it stands for, and is coloured by the sum of what flows.

    Parameters
    ----------
    *values : Value
        The values to draw, with everything that they depend on.
    engine : {"builtin", "dot"}
        The layout engine: the one of this package, which gives the same result on every machine, or Graphviz's `dot`.
    direction : {"LR", "TB"}, optional
        Left to right or top to bottom; by default the one that fits a page better.
    collapse : {"auto", "none", "neuron", "layer"}
        What becomes one box: nothing, or the values of a neuron (named net_h1 and out_h1, say, with the unnamed steps
        and the leaves that lead there alone; in a batch those of all samples), or neurons of one kind at one depth.
        Values made within `group("name")`, or labelled "name/…", are a neuron of that name; of "a/b" the layer is a.
        "auto" collapses only what has more than `limit` values, by neuron, else by layer, else by stretches.
    expand : str or sequence of str
        Groups, by the names in their boxes, to be shown in full in a collapsed picture.
    focus : Value, str, or sequence of these, optional
        Show only the values through which this one, or the one so labelled, leads to what is drawn.
    depth : int
        How many steps beside that way, towards the leaves, are shown as well.
    ops : {"fused", "nodes"}
        Ops within the boxes of their results, or as boxes of their own.
    theme : {"auto", "light", "dark"}
        Colours; "auto" leaves them to the reader's system.
    limit : int
        The most boxes there may be.
    title : str
        A headline.

    Raises
    ------
    TypeError
        If something to draw isn't a Value, or an option has the wrong type.
    DrawError
        If there would be more than `limit` boxes, an option is unknown, a label or group isn't there, or the engine
        asked for is missing.

    Examples
    --------
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> drawing = draw(a * b)
    >>> drawing
    <Drawing of 3 values>
    >>> drawing.svg[:4]
    '<svg'

    A long chain is drawn by its stretches, and the way of one leaf through it by itself:

    >>> x = a
    >>> for _ in range(1000):
    ...     x = x * 1.001 + b
    >>> draw(x)
    <Drawing of 2,002 values in 12 boxes>
    >>> draw(a * b + b, focus=a)
    <Drawing of 3 values>
    """
    from autograd.draw.drawing import Drawing  # when the first picture is wanted: most programs draw none
    from autograd.draw.options import Options

    options = Options(engine, direction, collapse, expand, focus, depth, ops, theme, limit, title)
    return Drawing(values, options)


def _repr_mimebundle_(self: Value, include: object = None, exclude: object = None) -> dict[str, str]:
    """Show the graph in a notebook, where it is small enough to be read."""
    from autograd.draw import notebook

    return notebook.value(self)


# Put on here, so that the engine knows nothing of pictures.
Value._repr_mimebundle_ = _repr_mimebundle_  # type: ignore[attr-defined]
