"""Builds the playground as a folder of static files: `python -m autograd.playground BUILD_DIR`.

Everything is served from that folder: Python in WebAssembly (Pyodide), the packages `autograd` and `nn` without their C
extensions, the editor (CodeMirror) and the typesetter (KaTeX). Node.js and npm are needed to build, not to serve.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from string import Template
from typing import Final

import autograd
from autograd.errors import AutogradError
from autograd.explore.page import script as explorer_script

__all__ = ["BuildError", "archive", "build", "run"]

PACKAGES: Final = {
    "pyodide": "314.0.7",
    "katex": "0.16.22",
    "esbuild": "0.25.12",
    "codemirror": "6.0.2",
    "@codemirror/autocomplete": "6.20.4",
    "@codemirror/commands": "6.11.1",
    "@codemirror/language": "6.13.1",
    "@codemirror/lint": "6.9.8",
    "@codemirror/state": "6.7.6",
    "@codemirror/view": "6.43.15",
    "@lezer/highlight": "1.2.5",
}
PYODIDE: Final = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip")
COPIED: Final = ("worker.js", "service-worker.js", "style.css", "icon.svg")
CODE: Final = {".py", ".js", ".css", ".html", ".txt", ".md"}
ARCHIVE: Final = "scalargrad.zip"
SNAPSHOT: Final = "scalargrad.snapshot"  # memory of an interpreter that has imported the archive
TIMEOUT: Final = 600  # seconds, for npm
WHEN: Final = (1980, 1, 1, 0, 0, 0)  # of all files in the archive, so that equal sources give equal archives


class BuildError(AutogradError, RuntimeError):
    """Raised if the playground can't be built: a program is missing or failed."""


def build(target: Path) -> list[str]:
    """Write the playground into a folder, creating it if needed; files of an earlier build are replaced.

    Parameters
    ----------
    target : pathlib.Path
        The folder.

    Returns
    -------
    list of str
        The files written, relative to the folder.

    Raises
    ------
    BuildError
        If Node.js or npm is missing or fails.
    OSError
        If a file can't be written.
    """
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        _fill(made, Path(scratch))
        names = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
        _write_manifest(made, names)
        shutil.copytree(made, target, dirs_exist_ok=True)
    return [*names, "files.json"]


def _fill(made: Path, scratch: Path) -> None:
    web = resources.files("autograd.playground") / "web"
    modules = _install(scratch)
    for name in COPIED:
        (made / name).write_bytes((web / name).read_bytes())
    (made / "index.html").write_text(_page((web / "index.html").read_text(encoding="utf-8")), encoding="utf-8")
    for name in PYODIDE:
        _copy(modules / "pyodide" / name, made / "pyodide" / name)
    for path in (modules / "katex" / "dist" / "fonts").glob("*.woff2"):
        _copy(path, made / "fonts" / path.name)
    _bundle(web.joinpath("main.js").read_text(encoding="utf-8"), scratch, made)
    archive(made / ARCHIVE)
    (scratch / "compile.mjs").write_text((web / "compile.mjs").read_text(encoding="utf-8"), encoding="utf-8")
    run(["node", "compile.mjs", str(made / ARCHIVE), str(made / SNAPSHOT)], scratch)


def _page(text: str) -> str:
    """Allow the explorer's inline script, by its hash, in addition to what the folder serves."""
    digest = base64.b64encode(hashlib.sha256(explorer_script().encode()).digest()).decode()
    return Template(text).substitute(explorer=f"sha256-{digest}", version=autograd.__version__)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    shutil.copy(source, target)


def _install(scratch: Path) -> Path:
    """Install the packages of the page; return their folder."""
    (scratch / "package.json").write_text(json.dumps({"private": True, "dependencies": PACKAGES}), encoding="utf-8")
    run(["npm", "install", "--silent", "--no-audit", "--no-fund"], scratch)
    return scratch / "node_modules"


def _bundle(main: str, scratch: Path, made: Path) -> None:
    """Bundle the page's script with the editor and the typesetter, and the typesetter's style."""
    (scratch / "main.js").write_text(main, encoding="utf-8")
    esbuild = [str(scratch / "node_modules" / ".bin" / "esbuild"), "--bundle", "--minify", "--log-level=error"]
    run([*esbuild, "--format=esm", "main.js", f"--outfile={made / 'main.js'}"], scratch)
    external = ["--external:*.woff2", "--external:*.woff", "--external:*.ttf"]
    run([*esbuild, *external, "node_modules/katex/dist/katex.css", f"--outfile={made / 'katex.css'}"], scratch)


def run(command: Sequence[str], folder: Path) -> None:
    """Run a program in a folder; raises `BuildError` with its last words if it fails."""
    program = shutil.which(command[0])
    if program is None:
        raise BuildError(f"playground: {Path(command[0]).name} is needed to build; install Node.js, which brings npm")
    try:
        ended = subprocess.run(
            [program, *command[1:]], cwd=folder, capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        raise BuildError(f"playground: {Path(command[0]).name} gave no answer in {TIMEOUT} s") from None
    if ended.returncode:
        said = " ".join(ended.stderr.split())[-300:]
        raise BuildError(f"playground: {Path(command[0]).name} failed with exit status {ended.returncode}: {said}")


def archive(path: Path, metadata: bool = False) -> None:
    """Pack both packages without their C, `metadata` as a wheel: what one holds that was built without a compiler."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:

        def add(name: str, content: bytes) -> None:
            packed.writestr(zipfile.ZipInfo(name, WHEN), content, zipfile.ZIP_DEFLATED)

        for package in ("autograd", "nn"):
            root = Path(str(resources.files(package)))
            for file in _sources(root):
                add(f"{package}/{file.relative_to(root).as_posix()}", file.read_bytes())
        if metadata:
            folder = f"scalargrad-{autograd.__version__}.dist-info"
            version = f"Metadata-Version: 2.1\nName: scalargrad\nVersion: {autograd.__version__}\n"
            add(f"{folder}/METADATA", version.encode())
            add(f"{folder}/WHEEL", b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            names = [*packed.namelist(), f"{folder}/RECORD"]
            add(f"{folder}/RECORD", "".join(f"{name},,\n" for name in names).encode())


def _sources(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(each for each in folders if each not in ("__pycache__", "csrc"))
        yield from (Path(folder) / name for name in sorted(names) if Path(name).suffix in CODE)


def _write_manifest(made: Path, names: Sequence[str]) -> None:
    """List all files with their sizes, and a hash of the build, by which the service worker caches them."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode() + (made / name).read_bytes())
    files = {name: (made / name).stat().st_size for name in names}
    (made / "files.json").write_text(
        json.dumps({"build": digest.hexdigest()[:16], "files": files}, indent=1) + "\n", encoding="utf-8"
    )
