"""Random programs that branch on values and parameters: graphs raise or are right, functions and batches are right."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

import autograd as ag
from autograd import BranchChanged, Value

COMPARISONS: list[Callable[[Any, Any], Any]] = [
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
]  # fmt: skip

OPS: list[Callable[[Any, Any], Any]] = [
    operator.add, operator.sub, operator.mul, lambda a, b: a / (b * b + 1.0), lambda a, b: ag.tanh(a) + b,
    lambda a, b: ag.max(a, b), lambda a, b: ag.where(a, b, a * 2.0), lambda a, b: abs(a) - 0.5 * b,
    lambda a, b: ag.dot([a, b], [b, 0.25], 1.0), lambda a, b: ag.stop_gradient(a) * b,
]  # fmt: skip

QUESTIONS: list[Callable[[Any], Any]] = [
    bool, int, lambda v: round(v), lambda v: round(v, 1), math.floor, math.ceil, math.trunc,
    lambda v: max([v, v * 0.5 + 0.25]) is v, lambda v: sorted([v, -v])[0] is v, lambda v: v in (0.0, 1.0),
    lambda v: int(np.sum(np.where(np.array([v, -v]) > 0.25, 1, 2))),
]  # fmt: skip


class Step(NamedTuple):
    """Compute something; or observe, and take one of two steps."""

    op: int
    a: int
    b: int
    question: int  # -1 for none; below 6 a comparison of a and b, else a question about a
    otherwise: int


steps = st.lists(
    st.builds(
        Step,
        st.integers(0, len(OPS) - 1),
        st.integers(0, 8),
        st.integers(0, 8),
        st.integers(-1, len(COMPARISONS) + len(QUESTIONS) - 1),
        st.integers(0, len(OPS) - 1),
    ),
    min_size=1,
    max_size=8,
)
numbers = st.sampled_from([0.0, 0.5, 1.0, -1.0, -0.25, 2.0]) | st.floats(-2.0, 2.0)


def run(program: list[Step], values: list[Any]) -> list[Any]:
    """Compute the program's function of two arguments and two parameters."""
    values = list(values)
    for step in program:
        a, b = values[step.a % len(values)], values[step.b % len(values)]
        op = step.op
        if step.question >= len(COMPARISONS):
            op = (op, step.otherwise)[int(QUESTIONS[step.question - len(COMPARISONS)](a)) % 2]
        elif step.question >= 0 and COMPARISONS[step.question](a, b):
            op = step.otherwise
        values.append(OPS[op](a, b))
    return [values[-1] * 1.0, values[len(values) // 2] + values[-1]]


def eager(program: list[Step], xs: list[float], ws: list[float]) -> tuple[list[float], list[float]]:
    leaves = [Value(x) for x in (*xs, *ws)]
    outputs = run(program, leaves)
    return [y.data for y in outputs], ag.gradients(outputs, leaves)


def close(got: Any, wanted: Any, scale: float) -> bool:
    got, wanted = np.asarray(got, float), np.asarray(wanted, float)
    return bool(np.all((got == wanted) | (np.abs(got - wanted) <= 1e-13 * scale) | (np.isnan(got) & np.isnan(wanted))))


def scale_of(program: list[Step], xs: list[float], ws: list[float]) -> float:
    """Return the largest number that the program meets, and its derivatives: what rounding is measured by."""
    met: list[float] = [1.0]
    leaves = [Value(x) for x in (*xs, *ws)]
    outputs = run(program, leaves)
    for node in ag.graph.topological(*outputs):
        met += [abs(node.data), *map(abs, node.local_derivatives)]
    met += map(abs, ag.gradients(outputs, ag.graph.topological(*outputs)))
    finite = [x for x in met if math.isfinite(x)]
    return max(finite) ** 2


@given(steps, st.tuples(numbers, numbers, numbers, numbers), st.lists(st.tuples(numbers, numbers), max_size=6), numbers)
@example([Step(0, 2, 3, 2, 2)], (0.0, 0.0, 1.0, 0.0), [], -1.0)  # asks about parameters alone
def test_graphs(program: list[Step], point: Any, others: list[Any], changed: float) -> None:
    first, second, w, v = leaves = [Value(x) for x in point]
    with ag.recording():
        outputs = run(program, leaves)
    inputs = [x for x in (first, second) if any(x is y for y in ag.graph.leaves(*outputs))]
    compiled = ag.compile(outputs, inputs=inputs)
    for xs in (point[:2], *others):
        for number in (point[2], changed):
            w.data = number
            whole = [x if any(leaf is y for y in inputs) else leaf.data for leaf, x in zip((first, second), xs)]
            wanted, slopes = eager(program, whole, [w.data, v.data])
            scale = scale_of(program, whole, [w.data, v.data])
            arguments = [x for leaf, x in zip((first, second), whole) if any(leaf is y for y in inputs)]
            try:
                found = compiled.gradients(*arguments)
            except BranchChanged:
                assert not (whole == list(point[:2]) and number == point[2]), "the recorded point holds"
                continue
            assert close(found.outputs, wanted, scale)
            by_leaf = dict(zip(map(id, (*inputs, *compiled.parameters)), (*found.inputs, *found.parameters)))
            assert close([by_leaf.get(id(leaf), 0.0) for leaf in leaves], slopes, scale)


@given(steps, st.lists(st.tuples(numbers, numbers), min_size=1, max_size=12), st.lists(numbers, min_size=1, max_size=3))
def test_functions_and_batches(program: list[Step], points: list[Any], parameters: list[float]) -> None:
    w, v = Value(0.0, label="w"), Value(0.75, label="v")
    compiled = ag.compile(lambda x, y: {"both": tuple(run(program, [x, y, w, v]))})
    for number in parameters:
        w.data = number
        expected = [eager(program, list(point), [w.data, v.data]) for point in points]
        scale = max(scale_of(program, list(point), [w.data, v.data]) for point in points)
        for point, (wanted, _) in zip(points, expected):
            assert close(compiled(*point)["both"], wanted, scale)
        found = compiled.gradients(*np.array(points).T, parameters="each")
        assert close(np.array(found.outputs["both"]).T, [wanted for wanted, _ in expected], scale)
        none = np.zeros(len(points))
        columns = [*found.inputs, *(found.parameters.get(leaf, none) for leaf in (w, v))]
        assert close(np.array(columns).T, [slopes for _, slopes in expected], scale)
        w.grad = v.grad = 0.0
        compiled.backward(*np.array(points).T)
        total = np.sum([slopes for _, slopes in expected], axis=0)
        assert close([w.grad, v.grad], total[2:], scale * len(points))
