"""Notes on the command line: several files and folders, what is printed, what is written."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from autograd._common.files import write_whole
from autograd.errors import WorksheetError
from autograd.notes.note import DOUBTFUL, UNREAD, WRONG, Note
from autograd.notes.reading import read_note
from autograd.worksheet import Worksheet

__all__ = ["SUFFIXES", "Options", "run"]

SUFFIXES: Final = (".md", ".markdown", ".tex", ".ipynb", ".qmd", ".rmd", ".rst", ".mdx")
FINE, FOUND_WRONG, UNREADABLE = 0, 1, 2


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    all: bool = False
    quiet: bool = False
    json: bool = False
    allow_empty: bool = False
    marked: str = ""
    worksheet: str = ""
    sheet: Worksheet | None = None


def run(paths: Sequence[str], options: Options) -> int:
    """Read notes and print what was found; 1 when something is WRONG, 2 when nothing was found or can't be read."""
    code, found = FINE, []
    if (options.marked or options.worksheet) and len(paths) > 1:
        raise WorksheetError(f"--{'marked' if options.marked else 'worksheet'} takes one note")
    for path in _files(paths):
        try:
            text = _text(path)
            note = read_note(text, sheet=options.sheet)
        except WorksheetError as error:
            print(f"{path}: {error.message}", file=sys.stderr)
            code = UNREADABLE
            continue
        found.append((path, text, note))
    if not any(note.equations for _, _, note in found) and not options.allow_empty:
        print("no equations were found", file=sys.stderr)
        code = UNREADABLE
    if options.json:
        print(as_json([(str(path), note) for path, _, note in found]))
    else:
        for path, _, note in found:
            _print(path, note, options, several=len(found) > 1)
    if options.marked:
        for _, text, note in found:
            write_whole(options.marked, marked(text, note))
    if options.worksheet:
        for _, _, note in found:
            write_whole(options.worksheet, note.worksheet() + "\n")
    return code or (FOUND_WRONG if any(note.count(WRONG) for _, _, note in found) else FINE)


def _files(paths: Sequence[str]) -> Iterator[Path]:
    """Yield files, those of folders by their suffixes."""
    for path in map(Path, paths):
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file())
        else:
            yield path


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WorksheetError(f"the note is not UTF-8 text: byte 0x{raw[error.start]:02x}") from None


def _print(path: Path, note: Note, options: Options, *, several: bool) -> None:
    if options.quiet:
        for each in note.equations:
            if each.status == WRONG:
                print(f"{path}:{each.line}:{each.column}: WRONG: {each.reading}: {each.message}")
        return
    if several and not note.equations:
        return
    print((f"{path}\n" if several else "") + note.text(all=options.all) + ("\n" if several else ""))


def as_json(found: Sequence[tuple[str, Note]]) -> str:
    """Write notes as one JSON object, each equation with its span."""
    notes = [
        {"path": path, "remark": note.remark, "equations": [asdict(each) for each in note.equations]}
        for path, note in found
    ]
    return json.dumps({"notes": notes}, ensure_ascii=False, indent=1)


def marked(text: str, note: Note) -> str:
    """Write a copy of a note with a verdict after each equation.

    Raises
    ------
    WorksheetError
        For a notebook.

    Examples
    --------
    >>> text = "$u = x^2$ and $du/dx = x$"
    >>> print(marked(text, read_note(text)))
    $u = x^2$ **[defined]** and $du/dx = x$ **[WRONG: the factor 2 is missing; it should be x · 2]**
    """
    if any(each.cell for each in note.equations):
        raise WorksheetError("--marked writes notes in text; this is a notebook")
    at, parts = 0, []
    ends: dict[int, list[str]] = {}
    for each in note.equations:
        place = f"line {each.line}: " if "\n" in text[each.start : each.after] else ""
        why = f": {each.message}" if each.message and each.status in (WRONG, DOUBTFUL, UNREAD) else ""
        ends.setdefault(each.after, []).append(f"**[{place}{each.status}{why}]**")
    for end in sorted(ends):
        parts += [text[at:end], " ", " ".join(ends[end])]
        at = end
    return "".join([*parts, text[at:]])
