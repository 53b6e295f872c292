"""Calls of compiled functions: methods, vectors, containers, options that are parameters of the function, messages."""

from __future__ import annotations

import copy
import os
import pickle
import stat
import time
from collections import OrderedDict, defaultdict, deque, namedtuple
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.compiler import Program
from autograd.compiler.storage import StoreError
from autograd.errors import AutogradError
from tests import needs

Pair = namedtuple("Pair", "a b")


class Model:
    """Two compiled methods over a parameter."""

    def __init__(self, weight: float) -> None:
        self.w = Value(weight)

    @ag.compile
    def __call__(self, x: Any) -> Any:
        """Linear."""
        return self.w * x

    @ag.compile
    def loss(self, x: Any) -> Any:
        """Return a branch."""
        return self.w * x if x > 0.0 else -x


class Slotted:
    """A compiled method of instances that keep nothing."""

    __slots__ = ("w",)

    def __init__(self) -> None:
        self.w = Value(2.0)

    @ag.compile
    def loss(self, x: Any) -> Any:
        """Linear."""
        return self.w * x


def test_a_method_is_bound_to_its_instance() -> None:
    one, other = Model(3.0), Model(5.0)
    assert (one(2.0), one.loss(2.0), other.loss(2.0), other.loss(-2.0)) == (6.0, 6.0, 10.0, 2.0)
    assert one.loss(np.array([1.0, -1.0])).tolist() == [3.0, 1.0]
    assert (len(one.loss.programs), len(other.loss.programs), len(Model.loss.programs)) == (2, 2, 0)
    one.loss.backward(4.0)
    assert (one.w.grad, other.w.grad) == (4.0, 0.0)
    assert Slotted().loss(3.0) == 6.0


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copied_instance_has_methods_of_its_own(copied: Any) -> None:
    one = Model(3.0)
    assert one.loss(2.0) == 6.0
    other = copied(one)
    other.w = Value(7.0)
    assert (other.loss(2.0), one.loss(2.0)) == (14.0, 6.0)


def rosenbrock(x: Any) -> Any:
    return sum(100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2 for i in range(len(x) - 1))


def test_a_minimiser_calls_a_compiled_function_of_a_vector() -> None:
    optimize = needs.package("scipy.optimize")
    together = optimize.minimize(ag.compile(ag.value_and_grad(rosenbrock), vector=True), np.zeros(4), jac=True)
    apart = optimize.minimize(
        ag.compile(rosenbrock, vector=True), np.zeros(4), jac=ag.compile(ag.grad(rosenbrock), vector=True)
    )
    for found in (together, apart):
        assert found.success
        assert found.x == pytest.approx(np.ones(4), abs=1e-5)
    with pytest.raises(TypeError, match=r"ag\.compile\(function, vector=True\) takes arrays as vectors"):
        optimize.minimize(ag.compile(rosenbrock), np.zeros(4))


def test_vectors() -> None:
    compiled = ag.compile(rosenbrock, vector=True)
    assert compiled(np.zeros(3)) == 2.0
    found = compiled.gradients(np.zeros(3))
    assert type(found.inputs[0]) is np.ndarray
    assert found.inputs[0].tolist() == ag.grad(rosenbrock)(np.zeros(3)).tolist()
    assert compiled([0.0, 0.0, 0.0]) == 2.0
    matrix = ag.compile(lambda m, s: m[0, 1] * m[1, 0] * s, vector=True)
    assert matrix.gradients(np.array([[1.0, 2.0], [3.0, 4.0]]), 2.0).inputs[0].tolist() == [[0.0, 6.0], [4.0, 0.0]]
    assert pickle.loads(pickle.dumps(compiled)).vector is True
    with pytest.raises(TypeError, match="vector= is for functions"):
        ag.compile(Value(1.0) * 2.0, [], vector=True)


@pytest.mark.parametrize(
    "given, message",
    [(np.ones(3), "a 1-D array is a number for each sample"), (np.ones((3, 1)), r"x\.ravel\(\) of an \(n, 1\) array")],
)
def test_the_message_of_a_wrong_guess(given: Any, message: str) -> None:
    function = (lambda x: x[0] * 2.0) if given.ndim == 1 else (lambda x: ag.exp(x))
    for call in (ag.compile(function), ag.compile(function).backward, ag.compile(function).gradients):
        with pytest.raises(TypeError, match=message):
            call(given)


CONTAINERS: list[Any] = [
    defaultdict(float, a=2.0, b=3.0),
    OrderedDict(a=2.0, b=3.0),
    {"a": 2.0, "b": 3.0},
    Pair(2.0, 3.0),
]


@pytest.mark.parametrize("point", CONTAINERS, ids=lambda point: type(point).__name__)
def test_containers_of_any_kind(point: Any) -> None:
    def product(p: Any) -> Any:
        return p["a"] ** 2 * p["b"] if isinstance(p, dict) else p.a**2 * p.b

    compiled = ag.compile(product)
    slopes = ag.grad(product)(point)
    assert compiled(point) == 12.0
    assert compiled.gradients(point).inputs == (slopes,)
    assert type(slopes) is type(compiled.gradients(point).inputs[0]) is type(point)
    assert [*(slopes.values() if isinstance(slopes, dict) else slopes)] == [12.0, 4.0]
    if isinstance(point, defaultdict):
        assert slopes.default_factory is float


def test_gradients_keep_the_nesting_of_a_batch() -> None:
    compiled = ag.compile(lambda p, *, k: p["a"] * p["b"][0] * k)
    found = compiled.gradients({"a": np.array([1.0, 2.0]), "b": [3.0]}, k=2.0)
    point, factor = found.inputs
    assert point["a"].tolist() == [6.0, 6.0]
    assert point["b"][0].tolist() == [2.0, 4.0]
    assert factor.tolist() == [3.0, 6.0]


def test_a_parameter_may_have_the_name_of_an_option() -> None:
    compiled = ag.compile(lambda x, threads, seed=1.0: x * threads * seed)
    assert compiled(2.0, threads=3.0) == 6.0
    assert compiled(2.0, 3.0, seed=2.0) == 12.0
    assert compiled.backward(2.0, threads=3.0, seed=2.0) == 12.0  # type: ignore[arg-type]
    assert compiled.gradients(2.0, threads=3.0, seed=2.0).inputs == (6.0, 6.0, 4.0)  # type: ignore[arg-type]
    also = ag.compile(lambda self, parameters: self * parameters)
    assert also(self=2.0, parameters=3.0) == also.backward(self=2.0, parameters=3.0) == 6.0
    assert also.gradients(self=2.0, parameters=3.0).inputs == (2.0, 3.0)  # type: ignore[arg-type]
    assert ag.compile(lambda x: x * 2.0).gradients(1.0, seed=3.0).inputs == (6.0,)


class Hangs(Executor):
    """Takes work and never does it."""

    def submit(self, *work: Any, **more: Any) -> Future[Any]:
        """Return what never comes."""
        return Future()


def test_an_executor_that_hangs() -> None:
    w, x = Value(2.0), Value(1.0)
    program, function = ag.compile(w * x, inputs=[x]), ag.compile(lambda x: w * x)
    for target in (program, function):
        before = time.monotonic()
        for call in (target, target.backward, target.gradients):
            with pytest.raises(AutogradError, match=r"part 0 of 1 was lost.*no answer within 0\.01 s"):
                call(np.ones(3), executor=Hangs(), timeout=0.01)
            with pytest.raises(ValueError, match="timeout: must be a positive number of seconds, got -1"):
                call(np.ones(3), executor=Hangs(), timeout=-1)
        assert time.monotonic() - before < 60.0
    assert w.grad == 0.0


def test_a_file_that_names_more_inputs_than_it_can_use() -> None:
    text = ag.compile(Value(2.0) * Value(3.0), inputs=[]).to_json()
    assert Program.from_json(text.replace('"inputs": 0', '"inputs": 1000')) is not None
    with pytest.raises(StoreError, match="inputs must be"):
        Program.from_json(text.replace('"inputs": 0', '"inputs": 5000000'))


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permission bits")
def test_a_private_file_stays_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "program.json"
    target.write_text("")
    target.chmod(0o600)
    modes: list[int] = []
    replace = os.replace
    opened = os.open

    def replaced(partial: Any, path: Any) -> None:
        modes.append(stat.S_IMODE(os.stat(partial).st_mode))
        replace(partial, path)

    monkeypatch.setattr(os, "replace", replaced)

    def noted(*arguments: Any) -> int:
        number = opened(*arguments)
        modes.append(stat.S_IMODE(os.fstat(number).st_mode))
        return number

    monkeypatch.setattr(os, "open", noted)
    ag.compile(Value(2.0) * 3.0, inputs=[]).save(target)
    assert set(modes) == {0o600}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


RETURNS: dict[str, Any] = {
    "one": lambda total, each: total,
    "list": lambda total, each: [total, *each],
    "tuple": lambda total, each: (total, total * 2.0),
    "array": lambda total, each: np.array([each, each]),
    "nested": lambda total, each: {"total": total, "each": np.array(each), "fixed": "text", "rows": [each, (total,)]},
}


@pytest.mark.parametrize("returns", RETURNS)
@pytest.mark.parametrize("vector", [False, True])
def test_flat_arguments_of_one_sample(returns: str, vector: bool) -> None:
    w = Value(1.5)

    def function(x: Any, ys: Any, zs: Any) -> Any:
        total = w * x + ag.sum([y * z for y, z in zip(ys, zs, strict=True)])
        return RETURNS[returns](total, [total * y if y > 0 else total + y for y in ys])

    compiled = ag.compile(function, vector=vector)
    kind = np.array if vector else list
    points = [
        (0.5, (1.0, -2.0), kind([0.25, 3.0])),
        (2.0, (1.5, 4.0), kind([-1.0, 0.5])),
        (1.0, (-1.0, 0.5), kind([2, 3])),
    ]
    for point in points * 3:
        plain = function(*point)
        values, expected = flat_numbers(plain), flat_numbers(compiled(*point))
        assert expected == pytest.approx(values, rel=1e-14)
        w.grad = 0.0
        assert flat_numbers(compiled.backward(*point)) == pytest.approx(values, rel=1e-14)
        found = compiled.gradients(*point)
        leaves = [Value(point[0]), *map(Value, point[1]), *map(Value, list(point[2]))]
        again = function(leaves[0], leaves[1:3], leaves[3:])
        ag.sum(flat_values(again)).backward()
        assert flat_numbers(found.inputs) == pytest.approx([leaf.grad for leaf in leaves], rel=1e-14)
        assert [type(x) for x in found.inputs] == [float, tuple, np.ndarray if vector else list]
        assert found.parameters[w] * 2 == pytest.approx(w.grad, rel=1e-14)
        assert flat_numbers(compiled(np.float64(point[0]), *point[1:])) == expected


@pytest.mark.parametrize("wrong", [[1.0, "a"], [1.0, None], [1.0, True], [1.0, [2.0]], [1.0, 1 + 2j], [1.0, 10**400]])
def test_what_no_list_of_numbers_is_goes_the_long_way(wrong: list[Any]) -> None:
    compiled = ag.compile(lambda xs: ag.sum([x if isinstance(x, Value) else 0.0 for x in xs]))
    for _ in range(3):
        assert compiled([1.0, 2.0]) == 3.0
    expected: Any
    try:
        expected = ag.compile(compiled.function)(wrong)
    except (TypeError, ValueError, OverflowError) as error:
        expected = type(error)
    if isinstance(expected, type):
        with pytest.raises(expected):
            compiled(wrong)
    else:
        assert compiled(wrong) == expected


def test_gradients_are_in_the_shapes_of_all_arguments() -> None:
    """From the first call, which records, to those that go the whole way in C."""

    def weighed(xs: Any, scale: Any, matrix: Any, pair: Any) -> Any:
        return ag.dot(xs, xs) * scale + ag.sum(x * w for x, w in zip(matrix.ravel(), range(6))) + pair[0] * pair[1]

    compiled, matrix = ag.compile(weighed, vector=True), np.arange(6.0).reshape(2, 3)
    for _ in range(4):
        xs, scale, of_matrix, pair = compiled.gradients([1.0, 2.0], 3.0, matrix, (4.0, 5.0)).inputs
        assert (xs, scale, pair) == ([6.0, 12.0], 5.0, (5.0, 4.0))
        assert type(scale) is float
        assert {type(x) for x in (*xs, *pair)} == {float}
        assert np.array_equal(of_matrix, matrix)
        assert of_matrix.dtype == float


def test_arrays_of_every_kind_as_vectors() -> None:
    compiled = ag.compile(lambda xs: ag.sum([x * x for x in xs]), vector=True)
    base = np.arange(6.0)
    given = [
        base[:3],
        base[::2],
        base[:3].astype(np.float32),
        base[:3].astype(int),
        base[2::-1],
        base[:3].astype(">f8"),
    ]
    for _ in range(2):
        for array in given:
            assert compiled(array) == float(np.sum(array.astype(float) ** 2))


def flat_values(x: Any) -> list[Any]:
    if isinstance(x, np.ndarray):
        return [*x.ravel().tolist()]
    if isinstance(x, (list, tuple)):
        return [y for part in x for y in flat_values(part)]
    if isinstance(x, dict):
        return flat_values([*x.values()])
    return [] if isinstance(x, str) else [x]


def flat_numbers(x: Any) -> list[float]:
    return [y.data if isinstance(y, Value) else float(y) for y in flat_values(x)]


class Scaled:
    """A class whose methods are compiled in every way that Python has."""

    def __init__(self, scale: float) -> None:
        self.scale = Value(scale)

    @ag.compile
    def scaled(self, x: Any) -> Any:
        return self.scale * x

    @ag.compile
    @staticmethod
    def doubled(x: Any) -> Any:
        return x * 2.0

    @staticmethod
    @ag.compile
    def tripled(x: Any) -> Any:
        return x * 3.0

    @classmethod
    @ag.compile
    def named(cls, x: Any) -> Any:
        return x * len(cls.__name__)

    @property
    @ag.compile
    def square(self) -> Any:
        return self.scale * self.scale


class Wider(Scaled):
    """Its methods are those of its class."""


def test_methods_of_every_kind() -> None:
    one, other = Scaled(2.0), Wider(5.0)
    assert [each.scaled(3.0) for each in (one, other)] == [6.0, 15.0]
    assert [Scaled.scaled(each, 3.0) for each in (one, other)] == [6.0, 15.0]
    assert Scaled.scaled.gradients(one, 3.0).inputs == (2.0,)
    assert Scaled.scaled.backward(other, 3.0, seed=2.0) == 15.0
    assert other.scale.grad == 6.0
    assert [each.doubled(3.0) for each in (one, other, Scaled)] == [6.0] * 3
    assert [each.tripled(3.0) for each in (one, other, Scaled)] == [9.0] * 3
    assert [each.named(3.0) for each in (one, other, Scaled, Wider)] == [18.0, 15.0, 18.0, 15.0]
    assert [each.square for each in (one, other)] == [4.0, 25.0]


def test_a_list_of_columns_is_not_scaled() -> None:
    with pytest.raises(TypeError, match=r"columns are scaled one by one .*x\.ravel\(\) of an \(n, 1\) array"):
        ag.compile(lambda x: x * 2.0)(np.ones((3, 1)))
    assert ag.compile(lambda x: [*x, 1.0])(np.ones((3, 2)))[2].tolist() == [1.0] * 3
    assert ag.compile(lambda x: x[0] * 2.0)(np.ones((3, 1))).tolist() == [2.0] * 3


@pytest.mark.parametrize("given", [deque([1.0]), {1.0}, {"a": 1.0}.keys(), frozenset([1.0])])
def test_containers_that_have_no_columns(given: Any) -> None:
    with pytest.raises(TypeError, match="argument 0 must be a number or numbers"):
        ag.compile(lambda x: x)(given)


class Named:
    """Methods whose first parameter has any name."""

    def __init__(self) -> None:
        self.w = Value(3.0)

    @ag.compile
    def of(this, x: Any) -> Any:
        return this.w * x

    by_name = ag.compile(lambda me, x: me.w * x)


def test_methods_are_bound_whatever_they_call_the_instance() -> None:
    scaled = Named()
    assert (scaled.of(2.0), Named.of(scaled, 2.0), Named.of(scaled, x=2.0)) == (6.0, 6.0, 6.0)
    assert (scaled.by_name(2.0), Named.by_name(scaled, 2.0)) == (6.0, 6.0)
    assert Named.of.gradients(scaled, 2.0).inputs == (3.0,)
