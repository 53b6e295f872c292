"""A training step of the GPT in the notebooks: eager, compiled, and one operation at a time in plain Python."""

from __future__ import annotations

import importlib
import math
import random
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd as ag
import nn
from benchmarks.engines import Slots
from benchmarks.environments import ROOT
from benchmarks.timing import Found, Sampler, agreement, ours
from benchmarks.workloads import gpt

__all__ = ["LINES", "TOKENS", "VOCABULARY", "Ours", "Plain", "language_model"]

TOKENS, LINES, VOCABULARY, RATE = (8, 16), 8, 27, 1e-4


class Plain:
    """The same GPT with the same weights on the slots engine, and Adam; a line of tokens to learn."""

    def __init__(self, weights: Sequence[float], line: Sequence[int]) -> None:
        self.engine = Slots()
        self.workload = gpt("", tokens=len(line) - 1, vocabulary=VOCABULARY, line=line, normed_first=False)
        self.leaves = self.engine.leaves(weights)
        self.moments = [[0.0, 0.0] for _ in self.leaves]

    def backward(self) -> float:
        """Compute fresh gradients and return the loss."""
        for leaf in self.leaves:
            leaf.grad = 0.0
        loss = self.workload.run(self.engine, self.leaves)
        self.engine.backward(loss, self.leaves)
        return float(loss.data)

    def step(self) -> None:
        """Update the weights."""
        self.backward()
        for leaf, kept in zip(self.leaves, self.moments):
            kept[0] += 0.1 * (leaf.grad - kept[0])
            kept[1] += 0.001 * (leaf.grad * leaf.grad - kept[1])
            leaf.data -= RATE * kept[0] / (math.sqrt(kept[1]) + 1e-8)


class Ours:
    """The GPT of the notebooks, eager and compiled."""

    def __init__(self, line: Sequence[int]) -> None:
        if str(ROOT / "notebooks") not in sys.path:
            sys.path.insert(0, str(ROOT / "notebooks"))
        self.line = line
        self.model: Any = importlib.import_module("gpt").GPT(VOCABULARY, len(line) - 1)
        self.adam, self.program = nn.Adam(self.model, lr=RATE), ag.compile(self.model.loss)
        self.parameters: list[ag.Value] = self.model.parameters()
        self.columns = np.repeat(np.array(line, dtype=float)[:, None], LINES, axis=1)

    def eager(self) -> float:
        """Compute fresh gradients and return the loss."""
        self.adam.zero_grad()
        loss = self.model.loss(*self.line)
        loss.backward()
        return float(loss.data)

    def compiled(self) -> float:
        """Do the same by replay."""
        self.adam.zero_grad()
        return float(self.program.backward(*map(float, self.line)))

    def lines(self) -> float:
        """Do the same by replay for the mean of several lines."""
        self.adam.zero_grad()
        return float(np.mean(self.program.backward(*self.columns, seed=1.0 / LINES)))

    def places(self) -> list[int]:
        """Where the workload's leaves are among the parameters: there the head comes before the blocks."""
        count, width = len(self.parameters), len(self.model.head.weights[0])
        blocks, head = (VOCABULARY + len(self.line) - 1) * width, count - VOCABULARY * width
        return [*range(blocks), *range(head, count), *range(blocks, head)]


def language_model(tokens: int, found: Found) -> dict[str, Sampler]:
    """Samplers of a step with Adam over a line of `tokens` tokens; differing gradients are reported in `found`."""
    line = [random.Random(tokens).randrange(VOCABULARY) for _ in range(tokens + 1)]
    own = Ours(line)
    places = own.places()
    plain = Plain([own.parameters[i].data for i in places], line)
    expected = {"loss": [plain.backward()], "gradients": [leaf.grad for leaf in plain.leaves]}
    samplers: dict[str, Sampler] = {f"slots {tokens} tokens": ours(plain.step)}
    runs = {"eager": (own.eager, 1), "compiled": (own.compiled, 1), "lines": (own.lines, LINES)}
    for name, (run, units) in runs.items():
        loss = run()
        differs = agreement({"loss": [loss], "gradients": [own.parameters[i].grad for i in places]}, expected)
        if differs:
            found.missing[f"training GPT {name}, {tokens} tokens"] = differs
            continue

        def step(run: Any = run) -> None:
            run()
            own.adam.step()

        samplers[f"{name} {tokens} tokens"] = ours(step, units)
    return samplers
