"""External requirements of tests (packages, programs, npm): a missing one skips the test, or fails it under CI."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NoReturn

import pytest

__all__ = ["REQUIRED", "lacking", "npm", "package", "python_module", "tool"]

REQUIRED = os.environ.get("SCALARGRAD_REQUIRE_ALL", "") not in ("", "0")
"""Whether what is lacking fails: continuous integration sets it, so that nothing is skipped there."""


def lacking(what: str, *, module: bool = False) -> NoReturn:
    """Skip the test (with `module`, the whole file), or fail where everything is required."""
    if REQUIRED:
        pytest.fail(f"SCALARGRAD_REQUIRE_ALL is set and there is no {what}", pytrace=False)
    pytest.skip(f"needs {what}", allow_module_level=module)


def package(name: str, install: str = "-e '.[dev]'") -> Any:
    """Return the imported package, which `pip install` with `install` gives; callable at the top of a file."""
    try:
        return importlib.import_module(name)
    except ImportError:
        lacking(f"Python package {name}; pip install {install}", module=True)


def python_module(name: str) -> Any:
    """Return a module that some builds of Python leave out, such as `readline` and `_testcapi`."""
    try:
        return importlib.import_module(name)
    except ImportError:
        lacking(f"Python built with {name}")


def tool(*names: str) -> str:
    """Return the path of the first program that PATH has; callable at the top of a file."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    lacking(f"program {' or '.join(names)} on PATH", module=True)


def npm(folder: Path, *packages: str) -> Path:
    """Install packages ("katex@0.16.22") in `folder`, or what its package.json names, and return the folder."""
    command = [tool("npm"), "install", "--silent", "--no-audit", "--no-fund", *packages]
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        lacking(f"answer from npm's registry for {', '.join(packages) or 'package.json'}")
    if ended.returncode:
        lacking(f"npm packages {', '.join(packages) or 'of package.json'} ({ended.stderr.strip()[-200:]})")
    return folder
