"""Slots by liveness: where in a block's memory each register of the body lives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from autograd.compiler.plan.code import Instruction, reads_of

__all__ = ["allocated"]

WHOLE: Final = frozenset({"logsumexp"})
"""Instructions that go over their operands more than once: they can't write where they read."""


def allocated(body: Sequence[Instruction], held: Iterable[int]) -> tuple[list[Instruction], int]:
    """Replace registers by slots; one is free again after its register's last use.

    Parameters
    ----------
    body : sequence of Instruction
        Over registers.
    held : iterable of int
        Registers that keep a number throughout: they get the first slots, in this order.

    Returns
    -------
    body : list of Instruction
        Over slots.
    slots : int
        How many there are.
    """
    last: dict[int, int] = {}
    for time, step in enumerate(body):
        for x in step.outs:
            last[x] = time
        for x in reads_of(step):
            last[x] = time
    slot: dict[int, int] = {register: i for i, register in enumerate(held)}
    for register in slot:
        last[register] = len(body)
    free: list[int] = []
    used = len(slot)
    renamed: list[Instruction] = []
    for time, step in enumerate(body):
        found = {x: slot[x] for x in reads_of(step) if x >= 0}
        dying = [slot[x] for x in found if last[x] == time]
        if step.op not in WHOLE:
            free += dying
        for x in step.outs:
            if x >= 0:
                if free:
                    place = free.pop()
                else:
                    place = used
                    used += 1
                slot[x] = found[x] = place
        if step.op in WHOLE:
            free += dying
        free += [slot[x] for x in step.outs if x >= 0 and last[x] == time]
        renamed.append(_renamed(step, found))
    return renamed, used


def _renamed(step: Instruction, slot: dict[int, int]) -> Instruction:
    """The instruction over slots; what isn't among them is a number, and stays."""
    get = slot.get
    outs, reads, terms = step.outs, step.reads, step.terms
    if step.op == "gather":
        terms = tuple([(slot[gradient], u, total) for gradient, u, total in terms])
    elif terms:
        terms = tuple([(get(x, x), get(y, y)) for x, y in terms])
    return step._replace(outs=tuple([get(x, x) for x in outs]), reads=tuple([get(x, x) for x in reads]), terms=terms)
