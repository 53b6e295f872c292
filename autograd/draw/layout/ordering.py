"""The order of boxes and lanes within the layers of the built-in layout, clusters kept together.

Each layer is a row of units, single slots and the parts of clusters; clusters keep one order among them in all layers.
Layers are sorted by where the neighbours are (barycentres), then each unit is moved to where its edges cross least
(sifting, Matuszewski, Schönfeld and Molitor 1999), again and again, from two beginnings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from autograd.draw.layout.layered import Key, Slot, crossings_between, crossings_of, number, sides_of

__all__ = ["BETWEEN", "Order"]

LEAST_SWEEPS, MOST_SWEEPS, SWEPT = 3, 12, 2000  # sweeps, and the slots that all together look at
SHIFTS = 2
FEW = 250
BETWEEN = 14.0

_Item = TypeVar("_Item")


class Order:
    """The order of slots within layers, and of clusters among each other."""

    def __init__(self, layers: list[list[Slot]], of: dict[int, int], clusters: int) -> None:
        self.layers, self.of = layers, of
        self.rank = list(range(clusters))  # place of each cluster among all
        self.members: list[list[Slot]] = [[] for _ in range(clusters)]
        for slot in (slot for layer in layers for slot in layer):
            if of[id(slot)] >= 0:
                self.members[of[id(slot)]].append(slot)
        self.position = [0.0] * clusters

    def improve(self, start: Mapping[Key, float], good: int) -> int:
        """Bring the layers into an order with few crossings, from one beginning or two, and return how many are left.

        The second, from the heights `start`, is made if the first leaves more than `good`, or there are few slots.
        """
        self.best, self.fewest = [list(layer) for layer in self.layers], -1
        self._pack()
        self._sweep()
        if self.fewest > (good if len(self.of) > FEW else 0):
            self._start(start)
            self._sweep()
        for layer, kept in zip(self.layers, self.best, strict=True):
            layer[:] = kept
            number(layer)
        return self.fewest

    def _start(self, start: Mapping[Key, float]) -> None:
        """Give each slot its height in another layout; a lane one between those of its ends."""
        for slot in (slot for layer in self.layers for slot in layer if slot.box):
            slot.y = start[slot.key]
        for layer in self.layers:
            for slot in layer:
                if not slot.box and slot.before:
                    end, steps = slot.after[0].head, 1
                    while not end.box:
                        end, steps = end.after[0].head, steps + 1
                    slot.y = (slot.before[0].tail.y * steps + end.y) / (steps + 1)

    def _sweep(self) -> None:
        """Sort layers by their neighbours and swap what crosses, again and again, and keep the best that was seen."""
        self._sort_all(None)
        for sweep in range(min(MOST_SWEEPS, max(LEAST_SWEEPS, SWEPT // len(self.of)))):
            for _ in range(SHIFTS):
                if not self._shift():
                    break
            self._pack()
            crossings = crossings_of(self.layers)
            if not 0 <= self.fewest <= crossings:
                self.best, self.fewest = [list(layer) for layer in self.layers], crossings
            if not crossings:
                return
            self._sort_all(sweep % 2 == 0)

    def _pack(self) -> None:
        """Give each slot a height, one below the other, each layer centred."""
        for layer in self.layers:
            top = -sum(slot.height + BETWEEN for slot in layer) / 2
            for slot in layer:
                slot.y = top + slot.height / 2
                top += slot.height + BETWEEN
            number(layer)

    def _sort_all(self, down: bool | None) -> None:
        """Sort clusters by where their edges come from and lead to, then each layer by its neighbour's heights."""
        for place, members in enumerate(self.members):
            self.position[place] = (
                sum(slot.y for slot in members) / len(members) if down is None else self._pull(place, members)
            )
        for turn, place in enumerate(sorted(range(len(self.position)), key=lambda c: (self.position[c], self.rank[c]))):
            self.rank[place] = turn
        for layer in self.layers if down is not False else reversed(self.layers):
            self._sort(layer, down)

    def _pull(self, place: int, members: list[Slot]) -> float:
        ends = [tie.tail.y + tie.out for slot in members for tie in slot.before if self.of[id(tie.tail)] != place]
        ends += [tie.head.y + tie.into for slot in members for tie in slot.after if self.of[id(tie.head)] != place]
        return sum(ends) / len(ends) if ends else sum(slot.y for slot in members) / len(members)

    def _sort(self, layer: list[Slot], down: bool | None) -> None:
        height = {id(slot): _height(slot, down) for slot in layer}
        # Clusters of one layer stand in their common order, each as near as that allows to where its slots want to be.
        here: dict[int, list[float]] = defaultdict(list)
        for slot in layer:
            if self.of[id(slot)] >= 0:
                here[self.of[id(slot)]].append(height[id(slot)])
        places = sorted(here, key=lambda c: self.rank[c])
        where = dict(zip(places, _rising([sum(here[c]) / len(here[c]) for c in places]), strict=True))

        def key(slot: Slot) -> tuple[float, int, float, int]:
            c = self.of[id(slot)]
            if c < 0:
                return height[id(slot)], -1, 0.0, slot.place
            return where[c], self.rank[c], height[id(slot)], slot.place

        layer.sort(key=key)
        top = -sum(slot.height + BETWEEN for slot in layer) / 2
        for slot in layer:
            slot.y = top + slot.height / 2
            top += slot.height + BETWEEN
        number(layer)

    def _units(self, layer: list[Slot]) -> list[tuple[int, list[Slot]]]:
        """The single slots and the parts of clusters of a layer, in order."""
        units: list[tuple[int, list[Slot]]] = []
        for slot in layer:
            c = self.of[id(slot)]
            if c >= 0 and units and units[-1][0] == c:
                units[-1][1].append(slot)
            else:
                units.append((c, [slot]))
        return units

    def _shift(self) -> bool:
        """Move what crosses less elsewhere: slots in a cluster, single slots past any unit, clusters past clusters."""
        improved = False
        for layer in self.layers:
            units = self._units(layer)
            for place, (cluster, slots) in enumerate(units):
                if len(slots) > 1:
                    shifted = _sifted(slots, [sides_of(slot) for slot in slots], [-1] * len(slots))
                    improved |= shifted is not None
                    units[place] = cluster, shifted or slots
            found = _sifted(units, [_united(slots) for _, slots in units], [cluster for cluster, _ in units])
            improved |= found is not None
            layer[:] = [slot for _, slots in found or units for slot in slots]
            number(layer)
        return self._swap_clusters() or improved

    def _swap_clusters(self) -> bool:
        """Swap clusters that are next to each other among all, in every layer that has both side by side."""
        improved = False
        turns = sorted(range(len(self.rank)), key=lambda c: self.rank[c])
        for i in range(len(turns) - 1):
            upper, lower = turns[i], turns[i + 1]
            found, gain = [], 0
            for layer in self._common(upper, lower):
                units = self._units(layer)
                names = [c for c, _ in units]
                at = names.index(upper)
                if at + 1 == len(units) or names[at + 1] != lower:
                    gain = -1
                    break
                a, b = _united(units[at][1]), _united(units[at + 1][1])
                gain += crossings_between(a, b) - crossings_between(b, a)
                found.append((layer, units, at))
            if gain <= 0:
                continue
            for layer, units, at in found:
                units[at], units[at + 1] = units[at + 1], units[at]
                layer[:] = [slot for _, slots in units for slot in slots]
                number(layer)
            self.rank[upper], self.rank[lower] = self.rank[lower], self.rank[upper]
            turns[i], turns[i + 1] = lower, upper
            improved = True
        return improved

    def _common(self, upper: int, lower: int) -> Iterator[list[Slot]]:
        ranks = {slot.rank for slot in self.members[upper]} & {slot.rank for slot in self.members[lower]}
        return (self.layers[rank] for rank in sorted(ranks))


def _height(slot: Slot, down: bool | None) -> float:
    """Where a slot's neighbours on one side are; its own place where it has none there."""
    if down is None:
        return slot.y
    ends = [tie.tail.y + tie.out for tie in slot.before] if down else [tie.head.y + tie.into for tie in slot.after]
    return sum(ends) / len(ends) if ends else slot.y


def _rising(wanted_heights: list[float]) -> list[float]:
    """The nearest heights that rise."""
    pools: list[tuple[float, int]] = []
    for height in wanted_heights:
        pools.append((height, 1))
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            total, count = pools.pop()
            pools[-1] = (pools[-1][0] + total, pools[-1][1] + count)
    return [total / count for total, count in pools for _ in range(count)]


def _united(slots: list[Slot]) -> tuple[list[float], list[float]]:
    if len(slots) == 1:
        return sides_of(slots[0])
    before, after = zip(*map(sides_of, slots), strict=True)
    return sorted(x for part in before for x in part), sorted(x for part in after for x in part)


def _sifted(
    items: Sequence[_Item], sides: Sequence[tuple[list[float], list[float]]], clusters: Sequence[int]
) -> list[_Item] | None:
    """Move each item to where its edges cross least, clusters not past each other; None where nothing is gained."""
    gains: dict[tuple[int, int], int] = {}

    def gain(upper: int, lower: int) -> int:
        """What is gained when two that are one above the other change places."""
        pair = upper, lower
        known = gains.get(pair)
        if known is None:
            a, b = sides[upper], sides[lower]
            known = gains[pair] = crossings_between(a, b) - crossings_between(b, a)
            gains[lower, upper] = -known
        return known

    order, moved = list(range(len(items))), False
    for item in range(len(items)):
        at = order.index(item)
        best, target = 0, at
        for step, end in ((1, len(order)), (-1, -1)):
            total = 0
            for place in range(at + step, end, step):
                other = order[place]
                if clusters[item] >= 0 and clusters[other] >= 0:
                    break
                total += gain(item, other) if step > 0 else gain(other, item)
                if total > best:
                    best, target = total, place
        if best:
            order.insert(target, order.pop(at))
            moved = True
    return [items[place] for place in order] if moved else None
