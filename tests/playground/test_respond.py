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
    given = ask("sheet", text=NOTE_002)
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
    assert ask("picture", text=NOTE_002)["text"].startswith("<svg")
    assert "w_{5}" in ask("chain", text=NOTE_002, picked="w5")["text"]
    assert ask("page", text=NOTE_002)["text"].startswith("<!doctype html>")
    claims = ask("claims", text=NOTE_002)["claims"]
    assert len(claims) > 20
    assert all(claim["right"] for claim in claims)


def test_a_wrong_claim_is_explained() -> None:
    (claim,) = ask("claims", text="w, x = 3, 2\nE = w*x^2\ncheck d(E)/d(w) == x")["claims"]
    assert not claim["right"]
    assert claim["line"] == 3
    assert "power" in claim["message"]


@pytest.mark.parametrize(
    "text, line, column",
    [("E = 2*w", 1, 7), ("w = 1\nE = w +", 2, 8), ("w = 1\ncheck w ==", 2, 7), ("w = 1\n\nw = 2", 3, 1)],
)
def test_an_error_has_its_place(text: str, line: int, column: int) -> None:
    error = ask("claims", text=text)["error"]
    assert (error["line"], error["column"]) == (line, column)
    assert error["message"]
    if "check" not in text:
        assert {json.dumps(ask(part, text=text)["error"]) for part in ("sheet", "picture", "page")} == {
            json.dumps(error)
        }


def test_a_claim_that_cannot_be_read_leaves_the_table() -> None:
    assert ask("sheet", text="w = 1\ncheck w ==")["rows"]


@pytest.mark.parametrize("text", ["", "\n\n", "# a remark", "rate: 0.5"])
def test_a_sheet_without_steps_is_no_error(text: str) -> None:
    assert ask("sheet", text=text) == {"rows": [], "names": []}
    assert ask("claims", text=text) == {"claims": []}
    assert ask("picture", text=text) == ask("page", text=text) == ask("chain", text=text, picked="w") == {"text": ""}


def test_a_leaf_alone_is_shown() -> None:
    given = ask("sheet", text="w = 0.5")
    assert given["value"] == "0.5"
    assert given["rows"][0]["gradient"] == "1"
    assert ask("picture", text="w = 0.5")["text"].startswith("<svg")
    assert ask("chain", text="w = 0.5", picked="w") == {"text": ""}


def test_a_large_graph_has_all_parts() -> None:
    text = "x = 0.5\n" + "".join(f"y{i} = sin({f'y{i - 1}' if i else 'x'})*x + {i}\n" for i in range(900))
    assert ask("sheet", text=text)["rows"][0]["name"] == "x"
    assert ask("picture", text=text)["text"].startswith("<svg")
    assert ask("page", text=text)["text"].startswith("<!doctype html>")


def test_labels_are_text_and_no_markup() -> None:
    text = "title: <script>alert(1)</script>\nw = 2\nE = w^2 # <b>\n"
    assert "<script>alert" not in ask("picture", text=text)["text"] + ask("page", text=text)["text"]
    assert ask("sheet", text='"<b>" = 2')["error"]["line"] == 1


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
        judged = ask("claims", text=example["text"])["claims"] if kind == "sheet" else []
        wrong = [claim["text"] for claim in judged if not claim["right"]]
        assert bool(wrong) == ("wrong" in example["title"]), example["title"]
