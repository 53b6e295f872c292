"""Grouping of equal, independent steps, so that each group can be one loop."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from autograd.compiler.export.instructions import Instruction, Instructions, added_to, reads_of, written_by

__all__ = ["Group", "affine", "layout", "scheduled"]

Group = list[Instruction]


def scheduled(made: Instructions) -> list[Group]:
    """Place each step as early as its operands allow, together with equal ones.

    Additions to one sum keep their order: they are on successive levels.
    """
    level = [0] * made.size
    groups: dict[Any, Group] = {}
    for step in made.steps:
        own = 1 + max((level[x] for x in reads_of(step)), default=0)
        for place in (*written_by(step), *added_to(step)):
            level[place] = own
        groups.setdefault((own, _kind(step)), []).append(step)
    return [groups[key] for key in sorted(groups, key=lambda key: key[0])]


def _kind(step: Instruction) -> tuple[Any, ...]:
    """Return the key that steps of one loop share."""
    missing = tuple(x < 0 for x in (*step.outs, *step.reads, *(x for term in step.terms for x in term)))
    return step.kind, step.op, len(step.terms), missing


def layout(made: Instructions, groups: Sequence[Group]) -> list[int]:
    """Return for each place its index in one array: places written by a group are contiguous."""
    position = [-1] * made.size
    order = [*made.constants, *made.parameters, *made.inputs, *made.seeds, *made.sums]
    for group in groups:
        for places in zip(*(written_by(step) for step in group), strict=True):
            order += places
    for i, place in enumerate(dict.fromkeys(order)):
        position[place] = i
    return position


def affine(numbers: Sequence[int]) -> tuple[int, int] | None:
    """Return the first number and the step of an arithmetic progression; None for anything else."""
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 0
    return (numbers[0], step) if all(b - a == step for a, b in itertools.pairwise(numbers)) else None
