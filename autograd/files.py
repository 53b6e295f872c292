"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(target: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file so that a reader, now or after a crash, finds all of it or what was there before.

    What isn't a file, such as `/dev/stdout`, is written to as it is.

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
            _replace(path, data)
    except OSError as error:  # which may name the passing file; the user knows his own
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replace(path: Path, data: bytes) -> None:
    partial = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.partial")
    try:
        with open(partial, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
