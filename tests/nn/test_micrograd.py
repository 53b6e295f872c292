"""Code of the shape of micrograd's notebooks: the import line is all that changes."""

from __future__ import annotations

from typing import Any

import nn
from autograd import Value


def trace(root: Any) -> tuple[set[Any], set[tuple[Any, Any]]]:
    nodes, edges = set(), set()

    def visit(node: Any) -> None:
        if node not in nodes:
            nodes.add(node)
            for child in node._prev:
                edges.add((child, node))
                visit(child)

    visit(root)
    return nodes, edges


def dot_text(root: Any) -> list[str]:
    nodes, edges = trace(root)
    lines = []
    for node in nodes:
        lines.append(f"{id(node)} [label={node.label} | data {node.data:.4f} | grad {node.grad:.4f}]")
        if node._op:
            lines.append(f"{id(node)}{node._op} -> {id(node)}")
    return lines + [f"{id(tail)} -> {id(head)}{head._op}" for tail, head in edges]


def test_a_graph_is_walked_by_prev_and_op() -> None:
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="c")
    e = a * b
    e.label = "e"
    d = e + c
    out = d.tanh()
    out.backward()
    nodes, edges = trace(out)
    assert (len(nodes), len(edges)) == (6, 5)
    assert len(dot_text(out)) == 6 + 3 + 5
    assert {node.label for node in nodes if not node._op} == {"a", "b", "c"}


def test_a_net_learns_in_the_loop_by_hand() -> None:
    nn.seed(1)
    net = nn.MLP(3, [4, 4, 1])
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    wanted = [1.0, -1.0, -1.0, 1.0]
    losses = []
    for _ in range(60):
        found = [net(x) for x in xs]
        loss = sum((out - y) ** 2 for y, out in zip(wanted, found))
        for p in net.parameters():
            p.grad = 0.0
        loss.backward()
        for p in net.parameters():
            p.data += -0.05 * p.grad
        losses.append(loss.data)
    assert len(net.parameters()) == 41
    assert losses[-1] < 0.1 < losses[0]


def test_a_classifier_with_hinge_loss_and_penalty() -> None:
    points, labels = nn.datasets.moons(20, noise=0.1, seed=1)
    labels = labels * 2 - 1
    model = nn.MLP(2, [8, 1], activation="relu", seed=0)
    inputs = [list(map(Value, row)) for row in points]
    first = 0.0
    for k in range(30):
        scores = list(map(model, inputs))
        losses = [(1 + -y * score).relu() for y, score in zip(labels, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        first = first or total.data
        rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= rate * p.grad
    accuracy = [(y > 0) == (score.data > 0) for y, score in zip(labels, map(model, inputs))]
    assert total.data < 0.5 * first
    assert sum(accuracy) / len(accuracy) > 0.8


def test_one_neuron_and_one_layer() -> None:
    out = nn.Neuron(2)([Value(1.0), Value(-2.0)])
    assert isinstance(out, Value)
    assert len(nn.Layer(2, 3)([1.0, 2.0])) == 3
