"""A worksheet that is edited statement by statement, with undo and redo."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from autograd._common.text import did_you_mean
from autograd.claims.judge import judge
from autograd.claims.sheets import sheet_subject
from autograd.engine.backend import Value
from autograd.errors import WorksheetError
from autograd.formula.evaluate import CONSTANTS, Array, Operand
from autograd.formula.grammar import function_name
from autograd.formula.lexer import tidy_name
from autograd.prompt import writing
from autograd.prompt.entries import LINES, Entry, chunks, ordered, placed, read, separate, undefined
from autograd.worksheet import Evaluation, Worksheet
from autograd.worksheet.lines import Claim, Directive, begins_statement, split_lines

__all__ = ["ENDED", "FINE", "NOTED", "REFUSED", "WRONG", "EditableSheet", "Reply", "State"]

FINE, NOTED, WRONG, REFUSED, ENDED = "fine", "noted", "wrong", "refused", "ended"
REPLACED: Final = ("title", "rate", "of")  # directives that occur once in a sheet
ANSWER: Final = "_answer_"
_ASSIGNS: Final = re.compile(r"(?<![<>=!])=(?!=)")
_SLOPE: Final = re.compile(r"\bd\s*\(|∂|′|'|(?<![^\W\d])d\w+\s*/\s*d\w")


@dataclass(frozen=True)
class Reply:
    """The answer to a line.

    Attributes
    ----------
    text : str
        To be printed.
    kind : str
        "fine"; "noted", if a directive names something not yet defined;
        "wrong", if a check failed; "refused", if nothing has changed; "ended", by `:quit`.
    shown : object
        What a notebook displays and a terminal opens: a Drawing, an Explorer, a Derivation.
    """

    text: str = ""
    kind: str = FINE
    shown: Any = None


@dataclass(frozen=True)
class State:
    """A snapshot of a sheet, immutable.

    Attributes
    ----------
    entries : tuple of Entry
        Its lines.
    sheet : Worksheet
        The parsed sheet.
    operands : dict of str to operand
        The value of every step.
    pending : frozenset of str
        Names that directives mention but nothing defines yet.
    """

    entries: tuple[Entry, ...] = ()
    sheet: Worksheet = field(default_factory=lambda: Worksheet.of_statements([], "prompt"))
    operands: dict[str, Operand] = field(default_factory=dict)
    pending: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The text of its lines."""
        return "".join(f"{entry.text}\n" for entry in self.entries)


Past: TypeAlias = tuple[tuple[Entry, ...], int]  # entries, and their number
Mark: TypeAlias = tuple[State, tuple[Past, ...], tuple[Past, ...], tuple[Entry, ...], str, str]


class EditableSheet:
    """The statements of a session, their graph, and the history of earlier states."""

    def __init__(self) -> None:
        self.state = State()
        self.path = ""
        self.page = ""
        self._past: list[Past] = []
        self._future: list[Past] = []
        self._saved: tuple[Entry, ...] = ()

    # Contents

    @property
    def sheet(self) -> Worksheet:
        """The current worksheet."""
        return self.state.sheet

    @property
    def unsaved(self) -> bool:
        """Whether there are steps that are not saved in a file."""
        return self.state.entries != self._saved and any(entry.statements for entry in self.state.entries)

    @property
    def values(self) -> dict[str, Value]:
        """Every quantity by its label."""
        return {value.label: value for operand in self.state.operands.values() for value in _values(operand)}

    def output(self) -> str:
        """Return the output: what `of:` names, else the last computed number, else the last step."""
        if any(entry.directive == "of" for entry in self.state.entries):
            return self.sheet.output()
        computed = [step.name for step in self.sheet.steps if any(each.kind == "name" for each in step.code)]
        numbers = [name for name in computed if not isinstance(self.state.operands[name], Array)]
        return self.sheet.output((numbers or computed)[-1] if computed else None)

    def evaluation(self) -> Evaluation:
        """Return the graph with its output."""
        return Evaluation(self.values, self.output())

    def text(self) -> str:
        """Return the sheet as saved in a file: directives with undefined names are comments, its output is named."""
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
        """Return the names that directives mention but nothing defines."""
        return list(dict.fromkeys(_pending(self.state.entries, self.state.operands)))

    # Changes

    def take(self, text: str) -> Reply:
        """Enter a statement or a question; raise a WorksheetError, and change nothing, if it is wrong."""
        if _asks(text):
            return self._answer(text)
        entry = read(text)
        if not entry.statements:
            if text.strip():
                self._go(replace(self.state, entries=(*self.state.entries, entry)))
            return Reply()
        if entry.steps:
            return self._define(entry)
        return self._claim(entry, claim) if (claim := entry.claim) else self._direct(entry)

    def _define(self, entry: Entry) -> Reply:
        before = self.state
        if (state := self._appended(entry)) is not None:
            self._go(state)
            return Reply(writing.changes({}, {name: state.operands[name] for name in entry.names}, entry.names))
        known = {name for each in before.entries for name in each.names}
        pieces = separate(entry) if known.intersection(entry.names) else [entry]
        if len(set(entry.names)) < len(entry.names):
            pieces = [entry]  # a repeated name, which the sheet will reject
        entries = list(before.entries)
        for piece in pieces:
            entries = _with(entries, piece)
        self._go(self._state(entries, entry, pieces))
        return Reply(writing.changes(before.operands, self.state.operands, entry.names))

    def _appended(self, entry: Entry) -> State | None:
        """Return the state with new steps appended, without recomputing the others; None if that isn't enough.

        It isn't if a step's name exists already, or has another meaning in an earlier statement.
        """
        state = self.state
        if any(
            name in state.pending or name in CONSTANTS or name == "e" or function_name(name) for name in entry.names
        ):
            return None
        try:
            sheet, operands = state.sheet.extended(entry.steps, state.operands)
        except WorksheetError:  # evaluating the whole sheet gives the position
            return None
        return State((*state.entries, entry), sheet, operands, state.pending)

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

    def _claim(self, entry: Entry, claim: Claim) -> Reply:
        try:
            verdict = judge(claim.text, sheet_subject(self.sheet, of=self.output()))
        except WorksheetError as error:
            raise claim.error(error) from None
        if not verdict:
            return Reply(f"{verdict}\n       it is not kept", WRONG)
        self._go(self._state([*self.state.entries, entry], entry, [entry]))
        return Reply(str(verdict))

    def _answer(self, text: str) -> Reply:
        """Compute an expression or a derivative, or judge an equation with derivatives, without keeping it."""
        name = tidy_name(text)
        if name in self.state.operands:
            return Reply(f"{name} = {writing.value(self.state.operands[name], len(name) + 3)}{self._slope(name)}")
        if _SLOPE.search(text) and self.sheet.steps:
            subject = sheet_subject(self.sheet, of=self.output())
            sides = subject.sides(text)
            if not sides:  # only a comment of LaTeX
                raise WorksheetError("expected an expression", 1, 1)
            if len(sides) > 1:
                verdict = judge(text, subject)
                return Reply(str(verdict)) if verdict else Reply(str(verdict), WRONG)
            return Reply(writing.number(sides[0].value(subject.here)))
        entry = _answered(text)
        try:
            _, operands = self.sheet.extended(entry.steps, self.state.operands)
        except WorksheetError as error:
            raise _shifted(error, len(ANSWER) + 3) from None
        return Reply(writing.value(operands[ANSWER]))

    def _slope(self, name: str) -> str:
        """Return the text of the output's derivative, if there is one."""
        output = self._output_or("")
        if output in ("", name) or name not in self.values or isinstance(self.state.operands[name], Array):
            return ""
        slope = self.evaluation().gradients([name])[name]
        return f"   ∂{output}/∂{name} = {writing.number(slope)}"

    def drop(self, name: str) -> str:
        """Remove the definition of a name, or the lines of a directive ("fixed:"), or all claims ("check")."""
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
        """Enter several statements at once, all or none; return what changed."""
        before, entries = self.state, list(self.state.entries)
        for text in texts:
            entries = _with(entries, read(text))
        self._go(self._state(entries, None, []))
        return writing.changes(before.operands, self.state.operands, [])

    def start(self, text: str, path: str = "") -> str:
        """Begin with the text of a validated sheet, or with none."""
        before = self.state
        entries = [read(chunk) for chunk in chunks(split_lines(text.rstrip("\n")))] if text else []
        self._go(self._state(entries, None, []))
        self._saved, self.path = self.state.entries, path
        return writing.changes(before.operands, self.state.operands, [])

    def as_if_typed(self) -> None:
        """Let `undo` remove the statements one by one, as if they had been typed."""
        entries = self.state.entries
        self._past[:] = [(entries, i) for i, entry in enumerate(entries) if entry.statements]

    def saved(self, path: str) -> None:
        """Note that the sheet was saved to a file."""
        self._saved, self.path = self.state.entries, path

    def mark(self) -> Mark:
        """Return the complete state, for `reset`."""
        return self.state, tuple(self._past), tuple(self._future), self._saved, self.path, self.page

    def reset(self, mark: Mark) -> None:
        """Restore a state returned by `mark`."""
        self.state, past, future, self._saved, self.path, self.page = mark
        self._past[:], self._future[:] = past, future

    def undo(self) -> str:
        """Undo the last change."""
        return self._back(self._past, self._future, "there is nothing to undo")

    def redo(self) -> str:
        """Redo an undone change."""
        return self._back(self._future, self._past, "there is nothing to redo")

    def _back(self, source: list[Past], kept: list[Past], nothing: str) -> str:
        if not source:
            raise WorksheetError(nothing)
        before = self.state
        entries, count = source[-1]
        self.state = self._state(entries[:count], None, [])
        source.pop()
        kept.append((before.entries, len(before.entries)))
        changed = writing.changes(before.operands, self.state.operands, [])
        ours, theirs = ([each.text for each in s.entries] for s in (self.state, before))
        lines = [f"gone: {text}" for text in theirs if text not in ours]
        return changed or writing.printable("; ".join(lines)) or "back"

    def _go(self, state: State) -> None:
        self._past.append((self.state.entries, len(self.state.entries)))
        self._future.clear()
        self.state = state

    def _state(self, entries: Sequence[Entry], entry: Entry | None, pieces: Sequence[Entry]) -> State:
        """Make a state of entries, or raise an error for the wrong one, with its position."""
        for piece in pieces:
            if piece.steps:
                entries = ordered(entries, piece)
        try:
            sheet = Worksheet.of_statements(placed(entries), "prompt")
        except WorksheetError:
            sheet = self._blamed(entries, entry, pieces)
        operands = sheet.operands()
        return State(tuple(entries), sheet, operands, frozenset(_pending(entries, operands)))

    def _blamed(self, entries: Sequence[Entry], entry: Entry | None, pieces: Sequence[Entry]) -> Worksheet:
        """Do it again with positions that distinguish the entries."""
        try:
            return Worksheet.of_statements(placed(entries, counted=True), "prompt")
        except WorksheetError as error:
            index, line = divmod(error.line, LINES)
            blamed = entries[index]
            message = re.sub(rf"(?: in)? line \d*{'[0-9]' * 6}", " another line", error.message)
            if entry is not None and blamed is entry:
                raise WorksheetError(message, line, error.column) from None
            if any(blamed is piece for piece in pieces):  # a part of the input: its column there
                raise WorksheetError(message, 1, _column(entry, blamed, error.column)) from None
            shown = writing.pointed(blamed.text, line, error.column, message)
            raise WorksheetError(f"this would break another line:\n{shown}") from None


def _column(entry: Entry | None, piece: Entry, column: int) -> int:
    """Return a part's position in the line from which it was split."""
    if entry is None:
        return 1
    value = piece.text.partition("#")[0].partition("=")[2].strip()
    start = entry.text.find(value)
    return start + 1 + max(0, column - 1 - piece.text.index(value)) if start >= 0 else 1


def _with(entries: Sequence[Entry], piece: Entry) -> list[Entry]:
    """Replace the statement that defines the same name, or append one."""
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
    """Return whether a line is an expression to be computed rather than a statement."""
    code = " ".join(line.partition("#")[0] for line in text.split("\n"))
    if not code.strip() or begins_statement(text) or re.match(r"\s*check\s", code):
        return False
    return not _ASSIGNS.search(code)


def _answered(text: str) -> Entry:
    """Parse an expression as a step that is not kept."""
    try:
        return read(f"{ANSWER} = {text}")
    except WorksheetError as error:
        if error.message.startswith("names before '='"):
            raise WorksheetError("got ','; ask for one thing, or a list [a, b]", 1, text.find(",") + 1) from None
        raise _shifted(error, len(ANSWER) + 3) from None


def _shifted(error: WorksheetError, columns: int) -> WorksheetError:
    return WorksheetError(error.message, error.line, error.column - columns * (error.line == 1))


def _pending(entries: Iterable[Entry], operands: Mapping[str, Operand]) -> Iterator[str]:
    """Yield the names that directives mention but nothing defines."""
    for entry in entries:
        for each in _directives(entry):
            for token in undefined(each, operands):
                yield token.text


def _directives(entry: Entry) -> list[Directive]:
    return [each for each in entry.statements if isinstance(each, Directive)]


def _values(operand: Operand) -> list[Value]:
    items = operand.items if isinstance(operand, Array) else (operand,)
    return [item for item in items if isinstance(item, Value)]
