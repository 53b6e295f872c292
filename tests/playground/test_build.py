"""The command that builds the playground."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograd.playground import build
from autograd.playground.__main__ import main


@pytest.mark.slow
def test_the_folder_is_whole_and_names_no_other_host(site: Path) -> None:
    listed = json.loads((site / "files.json").read_text(encoding="utf-8"))
    assert all((site / name).stat().st_size == size for name, size in listed["files"].items())
    assert {"index.html", "main.js", "worker.js", build.ARCHIVE, build.SNAPSHOT, "pyodide/pyodide.asm.wasm"} <= listed[
        "files"
    ].keys()
    for name in ("index.html", "worker.js", "service-worker.js", "style.css"):
        assert "//" not in re.sub(r"// .*", "", (site / name).read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_archive_has_both_packages_without_c(site: Path) -> None:
    names = zipfile.ZipFile(site / "scalargrad.zip").namelist()
    assert {"autograd/__init__.py", "nn/__init__.py", "autograd/ops/rows.py"} <= set(names)
    assert not [name for name in names if name.endswith((".c", ".h", ".so"))]


def test_without_npm_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert main([str(tmp_path / "site")]) == 2
    assert "npm is needed to build; install Node.js" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_an_archive_of_the_same_files_has_the_same_bytes(tmp_path: Path) -> None:
    archives = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for path in archives:
        build.archive(path)
    first, second = (path.read_bytes() for path in archives)
    assert first == second


def test_npm_that_fails_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(*_: Any) -> Path:
        raise build.BuildError("playground: npm failed with exit status 1: no such package")

    monkeypatch.setattr(build, "_install", failing)
    assert main([str(tmp_path / "site")]) == 2
    assert "exit status 1" in capsys.readouterr().err
