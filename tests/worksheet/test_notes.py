"""Every number of the five notes comes out of its worksheet."""

from __future__ import annotations

import math
from typing import Any

import pytest

from autograd.worksheet import Worksheet, shipped
from autograd.worksheet.checking import compare
from tests.step_by_step import AFTER_ONE_STEP, GRADIENTS


def near(expected: Any) -> Any:
    return pytest.approx(expected, rel=1e-12, abs=1e-15)


def sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def gradients(sheet: Worksheet, of: str | None = None) -> dict[str, float]:
    run = sheet.evaluate(of=of)
    return run.gradients(run.values)


def test_every_note_is_shipped() -> None:
    names = {
        "two_hidden",
        "layers",
        "many_neurons",
        "step_by_step",
        "regression",
        "relu_sigmoid",
        "matrices",
        "products",
        *("slips_two_hidden", "slips_step_by_step", "slips_regression"),
    }
    assert set(shipped.names()) == names


@pytest.mark.parametrize("name", shipped.names())
def test_every_gradient_of_every_note_agrees_with_differences_and_forward_mode(name: str) -> None:
    sheet = shipped.load(name)
    assert sheet.title
    verdicts = {each.label: each.verdict for each in compare(sheet, sheet.evaluate().values)}
    assert set(verdicts.values()) == {"ok"}, verdicts


def test_two_hidden_follows_its_seven_chain_products() -> None:
    sheet = shipped.load("two_hidden")
    v, slopes = sheet.evaluate().numbers(), gradients(sheet)
    a1_1, a2_1 = sigmoid(0.3 * 0.5 + 0.1), sigmoid(-0.2 * 0.5 + 0.2)
    a1_2 = sigmoid(0.7 * a1_1 - 0.5 * a2_1 + 0.4)
    delta = (a1_2 - 0.8) * a1_2 * (1 - a1_2)
    delta_1, delta_2 = delta * 0.7 * a1_1 * (1 - a1_1), delta * -0.5 * a2_1 * (1 - a2_1)
    assert v["e"] == near(0.5 * (a1_2 - 0.8) ** 2)
    expected = {
        "w11_2": delta * a1_1,
        "w21_2": delta * a2_1,
        "b1_2": delta,
        "w11_1": delta_1 * 0.5,
        "b1_1": delta_1,
        "w12_1": delta_2 * 0.5,
        "b2_1": delta_2,
    }
    assert set(expected) == set(sheet.trained)
    assert {label: slopes[label] for label in expected} == near(expected)
    updated = {label: v[label] - 0.5 * slope for label, slope in expected.items()}
    assert next(sheet.descend()) == near(updated)


def test_layers_follow_the_single_example_and_the_average() -> None:
    sheet = shipped.load("layers")
    w, b, examples = 1.5, -0.4, [(0.6, 1.0), (0.1, 0.0), (0.9, 1.0)]
    common = []
    for a_prev, y in examples:
        a = sigmoid(w * a_prev + b)
        common.append(a * (1 - a) * 2 * (a - y))
    single = gradients(sheet, "C0")
    assert single["w"] == near(0.6 * common[0])
    assert single["b"] == near(common[0])
    assert single["a0_prev"] == near(w * common[0])
    average = gradients(sheet)
    per_example = [a_prev * each for (a_prev, _), each in zip(examples, common, strict=True)]
    assert average["w"] == near(sum(per_example) / 3)
    assert average["b"] == near(sum(common) / 3)


def test_many_neurons_sum_over_the_layer() -> None:
    slopes = gradients(shipped.load("many_neurons"))
    a_prev, y = [0.2, 0.7, 0.4], [1.0, 0.0]
    w, b = [[0.5, -0.3, 0.8], [-0.6, 0.9, 0.1]], [0.2, -0.1]
    delta = []
    for row, bias, target in zip(w, b, y, strict=True):
        a = sigmoid(sum(weight * x for weight, x in zip(row, a_prev, strict=True)) + bias)
        delta.append(a * (1 - a) * 2 * (a - target))
    for k in range(3):
        assert slopes[f"a_prev_{k}"] == near(sum(w[j][k] * delta[j] for j in range(2)))
        for j in range(2):
            assert slopes[f"w_{j}{k}"] == near(a_prev[k] * delta[j])


def test_step_by_step_gradients_and_update() -> None:
    sheet = shipped.load("step_by_step")
    assert sheet.evaluate().value == near(0.2983711087600027)
    slopes = gradients(sheet)
    assert {label: slopes[label] for label in GRADIENTS} == near(GRADIENTS)
    updated = next(sheet.descend())
    assert updated == near(AFTER_ONE_STEP)
    assert sheet.compute(updated) == pytest.approx(0.291027773694, rel=1e-12)


def test_step_by_step_factors_of_the_chain_rule() -> None:
    sheet = shipped.load("step_by_step")
    total, first, second = gradients(sheet), gradients(sheet, "E_o1"), gradients(sheet, "E_o2")
    assert total["out_o1"] == pytest.approx(0.74136507, abs=5e-9)
    assert first["out_h1"] == pytest.approx(0.055399425, abs=5e-10)
    assert second["out_h1"] == pytest.approx(-0.019049119, abs=1e-9)  # the note multiplies rounded numbers
    assert total["out_h1"] == pytest.approx(0.036350306, abs=5e-10)
    assert gradients(sheet, "out_o1")["net_o1"] == pytest.approx(0.186815602, abs=5e-10)
    assert gradients(sheet, "out_h1")["net_h1"] == pytest.approx(0.241300709, abs=5e-10)
    assert gradients(sheet, "net_o1")["w5"] == pytest.approx(0.593269992, abs=5e-10)


def test_step_by_step_ten_thousand_times() -> None:
    sheet = shipped.load("step_by_step")
    *_, last = sheet.descend(10_000)
    run = sheet.evaluate(last)
    assert run.value == pytest.approx(3.51018778298e-05, rel=1e-12)
    assert run.values["out_o1"].data == pytest.approx(0.0159136204, abs=5e-11)
    assert run.values["out_o2"].data == pytest.approx(0.9840642735, abs=5e-11)


def test_regression_with_the_right_bias_gradient() -> None:
    slopes = gradients(shipped.load("regression"))
    a1 = sigmoid(0.4 * 1.5 - 0.1)
    a2 = 0.9 * a1 + 0.3
    hidden = (a2 - 0.7) * 0.9 * a1 * (1 - a1)
    expected = {"w2": (a2 - 0.7) * a1, "b2": a2 - 0.7, "w1": hidden * 1.5, "b1": hidden, "z2": a2 - 0.7, "a2": a2 - 0.7}
    assert {label: slopes[label] for label in expected} == near(expected)


@pytest.mark.parametrize("w1", [0.8, -0.8])
def test_relu_sigmoid_on_both_sides_of_the_kink(w1: float) -> None:
    run = shipped.load("relu_sigmoid").evaluate({"w1": w1})
    slopes = run.gradients(["w2", "B2", "w1", "B1"])
    z1 = w1 * 1.2 + 0.1
    a1 = max(z1, 0.0)
    a2 = sigmoid(-0.5 * a1 + 0.3)
    common = a2 * (1 - a2) * (2 * a2 - 2 * 1.0)
    gate = (z1 > 0) * -0.5 * common
    assert slopes == near({"w2": a1 * common, "B2": common, "w1": 1.2 * gate, "B1": gate})


def test_matrices_have_the_shapes_and_products_of_the_note() -> None:
    run = shipped.load("matrices").evaluate()
    rows = [[0.1, -0.2, 0.3, 0.05], [-0.4, 0.2, -0.1, 0.15], [0.25, 0.1, -0.3, 0.2]]
    biases, weights_out = [0.1, -0.2, 0.3], [0.5, -0.4, 0.3]
    z1 = [sum(w * x for w, x in zip(row, [1, 2, 3, 4], strict=True)) + b for row, b in zip(rows, biases, strict=True)]
    for i, z in enumerate(z1, 1):
        assert run.values[f"Z1[{i},1]"].data == near(z)
    a2 = sigmoid(sum(w * max(z, 0.0) for w, z in zip(weights_out, z1, strict=True)) + 0.1)
    delta = a2 * (1 - a2) * 2 * (a2 - 1)
    slopes = run.gradients([f"w{i}" for i in range(1, 13)])
    for i, slope in enumerate(slopes.values()):
        j, k = divmod(i, 4)
        assert slope == near(delta * weights_out[j] * (z1[j] > 0) * (k + 1))


def test_inner_and_outer_product() -> None:
    numbers = shipped.load("products").evaluate().numbers()
    assert numbers["inner_product"] == 200.0
    table = [[numbers[f"outer_product[{i},{j}]"] for j in range(1, 5)] for i in range(1, 5)]
    assert table == [[0, 10, 20, 30], [0, 20, 40, 60], [0, 30, 60, 90], [0, 40, 80, 120]]
