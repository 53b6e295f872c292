"""Copies of the project that packaging tests build and install from, so that nothing is left in the source folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests import needs

ROOT = Path(__file__).parents[2]


def copy_source(folder: Path) -> Path:
    """Copy what is under version control, nearly: no build products, no hidden files."""
    skipped = shutil.ignore_patterns(".*", "build", "*.egg-info", "*.so", "__pycache__", "site")
    return shutil.copytree(ROOT, folder / "source", ignore=skipped)


def pip(python: str | Path, *arguments: str) -> None:
    """Run pip on a source folder with the C extensions left out."""
    environment = {**os.environ, "SCALARGRAD_PURE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    for name in ("SCALARGRAD_REQUIRE_C", "PYTHONPATH"):
        environment.pop(name, None)
    command = [str(python), "-m", "pip", "-q", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if ended.returncode:
        needs.lacking(f"working `pip {arguments[0]}` ({ended.stderr.strip()[-300:]})")


@pytest.fixture(scope="session")
def pure_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel without C, for the tests that look into it or run it elsewhere."""
    folder = tmp_path_factory.mktemp("wheel")
    pip(sys.executable, "wheel", "--no-deps", "-w", str(folder), str(copy_source(folder)))
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def editable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment in which the README's `pip install -e .` was done."""
    folder = tmp_path_factory.mktemp("editable")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip(python, "install", "--no-deps", "-e", str(copy_source(folder)))
    return python
