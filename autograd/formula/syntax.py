"""The written form of a worksheet: text to tokens, tokens to steps whose expressions are flat postfix code.

A sheet is a list of lines. Each is one of

    name = expression                 a step
    name, name = expression, …        several steps
    word: text                        a directive, see `DIRECTIVES`
    check left == right               a claim about the sheet

with `#` starting a comment, and a line going on as long as a bracket is open. From loosest to tightest bind
`< <= > >= == !=` (two things at a time), `+ -`, `* / @`, the sign, `^` or `**` (from the right), then calls `f(x, y)`
and indices `W[1,2]`; `[a, b]` is a list. The signs of
paper are read too: `·` `×` `−` `÷` `≤` `½` `x²` `σ(x)`; `½(1 - y)` is a product.

Nothing here knows what a name means: that is `sheet`'s business.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from autograd.errors import WorksheetError

__all__ = [
    "DIRECTIVES",
    "Claim",
    "Directive",
    "Instruction",
    "Step",
    "Token",
    "begins_statement",
    "is_open",
    "nearest",
    "parse",
    "split_lines",
    "tidy_name",
]

MAX_BYTES: Final = 1_000_000
MAX_LINES: Final = 50_000
MAX_NAME: Final = 64
MAX_NUMBER: Final = 100
MAX_NESTING: Final = 50

DIRECTIVES: Final = {
    "title": "title: what the sheet is about",
    "inputs": "inputs: i1 i2",
    "targets": "targets: t1 t2",
    "fixed": "fixed: b1 b2",
    "rate": "rate: 0.5",
    "of": "of: E_total",
}

_OPERATORS: Final = {
    **{sign: sign for sign in ("**", "<=", ">=", "==", "!=", *"+-*/@^<>=(),[]")},
    "**": "^",
    **dict.fromkeys("·⋅×∗", "*"),
    **dict.fromkeys("−–", "-"),
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
}
_CLOSING: Final = {"(": ")", "[": "]"}
_SUPERSCRIPT_DIGITS: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_SUBSCRIPT_DIGITS: Final = "₀₁₂₃₄₅₆₇₈₉"
_FRACTIONS: Final = ("½", "⅓", "⅔", "¼", "¾", "⅛")
_ADVICE_STEP: Final = "a step is written name = expression"

_COMPARISON, _SUM, _PRODUCT = range(1, 4)
_BINARY: Final = {
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), _COMPARISON),
    **dict.fromkeys("+-", _SUM),
    **dict.fromkeys("*/@", _PRODUCT),
}
_CALLED: Final = {"+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow"}

_NUMBER: Final = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SUPERSCRIPT: Final = re.compile(f"[{_SUPERSCRIPT_DIGITS}]{{1,9}}")
_DIRECTIVE: Final = re.compile(r"[ \t]*([^\W\d]\w*)[ \t]*:")
_CLAIM: Final = re.compile(r"[ \t]*check[ \t]+(?![=,])([^#]+)")
_STEP: Final = re.compile(r"[ \t]*[^\W\d]\w*[ \t]*=(?!=)")
_ARGUMENT: Final = re.compile(r"[^\s,\[]+(?:[ \t]*\[[^\]]*\])?|\S")


class Token(NamedTuple):
    """A piece of the text and where it stands, counted from 1."""

    kind: str
    text: str
    line: int
    column: int

    def error(self, message: str) -> WorksheetError:
        """Make the error that blames this piece."""
        return WorksheetError(message, self.line, self.column)

    def shown(self) -> str:
        """Quote the piece for an error message."""
        ends = {"newline": "the end of the line", "end": "the end of the sheet"}
        return ends.get(self.kind) or repr(self.text if len(self.text) <= MAX_NAME else self.text[:MAX_NAME] + "…")


class Instruction(NamedTuple):
    """One operation of a stack machine.

    `kind` is "number" (push it), "name" (push what it means), "call" (replace the topmost `takes` by the result of
    `name`), "list" (replace them by a list of them) or "index" (replace a list and `takes` indices by what they pick).
    """

    kind: str
    name: str
    number: float
    takes: int
    token: Token


@dataclass(frozen=True)
class Step:
    """A named step: `name = expression`."""

    name: str
    code: tuple[Instruction, ...]
    token: Token


@dataclass(frozen=True)
class Directive:
    """A line `word: text` that says something about the sheet."""

    word: Token
    arguments: tuple[Token, ...]
    text: str


@dataclass(frozen=True)
class Claim:
    """A line `check left == right`, read by `derivation`."""

    text: str
    token: Token


def split_lines(text: str) -> list[str]:
    """Cut a text into lines as editors count them: at LF, CR LF and CR only."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def begins_statement(line: str) -> bool:
    """Whether a line begins a step, several of them, or a directive, so that no bracket before it can go on."""
    return bool(_DIRECTIVE.match(line) or _STEP.match(line))


def is_open(text: str) -> bool:
    """Whether a bracket is still open at the end, so that what is typed goes on in the next line.

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
            for token in _line_tokens(line, number):
                _match_bracket(token, opened)
    except WorksheetError:  # which will be said when it is read
        return False
    return bool(opened)


def nearest(name: str, known: Iterable[str]) -> str:
    """Suggest the known name that is most like a wrong one; empty when none is.

    Examples
    --------
    >>> nearest("ot_h1", ["net_h1", "out_h1"])
    "; did you mean 'out_h1'?"
    """
    spelled = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name.casefold(), spelled, n=1)
    return f"; did you mean {spelled[close[0]]!r}?" if close else ""


def tidy_name(text: str) -> str:
    """Give a name, or an element's label, the one spelling it is known by.

    Examples
    --------
    >>> tidy_name("W[1, 2]")
    'W[1,2]'
    """
    return unicodedata.normalize("NFC", re.sub(r"\s+", "", text))


def parse(text: str) -> list[Step | Directive | Claim]:
    """Read a whole sheet.

    Raises
    ------
    WorksheetError
        At the first thing that can't be read.

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
    return _Parser(list(_tokens(lines))).sheet()


def _tokens(lines: list[str]) -> Iterator[Token]:
    """Cut lines into tokens; inside brackets the end of a line is nothing."""
    opened: list[Token] = []
    for number, line in enumerate(lines, 1):
        directive = _DIRECTIVE.match(line)
        if opened and (directive or _STEP.match(line)):
            raise opened[-1].error(f"{opened[-1].text!r} is not closed before the next step, in line {number}")
        if (claim := _CLAIM.match(line)) and not opened:
            yield Token("claim", claim[1].strip(), number, claim.start(1) + 1)
            yield Token("newline", "", number, len(line) + 1)
            continue
        if directive:
            yield from _directive_tokens(line, number, directive)
            continue
        for token in _line_tokens(line, number):
            _match_bracket(token, opened)
            yield token
        if not opened:
            yield Token("newline", "", number, len(line.rstrip()) + 1)
    if opened:
        raise opened[-1].error(f"{opened[-1].text!r} is never closed; {_CLOSING[opened[-1].text]!r} is missing")
    yield Token("end", "", len(lines), len(lines[-1].rstrip()) + 1)


def _directive_tokens(line: str, number: int, match: re.Match[str]) -> Iterator[Token]:
    """Cut a line `word: …` into the word, the arguments, and an end that carries the whole text."""
    body = line.partition("#")[0]
    yield Token("directive", match[1], number, match.start(1) + 1)
    for argument in _ARGUMENT.finditer(body, match.end()):
        if argument[0] != ",":
            yield Token("argument", argument[0], number, argument.start() + 1)
    yield Token("newline", body[match.end() :].strip(), number, len(line) + 1)


def _line_tokens(line: str, number: int) -> Iterator[Token]:
    position = 0
    while position < len(line):
        character = line[position]
        if character == "#":
            return
        if character.isspace() or character == "\ufeff":
            position += 1
            continue
        kind, text, length = _scan(line, position, number)
        yield Token(kind, text, number, position + 1)
        position += length


def _scan(line: str, position: int, number: int) -> tuple[str, str, int]:
    """Find the kind, the text and the length of the piece that begins at a position."""
    character = line[position]
    if match := _NUMBER.match(line, position):
        return "number", match[0], match.end() - position
    if character.isidentifier():
        end = position + 1
        while end < len(line) and _continues_name(line[end]):
            end += 1
        name = Token("name", tidy_name(line[position:end]), number, position + 1)
        if len(name.text) > MAX_NAME:
            raise name.error(f"the name has {len(name.text)} characters; allowed are {MAX_NAME}")
        return "name", name.text, end - position
    for length in (2, 1):
        if sign := _OPERATORS.get(line[position : position + length]):
            return "operator", sign, length
    if match := _SUPERSCRIPT.match(line, position):
        return "superscript", match[0], match.end() - position
    if character in _FRACTIONS:
        return "number", character, 1
    raise Token("", character, number, position + 1).error(_unexpected(character))


def _continues_name(character: str) -> bool:
    # Unicode lets the middle dot continue an identifier; on paper it is a product.
    return character not in _OPERATORS and (("a" + character).isidentifier() or character in _SUBSCRIPT_DIGITS)


def _unexpected(character: str) -> str:
    name = unicodedata.name(character, "a control character")
    shown = repr(character) if character.isascii() else f"{character!r} ({name})"
    advice = {
        ".": "a name has no parts; only numbers have a point",
        "'": "text in quotes has no meaning here; steps are numbers",
        '"': "text in quotes has no meaning here; steps are numbers",
        ";": "write each step on a line of its own",
        "{": "group with ( ), list with [ ]",
        "}": "group with ( ), list with [ ]",
        "&": "for 'both' multiply two comparisons",
        "|": "write abs(x) for the magnitude",
        "!": "compare with '!='",
        ":": "a directive begins its line: " + ", ".join(f"'{word}:'" for word in DIRECTIVES),
    }.get(character, "a step is written name = expression")
    return f"unexpected character {shown}; {advice}"


def _match_bracket(token: Token, opened: list[Token]) -> None:
    if token.kind != "operator":
        return
    if token.text in _CLOSING:
        opened.append(token)
    elif token.text in _CLOSING.values():
        if not opened:
            raise token.error(f"{token.text!r} closes nothing; no bracket is open here")
        last = opened.pop()
        if _CLOSING[last.text] != token.text:
            raise token.error(
                f"{token.text!r} can't close the {last.text!r} of line {last.line}, column {last.column}; "
                f"expected {_CLOSING[last.text]!r}"
            )


class _Parser:
    """Precedence climbing; the depth of the recursion is bounded by `MAX_NESTING`."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._position = 0
        self._depth = 0
        self._code: list[Instruction] = []

    def sheet(self) -> list[Step | Directive | Claim]:
        statements: list[Step | Directive | Claim] = []
        while self._next.kind != "end":
            if self._next.kind == "newline":
                self._take()
            elif self._next.kind == "directive":
                statements.append(self._directive())
            elif self._next.kind == "claim":
                token = self._take()
                statements.append(Claim(token.text, token))
            else:
                statements += self._steps()
        return statements

    @property
    def _next(self) -> Token:
        return self._tokens[self._position]

    def _take(self) -> Token:
        token = self._tokens[self._position]
        self._position += 1
        return token

    def _at(self, *signs: str) -> bool:
        return self._next.kind == "operator" and self._next.text in signs

    def _directive(self) -> Directive:
        word = self._take()
        arguments = []
        while self._next.kind == "argument":
            arguments.append(self._take())
        return Directive(word, tuple(arguments), self._take().text)

    def _steps(self) -> list[Step]:
        names = [self._name()]
        while self._at(","):
            self._take()
            names.append(self._name())
        if not self._at("="):
            raise self._next.error(f"expected '=' after the name, got {self._next.shown()}; {_ADVICE_STEP}")
        self._take()
        codes = [self._whole_expression()]
        while self._at(","):
            self._take()
            codes.append(self._whole_expression())
        if self._next.kind != "newline":
            raise self._next.error(self._expected_operator())
        if len(codes) != len(names):
            raise names[0].error(f"names before '=': {len(names)}, values after it: {len(codes)}; one for each name")
        return [Step(name.text, code, name) for name, code in zip(names, codes, strict=True)]

    def _name(self) -> Token:
        token = self._take()
        if token.kind != "name":
            raise token.error(f"expected a name, got {token.shown()}; {_ADVICE_STEP}")
        return token

    def _expected_operator(self) -> str:
        before, token = self._tokens[self._position - 1], self._next
        if token.text == "," and self._depth:
            return "got ','; a list is written [a, b]"
        if token.text == "=":
            return "a second '=' in one step; one step, one '='"
        if token.kind in ("number", "name") or token.text in _CLOSING:
            missing = f"an operator is missing before {token.shown()}"
            short = len(before.text + token.text) <= MAX_NAME
            return f"{missing}; a product is written {before.text}*{token.text}" if short else missing
        return f"expected an operator or the end of the step, got {token.shown()}"

    def _whole_expression(self) -> tuple[Instruction, ...]:
        self._code = []
        self._expression()
        return tuple(self._code)

    def _emit(self, kind: str, token: Token, name: str = "", number: float = 0.0, takes: int = 0) -> None:
        self._code.append(Instruction(kind, name, number, takes, token))

    def _expression(self, floor: int = _COMPARISON) -> None:
        self._signed()
        while (level := self._binary_level()) >= floor:
            sign = self._sign()
            self._expression(level + 1)
            self._emit("call", sign, _CALLED.get(sign.text, sign.text), takes=2)
            if level == _COMPARISON and _BINARY.get(self._next.text) == _COMPARISON:
                raise self._next.error("comparisons can't be chained; write (a < b)*(b < c)")

    def _binary_level(self) -> int:
        """Tell how tightly what comes next binds two operands; 0 when it isn't such."""
        if self._next.text == "(" and self._tokens[self._position - 1].text in _FRACTIONS:
            return _PRODUCT
        return _BINARY.get(self._next.text, 0) if self._next.kind == "operator" else 0

    def _sign(self) -> Token:
        """Take an operator; `½(1 - y)` has one that isn't written."""
        return self._next._replace(text="*") if self._at("(") else self._take()

    def _signed(self) -> None:
        signs = []
        while self._at("+", "-"):
            signs.append(self._take())
        self._power()
        for sign in signs:
            if sign.text == "-":
                self._emit("call", sign, "neg", takes=1)

    def _power(self) -> None:
        self._indexed()
        while self._next.kind == "superscript":
            sign = self._take()
            self._emit("number", sign, number=float(unicodedata.normalize("NFKC", sign.text)))
            self._emit("call", sign, "pow", takes=2)
        if self._at("^"):
            sign = self._take()
            self._deeper(sign)
            self._signed()
            self._depth -= 1
            self._emit("call", sign, "pow", takes=2)

    def _indexed(self) -> None:
        self._primary()
        while self._at("["):
            bracket = self._next
            count = self._sequence("]", "an index")
            self._emit("index", bracket, takes=count)

    def _primary(self) -> None:
        token = self._take()
        if token.kind == "number":
            self._emit("number", token, number=self._number(token))
        elif token.kind == "name":
            if self._at("("):
                self._emit("call", token, token.text, takes=self._sequence(")", "an operand"))
            else:
                self._emit("name", token, token.text)
        elif token.text == "[":
            self._position -= 1
            self._emit("list", token, takes=self._sequence("]", "an element"))
        elif token.text == "(":
            self._deeper(token)
            self._expression()
            self._close(")")
        else:
            raise token.error(f"expected a number, a name or a bracket, got {token.shown()}")

    def _sequence(self, closing: str, what: str) -> int:
        """Read `(a, b, …)` or `[a, b, …]` and say how many; a comma may stand before the closing bracket."""
        opening = self._take()
        self._deeper(opening)
        if self._at(closing):
            raise self._next.error(f"{opening.text}{closing} is empty; expected {what}")
        count = 0
        while not self._at(closing):
            self._expression()
            count += 1
            if not self._at(","):
                break
            self._take()
        self._close(closing)
        return count

    def _close(self, closing: str) -> None:
        if not self._at(closing):
            raise self._next.error(self._expected_operator())
        self._take()
        self._depth -= 1

    def _deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise token.error(f"brackets and powers are nested more than {MAX_NESTING} deep; name an inner part")

    def _number(self, token: Token) -> float:
        if token.text in _FRACTIONS:
            return unicodedata.numeric(token.text)
        if len(token.text) > MAX_NUMBER:
            raise token.error(f"the number has {len(token.text)} characters; allowed are {MAX_NUMBER}")
        number = float(token.text)
        if math.isinf(number):
            raise token.error(f"the number is too large, got {token.text}; the largest is 1.797e308")
        if self._next.text.startswith(".") or (self._next.kind == "number" and self._next.column == _end(token)):
            raise self._next.error(f"the number {token.text} runs into {self._next.shown()}; a number has one point")
        return number


def _end(token: Token) -> int:
    return token.column + len(token.text)
