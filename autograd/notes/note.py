"""The result of reading a note: its equations with their verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograd.notes.equation import DEFINED, DOUBTFUL, GIVEN, IN_FORM, JOINS, REMARK, RIGHT, UNREAD, WRONG, Equation
from autograd.notes.nodes import Node
from autograd.notes.sheet import as_worksheet
from autograd.notes.table import as_table

__all__ = ["Note"]


@dataclass(frozen=True, repr=False)
class Note:
    """The result of reading a note: its equations, and possibly one remark on the whole.

    Examples
    --------
    >>> import autograd as ag
    >>> ag.read_note("$u = v^2$ and $du/dv = 2 v$").count("right (checked)", "WRONG")
    1
    """

    equations: list[Equation]
    remark: str = ""
    definitions: Mapping[Node, Node] = field(default_factory=dict, repr=False, compare=False)
    numbers: Mapping[Node, float] = field(default_factory=dict, repr=False, compare=False)

    def worksheet(self) -> str:
        """Return the network that the note defines as a worksheet, to draw, explore and train.

        Leaves get the first numbers that the note gives them, otherwise arbitrary ones. Families, vectors and unknown
        functions are omitted.

        Raises
        ------
        WorksheetError
            If the note defines no network of scalars.

        Examples
        --------
        >>> import autograd as ag
        >>> print(ag.read_note("$z = w x$, $w = 2$, $x = 3$").worksheet())
        inputs: x
        w = 2
        x = 3
        <BLANKLINE>
        z = w*x
        """
        return as_worksheet(self.definitions, self.numbers)

    def count(self, *which: str) -> int:
        """Return the number of equations with some statuses."""
        return sum(each.status in which for each in self.equations)

    def summary(self) -> str:
        """Return how many equations there are, how many were judged, and the results."""
        total = len(self.equations)
        claims = total - self.count(GIVEN, DEFINED, REMARK)
        right = self.count(RIGHT, JOINS, IN_FORM)
        parts = [
            f"{total} equation{'s' * (total != 1)}: {self.count(DEFINED)} definitions, {self.count(GIVEN)} given, "
            f"{self.count(REMARK)} remarks, {claims} claims",
            f"{right} right ({self.count(RIGHT)} checked by numbers), {self.count(WRONG)} WRONG, "
            f"{self.count(DOUBTFUL)} doubtful, {self.count(UNREAD)} not read",
        ]
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.text()

    def text(self, *, all: bool = False) -> str:
        """Return the summary, then the WRONG and doubtful equations; with `all`, every equation in order."""
        shown = [each for each in self.equations if all or each.status in (WRONG, DOUBTFUL)]
        if not all:
            shown.sort(key=lambda each: each.status != WRONG)
        return "\n".join(
            [self.summary(), *([self.remark] if self.remark else []), *([""] if shown else []), *map(str, shown)]
        )

    def _repr_html_(self) -> str:
        """Return a table whose formulas a notebook typesets."""
        head = self.summary() + (f"\n{self.remark}" if self.remark else "")
        return as_table(head, self.equations)

    __repr__ = __str__
