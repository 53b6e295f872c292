"""Prints the least versions that pyproject.toml allows of what package and tests need, as constraints for pip."""

from __future__ import annotations

import re
import sys
from pathlib import Path

text = Path(sys.argv[1]).read_text(encoding="utf-8")
for name in ("dependencies", "test"):
    needed = re.search(rf"^{name} = \[(.*?)\]$", text, re.DOTALL | re.MULTILINE)
    if needed is None:
        raise SystemExit(f"least.py: {sys.argv[1]} has no list named {name}")
    for package, version in re.findall(r'"([\w-]+)>=([\d.]+)"', needed[1]):
        print(f"{package}=={version}")
