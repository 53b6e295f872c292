"""Python's responses to the page, without a browser."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autograd.playground.respond import respond
from autograd.worksheet import shipped


def ask(action: str, **arguments: Any) -> Any:
    return json.loads(respond(json.dumps({"action": action, **arguments})))


NOTE_002 = shipped.read("step_by_step")[0].decode()


def test_a_sheet_gives_its_table_picture_and_claims() -> None:
    given = ask("sheet", text=NOTE_002, picked="w5", page=True)
    rows = {row["name"]: row for row in given["rows"]}
    assert rows["w5"] == {
        "name": "w5",
        "value": "0.4",
        "gradient": "0.08216704056",
        "updated": "0.3589164797",
        "role": "trained",
    }
    assert rows["b1"]["role"] == "fixed"
    assert rows["b1"]["updated"] == ""
    assert given["value"] == "0.2983711088"
    assert given["picture"].startswith("<svg")
    assert "w_{5}" in given["derivation"]
    assert given["page"].startswith("<!doctype html>")
    assert len(given["claims"]) > 20
    assert all(claim["right"] for claim in given["claims"])


def test_a_wrong_claim_is_explained() -> None:
    (claim,) = ask("sheet", text="w, x = 3, 2\nE = w*x^2\ncheck d(E)/d(w) == x")["claims"]
    assert not claim["right"]
    assert claim["line"] == 3
    assert "power" in claim["message"]


@pytest.mark.parametrize(
    "text, line, column",
    [("E = 2*w", 1, 7), ("w = 1\nE = w +", 2, 8), ("w = 1\ncheck w ==", 2, 7), ("w = 1\n\nw = 2", 3, 1)],
)
def test_an_error_has_its_place(text: str, line: int, column: int) -> None:
    error = ask("sheet", text=text)["error"]
    assert (error["line"], error["column"]) == (line, column)
    assert error["message"]


@pytest.mark.parametrize("text", ["", "\n\n", "# a remark", "rate: 0.5"])
def test_a_sheet_without_steps_is_no_error(text: str) -> None:
    assert ask("sheet", text=text) == {"rows": [], "claims": [], "names": []}


def test_a_leaf_alone_is_shown() -> None:
    given = ask("sheet", text="w = 0.5", picked="w", page=True)
    assert given["value"] == "0.5"
    assert given["rows"][0]["gradient"] == "1"


def test_a_graph_too_large_to_draw_has_a_table_all_the_same() -> None:
    text = "x = 0.5\n" + "".join(f"y{i} = sin({f'y{i - 1}' if i else 'x'})*x + {i}\n" for i in range(900))
    given = ask("sheet", text=text, page=True)
    assert given["rows"][0]["name"] == "x"
    assert "picture" in given or given["remarks"]


def test_labels_are_text_and_no_markup() -> None:
    given = ask("sheet", text='title: <script>alert(1)</script>\n"<b>" = 2\n')
    assert "error" in given or "<script" not in given.get("picture", "")


def test_downloads() -> None:
    script = ask("script", text="w, x = 0.5, 2\nE = (1 - sigmoid(w*x))^2 / 2")["text"]
    names: dict[str, Any] = {}
    exec(script, names)
    assert names["w"].grad == pytest.approx(-0.105754185, rel=1e-8)
    notebook = json.loads(ask("notebook", text="w = 2\nE = w^2")["text"])
    assert notebook["cells"][1]["source"] == "%%worksheet\nw = 2\nE = w^2"
    assert ask("script", text="E = 2*w")["error"]["line"] == 1


def test_the_words_of_the_language() -> None:
    given = ask("start")
    words = {word["label"]: word for word in given["words"]}
    assert words["atan2"]["detail"] == "y, x"


@pytest.mark.parametrize("number, kind, least", [(0, "note", 5), (1, "sheet", 8), (2, "sheet", 5)])
def test_every_example_works(number: int, kind: str, least: int) -> None:
    group = ask("start")["examples"][number]
    assert group["kind"] == kind
    assert len({example["title"] for example in group["examples"]}) == len(group["examples"]) >= least
    for example in group["examples"]:
        given = ask(kind, text=example["text"])
        assert "error" not in given, example["title"]
        assert given["equations" if kind == "note" else "rows"], example["title"]
        wrong = [claim["text"] for claim in given.get("claims", []) if not claim["right"]]
        assert bool(wrong) == ("wrong" in example["title"]), example["title"]
