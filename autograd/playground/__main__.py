"""The command `python -m autograd.playground`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograd.playground.build import BuildError, build
from autograd.playground.notebooks import build_notebooks

__all__ = ["main"]

FINE, FAILED = 0, 2


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m autograd.playground",
        description="Build the playground: a static page that runs worksheets and checks notes in the browser.",
        epilog="To look at it: python -m http.server -d BUILD_DIR, then open http://localhost:8000",
    )
    parser.add_argument("folder", metavar="BUILD_DIR", type=Path, help="where the page goes; made if it isn't there")
    parser.add_argument(
        "--notebooks", metavar="FOLDER", type=Path, help="also build its notebooks, to run in BUILD_DIR/notebooks"
    )
    given = parser.parse_args(arguments)
    try:
        names = build(given.folder)
        size = sum((given.folder / name).stat().st_size for name in names)
        print(f"{len(names)} files, {size / 1e6:.1f} MB, in {given.folder}")
        if given.notebooks:
            running = build_notebooks(given.notebooks, given.folder / "notebooks", given.folder / "pyodide")
            print(f"{', '.join(running)}, in {given.folder / 'notebooks'}")
    except (BuildError, OSError) as error:
        print(error, file=sys.stderr)
        return FAILED
    return FINE


if __name__ == "__main__":
    sys.exit(main())
