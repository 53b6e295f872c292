"""Pictures of graphs: `draw(v)` gives a `Drawing`, to save, to show in a notebook, or as DOT text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.core import Value
from autograd.errors import DrawError

if TYPE_CHECKING:
    from autograd.draw.drawing import Drawing

__all__ = ["draw"]


def draw(
    *values: Value,
    engine: str | None = None,
    direction: str = "LR",
    limit: int = 300,
    title: str = "",
) -> Drawing:
    """Draw the graph below one or more values.

    Each value is a box with its op, label, number and gradient; an edge carries the local derivative, coloured and
    widened by the gradient that flows along it. The picture shows the graph as it is now.

    Parameters
    ----------
    *values : Value
        What to draw, with all below.
    engine : {"dot", "builtin"}, optional
        Who places the boxes. By default Graphviz's `dot` if it is on PATH, else the built-in layout.
    direction : {"LR", "TB"}
        Left to right or top to bottom.
    limit : int
        More values than this are refused: nobody could read them.
    title : str
        A headline.

    Raises
    ------
    TypeError
        If something to draw isn't a Value.
    DrawError
        If there are more than `limit` values, an option is unknown, or the engine asked for is missing.

    Examples
    --------
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> drawing = draw(a * b)
    >>> drawing
    <Drawing of 3 values>
    >>> drawing.svg[:4]
    '<svg'
    """
    from autograd.draw.drawing import Drawing  # when the first picture is wanted: most programs draw none

    return Drawing(values, engine, direction, limit, title)


def _repr_svg_(self: Value) -> str | None:
    """Show the graph in a notebook, where it is small enough to be read."""
    try:
        return draw(self)._repr_svg_()
    except DrawError:
        return None


# Put on here, so that the engine knows nothing of pictures.
Value._repr_svg_ = _repr_svg_  # type: ignore[attr-defined]
