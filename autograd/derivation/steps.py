"""A recorded graph as named steps; unnamed nodes are folded into the named steps that use them.

Between two steps there is a local derivative, as a number and as a formula in the names of the steps. An unnamed part
that would make a formula too long becomes a step with a generated name, so that no formula is deep, however deep the
graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from autograd.derivatives.sweeps import derivatives
from autograd.engine.backend import Value
from autograd.engine.graph import topological, topological_by
from autograd.formula import tree as f
from autograd.formula.tree import CUT, ONE, PI, Formula
from autograd.ops import TABLE

__all__ = ["Steps", "total_derivatives"]

MAX_FOLDED: Final = 12
MAX_FORMULA: Final = 100
RESULT_NAMES: Final = ("y", "f", "result")


def total_derivatives(root: Value) -> dict[int, float]:
    """Return ∂root/∂node by `id` for every node below, bit for bit as `backward` computes it, without setting `grad`.

    Examples
    --------
    >>> x = Value(3.0)
    >>> total_derivatives(x * x)[id(x)]
    6.0
    """
    return derivatives([(root, 1.0)])


class Steps:
    """The named steps below a result.

    Parameters
    ----------
    root : Value
        The result; a step.
    wanted : iterable of Value
        Nodes that are steps even if unnamed.
    kept : collection of str, optional
        The labels of the steps; by default all. Other labels still appear in formulas.

    Attributes
    ----------
    order : list of Value
        The steps, operands before their users.
    names : dict of int to str
        By `id`, a unique name for each step, and for labelled nodes that aren't steps.
    numbers : dict of str to float
        The value of everything that has a name.
    """

    def __init__(self, root: Value, wanted: Iterable[Value] = (), kept: Iterable[str] | None = None) -> None:
        self.root = root
        self._nodes = topological(root)
        forced = {id(root), *(id(each) for each in wanted)}
        labels = None if kept is None else set(kept)
        self._steps = {
            id(node)
            for node in self._nodes
            if not node.op or id(node) in forced or (node.label and (labels is None or node.label in labels))
        }
        self._name_all()
        self.order = [node for node in self._nodes if id(node) in self._steps]
        self.numbers = {self.names[id(node)]: node.data for node in self._nodes if id(node) in self.names}
        self._formulas: dict[int, Formula] = {}
        self._slopes: dict[int, dict[int, Formula]] = {}

    def _name_all(self) -> None:
        """Name every step; unnamed nodes become steps where folding would make a formula too long."""
        self.names: dict[int, str] = {}
        self.invented: list[Value] = []
        self._taken = {node.label for node in self._nodes if node.label}
        used: set[str] = set()
        counter = 1
        for node in self._nodes:
            if node.label:
                self.names[id(node)] = node.label if node.label not in used else self._another(node.label)
                used.add(node.label)
            elif not node.op:
                self.names[id(node)], counter = self._numbered("x", counter)
        if id(self.root) not in self.names:
            self.names[id(self.root)] = next((each for each in RESULT_NAMES if each not in self._taken), "")
            if not self.names[id(self.root)]:
                self.names[id(self.root)], _ = self._numbered("y", 1)
        self._invent()

    def _another(self, label: str) -> str:
        """Return a distinct name for another quantity with the same label."""
        text, _ = self._numbered(f"{label}#", 2)
        return text

    def _numbered(self, stem: str, counter: int) -> tuple[str, int]:
        while f"{stem}{counter}" in self._taken:
            counter += 1
        self._taken.add(f"{stem}{counter}")
        return f"{stem}{counter}", counter + 1

    def _invent(self) -> None:
        sizes: dict[int, int] = {}
        counter = 1

        def cost(operand: Value | float) -> int:
            return sizes[id(operand)] if isinstance(operand, Value) and id(operand) not in self.names else 1

        for node in self._nodes:
            folded = sum(map(cost, node.operands))
            forced = id(node) in self._steps and id(node) not in self.names
            if folded > MAX_FOLDED:
                for parent in node.parents:
                    if id(parent) not in self.names and sizes[id(parent)] > 1:
                        counter = self._invent_one(parent, counter)
                folded = 1
            if forced:
                counter = self._invent_one(node, counter)
            sizes[id(node)] = 1 + folded

    def _invent_one(self, node: Value, counter: int) -> int:
        self.names[id(node)], counter = self._numbered("v", counter)
        self._steps.add(id(node))
        self.invented.append(node)
        return counter

    @cached_property
    def by_name(self) -> dict[str, Value]:
        """Every named node."""
        return {self.names[id(node)]: node for node in self._nodes if id(node) in self.names}

    def name(self, node: Value) -> str:
        """Return the name of a step."""
        return self.names[id(node)]

    def __contains__(self, node: object) -> bool:
        return id(node) in self._steps

    @cached_property
    def edges(self) -> dict[int, dict[int, float]]:
        """Local derivatives by `id` of a step and of an operand step, summed over the folded nodes."""
        return {id(step): self._local(step) for step in self.order}

    @cached_property
    def node(self) -> dict[int, Value]:
        """Steps by `id`."""
        return {id(step): step for step in self.order}

    @cached_property
    def users(self) -> dict[int, list[int]]:
        """The direct users of each step, by `id`, in order."""
        users: dict[int, list[int]] = {id(step): [] for step in self.order}
        for step in self.order:
            for operand in self.edges[id(step)]:
                users[operand].append(id(step))
        return users

    def _region(self, step: Value) -> list[Value]:
        """Return the nodes folded into a step, users before operands, the step first."""
        return topological_by([step], lambda node: [each for each in _moving(node) if id(each) not in self._steps])[
            ::-1
        ]

    def _local(self, step: Value) -> dict[int, float]:
        slopes: dict[int, float] = {}
        inner = {id(step): 1.0}
        for node in self._region(step):
            gradient = inner[id(node)]
            for parent, slope in zip(node.parents, node.local_derivatives, strict=True):
                if slope == 0.0 and TABLE[node.op].selects:
                    continue
                into = slopes if id(parent) in self._steps else inner
                into[id(parent)] = into.get(id(parent), 0.0) + gradient * slope
        return slopes

    def slope(self, step: int, operand: int) -> Formula:
        """Return the local derivative of a step by another as a formula."""
        if step not in self._slopes:
            self._slopes[step] = self._local_formulas(self.node[step])
        return self._slopes[step][operand]

    def _local_formulas(self, step: Value) -> dict[int, Formula]:
        terms: dict[int, list[Formula]] = {}
        for node in self._region(step):
            outer = ONE if node is step else _bounded(f.plus(*terms.pop(id(node))))
            for parent, form in self._textbook_forms(node):
                terms.setdefault(id(parent), []).append(_bounded(f.times(outer, form)))
        return {key: _bounded(f.plus(*each)) for key, each in terms.items()}

    def _textbook_forms(self, node: Value) -> Iterator[tuple[Value, Formula]]:
        """Yield each operand that is a Value, with the textbook form of the derivative."""
        slopes, selects = iter(node.local_derivatives), TABLE[node.op].selects
        for position, operand in enumerate(node.operands):
            if isinstance(operand, Value) and (next(slopes) != 0.0 or not selects):
                yield operand, f.from_textbook(*self._textbook(node, position))

    def forms(self, node: Value) -> list[Formula]:
        """Return the local derivative of a node for each parent, in textbook form."""
        places = [i for i, operand in enumerate(node.operands) if isinstance(operand, Value)]
        return [_bounded(f.from_textbook(*self._textbook(node, i))) for i in places]

    def _textbook(self, node: Value, position: int) -> tuple[str, dict[str, Formula]]:
        """Return the text of one derivative, and what its names stand for."""
        row, operands = TABLE[node.op], node.operands
        names = {"pi": PI, "n": f.number(float(len(operands))), "out": self.formula(node)}
        if row.arity is not None:
            names |= {each: self.formula(x) for each, x in zip(row.parameters, operands, strict=True)}
            return row.textbook[position], names
        if row.form != "products":
            return row.textbook[0], names | {"x": self.formula(operands[position])}
        if position == len(operands) - 1:
            return row.textbook[2], names
        half = len(operands) // 2
        partner = self.formula(operands[(position + half) % (2 * half)])
        return row.textbook[position // half], names | {"x": partner, "w": partner}

    def formula(self, operand: Value | float) -> Formula:
        """Return an operand as a formula: a constant, a name, or the formula of an unnamed node."""
        if not isinstance(operand, Value):
            return f.number(operand)
        if id(operand) in self.names:
            return f.name(self.names[id(operand)])
        if id(operand) not in self._formulas:
            self._formulas[id(operand)] = self.definition(operand)
        return self._formulas[id(operand)]

    def definition(self, node: Value) -> Formula:
        """Return the formula that computes a node from its operands."""
        return _bounded(f.call(node.op, *map(self.formula, node.operands)))


def _bounded(formula: Formula) -> Formula:
    return CUT if formula.size > MAX_FORMULA else formula


def _moving(node: Value) -> Iterator[Value]:
    """Yield the operands that receive a gradient; for `where`, those of the branch taken."""
    for parent, slope in zip(node.parents, node.local_derivatives, strict=True):
        if not (slope == 0.0 and TABLE[node.op].selects):
            yield parent
