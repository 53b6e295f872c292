"""The network of a note as a worksheet: what is defined becomes steps, leaves get the note's numbers."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping

from autograd.errors import WorksheetError
from autograd.notes.nodes import Node

__all__ = ["as_worksheet"]


def as_worksheet(definitions: Mapping[Node, Node], numbers: Mapping[Node, float]) -> str:
    """Write definitions of scalars, operands first; families, vectors and unknown functions are left out.

    Raises
    ------
    WorksheetError
        When there is nothing to write.

    Examples
    --------
    >>> from autograd.notes import nodes as n
    >>> x, w, y = (n.symbol(each) for each in "xwy")
    >>> print(as_worksheet({y: Node("call", (n.product(w, x),), "tanh")}, {x: 2.0, w: 0.5}))
    w = 0.5
    x = 2
    <BLANKLINE>
    y = tanh(w*x)
    """
    steps: dict[str, str] = {}
    leaves: dict[str, str] = {}
    for name in definitions:
        for each in _ordered(name, definitions):
            try:
                if each in definitions:
                    steps.setdefault(_name(each), _text(definitions[each]))
            except _NoScalar:
                break
    known = {_name(each): value for each, value in numbers.items() if not _is_family(each)}
    names = {other for text in steps.values() for other in re.findall(r"[^\W\d]\w*(?!\w*\()", text)}
    for other in sorted(names - steps.keys()):
        value = known.get(other, round(random.Random(other).uniform(0.2, 0.9), 2))
        leaves[other] = f"{value:.12g}"
    if not steps:
        raise WorksheetError("the note defines no scalar network that a worksheet could hold")
    return "\n".join(
        [*(f"{name} = {value}" for name, value in leaves.items()), "", *(f"{a} = {b}" for a, b in steps.items())]
    )


class _NoScalar(Exception):
    """A formula is no formula of scalars."""


def _ordered(name: Node, definitions: Mapping[Node, Node]) -> Iterator[Node]:
    """Yield what a name is made of before it."""
    seen: set[Node] = set()
    stack = [(name, False)]
    while stack:
        each, ready = stack.pop()
        if ready:
            yield each
        elif each not in seen:
            seen.add(each)
            stack.append((each, True))
            stack += [(other, False) for other in definitions[each].symbols()] if each in definitions else []


def _is_family(name: Node) -> bool:
    return name.bold or any(each.head not in ("num", "label") for each in name.args)


def _name(name: Node) -> str:
    if _is_family(name):
        raise _NoScalar
    indices = [re.sub(r"\W", "", each.text) for each in name.args]
    joined = "" if len(name.text) == 1 and len(indices) == 1 and indices[0].isdigit() else "_"
    return re.sub(r"\W", "", name.text) + (joined + "_".join(indices) if indices else "")


def _text(node: Node) -> str:
    if node.head == "num":
        return node.text
    if node.head == "sym":
        return "exp(1)" if node.text == "e" and not node.args else _name(node)
    parts = [_text(each) for each in node.args]
    if node.head == "+":
        return "(" + " + ".join(parts).replace("+ -", "- ") + ")"
    if node.head in ("*", "odot"):
        return "*".join(parts)
    if node.head == "neg":
        return f"(-{parts[0]})"
    if node.head == "/":
        return f"({parts[0]}/({parts[1]}))"
    if node.head == "^":
        return f"({parts[0]})^({parts[1]})"
    if node.head == "cmp" and node.text in "<>":
        return f"({parts[0]} {node.text} {parts[1]})"
    if node.head == "call" and not node.primes and node.text in _KNOWN:
        return f"{node.text}({', '.join(parts)})"
    raise _NoScalar


_KNOWN = frozenset((
    "sigmoid", "tanh", "relu", "exp", "log", "sqrt", "sin", "cos", "tan", "softplus", "silu", "gelu", "abs",
    "max", "min",
))  # fmt: skip
