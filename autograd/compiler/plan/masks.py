"""Masks: whether a gradient arrives at all, per sample.

A branch that `where` doesn't take receives nothing, which isn't the same as 0 where a derivative is infinite: what is
reached through `where` alone carries a mask, and is multiplied only where that isn't 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from autograd.compiler.plan.writer import Writer

__all__ = ["Choice", "Either", "Mask", "register_of", "union"]


@dataclass(slots=True)
class Choice:
    """A gradient that passed a `where`, after what it had passed before; its instruction is written when first needed.

    Attributes
    ----------
    before : Mask or None
        What the gradient of the `where` carries itself.
    condition : int
        The operand that chooses.
    op : str
        "take" or "leave": whether the gradient goes on where the condition isn't 0 or where it is.
    register : int or None
        The operand that holds it, once there is one.
    """

    before: Mask | None
    condition: int
    op: str
    register: int | None = None


@dataclass(slots=True)
class Either:
    """Whether a gradient arrives on any of several ways; without ways, `register` is given."""

    ways: Sequence[Mask]
    register: int | None = None


Mask: TypeAlias = "Choice | Either"


def union(reached: list[Mask | None]) -> Mask | None:
    """Return the mask of what arrives on any of these ways; None where one way has none."""
    found = [mask for mask in reached if mask is not None]
    return None if len(found) < len(reached) else found[0] if len(found) == 1 else Either(found)


def register_of(mask: Mask, writer: Writer, uniform: bool) -> int:
    """Write a mask's instructions, those that it depends on first; return where it is."""
    stack = [mask]
    while mask.register is None:
        current = stack[-1]
        needed = current.ways if isinstance(current, Either) else [current.before]
        waiting = [x for x in needed if x is not None and x.register is None]
        if waiting:
            stack.extend(waiting)
            continue
        stack.pop()
        if current.register is None:
            current.register = _written(current, writer, uniform)
    return mask.register


def _written(mask: Mask, writer: Writer, uniform: bool) -> int:
    one = writer.constant(1.0)
    if isinstance(mask, Choice):
        before = None if mask.before is None else mask.before.register
        if before is None:
            before = one if uniform else writer.filled(one)
        out = writer.made(uniform)
        writer.write(mask.op, (out,), (before, mask.condition))
        return out
    registers = [way.register for way in mask.ways if way.register is not None]
    found = registers[0]
    for register in registers[1:]:
        either = writer.made(uniform)
        writer.write("either", (either,), (found, register))
        found = either
    return found
