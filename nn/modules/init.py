"""Initialisation: fills parameters in place, from a seed, a `random.Random`, or the generator that `nn.seed` sets.

Parameters are a Value, a list of them, or rows of lists. A matrix is (hidden size, input size): its fan-in is the
length of a row, its fan-out the number of rows. Names and bounds are those of `torch.nn.init`. Each function returns
the parameters, and raises a TypeError or ValueError where they aren't leaves.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from autograd.engine.backend import Value
from nn._common.checks import flattened, listed, numbers, one_of, setting, shape_of, shown
from nn._common.seeds import Seed, source

__all__ = [
    "INITIALISERS", "constant_", "gain", "he_normal_", "he_uniform_", "kaiming_normal_", "kaiming_uniform_",
    "normal_", "ones_", "uniform_", "xavier_normal_", "xavier_uniform_", "zeros_",
]  # fmt: skip

MOST: Final = 10**9
"""The maximum number of weights of a matrix; each takes some 100 bytes."""

Initialiser: TypeAlias = Callable[..., Any]

# What keeps the variance of a layer's outputs at that of its inputs, where weights have variance gain²/fan_in.
_GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2.0)}


def gain(activation: str, slope: float = 0.01) -> float:
    """Factor for the weights before an activation: 1, 5/3 for tanh, √2 for relu, √(2/(1 + slope²)) for leaky_relu.

    Examples
    --------
    >>> round(gain("relu"), 4), gain("sigmoid")
    (1.4142, 1.0)
    """
    if activation == "leaky_relu":
        slope = numbers("gain: slope", slope, ())[0]
        return math.sqrt(2.0 / (1.0 + slope * slope))
    if activation not in _GAINS:
        raise ValueError(f"gain: unknown activation, got {activation!r}; allowed {listed((*_GAINS, 'leaky_relu'))}")
    return _GAINS[activation]


def constant_(parameters: Any, value: float) -> Any:
    """Set every parameter to one number.

    Examples
    --------
    >>> constant_([Value(1.0), Value(2.0)], 0.5)
    [Value(0.5), Value(0.5)]
    """
    number = numbers("constant_: value", value, ())[0]
    return _fill("constant_", parameters, lambda: number)


def zeros_(parameters: Any, *, seed: Seed = None) -> Any:
    """Set every parameter to 0; `seed` is for use as a layer's `init`.

    Examples
    --------
    >>> zeros_([Value(1.0), Value(2.0)])
    [Value(0), Value(0)]
    """
    return constant_(parameters, 0.0)


def ones_(parameters: Any, *, seed: Seed = None) -> Any:
    """Set every parameter to 1; `seed` is for use as a layer's `init`.

    Examples
    --------
    >>> ones_(Value(0.0))
    Value(1)
    """
    return constant_(parameters, 1.0)


def uniform_(parameters: Any, low: float = 0.0, high: float = 1.0, *, seed: Seed = None) -> Any:
    """Draw every parameter uniformly from [low, high], which must be finite and in order.

    Examples
    --------
    >>> uniform_(Value(0.0), -1.0, 1.0, seed=0)
    Value(0.6888)
    """
    low, high = numbers("uniform_: bounds", [low, high], (2,))
    if not low <= high < math.inf or low == -math.inf:
        raise ValueError(f"uniform_: bounds must be finite and in order, got {low!r} and {high!r}")
    draw = source(seed)
    return _fill("uniform_", parameters, lambda: draw.uniform(low, high))


def normal_(parameters: Any, mean: float = 0.0, std: float = 1.0, *, seed: Seed = None) -> Any:
    """Draw every parameter from a normal distribution of finite mean and standard deviation.

    Examples
    --------
    >>> normal_([Value(0.0), Value(0.0)], 5.0, 0.0, seed=0)
    [Value(5), Value(5)]
    """
    mean, std = numbers("normal_: mean and std", [mean, std], (2,))
    if not (0.0 <= std < math.inf and math.isfinite(mean)):
        raise ValueError(f"normal_: mean must be finite and std finite and not negative, got {mean!r} and {std!r}")
    draw = source(seed)
    return _fill("normal_", parameters, lambda: draw.gauss(mean, std))


def xavier_uniform_(parameters: Any, gain: float = 1.0, *, seed: Seed = None) -> Any:
    """Draw a matrix uniformly from ±gain·√(6/(fan_in + fan_out)) (Glorot and Bengio 2010).

    Examples
    --------
    >>> rows = [[Value(0.0), Value(0.0)] for _ in range(4)]
    >>> all(abs(w.data) <= 1.0 for row in xavier_uniform_(rows, seed=0) for w in row)
    True
    """
    return _uniform(parameters, _xavier_std("xavier_uniform_", parameters, gain), seed)


def xavier_normal_(parameters: Any, gain: float = 1.0, *, seed: Seed = None) -> Any:
    """Draw a matrix from a normal distribution, std gain·√(2/(fan_in + fan_out)) (Glorot and Bengio 2010).

    Examples
    --------
    >>> xavier_normal_([[Value(0.0), Value(0.0)]], gain=0.0, seed=0)
    [[Value(0), Value(0)]]
    """
    return normal_(parameters, 0.0, _xavier_std("xavier_normal_", parameters, gain), seed=seed)


def kaiming_uniform_(parameters: Any, activation: str = "relu", *, mode: str = "fan_in", seed: Seed = None) -> Any:
    """Draw a matrix uniformly from ±gain·√(3/fan) (He et al. 2015).

    `gain` is that of the activation after the weights; `mode`, "fan_in" or "fan_out", keeps the variance of the values
    forward or of the gradients backward.

    Examples
    --------
    >>> rows = [[Value(0.0) for _ in range(6)] for _ in range(4)]
    >>> all(abs(w.data) <= 1.0 for row in kaiming_uniform_(rows, "relu", seed=0) for w in row)
    True
    """
    return _uniform(parameters, _kaiming_std("kaiming_uniform_", parameters, activation, mode), seed)


def kaiming_normal_(parameters: Any, activation: str = "relu", *, mode: str = "fan_in", seed: Seed = None) -> Any:
    """Draw a matrix from a normal distribution, std gain/√fan (He et al. 2015); as `kaiming_uniform_` otherwise.

    Examples
    --------
    >>> kaiming_normal_([[Value(0.0), Value(0.0)]], "linear", seed=0)
    [[Value(0.6659), Value(-0.9875)]]
    """
    return normal_(parameters, 0.0, _kaiming_std("kaiming_normal_", parameters, activation, mode), seed=seed)


he_uniform_, he_normal_ = kaiming_uniform_, kaiming_normal_

# What a layer's `init` may be called; "uniform" is within ±1/√fan_in.
INITIALISERS: dict[str, Initialiser] = {
    "uniform": lambda rows, seed: uniform_(rows, -(bound := _fans("uniform", rows)[0] ** -0.5), bound, seed=seed),
    "he_uniform": he_uniform_,
    "he_normal": he_normal_,
    **{
        function.__name__.removesuffix("_"): function
        for function in (xavier_uniform_, xavier_normal_, kaiming_uniform_, kaiming_normal_, normal_, zeros_, ones_)
    },
}


def filled(what: str, init: str | Initialiser, outputs: int, inputs: int, draw: random.Random) -> list[list[Value]]:
    """New weights of shape (outputs, inputs) from an initialiser's name, or a function of (weights, seed=…)."""
    if not callable(init) and init not in INITIALISERS:
        raise ValueError(f"{what}: unknown init, got {init!r}; allowed {listed(INITIALISERS)}, or a function")
    if outputs * inputs > MOST:
        raise ValueError(f"{what}: {outputs} times {inputs} weights are too many for memory")
    rows = [[Value(0.0) for _ in range(inputs)] for _ in range(outputs)]
    (init if callable(init) else INITIALISERS[init])(rows, seed=draw)
    return rows


def _fill(what: str, parameters: Any, draw: Callable[[], float]) -> Any:
    found = flattened(parameters, shape_of(parameters))
    for value in found:
        if not isinstance(value, Value):
            raise TypeError(f"{what}: parameters must be Values, got {shown(value)}")
        if value.op:
            raise ValueError(f"{what}: parameters must be leaves, got {value!r}, a result of {value.op}")
    for value in found:
        value.data = draw()
    return parameters


def _uniform(parameters: Any, std: float, seed: Seed) -> Any:
    """Draw from the uniform distribution around 0 of a standard deviation."""
    return uniform_(parameters, -math.sqrt(3.0) * std, math.sqrt(3.0) * std, seed=seed)


def _fans(what: str, parameters: Any) -> tuple[int, int]:
    """Fan-in and fan-out of a matrix."""
    shape = shape_of(parameters)
    if len(shape) != 2 or "ragged" in shape or 0 in shape:
        raise ValueError(f"{what}: parameters must be a matrix, rows of one length, got shape {shape}")
    return int(shape[1]), int(shape[0])


def _xavier_std(what: str, parameters: Any, gain: float) -> float:
    return float(setting(what, "gain", gain)) * math.sqrt(2.0 / sum(_fans(what, parameters)))


def _kaiming_std(what: str, parameters: Any, activation: str, mode: str) -> float:
    fans = dict(zip(("fan_in", "fan_out"), _fans(what, parameters), strict=True))
    return gain(activation) / math.sqrt(fans[one_of(f"{what}: mode", mode, tuple(fans))])
