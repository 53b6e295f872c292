"""Containers of numbers: what their leaves become, and whether a Value is among them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd._common.containers import Tree
from tests import needs

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


class Tensor:
    """An array of another package: all that numpy knows of it is how to convert it."""

    def __init__(self, entries: Any) -> None:
        self.entries = np.array(entries)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.entries if dtype is None else self.entries.astype(dtype)


def test_arrays_of_other_packages() -> None:
    for made in (Tensor, needs.package("pandas").Series):
        assert ag.grad(lambda x: x[0] * x[1])(made([2.0, 3.0])).tolist() == [3.0, 2.0]
        assert ag.compile(lambda x: x[0] * x[1], vector=True)(made([2.0, 3.0])) == 6.0
        assert ag.compile(lambda x: x * 2.0)(made([2.0, 3.0])).tolist() == [4.0, 6.0]
    for table in (Tensor, needs.package("pandas").DataFrame):
        assert ag.compile(lambda x: x[0] * x[1])(table([[2.0, 3.0], [4.0, 5.0]])).tolist() == [6.0, 20.0]


def test_masked_entries_are_refused() -> None:
    masked = np.ma.masked_array([1.0, 2.0], [False, True])
    for call in (ag.grad(lambda x: x[0]), ag.compile(lambda x: x[0], vector=True)):
        with pytest.raises(TypeError, match=r"got a masked array; pass x\.compressed\(\)"):
            call(masked)
    whole = np.ma.masked_array([1.0, 2.0], [False, False])
    assert ag.grad(lambda x: x[0] * x[1])(whole).tolist() == [2.0, 1.0]
