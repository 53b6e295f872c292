"""Hints for names of other libraries: raised on both backends, one table, and the same table in the docs."""

from __future__ import annotations

import inspect
import re
from functools import partial
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
import nn
from autograd._common.foreign import HINTS, KEYWORDS
from autograd.engine import backend, python_backend
from autograd.engine.graph import topological_by
from tests import needs

PAGE = Path(__file__).parents[2] / "docs" / "coming-from.md"
OBJECTS: dict[str, list[Any]] = {
    "Value": [ag.Value(1.0), python_backend.Value(1.0), backend.Value(1.0) * 2.0],
    "autograd": [ag],
    "nn": [nn],
    "Module": [nn.Linear(2, 1), nn.MLP(2, [1])],
    "Schedule": [nn.schedules.StepLR(0.1, 2)],
    "Optimizer": [nn.SGD([ag.Value(1.0)], lr=0.1), nn.Adam([ag.Value(1.0)])],
}
WRITTEN = {
    "Value": "x", "autograd": "ag", "nn": "nn", "Module": "module", "Schedule": "schedule", "Optimizer": "optimizer",
}  # fmt: skip
TAKEN_BY = {
    "Value": "`ag.Value`", "layer": "layers", "optimizer": "optimisers", "loss": "losses", "schedule": "schedules",
    "predict": "`nn.predict`", "stopping": "`nn.EarlyStopping`", "estimator": "estimators", "dataset": "`nn.datasets`",
    "state": "`load_state_dict`", "fit": "`nn.fit`", "backward": "`backward`", "zero_grad": "`zero_grad`",
}  # fmt: skip


@pytest.mark.parametrize("kind", list(HINTS))
def test_a_foreign_name_says_the_word_here(kind: str) -> None:
    for name, said in HINTS[kind].items():
        for thing in OBJECTS[kind]:
            assert not hasattr(thing, name), name
            with pytest.raises(AttributeError, match=re.escape(f"no attribute {name!r}; here: {said}")):
                getattr(thing, name)


@pytest.mark.parametrize("kind", list(HINTS))
def test_another_name_has_no_hint(kind: str) -> None:
    for thing in OBJECTS[kind]:
        with pytest.raises(AttributeError, match=r"has no attribute 'frobnicate'"):
            thing.frobnicate  # noqa: B018


@pytest.mark.parametrize("method", ["backward", "zero_grad"])
def test_arguments_of_pytorch_say_what_does_the_same_here(method: str) -> None:
    things = [thing for some in OBJECTS.values() for thing in some if hasattr(thing, method) and thing is not ag]
    assert things
    for thing in things:
        call = getattr(thing, method)
        for name, said in KEYWORDS[method].items():
            with pytest.raises(TypeError) as raised:
                call(**{name: True})
            assert str(raised.value) == f"{method}() takes no argument {name!r}; here: {said}"
        first = next(iter(KEYWORDS[method]))
        with pytest.raises(TypeError, match=re.escape(f"{method}() takes no argument {first!r}; here: ")):
            call(1.0)
        with pytest.raises(TypeError, match=re.escape(f"{method}() takes no arguments, got 5")):
            call(*range(5))
        with pytest.raises(TypeError, match=re.escape(f"{method}() takes no argument 'frobnicate'") + "$"):
            call(frobnicate=True)
        call()


CALLS: dict[str, list[Any]] = {
    "Value": [partial(ag.Value, 2.0), partial(python_backend.Value, 2.0)],
    "layer": [
        partial(nn.Neuron, 2), partial(nn.Layer, 2, 1), partial(nn.Linear, 2, 1), partial(nn.MLP, 2, [1]),
        partial(nn.Embedding, 3, 2), partial(nn.LayerNorm, 2), partial(nn.RMSNorm, 2), partial(nn.Dropout, 0.5),
        partial(nn.Attention, 2, 1),
    ],
    "optimizer": [
        partial(kind, [ag.Value(1.0)], lr=0.1) for kind in (nn.SGD, nn.Adam, nn.AdamW, nn.RMSprop)
    ] + [partial(nn.LBFGS, [ag.Value(1.0)])],
    "loss": [partial(loss, [0.5, 0.5], [1, 1]) for loss in nn.LOSSES.values()],
    "schedule": [
        partial(nn.schedules.StepLR, 0.1, 2), partial(nn.schedules.OneCycleLR, 0.1, 0.1, 10),
        partial(nn.schedules.ReduceLROnPlateau, nn.SGD([ag.Value(1.0)], lr=0.1)),
        partial(nn.schedules.SequentialLR, 0.1, [nn.schedules.StepLR(0.1, 2)], []),
        partial(nn.schedules.ChainedScheduler, [nn.schedules.StepLR(0.1, 2)]),
    ],
    "predict": [partial(nn.predict, nn.MLP(1, [1]), [1.0])],
    "stopping": [partial(nn.EarlyStopping)],
    "estimator": [],  # those of scikit-learn, which may not be installed
    "dataset": [partial(nn.datasets.moons), partial(nn.datasets.xor)],
    "state": [partial(nn.MLP(1, [1]).load_state_dict, {})],
    "backward": [partial(x.backward) for x in OBJECTS["Value"]],
    "zero_grad": [partial(x.zero_grad) for x in (*OBJECTS["Value"], *OBJECTS["Module"], *OBJECTS["Optimizer"])],
    "fit": [partial(nn.fit, nn.MLP(1, [1]), [1.0], [1.0], loss="mse", optimizer=nn.SGD)],
}  # fmt: skip


@pytest.mark.parametrize("kind", list(KEYWORDS))
def test_a_keyword_of_another_library_says_the_word_here(kind: str) -> None:
    if kind == "estimator":
        needs.package("sklearn")
    for call in CALLS[kind] or [partial(nn.Classifier), partial(nn.Regressor)]:
        for name, said in KEYWORDS[kind].items():
            if name not in inspect.signature(call.func).parameters:
                with pytest.raises(TypeError, match=re.escape(f"() takes no argument {name!r}; here: {said}") + "$"):
                    call(**{name: True})
        with pytest.raises(TypeError, match="frobnicate"):
            call(frobnicate=True)


@pytest.mark.parametrize("bias", [True, False])
def test_a_bias_that_is_a_switch_says_the_word_here(bias: bool) -> None:
    with pytest.raises(ValueError, match=f"here: bias='{'neuron' if bias else 'none'}'"):
        nn.Linear(2, 3, bias=bias)  # type: ignore[arg-type]


def test_a_subclass_may_have_arguments_of_other_libraries() -> None:
    for kind in (ag.Value, python_backend.Value):

        class Named(kind):  # type: ignore[misc, valid-type]
            def __init__(self, data: float, name: str) -> None:
                super().__init__(data, name)

        assert Named(2.0, name="w").label == "w"


def test_setting_a_foreign_attribute_of_a_value_says_the_same() -> None:
    for thing in OBJECTS["Value"]:
        with pytest.raises(AttributeError, match=r"requires_grad.*every leaf has a gradient"):
            thing.requires_grad = True


def test_an_attribute_of_a_subclass_goes_first() -> None:
    class Priced(ag.Value):
        @property
        def shape(self) -> str:
            return "flat"

    priced: Any = Priced(1.0)
    priced.item = "bread"
    assert (priced.item, priced.shape) == ("bread", "flat")


def test_what_the_hints_name_exists() -> None:
    text = " ".join(said for table in (HINTS, KEYWORDS) for hints in table.values() for said in hints.values())
    for package, name in re.findall(r"\b(ag|nn)\.(\w+)", text):
        assert name in dir({"ag": ag, "nn": nn}[package]), name
    for name in re.findall(r"nn\.losses\.(\w+)", text):
        assert hasattr(nn.losses, name)


def test_micrograds_names() -> None:
    x: Any = ag.Value(2.0)
    y = ag.Value(3.0)
    z = x * y
    assert z._prev == {x, y}
    assert (z._op, x._op) == ("mul", "")


def test_micrograds_backward_pass_by_hand() -> None:
    for kind in (ag.Value, python_backend.Value):
        x: Any = kind(2.0)
        y = kind(-3.0)
        z = x * y + x * x
        root = (z + kind(10.0)).tanh() * z
        order: list[Any] = topological_by([root], attrgetter("parents"))
        root.grad = 1.0
        for node in reversed(order):
            node._backward()
        found = [x.grad, y.grad, z.grad]
        for node in order:
            node.grad = 0.0
        root.backward()
        assert found == pytest.approx([x.grad, y.grad, z.grad], rel=1e-14)


def test_the_docs_have_the_tables_and_no_other_rows() -> None:
    sections = PAGE.read_text("utf-8").split(" that differ\n")[1:]
    names, arguments = [[line for line in part.split("\n## ")[0].splitlines() if "` | " in line] for part in sections]
    wanted = []
    for kind, hints in HINTS.items():
        for said, group in groupby(hints.items(), key=itemgetter(1)):
            wanted.append(f"| {', '.join(f'`{WRITTEN[kind]}.{name}`' for name, _ in group)} | {said} |")
    assert names == wanted
    taken = [(TAKEN_BY[kind], name, said) for kind in KEYWORDS for name, said in KEYWORDS[kind].items()]
    assert arguments == [f"| {call} | `{name}` | {said} |" for call, name, said in taken]


def test_a_traceback_finds_the_nearest_name() -> None:
    for module in (ag, nn, nn.losses, nn.optim):
        with pytest.raises(AttributeError) as raised:
            _ = module.sigmod
        assert (raised.value.name, raised.value.obj) == ("sigmod", module)  # of which Python makes "Did you mean"
