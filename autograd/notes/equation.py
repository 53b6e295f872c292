"""An equation of a note and its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = [
    "DEFINED", "DOUBTFUL", "GIVEN", "IN_FORM", "JOINS", "REMARK", "RIGHT", "STATUSES", "UNREAD", "WRONG",
    "Equation",
]  # fmt: skip

GIVEN, DEFINED, RIGHT, JOINS, IN_FORM = "given", "defined", "right (checked)", "right (joins)", "right in form"
WRONG, DOUBTFUL, REMARK, UNREAD = "WRONG", "doubtful", "remark", "not read"
STATUSES: Final = (GIVEN, DEFINED, RIGHT, JOINS, IN_FORM, WRONG, DOUBTFUL, REMARK, UNREAD)


@dataclass(repr=False)
class Equation:
    """One equation of a note.

    Attributes
    ----------
    line, column : int
        Where it begins, counted from 1; in a notebook, within the cell.
    cell : int
        The cell of a notebook, from 1; 0 elsewhere.
    start, end : int
        Its span, as offsets in the text of the note or of the cell.
    after : int
        Where the block that contains it is closed.
    text : str
        As written.
    fixed : bool
        Whether it isn't part of text, such as in the address of a picture.
    status : str
        One of `STATUSES`.
    message : str
        What is wrong and what it should be, or why it was not judged.
    reading : str
        The interpretation as plain text.

    Examples
    --------
    >>> import autograd as ag
    >>> first = ag.read_note("$u = v^2$").equations[0]
    >>> first.line, first.column, first.status, first.reading
    (1, 2, 'defined', 'u = v^2')
    """

    line: int
    column: int
    cell: int
    start: int
    end: int
    after: int
    text: str
    fixed: bool = False
    status: str = REMARK
    message: str = ""
    reading: str = ""

    @property
    def place(self) -> str:
        """Its position in words."""
        return f"cell {self.cell}, line {self.line}" if self.cell else f"line {self.line}"

    def explained(self, *, placed: bool = False) -> str:
        """Return the verdict and, if needed, the reason; with `placed`, the line first."""
        said = self.status in (WRONG, DOUBTFUL, UNREAD) or "read as" in self.message
        why = f": {self.message}" if self.message and said else ""
        return (f"line {self.line}: " if placed else "") + self.status + why

    def __str__(self) -> str:
        head = f"{self.place} {self.status}: {self.reading or ' '.join(self.text.split())}"
        return head + (f"\n       {self.message}" if self.message else "")

    __repr__ = __str__
