"""Places for the boxes of a scene, from Graphviz's `dot` or the built-in layout; both give the same kind of plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from autograd.draw.fonts import width
from autograd.draw.layered import Layout, Link, Point, layered
from autograd.draw.scene import TEXT, Cluster, Edge, Scene

__all__ = ["Frame", "Plan", "arrange"]

PADDING, TITLE = 12.0, 20.0


@dataclass
class Frame:
    """The rectangle of a cluster."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass
class Plan:
    """Centres of boxes by key, cubic Bézier points of edges by key, frames, and the extent of it all."""

    centres: dict[str, Point]
    curves: dict[str, list[Point]]
    frames: list[Frame] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def arrange(scene: Scene, direction: str) -> Plan:
    """Place a scene with the built-in layout: each cluster within itself, then clusters and other boxes as wholes."""
    turned = direction == "TB"
    inner = [_Inside(i, cluster, scene, turned) for i, cluster in enumerate(scene.clusters)]
    where = {box.key: inside for inside in inner for box in inside.cluster.boxes}
    sizes: dict[object, Point] = {}
    for box in scene.boxes:
        inside = where.get(box.key)
        if inside is None:
            sizes[box.key] = _turn(box.size, turned)
        else:
            sizes[inside.key] = inside.size
    outer_edges = [
        edge
        for edge in scene.edges
        if edge.tail.key not in where or where[edge.tail.key] is not where.get(edge.head.key)
    ]
    links = [_link(edge, where, turned) for edge in outer_edges]
    outside = layered(sizes, links)
    plan = Plan({}, {}, width=outside.size[0], height=outside.size[1])
    for key, centre in outside.centres.items():
        if isinstance(key, str):
            plan.centres[key] = centre
    for inside in inner:
        inside.put(outside.centres[inside.key], plan)
    for edge, path in zip(outer_edges, outside.paths):
        start = where[edge.tail.key].way(edge, out=True) if edge.tail.key in where else []
        end = where[edge.head.key].way(edge, out=False) if edge.head.key in where else []
        plan.curves[edge.key] = _curve([*start, *path, *end])
    return _turned(plan) if turned else plan


def _turn(point: Point, turned: bool) -> Point:
    return (point[1], point[0]) if turned else point


class _Inside:
    """A cluster laid out by itself; edges from outside enter and leave through places at its sides."""

    def __init__(self, index: int, cluster: Cluster, scene: Scene, turned: bool) -> None:
        self.key, self.cluster, self.turned = index, cluster, turned
        own = {box.key for box in cluster.boxes}
        self.edges = [edge for edge in scene.edges if edge.tail.key in own and edge.head.key in own]
        self.entries = [edge for edge in scene.edges if edge.head.key in own and edge.tail.key not in own]
        self.exits = [edge for edge in scene.edges if edge.tail.key in own and edge.head.key not in own]
        sizes: dict[object, Point] = {("in", edge.key): (0.0, 6.0) for edge in self.entries}
        sizes |= {box.key: _turn(box.size, turned) for box in cluster.boxes}
        sizes |= {("out", edge.key): (0.0, 6.0) for edge in self.exits}
        self.links = [_inner_link(edge, turned) for edge in self.edges]
        self.links += [Link(("in", edge.key), edge.head.key, 0.0, _offset(edge, turned)) for edge in self.entries]
        self.links += [Link(edge.tail.key, ("out", edge.key)) for edge in self.exits]
        self.layout: Layout = layered(
            sizes,
            self.links,
            first=frozenset(("in", edge.key) for edge in self.entries),
            last=frozenset(("out", edge.key) for edge in self.exits),
            across=46.0,
        )
        wide, high = self.layout.size
        self.left, self.top = _turn((PADDING, TITLE + 2), turned)
        name = width(cluster.name, TEXT, bold=True) + 2 * PADDING
        least = _turn((name, 0.0), turned)
        self.size = (max(wide + self.left + PADDING, least[0]), max(high + self.top + PADDING, least[1]))

    def local(self, key: object) -> Point:
        """A place relative to the middle of the frame."""
        x, y = self.layout.centres[key]
        return x + self.left - self.size[0] / 2, y + self.top - self.size[1] / 2

    def put(self, centre: Point, plan: Plan) -> None:
        """Enter the cluster's boxes, edges and frame into the plan."""
        self.origin = (centre[0] - self.size[0] / 2 + self.left, centre[1] - self.size[1] / 2 + self.top)
        x, y = centre[0] - self.size[0] / 2, centre[1] - self.size[1] / 2
        plan.frames.append(Frame(self.cluster.name, x, y, *self.size))
        for box in self.cluster.boxes:
            plan.centres[box.key] = self._shifted([self.layout.centres[box.key]])[0]
        for edge, path in zip(self.edges, self.layout.paths):
            plan.curves[edge.key] = _curve(self._shifted(path))

    def way(self, edge: Edge, out: bool) -> list[Point]:
        """The points of an edge from outside within the frame."""
        side = self.exits if out else self.entries
        start = len(self.edges) + (len(self.entries) if out else 0)
        return self._shifted(self.layout.paths[start + side.index(edge)])

    def _shifted(self, points: list[Point]) -> list[Point]:
        return [(x + self.origin[0], y + self.origin[1]) for x, y in points]


def _offset(edge: Edge, turned: bool) -> float:
    """How far from the middle of its head an edge arrives: operands one below the other."""
    parents = edge.head.value.parents
    if len(parents) < 2:
        return 0.0
    reach = _turn(edge.head.size, turned)[1] - 10.0
    return reach * (int(edge.key.rpartition("_")[2]) / (len(parents) - 1) - 0.5)


def _inner_link(edge: Edge, turned: bool) -> Link:
    return Link(edge.tail.key, edge.head.key, 0.0, _offset(edge, turned))


def _link(edge: Edge, where: dict[str, _Inside], turned: bool) -> Link:
    tail, head = where.get(edge.tail.key), where.get(edge.head.key)
    return Link(
        tail.key if tail else edge.tail.key,
        head.key if head else edge.head.key,
        tail.local(("out", edge.key))[1] if tail else 0.0,
        head.local(("in", edge.key))[1] if head else _offset(edge, turned),
    )


def _curve(points: list[Point]) -> list[Point]:
    """Cubic Bézier points through `points`, level at each."""
    kept = [points[0]]
    for i, point in enumerate(points[1:], 1):
        inner = i < len(points) - 1
        if inner and abs(point[0] - kept[-1][0]) < 1.0:
            continue  # two places on one line across: the curve needs but one
        kept.append(point)
    curve = [kept[0]]
    for (x0, y0), (x1, y1) in pairwise(kept):
        middle = (x0 + x1) / 2
        curve += [(middle, y0), (middle, y1), (x1, y1)]
    return curve


def _turned(plan: Plan) -> Plan:
    return Plan(
        {key: (y, x) for key, (x, y) in plan.centres.items()},
        {key: [(y, x) for x, y in curve] for key, curve in plan.curves.items()},
        [Frame(f.name, f.y, f.x, f.height, f.width) for f in plan.frames],
        plan.height,
        plan.width,
    )
