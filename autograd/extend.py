"""Ops of one's own, functions whose derivative is given, and what the graph should not keep.

An op added here is a row of the table like any other: it is recorded, drawn, derived, checked and differentiated to any
order. Its local derivatives are texts, or Python functions for what has no closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, signature
from typing import Any, TypeAlias

from autograd import core, modes, numeric, ops, symbolic
from autograd.core import Value
from autograd.graph import leaves
from autograd.sweeps import pull, pull_graph
from autograd.trees import Tree

__all__ = ["checkpoint", "custom_gradient", "op", "remove", "stop_gradient"]

Function = Callable[..., Any]
Derivative: TypeAlias = "str | Function"

_built_in = frozenset(ops.TABLE)


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
    r"""Make a function of numbers an op.

    Parameters
    ----------
    *derivatives : str or callable
        For each operand the derivative: a text over the function's parameters and `out`, such as ``"2*x*out"``, of
        arithmetic, comparisons, `a if c else b` and ops of the table; or a function of the operands and then `out`. For
        derivatives of higher order that function must compute with Values, as `ag.exp(x)` does and `math.exp(x)` not.
    name : str
        The op's name; else the function's.
    symbol, text, latex : str
        How it is written, as in `autograd/ops.py`: ``text="erfi({x})"``.
    domain : sequence of (low, high)
        For each operand where the value is a real number; everywhere if not given.
    kinks : str
        Where it isn't differentiable, as a condition: ``"x == 0"``.
    ulp : float
        Bound on the error of value and derivative in units in the last place.

    Returns
    -------
    callable
        A decorator; what it returns takes Values and numbers, and gives a Value, or a float if all are numbers.

    Raises
    ------
    ValueError
        If the name is taken by a row of the table, a derivative is missing, or a text consists of anything else.

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
        if any(p.kind not in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters) or not parameters:
            raise ValueError(f"op: {named} must take one or more operands by position, got {signature(function)}")
        operands = tuple(p.name for p in parameters)
        if len(derivatives) != len(operands):
            raise ValueError(f"op: {named} takes {len(operands)} operands, got {len(derivatives)} derivatives")
        _free(named)
        slopes = [_slope(named, operands, derivative) for derivative in derivatives]
        rules = tuple(_rule(named, operands, derivative) for derivative in derivatives)

        def compute(*xs: float) -> tuple[float, ...]:
            out = _float(named, function(*xs))
            return out, *(_float(named, slope(*xs, out)) for slope in slopes)

        texts = tuple(d if isinstance(d, str) else f"∂{named}/∂{p}" for d, p in zip(derivatives, operands))
        _enter(
            named, operands, compute, rules if any(callable(d) for d in derivatives) else None, texts, symbol, text,
            latex, tuple(domain) or (ops.REAL,) * len(operands), kinks, ulp,
            tuple(p.default for p in parameters if p.default is not Parameter.empty), (function.__doc__ or "").strip(),
        )  # fmt: skip

        @wraps(function)
        def apply(*given: Any, **keywords: Any) -> Any:
            bound = signature(function).bind(*given, **keywords)
            bound.apply_defaults()
            return symbolic.record(ops.TABLE[named], tuple(bound.arguments.values()))

        setattr(core, named, apply)  # where a row's function is looked for
        apply.introduce = lambda: named  # type: ignore[attr-defined]
        _origins[named] = (apply,)
        return apply

    return enter


def remove(name: str) -> None:
    """Take an op that was added out of the table again; what it recorded can no longer be differentiated twice.

    Raises
    ------
    ValueError
        If no such op was added.
    """
    if name in _built_in or name not in ops.TABLE:
        raise ValueError(f"remove: no added op has the name {name!r}")
    del ops.TABLE[name]
    _origins.pop(name, None)
    symbolic.RULES.pop(name, None)
    if hasattr(core, name):
        delattr(core, name)
    _forget()


_origins: dict[str, tuple[Any, ...]] = {}


def origin(name: str) -> tuple[Any, ...] | None:
    """Return where an added op comes from: a function with a method `introduce`, and arguments for that.

    Another process that finds the function by its module finds the op: `introduce` adds it, if importing the module
    hasn't, and returns its name there.
    """
    return _origins.get(name)


def _free(name: str) -> None:
    if name in _built_in or not name.isascii():
        raise ValueError(f"op: the name {name!r} must be ASCII and no row's of the table")


def _forget() -> None:
    symbolic._over_values.cache_clear()
    symbolic._is_regular.cache_clear()
    symbolic.second.cache_clear()
    numeric._kink.cache_clear()


def _float(name: str, x: Any) -> float:
    if not hasattr(type(x), "__float__"):
        raise TypeError(f"{name}: must return a number, got {x!r} ({type(x).__name__})")
    return float(x)


def _slope(name: str, parameters: tuple[str, ...], derivative: Derivative) -> Function:
    """A derivative over floats: of operands and out."""
    if callable(derivative):
        return derivative
    body = symbolic.parse(derivative, parameters, name)
    return symbolic._compile(body, (*parameters, "out"), {row: symbolic.valued(row) for row in ops.TABLE})


def _rule(name: str, parameters: tuple[str, ...], derivative: Derivative) -> Function:
    """A derivative over Values: a text's graph, or a function that must not lose their trace."""
    if isinstance(derivative, str):
        return symbolic.over_values(derivative, parameters, name)

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
    """Whether a derivative that gave a number gives the same nearby, so that no trace was lost."""
    try:
        return float(derivative(*operands)) == float(derivative(*(x + 1e-3 * (abs(x) + 1e-3) for x in operands)))
    except (ArithmeticError, ValueError):
        return False


def _enter(
    name: str, parameters: tuple[str, ...], compute: ops.Compute, rules: tuple[Function, ...] | None,
    texts: tuple[str, ...], symbol: str = "", text: str = "", latex: str = "", domain: tuple[ops.Interval, ...] = (),
    kinks: str = "", ulp: float = 4.0, defaults: tuple[float, ...] = (), doc: str = "",
) -> None:  # fmt: skip
    arguments = ", ".join(f"{{{p.lstrip('*')}}}" for p in parameters)
    known = ops.TABLE.get(name)
    ops.TABLE[name] = ops.Op(
        name=name, index=known.index if known else max(row.index for row in ops.TABLE.values()) + 1,
        parameters=parameters, compute=compute, symbol=symbol or name, text=text or f"{name}({arguments})",
        latex=latex or rf"\operatorname{{{{{name}}}}}({arguments})".replace("_", r"\_"), precedence=ops.CALL,
        page=texts, graph=texts, domain=domain or (ops.REAL,) * len(parameters), kinks=kinks, ulp=ulp, loose=(),
        note="", defaults=defaults, numpy="", doc=doc,
    )  # fmt: skip
    symbolic.RULES.pop(name, None)
    if rules is not None:
        symbolic.RULES[name] = rules
    if core.CORE == "c":
        core._twin.add_op(name)
    _forget()


# Functions whose derivative is given


def custom_gradient(gradient: Function) -> Callable[[Function], Function]:
    """Give a function's gradient rather than record what it does: for solvers, tables, code of others.

    The function runs on plain numbers and becomes one node. Its gradient is called with the result and the arguments:
    as numbers at first, as Values when it is differentiated again, so an implicit function has all derivatives.

    Parameters
    ----------
    gradient : callable
        Of (result, *arguments); returns the derivatives, nested as the arguments; of one argument without a tuple.

    Returns
    -------
    callable
        A decorator for a function of numbers, or of nested containers of them, that returns one number.

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
        family = _Family(function)

        @wraps(function)
        def apply(*arguments: Any) -> Any:
            numbers, tree = Tree.flatten(arguments, f"{function.__name__}: arguments")
            if not any(isinstance(x, Value) for x in numbers):
                return _float(function.__name__, function(*arguments))
            return symbolic.record(ops.TABLE[introduce(tree)], numbers)

        def introduce(tree: Tree) -> str:
            def rule(*operands: Any) -> list[Any]:
                *xs, out = operands
                given = tree.build(xs)
                slopes = gradient(out, *given)
                found, got = Tree.flatten((slopes,) if len(given) == 1 else slopes, f"{function.__name__}: gradient")
                if not got.same_as(tree):
                    raise ValueError(
                        f"{function.__name__}: the gradient must be nested as the arguments, got {slopes!r}"
                    )
                return found

            def compute(*xs: float) -> tuple[float, ...]:
                out = _float(function.__name__, function(*tree.build(xs)))
                return out, *map(float, rule(*xs, out))

            name = family.name((tuple(tree.names), tuple(tree.shapes)), tree.size, compute, rule)
            _origins[name] = (apply, tree)
            return name

        apply.introduce = introduce  # type: ignore[attr-defined]
        return apply

    return decorate


class _Family:
    """The ops of one function: one for each way its arguments are nested."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.names: dict[Any, str] = {}

    def name(self, key: Any, count: int, compute: ops.Compute, rule: Function) -> str:
        """The op for a nesting; entered into the table when it is first met."""
        if self.names.get(key) not in ops.TABLE:
            self.names[key] = self._new(count, compute, _Together(rule))
        return self.names[key]

    def _new(self, count: int, compute: ops.Compute, rule: _Together) -> str:
        stem = (
            "".join(c if c.isalnum() and c.isascii() else "_" for c in self.function.__name__).strip("_") or "function"
        )
        name, number = stem, 1
        while name in ops.TABLE or hasattr(core, name):
            number += 1
            name = f"{stem}_{number}"
        rules = tuple(rule.at(i) for i in range(count))
        _enter(name, ("*xs",), compute, rules, (f"∂{name}/∂x",), text=f"{name}({{xs}})", doc=f"{stem}, as one node.")
        return name


class _Together:
    """A rule that gives all derivatives at once, remembered for the node that was asked last."""

    def __init__(self, rule: Function) -> None:
        self.rule = rule
        self.last: tuple[Any, list[Any]] | None = None

    def at(self, position: int) -> Function:
        """The rule for one operand."""

        def one(*operands: Any) -> Any:
            if self.last is None or self.last[0] is not operands[-1]:
                self.last = (operands[-1], self.rule(*operands))
            found = self.last[1][position]
            if position == len(operands) - 2:
                self.last = None  # keeps no graph alive
            return found

        return one


# What the graph should not keep


def stop_gradient(nested: Any) -> Any:
    """Return the same numbers, through which no derivative passes.

    Parameters
    ----------
    nested : Value, number, or nested lists, tuples, dicts, arrays of them
        What to hold constant.

    Examples
    --------
    >>> import autograd as ag
    >>> ag.grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    numbers, tree = Tree.flatten(nested, "stop_gradient")
    return tree.build([_held(x) if isinstance(x, Value) else x for x in numbers])


def _held(x: Value) -> Any:
    """A node of its own, so that a replay follows the number; every sweep knows that nothing goes down."""
    if "stop_gradient" not in ops.TABLE:
        _enter("stop_gradient", ("x",), lambda x: (x, 0.0), None, ("0",), doc="x, through which no derivative passes.")
    return symbolic.record(ops.TABLE["stop_gradient"], (x,))


def checkpoint(function: Function) -> Function:
    """Keep of a function's graph only its results and their derivatives for its arguments.

    Each call records, differentiates and lets go: what stays is one node for each result, with one number for each
    argument and each weight, so a recurrence of any length takes memory for its states, not for the steps between them.
    It takes the time of one reverse sweep for each result. Derivatives of higher order run the function again. Values
    that the function closes over, such as weights, count as arguments. Checkpoints may be nested. While a graph is
    recorded for replay (`compile`, `recording`) the function is simply called, so that what it asks is known.

    Parameters
    ----------
    function : callable
        Takes and returns numbers, or nested containers of them; called twice it must do the same.

    Returns
    -------
    callable
        With the same arguments and results.

    Examples
    --------
    >>> import autograd as ag
    >>> @ag.checkpoint
    ... def step(x):
    ...     for _ in range(100):
    ...         x = x + 0.01 * ag.sin(x)
    ...     return x
    >>> x = Value(0.5)
    >>> y = step(step(x))
    >>> len(y.parents), abs(ag.gradients(y, x) - ag.grad(lambda x: step(step(x)))(0.5)) < 1e-15
    (1, True)
    """
    families: dict[int, _Family] = {}

    @wraps(function)
    def apply(*arguments: Any) -> Any:
        numbers, tree = Tree.flatten(arguments, f"checkpoint of {getattr(function, '__name__', 'function')}: arguments")
        if modes._forgetting.get() or modes.recorder() is not None:
            return function(*arguments)
        inputs = [Value(float(x)) for x in numbers]
        outputs, shape = Tree.flatten(function(*tree.build(inputs)), "checkpoint: the function's result")
        own = {id(x) for x in inputs}
        around = [x for x in leaves(*(y for y in outputs if isinstance(y, Value))) if id(x) not in own]
        kept = []
        for number, y in enumerate(outputs):
            if not isinstance(y, Value):
                kept.append(y)
                continue
            operands = (*numbers, *around)
            slopes = pull([(y, 1.0)], [*inputs, *around])
            derivatives = tuple(d for x, d in zip(operands, slopes) if isinstance(x, Value))
            if not derivatives:
                kept.append(y.data)
                continue
            again = _Again(function, tree, around, number)
            key = (tuple(tree.names), tuple(tree.shapes), tuple(map(id, around)))
            family = families.setdefault(number, _Family(function))
            name = family.name(key, len(operands), again.compute, again.rule)
            node = core.restore(name, operands, y.data, derivatives)
            kept.append(modes.recorded(node) if modes.active else node)
        return shape.build(kept)

    return apply


@contextmanager
def _set(leaves: Sequence[Value], numbers: Sequence[float]) -> Iterator[None]:
    """Give leaves other numbers inside the block, where they have others."""
    were = [(x, x.data) for x, number in zip(leaves, numbers) if x.data != number]
    try:
        for x, number in zip(leaves, numbers):
            if x.data != number:
                x.data = number
        yield
    finally:
        for x, number in were:
            x.data = number


class _Again:
    """One result of a function, computed and differentiated by running it again."""

    def __init__(self, function: Function, tree: Tree, around: Sequence[Value], number: int) -> None:
        self.function, self.tree, self.around, self.number = function, tree, around, number

    def _run(self, inputs: Sequence[Any]) -> Any:
        return Tree.flatten(self.function(*self.tree.build(inputs)))[0][self.number]

    def compute(self, *operands: float) -> tuple[float, ...]:
        """The value and its derivatives, with other numbers in what the function closes over too."""
        count = self.tree.size
        with symbolic.recording():
            inputs = [Value(x) for x in operands[:count]]
            with _set(self.around, operands[count:]):
                output = self._run(inputs)
                if not isinstance(output, Value):
                    return float(output), *(0.0,) * len(operands)
                return output.data, *pull([(output, 1.0)], [*inputs, *self.around])

    def rule(self, *operands: Any) -> list[Any]:
        """All derivatives over Values."""
        inputs = [x * 1.0 if isinstance(x, Value) else Value(x) for x in operands[: self.tree.size]]
        output = self._run(inputs)
        below = [*inputs, *self.around]
        return pull_graph([(output, 1.0)], below, cut=True) if isinstance(output, Value) else [0.0] * len(below)
