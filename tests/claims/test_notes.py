"""Notes in LaTeX: what is read of ours, misread letters and all, what is found wrong, and what is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import WorksheetError
from autograd.__main__ import main
from autograd.claims.notes import read_note

NOTES = Path(__file__).parents[2] / "notebooks" / "notes"

# equations, read, definitions, checked, wrong, could not be checked
EXPECTED = {
    "two_hidden": (11, 11, 0, 11, 3, 0),
    "layers": (8, 7, 3, 4, 1, 0),
    "step_by_step": (17, 16, 5, 11, 2, 0),
    "regression": (13, 9, 4, 5, 1, 0),
    "relu_sigmoid": (12, 12, 6, 6, 1, 0),
}
WRONG = {
    "two_hidden": [
        (12, "∂z1_2/∂a1_1 and ∂a2_1/∂z2_1 do not join: a1_1 is not a2_1; the path to w12_1 runs through a2_1"),
        (23, "sign: the step is taken away, w12_1 − …"),
        (24, "wrong index: ∂e/∂b1_1 where ∂e/∂b2_1 belongs"),
    ],
    "layers": [
        (
            21,
            "off by the factor 2: it is missing; it should be w^(L) · (σ(z^(L)) · (1 − σ(z^(L)))) · (a^(L) − y) · 2",
        )
    ],
    "step_by_step": [
        (33, "on the left side, off by the factor ∂E_o1/∂w5: it is too much; it should be ∂E_o1/∂w5"),
        (39, "wrong index: w3 where w2 belongs; it should be w1 · i1 + w2 · i2 + b1 · 1"),
    ],
    "regression": [(25, "off by the factor x: it is too much; it should be (ŷ − y) · w2 · a1(1 − a1)")],
    "relu_sigmoid": [
        (
            15,
            "wrong factor: x where z2 belongs; it should be A1 · (σ(z2) · (1 − σ(z2))) · (2 · A2 − 2 · Y)",
        )
    ],
}


def test_every_note_has_expectations() -> None:
    assert {each.stem for each in NOTES.glob("*.md")} == set(EXPECTED) == set(WRONG)


@pytest.mark.parametrize("name", EXPECTED)
def test_our_notes(name: str) -> None:
    note = read_note((NOTES / f"{name}.md").read_text(encoding="utf-8"))
    read = len(note.equations) - note.count("unread")
    found = (
        len(note.equations),
        read,
        note.count("defined"),
        note.count("right", "WRONG"),
        note.count("WRONG"),
        note.count("unchecked"),
    )
    assert found == EXPECTED[name]
    assert [(each.line, each.message) for each in note.equations if each.status == "WRONG"] == WRONG[name]
    assert all(each.message for each in note.equations if each.status in ("unread", "unchecked"))


def test_the_command_line_lists_all_and_exits_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(NOTES / "regression.md")]) == 1
    out = capsys.readouterr().out
    assert "line 15 unread: \\frac{3L}{4wz} = -a_1(y-\\hat{y})\n       the left side is neither" in out
    assert out.endswith(
        "13 equations: 9 read (4 definitions); 5 checked, 1 WRONG; 0 could not be checked, 4 could not be read\n"
    )


def test_a_note_in_latex(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "note.tex"
    path.write_text(
        r"""
\begin{align*}
  y &= x^2 \\
  \frac{dy}{dx} &= 2 x
\end{align*}
\[ x = 3 \]
\[ \frac{dy}{dx} = 6 \]
""",
        encoding="utf-8",
    )
    assert main([str(path)]) == 0
    assert "3 checked, 0 WRONG" in capsys.readouterr().out


def test_numbers_are_learned_from_lines_that_put_them_in() -> None:
    note = read_note("$y = w x$\n\n$y = 2 * 3 = 6.5$\n\n$\\frac{dy}{dw} = 3$")
    assert [each.status for each in note.equations] == ["defined", "WRONG", "right"]
    assert note.equations[1].message == "the number is 6, not 6.5"


def test_what_is_not_utf_8_and_what_is_too_long_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "note.md"
    path.write_bytes(b"$a = \xff$")
    assert main([str(path)]) == 2
    assert "not UTF-8 text: byte 0xff" in capsys.readouterr().err
    with pytest.raises(WorksheetError, match="characters; allowed are"):
        read_note("x" * 1_000_001)


PIECES = [
    *("$", "$$", "\\frac", "{", "}", "\\partial", "=", "x", "_", "^", "(", ")", "1", "\\sigma", "'", "\\\\", "+", "-"),
    *("\\underbrace", "\\delta", " ", "\n", "e", "\\text{a b}", "\\left(", "\\right)", "2.5", "w_{11\\_2}", "\\hat{y}"),
    *("\\sqrt", "sigmoid", ",", "|", ">", "/", "*", "\\begin{aligned}", "\\end{aligned}", "é", "\x00"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_noise_is_read_or_listed(noise: str) -> None:
    note = read_note(f"$$x = 2$$\n$${noise}$$\n${noise}$")
    assert all(each.status != "unread" or each.message for each in note.equations)
    str(note)
