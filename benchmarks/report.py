"""Writes what was measured: tables of ratios, and which of the goals are reached."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import derivatives
from benchmarks.engines import ENGINES
from benchmarks.measure import Results
from benchmarks.workloads import WORKLOADS

__all__ = ["GOALS", "Goal", "markdown", "ratio_table", "update_between"]

START, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"


@dataclass(frozen=True)
class Goal:
    """A figure to reach: a ratio, and whether it is to be at most or at least its bound."""

    text: str
    bound: float
    at_most: bool
    figure: Callable[[Results], float]

    def reached(self, results: Results) -> bool | None:
        """Whether it is reached; None when it wasn't measured."""
        found = self.figure(results)
        if math.isnan(found):
            return None
        return found <= self.bound if self.at_most else found >= self.bound


GOALS = (
    Goal("one a*b, times a float product", 1.15, True, lambda r: r.ratio("c", "floats", "a*b")),
    Goal("W1 forward, times plain floats", 1.25, True, lambda r: r.ratio("c", "floats", "W1", "forward")),
    Goal("W2 forward, times plain floats", 1.25, True, lambda r: r.ratio("c", "floats", "W2", "forward")),
    Goal("W2 whole step, times plain floats", 2.0, True, lambda r: r.ratio("c", "floats", "W2")),
    Goal("W2 whole step, faster than micrograd", 170.0, False, lambda r: r.ratio("micrograd", "c", "W2")),
    Goal("W2 whole step, faster than XAD", 12.0, False, lambda r: r.ratio("xad", "c", "W2")),
    Goal("W2 through nn, faster than micrograd", 900.0, False, lambda r: r.ratio("micrograd", "c-nn", "W2")),
    Goal("W2 through nn, times plain floats", 0.5, True, lambda r: r.ratio("c-nn", "floats", "W2")),
    Goal("W3 whole step, times plain floats", 2.5, True, lambda r: r.ratio("c", "floats", "W3")),
    Goal("W4 whole step, faster than micrograd", 200.0, False, lambda r: r.ratio("micrograd", "c", "W4")),
    Goal("W2 backward alone, times own forward", 0.35, True, lambda r: r.ratio("c", "c", "W2", "backward", "forward")),
    Goal("bytes a node", 80.0, True, lambda r: r.bytes_per_node.get("c", math.nan)),
)


def spelled(ratio: float) -> str:
    """Three digits at most; a dash for what is unknown.

    Examples
    --------
    >>> spelled(236.7), spelled(17.04), spelled(0.6), spelled(float("nan"))
    ('237×', '17×', '0.6×', '—')
    """
    return "—" if math.isnan(ratio) else f"{float(f'{ratio:.3g}' if ratio >= 100 else f'{ratio:.2g}'):g}×"


def table(header: list[str], rows: list[list[str]]) -> str:
    """Markdown."""
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows])


def ratio_table(results: Results, cell: Callable[[str, str], float], reference: str) -> str:
    """One row per engine, one column per workload that the reference ran; an engine that could not run says why."""
    names = [name for name in results.operations if name in results.figures.get(reference, {})]
    if not names:
        return "Not measured."
    rows = []
    for key, engine in ENGINES.items():
        if key in results.figures:
            rows.append([engine.title, *(spelled(cell(key, name)) for name in names)])
        elif key in results.missing:
            rows.append([engine.title, f"not measured: {results.missing[key]}", *[""] * (len(names) - 1)])
    return table(["", *names], rows)


def conditions(results: Results) -> str:
    """Say under what the figures were taken."""
    return (
        f"Measured {results.day} in one run ({results.machine}; {results.python}; float64; garbage collector on; "
        f"engines in turn, best of {results.rounds} rounds). Every tool's value and gradients agree to 1e-9."
    )


def legend(results: Results) -> str:
    """Name the workloads."""
    lines = []
    for name, operations in results.operations.items():
        count = "" if name == "a*b" else f" ({operations:,} operations)"
        lines.append(f"- **{name}**: {WORKLOADS[name].title}{count}")
    return "\n".join(lines)


def readme(results: Results) -> str:
    """Return the README's part: speed relative to micrograd, and time relative to plain floats."""
    text = "Record, differentiate and free a fresh graph, so many times as fast as micrograd:"
    against = ratio_table(results, lambda key, name: results.ratio("micrograd", key, name), "micrograd")
    parts = [text, against, legend(results)]
    if results.derivatives:
        parts += ["Derivatives of a small net's loss (337 parameters, one sample):", second_derivatives(results)]
    return "\n\n".join([*parts, conditions(results)])


def goals(results: Results) -> str:
    """Table of the goals."""
    words = {True: "yes", False: "**no**", None: "not measured"}
    rows = []
    for goal in GOALS:
        found = goal.figure(results)
        sign = "≤" if goal.at_most else "≥"
        rows.append(
            [
                goal.text,
                f"{sign} {goal.bound:g}",
                "—" if math.isnan(found) else f"{found:.3g}",
                words[goal.reached(results)],
            ]
        )
    return table(["figure", "goal", "measured", "reached"], rows)


def second_derivatives(results: Results) -> str:
    """Table of what derivatives of the loss of a net with 337 parameters cost on one sample, ours and JAX's."""
    if not results.derivatives:
        return "Not measured."
    rows = []
    for title, one, other, most in derivatives.GOALS:
        found = derivatives.ratio(results.derivatives, one, other)
        verdict = "not measured" if math.isnan(found) else "yes" if found <= most else "**no**"
        goal, verdict = ("—", "—") if most == math.inf else (f"≤ {most:g}", verdict)
        rows.append([title, goal, "—" if math.isnan(found) else f"{found:.3g}", verdict])
    off = results.forward_against_reverse
    rows.append(["forward against reverse, relative", "≤ 1e-13", f"{off:.1e}", "yes" if off <= 1e-13 else "**no**"])
    return table(["figure", "goal", "measured", "reached"], rows)


def stages(results: Results) -> str:
    """Table of the stages of W2, in units of plain floats' forward."""
    rows = []
    for key, engine in ENGINES.items():
        if "W2" in results.figures.get(key, {}) and engine.differentiates:
            parts = [results.ratio(key, "floats", "W2", stage) for stage in ("forward", "backward", "free")]
            rows.append([engine.title, *(spelled(part) for part in parts)])
    return table(["W2", "forward", "backward", "free"], rows)


def markdown(results: Results) -> str:
    """Return the whole report."""
    memory = [[ENGINES[key].title, f"{size:.1f}"] for key, size in results.bytes_per_node.items()]
    missing = [f"- {key}: {why}" for key, why in results.missing.items()]
    parts = [
        "# Benchmarks",
        "Written by `python -m benchmarks`. Ratios of one run; absolute times are in `results.json`.",
        conditions(results),
        legend(results),
        "## Whole step, times as fast as micrograd",
        ratio_table(results, lambda key, name: results.ratio("micrograd", key, name), "micrograd"),
        "## Whole step, time relative to plain floats forward",
        ratio_table(results, lambda key, name: results.ratio(key, "floats", name), "floats"),
        "## Stages, time relative to plain floats forward",
        stages(results),
        "## Bytes a node, by how the process grows",
        table(["", "bytes"], memory),
        "## Goals (C core)",
        goals(results),
        "## Derivatives: a net 2-16-16-1 of 337 parameters, tanh, squared error, one sample",
        second_derivatives(results),
    ]
    if missing:
        parts += ["## Not measured", "\n".join(missing)]
    return "\n\n".join(parts) + "\n"


def update_between(path: Path, text: str) -> None:
    """Replace what stands between the markers in a file.

    Raises
    ------
    ValueError
        When the file lacks the markers.
    """
    whole = path.read_text(encoding="utf-8")
    before, found, rest = whole.partition(START)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"{path.name}: must hold {START} and {END}")
    path.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")
