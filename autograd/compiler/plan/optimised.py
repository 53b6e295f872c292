"""The optimising planner, which is in C (`csrc/plan`): from a tape to instructions over registers, in linear time.

What depends on an input is computed per sample, in a *slot* of a block of samples; what depends on parameters alone is
*uniform* and computed once per call. Instructions are in three parts: `before` (uniform, forward), `body` (per sample,
forward and reverse) and `after` (uniform, reverse).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from autograd.compiler.plan import _plan
from autograd.compiler.plan.exact import uses_libm
from autograd.compiler.record.tape import ALIAS, Tape
from autograd.ops import BUILT_IN as NAMES
from autograd.ops import TABLE

__all__ = ["Plan", "plan"]


class Plan(NamedTuple):
    """Instructions over slots, as `csrc/plan/writer.h` encodes them.

    Attributes
    ----------
    code, terms : tuple of bytes
        The three parts.
    uniforms : int
        How many uniform numbers there are: constants, parameters, then what is computed.
    constants : dict of int to float
        Uniform numbers known now.
    first_parameter, parameters : int
        Uniform number of the first parameter, the others follow; and how many there are.
    slots : int
        How many slots the body needs.
    fills : list of int
        The uniform numbers that the first slots hold throughout.
    outputs : list of int
        For each output and operand of a guard -1 when the body stores it, else its uniform number.
    sums : list of int
        Uniform numbers that are sums over the samples.
    seeds_to : list of int
        For each output the sum that its seeds go to; -1 where it isn't uniform.
    gradients : list of int
        For each parameter the uniform number that is its gradient; -1 for none.
    rows_stored : list of int
        For each input (then for each parameter, when those are wanted per sample) whether the body stores a gradient.
    inputs_read : int
        The number of leading inputs that the body reads.
    assumes : bool
        Whether a gradient may come out as nan that a strict plan computes.
    """

    code: tuple[bytes, bytes, bytes]
    terms: tuple[bytes, bytes, bytes]
    uniforms: int
    constants: dict[int, float]
    first_parameter: int
    parameters: int
    slots: int
    fills: list[int]
    outputs: list[int]
    sums: list[int]
    seeds_to: list[int]
    gradients: list[int]
    rows_stored: list[int]
    inputs_read: int
    assumes: bool


def plan(tape: Tape, inputs: bool = False, parameters: str = "", strict: bool = False) -> Plan:
    """Plan a tape; arguments as of `plain_plan`.

    An operand that an op such as relu doesn't select receives nothing, which is not 0 where a value is infinite. Unless
    `strict`, products with values are not guarded against that: a gradient is nan then.
    """
    alias = len(NAMES) + tape.added.index(ALIAS) if ALIAS in tape.added else -1
    return Plan(*_plan.plan(
        tape.inputs, tape.parameters, tape.constants, tape.rows, tape.operands, (*tape.outputs, *tape.guarded),
        len(tape.outputs), alias, _folded, LIBM, inputs, bool(parameters), parameters == "each",
        strict,
    ))  # fmt: skip


def _folded(row: int, numbers: tuple[float, ...]) -> float:
    return TABLE[NAMES[row]].compute(*numbers)[0]


LIBM: Final = bytes(uses_libm(name) for name in NAMES)
