"""The architecture: imports go one way, files say what they are for, and an op is named where it is defined."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from autograd.ops import BUILT_IN
from tests import needs

ROOT = Path(__file__).parents[2]

# Packages, lowest first. A package imports from lower layers only; those of one layer do not know each other.
LAYERS = [
    {"autograd._common", "autograd.errors"},
    {"autograd.ops"},
    {"autograd.engine", "autograd.codegen"},
    {"autograd.derivatives", "autograd.formula"},
    {"autograd.checks", "autograd.compiler", "autograd.draw", "autograd.worksheet", "autograd.derivation"},
    {"autograd.claims", "autograd.explore", "autograd.notes"},
    {"autograd.prompt"},
    {"autograd"},
    {"nn._common"},
    {"nn.modules", "nn.data"},
    {"nn.losses"},
    {"nn.optim"},
    {"nn.training"},
    {"nn"},
    {"autograd.__main__", "autograd.playground"},
]
GENERATED = re.compile(r"generated from rows\.py|, from rows\.py by|\bgenerated\b")


@cache
def modules() -> dict[str, Path]:
    """Return every module of the two packages by its dotted name; the C extensions by their stubs."""
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


def package(module: str) -> str:
    """Return the package that a module is in: `autograd.draw` for `autograd.draw.svg`."""
    return ".".join(module.split(".")[:2])


def cycles(graph: dict[str, set[str]]) -> set[str]:
    """Remove, repeatedly, modules without imports or importers, and return the rest: the modules on circles."""
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


def layer(module: str) -> int:
    """Return the layer of the longest package that a module is in."""
    found = [
        (len(name), at) for at, names in enumerate(LAYERS) for name in names if f"{module}.".startswith(f"{name}.")
    ]
    return max(found)[1]


def test_imports_go_down() -> None:
    upwards = {
        (name, to)
        for name, below in arrows("at once", "later", "types").items()
        for to in below
        if (layer(name) < layer(to) or (layer(name) == layer(to) and package(name) != package(to)))
    }
    assert upwards == set()


def test_every_package_has_a_layer() -> None:
    assert {package(name) for name in modules()} == set().union(*LAYERS)


def test_the_engine_knows_nothing_of_neurons() -> None:
    graph = arrows("at once", "later", "types")
    assert [name for name, below in graph.items() if name.startswith("autograd") and any(map(of_nn, below))] == []


def of_nn(module: str) -> bool:
    return package(module).split(".")[0] == "nn"


def in_git(*options: str) -> list[str]:
    listed = subprocess.run(
        [needs.tool("git"), "-c", "safe.directory=*", "ls-files", "-z", *options],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if listed.returncode:
        needs.lacking("git repository around the tests")
    return listed.stdout.split("\0")[:-1]


@cache
def files() -> list[str]:
    """Return every file of the project that a person writes or a program of it."""
    return [name for name in in_git("-co", "--exclude-standard") if (ROOT / name).is_file()]


def written(suffixes: Iterable[str]) -> list[str]:
    return [name for name in files() if Path(name).suffix in suffixes]


def test_names_of_files_are_plain() -> None:
    """Others cannot be checked out on every system, and in the root they are what a program wrote by mistake."""
    assert [name for name in in_git() if not re.fullmatch(r"[A-Za-z0-9_./-]*[A-Za-z][A-Za-z0-9_.-]*", name)] == []


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


# Names of ops

# Facts about an op are fields of its row. Its name is written elsewhere only where the op itself is meant: by what
# defines or calls the function, by the algebra of the planner, or where the word means something else.
WORDS = {
    "autograd/formula": "neg sign sum",  # heads of formulas, kinds of tokens
    "autograd/claims": "neg sign",
    "autograd/derivation": "neg",
    "autograd/explore": "neg",
    "autograd/compiler": "sum dot logsumexp",  # gradients summed over samples; kinds of instructions
    "autograd/draw": "dot",  # the program of Graphviz
    "autograd/__main__.py": "dot",
    "autograd/csrc/plan": "add sub mul div neg pow where sum mean dot logsumexp",  # the algebra of sums and products
    "autograd/csrc/run": "add sub mul div where sin cos tan tanh",  # kernels of their own
}
NAMED = {
    # what the function of that name is
    "autograd/engine/n_ary.py": "sum mean logsumexp dot",
    "autograd/engine/python_backend.py": "sum mean logsumexp dot",
    "autograd/engine/layer.py": "dot",
    "autograd/engine/composed.py": "max min equal shared",
    "autograd/csrc/value/n_ary.h": "sum mean logsumexp dot",
    "autograd/csrc/value/layer.h": "dot",
    # what computes with ops
    "autograd/derivatives/over_values.py": "add sub mul div pow pow_slope_x where max masked_product exp_from portion",
    "autograd/derivatives/hessian.py": "exp_from",
    "autograd/checks/strategies.py": "add mul neg softplus tanh sum",
    "autograd/formula/evaluate.py": "dot exp mul pow",
    "autograd/formula/tree.py": "add sub mul div pow where max",
    "autograd/csrc/value/tape.h": "dot logsumexp",
    # notation, and functions of other languages and libraries
    "autograd/formula/grammar.py": "neg abs",
    "autograd/formula/latex.py": "sqrt",
    "autograd/formula/latex_tokens.py": "sqrt div",
    "autograd/formula/symbols.py": "exp log sin cos tan sinh cosh tanh max min digamma div dot",
    "autograd/_common/foreign.py": "sum mean dot relu tanh sigmoid gelu silu leaky_relu softplus elu "
    "selu hard_tanh softsign",
    "autograd/codegen/python.py": "add sub mul pow",
    "autograd/codegen/c.py": "abs div",
    "autograd/codegen/javascript.py": "abs div",
    "autograd/codegen/second.py": "neg",
    "autograd/compiler/export/differentiable.py": "erf erfc",
    "autograd/compiler/export/numpy.py": "abs div pow erf erfc",
    "autograd/compiler/plan/exact.py": "div sqrt",
    "autograd/compiler/run/arrays.py": "abs",
    "autograd/derivatives/differences.py": "abs",
}
# The rows; generated files; public names; how people write functions in notes.
FREE = ("autograd/ops/", "autograd/csrc/generated/", "autograd/__init__.py", "autograd/notes/", "autograd/engine/_")


def named_ops(path: Path) -> set[str]:
    """Return the names of ops that a file writes: as strings in Python, as `OP_name` in C."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        strings = (x.value for x in ast.walk(ast.parse(text)) if isinstance(x, ast.Constant))
        return {x for x in strings if isinstance(x, str) and x in BUILT_IN}
    return {name for name in re.findall(r"\bOP_(\w+)", text) if name in BUILT_IN}


def allowed(name: str) -> set[str]:
    words = " ".join(its for place, its in WORDS.items() if name == place or name.startswith(f"{place}/"))
    return {*words.split(), *NAMED.get(name, "").split()}


def test_ops_are_named_where_they_are_defined() -> None:
    found = {name: named_ops(ROOT / name) for name in written((".py", ".c", ".h")) if name.startswith("autograd/")}
    found = {name: ops for name, ops in found.items() if not name.startswith(FREE)}
    assert {name: more for name, ops in found.items() if (more := ops - allowed(name))} == {}
    assert {name: gone for name, ops in NAMED.items() if (gone := set(ops.split()) - found[name])} == {}
