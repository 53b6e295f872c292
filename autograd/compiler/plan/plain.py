"""The plain plan: one instruction for each node, forward and then in reverse; executed by the numpy kernel.

It defines what a program computes, without optimisation: the planner in C (`csrc/plan`) folds constants, merges equal
computations, joins sums of products and reuses memory. Both give the same results.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from autograd.compiler.plan.exact import uses_libm
from autograd.compiler.record.tape import ALIAS, Tape
from autograd.ops import TABLE

__all__ = ["Node", "PlainPlan", "plain_plan"]


class Node(NamedTuple):
    """One instruction: compute an entry of the tape from others.

    Attributes
    ----------
    entry : int
        The entry that is computed.
    op : str
        The row of the table that computes it.
    operands : tuple of int
        The entries it is computed from.
    slopes : bool
        Whether the reverse direction needs its local derivatives.
    exact : bool
        Whether a guard depends on it, so that it must have the same bits as in eager computation.
    """

    entry: int
    op: str
    operands: tuple[int, ...]
    slopes: bool
    exact: bool


@dataclass(frozen=True)
class PlainPlan:
    """The instructions of a tape.

    Attributes
    ----------
    forward, reverse : tuple of Node
        The computed nodes in order, and in reverse those through which a gradient passes.
    roots : tuple of int
        The outputs, then the operands of the guards.
    outputs : int
        The number of outputs among the roots.
    uniform : frozenset of int
        Entries that are the same for all samples.
    active : frozenset of int
        Entries whose gradient is wanted, or leads to one that is.
    """

    tape: Tape
    forward: tuple[Node, ...]
    reverse: tuple[Node, ...]
    roots: tuple[int, ...]
    outputs: int
    uniform: frozenset[int]
    active: frozenset[int]

    def __len__(self) -> int:
        return len(self.forward) + len(self.reverse)


def plain_plan(tape: Tape, inputs: bool = False, parameters: str = "") -> PlainPlan:
    """Plan a tape.

    Parameters
    ----------
    tape : Tape
        The recorded graph.
    inputs : bool
        Whether gradients with respect to the inputs are wanted.
    parameters : {"", "sum", "each"}
        Which gradients with respect to the parameters are wanted: none, summed over samples, or per sample.
    """
    operands = dict(enumerate(tape.operands, tape.leaves))
    guarded = _below(operands, tape.guarded)
    reached = _below(operands, tape.outputs)
    own = {*tape.added} - {ALIAS}  # ops that may raise, which decides on a branch
    raising = _below(operands, [entry for entry, row in enumerate(tape.rows, tape.leaves) if tape.op(row) in own])
    first, last = (0 if inputs else tape.inputs), (tape.inputs + tape.parameters if parameters else tape.inputs)
    active = set(range(first, last))
    uniform = set(range(tape.inputs, tape.leaves))
    if parameters == "each":
        uniform -= set(range(tape.inputs, tape.inputs + tape.parameters))
    forward = []
    for entry, row in enumerate(tape.rows, tape.leaves):
        op, given = tape.op(row), operands[entry]
        if uniform.issuperset(given):
            uniform.add(entry)
        if op != ALIAS and not active.isdisjoint(given):
            active.add(entry)
        if entry in guarded or entry in reached or entry in raising:
            slopes = entry in active and entry in reached
            forward.append(Node(entry, op, given, slopes, entry in guarded and op in TABLE and uses_libm(op)))
    return PlainPlan(
        tape=tape,
        forward=tuple(forward),
        reverse=tuple(node for node in reversed(forward) if node.slopes),
        roots=(*tape.outputs, *tape.guarded),
        outputs=len(tape.outputs),
        uniform=frozenset(uniform),
        active=frozenset(active),
    )


def _below(operands: dict[int, tuple[int, ...]], roots: Iterable[int]) -> set[int]:
    """Return the entries that the roots depend on, including the roots."""
    found = set(roots)
    for entry in reversed(operands):
        if entry in found:
            found.update(operands[entry])
    return found
