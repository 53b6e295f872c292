"""Heights of slots in the layers of the built-in layout, with a straight border above and below each cluster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from graphlib import TopologicalSorter
from itertools import accumulate, pairwise

from autograd.draw.layout.ordering import BETWEEN, isotonic
from autograd.draw.layout.slots import Slot, Tie

__all__ = ["Margins", "settle"]

ROUNDS = 24
TIGHTEN = 8
BESIDE_LANE = 9.0
STIFF = 16.0  # how strongly a border is straightened; edges have 1 to 8

Name = Slot | int  # a slot, or a border: 2c above cluster c, 2c + 1 below it
Distances = Mapping[Name, Mapping[Name, float]]


@dataclass(frozen=True)
class Margins:
    """Free space between a cluster's frame and its boxes: before and after in the layers' direction, above, below."""

    before: float
    after: float
    above: float
    below: float


def settle(
    layers: list[list[Slot]], chains: list[list[Tie]], of: Mapping[Slot, int], clusters: int, margins: Margins
) -> list[tuple[float, float]]:
    """Set the heights of slots, which are in order; return the upper and lower border of each cluster."""
    place = {slot: i for layer in layers for i, slot in enumerate(layer)}
    shape = tuple(tuple((slot.key != "", slot.height, of[slot]) for slot in layer) for layer in layers)
    ties = tuple(
        (tie.tail.rank, place[tie.tail], place[tie.head], tie.weight, tie.into) for chain in chains for tie in chain
    )
    found, reach = _settled(shape, ties, clusters, margins)
    for layer, heights in zip(layers, found, strict=True):
        for slot, height in zip(layer, heights, strict=True):
            slot.y = height
    return reach


@lru_cache(maxsize=32)  # a picture is often drawn again with other numbers
def _settled(
    shape: tuple[tuple[tuple[bool, float, int], ...], ...],
    ties: tuple[tuple[int, int, int, float, float], ...],
    clusters: int,
    margins: Margins,
) -> tuple[list[list[float]], list[tuple[float, float]]]:
    """Return the heights of all slots and the borders of clusters.

    Parameters
    ----------
    shape : tuple of tuple
        For each slot of each layer whether it is a box, its height and its cluster, or -1.
    ties : tuple of tuple
        For each the layer of its tail, the indices of tail and head, its weight, and how far off the centre it arrives.
    clusters : int
        The number of clusters.
    margins : Margins
        Free space in their frames.
    """
    layers = [[Slot("box" * box, 0.0, high, rank) for box, high, _ in layer] for rank, layer in enumerate(shape)]
    for rank, tail, head, weight, into in ties:
        tie = Tie(layers[rank][tail], layers[rank + 1][head], weight, into)
        tie.tail.after.append(tie)
        tie.head.before.append(tie)
    of = {
        slot: cluster
        for layer, row in zip(layers, shape, strict=True)
        for slot, (_, _, cluster) in zip(layer, row, strict=True)
    }
    found = _Heights(layers, of, clusters, margins)
    return [[slot.y for slot in layer] for layer in layers], found.reach


class _Heights:
    """Heights for slots in order; afterwards `reach` has the upper and lower border of each cluster."""

    def __init__(self, layers: list[list[Slot]], of: Mapping[Slot, int], clusters: int, margins: Margins) -> None:
        self.layers, self.margins = layers, margins
        self.border: dict[Slot, int] = {}
        self.rows = [self._with_borders(layer, of) for layer in layers]
        self.parts: dict[int, list[Slot]] = defaultdict(list)
        for slot, border in self.border.items():
            self.parts[border].append(slot)
        self._align_all()
        final = self._straight()
        for row in self.rows:
            for slot in row:
                slot.y = final[self._name(slot)]
        self.reach = [(final[2 * c], final[2 * c + 1]) for c in range(clusters)]

    def _with_borders(self, layer: list[Slot], of: Mapping[Slot, int]) -> list[Slot]:
        row: list[Slot] = []
        last = -1
        for slot in [*layer, None]:
            cluster = -1 if slot is None else of[slot]
            if cluster != last:
                borders = [2 * last + 1] * (last >= 0) + [2 * cluster] * (cluster >= 0)
                for border in borders:
                    row.append(Slot("", 0.0, 0.0, layer[0].rank))
                    self.border[row[-1]] = border
            last = cluster
            row += [] if slot is None else [slot]
        return row

    def _apart(self, upper: Slot, lower: Slot) -> float:
        """Return the least distance between the centres of neighbours."""
        half = (upper.height + lower.height) / 2
        if self.border.get(upper, 1) % 2 == 0:
            return half + self.margins.above
        if self.border.get(lower, 0) % 2:
            return half + self.margins.below
        return half + (BETWEEN if upper.key and lower.key else BESIDE_LANE)

    def _name(self, slot: Slot) -> Name:
        return self.border.get(slot, slot)

    def _align_all(self) -> None:
        """Find heights at which edges and borders are nearly straight."""
        offsets = [list(accumulate((self._apart(*pair) for pair in pairwise(row)), initial=0.0)) for row in self.rows]
        for row, distances in zip(self.rows, offsets, strict=True):
            for slot, distance in zip(row, distances, strict=False):
                slot.y = distance - distances[-1] / 2
        for turn in range(ROUNDS):
            for i in range(len(self.rows)) if turn % 2 else reversed(range(len(self.rows))):
                self._align(self.rows[i], offsets[i])

    def _align(self, row: Sequence[Slot], offsets: Sequence[float]) -> None:
        """Move a row's slots as near as possible to their wanted heights, keeping order and distances."""
        wanted = [self._wanted(slot) for slot in row]
        heights = isotonic([(y - offset, weight) for (y, weight), offset in zip(wanted, offsets, strict=False)])
        for slot, height, offset in zip(row, heights, offsets, strict=False):
            slot.y = height + offset

    def _wanted(self, slot: Slot) -> tuple[float, float]:
        if slot not in self.border:
            return slot.wanted()
        parts = self.parts[self.border[slot]]
        return sum(part.y for part in parts) / len(parts), STIFF if len(parts) > 1 else 0.01

    def _straight(self) -> dict[Name, float]:
        """Make each border horizontal: the mean of its highest and lowest possible heights."""
        below: dict[Name, dict[Name, float]] = {self._name(slot): {} for row in self.rows for slot in row}
        above: dict[Name, dict[Name, float]] = {name: {} for name in below}
        for row in self.rows:
            for upper, lower in pairwise(row):
                a, b = self._name(upper), self._name(lower)
                below[a][b] = above[b][a] = max(self._apart(upper, lower), below[a].get(b, 0.0))
        heights: dict[Name, float] = {slot: slot.y for layer in self.layers for slot in layer}
        for border, parts in self.parts.items():
            heights[border] = sum(slot.y for slot in parts) / len(parts)
        order = list(TopologicalSorter(above).static_order())
        down, up = dict(heights), dict(heights)
        for name in order:
            down[name] = max([down[name], *(down[other] + apart for other, apart in above[name].items())])
        for name in reversed(order):
            up[name] = min([up[name], *(up[other] - apart for other, apart in below[name].items())])
        final = {name: (down[name] + up[name]) / 2 for name in order}
        self._tighten(final, order, above, below)
        return final

    def _tighten(self, final: dict[Name, float], order: list[Name], above: Distances, below: Distances) -> None:
        """Move each slot towards its wanted height as far as its neighbours allow, and borders close to boxes."""
        for name in order:
            if isinstance(name, Slot):
                name.y = final[name]
        for turn in range(TIGHTEN):
            for name in order if turn % 2 else reversed(order):
                least = max((final[other] + apart for other, apart in above[name].items()), default=-1e9)
                most = min((final[other] - apart for other, apart in below[name].items()), default=1e9)
                if isinstance(name, Slot):
                    final[name] = name.y = min(max(name.wanted()[0], least), most)
                else:
                    final[name] = least if name % 2 else most
