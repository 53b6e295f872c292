"""Flattening of a recorded graph: every node becomes a position in a table."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from autograd.engine import backend
from autograd.engine.backend import CORE, Value
from autograd.engine.graph import topological
from autograd.ops import BUILT_IN

__all__ = ["ROWS", "Flat", "flatten", "flatten_in_python"]

ROWS: Final = {name: row for row, name in enumerate(BUILT_IN)}


class Flat(NamedTuple):
    """A graph as a table; positions run over inputs, parameters, constants, then computed nodes in topological order.

    Attributes
    ----------
    parameters : list of Value
        Leaves that aren't inputs, in topological order.
    constants : tuple of float
        Numbers in the graph and among the roots, distinguished by their bits: −0 and 0 are two, equal nans are one.
    rows : tuple of int
        For each computed node the row of its op; `len(ROWS) + i` is the i-th of `added`.
    operands : tuple of tuple of int
        The operands of each computed node.
    places : tuple of int
        The positions of the roots.
    labels : dict of int to str
        Names of labelled positions.
    added : tuple of str
        Added ops, in the order of first use.
    """

    parameters: list[Value]
    constants: tuple[float, ...]
    rows: tuple[int, ...]
    operands: tuple[tuple[int, ...], ...]
    places: tuple[int, ...]
    labels: dict[int, str]
    added: tuple[str, ...]


def flatten_in_python(inputs: Sequence[Value], roots: Sequence[Value | float]) -> Flat:
    """Flatten the graph below the roots; see `flatten`."""
    order = topological(*(x for x in roots if isinstance(x, Value)))
    position = {id(leaf): i for i, leaf in enumerate(inputs)}
    parameters = [node for node in order if not node.op and id(node) not in position]
    for i, leaf in enumerate(parameters, len(inputs)):
        position[id(leaf)] = i
    computed = [node for node in order if node.op]
    first = len(position)
    bits = struct.Struct("<d").pack
    constants: dict[bytes, float] = {}
    for node in computed:
        if len(node.parents) < len(node.operands):
            for x in node.operands:
                if not isinstance(x, Value):
                    constants.setdefault(bits(x), x)
    for x in roots:
        if not isinstance(x, Value):
            constants.setdefault(bits(x), float(x))
    place_of = {key: i for i, key in enumerate(constants, first)}
    for i, node in enumerate(computed, first + len(constants)):
        position[id(node)] = i

    added: dict[str, int] = {}

    def row(op: str) -> int:
        known = ROWS.get(op)
        return added.setdefault(op, len(ROWS) + len(added)) if known is None else known

    def place(x: Value | float) -> int:
        return position[id(x)] if isinstance(x, Value) else place_of[bits(x)]

    return Flat(
        parameters,
        tuple(constants.values()),
        tuple([row(node.op) for node in computed]),
        tuple([tuple(map(place, node.operands)) for node in computed]),
        tuple(map(place, roots)),
        {position[id(node)]: node.label for node in (*inputs, *order) if node.label},
        tuple(added),
    )


def flatten_in_c(inputs: Sequence[Value], roots: Sequence[Value | float]) -> Flat:
    """Flatten the graph below the roots; see `flatten`. Not available with the Python core."""
    parameters, constants, rows, operands, places, labels, added = backend._module._flatten(
        tuple(inputs), tuple([x if isinstance(x, Value) else float(x) for x in roots])
    )
    return Flat([*parameters], constants, rows, operands, places, labels, tuple([row.name for row in added]))


flatten = flatten_in_c if CORE == "c" else flatten_in_python
"""Write the graph below the roots (Values or numbers) as a table; inputs are leaves, whether below the roots or not."""
