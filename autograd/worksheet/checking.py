"""Compare the gradients of a worksheet with forward mode and finite differences.

The differences are computed by evaluating the sheet at other numbers, comparisons included, in plain floats: they use
neither the recorded graph nor derivatives. The tolerance is the error bound of the extrapolation, not a constant.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from autograd.derivatives.differences import settled
from autograd.derivatives.sweeps import push
from autograd.worksheet.sheet import Worksheet

__all__ = ["Comparison", "compare"]

OK, KINK, UNCLEAR, FAILED = "ok", "kink", "unclear", "FAILED"

WIDTHS: Final = tuple(0.125 * 0.1**k for k in range(9))  # of the first steps, relative
CLOSE: Final = 1e-9
RESOLVED: Final = 1e-5


@dataclass(frozen=True)
class Comparison:
    """One quantity's gradient, computed in three ways.

    Attributes
    ----------
    label : str
        The quantity.
    reverse, forward, differences : float
        Its gradient by `backward()`, by forward mode, and by finite differences.
    error : float
        The error bound of the finite differences.
    verdict : str
        "ok"; "kink" if the slopes of both sides differ and the gradient is between them; "unclear" if finite
        differences can't decide and forward mode agrees; "FAILED".
    """

    label: str
    reverse: float
    forward: float
    differences: float
    error: float
    verdict: str


def compare(
    sheet: Worksheet, labels: Iterable[str], *, of: str | None = None, replaced: Mapping[str, float] | None = None
) -> Iterator[Comparison]:
    """Check the gradient of each label's quantity.

    Examples
    --------
    >>> sheet = Worksheet.parse("w = 3" + chr(10) + "E = w^2 + relu(w - 3)")
    >>> for each in compare(sheet, ["w"]):
    ...     print(each.label, each.reverse, each.forward, each.verdict)
    w 6.0 6.0 kink
    """
    run = sheet.evaluate(replaced, of=of)
    numbers = dict(replaced or {})
    for label, reverse in run.gradients(labels).items():

        def output(x: float, label: str = label) -> float:
            return sheet.compute(numbers | {label: x}, of=of)

        (forward,) = push([(run.values[label], 1.0)], [run.values[run.output]])
        yield _judge(label, reverse, forward, output, run.values[label].data)


def _judge(label: str, reverse: float, forward: float, output: Callable[[float], float], x: float) -> Comparison:
    differences, error = _difference(output, x)
    verdict = _verdict(reverse, differences, error)
    if _at_kink(reverse, verdict == OK, output, x):
        verdict = KINK
    if not _agree(reverse, forward):
        verdict = FAILED
    return Comparison(label, reverse, forward, differences, error, verdict)


def _agree(reverse: float, forward: float) -> bool:
    if math.isnan(reverse) or math.isnan(forward):
        return math.isnan(reverse) and math.isnan(forward)
    return reverse == forward or abs(reverse - forward) <= CLOSE * max(abs(reverse), abs(forward), 1e-6)


def _verdict(reverse: float, differences: float, error: float) -> str:
    if not math.isfinite(reverse):
        return FAILED if error <= RESOLVED * abs(differences) else UNCLEAR
    size = max(abs(reverse), abs(differences))
    distance = abs(reverse - differences)
    if not error <= RESOLVED * size:
        return OK if distance == 0.0 else FAILED if distance > 100.0 * error else UNCLEAR
    return OK if distance <= 10.0 * error + CLOSE * size else FAILED


def _difference(function: Callable[[float], float], x: float) -> tuple[float, float]:
    """Estimate a derivative from values, with a bound on the error: nan and inf if no step gives a number."""
    scales = {max(abs(x), 1.0), abs(x)} - {0.0}
    return settled(function, x, [width * scale for scale in scales for width in WIDTHS])


def _at_kink(slope: float, agrees: bool, function: Callable[[float], float], x: float) -> bool:
    """Return whether the slopes to the left and to the right differ, with the given slope between them.

    Closer to x, the difference of the slopes vanishes if the function is smooth, settles at a kink and grows at a
    jump. If central differences agree with the slope, as for |x| at 0, only a difference that settles counts.
    """
    here, scale = function(x), max(abs(x), 1.0)
    steps = (1e-4 * scale, 1e-5 * scale, 1e-6 * scale)
    sides = [((here - function(x - step)) / step, (function(x + step) - here) / step) for step in steps]
    far, near, nearest = (abs(right - left) for left, right in sides)
    settled = nearest > 0.5 * near > 0.25 * far and (not agrees or nearest < 2.0 * near < 4.0 * far)
    low, high = sorted(sides[-1])
    seen = nearest > max(1e-12 * abs(here) / (1e-6 * scale), 1e-3 * max(abs(low), abs(high)))
    slack = 1e-3 * nearest
    return settled and seen and low - slack <= slope <= high + slack
