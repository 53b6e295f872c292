"""Whatever is written, a worksheet is read or refused with a `WorksheetError`; nothing else, and soon."""

from __future__ import annotations

import math

from hypothesis import example, given
from hypothesis import strategies as st

from autograd.errors import WorksheetError
from autograd.formula.evaluate import FUNCTIONS
from autograd.worksheet import Worksheet, shipped

SHEETS = [(shipped._folder() / f"{name}.txt").read_text(encoding="utf-8") for name in shipped.names()]
PIECES = st.sampled_from(
    [
        *FUNCTIONS,
        *"()[],=+-*/^@<>:#.'_ \n\t·×−½²σ\u0302\x00",
        "w1",
        "x",
        "x = ",
        "**",
        "1e308",
        "0.5",
        "inputs: ",
        "rate: ",
    ]
)
CHARACTERS = st.one_of(st.characters(), PIECES)


def refusal(raw: str | bytes) -> WorksheetError | None:
    try:
        (Worksheet.parse(raw) if isinstance(raw, str) else Worksheet.decode(raw)).evaluate()
    except WorksheetError as error:
        return error
    return None


def survives(text: str) -> None:
    error = refusal(text)
    if error:
        assert str(error).isprintable()
        return
    sheet = Worksheet.parse(text)
    run = sheet.evaluate()
    slopes = run.gradients(sheet.leaves)
    assert set(slopes) == set(sheet.leaves)
    again = sheet.compute()
    assert again == run.value or (math.isnan(again) and math.isnan(run.value))


@given(st.text())
@example("a=\u0660")
@example("a = 1\u00b7b")
@example("\ufeff")
@example("a\u0345 = 1")
@example("\u2028=\u2029")
def test_random_text(text: str) -> None:
    survives(text)


@given(st.lists(CHARACTERS, max_size=60).map("".join))
def test_random_pieces(text: str) -> None:
    survives(text)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_random_expressions(text: str) -> None:
    survives(f"x, w1 = 2, [1, 2]\ny = {text}")


@given(
    st.sampled_from(SHEETS), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), CHARACTERS), min_size=1, max_size=4)
)
def test_mutated_sheets(text: str, mutations: list[tuple[float, int, str]]) -> None:
    for where, removed, inserted in mutations:
        position = int(where * len(text))
        text = text[:position] + inserted + text[position + removed :]
    survives(text)


@given(st.binary(max_size=200))
def test_random_bytes(raw: bytes) -> None:
    error = refusal(raw)
    assert error is None or str(error).isprintable()
