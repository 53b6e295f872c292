"""The built-in layout of a directed acyclic graph in layers, left to right (Sugiyama, Tagawa and Toda 1981).

Layers by longest path, crossings reduced by barycentres and transposition, coordinates by least squares under the
separations that boxes need. Edges that pass a layer get a lane of their own in it, so they never run through a box.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

__all__ = [
    "Key", "Layout", "Link", "Point", "Slot", "Tie", "crossings_between", "crossings_of", "gap_after", "layered",
    "number", "path_of", "ranks_of", "sides_of", "slots_of", "spread", "wanted",
]  # fmt: skip

Key = Hashable
Point = tuple[float, float]

LANE = 8.0  # height kept free for an edge that passes a layer
SWEEPS = 16
ROUNDS = 24
STEEPNESS = 0.15  # width added to a gap for each pixel that an edge climbs in it
WIDEST_GAP = 160.0
PORTS = 10.0  # between edges that arrive at one box, where its side is long enough


@dataclass(frozen=True)
class Link:
    """An edge from the right side of `tail` to the left side of `head`, at heights relative to their centres.

    Without a `head_offset` the layout chooses where the edge arrives. `room` is the width its label needs.
    """

    tail: Key
    head: Key
    tail_offset: float = 0.0
    head_offset: float | None = None
    room: float = 0.0


@dataclass
class Layout:
    """Centres of the boxes, for each link in order the points that it passes, the extent, and how many links cross."""

    centres: dict[Key, Point]
    paths: list[list[Point]]
    size: Point
    crossings: int


@dataclass(eq=False)
class Slot:
    """A box, or the lane of a passing edge, in one layer."""

    key: Key
    width: float
    height: float
    box: bool
    rank: int
    pinned: bool = False
    before: list[Tie] = field(default_factory=list)
    after: list[Tie] = field(default_factory=list)
    place: int = 0
    y: float = 0.0


@dataclass(eq=False)
class Tie:
    """The part of an edge between two neighbouring layers, at heights relative to the centres of its ends."""

    tail: Slot
    head: Slot
    out: float
    into: float
    free: bool
    room: float

    def starts(self) -> float:
        """Where it leaves in its layer's order."""
        return self.tail.place + self.out / (self.tail.height + 1.0)

    def ends(self) -> float:
        """Where it arrives in its layer's order."""
        return self.head.place + self.into / (self.head.height + 1.0)


def layered(
    sizes: Mapping[Key, Point],
    links: Sequence[Link],
    *,
    first: Sequence[Key] = (),
    last: Sequence[Key] = (),
    pinned: Sequence[Key] = (),
    across: float = 56.0,
    between: float = 14.0,
) -> Layout:
    """Lay out boxes of the given (width, height).

    Parameters
    ----------
    sizes : mapping of key to (width, height)
        In pixels. The order of the keys decides ties, so the same graph is laid out the same way each time.
    links : sequence of Link
        Without cycles.
    first, last : sequences of keys
        What belongs to the first and the last layer.
    pinned : sequence of keys
        What of the first layer keeps the order given here.
    across, between : float
        Free space between layers, and between boxes of one layer.
    """
    ranks = ranks_of(list(sizes), links, first, last)
    layers, chains = slots_of(sizes, links, ranks)
    by_key = {slot.key: slot for slot in layers[0]} if pinned else {}
    crossings = _order(layers, [by_key[key] for key in pinned])
    spread(layers)
    _place(layers, between)
    columns = _columns(layers, across)
    centres, size = _centres(layers, columns)
    return Layout(centres, [path_of(chain, columns, centres) for chain in chains], size, crossings)


def ranks_of(
    keys: list[Key], links: Sequence[Link], first: Sequence[Key], last: Sequence[Key], pull: bool = True
) -> dict[Key, int]:
    """The layer of each box by the longest way to it; sources next to what they lead to, if `pull`."""
    after: dict[Key, list[Key]] = {key: [] for key in keys}
    waiting = dict.fromkeys(keys, 0)
    for link in links:
        after[link.tail].append(link.head)
        waiting[link.head] += 1
    ready = [key for key in keys if not waiting[key]]
    sources, order, ranks = set(ready) - set(first), [], dict.fromkeys(keys, 0)
    while ready:
        key = ready.pop()
        order.append(key)
        for head in after[key]:
            ranks[head] = max(ranks[head], ranks[key] + 1)
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)
    for key in order if pull else []:  # what has no input stands next to its first user
        if key in sources and after[key]:
            ranks[key] = min(ranks[head] for head in after[key]) - 1
    ranks.update(dict.fromkeys(last, max(ranks.values(), default=0)))
    return ranks


def slots_of(
    sizes: Mapping[Key, Point], links: Sequence[Link], ranks: Mapping[Key, int]
) -> tuple[list[list[Slot]], list[list[Tie]]]:
    """The boxes and lanes of each layer, and for each link the ties that it is made of."""
    layers: list[list[Slot]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    boxes = {key: Slot(key, width, height, True, ranks[key]) for key, (width, height) in sizes.items()}
    for key, slot in boxes.items():
        layers[ranks[key]].append(slot)
    chains = []
    for i, link in enumerate(links):
        slots = [boxes[link.tail]]
        for rank in range(ranks[link.tail] + 1, ranks[link.head]):
            slots.append(Slot(("lane", i, rank), 0.0, LANE, False, rank))
            layers[rank].append(slots[-1])
        slots.append(boxes[link.head])
        chain = [Tie(tail, head, 0.0, 0.0, False, 0.0) for tail, head in pairwise(slots)]
        chain[0].out = link.tail_offset
        chain[-1].into, chain[-1].free = link.head_offset or 0.0, link.head_offset is None
        chain[-1].room = link.room
        for tie in chain:
            tie.tail.after.append(tie)
            tie.head.before.append(tie)
        chains.append(chain)
    return layers, chains


# Order within layers


def _order(layers: list[list[Slot]], pinned: list[Slot]) -> int:
    """Put each layer in an order with few crossings, and return how many are left."""
    for slot in pinned:
        slot.pinned = True
    for layer in layers:
        number(layer)
    best, fewest = [list(layer) for layer in layers], crossings_of(layers) if not pinned else None
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            layer.sort(key=_from_before if down else _from_after)
            if pinned and layer is layers[0]:
                _restore(layer, pinned)
            number(layer)
        _transpose(layers)
        crossings = crossings_of(layers)
        if fewest is None or crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    for layer, order in zip(layers, best, strict=True):
        layer[:] = order
        number(layer)
    return fewest or 0


def _restore(layer: list[Slot], pinned: list[Slot]) -> None:
    """Give the places that pinned slots hold to them in their own order."""
    places = [i for i, slot in enumerate(layer) if slot.pinned]
    for i, slot in zip(places, pinned, strict=True):
        layer[i] = slot


def number(layer: list[Slot]) -> None:
    """Note each slot's place in its layer."""
    for place, slot in enumerate(layer):
        slot.place = place


def _from_before(slot: Slot) -> float:
    return sum(tie.starts() for tie in slot.before) / len(slot.before) if slot.before else float(slot.place)


def _from_after(slot: Slot) -> float:
    return sum(tie.ends() for tie in slot.after) / len(slot.after) if slot.after else float(slot.place)


def crossings_of(layers: list[list[Slot]]) -> int:
    """How often edges cross between the layers."""
    count = 0
    for layer in layers[:-1]:
        passed: list[float] = []
        for _, end in sorted((tie.starts(), tie.ends()) for slot in layer for tie in slot.after):
            count += len(passed) - bisect_right(passed, end)
            insort(passed, end)
    return count


def _transpose(layers: list[list[Slot]]) -> None:
    """Swap neighbours in a layer while that removes crossings."""
    for _ in range(4):
        improved = False
        for layer in layers:
            sides = [sides_of(slot) for slot in layer]
            for i in range(len(layer) - 1):
                if layer[i].pinned and layer[i + 1].pinned:
                    continue
                if crossings_between(sides[i], sides[i + 1]) > crossings_between(sides[i + 1], sides[i]):
                    sides[i], sides[i + 1] = sides[i + 1], sides[i]
                    layer[i], layer[i + 1] = layer[i + 1], layer[i]
                    layer[i].place, layer[i + 1].place = i, i + 1
                    improved = True
        if not improved:
            return


def sides_of(slot: Slot) -> tuple[list[float], list[float]]:
    """Where a slot's edges come from and where they go, sorted."""
    return sorted(tie.starts() for tie in slot.before), sorted(tie.ends() for tie in slot.after)


def crossings_between(upper: tuple[list[float], list[float]], lower: tuple[list[float], list[float]]) -> int:
    """Crossings among the edges of two neighbours when one stands above the other."""
    count = 0
    for above, below in zip(upper, lower):
        if above and below and above[-1] > below[0]:
            for end in above:
                count += bisect_left(below, end)
    return count


def spread(layers: list[list[Slot]]) -> None:
    """Let edges arrive at a box one below the other, in the order in which they come."""
    for layer in layers:
        for slot in layer:
            free = sorted((tie for tie in slot.before if tie.free), key=Tie.starts)
            reach = min(max(slot.height - 10.0, 0.0), PORTS * (len(free) - 1))
            for i, tie in enumerate(free if len(free) > 1 else []):
                tie.into = reach * (i / (len(free) - 1) - 0.5)


# Coordinates


def _place(layers: list[list[Slot]], between: float) -> None:
    for layer in layers:
        top = 0.0
        for slot in layer:
            slot.y = top + slot.height / 2
            top += slot.height + between
    for round_ in range(ROUNDS):
        for layer in layers if round_ % 2 else reversed(layers):
            _align(layer, between)


def _align(layer: list[Slot], between: float) -> None:
    """Move a layer's slots nearest to their neighbours' heights, order and separations kept (isotonic regression)."""
    offset, offsets, pools = 0.0, [], []
    for i, slot in enumerate(layer):
        if i:
            offset += layer[i - 1].height / 2 + slot.height / 2 + _separation(layer[i - 1], slot, between)
        offsets.append(offset)
        height, weight = wanted(slot)
        pools.append([(height - offset) * weight, weight, 1.0])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            total, weight, count = pools.pop()
            pools[-1] = [pools[-1][0] + total, pools[-1][1] + weight, pools[-1][2] + count]
    i = 0
    for total, weight, count in pools:
        for _ in range(int(count)):
            layer[i].y = total / weight + offsets[i]
            i += 1


def _separation(upper: Slot, lower: Slot, between: float) -> float:
    if not upper.width and not lower.width:  # ends of edges at the side of a cluster, or lanes
        return max(0.0, PORTS - (upper.height + lower.height) / 2)
    return between if upper.box and lower.box else between * 0.7


def wanted(slot: Slot) -> tuple[float, float]:
    """The height at which a slot's edges would be straightest, and how much that matters."""
    total = weight = 0.0
    for tie in slot.before:
        pull = _pull(tie)
        total += pull * (tie.tail.y + tie.out - tie.into)
        weight += pull
    for tie in slot.after:
        pull = _pull(tie)
        total += pull * (tie.head.y + tie.into - tie.out)
        weight += pull
    return (total / weight, weight) if weight else (slot.y, 0.1)


def _pull(tie: Tie) -> float:
    return 1.0 if tie.tail.box and tie.head.box else 2.0 if tie.tail.box or tie.head.box else 8.0


# From slots to points


def _columns(layers: list[list[Slot]], across: float) -> list[Point]:
    """The left and right side of each layer."""
    left, columns = 0.0, []
    for i, layer in enumerate(layers):
        right = left + max((slot.width for slot in layer), default=0.0)
        columns.append((left, right))
        only_ends = i + 1 < len(layers) and not any(slot.width for slot in layers[i + 1])
        left = right + (LANE if only_ends else gap_after(layer, across))
    return columns


def gap_after(layer: list[Slot], across: float, steepness: float = STEEPNESS, widest: float = WIDEST_GAP) -> float:
    """Free space after a layer: for the labels, and more where edges are steep, so that they can be told apart."""
    ties = [tie for slot in layer for tie in slot.after]
    climb = max((abs(tie.head.y + tie.into - tie.tail.y - tie.out) for tie in ties), default=0.0)
    room = max((tie.room for tie in ties), default=0.0)
    return max(across, room) + min(steepness * climb, widest)


def _centres(layers: list[list[Slot]], columns: list[Point]) -> tuple[dict[Key, Point], Point]:
    slots = [slot for layer in layers for slot in layer]
    top = min((slot.y - slot.height / 2 for slot in slots), default=0.0)
    bottom = max((slot.y + slot.height / 2 for slot in slots), default=0.0)
    centres = {}
    for slot in slots:
        slot.y -= top
        left, right = columns[slot.rank]
        source = not slot.before and slot.after and slot.rank + 1 < len(layers)  # stands near what it leads to
        if slot.box:
            centres[slot.key] = (right - slot.width / 2 if source else left + slot.width / 2, slot.y)
    return centres, (max((right for _, right in columns), default=0.0), bottom - top)


def path_of(chain: list[Tie], columns: list[Point], centres: Mapping[Key, Point]) -> list[Point]:
    """The points that an edge passes."""
    tail, head = chain[0].tail, chain[-1].head
    x, y = centres[tail.key]
    points = [(x + tail.width / 2, y + chain[0].out)]
    for tie in chain[:-1]:
        lane = tie.head
        points += [(side, lane.y) for side in columns[lane.rank]]
    x, y = centres[head.key]
    return [*points, (x - head.width / 2, y + chain[-1].into)]
