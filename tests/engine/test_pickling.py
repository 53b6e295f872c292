"""Pickling and copying of graphs: sharing kept in any order, subclasses with state, no trace left, freed at once."""

from __future__ import annotations

import copy
import gc
import io
import itertools
import pickle
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.engine import pickling
from autograd.engine.graph import topological


class Weight(Value):
    """A subclass with its own arguments, a `__dict__` and weak references."""

    def __init__(self, data: float, unit: str) -> None:
        super().__init__(data, label=unit)
        self.unit = unit


class Slotted(Value):
    __slots__ = ("__weakref__", "unit")

    unit: Any


def _dumped(thing: Any, protocol: int | None = None) -> Any:
    return pickle.loads(pickle.dumps(thing, protocol))


WAYS: dict[str, Callable[[Any], Any]] = {
    "deepcopy": copy.deepcopy,
    **{f"protocol {n}": partial(_dumped, protocol=n) for n in range(pickle.HIGHEST_PROTOCOL + 1)},
    "python's pickler": lambda thing: pickle.loads(pickle._dumps(thing)),  # type: ignore[attr-defined]
}
by_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def _graph() -> tuple[Value, Value, Value, Value]:
    w5, x = Value(0.4, label="w5"), Value(0.6, label="x")
    net = w5 * x + 2.0
    net.label = "net"
    loss = (net.sigmoid() - net) ** 2 + w5
    loss.backward()
    return w5, x, net, loss


def _shape(nodes: list[Value]) -> list[Any]:
    """Return all about a graph but identity: nodes by their place in `nodes`, as equal data doesn't make them one."""
    place = {node: f"node {i}" for i, node in enumerate(nodes)}
    return [(_facts(node), [place[x] if isinstance(x, Value) else x for x in node.operands]) for node in nodes]


def _facts(node: Value) -> Any:
    return type(node), node.data, node.grad, node.label, node.op, node.local_derivatives


@by_way
def test_a_graph_comes_back_whole(way: Callable[[Any], Any]) -> None:
    *_, loss = _graph()
    back = way(loss)
    before, after = topological(loss), topological(back)
    assert _shape(before) == _shape(after)
    assert not set(before) & set(after)
    back.backward()
    assert after[0].grad == 2 * before[0].grad
    after[0].data = 5.0


@by_way
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 3, 0, 1), (0, 3), (3, 0), (2, 3), (3, 2), (2, 0)])
def test_sharing_within_one_pickle_is_kept_in_any_order(way: Callable[[Any], Any], order: tuple[int, ...]) -> None:
    graph = _graph()
    back = dict(zip(order, way([graph[i] for i in order]), strict=True))
    assert _shape(topological(*back.values())) == _shape(topological(*(graph[i] for i in order)))
    for i, j in itertools.product(order, order):
        assert (back[i] in {*topological(back[j])}) == (graph[i] in {*topological(graph[j])})


@by_way
def test_two_graphs_in_one_pickle_share_what_they_shared(way: Callable[[Any], Any]) -> None:
    x, own = Value(2.0), Value(3.0)
    shared = x.exp()
    first, second, third = shared * own, shared + 1, own - 1
    back = way({"first": first, "list": [second, (third, own)], "again": first})
    second_, (third_, own_) = back["list"]
    assert back["first"] is back["again"]
    assert back["first"].parents[0] is second_.parents[0]
    assert back["first"].parents[1] is third_.parents[0] is own_


@given(st.lists(st.integers(0, 11), min_size=1, max_size=6), st.integers(0, 2**32))
def test_sharing_of_random_graphs_is_kept(picks: list[int], seed: int) -> None:
    nodes = [Value(1.0), Weight(2.0, "kg")]
    for step in range(10):
        a, b = nodes[seed % (step + 2)], nodes[(seed >> step) % (step + 2)]
        nodes.append(ag.sum([a, b, a]) if step % 3 == 0 else a * b)
    chosen = [nodes[pick] for pick in picks]
    for way in (copy.deepcopy, _dumped):
        assert _shape(topological(*way(chosen))) == _shape(topological(*chosen))


@by_way
def test_subclasses_keep_class_and_state(way: Callable[[Any], Any]) -> None:
    weight, slotted = Weight(2.0, "kg"), Slotted(3.0)
    slotted.unit = ["m"]
    weight.history = slotted.unit  # type: ignore[attr-defined]
    weight.grad = 7.0
    back = way((weight * slotted, weight, slotted))
    product, weight_, slotted_ = back
    assert (type(product), type(weight_), type(slotted_)) == (Value, Weight, Slotted)
    assert product.parents[0] is weight_
    assert product.parents[1] is slotted_
    assert (weight_.data, weight_.grad, weight_.label, weight_.unit) == (2.0, 7.0, "kg", "kg")
    assert weight_.history is slotted_.unit
    assert slotted_.unit == ["m"]


@by_way
def test_state_may_lead_back_to_the_graph(way: Callable[[Any], Any]) -> None:
    weight = Weight(2.0, "kg")
    weight.loss = weight * weight  # type: ignore[attr-defined]
    for back in (way(weight), way(weight.loss).parents[0], way([weight.loss, weight])[1]):  # type: ignore[attr-defined]
        assert back.loss.parents[0] is back
        assert back.loss.data == 4.0


def test_copy_is_a_new_node_with_the_same_parents() -> None:
    _, _, net, loss = _graph()
    again = copy.copy(loss)
    assert again is not loss
    assert _facts(again) == _facts(loss)
    assert [a is b for a, b in zip(again.parents, loss.parents, strict=True)] == [True, True]
    again.label = "again"
    assert loss.label == ""
    leaf = copy.copy(Weight(2.0, "kg"))
    assert (type(leaf), leaf.unit, leaf.data) == (Weight, "kg", 2.0)
    assert copy.copy(net).operands[1] == 2.0


def test_copies_share_state_and_deep_copies_do_not() -> None:
    weight = Weight(2.0, "kg")
    weight.history = [1]  # type: ignore[attr-defined]
    assert copy.copy(weight).history is weight.history  # type: ignore[attr-defined]
    assert copy.deepcopy(weight).history == [1]  # type: ignore[attr-defined]
    assert copy.deepcopy(weight).history is not weight.history  # type: ignore[attr-defined]


def test_modes_do_not_change_what_is_copied_or_loaded() -> None:
    loss = _graph()[3]
    pole = Value(0.0).log()
    text = pickle.dumps([loss, pole])
    with ag.no_grad(), ag.detect_anomaly():
        copies = [copy.copy(loss), copy.deepcopy(loss), pickle.loads(text)[0], copy.copy(pole), pickle.loads(text)[1]]
    assert [node.op for node in copies] == ["add", "add", "add", "log", "log"]


@pytest.mark.parametrize("data", [float("nan"), float("inf"), -0.0, 5e-324])
def test_every_float_comes_back(data: float) -> None:
    for node in (Value(data), -Value(data)):
        assert repr(_dumped(node)) == repr(node)


def test_one_pickler_may_write_twice() -> None:
    w5, _, net, loss = _graph()
    file = io.BytesIO()
    pickler = pickle.Pickler(file)
    pickler.dump(net)
    pickler.dump([loss, w5])
    file.seek(0)
    unpickler = pickle.Unpickler(file)
    first = unpickler.load()
    second, leaf = unpickler.load()
    assert first in {*topological(second)}
    assert leaf in {*topological(first)}


def test_threads_may_pickle_one_graph_at_once() -> None:
    x = Value(1.0)
    nodes = [x]
    for _ in range(300):
        nodes.append((nodes[-1] + x) * 0.5)
    failed: list[Any] = []

    def work(start: int) -> None:
        for i in range(20):
            thing = [nodes[(37 * i + start) % 300], nodes[-1], nodes[11 * i % 300]]
            try:
                if _shape(topological(*_dumped(thing))) != _shape(topological(*thing)):
                    failed.append("sharing was lost")
            except Exception as error:
                failed.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(start,)) for start in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert not failed


def test_a_graph_that_grew_between_two_dumps() -> None:
    _, _, net, loss = _graph()
    assert len(topological(_dumped(net))) == len(topological(net))
    assert len(topological(_dumped(loss * net))) == len(topological(loss)) + 1


# Nothing stays behind


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Free by reference counts alone."""
    gc.collect()
    enabled = gc.isenabled()
    gc.disable()
    yield
    if enabled:
        gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_pickling_and_copying_leave_nothing_behind() -> None:
    leaf = Weight(2.0, "kg")
    reference, count = weakref.ref(leaf), sys.getrefcount(leaf)
    loss = (leaf * leaf).exp() + leaf
    loss.backward()
    copies = [_dumped(loss), copy.copy(loss), copy.deepcopy([loss, leaf])]
    assert pickling._holders.records == {}
    del copies, loss
    assert sys.getrefcount(leaf) == count
    del leaf
    assert reference() is None


@pytest.mark.usefixtures("no_collector")
def test_graphs_are_freed_without_the_collector() -> None:
    leaf = Weight(2.0, "kg")
    reference = weakref.ref(leaf)
    node: Value = leaf
    for name in ("exp", "tanh", "sqrt", "neg", "relu"):
        node = ag.where(node, ag.max(getattr(node, name)(), ag.sum([node, leaf, 1])), ag.dot([node], [leaf], node))
    node.backward()
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError):
        (node * 0.0).log()
    with ag.no_grad():
        node * 2
    node.zero_grad()
    del leaf
    assert reference() is not None
    del node
    assert reference() is None


@pytest.mark.usefixtures("no_collector")
def test_no_object_is_left_over() -> None:
    def work() -> None:
        x = Value(2.0)
        y = x
        for _ in range(100):
            y = (y * x + 1).tanh()
        y.backward()
        y.zero_grad()
        topological(_dumped(copy.deepcopy(y)))

    def count() -> int:
        return sum(isinstance(thing, Value) for thing in gc.get_objects())

    work()
    before = count()
    work()
    assert count() == before
