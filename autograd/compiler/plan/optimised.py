"""The optimising planner in C (`csrc/plan`): from a tape to instructions over registers, in linear time.

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
        The number of uniforms: constants, then parameters, then computed ones.
    constants : dict of int to float
        Uniforms known at planning.
    first_parameter, parameters : int
        The uniform of the first parameter, followed by the others; and the number of parameters.
    slots : int
        The number of slots that the body needs.
    fills : list of int
        The uniforms that the first slots hold throughout.
    outputs : list of int
        For each output and operand of a guard, -1 if the body stores it, else its uniform.
    sums : list of int
        Uniforms that are sums over the samples.
    seeds_to : list of int
        For each output the sum to which its seeds are added; -1 if it isn't uniform.
    gradients : list of int
        For each parameter the uniform that is its gradient; -1 for none.
    rows_stored : list of int
        For each input (then for each parameter, if wanted per sample) whether the body stores a gradient.
    inputs_read : int
        The number of leading inputs that the body reads.
    assumes : bool
        Whether a gradient may be nan that a strict plan would compute.
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
    """Plan a tape; arguments as for `plain_plan`.

    An operand that an op such as relu doesn't select receives nothing, which differs from 0 where a value is infinite.
    Unless `strict`, products with values are not guarded against that, and a gradient may be nan.
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
