"""`nn` compared with the numbers of note 002, and typical mistakes."""

from __future__ import annotations

import copy
import math
import pickle
import random
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
import nn
from autograd.ops import TABLE
from tests.step_by_step import AFTER_ONE_STEP, GRADIENTS

WEIGHTS = [[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]]
INPUTS, TARGETS = [0.05, 0.10], [0.01, 0.99]


def note_002() -> nn.MLP:
    net = nn.MLP(2, [2, 2], activation="sigmoid", output="sigmoid", bias="shared")
    net.set(weights=WEIGHTS, biases=[0.35, 0.60])
    return net


def error(net: nn.MLP) -> ag.Value:
    outputs = net(INPUTS)
    return ag.sum([0.5 * (target - out) ** 2 for target, out in zip(TARGETS, outputs, strict=True)])  # type: ignore[no-any-return]


def by_label(net: nn.Module) -> dict[str, ag.Value]:
    return {parameter.label: parameter for parameter in net.parameters()}


def close(found: float, expected: float) -> bool:
    return math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-300)


def test_note_002_gradients_and_one_step() -> None:
    net = note_002()
    parameters = by_label(net)
    total = error(net)
    total.backward()
    assert close(total.data, 0.2983711087600027)
    assert sorted(parameters) == ["b1", "b2", *GRADIENTS]
    for name, gradient in GRADIENTS.items():
        assert close(parameters[name].grad, gradient), name
    nn.SGD([parameters[name] for name in GRADIENTS], lr=0.5).step()
    for name, weight in AFTER_ONE_STEP.items():
        assert close(parameters[name].data, weight), name
    assert error(net).data == pytest.approx(0.291027773694, abs=5e-13)


def test_note_002_after_10_000_steps() -> None:
    net = note_002()
    descent = nn.SGD([p for p in net.parameters() if p.label.startswith("w")], lr=0.5)
    for _ in range(10_000):
        descent.zero_grad()
        error(net).backward()
        descent.step()
    assert error(net).data == pytest.approx(3.51018778298e-05, rel=1e-11)
    assert [out.data for out in net(INPUTS)] == pytest.approx([0.0159136204, 0.9840642735], abs=5e-11)
    assert by_label(net)["b1"].data == 0.35


def test_labels_are_those_of_the_notes() -> None:
    net = nn.MLP(2, [3, 2, 1], activation="relu", output="sigmoid")
    assert [p.label for p in net.layers[0].weights[2]] == ["w5", "w6"]
    assert [p.label for p in net.layers[1].weights[0]] == ["w7", "w8", "w9"]
    assert [bias.label for layer in net.layers for bias in layer.biases] == ["b1", "b2", "b3", "b4", "b5", "b6"]
    labels = [p.label for p in net.parameters()]
    assert len(set(labels)) == len(labels)
    out = net([1.0, 2.0])
    net_input = out.parents[0]
    assert (out.label, out.op, net_input.label, net_input.op) == ("out_o1", "sigmoid", "net_o1", "dot")
    assert [v.label for v in net_input.parents if v.op] == ["out_h4", "out_h5"]


def test_a_net_input_is_one_node_and_no_activation_adds_none() -> None:
    out = nn.Layer(3, 1, "linear")([1.0, 2.0, 3.0])[0]
    assert (out.op, out.label, len(out.parents)) == ("dot", "out_o1", 4)


def test_shared_bias_is_one_value_and_one_parameter() -> None:
    layer = nn.Layer(2, 3, bias="shared")
    assert len({id(bias) for bias in layer.biases}) == 1
    assert len(layer.parameters()) == 7


def test_named_parameters_lead_to_the_parameter() -> None:
    net = nn.MLP(2, [2, 1])
    names = [name for name, _ in net.named_parameters()]
    assert names[:3] == ["layers.0.weights.0.0", "layers.0.weights.0.1", "layers.0.weights.1.0"]
    assert len(names) == 9


def test_module_registers_by_attribute() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            self.gain = ag.Value(1.0)
            self.parts: dict[str, Any] = {"a": nn.Neuron(1), "list": [nn.Neuron(2), (ag.Value(3.0),)]}
            self.again = self.gain
            self.computed = self.gain * 2.0
            self._hidden = ag.Value(4.0)
            self.text = "text"
            self.parts["self"] = self

    own = Own()
    names = [name for name, _ in own.named_parameters()]
    assert names == [
        "gain", "parts.a.weights.0", "parts.a.bias", "parts.list.0.weights.0", "parts.list.0.weights.1",
        "parts.list.0.bias", "parts.list.1.0",
    ]  # fmt: skip
    (own.gain * 2.0).backward()
    own.zero_grad()
    assert own.gain.grad == 0.0


def test_seed_decides_and_a_generator_is_drawn_from() -> None:
    def numbers(seed: int | random.Random) -> list[float]:
        return [p.data for p in nn.MLP(2, [3, 1], seed=seed).parameters()]

    assert numbers(1) == numbers(1) == numbers(random.Random(1))
    assert numbers(1) != numbers(2)
    source = random.Random(1)
    assert numbers(source) != numbers(source)


@pytest.mark.parametrize("name", sorted(nn.ACTIVATIONS))
def test_every_activation_is_the_op_of_its_name(name: str) -> None:
    out = nn.Neuron(1, name)([0.5])
    assert out.op == name
    assert TABLE[name].arity is not None


def test_activation_may_be_a_function() -> None:
    assert nn.Neuron(1, lambda x: x * 2.0)([0.5]).op == "mul"


@pytest.mark.parametrize("make", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies_share_nothing_and_keep_shared_biases(make: Any) -> None:
    net = note_002()
    other = make(net)
    assert [p.data for p in other.parameters()] == [p.data for p in net.parameters()]
    assert error(other).data == error(net).data
    other.parameters()[0].data = 9.0
    assert net.parameters()[0].data == 0.15


@given(st.integers(1, 5), st.integers(1, 5), st.sampled_from(["neuron", "shared"]))
def test_set_then_read(inputs: int, outputs: int, bias: str) -> None:
    layer = nn.Layer(inputs, outputs, "linear", bias=bias)
    matrix = [[float(10 * j + i) for i in range(inputs)] for j in range(outputs)]
    layer.set(weights=matrix, bias=0.5 if bias == "shared" else [0.5] * outputs)
    xs = [1.0] * inputs
    assert [out.data for out in layer(xs)] == [sum(row) + 0.5 for row in matrix]


@pytest.mark.parametrize(
    "arguments, text",
    [
        ({"weights": [[1, 2, 3], [4, 5, 6]]}, "layer 1: weights must be of shape (2, 2), got shape (2, 3)"),
        ({"weights": [1, 2]}, "layer 1: weights must be of shape (2, 2), got shape (2,)"),
        ({"weights": 1.0}, "layer 1: weights must be of shape (2, 2), got 1.0"),
        ({"weights": [[1, 2], [3]]}, "layer 1: weights must be of shape (2, 2), got shape (2, 'ragged')"),
        ({"weights": [[9, 9], [9, 9]], "bias": [1, 2]}, "layer 1: shared bias must be one number, got shape (2,)"),
    ],
)
def test_wrong_shapes_name_layer_and_sizes_and_change_nothing(arguments: dict[str, Any], text: str) -> None:
    net = note_002()
    before = [p.data for p in net.parameters()]
    with pytest.raises(ValueError) as caught:
        net.layers[0].set(**arguments)
    assert str(caught.value) == text
    assert [p.data for p in net.parameters()] == before


def test_a_wrong_second_layer_leaves_the_first_alone() -> None:
    net = note_002()
    with pytest.raises(ValueError, match="layer 2: weights must be of shape"):
        net.set(weights=[[[9, 9], [9, 9]], [[9]]])
    with pytest.raises(ValueError, match="MLP: biases must be given for each of 2 layers, got 1"):
        net.set(biases=[1.0])
    with pytest.raises(TypeError, match=r"layer 1: weights must be numbers, got 'a' \(str\)"):
        net.set(weights=[[[1, 2], [3, "a"]], [[1, 2], [3, 4]]])  # type: ignore[list-item]
    assert net.parameters()[0].data == 0.15


def test_wrong_number_of_inputs() -> None:
    with pytest.raises(ValueError, match="layer 1: takes 2 inputs, got 3"):
        note_002()([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "make, text",
    [
        (lambda: nn.Neuron(1, "relux"), "unknown activation, got 'relux'; allowed linear, "),
        (lambda: nn.Layer(1, 1, bias="both"), "layer: unknown bias, got 'both'; allowed neuron, shared"),
        (lambda: nn.Layer(0, 1), "layer: inputs must be a whole number of at least 1, got 0"),
        (lambda: nn.MLP(1, []), "MLP: sizes must name at least the output layer"),
        (lambda: nn.SGD([], 0.5), "SGD: there must be parameters, got none"),
        (lambda: nn.SGD([ag.Value(1.0) * 2.0], 0.5), "SGD: parameters must be leaves"),
        (lambda: nn.SGD([ag.Value(1.0)], -1.0), "SGD: lr must be finite and at least 0, got -1.0"),
        (lambda: nn.SGD([ag.Value(1.0)], math.nan), "SGD: lr must be finite and at least 0, got nan"),
        (lambda: nn.SGD([ag.Value(1.0)] * 2, 0.5), "SGD: a parameter is given twice"),
    ],
)
def test_wrong_arguments(make: Any, text: str) -> None:
    with pytest.raises(ValueError) as caught:
        make()
    assert str(caught.value).startswith(text)


def test_wrong_types_for_the_optimiser() -> None:
    with pytest.raises(TypeError, match=r"SGD: parameters must be Values, got 1.0 \(float\)"):
        nn.SGD([1.0], 0.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="SGD: lr must be a number"):
        nn.SGD([ag.Value(1.0)], "0.5")  # type: ignore[arg-type]


MASKED: Any = np.ma.array([1.0, 2.0], mask=[False, True])
KIND: Any = nn.Linear
TANH: Any = math.tanh
WORD: Any = "a"
NUMBERS: Any = np.array([1, 0])


@pytest.mark.parametrize(
    "call",
    [
        lambda: nn.MLP(2, [3, 1])(MASKED),
        lambda: nn.Neuron(2)(MASKED),
        lambda: nn.Sequential(nn.LayerNorm(2), nn.Linear(2, 1))(MASKED),
        lambda: nn.softmax(MASKED),
        lambda: nn.losses.mse([ag.Value(0.0), ag.Value(1.0)], MASKED),
        lambda: nn.losses.cross_entropy_with_logits([ag.Value(0.0), ag.Value(1.0)], MASKED[1]),
        lambda: ag.Value(MASKED[1]),
    ],
)
def test_masked_entries_are_no_numbers(call: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="masked"):
        call()


@pytest.mark.parametrize(
    "make, text",
    [
        (lambda: nn.MLP(2, [2, 1], activation="ReLU"), "; here: 'relu'"),
        (lambda: nn.Layer(2, 1, KIND), "activation must be a name or a function of one Value, got the class"),
        (lambda: nn.Sequential(nn.Linear(2, 1), KIND), "Sequential: step 2 must be a Module, a name or a func"),
        (lambda: nn.Layer(2, 1, TANH)([1.0, 2.0]), "layer: the activation must return a Value, as `ag.tanh` d"),
        (lambda: nn.Neuron(2, TANH)([1.0, 2.0]), "neuron o1: the activation must return a Value"),
    ],
)
def test_activations_that_are_none(make: Any, text: str) -> None:
    with pytest.raises((TypeError, ValueError), match=re.escape(text)):
        make()


def test_an_op_in_a_sequence_is_applied_to_each_value() -> None:
    net = nn.Sequential(nn.Linear(2, 3, seed=1), ag.relu, nn.Linear(3, 1, seed=2))
    named = nn.Sequential(nn.Linear(2, 3, seed=1), "relu", nn.Linear(3, 1, seed=2))
    assert net([1.0, 2.0])[0].data == named([1.0, 2.0])[0].data
    assert repr(net) == repr(named)


@pytest.mark.parametrize("kept", [{ag.Value(1.0): 1}, (ag.Value(x) for x in (1.0, 2.0)), map(ag.Value, [1.0])])
def test_parameters_where_they_would_be_lost_are_refused(kept: Any) -> None:
    module = nn.Module()
    module.kept = kept  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="parameters can't be"):
        module.parameters()


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda net: net.set(weights=3), "MLP: weights must be a sequence with an entry for each layer, got 3 (int)"),
        (
            lambda net: net.set(weights=np.ma.array(np.ones((2, 2, 2)), mask=True)),
            "layer 1: weights must be numbers, got masked",
        ),
        (
            lambda net: net.set(weights=np.ones((2, 2, 2)) * 1j),
            "layer 1: weights must be numbers, got np.complex128(1j)",
        ),
        (lambda net: net.load_state_dict({**net.state_dict(), "layers.0.biases": np.ones(2) > 0}), "must hold numbers"),
        (lambda net: nn.init.uniform_(net.parameters(), WORD, 1), "uniform_: bounds must be numbers, got 'a' (str)"),
        (
            lambda net: nn.init.normal_(net.parameters(), std=WORD),
            "normal_: mean and std must be numbers, got 'a' (str)",
        ),
        (lambda net: nn.Linear(10**6, 10**6), "layer: 1000000 times 1000000 weights are too many for memory"),
        (lambda net: net.train(np.array([True, False])), "MLP: training must be True or False, got array("),
        (lambda net: nn.Linear(2, 1, bias=NUMBERS), "layer: unknown bias, got array([1, 0]); allowed neuron"),
        (lambda net: nn.Linear(NUMBERS, 1), "layer: inputs must be a whole number of at least 1, got array([1, 0])"),
        (lambda net: nn.Attention(2, 1, causal=WORD), "attention: causal must be True or False, got 'a' (str)"),
        (lambda net: nn.RMSNorm(2, gain=WORD), "rms norm: gain must be True or False, got 'a' (str)"),
        (lambda net: nn.EarlyStopping(restore=WORD), "EarlyStopping: restore must be True or False, got 'a' (str)"),
        (
            lambda net: nn.clip_grad_norm_(net, 1.0, error_if_nonfinite=WORD),
            "clip_grad_norm_: error_if_nonfinite must be True or False, got 'a' (str)",
        ),
        (lambda net: nn.datasets.xor(shuffle=WORD), "xor: shuffle must be True or False, got 'a' (str)"),
        (lambda net: nn.datasets.spirals(4, turns=WORD), "spirals: turns must be a number, got 'a' (str)"),
        (lambda net: nn.datasets.spirals(4, turns=math.nan), "spirals: turns must be finite, got nan"),
        (lambda net: nn.init.gain("leaky_relu", WORD), "gain: slope must be a number, got 'a' (str)"),
        (
            lambda net: nn.init.xavier_normal_(net.layers[0].weights, WORD),
            "xavier_normal_: gain must be a number, got 'a' (str)",
        ),
        (
            lambda net: nn.init.xavier_uniform_(net.layers[0].weights, -1.0),
            "xavier_uniform_: gain must be finite and at least 0, got -1.0",
        ),
        (lambda net: nn.datasets.moons(4, seed=WORD), "moons: seed must be a whole number of at least 0, got 'a'"),
    ],
)
def test_numbers_that_are_none(call: Any, text: str) -> None:
    net: Any = nn.MLP(2, [2, 2], seed=1)
    before = net.state_dict()
    with pytest.raises((TypeError, ValueError), match=re.escape(text)):
        call(net)
    assert net.state_dict() == before


def test_weights_may_be_one_array() -> None:
    net = nn.MLP(2, [2, 2], seed=1)
    numbers: Any = np.arange(8.0).reshape(2, 2, 2)
    net.set(weights=numbers)
    assert [p.data for layer in net.layers for row in layer.weights for p in row] == list(range(8))


def test_forward_may_be_a_function_of_any_kind() -> None:
    class Still(nn.Module):
        @staticmethod
        def forward(xs: Any) -> Any:
            return xs[0] * 2.0

    module: Any = nn.Module()
    module.forward = lambda xs: xs[0] * 2.0
    assert Still()([3.0]) == module([3.0]) == 6.0
    with pytest.raises(ValueError, match="Module: training must be True or False, got 'no'"):
        module.train("no")
