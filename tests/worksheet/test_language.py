"""The worksheet language: syntax and meaning."""

from __future__ import annotations

import math
import pickle

import pytest

import autograd as ag
from autograd import ops
from autograd.worksheet import Worksheet


def value(text: str) -> float:
    sheet = Worksheet.parse(text)
    run = sheet.evaluate()
    assert sheet.compute() == run.value or math.isnan(run.value)
    return run.value


@pytest.mark.parametrize(
    "expression, expected",
    [
        ("2 + 3*4", 14.0),
        ("(2 + 3)*4", 20.0),
        ("10 - 4 - 3", 3.0),
        ("24 / 4 / 2", 3.0),
        ("2^3^2", 512.0),
        ("2**3**2", 512.0),
        ("-2^2", -4.0),
        ("2^-1", 0.5),
        ("2^-2^2", 0.0625),
        ("(-2)^3", -8.0),
        ("--3", 3.0),
        ("2 * -3", -6.0),
        ("+3 - -3", 6.0),
        ("1 + 1 == 2", 1.0),
        ("(2 > 1)*5 + (2 < 1)*7", 5.0),
        ("1 ≤ 1", 1.0),
        ("1 ≠ 1", 0.0),
        ("2·3×4÷6−1", 3.0),
        ("½*(3 − 1)²", 2.0),
        ("2¹⁰", 1024.0),
        (".5 + 1. + 1e-1 + 1E1", 11.6),
        ("pi", math.pi),
        ("σ(0) + Sigmoid(0) + SIGMOID(0)", 1.5),
        ("ReLU(-1) + Relu(2)", 2.0),
        ("ln(exp(2))", 2.0),
        ("leaky_relu(-1)", -0.01),
        ("leaky_relu(-1, 0.5)", -0.5),
        ("where(1 > 0, 2, 3)", 2.0),
        ("sum([1, 2, 3])", 6.0),
        ("sum(1, 2, 3)", 6.0),
        ("mean([1, 2, 3])", 2.0),
        ("logsumexp([0, 0])", math.log(2)),
        ("dot([1, 2], [3, 4])", 11.0),
        ("dot([1, 2], [3, 4], 5)", 16.0),
        ("[1, 2] @ [3, 4]", 11.0),
        ("sum([[1, 2], [3, 4]] @ [1, 1])", 10.0),
        ("sum([1, 1] @ [[1, 2], [3, 4]])", 10.0),
        ("([[1, 2], [3, 4]] @ [[1], [1]])[2,1]", 7.0),
        ("[[1, 2], [3, 4]][2, 1]", 3.0),
        ("[[1, 2], [3, 4]][1][2]", 2.0),
        ("transpose([[1, 2, 3]])[3,1]", 3.0),
        ("outer([1, 2], [3, 4])[2,1]", 6.0),
        ("sum(max([1, 5], [3, 2]))", 8.0),
        ("sum(2*[1, 2] + [1, 1])", 8.0),
        ("sum(-[1, 2])", -3.0),
        ("sum([1, 2] > 1)", 1.0),
        ("1/0", math.inf),
        ("9^9^9^9", math.inf),
        ("exp(1000)", math.inf),
    ],
)
def test_expressions(expression: str, expected: float) -> None:
    assert value(f"y = {expression}") == pytest.approx(expected, rel=1e-15)
    assert value(f"one = 1\ny = one*({expression})") == pytest.approx(expected, rel=1e-15)


def test_undefined_numbers_are_nan() -> None:
    assert math.isnan(value("x = -1\ny = log(x)"))


def test_every_row_of_the_table_can_be_called() -> None:
    for op in ops.TABLE.values():
        count = 3 if op.arity is None else op.arity
        operands = [f"x{i}" for i in range(count)]
        leaves = "\n".join(f"{each} = 0.{i + 3}" for i, each in enumerate(operands))
        call = ", ".join(operands) if op.name != "dot" else "[x0], [x1], x2"
        numbers = [float(f"0.{i + 3}") for i in range(count)]
        expected = pytest.approx(op.compute(*numbers)[0], rel=0, abs=0, nan_ok=True)
        assert value(f"{leaves}\ny = {op.name}({call})") == expected, op.name


def test_lines_comments_and_brackets() -> None:
    sheet = Worksheet.parse(
        "# a comment\r\n\r\na, b = 1, 2  # two at once\rW = [\n  [a, b],   # a row\n\n  [b, a],\n]\ny = (a +\n     b)\n"
    )
    assert [step.name for step in sheet.steps] == ["a", "b", "W", "y"]
    assert sheet.steps[-1].token.line == 9
    assert sheet.evaluate().value == 3.0


def test_names_in_any_script_and_either_normal_form() -> None:
    sheet = Worksheet.parse("y\u0302 = 2\nw₁ = 3\nλ_1 = \u0177*w₁")
    assert list(sheet.evaluate().values) == ["\u0177", "w₁", "λ_1"]
    assert sheet.evaluate().value == 6.0


def test_leaves_are_the_steps_without_names() -> None:
    sheet = Worksheet.parse("a = -2\nb = 1/3\nv = [1, 2]\nW = [[1, 2], [3, 4]]\nm = [a, 5]\nc = a*b")
    assert list(sheet.leaves) == ["a", "b", "v[1]", "v[2]", "W[1,1]", "W[1,2]", "W[2,1]", "W[2,2]"]
    assert sheet.leaves["W[2,1]"] == 3.0
    assert sheet.labels("m") == ("a", "m[2]")
    assert sheet.role("m[2]") == "computed"


def test_elements_keep_the_names_they_have() -> None:
    sheet = Worksheet.parse("w1, w2 = 1, 2\nW = [w1, w2]\ny = W[2]*W[2]")
    run = sheet.evaluate()
    assert list(run.values) == ["w1", "w2", "y"]
    assert sheet.labels("W[2]") == ("w2",)
    assert run.gradients(["w1", "w2"]) == {"w1": 0.0, "w2": 4.0}


def test_a_renamed_step_is_a_quantity_of_its_own() -> None:
    run = Worksheet.parse("x = 3\ny = x\nE = x*y").evaluate()
    assert run.gradients(["x", "y"]) == {"x": 6.0, "y": 3.0}


def test_quantities_are_labelled_values() -> None:
    run = Worksheet.parse("w = 2\nout = sigmoid(w)\nmask = w > 1\nE = mask*out").evaluate()
    assert all(type(each) is ag.Value for each in run.values.values())
    assert all(each.label == label for label, each in run.values.items())
    assert run.values["out"].op == "sigmoid"
    assert run.values["out"].parents == (run.values["w"],)


def test_comparisons_stop_gradients_and_are_decided_anew() -> None:
    sheet = Worksheet.parse("z = 2\ny = (z > 0)*z + where(z > 0, 0, 5)")
    assert sheet.evaluate().gradients(["z"]) == {"z": 1.0}
    assert sheet.evaluate({"z": -1}).value == 5.0
    assert sheet.compute({"z": -1}) == 5.0


def test_where_passes_nothing_to_the_other_branch() -> None:
    run = Worksheet.parse("x = 0\ny = where(x > 0, log(x), 2*x)").evaluate()
    assert run.gradients(["x"]) == {"x": 2.0}


def test_roles_and_training() -> None:
    sheet = Worksheet.parse(
        "title: a title, with = signs # and a comment\n"
        "inputs: x, X\ntargets: t\nfixed: W[2]\nfixed: b\nrate: 1e-1\nof: E\n"
        "x = 1\nX = [1, 2]\nt = 3\nW = [1, 2]\nb = 0\nE = (dot(W, X) + b*x - t)^2\nafter = E*2"
    )
    assert sheet.title == "a title, with = signs"
    assert (sheet.inputs, sheet.targets, sheet.fixed) == (("x", "X[1]", "X[2]"), ("t",), ("W[2]", "b"))
    assert sheet.trained == ("W[1]",)
    assert [sheet.role(each) for each in ("x", "t", "b", "W[1]", "E")] == [
        "input",
        "target",
        "fixed",
        "trained",
        "computed",
    ]
    assert (sheet.rate, sheet.output(), sheet.output("after")) == (0.1, "E", "after")
    assert list(sheet.descend(2)) == [{"W[1]": 0.6}, {"W[1]": pytest.approx(0.28)}]


def test_descent_is_simultaneous_and_starts_where_told() -> None:
    sheet = Worksheet.parse("u, v = 2, 3\nE = u*v")
    assert list(sheet.descend(1, rate=0.5)) == [{"u": 0.5, "v": 2.0}]
    assert list(sheet.descend(1, rate=0.5, trained=["u"], replaced={"v": 10})) == [{"v": 10.0, "u": -3.0}]
    assert list(sheet.descend(0, rate=0.5)) == []


def test_a_computed_step_can_be_replaced() -> None:
    sheet = Worksheet.parse("w = 2\nnet = 3*w\nE = net^2")
    run = sheet.evaluate({"net": 1})
    assert run.value == 1.0
    assert run.gradients(["w", "net"]) == {"w": 0.0, "net": 2.0}


def test_a_directive_word_may_name_a_step() -> None:
    sheet = Worksheet.parse("rate = 2\ncheck = 3\nof = rate*check\nof: of")
    assert sheet.evaluate().value == 6.0


def test_long_sums_and_long_chains_need_no_stack() -> None:
    assert value("a = 1\ny = " + " + ".join(["a"] * 5000)) == 5000.0
    assert value("a = 1\ny = " + "-" * 5000 + "a") == 1.0
    chain = "\n".join(f"x{i + 1} = x{i} + 1" for i in range(5000))
    sheet = Worksheet.parse(f"x0 = 0\n{chain}")
    assert sheet.evaluate().gradients(["x0"]) == {"x0": 1.0}


def test_a_sheet_can_be_pickled() -> None:
    sheet = pickle.loads(pickle.dumps(Worksheet.parse("a = [1, 2]\ny = sum(a)")))
    assert sheet.evaluate().value == 3.0
    assert repr(sheet) == "<Worksheet 'worksheet': 2 steps, 2 leaves>"


def test_text_must_be_text() -> None:
    with pytest.raises(TypeError, match=r"text must be a str, got 3 \(int\)"):
        Worksheet.parse(3)  # type: ignore[arg-type]
