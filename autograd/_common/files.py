"""Atomic file writes."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
from pathlib import Path

__all__ = ["as_path", "write_whole"]


def as_path(where: str, path: object) -> Path:
    """Return a path argument of the function `where` as a Path.

    Raises
    ------
    TypeError
        If it isn't a path: "save: path must be a str or a path, got 3 (int)".
    ValueError
        If no file system allows the name.
    """
    name = os.fspath(path) if isinstance(path, os.PathLike) else path
    if not isinstance(name, str):
        raise TypeError(f"{where}: path must be a str or a path, got {path!r} ({type(path).__name__})")
    if "\0" in name:
        raise ValueError(f"{where}: a path has no null characters, got {name!r}")
    return Path(name)


def write_whole(target: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file atomically: a reader, now or after a crash, sees the old content or all of the new.

    What isn't a regular file, such as `/dev/stdout`, is written to directly. A symbolic link is kept and its target
    written. An existing file keeps its permissions.

    Raises
    ------
    OSError
        If the file can't be written; the error names the target.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder) / "note.txt", "∂E/∂w")
    ...     [(path.name, path.read_text(encoding="utf-8")) for path in Path(folder).iterdir()]
    [('note.txt', '∂E/∂w')]
    """
    path = Path(target)
    data = content.encode() if isinstance(content, str) else content
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(path)), data)
    except OSError as error:  # the error may name the temporary file
        raise OSError(error.errno, error.strerror, str(path)) from error


def _private(name: str, flags: int) -> int:
    """Open a file that only its owner can read until it gets the permissions of the file it replaces."""
    return os.open(name, flags, 0o600)


def _replace(path: Path, data: bytes) -> None:
    _sweep(path)
    partial = path.with_name(f".{path.name[:100]}.{os.getpid()}-{secrets.token_hex(4)}.partial")
    try:
        with open(partial, "xb", opener=_private if path.exists() else None) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, partial)
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _sweep(path: Path) -> None:
    """Remove temporary files left by killed processes that were writing this file."""
    if os.name != "posix":  # on Windows `os.kill` would end the process
        return
    for left in path.parent.glob(f".{glob.escape(path.name[:100])}.*-*.partial"):
        process = left.name.split(".")[-2].partition("-")[0]
        if process.isdecimal() and not _lives(int(process)):
            left.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # owned by another user
    return True
