"""Groups of Values: neurons and layers, found from labels and edges, or set by the user.

A graph is read once into a `Table` of numbers; everything else is linear passes over lists, without recursion. A group
is known by the place of one of its nodes, so that a million nodes need no million keys.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import accumulate, chain, compress, count, repeat

from autograd.draw.boxes import kind, one_line, split
from autograd.engine import backend
from autograd.engine.backend import Value
from autograd.engine.graph import edges, topological

__all__ = ["Keys", "Table", "bands", "layer_keys", "layer_name", "neuron_keys", "without_cycles"]

Keys = list[int]
"""For each node the group it is in: the place of a node that names it."""

BANDS = 12
NUMBERS = "0123456789_,"  # at the end of labels that differ by them alone
_UNSET, _SEVERAL = -1, -2


class Table:
    """Nodes in topological order and their edges, as lists.

    Attributes
    ----------
    nodes, labels, is_leaf : lists
        The nodes, their labels, and whether they are leaves.
    heads, tails, slots, slopes : lists
        For each edge, in the order of the heads: the places of the node and its operand, which of the operands it is,
        and the local derivative.
    first : list of int
        Where the edges of each node begin, and where the last one's end.
    """

    def __init__(
        self, nodes: list[Value], operands: Sequence[int], tails: list[int], slots: list[int], slopes: list[float]
    ) -> None:
        self.nodes, self.tails, self.slots, self.slopes = nodes, tails, slots, slopes
        self.labels = [node.label for node in nodes]
        self.is_leaf = [not node.op for node in nodes]
        self.heads = list(chain.from_iterable(map(repeat, count(), operands)))
        self.first = list(accumulate(operands, initial=0))

    @classmethod
    def below(cls, roots: Sequence[Value]) -> Table:
        """Read the graph below `roots`, in the order of `graph.topological`."""
        nodes = topological(*roots)
        operands, places, slopes = edges(nodes)
        return cls(nodes, operands, places, list(chain.from_iterable(map(range, operands))), slopes)

    def of(self, chosen: Sequence[int]) -> Table:
        """The table of some of the nodes, in order, and of the edges between them."""
        place = {old: new for new, old in enumerate(chosen)}
        kept = [head in place and tail in place for head, tail in zip(self.heads, self.tails, strict=True)]
        operands = Counter(compress(self.heads, kept))
        tails = [place[old] for old in compress(self.tails, kept)]
        slots, slopes = list(compress(self.slots, kept)), list(compress(self.slopes, kept))
        return Table([self.nodes[i] for i in chosen], [operands[i] for i in chosen], tails, slots, slopes)

    def operands(self, place: int) -> list[int]:
        """The places of a node's operands."""
        return self.tails[self.first[place] : self.first[place + 1]]

    @cached_property
    def inner(self) -> tuple[list[int], list[int]]:
        """Heads and tails of the edges between computed nodes."""
        computed = [not self.is_leaf[tail] for tail in self.tails]
        return list(compress(self.heads, computed)), list(compress(self.tails, computed))

    @cached_property
    def outer(self) -> tuple[list[int], list[int]]:
        """Heads and tails of the edges from leaves."""
        leaf = [self.is_leaf[tail] for tail in self.tails]
        return list(compress(self.heads, leaf)), list(compress(self.tails, leaf))

    @cached_property
    def group_names(self) -> dict[int, str]:
        """By its place the group of each node made within `group("a")`, or labelled "a/…"."""
        named = {i: name for i, name in enumerate(map(backend._module._group_of, self.nodes)) if name}
        for i, label in enumerate(self.labels):
            if "/" in label and i not in named and (group := label.rpartition("/")[0]):
                named[i] = group
        return named

    @cached_property
    def homes(self) -> list[int]:
        """For each computed node the place of the named one whose cluster it is in; itself where it leads to several.

        A step without a name belongs to the named one that it leads to alone, and a net input to its activation.
        """
        labels, first, tails = self.labels, self.first, self.tails
        home, wanted, users = ([_UNSET] * len(labels) for _ in range(3))
        for i in range(len(labels) - 1, -1, -1):
            if self.is_leaf[i]:
                continue
            own = i
            if (by := wanted[i]) >= 0 and (not labels[i] or (users[i] >= 0 and self._activates(users[i], i))):
                own = by
            home[i] = own
            for parent in tails[first[i] : first[i + 1]]:
                if (known := wanted[parent]) != own:
                    wanted[parent] = own if known == _UNSET else _SEVERAL
                if (known := users[parent]) != i:
                    users[parent] = i if known == _UNSET else _SEVERAL
        return home

    def _activates(self, user: int, node: int) -> bool:
        by, of = self.labels[user], self.labels[node]
        alike = bool(by) and (by == of or (by.startswith(_STEPS) and suffix(by) == suffix(of)))
        return alike and self.first[user + 1] - self.first[user] == 1 == len(self.nodes[user].operands)

    def levels(self, keys: Sequence[int]) -> list[int]:
        """For each node how often the key changes on the longest way to it, leaves not counted."""
        levels = [0] * len(self.nodes)
        for head, tail in zip(*self.inner, strict=True):
            level = levels[tail] + (keys[tail] != keys[head])
            if level > levels[head]:
                levels[head] = level
        return levels

    def pairs(self, keys: Sequence[int]) -> set[tuple[int, int]]:
        """Which groups of computed nodes lead to which others: (head, tail)."""
        heads, tails = (map(keys.__getitem__, ends) for ends in self.inner)
        return {pair for pair in set(zip(heads, tails, strict=True)) if pair[0] != pair[1]}

    @cached_property
    def titles(self) -> dict[str, str]:
        """What the clusters of labelled nodes are called: h1, but a1 where the suffix alone would be a number."""
        labels = {label for label, leaf in zip(self.labels, self.is_leaf, strict=True) if label and not leaf}
        return {label: title(label) for label in labels}

    def name_of(self, key: int) -> str:
        """Return the name of the neuron or step that a place stands for."""
        home = self.homes[key]
        if group := self.group_of(key):
            return one_line(group)
        return self.titles[self.labels[home]] if self.labels[home] else self.nodes[home].op

    def is_named(self, key: int) -> bool:
        """Whether what a place stands for has a label, or is in a group."""
        return bool(self.group_of(key) or self.labels[self.homes[key]])

    def group_of(self, key: int) -> str:
        """Return the group that a place stands for, empty where it is a neuron or a step."""
        return self.group_names.get(key, "")


_STEPS = ("net", "out", "z", "a")  # of a neuron: its net input and its output


def suffix(label: str) -> str:
    """Return the name of a neuron: h1 for net_h1 and out_h1; any other label is the name itself."""
    label = one_line(label)
    base, below = split(label) if label.startswith(_STEPS) else ("", "")
    return below if base in _STEPS and below else label


def title(label: str) -> str:
    """A cluster's name: h1, but a1 where the suffix alone would be a number."""
    name = suffix(label)
    return one_line(label) if name[:1].isdigit() else name


def neuron_keys(table: Table, merged: bool = True) -> Keys:
    """For each node its neuron or step; leaves that only one of them uses are part of it, others stand alone.

    Nodes made within `group("a")`, or labelled "a/…", are in the group a. Where neurons are `merged`, all of one name
    are one, as those of a batch are.
    """
    homes, labels, groups = table.homes, table.labels, table.group_names
    named: dict[tuple[str, str], int] = {}
    keys, shared = list(homes), bool(groups)
    for i in sorted(set(homes)):
        if i >= 0 and labels[i] and merged and i not in groups:
            keys[i] = named.setdefault(("step", table.titles[labels[i]]), i)
            shared = shared or keys[i] != i
    if shared:  # else each group has one node on which others depend, and there is no cycle
        for i, home in enumerate(homes):
            if i in groups and home >= 0:
                keys[i] = named.setdefault(("group", groups[i]), i)
            elif home in groups:  # made outside the block that holds what it leads to
                same = ("step", table.titles[labels[home]]) if labels[home] and merged else ("outside", str(home))
                keys[i] = named.setdefault(same, i)
            elif home >= 0:
                keys[i] = keys[home]
        keys = without_cycles(table, keys)
    return _with_leaves(table, keys)


def layer_keys(table: Table, neurons: Keys) -> Keys:
    """For each node its layer: neurons alike in name that are equally far from the leaves."""
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
    """Return the name of a layer: h1 … h16, or 16 × tanh where all neurons are named after their op."""
    if len(set(neurons)) == 1:
        return f"{len(neurons)} × {neurons[0]}" if len(neurons) > 1 else neurons[0]
    return f"{neurons[0]} … {neurons[-1]}"


def bands(table: Table) -> tuple[Keys, dict[int, str]]:
    """For each node which part of the way from the leaves it stands on, in at most `BANDS` parts; and their names."""
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
    """Leaves used by one group join it, weights also the first of several, as where all are summed up in a penalty."""
    heads, leaves = table.outer
    user, several = [_UNSET] * len(keys), set()
    for head, leaf in zip(heads, leaves, strict=True):
        key, known = keys[head], user[leaf]
        if known != key:
            user[leaf] = key
            if known != _UNSET:
                several.add(leaf)
    if _UNSET in keys:
        keys = [
            key if key != _UNSET else i if i in several or user[i] == _UNSET else user[i] for i, key in enumerate(keys)
        ]
    weights = {i for i in several if kind(table.labels[i]) == "weight"}
    if not weights:
        return keys
    ranks = _ranks(table.pairs(keys))
    ranked: dict[int, set[tuple[int, int]]] = {i: set() for i in weights}
    for head, leaf in zip(heads, leaves, strict=True):
        if leaf in weights:
            ranked[leaf].add((ranks.get(keys[head], 0), keys[head]))
    for i, found in ranked.items():
        first, second = sorted(found)[:2]
        if first[0] < second[0]:
            keys[i] = first[1]
    return keys


def _ranks(pairs: Collection[tuple[int, int]]) -> dict[int, int]:
    """How far each group is from the first ones: what leads from lower to higher makes no circle.

    Groups in cycles, or after one, are left out; `pairs` are (head, tail).
    """
    after: dict[int, list[int]] = defaultdict(list)
    waiting: dict[int, int] = Counter()
    for head, tail in pairs:
        after[tail].append(head)
        waiting[head] += 1
    ranks = {key: 0 for key in after if key not in waiting}
    order = list(ranks)
    for key in order:  # which grows
        rank = ranks[key] + 1
        for head in after.get(key, ()):
            waiting[head] -= 1
            if not waiting[head]:  # the last to lead here is the farthest: the order is by rank
                ranks[head] = rank
                order.append(head)
    return ranks


def without_cycles(table: Table, keys: Keys) -> Keys:
    """Split groups that lead to each other, as the same neuron at each step of a sequence does, into their levels."""
    pairs = table.pairs(keys)
    sorted_, known = _ranks(pairs), {key for pair in pairs for key in pair}
    if len(sorted_) == len(known):
        return keys
    # What only comes after a cycle is in none: left when sinks are taken off too.
    after = {(tail, head) for head, tail in pairs if head not in sorted_ and tail not in sorted_}
    knotted = known - sorted_.keys() - _ranks(after).keys()
    levels = table.levels(keys)
    split_: dict[tuple[int, int], int] = {}
    return [split_.setdefault((key, levels[i]), i) if key in knotted else key for i, key in enumerate(keys)]
