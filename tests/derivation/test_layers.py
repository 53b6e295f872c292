"""A layer's chain rule in matrices equals backward, element by element."""

from __future__ import annotations

import math

import pytest

import autograd as ag
import nn
from autograd import Value


def network() -> tuple[nn.MLP, Value]:
    net = nn.MLP(4, [3, 2], activation="tanh", output="sigmoid")
    outs = net([Value(0.1 * (i + 1), f"x{i + 1}") for i in range(4)])
    cost = ag.sum([(out - 0.5) ** 2 for out in outs])
    cost.label = "C"
    return net, cost


@pytest.mark.parametrize("position", [0, 1])
def test_matrices_equal_backward(position: int) -> None:
    net, cost = network()
    layer = net.layers[position]
    derivation = ag.derive(cost, layer)
    cost.backward()
    for row, gradients in zip(layer.weights, derivation.to_weights, strict=True):
        assert [each.grad for each in row] == pytest.approx(gradients, rel=1e-14)
    assert [each.grad for each in layer.biases] == pytest.approx([row[0] for row in derivation.to_biases], rel=1e-14)
    for delta, out, slope in zip(derivation.delta, derivation.slope_out, derivation.slope, strict=True):
        assert math.isclose(delta[0], out[0] * slope[0], rel_tol=1e-14)


def test_shapes_are_stated() -> None:
    net, cost = network()
    text = str(ag.derive(cost, net.layers[0]))
    assert text.startswith("W: 3×4, A: 4×1, b: 3×1, Z = W·A + b: 3×1\n\nδ = ∂C/∂Z = ∂C/∂out ⊙ tanh′(Z)   (3×1)\n")
    assert "∂C/∂W = δ·Aᵀ   (3×1·1×4 = 3×4)\n" in text
    assert "∂C/∂A = Wᵀ·δ   (4×3·3×1 = 4×1)\n" in text
    latex = ag.derive(cost, net.layers[1]).latex()
    assert (
        r"\delta = \frac{\partial C}{\partial Z} &= \frac{\partial C}{\partial \mathrm{out}} \odot \sigma'(Z)" in latex
    )


def test_a_layer_applied_twice_has_no_one_input() -> None:
    layer = nn.Layer(2, 1)
    y = layer([0.1, 0.2])[0] + layer([0.3, 0.4])[0]
    with pytest.raises(ValueError, match="applied 2 times; it must be applied once"):
        ag.derive(y, layer)
    with pytest.raises(ValueError, match="depends on 0 of the layer's 1 neurons"):
        ag.derive(Value(1.0) * 2.0, layer)


def test_a_shared_bias_sums_delta() -> None:
    layer = nn.Layer(2, 3, "sigmoid", bias="shared")
    y = ag.sum(layer([0.1, 0.2]))
    derivation = ag.derive(y, layer)
    y.backward()
    assert derivation.to_biases[0][0] == pytest.approx(layer.biases[0].grad, rel=1e-14)
    assert "∂C/∂b = Σ δ_j   (1×1)" in str(derivation)


def test_a_layer_without_biases_has_none_in_its_derivation() -> None:
    layer = nn.Linear(2, 2, bias="none", init="ones")
    derivation = ag.derive(ag.sum(layer([1.0, Value(2.0)])), layer)
    assert str(derivation).startswith("W: 2×2, A: 2×1, Z = W·A: 2×1\n")
    assert derivation.to_biases == []
    assert "∂C/∂b" not in str(derivation)
    assert "{b}" not in derivation.latex()
