"""The planner: from a tape to instructions over registers, forward and reverse, in linear time.

What depends on an input is computed per sample, in a *slot* of a block of samples; what depends on parameters alone is
*uniform* and computed once per call. Instructions are in three parts: `before` (uniform, forward), `body` (per sample,
forward and reverse) and `after` (uniform, reverse).

The way there, a room for each step: `simplify.py`, `sums.py`, `forward.py`, `reverse.py` (with `masks.py`), which write
through `writer.py`, then `order.py` and `slots.py`. The C core has a twin of all of it in `_plan.c`; both write the
same bytes.
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from autograd.compiler.plan.code import FIELDS, Instruction, decoded, encoded
from autograd.compiler.plan.forward import Forward
from autograd.compiler.plan.order import side_by_side
from autograd.compiler.plan.reverse import Reverse
from autograd.compiler.plan.slots import allocated
from autograd.compiler.record.tape import NAMES, Tape
from autograd.compiler.run.custom_ops import ALIAS
from autograd.engine.backend import CORE
from autograd.ops import TABLE

__all__ = ["Plan", "plan", "plan_in_c", "plan_in_python"]


@dataclass
class Plan:
    """Instructions over slots, ready for a kernel.

    Attributes
    ----------
    code, terms : tuple of bytes
        The three parts, as `code.py` encodes them.
    rows : tuple of str
        The names of the rows that the code has by number.
    uniforms : int
        How many uniform numbers there are: constants, parameters, then what is computed.
    constants : dict of int to float
        Uniform numbers known now.
    parameters : sequence of int
        Uniform number of each parameter, one after the other.
    slots : int
        How many slots the body needs.
    fills : dict of int to int
        Slots that hold a uniform number throughout, and which.
    outputs : sequence of int
        For each output -1 when the body stores it, else its uniform number.
    sums : list of int
        Uniform numbers that are sums over the samples.
    seeds_to : dict of int to int
        For outputs that are uniform, the sum that their seeds go to.
    gradients : sequence of int
        For each parameter the uniform number that is its gradient; -1 for none.
    rows_stored : sequence of bool
        For each input (then for each parameter, when those are wanted per sample) whether the body stores a gradient.
    """

    code: tuple[bytes, bytes, bytes]
    terms: tuple[bytes, bytes, bytes]
    rows: tuple[str, ...]
    uniforms: int
    constants: dict[int, float]
    parameters: Sequence[int]
    slots: int
    fills: dict[int, int]
    outputs: Sequence[int]
    sums: list[int]
    seeds_to: dict[int, int]
    gradients: Sequence[int]
    rows_stored: Sequence[bool]

    @functools.cached_property
    def before(self) -> list[Instruction]:
        """What is computed once, forward."""
        return decoded(self.code[0], self.terms[0], self.rows, self.sums)

    @functools.cached_property
    def body(self) -> list[Instruction]:
        """What is computed per sample."""
        return decoded(self.code[1], self.terms[1], self.rows, self.sums)

    @functools.cached_property
    def after(self) -> list[Instruction]:
        """What is computed once, in the reverse direction."""
        return decoded(self.code[2], self.terms[2], self.rows, self.sums)

    @functools.cached_property
    def start(self) -> array[float]:
        """The uniform numbers before a run: constants, and 0 where there will be a parameter or result."""
        numbers = array("d", bytes(8 * self.uniforms))
        for u, number in self.constants.items():
            numbers[u] = number
        return numbers

    @functools.cached_property
    def _places(self) -> tuple[Any, Any]:
        import numpy as np

        places = np.array(self.gradients, dtype=np.intp)
        return np.maximum(places, 0), np.flatnonzero(places < 0)

    def gradients_in(self, uniforms: Any) -> Any:
        """Return the parameters' gradients among the uniform numbers after a run; 0 where there is none."""
        places, missing = self._places
        found = uniforms[places] if len(places) else uniforms[:0]
        found[missing] = 0.0
        return found

    def steps(self, part: int = 1) -> int:
        """Return how many instructions a part has; 0 is before, 1 the body, 2 after."""
        return len(self.code[part]) // (FIELDS * array("i").itemsize)

    def __len__(self) -> int:
        return self.steps(0) + self.steps(1) + self.steps(2)


def plan_in_python(tape: Tape, inputs: bool = False, parameters: str = "") -> Plan:
    """Plan a tape; as `plan`."""
    forward = Forward(tape, inputs, parameters)
    forward.run()
    reverse = Reverse(forward)
    reverse.run()
    writer = forward.writer
    before, body, after = map(side_by_side, (writer.before, writer.body, writer.after))
    body, slots = allocated(body, writer.fills.values())
    names = NAMES + tape.added
    rows = {"": -1} | {name: row for row, name in enumerate(names)}
    parts = [encoded(steps, rows, reverse.sums) for steps in (before, body, after)]
    return Plan(
        code=(parts[0][0], parts[1][0], parts[2][0]),
        terms=(parts[0][1], parts[1][1], parts[2][1]),
        rows=names,
        uniforms=writer.uniforms,
        constants=writer.constants,
        parameters=forward.parameters,
        slots=slots,
        fills=dict(enumerate(writer.fills)),
        outputs=tuple(forward.outputs),
        sums=reverse.sums,
        seeds_to=reverse.seeds_to,
        gradients=tuple(reverse.gradients),
        rows_stored=tuple(reverse.stored),
    )


def plan_in_c(tape: Tape, inputs: bool = False, parameters: str = "") -> Plan:
    """Plan a tape; as `plan`."""
    asked = [x for guard in tape.guards for x in (guard.node, guard.other) if x is not None]
    alias = len(NAMES) + tape.added.index(ALIAS) if ALIAS in tape.added else -1
    found = _plan.plan(
        tape.inputs, tape.parameters, tape.constants, tape.rows, tape.operands, (*tape.outputs, *asked),
        len(tape.outputs), alias, _folded, ARITIES, WITHOUT_SLOPES_OF, inputs, bool(parameters), parameters == "each",
    )  # fmt: skip
    code, terms, uniforms, constants, first, count, slots, fills, outputs, sums, seeds_to, gradients, stored = found
    return Plan(
        code=code,
        terms=terms,
        rows=NAMES + tape.added,
        uniforms=uniforms,
        constants=constants,
        parameters=range(first, first + count),
        slots=slots,
        fills=dict(enumerate(fills)),
        outputs=tuple(outputs),
        sums=sums,
        seeds_to={number: total for number, total in enumerate(seeds_to) if total >= 0},
        gradients=tuple(gradients),
        rows_stored=tuple(map(bool, stored)),
    )


def _folded(row: int, numbers: tuple[float, ...]) -> float:
    return TABLE[NAMES[row]].compute(*numbers)[0]


ARITIES: Final = bytes(255 if TABLE[name].arity is None else len(TABLE[name].parameters) for name in NAMES)
WITHOUT_SLOPES_OF: Final = bytes(TABLE[name].cheap_slopes for name in NAMES)

plan = plan_in_python
"""Plan a tape.

Parameters
----------
tape : Tape
    What was recorded.
inputs : bool
    Whether gradients with respect to the inputs are wanted.
parameters : {"", "sum", "each"}
    Which gradients with respect to the parameters are wanted: none, summed over samples, per sample.
"""

if CORE == "c":
    try:
        from autograd.compiler.plan import _plan
    except ImportError:  # it was not built: Python does the same
        pass
    else:
        plan = plan_in_c
