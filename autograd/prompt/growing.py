"""A worksheet that grows statement by statement, and can be taken back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from autograd._common.text import did_you_mean
from autograd.claims.judge import judge
from autograd.claims.sheets import sheet_subject
from autograd.engine.backend import Value
from autograd.errors import WorksheetError
from autograd.formula.equations import equation
from autograd.formula.evaluate import Array, Operand
from autograd.formula.lexer import tidy_name
from autograd.prompt import writing
from autograd.prompt.entries import LINES, Entry, chunks, ordered, placed, read, separate, undefined
from autograd.worksheet import Evaluation, Worksheet
from autograd.worksheet.lines import Claim, Directive, begins_statement, split_lines

__all__ = ["ENDED", "FINE", "NOTED", "REFUSED", "WRONG", "GrowingSheet", "Reply", "State"]

FINE, NOTED, WRONG, REFUSED, ENDED = "fine", "noted", "wrong", "refused", "ended"
REPLACED: Final = ("title", "rate", "of")  # directives of which a sheet has one
ANSWER: Final = "_answer_"
_ASSIGNS: Final = re.compile(r"(?<![<>=!])=(?!=)")
_SLOPE: Final = re.compile(r"\bd\s*\(|∂|′|'|\bd\w+\s*/\s*d\w")


@dataclass(frozen=True)
class Reply:
    """What comes of a line.

    Attributes
    ----------
    text : str
        To be printed.
    kind : str
        "fine"; "noted", what a directive names isn't there yet;
        "wrong", a check has failed; "refused", and nothing has changed; "ended", by `:quit`.
    shown : object
        What a notebook displays and a terminal opens: a Drawing, an Explorer, a Derivation.
    """

    text: str = ""
    kind: str = FINE
    shown: Any = None


@dataclass(frozen=True)
class State:
    """A sheet at one time; never changed, so that undoing is going back to it."""

    entries: tuple[Entry, ...] = ()
    sheet: Worksheet = field(default_factory=lambda: Worksheet.of_statements([], "prompt"))
    operands: dict[str, Operand] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Its lines."""
        return "".join(f"{entry.text}\n" for entry in self.entries)


Mark: TypeAlias = tuple[State, tuple[State, ...], tuple[State, ...], tuple[Entry, ...], str, str]


class GrowingSheet:
    """The statements of a session, the graph that they make, and what they were before."""

    def __init__(self) -> None:
        self.state = State()
        self.path = ""
        self.page = ""
        self._past: list[State] = []
        self._future: list[State] = []
        self._saved: tuple[Entry, ...] = ()

    # What it holds

    @property
    def sheet(self) -> Worksheet:
        """The worksheet as it is now."""
        return self.state.sheet

    @property
    def unsaved(self) -> bool:
        """Whether there are steps that no file has."""
        return self.state.entries != self._saved and any(entry.statements for entry in self.state.entries)

    @property
    def values(self) -> dict[str, Value]:
        """Every quantity by its label."""
        return {value.label: value for operand in self.state.operands.values() for value in _values(operand)}

    def output(self) -> str:
        """Find the output: what `of:` says, else the last number that is computed, else the last step."""
        if any(entry.directive == "of" for entry in self.state.entries):
            return self.sheet.output()
        computed = [step.name for step in self.sheet.steps if any(each.kind == "name" for each in step.code)]
        numbers = [name for name in computed if not isinstance(self.state.operands[name], Array)]
        return self.sheet.output((numbers or computed)[-1] if computed else None)

    def evaluation(self) -> Evaluation:
        """Return the graph with its output."""
        return Evaluation(self.values, self.output())

    def text(self) -> str:
        """Return the sheet as a file holds it: what it says about undefined names is a comment, its output is named."""
        known = set(self.state.operands)
        lines = []
        for entry in self.state.entries:
            missing = [token for each in _directives(entry) for token in undefined(each, known)]
            lines.append("# " + entry.text.lstrip() if missing else entry.text)
        if self.sheet.steps and not any(entry.directive == "of" for entry in self.state.entries):
            last = self.sheet.steps[-1].name
            output = self._output_or(last)
            lines += [f"of: {output}"] if output != last else []
        return "".join(f"{line}\n" for line in lines)

    def _output_or(self, last: str) -> str:
        try:
            return self.output()
        except WorksheetError:  # a list, of which no element is the output
            return last

    def unresolved(self) -> list[str]:
        """Return the names that directives mention and nothing defines."""
        known = set(self.state.operands)
        found = [token.text for entry in self.state.entries for each in _directives(entry)
                 for token in undefined(each, known)]  # fmt: skip
        return list(dict.fromkeys(found))

    # What changes it

    def take(self, text: str) -> Reply:
        """Take a statement or a question; raises a WorksheetError for what is wrong, and is as it was then."""
        if _asks(text):
            return Reply(self._answer(text))
        entry = read(text)
        if not entry.statements:
            if text.strip():
                self._go(replace(self.state, entries=(*self.state.entries, entry)))
            return Reply()
        if entry.steps:
            return self._define(entry)
        return self._claim(entry) if entry.directive == "check" else self._direct(entry)

    def _define(self, entry: Entry) -> Reply:
        before = self.state
        known = {name for each in before.entries for name in each.names}
        pieces = separate(entry) if known.intersection(entry.names) else [entry]
        if len(set(entry.names)) < len(entry.names):
            pieces = [entry]  # a name twice, which the sheet will refuse
        entries = list(before.entries)
        for piece in pieces:
            entries = _with(entries, piece)
        self._go(self._state(entries, entry, pieces))
        return Reply(writing.changes(before.operands, self.state.operands, entry.names))

    def _direct(self, entry: Entry) -> Reply:
        word = entry.directive
        entries = [each for each in self.state.entries if word not in REPLACED or each.directive != word]
        self._go(self._state([*entries, entry], entry, [entry]))
        missing = [token for each in _directives(entry) for token in undefined(each, self.state.operands)]
        notes = [
            f"{word}: there is no {each.text!r} yet{did_you_mean(each.text, self.sheet.leaves)}; "
            f"it counts once it is there"
            for each in missing
        ]
        return Reply("\n".join(notes), NOTED) if notes else Reply()

    def _claim(self, entry: Entry) -> Reply:
        (claim,) = (each for each in entry.statements if isinstance(each, Claim))
        try:
            verdict = judge(claim.text, sheet_subject(self.sheet, of=self.output()))
        except WorksheetError as error:
            raise claim.error(error) from None
        if not verdict:
            return Reply(f"{verdict}\n       it is not kept", WRONG)
        self._go(self._state([*self.state.entries, entry], entry, [entry]))
        return Reply(str(verdict))

    def _answer(self, text: str) -> str:
        """Compute an expression, or a derivative, without keeping it."""
        name = tidy_name(text)
        if name in self.state.operands:
            return f"{name} = {writing.value(self.state.operands[name], len(name) + 3)}{self._slope(name)}"
        if _SLOPE.search(text) and self.sheet.steps:
            subject = sheet_subject(self.sheet, of=self.output())
            side = equation(text, set(subject.here), lists=subject.lists)[0]
            return writing.number(side.value(subject.here))
        entry = _answered(text)
        try:
            state = self._state([*self.state.entries, entry], entry, [entry])
        except WorksheetError as error:
            raise _shifted(error, len(ANSWER) + 3) from None
        return writing.value(state.operands[ANSWER])

    def _slope(self, name: str) -> str:
        """Say what the output's derivative is, where there is one."""
        output = self._output_or("")
        if output in ("", name) or name not in self.values or isinstance(self.state.operands[name], Array):
            return ""
        slope = self.evaluation().gradients([name])[name]
        return f"   ∂{output}/∂{name} = {writing.number(slope)}"

    def drop(self, name: str) -> str:
        """Take out what defines a name, or the lines of a directive ("fixed:") or all claims ("check")."""
        word = name.removesuffix(":")
        if name.endswith(":") or (word == "check" and word not in self.state.operands):
            kept = [entry for entry in self.state.entries if entry.directive != word]
        else:
            tidy = tidy_name(name)
            kept = [
                each
                for entry in self.state.entries
                for each in (separate(entry) if tidy in entry.names else [entry])
                if tidy not in each.names
            ]
        if len(kept) == len(self.state.entries) and all(a is b for a, b in zip(kept, self.state.entries)):
            raise WorksheetError(f"there is no {name!r} to drop{did_you_mean(name, self.state.operands)}")
        before = self.state
        self._go(self._state(kept, None, []))
        return writing.changes(before.operands, self.state.operands, [])

    def redefine(self, texts: Iterable[str]) -> str:
        """Take several statements at once, all or none; return what changed."""
        before, entries = self.state, list(self.state.entries)
        for text in texts:
            entries = _with(entries, read(text))
        self._go(self._state(entries, None, []))
        return writing.changes(before.operands, self.state.operands, [])

    def start(self, text: str, path: str = "") -> str:
        """Begin with the text of a sheet, which is known to be right, or with none."""
        before = self.state
        self._go(
            self._state([read(chunk) for chunk in chunks(split_lines(text.rstrip("\n")))] if text else [], None, [])
        )
        self._saved, self.path = self.state.entries, path
        return writing.changes(before.operands, self.state.operands, [])

    def saved(self, path: str) -> None:
        """Note that a file has the sheet."""
        self._saved, self.path = self.state.entries, path

    def mark(self) -> Mark:
        """Remember everything, for `reset`."""
        return self.state, tuple(self._past), tuple(self._future), self._saved, self.path, self.page

    def reset(self, mark: Mark) -> None:
        """Be as at that time, as if nothing had come after it."""
        self.state, past, future, self._saved, self.path, self.page = mark
        self._past[:], self._future[:] = past, future

    def undo(self) -> str:
        """Go back to before the last change."""
        return self._back(self._past, self._future, "there is nothing to undo")

    def redo(self) -> str:
        """Take an undo back."""
        return self._back(self._future, self._past, "there is nothing to redo")

    def _back(self, source: list[State], kept: list[State], nothing: str) -> str:
        if not source:
            raise WorksheetError(nothing)
        before = self.state
        kept.append(before)
        self.state = source.pop()
        changed = writing.changes(before.operands, self.state.operands, [])
        ours, theirs = ([each.text for each in s.entries] for s in (self.state, before))
        lines = [f"gone: {text}" for text in theirs if text not in ours]
        return changed or writing.printable("; ".join(lines)) or "back"

    def _go(self, state: State) -> None:
        self._past.append(self.state)
        self._future.clear()
        self.state = state

    def _state(self, entries: Sequence[Entry], entry: Entry | None, pieces: Sequence[Entry]) -> State:
        """Make a state of entries, or say which of them is wrong, and where."""
        for piece in pieces:
            if piece.steps:
                entries = ordered(entries, piece)
        try:
            sheet = Worksheet.of_statements(placed(entries), "prompt")
        except WorksheetError:
            sheet = self._blamed(entries, entry, pieces)
        return State(tuple(entries), sheet, sheet.operands())

    def _blamed(self, entries: Sequence[Entry], entry: Entry | None, pieces: Sequence[Entry]) -> Worksheet:
        """Do it again with places that tell the entries apart."""
        try:
            return Worksheet.of_statements(placed(entries, counted=True), "prompt")
        except WorksheetError as error:
            index, line = divmod(error.line, LINES)
            blamed = entries[index]
            message = re.sub(rf"(?: in)? line \d*{'[0-9]' * 6}", " another line", error.message)
            if entry is not None and blamed is entry:
                raise WorksheetError(message, line, error.column) from None
            if any(blamed is piece for piece in pieces):  # a part of what was typed: its column there
                raise WorksheetError(message, 1, _column(entry, blamed, error.column)) from None
            shown = writing.pointed(blamed.text, line, error.column, message)
            raise WorksheetError(f"this would break another line:\n{shown}") from None


def _column(entry: Entry | None, piece: Entry, column: int) -> int:
    """Find a part's place in the line that it was cut from."""
    if entry is None:
        return 1
    value = piece.text.partition("#")[0].partition("=")[2].strip()
    start = entry.text.find(value)
    return start + 1 + max(0, column - 1 - piece.text.index(value)) if start >= 0 else 1


def _with(entries: Sequence[Entry], piece: Entry) -> list[Entry]:
    """Put a statement in the place of what has its name, or at the end."""
    changed: list[Entry] = []
    found = False
    for entry in entries:
        if not set(piece.names) & set(entry.names):
            changed.append(entry)
            continue
        for each in separate(entry):
            if not set(piece.names) & set(each.names):
                changed.append(each)
            elif not found:
                changed.append(piece)
                found = True
    return changed if found else [*changed, piece]


def _asks(text: str) -> bool:
    """Whether a line is an expression to be computed, and no statement."""
    code = " ".join(line.partition("#")[0] for line in text.split("\n"))
    if not code.strip() or begins_statement(text) or re.match(r"\s*check\s", code):
        return False
    return not _ASSIGNS.search(code)


def _answered(text: str) -> Entry:
    """Read an expression as a step that is not kept."""
    try:
        return read(f"{ANSWER} = {text}")
    except WorksheetError as error:
        if error.message.startswith("names before '='"):
            raise WorksheetError("got ','; ask for one thing, or a list [a, b]", 1, text.find(",") + 1) from None
        raise _shifted(error, len(ANSWER) + 3) from None


def _shifted(error: WorksheetError, columns: int) -> WorksheetError:
    return WorksheetError(error.message, error.line, error.column - columns * (error.line == 1))


def _directives(entry: Entry) -> list[Directive]:
    return [each for each in entry.statements if isinstance(each, Directive)]


def _values(operand: Operand) -> list[Value]:
    items = operand.items if isinstance(operand, Array) else (operand,)
    return [item for item in items if isinstance(item, Value)]
