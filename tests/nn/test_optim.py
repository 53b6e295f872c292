"""Optimisers, schedules and clipping against what torch recorded, and against misuse."""

from __future__ import annotations

import copy
import json
import math
import pickle
import sys
from functools import partial
from typing import Any, cast

import pytest

import autograd as ag
import nn
from nn.optim import schedules
from tests import needs
from tests.nn import record_torch as recorded

TORCH = json.loads(recorded.FILE.read_text(encoding="utf-8"))
MAKERS: dict[str, Any] = {
    "SGD": lambda ps: nn.SGD(ps, 0.1, momentum=0.9),
    "Adam": lambda ps: nn.Adam(ps, 0.1, amsgrad=True),
    "AdamW": lambda ps: nn.AdamW(ps, 0.1),
    "RMSprop": lambda ps: nn.RMSprop(ps, 0.1, momentum=0.5, centered=True),
}


def agree(found: float, expected: float) -> bool:
    return math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-12)


def shaken(values: list[ag.Value], step: int) -> None:
    for i, value in enumerate(values):
        value.grad = recorded.gradient(value.data, i, step)


@pytest.mark.parametrize("name", list(recorded.OPTIMISERS))
def test_optimisers_go_as_torch_does_step_by_step(name: str) -> None:
    kind, settings = recorded.OPTIMISERS[name]
    values = [ag.Value(x) for x in recorded.START]
    optimiser = getattr(nn, kind)(values, **settings)
    assert len(TORCH["optimisers"][name]) == recorded.STEPS == 100
    for step, expected in enumerate(TORCH["optimisers"][name]):
        shaken(values, step)
        optimiser.step()
        assert all(agree(v.data, x) for v, x in zip(values, expected, strict=True)), f"step {step}: {values}"


@pytest.mark.parametrize("name", list(recorded.SCHEDULES))
def test_schedules_go_as_torch_does(name: str) -> None:
    kind, settings = recorded.SCHEDULES[name]
    optimiser = nn.SGD([ag.Value(1.0)], lr=0.4)
    schedule = getattr(schedules, kind)(optimiser, **settings)
    for step, expected in enumerate(TORCH["schedules"][name]):
        assert agree(optimiser.lr, expected), f"step {step}: {optimiser.lr} against {expected}"
        assert schedule(step) == optimiser.lr
        optimiser.step()
        schedule.step()


def test_plateau_goes_as_torch_does() -> None:
    optimiser = nn.SGD([ag.Value(1.0)], lr=0.4)
    plateau = schedules.ReduceLROnPlateau(optimiser, factor=0.5, patience=4, cooldown=2)
    for step, expected in enumerate(TORCH["plateau"]):
        plateau.step(recorded.plateau_measure(step))
        assert optimiser.lr == expected, step


@pytest.mark.parametrize("case", TORCH["norms"])
def test_clipping_goes_as_torch_does(case: Any) -> None:
    gradients, power, norm, clipped = case
    values = [ag.Value(0.0) for _ in gradients]
    for value, g in zip(values, gradients, strict=True):
        value.grad = g
    assert agree(nn.clip_grad_norm_(values, 1.5, norm_type=float(power)) / norm, 1.0)
    assert all(agree(v.grad, g) for v, g in zip(values, clipped, strict=True))


def test_a_norm_does_not_overflow_and_one_that_is_infinite_is_said() -> None:
    a, b = ag.Value(0.0), ag.Value(0.0)
    a.grad = b.grad = 1e200
    for power in (1.0, 2.0, 3.0, math.inf):
        a.grad = b.grad = 1e200
        norm = nn.clip_grad_norm_([a, b], 1.0, norm_type=power)
        assert agree(norm / 1e200, 2.0 ** (1.0 / power))
        assert agree(a.grad, 1e200 / norm)
    for bad in (math.inf, math.nan):
        b.grad = bad
        with pytest.raises(ValueError, match=f"the norm of the gradients is {bad}"):
            nn.clip_grad_norm_([a, b], 1.0, error_if_nonfinite=True)
        assert a.grad != 0.0
    assert math.isnan(nn.clip_grad_norm_([a, b], 1.0))


def test_clipping_takes_modules_and_optimisers() -> None:
    net = nn.MLP(2, [1])
    for given in (net, net.parameters(), nn.SGD(net, 0.1)):
        for parameter in net.parameters():
            parameter.grad = 3.0
        nn.clip_grad_value_(given, 2.0)
        assert {parameter.grad for parameter in net.parameters()} == {2.0}


@pytest.mark.parametrize("name", list(MAKERS))
def test_training_resumed_goes_on_bit_for_bit(name: str) -> None:
    def train(values: list[ag.Value], optimiser: Any, steps: range) -> None:
        for step in steps:
            shaken(values, step)
            optimiser.step()

    straight = [ag.Value(x) for x in recorded.START]
    train(straight, MAKERS[name](straight), range(20))

    first = [ag.Value(x) for x in recorded.START]
    before = MAKERS[name](first)
    train(first, before, range(9))
    saved = json.loads(json.dumps(before.state_dict()))
    second = [ag.Value(value.data) for value in first]
    after = MAKERS[name](second)
    after.load_state_dict(saved)
    train(second, after, range(9, 20))
    assert [v.data for v in second] == [v.data for v in straight]


@pytest.mark.parametrize("make", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))])
def test_copies_of_a_module_and_its_optimiser_belong_together(make: Any) -> None:
    net = nn.MLP(1, [1])
    net2, adam = make((net, nn.Adam(net)))
    assert [id(p) for p in adam.parameters] == [id(p) for p in net2.parameters()]
    before = [p.data for p in net.parameters()]
    (net2([1.0]) ** 2).backward()
    adam.step()
    assert [p.data for p in net.parameters()] == before != [p.data for p in net2.parameters()]


@pytest.mark.parametrize("name", list(MAKERS))
def test_what_is_wrong_with_a_state_is_said_and_nothing_changes(name: str) -> None:
    values = [ag.Value(1.0), ag.Value(2.0)]
    optimiser = MAKERS[name](values)
    for value in values:
        value.grad = 1.0
    optimiser.step()
    good = optimiser.state_dict()
    other = "SGD" if name == "Adam" else "Adam"
    array_name = next(iter(good["state"]))
    bad: list[tuple[Any, str]] = [
        (None, "must have exactly the entries kind, steps, settings, state, got None"),
        ({**good, "more": 1}, "must have exactly the entries"),
        ({**good, "kind": other}, f"the state is that of '{other}'"),
        ({**good, "steps": -1}, "steps must be a whole number"),
        ({**good, "steps": 1.0}, "steps must be a whole number"),
        ({**good, "settings": {}}, "settings: must have exactly the entries lr"),
        ({**good, "settings": {**good["settings"], "lr": -1.0}}, "lr must be finite and at least 0, got -1.0"),
        ({**good, "settings": {**good["settings"], "lr": "1"}}, "lr must be a number"),
        ({**good, "state": {}}, "state: must have exactly the entries"),
        ({**good, "state": {**good["state"], array_name: [1.0]}}, rf"{array_name} must be of shape \(2,\)"),
        ({**good, "state": {**good["state"], array_name: [1.0, "a"]}}, f"{array_name} must be numbers, got 'a'"),
        ({**good, "state": {**good["state"], array_name: "ab"}}, rf"{array_name} must be of shape \(2,\)"),
    ]
    for state, text in bad:
        with pytest.raises(ValueError, match=f"load_state_dict of {name}.*{text}"):
            optimiser.load_state_dict(state)
        assert optimiser.state_dict() == good
    optimiser.load_state_dict(good)
    assert optimiser.state_dict() == good


@pytest.mark.parametrize("name", list(MAKERS))
def test_gradients_that_are_no_numbers(name: str) -> None:
    """They spread, as IEEE 754 has it; where anomalies are looked for, nothing is changed by them."""
    for bad in (math.inf, -math.inf, math.nan):
        values = [ag.Value(1.0, label="w1"), ag.Value(2.0, label="w2")]
        optimiser = MAKERS[name](values)
        values[0].grad, values[1].grad = 1.0, bad
        state = optimiser.state_dict()
        with ag.detect_anomaly(), pytest.raises(ag.AnomalyError, match=f"{name}: the gradient of w2 = 2.0 is {bad}"):
            optimiser.step()
        assert ([v.data for v in values], optimiser.state_dict()) == ([1.0, 2.0], state)
        optimiser.step()
        assert math.isfinite(values[0].data)
        assert not math.isfinite(values[1].data)


def test_what_was_not_given_stays_and_what_replaced_a_parameter_is_not_followed() -> None:
    layer = nn.Layer(2, 1)
    optimiser = nn.AdamW(layer.weights[0], lr=0.1, weight_decay=0.5)
    frozen, old = layer.biases[0], layer.weights[0][0]
    frozen.grad = 1.0
    layer.weights[0][0] = ag.Value(7.0)
    optimiser.step()
    assert (frozen.data, layer.weights[0][0].data) == (0.0, 7.0)
    assert old in optimiser.parameters
    assert nn.AdamW(layer).parameters[0] is layer.weights[0][0]


def test_a_rate_may_change_between_steps() -> None:
    value = ag.Value(1.0)
    descent = nn.SGD([value], lr=0.5)
    value.grad = 1.0
    descent.lr = 0.25
    descent.step()
    assert value.data == 0.75
    with pytest.raises(ValueError, match="SGD: lr must be finite and at least 0, got nan"):
        descent.lr = math.nan
    assert descent.lr == 0.25
    with pytest.raises(AttributeError):
        descent.parameters = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    "plain, setting, made",
    [
        (lambda ps: nn.SGD(ps, 0.1), "momentum", lambda ps: nn.SGD(ps, 0.1, momentum=0.9)),
        (lambda ps: nn.Adam(ps, 0.1), "amsgrad", lambda ps: nn.Adam(ps, 0.1, amsgrad=True)),
        (lambda ps: nn.RMSprop(ps, 0.1), "centered", lambda ps: nn.RMSprop(ps, 0.1, centered=True)),
    ],
)
def test_a_setting_changed_before_the_first_step_is_as_if_made_so(plain: Any, setting: str, made: Any) -> None:
    changed, meant = [ag.Value(1.0), ag.Value(2.0)], [ag.Value(1.0), ag.Value(2.0)]
    first, second = plain(changed), made(meant)
    setattr(first, setting, getattr(second, setting))
    for step in range(3):
        shaken(changed, step)
        shaken(meant, step)
        first.step()
        second.step()
    assert [v.data for v in changed] == [v.data for v in meant]
    assert first.state_dict() == second.state_dict()


def test_zero_grad_and_count_of_steps() -> None:
    net = nn.MLP(2, [2, 1])
    optimiser = nn.Adam(net)
    net([1.0, 2.0]).backward()
    assert any(p.grad for p in net.parameters())
    optimiser.zero_grad()
    optimiser.step()
    assert not any(p.grad for p in net.parameters())
    assert optimiser.steps == 1
    assert repr(optimiser) == (
        "Adam(9 parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.0, amsgrad=False)"
    )


def test_a_subclass_of_value_is_a_parameter() -> None:
    class Own(ag.Value):
        pass

    value = Own(1.0)
    value.grad = 1.0
    nn.SGD([value], 0.5).step()
    assert value.data == 0.5


def test_lbfgs_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    x = ag.Value(3.0)
    with pytest.raises(ImportError) as caught:
        nn.LBFGS([x]).step(lambda: x * x)
    assert str(caught.value) == "LBFGS: needs SciPy; install it with `pip install 'scalargrad[optim]'`"
    assert x.data == 3.0


def test_lbfgs_of_a_loss_that_is_nan_changes_nothing() -> None:
    needs.package("scipy")
    x = ag.Value(3.0)
    assert math.isnan(nn.LBFGS([x]).step(lambda: x * math.nan))
    assert x.data == 3.0


def test_lbfgs_minimises_and_keeps_the_best_when_it_is_broken_off() -> None:
    needs.package("scipy")
    x, y = ag.Value(-1.2), ag.Value(1.0)
    lbfgs = nn.LBFGS([x, y], max_iter=200, tolerance_change=0.0, tolerance_grad=1e-9)

    def closure() -> ag.Value:
        lbfgs.zero_grad()
        loss: ag.Value = (1 - x) ** 2 + 100 * (y - x * x) ** 2
        loss.backward()
        return loss

    assert lbfgs.step(closure) < 1e-15
    assert (x.data, y.data) == pytest.approx((1.0, 1.0), abs=1e-7)

    x.data, y.data, calls, seen = -1.2, 1.0, 0, []

    def interrupted() -> ag.Value:
        nonlocal calls
        calls += 1
        if calls == 6:
            raise KeyboardInterrupt
        loss = closure()
        seen.append((loss.data, x.data, y.data))
        return loss

    with pytest.raises(KeyboardInterrupt):
        lbfgs.step(interrupted)
    assert (x.data, y.data) == min(seen)[1:]
    with pytest.raises(TypeError, match="the closure must return a Value or number, got None"):
        lbfgs.step(lambda: None)
    assert (x.data, y.data) == min(seen)[1:]


def test_a_plateau_shows_its_settings() -> None:
    shown = repr(schedules.ReduceLROnPlateau(nn.SGD([ag.Value(1.0)], 0.1), "max", patience=3))
    assert shown == "ReduceLROnPlateau(mode='max', factor=0.1, patience=3, threshold=0.0001, cooldown=0, min_lr=0.0)"


@pytest.mark.parametrize("kind", [set, frozenset])
def test_parameters_in_a_set_have_no_order_in_which_a_state_could_be_kept(kind: Any) -> None:
    x, y = ag.Value(1.0), ag.Value(2.0)
    for make in (nn.Adam, nn.LBFGS, lambda values: nn.SGD([{"params": values}], 0.1)):
        with pytest.raises(TypeError, match=f"parameters can't be given in a {kind.__name__}, which has no order"):
            make(kind([x, y]))
    assert nn.Adam({x: 1, y: 2}.keys()).parameters == (x, y)


@pytest.mark.parametrize(
    "make, text",
    [
        (lambda v: nn.Adam([]), "Adam: there must be parameters, got none"),
        (lambda v: nn.Adam([v * 2.0]), "Adam: parameters must be leaves, got Value(2), a result of mul"),
        (lambda v: nn.Adam([v, v]), "Adam: a parameter is given twice, Value(1); each must come once"),
        (lambda v: nn.Adam([v], -1.0), "Adam: lr must be finite and at least 0, got -1.0"),
        (lambda v: nn.Adam([v], betas=(0.9, 1.0)), "Adam: betas[1] must be in [0, 1), got 1.0"),
        (lambda v: nn.AdamW([v], betas=(-0.1, 0.9)), "AdamW: betas[0] must be in [0, 1), got -0.1"),
        (lambda v: nn.Adam([v], betas=(0.9,)), "Adam: betas must be two numbers, got (0.9,) (tuple)"),
        (lambda v: nn.Adam([v], eps=-1.0), "Adam: eps must be finite and at least 0, got -1.0"),
        (lambda v: nn.SGD([v], 0.1, momentum=-1.0), "SGD: momentum must be finite and at least 0, got -1.0"),
        (lambda v: nn.SGD([v], 0.1, nesterov=True), "SGD: nesterov needs momentum and no dampening, got momentum 0.0"),
        (lambda v: nn.SGD([v], 0.1, maximize=cast(Any, "no")), "SGD: maximize must be True or False, got 'no' (str)"),
        (lambda v: nn.Adam([v], amsgrad=cast(Any, 2)), "Adam: amsgrad must be True or False, got 2 (int)"),
        (lambda v: nn.RMSprop([v], alpha=1.0), "RMSprop: alpha must be in [0, 1), got 1.0"),
        (
            lambda v: nn.RMSprop([v], weight_decay=math.inf),
            "RMSprop: weight_decay must be finite and at least 0, got inf",
        ),
        (
            lambda v: nn.LBFGS([v], lr=0.1),
            "LBFGS: lr must be 1, as the line search finds the length of a step, got 0.1",
        ),
        (lambda v: nn.LBFGS([v], max_iter=0), "LBFGS: max_iter must be a whole number of at least 1, got 0 (int)"),
        (lambda v: nn.clip_grad_norm_([v], -1.0), "clip_grad_norm_: max_norm must be in [0, inf], got -1.0"),
        (lambda v: nn.clip_grad_norm_([v], 1.0, 0.0), "clip_grad_norm_: norm_type must be in (0, inf], got 0.0"),
        (lambda v: nn.clip_grad_value_([v], math.nan), "clip_grad_value_: clip_value must be in [0, inf], got nan"),
        (
            lambda v: schedules.StepLR(nn.SGD([v], 1.0), 0),
            "StepLR: step_size must be a whole number of at least 1, got 0",
        ),
        (lambda v: schedules.LinearLR(nn.SGD([v], 1.0), 2.0), "LinearLR: start_factor must be in (0, 1], got 2.0"),
        (lambda v: schedules.OneCycleLR(nn.SGD([v], 1.0), 1.0, 5)(6), "OneCycleLR: the cycle has 5 steps, got step 6"),
        (
            lambda v: schedules.SequentialLR(nn.SGD([v], 1.0), [], []),
            "SequentialLR: 0 schedules need one milestone fewer",
        ),
    ],
)
def test_wrong_settings(make: Any, text: str) -> None:
    with pytest.raises(ValueError) as caught:
        make(ag.Value(1.0))
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize(
    "make, text",
    [
        (lambda v: nn.Adam([1.0]), "Adam: parameters must be Values, got 1.0 (float)"),  # type: ignore[arg-type]
        (lambda v: nn.Adam(v), "Adam: parameters must be a Module or a sequence of Values, got Value(1) (Value)"),
        (lambda v: nn.Adam([v], "1"), "Adam: lr must be a number, got '1' (str)"),  # type: ignore[arg-type]
        (lambda v: nn.LBFGS([v]).step(), "LBFGS: step takes a function that computes the loss, got None (NoneType)"),
        (
            lambda v: schedules.LambdaLR(nn.SGD([v], 1.0), lambda step: "a"),  # type: ignore[arg-type,return-value]
            "LambdaLR: lr_lambda must return a number, got 'a' (str)",
        ),
        (
            lambda v: schedules.MultiStepLR(1.0, 3),  # type: ignore[arg-type]
            "MultiStepLR: milestones must be numbers of steps, got 3 (int)",
        ),
        (
            lambda v: schedules.SequentialLR("a", [schedules.StepLR(1.0, 2)], []),  # type: ignore[arg-type]
            "SequentialLR: optimizer must be an Optimizer or a rate, got 'a' (str)",
        ),
        (lambda v: schedules.StepLR(v, 1), "StepLR: optimizer must be an Optimizer or a rate, got Value(1) (Value)"),
    ],
)
def test_wrong_types(make: Any, text: str) -> None:
    with pytest.raises(TypeError) as caught:
        make(ag.Value(1.0))
    assert str(caught.value) == text


def test_schedules_resume() -> None:
    def made() -> tuple[nn.SGD, Any]:
        descent = nn.SGD([ag.Value(1.0)], lr=0.4)
        parts = [schedules.LinearLR(descent, 0.25, total_iters=3), schedules.CosineAnnealingLR(descent, 10)]
        return descent, schedules.SequentialLR(descent, parts, [3])

    descent, schedule = made()
    for _ in range(5):
        schedule.step()
    saved = json.loads(json.dumps(schedule.state_dict()))
    again, resumed = made()
    resumed.load_state_dict(saved)
    assert (again.lr, resumed.last_step) == (descent.lr, 5)
    schedule.step()
    resumed.step()
    assert again.lr == descent.lr
    for bad in (None, {}, {**saved, "kind": "StepLR"}, {**saved, "last_step": -1}, {**saved, "base_lr": math.nan}):
        with pytest.raises(ValueError, match="load_state_dict of SequentialLR"):
            resumed.load_state_dict(bad)
        assert again.lr == descent.lr


def test_a_plateau_goes_on_from_its_state() -> None:
    def plateau() -> nn.schedules.ReduceLROnPlateau:
        return nn.schedules.ReduceLROnPlateau(nn.SGD([ag.Value(1.0)], lr=1.0), patience=1)

    first, second = plateau(), plateau()
    for loss in (1.0, 2.0):
        first.step(loss)
    second.load_state_dict(first.state_dict())
    assert second.state_dict() == first.state_dict() == {"best": 1.0, "bad_calls": 1, "cooling": 0}
    second.step(2.0)
    assert second.optimizer.lr == 0.1
    with pytest.raises(ValueError, match="load_state_dict of ReduceLROnPlateau: bad_calls"):
        second.load_state_dict({"best": 1.0, "bad_calls": -1, "cooling": 0})
    with pytest.raises(ValueError, match="unknown mode, got 'least'; allowed min, max"):
        nn.schedules.ReduceLROnPlateau(second.optimizer, mode="least")


@pytest.mark.parametrize("name", list(MAKERS))
def test_maximizing_is_minimizing_the_negative(name: str) -> None:
    up, down = [ag.Value(x) for x in recorded.START], [ag.Value(x) for x in recorded.START]
    settings: dict[str, Any] = {"lr": 0.1, "weight_decay": 0.25}
    first = getattr(nn, name)(up, **settings, maximize=True)
    second = getattr(nn, name)(down, **settings)
    for step in range(20):
        shaken(up, step)
        for one, other in zip(up, down, strict=True):
            other.grad = -one.grad
        first.step()
        second.step()
        assert [v.data for v in up] == [v.data for v in down]


@pytest.mark.parametrize("name", list(MAKERS))
def test_groups_go_as_optimisers_of_their_own(name: str) -> None:
    together, alone = [ag.Value(x) for x in recorded.START], [ag.Value(x) for x in recorded.START]
    make: Any = getattr(nn, name)
    groups = [{"params": together[:2], "weight_decay": 0.5}, {"params": iter(together[2:]), "lr": 0.05}]
    one = make(groups, lr=0.1)
    parts = [make(alone[:2], lr=0.1, weight_decay=0.5), make(alone[2:], lr=0.05)]
    assert one.parameters == tuple(together)
    for step in range(10):
        if step == 5:  # resumed, and all rates halved
            again = make([{"params": together[:2], "weight_decay": 0.5}, {"params": together[2:], "lr": 0.05}], lr=0.1)
            again.load_state_dict(json.loads(json.dumps(one.state_dict())))
            one = again
            one.lr = one.lr / 2
            for part in parts:
                part.lr = part.lr / 2
        shaken(together, step)
        shaken(alone, step)
        one.step()
        for part in parts:
            part.step()
        assert all(agree(v.data, w.data) for v, w in zip(together, alone, strict=True))
    with pytest.raises(ValueError, match="must have exactly the entries"):
        make(together, lr=0.1).load_state_dict(one.state_dict())
    with pytest.raises(ValueError, match="the groups are"):
        make([{"params": together[:1]}, {"params": together[1:]}], lr=0.1).load_state_dict(one.state_dict())


@pytest.mark.parametrize(
    "groups, text",
    [
        ([{"lr": 0.1}], "a group needs 'params' and takes params, lr, momentum, "),
        ([{"params": [ag.Value(1.0)], "rate": 1.0}], "a group needs 'params'"),
        ([{"params": []}], "there must be parameters, got none"),
        ([{"params": [ag.Value(1.0)], "momentum": -1.0}], "momentum must be finite and at least 0"),
        ([{"params": [ag.Value(1.0)], "nesterov": True}], "nesterov needs momentum"),
        ([{"params": [ag.Value(1.0)], "lr": math.nan}], "lr must be finite"),
    ],
)
def test_wrong_groups(groups: Any, text: str) -> None:
    with pytest.raises(ValueError, match=f"SGD: {text}"):
        nn.SGD(groups, lr=0.1)


def test_a_parameter_belongs_to_one_group() -> None:
    w = ag.Value(1.0)
    with pytest.raises(ValueError, match="SGD: a parameter is given twice"):
        nn.SGD([{"params": [w]}, {"params": [w]}], lr=0.1)
    with pytest.raises(ValueError, match="must not be 0"):
        nn.SGD([{"params": [w], "lr": 0.1}], lr=0.0)


@pytest.mark.parametrize(
    "mode, measures, settings, expected",
    [
        ("min", [-1.0] * 6, {"patience": 1}, 0.25),
        ("max", [-1.0] * 6, {"patience": 1}, 0.25),
        ("min", [-1.0, -0.95, -0.9, -0.86], {"patience": 0, "threshold": 0.1}, 0.125),
        ("min", [-1.0, -1.2, -1.5, -2.0], {"patience": 0, "threshold": 0.1}, 1.0),
        ("max", [-2.0, -1.5, -1.2, -1.0], {"patience": 0, "threshold": 0.1}, 1.0),
        ("min", [math.nan, 2.0, 1.0, 0.5], {"patience": 1}, 1.0),
        ("min", [math.inf, 2.0, math.nan, 1.0], {"patience": 1}, 1.0),
        ("max", [math.nan] * 4, {"patience": 1}, 0.25),
        ("min", [-math.inf, 0.0, 0.0], {"patience": 0}, 0.25),
        ("min", [0.0, 0.0, 0.0], {"patience": 0}, 0.25),
    ],
)
def test_a_plateau_of_any_sign(mode: str, measures: list[float], settings: dict[str, Any], expected: float) -> None:
    descent = nn.SGD([ag.Value(1.0)], lr=1.0)
    plateau = schedules.ReduceLROnPlateau(descent, mode=mode, factor=0.5, **settings)
    for measure in measures:
        plateau.step(measure)
    assert descent.lr == expected


def test_a_schedule_may_be_stepped_after_its_last_step() -> None:
    makers: dict[str, Any] = {
        "OneCycleLR": lambda o: schedules.OneCycleLR(o, 0.1, total_steps=10),
        "PolynomialLR": lambda o: schedules.PolynomialLR(o, 10),
        "LinearLR": lambda o: schedules.LinearLR(o, total_iters=10),
        "CosineAnnealingWarmRestarts": lambda o: schedules.CosineAnnealingWarmRestarts(o, 5, 2),
    }
    for name, make in makers.items():
        descent = nn.SGD([ag.Value(1.0)], lr=1.0)
        schedule = make(descent)
        rates = []
        for _ in range(10):
            rates.append(descent.lr)
            descent.step()
            schedule.step()
        assert rates == [make(1.0)(n) for n in range(10)], name


def test_warm_restarts_begin_anew() -> None:
    schedule = schedules.CosineAnnealingWarmRestarts(1.0, T_0=3, T_mult=2, eta_min=0.25)
    expected = [0.25 + 0.75 * (1 + math.cos(math.pi * i / n)) / 2 for n in (3, 6, 12) for i in range(n)]
    assert [schedule(step) for step in range(21)] == pytest.approx(expected, rel=1e-15)
    assert schedules.CosineAnnealingWarmRestarts(1.0, T_0=3)(3 * 10**15) == 1.0


def test_chained_schedules_multiply_their_factors() -> None:
    descent = nn.SGD([ag.Value(1.0)], lr=0.5)
    parts = [schedules.LinearLR(descent, 0.5, total_iters=4), schedules.ExponentialLR(descent, 0.9)]
    chained = schedules.ChainedScheduler(parts)
    for step in range(8):
        assert agree(descent.lr, 0.5 * (0.5 + 0.5 * min(step, 4) / 4) * 0.9**step)
        chained.step()
    other = schedules.ExponentialLR(nn.SGD([ag.Value(1.0)], lr=0.5), 0.9)
    for wrong in ([], [parts[0], other], [3]):
        with pytest.raises(ValueError, match="ChainedScheduler: "):
            schedules.ChainedScheduler(wrong)  # type: ignore[arg-type]


def test_milestones_in_any_order_and_settings_of_a_plateau_that_change() -> None:
    assert [schedules.MultiStepLR(1.0, [3, 1], 0.5)(step) for step in range(5)] == [1.0, 0.5, 0.5, 0.25, 0.25]
    descent = nn.SGD([ag.Value(1.0)], lr=1.0)
    plateau = schedules.ReduceLROnPlateau(descent, patience=5)
    plateau.patience, plateau.factor = 0, 0.5
    for _ in range(2):
        plateau.step(1.0)
    assert descent.lr == 0.5


def test_schedules_can_be_copied_and_pickled() -> None:
    parts = [schedules.LinearLR(0.5, 0.5, total_iters=3), schedules.MultiStepLR(0.5, [2, 4])]
    for schedule in (*parts, schedules.ChainedScheduler(parts), schedules.SequentialLR(0.5, parts, [3])):
        for made in (copy.deepcopy(schedule), pickle.loads(pickle.dumps(schedule))):
            assert [made(step) for step in range(8)] == [schedule(step) for step in range(8)]


def test_a_schedule_of_a_rate_has_nothing_to_step() -> None:
    schedule = schedules.StepLR(0.5, 2)
    with pytest.raises(TypeError, match=r"StepLR: step\(\) needs a schedule made from an optimizer"):
        schedule.step()
    with pytest.raises(ValueError, match="StepLR: base rate must be finite"):
        schedules.StepLR(math.nan, 2)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda w: nn.SGD([w], lr=0.1).step(), r"`\.data` was set"),
        (lambda w: nn.SGD([w], lr=0.1).zero_grad(), r"`\.grad` was set"),
        (lambda w: nn.clip_grad_norm_([w], 0.5), r"`\.grad` was set"),
        (lambda w: nn.clip_grad_norm_([w], 9.0), r"`\.grad` was read"),  # the norm, which may change
        (lambda w: nn.clip_grad_value_([w], 0.5), r"`\.grad` was set"),
    ],
)
def test_a_step_is_no_part_of_a_compiled_function(call: Any, message: str) -> None:
    w = ag.Value(1.0)
    w.grad = 2.0

    def function(x: ag.Value) -> ag.Value:
        call(w)
        return w * x

    with pytest.raises(ag.AutogradError, match=message):
        ag.compile(function)(2.0)


class Signed(nn.Optimizer):
    """Moves each parameter by the rate, against the sign of its gradient where that is large."""

    def __init__(self, parameters: Any, lr: float = 0.1, *, least: float = 0.5, mode: str = "sign") -> None:
        self.least, self.mode = least, mode
        super().__init__(parameters, lr)

    def step(self) -> None:
        for w in self.parameters:
            w.data -= self.lr * math.copysign(abs(w.grad) > self.least, w.grad)


class Passing(nn.SGD):
    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)


class Fixed(nn.SGD):
    def __init__(self, parameters: Any) -> None:
        super().__init__(parameters, lr=0.1, momentum=0.9)


@pytest.mark.parametrize("make", [Signed, partial(Passing, lr=0.2, momentum=0.5), Fixed])
def test_an_optimiser_of_ones_own(make: Any) -> None:
    w = ag.Value(1.0)
    optimizer = make([w])
    w.grad = 1.0
    optimizer.step()
    assert w.data == pytest.approx(1.0 - optimizer.lr, rel=1e-15)
    optimizer.lr = 0.25
    other = make([ag.Value(w.data)])
    other.load_state_dict(json.loads(json.dumps(optimizer.state_dict())))
    assert (other.lr, repr(other), other.state_dict()) == (0.25, repr(optimizer), optimizer.state_dict())
    with pytest.raises(ValueError, match="lr must be finite and at least 0, got -1"):
        optimizer.lr = -1.0


@pytest.mark.parametrize("steps", [-1, 2**53 + 1, 10**400, 1.0, True, None])
def test_numbers_of_steps_that_no_training_makes_are_refused(steps: Any) -> None:
    optimizer = nn.Adam([ag.Value(1.0)], lr=0.1)
    schedule = nn.schedules.ExponentialLR(optimizer, 0.9)
    for thing, name in ((optimizer, "steps"), (schedule, "last_step")):
        before = thing.state_dict()
        with pytest.raises(ValueError, match=f"{name} must be"):
            thing.load_state_dict({**before, name: steps})
        assert thing.state_dict() == before
