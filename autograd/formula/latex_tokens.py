r"""Tokenisation of LaTeX into a tree of tokens with their positions in the text.

Braces become groups and environments become tables of rows and cells, so that later steps can't split a formula inside
one. Layout commands (`\big`, `\color{red}`, `\label{…}`, spacing) are dropped, a note's own macros are expanded, and
Unicode characters of formulas (∂, σ, ₁, ², ·) are read as the equivalent commands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, NamedTuple

from autograd.errors import WorksheetError
from autograd.formula.grammar import MAX_NESTING
from autograd.formula.symbols import ACCENTS, FRACTIONS, LAYOUT, LETTERS, TEXT

__all__ = ["Macro", "Token", "macros", "plain", "tokens", "written"]

MAX_EXPANSIONS: Final = 2_000


@dataclass(frozen=True)
class Token:
    r"""A token of a formula.

    `kind` is "letter", "number", "sign", "command" (`text` without the backslash), "group" or "table"; `rows` holds a
    group's tokens as its only cell, or a table's cells by rows. `start` and `end` are offsets in the text.
    """

    kind: str
    text: str
    start: int
    end: int
    rows: tuple[tuple[tuple[Token, ...], ...], ...] = ()

    @property
    def inner(self) -> tuple[Token, ...]:
        """The tokens between a group's braces; any other token itself."""
        return self.rows[0][0] if self.kind == "group" else (self,)

    def is_sign(self, *texts: str) -> bool:
        """Return whether it is one of the given signs."""
        return self.kind == "sign" and self.text in texts

    def is_command(self, *texts: str) -> bool:
        """Return whether it is one of the given commands."""
        return self.kind == "command" and self.text in texts


class Macro(NamedTuple):
    """A macro that the note defines: its number of arguments and its body."""

    arguments: int
    body: str


_PIECE: Final = re.compile(
    r"(?P<comment>%[^\n]*)"
    r"|(?P<command>\\(?:(?:tag|[hv]space|operatorname|newcommand|DeclareMathOperator)\*|[A-Za-z]+|.))"
    r"|(?P<number>(?:\d{1,3}(?:\{,\}\d{3})+(?!\d)|\d+(?:\.\d+|\.(?=\s*[-+*)\]](?!\.)))?|\.\d+)(?:[eE][-+]?\d+(?![A-Za-z]))?)"
    r"|(?P<dots>\.\.\.)"
    r"|(?P<space>[\s~]+)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
_DROPPED: Final = LAYOUT | {"dpi", "bg_white"}
_SPACING: Final = frozenset(("quad", "qquad", "hfill"))
_WITH_ARGUMENT: Final = frozenset((
    "label", "tag", "tag*", "color", "hspace", "hspace*", "vspace", "vspace*", "phantom", "vphantom", "hphantom",
    "kern", "mspace", "eqref", "ref", "cite", "require", "class", "cssId", "style", "htmlClass", "htmlId", "rlap",
    "llap", "textcolor", "colorbox", "mathcolor", "raisebox", "footnote", "href",
))  # fmt: skip
_WRAPPERS: Final = frozenset((
    "boxed", "mathop", "mathbin", "mathrel", "mathord", "mathopen", "mathclose", "mathpunct", "fbox", "cancel",
    "bcancel", "xcancel", "ensuremath", "bbox", "mathstrut", "smash", "mathchoice", "displaylines", "emph",
    "underline", "overbracket", "substack",
))  # fmt: skip
_LAYOUTS: Final = frozenset((
    "aligned", "align", "align*", "alignat", "alignat*", "split", "equation", "equation*", "gather", "gather*",
    "gathered", "eqnarray", "eqnarray*", "multline", "multline*", "flalign", "flalign*", "alignedat", "math",
    "displaymath", "subequations", "dmath", "dmath*",
))  # fmt: skip
_UNICODE: Final = {
    **dict.fromkeys("·⋅∙•", "cdot"), **dict.fromkeys("×✕", "times"), "÷": "div", "∂": "partial", "𝜕": "partial",
    "∇": "nabla",
    "∑": "sum", "Σ": "sum", "∏": "prod", "√": "sqrt", "∞": "infty", "≈": "approx", "≃": "approx", "≅": "approx",
    "≡": "equiv",
    "≤": "le", "≥": "ge", "≠": "ne", "∈": "in", "∀": "forall", "∝": "propto", "→": "to", "⟶": "to", "⇒": "Rightarrow",
    "⟹": "Rightarrow", "←": "leftarrow", "⟵": "leftarrow", "⊙": "odot", "∘": "circ", "⊗": "otimes", "⊤": "top",
    "ᵀ": "TRANSPOSED",
    "…": "dots", "⋯": "dots", "⋮": "vdots", "≔": "coloneqq", "′": "prime", "‖": "Vert", "∴": "therefore",
    "∵": "because",
    "∗": "ast", "∆": "Delta", "ℓ": "ell", "∥": "Vert", "⊺": "top", "≜": "triangleq", "↦": "mapsto",
}  # fmt: skip
_ALIASES: Final = {
    "part": "partial", "bigtriangleup": "Delta", "triangle": "Delta", "vartriangle": "Delta", "lbrace": "{",
    "rbrace": "}", "hadamard": "odot", "circledcirc": "odot", "bigodot": "odot",
}  # fmt: skip
_INVISIBLE: Final = frozenset("\u200b\u200c\u200d\u2060\u2061\u2062\ufeff\u00ad")
_WIDE: Final = {
    "：": ":",
    "，": ",",
    "。": ".",
    "；": ";",
    "（": "(",
    "）": ")",
    "＝": "=",
    "、": ",",
    "＋": "+",
    "！": "!",
}
_SCRIPTS: Final = {"<super>": "raised", "<sub>": "lowered"}
_MINUS: Final = dict.fromkeys("−–—﹣－", "-")
_GREEK: Final = {letter: name for name, letter in reversed(LETTERS.items()) if "GREEK" in unicodedata.name(letter)}
_COMBINING: Final = {mark: name for name, mark in reversed(ACCENTS.items())}


def macros(text: str) -> dict[str, Macro]:
    r"""Find the macros that a text defines with `\newcommand`, `\def` or `\DeclareMathOperator`.

    Examples
    --------
    >>> macros(r"\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}")["pd"].arguments
    2
    """
    found = {}
    for match in _DEFINITION.finditer(text):
        end = _closing(text, match.end() - 1)
        if end < 0:
            continue
        name = (match["name"] or match["plain"]).lstrip("\\")
        body = text[match.end() : end]
        count = int(match["count"] or 0) or len(re.findall(r"#\d", match["hashes"] or ""))
        found[name] = Macro(count, rf"\operatorname{{{body}}}" if "Operator" in match["how"] else body)
    return found


_DEFINITION: Final = re.compile(
    r"\\(?P<how>(?:re)?newcommand|providecommand|g?def|DeclareMathOperator)\*?\s*(?:\{(?P<name>\\[A-Za-z]+)\}|(?P<plain>\\[A-Za-z]+))"
    r"(?P<hashes>(?:#\d)*)\s*(?:\[(?P<count>\d)\])?\s*\{"
)


def _closing(text: str, at: int) -> int:
    """Return the position where the brace at `at` is closed, or −1; definitions are short."""
    depth = 0
    for place in range(at, min(len(text), at + 2_000)):
        if text[place - 1 : place] != "\\":
            depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return place
    return -1


def tokens(text: str, own: Mapping[str, Macro] | None = None, start: int = 0) -> tuple[Token, ...]:
    r"""Split LaTeX into a tree of tokens.

    Parameters
    ----------
    text : str
        The formula, without the dollars around it.
    own : mapping of str to Macro, optional
        Macros to expand.
    start : int
        The offset of the text in the note.

    Raises
    ------
    WorksheetError
        When braces or environments do not match, or nest too deeply.

    Examples
    --------
    >>> [each.text for each in tokens(r"a_{1} \cdot \left( x + 2.5 \right)")]
    ['a', '_', '', 'cdot', '(', 'x', '+', '2.5', ')']
    """
    return _Builder(own or {}).build(text, start)


class _Builder:
    """Builds the tree with a stack of open groups and environments."""

    def __init__(self, own: Mapping[str, Macro]) -> None:
        self.own = own
        self.expansions = 0

    def build(self, text: str, start: int, fixed: tuple[int, int] | None = None) -> tuple[Token, ...]:
        pieces = list(self._pieces(text, start, fixed))
        pieces = list(self._expanded(pieces))
        return _nested(pieces)

    def _pieces(self, text: str, start: int, fixed: tuple[int, int] | None) -> Iterator[Token]:
        for match in _PIECE.finditer(text):
            kind = match.lastgroup or ""
            if kind == "comment":
                continue
            begin, end = fixed or (start + match.start(), start + match.end())
            yield from _piece(kind, match[0], begin, end)

    def _expanded(self, pieces: list[Token]) -> Iterator[Token]:
        """Replace the note's macros by their expansions, at the position of the call."""
        waiting = pieces[::-1]
        while waiting:
            piece = waiting.pop()
            macro = self.own.get(piece.text) if piece.kind == "command" else None
            if macro is None:
                yield piece
                continue
            self.expansions += 1
            if self.expansions > MAX_EXPANSIONS:
                raise WorksheetError(f"more than {MAX_EXPANSIONS:,} macros are expanded")
            arguments = [_argument(waiting) for _ in range(macro.arguments)]
            body = list(self._pieces(macro.body.replace("#", "\x01"), 0, (piece.start, piece.end)))
            waiting.extend(reversed(list(_filled(body, arguments))))


def _filled(body: Sequence[Token], arguments: Sequence[Sequence[Token]]) -> Iterator[Token]:
    """Substitute the arguments of a macro for #1, #2 and so on."""
    marked = False
    for piece in body:
        if marked and piece.kind == "number":
            first, rest = int(piece.text[0]), piece.text[1:]
            yield from arguments[first - 1] if first <= len(arguments) else ()
            if rest:
                yield replace(piece, text=rest)
        elif piece.text != "\x01":
            yield piece
        marked = piece.text == "\x01"


def _argument(waiting: list[Token]) -> list[Token]:
    while waiting and waiting[-1].kind == "space":
        waiting.pop()
    if not waiting:
        return []
    taken = [waiting.pop()]
    if taken[0].text == "{":
        depth = 1
        while waiting and depth:
            piece = waiting.pop()
            depth += (piece.text == "{") - (piece.text == "}")
            taken.append(piece)
    return taken


def _piece(kind: str, text: str, begin: int, end: int) -> Iterator[Token]:
    """Yield a piece as a flat token; Unicode is read as the equivalent command."""
    if kind == "command":
        if text == "\\_":
            yield Token("sign", "_", begin, end)
        else:
            yield Token("command", _ALIASES.get(text[1:], text[1:]), begin, end)
    elif text in _INVISIBLE:
        return
    elif text in _WIDE:
        yield Token("sign", _WIDE[text], begin, end)
    elif kind == "dots":
        yield Token("command", "dots", begin, end)
    elif kind in ("number", "space"):
        yield Token(kind, text.replace("{,}", ""), begin, end)
    elif text in _UNICODE:
        yield Token("command", _UNICODE[text], begin, end)
    elif text in FRACTIONS:
        value = Fraction(unicodedata.numeric(text)).limit_denominator(10)
        for sort, piece in zip(
            ("sign", "number", "sign", "number", "sign"),
            ("(", str(value.numerator), "/", str(value.denominator), ")"),
            strict=True,
        ):
            yield Token(sort, piece, begin, end)
    elif (place := _SCRIPTS.get(unicodedata.decomposition(text).partition(" ")[0])) is not None:
        plain_text = unicodedata.normalize("NFKC", text)
        yield Token(place, _MINUS.get(plain_text, plain_text), begin, end)
    elif text in _GREEK:
        yield Token("command", _GREEK[text], begin, end)
    elif text in _COMBINING:
        yield Token("accent", _COMBINING[text], begin, end)
    elif text.isalpha():
        yield from _letter(text, begin, end)
    else:
        yield Token("sign", _MINUS.get(text, text), begin, end)


def _letter(text: str, begin: int, end: int) -> Iterator[Token]:
    base, *marks = list(unicodedata.normalize("NFD", text))
    simple = unicodedata.normalize("NFKC", base)  # 𝑤 is w
    if len(simple) == 1 and simple in _GREEK:
        yield from _piece("sign", simple, begin, end)
    else:
        yield Token("letter", simple if len(simple) == 1 else base, begin, end)
    for mark in marks:
        if mark in _COMBINING:
            yield Token("accent", _COMBINING[mark], begin, end)


@dataclass
class _Open:
    """A group or environment that is still open."""

    kind: str
    name: str
    start: int
    rows: list[list[list[Token]]]
    marks: int = 0
    """Alignment marks in the row so far: every second one separates equations in one row."""

    @classmethod
    def new(cls, kind: str, name: str, start: int) -> _Open:
        return cls(kind, name, start, [[[]]])

    def add(self, token: Token) -> None:
        self.rows[-1][-1].append(token)

    def closed(self, end: int) -> Token:
        rows = tuple(tuple(tuple(cell) for cell in row) for row in self.rows)
        return Token(self.kind, self.name, self.start, end, rows)


def _nested(pieces: Sequence[Token]) -> tuple[Token, ...]:
    """Nest flat tokens into groups and tables."""
    stack = [_Open.new("group", "", 0)]
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        at += 1
        if piece.text == "{" and piece.kind == "sign":
            stack.append(_Open.new("group", "", piece.start))
            _check_depth(stack)
        elif piece.text == "}" and piece.kind == "sign":
            if stack[-1].kind != "group" or len(stack) == 1:
                raise WorksheetError("a closing brace has no opening one")
            closed = stack.pop().closed(piece.end)
            stack[-1].add(closed)
        elif piece.is_command("begin", "end"):
            name, at = _environment(pieces, at)
            _begin_or_end(stack, piece, name)
        elif piece.is_command("\\", "cr", "newline") or (piece.is_sign("&")):
            at = _next_cell(stack, piece, pieces, at)
        elif piece.kind in ("lowered", "raised"):
            at = _scripts(stack[-1], pieces, at - 1)
        elif piece.is_command(*TEXT):
            at = _words(stack[-1], piece, pieces, at)
        elif piece.is_command(*_WITH_ARGUMENT):
            begin, at = at, _skipped_argument(pieces, at)
            if piece.is_command("hspace", "hspace*") and _is_wide("".join(each.text for each in pieces[begin:at])):
                stack[-1].add(Token("command", "quad", piece.start, pieces[at - 1].end))
        elif piece.is_command("left", "right") and at < len(pieces) and pieces[at].is_sign("."):
            at += 1
        elif not _is_dropped(piece):
            stack[-1].add(piece)
    if len(stack) > 1:
        raise WorksheetError("a brace is never closed" if stack[-1].kind == "group" else f"{stack[-1].name} never ends")
    return tuple(stack[0].rows[0][0])


def _is_wide(length: str) -> bool:
    """Return whether a space, such as `{0.5in}`, separates statements as a quad does."""
    found = re.search(r"([\d.]+)\s*(em|in|cm|mm|pt|ex)", length)
    units = {"em": 1.0, "in": 7.2, "cm": 2.8, "mm": 0.28, "pt": 0.1, "ex": 0.43}
    return found is not None and found[1].count(".") < 2 and float(found[1].strip(".") or 0) * units[found[2]] >= 0.9


def _is_dropped(piece: Token) -> bool:
    if piece.kind == "space":
        return "\n" not in piece.text and len(piece.text) < 3
    if piece.is_command(*_SPACING):
        return False
    return piece.kind == "command" and (piece.text in _DROPPED or piece.text in _WRAPPERS or piece.text.isspace())


def _check_depth(stack: Sequence[_Open]) -> None:
    if len(stack) > MAX_NESTING:
        raise WorksheetError(f"braces are nested more than {MAX_NESTING} deep")


def _environment(pieces: Sequence[Token], at: int) -> tuple[str, int]:
    r"""Read the name in braces after `\begin` or `\end`, skipping a column specification."""
    name = ""
    while at < len(pieces) and pieces[at].kind == "space":
        at += 1
    if at < len(pieces) and pieces[at].text == "{":
        at += 1
        while at < len(pieces) and pieces[at].text != "}":
            name += pieces[at].text
            at += 1
        at += 1
    return name, at


def _begin_or_end(stack: list[_Open], piece: Token, name: str) -> None:
    if piece.text == "begin":
        stack.append(_Open.new("table", name, piece.start))
        _check_depth(stack)
    elif stack[-1].kind == "table" and stack[-1].name == name:
        closed = stack.pop().closed(piece.end)
        stack[-1].add(_without_columns(closed))
    else:
        raise WorksheetError(f"\\end{{{name}}} has no \\begin before it")


def _without_columns(table: Token) -> Token:
    """Remove the column specification, `{cc|c}`, at the beginning of an array."""
    first = table.rows[0][0]
    if len(first) > 3 and first[0].is_sign("[") and first[2].is_sign("]") and first[3].kind == "group":
        first = first[3:]  # the position of `array[t]{cc}`
    if table.text in ("array", "tabular", "alignedat", "alignat", "alignat*") and first and first[0].kind == "group":
        rows = ((first[1:], *table.rows[0][1:]), *table.rows[1:])
        return Token(table.kind, table.text, table.start, table.end, rows)
    return table


def _next_cell(stack: list[_Open], piece: Token, pieces: Sequence[Token], at: int) -> int:
    top = stack[-1]
    if piece.text == "&":
        if top.kind == "table" and top.name not in _LAYOUTS:
            top.rows[-1].append([])
        elif top.kind == "table" or len(stack) == 1:
            top.marks += 1
            if top.marks % 2 == 0 and "array" not in top.name:
                top.add(Token("command", "qquad", piece.start, piece.end))
        return at
    if at < len(pieces) and pieces[at].is_sign("["):  # the skip of `\\[2pt]`
        end = next((place for place in range(at, min(at + 8, len(pieces))) if pieces[place].is_sign("]")), -1)
        at = end + 1 if end > 0 else at
    top.marks = 0
    if top.kind == "table":
        top.rows.append([[]])
    else:
        top.add(Token("command", "\\", piece.start, piece.end))
    return at


def _scripts(into: _Open, pieces: Sequence[Token], at: int) -> int:
    """Combine ₁₂ or ⁻¹ into one index or exponent."""
    kind, start = pieces[at].kind, pieces[at].start
    inner: list[Token] = []
    while at < len(pieces) and pieces[at].kind == kind:
        piece = pieces[at]
        sort = "number" if piece.text.isdigit() else "letter" if piece.text.isalpha() else "sign"
        if inner and inner[-1].kind == sort == "number":
            inner[-1] = replace(inner[-1], text=inner[-1].text + piece.text, end=piece.end)
        else:
            inner.append(Token(sort, piece.text, piece.start, piece.end))
        at += 1
    into.add(Token("sign", "_" if kind == "lowered" else "^", start, start))
    into.add(Token("group", "", start, pieces[at - 1].end, ((tuple(inner),),)))
    return at


def _words(into: _Open, command: Token, pieces: Sequence[Token], at: int) -> int:
    r"""Read the words of `\text{…}` as one token."""
    if at >= len(pieces) or pieces[at].text != "{":
        into.add(command)
        return at
    depth, text, start = 0, "", at
    while at < len(pieces):
        piece = pieces[at]
        depth += (piece.text == "{") - (piece.text == "}")
        if depth == 0:
            break
        if at > start:
            text += ("\\" if piece.kind == "command" and piece.text.isalpha() else "") + piece.text
        at += 1
    into.add(Token("words", text, command.start, pieces[min(at, len(pieces) - 1)].end))
    return at + 1


def _skipped_argument(pieces: Sequence[Token], at: int) -> int:
    while at < len(pieces) and pieces[at].kind == "space":
        at += 1
    if at < len(pieces) and pieces[at].text == "{":
        depth = 0
        while at < len(pieces):
            depth += (pieces[at].text == "{") - (pieces[at].text == "}")
            at += 1
            if depth == 0:
                break
    return at


def plain(row: Sequence[Token]) -> list[Token]:
    """Remove spaces."""
    return [each for each in row if each.kind != "space" and not each.is_command(*_SPACING)]


def written(row: Sequence[Token]) -> str:
    r"""Return the text of tokens without their structure, for labels: `\\text{out}_1` is "out_1"."""
    text = ""
    for each in row:
        if each.kind in ("group", "table"):
            text += ",".join(written(cell) for cells in each.rows for cell in cells)
        elif each.kind != "space":
            text += each.text
    return text.strip()


def is_layout(token: Token) -> bool:
    """Return whether a table only arranges equations in rows."""
    return token.kind == "table" and token.text in _LAYOUTS
