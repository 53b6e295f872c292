"""The built-in layered layout of a directed acyclic graph, left to right (Sugiyama, Tagawa and Toda 1981).

Clusters have the same order in all layers, so that straight borders around each exist and nothing else is placed
inside. Edges that pass a layer get a lane in it, so they never cross a box.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from autograd.draw.fonts import width
from autograd.draw.layout.heights import Margins, settle
from autograd.draw.layout.ordering import ordered, stack
from autograd.draw.layout.plan import Frame, Plan, Point
from autograd.draw.layout.ranks import ranks_of
from autograd.draw.layout.slots import Slot, Tie, slots_of, spread
from autograd.draw.scene import SMALL, Cluster, Edge, Scene

__all__ = ["arrange"]

PADDING, TITLE = 12.0, 22.0
ACROSS = 30.0
STEEPNESS, WIDEST = 0.08, 70.0  # extra width of a gap for each pixel that an edge climbs in it, and the maximum
WIDEST_BOW = 160.0  # the maximum by which edges between the same two boxes are bent apart


def arrange(scene: Scene, direction: str) -> Plan:
    """Place a scene; for top to bottom, as for left to right with x and y exchanged."""
    downward = direction == "TB"
    margins = Margins(TITLE, PADDING, PADDING, PADDING) if downward else Margins(PADDING, PADDING, TITLE, PADDING)
    layers, chains = slots_of(scene, ranks_of(scene), downward)
    rank = {slot.key: slot.rank for layer in layers for slot in layer}
    spans = [_span([rank[box.key] for box in cluster.boxes]) for cluster in scene.clusters]
    of = _clusters_of(scene, layers, chains, spans)
    _put_in_order(layers, chains, of, len(spans))
    spread(layers)
    reach = settle(layers, chains, of, len(spans), margins)
    columns = _columns(layers, spans, margins)
    centres = {slot.key: (_middle(slot, columns), slot.y) for layer in layers for slot in layer if slot.key}
    plan = Plan(centres, {}, width=columns[-1][1])
    for edge, chain in zip(scene.edges, chains, strict=True):
        plan.curves[edge.key] = _curve(_path(chain, columns, centres))
    for cluster, (top, bottom) in zip(scene.clusters, reach, strict=True):
        left, right = _sides(cluster, centres, downward)
        wide = right - left + margins.before + margins.after
        plan.frames.append(Frame(cluster.name, left - margins.before, top, wide, bottom - top))
    lowest = min(slot.y - slot.height / 2 for slot in of)
    plan.height = max(slot.y + slot.height / 2 for slot in of) - lowest
    plan.shift(0.0, -lowest)
    plan.include_frames()
    _bow(scene, plan, downward)
    return plan.transposed() if downward else plan


def _put_in_order(layers: list[list[Slot]], chains: list[list[Tie]], of: dict[Slot, int], clusters: int) -> None:
    place = {slot: i for layer in layers for i, slot in enumerate(layer)}
    shape = tuple(tuple((slot.height, of[slot]) for slot in layer) for layer in layers)
    ties = tuple((tie.tail.rank, place[tie.tail], place[tie.head]) for chain in chains for tie in chain)
    for layer, order in zip(layers, ordered(shape, ties, clusters), strict=True):
        layer[:] = [layer[i] for i in order]
        stack(layer)


def _span(ranks: list[int]) -> range:
    return range(min(ranks), max(ranks) + 1)


def _clusters_of(
    scene: Scene, layers: list[list[Slot]], chains: list[list[Tie]], spans: list[range]
) -> dict[Slot, int]:
    """Return the cluster of each slot, or -1; each gets a slot in every layer that it spans, for its borders."""
    home = {box.key: place for place, cluster in enumerate(scene.clusters) for box in cluster.boxes}
    of = {slot: home.get(slot.key, -1) for layer in layers for slot in layer}
    for chain in chains:
        if of[chain[0].tail] == of[chain[-1].head]:
            of.update(dict.fromkeys((tie.head for tie in chain[:-1]), of[chain[0].tail]))
    for place, span in enumerate(spans):
        for rank in span:
            if all(of[slot] != place for slot in layers[rank]):
                layers[rank].append(Slot("", 0.0, 0.0, rank))
                of[layers[rank][-1]] = place
    return of


def _columns(layers: list[list[Slot]], spans: list[range], margins: Margins) -> list[Point]:
    """Return the left and right side of each layer, with space for edges, their labels, and the sides of frames."""
    starts, ends = {span[0] for span in spans}, {span[-1] for span in spans}
    left, columns = margins.before if 0 in starts else 0.0, []
    for rank, layer in enumerate(layers):
        right = left + max(slot.width for slot in layer)
        columns.append((left, right))
        ties = [tie for slot in layer for tie in slot.after]
        climb = max((abs(tie.head.y + tie.into - tie.tail.y) for tie in ties), default=0.0)
        gap = max([ACROSS, *(tie.label_width for tie in ties)]) + min(STEEPNESS * climb, WIDEST)
        left = right + gap + margins.after * (rank in ends) + margins.before * (rank + 1 in starts)
    return columns


def _middle(slot: Slot, columns: list[Point]) -> float:
    """Return the position of a box in its column: at the left, or for a leaf at the right, near its users."""
    left, right = columns[slot.rank]
    return right - slot.width / 2 if slot.after and not slot.before else left + slot.width / 2


def _sides(cluster: Cluster, centres: Mapping[str, Point], downward: bool) -> tuple[float, float]:
    ends = [(centres[box.key][0], box.size[downward] / 2) for box in cluster.boxes]
    return min(x - half for x, half in ends), max(x + half for x, half in ends)


def _path(chain: list[Tie], columns: list[Point], centres: Mapping[str, Point]) -> list[Point]:
    """Return the points on an edge's path."""
    tail, head = chain[0].tail, chain[-1].head
    lanes = [tie.head for tie in chain[:-1]]
    return [
        (centres[tail.key][0] + tail.width / 2, tail.y),
        *((side, lane.y) for lane in lanes for side in columns[lane.rank]),
        (centres[head.key][0] - head.width / 2, head.y + chain[-1].into),
    ]


def _curve(points: list[Point]) -> list[Point]:
    """Return cubic Bézier points through `points`, horizontal at each."""
    kept = _corners(points)
    curve = [kept[0]]
    for (x0, y0), (x1, y1) in pairwise(kept):
        middle = (x0 + x1) / 2
        curve += [(middle, y0), (middle, y1), (x1, y1)]
    return curve


def _corners(points: list[Point]) -> list[Point]:
    """Return the points without those in the middle of a horizontal stretch, or equal to the one before."""
    kept = [points[0]]
    for point, following in pairwise(points[1:]):
        same = abs(point[0] - kept[-1][0]) < 1.0
        level = abs(point[1] - kept[-1][1]) < 0.5 and abs(point[1] - following[1]) < 0.5
        if not same and not level:
            kept.append(point)
    return [*kept, points[-1]]


def _bow(scene: Scene, plan: Plan, downward: bool) -> None:
    """Bend edges that join the same two boxes apart, as those of x * x, so that each has space for its label."""
    alike: dict[tuple[str, str], list[Edge]] = {}
    for edge in scene.edges:
        if len(plan.curves[edge.key]) == 4:  # between adjacent layers, with nothing in between
            alike.setdefault((edge.tail.key, edge.head.key), []).append(edge)
    top, bottom = 0.0, plan.height
    for edges in alike.values():
        if len(edges) < 2:
            continue
        apart = max(width(edge.text, SMALL) for edge in edges) + 8.0 if downward else 18.0
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
    plan.shift(0.0, -top)
