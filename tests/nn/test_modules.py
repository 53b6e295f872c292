"""Modules: gradients, states, shapes, replay, and messages for misuse."""

from __future__ import annotations

import collections
import copy
import dataclasses
import importlib.util
import itertools
import json
import math
import os
import pickle
import random
import subprocess
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
import nn
from tests import needs

XS = [0.3, -0.8, 1.7, 0.45]

# For each module how to make it, and what to call it with; the inputs may be replaced by Values.
MODULES: dict[str, tuple[Callable[[], Any], Any]] = {
    "neuron": (lambda: nn.Neuron(4, "tanh", seed=1), XS),
    "layer": (lambda: nn.Layer(4, 3, "sigmoid", bias="shared", seed=1), XS),
    "linear": (lambda: nn.Linear(4, 2, bias="none", seed=1), XS),
    "mlp": (lambda: nn.MLP(4, [3, 2], activation="silu", init="xavier_normal", seed=1), XS),
    "sequential": (lambda: nn.Sequential(nn.Linear(4, 3, seed=1), "softplus", nn.LayerNorm(3), nn.Linear(3, 1)), XS),
    "elementwise": (lambda: nn.Elementwise("gelu"), XS),
    "layer norm": (lambda: nn.LayerNorm(4), XS),
    "rms norm": (lambda: nn.RMSNorm(4), XS),
    "rms norm, no gain": (lambda: nn.RMSNorm(4, gain=False), XS),
    "dropout": (lambda: nn.Dropout(0.5, seed=1), XS),
    "attention": (lambda: nn.Attention(2, 2, seed=1), [XS[:2], XS[2:]]),
    "attention, all": (lambda: nn.Attention(2, 1, causal=False, bias="neuron", seed=1), [XS[:2], XS[2:]]),
}


def flat(outputs: Any) -> list[Any]:
    return [x for part in outputs for x in flat(part)] if isinstance(outputs, (list, tuple)) else [outputs]


@pytest.mark.parametrize("name", list(MODULES))
def test_gradients_of_inputs_and_parameters(name: str) -> None:
    make, inputs = MODULES[name]
    module = make().eval()
    assert ag.gradcheck(lambda xs: flat(module(xs)), (inputs,), order=2 if name in ("neuron", "rms norm") else 1)
    present: list[Any] = module.parameters()
    numbers = [parameter.data for parameter in present]

    def of_parameters(values: list[Any]) -> list[Any]:
        replace(module, {id(old): new for old, new in zip(present, values, strict=True)})
        present[:] = values
        return flat(module(inputs))

    if numbers:
        assert ag.gradcheck(of_parameters, (numbers,))


def replace(part: Any, places: dict[int, Any]) -> Any:
    """Put other Values in the places of a module's parameters."""
    if isinstance(part, ag.Value):
        return places.get(id(part), part)
    if isinstance(part, nn.Module):
        for key, inner in vars(part).items():
            vars(part)[key] = replace(inner, places)
    elif isinstance(part, list):
        part[:] = [replace(inner, places) for inner in part]
    return part


@pytest.mark.parametrize("name", list(MODULES))
def test_a_recorded_module_replays_and_learns_as_it_does_eagerly(name: str) -> None:
    make, inputs = MODULES[name]
    module = make().eval()

    def loss(xs: Any) -> Any:
        return nn.losses.squared_error(flat(module(xs)), [0.5] * len(flat(module(inputs))))

    compiled = ag.compile(loss)
    other = (
        [[x * 1.25 - 0.1 for x in row] for row in inputs] if isinstance(inputs[0], list) else [x + 0.7 for x in inputs]
    )
    for xs in (inputs, other):
        module.zero_grad()
        eager = loss(xs)
        if not module.parameters():
            assert compiled(xs) == pytest.approx(float(eager), rel=1e-14)
            continue
        eager.backward()
        expected = [parameter.grad for parameter in module.parameters()]
        module.zero_grad()
        assert compiled.backward(xs) == pytest.approx(eager.data, rel=1e-14)
        assert [parameter.grad for parameter in module.parameters()] == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert len(compiled.programs) == 1


@pytest.mark.parametrize("name", list(MODULES))
@pytest.mark.parametrize("make_copy", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
def test_copies_and_states_carry_everything(name: str, make_copy: Any) -> None:
    make, inputs = MODULES[name]
    module = make()
    for i, parameter in enumerate(module.parameters()):
        parameter.data = 0.1 * i - 0.3
    module(inputs)
    state = json.loads(json.dumps(module.state_dict()))
    expected = [float(x) for x in flat(make_copy(module)(inputs))]
    fresh = make()
    fresh.load_state_dict(state)
    assert fresh.state_dict() == state
    assert [float(x) for x in flat(fresh(inputs))] == expected
    again = make()
    again.load_state_dict({key: np.array(entry) for key, entry in state.items()})
    assert again.state_dict() == state


def test_a_state_groups_what_is_equally_long_and_reaches_all_that_is_a_parameter() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            self.gain = ag.Value(1.0)
            self.ragged = [[ag.Value(1.0)], [ag.Value(2.0), ag.Value(3.0)]]
            self.cube = [[[ag.Value(0.0)] * 2] * 3]
            self.parts = {"a": nn.Linear(1, 1), "b": (ag.Value(4.0), "text", 5.0)}
            self.computed = self.gain * 2.0
            self._hidden = ag.Value(9.0)
            self.empty: list[ag.Value] = []
            self.own = self

    state = Own().state_dict()
    assert list(state) == ["gain", "ragged.0", "ragged.1", "cube", "parts.a.weights", "parts.a.biases", "parts.b.0"]
    assert state["ragged.1"] == [2.0, 3.0]
    assert state["cube"] == [[[0.0, 0.0]] * 3]
    own = Own()
    assert own.parameters() == [p for _, p in own.named_parameters()]


def test_an_attribute_may_be_called_as_the_class_calls_its_numbers() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            self.buffers = [ag.Value(1.0)]  # type: ignore[assignment,misc]

    assert Own().state_dict() == {"buffers": [1.0]}


def test_lists_that_hold_each_other_end() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            self.a: list[Any] = []
            self.b: list[Any] = [self.a, ag.Value(1.0)]
            self.a.append(self.b)

    own = Own()
    assert len(own.parameters()) == len(list(own.named_parameters())) == len(own.state_dict()) == 1


def test_loading_names_all_that_is_wrong_and_changes_nothing() -> None:
    net = nn.MLP(2, [2, 1], bias="shared")
    before = net.state_dict()
    wrong = {
        "layers.0.weights": [[9.0, 9.0]],
        "layers.0.biases": [1.0, 2.0],
        "layers.1.weights": [["a", 1.0]],
        "gain": 1.0,
    }
    with pytest.raises(ValueError) as caught:
        net.load_state_dict(wrong)
    assert str(caught.value) == (
        "load_state_dict of MLP: missing 'layers.1.biases'; unexpected 'gain'; "
        "'layers.0.weights' must be of shape (2, 2), got shape (1, 2); "
        "'layers.0.biases' gives a parameter 2.0 to which 'layers.0.biases' gives 1.0; "
        "'layers.1.weights' must hold numbers, got 'a' (str)"
    )
    assert net.state_dict() == before
    with pytest.raises(TypeError, match="load_state_dict of MLP: must be a mapping of names to numbers, got list"):
        net.load_state_dict([])  # type: ignore[arg-type]
    dropout = nn.Dropout()
    with pytest.raises(ValueError, match=r"'draws' must be a whole number, got 0.5"):
        dropout.load_state_dict({**dropout.state_dict(), "draws": 0.5})


def test_a_state_of_nan_and_inf_is_loaded_as_it_is() -> None:
    layer = nn.Layer(1, 2, bias="shared")
    layer.load_state_dict({"weights": [[math.nan], [-math.inf]], "biases": [math.nan, math.nan]})
    assert math.isnan(layer.biases[0].data)
    assert layer.weights[1][0].data == -math.inf


def test_train_and_eval_reach_everything() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Dropout(0.5)), nn.Dropout(0.0))
    assert [net.random_forward, net.eval().random_forward, net.train().random_forward] == [True, False, True]
    assert [module.training for module in net.eval().modules()] == [False] * 5
    assert net.eval() is net
    assert [path for path, _ in net.named_modules()] == ["", "steps.0", "steps.1", "steps.1.steps.0", "steps.2"]


# Dropout


def test_dropout_is_reproducible_and_keeps_the_mean() -> None:
    xs = [1.0] * 2000
    first, second = nn.Dropout(0.25, seed=3), nn.Dropout(0.25, seed=3)
    ys = first(xs)
    assert ys == second(xs)
    assert set(ys) == {0.0, 1.0 / 0.75}
    assert abs(sum(ys) / len(ys) - 1.0) < 0.05
    assert first(xs) != ys
    assert nn.Dropout(0.25, seed=4)(xs) != ys
    resumed = nn.Dropout(0.25, seed=9)
    resumed.load_state_dict(second.state_dict())
    assert resumed(xs) == second(xs)


def test_what_is_dropped_has_no_part_even_if_it_is_infinite() -> None:
    dropout = nn.Dropout(0.5, seed=1)
    xs = [ag.Value(math.inf) for _ in range(20)]
    ys = dropout(xs)
    assert {float(y) for y in ys} == {0.0, math.inf}


def test_recorded_dropout_is_drawn_anew_for_each_replay() -> None:
    dropout = nn.Dropout(0.5, seed=1)
    compiled = ag.compile(lambda xs: tuple(dropout(xs)))
    xs = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    seen = {compiled(xs)}
    assert seen == {compiled(xs)}
    for _ in range(5):
        dropout.redraw()
        seen.add(compiled(xs))
    assert len(seen) > 3
    assert all(y in (0.0, 2 * x) for ys in seen for x, y in zip(xs, ys, strict=True))
    assert dropout.parameters() == []
    dropout.eval().redraw()
    assert compiled(xs) == tuple(xs)


# Embedding


@given(st.integers(1, 5), st.integers(1, 4), st.data())
def test_an_embedding_looks_up_and_replays(count: int, width: int, data: st.DataObject) -> None:
    table = nn.Embedding(count, width, seed=2)
    index = data.draw(st.integers(0, count - 1))
    assert [id(x) for x in table(index)] == [id(x) for x in table.weights[index]]
    picked = table(ag.Value(index))
    assert [x.data for x in picked] == [x.data for x in table.weights[index]]
    ag.sum(picked).backward()
    assert [[x.grad for x in row] for row in table.weights] == [[float(k == index)] * width for k in range(count)]
    assert all(math.isnan(x.data) for wrong in (-1.0, float(count), 0.5) for x in table(ag.Value(wrong)))


def test_an_embedding_takes_what_is_a_whole_number() -> None:
    table = nn.Embedding(3, 2)
    for index in (1, 1.0, np.int64(1), np.float32(1.0), True, np.array(1)):
        assert table(index) == table.weights[1]
    assert table(np.array([2, 0])) == [table.weights[2], table.weights[0]]
    assert len(table([[0, 1], [2, 0]])[1]) == 2


def test_a_compiled_embedding_takes_any_index() -> None:
    table = nn.Embedding(4, 2, seed=2)
    compiled = ag.compile(lambda token: table(token))
    for index in range(4):
        assert list(compiled(index)) == [x.data for x in table.weights[index]]
    columns = compiled(np.array([3.0, 0.0]))
    assert columns[0].tolist() == [table.weights[3][0].data, table.weights[0][0].data]
    assert len(compiled.programs) == 1


# Normalisation, softmax, attention


def test_normalised_values() -> None:
    rng = np.random.default_rng(1)
    xs = rng.normal(2.0, 3.0, 5)
    expected = (xs - xs.mean()) / np.sqrt(xs.var() + 1e-5)
    assert [y.data for y in nn.LayerNorm(5)(xs.tolist())] == pytest.approx(expected.tolist(), rel=1e-13)
    root = np.sqrt((xs * xs).mean() + 1e-5)
    assert [y.data for y in nn.RMSNorm(5)(list(xs))] == pytest.approx((xs / root).tolist(), rel=1e-14)


@given(st.lists(st.floats(-1000.0, 1000.0), min_size=1, max_size=6), st.floats(-1e6, 1e6))
def test_softmax_is_a_distribution(xs: list[float], shift: float) -> None:
    ys = nn.softmax([ag.Value(x) for x in xs])
    assert math.fsum(y.data for y in ys) == pytest.approx(1.0, rel=1e-15)
    assert all(y.data >= 0.0 for y in ys)
    assert nn.softmax([x * 0.0 + shift for x in xs]) == pytest.approx([1.0 / len(xs)] * len(xs), rel=1e-14)
    assert [math.exp(y.data) for y in nn.log_softmax([ag.Value(x) for x in xs])] == pytest.approx(
        [y.data for y in ys], rel=1e-11, abs=1e-300
    )


def reference_attention(module: nn.Attention, xs: list[list[float]]) -> Any:
    """Return the formula with arrays."""
    q, k, v = (
        np.array(xs) @ np.array(part.state_dict()["weights"]).T for part in (module.query, module.key, module.value)
    )
    n, d = q.shape[0], module.width // module.heads
    heads = []
    for h in range(module.heads):
        part = slice(h * d, (h + 1) * d)
        scores = q[:, part] @ k[:, part].T / np.sqrt(d)
        if module.causal:
            scores[np.triu_indices(n, 1)] = -np.inf
        weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        heads.append(weights @ v[:, part])
    return np.concatenate(heads, axis=1) @ np.array(module.out.state_dict()["weights"]).T


@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("causal", [True, False])
def test_attention_is_its_formula(heads: int, causal: bool) -> None:
    module = nn.Attention(4, heads, causal=causal, seed=5)
    xs = np.random.default_rng(2).normal(size=(5, 4)).tolist()
    found = np.array([[y.data for y in row] for row in module(xs)])
    np.testing.assert_allclose(found, reference_attention(module, xs), rtol=1e-13, atol=1e-15)


def test_a_causal_position_sees_nothing_after_it() -> None:
    module = nn.Attention(4, 2, seed=5)
    xs = [[ag.Value(x) for x in row] for row in (XS, XS[::-1], XS)]
    ag.sum(module(xs)[1]).backward()
    assert any(x.grad for x in xs[0])
    assert not any(x.grad for x in xs[2])


# Shapes, types and what is said


@pytest.mark.parametrize(
    "inputs", [(1, 2), [1.0, np.float32(2.0)], np.array([1, 2]), np.array([1.0, 2.0]), [True, 2], [ag.Value(1.0), 2]]
)
@pytest.mark.parametrize(
    "make", [lambda: nn.Neuron(2, seed=0), lambda: nn.Linear(2, 3, seed=0), lambda: nn.MLP(2, [1], seed=0)]
)
def test_inputs_may_be_any_numbers(make: Any, inputs: Any) -> None:
    expected = [float(x) for x in flat(make()([1.0, 2.0]))]
    assert [float(x) for x in flat(make()(inputs))] == expected


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=4),
    st.integers(1, 4),
    st.sampled_from(["neuron", "shared", "none"]),
)
def test_numbers_of_outputs_and_parameters(sizes: list[int], inputs: int, bias: str) -> None:
    net = nn.MLP(inputs, sizes, bias=bias)
    widths = [inputs, *sizes]
    weights = sum(a * b for a, b in zip(widths, sizes, strict=False))
    biases = {"neuron": sum(sizes), "shared": len(sizes), "none": 0}[bias]
    assert len(net.parameters()) == weights + biases
    assert len({p.label for p in net.parameters()}) == weights + biases
    outputs = net([0.5] * inputs)
    assert isinstance(outputs, ag.Value) if sizes[-1] == 1 else len(outputs) == sizes[-1]


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: nn.Neuron(2, name="h1")([1.0]), "neuron h1: takes 2 inputs, got 1"),
        (lambda: nn.Linear(2, 1)([]), "layer: takes 2 inputs, got 0"),
        (lambda: nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 1))([1, 2]), "layer 2: takes 2 inputs, got 3"),
        (lambda: nn.LayerNorm(3)([1.0]), "layer norm: takes 3 inputs, got 1"),
        (lambda: nn.RMSNorm(3)([1.0] * 4), "rms norm: takes 3 inputs, got 4"),
        (lambda: nn.Attention(4, 2)([]), "attention: takes one or more vectors of 4, got [] (list)"),
        (lambda: nn.Attention(4, 2)([[1.0] * 3]), "attention: query: takes 4 inputs, got 3"),
        (lambda: nn.Attention(4, 3), "attention: width must be a multiple of heads, got 4 and 3"),
        (
            lambda: nn.Embedding(3, 2)(3),
            "embedding: an index must be a whole number from 0 to 2, of 3 rows, got 3 (int)",
        ),
        (
            lambda: nn.Embedding(3, 2)(-1),
            "embedding: an index must be a whole number from 0 to 2, of 3 rows, got -1 (int)",
        ),
        (lambda: nn.Embedding(0, 2), "embedding: count must be a whole number of at least 1, got 0 (int)"),
        (lambda: nn.MLP(2, [2], activation=3), "unknown activation, got 3; allowed linear, "),  # type: ignore[arg-type]
        (lambda: nn.MLP(2, [2], activation="Relu"), "unknown activation, got 'Relu'; allowed linear, "),
        (lambda: nn.Dropout(1.0), "dropout: p must be in [0, 1), got 1.0"),
        (lambda: nn.LayerNorm(2, eps=-1.0), "layer norm: eps must be finite and at least 0, got -1.0"),
        (lambda: nn.Sequential(), "Sequential: there must be modules, got none"),
        (lambda: nn.Linear(2, 1, bias="none").set(bias=1.0), "layer: has no bias, got 1.0 (float)"),
        (lambda: nn.Linear(2, 1, init="best"), "layer: unknown init, got 'best'; allowed uniform, "),
        (lambda: nn.Linear(2, True), "layer: outputs must be a whole number of at least 1, got True (bool)"),
    ],
)
def test_wrong_sizes_name_the_layer(call: Any, text: str) -> None:
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: nn.Linear(2, 1)("ab"), "layer: takes 2 Values or numbers, got 'ab' (str)"),  # type: ignore[arg-type]
        (lambda: nn.Linear(2, 1)(1.0), "layer: takes 2 Values or numbers, got 1.0 (float)"),  # type: ignore[arg-type]
        (lambda: nn.Linear(2, 1)([1.0, "a"]), "layer: takes 2 Values or numbers, got 'a' (str) as input 1"),  # type: ignore[list-item]
        (lambda: nn.Neuron(2)([None, 1.0]), "neuron o1: takes 2 Values or numbers, got None (NoneType) as input 0"),  # type: ignore[list-item]
        (
            lambda: nn.Linear(1, 1)(np.ones((1, 2))),  # type: ignore[arg-type]
            "layer: takes one sample, 1 Values or numbers, got a batch of shape (1, 2); nn.predict(",
        ),
        (lambda: nn.Dropout(np.complex64(0.5)), "dropout: p must be a number, got "),
        (lambda: nn.LayerNorm(1)(["a"]), "layer norm: takes 1 Values or numbers, got 'a' (str) as input 0"),  # type: ignore[list-item]
        (lambda: nn.Embedding(3, 2)("a"), "embedding: an index must be a whole number, got 'a' (str)"),
        (lambda: nn.Sequential(1.0), "Sequential: step 1 must be a Module, a name or a function, got 1.0 (float)"),  # type: ignore[arg-type]
        (lambda: nn.MLP(2, 3), "MLP: sizes must be a sequence of whole numbers, got 3 (int)"),  # type: ignore[arg-type]
        (lambda: nn.Linear(1, 1, seed=np.ones(1, int)), "seed must be a whole number or a random.Random, got array("),  # type: ignore[arg-type]
        (lambda: nn.Linear(1, 1, seed=0.5), "seed must be a whole number or a random.Random, got 0.5 (float)"),  # type: ignore[arg-type]
    ],
)
def test_wrong_types_name_the_layer(call: Any, text: str) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value).startswith(text)


def test_an_error_of_ones_own_activation_passes() -> None:
    def broken(x: Any) -> Any:
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        nn.Layer(1, 1, broken)([1.0])


def test_sequential_takes_names_functions_and_positions() -> None:
    net = nn.Sequential(nn.Linear(2, 2, init="ones"), "relu", lambda xs: xs[:1], nn.softmax)
    assert [float(x) for x in net([1.0, 2.0])] == [1.0]
    assert net[0].name == "layer 1"
    assert len(list(net)) == len(net) == 4
    assert repr(nn.Sequential(nn.Linear(2, 1), "tanh")) == "Sequential(Linear(2, 1), Elementwise('tanh'))"


# Initialisation


@pytest.mark.parametrize(
    "name, std, bound",
    [
        ("uniform", 1 / math.sqrt(3 * 40), 1 / math.sqrt(40)),
        ("xavier_uniform", math.sqrt(2 / 100), math.sqrt(6 / 100)),
        ("xavier_normal", math.sqrt(2 / 100), math.inf),
        ("he_uniform", math.sqrt(2 / 40), math.sqrt(6 / 40)),
        ("he_normal", math.sqrt(2 / 40), math.inf),
        ("kaiming_uniform", math.sqrt(2 / 40), math.sqrt(6 / 40)),
        ("kaiming_normal", math.sqrt(2 / 40), math.inf),
        ("normal", 1.0, math.inf),
        ("zeros", 0.0, 0.0),
        ("ones", 0.0, 1.0),
    ],
)
def test_initialisers_have_their_spread(name: str, std: float, bound: float) -> None:
    assert name in nn.init.INITIALISERS
    layer = nn.Linear(40, 60, init=name, seed=3)
    numbers = [w.data for row in layer.weights for w in row]
    assert np.std(numbers) == pytest.approx(std, rel=0.05)
    assert max(map(abs, numbers)) <= bound
    assert abs(np.mean(numbers)) < 0.05 or name == "ones"
    assert {b.data for b in layer.biases} == {0.0}
    again = nn.Linear(40, 60, init=name, seed=random.Random(3))
    assert [w.data for row in again.weights for w in row] == numbers


def test_every_initialiser_is_tested() -> None:
    marks: Any = test_initialisers_have_their_spread
    assert sorted(case[0] for case in marks.pytestmark[0].args[1]) == sorted(nn.init.INITIALISERS)


def test_initialisers_fill_what_they_are_given_and_nothing_else() -> None:
    rows = [[ag.Value(9.0), ag.Value(9.0)] for _ in range(3)]
    assert nn.init.constant_(rows, 0.5) is rows
    assert {w.data for row in rows for w in row} == {0.5}
    nn.init.uniform_(rows[0][0], 2.0, 2.0, seed=1)
    assert rows[0][0].data == 2.0
    nn.init.kaiming_normal_(rows, "tanh", mode="fan_out", seed=1)
    own = nn.Linear(2, 3, init=lambda weights, seed: nn.init.normal_(weights, 5.0, 0.0, seed=seed))
    assert {w.data for row in own.weights for w in row} == {5.0}
    assert nn.init.gain("leaky_relu", 1.0) == 1.0


@pytest.mark.parametrize(
    "call, error, text",
    [
        (
            lambda v: nn.init.constant_([v, 1.0], 1.0),
            TypeError,
            "constant_: parameters must be Values, got 1.0 (float)",
        ),
        (
            lambda v: nn.init.ones_([v, v * 2.0]),
            ValueError,
            "constant_: parameters must be leaves, got Value(6)",
        ),
        (
            lambda v: nn.init.constant_([v], None),  # type: ignore[arg-type]
            TypeError,
            "constant_: value must be a number, got None (NoneType)",
        ),
        (
            lambda v: nn.init.uniform_([v], 1.0, 0.0, seed=0),
            ValueError,
            "uniform_: bounds must be finite and in order",
        ),
        (
            lambda v: nn.init.normal_([v], 0.0, -1.0, seed=0),
            ValueError,
            "normal_: mean must be finite and std finite",
        ),
        (
            lambda v: nn.init.xavier_uniform_([v], seed=0),
            ValueError,
            "xavier_uniform_: parameters must be a matrix",
        ),
        (
            lambda v: nn.init.kaiming_normal_([[v]], "gelu", seed=0),
            ValueError,
            "gain: unknown activation, got 'gelu'",
        ),
        (
            lambda v: nn.init.kaiming_normal_([[v]], mode="x", seed=0),
            ValueError,
            "kaiming_normal_: unknown mode, got 'x'",
        ),
    ],
)
def test_wrong_initialisation_changes_nothing(call: Any, error: Any, text: str) -> None:
    value = ag.Value(3.0)
    with pytest.raises(error) as caught:
        call(value)
    assert str(caught.value).startswith(text)
    assert value.data == 3.0


# Learning

LEARN = """
import autograd as ag, nn
net = nn.Sequential(nn.Linear(2, 8, init="xavier_uniform", seed=4), "tanh", nn.LayerNorm(8), nn.Linear(8, 2, seed=5))
data = [([0.0, 0.0], 0), ([0.0, 1.0], 1), ([1.0, 0.0], 1), ([1.0, 1.0], 0)]
adam = nn.Adam(net, lr=0.05)
schedule = nn.schedules.CosineAnnealingLR(adam, 200)
for step in range(100):
    loss = nn.losses.cross_entropy_with_logits([net(x) for x, _ in data], [k for _, k in data])
    adam.zero_grad()
    loss.backward()
    nn.clip_grad_norm_(adam, 1.0)
    adam.step()
    schedule.step()
    print(repr(loss.data))
right = sum(max(range(2), key=lambda k: net(x)[k].data) == label for x, label in data)
print(right)
"""


def test_xor_is_learnt_and_both_cores_go_the_same_way() -> None:
    def trajectory(core: str) -> list[float]:
        command = [sys.executable, "-W", "error", "-c", LEARN]
        environment = {**os.environ, "AUTOGRAD_CORE": core}
        ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        return [float(line) for line in ended.stdout.split()]

    if importlib.util.find_spec("autograd.engine._value") is None:
        needs.lacking("C core")
    in_c, in_python = trajectory("c"), trajectory("python")
    assert in_c == pytest.approx(in_python, rel=1e-9)
    assert in_c[-1] == 4
    assert in_c[-2] < 0.05 < in_c[0]


@dataclasses.dataclass
class Pair:
    slope: ag.Value
    parts: Any = None


CONTAINERS: dict[str, Any] = {
    "deque": lambda v, w: collections.deque([v, w]),
    "defaultdict": lambda v, w: collections.defaultdict(list, a=[v], b=w),
    "ordered": lambda v, w: collections.OrderedDict(b=w, a=v),
    "proxy": lambda v, w: types.MappingProxyType({"a": v, "b": w}),
    "values": lambda v, w: {"a": v, "b": w}.values(),
    "userlist": lambda v, w: collections.UserList([v, w]),
    "namespace": lambda v, w: types.SimpleNamespace(a=v, b=[w]),
    "dataclass": lambda v, w: Pair(v, [w]),
    "array": lambda v, w: np.array([v, w]),
    "matrix": lambda v, w: np.array([[v], [w]]),
    "nested": lambda v, w: {"a": collections.deque([Pair(v)]), "b": np.array([w], dtype=object)},
}


@pytest.mark.parametrize("name", list(CONTAINERS))
def test_parameters_are_found_in_every_container(name: str) -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            self.kept = CONTAINERS[name](ag.Value(1.0), ag.Value(2.0))
            self.numbers = np.arange(3)
            self.raw = b"bytes"
            self.plain = {1, 2}

    own = Own()
    assert sorted(p.data for p in own.parameters()) == [1.0, 2.0]
    assert [id(p) for _, p in own.named_parameters()] == [id(p) for p in own.parameters()]
    other = Own()
    for parameter in own.parameters():
        parameter.data *= 10.0
    other.load_state_dict(json.loads(json.dumps(own.state_dict())))
    assert [p.data for p in other.parameters()] == [p.data for p in own.parameters()]
    assert sorted(p.data for p in other.parameters()) == [10.0, 20.0]


def test_a_parameter_in_an_array_without_dimensions_is_found() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            self.kept = np.array(ag.Value(1.0), dtype=object)

    own = Own()
    assert [p.data for p in own.parameters()] == [p.data for _, p in own.named_parameters()] == [1.0]
    assert own.state_dict() == {"kept": 1.0}


@pytest.mark.parametrize("module", [nn.Elementwise("relu"), nn.Dropout(0.5), nn.softmax, nn.log_softmax])
@pytest.mark.parametrize("batch", [np.ones((3, 2)), [[1.0, 2.0], [3.0, 4.0]], [[ag.Value(1.0)]]])
def test_a_batch_is_told_from_a_sample_by_modules_of_any_width(module: Any, batch: Any) -> None:
    with pytest.raises(TypeError, match=r"takes one sample, a list of Values or numbers, got a batch .*nn\.predict"):
        module(batch)


@pytest.mark.parametrize("make", [set, frozenset])
def test_a_set_of_parameters_is_refused(make: Any) -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            self.kept = make([ag.Value(1.0)])

    for ask in (Own().parameters, Own().state_dict, lambda: list(Own().named_parameters())):
        with pytest.raises(TypeError, match="which has no order; use a list, tuple or dict"):
            ask()


@pytest.mark.parametrize(
    "attributes",
    [
        lambda: {"a": {"b": ag.Value(1.0), 1: ag.Value(3.0), "1": ag.Value(4.0)}},
        lambda: {"a": {"b": {"c": ag.Value(1.0)}, "b.c": ag.Value(2.0)}},
        lambda: {"a": {"b": [ag.Value(1.0), "text"], "b.0": ag.Value(2.0)}},
        lambda: {"a": {"b": nn.Dropout(), "b.seed": ag.Value(2.0)}},
        lambda: {"a": {"b": ag.Value(1.0)}, "a.b": ag.Value(2.0)},
        lambda: {"a": {(1,): ag.Value(1.0), "(1,)": ag.Value(2.0)}},
    ],
)
def test_two_parameters_of_one_name_are_refused(attributes: Any) -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            vars(self).update(attributes())

    with pytest.raises(ValueError, match=r"Own: two entries are called 'a\..*'; rename one"):
        Own().state_dict()
    with pytest.raises(ValueError, match="two entries"):
        Own().load_state_dict({})
    paths = [path for path, _ in Own()._paths()]
    if len({*paths}) < len(paths):
        with pytest.raises(ValueError, match=r"Own: two parameters are called 'a\..*'; rename one"):
            dict(Own().named_parameters())
    assert "</table>" in Own()._repr_mimebundle_()["text/html"]


def test_modules_without_a_seed_differ_and_one_generator_seeds_them() -> None:
    def made() -> list[Any]:
        neurons = [tuple(w.data for w in nn.Neuron(2).weights) for _ in range(4)]
        layers = [nn.Linear(3, 3).state_dict()["weights"] for _ in range(2)]
        masks = [[float(x) for x in nn.Dropout(0.5)([ag.Value(1.0)] * 24)] for _ in range(2)]
        nets = [nn.MLP(2, [4, 1]).state_dict() for _ in range(2)]
        others = [nn.Embedding(2, 2).state_dict(), nn.Embedding(2, 2).state_dict()]
        drawn = [nn.init.normal_(ag.Value(0.0)).data, nn.init.normal_(ag.Value(0.0)).data]
        heads = [nn.Attention(2, 1).state_dict() for _ in range(2)]
        return [neurons, layers, masks, nets, others, drawn, heads]

    nn.seed(3)
    first = made()
    assert all(one != other for group in first for one, other in itertools.combinations(group, 2))
    second = made()
    nn.seed(3)
    assert made() == first != second
    assert nn.Linear(3, 3, seed=5).state_dict() == nn.Linear(3, 3, seed=5).state_dict()
    for wrong in (1.5, "a", True, None):
        with pytest.raises(TypeError, match="seed must be a whole number"):
            nn.seed(wrong)  # type: ignore[arg-type]


def test_a_module_with_forward_is_called() -> None:
    class Line(nn.Module):
        def __init__(self) -> None:
            self.slope = ag.Value(2.0)

        def forward(self, x: Any, *, shift: float = 0.0) -> Any:
            return self.slope * x + shift

    class Neither(nn.Module):
        pass

    assert Line()(3.0, shift=1.0).data == 7.0
    with pytest.raises(TypeError, match="Neither can't be called: a Module defines __call__, or forward"):
        Neither()(1.0)


@pytest.mark.parametrize(
    "batch", [np.zeros((5, 2)), [[0.0, 1.0]] * 3, np.zeros((2, 2)), np.zeros((2, 1)), [(1.0, 2.0)]]
)
@pytest.mark.parametrize("net", [nn.MLP(2, [3, 1]), nn.Neuron(2), nn.Linear(2, 2), nn.LayerNorm(2)])
def test_a_batch_given_to_a_net_is_told_of_predict(net: Any, batch: Any) -> None:
    with pytest.raises(TypeError, match=r"takes one sample, 2 Values or numbers, got a batch of shape .*nn\.predict"):
        net(batch)


@pytest.mark.parametrize("first", [True, False])
def test_a_compiled_function_follows_train_and_eval(first: bool) -> None:
    class Noisy(nn.Module):
        def __call__(self, x: Any) -> Any:
            return x * 2.0 if self.training else x * 3.0

    net = nn.Sequential(nn.Dropout(0.5, seed=0))
    noisy = Noisy().train(first)
    net.train(first)
    dropped = ag.compile(lambda x, y: net([x, y] * 8))
    chosen = ag.compile(noisy)
    for mode in (first, not first, first, True, False):
        net.train(mode)
        noisy.train(mode)
        net.redraw()
        found = dropped(1.0, 1.0)
        assert (set(found) == {0.0, 2.0}) if mode else (set(found) == {1.0}), mode
        assert chosen(1.0) == (2.0 if mode else 3.0)


def test_masks_come_back_after_an_evaluation() -> None:
    dropout = nn.Dropout(0.5, seed=0)
    compiled = ag.compile(lambda x: dropout([x] * 16))
    before = compiled(1.0)
    draws = dropout.draws
    dropout.eval()
    assert set(compiled(1.0)) == {1.0}
    dropout.redraw()
    assert set(compiled(1.0)) == {1.0}
    dropout.train()
    assert (compiled(1.0), dropout.draws) == (before, draws)
    dropout.redraw()
    assert compiled(1.0) != before
