"""Groups of Values: neurons and layers, found from labels and edges, or set by the user.

A graph is read once into a `Table`; everything else is linear passes, without recursion. A group is identified by the
index of one of its nodes, so that a million nodes need no million keys.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import compress, count
from operator import itemgetter, not_
from typing import Any, NamedTuple

from autograd.draw.boxes import ELLIPSIS, kind, one_line, split
from autograd.engine import backend
from autograd.engine.backend import Value
from autograd.engine.graph import topological
from autograd.ops import TABLE

__all__ = ["Keys", "Table", "bands", "layer_keys", "layer_name", "neuron_keys", "swept", "without_cycles"]

Keys = list[int]
"""For each node its group: the index of a node that identifies it."""

BANDS = 12
NUMBERS = "0123456789_,"  # at the end of labels that differ only in numbers
STEPS = ("net", "out", "z", "a")  # of a neuron: its net input and its output
_UNSET, _SEVERAL = -1, -2
_core: Any = backend._module
_in_c = hasattr(_core, "_between")


class Operand(NamedTuple):
    """An edge: the indices of a node and of its operand, the operand's position, and the local derivative."""

    head: int
    tail: int
    slot: int
    slope: float


class Passing(NamedTuple):
    """All operands from one group to another: the key of the first, the derivative if it is the only one."""

    head: int
    tail: int
    key: str
    derivative: float | None
    flow: float | None
    number: int


class Table:
    """Nodes in topological order and the edges between them.

    Attributes
    ----------
    nodes, labels, is_leaf : lists
        The nodes, their labels, and whether they are leaves.
    """

    def __init__(self, nodes: list[Value]) -> None:
        self.nodes = nodes
        self.labels = [node.label for node in nodes]
        self.is_leaf = [not node.op for node in nodes]

    @classmethod
    def below(cls, roots: Sequence[Value]) -> Table:
        """Read the graph below `roots`, in the order of `graph.topological`."""
        return cls(topological(*roots))

    def of(self, chosen: Sequence[int]) -> Table:
        """Return the table of a subset of the nodes, in order, and of the edges between them."""
        return Table([self.nodes[i] for i in chosen])

    @cached_property
    def edges(self) -> list[Operand]:
        """The edges between the nodes, in the order of the heads and their operands."""
        place = dict(zip(self.nodes, count())).get  # a node's hash is its identity
        return [
            Operand(i, tail, j, slope)
            for i, node in enumerate(self.nodes)
            for j, (parent, slope) in enumerate(zip(node.parents, node.local_derivatives, strict=True))
            if (tail := place(parent)) is not None
        ]

    @cached_property
    def operands(self) -> list[list[int]]:
        """For each node the indices of its operands."""
        operands: list[list[int]] = [[] for _ in self.nodes]
        for head, tail, *_ in self.edges:
            operands[head].append(tail)
        return operands

    def flows(self, gradients: Sequence[float]) -> list[float]:
        """Return the gradient along each edge in a reverse sweep with these results, one for each node.

        An op that selects passes nothing to an operand not selected; a node that receives nothing passes nothing on.
        """
        selecting = {op for op in {node.op for node in self.nodes} if op and TABLE[op].selects}
        if not selecting:
            return [edge.slope * gradients[edge.head] for edge in self.edges]
        selects = [node.op in selecting for node in self.nodes]
        silent = self._silent(selects)
        return [
            0.0 if silent[head] or (selects[head] and not slope) else slope * gradients[head]
            for head, _, _, slope in self.edges
        ]

    def _silent(self, selects: Sequence[bool]) -> list[bool]:
        """Return the nodes that receive nothing: those used only by nodes that pass nothing on to them."""
        silent = [False] * len(self.nodes)
        for edge in self.edges:
            silent[edge.tail] = True
        for head, tail, _, slope in reversed(self.edges):
            if not silent[head] and (slope or not selects[head]):
                silent[tail] = False
        return silent

    @cached_property
    def group_names(self) -> dict[int, str]:
        """The group, by index, of each node made within `group("a")`, or labelled "a/…"."""
        named = {i: name for i, name in enumerate(map(_core._group_of, self.nodes)) if name}
        for i, label in enumerate(self.labels):
            if "/" in label and i not in named and (group := label.rpartition("/")[0]):
                named[i] = group
        return named

    @cached_property
    def homes(self) -> list[int]:
        """Return for each computed node the index of the named one of its cluster; its own if it leads to several.

        An unnamed step belongs to the named one if that is the only one it leads to, and a net input to its activation.
        """
        activated = self._activated()
        joins = bytearray(map(not_, self.labels))
        for i in activated:
            joins[i] = True
        return _core._homes(self.nodes, bytes(joins)) if _in_c else _homes_in_python(self, joins)

    def _activated(self) -> list[int]:
        """Return the indices of the labelled nodes that are the operand of an activation of the same neuron."""
        found: set[Value] = set()
        unary = {op for op in {node.op for node in self.nodes} if op and TABLE[op].arity == 1}
        suffixes = self.suffixes
        for label, node in zip(self.labels, self.nodes, strict=True):
            if label and node.op in unary and node.parents:
                (of,) = node.parents
                if of.op and suffixes[label] == suffixes.get(of.label):
                    found.add(of)
        return [i for i, node in enumerate(self.nodes) if node in found] if found else []

    def levels(self, keys: Sequence[int]) -> list[int]:
        """Return for each node the number of changes of key on the longest way to it, leaves not counted."""
        return _core._levels(self.nodes, list(keys)) if _in_c else _levels_in_python(self, keys)

    def only_users(self, keys: Keys, ranks: list[int]) -> list[int]:
        """Return for each node the only group that uses it, among those of the lowest rank."""
        return _core._only_users(self.nodes, keys, ranks) if _in_c else _only_users_in_python(self, keys, ranks)

    def ranks(self, keys: Keys) -> list[int]:
        """Return for each node the rank of its group: edges between computed nodes lead from lower to higher ranks.

        Groups in cycles, or after one, have -1.
        """
        return _core._ranks(self.nodes, keys) if _in_c else _ranks_in_python(self, keys)

    def pairs(self, keys: Keys, leaves: bool = False) -> list[tuple[int, int]]:
        """Return the edges between groups, as (head, tail); without `leaves` only those from computed nodes."""
        return [(head, tail) for head, tail, *_ in self._between(keys, leaves, None)]

    def between(self, keys: Keys, gradients: Sequence[float | None]) -> list[Passing]:
        """Return the connections between groups, with the sum of the gradients along each after a backward pass."""
        known = swept(gradients)
        found = sorted(self._between(keys, True, known), key=itemgetter(2, 3))
        return [
            Passing(head, tail, f"e{node}_{slot}", slope if number == 1 else None, flow if known else None, number)
            for head, tail, node, slot, slope, flow, number in found
        ]

    def _between(
        self, keys: Keys, leaves: bool, gradients: list[float] | None
    ) -> list[tuple[int, int, int, int, float, float, int]]:
        if _in_c:
            found: list[tuple[int, int, int, int, float, float, int]] = _core._between(
                self.nodes, keys, leaves, gradients
            )
            return found
        return _between_in_python(self, keys, leaves, gradients)

    @cached_property
    def suffixes(self) -> dict[str, str]:
        """By its label the neuron of a computed node: h1 for net_h1 and out_h1, else the label itself."""
        labels = {label for label, leaf in zip(self.labels, self.is_leaf, strict=True) if label and not leaf}
        return {label: _suffix(label) for label in labels}

    @cached_property
    def titles(self) -> dict[str, str]:
        """The names of clusters, by a label in them: h1, but a1 if the suffix alone would be a number."""
        return {label: one_line(label) if name[:1].isdigit() else name for label, name in self.suffixes.items()}

    def name_of(self, key: int) -> str:
        """Return the name of the neuron or step at an index."""
        home = self.homes[key]
        if group := self.group_of(key):
            return one_line(group)
        return self.titles[self.labels[home]] if self.labels[home] else self.nodes[home].op

    def is_named(self, key: int) -> bool:
        """Return whether the node at an index has a label, or is in a group."""
        return bool(self.group_of(key) or self.labels[self.homes[key]])

    def group_of(self, key: int) -> str:
        """Return the group at an index, empty for a neuron or a step."""
        return self.group_names.get(key, "")


def swept(gradients: Sequence[float | None]) -> list[float] | None:
    """Return the gradients of a backward pass, or None before one."""
    known = [gradient for gradient in gradients if gradient is not None]
    return known if len(known) == len(gradients) else None


def _suffix(label: str) -> str:
    label = one_line(label)
    base, below = split(label) if label.startswith(STEPS) else ("", "")
    return below if base in STEPS and below else label


def neuron_keys(table: Table, merged: bool = True) -> Keys:
    """Return for each node its neuron or step; a leaf used by only one of them is part of it, others are separate.

    Nodes made within `group("a")`, or labelled "a/…", are in the group a. If neurons are `merged`, those with the same
    name are one, as in a batch.
    """
    homes, labels, groups = table.homes, table.labels, table.group_names
    steps: dict[str, int] = {}
    keys, shared = list(homes), bool(groups)
    if merged:
        for i in sorted(set(homes)):
            if i >= 0 and labels[i] and i not in groups:
                keys[i] = steps.setdefault(table.titles[labels[i]], i)
                shared = shared or keys[i] != i
    if shared:  # otherwise each group has one node on which others depend, and there is no cycle
        named: dict[str, int] = {}
        outside: dict[int, int] = {}
        for i, home in enumerate(homes):
            if home < 0:
                continue
            if i in groups:
                keys[i] = named.setdefault(groups[i], i)
            elif home not in groups:
                keys[i] = keys[home]
            elif labels[home] and merged:  # made outside the block of what it leads to
                keys[i] = steps.setdefault(table.titles[labels[home]], i)
            else:
                keys[i] = outside.setdefault(home, i)
        keys = without_cycles(table, keys)
    return _with_leaves(table, keys)


def layer_keys(table: Table, neurons: Keys) -> Keys:
    """Return for each node its layer: neurons with similar names at the same distance from the leaves."""
    highest: dict[int, int] = {}
    for key, level, leaf in zip(neurons, table.levels(neurons), table.is_leaf, strict=True):
        if not leaf and level > highest.get(key, -1):
            highest[key] = level
    layers: dict[tuple[str, int], int] = {}
    layer_of = {key: layers.setdefault(_layer(table, key, level), key) for key, level in highest.items()}
    keys = [_UNSET if leaf else layer_of[key] for leaf, key in zip(table.is_leaf, neurons, strict=True)]
    if len(layers) < len(highest):
        keys = without_cycles(table, keys)
    return _with_leaves(table, keys)


def _layer(table: Table, neuron: int, level: int) -> tuple[str, int]:
    if group := table.group_of(neuron):
        return group.partition("/")[0], _UNSET
    name = table.name_of(neuron)
    return (name.rstrip(NUMBERS) if table.is_named(neuron) else f"{name}()"), level


def layer_name(neurons: Sequence[str]) -> str:
    """Return the name of a layer: h1 … h16, or 16 × tanh if all neurons are named after their op."""
    if len(set(neurons)) == 1:
        return f"{len(neurons)} × {neurons[0]}" if len(neurons) > 1 else neurons[0]
    return ELLIPSIS.join((neurons[0], neurons[-1]))


def bands(table: Table) -> tuple[Keys, dict[int, str]]:
    """Return for each node its section of the way from the leaves, at most `BANDS` in all; and the sections' names."""
    depths = table.levels(range(len(table.nodes)))
    most = max(depths, default=0) + 1
    first: dict[int, int] = {}
    keys = [
        _UNSET if leaf else first.setdefault(depth * BANDS // most, i)
        for i, (depth, leaf) in enumerate(zip(depths, table.is_leaf, strict=True))
    ]
    names = {key: _steps(-(-band * most // BANDS), -(-(band + 1) * most // BANDS)) for band, key in first.items()}
    return _with_leaves(table, keys), names


def _steps(first: int, end: int) -> str:
    return f"steps {first + 1:,}–{end:,}" if first + 1 < end else f"step {first + 1:,}"


def _with_leaves(table: Table, keys: Keys) -> Keys:
    """Add leaves used by one group to it; weights to the first of several, as if all are summed in a penalty."""
    users = table.only_users(keys, [0] * len(keys))
    leaves = list(compress(count(), table.is_leaf))
    for i in leaves:
        keys[i] = users[i] if users[i] >= 0 else i
    weights = [i for i in leaves if users[i] == _SEVERAL and kind(table.labels[i]) == "weight"]
    if not weights:
        return keys
    first = table.only_users(keys, table.ranks(keys))
    for i in weights:
        if first[i] >= 0:
            keys[i] = first[i]
    return keys


def without_cycles(table: Table, keys: Keys) -> Keys:
    """Split groups that lead to each other, as the same neuron at each step of a sequence, into their levels."""
    ranks = table.ranks(keys)
    after = {key for key, rank in zip(keys, ranks, strict=True) if rank == _UNSET}
    if not after:
        return keys
    # Groups that only come after a cycle are in none: they remain when sinks are removed too.
    backwards = [(tail, head) for head, tail in table.pairs(keys) if head in after and tail in after]
    knotted = after - _ranked(backwards).keys()
    levels = table.levels(keys)
    split_: dict[tuple[int, int], int] = {}
    return [split_.setdefault((key, levels[i]), i) if key in knotted else key for i, key in enumerate(keys)]


# Passes over all edges. The C backend has its own, which need no list of them.


def _homes_in_python(table: Table, joins: Sequence[int]) -> list[int]:
    """Return for each computed node the common home of all its users, if `joins` allows it, else itself."""
    homes, wanted = [_UNSET] * len(joins), [_UNSET] * len(joins)
    for i in range(len(joins) - 1, -1, -1):
        if table.is_leaf[i]:
            continue
        own = homes[i] = wanted[i] if wanted[i] >= 0 and joins[i] else i
        for operand in table.operands[i]:
            if wanted[operand] != own:
                wanted[operand] = own if wanted[operand] == _UNSET else _SEVERAL
    return homes


def _levels_in_python(table: Table, keys: Sequence[int]) -> list[int]:
    levels = [0] * len(keys)
    for head, tail, *_ in table.edges:
        if not table.is_leaf[tail]:
            levels[head] = max(levels[head], levels[tail] + (keys[tail] != keys[head]))
    return levels


def _only_users_in_python(table: Table, keys: Keys, ranks: Sequence[int]) -> list[int]:
    """Return for each node the one group among its users of the lowest rank; unset if there are none or several."""
    users, lowest = [_UNSET] * len(keys), [0] * len(keys)
    for head, tail, *_ in table.edges:
        if users[tail] == _UNSET or ranks[head] < lowest[tail]:
            users[tail], lowest[tail] = keys[head], ranks[head]
        elif ranks[head] == lowest[tail] and users[tail] != keys[head]:
            users[tail] = _SEVERAL
    return users


def _ranks_in_python(table: Table, keys: Keys) -> list[int]:
    pairs = table.pairs(keys)
    ranks = dict.fromkeys((head for head, _ in pairs), _UNSET) | _ranked(pairs)
    return [ranks.get(key, 0) for key in keys]


def _ranked(pairs: Collection[tuple[int, int]]) -> dict[int, int]:
    """Return a rank for each group that is in no cycle and after none; `pairs` are (head, tail)."""
    after: dict[int, list[int]] = defaultdict(list)
    waiting: dict[int, int] = Counter()
    for head, tail in pairs:
        after[tail].append(head)
        waiting[head] += 1
    ranks = {key: 0 for key in after if key not in waiting}
    order = list(ranks)
    for key in order:  # it grows
        rank = ranks[key] + 1
        for head in after.get(key, ()):
            waiting[head] -= 1
            if not waiting[head]:  # the last to lead here is the farthest: the order is by rank
                ranks[head] = rank
                order.append(head)
    return ranks


def _between_in_python(
    table: Table, keys: Keys, leaves: bool, gradients: Sequence[float] | None
) -> list[tuple[int, int, int, int, float, float, int]]:
    """Return the edges between groups: head, tail, the first one's node, operand and slope, total flow, count."""
    found: dict[tuple[int, int], list[Any]] = {}
    flows = table.flows(gradients) if gradients is not None else [0.0] * len(table.edges)
    for (head, tail, slot, slope), flow in zip(table.edges, flows, strict=True):
        if keys[head] == keys[tail] or not (leaves or not table.is_leaf[tail]):
            continue
        entry = found.setdefault((keys[head], keys[tail]), [head, slot, slope, 0.0, 0])
        entry[3] += flow
        entry[4] += 1
    return [(head, tail, *entry) for (head, tail), entry in found.items()]
