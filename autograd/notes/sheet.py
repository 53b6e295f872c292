"""The network of a note as a worksheet: definitions become steps, leaves get the note's numbers."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from autograd.errors import WorksheetError
from autograd.formula.grammar import function_name
from autograd.notes.nodes import Node, show
from autograd.ops import TABLE

__all__ = ["as_worksheet"]


def as_worksheet(definitions: Mapping[Node, Node], numbers: Mapping[Node, float]) -> str:
    """Return definitions of scalars, operands first; families, vectors and unknown functions are omitted.

    Raises
    ------
    WorksheetError
        If there is nothing to write.

    Examples
    --------
    >>> from autograd.notes import nodes as n
    >>> x, w, y = (n.symbol(each) for each in "xwy")
    >>> print(as_worksheet({y: Node("call", (n.product(w, x),), "tanh")}, {x: 2.0, w: 0.5}))
    inputs: x
    w = 0.5
    x = 2
    <BLANKLINE>
    y = tanh(w*x)
    """
    names = _Names()
    steps: dict[str, str] = {}
    for name in definitions:
        for each in _ordered(name, definitions):
            try:
                if each in definitions:
                    steps.setdefault(names[each], _text(definitions[each], names))
            except _NoScalar:
                break
    if not steps:
        raise WorksheetError("the note defines no scalar network that a worksheet could hold")
    leaves = sorted((each for each in names.used if names.used[each] not in steps), key=names.used.__getitem__)
    given = {each: numbers.get(each, _drawn(names.used[each])) for each in leaves}
    lines = [
        *_roles([names.used[each] for each in leaves]),
        *(f"{names.used[each]} = {value:.12g}" for each, value in given.items()),
        "",
        *(f"{name} = {text}" for name, text in steps.items()),
    ]
    output = _output(definitions, names, steps)
    return "\n".join([*lines, *(["", f"of: {output}"] if output != list(steps)[-1] else [])])


def _roles(leaves: Sequence[str]) -> Iterator[str]:
    """Return the leaves that are inputs and those that are targets, judged by their names."""
    for word, pattern in (("inputs", r"(?:x|i|input)_?\d*"), ("targets", r"(?:y|t|target)(?:_?\d*|_\w+)")):
        found = [each for each in leaves if re.fullmatch(pattern, each, re.IGNORECASE)]
        if found and len(found) < len(leaves):
            yield f"{word}: {' '.join(found)}"


def _output(definitions: Mapping[Node, Node], names: _Names, steps: Mapping[str, str]) -> str:
    """Return the step that depends on most others, the first of those."""
    below = {
        names.used[each]: sum(1 for _ in _ordered(each, definitions))
        for each in definitions
        if each in names.used and names.used[each] in steps
    }
    return max(steps, key=lambda name: below.get(name, 0))


def _drawn(name: str) -> float:
    return round(random.Random(name).uniform(0.2, 0.9), 2)


class _Names:
    """A distinct worksheet name for each symbol."""

    def __init__(self) -> None:
        self.used: dict[Node, str] = {}

    def __getitem__(self, symbol: Node) -> str:
        if symbol not in self.used:
            name, number = _name(symbol), 2
            while name in self.used.values() or function_name(name):
                name, number = f"{_name(symbol)}_{number}", number + 1
            self.used[symbol] = name
        return self.used[symbol]


class _NoScalar(Exception):
    """Raised for a formula that is not one of scalars."""


def _ordered(name: Node, definitions: Mapping[Node, Node]) -> Iterator[Node]:
    """Yield a name after everything it depends on."""
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
    if name.bold or any(each.head not in ("num", "label") and not _is_layer(each) for each in name.args):
        raise _NoScalar
    base = re.sub(r"\W", "", unicodedata.normalize("NFC", name.text)) + "_new" * name.text.count("′")
    indices = [re.sub(r"\W+", "_", show(each).replace("−", "").replace(" ", "")).strip("_") for each in name.args]
    joined = "" if len(base) == 1 and len(indices) == 1 and indices[0].isdigit() else "_"
    return base + (joined + "_".join(indices) if indices else "")


def _is_layer(index: Node) -> bool:
    """Return whether an index is L or L − 1, one layer of which the note tells."""
    first = index.args[0] if index.head == "+" else index
    return first.head == "sym" and first.text == "L" and not first.args


_SUM, _PRODUCT, _POWER, _ATOM = range(4)


def _text(node: Node, names: _Names, level: int = _SUM) -> str:
    """Return a formula as worksheet text, in brackets if it binds looser than `level`."""
    text, binds = _bound(node, names)
    return text if binds >= level else f"({text})"


def _bound(node: Node, names: _Names) -> tuple[str, int]:
    head, args = node.head, node.args
    if head == "num":
        return f"{node.number:.17g}", _ATOM
    if head == "sym":
        return ("exp(1)" if node.text == "e" and not args else names[node]), _ATOM
    if head == "+":
        first, *rest = args
        more = (f" - {_text(x.args[0], names, _PRODUCT)}" if x.head == "neg" else f" + {_text(x, names)}" for x in rest)
        return _text(first, names) + "".join(more), _SUM
    if head in ("*", "odot"):
        return "*".join(_text(each, names, _POWER) for each in args), _PRODUCT
    if head == "neg":
        return f"-{_text(args[0], names, _PRODUCT)}", _SUM
    if head == "/":
        return f"{_text(args[0], names, _POWER)}/{_text(args[1], names, _POWER)}", _PRODUCT
    if head == "^":
        return f"{_text(args[0], names, _ATOM)}^{_text(args[1], names, _ATOM)}", _POWER
    if head == "cmp" and node.text in "<>":
        return f"{_text(args[0], names)} {node.text} {_text(args[1], names)}", _SUM - 1
    if (head == "call" and not node.primes and node.text in _KNOWN) or head == "op":
        return f"{node.text}({', '.join(_text(each, names) for each in args)})", _ATOM
    raise _NoScalar


_KNOWN = frozenset(name for name, row in TABLE.items() if row.arity == 1) | {"max", "min"}
