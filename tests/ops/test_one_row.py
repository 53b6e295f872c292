"""A new op is one row: entered in the table or by a program, it is known wherever ops are."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import find

import autograd as ag
from autograd import Value
from autograd.checks import strategies
from autograd.compiler.export import ExportError
from autograd.derivatives.custom import remove
from autograd.derivatives.differences import at_kink
from autograd.engine.graph import topological
from autograd.explore.data import graph_data

ROOT = Path(__file__).parents[2]

# What a program adds: one op of each shape.


def shrink(x: float) -> float:
    return 0.0 if abs(x) <= 1.0 else x - math.copysign(1.0, x)


def blend(x: float, y: float) -> float:
    return math.exp(x) * y


def length(*xs: float) -> float:
    return math.hypot(*xs)


SHAPES: list[tuple[Any, tuple[Any, ...], dict[str, str], tuple[float, ...]]] = [
    (shrink, ("abs(x) > 1",), {"kinks": "abs(x) == 1", "latex": r"S({x})"}, (2.5,)),
    (blend, ("out", "exp(x)"), {"text": "blend({x}; {y})", "latex": r"B({x}, {y})"}, (0.5, 2.0)),
    (length, ("x/out",), {"latex": r"\|{xs}\|"}, (3.0, 4.0, 12.0)),
]


@pytest.fixture(params=SHAPES, ids=lambda shape: shape[0].__name__)
def added(request: pytest.FixtureRequest) -> Iterator[tuple[Callable[..., Any], tuple[float, ...], dict[str, str]]]:
    function, derivatives, facts, point = request.param
    yield ag.op(*derivatives, **facts)(function), point, facts
    remove(function.__name__)


def test_an_added_op_is_known_in_every_way(added: Any) -> None:
    op, point, facts = added
    name = op.__name__
    xs = [Value(x, label=f"x{i}") for i, x in enumerate(point)]
    y = op(*xs)
    y.label = "y"
    z = y * xs[0]
    wanted = [float(x) for x in ag.gradients(z, xs)]
    z.backward()
    assert [x.grad for x in xs] == wanted
    assert [x.data for x in ag.gradients(z, xs, create_graph=True)] == wanted
    assert list(ag.compile(z, inputs=xs).gradients(*point).inputs) == pytest.approx(wanted, rel=1e-15)
    assert ag.jacobian(lambda p: op(*p) * p[0])(list(point)) == wanted
    assert ag.gradcheck(lambda *p: op(*p), point, order=2)
    derivation = ag.derive(z, xs[0])
    assert derivation.value == pytest.approx(wanted[0], rel=1e-15)
    assert facts["latex"].split("{", maxsplit=1)[0] in ag.derive(op(*xs) * xs[0], xs[0]).latex()
    assert name in ag.draw(z).svg
    page = graph_data(z, (), [""] * len(topological(z)))
    assert json.dumps(page).count(f'"op": "{name}"') == 1
    assert name in str(find(strategies.expressions([name]), lambda e: name in str(e)))
    assert f"{name}(" in str(ag.compile(z, inputs=xs))
    with pytest.raises(ExportError, match=name):
        ag.compile(z, inputs=xs).to_c()


def test_kinks_of_an_added_op_are_those_of_its_row() -> None:
    op = ag.op("abs(x) > 1", kinks="abs(x) == 1")(shrink)
    try:
        assert at_kink("shrink", [1.0])
        assert not at_kink("shrink", [0.5])
        with pytest.raises(ag.GradientError, match="kink"):
            ag.gradcheck(op, -1.0)
    finally:
        remove("shrink")


# What the table states: the package with two rows more, in a folder of its own.

ROWS = '''

@row("where(abs(x) > 1, 1, 0)", kinks="abs(x) == 1", selects=True, regular=True, latex=r"S({x})")
def shrink(x: float) -> tuple[float, float]:
    """x brought nearer to 0 by 1."""
    return (x - 1.0 if x > 1.0 else x + 1.0 if x < -1.0 else 0.0), 1.0 if abs(x) > 1.0 else 0.0


@row("out", "exp(x)", symbol="⊛", text="{x} ⊛ {y}", latex=r"{x} \\circledast {y}", precedence=PRODUCT)
def blend(x: float, y: float) -> tuple[float, float, float]:
    """e to the x, times y."""
    scale = ieee.exp(x)
    return scale * y, scale * y, scale
'''

PROGRAM = r"""
import json, math
import autograd as ag
from autograd import Value
from autograd.checks import strategies
from autograd.derivatives.differences import at_kink
from autograd.explore.data import graph_data
from autograd.engine.graph import topological
from hypothesis import find

x, y = Value(2.5, label="x"), Value(-3.0, label="y")
z = ag.shrink(x) + ag.blend(x, y) + x.blend(2.0)
slope = 1 + math.exp(2.5) * -3 + math.exp(2.5) * 2
close = lambda a, b: math.isclose(a, b, rel_tol=1e-14)
assert z.data == 1.5 + math.exp(2.5) * -3 + math.exp(2.5) * 2
assert close(ag.gradients(z, x), slope)
assert close(ag.gradients(z, x, create_graph=True).data, slope)
z.backward()
assert close(x.grad, slope) and close(y.grad, math.exp(2.5))
program = ag.compile(z, inputs=[x, y])
assert close(program.gradients(2.5, -3.0).inputs[0], slope)
assert close(program.gradients([2.5, 0.0], [-3.0, 1.0]).inputs[0][0], slope)
assert close(ag.derive(z, x).value, slope)
assert r"S(x)" in ag.derive(ag.shrink(x) * x, x).latex()
assert "shrink" in ag.draw(z).svg and "⊛" in ag.draw(z).svg
page = json.dumps(graph_data(z, (), [""] * len(topological(z))))
assert '"op": "shrink"' in page and '"pages"' in page
for op in ("shrink", "blend"):
    find(strategies.expressions([op]), lambda e: e.op == op)
assert at_kink("shrink", [1.0]) and not at_kink("shrink", [0.5])
assert ag.gradcheck(lambda x, y: ag.shrink(x) + ag.blend(x, y), (2.5, -3.0), order=2)
assert ag.hessian(lambda p: ag.blend(p[0], p[1]))([0.5, 2.0])[0][1] == math.exp(0.5)
sheet = ag.Worksheet.parse("x = 2.5\ny = -3\nz = shrink(x) + blend(x, y)\n")
assert sheet.evaluate().value == 1.5 + math.exp(2.5) * -3
for language in ("c", "javascript", "torch", "jax"):
    assert "exp" in getattr(program, f"to_{language}")("f")
names = {}
exec(program.to_numpy("f"), names)
outputs, inputs, _ = names["f_gradient"]([2.5, -3.0])
assert close(float(outputs[0]), z.data) and close(float(inputs[0]), slope)
"""


@pytest.mark.skipif(not (ROOT / "autograd").exists(), reason="generates C from the source; here a package is installed")
def test_a_row_of_the_table_is_known_in_every_way(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "autograd", tmp_path / "autograd", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    )
    with (tmp_path / "autograd" / "ops" / "rows.py").open("a", encoding="utf-8") as file:
        file.write(ROWS)
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "AUTOGRAD_CORE": "python"}
    for command in (["-m", "autograd.codegen", "--write"], ["-c", PROGRAM]):
        ran = subprocess.run([sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
