"""scalargrad: a scalar automatic-differentiation engine. This file is the face: it re-exports, nothing else.

The engine is imported at once; the rooms above it (`_ROOMS`) when they or one of their names are first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd.core import (
    CORE,
    Value,
    abs,
    acos,
    acosh,
    add,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    cos,
    cosh,
    div,
    dot,
    erf,
    erfc,
    exp,
    expm1,
    gelu,
    hypot,
    leaky_relu,
    log,
    log1p,
    log2,
    log10,
    logsumexp,
    max,
    mean,
    min,
    mul,
    neg,
    normal_cdf,
    pow,
    relu,
    sigmoid,
    silu,
    sin,
    sinh,
    softplus,
    sqrt,
    sub,
    sum,
    tan,
    tanh,
    where,
)
from autograd.draw import draw
from autograd.errors import AnomalyError, AutogradError, BranchChanged, DrawError, GradientError, WorksheetError
from autograd.explore import explore
from autograd.modes import detect_anomaly, group, no_grad
from autograd.naming import label, values

if TYPE_CHECKING:
    from autograd import check, derivation, graph, replay, strategies, transforms, worksheet
    from autograd.check import check_graph, gradcheck
    from autograd.derivation import check_derivation, derive
    from autograd.extend import checkpoint, custom_gradient, op, stop_gradient
    from autograd.influence import sensitivity
    from autograd.prompt.ipython import load_ipython_extension
    from autograd.replay import compile, recording
    from autograd.transforms import derivative, grad, gradients, hessian, hvp, jacobian, jvp, value_and_grad, vjp
    from autograd.worksheet import Worksheet

__version__ = "1.0.0rc1"

__all__ = [
    "CORE", "AnomalyError", "AutogradError", "BranchChanged", "DrawError", "GradientError", "Value", "Worksheet",
    "WorksheetError", "abs", "acos", "acosh", "add", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "check",
    "check_derivation", "check_graph", "checkpoint", "compile", "cos", "cosh", "custom_gradient", "derivation",
    "derivative", "derive", "detect_anomaly", "div", "dot", "draw", "erf", "erfc", "exp", "explore", "expm1", "gelu",
    "grad", "gradcheck", "gradients", "graph", "group", "hessian", "hvp", "hypot", "jacobian", "jvp", "label",
    "leaky_relu", "load_ipython_extension", "log", "log10", "log1p", "log2", "logsumexp", "max", "mean", "min", "mul",
    "neg", "no_grad", "normal_cdf", "op", "pow", "recording", "relu", "replay", "sensitivity", "sigmoid", "silu",
    "sin", "sinh", "softplus", "sqrt", "stop_gradient", "strategies", "sub", "sum", "tan", "tanh", "transforms",
    "value_and_grad", "values", "vjp", "where", "worksheet",
]  # fmt: skip

_ROOMS = {
    "check": ("check_graph", "gradcheck"),
    "derivation": ("check_derivation", "derive"),
    "extend": ("checkpoint", "custom_gradient", "op", "stop_gradient"),
    "influence": ("sensitivity",),
    "prompt.ipython": ("load_ipython_extension",),
    "replay": ("compile", "recording"),
    "transforms": (
        "derivative", "grad", "gradients", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp",
    ),
    "worksheet": ("Worksheet",),
    "graph": (),
    "strategies": (),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    for room, names in _ROOMS.items():
        if name == room:
            return import_module(f"autograd.{room}")
        if name in names:
            found = globals()[name] = getattr(import_module(f"autograd.{room}"), name)
            return found
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
