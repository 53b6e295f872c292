"""The lines of a worksheet: steps, directives, claims and comments.

Each line is one of

    name = expression                 a step
    name, name = expression, …        several steps
    word: text                        a directive, see `DIRECTIVES`
    check left == right               a claim about the sheet

with `#` starting a comment, and a line continuing while a bracket is open. Expressions are those of
`autograd.formula.grammar`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from autograd.errors import WorksheetError
from autograd.formula.grammar import Instruction, Parser
from autograd.formula.lexer import Token, match_bracket, tokens
from autograd.formula.symbols import CLOSING

__all__ = [
    "DIRECTIVES",
    "MAX_BYTES",
    "Claim",
    "Directive",
    "Statement",
    "Step",
    "begins_statement",
    "is_open",
    "parse",
    "split_lines",
]

MAX_BYTES: Final = 1_000_000
MAX_LINES: Final = 50_000

DIRECTIVES: Final = {
    "title": "title: what the sheet is about",
    "inputs": "inputs: i1 i2",
    "targets": "targets: t1 t2",
    "fixed": "fixed: b1 b2",
    "rate": "rate: 0.5",
    "of": "of: E_total",
}

_ADVICE: Final = "a step is written name = expression"
_DIRECTIVE: Final = re.compile(r"[ \t]*([^\W\d]\w*)[ \t]*:")
_CLAIM: Final = re.compile(r"[ \t]*check[ \t]+(?![=,])([^#]+)")
_STEP: Final = re.compile(r"[ \t]*[^\W\d]\w*[ \t]*=(?!=)")
_ARGUMENT: Final = re.compile(r"[^\s,\[]+(?:[ \t]*\[[^\]]*\])?|\S")


@dataclass(frozen=True)
class Step:
    """A named step, `name = expression`, its expression in postfix order."""

    name: str
    code: tuple[Instruction, ...]
    token: Token


@dataclass(frozen=True)
class Directive:
    """A line `word: text` with settings of the sheet."""

    word: Token
    arguments: tuple[Token, ...]
    text: str


@dataclass(frozen=True)
class Claim:
    """A line `check left == right`, judged by `autograd.claims`."""

    text: str
    token: Token

    def error(self, error: WorksheetError) -> WorksheetError:
        """Return an error that points into the sheet, from one whose position is relative to the claim."""
        line, column = max(error.line, 1), max(error.column, 1)
        return WorksheetError(error.message, self.token.line + line - 1, self.token.column + column - 1)


Statement = Step | Directive | Claim


def split_lines(text: str) -> list[str]:
    """Split a text into lines as editors count them: at LF, CR LF and CR only."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def begins_statement(line: str) -> bool:
    """Return whether a line begins a step or a directive, so that no open bracket can continue into it."""
    return bool(_DIRECTIVE.match(line) or _STEP.match(line))


def is_open(text: str) -> bool:
    """Return whether a bracket is still open at the end, so that input continues on the next line.

    Examples
    --------
    >>> is_open("W = [[1, 2],"), is_open("W = [1, 2]  # ["), is_open("E = )")
    (True, False, False)
    """
    opened: list[Token] = []
    try:
        for number, line in enumerate(split_lines(text), 1):
            if not opened and (_DIRECTIVE.match(line) or _CLAIM.match(line)):
                continue
            for token in tokens(line, number):
                match_bracket(token, opened)
    except WorksheetError:  # reported when the statement is parsed
        return False
    return bool(opened)


def parse(text: str) -> list[Statement]:
    """Parse a whole sheet.

    Raises
    ------
    WorksheetError
        At the first error.

    Examples
    --------
    >>> step, = parse("E = (a - y)^2 / 2")
    >>> step.name, [instruction.name or instruction.number for instruction in step.code]
    ('E', ['a', 'y', 'sub', 2.0, 'pow', 2.0, 'div'])
    """
    if len(text) > MAX_BYTES:
        raise WorksheetError(f"the sheet has {len(text):,} characters; allowed are {MAX_BYTES:,}")
    lines = split_lines(text)
    if len(lines) > MAX_LINES:
        raise WorksheetError(f"the sheet has {len(lines):,} lines; allowed are {MAX_LINES:,}")
    statements: list[Statement] = []
    pending: list[Token] = []
    opened: list[Token] = []
    for number, line in enumerate(lines, 1):
        directive = _DIRECTIVE.match(line)
        if opened and (directive or _STEP.match(line)):
            raise opened[-1].error(f"{opened[-1].text!r} is not closed before the next step, in line {number}")
        if not opened and (claim := _CLAIM.match(line)):
            token = Token("claim", claim[1].strip(), number, claim.start(1) + 1)
            statements.append(Claim(token.text, token))
        elif directive:
            statements.append(_directive(line, number, directive))
        else:
            for token in tokens(line, number):
                match_bracket(token, opened)
                pending.append(token)
            if pending and not opened:
                statements += _steps(pending, number, line)
                pending = []
    if opened:
        raise opened[-1].error(f"{opened[-1].text!r} is never closed; {CLOSING[opened[-1].text]!r} is missing")
    return statements


def _directive(line: str, number: int, match: re.Match[str]) -> Directive:
    """Split a line `word: …` into the word, the arguments and the whole text."""
    body = line.partition("#")[0]
    arguments = [
        Token("argument", each[0], number, each.start() + 1)
        for each in _ARGUMENT.finditer(body, match.end())
        if each[0] != ","
    ]
    word = Token("directive", match[1], number, match.start(1) + 1)
    return Directive(word, tuple(arguments), body[match.end() :].strip())


def _steps(line_tokens: list[Token], number: int, line: str) -> Iterator[Step]:
    """Parse the tokens of `name, name = expression, expression`."""
    end = len(line.rstrip()) + 1
    parser = Parser([*line_tokens, Token("newline", "", number, end, end)])
    names = [_name(parser)]
    while parser.at(","):
        parser.take()
        names.append(_name(parser))
    if not parser.at("="):
        raise parser.next.error(f"expected '=' after the name, got {parser.next.shown()}; {_ADVICE}")
    parser.take()
    codes = [parser.expression()]
    while parser.at(","):
        parser.take()
        codes.append(parser.expression())
    if parser.next.kind != "newline":
        raise parser.next.error(parser.expected_operator())
    if len(codes) != len(names):
        raise names[0].error(f"names before '=': {len(names)}, values after it: {len(codes)}; one for each name")
    for name, code in zip(names, codes, strict=True):
        yield Step(name.text, code, name)


def _name(parser: Parser) -> Token:
    token = parser.take()
    if token.kind != "name":
        raise token.error(f"expected a name, got {token.shown()}; {_ADVICE}")
    return token
