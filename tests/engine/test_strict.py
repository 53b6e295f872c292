"""`strict()` raises where a number leaves the graph, and derivatives of what `no_grad()` made say so."""

from __future__ import annotations

import math
import statistics
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.errors import GradientError

numpy: Any = np  # whose types don't know that its functions take objects, too

LEAVES: dict[str, Callable[[Value], Any]] = {
    "float": float,
    "int": int,
    "round": round,
    "digits": lambda x: round(x, 2),
    "floor": math.floor,
    "ceil": math.ceil,
    "trunc": math.trunc,
    "complex": complex,
    "range": lambda x: range(int(x)),
    "math.exp": lambda x: math.exp(x) * x,
    "math.hypot": lambda x: math.hypot(x, 1.0),
    "math.fsum": lambda x: math.fsum([x, x]),
    "fmean": lambda x: statistics.fmean([x, x]),
    "asarray": lambda x: np.asarray([x, 1.0], dtype=float),
    "astype": lambda x: np.array([x]).astype(float),
    "float64": np.float64,
    "into an array": lambda x: np.zeros(2).__setitem__(0, x),
    "inside grad": lambda x: ag.grad(lambda t: math.exp(t) * t)(1.0),
    "inside compile": lambda x: ag.compile(lambda t: math.exp(t) * t)(1.0),
    "computed": lambda x: float(x * 2.0),
    "not finite": lambda x: int(x * math.nan),
}
STAYS: dict[str, Callable[[Value], Any]] = {
    "compare": lambda x: (x > 1.0, x == 2.0, max(x, 3.0), sorted([x, x])),
    "bool": bool,
    "data": lambda x: x.data,
    "detach": lambda x: x.detach(),
    "text": lambda x: f"{x} {x:.3f} {x!r}",
    "numpy": lambda x: (numpy.exp(x), numpy.clip(x, 0.0, 1.0), numpy.sum([x, x]), numpy.dot([x], [x])),
    "backward": lambda x: (x * x).backward(),
    "gradcheck": lambda x: ag.gradcheck(lambda t: ag.exp(t) * t, 1.0, order=2),
    "check_graph": lambda x: ag.check_graph(x * x),
    "hessian": lambda x: ag.hessian(lambda t: t[0] * t[1])([1.0, 2.0]),
    "compile": lambda x: ag.compile(lambda t: t * x)(np.ones(3)),
    "derive": lambda x: str(ag.derive(x * x, x)),
    "draw": lambda x: ag.draw(x * x).svg,
    "sensitivity": lambda x: ag.sensitivity(x * x),
    "rounding": lambda x: ag.rounding_error(x * x),
    "explore": lambda x: ag.explore(x * x),
    "custom_gradient": lambda x: ag.custom_gradient(lambda y, t: 2.0 * t)(lambda t: t * t)(x),
}


@pytest.mark.parametrize("use", LEAVES.values(), ids=list(LEAVES))
def test_leaving_the_graph_raises_there(use: Callable[[Value], Any]) -> None:
    x = Value(2.0, label="x")
    with ag.strict(), pytest.raises(GradientError, match="takes a number out of the graph"):
        use(x)


@pytest.mark.parametrize("use", STAYS.values(), ids=list(STAYS))
def test_what_stays_is_allowed(use: Callable[[Value], Any]) -> None:
    with ag.strict():
        use(Value(2.0, label="x"))


def test_the_message_names_the_value() -> None:
    with ag.strict(), pytest.raises(GradientError, match=r"^float\(w5\) takes a number") as caught:
        math.exp(Value(0.4, label="w5"))
    assert caught.value.facts == {"label": "w5"}


def test_it_ends_with_the_block_and_covers_its_own_thread() -> None:
    x = Value(2.0)
    found: list[float] = []
    with ag.strict():
        with ag.strict(), pytest.raises(GradientError):
            float(x)
        thread = threading.Thread(target=lambda: found.append(float(x)))
        thread.start()
        thread.join()
        with ag.recording(), pytest.raises(GradientError):
            int(x)
    assert found == [2.0]
    assert float(x) == 2.0


@pytest.mark.parametrize("compiled", [True, False])
def test_training_stays_in_the_graph(compiled: bool) -> None:
    model = nn.MLP(1, [3, 1], seed=0)
    with ag.strict():
        history = nn.fit(
            model, [[0.1], [0.2]], [0.1, 0.2], loss="mse", optimizer=nn.SGD(model, lr=0.1), epochs=3, compiled=compiled
        )
    assert history.loss[-1] < history.loss[0]


@pytest.mark.parametrize("low, high", [(0.0, 1.0), (None, 1.0), (3.0, None), (Value(3.0), 4.0), (0.0, 9.0)])
def test_numpys_clip_keeps_the_graph(low: Any, high: Any) -> None:
    x = Value(2.0)
    found = numpy.clip(x, low, high)
    assert isinstance(found, Value)
    assert found.data == numpy.clip(2.0, *[None if x is None else float(x) for x in (low, high)])
    assert ag.gradients(found, [x]) == [float(found == 2.0)]


OPS: dict[str, Callable[[Value], Any]] = {
    "an operator": lambda x: x * x,
    "a function": ag.exp,
    "many operands": lambda x: ag.sum([x, x, x]),
    "given gradient": ag.custom_gradient(lambda y, x: 2.0 * x)(lambda x: float(x) ** 2),
    "checkpoint": ag.checkpoint(lambda x: x * x),
    "a layer": lambda x: nn.MLP(1, [2, 1], seed=0)([x]),
}


@pytest.mark.parametrize("use", OPS.values(), ids=list(OPS))
def test_no_grad_is_remembered_of_every_op(use: Callable[[Value], Any]) -> None:
    x = Value(3.0)
    with ag.no_grad():
        y = use(x)
    for derive in (y.backward, lambda: ag.gradients(y, x)):
        with pytest.raises(GradientError, match=r"inside no_grad\(\), which records nothing"):
            derive()
    use(x).backward()
    assert x.grad != 0.0


def test_derivatives_of_what_no_grad_made_say_so() -> None:
    x = Value(3.0, label="x")
    with ag.no_grad():
        y, z = x * x, ag.sum([x, x])
    y.label = "y"
    with pytest.raises(GradientError, match=r"^backward: y was computed inside no_grad\(\), which records nothing"):
        y.backward()
    with pytest.raises(GradientError, match=r"^gradients: the value was computed inside no_grad\(\)"):
        ag.gradients(z, [x])
    assert ag.gradients(y, [y]) == [1.0]
    assert (x.grad, y.grad) == (0.0, 0.0)
    y.data = 4.0  # it is a leaf
    (y * x).backward()
    assert (x.grad, y.grad) == (4.0, 3.0)
    y.detach().backward()
