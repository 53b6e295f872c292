"""Exports a program as a Python module of torch or JAX, which differentiate it to any order.

Each op becomes a function with its row's value and derivatives; these are ops in turn, so that derivatives are as
accurate as in the table.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Final, NamedTuple

from autograd.codegen.source import ATOM, Expressions
from autograd.compiler.export.graph import Module
from autograd.compiler.export.numpy import OverArrays, function_over_arrays
from autograd.compiler.export.rows import constants_in, helpers, row_of, value_of, with_called
from autograd.compiler.export.statements import Block, PythonStatements
from autograd.compiler.plan.plain import Node
from autograd.compiler.record.tape import ALIAS, Tape
from autograd.ops import TABLE, Op

__all__ = ["to_jax", "to_torch"]


class _OverTensors(OverArrays):
    library: ClassVar = "torch"
    where: ClassVar = "_choose"

    def function(self, name: str) -> str:
        return f"_torch.{name}"


class _OverJax(OverArrays):
    library: ClassVar = "jnp"
    where: ClassVar = "jnp.where"

    def function(self, name: str) -> str:
        return f"jax.scipy.special.{name}" if name in ("erf", "erfc") else super().function(name)


class _Library(NamedTuple):
    """The differences between the two libraries.

    Attributes
    ----------
    name : str
        The name of the package.
    language : OverArrays
        How rows are translated.
    head : str
        The beginning of a module.
    logsumexp : str
        The op over an array.
    """

    name: str
    language: OverArrays
    head: str
    logsumexp: str


TORCH: Final = _Library(
    "torch",
    _OverTensors(),
    '''\
import math

import torch


def _array(x):
    return x if torch.is_tensor(x) else torch.tensor(x, dtype=torch.float64)


def _number(test):
    return test.to(torch.float64) if torch.is_tensor(test) else float(test)


def _choose(test, x, y):
    return torch.where(torch.as_tensor(test).bool(), _array(x), _array(y))


class _Functions:
    """torch's functions, over numbers as well."""

    def __getattr__(self, name):
        return lambda *xs: getattr(torch, name)(*map(_array, xs))


_torch = _Functions()


def _op(value, slopes, selects=False):
    """A function with its derivatives; of one that selects, a derivative of 0 passes nothing at all."""

    class Op(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(*xs):
            return _array(value(*xs))

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs, output)

        @staticmethod
        def backward(ctx, gradient):
            saved = ctx.saved_tensors
            found = []
            for x, needed, slope in zip(saved, ctx.needs_input_grad, slopes):
                local = slope(*saved) if needed and slope else None
                if local is not None:
                    local = _array(local).to(gradient.dtype)
                    if selects:
                        passes = local != 0
                    else:  # nothing comes from a branch that was not taken, whatever the derivative there
                        passes = (gradient != 0) | torch.isfinite(local)
                    local = _choose(passes, gradient, 0.0) * _choose(passes, local, 0.0)
                    local = local.sum_to_size(x.shape)
                found.append(local)
            return tuple(found)

    return lambda *xs: Op.apply(*map(_array, xs))
''',
    """\
def op_logsumexp(*xs):
    return torch.logsumexp(torch.stack(torch.broadcast_tensors(*map(_array, xs))), dim=0)
""",
)

JAX: Final = _Library(
    "jax",
    _OverJax(),
    '''\
import math

import jax
import jax.numpy as jnp


def _array(x):
    return jnp.asarray(x, dtype=jnp.result_type(x, float))


def _number(test):
    return jnp.asarray(test, dtype=float)


def _choose(test, x, y):
    return jnp.where(test, x, y)


def _op(value, slopes, selects=False):
    """A function with its derivatives; of one that selects, a derivative of 0 passes nothing at all."""

    @jax.custom_jvp
    def op(*xs):
        return _array(value(*xs))

    @op.defjvp
    def rule(xs, tangents):
        out = op(*xs)
        total = jnp.zeros_like(out)
        for slope, tangent in zip(slopes, tangents):
            if slope is not None:
                local = slope(*xs, out)
                product = local * tangent
                total = total + (jnp.where(local != 0, product, 0.0) if selects else product)
        return out, total

    return lambda *xs: op(*map(_array, xs))
''',
    """\
def op_logsumexp(*xs):
    return jax.scipy.special.logsumexp(jnp.stack(jnp.broadcast_arrays(*map(_array, xs))), axis=0)
""",
)


class _Rule(Expressions):
    """Translates the table's derivatives: expressions whose calls are ops."""

    infinity = "math.inf"
    nan = "math.nan"

    def literal(self, number: float) -> str:
        return repr(number)

    def _with_precedence(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.IfExp(test=test, body=body, orelse=orelse):
                parts = ", ".join([super()._with_precedence(test)[0], self.write(body), self.write(orelse)])
                return f"_choose({parts})", ATOM
            case ast.Compare():
                return f"_number({super()._with_precedence(node)[0]})", ATOM
            case ast.Name(id="pi"):
                return "math.pi", ATOM
        return super()._with_precedence(node)

    def own(self, node: ast.expr) -> tuple[str, int]:
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Name)
        return f"op_{node.func.id}({self.listed(node.args)})", ATOM


RULE: Final = _Rule()
NATIVE: Final = (ast.BinOp, ast.UnaryOp, ast.Name, ast.Load, ast.Add, ast.Sub, ast.Mult, ast.USub)
"""Ops that the libraries differentiate as the table does."""


class _Forward(PythonStatements):
    """Computes the values of a program, each by the function of its op."""

    expressions: ClassVar[Expressions] = OverArrays()

    def call(self, name: str, op: Op, operands: Sequence[str], slopes: Sequence[str]) -> Block:
        self.called[op.name] = op
        return [self.define(name, self.value_call(op, operands))]

    def value_call(self, op: Op, operands: Sequence[str]) -> str:
        self.called[op.name] = op
        return f"op_{op.name}({', '.join(operands)})"

    def guard(self, number: int, holds: str) -> Block:
        return [holds]

    def function(self, name: str) -> str:
        return {"int": "_library.trunc"}.get(name, f"_library.{name}")

    def _node(self, node: Node, slopes: bool) -> Block:
        op = TABLE[node.op] if node.op != ALIAS else None
        if op is None:
            return [self.define(self.value(node.entry), f"_constant({self.value(node.operands[0])})")]
        if op.arity is None:
            return super()._node(node, slopes)
        value, operands = row_of(op).value, [self.value(x) for x in node.operands]
        if value is not None and all(isinstance(each, NATIVE) for each in ast.walk(value)):
            return [self.define(self.value(node.entry), self.written(value, self._names(op, operands)))]
        return [self.define(self.value(node.entry), self.value_call(op, operands))]


class _Module(Module):
    def __init__(self, tape: Tape, name: str, weights: Sequence[float] | None, library: _Library) -> None:
        super().__init__(tape, name, weights)
        self.library = library

    def text(self) -> str:
        statements = _Forward(self.graph)
        body = self.function(statements)
        return "\n".join([*self.head(), self.library.head, "", *self.rows(statements.called.values()), body])

    def head(self) -> Iterator[str]:
        inputs, parameters = self.arguments()
        yield f'"""{self.name}: a recorded function, written by scalargrad; needs {self.library.name} alone.'
        yield ""
        yield f"Inputs, arrays with one entry per sample: {inputs}."
        yield f"Parameters: {parameters}."
        if self.graph.guards:
            yield "Outputs are nan for a sample where one of these is not so: the recorded code takes another branch."
            yield from (guard.replace('"', "'") for guard in self.guards())
        yield '"""'
        yield ""

    # Ops

    def rows(self, called: Iterable[Op]) -> Iterator[str]:
        """Yield the functions of called ops and of the ops that their derivatives call."""
        language = self.library.language
        needed = self.needed(called)
        fixed = [op for op in needed if op.arity is not None]
        lowest = with_called(fixed)
        whole = {name for op in lowest for name in _calls(row_of(op).function)}
        functions = [
            function_over_arrays(f"_op_{op.name}", row_of(op).function, language) for op in lowest if op.name in whole
        ]
        functions += [
            function_over_arrays(f"_value_{op.name}", value_of(row_of(op).function), language) for op in fixed
        ]
        functions += [self.library.logsumexp + "\n" for op in needed if op.form == "softmax"]
        for name, helper in reversed(helpers().items()):  # dependencies first
            if re.search(rf"(?<!\w)_{name}\(", "\n".join(functions)):
                functions.insert(0, function_over_arrays(f"_{name}", helper, language))
        rules = [self.rule(op) for op in fixed]
        yield from (f"{name} = {number!r}" for name, number in constants_in("\n".join(functions)))
        yield ""
        yield from ("\n" + function.rstrip("\n") + "\n" for function in functions)
        yield ""
        yield from rules
        yield ""

    def needed(self, called: Iterable[Op]) -> list[Op]:
        """Return ops and all ops on which their derivatives of any order depend."""
        found: dict[str, Op] = {}
        waiting = list(called)
        while waiting:
            op = waiting.pop()
            if op.name not in found:
                found[op.name] = op
                trees = [ast.parse(text, mode="eval") for text in op.graph] if op.arity is not None else []
                waiting += [TABLE[name] for tree in trees for name in _calls(tree)]
        return sorted(found.values(), key=lambda op: op.index)

    @staticmethod
    def rule(op: Op) -> str:
        """Return an op as a function that the library can differentiate."""
        arguments = ", ".join([*op.parameters, "out"])
        slopes = [
            "None" if text == "0" else f"lambda {arguments}: {RULE.write(ast.parse(text, mode='eval').body)}"
            for text in op.graph
        ]
        selects = ", selects=True" if op.selects else ""
        return f"op_{op.name} = _op(_value_{op.name}, [{', '.join(slopes)}]{selects})"

    # The function

    def function(self, statements: _Forward) -> str:
        names, library = self.graph.names, self.library.language.library
        lines = [f"{names[x]} = _array(inputs[{k}])" for k, x in enumerate(self.graph.inputs)]
        for k, x in enumerate(self.graph.parameters):
            value = f"parameters[{k}]" if self.weights is None else repr(self.weights[k])
            lines.append(f"{names[x]} = _array({value})")
        lines += [line for block in statements.forward(False) for line in block]
        outputs = [statements.value(x) for x in self.tape.outputs]
        if self.graph.guards:
            tests = [line.replace("!(", f"{library}.logical_not(") for block in statements.guards() for line in block]
            lines.append(f"holds = {' & '.join(f'({test})' for test in tests).replace('_library', library)}")
            outputs = [f"_choose(holds, {x}, math.nan)" for x in outputs]
        constant = {"torch": "x.detach()", "jnp": "jax.lax.stop_gradient(x)"}[library]
        arguments = ["inputs"] + ["parameters"] * bool(self.weights is None and self.tape.parameters)
        head = f"def {self.name}({', '.join(arguments)}):"
        shape = "broadcast_tensors" if library == "torch" else "broadcast_arrays"
        first = ", *map(_array, inputs)" if self.tape.inputs else ""
        lines.append(f"return [{library}.{shape}(_array(y){first})[0] for y in ({', '.join(outputs)},)]")
        said = '"""Return the outputs, one entry per sample."""'
        return "\n".join(
            [
                "def _constant(x):",
                f"    return {constant}",
                "",
                "",
                head,
                f"    {said}",
                *("    " + x for x in lines),
                "",
            ]
        )


def _calls(tree: ast.AST) -> list[str]:
    """Return the ops called in an expression or a row."""
    if isinstance(tree, ast.FunctionDef):
        values = [s.value for s in tree.body if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Tuple)]
        return [v.func.id for v in values if isinstance(v, ast.Call) and isinstance(v.func, ast.Name)]
    calls = [node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [name for name in calls if name in TABLE]


def to_torch(tape: Tape, name: str, weights: Sequence[float] | None = None) -> str:
    """Export a program as a torch module; arguments and errors as for `to_c`."""
    return _Module(tape, name, weights, TORCH).text()


def to_jax(tape: Tape, name: str, weights: Sequence[float] | None = None) -> str:
    """Export a program as a JAX module; arguments and errors as for `to_c`."""
    return _Module(tape, name, weights, JAX).text()
