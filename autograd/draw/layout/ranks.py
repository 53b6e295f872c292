"""Assignment of boxes to layers."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter

from autograd.draw.scene import Scene

__all__ = ["ranks_of"]


def ranks_of(scene: Scene) -> dict[str, int]:
    """Return the layer of each box by its key, 0 for the first.

    A box is placed as late as possible, or as early as possible if more edges enter than leave it, so that few edges
    pass many layers; clusters that form a layer of neurons end in one layer; a leaf is placed before its first user.
    """
    before: dict[str, list[str]] = {box.key: [] for box in scene.boxes}
    after: dict[str, list[str]] = {box.key: [] for box in scene.boxes}
    for edge in scene.edges:
        before[edge.head.key].append(edge.tail.key)
        after[edge.tail.key].append(edge.head.key)
    order = list(TopologicalSorter(before).static_order())
    ranks = dict.fromkeys(order, 0)
    for key in reversed(order):
        ranks[key] = min((ranks[head] for head in after[key]), default=1) - 1
    for key in order:
        if len(before[key]) > len(after[key]):
            ranks[key] = max(ranks[tail] for tail in before[key]) + 1
    for _, places in scene.layers:
        _align(ranks, [[box.key for box in scene.clusters[place].boxes] for place in places])
    for key in reversed(order):
        if after[key]:
            latest = min(ranks[head] for head in after[key]) - 1
            ranks[key] = min(ranks[key], latest) if before[key] else latest
    first = min(ranks.values(), default=0)
    return {box.key: ranks[box.key] - first for box in scene.boxes}


def _align(ranks: dict[str, int], clusters: Sequence[Sequence[str]]) -> None:
    """Let clusters end in one layer: that of the first."""
    ends = [max(ranks[key] for key in cluster) for cluster in clusters]
    for cluster, end in zip(clusters, ends, strict=True):
        for key in cluster:
            ranks[key] -= end - min(ends)
