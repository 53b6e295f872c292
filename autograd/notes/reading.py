r"""Reading of a note: definitions become graphs of the engine, and claims are compared with them.

Precision has priority: an equation is called WRONG only if both sides could be computed from definitions that hold at
its position, every reading that the notation allows fails, and a single change corrects it or its own numbers
contradict it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from typing import Final

from autograd.errors import WorksheetError
from autograd.formula.latex_tokens import Macro, macros, tokens
from autograd.notes import damage, functions, primes, rounding
from autograd.notes import nodes as n
from autograd.notes.equation import DEFINED, DOUBTFUL, JOINS, REMARK, RIGHT, UNREAD, WRONG, Equation
from autograd.notes.families import two_indices, with_two_indices, without_dots
from autograd.notes.finding import Block, Page, blocks, pages
from autograd.notes.gathering import gathered
from autograd.notes.grammar import INFERRED, Notation, conditions, evidence, parse
from autograd.notes.lookalikes import misspelled
from autograd.notes.network import Network
from autograd.notes.nodes import Key, Node
from autograd.notes.note import Note
from autograd.notes.pairs import NO_PATH
from autograd.notes.rows import Row
from autograd.notes.splitting import statements
from autograd.notes.verdicts import Verdicts
from autograd.notes.world import Budget
from autograd.worksheet import Worksheet

__all__ = ["read_note"]

MAX_NOTE: Final = 5_000_000
_MOST_AGAIN: Final = 4
_WORK_BEFORE: Final = 12_000
_WORK_EACH: Final = 500


def read_note(text: str, *, sheet: Worksheet | str | None = None) -> Note:
    r"""Read a note in Markdown, LaTeX or a notebook's JSON, and judge its equations.

    Parameters
    ----------
    text : str
        The note.
    sheet : Worksheet or str, optional
        The network that the note is about, if it does not define one itself: a worksheet or its text. Names are
        matched by spelling: `w_{5}` in the note is `w5` in the sheet.

    Returns
    -------
    Note

    Raises
    ------
    WorksheetError
        If the note is too long, or the notebook or the sheet is invalid.

    Examples
    --------
    >>> import autograd as ag
    >>> print(ag.read_note(r'''
    ... $$C = (a - y)^2$$
    ... $$a = \sigma(z)$$
    ... $$\frac{dC}{dz} = 2(a - y) a(1 + a)$$
    ... '''))
    3 equations: 2 definitions, 0 given, 0 remarks, 1 claims
    0 right (0 checked by numbers), 1 WRONG, 0 doubtful, 0 not read
    <BLANKLINE>
    line 4 WRONG: ∂C/∂z = 2(a − y) · a(1 + a)
           sign: 1 + a should be 1 − a; it should be 2(a − y) · a(1 − a)

    A sheet gives a note what it leaves out:

    >>> sheet = chr(10).join(["x, w1, t = 1, 2, 3", "a = w1*x", "E = (a - t)^2"])
    >>> print(ag.read_note(r"$\partial E/\partial w_1 = 2 (a - t) x$", sheet=sheet).equations[0])
    line 1 right (checked): ∂E/∂w1 = 2(a − t) · x
    """
    if not isinstance(text, str):
        raise TypeError(f"read_note: the note must be a str, got {text!r} ({type(text).__name__})")
    if len(text) > MAX_NOTE:
        raise WorksheetError(f"the note has {len(text):,} characters; allowed are {MAX_NOTE:,}")
    found = pages(text)
    own = macros("\n".join(page.text for page in found))
    if sheet is not None and not isinstance(sheet, (str, Worksheet)):
        raise TypeError(f"read_note: sheet must be a Worksheet or its text, got {sheet!r} ({type(sheet).__name__})")
    network = None if sheet is None else Network(Worksheet.parse(sheet) if isinstance(sheet, str) else sheet)
    return _Reading(found, own, network).note()


class _Reading:
    """The steps of reading a note: split, parse, define, judge."""

    def __init__(self, found: Sequence[Page], own: dict[str, Macro], network: Network | None) -> None:
        self.network = network
        self.budget = Budget(0)
        self.rows: list[Row] = []
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
        if network is not None:
            network.inform(self.notation)

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
            self.rows.append(Row(equation, each, section + block.section, len(self.rows), page, block))

    @staticmethod
    def _equation(page: Page, start: int, end: int, block: Block) -> Equation:
        line, column = page.place(start)
        text = block.text if block.fixed else page.text[start:end]
        return Equation(line, column, page.cell, start, end, block.after, text.strip(), block.fixed)

    def note(self) -> Note:
        network = self.network
        before: Row | None = None
        kept = []
        for row in self.rows:
            if self._is_statement(row):
                self._read(row, before)
                kept.append(row)
                before = row
        if network is None and (paired := two_indices(side for row in kept for side in row.readable())):
            for row in kept:
                row.sides = [each and with_two_indices(each, paired) for each in row.sides]
        if network is None:
            functions.settle(kept)
        damaged = damage.find(kept, self.failed)
        if damaged:
            damage.restore(kept)
        else:
            for row in kept:
                row.damage, row.damaged_sides = [], set()
        if network is not None:
            network.place(kept, self.notation, damaged=damaged)
        for row in kept:
            row.equation.reading = self._shown(row)
            damage.dismiss(row)
        primes.write_out(kept)
        self.budget = Budget(_WORK_BEFORE + _WORK_EACH * len(kept))
        verdicts = self._judged(kept, kept)
        for scope in _scopes(kept):
            self._judge_again(scope)
        for scope in _without_idle(kept):
            self._judge_again(scope)
        equations = [*(row.equation for row in kept), *self.failed, *self._computations()]
        equations.sort(key=lambda each: (each.cell, each.start))
        definitions = {each.pattern: each.body for every in verdicts.book.definitions.values() for each in every}
        return Note(equations, self._remark(kept, equations) if damaged else "", definitions, verdicts.first_numbers())

    def _computations(self) -> Iterator[Equation]:
        """Yield displays that are numbers alone and have the value of the display before: 3·4 + 5, 12 + 5, 17."""
        before: tuple[Row, Node] | None = None
        for row in self.rows:
            side = self._number_alone(row)
            if side is not None and before is not None and self._goes_on(row, before[0]):
                same = rounding.agreement(rounding.stated(before[1]), rounding.stated(side)) == "equal"
                if same and not (rounding.literal(side) and rounding.literal(before[1])):
                    row.equation.status, row.equation.reading = RIGHT, f"{n.show(before[1])} = {n.show(side)}"
                    yield row.equation
            before = (row, side) if side is not None else None

    def _number_alone(self, row: Row) -> Node | None:
        if not row.display or row.statement.relations or row.statement.continues or len(row.statement.sides) != 1:
            return None
        try:
            side = parse(row.statement.sides[0], self.notation)
        except (WorksheetError, IndexError):
            return None
        return side if rounding.is_numeric(side) else None

    def _judged(self, rows: Sequence[Row], wanted: Sequence[Row]) -> Verdicts:
        network = self.network
        book = gathered(rows, self.notation, network)
        verdicts = Verdicts(rows, book, self.notation, network.numbers if network else {}, self.budget)
        verdicts.run(wanted)
        return verdicts

    def _judge_again(self, scope: Sequence[Row]) -> None:
        """Judge rows as if they were the whole note: a letter may mean something else in the rest of it."""
        again = [
            replace(row, equation=replace(row.equation, status=REMARK, message=""), sides=list(row.sides))
            for row in scope
        ]
        pairs = [pair for pair in zip(scope, again, strict=True) if _is_unsettled(pair[0])]
        self._judged(again, [narrow for _, narrow in pairs])
        for row, narrow in pairs:
            if narrow.equation.status in _SETTLED_BY[row.equation.status]:
                row.equation.status, row.equation.message = narrow.equation.status, narrow.equation.message

    def _remark(self, rows: Sequence[Row], equations: Sequence[Equation]) -> str:
        for row in rows:
            inner = damage.inner_statements(row.equation.text) if row.equation.status == UNREAD else []
            found = [each for text in inner for each in read_note(f"$${text}$$").equations]
            right = [each.reading for each in found if each.status == RIGHT]
            if right:
                row.equation.status = RIGHT
                row.equation.reading = "; ".join(each.reading for each in found if each.status in (RIGHT, DEFINED))
                row.equation.message = f"two statements lie in one fraction; right: {'; '.join(right)}"
        many = sum(bool(row.damage) for row in rows) + len(self.failed)
        return f"{many} of {len(equations)} equations look damaged by scanning"

    @staticmethod
    def _is_statement(row: Row) -> bool:
        return (
            bool(row.statement.relations)
            or row.statement.continues
            or (
                re.search(r"\}\s*\{", row.equation.text) is not None  # or the next is quadratic in what has neither
                and bool(re.search(r"(?<![_{\w])[^{}_^]*[^{}_^\w\s]\s*=[^{}]*\}\s*\{", row.equation.text))
            )
        )

    def _read(self, row: Row, before: Row | None) -> None:
        for side in row.statement.sides:
            try:
                parsed = parse(side, self.notation)
                meant = misspelled(parsed)
                row.read_as.update((n.show(name), n.show(other)) for name, other in meant.items())
                row.sides.append(without_dots(parsed.replaced(meant.get) if meant else parsed))
            except (WorksheetError, IndexError) as error:
                row.sides.append(None)
                row.problem = row.problem or (
                    error.message if isinstance(error, WorksheetError) else "can't be read to its end"
                )
        said = [conditions(each, self.notation) for each in row.statement.conditions]
        row.conditions = tuple(each for each in said if each is not None)
        if row.statement.continues and before is not None and before.sides and self._goes_on(row, before):
            row.inherited = min(2, len(before.sides))
            row.sides = [*([before.sides[0]] if len(before.sides) > 1 else []), before.sides[-1], *row.sides]
            row.statement.relations = ["="] * row.inherited + row.statement.relations[1:]
            if row.inherited and row.sides[0] is None:
                row.sides, row.inherited = row.sides[1:], row.inherited - 1
        row.sides = _with_arguments(row.sides)
        if row.left is not None:
            free = row.left.free_letters
            row.sides = [each and _with_open_sums(each, free) for each in row.sides]

    @staticmethod
    def _goes_on(row: Row, before: Row) -> bool:
        """Return whether a row that begins with a relation directly continues the one before."""
        if before.block is row.block:
            return True
        between = row.page.text[before.block.after : row.block.start]
        same_page = before.page is row.page and before.block.after <= row.block.start
        return (
            same_page and row.display and before.display and len(between) < 200 and not re.search(r"[^\W_]{2}", between)
        )

    @staticmethod
    def _shown(row: Row) -> str:
        shown = [n.show(side) if side is not None else "…" for side in row.sides[row.inherited :]]
        relations = row.statement.relations
        text = "= " if row.statement.continues else ""
        for at, side in enumerate(shown):
            sign = relations[row.inherited + at - 1] if 0 < at and row.inherited + at - 1 < len(relations) else "="
            text += (f" {sign} " if at else "") + side
        return text


_SETTLED_BY: Final = {
    DOUBTFUL: (RIGHT, JOINS),
    WRONG: (RIGHT,),
}
"""Verdicts on a row that is judged by its section alone which take the place of one by the whole note: it may clear a
row, but a part of a note is too little to accuse by."""


def _is_unsettled(row: Row) -> bool:
    return row.equation.status in _SETTLED_BY and bool(row.equation.message)


def _scopes(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield undecided sections, each alone and then with all before it, within limits of work."""
    left = _MOST_AGAIN * len(rows)
    end = 0
    for _, section in itertools.groupby(rows, lambda row: row.section):
        own = list(section)
        end += len(own)
        for count in (len(own), end):
            if 1 < count < len(rows) and count <= left and any(map(_is_unsettled, own)):
                left -= count
                yield list(rows[end - count : end])


def _without_idle(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield the rows except definitions from which no path leads to a variable of differentiation.

    The cost ½Σ‖y(x) − a(x)‖² names the outputs in its own way: it is a function of them all the same.
    """
    slopes = [
        each
        for row in rows
        if row.equation.message == NO_PATH
        for side in row.readable()
        for each in side.walk()
        if each.head == "d"
    ]
    idle = {n.key(each.args[0]) for each in slopes if each.args[0].head == "sym"}
    idle -= {n.key(x) for each in slopes for x in each.args[1:] if x.head == "sym"}
    kept = [row for row in rows if row.left is None or not _defines(row.left, idle)]
    if idle and len(kept) < len(rows):
        yield kept


def _defines(left: Node, keys: set[Key]) -> bool:
    return left.head == "sym" and n.key(left) in keys


def _with_open_sums(side: Node, free: Set[str]) -> Node:
    """Leave open what a sum runs over if its index was only inferred and is one of the left side."""

    def change(each: Node) -> Node | None:
        if each.head in ("sum", "prod") and each.number == INFERRED and each.text in free:
            return replace(each, args=(each.args[0].replaced(change), *each.args[1:]), text="?")
        return None

    return side.replaced(change)


def _with_arguments(sides: list[Node | None]) -> list[Node | None]:
    """Give a function without argument its variable: tanh = (e^x − e^−x)/…, σ′ = σ(1 − σ), tanh′ = 1 − y²."""
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
