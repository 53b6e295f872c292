"""The contents of a picture: a box for each Value with its op, an edge for each operand, a cluster for each neuron."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from autograd.draw.boxes import (
    HEADER,
    NAME,
    NARROWEST,
    SMALL,
    SUBSCRIPT,
    SYMBOL,
    TEXT,
    Box,
    Edge,
    number,
    op_box,
    split,
    value_box,
)  # fmt: skip
from autograd.draw.groups import Keys, Table, layer_keys, layer_name, neuron_keys, swept
from autograd.engine.backend import Value
from autograd.errors import DrawError

__all__ = [
    "HEADER", "NAME", "SMALL", "SUBSCRIPT", "SYMBOL", "TEXT", "Box", "Cluster", "Edge", "Gradients", "Scene",
    "full", "largest_gradient", "number", "scene", "slopes_of", "split", "too_many",
]  # fmt: skip


Gradients = Callable[[list[Value]], Sequence[float]]


@dataclass
class Cluster:
    """The boxes of one neuron or one error term, under a common name."""

    name: str
    boxes: list[Box] = field(default_factory=list)


@dataclass(frozen=True)
class Scene:
    """Boxes in topological order, edges, clusters, layers as indices of clusters, and the scale of the gradients."""

    boxes: list[Box]
    edges: list[Edge]
    clusters: list[Cluster]
    largest: float | None
    layers: list[tuple[str, list[int]]] = field(default_factory=list)
    values: int = 0

    def stacked(self) -> Scene:
        """Return the same scene with gradients below the values: narrower and higher."""
        return self.with_boxes([dataclasses.replace(box, stacked=True) for box in self.boxes])

    def with_boxes(self, boxes: Sequence[Box]) -> Scene:
        """Return the same scene with other boxes of the same keys."""
        made = {box.key: box for box in boxes}
        edges = [dataclasses.replace(e, tail=made[e.tail.key], head=made[e.head.key]) for e in self.edges]
        clusters = [Cluster(cluster.name, [made[box.key] for box in cluster.boxes]) for cluster in self.clusters]
        return dataclasses.replace(self, boxes=list(made.values()), edges=edges, clusters=clusters)


def scene(roots: Sequence[Value], limit: int) -> Scene:
    """Return what to draw below `roots`, every Value a box; raise DrawError if there are more than `limit` values."""
    table = Table.below(roots)
    if len(table.nodes) > limit:
        raise too_many(len(table.nodes), limit)
    return full(table, slopes_of(table.nodes, roots))


def too_many(count: int, limit: int, what: str = "values") -> DrawError:
    """Return the error for too many boxes, with the options that reduce them."""
    finer = 'collapse="auto", focus= on one value' if what == "values" else 'collapse="layer", focus= on one value'
    return DrawError(
        f"draw: {count:,} {what} are too many to draw (limit {limit:,}); {finer}, a part such as one neuron's "
        "output, or a higher limit= can be drawn"
    )


def slopes_of(nodes: list[Value], roots: Sequence[Value], gradients: Gradients | None = None) -> Sequence[float | None]:
    """Return the gradients to show: those given, else those of a sweep, else None for each.

    Leaves may have gradients from another graph's sweep; those of computed values are from a sweep of this one.
    """
    if gradients is not None:
        return gradients(nodes)
    swept = any(node.grad for node in nodes if node.op) or any(root.grad for root in roots)
    return [node.grad for node in nodes] if swept else [None] * len(nodes)


def largest_gradient(gradients: Sequence[float | None]) -> float | None:
    """Return the scale of the colours: the largest finite gradient, 1 if all are 0, None if there are none."""
    known = [abs(x) for x in gradients if x is not None]
    return (max(filter(math.isfinite, known), default=0.0) or 1.0) if known else None


def full(table: Table, gradients: Sequence[float | None], fused: bool = True, least: float = NARROWEST) -> Scene:
    """Return a scene with a box for every Value, and for every op unless they are `fused`."""
    nodes = table.nodes
    boxes = [value_box(f"n{i}", node, gradients[i], fused, least) for i, node in enumerate(nodes)]
    heads = boxes if fused else [op_box(f"o{i}", node) if node.op else boxes[i] for i, node in enumerate(nodes)]
    known = swept(gradients)
    flows = table.flows(known) if known else [None] * len(table.edges)
    edges = [
        Edge(f"e{head}_{slot}", boxes[tail], heads[head], slope, flow)
        for (head, tail, slot, slope), flow in zip(table.edges, flows, strict=True)
    ]
    if not fused:
        edges += [Edge(f"o{i}_out", heads[i], boxes[i], None, gradients[i]) for i, node in enumerate(nodes) if node.op]
    keys = neuron_keys(table, merged=False)
    clusters, places = _clusters(table, keys, heads, boxes)
    return Scene(
        boxes if fused else [box for i in range(len(nodes)) for box in dict.fromkeys((heads[i], boxes[i]))],
        edges,
        clusters,
        largest_gradient(gradients),
        _layers(table, keys, places),
        len(nodes),
    )


def _clusters(table: Table, keys: Keys, heads: list[Box], boxes: list[Box]) -> tuple[list[Cluster], dict[int, int]]:
    """Return each named step with the unnamed ones that lead to it alone; and the index of each by its key."""
    members: dict[int, list[int]] = {}
    for i, key in enumerate(keys):
        if not table.is_leaf[i]:
            members.setdefault(key, []).append(i)
    computed = len(boxes) - sum(table.is_leaf)
    # A frame around one Value, or around everything that is computed, would show nothing.
    kept = {key: found for key, found in members.items() if 1 < len(found) < computed and table.is_named(key)}
    clusters = [
        Cluster(table.name_of(key), [box for i in found for box in dict.fromkeys((heads[i], boxes[i]))])
        for key, found in kept.items()
    ]
    return clusters, {key: place for place, key in enumerate(kept)}


def _layers(table: Table, keys: Keys, places: dict[int, int]) -> list[tuple[str, list[int]]]:
    """Return clusters that form layers: with similar names, equally far from the leaves, more than one."""
    found: dict[int, dict[int, None]] = {}
    for i, layer in enumerate(layer_keys(table, keys)):
        if not table.is_leaf[i] and keys[i] in places:
            found.setdefault(layer, {})[keys[i]] = None
    return [
        (layer_name([table.name_of(key) for key in members]), [places[key] for key in members])
        for members in found.values()
        if len(members) > 1
    ]
