"""Contents of the wheel: the packages and their data, complete and nothing else."""

from __future__ import annotations

import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = {".svg", ".py", ".pyi", ".txt", ".typed", ".js", ".mjs", ".css", ".html", ".md"}


def test_the_wheel_without_c_runs_anywhere(pure_wheel: Path) -> None:
    assert pure_wheel.name.endswith("-py3-none-any.whl")


def test_the_wheel_holds_the_packages_and_nothing_else(pure_wheel: Path) -> None:
    with zipfile.ZipFile(pure_wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in ("autograd", "nn")
        for path in (ROOT / package).rglob("*")
        if path.suffix in DATA and "__pycache__" not in path.parts and path.name != "README.md"
    }
    assert held == expected


def test_the_wheel_says_what_it_is(pure_wheel: Path) -> None:
    with zipfile.ZipFile(pure_wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode("utf-8")
    assert "Name: scalargrad\n" in metadata
    assert "Requires-Python: >=3.10\n" in metadata
    needed = [line for line in metadata.splitlines() if line.startswith("Requires-Dist") and "extra" not in line]
    assert sorted(line.split()[1].split(">")[0] for line in needed) == ["graphviz", "numpy", "tqdm"]
