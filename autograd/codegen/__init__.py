"""Writes what derives from the table: C (`_ops*.h`), JavaScript (`explore/_ops.js`), signatures (`_signatures.pyi`).

python -m autograd.translate --write    after a change to ops.py
python -m autograd.translate --check    fails when a generated file is stale
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from autograd.translate.c import header
from autograd.translate.javascript import script
from autograd.translate.second import second_header
from autograd.translate.signatures import signatures
from autograd.translate.source import UntranslatableError

__all__ = ["FILES", "UntranslatableError", "header", "main", "script", "stale"]

PACKAGE: Final = Path(__file__).parents[1]
FILES: Final = {
    "_ops.h": header,
    "_ops_second.h": second_header,
    "_signatures.pyi": signatures,
    "explore/_ops.js": script,
}


def stale() -> list[str]:
    """Names of the generated files that `--write` would change."""
    return [name for name, text in FILES.items() if _read(PACKAGE / name) != text()]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; 1 when `--check` finds a stale file."""
    parser = argparse.ArgumentParser(prog="python -m autograd.translate", description=(__doc__ or "").splitlines()[0])
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true", help="write the generated files")
    choice.add_argument("--check", action="store_true", help="fail when a generated file is stale")
    wanted = parser.parse_args(arguments)
    names = stale()
    for name in names:
        if wanted.write:
            (PACKAGE / name).write_text(FILES[name](), encoding="utf-8")
            print(f"wrote autograd/{name}")
        else:
            print(f"autograd/{name} is stale: run python -m autograd.translate --write", file=sys.stderr)
    return 1 if names and wanted.check else 0
