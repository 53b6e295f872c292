r"""LaTeX to the tokens that the grammar reads: `\frac{\partial e}{\partial w_{11\_2}}`, `\hat{y}`, `a^{(L-1)}`.

A letter with its indices is one name; letters side by side are a product where each is a quantity of its own.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from autograd.errors import WorksheetError
from autograd.formula.grammar import MAX_NESTING, Known, function_name
from autograd.formula.lexer import Token
from autograd.formula.symbols import (
    ACCENTS,
    BOLD,
    FRACTION_COMMANDS,
    FUNCTION_COMMANDS,
    LAYOUT,
    LETTERS,
    SIGNS,
    TEXT,
    UNICODE_SIGNS,
    UPRIGHT,
)

__all__ = ["Latex", "is_latex"]

_PIECE: Final = re.compile(r"\\[A-Za-z]+|\\.|[A-Za-z]+|(?:\d+\.?\d*|\.\d+)|[^\W\d_]+|\S", re.DOTALL)
_NUMBER: Final = re.compile(r"\d+\.?\d*|\.\d+")
_IGNORED: Final = {*(f"\\{each}" for each in LAYOUT), "&", "~", "\\\\", "\\\n"}
_SIGNS: Final = {
    **{c: c for c in "+-*/()<>|,="},
    **dict.fromkeys(("[", r"\{"), "("),
    **dict.fromkeys(("]", r"\}"), ")"),
    **UNICODE_SIGNS,
    **{f"\\{name}": sign for name, sign in SIGNS.items()},
}
_FRACTIONS: Final = frozenset(f"\\{each}" for each in FRACTION_COMMANDS)
_FUNCTIONS: Final = frozenset(f"\\{each}" for each in FUNCTION_COMMANDS if function_name(each))
_WORDS: Final = frozenset(f"\\{each}" for each in TEXT | UPRIGHT | BOLD)
_GREEK: Final = {f"\\{name}": letter for name, letter in LETTERS.items() if letter.isalpha()}
_ACCENTS: Final = {f"\\{name}": accent for name, accent in ACCENTS.items()}


def is_latex(text: str) -> bool:
    """Whether a text is LaTeX rather than plain."""
    return "\\" in text or "_{" in text or "^{" in text


class Latex:
    """Cuts LaTeX into tokens.

    Parameters
    ----------
    text : str
        What stands between the dollars.
    known : callable
        Returns the quantity that a spelling stands for, or None, as for `grammar.Parser`.
    """

    def __init__(self, text: str, known: Known, depth: int = 0) -> None:
        if depth > MAX_NESTING:
            raise WorksheetError(f"braces are nested more than {MAX_NESTING} deep")
        self._pieces = _PIECE.findall(text)
        self._at = 0
        self._known, self._depth = known, depth

    def tokens(self) -> list[Token]:
        """Return all tokens.

        Raises
        ------
        WorksheetError
            At a command that has no meaning here.
        """
        found: list[Token] = []
        while self._at < len(self._pieces):
            for token in self._piece():
                if token.kind == "number" and found and self._is_quantity(found[-1]):
                    found.append(Token("sign", "*"))
                found.append(token)
        return found

    def _is_quantity(self, token: Token) -> bool:
        return token.kind in ("prime", "partial") or (token.kind == "name" and not function_name(token.text))

    @property
    def _next(self) -> str:
        return self._pieces[self._at] if self._at < len(self._pieces) else ""

    def _take(self) -> str:
        piece = self._next
        self._at += 1
        return piece

    def _group(self) -> str:
        """Take what stands in braces, or one piece."""
        if self._next != "{":
            return self._take()
        depth, start = 0, self._at + 1
        while self._at < len(self._pieces):
            piece = self._take()
            depth += (piece == "{") - (piece == "}")
            if depth == 0:
                return " ".join(self._pieces[start : self._at - 1])
        raise WorksheetError("'{' is never closed")

    def _inside(self, text: str) -> list[Token]:
        return Latex(text, self._known, self._depth + 1).tokens()

    def _piece(self) -> list[Token]:
        piece = self._next
        if piece in _IGNORED:
            self._take()
            return []
        if piece in _SIGNS:
            return [Token("sign", _SIGNS[self._take()])]
        if _NUMBER.fullmatch(piece):
            return [Token("number", self._take())]
        if piece == "^":
            self._take()
            return self._raised(self._group())
        if piece == "'":
            return [Token("prime", self._take())]
        return self._command() if piece.startswith("\\") else self._word()

    def _raised(self, exponent: str) -> list[Token]:
        if exponent.strip() in (r"\prime", "'"):
            return [Token("prime", "'")]
        return [Token("sign", "^"), *self._grouped(exponent)]

    def _command(self) -> list[Token]:
        piece = self._next
        if piece in _FRACTIONS:
            self._take()
            return self._fraction(self._group(), self._group())
        if piece == r"\sqrt":
            self._take()
            return [Token("name", "sqrt"), *self._grouped(self._group())]
        if piece == r"\underbrace":
            self._take()
            tokens = self._grouped(self._group())
            if self._next == "_":
                self._take()
                self._group()  # its remark
            return tokens
        if piece in _FUNCTIONS:
            return [Token("name", self._take()[1:])]
        if piece in _GREEK or piece in _WORDS or piece in _ACCENTS:
            return self._word()
        raise WorksheetError(f"can't read {piece}")

    def _grouped(self, text: str) -> list[Token]:
        return [Token("sign", "("), *self._inside(text), Token("sign", ")")]

    def _fraction(self, above: str, below: str) -> list[Token]:
        numerator, denominator = self._differential(above), self._differential(below)
        if numerator and denominator:
            return [Token("partial", f"∂{numerator}/∂{denominator}")]
        if r"\partial" in above + below:
            raise WorksheetError(rf"can't read \frac{{{above}}}{{{below}}} as the derivative of one name by another")
        division = [*self._grouped(above), Token("sign", "/"), *self._grouped(below)]
        return [Token("sign", "("), *division, Token("sign", ")")]

    def _differential(self, text: str) -> str:
        r"""Read `\partial w_{5}` or `dw_5` as the name, or as nothing."""
        text = text.strip()
        if match := re.match(r"\\partial|\\mathrm \{ d \}|d(?=[A-Za-z\s\\{])", text):
            try:
                tokens = self._inside(text[match.end() :])
            except WorksheetError:
                return ""
            if len(tokens) == 1 and tokens[0].kind == "name":
                return tokens[0].text
        return ""

    def _word(self) -> list[Token]:
        """Read a name with its indices, or several letters side by side."""
        piece = self._take()
        if piece == "{":
            self._at -= 1
            inner = self._group()
            if self._next not in ("_", "^") or len(_PIECE.findall(inner)) != 1:
                return self._inside(inner) if inner.strip() else []
            piece = inner.strip()
        elif piece in _WORDS:
            piece = re.sub(r"\s+", "", self._group()).replace("\\_", "_")
            if not re.fullmatch(r"[^\W\d]\w*", piece):
                return []  # a remark
        elif piece in _ACCENTS:
            piece = unicodedata.normalize("NFC", self._group().strip() + _ACCENTS[piece])
        piece = _GREEK.get(piece, piece)
        if not re.fullmatch(r"[^\W\d]\w*[\u0300-\u036f]?", piece):
            raise WorksheetError(f"can't read {piece!r}")
        return self._indexed(piece)

    def _indexed(self, base: str) -> list[Token]:
        lower = upper = ""
        while self._next in ("_", "^"):
            if self._next == "_":
                self._take()
                lower += ("_" if lower else "") + _index(self._group())
                continue
            back = self._at
            self._take()
            raised = self._group()
            if not (match := re.fullmatch(r"\s*\(\s*([A-Za-z]\w*(?:\s*[-+]\s*\d+)?|\d+)\s*\)\s*", raised)):
                self._at = back
                break
            upper = re.sub(r"\s", "", match[1])
        name = base + ("_" if lower and not (len(base) == 1 and lower[0].isdigit()) else "") + lower
        name += f"_{upper}" if upper.isdigit() else f"^({upper})" if upper else ""
        return self._named(name, base, bool(lower or upper))

    def _named(self, name: str, base: str, has_index: bool) -> list[Token]:
        if function_name(name):
            return [Token("name", name)]
        found = self._known(name)
        if found or has_index or len(base) == 1:
            return [Token("name", found or name)]
        letters = [self._known(letter) for letter in base]
        return [Token("name", each) for each in letters if each] if all(letters) else [Token("name", name)]


def _index(text: str) -> str:
    text = re.sub(r"\\(?:text|mathrm|textrm)\b", "", text.replace("\\_", "_"))
    return re.sub(r"[\s{}\\]", "", text)
