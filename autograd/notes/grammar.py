r"""The grammar of a note's formulas: tokens become a tree of notation.

Ambiguous spellings are decided by evidence from the whole note (`Notation`): whether f(x) applies f or multiplies by
it, whether `net` is a name or a product, whether the l of a^l is a layer or a power.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from autograd.errors import WorksheetError
from autograd.formula.grammar import MAX_NESTING, function_name
from autograd.formula.latex_tokens import Token, is_layout, plain, tokens, written
from autograd.formula.symbols import (
    ACCENTS,
    BOLD,
    CLOSING,
    COMPARISONS,
    FRACTION_COMMANDS,
    FUNCTION_COMMANDS,
    LETTERS,
    UPRIGHT,
)
from autograd.notes import nodes as n
from autograd.notes.nodes import Node
from autograd.ops import TABLE

__all__ = ["FUNCTIONS", "INFERRED", "Notation", "conditions", "evidence", "is_own_function", "parse"]

MAX_TOKENS: Final = 4_000
INFERRED: Final = 1.0
"""The number of a sum without an index, which is inferred from its terms."""
MAX_DIGITS: Final = 9  # of the order of a derivative

FUNCTIONS: Final = {
    **{name.casefold(): name for name, row in TABLE.items() if row.arity == 1 and not row.operator},
    **{spelling: function_name(spelling) for spelling in ("ln", "σ", "max", "min")},
    **dict.fromkeys(("sigm", "logistic", "sig", "sigmoidfunction"), "sigmoid"),
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan")},
    **{name: name for name in ("softmax", "sech", "diag", "tr")},
    "trace": "tr",
    "th": "tanh",
    "swish": "silu",
}
_ACCENTS: Final = {**ACCENTS, **dict.fromkeys(("vec", "overrightarrow", "underline"), "")}
_BOLD: Final = BOLD | {"vec", "overrightarrow", "mathbb", "Vec"}
_INDEX_LETTERS: Final = frozenset("ijklmnptℓqrs")
_BRACES: Final = {
    "{": ("}", "rbrace"), "lbrace": ("}", "rbrace"), "lbrack": ("rbrack",), "langle": ("rangle",),
    "lfloor": ("rfloor",), "lceil": ("rceil",),
}  # fmt: skip
_LOGARITHM: Final = re.compile(r"(?P<before>[a-z]?)(?P<name>ln|log)(?P<after>[a-z])")
"""Adjacent letters that form a product with a function, as in y ln a."""
_STEP_LETTERS: Final = frozenset("tkniτ")
_TIMES: Final = {"cdot": "·", "times": "×", "ast": "*", "bullet": "·"}
_MATRICES: Final = frozenset(
    ("bmatrix", "pmatrix", "matrix", "Bmatrix", "vmatrix", "Vmatrix", "array", "smallmatrix", "bmatrix*", "pmatrix*")
)
_INDICATORS: Final = frozenset(("mathbb", "mathds", "mathbbm"))
_MAYBE_INDICATORS: Final = frozenset(("mathbf", "mathrm", "bm", "boldsymbol"))
r"""Fonts in which 1 and I are indicators before a condition, rather than a vector of ones and a matrix."""
_TEXTBOOK: Final = {"<=": "≤", ">=": "≥", "!=": "≠"}
_COMPARISONS: Final = {
    **{sign: sign for sign in "<>="},
    **{name: _TEXTBOOK.get(sign, sign) for name, sign in COMPARISONS.items()},
}
_SUMMED: Final = frozenset("ijkmn")
_INDEXED: Final = frozenset(("matrix", "list", "norm", "call", "+", "*", "odot", "d", "T", "sym", "/", "^"))
"""The heads of nodes after which a low index is one of the whole."""
_DELTAS: Final = ("d", "∂", "δ", "Δ")


@dataclass
class Notation:
    """Evidence from the whole note on the meaning of its spellings."""

    functions: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    layered: set[str] = field(default_factory=set)
    letters: set[str] = field(default_factory=lambda: set(_INDEX_LETTERS))
    singles: Counter[str] = field(default_factory=Counter)
    applied: Counter[str] = field(default_factory=Counter)
    bare: Counter[str] = field(default_factory=Counter)
    squared: set[str] = field(default_factory=set)
    timed: set[str] = field(default_factory=set)
    """Names with a step in brackets, as w(k + 1) and w(k)."""
    matrices: bool = False
    labelled: dict[Node, Node] = field(default_factory=dict)
    euler: bool = True
    small_transpose: bool = False
    """Whether t is no index, but raised after brackets and capitals, as in (A)^t."""


def is_own_function(node: Node) -> bool:
    """Return whether a node applies a function that only the note can define."""
    return node.head == "call" and node.text not in FUNCTIONS.values()


def evidence(sides: Iterable[Sequence[Token]], prose: str = "") -> Notation:
    """Collect evidence about notation from the formulas of a note."""
    notation = Notation()
    runs: Counter[str] = Counter()
    squares = _Squares()
    steps: dict[str, set[tuple[str, bool]]] = {}
    times: list[bool] = []
    for side in map(_without_fonts, sides):
        times += _raised_times(side)
        _gather(side, notation, runs, steps)
        if len(side) == 1 and side[0].kind == "letter" and side[0].text == "e":
            notation.euler = False  # the note uses e as a variable
        _defined_function(side, notation)
        squares.count(side)
    notation.squared = squares.names()
    notation.small_transpose = all(raised for raised in times) and len(times) > 1
    for name, seen in steps.items():
        if any(shifted and (letter, False) in seen for letter, shifted in seen):
            notation.timed.add(name)
    notation.functions |= {name for name in notation.applied if not notation.bare[name] and name not in "deπ"}
    for run in runs:
        product = all(notation.singles[letter] for letter in run)
        if (run.casefold() in FUNCTIONS and len(run) > 1) or _LOGARITHM.fullmatch(run):
            continue
        if (len(run) > 2 and not (product and len(run) < 4)) or (
            len(run) == 2 and not any(notation.singles[c] for c in run)
        ):
            notation.words.add(run)
    return notation


def _raised_times(side: Sequence[Token]) -> Iterator[bool]:
    """Yield for each t that is an index or an exponent whether it is raised after a bracket or a capital."""
    for row, at in _walk(side):
        script = row[at + 1].inner if row[at].is_sign("^", "_") and at + 1 < len(row) else ()
        if any(each.kind == "letter" and each.text == "t" for each in script):
            after = at > 0 and (row[at - 1].is_sign(")", "]") or row[at - 1].text.isupper())
            yield after and row[at].is_sign("^") and len(script) == 1


def _walk(side: Sequence[Token]) -> Iterator[tuple[Sequence[Token], int]]:
    """Yield each position in a list of tokens, including those in nested groups."""
    waiting: list[Sequence[Token]] = [side]
    while waiting:
        row = _without_fonts(waiting.pop())
        for at, token in enumerate(row):
            yield row, at
            waiting.extend(cell for cells in token.rows for cell in cells)


class _Squares:
    """Finds names that are always squared: the σ of σ² = …, or of ∂ℓ/∂σ², is not a quantity by itself."""

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()
        self.squared: Counter[str] = Counter()
        self.meant: set[str] = set()

    def count(self, side: Sequence[Token]) -> None:
        """Count the occurrences of names in a side, and those that are squared."""
        for row, at in _walk(side):
            base = _base(row[at])
            if not base or (at and row[at - 1].is_sign("_", "^")):
                continue
            end = at + 1 if at + 1 >= len(row) or not row[at + 1].is_sign("_") else at + 3
            if base == "σ" and end < len(row) and row[end].is_sign("("):
                continue  # the sigmoid
            square = end + 1 < len(row) and row[end].is_sign("^") and written(row[end + 1].inner) == "2"
            self.times[base] += 1
            self.squared[base] += square
            if square and ((at == 0 and end + 2 == len(row) and row is side) or (at and _delta(row, at - 1))):
                self.meant.add(base)

    def names(self) -> set[str]:
        """Return those that are quantities only as squares."""
        return {name for name in self.meant if self.times[name] == self.squared[name]} - {"d", "∂", "δ", "Δ"}


def _without_fonts(row: Sequence[Token]) -> Sequence[Token]:
    r"""Read `\mathcal{L}` and `\mathcal L` as L: the use of a letter does not depend on its font."""
    letters: list[Token] = []
    for token in row:
        if letters and letters[-1].is_command(*UPRIGHT) and len(token.inner) == 1 and token.inner[0].kind == "letter":
            letters.pop()
            token = token.inner[0]
        letters.append(token)
    return letters


def _gather(
    side: Sequence[Token], notation: Notation, runs: Counter[str], steps: dict[str, set[tuple[str, bool]]]
) -> None:
    for row, at in _walk(side):
        token = row[at]
        following = row[at + 1] if at + 1 < len(row) else None
        if token.kind == "letter":
            run = _run(row, at)
            starts = at == 0 or row[at - 1].kind != "letter" or row[at - 1].end != token.start
            if starts and len(run) > 1 and not (run[0] == "d" and len(run) == 2):
                runs[run] += 1
            elif starts and not (at and row[at - 1].is_sign("_", "^")):
                notation.singles[run[-1]] += 1
        if token.is_command(*FRACTION_COMMANDS) and at + 2 < len(row):
            notation.words |= _differentiated_by(plain(row[at + 2].inner))
        if token.is_command("top", "intercal", "odot", "nabla", "boldsymbol", "mathbf", "bm", "otimes", "TRANSPOSED"):
            notation.matrices = True
        base = _base(token)
        if base and (step := _step(row, at + 1)) is not None:
            steps.setdefault(base, set()).add(step)
        if token.kind == "words" and token.text.isidentifier() and following is not None and following.is_sign("("):
            notation.functions |= {token.text} if _has_comma(row, at + 1) else set()
        if base and not (at and (row[at - 1].is_command("partial") or _base(row[at - 1]) in _DELTAS)):
            kind = _application(row, at + 1)
            whole = written(row[at : _after_scripts(row, at + 1)])
            for name in {base, whole}:
                if kind == "applied" or (kind and name == base):
                    notation.applied[name] += 1
                elif not (at == 0 and len(row) == 1):
                    notation.bare[name] += 1
        if not base or following is None:
            continue
        if at == 1 and row[0].is_command("partial") and row[-1].is_sign(")") and _application(row, 2) == "applied":
            notation.functions.add(base)  # ∂Q(v)
        if at and row[at - 1].is_command("partial") and following.is_sign("_") and at + 4 < len(row):
            raised = written(row[at + 4].inner) if row[at + 3].is_sign("^") else ""
            if len(raised) == 1 and raised.isalpha() and raised != "T":
                notation.layered.add(base)
        if _is_prime(row, at + 1):
            place = _after_primes(row, at + 1)
            if place < len(row) and row[place].is_sign("("):
                notation.functions.add(base)
        if following.is_sign("^") and at + 2 < len(row):
            raised = written(row[at + 2].inner)
            if at and row[at - 1].is_command("partial") and len(raised) == 1 and raised.isalpha() and raised != "T":
                notation.layered.add(base)
            if re.fullmatch(r"[lLℓ]|ell|[lL]\s*[-+]\s*\d", raised) or raised == "1":
                notation.layered.add(base)
        if following.is_sign("(") and _has_comma(row, at + 1) and not (at and row[at - 1].is_sign("_", "^")):
            notation.functions.add(base)


def _differentiated_by(below: Sequence[Token]) -> set[str]:
    """Return the word that something is differentiated by: the `net` of ∂/∂net is no product."""
    if len(below) < 4 or not _delta(below, 0) or below[1].kind != "letter":
        return set()
    run = _run(below, 1)
    return {run} if len(run) > 2 and not _LOGARITHM.fullmatch(run) else set()


def _step(row: Sequence[Token], at: int) -> tuple[str, bool] | None:
    """Read brackets after a name as a step, t or t + 1: its letter, and whether it is shifted."""
    at = _after_scripts(row, at)
    inner = plain(row[at + 1 : _bracket_end(row, at)])
    if not inner or inner[0].kind != "letter" or inner[0].text not in _STEP_LETTERS:
        return None
    if len(inner) == 1:
        return inner[0].text, False
    shifted = len(inner) == 3 and inner[1].is_sign("+", "-") and inner[2].kind == "number"
    return (inner[0].text, True) if shifted else None


def _bracket_end(row: Sequence[Token], at: int) -> int:
    """Return the end of short brackets without nested ones that begin at a position; 0 if there are none."""
    if at >= len(row) or not row[at].is_sign("("):
        return 0
    ends = (place for place in range(at + 1, min(at + 8, len(row))) if row[place].is_sign("(", ")"))
    end = next(ends, 0)
    return end if row[end].is_sign(")") else 0


def _after_scripts(row: Sequence[Token], at: int) -> int:
    while at < len(row) and row[at].is_sign("_", "^"):
        at += 2
    return at


def _application(row: Sequence[Token], at: int) -> str:
    """Return "applied" for brackets with one symbol after a name, as in f(x_1); "unclear" for other brackets."""
    at = _after_scripts(row, at)
    if at >= len(row) or not row[at].is_sign("("):
        return ""
    end = next((place for place in range(at + 1, min(at + 9, len(row))) if row[place].is_sign(")")), -1)
    inner = [each for each in row[at + 1 : end] if each.kind != "space"] if end > 0 else []
    letters = [each for each in inner if _base(each)]
    simple = all(
        _base(each) or each.kind in ("group", "number") or each.is_sign("_", "^") or each.is_command(*_BOLD)
        for each in inner
    )
    return (
        "applied"
        if inner and simple and (len(letters) == 1 or inner[0].is_command(*_BOLD)) and inner[0].kind != "number"
        else "unclear"
    )


def _has_comma(row: Sequence[Token], at: int) -> bool:
    depth = 0
    for token in row[at : at + 60]:
        depth += token.is_sign("(") - token.is_sign(")")
        if depth == 1 and token.is_sign(","):
            return True
        if depth == 0:
            return False
    return False


def _defined_function(side: Sequence[Token], notation: Notation) -> None:
    """Treat `f(x)`, alone on a side, as a function, but not `a(1 − a)`."""
    if len(side) >= 4 and side[1].is_sign("(") and side[-1].is_sign(")") and (base := _base(side[0])):
        inner = side[2:-1]
        depth = 0
        for token in inner:
            depth += token.is_sign("(") - token.is_sign(")")
            if depth < 0:
                return
        if not any(each.is_sign("+", "-", "*", "=") or each.is_command(*_TIMES) for each in inner):
            notation.functions.add(base)


def _base(token: Token) -> str:
    if token.kind == "letter":
        return token.text
    return LETTERS.get(token.text, "") if token.kind == "command" else ""


def _run(row: Sequence[Token], at: int) -> str:
    text = row[at].text
    while at + 1 < len(row) and row[at + 1].kind == "letter" and row[at + 1].start == row[at].end:
        at += 1
        text += row[at].text
    return text


def _is_prime(row: Sequence[Token], at: int) -> bool:
    if at >= len(row):
        return False
    if row[at].is_sign("'", "’") or row[at].is_command("prime"):
        return True
    return (
        row[at].is_sign("^")
        and at + 1 < len(row)
        and all(each.is_command("prime") or each.is_sign("'") for each in row[at + 1].inner)
    )


def _after_primes(row: Sequence[Token], at: int) -> int:
    while _is_prime(row, at):
        at += 2 if row[at].is_sign("^") else 1
    return at


def _primes(row: Sequence[Token], at: int) -> int:
    r"""Count the primes at a position: two in `f''` and in `f^{\prime\prime}`."""
    signs = [each for token in row[at : _after_primes(row, at)] for each in token.inner]
    return sum(not each.is_sign("^") for each in signs)


def parse(side: Sequence[Token], notation: Notation) -> Node:
    r"""Parse one side of an equation.

    Raises
    ------
    WorksheetError
        If it can't be parsed.

    Examples
    --------
    >>> from autograd.formula.latex_tokens import tokens
    >>> n.show(parse(tokens(r"\frac{\partial L}{\partial w_{1}} = "[:-2]), Notation()))
    '∂L/∂w_1'
    """
    row = _prepared(plain(side))
    if len(row) > MAX_TOKENS:
        raise WorksheetError(f"a side has {len(row):,} pieces; allowed are {MAX_TOKENS:,}")
    return _Reader(row, notation, 0).whole()


def conditions(row: Sequence[Token], notation: Notation) -> Node | None:
    """Parse conditions on indices, as i ≠ j; None for anything else."""
    try:
        reader = _Reader(plain(row), notation, 0)
        node = reader.comparison()
    except (WorksheetError, IndexError):
        return None
    return node if node.head == "cmp" else None


class _Reader:
    """Precedence climbing over a row of tokens."""

    def __init__(self, row: Sequence[Token], notation: Notation, depth: int) -> None:
        if depth > MAX_NESTING:
            raise WorksheetError(f"formulas are nested more than {MAX_NESTING} deep")
        self.row, self.notation, self.depth = row, notation, depth
        self.at = 0
        self.in_bars = False

    def inner(self, row: Sequence[Token]) -> Node:
        return _Reader(_prepared(plain(row)), self.notation, self.depth + 1).whole()

    def whole(self) -> Node:
        node = self.comma_list()
        if self.at < len(self.row):
            raise WorksheetError(f"can't read from {_shown(self.row[self.at])!r} on")
        return node

    def peek(self, ahead: int = 0) -> Token:
        return self.row[self.at + ahead] if self.at + ahead < len(self.row) else _END

    def accept(self, *signs: str) -> bool:
        if self.peek().is_sign(*signs):
            self.at += 1
            return True
        return False

    def comma_list(self) -> Node:
        first = self.comparison()
        if not self.peek().is_sign(",", ";"):
            return first
        items = [first]
        while self.accept(",", ";"):
            items.append(self.comparison())
        return Node("list", tuple(items))

    def comparison(self) -> Node:
        left = self.sum()
        token = self.peek()
        if token.kind in ("sign", "command") and token.text in _COMPARISONS:
            self.at += 1
            self.accept("=")
            return Node("cmp", (left, self.sum()), _COMPARISONS[token.text])
        return left

    def sum(self) -> Node:
        terms = [self.term()]
        while True:
            if self.accept("+"):
                terms.append(self.term())
            elif self.accept("-"):
                terms.append(n.negative(self.term()))
            elif self.peek().is_command("pm", "mp"):
                raise WorksheetError("± has no single meaning")
            else:
                break
        return terms[0] if len(terms) == 1 else Node("+", tuple(terms))

    def term(self) -> Node:
        minus = False
        while self.peek().is_sign("+", "-"):
            minus ^= self.row[self.at].text == "-"
            self.at += 1
        node = self.product()
        return n.negative(node) if minus else node

    def product(self) -> Node:
        factors, joints = [self.factor()], ""
        while True:
            token = self.peek()
            if self.is_dot_between():
                self.at += 1
                factors.append(self.signed())
                joints += "·"
            elif self.is_dotted_star():
                self.at += 2
                left, right = _joined(factors, joints), self.signed()
                factors, joints = [Node("odot", (*(left.args if left.head == "odot" else (left,)), right))], ""
            elif self.accept_convolution():
                left = _joined(factors, joints)
                factors, joints = [Node("call", (left, self.signed()), "conv")], ""
            elif token.is_command(*_TIMES) or token.is_sign("@") or self.is_star():
                self.at += 1
                factors.append(self.signed())
                joints += _TIMES.get(token.text, "*")
            elif token.is_sign("/") or token.is_command("div", "over"):
                self.at += 1
                factors, joints = [Node("/", (_joined(factors, joints), self.signed()))], ""
            elif token.is_command("odot", "circ", "otimes"):
                self.at += 1
                head = "outer" if token.text == "otimes" else "odot"
                left = _joined(factors, joints)
                right = self.signed()
                factors, joints = [Node(head, (*(left.args if left.head == head else (left,)), right))], ""
            elif token.kind == "group" and not plain(token.inner):
                self.at += 1
            elif self.starts_factor(token) or self.opens_bars():
                factors.append(self.factor())
                joints += " "
            else:
                return _joined(factors, joints)

    def is_star(self) -> bool:
        """Return whether one star stands for a product, and not two for a power."""
        return self.peek().is_sign("*") and not self.peek(1).is_sign("*")

    def is_dot_between(self) -> bool:
        """Return whether a full stop stands for a product, as in x.y."""
        following = self.peek(1)
        return (
            self.peek().is_sign(".")
            and following is not _END
            and following.kind in ("letter", "command", "group")
            and self.starts_factor(following)
        )

    def opens_bars(self) -> bool:
        """Return whether a bar begins an absolute value within a product: there is a second one after it."""
        if self.in_bars or not self.peek().is_sign("|") or self.peek(1).is_sign("|"):
            return False
        depth = 0
        for token in self.row[self.at + 1 :]:
            depth += token.is_sign("(", "[") - token.is_sign(")", "]")
            if depth < 0:
                return False
            if depth == 0 and token.is_sign("|"):
                return True
        return False

    def is_dotted_star(self) -> bool:
        """Return whether `.*` follows, the elementwise product of some languages."""
        dot = self.peek()
        return (dot.is_sign(".") or dot.is_command("cdot")) and (
            self.peek(1).is_sign("*") or self.peek(1).is_command("ast", "times")
        )

    def accept_convolution(self) -> bool:
        """Consume the word conv between two factors, with its sign; False, without consuming, for anything else."""
        token = self.peek()
        if token.kind == "words" and token.text.strip() == "conv":
            self.at += 1
        elif token.kind == "letter" and _run(self.row, self.at) == "conv":
            self.at += 4
        elif token.is_command("circledast"):
            self.at += 1
        else:
            return False
        if self.peek() is _END or self.peek().is_sign("_", "^", "(") or not self.starts_factor(self.peek()):
            raise WorksheetError("conv stands without what is convolved")
        return True

    def starts_factor(self, token: Token) -> bool:
        if token.kind in ("letter", "number", "group", "table", "words"):
            return True
        if token.is_command("|", "Vert", "lVert", "lvert") and self.in_bars:
            return False
        if token.kind == "command":
            return (
                token.text in _STARTERS
                or token.text in _UNCOMPUTED
                or (token.text.isalpha() and token.text not in _SEPARATORS and token.text not in _COMPARISONS)
                or token.text in LETTERS
                or token.text in _ACCENTS
                or token.text in _BOLD | UPRIGHT | FUNCTION_COMMANDS
            )
        return token.is_sign("(", "[")

    def signed(self) -> Node:
        minus = False
        while self.peek().is_sign("+", "-"):
            minus ^= self.row[self.at].text == "-"
            self.at += 1
        node = self.factor()
        return n.negative(node) if minus else node

    def factor(self) -> Node:
        return self.postfix(self.atom())

    def postfix(self, base: Node) -> Node:
        """Parse exponents, transposes and indices after anything but a symbol."""
        while True:
            if self.peek().is_sign("^"):
                self.at += 1
                base = self.raised(base, self.script())
            elif self.peek().is_command("TRANSPOSED"):
                self.at += 1
                base = Node("T", (base,))
            elif self.peek().is_sign("_") and base.head == "^" and base.args[0].head == "norm":
                self.at += 1
                if written(self.script()) not in ("2", "F"):
                    base = Node("unknown", text=n.show(base))
            elif self.peek().is_sign("_") and base.head in _INDEXED:
                self.at += 1
                low = self.script()
                if any(each.is_command("times", "in") for each in low):  # of some size
                    return Node("unknown", text=n.show(base))
                if base.head == "sym":
                    indices = self.indices(low)
                    return replace(base, args=(*base.args, *indices), marks=base.marks + "_" * len(indices), bold=False)
                if base.head == "call" and base.text == "softmax":
                    base = replace(base, marks="_", args=(*base.args, *self.indices(low)))
                elif base.head not in ("matrix", "list", "norm"):
                    indices = self.indices(low)
                    free = {each.text for each in indices} & base.free_letters
                    base = Node("unknown", text=n.show(base)) if free else Node("entry", (base, *indices))
            elif self.peek().is_sign("*") and self.peek(1).is_sign("*"):
                self.at += 2
                base = Node("^", (base, self.signed()))
            elif self.peek().is_sign("!"):
                raise WorksheetError("factorials are not read")
            elif (
                base.head == "sym"
                and base.text[:1].isupper()
                and self.row[self.at - 1].is_sign(")", "]")
                and _is_prime(self.row, self.at)
            ):
                self.at = _after_primes(self.row, self.at)
                base = Node("T", (base,))
            elif base.head not in ("sym", "num") and _is_prime(self.row, self.at):
                place, self.at = self.at, _after_primes(self.row, self.at)
                base = _primed_whole(base) if self.at - place == 1 else Node("unknown", text=f"({n.show(base)})′")
            else:
                return base

    def script(self) -> Sequence[Token]:
        token = self.peek()
        if token is _END:
            raise WorksheetError("an index or exponent is missing")
        self.at += 1
        if token.kind == "command" and token.text in _BOLD | UPRIGHT and self.peek().kind in ("group", "letter"):
            self.at += 1
            return self.row[self.at - 1].inner
        if token.is_command(*FRACTION_COMMANDS):
            self.at += 2
            return self.row[self.at - 3 : self.at]
        return token.inner

    def raised(self, base: Node, high: Sequence[Token]) -> Node:
        high = plain(high)
        if _is_transpose(high, base, self.notation):
            return Node("T", (base,))
        counted = len(high) == 1 and high[0].text in ("2", "3", "4")
        if base.head == "sym" and base.text == "e" and not base.args and (self.notation.euler or not counted):
            return Node("call", (self.inner(high),), "exp")
        if all(each.is_sign("*", "+", "-", "'") or each.is_command("ast", "star", "dagger", "prime") for each in high):
            raise WorksheetError("a raised sign stands after what is no name")
        if base.head == "matrix":
            return base
        bracketed = [at for at, each in enumerate(high) if each.is_sign("(", ")")] == [0, len(high) - 1]
        if base.head != "sym" and bracketed:
            raise WorksheetError("a raised (…) may be a power or the order of a derivative")
        power = self.inner(high)
        if base.head == "sym" and base.text in self.notation.squared and power == n.number(2, "2"):
            return replace(base, text=f"{base.text}²")
        return Node("^", (base, power))

    # Atoms

    def atom(self) -> Node:
        token = self.peek()
        if token is _END:
            raise WorksheetError("something is missing at the end")
        if token.text in ("1", "I") and token.kind in ("number", "letter") and self.has_condition(1):
            self.at += 1
            return self.condition()
        if token.is_command("delta") and self.peek(1).is_sign("_") and self.has_condition(1):
            self.at += 1
            return self.condition()
        if token.kind == "number":
            self.at += 1
            return _number(token)
        if token.is_sign("(", "["):
            return self.bracketed(CLOSING[token.text])
        if token.is_sign("|"):
            return self.bars("|", "abs")
        if token.kind == "sign" and token.text == ".":
            self.at += 1
            return self.atom()
        if token.kind == "group":
            return self.group(token)
        if token.kind == "table":
            self.at += 1
            return self.table(token)
        if token.kind in ("letter", "words"):
            return self.named()
        if token.is_command("cdot") and self.at and self.row[self.at - 1].is_sign("(") and self.peek(1).is_sign(")"):
            self.at += 1
            return n.symbol("·")
        if token.kind == "command":
            return self.command(token)
        raise WorksheetError(f"can't read {_shown(token)!r}")

    def styled_number(self) -> Node | None:
        r"""Parse `\mathbf{0.5}`, a number in another typeface; None for a name."""
        follows = self.peek(1)
        inner = plain(follows.inner) if follows.kind in ("group", "number") else []
        if not any(each.kind == "number" for each in inner[:2]) or any(
            each.kind not in ("number", "sign") for each in inner
        ):
            return None
        if [each.text for each in inner] == ["1"] and self.peek().is_command(*_BOLD):
            return None  # a vector of ones
        self.at += 2
        return self.inner(inner)

    def bracketed(self, closing: str) -> Node:
        self.at += 1
        self.deeper()
        if self.accept(closing):
            raise WorksheetError("there is nothing in the brackets")
        inner = self.comma_list()
        if not self.accept(closing, ")" if closing == "]" else "]"):
            raise WorksheetError(f"expected {closing!r}, got {_shown(self.peek())!r}")
        self.depth -= 1
        if inner.head == "list" and closing == "]":
            return Node("matrix", (Node("row", inner.args),))
        return inner

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise WorksheetError(f"formulas are nested more than {MAX_NESTING} deep")

    def bars(self, closing: str, head: str) -> Node:
        self.at += 1
        self.deeper()
        start = self.at
        outer, self.in_bars = self.in_bars, True
        inner = self.sum()
        self.in_bars = outer
        if self.peek().is_command("cap", "cup", "setminus"):
            inner = self.unread_until(start, "|", "vert", "rvert")
        token = self.peek()
        closes = ("|", "Vert", "rVert", "rvert", "vert", "parallel")
        if not (token.is_sign(closing, "|") or token.is_command(*closes)):
            raise WorksheetError("a bar has no second one")
        self.at += 1
        if head == "norm" and self.peek().is_sign("|"):
            self.at += 1
        self.depth -= 1
        if self.peek().is_sign("_"):
            self.at += 1
            low = written(self.script())
            if low not in ("2", "F"):
                return Node("unknown", text=f"norm {low}")
        return Node(head, (inner,))

    def group(self, token: Token) -> Node:
        """Parse the contents of braces; a name in braces takes the indices that follow."""
        inner = plain(token.inner)
        if not inner:
            self.at += 1
            return self.atom()
        if any(each.is_command("over") for each in inner):
            self.at += 1
            place = next(at for at, each in enumerate(inner) if each.is_command("over"))
            return self.fraction(inner[:place], inner[place + 1 :])
        follows = self.peek(1)
        if follows.is_sign("/") and _delta(inner, 0) and len(inner) > 1:
            below = self.peek(2)
            if below.kind == "group" and _delta(plain(below.inner), 0):
                self.at += 3
                return self.fraction(inner, below.inner)
        if len(inner) > 2 and (follows.is_sign("_", "^", "(") or _is_prime(self.row, self.at + 1)) and _is_name(inner):
            self.row = [*self.row[: self.at], *inner, *self.row[self.at + 1 :]]
            return self.atom()
        if follows.is_sign("_", "^", "'", "("):
            self.row = [*self.row[: self.at], *_unbraced(inner), *self.row[self.at + 1 :]]
            return self.atom() if len(inner) <= 2 or inner[0].kind == "command" else self.grouped(len(_unbraced(inner)))
        self.at += 1
        return self.inner(inner)

    def grouped(self, count: int) -> Node:
        inner = self.row[self.at : self.at + count]
        self.at += count
        return self.inner(inner)

    def table(self, token: Token) -> Node:
        if token.text in ("cases", "dcases", "rcases"):
            return self.cases(token)
        if token.text in _MATRICES:
            if (broken := _broken_sum(token)) is not None:
                return self.inner(broken)
            rows = [
                Node("row", tuple(self.cell(cell) for cell in cells))
                for cells in token.rows
                if any(plain(cell) for cell in cells)
            ]
            if not rows or len({len(row.args) for row in rows}) > 1:
                raise WorksheetError("the rows of a matrix are of unlike lengths")
            return Node("matrix", tuple(rows))
        if is_layout(token) and len(token.rows) == 1:
            return self.inner([each for cell in token.rows[0] for each in cell])
        raise WorksheetError(f"can't read \\begin{{{token.text}}} within a formula")

    def cell(self, cell: Sequence[Token]) -> Node:
        """Parse an entry of a matrix; an empty one, or a single bar, is left open."""
        inner = plain(cell)
        bar = len(inner) == 1 and inner[0].is_sign("|", "-")
        return self.inner(inner) if inner and not (bar or inner[0].is_command("vert", "mid", "|")) else Node("dots")

    def cases(self, token: Token) -> Node:
        args: list[Node] = []
        for cells in token.rows:
            flat = [each for cell in cells for each in (*cell, _GAP)]
            value, when = _case(flat)
            if not plain(value):
                continue
            args += [self.inner(value), conditions(when, self.notation) or Node("open")]
        if len(args) < 4:
            return Node("unknown", text="cases")
        return Node("cases", tuple(args))

    def command(self, token: Token) -> Node:
        text = token.text
        if text in FRACTION_COMMANDS:
            self.at += 1
            self.split_digits()
            return self.fraction(self.script(), self.script())
        if (
            text in ("pdv", "dv", "pd", "pderiv", "deriv", "odv")
            and self.peek(1).kind == "group"
            and self.peek(2).kind == "group"
        ):
            self.at += 1
            return n.derivative(self.inner(self.script()), self.inner(self.script()))
        if text in ("sum", "prod"):
            return self.big(text)
        if text == "sqrt":
            return self.root()
        if text in ("partial",) or (text == "mathrm" and written(self.peek(1).inner) == "d"):
            return self.inline_derivative(2 if text == "mathrm" else 1)
        if text == "nabla":
            return self.gradient()
        if text in ("underbrace", "overbrace", "underset", "overset", "stackrel"):
            return self.braced(text)
        if text in ("lVert", "Vert", "|", "rVert", "parallel"):
            return self.bars("\\|", "norm")
        if text in ("lvert", "vert"):
            return self.bars("|", "abs")
        if text in ("{", "lbrace", "lbrack", "langle", "lfloor", "lceil"):
            return self.braces(text)
        if text in ("dots", "cdots", "ldots", "vdots", "ddots", "dotsb", "dotsc"):
            self.at += 1
            return Node("dots")
        if written(self.peek(1).inner) in ("1", "I") and (
            text in _INDICATORS or (text in _MAYBE_INDICATORS and self.has_condition(2))
        ):
            self.at += 2
            return self.condition()
        if text in FUNCTION_COMMANDS:
            self.at += 1
            return self.function(text)
        if text in _BOLD | UPRIGHT and (styled := self.styled_number()) is not None:
            return styled
        if text in LETTERS or text in _ACCENTS or text in _BOLD or text in UPRIGHT:
            return self.named()
        if text in _UNCOMPUTED:
            return self.uncomputed()
        if text.isalpha() and text not in _SEPARATORS:
            return self.own_command()
        raise WorksheetError(f"can't read \\{text}")

    def uncomputed(self) -> Node:
        r"""Parse `\int`, `\lim`, `\arg` with everything that belongs to it: its value is not computed."""
        start = self.at
        self.at += 1
        while self.peek().is_sign("_", "^"):
            self.at += 1
            self.script()
        if self.peek() is not _END and (self.starts_factor(self.peek()) or self.peek().is_sign("-", "|")):
            self.term()
        return Node("unknown", text=written(self.row[start : self.at]))

    def own_command(self) -> Node:
        r"""Parse a command that the note defines elsewhere: a name, or with groups after it a function of them."""
        token = self.peek()
        if self.peek(1).kind != "group":
            return self.named()
        self.at += 1
        text = token.text
        while self.peek().kind == "group":
            text += "{" + written(self.peek().inner) + "}"
            self.at += 1
        node = Node("unknown", text=text)
        while self.peek().is_sign("_", "^"):
            self.at += 1
            self.script()
        return node

    def split_digits(self) -> None:
        r"""Split the number after `\frac` as TeX does: `\frac12` is ½."""
        token = self.peek()
        if token.kind == "number" and len(token.text) > 1 and token.text.isdigit():
            first, rest = replace(token, text=token.text[0]), replace(token, text=token.text[1:])
            self.row = [*self.row[: self.at], first, rest, *self.row[self.at + 1 :]]

    def has_condition(self, ahead: int) -> bool:
        r"""Return whether a condition stands some tokens ahead, as in 1_{i = j}, I(i = j) and `1\{i = j\}`."""
        opened = self.peek(ahead)
        if opened.is_sign("_"):
            return _has_relation(self.peek(ahead + 1).inner)
        inner = self.row[self.at + ahead + 1 :]
        closing = {"(": (")",), "[": ("]",), "{": _BRACES["{"]}.get(opened.text, ())
        end = next((at for at, each in enumerate(inner) if each.is_sign(*closing) or each.is_command(*closing)), 0)
        return _has_relation(inner[:end])

    def condition(self) -> Node:
        """Parse the condition of an indicator; two indices alone mean that they are equal."""
        if self.peek().is_sign("_"):
            self.at += 1
            low = self.script()
            indices = self.indices(low) if not _has_relation(low) else []
            return n.symbol("δ", *indices) if len(indices) == 2 else self.inner(low)
        if self.peek().is_sign("(", "["):
            return self.bracketed(CLOSING[self.peek().text])
        return self.braces("{") if self.peek().is_command("{") else Node("unknown", text="1")

    def braces(self, opening: str) -> Node:
        self.at += 1
        if self.peek().kind == "table" and (self.peek().text in _MATRICES or is_layout(self.peek())):
            table = self.peek()
            closes = self.peek(1).is_command("}", "rbrace")
            if not closes:
                self.at += 1
                return self.cases(table)
        self.deeper()
        start = self.at
        inner = self.comma_list()
        closing = _BRACES.get(opening, ())
        if not self.peek().is_command(*closing):
            inner = self.unread_until(start, *closing)
        self.at += 1
        self.depth -= 1
        if opening in ("lfloor", "lceil"):
            return Node("unknown", text=f"{opening[1:]}({n.show(inner)})")
        if opening == "langle" and inner.head == "list" and len(inner.args) == 2:
            return Node("call", inner.args, "inner")
        return inner

    def unread_until(self, start: int, *closing: str) -> Node:
        """Consume everything before a closing sign, such as a set, verbatim."""
        end = next((at for at in range(self.at, len(self.row)) if self.row[at].text in closing), -1)
        if end < 0:
            raise WorksheetError(f"{_shown(self.row[start - 1])} is never closed")
        self.at = end
        return Node("unknown", text=written(self.row[start:end]))

    def braced(self, text: str) -> Node:
        r"""Parse `\underbrace{…}_{words}`, ignoring the words."""
        self.at += 1
        if text in ("underset", "overset", "stackrel"):
            self.script()
        inner = self.script()
        node = self.inner(inner)
        if text in ("underbrace", "overbrace") and self.peek().is_sign("_", "^"):
            self.at += 1
            label = plain(self.script())
            if label and _base(label[0]) and (len(label) == 1 or label[1].is_sign("_", "^")):
                named = self.inner(label)
                if named.head == "sym" and named != node:
                    self.notation.labelled[named] = node
        return node

    def root(self) -> Node:
        self.at += 1
        if self.peek().is_sign("["):
            end = next((at for at in range(self.at, len(self.row)) if self.row[at].is_sign("]")), len(self.row))
            order = self.inner(self.row[self.at + 1 : end])
            self.at = end + 1
            return Node("^", (self.inner(self.script()), Node("/", (n.ONE, order))))
        return Node("call", (self.inner(self.script()),), "sqrt")

    # Derivatives

    def fraction(self, above: Sequence[Token], below: Sequence[Token]) -> Node:
        above, below = plain(above), plain(below)
        if all(any(each.is_sign("/") for each in part) for part in (above, below)):
            return Node("/", (self.inner(above), self.inner(below)))
        slope = self.differential_quotient(above, below)
        if slope is not None:
            return slope
        if any(each.is_command("partial") for each in below):
            raise WorksheetError("can't read this fraction as a derivative")
        return Node("/", (self.inner(above), self.inner(below)))

    def differential_quotient(self, above: Sequence[Token], below: Sequence[Token]) -> Node | None:
        """Parse ∂y/∂x, ∂²y/∂x∂z, and ∂/∂x with what follows; None for a plain fraction."""
        sign = _delta(below, 0)
        if not sign or len(below) < 2:
            return None
        place = next((at for at in range(len(above)) if _delta(above, at) == sign), -1)
        if place < 0 or (
            sign in "δΔ" and (place or len(above) < 2 or above[1].is_sign("_", "^") or below[1].is_sign("_", "^"))
        ):
            return None
        if place and not (sign == "∂" or above[place].kind != "letter"):
            return None
        width = _width(above, place)
        order, rest = _order(above[place + width :])
        xs = self.variables(below, sign)
        if xs is None and sign == "d" and len(above) == width:
            raise WorksheetError("can't tell what is differentiated by")
        if xs is None or (place and sign == "∂" and place == len(above) - 1):
            return None
        if order > 1 and len(xs) != order:
            return None
        y = self.inner(rest) if rest else self.operand()
        node = Node("d", (y, *xs))
        if rest and self.peek().is_sign("(") and self.peek(2).is_sign(")") and written([self.peek(1)]) == n.show(xs[0]):
            self.at += 3  # du/dx (x), at x
        return (
            n.product(self.inner(above[:place]), node)
            if place and _has_value(above[:place])
            else n.negative(node)
            if place
            else node
        )

    def operand(self) -> Node:
        """Parse the operand of ∂/∂x: everything up to the next plus or minus."""
        self.at += self.peek().is_command("cdot")
        if self.peek() is _END:
            raise WorksheetError("nothing is differentiated")
        return self.product()

    def variables(self, below: Sequence[Token], sign: str) -> list[Node] | None:
        xs: list[Node] = []
        at = 0
        while at < len(below):
            if _delta(below, at) != sign:
                return None
            start = at + _width(below, at)
            if start + 1 < len(below) and below[start].is_sign("_"):  # ∂_{x}
                below = [*below[:start], *plain(below[start + 1].inner), *below[start + 2 :]]
            at = start
            while at < len(below) and not (at > start and _delta(below, at) == sign and sign == "∂"):
                at += 1
            part = list(below[start:at])
            times = 1
            if (
                len(part) > 2
                and part[-2].is_sign("^")
                and written(part[-1].inner) in ("2", "3")
                and _base(part[0]) not in self.notation.squared
            ):
                times = int(written(part[-1].inner))
                part = part[:-2]
            if not part:
                return None
            x = self.inner(part)
            if x.head == "^" and x.args[0].head == "sym" and x.args[1].head in ("sym", "num", "+"):
                x = replace(x.args[0], args=(x.args[1], *x.args[0].args), marks="^" + x.args[0].marks)
            if x.head not in ("sym", "T", "call"):
                if x.head == "*" and sign == "∂" and all(each.head == "sym" for each in x.args):
                    raise WorksheetError("can't tell what is differentiated by")
                return None
            xs += (
                [x.args[0] if x.head == "call" and x.args else x] * times
                if x.head != "call"
                else [n.symbol(x.text)] * times
            )
        return xs

    def inline_derivative(self, width: int) -> Node:
        """Parse ∂y/∂x on one line."""
        self.at += width
        if self.peek().is_sign("/"):
            self.at += 1
            xs = self.inline_variable()
            return Node("d", (self.operand(), xs))
        if self.peek().is_sign("_"):
            self.at += 1
            x = self.inner(self.script())
            y = self.factor()
            if x.head == "sym" and not (x.text in self.notation.letters and not x.args):
                return n.derivative(y, x)
            return Node("unknown", text=f"∂_{n.show(x)} {n.show(y)}")
        y = self.atom()
        if not self.peek().is_sign("/"):
            if width == 1:
                raise WorksheetError("a differential stands alone")
            return replace(y, text=f"d{y.text}") if y.head == "sym" else Node("unknown", text=f"d({n.show(y)})")
        self.at += 1
        return Node("d", (y, self.inline_variable()))

    def inline_variable(self) -> Node:
        if self.peek().is_command("mathrm"):
            self.at += 1
        if not (self.peek().is_command("partial") or written(self.peek().inner) == "d"):
            raise WorksheetError("∂ is not divided by ∂")
        self.at += 1
        x = self.atom()
        if x.head != "sym":
            raise WorksheetError("can't tell what is differentiated by")
        return x

    def gradient(self) -> Node:
        self.at += 1
        x: Node | None = None
        if self.peek().is_sign("_"):
            self.at += 1
            x = self.inner(self.script())
        if self.peek().is_sign("^"):
            self.at += 1
            order = written(self.script())
            return Node("unknown", text=f"∇^{order} {n.show(self.factor())}")
        start = self.at
        y = self.factor()
        if x is not None and self.starts_factor(self.peek()) and y.head in ("T", "sym") and y.head != "call":
            last, self.at = self.at, start
            whole = self.product()
            if y.head == "T" or (y != x and x in set(whole.symbols()) and x not in set(y.symbols())):
                y = whole
            else:
                self.at = last
        if x is None:
            return Node("unknown", text=f"∇{n.show(y)}")
        return n.derivative(y, x)

    # Sums

    def big(self, head: str) -> Node:
        self.at += 1
        low: Sequence[Token] = ()
        high: Sequence[Token] = ()
        while self.peek().is_sign("_", "^"):
            is_low = self.row[self.at].text == "_"
            self.at += 1
            if is_low:
                low = self.script()
            else:
                high = self.script()
        letters, first = self.bounds(plain(low))
        last = self.inner(high) if high else Node("open")
        minus = self.accept("-")
        body = n.negative(self.product()) if minus else self.product()
        if letters == ["?"]:
            found = {
                index.text
                for name in body.symbols()
                for index in name.args
                if index.head == "sym" and not index.args and index.text in _SUMMED
            }
            if len(found) == 1:
                return Node(head, (body, first, last), found.pop(), INFERRED)
        for each in reversed(letters):
            body = Node(head, (body, first, last), each)
        return body

    def bounds(self, low: Sequence[Token]) -> tuple[list[str], Node]:
        r"""Parse `i=1`, `i`, `i,j`, `i \\in S`, `i \\neq j` or nothing."""
        if not low:
            return ["?"], Node("open")
        if len(low) == 1 and low[0].kind == "group":
            low = plain(low[0].inner)
        low = [each for each in low if not each.is_command("forall")]
        relation = next(
            (
                at
                for at, each in enumerate(low)
                if each.is_sign("=", "<") or each.is_command("in", "ne", "neq", "le", "leq")
            ),
            len(low),
        )
        if relation < len(low) and low[relation].is_command("in"):
            members = self.members(low[:relation])
            if members:
                return members, Node("open")
        names: list[str] = []
        for at, each in enumerate(low[:relation]):
            if _is_prime(low, at):  # k′
                names[-1:] = [f"{name}′" for name in names[-1:]]
            elif not each.is_sign(",", "(", ")", "^") and not (at and low[at - 1].is_sign("^")):
                names.append(_base(each) or each.text)
        if not names or any(len(each) > 2 for each in names):
            raise WorksheetError(f"can't tell what the sum runs over: {written(low)}")
        if relation == len(low) or low[relation].is_command("in"):
            return names, Node("open")
        bound = self.inner(low[relation + 1 :])
        if low[relation].is_sign("="):
            return names, bound
        return names, Node("bound", (bound,), _COMPARISONS[low[relation].text])

    def members(self, low: Sequence[Token]) -> list[str]:
        """Read x_i, or (x_i, y_i), the members of a set, as their common index; otherwise as no index."""
        try:
            inner = self.inner([each for each in low if not each.is_sign("(", ")")])
        except WorksheetError:
            return []
        names = inner.args if inner.head == "list" else (inner,)
        if not all(each.head == "sym" for each in names) or (len(names) == 1 and not (names[0].args or names[0].bold)):
            return []
        indices = {each.args for each in names}
        if len(indices) == 1 and len(only := indices.pop()) == 1 and only[0].head == "sym" and not only[0].args:
            return [only[0].text]
        return []

    # Names

    def function(self, name: str) -> Node:
        r"""Parse the operand of `\log`, `\tanh` …, with or without brackets."""
        primes, power, base = 0, None, ""
        while self.peek().is_sign("^", "_") or _is_prime(self.row, self.at):
            if _is_prime(self.row, self.at):
                primes += _primes(self.row, self.at)
                self.at = _after_primes(self.row, self.at)
            elif self.accept("_"):
                base = written(self.script())
            else:
                self.at += 1
                power = self.inner(self.script())
        known = FUNCTIONS.get(name.casefold(), name)
        if known == "exp" and power is not None and not self.peek().is_sign("(", "["):
            return Node("call", (power,), "exp")
        if name in ("log",) and base in ("2", "10"):
            known = f"log{base}"
        elif base and name in ("max", "min"):
            if self.peek() is not _END and (self.starts_factor(self.peek()) or self.peek().is_sign("-", "|")):
                self.term()
            return Node("unknown", text=f"{name}_{base}")
        if self.peek() is _END or not (self.starts_factor(self.peek()) or self.peek().is_sign("|", "-")):
            node = Node("call", (), known, primes=primes)
        else:
            arguments = (
                self.arguments() if self.peek().is_sign("(", "[") or self.peek().is_command("{") else (self.bare(),)
            )
            node = Node("call", arguments, known, primes=primes)
        return Node("^", (node, power)) if power is not None else node

    def arguments(self) -> tuple[Node, ...]:
        square = self.peek().is_sign("[")
        inner = (
            self.braces("{")
            if self.peek().is_command("{")
            else self.bracketed(")" if self.peek().is_sign("(") else "]")
        )
        if square and inner.head == "matrix" and len(inner.args) == 1:
            return inner.args[0].args
        return inner.args if inner.head == "list" else (inner,)

    def bare(self) -> Node:
        """Parse an operand without brackets: one factor, with an optional number before it."""
        if self.accept("-"):
            return n.negative(self.bare())
        factor = self.factor()
        while (factor.head in ("num", "sym") and self.peek().kind in ("letter", "number", "group")) or (
            factor.head in ("num", "*", "sym") and self.peek().kind == "command" and self.peek().text in LETTERS
        ):
            factor = n.product(*(factor.args if factor.head == "*" else (factor,)), self.factor())
        return factor

    def change(self) -> Node | None:
        """Parse Δw as one name; None for Δ alone or with an index."""
        following = self.peek(1)
        if following.kind not in ("letter", "group") and not following.is_command(*_BOLD, *LETTERS, *_ACCENTS):
            return None
        start = self.at
        self.at += 1
        try:
            node = self.factor_symbol()
        except WorksheetError:
            self.at = start
            return None
        return replace(node, text="Δ" + node.text)

    def named(self) -> Node:
        start = self.at
        if self.peek().is_command("Delta") and (changed := self.change()) is not None:
            return changed
        base, bold = self.base_name()
        if (
            base in ("d",)
            and not bold
            and self.peek().kind in ("letter", "command")
            and not self.peek().is_command(*_TIMES, "odot")
        ):
            slope = self.slope_or_differential(start)
            if slope is not None:
                return slope
        known = FUNCTIONS.get(base.casefold(), "") if len(base) > 1 or base == "σ" else ""
        if known and (base != "σ" or self.sigma_applies()):
            return self.function(base)
        node, primes = self.indexed(base, bold)
        if self.peek().is_sign("(", "[") and (opaque := self.given(node)) is not None:
            return opaque
        if (
            node.text in self.notation.functions
            and self.peek().is_sign("^")
            and self.peek(1).text.isdigit()
            and self.peek(2).is_sign("(")
        ):
            power = self.peek(1)
            self.row = [*self.row[: self.at], *self.row[self.at + 2 :]]
            call = Node("call", self.arguments(), n.show(node))
            return Node("^", (call, _number(power)))
        spelled = {node.text, written(self.row[start : self.at])}
        if (
            node.head == "sym"
            and (not self.notation.functions.isdisjoint(spelled) or (len(base) > 2 and base.isascii() and not bold))
            and (self.peek().is_sign("(") or primes or (self.peek().is_sign("[") and primes))
        ):
            start = self.at
            arguments = self.arguments() if self.peek().is_sign("(", "[") else ()
            if not any(each.text == node.text for side in arguments for each in side.symbols()):
                return Node("call", (*arguments,), n.show(node), primes=primes)
            self.at = start
        if primes:
            node = replace(node, text=node.text + "′" * primes)
        return node

    def given(self, node: Node) -> Node | None:
        """Parse p(y | x) or KL(p ‖ q) as one opaque symbol; None, without consuming tokens, for other brackets."""
        depth, bars = 0, False
        for ahead in range(80):
            token = self.peek(ahead)
            if token is _END:
                return None
            depth += token.is_sign("(", "[") - token.is_sign(")", "]")
            if depth == 1:
                doubled = token.is_command("|", "Vert", "parallel")
                bars |= token.is_command("mid") or (
                    (doubled or token.is_sign("|") or token.is_command("vert")) and self.is_single_bar(ahead)
                )
                bars |= token.is_sign(";") and node.text in _PROBABILITIES
                bars |= token.is_command("cup", "cap", "setminus", "backslash", "Rightarrow")
            if depth == 0:
                if not bars:
                    return None
                text = written(self.row[self.at : self.at + ahead + 1])
                self.at += ahead + 1
                return n.symbol(n.show(node) + text)
        return None

    def is_single_bar(self, ahead: int) -> bool:
        """Return whether a bar within brackets separates rather than opening or closing an absolute value or a norm."""
        depth, bars = 0, 0
        for place in range(self.at, min(self.at + 120, len(self.row))):
            token = self.row[place]
            depth += token.is_sign("(", "[") - token.is_sign(")", "]")
            if depth == 0 and place > self.at:
                break
            adjoining = place > self.at and self.row[place - 1].is_sign("|") and token.is_sign("|")
            bars += (
                depth == 1
                and not adjoining
                and (token.is_sign("|") or token.is_command("vert", "Vert", "|", "parallel"))
            )
        return bars == 1

    def sigma_applies(self) -> bool:
        """Return whether σ is the sigmoid here: followed by brackets or a prime."""
        at = _after_primes(self.row, self.at)
        return at > self.at or (at < len(self.row) and self.row[at].is_sign("(", "["))

    def slope_or_differential(self, start: int) -> Node | None:
        """Parse dy/dx on one line, or dW for a differential that is a name; None for d times something."""
        first = self.at
        try:
            y = self.factor_symbol()
        except WorksheetError:
            self.at = first
            return None
        if self.peek().is_sign("/") and self.peek(1).text == "d":
            self.at += 2
            x = self.atom()
            if x.head == "sym":
                return n.derivative(y, x)
            raise WorksheetError("can't tell what is differentiated by")
        if y.head == "sym" and self.row[first].start == self.row[start].end:
            return replace(y, text="d" + y.text)
        self.at = first
        return None

    def factor_symbol(self) -> Node:
        base, bold = self.base_name()
        node, _primes = self.indexed(base, bold)
        return node

    def base_name(self) -> tuple[str, bool]:
        """Parse a name without its indices, and whether it is bold."""
        token = self.peek()
        self.at += 1
        bold = False
        if token.kind == "words":
            base = re.sub(r"\W+", "_", token.text).strip("_")
        elif token.kind == "letter":
            base = self.letters(token)
        elif token.kind == "group":
            base, bold = self.styled(plain(token.inner))
        elif token.kind == "number":
            base = token.text
        elif token.text in LETTERS:
            base = LETTERS[token.text]
        elif token.kind == "command" and token.text not in _ACCENTS and token.text not in _BOLD | UPRIGHT:
            base = token.text
        elif token.text in _ACCENTS or token.text in _BOLD:
            inner = plain(self.script())
            base, bold = self.styled(inner)
            if token.text in _ACCENTS and token.text not in _BOLD:
                base += _ACCENTS[token.text]
            else:
                bold = True
        else:
            base = self.upright(plain(self.script()))
        while self.peek().kind == "accent":
            base += _ACCENTS.get(self.peek().text, "")
            self.at += 1
        if not base:
            raise WorksheetError("a name is empty")
        return base, bold

    def styled(self, inner: list[Token]) -> tuple[str, bool]:
        """Parse what is under a hat or in bold; indices within go with the name."""
        if not inner:
            raise WorksheetError("there is nothing under an accent")
        reader = _Reader(inner, self.notation, self.depth + 1)
        if len(inner) > 1 and inner[0].kind in ("letter",) and not any(each.is_sign("_", "^") for each in inner):
            return written(inner), False
        base, bold = reader.base_name()
        rest = inner[reader.at :]
        if rest:
            if not rest[0].is_sign("_", "^"):
                return written(inner), bold
            self.row = [*self.row[: self.at], *rest, *self.row[self.at :]]
        return base, bold

    def upright(self, inner: list[Token]) -> str:
        r"""Parse `\mathrm{net}`, with indices within it put after it."""
        place = next((at for at, each in enumerate(inner) if each.is_sign("_", "^")), len(inner))
        if place < len(inner):
            self.row = [*self.row[: self.at], *inner[place:], *self.row[self.at :]]
            inner = inner[:place]
        return "".join(LETTERS.get(each.text, each.text) for each in inner)

    def letters(self, first: Token) -> str:
        """Parse letters that form one name, or only the first of a product."""
        run = _run(self.row, self.at - 1)
        if len(run) > 1 and (run in self.notation.words or run.casefold() in FUNCTIONS):
            self.at += len(run) - 1
            return run
        if (match := _LOGARITHM.fullmatch(run)) and not match["before"]:
            self.at += len(match["name"]) - 1
            return match["name"]
        for length in range(len(run) - 1, 2, -1):  # `ytanh`, `dlog`: a function at the end
            if run[-length:].casefold() in FUNCTIONS or run[:length] in self.notation.words:
                if run[:length] in self.notation.words:
                    self.at += length - 1
                    return run[:length]
                break
        if len(run) > 2 and run[0] == "d" and run[1:] in self.notation.words:
            return "d"
        return first.text

    def indexed(self, base: str, bold: bool) -> tuple[Node, int]:
        """Parse the indices after a name; a power is left for `postfix`."""
        low: list[Node] = []
        high: list[Node] = []
        primes = 0
        token = self.peek()
        if (
            token.kind == "number"
            and self.at
            and token.start == self.row[self.at - 1].end
            and self.row[self.at - 1].kind == "letter"
            and "." not in token.text
        ):
            self.at += 1
            low.append(_number(token))
        while True:
            scripts = plain(self.peek().inner) if self.peek().kind == "group" else None
            if scripts == [] and (self.peek(1).is_sign("_", "^") or _is_prime(self.row, self.at + 1)):
                self.at += 1
            elif scripts and scripts[0].is_sign("_", "^"):
                self.row = [*self.row[: self.at], *scripts, *self.row[self.at + 1 :]]
            if self.peek().is_sign("^") and self.peek(2).is_sign("_") and not self.peek(1).is_command(*UPRIGHT):
                high += self.high_index(base, before_low=True) or []
                if self.peek().is_sign("^"):  # a power, which goes after the index
                    self.row = _swapped(self.row, self.at)
            if self.peek().is_sign("_"):
                self.at += 1
                low += self.indices(self.script())
            elif _is_prime(self.row, self.at):
                primes += _primes(self.row, self.at)
                self.at = _after_primes(self.row, self.at)
            elif self.peek().is_sign("^") and (more := self.high_index(base)) is not None:
                high += more
            elif self.peek().is_sign("[") and (more := self.square_index()) is not None:
                low += more
            elif base in self.notation.timed and not primes and (more := self.step_index()) is not None:
                high += more
            else:
                break
        while self.peek().kind == "accent":
            base += _ACCENTS.get(self.peek().text, "")
            self.at += 1
        return Node("sym", (*high, *low), base, marks="^" * len(high) + "_" * len(low), bold=bold), primes

    def square_index(self) -> list[Node] | None:
        """Parse an index in square brackets, as in W[i,j]; None, without consuming tokens, for other brackets."""
        end = next((at for at in range(self.at + 1, min(self.at + 14, len(self.row))) if self.row[at].is_sign("]")), -1)
        inner = self.row[self.at + 1 : end] if end > 0 else []
        comma = any(each.is_sign(",") for each in inner)
        plain_letters = [each.text for each in inner if each.kind == "letter"]
        if (
            not inner
            or any(
                each.kind not in ("letter", "number", "group") and not each.is_sign(",", "+", "-", ":", *"_"[comma:])
                for each in inner
            )
            or not (comma or (plain_letters and all(each in self.notation.letters for each in plain_letters)))
        ):
            return None
        self.at = end + 1
        return self.indices(inner)

    def step_index(self) -> list[Node] | None:
        """Parse the step of w(k + 1) as an index; None, without consuming tokens, for other brackets."""
        end = _bracket_end(self.row, self.at)
        inner = plain(self.row[self.at + 1 : end])
        is_number = [each.kind for each in inner] == ["number"]
        if not is_number and _step(self.row, self.at) is None:
            return None
        self.at = end + 1
        return self.indices(inner)

    def high_index(self, base: str, *, before_low: bool = False) -> list[Node] | None:
        """Parse a superscript index; None, without consuming tokens, for a power or a transpose."""
        start = self.at
        self.at += 1
        high = plain(self.script())
        inner = high
        if (len(high) > 2 and high[0].is_sign("(", "[") and high[-1].is_sign(")", "]")) or (
            len(high) > 2 and high[0].is_command("{", "langle") and high[-1].is_command("}", "rangle")
        ):
            inner = high[1:-1]
            if (
                high[0].is_sign("(")
                and any(each.is_sign("+", "-") and at for at, each in enumerate(inner))
                and not _is_shift(inner)
            ):
                inner = []
            if inner:
                return self.indices(inner)
        text = written(high)
        if not high or _is_transpose(high, Node("sym", text=base), self.notation):
            self.at = start
            return None
        if all(each.is_sign("*", "+", "-") or each.is_command("ast", "star", "dagger") for each in high) or text in (
            "new",
            "old",
            "prev",
            "next",
        ):
            return [Node("label", text={"ast": "*", "star": "*"}.get(text, text))]
        if base != "e" and any(each.is_sign(",") for each in high) and self._are_indices(high):
            return self.indices(high)
        layered = base in self.notation.layered
        if base != "e" and (
            (text in ("l", "L", "ℓ", "ell") and layered)
            or (layered and re.fullmatch(r"\d|[lLℓ][-+]\d|ell[-+]\d", text))
            or (
                len(text) == 1
                and text in "tijkmn"
                and base not in "e"
                and high[0].kind == "letter"
                and text in self.notation.letters
                and base in self.notation.layered
            )
            or (before_low and len(high) == 1 and high[0].kind == "letter" and text not in "T")
            or (high[0].kind == "words")
        ):
            return self.indices(high)
        self.at = start
        return None

    @staticmethod
    def _are_indices(row: Sequence[Token]) -> bool:
        """Return whether a list consists of letters, numbers and shifts, as l − 1, l of a weight between layers."""
        return all(each.kind in ("letter", "number") or each.is_sign(",", "+", "-") for each in row)

    def indices(self, row: Sequence[Token]) -> list[Node]:
        """Parse indices: letters, numbers, sums of these, or a word."""
        parts: list[list[Token]] = [[]]
        for token in plain(row):
            if token.is_sign(","):
                parts.append([])
            elif not token.is_command(",", " "):
                parts[-1].append(token)
        return [each for part in parts if part for each in self.index(part)]

    def index(self, part: Sequence[Token]) -> list[Node]:
        if len(part) == 1 and part[0].kind == "group":
            return self.indices(part[0].inner)
        if all(each.kind == "letter" or each.is_command("ell") for each in part):
            text = [LETTERS.get(each.text, each.text) for each in part]
            if len(text) == 1 or (len(text) <= 3 and all(each in self.notation.letters for each in text)):
                return [n.symbol(each) for each in text]
            return [Node("label", text="".join(text))]
        if len(part) == 1 and part[0].kind == "number" and part[0].text.isdigit():
            return [_number(part[0])]
        if part[0].kind == "letter" and len(part) > 1 and _after_primes(part, 1) > 1:  # k′, or ik′
            after = _after_primes(part, 1)
            rest = list(part[after:])
            return [n.symbol(f"{part[0].text}′"), *(self.index(rest) if rest else ())]
        if len(part) > 2 and all(each.kind == "letter" for each in part[:2]) and _is_prime(part, 2):
            return [*self.index(part[:1]), *self.index(part[1:])]
        if _is_shift(part):
            return [self.inner(part)]
        if len(part) == 3 and part[0].kind == "letter" and part[1].is_sign("_"):
            below = plain(part[2].inner)
            if len(below) == 1 and below[0].kind == "number":
                return [Node("label", text=part[0].text + below[0].text)]
            if part[0].text == "n" and [each.text for each in below] == ["l"]:  # n_l layers
                return [n.symbol("L")]
            if len(below) == 1 and below[0].kind == "letter" and below[0].text in self.notation.letters:
                return [n.symbol(part[0].text), n.symbol(below[0].text)]
        if (
            all(each.kind in ("letter", "number") for each in part)
            and part[0].kind == "letter"
            and part[0].text in self.notation.letters
            and len(part) == 2
            and part[0].text in "jk"
        ):
            return [node for each in part for node in self.index([each])]
        bare = [each for each in part if not each.is_command(*UPRIGHT, *BOLD)]
        return [Node("label", text=re.sub(r"[\\\s]", "", written(bare)))]


def _is_shift(part: Sequence[Token]) -> bool:
    """Return whether an index is a sum, as t − 1, or a product of a number and a letter."""
    if len(part) < 2 or any(
        each.kind not in ("letter", "number") and not each.is_sign("+", "-") and not each.is_command("ell")
        for each in part
    ):
        return False
    letters = [at for at, each in enumerate(part) if each.kind == "letter" or each.is_command("ell")]
    signs = [at for at, each in enumerate(part) if each.kind == "sign"]
    return (
        bool(signs and letters)
        and 0 < signs[0] < len(part) - 1
        and all(b - a > 1 for a, b in itertools.pairwise(letters))
    )


def _prepared(row: list[Token]) -> list[Token]:
    """Write ||x|| as a norm, and v^{(k)⊤} with two exponents."""
    split: list[Token] = []
    for at, token in enumerate(row):
        high = plain(token.inner) if at and token.kind == "group" and row[at - 1].is_sign("^") else []
        last = high[-1] if len(high) > 1 else _END
        if last.is_command("top", "intercal", "TRANSPOSED") or (last.text == "T" and high[-2].is_sign(")", "]")):
            split += [replace(token, rows=((tuple(high[:-1]),),)), row[at - 1], last]
        elif (last.is_command("prime") or last.is_sign("'")) and high[-2].is_sign(")", "]"):
            split += [replace(token, rows=((tuple(high[:-1]),),)), last]
        else:
            split.append(token)
    bars = [at for at, each in enumerate(split) if each.is_sign("|") or each.is_command("mid", "vert")]
    if len(bars) % 4 or bars[1::2] != [at + 1 for at in bars[::2]]:
        return split
    firsts = set(bars[::2])
    return [
        replace(each, kind="command", text="|") if at in firsts else each
        for at, each in enumerate(split)
        if at - 1 not in firsts
    ]


def _swapped(row: Sequence[Token], at: int) -> list[Token]:
    """Move the index after an exponent before it."""
    return [*row[:at], *row[at + 2 : at + 4], *row[at : at + 2], *row[at + 4 :]]


def _joined(factors: list[Node], joints: str) -> Node:
    for at in range(len(factors) - 1):
        if (applied := _of_joined_vectors(*factors[at : at + 2])) is not None:
            return _joined([*factors[:at], applied, *factors[at + 2 :]], joints[:at] + joints[at + 1 :])
    return factors[0] if len(factors) == 1 else Node("*", tuple(factors), joints)


def _of_joined_vectors(weights: Node, joined: Node) -> Node | None:
    """Read W · [h, x], weights times stacked vectors, as a function of these; None for other factors."""
    if weights.head != "sym" or not weights.text[:1].isupper() or joined.head != "matrix" or len(joined.args) != 1:
        return None
    parts = joined.args[0].args
    if len(parts) < 2 or not all(each.head == "sym" for each in parts):
        return None
    return Node("call", parts, n.show(weights))


def _primed_whole(base: Node) -> Node:
    """Read (u v)′ unchanged, and (f(g(x)))′, which has one variable, as a derivative."""
    names = set(base.symbols())
    if base.head == "call" and len(names) == 1:
        return n.derivative(base, names.pop())
    return (
        Node("prime", (base,))
        if base.head in ("*", "/", "+", "neg", "^")
        else Node("unknown", text=f"({n.show(base)})′")
    )


def _is_transpose(high: Sequence[Token], base: Node, notation: Notation) -> bool:
    if len(high) == 2 and high[0].is_command(*UPRIGHT, *BOLD) and high[1].kind == "group":
        high = plain(high[1].inner)
    if len(high) != 1:
        return False
    token = high[0]
    if token.is_command("top", "intercal", "TRANSPOSED", "mathsf", "intercal"):
        return True
    if token.is_command("mathrm", "text", "mathsf", "bf", "mathtt"):
        return False
    if token.kind == "words":
        return token.text.strip() in ("T", "t", "⊤")
    if token.text == "t" and token.kind == "letter" and notation.small_transpose:
        return base.head != "sym" or base.bold or base.text[:1].isupper()
    return token.text == "T" and not (base.head == "sym" and base.text in ("e", "γ", "β"))


def _broken_sum(table: Token) -> list[Token] | None:
    """Join the rows of a table without brackets that only breaks a long sum into lines; None for a matrix."""
    if table.text not in ("matrix", "array", "smallmatrix") or len(table.rows) < 2:
        return None
    if any(len(cells) != 1 for cells in table.rows):
        return None
    lines = list(filter(None, (plain(cell) for (cell,) in table.rows)))
    breaks = all(
        before[-1].is_sign("+", "-") or after[0].is_sign("+", "-") for before, after in itertools.pairwise(lines)
    )
    goes_on = any(line[-1].is_sign("+", "-") for line in lines)
    return [each for line in lines for each in line] if breaks and goes_on else None


def _has_relation(row: Sequence[Token]) -> bool:
    return any(each.is_sign("=", "<", ">") or each.is_command(*_COMPARISONS) for each in row)


def _has_value(row: Sequence[Token]) -> bool:
    return not all(each.is_sign("-", "+") for each in row)


def _delta(row: Sequence[Token], at: int) -> str:
    """Return the sign of a differential that begins at a position: d, ∂, δ or Δ."""
    token = row[at]
    if token.is_command("partial"):
        return "∂"
    if token.kind == "letter" and token.text == "d":
        following = row[at + 1] if at + 1 < len(row) else _END
        power = written(row[at + 2].inner) if following.is_sign("^") and at + 2 < len(row) else "2"
        return "d" if not following.is_sign("_") and (power.isdecimal() or power == "n") else ""
    if (
        token.is_command("mathrm", "text", "operatorname", "mathit", "rm")
        and at + 1 < len(row)
        and written(row[at + 1].inner) == "d"
    ):
        return "d"
    if token.kind == "words" and token.text.strip() == "d":
        return "d"
    if token.is_command("delta", "Delta"):
        return {"delta": "δ", "Delta": "Δ"}[token.text]
    return ""


def _width(row: Sequence[Token], at: int) -> int:
    return 2 if row[at].is_command("mathrm", "text", "operatorname", "mathit", "rm") else 1


def _number(token: Token) -> Node:
    value = float(token.text)
    if math.isinf(value):
        raise WorksheetError(f"no double holds {token.text:.30}")
    return n.number(value, token.text)


def _order(rest: Sequence[Token]) -> tuple[int, Sequence[Token]]:
    """Split off the order of a higher derivative, `^2`."""
    order = written(rest[1].inner) if len(rest) > 1 and rest[0].is_sign("^") else ""
    if not order.isdecimal():
        return 1, rest
    if len(order) > MAX_DIGITS:
        raise WorksheetError(f"a derivative of order {order:.30} is not read")
    return int(order), rest[2:]


def _unbraced(inner: Sequence[Token]) -> list[Token]:
    return list(inner)


def _is_name(row: Sequence[Token]) -> bool:
    """Return whether a row is one letter with its indices, and not a power."""
    return bool(_base(row[0])) and len(row) == 3 and row[1].is_sign("_", "^") and not row[2].text.isdigit()


def _spelled_condition(words: str) -> list[Token]:
    """Parse a condition in words such as "if i = j"."""
    text = re.sub(r"\b(?:if|for|when|si)\b|\$", " ", words).strip()
    return list(tokens(text)) if re.search(r"=|<|>|\\ne|≠", text) else []


def _case(flat: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """Split a row of cases into the value and the condition."""
    depth = 0
    for at, token in enumerate(flat):
        depth += token.is_sign("(", "[") - token.is_sign(")", "]")
        if depth == 0 and (
            token is _GAP or token.kind == "words" or token.is_sign(",") or token.is_command("quad", "qquad")
        ):
            rest = [
                each
                for each in flat[at + 1 :]
                if each is not _GAP and each.kind != "words" and not each.is_command("quad", "qquad", "if")
            ]
            if token.kind == "words" and not any(each.kind not in ("space",) for each in rest):
                rest = _spelled_condition(token.text)
            if not rest:
                inner = [each for each in flat[at + 1 :] if each.kind == "words"]
                rest = _spelled_condition(inner[0].text) if inner else []
            while rest and (rest[0].is_sign(",") or rest[0].kind == "space"):
                rest = rest[1:]
            while rest and (rest[-1].is_sign(",", ".", ";") or rest[-1].kind == "space"):
                rest = rest[:-1]
            return list(flat[:at]), rest
    return list(flat), []


def _shown(token: Token) -> str:
    return (
        ("\\" if token.kind == "command" else "") + (token.text or written([token])) if token is not _END else "the end"
    )


_UNCOMPUTED: Final = frozenset((
    "int", "iint", "oint", "lim", "arg", "argmin", "argmax", "inf", "sup", "det", "limsup", "Pr", "binom", "bigcup",
    "bigcap", "max*", "min*", "infty*",
))  # fmt: skip
_PROBABILITIES: Final = frozenset(("p", "P", "q", "E", "Pr", "N"))
_SEPARATORS: Final = frozenset((
    *_TIMES, "odot", "circ", "otimes", "oplus", "div", "over", "pm", "mp", "mid", "vert", "Vert", "rVert", "rvert",
    "rangle", "rbrace", "rbrack", "rfloor", "rceil", "to", "in", "notin", "subset", "cap", "cup", "setminus", "forall",
    "exists", "quad", "qquad", "sim", "propto", "approx", "equiv", "top", "intercal", "TRANSPOSED", "prime", "parallel",
    "backslash", "leftarrow", "rightarrow", "Rightarrow", "mapsto", "colon", "star", "wedge", "vee", "bmod", "mod",
    "choose", "atop", "begin", "end", "tag", "newcommand", "def", "dagger", "perp", "models", "bigoplus", "land",
))  # fmt: skip
_END: Final = Token("end", "", 0, 0)
_GAP: Final = Token("space", " ", 0, 0)
_STARTERS: Final = frozenset((
    *FRACTION_COMMANDS, "sum", "prod", "sqrt", "partial", "nabla", "underbrace",
    "overbrace", "lVert", "Vert", "|", "lvert", "{", "lbrace", "langle", "dots", "cdots", "ldots", "vdots", "dotsb",
    "pdv", "dv", "pd", "mathbb", "underset", "overset",
))  # fmt: skip
