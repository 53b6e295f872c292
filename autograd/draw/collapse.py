"""Collapsed graphs: neurons, layers or sections as one box each, with the gradients between them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from autograd._common.text import did_you_mean, listing
from autograd.draw.boxes import NARROWEST, Box, Edge, box, number, one_line, value_box
from autograd.draw.groups import NUMBERS, Keys, Table, bands, layer_keys, layer_name, neuron_keys, without_cycles
from autograd.draw.scene import Cluster, Gradients, Scene, full, largest_gradient, slopes_of, too_many
from autograd.engine.backend import Value
from autograd.errors import DrawError

__all__ = ["COLLAPSE", "build"]

COLLAPSE = ("auto", "none", "neuron", "layer")
READABLE, CONNECTIONS = 60, 300  # with more neurons or connections than this, "auto" shows layers
MOST_PORTS = 16  # edges for which a group's box is made higher
MANY_LEAVES = 24  # more shared leaves than this are shown as groups


def build(
    roots: Sequence[Value],
    limit: int,
    collapse: str = "auto",
    expand: Collection[str] = (),
    focus: Sequence[Value | str] = (),
    depth: int = 0,
    fused: bool = True,
    gradients: Gradients | None = None,
    least: float = NARROWEST,
) -> Scene:
    """Return the scene below `roots` with at most `limit` boxes, or raise DrawError.

    `gradients` maps the list of all nodes to their gradients; by default those of the Values are used. In a picture
    that isn't collapsed no cell is narrower than `least`.
    """
    table = Table.below(roots)
    slopes = slopes_of(table.nodes, roots, gradients)
    if focus:
        chosen = _on_paths(table, focus, depth)
        table, slopes = table.of(chosen), [slopes[i] for i in chosen]
    if collapse == "none" or (collapse == "auto" and len(table.nodes) <= limit and not expand):
        if len(table.nodes) > limit:
            raise too_many(len(table.nodes), limit)
        return full(table, slopes, fused, least)
    return _Collapsed(table, slopes, collapse, expand, limit).scene()


def _on_paths(table: Table, focus: Sequence[Value | str], depth: int) -> list[int]:
    """Return the indices of the nodes on paths from `focus` to the roots, and of their operands `depth` steps away."""
    wanted = {each for each in focus if isinstance(each, str)}
    chosen = {id(each) for each in focus if isinstance(each, Value)}
    known = {id(node) for node in table.nodes}
    labels = {*table.labels} - {""}
    for name in sorted(wanted - labels):
        raise DrawError(f"focus: no value is labelled {name!r}{_nearest(name, labels)}")
    for each in focus:
        if isinstance(each, Value) and id(each) not in known:
            raise DrawError(f"focus: {each!r} is not part of the graph that is drawn")
    shown = [id(node) in chosen or node.label in wanted for node in table.nodes]
    for head, tail, *_ in table.edges:
        shown[head] = shown[head] or shown[tail]
    edge = [i for i, here in enumerate(shown) if here]
    for _ in range(depth):
        edge = list({parent for i in edge for parent in table.operands[i] if not shown[parent]})
        for i in edge:
            shown[i] = True
    return [i for i, here in enumerate(shown) if here]


def _nearest(name: str, names: Collection[str]) -> str:
    known = sorted(names)
    return did_you_mean(name, known, most=3) or (f"; there are {listing(map(repr, known))}" if known else "")


class _Collapsed:
    """A table of nodes with a group for each, as boxes."""

    def __init__(
        self, table: Table, slopes: Sequence[float | None], collapse: str, expand: Collection[str], limit: int
    ) -> None:
        self.table, self.slopes, self.limit = table, slopes, limit
        self.neurons = neuron_keys(table)
        self.said: dict[int, str] = {}  # names of groups that are neither neurons nor layers
        chosen = self._chosen(collapse)
        self.by_layer = chosen is not self.neurons
        self.groups = self._with_shared_leaves(chosen)
        self.keys, self.opened = self._open(expand)
        self.members = _members(self.keys)
        if len(self.members) > limit:
            raise too_many(len(self.members), limit, "groups" if not expand else "boxes")

    def _chosen(self, collapse: str) -> Keys:
        steps = _computed(self.table, self.neurons)
        if collapse == "neuron" or (collapse == "auto" and 1 < len(steps) <= READABLE and self._is_readable()):
            return self.neurons
        layers = layer_keys(self.table, self.neurons) if collapse == "layer" or len(steps) > 1 else []
        if collapse == "auto" and not 1 < len(_computed(self.table, layers)) <= self.limit:
            layers, self.said = bands(self.table)  # one step without named parts, or too many
        return layers

    def _is_readable(self) -> bool:
        """Return whether a picture by neurons would have few enough boxes and connections."""
        if len(set(self.neurons)) > self.limit:
            return False
        return len(self.table.pairs(self.neurons, leaves=True)) <= CONNECTIONS

    def _with_shared_leaves(self, keys: Keys) -> Keys:
        """Merge shared leaves, if there are many, by name and by the groups that use them."""
        labels = self.table.labels
        alone = {i for i in set(keys) if self.table.is_leaf[i]}
        if len(alone) <= MANY_LEAVES:
            return keys
        # Leaves with the same users have the same number: that of the last user and of the number without it.
        users = dict.fromkeys(alone, 0)
        numbers: dict[tuple[int, int], int] = {}
        for head, tail in sorted(self.table.pairs(keys, leaves=True)):
            if tail in users:
                users[tail] = numbers.setdefault((users[tail], head), len(numbers) + 1)
        first: dict[tuple[str, int], int] = {}
        keys = list(keys)
        for i in sorted(alone):
            keys[i] = first.setdefault((labels[i].rstrip(NUMBERS), users[i]), i)
        return keys

    def _open(self, expand: Collection[str]) -> tuple[Keys, dict[str, list[int]]]:
        """Give each Value of a group to be shown in full its own group, with a negative number as key."""
        if not expand:
            return self.groups, {}
        is_leaf = self.table.is_leaf
        groups: dict[str, list[int]] = defaultdict(list)
        neurons: dict[str, list[int]] = defaultdict(list)
        for key, found in _members(self.groups).items():
            if len(found) > 1 or not is_leaf[key]:
                groups[self._title(found)] += found
        for key, found in _members(self.neurons).items():
            if not is_leaf[key]:
                neurons[self.table.name_of(key)] += found
        known = {**groups, **neurons}
        known.pop("", None)
        keys, opened = list(self.groups), {}
        for wanted in expand:
            if wanted not in known:
                raise DrawError(f"expand: there is no group {wanted!r}{_nearest(wanted, known)}")
            opened[wanted] = sorted(known[wanted])
            for i in opened[wanted]:
                keys[i] = ~i
        return without_cycles(self.table, keys), opened

    def _title(self, found: list[int]) -> str:
        """Return the name of a group with these members."""
        table = self.table
        group = self.groups[found[0]]
        if group in self.said:
            return self.said[group]
        steps = list(dict.fromkeys(self.neurons[i] for i in found if not table.is_leaf[i]))
        if not steps:
            return one_line(table.labels[group].rstrip(NUMBERS)) if table.is_leaf[group] else ""
        if self.by_layer and (name := table.group_of(group)):
            return one_line(name.partition("/")[0])
        return layer_name([table.name_of(key) for key in steps])

    def scene(self) -> Scene:
        """Return the boxes, and the edges between them."""
        between = self.table.between(self.keys, self.slopes)
        entering = Counter(passing.head for passing in between)
        boxes = {
            key: value_box(f"n{found[0]}", self.table.nodes[found[0]], self.slopes[found[0]])
            if len(found) == 1
            else self._group(self._title(found), found, entering[key])
            for key, found in self._in_order()
        }
        edges = [
            Edge(
                passing.key, boxes[passing.tail], boxes[passing.head], passing.derivative, passing.flow, passing.number
            )
            for passing in between
        ]
        clusters = [
            Cluster(name, [boxes[self.keys[i]] for i in found if not self.table.is_leaf[i]])
            for name, found in self.opened.items()
        ]
        clusters = [cluster for cluster in clusters if 1 < len(cluster.boxes)]
        largest = largest_gradient(self.slopes)
        return Scene(list(boxes.values()), edges, clusters, largest, [], len(self.table.nodes))

    def _in_order(self) -> list[tuple[int, list[int]]]:
        """Return groups ordered by their last node, which comes after all that lead to the group."""
        return sorted(self.members.items(), key=lambda item: item[1][-1])

    def _group(self, name: str, found: list[int], entering: int) -> Box:
        """Return the box of a group: its number of values and leaves, and the root mean square of their gradients."""
        table = self.table
        leaves = sum(map(table.is_leaf.__getitem__, found))
        gradients = [slope for slope in map(self.slopes.__getitem__, found) if slope is not None]
        size = _root_mean_square(gradients) if gradients else None
        counted = f"{leaves:,} leaves" if leaves == len(found) else f"{len(found):,} values"
        extra = f" · {leaves:,} {'leaf' if leaves == 1 else 'leaves'}" if 0 < leaves < len(found) else ""
        data = [table.nodes[i].data for i in found]
        reach = f"\ngradients {min(gradients)!r} to {max(gradients)!r}" if gradients else ""
        shown = name or ("leaves" if leaves == len(found) else "values")
        return box(
            f"g{found[0]}",
            None,
            "group",
            "",
            shown,
            counted + extra,
            f"rms {number(size)}" if size is not None else None,
            label=shown,
            hover=f"{shown}\n{counted}{extra}\nvalues {min(data)!r} to {max(data)!r}{reach}",
            slope=size,
            operands=min(MOST_PORTS, entering),
        )


def _computed(table: Table, keys: Keys) -> set[int]:
    """Return the groups that contain computed nodes."""
    return {key for key in set(keys) if not table.is_leaf[key]}


def _members(keys: Keys) -> dict[int, list[int]]:
    members: dict[int, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        members[key].append(i)
    return members


def _root_mean_square(numbers: Sequence[float]) -> float:
    """Return the root mean square, without overflow."""
    largest = max(map(abs, numbers))
    if not 0.0 < largest < math.inf:
        return largest
    return largest * math.sqrt(sum((x / largest) ** 2 for x in numbers) / len(numbers))
