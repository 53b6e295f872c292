"""Evaluation of a row's derivative text: over Values as a graph, or differentiated once more as a number.

The text is parsed once per op and compiled. Over Values exact constants are folded (0 · x is 0, x ** 1 is x), so that a
derivative that is identically 0 never meets an infinity; comparisons are constants.
"""

from __future__ import annotations

import ast
import functools
import itertools
import math
import operator
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache, partial
from typing import Any, Final, TypeAlias

from autograd._common.numbers import is_number, not_a_number
from autograd.engine import backend, modes
from autograd.engine.backend import Value
from autograd.errors import AutogradError
from autograd.ops import BUILT_IN, TABLE, Op
from autograd.ops.numerics import first_largest
from autograd.ops.rules import parse, second_derivatives

__all__ = ["JointRules", "apply", "hessian_pattern", "parse", "record", "recording", "second", "slope", "slopes"]

Operand: TypeAlias = "Value | float"
Rule = Callable[..., Any]

LIBRARY: dict[str, Rule] = {name: getattr(backend, name) for name in BUILT_IN}
N_ARY = frozenset(op.name for op in TABLE.values() if op.arity is None)


def apply(name: str, operands: Sequence[Operand]) -> Any:
    """Apply an op of the table, built in or added: a Value if an operand is one, else a float.

    Examples
    --------
    >>> apply("dot", (2.0, 3.0, Value(4.0), 5.0, 1.0))
    Value(24)
    """
    if name in N_ARY and TABLE[name].form == "products":
        n = len(operands) // 2
        return backend.dot(operands[:n], operands[n : 2 * n], operands[-1])
    if name in N_ARY:
        return LIBRARY[name](operands)
    return LIBRARY[name](*operands) if name in LIBRARY else record(TABLE[name], operands)


def record(op: Op, operands: Sequence[Any]) -> Any:
    """Apply an op added by a user, which the backends do not know."""
    kept = tuple(x if isinstance(x, Value) else _number(op.name, x) for x in operands)
    numbers = [modes.number(x) if isinstance(x, Value) else x for x in kept]
    try:
        data, *slopes = op.compute(*numbers)
    except Exception:  # a caller that catches it branches on the numbers
        for x, number in zip(kept, numbers) if modes.active else ():
            if isinstance(x, Value):
                modes.observed("float", x, None, number)
        raise
    derivatives = tuple(float(d) for x, d in zip(kept, slopes, strict=True) if isinstance(x, Value))
    if not derivatives:
        return float(data)
    node = backend.restore(op.name, kept, float(data), derivatives)
    if not modes.active:
        return node
    if recorder := modes.recorder():  # a caller prepared for an error branches on its absence
        recorder.observed("computed", node, None, True)
    return modes.recorded(node)


def _number(op: str, x: Any) -> float:
    if not is_number(x):
        raise TypeError(f"{op}: operands must be Values or numbers, got {not_a_number(x)}")
    return float(x)


# Compiled


def _compile(body: ast.expr, parameters: Sequence[str], names: Mapping[str, Any]) -> Rule:
    arguments = ast.arguments([], [ast.arg(p) for p in parameters], None, [], [], None, [])
    tree = ast.fix_missing_locations(ast.Expression(ast.Lambda(arguments, body)))
    # Functions that an op calls, such as the C core's report of an anomaly, import through the caller's builtins.
    known = {"__builtins__": {"__import__": __import__}, "pi": math.pi, **names}
    function: Rule = eval(compile(tree, "<derivative>", "eval"), known)
    return function


# Over Values


def _is_constant(x: object, number: float) -> bool:
    return not isinstance(x, Value) and x == number


def add(x: Any, y: Any) -> Any:
    """x + y, where an exact 0 adds no op."""
    return y if _is_constant(x, 0.0) else x if _is_constant(y, 0.0) else x + y


def sub(x: Any, y: Any) -> Any:
    """x − y, where an exact 0 adds no op."""
    return x if _is_constant(y, 0.0) else -y if _is_constant(x, 0.0) else x - y


def mul(x: Any, y: Any) -> Any:
    """x · y, where an identical 0 (a comparison, an int) wins and an exact ±1 adds no op; 0.0 · Value is computed."""
    for a, b in ((x, y), (y, x)):
        if not isinstance(a, Value):
            if a == 1.0:
                return b
            if a == -1.0:
                return -b
            if not isinstance(a, float) and a == 0:
                return 0
    return x * y


def masked(x: Any, y: Any) -> Any:
    """x · y for an x that is 0 but may change: 0 for an infinite y; an exact 1 adds no op."""
    return x if _is_constant(y, 1.0) else LIBRARY["masked_product"](x, y)


def div(x: Any, y: Any) -> Any:
    """x / y, where an identical 0 as x wins and an exact divisor of 1 adds no op."""
    return 0 if type(x) is int and x == 0 else x if _is_constant(y, 1.0) else backend.div(x, y)


def pow(x: Any, y: Any) -> Any:
    """x ** y, where the exact exponents 0 and 1 add no op."""
    return 1.0 if _is_constant(y, 0.0) else x if _is_constant(y, 1.0) else backend.pow(x, y)


def pow_slope_x(x: Any, y: Any) -> Any:
    """Return the derivative of x ** y in x, where the exact exponents 1 and 2 need no power."""
    return 1.0 if _is_constant(y, 1.0) else mul(2.0, x) if _is_constant(y, 2.0) else LIBRARY["pow_slope_x"](x, y)


def where(condition: Any, x: Any, y: Any) -> Any:
    """x or y, selected at once by a constant condition."""
    if isinstance(condition, Value):
        return LIBRARY["where"](condition, x, y)
    return x if condition != 0.0 else y


FEW = 4  # up to this many operands, every combination of current and former numbers is tried
cached = lru_cache(maxsize=1024)  # keyed by names of ops, of which a program may add and remove any number

PLAIN: dict[str, Rule] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
FOLDING: dict[str, Rule] = {
    "add": add, "sub": sub, "mul": mul, "div": div, "pow": pow, "pow_slope_x": pow_slope_x, "where": where,
}  # fmt: skip


@cached
def _over_values(name: str) -> tuple[Rule, ...]:
    op = TABLE[name]
    return tuple(over_values(text, op.parameters, name) for text in op.graph)


def over_values(text: str, parameters: tuple[str, ...], where: str) -> Rule:
    """Compile a derivative's text into a function of operands and out, Values or numbers."""
    added = {row: _added(row) for row in TABLE if row not in LIBRARY}
    return _compile(parse(text, parameters, where), (*parameters, "out"), LIBRARY | FOLDING | added)


def _added(name: str) -> Rule:
    return lambda *operands: record(TABLE[name], operands)


def slope(node: Value, position: int) -> Any:
    """Return ∂node/∂operands[position] as a Value that can be differentiated, or as a float if it is constant.

    Its value is the recorded local derivative. None means nothing: an operand that the op doesn't select, or the
    condition of `where`.

    Raises
    ------
    AutogradError
        If a leaf's data was set more than once after the node was computed, and the derivative depends on it.

    Examples
    --------
    >>> x = Value(3.0)
    >>> slope(x**2, 0), slope(abs(x), 0)
    (Value(6), 1.0)
    """
    operands = recorded_operands(node)
    before = sum(isinstance(x, Value) for x in operands[:position])
    return _slope(node, operands, position, node.local_derivatives[before])


def slopes(node: Value, wanted: Container[int]) -> Iterator[tuple[Value, Any]]:
    """Yield each operand whose id is wanted with its `slope`, once per occurrence; in linear time.

    Examples
    --------
    >>> x, y = Value(3.0), Value(4.0)
    >>> list(slopes(x * y, {id(x)}))
    [(Value(3), Value(4))]
    """
    recorded, derivatives = recorded_operands(node), iter(node.local_derivatives)
    for position, x in enumerate(node.operands):
        if not isinstance(x, float):
            number = next(derivatives)
            if id(x) in wanted:
                yield x, _slope(node, recorded, position, number)


def recorded_operands(node: Value) -> Sequence[Any]:
    """Return a node's operands with the numbers from which it was computed.

    A leaf whose data was set afterwards is replaced by a node above it that has the previous number.

    Examples
    --------
    >>> x = Value(3.0)
    >>> y = backend.sin(x)
    >>> x.data = 5.0
    >>> recorded_operands(y)
    (Value(3),)
    """
    operands = node.operands
    known = [getattr(x, "_before", None) for x in operands]
    if modes.active or not any(number is not None for number in known):
        return operands
    now = [x if isinstance(x, float) else x.data for x in operands]
    choices = [(x,) if before is None else (x, before) for x, before in zip(now, known)]
    every = itertools.product(*choices) if len(choices) <= FEW else zip(*((pair[0], pair[-1]) for pair in choices))
    numbers = next((found for found in every if _gives(node, found)), now)
    return tuple(x if _same(number, was) else _at(x, number) for x, number, was in zip(operands, numbers, now))


def _gives(node: Value, numbers: Sequence[float]) -> bool:
    """Return whether the node's op gives its value and local derivatives for these numbers, to the last bit."""
    return all(map(_same, (node.data, *node.local_derivatives), _made_of(node, numbers)))


def _made_of(node: Value, numbers: Sequence[float]) -> list[float]:
    """Return the value of the node's op for these numbers, and the local derivative for each Value among them."""
    value, *found = TABLE[node.op].compute(*numbers)
    return [value, *(d for x, d in zip(node.operands, found) if not isinstance(x, float))]


def _at(x: Operand, number: float) -> Value:
    """Return a node above a leaf, with another number."""
    return backend.restore("add", (x, 0.0), number, (1.0,))


def _slope(node: Value, operands: Sequence[Any], position: int, number: float) -> Any:
    op = TABLE[node.op]
    if op.name not in LIBRARY:
        return _slope_of_added(node, op, position, number)
    if op.arity is None:
        result = _structural(node, operands, position, number)
    else:
        result = _over_values(op.name)[position](*operands, node)
    if isinstance(result, Value):
        return result if _same(modes.number(result), number) else _at_recorded(node, result, number)
    return None if op.selects and number == 0.0 else number


def _same(x: float, y: float) -> bool:
    return x == y or (x != x and y != y)


def _at_recorded(node: Value, result: Value, number: float) -> Value:
    """Return the derivative with the recorded number, if that differs in the last digits."""
    if modes.active:
        return result
    if not result.op:  # a leaf that was set since: a product has its previous number
        return _at(result, number)
    names = [f"{x.label or 'a leaf'} = {x.data!r}" for x in node.parents if not x.op]
    numbers = [x if isinstance(x, float) else x.data for x in recorded_operands(node)]
    if names and not all(map(_same, node.local_derivatives, _made_of(node, numbers)[1:])):
        raise AutogradError(
            f"{node.op}{f' ({node.label})' if node.label else ''}: of {', '.join(names)} one was set after this was "
            "computed, and what it was then is not kept: compute the result again before differentiating with "
            "create_graph=True"
        )
    return backend.restore(result.op, result.operands, number, result.local_derivatives)


def _slope_of_added(node: Value, op: Op, position: int, number: float) -> Any:
    """Do the same for an op added by a user.

    Where its derivative over Values isn't finite but the number is (a removable singularity), the number is used.
    """
    operands = node.operands
    rule = _over_values(op.name)[position] if op.rules is None else op.rules[position]
    result = rule(*operands, node)
    if not isinstance(result, Value):
        return None if op.selects and result == 0.0 else float(result)
    finite = math.isfinite(modes.number(result))
    if modes.observed("finite", result, None, finite):
        return result
    if not math.isfinite(number):
        return result
    for x in operands:  # a number valid at this point only
        if isinstance(x, Value):
            modes.observed("data", x, None, modes.number(x))
    return number


def _structural(node: Value, operands: Sequence[Any], position: int, number: float) -> Any:
    form = TABLE[node.op].form
    if form == "linear":
        return number
    if form == "softmax":
        return _with_number(_softmax(node, operands)[position], number)
    n = len(operands) // 2
    return 1.0 if position == 2 * n else operands[(position + n) % (2 * n)]


def _softmax(node: Value, operands: Sequence[Any]) -> list[Any]:
    """Return the softmax weights of a logsumexp as a graph: each e^(x − largest) over its sum with all others.

    The weights don't depend on the choice of the largest, so it is a constant; no weight is the complement of another,
    and nothing cancels when differentiated again.
    """
    last = JointRules._last
    if last is not None and last[0] is _softmax and last[1] is node:
        return last[2]  # type: ignore[return-value]
    largest = _largest(operands)
    terms = [LIBRARY["exp_from"](x, largest) for x in operands]
    before, after = _running_sums(terms), _running_sums(terms[::-1])[::-1]
    weights = [LIBRARY["portion"](term, add(x, y)) for term, x, y in zip(terms, before, after)]
    JointRules._last = (_softmax, node, weights)
    return weights


def _with_number(weight: Any, number: float) -> Any:
    """Return the same node with the row's number, which a sum in another order may miss in the last digits."""
    if modes.active or not isinstance(weight, Value) or not math.isclose(weight.data, number, rel_tol=1e-12):
        return weight
    return backend.restore(weight.op, weight.operands, number, weight.local_derivatives)


def _largest(operands: Sequence[Any]) -> Any:
    if modes.recorder() is None:
        numbers = [x if isinstance(x, float) else modes.number(x) for x in operands]
        return numbers[first_largest(numbers)]
    return functools.reduce(LIBRARY["max"], operands)


def _running_sums(terms: Sequence[Any]) -> list[Any]:
    """Return for each term the sum of those before it."""
    return list(itertools.accumulate(terms[:-1], add, initial=0.0))


class JointRules(Sequence[Rule]):
    """Separate rules from one that returns the derivatives for all operands at once, called once per node.

    Only the last node is cached, for all ops together: an op that cached one of its nodes would never be freed, as its
    nodes hold it.
    """

    _last: tuple[Any, Any, Sequence[Any]] | None = None

    def __init__(self, rule: Callable[..., Sequence[Any]], size: int) -> None:
        self.rule, self.size = rule, size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, position: Any) -> Any:
        return partial(self._at, position)

    def _at(self, position: int, *operands: Any) -> Any:
        last = JointRules._last
        if last is None or last[0] is not self or last[1] is not operands[-1]:
            last = JointRules._last = (self, operands[-1], self.rule(*operands))
        if position == self.size - 1:
            JointRules.forget()
        return last[2][position]

    @staticmethod
    def forget() -> None:
        """Drop the cached graph."""
        JointRules._last = None


# Second derivatives as numbers


def hessian_pattern(op: Op) -> tuple[tuple[int, int], ...]:
    """Return the pairs (i, j) of operands, i ≤ j, for which ∂²out/∂i∂j isn't identically 0.

    Examples
    --------
    >>> hessian_pattern(TABLE["mul"]), hessian_pattern(TABLE["tanh"]), hessian_pattern(TABLE["relu"])
    (((0, 1),), ((0, 0),), ())
    """
    return tuple(second(op.name))


@cached
def second(name: str) -> dict[tuple[int, int], Rule | None]:
    """Return for each such pair a function of operands, out and local derivatives; None if it needs a graph."""
    op = TABLE[name]
    if any(_calls_functions(parse(text, op.parameters, name)) for text in op.graph):
        n = len(op.parameters)
        return {(i, j): None for i in range(n) for j in range(i, n)}
    names = (*op.parameters, "out", *(f"d_{p}" for p in op.parameters))
    return {pair: over_floats(body, names) for pair, body in second_derivatives(op).items()}


def over_floats(body: ast.expr, parameters: Sequence[str]) -> Rule:
    """Compile a parsed derivative into a function of floats, which references only the rows that it calls."""
    called = {x.id for x in ast.walk(body) if isinstance(x, ast.Name)}
    return _compile(body, parameters, {row: valued(row) for row in called if row in BUILT_IN or row in TABLE})


def _calls_functions(body: ast.expr) -> bool:
    """Return whether an expression calls an op whose derivative is not a text."""
    return any(isinstance(x, ast.Name) and x.id in TABLE and TABLE[x.id].rules is not None for x in ast.walk(body))


def valued(name: str) -> Rule:
    """Return a row's value over floats."""
    row = TABLE[name]
    if row.operator and row.regular:
        exact = PLAIN[row.operator] if row.arity == 2 else operator.neg
        return exact
    return lambda *operands: row.compute(*map(float, operands))[0]


NOTHING: Final = nullcontext()  # has no state: one for all blocks


def recording() -> AbstractContextManager[None]:
    """Record ops inside the block, even within `no_grad()`."""
    return _Recording() if modes._forgetting.get() else NOTHING


class _Recording(AbstractContextManager[None]):
    def __enter__(self) -> None:
        self._token = modes._forgetting.set(False)

    def __exit__(self, *error: object) -> None:
        modes._forgetting.reset(self._token)
