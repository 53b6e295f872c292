"""The output of the prompt: values, changes, and errors with a caret below their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from autograd._common.text import display_width
from autograd.formula.evaluate import Array, Operand, Scalar, shape_text
from autograd.worksheet.lines import split_lines

__all__ = ["changes", "number", "pointed", "printable", "same", "value"]

SHOWN: Final = 8  # elements of a row, rows of a matrix
LISTED: Final = 16  # quantities that changed
WIDTH: Final = 76


def number(x: float) -> str:
    """Format a number as in tables.

    Examples
    --------
    >>> number(0.29837110876000273), number(-2.0)
    ('0.2983711088', '-2')
    """
    return f"{x:.10g}"


def value(operand: Operand, margin: int = 0) -> str:
    """Format a number, a vector on one line, or a matrix row by row.

    Examples
    --------
    >>> print(value(Array((2, 2), (1.0, 2.5, 3.0, 4.0)), margin=4))
    [[1, 2.5],
         [3, 4]]
    """
    if not isinstance(operand, Array):
        return number(float(operand))
    if len(operand.shape) == 1:
        return _row(operand.items)
    rows = [_row(row) for row in operand.rows()[:SHOWN]]
    left = operand.shape[0] - len(rows)
    end = f",\n{' ' * (margin + 1)}… {left} rows more" if left else ""
    return "[" + f",\n{' ' * (margin + 1)}".join(rows) + end + "]"


def _row(items: Sequence[Scalar]) -> str:
    texts = [f"{float(item):.6g}" for item in items[:SHOWN]]
    return f"[{', '.join(texts)}{f', … {len(items) - SHOWN} more' if len(items) > SHOWN else ''}]"


def same(before: Operand, after: Operand) -> bool:
    """Return whether two operands have the same shape and numbers; nan equals nan."""
    if shape_text(before) != shape_text(after):
        return False
    ours, theirs = (x.items if isinstance(x, Array) else (x,) for x in (before, after))
    return all((a := float(x)) == (b := float(y)) or (a != a and b != b) for x, y in zip(ours, theirs, strict=True))


def changes(before: Mapping[str, Operand], after: Mapping[str, Operand], typed: Iterable[str]) -> str:
    """Return what was typed, and what else changed because of it.

    Examples
    --------
    >>> print(changes({"w": 1.0, "net": 2.0}, {"w": 3.0, "net": 6.0, "E": 0.5}, ["w", "E"]))
    w    1 → 3
    net  2 → 6
    E = 0.5
    >>> print(changes({"w": 1.0}, {"w": 1.0}, ["w"]), changes({"w": 1.0}, {}, []), sep=", ")
    w = 1, w is gone
    """
    asked = set(typed)
    moved = [name for name in after if name in before and not same(before[name], after[name])]
    fresh = [name for name in after if (name in asked and name not in moved) or name not in before]
    gone = [name for name in before if name not in after]
    lines = _moves(before, after, moved)
    for name in fresh[:LISTED]:
        lines.append(f"{name} = {value(after[name], display_width(name) + 3)}")
    if len(fresh) > LISTED:
        lines.append(f"… {len(fresh) - LISTED} more")
    if gone:
        more = f", … {len(gone) - LISTED} more" if len(gone) > LISTED else ""
        lines.append(f"{', '.join(gone[:LISTED])}{more} {'is' if len(gone) == 1 else 'are'} gone")
    return "\n".join(lines)


def _moves(before: Mapping[str, Operand], after: Mapping[str, Operand], moved: Sequence[str]) -> list[str]:
    shown = moved[:LISTED]
    margin = max(map(display_width, shown), default=0)
    old = {name: value(before[name]) for name in shown}
    lines = []
    for name in shown:
        space = " " * (margin - display_width(name))
        if isinstance(after[name], Array) or isinstance(before[name], Array):
            lines.append(f"{name}{space}  → {value(after[name], margin + 4)}")
        else:
            lines.append(f"{name}{space}  {old[name]} → {value(after[name])}")
    if len(moved) > LISTED:
        lines.append(f"… {len(moved) - LISTED} more change")
    return lines


def printable(text: str) -> str:
    r"""Replace the characters of a text that would control a terminal.

    Examples
    --------
    >>> printable("a\x1b[2Jb\tc")
    'a�[2Jb c'
    """
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)


def pointed(text: str, line: int, column: int, message: str) -> str:
    """Show a line, a caret below the position at fault, and the error.

    Examples
    --------
    >>> print(pointed("E = (1 - ot)^2", 1, 10, "unknown name 'ot'"))
      E = (1 - ot)^2
               ^
    unknown name 'ot'
    """
    lines = split_lines(text)
    if not 1 <= line <= len(lines):
        return message
    shown = printable(lines[line - 1])
    start = max(0, min(column - WIDTH // 2, len(shown) - WIDTH)) if len(shown) > WIDTH else 0
    head = "…" if start else ""
    tail = "…" if start + WIDTH < len(shown) else ""
    margin = display_width(head + shown[start : column - 1])
    return f"  {head}{shown[start : start + WIDTH]}{tail}\n  {' ' * margin}^\n{message}"
