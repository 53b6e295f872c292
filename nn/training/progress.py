"""A bar with the loss, for trainings that take more than a second."""

from __future__ import annotations

import sys
import time
from typing import Any, Final

__all__ = ["Progress"]

PATIENCE: Final = 1.0
INTERVAL: Final = 0.1


class Progress:
    """A tqdm bar that appears after a second; where nobody looks at a terminal, only if it is asked for.

    Parameters
    ----------
    wanted : bool, optional
        Whether there is a bar; by default where the standard error is a terminal.
    total, done : int
        How many steps there are, and how many were made before.
    """

    def __init__(self, wanted: bool | None, total: int, done: int) -> None:
        self.total, self.done = total, done
        self.bar: Any = None
        shown = bool(sys.stderr and sys.stderr.isatty()) if wanted is None else wanted
        self.next = time.perf_counter() + PATIENCE if shown else float("inf")

    def show(self, steps: int, loss: float, epoch: int) -> None:
        """Draw the bar, where it is time to."""
        now = time.perf_counter()
        if now < self.next:
            return
        self.next = now + INTERVAL
        if self.bar is None:
            from tqdm.auto import tqdm

            self.bar = tqdm(total=self.total, initial=self.done, unit="step", desc="fit", mininterval=0.0)
        self.bar.set_postfix_str(f"epoch {epoch}, loss {loss:.4g}", refresh=False)
        self.bar.update(steps - self.bar.n)

    def close(self) -> None:
        """Leave the bar as it is."""
        if self.bar is not None:
            self.bar.close()
