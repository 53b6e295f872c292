"""The lines of an interactive worksheet: parsed one by one, split, and ordered by dependency."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Final

from autograd.errors import WorksheetError
from autograd.formula.lexer import Token, tidy_name
from autograd.worksheet.lines import (
    DIRECTIVES,
    Claim,
    Directive,
    Statement,
    Step,
    begins_statement,
    is_open,
    parse,
    split_lines,
)

__all__ = [
    "Entry",
    "Statement",
    "breaks_off",
    "chunks",
    "is_command",
    "ordered",
    "placed",
    "read",
    "refuse_controls",
    "separate",
    "undefined",
]

NAMELESS: Final = ("rate", "title")  # directives whose arguments are not names


@dataclass(frozen=True)
class Entry:
    """One statement of a sheet as typed, possibly several lines; or a comment, or an empty line.

    Attributes
    ----------
    text : str
        Its lines.
    statements : tuple of Step, Directive or Claim
        The parsed statements; lines are counted from the entry's first.
    """

    text: str
    statements: tuple[Statement, ...]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Its steps: several if it defines several names at once."""
        return tuple(each for each in self.statements if isinstance(each, Step))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names that it defines."""
        return tuple(step.name for step in self.steps)

    @cached_property
    def directive(self) -> str:
        """The word of a directive, "check" for a claim, else the empty string."""
        for each in self.statements:
            if isinstance(each, (Directive, Claim)):
                return each.word.text if isinstance(each, Directive) else "check"
        return ""

    @cached_property
    def claim(self) -> Claim | None:
        """Its claim, if it is one."""
        return next((each for each in self.statements if isinstance(each, Claim)), None)

    @cached_property
    def uses(self) -> dict[str, Token]:
        """The names that its steps use, at their first occurrence, except those that it defines before."""
        found: dict[str, Token] = {}
        before: set[str] = set()
        for step in self.steps:
            for instruction in step.code:
                if instruction.kind in ("name", "euler") and instruction.name not in before:
                    found.setdefault(instruction.name, instruction.token)
            before.add(step.name)
        return found


def read(text: str) -> Entry:
    """Parse one statement.

    Raises
    ------
    WorksheetError
        If it can't be parsed; lines are counted from the entry's first.

    Examples
    --------
    >>> read("w, b = 0.8, x  # two").names, list(read("w, b = 0.8, x").uses)
    (('w', 'b'), ['x'])
    """
    return Entry(text, tuple(parse(text)))


_HOSTILE: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def refuse_controls(text: str) -> None:
    """Reject control characters and lone surrogates, which no statement, path or answer may contain.

    Raises
    ------
    WorksheetError
        With the position.
    """
    for number, line in enumerate(split_lines(text), 1):
        if match := _HOSTILE.search(line):
            raise WorksheetError(f"unexpected character {match[0]!r}; lines are UTF-8 text", number, match.start() + 1)


def chunks(lines: Iterable[str]) -> Iterator[str]:
    r"""Split lines into statements, commands, comments and empty lines; a statement continues while a bracket is open.

    Examples
    --------
    >>> list(chunks(["x = [1,", " 2]", "", "y = (3", "z = 4"]))
    ['x = [1,\n 2]', '', 'y = (3', 'z = 4']
    """
    pending: list[str] = []
    for line in lines:
        if pending and breaks_off(line):
            yield "\n".join(pending)
            pending = []
        pending.append(line)
        if is_command(line) or not is_open("\n".join(pending)):
            yield "\n".join(pending)
            pending = []
    if pending:
        yield "\n".join(pending)


def is_command(line: str) -> bool:
    """Return whether a line is a command; no line of a worksheet begins with a colon."""
    return line.lstrip().startswith(":")


def breaks_off(line: str) -> bool:
    """Return whether a line can't continue what was typed before it, although a bracket is open."""
    return begins_statement(line) or is_command(line) or line.lstrip().startswith("check ")


def separate(entry: Entry) -> list[Entry]:
    """Split `w, b = 0.8, 0.1` into a statement for each name.

    Examples
    --------
    >>> [each.text for each in separate(read("u, v = [1, 2], max(3, 4)  # both"))]
    ['u = [1, 2]  # both', 'v = max(3, 4)']
    """
    if len(entry.names) < 2:
        return [entry]
    lines = [line.partition("#") for line in split_lines(entry.text)]
    _, values = re.split("=", " ".join(line for line, _, _ in lines), maxsplit=1)
    depth, parts = 0, [""]
    for character in values:
        depth += (character in "([") - (character in ")]")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    comment = "".join(f"  #{text}" for _, sign, text in lines if sign)
    texts = [f"{name} = {' '.join(part.split())}" for name, part in zip(entry.names, parts, strict=True)]
    return [read(text + comment * (i == 0)) for i, text in enumerate(texts)]


def undefined(directive: Directive, known: Iterable[str]) -> list[Token]:
    """Return the arguments of a directive that name nothing yet."""
    if directive.word.text in NAMELESS or directive.word.text not in DIRECTIVES:
        return []
    names = set(known)
    return [each for each in directive.arguments if tidy_name(each.text).partition("[")[0] not in names]


def placed(entries: Sequence[Entry], *, counted: bool = False) -> list[Statement]:
    """Return the statements of a whole sheet; directives without undefined names.

    Parameters
    ----------
    entries : sequence of Entry
        In order.
    counted : bool
        Whether each position has as its line 1000000 times the entry's index plus the line in the entry: needed for
        errors, but slower.
    """
    known = {name for entry in entries for name in entry.names}
    statements: list[Statement] = []
    for index, entry in enumerate(entries):
        for each in entry.statements:
            if isinstance(each, Directive) and (missing := undefined(each, known)):
                if len(missing) == len(each.arguments):
                    continue
                each = replace(each, arguments=tuple(a for a in each.arguments if a not in missing))
            statements.append(_moved(each, index * LINES) if counted else each)
    return statements


LINES: Final = 1_000_000


def _moved(statement: Statement, lines: int) -> Statement:
    def moved(token: Token) -> Token:
        return token._replace(line=token.line + lines)

    if isinstance(statement, Directive):
        arguments = tuple(moved(each) for each in statement.arguments)
        return replace(statement, word=moved(statement.word), arguments=arguments)
    if isinstance(statement, Claim):
        return replace(statement, token=moved(statement.token))
    code = tuple(each._replace(token=moved(each.token)) for each in statement.code)
    return replace(statement, code=code, token=moved(statement.token))


def ordered(entries: Sequence[Entry], changed: Entry) -> list[Entry]:
    """Move what uses a name below its definition, keeping the order otherwise.

    Parameters
    ----------
    entries : sequence of Entry
        Of which only `changed` may use a name that is defined below it.
    changed : Entry
        One of them, to which a cycle is attributed.

    Raises
    ------
    WorksheetError
        If a quantity would depend on itself.

    Examples
    --------
    >>> entries = [read("a = 2*b"), read("c = a"), read("b = 1")]
    >>> [each.text for each in ordered(entries, entries[0])]
    ['b = 1', 'a = 2*b', 'c = a']
    """
    home = {name: index for index, entry in enumerate(entries) for name in entry.names}
    needs = [{home[name] for name in entry.uses if name in home} - {i} for i, entry in enumerate(entries)]
    if all(each < index for index, need in enumerate(needs) for each in need):
        return list(entries)
    sorter = TopologicalSorter(dict(enumerate(needs)))
    try:
        sorter.prepare()
    except CycleError:
        raise _circle(entries, changed, home) from None
    order: list[int] = []
    ready: list[int] = []
    while sorter.is_active():
        for index in sorter.get_ready():
            heapq.heappush(ready, index)
        order.append(heapq.heappop(ready))
        sorter.done(order[-1])
    return [entries[index] for index in order]


def _circle(entries: Sequence[Entry], changed: Entry, home: Mapping[str, int]) -> WorksheetError:
    """Return the error for a cycle, at the name in the input with which it begins."""
    for name, token in changed.uses.items():
        if name not in home:
            continue
        came: dict[str, str] = {name: ""}
        queue = [name]
        for each in queue:  # it grows during the loop
            if each in changed.names:
                way = [each]
                while came[way[-1]]:
                    way.append(came[way[-1]])
                path = " → ".join(way)
                return token.error(f"{each!r} would depend on itself: {path} → {each}; give it another name")
            for further in entries[home[each]].uses:
                if further in home and further not in came:
                    came[further] = each
                    queue.append(further)
    return changed.steps[0].token.error(f"{changed.names[0]!r} would depend on itself; give it another name")
