"""The results of a worksheet, as tables and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from autograd._common.numbers import to_json
from autograd._common.text import display_width, shortened
from autograd.worksheet import Evaluation, Worksheet
from autograd.worksheet.checking import FAILED, KINK, UNCLEAR, Comparison

__all__ = ["Report", "as_json", "as_text", "check_table", "gather"]

WIDTH = 80
NAME_WIDTH = 20


@dataclass
class Report:
    """The results of one run.

    Attributes
    ----------
    sheet : Worksheet
        The sheet.
    run : Evaluation
        Evaluated at the sheet's numbers, or at replacements.
    gradients : dict of label to float
        Of the output, with respect to each requested quantity.
    updated : dict of label to float
        The trained leaves after gradient descent; empty without a rate.
    value_after : float
        The output at the updated leaves.
    steps : int
        The number of steps of descent.
    rate : float or None
        The learning rate.
    roles : dict of label to str
        The role of each quantity.
    checks : list of Comparison or None
        The comparisons, if gradients were checked.
    """

    sheet: Worksheet
    run: Evaluation
    gradients: dict[str, float]
    updated: dict[str, float]
    value_after: float
    steps: int
    rate: float | None
    roles: dict[str, str]
    checks: list[Comparison] | None = field(default=None)


def gather(
    sheet: Worksheet,
    labels: Sequence[str],
    *,
    of: str,
    replaced: Mapping[str, float] | None = None,
    fixed: Sequence[str] = (),
    rate: float | None = None,
    steps: int = 1,
    watch: Callable[[Iterator[dict[str, float]], int], Iterator[dict[str, float]]] = lambda descent, _: descent,
) -> Report:
    """Compute a sheet's gradients and, given a learning rate, some steps of gradient descent.

    Parameters
    ----------
    sheet : Worksheet
        The sheet.
    labels : sequence of str
        The quantities to differentiate with respect to; the trained leaves among them, except `fixed`, are updated.
    of : str
        The output.
    replaced : mapping of label to float, optional
        Numbers that replace those of leaves.
    fixed : sequence of str
        Leaves not to train, besides those fixed in the sheet.
    rate : float, optional
        The learning rate.
    steps : int
        Of descent.
    watch : callable
        Wraps the iteration over descent steps, given its length, as a progress bar does.
    """
    trained = [label for label in labels if label in sheet.trained and label not in fixed]
    run, numbers = sheet.evaluate(replaced, of=of), dict(replaced or {})
    if rate is not None and trained:
        descent = sheet.descend(steps, rate=rate, trained=trained, replaced=replaced, of=of)
        for numbers in watch(descent, steps):  # noqa: B007  (the last one is wanted)
            pass
    return Report(
        sheet=sheet,
        run=run,
        gradients=run.gradients(labels),
        updated={label: numbers.get(label, sheet.leaves[label]) for label in trained} if rate is not None else {},
        value_after=sheet.compute(numbers, of=of),
        steps=steps,
        rate=rate,
        roles={label: "fixed" if label in fixed else sheet.role(label) for label in labels},
    )


def as_json(report: Report) -> str:
    """Return one JSON object, each number with all its digits.

    JSON has no infinities and nan: they are the strings "Infinity", "-Infinity" and "NaN", which Python's `float` and
    JavaScript's `Number` both read.
    """
    content: dict[str, object] = {
        "output": report.run.output,
        "value": to_json(report.run.value),
        "values": _json_numbers(report.run.numbers()),
        "gradients": _json_numbers(report.gradients),
        "updated": _json_numbers(report.updated),
        "value_after": to_json(report.value_after),
    }
    if report.checks is not None:
        content["check"] = {
            each.label: {
                "forward": to_json(each.forward),
                "differences": to_json(each.differences),
                "error": to_json(each.error),
                "verdict": each.verdict,
            }
            for each in report.checks
        }
    return json.dumps(content, allow_nan=False)


def _json_numbers(numbers: Mapping[str, float]) -> dict[str, float | str]:
    return {label: to_json(number) for label, number in numbers.items()}


def as_text(report: Report, *, values: bool = False) -> str:
    """Return tables of at most 80 columns.

    Parameters
    ----------
    report : Report
        The results.
    values : bool
        Whether to add a table of every step's value.
    """
    output = shortened(report.run.output, NAME_WIDTH)
    head = report.sheet.name + (f": {report.sheet.title}" if report.sheet.title else "")
    parts = [head, _gradient_table(report), _outcome(report)]
    if values:
        numbers = report.run.numbers()
        parts.append(_table(("step", "value"), list(numbers.items())))
    if report.checks is not None:
        parts.append(check_table(report.checks, output))
    return "\n\n".join(parts)


def _gradient_table(report: Report) -> str:
    after = _steps_text(report.steps) if report.updated else ""
    rows: list[Sequence[str | float]] = []
    for label, gradient in report.gradients.items():
        role = report.roles[label]
        updated = report.updated.get(label, "")
        note = role if role != "trained" else ""
        rows.append((label, report.run.values[label].data, gradient, updated, note))
    heads = ("name", "value", f"∂{shortened(report.run.output, 14)}/∂name", after, "")
    return _table(heads, rows)


def _outcome(report: Report) -> str:
    output = shortened(report.run.output, NAME_WIDTH)
    lines = [f"{output} = {report.run.value!r}"]
    if report.updated:
        margin = " " * display_width(output)
        lines.append(f"{margin} → {report.value_after!r} {_steps_text(report.steps)} at rate {report.rate!r}")
    if report.updated and not math.isfinite(report.value_after) and math.isfinite(report.run.value):
        lines.append("The descent has left the finite numbers: a smaller --rate may help.")
    return "\n".join(lines)


def _steps_text(steps: int) -> str:
    return f"after {steps:,} step{'s' * (steps != 1)}"


def check_table(checks: Sequence[Comparison], output: str) -> str:
    """Return a table of the compared gradients."""
    rows = [(each.label, each.reverse, each.forward, each.differences, each.verdict) for each in checks]
    lines = [_table(("name", "backward", "forward mode", "differences", "check"), rows)]
    verdicts = [each.verdict for each in checks]
    failed = verdicts.count(FAILED)
    if KINK in verdicts:
        lines.append("kink: the slopes on the two sides differ; the gradient lies between them, by convention.")
    if UNCLEAR in verdicts:
        lines.append("unclear: finite differences can't resolve it here; forward mode agrees.")
    many = f"{len(checks)} gradient{'s' * (len(checks) != 1)} of {output}"
    lines.append(f"{many} checked: {f'{failed} FAILED' if failed else 'none fails'}.")
    return "\n".join(lines)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str | float]]) -> str:
    """Align columns, with as many digits of the numbers as fit."""
    tables = (_aligned(heads, rows, digits) for digits in (10, 9, 8, 7))
    return next((table for table in tables if display_width(table.split("\n")[1]) <= WIDTH), _aligned(heads, rows, 6))


def _aligned(heads: Sequence[str], rows: Sequence[Sequence[str | float]], digits: int) -> str:
    """Left-align names and words, right-align numbers, and add a rule below the head."""
    cells = [tuple(heads)]
    for name, *others in rows:
        texts = (each if isinstance(each, str) else f"{each:.{digits}g}" for each in others)
        cells.append((shortened(str(name), NAME_WIDTH), *texts))
    widths = [max(display_width(row[i]) for row in cells) for i in range(len(heads))]
    lines = []
    for row in cells:
        padded = []
        for i, cell in enumerate(row):
            space = " " * (widths[i] - display_width(cell))
            padded.append(cell + space if i in (0, 4) else space + cell)
        lines.append("  ".join(each for each, width in zip(padded, widths, strict=True) if width).rstrip())
    lines.insert(1, "─" * max(map(display_width, lines)))
    return "\n".join(lines)
