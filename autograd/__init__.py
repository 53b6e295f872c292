"""scalargrad: a scalar automatic-differentiation engine.

This module only re-exports. The engine is imported at once, other packages when one of their names is first used.
"""

from typing import TYPE_CHECKING, Any

from autograd._common.foreign import missing
from autograd._common.lazy import attribute
from autograd.draw import draw
from autograd.engine import backend
from autograd.engine.backend import (
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
    digamma,
    div,
    dot,
    elu,
    erf,
    erfc,
    erfinv,
    exp,
    exp2,
    expm1,
    floor_divide,
    fmod,
    gelu,
    hard_tanh,
    hypot,
    i0e,
    i1e,
    leaky_relu,
    lgamma,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    logsumexp,
    mean,
    mul,
    neg,
    normal_cdf,
    pow,
    reciprocal,
    relu,
    remainder,
    selu,
    sigmoid,
    sign,
    silu,
    sin,
    sinc,
    sinh,
    softplus,
    softsign,
    sqrt,
    sub,
    sum,
    tan,
    tanh,
    where,
)
from autograd.engine.composed import clip, max, min, prod, std, var
from autograd.engine.modes import detect_anomaly, group, no_grad, strict
from autograd.engine.naming import assign, label, values
from autograd.errors import AnomalyError, AutogradError, BranchChanged, DrawError, GradientError, WorksheetError
from autograd.explore import explore
from autograd.ops import NAMES

if TYPE_CHECKING:
    from autograd import checks, compiler, derivation, derivatives, worksheet
    from autograd.checks import strategies
    from autograd.checks.gradcheck import check_graph, gradcheck
    from autograd.claims import check_derivation
    from autograd.compiler import compile, recording
    from autograd.derivation import derive
    from autograd.derivatives.custom import checkpoint, custom_gradient, op, stop_gradient
    from autograd.derivatives.rounding import rounding_error
    from autograd.derivatives.sensitivity import sensitivity
    from autograd.derivatives.transforms import (
        derivative,
        grad,
        gradients,
        hessian,
        hvp,
        jacobian,
        jvp,
        value_and_grad,
        vjp,
    )
    from autograd.engine import graph
    from autograd.notes import read_note
    from autograd.prompt.ipython import load_ipython_extension
    from autograd.worksheet import Worksheet

__version__ = "1.0.0rc1"

__all__ = [
    "CORE", "AnomalyError", "AutogradError", "BranchChanged", "DrawError", "GradientError", "Value", "Worksheet",
    "WorksheetError", "abs", "acos", "acosh", "add", "asin", "asinh", "assign", "atan", "atan2", "atanh", "cbrt",
    "check_derivation", "check_graph", "checkpoint", "checks", "clip", "compile", "compiler", "cos", "cosh",
    "custom_gradient", "derivation", "derivative", "derivatives", "derive", "detect_anomaly", "digamma", "div",
    "dot", "draw", "elu", "erf", "erfc", "erfinv", "exp", "exp2", "explore", "expm1", "floor_divide", "fmod",
    "gelu", "grad", "gradcheck", "gradients", "graph", "group", "hard_tanh", "hessian", "hvp", "hypot", "i0e",
    "i1e", "jacobian", "jvp", "label", "leaky_relu", "lgamma", "load_ipython_extension", "log", "log10", "log1p",
    "log2", "logaddexp", "logsumexp", "max", "mean", "min", "mul", "neg", "no_grad", "normal_cdf", "op", "pow",
    "prod", "read_note", "reciprocal", "recording", "relu", "remainder", "rounding_error", "selu", "sensitivity",
    "sigmoid", "sign", "silu", "sin", "sinc", "sinh", "softplus", "softsign", "sqrt", "std", "stop_gradient",
    "strategies", "strict", "sub", "sum", "tan", "tanh", "value_and_grad", "values", "var", "vjp", "where", "worksheet",
]  # fmt: skip

_LATER = {
    "checks": "",
    "compiler": "",
    "derivation": "",
    "derivatives": "",
    "worksheet": "",
    "graph": "engine",
    "strategies": "checks",
    "check_derivation": "claims",
    "check_graph": "checks.gradcheck",
    "gradcheck": "checks.gradcheck",
    "compile": "compiler",
    "recording": "compiler",
    "derive": "derivation",
    "read_note": "notes",
    "checkpoint": "derivatives.custom",
    "custom_gradient": "derivatives.custom",
    "op": "derivatives.custom",
    "stop_gradient": "derivatives.custom",
    "rounding_error": "derivatives.rounding",
    "sensitivity": "derivatives.sensitivity",
    "load_ipython_extension": "prompt.ipython",
    "Worksheet": "worksheet",
    **dict.fromkeys(
        ("derivative", "grad", "gradients", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"),
        "derivatives.transforms",
    ),
}
"""Names imported on first use, with the package below `autograd` that has them."""

if not TYPE_CHECKING:  # type checkers would otherwise accept any name of this module

    def __getattr__(name: str) -> Any:
        if name in NAMES:  # a row added after NAMES was written
            return getattr(backend, name)
        if name not in _LATER:
            raise missing("autograd", name)
        found = globals()[name] = attribute(f"autograd.{_LATER[name]}".rstrip("."), name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
