"""Positions of edge labels: on the edge, clear of boxes, arrowheads and each other, away from other edges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot

from autograd.draw.fonts import width
from autograd.draw.layout.plan import Plan, Point
from autograd.draw.scene import SMALL, TEXT, Scene

__all__ = ["HEIGHT", "places"]

HEIGHT = 11.0
ARROW = 7.0  # half the side of the square kept free for an arrowhead
STEP = 4.0  # pixels between the sampled points of an edge
CELL = 12.0  # side of the grid cells used to find neighbours
MOST = 1  # over more edges than this it would be unclear which one a label belongs to

Rectangle = tuple[float, float, float, float]


@dataclass
class _Map:
    """A spatial index: rectangles that labels must not overlap, and the edges that pass through each cell."""

    rectangles: dict[tuple[int, int], list[Rectangle]] = field(default_factory=lambda: defaultdict(list))
    edges: dict[tuple[int, int], set[str]] = field(default_factory=lambda: defaultdict(set))

    def take(self, spot: Rectangle) -> None:
        for cell in _cells(spot):
            self.rectangles[cell].append(spot)

    def is_free(self, spot: Rectangle) -> bool:
        return not any(_overlap(spot, other) for cell in _cells(spot) for other in self.rectangles.get(cell, ()))

    def least(self, point: Point) -> int:
        """Return a quick lower bound on the number of other edges through a point."""
        return len(self.edges.get((int(point[0] // CELL), int(point[1] // CELL)), ())) - 1

    def passing(self, spot: Rectangle, own: str) -> int:
        passing: set[str] = set()
        for cell in _cells(spot):
            passing |= self.edges.get(cell, set())
        return len(passing - {own})


def places(scene: Scene, plan: Plan) -> dict[str, Point]:
    """Return the centre of each label by its edge's key; labels without a free position are omitted."""
    lines = {edge.key: _points(plan.curves[edge.key]) for edge in scene.edges}
    there = _map(scene, plan, lines)
    found = {}
    written = [edge for edge in scene.edges if edge.text]
    for edge in sorted(written, key=lambda edge: len(lines[edge.key])):  # short edges have the fewest choices
        half = width(edge.text, SMALL) / 2 + 1.5
        place = _best(lines[edge.key], half, there, edge.key)
        if place:
            found[edge.key] = place
            there.take(_around(place, half))
    return found


def _map(scene: Scene, plan: Plan, lines: Mapping[str, list[Point]]) -> _Map:
    there = _Map()
    for box in scene.boxes:
        (x, y), (wide, high) = plan.centres[box.key], box.size
        there.take((x - wide / 2 - 2, y - high / 2 - 1, x + wide / 2 + 2, y + high / 2 + 1))
    for frame in plan.frames:
        there.take((frame.x, frame.y, frame.x + width(frame.name, TEXT, bold=True) + 12, frame.y + 18))
    for key, line in lines.items():
        x, y = line[-1]
        there.take((x - ARROW, y - ARROW / 2, x + ARROW, y + ARROW / 2))
        for cell in {(int(x // CELL), int(y // CELL)) for x, y in line}:
            there.edges[cell].add(key)
    return there


def _best(line: list[Point], half: float, there: _Map, key: str) -> Point | None:
    """Return the free position with the fewest other edges beneath it, nearest to the edge's middle."""
    middle, best, least = len(line) // 2, None, MOST + 1
    for i in sorted(range(1, len(line) - 1, 2), key=lambda i: abs(i - middle)):
        if there.least(line[i]) >= least:
            continue
        spot = _around(line[i], half)
        if there.is_free(spot):
            passing = there.passing(spot, key)
            if passing < least:
                best, least = line[i], passing
            if not least:
                break
    return best


def _around(place: Point, half: float) -> Rectangle:
    x, y = place
    return x - half, y - HEIGHT / 2, x + half, y + HEIGHT / 2


def _cells(spot: Rectangle) -> Iterator[tuple[int, int]]:
    for i in range(int(spot[0] // CELL), int(spot[2] // CELL) + 1):
        for j in range(int(spot[1] // CELL), int(spot[3] // CELL) + 1):
            yield i, j


def _overlap(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _points(curve: list[Point]) -> list[Point]:
    """Return points along a curve, about `STEP` apart."""
    points = [curve[0]]
    for i in range(0, len(curve) - 3, 3):
        part = curve[i : i + 4]
        length = sum(hypot(u - x, v - y) for (x, y), (u, v) in pairwise(part))
        steps = int(length / STEP) + 1
        points += _bezier(part, steps)
    return points


def _bezier(points: list[Point], steps: int) -> list[Point]:
    """Return points of a curve at equal steps, without the first."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points
    found = []
    for step in range(1, steps + 1):
        t = step / steps
        s = 1.0 - t
        a, b, c, d = s * s * s, 3.0 * t * s * s, 3.0 * t * t * s, t * t * t
        found.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return found
