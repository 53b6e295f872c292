"""The options of `draw`, validated before any work is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograd._common.numbers import whole_number
from autograd.draw.collapse import COLLAPSE
from autograd.draw.colours import THEMES
from autograd.engine.backend import Value
from autograd.errors import DrawError

__all__ = ["Options", "check_scale"]

ENGINES = ("builtin", "dot")
DIRECTIONS = ("LR", "TB")
OPS = ("fused", "nodes")


@dataclass(frozen=True)
class Options:
    """The options of `draw`."""

    engine: str = "builtin"
    direction: str | None = None
    collapse: str = "auto"
    expand: str | Sequence[str] = ()
    focus: Value | str | Sequence[Value | str] | None = None
    depth: int = 0
    ops: str = "fused"
    theme: str = "auto"
    limit: int = 300
    title: str = ""

    def __post_init__(self) -> None:
        """Validate all options."""
        for name, allowed in (("engine", ENGINES), ("collapse", COLLAPSE), ("ops", OPS), ("theme", THEMES)):
            _choice(name, getattr(self, name), allowed)
        if self.direction is not None:
            _choice("direction", self.direction, DIRECTIONS)
        for name in ("limit", "depth"):
            given = getattr(self, name)
            number = whole_number(given)
            if number is None:
                raise TypeError(f"draw: {name} must be an int, got {given!r} ({type(given).__name__})")
            if number < 0:
                raise DrawError(f"draw: {name} must not be negative, got {number}")
        if not isinstance(self.title, str):
            raise TypeError(f"draw: title must be a str, got {self.title!r} ({type(self.title).__name__})")
        for name in self.expanded:
            if not isinstance(name, str):
                raise TypeError(f"draw: expand takes names of groups, got {name!r} ({type(name).__name__})")
        for each in self.focused:
            if not isinstance(each, (str, Value)):
                raise TypeError(f"draw: focus takes Values or their labels, got {each!r} ({type(each).__name__})")

    @property
    def expanded(self) -> list[str]:
        """The groups to show in full."""
        return [self.expand] if isinstance(self.expand, str) else _listed("expand", self.expand)

    @property
    def focused(self) -> list[Value | str]:
        """The values whose paths to the result are shown."""
        if self.focus is None:
            return []
        return [self.focus] if isinstance(self.focus, (str, Value)) else _listed("focus", self.focus)


def check_scale(scale: object) -> None:
    """Raise unless the scale of a PNG is allowed."""
    if not isinstance(scale, (int, float)) or not 0.0 < scale <= 20.0:
        raise DrawError(f"png: scale must be a number above 0 and at most 20, got {scale!r}")


def _choice(name: str, given: object, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise DrawError(f"draw: unknown {name}: {given!r} (must be one of {list(allowed)})")


def _listed(name: str, given: Sequence[Any]) -> list[Any]:
    try:
        return list(given)
    except TypeError:
        raise TypeError(f"draw: {name} can't be {given!r} ({type(given).__name__})") from None
