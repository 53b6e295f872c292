"""Sums side by side: a kernel does several at once where they stand next to each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from autograd.compiler.plan.code import Instruction, reads_of

__all__ = ["side_by_side"]

SUMS: Final = frozenset({"dot", "dotu", "gather"})

TOGETHER: Final = 8
"""How many stand together at most."""

REACH: Final = 64
"""How many instructions a sum moves up at most: what is computed early takes a slot for longer."""


def side_by_side(steps: Sequence[Instruction]) -> list[Instruction]:
    """Move sums up to the last one of their kind and length, where all that they read is there by then."""
    groups: list[list[Instruction]] = [[] for _ in steps]
    written: dict[int, int] = {}  # by operand, the position of its group
    last: dict[tuple[str, int], int] = {}
    for i, step in enumerate(steps):
        at = i
        if step.op in SUMS:
            first = last.get((step.op, len(step.terms)), -1)
            near = first >= 0 and i - first <= REACH and len(groups[first]) < TOGETHER
            if near and all(written.get(x, -1) < first for x in reads_of(step)):
                at = first
            else:
                last[step.op, len(step.terms)] = i
        groups[at].append(step)
        for x in step.outs:
            if x != -1:
                written[x] = at
    return [step for group in groups for step in group]
