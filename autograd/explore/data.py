"""The data of a page: nodes, their names and formulas, and the chain rule of each leaf, ready for JSON.

A formula is text in which every name is one private-use character, U+F0000 + the node's number: the page replaces it by
the name, with subscripts, or by the current number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from autograd._common.numbers import to_json
from autograd.derivation import derive
from autograd.derivation.chains import Derivation
from autograd.derivation.parts import Factor, Line
from autograd.derivation.steps import Steps
from autograd.draw.boxes import Box, Edge, one_line, split
from autograd.draw.scene import Scene
from autograd.engine.backend import Value
from autograd.engine.graph import topological
from autograd.formula.printers import TextPrinter
from autograd.formula.tree import Formula
from autograd.ops import NAMES, TABLE

__all__ = ["graph_data", "is_known", "natural"]

PLANE: Final = 0xF0000
LONGEST_NAME: Final = 26  # characters of a formula that serves as the name of an unnamed node
LONGEST_PART: Final = 18  # characters of a label before its subscript, or of the subscript
DIGITS: Final = 9
LOWERED: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

Data = dict[str, Any]


def is_known(op: str) -> bool:
    """Return whether the page can compute an op: those of the table exist in JavaScript, user-defined ops don't."""
    return op in NAMES


def natural(label: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts w2 before w10.

    Examples
    --------
    >>> sorted(["w10", "w2", "b", "w1"], key=natural)
    ['b', 'w1', 'w2', 'w10']
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", label.casefold())
    return [(0, int(part), "") if part[0] in "0123456789" else (1, 0, part) for part in parts]


class _Printer(TextPrinter):
    """Writes each name as its private-use character."""

    def __init__(self, characters: Mapping[str, str]) -> None:
        super().__init__(DIGITS, {}, "plain")
        self.characters = characters

    def name(self, label: str) -> str:
        """Write the character of a name."""
        return self.characters[label]


def graph_data(root: Value, trained: Collection[int], kinds: Iterable[str]) -> Data:
    """Return the graph below a value as data for the page.

    Parameters
    ----------
    root : Value
        The result.
    trained : collection of int
        By `id`, the leaves that gradient descent updates.
    kinds : iterable of str
        The role of each node, in topological order.
    """
    nodes = topological(root)
    positions = {id(node): i for i, node in enumerate(nodes)}
    leaves = [node for node in nodes if not node.op]
    steps = Steps(root, leaves)
    numbers = {name: positions[id(node)] for name, node in steps.by_name.items()}
    printer = _Printer({name: chr(PLANE + i) for name, i in numbers.items()})
    names = _Names(steps, printer)
    held = _below_unknown(nodes)
    listed = []
    for node, kind in zip(nodes, kinds, strict=True):
        entry: Data = names.of(node)
        if node.op:
            entry |= _computed(node, positions, steps, printer)
        else:
            entry |= {"kind": kind, "value": to_json(node.data)}
            entry |= {"trained": True} if id(node) in trained and id(node) not in held else {}
            entry |= {"held": True} if id(node) in held else {}
        listed.append(entry)
    order = sorted(leaves, key=lambda leaf: natural(leaf.label or f"\uffff{positions[id(leaf)]:06}"))
    return {
        "nodes": listed,
        "leaves": [positions[id(leaf)] for leaf in order],
        "ops": _docs(node.op for node in nodes),
        **_derivations(derive(root, leaves, most=10**9), numbers, printer),
    }


def collapsed_data(root: Value, what: Scene) -> Data:
    """Return the collapsed graph below a value as data for the page: boxes and gradients, as recorded."""
    entering: dict[str, list[Edge]] = {box.key: [] for box in what.boxes}
    for edge in what.edges:
        entering[edge.head.key].append(edge)
    places = {box.key: i for i, box in enumerate(what.boxes)}
    leaves = [box for box in what.boxes if box.value is not None and not box.value.op]
    nodes = [_group(box, entering[box.key], places) for box in what.boxes]
    nodes[-1]["value"] = to_json(root.data)
    return {
        "collapsed": what.values,
        "nodes": nodes,
        "leaves": [places[box.key] for box in sorted(leaves, key=lambda box: natural(box.label))],
        "ops": _docs({box.value.op for box in what.boxes if box.value is not None}),
        "lines": [],
        "factors": [],
    }


def _group(box: Box, entering: list[Edge], places: Mapping[str, int]) -> Data:
    """Return a box of a collapsed graph; `shown` replaces a group's value."""
    op = box.value.op if box.value is not None else "group" if entering or "values" in box.data else ""
    data: Data = {
        "key": box.key,
        "label": [part for part in (box.base, box.subscript) if part] or [op],
        "title": one_line(box.label),
        "gradient": to_json(box.slope or 0.0),
        "held": True,
    }
    data |= {"shown": box.data} if box.value is None else {"value": to_json(box.value.data)}
    if not op:
        return data | {"kind": box.kind}
    return data | {
        "op": op,
        "operands": [places[edge.tail.key] for edge in entering],
        "edges": [edge.key for edge in entering],
        "slopes": [None if edge.derivative is None else to_json(edge.derivative) for edge in entering],
        "flows": [to_json(edge.flow or 0.0) for edge in entering],
        "counts": [edge.count for edge in entering],
    }


def _docs(ops: Iterable[str]) -> dict[str, str]:
    return {op: TABLE[op].doc.removesuffix(".") for op in sorted(set(ops)) if op in TABLE}


class _Names:
    """Names of nodes: their labels, else their formulas, if short."""

    def __init__(self, steps: Steps, printer: _Printer) -> None:
        self.steps, self.printer = steps, printer
        self.counts: dict[str, int] = {}

    def of(self, node: Value) -> Data:
        """Return the name of one node: `label` as base and subscript, or `text`, a formula."""
        name = self.steps.names.get(id(node), "")
        if name:
            return {"label": [_cut(part) for part in split(_visible(name)) if part], "title": _visible(name)}
        formula = self.steps.formula(node)
        text = self.printer.formula(formula)
        readable = "".join(self.steps_name(c) for c in text)
        if formula.head != "cut" and len(readable) <= LONGEST_NAME:
            return {"text": text, "title": one_line(readable)}
        self.counts[node.op] = count = self.counts.get(node.op, 0) + 1
        return {"label": [node.op, str(count)], "title": f"{node.op}{str(count).translate(LOWERED)}"}

    def steps_name(self, c: str) -> str:
        """Return a character, or the name that it stands for."""
        if not hasattr(self, "_by_character"):
            self._by_character = {character: name for name, character in self.printer.characters.items()}
        return self._by_character.get(c, c)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_PART else text[: LONGEST_PART - 1] + "…"


def _visible(label: str) -> str:
    return one_line(label) or "␣"


def _below_unknown(nodes: list[Value]) -> set[int]:
    """Return by `id` the nodes from which an op unknown to the page is computed."""
    held: set[int] = set()
    for node in reversed(nodes):
        if node.op and (id(node) in held or not is_known(node.op)):
            held.update(id(parent) for parent in node.parents)
    return held


def _computed(node: Value, positions: Mapping[int, int], steps: Steps, printer: _Printer) -> Data:
    operands = [positions[id(x)] if isinstance(x, Value) else [to_json(x)] for x in node.operands]
    data: Data = {"op": node.op, "operands": operands, "formula": printer.formula(steps.definition(node))}
    if not is_known(node.op):
        data |= {"value": to_json(node.data), "slopes": [to_json(d) for d in node.local_derivatives]}
        return data | ({"selects": True} if TABLE[node.op].selects else {})
    return data | {"pages": [printer.formula(page) for page in steps.forms(node)]}


# The chain rule


def _derivations(derivation: Derivation, numbers: Mapping[str, int], printer: _Printer) -> Data:
    """Return lines by number, the leaves' first; a line is a sum of products of factors, which may refer to lines."""
    every = [*derivation.lines, *derivation.inner]
    lines = {(line.numerator, line.denominator): i for i, line in enumerate(every)}
    factors: dict[tuple[str, str, Formula | None], int] = {}  # several ways between two steps are separate factors
    written: list[Data] = []

    def factor(each: Factor) -> int:
        key = each.numerator, each.denominator, each.formula
        if key not in factors:
            factors[key] = len(written)
            written.append(_factor(each, numbers, printer, lines))
        return factors[key]

    def line(each: Line) -> Data:
        data = {
            "of": [numbers[each.numerator], numbers[each.denominator]],
            "terms": [[factor(one) for one in term.factors] for term in each.terms],
        }
        return data | ({"total": True} if each.total else {})

    return {"lines": [line(each) for each in every], "factors": written}


def _factor(each: Factor, numbers: Mapping[str, int], printer: _Printer, lines: Mapping[tuple[str, str], int]) -> Data:
    of = [numbers[each.numerator], numbers[each.denominator]]
    formula = each.formula
    if formula is None:
        return {"of": of, "line": lines[each.numerator, each.denominator]}
    return {
        "of": of,
        "formula": printer.formula(formula),
        "loose": formula.head in ("+", "neg"),
        "tree": _tree(formula, numbers),
    }


def _tree(formula: Formula, numbers: Mapping[str, int]) -> Any:
    """Return a formula for the page to compute: a node's number, ["number", x], or [head, operand, …]."""
    if formula.head == "name":
        return numbers[formula.text]
    if formula.head == "number":
        return ["number", to_json(formula.number)]
    return [formula.head, *(_tree(each, numbers) for each in formula.operands)]
