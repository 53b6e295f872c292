"""The picture: valid XML for any label, boxes apart, text inside, all labels and gradients, with and without dot."""

from __future__ import annotations

import dataclasses
import math
import random
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import DrawError, Value, dot, label, sigmoid, values, where
from autograd import sum as total
from autograd.draw import draw
from autograd.draw.drawing import place
from autograd.draw.fonts import fit, width
from autograd.draw.layout import builtin, labels
from autograd.draw.layout import dot as graphviz_dot
from autograd.draw.layout.direction import fitted
from autograd.draw.layout.plan import Plan
from autograd.draw.scene import NAME, SMALL, SUBSCRIPT, SYMBOL, TEXT, Scene, scene, split
from benchmarks.pictures import crossings, net, tangle
from tests import needs

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    "a & b < c > d",
    "{x|y}",
    'say "hi"',
    "back\\slash\\",
    "two\nlines\r\tand tab",
    "bell\x07 null\x00 escape\x1b",
    "lone \ud800 surrogate",
    "\ufffe\uffff",
    "שלום עולם",
    "日本語のラベル",
    "a" * 500,
    "]]>",
    "&lt;&#x3c;",
    "é́",
    "🙂 emoji",
    "_", "__", "_x", "x_", "w11_2", " ",
]  # fmt: skip


@pytest.fixture
def dot_program() -> str:
    return needs.tool("dot")


@pytest.fixture(params=["builtin", "dot"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "dot":
        needs.tool("dot")
    return str(request.param)


def note_002() -> Value:
    """Return the 2-2-2 network, swept."""
    w1, w2, w3, w4, w5, w6, w7, w8 = values(w1=0.15, w2=0.2, w3=0.25, w4=0.3, w5=0.4, w6=0.45, w7=0.5, w8=0.55)
    i1, i2, b1, b2, target_o1, target_o2 = values(i1=0.05, i2=0.1, b1=0.35, b2=0.6, target_o1=0.01, target_o2=0.99)
    net_h1, net_h2 = w1 * i1 + w2 * i2 + b1, w3 * i1 + w4 * i2 + b1
    out_h1, out_h2 = sigmoid(net_h1), sigmoid(net_h2)
    net_o1, net_o2 = w5 * out_h1 + w6 * out_h2 + b2, w7 * out_h1 + w8 * out_h2 + b2
    out_o1, out_o2 = sigmoid(net_o1), sigmoid(net_o2)
    E_o1, E_o2 = 0.5 * (target_o1 - out_o1) ** 2, 0.5 * (target_o2 - out_o2) ** 2
    E_total = E_o1 + E_o2
    label(locals())
    E_total.backward()
    return E_total


def dense(layers: int, wide: int, seed: int = 0) -> Value:
    """Return a net of dot nodes, some 100 values and more."""
    source = random.Random(seed)
    outs = [Value(source.uniform(-1, 1), label=f"x{i}") for i in range(wide)]
    for _ in range(layers):
        outs = [dot([Value(source.uniform(-1, 1)) for _ in outs], outs, Value(0.1)).tanh() for _ in range(wide)]
    outs[0].backward()
    return outs[0]


def expanded(wide: int, layers: int, seed: int = 0) -> Value:
    """Return a net in which every product and sum is a value of its own."""
    source = random.Random(seed)
    outs = [Value(source.uniform(-1, 1), label=f"x{i}") for i in range(wide)]
    for layer in range(layers):
        made = []
        for j in range(wide if layer + 1 < layers else 1):
            net = Value(0.1, "b")
            for out in outs:
                net = net + Value(source.uniform(-1, 1), "w") * out
            net.label = f"net_{layer}h{j}"
            made.append(net.tanh())
            made[-1].label = f"out_{layer}h{j}"
        outs = made
    outs[0].backward()
    return outs[0]


def plan_of(what: Scene, engine: str, direction: str = "LR") -> Plan:
    return graphviz_dot.arrange(what, direction) if engine == "dot" else builtin.arrange(what, direction)


def texts(svg: str) -> list[str]:
    return ["".join(element.itertext()) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_note_002_shows_every_label_value_and_gradient(engine: str, direction: str) -> None:
    drawing = draw(note_002(), engine=engine, direction=direction, title="Note 002")
    shown = texts(drawing.svg)
    for name in ("w5", "neth1", "outo1", "targeto2", "Etotal"):
        assert name in shown
    assert {"0.08217", "0.4", "0.2984", "−0.0226", "Note 002"} <= set(shown)
    assert {"x²", "×0.5", "σ"} <= set(shown)


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("root", [note_002(), dense(2, 4), dense(3, 2, seed=5), expanded(4, 3)])
def test_boxes_stay_apart_and_frames_hold_their_own_only(engine: str, direction: str, root: Value) -> None:
    what = scene([root], 300)
    plan = plan_of(what, engine, direction)
    rectangles = {}
    for box in what.boxes:
        (x, y), (wide, high) = plan.centres[box.key], box.size
        rectangles[box.key] = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    keys = list(rectangles)
    for i, first in enumerate(keys):
        for second in keys[i + 1 :]:
            assert not overlap(rectangles[first], rectangles[second])
    for cluster, frame in zip(what.clusters, plan.frames, strict=True):
        around = (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
        own = {box.key for box in cluster.boxes}
        assert {key for key in keys if overlap(rectangles[key], around)} == own
    everything = [x for a, b, c, d in rectangles.values() for x in (a, b)]
    assert min(everything) > -1.0


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] - 0.1 and b[0] < a[2] - 0.1 and a[1] < b[3] - 0.1 and b[1] < a[3] - 0.1


@pytest.mark.usefixtures("dot_program")
@pytest.mark.parametrize(
    "root",
    [
        note_002(),
        dense(2, 4),
        expanded(4, 3),
        expanded(5, 3),
        net((3, 4, 3)),
        net((5, 5, 2), 1),
        tangle(60),
        tangle(90, 1),
    ],
)
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_the_builtin_layout_crosses_hardly_more_edges_than_dot(root: Value, direction: str) -> None:
    what, _ = fitted(scene([root], 300), direction)
    ours, theirs = (crossings(what, plan_of(what, engine, direction)) for engine in ("builtin", "dot"))
    assert ours <= 1.3 * theirs


def test_the_leaves_of_one_neuron_stand_beside_its_frame() -> None:
    what = scene([note_002()], 300)
    plan = builtin.arrange(what, "LR")
    frames = {frame.name: frame for frame in plan.frames}
    places = {box.label: plan.centres[box.key] for box in what.boxes}
    for name, leaf in (("h1", "w1"), ("h2", "w4"), ("o1", "w5"), ("E_o1", "target_o1")):
        gap = frames[name].x - places[leaf][0]
        assert 0.0 < gap < 150.0


def test_clusters_are_the_neurons_and_the_errors() -> None:
    assert sorted(c.name for c in scene([note_002()], 300).clusters) == ["E_o1", "E_o2", "h1", "h2", "o1", "o2"]


@given(st.lists(st.text(max_size=40) | st.sampled_from(HOSTILE), min_size=3, max_size=3))
def test_any_label_gives_valid_xml_with_text_inside_its_box(words: list[str]) -> None:
    a, b = Value(1.5, words[0]), Value(-2.5, words[1])
    c = where(a, a * b, b).exp()
    c.label = words[2]
    c.backward()
    ElementTree.fromstring(draw(c, engine="builtin").svg)
    for box in scene([c], 300).boxes:
        name = width(box.base, NAME, bold=True) + width(box.subscript, SUBSCRIPT, bold=True)
        for shaped in (box, dataclasses.replace(box, stacked=True)):
            assert name <= shaped.size[0] - shaped.symbol_width
            assert width(box.data, TEXT) <= shaped.data_cell[2]
            assert width(box.gradient or "", TEXT) <= shaped.gradient_cell[2]
            assert width(box.symbol, SYMBOL, bold=True) <= shaped.symbol_width or not box.symbol


HELVETICA = {"A": (667, 722), "W": (944, 944), ".": (278, 278), "i": (222, 278), "0": (556, 556), "−": (584, 584)}
DEJAVU = {"A": (684, 774), "W": (989, 1103), ".": (318, 380), "i": (278, 343), "0": (636, 696), "−": (838, 838)}


DEJAVU_MONO = 602


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("character", HELVETICA)
def test_widths_have_room_for_the_widest_of_three_fonts(character: str, bold: bool) -> None:
    wider = max(HELVETICA[character][bold], DEJAVU[character][bold])
    beside = width("W", 1000, bold)  # of a wide letter: as a whole, the text is wider than in the third font
    assert wider <= width(f"W{character}", 1000, bold) - beside < wider + 10
    assert max(wider, DEJAVU_MONO) <= width(character, 1000, bold) < max(wider, DEJAVU_MONO) + 10
    assert width(character * 9, 1000, bold) >= 9 * DEJAVU_MONO


@given(st.text(max_size=60), st.floats(20, 200), st.booleans())
def test_what_is_fitted_is_not_wider_than_its_limit(text: str, limit: float, bold: bool) -> None:
    assert width(fit(text, 12.0, limit, bold), 12.0, bold) <= limit + 1e-9


def test_a_long_text_is_fitted_in_few_steps() -> None:
    width.cache_clear()
    assert fit("W" + "\N{COMBINING ACUTE ACCENT}" * 2000 + "W" * 99, 12.0, 60.0).endswith("…")
    assert width.cache_info().misses < 20


@pytest.mark.usefixtures("dot_program")
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_labels_pass_through_dot(text: str) -> None:
    root = Value(2.0, text) * Value(3.0, "y")
    ElementTree.fromstring(draw(root, engine="dot").svg)


def test_before_backward_it_says_so_and_shows_no_gradients() -> None:
    x = Value(2.0, "x")
    shown = texts(draw(x * x).svg)
    assert any("call backward() first" in text for text in shown)
    assert "0" not in shown
    y = x * x
    y.backward()
    assert not any("call backward() first" in text for text in texts(draw(y).svg))


def test_gradients_that_leaves_have_from_another_graph_are_not_those_of_this_one() -> None:
    x = Value(2.0, "x")
    (x * x).backward()
    shown = texts(draw(x.exp()).svg)
    assert any("call backward() first" in text for text in shown)
    assert "4" not in shown


@pytest.mark.parametrize(
    "made",
    [
        lambda x: ag.sqrt(ag.stop_gradient(x)),
        lambda x: ag.stop_gradient(ag.sqrt(x)),
        lambda x: where(x > 0.0, ag.log(x), x),
        lambda x: where(x > 0.0, ag.log(x).tanh(), x * x),
        lambda x: ag.sqrt(x) + ag.stop_gradient(ag.log(x)),
    ],
)
def test_what_passes_along_the_operands_adds_up_to_the_gradient(made: Callable[[Value], Value]) -> None:
    """Where a branch isn't taken, or a gradient is stopped, an infinite derivative beyond it passes nothing."""
    x = Value(0.0, "x")
    root = made(x)
    root.backward()
    what = scene([root], 300)
    for box in what.boxes[:-1]:
        flows = [edge.flow or 0.0 for edge in what.edges if edge.tail is box]
        assert box.value is not None
        assert math.fsum(flows) == box.value.grad


@pytest.mark.parametrize("root", [note_002(), dense(2, 4), expanded(4, 3)])
def test_labels_of_edges_touch_neither_boxes_nor_each_other(engine: str, root: Value) -> None:
    what = scene([root], 300)
    plan = plan_of(what, engine)
    taken = []
    for box in what.boxes:
        (x, y), (wide, high) = plan.centres[box.key], box.size
        taken.append((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))
    places = labels.places(what, plan)
    for edge in what.edges:
        if edge.key in places:
            (x, y), half = places[edge.key], width(edge.text, SMALL) / 2
            spot = (x - half, y - labels.HEIGHT / 2, x + half, y + labels.HEIGHT / 2)
            assert not any(overlap(spot, other) for other in taken)
            taken.append(spot)
    assert len(places) > len(what.edges) / 3


def test_every_label_of_note_002_has_its_place() -> None:
    what = scene([note_002()], 300)
    assert len(labels.places(what, builtin.arrange(what, "LR"))) == len(what.edges)


def test_colours_need_no_variables_and_there_is_a_dark_set() -> None:
    svg = draw(note_002(), engine="builtin").svg
    assert "var(" not in svg
    assert "prefers-color-scheme:dark" in svg


@pytest.mark.parametrize(
    "made, symbol",
    [
        (lambda x: x * 0.5, "×0.5"),
        (lambda x: 1 - x, "1 −"),
        (lambda x: x / 3, "÷3"),
        (lambda x: 1 / x, "1 ÷"),
        (lambda x: x**2, "x²"),
        (lambda x: x**-1.5, "x⁻¹·⁵"),
        (lambda x: 2**x, "2ˣ"),
        (lambda x: x.max(0.25), "max 0.25"),
        (lambda x: x * x, "×"),
        (lambda x: x.tanh(), "tanh"),
    ],
)
def test_constants_are_folded_into_the_op(made: Callable[[Value], Value], symbol: str) -> None:
    assert scene([made(Value(0.5, "x"))], 9).boxes[-1].symbol == symbol


def test_leaves_look_like_what_their_labels_say() -> None:
    kinds = {box.label: box.kind for box in scene([note_002()], 300).boxes}
    assert (kinds["w5"], kinds["b1"], kinds["i1"], kinds["target_o1"]) == ("weight", "weight", "input", "target")
    assert kinds["net_h1"] == ""
    assert scene([Value(1.0, "rate") * Value(2.0)], 9).boxes[0].kind == "leaf"


def test_infinities_and_nan_are_shown() -> None:
    x = Value(math.inf, "x")
    root = x - x
    root.backward()
    assert {"∞", "nan"} <= set(texts(draw(root, engine="builtin").svg))


def test_the_picture_is_the_same_with_graphviz_or_without(monkeypatch: pytest.MonkeyPatch) -> None:
    root = note_002()
    drawn = draw(root).svg
    monkeypatch.setenv("PATH", "")
    assert draw(root).svg == drawn == draw(root, engine="builtin").svg
    with pytest.raises(DrawError, match=r"engine 'dot': .* not on PATH; install it \(Debian: apt install graphviz"):
        draw(root, engine="dot")


@pytest.mark.parametrize(
    "script, message",
    [
        ("exit 3", "failed with exit code 3"),
        ("echo '{}'", "no layout"),
        ("echo nonsense", "no layout"),
        ('echo \'{"bb": "0,0,9,9"}\'', "left out a part"),
        ("exec sleep 60", "timed out"),
    ],
)
def test_a_broken_dot_is_named(script: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(graphviz_dot, "SECONDS", 0.3)
    with pytest.raises(DrawError, match=rf"engine 'dot': .*{message}"):
        draw(note_002(), engine="dot")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"engine": "neato"}, r"unknown engine: 'neato' \(must be one of \['builtin', 'dot'\]\)"),
        ({"direction": "UP"}, r"unknown direction: 'UP' \(must be one of \['LR', 'TB'\]\)"),
        ({"limit": 2, "collapse": "none"}, r"draw: 3 values are too many to draw \(limit 2\); collapse="),
        ({"collapse": "all"}, r"unknown collapse: 'all' \(must be one of \['auto', 'none', 'neuron', 'layer'\]\)"),
        ({"ops": "x"}, "unknown ops: 'x'"),
        ({"theme": "x"}, "unknown theme: 'x'"),
        ({"depth": -1}, "draw: depth must not be negative, got -1"),
    ],
)
def test_wrong_options_say_what_is_allowed(options: dict[str, object], message: str) -> None:
    with pytest.raises(DrawError, match=message):
        draw(Value(1.0) * Value(2.0), **options)  # type: ignore[arg-type]


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(TypeError, match=r"draw: arguments must be Values, got 3 \(int\)"):
        draw(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="at least one Value"):
        draw()


def test_limit_and_title_have_their_types() -> None:
    x = Value(1.0)
    with pytest.raises(TypeError, match=r"draw: limit must be an int, got 'many' \(str\)"):
        draw(x, limit="many")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"draw: title must be a str, got 3 \(int\)"):
        draw(x, title=3)  # type: ignore[arg-type]


def test_several_values_are_drawn_in_one_picture(engine: str) -> None:
    x, y = values(x=2.0, y=3.0)
    first, second = x * y, (x + y).exp()
    label({"first": first, "second": second})
    shown = texts(draw(first, second, engine=engine).svg)
    assert {"first", "second", "x", "y"} <= set(shown)
    assert shown.count("x") == 1


def test_a_single_leaf_is_a_picture_too(engine: str) -> None:
    assert "w5" in texts(draw(Value(0.4, "w5"), engine=engine).svg)


@given(st.text(max_size=300))
def test_any_title_gives_valid_xml(title: str) -> None:
    ElementTree.fromstring(draw(Value(1.0, "x"), engine="builtin", title=title).svg)


def test_a_million_values_are_refused_at_once_without_a_picture() -> None:
    x = Value(1.0)
    for _ in range(100_000):
        x = x + 1.0
    with pytest.raises(DrawError, match="100,001 values"):
        draw(x, collapse="none")


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    drawing = draw(note_002())
    target = drawing.save(tmp_path / "graph.svg")
    assert target.read_text(encoding="utf-8") == drawing.svg
    assert "digraph" in drawing.save(tmp_path / "graph.dot").read_text(encoding="utf-8")
    with pytest.raises(DrawError, match=r"must end in .svg, .png, .pdf, .dot, .gv or .mmd, got"):
        drawing.save(tmp_path / "graph.gif")
    with pytest.raises(FileNotFoundError) as caught:
        drawing.save(tmp_path / "missing" / "graph.svg")
    assert caught.value.filename == str(tmp_path / "missing" / "graph.svg")
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(OSError, match="folder"):
        drawing.save(tmp_path / "folder.svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.svg", "graph.dot", "graph.svg"]


def test_the_same_graph_gives_the_same_picture() -> None:
    assert draw(note_002(), engine="builtin").svg == draw(note_002(), engine="builtin").svg


def test_ids_are_stable_and_edges_name_their_ends() -> None:
    root = ElementTree.fromstring(draw(note_002(), engine="builtin").svg)
    nodes = {g.get("id") for g in root.iter(f"{SVG}g") if "node" in (g.get("class") or "").split()}
    edges = [g for g in root.iter(f"{SVG}g") if "edge" in (g.get("class") or "").split()]
    assert nodes == {f"n{i}" for i in range(len(nodes))}
    assert all(edge.get("data-from") in nodes and edge.get("data-to") in nodes for edge in edges)


@pytest.mark.usefixtures("dot_program")
def test_the_source_is_dot_text_that_dot_accepts() -> None:
    ran = subprocess.run(["dot", "-Tsvg"], input=draw(note_002()).source, text=True, capture_output=True, check=True)
    assert "<svg" in ran.stdout


def test_in_a_notebook_it_is_svg() -> None:
    drawing = draw(Value(1.0) * Value(2.0))
    shown = drawing._repr_mimebundle_()
    assert shown["text/plain"] == "<Drawing of 3 values>"
    assert texts(shown["image/svg+xml"]) == texts(drawing.svg)
    ids = [re.findall(r' id="([^"]+)"', svg) for svg in (shown["image/svg+xml"], drawing.svg)]
    assert len(ids[0]) == len(ids[1]) == 5
    assert not set(ids[0]) & set(ids[1])


@pytest.mark.parametrize("direction", ["LR", "TB"])
@given(st.integers(0, 10_000))
def test_random_graphs_are_laid_out_without_overlaps(direction: str, seed: int) -> None:
    source = random.Random(seed)
    nodes = [Value(source.uniform(-1, 1), source.choice(["", f"net_h{i}", f"x{i}", "b"])) for i in range(4)]
    for i in range(source.randrange(1, 25)):
        node = source.choice(nodes) * source.choice(nodes) if source.random() < 0.6 else source.choice(nodes).tanh()
        node.label = source.choice(["", "", f"net_h{i}", f"out_h{i}", f"E_{i}"])
        nodes.append(node)
    nodes[-1].backward()
    what, plan, _ = place(scene([nodes[-1]], 300), "builtin", direction)
    stands = {box.key: rectangle(plan.centres[box.key], box.size) for box in what.boxes}
    placed = list(stands.values())
    assert not any(overlap(one, other) for i, one in enumerate(placed) for other in placed[:i])
    assert set(plan.curves) == {edge.key for edge in what.edges}
    frames = [frame for frame in plan.frames if not frame.layer]
    assert len(frames) == len(what.clusters)
    around = [(frame.x, frame.y, frame.x + frame.width, frame.y + frame.height) for frame in frames]
    assert not any(overlap(one, other) for i, one in enumerate(around) for other in around[:i])
    for cluster, reach in zip(what.clusters, around, strict=True):
        own = {box.key for box in cluster.boxes}
        assert {key for key, spot in stands.items() if overlap(spot, reach)} == own
    for left, top, right, bottom in (*placed, *around):
        assert -0.1 < left < right < plan.width + 0.1
        assert -0.1 < top < bottom < plan.height + 0.1


def rectangle(centre: tuple[float, float], size: tuple[float, float]) -> tuple[float, float, float, float]:
    (x, y), (wide, high) = centre, size
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


@pytest.mark.parametrize(
    "text, parts",
    [
        ("out_o1", ("out", "o1")),
        ("w5", ("w", "5")),
        ("w11_2", ("w", "11,2")),
        ("b", ("b", "")),
        ("E_total", ("E", "total")),
    ],
)
def test_labels_split_into_base_and_subscript(text: str, parts: tuple[str, str]) -> None:
    assert split(text) == parts


def test_gradients_of_any_size_beside_each_other_have_colours() -> None:
    x, tiny = Value(1.7e308, "x"), Value(5e-324, "tiny")
    result = x * tiny + tiny / x
    result.backward()
    assert ElementTree.fromstring(draw(result, engine="builtin").svg).tag == f"{SVG}svg"


@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_edges_between_the_same_two_boxes_have_room_for_their_labels(direction: str, count: int) -> None:
    x = Value(3.0, "x")
    what = scene([x * x if count == 2 else total([x] * count)], 300)
    plan = builtin.arrange(what, direction)
    found = labels.places(what, plan)
    assert len(found) >= (count if direction == "LR" or count == 2 else count - 1)
    assert all(0.0 <= y <= plan.height for _, y in found.values())
