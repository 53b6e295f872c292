"""Notebook display: text always, pictures if they are small enough, tables of parameters; never an exception."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
import nn
from autograd import Value
from autograd._common.notebook import listing
from autograd.draw import notebook


def bundle(shown: object) -> dict[str, str]:
    found: dict[str, str] = shown._repr_mimebundle_()  # type: ignore[attr-defined]
    assert found["text/plain"]
    return found


def test_a_small_graph_is_drawn_below_a_summary() -> None:
    x, y = ag.values(x=2.0, y=3.0)
    product = x * y
    found = bundle(product)
    assert found["text/plain"] == repr(product)
    assert found["text/html"].startswith('<img src="data:image/svg+xml;base64,')
    text = "".join(ElementTree.fromstring(found["image/svg+xml"]).itertext())
    assert "6   (3 values, 2 leaves)".replace("   ", " ") in " ".join(text.split())


def test_a_large_graph_is_summed_up_in_words() -> None:
    x = Value(2.0, "x")
    for _ in range(1000):
        x = x * 1.001
    found = bundle(x)
    assert "1,001 values below, 1 of them leaves" in found["text/html"]
    assert "image/svg+xml" not in found
    for _ in range(120_000):
        x = x + 1.0
    assert "over 100,000 values below" in bundle(x)["text/html"]


def test_the_picture_needs_no_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Value(2.0, "x").exp()
    with_dot = bundle(root)
    monkeypatch.setenv("PATH", "")
    assert bundle(root) == with_dot


def test_ids_of_two_outputs_differ_and_are_the_same_each_time() -> None:
    first, second = Value(1.0, "a") * 2.0, Value(1.0, "b") * 3.0
    ids = [
        {element.get("id") for element in ElementTree.fromstring(bundle(root)["image/svg+xml"]).iter()} - {None}
        for root in (first, second)
    ]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert bundle(first) == bundle(first)


def test_showing_changes_no_gradient() -> None:
    x = Value(2.0, "x")
    y = x * x
    y.backward()
    bundle(y)
    assert (x.grad, y.grad) == (4.0, 1.0)


@given(st.text(max_size=30), st.floats())
def test_any_label_and_number_can_be_shown(label: str, number: float) -> None:
    x = Value(number, label)
    for shown in (x, x * 2.0):
        ElementTree.fromstring(bundle(shown)["image/svg+xml"])


def test_a_module_is_a_table_of_its_parameters() -> None:
    net = nn.MLP(2, [2, 1], bias="shared", seed=0)
    net.set(weights=[[[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.6]]], biases=[0.7, 0.8])
    (net([1.0, 2.0]) ** 2).backward()
    found = bundle(net)
    lines = found["text/plain"].splitlines()
    assert lines[0] == repr(net)
    row = next(line for line in lines if line.startswith("layers.0.weights"))
    assert "(2, 2)" in row
    assert "0.1, 0.2, 0.3, 0.4" in row
    assert f"{net.layers[0].weights[0][0].grad:.4g}" in row
    assert "8 numbers" in lines[-1]
    assert "<td" in found["text/html"]


def test_many_numbers_are_summed_up_and_odd_ones_counted() -> None:
    numbers = [("w." + str(i), Value(float(i))) for i in range(9)] + [("w.9", Value(float("nan")))]
    text = notebook.parameters("net", numbers)["text/plain"]
    assert "(10,)" in text
    assert "0 to 8, mean 4, 1 not finite" in text


def test_what_is_not_rectangular_says_how_many_numbers_it_has() -> None:
    text = notebook.parameters("net", [("w.0.0", Value(1.0)), ("w.0.1", Value(1.0)), ("w.1.0", Value(1.0))])
    assert "3 numbers" in text["text/plain"].splitlines()[2]


def test_names_are_escaped() -> None:
    found = notebook.parameters("<net>", [("<script>", Value(1.0))])["text/html"]
    assert "<script>" not in found
    assert "&lt;script&gt;" in found


def test_programs_and_compiled_functions_are_listed() -> None:
    x, w = ag.values(x=2.0, w=3.0)
    program = ag.compile(w * x, inputs=[x])
    assert "t0 = w*x" in bundle(program)["text/html"]
    loss = ag.compile(lambda z: (w * z).exp())
    loss(1.0)
    assert "1 inputs, 1 parameters" in bundle(loss)["text/html"]


def test_a_derivation_is_typeset() -> None:
    """Notebooks show HTML rather than LaTeX where there are both."""
    x = Value(2.0, "x")
    derivation = ag.derive(x.exp(), x)
    assert str(derivation)
    assert derivation._repr_latex_()
    assert not hasattr(derivation, "_repr_html_")


def test_long_listings_are_cut() -> None:
    found = listing("thing", "\n".join(map(str, range(1000))))
    assert "… 800 lines more" in found["text/plain"]
