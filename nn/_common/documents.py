"""JSON files with a format and version, in which nan and inf are strings; validated when read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from autograd._common.files import write_whole
from autograd._common.numbers import from_json, to_json

__all__ = ["read", "write"]


def write(path: str | os.PathLike[str], kind: str, version: int, content: dict[str, Any]) -> None:
    """Write content to a file atomically: after an OSError the previous file is unchanged."""
    document = {"format": kind, "version": version, **content}
    write_whole(path, json.dumps(_spelled(document), allow_nan=False).encode("utf-8"))


def read(path: Path, where: str, kind: str, version: int, wrong: type[Exception]) -> dict[str, Any]:
    """Return the content of a file; raise `wrong` if it is truncated, or of another format or version."""
    where = f"{where}: {path}"
    try:
        found = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise wrong(f"{where}: not a text in UTF-8: {error}") from None
    except (ValueError, RecursionError) as error:
        raise wrong(f"{where}: not JSON, or cut off: {error}") from None
    if not isinstance(found, dict) or found.get("format") != kind:
        raise wrong(f"{where}: not {kind}: it must be an object whose format is {kind!r}")
    if found.get("version") != version or isinstance(found["version"], bool):
        raise wrong(f"{where}: version must be {version}, got {found.get('version')!r:.40}")
    return found


def _spelled(part: Any) -> Any:
    """Return nested lists and dicts with nan and infinities as strings."""
    if isinstance(part, dict):
        return {name: _spelled(inner) for name, inner in part.items()}
    if isinstance(part, list):
        return [_spelled(inner) for inner in part]
    return to_json(part) if isinstance(part, float) else part


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = {name: _numbers(part) for name, part in pairs}
    if len(found) != len(pairs):
        raise ValueError("a name is repeated")
    return found


def _numbers(part: Any) -> Any:
    return [_numbers(inner) for inner in part] if isinstance(part, list) else from_json(part)
