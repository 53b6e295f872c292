"""Objects that count as numbers, and the JSON spelling of infinities and nan."""

from __future__ import annotations

import gc
import json
import math
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd._common.numbers import from_json, is_number, to_json

NUMBERS: list[Any] = [
    2, 2.0, True, Fraction(2), Decimal(2), np.float64(2), np.float32(2), np.int64(2), np.uint8(2), np.bool_(True),
    np.array(2.0), np.array(2), np.array(True),
]  # fmt: skip
OTHERS: list[Any] = [
    2j, np.complex64(2), np.complex128(2), np.array(2 + 0j), "2", np.str_("2"), b"2", None, [2.0], np.array([2.0]),
    np.array([[2.0]]), np.datetime64("2020-01-01", "ns"), np.timedelta64(2, "s"), object(),
]  # fmt: skip

TAKEN: dict[str, Callable[[Any], Any]] = {
    "Value": Value,
    "data": lambda x: setattr(Value(1.0), "data", x),
    "grad": lambda x: setattr(Value(1.0), "grad", x),
    "function": ag.exp,
    "sum": lambda xs: ag.sum([Value(1.0), xs]),
    "where": lambda x: ag.where(Value(1.0), x, 1.0),
}


@pytest.mark.parametrize("x", NUMBERS, ids=lambda x: type(x).__name__)
def test_numbers_are_taken_everywhere(x: Any) -> None:
    assert is_number(x)
    assert Value(x).data == float(x)
    assert (Value(3.0) * x).data == 3.0 * float(x)
    for take in TAKEN.values():
        take(x)
    assert ag.grad(lambda y: y * y)(float(x)) == 2.0 * float(x)


@pytest.mark.parametrize("x", OTHERS, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("name", TAKEN)
def test_nothing_else_is_and_nothing_changes(name: str, x: Any) -> None:
    assert not is_number(x)
    with pytest.raises(TypeError):
        TAKEN[name](x)


@pytest.mark.parametrize(
    "z", [1 + 2j, np.complex64(1 + 2j), np.complex128(1 + 2j), np.array(1 + 2j)], ids=lambda x: type(x).__name__
)
def test_no_imaginary_part_is_dropped(z: Any) -> None:
    x = Value(2.0)
    for call in (
        lambda: ag.grad(lambda x: x * x)(z),
        lambda: ag.jvp(lambda x: x * x, (z,), (1.0,)),
        lambda: ag.gradients(x * x, x, seeds=z),
        lambda: ag.custom_gradient(lambda y, x: 1.0)(lambda x: z)(x),
    ):
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize("x", [0.5, -0.0, 1e308, math.inf, -math.inf, math.nan])
def test_json_round_trip(x: float) -> None:
    written = json.dumps(to_json(x), allow_nan=False)
    found: Any = from_json(json.loads(written))
    assert math.copysign(1.0, found) == math.copysign(1.0, x) or math.isnan(x)
    assert found == x or (math.isnan(found) and math.isnan(x))
    assert json.dumps(float(to_json(x))) == json.dumps(x)


def test_the_class_of_a_value_stays() -> None:
    class Slotless(Value):
        __slots__ = ()

    for x in (Value(1.0), Value(1.0) * 2.0, Slotless(1.0)):
        kind = type(x)
        for change in (
            lambda x=x: setattr(x, "__class__", Slotless),
            lambda x=x: object.__setattr__(x, "__class__", Value),
            lambda x=x: setattr(x, "__class__", int),
        ):
            with pytest.raises(TypeError, match="__class__: the class of a Value can't be changed"):
                change()  # type: ignore[no-untyped-call]
        assert type(x) is x.__class__ is kind


def test_object_changes_the_class_of_python_objects_alone_and_harms_none() -> None:
    class Slotless(Value):
        __slots__ = ()

    change = vars(object)["__class__"].__set__
    for x, kind in ((Value(1.0), Slotless), (Value(1.0) * 2.0, Slotless), (Slotless(1.0), Value)):
        before = (type(x), x.data)
        gc.collect()  # classes of other tests, which refer to Value
        references = sys.getrefcount(Value)
        if ag.CORE == "c":
            with pytest.raises(TypeError, match=r"__class__ assignment: '.*' deallocator differs from"):
                change(x, kind)
        else:  # classes of one layout: the object is as good with either
            change(x, kind)
            assert (type(x), x.data, (x * 3.0).data) == (kind, before[1], before[1] * 3.0)
            change(x, before[0])
        assert sys.getrefcount(Value) == references
        assert (type(x), x.data) == before


class OnlyArray:
    """Such as a tensor of another package."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.ones(2)


@pytest.mark.parametrize("several", [np.ones(1), np.ones((2, 2)), [1.0], (1.0, 2.0), OnlyArray()])
def test_several_numbers_are_refused_with_what_to_do(several: Any) -> None:
    x = Value(1.0)
    for use in (Value, ag.exp, lambda y: ag.max(x, y), lambda y: x.__setattr__("data", y), lambda y: ag.where(y, x, x)):
        with pytest.raises(
            TypeError, match="; a Value is one number: take each by itself, or pass arrays to a function"
        ):
            use(several)
