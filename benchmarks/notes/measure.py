"""The note reader on the gold set: precision of WRONG, recall of errors, share judged, mutations, time."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from autograd.notes import Equation, read_note

__all__ = ["Case", "Figures", "cases", "main", "measure", "mutations"]

HERE: Final = Path(__file__).parent
GOLD: Final = ("gold.txt", "held_out.txt")
RIGHT: Final = ("right (checked)", "right (joins)", "right in form")
EXPECTED: Final = {
    "G": ("given", "defined", *RIGHT), "D": ("defined", *RIGHT), "R": RIGHT, "F": RIGHT, "M": ("remark", "given"),
    "W": ("WRONG",), "U": ("doubtful", "WRONG", "given"),
}  # fmt: skip
"""Labels: given, defined, right, right in form, remark, wrong, not to be settled."""


@dataclass
class Case:
    """One note of the gold set: its kind, its text, and for each equation the label and a part of the correction."""

    kind: str
    name: str
    text: str
    labels: list[tuple[str, str]]


@dataclass
class Figures:
    """Counts by kind of note, the equations with another verdict than expected, and the time taken."""

    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    misses: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def total(self) -> Counter[str]:
        """Add up all kinds."""
        return sum(self.kinds.values(), Counter())


def cases(path: Path) -> Iterator[Case]:
    """Read a file of the gold set.

    A note begins with `=== kind | name`; `@` begins a single equation; after `|` at the end of a line are the labels of
    its equations, and after a W a part of the correction.
    """
    for part in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        kind, _, name = head.partition(" | ")
        lines, labels = [], []
        for line in body.rstrip().split("\n"):
            written, found = _labelled(line)
            labels += found
            if written.startswith("@ "):
                written = f"$$ {written[2:]} $$\n"
            elif found and "&=" in written:
                written += " \\\\"
            lines.append(written)
        yield Case(kind, name, "\n".join(lines) + "\n", labels)


def _labelled(line: str) -> tuple[str, list[tuple[str, str]]]:
    match = re.search(r"\s*\|([GDRFMU](?: [GDRFMU])*|W.*)$", line)
    if match is None:
        return line, []
    found = match[1]
    labels = [("W", found[1:].strip())] if found.startswith("W") else [(each, "") for each in found.split()]
    return line[: match.start()], labels


def measure(*names: str) -> Figures:
    """Read the gold set and compare."""
    figures = Figures()
    for name in names or GOLD:
        for case in cases(HERE / name):
            start = time.process_time()
            note = read_note(case.text)
            figures.seconds += time.process_time() - start
            counts = figures.kinds.setdefault(case.kind, Counter())
            if len(note.equations) != len(case.labels):
                figures.misses.append(
                    f"{case.name}: {len(note.equations)} equations found, {len(case.labels)} labelled"
                )
            for equation, (label, repair) in zip(note.equations, case.labels, strict=False):
                _count(counts, equation, label, repair, figures, case)
    return figures


def _count(counts: Counter[str], equation: Equation, label: str, repair: str, figures: Figures, case: Case) -> None:
    counts["equations"] += 1
    is_claim = label in "RFWU"
    counts["claims"] += is_claim
    counts["judged"] += is_claim and equation.status in (*RIGHT, "WRONG")
    counts["wrong"] += label == "W"
    counts["found"] += label == "W" and equation.status == "WRONG"
    counts["repaired"] += label == "W" and equation.status == "WRONG" and repair in equation.message
    counts["accused"] += equation.status == "WRONG"
    counts["accused falsely"] += equation.status == "WRONG" and label not in "WU"
    counts["passed falsely"] += label == "W" and equation.status == RIGHT[0]
    if equation.status not in EXPECTED[label] or (label == "W" and repair not in equation.message):
        figures.misses.append(f"{case.name}, line {equation.line}: {label} {repair} is {equation}")


SLIPS: Final[dict[str, tuple[str, str]]] = {
    "sign": (r"(?<=[\w)}\]]) - (?=\S)", " + "),
    "sign of the whole": (r"= (?=[^=\n]*$)", "= -"),
    "power": (r"\^2(?=[^=\n]*$)", "^3"),
    "factor": (r"= (?=[^=\n]*$)", "= 3 "),
    "transpose": (r"\^(?:\\top|T)(?=[^=\n]*$)", ""),
    "prime": (r"'(?=\([^=\n]*$)", ""),
}


def mutations() -> Iterator[tuple[str, str, Equation]]:
    """Plant errors into each equation labelled right, one at a time; yield the error, the text, the verdict."""
    for name in GOLD:
        for case in cases(HERE / name):
            lines = case.text.split("\n")
            note = read_note(case.text)
            for at, line in enumerate(lines):
                if (
                    not re.search(r"\\partial|\\frac\{d|\\nabla|∂|d/d", line)
                    or line.count("=") != 1
                    or "$$" not in line
                ):
                    continue
                if [each.status for each in note.equations if each.line == at + 1] != [RIGHT[0]]:
                    continue
                yield from _planted(lines, at)


def _planted(lines: list[str], at: int) -> Iterator[tuple[str, str, Equation]]:
    left, _, right = lines[at].partition("=")
    for slip, (pattern, new) in SLIPS.items():
        changed = (
            re.sub(pattern, new, "=" + right.rstrip("$ \n"), count=1)
            if slip != "sign"
            else "=" + re.sub(pattern, new, right.rstrip("$ "), count=1)
        )
        if changed == "=" + right.rstrip("$ \n"):
            continue
        text = "\n".join([*lines[:at], f"{left}{changed} $$", *lines[at + 1 :]])
        found = [each for each in read_note(text).equations if each.line == at + 1]
        if len(found) == 1:
            yield slip, f"{left}{changed}", found[0]


def table(figures: Figures) -> str:
    """Write the figures by kind as a table in Markdown."""
    rows = [
        "| kind | equations | claims | judged | slips | found | with the repair | accused falsely |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for kind, counts in [*figures.kinds.items(), ("all", figures.total())]:
        cells = [
            counts[each] for each in ("equations", "claims", "judged", "wrong", "found", "repaired", "accused falsely")
        ]
        rows.append(f"| {kind} | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows)


def main() -> int:
    """Print the tables; return 1 if the targets are missed."""
    figures = measure()
    total = figures.total()
    print(table(figures))
    precision = 1.0 - total["accused falsely"] / max(1, total["accused"])
    recall, judged = total["found"] / max(1, total["wrong"]), total["judged"] / max(1, total["claims"])
    print(f"\nprecision of WRONG {precision:.1%}, recall of slips {recall:.1%}, judged {judged:.1%} of the claims")
    print(f"{100 * figures.seconds / max(1, total['equations']):.2f} s for each hundred equations")
    planted = list(mutations())
    passed = [(slip, text) for slip, text, found in planted if found.status == RIGHT[0]]
    caught = sum(found.status == "WRONG" for _, _, found in planted)
    print(f"{len(planted)} slips planted: {caught} WRONG, {len(passed)} passed as right (checked)")
    print("\n".join([*figures.misses, *(f"passed: {slip}: {text}" for slip, text in passed)]))
    return 0 if precision >= 0.98 and recall >= 0.9 and judged >= 0.8 and not passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
