"""Tables show the measured ratios, and the reasons for missing ones."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.goals import GOALS
from benchmarks.results import Figure, Results
from benchmarks.tables import compared
from benchmarks.timing import Found


def empty() -> Results:
    return Results("2026-01-01", "machine", "CPython", "C", 1)


def full() -> Results:
    made = empty()
    made.missing = {"torch": "no network"}
    for key, seconds in (("floats", 1.0), ("c", 2.0), ("micrograd", 400.0)):
        made.figures[key] = {"W2": Figure({"whole": [seconds, 9.0 * seconds], "forward": [seconds]})}
    made.operations["W2"] = 65_075
    made.sections = {
        "derivatives": Found(
            {"record": [2.0], "backward": [1.0, 0.5], "grad": [1.0], "hvp": [5.0, 4.5], "jax hvp": [9.0]},
            {"forward against reverse": 2e-15},
        ),
        "replay": Found(
            {
                "N = 100": [2e-6, 4e-6],
                "casadi N = 100": [8e-5],
                "by hand N = 100": [1e-6],
                "random graph planned": [0.1],
            },
            {"operations N = 100": 1000.0, "operations random graph planned": 11_000.0},
        ),
        "training": Found(
            {"fit, 2000 steps": [1e-5], "micrograd step": [1.0], "slots 8 tokens": [3.0], "eager 8 tokens": [0.1]},
            {"accuracy": 1.0},
        ),
    }
    return made


@pytest.mark.parametrize(
    "line",
    [
        "| scalargrad, C core | 200× |",
        "| pure Python, slots and local derivatives | not measured: no room |",
        "| Hessian times a vector | 4.5 s | 2× |",
        "| N = 100 | 2 µs | 2 ns | 0.5× | 40× |",
        "| planning a random graph of 11,000 operations | 100 ms | 9.09 µs | — | — |",
        "| `nn.fit`, a step of 2,000 | 10 µs | 100,000× |",
        "| 8 tokens, eager | 100 ms | 30× |",
    ],
)
def test_rows_of_the_readme(line: str) -> None:
    made = full()
    made.missing["slots"] = "no room"
    assert line in report.readme(made).splitlines()


@pytest.mark.parametrize(
    "line",
    [
        "| W2 whole step, times plain floats | ≤ 2 | 2 | yes |",
        "| backward alone, times recording | ≤ 3 | 0.25 | yes |",
        "| hvp, times grad | ≤ 4 | 4.5 | **no** |",
        "| forward against reverse mode, relative | ≤ 1e-13 | 2e-15 | yes |",
        "| replay, N = 100, faster than CasADi | ≥ 30 | 40 | yes |",
        "| moons by fit, faster than micrograd | ≥ 15,000 | 100,000 | yes |",
        "| GPT step, eager, faster than slots in Python | ≥ 60 | 30 | **no** |",
        "| bytes a node | ≤ 80 | — | not measured |",
        "| backward | 500 ms | 750 ms |",  # the best and the middle round
        "- torch: no network",
    ],
)
def test_lines_of_the_report(line: str) -> None:
    assert line in report.markdown(full()).splitlines()


def test_the_readme_names_the_workloads_of_its_columns() -> None:
    made = full()
    made.operations["W5"] = 1_000_000
    assert "**W5**" not in report.readme(made)
    assert "- **W5**: chain x = x*a + b, 500,000 times (1,000,000 operations)" in report.markdown(made)


def test_sections_not_measured_are_not_written() -> None:
    made = full()
    del made.sections["training"]
    text = report.readme(made)
    assert "### Replay" in text
    assert "### Training" not in text
    assert report.readme(empty()).startswith("Measured 2026-01-01")


def test_columns_and_rows_without_figures_are_left_out() -> None:
    found = Found({"a": [1.0], "jax a": [3.0], "torch b": [1.0]})
    assert compared(found, {"A": ("a",), "B": ("b",)}, {"JAX": "jax", "torch": "torch"}, "x").splitlines() == [
        "| x | time | JAX |",
        "| --- | --- | --- |",
        "| A | 1 s | 3× |",
    ]
    assert compared(Found(), {"A": ("a",)}, {"JAX": "jax"}) == "Not measured."


def test_goals_are_unknown_where_nothing_was_measured() -> None:
    assert all(goal.reached(empty()) is None for goal in GOALS)
    assert math.isnan(empty().ratio("c", "floats", "W2"))


def test_json_holds_every_second() -> None:
    held = json.loads(full().as_json())
    assert held["sections"]["derivatives"]["times"]["backward"] == [1.0, 0.5]
    assert held["figures"]["floats"]["W2"]["samples"]["whole"] == [1.0, 9.0]


def test_only_what_was_tried_is_a_failure() -> None:
    made = empty()
    made.missing = {"torch": "no network", "replay jax": "N = 1: off by 1.0e-03"}
    assert made.failures() == {"replay jax": "N = 1: off by 1.0e-03"}


def test_readme_part_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"before\n{report.START}\nold\n{report.END}\nafter\n", encoding="utf-8")
    report.update_between(page, "new")
    assert page.read_text(encoding="utf-8") == f"before\n{report.START}\nnew\n{report.END}\nafter\n"
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="must hold"):
        report.update_between(page, "new")
    assert page.read_text(encoding="utf-8") == "nothing"
