r"""Reading a note: what it defines becomes graphs of the engine, what it claims is judged against them.

Precision comes first: an equation is called WRONG only where both sides could be computed from definitions that hold at
its place, every reading that the notation allows fails, and a single change makes it right or its own numbers
contradict it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from autograd.errors import WorksheetError
from autograd.notes import nodes as n
from autograd.notes import rounding
from autograd.notes.families import without_dots
from autograd.notes.finding import Block, Page, blocks, pages
from autograd.notes.grammar import Notation, conditions, evidence, parse
from autograd.notes.grids import Grid, ShapeError
from autograd.notes.judging import EQUAL, UNEQUAL, Claim, Judge, Outcome, gap, joins
from autograd.notes.nodes import Key, Node
from autograd.notes.repairing import Repair, Repairer
from autograd.notes.shapes import infer, kinds_of, spread
from autograd.notes.sheet import as_worksheet
from autograd.notes.splitting import Statement, statements
from autograd.notes.tokens import Macro, macros, tokens
from autograd.notes.world import Book, Definition, Options, Unknown, World, letters_of

__all__ = ["STATUSES", "Equation", "Note", "read_note"]

MAX_NOTE: Final = 5_000_000
GIVEN, DEFINED, RIGHT, JOINS, IN_FORM = "given", "defined", "right (checked)", "right (joins)", "right in form"
WRONG, DOUBTFUL, REMARK, UNREAD = "WRONG", "doubtful", "remark", "not read"
STATUSES: Final = (GIVEN, DEFINED, RIGHT, JOINS, IN_FORM, WRONG, DOUBTFUL, REMARK, UNREAD)
_JUDGED: Final = (RIGHT, JOINS, IN_FORM, WRONG)
_EQUALITIES: Final = frozenset("=≈:=")
WORK_EACH: Final = 1_500
WORK_BEFORE: Final = 80_000
MOST_NAMES: Final = 16


@dataclass
class Equation:
    """One equation of a note.

    Attributes
    ----------
    line, column : int
        Where it begins, from 1; in a notebook, within the cell.
    cell : int
        The cell of a notebook, from 1; 0 elsewhere.
    start, end : int
        Its span, as offsets in the text of the note or of the cell.
    after : int
        Where the block that it stands in is closed.
    text : str
        As written.
    status : str
        One of `STATUSES`.
    message : str
        What is wrong and what it should be, or why it was not judged.
    reading : str
        How it was read, as plain text.

    Examples
    --------
    >>> first = read_note("$u = v^2$").equations[0]
    >>> first.line, first.column, first.status, first.reading
    (1, 2, 'defined', 'u = v^2')
    """

    line: int
    column: int
    cell: int
    start: int
    end: int
    after: int
    text: str
    status: str = REMARK
    message: str = ""
    reading: str = ""

    def __str__(self) -> str:
        place = f"cell {self.cell}, line {self.line}" if self.cell else f"line {self.line}"
        head = f"{place} {self.status}: {self.reading or ' '.join(self.text.split())}"
        return head + (f"\n       {self.message}" if self.message else "")


@dataclass(frozen=True)
class Note:
    """What was found in a note: its equations, and one remark on the whole where there is one.

    Examples
    --------
    >>> read_note("$u = v^2$ and $du/dv = 2 v$").count("right (checked)", "WRONG")
    1
    """

    equations: list[Equation]
    remark: str = ""
    definitions: Mapping[Node, Node] = field(default_factory=dict, repr=False, compare=False)
    numbers: Mapping[Node, float] = field(default_factory=dict, repr=False, compare=False)

    def worksheet(self) -> str:
        """Write the network that the note defines as a worksheet, to draw, explore and train.

        Leaves get the first numbers that the note gives them, arbitrary ones where it gives none. Families, vectors
        and unknown functions are left out.

        Raises
        ------
        WorksheetError
            When the note defines no network of scalars.

        Examples
        --------
        >>> print(read_note("$z = w x$, $w = 2$, $x = 3$").worksheet())
        w = 2
        x = 3
        <BLANKLINE>
        z = w*x
        """
        return as_worksheet(self.definitions, self.numbers)

    def count(self, *which: str) -> int:
        """Count the equations of some statuses."""
        return sum(each.status in which for each in self.equations)

    def summary(self) -> str:
        """Say how many equations there are, how many were judged, and how."""
        total = len(self.equations)
        claims = total - self.count(GIVEN, DEFINED, REMARK)
        right = self.count(RIGHT, JOINS, IN_FORM)
        parts = [
            f"{total} equation{'s' * (total != 1)}: {self.count(DEFINED)} definitions, {self.count(GIVEN)} given, "
            f"{self.count(REMARK)} remarks, {claims} claims",
            f"{right} right ({self.count(RIGHT)} checked by numbers), {self.count(WRONG)} WRONG, "
            f"{self.count(DOUBTFUL)} doubtful, {self.count(UNREAD)} not read",
        ]
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.text()

    def text(self, *, all: bool = False) -> str:
        """Write the summary, then what is WRONG or doubtful; with `all`, every equation in order."""
        shown = [each for each in self.equations if all or each.status in (WRONG, DOUBTFUL)]
        if not all:
            shown.sort(key=lambda each: each.status != WRONG)
        return "\n".join(
            [self.summary(), *([self.remark] if self.remark else []), *([""] if shown else []), *map(str, shown)]
        )


def read_note(text: str) -> Note:
    r"""Read a note in Markdown, LaTeX or a notebook's JSON, and judge its equations.

    Parameters
    ----------
    text : str
        The note.

    Returns
    -------
    Note

    Raises
    ------
    WorksheetError
        When it is too long, or a notebook that can't be read.

    Examples
    --------
    >>> print(read_note(r'''
    ... $$C = (a - y)^2$$
    ... $$a = \sigma(z)$$
    ... $$\frac{dC}{dz} = 2(a - y) a(1 + a)$$
    ... '''))
    3 equations: 2 definitions, 0 given, 0 remarks, 1 claims
    0 right (0 checked by numbers), 1 WRONG, 0 doubtful, 0 not read
    <BLANKLINE>
    line 4 WRONG: ∂C/∂z = 2(a − y) · a(1 + a)
           sign: 1 + a should be 1 − a; it should be 2(a − y) · a(1 − a)
    """
    if not isinstance(text, str):
        raise TypeError(f"read_note: the note must be a str, got {text!r} ({type(text).__name__})")
    if len(text) > MAX_NOTE:
        raise WorksheetError(f"the note has {len(text):,} characters; allowed are {MAX_NOTE:,}")
    found = pages(text)
    own = macros("\n".join(page.text for page in found))
    return _Reading(found, own).note()


@dataclass
class _Row:
    """A statement on its way: where it stands, what it was read as."""

    equation: Equation
    statement: Statement
    section: int
    order: int
    page: Page
    block: Block
    sides: list[Node | None] = field(default_factory=list)
    inherited: int = 0
    conditions: tuple[Node, ...] = ()
    problem: str = ""

    @property
    def display(self) -> bool:
        """Whether it stands on lines of its own."""
        return self.block.display

    def readable(self) -> list[Node]:
        """The sides that were read."""
        return [each for each in self.sides if each is not None]


class _Reading:
    """All that is done to a note, in order: cut, read, define, judge."""

    def __init__(self, found: Sequence[Page], own: dict[str, Macro]) -> None:
        self.rows: list[_Row] = []
        self.failed: list[Equation] = []
        section = 0
        prose = []
        for page in found:
            last = 0
            for block in blocks(page):
                self._cut(page, block, section, own)
                last = max(last, block.section)
            section += last + 1
            prose.append(page.text)
        self.notation: Notation = evidence(side for row in self.rows for side in row.statement.sides)
        self.book = Book()
        self.values: dict[str, list[tuple[float, float, int, int]]] = {}

    def _cut(self, page: Page, block: Block, section: int, own: dict[str, Macro]) -> None:
        try:
            found = statements(tokens(block.text, own, block.start))
        except WorksheetError as error:
            if "=" in block.text:
                equation = self._equation(page, block.start, block.end, block)
                equation.status, equation.message = UNREAD, error.message
                self.failed.append(equation)
            return
        for each in found:
            start, end = (block.start, block.end) if block.fixed else (each.start, each.end)
            equation = self._equation(page, start, end, block)
            self.rows.append(_Row(equation, each, section + block.section, len(self.rows), page, block))

    @staticmethod
    def _equation(page: Page, start: int, end: int, block: Block) -> Equation:
        line, column = page.place(start)
        text = block.text if block.fixed else page.text[start:end]
        return Equation(line, column, page.cell, start, end, block.after, text.strip())

    # Reading

    def note(self) -> Note:
        before: _Row | None = None
        kept = []
        for row in self.rows:
            if self._is_statement(row):
                self._read(row, before)
                kept.append(row)
                before = row
        self.rows = kept
        self._gather()
        self._define()
        judging = _Judging(self)
        judging.run()
        equations = [row.equation for row in self.rows] + self.failed
        equations.sort(key=lambda each: (each.cell, each.start))
        definitions = {each.pattern: each.body for every in self.book.definitions.values() for each in every}
        return Note(equations, self._damage(equations), definitions, judging.numbers())

    @staticmethod
    def _is_statement(row: _Row) -> bool:
        return (
            bool(row.statement.relations)
            or row.statement.continues
            or bool(re.search(r"(?<![_{\w])[^{}_^]*[^{}_^\w\s]\s*=[^{}]*\}\s*\{", row.equation.text))
        )

    def _read(self, row: _Row, before: _Row | None) -> None:
        for side in row.statement.sides:
            try:
                row.sides.append(without_dots(parse(side, self.notation)))
            except (WorksheetError, IndexError) as error:
                row.sides.append(None)
                row.problem = row.problem or (
                    error.message if isinstance(error, WorksheetError) else "can't be read to its end"
                )
        parsed = [conditions(each, self.notation) for each in row.statement.conditions]
        row.conditions = tuple(each for each in parsed if each is not None)
        if row.statement.continues and before is not None and before.sides and self._goes_on(row, before):
            row.inherited = min(2, len(before.sides))
            row.sides = [*([before.sides[0]] if len(before.sides) > 1 else []), before.sides[-1], *row.sides]
            row.statement.relations = ["="] * row.inherited + row.statement.relations[1:]
            if row.inherited and row.sides[0] is None:
                row.sides, row.inherited = row.sides[1:], row.inherited - 1
        row.sides = _with_arguments(row.sides)
        row.equation.reading = self._shown(row)

    @staticmethod
    def _goes_on(row: _Row, before: _Row) -> bool:
        """Whether a row that begins with a relation goes on with the one before, with nothing between the two."""
        if before.block is row.block:
            return True
        between = row.page.text[before.block.after : row.block.start]
        same_page = before.page is row.page and before.block.after <= row.block.start
        return (
            same_page and row.display and before.display and len(between) < 200 and not re.search(r"[^\W_]{2}", between)
        )

    @staticmethod
    def _shown(row: _Row) -> str:
        shown = [n.show(side) if side is not None else "…" for side in row.sides[row.inherited :]]
        relations = row.statement.relations
        text = "= " if row.statement.continues else ""
        for at, side in enumerate(shown):
            sign = relations[row.inherited + at - 1] if 0 < at and row.inherited + at - 1 < len(relations) else "="
            text += (f" {sign} " if at else "") + side
        return text

    # What the note says

    def _gather(self) -> None:
        """Gather letters, ranges, sizes, and what undefined quantities are differentiated by."""
        book = self.book
        book.letters = set(self.notation.letters)
        every = [side for row in self.rows for side in row.readable()]
        for side in every:
            for each in side.walk():
                if each.head in ("sum", "prod") and each.text != "?":
                    book.letters.add(each.text)
                    self._bounds(each)
        bound = {each.text for side in every for each in side.walk() if each.head in ("sum", "prod")}
        book.letters -= book.sizes.keys() - bound
        for side in every:
            for each in side.walk():
                if each.head == "sum" and each.text != "?":
                    for inner in each.args[0].symbols():
                        if len(inner.args) == 1 and inner.args[0] == n.symbol(each.text):
                            book.simplex.setdefault(n.key(inner), each.text)

        self._other_letters()

    def _other_letters(self) -> None:
        """Take c for an index where π_c is defined and π_k is summed over."""
        for row in self.rows:
            left = row.sides[0] if row.sides else None
            if left is None or left.head != "sym" or n.key(left) not in self.book.simplex:
                continue
            letter = left.args[0]
            bodies = [side for side in row.readable()[1:] if any(letter in each.args for each in side.symbols())]
            if bodies and letter.head == "sym" and letter.text.islower() and letter.text not in self.book.sizes:
                self.book.letters.add(letter.text)

    def _bounds(self, big: Node) -> None:
        _, first, last = big.args
        for each in last.symbols():
            name = n.show(each)
            if name not in ("L", "T") and not name.isdigit():
                self.book.sizes.setdefault(name, (3, 4, 5)[len(self.book.sizes) % 3])
        if last.head != "open":
            low = n.ONE if first.head == "open" else first
            if low.head != "bound":
                self.book.ranges.setdefault(big.text, (low, last))

    def _define(self) -> None:
        book = self.book
        for row in self.rows:
            self._define_row(row)
        for name, node in self.notation.labelled.items():
            if n.key(name) not in book.definitions and name not in set(node.symbols()):
                book.definitions[n.key(name)] = [Definition(name, node, -1, 0)]
        for row in self.rows:
            for side in row.readable():
                for each in side.walk():
                    if each.head == "d" and len(each.args) == 2 and each.args[0].head == "sym":
                        self._note_upstream(each)
        for row in self.rows:
            self._note_slope(row)

    def _define_row(self, row: _Row) -> None:
        relations = row.statement.relations
        sides = row.sides
        for at in range(row.inherited, len(sides)):
            side = sides[at]
            if side is None or (at + 1 >= len(sides) and at > 0):
                continue
            if at and (relations[at - 1 : at] and relations[at - 1] not in ("=", "≈", ":=")):
                break
            if at < len(relations) and relations[at] not in ("=", "≈", ":=", "←"):
                break
            if side.head == "sym" and not self._define_symbol(side, sides[at + 1 :], row):
                break
            if side.head == "call" and side.args and all(each.head == "sym" for each in side.args) and not side.primes:
                self._define_function(side, sides[at + 1 :], row)
                break
            if side.head != "sym":
                break

    def _define_symbol(self, name: Node, others: Sequence[Node | None], row: _Row) -> bool:
        """Define a name by what follows it; whether what follows may itself be a name to define."""
        key = n.key(name)
        body = next((each for each in others if each is not None and not rounding.is_numeric(each)), None)
        if body is None:
            return False
        if body.head == "call" and body.text == n.show(name) and not body.primes:
            for each in body.args:
                self.book.upstream.setdefault(key, []).append(n.derivative(name, each))
            return False
        if (
            name in set(body.symbols())
            or _is_open(body)
            or any(each.head == "d" and each.args[0] == name for each in body.walk())
        ):
            return False
        if body.head == "list":
            return False
        known = self.book.definitions.setdefault(key, [])
        if body.head == "sym" and self._leads_to(body, name):
            return False
        known.append(Definition(name, body, row.order, row.section))
        return body.head == "sym" and len(others) > 1

    def _leads_to(self, one: Node, other: Node) -> bool:
        """Whether a name is defined by way of another."""
        seen: set[Key] = set()
        waiting = [one]
        while waiting and len(seen) < 200:
            each = waiting.pop()
            if each == other:
                return True
            for definition in self.book.definitions.get(n.key(each), ()):
                if n.key(each) not in seen:
                    seen.add(n.key(each))
                    waiting.extend(definition.body.symbols())
        return False

    def _define_function(self, name: Node, others: Sequence[Node | None], row: _Row) -> None:
        body = next((each for each in others if each is not None), None)
        if (
            body is None
            or _is_open(body)
            or any(each.head == "call" and each.text == name.text for each in body.walk())
        ):
            return
        if name.text in ("p", "P") or rounding.is_numeric(body):
            return
        self.book.functions.setdefault(name.text, []).append(Definition(name, body, row.order, row.section))

    def _note_upstream(self, slope: Node) -> None:
        y, x = slope.args
        if x.head == "T":
            x = x.args[0]
        key = n.key(y)
        if self._is_defined(y) or n.show(y) in self.book.functions or x.head != "sym":
            return
        known = self.book.upstream.setdefault(key, [])
        if slope not in known and len(known) < 60:
            known.append(n.derivative(y, x))

    def _is_defined(self, name: Node) -> bool:
        """Whether some definition is of this member of a family, or of all."""
        return any(
            all(
                own == other or own.head in ("sym", "+")
                for own, other in zip(each.pattern.args, name.args, strict=True)
            )
            for each in self.book.definitions.get(n.key(name), ())
        )

    def _note_slope(self, row: _Row) -> None:
        """Take ∂L/∂a = a − y, with L undefined, for what L's slope is."""
        left = row.sides[0] if row.sides else None
        if left is None or left.head != "d" or len(left.args) != 2 or left.args[0].head != "sym":
            return
        y, x = left.args
        key = n.key(y)
        if key not in self.book.upstream or x.head != "sym":
            return
        for body in row.readable()[1:]:
            if rounding.is_numeric(body) or _is_open(body):
                continue
            if any(
                each.head == "d" and each.args[0].head == "sym" and each.args[0].text == y.text for each in body.walk()
            ):
                return
            known = self.book.slopes.setdefault(key, [])
            if all(each.pattern != left for each in known):
                known.append(Definition(left, body, row.order, row.section))
            return

    @staticmethod
    def _damage(equations: Sequence[Equation]) -> str:
        unread = sum(each.status == UNREAD for each in equations)
        odd = sum(
            bool(re.search(r"\\frac\{?(?:3|J|9)[A-Z]?\}|\\frac\$*$|\{3L\}|\{JL\}|\bd?\\sqrt\s*$", each.text))
            for each in equations
        )
        if odd >= 2:
            return f"{max(odd, unread)} of {len(equations)} equations look damaged by scanning."
        return ""


def _is_open(node: Node) -> bool:
    """Whether something in it has no value: dots, sums over nothing, lists."""
    return any(
        each.head in ("dots", "unknown") or (each.head in ("sum", "prod") and each.text == "?") for each in node.walk()
    )


def _with_arguments(sides: list[Node | None]) -> list[Node | None]:
    """Give a function that stands alone its variable: tanh = (e^x − e^−x)/…, σ′ = σ(1 − σ), tanh′ = 1 − y²."""
    known = [each for each in sides if each is not None]
    bare = {each.text for side in known for each in side.walk() if each.head == "call" and not each.args}
    if len(bare) != 1:
        return sides
    others = {each for side in known for each in side.symbols() if side.head != "sym" and each.text != "e"}
    if len(others) > 1:
        return sides
    variable = next(iter(others), n.symbol("x"))
    name = next(iter(bare))
    primed = any(each.head == "call" and each.primes for side in known for each in side.walk())

    def change(each: Node) -> Node | None:
        if each.head == "call" and not each.args:
            return replace(each, args=(n.symbol("x") if primed else variable,))
        if primed and each == variable and each.text != "x":
            return Node("call", (n.symbol("x"),), name)
        return None

    return [each.replaced(change) if each is not None else None for each in sides]


class _Judging:
    """Judges the rows of a note one after another, with the numbers learnt on the way."""

    def __init__(self, reading: _Reading) -> None:
        self.reading = reading
        self.book, self.rows = reading.book, reading.rows
        self.typed = _typed_readings(self.rows, self.book)
        self.shaped = dict(self.typed[0].shapes) if self.typed else {}
        self.judge = Judge(self.book, _readings(self.book), WORK_BEFORE + WORK_EACH * len(self.rows))
        self.repairer = Repairer(self.judge)
        self.values: dict[str, list[tuple[float, float, int]]] = {}
        self.sides: dict[Node, list[Node]] = {}
        self.defining: Node | None = None
        self.indices = {
            index.text for row in self.rows for side in row.readable() for name in side.symbols() for index in name.args
        }
        self.bodies: dict[str, list[Node]] = {}
        for every in (*self.book.definitions.values(), *self.book.functions.values()):
            for each in every:
                self.bodies.setdefault(each.pattern.text, []).append(each.body)
        for key, slopes in self.book.upstream.items():
            self.bodies.setdefault(key[0].lstrip("*"), []).extend(each.args[1] for each in slopes)
        for key, stated in self.book.slopes.items():
            self.bodies.setdefault(key[0].lstrip("*"), []).extend(each.body for each in stated)
        self.descends = any(
            update is not None and update[2] is not None and update[1].head == "neg"
            for update in map(_as_update, self.rows)
        )

    def run(self) -> None:
        for row in self.rows:
            try:
                self._judge(row)
            except (Unknown, ShapeError) as error:
                self._set(row, DOUBTFUL, str(error))
            except RecursionError:
                self._set(row, UNREAD, "it is nested too deeply")
            if row.problem and row.equation.status in (REMARK, GIVEN, DOUBTFUL):
                self._set(row, UNREAD, row.problem)
            elif row.problem:
                row.equation.message = "; ".join(
                    filter(None, (row.equation.message, f"one side is not read: {row.problem}"))
                )

    @staticmethod
    def _set(row: _Row, status: str, message: str = "") -> None:
        row.equation.status, row.equation.message = status, message

    def numbers(self) -> dict[Node, float]:
        """Return the first number that the note gives for each name."""
        names = {name for row in self.rows for side in row.readable() for name in side.symbols()}
        return {name: self.values[_place(name)][0][0] for name in names if _place(name) in self.values}

    def _judge(self, row: _Row) -> None:
        if row.problem and len(row.readable()) < 2:
            self._set(row, UNREAD, row.problem)
            return
        if row.statement.continues and not row.inherited:
            self._set(row, REMARK)
            return
        relations = row.statement.relations
        update = _as_update(row)
        if any(each not in ("=", "≈", ":=", "←") for each in relations) or (update is None and "←" in relations):
            self._set(row, REMARK, "")
            return
        if update is not None:
            self._judge_update(row, update)
            return
        sides = row.sides
        left = sides[0]
        if (
            left is not None
            and left.head == "sym"
            and not row.inherited
            and all(each is not None and rounding.is_numeric(each) for each in sides[1:])
        ):
            self._judge_given(row, left)
            return
        self._judge_sides(row)

    # Numbers

    def _judge_given(self, row: _Row, name: Node) -> None:
        numbers = list(row.readable()[1:])
        verdict = self._numbers(row, numbers)
        self._put_in(row, [], numbers)
        self._learn(name, rounding.stated(numbers[-1]), row)
        if verdict is not None and len(numbers) > 1:
            self._set(row, *verdict)
            return
        self._set(row, GIVEN)

    def _learn(self, name: Node, number: rounding.Stated, row: _Row) -> None:
        if letters_of(name, self.book.letters):
            return
        known = self.values.setdefault(_place(name), [])
        known.append((number.value, number.unit, row.order))

    def _numbers(self, row: _Row, numbers: Sequence[Node]) -> tuple[str, str] | None:
        """Compare neighbouring sides that are numbers; the first that contradict each other decide."""
        verdict: tuple[str, str] | None = None
        rough = "≈" in row.statement.relations
        for one, other in itertools.pairwise(numbers):
            a, b = rounding.stated(one), rounding.stated(other)
            result = rounding.agreement(a, b, rough=rough)
            if result == "unequal":
                said, true = _digits(b.value), _digits(a.value)
                if abs(a.value + b.value) <= 0.01 * abs(a.value):
                    return WRONG, f"sign: it is {true}, not {said}"
                return WRONG, f"the number is {true}, not {said}"
            if result == "unknown":
                verdict = DOUBTFUL, f"{n.show(one)} is {_digits(a.value)}, which rounding may or may not explain"
            elif verdict is None:
                note = (
                    f"the last digit: {_digits(a.value)}"
                    if result == "last digit"
                    else "within rounding"
                    if result == "rounding"
                    else ""
                )
                verdict = RIGHT, note
        return verdict

    # Sides

    def _judge_sides(self, row: _Row) -> None:
        sides = [(at, each) for at, each in enumerate(row.sides) if each is not None]
        symbolic = [(at, each) for at, each in sides if not rounding.is_numeric(each)]
        numeric = [each for at, each in sides if rounding.is_numeric(each) and (at or not symbolic)]
        verdicts: list[tuple[str, str]] = []
        defined = self._is_definition(row)
        self.defining = row.sides[0] if defined or row.inherited else None
        verdicts += self._symbolic(row, symbolic, defined)
        if len(symbolic) < 2 and len(sides) >= 2 and symbolic and numeric:
            constant = self._constant_claim(row, symbolic[0][1], numeric)
            if constant is not None:
                verdicts.append(constant)
        if len(numeric) > 1:
            found = self._numbers(row, numeric)
            if found is not None:
                verdicts.append(found)
        if numeric and symbolic:
            found = self._with_numbers(row, [each for _, each in symbolic], numeric)
            if found is not None:
                verdicts.append(found)
        if defined:
            if (name := row.sides[0]) and numeric:
                self._learn(name, rounding.stated(numeric[-1]), row)
            repeat = self._repeat(row)
            verdicts.append(repeat or (DEFINED, ""))
        self._decide(row, verdicts)

    def _is_definition(self, row: _Row) -> bool:
        left = row.sides[0]
        if left is None or row.inherited:
            return False
        known = (
            self.book.definitions.get(n.key(left), [])
            if left.head == "sym"
            else self.book.functions.get(left.text, [])
            if left.head == "call"
            else []
        )
        return any(each.order == row.order for each in known) or (
            left.head == "sym" and any(each.head == "call" and each.text == n.show(left) for each in row.readable()[1:])
        )

    def _symbolic(self, row: _Row, symbolic: Sequence[tuple[int, Node]], defined: bool) -> list[tuple[str, str]]:
        """Compare sides with names: each with the first that can be computed."""
        verdicts = []
        reference = 0
        if defined and len(symbolic) > 1:
            reference = 1
            left = symbolic[0][1]
            if left.head == "call":
                found = self._known_function(row, left, symbolic[1][1])
                if found is not None:
                    verdicts.append(found)
        for place in range(reference + 1, len(symbolic)):
            at, right = symbolic[place]
            if at < row.inherited:
                continue
            verdicts.append(
                self._pair(row, symbolic[reference][1], right, [each for _, each in symbolic[reference:place]])
            )
        return verdicts

    def _known_function(self, row: _Row, left: Node, body: Node) -> tuple[str, str] | None:
        """Hold the definition of a function with a known name against that function."""
        known = {"sigmoid": "sigmoid", "tanh": "tanh", "softplus": "softplus", "relu": "relu"}.get(left.text)
        if known is None or len(left.args) != 1:
            return None
        own = self.book.functions.pop(left.text, [])
        try:
            claim = Claim(left, body, row.order, row.section)
            outcome = self.judge.compare(claim)
            if outcome.result == EQUAL:
                own = []
                return RIGHT, ""
            if outcome.result == UNEQUAL:
                repair = self.repairer.repair(claim, outcome.options, list(body.symbols()))
                if repair is not None and not repair.what.startswith("power"):
                    own = []
                    return WRONG, repair.message
        finally:
            if own:
                self.book.functions[left.text] = own
            self.judge.worlds.clear()
        return None

    def _pair(self, row: _Row, left: Node, right: Node, earlier: Sequence[Node]) -> tuple[str, str]:
        """Judge two sides with names."""
        for one in earlier:
            unjoined = gap(one, right)
            if unjoined is not None:
                return self._unjoined(row, one, right, unjoined)
        claim = Claim(left, right, row.order, row.section, row.conditions)
        matrices = any(each.head == "matrix" for side in (left, right) for each in side.walk())
        if (self.typed or matrices) and self._is_softly_known(claim):
            verdict = self._typed_pair(claim, earlier)
            if verdict is not None:
                return verdict
        outcome = self.judge.compare(claim)
        for one in reversed(earlier[1:]):
            if outcome.result == EQUAL and not outcome.vacuous:
                break
            if outcome.result == UNEQUAL:
                break
            other = self.judge.compare(replace(claim, left=one))
            if other.result != "unknown" or outcome.result == "unknown":
                claim, outcome = replace(claim, left=one), other if other.result != "unknown" else outcome
        if outcome.result == EQUAL:
            return self._equal(claim, outcome)
        for one in reversed(earlier[1:] if outcome.result == UNEQUAL else ()):
            step = self.judge.compare(replace(claim, left=one))
            if step.result == EQUAL and not step.vacuous:
                return self._equal(replace(claim, left=one), step)[0], "as the side before it"
        older = self._by_older_definition(claim)
        if older is not None:
            return older
        if outcome.result == UNEQUAL:
            return self._unequal(row, claim, outcome)
        return self._unknown(claim, outcome)

    def _by_older_definition(self, claim: Claim) -> tuple[str, str] | None:
        """Judge a derivative by an earlier definition of what is differentiated, where the last one says too little."""
        y = claim.left.args[0] if claim.left.head == "d" else claim.left
        for definition in reversed(self.book.definitions.get(n.key(y), []) if y.head == "sym" else []):
            if definition.order < claim.order and definition.section == claim.section:
                outcome = self.judge.compare(replace(claim, order=definition.order + 1))
                if outcome.result == EQUAL and not outcome.vacuous:
                    return self._equal(claim, outcome)[
                        0
                    ], f"by {n.show(definition.pattern)} = {n.show(definition.body)}"
        return None

    def _typed_pair(self, claim: Claim, earlier: Sequence[Node]) -> tuple[str, str] | None:
        """Judge two sides of vectors and matrices; None where shapes do not settle it."""
        outcome = self.judge.compare(claim, self.typed or None)
        for one in reversed(earlier[1:]):
            if outcome.result != "unknown":
                break
            claim = replace(claim, left=one)
            outcome = self.judge.compare(claim, self.typed or None)
        if outcome.result == EQUAL and not outcome.vacuous:
            if outcome.guessed:
                return JOINS, ""
            if outcome.options.entrywise:
                return RIGHT, "with products taken entry by entry"
            layout = outcome.options.layout
            return RIGHT, "" if layout == "gradient" else f"with derivatives in {layout} layout"
        if outcome.result != UNEQUAL or outcome.guessed:
            return None
        if self._is_closed(claim.left) and self._is_closed(claim.right):
            entries = self._unequal_entries(claim)
            return (WRONG, entries) if entries else (DOUBTFUL, outcome.why)
        if any(each.head == "d" for each in claim.right.walk()):
            return (JOINS, "") if joins(claim.left, claim.right) else (DOUBTFUL, outcome.why)
        names = self._names(claim)
        for options in self.typed:
            repair = self.repairer.repair(claim, options, names)
            if repair is not None:
                why = f"{outcome.why}; " if outcome.shape_error else ""
                sure = outcome.trusted and not self._strangers(claim)
                return (WRONG if sure else DOUBTFUL), why + repair.message
        return DOUBTFUL, outcome.why or "the sides differ; no single change makes them equal"

    def _unequal_entries(self, claim: Claim) -> str:
        """Name the first entry in which two matrices of numbers differ."""
        world = self.judge.world(claim.order, claim.section, 0, self.judge.readings[0])
        left, right = world.value(claim.left, {}), world.value(claim.right, {})
        if not isinstance(left, Grid) or not isinstance(right, Grid) or left.shape != right.shape:
            return ""
        for i, (row, other) in enumerate(zip(left.rows, right.rows, strict=True), 1):
            for j, (one, two) in enumerate(zip(row, other, strict=True), 1):
                if abs(float(one) - float(two)) > 1e-9:
                    return f"row {i}, column {j}: it is {_digits(float(one))}, not {_digits(float(two))}"
        return ""

    def _equal(self, claim: Claim, outcome: Outcome) -> tuple[str, str]:
        joined = joins(claim.left, claim.right)
        if outcome.vacuous:
            if claim.left == claim.right:
                return GIVEN, "both sides are the same"
            return (JOINS, "") if joined else (DOUBTFUL, "both sides are 0 in what the note says")
        if outcome.guessed:
            return JOINS, outcome.remark
        notes = [outcome.remark]
        if outcome.options.simplex:
            notes.append("as the targets add up to 1")
        if not outcome.options.shapes and self._is_softly_known(claim):
            return IN_FORM, "checked with every matrix a single number"
        if outcome.options.common:
            return DOUBTFUL, "right if the sums run over equally many"
        return RIGHT, "; ".join(filter(None, notes))

    def _unjoined(self, row: _Row, left: Node, right: Node, found: tuple[str, Node | None]) -> tuple[str, str]:
        what, repaired = found
        outcome = self.judge.compare(Claim(left, right, row.order, row.section, row.conditions))
        if outcome.result == EQUAL and not outcome.vacuous and not outcome.guessed:
            return DOUBTFUL, f"{what} (the value is the same)"
        if repaired is None:
            return DOUBTFUL, what
        return WRONG, f"{what}; it should be {n.show(repaired)}"

    def _unequal(self, row: _Row, claim: Claim, outcome: Outcome) -> tuple[str, str]:
        guessed = outcome.guessed
        linear = _linear_combination(claim, self.book)
        if linear:
            return JOINS, f"if {linear}, which the note does not say"
        names = self._names(claim)
        repair = self._repair(claim, names)
        if repair is None:
            if joins(claim.left, claim.right) and guessed:
                return JOINS, ""
            if self._is_relation(claim):
                return GIVEN, "a relation between quantities that the note does not define"
            return DOUBTFUL, "the sides differ; no single change makes them equal"
        if self._is_path_left_out(claim, outcome):
            return DOUBTFUL, f"one path of several? {repair.message}"
        strange = self._strangers(claim)
        if strange:
            return DOUBTFUL, f"the note does not define {', '.join(sorted(strange))}; {repair.message}"
        if repair.what.startswith("the term") and self._hidden(claim):
            return DOUBTFUL, f"a number may hide a path; {repair.message}"
        if not outcome.trusted:
            return DOUBTFUL, f"by a definition that may belong to another part: {repair.message}"
        if outcome.options.common or self._is_softly_known(claim):
            return DOUBTFUL, repair.message
        if guessed and not self._is_sure(claim, repair):
            return DOUBTFUL, repair.message
        return WRONG, repair.message

    def _repair(self, claim: Claim, names: Sequence[Node]) -> Repair | None:
        """Look for a repair in each reading."""
        for options in self.judge.readings:
            repair = self.repairer.repair(claim, options, names)
            if repair is not None:
                return repair
        return None

    def _is_softly_known(self, claim: Claim) -> bool:
        """Whether the notation of a claim may be of matrices, whose shapes are not known."""
        matrix = self.reading.notation.matrices
        for side in (claim.left, claim.right):
            for each in side.walk():
                if each.head in ("T", "odot", "outer", "norm", "matrix") or each.bold:
                    return True
                if each.head == "sym" and (
                    self.shaped.get(n.key(each), (1, 1)) != (1, 1)
                    or (matrix and each.text[:1].isupper() and not each.args)
                ):
                    return True
        return False

    def _strangers(self, claim: Claim) -> set[str]:
        """Return what stands on the right, is not defined, and has no part in the left side: it may be anything."""
        left, right = (set(self._origins(side)) for side in (claim.left, claim.right))
        return right - left

    def _origins(self, side: Node) -> set[str]:
        """Return the undefined quantities that a side comes from, by their letters."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [each for each in side.walk() if each.head in ("sym", "call")]
        while waiting:
            each = waiting.pop()
            name = each.text
            counted = name in self.book.sizes or (name in self.indices and name not in self.bodies)
            kronecker = name == "δ" and len(each.args) == 2
            if name in seen or _is_constant(each) or counted or kronecker:
                continue
            seen.add(name)
            bodies = self.bodies.get(name, ())
            if not bodies and each.head == "sym":
                found.add(name)
            for body in bodies:
                waiting.extend(inner for inner in body.walk() if inner.head in ("sym", "call"))
        return found

    def _is_closed(self, side: Node) -> bool:
        """Whether a side is made of numbers, and of names that are defined by numbers."""
        seen: set[str] = set()
        waiting = [side]
        while waiting:
            for each in waiting.pop().walk():
                if each.head in ("call", "d") or (each.head == "sym" and each.text not in self.bodies):
                    return False
                if each.head == "sym" and each.text not in seen:
                    seen.add(each.text)
                    waiting += self.bodies[each.text]
        return True

    def _hidden(self, claim: Claim) -> bool:
        """Whether the left side comes from a result of which the note states only the number."""
        origins = self._origins(claim.left)
        results = {
            place.partition("|")[0] for place, known in self.values.items() if any(0 < each[1] < 1e-4 for each in known)
        }
        return bool(origins & results)

    def _is_relation(self, claim: Claim) -> bool:
        """Whether a claim without derivatives says something about undefined quantities: an equation to be solved."""
        if any(each.head == "d" for side in (claim.left, claim.right) for each in side.walk()):
            return False
        return self._origins(claim.left) != self._origins(claim.right) or claim.left.head not in ("sym", "call")

    def _is_sure(self, claim: Claim, repair: Repair) -> bool:
        """Whether a repair is one even though a quantity is only a random function: a derivative joins a chain."""
        left = claim.left
        if left.head == "d" and n.key(left.args[0]) in self.book.definitions:
            return repair.what.startswith(("the factor", "the divisor", "sign"))
        return repair.what.startswith("the factor ∂") and repair.what.endswith("is missing")

    def _is_path_left_out(self, claim: Claim, outcome: Outcome) -> bool:
        """Whether the right side is the derivative along one path of several."""
        factors = claim.right.args if claim.right.head == "*" else (claim.right,)
        return bool(
            claim.left.head == "d" and joins(claim.left, claim.right) and all(each.head == "d" for each in factors)
        )

    def _unknown(self, claim: Claim, outcome: Outcome) -> tuple[str, str]:
        if joins(claim.left, claim.right):
            return JOINS, ""
        linear = _linear_combination(claim, self.book)
        if linear:
            return JOINS, f"if {linear}, which the note does not say"
        if outcome.shape_error:
            return DOUBTFUL, outcome.why
        return GIVEN, outcome.why

    def _names(self, claim: Claim) -> list[Node]:
        """Collect the names that a repair may use: those of both sides, then of what defines them, and so on."""
        names: dict[Node, None] = {}
        for side in (claim.right, claim.left):
            names.update(
                dict.fromkeys(each for each in side.symbols() if not _is_constant(each) and each != self.defining)
            )
        indices = list(dict.fromkeys(arg for each in names for arg in each.args if arg.head == "sym"))[:3]
        waiting = list(names)
        while waiting and len(names) < MOST_NAMES:
            each = waiting.pop(0)
            for pattern, body in self._said_of(each, claim):
                env = dict(zip(pattern.args, each.args, strict=True))
                for inner in body.symbols():
                    if _is_constant(inner):
                        continue
                    member = replace(inner, args=tuple(env.get(arg, arg) for arg in inner.args))
                    if len(member.args) == 1 and member.args[0] not in indices and member.args[0].head == "sym":
                        names.update(dict.fromkeys(replace(member, args=(index,)) for index in indices))
                    if member not in names:
                        names[member] = None
                        waiting.append(member)
        return list(names)

    def _said_of(self, name: Node, claim: Claim) -> Iterator[tuple[Node, Node]]:
        """Yield what defines a name, or what it is differentiated by where nothing does."""
        for definition in self.book.chosen(n.key(name), claim.order, claim.section)[0]:
            yield definition.pattern, definition.body
        for slope in self.book.upstream.get(n.key(name), ()):
            yield slope.args[0], slope.args[1]

    def _repeat(self, row: _Row) -> tuple[str, str] | None:
        """Hold a definition against an earlier one of the same name in the section."""
        left = row.sides[0]
        if left is None or left.head != "sym":
            return None
        same = [each for each in self.book.definitions.get(n.key(left), []) if each.pattern == left]
        mine = next((each for each in same if each.order == row.order), None)
        before = [each for each in same if each.order < row.order and each.section == row.section]
        if mine is None or not before:
            return None
        if any(each.body == mine.body for each in before):
            return DEFINED, "as before"
        claim = Claim(before[-1].body, mine.body, before[-1].order + 1, row.section, row.conditions)
        outcome = self.judge.compare(claim)
        if outcome.result == EQUAL and not outcome.vacuous:
            return (JOINS, "") if outcome.guessed else (RIGHT, "")
        if outcome.result == UNEQUAL and len(set(mine.body.symbols())) > 2:
            renamed = self.repairer.repair(claim, outcome.options, list(before[-1].body.symbols()), renames_only=True)
            if renamed is not None and not renamed.what.startswith("wrong factor"):
                self._forget(mine)
                return WRONG, renamed.message
        return DEFINED, "anew"

    def _forget(self, mine: Definition) -> None:
        """Leave a wrong definition out of what follows."""
        every = self.book.definitions[n.key(mine.pattern)]
        every.remove(mine)
        self.judge.worlds.clear()
        self.judge.ambiguous = self.book.ambiguous()

    # Names with numbers

    def _constant_claim(self, row: _Row, left: Node, numeric: Sequence[Node]) -> tuple[str, str] | None:
        """Judge ∂u/∂v = 1: a constant is tried at random numbers."""
        right = numeric[0]
        exact = rounding.literal(right)
        decimals = any(each.head == "num" and rounding.unit_of(each.text) for each in right.walk())
        if left.head == "sym" or decimals or (exact is None and right.head != "/") or row.inherited:
            return None
        claim = Claim(left, right, row.order, row.section, row.conditions)
        outcome = self.judge.compare(claim)
        if outcome.result == EQUAL and not outcome.vacuous and not outcome.guessed:
            return RIGHT, ""
        if outcome.result == EQUAL:
            return JOINS, ""
        if outcome.result == UNEQUAL and not self._computed(row, left):
            if outcome.guessed or left.head != "d":
                return GIVEN, ""
            repair = self._repair(claim, self._names(claim))
            if repair is not None and outcome.trusted and not self._is_softly_known(claim):
                return WRONG, repair.message
            return DOUBTFUL, "at other numbers the left side is not constant"
        return None

    def _computed(self, row: _Row, side: Node) -> bool:
        """Whether the note gives numbers for all that a side is made of."""
        return self._number(row, side, derived=True) is not None or self._number(row, side, derived=False) is not None

    def _number(self, row: _Row, side: Node, *, derived: bool) -> tuple[float, float, bool] | None:
        """Compute a side at the note's numbers: value, slack of rounding, whether no number has a second."""
        numbers = {}
        units = {}
        unique = {}
        for name, known in self.values.items():
            before = [each for each in known if each[2] < row.order] or known
            if name.startswith("∂") or (derived and self._is_derived(name)):
                continue
            numbers[name], units[name] = before[-1][0], before[-1][1]
            unique[name] = all(
                abs(each[0] - before[-1][0]) <= 1.5 * max(each[1], before[-1][1], 1e-12) for each in known
            )
        world = World(self.book, row.order, row.section, 0, Options(numbers=tuple(numbers.items())))
        try:
            value = world.value(side, {})
        except (Unknown, ShapeError, OverflowError, ZeroDivisionError, ValueError):
            return None
        if isinstance(value, Grid) or world.leaves or world.opaque or not world.used:
            return None
        slack = 0.0
        slopes = world._totals_of(value)
        for name, leaf in world.used.items():
            slack += abs(slopes.get(id(leaf), 0.0)) * (units[name] if units[name] < 0.005 else 0.0)
        if side.head == "d" or any(each.head == "d" for each in side.walk()):
            slack += sum(units[name] for name in world.used if units[name] < 0.005) * abs(float(value)) * 2.0
        return float(value), slack, all(unique[name] for name in world.used) and world.trusted

    def _is_derived(self, name: str) -> bool:
        return (name.partition("|")[0], name.count("|")) in self.book.definitions

    def _with_numbers(self, row: _Row, symbolic: Sequence[Node], numeric: Sequence[Node]) -> tuple[str, str] | None:
        """Hold sides with names against stated numbers, at the note's own numbers."""
        fits = self._put_in(row, symbolic, numeric)
        if fits is not None:
            return fits
        goal = rounding.stated(numeric[-1])
        found: list[tuple[float, float, bool]] = []
        for side in symbolic:
            if side.head == "sym" and _place(side) in self.values and not self._is_derived(_place(side)):
                continue
            slopes = any(each.head == "d" for each in side.walk())
            for derived in (True,) if slopes else (True, False):
                number = self._number(row, side, derived=derived)
                if number is None:
                    continue
                value, slack, _ = number
                if abs(value - goal.value) <= goal.unit * 1.0001 + slack + goal.widest + 1e-9 * abs(value):
                    return RIGHT, ""
                found.append(number)
        rough = "≈" in row.statement.relations
        if found and all(unique for _, _, unique in found):
            value, slack, _ = found[0]
            if abs(value - goal.value) > max((0.05 if rough else 0.01) * abs(value), 3.0 * slack + 2.0 * goal.unit):
                if value and abs(value + goal.value) <= 0.01 * abs(value) + slack:
                    return WRONG, f"sign: it is {_digits(value)}, not {_digits(goal.value)}"
                return DOUBTFUL, f"with the note's numbers it is {_digits(value)}, not {_digits(goal.value)}"
        return None

    def _put_in(self, row: _Row, symbolic: Sequence[Node], numeric: Sequence[Node]) -> tuple[str, str] | None:
        """Match sides with names, of this line or earlier ones, with a side that has numbers for the names."""
        left = row.sides[0]
        known = [*symbolic, *(self.sides.get(left, ()) if left is not None else ())]
        if left is not None and left.head == "sym":
            known += [each.body for each in self.book.definitions.get(n.key(left), ()) if each.pattern == left]
        if left is not None:
            self.sides.setdefault(left, []).extend(each for each in symbolic if each != left)
        for numbers in numeric:
            for side in known:
                if side == left or side.head in ("sym", "d"):
                    if (
                        side in symbolic
                        and rounding.literal(numbers) is not None
                        and (side == left or side.head == "sym")
                    ):
                        self._learn(side, rounding.stated(numbers), row)
                    continue
                learnt: list[tuple[Node, rounding.Stated]] = []
                if not _unified(side, numbers, learnt) or not learnt:
                    continue
                contradicted = [each for each in learnt if self._contradicts(row, *each)]
                if contradicted:
                    continue
                for name, number in learnt:
                    self._learn(name, number, row)
                return RIGHT, ""
        return None

    def _contradicts(self, row: _Row, name: Node, number: rounding.Stated) -> bool:
        known = self.values.get(_place(name), [])
        return bool(known) and all(
            abs(value - number.value) > 1.01 * (unit + number.unit) + 1e-9 * abs(value) for value, unit, _ in known
        )

    def _unify(self, symbols: Node, numbers: Node, row: _Row) -> None:
        """Learn the numbers of names from a side that puts numbers for them."""
        learnt: list[tuple[Node, rounding.Stated]] = []
        if _unified(symbols, numbers, learnt):
            for name, number in learnt:
                self._learn(name, number, row)

    # Updates

    def _judge_update(self, row: _Row, update: tuple[Node, Node, Node | None]) -> None:
        name, step, slope = update
        sides = row.readable()
        numeric = [each for each in sides[1:] if rounding.is_numeric(each)]
        verdicts: list[tuple[str, str]] = []
        if len(numeric) > 1 and (found := self._numbers(row, numeric)) is not None:
            verdicts.append(found)
        symbolic = next((each for each in sides[1:] if not rounding.is_numeric(each)), None)
        if numeric and symbolic is not None:
            self._unify(symbolic, numeric[0], row)
            verdicts += self._stepped(row, symbolic, numeric[-1])
            self.values[_place(name)] = [
                (rounding.stated(numeric[-1]).value, rounding.stated(numeric[-1]).unit, row.order)
            ]
        if slope is not None:
            x = slope.args[1]
            if x.text != name.text:
                verdicts.append((DOUBTFUL, f"{n.show(name)} is moved along the slope by {n.show(x)}"))
            elif len(_low(x)) != len(_low(name)):
                verdicts.append((IN_FORM, ""))
            elif _low(x) != _low(name):
                right = replace(slope, args=(slope.args[0], name))
                verdicts.append((WRONG, f"wrong index: {n.show(slope)} where {n.show(right)} belongs"))
            elif step.head != "neg":
                status = WRONG if self.descends else DOUBTFUL
                verdicts.append((status, f"sign: for descent the step is taken away, {n.show(name)} − …"))
            else:
                verdicts.append((IN_FORM, ""))
        self._decide(row, verdicts or [(IN_FORM, "")])

    def _stepped(self, row: _Row, side: Node, numeric: Node) -> list[tuple[str, str]]:
        number = self._number(row, side, derived=False)
        if number is None:
            return []
        value, slack, unique = number
        goal = rounding.stated(numeric)
        if abs(value - goal.value) <= goal.unit * 1.0001 + slack + goal.widest + 1e-9 * abs(value):
            return [(RIGHT, "")]
        step = [each for each in side.args if each.head == "neg"]
        if unique and step:
            other = self._number(
                row,
                replace(side, args=tuple(each.args[0] if each.head == "neg" else each for each in side.args)),
                derived=False,
            )
            if other is not None and abs(other[0] - goal.value) <= goal.unit + slack:
                return [(WRONG, f"sign: it is {_digits(value)}, not {_digits(goal.value)}")]
        return [(DOUBTFUL, f"with the note's numbers it is {_digits(value)}")]

    def _decide(self, row: _Row, verdicts: Sequence[tuple[str, str]]) -> None:
        """Let the gravest verdict on a row stand; of those that are not grave, the strongest."""
        for status in (WRONG, DOUBTFUL, RIGHT, JOINS, IN_FORM, DEFINED, GIVEN, REMARK):
            found = [message for each, message in verdicts if each == status]
            if found:
                self._set(row, status, "; ".join(dict.fromkeys(filter(None, found))))
                return
        self._set(row, GIVEN)


def _typed_readings(rows: Sequence[_Row], book: Book) -> list[Options]:
    """Make readings in which vectors and matrices have shapes, with each layout of derivatives."""
    sides = [side for row in rows for side in row.readable()]
    kinds = kinds_of(sides)
    if not kinds:
        return []
    definitions = [(each.pattern, each.body) for every in book.definitions.values() for each in every]
    spread(definitions, kinds)
    shapes = tuple(infer(definitions, {}, kinds, kinds).items())
    layouts = ("gradient", "numerator", "denominator")
    plain = [Options(shapes=shapes, layout=layout, simplex=simplex) for simplex in (False, True) for layout in layouts]
    return [*plain, Options(shapes=shapes, entrywise=True)]


def _readings(book: Book) -> list[Options]:
    readings = [Options()]
    if book.simplex:
        readings.append(Options(simplex=True))
    if len(book.sizes) > 1:
        readings.append(Options(common=3))
        if book.simplex:
            readings.append(Options(common=3, simplex=True))
    return readings


def _place(name: Node) -> str:
    if name.head == "d":
        return n.show(name)
    bold = "**" if name.bold else ""
    return (
        bold + name.text + "".join(f"|{int(each.number) if each.head == 'num' else n.show(each)}" for each in name.args)
    )


def _low(name: Node) -> tuple[Node, ...]:
    return tuple(
        each for each, mark in zip(name.args, name.marks, strict=True) if mark == "_" and not _is_shift_of(each)
    )


def _is_shift_of(index: Node) -> bool:
    return (
        index.head == "+"
        or (index.head == "sym" and index.text in "tkn")
        or index.text in ("new", "old", "next", "prev")
    )


def _is_constant(name: Node) -> bool:
    return name.text in ("e", "π") and not name.args


def _digits(value: float) -> str:
    return f"{value:.9g}".replace("-", "−")


def _linear_combination(claim: Claim, book: Book) -> str:
    """Whether ∂S/∂x is a combination of derivatives by x alone, of a quantity S that the note does not define."""
    left, right = claim.left, claim.right
    if left.head != "d" or left.args[0].head != "sym" or n.key(left.args[0]) in book.definitions:
        return ""
    slopes = [each for each in right.walk() if each.head == "d"]
    if (
        not slopes
        or not _is_linear(right)
        or any(each.args[1:] != left.args[1:] or each.args[0] == left.args[0] for each in slopes)
    ):
        return ""
    whole = right.replaced(lambda each: each.args[0] if each.head == "d" else None)
    return f"{n.show(left.args[0])} is {n.show(whole)}"


def _is_linear(node: Node) -> bool:
    """Whether a formula adds up derivatives, each with a constant before it, and at least two of them."""
    if node.head == "sum":
        return _is_term(node.args[0]) or _is_linear(node.args[0])
    if node.head == "+":
        return all(_is_term(each) or _is_linear(each) for each in node.args)
    if node.head == "neg":
        return _is_linear(node.args[0])
    if node.head == "/":
        return _is_linear(node.args[0]) and _is_scale(node.args[1])
    if node.head == "*":
        inner = [each for each in node.args if not _is_scale(each)]
        return len(inner) == 1 and _is_linear(inner[0])
    return False


def _is_term(node: Node) -> bool:
    if node.head == "*":
        return sum(each.head == "d" for each in node.args) == 1 and all(
            each.head == "d" or _is_scale(each) for each in node.args
        )
    return node.head == "d" or (node.head == "neg" and _is_term(node.args[0]))


def _is_scale(node: Node) -> bool:
    """Whether a factor is a number, or one over the size of a set."""
    return all(
        each.head in ("num", "/", "neg") or (each.head == "sym" and each.text in "nmNMKBT" and not each.args)
        for each in node.walk()
    )


def _unified(symbols: Node, numbers: Node, learnt: list[tuple[Node, rounding.Stated]]) -> bool:
    """Match a formula with the same one that has numbers for names."""
    if symbols.head in ("sym", "d"):
        if rounding.literal(numbers) is None:
            return False
        learnt.append((symbols, rounding.stated(numbers)))
        return True
    if symbols.head == "num":
        return numbers.head == "num" and numbers.number == symbols.number
    if (symbols.head, len(symbols.args), symbols.primes) != (numbers.head, len(numbers.args), numbers.primes):
        return not any(True for _ in symbols.symbols())
    if symbols.head == "call" and symbols.text != numbers.text:
        return False
    return all(_unified(a, b, learnt) for a, b in zip(symbols.args, numbers.args, strict=True))


def _as_update(row: _Row) -> tuple[Node, Node, Node | None] | None:
    """Find w = w − α ∂e/∂w: the name, the step, and the derivative in it."""
    left = row.sides[0] if row.sides else None
    if left is None or left.head != "sym":
        return None
    for right in row.readable()[1:]:
        if right.head != "+" or right.args[0].head != "sym" or right.args[0].text != left.text:
            continue
        if right.args[0] != left and _low(right.args[0]) != _low(left):
            continue
        slopes = [
            each for each in right.walk() if each.head == "d" and len(each.args) == 2 and each.args[1].head == "sym"
        ]
        is_same = right.args[0] == left
        if not is_same and not slopes and not any(each.head == "label" for each in (*left.args, *right.args[0].args)):
            return None
        return left, right.args[1], slopes[0] if slopes else None
    return None
