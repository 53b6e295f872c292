"""Groups of Values: neurons and layers, found from labels and edges, or set by the user.

A graph is read once into a `Table` of indices; everything else is linear passes over lists, without recursion.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from autograd.draw.boxes import kind, one_line, split
from autograd.engine import backend
from autograd.engine.backend import Value
from autograd.engine.graph import topological

__all__ = ["Key", "Table", "bands", "layer_keys", "layer_name", "name_of", "neuron_keys", "without_cycles"]

Key = Hashable
BANDS = 12
NOWHERE = -1
_UNSET, _SEVERAL = -1, -2


class Table:
    """Nodes in topological order, and for each the places of its parents, or `NOWHERE` for those left out."""

    def __init__(self, nodes: list[Value], operands: list[tuple[int, ...]], parents: list[tuple[int, ...]]) -> None:
        self.nodes, self.operands, self.parents = nodes, operands, parents
        self.is_leaf = [not node.op for node in nodes]

    @classmethod
    def below(cls, roots: Sequence[Value]) -> Table:
        """Read the graph below `roots`, in the order of `graph.topological`."""
        nodes = topological(*roots)
        place = dict(zip(nodes, range(len(nodes)), strict=True)).__getitem__  # a node's hash is its identity
        operands = [tuple(map(place, node.parents)) for node in nodes]
        return cls(nodes, operands, operands)

    def of(self, chosen: Sequence[int]) -> Table:
        """The table of some of the nodes, in order; the others are nowhere."""
        place = {old: new for new, old in enumerate(chosen)}
        operands = [tuple([place.get(old, NOWHERE) for old in self.operands[i]]) for i in chosen]
        parents = [tuple([place for place in places if place >= 0]) for places in operands]
        return Table([self.nodes[i] for i in chosen], operands, parents)

    def only_user(self) -> list[int]:
        """For each node the place of the one that uses it; negative where none or several do."""
        users = [_UNSET] * len(self.nodes)
        for i, parents in enumerate(self.parents):
            for parent in parents:
                if users[parent] != i:
                    users[parent] = i if users[parent] == _UNSET else _SEVERAL
        return users

    def homes(self) -> list[int]:
        """For each computed node the place of the named one whose cluster it is in; itself where it leads to several.

        A step without a name belongs to the named one that it leads to alone, and a net input to its activation.
        """
        nodes, users = self.nodes, self.only_user()
        home, wanted = [_UNSET] * len(nodes), [_UNSET] * len(nodes)
        for i in range(len(nodes) - 1, -1, -1):
            if self.is_leaf[i]:
                continue
            alone = wanted[i] >= 0 and (not nodes[i].label or (users[i] >= 0 and self._activates(users[i], i)))
            home[i] = wanted[i] if alone else i
            for parent in self.parents[i]:
                if wanted[parent] != home[i]:
                    wanted[parent] = home[i] if wanted[parent] == _UNSET else _SEVERAL
        return home

    def _activates(self, user: int, node: int) -> bool:
        by, of = self.nodes[user], self.nodes[node]
        return len(by.operands) == 1 and bool(by.label) and suffix(by.label) == suffix(of.label)

    def levels(self, keys: Sequence[Key]) -> list[int]:
        """For each node how often the key changes on the longest way to it, leaves not counted."""
        levels, is_leaf = [0] * len(self.nodes), self.is_leaf
        for i, parents in enumerate(self.parents):
            if is_leaf[i]:
                continue
            own, highest = keys[i], 0
            for parent in parents:
                if not is_leaf[parent]:
                    level = levels[parent] + (keys[parent] != own)
                    if level > highest:
                        highest = level
            levels[i] = highest
        return levels


@lru_cache(maxsize=4096)
def suffix(label: str) -> str:
    """Return the name of a neuron: h1 for net_h1 and out_h1; any other label is the name itself."""
    label = one_line(label)
    base, below = split(label)
    return below if base in ("net", "out", "z", "a") and below else label


@lru_cache(maxsize=4096)
def title(label: str) -> str:
    """A cluster's name: h1, but a1 where the suffix alone would be a number."""
    name = suffix(label)
    return one_line(label) if name[:1].isdigit() else name


def neuron_keys(table: Table, merged: bool = True) -> list[Key]:
    """For each node its neuron or step; leaves that only one of them uses are part of it, others stand alone.

    Nodes made within `group("a")`, or labelled "a/…", are in the group a. Where neurons are `merged`, all of one name
    are one, as those of a batch are.
    """
    group_of = backend._module._group_of
    names: dict[Key, Key] = {}
    keys: list[Key] = [None] * len(table.nodes)
    for i, home in enumerate(table.homes()):
        if home < 0:
            continue
        node = table.nodes[i]
        group = group_of(node) or ("/" in node.label and node.label.rpartition("/")[0])
        if group:
            keys[i] = names.setdefault(("group", group), ("group", group))
        elif home in names:
            keys[i] = names[home]
        else:
            label = table.nodes[home].label
            named: Key = ("unnamed", home) if not label else ("step", title(label), *([] if merged else [home]))
            keys[i] = names[home] = names.setdefault(named, named)  # equal keys are one object: comparing them is fast
    return _with_leaves(table, without_cycles(table, keys))


def layer_keys(table: Table, neurons: Sequence[Key]) -> list[Key]:
    """For each node its layer: neurons alike in name that are equally far from the leaves."""
    levels = table.levels(neurons)
    highest: dict[Key, int] = {}
    for i, key in enumerate(neurons):
        if not table.is_leaf[i]:
            highest[key] = max(highest.get(key, 0), levels[i])
    layers = {key: _layer(table, key, level) for key, level in highest.items()}
    keys: list[Key] = [None if leaf else layers[key] for leaf, key in zip(table.is_leaf, neurons, strict=True)]
    return _with_leaves(table, without_cycles(table, keys))


def _layer(table: Table, neuron: Key, level: int) -> Key:
    kind, name = neuron[:2] if isinstance(neuron, tuple) else ("", "")
    if kind == "group":
        return ("group", str(name).partition("/")[0])
    what = table.nodes[name].op if isinstance(name, int) else re.sub(r"[\d,_]+$", "", str(name))
    return ("layer", what, level, kind)


def name_of(table: Table, key: Key) -> str:
    """Return the name of a neuron."""
    name = key[1] if isinstance(key, tuple) else ""
    return table.nodes[name].op if isinstance(name, int) else one_line(str(name))


def layer_name(neurons: Sequence[str]) -> str:
    """Return the name of a layer: h1 … h16, or 16 × tanh where all neurons are named after their op."""
    if len(set(neurons)) == 1:
        return f"{len(neurons)} × {neurons[0]}" if len(neurons) > 1 else neurons[0]
    return f"{neurons[0]} … {neurons[-1]}"


def bands(table: Table) -> list[Key]:
    """For each node which part of the way from the leaves it stands on, in at most `BANDS` parts."""
    depths = table.levels(range(len(table.nodes)))
    most = max(depths, default=0) + 1
    names = [("band", _steps(-(-band * most // BANDS), -(-(band + 1) * most // BANDS))) for band in range(BANDS)]
    keys: list[Key] = [None] * len(table.nodes)
    for i, depth in enumerate(depths):
        if not table.is_leaf[i]:
            keys[i] = names[depth * BANDS // most]
    return _with_leaves(table, keys)


def _steps(first: int, end: int) -> str:
    return f"steps {first + 1:,}–{end:,}" if first + 1 < end else f"step {first + 1:,}"


def _with_leaves(table: Table, keys: list[Key]) -> list[Key]:
    """Leaves used by one group join it, weights also the first of several, as where all are summed up in a penalty."""
    wanted: list[Key] = [None] * len(keys)
    several: dict[int, set[Key]] = {}
    for i, parents in enumerate(table.parents):
        for parent in parents:
            if table.is_leaf[parent] and wanted[parent] != keys[i]:
                if wanted[parent] is None:
                    wanted[parent] = keys[i]
                else:
                    several.setdefault(parent, {wanted[parent]}).add(keys[i])
    ranks = _ranks(table, keys) if any(kind(table.nodes[i].label) == "weight" for i in several) else {}
    for i, users in several.items():
        wanted[i] = ("leaf", i)
        if ranks and kind(table.nodes[i].label) == "weight":
            first = min(ranks[user] for user in users)
            found = [user for user in users if ranks[user] == first]
            wanted[i] = found[0] if len(found) == 1 else wanted[i]
    return [
        key if not leaf else ("leaf", i) if wanted[i] is None else wanted[i]
        for i, (key, leaf) in enumerate(zip(keys, table.is_leaf, strict=True))
    ]


def _ranks(table: Table, keys: list[Key]) -> dict[Key, int]:
    """How far each group of computed nodes is from the first ones: what leads from lower to higher makes no circle."""
    before = _before(table, keys)
    ranks: dict[Key, int] = {}
    for key in _sorted(before):
        ranks[key] = max((ranks[tail] + 1 for tail in before[key]), default=0)
    return ranks


def _before(table: Table, keys: list[Key]) -> dict[Key, set[Key]]:
    """For each group of computed nodes those that lead to it."""
    before: dict[Key, set[Key]] = {key: set() for key in keys if key is not None}
    for own, parents in zip(keys, table.parents, strict=True):
        for parent in parents:
            tail = keys[parent]
            if tail is not own and tail is not None and tail != own:  # mostly one object: quick to compare
                before[own].add(tail)
    return before


def _sorted(before: Mapping[Key, Collection[Key]]) -> list[Key]:
    """The keys, each after those before it; those in cycles, or after one, are left out."""
    sorter = TopologicalSorter(before)
    order: list[Key] = []
    with suppress(CycleError):
        sorter.prepare()
    while ready := sorter.get_ready():
        order += ready
        sorter.done(*ready)
    return order


def without_cycles(table: Table, keys: list[Key]) -> list[Key]:
    """Split groups that lead to each other, as the same neuron at each step of a sequence does, into their levels."""
    before = _before(table, keys)
    knotted = before.keys() - set(_sorted(before))
    if not knotted:
        return keys
    # What only comes after a cycle is in none: left when sinks are taken off too.
    after: dict[Key, list[Key]] = {key: [] for key in knotted}
    for key in knotted:
        for tail in before[key] & knotted:
            after[tail].append(key)
    knotted -= set(_sorted(after))
    levels = table.levels(keys)
    return [
        (*key[:2], levels[i], *key[2:]) if key in knotted and isinstance(key, tuple) else key
        for i, key in enumerate(keys)
    ]
