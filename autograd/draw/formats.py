"""Pictures as PNG and PDF, as Mermaid text for Markdown, and in the web browser."""

from __future__ import annotations

import base64
import os
import sys
import tempfile
from html import escape
from importlib import import_module
from pathlib import Path

from autograd._common.files import write_whole
from autograd.draw.boxes import Box, Edge
from autograd.draw.colours import COLOURS
from autograd.draw.scene import Scene
from autograd.errors import DrawError

__all__ = ["as_image", "mermaid", "rendered", "show"]


def rendered(svg: str, format: str, scale: float) -> bytes:
    """Return SVG as PNG or PDF, rendered by cairosvg.

    Raises
    ------
    DrawError
        If cairosvg, or the cairo library that it uses, isn't installed.
    """
    try:
        cairosvg = import_module("cairosvg")
    except (ImportError, OSError) as error:  # OSError: the package without the library
        raise DrawError(
            f"{format}: needs the package cairosvg and the cairo library ({error}); "
            "pip install 'scalargrad[pictures]', or save as .svg"
        ) from error
    convert = cairosvg.svg2png if format == "png" else cairosvg.svg2pdf
    picture: bytes = convert(bytestring=svg.encode(), scale=scale)
    return picture


def as_image(svg: str, alt: str) -> str:
    """Return SVG as a responsive HTML image: notebooks show images of untrusted outputs too."""
    data = base64.b64encode(svg.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(alt)}" style="max-width:100%;height:auto">'


# Mermaid


def mermaid(scene: Scene, direction: str) -> str:
    """Return the scene as a Mermaid flowchart, which many Markdown viewers render."""
    lines = [f"flowchart {direction}"]
    inside = {box.key for cluster in scene.clusters for box in cluster.boxes}
    for i, cluster in enumerate(scene.clusters):
        lines.append(f'    subgraph c{i}["{_quoted(cluster.name)}"]')
        lines += [f"        {_node(box)}" for box in cluster.boxes]
        lines.append("    end")
    lines += [f"    {_node(box)}" for box in scene.boxes if box.key not in inside]
    lines += [f"    {_arrow(edge)}" for edge in scene.edges]
    for sign, colour in ((1, "plus"), (-1, "minus")):
        numbers = [str(i) for i, edge in enumerate(scene.edges) if (edge.flow or 0.0) * sign > 0]
        if numbers:
            lines.append(f"    linkStyle {','.join(numbers)} stroke:{COLOURS[colour][0]}")
    for kind in dict.fromkeys(box.kind for box in scene.boxes if f"{box.kind} line" in COLOURS):
        keys = ",".join(box.key for box in scene.boxes if box.kind == kind)
        fill, ink, line = (COLOURS[f"{kind}{part}"][0] for part in ("", " ink", " line"))
        lines += [f"    classDef {kind} fill:{fill},color:{ink},stroke:{line}", f"    class {keys} {kind}"]
    return "\n".join(lines) + "\n"


def _node(box: Box) -> str:
    name = box.base + (f"_{box.subscript}" if box.subscript else "")
    parts = [" ".join(filter(None, (box.symbol, name))), box.data, f"grad {box.gradient}" if box.gradient else ""]
    return f'{box.key}["{"<br>".join(_quoted(part) for part in parts if part)}"]'


def _arrow(edge: Edge) -> str:
    text = f'|"{_quoted(edge.text)}"|' if edge.text else ""
    return f"{edge.tail.key} -->{text} {edge.head.key}"


def _quoted(text: str) -> str:
    """Escape a text with Mermaid's entities, so that nothing in a label is markup."""
    return "".join(c if c.isalnum() or c in " .,_−" else f"#{ord(c)};" for c in text)


def show(content: str, name: str = "graph.svg") -> Path:
    """Open a picture or page in the web browser, from a file in a new temporary folder, and return its path.

    Raises
    ------
    DrawError
        If there is no browser or no display.
    """
    import webbrowser

    help_text = f"save it with save({name!r}) and open it where there is one"
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in screens):
        raise DrawError(f"show: there is no screen (DISPLAY and WAYLAND_DISPLAY are not set); {help_text}")
    path = Path(tempfile.mkdtemp(prefix="scalargrad-")) / name
    write_whole(path, content)
    try:
        opened = webbrowser.open(path.as_uri())
    except webbrowser.Error:
        opened = False
    if not opened:
        raise DrawError(f"show: no web browser could be opened; it is in {path}")
    return path
