"""The direction of a picture, and whether gradients are placed beside or below values, chosen to fit a page."""

from __future__ import annotations

from autograd.draw.layout.ranks import ranks_of
from autograd.draw.scene import Box, Scene

__all__ = ["fitted"]

WIDE, HIGH = 1400.0, 1400.0  # a page on a screen: what is larger is shown smaller, or scrolled
ACROSS, BETWEEN, FRAME = 50.0, 16.0, 24.0
WORTH = 1.25  # another shape than the usual must be this much better


def fitted(scene: Scene, direction: str | None) -> tuple[Scene, str]:
    """Return the scene, its boxes stacked or not, and the direction: the given one, else the better.

    Judged by what a layout in layers would need, without making one.
    """
    ranks = ranks_of(scene)
    candidates = []
    if direction != "TB":
        candidates += [(scene, "LR"), (scene.stacked(), "LR")]
    if direction != "LR":
        candidates.append((scene, "TB"))
    best, scale = candidates[0], 0.0
    for candidate in candidates:
        fits = _scale(*candidate, ranks)
        if fits > scale * (WORTH if scale else 1.0):
            best, scale = candidate, fits
    return best


def _scale(scene: Scene, direction: str, ranks: dict[str, int]) -> float:
    """By how much the picture would be made smaller to be seen at once; 1 where it fits."""
    layers: dict[int, list[Box]] = {}
    for box in scene.boxes:
        layers.setdefault(ranks[box.key], []).append(box)
    downward = direction == "TB"
    along = sum(max(box.size[downward] for box in layer) for layer in layers.values()) + (len(layers) - 1) * (
        ACROSS - 14.0 * downward
    )
    across = max(sum(box.size[not downward] + BETWEEN for box in layer) for layer in layers.values())
    across += FRAME * len(scene.clusters) / max(1, len(layers) // 3)
    wide, high = (across, along) if downward else (along, across)
    return min(1.0, WIDE / wide, HIGH / high)
