"""A file or state with changed bytes or JSON values is read, or refused with the documented error; and soon."""

from __future__ import annotations

import contextlib
import copy
import json
import math
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
import nn
from autograd.compiler.program import Program
from autograd.compiler.storage import StoreError
from autograd.errors import WorksheetError
from tests import needs

MOST_MEMORY: Final = 64_000_000
"""Bytes; each of the originals needs less than a hundredth of it."""


@dataclass(frozen=True)
class Kind:
    """A kind of file: an example, how it is read, and the errors that refuse it."""

    example: bytes
    read: Callable[[bytes], object]
    refused: tuple[type[Exception], ...]


def model() -> nn.MLP:
    return nn.MLP(2, [3, 1], seed=1)


def program() -> bytes:
    x, y, w = ag.Value(0.5, label="x"), ag.Value(0.25, label="y"), ag.Value(2.0, label="w")
    with ag.recording():
        out = ag.tanh(w * x) + ag.sum([y * y, w, x / 3.0]) if y > -10.0 else x
    compiled: Program = ag.compile(out, inputs=[x, y])
    return compiled.to_json().encode()


def optimizer(state: object = None) -> dict[str, Any]:
    net = model()
    made = nn.Adam(net.parameters(), lr=0.1)
    if state is not None:
        made.load_state_dict(state)  # type: ignore[arg-type]
    for parameter in net.parameters():
        parameter.grad = 1.0
    made.step()
    return made.state_dict()


def schedule(state: object = None) -> dict[str, Any]:
    made = nn.schedules.ReduceLROnPlateau(nn.SGD(model().parameters(), lr=0.1))
    if state is not None:
        made.load_state_dict(state)  # type: ignore[arg-type]
    made.step(1.0)
    return made.state_dict()


NOTE: Final = r"""# Backpropagation

$$E = \frac{1}{2} \sum_{j=1}^{3} (t_j - y_j)^2, \quad y_j = \sigma(\sum_i w_{ij} x_i + b_j)$$

With $w_{11} = 0.5$ and $\eta = 0{,}1$: $\frac{\partial E}{\partial y_j} = y_j - t_j$ and
\begin{align} a_1 &= \tanh(2 u) \\ \frac{da_1}{du} &= 2 (1 - a_1^2) = 2 \cdot 0.75 \end{align}
"""


def json_of(read: Callable[[Any], object]) -> Callable[[bytes], object]:
    def decoded(raw: bytes) -> object:
        return read(json.loads(raw))

    return decoded


def file_of(suffix: str, folder: Path) -> Kind:
    path = folder / f"net{suffix}"
    nn.save(model(), path)

    def read(raw: bytes) -> object:
        path.write_bytes(raw)
        return nn.load(model(), path)

    return Kind(path.read_bytes(), read, (nn.WeightsError,))


def notebook(text: str) -> bytes:
    cells = [{"cell_type": "markdown", "source": text.splitlines(keepends=True), "metadata": {}}]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def as_note(raw: bytes) -> object:
    return ag.read_note(raw.decode("utf-8", errors="replace"))


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kind]:
    folder = tmp_path_factory.mktemp("mutated")
    found = {
        "program": Kind(program(), lambda raw: Program.from_json(raw.decode("utf-8", errors="replace")), (StoreError,)),
        "weights": file_of(".json", folder),
        "optimizer": Kind(json.dumps(optimizer()).encode(), json_of(optimizer), (ValueError, TypeError)),
        "schedule": Kind(json.dumps(schedule()).encode(), json_of(schedule), (ValueError, TypeError)),
        "notebook": Kind(notebook(NOTE), as_note, (WorksheetError,)),
        "note": Kind(NOTE.encode(), as_note, (WorksheetError,)),
    }
    return found


JSON_KINDS: Final = ["program", "weights", "optimizer", "schedule", "notebook"]
HOSTILE: Final[list[Any]] = [
    None, True, -1, 0, 1, 0.5, 10**9, 10**400, 1e308, math.inf, math.nan, "", "x", "inf", "\ud800", "\0", [], {},
    [None], {"a": 1}, [[[]]], [0] * 50, "9" * 5000,
]  # fmt: skip
CHUNKS: Final = [
    b"",
    b"\0",
    b"\xff",
    b'"',
    b"[",
    b"{",
    b"}",
    b"\\",
    b"$",
    b"$$",
    b"9" * 30,
    b"1e999",
    b"-",
    b"_",
    b"^",
    b"&",
]


def places(part: Any) -> list[tuple[Any, Any]]:
    """Return every container and key of a document."""
    keys = list(part) if isinstance(part, dict) else list(range(len(part))) if isinstance(part, list) else []
    return [(part, key) for key in keys] + [place for key in keys for place in places(part[key])]


def survives(kind: Kind, raw: bytes) -> None:
    tracemalloc.start()
    try:
        with contextlib.suppress(*kind.refused):
            kind.read(raw)
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", [*JSON_KINDS, "note"])
def test_the_originals_are_read(kinds: dict[str, Kind], name: str) -> None:
    kinds[name].read(kinds[name].example)


@pytest.mark.parametrize("name", JSON_KINDS)
@given(data=st.data())
def test_changed_values(kinds: dict[str, Kind], name: str, data: st.DataObject) -> None:
    document = json.loads(kinds[name].example)
    for _ in range(data.draw(st.integers(1, 2))):
        container, key = data.draw(st.sampled_from(places(document)))
        if data.draw(st.integers(0, 4)) == 0:
            del container[key]
        else:
            container[key] = copy.deepcopy(data.draw(st.sampled_from(HOSTILE)))
        if not places(document):
            break
    survives(kinds[name], json.dumps(document).encode())


@pytest.mark.parametrize("name", ["program", "weights", "notebook", "note"])
@given(changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), st.sampled_from(CHUNKS)), min_size=1, max_size=4))
def test_changed_bytes(kinds: dict[str, Kind], name: str, changes: list[tuple[float, int, bytes]]) -> None:
    raw = kinds[name].example
    for where, removed, inserted in changes:
        position = int(where * len(raw))
        raw = raw[:position] + inserted + raw[position + removed :]
    survives(kinds[name], raw)


@given(changes=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=4))
def test_changed_safetensors(tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[float, bytes]]) -> None:
    needs.package("safetensors")
    kind = file_of(".safetensors", tmp_path_factory.mktemp("mutated"))
    raw = bytearray(kind.example)
    for where, written in changes:
        position = int(where * len(raw))
        raw[position : position + len(written)] = written
    survives(kind, bytes(raw))


@pytest.mark.parametrize("number", ["1e999", "9" * 5000, "²", "1/0", "10^9"])
@pytest.mark.parametrize(
    "note",
    ["$w_{?} = 2$", "$y = ? x$", "$w? = 3$", r"$\frac{d^{?}y}{dx} = 2$", r"$y = \sum_{i=1}^{?} i x$, $dy/dx = 3$"],
)
def test_numbers_that_are_too_large_or_none(note: str, number: str) -> None:
    assert ag.read_note(note.replace("?", number)).equations
