"""Custom ops: a function of numbers and its derivatives become a row of the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import Parameter, signature
from typing import Any, TypeAlias
from weakref import ref

from autograd import ops
from autograd.derivatives import over_values
from autograd.derivatives.custom import registry
from autograd.derivatives.custom.registry import number_of
from autograd.engine import backend
from autograd.engine.backend import Value

__all__ = ["op", "origin", "remove"]

Function = Callable[..., Any]
Derivative: TypeAlias = "str | Function"


def op(
    *derivatives: Derivative,
    name: str = "",
    symbol: str = "",
    text: str = "",
    latex: str = "",
    domain: Sequence[ops.Interval] = (),
    kinks: str = "",
    ulp: float = 4.0,
) -> Callable[[Function], Function]:
    r"""Define an op from a function of numbers.

    Parameters
    ----------
    *derivatives : str or callable
        The derivative for each operand: an expression over the function's parameters and `out`, such as
        ``"2*x*out"``, made of arithmetic, comparisons, `a if c else b` and ops of the table; or a function of the
        operands and `out`. For higher orders such a function must support Values, as `ag.exp(x)` does and
        `math.exp(x)` does not. For a function of any number of operands, `def f(*xs)`, one expression covers all of
        them, over the operand `x`, the number of operands `n`, and `out`.
    name : str
        The op's name, by default the function's.
    symbol, text, latex : str
        How the op is written, as in `autograd/ops/table.py`: ``text="erfi({x})"``.
    domain : sequence of (low, high)
        For each operand the interval where the value is real; everywhere by default.
    kinks : str
        The condition under which the op isn't differentiable: ``"x == 0"``.
    ulp : float
        Bound on the error of the value and its derivatives, in units in the last place.

    Returns
    -------
    callable
        A decorator; the decorated function takes Values and numbers and returns a Value, or a float if all operands
        are numbers.

    Raises
    ------
    ValueError
        If the name is that of a built-in op, a derivative is missing, or an expression is invalid. At a call, if the
        result depends on a Value that is not an operand.

    Examples
    --------
    >>> import math
    >>> import autograd as ag
    >>> @ag.op("2*x*out", latex=r"e^{{{x}^2}}")
    ... def exp_square(x):
    ...     return math.exp(x * x)
    >>> x = Value(0.5, label="x")
    >>> y = exp_square(x)
    >>> y.backward()
    >>> x.grad == y.data, ag.gradcheck(exp_square, 0.5, order=3)
    (True, True)
    >>> remove("exp_square")
    """

    def enter(function: Function) -> Function:
        named = name or function.__name__
        parameters = tuple(signature(function).parameters.values())
        several = len(parameters) == 1 and parameters[0].kind is Parameter.VAR_POSITIONAL
        fixed = all(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
        if not parameters or not (fixed or several):
            raise ValueError(f"op: {named} must take one or more operands by position, got {signature(function)}")
        operands = tuple(f"*{p.name}" if several else p.name for p in parameters)
        if len(derivatives) != len(operands):
            raise ValueError(f"op: {named} takes {len(operands)} operands, got {len(derivatives)} derivatives")
        if several and not isinstance(derivatives[0], str):
            raise ValueError(f"op: the derivative of {named}{signature(function)} must be a text over x, n and out")
        _check(named)
        names = ("x", "n") if several else operands
        slopes = [_slope(named, names, derivative) for derivative in derivatives]
        rules: Sequence[Function] = [_rule(named, names, derivative) for derivative in derivatives]
        if several:
            rules = _Alike(rules[0])

        def compute(*xs: float) -> tuple[float, ...]:
            out = number_of(named, function(*xs))
            found = (
                (slopes[0](x, float(len(xs)), out) for x in xs) if several else (slope(*xs, out) for slope in slopes)
            )
            return out, *(number_of(named, slope) for slope in found)

        texts = tuple(d if isinstance(d, str) else f"∂{named}/∂{p}" for d, p in zip(derivatives, operands))
        by_rules = several or any(callable(d) for d in derivatives)
        known = registry.enter(
            named, operands, compute, rules if by_rules else None, texts, symbol=symbol,
            text=text, latex=latex, domain=tuple(domain), kinks=kinks, ulp=ulp,
            defaults=tuple(p.default for p in parameters if p.default is not Parameter.empty),
            doc=(function.__doc__ or "").strip(),
        )  # fmt: skip

        @wraps(function)
        def apply(*given: Any, **keywords: Any) -> Any:
            bound = signature(function).bind(*given, **keywords)
            bound.apply_defaults()
            return over_values.record(known, bound.args)

        setattr(backend, named, apply)  # where a row's function is looked up
        apply.introduce = lambda: named  # type: ignore[attr-defined]
        object.__setattr__(known, "origin", (ref(apply),))
        return apply

    return enter


def remove(name: str) -> None:
    """Remove a custom op from the table; its recorded nodes remain valid, under another name.

    Raises
    ------
    ValueError
        If there is no added op of that name.

    Examples
    --------
    >>> @op("1")
    ... def shifted(x):
    ...     return x + 1.0
    >>> remove("shifted")
    """
    if registry.is_built_in(name) or name not in list(ops.TABLE):
        raise ValueError(f"remove: no added op has the name {name!r}")
    registry.retire(name)
    if hasattr(backend, name):
        delattr(backend, name)


def origin(row: ops.Op) -> tuple[Any, ...] | None:
    """Return the origin of an added op: a function with a method `introduce`, and arguments for it.

    Another process that imports the function by its module can restore the op: `introduce` adds it, unless importing
    the module already has, and returns its name there.
    """
    if row.origin is None or (function := row.origin[0]()) is None:
        return None
    return function, *row.origin[1:]


class _Alike(Sequence[Function]):
    """The derivative shared by all operands of a variadic op: a function of one operand, their number, and out."""

    def __init__(self, rule: Function) -> None:
        self.rule = rule

    def __len__(self) -> int:
        return 1

    def __getitem__(self, position: Any) -> Any:
        return lambda *operands: self.rule(operands[position], float(len(operands) - 1), operands[-1])


def _check(name: str) -> None:
    if registry.is_built_in(name) or not name.isascii():
        raise ValueError(f"op: the name {name!r} must be ASCII and no row's of the table")


def _slope(name: str, parameters: tuple[str, ...], derivative: Derivative) -> Function:
    """Return a derivative over floats, as a function of the operands and out."""
    if callable(derivative):
        return derivative
    body = over_values.parse(derivative, parameters, name)
    return over_values.over_floats(body, (*parameters, "out"))


def _rule(name: str, parameters: tuple[str, ...], derivative: Derivative) -> Function:
    """Return a derivative over Values: the graph of a text, or a function that must not lose the trace."""
    if isinstance(derivative, str):
        return over_values.over_values(derivative, parameters, name)

    def rule(*operands: Any) -> Any:
        result = derivative(*operands)
        if not isinstance(result, Value) and not _is_constant(derivative, [float(x) for x in operands]):
            raise ValueError(
                f"{name}: a derivative that is differentiated again must compute with Values (ag.exp(x), not "
                f"math.exp(x)), got {result!r} ({type(result).__name__})"
            )
        return result

    return rule


def _is_constant(derivative: Function, operands: Sequence[float]) -> bool:
    """Return whether a derivative that returned a number gives the same nearby, so that no trace was lost."""
    try:
        return float(derivative(*operands)) == float(derivative(*(x + 1e-3 * (abs(x) + 1e-3) for x in operands)))
    except (ArithmeticError, ValueError):
        return False
