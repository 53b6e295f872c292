"""Exports a program as a Python module over numpy arrays with one entry per sample."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from autograd.codegen.source import (
    AND,
    ATOM,
    EQUALITY,
    NAMED,
    OR,
    PRODUCT,
    RELATION,
    UNARY,
    Expressions,
    UntranslatableError,
)
from autograd.compiler.export.graph import Module
from autograd.compiler.export.rows import constants_in, helpers, row_of, with_called
from autograd.compiler.export.statements import Block, PythonStatements, without_unused
from autograd.compiler.record.tape import Tape
from autograd.ops import TABLE, Op

__all__ = ["OverArrays", "function_over_arrays", "to_numpy"]

DEFINED: Final = re.compile(r"\s*([A-Za-z_]\w*) = ")
NAME: Final = re.compile(r"(?<![\w.])[A-Za-z_]")
"""Found in an expression of more than numbers."""


class OverArrays(Expressions):
    """Translates expressions to numpy or a similar array library: conditions select element by element."""

    infinity = "math.inf"
    nan = "math.nan"
    where: ClassVar = "np.where"
    library: ClassVar = "np"

    def __init__(self) -> None:
        super().__init__()
        self.operators |= {ast.And: ("&", AND), ast.Or: ("|", OR)}

    def bracketed(self, precedence: int, around: int) -> bool:
        """See `Expressions`."""
        # & and | bind more tightly than comparisons in Python.
        return super().bracketed(precedence, around) or (around in (AND, OR) and precedence in (EQUALITY, RELATION, OR))

    def literal(self, number: float) -> str:
        """See `Expressions`."""
        return repr(number)

    def _with_precedence(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return f"{self.where}({self.write(test)}, {self.write(body)}, {self.write(orelse)})", ATOM
            case ast.Compare(left=left, ops=relations, comparators=others) if len(relations) > 1:
                pairs = zip([left, *others], relations, others, strict=False)
                return " & ".join(f"({self._between(*pair)[0]})" for pair in pairs), AND
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"~({self.write(operand)})", ATOM
        return super()._with_precedence(node)

    def own(self, node: ast.expr) -> tuple[str, int]:
        """See `Expressions`."""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="ieee"), attr="div"), args=[x, y]):
                if self.library == "np" and not NAME.search(self.write(y)):  # Python's own division raises for 0
                    return f"np.divide({self.listed([x, y])})", ATOM
                return f"{self.write(x, PRODUCT)} / {self.write(y, UNARY)}", PRODUCT
            case ast.Call(func=ast.Attribute(value=ast.Name(id="ieee"), attr="pow"), args=[x, y]) if (
                self.library == "np"
            ):
                # np.power computes exponent 0.5 as a square root, which differs at -inf and -0.0.
                known = isinstance(y, ast.Constant) and y.value != 0.5
                return f"np.{'power' if known else 'float_power'}({self.listed([x, y])})", ATOM
            case ast.Call(func=ast.Attribute(value=ast.Name(id="ieee"), attr=name), args=arguments):
                return f"{self.function(name)}({self.listed(arguments)})", ATOM
            case ast.Call(func=ast.Name(id="abs"), args=[x]):
                return f"{self.function('abs')}({self.write(x)})", ATOM
            case ast.Call(func=ast.Name(id=name), args=arguments) if callable(NAMED.get(name)):
                return f"_{name}({self.listed(arguments)})", ATOM
        raise UntranslatableError(node, "this expression can't be written over arrays")

    def function(self, name: str) -> str:
        """Return the library's name for a function of libm."""
        if name in ("erf", "erfc"):
            return f"_{name}"
        return f"{self.library}.{TABLE[name].numpy or name}" if name in TABLE else f"{self.library}.{name}"


NUMPY: Final = OverArrays()


def function_over_arrays(name: str, tree: ast.FunctionDef, language: OverArrays = NUMPY) -> str:
    """Return a row or a helper as a function over arrays."""
    lines = [f"def {name}({', '.join(argument.arg for argument in tree.args.args)}):"]
    for statement in tree.body:
        match statement:
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                lines.append(f"    {target} = {language.write(value)}")
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                lines += [f"    {ast.unparse(n)} = {language.write(v)}" for n, v in zip(names, values, strict=True)]
            case ast.Assign(targets=[ast.Tuple() as names], value=ast.Call(func=ast.Name(id=op), args=operands)):
                lines.append(f"    {ast.unparse(names)[1:-1]} = _op_{op}({language.listed(operands)})")
            case ast.Return(value=ast.Tuple(elts=values)):
                lines.append(f"    return {language.listed(values)}")
            case ast.Return(value=ast.expr() as value):
                lines.append(f"    return {language.write(value)}")
            case _:
                raise UntranslatableError(statement, "a row is assignments and one return")
    return "\n".join([*lines, "", ""])


LOGSUMEXP = """\
def _op_logsumexp(*xs):
    xs = np.stack(np.broadcast_arrays(*xs))
    top = np.argmax(xs, axis=0, keepdims=True)  # the first; of a nan, that
    largest = np.take_along_axis(xs, top, axis=0)
    terms = _exp_difference(xs, largest)
    rest = terms.sum(axis=0, where=np.arange(len(xs)).reshape(-1, *[1] * (xs.ndim - 1)) != top)
    largest = largest[0]
    usual = np.abs(largest) < np.inf
    slopes = np.where(usual, terms / (1.0 + rest), _weight_at_infinity(xs, largest, rest))
    return np.where(usual, largest + np.log1p(rest), largest), *slopes
"""


class _Statements(PythonStatements):
    expressions: ClassVar[Expressions] = NUMPY

    def call(self, name: str, op: Op, operands: Sequence[str], slopes: Sequence[str]) -> Block:
        self.called[op.name] = op
        return [f"{', '.join([name, *slopes])} = {self._called(op, operands)}"]

    def value_call(self, op: Op, operands: Sequence[str]) -> str:
        self.called[op.name] = op
        return f"{self._called(op, operands)}[0]"

    @staticmethod
    def _called(op: Op, operands: Sequence[str]) -> str:
        """Return a call in which every operand has numpy's arithmetic."""
        given = (x if NAME.search(x) else f"np.float64({x.strip('()')})" for x in operands)
        return f"_op_{op.name}({', '.join(given)})"

    def guard(self, number: int, holds: str) -> Block:
        return [
            f"if not np.all({holds.replace('!(', 'np.logical_not(')}):",
            f"    raise ValueError(GUARDS[{number - 1}])",
        ]

    def function(self, name: str) -> str:
        return "np.trunc" if name == "int" else f"np.{name}"

    def unless_zero(self, tested: str, lines: Block) -> Block:
        """Exclude the samples at which a number is 0."""
        found = []
        for line in lines:
            name, value = line.split(" = ", 1)
            found.append(f"{name} = np.where({tested} != 0.0, {value}, {name})")
        return found


class _Module(Module):
    def text(self) -> str:
        body = "\n".join([self.function(False), "", self.function(True)])
        return "\n".join([*self.head(), *self.rows(body), body])

    def head(self) -> Iterator[str]:
        inputs, parameters = self.arguments()
        yield f'"""{self.name}: value and gradient of a recorded function, written by scalargrad; needs numpy alone.'
        yield ""
        yield f"Inputs, arrays with one entry per sample: {inputs}."
        yield f"Parameters: {parameters}."
        yield '"""'
        yield ""
        yield "import math"
        yield ""
        yield "import numpy as np"
        yield ""
        if self.graph.guards:
            yield "# Where one of these fails, the recorded code would have taken another branch."
            yield f"GUARDS = {self.guards()!r}"
            yield ""

    def rows(self, body: str) -> list[str]:
        ops = with_called(op for op in self.called.values() if f"_op_{op.name}(" in body)
        lines = [
            LOGSUMEXP + "\n" if op.arity is None else function_over_arrays(f"_op_{op.name}", row_of(op).function)
            for op in ops
        ]
        for name, helper in reversed(helpers().items()):  # dependencies first
            if re.search(rf"(?<!\w)_{name}\(", "\n".join([*lines, body])):
                lines.insert(0, function_over_arrays(f"_{name}", helper))
        text = "\n".join([*lines, body])
        lines = [f"{name} = {NUMPY.literal(number)}" for name, number in constants_in(text)] + lines
        for name in ("erf", "erfc"):
            if f"_{name}(" in text:
                lines.insert(0, f"_{name} = np.vectorize(math.{name}, otypes=[float])")
        return [*lines, ""]

    def function(self, gradient: bool) -> str:
        statements = _Statements(self.graph)
        blocks = [*statements.forward(gradient), *statements.guards()]
        outputs = [f"each({statements.value(x)})" for x in self.tape.outputs]
        result = f"return [{', '.join(outputs)}]"
        arguments = ["inputs"] + ["parameters"] * bool(self.weights is None and self.tape.parameters)
        if gradient:
            blocks += statements.reverse([f"seeds[{k}]" for k in range(len(self.tape.outputs))])
            arguments.append(f"seeds=({'1.0, ' * len(self.tape.outputs)})")
            of_inputs = [f"each({statements.gradient_or_zero(x)})" for x in self.graph.inputs]
            of_weights = [f"each({statements.gradient_or_zero(x)}).sum()" for x in self.graph.parameters]
            result = f"return [{', '.join(outputs)}], [{', '.join(of_inputs)}], "
            result += f"[{', '.join(of_weights if self.weights is None else [])}]"
        self.called |= statements.called
        lines = [*self.leaves(), *(line for block in blocks for line in block), result]
        said = (
            "Return outputs, gradients for the inputs, and for the parameters summed over samples."
            if gradient
            else "Return the outputs."
        )
        head = f"def {self.name}{'_gradient' if gradient else ''}({', '.join(arguments)}):"
        body = ['with np.errstate(all="ignore"):', *(f"    {line}" for line in without_unused(lines, DEFINED))]
        return "\n".join([head, f'    """{said}"""', *(f"    {line}" for line in [*self.shape(), *body]), ""])

    def shape(self) -> list[str]:
        return [
            "shape = np.broadcast_shapes(*map(np.shape, inputs))",
            "",
            "def each(number):",
            "    return np.broadcast_to(number, shape)",
            "",
        ]

    def leaves(self) -> list[str]:
        names = self.graph.names
        lines = [f"{names[x]} = np.asarray(inputs[{k}], dtype=float)" for k, x in enumerate(self.graph.inputs)]
        for k, x in enumerate(self.graph.parameters):
            value = f"parameters[{k}]" if self.weights is None else NUMPY.literal(self.weights[k])
            lines.append(f"{names[x]} = np.float64({value})")
        return lines


def to_numpy(tape: Tape, name: str, weights: Sequence[float] | None = None) -> str:
    """Export a program as a Python module over numpy arrays; arguments and errors as for `to_c`."""
    return _Module(tape, name, weights).text()
