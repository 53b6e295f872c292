"""`python -m benchmarks`: measures, checks that gradients agree, writes the tables."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import derivatives, report
from benchmarks.engines import ENGINES
from benchmarks.measure import ROOT, measure
from benchmarks.workloads import WORKLOADS

__all__ = ["main"]

HEAVY = ("torch",)
DERIVATIVES = "derivatives"


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    usual = [key for key in ENGINES if key not in HEAVY]
    made = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure scalargrad against its peers.")
    made.add_argument("--quick", action="store_true", help="two rounds, without the million-node chain; writes no file")
    made.add_argument("--rounds", type=int, default=7, help="rounds for each engine and workload (default 7)")
    made.add_argument(
        "--engines", nargs="+", choices=list(ENGINES), default=usual, metavar="ENGINE", help=", ".join(usual)
    )
    made.add_argument("--with", dest="heavy", nargs="+", choices=HEAVY, default=[], help="large packages on top")
    names = [*WORKLOADS, DERIVATIVES]
    made.add_argument("--workloads", nargs="+", choices=names, default=names, metavar="WORKLOAD", help=", ".join(names))
    made.add_argument("--cache", type=Path, default=ROOT / ".cache" / "benchmarks", help="where peers are installed")
    made.add_argument("--output", type=Path, help="folder for results.md and results.json; no README then")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 when an engine's gradients were wrong or it broke."""
    given = parser().parse_args(arguments)
    rounds = 2 if given.quick else given.rounds
    names = [name for name in given.workloads if name != DERIVATIVES and not (given.quick and name == "W5")]
    results = measure([*given.engines, *given.heavy] if names else [], names, rounds, given.cache)
    if DERIVATIVES in given.workloads:
        found = derivatives.measure(rounds, given.cache)
        results.derivatives, results.forward_against_reverse = found.times, found.disagreement
        results.missing |= {"jax": found.missing} if found.missing else {}
    text = report.markdown(results)
    print(text)
    folder = given.output or (None if given.quick else Path(__file__).parent)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "results.md").write_text(text, encoding="utf-8")
        (folder / "results.json").write_text(results.as_json(), encoding="utf-8")
    if folder is not None and given.output is None:
        report.update_between(ROOT / "README.md", report.readme(results))
    # "engine workload" is a failure at work; an engine's name alone is a peer that can't be had here.
    return 1 if any(" " in key for key in results.missing) else 0


if __name__ == "__main__":
    raise SystemExit(main())
