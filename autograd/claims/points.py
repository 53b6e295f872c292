"""The values and derivatives of a graph at one point, by the names used in formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from autograd.derivation.steps import Steps, total_derivatives
from autograd.engine.backend import Value
from autograd.errors import WorksheetError

__all__ = ["Point"]


class Point(Mapping[str, float]):
    """The numbers of a graph for given leaves: names, `∂y/∂x`, and `w′` after an update.

    With `direct`, ∂y/∂x keeps all other named steps constant if x occurs in y's own formula.
    """

    def __init__(self, values: Mapping[str, Value], output: str, rate: float | None, direct: bool = False) -> None:
        self.values_by_name = values
        self.output, self.rate, self.direct = output, rate, direct
        self._totals: dict[str, dict[int, float]] = {}
        self._edges: dict[str, dict[int, float]] = {}

    def __getitem__(self, key: str) -> float:
        if key.startswith("∂"):
            y, _, x = key[1:].partition("/∂")
            return self.partial(y, x)
        if key.endswith("′"):
            return self._updated(key[:-1])
        return self.values_by_name[key].data

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)

    def _updated(self, name: str) -> float:
        if self.rate is None:
            raise WorksheetError(f"{name}' is {name} after an update, which needs a rate; write a line 'rate: 0.5'")
        return self[name] - self.rate * self.partial(self.output, name)

    def partial(self, y: str, x: str) -> float:
        """Return ∂y/∂x."""
        node = id(self.values_by_name[x])
        if self.direct:
            if y not in self._edges:
                steps = Steps(self.values_by_name[y])
                self._edges[y] = steps.edges[id(steps.root)]
            if node in self._edges[y]:
                return self._edges[y][node]
        if y not in self._totals:
            self._totals[y] = total_derivatives(self.values_by_name[y])
        return self._totals[y].get(node, 0.0)
