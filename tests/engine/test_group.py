"""Groups: values computed within a block; on copies too, freed with the node, without cost when unused."""

from __future__ import annotations

import asyncio
import copy
import pickle
import threading

import pytest

import autograd as ag
from autograd import Value
from autograd.engine import backend


def group_of(value: Value) -> str | None:
    found: str | None = backend._module._group_of(value)
    return found


def test_what_is_computed_within_a_block_has_its_name_and_inner_blocks_are_paths() -> None:
    x = Value(1.0)
    with ag.group("encoder"):
        first = x * 2.0
        with ag.group("head"):
            second, leaf = first.tanh(), Value(3.0)
        third = ag.dot([first], [second])
    after = third + 1.0
    assert [group_of(v) for v in (first, second, third)] == ["encoder", "encoder/head", "encoder"]
    assert [group_of(v) for v in (x, leaf, after)] == [None, None, None]


def test_an_error_inside_closes_the_block() -> None:
    x = Value(1.0)
    with pytest.raises(ZeroDivisionError), ag.group("a"):
        _ = 1 / 0
    assert group_of(x * x) is None


def test_copies_and_pickles_keep_it_whatever_block_they_are_made_in() -> None:
    x = Value(1.0)
    with ag.group("a"):
        inside = x * x
    outside = inside.exp()
    with ag.group("b"):
        copies = [copy.copy(outside), copy.deepcopy(outside), pickle.loads(pickle.dumps(outside))]
    for made in copies:
        assert group_of(made) is None
        assert group_of(made.parents[0]) == "a"


def test_a_new_node_at_an_old_address_has_no_group() -> None:
    x = Value(1.0)
    for _ in range(100):
        with ag.group("a"):
            _ = x * x
        assert group_of(x * x) is None


def test_no_grad_and_groups_live_together() -> None:
    x = Value(1.0)
    with ag.group("a"), ag.no_grad():
        forgotten = x * x
    assert not forgotten.op
    assert group_of(forgotten) is None


def test_replay_records_within_a_group() -> None:
    w = Value(3.0, "w")

    def loss(x: Value) -> Value:
        with ag.group("loss"):
            return w * x if x > 0 else x

    compiled = ag.compile(loss)
    assert compiled(2.0) == 6.0
    assert compiled(-2.0) == -2.0


def test_a_block_belongs_to_its_thread_and_task() -> None:
    x, found = Value(1.0), []
    with ag.group("here"):
        thread = threading.Thread(target=lambda: found.append(group_of(x * x)))
        thread.start()
        thread.join()

    async def one(name: str) -> str | None:
        with ag.group(name):
            await asyncio.sleep(0)
            return group_of(x * x)

    async def both() -> list[str | None]:
        return list(await asyncio.gather(one("a"), one("b")))

    assert found == [None]
    assert asyncio.run(both()) == ["a", "b"]


def test_names_are_texts() -> None:
    with pytest.raises(TypeError, match=r"group: name must be a str, got 3 \(int\)"), ag.group(3):  # type: ignore[arg-type]
        pass
    with pytest.raises(ValueError, match="group: name must not be empty"), ag.group(""):
        pass
