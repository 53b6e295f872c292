"""Pictures of graphs: `draw(v)` returns a `Drawing`, to save, show or print, or as text for Graphviz and Markdown."""

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

    Each value is a box with its op, label, number and gradient; an edge shows the local derivative, with colour and
    width from the gradient along it. The picture shows the graph in its current state. A large graph is collapsed to
    its neurons, layers or sections, each a box with its number of values and the root mean square of their gradients;
    an edge between two shows the number of operands, and is coloured by the sum of the gradients along them.

    Parameters
    ----------
    *values : Value
        The values to draw, with everything they depend on.
    engine : {"builtin", "dot"}
        The layout engine: the built-in one, which gives the same result on every machine, or Graphviz's `dot`.
    direction : {"LR", "TB"}, optional
        Left to right or top to bottom; by default whichever fits a page better.
    collapse : {"auto", "none", "neuron", "layer"}
        What is drawn as one box: nothing; the values of a neuron (named net_h1 and out_h1, for example, with unnamed
        steps and leaves used there alone; in a batch, those of all samples); or neurons of one kind at one depth.
        Values made within `group("name")`, or labelled "name/…", are a neuron of that name; for "a/b" the layer is a.
        "auto" collapses only graphs of more than `limit` values, by neuron, else by layer, else by section.
    expand : str or sequence of str
        The groups, by the names in their boxes, to show in full in a collapsed picture.
    focus : Value, str, or sequence of these, optional
        Show only the values on paths from this one, or the one with this label, to what is drawn.
    depth : int
        The number of steps beside those paths, towards the leaves, to show as well.
    ops : {"fused", "nodes"}
        Ops inside the boxes of their results, or as separate boxes.
    theme : {"auto", "light", "dark"}
        The colours; "auto" follows the reader's system.
    limit : int
        The maximum number of boxes.
    title : str
        The headline.

    Raises
    ------
    TypeError
        If a value to draw isn't a Value, or an option has the wrong type.
    DrawError
        If there would be more than `limit` boxes, an option, label or group is unknown, or the engine is not
        installed.

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
    from autograd.draw.drawing import Drawing  # imported with the first picture, as most programs draw none
    from autograd.draw.options import Options

    options = Options(engine, direction, collapse, expand, focus, depth, ops, theme, limit, title)
    return Drawing(values, options)


def _repr_mimebundle_(self: Value, include: object = None, exclude: object = None) -> dict[str, str]:
    """Show the graph in a notebook, if it is small enough to be legible."""
    from autograd.draw import notebook

    return notebook.value(self)


# Set here, so that the engine doesn't depend on this package.
Value._repr_mimebundle_ = _repr_mimebundle_  # type: ignore[attr-defined]
