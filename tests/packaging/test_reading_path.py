"""The files that docs/explanation/engine.md lists are enough to understand `Value` and `backward`, and few lines."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMIT = 1200


def test_the_reading_path_is_read_in_an_afternoon() -> None:
    page = (ROOT / "docs/explanation/engine.md").read_text(encoding="utf-8")
    path = re.findall(r"^\| `(autograd/\S+)` \|", page, re.MULTILINE)
    assert {"autograd/ops/rows.py", "autograd/engine/value.py", "autograd/engine/backward.py"} <= set(path)
    lines = {name: (ROOT / name).read_text(encoding="utf-8").count("\n") for name in path}
    assert sum(lines.values()) < LIMIT, lines


def test_every_file_named_beside_the_path_exists() -> None:
    page = (ROOT / "docs/explanation/engine.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:ops|engine)/\w+\.py)`", page)
    assert named
    assert [name for name in named if not (ROOT / "autograd" / name).exists()] == []
