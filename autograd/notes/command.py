"""Notes on the command line: files and folders in, reports and marked copies out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from autograd._common.files import write_whole
from autograd.errors import WorksheetError
from autograd.notes.equation import STATUSES, WRONG
from autograd.notes.marking import marked
from autograd.notes.note import Note
from autograd.notes.page import as_page
from autograd.notes.reading import read_note
from autograd.worksheet import Worksheet

__all__ = ["MAX_BYTES", "PAGES", "SUFFIXES", "Options", "decoded", "run", "text_of"]

SUFFIXES: Final = (".md", ".markdown", ".tex", ".ipynb", ".qmd", ".rmd", ".rst", ".mdx")
PAGES: Final = (".html", ".htm")
MAX_BYTES: Final = 20_000_000
FINE, FOUND_WRONG, UNREADABLE = 0, 1, 2


@dataclass(frozen=True)
class Options:
    """The command-line options for notes."""

    all: bool = False
    quiet: bool = False
    json: bool = False
    allow_empty: bool = False
    marked: str = ""
    html: str = ""
    worksheet: str = ""
    sheet: Worksheet | None = None

    @property
    def files(self) -> list[tuple[str, str]]:
        """The files to write, by the name of the option."""
        named = (("marked", self.marked), ("html", self.html), ("worksheet", self.worksheet))
        return [(name, path) for name, path in named if path]


@dataclass(frozen=True)
class _Read:
    """A file and its contents, or the reason why it can't be read."""

    path: str
    text: str = ""
    note: Note | None = None
    problem: str = ""


def run(paths: Sequence[str], options: Options, standard_input: bytes = b"") -> int:
    """Read notes, print the results, and write the requested files.

    Parameters
    ----------
    paths : sequence of str
        Files and folders; "-" is standard input.
    options : Options
        The options.
    standard_input : bytes
        Its contents.

    Returns
    -------
    int
        0; 1 if an equation is WRONG; 2 if no equation was found or a file can't be read.

    Raises
    ------
    WorksheetError
        If options contradict each other, or can't be fulfilled; nothing is written then.
    """
    _check(options)
    read = [_read(path, options.sheet, standard_input) for path in dict.fromkeys(_files(paths))]
    contents = _contents(read, options)
    for each in read:
        if each.problem:
            print(f"{each.path}: {each.problem}", file=sys.stderr)
    notes = [(each.path, each.note) for each in read if each.note is not None]
    nothing = not any(note.equations for _, note in notes) and not options.allow_empty
    if nothing:
        print("no equations were found", file=sys.stderr)
    if options.json:
        print(as_json(read))
    else:
        for path, note in notes:
            _print(path, note, options, several=len(read) > 1)
        if len(notes) > 1 and not options.quiet:
            print(_total([note for _, note in notes]))
    for path, content in contents:
        write_whole(path, content)
    if nothing or any(each.problem for each in read):
        return UNREADABLE
    return FOUND_WRONG if any(note.count(WRONG) for _, note in notes) else FINE


def _check(options: Options) -> None:
    """Reject options that contradict each other."""
    if options.quiet and options.all:
        raise WorksheetError("--quiet prints what is WRONG only, --all everything; give one of them")
    for name in ("quiet", "all"):
        if options.json and getattr(options, name):
            raise WorksheetError(f"--json prints every equation; --{name} can't be combined with it")
    written = [path for _, path in options.files]
    if len(set(written)) < len(written):
        raise WorksheetError(f"two options write the same file {written[0]!r}")


def _contents(read: Sequence[_Read], options: Options) -> list[tuple[str, str]]:
    """Make everything that is to be written, before writing any of it."""
    if not options.files:
        return []
    option = options.files[0][0]
    if len(read) != 1:
        raise WorksheetError(f"--{option} takes one note, got {len(read)}")
    (each,) = read
    if each.note is None:
        return []
    for name, path in options.files:
        if each.path != "-" and Path(path).resolve() == Path(each.path).resolve():
            raise WorksheetError(f"--{name} would overwrite the note {path!r}; name another file")
    return [(path, _content(name, path, each.text, each.path, each.note)) for name, path in options.files]


def _content(option: str, path: str, text: str, source: str, note: Note) -> str:
    if option == "worksheet":
        return note.worksheet() + "\n"
    if option == "html" or path.lower().endswith(PAGES):
        return as_page(text, note, Path(source).name if source != "-" else "a note")
    if path.lower().endswith(".ipynb") != any(each.cell for each in note.equations):
        raise WorksheetError(f"--marked writes a note of the same kind, or .html, got {path!r} for {source!r}")
    return marked(text, note, latex=source.lower().endswith(".tex"))


def _files(paths: Sequence[str]) -> Iterator[str]:
    """Yield files, and those of folders by their suffixes, except hidden ones."""
    for path in paths:
        folder = Path(path)
        if path != "-" and folder.is_dir():
            inside = (each for each in folder.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file())
            yield from map(str, sorted(each for each in inside if not _is_hidden(each.relative_to(folder))))
        else:
            yield path


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "node_modules" for part in path.parts)


def _read(path: str, sheet: Worksheet | None, standard_input: bytes) -> _Read:
    try:
        text = text_of(path) if path != "-" else decoded(standard_input)
        return _Read(path, text, read_note(text, sheet=sheet))
    except WorksheetError as error:
        return _Read(path, problem=error.message)
    except OSError as error:
        return _Read(path, problem=error.strerror or str(error))


def text_of(path: str) -> str:
    """Read a file; raise `WorksheetError` if it is not UTF-8, or `OSError`."""
    return decoded(Path(path).read_bytes())


def decoded(raw: bytes) -> str:
    """Decode a note.

    Raises
    ------
    WorksheetError
        If it is not UTF-8.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WorksheetError(f"the note is not UTF-8 text: byte 0x{raw[error.start]:02x}") from None


def _print(path: str, note: Note, options: Options, *, several: bool) -> None:
    if options.quiet:
        for each in note.equations:
            if each.status == WRONG:
                cell = f"cell {each.cell}:" if each.cell else ""
                print(f"{path}:{cell}{each.line}:{each.column}: WRONG: {each.reading}: {each.message}")
        return
    if several and not note.equations:
        return
    print((f"{path}\n" if several else "") + note.text(all=options.all) + ("\n" if several else ""))


def _total(notes: Sequence[Note]) -> str:
    equations = [each for note in notes for each in note.equations]
    return f"in all, {len(notes)} notes: {Note(equations).summary()}"


def as_json(read: Sequence[_Read]) -> str:
    """Return notes as one JSON object, each equation with its span."""
    notes: list[dict[str, object]] = []
    for each in read:
        if each.note is None:
            notes.append({"path": each.path, "error": each.problem})
            continue
        counts = {status: each.note.count(status) for status in STATUSES}
        equations = [asdict(one) for one in each.note.equations]
        notes.append({"path": each.path, "remark": each.note.remark, "counts": counts, "equations": equations})
    return json.dumps({"notes": notes}, ensure_ascii=False, indent=1)
