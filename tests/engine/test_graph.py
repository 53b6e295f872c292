"""Traversal of a recorded graph: order, leaves, values at other points, forward mode."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.derivatives.sweeps import push
from autograd.engine.graph import evaluate, leaves, topological
from autograd.ops import TABLE


def _same(nodes: list[Value], expected: list[Value]) -> bool:
    return [id(node) for node in nodes] == [id(node) for node in expected]


def test_operands_come_first_from_left_to_right() -> None:
    a, b = ag.values(a=1.0, b=2.0)
    left, right = a.exp(), b * a
    root = right - left
    assert _same(topological(root), [b, a, right, left, root])
    assert _same(topological(root), topological(root))


def test_several_roots_keep_their_order_and_share() -> None:
    a, b = ag.values(a=1.0, b=2.0)
    first, second = a * b, b.exp()
    assert _same(topological(second, first, second), [b, second, a, first])
    assert topological() == []
    assert _same(topological(a), [a])


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=40))
def test_every_node_stands_once_after_its_operands(picks: list[tuple[int, int]]) -> None:
    nodes = [Value(1.0), Value(2.0)]
    for i, j in picks:
        nodes.append(nodes[-1 - i % len(nodes)] + nodes[-1 - j % len(nodes)])
    order = topological(nodes[-1])
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] is nodes[-1]
    assert all(place[parent] < place[node] for node in order for parent in node.parents)


@pytest.mark.parametrize("count", [1, 511, 512, 513, 1500])
def test_many_roots_with_nothing_below(count: int) -> None:
    roots = [Value(0.5) for _ in range(count)]
    assert _same(topological(*roots), roots)
    sums = [root + root for root in roots]
    assert _same(topological(*roots, *sums), [*roots, *sums])
    assert [row[i] for i, row in enumerate(ag.jacobian(lambda xs: xs)([1.0] * count))] == [1.0] * count


def test_leaves_in_order_constants_left_out() -> None:
    a, b, c = ag.values(a=1.0, b=2.0, c=3.0)
    assert _same(leaves(ag.dot([a, 5.0], [b, c], 1.0) * a), [a, b, c])
    assert _same(leaves(c, a), [c, a])


def test_values_at_other_points() -> None:
    x, y = ag.values(x=2.0, y=3.0)
    square = x * x
    out = square * y + 1
    out.backward()
    before = [(node.data, node.grad) for node in topological(out)]
    assert evaluate([out, square], {x: 5.0}) == [76.0, 25.0]
    assert evaluate([out], {}) == [13.0]
    assert evaluate([out, x], {square: 10.0, y: 1}) == [11.0, 2.0]
    assert [(node.data, node.grad) for node in topological(out)] == before
    assert evaluate([], {}) == []


def test_values_equal_in_data_are_replaced_by_identity() -> None:
    x, same = Value(2.0), Value(2.0)
    assert evaluate([x * 10 + same], {same: 5.0}) == [25.0]


@pytest.mark.parametrize("name", TABLE)
def test_every_op_is_computed_again(name: str) -> None:
    op, numbers = TABLE[name], (0.4, 0.3, 0.7)
    operands = [Value(0.5) for _ in range(3 if op.arity is None else op.arity)]
    arguments = (
        ([operands] if name != "dot" else [operands[:1], operands[1:2], operands[2]]) if op.arity is None else operands
    )
    out = getattr(ag, name)(*arguments)
    expected = op.compute(*numbers[: len(operands)])[0]
    (got,) = evaluate([out], dict(zip(operands, numbers, strict=False)))
    assert got == expected or math.isnan(expected)


def test_a_condition_is_decided_again() -> None:
    x = Value(2.0)
    assert evaluate([ag.where(x.relu(), x * 10, -x)], {x: -3.0}) == [3.0]


def test_tangents() -> None:
    x, y, unused = ag.values(x=3.0, y=2.0, unused=1.0)
    square = x * x
    out = square * y + square
    assert (push([(x, 1.0)], [out])[0], push([(y, 1.0)], [out])[0], push([(square, 1.0)], [out])[0]) == (18.0, 9.0, 3.0)
    assert (push([(unused, 1.0)], [out])[0], push([(out, 1.0)], [out])[0], push([(x, 1.0)], [x])[0]) == (0.0, 1.0, 1.0)


def test_tangents_pass_no_branch_that_was_not_taken() -> None:
    x = Value(0.0)
    assert push([(x, 1.0)], [ag.where(x > 0, x.sqrt(), 3 * x)]) == [3.0]
    assert push([(x, 1.0)], [ag.where(True, 1.0, x)])[0] == 0.0


def test_tangents_at_a_chain_are_the_chain_rule() -> None:
    nodes = [Value(0.3)]
    for name in ("sin", "exp", "tanh", "log", "sigmoid"):
        nodes.append(getattr(nodes[-1], name)())
    local = [after.local_derivatives[0] for _, after in pairwise(nodes)]
    assert push([(nodes[0], 1.0)], [nodes[-1]])[0] == pytest.approx(math.prod(local), rel=1e-15)
