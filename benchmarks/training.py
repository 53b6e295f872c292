"""Training: `python -m benchmarks.training` measures `nn.fit`, the GPT and their peers in one run.

Rounds alternate between what is compared, so that a machine's slow minute falls on all of them; the least time of each
counts, medians are shown beside it. Peers run in processes and environments of their own, from the same weights, and
are left out when their losses differ.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import math
import os
import platform
import random
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import autograd as ag
import nn
from benchmarks import slots_engine
from benchmarks.engines import Slots
from benchmarks.environments import interpreter
from benchmarks.measure import ROOT
from benchmarks.training_peers import PEERS, rate
from benchmarks.workloads import WORKLOADS

__all__ = ["main"]

ALPHA = 1e-4
CHECKED = 3
TOLERANCE = 1e-8
ROUNDS = 7


@dataclass
class Row:
    """A contender: its seconds for one step, one number a round."""

    name: str
    run: Callable[[], float]
    samples: list[float] = field(default_factory=list)

    @property
    def least(self) -> float:
        """The best round."""
        return min(self.samples)

    def __str__(self) -> str:
        return f"{self.name:<52} {_time(self.least):>10}  median {_time(statistics.median(self.samples)):>10}"


shown: list[str] = []


def show(*parts: Any, sep: str = " ") -> None:
    """Print, and keep for the file."""
    text = sep.join(map(str, parts))
    print(text, flush=True)
    shown.append(text)


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def alternate(rows: list[Row], rounds: int = ROUNDS) -> None:
    """Measure each in turn, round by round."""
    for row in rows:
        row.run()
    for _ in range(rounds):
        for row in rows:
            row.samples.append(row.run())


def timed(function: Callable[[], Any], repeats: int = 1) -> Callable[[], float]:
    """Return what gives the seconds a call takes."""

    def run() -> float:
        start = time.perf_counter()
        for _ in range(repeats):
            function()
        return (time.perf_counter() - start) / repeats

    return run


# micrograd's demo


class Demo:
    """100 moons, a 2-16-16-1 network with ReLU, hinge loss and L2, steps over all points."""

    def __init__(self) -> None:
        points, labels = nn.datasets.moons(100, noise=0.1, seed=1)
        self.X, self.y = points, 2.0 * labels - 1.0
        draw = random.Random(1337)
        sizes = (2, 16, 16, 1)
        self.layers = [
            [[draw.uniform(-1.0, 1.0) for _ in range(fan_in)] for _ in range(fan_out)]
            for fan_in, fan_out in itertools.pairwise(sizes)
        ]

    def model(self) -> nn.MLP:
        """Return a network of the starting weights."""
        net = nn.MLP(2, [16, 16, 1], activation="relu")
        net.set(weights=self.layers, biases=[[0.0] * len(rows) for rows in self.layers])
        return net

    def fitted(self, steps: int) -> tuple[nn.MLP, nn.History]:
        """Train with `nn.fit`."""
        net = self.model()
        history = nn.fit(
            net,
            self.X,
            self.y,
            loss=lambda score, y: ag.relu(1.0 - y * score),
            optimizer=nn.SGD(net, lr=1.0),
            penalty=lambda parameters: ALPHA * ag.dot(parameters, parameters),
            schedule=rate,
            epochs=steps,
            batch_size=None,
            progress=False,
        )
        return net, history

    def eager(self) -> Callable[[], float]:
        """Return a step written as in micrograd's notebook."""
        model, points, labels = self.model(), self.X.tolist(), self.y.tolist()
        parameters = model.parameters()
        done = 0

        def step() -> float:
            nonlocal done
            scores = [model(row)[0] for row in points]
            losses = [(1 + -y * score).relu() for y, score in zip(labels, scores)]
            data_loss = sum(losses) * (1.0 / len(losses))
            total = data_loss + ALPHA * sum(p * p for p in parameters)
            model.zero_grad()
            total.backward()
            for p in parameters:
                p.data -= rate(done) * p.grad
            done += 1
            return float(total.data)

        return step


class Peer:
    """A package at work in a process of its own."""

    def __init__(self, name: str, demo: Demo, cache: Path) -> None:
        python = interpreter(PEERS[name][0], cache)
        self.process = subprocess.Popen(
            [str(python), "-W", "ignore", "-m", "benchmarks.training_peers", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        request = {"points": demo.X.tolist(), "labels": demo.y.tolist(), "layers": demo.layers, "alpha": ALPHA}
        self.losses: list[float] = self._ask(request | {"check": CHECKED})["losses"]

    def seconds(self, steps: int) -> float:
        """Return what a step takes, over so many."""
        return float(self._ask({"steps": steps})["seconds"])

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.process.stdin is None or self.process.stdout is None:
            raise OSError("the process has no pipes")
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": f"ended with {self.process.wait()}"}
        if "error" in answer:
            raise OSError(answer["error"])
        return answer

    def close(self) -> None:
        """End the process."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.terminate()
        self.process.wait()


def demo(cache: Path, names: list[str]) -> list[str]:
    """Measure micrograd's demo."""
    task = Demo()
    net, history = task.fitted(100)
    right = float(((nn.predict(net, task.X) > 0.0) == (task.y > 0.0)).mean())
    eager = task.eager()
    losses = [eager() for _ in range(CHECKED)]
    rows = [
        Row("nn.fit, a step of 2,000", lambda: timed(lambda: task.fitted(2000))() / 2000),
        Row("nn.fit, a step of 100, compiling included", lambda: timed(lambda: task.fitted(100))() / 100),
        Row("eager, as in micrograd's notebook", timed(eager, 20)),
    ]
    failed = [] if _agree(history.loss, losses) else ["eager disagrees with nn.fit"]
    peers = []
    for name in names:
        try:
            peer = Peer(name, task, cache)
        except OSError as error:
            failed.append(f"{name}: {error}")
            continue
        peers.append(peer)
        if not _agree(history.loss, peer.losses):
            failed.append(f"{name}: losses {peer.losses} differ from {history.loss[:CHECKED]}")
            continue
        steps = 1 if name == "micrograd" else 200
        rows.append(Row(f"{name}, a step", lambda peer=peer, steps=steps: peer.seconds(steps)))  # type: ignore[misc]
    try:
        alternate(rows)
    finally:
        for peer in peers:
            peer.close()
    show("\nmicrograd's demo: 100 moons, 2-16-16-1, ReLU, hinge, L2, full batch")
    show(*rows, *failed, sep="\n")
    show(f"training accuracy after 100 steps: {right:.0%}")
    for row in rows[3:]:
        for ours in rows[:3]:
            show(f"  {row.name.split(',')[0]} / {ours.name}: {row.least / ours.least:,.1f}")
    return failed


def _agree(one: list[float], other: list[float]) -> bool:
    return all(math.isclose(a, b, rel_tol=TOLERANCE) for a, b in zip(one[:CHECKED], other[:CHECKED], strict=True))


# The language model


def language_model() -> None:
    """Measure a step of the GPT in notebooks/ against one on the slots engine."""
    sys.path.insert(0, str(ROOT / "notebooks"))
    gpt: Any = importlib.import_module("gpt")
    engine, workload = Slots(), WORKLOADS["W4"]
    leaves = engine.leaves(workload.leaves)
    moments = [[0.0, 0.0] for _ in leaves]

    def slots() -> None:
        for leaf in leaves:
            leaf.grad = 0.0
        slots_engine.backward(workload.run(engine, leaves))
        for leaf, kept in zip(leaves, moments):
            kept[0] += 0.1 * (leaf.grad - kept[0])
            kept[1] += 0.001 * (leaf.grad * leaf.grad - kept[1])
            leaf.data -= 1e-4 * kept[0] / (math.sqrt(kept[1]) + 1e-8)

    rows = [Row("slots engine in Python, 8 tokens", timed(slots))]
    names: dict[str, Row] = {}
    for tokens in (8, 16):
        line = [random.Random(tokens).randrange(27) for _ in range(tokens + 1)]
        model = gpt.GPT(27, 16)
        adam = nn.Adam(model, lr=1e-4)
        program = ag.compile(model.loss)

        def eager(model: Any = model, adam: Any = adam, line: list[int] = line) -> None:
            adam.zero_grad()
            model.loss(*line).backward()
            adam.step()

        def compiled(program: Any, adam: Any, columns: Any, weight: float) -> None:
            adam.zero_grad()
            program.backward(*columns, seed=weight)
            adam.step()

        import numpy as np

        one = [float(token) for token in line]
        eight = np.repeat(np.array(one)[:, None], 8, axis=1)
        for name, run, repeats in (
            (f"eager, {tokens} tokens", eager, 10),
            (f"compiled, {tokens} tokens", lambda p=program, a=adam, c=one: compiled(p, a, c, 1.0), 50),
            (
                f"compiled, 8 lines of {tokens} tokens in a step, a line",
                lambda p=program, a=adam, c=eight: compiled(p, a, c, 0.125),
                50,
            ),
        ):
            row = Row(name, timed(run, repeats))
            rows.append(row)
            names[name] = row
    alternate(rows)
    for name, row in names.items():
        if "a line" in name:
            row.samples = [seconds / 8 for seconds in row.samples]
    show("\nGPT step with Adam: width 16, 4 heads, 1 layer, vocabulary 27")
    show(*rows, sep="\n")
    show(f"  slots / eager, 8 tokens: {rows[0].least / names['eager, 8 tokens'].least:,.1f}")
    for name, row in names.items():
        if name.startswith("compiled"):
            eager_name = f"eager, {'16' if '16' in name else '8'} tokens"
            show(f"  {eager_name} / {name}: {names[eager_name].least / row.least:,.1f}")


# Many samples


def many_samples(samples: int = 100_000) -> None:
    """Measure one epoch of `fit` against replay alone, at the same batch size, and what memory it takes."""
    import numpy as np

    points, labels = nn.datasets.moons(samples, noise=0.1, seed=1)
    y = 2.0 * labels - 1.0
    net = Demo().model()
    leaves = [ag.Value(0.1) for _ in range(3)]
    program = ag.compile(ag.relu(1.0 - leaves[2] * net(leaves[:2])[0]), inputs=leaves)
    table = np.column_stack([points, y])
    rows = []
    optimizer = nn.SGD(net, lr=1e-6)
    for size in (256, 1024, 4096):

        def fitted(size: int = size, shuffle: bool = True) -> Any:
            return nn.fit(
                net,
                points,
                y,
                loss=lambda score, target: ag.relu(1.0 - target * score),
                optimizer=optimizer,
                epochs=1,
                batch_size=size,
                shuffle=shuffle,
                threads=1,
                progress=False,
            )

        def replayed(size: int = size) -> None:
            for begin in range(0, samples, size):
                program.backward(table[begin : begin + size], seed=1.0 / size, threads=1)

        rows += [
            Row(f"fit, batches of {size}", timed(fitted)),
            Row(f"fit in order, batches of {size}", timed(partial(fitted, shuffle=False))),
            Row(f"replay alone, batches of {size}", timed(replayed)),
        ]
    alternate(rows)
    show(f"\none epoch of {samples:,} samples through 2-16-16-1, one thread")
    show(*rows, sep="\n")
    for i, row in enumerate(rows):
        if i % 3 < 2:
            show(f"  share of replay's throughput, {row.name}: {rows[i - i % 3 + 2].least / row.least:.2f}")
    tracemalloc.start()
    fitted(1024)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    show(f"  memory at its peak above the data's {table.nbytes / 1e6:.1f} MB: {peak / 1e6:.2f} MB")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 when a peer is missing or disagrees."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.training", description=__doc__)
    made.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS))
    made.add_argument("--cache", type=Path, default=ROOT / ".cache" / "benchmarks", help="where peers are installed")
    made.add_argument("--only", choices=["demo", "gpt", "samples"])
    given = made.parse_args(arguments)
    failed = demo(given.cache, given.peers) if given.only in (None, "demo") else []
    if given.only in (None, "gpt"):
        language_model()
    if given.only in (None, "samples"):
        many_samples()
    if given.only is None and not failed:
        machine = f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}"
        title = (
            f"`python -m benchmarks.training`, {date.today().isoformat()}, {machine}, CPython {sys.version.split()[0]}"
        )
        text = "\n".join(shown).strip()
        (Path(__file__).parent / "training.md").write_text(f"{title}\n\n```text\n{text}\n```\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
