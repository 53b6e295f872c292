"""The optimisers' two loops, in C and in Python: the same bits, and neither half done."""

from __future__ import annotations

import math
import struct
import subprocess
import sys
from array import array
from typing import Any

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


def run(twin: Any, name: str, numbers: list[tuple[float, float]], states: list[bool], settings: list[Any]) -> list[Any]:
    values = leaves(numbers)
    arrays = [array("d", [0.25] * len(values)) if kept else None for kept in states]
    for _ in range(3):
        getattr(twin, name)(values, *arrays, *settings)
    found = [bits(value.data for value in values), bits(value.grad for value in values)]
    return found + [bits(numbers) for numbers in arrays if numbers is not None]


@given(
    st.lists(st.tuples(USUAL | NUMBERS, USUAL | NUMBERS), max_size=9),
    st.booleans(),
    st.booleans(),
    st.tuples(FRACTIONS, FRACTIONS, FRACTIONS, st.sampled_from([0.0, 0.1])),
    st.booleans(),
)
def test_sgd_has_the_same_bits(
    numbers: list[tuple[float, float]], kept: bool, first: bool, settings: tuple[float, ...], nesterov: bool
) -> None:
    given_ = [first, *settings, nesterov]
    assert run(flat, "sgd", numbers, [kept], given_) == run(steps, "sgd", numbers, [kept], given_)


@given(
    st.lists(st.tuples(USUAL | NUMBERS, USUAL | NUMBERS), max_size=9),
    st.booleans(),
    st.tuples(
        FRACTIONS, st.floats(0.001, 1.0), FRACTIONS, FRACTIONS, FRACTIONS, st.sampled_from([0.0, 0.1]), FRACTIONS
    ),
)
def test_adam_has_the_same_bits(numbers: list[tuple[float, float]], amsgrad: bool, settings: tuple[float, ...]) -> None:
    states = [True, True, amsgrad]
    assert run(flat, "adam", numbers, states, [*settings]) == run(steps, "adam", numbers, states, [*settings])


@given(
    st.lists(st.tuples(USUAL | NUMBERS, USUAL | NUMBERS), max_size=9),
    st.booleans(),
    st.booleans(),
    st.tuples(FRACTIONS, FRACTIONS, FRACTIONS, st.sampled_from([0.0, 0.1]), FRACTIONS),
)
def test_rmsprop_has_the_same_bits(
    numbers: list[tuple[float, float]], centered: bool, momentum: bool, settings: tuple[float, ...]
) -> None:
    states = [True, centered, momentum]
    assert run(flat, "rmsprop", numbers, states, [*settings]) == run(steps, "rmsprop", numbers, states, [*settings])


@pytest.mark.parametrize("twin", [flat, steps])
def test_a_subclass_is_read_and_written_through_its_attributes(twin: Any) -> None:
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
    twin.sgd(values, None, False, 1.0, 0.0, 0.0, 0.0, False)
    assert [value.data for value in values] == [-5.0, -1.0]
    twin.write(values, "data", array("d", [-7.0, -7.0]))
    assert twin.read(values, "data").tolist() == [-7.0, -1.0]


@pytest.mark.parametrize("twin", [flat, steps])
def test_read_and_write(twin: Any) -> None:
    values = leaves([(1.0, 2.0), (3.0, math.inf)])
    assert twin.read(values, "data") == array("d", [1.0, 3.0])
    assert twin.read(values, "grad") == array("d", [2.0, math.inf])
    twin.write(values, "grad", array("d", [0.5, -0.5]))
    assert [value.grad for value in values] == [0.5, -0.5]
    with pytest.raises(ValueError, match="there must be 2 numbers, got 1"):
        twin.write(values, "grad", array("d", [0.5]))
    for name in ("read", "write"):
        with pytest.raises(ValueError, match=f"{name}: what must be 'data' or 'grad', got 'op'"):
            getattr(twin, name)(values, "op", *([array("d", [0.0, 0.0])] if name == "write" else []))
    assert twin.read((), "data") == array("d")


@pytest.mark.skipif(not flat.COMPILED, reason="nn._common._steps is not in use: the Python core, or it was not built")
def test_wrong_arguments_of_the_loops_in_c() -> None:
    values = leaves([(1.0, 1.0), (2.0, 1.0)])
    right, settings = array("d", [0.0, 0.0]), [0.1] * 7
    loops: Any = flat
    for wrong, error in [(array("d", [0.0]), ValueError), (array("f", [0.0, 0.0]), ValueError), (b"", BufferError)]:
        with pytest.raises(error):
            loops.adam(values, right, wrong, None, *settings)
    for arguments in [(), (1,), (list(values), right, right, None, *settings), (values, right, right)]:
        with pytest.raises(TypeError, match="step: takes a tuple of Values"):
            loops.adam(*arguments)
    for arguments in [(values, None, right, None, *settings), (values, right, None, None, *settings)]:
        with pytest.raises(TypeError, match="adam: mean and square must be arrays"):
            loops.adam(*arguments)
    with pytest.raises(TypeError, match="rmsprop: square must be an array"):
        loops.rmsprop(values, None, None, None, *settings[:5])
    with pytest.raises(TypeError):
        loops.adam(values, right, right, None, *settings[:6], "a")
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
        assert flat.adam is steps.adam
    else:
        import nn._common._steps

        assert flat.adam is nn._common._steps.adam


def test_without_the_loops_in_c_the_core_in_c_is_trained_by_those_in_python() -> None:
    """What a machine has on which that one extension could not be built."""
    program = (
        "import sys; sys.modules['nn._common._steps'] = None\n"
        "import autograd as ag, nn\n"
        "w = ag.Value(1.0); w.grad = 2.0; nn.SGD([w], 0.25).step(); nn.clip_grad_value_([w], 1.0)\n"
        "print(nn._common.flat.COMPILED, w.data, w.grad)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False", "0.5", "1.0"]
