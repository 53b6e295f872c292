"""Finding and splitting: every container of mathematics, with exact positions; any noise is tolerated."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Worksheet, WorksheetError, read_note
from autograd.__main__ import main


@pytest.mark.parametrize(
    "text",
    [
        "$u = v + c$",
        "$$u = v + c$$",
        r"\(u = v + c\)",
        r"\[u = v + c\]",
        r"\\[u = v + c\\]",
        "```math\nu = v + c\n```",
        "$`u = v + c`$",
        "> $$\n> u = v\n> + c\n> $$",
        r"\begin{align*} u &= v + c \end{align*}",
        r'<script type="math/tex; mode=display">u = v + c</script>',
        "![](https://latex.codecogs.com/svg.latex?u%20=%20v%20+%20c)",
        r"\newcommand{\s}[2]{#1 + #2} $u = \s{v}{c}$",
        r"$\color{red}{u} = \big( v + c \big) \tag{3}$",
        json.dumps({"cells": [{"cell_type": "markdown", "source": ["$u = v + c$"]}], "nbformat": 4}),
    ],
)
def test_containers(text: str) -> None:
    (found,) = read_note(text).equations
    assert (found.status, found.reading) == ("defined", "u = v + c")


def test_places() -> None:
    note = read_note("a\n$$\n\\begin{aligned}\nu &= v \\\\\n  w &= 2 u\n\\end{aligned}\n$$ and $x = 1$")
    assert [(each.line, each.column) for each in note.equations] == [(4, 1), (5, 3), (7, 9)]


def test_lines_of_plain_text() -> None:
    note = read_note("Then\n\n    z = w*x + b\n\n```\nz = w·x + b\n∂z/∂w = x\n```\n\n∂z/∂b = 1\n")
    assert [each.status for each in note.equations if each.reading.startswith("∂")] == ["right (checked)"] * 2


def test_code_is_no_mathematics() -> None:
    assert read_note("`$a = b$`\n\n```python\nx = '$u = v$'\n```\n").equations == []


def test_words_conditions_and_lists_are_no_factors() -> None:
    text = r"$$u = v + c \text{ where } v = 2 c, \quad \text{and} \quad \frac{\partial u}{\partial c} = 3$$"
    assert [each.reading for each in read_note(text).equations] == ["u = v + c", "v = 2c", "∂u/∂c = 3"]


def test_time_is_linear() -> None:
    start = time.process_time()  # other programs share the clock; a reader in quadratic time takes over 20 s
    read_note("\\[" * 20_000)
    read_note(f"$q = {'||x|| ' * 20_000}$")
    read_note("$$x_{1} = 1$$\n" + "\n".join(f"$$x_{{{i + 1}}} = 2 x_{{{i}}}$$" for i in range(1, 600)))
    read_note(
        r"$$\frac{\partial q}{\partial w} = "
        + "".join(map(r"\frac{{\partial x_{0}}}{{\partial w_{0}}}".format, range(400)))
        + "$$"
    )
    assert time.process_time() - start < 20.0


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "note.md"
    path.write_text("$u = v^2$ and $du/dv = v$", encoding="utf-8")
    assert main([str(path)]) == 1
    assert capsys.readouterr().out.startswith("2 equations: 1 definitions")
    assert main(["--quiet", str(tmp_path)]) == 1
    assert capsys.readouterr().out.count("\n") == 1
    assert main(["--json", str(path)]) == 1
    found = json.loads(capsys.readouterr().out)["notes"][0]["equations"]
    assert [each["status"] for each in found] == ["defined", "WRONG"]
    assert main(["--marked", str(tmp_path / "marked.md"), str(path)]) == 1
    assert "**[WRONG" in (tmp_path / "marked.md").read_text(encoding="utf-8")


def test_the_network_of_a_note_is_a_worksheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, sheet = tmp_path / "note.md", tmp_path / "sheet.txt"
    path.write_text("$n = v p + c$\n\n$n = 0.5 \\cdot 0.4 + 0.1 = 0.3$\n\n$o = \\sigma(n)$", encoding="utf-8")
    assert main(["--worksheet", str(sheet), str(path)]) == 0
    assert main(["--json", str(sheet)]) == 0
    capsys.readouterr()
    assert Worksheet.parse(sheet.read_text(encoding="utf-8")).evaluate().values["n"].data == pytest.approx(0.3)


@pytest.mark.parametrize("content", [b"no mathematics", b"$a = \xff$"])
def test_nothing_found_and_unreadable(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_bytes(content)
    assert main([str(path)]) == 2


def test_options_of_worksheets_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "note.md"
    path.write_text("$a = 1$", encoding="utf-8")
    assert main(["--svg", "x.svg", str(path)]) == 2
    assert "--svg is for worksheets" in capsys.readouterr().err


def test_what_is_too_long_is_said() -> None:
    with pytest.raises(WorksheetError, match="characters; allowed are"):
        read_note("x" * 5_000_001)
    with pytest.raises(TypeError, match="must be a str"):
        read_note(3)  # type: ignore[arg-type]


PIECES = [
    *("$", "$$", "\\frac", "{", "}", "\\partial", "=", "x", "_", "^", "(", ")", "1", "\\sigma", "'", "\\\\", "+", "-"),
    *("\\underbrace", "\\delta", " ", "\n", "e", "\\text{a b}", "\\left(", "\\right)", "2.5", "w_{11\\_2}", "\\hat{y}"),
    *(
        "\\sqrt",
        "sigmoid",
        ",",
        "|",
        ">",
        "/",
        "*",
        "\\begin{aligned}",
        "\\end{aligned}",
        "é",
        "\x00",
        "\\sum",
        "\\dots",
    ),
    *("\\begin{cases}", "\\end{cases}", "&", "\\mathbf{u}", "^T", "\\odot", "\\nabla", "∂", "₁", "²", "```", "`", ">"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_noise_is_survived(noise: str) -> None:
    note = read_note(f"$$x = 2$$\n$${noise}$$\n${noise}$")
    assert all(each.status != "not read" or each.message for each in note.equations)
    str(note)
