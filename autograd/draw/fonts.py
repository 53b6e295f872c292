"""Widths of text, from the metrics of Helvetica (Adobe's AFM tables), so that boxes fit without a font library."""

from __future__ import annotations

import unicodedata

__all__ = ["fit", "width"]

_THOUSANDTHS = {
    **dict.fromkeys("0123456789ABEKPSVXYaeghknopqsuvxyz_$?#", 560),
    **dict.fromkeys("ijl'|", 222),
    **dict.fromkeys(" .,:;!fIt/\\()[]r-", 290),
    **dict.fromkeys("cvxyzskJ", 500),
    **dict.fromkeys("CDHNRUT&", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("mM", 833),
    **dict.fromkeys("wW%", 890),
    **dict.fromkeys("+−=<>~×÷^{}", 584),
    "F": 611,
    "L": 556,
    "Z": 611,
    "@": 1015,
    "…": 1000,
    '"': 355,
    "*": 389,
}
_BOLD = 1.07  # how much wider Helvetica Bold is, on the whole


def width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of `text` in pixels at a font size in pixels, rather too much than too little."""
    thousandths = sum(_THOUSANDTHS.get(c) or _unknown(c) for c in text)
    return thousandths * size / 1000 * (_BOLD if bold else 1.0)


def _unknown(c: str) -> int:
    if unicodedata.combining(c):
        return 0
    return 1000 if unicodedata.east_asian_width(c) in "WF" or ord(c) > 0x2FFF else 720


def fit(text: str, size: float, limit: float, bold: bool = False) -> str:
    """Return `text`, cut with an ellipsis where it is wider than `limit` pixels."""
    if width(text, size, bold) <= limit:
        return text
    while text and width(text + "…", size, bold) > limit:
        text = text[:-1]
    return text + "…"
