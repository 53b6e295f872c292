"""Gradient checks: whole functions against finite differences, recorded graphs op by op.

The two checks are independent and find different errors. Evaluating the function around the point finds what the graph
doesn't contain (a number read past it, a branch); its tolerance is the error estimate of the extrapolation.
Differentiating the recorded graph with local derivatives computed from the ops' values finds an error in the twelfth
digit and names the op.

Test a gradient in four lines, with pytest and hypothesis:

    @given(strategies.inputs_for(my_loss))  # inside the domain, away from kinks
    def test_my_loss(inputs):
        assert gradcheck(my_loss, inputs, order=2)

(the fourth is `from autograd import gradcheck, strategies`); `gradcheck(my_loss, (0.3, 1.5))` checks one point.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from autograd import ops
from autograd._common.containers import Tree
from autograd._common.numbers import is_number, whole_number
from autograd.derivatives import over_values
from autograd.derivatives.differences import (
    WIDTHS,
    Crossing,
    at_kink,
    crosses,
    difference,
    local,
    noisy_difference,
    noisy_local,
)
from autograd.derivatives.sweeps import active, pull, push
from autograd.derivatives.transforms import grad
from autograd.engine.backend import Value
from autograd.engine.graph import topological
from autograd.errors import GradientError

__all__ = ["check_graph", "gradcheck"]

Function = Callable[..., Any]
DIGITS = 1e-12  # relative tolerance for an op's local derivative
ROUNDING = 1e-11  # of values inside a function, relative to the sum of the magnitudes of its paths
NOISIEST = 1e-2  # largest relative error of a function's values that can be stated
CLOSER = (1.1e-3, 1.2e-4, 1e-5, 1e-7, 1e-9, 1e-11)  # for functions that vary on a smaller scale


def gradcheck(
    function: Function,
    inputs: Any,
    *,
    order: int = 1,
    modes: Sequence[str] = ("reverse", "forward"),
    noise: float | None = None,
) -> bool:
    """Check a function's derivatives at a point against values of the function alone.

    Parameters
    ----------
    function : callable
        Takes and returns numbers, or nested lists, tuples, dicts and arrays of them.
    inputs : tuple, or anything else
        The arguments as a tuple; anything else is a single argument.
    order : int
        The highest order to check: 2 also checks the derivatives of the gradient.
    modes : sequence of {"reverse", "forward"}
        The modes of differentiation to check.
    noise : float
        The relative error of the function's values, such as 1e-9 for an integral computed to nine digits; it sets the
        tolerance. By default it is estimated from closely spaced values, which detects the jumps of a root finder or of
        an adaptive method, but not an error that is as smooth as the function.

    Returns
    -------
    bool
        True.

    Raises
    ------
    GradientError
        If a derivative is wrong; the message has the function, argument, label, both values, their difference, and the
        op whose local derivative is at fault. Also if a second call returns other numbers, or the point is too near a
        kink to decide. At a kink of abs, relu, max, min and similar ops, the first derivative must lie between the
        slopes of both sides.

    Examples
    --------
    >>> import autograd as ag
    >>> gradcheck(lambda x, y: ag.sin(x) * y, (0.5, 2.0), order=2)
    True
    >>> gradcheck(abs, 0.0)
    True
    >>> gradcheck(abs, 0.0, order=2)
    Traceback (most recent call last):
        ...
    autograd.errors.GradientError: gradcheck of abs: kink near x = 0.0, in abs of x = 0.0
    """
    times = whole_number(order)
    if times is None or times < 1:
        raise ValueError(f"gradcheck: order must be an int of 1 or more, got {order!r} ({type(order).__name__})")
    order = times
    if not modes or any(mode not in ("reverse", "forward") for mode in modes):
        raise ValueError(f"gradcheck: modes must be of 'reverse' and 'forward', got {modes!r}")
    arguments = inputs if isinstance(inputs, tuple) else (inputs,)
    point = _Point(function, arguments, _noise("gradcheck", noise))
    for step in range(order):
        point.last = order == 1
        point.check(modes)
        if step + 1 < order:
            point = point.gradient()
    return True


def _noise(who: str, noise: Any) -> float | None:
    if noise is not None and not (is_number(noise) and 0.0 <= float(noise) <= NOISIEST):
        raise ValueError(f"{who}: noise must be None or a number from 0 to {NOISIEST}, got {noise!r}")
    return None if noise is None else float(noise)


def check_graph(output: Value, *, noise: float | None = None) -> bool:
    """Check every local derivative of a recorded graph against its op's values, and forward against reverse mode.

    Parameters
    ----------
    output : Value
        The result.
    noise : float
        The relative error of the values of ops that a user added, as for `gradcheck`.

    Returns
    -------
    bool
        True.

    Raises
    ------
    GradientError
        It names the op, its label, its operands, both values and their difference.

    Examples
    --------
    >>> x, y = Value(1.0, label="x"), Value(2.0, label="y")
    >>> check_graph((x * y).tanh())
    True
    """
    if not isinstance(output, Value):
        raise TypeError(f"check_graph: needs a Value, got {output!r} ({type(output).__name__})")
    nodes, stated = topological(output), _noise("check_graph", noise)
    for node in nodes:
        wrong = _worst_edge(node, stated) if node.op else None
        if wrong is not None:
            raise GradientError(
                f"check_graph: {wrong.text()}",
                label=node.label, op=node.op, analytic=wrong.analytic, numeric=wrong.numeric,
                difference=wrong.analytic - wrong.numeric,
            )  # fmt: skip
    below = [node for node in nodes if not node.op]
    for leaf, reverse in zip(below, pull([(output, 1.0)], below)):
        forward = push([(leaf, 1.0)], [output])[0]
        if abs(forward - reverse) > 1e-11 * _reach(leaf, output):
            raise GradientError(
                f"check_graph: reverse mode gives {reverse!r} and forward mode {forward!r} for {_called(leaf)}",
                label=leaf.label, analytic=reverse, numeric=forward, difference=reverse - forward,
            )  # fmt: skip
    return True


# Functions


class _Point:
    """A function at a point: its graph, and its values nearby."""

    def __init__(
        self, function: Function, arguments: tuple[Any, ...], noise: float | None, given: Function | None = None
    ) -> None:
        self.function, self.arguments, self.noise, self.given = function, arguments, noise, given or function
        numbers, self.tree = Tree.flatten(arguments, "gradcheck: inputs")
        self.numbers = [float(x) for x in numbers]
        self.names = _argument_names(self.given, self.tree.names)
        self.order = 1
        self.last = False  # whether no higher order is checked, which a kink doesn't have
        self.conventional = False  # whether an op is at a kink at which its row states the derivative
        self.inputs, self.outputs = self._record(self.numbers)
        self._refuse_chance()
        nodes = [y for y in self.outputs if isinstance(y, Value)]
        self.graph, self.ids = active(nodes, self.inputs)
        self.edges = {id(node): _edges(node, noise) for node in self.graph if node.op}

    def _record(self, numbers: Sequence[float]) -> tuple[list[Value], list[Any]]:
        with over_values.recording():
            inputs = [Value(x, label=name) for x, name in zip(numbers, self.names)]
            result = self.function(*self.tree.build(inputs))
        return inputs, Tree.flatten(result, "gradcheck: the function's result")[0]

    def _refuse_chance(self) -> None:
        """Raise if a second call returns other numbers: then values say nothing about the derivative."""
        for first, second in zip(self.outputs, self._record(self.numbers)[1]):
            x, y = _number(first), _number(second)
            if x != y and not (math.isnan(x) and math.isnan(y)):
                raise GradientError(
                    f"{self.where}: the function gave {x!r} and then {y!r} for the same inputs; what is random in it "
                    "must be drawn before, or from a generator that each call seeds anew",
                    function=self.where,
                )  # fmt: skip

    def gradient(self) -> _Point:
        """Return the point of the function's gradient, that of all outputs in one list."""
        count, tree = len(self.outputs), self.tree

        def slopes(*arguments: Any) -> list[Any]:
            found: list[Any] = []
            for i in range(count):
                one = grad(lambda *xs: Tree.flatten(self.function(*xs))[0][i], range(len(arguments)))  # noqa: B023
                found.extend(Tree.flatten(one(*arguments))[0])
            return found

        point = _Point(slopes, tree.build(self.numbers), self.noise, self.given)
        point.order = self.order + 1
        return point

    @property
    def where(self) -> str:
        name = getattr(self.given, "__name__", type(self.given).__name__)
        return f"gradcheck of {name}" + (f", order {self.order}" if self.order > 1 else "")

    def check(self, modes: Sequence[str]) -> None:
        """Raise unless every derivative with respect to every argument is right."""
        self._refuse_kinks()
        reverse = [pull([(y, 1.0)], self.inputs) if isinstance(y, Value) else None for y in self.outputs]
        for i, x in enumerate(self.inputs):
            nodes = [y for y in self.outputs if isinstance(y, Value)]
            forward = iter(push([(x, 1.0)], nodes))
            for number, (y, slopes) in enumerate(zip(self.outputs, reverse)):
                pushed = next(forward) if slopes is not None else 0.0
                found = {"reverse": slopes[i] if slopes else 0.0, "forward": pushed}
                for mode in modes:
                    self._compare(i, number, y, mode, found[mode])

    def _refuse_kinks(self) -> None:
        for node in self.graph:
            if node.op and _moves_kink(node, self.ids) and at_kink(node.op, _numbers(node)):
                if self.order == 1 and self.last and ops.TABLE[node.op].selects and not ops.TABLE[node.op].jumps:
                    self.conventional = True
                    continue
                near = next(x for x in self.inputs if id(node) in active([node], [x])[1])
                raise GradientError(
                    f"{self.where}: kink near {near.label} = {near.data!r}, in {_at(node)}",
                    function=self.where, argument=near.label, op=node.op, label=node.label,
                )  # fmt: skip

    def _between_sides(self, i: int, number: int) -> tuple[float, float]:
        """Return the slopes to the left and right, from values, at a kink at which the row states a slope."""
        x = self.numbers[i]
        step = 1e-7 * max(abs(x), 1.0)
        here, low, high = (self._values_at(i, number, at) for at in (x, x - step, x + step))
        left, right = sorted(((here - low) / step, (high - here) / step))
        return left, right

    def _compare(self, i: int, number: int, y: Any, mode: str, analytic: float) -> None:
        if self.conventional:
            left, right = self._between_sides(i, number)
            slack = 1e-6 * max(abs(left), abs(right), 1.0)
            if not left - slack <= analytic <= right + slack:
                self._fail(i, number, mode, analytic, left if analytic < left else right)
            return
        floor = 0.0
        if isinstance(y, Value):
            numeric, bound, size = _by_ops(y, self.inputs[i], self.edges)
            floor = ROUNDING * size
            wrong = _wrong_between(y, self.inputs[i], self.edges)
            right = not wrong and abs(analytic - numeric) <= bound
            added = all(edge.node.op not in ops.BUILT_IN for edge in wrong)  # only values of these may be noisy
            if not right and not (added and self._holds_with_noise(i, number, analytic)):
                self._fail(i, number, mode, analytic, numeric)
        numeric, bound, blocked = self._by_values(i, number, WIDTHS[0])
        if abs(analytic - numeric) <= bound + floor and bound < 1e-6 * max(abs(numeric), 1.0):
            return
        for width in WIDTHS[1:]:  # one difference may be misleading: all that converge must agree
            other, its_bound, also = self._by_values(i, number, width)
            blocked = blocked and also
            if its_bound < math.inf and bound < math.inf:
                its_bound = max(its_bound, abs(other - numeric)) if its_bound > bound / 100 else its_bound
            if its_bound < bound or math.isnan(numeric):
                numeric, bound = other, its_bound
            if abs(analytic - numeric) <= bound + floor and bound < 1e-6 * max(abs(numeric), 1.0):
                return
        if blocked and not bound < 1e-6 * max(abs(numeric), abs(analytic)):
            self._near_kink(i)
        if abs(analytic - numeric) <= 4 * bound + floor or bound == math.inf:
            return
        if not (self._holds_closer(i, number, analytic, numeric, floor) or self._holds_with_noise(i, number, analytic)):
            self._fail(i, number, mode, analytic, numeric)

    def _holds_closer(self, i: int, number: int, analytic: float, numeric: float, floor: float) -> bool:
        """Return whether steps nearer to the point contradict wide ones, which may miss a narrow peak."""
        slope, bound = math.nan, math.inf
        for width in sorted((*CLOSER, min(abs(self.numbers[i]), 1.0) / 4)):
            wider, its_bound, _ = self._by_values(i, number, width)
            if bound == math.inf:
                if its_bound <= abs(wider - numeric) / 100:
                    slope, bound = wider, its_bound
            elif its_bound < math.inf and abs(wider - slope) > bound + its_bound:
                break  # wider steps miss it again
            elif its_bound < bound:
                slope, bound = wider, its_bound
        return abs(analytic - slope) <= 4 * bound + floor

    def _holds_with_noise(self, i: int, number: int, analytic: float) -> bool:
        """Return whether the derivative is right for a function with noisy values, such as a root finder's."""

        def evaluate(x: float) -> float:
            try:
                return self._values_at(i, number, x)
            except (ValueError, ArithmeticError):  # outside its domain
                raise Crossing from None

        slope, error = noisy_difference(evaluate, self.numbers[i], self.noise)
        return abs(analytic - slope) <= 4 * error and _tells(slope, error, self.noise)

    def _values_at(self, i: int, number: int, x: float) -> float:
        return _number(self._record([*self.numbers[:i], x, *self.numbers[i + 1 :]])[1][number])

    def _by_values(self, i: int, number: int, width: float) -> tuple[float, float, bool]:
        """Return the derivative by differences, its error, and whether branches limited the steps."""
        blocked = False

        def evaluate(x: float) -> float:
            nonlocal blocked
            try:
                inputs, outputs = self._record([*self.numbers[:i], x, *self.numbers[i + 1 :]])
            except (ValueError, ArithmeticError) as error:
                raise GradientError(
                    f"{self.where}: beside the point, at {self.names[i]} = {x!r}, the function raised {error!r}; where "
                    "that is an op of yours, say by its domain= where it is defined, and check inside of it",
                    function=self.where,
                    argument=self.names[i],
                ) from error
            graph = active([y for y in outputs if isinstance(y, Value)], inputs)[0]
            if len(outputs) != len(self.outputs):
                raise ValueError(f"{self.where}: the function gave {len(self.outputs)} numbers and then {len(outputs)}")
            if self._takes_another_branch(graph):
                blocked = True
                raise Crossing
            return _number(outputs[number])

        x = self.numbers[i]
        slope, bound = difference(evaluate, x, width * max(abs(x), 1.0), _rounding(self.outputs[number]))
        return slope, bound, blocked

    def _takes_another_branch(self, graph: Sequence[Value]) -> bool:
        if len(graph) != len(self.graph):
            return True
        for here, there in zip(self.graph, graph):
            if here.op != there.op:
                return True
            # A value may also jump because of a constant, such as the outcome of a comparison.
            decides = here.op and (ops.TABLE[here.op].jumps or _moves_kink(here, self.ids))
            if decides and crosses(here.op, _numbers(here), _numbers(there)):
                return True
        return False

    def _near_kink(self, i: int) -> None:
        x = self.inputs[i]
        raise GradientError(
            f"{self.where}: kink near {x.label} = {x.data!r}: steps that stay on its side are too small to tell",
            function=self.where, argument=x.label,
        )  # fmt: skip

    def _fail(self, i: int, number: int, mode: str, analytic: float, numeric: float) -> None:
        x, y = self.inputs[i], self.outputs[number]
        wrong = _wrong_between(y, x, self.edges) if isinstance(y, Value) else {}
        blamed = max(wrong, key=wrong.__getitem__, default=None)
        output = f" of result {number}" if len(self.outputs) > 1 else ""
        because = (
            f"at fault: {blamed.text()}"
            if blamed
            else "no op is at fault: the function takes a number out of the graph (float(x), .data, a branch), or its "
            "derivative is given and wrong"
        )
        near = abs(analytic - numeric) < 1e-4 * abs(analytic)
        if near and self.noise is None and not (blamed and blamed.node.op in ops.BUILT_IN):
            because += "; if its values are good to some digits only, state their relative error as noise="
        raise GradientError(
            f"{self.where}: derivative{output} for {x.label} = {x.data!r} is {analytic!r} in {mode} mode, "
            f"{numeric!r} by values, difference {analytic - numeric:.3g}; {because}",
            function=self.where, argument=x.label, label=blamed.node.label if blamed else x.label, analytic=analytic,
            numeric=numeric, difference=analytic - numeric, op=blamed.node.op if blamed else "",
        )  # fmt: skip


def _argument_names(function: Function, paths: Sequence[str]) -> list[str]:
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # some built-in functions have no signature
        parameters = []
    plain = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = []
    for path in paths:
        index, _, rest = path[1:].partition("]")
        names.append((plain[int(index)] if int(index) < len(plain) else f"argument {index}") + rest)
    return names


# Graphs


@dataclass(frozen=True)
class _Edge:
    """A local derivative, and its value according to the op's values."""

    node: Value
    position: int
    analytic: float
    numeric: float
    error: float

    @property
    def is_wrong(self) -> bool:
        allowed = self.error + DIGITS * max(abs(self.numeric), abs(self.analytic)) + _loose(self.node)
        return math.isfinite(self.numeric) and not abs(self.analytic - self.numeric) <= allowed

    def text(self) -> str:
        op = ops.TABLE[self.node.op]
        parameter = op.parameters[self.position] if op.arity is not None else f"operand {self.position}"
        named = f" ({self.node.label})" if self.node.label else ""
        return (
            f"the local derivative of {self.node.op}{named} for {parameter} is {self.analytic!r}, by its values "
            f"{self.numeric!r}, difference {self.analytic - self.numeric:.3g}, at {_at(self.node)}"
        )


def _loose(node: Value) -> float:
    """Return the absolute error that a row allows, and the rounding error of an op's nearly vanishing value."""
    op = ops.TABLE[node.op]
    first = _number(node.operands[0]) if node.operands else 0.0
    return 4 * sum(error for low, high, error in op.loose if low <= first <= high) + 1e-300


def _edges(node: Value, noise: float | None) -> list[_Edge]:
    """Return the edges below a node, without values at its kink, where the derivative is a convention."""
    derivatives = iter(node.local_derivatives)
    conventional = at_kink(node.op, _numbers(node)) and _moves_kink(node, {id(x) for x in node.parents})
    return [
        _Edge(node, position, next(derivatives), math.nan, math.inf)
        if conventional
        else _edge(node, position, next(derivatives), noise)
        for position, operand in enumerate(node.operands)
        if not isinstance(operand, float)
    ]


def _edge(node: Value, position: int, analytic: float, noise: float | None) -> _Edge:
    """Return an edge with the derivative from values, which may be noisy for an op that a user added."""
    edge = _Edge(node, position, analytic, *local(node, position))
    if edge.is_wrong and node.op not in ops.BUILT_IN:
        numeric, error = noisy_local(node, position, noise)
        noisy = _Edge(node, position, analytic, numeric, 4 * error)
        if _tells(numeric, error, noise) and not noisy.is_wrong:
            return noisy
    return edge


def _tells(slope: float, error: float, noise: float | None) -> bool:
    """Return whether a derivative from noisy values is known well enough to compare another with it."""
    return error < math.inf if noise is not None else 4 * error < 1e-6 * max(abs(slope), 1e-3)


def _worst_edge(node: Value, noise: float | None) -> _Edge | None:
    wrong = [edge for edge in _edges(node, noise) if edge.is_wrong]
    return max(wrong, key=lambda edge: abs(edge.analytic - edge.numeric), default=None)


def _by_ops(output: Value, x: Value, edges: Mapping[int, list[_Edge]]) -> tuple[float, float, float]:
    """Return ∂output/∂x by forward mode with derivatives from values, its error bound, and its size by paths."""
    moving: dict[int, tuple[float, float, float]] = {id(x): (1.0, 0.0, 1.0)}  # slope, error, size by paths
    for node in active([output], [x])[0]:
        if node is x:
            continue
        slope = error = size = 0.0
        for edge in edges[id(node)]:
            below = moving.get(id(node.operands[edge.position]))
            if below is None or (edge.analytic == 0.0 and ops.TABLE[node.op].selects):
                continue
            numeric = edge.numeric if math.isfinite(edge.numeric) else edge.analytic
            allowed = (edge.error if math.isfinite(edge.error) else 0.0) + _loose(node)
            slope += numeric * below[0]
            error += abs(numeric) * below[1] + allowed * below[2]
            size += abs(numeric) * below[2]
        moving[id(node)] = slope, error + DIGITS / 4 * size, size
    slope, error, size = moving.get(id(output), (0.0, 0.0, 0.0))
    return slope, error + 1e-300, size


def _rounding(output: Any) -> float:
    """Return a bound on the rounding error of an output."""
    if not isinstance(output, Value):
        return 0.0
    nodes = topological(output)
    weights = pull([(output, 1.0)], nodes)
    return 2.0**-52 * sum(abs(node.data * weight) for node, weight in zip(nodes, weights))


def _reach(leaf: Value, output: Value) -> float:
    """Return the sum over all paths of the magnitudes of their products."""
    sizes: dict[int, float] = {id(leaf): 1.0}
    for node in active([output], [leaf])[0]:
        if node is not leaf:
            pairs = zip(node.parents, node.local_derivatives)
            sizes[id(node)] = sum(abs(d) * sizes[id(p)] for p, d in pairs if id(p) in sizes)
    return sizes.get(id(output), 0.0)


def _wrong_between(output: Value, x: Value, edges: Mapping[int, list[_Edge]]) -> dict[_Edge, float]:
    """Return the wrong edges between the two that change the derivative, each with the size of its change."""
    nodes = [node for node in active([output], [x])[0] if node.op]
    wrong = [edge for node in nodes for edge in edges[id(node)] if edge.is_wrong]
    if not wrong:
        return {}
    weights = dict(zip(map(id, nodes), pull([(output, 1.0)], nodes)))
    slopes = {id(parent): push([(x, 1.0)], [parent])[0] for edge in wrong for parent in edge.node.parents}

    def effect(edge: _Edge) -> float:
        below = slopes[id(edge.node.operands[edge.position])]
        return abs((edge.analytic - edge.numeric) * weights[id(edge.node)] * below)

    return {edge: size for edge in wrong if (size := effect(edge)) > 0.0}


def _moves_kink(node: Value, ids: set[int]) -> bool:
    """Return whether an input can move the node to its kink: one that occurs in an equation of the row's condition."""
    op = ops.TABLE[node.op]
    if not op.kinks:
        return False
    named = _in_equations(op.kinks)
    deciding = node.operands if op.arity is None else [x for p, x in zip(op.parameters, node.operands) if p in named]
    return any(not isinstance(x, float) and id(x) in ids for x in deciding)


@lru_cache(maxsize=1024)
def _in_equations(condition: str) -> frozenset[str]:
    """Return the names that occur in the equations of a condition."""
    equations = (
        x for x in ast.walk(ast.parse(condition)) if isinstance(x, ast.Compare) and isinstance(x.ops[0], ast.Eq)
    )
    return frozenset(x.id for equation in equations for x in ast.walk(equation) if isinstance(x, ast.Name))


def _number(operand: Any) -> float:
    """Return the number of a Value or number, without a conversion that `strict` rejects."""
    return operand.data if isinstance(operand, Value) else float(operand)


def _numbers(node: Value) -> list[float]:
    return [_number(x) for x in node.operands]


def _called(operand: Value | float) -> str:
    return "a constant" if isinstance(operand, float) else operand.label or operand.op or "an unnamed leaf"


def _at(node: Value) -> str:
    shown = ", ".join(f"{_called(x)} = {_number(x)!r}" for x in node.operands[:6])
    return f"{node.op} of {shown}" + (", …" if len(node.operands) > 6 else "")
