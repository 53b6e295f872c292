"""Places for the boxes of a scene, from Graphviz's `dot` or the built-in layout; both give the same kind of plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from autograd.draw.fonts import width
from autograd.draw.layout.borders import Margins
from autograd.draw.layout.compound import compound
from autograd.draw.layout.layered import Key, Layout, Link, Point, layered
from autograd.draw.scene import SMALL, TEXT, Box, Cluster, Edge, Scene

__all__ = ["Frame", "Plan", "add_layers", "arrange"]

PADDING, TITLE = 12.0, 20.0
PORT = (0.0, 6.0)  # the place where an edge enters or leaves a cluster
TRIALS = 2
WIDEST_BOW = 160.0  # the most that edges between the same two boxes are bent apart
SLACK = 0.1  # so many more crossings are worth the room that common layers save


@dataclass
class Frame:
    """The rectangle of a cluster, or of a layer of clusters."""

    name: str
    x: float
    y: float
    width: float
    height: float
    layer: bool = False


@dataclass
class Plan:
    """Centres of boxes by key, cubic Bézier points of edges by key, frames, and the extent of it all."""

    centres: dict[str, Point]
    curves: dict[str, list[Point]]
    frames: list[Frame] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def arrange(scene: Scene, direction: str) -> Plan:
    """Place a scene with the built-in layout: each cluster within itself, then clusters and other boxes as wholes.

    A cluster laid out by itself doesn't know from where its edges come. So the whole is also laid out as if they all
    came to one place, each cluster again with its edges in the order found, and so on; the fewest crossings win.
    """
    turned = direction == "TB"
    insides = [_Inside(i, cluster, scene, turned) for i, cluster in enumerate(scene.clusters)]
    best = _Whole(scene, insides, turned)
    trial = _Whole(scene, insides, turned, ports=False) if insides and best.crossings else best
    for _ in range(TRIALS if insides and best.crossings else 0):
        trial = _Whole(scene, [inside.again(trial.heights(inside)) for inside in trial.insides], turned)
        if trial.crossings < best.crossings:
            best = trial
    plan = best.plan()
    flat, crossings = _flat(scene, turned, {key: y for key, (_, y) in plan.centres.items()}, best.crossings)
    if crossings <= best.crossings + SLACK * best.crossings:
        plan = flat
    _bow(scene, plan, turned)
    return _turned(plan) if turned else plan


def _flat(scene: Scene, turned: bool, start: Mapping[Key, float], good: int) -> tuple[Plan, int]:
    """The whole in common layers, and how many edges cross."""
    title = TITLE + 2
    margins = Margins(title, PADDING, PADDING, PADDING) if turned else Margins(PADDING, PADDING, title, PADDING)
    laid = compound(
        {box.key: _turn(box.size, turned) for box in scene.boxes},
        [Link(edge.tail.key, edge.head.key, room=_room(edge, turned)) for edge in scene.edges],
        [[box.key for box in cluster.boxes] for cluster in scene.clusters],
        margins,
        start,
        good,
        [places for _, places in scene.layers],
    )
    plan = Plan({str(key): centre for key, centre in laid.centres.items()}, {}, width=laid.size[0], height=laid.size[1])
    for edge, path in zip(scene.edges, laid.paths, strict=True):
        plan.curves[edge.key] = _curve(path)
    for cluster, (left, top, right, bottom) in zip(scene.clusters, laid.frames, strict=True):
        plan.frames.append(Frame(cluster.name, left, top, right - left, bottom - top))
    left, top = min([0.0, *(f.x for f in plan.frames)]), min([0.0, *(f.y for f in plan.frames)])
    _shift(plan, -left, -top)
    plan.width = max([plan.width - left, *(f.x + f.width for f in plan.frames)])
    plan.height = max([plan.height - top, *(f.y + f.height for f in plan.frames)])
    return plan, laid.crossings


def _turn(point: Point, turned: bool) -> Point:
    return (point[1], point[0]) if turned else point


def _room(edge: Edge, turned: bool) -> float:
    """What an edge's label and arrow need between two layers."""
    return 34.0 if turned else width(edge.text, SMALL) + 26.0


class _Inside:
    """A cluster laid out by itself, its own leaves to the left of its frame.

    Edges from elsewhere enter and leave through ports at the sides of the whole.
    """

    def __init__(
        self, index: int, cluster: Cluster, scene: Scene, turned: bool, heights: Mapping[str, float] | None = None
    ) -> None:
        self.key, self.cluster, self.scene, self.turned = index, cluster, scene, turned
        self.leaves = _own_leaves(cluster, scene)
        own = {box.key for box in (*cluster.boxes, *self.leaves)}
        self.edges = [edge for edge in scene.edges if edge.tail.key in own and edge.head.key in own]
        self.entries = [edge for edge in scene.edges if edge.head.key in own and edge.tail.key not in own]
        exits = [edge for edge in scene.edges if edge.tail.key in own and edge.head.key not in own]
        self.exits = list(dict.fromkeys(edge.tail.key for edge in exits))
        self.layout = self._layout(heights)
        wide, high = self.layout.size
        left, self.top = _turn((PADDING, TITLE + 2), turned)
        self.left = 0.0 if self.leaves else left
        least = _turn((width(cluster.name, TEXT, bold=True) + 2 * PADDING, 0.0), turned)
        self.size = (max(wide + self.left + PADDING, least[0]), max(high + self.top + PADDING, least[1]))

    def _layout(self, heights: Mapping[str, float] | None) -> Layout:
        if heights is not None:
            self.entries.sort(key=lambda edge: heights[edge.key])
        ports: list[Key] = [("in", edge.key) for edge in self.entries]
        leaves: dict[Key, Point] = {box.key: _turn(box.size, self.turned) for box in self.leaves}
        boxes: dict[Key, Point] = {box.key: _turn(box.size, self.turned) for box in self.cluster.boxes}
        ends: list[Key] = [("out", key) for key in self.exits]
        links = [Link(edge.tail.key, edge.head.key, room=self._room(edge)) for edge in self.edges]
        links += [Link(("in", edge.key), edge.head.key) for edge in self.entries]
        links += [Link(key, ("out", key)) for key in self.exits]
        return layered(
            dict.fromkeys(ports, PORT) | leaves | boxes | dict.fromkeys(ends, PORT),
            links,
            first=[*ports, *leaves],
            last=ends,
            pinned=ports if heights is not None else (),
            across=40.0,
        )

    def _room(self, edge: Edge) -> float:
        border = 0.0 if _is_computed(edge.tail) else _turn((PADDING, TITLE), self.turned)[0]
        return _room(edge, self.turned) + border

    def again(self, heights: Mapping[str, float]) -> _Inside:
        """The same cluster with its entries in the order of these heights."""
        return _Inside(self.key, self.cluster, self.scene, self.turned, heights)

    def local(self, key: Key) -> Point:
        """A place relative to the middle of the frame."""
        x, y = self.layout.centres[key]
        return x + self.left - self.size[0] / 2, y + self.top - self.size[1] / 2

    def put(self, centre: Point, plan: Plan) -> None:
        """Enter the cluster's boxes, leaves, edges and frame into the plan."""
        self.origin = (centre[0] - self.size[0] / 2 + self.left, centre[1] - self.size[1] / 2 + self.top)
        for box in (*self.cluster.boxes, *self.leaves):
            plan.centres[box.key] = self._shifted([self.layout.centres[box.key]])[0]
        paths = [self._shifted(path) for path in self.layout.paths]
        for edge, path in zip(self.edges, paths, strict=False):
            plan.curves[edge.key] = _curve(path)
        plan.frames.append(self._frame(plan, [point for path in paths for point in path]))

    def _frame(self, plan: Plan, passed: list[Point]) -> Frame:
        """The rectangle around the cluster's boxes and its edges beside them."""
        sizes = [(plan.centres[box.key], _turn(box.size, self.turned)) for box in self.cluster.boxes]
        left = min(x - wide / 2 for (x, _), (wide, _) in sizes)
        right = max(x + wide / 2 for (x, _), (wide, _) in sizes)
        beside = [y for x, y in passed if left <= x <= right]
        top = min([y - high / 2 for (_, y), (_, high) in sizes] + [y - 3.0 for y in beside])
        bottom = max([y + high / 2 for (_, y), (_, high) in sizes] + [y + 3.0 for y in beside])
        before, above = _turn((PADDING, TITLE + 2), self.turned)
        least = _turn((width(self.cluster.name, TEXT, bold=True) + 2 * PADDING, 0.0), self.turned)
        wide, high = max(right - left + before + PADDING, least[0]), max(bottom - top + above + PADDING, least[1])
        return Frame(self.cluster.name, left - before, top - above, wide, high)

    def way_in(self, edge: Edge) -> list[Point]:
        """The points of an edge from outside within the frame."""
        return self._shifted(self.layout.paths[len(self.edges) + self.entries.index(edge)])

    def way_out(self, edge: Edge) -> list[Point]:
        """The points of an edge to the outside within the frame."""
        start = len(self.edges) + len(self.entries)
        return self._shifted(self.layout.paths[start + self.exits.index(edge.tail.key)])

    def _shifted(self, points: Sequence[Point]) -> list[Point]:
        return [(x + self.origin[0], y + self.origin[1]) for x, y in points]


def _is_computed(box: Box) -> bool:
    return box.value is None or bool(box.value.op)


def _own_leaves(cluster: Cluster, scene: Scene) -> list[Box]:
    """The leaves that only this cluster uses."""
    own = {box.key for box in cluster.boxes}
    leaves = {edge.tail.key: edge.tail for edge in scene.edges if edge.head.key in own and not _is_computed(edge.tail)}
    shared = {edge.tail.key for edge in scene.edges if edge.head.key not in own}
    return [box for key, box in leaves.items() if key not in shared]


class _Whole:
    """Clusters and the boxes outside them, laid out."""

    def __init__(self, scene: Scene, insides: list[_Inside], turned: bool, ports: bool = True) -> None:
        self.insides, self.ports = insides, ports
        self.where = {box.key: inside for inside in insides for box in (*inside.cluster.boxes, *inside.leaves)}
        sizes: dict[Key, Point] = {}
        for box in scene.boxes:
            inside = self.where.get(box.key)
            sizes |= {inside.key: inside.size} if inside else {box.key: _turn(box.size, turned)}
        self.edges = [edge for edge in scene.edges if not self._is_inner(edge)]
        self.layout = layered(sizes, [self._link(edge, turned) for edge in self.edges])
        self.crossings = self.layout.crossings + sum(inside.layout.crossings for inside in insides)

    def _is_inner(self, edge: Edge) -> bool:
        inside = self.where.get(edge.tail.key)
        return inside is not None and inside is self.where.get(edge.head.key)

    def _link(self, edge: Edge, turned: bool) -> Link:
        tail, head = self.where.get(edge.tail.key), self.where.get(edge.head.key)
        return Link(
            tail.key if tail else edge.tail.key,
            head.key if head else edge.head.key,
            tail.local(("out", edge.tail.key))[1] if tail and self.ports else 0.0,
            head.local(("in", edge.key))[1] if head and self.ports else None if not head else 0.0,
            _room(edge, turned),
        )

    def heights(self, inside: _Inside) -> dict[str, float]:
        """For each edge that enters a cluster, the height from which it comes."""
        entering = {edge.key for edge in inside.entries}
        return {e.key: path[-2][1] for e, path in zip(self.edges, self.layout.paths, strict=True) if e.key in entering}

    def plan(self) -> Plan:
        """Where everything is."""
        plan = Plan({}, {}, width=self.layout.size[0], height=self.layout.size[1])
        plan.centres |= {key: centre for key, centre in self.layout.centres.items() if isinstance(key, str)}
        for inside in self.insides:
            inside.put(self.layout.centres[inside.key], plan)
        for edge, path in zip(self.edges, self.layout.paths, strict=True):
            tail, head = self.where.get(edge.tail.key), self.where.get(edge.head.key)
            start = tail.way_out(edge) if tail else []
            end = head.way_in(edge) if head else []
            plan.curves[edge.key] = _curve([*start, *path, *end])
        return plan


def _curve(points: list[Point]) -> list[Point]:
    """Cubic Bézier points through `points`, level at each."""
    kept = _corners(points)
    curve = [kept[0]]
    for (x0, y0), (x1, y1) in pairwise(kept):
        middle = (x0 + x1) / 2
        curve += [(middle, y0), (middle, y1), (x1, y1)]
    return curve


def _bow(scene: Scene, plan: Plan, turned: bool) -> None:
    """Bend edges that join the same two boxes apart, as those of x * x, so that each has room for its label."""
    alike: dict[tuple[str, str], list[Edge]] = {}
    for edge in scene.edges:
        if len(plan.curves[edge.key]) == 4:  # from one layer to the next, so that nothing stands between
            alike.setdefault((edge.tail.key, edge.head.key), []).append(edge)
    top, bottom = 0.0, plan.height
    for edges in alike.values():
        if len(edges) < 2:
            continue
        apart = max(width(edge.text, SMALL) for edge in edges) + 8.0 if turned else 18.0
        reach = min(apart * (len(edges) - 1), WIDEST_BOW)
        middles = [(plan.curves[edge.key][0][1] + plan.curves[edge.key][-1][1]) / 2 for edge in edges]
        middle = sum(middles) / len(edges)
        for i, edge in enumerate(sorted(edges, key=lambda edge: plan.curves[edge.key][-1][1])):
            start, (a, _), (b, _), end = plan.curves[edge.key]
            y = middle + reach * (i / (len(edges) - 1) - 0.5)
            lift = (8.0 * y - start[1] - end[1]) / 6.0  # the height of both control points that leads through y
            plan.curves[edge.key] = [start, (a, lift), (b, lift), end]
        top, bottom = min(top, middle - reach / 2 - apart / 2), max(bottom, middle + reach / 2 + apart / 2)
    plan.height = bottom - top
    _shift(plan, 0.0, -top)


def _corners(points: list[Point]) -> list[Point]:
    """The points without those that lie on a level stretch, or on top of the one before."""
    kept = [points[0]]
    for point, following in pairwise(points[1:]):
        same = abs(point[0] - kept[-1][0]) < 1.0
        level = abs(point[1] - kept[-1][1]) < 0.5 and abs(point[1] - following[1]) < 0.5
        if not same and not level:
            kept.append(point)
    return [*kept, points[-1]]


def _turned(plan: Plan) -> Plan:
    return Plan(
        {key: (y, x) for key, (x, y) in plan.centres.items()},
        {key: [(y, x) for x, y in curve] for key, curve in plan.curves.items()},
        [Frame(f.name, f.y, f.x, f.height, f.width) for f in plan.frames],
        plan.height,
        plan.width,
    )


def add_layers(scene: Scene, plan: Plan) -> None:
    """Put a frame around the frames of each layer, where nothing else would stand in it, and make room for it."""
    frames = list(plan.frames)
    added: list[Frame] = []
    for name, places in scene.layers if len(frames) == len(scene.clusters) else []:
        inner = [frames[place] for place in places]
        left, top = min(f.x for f in inner) - 8.0, min(f.y for f in inner) - 18.0
        right, bottom = max(f.x + f.width for f in inner) + 8.0, max(f.y + f.height for f in inner) + 8.0
        frame = Frame(name, left, top, right - left, bottom - top, layer=True)
        own = {box.key for place in places for box in scene.clusters[place].boxes}
        near = _feeding(scene, own)
        others = [f for place, f in enumerate(frames) if place not in places] + added
        if not any(_touches(frame, f) for f in others) and not any(
            _holds(frame, plan.centres[box.key], box.size) for box in scene.boxes if box.key not in near
        ):
            added.append(frame)
    plan.frames[:0] = added
    left, top = min([0.0, *(f.x for f in added)]), min([0.0, *(f.y for f in added)])
    _shift(plan, -left, -top)
    plan.width = max([plan.width - left, *(f.x + f.width for f in added)])
    plan.height = max([plan.height - top, *(f.y + f.height for f in added)])


def _feeding(scene: Scene, own: set[str]) -> set[str]:
    """Boxes that lead only to these, and they themselves."""
    other = {edge.tail.key for edge in scene.edges if edge.head.key not in own}
    return own | {edge.tail.key for edge in scene.edges if edge.tail.key not in other}


def _touches(a: Frame, b: Frame) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def _holds(frame: Frame, centre: Point, size: Point) -> bool:
    return _touches(frame, Frame("", centre[0] - size[0] / 2, centre[1] - size[1] / 2, *size))


def _shift(plan: Plan, right: float, down: float) -> None:
    plan.centres.update({key: (x + right, y + down) for key, (x, y) in plan.centres.items()})
    plan.curves.update({key: [(x + right, y + down) for x, y in curve] for key, curve in plan.curves.items()})
    for frame in plan.frames:
        frame.x, frame.y = frame.x + right, frame.y + down
