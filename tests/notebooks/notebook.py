"""Runs a notebook and compares what its cells say with what is committed; as a program: writes the outputs anew.

    python tests/notebooks/notebook.py notebooks/1_the_notes.ipynb …

A cell tagged `varies` (timings, say) must run, but may say something else. Of pictures it counts that they are there.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat
from nbclient.exceptions import CellTimeoutError

__all__ = ["executed", "load", "said", "shown"]

SECONDS = 60


def load(path: Path) -> Any:
    """Read a notebook."""
    return nbformat.read(path, as_version=4)


def executed(path: Path) -> Any:
    """Run every cell from top to bottom in a fresh kernel, in the notebook's own folder."""
    try:
        return _executed(path)
    except CellTimeoutError:  # ipykernel 7 may overlook a request (its issue 1554): rarely, and not twice
        return _executed(path)


def _executed(path: Path) -> Any:
    notebook = load(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.metadata.pop("execution", None)
    resources = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(
        notebook, timeout=SECONDS, kernel_name="python3", resources=resources, record_timing=False
    ).execute()
    return notebook


def said(cell: Any) -> str:
    """Return the text of a cell's outputs, without what differs between machines: addresses, and trailing blanks."""
    text = ""
    for output in cell.get("outputs", []):
        if output.output_type == "stream" and output.name == "stdout":
            text += output.text  # a slow kernel sends what was printed in several parts
        elif output.output_type in ("execute_result", "display_data"):
            text += f"\n{output.data.get('text/plain', '')}\n"
    text = re.sub(r"0x[0-9a-f]+", "0x…", text)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def shown(cell: Any) -> set[str]:
    """Return the kinds of things a cell shows."""
    return {kind for output in cell.get("outputs", []) for kind in output.get("data", {})}


def refresh(path: Path) -> None:
    """Write the notebook with the outputs of a run, without what would differ at each."""
    notebook = executed(path)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(name)
        refresh(Path(name))
