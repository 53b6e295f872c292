"""Tables in Markdown: times, and ratios of times."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from benchmarks.timing import Found

__all__ = ["compared", "duration", "spelled", "table", "times"]


def spelled(ratio: float) -> str:
    """Format with at most three digits; a dash if unknown.

    Examples
    --------
    >>> spelled(236.7), spelled(17.04), spelled(0.6), spelled(45678.0), spelled(float("nan"))
    ('237×', '17×', '0.6×', '45,700×', '—')
    """
    if math.isnan(ratio):
        return "—"
    number = float(f"{ratio:.3g}" if ratio >= 100 else f"{ratio:.2g}")
    return f"{number:,.0f}×" if number >= 1000 else f"{number:g}×"


def duration(seconds: float) -> str:
    """Format with three digits and a unit; a dash if unknown.

    Examples
    --------
    >>> duration(1.2345), duration(0.2), duration(4.56e-5), duration(2.5e-8), duration(float("nan"))
    ('1.23 s', '200 ms', '45.6 µs', '25 ns', '—')
    """
    if math.isnan(seconds):
        return "—"
    unit, scale = next((pair for pair in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)) if seconds >= pair[1]), ("ns", 1e-9))
    return f"{float(f'{seconds / scale:.3g}'):g} {unit}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, one line per row."""
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows])


def compared(
    found: Found, rows: Mapping[str, tuple[str, ...]], columns: Mapping[str, str], title: str = "", extra: str = ""
) -> str:  # fmt: skip
    """Return a table of our times, and of others' in multiples of ours.

    Parameters
    ----------
    found : Found
        The results.
    rows : mapping
        Maps a title to our case, and to the name of others' case if it differs. Missing cases are omitted.
    columns : mapping
        Maps a title to the prefix of others' case; a column without figures is omitted.
    title : str
        The title of the first column.
    extra : str
        The title of an optional column, the time per operation; "" for none.
    """
    cells = {
        (row, column): math.nan if other == cases[0] else found.ratio(other, cases[0])
        for row, cases in rows.items()
        for column, before in columns.items()
        for other in (f"{before} {cases[-1]}",)
    }
    shown = [column for column in columns if not all(math.isnan(cells[row, column]) for row in rows)]
    lines = []
    for row, cases in rows.items():
        least = found.least(cases[0])
        if math.isnan(least):
            continue
        count = found.facts.get(f"operations {cases[0]}", math.nan)
        each = [] if not extra else [duration(least / count)]
        lines.append([row, duration(least), *each, *(spelled(cells[row, column]) for column in shown)])
    return table([title, "time", *([extra] if extra else []), *shown], lines) if lines else "Not measured."


def times(found: Found) -> str:
    """Table of all times, the best and the middle round."""
    rows = [[case, duration(found.least(case)), duration(found.median(case))] for case in found.times]
    return table(["case", "best", "median"], rows) if rows else "Not measured."
