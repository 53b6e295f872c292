"""The built-in layout of a directed acyclic graph in layers, left to right (Sugiyama, Tagawa and Toda 1981).

Layers by longest path, crossings reduced by barycentres and transposition, coordinates by least squares under the
separations that boxes need. Edges that pass a layer get a lane of their own in it, so they never run through a box.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

__all__ = ["Layout", "Link", "layered"]

Key = Hashable
Point = tuple[float, float]

LANE = 8.0  # height kept free for an edge that passes a layer
SWEEPS = 16
ROUNDS = 24
STEEPNESS = 0.15  # width added to a gap for each pixel that an edge climbs in it
WIDEST_GAP = 160.0


@dataclass(frozen=True)
class Link:
    """An edge from the right side of `tail` to the left side of `head`, at heights relative to their centres."""

    tail: Key
    head: Key
    tail_offset: float = 0.0
    head_offset: float = 0.0


@dataclass
class Layout:
    """Centres of the boxes and, for each link in order, the points that it passes."""

    centres: dict[Key, Point]
    paths: list[list[Point]]
    size: Point


@dataclass
class _Slot:
    """A box, or the lane of a passing edge, in one layer."""

    key: Key
    width: float
    height: float
    box: bool
    before: list[tuple[_Slot, float, float]] = field(default_factory=list)  # (neighbour, its offset, own offset)
    after: list[tuple[_Slot, float, float]] = field(default_factory=list)
    place: int = 0
    y: float = 0.0


def layered(
    sizes: Mapping[Key, Point],
    links: Sequence[Link],
    *,
    first: frozenset[Key] = frozenset(),
    last: frozenset[Key] = frozenset(),
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
    first, last : sets of keys
        What belongs to the first and the last layer.
    across, between : float
        Free space between layers, and between boxes of one layer.
    """
    ranks = _ranks(list(sizes), links, first, last)
    layers, chains = _slots(sizes, links, ranks)
    _order(layers)
    _place(layers, between)
    return _measure(layers, links, chains, ranks, across)


def _ranks(keys: list[Key], links: Sequence[Link], first: frozenset[Key], last: frozenset[Key]) -> dict[Key, int]:
    after: dict[Key, list[Key]] = {key: [] for key in keys}
    waiting = dict.fromkeys(keys, 0)
    for link in links:
        after[link.tail].append(link.head)
        waiting[link.head] += 1
    sources = {key for key in keys if not waiting[key]}
    ready, order, ranks = [key for key in keys if not waiting[key]], [], dict.fromkeys(keys, 0)
    while ready:
        key = ready.pop()
        order.append(key)
        for head in after[key]:
            ranks[head] = max(ranks[head], ranks[key] + 1)
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)
    for key in reversed(order):  # what has no input stands next to its first user
        if key in sources - first and after[key]:
            ranks[key] = min(ranks[head] for head in after[key]) - 1
    end = max(ranks.values(), default=0)
    ranks.update(dict.fromkeys(last, end))
    return ranks


def _slots(
    sizes: Mapping[Key, Point], links: Sequence[Link], ranks: Mapping[Key, int]
) -> tuple[list[list[_Slot]], list[list[_Slot]]]:
    layers: list[list[_Slot]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    boxes = {key: _Slot(key, width, height, True) for key, (width, height) in sizes.items()}
    for key, slot in boxes.items():
        layers[ranks[key]].append(slot)
    chains = []
    for number, link in enumerate(links):
        chain = [boxes[link.tail]]
        for rank in range(ranks[link.tail] + 1, ranks[link.head]):
            lane = _Slot(("lane", number, rank), 0.0, LANE, False)
            layers[rank].append(lane)
            chain.append(lane)
        chain.append(boxes[link.head])
        for a, b in pairwise(chain):
            out = link.tail_offset if a is chain[0] else 0.0
            into = link.head_offset if b is chain[-1] else 0.0
            a.after.append((b, into, out))
            b.before.append((a, out, into))
        chains.append(chain)
    return layers, chains


# Order within layers


def _order(layers: list[list[_Slot]]) -> None:
    for layer in layers:
        _number(layer)
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers[1:] if down else layers[-2::-1]:
            layer.sort(key=lambda slot: _barycentre(slot, slot.before if down else slot.after))
            _number(layer)
        _transpose(layers)
        crossings = _crossings(layers)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
        if not fewest:
            break
    for layer, order in zip(layers, best):
        layer[:] = order
        _number(layer)


def _number(layer: list[_Slot]) -> None:
    for place, slot in enumerate(layer):
        slot.place = place


def _position(neighbour: _Slot, offset: float) -> float:
    return neighbour.place + offset / (neighbour.height + 1.0)


def _barycentre(slot: _Slot, neighbours: list[tuple[_Slot, float, float]]) -> float:
    if not neighbours:
        return float(slot.place)
    return sum(_position(other, offset) for other, offset, _ in neighbours) / len(neighbours)


def _crossings(layers: list[list[_Slot]]) -> int:
    count = 0
    for layer in layers[:-1]:
        ends = [
            (slot.place + own / (slot.height + 1.0), _position(other, offset))
            for slot in layer
            for other, offset, own in slot.after
        ]
        passed: list[float] = []
        for _, end in sorted(ends):
            count += len(passed) - bisect_right(passed, end)
            insort(passed, end)
    return count


def _transpose(layers: list[list[_Slot]]) -> None:
    """Swap neighbours in a layer while that removes crossings."""
    for _ in range(4):
        improved = False
        for layer in layers:
            for i in range(len(layer) - 1):
                a, b = layer[i], layer[i + 1]
                if _between(a, b) > _between(b, a):
                    layer[i], layer[i + 1] = b, a
                    a.place, b.place = i + 1, i
                    improved = True
        if not improved:
            return


def _between(upper: _Slot, lower: _Slot) -> int:
    """Crossings among the edges of two neighbours when one stands above the other."""
    count = 0
    for side in ("before", "after"):
        ends = sorted(_position(other, offset) for other, offset, _ in getattr(lower, side))
        for other, offset, _ in getattr(upper, side):
            position = _position(other, offset)
            count += sum(1 for end in ends if end < position)
    return count


# Coordinates


def _place(layers: list[list[_Slot]], between: float) -> None:
    for layer in layers:
        top = 0.0
        for slot in layer:
            slot.y = top + slot.height / 2
            top += slot.height + between
    for round_ in range(ROUNDS):
        for layer in layers if round_ % 2 else reversed(layers):
            _align(layer, between)


def _align(layer: list[_Slot], between: float) -> None:
    """Move a layer's slots nearest to their neighbours' heights, order and separations kept (isotonic regression)."""
    offsets, pools = 0.0, []
    shifts = []
    for i, slot in enumerate(layer):
        if i:
            gap = between if slot.box or layer[i - 1].box else between / 2
            offsets += layer[i - 1].height / 2 + slot.height / 2 + gap
        shifts.append(offsets)
        wanted, weight = _wanted(slot)
        pools.append([(wanted - offsets) * weight, weight, 1.0])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            total, weight, count = pools.pop()
            pools[-1] = [pools[-1][0] + total, pools[-1][1] + weight, pools[-1][2] + count]
    i = 0
    for total, weight, count in pools:
        for _ in range(int(count)):
            layer[i].y = total / weight + shifts[i]
            i += 1


def _wanted(slot: _Slot) -> tuple[float, float]:
    """The height at which a slot's edges would be straightest, and how much that matters."""
    total = weight = 0.0
    for other, offset, own in (*slot.before, *slot.after):
        pull = 8.0 if not slot.box and not other.box else 2.0 if not (slot.box and other.box) else 1.0
        total += pull * (other.y + offset - own)
        weight += pull
    return (total / weight, weight) if weight else (slot.y, 0.1)


def _measure(
    layers: list[list[_Slot]],
    links: Sequence[Link],
    chains: list[list[_Slot]],
    ranks: Mapping[Key, int],
    across: float,
) -> Layout:
    widths = [max((slot.width for slot in layer), default=0.0) for layer in layers]
    left, lefts = 0.0, []
    for i, (width, layer) in enumerate(zip(widths, layers, strict=True)):
        lefts.append(left)
        leads_out = i + 1 < len(widths) and not widths[i + 1]  # only ends of edges stand in the next layer
        left += width + (LANE if leads_out else _gap(layer, across))
    slots = [slot for layer in layers for slot in layer]
    top = min((slot.y - slot.height / 2 for slot in slots), default=0.0)
    bottom = max((slot.y + slot.height / 2 for slot in slots), default=0.0)
    centres = {}
    for rank, layer in enumerate(layers):
        for slot in layer:
            if slot.box:
                source = not slot.before and slot.after and rank + 1 < len(layers)
                x = lefts[rank] + (widths[rank] - slot.width / 2 if source else slot.width / 2)
                centres[slot.key] = (x, slot.y - top)
    paths = []
    for link, chain in zip(links, chains):
        x, y = centres[link.tail]
        points = [(x + chain[0].width / 2, y + link.tail_offset)]
        for step, lane in enumerate(chain[1:-1], ranks[link.tail] + 1):
            points += [(lefts[step], lane.y - top), (lefts[step] + widths[step], lane.y - top)]
        x, y = centres[link.head]
        points.append((x - chain[-1].width / 2, y + link.head_offset))
        paths.append(points)
    return Layout(
        centres, paths, (max((x + width for x, width in zip(lefts, widths, strict=True)), default=0.0), bottom - top)
    )


def _gap(layer: list[_Slot], across: float) -> float:
    """Free space after a layer: more where edges are steep, so that they can be told apart."""
    climbs = [abs(other.y + offset - slot.y - own) for slot in layer for other, offset, own in slot.after]
    return across + min(STEEPNESS * max(climbs, default=0.0), WIDEST_GAP)
