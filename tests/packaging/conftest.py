"""The wheel without C, built once for the tests that look into it or run it elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import needs

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def pure_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from a copy, so that nothing is left in the source folder."""
    folder = tmp_path_factory.mktemp("wheel")
    skipped = shutil.ignore_patterns(".*", "build", "*.egg-info", "*.so", "__pycache__", "site")
    shutil.copytree(ROOT, folder / "source", ignore=skipped)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(folder / "source")]
    environment = {**os.environ, "SCALARGRAD_PURE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment.pop("SCALARGRAD_REQUIRE_C", None)
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if ended.returncode:
        needs.lacking(f"working `pip wheel` ({ended.stderr.strip()[-300:]})")
    (wheel,) = folder.glob("*.whl")
    return wheel
