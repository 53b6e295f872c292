"""Files that are written whole or not at all."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
from pathlib import Path

__all__ = ["as_path", "write_whole"]


def as_path(where: str, path: object) -> Path:
    """Return a path that was given to `where`.

    Raises
    ------
    TypeError
        If it is none: "save: path must be a str or a path, got 3 (int)".
    ValueError
        If no system could have a file of that name.
    """
    name = os.fspath(path) if isinstance(path, os.PathLike) else path
    if not isinstance(name, str):
        raise TypeError(f"{where}: path must be a str or a path, got {path!r} ({type(path).__name__})")
    if "\0" in name:
        raise ValueError(f"{where}: a path has no null characters, got {name!r}")
    return Path(name)


def write_whole(target: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file so that a reader, now or after a crash, finds all of it or what was there before.

    What isn't a file, such as `/dev/stdout`, is written to as it is. A link stays one: the file that it names is
    written. A file that was there keeps its permissions.

    Raises
    ------
    OSError
        If it can't be written; it names the target.

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
    except OSError as error:  # which may name the passing file; the user knows his own
        raise OSError(error.errno, error.strerror, str(path)) from error


def _private(name: str, flags: int) -> int:
    """Open a file that nobody else may read until it has the permissions of the one whose place it takes."""
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
    """Remove what processes that were killed while they wrote this file left."""
    if os.name != "posix":  # elsewhere `os.kill` would end the process
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
        return True  # somebody else's
    return True
