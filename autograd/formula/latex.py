r"""Conversion of LaTeX to the tokens of the grammar: `\frac{\partial e}{\partial w_{11\_2}}`, `\hat{y}`, `a^{(L-1)}`.

A letter with its indices is one name; adjacent letters are a product if each is a quantity.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from autograd.errors import WorksheetError
from autograd.formula import latex_tokens as tex
from autograd.formula.grammar import Known, function_name
from autograd.formula.lexer import Token
from autograd.formula.symbols import ACCENTS, BOLD, FRACTION_COMMANDS, FUNCTION_COMMANDS, LETTERS, SIGNS, UPRIGHT

__all__ = ["grammar_tokens", "is_latex"]

_SIGNS: Final = {**{c: c for c in "+-*/()<>|,="}, "[": "(", "]": ")"}
_COMMANDS: Final = {**SIGNS, "{": "(", "}": ")"}
_FUNCTIONS: Final = frozenset(filter(function_name, FUNCTION_COMMANDS))
_FONTS: Final = UPRIGHT | BOLD


def is_latex(text: str) -> bool:
    """Return whether a text is LaTeX rather than plain."""
    return "\\" in text or "_{" in text or "^{" in text


def grammar_tokens(text: str, known: Known) -> list[Token]:
    r"""Convert a formula in LaTeX to the tokens of the plain grammar.

    Parameters
    ----------
    text : str
        The formula, without the dollars around it.
    known : callable
        Returns the quantity that a spelling stands for, or None, as for `grammar.Parser`.

    Raises
    ------
    WorksheetError
        At an unsupported command.

    Examples
    --------
    >>> [each.text for each in grammar_tokens(r"\frac{\partial E}{\partial w_{5}} = 2w_5", lambda name: name)]
    ['∂E/∂w5', '=', '2', 'w5']
    """
    return _Reader(tex.tokens(text), known).tokens()


class _Reader:
    """Reads a row of LaTeX tokens from left to right; groups are read by nested readers."""

    def __init__(self, row: Sequence[tex.Token], known: Known) -> None:
        self.row, self.known, self.at = tex.plain(row), known, 0

    def tokens(self) -> list[Token]:
        found: list[Token] = []
        while self.at < len(self.row):
            for token in self.token():
                if token.kind == "number" and found and _is_quantity(found[-1]):
                    found.append(Token("sign", "*"))
                found.append(token)
        return found

    def inside(self, row: Sequence[tex.Token]) -> list[Token]:
        return _Reader(row, self.known).tokens()

    def grouped(self, row: Sequence[tex.Token]) -> list[Token]:
        return [Token("sign", "("), *self.inside(row), Token("sign", ")")]

    def follows(self, *signs: str) -> bool:
        return self.at < len(self.row) and self.row[self.at].is_sign(*signs)

    def group(self) -> Sequence[tex.Token]:
        """Read the contents of braces, or one token."""
        if self.at == len(self.row):
            raise WorksheetError("a group is missing at the end")
        self.at += 1
        return tex.plain(self.row[self.at - 1].inner)

    def token(self) -> list[Token]:
        token = self.row[self.at]
        self.at += 1
        if token.kind == "number":
            return [Token("number", token.text)]
        if token.is_sign("'") or token.is_command("prime"):
            return [Token("prime", "'")]
        if token.is_sign("^"):
            return self.raised(self.group())
        if token.kind == "sign" and token.text in _SIGNS:
            return [Token("sign", _SIGNS[token.text])]
        if token.is_sign(".") and self.at > 1 and self.row[self.at - 2].kind == "number":  # `5.`
            return []
        if token.kind == "command":
            return self.command(token.text)
        if token.kind == "group" and not (len(tex.plain(token.inner)) == 1 and self.follows("_", "^")):
            return (self.grouped if self.follows("^") else self.inside)(token.inner)
        return self.name(token)

    def raised(self, exponent: Sequence[tex.Token]) -> list[Token]:
        if exponent and all(each.is_sign("'") or each.is_command("prime") for each in exponent):
            return [Token("prime", "'") for _ in exponent]
        return [Token("sign", "^"), *self.grouped(exponent)]

    def command(self, text: str) -> list[Token]:
        if text in FRACTION_COMMANDS:
            return self.fraction(self.group(), self.group())
        if text == "sqrt":
            return [Token("name", "sqrt"), *self.grouped(self.group())]
        if text == "underbrace":
            tokens = self.grouped(self.group())
            if self.follows("_"):
                self.at += 1
                self.group()  # a remark
            return tokens
        if text in _FUNCTIONS:
            return [Token("name", text)]
        if text in _COMMANDS:
            return [Token("sign", _COMMANDS[text])]
        if text == "\\":
            return []
        if text in LETTERS or text in _FONTS or text in ACCENTS:
            return self.name(self.row[self.at - 1])
        raise WorksheetError(f"can't read \\{text}")

    def fraction(self, above: Sequence[tex.Token], below: Sequence[tex.Token]) -> list[Token]:
        numerator, denominator = self.differential(above), self.differential(below)
        if numerator and denominator:
            return [Token("partial", f"∂{numerator}/∂{denominator}")]
        if any(each.is_command("partial") for each in (*above, *below)):
            shown = rf"\frac{{{tex.written(above)}}}{{{tex.written(below)}}}"
            raise WorksheetError(f"can't read {shown} as the derivative of one name by another")
        division = [*self.grouped(above), Token("sign", "/"), *self.grouped(below)]
        return [Token("sign", "("), *division, Token("sign", ")")]

    def differential(self, row: Sequence[tex.Token]) -> str:
        r"""Read `\partial w_{5}` or `dw_5` as the name, or return nothing."""
        upright = len(row) > 1 and row[0].is_command("mathrm") and tex.written(row[1].inner) == "d"
        rest = row[2 if upright else 1 :]
        if rest and (upright or row[0].is_command("partial") or (row[0].kind == "letter" and row[0].text == "d")):
            try:
                tokens = self.inside(rest)
            except WorksheetError:
                return ""
            if len(tokens) == 1 and tokens[0].kind == "name":
                return tokens[0].text
        return ""

    def name(self, token: tex.Token) -> list[Token]:
        """Read a name with its indices, or several adjacent letters."""
        if token.kind == "words" or (token.kind == "command" and token.text in _FONTS):
            words = token.text if token.kind == "words" else tex.written(self.group())
            base = re.sub(r"\s+", "", words)
            if not re.fullmatch(r"[^\W\d]\w*", base):
                return []  # a remark
        elif token.kind == "command" and token.text in ACCENTS:
            base = _spelled(self.group()) + ACCENTS[token.text]
        elif token.kind == "letter":
            base = token.text
            while self.at < len(self.row) and self._goes_on(self.row[self.at]):
                base += self.row[self.at].text
                self.at += 1
        else:
            base = _spelled(token.inner)
        if self.at < len(self.row) and self.row[self.at].kind == "accent":
            base += ACCENTS[self.row[self.at].text]
            self.at += 1
        base = unicodedata.normalize("NFC", base)
        if not re.fullmatch(r"[^\W\d]\w*[\u0300-\u036f]?", base):
            raise WorksheetError(f"can't read {base or token.text!r}")
        return self.indexed(base)

    def _goes_on(self, token: tex.Token) -> bool:
        """Return whether a letter directly follows the one before it."""
        return token.kind == "letter" and token.start == self.row[self.at - 1].end

    def indexed(self, base: str) -> list[Token]:
        lower = upper = ""
        while self.follows("_", "^"):
            back = self.at
            self.at += 1
            script = _spelled(self.group())
            if self.row[back].is_sign("_"):
                lower += ("_" if lower else "") + script
                continue
            if not (match := re.fullmatch(r"\(([^\W\d_]\w*(?:[-+]\d+)?|\d+)\)", script)):
                self.at = back
                break
            upper = match[1]
        name = base + ("_" if lower and not (len(base) == 1 and lower[0].isdigit()) else "") + lower
        name += f"_{upper}" if upper.isdigit() else f"^({upper})" if upper else ""
        return self.named(name, base, bool(lower or upper))

    def named(self, name: str, base: str, has_index: bool) -> list[Token]:
        if function_name(name):
            return [Token("name", name)]
        found = self.known(name)
        if found or has_index or len(base) == 1:
            return [Token("name", found or name)]
        letters = [self.known(letter) for letter in base]
        return [Token("name", each) for each in letters if each] if all(letters) else [Token("name", name)]


def _is_quantity(token: Token) -> bool:
    return token.kind in ("prime", "partial") or (token.kind == "name" and not function_name(token.text))


def _spelled(row: Sequence[tex.Token]) -> str:
    """Return the characters of an index or of a letter, including commands for letters."""
    if any(each.kind == "table" for each in row):
        raise WorksheetError("a matrix can't be part of a name")
    letters = (
        LETTERS.get(each.text, "") if each.kind == "command" else _spelled(each.inner) if each.rows else each.text
        for each in row
    )
    return re.sub(r"\s", "", "".join(letters))
