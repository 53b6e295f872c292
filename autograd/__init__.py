"""scalargrad: a scalar automatic-differentiation engine. This file is the face: it re-exports, nothing else."""

from autograd.check import check_graph, gradcheck
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
from autograd.derivation import check_derivation, derive
from autograd.errors import AnomalyError, AutogradError, BranchChanged, DrawError, GradientError, WorksheetError
from autograd.extend import checkpoint, custom_gradient, op, stop_gradient
from autograd.modes import detect_anomaly, no_grad
from autograd.naming import label, values
from autograd.replay import compile, recording
from autograd.transforms import derivative, grad, gradients, hessian, hvp, jacobian, jvp, value_and_grad, vjp

__version__ = "0.1.0"

__all__ = [
    "CORE", "AnomalyError", "AutogradError", "BranchChanged", "DrawError", "GradientError", "Value", "WorksheetError",
    "abs", "acos", "acosh", "add", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "check_derivation", "check_graph",
    "checkpoint", "compile", "cos", "cosh", "custom_gradient", "derivative", "derive", "detect_anomaly", "div", "dot",
    "erf", "erfc", "exp", "expm1", "gelu", "grad", "gradcheck", "gradients", "hessian", "hvp", "hypot", "jacobian",
    "jvp", "label", "leaky_relu", "log", "log10", "log1p", "log2", "logsumexp", "max", "mean", "min", "mul", "neg",
    "no_grad", "normal_cdf", "op", "pow", "recording", "relu", "sigmoid", "silu", "sin", "sinh", "softplus", "sqrt",
    "stop_gradient", "sub", "sum", "tan", "tanh", "value_and_grad", "values", "vjp", "where",
]  # fmt: skip
