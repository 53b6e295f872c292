"""The language model of notebooks/gpt.py: its arithmetic, its learning, its command."""

from __future__ import annotations

import importlib.util
import math
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
import nn

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"


def module() -> Any:
    spec = importlib.util.spec_from_file_location("gpt", NOTEBOOKS / "gpt.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


gpt = module()


@pytest.fixture
def lines(tmp_path: Path) -> Any:
    path = tmp_path / "lines.txt"
    path.write_text("abab\nbaba\n\nab\n", encoding="utf-8")
    return gpt.Lines(path, longest=6)


def small(lines: Any, seed: int = 1) -> Any:
    return gpt.GPT(lines.vocabulary, lines.longest, width=4, heads=2, seed=seed)


def test_lines_are_tokens(lines: Any) -> None:
    assert lines.letters == ["a", "b"]
    assert lines.vocabulary == 3
    assert lines.tokens == [[0, 1, 2, 1, 2, 0], [0, 2, 1, 2, 1, 0], [0, 1, 2, 0]]
    assert {len(line) for line in lines.batch(5, random.Random(0))} in ({4}, {6})


def test_a_position_sees_only_what_is_before_it(lines: Any) -> None:
    model = small(lines)
    one, other = model([0, 1, 2, 1]), model([0, 1, 2, 2])
    data = [[[logit.data for logit in place] for place in places] for places in (one, other)]
    assert data[0][:3] == data[1][:3]
    assert data[0][3] != data[1][3]


def test_the_loss_is_mean_cross_entropy(lines: Any) -> None:
    model = small(lines)
    tokens = [0, 1, 2, 0]
    expected = 0.0
    for place, target in zip(model(tokens[:-1]), tokens[1:]):
        powers = [math.exp(logit.data) for logit in place]
        expected -= math.log(powers[target] / sum(powers)) / 3
    assert model.loss(*tokens).data == pytest.approx(expected, rel=1e-12)


def test_compiled_and_eager_learn_the_same(lines: Any) -> None:
    one, other = small(lines), small(lines)
    fast = gpt.train(one, lines, 12, batch=3, lr=0.02, seed=2)
    slow = gpt.train(other, lines, 12, batch=3, lr=0.02, seed=2, compiled=False)
    assert fast == pytest.approx(slow, rel=1e-9)
    assert [p.data for p in one.parameters()] == pytest.approx([p.data for p in other.parameters()], rel=1e-6, abs=1e-9)


def test_it_learns_to_write(lines: Any) -> None:
    model = small(lines)
    losses = gpt.train(model, lines, 300, batch=4, lr=0.03)
    assert losses[0] > 0.9 > 0.5 > losses[-1]
    draw = random.Random(1)
    written = [gpt.sample(model, lines, draw, temperature=0.1) for _ in range(10)]
    assert set(written) <= {"ab", "abab", "baba", "ababab", "bababa"}


def test_one_program_for_each_length(lines: Any) -> None:
    model = small(lines)
    program = ag.compile(model.loss)
    for line in lines.tokens:
        assert program(*map(float, line)) == pytest.approx(model.loss(*line).data, rel=1e-12)
    assert len(program.programs) == 2


def test_the_names_that_ship() -> None:
    lines = gpt.Lines(NOTEBOOKS / "names.txt")
    assert len(lines.tokens) > 300
    assert lines.letters == list("abcdefghijklmnopqrstuvwxyz")
    assert isinstance(gpt.GPT(lines.vocabulary, lines.longest), nn.Module)


def test_a_file_without_lines(tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("\n \n", encoding="utf-8")
    with pytest.raises(ValueError, match="there must be lines, got none"):
        gpt.Lines(path)


def test_the_command(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("abab\nbaba\n", encoding="utf-8")
    command = [sys.executable, str(NOTEBOOKS / "gpt.py"), str(path), "--steps", "3", "--width", "4", "--heads", "2"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    first, second, *written = ended.stdout.splitlines()
    assert first.endswith("parameters, 2 lines, 3 steps")
    assert second.startswith("loss ")
    assert len(written) == 20
