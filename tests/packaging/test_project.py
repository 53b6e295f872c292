"""The project's own facts hold together: packages, version, README's commands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
from autograd import codegen
from nn._common import codegen as steps

ROOT = Path(__file__).parents[2]


def setting(name: str) -> str:
    found = re.search(rf"^{name} = (.*)$", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found, name
    return found[1]


def test_version_is_said_once_and_the_same() -> None:
    assert setting("version") == f'"{autograd.__version__}"'
    assert f"## {autograd.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\nversion: {autograd.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_ci_runs_the_commands_of_the_readme() -> None:
    marks = re.findall(r"<!-- command: (\w+) -->\n```sh\n(.+)\n```", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [name for name, _ in marks] == ["install", "test"]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert all(f'"$(readme_command {name})"' in script for name, _ in marks)


def test_readme_shows_what_the_command_prints(tmp_path: Path) -> None:
    shown = re.search(
        r"<!-- output: (\w+) -->\n```text\n(.+?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert shown
    command = [sys.executable, "-m", "autograd", shown[1], "--svg", str(tmp_path / "graph.svg")]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, cwd=ROOT, check=True)
    assert ended.stdout.startswith(shown[2])
    assert (tmp_path / "graph.svg").stat().st_size > 1000


def test_generated_files_are_fresh() -> None:
    # In a process of its own: tests and doctests in this one may have added ops to the table.
    ended = subprocess.run(
        [sys.executable, "-m", "autograd.codegen", "--check"], capture_output=True, cwd=ROOT, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_the_loops_of_optimisers_in_c_are_those_of_their_rows() -> None:
    header = ROOT / "nn" / "_common" / "_steps.h"
    assert header.read_text(encoding="utf-8") == steps.header()


def test_a_stale_file_is_named_and_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(codegen, "PACKAGE", tmp_path)
    monkeypatch.setattr(codegen, "FILES", {"made.h": lambda: "new\n"})
    (tmp_path / "made.h").write_text("old\n", encoding="utf-8")
    assert codegen.main(["--check"]) == 1
    assert capsys.readouterr().err == "autograd/made.h is stale: run python -m autograd.codegen --write\n"
    assert codegen.main(["--write"]) == 0
    assert (tmp_path / "made.h").read_text(encoding="utf-8") == "new\n"
    assert codegen.main(["--check"]) == 0


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_name_files_that_exist(path: Path) -> None:
    named = re.findall(r"`((?:autograd|nn|tests|docs|notebooks)/[\w/.-]*)`", path.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    used = re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))
    assert used
    loose = [name for name in used if not name.startswith("./") and not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)]
    assert loose == []


def test_a_release_requires_the_tests() -> None:
    text = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    assert "  tests:\n    uses: ./.github/workflows/tests.yml\n" in text
    assert "  publish:\n    needs: [tests, wheels, source]\n" in text
