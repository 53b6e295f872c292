"""Replay against C written by hand and against our own eager C: `python -m benchmarks.replay`.

Rounds alternate between what is compared, and the least time of each counts: a machine's slow minute falls on all.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import autograd as ag
from autograd import Value
from autograd.replay import Program
from autograd.replay.plan import plan
from autograd.replay.record import record
from benchmarks.environments import interpreter
from benchmarks.workloads import WORKLOADS

__all__ = ["main"]

ROOT = Path(__file__).parent.parent
PEERS = ("casadi==3.8.2", "torch==2.13.0", "jax==0.4.38")
ONE_THREAD = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"}
SOURCE = Path(__file__).parent / "replay_limit.c"
FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")
OPS = 642
ROUNDS = 15


def network(source: random.Random) -> tuple[Value, list[Value], list[Value]]:
    """The squared error of a 2-16-16-1 network with tanh in plain scalar operations; its inputs and parameters."""
    inputs = [Value(0.1), Value(0.2), Value(0.3)]
    parameters: list[Value] = []
    layer = inputs[:2]
    for fan_out in (16, 16, 1):
        following = []
        for _ in range(fan_out):
            weights = [Value(source.uniform(-0.45, 0.45)) for _ in layer]
            bias = Value(source.uniform(-0.45, 0.45))
            parameters += [*weights, bias]
            total = layer[0] * weights[0] + bias
            for x, w in zip(layer[1:], weights[1:], strict=True):
                total = total + x * w
            following.append(total if fan_out == 1 else total.tanh())
        layer = following
    error = layer[0] - inputs[2]
    return error * error, inputs, parameters


def random_graph(ops: int, source: random.Random) -> tuple[Value, list[Value]]:
    """A graph without structure to exploit, of values that stay in bounds; and its inputs."""
    inputs = [Value(source.uniform(-0.9, 0.9)) for _ in range(20)]
    nodes = [*inputs, *(Value(source.uniform(-0.9, 0.9)) for _ in range(80))]
    made = 0
    while made < ops:
        a, b = source.choice(nodes[-100:]), source.choice(nodes if source.random() < 0.3 else nodes[-100:])
        kind = source.random()
        if kind < 0.4:
            nodes.append(a * b)
        elif kind < 0.7:
            nodes.append(0.5 * (a + b) if kind < 0.5 else a - 0.5 * b)
            made += 1
        elif kind < 0.8:
            nodes.append(a / (1.5 + b * b))
            made += 2
        else:
            nodes.append(a.tanh())
        made += 1
    return ag.sum(nodes[-200:]) + ag.sum(inputs), inputs


def compiled_limit(folder: Path) -> Callable[..., None]:
    """The hand-written C, compiled for this machine."""
    library = folder / "limit.so"
    subprocess.run(["gcc", *FLAGS, str(SOURCE), "-o", str(library)], check=True)
    function = ctypes.CDLL(str(library)).limit
    pointer = ctypes.c_void_p
    function.argtypes = [pointer, ctypes.c_long, pointer, pointer, pointer]
    function.restype = None
    run: Callable[..., None] = function
    return run


def least(contenders: Sequence[Callable[[], Any]], seconds: float = 0.05, rounds: int = ROUNDS) -> list[float]:
    """The least time of a call of each, from rounds that alternate."""
    best = [float("inf")] * len(contenders)
    repeats = []
    for contender in contenders:
        start = time.perf_counter()
        contender()
        repeats.append(max(1, int(seconds / (time.perf_counter() - start + 1e-9))))
    for _ in range(rounds):
        for i, contender in enumerate(contenders):
            start = time.perf_counter()
            for _ in range(repeats[i]):
                contender()
            best[i] = min(best[i], (time.perf_counter() - start) / repeats[i])
    return best


def against_hand_written(program: Program, parameters: Sequence[Value], limit: Callable[..., None]) -> None:
    """The network at several batch sizes, its gradients compared with those of the hand-written C."""
    order = {id(value): i for i, value in enumerate(parameters)}
    places = [order[id(value)] for value in program.parameters]
    data = np.array([value.data for value in parameters])
    for samples in (10_000, 104):
        columns = np.random.default_rng(1).uniform(-0.9, 0.9, (3, samples))
        losses, gradients = np.empty(samples), np.empty(len(parameters))
        arguments = [array.ctypes.data for array in (columns, data, losses, gradients)]

        def by_hand(arguments: list[int] = arguments, samples: int = samples) -> None:
            limit(arguments[0], samples, *arguments[1:])

        def replayed(columns: Any = columns) -> Any:
            return program.backward(*columns, threads=1)

        by_hand()
        found = program.gradients(*columns).parameters
        np.testing.assert_allclose(found, gradients[places], rtol=1e-9, atol=1e-9)
        hand, ours = least([by_hand, replayed])
        unit = 1e9 / samples / OPS
        print(
            f"MLP, N = {samples:,}: by hand {hand * unit:.3f}, replay {ours * unit:.3f} ns/op: {ours / hand:.2f} times"
        )


class Peer:
    """Another package at work, in an environment and a process of its own."""

    def __init__(self, package: str, cache: Path, problem: dict[str, Any]) -> None:
        command = [str(interpreter(package, cache)), "-m", "benchmarks.replay_peers", package.split("==")[0]]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | ONE_THREAD
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        )
        self.gradients: list[float] = self.ask(problem)

    def ask(self, request: Any) -> Any:
        """Send a request and return its answer."""
        if self.process.stdin is None or self.process.stdout is None:
            raise OSError("a peer's process has no pipes")
        print(json.dumps(request), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise OSError(f"a peer ended with status {self.process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def against_peers(program: Program, parameters: Sequence[Value], cache: Path, samples: int = 100) -> None:
    """The same network elsewhere, whose gradients must agree; the median of rounds that alternate."""
    columns = np.random.default_rng(1).uniform(-0.9, 0.9, (3, samples))
    problem = {"parameters": [value.data for value in parameters], "columns": columns.tolist()}
    order = {id(value): i for i, value in enumerate(parameters)}
    ours = program.gradients(*columns).parameters
    for package in PEERS:
        try:
            peer = Peer(package, cache, problem)
        except OSError as error:
            print(f"{package}: {error}", file=sys.stderr)
            continue
        try:
            found = np.array(peer.gradients)[[order[id(value)] for value in program.parameters]]
            np.testing.assert_allclose(found, ours, rtol=1e-9, atol=1e-9)
            rounds = []
            for _ in range(ROUNDS):
                theirs = peer.ask(30)
                rounds.append((theirs, *least([lambda: program.backward(*columns, threads=1)], 0.01, 1)))
        finally:
            peer.close()
        theirs, own = (statistics.median(times) for times in zip(*rounds, strict=True))
        print(
            f"MLP, N = {samples}: {package} {theirs * 1e6:.0f} µs, replay {own * 1e6:.1f} µs: {theirs / own:.1f} times"
        )


def planning() -> None:
    """Time from a recorded graph to a plan, for graphs of two sizes."""
    for size in (11_000, 1_400_000):
        output, leaves = random_graph(size, random.Random(0))
        start = time.perf_counter()
        tape, _ = record([output], leaves)
        recorded = time.perf_counter()
        steps = len(plan(tape, False, "sum"))
        planned = time.perf_counter()
        print(
            f"random graph, {len(tape.rows):,} ops: recorded in {recorded - start:.3f} s, "
            f"planned in {planned - recorded:.3f} s, {steps:,} instructions"
        )


def main() -> int:
    """Print the figures."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.replay", description="Measure compiled graphs.")
    made.add_argument("--peers", action="store_true", help="CasADi, torch and JAX too, installed when first needed")
    made.add_argument("--cache", type=Path, default=ROOT / ".cache" / "benchmarks", help="where peers are installed")
    given = made.parse_args()
    loss, inputs, parameters = network(random.Random(0))
    program: Program = ag.compile(loss, inputs=inputs)
    print(f"kernel: {program.kernel}")
    with tempfile.TemporaryDirectory() as folder:
        try:
            limit = compiled_limit(Path(folder))
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"no limit to compare with: {error}", file=sys.stderr)
        else:
            against_hand_written(program, parameters, limit)
    if given.peers:
        against_peers(program, parameters, given.cache)
    (once,) = least([lambda: program.backward(0.1, 0.2, 0.3)])
    print(f"MLP, N = 1: {once * 1e6:.2f} µs a call, {(once - 2e-6) / OPS * 1e9:.1f} ns/op beyond 2 µs")
    columns = np.random.default_rng(1).uniform(-0.9, 0.9, (3, 40_000))
    one, two = least([lambda: program.backward(*columns, threads=1), lambda: program.backward(*columns, threads=2)])
    print(f"MLP, N = 40,000: two threads {one / two:.2f} times as fast as one")
    on_numpy = Program(program.tape, program.parameters, True, "numpy")
    slow, fast = least([lambda: on_numpy.run(columns, parameters="sum"), lambda: program.backward(*columns, threads=1)])
    print(f"MLP, N = 40,000: numpy takes {slow / fast:.1f} times as long as C")

    output, leaves = random_graph(11_000, random.Random(0))
    wide: Program = ag.compile(output, inputs=leaves)
    columns = np.random.default_rng(1).uniform(-0.9, 0.9, (20, 10_000))
    (large,) = least([lambda: wide.backward(*columns, threads=1)])
    ops = len(wide.tape.rows)
    planning()
    print(f"random graph, N = 10,000: {large / 10_000 / ops * 1e9:.2f} ns/op")

    workload, engine = WORKLOADS["W4"], Eager()
    weights = [Value(x) for x in workload.leaves]
    step: Program = ag.compile(workload.run(engine, weights), inputs=[])  # type: ignore[arg-type]
    eager, replay = least([lambda: workload.run(engine, weights).backward(), step.backward])  # type: ignore[arg-type]
    print(
        f"W4, N = 1: eager ({ag.CORE}) {eager * 1e3:.2f} ms, replay {replay * 1e3:.3f} ms: {eager / replay:.1f} times"
    )
    return 0


class Eager:
    """Our own Values in plain operations, as `benchmarks.engines` has them for other packages."""

    exp, log, relu = staticmethod(ag.exp), staticmethod(ag.log), staticmethod(ag.relu)

    @staticmethod
    def number(value: Value) -> float:
        """The number in a Value."""
        return value.data

    @staticmethod
    def total(values: Sequence[Value]) -> Value:
        """The sum, one addition at a time."""
        result = values[0]
        for value in values[1:]:
            result = result + value
        return result


if __name__ == "__main__":
    sys.exit(main())
