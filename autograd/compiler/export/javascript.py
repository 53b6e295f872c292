"""Exports a program as an ES module without imports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from autograd.codegen import PACKAGE
from autograd.codegen import javascript as codegen
from autograd.codegen.source import Expressions, Source, quoted
from autograd.compiler.export.graph import Module
from autograd.compiler.export.rows import constants_in, with_called
from autograd.compiler.export.statements import Block, Statements, without_unused
from autograd.compiler.record.tape import Tape
from autograd.ops import Op

__all__ = ["to_javascript"]

DEFINED: Final = re.compile(r"\s*(?:(?:const|let) )?([A-Za-z_]\w*) \+?= ")


class _InJavaScript(Statements):
    expressions: ClassVar[Expressions] = codegen.JAVASCRIPT
    indent: ClassVar = "  "

    def define(self, name: str, value: str, changes: bool = False) -> str:
        return f"{'let' if changes else 'const'} {name} = {value};"

    def call(self, name: str, op: Op, operands: Sequence[str], slopes: Sequence[str]) -> Block:
        return [f"const [{', '.join([name, *slopes])}] = OPS.{op.name}({', '.join(operands)});"]

    def value_call(self, op: Op, operands: Sequence[str]) -> str:
        self.called[op.name] = op
        return f"OPS.{op.name}({', '.join(operands)})[0]"

    def guard(self, number: int, holds: str) -> Block:
        return [f"if (!({holds})) throw new RangeError(GUARDS[{number - 1}]);"]

    def function(self, name: str) -> str:
        return {"int": "Math.trunc", "isfinite": "Number.isFinite"}.get(name, f"Math.{name}")


class _Module(Module):
    def text(self) -> str:
        functions = [self.function(False), self.function(True)]
        rows = self.rows("\n".join(functions))
        return "\n".join([*self.head(), *rows, *functions])

    def head(self) -> list[str]:
        inputs, parameters = self.arguments()
        lines = [
            f"// {self.name}: value and gradient of a recorded function, written by scalargrad.",
            f"// Inputs: {inputs}.",
            f"// Parameters: {parameters}.",
        ]
        if self.graph.guards:
            lines += [
                "// A guard that fails throws a RangeError: the recorded code would have taken another branch.",
                "const GUARDS = [",
                *(f"  {quoted(guard)}," for guard in self.guards()),
                "];",
            ]
        return [*lines, ""]

    def rows(self, body: str) -> list[str]:
        source = Source()
        ops = with_called(op for op in self.called.values() if f"OPS.{op.name}(" in body)
        lines = ["const OPS = {", *(codegen.Function(source.of(op)).text(op.name, "", "  ") + "," for op in ops), "};"]
        lines = lines if ops else []
        for name, helper in reversed(source.helpers.items()):  # dependencies first
            if f"_{name}(" in "\n".join([*lines, body]):
                lines.insert(0, codegen.Function(helper).text(f"_{name}"))
        constants = constants_in("\n".join([*lines, body]))
        lines = [*(f"const {name} = {codegen.JAVASCRIPT.literal(number)};" for name, number in constants), *lines]
        text = "\n".join([*lines, body])
        ieee = [(PACKAGE / "explore" / "web" / "ieee.js").read_text(encoding="utf-8")] if "ieee." in text else []
        return [*ieee, *lines, ""]

    def function(self, gradient: bool) -> str:
        statements = _InJavaScript(self.graph)
        blocks = [*statements.forward(gradient), *statements.guards()]
        outputs = f"[{', '.join(statements.value(x) for x in self.tape.outputs)}]"
        names = self.graph.names
        parameters = ["inputs"] + ["parameters"] * bool(self.weights is None and self.tape.parameters)
        result = f"return {outputs};"
        if gradient:
            blocks += statements.reverse([f"seeds[{k}]" for k in range(len(self.tape.outputs))])
            parameters.append(f"seeds = [{', '.join('1' for _ in self.tape.outputs)}]")
            fields = [
                f"outputs: {outputs}",
                f"inputs: [{', '.join(map(statements.gradient_or_zero, self.graph.inputs))}]",
            ]
            if self.weights is None:
                fields.append(f"parameters: [{', '.join(map(statements.gradient_or_zero, self.graph.parameters))}]")
            result = f"return {{ {', '.join(fields)} }};"
        self.called |= statements.called
        leaves = [f"const {names[x]} = inputs[{k}];" for k, x in enumerate(self.graph.inputs)]
        for k, x in enumerate(self.graph.parameters):
            value = f"parameters[{k}]" if self.weights is None else statements.number(self.weights[k])
            leaves.append(f"const {names[x]} = {value};")
        lines = without_unused([*leaves, *(line for block in blocks for line in block), result], DEFINED)
        name = f"{self.name}_gradient" if gradient else self.name
        said = "{ outputs, inputs, parameters }: values and derivatives." if gradient else "The outputs, as an array."
        return _function(f"// {said}\nexport function {name}({', '.join(parameters)})", lines)


def _function(head: str, lines: Iterable[str]) -> str:
    return "\n".join([head + " {", *(f"  {line}" for line in lines), "}", ""])


def to_javascript(tape: Tape, name: str, weights: Sequence[float] | None = None) -> str:
    """Export a program as a JavaScript module; arguments and errors as for `to_c`."""
    return _Module(tape, name, weights).text()
