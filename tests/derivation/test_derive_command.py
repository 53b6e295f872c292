"""The command line's derivations: printed, and written as LaTeX and Markdown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograd.__main__ import main


def test_derive_prints_the_chain_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step_by_step", "--derive", "w5", "w1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "∂E_total/∂w5 = ∂E_total/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5" in lines
    assert "             = 0.74136507 · 0.186815602 · 0.593269992" in lines
    assert "             = 0.036350306 · 0.241300709 · 0.05" in lines
    assert max(map(len, lines)) <= 80


def test_derive_all_ends_with_the_updates(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step_by_step", "--derive-all"]) == 0
    out = capsys.readouterr().out
    assert "w5 ← w5 − α · ∂E_total/∂w5 = 0.4 − 0.5 · 0.082167041 = 0.35891648\n" in out
    assert "more lines" not in out


def test_files_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    latex, markdown = tmp_path / "w5.tex", tmp_path / "w5.md"
    assert main(["step_by_step", "--derive", "w5", "--latex", str(latex), "--markdown", str(markdown)]) == 0
    assert latex.read_text(encoding="utf-8").startswith("\\begin{aligned}\n\\frac{\\partial E_{\\mathrm{total}}}")
    assert markdown.read_text(encoding="utf-8").startswith("$$\n\\begin{aligned}\n")
    assert main([str(markdown)]) == 0
    assert ", 0 WRONG" in capsys.readouterr().out


def test_an_unknown_name_and_an_unwritable_file_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step_by_step", "--derive", "w55"]) == 2
    assert "unknown name 'w55'; did you mean 'w5'?" in capsys.readouterr().err
    assert main(["step_by_step", "--derive", "w5", "--latex", str(tmp_path / "no" / "w5.tex")]) == 2
    assert "No such file or directory" in capsys.readouterr().err


def test_wrong_claims_leave_json_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slips_regression", "--json"]) == 1
    ended = capsys.readouterr()
    assert json.loads(ended.out)["output"] == "L"
    assert "1 claim checked: 1 WRONG" in ended.err


def test_a_note_is_known_by_its_dollars_whatever_it_is_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note, sheet = tmp_path / "note.txt", tmp_path / "sheet.txt"
    note.write_text("# A note\n\n$$w = 2$$\n\nand $E = w^2$\n", encoding="utf-8")
    assert main([str(note)]) == 0
    assert "2 equations: 1 definitions, 1 given" in capsys.readouterr().out
    sheet.write_text("w = 2  # worth $$\nE = w^2\n", encoding="utf-8")
    assert main([str(sheet)]) == 0
    assert "E = 4" in capsys.readouterr().out
    assert main([str(tmp_path / "missing.md")]) == 2
