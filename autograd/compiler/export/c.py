"""A program as one file of C99, which is C++ too: no allocation, nothing to link but libm."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar

from autograd.codegen import c as codegen
from autograd.codegen.source import Expressions, filled
from autograd.compiler.export.graph import Graph, identifier, wrapped
from autograd.compiler.export.rows import constants_in, helpers, row_of, value_of
from autograd.compiler.export.statements import Block, Statements, without_unused
from autograd.compiler.record.guards import described
from autograd.compiler.record.tape import Tape
from autograd.ops import Op

__all__ = ["to_c"]

LONG = 300
"""Values beyond which a function would be long: the statements are then shared out among several."""

DEFINED = re.compile(r"\s*(?:(?:const )?real )?([A-Za-z_]\w*) \+?= ")
CALL = re.compile(r"= (op_\w+\(.*\);)")

LOGSUMEXP = """\
static double op_logsumexp(const double *xs, int n, double *slopes)
{
    int top = 0;
    double largest = xs[0], rest = 0.0;
    for (int k = 1; k < n && largest == largest; k++) {
        if (xs[k] != xs[k] || xs[k] > largest) {
            largest = xs[k];
            top = k;
        }
    }
    const bool usual = fabs(largest) < INFINITY;
    for (int k = 0; usual && k < n; k++) {
        rest += k == top ? 0.0 : ops_exp_difference(xs[k], largest);
    }
    for (int k = 0; k < n; k++) {
        slopes[k] = usual ? ops_exp_difference(xs[k], largest) / (1.0 + rest)
            : largest == INFINITY && xs[k] < largest ? 0.0 : NAN;
    }
    return usual ? largest + log1p(rest) : largest;
}
"""
"""The one row whose loop can't be written out, as `csrc` has it."""


class _InC(Statements):
    expressions: ClassVar[Expressions] = codegen.C

    def define(self, name: str, value: str, changes: bool = False) -> str:
        return f"{'' if changes else 'const '}real {name} = {value};"

    def call(self, name: str, op: Op, operands: Sequence[str], slopes: Sequence[str]) -> Block:
        if op.arity is None:
            return self.call_over_array(name, op, operands, slopes)
        declared = [f"double {', '.join(slopes)};"]
        return [*declared, self.define(name, f"op_{op.name}({', '.join([*operands, *(f'&{s}' for s in slopes)])})")]

    def value_call(self, op: Op, operands: Sequence[str]) -> str:
        self.valued[op.name] = op
        return f"value_{op.name}({', '.join(operands)})"

    def call_over_array(self, name: str, op: Op, operands: Sequence[str], slopes: Sequence[str]) -> Block:
        array = slopes[0].split("_", 1)[1]
        self._slopes = {e: self._array(s, slopes, f"slopes_{array}") for e, s in self._slopes.items()}
        return [
            f"const double operands_{array}[] = {{{', '.join(operands)}}};",
            f"double slopes_{array}[{len(operands)}];",
            self.define(name, f"op_{op.name}(operands_{array}, {len(operands)}, slopes_{array})"),
        ]

    @staticmethod
    def _array(texts: list[str], slopes: Sequence[str], array: str) -> list[str]:
        return [f"{array}[{k}]" for k in range(len(texts))] if texts == list(slopes) else texts

    def guard(self, number: int, holds: str) -> Block:
        return [f"if (!({holds})) {{", f"    return {number};", "}"]

    def function(self, name: str) -> str:
        return "trunc" if name == "int" else name


class _InArrays(_InC):
    """Statements whose values stand in arrays, so that they can be shared out among functions."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self._places: dict[str, int] = {}

    def value(self, entry: int) -> str:
        if entry < self.graph.tape.inputs:
            return f"x[{entry}]"
        if entry < self.graph.tape.inputs + self.graph.tape.parameters:
            return f"w[{entry - self.graph.tape.inputs}]"
        return f"t[{entry - self.graph.tape.leaves}]" if entry >= self.graph.tape.leaves else super().value(entry)

    def slope(self, entry: int, position: int) -> str:
        return f"d[{self._places.setdefault(f'{entry} {position}', len(self._places))}]"

    def gradient(self, entry: int) -> str:
        return f"g[{entry}]"

    def received(self, entry: int) -> str:
        return f"r[{entry - self.graph.tape.leaves}]"

    def define(self, name: str, value: str, changes: bool = False) -> str:
        return f"{name} = {value};"

    def call(self, name: str, op: Op, operands: Sequence[str], slopes: Sequence[str]) -> Block:
        if op.arity is None:
            return self.call_over_array(name, op, operands, slopes)
        return [self.define(name, f"op_{op.name}({', '.join([*operands, *(f'&{s}' for s in slopes)])})")]

    def call_over_array(self, name: str, op: Op, operands: Sequence[str], slopes: Sequence[str]) -> Block:
        listed = ", ".join(operands)
        text = f"op_{op.name}(operands, {len(operands)}, &{slopes[0]})"
        return ["{", f"    const double operands[] = {{{listed}}};", f"    {self.define(name, text)}", "}"]

    @property
    def slopes(self) -> int:
        """How many local derivatives there are."""
        return len(self._places)


class _File:
    """The parts of one file."""

    def __init__(self, tape: Tape, name: str, weights: Sequence[float] | None, real: str) -> None:
        self.graph = Graph(tape, weights)
        self.tape, self.name, self.weights, self.real = self.graph.tape, identifier(name), weights, real
        self.long = len(self.graph.forward) > LONG
        self.called: dict[str, Op] = {}
        self.valued: dict[str, Op] = {}

    def text(self) -> str:
        functions = [self.function(False), self.function(True), self.batch()]  # first: they say what is called
        return "\n".join([self.head(), self.rows("\n".join(functions)), *functions])

    # Head

    def head(self) -> str:
        names = self.graph.names
        inputs = [names[x] for x in self.graph.inputs]
        weights = [names[x] for x in self.graph.parameters]
        outputs = [names[x] for x in self.tape.outputs]
        lines = [
            f"/* {self.name}: value and gradient of a recorded function, written by scalargrad.",
            "   C99 and C++; needs libm alone.",
            "",
            *self.described("inputs", inputs),
            *self.described("parameters" if self.weights is None else "constants", weights),
            *self.described("outputs", outputs),
            *self.described_guards(),
            "",
            f"   {self.name}() and {self.name}_gradient() return 0, or the number of the guard that failed:",
            "   the recorded code would have taken another branch there, and nothing has been written.",
            "   Without contraction (-ffp-contract=off), results are those of scalargrad with the same libm. */",
            "",
            "#include <math.h>",
            "#include <stdbool.h>",
            "",
            f"typedef {self.real} real;",
            "#define INLINE static",
            "#if defined(__cplusplus)",
            "#define RESTRICT __restrict",
            "#else",
            "#define RESTRICT restrict",
            "#endif",
        ]
        return "\n".join(line.rstrip() for line in lines)

    @staticmethod
    def described(array: str, names: list[str]) -> list[str]:
        return [f"   {array}[{len(names)}]:", *wrapped(names, "       ")] if names else []

    def described_guards(self) -> list[str]:
        called = self.graph.names.__getitem__
        guards = [
            f"   guard {i}: {described(guard, called)} is {guard.outcome!r}"
            for i, guard in enumerate(self.graph.guards, 1)
        ]
        return ["", *guards] if guards else []

    def rows(self, body: str) -> str:
        """The functions of the table that the body calls, and what they call."""
        called = [op for op in self.called.values() if f"op_{op.name}(" in body]
        fixed = [op for op in called if op.arity is not None]
        whole = {op.name: row_of(op).function for op in fixed}
        alone = {op.name: value_of(row_of(op).function) for op in self.valued.values() if f"value_{op.name}(" in body}
        functions = [codegen.function(f"value_{name}", tree, []) for name, tree in alone.items()]
        functions += [
            codegen.function(f"op_{op.name}", whole[op.name], [f"d_{p}" for p in op.parameters]) for op in fixed
        ]
        functions += [LOGSUMEXP for op in called if op.arity is None]
        text = "\n".join(functions)
        for name, helper in reversed(helpers().items()):  # each after what it calls
            if f"ops_{name}(" in text + body:
                text = codegen.function(f"ops_{name}", helper, []) + "\n" + text
        if "ieee_div(" in text + body:
            text = "INLINE double\nieee_div(double x, double y)\n{\n    return x / y;\n}\n\n" + text
        constants = [f"static const double {c} = {codegen.C.literal(x)};" for c, x in constants_in(text + body)]
        return "\n".join(["", *constants, *[""] * bool(constants), text])

    # Functions

    def parameters(self, *more: str) -> str:
        arrays = [f"const real *{name}" for name, count in self.arguments() if count]
        return ", ".join([*arrays, *more])

    def arguments(self) -> list[tuple[str, int]]:
        return [("inputs", self.tape.inputs), ("parameters", 0 if self.weights is not None else self.tape.parameters)]

    def function(self, gradient: bool) -> str:
        statements = (_InArrays if self.long else _InC)(self.graph)
        forward = list(statements.forward(gradient))
        guards = list(statements.guards())
        seeds = [f"(seeds ? seeds[{k}] : 1)" for k in range(len(self.tape.outputs))]
        reverse = list(statements.reverse(seeds)) if gradient else []
        self.called |= statements.called
        self.valued |= statements.valued
        results = [f"outputs[{k}] = {statements.value(x)};" for k, x in enumerate(self.tape.outputs)]
        if gradient:
            results += [f"d_inputs[{k}] = {statements.gradient_or_zero(x)};" for k, x in enumerate(self.graph.inputs)]
            if self.weights is None:
                wanted = enumerate(self.graph.parameters)
                results += [f"d_parameters[{k}] = {statements.gradient_or_zero(x)};" for k, x in wanted]
        name = f"{self.name}_gradient" if gradient else self.name
        head = f"int {name}({self.parameters(*self.results(gradient))})"
        if isinstance(statements, _InArrays):
            return self.shared_out(name, head, statements, forward, guards, reverse, results, gradient)
        lines = [*self.leaves(), *(line for block in [*forward, *guards, *reverse] for line in block), *results]
        lines = without_unused(lines, DEFINED, CALL)
        named = set(re.findall(r"\w+", "\n".join(lines)))
        given = [name for name, count in self.arguments() if count] + ["seeds"] * gradient
        unused = [f"(void){name};" for name in given if name not in named]
        return _function(head, [*unused, *lines, "return 0;"])

    def results(self, gradient: bool) -> list[str]:
        if not gradient:
            return ["real *outputs"]
        arrays = [f"real *d_{name}" for name, count in self.arguments() if count]
        return ["const real *seeds", "real *outputs", *arrays]

    def leaves(self) -> list[str]:
        names = self.graph.names
        lines = [f"const real {names[x]} = inputs[{k}];" for k, x in enumerate(self.graph.inputs)]
        for k, x in enumerate(self.graph.parameters):
            value = f"parameters[{k}]" if self.weights is None else codegen.C.literal(self.weights[k])
            lines.append(f"const real {names[x]} = {value};")
        return lines

    def shared_out(
        self, name: str, head: str, statements: _InArrays, forward: list[Block], guards: list[Block],
        reverse: list[Block], results: list[str], gradient: bool,
    ) -> str:  # fmt: skip
        """A function that calls others, none of them longer than `LONG` statements."""
        arrays = ["const real *x", "const real *w", "real *t", "double *d", "real *g", "real *r"]
        arrays += ["const real *seeds"] * gradient
        calls, functions = [], []
        for part, blocks in (("forward", forward), ("reverse", reverse)):
            for number, lines in enumerate(_pieces(blocks), 1):
                piece = f"{name}_{part}_{number}"
                unused = [f"(void){each.split('*')[1]};" for each in arrays]
                functions.append(_function(f"static void {piece}({', '.join(arrays)})", [*unused, *lines]))
                calls.append(f"{piece}({', '.join(each.split('*')[1] for each in arrays)});")
            if part == "forward":
                calls += [line for block in guards for line in block]
        count = len(self.tape.rows)
        local = [
            "const real *x = inputs;" if self.tape.inputs else "const real *x = 0;",
            self.baked(),
            f"real t[{count}];",
            f"double d[{max(1, statements.slopes)}];",
            f"real g[{len(self.tape) if gradient else 1}];",
            f"real r[{count if gradient else 1}];",
        ]
        return "\n".join([*functions, _function(head, [*local, *calls, *results, "return 0;"])])

    def baked(self) -> str:
        if self.weights is None:
            return "const real *w = parameters;" if self.tape.parameters else "const real *w = 0;"
        return (
            "static const real w[] = {\n"
            + filled([codegen.C.literal(w) for w in self.weights], "        ")
            + "\n    };"
        )

    def batch(self) -> str:
        arrays = [f"const real *RESTRICT {name}" for name, count in self.arguments() if count]
        lines = [
            "for (long k = 0; k < n; k++) {",
            *([f"    real x[{self.tape.inputs}];"] if self.tape.inputs else []),
            f"    real y[{len(self.tape.outputs)}];",
            *(
                [f"    for (int i = 0; i < {self.tape.inputs}; i++) {{", "        x[i] = inputs[i * n + k];", "    }"]
                if self.tape.inputs
                else []
            ),
            f"    if ({self.name}({', '.join([*(['x'] if self.tape.inputs else []), *self.weight(), 'y'])}) != 0) {{",
            "        return k;",
            "    }",
            f"    for (int i = 0; i < {len(self.tape.outputs)}; i++) {{",
            "        outputs[i * n + k] = y[i];",
            "    }",
            "}",
            "return n;",
        ]
        said = "/* n samples: input i of sample k is inputs[i * n + k].\n"
        said += "   Returns n, or the first sample for which a guard fails. */\n"
        arguments = ", ".join(["long n", *arrays, "real *RESTRICT outputs"])
        return said + _function(f"long {self.name}_batch({arguments})", lines)

    def weight(self) -> list[str]:
        return ["parameters"] if self.weights is None and self.tape.parameters else []


def _pieces(blocks: list[Block]) -> list[Block]:
    pieces: list[Block] = []
    for block in blocks:
        if not pieces or len(pieces[-1]) + len(block) > LONG:
            pieces.append([])
        pieces[-1] += block
    return pieces


def _function(head: str, lines: Iterable[str]) -> str:
    return "\n".join([head, "{", *(f"    {line}" for line in lines), "}", ""])


def to_c(tape: Tape, name: str, weights: Sequence[float] | None = None, real: str = "double") -> str:
    """Return a program in C.

    Parameters
    ----------
    tape : Tape
        The program.
    name : str
        Of its function.
    weights : sequence of float, optional
        Numbers to write in for the parameters; without them they are an argument.
    real : {"double", "float"}
        Type of values and gradients. Functions of libm and local derivatives are computed in double.

    Raises
    ------
    ExportError
        For an op added by a user, and for a guard that C can't test alike.
    """
    if real not in ("double", "float"):
        raise ValueError(f"to_c: real must be 'double' or 'float', got {real!r}")
    return _File(tape, name, weights, real).text()
