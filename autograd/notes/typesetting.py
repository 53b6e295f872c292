"""Formulas of notes as MathML, which browsers render; converted by latex2mathml and stripped of active content."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from xml.etree import ElementTree

from autograd.errors import WorksheetError

__all__ = ["typesetter"]

_LAYOUT: Final = re.compile(
    r"\\(begin|end)\{(?:aligned|align|alignedat|alignat|split|gathered|gather|eqnarray|multline|flalign|equation)\*?\}"
    r"(?:\{\d+\})?"
)
_DROPPED: Final = re.compile(r"\\(?:nonumber|notag|label\{[^{}]*\}|tag\*?\{[^{}]*\}|hspace\*?\{[^{}]*\})")
_TAGS: Final = frozenset((
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
    "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
))  # fmt: skip
_ATTRIBUTES: Final = frozenset((
    "accent", "columnalign", "displaystyle", "fence", "form", "linethickness", "mathcolor", "mathvariant", "maxsize",
    "minsize", "scriptlevel", "stretchy", "symmetric", "width",
))  # fmt: skip
_TRIPS: Final = (
    ElementTree.ParseError, AttributeError, IndexError, KeyError, RecursionError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
"""The errors of the converter on invalid LaTeX."""
_SPACE: Final = "http://www.w3.org/1998/Math/MathML"


def typesetter() -> Callable[..., str]:
    r"""Return a function from LaTeX to MathML, which returns nothing if the LaTeX can't be converted.

    Raises
    ------
    WorksheetError
        If latex2mathml is not installed.
    """
    try:
        from latex2mathml import exceptions
        from latex2mathml.converter import convert
    except ImportError:
        raise WorksheetError(
            "formulas are set by the package latex2mathml, the extra `notes`: pip install 'scalargrad[notes]'"
        ) from None

    own = [each for each in vars(exceptions).values() if isinstance(each, type) and issubclass(each, Exception)]
    refusals: tuple[type[Exception], ...] = (*own, *_TRIPS)

    def mathml(latex: str, *, display: bool = False) -> str:
        try:
            tree = ElementTree.fromstring(convert(_prepared(latex), display="block" if display else "inline"))
        except refusals:
            return ""
        return _written(tree, display)

    return mathml


def _prepared(latex: str) -> str:
    """Write layouts as arrays, the only form that the converter supports in columns."""
    latex = _DROPPED.sub("", latex)
    latex = _LAYOUT.sub(lambda match: rf"\{match[1]}{{array}}" + ("{rlrlrl}" if match[1] == "begin" else ""), latex)
    bare = re.sub(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", "", latex, flags=re.DOTALL)
    if re.search(r"(?<!\\)&|\\\\", bare):
        latex = rf"\begin{{array}}{{rlrlrl}}{latex}\end{{array}}"
    return latex.replace("<", r"\lt ").replace(">", r"\gt ")


def _written(tree: ElementTree.Element, display: bool) -> str:
    """Write a tree with the elements and attributes of plain MathML only; nothing if there are others."""
    for each in tree.iter():
        each.tag = each.tag.rpartition("}")[2]
        if each.tag not in _TAGS:
            return ""
        each.attrib = {name: value for name, value in each.attrib.items() if name in _ATTRIBUTES}
        if each.tag == "mtable" and display:
            each.attrib["displaystyle"] = "true"
    tree.attrib = {"xmlns": _SPACE, **({"display": "block"} if display else {})}
    return ElementTree.tostring(tree, encoding="unicode")
