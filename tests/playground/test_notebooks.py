"""Notebooks that run in the browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograd.playground import notebooks
from autograd.playground.build import BuildError
from tests import needs
from tests.playground.conftest import served

FOLDER = Path(__file__).parents[2] / "notebooks"
RUNNABLE = ["1_the_notes.ipynb", "2_expressions.ipynb", "7_testing_gradients.ipynb"]


def write(path: Path, *cells: str) -> Path:
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    path.write_text(json.dumps({"cells": [*code, {"cell_type": "markdown", "source": ["import text"]}]}))
    return path


def test_imports_are_found_in_cells_and_in_modules_beside(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("from numpy.linalg import norm\nimport helper\n")
    cells = "%load_ext autograd\nimport math as m", "%%worksheet\nw = 2 wide", "if m:\n    !ls\n    import helper"
    assert notebooks.imported(write(tmp_path / "a.ipynb", *cells)) == {"math", "helper", "numpy"}
    assert notebooks.imported(write(tmp_path / "b.ipynb", "from . import near\nimport a.b, c")) == {"a", "c"}


def test_modules_that_import_each_other_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "near.py").write_text("import far, json")
    (tmp_path / "far.py").write_text("import near")
    assert notebooks.imported(write(tmp_path / "a.ipynb", "import near")) == {"near", "far", "json"}


@pytest.mark.parametrize(
    "cell, runs",
    [
        ("import autograd as ag, json, nn", True),
        ("from hypothesis import given", True),
        ("import helper", True),
        ("import numpy as np", False),
        ("import torch", False),
        ("def later():\n    import torch", False),
        ("import needy", False),
        ("try:\n    from ipywidgets import interact\nexcept ImportError:\n    pass", True),
        ("try:\n    import torch\nexcept (ImportError, OSError):\n    pass", True),
        ("try:\n    import torch\nexcept ValueError:\n    pass", False),
        ("try:\n    import json\nexcept ImportError:\n    import torch", False),
    ],
)
def test_notebooks_that_need_another_package_are_left_out(cell: str, runs: bool, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("import math")
    (tmp_path / "needy.py").write_text("import jax")
    path = write(tmp_path / "a.ipynb", cell)
    assert notebooks.runnable(tmp_path) == [path] * runs


def test_three_of_the_notebooks_run_in_the_browser() -> None:
    assert [path.name for path in notebooks.runnable(FOLDER)] == RUNNABLE


def test_a_notebook_that_is_no_python_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"^notebooks: a\.ipynb can't be read as Python: invalid syntax$"):
        notebooks.imported(write(tmp_path / "a.ipynb", "a b"))


def test_what_is_missing_to_build_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebooks, "BUILDERS", ("json", "no_such_builder"))
    with pytest.raises(BuildError, match=r"^notebooks: no_such_builder needed to build; install with pip install '"):
        notebooks.build_notebooks(FOLDER, tmp_path / "made", tmp_path)
    assert not (tmp_path / "made").exists()


def test_a_folder_without_one_that_runs_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebooks, "BUILDERS", ())
    write(tmp_path / "a.ipynb", "import numpy as np")
    (tmp_path / notebooks.LOCK).touch()
    with pytest.raises(BuildError, match=r"has no notebook that runs in the browser$"):
        notebooks.build_notebooks(tmp_path, tmp_path / "made", tmp_path)


def test_a_folder_without_pyodide_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebooks, "BUILDERS", ())
    with pytest.raises(BuildError, match=r"^notebooks: there is no Pyodide in .*; build the playground first$"):
        notebooks.build_notebooks(FOLDER, tmp_path / "made", tmp_path)


@pytest.fixture(scope="module")
def lite(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    for name in notebooks.BUILDERS:
        needs.package(name, "-e '.[jupyterlite]'")
    folder = tmp_path_factory.mktemp("lite") / "made"
    assert notebooks.build_notebooks(FOLDER, folder, site / "pyodide") == RUNNABLE
    return folder


@pytest.mark.nightly
@pytest.mark.parametrize("name", RUNNABLE)
def test_a_notebook_runs_in_the_browser(name: str, lite: Path, browser: Any) -> None:
    with served(lite) as address:
        page = browser.new_context().new_page()
        foreign: list[str] = []
        page.on(
            "request",
            lambda asked: foreign.append(asked.url) if not asked.url.startswith(("data:", "blob:", address)) else None,
        )
        page.goto(f"{address}notebooks/index.html?path={name}")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        prompts = (
            "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map((each) => each.textContent.trim())"
        )
        page.wait_for_function(f"() => {prompts}.every((each) => /\\d/.test(each))", timeout=200_000)
        assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
        assert foreign == []
        page.context.close()
