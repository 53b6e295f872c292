"""Losses against their formulas in 120 digits, against finite differences, at extremes, replayed, and misused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import autograd as ag
import nn
from nn import losses

mp = mpmath.mp.clone()
mp.dps = 120  # the logarithm of a sum near 1 keeps what is left of them


def huber(o: Any, t: Any) -> Any:
    d = abs(t - o)
    return d * d / 2 if d <= 1 else d - mp.mpf(1) / 2


def entropy(p: Any, t: Any) -> Any:
    return -t * mp.log(p) - (1 - t) * mp.log(1 - p)


def logit_entropy(z: Any, t: Any) -> Any:
    return t * mp.log1p(mp.exp(-z)) + (1 - t) * mp.log1p(mp.exp(z))


ELEMENTWISE: dict[str, Callable[[Any, Any], Any]] = {
    "squared_error": lambda o, t: (t - o) ** 2,
    "half_squared_error": lambda o, t: (t - o) ** 2 / 2,
    "mse": lambda o, t: (t - o) ** 2,
    "l1": lambda o, t: abs(t - o),
    "huber": huber,
    "hinge": lambda o, t: max(mp.mpf(0), 1 - t * o),
    "bce": entropy,
    "bce_with_logits": logit_entropy,
}
REDUCED_BY = {"squared_error": "sum", "half_squared_error": "sum"}  # by default; the others' is the mean
CLASSIFIED = ("cross_entropy", "cross_entropy_with_logits")


def numbers(name: str) -> st.SearchStrategy[tuple[float, float]]:
    """Return an output and a target in the loss's domain."""
    outputs = st.floats(0.001, 0.999) if name == "bce" else st.floats(-30.0, 30.0)
    if name == "hinge":
        return st.tuples(outputs, st.sampled_from([-1.0, 1.0]))
    return st.tuples(outputs, st.floats(0.0, 1.0) if "bce" in name else st.floats(-30.0, 30.0))


def test_every_loss_is_tested() -> None:
    assert sorted(nn.LOSSES) == sorted([*ELEMENTWISE, *CLASSIFIED])


@pytest.mark.parametrize("name", list(ELEMENTWISE))
@given(data=st.data())
def test_a_loss_is_its_formula(name: str, data: st.DataObject) -> None:
    pairs = data.draw(st.lists(numbers(name), min_size=1, max_size=6))
    terms = [ELEMENTWISE[name](mp.mpf(o), mp.mpf(t)) for o, t in pairs]
    total = mp.fsum(terms)
    scale = 1e-14 if name not in ("squared_error", "half_squared_error", "mse", "l1", "huber", "hinge") else 4e-15
    outputs, targets = [o for o, _ in pairs], [t for _, t in pairs]
    slack = (
        mp.mpf(10) ** -14 * 60 if name in ("squared_error", "mse", "l1", "huber", "hinge", "half_squared_error") else 0
    )
    for reduction, expected in (("sum", total), ("mean", total / len(pairs))):
        found = nn.LOSSES[name]([ag.Value(o) for o in outputs], targets, reduction=reduction)
        assert abs(mp.mpf(found.data) - expected) <= scale * abs(expected) * 10 + slack
        assert nn.LOSSES[name](outputs, targets, reduction=reduction) == found.data
    found = nn.LOSSES[name](outputs, targets)
    assert found == nn.LOSSES[name](outputs, targets, REDUCED_BY.get(name, "mean"))


@pytest.mark.parametrize("name", list(ELEMENTWISE))
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_gradients_of_elementwise_losses(name: str, reduction: str) -> None:
    outputs, targets = [0.3, -0.8, 2.5], [1.0, -1.0, 1.0] if name == "hinge" else [1.0, 0.0, 0.25]

    def loss(zs: Any, ts: Any = targets) -> Any:
        return nn.LOSSES[name]([ag.sigmoid(z) for z in zs] if name == "bce" else zs, ts, reduction)

    assert ag.gradcheck(loss, (outputs,), order=2)
    if name != "hinge":
        assert ag.gradcheck(loss, (outputs, [0.9, 0.1, 0.3]))


@pytest.mark.parametrize("name", CLASSIFIED)
@pytest.mark.parametrize("target", [0, 2, [0.2, 0.5, 0.3], [0.0, 1.0, 0.0]])
def test_gradients_of_cross_entropies(name: str, target: Any) -> None:
    outputs = nn.softmax if name == "cross_entropy" else list
    assert ag.gradcheck(lambda zs: nn.LOSSES[name](outputs(zs), target), ([0.3, 0.6, 0.1],), order=2)


@given(st.lists(st.floats(-50.0, 50.0), min_size=1, max_size=5), st.data())
@example([40.0, 0.0], None)
@example([41.0, -49.0], None)
def test_cross_entropies_are_their_formula(logits: list[float], data: Any) -> None:
    right = 0 if data is None else data.draw(st.integers(0, len(logits) - 1))
    expected = mp.log(mp.fsum(mp.exp(mp.mpf(z) - mp.mpf(logits[right])) for z in logits))
    found = losses.cross_entropy_with_logits([ag.Value(z) for z in logits], right)
    assert abs(mp.mpf(found.data) - expected) <= 2e-14 * abs(expected) * (1 + abs(max(logits, key=abs))), found
    weights = [1.0 if k == right else 0.0 for k in range(len(logits))]
    weighted = losses.cross_entropy_with_logits([ag.Value(z) for z in logits], weights)
    assert math.isclose(weighted.data, found.data, rel_tol=1e-12, abs_tol=1e-13)


@pytest.mark.parametrize(
    "logits, right, loss, gradients",
    [
        ([1000.0, -1000.0], 0, 0.0, [0.0, 0.0]),
        ([1000.0, -1000.0], 1, 2000.0, [1.0, -1.0]),
        ([1e308, -1e308], 0, 0.0, [0.0, 0.0]),
        ([1e308, 0.0], 1, 1e308, [1.0, -1.0]),
        ([1e308, -1e308], 1, math.inf, [1.0, -1.0]),
        ([-1000.0] * 4, 3, math.log(4.0), [0.25, 0.25, 0.25, -0.75]),
        ([1e308] * 2, 0, math.log(2.0), [-0.5, 0.5]),
        ([40.0, 0.0], 0, 4.248354255291589e-18, [-4.248354255291589e-18, 4.248354255291589e-18]),
        ([0.0, -math.inf], 0, 0.0, [0.0, 0.0]),
    ],
)
def test_cross_entropy_at_extremes(logits: list[float], right: int, loss: float, gradients: list[float]) -> None:
    zs = [ag.Value(z) for z in logits]
    found = losses.cross_entropy_with_logits(zs, right)
    found.backward()
    assert found.data == pytest.approx(loss, rel=1e-15)
    assert [z.grad for z in zs] == pytest.approx(gradients, rel=1e-15)
    replayed = ag.compile(losses.cross_entropy_with_logits)(logits, float(right))
    assert replayed == pytest.approx(loss, rel=1e-15)


@pytest.mark.parametrize("z", [1000.0, -1000.0, 1e308, -1e308, math.inf, -math.inf])
@pytest.mark.parametrize("t", [0.0, 1.0])
def test_binary_cross_entropy_at_extremes(z: float, t: float) -> None:
    wrong = (z > 0) != (t == 1.0)
    for target in (t, ag.Value(t)) if math.isfinite(z) else (t,):
        output = ag.Value(z)
        found = losses.bce_with_logits(output, target)
        found.backward()
        assert (found.data, output.grad) == ((abs(z), math.copysign(1.0, z)) if wrong else (0.0, 0.0))
    p = 1.0 if z > 0 else 0.0
    assert losses.bce(ag.Value(p), t).data == losses.bce(p, ag.Value(t)).data == (math.inf if wrong else 0.0)


@pytest.mark.parametrize("name", ["squared_error", "mse", "l1", "huber", "hinge"])
def test_other_losses_at_extremes(name: str) -> None:
    for z in (1e308, -1e308, 1000.0):
        output = ag.Value(z)
        found = nn.LOSSES[name](output, 1.0)
        found.backward()
        assert not math.isnan(found.data)
        assert not math.isnan(output.grad)
    assert losses.huber(ag.Value(1e308), 0.0).data == 1e308
    assert losses.squared_error(1e200, 0.0) == math.inf


@pytest.mark.parametrize("name", list(ELEMENTWISE))
def test_a_recorded_loss_replays_for_any_targets(name: str) -> None:
    """One record for targets on every side of every branch."""
    compiled = ag.compile(nn.LOSSES[name])
    rng = np.random.default_rng(3)
    outputs = rng.uniform(0.01, 0.99, (50, 2)) if name == "bce" else rng.normal(0.0, 3.0, (50, 2))
    targets = {"hinge": np.sign(rng.normal(size=(50, 2))), "bce": rng.integers(0, 2, (50, 2))}.get(name)
    if targets is None:
        targets = rng.uniform(0.0, 1.0, (50, 2)).round(1)
    found = compiled(outputs, targets.astype(float))
    eager = [nn.LOSSES[name](list(o), list(t)) for o, t in zip(outputs, targets, strict=True)]
    assert found.tolist() == pytest.approx(eager, rel=1e-14, abs=1e-300)
    assert len(compiled.programs) == 1


@pytest.mark.parametrize("name", CLASSIFIED)
def test_a_recorded_cross_entropy_replays_for_any_class(name: str) -> None:
    compiled = ag.compile(nn.LOSSES[name])
    rng = np.random.default_rng(3)
    outputs = rng.dirichlet([1.0, 1.0, 1.0], 40)
    classes = rng.integers(0, 3, 40)
    eager = [nn.LOSSES[name](list(o), int(k)) for o, k in zip(outputs, classes, strict=True)]
    assert compiled(outputs, classes.astype(float)).tolist() == pytest.approx(eager, rel=1e-14)
    assert compiled(outputs, np.eye(3)[classes]).tolist() == pytest.approx(eager, rel=1e-13)
    for wrong in (3.0, -1.0, 0.5, math.nan):
        assert math.isnan(compiled(list(outputs[0]), wrong))
    assert len(compiled.programs) == 3  # tables with classes, tables with probabilities, lists with classes


@pytest.mark.parametrize(
    "outputs, targets",
    [
        (1.5, 1),
        ([1.5], 1.0),
        ([1.5], [1.0]),
        ([[1.5], [1.5]], [1, 1]),
        (np.float64(1.5), np.float32(1.0)),
        (np.array([1.5, 1.5]), np.array([1, 1])),
        (np.full((2, 2), 1.5), [[1, 1], [True, 1.0]]),
        ([ag.Value(1.5)], np.array([1])),
        ((ag.Value(1.5),), ag.Value(1.0)),
        (np.array(1.5), np.array(1)),
        (ag.Value(1.5), [1.0]),
    ],
)
def test_what_outputs_and_targets_may_be(outputs: Any, targets: Any) -> None:
    assert float(losses.mse(outputs, targets)) == 0.25


def test_classes_and_batches() -> None:
    rows = [[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]]
    expected = [-math.log(0.7), -math.log(0.25)]
    for classes in ([2, 1], np.array([2, 1]), [2.0, np.int64(1)], [ag.Value(2.0), 1]):
        assert float(losses.cross_entropy(rows, classes, "sum")) == pytest.approx(sum(expected), rel=1e-15)
        assert float(losses.cross_entropy(np.array(rows), classes)) == pytest.approx(sum(expected) / 2, rel=1e-15)


def test_note_002() -> None:
    outs = [ag.Value(0.7513650695523157), ag.Value(0.7729284653214625)]
    assert losses.half_squared_error(outs, [0.01, 0.99]).data == pytest.approx(0.2983711087600027, rel=1e-15)


@pytest.mark.parametrize("name", list(ELEMENTWISE))
def test_wrong_shapes_and_settings(name: str) -> None:
    loss, one = nn.LOSSES[name], ag.Value(0.5)
    for outputs, targets, text in [
        ([one, one], [1.0], "outputs and targets must have one shape, got (2,) and (1,)"),
        ([[one, one]], [1.0, 1.0], "outputs and targets must have one shape, got (1, 2) and (2,)"),
        (one, [1.0, 2.0], "outputs and targets must have one shape, got () and (2,)"),
        ([[one], [one, one]], [[1.0], [1.0, 1.0]], "outputs must have rows of one length, got shape (2, 'ragged')"),
        ([], [], "there must be outputs, got shape (0,)"),
        (np.zeros((0, 2)), np.zeros((0, 2)), "there must be outputs, got shape (0,)"),
    ]:
        with pytest.raises(ValueError) as caught:
            loss(outputs, targets)
        assert str(caught.value) == f"{name}: {text}"
    with pytest.raises(ValueError, match=f"{name}: unknown reduction, got 'none'; allowed mean, sum"):
        loss(one, 1.0, "none")
    for outputs, targets, what in [("a", 1.0, "outputs"), ([one], ["1"], "targets"), (one, None, "targets")]:
        with pytest.raises(TypeError, match=f"{name}: {what} must be Values or numbers, got "):
            loss(outputs, targets)


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: losses.hinge(0.5, 0), "hinge: targets must be -1 or 1, got 0.0"),
        (lambda: losses.bce([0.5], [2]), "bce: targets must be from 0 to 1, got 2.0"),
        (lambda: losses.bce_with_logits(0.5, math.nan), "bce_with_logits: targets must be from 0 to 1, got nan"),
        (lambda: losses.huber(0.5, 0, delta=0.0), "huber: delta must be positive and finite, got 0.0"),
        (
            lambda: losses.cross_entropy([0.5, 0.5], 2),
            "cross_entropy: a class must be a whole number from 0 to 1, of 2 classes, got 2 (int)",
        ),
        (
            lambda: losses.cross_entropy([0.5, 0.5], 0.5),
            "cross_entropy: a class must be a whole number from 0 to 1, of 2 classes, got 0.5 (float)",
        ),
        (
            lambda: losses.cross_entropy_with_logits([[0.5, 0.5]], [-1]),
            "cross_entropy_with_logits: a class must be a whole number from 0 to 1, of 2 classes, got -1 (int)",
        ),
        (
            lambda: losses.cross_entropy([0.5, 0.5], [1.0]),
            "cross_entropy: there must be 2 probabilities, got shape (1,)",
        ),
        (
            lambda: losses.cross_entropy([0.5, 0.5], [2.0, 0]),
            "cross_entropy: probabilities must be from 0 to 1, got 2.0",
        ),
        (
            lambda: losses.cross_entropy_with_logits([0.5, 0.5], [0.9, 0.9]),
            "cross_entropy_with_logits: the probabilities of a target must sum to 1, got a sum of 1.8",
        ),
        (
            lambda: losses.cross_entropy([[0.5, 0.5]], [0, 1]),
            "cross_entropy: there must be a target for each of 1 samples, got shape (2,)",
        ),
        (
            lambda: losses.cross_entropy([[0.5]], 0),
            "cross_entropy: there must be a target for each of 1 samples, got shape ()",
        ),
        (
            lambda: losses.cross_entropy([], 0),
            "cross_entropy: outputs must be (classes) or (samples, classes), and some of each, got shape (0,)",
        ),
    ],
)
def test_wrong_targets(call: Any, text: str) -> None:
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == text


def test_data_that_is_nan_gives_nan_and_is_named_where_anomalies_are_looked_for() -> None:
    assert math.isnan(losses.mse([ag.Value(1.0)], [math.nan]).data)
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError, match="sub made nan of nan, out_o1 = "):
        losses.mse([ag.Value(1.0, label="out_o1")], [math.nan])


@pytest.mark.parametrize(
    "outputs, text",
    [
        ([1.2, -0.2], "outputs must be probabilities, from 0 to 1, got 1.2"),
        ([0.5, -0.1], "outputs must be probabilities, from 0 to 1, got -0.1"),
        ([0.9, 0.9], "the probabilities of a sample must sum to 1, got a sum of 1.8"),
        ([0.1, 0.2], "the probabilities of a sample must sum to 1, got a sum of 0.3"),
    ],
)
def test_outputs_that_are_no_probabilities_are_told_of_logits(outputs: list[float], text: str) -> None:
    values = [ag.Value(x) for x in outputs]
    for given_ in (outputs, values, np.array(outputs), [outputs], [values]):
        for target in (0, [0.5, 0.5], ag.Value(1.0)):
            batch = [target] if len(given_) == 1 else target
            with pytest.raises(ValueError, match=f"cross_entropy: {text}.*cross_entropy_with_logits"):
                losses.cross_entropy(given_, batch)
    with pytest.raises(ValueError, match="cross_entropy_with_logits"):
        ag.compile(losses.cross_entropy)(outputs, 1.0)


@pytest.mark.parametrize("output", [-0.1, 1.5, -math.inf, math.inf])
def test_an_output_that_is_no_probability_is_told_of_logits(output: float) -> None:
    for given_ in (output, ag.Value(output), [output], np.array([[output]])):
        with pytest.raises(ValueError, match=r"bce: outputs must be probabilities.*bce_with_logits"):
            losses.bce(given_, np.ones(np.shape(given_)) if not isinstance(given_, ag.Value) else 1.0)


def test_probabilities_may_be_off_by_rounding() -> None:
    third = 1.0 / 3.0
    assert losses.cross_entropy([third, third, third], 0) == -math.log(third)
    assert losses.cross_entropy([1.0 + 2e-16, 0.0], 0) == pytest.approx(0.0, abs=1e-15)
    assert math.isnan(losses.cross_entropy([math.nan, 0.5], 0))
    rows = np.random.default_rng(0).dirichlet(np.ones(50), 20).astype(np.float32)
    assert losses.cross_entropy(rows, [3] * 20) > 0.0


@pytest.mark.parametrize("residual", [-2.0, -0.5, 0.0, 0.5, 2.0])
def test_hubers_second_derivative_is_1_within_delta_also_at_0(residual: float) -> None:
    def loss(x: Any) -> Any:
        return losses.huber([x], [0.0])

    expected = 1.0 if abs(residual) < 1.0 else 0.0
    assert ag.hessian(loss)(residual) == ag.derivative(loss, 2)(residual) == expected
    assert ag.compile(ag.hessian(loss))(residual) == expected
