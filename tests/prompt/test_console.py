"""The prompt as its users have it: in a pseudo-terminal of 80 columns, and through a pipe."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import autograd
from autograd.prompt.editing import completions, history_file
from autograd.prompt.session import Session
from tests import needs

ROOT = Path(autograd.__file__).parent.parent
SECONDS = 60.0


def settings(folder: Path, **more: str) -> dict[str, str]:
    given = {
        key: text
        for key, text in os.environ.items()
        if key not in ("NO_COLOR", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    }
    state = {"XDG_STATE_HOME": str(folder / "state"), "HOME": str(folder)}
    return {**given, **state, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TERM": "xterm", **more}


# Through a pipe


def piped(text: str | bytes, folder: Path, *arguments: str) -> tuple[int, str, str]:
    raw = text.encode() if isinstance(text, str) else text
    command = [sys.executable, "-m", "autograd", *arguments]
    ended = subprocess.run(command, input=raw, capture_output=True, cwd=folder, env=settings(folder), check=False)
    return ended.returncode, ended.stdout.decode(), ended.stderr.decode()


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", (0, "", "")),
        ("w = 3\r\nE = w^2\r\nw = 4", (0, "w = 3\nE = 9\nw  3 → 4\nE  9 → 16\n", "")),
        ("\ufeffw = 1\n\n# fine\nv = [w,\n  2]", (0, "w = 1\nv = [1, 2]\n", "")),
        ("w = 2\nE = w^2\ncheck d(E)/d(w) == 2*w", (0, "w = 2\nE = 4\nright: d(E)/d(w) == 2*w\n", "")),
        ("a = b\na = 1", (2, "a = 1\n", "  a = b\n      ^\nunknown name 'b'; nothing is defined before this step\n")),
        ("a = 1\n:quit\nb = c", (0, "a = 1\n", "")),
        ("a = (1\nb = 2", (2, "b = 2\n", "  a = (1\n      ^\n'(' is never closed; ')' is missing\n")),
        ("a = (1\n:help outer", (2, "outer(a, b)\n", "  a = (1\n      ^\n'(' is never closed; ')' is missing\n")),
        ("a = (1", (2, "", "  a = (1\n      ^\n'(' is never closed; ')' is missing\n")),
        ("fixed: q\na = 1", (2, "a = 1\n", "nothing defines q\n")),
        ("check: 1", (2, "", "  check: 1\n  ^\na claim has no colon; write check left == right\n")),
        ("a = 1\n:draw", (2, "a = 1\n", "this opens only at a terminal; name a file, as graph.svg or page.html\n")),
    ],
)  # fmt: skip
def test_a_pipe(text: str, expected: tuple[int, str, str], tmp_path: Path) -> None:
    assert piped(text, tmp_path) == expected
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_claim_exits_with_1_and_bad_input_with_2(tmp_path: Path) -> None:
    wrong = "w = 2\nE = w^2\ncheck d(E)/d(w) == w\nF = 1"
    code, said, complaints = piped(wrong, tmp_path)
    assert (code, complaints) == (1, "")
    assert "WRONG" in said
    assert said.endswith("F = 1\n")
    assert piped(wrong + "\nG = H", tmp_path)[0] == 2
    assert piped("x = 0\ny = relu(x) - relu(-x)\n:check", tmp_path)[0] == 1


def test_what_is_no_text_is_refused_line_by_line(tmp_path: Path) -> None:
    code, said, complaints = piped(b"a = 1\nb = \xff2\nc\xff\x00\n:\xff\n\xff\nd = 4\n", tmp_path)
    assert (code, said) == (2, "a = 1\nd = 4\n")
    assert complaints.count("^") == 4


def test_a_sheet_can_be_loaded_and_dash_means_what_it_meant(tmp_path: Path) -> None:
    code, said, _ = piped("w5", tmp_path, "-i", "step_by_step")
    assert code == 0
    assert said.endswith("w5 = 0.4   ∂E_total/∂w5 = 0.08216704056\n")
    assert piped("", tmp_path, "-i", "step_by_stop")[2].count("did you mean 'step_by_step'?") == 1
    assert piped("w = 3\nE = w^2", tmp_path, "-")[1].startswith("standard input\n\nname  value")


def test_import_stays_light() -> None:
    heavy = "{'IPython', 'readline', 'numpy'}"
    code = f"import sys, autograd; autograd.load_ipython_extension; print({heavy} & {{*sys.modules}})"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ended.stdout == "set()\n"


def test_a_named_sheet_with_a_wrong_claim_is_said_and_exits_1(tmp_path: Path) -> None:
    code, out, err = piped(":undo\n", tmp_path, "-i", "slips_regression")
    assert (code, err) == (1, "")
    assert "WRONG: d(L)/d(b1) == (a2 - y)*w2*a1*(1 - a1)*x" in out
    assert out.endswith("gone: check d(L)/d(b1) == (a2 - y)*w2*a1*(1 - a1)*x\n")


# At a terminal


class Terminal:
    """A pseudo-terminal with the prompt in it."""

    def __init__(self, environment: Mapping[str, str], folder: Path, *arguments: str) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autograd", *arguments], stdin=theirs, stdout=theirs, stderr=theirs,
            env=dict(environment), cwd=folder, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(theirs)
        self.seen = ""

    def until(self, *marks: str, again: bytes = b"") -> str:
        """Read until the screen ends in one of the marks, and return what is new; type `again` while it is silent."""
        import select

        text, begin, typed = b"", time.monotonic(), 1
        while time.monotonic() < begin + SECONDS:
            if again and not text and time.monotonic() > begin + 2 * typed:
                os.write(self._ours, again)
                typed += 1
            if select.select([self._ours], [], [], 0.2)[0]:
                try:
                    text += os.read(self._ours, 10_000)
                except OSError:  # Linux says so where the other side is closed
                    break
            shown = re.sub(r"\x1b\[\?\d+[hl]|\x07", "", text.decode("utf-8", "replace")).replace("\r", "")
            if shown.endswith(marks):
                break
        else:
            raise AssertionError(f"the terminal says only {text!r}, not {marks}")
        shown = re.sub(r"\x1b\[\?\d+[hl]|\x07", "", text.decode("utf-8", "replace")).replace("\r", "")
        self.seen += shown
        return shown

    def type(self, text: str, *marks: str) -> str:
        os.write(self._ours, text.encode())
        return self.until(*(marks or ("ag> ",)))

    def interrupt(self) -> str:
        """Press Ctrl-C; Python's readline loses a signal that comes just before it waits, so perhaps once more."""
        os.write(self._ours, b"\x03")
        return self.until("ag> ", again=b"\x03")

    def close(self) -> int:
        try:
            return self.process.wait(SECONDS)
        finally:
            self.process.kill()
            os.close(self._ours)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    if os.name != "posix":
        pytest.skip("needs a pseudo-terminal, which only Unix has")
    opened = Terminal(settings(tmp_path), tmp_path)
    opened.until("ag> ")
    yield opened
    if opened.process.poll() is None:
        opened.process.kill()
        opened.process.wait()


def test_a_terminal(terminal: Terminal, tmp_path: Path) -> None:
    assert "a command: :help" in terminal.seen
    assert terminal.type("w, x = 3, 2\n") == "w, x = 3, 2\nw = 3\nx = 2\nag> "
    assert terminal.type("E = (w*x\n", "... ") == "E = (w*x\n... "
    assert terminal.type("+ 1)\n") == "+ 1)\nE = 7\nag> "
    assert terminal.type("w = 4\n") == "w = 4\nw  3 → 4\nE  7 → 9\nag> "
    assert terminal.type("y = (w\n", "... ") == "y = (w\n... "
    assert "'(' is never closed" in terminal.type("z = 5\n", "z = 5\nag> ")
    assert terminal.type("q = (\n", "... ")
    assert terminal.interrupt().endswith("\nag> ")  # Ctrl-C drops what was begun
    assert "z = 5" in terminal.type("z\n")
    assert "\x1b[31m  E = foo\n      ^\n" in terminal.type("E = foo\n")
    assert "there is no screen" in terminal.type(":page\n")
    assert ":derive [NAME …]" in terminal.type("help\n")
    seen = re.sub(r"\x1b\[\d+m", "", terminal.seen)
    assert [line for line in seen.splitlines() if len(line) > 80] == []
    assert "[n]: " in terminal.type("\x04", "[n]: ")  # Ctrl-D ends
    terminal.type("sheet.txt\n", "saved in sheet.txt\n")
    assert terminal.close() == 0
    assert (tmp_path / "sheet.txt").read_text() == "w = 4\nx = 2\nE = (w*x\n+ 1)\nz = 5\nof: E\n"


def test_unsaved_work_may_be_left_or_kept(terminal: Terminal) -> None:
    terminal.type("w = 1\n")
    terminal.type(":quit\n", "[n]: ")
    assert terminal.interrupt().endswith("ag> ")
    assert "w = 1" in terminal.type("w\n")
    terminal.type("quit\n", "[n]: ")
    assert "no/such/sheet.txt: No such file" in terminal.type("no/such/sheet.txt\n", "[n]: ")
    os.write(terminal._ours, b"n\n")
    assert terminal.close() == 0


def test_history_and_completion(tmp_path: Path) -> None:
    needs.python_module("readline")
    first = Terminal(settings(tmp_path), tmp_path)
    first.until("ag> ")
    first.type("weight_1 = 3\n")
    assert first.type("weight_2 = wei\t*2\n").endswith("weight_2 = 6\nag> ")
    assert first.type("y = sigm\t0)\n").endswith("y = 0.5\nag> ")
    assert first.type(":val\tweight_2\n").endswith("weight_2 = 6\nag> ")
    os.write(first._ours, b"\x04")
    first.until("[n]: ")
    os.write(first._ours, b"\n")
    assert first.close() == 0
    kept = tmp_path / "state" / "scalargrad" / "history"
    assert ":values weight_2" in kept.read_text(encoding="utf-8")
    again = Terminal(settings(tmp_path), tmp_path)
    again.until("ag> ")
    assert "weight_1 = 3" in again.type("\x1b[A" * 4 + "\n")
    again.type(":quit\n", "[n]: ")
    os.write(again._ours, b"\n")
    assert again.close() == 0


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_a_history_that_cannot_be_kept_is_said(tmp_path: Path) -> None:
    needs.python_module("readline")
    (tmp_path / "state").write_text("a file, no folder")
    opened = Terminal(settings(tmp_path), tmp_path)
    opened.until("ag> ")
    os.write(opened._ours, b":quit\n")
    said = opened.until("directory\n", "exists\n")
    assert "the history is not kept: " in said
    assert opened.close() == 0


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("variable", [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colours_where_they_are_not_wanted(variable: tuple[str, str], tmp_path: Path) -> None:
    opened = Terminal(settings(tmp_path, **dict([variable])), tmp_path)
    opened.until("ag> ")
    assert "\x1b" not in opened.type("E = foo\n")
    opened.process.kill()
    opened.close()


@pytest.mark.parametrize(
    "environment, platform, path",
    [
        ({"HOME": "/h"}, "linux", "/h/.local/state/scalargrad/history"),
        ({"HOME": "/h", "XDG_STATE_HOME": "/s"}, "linux", "/s/scalargrad/history"),
        ({"HOME": "/h", "XDG_STATE_HOME": "relative"}, "linux", "/h/.local/state/scalargrad/history"),
        ({"HOME": "/h"}, "darwin", "/h/Library/Application Support/scalargrad/history"),
        ({"USERPROFILE": "/u", "LOCALAPPDATA": "/u/local"}, "win32", "/u/local/scalargrad/history"),
        ({"HOME": "/h", "SCALARGRAD_HISTORY": "/x/y"}, "linux", "/x/y"),
        ({"HOME": "/h", "SCALARGRAD_HISTORY": ""}, "linux", None),
        ({}, "linux", None),
    ],
)
def test_where_the_history_is(environment: dict[str, str], platform: str, path: str | None) -> None:
    found = history_file(environment, platform)
    assert (found.as_posix() if found else None) == path


@pytest.mark.parametrize(
    "line, text, expected",
    [
        (":", ":", ":grad "),
        (":un", ":un", ":undo"),
        (":load step", "step", "step_by_step"),
        (":help si", "si", "sigmoid"),
        (":derive w", "w", "w5"),
        ("inp", "inp", "inputs: "),
        ("q = w", "w", "w5"),
        ("q = p", "p", "pi"),
        (":save no/such/folder/x", "x", None),
        ("q = ", "", None),
        (":foo x", "x", None),
    ],
)
def test_completion(line: str, text: str, expected: str | None) -> None:
    session = Session()
    session.enter(":load step_by_step")
    found = completions(session, line, text)
    assert expected in found if expected else found == []


def test_files_are_completed(tmp_path: Path) -> None:
    (tmp_path / "my-sheet.txt").touch()
    line = f":load {tmp_path}/my-"
    assert completions(Session(), line, "") == ["sheet.txt"]
