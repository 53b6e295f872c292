"""Plain state that a compiled function can reach: where it changes between calls, the next call follows it."""

from __future__ import annotations

import array
import collections
import contextvars
import csv
import dataclasses
import functools
import itertools
import operator
import os
import random
import sys
import types
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.compiler.program import KERNELS
from autograd.errors import AutogradError

Change = Callable[[], object]


@pytest.fixture(params=sorted(KERNELS), autouse=True)
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.compiler.program.best_kernel", lambda: request.param)


class Plain:
    """Whatever attributes it is given."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


class Slots:
    __slots__ = ("k",)

    def __init__(self, k: float) -> None:
        self.k = k


class Countdown:
    def __init__(self) -> None:
        self.left = 9.0

    def __iter__(self) -> Countdown:
        return self

    def __next__(self) -> float:
        self.left -= 1.0
        return self.left


class Emptied:
    def __init__(self) -> None:
        self.left = [3.0, 2.0, 1.0]

    def __iter__(self) -> Emptied:
        return self

    def __next__(self) -> float:
        return self.left.pop()


class Slotted:
    __slots__ = ("position",)

    def __init__(self) -> None:
        self.position = 0.0

    def __iter__(self) -> Slotted:
        return self

    def __next__(self) -> float:
        self.position += 1.0
        return self.position


class Once:
    def times(self, x: Any) -> Any:
        return 1.0 * x


class Fourfold(Once):
    def times(self, x: Any) -> Any:
        return 4.0 * x


@dataclasses.dataclass(slots=True)
class Fields:
    k: float


@dataclasses.dataclass(frozen=True)
class Frozen:
    ks: list[float]


class Hidden:
    """Has a number behind everything that Python calls without naming it."""

    shared = 1.0

    def __init__(self) -> None:
        self.number = 1.0
        self.numbers = [1.0]

    @property
    def computed(self) -> float:
        return self.number * 2.0

    @functools.cached_property
    def computed_once(self) -> float:
        return self.number * 2.0

    @classmethod
    def of_class(cls, x: Any) -> Any:
        return x * cls.shared

    @staticmethod
    def of_nothing(x: Any) -> Any:
        return x * SETTINGS["k"]

    def method(self, x: Any) -> Any:
        return x * self.number

    def __getattr__(self, name: str) -> float:
        if name != "missing":
            raise AttributeError(name)
        return self.numbers[0]

    def __getitem__(self, i: int) -> float:
        return self.numbers[i]

    def __iter__(self) -> Iterator[float]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def __bool__(self) -> bool:
        return self.number > 2.0

    def __matmul__(self, x: Any) -> Any:
        return x * self.number

    def __enter__(self) -> float:
        return self.number

    def __exit__(self, *error: object) -> None:
        pass


class Inherits(Hidden):
    def method(self, x: Any) -> Any:
        return super().method(x) + 1.0


SETTINGS: dict[str, Any] = {"k": 1.0}
number: Any = 1.0
CONTEXT: contextvars.ContextVar[float] = contextvars.ContextVar("number", default=1.0)


def with_default(default: Any) -> Callable[..., Any]:
    def function(x: Any, k: Any = default) -> Any:
        return x * (k if isinstance(k, float) else k[0])

    return function


def set_global(x: object) -> None:
    globals()["number"] = x


def helper(thing: Any, x: Any) -> Any:
    return x * thing.k


def spell(thing: Any) -> Any:
    return getattr(thing, "k" + str(1))


def restore() -> None:
    SETTINGS["k"] = 1.0
    set_global(1.0)
    Hidden.shared = 1.0
    CONTEXT.set(1.0)
    os.environ["SCALARGRAD_TEST"] = "1"


def put(container: Any, key: Any, x: object) -> Change:
    return functools.partial(operator.setitem, container, key, x)


def give(thing: Any, **attributes: Any) -> Change:
    def change() -> None:
        for name, x in attributes.items():
            setattr(thing, name, x)

    return change


def containers() -> Iterator[tuple[str, Any, Change]]:
    """Containers whose first entry is 1, and what changes it."""
    yield "list", (a := [1.0]), put(a, 0, 4.0)
    yield "long list", (b := [1.0] * 1000), put(b, 0, 4.0)
    yield "list in tuple", ((c := [1.0]),)[0], put(c, 0, 4.0)
    yield "array", (d := np.ones(2)), put(d, 0, 4.0)
    yield "long array", (e := np.ones(1000)), put(e, 0, 4.0)
    yield "whole numbers", (f := np.ones(2, int)), put(f, 0, 4)
    yield "objects", (g := np.array([1.0, None])), put(g, 0, 4.0)
    yield "view", (h := np.ones((2, 2)))[0], put(h, (0, 0), 4.0)
    yield "array.array", (i := array.array("d", [1.0])), put(i, 0, 4.0)
    yield "memoryview", memoryview(j := array.array("d", [1.0])), put(j, 0, 4.0)
    yield "bytearray", (k := bytearray([1])), put(k, 0, 4)
    yield "deque", (m := collections.deque([1.0])), put(m, 0, 4.0)
    yield "UserList", (n := collections.UserList([1.0])), put(n, 0, 4.0)
    yield "subclass of list", (o := type("Own", (list,), {})([1.0])), put(o, 0, 4.0)
    yield "dict", (p := {0: 1.0}), put(p, 0, 4.0)
    yield "defaultdict", (q := collections.defaultdict(float, {0: 1.0})), put(q, 0, 4.0)
    yield "OrderedDict", (r := collections.OrderedDict({0: 1.0})), put(r, 0, 4.0)
    yield "ChainMap", collections.ChainMap({}, s := {0: 1.0}), put(s, 0, 4.0)
    yield "mappingproxy", types.MappingProxyType(t := {0: 1.0}), put(t, 0, 4.0)


def made(cases: Callable[[], Iterator[tuple[str, Any, Any]]], name: str) -> tuple[Any, Any]:
    """Make a case anew: a test changes it."""
    return next(case for found, *case in cases() if found == name)  # type: ignore[return-value]


@pytest.mark.parametrize("name", [name for name, *_ in containers()])
def test_containers(name: str) -> None:
    held, change = made(containers, name)
    follows(lambda x: x * float(held[0]), change)


def objects() -> Iterator[tuple[str, Callable[[Any], Any], Change]]:
    """Functions that read a 1 somewhere, and what changes it."""
    ks, kept, inside, scale, grown, strong = [1.0], [1.0], [1.0], [1.0], [Value(1.0)], Plain(k=1.0)
    table, get, weak = {"f": lambda x: x * kept[0]}, operator.attrgetter("k"), weakref.ref(strong)
    compiled = ag.compile(lambda x: x * inside[0])
    looked_up = {"k": 1.0}
    of_context, of_table = CONTEXT.get, looked_up.get
    net, model = nn.Sequential(lambda xs: [x * scale[0] for x in xs]), nn.MLP(1, [2, 1], seed=0)
    other = (lambda x, k: 4.0 * x).__code__
    helper_of: Any = lambda: None  # noqa: E731
    helper_of.k = 1.0
    named_argument = functools.partial(lambda x, k: x * k, k=1.0)
    yield "global", lambda x: x * number, lambda: set_global(4.0)
    yield "numpy's number", lambda x: x * number, lambda: set_global(np.float64(4.0))
    yield "sign of zero", lambda x: x * (1.0 if np.signbit(zero.k) else 2.0), give(zero := Plain(k=0.0), k=-0.0)
    yield "bool for a number", lambda x: x * isinstance(one.k, bool), give(one := Plain(k=1), k=True)
    yield "slots", lambda x: x * slots.k, give(slots := Slots(1.0), k=4.0)
    yield "dataclass", lambda x: x * fields.k, give(fields := Fields(1.0), k=4.0)
    yield "frozen dataclass", lambda x: x * frozen.ks[0], put((frozen := Frozen([1.0])).ks, 0, 4.0)
    yield "namespace", lambda x: x * space.a.k, give((space := types.SimpleNamespace(a=Plain(k=1.0))).a, k=4.0)
    yield "through a helper", lambda x: helper(helped, x), give(helped := Plain(k=1.0), k=4.0)
    yield "objects in a list", lambda x: x * listed[0].k, give((listed := [Plain(k=1.0)])[0], k=4.0)
    yield "objects in a dict", lambda x: x * named["a"].k, give((named := {"a": Plain(k=1.0)})["a"], k=4.0)
    yield "functions in a list", lambda x: called[0](x), put(called := [lambda x: x], 0, lambda x: 4.0 * x)
    yield "what those read", lambda x: table["f"](x), put(kept, 0, 4.0)
    yield "getattr", lambda x: x * getattr(got, "k"), give(got := Plain(k=1.0), k=4.0)  # noqa: B009
    yield "getattr of a made name", lambda x: x * getattr(spelled, "k" + str(1)), give(spelled := Plain(k1=1.0), k1=4.0)
    yield "getattr in a helper", lambda x: x * spell(noted), give(noted := Plain(k1=1.0), k1=4.0)
    yield "vars", lambda x: x * vars(seen)["k"], give(seen := Plain(k=1.0), k=4.0)
    yield "attrgetter", lambda x: x * get(gotten), give(gotten := Plain(k=1.0), k=4.0)
    yield "globals()", lambda x: x * globals()["number"], lambda: set_global(4.0)
    yield "an attribute that comes", lambda x: x * getattr(bare, "k", 1.0), give(bare := Plain(), k=4.0)
    yield "attribute of a function", lambda x: helper(helper_of, x), give(helper_of, k=4.0)
    yield "ContextVar", lambda x: x * CONTEXT.get(), lambda: CONTEXT.set(4.0)
    yield "method of a ContextVar", lambda x: x * of_context(), lambda: CONTEXT.set(4.0)
    yield "method of a dict", lambda x: x * of_table("k", 1.0), put(looked_up, "k", 4.0)
    yield "weak reference", lambda x: x * weak().k, give(strong, k=4.0)  # type: ignore[union-attr]
    yield "defaults", (default := with_default(1.0)), give(default, __defaults__=(4.0,))
    yield "list as default", with_default(ks), put(ks, 0, 4.0)
    yield "object given to partial", functools.partial(helper, bound := Plain(k=1.0)), give(bound, k=4.0)
    yield "code", lambda x: inner(x), give(inner := with_default(1.0), __code__=other)
    yield "named argument of partial", lambda x: named_argument(x), put(named_argument.keywords, "k", 4.0)
    yield "class of an object", lambda x: reclassed.times(x), give(reclassed := Once(), __class__=Fourfold)
    yield "environment", lambda x: x * float(os.environ["SCALARGRAD_TEST"]), put(os.environ, "SCALARGRAD_TEST", "4")
    yield "getenv", lambda x: x * float(os.getenv("SCALARGRAD_TEST", "1")), put(os.environ, "SCALARGRAD_TEST", "4")
    yield "another Value", lambda x: x * owner.w, give(owner := Plain(w=Value(1.0)), w=Value(4.0))
    yield "Value in a list", lambda x: x * weights[0], put(weights := [Value(1.0)], 0, Value(1.0) * 4.0)
    yield "a number for a Value", lambda x: x * turned.w, give(turned := Plain(w=Value(1.0)), w=4.0)
    yield "one more Value", lambda x: sum(w * x for w in grown), lambda: grown.append(Value(3.0))
    yield "compiled inside", lambda x: compiled(x), put(inside, 0, 4.0)
    yield "checkpoint", ag.checkpoint(lambda x: x * kept_too[0]), put(kept_too := [1.0], 0, 4.0)
    yield "grad", ag.grad(lambda x: x * x * squared[0]), put(squared := [1.0], 0, 4.0)
    yield "function in a Sequential", lambda x: net([x])[0], put(scale, 0, 4.0)
    yield (
        "layer of a network",
        lambda x: model([x]),
        lambda: put(model.layers, 0, nn.MLP(1, [2, 1], seed=5).layers[0])(),
    )


@pytest.mark.parametrize("name", [name for name, *_ in objects()])
def test_objects(name: str) -> None:
    follows(*made(objects, name))


def hidden() -> Iterator[tuple[str, Callable[[Hidden, Any], Any], Callable[[Hidden], Change]]]:
    """Functions of such an object, and what changes what they read."""
    own, shared, listed = (
        lambda h: give(h, number=4.0), lambda h: give(Hidden, shared=4.0), lambda h: put(h.numbers, 0, 4.0)
    )  # fmt: skip
    yield "property", lambda h, x: x * h.computed, own
    yield "cached property", lambda h, x: x * h.computed_once, lambda h: lambda: h.__dict__.update(computed_once=4.0)
    yield "of the class", lambda h, x: x * h.shared, shared
    yield "of the class, hidden", lambda h, x: x * h.shared, lambda h: give(h, shared=4.0)
    yield "of the type", lambda h, x: x * type(h).shared, shared
    yield "class by name", lambda h, x: x * Hidden.shared, shared
    yield "class method", lambda h, x: h.of_class(x), shared
    yield "class method by name", lambda h, x: Hidden.of_class(x), shared
    yield "static method", lambda h, x: h.of_nothing(x), lambda h: put(SETTINGS, "k", 4.0)
    yield "method", lambda h, x: h.method(x), own
    yield "method hidden", lambda h, x: h.method(x), lambda h: give(h, method=lambda x: 4.0 * x)
    yield "__getattr__", lambda h, x: x * h.missing, listed
    yield "__getitem__", lambda h, x: x * h[0], listed
    yield "__iter__", lambda h, x: sum(x * k for k in h), listed
    yield "__len__", lambda h, x: x * len(h), lambda h: lambda: h.numbers.append(1.0)
    yield "__bool__", lambda h, x: x * 2.0 if h else x, own
    yield "__matmul__", lambda h, x: h @ x, own
    yield "with", reads_in_with, own


def reads_in_with(h: Hidden, x: Any) -> Any:
    with h as k:
        return x * k


@pytest.mark.parametrize("kind", [Hidden, Inherits])
@pytest.mark.parametrize("name", [name for name, *_ in hidden()])
def test_state_behind_an_object(kind: type[Hidden], name: str) -> None:
    function, change = made(hidden, name)
    first, second, third = kind(), kind(), kind()
    follows(lambda x: function(first, x), change(first))
    follows(functools.partial(function, second), change(second))
    follows(third.method, give(third, number=4.0))


def test_a_member_of_a_base_class_that_a_subclass_hides_later() -> None:
    class Derived(Hidden):
        pass

    h = Derived()
    follows(lambda x: x * h.shared, give(Derived, shared=4.0))
    del Derived.shared
    follows(lambda x: x * Derived.shared, give(Derived, shared=4.0))
    follows(lambda x: h.method(x), give(Derived, method=lambda self, x: 4.0 * x))


def test_an_object_whose_getattr_raises_another_error_than_it_should() -> None:
    class Table:
        __slots__ = ("entries",)

        def __init__(self, **entries: float) -> None:
            self.entries = entries

        def __getattr__(self, name: str) -> float:
            return self.entries[name]

    table = Table(k=1.0)
    follows(lambda x: x * table.k, put(table.entries, "k", 4.0))


def test_state_of_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = types.ModuleType("a_users_module")
    monkeypatch.setitem(sys.modules, "a_users_module", module)
    exec("k = 1.0\nclass Owner:\n    k = 1.0\ndef get():\n    return k", vars(module))

    def imports(x: Any) -> Any:
        import a_users_module  # type: ignore[import-not-found]

        return x * a_users_module.k

    functions = (
        lambda x: x * module.k,
        lambda x: x * module.get(),
        imports,
        lambda x: x * sys.modules[module.__name__].k,
    )
    for function in functions:
        module.k = 1.0
        follows(function, give(module, k=4.0))
    follows(lambda x: x * module.Owner.k, give(module.Owner, k=4.0))


def test_decorators() -> None:
    outside, inside = [1.0], [1.0]

    def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*arguments: Any) -> Any:
            return function(*arguments) * outside[0]

        return wrapper

    @decorated
    def function(x: Any) -> Any:
        return x * inside[0]

    follows(function, put(outside, 0, 4.0))
    follows(function, put(inside, 0, 5.0))


def follows(function: Callable[[Any], Any], change: Change) -> None:
    """Compiled gives what eager gives before and after a change, one by one and as a batch, by replay."""
    restore()
    compiled = ag.compile(function)
    xs = np.array([2.0, 3.0])
    before = [eager(function, x) for x in xs]
    assert [compiled(x) for x in xs] == before
    versions = [len(compiled.programs)]
    change()
    after = [eager(function, x) for x in xs]
    assert after != before
    assert compiled(xs).tolist() == after
    assert [compiled(x) for x in xs] == after
    assert [*versions, len(compiled.programs)] == [1, 2]
    restore()


def eager(function: Callable[[Any], Any], x: float) -> float:
    y = function(Value(x))
    return y.data if isinstance(y, Value) else float(y)


def draws() -> Iterator[tuple[str, Any, Callable[[Any], float]]]:
    """What has a state, and how a number is taken from it."""
    yield "random.Random", random.Random(0), lambda own: own.random()
    yield "numpy's Generator", np.random.default_rng(0), lambda own: own.normal()
    yield "RandomState", np.random.RandomState(0), lambda own: own.rand()
    yield "bit generator", np.random.PCG64(0), lambda own: own.random_raw()
    yield "attribute", Plain(rng=random.Random(0)), lambda own: own.rng.random()
    yield "list", [random.Random(0)], lambda own: own[0].random()
    yield "method", random.Random(0).random, lambda own: own()
    yield "method of numpy's Generator", np.random.default_rng(0).normal, lambda own: own()
    yield "iterator's method", iter([1.0] * 9).__next__, lambda own: own()
    yield "iterator", iter([1.0] * 9), next
    yield "count", itertools.count(), next
    yield "generator", (float(k) for k in range(9)), next
    yield "map", map(float, range(9)), next
    yield "filter", filter(None, range(9)), next
    yield "enumerate", enumerate([1.0, 2.0, 3.0]), lambda own: next(own)[1]
    yield "zip", zip([1.0, 2.0, 3.0]), lambda own: next(own)[0]
    yield "cycle", itertools.cycle([1.0, 2.0, 3.0]), next
    yield "chain", itertools.chain([1.0, 2.0], [3.0]), next
    yield "islice", itertools.islice(itertools.count(), 9), next
    yield "accumulate", itertools.accumulate([1.0, 2.0, 3.0]), next
    yield "csv", csv.reader(["1", "2", "3"]), lambda own: float(next(own)[0])
    yield "iterator by hand", Countdown(), next
    yield "iterator by hand over a list", Emptied(), next
    yield "iterator by hand with slots", Slotted(), next
    yield "in an attribute", Plain(batches=map(float, range(9))), lambda own: next(own.batches)


@pytest.mark.parametrize("name", [name for name, *_ in draws()])
def test_draws_are_refused(name: str) -> None:
    own, draw = made(draws, name)
    compiled = ag.compile(lambda x: x * draw(own))
    with pytest.raises(AutogradError, match="draws random numbers or advances an iterator"):
        compiled(1.0)


def test_an_unchanged_state_is_replayed_whatever_object_holds_it() -> None:
    held = Plain(k=0.5, name="a", flags=(True, None), missing=float("nan"), table={"a": [1.0]})
    compiled = ag.compile(lambda x: x * held.k * len(held.name) * len(held.flags) * held.table["a"][0] + 0.0 * x)
    compiled(1.0)
    vars(held).update(k=float("0.5"), name="".join("a"), flags=(True, None), missing=float("nan"))
    compiled(2.0)
    assert len(compiled.programs) == 1
