"""Plans run on numpy: the meaning of each instruction, and what runs where the C kernel was not built.

The rows of the op table are translated for arrays from their own source, as `translate/` does for C.
"""

from __future__ import annotations

import ast
import functools
import inspect
import math
from collections.abc import Callable, Sequence
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from autograd.compiler.plan.code import Instruction
from autograd.compiler.plan.planner import Plan
from autograd.compiler.run.custom_ops import by_sample
from autograd.ops import NAMES, TABLE, numerics, rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["NumpyKernel"]

BLOCK: Final = 4096

PLAIN: Final = {
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative", "exp": "exp", "log": "log",
    "sqrt": "sqrt", "sin": "sin", "cos": "cos", "abs": "absolute", "tanh": "tanh",
}  # fmt: skip
"""Rows whose value is one function of numpy."""


class _ForArrays(ast.NodeTransformer):
    """Choices and logic element by element."""

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
        self.div, self.pow = numpy.divide, numpy.power
        for name in ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh"):
            setattr(self, name, getattr(numpy, name))
        for name in ("tanh", "copysign"):
            setattr(self, name, getattr(numpy, name))
        for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh", "atan2"):
            setattr(self, name, getattr(numpy, "arc" + name[1:]))


@functools.cache
def _rows() -> dict[str, Callable[..., tuple[Any, ...]]]:
    """Every row with a fixed number of operands, for arrays."""
    table = [TABLE[name] for name in NAMES if TABLE[name].arity is not None]
    names = _over_arrays() | {"numerics": SimpleNamespace(**_helpers())}
    _define(rows, names, {op.compute.__name__ for op in table})
    return {op.name: names[op.compute.__name__] for op in table}


def _over_arrays() -> dict[str, Any]:
    import numpy as np

    return {
        "abs": np.abs, "array_where": np.where, "logical_and": np.logical_and, "logical_or": np.logical_or,
        "ieee": _Ieee(np),
    }  # fmt: skip


@functools.cache
def _helpers() -> dict[str, Any]:
    """What `numerics.py` defines, for arrays."""
    names = vars(numerics) | _over_arrays()
    _define(numerics, names, None)
    return names


def _define(module: ModuleType, names: dict[str, Any], wanted: set[str] | None) -> None:
    """Define in `names` the functions of a module for arrays: those wanted, or all over floats."""
    tree = _ForArrays().visit(ast.parse(inspect.getsource(module)))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    functions = [f for f in functions if (_is_over_floats(f) if wanted is None else f.name in wanted)]
    for function in functions:
        function.decorator_list = []
        function.returns = None
    code = compile(ast.fix_missing_locations(ast.Module([*functions], [])), f"<{module.__name__} over arrays>", "exec")
    exec(code, names)


def _row(name: str, cells: _Cells) -> Callable[..., Any]:
    """A row for arrays; of an op that a user added, called sample by sample."""
    known = _rows().get(name)
    return known or (lambda *columns: by_sample(name, cells.count, cells.first, *columns))


def _is_over_floats(function: ast.FunctionDef) -> bool:
    annotations = [argument.annotation for argument in function.args.args] + [function.returns]
    return all(isinstance(a, ast.Name) and a.id == "float" for a in annotations)


class NumpyKernel:
    """A plan, bound to numpy.

    Parameters
    ----------
    plan : Plan
        What to run.
    stored, outputs : int
        How many rows the body stores, of outputs and guards; how many of them are outputs.
    """

    name = "numpy"

    def __init__(self, plan: Plan, stored: int, outputs: int) -> None:
        self.plan, self.stored, self.outputs = plan, stored, outputs

    def run(
        self, uniforms: Array, columns: Array, seeds: Array | None, seed_totals: dict[int, float], threads: int
    ) -> tuple[Array, Array]:
        """Run over all samples.

        Parameters
        ----------
        uniforms : array of (uniforms,)
            Constants and parameters set; the rest is written here.
        columns : array of (inputs, samples)
            The arguments.
        seeds : array of (outputs, samples), optional
            Weights of the outputs; 1 by default.
        seed_totals : dict of int to float
            What to add to sums besides what the samples give.
        threads : int
            Not used here.

        Returns
        -------
        stored : array of (stored, samples)
            Outputs and what guards ask, where the body stores them.
        gradients : array of (inputs [+ parameters], samples)
            Where the body stores them.
        """
        import numpy as np

        plan, samples = self.plan, columns.shape[1]
        stored = np.empty((self.stored, samples))
        gradients = np.zeros((len(plan.rows_stored), samples))
        with np.errstate(all="ignore"):
            pool = np.empty((plan.slots, min(BLOCK, samples)))
            for step in plan.before:
                _bind(step, _Cells(uniforms, pool, 1))()
            for slot, u in plan.fills.items():
                pool[slot] = uniforms[u]
            uniforms[plan.sums] = 0.0
            for start in range(0, samples, BLOCK):
                count = min(BLOCK, samples - start)
                if start == 0 or count != pool.shape[1]:
                    cells = _Cells(uniforms, pool, count)
                    steps = [(step, _bind(step, cells) if step.op not in TRANSFERS else _nothing) for step in plan.body]
                here, cells.first = slice(start, start + count), start
                for step, action in steps:
                    if step.op == "load":
                        np.copyto(cells(step.outs[0]), columns[step.number, here])
                    elif step.op == "store":
                        np.copyto(stored[step.number, here], cells(step.reads[0]))
                    elif step.op == "seed":
                        np.copyto(cells(step.outs[0]), 1.0 if seeds is None else seeds[step.number, here])
                    elif step.op == "store gradient":
                        np.copyto(gradients[step.number, here], cells(step.reads[0]))
                    else:
                        action()
            for u, number in seed_totals.items():
                uniforms[u] += number
            for step in plan.after:
                _bind(step, _Cells(uniforms, pool, 1))()
        return stored, gradients


TRANSFERS: Final = frozenset({"load", "store", "seed", "store gradient"})


def _nothing() -> None:
    """Stand for a transfer, which needs to know where in the batch it is."""


class _Cells:
    """Where an operand lives: a slot's row, or a uniform number as an array of one."""

    def __init__(self, uniforms: Array, pool: Array, count: int) -> None:
        self.uniforms, self.pool, self.count = uniforms, pool, count
        self._scratch: tuple[Array, Array] | None = None
        self.first = -1  # number of the first sample; of what is uniform, none

    def __call__(self, x: int) -> Array:
        return self.pool[x, : self.count] if x >= 0 else self.uniforms[~x : ~x + 1]

    def scratch(self, count: int) -> tuple[Array, Array]:
        """Return two arrays that all sums share."""
        import numpy as np

        if self._scratch is None:
            self._scratch = (np.empty(max(self.count, 1)), np.empty(max(self.count, 1)))
        return self._scratch[0][:count], self._scratch[1][:count]


def _bind(step: Instruction, cells: _Cells) -> Callable[[], None]:
    """The instruction as a function without arguments."""
    return BINDERS[step.op](step, cells)


def _value(step: Instruction, cells: _Cells) -> Callable[[], None]:
    import numpy as np

    out, arguments = cells(step.outs[0]), [cells(x) for x in step.reads]
    if step.row in PLAIN:
        return functools.partial(getattr(np, PLAIN[step.row]), *arguments, out=out)
    row = _row(step.row, cells)
    return lambda: np.copyto(out, row(*arguments)[0])


def _both(step: Instruction, cells: _Cells) -> Callable[[], None]:
    return _several(step, cells, 0)


def _slopes(step: Instruction, cells: _Cells) -> Callable[[], None]:
    return _several(step, cells, 1)


def _several(step: Instruction, cells: _Cells, first: int) -> Callable[[], None]:
    import numpy as np

    arguments, row = [cells(x) for x in step.reads], _row(step.row, cells)
    outs = [(cells(x), i) for i, x in enumerate(step.outs, first) if x != -1]

    def run() -> None:
        results = row(*arguments)
        for out, i in outs:
            np.copyto(out, results[i])

    return run


def _arithmetic(name: str, swapped: bool = False) -> Callable[[Instruction, _Cells], Callable[[], None]]:
    def bind(step: Instruction, cells: _Cells) -> Callable[[], None]:
        import numpy as np

        arguments = [cells(x) for x in (reversed(step.reads) if swapped else step.reads)]
        return functools.partial(getattr(np, name), *arguments, out=cells(step.outs[0]))

    return bind


def _dot(step: Instruction, cells: _Cells) -> Callable[[], None]:
    calls = _sum_calls(step.outs[0], step.reads[0], step.terms, cells)

    def run() -> None:
        for call in calls:
            call()

    return run


def _sum_calls(out: int, start: int | None, terms: Sequence[Sequence[int]], cells: _Cells) -> list[Callable[[], Any]]:
    """start + x·y + … into out, which may be one of the operands, by as few calls as give the same bits."""
    import numpy as np

    result = cells(out)
    total, product = cells.scratch(len(result))
    calls: list[Callable[[], Any]] = []
    # A uniform number is what it will be when the body is bound: -0 added and 1 multiplied change nothing.
    neutral = start is None or (start < 0 and cells(start)[0] == 0.0 and np.signbit(cells(start)[0]))
    so_far = None if neutral or start is None else cells(start)
    for i, (x, y) in enumerate(terms):
        to, term = result if i == len(terms) - 1 else total, cells(x)
        if y >= 0 or cells(y)[0] != 1.0:
            into = to if so_far is None else product
            calls.append(functools.partial(np.multiply, term, cells(y), out=into))
            term = into
        if so_far is None:
            so_far = term
        else:
            calls.append(functools.partial(np.add, so_far, term, out=to))
            so_far = to
    if so_far is not result:
        calls.append(functools.partial(np.copyto, result, -0.0 if so_far is None else so_far))
    return calls


def _gather(step: Instruction, cells: _Cells) -> Callable[[], None]:
    import numpy as np

    uniforms, value = cells.uniforms, cells(step.reads[0])
    reductions = [(cells(gradient), total) for gradient, _, total in step.terms]
    start = step.reads[1] if len(step.reads) > 1 + len(step.terms) else None
    terms = [(gradient, ~u) for gradient, u, _ in step.terms]
    calls = _sum_calls(step.outs[0], start, terms, cells) if step.outs[0] != -1 else []

    def run() -> None:
        for gradient, total in reductions:
            uniforms[total] += np.dot(gradient, value)
        for call in calls:
            call()

    return run


def _reduce(step: Instruction, cells: _Cells) -> Callable[[], None]:
    import numpy as np

    uniforms, u, (gradient, local) = cells.uniforms, ~step.outs[0], step.terms[0]
    x, y = cells(gradient), cells(local)

    def run() -> None:
        uniforms[u] += np.multiply(x, y).sum()

    return run


def _chosen(step: Instruction, cells: _Cells) -> Callable[[], None]:
    import numpy as np

    out, (gradient, condition), takes = cells(step.outs[0]), map(cells, step.reads), step.op == "take"
    return lambda: np.copyto(out, np.where((condition != 0.0) == takes, gradient, 0.0))


def _either(step: Instruction, cells: _Cells) -> Callable[[], None]:
    import numpy as np

    out, (x, y) = cells(step.outs[0]), map(cells, step.reads)
    return lambda: np.copyto(out, (x != 0.0) | (y != 0.0))


def _masked(step: Instruction, cells: _Cells) -> Callable[[], None]:
    import numpy as np

    out, (mask, gradient, local) = cells(step.outs[0]), map(cells, step.reads)
    return lambda: np.copyto(out, np.where(mask != 0.0, gradient * local, 0.0))


def _logsumexp(step: Instruction, cells: _Cells) -> Callable[[], None]:
    import numpy as np

    out, slopes = cells(step.outs[0]), [(cells(x), i) for i, x in enumerate(step.outs[1:]) if x != -1]
    operands = [cells(x) for x in step.reads]

    def run() -> None:
        xs = np.stack(np.broadcast_arrays(*operands))
        found = np.where(np.isnan(xs).any(axis=0), np.isnan(xs).argmax(axis=0), xs.argmax(axis=0))
        largest = np.take_along_axis(xs, found[None], axis=0)[0]
        terms = _helpers()["exp_difference"](xs, largest)
        rest = np.zeros_like(largest)
        for i, term in enumerate(terms):
            rest += np.where(found == i, 0.0, term)
        usual = np.isfinite(largest)
        np.copyto(out, np.where(usual, largest + np.log1p(rest), largest))
        for slope, i in slopes:
            at_infinity = np.where((largest == math.inf) & (xs[i] < largest), 0.0, math.nan)
            np.copyto(slope, np.where(usual, terms[i] / (1.0 + rest), at_infinity))

    return run


BINDERS: Final[dict[str, Callable[[Instruction, _Cells], Callable[[], None]]]] = {
    "value": _value,
    "both": _both,
    "slopes": _slopes,
    "addu": _arithmetic("add"),
    "subu": _arithmetic("subtract"),
    "rsubu": _arithmetic("subtract", swapped=True),
    "mulu": _arithmetic("multiply"),
    "divu": _arithmetic("divide"),
    "dot": _dot,
    "dotu": _dot,
    "gather": _gather,
    "reduce": _reduce,
    "take": _chosen,
    "leave": _chosen,
    "either": _either,
    "masked": _masked,
    "logsumexp": _logsumexp,
}
"""How each instruction of the plan is done; transfers between batch and block are in `NumpyKernel.run`."""
