"""Gradients and Hessians are programs like any other: they compile, branches and all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd._common.containers import Tree, flatten
from autograd.compiler.record.arguments import Arguments


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


def model(p: Any) -> Any:
    (first, second), (third, inner) = p["a"], p["b"]
    return ag.tanh(first * second) * third + ag.log(inner["c"] + 2.0) * first / (third**2 + 1.0) + ag.sin(second) ** 3


def flat(nested: Any) -> list[float]:
    return [float(x) for x in Tree.flatten(nested)[0]]


def several(p: Any) -> Any:
    return {"x": model(p), "y": [p["a"][0] * p["b"][0], 2.0]}


def of_gradient(p: Any) -> Any:
    return ag.grad(model)(p)["a"][0]


TRANSFORMS: dict[str, Any] = {
    "grad": ag.grad(model),
    "value_and_grad": ag.value_and_grad(model),
    "hessian": ag.hessian(model),
    "jacobian": ag.jacobian(several),
    "hvp": lambda p: ag.hvp(model)(p, p),
    "jvp": lambda p: ag.jvp(lambda q: (model(q), q["a"][1] ** 2), (p,), (p,)),
    "vjp": lambda p: ag.vjp(lambda q: (model(q), q["a"][1] ** 2), p)[1]((2.0, -1.0)),
    "grad of grad": ag.grad(of_gradient),
}


@pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=list(TRANSFORMS))
def test_every_transform_is_one_program(transform: Any) -> None:
    program = ag.compile(transform)
    columns = np.random.default_rng(5).uniform(0.2, 1.4, size=(4, 25))
    for a, b, c, d in columns.T.tolist():
        point = {"a": [a, b], "b": (c, {"c": d})}
        got, wanted = program(point), transform(point)
        assert type(got) is type(wanted)
        assert flat(got) == pytest.approx(flat(wanted), rel=1e-13, abs=1e-15)
    batch = program({"a": list(columns[:2]), "b": (columns[2], {"c": columns[3]})})
    leaves = Arguments()
    flatten(batch, leaves)
    a, b, c, d = columns[:, 7].tolist()
    wanted = flat(transform({"a": [a, b], "b": (c, {"c": d})}))
    assert [float(np.broadcast_to(x, 25)[7]) for x in leaves] == pytest.approx(wanted, rel=1e-13, abs=1e-15)
    assert len(program.programs) == 1


def test_compiled_derivatives_of_models_follow_their_weights() -> None:
    w = Value(0.5)
    program = ag.compile(ag.hessian(lambda p: ag.exp(w * p[0]) * p[1] ** 2))
    for number in (0.5, -1.5):
        w.data = number
        wanted = [[float(x) for x in row] for row in ag.hessian(lambda p: ag.exp(w * p[0]) * p[1] ** 2)([0.3, 0.7])]
        for got, row in zip(program([0.3, 0.7]), wanted):
            assert got == pytest.approx(row, rel=1e-13)


def test_a_singularity_that_can_be_removed_is_a_branch_of_its_own() -> None:
    program = ag.compile(ag.derivative(lambda x: ag.sqrt(x * x * x * x + 0.0), 1))
    for x in (1.0, 0.0, 2.0, 0.0):
        wanted = ag.derivative(lambda x: ag.sqrt(x * x * x * x + 0.0), 1)(x)
        assert program(x) == pytest.approx(wanted, nan_ok=True)
