"""The page in a real browser: its arithmetic, steps, keys, clicks, leaves and training."""

from __future__ import annotations

import math
import sys
from typing import Any

import pytest

import autograd as ag
from autograd import Value, explore
from autograd.derivation.steps import total_derivatives
from autograd.engine.graph import evaluate, leaves, topological
from tests.explore.conftest import Open, numbers, set_leaf, until
from tests.explore.graphs import OPS, neuron, note_002, random_graph


def close(a: float, b: float, scale: float = 0.0) -> bool:
    return (a != a and b != b) or a == b or abs(a - b) <= 1e-12 * max(abs(a), abs(b), scale)


# Arithmetic


SEEDS = range(12)


def test_the_random_graphs_have_every_op() -> None:
    assert {node.op for seed in SEEDS for node in topological(random_graph(seed)) if node.op} == set(OPS)


@pytest.mark.parametrize("seed", SEEDS)
def test_values_and_gradients_are_pythons_on_random_graphs_at_other_leaves_too(opened: Open, seed: int) -> None:
    root = random_graph(seed)
    page = opened(explore(root))
    nodes = topological(root)
    totals = total_derivatives(root)
    gradients = [totals.get(id(node), 0.0) for node in nodes]
    assert all(map(close, numbers(page, "explorer.graph.values"), (node.data for node in nodes)))
    scale = max(map(abs, gradients))
    assert all(close(a, b, scale) for a, b in zip(numbers(page, "explorer.now.final"), gradients, strict=True))
    replaced = {leaf: leaf.data + 0.01 * (i + 1) for i, leaf in enumerate(leaves(root))}
    for leaf, x in replaced.items():
        set_leaf(page, leaf.label, repr(x))
    wanted = evaluate(nodes, replaced)
    for node, got, value in zip(nodes, numbers(page, "explorer.graph.values"), wanted, strict=True):
        assert close(got, value, 1.0), node


def test_gradients_follow_the_leaves(opened: Open) -> None:
    root = note_002()
    page = opened(explore(root))
    for leaf, x in {"w5": "-0.7", "b1": "1.25", "i2": "3"}.items():
        set_leaf(page, leaf, x)
    sheet_leaves = {leaf.label: leaf for leaf in leaves(root)}
    for name, number in {"w5": -0.7, "b1": 1.25, "i2": 3.0}.items():
        sheet_leaves[name].data = number
    fresh = _again(root)
    totals = total_derivatives(fresh)
    gradients = [totals[id(node)] for node in topological(fresh)]
    assert all(map(close, numbers(page, "explorer.now.final"), gradients))


def _again(root: Value) -> Value:
    """Return the graph recorded again, at the leaves' present numbers."""
    made: dict[int, Value] = {}
    for node in topological(root):
        operands = [made[id(x)] if isinstance(x, Value) else x for x in node.operands]
        made[id(node)] = getattr(ag, node.op)(*operands) if node.op else Value(node.data, node.label)
    return made[id(root)]


def test_the_finite_difference_stands_beside_each_gradient_and_agrees(opened: Open) -> None:
    page = opened(explore(note_002()))
    shown = page.locator(".leaf .difference").all_inner_texts()
    gradients = page.locator(".leaf .number:not(.difference)").all_inner_texts()
    assert len(shown) == 14
    assert shown == [f"≈ {text}" for text in gradients]


def test_at_a_kink_the_finite_difference_differs(opened: Open) -> None:
    x = Value(0.0, "x")
    page = opened(explore(x.relu()))
    assert page.locator(".leaf .difference").inner_text() == "≠ 0.5"


# Steps


def test_it_opens_at_the_leaves_without_gradients(opened: Open) -> None:
    page = opened(explore(note_002()), at_end=False)
    assert page.locator("#position").inner_text() == "Forward 0 of 27"
    shown = "[...document.querySelectorAll('.leaf > .number, #stage text.grad')].map((each) => each.textContent)"
    page.locator(".leaf-name").first.click()
    for _ in range(27):
        assert set(page.evaluate(shown)) == {"·"}
        assert "Gradients come with the backward pass" in page.locator("#about").inner_text()
        page.keyboard.press("ArrowRight")
    page.evaluate("explorer.to(explorer.steps.last)")
    assert "·" not in page.evaluate(shown)


@pytest.mark.parametrize(
    "made",
    [
        lambda x: ag.sqrt(ag.stop_gradient(x)),
        lambda x: ag.stop_gradient(ag.sqrt(x)),
        lambda x: ag.where(x > 0.0, ag.log(x), x),
        lambda x: ag.where(x > 0.0, ag.log(x).tanh(), x * x),
        lambda x: ag.sqrt(x) + ag.stop_gradient(ag.log(x)),
    ],
)
def test_where_a_gradient_stops_the_page_passes_on_what_python_does(opened: Open, made: Any) -> None:
    x = Value(0.0, "x")
    root = made(x)
    root.backward()
    page = opened(explore(root))
    assert numbers(page, "explorer.graph.backward()") == [node.grad for node in topological(root)]


def test_backward_goes_step_by_step_as_python_would(opened: Open) -> None:
    root = note_002()
    page = opened(explore(root))
    nodes = topological(root)
    place = {id(node): i for i, node in enumerate(nodes)}
    computed = [node for node in nodes if node.op]
    gradients = [0.0] * len(nodes)
    gradients[-1] = 1.0
    page.locator("#first").click()
    for _ in range(len(computed) + 1):
        page.locator("#forward").click()
    assert page.locator("#position").inner_text() == f"Backward 0 of {len(computed)}"
    for node in reversed(computed):
        assert all(map(close, numbers(page, "explorer.now.gradients"), gradients))
        page.locator("#forward").click()
        for parent, slope in zip(node.parents, node.local_derivatives):
            gradients[place[id(parent)]] += slope * gradients[place[id(node)]]
    assert all(map(close, numbers(page, "explorer.now.gradients"), gradients))
    assert page.locator("#forward").get_attribute("aria-disabled") == "true"


def test_a_step_says_its_arithmetic_and_is_lit(opened: Open) -> None:
    root = note_002()
    page = opened(explore(root))
    nodes = topological(root)
    at = [node.label for node in reversed(nodes) if node.op].index("out_o1") + 1
    computed = sum(1 for node in nodes if node.op)
    page.locator("#scrub").fill(str(computed + 1 + at))
    said = " ".join(page.locator("#telling").inner_text().split())
    assert "0.74136507 · 0.186815602" in said
    assert "0.138498562" in said
    assert "outo1(1 − outo1)" in "".join(said.split(" ")).replace("−", " − ")
    index = next(i for i, node in enumerate(nodes) if node.label == "out_o1")
    assert page.locator("#stage .current").get_attribute("id") == f"n{index}"
    assert page.locator("#stage .edge.lit").evaluate_all("all => all.map((one) => one.id)") == [f"e{index}_0"]
    assert page.locator("#stage .giving").count() == 1


def test_forward_shows_what_is_computed_and_hides_what_is_not(opened: Open) -> None:
    page = opened(explore(neuron()))
    page.locator("#first").click()
    assert "Only the leaves have numbers" in page.locator("#telling").inner_text()
    unknown = page.locator("#stage .node.unknown").count()
    assert unknown == page.evaluate("explorer.graph.computed.length")
    assert set(page.locator("#stage .node.unknown text.data").all_text_contents()) == {"·"}
    page.locator("#forward").click()
    assert page.locator("#stage .node.unknown").count() == unknown - 1
    assert "Compute" in page.locator("#telling").inner_text()


def test_play_runs_to_the_end_and_pauses(opened: Open) -> None:
    page = opened(explore(neuron()), reduced_motion="reduce")
    page.locator("#speed").select_option("20")
    page.locator("#play").click()
    assert page.locator("#play").get_attribute("aria-label") == "Pause"
    until(page, "explorer.steps.at === explorer.steps.last")
    assert page.locator("#play").get_attribute("aria-label") == "Play"
    assert page.locator("#telling").get_attribute("aria-live") == "polite"


def test_keys_step_play_and_move_in_the_graph(opened: Open) -> None:
    page = opened(explore(neuron()))
    last = page.evaluate("explorer.steps.last")
    page.keyboard.press("Home")
    assert page.evaluate("explorer.steps.at") == 0
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("explorer.steps.at") == 2
    page.keyboard.press(" ")
    assert page.evaluate("explorer.playing !== null")
    page.keyboard.press(" ")
    page.keyboard.press("End")
    assert page.evaluate("explorer.steps.at") == last
    page.locator("#back").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("explorer.steps.at") == last
    page.locator("#stage .node[tabindex='0']").focus()
    root = page.evaluate("document.activeElement.id")
    page.keyboard.press("ArrowLeft")
    moved = page.evaluate("document.activeElement.id")
    assert moved != root
    assert page.evaluate("explorer.steps.at") == last
    page.keyboard.press("Enter")
    assert page.evaluate("'n' + explorer.picked.index") == moved
    page.keyboard.press("Escape")
    assert page.evaluate("explorer.picked === null")
    assert page.locator("#stage .node[tabindex='0']").count() == 1


# Looking at values


def test_hovering_tells_value_gradient_formula_and_the_sum_over_children(opened: Open) -> None:
    root = note_002()
    page = opened(explore(root))
    index = next(i for i, node in enumerate(topological(root)) if node.label == "out_h1")
    page.locator(f"#n{index}").hover()
    said = " ".join(page.locator("#about").inner_text().split())
    assert "σ(neth1)" in said.replace("net h1", "neth1")
    assert "0.593269992" in said
    assert "0.055399425 + (−0.019049118)" in said
    assert "0.036350306" in said


def test_clicking_a_weight_lights_its_path_and_writes_the_chain_rule(opened: Open) -> None:
    root = note_002()
    page = opened(explore(root))
    nodes = topological(root)
    index = next(i for i, node in enumerate(nodes) if node.label == "w5")
    page.locator(f"#n{index}").click()
    lit = set(page.locator("#stage .node:not(.away)").evaluate_all("all => all.map((one) => Number(one.id.slice(1)))"))
    above = {index}
    for i, node in enumerate(nodes):
        if any(nodes.index(parent) in above for parent in node.parents):
            above.add(i)
    assert lit == above
    said = " ".join(page.locator(".derivation").inner_text().split())
    assert "0.74136507 · 0.186815602 · 0.593269992 = 0.082167041" in said
    set_leaf(page, "w5", "-1")
    gradient = page.evaluate(f"explorer.now.final[{index}]")
    assert f"{gradient:.9f}".rstrip("0") in page.locator(".derivation").inner_text()
    assert "One step of descent" in page.locator("#about").inner_text()
    page.locator("#unpick").click()
    assert page.locator("#stage .away").count() == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_every_leafs_chain_rule_comes_to_its_gradient_with_other_numbers_too(opened: Open, seed: int) -> None:
    page = opened(explore(random_graph(seed)))
    rule = "explorer.telling.derivation"
    # The formulas of lines that are cut, being too long to read, have no number.
    lines = f"{rule}.graph.leaves.map((leaf) => {rule}.lineValue({rule}.lines[{rule}.byLeaf.get(leaf)]))"
    gradients = "explorer.graph.leaves.map((leaf) => explorer.now.final[leaf.index])"
    for x in ("0.31", "-0.77"):
        found = list(zip(numbers(page, lines), numbers(page, gradients), strict=True))
        scale = max(abs(gradient) for _, gradient in found if math.isfinite(gradient))
        if not page.evaluate(f"{rule}.stale"):
            assert all(value != value or abs(value - gradient) < 1e-9 * scale for value, gradient in found)
        set_leaf(page, "x0", x)
    for name in page.locator(".leaf-name").all():
        name.click()
        assert page.locator(".derivation .result, #about .quiet").count() > 0


def test_where_another_branch_is_taken_the_derivation_says_so(opened: Open) -> None:
    x, y, c = ag.values(x=2.0, y=3.0, c=1.0)
    page = opened(explore(ag.where(c, x * x, y * 4.0)))
    page.locator(".leaf-name").nth(2).click()
    assert page.locator(".derivation").count() == 1
    set_leaf(page, "c", "0")
    assert "another branch is taken" in page.locator("#about").inner_text()
    assert page.locator(".leaf .number:not(.difference)").all_inner_texts() == ["0", "0", "4"]


# Leaves


def test_leaves_are_sorted_by_name_as_people_count(opened: Open) -> None:
    page = opened(explore(neuron()))
    assert page.locator(".leaf-name").all_inner_texts() == ["b", "target", "w1", "w2", "w10", "x"]


def test_a_slider_recomputes_value_gradient_and_picture(opened: Open) -> None:
    page = opened(explore(neuron()))
    before = page.locator("#result").inner_text(), page.locator("#stage .root text.data").text_content()
    slider = page.get_by_label("w10", exact=True)
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    value = float(page.get_by_label("w10 as a number", exact=True).input_value())
    assert value > 2.0
    assert page.locator("#result").inner_text() != before[0]
    assert page.locator("#stage .root text.data").text_content() != before[1]
    w1, w2, w10, x, b, target = 0.5, -1.5, float(slider.input_value()), 0.8, 0.1, 1.0
    error = (target - 1 / (1 + math.exp(-(w1 * x + w2 * x + w10 * x + b)))) ** 2
    assert close(numbers(page, "explorer.graph.values")[-1], error)


def test_sliders_of_the_largest_numbers_have_ends(opened: Open) -> None:
    x = Value(1.7e308, "x")
    page = opened(explore(x * 0.5))
    for text in ("-1e308", "1.7e308"):
        set_leaf(page, "x", text)
        ends = page.evaluate("((one) => [one.min, one.max].map(Number))(document.querySelector('.leaf input'))")
        assert ends[0] < 0.0 < ends[1] < math.inf
        assert math.isfinite(ends[1] - ends[0])
    page.get_by_label("x", exact=True).focus()
    page.keyboard.press("Home")
    assert numbers(page, "explorer.graph.values")[0] == -sys.float_info.max / 2


def test_numbers_that_grow_long_have_fewer_digits_beside_a_box(opened: Open) -> None:
    w, x = Value(2.0, label="w"), Value(1.0, label="x")
    page = opened(explore((w * x - 1.0) ** 2))
    set_leaf(page, "x", "-1.2345678e-100")
    shown = page.evaluate("[...document.querySelectorAll('.label text')].map((text) => text.textContent)")
    assert "−1e−100" in shown
    set_leaf(page, "x", "-1.2345")
    shown = page.evaluate("[...document.querySelectorAll('.label text')].map((text) => text.textContent)")
    assert "−1.23" in shown


def test_a_number_that_is_none_is_marked_and_changes_nothing(opened: Open) -> None:
    page = opened(explore(neuron()))
    before = page.locator("#result").inner_text()
    set_leaf(page, "w1", "")
    assert page.get_by_label("w1 as a number", exact=True).get_attribute("aria-invalid") == "true"
    assert page.locator("#result").inner_text() == before
    set_leaf(page, "w1", "1e308")
    assert page.locator("#result").inner_text() != before


def test_infinite_leaves_are_shown(opened: Open) -> None:
    x = Value(math.inf, "x")
    page = opened(explore(x - x))
    assert "nan" in page.locator("#result").inner_text()
    set_leaf(page, "x", "2")
    assert page.locator("#result").inner_text().endswith("= 0")


# Descent


def test_one_step_of_descent_is_that_of_the_note(opened: Open) -> None:
    weights = [f"w{i}" for i in range(1, 9)]
    page = opened(explore(note_002(), rate=0.5, trained=weights))
    page.locator("#one").click()
    titles = page.evaluate("explorer.graph.nodes.map((node) => node.title)")
    values = dict(zip(titles, numbers(page, "explorer.graph.values"), strict=True))
    wanted = {"w1": 0.149780716, "w5": 0.35891648, "w6": 0.408666186, "w7": 0.511301270, "w8": 0.561370121}
    assert {name: round(values[name], 9) for name in wanted} == wanted
    assert "1 step: E_total = 0.291027" in page.locator("#descent-says").inner_text()


def test_training_draws_its_curve_stops_and_resets(opened: Open) -> None:
    page = opened(explore(note_002(), rate=0.5))
    flat = page.locator("#descent .line").get_attribute("d")
    page.locator("#train").click()
    until(page, "explorer.descent.steps > 200")
    page.locator("#train").click()
    assert page.locator("#train").inner_text() == "Train"
    steps = page.evaluate("explorer.descent.steps")
    page.wait_for_timeout(100)
    assert page.evaluate("explorer.descent.steps") == steps
    assert page.locator("#descent .line").get_attribute("d") != flat
    assert numbers(page, "explorer.graph.values")[-1] < 0.1
    page.locator("#reset").click()
    assert numbers(page, "explorer.graph.values")[-1] == 0.2983711087600027
    assert page.locator("#descent .line").get_attribute("d") == flat


def test_descent_that_runs_away_stops_and_says_so(opened: Open) -> None:
    x = Value(1.0, "w")
    page = opened(explore(x**4, rate=1e6))
    page.locator("#train").click()
    until(page, "!explorer.descent.running")
    assert "left the range of doubles" in page.locator("#descent-says").inner_text()
    assert math.isfinite(numbers(page, "explorer.graph.values")[0])


def test_a_rate_that_is_none_is_refused(opened: Open) -> None:
    page = opened(explore(neuron()))
    before = numbers(page, "explorer.graph.values")
    page.locator("#rate").fill("-1")
    page.locator("#one").click()
    assert "must be a number above 0" in page.locator("#descent-says").inner_text()
    assert numbers(page, "explorer.graph.values") == before


def test_only_what_is_ticked_is_trained(opened: Open) -> None:
    page = opened(explore(neuron(), trained=["w1", "w2"]))
    page.get_by_label("train w1", exact=True).uncheck()
    page.locator("#one").click()
    changed = page.evaluate(
        "explorer.graph.leaves.filter(({index}, i) => explorer.graph.values[index] !== explorer.graph.recorded[i])"
        ".map((leaf) => leaf.title)"
    )
    assert changed == ["w2"]
