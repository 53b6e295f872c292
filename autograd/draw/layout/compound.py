"""The built-in layout with clusters: all boxes in common layers, a cluster's side by side within borders of its own.

As in `layered`, but clusters have one order in all layers, so that straight borders around each can be found and
nothing foreign stands between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograd.draw.layout.borders import Borders, Margins, topological
from autograd.draw.layout.layered import Key, Link, Point, Slot, gap_after, path_of, ranks_of, slots_of, spread
from autograd.draw.layout.ordering import Order

__all__ = ["Compound", "compound"]

ACROSS = 30.0
STEEPNESS, WIDEST = 0.08, 70.0  # width added to a gap for each pixel that an edge climbs in it, and the most


@dataclass
class Compound:
    """Centres of boxes, the points of each link in order, frames as (left, top, right, bottom), extent, crossings."""

    centres: dict[Key, Point]
    paths: list[list[Point]]
    frames: list[tuple[float, float, float, float]]
    size: Point
    crossings: int


def compound(
    sizes: Mapping[Key, Point],
    links: Sequence[Link],
    clusters: Sequence[Sequence[Key]],
    margins: Margins,
    start: Mapping[Key, float],
    good: int,
    alike: Sequence[Sequence[int]] = (),
) -> Compound:
    """Lay out boxes of the given (width, height); no box is in two clusters, and none leads back into its cluster.

    `start` is a height for each box in another layout, from which this one begins where the first beginning leaves more
    than `good` crossings; `alike` are clusters, by their
    places, that begin in one layer where they can.
    """
    ranks = _tight(list(sizes), links, [[clusters[place] for place in layer] for layer in alike])
    layers, chains = slots_of(sizes, links, ranks)
    home = {key: place for place, cluster in enumerate(clusters) for key in cluster}
    of = {id(slot): home.get(slot.key, -1) for layer in layers for slot in layer}
    for chain in chains:
        tail, head = home.get(chain[0].tail.key, -1), home.get(chain[-1].head.key, -1)
        for tie in chain[:-1]:
            of[id(tie.head)] = tail if tail == head else -1
    _fill(layers, of, clusters, ranks)
    crossings = Order(layers, of, len(clusters)).improve(start, good)
    spread(layers)
    borders = Borders(layers, of, len(clusters), margins)
    borders.place()
    columns = _columns(layers, clusters, ranks, margins)
    lowest = min((slot.y - slot.height / 2 for layer in layers for slot in layer), default=0.0)
    for slot in (slot for layer in layers for slot in layer):
        slot.y -= lowest
    centres = _centres(layers, columns)
    frames = []
    for place, cluster in enumerate(clusters):
        left = min(centres[key][0] - sizes[key][0] / 2 for key in cluster) - margins.before
        right = max(centres[key][0] + sizes[key][0] / 2 for key in cluster) + margins.after
        top, bottom = borders.reach[place]
        frames.append((left, top - lowest, right, bottom - lowest))
    highest = max((slot.y + slot.height / 2 for layer in layers for slot in layer), default=0.0)
    size = (columns[-1][1] if columns else 0.0), highest
    return Compound(centres, [path_of(chain, columns, centres) for chain in chains], frames, size, crossings)


def _tight(keys: list[Key], links: Sequence[Link], alike: Sequence[Sequence[Sequence[Key]]]) -> dict[Key, int]:
    """The layer of each box: as late as can be, then earlier where more comes in than goes out."""
    backward = ranks_of(keys, [Link(link.head, link.tail) for link in links], (), (), pull=False)
    last = max(backward.values(), default=0)
    ranks = {key: last - rank for key, rank in backward.items()}
    before: dict[Key, list[Key]] = {key: [] for key in keys}
    after: dict[Key, list[Key]] = {key: [] for key in keys}
    for link in links:
        before[link.head].append(link.tail)
        after[link.tail].append(link.head)
    for key in sorted(keys, key=lambda key: ranks[key]):
        if len(before[key]) > len(after[key]):
            ranks[key] = max(ranks[tail] for tail in before[key]) + 1
    for clusters in alike:
        ends = [max(ranks[key] for key in cluster) for cluster in clusters]
        for cluster, end in zip(clusters, ends, strict=True):
            for key in cluster:
                ranks[key] -= end - min(ends)
    for key in reversed(topological({key: dict.fromkeys(after[key], 0.0) for key in keys})):
        if after[key]:
            ranks[key] = min(ranks[key], min(ranks[head] for head in after[key]) - 1)
            if not before[key]:
                ranks[key] = min(ranks[head] for head in after[key]) - 1
    first = min(ranks.values(), default=0)
    return {key: rank - first for key, rank in ranks.items()}


def _fill(
    layers: list[list[Slot]], of: dict[int, int], clusters: Sequence[Sequence[Key]], ranks: Mapping[Key, int]
) -> None:
    """Let each cluster have a slot in every layer that it spans, for its borders."""
    for place, cluster in enumerate(clusters):
        spanned = [ranks[key] for key in cluster]
        for rank in range(min(spanned), max(spanned) + 1):
            if all(of[id(slot)] != place for slot in layers[rank]):
                layers[rank].append(Slot(("filler", place, rank), 0.0, 0.0, False, rank))
                of[id(layers[rank][-1])] = place


def _columns(
    layers: list[list[Slot]], clusters: Sequence[Sequence[Key]], ranks: Mapping[Key, int], margins: Margins
) -> list[Point]:
    """The left and right side of each layer, with room for edges, their labels, and the sides of frames."""
    starts = {min(ranks[key] for key in cluster) for cluster in clusters}
    ends = {max(ranks[key] for key in cluster) for cluster in clusters}
    left, columns = margins.before if 0 in starts else 0.0, []
    for rank, layer in enumerate(layers):
        right = left + max((slot.width for slot in layer), default=0.0)
        columns.append((left, right))
        sides = margins.after * (rank in ends) + margins.before * (rank + 1 in starts)
        left = right + gap_after(layer, ACROSS, STEEPNESS, WIDEST) + sides
    return columns


def _centres(layers: list[list[Slot]], columns: list[Point]) -> dict[Key, Point]:
    centres = {}
    for slot in (slot for layer in layers for slot in layer if slot.box):
        left, right = columns[slot.rank]
        source = not slot.before and slot.after  # stands near what it leads to
        centres[slot.key] = (right - slot.width / 2 if source else left + slot.width / 2, slot.y)
    return centres
