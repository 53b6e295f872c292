"""Evaluate the steps of a worksheet in order, labelling each result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from autograd.engine import backend
from autograd.engine.backend import Value
from autograd.formula.evaluate import MAX_OPERATIONS, Array, Evaluator, Operand, Scalar, element_label
from autograd.formula.grammar import Instruction
from autograd.worksheet.lines import Step

__all__ = ["run", "walk"]


def run(
    steps: Sequence[Step],
    replaced: Mapping[str, float],
    recorded: bool,
    before: Mapping[str, Operand] | None = None,
    left: int = MAX_OPERATIONS,
) -> tuple[dict[str, Operand], int]:
    """Compute all steps in order.

    Parameters
    ----------
    steps : sequence of Step
        Steps whose names and functions have been checked.
    replaced : mapping of label to float
        Quantities, leaves or others, whose numbers are replaced.
    recorded : bool
        Whether steps become labelled `Value`s; otherwise all is computed in floats.
    before : mapping of step name to operand, optional
        Steps already computed.
    left : int
        The number of scalar operations allowed.

    Returns
    -------
    operands : dict of step name to operand
        Including those in `before`.
    left : int
        The number of scalar operations left.

    Raises
    ------
    WorksheetError
        If shapes, counts or sizes don't fit.
    """
    return walk(steps, lambda name, operand: _named(name, operand, replaced, recorded), before, left)


def walk(
    steps: Sequence[Step],
    named: Callable[[str, Operand], Operand],
    before: Mapping[str, Operand] | None = None,
    left: int = MAX_OPERATIONS,
) -> tuple[dict[str, Operand], int]:
    """Evaluate all steps in order, as `run`; `named` converts each result to the operand that later steps use."""
    names: dict[str, Operand] = dict(before or {})

    def leaf(instruction: Instruction) -> Operand:
        return instruction.number if instruction.kind == "number" else names[instruction.name]

    evaluator = Evaluator(leaf, left)
    for step in steps:
        names[step.name] = named(step.name, evaluator(step.code))
    return names, evaluator.left


def _named(name: str, operand: Operand, replaced: Mapping[str, float], recorded: bool) -> Operand:
    """Label a step's result, element by element."""
    if not isinstance(operand, Array):
        return _named_scalar(name, operand, replaced, recorded, alias=False)
    shape = operand.shape
    items = tuple(
        _named_scalar(element_label(name, shape, position), item, replaced, recorded, alias=True)
        for position, item in enumerate(operand.items)
    )
    return Array(shape, items)


def _named_scalar(label: str, item: Scalar, replaced: Mapping[str, float], recorded: bool, alias: bool) -> Scalar:
    """Label one quantity.

    A number becomes a leaf. A labelled value keeps its label as an element of a list (`alias`); as a step, `a2 = z2`,
    it is a separate quantity with its own gradient: a node that multiplies by 1.
    """
    if replaced and label in replaced:
        return Value(replaced[label], label) if recorded else replaced[label]
    if not recorded:
        return item
    if not isinstance(item, Value):
        return Value(float(item), label)
    if item.label:
        if alias:
            return item
        item = backend.mul(item, 1.0)
    item.label = label
    return item
