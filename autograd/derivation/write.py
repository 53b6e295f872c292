"""Derivations as Unicode text, LaTeX, Markdown and HTML."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from autograd._common.text import display_width, shortened
from autograd.derivation.parts import Contents, Factor, Line, Term, Update
from autograd.formula.printers import (
    MOST_FACTORS,
    MOST_TERMS,
    STYLES,
    LatexPrinter,
    Printer,
    TextPrinter,
    cut,
)
from autograd.formula.tree import CUT, ONE, Formula
from autograd.ops.table import CALL, PRODUCT, SIGNED, SUM

__all__ = ["Notation"]

MOST_SHOWN_SUM: Final = 3
MOST_SIDE_BY_SIDE: Final = 120


class Notation:
    """The notation of a derivation: digits, names, style, width and length."""

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
        self.plain = TextPrinter(digits, names or {}, style)
        self.typeset = LatexPrinter(digits, names or {}, style)

    def text(self, derivation: Contents) -> str:
        """Return Unicode text that fits the terminal."""
        width = max(self.width or shutil.get_terminal_size().columns, 20)
        page, left = self._page(derivation, self.plain)
        blocks = ["\n".join(_laid_out(row, width) for row in block) for block in page]
        if left:
            blocks.append(f"… {left:,} more lines")
        return "\n\n".join(each for each in blocks if each)

    def latex(self, derivation: Contents) -> str:
        """Return one `aligned` environment."""
        page, left = self._page(derivation, self.typeset)
        rows = [line for block in page for row in block for line in _aligned(row)]
        if left:
            rows.append(rf"&\ \,\vdots \quad \text{{{left} more lines}}")
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def markdown(self, derivation: Contents) -> str:
        """Return displays of LaTeX between double dollars."""
        page, left = self._page(derivation, self.typeset)
        displays = []
        for block in page:
            for row in block:
                rows = " \\\\\n".join(_aligned(row))
                displays.append(f"$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$")
        return "\n\n".join(displays + ([f"… {left:,} more lines"] if left else [])) + "\n"

    def _page(self, derivation: Contents, printer: Printer) -> tuple[list[list[_Row]], int]:
        """Return as many lines, factors and updates as allowed, and the number omitted."""
        writer = _Writer(printer, derivation)
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
    """A derivative and the parts it equals; `flat` prefers a single line."""

    left: str
    sign: str
    parts: list[str]
    flat: bool


class _Writer:
    """Writes the parts of a derivation with one printer."""

    def __init__(self, printer: Printer, derivation: Contents) -> None:
        self.printer = printer
        self.derivation = derivation
        every = (*derivation.lines, *derivation.inner)
        self.lines = {(line.numerator, line.denominator): line for line in every}

    def _symbol(self, factor: Factor) -> str:
        line = self.lines.get((factor.numerator, factor.denominator))
        total = factor.referred and line is not None and line.total
        return self.printer.partial(factor.numerator, factor.denominator, total)

    def line(self, line: Line) -> _Row:
        """Return a derivative as factors, as formulas, in numbers, and its value."""
        left = self.printer.partial(line.numerator, line.denominator, line.total)
        if not line.terms:
            return _Row(left, "=", [self.printer.number(0.0)], True)
        parts = [self._sum(line.terms, self._symbols), self._sum(line.terms, self._opened)]
        if self._all_short(line):
            parts.append(self._sum(line.terms, self._formulas))
        if any(len(term.factors) > 1 for term in line.terms):
            parts += [self._sum(line.terms, self._opened_numbers), self._sum(line.terms, self._numbers)]
        if len(line.terms) > 1:
            parts.append(self._sum(line.terms, lambda term: [self._value(term.value)]))
        elif len(line.terms[0].factors) == 1:
            parts = self._single(line.terms[0].factors[0], parts)
        return _Row(left, "=", _different([*parts, self.printer.number(line.value)], left), False)

    def _all_short(self, line: Line) -> bool:
        """Return whether all factors have formulas that fit on a page side by side."""
        factors = [factor for term in cut(line.terms, MOST_TERMS) if term for factor in cut(term.factors, MOST_FACTORS)]
        total = 0
        for factor in factors:
            formula = None if factor is None else factor.formula
            if factor is not None and formula is None:
                return False
            total += 0 if formula is None else formula.size
        return total <= MOST_SIDE_BY_SIDE

    def _single(self, factor: Factor, parts: list[str]) -> list[str]:
        if factor.formula is None:
            return parts
        return [*parts[:1], *self.factor(factor).parts[:-1]]

    def factor(self, factor: Factor) -> _Row:
        """Return one factor: its formula, the formula in numbers, its value."""
        left, formula = self.printer.partial(factor.numerator, factor.denominator), factor.formula
        value = self.printer.number(factor.value)
        if formula is None or formula.head == "cut":
            return _Row(left, "=", [value], True)
        in_numbers = self.printer.formula(formula, self.derivation.numbers)
        return _Row(left, "=", _different([self.printer.formula(formula), in_numbers, value]), True)

    def update(self, update: Update) -> _Row:
        """Return a step of gradient descent."""
        printer, y = self.printer, self.derivation.lines[0].numerator
        name = printer.name(update.name)
        parts = [f"{name} {printer.minus} {printer.alpha}{printer.dot}{printer.partial(y, update.name)}"]
        if update.after is not None and self.derivation.rate is not None:
            slope = printer.number(update.slope)
            slope = printer.bracket(slope) if update.slope < 0 and slope != "0" else slope
            change = f"{printer.number(self.derivation.rate)}{printer.dot}{slope}"
            parts += [f"{printer.number(update.before)} {printer.minus} {change}", printer.number(update.after)]
        return _Row(name, printer.arrow, parts, True)

    def definition(self, name: str, formula: Formula) -> _Row:
        """Return the definition of a node that had no name."""
        number = self.printer.number(self.derivation.numbers[name])
        return _Row(self.printer.name(name), "=", [self.printer.formula(formula), number], True)

    def own_factors(self) -> list[Factor]:
        """Return the factors that have a formula, each once, without those that are a whole line."""
        found: dict[tuple[str, str], Factor] = {}
        for line in self.lines.values():
            for term in line.terms:
                for factor in term.factors:
                    if not factor.referred:
                        found.setdefault((factor.numerator, factor.denominator), factor)
        return [factor for key, factor in found.items() if key not in self.lines or self.lines[key].total]

    def _sum(self, terms: Sequence[Term], pieces: Callable[[Term], Sequence[tuple[str, int]]]) -> str:
        shown: list[tuple[bool, str]] = []
        for term in cut(terms, MOST_TERMS):
            if term is None:
                shown.append((False, self.printer.more))
                continue
            parts = list(pieces(term))
            less = parts[0][1] == SIGNED and parts[0][0].startswith(self.printer.minus) and len(parts) == 1
            if less and " " not in parts[0][0]:
                shown.append((True, parts[0][0].removeprefix(self.printer.minus)))
            else:
                shown.append((False, self._product(parts, first=not shown, alone=len(terms) == 1)))
        return self.printer.joined(shown)

    def _product(self, pieces: Sequence[tuple[str, int]], first: bool, alone: bool) -> str:
        if len(pieces) == 1 and alone:
            return pieces[0][0]
        texts = []
        for i, piece in enumerate(cut(pieces, MOST_FACTORS)):
            if piece is None:
                texts.append(self.printer.more)
                continue
            text, binds = piece
            signed = binds == SIGNED and i == 0 and first
            texts.append(text if binds >= PRODUCT or signed else self.printer.bracket(text))
        return self.printer.dot.join(texts)

    def _symbols(self, term: Term) -> list[tuple[str, int]]:
        return [(self._symbol(each), PRODUCT) for each in term.factors] or [("1", CALL)]

    def _opened(self, term: Term) -> list[tuple[str, int]]:
        """Return the factors, with a short sum of derivatives in place of its name."""
        return [self._open(each) or (self._symbol(each), PRODUCT) for each in term.factors] or [("1", CALL)]

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
        shown = [each and each.formula for each in cut(term.factors, MOST_FACTORS)]
        kept = [each or CUT for each in shown if each != ONE] or [ONE]
        return [(self.printer.formula(each), _binding(each)) for each in kept]

    def _numbers(self, term: Term) -> list[tuple[str, int]]:
        return [self._value(each.value) for each in term.factors] or [("1", CALL)]

    def _value(self, x: float) -> tuple[str, int]:
        text = self.printer.number(x)
        return text, SIGNED if text.startswith(self.printer.minus) else PRODUCT


def _binding(formula: Formula) -> int:
    return SUM if formula.head == "+" else SIGNED if formula.head == "neg" else PRODUCT


def _different(parts: Iterable[str], before: str = "") -> list[str]:
    """Drop parts that repeat the preceding one."""
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
    """Return a row on one line, or one part per line, with line breaks before operators."""
    flat = f"{row.left} {row.sign} {' = '.join(row.parts)}"
    if (row.flat or len(row.parts) == 1) and display_width(flat) <= width:
        return flat
    margin = display_width(row.left) + 1
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
    return "\n".join(shortened(line, width) for line in lines)


def _wrapped(head: str, text: str, indent: int, width: int) -> list[str]:
    """Break a text before operators."""
    lines, line = [], head
    for piece in re.split(r" (?=[·+−…=] )", text):
        if display_width(line) + 1 + display_width(piece) > width and line.strip() and line != head:
            lines.append(line)
            line = " " * indent + piece
        else:
            line += piece if line == head else " " + piece
    return [*lines, line]
