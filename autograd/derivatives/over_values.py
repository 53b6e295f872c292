"""A row's derivative text at work: over Values it is a graph, differentiated once more it is a number.

The text is read once per op and compiled. Over Values an exact constant folds (0 · x is nothing, x ** 1 is x), so that
a derivative that is 0 by its form never meets an infinity; comparisons are constants.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, TypeAlias

from autograd.engine import backend, modes
from autograd.engine.backend import Value
from autograd.ops import TABLE, Op
from autograd.ops.rules import differentiated, is_number, parse

__all__ = ["Together", "apply", "bends", "parse", "record", "recording", "second", "slope"]

Operand: TypeAlias = "Value | float"
Rule = Callable[..., Any]

LIBRARY: dict[str, Rule] = {name: getattr(backend, name) for name in TABLE}
N_ARY = frozenset(op.name for op in TABLE.values() if op.arity is None)


def apply(name: str, operands: Sequence[Operand]) -> Any:
    """Apply an op of the table, built in or added: a Value if an operand is one, else a float.

    Examples
    --------
    >>> apply("dot", (2.0, 3.0, Value(4.0), 5.0, 1.0))
    Value(24)
    """
    if name == "dot":
        n = len(operands) // 2
        return backend.dot(operands[:n], operands[n : 2 * n], operands[-1])
    if name in N_ARY:
        return LIBRARY[name](operands)
    return LIBRARY[name](*operands) if name in LIBRARY else record(TABLE[name], operands)


def record(op: Op, operands: Sequence[Any]) -> Any:
    """Apply an op that a user added, which the twins don't know."""
    kept = tuple(x if isinstance(x, Value) else _number(op.name, x) for x in operands)
    numbers = [modes.number(x) if isinstance(x, Value) else x for x in kept]
    try:
        data, *slopes = op.compute(*numbers)
    except Exception:  # who catches it branches on the numbers
        for x, number in zip(kept, numbers) if modes.active else ():
            if isinstance(x, Value):
                modes.observed("float", x, None, number)
        raise
    derivatives = tuple(float(d) for x, d in zip(kept, slopes, strict=True) if isinstance(x, Value))
    if not derivatives:
        return float(data)
    node = backend.restore(op.name, kept, float(data), derivatives)
    return modes.recorded(node) if modes.active else node


def _number(op: str, x: Any) -> float:
    kind = type(x)
    if not hasattr(kind, "__float__") or hasattr(kind, "__len__"):
        raise TypeError(f"{op}: operands must be Values or numbers, got {x!r} ({kind.__name__})")
    return float(x)


# Compiled


def _compile(body: ast.expr, parameters: Sequence[str], names: Mapping[str, Any]) -> Rule:
    arguments = ast.arguments([], [ast.arg(p) for p in parameters], None, [], [], None, [])
    tree = ast.fix_missing_locations(ast.Expression(ast.Lambda(arguments, body)))
    function: Rule = eval(compile(tree, "<derivative>", "eval"), {"__builtins__": {}, "pi": math.pi, **names})
    return function


# Over Values


def _is_constant(x: object, number: float) -> bool:
    return not isinstance(x, Value) and x == number


def add(x: Any, y: Any) -> Any:
    """x + y, where an exact 0 is nothing."""
    return y if _is_constant(x, 0.0) else x if _is_constant(y, 0.0) else x + y


def sub(x: Any, y: Any) -> Any:
    """x − y, where an exact 0 is nothing."""
    return x if _is_constant(y, 0.0) else -y if _is_constant(x, 0.0) else x - y


def mul(x: Any, y: Any) -> Any:
    """x · y, where an exact 0 wins and an exact ±1 is no op."""
    for a, b in ((x, y), (y, x)):
        if not isinstance(a, Value):
            if a == 0.0:
                return 0.0
            if a == 1.0:
                return b
            if a == -1.0:
                return -b
    return x * y


def div(x: Any, y: Any) -> Any:
    """x / y, where an exact 0 above wins and an exact 1 below is no op."""
    return 0.0 if _is_constant(x, 0.0) else x if _is_constant(y, 1.0) else backend.div(x, y)


def pow(x: Any, y: Any) -> Any:
    """x ** y, where the exact exponents 0 and 1 are no ops."""
    return 1.0 if _is_constant(y, 0.0) else x if _is_constant(y, 1.0) else backend.pow(x, y)


cached = lru_cache(maxsize=1024)  # by names of ops, of which a program may add and remove any number

FOLDING: dict[str, Rule] = {"add": add, "sub": sub, "mul": mul, "div": div, "pow": pow}


@cached
def _over_values(name: str) -> tuple[Rule, ...]:
    op = TABLE[name]
    return tuple(over_values(text, op.parameters, name) for text in op.graph)


def over_values(text: str, parameters: tuple[str, ...], where: str) -> Rule:
    """Compile a derivative's text into a function of operands and out, Values or numbers."""
    library = {row: FOLDING.get(row) or LIBRARY.get(row) or _added(row) for row in TABLE}
    return _compile(parse(text, parameters, where), (*parameters, "out"), library)


def _added(name: str) -> Rule:
    return lambda *operands: record(TABLE[name], operands)


def slope(node: Value, position: int) -> Any:
    """Return ∂node/∂operands[position] as a Value that can be differentiated, or as a float where it is constant.

    Where the text has no finite value but the row has (a removable singularity), the row's number stands in.

    Examples
    --------
    >>> x = Value(3.0)
    >>> slope(x**2, 0), slope(abs(x), 0)
    (Value(6), 1.0)
    """
    op, operands = TABLE[node.op], node.operands
    given = op.rules
    if op.arity is None and given is None:
        return _structural(node, position)
    rule = _over_values(op.name)[position] if given is None else given[position]
    result = rule(*operands, node)
    if not isinstance(result, Value):
        return float(result)
    finite = math.isfinite(modes.number(result))
    if finite and (not modes.active or (given is None and _is_regular(op.name, position))):
        return result
    if modes.observed("finite", result, None, finite):
        return result
    number = _recorded_slope(node, position)
    if not math.isfinite(number):
        return result
    for x in operands:  # a number for this point alone
        if isinstance(x, Value):
            modes.observed("data", x, None, modes.number(x))
    return number


@cached
def _is_regular(name: str, position: int) -> bool:
    """Whether a derivative's text has no singularity, so that recording it takes no question."""
    op = TABLE[name]
    calls = (x for x in ast.walk(parse(op.graph[position], op.parameters, name)) if isinstance(x, ast.Call))
    return all(isinstance(x.func, ast.Name) and TABLE[x.func.id].regular for x in calls)


def _recorded_slope(node: Value, position: int) -> float:
    before = sum(isinstance(x, Value) for x in node.operands[:position])
    return node.local_derivatives[before]


def _structural(node: Value, position: int) -> Any:
    operands = node.operands
    if node.op == "sum":
        return 1.0
    if node.op == "mean":
        return 1.0 / len(operands)
    if node.op == "logsumexp":
        return backend.exp(backend.sub(operands[position], node))
    n = len(operands) // 2
    return 1.0 if position == 2 * n else operands[(position + n) % (2 * n)]


class Together(Sequence[Rule]):
    """Rules from one that gives the derivatives for all operands at once, which isn't asked again for each of them.

    Only the node that was asked last is remembered, of all ops: an op that kept one would never be let go, as its nodes
    keep it.
    """

    _last: tuple[Any, Any, Sequence[Any]] | None = None

    def __init__(self, rule: Callable[..., Sequence[Any]], size: int) -> None:
        self.rule, self.size = rule, size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, position: Any) -> Any:
        return partial(self._at, position)

    def _at(self, position: int, *operands: Any) -> Any:
        last = Together._last
        if last is None or last[0] is not self or last[1] is not operands[-1]:
            last = Together._last = (self, operands[-1], self.rule(*operands))
        if position == self.size - 1:
            Together.forget()
        return last[2][position]

    @staticmethod
    def forget() -> None:
        """Keep no graph alive."""
        Together._last = None


# Differentiated once more, as numbers


def bends(op: Op) -> tuple[tuple[int, int], ...]:
    """The pairs (i, j) of operands, i ≤ j, for which ∂²out/∂i∂j isn't 0 by its form.

    Examples
    --------
    >>> bends(TABLE["mul"]), bends(TABLE["tanh"]), bends(TABLE["relu"])
    (((0, 1),), ((0, 0),), ())
    """
    return tuple(second(op.name))


@cached
def second(name: str) -> dict[tuple[int, int], Rule | None]:
    """For each pair that isn't 0 by its form a function of operands, out and local derivatives; None: by a graph."""
    op = TABLE[name]
    n = len(op.parameters)
    names = (*op.parameters, "out", *(f"slope_{i}" for i in range(n)))
    found: dict[tuple[int, int], Rule | None] = {}
    for i, text in enumerate(op.graph):
        body = parse(text, op.parameters, op.name)
        for j in range(i, n):
            if _calls_functions(body):
                found[i, j] = None
                continue
            second = differentiated(body, op.parameters, j)
            if not is_number(second, 0):
                found[i, j] = _compile(second, names, {row: valued(row) for row in TABLE})
    return found


def _calls_functions(body: ast.expr) -> bool:
    """Whether it calls an op whose derivative is no text."""
    return any(isinstance(x, ast.Name) and x.id in TABLE and TABLE[x.id].rules is not None for x in ast.walk(body))


def valued(name: str) -> Rule:
    """A row's value over floats."""
    if name == "add":
        return lambda x, y: x + y
    if name == "sub":
        return lambda x, y: x - y
    if name == "mul":
        return lambda x, y: x * y
    if name == "neg":
        return lambda x: -x
    compute = TABLE[name].compute
    return lambda *operands: compute(*map(float, operands))[0]


def recording() -> Any:
    """Within this block ops are recorded, whatever `no_grad()` stands outside."""
    return _Recording()


class _Recording:
    def __enter__(self) -> None:
        self._token = modes._forgetting.set(False)

    def __exit__(self, *error: object) -> None:
        modes._forgetting.reset(self._token)
