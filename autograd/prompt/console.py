"""The console of a session, for terminals and pipes."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from typing import Final, TextIO

from autograd.errors import AutogradError
from autograd.prompt.editable import ENDED, NOTED, REFUSED, WRONG, Reply
from autograd.prompt.editing import Editor
from autograd.prompt.entries import breaks_off, chunks, is_command
from autograd.prompt.session import Session
from autograd.prompt.writing import printable
from autograd.worksheet.lines import MAX_BYTES, is_open

__all__ = ["converse", "interact", "listen"]

PROMPT: Final = "ag> "
MORE: Final = "... "
COLOURS: Final = {REFUSED: "31", WRONG: "33"}
FINE_CODE, WRONG_CODE, BAD_CODE = 0, 1, 2
BARE: Final = {"exit": ":quit", "quit": ":quit", "help": ":help", "exit()": ":quit", "quit()": ":quit", "?": ":help"}


def converse(version: str, begin: str = "", lines: str = "") -> int:
    """Open the prompt on standard input, a terminal or a pipe, and return the exit code.

    Parameters
    ----------
    version : str
        The version of the package.
    begin : str
        The sheet to load, or the origin of the lines.
    lines : str
        The sheet's lines, if `begin` is not a sheet.
    """
    session = Session()
    stdin = sys.stdin
    terminal = stdin is not None and stdin.isatty()
    wrong = ""
    if begin:
        reply = _begun(session, begin, lines)
        if reply.kind == REFUSED:
            print(f"python -m autograd: {' '.join(reply.text.splitlines()[-1:])}", file=sys.stderr)
            return BAD_CODE
        session.as_if_typed()
        wrong = reply.text.partition("\n")[2] if reply.kind == WRONG else ""
        if not terminal:
            print(reply.text)
    if terminal:
        return interact(session, _head(session, version, begin) + (f"{wrong}\n" if wrong else ""))
    code = listen(session, _lines(stdin)) if stdin is not None else FINE_CODE
    return max(code, WRONG_CODE if wrong else FINE_CODE)


def _begun(session: Session, begin: str, lines: str) -> Reply:
    """Load the sheet, or enter the lines."""
    if not lines:
        return session.enter(f":load {begin}")
    replies = list(session.enter_all(lines))
    refused = next((each for each in replies if each.kind == REFUSED), None)
    return refused or Reply(f"{begin}: {len(session.sheet.steps)} steps")


def _head(session: Session, version: str, begin: str) -> str:
    """Return the prompt's first line."""
    loaded = f"{begin}: {len(session.sheet.steps)} steps; :list shows them.\n" if begin else ""
    return (
        f"scalargrad {version}, an interactive worksheet.\n"
        f"Type a step, as w = 0.5, or a command: :help, :load step_by_step, :quit\n{loaded}"
    )


# Through a pipe


def _lines(stdin: TextIO) -> Iterator[str]:
    """Read lines as UTF-8 one by one; invalid bytes become a character that no line may have."""
    raw = stdin.buffer
    first = True
    while line := raw.readline(2 * MAX_BYTES):
        yield line.decode("utf-8-sig" if first else "utf-8", "surrogateescape").rstrip("\r\n")
        first = False


def listen(session: Session, lines: Iterator[str]) -> int:
    """Enter all lines and print the replies.

    Returns
    -------
    int
        0; 1 if a check failed; 2 if something was rejected.
    """
    code = FINE_CODE
    for chunk in chunks(lines):
        reply = session.enter(chunk)
        stream = sys.stderr if reply.kind == REFUSED else sys.stdout
        if reply.text and reply.kind != NOTED:  # reported at the end
            print(reply.text, file=stream)
        if reply.shown is not None and not reply.text:
            print("this opens only at a terminal; name a file, as graph.svg or page.html", file=sys.stderr)
            code = BAD_CODE
        code = max(code, {WRONG: WRONG_CODE, REFUSED: BAD_CODE}.get(reply.kind, FINE_CODE))
        if reply.kind == ENDED:
            return code
        if stream is sys.stdout:
            stream.flush()  # the reader sees the answer before the next line
    missing = session.unresolved()
    if missing:
        print(f"nothing defines {', '.join(map(printable, missing))}", file=sys.stderr)
    return BAD_CODE if missing else code


# At a terminal


class _Paint:
    """Colours of the terminal's palette, which are readable on its background; none if not wanted."""

    def __init__(self) -> None:
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty()
        self._on = not plain

    def __call__(self, text: str, kind: str) -> str:
        colour = COLOURS.get(kind)
        return f"\x1b[{colour}m{text}\x1b[0m" if self._on and colour and text else text


def interact(session: Session, head: str) -> int:
    """Run the prompt at a terminal until the user quits; return exit code 0."""
    editor, paint = Editor(session), _Paint()
    print(head, end="")
    if editor.warning:
        print(editor.warning)
    prompts = (PROMPT, MORE) if sys.stdout.isatty() else ("", "")
    ahead: list[str] = []
    while True:
        try:
            text = _statement(editor, prompts, ahead)
        except KeyboardInterrupt:
            print()
            continue
        except EOFError:
            print()
            if _leave(session, editor, paint):
                break
            continue
        editor.remember(text)
        bare = BARE.get(text.strip())
        if bare and text.strip() not in session.state.operands:
            text = bare
        try:
            reply = _opened(session, session.enter(text))
        except KeyboardInterrupt:
            print("\ninterrupted; the sheet is as it was")
            continue
        if reply.kind == ENDED:
            if _leave(session, editor, paint):
                break
        elif reply.text:
            print(paint(_wrapped(reply), reply.kind))
    if note := editor.close():
        print(note)
    return FINE_CODE


def _statement(editor: Editor, prompts: tuple[str, str], ahead: list[str]) -> str:
    """Read lines until no bracket is open; a line that begins another statement stays in `ahead`."""
    text = ahead.pop() if ahead else editor.read(prompts[0])
    while not is_command(text) and is_open(text):
        line = editor.read(prompts[1])
        if breaks_off(line):
            ahead.append(line)
            break
        text += "\n" + line
    return text


def _opened(session: Session, reply: Reply) -> Reply:
    """Open a picture or a page in the browser."""
    if reply.shown is None or reply.text:
        return reply
    try:
        path = reply.shown.show()
    except AutogradError as error:
        example = "page page.html" if _is_page(reply.shown) else "draw graph.svg"
        return Reply(f"{str(error).partition(';')[0]}; write it to a file: :{example}", REFUSED)
    if _is_page(reply.shown):
        session.page = str(path)
        return Reply(f"opened {path}; it is written anew after each change: reload it in the browser (F5)")
    return Reply(f"opened {path}")


def _is_page(shown: object) -> bool:
    """Return whether an object is an explorer page, which is updated with the session."""
    from autograd.explore.page import Explorer

    return isinstance(shown, Explorer)


def _wrapped(reply: Reply) -> str:
    """Wrap an error between words, except for a line and its caret."""
    if reply.kind != REFUSED:
        return reply.text
    width = shutil.get_terminal_size().columns
    lines = reply.text.split("\n")
    return "\n".join(line if line.startswith("  ") else textwrap.fill(line, width) for line in lines)


def _leave(session: Session, editor: Editor, paint: _Paint) -> bool:
    """Ask about unsaved work; return True once decided."""
    while session.unsaved:
        try:
            answer = editor.read("Save before leaving? A file's name, or n for no [n]: ").strip()
        except KeyboardInterrupt:
            print()
            return False
        except EOFError:
            print()
            return True
        if answer.lower() in ("", "n", "no"):
            return True
        if answer.lower() in ("y", "yes"):
            answer = session.path
        reply = session.enter(f":save {answer}")
        print(paint(reply.text, reply.kind))
    return True
