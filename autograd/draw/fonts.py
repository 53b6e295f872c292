"""Widths of text, from the metrics of Helvetica (Arial's are the same), so that boxes fit without a font library."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

__all__ = ["fit", "width"]

# Advance widths in thousandths of the font size, and the characters that have them.
_REGULAR = {
    191: "'", 222: "ijl", 260: "|", 278: " !,./:;I[\\]ft", 333: "()-`r·¹²³", 334: "{}", 355: '"', 389: "*",
    430: "⁰⁴⁵⁶⁷⁸⁹ˣᵉ₀₁₂₃", 469: "^", 500: "Jcksvxyz∂", 528: "⁻", 549: "÷√≤≥", 556: "#$0123456789?L_abdeghnopqu",
    584: "+<=>~−×", 611: "FTZ", 618: "σΣ", 637: "∛", 667: "&ABEKPSVXY", 713: "∞", 722: "CDHNRUw", 778: "GOQ",
    798: "Φ", 833: "Mm", 889: "%", 944: "W", 1000: "…→", 1015: "@",
}  # fmt: skip
_BOLD = {
    238: "'", 278: " ,./I\\ijl", 280: "|", 333: "!()-:;[]`ft·¹²³", 389: "*r{}", 474: '"', 495: "⁰⁴⁵⁶⁷⁸⁹ˣᵉ₀₁₂₃∂",
    500: "z", 528: "⁻", 549: "÷√≤≥", 556: "#$0123456789J_aceksvxy", 584: "+<=>^~−×", 611: "?FLTZbdghnopqu",
    667: "EPSVXY∛", 684: "σΣ", 713: "∞", 722: "&ABCDHKNRU", 778: "GOQw", 821: "Φ", 833: "M", 889: "%m", 944: "W",
    975: "@", 1000: "…→",
}  # fmt: skip
_WIDTHS = {
    bold: {c: thousandths for thousandths, characters in table.items() for c in characters}
    for bold, table in ((False, _REGULAR), (True, _BOLD))
}
_LETTER, _IDEOGRAPH, _EMOJI = 950, 1000, 1380  # of what isn't in the tables: a substitute font draws it


def width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of `text` in pixels at a font size in pixels, rather too much than too little.

    Examples
    --------
    >>> width("0.25", 10.0), width("é", 10.0) == width("e", 10.0)
    (19.46, True)
    """
    return sum(_thousandths(c, bold) for c in text) * size / 1000


@lru_cache(maxsize=4096)
def _thousandths(c: str, bold: bool) -> int:
    known = _WIDTHS[bold].get(c) or _WIDTHS[bold].get(unicodedata.normalize("NFD", c)[0])
    if known is not None:
        return known
    if unicodedata.combining(c):
        return 0
    if c >= "\U0001f000":
        return _EMOJI
    parts = unicodedata.normalize("NFKD", c)  # ligatures: as wide as what they join
    if parts != c:
        return max(_LETTER, sum(_thousandths(part, bold) for part in parts))
    return _IDEOGRAPH if unicodedata.east_asian_width(c) in "WF" else _LETTER


def fit(text: str, size: float, limit: float, bold: bool = False) -> str:
    """Return `text`, cut with an ellipsis where it is wider than `limit` pixels.

    Examples
    --------
    >>> fit("a very long label", 12.0, 60.0), fit("short", 12.0, 60.0)
    ('a very lo…', 'short')
    """
    if width(text, size, bold) <= limit:
        return text
    room = limit - width("…", size, bold)
    for end, c in enumerate(text):
        room -= width(c, size, bold)
        if room < 0.0:
            return text[:end].rstrip() + "…"
    return text + "…"
