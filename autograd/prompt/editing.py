"""Line editing at a terminal: completion, and a history in the platform's usual place."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from autograd.formula.evaluate import CONSTANTS, FUNCTIONS
from autograd.prompt.commands import COMMANDS
from autograd.prompt.session import Session
from autograd.worksheet import shipped
from autograd.worksheet.lines import DIRECTIVES

__all__ = ["Editor", "completions", "history_file"]

DELIMITERS: Final = " \t\n()[]=+-*/^@<>,·×÷−½'"
LENGTH: Final = 2000


def completions(session: Session, line: str, text: str) -> list[str]:
    """Return the completions of a word.

    Parameters
    ----------
    session : Session
        The session whose names are offered.
    line : str
        The line up to the cursor.
    text : str
        Its last word, to be completed.

    Examples
    --------
    >>> session = Session()
    >>> _ = session.enter("out_h1 = 0.5")
    >>> completions(session, "E = ou", "ou"), completions(session, "E = sig", "sig"), completions(session, ":gr", ":gr")
    (['out_h1', 'outer('], ['sigmoid(', 'sign('], [':grad '])
    """
    command = re.match(r"\s*:([^\s!]*)(!?)(\s*)(.*)", line, re.DOTALL)
    if command and not command[3]:
        return [f":{name}{' ' * bool(COMMANDS[name].usage)}" for name in COMMANDS if name.startswith(command[1])]
    if command:
        found = [name for name in COMMANDS if command[1] and name.startswith(command[1])]
        takes = COMMANDS[found[0]].takes if found else ""
        if takes in ("file", "sheet"):
            return _files(command[4], text, takes)
        known = {"names": _names(session), "topic": [*COMMANDS, "ops", *_functions()]}.get(takes, [])
        return sorted(name for name in known if name.startswith(text))
    steps = [*_names(session), *(f"{name}(" for name in _functions()), *CONSTANTS]
    first = [f"{word}: " for word in DIRECTIVES] + ["check "] if line.strip() == text else []
    return sorted({name for name in [*steps, *first] if name.startswith(text) and text})


def _names(session: Session) -> list[str]:
    return list(session.state.operands)


def _functions() -> list[str]:
    return [name for name in FUNCTIONS if name.isidentifier() and name.isascii()]


def _files(typed: str, text: str, takes: str) -> list[str]:
    """Complete a path; what precedes the last delimiter is already typed."""
    folder, name = os.path.split(typed)
    try:
        entries = sorted(os.scandir(os.path.expanduser(folder) or "."), key=lambda each: each.name)
    except OSError:
        entries = []
    paths = [
        os.path.join(folder, each.name) + ("/" if each.is_dir() else "")
        for each in entries
        if each.name.startswith(name) and (name or not each.name.startswith("."))
    ]
    if takes == "sheet":
        paths += [each for each in shipped.names() if each.startswith(typed)]
    skipped = len(typed) - len(text)
    return [path[skipped:] for path in paths]


def history_file(environment: Mapping[str, str], platform: str) -> Path | None:
    """Return the path of the history; None if there is to be none.

    The environment variable `SCALARGRAD_HISTORY` names another file, or none if it is empty.

    Examples
    --------
    >>> history_file({"HOME": "/home/ada"}, "linux").as_posix()
    '/home/ada/.local/state/scalargrad/history'
    >>> history_file({"SCALARGRAD_HISTORY": ""}, "linux")
    """
    if "SCALARGRAD_HISTORY" in environment:
        named = environment["SCALARGRAD_HISTORY"]
        return Path(named).expanduser() if named else None
    home = environment.get("HOME") or environment.get("USERPROFILE")
    if not home:
        return None
    if platform == "win32":
        folder = Path(environment.get("LOCALAPPDATA") or Path(home, "AppData", "Local"))
    elif platform == "darwin":
        folder = Path(home, "Library", "Application Support")
    else:
        given = environment.get("XDG_STATE_HOME", "")
        folder = Path(given) if os.path.isabs(given) else Path(home, ".local", "state")
    return folder / "scalargrad" / "history"


class Editor:
    """Reads lines from a terminal, through `readline` if Python has it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._readline = _module()
        self._found: list[str] = []
        self.warning = ""
        self._history = history_file(os.environ, sys.platform)
        if self._readline is not None:
            self._prepare(self._readline)

    def _prepare(self, readline: Any) -> None:
        libedit = "libedit" in (readline.__doc__ or "") or getattr(readline, "backend", "") == "editline"
        readline.set_completer(self._complete)
        readline.set_completer_delims(DELIMITERS)
        readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
        if not libedit:
            readline.parse_and_bind("set enable-bracketed-paste off")  # pasted text would contain its escape sequences
        if hasattr(readline, "set_auto_history"):
            readline.set_auto_history(False)
        if self._history is not None and self._history.exists():
            try:
                readline.read_history_file(str(self._history))
            except OSError as error:
                self.warning = f"the history {self._history} can't be read: {error.strerror or error}"
        readline.set_history_length(LENGTH)

    def _complete(self, text: str, state: int) -> str | None:
        if state == 0:
            line = self._readline.get_line_buffer()[: self._readline.get_endidx()] if self._readline else text
            self._found = completions(self._session, line, text)
        return self._found[state] if state < len(self._found) else None

    def read(self, prompt: str) -> str:
        """Read a line; raise EOFError and KeyboardInterrupt as `input` does."""
        return input(prompt)

    def remember(self, line: str) -> None:
        """Add a line to the history."""
        if self._readline is not None and line.strip():
            for each in line.split("\n"):
                self._readline.add_history(each)

    def close(self) -> str:
        """Save the history; return the error, if any."""
        if self._readline is None or self._history is None:
            return ""
        try:
            self._history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._readline.write_history_file(str(self._history))
        except OSError as error:
            return f"the history is not kept: {self._history}: {error.strerror or error}"
        return ""


def _module() -> ModuleType | Any | None:
    try:
        import readline
    except ImportError:  # Windows, and Pythons built without it
        return None
    return readline
