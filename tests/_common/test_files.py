"""Atomic file writes: the state after failures, and targets that aren't files."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from autograd import Value, draw, explore
from autograd._common.files import write_whole


def test_what_was_there_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "graph.svg"
    write_whole(target, b"first")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device", "a passing name")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_whole(target, "second")
    assert caught.value.filename == str(target)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("graph.svg", b"first")]


def test_an_interruption_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object, __: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "net.json", "{}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["missing/net.json", "folder"])
def test_the_error_names_the_target(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError) as caught:
        write_whole(tmp_path / name, "{}")
    assert caught.value.filename == str(tmp_path / name)


def test_a_long_name_is_no_hindrance(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 251 + ".svg")
    write_whole(target, "<svg/>")
    assert target.read_text(encoding="utf-8") == "<svg/>"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    pipe, found = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: found.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write_whole(pipe, "digraph {}")
    reader.join()
    assert (found, pipe.is_fifo()) == (["digraph {}"], True)


def test_a_link_stays_one_and_permissions_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "real.svg", tmp_path / "link.svg"
    target.write_text("first")
    target.chmod(0o600)
    try:
        link.symlink_to(target)
    except OSError:
        if os.name != "nt":
            raise
        pytest.skip("needs the right to make symbolic links, which an account of Windows may lack")
    write_whole(link, "second")
    assert link.is_symlink()
    assert target.read_text() == "second"
    if os.name == "posix":
        assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "path, kind, says",
    [
        (3, TypeError, r"save: path must be a str or a path, got 3 \(int\)"),
        (None, TypeError, r"save: path must be a str or a path, got None \(NoneType\)"),
        (b"x.svg", TypeError, r"save: path must be a str or a path, got b'x.svg' \(bytes\)"),
        ("a\0b.svg", ValueError, r"save: a path has no null characters, got 'a\\x00b.svg'"),
    ],
)
def test_what_is_no_path_is_said(path: object, kind: type[Exception], says: str) -> None:
    x = Value(2.0, "x")
    for thing in (draw(x, engine="builtin"), explore(x)):
        with pytest.raises(kind, match=says):
            thing.save(path)  # type: ignore[arg-type]
