r"""Reading formulas as people write them, in text and in LaTeX, into `Formula`s.

Text is what worksheets and our own output have: `d(E)/d(w5)`, `∂E/∂w5`, `out(1 − out)`, `w5'`, `σ'(z)`. LaTeX is what
notes have: `\frac{\partial e}{\partial w_{11\_2}}`, `\frac{dC}{dw_2}`, `\underbrace{…}_{…}`, `a^{(L-1)}`. Both are cut
into the same tokens, which one parser reads; what stands side by side is multiplied.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from typing import Final, NamedTuple

from autograd.errors import WorksheetError
from autograd.formula import tree as f
from autograd.formula.tree import Formula
from autograd.ops import TABLE

__all__ = ["equation", "is_latex"]

MAX_LENGTH: Final = 20_000
MAX_NESTING: Final = 40

Resolve = Callable[[str], str]

_FUNCTIONS: Final = {
    **{name: name for name in TABLE},
    **{op.symbol: name for name, op in TABLE.items() if op.symbol.isidentifier()},
    "max": "max",
    "min": "min",
}
_SIGNS: Final = {
    **{c: c for c in "+-*/^()<>|,="},
    "**": "^",
    "==": "=",
    "<=": "<=",
    ">=": ">=",
    "!=": "!=",
    **dict.fromkeys("·⋅×∗", "*"),
    **dict.fromkeys("−–", "-"),
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "[": "(",
    "]": ")",
}
_NUMBER: Final = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_NAME: Final = re.compile(r"[^\W\d][\w\u0300-\u036f]*(?:\[\s*\d+\s*(?:,\s*\d+\s*)?\])?")
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_FRACTIONS: Final = "½⅓⅔¼¾⅛"


class Token(NamedTuple):
    """A piece: "number", "name", "sign", "prime", or "formula", one read already."""

    kind: str
    text: str
    formula: Formula = f.ONE


def is_latex(text: str) -> bool:
    """Whether a text is LaTeX rather than plain."""
    return "\\" in text or "_{" in text or "^{" in text


def equation(
    text: str,
    names: Collection[str] | None = None,
    *,
    latex: bool | None = None,
    labelled: dict[str, Formula] | None = None,
) -> list[Formula]:
    r"""Read `left = right = …` into its sides.

    Parameters
    ----------
    text : str
        The equation, in text or in LaTeX.
    names : collection of str, optional
        The quantities there are; without, any name is taken for one.
    latex : bool, optional
        Which of the two it is; else found out.
    labelled : dict of str to Formula, optional
        Takes up what stands over the names of underbraces.

    Raises
    ------
    WorksheetError
        Where it can't be read, or a name is unknown.

    Examples
    --------
    >>> left, right = equation(r"\frac{\partial e}{\partial w_{11\_2}} = (a - y)x", {"e", "w11_2", "a", "y", "x"})
    >>> left == f.partial("e", "w11_2"), right.head
    (True, '*')
    """
    if len(text) > MAX_LENGTH:
        raise WorksheetError(f"the equation has {len(text):,} characters; allowed are {MAX_LENGTH:,}")
    resolve = _resolver(names)
    typeset = is_latex(text) if latex is None else latex
    reader = _Latex(text, resolve, names)
    tokens = reader.tokens() if typeset else list(_plain(text, resolve))
    if labelled is not None and typeset:
        labelled.update({label: _Parser(inner, names).whole() for label, inner in reader.labels.items()})
    return [_Parser(side, names).whole() for side in _sides(tokens)]


def _sides(tokens: list[Token]) -> Iterator[list[Token]]:
    """Cut at "=" outside brackets; sides that are empty, as at the end of a line that goes on, are none."""
    side: list[Token] = []
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")") if token.kind == "sign" else 0
        if token == Token("sign", "=") and depth == 0:
            if side:
                yield side
            side = []
        else:
            side.append(token)
    if side:
        yield side


def _resolver(names: Collection[str] | None) -> Resolve:
    """Find the name that is meant: as written, or with its index in another spelling (`w_5` for w5)."""
    if names is None:
        return lambda name: name
    spelled: dict[str, str] = {}
    for each in names:
        spelled.setdefault(_skeleton(each), each)
    return lambda name: name if name in names else spelled.get(_skeleton(name), name)


def _skeleton(name: str) -> str:
    return re.sub(r"[_^(){},\s\[\]]", "", unicodedata.normalize("NFC", name))


# Text


def _plain(text: str, resolve: Resolve) -> Iterator[Token]:
    text = text.replace("′", "'").replace("**", "^")
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
        elif match := _PARTIAL.match(text, position) or _DIFFERENTIAL.match(text, position):
            yield Token("formula", match[0], f.partial(resolve(_tidy(match[1])), resolve(_tidy(match[2]))))
            position = match.end()
        elif match := _NUMBER.match(text, position):
            yield Token("number", match[0])
            position = match.end()
        elif match := _NAME.match(text, position):
            yield Token("name", resolve(_tidy(match[0])) if match[0] not in _FUNCTIONS else match[0])
            position = match.end()
        else:
            token, position = _sign(text, position)
            yield from token


_INNER: Final = _NAME.pattern
_PARTIAL: Final = re.compile(rf"∂\s*({_INNER})\s*/\s*∂\s*({_INNER})")
_DIFFERENTIAL: Final = re.compile(rf"\bd\(\s*({_INNER})\s*\)\s*/\s*d\(\s*({_INNER})\s*\)")


def _tidy(name: str) -> str:
    return unicodedata.normalize("NFC", re.sub(r"\s", "", name))


def _sign(text: str, position: int) -> tuple[list[Token], int]:
    character = text[position]
    if character == "'":
        return [Token("prime", "'")], position + 1
    if character in _FRACTIONS:
        return [Token("number", character)], position + 1
    if match := re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+").match(text, position):
        power = match[0].translate(_RAISED)
        return [*_brackets(Token("sign", "^"), _plain(power, str))], match.end()
    for length in (2, 1):
        if sign := _SIGNS.get(text[position : position + length]):
            return [Token("sign", sign)], position + length
    raise WorksheetError(f"unexpected character {character!r} in {_short(text)}")


def _brackets(before: Token, inner: Iterator[Token] | list[Token]) -> list[Token]:
    return [before, Token("sign", "("), *inner, Token("sign", ")")]


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")


# LaTeX

_PIECE: Final = re.compile(r"\\[A-Za-z]+|\\.|[A-Za-z]+|(?:\d+\.?\d*|\.\d+)|[^\W\d_]+|\S", re.DOTALL)
_SPACES: Final = {
    *(r"\quad", r"\qquad", r"\,", r"\;", r"\:", r"\!", r"\ ", "&", "~", "\\\\", "\\\n"),
    *(r"\left", r"\right", r"\displaystyle", r"\big", r"\Big", r"\limits", r"\nonumber"),
}
_LATEX_SIGNS: Final = {
    **dict.fromkeys((r"\cdot", r"\times", r"\ast"), "*"),
    r"\div": "/",
    **dict.fromkeys((r"\le", r"\leq"), "<="),
    **dict.fromkeys((r"\ge", r"\geq"), ">="),
    r"\lt": "<",
    r"\gt": ">",
    r"\ne": "!=",
    r"\{": "(",
    r"\}": ")",
}
_WORDS: Final = {r"\text", r"\mathrm", r"\operatorname", r"\textrm", r"\mathit", r"\mathbf", r"\mathcal"}
_GREEK: Final = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ", "lambda": "λ",
    "mu": "μ", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω", "chi": "χ", "psi": "ψ", "pi": "π",
}  # fmt: skip
_ACCENTS: Final = {r"\hat": "\u0302", r"\bar": "\u0304", r"\tilde": "\u0303", r"\dot": "\u0307"}


class _Latex:
    """Cuts LaTeX into tokens."""

    def __init__(self, text: str, resolve: Resolve, names: Collection[str] | None, depth: int = 0) -> None:
        if depth > MAX_NESTING:
            raise WorksheetError(f"braces are nested more than {MAX_NESTING} deep")
        self.pieces = _PIECE.findall(text)
        self.at = 0
        self.resolve, self.names, self.depth = resolve, names, depth
        self.labels: dict[str, list[Token]] = {}

    @property
    def next(self) -> str:
        return self.pieces[self.at] if self.at < len(self.pieces) else ""

    def take(self) -> str:
        piece = self.next
        self.at += 1
        return piece

    def group(self) -> str:
        """Take what stands in braces, or one piece."""
        if self.next != "{":
            return self.take()
        depth, start = 0, self.at + 1
        while self.at < len(self.pieces):
            piece = self.take()
            depth += (piece == "{") - (piece == "}")
            if depth == 0:
                return " ".join(self.pieces[start : self.at - 1])
        raise WorksheetError("'{' is never closed")

    def inside(self, text: str) -> list[Token]:
        inner = _Latex(text, self.resolve, self.names, self.depth + 1)
        tokens = inner.tokens()
        self.labels.update(inner.labels)
        return tokens

    def tokens(self) -> list[Token]:
        tokens: list[Token] = []
        while self.at < len(self.pieces):
            tokens += self.piece()
        return tokens

    def piece(self) -> list[Token]:
        piece = self.next
        if piece in _SPACES:
            self.take()
            return []
        if piece in _LATEX_SIGNS or (piece in _SIGNS and piece not in "^"):
            self.take()
            return [Token("sign", _LATEX_SIGNS.get(piece) or _SIGNS[piece])]
        if _NUMBER.fullmatch(piece):
            return [Token("number", self.take())]
        if piece == "^":
            self.take()
            return self.raised(self.group())
        if piece == "'":
            self.take()
            return [Token("prime", "'")]
        return self.command() if piece.startswith("\\") else self.word()

    def raised(self, exponent: str) -> list[Token]:
        if exponent.strip() in (r"\prime", "'"):
            return [Token("prime", "'")]
        return _brackets(Token("sign", "^"), self.inside(exponent))

    def command(self) -> list[Token]:
        piece = self.next
        if piece in (r"\frac", r"\dfrac", r"\tfrac"):
            self.take()
            return self.fraction(self.group(), self.group())
        if piece == r"\sqrt":
            self.take()
            return _brackets(Token("name", "sqrt"), self.inside(self.group()))
        if piece == r"\underbrace":
            self.take()
            tokens = self.grouped(self.group())
            if self.next == "_":
                self.take()
                label = self.inside(self.group())
                if len(label) == 1 and label[0].kind == "name" and len(label[0].text) == 1:
                    self.labels[label[0].text] = tokens
            return tokens
        if piece in (r"\exp", r"\ln", r"\log", r"\tanh", r"\sin", r"\cos", r"\max", r"\min"):
            return [Token("name", self.take()[1:])]
        if piece[1:] in _GREEK or piece in _WORDS or piece in _ACCENTS:
            return self.word()
        raise WorksheetError(f"can't read {piece}")

    def grouped(self, text: str) -> list[Token]:
        return [Token("sign", "("), *self.inside(text), Token("sign", ")")]

    def fraction(self, above: str, below: str) -> list[Token]:
        numerator, denominator = self.differential(above), self.differential(below)
        if numerator and denominator:
            return [Token("formula", "", f.partial(numerator, denominator))]
        if r"\partial" in above + below:
            raise WorksheetError(rf"can't read \frac{{{above}}}{{{below}}} as the derivative of one name by another")
        division = [*self.grouped(above), Token("sign", "/"), *self.grouped(below)]
        return [Token("sign", "("), *division, Token("sign", ")")]

    def differential(self, text: str) -> str:
        r"""Read `\partial w_{5}` or `dw_5` as the name, or as nothing."""
        text = text.strip()
        if match := re.match(r"\\partial|\\mathrm \{ d \}|d(?=[A-Za-z\s\\{])", text):
            try:
                tokens = self.inside(text[match.end() :])
            except WorksheetError:
                return ""
            if len(tokens) == 1 and tokens[0].kind == "name":
                return tokens[0].text
        return ""

    def word(self) -> list[Token]:
        """Read a name with its indices, or several letters side by side."""
        piece = self.take()
        if piece == "{":
            self.at -= 1
            inner = self.group()
            if self.next not in ("_", "^") or len(_PIECE.findall(inner)) != 1:
                return self.inside(inner) if inner.strip() else []
            piece = inner.strip()
        elif piece in _WORDS:
            piece = re.sub(r"\s+", "", self.group()).replace("\\_", "_")
            if not re.fullmatch(r"[^\W\d]\w*", piece):
                return []  # a remark
        elif piece in _ACCENTS:
            piece = unicodedata.normalize("NFC", self.group().strip() + _ACCENTS[piece])
        elif piece.startswith("\\"):
            piece = _GREEK.get(piece[1:], piece)
        if not re.fullmatch(r"[^\W\d]\w*[\u0300-\u036f]?", piece):
            raise WorksheetError(f"can't read {piece!r}")
        return self.indexed(piece)

    def indexed(self, base: str) -> list[Token]:
        lower = upper = ""
        while self.next in ("_", "^"):
            if self.next == "_":
                self.take()
                lower += ("_" if lower else "") + _index(self.group())
                continue
            back = self.at
            self.take()
            raised = self.group()
            if not (match := re.fullmatch(r"\s*\(\s*([A-Za-z]\w*(?:\s*[-+]\s*\d+)?|\d+)\s*\)\s*", raised)):
                self.at = back
                break
            upper = re.sub(r"\s", "", match[1])
        name = base + ("_" if lower and not (len(base) == 1 and lower[0].isdigit()) else "") + lower
        name += f"_{upper}" if upper.isdigit() else f"^({upper})" if upper else ""
        return self.named(name, base, bool(lower or upper))

    def named(self, name: str, base: str, has_index: bool) -> list[Token]:
        if name in _FUNCTIONS or name.casefold() in _FUNCTIONS:
            return [Token("name", name)]
        name = self.resolve(name)
        if self.names is None or name in self.names or has_index or len(base) == 1:
            return [Token("name", name)]
        letters = [self.resolve(letter) for letter in base]
        return [Token("name", each) for each in (letters if all(each in self.names for each in letters) else [name])]


def _index(text: str) -> str:
    text = re.sub(r"\\(?:text|mathrm|textrm)\b", "", text.replace("\\_", "_"))
    return re.sub(r"[\s{}\\]", "", text)


# The parser

_SUM, _PRODUCT, _SIGN = range(1, 4)


class _Parser:
    """Precedence climbing over tokens; brackets nest at most `MAX_NESTING` deep."""

    def __init__(self, tokens: list[Token], names: Collection[str] | None) -> None:
        self.tokens = tokens
        self.names = names
        self.at = 0
        self.depth = 0

    def whole(self) -> Formula:
        formula = self.comparison()
        if self.at < len(self.tokens):
            raise WorksheetError(f"expected an operator or the end, got {self.tokens[self.at].text!r}")
        return formula

    def peek(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else Token("end", "the end")

    def accept(self, *signs: str) -> str:
        token = self.peek()
        if token.kind == "sign" and token.text in signs:
            self.at += 1
            return token.text
        return ""

    def expect(self, sign: str) -> None:
        if not self.accept(sign):
            raise WorksheetError(f"expected {sign!r}, got {self.peek().text!r}")

    def comparison(self) -> Formula:
        left = self.sum()
        if sign := self.accept("<", ">", "<=", ">=", "!=", "="):
            return Formula("==" if sign == "=" else sign, (left, self.sum()))
        return left

    def sum(self) -> Formula:
        terms = [self.product()]
        while sign := self.accept("+", "-"):
            term = self.product()
            terms.append(Formula("neg", (term,)) if sign == "-" else term)
        return terms[0] if len(terms) == 1 else Formula("+", tuple(terms))

    def product(self) -> Formula:
        minus = 0
        while sign := self.accept("+", "-"):
            minus += sign == "-"
        factors = [self.power()]
        while True:
            if self.accept("*"):
                factors.append(self.signed())
            elif self.accept("/"):
                above = factors[0] if len(factors) == 1 else Formula("*", tuple(factors))
                factors = [Formula("/", (above, self.signed()))]
            elif self.peek().kind in ("number", "name", "formula") or self.peek() == Token("sign", "("):
                factors.append(self.power())
            else:
                break
        product = factors[0] if len(factors) == 1 else Formula("*", tuple(factors))
        return Formula("neg", (product,)) if minus % 2 else product

    def signed(self) -> Formula:
        minus = 0
        while sign := self.accept("+", "-"):
            minus += sign == "-"
        factor = self.power()
        return Formula("neg", (factor,)) if minus % 2 else factor

    def power(self) -> Formula:
        base = self.atom()
        while self.accept("^"):
            exponent = self.signed()
            is_e = base.head == "name" and base.text == "e" and (self.names is None or "e" not in self.names)
            base = Formula("exp", (exponent,)) if is_e else Formula("^", (base, exponent))
        return base

    def atom(self) -> Formula:
        token = self.peek()
        self.at += 1
        if token.kind == "formula":
            return self.known(token.formula)
        if token.kind == "number":
            value = unicodedata.numeric(token.text) if token.text in _FRACTIONS else float(token.text)
            if not math.isfinite(value):
                raise WorksheetError(f"the number is too large, got {token.text}")
            return f.number(value, token.text)
        if token.kind == "name":
            return self.named(token.text)
        if token == Token("sign", "("):
            return self.bracketed(")")
        if token == Token("sign", "|"):
            return Formula("abs", (self.bracketed("|"),))
        raise WorksheetError(f"expected a number, a name or a bracket, got {token.text!r}")

    def bracketed(self, closing: str) -> Formula:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise WorksheetError(f"brackets are nested more than {MAX_NESTING} deep")
        inner = self.comparison()
        self.expect(closing)
        self.depth -= 1
        return inner

    def named(self, name: str) -> Formula:
        primes = 0
        while self.peek().kind == "prime":
            self.at += 1
            primes += 1
        op = "" if self.names is not None and name in self.names else _function(name)
        if op and self.accept("("):
            return self.called(op, primes)
        if op and name not in ("σ", "σ'") and name.casefold() in _FUNCTIONS and len(name) > 1:
            raise WorksheetError(f"{name!r} needs its operand in brackets")
        if primes > 1:
            raise WorksheetError(f"{name}{primes * chr(39)}: one prime is the updated quantity; more mean nothing here")
        if name in ("pi", "π") and (self.names is None or name not in self.names):
            return f.PI
        formula = self.known(f.name(name))
        return f.name(name + "′") if primes else formula

    def called(self, op: str, primes: int) -> Formula:
        operands = [self.comparison()]
        while self.accept(","):
            operands.append(self.comparison())
        self.expect(")")
        arity = TABLE[op].arity
        missing = 0 if arity is None else arity - len(operands)
        if missing < 0 or missing > len(TABLE[op].defaults):
            raise WorksheetError(f"{op} takes {arity} operands, got {len(operands)}")
        defaults = TABLE[op].defaults[len(TABLE[op].defaults) - missing :]
        operands += [f.number(each) for each in defaults]
        if not primes:
            return Formula(op, tuple(operands))
        if primes > 1 or arity != 1:
            raise WorksheetError(f"{op}{primes * chr(39)} can't be read; one prime, of a function of one operand")
        whole = Formula(op, tuple(operands))
        return f.from_page(TABLE[op].page[0], {"pi": f.PI, "out": whole, TABLE[op].parameters[0]: operands[0]})

    def known(self, formula: Formula) -> Formula:
        if self.names is not None:
            for each in formula.names():
                self.check(each)
        return formula

    def check(self, name: str) -> None:
        if self.names is None or name in self.names or (name == "e" and self.peek() == Token("sign", "^")):
            return
        close = difflib.get_close_matches(name, list(self.names), n=1)
        raise WorksheetError(f"unknown name {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))


def _function(name: str) -> str:
    return _FUNCTIONS.get(name) or _FUNCTIONS.get(name.casefold(), "")
