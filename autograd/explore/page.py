"""The page as one file: picture, data, style and script, saved or shown."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import json
import math
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any, Final

from autograd._common.files import as_path, write_whole
from autograd.derivatives.transforms import gradients
from autograd.draw.boxes import Box, one_line
from autograd.draw.collapse import build
from autograd.draw.drawing import place
from autograd.draw.formats import as_image, show
from autograd.draw.options import ENGINES
from autograd.draw.svg import render
from autograd.engine.backend import Value
from autograd.errors import DrawError
from autograd.explore.data import collapsed_data, graph_data, natural

__all__ = ["Explorer"]

SCRIPTS: Final = (
    "ieee.js", "ops.js", "graph.js", "writing.js", "picture.js", "steps.js", "descent.js", "page.js",
)  # fmt: skip
NOT_TRAINED: Final = ("input", "target")
TITLE: Final = "Backpropagation, step by step"
LEAST: Final = 48.0  # minimum width of a cell in pixels, as its number will change
FRAME_HEIGHT: Final = 860  # of the page within a notebook
# JupyterLab and VS Code mark their body as dark; the page, in its own frame, cannot see it.
FOLLOW_THEME: Final = (
    "const tell = () => { const {jpThemeLight: light, vscodeThemeKind: kind} = document.body.dataset; "
    "const dark = light ? light === 'false' : kind ? kind.includes('dark') : null; "
    "if (dark !== null) this.contentWindow?.postMessage({dark}, '*'); }; "
    "tell(); new MutationObserver(tell).observe(document.body, {attributes: true});"
)


class Explorer:
    """A page that steps through a graph, made by `explore`.

    Attributes
    ----------
    html : str
        The page, complete: no other file, no network.
    """

    def __init__(
        self,
        value: Value,
        trained: Iterable[Value | str] | None,
        rate: float,
        title: str,
        engine: str,
        limit: int,
    ) -> None:
        _check(value, rate, title, engine, limit)
        what = build([value], limit, gradients=lambda nodes: gradients(value, nodes), least=LEAST)
        self._size = what.values
        if what.values > limit:
            data = collapsed_data(value, what)
        else:
            kinds = [box.kind for box in what.boxes]
            ids = _trained([box.value for box in what.boxes if box.value is not None], kinds, trained)
            data = graph_data(value, ids, kinds)
            what = what.with_boxes([_coloured(box, ids) for box in what.boxes])
        what, plan, _ = place(what, engine, "LR")
        self._picture = render(what, plan, "")
        self.html = _page(title or TITLE, self._picture, data, rate)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file that ends in .html or .htm, atomically.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        TypeError, ValueError
            If `path` isn't a path.
        DrawError
            If the suffix is another.
        OSError
            If the file can't be written.
        """
        target = as_path("save", path)
        if target.suffix.lower() not in (".html", ".htm"):
            raise DrawError(f"save: file name must end in .html, got {str(target)!r}")
        write_whole(target, self.html)
        return target

    def show(self) -> Path:
        """Open the page in the web browser, and return the temporary file that it shows.

        Raises
        ------
        DrawError
            If there is no browser or no display.
        """
        return show(self.html, "explorer.html")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """In a notebook: an isolated frame, so that pages and the notebook can't affect each other."""
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def _repr_html_(self) -> str:
        # If a notebook doesn't trust an output, it removes the frame and shows its content.
        return (
            f'<iframe sandbox="allow-scripts" srcdoc="{html.escape(self.html)}" title="{TITLE}" loading="lazy" '
            f'onload="{html.escape(FOLLOW_THEME)}" '
            f'style="width: 100%; height: {FRAME_HEIGHT}px; border: 1px solid #8884; border-radius: 8px; '
            f'resize: vertical; overflow: hidden">{as_image(self._picture, repr(self))}</iframe>'
        )

    def __repr__(self) -> str:
        return f"<Explorer of {self._size} value{'s' * (self._size != 1)}>"


def _check(value: object, rate: object, title: object, engine: object, limit: object) -> None:
    if not isinstance(value, Value):
        raise TypeError(f"explore: argument must be a Value, got {value!r} ({type(value).__name__})")
    if not isinstance(rate, (int, float)):
        raise TypeError(f"explore: rate must be a number, got {rate!r} ({type(rate).__name__})")
    if not 0.0 < rate < math.inf:
        raise ValueError(f"explore: rate must be above 0 and finite, got {rate!r}")
    if not isinstance(title, str):
        raise TypeError(f"explore: title must be a str, got {title!r} ({type(title).__name__})")
    if engine not in ENGINES:
        raise DrawError(f"explore: unknown engine: {engine!r} (must be one of {list(ENGINES)})")
    if not isinstance(limit, int):
        raise TypeError(f"explore: limit must be an int, got {limit!r} ({type(limit).__name__})")


def _coloured(box: Box, trained: set[int]) -> Box:
    """Return a box in the colours of weights if it is trained, whatever its label."""
    return dataclasses.replace(box, kind="weight") if id(box.value) in trained else box


def _trained(nodes: list[Value], kinds: list[str], wanted: Iterable[Value | str] | None) -> set[int]:
    """Return by `id` the leaves that gradient descent updates."""
    leaves = {id(node): node for node in nodes if not node.op}
    if wanted is None:
        weights = {id(node) for node, kind in zip(nodes, kinds) if id(node) in leaves and kind not in NOT_TRAINED}
        return weights or set(leaves)  # x * x is minimised in x
    if isinstance(wanted, (str, Value)) or not isinstance(wanted, Iterable):
        raise TypeError(f"explore: trained must be several leaves or labels, got {wanted!r} ({type(wanted).__name__})")
    ids: set[int] = set()
    for each in wanted:
        found = [key for key, leaf in leaves.items() if leaf is each or (leaf.label and leaf.label == each)]
        if not found:
            labels = {leaf.label for leaf in leaves.values() if leaf.label}
            allowed = ", ".join(sorted(labels, key=natural)) or "leaves, as Values"
            raise ValueError(f"explore: {each!r} in trained is not a leaf below the value; allowed are {allowed}")
        ids.update(found)
    return ids


# The file

_COMMENTS: Final = re.compile(r"^ *(?://.*\n)?", re.MULTILINE)  # with the indentation, to keep pages small
_INDENTATION: Final = re.compile(r"^ +|/\*.*?\*/\n?", re.MULTILINE)
_OLD_TITLES: Final = re.compile(r"(?<=>)<title>[^<]*</title>")  # of boxes and edges: the page has its own


@cache
def _part(name: str) -> str:
    return (resources.files("autograd.explore") / "web" / name).read_text(encoding="utf-8")


@cache
def script() -> str:
    whole = "".join(map(_part, SCRIPTS))
    return '(() => {\n"use strict";\n' + _COMMENTS.sub("", whole) + "})();\n"


def _page(title: str, picture: str, data: Mapping[str, Any], rate: float) -> str:
    code = script()
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    shown = one_line(title) or TITLE
    return Template(_part("page.html")).substitute(
        hash=f"sha256-{digest}",
        title=html.escape(shown),
        style=_INDENTATION.sub("", _part("page.css")),
        picture=_without_titles(picture),
        rate=f"{rate:.12g}",
        data=_json(data),
        script=code,
    )


def _without_titles(picture: str) -> str:
    head, end, rest = picture.partition("</desc>")
    return head + end + _OLD_TITLES.sub("", rest)


def _json(data: Mapping[str, Any]) -> str:
    """Return data for a script element: it contains nothing that HTML could take for the element's end."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
