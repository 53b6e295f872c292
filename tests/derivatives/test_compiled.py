"""Gradients and Hessians are programs like any other: they compile, branches and all."""

from __future__ import annotations

from typing import Any

import pytest

import autograd as ag
from autograd import Value


def f(x: Any) -> Any:
    return ag.tanh(x) * x + ag.relu(x) ** 2


def test_a_compiled_gradient_of_a_function_follows_its_branches() -> None:
    program = ag.compile(ag.grad(f))
    for x in (0.5, -1.0, 2.0):
        assert program(x) == pytest.approx(ag.grad(f)(x), rel=1e-15)


def test_compiled_higher_derivatives() -> None:
    third = ag.compile(ag.derivative(ag.sin, 3))
    assert third(0.4) == pytest.approx(ag.derivative(ag.sin, 3)(0.4), rel=1e-15)

    def entries(x: Any, y: Any) -> list[Any]:
        rows = ag.hessian(lambda p: ag.exp(p[0] * p[1]) + p[0] ** 3)([x, y])
        return [entry for row in rows for entry in row]

    program = ag.compile(entries)
    for x, y in ((0.3, 0.7), (-1.2, 0.4)):
        assert program(x, y) == pytest.approx(entries(x, y), rel=1e-14)


def test_compiled_products_on_recorded_graphs() -> None:
    leaves = [Value(0.3), Value(-0.7), Value(1.1)]

    def g(p: Any) -> Any:
        return ag.logsumexp(p) * ag.dot(p, [1.0, 2.0, 3.0])

    slopes = ag.gradients(g(leaves), leaves, create_graph=True)
    product = ag.compile(ag.gradients(slopes, leaves, [1.0, 0.5, -1.0], create_graph=True), leaves)
    assert product(0.1, 0.2, 0.3) == pytest.approx(ag.hvp(g)([0.1, 0.2, 0.3], [1.0, 0.5, -1.0]), rel=1e-14)
