"""Hooks of the site's builder: the page of the ops comes from the op table, and the playground joins the site."""

from __future__ import annotations

import html
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograd.ops import TABLE, Op
from autograd.playground.build import BuildError, build
from autograd.playground.notebooks import build_notebooks

MARK = "<!-- the table of ops -->"
PLAYGROUND = "playground"
MISSING = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Not here</title>
<p>This copy of the site was built without the {}: {}.</p></html>
"""

serving = False


def on_startup(command: str, **_: Any) -> None:
    """Note whether pages are only looked at while they are written, which needs no playground."""
    global serving
    serving = command == "serve"


def on_post_build(config: Any, **_: Any) -> None:
    """Build the playground and the notebooks into the site, or pages that say what is missing."""
    if serving:
        return
    folder = Path(config["site_dir"]) / PLAYGROUND
    notebooks = Path(config["config_file_path"]).parent / "notebooks"
    attempt("playground", folder, lambda: build(folder))
    attempt(
        "notebooks", folder / "notebooks", lambda: build_notebooks(notebooks, folder / "notebooks", folder / "pyodide")
    )


def attempt(what: str, folder: Path, make: Callable[[], object]) -> None:
    """Build a part of the site, or a page that says what is missing for it."""
    try:
        make()
    except BuildError as error:
        print(f"The site has no {what}. {error}", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.html").write_text(MISSING.format(what, html.escape(str(error))), encoding="utf-8")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Put the ops where a page asks for them, and names of other libraries first in the results of a search."""
    if page.file.src_uri == "coming-from.md":
        page.meta["search"] = {"boost": 4}
    return markdown.replace(MARK, ops()) if MARK in markdown else markdown


def ops() -> str:
    """Return one section for each row."""
    return "\n".join(section(op) for op in TABLE.values())


def section(op: Op) -> str:
    """Return heading, sentence and facts of one op."""
    names = [name.lstrip("*") for name in op.parameters]
    facts = [("value", code(written(op)))]
    facts += [(f"∂/∂{name}", code(text)) for name, text in zip(names, op.textbook, strict=False)]
    limited = [(name, low, high) for name, (low, high) in zip(names, op.domain, strict=False) if (low, high) != REAL]
    facts += [("domain", "; ".join(f"{name} in {interval(low, high)}" for name, low, high in limited) or "all numbers")]
    facts += [("kinks", code(op.kinks) if op.kinks else "none")]
    facts += [("error", f"at most {op.ulp:g} ulp" + (f": {op.note}" if op.note else ""))]
    if op.defaults:
        last = zip(names[-len(op.defaults) :], op.defaults, strict=True)
        facts += [("default", ", ".join(f"`{name}={value:g}`" for name, value in last))]
    if op.numpy:
        facts += [("numpy's name", code(op.numpy))]
    rows = "\n".join(f"| {name} | {fact} |" for name, fact in facts)
    return f"## `{op.name}` {{: #{op.name} }}\n\n{op.doc}\n\n| | `{op.name}` |\n|---|---|\n{rows}\n"


REAL = (-math.inf, math.inf)


def written(op: Op) -> str:
    """Return the op as one types it."""
    if op.arity is None:
        return f"{op.name}({', '.join(op.parameters)})"
    return re.sub(r"\s+", " ", op.text.format(**{name: name for name in op.parameters}))


def interval(low: float, high: float) -> str:
    """Return an interval as a page shows it."""
    left = "(−∞" if low == -math.inf else f"[{low:g}"
    right = "∞)" if high == math.inf else f"{high:g}]"
    return f"{left}, {right}"


def code(text: str) -> str:
    """Return text as code in a table's cell."""
    return "`" + text.replace("|", "\\|") + "`"
