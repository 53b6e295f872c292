"""Copies of notes with a verdict at each equation: Markdown, LaTeX, notebooks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from autograd.notes.equation import Equation
from autograd.notes.finding import notebook_cells
from autograd.notes.note import Note

__all__ = ["marked", "picture_end"]

_Mark = Callable[[str, int, Sequence[Equation]], tuple[int, str]]


def marked(text: str, note: Note, *, latex: bool = False) -> str:
    """Return a copy of a note with a verdict after each equation; for a notebook, a notebook.

    Parameters
    ----------
    text : str
        The note.
    note : Note
        The result of reading it.
    latex : bool
        Whether it is a LaTeX file, where verdicts are comments.

    Examples
    --------
    >>> import autograd as ag
    >>> text = "$u = x^2$ and $du/dx = x$"
    >>> print(marked(text, ag.read_note(text)))
    $u = x^2$ **[defined]** and $du/dx = x$ **[WRONG: the factor 2 is missing; it should be x · 2]**
    """
    if any(each.cell for each in note.equations):
        return _notebook(text, note)
    return _marked(text, note.equations, _comment if latex else _bold)


def _notebook(text: str, note: Note) -> str:
    """Mark the cells of a notebook, leaving the rest unchanged."""
    notebook = json.loads(text)
    cells = notebook_cells(notebook)
    for number, cell in enumerate(cells, 1):
        here = [each for each in note.equations if each.cell == number]
        if here:
            source = _marked("".join(cell["source"]), here, _bold)
            cell["source"] = source if isinstance(cell["source"], str) else source.splitlines(keepends=True)
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _marked(text: str, equations: Sequence[Equation], mark: _Mark) -> str:
    ends: dict[int, list[Equation]] = {}
    for each in equations:
        ends.setdefault(each.after, []).append(each)
    at, parts = 0, []
    for end in sorted(ends):
        place, addition = mark(text, end, ends[end])
        parts += [text[at:place], addition]
        at = max(at, place)
    return "".join([*parts, text[at:]])


def _bold(text: str, end: int, equations: Sequence[Equation]) -> tuple[int, str]:
    """Mark in bold: after an inline formula, below a display or a fence, as a comment in a line of code."""
    start = text.rfind("\n", 0, end) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    line = text[start:stop]
    several = "\n" in text[min(each.start for each in equations) : end]
    said = [f"**[{each.explained(placed=several)}]**" for each in equations]
    if line.lstrip().startswith("|"):
        return end, " " + " ".join(said).replace("|", "\\|")
    closes = re.match(r"[ >\t]*(?:```+|~~~+|\$\$|\\\\?\]|\\end\{\w+\*?\}|</script>)", line)
    if closes and not text[end:stop].strip():
        margin = re.match(r"[ >\t]*", line)[0]  # type: ignore[index]
        return stop, f"\n{margin.rstrip()}\n{margin}" + " ".join(said)
    if equations[0].fixed:  # in an address, which must not be broken
        return picture_end(text, end), " " + " ".join(said)
    elif max(each.end for each in equations) == end:  # a line of plain text
        return stop, "  # " + "; ".join(each.explained() for each in equations)
    return end, " " + " ".join(said)


def picture_end(text: str, end: int) -> int:
    """Return the end of a picture whose address ends at a position."""
    if text[end - 1] in ")>":
        return end
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    return min((at + 1 for each in ")>" if 0 <= (at := text.find(each, end, stop))), default=end)


def _comment(text: str, end: int, equations: Sequence[Equation]) -> tuple[int, str]:
    """Mark in comments on separate lines, below the line in which a formula ends."""
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    return stop, "".join(f"\n% {each.explained(placed=True)}" for each in equations)
