"""An interactive worksheet without a terminal: takes lines, returns replies, and keeps its state on errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from autograd.errors import AutogradError, WorksheetError
from autograd.prompt import writing
from autograd.prompt.commands import obey, take_page
from autograd.prompt.editable import REFUSED, EditableSheet, Reply
from autograd.prompt.entries import chunks, is_command, refuse_controls
from autograd.prompt.hints import hint
from autograd.worksheet.lines import MAX_BYTES, split_lines

__all__ = ["Reply", "Session"]


class Session(EditableSheet):
    """A worksheet that is typed line by line.

    Examples
    --------
    >>> session = Session()
    >>> for line in ["w, x = 3, 2", "E = w*x^2", "w = 5", "E = w*z"]:
    ...     print(session.enter(line).text)
    w = 3
    x = 2
    E = 12
    w  3 → 5
    E  12 → 20
      E = w*z
            ^
    unknown name 'z'; defined so far are w, x
    >>> print(session.enter(":undo").text)
    w  5 → 3
    E  20 → 12
    """

    def enter(self, text: str) -> Reply:
        """Enter a statement, question or command, and return the reply; after an error nothing has changed.

        Parameters
        ----------
        text : str
            A line, or several while a bracket is open.

        Returns
        -------
        Reply
            Errors in the input are replies, not exceptions.
        """
        before = self.state
        try:
            if len(text) > MAX_BYTES:
                raise WorksheetError(f"the line has {len(text):,} characters; allowed are {MAX_BYTES:,}")
            refuse_controls(text)
            reply = obey(self, text) if is_command(text) else self.take(text.strip("\n"))
            return reply if self.state is before else self._refreshed(reply)
        except WorksheetError as error:
            shown = writing.pointed(text, error.line, error.column, error.message)
            more = hint(text)
            return Reply(shown if more in shown else f"{shown}\n{more}", REFUSED)
        except AutogradError as error:
            return Reply(writing.printable(str(error)), REFUSED)
        except OSError as error:
            message = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            return Reply(writing.printable(message), REFUSED)

    def enter_all(self, text: str) -> Iterator[Reply]:
        """Enter many lines, statement by statement."""
        for chunk in chunks(split_lines(text)):
            yield self.enter(chunk)

    def _refreshed(self, reply: Reply) -> Reply:
        """Update the open page, if any; its errors don't affect the line."""
        if not self.page or not self.sheet.steps:
            return reply
        try:
            take_page(self).save(self.page)
        except (AutogradError, OSError) as error:
            note = f"the page {self.page} is left as it was: {error}"
            return replace(reply, text=f"{reply.text}\n{note}".lstrip())
        return reply
