"""Code generation from the table of ops: C, JavaScript, Python operators and signatures for type checkers.

python -m autograd.codegen --write    after a change to a row
python -m autograd.codegen --check    fails if a generated file is stale
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from autograd.codegen.c import header
from autograd.codegen.javascript import script
from autograd.codegen.python import operators
from autograd.codegen.second import second_header
from autograd.codegen.signatures import signatures
from autograd.codegen.source import UntranslatableError

__all__ = ["FILES", "PACKAGE", "UntranslatableError", "header", "main", "script", "stale"]

PACKAGE: Final = Path(__file__).parents[1]
FILES: Final = {
    "csrc/generated/ops.h": header,
    "csrc/generated/ops_second.h": second_header,
    "engine/_operators.py": operators,
    "engine/_signatures.pyi": signatures,
    "explore/web/ops.js": script,
}


def stale() -> list[str]:
    """Return the names of the generated files that `--write` would change."""
    return [name for name, text in FILES.items() if _read(PACKAGE / name) != text()]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 1 if `--check` finds a stale file."""
    parser = argparse.ArgumentParser(prog="python -m autograd.codegen", description=(__doc__ or "").splitlines()[0])
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
            print(f"autograd/{name} is stale: run python -m autograd.codegen --write", file=sys.stderr)
    return 1 if names and wanted.check else 0
