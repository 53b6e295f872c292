"""The backends give the same bits at orders 0 to 3, signs of zeros included, for every op and every way."""

from __future__ import annotations

import itertools
import os
import random
import struct
import subprocess
import sys
from collections.abc import Iterator
from math import inf, nan
from typing import Any, Final

import pytest

import autograd as ag
from autograd import Value
from autograd.derivatives.over_values import apply
from autograd.engine import backend
from autograd.ops import TABLE, Op

POINTS: Final = [
    0.0, -0.0, 5e-324, -3e-310, 1e-200, -1e-100, 1e-8, -0.3, 0.5, 1.0, -1.0, 1.5, -2.0, 3.0, 7.3, -30.0, 700.0, -745.5,
    1e8, 1e100, -1e200, 1.7976931348623157e308, inf, -inf, nan,
]  # fmt: skip
PLACES: Final = 60  # of the operands of an op that has several


def grid(op: Op) -> Iterator[tuple[float, ...]]:
    count = op.arity or 3
    found = [*itertools.product(POINTS, repeat=count)] if count < 3 else []
    source = random.Random(op.name)
    while not 0 < len(found) <= PLACES:
        found = (
            source.sample(found, PLACES) if found else [tuple(source.choices(POINTS, k=count)) for _ in range(PLACES)]
        )
    yield from found


def bits(x: Any) -> str:
    number = float(x)
    return "nan" if number != number else struct.pack(">d", number).hex()


def of_graphs(op: Op, operands: tuple[float, ...]) -> Iterator[str]:
    """Yield the value and all derivatives up to the third, by graphs of graphs."""
    leaves = [Value(x) for x in operands]
    level: list[tuple[int, Any]] = [(0, apply(op.name, leaves))]
    yield bits(level[0][1])
    for _ in range(3):
        below = [(i, ag.gradients(y, leaves[first:], create_graph=True)) for i, (first, y) in enumerate(level)]
        level = [(level[i][0] + j, slope) for i, slopes in below for j, slope in enumerate(slopes)]
        yield from (bits(slope) for _, slope in level)


def of_sweeps(op: Op, operands: tuple[float, ...]) -> Iterator[str]:
    """What `jvp`, `jacobian`, `hessian` and `hvp` give in floats."""

    def f(xs: Any) -> Any:
        return apply(op.name, list(xs))

    xs = list(operands)
    yield from map(bits, ag.jvp(f, (xs,), ([1.0] * len(xs),)))
    for matrix in (ag.hessian(f)(xs), ag.jacobian(ag.grad(f), mode="forward")(xs)):
        yield from (bits(x) for row in matrix for x in row)
    yield from map(bits, ag.hvp(f)(xs, [1.0, *[-0.5] * (len(xs) - 1)]))


def table() -> Iterator[str]:
    """Yield a line for each op and point."""
    for op in TABLE.values():
        for operands in grid(op):
            numbers = " ".join([*of_graphs(op, operands), *of_sweeps(op, operands)])
            yield f"{op.name}{operands}: {numbers}"


@pytest.mark.skipif(
    backend.CORE != "c", reason="compares the C backend with the Python backend; this is the Python backend"
)
def test_both_backends_give_the_same_bits() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from tests.derivatives.test_backends_agree import table; print(*table(), sep='\\n')"],
        env={**os.environ, "AUTOGRAD_CORE": "python"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    differing = [(mine, its) for mine, its in zip(table(), done.stdout.splitlines(), strict=True) if mine != its]
    assert not differing, differing[:5]
