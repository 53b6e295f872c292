"""Which Values belong together: neurons and layers, by the names of steps, by what leads where, or as the user says.

A graph of any size is read once into a `Table` of indices; all that follows is passes over lists, without recursion.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

from autograd.draw.boxes import kind, one_line, split
from autograd.engine import backend
from autograd.engine.backend import Value

__all__ = ["Key", "Table", "bands", "layer_keys", "layer_name", "name_of", "neuron_keys", "without_cycles"]

Key = Hashable
BANDS = 12
NOWHERE = -1
_UNSET, _SEVERAL = -1, -2


class Table:
    """Nodes in topological order, and for each the places of its parents, or `NOWHERE` for those left out."""

    def __init__(self, nodes: Sequence[Value], operands: list[tuple[int, ...]]) -> None:
        self.nodes, self.operands = nodes, operands
        self.parents = [
            tuple([place for place in places if place >= 0]) if NOWHERE in places else places for places in operands
        ]
        self.is_leaf = [not node.op for node in nodes]

    @classmethod
    def below(cls, roots: Sequence[Value]) -> Table:
        """Read the graph below `roots`, in the order of `graph.topological`."""
        place: dict[int, int] = {}
        nodes: list[Value] = []
        operands: list[tuple[int, ...]] = []  # tuples, as the garbage collector does not walk those of numbers again
        stack = list(reversed(roots))
        while stack:
            node = stack.pop()
            if id(node) in place:
                continue
            parents = node.parents
            waiting = [parent for parent in parents if id(parent) not in place]
            if waiting:
                stack.append(node)
                stack += reversed(waiting)
            else:
                place[id(node)] = len(nodes)
                nodes.append(node)
                operands.append(tuple([place[id(parent)] for parent in parents]))
        return cls(nodes, operands)

    def of(self, chosen: Sequence[int]) -> Table:
        """The table of some of the nodes, in order; the others are nowhere."""
        place = {old: new for new, old in enumerate(chosen)}
        operands = [tuple([place.get(old, NOWHERE) for old in self.operands[i]]) for i in chosen]
        return Table([self.nodes[i] for i in chosen], operands)

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


def suffix(label: str) -> str:
    """What names a neuron: h1 of net_h1 and out_h1; of another label the label."""
    label = one_line(label)
    base, below = split(label)
    return below if base in ("net", "out", "z", "a") and below else label


def title(label: str) -> str:
    """A cluster's name: h1, but a1 where the suffix alone would be a number."""
    name = suffix(label)
    return one_line(label) if name[:1].isdigit() else name


def path(node: Value) -> str:
    """The group that the user put a node in: with `group("a")`, or by a label such as "a/net"."""
    said: str | None = backend._twin._group_of(node)
    return said or node.label.rpartition("/")[0]


def neuron_keys(table: Table, merged: bool = True) -> list[Key]:
    """For each node its neuron or step; leaves that only one of them uses are part of it, others stand alone.

    Where neurons are `merged`, all of one name are one, as those of a batch are.
    """
    names: dict[int, Key] = {}
    keys: list[Key] = [None] * len(table.nodes)
    for i, home in enumerate(table.homes()):
        if home < 0:
            continue
        said = path(table.nodes[i])
        if said:
            keys[i] = ("group", said)
            continue
        if home not in names:
            label = table.nodes[home].label
            named: Key = ("step", title(label)) if merged else ("step", title(label), home)
            names[home] = named if label else ("unnamed", home)
        keys[i] = names[home]
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
    """What a neuron is called."""
    name = key[1] if isinstance(key, tuple) else ""
    return table.nodes[name].op if isinstance(name, int) else str(name)


def layer_name(neurons: Sequence[str]) -> str:
    """What a layer of these neurons is called: h1 … h16, or 16 × tanh where all are called after their op."""
    if len(set(neurons)) == 1:
        return f"{len(neurons)} × {neurons[0]}" if len(neurons) > 1 else neurons[0]
    return f"{neurons[0]} … {neurons[-1]}"


def bands(table: Table) -> list[Key]:
    """For each node which part of the way from the leaves it stands on, in at most `BANDS` parts."""
    depths = table.levels(range(len(table.nodes)))
    most = max(depths, default=0) + 1
    keys: list[Key] = [None] * len(table.nodes)
    for i, depth in enumerate(depths):
        if not table.is_leaf[i]:
            band = depth * BANDS // most
            first, last = -(-band * most // BANDS), -(-(band + 1) * most // BANDS) - 1
            keys[i] = ("band", f"steps {first + 1:,}–{last + 1:,}" if first < last else f"step {first + 1:,}")
    return _with_leaves(table, keys)


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
    edges = _edges(table, keys)
    waiting = dict.fromkeys(edges, 0)
    for heads in edges.values():
        for head in heads:
            waiting[head] += 1
    ready, ranks = [key for key, count in waiting.items() if not count], dict.fromkeys(edges, 0)
    while ready:
        key = ready.pop()
        for head in edges[key]:
            ranks[head] = max(ranks[head], ranks[key] + 1)
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)
    return ranks


def _edges(table: Table, keys: list[Key]) -> dict[Key, set[Key]]:
    """For each group of computed nodes those that it leads to."""
    edges: dict[Key, set[Key]] = {key: set() for key in keys if key is not None}
    for i, parents in enumerate(table.parents):
        own = keys[i]
        for parent in parents:
            tail = keys[parent]
            if tail is not None and tail != own:
                edges[tail].add(own)
    return edges


def without_cycles(table: Table, keys: list[Key]) -> list[Key]:
    """Split groups that lead to each other, as the same neuron at each step of a sequence does, into their levels."""
    knotted = _in_cycles(_edges(table, keys))
    if not knotted:
        return keys
    levels = table.levels(keys)
    return [
        (*key[:2], levels[i], *key[2:]) if key in knotted and isinstance(key, tuple) else key
        for i, key in enumerate(keys)
    ]


def _in_cycles(edges: dict[Key, set[Key]]) -> set[Key]:
    """The keys from which one comes back to them: what remains when sources and sinks are taken off again and again.

    What lies between two cycles remains as well; to split that is no harm.
    """
    backward: dict[Key, set[Key]] = {key: set() for key in edges}
    for key, heads in edges.items():
        for head in heads:
            backward[head].add(key)
    left = set(edges)
    for forward, reverse in ((edges, backward), (backward, edges)):
        degree = {key: sum(other in left for other in reverse[key]) for key in left}
        ready = [key for key, count in degree.items() if not count]
        while ready:
            key = ready.pop()
            left.discard(key)
            for other in forward[key]:
                if other in left:
                    degree[other] -= 1
                    if not degree[other]:
                        ready.append(other)
    return left
