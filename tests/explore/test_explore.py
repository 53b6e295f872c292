"""Construction of a page, without a browser: accepted and rejected arguments, and no side effects."""

from __future__ import annotations

import json
import re
import webbrowser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
from autograd import DrawError, Value, explore
from autograd.__main__ import main
from autograd.engine.graph import topological
from autograd.explore.data import natural
from tests.explore.graphs import neuron, note_002


def data_of(page: Any) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.html, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_note_002_is_a_page_of_less_than_200_kb() -> None:
    assert len(explore(note_002()).html.encode()) < 200_000


def test_the_graph_stays_as_it_is() -> None:
    root = neuron()
    root.backward()
    root.backward()
    before = [(node.data, node.grad, node.label) for node in topological(root)]
    explore(root)
    assert [(node.data, node.grad, node.label) for node in topological(root)] == before


def test_the_page_is_the_same_each_time() -> None:
    assert explore(neuron()).html == explore(neuron()).html


def test_the_page_forbids_itself_everything_but_its_own_script() -> None:
    page = explore(neuron()).html
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")


def test_what_is_trained_by_default_is_neither_input_nor_target() -> None:
    listed = [node for node in data_of(explore(note_002()))["nodes"] if node.get("trained")]
    assert sorted(node["title"] for node in listed) == ["b1", "b2", *(f"w{i}" for i in range(1, 9))]


def test_where_there_are_only_inputs_they_are_trained() -> None:
    x = Value(3.0, "x")
    assert [node["title"] for node in data_of(explore(x * x))["nodes"] if node.get("trained")] == ["x"]


def test_what_is_trained_can_be_named_or_given() -> None:
    root = neuron()
    w1 = next(node for node in topological(root) if node.label == "w1")
    listed = [node for node in data_of(explore(root, trained=[w1, "w10"]))["nodes"] if node.get("trained")]
    assert [node["title"] for node in listed] == ["w1", "w10"]
    assert not any(node.get("trained") for node in data_of(explore(root, trained=[]))["nodes"])


def test_every_number_of_a_leaf_is_kept() -> None:
    x = Value(0.1 + 0.2, "x")
    nodes = data_of(explore(x * float("inf") + -0.0))["nodes"]
    assert nodes[0]["value"] == 0.1 + 0.2
    assert nodes[1]["operands"] == [0, ["Infinity"]]
    assert str(nodes[2]["operands"][1][0]) == "-0.0"


@pytest.mark.parametrize(
    "arguments, options, error, text",
    [
        ((2.0,), {}, TypeError, r"explore: argument must be a Value, got 2.0 \(float\)"),
        ((None,), {"rate": 0.0}, ValueError, "explore: rate must be above 0 and finite, got 0.0"),
        ((None,), {"rate": float("nan")}, ValueError, "explore: rate must be above 0 and finite, got nan"),
        ((None,), {"rate": "fast"}, TypeError, r"explore: rate must be a number, got 'fast' \(str\)"),
        ((None,), {"title": 3}, TypeError, r"explore: title must be a str, got 3 \(int\)"),
        ((None,), {"limit": "many"}, TypeError, r"explore: limit must be an int, got 'many' \(str\)"),
        ((None,), {"engine": "magic"}, DrawError, "unknown engine: 'magic'"),
        (
            (None,),
            {"trained": ["w3"]},
            ValueError,
            "'w3' in trained is not a leaf below the value; allowed are b, target, w1",
        ),
        ((None,), {"trained": ["net"]}, ValueError, "'net' in trained is not a leaf"),
        ((None,), {"trained": ""}, TypeError, r"trained must be several leaves or labels, got '' \(str\)"),
        ((None,), {"trained": 1}, TypeError, r"trained must be several leaves or labels, got 1 \(int\)"),
    ],
)
def test_what_it_cannot_take_it_refuses(
    arguments: tuple[Any, ...], options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        explore(*(neuron() if each is None else each for each in arguments), **options)


def test_a_graph_of_a_million_is_shown_collapsed_with_its_gradients() -> None:
    x = Value(0.5, "x")
    root = x
    for _ in range(1_000_000):
        root = root + x
    page = explore(root)
    data = data_of(page)
    assert data["collapsed"] == 1_000_001
    assert sum(node.get("operands") != [] for node in data["nodes"]) <= 300
    assert [node["gradient"] for node in data["nodes"] if node["title"] == "x"] == [1_000_001.0]
    assert x.grad == 0.0
    assert len(page.html) < 200_000


HOSTILE = [
    "<script>alert(1)</script>", "null\x00 and \x1b", "lone \ud800 surrogate", "\udfff", "\ufffe", "net_\ud800",
    "\ud800/b", 'say "hi"', "a\u2028b", "two\nlines", "\x7f\x85", "_", "/", " ",
]  # fmt: skip


@pytest.mark.parametrize("label", HOSTILE)
def test_any_label_of_a_leaf_step_group_or_title_can_be_saved(label: str, tmp_path: Path) -> None:
    for where in ("leaf", "step", "result", "group"):
        a = Value(1.5, label if where == "leaf" else "a")
        c = a * Value(2.0, "b")
        c.label = label if where == "step" else ""
        with ag.group(label) if where == "group" else nullcontext():
            root = (c * a).exp() + c
        root.label = label if where == "result" else ""
        for limit in (300, 6):
            explore(root, title=label, limit=limit).save(tmp_path / "page.html")
        for name in ("graph.svg", "graph.dot", "graph.mmd"):
            ag.draw(root, title=label).save(tmp_path / name)
        ag.draw(root, collapse="neuron").save(tmp_path / "graph.svg")


def test_it_saves_whole_or_not_at_all(tmp_path: Path) -> None:
    page = explore(neuron())
    target = tmp_path / "page.HTML"
    assert page.save(target) == target
    assert target.read_text(encoding="utf-8") == page.html
    with pytest.raises(DrawError, match=r"file name must end in \.html, got '.*page\.txt'"):
        page.save(tmp_path / "page.txt")
    with pytest.raises(OSError, match="absent"):
        page.save(tmp_path / "absent" / "page.html")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["page.HTML"]


def test_show_opens_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def opened(address: str) -> bool:
        seen.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", opened)
    monkeypatch.setenv("DISPLAY", ":0")
    page = explore(neuron())
    path = page.show()
    assert seen == [path.as_uri()]
    assert path.read_text(encoding="utf-8") == page.html


def test_in_a_notebook_it_is_a_frame_and_always_text_too() -> None:
    bundle = explore(neuron())._repr_mimebundle_()
    assert bundle["text/plain"] == "<Explorer of 15 values>"
    assert bundle["text/html"].startswith('<iframe sandbox="allow-scripts" srcdoc="&lt;!doctype html&gt;')


@pytest.mark.parametrize(
    "labels", [["w1", "w2", "w10"], ["", "1", "a"], ["W2", "w3"], ["x4", "x²", "x٣"], ["a1b2", "a1b10", "a2"]]
)
def test_names_are_sorted_as_people_count(labels: list[str]) -> None:
    backwards = labels[::-1]
    backwards.sort(key=natural)
    assert backwards == labels


def test_unnamed_values_are_called_by_what_they_compute() -> None:
    titles = [node["title"] for node in data_of(explore(neuron()))["nodes"]]
    assert "w1 · x" in titles
    assert "target − out" in titles
    assert len(set(titles)) == len(titles)
    assert all(len(title) <= 26 for title in titles)


def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "page.html"
    assert main(["step_by_step", "--html", str(target)]) == 0
    assert f"The page is in {target}" in capsys.readouterr().out
    page = target.read_text(encoding="utf-8")
    assert "the 2-2-2 network, step by step" in page
    assert 'value="0.5"' in page
    assert main(["step_by_step", "--html", str(tmp_path / "page.pdf")]) == 2
    assert "file name must end in .html" in capsys.readouterr().err
    assert main(["step_by_step", "--html", str(tmp_path / "none" / "page.html")]) == 2
    assert "none/page.html: No such file" in capsys.readouterr().err


def test_set_on_the_command_line_is_what_the_page_begins_with(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    assert main(["step_by_step", "--set", "w5=0.75", "--html", str(target), "--json"]) == 0
    assert '"title":"w5","kind":"weight","value":0.75' in target.read_text(encoding="utf-8")


def test_an_op_taken_from_the_table_still_has_its_derivation() -> None:
    @ag.op("2*x if x > 0 else 0*x")
    def half_square(x: float) -> float:
        return x * x if x > 0 else 0.0

    from autograd.derivatives.custom import remove

    x = Value(3.0, "x")
    root = half_square(x) * 2.0
    try:
        assert data_of(explore(root))["nodes"][1]["slopes"] == [6.0]
        assert str(ag.derive(root, x)).endswith("= 12")
    finally:
        remove("half_square")
