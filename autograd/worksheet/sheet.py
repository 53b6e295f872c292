"""`Worksheet`: steps and roles parsed from text, evaluated to a graph, and trained by gradient descent."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Final, TypeVar

from autograd._common.text import did_you_mean, listing
from autograd.engine.backend import Value
from autograd.errors import WorksheetError
from autograd.formula.evaluate import CONSTANTS, Array, Operand, element_label, resolve, unknown_name
from autograd.formula.grammar import Instruction
from autograd.formula.lexer import Token, tidy_name
from autograd.worksheet import evaluate
from autograd.worksheet.lines import DIRECTIVES, MAX_BYTES, Claim, Directive, Statement, Step, parse, split_lines

__all__ = ["Evaluation", "Worksheet"]

_SNIPPET: Final = 60
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Evaluation:
    """A worksheet computed once: a labelled `Value` for every quantity.

    Attributes
    ----------
    values : dict of label to Value
        Leaves and steps in the sheet's order; elements of a list `W` are under `W[1,2]`, or under their own names.
    output : str
        The label of the quantity to differentiate.
    """

    values: dict[str, Value]
    output: str

    @property
    def value(self) -> float:
        """The output's number."""
        return self.values[self.output].data

    def numbers(self) -> dict[str, float]:
        """Return every quantity's number."""
        return {label: value.data for label, value in self.values.items()}

    def gradients(self, labels: Iterable[str]) -> dict[str, float]:
        """Run the backward pass from the output and return the gradient of each label's quantity.

        Examples
        --------
        >>> run = Worksheet.parse("w, x = 3, 2" + chr(10) + "E = w*x^2").evaluate()
        >>> run.gradients(["w", "x"])
        {'w': 4.0, 'x': 12.0}
        """
        wanted = list(labels)
        for label in wanted:
            if label not in self.values:
                raise WorksheetError(f"unknown quantity {label!r}{did_you_mean(label, self.values)}")
        for value in self.values.values():
            value.grad = 0.0
        self.values[self.output].backward()
        return {label: self.values[label].grad for label in wanted}


class Worksheet:
    """A parsed and validated sheet of named steps.

    Created by `parse`, `load` or `shipped.load`, which raise `WorksheetError` for an invalid sheet.

    Attributes
    ----------
    name : str
        Its name in errors and tables.
    title : str
        From its `title:` line.
    steps : tuple of Step
        In order.
    leaves : dict of label to float
        The quantities given as numbers: steps whose expressions use no other step, element by element.
    inputs, targets, fixed : tuple of str
        Leaves that are not trained, from the directives of these names.
    rate : float or None
        The learning rate from its `rate:` line.
    shapes : dict of str to tuple of int
        Of steps that are lists: the length of a vector, the rows and columns of a matrix.
    claims : tuple of Claim
        Its `check` lines, which `autograd.claims` judges.

    Examples
    --------
    >>> sheet = Worksheet.parse('''
    ... inputs: x
    ... rate: 0.1
    ... x = 2
    ... w, b = 0.5, 0
    ... z = w*x + b
    ... a = sigmoid(z)
    ... C = (a - 1)^2
    ... ''')
    >>> sheet.leaves
    {'x': 2.0, 'w': 0.5, 'b': 0.0}
    >>> sheet.trained, sheet.output()
    (('w', 'b'), 'C')
    >>> run = sheet.evaluate()
    >>> f"{run.value:.6f}"
    '0.072329'
    >>> {label: round(slope, 6) for label, slope in run.gradients(sheet.trained).items()}
    {'w': -0.211508, 'b': -0.105754}
    >>> Worksheet.parse("a = 1" + chr(10) + "b = 2*A")
    Traceback (most recent call last):
    autograd.errors.WorksheetError: line 2, column 7: unknown name 'A', in 'b = 2*A'; did you mean 'a'?
    """

    def __init__(self, steps: Sequence[Step], name: str) -> None:
        self.name = name
        self.title = ""
        self.steps = tuple(steps)
        self.rate: float | None = None
        self.inputs: tuple[str, ...] = ()
        self.targets: tuple[str, ...] = ()
        self.fixed: tuple[str, ...] = ()
        self.claims: tuple[Claim, ...] = ()
        self._output = ""
        self.leaves: dict[str, float] = {}
        self.shapes: dict[str, tuple[int, ...]] = {}
        self._aliases: dict[str, str] = {}  # every name of a quantity, mapped to its own label
        self._labels: dict[str, tuple[str, ...]] = {}
        operands, self._left = evaluate.run(self.steps, {}, recorded=True)
        self._note(self.steps, operands)

    def _note(self, steps: Sequence[Step], operands: Mapping[str, Operand]) -> None:
        """Record the results of evaluated steps."""
        for step in steps:
            operand = operands[step.name]
            labels = tuple(value.label for value in _values(operand))
            self._labels[step.name] = labels
            self._aliases |= zip(_labels(step.name, operand), labels, strict=True)
            if isinstance(operand, Array):
                self.shapes[step.name] = operand.shape
            if _is_leaf(step):
                self.leaves |= {item.label: item.data for item in _values(operand)}

    def extended(self, steps: Sequence[Step], before: Mapping[str, Operand]) -> tuple[Worksheet, dict[str, Operand]]:
        """Return the sheet with steps appended, and all operands; only the new steps are computed.

        Parameters
        ----------
        steps : sequence of Step
            With unused names.
        before : mapping of step name to operand
            The operands of this sheet, from `operands`.
        """
        added = _resolved(steps, dict.fromkeys(before, 0))
        operands, left = evaluate.run(added, {}, True, before, self._left)
        sheet = copy.copy(self)
        sheet.steps, sheet._left = (*self.steps, *added), left
        sheet.leaves, sheet.shapes = dict(self.leaves), dict(self.shapes)
        sheet._labels, sheet._aliases = dict(self._labels), dict(self._aliases)
        sheet._note(added, operands)
        return sheet, operands

    @classmethod
    def parse(cls, text: str, name: str = "worksheet") -> Worksheet:
        """Parse a sheet from its text.

        Parameters
        ----------
        text : str
            The text.
        name : str
            The name in errors and tables.

        Raises
        ------
        WorksheetError
            At the first error, with `line` and `column`.
        """
        if not isinstance(text, str):
            raise TypeError(
                f"Worksheet.parse: text must be a str, got {text!r} ({type(text).__name__}); see Worksheet.load"
            )
        try:
            return cls.of_statements(parse(text), name)
        except WorksheetError as error:
            raise _with_text(error, text) from None

    @classmethod
    def of_statements(cls, statements: Sequence[Statement], name: str = "worksheet") -> Worksheet:
        """Make a sheet of parsed statements, as the prompt has them; raises as `parse` does."""
        steps = _resolved([each for each in statements if isinstance(each, Step)], {})
        sheet = cls(steps, name)
        for directive in statements:
            if isinstance(directive, Directive):
                sheet._obey(directive)
        sheet.claims = tuple(each for each in statements if isinstance(each, Claim))
        return sheet

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Worksheet:
        """Read a sheet from a UTF-8 file.

        Raises
        ------
        WorksheetError
            If it is invalid, too large, or not text.
        OSError
            If the file can't be read.
        """
        with open(path, "rb") as file:
            return cls.decode(file.read(MAX_BYTES + 1), Path(path).name)

    @classmethod
    def decode(cls, raw: bytes, name: str = "worksheet") -> Worksheet:
        """Read a sheet from the bytes of a UTF-8 file."""
        if len(raw) > MAX_BYTES:
            raise WorksheetError(f"the sheet is too large; allowed are {MAX_BYTES:,} bytes")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            lines = split_lines(raw[: error.start].decode("utf-8-sig", "replace"))
            message = f"the sheet is not UTF-8 text: byte 0x{raw[error.start]:02x}"
            raise WorksheetError(message, len(lines), len(lines[-1]) + 1) from None
        return cls.parse(text, name)

    def __repr__(self) -> str:
        return f"<Worksheet {self.name!r}: {len(self.steps)} steps, {len(self.leaves)} leaves>"

    @property
    def trained(self) -> tuple[str, ...]:
        """The leaves that training updates: all but inputs, targets and fixed ones."""
        kept = {*self.inputs, *self.targets, *self.fixed}
        return tuple(label for label in self.leaves if label not in kept)

    def role(self, label: str) -> str:
        """Return the role of a quantity: "input", "target", "fixed", "trained" or "computed"."""
        for role, labels in (("input", self.inputs), ("target", self.targets), ("fixed", self.fixed)):
            if label in labels:
                return role
        return "trained" if label in self.leaves else "computed"

    def labels(self, name: str) -> tuple[str, ...]:
        """Return the labels that a name stands for: one for a number or an element, all elements for a list.

        Raises
        ------
        WorksheetError
            If there is no such name.

        Examples
        --------
        >>> Worksheet.parse("W = [[1, 2], [3, 4]]").labels("W")
        ('W[1,1]', 'W[1,2]', 'W[2,1]', 'W[2,2]')
        """
        name = tidy_name(name)
        if name in self._labels:
            return self._labels[name]
        if name in self._aliases:
            return (self._aliases[name],)
        advice = did_you_mean(name, [*self._labels, *self._aliases]) or f"; names are {listing(self._labels)}"
        raise WorksheetError(f"unknown name {name[:80]!r}{advice}")

    @property
    def aliases(self) -> dict[str, str]:
        """Every name of a quantity, such as `W[1,2]` for w2, mapped to its own label."""
        return dict(self._aliases)

    def leaf_labels(self, name: str) -> tuple[str, ...]:
        """Return the leaves that a name stands for; as `labels`, and an error if a quantity is computed."""
        labels = self.labels(name)
        for label in labels:
            if label not in self.leaves:
                raise WorksheetError(f"{label!r} is computed, not a leaf; leaves are {listing(self.leaves)}")
        return labels

    def output(self, name: str | None = None) -> str:
        """Return the label of the output: the given one, else the sheet's `of:`, else the last step.

        Raises
        ------
        WorksheetError
            If it is unknown, or a list.
        """
        if not self.steps:
            raise WorksheetError("the sheet has no steps; a step is written name = expression")
        name = (self._output or self.steps[-1].name) if name is None else name
        labels = self.labels(name)
        if tidy_name(name) in self._labels and tidy_name(name) not in self._aliases:
            raise WorksheetError(
                f"the output must be one number, {name!r} is a list; name an element, as {labels[0]!r}"
            )
        return labels[0]

    def operands(self) -> dict[str, Operand]:
        """Compute every step, recording the graph, and return the operands by name, lists as arrays."""
        return evaluate.run(self.steps, {}, recorded=True)[0]

    def evaluate(self, replaced: Mapping[str, float] | None = None, *, of: str | None = None) -> Evaluation:
        """Compute every step, recording the graph.

        Parameters
        ----------
        replaced : mapping of name to float, optional
            Numbers that replace the sheet's; a computed quantity is then detached from its step.
        of : str, optional
            The output, if not the sheet's own.

        Examples
        --------
        >>> Worksheet.parse("w = 3" + chr(10) + "E = w^2").evaluate({"w": 5}).value
        25.0
        """
        operands, _ = evaluate.run(self.steps, self._canonical(replaced), recorded=True)
        values = {item.label: item for operand in operands.values() for item in _values(operand)}
        return Evaluation(values, self.output(of))

    def compute(self, replaced: Mapping[str, float] | None = None, *, of: str | None = None) -> float:
        """Compute the output only, in plain floats; comparisons are re-evaluated."""
        label = self.output(of)
        operands, _ = evaluate.run(self.steps, self._canonical(replaced), recorded=False)
        name, _, _ = label.partition("[")
        operand = operands[name]
        if not isinstance(operand, Array):
            return float(operand)
        return float(operand.items[_labels(name, operand).index(label)])

    def descend(
        self,
        steps: int = 1,
        *,
        rate: float | None = None,
        trained: Sequence[str] | None = None,
        replaced: Mapping[str, float] | None = None,
        of: str | None = None,
    ) -> Iterator[dict[str, float]]:
        """Run gradient descent: every leaf w becomes w − rate·∂output/∂w, simultaneously.

        Parameters
        ----------
        steps : int
            The number of steps.
        rate : float, optional
            The learning rate, if not the sheet's own.
        trained : sequence of str, optional
            The leaves to update; by default the sheet's `trained`.
        replaced : mapping of name to float, optional
            Numbers that replace the sheet's at the start.
        of : str, optional
            The output, if not the sheet's own.

        Yields
        ------
        dict of label to float
            After each step, the updated leaves and those in `replaced`.

        Examples
        --------
        >>> list(Worksheet.parse("w = 3" + chr(10) + "E = w^2").descend(2, rate=0.25))
        [{'w': 1.5}, {'w': 0.75}]
        """
        rate = self.rate if rate is None else rate
        if rate is None:
            raise WorksheetError("descend: no learning rate; give one, or write a line 'rate: 0.5' in the sheet")
        names = self.trained if trained is None else trained
        labels = tuple(dict.fromkeys(label for name in names for label in self.leaf_labels(name)))
        numbers = self._canonical(replaced)
        for _ in range(steps):
            run = self.evaluate(numbers, of=of)
            slopes = run.gradients(labels)
            numbers |= {label: run.values[label].data - rate * slope for label, slope in slopes.items()}
            yield dict(numbers)

    def _canonical(self, replaced: Mapping[str, float] | None) -> dict[str, float]:
        numbers = {}
        for name, number in (replaced or {}).items():
            labels = self.labels(name)
            if len(labels) > 1:
                raise WorksheetError(f"{name!r} is a list; give its elements one by one, as {labels[0]!r}")
            numbers[labels[0]] = float(number)
        return numbers

    def _obey(self, directive: Directive) -> None:
        """Apply one directive."""
        word = directive.word
        if word.text == "check":
            raise word.error("a claim has no colon; write check left == right")
        if word.text not in DIRECTIVES:
            advice = (
                did_you_mean(word.text, DIRECTIVES) or f"; allowed are {listing(f'{each}:' for each in DIRECTIVES)}"
            )
            raise word.error(f"unknown directive {word.shown()}{advice}")
        if word.text == "title":
            self.title = directive.text
            return
        if not directive.arguments:
            raise word.error(f"'{word.text}:' has no arguments; expected, for example, '{DIRECTIVES[word.text]}'")
        if word.text in ("rate", "of"):
            self._set_once(word, directive.arguments)
            return
        for argument in directive.arguments:
            labels = _blamed(argument, self.leaf_labels)
            known: tuple[str, ...] = getattr(self, word.text)
            setattr(self, word.text, tuple(dict.fromkeys(known + labels)))

    def _set_once(self, word: Token, arguments: tuple[Token, ...]) -> None:
        if len(arguments) > 1:
            raise arguments[1].error(f"'{word.text}:' takes one, got also {arguments[1].shown()}")
        if (self.rate is not None) if word.text == "rate" else self._output:
            raise word.error(f"'{word.text}:' appears twice")
        if word.text == "of":
            self._output = _blamed(arguments[0], self.output)
        else:
            self.rate = _blamed(arguments[0], read_rate)


def read_rate(text: str) -> float:
    """Parse a learning rate.

    Examples
    --------
    >>> read_rate("0.5")
    0.5
    """
    rate = read_number(text)
    if not 0.0 < rate < math.inf:
        raise WorksheetError(f"the rate must be a number above 0, got {text!r}")
    return rate


def read_number(text: str) -> float:
    """Parse a number as written in a sheet: with a sign, or inf or nan."""
    text = text.strip().replace("−", "-")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf|nan", text, re.ASCII) or len(text) > 100:
        raise WorksheetError(f"not a number: {text[:100]!r}; expected, for example, 0.5 or 1e-3")
    return float(text)


def _blamed(token: Token, function: Callable[[str], _Read]) -> _Read:
    """Call a function on a token, adding its position to errors."""
    try:
        return function(token.text)
    except WorksheetError as error:
        raise token.error(error.message) from None


def _with_text(error: WorksheetError, text: str) -> WorksheetError:
    """Insert the text of the line at fault into an error, before its advice."""
    if not error.line:
        return error
    line = split_lines(text)[error.line - 1]
    start = max(0, min(error.column - 1 - _SNIPPET // 2, len(line) - _SNIPPET))
    snippet = (
        ("…" if start else "") + line[start : start + _SNIPPET].strip() + ("…" if len(line) > start + _SNIPPET else "")
    )
    what, semicolon, advice = error.message.partition("; ")
    return WorksheetError(f"{what}, in {snippet!r}{semicolon}{advice}", error.line, error.column)


def _values(operand: Operand) -> list[Value]:
    items = operand.items if isinstance(operand, Array) else (operand,)
    return [item for item in items if isinstance(item, Value)]


def _labels(name: str, operand: Operand) -> list[str]:
    """Return a step's quantities named after the step, whatever their labels."""
    if not isinstance(operand, Array):
        return [name]
    return [element_label(name, operand.shape, position) for position in range(len(operand.items))]


def _is_leaf(step: Step) -> bool:
    return all(instruction.kind != "name" for instruction in step.code)


def _resolved(steps: Sequence[Step], lines: dict[str, int]) -> list[Step]:
    """Check every call, and every name against earlier definitions; `lines` has the lines of earlier steps."""
    everywhere = lines | {step.name: step.token.line for step in steps}
    resolved = []
    for step in steps:
        if step.name in lines:
            raise step.token.error(
                f"{step.name!r} is already defined in line {lines[step.name]}; give this step another name"
            )
        code = resolve(step.code, everywhere.__contains__)
        resolved.append(replace(step, code=tuple(_resolve(each, step.name, lines, everywhere) for each in code)))
        lines[step.name] = step.token.line
    return resolved


def _resolve(
    instruction: Instruction, step: str, lines: Mapping[str, int], everywhere: Mapping[str, int]
) -> Instruction:
    name, token = instruction.name, instruction.token
    if instruction.kind in ("partial", "updated", "slope"):
        shown = {"partial": name, "updated": f"{name}'", "slope": f"{token.text}'"}[instruction.kind]
        raise token.error(
            f"{shown} is not a quantity of a step; derivatives and updates belong in claims, check left == right, "
            f"and in questions at the prompt"
        )
    if instruction.kind != "name" or name in lines:
        return instruction
    if name == step:
        raise token.error(f"{name!r} is defined by itself; a changed quantity needs another name")
    if name in everywhere:
        raise token.error(f"{name!r} is used before its definition in line {everywhere[name]}; move that line up")
    if name in CONSTANTS:
        return instruction._replace(kind="number", number=CONSTANTS[name])
    if _is_differential(name, everywhere):
        raise token.error(
            f"{name!r} is not a quantity; a derivative, d(y)/d(x), is allowed in claims and questions only"
        )
    raise unknown_name(token, name, list(lines), bool(instruction.takes), "defined so far are")


def _is_differential(name: str, everywhere: Mapping[str, int]) -> bool:
    """Return whether an unknown name is `dE` of a quantity E."""
    return name[:1] == "d" and name[1:] in everywhere
