"""Collapsed graphs: neurons, layers or sections as one box each, with the gradient that flows between them."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

from autograd._common.text import did_you_mean, listing
from autograd.draw.boxes import NARROWEST, Box, Edge, box, number, one_line, value_box
from autograd.draw.groups import Key, Table, bands, layer_keys, layer_name, name_of, neuron_keys, without_cycles
from autograd.draw.scene import Cluster, Flows, Gradients, Scene, full, largest_gradient, slopes_of, too_many
from autograd.engine.backend import Value
from autograd.errors import DrawError

__all__ = ["COLLAPSE", "build"]

COLLAPSE = ("auto", "none", "neuron", "layer")
READABLE, CONNECTIONS = 60, 300  # more neurons or connections than this are shown as layers, where one may choose
MANY_LEAVES = 24  # more leaves than this that several groups share are shown as groups


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

    Gradients are what `gradients` gives for the list of all nodes, else those of the Values. In a picture that isn't
    collapsed no cell is narrower than `least`.
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
    """The places of the nodes through which `focus` leads to the roots, and their operands `depth` steps away."""
    wanted = {each for each in focus if isinstance(each, str)}
    chosen = {id(each) for each in focus if isinstance(each, Value)}
    known = {id(node) for node in table.nodes}
    labels = {node.label for node in table.nodes if node.label}
    for name in sorted(wanted - labels):
        raise DrawError(f"focus: no value is labelled {name!r}{_nearest(name, labels)}")
    for each in focus:
        if isinstance(each, Value) and id(each) not in known:
            raise DrawError(f"focus: {each!r} is not part of the graph that is drawn")
    shown = [id(node) in chosen or node.label in wanted for node in table.nodes]
    for i, parents in enumerate(table.parents):
        shown[i] = shown[i] or any(shown[parent] for parent in parents)
    edge = [i for i, here in enumerate(shown) if here]
    for _ in range(depth):
        edge = list({parent for i in edge for parent in table.parents[i] if not shown[parent]})
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
        self.names = self._neuron_names()
        self.keys = self._chosen(collapse)
        self._share_leaves()
        self.opened = self._open(expand)
        self.members: dict[Key, list[int]] = {}
        for i, key in enumerate(self.keys):
            self.members.setdefault(key, []).append(i)
        if len(self.members) > limit:
            raise too_many(len(self.members), limit, "groups" if not expand else "boxes")

    def _neuron_names(self) -> dict[Key, str]:
        return {key: name_of(self.table, key) for key in dict.fromkeys(self.neurons) if _kind(key) != "leaf"}

    def _chosen(self, collapse: str) -> list[Key]:
        if collapse == "neuron" or (collapse == "auto" and 1 < len(self.names) <= READABLE and self._is_readable()):
            return self.neurons
        if collapse == "auto" and len(self.names) < 2:  # one step without parts that have names
            return bands(self.table)
        layers = layer_keys(self.table, self.neurons)
        count = len({key for key in layers if _kind(key) != "leaf"})
        if collapse == "auto" and not 1 < count <= self.limit:
            layers = bands(self.table)
        return layers

    def _is_readable(self) -> bool:
        """Whether a picture by neurons would have few enough boxes and connections."""
        keys, pairs = self._numbered(self.neurons), set()
        for own, parents in zip(keys, self.table.parents, strict=True):
            pairs.update([(keys[parent], own) for parent in parents if keys[parent] != own])
            if len(pairs) > CONNECTIONS:
                return False
        return max(keys) < self.limit

    def _numbered(self, keys: Sequence[Key]) -> list[int]:
        """The group of each node as a number, quick to compare."""
        numbers: dict[Key, int] = {}
        return [numbers.setdefault(key, len(numbers)) for key in keys]

    def _share_leaves(self) -> None:
        """Merge shared leaves, where there are many, by name and by the groups that use them."""
        alone = [i for i, key in enumerate(self.keys) if _kind(key) == "leaf"]
        if len(alone) <= MANY_LEAVES:
            return
        users: dict[int, set[Key]] = {i: set() for i in alone}
        for i, parents in enumerate(self.table.parents):
            for parent in parents:
                if parent in users:
                    users[parent].add(self.keys[i])
        self.keys = list(self.keys)
        numbers: dict[frozenset[Key], int] = {}
        for i in alone:
            who = numbers.setdefault(frozenset(users[i]), len(numbers))
            self.keys[i] = ("leaves", self.table.nodes[i].label.rstrip("0123456789_,"), who)

    def _open(self, expand: Collection[str]) -> dict[str, list[int]]:
        """Give each Value of the groups to be shown in full a key of its own."""
        opened: dict[str, list[int]] = {}
        names = [self.names.get(key, "") for key in self.neurons]
        groups = dict(zip(self.keys, self._titles(self.keys), strict=True)) if expand else {}
        for wanted in expand:
            found = [i for i, name in enumerate(names) if name == wanted]
            found = found or [i for i, key in enumerate(self.keys) if groups[key] == wanted]
            if not found:
                known = {*self.names.values(), *groups.values()} - {""}
                raise DrawError(f"expand: there is no group {wanted!r}{_nearest(wanted, known)}")
            opened[wanted] = found
        if opened:
            keys = list(self.keys)
            for i in (i for found in opened.values() for i in found):
                keys[i] = ("value", i)
            self.keys = without_cycles(self.table, keys)
        return opened

    def _titles(self, keys: Sequence[Key]) -> list[str]:
        """For each node what its group is called."""
        inside: dict[Key, dict[Key, None]] = {}
        for key, neuron in zip(keys, self.neurons, strict=True):
            if _kind(neuron) != "leaf":
                inside.setdefault(key, {})[neuron] = None
        titles = {key: self._title(key, list(found)) for key, found in inside.items()}
        return [titles.get(key) or ("" if _kind(key) == "leaf" else _said(key)) for key in keys]

    def _title(self, key: Key, neurons: list[Key]) -> str:
        if isinstance(key, tuple) and key[0] in ("group", "band", "step"):
            return one_line(str(key[1]))
        return layer_name([self.names[neuron] for neuron in neurons])

    def scene(self) -> Scene:
        """The boxes, and the edges between them."""
        titles = self._titles(self.keys)
        boxes = {
            key: value_box(f"n{found[0]}", self.table.nodes[found[0]], self.slopes[found[0]])
            if len(found) == 1
            else self._group(f"g{found[0]}", titles[found[0]], found)
            for key, found in self._in_order()
        }
        clusters = [
            Cluster(name, [boxes[self.keys[i]] for i in found if not self.table.is_leaf[i]])
            for name, found in self.opened.items()
        ]
        clusters = [cluster for cluster in clusters if 1 < len(cluster.boxes)]
        largest = largest_gradient(self.slopes)
        return Scene(list(boxes.values()), self._edges(boxes), clusters, largest, [], len(self.table.nodes))

    def _in_order(self) -> list[tuple[Key, list[int]]]:
        """Groups by their last node, which comes after all that lead to the group."""
        return sorted(self.members.items(), key=lambda item: item[1][-1])

    def _group(self, key: str, name: str, found: list[int]) -> Box:
        """The box of a group: how many values and leaves it holds, and the root mean square of their gradients."""
        leaves = sum(self.table.is_leaf[i] for i in found)
        gradients = [slope for slope in (self.slopes[i] for i in found) if slope is not None]
        size = _root_mean_square(gradients) if gradients else None
        counted = f"{leaves:,} leaves" if leaves == len(found) else f"{len(found):,} values"
        extra = f" · {leaves:,} {'leaf' if leaves == 1 else 'leaves'}" if 0 < leaves < len(found) else ""
        data = [self.table.nodes[i].data for i in found]
        reach = f"\ngradients {min(gradients)!r} to {max(gradients)!r}" if gradients else ""
        shown = name or ("leaves" if leaves == len(found) else "values")
        return box(
            key,
            None,
            "group",
            "",
            shown,
            counted + extra,
            f"rms {number(size)}" if size is not None else None,
            label=shown,
            hover=f"{shown}\n{counted}{extra}\nvalues {min(data)!r} to {max(data)!r}{reach}",
            slope=size,
            operands=min(16, len({self.keys[p] for i in found for p in self.table.parents[i]})),
        )

    def _edges(self, boxes: dict[Key, Box]) -> list[Edge]:
        """One edge for all operands that lead from a group to another; the gradients that pass are summed."""
        found: dict[int, dict[int, list[Any]]] = {}
        keys, flows = self._numbered(self.keys), Flows(self.table, self.slopes)
        for i, (own, operands) in enumerate(zip(keys, self.table.operands, strict=True)):
            outside = [j for j, place in enumerate(operands) if place >= 0 and keys[place] != own]
            if not outside:
                continue
            entering, passing = found.setdefault(own, {}), flows.of(i)
            for j in outside:
                entry = entering.get(keys[operands[j]])
                if entry is None:
                    tail, slope = operands[j], self.table.nodes[i].local_derivatives[j]
                    entering[keys[tail]] = [f"e{i}_{j}", tail, i, slope, passing[j], 1]
                else:
                    entry[3], entry[5] = None, entry[5] + 1
                    entry[4] = None if passing[j] is None else entry[4] + passing[j]
        edges = [entry for entering in found.values() for entry in entering.values()]
        return [Edge(key, boxes[self.keys[tail]], boxes[self.keys[head]], *rest) for key, tail, head, *rest in edges]


def _root_mean_square(numbers: Sequence[float]) -> float:
    """Without overflow on the way."""
    largest = max(map(abs, numbers))
    if not 0.0 < largest < math.inf:
        return largest
    return largest * math.sqrt(sum((x / largest) ** 2 for x in numbers) / len(numbers))


def _said(key: Key) -> str:
    return str(key[1]) if isinstance(key, tuple) else ""


def _kind(key: Key) -> str:
    return str(key[0]) if isinstance(key, tuple) else ""
