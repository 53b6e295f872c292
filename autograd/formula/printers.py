"""Printers of formulas as Unicode text and as LaTeX, with the brackets that the grammar requires."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from autograd.formula.tree import COMPARISONS, Formula
from autograd.ops import TABLE
from autograd.ops.table import CALL, POWER, PRODUCT, SIGNED, SUM

__all__ = [
    "MOST_FACTORS", "MOST_TERMS", "STYLES",
    "Printer", "LatexPrinter", "TextPrinter", "cut", "decimal",
]  # fmt: skip

MOST_FACTORS: Final = 12
MOST_TERMS: Final = 10
STYLES: Final = ("underscore", "superscript", "plain")
_Numbers = Mapping[str, float]
_Item = TypeVar("_Item")


def decimal(x: float, digits: int = 9) -> tuple[str, int | None]:
    """Round to a number of decimals, or of significant digits if few decimals would remain.

    Returns
    -------
    text : str
        The digits, with a "-" for negative numbers.
    exponent : int or None
        The power of 10, if written separately.

    Examples
    --------
    >>> decimal(0.7413650695), decimal(-2.0), decimal(3.51018778298e-05)
    (('0.74136507', None), ('-2', None), ('3.51018778', -5))
    """
    if x != x or abs(x) == float("inf"):
        return {True: "nan"}.get(x != x, "∞" if x > 0 else "-∞"), None
    if x != 0 and not 1e-4 <= abs(x) < 1e9:
        mantissa, _, exponent = f"{x:.{max(digits - 1, 0)}e}".partition("e")
        return _trimmed(mantissa), int(exponent)
    text = _trimmed(f"{x:.{digits}f}")
    return ("0", None) if text == "-0" else (text, None)


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


class Printer(ABC):
    """Base of the text and LaTeX printers: places brackets, signs and multiplication dots."""

    dot = " · "
    minus = "−"
    more = "…"
    alpha = "α"
    loose_calls = False  # whether a power of a function needs brackets
    arrow = "←"

    def __init__(self, digits: int, names: Mapping[str, str], style: str) -> None:
        self.digits = digits
        self.names = names
        self.style = style

    @abstractmethod
    def name(self, label: str) -> str:
        """Write a name."""

    @abstractmethod
    def partial(self, y: str, x: str, total: bool = False) -> str:
        """Write a derivative."""

    @abstractmethod
    def bracket(self, text: str) -> str:
        """Enclose in brackets."""

    @abstractmethod
    def fraction(self, above: Formula, below: Formula, numbers: _Numbers | None) -> tuple[str, int]:
        """Write a quotient; return its text and precedence."""

    @abstractmethod
    def exponent(self, text: str) -> str:
        """Write an exponent."""

    @abstractmethod
    def call(self, op: str, operands: Sequence[str]) -> str:
        """Write an op of the table."""

    @abstractmethod
    def comparison(self, sign: str) -> str:
        """Write a comparison's sign."""

    @abstractmethod
    def digits_of(self, text: str, exponent: int | None) -> str:
        """Write digits, with their power of ten."""

    def number(self, x: float) -> str:
        """Write a number, rounded."""
        return self.digits_of(*decimal(x, self.digits))

    def formula(self, formula: Formula, numbers: _Numbers | None = None, level: int = SUM) -> str:
        """Write a formula, with numbers for names if given; in brackets if it binds looser than `level`."""
        text, binds = self._formula(formula, numbers)
        return text if binds >= level else self.bracket(text)

    def _formula(self, formula: Formula, numbers: _Numbers | None) -> tuple[str, int]:
        head, operands = formula.head, formula.operands
        if head == "cut":
            return self.more, CALL
        if head == "number":
            return self.digits_of(formula.text.replace("−", "-"), None), CALL
        if head == "name":
            return self._named(formula.text, numbers)
        if head == "partial":
            return self.partial(operands[0].text, operands[1].text), POWER
        if head == "neg":
            return self.minus + self.formula(operands[0], numbers, PRODUCT), SIGNED
        if head == "+":
            return self._sum(operands, numbers), SUM
        if head == "*":
            return self._product(operands, numbers), PRODUCT
        if head == "/":
            return self.fraction(operands[0], operands[1], numbers)
        if head == "^":
            return self._power(operands, numbers), POWER
        if head in COMPARISONS:
            left, right = (self.formula(each, numbers) for each in operands)
            return self.bracket(f"{left} {self.comparison(head)} {right}"), CALL
        return self.call(head, [self.formula(each, numbers) for each in operands]), CALL

    def _power(self, operands: Sequence[Formula], numbers: _Numbers | None) -> str:
        base = self.formula(operands[0], numbers, CALL)
        if operands[0].head in TABLE and self.loose_calls:
            base = self.bracket(base)
        return self.raised(base, self.formula(operands[1], numbers))

    def raised(self, base: str, exponent: str) -> str:
        """Write a power."""
        return base + self.exponent(exponent)

    def _named(self, label: str, numbers: _Numbers | None) -> tuple[str, int]:
        if numbers is None or label not in numbers:
            return self.name(label), CALL
        text = self.number(numbers[label])
        return text, SIGNED if numbers[label] < 0 and text != "0" else CALL

    def _sum(self, terms: Sequence[Formula], numbers: _Numbers | None) -> str:
        shown = [self._signed(each, numbers) for each in cut(terms, MOST_TERMS)]
        return self.joined(shown)

    def joined(self, terms: Sequence[tuple[bool, str]]) -> str:
        """Write a sum of terms, each with whether it is subtracted."""
        text = (self.minus if terms[0][0] else "") + terms[0][1]
        return text + "".join((f" {self.minus} " if less else " + ") + term for less, term in terms[1:])

    def _signed(self, term: Formula | None, numbers: _Numbers | None) -> tuple[bool, str]:
        if term is None:
            return False, self.more
        less = term.head == "neg"
        inner = term.operands[0] if less else term
        if not less and inner.head == "name" and numbers is not None and numbers.get(inner.text, 0.0) < 0:
            text = self.number(-numbers[inner.text])
            return text != "0", text
        return less, self.formula(inner, numbers, PRODUCT)

    def _product(self, factors: Sequence[Formula], numbers: _Numbers | None) -> str:
        text, close = "", False
        for i, each in enumerate(cut(factors, MOST_FACTORS)):
            piece, binds = (self.more, CALL) if each is None else self._formula(each, numbers)
            beside = i > 0 and close and each is not None and each.head == "+"
            piece = piece if binds >= POWER else self.bracket(piece)
            text += piece if beside or i == 0 else self.dot + piece
            close = each is not None and each.head in ("name", "number") and binds == CALL
        return text


def cut(items: Sequence[_Item], most: int) -> list[_Item | None]:
    """Keep both ends of a long sequence, with None for the omitted middle."""
    return list(items) if len(items) <= most else [*items[: most // 2], None, *items[-(most // 2) + 1 :]]


_RAISED: Final = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")


class TextPrinter(Printer):
    """Unicode text.

    Examples
    --------
    >>> from autograd.formula.tree import name, plus, negative, times, number
    >>> out = name("out")
    >>> printer = TextPrinter(9, {}, "plain")
    >>> printer.formula(times(out, plus(number(1.0), negative(out)))), printer.formula(out, {"out": -2.0})
    ('out(1 − out)', '−2')
    """

    def name(self, label: str) -> str:
        """Write a label, with control characters made visible."""
        label = self.names.get(label, label)
        return "".join("␣" if c.isspace() else c if c.isprintable() else "�" for c in label)

    def partial(self, y: str, x: str, total: bool = False) -> str:
        """Write ∂y/∂x, or dy/dx."""
        sign = "d" if total else "∂"
        return f"{sign}{self.name(y)}/{sign}{self.name(x)}"

    def bracket(self, text: str) -> str:
        """Enclose in brackets."""
        return f"({text})"

    def fraction(self, above: Formula, below: Formula, numbers: _Numbers | None) -> tuple[str, int]:
        """Write x/y."""
        return f"{self.formula(above, numbers, PRODUCT)}/{self.formula(below, numbers, POWER)}", PRODUCT

    def exponent(self, text: str) -> str:
        """Write superscript digits, or ^."""
        if re.fullmatch(r"[-−]?\d+", text):
            return text.translate(_RAISED)
        return f"^{text}" if re.fullmatch(r"\w+", text) else f"^({text})"

    def call(self, op: str, operands: Sequence[str]) -> str:
        """Write σ(z), |x|, exp(x)."""
        row = TABLE[op]
        if row.arity is not None and row.precedence == CALL and not row.text.startswith(f"{op}("):
            return row.text.format(**dict(zip(row.parameters, operands)))
        short = len(row.symbol) <= 2 and row.symbol.isidentifier()
        return f"{row.symbol if short else op}({', '.join(operands)})"

    def comparison(self, sign: str) -> str:
        """Write a comparison's sign."""
        return {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}.get(sign, sign)

    def digits_of(self, text: str, exponent: int | None) -> str:
        """Write 3.5·10⁻⁵."""
        text = text.replace("-", "−")
        return text if exponent is None else f"{text}·10{str(exponent).translate(_RAISED)}"


_GREEK: Final = {
    unicodedata.lookup(f"GREEK {size} LETTER {word.upper()}"): ("\\" + (word if size == "SMALL" else word.capitalize()))
    for size, words in {
        "SMALL": "alpha beta gamma delta epsilon zeta eta theta iota kappa mu nu xi pi rho sigma tau upsilon phi chi "
        "psi omega",
        "CAPITAL": "gamma delta theta xi pi sigma upsilon phi psi omega",
    }.items()
    for word in words.split()
} | {"λ": r"\lambda", "Λ": r"\Lambda"}
_ACCENTS: Final = {"\u0302": r"\hat", "\u0304": r"\bar", "\u0303": r"\tilde", "\u0307": r"\dot", "\u0308": r"\ddot"}
_ESCAPES: Final = {
    **{c: "\\" + c for c in "#$%&_{}"},
    "\\": r"\backslash ",
    "~": r"{\sim}",
    "^": r"{\wedge}",
    "<": r"\lt ",
    ">": r"\gt ",
    "`": "{}^{\\backprime}",
    "'": r"{\prime}",
    '"': r"{\prime\prime}",
    " ": r"\ ",
}
_NAME: Final = re.compile(r"([^\W\d_]+?[\u0300-\u036f]?)(\d*)(?:_(\w+))?(?:\[([\d,]+)\])?")


class LatexPrinter(Printer):
    r"""LaTeX for display mathematics.

    Examples
    --------
    >>> printer = LatexPrinter(9, {}, "superscript")
    >>> printer.name("w11_2"), printer.name("E_total"), printer.name("W[1,2]"), printer.name("a%")
    ('w_{11}^{(2)}', 'E_{\\mathrm{total}}', 'W_{1,2}', '\\mathrm{a\\%}')
    """

    dot = r" \cdot "
    minus = "-"
    more = r"\cdots"
    alpha = r"\alpha"
    loose_calls = True
    arrow = r"\leftarrow"

    def name(self, label: str) -> str:
        """Write a label as a letter with indices, or upright."""
        label = self.names.get(label, label)
        match = _NAME.fullmatch(unicodedata.normalize("NFD", label))
        base = _base(match[1]) if match else None
        if match is None or base is None or self.style == "plain":
            return rf"\mathrm{{{_escaped(label)}}}" if len(label) != 1 or not label.isascii() else _escaped(label)
        digits, suffix, index = match[2], match[3] or "", match[4] or ""
        if self.style == "superscript" and digits and suffix.isdigit():
            return f"{base}_{{{digits}}}^{{({suffix})}}"
        if self.style == "superscript" and suffix.isdigit() and not digits:
            return f"{base}^{{({suffix})}}"
        lower = r"\_".join(_index(each) for each in (digits, *suffix.split("_")) if each)
        lower += ("," if lower and index else "") + index
        return f"{base}_{{{lower}}}" if lower else base

    def partial(self, y: str, x: str, total: bool = False) -> str:
        """Write a fraction of differentials."""
        sign = r"\mathrm{d} " if total else r"\partial "
        return rf"\frac{{{sign}{self.name(y)}}}{{{sign}{self.name(x)}}}"

    def bracket(self, text: str) -> str:
        """Enclose in brackets that adapt to their content."""
        return rf"\left({text}\right)"

    def fraction(self, above: Formula, below: Formula, numbers: _Numbers | None) -> tuple[str, int]:
        """Write a fraction."""
        return rf"\frac{{{self.formula(above, numbers)}}}{{{self.formula(below, numbers)}}}", PRODUCT

    def exponent(self, text: str) -> str:
        """Write an exponent."""
        return f"^{{{text}}}"

    def raised(self, base: str, exponent: str) -> str:
        """Write a power whose base may already have a superscript."""
        return f"{{{base}}}^{{{exponent}}}"

    def call(self, op: str, operands: Sequence[str]) -> str:
        """Write an op by the LaTeX of its row."""
        row = TABLE[op]
        if row.arity is None:
            return row.latex.format(**{row.parameters[0].lstrip("*"): ", ".join(operands)})
        return row.latex.format(**dict(zip(row.parameters, operands)))

    def comparison(self, sign: str) -> str:
        """Write a comparison's sign."""
        return {"<": r"\lt", ">": r"\gt", "<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne"}[sign]

    def digits_of(self, text: str, exponent: int | None) -> str:
        """Write digits, with a power of ten."""
        text = text.replace("∞", r"\infty").replace("nan", r"\mathrm{nan}").replace("π", r"\pi ")
        return text if exponent is None else rf"{text} \cdot 10^{{{exponent}}}"


def _base(text: str) -> str | None:
    letter, accents = text[0], text[1:]
    if len(accents) == 1 and accents in _ACCENTS and letter.isascii():
        return f"{_ACCENTS[accents]}{{{letter}}}"
    if len(text) == 1:
        return _GREEK.get(text, text if text.isascii() else None)
    return rf"\mathrm{{{text}}}" if text.isascii() and text.isalpha() else None


def _index(text: str) -> str:
    if text.isascii() and (len(text) == 1 or not text.isalpha()):
        return text
    return rf"\mathrm{{{_escaped(text)}}}"


def _escaped(label: str) -> str:
    """Escape a text for use in mathematics."""
    return "".join(map(_escape, unicodedata.normalize("NFC", label)))


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isascii():
        return character if character.isprintable() else r"\ " if character.isspace() else "?"
    if character in _GREEK:
        return _GREEK[character] + " "
    return rf"\text{{{character}}}" if character.isprintable() else "?"
