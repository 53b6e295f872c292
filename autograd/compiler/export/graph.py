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
alignas alignof and and_eq arguments asm auto await bitand bitor bool break case catch char char16_t char32_t char8_t
class co_await co_return co_yield compl concept const const_cast consteval constexpr constinit continue debugger
decltype default delete do double dynamic_cast else enum eval explicit export extern false final finally float for
friend function goto if implements import in inline instanceof int interface let long mutable namespace new noexcept
not not_eq null nullptr operator or or_eq package private protected public register reinterpret_cast requires restrict
return short signed sizeof static static_assert static_cast struct super switch template this thread_local throw true
try typedef typeid typename typeof typeof_unqual union unsigned using var virtual void volatile while with xor xor_eq
yield"""
_LIBRARIES: Final = """
abort abs cabs cacos cacosh calloc carg casin casinh catan catanh cbrt ccos ccosh ceil cexp cimag clog conj copysign
cpow cproj creal csin csinh csqrt ctan ctanh erf erfc exit exp2 expm1 fabs fdim Float64Array floor fma fmax fmin fmod
fpclassify fprintf fputc fputs free frexp fwrite hypot ilogb Infinity isalnum isalpha isblank iscntrl isdigit isfinite
isgraph isgreater isgreaterequal isinf isless islessequal islessgreater islower isnan isnormal isprint ispunct isspace
isunordered isupper isxdigit jax jnp labs ldexp lgamma llabs llrint llround log1p logb lrint lround main malloc Math
math memchr memcmp memcpy memmove memset modf NaN nan nearbyint nextafter nexttoward np Number numpy Object offsetof
printf ptrdiff_t putchar puts RangeError remainder remquo rint round scalbln scalbn scanf signbit signgam size_t
snprintf sprintf std strcat strchr strcmp strcpy strcspn strlen strncat strncmp strncpy strpbrk strrchr strspn strstr
tgamma tolower torch toupper trunc undefined vfprintf vprintf vscanf vsnprintf vsprintf wchar_t"""
_OURS: Final = """
GUARDS INLINE OPS Op RESTRICT d_inputs d_parameters each failed found holds inputs k n outputs parameters real seeds
shape status unclear"""
_MACROS: Final = """
arm BYTE_ORDER DOMAIN far FLT_EVAL_METHOD HAVE_INITFINI_ARRAY HUGE i386 INFINITY iscanonical iseqsig issignaling
issubnormal iszero linux math_errhandling MAXFLOAT MB_CUR_MAX mips MIPSEB NAN near NFDBITS NULL OVERFLOW PLOSS ppc
RAND_MAX SING sparc TLOSS UNDERFLOW unix WCONTINUED WEXITED WIN32 WIN64 WINNT WNOHANG WNOWAIT WSTOPPED WUNTRACED"""
RESERVED: Final = {
    *_KEYWORDS.split(), *_LIBRARIES.split(), *_OURS.split(), *_MACROS.split(), *keyword.kwlist, *dir(builtins),
    *ieee.__all__, *NAMED, *TABLE,
}  # fmt: skip
"""Reserved words of the target languages: names that neither a variable nor a function may have."""

MACROS: Final = re.compile(r"(M|FP|MATH)_[A-Z0-9_]+(f|l|f\d+x?)?|(EXIT|FD|HUGE)_\w+|SNAN\w*|[A-Z]+_ENDIAN")
"""Macros that compilers add to the headers, of which C++ includes more."""

_FUNCTIONS: Final = """
accept access alarm aligned_alloc alloca atof atoi atol atoll bcmp bcopy bind bsearch bzero clock clog10 close connect
daemon dcgettext dgettext div drem dup execl execle execlp execv execve execvp exp10 feclearexcept fegetenv
fegetexceptflag fegetround feholdexcept feraiseexcept fesetenv fesetexceptflag fesetround fetestexcept feupdateenv ffs
ffsimax ffsll finite fork fscanf gamma getenv gettext imaxabs index isascii iswalnum iswalpha iswblank iswcntrl
iswdigit iswgraph iswlower iswprint iswpunct iswspace iswupper iswxdigit j0 j1 jn kill link listen lldiv llogb mempcpy
nextdown nextup nice open pause pipe posix_memalign pow10 putc qsort raise rand random read realloc recv remove rename
rindex roundeven scalb select send setenv signal significand sincos sleep srand srandom sscanf stpcpy stpncpy
strcasecmp strdup strfmon strftime strncasecmp strndup strnlen strtod sync system time times toascii towlower towupper
vfscanf vsscanf wait write y0 y1 yn"""
TAKEN: Final = {*_LIBRARIES.split(), *_FUNCTIONS.split(), *TABLE}
"""Functions of C's libraries, which a function of a program would replace."""

VARIANT: Final = re.compile(r"(f|l|f?\d+x?|d\d+|[fl]?_r|_unlocked)$")
"""What the name of a variant of a library's function ends with, such as that for floats."""

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
        self.tape, self.name, self.weights = self.graph.tape, function_name(name), weights
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
    return [unique(identifier(_called(tape, entry)), taken) for entry in range(len(tape))]


def _called(tape: Tape, entry: int) -> str:
    if entry in tape.labels:
        return tape.labels[entry]
    if entry < tape.inputs:
        return f"x{entry}"
    if entry < tape.inputs + tape.parameters:
        return f"w{entry - tape.inputs}"
    return f"t{entry - tape.leaves}"


def identifier(label: str) -> str:
    """Return a label as an identifier, which may be reserved or taken."""
    name = re.sub(r"[^0-9A-Za-z_]+", "_", label).strip("_") or "v"
    return f"v_{name}" if name[0].isdigit() else name


def unique(name: str, taken: set[str]) -> str:
    """Return a name that is neither reserved nor taken, and mark it as taken."""
    name = f"v_{name}" if OURS.match(name) or MACROS.fullmatch(name) else name
    found, number = name, 2
    while found in RESERVED or found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found


def function_name(name: str) -> str:
    """Return the name of a program's function: an identifier, and none of a function of C's libraries."""
    found, number = unique(identifier(name), set()), 2
    while found in TAKEN or VARIANT.sub("", found) in TAKEN:
        found, number = f"{identifier(name)}_{number}", number + 1
    return found


def wrapped(words: Iterable[str], lead: str, width: int = 100) -> list[str]:
    """Return words separated by commas, wrapped into lines of a comment."""
    lines, line = [], ""
    for word in words:
        if line and len(line) + len(word) + 2 > width:
            lines.append(lead + line + ",")
            line = ""
        line += (", " if line else "") + word
    return [*lines, lead + line] if line else lines
