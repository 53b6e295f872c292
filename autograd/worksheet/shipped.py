"""The worksheets included in the package, by name."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from autograd._common.text import did_you_mean
from autograd.errors import WorksheetError
from autograd.worksheet.lines import MAX_BYTES
from autograd.worksheet.sheet import Worksheet

if TYPE_CHECKING:
    from importlib.abc import Traversable

__all__ = ["find", "load", "names", "read"]


def _folder() -> Traversable:
    return resources.files("autograd.worksheet") / "sheets"


def names() -> list[str]:
    """Return the names of all included sheets.

    Examples
    --------
    >>> "step_by_step" in names()
    True
    """
    folder = _folder()
    return sorted(each.name[: -len(".txt")] for each in folder.iterdir() if each.name.endswith(".txt"))


def load(name: str) -> Worksheet:
    """Load an included sheet by its name, with or without `.txt`.

    Examples
    --------
    >>> load("step_by_step").output()
    'E_total'
    >>> load("step_by_stop")
    Traceback (most recent call last):
    autograd.errors.WorksheetError: there is no included worksheet 'step_by_stop'; did you mean 'step_by_step'?
    """
    raw, wanted = read(name)
    return Worksheet.decode(raw, wanted)


def read(name: str) -> tuple[bytes, str]:
    """Return the bytes of an included sheet, and its name without `.txt`."""
    known = names()
    wanted = name.removesuffix(".txt")
    if wanted not in known:
        raise WorksheetError(f"there is no included worksheet {name!r}{did_you_mean(wanted, known) or '; see --list'}")
    return (_folder() / f"{wanted}.txt").read_bytes(), wanted


def find(name: str) -> tuple[bytes, str]:
    """Return the bytes of a file, or of an included sheet if there is no such file, and its name."""
    if os.path.isfile(name) or (os.path.exists(name) and name not in names()):
        with open(name, "rb") as file:
            return file.read(MAX_BYTES + 1), Path(name).name
    if os.path.dirname(name) or "\0" in name:
        raise WorksheetError("no such file")
    try:
        return read(name)
    except WorksheetError as error:
        if not os.path.splitext(name)[1]:
            raise
        raise WorksheetError(f"no such file here, and {error}") from None
