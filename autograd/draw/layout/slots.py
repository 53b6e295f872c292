"""Layers of slots for the built-in layout: boxes, and lanes for the edges that pass a layer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from autograd.draw.fonts import width
from autograd.draw.scene import SMALL, Edge, Scene

__all__ = ["Slot", "Tie", "crossings_between", "crossings_of", "number", "sides_of", "slots_of", "spread"]

LANE = 8.0  # height kept free for an edge that passes a layer
STRAIGHT = (1.0, 2.0, 8.0)  # weights of parts of edges of which none, one or both ends are lanes
PORTS = 10.0  # between edges that arrive at one box, if its side is long enough


@dataclass(eq=False)
class Slot:
    """A box, the lane of a passing edge, or a part of a cluster's border, in one layer; `key` is that of a box."""

    key: str
    width: float
    height: float
    rank: int
    before: list[Tie] = field(default_factory=list)
    after: list[Tie] = field(default_factory=list)
    place: int = 0
    y: float = 0.0

    def wanted(self) -> tuple[float, float]:
        """Return the height at which its edges would be straightest, and the weight of that."""
        total = weight = 0.0
        for tie in self.before:
            total += tie.weight * (tie.tail.y - tie.into)
            weight += tie.weight
        for tie in self.after:
            total += tie.weight * (tie.head.y + tie.into)
            weight += tie.weight
        return (total / weight, weight) if weight else (self.y, 0.1)


@dataclass(eq=False)
class Tie:
    """The part of an edge between two adjacent layers; it arrives `into` below the centre of its head.

    `weight` is the weight of its straightness, `label_width` the width that its label needs.
    """

    tail: Slot
    head: Slot
    weight: float
    into: float = 0.0
    label_width: float = 0.0


def slots_of(scene: Scene, ranks: Mapping[str, int], downward: bool) -> tuple[list[list[Slot]], list[list[Tie]]]:
    """Return the slots of each layer, and for each edge its ties."""
    layers: list[list[Slot]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    boxes = {}
    for box in scene.boxes:
        wide, high = box.size[::-1] if downward else box.size
        boxes[box.key] = slot = Slot(box.key, wide, high, ranks[box.key])
        layers[slot.rank].append(slot)
    chains = []
    for edge in scene.edges:
        tail, head = boxes[edge.tail.key], boxes[edge.head.key]
        lanes = [Slot("", 0.0, LANE, rank) for rank in range(tail.rank + 1, head.rank)]
        for lane in lanes:
            layers[lane.rank].append(lane)
        chain = [Tie(*ends, STRAIGHT[sum(not end.key for end in ends)]) for ends in pairwise([tail, *lanes, head])]
        chain[-1].label_width = _label_width(edge, downward)
        for tie in chain:
            tie.tail.after.append(tie)
            tie.head.before.append(tie)
        chains.append(chain)
    return layers, chains


def _label_width(edge: Edge, downward: bool) -> float:
    """Return the width that an edge's label and arrow need between two layers."""
    return 34.0 if downward else width(edge.text, SMALL) + 26.0


def number(layer: list[Slot]) -> None:
    """Number the slots of a layer."""
    for place, slot in enumerate(layer):
        slot.place = place


def spread(layers: list[list[Slot]]) -> None:
    """Let edges arrive at a box one below the other, in the order of their tails."""
    for slot in (slot for layer in layers for slot in layer if slot.key):
        ties = sorted(slot.before, key=lambda tie: tie.tail.place)
        reach = min(max(slot.height - 10.0, 0.0), PORTS * (len(ties) - 1))
        for i, tie in enumerate(ties if len(ties) > 1 else []):
            tie.into = reach * (i / (len(ties) - 1) - 0.5)


def crossings_of(layers: list[list[Slot]]) -> int:
    """Return the number of crossings between the layers."""
    count = 0
    for layer in layers[:-1]:
        passed: list[int] = []
        for _, end in sorted((tie.tail.place, tie.head.place) for slot in layer for tie in slot.after):
            count += len(passed) - bisect_right(passed, end)
            insort(passed, end)
    return count


def sides_of(slot: Slot) -> tuple[list[int], list[int]]:
    """Return the positions of the other ends of a slot's edges, sorted."""
    return sorted(tie.tail.place for tie in slot.before), sorted(tie.head.place for tie in slot.after)


def crossings_between(upper: tuple[list[int], list[int]], lower: tuple[list[int], list[int]]) -> int:
    """Return the number of crossings between the edges of two neighbours, one above the other."""
    count = 0
    for above, below in zip(upper, lower):
        if above and below and above[-1] > below[0]:
            for end in above:
                count += bisect_left(below, end)
    return count
