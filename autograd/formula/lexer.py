"""Tokens of text: numbers, names and signs, including mathematical characters (`·` `×` `−` `½` `x²` `√` `σ`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from autograd.errors import WorksheetError
from autograd.formula.symbols import CLOSING, FRACTIONS, UNICODE_SIGNS
from autograd.ops import TABLE

__all__ = ["MAX_NAME", "Token", "match_bracket", "tidy_name", "tokens"]

MAX_NAME: Final = 64

_SIGNS: Final = {
    **{sign: sign for sign in ("<=", ">=", "==", "!=", *"+-*/@^<>=(),[]|∂")},
    "**": "^",
    **UNICODE_SIGNS,
}
_PREFIXES: Final = {
    op.symbol: name
    for name, op in TABLE.items()
    if op.arity == 1 and len(op.symbol) == 1 and not op.symbol.isidentifier() and op.symbol not in _SIGNS
}
"""Signs before an operand, such as √."""
_SUBSCRIPT_DIGITS: Final = "₀₁₂₃₄₅₆₇₈₉"
_NUMBER: Final = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ASCII_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SUPERSCRIPT: Final = re.compile("⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,9}")


class Token(NamedTuple):
    """A token of text and its position, counted from 1.

    `kind` is "number", "name", "sign", "superscript", "root", "prime" or "partial" (`∂y/∂x` as one token, in LaTeX
    only); "newline" and "end" end a line and a text.
    """

    kind: str
    text: str
    line: int = 1
    column: int = 1
    end: int = 1  # the column after it

    def error(self, message: str) -> WorksheetError:
        """Return an error that points at this token."""
        return WorksheetError(message, self.line, self.column)

    def shown(self) -> str:
        """Return the token quoted for an error message."""
        ends = {"newline": "the end of the line", "end": "the end"}
        return ends.get(self.kind) or repr(self.text if len(self.text) <= MAX_NAME else self.text[:MAX_NAME] + "…")


def tidy_name(text: str) -> str:
    """Return the canonical spelling of a name, or of an element's label.

    Examples
    --------
    >>> tidy_name("W[1, 2]")
    'W[1,2]'
    """
    return text if text.isascii() and text.isidentifier() else unicodedata.normalize("NFC", re.sub(r"\s+", "", text))


def tokens(line: str, number: int = 1) -> Iterator[Token]:
    """Split one line into tokens; `#` begins a comment.

    Raises
    ------
    WorksheetError
        At an invalid character, with its position.

    Examples
    --------
    >>> [token.text for token in tokens("2·w₁² − σ(z)  # a comment")]
    ['2', '*', 'w₁', '²', '-', 'σ', '(', 'z', ')']
    """
    position = 0
    before = ""
    while position < len(line):
        character = line[position]
        if character == "#":
            return
        if character.isspace() or character == "\ufeff":
            position, before = position + 1, ""
            continue
        kind, text, end = _scan(line, position, before)
        token = Token(kind, text, number, position + 1, end + 1)
        if not kind:
            raise token.error(_unexpected(character))
        if kind == "name" and len(text) > MAX_NAME:
            raise token.error(f"the name has {len(text)} characters; allowed are {MAX_NAME}")
        yield token
        position, before = end, kind


def _scan(line: str, position: int, before: str) -> tuple[str, str, int]:
    """Return the kind, the text and the end of the token at a position; an empty kind for an invalid character."""
    character = line[position]
    if match := _NUMBER.match(line, position):
        return "number", match[0], match.end()
    if character.isidentifier():
        match = _ASCII_NAME.match(line, position)
        end = match.end() if match else position + 1
        while end < len(line) and _continues_name(line[end]):
            end += 1
        return "name", tidy_name(line[position:end]), end
    for length in (2, 1):
        piece = line[position : position + length]
        if sign := _SIGNS.get(piece):
            return "sign", sign, position + len(piece)
    if match := _SUPERSCRIPT.match(line, position):
        return "superscript", match[0], match.end()
    if character in FRACTIONS:
        return "number", character, position + 1
    if character in _PREFIXES:
        return "root", _PREFIXES[character], position + 1
    if character in "′’" or (character == "'" and before in ("name", "prime")):
        return "prime", "'", position + 1
    return "", character, position + 1


def _continues_name(character: str) -> bool:
    # Unicode allows the middle dot in identifiers; in mathematics it is a product.
    return character not in _SIGNS and (("a" + character).isidentifier() or character in _SUBSCRIPT_DIGITS)


_ADVICE: Final = {
    ".": "a name has no parts; only numbers have a point",
    **dict.fromkeys("'\"", "text in quotes has no meaning here; steps are numbers"),
    ";": "write each step on a line of its own",
    **dict.fromkeys("{}", "group with ( ), list with [ ]"),
    "&": "for 'both' multiply two comparisons",
    "!": "compare with '!='",
}


def _unexpected(character: str) -> str:
    shown = repr(character)
    if not character.isascii():
        shown += f" ({unicodedata.name(character, 'a control character')})"
    advice = _ADVICE.get(character)
    return f"unexpected character {shown}" + (f"; {advice}" if advice else "")


def match_bracket(token: Token, opened: list[Token]) -> None:
    """Push an opening bracket, or pop the one that a closing bracket matches; raise if they don't match."""
    if token.kind != "sign":
        return
    if token.text in CLOSING:
        opened.append(token)
    elif token.text in (")", "]"):
        if not opened:
            raise token.error(f"{token.text!r} closes nothing; no bracket is open here")
        last = opened.pop()
        if CLOSING[last.text] != token.text:
            raise token.error(
                f"{token.text!r} can't close the {last.text!r} of line {last.line}, column {last.column}; "
                f"expected {CLOSING[last.text]!r}"
            )
