r"""Extraction of the mathematics of a note: from Markdown, LaTeX, HTML, notebooks, and lines of plain Unicode.

All positions are exact. Takes linear time: one pass over the delimiters of the text.
"""

from __future__ import annotations

import html
import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import unquote

from autograd.errors import WorksheetError

__all__ = ["Block", "Page", "blocks", "notebook_cells", "pages"]


@dataclass(frozen=True)
class Page:
    """A text with mathematics: a note, or one cell of a notebook (`cell` counts from 1; 0 for a note)."""

    text: str
    cell: int = 0
    starts: list[int] = field(default_factory=list, repr=False)

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an offset, counted from 1."""
        if not self.starts:
            self.starts.extend([0, *(match.end() for match in re.finditer("\n", self.text))])
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1


@dataclass(frozen=True)
class Block:
    """A piece of mathematics: its text, its start and end, and `after`, the end of the block that contains it.

    `fixed` holds the span that stands for all of it if its text is not the note's own, as in an address.
    """

    text: str
    start: int
    end: int
    section: int
    display: bool
    after: int
    fixed: bool = False
    example: bool = False
    """Whether its section is an example, whose definitions hold in it alone."""


def pages(text: str) -> list[Page]:
    """Split a notebook into its Markdown cells; any other text is one page.

    Raises
    ------
    WorksheetError
        If the text looks like a notebook but is not a valid one.
    """
    head = text[:4_000].lstrip()
    if not (head.startswith("{") and re.search(r'"(?:cells|worksheets|nbformat|cell_type)"\s*:', head)):
        return [Page(text)]
    try:
        notebook = json.loads(text)
        cells = notebook_cells(notebook)
        found = [
            Page("".join(cell["source"]), number)
            for number, cell in enumerate(cells, 1)
            if cell["cell_type"] in ("markdown", "raw", "heading")
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorksheetError(f"the notebook can't be read: {error}") from None
    return found


def notebook_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the cells of a notebook, of any version of the format."""
    return [cell for sheet in notebook.get("worksheets") or [notebook] for cell in sheet["cells"]]


_DELIMITER: Final = re.compile(
    r"(?P<fence>^[ >\t]*(?:```+|~~~+)[^\n]*$)"
    r"|(?P<heading>^\#{1,6}\s|\\(?:(?:sub)*section|chapter|\w*sechead)\*?\{|^(?:=====*|-----*)\s*$"
    r"|\\begin\{\w*(?:[Ee]xample|[Ee]xercise|[Pp]roblem|[Qq]uestion)s?\*?\}|^\*\*(?:Example|Exercise|Problem)\b)"
    r"|(?P<script><script[^>]*math/tex[^>]*>(?:\s*(?:%\s*)?<!\[CDATA\[)?)"
    r"|(?P<hidden><!--)"
    r"|(?P<code>`+)"
    r"|(?P<escape>\\[$])"
    r"|(?P<markdown>\\\\[\[\]()](?!\d*\.?\d+(?:pt|em|ex|mm|cm|px))|\\\\(?:begin|end)\{)"
    r"|(?P<row>\\\\)"
    r"|(?P<dollars>\$\$|\$)"
    r"|(?P<bracket>\\[\[\]()])"
    r"|(?P<begin>\\begin\{(?P<opened>equation|aligned|align|gathered|gather|multline|eqnarray|alignat|flalign|displaymath|split|math)\*?\})"
    r"|(?P<end>\\end\{(?P<closed>equation|aligned|align|gathered|gather|multline|eqnarray|alignat|flalign|displaymath|split|math)\*?\})"
    r"|(?P<image>(?:latex\.codecogs\.com/[\w./]*?(?:latex|png|svg|gif|eq|image|jpg|pdf|swf|emf)\?|render/math\?math=|chart\?cht=tx[^\"')\s]*?chl=|s2cms\.ru/svg/|/svg\.latex\?|zhihu\.com/equation\?tex=|\?tex=)[^\"'\s>]*)"
    r"|(?P<blank>\n[ \t]*(?=\n))",
    re.MULTILINE,
)
_CLOSES: Final = {"\\[": "\\]", "\\(": "\\)", "\\\\[": "\\\\]", "\\\\(": "\\\\)", "$": "$", "$$": "$$"}
_QUOTE: Final = re.compile(r"^(?:[ \t]{0,3}>[ \t]?)+", re.MULTILINE)
_SHORT: Final = 3_000


def blocks(page: Page) -> list[Block]:
    r"""Return the mathematics of a page.

    Examples
    --------
    >>> [each.text for each in blocks(Page("Let $a=1$, \\[ b = 2 \\] `$no$`"))]
    ['a=1', ' b = 2 ']
    """
    text = _QUOTE.sub(lambda match: " " * len(match[0]), page.text)
    finder = _Finder(text)
    found = finder.run()
    every = sorted([*found, *_unicode_lines(text, found, finder)], key=lambda each: each.start)
    return [replace(each, example=each.section in finder.examples) for each in every]


class _Finder:
    """One pass over the delimiters, with a stack of open ones."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.section = 0
        self.headings: list[int] = []
        self.examples: set[int] = set()
        self.masked: list[tuple[int, int]] = []
        self.found: list[Block] = []
        self.opened, self.start = "", 0
        self.fence, self.fence_start, self.fence_math = "", 0, False
        self.skip = 0

    def run(self) -> list[Block]:
        for match in _DELIMITER.finditer(self.text):
            if match.start() < self.skip:
                continue
            kind = match.lastgroup or ""
            kind = {"opened": "begin", "closed": "end"}.get(kind, kind)
            if kind == "fence":
                self._fenced(match)
            elif not self.fence:
                getattr(self, f"_{kind}", self._other)(match)
        return self.found

    def _other(self, match: re.Match[str]) -> None:
        """Skip what only hides other delimiters."""

    def _add(self, start: int, end: int, after: int, *, display: bool) -> None:
        self.found.append(Block(self.text[start:end], start, end, self.section, display, after))

    def _fenced(self, match: re.Match[str]) -> None:
        marks = match[0].lstrip(" >\t")
        sign = marks[:3]
        if self.fence:
            if marks.startswith(self.fence):
                if self.fence_math:
                    self._add(self.fence_start, match.start(), match.end(), display=True)
                else:
                    self.masked.append((self.fence_start, match.start()))
                self.fence = ""
        elif not (marks.count("`") > 3 and marks.rstrip().endswith("`")):
            self.opened = ""
            self.fence, self.fence_start = sign, match.end()
            self.fence_math = marks.strip("`~ \t").lower() in ("math", "latex", "tex", "katex")

    def _heading(self, match: re.Match[str]) -> None:
        if self.opened.startswith("\\begin"):
            return
        underlines = match[0].lstrip()[:2] in ("==", "--")
        before = self.text[: match.start()].rstrip("\n").rpartition("\n")[2] if underlines else "x"
        if not before.strip() or before.lstrip()[:1] in ("|", "-", "$", "<"):
            return
        if self.opened in ("$$", "\\[") and underlines:
            return
        self.opened = ""
        self.section += 1
        self.headings.append(match.start())
        if match[0].lstrip().startswith(("\\begin", "**")):
            self.examples.add(self.section)

    def _blank(self, match: re.Match[str]) -> None:
        if self.opened in ("$", "\\(", "\\\\("):
            self.opened = ""

    def _code(self, match: re.Match[str]) -> None:
        if self.opened:
            return
        ticks = match[0]
        if match.start() and self.text[match.start() - 1] == "$":
            end = self.text.find(ticks + "$", match.end(), match.end() + _SHORT)
            if end > 0:
                self.skip = end + len(ticks) + 1
                self._add(match.end(), end, self.skip, display=False)
            return
        end = self.text.find(ticks, match.end(), match.end() + _SHORT)
        if end > 0 and "\n\n" not in self.text[match.end() : end]:
            self.masked.append((match.end(), end))
            self.skip = end + len(ticks)

    def _dollars(self, match: re.Match[str]) -> None:
        sign = match[0]
        if sign == "$" and not self.opened and self.text.startswith("`", match.end()):
            return
        self._toggled(sign, match)

    def _bracket(self, match: re.Match[str]) -> None:
        self._toggled(match[0], match)

    def _markdown(self, match: re.Match[str]) -> None:
        if not self.opened and match[0][2:3] in "[(" and match[0][2:3]:
            self.opened, self.start = match[0], match.end()
        elif self.opened and _CLOSES.get(self.opened) == match[0]:
            self._close(match)

    def _toggled(self, sign: str, match: re.Match[str]) -> None:
        if (self.opened and _CLOSES.get(self.opened) == sign) or (self.opened == "$" and sign == "$$"):
            self._close(match)
        elif not self.opened and sign in _CLOSES:
            self.opened, self.start = sign, match.end()

    def _close(self, match: re.Match[str]) -> None:
        if match.start() - self.start <= 50 * _SHORT and self.text[self.start : match.start()].strip():
            inline = self.opened in ("$", "\\(", "\\\\(")
            self._add(self.start, match.start(), match.end(), display=not inline)
        self.opened = ""

    def _begin(self, match: re.Match[str]) -> None:
        if not self.opened:
            self.opened, self.start = f"\\begin{match['opened']}", match.end()

    def _end(self, match: re.Match[str]) -> None:
        if self.opened == f"\\begin{match['closed']}":
            self.opened = "\\["
            self._close(match)

    def _script(self, match: re.Match[str]) -> None:
        end = self.text.find("</script>", match.end(), match.end() + 10 * _SHORT)
        if end > 0 and not self.opened:
            inner = re.sub(r"(?:%\s*)?\]\]>\s*$", "", self.text[match.end() : end])
            self.found.append(
                Block(
                    html.unescape(inner),
                    match.end(),
                    end,
                    self.section,
                    "display" in match[0],
                    end + 9,
                    fixed="&" in inner,
                )
            )
            self.skip = end

    def _hidden(self, match: re.Match[str]) -> None:
        """Skip an HTML comment."""
        end = self.text.find("-->", match.end(), match.end() + 20 * _SHORT)
        if end > 0 and not self.opened:
            self.skip = end

    def _image(self, match: re.Match[str]) -> None:
        if self.opened:
            return
        address = match[0]
        if address.endswith(")") and address.count("(") < address.count(")"):
            address = address[:-1]
        raw = re.split(r"\?math=|chl=|/svg/|\?tex=|\?", address, maxsplit=1)[-1]
        raw = html.unescape(raw.replace("&space;", " ").replace("&plus;", "+")).replace("\\dpi{", "\\class{")
        decoded = unquote(raw if "%20" in raw or "%2B" in raw.upper() else raw.replace("+", " + "))
        decoded = re.sub(r"^\s*\\(?:large|Large|inline|bg_white|fn_\w+)\b", "", decoded)
        self.found.append(Block(decoded, match.start(), match.end(), self.section, True, match.end(), fixed=True))


# Lines of plain text

_SLOPE: Final = re.compile(r"∂|\bd[A-Za-zα-ω]\w*\s*/\s*d[A-Za-zα-ω]")
_PROSE: Final = re.compile(r"[A-Za-z]{3,}[,.]? +[A-Za-z]{2,}|[A-Za-z]{3,} [A-Za-z]{3,}")
_MARKER: Final = re.compile(r"^\s*(?:[-*+]\s+|\d+[.)]\s+|\|)?")
_CODE: Final = re.compile(r"\b(?:def|import|return|print|class|for \w+ in|np\.|torch\.|self\.)\b|[-+*/]= |\w\.\w+\(")
_IDEOGRAPHS: Final = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_CONNECTIVE: Final = re.compile(
    r"^(?:if|when|let|where|given|suppose|so|then|thus|since|now|here)\b:? +", re.IGNORECASE
)
_CASES: Final = re.compile(r"(?:for|while|until)\b", re.IGNORECASE)
_KEPT: Final = re.compile(r"\b(?:softmax|sigmoid|tanh|relu|log|exp|ln|max|min|sqrt|sin|cos)\b", re.IGNORECASE)


def _unicode_lines(text: str, found: list[Block], finder: _Finder) -> Iterator[Block]:
    """Find equations in plain text, in a note that writes derivatives so."""
    if not _SLOPE.search(text):
        return
    inside = sorted([(each.start, each.end) for each in found])
    starts = [start for start, _ in inside]
    codes = [(a, b, bool(_SLOPE.search(text, a, b))) for a, b in sorted(finder.masked) if "\n" in text[a:b]]
    code_starts = [start for start, _, _ in codes]
    at = 0
    for line in text.splitlines(keepends=True):
        start, end = at, at + len(line)
        at = end
        place = bisect_right(starts, end) - 1
        if place >= 0 and inside[place][1] > start:
            continue
        body = _MARKER.sub("", line)
        start += len(line) - len(body)
        body = re.split(r"\s#|\s//|\s{3,}(?=[(A-Z])", body.rstrip())[0].strip("`*_ ")
        body = _CONNECTIVE.sub("", body)
        if (
            body.startswith("#")
            or _CASES.match(body)
            or "=" not in body
            or any(mark in body for mark in ("$", "==", "():", "import ", "<", "http", ";", "@", ".T"))
        ):
            continue
        code = bisect_right(code_starts, start) - 1
        in_code = code >= 0 and start < codes[code][1]
        if in_code and (not codes[code][2] or _CODE.search(text, codes[code][0], codes[code][1])):
            continue
        if _IDEOGRAPHS.search(body) or not re.search(r"[^\W\d_]", body.partition("=")[0]):
            continue
        simple = not re.search(r"[A-Za-z]{4,}|[$`\\]", _KEPT.sub("f", body)) and len(body) < 90
        if not (
            _SLOPE.search(body)
            or simple
            or (in_code and not re.search(r"\w\.\w+\(|\bdef\b|\breturn\b|\[\w+:|\bnp\b", body))
        ):
            continue
        if _PROSE.search(_KEPT.sub("f", body)):
            continue
        start = text.find(body, start)
        yield Block(body, start, start + len(body), bisect_right(finder.headings, start), True, start + len(body))
