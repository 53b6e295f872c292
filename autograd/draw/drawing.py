"""A picture of a graph: layout, rendering as SVG, and saving in several formats."""

from __future__ import annotations

import os
from pathlib import Path
from zlib import crc32

from autograd._common.files import as_path, write_whole
from autograd.draw import collapse, formats
from autograd.draw.layout import builtin, dot
from autograd.draw.layout.direction import fitted
from autograd.draw.layout.plan import Plan, add_layers
from autograd.draw.options import Options, check_scale
from autograd.draw.scene import Scene
from autograd.draw.svg import render
from autograd.engine.backend import Value
from autograd.errors import DrawError

__all__ = ["Drawing", "Options", "place"]

SUFFIXES = (".svg", ".png", ".pdf", ".dot", ".gv", ".mmd")


class Drawing:
    """A picture of a graph, made by `draw`.

    Attributes
    ----------
    svg : str
        The picture as SVG.
    source : str
        The graph as DOT text, for Graphviz.
    mermaid : str
        The graph as a Mermaid flowchart, for Markdown.

    Examples
    --------
    >>> from autograd import Value, draw
    >>> drawing = draw(Value(2.0, label="x").exp(), engine="builtin")
    >>> print(drawing.mermaid)
    flowchart LR
        n0["x<br>2"]
        n1["exp<br>7.389"]
        n0 -->|"7.389"| n1
        classDef input fill:#e3f3e7,color:#1f6b31,stroke:#9fd0ab
        class n0 input
    <BLANKLINE>
    """

    def __init__(self, values: tuple[Value, ...], options: Options) -> None:
        if not values:
            raise TypeError("draw: at least one Value is required")
        for value in values:
            if not isinstance(value, Value):
                raise TypeError(f"draw: arguments must be Values, got {value!r} ({type(value).__name__})")
        self._options = options
        what = collapse.build(
            values, options.limit, options.collapse, options.expanded, options.focused, options.depth,
            options.ops == "fused",
        )  # fmt: skip
        self._scene, self._plan, self._direction = place(what, options.engine, options.direction)
        self.svg = render(self._scene, self._plan, options.title, "", options.theme)

    @property
    def source(self) -> str:
        """The graph as DOT text, written by the graphviz package."""
        text: str = dot.source(self._scene, self._direction).source
        return text

    @property
    def mermaid(self) -> str:
        """The graph as a Mermaid flowchart, for a Markdown code block of the language `mermaid`."""
        return formats.mermaid(self._scene, self._direction)

    def png(self, scale: float = 2.0) -> bytes:
        """Return the picture as PNG, `scale` pixels per SVG pixel; light unless the theme is dark.

        Raises
        ------
        DrawError
            If cairosvg isn't installed (`pip install 'scalargrad[pictures]'`), or `scale` isn't above 0 and at most 20.
        """
        check_scale(scale)
        return formats.rendered(self._printed(), "png", scale)

    def pdf(self) -> bytes:
        """Return the picture as PDF, with searchable text; light unless the theme is dark.

        Raises
        ------
        DrawError
            If cairosvg isn't installed: `pip install 'scalargrad[pictures]'`.
        """
        return formats.rendered(self._printed(), "pdf", 1.0)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture in the format given by the suffix: .svg, .png, .pdf, .dot or .gv, .mmd for Mermaid.

        The file is written atomically.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        TypeError, ValueError
            If `path` isn't a path.
        DrawError
            If the suffix is unknown, or the format needs a package that isn't installed.
        OSError
            If the file can't be written.
        """
        target = as_path("save", path)
        suffix = target.suffix.lower()
        if suffix not in SUFFIXES:
            allowed = ", ".join(SUFFIXES[:-1])
            raise DrawError(f"save: file name must end in {allowed} or {SUFFIXES[-1]}, got {str(target)!r}")
        write_whole(target, self._content(suffix))
        return target

    def show(self) -> Path:
        """Open the picture in the web browser, and return the temporary file that it shows.

        Raises
        ------
        DrawError
            If there is no browser or no display.
        """
        return formats.show(self.svg)

    def _content(self, suffix: str) -> str | bytes:
        if suffix == ".svg":
            return self.svg
        if suffix == ".png":
            return self.png()
        if suffix == ".pdf":
            return self.pdf()
        return self.mermaid if suffix == ".mmd" else self.source

    def _printed(self) -> str:
        """Return SVG in fixed colours, for formats without media queries."""
        theme = "dark" if self._options.theme == "dark" else "light"
        return render(self._scene, self._plan, self._options.title, "", theme)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        # Ids differ between pictures, as a page may hold several, and are the same for equal pictures.
        prefix = f"s{crc32(self.svg.encode()):08x}-"
        svg = render(self._scene, self._plan, self._options.title, prefix, self._options.theme)
        return {"text/plain": repr(self), "image/svg+xml": svg, "text/html": formats.as_image(svg, repr(self))}

    def __repr__(self) -> str:
        values, boxes = self._scene.values, len(self._scene.boxes)
        collapsed = any(box.kind == "group" for box in self._scene.boxes)
        return f"<Drawing of {values:,} values{f' in {boxes} boxes' if collapsed else ''}>"


def place(what: Scene, engine: str = "builtin", direction: str | None = None) -> tuple[Scene, Plan, str]:
    """Lay out a scene: return it with boxes of the better shape, the plan, and the direction."""
    shaped, way = fitted(what, direction)
    plan = (dot if engine == "dot" else builtin).arrange(shaped, way)
    add_layers(shaped, plan)
    return shaped, plan, way
