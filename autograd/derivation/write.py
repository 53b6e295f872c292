"""How formulas and derivations are written: as Unicode text, LaTeX, Markdown and HTML."""

from __future__ import annotations

import html
import re
import shutil
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from autograd.derivation.formula import COMPARISONS, CUT, ONE, Formula, size
from autograd.ops import TABLE

if TYPE_CHECKING:
    from autograd.derivation.chains import Derivation, Factor, Line, Term, Update

__all__ = ["Hand", "LatexHand", "Notation", "TextHand", "decimal"]

SUM, SIGNED, PRODUCT, POWER, ATOM = range(1, 6)
MOST_FACTORS: Final = 12
MOST_TERMS: Final = 10
MOST_SHOWN_SUM: Final = 3
MOST_SIDE_BY_SIDE: Final = 120
STYLES: Final = ("underscore", "superscript", "plain")
_Numbers = Mapping[str, float]
_Item = TypeVar("_Item")


def decimal(x: float, digits: int = 9) -> tuple[str, int | None]:
    """Round for a reader: so many decimals, or significant digits where decimals would leave little.

    Returns
    -------
    text : str
        Digits, with a "-" below 0.
    exponent : int or None
        Of 10, where it stands apart.

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


class Hand(ABC):
    """What Unicode and LaTeX have in common: where brackets, signs and dots go."""

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
        """Put brackets around."""

    @abstractmethod
    def fraction(self, above: Formula, below: Formula, numbers: _Numbers | None) -> tuple[str, int]:
        """Write a quotient, and say how tightly it binds."""

    @abstractmethod
    def exponent(self, text: str) -> str:
        """Write what a power is raised to."""

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
        """Write a formula, with numbers for names when they are given; in brackets if it binds looser than `level`."""
        text, binds = self._formula(formula, numbers)
        return text if binds >= level else self.bracket(text)

    def _formula(self, formula: Formula, numbers: _Numbers | None) -> tuple[str, int]:
        head, operands = formula.head, formula.operands
        if head == "cut":
            return self.more, ATOM
        if head == "number":
            return self.digits_of(formula.text.replace("−", "-"), None), ATOM
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
            return self.bracket(f"{left} {self.comparison(head)} {right}"), ATOM
        return self.call(head, [self.formula(each, numbers) for each in operands]), ATOM

    def _power(self, operands: Sequence[Formula], numbers: _Numbers | None) -> str:
        base = self.formula(operands[0], numbers, ATOM)
        if operands[0].head in TABLE and self.loose_calls:
            base = self.bracket(base)
        return self.raised(base, self.formula(operands[1], numbers))

    def raised(self, base: str, exponent: str) -> str:
        """Write a power."""
        return base + self.exponent(exponent)

    def _named(self, label: str, numbers: _Numbers | None) -> tuple[str, int]:
        if numbers is None or label not in numbers:
            return self.name(label), ATOM
        text = self.number(numbers[label])
        return text, SIGNED if numbers[label] < 0 and text != "0" else ATOM

    def _sum(self, terms: Sequence[Formula], numbers: _Numbers | None) -> str:
        shown = [self._signed(each, numbers) for each in _cut(terms, MOST_TERMS)]
        return self.joined(shown)

    def joined(self, terms: Sequence[tuple[bool, str]]) -> str:
        """Add up terms, each with whether it is taken away."""
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
        for i, each in enumerate(_cut(factors, MOST_FACTORS)):
            piece, binds = (self.more, ATOM) if each is None else self._formula(each, numbers)
            beside = i > 0 and close and each is not None and each.head == "+"
            piece = piece if binds >= POWER else self.bracket(piece)
            text += piece if beside or i == 0 else self.dot + piece
            close = each is not None and each.head in ("name", "number") and binds == ATOM
        return text


def _cut(items: Sequence[_Item], most: int) -> list[_Item | None]:
    return list(items) if len(items) <= most else [*items[: most // 2], None, *items[-(most // 2) + 1 :]]


_RAISED: Final = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")


class TextHand(Hand):
    """Unicode text.

    Examples
    --------
    >>> from autograd.derivation.formula import name, plus, negative, times, number
    >>> out = name("out")
    >>> hand = TextHand(9, {}, "plain")
    >>> hand.formula(times(out, plus(number(1.0), negative(out)))), hand.formula(out, {"out": -2.0})
    ('out(1 − out)', '−2')
    """

    def name(self, label: str) -> str:
        """Write a label; what would break a line or hide in it becomes visible."""
        label = self.names.get(label, label)
        return "".join("␣" if c.isspace() else c if c.isprintable() else "�" for c in label)

    def partial(self, y: str, x: str, total: bool = False) -> str:
        """Write ∂y/∂x, or dy/dx."""
        sign = "d" if total else "∂"
        return f"{sign}{self.name(y)}/{sign}{self.name(x)}"

    def bracket(self, text: str) -> str:
        """Put brackets around."""
        return f"({text})"

    def fraction(self, above: Formula, below: Formula, numbers: _Numbers | None) -> tuple[str, int]:
        """Write x/y."""
        return f"{self.formula(above, numbers, PRODUCT)}/{self.formula(below, numbers, POWER)}", PRODUCT

    def exponent(self, text: str) -> str:
        """Write raised digits, or ^."""
        if re.fullmatch(r"[-−]?\d+", text):
            return text.translate(_RAISED)
        return f"^{text}" if re.fullmatch(r"\w+", text) else f"^({text})"

    def call(self, op: str, operands: Sequence[str]) -> str:
        """Write σ(z), |x|, exp(x)."""
        if op == "abs":
            return f"|{operands[0]}|"
        symbol = TABLE[op].symbol
        short = len(symbol) == 1 and symbol.isidentifier()
        return f"{symbol if short or op == 'log' else op}({', '.join(operands)})"

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


class LatexHand(Hand):
    r"""LaTeX for display mathematics.

    Examples
    --------
    >>> hand = LatexHand(9, {}, "superscript")
    >>> hand.name("w11_2"), hand.name("E_total"), hand.name("W[1,2]"), hand.name("a%")
    ('w_{11}^{(2)}', 'E_{\\mathrm{total}}', 'W_{1,2}', '\\mathrm{a\\%}')
    """

    dot = r" \cdot "
    minus = "-"
    more = r"\cdots"
    alpha = r"\alpha"
    loose_calls = True
    arrow = r"\leftarrow"

    def name(self, label: str) -> str:
        """Write a label as a letter with indices, or upright as it is."""
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
        """Put brackets around that grow."""
        return rf"\left({text}\right)"

    def fraction(self, above: Formula, below: Formula, numbers: _Numbers | None) -> tuple[str, int]:
        """Write a fraction."""
        return rf"\frac{{{self.formula(above, numbers)}}}{{{self.formula(below, numbers)}}}", PRODUCT

    def exponent(self, text: str) -> str:
        """Write an exponent."""
        return f"^{{{text}}}"

    def raised(self, base: str, exponent: str) -> str:
        """Write a power of what may have a superscript already."""
        return f"{{{base}}}^{{{exponent}}}"

    def call(self, op: str, operands: Sequence[str]) -> str:
        """Write an op as its row says."""
        row = TABLE[op]
        if row.arity is None:
            return rf"\operatorname{{{op}}}\left({', '.join(operands)}\right)"
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
    """Write any text so that it stands for itself within mathematics."""
    return "".join(map(_escape, unicodedata.normalize("NFC", label)))


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isascii():
        return character if character.isprintable() else r"\ " if character.isspace() else "?"
    if character in _GREEK:
        return _GREEK[character] + " "
    return rf"\text{{{character}}}" if character.isprintable() else "?"


class Notation:
    """How one derivation is written: digits, names, style, width, length."""

    def __init__(
        self,
        digits: int = 9,
        names: Mapping[str, str] | None = None,
        style: str = "underscore",
        width: int | None = None,
        most: int = 60,
    ) -> None:
        if style not in STYLES:
            raise ValueError(f"notation: unknown style, got {style!r}; allowed are {', '.join(map(repr, STYLES))}")
        _check_whole("digits", digits, 1, 17)
        _check_whole("most", most, 1, 10**9)
        _check_whole("width", 80 if width is None else width, 20, 10**6)
        self.width = width
        self.most = most
        self.plain = TextHand(digits, names or {}, style)
        self.typeset = LatexHand(digits, names or {}, style)

    def text(self, derivation: Derivation) -> str:
        """Write Unicode text that fits the terminal."""
        width = max(self.width or shutil.get_terminal_size().columns, 20)
        page, left = self._page(derivation, self.plain)
        blocks = ["\n".join(_laid_out(row, width) for row in block) for block in page]
        if left:
            blocks.append(f"… {left:,} more lines")
        return "\n\n".join(each for each in blocks if each)

    def latex(self, derivation: Derivation) -> str:
        """Write one `aligned` environment."""
        page, left = self._page(derivation, self.typeset)
        rows = [line for block in page for row in block for line in _aligned(row)]
        if left:
            rows.append(rf"&\ \,\vdots \quad \text{{{left} more lines}}")
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def markdown(self, derivation: Derivation) -> str:
        """Write displays of LaTeX between double dollars."""
        page, left = self._page(derivation, self.typeset)
        displays = []
        for block in page:
            for row in block:
                rows = " \\\\\n".join(_aligned(row))
                displays.append(f"$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$")
        return "\n\n".join(displays + ([f"… {left:,} more lines"] if left else [])) + "\n"

    def html(self, derivation: Derivation) -> str:
        """Write the text, escaped."""
        return f'<pre class="derivation">{html.escape(self.text(derivation))}</pre>'

    def _page(self, derivation: Derivation, hand: Hand) -> tuple[list[list[_Row]], int]:
        """Write what fits of the lines, the factors and the updates, and count what doesn't."""
        writer = _Writer(hand, derivation)
        left = self.most
        blocks = [[writer.line(each) for each in derivation.lines[:left]]]
        left = max(left - len(derivation.lines), 0)
        blocks.append([writer.line(each) for each in derivation.inner[:left]])
        left = max(left - len(derivation.inner), 0)
        factors = writer.own_factors()
        blocks.append([writer.factor(each) for each in factors[:left]])
        left = max(left - len(factors), 0)
        blocks.append([writer.update(each) for each in derivation.updates[:left]])
        left = max(left - len(derivation.updates), 0)
        definitions = list(derivation.definitions.items())
        blocks.append([writer.definition(*each) for each in definitions[:left]])
        everything = len(derivation.lines) + len(derivation.inner) + len(factors) + len(derivation.updates)
        everything += len(definitions)
        return blocks, everything - sum(map(len, blocks))


def _check_whole(what: str, value: object, least: int, greatest: int) -> None:
    if not isinstance(value, int) or not least <= value <= greatest:
        raise ValueError(f"{what}: got {value!r}; allowed are whole numbers from {least} to {greatest}")


class _Row(NamedTuple):
    """A derivative and what it equals, part by part; `flat` when it shall be one line where that fits."""

    left: str
    sign: str
    parts: list[str]
    flat: bool


class _Writer:
    """Writes the parts of a derivation in one hand."""

    def __init__(self, hand: Hand, derivation: Derivation) -> None:
        self.hand = hand
        self.derivation = derivation
        every = (*derivation.lines, *derivation.inner)
        self.lines = {(line.numerator, line.denominator): line for line in every}

    def _symbol(self, factor: Factor) -> str:
        line = self.lines.get((factor.numerator, factor.denominator))
        total = factor.referred and line is not None and line.total
        return self.hand.partial(factor.numerator, factor.denominator, total)

    def line(self, line: Line) -> _Row:
        """Write a derivative: as factors, as formulas, in numbers, and what comes out."""
        left = self.hand.partial(line.numerator, line.denominator, line.total)
        if not line.terms:
            return _Row(left, "=", [self.hand.number(0.0)], True)
        parts = [self._sum(line.terms, self._symbols), self._sum(line.terms, self._opened)]
        if self._all_short(line):
            parts.append(self._sum(line.terms, self._formulas))
        if any(len(term.factors) > 1 for term in line.terms):
            parts += [self._sum(line.terms, self._opened_numbers), self._sum(line.terms, self._numbers)]
        if len(line.terms) > 1:
            parts.append(self._sum(line.terms, lambda term: [self._value(term.value)]))
        elif len(line.terms[0].factors) == 1:
            parts = self._single(line.terms[0].factors[0], parts)
        return _Row(left, "=", _different([*parts, self.hand.number(line.value)], left), False)

    def _all_short(self, line: Line) -> bool:
        """Whether all factors have formulas that fit on a page side by side."""
        factors = [
            factor for term in _cut(line.terms, MOST_TERMS) if term for factor in _cut(term.factors, MOST_FACTORS)
        ]
        total = 0
        for factor in factors:
            formula = None if factor is None else factor.formula
            if factor is not None and formula is None:
                return False
            total += 0 if formula is None else size(formula)
        return total <= MOST_SIDE_BY_SIDE

    def _single(self, factor: Factor, parts: list[str]) -> list[str]:
        if factor.formula is None:
            return parts
        return [*parts[:1], *self.factor(factor).parts[:-1]]

    def factor(self, factor: Factor) -> _Row:
        """Write one factor: its formula, the formula in numbers, its value."""
        left, formula = self.hand.partial(factor.numerator, factor.denominator), factor.formula
        value = self.hand.number(factor.value)
        if formula is None or formula.head == "cut":
            return _Row(left, "=", [value], True)
        in_numbers = self.hand.formula(formula, self.derivation.numbers)
        return _Row(left, "=", _different([self.hand.formula(formula), in_numbers, value]), True)

    def update(self, update: Update) -> _Row:
        """Write a step of gradient descent."""
        hand, y = self.hand, self.derivation.lines[0].numerator
        name, slope = hand.name(update.name), hand.partial(y, update.name)
        parts = [f"{name} {hand.minus} {hand.alpha}{hand.dot}{slope}"]
        if update.after is not None and self.derivation.rate is not None:
            change = f"{hand.number(self.derivation.rate)}{hand.dot}{self._value(update.slope)[0]}"
            if update.slope < 0 and hand.number(update.slope) != "0":
                change = f"{hand.number(self.derivation.rate)}{hand.dot}{hand.bracket(hand.number(update.slope))}"
            parts += [f"{hand.number(update.before)} {hand.minus} {change}", hand.number(update.after)]
        return _Row(name, hand.arrow, parts, True)

    def definition(self, name: str, formula: Formula) -> _Row:
        """Write what a node computes that had no name."""
        number = self.hand.number(self.derivation.numbers[name])
        return _Row(self.hand.name(name), "=", [self.hand.formula(formula), number], True)

    def own_factors(self) -> list[Factor]:
        """Collect the factors that have a formula, each once, without those that are a whole line."""
        found: dict[tuple[str, str], Factor] = {}
        for line in self.lines.values():
            for term in line.terms:
                for factor in term.factors:
                    if not factor.referred:
                        found.setdefault((factor.numerator, factor.denominator), factor)
        return [factor for key, factor in found.items() if key not in self.lines or self.lines[key].total]

    def _sum(self, terms: Sequence[Term], pieces: Callable[[Term], Sequence[tuple[str, int]]]) -> str:
        shown: list[tuple[bool, str]] = []
        for term in _cut(terms, MOST_TERMS):
            if term is None:
                shown.append((False, self.hand.more))
                continue
            parts = list(pieces(term))
            less = parts[0][1] == SIGNED and parts[0][0].startswith(self.hand.minus) and len(parts) == 1
            if less and " " not in parts[0][0]:
                shown.append((True, parts[0][0].removeprefix(self.hand.minus)))
            else:
                shown.append((False, self._product(parts, first=not shown, alone=len(terms) == 1)))
        return self.hand.joined(shown)

    def _product(self, pieces: Sequence[tuple[str, int]], first: bool, alone: bool) -> str:
        if len(pieces) == 1 and alone:
            return pieces[0][0]
        texts = []
        for i, piece in enumerate(_cut(pieces, MOST_FACTORS)):
            if piece is None:
                texts.append(self.hand.more)
                continue
            text, binds = piece
            signed = binds == SIGNED and i == 0 and first
            texts.append(text if binds >= PRODUCT or signed else self.hand.bracket(text))
        return self.hand.dot.join(texts)

    def _symbols(self, term: Term) -> list[tuple[str, int]]:
        return [(self._symbol(each), PRODUCT) for each in term.factors] or [("1", ATOM)]

    def _opened(self, term: Term) -> list[tuple[str, int]]:
        """Write the factors, a short sum of derivatives in the place of its name."""
        return [self._open(each) or (self._symbol(each), PRODUCT) for each in term.factors] or [("1", ATOM)]

    def _opened_line(self, factor: Factor) -> Line | None:
        line = self.lines.get((factor.numerator, factor.denominator))
        if not factor.referred or line is None or not 1 < len(line.terms) <= MOST_SHOWN_SUM:
            return None
        return line if all(len(term.factors) == 1 for term in line.terms) else None

    def _open(self, factor: Factor) -> tuple[str, int] | None:
        line = self._opened_line(factor)
        return (self._sum(line.terms, self._symbols), SUM) if line else None

    def _opened_numbers(self, term: Term) -> list[tuple[str, int]]:
        lines = [self._opened_line(each) for each in term.factors]
        return [
            (self._sum(line.terms, self._numbers), SUM) if line else self._value(each.value)
            for line, each in zip(lines, term.factors)
        ]

    def _formulas(self, term: Term) -> list[tuple[str, int]]:
        shown = [each and each.formula for each in _cut(term.factors, MOST_FACTORS)]
        kept = [each or CUT for each in shown if each != ONE] or [ONE]
        return [(self.hand.formula(each), _binding(each)) for each in kept]

    def _numbers(self, term: Term) -> list[tuple[str, int]]:
        return [self._value(each.value) for each in term.factors] or [("1", ATOM)]

    def _value(self, x: float) -> tuple[str, int]:
        text = self.hand.number(x)
        return text, SIGNED if text.startswith(self.hand.minus) else PRODUCT


def _binding(formula: Formula) -> int:
    return SUM if formula.head == "+" else SIGNED if formula.head == "neg" else PRODUCT


def _different(parts: Iterable[str], before: str = "") -> list[str]:
    """Leave out what repeats the part before."""
    kept: list[str] = []
    for part in parts:
        if part != (kept[-1] if kept else before):
            kept.append(part)
    return kept or [before]


def _aligned(row: _Row) -> list[str]:
    sign = {"=": "="}.get(row.sign, row.sign)
    if row.flat:
        return [f"{row.left} &{sign} {' = '.join(row.parts)}"]
    return [f"{row.left} &= {row.parts[0]}", *(f"&= {part}" for part in row.parts[1:])]


def _laid_out(row: _Row, width: int) -> str:
    """Put a row on one line, or each part on its own, broken before operators where it is too wide."""
    flat = f"{row.left} {row.sign} {' = '.join(row.parts)}"
    if (row.flat or len(row.parts) == 1) and columns(flat) <= width:
        return flat
    margin = columns(row.left) + 1
    if margin > width // 2:
        lines = [row.left]
        margin = 4
        first = " " * margin
    else:
        lines = []
        first = row.left + " "
    for i, part in enumerate(row.parts):
        sign = row.sign if i == 0 else "="
        head = first if i == 0 else " " * margin
        lines += _wrapped(f"{head}{sign} ", part, margin + 4, width)
    return "\n".join(_shortened(line, width) for line in lines)


def _wrapped(head: str, text: str, indent: int, width: int) -> list[str]:
    """Break a text before its operators."""
    lines, line = [], head
    for piece in re.split(r" (?=[·+−…=] )", text):
        if columns(line) + 1 + columns(piece) > width and line.strip() and line != head:
            lines.append(line)
            line = " " * indent + piece
        else:
            line += piece if line == head else " " + piece
    return [*lines, line]


def columns(text: str) -> int:
    """Count the columns of a terminal that a text takes."""
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(unicodedata.combining(each) > 0 for each in text)


def _shortened(text: str, width: int) -> str:
    """Take out the middle of a line whose one piece is too wide."""
    while columns(text) > width:
        half = min(width, len(text) - 1) // 2
        text = f"{text[: half - 1]}…{text[len(text) - half + 1 :]}"
    return text
