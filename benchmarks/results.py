"""Results of a run, all sections together."""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
from dataclasses import asdict, dataclass, field
from datetime import date

from benchmarks.timing import Found

__all__ = ["Figure", "Results", "new"]


@dataclass
class Figure:
    """Times of one engine on one workload: seconds per step, by stage, one number per round."""

    samples: dict[str, list[float]] = field(default_factory=dict)

    def least(self, stage: str = "whole") -> float:
        """Return the best round; nan if there is none."""
        return min(self.samples.get(stage, []), default=math.nan)

    def median(self, stage: str = "whole") -> float:
        """Return the median round; nan if there is none."""
        found = self.samples.get(stage, [])
        return statistics.median(found) if found else math.nan


@dataclass
class Results:
    """All results of a run.

    Attributes
    ----------
    figures : dict
        Maps engine and workload to a figure of the eager section.
    missing : dict
        Maps a package, or a package and a case, to the reason for a missing figure.
    bytes_per_node : dict
        Maps an engine to the growth of its process per node, for a chain of a million nodes.
    operations : dict
        Maps a workload to its number of scalar operations.
    sections : dict
        The other sections by name, where measured.
    """

    day: str
    machine: str
    python: str
    core: str
    rounds: int
    figures: dict[str, dict[str, Figure]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    bytes_per_node: dict[str, float] = field(default_factory=dict)
    operations: dict[str, int] = field(default_factory=dict)
    sections: dict[str, Found] = field(default_factory=dict)

    def ratio(self, engine: str, other: str, workload: str, stage: str = "whole", other_stage: str = "whole") -> float:
        """Return the ratio of times of `engine` and `other`, both by their best rounds; nan if unknown."""
        one = self.figures.get(engine, {}).get(workload, Figure()).least(stage)
        return one / self.figures.get(other, {}).get(workload, Figure()).least(other_stage)

    def section(self, name: str) -> Found:
        """Return the results of a section; empty if it was not measured."""
        return self.sections.get(name, Found())

    def failures(self) -> dict[str, str]:
        """Return the failures, not including packages that cannot be installed."""
        return {key: why for key, why in self.missing.items() if " " in key}

    def as_json(self) -> str:
        """Everything as text, seconds included."""
        return json.dumps(asdict(self), indent=1) + "\n"


def new(rounds: int, core: str) -> Results:
    """Empty results of today, on this machine."""
    machine = f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}"
    return Results(date.today().isoformat(), machine, f"CPython {platform.python_version()}", core, rounds)
