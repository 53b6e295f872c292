"""Weights in files: a round trip keeps them, and no file, however damaged, changes a model."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from tests import needs

SUFFIXES = (".json", ".safetensors")


def numbers(model: nn.Module) -> list[float]:
    return [parameter.data for parameter in model.parameters()]


def net(seed: int = 1, bias: str = "neuron") -> nn.MLP:
    return nn.MLP(2, [3, 1], bias=bias, seed=seed)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("bias", ["neuron", "shared"])
def test_what_is_saved_comes_back_bit_for_bit(tmp_path: Path, suffix: str, bias: str) -> None:
    if suffix == ".safetensors":
        needs.package("safetensors")
    model = net(1, bias)
    awkward = [0.1 + 0.2, 5e-324, -0.0, math.inf, -math.inf, math.nan, 1e308]
    for parameter, number in zip(model.parameters(), awkward):
        parameter.data = number
    path = tmp_path / f"net{suffix}"
    nn.save(model, path)
    other = nn.load(net(2, bias), path)
    assert list(map(repr, numbers(other))) == list(map(repr, numbers(model)))
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_safetensors_are_shaped_as_layers_are(tmp_path: Path) -> None:
    peer = needs.package("safetensors.numpy")
    nn.save(net(), tmp_path / "net.safetensors")
    arrays = peer.load_file(tmp_path / "net.safetensors")
    assert {name: array.shape for name, array in arrays.items()} == {
        "layers.0.weights": (3, 2),
        "layers.0.biases": (3,),
        "layers.1.weights": (1, 3),
        "layers.1.biases": (1,),
    }
    assert arrays["layers.0.weights"].dtype == "float64"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path, suffix: str) -> None:
    if suffix == ".safetensors":
        needs.package("safetensors")
    path = tmp_path / f"net{suffix}"
    nn.save(net(1), path)
    whole = path.read_bytes()
    model = net(2)
    before = numbers(model)
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(nn.WeightsError):
            nn.load(model, path)
        assert numbers(model) == before


@given(st.binary(max_size=200), st.sampled_from(SUFFIXES))
def test_noise_is_refused(tmp_path_factory: pytest.TempPathFactory, noise: bytes, suffix: str) -> None:
    if suffix == ".safetensors":
        needs.package("safetensors")
    path = tmp_path_factory.mktemp("noise") / f"net{suffix}"
    path.write_bytes(noise)
    model = net()
    before = numbers(model)
    with pytest.raises(nn.WeightsError):
        nn.load(model, path)
    assert numbers(model) == before


def document(**changes: Any) -> str:
    state = net().state_dict() | changes.pop("weights", {})
    whole = {"format": "scalargrad weights", "version": 1, "weights": state} | changes
    return json.dumps(whole)


@pytest.mark.parametrize(
    "text, part",
    [
        ("[" * 100_000, "not JSON"),
        ("{}", "its format|format is"),
        ("[1]", "must be an object"),
        (document(version=2), "version must be 1, got 2"),
        (document(version=True), "version must be 1, got True"),
        (document(format="other"), "must be an object whose format is"),
        (document(weights={"layers.0.biases": None}), r"must be of shape .*, got None"),
        (document(weights={"layers.0.biases": ["1", 2, 3]}), r"layers\.0\.biases' must hold numbers, got '1'"),
        (document(weights={"layers.0.biases": [True, 2, 3]}), r"layers\.0\.biases' must hold numbers, got True"),
        (document(weights={"layers.0.biases": [10**400, 2, 3]}), "which no double holds"),
        (document(weights={"layers.0.biases": {"a": 1}}), r"must be of shape .*, got "),
        ('{"format": 1, "format": 2}', "a name is repeated"),
        (
            document().replace('"layers.0.biases"', '"elsewhere"'),
            r"missing .*layers\.0\.biases.*unexpected .*elsewhere",
        ),
        (document(weights={"layers.0.biases": [1.0], "extra": 1.0}), r"unexpected 'extra'.*layers\.0\.biases.*\(3,\)"),
    ],
)
def test_what_a_file_of_weights_must_be(tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "net.json"
    path.write_text(text, encoding="utf-8")
    model = net(2)
    before = numbers(model)
    with pytest.raises(nn.WeightsError, match=part) as caught:
        nn.load(model, path)
    assert str(path) in str(caught.value)
    assert numbers(model) == before


def test_safetensors_of_another_kind(tmp_path: Path) -> None:
    peer = needs.package("safetensors.numpy")
    numpy = needs.package("numpy")
    path = tmp_path / "net.safetensors"
    arrays = {name: numpy.array(part) for name, part in net(1).state_dict().items()}
    peer.save_file({name: array.astype("float32") for name, array in arrays.items()}, path)
    model = nn.load(net(2), path)
    assert numbers(model) == pytest.approx(numbers(net(1)), rel=1e-6)
    peer.save_file(arrays | {"layers.0.biases": numpy.array([True, False, True])}, path)
    with pytest.raises(nn.WeightsError, match=r"layers\.0\.biases must be numbers, got BOOL"):
        nn.load(model, path)


def test_a_file_that_can_not_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    nn.save(net(1), path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"the format, got .*net\.pickle.*; allowed \.json, \.safetensors"):
        nn.save(net(2), tmp_path / "net.pickle")
    with pytest.raises(OSError):
        nn.save(net(2), tmp_path / "nowhere" / "net.json")
    model = net(2)
    model.layers[0].weights[0][0].label = "w"

    class Broken(nn.MLP):
        def state_dict(self) -> Any:
            raise RuntimeError("no state")

    with pytest.raises(RuntimeError, match="no state"):
        nn.save(Broken(2, [1]), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["net.json"]


def test_the_model_comes_before_the_path(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    with pytest.raises(TypeError, match=r"save: model must be a Module, got '.* \(str\)"):
        nn.save(str(path), nn.MLP(1, [1]))  # type: ignore[arg-type]
    assert not path.exists()
