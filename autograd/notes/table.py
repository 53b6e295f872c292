"""A table of a note's equations for notebooks."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Final

from autograd.notes.equation import DOUBTFUL, IN_FORM, JOINS, RIGHT, UNREAD, WRONG, Equation

__all__ = ["LOOKS", "SIGNS", "as_table"]

LOOKS: Final = {
    RIGHT: "right", JOINS: "right", IN_FORM: "right", WRONG: "wrong", DOUBTFUL: "doubtful", UNREAD: "doubtful",
}  # fmt: skip
SIGNS: Final = {"right": "✓", "wrong": "✗", "doubtful": "?", "plain": "·"}


def as_table(head: str, equations: Sequence[Equation]) -> str:
    """Return a text and a table of a note's equations, for a notebook, which typesets the formulas."""
    shown = html.escape(head).replace("\n", "<br>")
    rows = "".join(map(_row, equations))
    columns = "<tr><th>place</th><th>equation</th><th>verdict</th></tr>"
    return f"<p>{shown}</p><table><thead>{columns}</thead><tbody>{rows}</tbody></table>"


_INLINE: Final[Mapping[str, str]] = {
    "wrong": "color:#d32f2f;font-weight:600", "doubtful": "color:#b26a00", "right": "color:#2e7d32", "plain": "",
}  # fmt: skip


def _row(each: Equation) -> str:
    look = LOOKS.get(each.status, "plain")
    latex = re.sub(r"(?<!\\)&", " ", each.text).strip()
    is_latex = bool(re.search(r"[\\_^{]", latex)) and latex.count("{") == latex.count("}") and "$" not in latex
    plain = f"<code>{html.escape(each.reading or latex)}</code>"
    shown = f"$\\displaystyle {html.escape(latex)}$" if is_latex else plain
    return (
        f"<tr><td>{each.place}</td><td style='text-align:left'>{shown}</td>"
        f"<td style='text-align:left;{_INLINE[look]}'>{SIGNS[look]} {html.escape(each.explained())}</td></tr>"
    )
