"""A million nodes, a million deep: all operations on a graph, in a thread with a small stack."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
import weakref
from collections.abc import Callable

import pytest

from autograd import Value, no_grad, where
from autograd import sum as ag_sum
from autograd.derivatives.sweeps import push
from autograd.engine.graph import evaluate, leaves, topological

DEEP = 1_000_000
SMALL_STACK = 256 * 1024


class Leaf(Value):
    """Can be weakly referenced."""


def _in_thread(work: Callable[[], None]) -> None:
    """Run `work` in a thread with a small stack; what it raises is raised here."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    before = threading.stack_size(SMALL_STACK)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    if raised:
        raise raised[0]


def _chain(x: Value, length: int) -> Value:
    node = x
    for _ in range(length):
        node = node + x
    return node


@pytest.mark.slow
def test_all_of_it_a_million_deep() -> None:
    def work() -> None:
        x = Leaf(0.5, label="x")
        freed = weakref.ref(x)
        root = _chain(x, DEEP)
        assert root.data == 0.5 * (DEEP + 1)
        assert repr(root) == "Value(5e+05)"
        root.backward()
        assert x.grad == DEEP + 1
        shallow = copy.copy(root)
        assert shallow.parents == root.parents
        loaded = pickle.loads(pickle.dumps(root, protocol=pickle.HIGHEST_PROTOCOL))
        assert (loaded.data, loaded.grad) == (root.data, 1.0)
        del loaded
        deep = copy.deepcopy(root)
        deep.zero_grad()
        assert (deep.data, deep.grad, root.grad) == (root.data, 0.0, 1.0)
        del deep, x, root, shallow
        assert freed() is None

    enabled = gc.isenabled()
    gc.disable()
    try:
        _in_thread(work)
    finally:
        if enabled:
            gc.enable()


def test_reading_a_deep_graph() -> None:
    def work() -> None:
        x, length = Value(0.5), 100_000
        root = _chain(x, length)
        assert len(topological(root)) == length + 1
        assert leaves(root) == [x]
        assert push([(x, 1.0)], [root])[0] == length + 1
        assert evaluate([root], {x: 2.0}) == [2.0 * (length + 1)]
        with no_grad():
            assert _chain(x, length).parents == ()

    _in_thread(work)


@pytest.mark.slow
def test_other_shapes_of_depth() -> None:
    def work() -> None:
        x = node = Value(1.0)
        for _ in range(50_000):
            node = (node + node) * 0.5  # twice an operand of the next
        spine = 1.0 - node.exp().log() + where(x > 2, node, x)
        for _ in range(50_000):
            spine = 1 / spine  # a constant before it
        wide = ag_sum([spine, *(x * 1.0 for _ in range(50_000))])
        wide.backward()
        assert x.grad == pytest.approx(50_000.0)
        assert pickle.loads(pickle.dumps([node, wide]))[1].data == wide.data
        assert copy.deepcopy({"a": wide, "b": spine})["b"].data == spine.data

    _in_thread(work)
