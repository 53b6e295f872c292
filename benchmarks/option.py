"""An Asian call by Monte Carlo, compiled, against C written by hand: its price, and its price with five derivatives."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import autograd as ag
from autograd import Value
from autograd.compiler import Program
from benchmarks.timing import Found, Sampler, agreement, ours

__all__ = ["PATHS", "STEPS", "Option", "by_hand"]

STEPS, PATHS = 252, 20_000
START = {"spot": 100.0, "volatility": 0.2, "rate": 0.03, "years": 1.0, "strike": 100.0}


class Option:
    """The compiled price of one path given its normal draws; and many paths."""

    def __init__(self, paths: int = PATHS) -> None:
        self.parameters = [Value(number, label=name) for name, number in START.items()]
        draws = [Value(0.0) for _ in range(STEPS)]
        self.program: Program = ag.compile(self.price(draws), inputs=draws)
        self.draws = np.random.default_rng(0).normal(size=(STEPS, paths))
        self.seed = 1.0 / paths

    def price(self, draws: list[Value]) -> Value:
        """Record the discounted payment for the mean of a path's prices over the strike."""
        price, volatility, rate, years, strike = self.parameters
        step, path = years / STEPS, []
        drift, size = (rate - 0.5 * volatility * volatility) * step, volatility * ag.sqrt(step)
        for draw in draws:
            price = price * ag.exp(drift + size * draw)
            path.append(price)
        return ag.exp(-rate * years) * ag.relu(ag.sum(path) / STEPS - strike)

    def derivatives(self) -> list[float]:
        """Return the derivatives of the mean over the paths."""
        for parameter in self.parameters:
            parameter.grad = 0.0
        self.program.backward(*self.draws, threads=1, seed=self.seed)
        return [parameter.grad for parameter in self.parameters]

    def samplers(self) -> dict[str, Sampler]:
        """Samplers of the price and of the price with its derivatives."""
        price = partial(self.program, *self.draws, threads=1)
        learn = partial(self.program.backward, *self.draws, threads=1, seed=self.seed)
        return {"option price": ours(price), "option derivatives": ours(learn)}


def by_hand(option: Option, limit: Callable[..., None], found: Found) -> dict[str, Sampler]:
    """Return samplers of the C written by hand, if its derivatives agree."""
    paths = option.draws.shape[1]
    arrays = option.draws, np.array([*START.values()]), np.empty(paths), np.empty(len(START))
    draws, parameters, out, derivatives = (array.ctypes.data for array in arrays)
    numbers = paths, parameters, ctypes.c_double(option.seed), out

    def run(to: Any, kept: Any = arrays) -> None:
        limit(draws, *numbers, to)

    run(derivatives)
    differs = agreement({"derivatives": arrays[-1].tolist()}, {"derivatives": option.derivatives()})
    if differs:
        found.missing["option in C by hand"] = differs
        return {}
    return {
        "by hand option price": ours(partial(run, None)),
        "by hand option derivatives": ours(partial(run, derivatives)),
    }
