"""Derivations: the lines and numbers of the notes, and agreement with backward on any graph."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd._common.text import display_width
from autograd.derivation import Derivation, Line
from autograd.derivation.steps import Steps, total_derivatives
from autograd.derivatives.custom import remove
from autograd.worksheet import shipped


def sheet(name: str) -> dict[str, Value]:
    return shipped.load(name).evaluate().values


def test_w5_of_the_two_by_two_by_two_network_prints_with_the_notes_numbers() -> None:
    values = sheet("step_by_step")
    assert str(ag.derive(values["E_total"], values["w5"], width=80)) == (
        "∂E_total/∂w5 = ∂E_total/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5\n"
        "             = −(target_o1 − out_o1) · out_o1(1 − out_o1) · out_h1\n"
        "             = 0.74136507 · 0.186815602 · 0.593269992\n"
        "             = 0.082167041\n"
        "\n"
        "∂E_total/∂out_o1 = −(target_o1 − out_o1) = −(0.01 − 0.75136507) = 0.74136507\n"
        "∂out_o1/∂net_o1 = out_o1(1 − out_o1) = 0.75136507(1 − 0.75136507) = 0.186815602\n"
        "∂net_o1/∂w5 = out_h1 = 0.593269992"
    )


def test_w1_sums_where_the_paths_meet_and_refers_to_inner_lines() -> None:
    values = sheet("step_by_step")
    text = str(ag.derive(values["E_total"], "w1", width=80))
    for line in (
        "∂E_total/∂w1 = ∂E_total/∂out_h1 · ∂out_h1/∂net_h1 · ∂net_h1/∂w1",
        "             = (∂E_o1/∂out_h1 + ∂E_o2/∂out_h1) · ∂out_h1/∂net_h1 · ∂net_h1/∂w1",
        "             = 0.036350306 · 0.241300709 · 0.05",
        "             = 0.000438568",
        "∂E_total/∂out_h1 = ∂E_o1/∂out_h1 + ∂E_o2/∂out_h1",
        "∂E_o1/∂out_h1 = ∂E_o1/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂out_h1",
        "              = 0.74136507 · 0.186815602 · 0.4",
        "              = 0.055399425",
    ):
        assert line in text.splitlines()
    assert text.count("∂E_total/∂out_h1 =") == 1


def test_the_seven_lines_of_the_two_hidden_network_print_in_their_own_notation() -> None:
    values = sheet("two_hidden")
    derivation = ag.derive(values["e"], rate=0.5, width=100)
    text = str(derivation)
    head, layer = "∂e/∂a1_2 · ∂a1_2/∂z1_2", "∂z1_2/∂a{0}_1 · ∂a{0}_1/∂z{0}_1 · ∂z{0}_1"
    expected = [
        f"∂e/∂w11_2 = {head} · ∂z1_2/∂w11_2",
        f"∂e/∂w21_2 = {head} · ∂z1_2/∂w21_2",
        f"∂e/∂b1_2 = {head} · ∂z1_2/∂b1_2",
        f"∂e/∂w11_1 = {head} · {layer.format(1)}/∂w11_1",
        f"∂e/∂b1_1 = {head} · {layer.format(1)}/∂b1_1",
        f"∂e/∂w12_1 = {head} · {layer.format(2)}/∂w12_1",
        f"∂e/∂b2_1 = {head} · {layer.format(2)}/∂b2_1",
    ]
    places = [text.index(each + "\n") for each in expected]
    assert places == sorted(places)
    assert "w12_1 ← w12_1 − α · ∂e/∂w12_1 = −0.2 − 0.5 · 0.002475274 = −0.201237637" in text.splitlines()
    latex = derivation.latex()
    assert (
        r"\frac{\partial e}{\partial w_{11\_2}} &= \frac{\partial e}{\partial a_{1\_2}} \cdot "
        r"\frac{\partial a_{1\_2}}{\partial z_{1\_2}} \cdot \frac{\partial z_{1\_2}}{\partial w_{11\_2}}"
    ) in latex
    assert r"w_{11\_2} &\leftarrow w_{11\_2} - \alpha \cdot \frac{\partial e}{\partial w_{11\_2}}" in latex


@pytest.mark.parametrize(
    "name, x, formulas",
    [
        ("regression", "w1", "(a2 − y) · w2 · a1(1 − a1) · x"),
        ("relu_sigmoid", "w1", "2(A2 − Y) · A2(1 − A2) · w2 · (z1 > 0) · x"),
        ("relu_sigmoid", "B1", "2(A2 − Y) · A2(1 − A2) · w2 · (z1 > 0)"),
    ],
)
def test_factors_stand_in_the_notes_form(name: str, x: str, formulas: str) -> None:
    run = shipped.load(name).evaluate()
    text = str(ag.derive(run.values[run.output], x, width=100))
    assert f"= {formulas}".replace("(a2 − y)", "−(y − ŷ)") in text


def test_tanh_is_one_minus_its_square() -> None:
    x = Value(0.5, label="x")
    y = x.tanh()
    y.label = "y"
    assert str(ag.derive(y, x, width=80)).splitlines() == [
        "∂y/∂x = 1 − y²",
        "      = 1 − 0.462117157²",
        "      = 0.786447733",
    ]


def test_a_layers_sum_is_over_its_neurons() -> None:
    values = sheet("many_neurons")
    assert "∂C0/∂a_0 · ∂a_0/∂z_0 · ∂z_0/∂a_prev_0 + ∂C0/∂a_1 · ∂a_1/∂z_1 · ∂z_1/∂a_prev_0" in str(
        ag.derive(values["C0"], "a_prev_0", width=120)
    )


def test_a_direct_share_is_partial_and_the_whole_is_total() -> None:
    x = Value(2.0, label="x")
    a = x * x
    a.label = "a"
    y = a * x
    y.label = "y"
    derivation = ag.derive(y, x, width=80)
    lines = str(derivation).splitlines()
    assert lines[0] == "dy/dx = ∂y/∂x + ∂y/∂a · ∂a/∂x"
    assert "∂y/∂x = a = 4" in lines
    assert derivation.value == 12.0


def test_what_y_does_not_depend_on() -> None:
    x, z = ag.values(x=1.0, z=2.0)
    derivation = ag.derive(z * 2.0, x)
    assert str(derivation) == "∂y/∂x = 0"
    assert derivation.value == 0.0


def test_the_granularity_can_be_set() -> None:
    values = sheet("step_by_step")
    derivation = ag.derive(values["E_total"], "w5", steps=["out_o1"], width=80)
    assert [each.numerator for each in derivation.terms[0].factors] == ["E_total", "out_o1"]
    assert "∂out_o1/∂w5 = out_o1(1 − out_o1) · out_h1" in str(derivation)


def test_names_digits_and_notation_can_be_chosen() -> None:
    values = sheet("two_hidden")
    e, w = values["e"], values["w11_2"]
    assert "E" in str(ag.derive(e, w, names={"e": "E"}))
    assert str(ag.derive(e, w, digits=3)).splitlines()[3].endswith("= −0.022")
    assert r"w_{11}^{(2)}" in ag.derive(e, w, notation="superscript").latex()
    assert r"\mathrm{w11\_2}" in ag.derive(e, w, notation="plain").latex()


@pytest.mark.parametrize(
    "arguments, error, text",
    [
        ({"x": "w9"}, ValueError, "derive: nothing below the result is labelled 'w9'; did you mean 'w'?"),
        ({"x": 3}, TypeError, "derive: x must be a Value, a label, several of them or a Layer, got 3 (int)"),
        ({"x": "w", "notation": "roman"}, ValueError, "notation: unknown style, got 'roman'; allowed are"),
        ({"x": "w", "digits": 0}, ValueError, "digits: got 0; allowed are whole numbers from 1 to 17"),
        ({"x": "w", "steps": "w"}, TypeError, "derive: steps must be several labels, got 'w' (str)"),
        ({"x": "w", "width": 3}, ValueError, "width: got 3; allowed are whole numbers from 20 to 1000000"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, object], error: type[Exception], text: str) -> None:
    w = Value(1.0, label="w")
    with pytest.raises(error) as caught:
        ag.derive(w * w, **arguments)  # type: ignore[call-overload]
    assert str(caught.value).startswith(text)


def test_value_and_terms_need_one_result() -> None:
    w, x = ag.values(w=1.0, x=2.0)
    with pytest.raises(ValueError, match="2 results"):
        _ = ag.derive(w * x).value


LABELS = [
    "",
    "a b",
    "<script>",
    "\n",
    "$x$",
    "x_",
    "_",
    "W[1,2]",
    "ŷ",
    "重み",
    "\\frac",
    "a" * 300,
    "%",
    "^",
    "{",
    "w",
    "w",
]


@pytest.mark.parametrize("width", [20, 40, 80, 133])
def test_text_fits_its_width_whatever_the_labels(width: int) -> None:
    values = [Value(0.1 * i, label=label) for i, label in enumerate(LABELS)]
    products = [x * values[-1] for x in values]
    for x, label in zip(products, LABELS):
        x.label = label + "!"
    derivation = ag.derive(ag.sum(products).tanh(), width=width)
    assert max(display_width(line) for line in str(derivation).splitlines()) <= width


# Any graph


@st.composite
def graphs(draw: st.DrawFn) -> Value:
    """Smooth ops over few nodes, so that most are shared; some named, some not."""
    nodes = [Value(draw(st.floats(0.3, 1.5)), label=f"x{i}") for i in range(3)]
    for i in range(draw(st.integers(1, 14))):
        a, b = draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes))
        node = draw(
            st.sampled_from(
                [
                    lambda a, b: a * b,
                    lambda a, b: a + b,
                    lambda a, b: a - b * 0.5,
                    lambda a, b: a.tanh(),
                    lambda a, b: a.sigmoid() / (b * b + 1.0),
                    lambda a, b: ag.sum([a, b, a]),
                    lambda a, b: ag.dot([a, b], [b, 0.5], a),
                    lambda a, b: ag.where(a > b, a, b * 2.0),
                    lambda a, b: ag.logsumexp([a, b]),
                ]
            )
        )(a, b)
        if draw(st.booleans()):
            node.label = f"n{i}"
        nodes.append(node)
    return nodes[-1]


def recomputed(derivation: Derivation, line: Line) -> float:
    """Evaluate a line from its factors as shown: formulas are computed, derivatives looked up in other lines."""
    lines = {(each.numerator, each.denominator): each for each in derivation.inner}
    total = 0.0
    for term in line.terms:
        value = 1.0
        for factor in term.factors:
            if factor.referred:
                value *= recomputed(derivation, lines[factor.numerator, factor.denominator])
            else:
                assert factor.formula is not None
                value *= factor.value if "cut" in str(factor.formula) else factor.formula.value(derivation.numbers)
        total += value
    return total


@given(graphs(), st.booleans())
def test_derivations_equal_backward(root: Value, every: bool) -> None:
    derivation = ag.derive(root, steps=None if every else [])
    for leaf in ag.graph.leaves(root):
        leaf.grad = 0.0
    root.backward()
    for line in derivation.lines:
        grad = next(leaf.grad for leaf in ag.graph.leaves(root) if leaf.label == line.denominator)
        assert line.value == grad
        if line.terms != () and root.op:
            assert math.isclose(recomputed(derivation, line), grad, rel_tol=1e-9, abs_tol=1e-9)
            assert math.isclose(sum(term.value for term in line.terms), grad, rel_tol=1e-9, abs_tol=1e-9)
    str(derivation), derivation.latex(), derivation.to_markdown()


@given(graphs())
def test_totals_are_backwards_to_the_last_bit(root: Value) -> None:
    totals = total_derivatives(root)
    root.zero_grad()
    root.backward()
    for node in ag.graph.topological(root):
        assert totals.get(id(node), 0.0) == node.grad


# Size


def deep_net(layers: int, width: int) -> Value:
    a = [Value(0.1 * (i + 1), label=f"x{i}") for i in range(width)]
    for layer in range(layers):
        z = []
        for j in range(width):
            weights = [Value(0.3 * (-1) ** (j + k), label=f"w{j}{k}_{layer}") for k in range(width)]
            z.append(ag.dot(weights, a, 0.1 * j))
            z[-1].label = f"z{j}_{layer}"
        a = [each.tanh() for each in z]
        for j, each in enumerate(a):
            each.label = f"a{j}_{layer}"
    E = ag.sum([(each - 1.0) ** 2 for each in a])
    E.label = "E"
    return E


def events(function: Callable[[], object]) -> int:
    """Count calls and returns, a measure of Python's work that doesn't depend on load."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count


def written(layers: int, width: int) -> tuple[Derivation, str, str]:
    derivation = ag.derive(deep_net(layers, width), "w00_0", width=100)
    return derivation, str(derivation), derivation.latex()


@pytest.mark.parametrize("width", [1, 6])
def test_fifty_layers_are_shortened(width: int) -> None:
    assert events(lambda: written(24, width)) < 2 * events(lambda: written(12, width))
    derivation, text, latex = written(50, width)
    assert len(derivation.inner) <= 50 * width * 2
    assert "…" in text
    assert r"\cdots" in latex or r"\vdots" in latex


@pytest.mark.slow
def test_a_chain_of_a_hundred_thousand_is_cut() -> None:
    x = Value(0.5, label="x")
    y = x
    for _ in range(100_000):
        y = y.tanh() * 1.5
    text = str(ag.derive(y, x, most=20, width=80))
    assert " · … · " in text
    assert len(text) < 50_000


def test_sharing_is_not_unfolded() -> None:
    y = Value(1.0, label="x")
    for _ in range(60):
        y = y * y * 0.999
    derivation = ag.derive(y)
    assert len(str(derivation)) < 100_000
    assert len(derivation.lines[0].terms[0].factors) < 200


def test_two_quantities_of_one_label_are_told_apart() -> None:
    a, b = Value(1.0, label="w"), Value(2.0, label="w")
    assert [line.denominator for line in ag.derive(a * b).lines] == ["w", "w#2"]


def test_every_shipped_sheet_agrees_with_its_formulas() -> None:
    for name in shipped.names():
        run = shipped.load(name).evaluate()
        steps = Steps(run.values[run.output])
        for step in steps.order:
            for operand, slope in steps.edges[id(step)].items():
                value = steps.slope(id(step), operand).value(steps.numbers)
                assert math.isclose(value, slope, rel_tol=1e-12, abs_tol=1e-15)


def test_names_that_were_invented_are_defined() -> None:
    x = Value(0.5, label="x")
    y = x
    for _ in range(20):
        y = (y + 0.1).sin()
    lines = str(ag.derive(y, x, width=200)).splitlines()
    invented = {line.split(" = ")[0] for line in lines if line.startswith("v")}
    assert invented
    used = {name for line in lines for name in line.replace("∂", " ").replace("/", " ").split() if name in invented}
    assert used == invented


def test_ways_through_steps_that_only_pass_on_are_told_apart() -> None:
    v = Value(0.3, "v")
    a, b = v.tanh(), v.exp()
    a.label, b.label = "a", "b"
    E = a + b
    E.label = "E"
    written = str(ag.derive(E, v, width=100)).splitlines()
    assert written[0] == "∂E/∂v = ∂E/∂a · ∂a/∂v + ∂E/∂b · ∂b/∂v"
    assert written[1] == "      = (1 − a²) + b"


@pytest.mark.parametrize(
    "text, shown",
    [
        ("1.0 if x > 0 and x < 1 else 3.0", "where((x > 0) · (x < 1), 1, 3)"),
        ("1.0 if 0 < x < 1 else 3.0", "where((0 < x) · (x < 1), 1, 3)"),
        ("1.0 if x < 0 or x > 1 else 3.0", "where(max((x < 0), (x > 1)), 1, 3)"),
        ("+x", "x"),
        ("-(-x)", "x"),
        ("x**-2", "x⁻²"),
    ],
)
def test_every_derivative_that_an_op_may_state_is_shown(text: str, shown: str) -> None:
    @ag.op(text)
    def stated_for_show(x: float) -> float:
        return x * x

    try:
        for number in (-0.5, 0.5, 1.5):
            x = Value(number, "x")
            y = stated_for_show(x)
            derivation = ag.derive(y, x, width=100)
            assert str(derivation).splitlines()[0] == f"∂y/∂x = {shown}"
            factor = derivation.lines[0].terms[0].factors[0]
            assert factor.formula is not None
            assert factor.formula.value({"x": number}) == ag.gradients(y, [x])[0]
    finally:
        remove("stated_for_show")


def test_an_op_of_ones_own_whose_derivative_is_a_function_is_cut_not_an_error() -> None:
    @ag.op(lambda x, out: 3 * x * x)
    def cube_of_mine(x: float) -> float:
        return x * x * x

    @ag.op("2*x if x > 0 else 0*x")
    def half_square_of_mine(x: float) -> float:
        return x * x if x > 0 else 0.0

    x = Value(2.0, "x")
    try:
        assert str(ag.derive(cube_of_mine(x) * 2.0, x)).splitlines() == ["∂y/∂x = 2 · …", "      = 24"]
        assert str(ag.derive(half_square_of_mine(x), x, width=100)).splitlines()[-1].endswith("= 4")
    finally:
        remove("cube_of_mine")
        remove("half_square_of_mine")
