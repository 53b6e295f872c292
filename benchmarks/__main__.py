"""`python -m benchmarks`: measure, check that gradients agree, and write the tables."""

from __future__ import annotations

import argparse
from pathlib import Path

import autograd as ag
from benchmarks import derivatives, eager, notes, replay, report, results, training
from benchmarks.environments import PACKAGES, ROOT
from benchmarks.timing import Settings
from benchmarks.workloads import WORKLOADS

__all__ = ["main"]

HEAVY = ("torch",)
SECTIONS = {"derivatives": derivatives.measure, "replay": replay.measure, "training": training.measure}


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    usual = [key for key in PACKAGES if key not in HEAVY]
    sections, workloads = ["eager", *SECTIONS], list(WORKLOADS)
    made = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure scalargrad against its peers.")
    made.add_argument(
        "what", nargs="?", choices=("speed", "notes"), default="speed", help="what to measure (default speed)"
    )
    made.add_argument("--quick", action="store_true", help="two short rounds of less work; writes no file")
    made.add_argument("--rounds", type=int, default=7, help="how often each case has its turn (default 7)")
    made.add_argument(
        "--sections", nargs="+", choices=sections, default=sections, metavar="SECTION", help=", ".join(sections)
    )
    made.add_argument(
        "--workloads", nargs="+", choices=workloads, default=workloads, metavar="WORKLOAD",
        help=f"of the eager section: {', '.join(workloads)}",
    )  # fmt: skip
    made.add_argument(
        "--peers", nargs="*", choices=usual, default=usual, metavar="PEER", help=f"any or none of {', '.join(usual)}"
    )
    made.add_argument("--with", dest="heavy", nargs="+", choices=HEAVY, default=[], help="large packages on top")
    made.add_argument("--cache", type=Path, default=ROOT / ".cache" / "benchmarks", help="where peers are installed")
    made.add_argument("--output", type=Path, help="folder for results.md and results.json; no README then")
    return made


def measured(given: argparse.Namespace) -> results.Results:
    """Measure what the command line selects."""
    rounds, seconds = (2, 0.02) if given.quick else (given.rounds, 0.15)
    settings = Settings(rounds, seconds, given.cache, (*given.peers, *given.heavy), given.quick)
    found = results.new(rounds, {"c": "C", "python": "Python"}[ag.CORE])
    if "eager" in given.sections:
        eager.measure([name for name in given.workloads if not (given.quick and name == "W5")], settings, found)
    for name, measure in SECTIONS.items():
        if name in given.sections:
            found.sections[name] = measure(settings)
            found.missing |= found.sections[name].missing
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 if an engine failed or its gradients were wrong.

    Only a complete run writes files, so that they hold figures of one run: all sections and workloads, not quick.
    """
    given = parser().parse_args(arguments)
    if given.what == "notes":
        return notes.main()
    found = measured(given)
    text = report.markdown(found)
    print(text)
    whole = len(found.sections) == len(SECTIONS) and len(found.operations) == len(WORKLOADS)
    folder = given.output or (Path(__file__).parent if whole and not given.quick else None)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "results.md").write_text(text, encoding="utf-8")
        (folder / "results.json").write_text(found.as_json(), encoding="utf-8")
    if folder is not None and given.output is None:
        report.update_between(ROOT / "README.md", report.readme(found))
    return 1 if found.failures() else 0


if __name__ == "__main__":
    raise SystemExit(main())
