"""Optimiser steps in C and in Python: the same bits, and neither half done."""

from __future__ import annotations

import inspect
import math
import struct
import subprocess
import sys
from array import array
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from nn._common import flat, steps

NUMBERS = st.floats(allow_nan=True, allow_infinity=True, width=64)
USUAL = st.floats(-100.0, 100.0)
FRACTIONS = st.floats(0.0, 0.999)


def leaves(numbers: list[tuple[float, float]]) -> tuple[ag.Value, ...]:
    values = tuple(ag.Value(x) for x, _ in numbers)
    for value, (_, g) in zip(values, numbers, strict=True):
        value.grad = g
    return values


def bits(numbers: Any) -> list[bytes]:
    """Bit for bit, but for what a nan holds."""
    return [struct.pack("d", math.nan if x != x else x) for x in numbers]


def run(
    backend: Any, name: str, numbers: list[tuple[float, float]], kept: list[bool], settings: list[float]
) -> list[Any]:
    values = leaves(numbers)
    arrays = tuple(array("d", [0.25] * len(values)) if keep else None for keep in kept)
    for _ in range(3):
        backend.step(name, values, arrays, tuple(settings))
    found = [bits(value.data for value in values), bits(value.grad for value in values)]
    return found + [bits(numbers) for numbers in arrays if numbers is not None]


def parameters(name: str) -> tuple[int, int]:
    """How many states and settings a row takes."""
    kinds = [parameter.kind for parameter in inspect.signature(steps.ROWS[name]).parameters.values()]
    return kinds.count(inspect.Parameter.POSITIONAL_ONLY) - 2, kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD)


@pytest.mark.parametrize("name", list(steps.ROWS))
@given(st.lists(st.tuples(USUAL | NUMBERS, USUAL | NUMBERS), max_size=9), st.data())
def test_rows_have_the_same_bits_in_c_and_in_python(
    name: str, numbers: list[tuple[float, float]], data: st.DataObject
) -> None:
    states, settings = parameters(name)
    kept = data.draw(st.lists(st.booleans(), min_size=states, max_size=states))
    drawn = st.sampled_from([0.0, 1.0, 0.1]) | FRACTIONS
    chosen = data.draw(st.lists(drawn, min_size=settings, max_size=settings))
    assert run(flat, name, numbers, kept, chosen) == run(steps, name, numbers, kept, chosen)


@pytest.mark.parametrize("backend", [flat, steps])
def test_a_subclass_is_read_and_written_through_its_attributes(backend: Any) -> None:
    class Bounded(ag.Value):
        @property
        def data(self) -> float:
            return super().data

        @data.setter
        def data(self, number: float) -> None:
            ag.Value.data.__set__(self, max(number, -1.0))  # type: ignore[attr-defined]

    values = (ag.Value(0.0), Bounded(0.0))
    for value in values:
        value.grad = 5.0
    backend.step("sgd", values, (), (1.0, 0.0, False))
    assert [value.data for value in values] == [-5.0, -1.0]
    backend.write(values, "data", array("d", [-7.0, -7.0]))
    assert backend.read(values, "data").tolist() == [-7.0, -1.0]


@pytest.mark.parametrize("backend", [flat, steps])
def test_read_and_write(backend: Any) -> None:
    values = leaves([(1.0, 2.0), (3.0, math.inf)])
    assert backend.read(values, "data") == array("d", [1.0, 3.0])
    assert backend.read(values, "grad") == array("d", [2.0, math.inf])
    backend.write(values, "grad", array("d", [0.5, -0.5]))
    assert [value.grad for value in values] == [0.5, -0.5]
    with pytest.raises(ValueError, match="there must be 2 numbers, got 1"):
        backend.write(values, "grad", array("d", [0.5]))
    for name in ("read", "write"):
        with pytest.raises(ValueError, match=f"{name}: what must be 'data' or 'grad', got 'op'"):
            getattr(backend, name)(values, "op", *([array("d", [0.0, 0.0])] if name == "write" else []))
    assert backend.read((), "data") == array("d")


@pytest.mark.skipif(not flat.COMPILED, reason="nn._common._steps is not in use: the Python core, or it was not built")
def test_wrong_arguments_of_the_loops_in_c() -> None:
    values = leaves([(1.0, 1.0), (2.0, 1.0)])
    right, settings = array("d", [0.0, 0.0]), (0.1,) * 9
    loops: Any = flat
    for wrong, error in [(array("d", [0.0]), ValueError), (array("f", [0.0, 0.0]), ValueError), (b"", BufferError)]:
        with pytest.raises(error):
            loops.step("adam", values, (right, wrong, None), settings)
    states = (right, right, None)
    for arguments in [
        ("adam",), ("adam", 1), ("adam", list(values), states, settings), ("adam", values, states),
        ("adam", values, states[:2], settings), ("adam", values, [*states], settings),
        ("adam", values, states, [*settings]),
    ]:  # fmt: skip
        with pytest.raises(TypeError, match="step: takes a row's name and tuples of Values"):
            loops.step(*arguments)
    with pytest.raises(TypeError, match="step: takes a row's name"):
        loops.step()
    for name in ("lion", 3):
        with pytest.raises(KeyError):
            loops.step(name, values, states, settings)
    with pytest.raises(TypeError):
        loops.step("adam", values, states, (*settings[:8], "a"))
    with pytest.raises(AttributeError):
        loops.read((1.5,), "data")
    with pytest.raises(TypeError, match="write: numbers must be an array of doubles"):
        loops.write(values, "data", array("f", [0.0, 0.0]))
    with pytest.raises(TypeError, match="read: takes a tuple"):
        loops.read([values], "data")
    assert [value.data for value in values] == [1.0, 2.0]
    assert right.tolist() == [0.0, 0.0]


def test_the_loops_are_in_c_where_the_core_is() -> None:
    if ag.CORE == "python":
        assert flat.step is steps.step
    else:
        import nn._common._steps

        assert flat.step is nn._common._steps.step


def test_without_the_loops_in_c_the_core_in_c_is_trained_by_those_in_python() -> None:
    """Simulate a machine on which that one extension could not be built."""
    program = (
        "import sys; sys.modules['nn._common._steps'] = None\n"
        "import autograd as ag, nn\n"
        "w = ag.Value(1.0); w.grad = 2.0; nn.SGD([w], 0.25).step(); nn.clip_grad_value_([w], 1.0)\n"
        "print(nn._common.flat.COMPILED, w.data, w.grad)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False", "0.5", "1.0"]


@given(st.lists(st.integers(0, 2**64 - 1), max_size=50))
def test_permutations_in_c_are_those_in_python(draws: list[int]) -> None:
    given_draws = np.array(draws, dtype=np.uint64)
    found, wanted = np.empty(len(draws), dtype=np.int64), np.empty(len(draws), dtype=np.int64)
    flat.permute(given_draws, found)
    steps.permute(given_draws, wanted)
    assert found.tolist() == wanted.tolist()
    assert sorted(found) == list(range(len(draws)))


@pytest.mark.skipif(flat.permute is steps.permute, reason="nn._common._steps was not built")
@pytest.mark.parametrize("sizes", [(3, 2), (3, 4), (0, 1)])
def test_a_permutation_of_another_length_is_refused(sizes: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="as many 64-bit ints"):
        flat.permute(np.zeros(sizes[0], dtype=np.uint64), np.zeros(sizes[1], dtype=np.int64))
