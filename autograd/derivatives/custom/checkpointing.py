"""Checkpoints: keep only the results of a function and their derivatives, not its graph."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from types import FunctionType, MethodType
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary, WeakValueDictionary

from autograd import ops
from autograd._common.containers import Tree
from autograd.derivatives import over_values
from autograd.derivatives.custom import registry
from autograd.derivatives.rounding import UNIT, rounding_error
from autograd.derivatives.sweeps import pull, pull_graph, tracing
from autograd.engine import backend, modes
from autograd.engine.backend import Value
from autograd.engine.graph import leaves
from autograd.errors import AutogradError

__all__ = ["checkpoint"]

Function = Callable[..., Any]
Rows: TypeAlias = "WeakValueDictionary[Any, ops.Op]"


def checkpoint(function: Function) -> Function:
    """Keep only the results of a function and their derivatives, not its graph.

    Each call records the function, differentiates it and frees the graph. One node per result remains, with one number
    per argument and weight, so the memory of a recurrence is proportional to its states, not to the steps between
    them. The time is that of one reverse sweep per result. Values in the function's closure, such as weights, count as
    arguments; Values it creates are constants. The function is kept alive by its results, so any number of functions
    may be wrapped. As for every node, `backward()` uses derivatives from the time the result was computed. Higher
    orders run the function again. Checkpoints may be nested. While a graph is recorded for replay (`compile`,
    `recording`) the function is simply called, so that its observations are recorded.

    Parameters
    ----------
    function : callable
        Takes and returns numbers, or nested containers of them; it must be deterministic.

    Returns
    -------
    callable
        Has the same arguments and results.

    Raises
    ------
    AutogradError
        At a derivative of higher order, if calling the function again gives another result because something it reads
        has changed, or if the node is a copy.

    Examples
    --------
    >>> import autograd as ag
    >>> @ag.checkpoint
    ... def step(x):
    ...     for _ in range(100):
    ...         x = x + 0.01 * ag.sin(x)
    ...     return x
    >>> x = Value(0.5)
    >>> y = step(step(x))
    >>> len(y.parents), abs(ag.gradients(y, x) - ag.grad(lambda x: step(step(x)))(0.5)) < 1e-15
    (1, True)
    """
    known = _rows_of(function)

    @wraps(function)
    def apply(*arguments: Any) -> Any:
        numbers, tree = Tree.flatten(arguments, f"checkpoint of {getattr(function, '__name__', 'function')}: arguments")
        if modes._forgetting.get() or modes.recorder() is not None:
            return function(*arguments)
        found, around, shape = _differentiated(function, tree, numbers)
        operands = (*numbers, *around)
        kept = []
        for number, (result, slopes) in enumerate(found):
            derivatives = tuple(d for x, d in zip(operands, slopes) if isinstance(x, Value))
            if not derivatives:
                kept.append(result)
                continue
            key = (number, tree.structure, tuple(map(id, around)))
            row = known.get(key)
            if row is None:
                again = _Again(function, tree, around, number)
                row = known[key] = registry.of_function(
                    function, again.compute, again.rule, len(operands), loops=registry.may_loop(function),
                    rounding=again.rounding,
                )  # fmt: skip
            node = backend.restore(row.name, operands, result, derivatives)
            kept.append(modes.recorded(node) if modes.active else node)
        return shape.build(kept)

    return apply


_known: WeakKeyDictionary[Function, Rows] = WeakKeyDictionary()


def _rows_of(function: Function) -> Rows:
    """Return the ops of a function, shared if it is wrapped again; each is kept alive by its nodes alone."""
    if isinstance(function, (FunctionType, MethodType)):  # others may be equal without being identical
        return _known.setdefault(function, WeakValueDictionary())
    return WeakValueDictionary()


def _differentiated(function: Function, tree: Tree, numbers: Sequence[Any]) -> tuple[list[Any], list[Value], Tree]:
    """Run a function and free its graph.

    Returns
    -------
    found : list of (float, list of float)
        For each result its number, and its derivatives with respect to the arguments and then the closure.
    around : list of Value
        The leaves in the function's closure.
    shape : Tree
        The structure of the results.
    """
    inputs = [Value(float(x)) for x in numbers]
    with _traced(inputs):
        outputs, shape = Tree.flatten(function(*tree.build(inputs)), "checkpoint: the function's result")
    own = {id(x) for x in inputs}
    others = [x for x in leaves(*(y for y in outputs if isinstance(y, Value))) if id(x) not in own]
    found: list[tuple[Any, list[float]]] = []
    while outputs:
        y = outputs.pop(0)
        if isinstance(y, Value):
            found.append((y.data, pull([(y, 1.0)], [*inputs, *others])))
        else:
            found.append((y, []))
        del y
    around = _referred_to(others)
    places = [*range(len(inputs)), *(len(inputs) + i for i in around)]
    found = [(y, [slopes[i] for i in places] if slopes else []) for y, slopes in found]
    return found, [others[i] for i in around], shape


def _referred_to(values: list[Value]) -> list[int]:
    """Return the indices of values that anything besides this list refers to: others are intermediate."""
    values.append(Value(0.0))
    alone = sys.getrefcount(values[-1])
    values.pop()
    return [i for i in range(len(values)) if sys.getrefcount(values[i]) > alone]


@contextmanager
def _set(leaves: Sequence[Value], numbers: Sequence[float]) -> Iterator[None]:
    """Set leaves to other numbers inside the block."""
    were = [(x, x.data) for x, number in zip(leaves, numbers) if x.data != number]
    try:
        for x, number in zip(leaves, numbers):
            if x.data != number:
                x.data = number
        yield
    finally:
        for x, number in were:
            x.data = number


@contextmanager
def _traced(inputs: Sequence[Value]) -> Iterator[None]:
    """Within this block a compiled function that depends on one of these inputs is part of the graph."""
    token = tracing.set((*tracing.get(), inputs))
    try:
        yield
    finally:
        tracing.reset(token)


class _Again:
    """One result of a function, computed and differentiated by running it again."""

    def __init__(self, function: Function, tree: Tree, around: Sequence[Value], number: int) -> None:
        self.function, self.tree, self.around, self.number = function, tree, around, number

    def _run(self, inputs: Sequence[Any]) -> Any:
        with _traced(inputs):
            return Tree.flatten(self.function(*self.tree.build(inputs)))[0][self.number]

    def compute(self, *operands: float) -> tuple[float, ...]:
        """Return the value and its derivatives, with other numbers for the leaves in the closure too."""
        count = self.tree.size
        with over_values.recording():
            inputs = [Value(x) for x in operands[:count]]
            with _set(self.around, operands[count:]):
                output = self._run(inputs)
                if not isinstance(output, Value):
                    return float(output), *(0.0,) * len(operands)
                return output.data, *pull([(output, 1.0)], [*inputs, *self.around])

    def rounding(self, value: float, *operands: float) -> float:
        """Return the bound on the rounding error of the freed graph, in 2⁻⁵³."""
        count = self.tree.size
        with over_values.recording(), _set(self.around, operands[count:]):
            output = self._run([Value(x) for x in operands[:count]])
            return rounding_error(output).bound / UNIT if isinstance(output, Value) else 0.0

    def rule(self, *operands: Any) -> list[Any]:
        """Return all derivatives as Values."""
        *given, out = operands
        if any(isinstance(x, Value) and x is not mine for x, mine in zip(given[self.tree.size :], self.around)):
            raise self._refusal("this is a copy of its result, and it closes over what was copied")
        inputs = [x * 1.0 if isinstance(x, Value) else Value(x) for x in given[: self.tree.size]]
        output = self._run(inputs)
        found, wanted = modes.number(output) if isinstance(output, Value) else float(output), modes.number(out)
        if not math.isclose(found, wanted, rel_tol=1e-9) and found == found:
            raise self._refusal(f"called again it gave {found!r} instead of {wanted!r}, so what it reads has changed")
        below = [*inputs, *self.around]
        return pull_graph([(output, 1.0)], below, cut=True) if isinstance(output, Value) else [0.0] * len(below)

    def _refusal(self, why: str) -> AutogradError:
        name = getattr(self.function, "__name__", "function")
        return AutogradError(f"checkpoint of {name}: can't be differentiated again: {why}")
