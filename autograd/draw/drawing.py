"""A picture of a graph: checked, placed, painted, and written to files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from autograd.core import Value
from autograd.draw import arrange, dot, paint
from autograd.draw.scene import Scene, scene
from autograd.errors import DrawError

__all__ = ["Drawing"]

ENGINES = ("dot", "builtin")
DIRECTIONS = ("LR", "TB")


class Drawing:
    """A picture of a graph, as `draw` makes it.

    Attributes
    ----------
    svg : str
        The picture as SVG.
    source : str
        The graph as DOT text, for Graphviz.
    """

    def __init__(self, values: tuple[Value, ...], engine: str | None, direction: str, limit: int, title: str) -> None:
        _check(values, engine, direction, limit, title)
        self._scene, self._direction = scene(values, limit), direction
        self.svg = paint.paint(self._scene, _plan(self._scene, engine, direction), title)

    @property
    def source(self) -> str:
        """The graph as DOT text, written through the graphviz package."""
        text: str = dot.source(self._scene, self._direction).source
        return text

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to a file that ends in .svg, or the DOT text to one that ends in .dot or .gv.

        The file is written whole or not at all.

        Returns
        -------
        pathlib.Path
            Where it is.

        Raises
        ------
        DrawError
            If the name ends otherwise.
        OSError
            If it can't be written.
        """
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in (".svg", ".dot", ".gv"):
            raise DrawError(f"save: file name must end in .svg, .dot or .gv, got {str(target)!r}")
        _write_whole(target, self.svg if suffix == ".svg" else self.source)
        return target

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Drawing of {len(self._scene.boxes)} values>"


def _check(values: tuple[object, ...], engine: object, direction: object, limit: object, title: object) -> None:
    if not values:
        raise TypeError("draw: needs at least one Value")
    for value in values:
        if not isinstance(value, Value):
            raise TypeError(f"draw: takes Values, got {value!r} ({type(value).__name__})")
    if engine is not None and engine not in ENGINES:
        raise DrawError(f"unknown engine: {engine!r} (must be one of {list(ENGINES)})")
    if direction not in DIRECTIONS:
        raise DrawError(f"unknown direction: {direction!r} (must be one of {list(DIRECTIONS)})")
    if not isinstance(limit, int):
        raise TypeError(f"draw: limit must be an int, got {limit!r} ({type(limit).__name__})")
    if not isinstance(title, str):
        raise TypeError(f"draw: title must be a str, got {title!r} ({type(title).__name__})")


def _plan(what: Scene, engine: str | None, direction: str) -> arrange.Plan:
    if engine == "dot":
        return dot.arrange(what, direction)
    if engine is None and dot.available():
        try:
            return dot.arrange(what, direction)
        except DrawError:  # a broken dot is no reason for no picture when nobody asked for dot
            pass
    return arrange.arrange(what, direction)


def _write_whole(target: Path, text: str) -> None:
    try:
        _replace(target, text)
    except OSError as error:  # which names the passing file; the user knows his own
        raise OSError(error.errno, error.strerror, str(target)) from error


def _replace(target: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".drawing.")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
