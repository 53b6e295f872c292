"""Splitting of a block into statements: at rows, relations, lists, words and conditions, never inside a group."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from autograd.formula.latex_tokens import Token, is_layout, written

__all__ = ["Statement", "statements"]

_RELATIONS: Final = {
    "=": "=", "approx": "≈", "equiv": "=", "simeq": "≈", "sim": "~", "coloneqq": ":=", "triangleq": "=", "doteq": "≈",
    "leftarrow": "←", "gets": "←", "Leftarrow": "←", "longleftarrow": "←", "propto": "∝", "in": "∈", "le": "≤",
    "leq": "≤", "ge": "≥",
    "geq": "≥", "ne": "≠", "neq": "≠", "<": "<", ">": ">", "lt": "<", "gt": ">", "ll": "<", "gg": ">", "cong": "≈",
    "notin": "∈", "subset": "∈", "stackrel": "=", "leqslant": "≤", "geqslant": "≥", "approxeq": "≈", "overset": "=",
    "defeq": "=", "thickapprox": "≈",
}  # fmt: skip
_ARROWS: Final = frozenset((
    "Rightarrow", "implies", "to", "rightarrow", "Longrightarrow", "longrightarrow", "therefore", "because", "iff",
    "Leftrightarrow", "mapsto", "hookrightarrow", "leftrightarrow", "xrightarrow", "rightleftharpoons",
))  # fmt: skip
_CONNECTIVES: Final = frozenset((
    "and", "where", "if", "for", "so", "then", "with", "since", "or", "when", "otherwise", "hence", "thus", "but",
    "because", "let", "also", "as", "given", "is", "are", "to", "we", "have", "therefore", "i.e.", "e.g.", "else",
    "the", "of", "by", "in",
))  # fmt: skip
_CONDITIONS: Final = re.compile(r"\b(if|for|when|otherwise|else|si|para|all|each)\b", re.IGNORECASE)
_COUNTED: Final = ("dots", "ldots", "cdots", "ell", "{", "}", "+", "-", "(", ")")
_OPENING, _CLOSING = "([", ")]"
_OPERATORS: Final = ("+", "-", "*", "/")
_OPERATOR_COMMANDS: Final = ("cdot", "times", "odot", "pm", "circ")


@dataclass
class Statement:
    """Sides joined by relations; `continues` if it continues the previous statement, whose sides then come first.

    `conditions` holds the tokens of conditions on indices ("i = j"), `remarks` the words.
    """

    sides: list[tuple[Token, ...]]
    relations: list[str]
    conditions: list[tuple[Token, ...]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    continues: bool = False

    @property
    def start(self) -> int:
        """Its start."""
        return min(each.start for side in self.sides for each in side)

    @property
    def end(self) -> int:
        """Its end."""
        return max(each.end for side in self.sides for each in side)


def statements(tokens: Sequence[Token]) -> list[Statement]:
    r"""Split a block.

    Examples
    --------
    >>> from autograd.formula.latex_tokens import tokens as cut
    >>> [len(each.sides) for each in statements(cut(r"a = b = c, \quad d = \frac{e = 1}{2} \text{ for } i = 1"))]
    [3, 2]
    """
    return [each for row in _joined(_rows(tokens)) for each in _parts(row) if any(each.sides)]


def _rows(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield rows: those of layout tables, and what top-level line breaks separate."""
    row: list[Token] = []
    for token in tokens:
        if token.is_command("\\", "newline"):
            yield row
            row = []
        elif is_layout(token) and not _begins_cases(row):
            for number, cells in enumerate(token.rows):
                if number:
                    yield row
                    row = []
                inner = list(_rows([each for cell in cells for each in cell]))
                for more, each in enumerate(inner):
                    if more:
                        yield row
                        row = []
                    row += each
        else:
            row.append(token)
    yield from _system(row)


def _begins_cases(row: Sequence[Token]) -> bool:
    """Return whether a brace after a sign of equality is the last of a row, as before the cases of a function."""
    solid = [each for each in row if each.kind != "space"][-2:]
    return len(solid) == 2 and solid[0].is_sign("=") and solid[1].is_command("{", "lbrace")


def _system(row: list[Token]) -> Iterator[list[Token]]:
    """Yield the rows of a table that stands alone and contains equations, as for a system of them."""
    alone = [
        each for each in row if each.kind != "space" and not each.is_sign("{", ".", ",") and not each.is_command("{")
    ]
    if len(alone) == 1 and alone[0].kind == "table":
        cells = [[each for cell in cells for each in cell] for cells in alone[0].rows]
        if sum(any(each.is_sign("=") for each in line) for line in cells) * 2 > len(cells):
            yield from cells
            return
    if len(alone) == 1 and alone[0].kind == "group":
        yield from _rows(alone[0].inner)
        return
    yield row


def _joined(rows: Iterable[list[Token]]) -> Iterator[list[Token]]:
    """Join rows that begin or end with an operator."""
    held: list[Token] = []
    for row in rows:
        solid = [each for each in row if each.kind != "space" and not each.is_command("quad", "qquad")]
        if not solid:
            continue
        goes_on = solid[0].is_sign(*_OPERATORS) or solid[0].is_command(*_OPERATOR_COMMANDS)
        if held and (goes_on or _unfinished(held)):
            held = held + row
        else:
            if held:
                yield held
            held = row
    if held:
        yield held


def _unfinished(row: Sequence[Token]) -> bool:
    solid = [each for each in row if each.kind != "space"]
    if not solid:
        return False
    depth = sum((each.is_sign(*_OPENING)) - (each.is_sign(*_CLOSING)) for each in solid)
    open_ended = solid[-1].is_sign("=", *_OPERATORS) or solid[-1].is_command(*_OPERATOR_COMMANDS, "approx", "equiv")
    return open_ended or depth > 0


def _parts(row: Sequence[Token]) -> Iterator[Statement]:
    """Split a row at commas, gaps, words and arrows; conditions on indices go with the statement before."""
    before: Statement | None = None
    condition = False
    remarks: list[str] = []
    for part, word in _cut(row):
        if word:
            remarks.append(word)
            if before is not None:
                before.remarks.append(word)
            condition = bool(_CONDITIONS.search(word))
        if not part:
            continue
        each = _sides(part)
        if before is not None and _is_condition(each, condition):
            before.conditions.append(tuple(part))
            continue
        if len(each.sides) == 1 and before is not None:
            before.remarks.append(written(part))
            continue
        condition = False
        each.remarks += remarks
        remarks = []
        yield each
        before = each


def _is_condition(each: Statement, said: bool) -> bool:
    if len(each.sides) == 1:
        return said
    left = [token for token in each.sides[0] if token.kind != "space"]
    letters = len(left) <= 3 and all(token.text in "ijklmnpqrst,ℓ" or token.text in ("forall", "ell") for token in left)
    simple = all(token.kind in ("number", "letter") or token.text in _COUNTED for token in each.sides[1])
    simple = simple and sum(token.kind == "letter" for token in each.sides[1]) < 2
    short = sum(len(side) for side in each.sides) <= 8
    return bool(left) and ((letters and simple and len(each.sides[1]) <= 3) or (said and short))


def _cut(row: Sequence[Token]) -> Iterator[tuple[list[Token], str]]:
    """Yield parts, each with the words before it."""
    part: list[Token] = []
    word = ""
    depth = 0
    sets = sum(each.is_command("}", "rangle") for each in row)  # those that are closed: cases have no second brace
    for at, token in enumerate(row):
        depth = max(0, depth + token.is_sign(*_OPENING) - token.is_sign(*_CLOSING))
        if token.is_command("{", "langle"):
            depth += sets > 0
        elif token.is_command("}", "rangle"):
            depth, sets = max(0, depth - 1), sets - 1
        colon = token.is_sign(":") and part and not (at + 1 < len(row) and row[at + 1].is_sign("="))
        separates = token.is_sign(",", ";") or colon or token.is_command("quad", "qquad", "forall", *_ARROWS)
        if depth == 0 and _begins_probability(row, at, part):
            yield _trimmed(part), word
            part, word = [token], ""
        elif token.kind == "table" and depth == 0 and part and (remark := _words_of(token)):
            yield _trimmed(part), word
            part, word = [], remark
        elif token.kind == "words" and depth == 0 and _is_remark(token, row, at):
            yield _trimmed(part), word
            part, word = [], token.text
        elif separates and depth == 0:
            if token.is_command("quad", "qquad") and not _complete(part, row, at):
                continue
            yield _trimmed(part), word
            part, word = [], "for all" if token.is_command("forall") else ""
        else:
            part.append(token)
    yield _trimmed(part), word


def _words_of(table: Token) -> str:
    """Return the words of a table that contains only words, with formulas among them, as a comment of several lines."""
    every = [each for cells in table.rows for cell in cells for each in cell if each.kind != "space"]
    words = [each.text for each in every if each.kind == "words"]
    return " ".join(words) if len(" ".join(words).split()) > 3 and every[0].kind == "words" else ""


def _begins_probability(row: Sequence[Token], at: int, part: Sequence[Token]) -> bool:
    """Return whether P(…) = begins a statement after a decimal number, as in 8/17 = 0.471 P(no) = 9/17."""
    if row[at].text not in ("P", "p") or at + 1 >= len(row) or not row[at + 1].is_sign("("):
        return False
    before = [each for each in part if each.kind != "space"]
    stated = bool(before) and before[-1].kind == "number" and len(before[-1].text.partition(".")[2]) > 2
    return stated and any(each.is_sign("=") for each in before) and any(each.is_sign("=") for each in row[at + 1 :])


def _complete(part: Sequence[Token], row: Sequence[Token], at: int) -> bool:
    """Return whether a wide gap separates: not next to a relation or an operator."""
    solid = [each for each in part if each.kind != "space"]
    following = next((each for each in row[at + 1 :] if each.kind != "space"), None)
    if not solid or following is None:
        return bool(solid)
    edge = ("=", *_OPERATORS, ")", ":")
    names = (*_OPERATOR_COMMANDS, *_RELATIONS)
    return not (
        solid[-1].is_sign("=", *_OPERATORS, "(", ":")
        or solid[-1].is_command(*names)
        or following.is_sign(*edge)
        or following.is_command(*names)
    )


def _is_remark(token: Token, row: Sequence[Token], at: int) -> bool:
    """Return whether words are a remark rather than a name in the formula."""
    words = token.text.replace("~", " ").split()
    if (
        not words
        or len(words) > 1
        or words[0].strip(".,:;()").casefold() in _CONNECTIVES
        or not re.match(r"[^\W\d]\w*$", words[0])
    ):
        return True
    beside = [each for each in (*row[max(0, at - 1) : at], *row[at + 1 : at + 2]) if each.kind != "space"]
    joined = any(
        each.is_sign("=", "_", "^", "(", ")", "'", *_OPERATORS) or each.is_command(*_OPERATOR_COMMANDS, *_RELATIONS)
        for each in beside
    )
    return bool(beside) and not joined


def _trimmed(part: list[Token]) -> list[Token]:
    """Remove spaces and dots at the ends, and words in brackets after a formula."""
    part = [each for each in part if not each.is_command("quad", "qquad")]
    while part and (part[0].kind == "space" or (part[0].is_sign(",", ";", ".") and len(part) > 1)):
        part = part[1:]
    while part and (part[-1].kind == "space" or part[-1].is_sign(",", ";", ".", ":")):
        part = part[:-1]
    return _without_words(_without_heading(part))


def _without_heading(part: list[Token]) -> list[Token]:
    """Remove a word in brackets before a formula, as in "(Mean) μ = …"."""
    if len(part) > 4 and part[0].is_sign("("):
        end = next((at for at, each in enumerate(part) if each.is_sign(")")), 0)
        inner = part[1:end]
        if (
            len(inner) > 3
            and all(each.kind in ("letter", "space", "words") for each in inner)
            and len(_runs(inner)[0]) > 3
        ):
            return part[end + 1 :]
    return part


def _without_words(part: list[Token]) -> list[Token]:
    if not part or not part[-1].is_sign(")"):
        return part
    start = next((at for at in range(len(part) - 1, -1, -1) if part[at].is_sign("(")), -1)
    inner = part[start + 1 : -1]
    if (
        start > 1
        and not (part[start - 1].is_sign("=", *_OPERATORS) or part[start - 1].is_command(*_OPERATOR_COMMANDS))
        and inner
        and all(each.kind in ("letter", "space", "words") or each.is_sign("-", "'", ".") for each in inner)
    ):
        text = "".join(each.text if each.kind != "space" else " " for each in inner)
        runs = _runs(inner)
        if max(map(len, runs), default=0) >= 4 and (len(runs) > 1 or len(text) > 7):
            return part[:start]
    return part


def _runs(inner: Sequence[Token]) -> list[str]:
    runs: list[str] = []
    end = -1
    for each in inner:
        if each.kind == "letter" and each.start == end and runs:
            runs[-1] += each.text
        elif each.kind in ("letter", "words"):
            runs.append(each.text)
        end = each.end
    return runs


def _sides(part: Sequence[Token]) -> Statement:
    sides: list[list[Token]] = [[]]
    relations: list[str] = []
    depth = 0
    braces = sum(each.is_command("{") for each in part) == sum(each.is_command("}") for each in part)
    for at, token in enumerate(part):
        depth = max(0, depth + token.is_sign(*_OPENING) - token.is_sign(*_CLOSING))
        depth = max(0, depth + braces * (token.is_command("{") - token.is_command("}")))
        relation = _relation(token, part, at) if depth == 0 else ""
        if relation == "skip":
            continue
        if relation:
            raised = len(sides[-1]) > 1 and sides[-1][-2].is_sign("^", "_")  # w^+ = …, a name
            if relation == "=" and sides[-1] and sides[-1][-1].is_sign("+", "-", "*", "/") and not raised:
                sides[-1].pop()  # v += …, an update
                relation = "←"
            sides.append([])
            relations.append(relation)
        elif token.kind != "space":
            sides[-1].append(token)
    continues = bool(relations) and not sides[0]
    while len(sides) > 1 and not sides[-1]:
        sides.pop()
        relations.pop()
    if continues and relations:
        sides, first = sides[1:], relations[0]
        relations = [first, *relations[1:]]
    for at in range(len(sides) - 2, 0, -1):
        if not sides[at]:  # the sign of a row's end and that of the next one's beginning
            del sides[at], relations[at - (not continues)]
    kept = [tuple(side) for side in sides]
    return Statement(kept, relations[: max(len(kept) - (not continues), 0)], continues=continues)


def _relation(token: Token, part: Sequence[Token], at: int) -> str:
    if token.kind not in ("sign", "command") or token.text not in _RELATIONS:
        following = part[at + 1] if at + 1 < len(part) else None
        colon = token.is_sign(":") or token.is_command("colon")
        return "skip" if colon and following is not None and following.is_sign("=") else ""
    if token.is_sign("in", "le", "to"):
        return ""
    before = part[at - 1] if at else None
    if token.is_sign("=") and before is not None:
        if before.is_sign(":") or before.is_command("colon"):
            return ":="
        if before.is_sign("="):
            return "skip"
    if token.is_command("stackrel", "overset"):
        return ""
    return _RELATIONS[token.text]
