"""Exports a program as one file of C99, also valid C++: no allocation, no library but libm."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from autograd.codegen import c as codegen
from autograd.codegen.source import filled
from autograd.compiler.export.graph import checked, function_name, identifiers, wrapped
from autograd.compiler.export.instructions import Instructions, instructions
from autograd.compiler.export.rows import constants_in, helpers, row_of, value_of
from autograd.compiler.export.schedule import scheduled
from autograd.compiler.export.statements import holds
from autograd.compiler.export.steps import FEW, Coded, Lines, Statements, Straight, Tables, loop, number
from autograd.compiler.record.guards import described
from autograd.compiler.record.tape import Tape
from autograd.ops import TABLE

__all__ = ["to_c"]

LONG: Final = 300
"""Programs with more steps are split into several functions, and equal steps become loops."""

WIDTH: Final = 110

NOINLINE: Final = (
    "#if defined(__GNUC__) /* one long function takes far longer to compile */",
    "#define NOINLINE __attribute__((noinline))",
    "#else",
    "#define NOINLINE",
    "#endif",
)
"""Parts of a long program are called once, for which compilers would merge them."""

LOGSUMEXP: Final = """\
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
    for (int k = 0; k < n; k++) {
        rest += k == top ? 0.0 : ops_exp_difference(xs[k], largest);
    }
    for (int k = 0; k < n; k++) {
        slopes[k] = usual ? ops_exp_difference(xs[k], largest) / (1.0 + rest)
            : ops_weight_at_infinity(xs[k], largest, rest);
    }
    return usual ? largest + log1p(rest) : largest;
}
"""
"""The only row whose loop can't be unrolled, as in `csrc`."""


class _File:
    """The parts of one file."""

    def __init__(self, tape: Tape, name: str, weights: Sequence[float] | None, real: str) -> None:
        self.tape, self.name, self.weights, self.real = checked(tape), function_name(name), weights, real
        self.names = identifiers(tape)
        self.stack = 0

    def text(self) -> str:
        functions = [self.function(False), self.function(True), self.batch(), self.gradient_batch()]
        return "\n".join([self.head(), self.rows("\n".join(functions)), *functions])

    # Head

    def head(self) -> str:
        names, tape = self.names, self.tape
        leaves = tape.inputs + tape.parameters
        lines = [
            f"/* {self.name}: value and gradient of a recorded function, written by scalargrad.",
            f"   C99 and C++; needs libm alone{self.needs_stack()}.",
            "",
            *self.described("inputs", names[: tape.inputs]),
            *self.described("parameters" if self.weights is None else "constants", names[tape.inputs : leaves]),
            *self.described("outputs", [names[x] for x in tape.outputs]),
            *self.described_guards(),
            "",
            f"   {self.name}() and {self.name}_gradient() return 0, or the number of the guard that failed:",
            "   the recorded code would have taken another branch there, and nothing has been written.",
            "   Without contraction (-ffp-contract=off), results are those of scalargrad with the same libm. */",
            "",
            "#include <math.h>",
            "#include <stdbool.h>",
            "#include <stddef.h>",
            "",
            f"typedef {self.real} real;",
            "#define INLINE static",
            "#if defined(__cplusplus)",
            "#define RESTRICT __restrict",
            "#else",
            "#define RESTRICT restrict",
            "#endif",
            *NOINLINE * bool(self.stack),
        ]
        return "\n".join(line.rstrip() for line in lines)

    def needs_stack(self) -> str:
        bytes_of_real = 4 if self.real == "float" else 8
        return f", and {self.stack * bytes_of_real:,} bytes of stack" if self.stack else ""

    @staticmethod
    def described(array: str, names: list[str]) -> list[str]:
        return [f"   {array}[{len(names)}]:", *wrapped(names, "       ")] if names else []

    def described_guards(self) -> list[str]:
        called = self.names.__getitem__
        guards = [
            f"   guard {i}: {described(guard, called)} is {guard.outcome!r}"
            for i, guard in enumerate(self.tape.guards, 1)
        ]
        return ["", *guards] if guards else []

    # Functions of the table

    def rows(self, body: str) -> str:
        """Return the table's functions that the body calls, dependencies first."""
        written: dict[str, str] = {}
        self._write_rows(body, written)
        text = "\n".join(written.values())
        constants = [f"static const double {c} = {codegen.C.literal(x)};" for c, x in constants_in(text + body)]
        return "\n".join(["", *constants, *[""] * bool(constants), text])

    def _write_rows(self, text: str, written: dict[str, str]) -> None:
        for name in dict.fromkeys(re.findall(r"\b((?:op|value|ops)_\w+)\(", text)):
            found = _function_of(name) if name not in written else None
            if found is not None:
                self._write_rows(found.partition("{")[2], written)
                written[name] = found

    # Functions

    def arguments(self) -> list[tuple[str, int]]:
        parameters = 0 if self.weights is not None else self.tape.parameters
        return [(name, n) for name, n in (("inputs", self.tape.inputs), ("parameters", parameters)) if n]

    def results(self, gradient: bool) -> list[str]:
        if not gradient:
            return ["real *outputs"]
        return ["const real *seeds", "real *outputs", *(f"real *d_{name}" for name, _ in self.arguments())]

    def function(self, gradient: bool) -> str:
        made = instructions(self.tape, gradient, self.weights is None)
        name = f"{self.name}_gradient" if gradient else self.name
        if not made.assumes:
            return self.one(name, made, gradient)
        strict = instructions(self.tape, gradient, self.weights is None, strict=True)
        usual = self.one(f"{name}_usual", made, gradient, "static ")
        return "\n".join(
            [usual, self.one(f"{name}_strict", strict, gradient, "static ", strict=True), self.chosen(name)]
        )

    def declared(self, name: str, gradient: bool) -> str:
        return f"int {name}({', '.join([*(f'const real *{a}' for a, _ in self.arguments()), *self.results(gradient)])})"

    def one(self, name: str, made: Instructions, gradient: bool, linkage: str = "", strict: bool = False) -> str:
        """Return a function that executes instructions."""
        head = linkage + self.declared(name, gradient)
        if len(made.steps) > LONG:
            return self.in_tables(name, head, made, gradient, Coded if strict else Tables)
        lines = self.straight(made, gradient)
        return _function(head, [*self.unused(lines, gradient), *lines, "return 0;"])

    def chosen(self, name: str) -> str:
        """Return a gradient function that recomputes with strict instructions if the result is nan."""
        own = [argument for argument, _ in self.arguments()]
        passed = ", ".join([*own, "seeds", "outputs", *(f"d_{argument}" for argument in own)])
        lines = [f"const int failed = {name}_usual({passed});", "bool unclear = false;"]
        for argument, count in self.arguments():
            lines += loop("i", count, [f"unclear = unclear || d_{argument}[i] != d_{argument}[i];"])
        lines.append(f"return failed == 0 && unclear ? {name}_strict({passed}) : failed;")
        said = "/* Where what an op doesn't select is infinite, the usual gradient is nan: it is computed again. */\n"
        return said + _function(self.declared(name, True), lines)

    def straight(self, made: Instructions, gradient: bool, sample: str = "") -> Lines:
        """Return straight-line statements; with `sample`, for that sample of a batch."""
        statements = Straight(made, self.tape, self.names, self.weights)
        guards = [*self.guards(statements, made)]
        if sample:
            guards = [re.sub(r"return \d+;", f"return {sample};", line) for line in guards]
        body = [*statements.lines(), *guards, *self.stored(statements, made, gradient, sample)]
        named = set(re.findall(r"\w+", "\n".join(body)))
        own = [*zip(made.inputs, (_at("inputs", k, sample) for k in range(self.tape.inputs)), strict=True)]
        if self.weights is None:
            own += zip(made.parameters, (f"parameters[{k}]" for k in range(self.tape.parameters)), strict=True)
        leaves = [f"const real {statements.name(x)} = {text};" for x, text in own if statements.name(x) in named]
        seeds = [k for k in range(len(self.tape.outputs)) if f"seed_{k}" in named]
        leaves += [f"const real seed_{k} = {'1' if sample else f'seeds ? seeds[{k}] : 1'};" for k in seeds]
        return [*leaves, *body]

    def unused(self, lines: Lines, gradient: bool) -> Lines:
        """Return statements that mark arguments as deliberately unused."""
        named = set(re.findall(r"\w+", "\n".join(lines)))
        given = [name for name, _ in self.arguments()] + ["seeds"] * gradient
        return [f"(void){name};" for name in given if name not in named]

    def guards(self, statements: Statements, made: Instructions) -> Iterator[str]:
        asked = iter(made.roots[len(self.tape.outputs) :])
        for count, guard in enumerate(self.tape.guards, 1):
            one = statements.operand([next(asked)])
            other = statements.operand([next(asked)]) if guard.other is not None else ""
            test = holds(guard, one, other, codegen.C, lambda name: "trunc" if name == "int" else name, number)
            yield from (f"if (!({test})) {{", f"    return {count};", "}")

    def stored(self, statements: Statements, made: Instructions, gradient: bool, sample: str = "") -> Iterator[str]:
        """Store the results in the caller's arrays."""
        yield from self._stored(statements, "outputs", made.roots[: len(self.tape.outputs)], sample)
        if gradient:
            yield from self._stored(statements, "d_inputs", made.of_inputs, sample)
            lines = self._stored(statements, "d_parameters", made.of_parameters)
            yield from (line.replace(" = ", " += ", 1) for line in lines) if sample else lines

    @staticmethod
    def _stored(statements: Statements, array: str, places: Sequence[int | None], sample: str = "") -> Iterator[str]:
        known = [place for place in places if place is not None]
        if isinstance(statements, Tables) and len(known) == len(places) > FEW:
            yield from loop("k", len(known), [f"{array}[k] = {statements.operand(known)};"])
            return
        for k, place in enumerate(places):
            yield f"{_at(array, k, sample)} = {'0.0' if place is None else statements.operand([place])};"

    def in_tables(self, name: str, head: str, made: Instructions, gradient: bool, written: type[Tables]) -> str:
        """Return a function that calls others of about `PIECE` lines each."""
        groups = scheduled(made)
        tables = written(made, groups)
        self.stack = max(self.stack, tables.size)
        functions, calls = [], []
        for count, lines in enumerate(tables.pieces(groups), 1):
            functions.append(_function(f"NOINLINE static void {name}_{count}(real *m)", lines))
            calls.append(f"{name}_{count}(m);")
        constants = filled([number(x) for x in made.constants.values()], "        ")
        lines = [f"real m[{tables.size}];"]
        if made.constants:
            lines.insert(0, f"static const double constants[] = {{\n{constants}\n    }};")
            lines += tables.copied([*made.constants], "constants")
        parameters = "parameters"
        if self.weights is not None and made.parameters:
            parameters = "weights"
            baked = filled([number(x) for x in self.weights], "        ")
            lines.insert(0, f"static const double weights[] = {{\n{baked}\n    }};")
        lines += tables.copied(made.parameters, parameters) + tables.copied(made.inputs, "inputs")
        if gradient:
            place = tables.operand(made.seeds) if len(made.seeds) > 1 else f"m[{tables.position[made.seeds[0]]}]"
            seeds = [f"{place} = seeds ? seeds[{'k' if len(made.seeds) > 1 else '0'}] : 1;"]
            lines += loop("k", len(made.seeds), seeds)
        lines += loop("k", len(made.sums), [f"{tables.operand(made.sums)} = 0.0;"] if made.sums else [])
        lines += [f"{tables.operand([x])} += {tables.operand([seed])};" for x, seed in made.starts]
        lines += [*calls, *self.guards(tables, made), *self.stored(tables, made, gradient)]
        return "\n".join(
            [*functions, _function(head, [*tables.declared(), *self.unused(lines, gradient), *lines, "return 0;"])]
        )

    # Batches

    def batch(self) -> str:
        said = "/* n samples: input i of sample k is inputs[i * n + k].\n"
        said += "   Returns n, or the first sample for which a guard fails. */\n"
        return said + self._batch(f"{self.name}_batch", False)

    def gradient_batch(self) -> str:
        said = (
            "/* The same with the gradient of the outputs' sum: of each sample's inputs, in the places of the inputs;\n"
        )
        said += "   of the parameters, summed over the samples. */\n"
        return said + self._batch(f"{self.name}_gradient_batch", True)

    def _batch(self, name: str, gradient: bool) -> str:
        own = [each for each, _ in self.arguments()]
        heads = ["long n", *(f"const real *RESTRICT {each}" for each in own), "real *RESTRICT outputs"]
        heads += [f"real *RESTRICT d_{each}" for each in own] if gradient else []
        head, before = f"long {name}({', '.join(heads)})", Lines()
        if gradient and "parameters" in own:
            before += loop("i", self.tape.parameters, ["d_parameters[i] = 0;"])
        made = instructions(self.tape, gradient, self.weights is None)
        short = len(made.steps) <= LONG
        body = self.straight(made, gradient, "k") if short else self.one_of_batch(gradient)
        lines = [*before, *_samples(body)]
        if short and made.assumes:
            lines += self.again(before)
        return _function(head, [*self.unused(lines, False), *lines, "return n;"])

    def again(self, before: Lines) -> Lines:
        """Return the recomputation of a batch whose gradient is nan: sample by sample, with the checking function."""
        lines = ["bool unclear = false;"]
        for name, count in self.arguments():
            size = f"{count} * n" if name == "inputs" else str(count)
            test = f"    unclear = unclear || d_{name}[i] != d_{name}[i];"
            lines += [f"for (long i = 0; i < {size}; i++) {{", test, "}"]
        redone = [*before, *_samples(self.one_of_batch(True))]
        return [*lines, "if (unclear) {", *("    " + line for line in redone), "}"]

    def one_of_batch(self, gradient: bool) -> Lines:
        """Return the call of a long program for one sample, with its results stored in their places."""
        sizes = dict(self.arguments())
        inputs, parameters, outputs = sizes.get("inputs", 0), sizes.get("parameters", 0), len(self.tape.outputs)
        local, passed, after = [f"real y[{outputs}];"], ["y"], loop("i", outputs, ["outputs[i * n + k] = y[i];"])
        if gradient and inputs:
            local, passed = [*local, f"real d_x[{inputs}];"], [*passed, "d_x"]
            after += loop("i", inputs, ["d_inputs[i * n + k] = d_x[i];"])
        if gradient and parameters:
            local, passed = [*local, f"real d_w[{parameters}];"], [*passed, "d_w"]
            after += loop("i", parameters, ["d_parameters[i] += d_w[i];"])
        passed = [*["x"] * bool(inputs), *["parameters"] * bool(parameters), *["NULL"] * gradient, *passed]
        local = [*[f"real x[{inputs}];"] * bool(inputs), *local]
        taken = loop("i", inputs, ["x[i] = inputs[i * n + k];"])
        failed = [f"if ({self.name}{'_gradient' * gradient}({', '.join(passed)}) != 0) {{", "    return k;", "}"]
        return [*local, *taken, *failed, *after]


def _samples(body: Lines) -> Lines:
    """Return a loop over the samples of a batch."""
    return ["for (long k = 0; k < n; k++) {", *("    " + line for line in body), "}"]


def _at(array: str, index: int, sample: str) -> str:
    """Return an element of an array; in an array over a batch, the element of a sample."""
    if not sample:
        return f"{array}[{index}]"
    return f"{array}[{sample}]" if index == 0 else f"{array}[{f'{index} * ' if index > 1 else ''}n + {sample}]"


def _function_of(name: str) -> str | None:
    """Return the C name of a function called by exported code; None for one of the program's own."""
    kind, _, rest = name.partition("_")
    if kind == "ops" and rest in helpers():
        return codegen.function(name, helpers()[rest], [])
    if kind not in ("op", "value") or rest not in TABLE:
        return None
    op = TABLE[rest]
    if op.arity is None:
        return LOGSUMEXP
    tree = row_of(op).function
    if kind == "value":
        return codegen.function(name, value_of(tree), [])
    return codegen.function(name, tree, [f"d_{p}" for p in op.parameters])


def _function(head: str, lines: Iterable[str]) -> str:
    return "\n".join([head, "{", *(f"    {part}" for line in lines for part in _wrapped(line)), "}", ""])


def _wrapped(line: str) -> list[str]:
    """Wrap a long statement."""
    if len(line) <= WIDTH or "\n" in line:
        return [line]
    return textwrap.wrap(
        line, WIDTH, subsequent_indent=" " * (len(line) - len(line.lstrip()) + 4), break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def to_c(tape: Tape, name: str, weights: Sequence[float] | None = None, real: str = "double") -> str:
    """Export a program as C.

    Parameters
    ----------
    tape : Tape
        The program.
    name : str
        The name of its function.
    weights : sequence of float, optional
        Numbers to substitute for the parameters; by default they are an argument.
    real : {"double", "float"}
        The type of values and gradients. Functions of libm and local derivatives are computed in double.

    Raises
    ------
    ExportError
        For an op added by a user, and for a guard that C can't test identically.
    """
    if real not in ("double", "float"):
        raise ValueError(f"to_c: real must be 'double' or 'float', got {real!r}")
    return _File(tape, name, weights, real).text()
