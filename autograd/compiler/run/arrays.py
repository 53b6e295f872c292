"""The rows of the op table over numpy arrays, translated from their own source as `codegen` does for C."""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import math
from collections.abc import Callable, Sequence
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from autograd.ops import BUILT_IN, HELPERS, ROWS, TABLE, ieee, slopes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["over_arrays"]


def over_arrays(name: str) -> Callable[..., tuple[Any, ...]] | None:
    """Return a row as a function of arrays that returns value and local derivatives; None for an added op."""
    row = TABLE[name]
    if name not in BUILT_IN or row.arity is not None:
        return _rows().get(name)
    return _logsumexp if row.form == "softmax" else row.compute


class _ForArrays(ast.NodeTransformer):
    """Rewrites conditions and logic to work element by element."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        return _call("array_where", node.test, node.body, node.orelse)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        name = "logical_and" if isinstance(node.op, ast.And) else "logical_or"
        return functools.reduce(lambda x, y: _call(name, x, y), node.values)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        operands = [node.left, *node.comparators]
        links: list[ast.expr] = [
            ast.Compare(left, [op], [right]) for left, op, right in zip(operands, node.ops, operands[1:], strict=False)
        ]
        return functools.reduce(lambda x, y: _call("logical_and", x, y), links)


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


class _Ieee:
    """`autograd.ops.ieee` over arrays."""

    def __init__(self, numpy: Any) -> None:
        self.inf, self.nan = math.inf, math.nan
        self.erf = numpy.vectorize(math.erf, otypes=[float])
        self.erfc = numpy.vectorize(math.erfc, otypes=[float])
        self.div = numpy.divide
        # `power` computes exponent 0.5 as a square root, which differs at -inf and -0.0; for 2 it is faster.
        self.pow = lambda x, y: (numpy.float_power if numpy.any(numpy.equal(y, 0.5)) else numpy.power)(x, y)
        for name in ieee.__all__:
            if not hasattr(self, name):
                setattr(self, name, getattr(numpy, name, None) or getattr(numpy, f"arc{name[1:]}"))


@functools.cache
def _rows() -> dict[str, Callable[..., tuple[Any, ...]]]:
    """Return all rows of fixed arity, over arrays."""
    table = [TABLE[name] for name in BUILT_IN if TABLE[name].arity is not None]
    written = {op.name: op.compute.__name__ for op in table if op.name not in slopes.SOURCES}
    helpers = {module.__name__.rpartition(".")[2]: SimpleNamespace(**_helpers()) for module in HELPERS}
    names = _over_arrays() | helpers
    _define([f for module in ROWS for f in _functions(module) if f.name in written.values()], names)
    found = {name: names[function] for name, function in written.items()}
    derived = _helpers() | found  # those of slopes call helpers by name
    _define(list(slopes.SOURCES.values()), derived)
    return found | {name: derived[name] for name in slopes.SOURCES}


def _over_arrays() -> dict[str, Any]:
    import numpy as np

    return {
        "abs": np.abs, "array_where": np.where, "logical_and": np.logical_and, "logical_or": np.logical_or,
        "ieee": _Ieee(np),
    }  # fmt: skip


@functools.cache
def _helpers() -> dict[str, Any]:
    """Return the helpers of rows, over arrays."""
    names = {name: value for module in HELPERS for name, value in vars(module).items()} | _over_arrays()
    names["numerics"] = SimpleNamespace(**names)
    _define([f for module in HELPERS for f in _functions(module) if _is_over_floats(f)], names)
    return names


def _functions(module: ModuleType) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.FunctionDef)]


def _define(functions: Sequence[ast.FunctionDef], names: dict[str, Any]) -> None:
    """Define functions over floats in `names`, converted to arrays."""
    trees = [_ForArrays().visit(copy.deepcopy(function)) for function in functions]
    for tree in trees:
        tree.decorator_list = []
        tree.returns = None
    exec(compile(ast.fix_missing_locations(ast.Module(trees, [])), "<rows over arrays>", "exec"), names)


def _is_over_floats(function: ast.FunctionDef) -> bool:
    annotations = [argument.annotation for argument in function.args.args] + [function.returns]
    return all(isinstance(a, ast.Name) and a.id == "float" for a in annotations)


def _logsumexp(*operands: Array) -> tuple[Any, ...]:
    import numpy as np

    xs = np.stack(np.broadcast_arrays(*operands))
    top = np.where(np.isnan(xs).any(axis=0), np.isnan(xs).argmax(axis=0), xs.argmax(axis=0))
    largest = np.take_along_axis(xs, top[None], axis=0)[0]
    helpers = _helpers()
    terms = helpers["exp_difference"](xs, largest)
    rest = np.zeros_like(largest)
    for i, term in enumerate(terms):
        rest += np.where(top == i, 0.0, term)
    usual = np.isfinite(largest)
    slopes = [
        np.where(usual, term / (1.0 + rest), helpers["weight_at_infinity"](x, largest, rest))
        for x, term in zip(xs, terms)
    ]
    return np.where(usual, largest + np.log1p(rest), largest), *slopes
