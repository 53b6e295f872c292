"""The page's arithmetic, row by row, without a browser: JavaScript generated from the table equals Python."""

from __future__ import annotations

import json
import math
import random
import subprocess
from collections.abc import Sequence
from importlib import resources

import pytest

from autograd.codegen import UntranslatableError, script
from autograd.codegen.javascript import JAVASCRIPT
from autograd.ops import NAMES, TABLE
from tests import needs

NASTY = (
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -3.0, 1e-8, -1e-8, 1e-300, -1e-300, 1e300, -1e300, 5e-324, math.inf,
    -math.inf, math.nan, 700.0, -700.0, -745.0, -37.5, -39.9, 38.0, 26.0, 1e5, 1e9, -1e17, 1 - 1e-7, 1 + 1e-7,
)  # fmt: skip


def points(seed: int) -> list[float]:
    source = random.Random(seed)
    return [*NASTY, *(source.gauss(0.0, scale) for scale in (0.1, 1.0, 3.0, 10.0, 30.0) for _ in range(40))]


def cases(name: str) -> list[tuple[float, ...]]:
    source, row, ordinary = random.Random(name), TABLE[name], points(1)
    if row.arity == 1:
        return [(x,) for x in ordinary]
    if row.arity:
        return [tuple(source.choice(ordinary) for _ in range(row.arity)) for _ in range(800)]
    return [tuple(source.choice(ordinary) for _ in range(source.choice([1, 3, 5, 7]))) for _ in range(300)]


def number(x: float) -> str:
    return "NaN" if x != x else ("" if x > 0 else "-") + "Infinity" if math.isinf(x) else repr(x)


def in_javascript(name: str, given: Sequence[tuple[float, ...]]) -> list[list[float]]:
    """Evaluate `OPS` in Node.js."""
    folder = resources.files("autograd.explore") / "web"
    listed = ",".join(f"[{','.join(map(number, each))}]" for each in given)
    program = (
        (folder / "ieee.js").read_text(encoding="utf-8")
        + (folder / "ops.js").read_text(encoding="utf-8")
        + f"console.log(JSON.stringify([{listed}].map((xs) => OPS.{name}(...xs).map(String))));"
    )
    ran = subprocess.run([needs.tool("node"), "-"], input=program, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return [[float(x.replace("Infinity", "inf")) for x in each] for each in json.loads(ran.stdout)]


def agree(a: float, b: float) -> bool:
    return (a != a and b != b) or a == b or abs(a - b) <= 1e-12 * abs(a) + 1e-310


@pytest.mark.parametrize("name", NAMES)
def test_every_row_gives_in_javascript_what_it_gives_in_python(name: str) -> None:
    given = cases(name)
    for xs, got in zip(given, in_javascript(name, given), strict=True):
        wanted = TABLE[name].compute(*xs)
        assert len(got) == len(wanted)
        assert all(map(agree, wanted, got)), (xs, wanted, got)


@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_the_error_function_written_by_hand_is_that_of_50_digits(name: str) -> None:
    mpmath = needs.package("mpmath")
    given = [(x / 16,) for x in range(-450, 450)]
    with mpmath.workdps(50):
        truth = [float(getattr(mpmath, name)(x)) for (x,) in given]
    for (x,), wanted, (got, _) in zip(given, truth, in_javascript(name, given), strict=True):
        assert abs(got - wanted) <= 2e-13 * abs(wanted) + 5e-324, x


def test_the_script_is_made_of_the_rows_alone() -> None:
    text = script()
    assert all(f"\n  {name}(" in text for name in NAMES)
    assert text == (resources.files("autograd.explore") / "web" / "ops.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["print(x)", "x if x else lambda: 1", "{x: 1}", "[y for y in x if y]", "x[::2]"])
def test_what_has_no_translation_is_named_with_its_line(text: str) -> None:
    import ast

    with pytest.raises(UntranslatableError, match=r"rows.py line 1: .*, got "):
        JAVASCRIPT.write(ast.parse(text, mode="eval").body)
