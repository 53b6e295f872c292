"""Where instructions go: the three parts of a plan, its registers and its uniform numbers."""

from __future__ import annotations

import struct
from typing import Final

from autograd.compiler.plan.code import Instruction

__all__ = ["Writer"]

WITH_UNIFORM: Final = {("add", 1): "addu", ("add", 0): "addu", ("sub", 1): "subu", ("sub", 0): "rsubu",
                       ("mul", 1): "mulu", ("mul", 0): "mulu", ("div", 1): "divu"}  # fmt: skip
"""Arithmetic of a register and a number; by op and position of the number."""


class Writer:
    """Instructions over registers as they are written.

    Attributes
    ----------
    before, body, after : list of Instruction
        The parts.
    out : list of Instruction
        The one that is being written.
    uniforms : int
        How many uniform numbers there are.
    constants : dict of int to float
        Those known now.
    fills : dict of int to int
        Uniform numbers that a register holds in every sample, and the register.
    """

    def __init__(self) -> None:
        self.before: list[Instruction] = []
        self.body: list[Instruction] = []
        self.after: list[Instruction] = []
        self.out = self.body
        self.registers = 0
        self.uniforms = 0
        self.constants: dict[int, float] = {}
        self.fills: dict[int, int] = {}
        self._known: dict[bytes, int] = {}

    def uniform(self) -> int:
        """Return a new uniform number."""
        self.uniforms += 1
        return self.uniforms - 1

    def constant(self, number: float) -> int:
        """Return the operand that a number is."""
        key = struct.pack("<d", number)
        if key not in self._known:
            self._known[key] = self.uniform()
            self.constants[self._known[key]] = number
        return ~self._known[key]

    def value_of(self, operand: int) -> float | None:
        """Return the number that an operand is, if it is known now."""
        return self.constants.get(~operand) if operand < 0 else None

    def new(self) -> int:
        """Return a new register."""
        self.registers += 1
        return self.registers - 1

    def made(self, uniform: bool) -> int:
        """Return a new operand to write to."""
        return ~self.uniform() if uniform else self.new()

    def filled(self, operand: int) -> int:
        """Return an operand as a register: a uniform number is held by one in every sample."""
        if operand >= 0:
            return operand
        if ~operand not in self.fills:
            self.fills[~operand] = self.new()
        return self.fills[~operand]

    def write(self, op: str, outs: tuple[int, ...], reads: tuple[int, ...], number: int = 0) -> None:
        """Write an instruction that isn't a row of the table and has no terms."""
        self.out.append(Instruction(op, "", outs, reads, (), number))

    def row(self, name: str, operands: tuple[int, ...], uniform: bool) -> int:
        """Write the value of a row."""
        out = self.made(uniform)
        if not uniform and any(x < 0 for x in operands):
            position = 0 if operands[0] < 0 else 1
            special = WITH_UNIFORM.get((name, position))
            if special and operands[1 - position] >= 0:
                self.write(special, (out,), (operands[1 - position], operands[position]))
                return out
        operands = operands if uniform else tuple(map(self.filled, operands))
        self.out.append(Instruction("value", name, (out,), operands))
        return out

    def dot(self, terms: list[tuple[int, int]], uniform: bool, start: int) -> int:
        """Write a sum of products that begins with `start`."""
        out = self.made(uniform)
        plain = not uniform and all(y < 0 for _, y in terms)
        self.out.append(Instruction("dotu" if plain else "dot", "", (out,), (start,), tuple(terms)))
        return out
