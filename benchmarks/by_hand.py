"""C written by hand, as a limit: built for this machine and loaded."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

__all__ = ["POINTER", "built", "called"]

HERE = Path(__file__).parent
FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")
POINTER = ctypes.c_void_p


def built(folder: Path, source: str, *flags: str) -> ctypes.CDLL:
    """Compile a source beside this file with all that the machine has.

    Raises
    ------
    OSError, subprocess.CalledProcessError
        If there is no gcc, or it fails.
    """
    compiled, library = folder / f"{source}.o", folder / f"{source}.so"
    # Linked by itself: -ffast-math would link in what flushes subnormal numbers to 0 in the whole process.
    for command in (
        ["gcc", *FLAGS, *flags, "-c", str(HERE / source), "-o", str(compiled)],
        ["gcc", "-shared", str(compiled), "-o", str(library), "-lm"],
    ):
        subprocess.run(command, check=True, capture_output=True)
    return ctypes.CDLL(str(library))


def called(limit: Callable[..., Any], arrays: Sequence[Any], sizes: Sequence[int] = ()) -> Callable[[], None]:
    """Return a call of the C, its addresses looked up once, that keeps the arrays alive."""
    first, *others = (array.ctypes.data for array in arrays)
    given = (first, *sizes, *others)

    def call(kept: Sequence[Any] = arrays) -> None:
        limit(*given)

    return call
