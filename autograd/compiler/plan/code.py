"""Instructions, and the flat form in which a plan keeps them and the C kernel takes them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from autograd.compiler.record.tape import NAMES
from autograd.ops import TABLE

__all__ = ["FIELDS", "KINDS", "NONE", "Instruction", "decoded", "encoded", "reads_of"]

KINDS: Final = (
    "value", "both", "slopes", "addu", "subu", "rsubu", "mulu", "divu", "dot", "dotu", "gather", "reduce", "take",
    "leave", "either", "masked", "logsumexp", "load", "store", "seed", "store gradient",
)  # fmt: skip
"""Every kind of instruction; its position is its number in the flat form."""

FIELDS: Final = 12
"""Ints of one instruction: kind, row, four outs, three reads, where its terms begin, how many there are, number."""

NONE: Final = -(2**31)
"""In the flat form of "gather", in place of what it starts from."""

TERM_SIZES: Final = {"dot": 2, "dotu": 2, "gather": 3, "logsumexp": 2}

COUNTS: Final = {
    "dot": (1, 1), "dotu": (1, 1), "masked": (1, 3), "load": (1, 0), "seed": (1, 0), "store": (0, 1),
    "store gradient": (0, 1),
}  # fmt: skip
"""How many outs and reads a kind has, where that isn't one and two."""

OWN: Final = frozenset(NAMES)
"""The table's own rows. One that a program adds may have any number of operands: they stand among the terms."""


class Instruction(NamedTuple):
    """One step.

    An operand is an int: a slot of the body, or ~u for the uniform number u.

    Attributes
    ----------
    op : str
        One of `KINDS`. "value", "both" and "slopes" apply a row of the table (its value, that and its derivatives,
        those alone); what the others do stands in `kernel_numpy.py`.
    row : str
        Which row, for those three.
    outs : tuple of int
        What it writes; -1 for a derivative that nobody needs.
    reads : tuple of int
        What it reads.
    terms : tuple of tuple of int
        Of sums of products, the factors.
    number : int
        Of load, store, seed and their like, which input, output or gradient.
    """

    op: str
    row: str
    outs: tuple[int, ...]
    reads: tuple[int, ...]
    terms: tuple[tuple[int, ...], ...] = ()
    number: int = 0


def reads_of(step: Instruction) -> Sequence[int]:
    """Return all operands; those of a gather's terms stand among its reads."""
    return step.reads if not step.terms or step.op == "gather" else (*step.reads, *(x for t in step.terms for x in t))


def encoded(steps: Iterable[Instruction], rows: Mapping[str, int], sums: Sequence[int]) -> tuple[bytes, bytes]:
    """Write instructions as ints: `FIELDS` for each, and the terms of all one after the other.

    Parameters
    ----------
    steps : iterable of Instruction
        What to write.
    rows : mapping of str to int
        The number of each row; of "", -1.
    sums : sequence of int
        The uniform numbers that are sums over samples: gathers and reductions name them by their position here.
    """
    kinds = {name: kind for kind, name in enumerate(KINDS)}
    position = {u: k for k, u in enumerate(sums)}
    code, terms = array("i"), array("i")
    missing = (0, 0, 0, 0)
    for step in steps:
        op, outs, reads, number = step.op, step.outs, step.reads, step.number
        start, count = len(terms), 0
        if op == "gather":
            count = len(step.terms)
            for gradient, u, total in step.terms:
                terms.extend((gradient, ~u, position[total]))
            reads = (reads[0], reads[1] if len(reads) > 1 + count else NONE)
        elif op == "reduce":
            number = position[~outs[0]]
            outs, reads = (), step.terms[0]
        elif op == "logsumexp" or (step.row and step.row not in OWN):
            count = len(reads)
            for pair in zip(reads, outs[1:] or (-1,) * count, strict=True):
                terms.extend(pair)
            outs, reads = outs[:1], ()
        else:
            count = len(step.terms)
            for factors in step.terms:
                terms.extend(factors)
        code.extend((kinds[op], rows[step.row], *outs, *missing[len(outs) :], *reads, *missing[1 + len(reads) :]))
        code.extend((start if count else 0, count, number))
    return code.tobytes(), terms.tobytes()


def decoded(code: bytes, terms: bytes, rows: Sequence[str], sums: Sequence[int]) -> list[Instruction]:
    """Read what `encoded` wrote; `rows` are the names by number."""
    fields, flat = array("i", code), array("i", terms)
    return [_instruction(fields[i : i + FIELDS], flat, rows, sums) for i in range(0, len(fields), FIELDS)]


def _instruction(fields: array[int], flat: array[int], names: Sequence[str], sums: Sequence[int]) -> Instruction:
    kind, number_of_row, *operands, start, count, number = fields
    op, row, outs, reads = KINDS[kind], names[number_of_row] if number_of_row >= 0 else "", operands[:4], operands[4:]
    added = row != "" and row not in OWN
    size = 2 if added else TERM_SIZES.get(op, 0)
    terms = tuple(tuple(flat[i : i + size]) for i in range(start, start + size * count, size)) if size else ()
    if op == "gather":
        found = tuple((gradient, ~u, sums[total]) for gradient, u, total in terms)
        first = () if reads[1] == NONE else (reads[1],)
        return Instruction(op, "", (outs[0],), (reads[0], *first, *(gradient for gradient, _, _ in found)), found)
    if op == "reduce":
        return Instruction(op, "", (~sums[number],), (reads[0],), ((reads[0], reads[1]),))
    if op == "logsumexp" or added:
        slopes = tuple(slope for _, slope in terms) if op != "value" else ()
        return Instruction(op, row, (outs[0], *slopes), tuple(x for x, _ in terms))
    arity = len(TABLE[row].parameters) if row else 0
    written, read = {"value": (1, arity), "both": (1 + arity, arity), "slopes": (arity, arity)}.get(
        op, COUNTS.get(op, (1, 2))
    )
    return Instruction(op, row, tuple(outs[:written]), tuple(reads[:read]), terms, number)
