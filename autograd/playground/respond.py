"""Handles the page's requests to Python: requests and answers are plain data, which a web worker passes on as JSON.

The page runs this module in Pyodide; nothing in it needs a browser.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

from autograd.claims.sheets import judge_claims, sheet_subject
from autograd.derivation import derive
from autograd.draw import draw
from autograd.engine.backend import Value
from autograd.errors import AutogradError, WorksheetError
from autograd.explore import explore
from autograd.notes import Note, read_note
from autograd.ops import NAMES, TABLE
from autograd.prompt.python import as_python
from autograd.worksheet import Worksheet, shipped
from autograd.worksheet.lines import DIRECTIVES
from autograd.worksheet.report import Report, gather

__all__ = ["ACTIONS", "respond"]

NAME: Final = "playground"
DIGITS: Final = 10


Answer = dict[str, Any]


def respond(request: str) -> str:
    r"""Answer one request of the page, JSON to JSON; errors in the input are part of the answer.

    Parameters
    ----------
    request : str
        An object with `action`, a key of `ACTIONS`, and that action's arguments.

    Returns
    -------
    str
        An object: the action's result, or `error` with `message`, and `line` and `column` if the text is at fault.

    Examples
    --------
    >>> answer = json.loads(respond('{"action": "sheet", "text": "w = 3\\nE = w^2"}'))
    >>> answer["output"], answer["value"], answer["rows"][0]["gradient"]
    ('E', '9', '6')
    >>> error = json.loads(respond('{"action": "sheet", "text": "E = 2*w"}'))["error"]
    >>> error["line"], error["column"], error["message"][:16]
    (1, 7, "unknown name 'w'")
    """
    arguments = json.loads(request)
    try:
        answer = ACTIONS[arguments.pop("action")](**arguments)
    except WorksheetError as error:
        answer = {"error": {"message": error.message, "line": error.line, "column": error.column}}
    except (AutogradError, MemoryError, RecursionError) as error:
        answer = {"error": {"message": str(error) or type(error).__name__, "line": 0, "column": 0}}
    return json.dumps(answer)


@lru_cache(maxsize=1)
def _run(text: str) -> tuple[Worksheet, Report | None]:
    """Parse and run a worksheet; the page requests the parts of the result one after the other."""
    read = Worksheet.parse(text, NAME)
    return read, gather(read, list(read.leaves), of=read.output(), rate=read.rate) if read.steps else None


def sheet(text: str) -> Answer:
    """Run a worksheet: return its output and the table of its leaves."""
    _, report = _run(text)
    if report is None:
        return {"rows": [], "names": []}
    return {
        "output": report.run.output,
        "value": _shown(report.run.value),
        "value_after": _shown(report.value_after) if report.updated else "",
        "rate": report.rate,
        "rows": _rows(report),
        "names": list(report.run.values),
    }


def picture(text: str) -> Answer:
    """Return the picture of a worksheet's graph."""
    _, report = _run(text)
    return {"text": "" if report is None else draw(_root(report), engine="builtin").svg}


def chain(text: str, picked: str) -> Answer:
    """Return the chain rule of the selected leaf, in LaTeX; empty if there is none."""
    _, report = _run(text)
    values = {} if report is None else report.run.values
    if report is None or picked not in values or not _root(report).op:
        return {"text": ""}
    return {"text": derive(_root(report), values[picked]).latex()}


def claims(text: str) -> Answer:
    """Return the verdicts on a worksheet's claims."""
    read, _ = _run(text)
    judged = judge_claims(read, sheet_subject(read)) if read.claims else ()
    return {
        "claims": [
            {"line": line, "text": verdict.claim, "right": bool(verdict), "message": verdict.message}
            for line, verdict in judged
        ]
    }


def page(text: str) -> Answer:
    """Return the explorer page of a worksheet."""
    read, report = _run(text)
    if report is None:
        return {"text": ""}
    trained = [report.run.values[label] for label in report.updated]
    return {"text": explore(_root(report), trained=trained or None, rate=read.rate or 0.1).html}


def _root(report: Report) -> Value:
    return report.run.values[report.run.output]


def _rows(report: Report) -> list[dict[str, str]]:
    return [
        {
            "name": label,
            "value": _shown(report.run.values[label].data),
            "gradient": _shown(gradient),
            "updated": _shown(report.updated[label]) if label in report.updated else "",
            "role": report.roles[label],
        }
        for label, gradient in report.gradients.items()
    ]


def _shown(number: float) -> str:
    return f"{number:.{DIGITS}g}"


def note(text: str) -> Answer:
    """Check a note: return its equations with position, status and correction, and its network as a worksheet."""
    read = read_note(text)
    equations = [
        {"line": each.line, "status": each.status, "latex": each.text, "message": each.message}
        for each in read.equations
    ]
    return {"equations": equations, "summary": read.summary(), "worksheet": _network(read)}


def _network(read: Note) -> str:
    try:
        return read.worksheet()
    except WorksheetError:
        return ""


def script(text: str) -> Answer:
    """Return a worksheet as a Python script."""
    read = Worksheet.parse(text, NAME)
    return {"text": as_python(read, read.output())}


def notebook(text: str) -> Answer:
    """Return a worksheet as a Jupyter notebook."""
    Worksheet.parse(text, NAME)
    cells = [["%load_ext autograd"], ["%%worksheet", *text.rstrip("\n").split("\n")]]
    made = {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"cell-{i}",
                "metadata": {},
                "outputs": [],
                "source": "\n".join(lines),
            }
            for i, lines in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return {"text": json.dumps(made, indent=1) + "\n"}


@cache
def start() -> Answer:
    """Return what the page needs once: the words of the language, for completion, and the examples."""
    words = [{"label": name, "detail": ", ".join(TABLE[name].parameters), "info": TABLE[name].doc} for name in NAMES]
    return {"words": words, "directives": [*DIRECTIVES, "check"], "examples": [*_examples()]}


def _examples() -> Iterator[Answer]:
    """Yield the notes, the included sheets, and the gallery, each as a group."""
    titles = {name: shipped.load(name).title or name for name in shipped.names()}
    texts = {name: shipped.read(name)[0].decode("utf-8") for name in titles}
    notes, gallery = _texts("notes"), _texts("gallery")
    yield _group(
        "Notes to check", "note", {f"{titles.get(name, name)}, as written": text for name, text in notes.items()}
    )
    yield _group("The notes as worksheets", "sheet", {titles[name]: text for name, text in texts.items()})
    yield _group("Gallery", "sheet", {Worksheet.parse(text, name).title: text for name, text in gallery.items()})


def _group(name: str, kind: str, texts: Mapping[str, str]) -> Answer:
    return {"group": name, "kind": kind, "examples": [{"title": title, "text": texts[title]} for title in texts]}


def _texts(folder: str) -> dict[str, str]:
    """Return the files of a folder of examples, by name."""
    found = sorted((resources.files("autograd.playground") / folder).iterdir(), key=lambda each: each.name)
    return {each.name.partition(".")[0]: each.read_text(encoding="utf-8") for each in found}


ACTIONS: Final[Mapping[str, Callable[..., Answer]]] = {
    "start": start,
    "sheet": sheet,
    "picture": picture,
    "chain": chain,
    "claims": claims,
    "page": page,
    "note": note,
    "script": script,
    "notebook": notebook,
}
