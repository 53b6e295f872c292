"""Translation of a worksheet to a Python script with the same names and numbers."""

from __future__ import annotations

import builtins
import keyword
import math
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from autograd.formula.evaluate import Array, Operand, Scalar, element_label
from autograd.formula.tree import COMPARISONS, Symbolic
from autograd.ops import TABLE, Op
from autograd.ops.table import CALL, POWER, SIGN, SUM
from autograd.worksheet import Worksheet
from autograd.worksheet.evaluate import walk

__all__ = ["as_python"]

LINE: Final = 100


@dataclass(frozen=True)
class Expression(Symbolic):
    """A number written in Python.

    Attributes
    ----------
    text : str
        The expression.
    level : int
        The precedence of its outermost operator.
    recorded : bool
        Whether it is a `Value` when the script runs, rather than a float.
    script : Script
        The script, which knows the names of lists.
    """

    text: str
    level: int
    recorded: bool
    script: Script

    def call(self, name: str, operands: Sequence[Scalar]) -> Expression:
        """Write an op: a Python operator if it means the same, else the function of the package."""
        texts = [_expression(each, self.script) for each in operands]
        recorded = any(each.recorded for each in texts)
        if name in COMPARISONS:
            left, right = (each.within(SUM) for each in texts)
            return Expression(f"float({left} {name} {right})", CALL, False, self.script)
        row = TABLE[name]
        # Python's own division and power of floats raise where the worksheet's give inf and nan.
        if row.operator and (recorded or row.regular):
            return Expression(_signed(row, texts), row.precedence, recorded, self.script)
        if row.arity is None:
            return Expression(f"ag.{name}({self.script.row(texts)})", CALL, recorded, self.script)
        return Expression(f"ag.{name}({', '.join(each.text for each in texts)})", CALL, recorded, self.script)

    def call_dot(self, weights: Sequence[Scalar], items: Sequence[Scalar], bias: Scalar) -> Expression:
        """Write a weighted sum."""
        ours, theirs = ([_expression(x, self.script) for x in each] for each in (weights, items))
        last = _expression(bias, self.script)
        end = "" if bias == 0.0 and not isinstance(bias, Symbolic) else f", {last.text}"
        recorded = any(each.recorded for each in (*ours, *theirs, last))
        text = f"ag.dot({self.script.row(ours)}, {self.script.row(theirs)}{end})"
        return Expression(text, CALL, recorded, self.script)

    def within(self, level: int) -> str:
        """Write it as an operand in a context of this precedence."""
        return self.text if self.level >= level else f"({self.text})"


def _signed(row: Op, operands: Sequence[Expression]) -> str:
    sign, level = row.operator, row.precedence
    if row.arity == 1:
        return f"{sign}{operands[0].within(level)}"
    left, right = operands
    if level == POWER:
        return f"{left.within(level + 1)} {sign} {right.within(level - 1)}"
    return f"{left.within(level)} {sign} {right.within(level + 1)}"


def _expression(operand: Scalar, script: Script) -> Expression:
    if isinstance(operand, Expression):
        return operand
    number = float(operand)
    text = _number(number)
    return Expression(text, CALL if text[0] != "-" else SIGN, False, script)


def _number(x: float) -> str:
    if not math.isfinite(x):
        return f'float("{x}")'
    return f"{x:.0f}" if x == int(x) and abs(x) < 1e6 and math.copysign(1.0, x) > 0 else repr(x)


@dataclass
class Script:
    """The lines of a script, and the Python names of the sheet's quantities."""

    names: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    relabelled: list[str] = field(default_factory=list)
    rows: dict[tuple[str, ...], str] = field(default_factory=dict)
    leaves: list[str] = field(default_factory=list)

    def row(self, items: Sequence[Expression]) -> str:
        """Write a list: by its name if it has one, or as a row of one that has."""
        texts = tuple(each.text for each in items)
        return self.rows.get(texts) or f"[{', '.join(texts)}]"

    def step(self, name: str, operand: Operand) -> Operand:
        """Write `name = …`, and return the operand for later steps."""
        called = self.names[name]
        if isinstance(operand, Array):
            return self._list(name, called, operand)
        text, leaf = self._item(operand, name)
        self.lines.append(f"{called} = {text}")
        if called != name and not leaf:
            self.relabelled.append(f"{called}.label = {name!r}")
        self.leaves += [called] * leaf
        return Expression(called, CALL, True, self)

    def _item(self, item: Scalar, label: str, *, alias: bool = False) -> tuple[str, bool]:
        """Write one quantity, and return whether it is a leaf; a float that a step makes a leaf becomes one."""
        expression = _expression(item, self)
        if not expression.recorded:
            return f"ag.Value({expression.text}, label={_quoted(label)})", not isinstance(item, Symbolic)
        if expression.text in self.places and not alias:  # a step `a2 = z2` is a separate quantity
            return f"{expression.text} * 1", False
        return expression.text, False

    @property
    def places(self) -> set[str]:
        """Return everything that is written by its name."""
        return self._places

    _places: set[str] = field(default_factory=set)

    def _list(self, name: str, called: str, array: Array) -> Array:
        written, made = [], []
        for position, item in enumerate(array.items):
            label = element_label(name, array.shape, position)
            place = called + _brackets(array.shape, position)
            text, leaf = self._item(item, label, alias=True)
            written.append(text)
            if text in self.places:  # one that has a name keeps it
                made.append(Expression(text, CALL, True, self))
                continue
            if not text.startswith("ag.Value("):
                self.relabelled.append(f"{place}.label = {_quoted(label)}")
            self.leaves += [place] * leaf
            made.append(Expression(place, CALL, True, self))
        self.lines += _list_lines(called, array.shape, written)
        self._remember(called, array.shape, [each.text for each in made])
        return Array(array.shape, tuple(made))

    def _remember(self, called: str, shape: Sequence[int], texts: Sequence[str]) -> None:
        self._places.update(texts)
        if len(shape) == 1:
            self.rows[tuple(texts)] = called
            return
        for row in range(shape[0]):
            self.rows[tuple(texts[row * shape[1] : (row + 1) * shape[1]])] = f"{called}[{row}]"
        for column in range(shape[1]):
            below = tuple(texts[column :: shape[1]])
            self.rows.setdefault(below, f"[row[{column}] for row in {called}]")


def _brackets(shape: Sequence[int], position: int) -> str:
    return f"[{position}]" if len(shape) == 1 else "[{}][{}]".format(*divmod(position, shape[1]))


def _list_lines(called: str, shape: Sequence[int], items: Sequence[str]) -> list[str]:
    """Write a list on one line if it fits, else row by row or item by item."""
    rows = [list(items)] if len(shape) == 1 else [list(items[i : i + shape[1]]) for i in range(0, len(items), shape[1])]
    texts = [f"[{', '.join(row)}]" for row in rows]
    whole = f"{called} = {texts[0] if len(shape) == 1 else '[' + ', '.join(texts) + ']'}"
    if len(whole) <= LINE:
        return [whole]
    inner: list[str] = []
    for row, text in zip(rows, texts, strict=True):
        if len(shape) == 2 and len(text) <= LINE:
            inner.append(f"    {text},")
        else:
            nested = len(shape) == 2
            parts = [f"{'        ' if nested else '    '}{each}," for each in row]
            inner += ["    [", *parts, "    ],"] if nested else parts
    return [f"{called} = [", *inner, "]"]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _python_names(names: Iterable[str]) -> dict[str, str]:
    """Return a valid and distinct Python name for each name."""
    taken = {"ag", "leaf", "leaves", "row", *dir(builtins)}
    found: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"\W", "_", unicodedata.normalize("NFKC", name)) or "_"
        if not plain.isidentifier():
            plain = f"_{plain}"
        while plain in taken or keyword.iskeyword(plain):
            plain += "_"
        taken.add(plain)
        found[name] = plain
    return found


def as_python(sheet: Worksheet, output: str) -> str:
    """Return a script that computes the sheet, runs the backward pass, and prints every leaf's gradient.

    Parameters
    ----------
    sheet : Worksheet
        The sheet.
    output : str
        The label of the quantity on which `backward()` is called.

    Examples
    --------
    >>> sheet = Worksheet.parse("w, x = 0.5, 2" + chr(10) + "E = (1 - sigmoid(w*x))^2 / 2")
    >>> print(as_python(sheet, "E"))
    import autograd as ag
    <BLANKLINE>
    w = ag.Value(0.5, label="w")
    x = ag.Value(2, label="x")
    E = (1 - ag.sigmoid(w * x)) ** 2 / 2
    ag.label(globals())
    <BLANKLINE>
    E.backward()
    print("E =", E.data)
    leaves = [w, x]
    for leaf in leaves:
        print(f"∂E/∂{leaf.label} = {leaf.grad}")
    <BLANKLINE>
    """
    script = Script(_python_names(step.name for step in sheet.steps))

    def named(name: str, operand: Operand) -> Operand:
        result = script.step(name, operand)
        script.places.update([] if isinstance(result, Array) else [script.names[name]])
        return result

    operands, _ = walk(sheet.steps, named)
    root = _place(operands, sheet, output)
    title = [f"# {' '.join(sheet.title.split())}"] if sheet.title.isprintable() and sheet.title else []
    leaves = textwrap.wrap(f"leaves = [{', '.join(script.leaves)}]", LINE, subsequent_indent="    ")
    return "\n".join(
        [
            *title,
            "import autograd as ag",
            "",
            *script.lines,
            *script.relabelled,
            "ag.label(globals())",
            "",
            f"{root}.backward()",
            f'print("{output} =", {root}.data)',
            *leaves,
            "for leaf in leaves:",
            f'    print(f"∂{output}/∂{{leaf.label}} = {{leaf.grad}}")',
            "",
        ]
    )


def _place(operands: dict[str, Operand], sheet: Worksheet, output: str) -> str:
    """Return how the output is written."""
    for name, operand in operands.items():
        items = operand.items if isinstance(operand, Array) else (operand,)
        for label, item in zip(sheet.labels(name), items, strict=True):
            if label == output and isinstance(item, Expression):
                return item.text
    return output
