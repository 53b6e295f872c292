"""IPython magics, `%load_ext autograd`: worksheets in notebook cells that share one session."""

from __future__ import annotations

import shlex
from html import escape
from importlib import import_module
from typing import Any, Final

from autograd.errors import AutogradError, WorksheetError
from autograd.formula.evaluate import Array, Operand
from autograd.prompt.editable import NOTED, REFUSED, Reply
from autograd.prompt.entries import chunks, is_command
from autograd.prompt.session import Session
from autograd.prompt.writing import number
from autograd.worksheet.lines import split_lines
from autograd.worksheet.report import as_text, gather

__all__ = ["Outcome", "load_ipython_extension"]

OPTIONS: Final = {
    "--new": "begin a new sheet",
    "--no-names": "don't put the Values into the notebook's variables",
    "--no-picture": "show no picture",
}


class Outcome:
    """The output of a cell: the table of gradients, and the graph if it is small."""

    def __init__(self, session: Session, picture: bool) -> None:
        run = session.evaluation()
        sheet = session.sheet
        self._report = gather(sheet, list(sheet.leaves), of=run.output, rate=sheet.rate)
        root = run.values[run.output]
        run.gradients([])
        self._svg = _picture(root) if picture else ""

    def __repr__(self) -> str:
        return as_text(self._report).partition("\n\n")[2]

    def _repr_html_(self) -> str:
        report = self._report
        after = f"<th>after {report.steps} step</th>" if report.updated else ""
        output = escape(report.run.output)
        rows = [f"<tr><th>name</th><th>value</th><th>∂{output}/∂name</th>{after}<th></th></tr>"]
        for label, slope in report.gradients.items():
            cells = [escape(label), number(report.run.values[label].data), number(slope)]
            cells += [number(report.updated[label]) if label in report.updated else ""] if after else []
            role = report.roles[label]
            cells.append("" if role == "trained" else role)
            rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        value = f"<code>{output} = {report.run.value!r}</code>"
        return f"<div>{value}<table>{''.join(rows)}</table>{self._svg}</div>"


def _picture(root: Any) -> str:
    """Return the graph as a notebook shows it automatically: if it is small."""
    bundle: dict[str, str] = root._repr_mimebundle_()
    return bundle["text/html"] if "image/svg+xml" in bundle else ""


def _options(line: str) -> set[str]:
    words = shlex.split(line)
    for word in words:
        if word not in OPTIONS:
            raise WorksheetError(f"%%worksheet: unknown option {word!r}; allowed are {', '.join(OPTIONS)}")
    return set(words)


def _names(session: Session) -> dict[str, Any]:
    """Return the quantities by the names of steps, vectors and matrices as lists."""
    return {name: _plain(operand) for name, operand in session.state.operands.items() if name.isidentifier()}


def _plain(operand: Operand) -> Any:
    if not isinstance(operand, Array):
        return operand
    return list(operand.items) if len(operand.shape) == 1 else [list(row) for row in operand.rows()]


def load_ipython_extension(shell: Any) -> None:
    """Register the magics `%%worksheet` and `%worksheet`; called by `%load_ext autograd`."""
    display: Any = import_module("IPython.display").display
    usage_error: Any = import_module("IPython.core.error").UsageError
    held = [Session()]

    def refused(text: str) -> Exception:
        error: Exception = usage_error(f"\n{text}")  # on its own lines, so that the caret is aligned
        return error

    def answered(session: Session, chunk: str) -> Reply:
        reply = session.enter(chunk)
        if reply.kind == REFUSED:
            raise refused(reply.text)
        return reply

    def shown(reply: Reply) -> None:
        if reply.shown is not None:
            display(reply.shown)
        elif reply.text:
            print(reply.text)

    def cell(line: str, text: str) -> None:
        """Evaluate a worksheet's steps; later cells continue the sheet, unless they say --new.

        A cell is evaluated as a whole or not at all: if a line is wrong, the sheet is unchanged.
        """
        try:
            options = _options(line)
        except (AutogradError, ValueError) as error:
            raise refused(str(error)) from None
        session = Session() if "--new" in options else held[0]
        before = session.mark()
        try:
            replies = [(chunk, answered(session, chunk)) for chunk in chunks(split_lines(text.rstrip("\n")))]
        except Exception:
            session.reset(before)
            raise
        held[0] = session
        for chunk, reply in replies:
            if is_command(chunk) or "check" in chunk or "=" not in chunk:  # a step's value is in the table
                shown(reply if reply.kind != NOTED else Reply())
        if missing := session.unresolved():
            print(f"nothing defines {', '.join(missing)} yet")
        if session.sheet.steps and not all(is_command(chunk) for chunk, _ in replies):
            display(Outcome(session, "--no-picture" not in options))
        if "--no-names" not in options:
            shell.user_ns.update(_names(session))

    def single(line: str, text: str | None = None) -> None:
        """Evaluate one line of a worksheet, or a command: %worksheet :derive w5."""
        if text is not None:
            cell(line, text)
            return
        shown(answered(held[0], line or ":help"))
        shell.user_ns.update(_names(held[0]))

    shell.register_magic_function(single, magic_kind="line_cell", magic_name="worksheet")
