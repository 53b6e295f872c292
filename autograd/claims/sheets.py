"""Check the claims of a worksheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from autograd.claims.judge import Subject, Verdict, judge
from autograd.engine.backend import Value
from autograd.errors import WorksheetError
from autograd.formula.evaluate import Array
from autograd.formula.tree import name
from autograd.worksheet import Worksheet

__all__ = ["judge_claims", "sheet_subject"]


def sheet_subject(
    sheet: Worksheet, replaced: Mapping[str, float] | None = None, *, of: str | None = None, rate: float | None = None
) -> Subject:
    """Make a subject from a sheet; comparisons are re-evaluated at each point.

    Examples
    --------
    >>> subject = sheet_subject(Worksheet.parse("x, w = 2, 3" + chr(10) + "y = w*x"))
    >>> subject.here["y"], subject.here["∂y/∂w"]
    (6.0, 2.0)
    """
    given = dict(replaced or {})
    aliases = sheet.aliases

    def compute(numbers: Mapping[str, float]) -> dict[str, Value]:
        values = sheet.evaluate({**given, **numbers}, of=of).values
        return {**{alias: values[label] for alias, label in aliases.items()}, **values}

    leaves = {**sheet.leaves, **given}
    lists = {each: Array(shape, tuple(map(name, sheet.labels(each)))) for each, shape in sheet.shapes.items()}
    return Subject(compute, leaves, sheet.output(of), sheet.rate if rate is None else rate, lists)


def judge_claims(sheet: Worksheet, subject: Subject) -> Iterator[tuple[int, Verdict]]:
    """Check each `check` line of a sheet; yield line numbers and verdicts.

    Raises
    ------
    WorksheetError
        At a claim that can't be read.

    Examples
    --------
    >>> sheet = Worksheet.parse("x, w = 2, 3" + chr(10) + "y = w*x^2" + chr(10) + "check d(y)/d(w) == x")
    >>> for line, verdict in judge_claims(sheet, sheet_subject(sheet)):
    ...     print(line, verdict)
    3 WRONG: d(y)/d(w) == x
           power: x should be x²
    """
    for claim in sheet.claims:
        try:
            yield claim.token.line, judge(claim.text, subject)
        except WorksheetError as error:
            placed = claim.error(error)
            raise WorksheetError(f"{error.message}, in {claim.text[:80]!r}", placed.line, placed.column) from None
