"""`python -m benchmarks.pictures`: crossings compared with dot's, layout times, a million values."""

from __future__ import annotations

import random
import shutil
import time
from itertools import pairwise

import autograd as ag
import nn
from autograd import Value
from autograd.draw.layout import builtin, dot
from autograd.draw.layout.direction import fitted
from autograd.draw.layout.ordering import ordered
from autograd.draw.layout.plan import Plan, Point
from autograd.draw.scene import Scene, scene

__all__ = ["crossings", "main", "net", "tangle"]


def net(sizes: tuple[int, ...], seed: int = 0) -> Value:
    """Return a swept net in which every product and sum is a value, as one writes it by hand."""
    source, outs, weight = random.Random(seed), [Value(0.1 * i, f"i{i + 1}") for i in range(sizes[0])], 0
    for layer, size in enumerate(sizes[1:], 1):
        kind, bias, made = "o" if layer + 1 == len(sizes) else "h", Value(0.3, f"b{layer}"), []
        for j in range(size):
            total: Value | None = None
            for out in outs:
                weight += 1
                product = Value(source.uniform(-1, 1), f"w{weight}") * out
                total = product if total is None else total + product
            summed = bias if total is None else total + bias
            summed.label = f"net_{kind}{layer}{j + 1}"
            made.append(summed.sigmoid())
            made[-1].label = f"out_{kind}{layer}{j + 1}"
        outs = made
    error: Value = ag.sum([0.5 * (1.0 - out) ** 2 for out in outs])
    error.label = "E"
    error.backward()
    return error


def tangle(values: int, seed: int = 0) -> Value:
    """Return a swept graph without order: each value from two of the last twenty-five."""
    source = random.Random(seed)
    nodes = [Value(source.uniform(-1, 1), f"x{i}") for i in range(8)]
    for i in range(values):
        last = nodes[-25:]
        made = source.choice(last) * source.choice(last) if source.random() < 0.7 else source.choice(last).tanh()
        made.label = f"{source.choice(('net', 'out'))}_h{i}" if source.random() < 0.2 else ""
        nodes.append(made)
    root: Value = ag.sum(nodes[-6:])
    root.backward()
    return root


def crossings(what: Scene, plan: Plan) -> int:
    """Return the number of crossings of edges without a common end, with each curve as a few straight pieces."""
    pieces = []
    for edge in what.edges:
        curve, ends = plan.curves[edge.key], {edge.tail.key, edge.head.key}
        points = [_point(curve[i : i + 4], t / 8) for i in range(0, len(curve) - 3, 3) for t in range(9)]
        pieces += [(a, b, ends) for a, b in pairwise(points)]
    pieces.sort(key=lambda piece: min(piece[0][0], piece[1][0]))
    count = 0
    for i, (a, b, ends) in enumerate(pieces):
        for c, d, others in pieces[i + 1 :]:
            if min(c[0], d[0]) > max(a[0], b[0]):
                break
            count += not ends & others and _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0
    return count


def _point(p: list[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return sum(w * x for w, (x, _) in zip(weights, p)), sum(w * y for w, (_, y) in zip(weights, p))


def _side(a: Point, b: Point, c: Point) -> float:
    return (c[1] - a[1]) * (b[0] - a[0]) - (b[1] - a[1]) * (c[0] - a[0])


def _row(name: str, root: Value) -> str:
    what, way = fitted(scene([root], 1000), "LR")
    times = []
    for _ in range(3):
        ordered.cache_clear()
        start = time.perf_counter()
        plan = builtin.arrange(what, way)
        times.append(time.perf_counter() - start)
    text = f"{name:16} {len(what.boxes):4} boxes  {min(times):6.3f} s  {crossings(what, plan):4} crossings"
    if shutil.which("dot"):
        start = time.perf_counter()
        theirs = dot.arrange(what, way)
        text += f"   dot {time.perf_counter() - start:6.3f} s  {crossings(what, theirs):4} crossings"
    return text


def _chain() -> Value:
    x, a, b = ag.values(x=1.0, a=1.0, b=0.5)
    for _ in range(500_000):
        x = x * a + b
    return x


def _batch() -> Value:
    source, made = random.Random(0), nn.MLP(8, [32, 32, 1], seed=0)
    samples = [[source.uniform(-1, 1) for _ in range(8)] for _ in range(7_500)]
    error: Value = ag.mean([(made(sample) - 0.5) ** 2 for sample in samples])
    return error


def _named() -> Value:
    source, steps = random.Random(0), [Value(0.1 * i, f"x{i}") for i in range(100)]
    for i in range(500_000):
        a, b = (steps[-source.randrange(1, 100)] for _ in range(2))
        steps.append((a + b).tanh())
        steps[-1].label = f"out_h{i}"
    return steps[-1]


def main() -> int:
    """Print the table."""
    for sizes in ((2, 2, 2), (3, 4, 3), (5, 5, 2), (5, 5, 5, 3), (6, 6, 6)):
        print(_row("-".join(map(str, sizes)), net(sizes)), flush=True)
    for seed in range(4):
        print(_row(f"tangle {seed}", tangle(90, seed)), flush=True)
    for name, root in (("chain", _chain()), ("net, 7,500 samples", _batch()), ("500,000 named steps", _named())):
        start = time.perf_counter()
        drawing = ag.draw(root)
        drawn = time.perf_counter() - start
        start = time.perf_counter()
        ag.explore(root)
        print(f"{name}: {drawing}: {drawn:.1f} s, page {time.perf_counter() - start:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
