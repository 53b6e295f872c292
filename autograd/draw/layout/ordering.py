"""The order of slots within the layers of the built-in layout, with clusters kept together.

Each layer is a row of units, single slots and the parts of clusters; clusters have one order in all layers. Layers are
sorted by their neighbours' positions (barycentres), then each unit is moved to where its edges cross least (sifting,
Matuszewski, Schönfeld and Molitor 1999), repeatedly, from several initial orders.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeVar

from autograd.draw.layout.slots import Slot, Tie, crossings_between, crossings_of, number, sides_of

__all__ = ["BETWEEN", "isotonic", "ordered", "stack"]

LEAST_SWEEPS, MOST_SWEEPS, SWEPT = 3, 12, 2000  # sweeps, and the total number of slots that they visit
SHIFTS = 2
PAIRS, ENDS = 8000, 80_000  # limits of sifting in a layer: pairs of units, and ends of their edges
BETWEEN = 14.0

_Item = TypeVar("_Item")


def isotonic(wanted: Iterable[tuple[float, float]]) -> list[float]:
    """Return the nearest non-decreasing heights, in least squares, to (height, weight) pairs.

    Examples
    --------
    >>> isotonic([(1.0, 1.0), (5.0, 1.0), (3.0, 1.0), (7.0, 1.0)])
    [1.0, 4.0, 4.0, 7.0]
    """
    pools: list[tuple[float, float, int]] = []
    for height, weight in wanted:
        total, count = height * weight, 1
        while pools and pools[-1][0] / pools[-1][1] > total / weight:
            before, more, several = pools.pop()
            total, weight, count = before + total, more + weight, several + count
        pools.append((total, weight, count))
    return [total / weight for total, weight, count in pools for _ in range(count)]


def stack(layer: list[Slot]) -> None:
    """Give each slot its index and a height, one below the other, with the layer centred."""
    top = -sum(slot.height + BETWEEN for slot in layer) / 2
    for slot in layer:
        slot.y = top + slot.height / 2
        top += slot.height + BETWEEN
    number(layer)


@lru_cache(maxsize=32)  # a picture is often drawn again with other numbers
def ordered(
    layers: tuple[tuple[tuple[float, int], ...], ...], ties: tuple[tuple[int, int, int], ...], clusters: int
) -> list[list[int]]:
    """Return an order of each layer's slots, by their indices, in which ties cross little.

    Parameters
    ----------
    layers : tuple of tuple
        For each slot of each layer its height and its cluster, or -1.
    ties : tuple of tuple of int
        For each the layer of its tail, the tail's index in it and the head's index in the next.
    clusters : int
        The number of clusters.
    """
    slots = [[Slot("", 0.0, height, rank) for height, _ in layer] for rank, layer in enumerate(layers)]
    for rank, tail, head in ties:
        tie = Tie(slots[rank][tail], slots[rank + 1][head], 1.0)
        tie.tail.after.append(tie)
        tie.head.before.append(tie)
    row = [slot for layer in slots for slot in layer]
    of = dict(zip(row, [cluster for layer in layers for _, cluster in layer], strict=True))
    place = {slot: i for layer in slots for i, slot in enumerate(layer)}
    order = [list(layer) for layer in slots]
    Order(order, of, clusters).improve()
    return [[place[slot] for slot in layer] for layer in order]


class Order:
    """The order of slots within layers, and of clusters among each other; `of` is the cluster of each slot, or -1."""

    def __init__(self, layers: list[list[Slot]], of: dict[Slot, int], clusters: int) -> None:
        self.layers, self.of = layers, of
        self.rank = list(range(clusters))  # position of each cluster among all
        self.members: list[list[Slot]] = [[] for _ in range(clusters)]
        for slot, cluster in of.items():
            if cluster >= 0:
                self.members[cluster].append(slot)
        self.position = [0.0] * clusters
        self.best, self.fewest = [list(layer) for layer in layers], math.inf

    def improve(self) -> None:
        """Reduce crossings, keeping the best order found from three initial ones."""
        self._sweep()
        if self.fewest:  # as if there were no clusters
            free = Order(self.layers, dict.fromkeys(self.of, -1), 0)
            free._sweep()
            self._begin(free.best)
            self._sweep()
        if self.fewest:
            self._begin([layer[::-1] for layer in self.best])
            self._sweep()
        self._begin(self.best)

    def _begin(self, layers: list[list[Slot]]) -> None:
        for layer, order in zip(self.layers, layers, strict=True):
            layer[:] = order
            number(layer)

    def _sweep(self) -> None:
        """Alternate sorting layers by neighbours and swapping what crosses; keep the best order."""
        self._stack_all()
        self._sort_all(None)
        for sweep in range(min(MOST_SWEEPS, max(LEAST_SWEEPS, SWEPT // len(self.of)))):
            for _ in range(SHIFTS):
                if not self._shift():
                    break
            self._stack_all()
            crossings = crossings_of(self.layers)
            if crossings < self.fewest:
                self.best, self.fewest = [list(layer) for layer in self.layers], crossings
            if not crossings:
                return
            self._sort_all(sweep % 2 == 0)

    def _stack_all(self) -> None:
        for layer in self.layers:
            stack(layer)

    def _sort_all(self, down: bool | None) -> None:
        """Sort clusters by the positions of their edges' ends, then each layer by its neighbours' heights."""
        for place, members in enumerate(self.members):
            self.position[place] = _mean([s.y for s in members]) if down is None else self._pull(place, members)
        for turn, place in enumerate(sorted(range(len(self.position)), key=lambda c: (self.position[c], self.rank[c]))):
            self.rank[place] = turn
        for layer in self.layers if down is not False else reversed(self.layers):
            self._sort(layer, down)

    def _pull(self, place: int, members: list[Slot]) -> float:
        ends = [tie.tail.y for slot in members for tie in slot.before if self.of[tie.tail] != place]
        ends += [tie.head.y for slot in members for tie in slot.after if self.of[tie.head] != place]
        return _mean(ends or [slot.y for slot in members])

    def _sort(self, layer: list[Slot], down: bool | None) -> None:
        height = {slot: _height(slot, down) for slot in layer}
        # Clusters of one layer keep their common order, each as near as that allows to its slots' wanted heights.
        here: dict[int, list[float]] = defaultdict(list)
        for slot in layer:
            if self.of[slot] >= 0:
                here[self.of[slot]].append(height[slot])
        places = sorted(here, key=lambda c: self.rank[c])
        where = dict(zip(places, isotonic([(_mean(here[c]), 1.0) for c in places]), strict=True))

        def key(slot: Slot) -> tuple[float, int, float, int]:
            c = self.of[slot]
            if c < 0:
                return height[slot], -1, 0.0, slot.place
            return where[c], self.rank[c], height[slot], slot.place

        layer.sort(key=key)
        stack(layer)

    def _units(self, layer: list[Slot]) -> list[tuple[int, list[Slot]]]:
        """Return the single slots and the parts of clusters of a layer, in order."""
        units: list[tuple[int, list[Slot]]] = []
        for slot in layer:
            c = self.of[slot]
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
        """Swap clusters that are adjacent in the common order, in every layer that has both."""
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


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


def _height(slot: Slot, down: bool | None) -> float:
    """Return the mean height of a slot's neighbours on one side; its own height if it has none."""
    if down is None:
        return slot.y
    ends = [tie.tail.y for tie in slot.before] if down else [tie.head.y for tie in slot.after]
    return _mean(ends or [slot.y])


def _united(slots: list[Slot]) -> tuple[list[int], list[int]]:
    if len(slots) == 1:
        return sides_of(slots[0])
    before, after = zip(*map(sides_of, slots), strict=True)
    return sorted(x for part in before for x in part), sorted(x for part in after for x in part)


def _sifted(
    items: Sequence[_Item], sides: Sequence[tuple[list[int], list[int]]], clusters: Sequence[int]
) -> list[_Item] | None:
    """Move each item to where its edges cross least, clusters not past each other; None if nothing is gained."""
    gains: dict[tuple[int, int], int] = {}

    def gain(upper: int, lower: int) -> int:
        """Return how many crossings are saved by swapping two neighbours."""
        pair = upper, lower
        known = gains.get(pair)
        if known is None:
            a, b = sides[upper], sides[lower]
            known = gains[pair] = crossings_between(a, b) - crossings_between(b, a)
            gains[lower, upper] = -known
        return known

    order, moved = list(range(len(items))), False
    ends = sum(len(before) + len(after) for before, after in sides)
    reach = max(4, min(PAIRS // max(len(items), 1), ENDS // max(ends, 1)))  # how far a unit of a large layer is moved
    for item in range(len(items)):
        at = order.index(item)
        best, target = 0, at
        for step, end in ((1, len(order)), (-1, -1)):
            total = 0
            for place in range(at + step, end, step)[:reach]:
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
