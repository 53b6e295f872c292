"""MIME bundles of Values and modules for notebooks; plain text is always included.

Nothing here needs Graphviz, and only graphs that are legible at a glance are drawn; a larger one is summarised in text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from html import escape

from autograd._common.notebook import Bundle
from autograd.engine.backend import Value

__all__ = ["parameters", "value"]

READABLE = 120  # values of a graph that is drawn automatically
COUNTED = 100_000  # values of a graph that are counted automatically
SHOWN = 6  # numbers of a parameter that are listed


def value(shown: Value) -> Bundle:
    """Return a Value as text, with its graph as SVG if small; else with a summary and how to draw it.

    Examples
    --------
    >>> sorted(value(Value(2.0) * 3.0))
    ['image/svg+xml', 'text/html', 'text/plain']
    """
    text = repr(shown)
    values, leaves = _count(shown)
    if values > READABLE:
        many = f"over {COUNTED:,}" if values > COUNTED else f"{values:,}"
        how = 'autograd.draw(…, collapse="neuron") or focus= draws a part'
        facts = f"{many} values below{f', {leaves:,} of them leaves' if values <= COUNTED else ''}; {how}"
        return {"text/plain": text, "text/html": f"<code>{escape(text)}</code><br><small>{escape(facts)}</small>"}
    from autograd.draw.drawing import Drawing  # imported with the first picture
    from autograd.draw.options import Options

    options = Options(title=_headline(shown, values, leaves) if shown.op else "")
    return {**Drawing((shown,), options)._repr_mimebundle_(), "text/plain": text}


def _count(root: Value) -> tuple[int, int]:
    """Return the number of values and leaves of a graph, counting up to `COUNTED`."""
    seen, stack, leaves = {id(root)}, [root], 0
    while stack and len(seen) <= COUNTED:
        node = stack.pop()
        leaves += not node.op
        for parent in node.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append(parent)
    return len(seen), leaves


def _headline(shown: Value, values: int, leaves: int) -> str:
    name = f"{shown.label} = " if shown.label else ""
    return f"{name}{shown.data:.9g}   ({values} values, {leaves} leaves)"


def parameters(shown: object, named: Iterable[tuple[str, Value]]) -> Bundle:
    """Return a module as a table of its parameters: name, shape, values, gradients.

    Parameters whose paths differ only in numbers are one array; of many numbers, least, mean and greatest are shown.

    Examples
    --------
    >>> bundle = parameters("net", [("w.0", Value(0.5)), ("w.1", Value(-1.5)), ("b", Value(0.0))])
    >>> print(bundle["text/plain"])
    'net'
    parameters  shape  values     gradients
    w           (2,)   0.5, -1.5  0, 0
    b           ()     0          0
    3 numbers
    """
    arrays: dict[str, list[tuple[tuple[int, ...], Value]]] = {}
    for path, parameter in named:
        match = re.fullmatch(r"(.*?)((?:\.\d+)*)", path)
        name, places = (match[1], match[2]) if match else (path, "")
        arrays.setdefault(name or path, []).append((tuple(map(int, places.split(".")[1:])), parameter))
    rows = [("parameters", "shape", "values", "gradients")]
    for name, entries in arrays.items():
        found = [parameter for _, parameter in entries]
        shape = _shape([place for place, _ in entries])
        rows.append((name, shape, _numbers([p.data for p in found]), _numbers([p.grad for p in found])))
    count = sum(map(len, arrays.values()))
    footer = f"{count:,} number{'s' * (count != 1)}"
    return {"text/plain": f"{shown!r}\n{_as_text(rows)}\n{footer}", "text/html": _as_html(repr(shown), rows, footer)}


def _shape(places: Sequence[tuple[int, ...]]) -> str:
    """Return the shape of an array from the indices of its numbers; their count if it isn't rectangular."""
    dimensions = {len(place) for place in places}
    if len(dimensions) == 1:
        shape = tuple(max(column) + 1 for column in zip(*places))
        if math.prod(shape) == len(places):
            return str(shape)
    return f"{len(places)} numbers"


def _numbers(numbers: Sequence[float]) -> str:
    if len(numbers) <= SHOWN:
        return ", ".join(f"{x:.4g}" for x in numbers)
    finite = [x for x in numbers if math.isfinite(x)]
    odd = f", {len(numbers) - len(finite)} not finite" if len(finite) < len(numbers) else ""
    if not finite:
        return f"{len(numbers)} not finite"
    return f"{min(finite):.4g} to {max(finite):.4g}, mean {math.fsum(finite) / len(finite):.4g}{odd}"


def _as_text(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(f"{cell:{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def _as_html(head: str, rows: Sequence[tuple[str, ...]], footer: str) -> str:
    def line(row: tuple[str, ...], tag: str) -> str:
        return "<tr>" + "".join(f'<{tag} style="text-align:left">{escape(cell)}</{tag}>' for cell in row) + "</tr>"

    body = "".join(line(row, "td") for row in rows[1:])
    table = f"<table><thead>{line(rows[0], 'th')}</thead><tbody>{body}</tbody></table>"
    return f"<code>{escape(head)}</code>{table}<small>{footer}</small>"
