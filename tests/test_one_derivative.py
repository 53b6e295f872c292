"""One derivative: whichever way it is asked for, the number is the same, for every op.

The ways are `backward`, gradients, the sweeps, forward mode, graphs of derivatives, replays, derivations, pictures and
the explorer page, which computes in JavaScript.
"""

from __future__ import annotations

import json
import math
import random
import struct
import subprocess
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import pytest

import autograd as ag
from autograd import Value
from autograd.derivation.steps import total_derivatives
from autograd.derivatives import over_values
from autograd.derivatives.custom import remove
from autograd.derivatives.sweeps import derivatives, pull, push
from autograd.draw.groups import Table
from autograd.engine.graph import topological
from autograd.explore.data import graph_data
from autograd.ops import NAMES, TABLE
from tests import needs

POINTS = [0.0, -0.0, 0.3, -0.7, 1.0, 2.5, -1.5, 1e-300, 1e200, -1e200, math.inf, math.nan]
WAYS: dict[str, Callable[[Value, list[Value]], list[float]]] = {
    "gradients": lambda y, xs: ag.gradients(y, xs),
    "sweep": lambda y, xs: [derivatives([(y, 1.0)]).get(id(x), 0.0) for x in xs],
    "pull": lambda y, xs: pull([(y, 1.0)], xs, None),
    "jacobian": lambda y, xs: [float(x) for x in pull([(y, 1.0)], xs)],
    "derivation": lambda y, xs: [total_derivatives(y).get(id(x), 0.0) for x in xs],
}


def by_picture(y: Value, xs: list[Value]) -> list[float]:
    """Return the sums of what a picture's edges pass to the leaves, users after others as the sweep has them."""
    table = Table.below([y])
    flows = zip(table.edges, table.flows(ag.gradients(y, table.nodes)), strict=True)
    passed: dict[int, float] = {}
    for edge, flow in sorted(flows, key=lambda pair: (-pair[0].head, pair[0].slot)):
        parent = id(table.nodes[edge.tail])
        passed[parent] = passed.get(parent, 0.0) + flow
    return [passed.get(id(x), 0.0) for x in xs]


def bits(x: float) -> str:
    """Return a float as text that differs whenever the float does; one text for all nans."""
    return "nan" if x != x else struct.pack(">d", x).hex()


def cases() -> Iterator[tuple[str, tuple[float, ...]]]:
    """Yield each op at points of its operands, drawn from a fixed seed."""
    source = random.Random(7)
    for name in NAMES:
        arity = TABLE[name].arity or 3
        for _ in range(12):
            yield name, tuple(source.choice(POINTS) for _ in range(arity))


def by_backward(y: Value, xs: list[Value]) -> list[float]:
    """Return the gradients that `backward()` stores."""
    for x in xs:
        x.grad = 0.0
    y.backward()
    return [x.grad for x in xs]


def same_every_way(y: Value, xs: list[Value], at: object) -> None:
    """Compare each way with `backward()`, to the last bit, sign of zero included."""
    expected = [bits(x) for x in by_backward(y, xs)]
    for way, differentiate in WAYS.items():
        assert [bits(x) for x in differentiate(y, xs)] == expected, (way, at)
    with ag.group("other"):  # while a mode is on
        assert [bits(x) for x in ag.gradients(y, xs)] == expected, ("gradients in a mode", at)
    forward = [push([(x, 1.0)], [y])[0] for x in xs]
    for found, wanted in zip(forward, by_backward(y, xs)):
        if not math.isfinite(wanted):  # infinities meet in another order
            continue
        assert found == pytest.approx(wanted, rel=1e-12, abs=1e-300, nan_ok=True), ("forward mode", at)


@pytest.mark.parametrize("name, operands", [*cases()])
def test_every_op_alone(name: str, operands: tuple[float, ...]) -> None:
    xs = [Value(x) for x in operands]
    same_every_way(over_values.apply(name, xs), xs, (name, operands))


@pytest.mark.parametrize("name, operands", [*cases()])
def test_every_op_between_others(name: str, operands: tuple[float, ...]) -> None:
    xs = [Value(x) for x in operands]
    inner = over_values.apply(name, [x * 1.5 for x in xs])
    same_every_way(inner * xs[0] + ag.sin(inner), xs, (name, operands))


@pytest.mark.parametrize("name, operands", [*cases()])
def test_first_order_of_graphs_and_replays(name: str, operands: tuple[float, ...]) -> None:
    xs = [Value(x) for x in operands]
    y = over_values.apply(name, xs)
    if not all(math.isfinite(number) for number in (*operands, y.data, *y.local_derivatives)):
        return
    expected = by_backward(y, xs)
    assert [x.data for x in ag.gradients(y, xs, create_graph=True)] == expected
    replayed = ag.compile(y, inputs=xs).gradients(*operands).inputs
    assert list(replayed) == pytest.approx(expected, rel=5e-16, abs=0.0)
    # What is compiled here is the graph of the derivatives, not their recorded numbers.
    compiled = ag.compile(ag.grad(lambda p: over_values.apply(name, p)))(list(operands))
    assert compiled == pytest.approx(expected, rel=1e-14, abs=1e-300)


STEPS: list[Callable[[Value, Value, Value], Any]] = [
    lambda a, b, c: a + b,
    lambda a, b, c: a * b,
    lambda a, b, c: a - b * 0.3,
    lambda a, b, c: ag.sin(a),
    lambda a, b, c: ag.tanh(a),
    lambda a, b, c: ag.where(a, b, c),
    lambda a, b, c: ag.stop_gradient(a) * 0.5,
    lambda a, b, c: ag.sum([a, b, c, a]),
    lambda a, b, c: ag.dot([a, b], [c, 0.5], a),
    lambda a, b, c: ag.max(a, b),
    lambda a, b, c: ag.sigmoid(a),
    lambda a, b, c: a * 1e-3 - 0.0,
]


def random_graph(seed: int) -> tuple[Value, list[Value]]:
    """Return a graph in which nodes are shared, with selections and several users of each node."""
    source = random.Random(seed)
    xs = [Value(source.uniform(-2, 2)) for _ in range(4)]
    nodes: list[Any] = [*xs]
    for _ in range(source.randint(5, 60)):
        a, b, c = (source.choice(nodes) for _ in range(3))
        nodes.append(source.choice(STEPS)(a, b, c))
    return ag.sum(nodes[-5:]), xs


@pytest.mark.parametrize("name, operands", [*cases()])
def test_the_edges_of_a_picture_pass_what_leaves_receive(name: str, operands: tuple[float, ...]) -> None:
    xs = [Value(x) for x in operands]
    inner = over_values.apply(name, xs)
    y = inner * xs[0] + ag.sqrt(inner)  # an infinite slope at 0, which what isn't selected doesn't receive
    assert by_picture(y, xs) == pytest.approx(by_backward(y, xs), rel=1e-15, nan_ok=True)


IN_NODE = """
const pages = %s;
console.log(JSON.stringify(pages.map((page) => {
  const graph = new Graph(page), gradients = [...graph.backward()];
  return [graph.values[graph.root.index], ...page.leaves.map((leaf) => gradients[leaf])].map(String);
})));
"""


def test_the_page_computes_what_backward_does_for_every_op() -> None:
    pages, wanted, given = [], [], [*cases()]
    for name, operands in given:
        xs = [Value(x, label=f"x{i}") for i, x in enumerate(operands)]
        inner = over_values.apply(name, xs)
        y = inner * xs[0] + ag.sqrt(inner) + ag.stop_gradient(xs[-1])
        pages.append(graph_data(y, (), [""] * len(topological(y))))
        wanted.append([y.data, *by_backward(y, xs)])
    web = resources.files("autograd.explore") / "web"
    code = [(web / name).read_text(encoding="utf-8") for name in ("ieee.js", "ops.js", "graph.js")]
    program = "\n".join([*code, IN_NODE % json.dumps(pages)])
    ran = subprocess.run([needs.tool("node"), "-"], input=program, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    for case, expected, got in zip(given, wanted, json.loads(ran.stdout), strict=True):
        numbers = [float(x.replace("Infinity", "inf")) for x in got]
        assert numbers == pytest.approx(expected, rel=1e-11, abs=1e-300, nan_ok=True), case


def test_every_op_is_a_case() -> None:
    assert {name for name, _ in cases()} == set(NAMES)


@pytest.mark.parametrize("seed", range(150))
def test_random_graphs(seed: int) -> None:
    y, xs = random_graph(seed)
    same_every_way(y, xs, seed)
    below = topological(y)
    expected = {id(x): bits(x.grad) for x in below if x.op}
    found = ag.gradients(y, below)
    assert {id(x): bits(g) for x, g in zip(below, found) if x.op} == expected


def test_a_branch_not_selected_receives_nothing() -> None:
    x = Value(0.0)
    for y in (
        ag.sqrt(ag.stop_gradient(x)) + x,
        ag.where(x > 0.0, ag.sqrt(x), 2.0 * x),
        ag.where(1.0, x, ag.log(x)) + ag.where(x, 1.0 / x, x),
    ):
        same_every_way(y, [x], y.op)
        assert math.isfinite(x.grad)


def test_ops_of_users() -> None:
    try:
        cube = ag.op("3*x**2", name="cube_of_test")(lambda x: x**3)
        scaled = ag.custom_gradient(lambda y, x: 2.0)(lambda x: x * x)
        for at in (0.0, 0.7, -1.5):
            x = Value(at)
            same_every_way(cube(x) * x + scaled(x), [x], at)
            assert ag.grad(lambda x: cube(x))(at) == 3 * at**2
    finally:
        remove("cube_of_test")


def test_the_picture_and_the_page_show_what_backward_leaves() -> None:
    x, y = ag.values(x=0.0, y=2.0)
    out = ag.sqrt(ag.stop_gradient(x)) * y + ag.where(y, y * x, ag.log(x))
    out.backward()
    svg = ag.draw(out).svg
    assert "passes on" in svg
    assert "passes on nan" not in svg
    assert "grad nan" not in svg
    page = json.dumps(graph_data(out, (), [""] * len(topological(out))))
    assert "NaN" not in page
