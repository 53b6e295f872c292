"""Large graphs: what is collapsed adds up, what is expanded is whole, focus shows the way and nothing else."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ElementTree
from collections import Counter
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import autograd as ag
import nn
from autograd import DrawError, Value, draw
from autograd.draw import groups
from autograd.draw.collapse import build
from autograd.draw.groups import Table, neuron_keys
from autograd.draw.scene import Scene
from autograd.engine import backend
from autograd.engine.graph import topological
from benchmarks.pictures import net, tangle


def mlp(batch: int = 1) -> tuple[nn.MLP, Value]:
    """Return a net with the mean of its squared errors, swept."""
    made = nn.MLP(2, [4, 4, 1], seed=0)
    error = ag.mean([(made([0.1 * i, 0.2]) - 1.0) ** 2 for i in range(batch)])
    error.label = "E"
    error.backward()
    return made, error


def labels(what: Scene) -> list[str]:
    return [box.label for box in what.boxes]


def random_graph(seed: int) -> Value:
    source = random.Random(seed)
    nodes = [Value(source.uniform(-1, 1), source.choice(["", "w1", "x", "b"])) for _ in range(4)]
    for i in range(source.randrange(3, 60)):
        with ag.group(source.choice("pqr")) if source.random() < 0.2 else ag.group("a/b"):
            inside = source.choice(nodes) * source.choice(nodes)
        outside = source.choice(nodes).tanh() + source.choice(nodes)
        outside.label = source.choice(["", "", f"net_h{i % 3}", f"out_h{i % 3}", f"E_{i}", "again"])
        nodes += [inside, outside]
    root: Value = ag.sum(nodes[-5:])
    root.backward()
    return root


@pytest.mark.parametrize("collapse", ["neuron", "layer"])
@given(seed=st.integers(0, 10_000))
def test_edges_between_groups_stand_for_all_operands_and_their_flow(collapse: str, seed: int) -> None:
    root = random_graph(seed)
    what = build([root], 10_000, collapse)
    nodes = topological(root)
    inside = sum(edge.count for edge in what.edges)
    operands = sum(len(node.parents) for node in nodes)
    assert 0 < inside <= operands
    # No group leads back to itself: an order exists in which every edge goes forward.
    heads = Counter(edge.head.key for edge in what.edges)
    ready, done = [box.key for box in what.boxes if not heads[box.key]], 0
    while ready:
        key, done = ready.pop(), done + 1
        for edge in what.edges:
            if edge.tail.key == key:
                heads[edge.head.key] -= 1
                ready += [edge.head.key] if not heads[edge.head.key] else []
    assert done == len(what.boxes)


@pytest.mark.parametrize("collapse", ["neuron", "layer"])
def test_sums_over_groups_are_those_over_values(collapse: str) -> None:
    _, root = mlp(batch=5)
    what = build([root], 1000, collapse)
    single = sum(box.value is not None for box in what.boxes)
    stated = sum(int(box.data.split()[0].replace(",", "")) for box in what.boxes if box.value is None)
    assert stated + single == len(topological(root))


def test_flows_between_two_neurons_of_a_batch_are_summed() -> None:
    x, w = ag.values(x=2.0, w=3.0)
    losses = []
    for target in (1.0, 2.0, 3.0):
        hidden = (w * x).tanh()
        hidden.label = "out_h1"
        loss = (hidden - target) ** 2
        loss.label = "E_k"
        losses.append(loss)
    root = ag.sum(losses)
    root.label = "E"
    root.backward()
    what = build([root], 100, "neuron")
    (edge,) = [edge for edge in what.edges if edge.tail.label == "h1"]
    nodes = topological(root)
    expected = sum(
        slope * node.grad
        for node in nodes
        for parent, slope in zip(node.parents, node.local_derivatives, strict=True)
        if parent.label == "out_h1"
    )
    assert edge.count == 3
    assert edge.flow == pytest.approx(expected, rel=1e-12)
    assert edge.text == "×3"
    assert sorted(labels(what)) == ["E", "E_k", "h1"]


def test_neurons_and_layers_of_a_net_have_the_names_of_the_notes() -> None:
    _, root = mlp()
    neurons = build([root], 1000, "neuron")
    assert {f"h{i}" for i in range(1, 9)} <= set(labels(neurons))
    layers = build([root], 1000, "layer")
    assert {"h1 … h4", "h5 … h8", "E"} <= set(labels(layers))
    assert len(layers.boxes) < len(neurons.boxes) < len(topological(root))


def test_names_of_layers_have_subscripts_as_other_names_do() -> None:
    def names(svg: str) -> list[str]:
        root = ElementTree.fromstring(svg)
        texts = [text for text in root.iter("{http://www.w3.org/2000/svg}text") if "name" in text.get("class", "")]
        return ["|".join(text.itertext()) for text in texts]

    assert {"h|1| … h|4", "h|5| … h|8"} <= set(names(draw(mlp()[1], collapse="layer").svg))
    assert "w_{1}^2" in names(draw(Value(1.0, "w_{1}^2") * 2.0).svg)


def test_a_batch_has_the_neurons_of_one_sample() -> None:
    one, many = (build([mlp(batch)[1]], 1000, "layer") for batch in (1, 50))
    assert {"h1 … h4", "h5 … h8"} <= set(labels(one)) & set(labels(many))


def test_one_neuron_is_whole_within_its_collapsed_net() -> None:
    _, root = mlp()
    what = build([root], 1000, "neuron", expand=["h5"])
    (cluster,) = what.clusters
    assert (cluster.name, [box.label for box in cluster.boxes]) == ("h5", ["net_h5", "out_h5"])
    assert "h5" not in labels(what)
    assert "h6" in labels(what)
    ElementTree.fromstring(draw(root, collapse="neuron", expand="h5", engine="builtin").svg)


def test_a_layer_is_expanded_by_the_name_in_its_box() -> None:
    _, root = mlp()
    what = build([root], 1000, "layer", expand=["h1 … h4"])
    assert {"net_h1", "out_h4"} <= set(labels(what))
    assert "h5 … h8" in labels(what)


@given(collapse=st.sampled_from(["auto", "neuron", "layer"]), seed=st.integers(0, 10_000))
def test_any_graph_can_be_expanded_anywhere_and_is_drawn(collapse: str, seed: int) -> None:
    root = random_graph(seed)
    names = sorted({box.label for box in build([root], 10_000, "neuron").boxes if box.value is None})
    drawing = draw(root, collapse=collapse, expand=names[:2], engine="builtin", limit=10_000)
    ElementTree.fromstring(drawing.svg)


def test_an_unknown_group_is_named_with_those_near() -> None:
    _, root = mlp()
    with pytest.raises(DrawError, match=r"expand: there is no group 'h99'; there are 'E', 'h1'"):
        draw(root, collapse="neuron", expand="h99")


def test_groups_come_from_labels_and_from_blocks() -> None:
    x = Value(1.0, "x")
    a = x * 2.0
    a.label = "encoder/net"
    with ag.group("decoder"):
        b = (a * 3.0).exp() * 2.0
    root = b + a
    root.label = "out"
    what = build([root], 100, "neuron")
    assert "decoder" in labels(what)
    table = Table.below([root])
    assert len(table.nodes) == 6
    clusters = build([root], 100, "none").clusters
    assert "decoder" in [cluster.name for cluster in clusters]


def test_a_long_chain_without_names_is_drawn_by_its_stretches() -> None:
    x = Value(1.0, "x")
    for _ in range(1000):
        x = x * 1.001
    what = build([x], 300)
    assert 2 < len(what.boxes) <= 14
    assert any(label.startswith("steps 1–") for label in labels(what))


def test_a_sequence_through_the_same_neuron_is_drawn_without_a_circle() -> None:
    state = Value(0.5, "s")
    w, u = ag.values(w=0.3, u=0.2)
    for _ in range(40):
        hidden = (w * state).tanh()
        hidden.label = "out_h1"
        state = (u * hidden).tanh()
        state.label = "out_o1"
    state.backward()
    drawing = draw(state, collapse="neuron", engine="builtin")
    ElementTree.fromstring(drawing.svg)
    assert "80 " not in repr(drawing)


def test_more_groups_than_the_limit_are_refused_with_advice() -> None:
    _, root = mlp()
    with pytest.raises(DrawError, match=r'groups are too many to draw \(limit 3\); collapse="layer"'):
        draw(root, collapse="neuron", limit=3)


def test_many_shared_leaves_are_one_box() -> None:
    xs = [Value(0.1 * i, f"x{i}") for i in range(100)]
    made = nn.MLP(100, [3, 1], seed=0)
    root = made(xs)
    root.backward()
    what = build([root], 300, "neuron")
    assert "x" in labels(what)
    assert len(what.boxes) < 10


@pytest.mark.skipif(backend.CORE != "c", reason="the Python backend has no passes in C")
@given(seed=st.integers(0, 10_000), selecting=st.booleans())
def test_passes_in_c_give_what_those_in_python_give(seed: int, selecting: bool) -> None:
    core: Any = backend._module
    source, root = random.Random(seed), random_graph(seed)
    whole = Table.below([ag.relu(root) + ag.max(root, root.parents[0]) if selecting else root])
    table = whole.of(sorted(source.sample(range(len(whole.nodes)), source.randint(1, len(whole.nodes)))))
    size = len(table.nodes)
    joins = bytes(source.randrange(2) for _ in range(size))
    keys, ranks = ([source.randrange(size) for _ in range(size)] for _ in range(2))
    opened = [~key if source.random() < 0.3 else key for key in keys]
    gradients = [source.choice([0.0, 1.0, -2.5]) for _ in range(size)]
    assert core._homes(table.nodes, joins) == groups._homes_in_python(table, joins)
    assert core._levels(table.nodes, opened) == groups._levels_in_python(table, opened)
    assert core._only_users(table.nodes, keys, ranks) == groups._only_users_in_python(table, keys, ranks)
    assert core._ranks(table.nodes, opened) == groups._ranks_in_python(table, opened)
    for leaves in (True, False):
        for flows in (gradients, None):
            found = core._between(table.nodes, opened, leaves, flows)
            assert sorted(found) == sorted(groups._between_in_python(table, opened, leaves, flows))
    assert neuron_keys(whole) == neuron_keys(Table(whole.nodes))  # nothing is left in the nodes


@pytest.mark.skipif(backend.CORE != "c", reason="the Python backend has no passes in C")
def test_passes_in_c_refuse_what_they_cannot_read() -> None:
    core: Any = backend._module
    nodes = topological(Value(1.0) + Value(2.0))
    keys: Any
    for keys in ([1, 2], ([0, 0, 3],), ([0, 0, -4],), ([0, 0, 10**30],), ([0, 0, 0.5],), ([0, 0],), ((0, 0, 0),)):
        with pytest.raises((TypeError, ValueError)):
            core._levels(nodes, *keys)
    for wrong in ((nodes, "abc"), (nodes, b"ab"), ([1, 2, 3], b"abc"), (tuple(nodes), b"abc"), (nodes,)):
        with pytest.raises(TypeError):
            core._homes(*wrong)
    for gradients in ([1.0], [1.0, None, 2.0], (1.0, 2.0, 3.0), [1, 2, 3]):
        with pytest.raises(TypeError):
            core._between(nodes, [0, 0, 0], True, gradients)
    with pytest.raises(TypeError):
        core._only_users(nodes, [0, 0, 0])
    for keys in ([0, 0], [0, 0, 3], (0, 0, 0)):
        with pytest.raises((TypeError, ValueError)):
            core._ranks(nodes, keys)


@given(seed=st.integers(0, 10_000), groups_count=st.integers(1, 40))
def test_ranks_rise_along_edges_except_in_cycles_and_after_them(seed: int, groups_count: int) -> None:
    source, table = random.Random(seed), Table.below([random_graph(seed)])
    firsts = [source.randrange(len(table.nodes)) for _ in range(groups_count)]
    keys = [
        max((j for j in firsts if j <= i), default=0) if source.random() < 0.9 else i for i in range(len(table.nodes))
    ]
    ranks = dict(zip(keys, table.ranks(keys), strict=True))
    steps = {(keys[edge.tail], keys[edge.head]) for edge in table.edges if not table.is_leaf[edge.tail]}
    steps = {(tail, head) for tail, head in steps if tail != head}
    ahead: dict[int, set[int]] = {}
    for key in ranks:
        ahead[key], waiting = set(), [key]
        while waiting:
            last = waiting.pop()
            new = {head for tail, head in steps if tail == last} - ahead[key]
            ahead[key] |= new
            waiting += new
    in_cycles = {key for key in ranks if key in ahead[key]}
    assert {key for key, rank in ranks.items() if rank < 0} == in_cycles.union(*(ahead[key] for key in in_cycles))
    assert all(ranks[head] == -1 or 0 <= ranks[tail] < ranks[head] for tail, head in steps)


# Focus


@example(seed=0)
@given(seed=st.integers(0, 10_000))
def test_focus_shows_exactly_the_values_on_the_ways_to_the_root(seed: int) -> None:
    root = random_graph(seed)
    nodes = topological(root)
    chosen = random.Random(seed).choice(nodes)
    shown = {id(box.value) for box in build([root], 10_000, "none", focus=[chosen]).boxes}
    on_the_way = {id(node) for node in nodes if chosen in topological(node)}  # by ==, so by data; see below
    reached = {id(chosen)}
    for node in nodes:
        if any(id(parent) in reached for parent in node.parents):
            reached.add(id(node))
    assert shown == reached
    assert reached <= on_the_way


def test_focus_on_a_weight_by_value_or_label() -> None:
    made, root = mlp()
    w = made.layers[0].weights[1][0]
    by_value, by_label = (build([root], 1000, "none", focus=[each]) for each in (w, w.label))
    assert labels(by_value) == labels(by_label)
    assert {"net_h2", "out_h2", "E"} <= set(labels(by_value))
    assert not {"net_h1", "out_h1"} & set(labels(by_value))


def test_depth_shows_what_stands_beside_the_way() -> None:
    a, b, c, d = ag.values(a=1.0, b=2.0, c=3.0, d=4.0)
    beside = c * d
    root = a * b + beside
    counts = [len(build([root], 100, "none", focus=[a], depth=depth).boxes) for depth in range(4)]
    assert counts == [3, 5, 7, 7]


def test_edges_of_a_focused_picture_keep_their_derivatives() -> None:
    a, b = ag.values(a=2.0, b=5.0)
    root = b * a
    root.backward()
    (edge,) = build([root], 100, "none", focus=[a]).edges
    assert (edge.tail.label, edge.derivative, edge.flow) == ("a", 5.0, 5.0)


def test_what_is_not_there_cannot_be_focused() -> None:
    _, root = mlp()
    with pytest.raises(DrawError, match=r"focus: no value is labelled 'w99'; did you mean 'w9'"):
        draw(root, focus="w99")
    with pytest.raises(DrawError, match=r"focus: Value\(1, label='q'\) is not part of the graph that is drawn"):
        draw(root, focus=Value(1.0, "q"))
    with pytest.raises(TypeError, match=r"draw: focus can't be 3 \(int\)"):
        draw(root, focus=3)  # type: ignore[arg-type]


@pytest.mark.parametrize("root", [net((3, 3, 2)), tangle(40)])
def test_ops_as_boxes_of_their_own(root: Value) -> None:
    what = build([root], 1000, "none", fused=False)
    computed = [node for node in topological(root) if node.op]
    assert sum(box.kind == "op" for box in what.boxes) == len(computed)
    assert len(what.edges) == sum(len(node.parents) for node in computed) + len(computed)
    ElementTree.fromstring(draw(root, ops="nodes", engine="builtin").svg)


def test_gradients_before_backward_are_not_shown_on_groups_either() -> None:
    made = nn.MLP(2, [3, 1], seed=0)
    what = build([made([1.0, 2.0])], 1000, "layer")
    assert what.largest is None
    assert all(box.gradient is None for box in what.boxes)
    assert all(edge.flow is None for edge in what.edges)


def test_weights_that_a_penalty_sums_up_stay_in_their_neurons() -> None:
    made = nn.MLP(2, [3, 1], seed=0)
    error = (made([0.5, -0.5]) - 1.0) ** 2 + 1e-3 * ag.sum([p * p for p in made.parameters()])
    error.label = "E"
    error.backward()
    what = build([error], 300, "neuron")
    assert sorted(labels(what)) == ["E", "h1", "h2", "h3", "o1"]
    counts = {(edge.tail.label, edge.head.label): edge.count for edge in what.edges}
    assert counts["h1", "E"] == 6  # three weights, each a factor twice


def test_inputs_that_several_neurons_use_stand_alone() -> None:
    made = nn.MLP(2, [3, 1], seed=0)
    root = made([Value(0.5, "x1"), Value(-0.5, "x2")])
    assert {"x1", "x2"} <= set(labels(build([root], 300, "neuron")))


def test_groups_that_can_be_expanded_are_named_by_name() -> None:
    x = ag.values(**{f"x{i}": float(i) for i in range(5)})
    with ag.group("h1"):
        h1 = ag.sum(x).tanh()
    with ag.group("h2"):
        h2 = (x[0] * x[1]).tanh()
    result = h1 * h2 + h1
    for wanted in ("nope", "0"):
        with pytest.raises(DrawError, match=rf"^expand: there is no group '{wanted}'; there are 'add', 'h1', 'h2'$"):
            draw(result, collapse="neuron", expand=wanted)
