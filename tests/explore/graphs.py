"""Graphs to explore."""

from __future__ import annotations

import math
import random

from autograd import Value, label, sigmoid, values
from autograd.engine import backend
from autograd.ops import NAMES, TABLE
from autograd.worksheet import shipped

OPS = NAMES
SPECIAL = {"where", "sum", "mean", "logsumexp", "dot"}


def note_002() -> Value:
    """Return the 2-2-2 network."""
    sheet = shipped.load("step_by_step")
    run = sheet.evaluate({}, of=sheet.output(None))
    return run.values[run.output]


def neuron() -> Value:
    """Return one neuron and its error; w10 comes after w2."""
    w1, w2, w10, x, b, target = values(w1=0.5, w2=-1.5, w10=2.0, x=0.8, b=0.1, target=1.0)
    net = w1 * x + w2 * x + w10 * x + b
    out = sigmoid(net)
    E = (target - out) ** 2
    label(locals())
    return E


def random_graph(seed: int, size: int = 40) -> Value:
    """Return a graph of ops of the whole table, each where it is defined and its result is of moderate size."""
    source = random.Random(seed)
    nodes = [Value(source.uniform(-2, 2), f"x{i}") for i in range(5)]
    queue = source.sample(OPS, len(OPS))
    while len(nodes) < size:
        name = queue.pop() if queue else source.choice(OPS)
        row = TABLE[name]
        count = row.arity or source.choice([3, 5])
        operands: list[Value | float] = [source.choice(nodes[-12:]) for _ in range(count)]
        if count == 2 and source.random() < 0.3:
            operands[source.randrange(2)] = source.uniform(0.5, 3.0)
        made = _apply(name, operands)
        if made is not None and abs(made.data) < 50 and all(abs(d) < 1e3 for d in made.local_derivatives):
            nodes.append(made)
    # A sum that uses whatever is used by nothing, so that all of it is below the result.
    used = {id(parent) for node in nodes for parent in node.parents}
    root = backend.sum([node.tanh() for node in nodes if id(node) not in used])
    root.label = "root"
    return root


def _apply(name: str, operands: list[Value | float]) -> Value | None:
    numbers = [x.data if isinstance(x, Value) else x for x in operands]
    domain = TABLE[name].domain
    if len(domain) == len(numbers) and not all(low < x < high for x, (low, high) in zip(numbers, domain)):
        return None
    if not any(isinstance(x, Value) for x in operands):
        return None
    if name == "dot":
        half = len(operands) // 2
        made = backend.dot(operands[:half], operands[half : 2 * half], operands[-1])
    elif name in ("sum", "mean", "logsumexp"):
        made = getattr(backend, name)(operands)
    else:
        made = getattr(backend, name)(*operands)
    return made if math.isfinite(made.data) else None
