r"""Parsing of equations, in text or LaTeX, to the formulas of their sides.

Worksheets and our own output use text: `d(E)/d(w5)`, `∂E/∂w5`, `dE/dw5`, `out(1 − out)`, `w5'`, `σ'(z)`. Notes use
LaTeX. Both are split into the same tokens, which `grammar` parses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from autograd.errors import WorksheetError
from autograd.formula import tree as f
from autograd.formula.evaluate import CONSTANTS, Array, Evaluator, Operand, resolve, shape_text, unknown_name
from autograd.formula.grammar import Instruction, Known, Parser
from autograd.formula.latex import grammar_tokens, is_latex
from autograd.formula.lexer import Token, match_bracket, tokens
from autograd.formula.symbols import CLOSING
from autograd.formula.tree import Formula

__all__ = ["equation", "spellings"]

MAX_LENGTH: Final = 20_000


def equation(
    text: str,
    names: Collection[str],
    *,
    lists: Mapping[str, Array] | None = None,
) -> list[Formula]:
    r"""Parse `left = right = …`, with `=` or `==`, into its sides.

    Parameters
    ----------
    text : str
        The equation, in text, or in LaTeX if it contains a backslash, `_{` or `^{`.
    names : collection of str
        The known quantities.
    lists : mapping of str to Array, optional
        Vectors and matrices of formulas, for `W @ x` and `sum(v)`.

    Returns
    -------
    list of Formula
        One for each non-empty side.

    Raises
    ------
    WorksheetError
        If it can't be parsed, or a name is unknown; in text, with `line` and `column`.

    Examples
    --------
    >>> left, right = equation(r"\frac{\partial e}{\partial w_{11\_2}} = (a - y)x", {"e", "w11_2", "a", "y", "x"})
    >>> left == f.partial("e", "w11_2"), right.head
    (True, '*')
    """
    if len(text) > MAX_LENGTH:
        raise WorksheetError(f"the equation has {len(text):,} characters; allowed are {MAX_LENGTH:,}")
    reader = _Reader(names, lists or {})
    if not is_latex(text):
        return [reader.formula(side) for side in _sides(list(_text_tokens(text)))]
    try:
        return [reader.formula(side) for side in _sides(grammar_tokens(text, reader.known))]
    except WorksheetError as error:  # its positions don't refer to the text
        raise WorksheetError(error.message) from None


def _text_tokens(text: str) -> Iterator[Token]:
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        yield from tokens(line, number)
    yield Token("end", "", len(lines), len(lines[-1].rstrip()) + 1)


def _sides(found: Sequence[Token]) -> Iterator[list[Token]]:
    """Split at "=" outside brackets; empty sides are dropped."""
    side: list[Token] = []
    opened: list[Token] = []
    for token in found:
        match_bracket(token, opened)
        if token.kind == "end":
            break
        if token.kind == "sign" and token.text in ("=", "==") and not opened:
            if side:
                yield side
            side = []
        else:
            side.append(token)
    if opened:
        raise opened[-1].error(f"{opened[-1].text!r} is never closed; {CLOSING[opened[-1].text]!r} is missing")
    if side:
        yield side


def spellings(names: Collection[str]) -> Known:
    """Return a function from a spelling of a name, `w_5` or `w_{5}` for w5, to the name; None for unknown ones.

    Examples
    --------
    >>> known = spellings(["w5", "a^(L)"])
    >>> known("w_5"), known("a_L"), known("b")
    ('w5', 'a^(L)', None)
    """
    spelled: dict[str, str] = {}
    for each in names:
        spelled.setdefault(_skeleton(each), each)
    return lambda name: name if name in names else spelled.get(_skeleton(name))


def _skeleton(name: str) -> str:
    return re.sub(r"[_^(){},\s\[\]]", "", unicodedata.normalize("NFC", name))


class _Reader:
    """Builds formulas from tokens, resolving names."""

    def __init__(self, names: Collection[str], lists: Mapping[str, Array]) -> None:
        self.names, self.lists = names, lists
        self.known = spellings(names)

    def _label(self, name: str) -> str | None:
        """Return the name of a quantity or of a list, of which a derivative has to name an element."""
        return self.known(name) or (name if name in self.lists else None)

    def formula(self, side: Sequence[Token]) -> Formula:
        """Parse one side."""
        last = side[-1]
        parser = Parser([*side, Token("end", "", last.line, last.end, last.end)], self._label)
        code = parser.expression()
        if parser.next.kind != "end":
            raise parser.next.error(parser.expected_operator())
        result = Evaluator(self._leaf)(resolve(code, self._is_quantity))
        if isinstance(result, Array):
            raise side[0].error(f"a side is one number, got {shape_text(result)}; name an element, as W[1,2]")
        return result if isinstance(result, Formula) else f.number(float(result))

    def _is_quantity(self, name: str) -> bool:
        return name in self.names or name in self.lists

    def _leaf(self, instruction: Instruction) -> Operand:
        name, token = instruction.name, instruction.token
        if instruction.kind == "number":
            x = instruction.number
            return f.number(x) if x < 0 else f.number(x, token.text)
        if instruction.kind == "partial":
            y, _, x_name = name[1:].partition("/∂")
            return f.partial(self._quantity(y, token), self._quantity(x_name, token))
        if instruction.kind == "updated":
            return f.name(self._quantity(name, token) + "′")
        if name not in self.names and name in self.lists:
            return self.lists[name]
        if name not in self.names and name in CONSTANTS:
            return f.PI
        return f.name(self._quantity(name, token, called=bool(instruction.takes)))

    def _quantity(self, name: str, token: Token, called: bool = False) -> str:
        if found := self.known(name):
            return found
        if array := self.lists.get(name):
            first = ",".join("1" for _ in array.shape)
            raise token.error(f"{name} is {shape_text(array)}; name an element, as {name}[{first}]")
        raise unknown_name(token, name, [*self.names, *self.lists], called)
