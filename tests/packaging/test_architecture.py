"""The house is in order: imports run one way, each file says what it is for, none is crowded."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests import needs

ROOT = Path(__file__).parents[2]

# The engine, bottom first: each imports those before it and nothing else of the house.
ENGINE = ("ieee", "errors", "ops", "reverse", "modes", "pickling", "value", "core", "graph")

# What each room above the engine builds on, beyond the engine.
ROOMS: dict[str, set[str]] = {
    "check": {"numeric", "sweeps", "symbolic", "transforms", "trees"},
    "curvature": {"sweeps", "symbolic"},
    "derivation": {"worksheet"},
    "display": set(),
    "draw": {"files"},
    "explore": {"derivation", "draw", "files"},
    "files": set(),
    "extend": {"numeric", "sweeps", "symbolic", "trees"},
    "influence": {"sweeps"},
    "naming": set(),
    "numeric": set(),
    "prompt": {"autograd", "derivation", "display", "draw", "explore", "files", "report", "worksheet"},
    "replay": {"display", "files", "trees"},
    "report": {"worksheet"},
    "strategies": {"numeric", "symbolic", "trees"},
    "sweeps": {"symbolic"},
    "symbolic": {"texts"},
    "texts": set(),
    "transforms": {"curvature", "sweeps", "symbolic", "trees"},
    "translate": {"texts"},
    "trees": set(),
    "worksheet": set(),
}

# Imported against the direction, within a function, when first wanted. Within one room that is the room's own business.
LATER = {
    ("autograd.display", "autograd.draw"),  # a Value shown in a notebook
    ("autograd.draw", "autograd.display"),  # a Value without a graph is shown as text
    ("autograd.pickling", "autograd.core"),  # the twin that was picked
    ("autograd.replay", "autograd.extend"),  # a stored program names ops of one's own
    ("autograd.value", "autograd.transforms"),  # backward(create_graph=True)
    ("nn.training", "nn.plots"),  # History.plot()
}
CROWDED = 600  # lines of a file; the table and the reference may be longer
MAY_BE_LONGER = {"autograd/ops.py", "autograd/value.py"}
GENERATED = re.compile(r"generated from ops\.py|, from ops\.py by|\bgenerated\b")


@cache
def modules() -> dict[str, Path]:
    """Every module of the two packages by its dotted name; the C extensions by their stubs."""
    found = {}
    for package in ("autograd", "nn"):
        for path in sorted([*(ROOT / package).rglob("*.py"), *(ROOT / package).rglob("*.pyi")]):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


def imports(tree: ast.AST, when: str = "at once") -> Iterator[tuple[str, str]]:
    """Yield each imported name with when: at once, later (within a function), or for a type checker alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, when) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", when) for alias in node.names)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from imports(node, "later")
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from imports(ast.Module(node.body, []), "types")
            yield from imports(ast.Module(node.orelse, []), when)
        else:
            yield from imports(node, when)


@cache
def arrows(*kinds: str) -> dict[str, set[str]]:
    """Which module imports which, of the kinds asked for."""
    found: dict[str, set[str]] = {}
    for name, path in modules().items():
        below = found.setdefault(name, set())
        for imported, when in imports(ast.parse(path.read_text(encoding="utf-8"))):
            if when in kinds and path.suffix == ".py":
                target = imported if imported in modules() else imported.rpartition(".")[0]
                below |= {target} & (modules().keys() - {name})
    return found


def room(module: str) -> str:
    """The room that a module is in: `autograd.draw` for `autograd.draw.paint`."""
    return ".".join(module.split(".")[:2])


def cycles(graph: dict[str, set[str]]) -> set[str]:
    """What is left when everything that imports nothing that is left is taken away, from both ends."""
    left = {name: set(below) for name, below in graph.items()}
    while True:
        ends = {name for name, below in left.items() if not below & left.keys()}
        ends |= left.keys() - set().union(*left.values())
        if not ends:
            return set(left)
        left = {name: below - ends for name, below in left.items() if name not in ends}


def test_cycles_are_found() -> None:
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == {"b", "c"}
    assert cycles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == set()


def test_no_module_imports_itself_through_others() -> None:
    assert cycles(arrows("at once")) == set()


def test_what_is_imported_later_against_the_direction_is_known() -> None:
    first, graph = arrows("at once"), arrows("at once", "later")
    known = {
        name: {
            to for to in below if to in first[name] or (room(to) != room(name) and (room(name), room(to)) not in LATER)
        }
        for name, below in graph.items()
    }
    known["autograd.core"] = known["autograd.core"] - {"autograd.value", "autograd._value"}  # it picks one of them
    assert cycles(known) == set()
    later = arrows("later")
    assert [pair for pair in LATER if not any(pair == (room(a), room(b)) for a in later for b in later[a])] == []


@pytest.mark.parametrize("at", range(len(ENGINE)))
def test_the_engine_imports_downwards(at: int) -> None:
    below = arrows("at once")[f"autograd.{ENGINE[at]}"]
    assert below <= {f"autograd.{each}" for each in ENGINE[:at]}


def test_rooms_build_on_what_is_written_here() -> None:
    face_and_command = {"autograd", "autograd.__main__"}
    wrong = []
    for name, below in arrows("at once").items():
        own = room(name).removeprefix("autograd.")
        if not name.startswith("autograd.") or name in face_and_command or own in ENGINE or own.startswith("_"):
            continue
        allowed = {own, *ENGINE, *ROOMS[own], "_plan", "_replay", "_value"}
        wrong += [f"{name} imports {to}" for to in below if room(to).removeprefix("autograd.") not in allowed]
    assert wrong == []


def test_the_engine_knows_nothing_of_neurons() -> None:
    graph = arrows("at once", "later", "types")
    assert [name for name, below in graph.items() if name.startswith("autograd") and any(map(of_nn, below))] == []


def of_nn(module: str) -> bool:
    return room(module).split(".")[0] == "nn"


@cache
def files() -> list[str]:
    """Every file of the project that a person writes or a program of it."""
    listed = subprocess.run(
        [needs.tool("git"), "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        needs.lacking("git repository around the tests")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def written(suffixes: Iterable[str]) -> list[str]:
    return [name for name in files() if Path(name).suffix in suffixes]


def test_every_file_says_what_it_is_for() -> None:
    opening = {
        ".py": '"""', ".pyi": "# ", ".c": "/* ", ".h": "/* ", ".js": "//", ".mjs": "//", ".css": "/* ", ".sh": "#",
        ".toml": "# ", ".yml": "# ", ".in": "# ",
    }  # fmt: skip
    silent = []
    for name in written(opening):
        first, second = [*(ROOT / name).read_text(encoding="utf-8").splitlines(), "", ""][:2]
        said = (second if first.startswith("#!") else first).lstrip('r"/*# ')
        begins = first.startswith((opening[Path(name).suffix], 'r"""', "#!"))
        if not begins or len(said.split()) < 2:
            silent.append(f"{name}: {first}")
    assert silent == []


def test_no_file_is_crowded() -> None:
    crowded = []
    for name in written([".py", ".c", ".h", ".js"]):
        text = (ROOT / name).read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > CROWDED and name not in MAY_BE_LONGER and not GENERATED.search(text[:200]):
            crowded.append(f"{name}: {lines}")
    assert crowded == []


def test_the_engine_is_read_in_an_afternoon() -> None:
    lines = sum((ROOT / "autograd" / f"{name}.py").read_text(encoding="utf-8").count("\n") for name in ENGINE)
    assert lines < 2600
