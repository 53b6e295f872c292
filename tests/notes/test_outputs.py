"""Output of a note: marked copies, pages, worksheets, JSON; and combinations of options."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.__main__ import main
from autograd.notes import STATUSES, read_note
from autograd.notes.marking import marked
from autograd.notes.page import as_page
from autograd.worksheet import Worksheet
from tests import needs

needs.package("latex2mathml")
needs.package("markdown_it")
from autograd.notes.typesetting import typesetter  # noqa: E402

NOTE = r"""# Slopes

Take $m = k t$ first, then

$$
\begin{aligned}
q &= \tanh(m) \\
\frac{\partial q}{\partial m} &= 1 + q^2
\end{aligned}
$$

| what | slope |
|---|---|
| by k | $\partial m/\partial k = t$ |

> $$\frac{\partial m}{\partial t} = k$$

```math
r = q^2
```

    ∂r/∂q = 2q

and ![](https://latex.codecogs.com/svg.latex?s%20=%20r%20+%201) so.
"""


def test_a_marked_copy_says_what_the_note_says() -> None:
    note = read_note(NOTE)
    copy = marked(NOTE, note)
    again = read_note(copy)
    assert [each.reading for each in again.equations] == [each.reading for each in note.equations]
    assert [each.status for each in again.equations] == [each.status for each in note.equations]
    assert "| $\\partial m/\\partial k = t$ **[right (checked)]** |" in copy
    assert "**[line 8: WRONG: sign: 1 + q^2 should be 1 − q^2; it should be 1 − q^2]**" in copy
    assert "\n>\n> **[right (checked)]**\n" in copy
    assert "\n```\n\n**[line 19: defined]**\n" in copy
    assert "∂r/∂q = 2q  # right (checked)\n" in copy
    assert "+%201) **[defined]** so." in copy
    kept = [line for line in copy.split("\n") if "**[" not in line and "  # " not in line and line.strip(" >")]
    assert [line for line in NOTE.split("\n") if line in kept and line] == kept


def test_verdicts_in_latex_are_comments() -> None:
    text = "\\section{A}\n\\[ u = v^2 \\] so\n\\begin{equation}\n\\frac{du}{dv} = v\n\\end{equation}\nend"
    assert marked(text, read_note(text), latex=True).split("\n")[2::4] == ["% line 2: defined", "% line 4: WRONG: the factor 2 is missing; it should be v · 2"]  # fmt: skip # noqa: E501


@pytest.mark.parametrize("lines", [True, False])
def test_a_marked_notebook_is_a_notebook(lines: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = "Let $u = v^2$\nand $du/dv = v$."
    written = source.splitlines(True) if lines else source
    notebook = {
        "cells": [
            {"cell_type": "code", "execution_count": 1, "id": "a", "metadata": {}, "outputs": [], "source": ["1 + 1"]},
            {"cell_type": "markdown", "id": "b", "metadata": {}, "source": written},
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip
    path, copy, page = tmp_path / "a.ipynb", tmp_path / "b.ipynb", tmp_path / "c.html"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert main([str(path), "--marked", str(copy), "--html", str(page)]) == 1
    made = json.loads(copy.read_text(encoding="utf-8"))
    changed = made["cells"][1].pop("source")
    assert ("".join(changed) if lines else changed).count("**[") == 2
    assert isinstance(changed, list) == lines
    notebook["cells"][1].pop("source")  # type: ignore[index]
    assert made == notebook
    assert "<pre>1 + 1</pre>" in page.read_text(encoding="utf-8")
    assert "cell 2, line 2 WRONG" in capsys.readouterr().out
    assert main([str(path), "--marked", str(tmp_path / "d.md")]) == 2
    nbformat = needs.package("nbformat")
    nbformat.validate(nbformat.reads(copy.read_text(encoding="utf-8"), as_version=4))


def test_a_page_sets_formulas_and_loads_nothing() -> None:
    page = as_page(NOTE, read_note(NOTE), "a <b>note</b>")
    assert "<title>a &lt;b&gt;note&lt;/b&gt;</title>" in page
    assert page.count("<math ") == 7
    assert "\ue000" not in page
    assert page.count("right (checked)") == 3
    assert "codecogs" not in page
    assert "✗ line 8: WRONG" in page
    assert not re.search(r"\b(?:src|href|onload)=|<script|<link|url\(", page)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "![a](http://b/c.png)",
        r"$\href{javascript:alert(1)}{x} = 1$", r"$\text{<img src=x onerror=alert(1)>} = y$", "$a = <b onclick=c>$",
        "\ue0000\ue001 $a = 1$", "<!-- $x = 1$ -->", r"$\style{background:url(http://b)}{x} = 1$",
    ],
)  # fmt: skip
def test_a_page_runs_nothing_of_a_note(hostile: str) -> None:
    page = as_page(hostile, read_note(hostile), hostile)
    body = page.partition("<body>")[2]
    tags = set(re.findall(r"<(\w+)", body))
    assert not tags & {"script", "img", "iframe", "b", "link", "object", "svg"}
    assert "javascript:" not in re.sub(r"<h1>.*?</h1>|<code>.*?</code>", "", body) or "<a " not in body
    assert not re.search(r"<[^>]*\son\w+=", body)


PIECES = [
    *(
        "\\frac",
        "{",
        "}",
        "x",
        "_",
        "^",
        "\\sqrt",
        "&",
        "\\\\",
        "<",
        ">",
        "\\begin{aligned}",
        "\\text{é}",
        "1",
        "=",
        "'",
    ),
    *(
        "\\end{aligned}",
        "\\left(",
        "\\right)",
        "\\hat",
        "\\color{red}",
        "\\limits",
        "\x00",
        "\\sum",
        "%",
        "#",
        "[",
        "]",
    ),
    *("\\begin{bmatrix}", "\\end{bmatrix}", "\\binom", "\\over", "\\operatorname"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_is_set_is_well_formed(latex: str) -> None:
    made = typesetter()(latex, display=True)
    assert not made or ElementTree.fromstring(made).tag.endswith("math")


def test_what_a_notebook_shows() -> None:
    shown = read_note(NOTE + "<b>$x < 1$</b>")._repr_html_()
    assert shown.count("<tr>") == 10
    assert "$\\displaystyle \\frac{\\partial q}{\\partial m}  = 1 + q^2$" in shown
    note = read_note(NOTE)
    assert repr(note) == str(note)
    assert repr(note.equations[0]) == "line 3 defined: m = k · t"


def test_json_has_spans(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, missing = tmp_path / "a.md", tmp_path / "missing.md"
    path.write_text(NOTE, encoding="utf-8")
    assert main([str(path), str(missing), "--json"]) == 2
    first, second = json.loads(capsys.readouterr().out)["notes"]
    assert second == {"path": str(missing), "error": "No such file or directory"}
    assert sum(first["counts"].values()) == len(first["equations"]) == 8
    assert set(first["counts"]) == set(STATUSES)
    for each in first["equations"][:-1]:
        lines = NOTE.split("\n")
        assert NOTE[each["start"] : each["end"]].strip() == each["text"]
        assert lines[each["line"] - 1][each["column"] - 1 :].startswith(each["text"].split("\n")[0][:5])


def test_the_worksheet_of_a_note_has_names_of_its_own(tmp_path: Path) -> None:
    text = r"$$\hat y = w y_1 + b$$ $$y' = y - 1$$ $$L = (y - \hat y)^2 - -2/(3 - y)$$ $$a^{(L)} = \sigma(L)$$"
    sheet = Worksheet.parse(read_note(text).worksheet())
    assert len(set(sheet.labels("ŷ") + sheet.labels("y"))) == 2
    assert sheet.output() == "a_L"
    path, made = tmp_path / "n.md", tmp_path / "s.txt"
    path.write_text("$u = x$ and $v = \\mathbf{w}$", encoding="utf-8")
    assert main([str(path), "--worksheet", str(made)]) == 0
    assert Worksheet.parse(made.read_text(encoding="utf-8")).output() == "u"


def test_files_are_written_whole_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, made = tmp_path / "n.md", tmp_path / "m.md"
    path.write_text("$\\mathbf{u} = \\mathbf{w}$", encoding="utf-8")
    assert main([str(path), "--marked", str(made), "--worksheet", str(tmp_path / "s.txt")]) == 2
    assert not made.exists()
    assert main([str(path), "--marked", str(path)]) == 2
    assert "would overwrite the note" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "$\\mathbf{u} = \\mathbf{w}$"


@pytest.mark.parametrize(
    "options, said",
    [
        (["--quiet", "--all"], "give one of them"),
        (["--json", "--quiet"], "--quiet can't be combined"),
        (["--json", "--all"], "--all can't be combined"),
        (["--marked", "x.md", "--worksheet", "x.md"], "write the same file"),
        (["--engine", "builtin"], "--engine is for worksheets"),
        (["--limit", "300"], "--limit is for worksheets"),
        (["--latex", "a.tex"], "--latex is for worksheets"),
        (["--steps", "5"], "--steps is for worksheets"),
        (["--set", "a=1"], "--set is for worksheets"),
        (["--of", "u"], "--of is for worksheets"),
        (["--values"], "--values is for worksheets"),
        (["--with", "nothing_such"], "there is no included worksheet"),
        (["-i", "--quiet"], "--quiet can't be combined with the prompt"),
    ],
)
def test_no_option_is_ignored(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "n.md"
    path.write_text("$u = v$", encoding="utf-8")
    assert main([str(path), *options]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--quiet"], ["--all"], ["--marked", "x"], ["--worksheet", "x"], ["--with", "x"]])
def test_options_of_notes_are_refused_for_worksheets(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step_by_step", *option]) == 2
    assert f"{option[0]} is for notes" in capsys.readouterr().err


def test_a_note_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "no.md"), "--quiet"]) == 2
    assert "no.md: No such file or directory" in capsys.readouterr().err


def test_several_notes_and_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "notes"
    (folder / ".hidden").mkdir(parents=True)
    (folder / "a.md").write_text("$u = v^2$ and $du/dv = 2v$", encoding="utf-8")
    (folder / "b.tex").write_text("\\(u = v^2\\) and \\(du/dv = v\\)", encoding="utf-8")
    (folder / "c.txt").write_text("$a = b$", encoding="utf-8")
    (folder / ".hidden" / "d.md").write_text("$3 = 4$", encoding="utf-8")
    assert main([str(folder), str(folder / "a.md")]) == 1
    out = capsys.readouterr().out
    assert "in all, 2 notes: 4 equations" in out
    assert "d.md" not in out
    assert main([str(folder), "--marked", str(tmp_path / "x.md")]) == 2
    assert "--marked takes one note, got 2" in capsys.readouterr().err
    assert not (tmp_path / "x.md").exists()


def test_a_note_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from autograd import __main__ as command

    for text, code in (("$u = v^2$, $du/dv = v$", 1), ("$u = v^2$", 0), ("w = 2\nE = w^2\n", 0)):
        command._standard_input.cache_clear()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert main(["-"]) == code
    command._standard_input.cache_clear()
    assert "E" in capsys.readouterr().out


def test_the_prompt_opens_with_the_network_of_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "n.md"
    path.write_text("$w = 3$, $E = w^2$", encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"dE/dw\n")))
    assert main(["-i", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("6")
