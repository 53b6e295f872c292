"""Writes the results: tables of ratios, and the goals reached."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from benchmarks.engines import ENGINES
from benchmarks.evals import EVALS
from benchmarks.goals import GOALS
from benchmarks.language import LINES, TOKENS
from benchmarks.results import Figure, Results
from benchmarks.tables import compared, duration, spelled, table, times
from benchmarks.training import BATCHES
from benchmarks.workloads import WORKLOADS

__all__ = ["markdown", "readme", "update_between"]

START, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"
MULTIPLES = "Others' times are given in multiples of ours."


def ratio_table(results: Results, cell: Callable[[str, str], float], reference: str) -> str:
    """Return one row per engine, one column per workload of the reference; with the reason for missing engines."""
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
    """Return the conditions of the measurement."""
    return (
        f"Measured {results.day} in one run ({results.machine}; {results.python}; {results.core} core where not said; "
        f"float64; garbage collector on; all in turn, best of {results.rounds} rounds). "
        "Every tool's values and gradients agree to 1e-9."
    )


def legend(results: Results, reference: str = "") -> str:
    """Name the workloads, those that the reference ran where one is given."""
    lines = []
    for name, operations in results.operations.items():
        if reference and name not in results.figures.get(reference, {}):
            continue
        count = "" if name == "a*b" else f" ({operations:,} operations)"
        lines.append(f"- **{name}**: {WORKLOADS[name].title}{count}")
    return "\n".join(lines)


def eager(results: Results) -> str:
    """Table of speed relative to micrograd."""
    against = ratio_table(results, lambda key, name: results.ratio("micrograd", key, name), "micrograd")
    text = "Record, differentiate and free a fresh graph; speed relative to micrograd:"
    return "\n\n".join([text, against, legend(results, "micrograd")])


def derivatives(results: Results) -> str:
    """Return the table of the cost of derivatives of the 337-parameter net's loss on one sample, ours and JAX's."""
    rows: dict[str, tuple[str, ...]] = {
        "recording the loss": ("record",),
        "`backward()` alone": ("backward",),
        "gradient": ("grad",),
        "gradient, compiled": ("compiled grad", "grad"),
        "Hessian times a vector": ("hvp",),
        "Hessian times a vector, compiled": ("compiled hvp", "hvp"),
        "Hessian, 337 × 337, as lists": ("hessian",),
        "Hessian, 337 × 337, as an array": ("hessian of an array", "hessian"),
        "Hessian, compiled, as lists": ("compiled hessian", "hessian"),
        "Hessian, compiled, as an array": ("compiled hessian of an array", "hessian"),
        "gradient of a chain of 1,000 variables": ("chain grad",),
        "Hessian of that chain, 1,000 × 1,000": ("chain hessian",),
    }
    shown = compared(results.section("derivatives"), rows, {"JAX as called": "jax", "JAX jitted": "jax jitted"})
    return f"The loss of a 2-16-16-1 net (337 parameters, tanh) on one sample. {MULTIPLES}\n\n{shown}"


def replay(results: Results) -> str:
    """Table of compiled graphs."""
    found = results.section("replay")
    planned = {
        key: f"{found.facts.get(f'operations {key} planned', 0):,.0f}" for key in ("random graph", "large graph")
    }
    rows: dict[str, tuple[str, ...]] = {
        "N = 1": ("N = 1",),
        "N = 100": ("N = 100",),
        "N = 10,000": ("N = 10,000",),
        "N = 40,000, one thread": ("N = 40,000",),
        "N = 40,000, two threads": ("N = 40,000, two threads",),
        "N = 40,000, numpy in place of C": ("N = 40,000, on numpy",),
        f"random graph, N = {found.facts.get('samples of the random graph', 0):,.0f}": ("random graph",),
        "W4, N = 1": ("W4",),
        "Asian call, price alone": ("option price",),
        "Asian call, price and five derivatives": ("option derivatives",),
        **{name: (name,) for name in EVALS},
        f"planning a random graph of {planned['random graph']} operations": ("random graph planned",),
        f"planning a random graph of {planned['large graph']} operations": ("large graph planned",),
    }
    columns = {
        "C by hand": "by hand",
        "eager": "eager",
        "CasADi": "casadi",
        "torch, in arrays": "torch",
        "JAX, jitted, in arrays": "jax",
    }
    text = (
        "Value and gradients by a compiled graph: the 2-16-16-1 net with squared error over N samples, a random graph "
        "without structure, the GPT step W4, an Asian call over 252 steps and 20,000 paths, and small evals as "
        "GradBench has them. "
        f"{MULTIPLES}"
    )
    return f"{text}\n\n{compared(found, rows, columns, extra='an operation')}"


def training(results: Results) -> str:
    """Tables of training."""
    found = results.section("training")
    moons: dict[str, tuple[str, ...]] = {
        "`nn.fit`, a step of 2,000": ("fit, 2000 steps", "step"),
        "`nn.fit`, a step of 100, compiling included": ("fit, 100 steps", "step"),
        "Values, as in micrograd's notebook": ("eager", "step"),
    }
    against = {"micrograd": "micrograd", "torch, in arrays": "torch", "JAX, jitted, in arrays": "jax"}
    gpt: dict[str, tuple[str, ...]] = {}
    for tokens in TOKENS:
        gpt[f"{tokens} tokens, eager"] = (f"eager {tokens} tokens", f"{tokens} tokens")
        gpt[f"{tokens} tokens, compiled"] = (f"compiled {tokens} tokens", f"{tokens} tokens")
        several = f"{tokens} tokens, compiled, {LINES} lines in a step, a line"
        gpt[several] = (f"lines {tokens} tokens", f"{tokens} tokens")
    columns = {"plain Python with slots": "slots", "eager": "eager"}
    return "\n\n".join(
        [
            "micrograd's demo (100 moons, 2-16-16-1, ReLU, hinge loss and L2; a step over all points): "
            f"{found.facts.get('accuracy', math.nan):.0%} accuracy after 100 steps. {MULTIPLES}",
            compared(found, moons, against),
            "A step of the notebooks' GPT with Adam (width 16, 4 heads, 1 layer, vocabulary 27):",
            compared(found, gpt, columns),
            script(results),
            epoch(results),
        ]
    )


def script(results: Results) -> str:
    """Return a sentence on a script whose class of numbers is replaced."""
    found = results.section("training")
    ours = " and ".join(
        f"{duration(found.least(case))} on the {case.removeprefix('script, ')} ({spelled(found.ratio('script', case))})"
        for case in ("script, C core", "script, Python core")
    )
    return (
        "A script of plain Python that trains such a model, 8 tokens in a step, with its own numbers and Adam, takes "
        f"{duration(found.least('script'))} for a step; with its class of numbers replaced by `Value`, {ours}. On "
        "plain floats, without gradients, its loops and Adam alone take "
        f"{duration(found.least('script, plain floats'))} ({spelled(found.ratio('script', 'script, plain floats'))}), "
        "which bounds what any class of numbers can reach."
    )


def epoch(results: Results) -> str:
    """Return a sentence on many samples."""
    found = results.section("training")

    def share(size: int, case: str) -> float:
        return found.ratio(f"replay alone, {size:,}", f"{case}, {size:,}")

    shares = [
        f"{duration(found.least(f'epoch, {size:,}'))} in batches of {size:,} "
        f"({share(size, 'epoch'):.2f}; without shuffling {share(size, 'epoch in order'):.2f})"
        for size in BATCHES
    ]
    return (
        f"An epoch of {found.facts.get('samples of an epoch', 0):,.0f} samples through that net with `nn.fit` on one "
        f"thread takes {', '.join(shares)}; in brackets its share of replay's own throughput. It needs "
        f"{found.facts.get('memory of an epoch', math.nan) / 1e6:.1f} MB beside the data."
    )


SECTIONS = {"derivatives": derivatives, "replay": replay, "training": training}


def readme(results: Results) -> str:
    """Return the README's part: the conditions, and a table or two for each section."""
    parts = ["### Eager", eager(results)] if results.operations else []
    for name, written in SECTIONS.items():
        if name in results.sections:
            parts += [f"### {name.capitalize()}", written(results)]
    return "\n\n".join([*parts, conditions(results)])


def goals(results: Results) -> str:
    """Table of the goals."""
    words = {True: "yes", False: "**no**", None: "not measured"}
    rows = []
    for goal in GOALS:
        found, sign = goal.figure(results), "≤" if goal.at_most else "≥"
        measured = "—" if math.isnan(found) else f"{found:,.0f}" if found >= 1000 else f"{found:.3g}"
        bound = f"{goal.bound:,.0f}" if goal.bound >= 1000 else f"{goal.bound:g}"
        rows.append([goal.text, f"{sign} {bound}", measured, words[goal.reached(results)]])
    return table(["figure", "goal", "measured", "reached"], rows)


def stages(results: Results) -> str:
    """Table of the stages of W2, in units of plain floats' forward."""
    rows = []
    for key, engine in ENGINES.items():
        if "W2" in results.figures.get(key, {}) and engine.differentiates:
            parts = [results.ratio(key, "floats", "W2", stage) for stage in ("forward", "backward", "free")]
            rows.append([engine.title, *(spelled(part) for part in parts)])
    return table(["W2", "forward", "backward", "free"], rows)


def eager_times(results: Results) -> str:
    """Return the table of each engine's step on each workload, the best and the median round."""

    def cell(figure: Figure | None) -> str:
        return "—" if figure is None else f"{duration(figure.least())} / {duration(figure.median())}"

    rows = [
        [ENGINES[key].title, *(cell(found.get(name)) for name in results.operations)]
        for key, found in results.figures.items()
    ]
    return table(["best / median", *results.operations], rows)


def eager_details(results: Results) -> list[str]:
    """Return the part of the eager section that the README omits."""
    memory = [[ENGINES[key].title, f"{size:.1f}"] for key, size in results.bytes_per_node.items()]
    return [
        "### Workloads",
        legend(results),
        "### Whole step, time relative to plain floats forward",
        ratio_table(results, lambda key, name: results.ratio(key, "floats", name), "floats"),
        "### Stages, time relative to plain floats forward",
        stages(results),
        "### Bytes a node, by how the process grows",
        table(["", "bytes"], memory),
        "### Times of a step",
        eager_times(results),
    ]


def markdown(results: Results) -> str:
    """Return the whole report."""
    parts = [
        "# Benchmarks",
        "Written by `python -m benchmarks`. Ratios are of one run; times of another run may differ by half.",
        conditions(results),
        "## Goals",
        goals(results),
    ]
    if results.operations:
        parts += ["## Eager", eager(results), *eager_details(results)]
    for name, written in SECTIONS.items():
        if name in results.sections:
            parts += [f"## {name.capitalize()}", written(results), "### All times", times(results.sections[name])]
    missing = [f"- {key}: {why}" for key, why in results.missing.items()]
    if missing:
        parts += ["## Not measured", "\n".join(missing)]
    return "\n\n".join(parts) + "\n"


def update_between(path: Path, text: str) -> None:
    """Replace the text between the markers in a file.

    Raises
    ------
    ValueError
        If the file lacks the markers.
    """
    whole = path.read_text(encoding="utf-8")
    before, found, rest = whole.partition(START)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"{path.name}: must hold {START} and {END}")
    path.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")
