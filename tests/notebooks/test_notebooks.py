"""Every notebook runs from top to bottom and reproduces its committed output."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import needs

needs.package("nbclient")
needs.package("ipykernel")

from tests.notebooks.notebook import executed, load, said, shown  # noqa: E402

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert [path.name[0] for path in NOTEBOOKS] == list("1234567")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_what_it_is_committed_with(path: Path) -> None:
    committed, run = load(path), executed(path)
    for number, (before, after) in enumerate(zip(committed.cells, run.cells, strict=True)):
        if before.cell_type != "code":
            continue
        assert before.execution_count, f"cell {number} is committed without having run"
        assert shown(after) == shown(before), f"cell {number} shows other kinds of things"
        if "varies" not in before.metadata.get("tags", []):
            assert said(after) == said(before), f"cell {number} says something else"
