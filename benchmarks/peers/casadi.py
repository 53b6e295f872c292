"""CasADi: the scalar graphs in its own virtual machine."""

from __future__ import annotations

import importlib
from typing import Any

from benchmarks.graphs import network, random_graph
from benchmarks.peers import Work

__all__ = ["replay"]


def replay(problem: dict[str, Any]) -> Work:
    """Value and gradients of the parameters, summed over the samples."""
    ca: Any = importlib.import_module("casadi")
    work = Work({}, {})
    for name, batch in problem.items():
        columns, parameters = ca.DM(batch["columns"]), ca.DM(batch["parameters"])
        x, p = ca.SX.sym("x", columns.shape[0]), ca.SX.sym("p", parameters.shape[0])
        xs, ps = ca.vertsplit(x), ca.vertsplit(p)
        loss = random_graph([*xs, *ps], batch["ops"], ca.tanh) if batch["ops"] else network(xs, ps, ca.tanh)
        one = ca.Function("one", [x, p], [loss, ca.gradient(loss, p)])
        mapped = one.map("batch", "serial", columns.shape[1], [1], [1])  # parameters are shared, gradients summed

        def step(mapped: Any = mapped, columns: Any = columns, parameters: Any = parameters) -> Any:
            return mapped(columns, parameters)[1]

        work.numbers[name] = step().full().ravel().tolist()
        work.cases[name] = step
    return work
