"""Virtual environments for the peers' packages, created once and kept in a cache folder."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["PACKAGES", "ROOT", "interpreter"]

ROOT = Path(__file__).parent.parent
PACKAGES = {
    "micrograd": "micrograd==0.1.0",
    "xad": "xad==1.5.2",
    "casadi": "casadi==3.8.2",
    "jax": "jax==0.4.38",
    "torch": "torch==2.13.0",
}


def interpreter(peer: str, cache: Path) -> Path:
    """Return the Python interpreter that has a peer's package; ours if the name is empty.

    Parameters
    ----------
    peer : str
        A key of `PACKAGES`, or "".
    cache : Path
        The cache folder of the environments.

    Raises
    ------
    OSError
        If it can't be installed; the text is pip's last line.
    """
    if not peer:
        return Path(sys.executable)
    package = PACKAGES[peer]
    # Environments are separate for each version of Python.
    folder = cache / f"{package.replace('==', '-')}-py{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    done = folder / "installed"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", package]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode:
            lines = ended.stderr.strip().splitlines() or ["pip said nothing"]
            raise OSError(f"{package} can't be installed: {lines[-1]}")
        done.write_text(package, encoding="utf-8")
    return python
