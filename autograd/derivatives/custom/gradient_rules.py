"""Functions with a user-defined gradient."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from weakref import WeakValueDictionary, ref

from autograd import ops
from autograd._common.containers import Tree
from autograd.derivatives import over_values
from autograd.derivatives.custom import registry
from autograd.derivatives.custom.registry import number_of
from autograd.engine.backend import Value

__all__ = ["custom_gradient"]

Function = Callable[..., Any]


def custom_gradient(gradient: Function) -> Callable[[Function], Function]:
    """Define a function's gradient instead of recording the function, for solvers, tables and foreign code.

    The function runs on plain numbers and becomes one node. Its gradient is called with the result and the arguments:
    numbers for first derivatives, Values for higher ones, so an implicit function has derivatives of every order.

    Parameters
    ----------
    gradient : callable
        Called with (result, *arguments); returns the derivatives, nested as the arguments; without a tuple if there is
        one argument.

    Returns
    -------
    callable
        A decorator for a function of numbers, or of nested containers of them, that returns one number.

    Raises
    ------
    ValueError
        When called, if the function or its gradient computes with a Value that is not an argument.

    Examples
    --------
    The y with y³ + y = x: by the implicit function theorem y' is 1/(3y² + 1).

    >>> import autograd as ag
    >>> @ag.custom_gradient(lambda y, x: 1 / (3 * y**2 + 1))
    ... def solve(x):
    ...     y = 0.0
    ...     for _ in range(60):
    ...         y -= (y**3 + y - x) / (3 * y**2 + 1)
    ...     return y
    >>> solve(10.0), ag.grad(solve)(10.0), ag.gradcheck(solve, 10.0, order=3)
    (2.0, 0.07692307692307693, True)
    """
    if not callable(gradient):
        raise TypeError(f"custom_gradient: needs a function, got {gradient!r} ({type(gradient).__name__})")

    def decorate(function: Function) -> Function:
        given = _Given(function, gradient)
        name = given.name

        @wraps(function)
        def apply(*arguments: Any) -> Any:
            numbers, tree = Tree.flatten(arguments, f"{name}: arguments")
            if not any(isinstance(x, Value) for x in numbers):
                return number_of(name, function(*arguments))
            return over_values.record(given.row(tree), numbers)

        apply.introduce = given.introduce  # type: ignore[attr-defined]
        given.apply = ref(apply)
        return apply

    return decorate


class _Given:
    """A function with its gradient, and one op for each nesting of its arguments, kept while it has nodes."""

    apply: Any

    def __init__(self, function: Function, gradient: Function) -> None:
        self.function, self.gradient = function, gradient
        self.name = getattr(function, "__name__", type(function).__name__)  # a partial or an object has no name
        self.rows: WeakValueDictionary[Any, ops.Op] = WeakValueDictionary()
        self.introduced: dict[str, ops.Op] = {}

    def introduce(self, tree: Tree) -> str:
        """Add the op for a nesting permanently, for a program made by another process; return its name."""
        row = self.row(tree)
        self.introduced[row.name] = row
        return row.name

    def row(self, tree: Tree) -> ops.Op:
        """Return the op for a nesting."""
        key = tree.structure
        return self.rows.get(key) or self.rows.setdefault(key, self._enter(tree))

    def _enter(self, tree: Tree) -> ops.Op:
        function, gradient, name = self.function, self.gradient, self.name

        def rule(*operands: Any) -> list[Any]:
            *xs, out = operands
            given = tree.build(xs)
            slopes = gradient(out, *given)
            found, got = Tree.flatten((slopes,) if len(given) == 1 else slopes, f"{name}: gradient")
            if not got.same_as(tree):
                raise ValueError(f"{name}: the gradient must be nested as the arguments, got {slopes!r}")
            return found

        def compute(*xs: float) -> tuple[float, ...]:
            out = number_of(name, function(*tree.build(xs)))
            return out, *(number_of(name, slope) for slope in rule(*xs, out))

        loops = registry.may_loop(function) or registry.may_loop(gradient)
        return registry.of_function(function, compute, rule, tree.size, origin=(self.apply, tree), loops=loops)
