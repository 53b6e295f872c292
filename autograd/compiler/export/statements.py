"""Statements that compute a program and its gradient in C-like languages; subclasses define the differences."""

from __future__ import annotations

import ast
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from autograd.codegen.source import Expressions
from autograd.compiler.export.graph import COMPARISONS, Graph
from autograd.compiler.export.rows import VALUE, Row, replaced, row_of, unrolled
from autograd.compiler.plan.plain import Node
from autograd.compiler.record.tape import ALIAS, Guard
from autograd.ops import TABLE, Op

__all__ = ["PythonStatements", "Statements", "holds", "without_unused"]

Block = list[str]
"""Lines that belong together."""


class Statements(ABC):
    """The statements of a program.

    Attributes
    ----------
    graph : Graph
        The graph to be exported.
    called, valued : dict of str to Op
        Rows that the statements call as functions: with local derivatives, and for the value alone.
    """

    expressions: ClassVar[Expressions]
    indent: ClassVar = "    "

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.called: dict[str, Op] = {}
        self.valued: dict[str, Op] = {}
        self._slopes: dict[int, list[str]] = {}
        self._begun: set[int] = set()

    # Language-specific

    @abstractmethod
    def define(self, name: str, value: str, changes: bool = False) -> str:
        """Return a new variable."""

    @abstractmethod
    def call(self, name: str, op: Op, operands: Sequence[str], slopes: Sequence[str]) -> Block:
        """Return variables for the value and the local derivatives from a call of a row's function."""

    @abstractmethod
    def value_call(self, op: Op, operands: Sequence[str]) -> str:
        """Return a call of a row's function for the value alone."""

    @abstractmethod
    def guard(self, number: int, holds: str) -> Block:
        """Return from the function here if a guard doesn't hold."""

    @abstractmethod
    def function(self, name: str) -> str:
        """Return the call of a library function of the language: `trunc`, `isfinite`."""

    def add(self, name: str, value: str) -> str:
        """Add to a variable."""
        return f"{name} += {value};"

    def assign(self, name: str, value: str) -> str:
        """Assign to a variable."""
        return f"{name} = {value};"

    def value(self, entry: int) -> str:
        """Return the name of an entry's value."""
        number = self.graph.constant(entry)
        return self.graph.names[entry] if number is None else self.number(number)

    def slope(self, entry: int, position: int) -> str:
        """Return the name of a local derivative."""
        return f"d{position + 1}_{self.graph.names[entry]}"

    def gradient(self, entry: int) -> str:
        """Return the name of the derivative of the outputs with respect to an entry."""
        return f"g_{self.graph.names[entry]}"

    def received(self, entry: int) -> str:
        """Return the name of the flag that tells whether a gradient has reached an entry."""
        return f"r_{self.graph.names[entry]}"

    def number(self, number: float) -> str:
        """Return a number, in brackets if it has a sign."""
        if number != number:
            return self.expressions.constants["nan"]
        text = self.expressions.constants["inf"] if math.isinf(number) else self.expressions.literal(abs(number))
        return f"(-{text})" if math.copysign(1.0, number) < 0.0 else text

    # Forward

    def forward(self, gradient: bool) -> Iterator[Block]:
        """Yield every value in order; with `gradient`, also the local derivatives needed in reverse."""
        for node in self.graph.forward:
            yield self._node(node, gradient and node.slopes)

    def _node(self, node: Node, slopes: bool) -> Block:
        name, operands = self.value(node.entry), [self.value(x) for x in node.operands]
        if node.op == ALIAS:
            return [self.define(name, operands[0])]
        op = TABLE[node.op]
        if op.arity is None:
            return self._any_number(node, op, operands, slopes)
        row, names = self.row(node, slopes), {**self._names(op, operands), VALUE: ast.Name(name)}
        if not slopes:
            if row.value is not None:
                return [self.define(name, self.written(row.value, names))]
            return [self.define(name, self.value_call(op, operands))]
        if row.value is None or row.slopes is None:
            self._slopes[node.entry] = [self.slope(node.entry, i) for i in range(len(operands))]
            self.called[op.name] = op
            return self.call(name, op, operands, self._slopes[node.entry])
        return [self.define(name, self.written(row.value, names)), *self._own_slopes(node, row.slopes, names)]

    def row(self, node: Node, slopes: bool) -> Row:
        """Return the row of a node, reduced for its constant operands and the derivatives needed."""
        wanted = tuple(slopes and x in self.graph.plan.active for x in node.operands)
        return row_of(TABLE[node.op], tuple(map(self.graph.constant, node.operands)), wanted)

    def _own_slopes(self, node: Node, slopes: Sequence[ast.expr], names: dict[str, ast.expr]) -> Block:
        """Return variables for local derivatives that are more than a name or number."""
        lines, texts = [], []
        for position, slope in enumerate(slopes):
            text = self.written(slope, names)
            core = slope.operand if isinstance(slope, ast.UnaryOp) else slope
            if not isinstance(core, ast.Constant | ast.Name) and node.operands[position] in self.graph.plan.active:
                lines.append(self.define(self.slope(node.entry, position), text))
                text = self.slope(node.entry, position)
            texts.append(text)
        self._slopes[node.entry] = texts
        return lines

    def _any_number(self, node: Node, op: Op, operands: list[str], slopes: bool) -> Block:
        name = self.value(node.entry)
        found = unrolled(op, [ast.Name(text) for text in operands])
        if found is None:
            self._slopes[node.entry] = [self.slope(node.entry, i) for i in range(len(operands))]
            self.called[op.name] = op
            return self.call(name, op, operands, self._slopes[node.entry])
        lines = [self.define(name, self.written(found.start, {}), changes=True)]
        lines += [self.add(name, self.written(term, {})) for term in found.terms]
        value = self.written(found.value, {found.total: ast.Name(name)})
        lines += [self.assign(name, value)] * (value != name)
        if slopes:
            lines += self._own_slopes(node, found.slopes, {})
        return lines

    def _names(self, op: Op, operands: Sequence[str]) -> dict[str, ast.expr]:
        return {p: ast.Name(text) for p, text in zip(op.parameters, operands, strict=True)}

    def written(self, tree: ast.expr, names: dict[str, ast.expr]) -> str:
        """Return an expression with operands substituted for a row's parameters."""
        return self.expressions.write(replaced(tree, names))

    # Guards

    def guards(self) -> Iterator[Block]:
        """Return from the function at the first guard that doesn't hold."""
        for number, guard in enumerate(self.graph.guards, 1):
            yield self.guard(number, self._holds(guard))

    def _holds(self, guard: Guard) -> str:
        other = "" if guard.other is None else self.value(guard.other)
        return holds(guard, self.value(guard.node), other, self.expressions, self.function, self.number)

    # Reverse

    def reverse(self, seed: Sequence[str]) -> Iterator[Block]:
        """Yield the gradient, from the outputs to the leaves; `seed` has a factor for each output."""
        yield from self._first()
        for factor, entry in zip(seed, self.graph.tape.outputs, strict=True):
            if entry in self.graph.plan.active:
                yield [self._add(entry, factor)]
        for node in self.graph.plan.reverse:
            if node.entry in self._begun:
                yield self._emit(node)

    def _first(self) -> Iterator[Block]:
        """Initialise gradients that may not arrive, and the flags that tell whether they have."""
        late = set(self.graph.conditional)
        for node in self.graph.plan.reverse:
            if node.entry in self.graph.conditional or TABLE[node.op].selects:
                late |= set(node.operands)
        for entry in sorted(late & self.graph.plan.active):
            self._begun.add(entry)
            start = self.number(0.0 if entry in self.graph.conditional else -0.0)  # -0 + x is x
            yield [self.define(self.gradient(entry), start, changes=True)]
            if entry in self.graph.conditional and entry >= self.graph.tape.leaves:
                yield [self.define(self.received(entry), self.number(0.0), changes=True)]

    def _add(self, entry: int, value: str) -> str:
        if entry in self._begun:
            return self.add(self.gradient(entry), value)
        self._begun.add(entry)
        return self.define(self.gradient(entry), value, changes=True)

    def _emit(self, node: Node) -> Block:
        lines = []
        one, minus, zero = self.number(1.0), self.number(-1.0).strip("()"), self.number(0.0)
        gradient = self.gradient(node.entry)
        for slope, entry in zip(self._slopes[node.entry], node.operands, strict=True):
            if entry not in self.graph.plan.active:
                continue
            value = {one: gradient, minus: f"-{gradient}"}.get(slope) or f"{slope} * {gradient}"
            if not TABLE[node.op].selects:
                lines += [self._add(entry, value), *self._arrived(entry)]
            elif slope != zero:
                lines += self.unless_zero(slope, [self._add(entry, value), *self._arrived(entry)])
        return self.unless_zero(self.received(node.entry), lines) if node.entry in self.graph.conditional else lines

    def unless_zero(self, tested: str, lines: Block) -> Block:
        """Do something if a number isn't 0."""
        inner = [self.indent + line for line in lines]
        return [f"if ({tested} {self.expressions.unequal} {self.number(0.0)}) {{", *inner, "}"]

    def _arrived(self, entry: int) -> Block:
        within = entry in self.graph.conditional and entry >= self.graph.tape.leaves
        return [self.assign(self.received(entry), self.number(1.0))] if within else []

    def gradient_or_zero(self, entry: int) -> str:
        """Return the gradient of a leaf; 0 if nothing depends on it."""
        return self.gradient(entry) if entry in self._begun else self.number(0.0)


def holds(
    guard: Guard, observed: str, other: str, language: Expressions, function: Callable[[str], str],
    number: Callable[[float], str],
) -> str:  # fmt: skip
    """Return the test whether a guard has the recorded outcome.

    Parameters
    ----------
    guard : Guard
        The observation of a value, and its outcome.
    observed, other : str
        The names of the value, and of what it was compared with.
    language : Expressions
        The operators of the language.
    function, number : callable
        Translate a library function and a number to the language.
    """
    outcome, equal = guard.outcome, language.equal
    if guard.kind in COMPARISONS:
        symbol = {"==": equal, "!=": language.unequal}.get(guard.kind, guard.kind)
        test = f"{observed} {symbol} {other}"
        return test if outcome else f"!({test})"
    if guard.kind in ("bool", "finite"):
        unequal = f"{observed} {language.unequal} {number(0.0)}"
        test = unequal if guard.kind == "bool" else f"{function('isfinite')}({observed})"
        return test if outcome else f"!({test})"
    if guard.kind not in ("float", "data"):
        return f"{function(guard.kind)}({observed}) {equal} {number(float(outcome))}"
    if outcome != outcome:
        return f"{observed} {language.unequal} {observed}"
    if outcome == 0.0:
        sign = "<" if math.copysign(1.0, outcome) < 0.0 else ">"
        return f"{observed} {equal} {number(0.0)} && {number(1.0)} / {observed} {sign} {number(0.0)}"
    return f"{observed} {equal} {number(float(outcome))}"


def without_unused(lines: list[str], defined: re.Pattern[str], call: re.Pattern[str] | None = None) -> list[str]:
    """Return lines without assignments to variables that no later line uses.

    Parameters
    ----------
    lines : list of str
        A function's body.
    defined : pattern
        Matches a line that sets a variable, and finds its name.
    call : pattern, optional
        Finds in such a line the call that also sets local derivatives, which is kept.
    """
    kept: list[str] = []
    named: set[str] = set()
    for line in reversed(lines):
        found = defined.match(line)
        calls = call.search(line) if call else None
        if found is not None and found[1] not in named:
            if calls is None:
                continue
            line = calls[1]
        kept.append(line)
        named.update(re.findall(r"\w+", line))
    return kept[::-1]


class PythonStatements(Statements):
    """Statements in Python: arrays are assigned, never changed in place."""

    def define(self, name: str, value: str, changes: bool = False) -> str:
        """Write an assignment."""
        return f"{name} = {value}"

    def add(self, name: str, value: str) -> str:
        """Write an assignment of the sum."""
        return f"{name} = {name} + {value}"

    assign = define
