"""Heights of slots in the layers of the built-in layout, with one straight border above and below each cluster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from autograd.draw.layout.layered import Key, Slot, wanted
from autograd.draw.layout.ordering import BETWEEN

__all__ = ["Borders", "Margins", "topological"]

ROUNDS = 24
TIGHTEN = 8
BESIDE_LANE = 9.0
STIFF = 16.0  # how much a border wants to be straight, beside an edge's 1 to 8


@dataclass(frozen=True)
class Margins:
    """Free space between a cluster's frame and its boxes: before and after in the layers' direction, above, below."""

    before: float
    after: float
    above: float
    below: float


class Borders:
    """Heights for slots in order, with a straight border above and below each cluster."""

    def __init__(self, layers: list[list[Slot]], of: dict[int, int], clusters: int, margins: Margins) -> None:
        self.layers, self.margins = layers, margins
        self.kind: dict[int, int] = {}  # of borders: 2c above cluster c, 2c + 1 below it
        self.rows = [self._with_borders(layer, of) for layer in layers]
        self.chains: dict[int, list[Slot]] = defaultdict(list)
        for row in self.rows:
            for slot in row:
                if id(slot) in self.kind:
                    self.chains[self.kind[id(slot)]].append(slot)
        self.reach = [(0.0, 0.0)] * clusters

    def _with_borders(self, layer: list[Slot], of: dict[int, int]) -> list[Slot]:
        row: list[Slot] = []
        last = -1
        for slot in [*layer, None]:
            cluster = of[id(slot)] if slot is not None else -1
            if cluster != last:
                row += [self._border(2 * last + 1, layer)] if last >= 0 else []
                row += [self._border(2 * cluster, layer)] if cluster >= 0 else []
            last = cluster
            row += [slot] if slot is not None else []
        return row

    def _border(self, kind: int, layer: list[Slot]) -> Slot:
        border = Slot(("border", kind), 0.0, 0.0, False, layer[0].rank)
        self.kind[id(border)] = kind
        return border

    def _apart(self, upper: Slot, lower: Slot) -> float:
        """The least distance between the centres of neighbours."""
        half = (upper.height + lower.height) / 2
        above, below = self.kind.get(id(upper)), self.kind.get(id(lower))
        if above is not None and above % 2 == 0:
            return half + self.margins.above
        if below is not None and below % 2:
            return half + self.margins.below
        return half + (BETWEEN if upper.box and lower.box else BESIDE_LANE)

    def place(self) -> None:
        """Find heights at which edges are straight, then borders that are."""
        for row in self.rows:
            top = 0.0
            for i, slot in enumerate(row):
                top += self._apart(row[i - 1], slot) if i else 0.0
                slot.y = top
            middle = top / 2
            for slot in row:
                slot.y -= middle
        for round_ in range(ROUNDS):
            for row in self.rows if round_ % 2 else reversed(self.rows):
                self._align(row)
        self._straighten()

    def _wanted(self, slot: Slot) -> tuple[float, float]:
        kind = self.kind.get(id(slot))
        if kind is None:
            return wanted(slot)
        chain = self.chains[kind]
        return sum(other.y for other in chain) / len(chain), STIFF if len(chain) > 1 else 0.01

    def _align(self, row: list[Slot]) -> None:
        """Move a row's slots nearest to where they want to be, order and distances kept (isotonic regression)."""
        offset, offsets = 0.0, []
        pools: list[list[float]] = []
        for i, slot in enumerate(row):
            offset += self._apart(row[i - 1], slot) if i else 0.0
            offsets.append(offset)
            height, weight = self._wanted(slot)
            pools.append([(height - offset) * weight, weight, 1.0])
            while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
                total, weight, count = pools.pop()
                pools[-1] = [pools[-1][0] + total, pools[-1][1] + weight, pools[-1][2] + count]
        i = 0
        for total, weight, count in pools:
            for _ in range(int(count)):
                row[i].y = total / weight + offsets[i]
                i += 1

    def _straighten(self) -> None:
        """Let each border be one height: the mean of what is found pushing all down and pushing all up."""
        names = {id(slot): self._name(slot) for row in self.rows for slot in row}
        below: dict[Key, dict[Key, float]] = {name: {} for name in names.values()}
        above: dict[Key, dict[Key, float]] = {name: {} for name in names.values()}
        for row in self.rows:
            for upper, lower in pairwise(row):
                a, b, apart = names[id(upper)], names[id(lower)], self._apart(upper, lower)
                below[a][b] = above[b][a] = max(apart, below[a].get(b, 0.0))
        heights: dict[Key, float] = {names[id(slot)]: slot.y for row in self.rows for slot in row}
        for kind, chain in self.chains.items():
            heights["border", kind] = sum(slot.y for slot in chain) / len(chain)
        order = topological(below)
        down, up = dict(heights), dict(heights)
        for name in order:
            down[name] = max([down[name], *(down[other] + apart for other, apart in above[name].items())])
        for name in reversed(order):
            up[name] = min([up[name], *(up[other] - apart for other, apart in below[name].items())])
        final = {name: (down[name] + up[name]) / 2 for name in order}
        self._tighten(final, order, above, below)
        for row in self.rows:
            for slot in row:
                slot.y = final[names[id(slot)]]
        self.reach = [(final["border", 2 * c], final["border", 2 * c + 1]) for c in range(len(self.reach))]

    def _name(self, slot: Slot) -> Key:
        kind = self.kind.get(id(slot))
        return id(slot) if kind is None else ("border", kind)

    def _tighten(
        self,
        final: dict[Key, float],
        order: list[Key],
        above: dict[Key, dict[Key, float]],
        below: dict[Key, dict[Key, float]],
    ) -> None:
        """Move each slot to where it wants to be as far as its neighbours allow, and each border close to its boxes."""
        slots: dict[Key, Slot] = {id(slot): slot for layer in self.layers for slot in layer}
        for round_ in range(TIGHTEN):
            for name in order if round_ % 2 else reversed(order):
                least = max((final[other] + apart for other, apart in above[name].items()), default=-1e9)
                most = min((final[other] - apart for other, apart in below[name].items()), default=1e9)
                slot = slots.get(name)
                if slot is None:
                    final[name] = least if isinstance(name, tuple) and name[1] % 2 else most
                    continue
                for tie in (*slot.before, *slot.after):
                    for end in (tie.tail, tie.head):
                        end.y = final[id(end)]
                final[name] = min(max(wanted(slot)[0], least), most)


def topological(below: Mapping[Key, Mapping[Key, float]]) -> list[Key]:
    """Return the keys so that each comes before those below it."""
    waiting = dict.fromkeys(below, 0)
    for others in below.values():
        for other in others:
            waiting[other] += 1
    ready = [name for name, count in waiting.items() if not count]
    order = []
    while ready:
        name = ready.pop()
        order.append(name)
        for other in below[name]:
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    return order
