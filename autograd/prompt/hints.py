"""Corrections for lines in the syntax of Python, LaTeX or a shell."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["hint"]

LONGEST: Final = 200  # characters of a line that are examined
SECOND: Final = "second derivatives are not part of worksheets; :python writes a script, in which ag.hessian has them"
GRADIENTS: Final = "gradients: :gradients for all of them, d(E)/d(w) for one"
HINTS: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"^\s*(exit|quit|bye)\b\s*(\(\s*\))?\s*$", "to leave: :quit, or Ctrl-D"),
        (r"^\s*(help\b(?!\s*=)|\?)|\?\s*$", "help is :help, or :help exp"),
        (r"\.(grad|backward)\b|^\s*(diff|grad|gradients?|derive|derivative|backward)\b(?!\s*=)|∇", GRADIENTS),
        (r"\b(math|np|numpy|torch|ag|autograd)\.[A-Za-z]", "a function is written without a module, as sin(x)"),
        (
            r"^\s*\w+\s*([-+*/]=|\+\+|--)",
            "a new number is written out, as w = 0.6; a line 'rate: 0.5' updates by descent",
        ),
        (
            r"^\s*(import|from|print|def|for|while|if|lambda|let|var|const)\b(?!\s*=)",
            "a step is written name = expression",
        ),
        (r"^\s*\w+\s*:=", "a step is written name = expression"),
        (r"(?<!\w)[d∂]\s*(²|\^\s*2|\*\*\s*2)\s*\(?\w[^/]*/\s*[d∂]|(?<!\w)[d∂]2(\(|\w+\s*/\s*[d∂])", SECOND),
        (r"(?<!\w)[d∂]\(\s*[d∂]\(|\)\s*/\s*[d∂]\([^()]*\)\s*/\s*[d∂]", SECOND),
        (r"\bd\s+\w+\s*/\s*d\s*\w|(?<!\w)[d∂]\s*/\s*[d∂]\s*\w", "a derivative is written d(E)/d(w), or dE/dw"),
        (
            r"^\s*([d∂]\w*\s*/\s*[d∂]\w*|[d∂]\([^()]*\)\s*/\s*[d∂]\([^()]*\))\s*=(?!=)",
            "a claim is written check dE/dw == 2*w",
        ),
        (r"(?<!\w)[d∂]\(\s*(?![\w\[\],{}^]+\s*\))", "a derivative is of a name: y = x^2, then dy/dx"),
        (r"\\[A-Za-z]", "LaTeX is not read here: a fraction is a/b, \\sigma(x) is sigmoid(x)"),
        (r"^[^()[\],]*(?<![\w.,])\d+,\d+(?![\w.])[^()[\],]*$", "a decimal is written with a point, as 3.14"),
        (r"(?<![\w.,])\d{1,3}( \d{3})+(?![\w.,])", "a long number is written without spaces, as 10000"),
        (r"\w_\{\w+\}", "a subscript is written without braces, as w_11 or w11"),
        (r"[∑∏]", "a sum is written sum([a, b, c]), a product a*b*c"),
        (r"°", "angles are in radians: 30° is 30*pi/180"),
        (r"\d\s*%", "a percentage is written as a number, 50% as 0.5"),
    )
)


def hint(line: str) -> str:
    """Return a correction for a rejected line, or the empty string.

    Examples
    --------
    >>> hint("w = 3,14"), hint("w = 3")
    ('a decimal is written with a point, as 3.14', '')
    """
    if len(line) > LONGEST:
        return ""
    statement = line.partition("#")[0]
    return next((text for pattern, text in HINTS if pattern.search(statement)), "")
