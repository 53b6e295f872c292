"""Containers of numbers: what their leaves become, and whether a Value is among them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd._common.containers import Tree

x = Value(3.0)


@pytest.mark.parametrize(
    "nested, numbers",
    [
        ([1.0, 2.0], [1.0, 2.0]),
        ([1, True, 2.5], [1.0, 1.0, 2.5]),
        ({"a": (1.0, [2]), "b": np.array([[3, 4]])}, [1.0, 2.0, 3.0, 4.0]),
        (np.array([1.5, 2.5]), [1.5, 2.5]),
        (np.float32(0.5), [0.5]),
        ([], []),
        (np.zeros((0, 3)), []),
    ],
    ids=repr,
)
def test_numbers_become_floats(nested: Any, numbers: list[float]) -> None:
    found, tree = Tree.flatten(nested)
    assert found == numbers
    assert {type(number) for number in found} <= {float}
    assert not found.hold_values
    assert tree.size == len(numbers)


@pytest.mark.parametrize(
    "nested",
    [x, [x], (1, x), [1.0, x], {"a": x}, np.array([x, 1.0]), np.array([[1, x]]), [[1.0], [x]]],
    ids=repr,
)
def test_a_value_is_kept_and_noticed(nested: Any) -> None:
    found, tree = Tree.flatten(nested)
    assert found.hold_values
    assert sum(number is x for number in found) == 1
    assert all(number is x or type(number) is float for number in found)
    assert Tree.flatten(tree.build(found))[0] == found


def test_a_list_that_is_built_is_a_new_one() -> None:
    numbers, tree = Tree.flatten([1.0, 2.0])
    built = tree.build(numbers)
    assert built == [1.0, 2.0]
    assert type(built) is list
    built.append(3.0)
    assert numbers == [1.0, 2.0]
    assert tree.build([4.0, 5.0]) == [4.0, 5.0]
