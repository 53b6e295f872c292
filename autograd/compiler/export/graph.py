"""A program as seen by exporters: names, values in order, guards, and the gradient in reverse."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from autograd.codegen.source import NAMED
from autograd.compiler.export.rows import row_of
from autograd.compiler.plan.plain import Node, PlainPlan, plain_plan
from autograd.compiler.record.guards import described
from autograd.compiler.record.tape import ALIAS, Guard, Tape
from autograd.errors import AutogradError
from autograd.ops import TABLE, Op, ieee

__all__ = ["ExportError", "Graph", "Module"]


class ExportError(AutogradError):
    """Raised for a program that can't be written in another language; the text names the op or the guard."""


_KEYWORDS: Final = """
alignas and arguments asm auto await bitand bitor bool break case catch char class compl concept const constexpr
continue debugger decltype default delete do double else enum eval explicit export extern false final finally float for
friend function goto if
implements import in inline instanceof int interface let long mutable namespace new noexcept not null
nullptr operator or package private protected public register requires restrict return short signed sizeof static
struct super switch template this throw true try typedef typeid typename typeof union unsigned using var virtual void
volatile while with xor yield"""
_LIBRARIES: Final = """
Float64Array Infinity Math NaN Object RangeError jax jnp math np numpy torch undefined FLT_EVAL_METHOD FP_ILOGB0
FP_ILOGBNAN FP_INFINITE FP_NAN FP_NORMAL FP_SUBNORMAL FP_ZERO HUGE_VAL HUGE_VALF HUGE_VALL INFINITY NAN NULL
MATH_ERRNO MATH_ERREXCEPT abort abs cabs cacos cacosh calloc carg casin casinh catan catanh cbrt ccos ccosh ceil cexp
cimag clog conj copysign cpow cproj creal csin csinh csqrt ctan ctanh erf erfc exit exp2 expm1 fabs fdim floor fma
fmax fmin fmod fpclassify fprintf fputc fputs free frexp fwrite hypot ilogb isalnum isalpha isblank iscntrl isdigit
isfinite isgraph isgreater isgreaterequal isinf isless islessequal islessgreater islower isnan isnormal isprint
ispunct isspace isunordered isupper isxdigit labs ldexp lgamma llabs llrint llround log1p logb lrint lround main
malloc memchr memcmp memcpy memmove memset modf nan nearbyint nextafter nexttoward offsetof printf ptrdiff_t putchar
puts remainder remquo rint round scalbln scalbn scanf signbit signgam size_t snprintf sprintf std strcat strchr strcmp
strcpy strcspn strlen strncat strncmp strncpy strpbrk strrchr strspn strstr tgamma tolower toupper trunc vfprintf
vprintf vscanf vsnprintf vsprintf wchar_t"""
_OURS: Final = """
GUARDS INLINE OPS Op RESTRICT d_inputs d_parameters each failed found holds inputs k n outputs parameters real seeds
shape status unclear"""
RESERVED: Final = {
    *_KEYWORDS.split(), *_LIBRARIES.split(), *_OURS.split(), *keyword.kwlist, *dir(builtins), *ieee.__all__, *NAMED,
    *TABLE,
}  # fmt: skip
"""Reserved words of the target languages: names that neither a variable nor a function may have."""

OURS: Final = re.compile(r"(g|r|d|d\d+|op|ops|value|slopes|operands|seed)_")
"""Prefixes of generated names other than those of values."""

COMPARISONS: Final = {"<", "<=", ">", ">=", "==", "!="}
GUARDS: Final = COMPARISONS | {"bool", "finite", "float", "data", "int", "trunc", "floor", "ceil"}


class Graph:
    """The graph to be exported.

    Attributes
    ----------
    tape : Tape
        The recorded graph.
    weights : sequence of float, optional
        Numbers of the parameters, which then have no gradient.
    plan : PlainPlan
        Its values in order, and in reverse.
    forward : list of Node
        The values that are computed, in order.
    guards : list of Guard
        The conditions under which the recording is valid.
    names : list of str
        An identifier for each entry of the tape, derived from its label.
    conditional : set of int
        Entries that a gradient reaches only through `where`, so that it may not arrive.

    Raises
    ------
    ExportError
        For an op added by a user, and for a guard that other languages can't test identically.
    """

    def __init__(self, tape: Tape, weights: Sequence[float] | None = None) -> None:
        self.tape = tape = _decided(checked(tape))
        self.plan: PlainPlan = plain_plan(tape, inputs=True, parameters="" if weights is not None else "sum")
        self.forward, self.guards = self._merged()
        self.names = identifiers(tape)
        self.conditional = self._conditional()

    @property
    def inputs(self) -> range:
        """Entries that are arguments of each call."""
        return range(self.tape.inputs)

    @property
    def parameters(self) -> range:
        """Entries that are parameters."""
        return range(self.tape.inputs, self.tape.inputs + self.tape.parameters)

    def constant(self, entry: int) -> float | None:
        """Return the number of a constant entry, None for any other."""
        at = entry - self.tape.inputs - self.tape.parameters
        return self.tape.constants[at] if 0 <= at < len(self.tape.constants) else None

    def _merged(self) -> tuple[list[Node], list[Guard]]:
        """Return the values without duplicates of those for guards, and the guards over the others."""
        same = list(range(len(self.tape)))
        first: dict[object, int] = {}
        for entry in range(self.tape.inputs + self.tape.parameters, self.tape.leaves):
            same[entry] = first.setdefault(repr(self.constant(entry)), entry)
        wanted = {*self.tape.outputs}
        for node in reversed(self.plan.forward):
            wanted |= set(node.operands) if node.entry in wanted else set()
        nodes = []
        for node in self.plan.forward:
            found = first.setdefault((node.op, *(same[x] for x in node.operands)), node.entry)
            if found == node.entry or node.entry in wanted:
                nodes.append(node)
            else:
                same[node.entry] = found
        own = [
            node._replace(operands=tuple(same[x] for x in node.operands)) if node.entry not in wanted else node
            for node in nodes
        ]
        guards = [
            replace(guard, node=same[guard.node], other=None if guard.other is None else same[guard.other])
            for guard in self.tape.guards
        ]
        return own, list(dict.fromkeys(guards))

    def _conditional(self) -> set[int]:
        plainly, anyhow = set(self.tape.outputs), set(self.tape.outputs)
        for node in self.plan.reverse:
            reached = {x for x in node.operands if x in self.plan.active}
            anyhow |= reached
            if node.entry in plainly and not TABLE[node.op].selects:
                plainly |= reached
        return anyhow - plainly


class Module:
    """A program as a module of another language, written from its graph."""

    def __init__(self, tape: Tape, name: str, weights: Sequence[float] | None) -> None:
        self.graph = Graph(tape, weights)
        self.tape, self.name, self.weights = self.graph.tape, identifier(name), weights
        self.called: dict[str, Op] = {}

    def arguments(self) -> tuple[str, str]:
        """Return the names of the inputs and of the parameters, for the head of the module."""
        of = self.graph.names.__getitem__
        return ", ".join(map(of, self.graph.inputs)) or "none", ", ".join(map(of, self.graph.parameters)) or "none"

    def guards(self) -> list[str]:
        """Return the guards as Python expressions."""
        return [f"{described(g, self.graph.names.__getitem__)} is {g.outcome!r}" for g in self.graph.guards]


def checked(tape: Tape) -> Tape:
    """Return a tape that can be written in another language; raise `ExportError` for any other."""
    own = [name for name in tape.added if name != ALIAS]
    if own:
        raise ExportError(f"export: {', '.join(own)}: an op added in Python can't be written in another language")
    for guard in tape.guards:
        if guard.kind not in GUARDS:
            raise ExportError(f"export: a guard of {guard.kind}() of {tape.name(guard.node)} can't be written")
    return tape


def _decided(tape: Tape) -> Tape:
    """Return the tape without selections decided by constants, which are replaced by what they select."""
    first = tape.inputs + tape.parameters
    numbers = dict(zip(range(first, tape.leaves), tape.constants, strict=True))
    same = list(range(len(tape)))
    operands = []
    for entry, (row, given) in enumerate(zip(tape.rows, tape.operands, strict=True), tape.leaves):
        own = tuple(same[x] for x in given)
        operands.append(own)
        op = TABLE.get(tape.op(row))
        if op is not None and op.selects and op.arity is not None:
            found = row_of(op, tuple(map(numbers.get, own)))
            if isinstance(found.value, ast.Name) and found.slopes is not None:
                position = op.parameters.index(found.value.id)
                if ast.unparse(found.slopes[position]) == "1.0":
                    same[entry] = own[position]
    guards = [
        replace(guard, node=same[guard.node], other=None if guard.other is None else same[guard.other])
        for guard in tape.guards
    ]
    outputs = tuple(same[x] for x in tape.outputs)
    return replace(tape, operands=tuple(operands), outputs=outputs, guards=tuple(guards))


def identifiers(tape: Tape) -> list[str]:
    """Return a name for each entry: unique, and an identifier in C, C++, JavaScript and Python."""
    taken: set[str] = set()
    return [unique(_identifier(_called(tape, entry)), taken) for entry in range(len(tape))]


def _called(tape: Tape, entry: int) -> str:
    if entry in tape.labels:
        return tape.labels[entry]
    if entry < tape.inputs:
        return f"x{entry}"
    if entry < tape.inputs + tape.parameters:
        return f"w{entry - tape.inputs}"
    return f"t{entry - tape.leaves}"


def _identifier(label: str) -> str:
    name = re.sub(r"[^0-9A-Za-z_]+", "_", label).strip("_") or "v"
    return f"v_{name}" if name[0].isdigit() else name


def unique(name: str, taken: set[str]) -> str:
    """Return a name that is neither reserved nor taken, and mark it as taken."""
    name = f"v_{name}" if OURS.match(name) else name
    found, number = name, 2
    while found in RESERVED or found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found


def identifier(name: str) -> str:
    """Return a function's name as an identifier."""
    return unique(_identifier(name), set())


def wrapped(words: Iterable[str], lead: str, width: int = 100) -> list[str]:
    """Return words separated by commas, wrapped into lines of a comment."""
    lines, line = [], ""
    for word in words:
        if line and len(line) + len(word) + 2 > width:
            lines.append(lead + line + ",")
            line = ""
        line += (", " if line else "") + word
    return [*lines, lead + line] if line else lines
