"""Labels from keywords and namespaces."""

from __future__ import annotations

import numpy as np
import pytest

import autograd as ag
from autograd import Value


def test_values_from_keywords() -> None:
    w5, b1 = ag.values(w5=0.4, b1=1)
    assert [(v.data, v.label, type(v)) for v in (w5, b1)] == [(0.4, "w5", Value), (1.0, "b1", Value)]
    assert ag.values() == ()


def test_values_must_be_numbers() -> None:
    with pytest.raises(TypeError, match=r"^data must be a number, got '0\.4' \(str\)$"):
        ag.values(w5="0.4")  # type: ignore[arg-type]


def test_labels_from_a_namespace() -> None:
    x, named = Value(2.0), Value(1.0, label="kept")
    net, _hidden = x * 2, x * 3
    ag.label(locals())
    assert [v.label for v in (x, named, net, _hidden)] == ["x", "kept", "net", ""]


def test_the_first_of_several_names_counts_and_other_things_are_passed_over() -> None:
    x = Value(2.0)
    ag.label({"_private": x, "number": 3.0, "first": x, "second": x, "list": [Value(1.0)]})
    assert x.label == "first"
    ag.label({"third": x})
    assert x.label == "first"


def test_in_a_namespace_of_a_module() -> None:
    namespace: dict[str, object] = {}
    exec("from autograd import *\nw = Value(2.0)\nloss = (w - 1)**2\nlabel(globals())", namespace)
    assert repr(namespace["loss"]) == "Value(1, label='loss')"


def test_assign_sets_all_or_none() -> None:
    w, b = ag.values(w=1.0, b=2.0)
    ag.assign((x for x in (w, b)), np.array([3.0, 4.0]))
    assert (w.data, b.data) == (3.0, 4.0)
    for leaves, numbers, error, said in (
        ([w, b], [1.0], ValueError, "got 1 for 2"),
        ([w, w * b], [1.0, 2.0], ValueError, r"leaves\[1\] must be a leaf, got a result of mul"),
        ([w, 1.0], [1.0, 2.0], TypeError, r"leaves\[1\] must be a Value"),
        ([w, b], [1.0, "2"], TypeError, r"numbers\[1\] must be a number"),
    ):
        with pytest.raises(error, match=said):
            ag.assign(leaves, numbers)  # type: ignore[arg-type]
        assert (w.data, b.data) == (3.0, 4.0)
