"""`Value` as a number: operators with anything on either side, comparison, formatting, labels, errors, subclasses."""

from __future__ import annotations

import copy
import gc
import math
import operator
import weakref
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.ops import TABLE, Op

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
}
NUMBERS: list[Any] = [
    2, 2.0, True, np.float64(2), np.float32(2), np.float16(2), np.int64(2), np.int8(2), np.uint8(2), np.bool_(True),
    Fraction(1, 2), Decimal("0.5"),
]  # fmt: skip
untyped: Any = ag  # for calls that a type checker refuses
FIXED = [op for op in TABLE.values() if op.arity is not None]

by_operator = pytest.mark.parametrize("name", OPERATORS)


# Operators


@by_operator
@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_a_number_may_stand_on_either_side(name: str, number: Any) -> None:
    x = Value(3.0)
    for operands in ((x, number), (number, x)):
        result = OPERATORS[name](*operands)
        value, *slopes = TABLE[name].compute(*map(float, operands))
        side = operands.index(x)
        assert type(result) is Value
        assert (result.data, result.op, result.parents) == (value, name, (x,))
        assert result.local_derivatives == (slopes[side],)
        assert result.operands[side] is x
        assert type(result.operands[1 - side]) is float
        assert result.operands[1 - side] == float(number)


WRONG = [
    np.timedelta64(1, "s"),
    np.datetime64("2026-11-28"),
    np.complex64(1),
    np.str_("1"),
    np.array([1.0, 2.0]),
    np.ma.masked,
]


def test_numbers_of_many_types_in_turn() -> None:
    x = Value(3.0)
    for _ in range(3):  # a type may be known from the first time on
        for number in [*NUMBERS, np.longdouble(2), np.array(2.0)]:
            assert ((x * number).data, (number * x).data, Value(number).data) == (3.0 * float(number),) * 2 + (number,)
        for wrong in WRONG:
            with pytest.raises(TypeError, match="data must be a number"):
                Value(wrong)


@by_operator
@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64])
def test_scalars_of_numpy_leave_operators_to_us_and_arrays_do_not(name: str, kind: Any) -> None:
    x, array = Value(3.0), np.array([1.5, 2.0, 3.0]).astype(kind)
    compute = OPERATORS[name]
    for number in array:
        result = compute(number, x)
        assert (type(result), result.op, result.operands) == (Value, name, (float(number), x))
        assert [compare(number, x) for compare in (operator.lt, operator.eq, operator.ge)] == [
            compare(float(number), 3.0) for compare in (operator.lt, operator.eq, operator.ge)
        ]
    for results in (compute(array, x), compute(x, array)):
        assert (results.dtype, results.shape, {type(y) for y in results}) == (np.dtype(object), (3,), {Value})
    assert [y.data for y in compute(array, x)] == [TABLE[name].compute(float(number), 3.0)[0] for number in array]


@pytest.mark.parametrize("compute", [operator.add, operator.sub, operator.mul])
def test_entries_of_masked_arrays_keep_their_derivatives(compute: Any) -> None:
    x, array = Value(3.0), np.ma.array([1.5, 2.0], mask=[False, True])
    for results, expected in ((compute(array, x), compute(1.5, x)), (compute(x, array), compute(x, 1.5))):
        assert (results.mask.tolist(), type(results[0]), results[0]) == ([False, True], Value, expected)
        assert results[0].local_derivatives == expected.local_derivatives


@by_operator
def test_two_values(name: str) -> None:
    x, y = Value(3.0), Value(2.0)
    result = OPERATORS[name](x, y)
    value, *slopes = TABLE[name].compute(3.0, 2.0)
    assert (result.data, result.op) == (value, name)
    assert result.parents == result.operands
    assert [parent is leaf for parent, leaf in zip(result.parents, (x, y), strict=True)] == [True, True]
    assert result.local_derivatives == tuple(slopes)
    assert OPERATORS[name](x, x).parents == (x, x)


def test_in_place_operators_make_new_nodes() -> None:
    x = kept = Value(3.0)
    x += 1
    x *= x
    assert (x.data, kept.data) == (16.0, 3.0)


def test_signs() -> None:
    x = Value(-3.0)
    assert (+x) is x
    assert ((-x).data, (-x).op) == (3.0, "neg")
    assert (abs(x).data, abs(x).op, abs(x).local_derivatives) == (3.0, "abs", (-1.0,))


def test_the_sum_of_python() -> None:
    assert sum([Value(1.0), Value(2.0)]) == 3.0


BAD: list[Any] = ["abc", None, [1], (1, 2), {}, 1j, b"x", {1}]


def what_was_given(bad: Any) -> str:
    """Return the end of an error's text: lists and tuples come with what to do instead."""
    advice = "; a Value is one number: take each by itself, or pass arrays to a function that ag.compile made"
    return f"got {bad!r} ({type(bad).__name__}){advice if isinstance(bad, (list, tuple)) else ''}"


@by_operator
@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_a_wrong_operand_is_named(name: str, bad: Any) -> None:
    text = f"{name}: operands must be Values or numbers, {what_was_given(bad)}"
    for operands in ((Value(2.0), bad), (bad, Value(2.0))):
        with pytest.raises(TypeError) as caught:
            OPERATORS[name](*operands)
        assert str(caught.value) == text


@pytest.mark.parametrize("number", [np.complex128(1 + 2j), np.complex64(1 + 2j)], ids=repr)
def test_complex_numbers_of_numpy_are_no_numbers_either(number: Any) -> None:
    for attempt in (Value, Value(1.0).max, lambda z: Value(1.0) + z, lambda z: z * Value(1.0), ag.exp):
        with pytest.raises(TypeError, match=r"^(data|max|add|mul|exp|unsupported)\b.*complex"):
            attempt(number)
    assert Value(1.0) != number


def test_a_long_operand_is_shown_in_part() -> None:
    with pytest.raises(TypeError) as caught:
        Value(1.0) + "x" * 100  # type: ignore[operator]
    assert str(caught.value) == f"add: operands must be Values or numbers, got '{'x' * 48}… (str)"


def test_pow_takes_no_modulus() -> None:
    with pytest.raises(TypeError, match=r"^pow: a Value takes no modulus, got 5 \(int\)$"):
        pow(Value(2.0), 3, 5)  # type: ignore[misc]


@pytest.mark.parametrize("attempt", [operator.matmul, operator.and_, operator.lshift])
def test_other_operators_are_refused_by_python(attempt: Callable[[Any, Any], Any]) -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        attempt(Value(2.0), Value(3.0))


class Other:
    """A class of someone else's that knows what to do with a Value."""

    def __radd__(self, other: object) -> str:
        return "theirs"


def test_another_class_may_answer() -> None:
    assert Value(1.0) + Other() == "theirs"
    with pytest.raises(TypeError, match=r"^mul: operands must be Values or numbers, got <"):
        Value(1.0) * Other()  # type: ignore[operator]


# Methods and functions of the table


@pytest.mark.parametrize("op", FIXED, ids=lambda op: op.name)
def test_methods_and_functions_are_the_rows(op: Op) -> None:
    numbers = (1.5 if op.name == "acosh" else 0.6, -0.4, 0.3)[: op.arity]
    leaves = [Value(x) for x in numbers]
    value, *slopes = op.compute(*numbers)
    function = getattr(ag, op.name)
    for result in (function(*leaves), getattr(leaves[0], op.name)(*leaves[1:])):
        assert (result.data, result.local_derivatives) == (value, tuple(slopes))
        assert (result.op, result.operands) == (op.name, tuple(leaves))
    plain = function(*numbers)
    assert (type(plain), plain) == (float, value)
    assert type(function(*map(np.float32, numbers))) is float
    assert function.__doc__ == op.doc or op.name in ("max", "min")  # which take a sequence, too
    if op.numpy:
        assert getattr(leaves[0], op.numpy)(*leaves[1:]).op == op.name


@pytest.mark.parametrize("op", [op for op in FIXED if op.arity != 1], ids=lambda op: op.name)
def test_operands_that_are_constants_leave_no_parent(op: Op) -> None:
    numbers = (0.6, 0.4, 0.3)[: op.arity]
    _, *slopes = op.compute(*numbers)
    for position, slope in enumerate(slopes):
        operands: list[Any] = list(numbers)
        operands[position] = leaf = Value(numbers[position])
        result = getattr(ag, op.name)(*operands)
        assert result.operands == tuple(operands)
        assert (result.parents, result.local_derivatives) == ((leaf,), (slope,))


def test_operands_by_name_and_defaults() -> None:
    x = Value(-2.0)
    assert ag.atan2(x=1.0, y=x).operands == (x, 1.0)
    assert x.leaky_relu().operands == (x, 0.01)
    assert x.leaky_relu(slope=0.5).data == -1.0
    assert ag.leaky_relu(-1) == -0.01


@pytest.mark.parametrize(
    "attempt, text",
    [
        (lambda x: x.atan2(), "atan2: takes (y, x), got (Value(2) (Value))"),
        (lambda x: untyped.exp(), "exp: takes (x), got ()"),
        (lambda x: untyped.exp(1, 2), "exp: takes (x), got (1 (int), 2 (int))"),
        (lambda x: x.leaky_relu(bogus=1), "leaky_relu: takes (x, slope), got (Value(2) (Value), bogus)"),
        (lambda x: x.hypot(1, x=2), "hypot: takes (x, y), got (Value(2) (Value), 1 (int), x)"),
        (lambda x: untyped.log("abc"), "log: operands must be Values or numbers, got 'abc' (str)"),
        (lambda x: x.max(None), "max: operands must be Values or numbers, got None (NoneType)"),
        (lambda x: untyped.where(True, x, "b"), "where: operands must be Values or numbers, got 'b' (str)"),
        (lambda x: untyped.sum(3), "sum: values must be a sequence of Values or numbers, got 3 (int)"),
        (lambda x: untyped.sum(x), "sum: values must be a sequence of Values or numbers, got Value(2) (Value)"),
        (lambda x: untyped.mean("abc"), "mean: values must be a sequence of Values or numbers, got 'abc' (str)"),
        (lambda x: untyped.sum([x, "a"]), "sum: operands must be Values or numbers, got 'a' (str)"),
        (lambda x: untyped.dot([x], 3), "dot: xs must be a sequence of Values or numbers, got 3 (int)"),
        (lambda x: untyped.dot([1], [2], "b"), "dot: operands must be Values or numbers, got 'b' (str)"),
    ],
)  # fmt: skip
def test_wrong_calls_say_what_is_right(attempt: Callable[[Value], Any], text: str) -> None:
    with pytest.raises(TypeError) as caught:
        attempt(Value(2.0))
    assert str(caught.value) == text


def test_sums_of_many() -> None:
    x, y = Value(2.0), Value(3.0)
    total = ag.sum(v for v in (x, y, 4))
    assert (total.data, total.op, total.operands, total.parents) == (9.0, "sum", (x, y, 4.0), (x, y))
    assert ag.mean([x, y]).local_derivatives == (0.5, 0.5)
    affine = ag.dot([x, 2.0], [5.0, y], bias=1)
    assert (affine.data, affine.operands) == (17.0, (x, 2.0, 5.0, y, 1.0))
    assert (affine.parents, affine.local_derivatives) == ((x, y), (5.0, 2.0))
    assert ag.logsumexp([x, x]).data == pytest.approx(2.0 + math.log(2.0))
    assert (ag.sum([]), ag.sum([1, 2]), ag.mean([1, 2]), ag.dot([], []), ag.dot([1], [2], 3)) == (
        0.0,
        3.0,
        1.5,
        0.0,
        5.0,
    )
    assert type(ag.sum([1, 2])) is float


def test_sums_that_cannot_be() -> None:
    for name, function in {"mean": ag.mean, "logsumexp": ag.logsumexp}.items():
        with pytest.raises(ValueError, match=rf"^{name}: needs at least one value, got an empty sequence$"):
            function([])
    with pytest.raises(ValueError, match=r"^dot: ws and xs must have one length, got 1 and 2$"):
        ag.dot([1], [2, 3])


# numpy


def test_object_arrays_on_both_sides() -> None:
    weights = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    inputs = np.array([0.5, 2.0])
    product = weights @ inputs
    assert [v.data for v in product] == [4.5, 9.5]
    assert [v.data for v in inputs @ weights] == [6.5, 9.0]
    assert np.exp(weights)[0, 1].op == "exp"
    product.sum().backward()
    assert [v.grad for v in weights.flat] == [0.5, 2.0, 0.5, 2.0]


@by_operator
def test_arrays_of_numbers_broadcast(name: str) -> None:
    x, numbers = Value(3.0), np.array([1.0, 2.0])
    for result in (OPERATORS[name](x, numbers), OPERATORS[name](numbers, x)):
        assert result.shape == (2,)
        assert [type(v) for v in result] == [Value, Value]
        assert all(v.op == name for v in result)
    assert OPERATORS[name](x, np.array(2.0)).data == OPERATORS[name](3.0, 2.0)


@pytest.mark.parametrize(
    "op",
    # Of objects numpy itself computes sign, reciprocal and sinc, by other operators.
    [
        op
        for op in FIXED
        if op.arity == 1 and hasattr(np, op.numpy or op.name) and op.name not in ("sign", "reciprocal", "sinc")
    ],
    ids=lambda op: op.name,
)
def test_ufuncs_of_numpy_reach_the_methods(op: Op) -> None:
    x = Value(1.5 if op.name == "acosh" else 0.6)
    for result in (getattr(np, op.numpy or op.name)(np.array([x]))[0], getattr(np, op.numpy or op.name)(x)):
        assert (result.op, result.operands) == (op.name, (x,))


def test_arrays_convert_and_compare() -> None:
    x = Value(3.0)
    assert np.array([x, x]).astype(float).tolist() == [3.0, 3.0]
    assert (x == np.array([3.0, 1.0])).tolist() == [True, False]  # type: ignore[attr-defined]
    assert np.mean(np.array([x, Value(1.0)])).data == 2.0
    with pytest.raises(TypeError, match=r"^data must be a number, got array\(\[3\.\]\) \(ndarray\); a Value is one "):
        Value(np.array([3.0]))  # type: ignore[arg-type]


# Comparison, hash, conversion, text


@given(st.floats(), st.floats() | st.integers(-(2**70), 2**70))
def test_comparison_is_that_of_data(a: float, b: float) -> None:
    for compare in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge):
        assert compare(Value(a), b) is compare(a, b)
        assert compare(b, Value(a)) is compare(b, a)
        assert compare(Value(a), Value(b)) is compare(a, float(b))


@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_comparison_with_other_numbers_is_true_or_false(number: Any) -> None:
    for compare in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge):
        assert compare(Value(2.0), number) is bool(compare(2.0, number))


def test_comparison_with_what_is_no_number() -> None:
    x = Value(3.0)
    assert (x == "a", x != "a", x == [3.0]) == (False, True, False)
    with pytest.raises(TypeError, match="'<' not supported between instances of 'Value' and 'str'"):
        x < "a"  # type: ignore[operator]  # noqa: B015


def test_comparison_is_exact_beyond_the_floats() -> None:
    assert Value(2.0**53) < 2**53 + 1
    assert Value(math.inf) > 10**400


def test_hash_is_identity() -> None:
    a, b = Value(3.0), Value(3.0)
    assert a == b
    assert len({a, b}) == 2
    assert {a: "first"}[a] == "first"
    assert b not in {a: "first"}


def test_conversions() -> None:
    x = Value(-2.75)
    assert (float(x), int(x), bool(x), bool(Value(0.0)), bool(Value(math.nan))) == (-2.75, -2, True, False, True)
    assert (round(x), round(x, 1), math.floor(x), math.ceil(x), math.trunc(x)) == (-3, -2.8, -3, -2, -2)
    assert type(round(x)) is int
    assert math.sin(x) == math.sin(-2.75)
    assert complex(x) == complex(-2.75)
    assert type(float(x)) is float


@pytest.mark.parametrize("specification", [".3f", ">12.4e", "g", "+.1%", "012.2f"])
def test_format(specification: str) -> None:
    assert format(Value(0.7514), specification) == format(0.7514, specification)


def test_repr() -> None:
    x = Value(0.751365, label="out_o1")
    assert repr(x) == "Value(0.7514, label='out_o1')"
    x.grad = 0.138499
    assert repr(x) == "Value(0.7514, grad=0.1385, label='out_o1')" == str(x) == f"{x}"
    assert repr(Value(3)) == "Value(3)"
    assert repr(Value(math.nan)) == "Value(nan)"
    assert repr(Value(-0.0)) == "Value(-0)"
    assert repr(Value(1.5) * 2) == "Value(3)"
    assert repr(Value(1, label="it's")) == """Value(1, label="it's")"""


# Data, gradient, label


def test_data_of_leaves_alone_can_be_set() -> None:
    x = Value(3.0)
    y = x * x
    x.data = np.float32(5.0)
    assert (x.data, type(x.data), y.data) == (5.0, float, 9.0)
    with pytest.raises(AttributeError, match=r"^data: only a leaf's can be set, this is a result of mul$"):
        y.data = 2.0


@pytest.mark.parametrize("name", ["op", "operands", "parents", "local_derivatives"])
def test_what_was_recorded_cannot_be_set(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(Value(1.0), name, ())


def test_there_are_no_other_attributes() -> None:
    with pytest.raises(AttributeError):
        Value(1.0).bogus = 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("bad", ["3", None, [3.0], 1j], ids=repr)
def test_data_and_gradient_are_numbers(bad: Any) -> None:
    got = what_was_given(bad)
    x = Value(1.0)
    with pytest.raises(TypeError) as caught:
        Value(bad)
    assert str(caught.value) == f"data must be a number, {got}"
    with pytest.raises(TypeError) as caught:
        x.data = bad
    assert str(caught.value) == f"data must be a number, {got}"
    with pytest.raises(TypeError) as caught:
        x.grad = bad
    assert str(caught.value) == f"grad must be a number, {got}"
    assert (x.data, x.grad) == (1.0, 0.0)


def test_a_new_leaf() -> None:
    x = Value(True)
    assert (x.data, x.grad, x.label, x.op) == (1.0, 0.0, "", "")
    assert (x.operands, x.parents, x.local_derivatives) == ((), (), ())
    assert type(x.data) is float
    assert Value(Value(3.0)).parents == ()  # type: ignore[arg-type]


class Name(str):
    __slots__ = ()


def test_labels() -> None:
    y = Value(1.0, "y") * 2
    assert y.label == ""
    y.label = Name("net <&> h1\n")
    assert y.label == "net <&> h1\n"
    assert type(y.label) is str
    for bad in (None, 5, b"x"):
        with pytest.raises(TypeError) as caught:
            y.label = bad  # type: ignore[assignment]
        assert str(caught.value) == f"label must be a str, got {bad!r} ({type(bad).__name__})"
        with pytest.raises(TypeError, match=r"^label must be a str"):
            Value(1.0, label=bad)  # type: ignore[arg-type]
    assert y.label == "net <&> h1\n"


def test_detach() -> None:
    y = Value(3.0) * 2
    y.label, y.grad = "y", 5.0
    leaf = y.detach()
    assert (leaf.data, leaf.label, leaf.op, leaf.grad, leaf.parents) == (6.0, "y", "", 0.0, ())
    leaf.data = 1.0


# Subclasses


class Quantity(Value):
    """A subclass with its own arguments and state."""

    def __init__(self, data: float, unit: str, *, label: str = "") -> None:
        super().__init__(data, label)
        self.unit = unit


def test_a_subclass_has_its_own_arguments_and_its_results_are_values() -> None:
    length = Quantity(3.0, "m", label="length")
    assert (length.data, length.unit, repr(length)) == (3.0, "m", "Quantity(3, label='length')")
    for result in (length + 1, 1 + length, -length, length.exp(), ag.sum([length]), length * length, length.detach()):
        assert type(result) is Value
    (length * length).backward()
    assert length.grad == 6.0
    assert copy.copy(length).unit == "m"


def test_a_subclass_may_change_its_state_and_be_weakly_referenced() -> None:
    length = Quantity(3.0, "m")
    length.data, length.unit = 4.0, "km"
    reference = weakref.ref(length)
    assert reference() is length
    enabled = gc.isenabled()
    gc.disable()
    try:
        graph = length * 2
        del length
        assert reference() is not None
        del graph
        assert reference() is None
    finally:
        if enabled:
            gc.enable()


def test_a_subclass_without_init_is_a_leaf_too() -> None:
    class Weight(Value):
        pass

    weight = Weight(2.0, label="w")
    assert (weight.data, weight.label, (weight + 1).data) == (2.0, "w", 3.0)


@pytest.mark.parametrize("x, y", [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (-7.5, -2.5), (3.0, math.inf)])
def test_divmod_is_that_of_floats(x: float, y: float) -> None:
    for found in (divmod(Value(x), y), divmod(x, Value(y)), divmod(Value(x), Value(y))):
        assert tuple(map(float, found)) == divmod(x, y)
    assert ag.grad(lambda t: ag.sum(divmod(t, 2.0)))(x) == 1.0
    with pytest.raises(TypeError, match="operands must be Values or numbers"):
        divmod(Value(x), "2")


def test_divmod_by_an_array_is_by_each_entry() -> None:
    quotients, remainders = divmod(Value(7.5), np.array([2.0, -3.0]))
    assert [*zip(map(float, quotients), map(float, remainders))] == [divmod(7.5, 2.0), divmod(7.5, -3.0)]
    assert {type(x) for x in (*quotients, *remainders)} == {Value}
