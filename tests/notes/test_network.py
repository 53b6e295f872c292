"""Notes with the network of a worksheet, and notes misread by a machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograd.__main__ import main
from autograd.errors import WorksheetError
from autograd.notes import Note, read_note
from autograd.worksheet import Worksheet

SHEET = """
inputs: x
targets: t
rate: 0.2
x, t = 0.8, 0.3
v1, c1, v2, c2 = 0.5, -0.2, 1.5, 0.1
s1 = v1*x + c1
h1 = tanh(s1)
s2 = v2*h1 + c2
p = s2
J = (p - t)^2 / 2
"""


def statuses(note: Note) -> list[str]:
    return [each.status for each in note.equations]


@pytest.mark.parametrize(
    "claim, status, said",
    [
        (r"\frac{\partial J}{\partial v_2} = (p - t) h_1", "right (checked)", ""),
        (r"\frac{\partial J}{\partial v_{2}} = (t - p) h_1", "WRONG", "sign"),
        (r"\frac{\partial J}{\partial c_1} = (p - t) v_2 (1 - h_1^2) x", "WRONG", "the factor x is too much"),
        (r"\frac{dJ}{dc_1} = (p - t) v_2 (1 - h_1^2)", "right (checked)", ""),
        (r"\frac{dJ}{dc_1} = (p - t) V_2 (1 - h_1^2) \chi", "WRONG", "χ read as x"),
        (r"\frac{\partial J}{\partial v_1} = \frac{\partial J}{\partial p} \frac{\partial p}{\partial h_1}"
         r"\frac{\partial h_1}{\partial s_1} x", "right (checked)", ""),
        (r"\frac{\partial J}{\partial v_2} = 0.0190", "right (checked)", ""),
        (r"\frac{\partial J}{\partial v_2} = 0.0290", "doubtful", "it is 0.01896"),
        (r"s_1 = v_1 x + c_1", "right (checked)", "as in the worksheet"),
        (r"s_1 = v_2 x + c_1", "WRONG", "wrong index: v2 where v1 belongs"),
        (r"h_1 = 0.197375", "right (checked)", ""),
        (r"c_1' = c_1 - \eta \frac{\partial J}{\partial c_1}", "right in form", ""),
    ],
)  # fmt: skip
def test_claims_about_the_network_of_a_sheet(claim: str, status: str, said: str) -> None:
    (found,) = read_note(f"$${claim}$$", sheet=SHEET).equations
    assert (found.status, said in found.message) == (status, True), found


def test_every_op_of_a_sheet_and_its_lists() -> None:
    sheet = Worksheet.parse(
        "x = [1, 2]\nW = [[0.1, 0.2], [0.3, -0.4]]\nb = [0.5, 0.6]\nz = W @ x + b\n"
        "m = max(z[1], z[2])\ny = where(m > 1, sum(z), mean(z)) + logsumexp(z)\nL = (y - 1)^2"
    )
    note = read_note(
        r"$$\frac{\partial L}{\partial y} = 2(y - 1)$$ $$Z = W x + b$$ $$\frac{\partial z_1}{\partial b_1} = 1$$"
        r"$$\frac{\partial z_1}{\partial b_2} = 1$$ $$\mathbf{z} = \mathbf{W} \mathbf{x} + \mathbf{b}$$",
        sheet=sheet,
    )
    assert statuses(note) == ["right (checked)", "defined", "right (checked)", "WRONG", "right (checked)"]


@pytest.mark.parametrize(
    "claim, said",
    [
        (r"\frac{\partial e}{\partial k_{2}^{(1)}} = \frac{\partial e}{\partial a_1^{(2)}} r", "r where x belongs"),
        (r"\frac{\partial e}{\partial a_{1\_2}} = 2(a_{1\_2} - r)", "it should be"),
        (r"\frac{\partial a_1^{(2)}}{\partial k_2^{(1)}} = g", "x"),
    ],
)
def test_an_error_called_e_is_no_constant(claim: str, said: str) -> None:
    sheet = "x, g, r = 0.5, 0.7, 0.2\nk2_1 = 0.4\na1_2 = k2_1*x\ne = (a1_2 - g)^2"
    (found,) = read_note(f"$${claim}$$", sheet=sheet).equations
    assert (found.status, said in found.message) == ("WRONG", True), found


def test_words_in_indices_are_the_names_of_a_sheet() -> None:
    sheet = "w, x = 0.4, 0.3\nin_prev = w*x\nE_total = in_prev^2"
    text = (
        r"$$\frac{\partial E_{\mathrm{total}}}{\partial w} = \frac{\partial E_{total}}{\partial in_{\text{prev}}} x$$"
        r"$$E_\mathrm{total} = in_{\mathrm{prev}}^2$$"
    )
    assert statuses(read_note(text, sheet=sheet)) == ["right (checked)"] * 2


def test_a_chain_about_a_sheet_needs_no_other_line() -> None:
    chain = (
        r"\frac{\partial J}{\partial p} \cdot \frac{\partial p}{\partial s_1} \cdot \frac{\partial h_1}{\partial v_1}"
    )
    (found,) = read_note(rf"$$\frac{{\partial J}}{{\partial v_1}} = {chain}$$", sheet=SHEET).equations
    assert (found.status, "s1 is not h1" in found.message) == ("WRONG", True)


def test_what_is_no_sheet() -> None:
    with pytest.raises(TypeError, match="sheet must be a Worksheet"):
        read_note("$a = 1$", sheet=3)  # type: ignore[arg-type]
    with pytest.raises(WorksheetError, match="unknown name"):
        read_note("$a = 1$", sheet="y = 2*q")


def test_a_letter_of_its_own_is_no_misreading() -> None:
    note = read_note(r"$$X = A + A^T$$ and $$\frac{\partial J}{\partial h_1} = (p - t) v_2$$", sheet=SHEET)
    assert "read as" not in str(note)
    assert note.equations[-1].status == "right (checked)"


DAMAGED = r"""
$$\frac{3J}{4vz} = -h_1 (t - t) = -h_1 (t - p) = (p - t) h_1$$

$$\frac{JJ}{Jc2} = p - t$$

$$\frac{\partial J}{\partial c_2} = (p - t)$$

$$\frac{\partial J}{\partial v_2} = h_1 (p - t)$$

$$\frac{\partial J}{\partial v_1} = \frac{\partial J}{\partial p} \cdot \frac{\partial S_2}{\partial h_1} \cdot \frac{\partial S_2}{\partial h_1} \cdot \frac{\partial s_1}{\partial v_1}$$

$$= \frac{\partial J}{\partial v_1} \cdot \frac$$

$$\frac{9(x)=\tanh x, g'(x)=1 - g(x)^2}{\frac{39(s)}{3s} = 1 - 9(s)}$$

$$\frac{dJ}{dc_1} = (p - t) v_2 (1 - h_1^2)$$
"""  # noqa: E501


@pytest.mark.parametrize("sheet", [None, SHEET])
def test_damaged_text_is_known_as_such(sheet: str | None) -> None:
    note = read_note(DAMAGED, sheet=sheet)
    assert note.remark == "5 of 8 equations look damaged by scanning"
    first, second, third, fourth, chain, end, inner, last = note.equations
    assert "read as ∂J/∂v" in first.message
    assert "t − t" in first.message
    assert first.status.startswith("right")
    assert "J for ∂" in second.message
    assert third.status.startswith("right")
    assert fourth.status.startswith("right")
    assert chain.status in ("WRONG", "not read")
    assert "a factor stands twice" in chain.message
    assert (end.status, "it breaks off" in end.message) == ("not read", True)
    assert (inner.status, "two statements lie in one fraction" in inner.message) == ("right (checked)", True)
    assert last.status == ("right (checked)" if sheet else "right (joins)")


def test_nothing_is_mended_where_little_is_damaged() -> None:
    note = read_note(r"$$\frac{3J}{4v} = 2$$ and $$y = J$$ and $\frac{\partial J}{\partial v} = 1$")
    assert note.remark == ""
    assert "read as" not in str(note)
    for text in (r"$$y = J - J$$ $$a = b = b$$", r"$$\frac{2J}{2v} = c$$ $\frac{3x}{4y} = z$"):
        assert read_note(text).remark == ""
    first, *_ = read_note(r"$$y = J - J$$ $$\frac{3J}{4v} = 2$$ $\partial J/\partial v = 1$").equations
    assert first.status == "not read"


def test_one_misread_sign_throughout() -> None:
    note = read_note(
        r"$$Q = (p - t)^2$$ $$p = k s$$ $$\frac{8Q}{8k} = \frac{8Q}{8p} \cdot \frac{8p}{8k}$$"
        r"$$\frac{8Q}{8s} = 2(p - t) s$$ $$\frac{8Q}{8p} = 2(p - t)$$"
    )
    assert statuses(note) == ["defined", "defined", "right (checked)", "WRONG", "right (checked)"]
    assert "read as ∂Q/∂s = 2(p − t) · s" in note.equations[3].message


def test_with_a_sheet_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note = tmp_path / "note.md"
    note.write_text(r"$$\frac{dL}{db_1} = (a_2 - y) w_2 a_1 (1 - a_1) x$$", encoding="utf-8")
    assert main([str(note)]) == 0
    assert main([str(note), "--with", "regression"]) == 1
    assert "the factor x is too much" in capsys.readouterr().out
    assert main([str(note), "--with", "no_such"]) == 2
    assert main(["regression", "--with", "regression"]) == 2
    assert "--with is for notes" in capsys.readouterr().err
