"""Positions of boxes, edges and frames: the result of a layout, from which the SVG is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from autograd.draw.scene import Box, Scene

__all__ = ["Frame", "Plan", "Point", "add_layers"]

Point = tuple[float, float]


@dataclass
class Frame:
    """The rectangle of a cluster, or of a layer of clusters."""

    name: str
    x: float
    y: float
    width: float
    height: float
    layer: bool = False

    def overlaps(self, other: Frame) -> bool:
        """Return whether two rectangles have a point in common."""
        beside = self.x < other.x + other.width and other.x < self.x + self.width
        return beside and self.y < other.y + other.height and other.y < self.y + self.height


@dataclass
class Plan:
    """Centres of boxes by key, cubic Bézier points of edges by key, frames, and the total extent."""

    centres: dict[str, Point]
    curves: dict[str, list[Point]]
    frames: list[Frame] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0

    def transposed(self) -> Plan:
        """Return the plan with x and y exchanged."""
        return Plan(
            {key: (y, x) for key, (x, y) in self.centres.items()},
            {key: [(y, x) for x, y in curve] for key, curve in self.curves.items()},
            [Frame(f.name, f.y, f.x, f.height, f.width, f.layer) for f in self.frames],
            self.height,
            self.width,
        )

    def shift(self, right: float, down: float) -> None:
        """Move everything."""
        self.centres = {key: (x + right, y + down) for key, (x, y) in self.centres.items()}
        self.curves = {key: [(x + right, y + down) for x, y in curve] for key, curve in self.curves.items()}
        for frame in self.frames:
            frame.x, frame.y = frame.x + right, frame.y + down

    def include_frames(self) -> None:
        """Extend the picture to include all frames."""
        left, top = min([0.0, *(f.x for f in self.frames)]), min([0.0, *(f.y for f in self.frames)])
        self.shift(-left, -top)
        self.width = max([self.width - left, *(f.x + f.width for f in self.frames)])
        self.height = max([self.height - top, *(f.y + f.height for f in self.frames)])


def add_layers(scene: Scene, plan: Plan) -> None:
    """Put a frame around the frames of each layer, if nothing else would be inside it, and make space for it."""
    frames = list(plan.frames)
    added: list[Frame] = []
    for name, places in scene.layers if len(frames) == len(scene.clusters) else []:
        frame = _around(name, [frames[place] for place in places])
        own = _with_own_leaves(scene, {box.key for place in places for box in scene.clusters[place].boxes})
        others = [f for place, f in enumerate(frames) if place not in places] + added
        others += [_rectangle(box, plan) for box in scene.boxes if box.key not in own]
        if not any(map(frame.overlaps, others)):
            added.append(frame)
    plan.frames[:0] = added
    plan.include_frames()


def _around(name: str, inner: Collection[Frame]) -> Frame:
    left, top = min(f.x for f in inner) - 8.0, min(f.y for f in inner) - 23.0
    right, bottom = max(f.x + f.width for f in inner) + 8.0, max(f.y + f.height for f in inner) + 8.0
    return Frame(name, left, top, right - left, bottom - top, layer=True)


def _rectangle(box: Box, plan: Plan) -> Frame:
    (x, y), (width, height) = plan.centres[box.key], box.size
    return Frame("", x - width / 2, y - height / 2, width, height)


def _with_own_leaves(scene: Scene, boxes: set[str]) -> set[str]:
    """Return these boxes, and those that lead to no others."""
    elsewhere = {edge.tail.key for edge in scene.edges if edge.head.key not in boxes}
    return boxes | {edge.tail.key for edge in scene.edges if edge.tail.key not in elsewhere}
