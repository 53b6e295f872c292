"""The documentation site: it builds without warnings, and its search finds words that stand in code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import needs

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs.package("mkdocs")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "--strict", "-d", str(folder)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return folder


def found(index: dict[str, Any], word: str) -> set[str]:
    """Return the pages that a search for the word lists."""

    def words(entry: dict[str, str]) -> list[str]:
        return re.split(
            index["config"]["separator"], re.sub(r"<[^>]+>", " ", f"{entry['title']} {entry['text']}").lower()
        )

    return {entry["location"].split("#")[0] for entry in index["docs"] if word in words(entry)}


@pytest.mark.slow
def test_search_finds_words_in_code(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    assert "guides/questions/" in found(index, "freeze")
    assert "coming-from/" in found(index, "item")
    boosted = {entry["location"].partition("#")[0] for entry in index["docs"] if entry.get("boost", 1) > 1}
    assert boosted == {"coming-from/"}  # before pages in which an item is one of a list
    assert {"coming-from/", "reference/values/"} <= found(index, "detach")


@pytest.mark.slow
@pytest.mark.parametrize("page", ["index.html", "guides/pictures/index.html"])
def test_a_picture_follows_the_colour_scheme(site: Path, page: str) -> None:
    text = (site / page).read_text(encoding="utf-8")
    assert "step_by_step.svg#only-light" in text
    assert "step_by_step_dark.svg#only-dark" in text


@pytest.mark.slow
def test_pages_link_to_the_next(site: Path) -> None:
    assert 'rel="next"' in (site / "tutorial" / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_playground_is_part_of_the_site(site: Path) -> None:
    needs.tool("npm")
    assert (site / "playground" / "pyodide" / "pyodide.asm.wasm").stat().st_size > 1_000_000
    assert 'href="playground/"' in (site / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_without_npm_the_site_says_what_is_missing(tmp_path: Path) -> None:
    needs.package("mkdocs")
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "--strict", "-d", str(tmp_path / "site")]
    environment = {**os.environ, "PATH": str(tmp_path)}
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert ended.returncode == 0, ended.stderr
    assert "npm is needed to build; install Node.js" in ended.stderr
    assert "npm is needed to build" in (tmp_path / "site" / "playground" / "index.html").read_text(encoding="utf-8")
