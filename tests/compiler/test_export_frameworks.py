"""Exported source in PyTorch and JAX: equal numbers, and derivatives by these frameworks, again and again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.compiler import Program
from autograd.ops import NAMES
from tests import needs
from tests.compiler.test_export import CASES, derivatives_of, flat, graph, guarded

pytestmark = pytest.mark.nightly


def in_torch(program: Program, arguments: Sequence[float]) -> tuple[list[float], Any]:
    """Outputs and gradients by torch's own reverse mode, and the function."""
    torch = needs.package("torch", "torch")
    names: dict[str, Any] = {}
    exec(compile(program.to_torch("f"), "f.py", "exec"), names)
    inputs = [torch.tensor([x, x], dtype=torch.float64, requires_grad=True) for x in arguments]
    weights = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in program.numbers()]
    outputs = names["f"](*([inputs, weights] if weights else [inputs]))
    total = sum(y.reshape(-1)[0] for y in outputs)
    leaves = [*inputs, *weights]
    gradients = torch.autograd.grad(total, leaves, allow_unused=True) if total.requires_grad else [None] * len(leaves)
    found = [0.0 if g is None else g.detach().reshape(-1)[0].item() for g in gradients]
    return [*(y.detach().reshape(-1)[0].item() for y in outputs), *found], names["f"]


def in_jax(program: Program, arguments: Sequence[float]) -> tuple[list[float], Any]:
    """Outputs and gradients by JAX, compiled, and the function."""
    jax = needs.package("jax", "jax")
    jax.config.update("jax_enable_x64", True)
    names: dict[str, Any] = {}
    exec(compile(program.to_jax("f"), "f.py", "exec"), names)
    inputs, weights = [jax.numpy.array([x, x]) for x in arguments], [*map(jax.numpy.array, program.numbers())]

    def call(inputs: Any, weights: Any) -> Any:
        return names["f"](*([inputs, weights] if weights else [inputs]))

    total = jax.jit(jax.grad(lambda *given: sum(y.reshape(-1)[0] for y in call(*given)), argnums=(0, 1)))
    of_inputs, of_weights = total(inputs, weights)
    outputs = [float(y.reshape(-1)[0]) for y in call(inputs, weights)]
    return [*outputs, *(float(g[0]) for g in of_inputs), *map(float, of_weights)], names["f"]


@pytest.mark.parametrize("run", [in_torch, in_jax])
@pytest.mark.parametrize("seed, ops", [case for case in CASES if case[1] != ["div"]])  # whose case divides 0 by 0
def test_torch_and_jax_differentiate_it(run: Any, seed: int, ops: list[str]) -> None:
    program, arguments = graph(seed, ops)
    found, _ = run(program, arguments)
    np.testing.assert_allclose(found, flat(*program.gradients(*arguments)), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("run", [in_torch, in_jax])
@pytest.mark.parametrize("name", NAMES)
def test_torch_and_jax_differentiate_derivatives(run: Any, name: str) -> None:
    program, arguments = derivatives_of(name)
    found, _ = run(program, arguments)
    np.testing.assert_allclose(found, flat(*program.gradients(*arguments)), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("run", [in_torch, in_jax])
def test_what_is_not_selected_has_no_gradient_even_if_the_outputs_is_nan(run: Any) -> None:
    a, b = Value(1.5, label="a"), Value(0.5, label="b")
    program = ag.compile([ag.erfinv(ag.max(a, b)) + b], inputs=[a, b])
    expected = flat(*program.gradients(1.5, 0.5))
    assert expected[2] == 1.0
    np.testing.assert_array_equal(run(program, [1.5, 0.5])[0], expected)


def test_torch_and_jax_differentiate_again() -> None:
    x = Value(0.3, label="x")
    program = ag.compile(ag.sigmoid(x) * ag.gelu(x) + ag.relu(x) * ag.abs(x), inputs=[x])
    third = ag.grad(ag.grad(ag.grad(lambda x: ag.sigmoid(x) * ag.gelu(x) + ag.relu(x) * ag.abs(x))))(0.3)
    torch = needs.package("torch", "torch")
    _, f = in_torch(program, [0.3])
    at = torch.tensor([0.3, -0.2], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(lambda x: f([x])[0], [at])
    _, g = in_jax(program, [0.3])
    jax = needs.package("jax", "jax")
    thrice = jax.grad(jax.grad(jax.grad(lambda x: g([x])[0])))
    assert float(thrice(0.3)) == pytest.approx(third, rel=1e-12)
    np.testing.assert_allclose(jax.vmap(thrice)(jax.numpy.array([0.3, 0.3])), [third] * 2, rtol=1e-12)


def test_powers_in_torch_and_jax() -> None:
    x, w = Value(0.5, label="x"), Value(2.0, label="w")
    program = ag.compile([x**2 + x**0.5 + 2**x + x**w], inputs=[x])
    for run in (in_torch, in_jax):
        found, _ = run(program, [0.5])
        np.testing.assert_allclose(found, flat(*program.gradients(0.5)), rtol=1e-12)


def test_nothing_comes_from_a_branch_not_taken_in_torch() -> None:
    x, y = Value(0.5, label="x"), Value(-1.5, label="y")
    program = ag.compile([ag.where(x, x * x, ag.log(y))], inputs=[x, y])
    found, _ = in_torch(program, [0.5, -1.5])
    assert found == flat(*program.gradients(0.5, -1.5))


def test_a_guard_gives_nan_where_code_cannot_raise() -> None:
    _, f = in_torch(guarded(), [2.0])
    torch = needs.package("torch", "torch")
    (found,) = f([torch.tensor([1.0, -1.0], dtype=torch.float64)], [torch.tensor(3.0, dtype=torch.float64)])
    assert found[0].item() == pytest.approx(math.exp(3.0))
    assert math.isnan(found[1].item())
    _, g = in_jax(guarded(), [2.0])
    (traced,) = needs.package("jax", "jax").jit(g)([np.array([1.0, -1.0])], [3.0])
    assert float(traced[0]) == pytest.approx(math.exp(3.0))
    assert math.isnan(float(traced[1]))
