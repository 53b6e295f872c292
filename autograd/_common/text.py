"""Text for messages and tables: suggestions for misspelt names, terminal widths."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

__all__ = ["counted", "did_you_mean", "display_width", "listing", "shortened"]


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number followed by a noun in the singular or plural.

    Parameters
    ----------
    number : int
        The number.
    one, many : str
        The singular and the plural, by default the singular with an s.

    Examples
    --------
    >>> counted(1, "step"), counted(2, "step"), counted(0, "leaf", "leaves")
    ('1 step', '2 steps', '0 leaves')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"


def did_you_mean(name: str, known: Iterable[str], *, most: int = 1) -> str:
    """Suggest known names similar to a misspelt one, to be appended to an error message.

    Parameters
    ----------
    name : str
        The misspelt name; case is ignored.
    known : iterable of str
        The valid names.
    most : int
        The maximum number of suggestions.

    Returns
    -------
    str
        Empty when no known name is similar.

    Examples
    --------
    >>> did_you_mean("ot_h1", ["net_h1", "out_h1"])
    "; did you mean 'out_h1'?"
    >>> did_you_mean("ot_h", ["out_h1", "out_h2"], most=2)
    "; did you mean 'out_h2' or 'out_h1'?"
    """
    spelled = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name.casefold(), spelled, n=most)
    return f"; did you mean {' or '.join(repr(spelled[each]) for each in close)}?" if close else ""


def display_width(text: str) -> int:
    """Return the number of terminal columns that a text occupies.

    Examples
    --------
    >>> display_width("abc"), display_width("重み"), display_width("e\u0301")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(unicodedata.combining(each) > 0 for each in text)


def shortened(text: str, width: int) -> str:
    """Replace the middle of a text that is wider than `width` columns by an ellipsis.

    Examples
    --------
    >>> shortened("E_total", 7), shortened("weights_hidden", 8)
    ('E_total', 'wei…dden')
    """
    if display_width(text) <= width:
        return text
    half = width // 2
    while half > 1 and display_width(text[: width - half - 1] + text[-half:]) >= width:
        width, half = width - 1, (width - 1) // 2
    return f"{text[: width - half - 1]}…{text[-half:]}"


def listing(names: Iterable[str], most: int = 8) -> str:
    """Join names with commas, the first `most` of them.

    Examples
    --------
    >>> listing(["a", "b"]), listing([]), listing("abc", most=2)
    ('a, b', 'none', 'a, b, … (3 in all)')
    """
    each = list(names)
    more = f", … ({len(each)} in all)" if len(each) > most else ""
    return ", ".join(each[:most]) + more if each else "none"
