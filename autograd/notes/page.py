"""A note as an HTML page: prose, typeset formulas, and a verdict at each equation, without external resources."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from autograd.errors import WorksheetError
from autograd.notes.equation import WRONG, Equation
from autograd.notes.finding import Block, Page, blocks, notebook_cells, pages
from autograd.notes.marking import picture_end
from autograd.notes.note import Note
from autograd.notes.table import LOOKS, SIGNS
from autograd.notes.typesetting import typesetter

__all__ = ["as_page"]

_OPENING: Final = re.compile(
    r"(?:\$\$?|\\\\?[\[(]|\$?`+\w*[ \t]*\n?|~~~+\w*[ \t]*\n?|\\begin\{\w+\*?\}"
    r"|<script[^>]*>(?:\s*(?:%\s*)?<!\[CDATA\[)?)\Z"
)
_PICTURE: Final = re.compile(r"(?:!\[[^\]\n]*\]\(|<img\b[^>\n]*?src=[\"']?)[^\s\"'()]*\Z")
_STYLE: Final = """
:root { --paper: #fff; --ink: #212529; --soft: #5c646c; --line: #dfe3e8; --right: #2b7a3d; --wrong: #b3261e; --doubtful: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181d; --ink: #e9ecef; --soft: #a3abb3; --line: #2f353d; --right: #8ce99a; --wrong: #ff8a80; --doubtful: #ffc078; } }
html { color-scheme: light dark; }
body { margin: 0 auto; max-width: 52rem; padding: 2rem 1rem 4rem; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
.summary { border: 1px solid var(--line); border-radius: 8px; padding: .6rem 1rem; white-space: pre-line; }
.formula { overflow-x: auto; overflow-y: hidden; padding: .2rem 0; }
.verdict { font-size: .84em; }
.right { color: var(--right); } .wrong { color: var(--wrong); font-weight: 600; } .doubtful { color: var(--doubtful); } .plain { color: var(--soft); }
.display { margin: 1rem 0; padding-left: .8rem; border-left: 3px solid var(--line); }
.display.wrong { border-color: var(--wrong); color: inherit; font-weight: inherit; }
.display > .verdict { display: block; }
pre, code { font: .9em ui-monospace, monospace; } pre { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; padding: .6rem; }
table { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: .2rem .6rem; }
hr { border: 0; border-top: 1px solid var(--line); }
"""  # noqa: E501

Setter = Callable[..., str]


def as_page(text: str, note: Note, title: str) -> str:
    """Return the page.

    Parameters
    ----------
    text : str
        The note.
    note : Note
        The result of reading it.
    title : str
        The title of the page.

    Raises
    ------
    WorksheetError
        If latex2mathml or markdown-it-py is not installed.
    """
    setter, renderer = typesetter(), _markdown()
    code = _code_cells(text)
    parts = [f"<p class='summary'>{html.escape(note.summary() + (chr(10) + note.remark if note.remark else ''))}</p>"]
    parts += [f"<p class='verdict'>{_verdict(each, where=True)}</p>" for each in note.equations if each.status == WRONG]
    for page in pages(text):
        parts += [f"<pre>{html.escape(each)}</pre>" for number, each in list(code.items()) if number < page.cell]
        code = {number: each for number, each in code.items() if number > page.cell}
        here = [each for each in note.equations if each.cell == page.cell]
        parts.append(_written(page, here, setter, renderer))
    parts += [f"<pre>{html.escape(each)}</pre>" for each in code.values()]
    name = html.escape(title)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{name}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{name}</h1>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def _code_cells(text: str) -> dict[int, str]:
    """Return the code of a notebook by the numbers of its cells."""
    if not pages(text) or not pages(text)[0].cell:
        return {}
    cells = notebook_cells(json.loads(text))
    code = {at: "".join(each.get("source", each.get("input", ""))) for at, each in enumerate(cells, 1)}
    return {at: code[at] for at, each in enumerate(cells, 1) if each["cell_type"] == "code"}


def _markdown() -> Callable[[str], str]:
    """Return a function from Markdown to HTML without active content or external resources."""
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        raise WorksheetError(
            "prose is set by the package markdown-it-py, the extra `notes`: pip install 'scalargrad[notes]'"
        ) from None
    parser = MarkdownIt("commonmark").enable("table")

    def dropped(*_: Any) -> str:
        return ""

    def picture(_: object, tokens: Sequence[Any], at: int, *rest: Any) -> str:
        return f"<em>[picture: {html.escape(tokens[at].content or 'without a title')}]</em>"

    for rule in ("html_block", "html_inline"):
        parser.add_render_rule(rule, dropped)
    parser.add_render_rule("image", picture)
    render: Callable[[str], str] = parser.render
    return render


def _written(page: Page, equations: Sequence[Equation], setter: Setter, renderer: Callable[[str], str]) -> str:
    """Typeset prose and formulas: formulas are cut out, and put back into the rendered prose."""
    formulas: dict[str, str] = {}
    parts, at = [], 0
    by_end: dict[int, list[Equation]] = {}
    for each in equations:
        by_end.setdefault(each.after, []).append(each)
    text = page.text.replace("\ue000", "�").replace("\ue001", "�")
    for block in blocks(page):
        opening = (_PICTURE if block.fixed else _OPENING).search(text, max(at, block.start - 200), block.start)
        start = opening.start() if opening else block.start
        if start < at:
            continue
        mark = f"\ue000{len(formulas)}\ue001"
        formulas[mark] = _formula(block, by_end.get(block.after, []), setter)
        parts += [text[at:start], f"\n\n{mark}\n\n" if block.display and not _in_table(text, start) else mark]
        at = picture_end(text, block.after) if block.fixed else block.after
    prose = renderer("".join([*parts, text[at:]]))
    prose = re.sub(r"<p>(\ue000\d+\ue001)</p>", r"\1", prose)
    return re.sub(r"\ue000\d+\ue001", lambda match: formulas[match[0]], prose)


def _in_table(text: str, at: int) -> bool:
    return text[text.rfind("\n", 0, at) + 1 :].lstrip().startswith(("|", ">", "-", "*"))


def _formula(block: Block, equations: Sequence[Equation], setter: Setter) -> str:
    """Typeset one formula, with the verdicts on what it states."""
    shown = setter(block.text.strip(), display=block.display) or f"<code>{html.escape(block.text.strip())}</code>"
    verdicts = "".join(
        f" <span class='verdict'>{_verdict(each, where=len(equations) > 1)}</span>" for each in equations
    )
    if not block.display:
        return shown + verdicts
    wrong = " wrong" if any(each.status == WRONG for each in equations) else ""
    return f"<div class='display{wrong}'><div class='formula'>{shown}</div>{verdicts}</div>"


def _verdict(equation: Equation, *, where: bool) -> str:
    look = LOOKS.get(equation.status, "plain")
    return f"<span class='{look}'>{SIGNS[look]} {html.escape(equation.explained(placed=where))}</span>"
