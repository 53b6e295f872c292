"""A small language model from scalars: reads a text file of lines, learns to write more of them.

    python notebooks/gpt.py                      # the names beside it
    python notebooks/gpt.py lines.txt --steps 500 --batch 16 --width 16 --eager

Every letter is a token; a line begins and ends with one more. The model is a GPT: embeddings of token and place, blocks
of causal attention and of two linear layers, RMSNorm before each, logits of the next token. Lines of one length share
one compiled program, for which tokens are numbers like any other; a step is a batch of them and one step of Adam.
"""

from __future__ import annotations

import argparse
import math
import random
from pathlib import Path
from typing import Any

import numpy as np

import autograd as ag
import nn


class Block(nn.Module):
    """Attention, then two linear layers with ReLU between, each added to what it was given."""

    def __init__(self, width: int, heads: int, seed: random.Random) -> None:
        self.norm = nn.RMSNorm(width, gain=False)
        self.attention = nn.Attention(width, heads, seed=seed)
        self.up = nn.Layer(width, 4 * width, "relu", bias="none", seed=seed)
        self.down = nn.Linear(4 * width, width, bias="none", seed=seed)

    def __call__(self, xs: list[list[Any]]) -> list[list[Any]]:
        """A vector for each place, from one for each place."""
        found = self.attention([self.norm(x) for x in xs])
        xs = [[a + b for a, b in zip(x, y)] for x, y in zip(xs, found)]
        return [[a + b for a, b in zip(x, self.down(self.up(self.norm(x))))] for x in xs]


class GPT(nn.Module):
    """Logits of the token after each of a line's tokens."""

    def __init__(
        self, vocabulary: int, length: int, width: int = 16, heads: int = 4, layers: int = 1, seed: int = 0
    ) -> None:
        draw = random.Random(seed)
        self.tokens = nn.Embedding(vocabulary, width, seed=draw)
        self.places = nn.Embedding(length, width, seed=draw)
        nn.init.normal_(self.tokens.weights + self.places.weights, std=0.1, seed=draw)
        self.blocks = [Block(width, heads, draw) for _ in range(layers)]
        self.norm = nn.RMSNorm(width, gain=False)
        self.head = nn.Linear(width, vocabulary, bias="none", seed=draw)

    def __call__(self, tokens: Any) -> list[list[Any]]:
        """Tokens are whole numbers or Values of them."""
        both = zip(self.tokens(tokens), self.places(range(len(tokens))))
        xs = [[token + place for token, place in zip(*pair)] for pair in both]
        for block in self.blocks:
            xs = block(xs)
        return [self.head(self.norm(x)) for x in xs]

    def loss(self, *tokens: Any) -> Any:
        """Mean cross-entropy of each token after the first."""
        return nn.losses.cross_entropy_with_logits(self(tokens[:-1]), tokens[1:])


class Lines:
    """A text's lines as lists of tokens: 0 is both ends of a line, letters follow in order."""

    def __init__(self, path: Path, longest: int = 16) -> None:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if not lines:
            raise ValueError(f"{path}: there must be lines, got none")
        self.letters = sorted(set("".join(lines)))
        codes = {letter: i for i, letter in enumerate(self.letters, 1)}
        self.vocabulary, self.longest = len(self.letters) + 1, longest
        self.tokens = [[0, *(codes[letter] for letter in line), 0][: longest + 1] for line in lines]

    def batch(self, size: int, draw: random.Random) -> list[list[int]]:
        """Lines of one length: that of a line drawn from all, so that each length has its share."""
        length = len(draw.choice(self.tokens))
        return draw.choices([line for line in self.tokens if len(line) == length], k=size)


def train(
    model: GPT, lines: Lines, steps: int, batch: int = 8, lr: float = 0.01, compiled: bool = True, seed: int = 0
) -> list[float]:
    """Make `steps` steps of Adam, its rate falling to 0, and return the loss of each."""
    draw = random.Random(seed)
    adam = nn.Adam(model, lr=lr)
    program = ag.compile(model.loss)
    losses = []
    for step in range(steps):
        chosen = lines.batch(batch, draw)
        adam.zero_grad()
        if compiled:
            found = program.backward(*np.array(chosen, dtype=float).T, seed=1.0 / batch)
        else:
            found = []
            for line in chosen:
                loss = model.loss(*line)
                (loss / batch).backward()
                found.append(loss.data)
        adam.lr = lr * (1.0 - step / steps)
        adam.step()
        losses.append(float(np.mean(found)))
    return losses


def sample(model: GPT, lines: Lines, draw: random.Random, temperature: float = 0.7) -> str:
    """Write a line, letter by letter."""
    tokens = [0]
    with ag.no_grad():
        while len(tokens) <= lines.longest:
            logits = [logit.data / temperature for logit in model(tokens)[-1]]
            highest = max(logits)
            weights = [math.exp(logit - highest) for logit in logits]
            (token,) = draw.choices(range(lines.vocabulary), weights)
            if token == 0:
                break
            tokens.append(token)
    return "".join(lines.letters[token - 1] for token in tokens[1:])


def main() -> None:
    """Train on a file and write twenty lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", nargs="?", type=Path, default=Path(__file__).parent / "names.txt")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--eager", action="store_true", help="without compiling")
    given = parser.parse_args()
    lines = Lines(given.file)
    model = GPT(lines.vocabulary, lines.longest, given.width, given.heads, given.layers, given.seed)
    losses = train(model, lines, given.steps, given.batch, given.rate, not given.eager, given.seed)
    last = losses[-100:]
    print(f"{len(model.parameters())} parameters, {len(lines.tokens)} lines, {len(losses)} steps")
    print(f"loss {losses[0]:.3f} -> {sum(last) / len(last):.3f}; guessing is {math.log(lines.vocabulary):.3f}")
    draw = random.Random(given.seed)
    print(*(sample(model, lines, draw) for _ in range(20)), sep="\n")


if __name__ == "__main__":
    main()
