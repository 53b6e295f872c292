"""MIME bundles for notebooks; plain text is always included."""

from __future__ import annotations

from html import escape

__all__ = ["LINES", "Bundle", "listing"]

Bundle = dict[str, str]

LINES = 200


def listing(shown: object, text: str) -> Bundle:
    """Return an object's repr and the first lines of a longer text."""
    lines = text.splitlines()
    cut = [f"… {len(lines) - LINES:,} lines more"] if len(lines) > LINES else []
    body = "\n".join([*lines[:LINES], *cut])
    return {
        "text/plain": f"{shown!r}\n{body}" if body else repr(shown),
        "text/html": f"<code>{escape(repr(shown))}</code><pre>{escape(body)}</pre>",
    }
