"""Builds notebooks that run in the browser: a JupyterLite site that contacts no other host.

Everything that the kernel loads is fetched from PyPI or npm at build time and listed in the site's own lock file.
PyPI has no wheel of numpy and others for Python in WebAssembly; notebooks that need what the site doesn't have are
omitted.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import autograd
from autograd.playground.build import BuildError, archive, run

__all__ = ["build_notebooks", "imported", "runnable"]

BUILDERS: Final = ("jupyterlite_core", "jupyterlite_pyodide_kernel", "jupyter_server", "pyodide_lock", "uv")
KERNEL: Final = ("comm", "ipykernel", "ipython", "jedi", "micropip", "packaging", "piplite", "pyodide-kernel")
OFFERED: Final = ("hypothesis",)  # packages that notebooks may import besides the standard library's
AVAILABLE: Final = {*sys.stdlib_module_names, "autograd", "nn", "IPython", *OFFERED}
LOCK: Final = "pyodide-lock.json"


def build_notebooks(source: Path, target: Path, pyodide: Path) -> list[str]:
    """Write a JupyterLite site with the notebooks of a folder.

    Parameters
    ----------
    source : pathlib.Path
        The folder of notebooks.
    target : pathlib.Path
        The target folder, replaced if it exists.
    pyodide : pathlib.Path
        The folder that contains Pyodide.

    Returns
    -------
    list of str
        The notebooks that run there, see `runnable`.

    Raises
    ------
    BuildError
        If no notebook runs there, `pyodide` doesn't contain Pyodide, or JupyterLite is missing or fails.
    OSError
        If a file can't be read or written.
    """
    missing = [name for name in BUILDERS if find_spec(name) is None]
    if missing:
        raise BuildError(
            f"notebooks: {', '.join(missing)} needed to build; install with pip install 'scalargrad[jupyterlite]'"
        )
    if not (pyodide / LOCK).is_file():
        raise BuildError(f"notebooks: there is no Pyodide in {pyodide}; build the playground first")
    chosen = runnable(source)
    if not chosen:
        raise BuildError(f"notebooks: {source} has no notebook that runs in the browser")
    with tempfile.TemporaryDirectory() as scratch:
        _lay(Path(scratch), chosen, pyodide)
        run([sys.executable, "-m", "jupyterlite_core", "build"], Path(scratch) / "lite")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(Path(scratch) / "made", target)
    return [path.name for path in chosen]


def _lay(scratch: Path, notebooks: list[Path], pyodide: Path) -> None:
    """Write JupyterLite's sources: notebooks, Pyodide with a lock file that lists no packages, and this package."""
    lite, wheels = scratch / "lite", scratch / "wheels"
    shutil.copytree(pyodide, lite / "static" / "pyodide")
    lock = lite / "static" / "pyodide" / LOCK
    info = json.loads(lock.read_text(encoding="utf-8"))["info"]
    _write(lock, {"info": {"version": info["abi_version"], **info}, "packages": {}})
    wheels.mkdir()
    archive(wheels / f"scalargrad-{autograd.__version__}-py3-none-any.whl", metadata=True)
    (lite / "files").mkdir()
    for path in notebooks:
        shutil.copy(path, lite / "files" / path.name)
        for module in imported(path):
            beside = path.with_name(f"{module}.py")
            if beside.exists():
                shutil.copy(beside, lite / "files")
    own = ["scalargrad", *OFFERED]
    packages = {"enabled": True, "wheels": [str(wheels)], "specs": [*own, *KERNEL], "prefetch_extra": own}
    options = {"contents": ["files"], "output_dir": str(scratch / "made"), "cache_dir": str(scratch / "cache")}
    _write(
        lite / "jupyter_lite_config.json",
        {
            "LiteBuildConfig": {**options, "apps": ["lab", "notebooks"], "no_sourcemaps": True},
            "PyodideLockAddon": {**packages, "constrain_extensions": False},
        },
    )
    kernel = {"@jupyterlite/pyodide-kernel-extension:kernel": {"disablePyPIFallback": True}}
    _write(
        lite / "jupyter-lite.json",
        {"jupyter-lite-schema-version": 0, "jupyter-config-data": {"litePluginSettings": kernel}},
    )


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def runnable(folder: Path) -> list[Path]:
    """Return the notebooks of a folder that import only what the site has, directly or through modules beside them.

    Raises
    ------
    BuildError
        If one isn't Python.
    """
    available = AVAILABLE | {path.stem for path in folder.glob("*.py")}
    return [path for path in sorted(folder.glob("*.ipynb")) if imported(path) <= available]


def imported(path: Path) -> set[str]:
    """Return the top-level names that a notebook needs to import, including those of modules in its folder.

    Raises
    ------
    BuildError
        If it isn't Python.
    """
    found: set[str] = set()
    waiting = [path]
    while waiting:
        names = _imports(waiting.pop()) - found
        found |= names
        waiting += [beside for name in names if (beside := path.with_name(f"{name}.py")).exists()]
    return found


def _imports(path: Path) -> set[str]:
    try:
        tree = ast.parse(_code(path))
    except SyntaxError as error:
        raise BuildError(f"notebooks: {path.name} can't be read as Python: {error.msg}") from None
    optional = {id(node) for block in ast.walk(tree) for tried in _optional(block) for node in ast.walk(tried)}
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names) if id(node) not in optional:
                found |= {each.name.partition(".")[0] for each in names}
            case ast.ImportFrom(module=str(module), level=0) if id(node) not in optional:
                found.add(module.partition(".")[0])
    return found


def _code(path: Path) -> str:
    """Return the Python of a module or a notebook, without IPython's commands."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    code = "\n".join(cell for cell in cells if not cell.startswith("%%"))
    return re.sub(r"^([ \t]*)[%!].*", r"\1pass", code, flags=re.MULTILINE)


def _optional(node: ast.AST) -> list[ast.stmt]:
    """Return the statements after `try:` if a missing package is handled by `except ImportError:`."""
    if not isinstance(node, ast.Try):
        return []
    types = [each for handler in node.handlers if handler.type for each in ast.walk(handler.type)]
    missing = {"ImportError", "ModuleNotFoundError"}
    return node.body if any(isinstance(each, ast.Name) and each.id in missing for each in types) else []
