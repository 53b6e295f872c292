"""The page everywhere: accessible, on a phone, with hostile labels, without a network, in a notebook."""

from __future__ import annotations

import html
import random
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
import nn
from autograd import Value, explore
from autograd.derivatives.custom import remove
from autograd.engine.graph import topological
from tests import needs
from tests.explore.conftest import Open, numbers, set_leaf, until
from tests.explore.graphs import neuron, note_002, random_graph

SIZES = [(1600, 900), (800, 1000), (400, 850)]

# What the page can't compute


def test_an_op_of_ones_own_is_frozen_and_its_leaves_with_it(opened: Open) -> None:
    @ag.op("3*x**2")
    def cube_of_mine(x: float) -> float:
        return x * x * x

    try:
        x, w = ag.values(x=2.0, w=0.5)
        page = opened(explore(cube_of_mine(x * 1.5) * w))
    finally:
        remove("cube_of_mine")
    assert "cannot compute" in page.locator("#frozen").inner_text()
    assert page.get_by_label("x as a number", exact=True).is_disabled()
    set_leaf(page, "w", "1")
    assert numbers(page, "explorer.graph.values")[-1] == 27.0
    assert numbers(page, "explorer.now.final")[0] == 27.0 * 1.5
    page.locator("#first").click()
    page.keyboard.press("Escape")


def test_a_function_with_a_gradient_of_its_own_is_frozen(opened: Open) -> None:
    @ag.custom_gradient(lambda out, x: 2 * x)
    def square_of_mine(x: float) -> float:
        return x * x

    page = opened(explore(square_of_mine(Value(3.0, "x")) + 1))
    assert page.locator("#stage .frozen").count() == 1


def test_a_derivation_through_an_op_of_ones_own_ends_in_the_gradient(opened: Open) -> None:
    @ag.op(lambda x, out: 3 * x * x)
    def cube_of_mine(x: float) -> float:
        return x * x * x

    try:
        x, w = ag.values(x=2.0, w=0.5)
        page = opened(explore(cube_of_mine(x) * w * w))
    finally:
        remove("cube_of_mine")
    page.locator(".leaf-name").nth(1).click()
    said = page.locator(".derivation").inner_text()
    assert "nan" not in said
    assert said.split()[-1] == "3"


# Who and where


def test_a_finger_picks_a_value(opened: Open) -> None:
    page = opened(explore(neuron()), 400, 850, has_touch=True)
    page.locator("#stage .node.root").tap()
    assert page.evaluate("explorer.picked === explorer.graph.root")
    page.locator("#stage .node.root").tap()
    assert page.evaluate("explorer.picked === null")


@pytest.mark.parametrize("width, height", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_of(opened: Open, width: int, height: int, scheme: str) -> None:
    axe = needs.package("axe_playwright_python.sync_playwright").Axe()
    page = opened(explore(note_002()), width, height, color_scheme=scheme)
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in axe.run(page).response["violations"]] == []
    page.locator(".leaf-name").first.click()
    page.locator("#back").click()
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in axe.run(page).response["violations"]] == []


@pytest.mark.parametrize("width, height", SIZES)
def test_nothing_sticks_out_and_fingers_hit(opened: Open, width: int, height: int) -> None:
    page = opened(explore(note_002()), width, height)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width < 500:
        small = page.evaluate(
            "[...document.querySelectorAll('button')].filter((b) => b.offsetParent)"
            ".map((b) => [b.id, b.offsetWidth, b.offsetHeight]).filter(([, w, h]) => w < 44 || h < 44)"
        )
        assert small == []


def layer() -> Value:
    """A loss of a small network, whose nodes have many operands, with long names."""
    net = nn.MLP(2, [13, 1], seed=1)
    loss: Value = (net([Value(0.5, label="income_before_tax"), Value(-0.3, label="x2")]) - 1.0) ** 2
    return loss


@pytest.mark.parametrize("made", [note_002, layer])
@pytest.mark.parametrize(
    "width, height", [(1600, 900), (1366, 768), (1280, 720), (1100, 800), (820, 1180), (730, 500), (390, 844)]
)
def test_no_step_is_cut_off(opened: Open, made: Any, width: int, height: int) -> None:
    page = opened(explore(made()), width, height)
    hidden = "(() => { const box = document.getElementById('telling'); return box.scrollHeight - box.clientHeight; })()"
    for step in range(int(page.evaluate("explorer.steps.last")) + 1):
        page.evaluate(f"explorer.to({step})")
        assert page.evaluate(hidden) <= 1
        if made is layer:
            assert page.evaluate("document.querySelectorAll('#telling .equation').length") <= 13
            continue
        if width == 1280:
            assert page.evaluate("document.getElementById('telling').lastChild.getBoundingClientRect().bottom") <= 720


@pytest.mark.parametrize("width, height", [(1600, 900), (1280, 720)])
def test_the_legend_is_seen(opened: Open, width: int, height: int) -> None:
    page = opened(explore(note_002()), width, height)
    ends = "[...document.querySelectorAll('#stage .legend, #stage')].map((each) => each.getBoundingClientRect())"
    stage, *legend = page.evaluate(f"{ends}.map(({{right, bottom}}) => [right, bottom])")
    assert len(legend) >= 5
    assert all(right < stage[0] and bottom < stage[1] < height for right, bottom in legend)


def test_train_is_within_reach_on_a_phone(opened: Open) -> None:
    page = opened(explore(note_002()), 390, 844, at_end=False)
    assert page.locator("#train").bounding_box()["y"] < 800
    page.locator("#one").click()
    assert page.evaluate("explorer.descent.steps") == 1
    assert page.locator("#position").inner_text() == "Backward 27 of 27"


def test_what_is_trained_has_the_colours_of_weights(opened: Open) -> None:
    alpha, x = Value(2.0, "alpha"), Value(3.0, "x")
    root = (alpha * x - 1.0) ** 2
    page = opened(explore(root))
    assert page.locator("#stage .node.weight").get_attribute("aria-label").startswith("alpha")
    page.get_by_label("train alpha").uncheck()
    assert page.locator("#stage .node.weight").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("light", ["true", "false"])
def test_in_jupyterlab_it_follows_the_theme(opened: Open, scheme: str, light: str) -> None:
    frame = explore(neuron())._repr_html_()
    page = opened(
        f"<!doctype html><title>notebook</title><body data-jp-theme-light={light}>{frame}", color_scheme=scheme
    )
    inside = page.frame_locator("iframe")
    until(page, f"document.body.dataset.jpThemeLight === '{light}'")
    inside.locator("#result").wait_for()
    colour = {"true": ("rgb(255, 255, 255)", "#ffffff"), "false": ("rgb(22, 24, 29)", "#16181d")}
    for theme in (light, "false" if light == "true" else "true"):
        page.evaluate(f"document.body.dataset.jpThemeLight = '{theme}'")
        page.wait_for_timeout(100)
        assert inside.locator("header").evaluate("(e) => getComputedStyle(e).backgroundColor") == colour[theme][0]
        assert inside.locator(".paper").evaluate("(e) => getComputedStyle(e).fill") == colour[theme][0]


def large() -> Value:
    """Return a net of some 2,000 values."""
    return batch_error(nn.MLP(2, [4, 4, 1], seed=0), 25)


def batch_error(net: nn.MLP, count: int) -> Value:
    error: Value = ag.mean([(net([0.1 * i, 0.2]) - 1.0) ** 2 for i in range(count)])
    error.label = "E"
    return error


@pytest.mark.parametrize("width, height", SIZES)
def test_a_large_graph_is_shown_collapsed(opened: Open, width: int, height: int) -> None:
    axe = needs.package("axe_playwright_python.sync_playwright").Axe()
    root = large()
    made = explore(root)
    assert len(made.html) < 200_000
    page = opened(made, width, height, at_end=False)
    assert f"{len(topological(root)):,} values" in page.locator("#frozen").inner_text()
    last = page.evaluate("explorer.steps.last")
    for step in range(last + 1):
        page.evaluate(f"explorer.to({step})")
        assert page.locator("#telling h3").count() == 1
    root.backward()
    assert page.evaluate("document.querySelectorAll('#stage .unknown').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#stage .node").first.click()
    assert page.locator("#about").inner_text()
    assert not page.locator("#train").is_visible()
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in axe.run(page).response["violations"]] == []


def test_leaves_of_a_collapsed_graph_stand_below_their_heads(opened: Open) -> None:
    source = random.Random(0)
    values = [Value(source.random(), label=f"p{i}") for i in range(40)]
    for _ in range(400):
        values.append(source.choice(values[-60:]) * source.choice(values[-60:]) + 0.1)
    for width in (1600, 1280, 800):
        page = opened(explore(values[-1]), width, 900)
        ends = (
            "((row) => [...row.children].filter((cell) => cell.offsetWidth)"
            ".map((cell) => Math.round(cell.getBoundingClientRect().right)).slice(1))"
        )
        heads, cells = (
            page.evaluate(f"{ends}(document.querySelector('{row}'))") for row in (".heads", "#leaf-rows .leaf")
        )
        assert len(heads) == 2
        assert heads == pytest.approx(cells, abs=1.0)
        page.close()


def test_cards_fill_the_window(opened: Open) -> None:
    page = opened(explore(note_002()), 1600, 1000)
    ends = "[...document.querySelectorAll('.card')].map((card) => card.getBoundingClientRect().bottom)"
    end = max(page.evaluate(ends))
    assert 940 < end <= 1000


def long_names() -> Value:
    return ag.sum([Value(i / 9, label=f"coefficient_of_the_term_{i}") for i in range(9)]) ** 2


@pytest.mark.parametrize("made", [note_002, long_names])
def test_nothing_is_cut_off_beside_the_leaves(opened: Open, made: Any) -> None:
    for width in (1600, 1500, 1499, 1300, 1250, 1249, 800, 721, 720, 400, 360, 320):
        page = opened(explore(made()), width, 900)
        wider = "[...document.querySelectorAll('.leaf, .heads')].filter((row) => row.scrollWidth > row.clientWidth + 1)"
        assert page.evaluate(f"{wider}.length") == 0, width
        cut = "[...document.querySelectorAll('.leaf-name')].filter((name) => name.scrollWidth > name.clientWidth)"
        assert page.evaluate(f"{cut}.length") == 0, width
        page.close()


def test_a_screen_reader_hears_steps_and_results_but_no_stream_of_numbers(opened: Open) -> None:
    page = opened(explore(neuron()))

    def aloud() -> list[str | None]:
        return [page.locator(each).get_attribute("aria-live") for each in ("#telling", "#result", "#descent-says")]

    page.locator("#back").click()
    assert aloud()[:2] == ["polite", "polite"]
    set_leaf(page, "w1", "0.25")
    assert aloud()[:2] == ["off", "polite"]
    page.locator("#train").click()
    assert aloud() == ["off", "off", "off"]
    page.locator("#train").click()
    assert aloud()[1:] == ["polite", "polite"]
    page.locator("#back").click()
    assert aloud()[0] == "polite"


def test_the_whole_graph_can_be_seen(opened: Open) -> None:
    page = opened(explore(random_graph(3, 150)), 800, 900)
    fits = "((box) => box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight)"
    stage = "(document.getElementById('stage'))"
    assert not page.evaluate(fits + stage)
    page.locator("#fit").click()
    assert page.evaluate(fits + stage)
    page.locator("#closer").click()
    assert not page.evaluate(fits + stage)


def test_motion_can_be_reduced(opened: Open) -> None:
    moving = "getComputedStyle(document.querySelector('#stage .edge.lit path')).animationName"
    assert opened(explore(neuron())).evaluate(moving) == "flow"
    assert opened(explore(neuron()), reduced_motion="reduce").evaluate(moving) == "none"


def test_on_a_phone_the_step_is_scrolled_into_sight(opened: Open) -> None:
    page = opened(explore(note_002()), 400, 850, reduced_motion="reduce")
    page.locator("#first").click()
    page.locator("#forward").click()
    box = page.locator("#stage .current").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 400


HOSTILE = [
    "</script><script>window.pwned = 1</script>", "<!-- <script>", "-->", "<img src=x onerror='window.pwned=1'>",
    "${window.pwned=1}", "a\u2028b\u2029c", 'say "hi" & \'bye\'', "\\u003c/script>", "שלום_עולם",
    "\u202egnp.exe", "\U000f0003", "]]>", "lone \ud800 surrogate", "x" * 300,
]  # fmt: skip


def test_hostile_labels_do_nothing(opened: Open) -> None:
    leaves_ = [Value(0.1 * (i + 1), text) for i, text in enumerate(HOSTILE)]
    root = ag.sum([leaf * leaf for leaf in leaves_])
    root.label = HOSTILE[0]
    page = opened(explore(root, title=HOSTILE[0]))
    assert page.evaluate("window.pwned") is None
    assert page.locator("script").count() == 2
    for name in page.locator(".leaf-name").all():
        name.click()
    page.locator("#first").click()
    for _ in range(30):
        page.locator("#forward").click()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img").count() == 0
    assert "</script><script>window.pwned = 1</script>" in page.locator("h1").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1600


def test_the_page_may_not_use_the_network(browser: Any, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(explore(neuron()).save(tmp_path / "page.html").as_uri())
    outcome = page.evaluate(
        "new Promise((done) => { addEventListener('securitypolicyviolation', (e) => done(e.effectiveDirective));"
        "fetch('http://127.0.0.1:9/').catch(() => 0); })"
    )
    page.close()
    assert outcome == "connect-src"


def test_pages_in_one_notebook_do_not_meet(opened: Open) -> None:
    frames = explore(neuron())._repr_mimebundle_()["text/html"] + explore(note_002())._repr_html_()
    page = opened(f"<!doctype html><title>notebook</title>{frames}")
    first, second = (page.frame_locator("iframe").nth(i) for i in (0, 1))
    before = second.locator("#result").inner_text()
    first.get_by_label("w1 as a number", exact=True).fill("3")
    first.locator("#forward").click()
    assert first.locator("#position").inner_text().startswith("Forward 1")
    assert second.locator("#position").inner_text() == "Forward 0 of 27"
    assert second.locator("#result").inner_text() == before
    assert "sandbox" in frames
    assert "allow-same-origin" not in frames


def test_three_hundred_nodes_are_usable(opened: Open) -> None:
    x = Value(0.3, "x")
    net = x
    for i in range(99):
        net = (net * Value(0.9 + i / 1000, f"w{i}")).tanh()
    root = net + 1
    assert len(topological(root)) == 299
    page = opened(explore(root))
    set_leaf(page, "x", "0.5")
    page.locator("#back").click()
    page.locator(".leaf-name").nth(50).click()
    until(page, "document.querySelectorAll('.difference')[60].textContent.startsWith('≈')")
    page.locator("#one").click()
    assert page.evaluate("explorer.descent.steps") == 1


def test_a_leaf_alone_has_a_page(opened: Open) -> None:
    page = opened(explore(Value(2.0, "x")))
    page.locator("#first").click()
    page.locator("#forward").click()
    page.locator("#play").click()
    set_leaf(page, "x", "3")
    assert page.locator("#result").inner_text().endswith("= 3")


def test_the_page_in_an_unescaped_title_is_text(opened: Open) -> None:
    page = opened(explore(neuron(), title="a < b & c"))
    assert page.locator("h1").inner_text() == "a < b & c"
    assert html.unescape(page.title()) == "a < b & c"
