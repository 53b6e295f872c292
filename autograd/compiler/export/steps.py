"""The steps of a program as C statements: one after the other, or equal ones as loops over tables."""

from __future__ import annotations

import ast
import itertools
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from autograd.codegen import c as codegen
from autograd.codegen.source import filled
from autograd.compiler.export.graph import identifier, unique
from autograd.compiler.export.instructions import Instructions
from autograd.compiler.export.rows import VALUE, names_in, replaced, row_of
from autograd.compiler.export.schedule import Group, affine, layout
from autograd.compiler.record.tape import Tape
from autograd.ops import TABLE

__all__ = ["FEW", "Coded", "Lines", "Statements", "Straight", "Tables", "loop", "number"]

PIECE: Final = 100
"""Lines per function: compile times grow faster than the length of a function."""

FEW: Final = 3
"""Up to this many equal steps are written one by one."""

SHORT: Final = 4
"""Up to this many terms of a sum are written one by one within a loop of steps."""

Lines = list[str]


def number(x: float) -> str:
    """Return a number in C, in brackets if it has a sign."""
    if x != x:
        return "NAN"
    text = "INFINITY" if math.isinf(x) else codegen.C.literal(abs(x))
    return f"(-{text})" if math.copysign(1.0, x) < 0.0 else text


ONE, NO_START = number(1.0), number(-0.0)


def product(a: str, b: str) -> str:
    """Return a product; a factor of 1 is dropped, one of -1 becomes a sign."""
    if b == number(-1.0) and not a.startswith("("):
        return f"(-{a})"
    return a if b == ONE else b if a == ONE else f"{a} * {b}"


def total(start: str, terms: Sequence[str]) -> str:
    """Return a sum from left to right; -0 + x is x."""
    return " + ".join([start, *terms] if start != NO_START or not terms else terms)


class Statements(ABC):
    """Writes steps of one form: a single one, or equal ones as the body of a loop over k."""

    # Places

    @abstractmethod
    def operand(self, places: Sequence[int]) -> str:
        """Return the name of the array of one operand of each step."""

    @abstractmethod
    def sets(self, places: Sequence[int], value: str) -> str:
        """Assign one result of each step."""

    @abstractmethod
    def calls(self, group: Group, function: str, arguments: str) -> Lines:
        """Assign the value and the local derivatives that a function returns; places of -1 are not needed."""

    @abstractmethod
    def calls_logsumexp(self, group: Group) -> Lines:
        """Assign the value and the local derivatives of the op over an array."""

    @abstractmethod
    def sums(self, group: Group, start: str) -> Lines:
        """Assign a sum of products."""

    @abstractmethod
    def alternatives(self, group: Group) -> Lines:
        """Assign whether any of several numbers isn't 0."""

    @abstractmethod
    def adds_to_sums(self, group: Group, value: str) -> Lines:
        """Add products of gradients and a value to sums."""

    # Steps

    def write(self, group: Group) -> Lines:
        """Return the statements of equal steps."""
        step = group[0]
        reads = [self.operand([each.reads[i] for each in group]) if x >= 0 else "" for i, x in enumerate(step.reads)]
        if step.op:
            return self.of_row(group, reads)
        match step.kind:
            case "dot":
                return self.sums(group, reads[0] or NO_START)
            case "gather":
                lines = self.adds_to_sums(group, reads[0])
                return lines + (self.sums(group, reads[1] or NO_START) if step.outs[0] >= 0 else [])
            case "or":
                return self.alternatives(group)
            case "logsumexp":
                return self.calls_logsumexp(group)
            case "reduce":
                return [f"{self.operand([each.outs[0] for each in group])} += {product(*reads)};"]
        return [self.sets([each.outs[0] for each in group], of_numbers(step.kind, reads))]

    def of_row(self, group: Group, reads: Sequence[str]) -> Lines:
        """Apply a row of the table, inline if it has expressions, else by a call of its function."""
        step, op = group[0], TABLE[group[0].op]
        names: dict[str, ast.expr] = {p: ast.Name(text) for p, text in zip(op.parameters, reads, strict=True)}
        outs = [[each.outs[i] for each in group] for i in range(len(step.outs))]
        if step.kind == "slopes":
            outs.insert(0, [-1] * len(group))
        if step.kind == "value":
            value = row_of(op).value
            call = f"value_{op.name}({', '.join(reads)})"
            return [self.sets(outs[0], codegen.C.write(replaced(value, names)) if value else call)]
        row = row_of(op, (), tuple(places[0] >= 0 for places in outs[1:]))
        whole = [row.value, *(row.slopes or [None] * len(reads))]
        wanted = [(places, each) for places, each in zip(outs, whole, strict=True) if places[0] >= 0]
        if all(each is not None and VALUE not in names_in(each) for _, each in wanted):
            return [self.sets(places, codegen.C.write(replaced(each, names))) for places, each in wanted if each]
        full = [step._replace(kind="both", outs=tuple(places)) for step, *places in zip(group, *outs, strict=True)]
        return self.calls(full, f"op_{op.name}", ", ".join(reads))


def any_of(texts: Sequence[str]) -> str:
    """Return 1 if any of several isn't 0, else 0."""
    return f"{' || '.join(f'{text} != 0.0' for text in texts)} ? 1.0 : 0.0"


def of_numbers(kind: str, reads: Sequence[str]) -> str:
    """Return the result of a step without a row and terms."""
    a, b, c = (*reads, "")[:3]
    match kind:
        case "addu":
            return f"{a} + {b}"
        case "subu":
            return f"{a} - {b}"
        case "rsubu":
            return f"{b} - {a}"
        case "mulu":
            return product(a, b)
        case "divu":
            return f"{a} / {b}"
        case "select":
            return f"{b} != 0.0 ? {a} : 0.0"
        case "select_not":
            return f"{b} != 0.0 ? 0.0 : {a}"
        case "masked_mul":
            return f"{a} != 0.0 ? {product(b, c)} : 0.0"
    raise ValueError(f"to_c: there is no step {kind!r}")


class Straight(Statements):
    """Writes one step after the other, with a variable for each result."""

    def __init__(self, made: Instructions, tape: Tape, names: Sequence[str], weights: Sequence[float] | None) -> None:
        self.made = made
        leaves = names[: tape.inputs + tape.parameters]
        self.taken = {*leaves}
        self.names = {place: number(x) for place, x in made.constants.items()}
        self.names |= dict(zip([*made.inputs, *made.parameters], leaves, strict=True))
        if weights is not None:
            self.names |= {place: number(x) for place, x in zip(made.parameters, weights, strict=True)}
        self.names |= {place: f"seed_{k}" for k, place in enumerate(made.seeds)}
        for place, leaf in zip(made.of_parameters, leaves[tape.inputs :], strict=False):
            if place is not None and place in made.sums:
                self.names.setdefault(place, self.fresh(f"d_{leaf}"))
        self.count = 0

    def fresh(self, name: str) -> str:
        """Return an unused name."""
        found, count = name, 2
        while found in self.taken:
            found, count = f"{name}_{count}", count + 1
        self.taken.add(found)
        return found

    def name(self, place: int) -> str:
        """Return the variable of a place, creating it at first use."""
        if place not in self.names:
            label = self.made.labels.get(place, "")
            self.names[place] = unique(identifier(label), self.taken) if label else self.fresh(f"t{self.count}")
            self.count += not label
        return self.names[place]

    def operand(self, places: Sequence[int]) -> str:
        """See `Statements`."""
        return self.name(places[0])

    def sets(self, places: Sequence[int], value: str) -> str:
        """See `Statements`."""
        return f"const real {self.name(places[0])} = {value};"

    def calls(self, group: Group, function: str, arguments: str) -> Lines:
        """See `Statements`."""
        (step,) = group
        value, *slopes = step.outs
        base = self.name(value) if value >= 0 else self.fresh("slopes")
        names = [self.fresh(f"d{i}_{base}") for i in range(1, len(slopes) + 1)]
        self.names |= {place: name for place, name in zip(slopes, names, strict=True) if place >= 0}
        call = f"{function}({arguments}, {', '.join(f'&{name}' for name in names)})"
        return [f"double {', '.join(names)};", self.sets([value], call) if value >= 0 else f"(void){call};"]

    def calls_logsumexp(self, group: Group) -> Lines:
        """See `Statements`."""
        (step,) = group
        count = len(step.terms)
        base = self.name(step.outs[0]) if step.outs[0] >= 0 else "t"
        operands, slopes = self.fresh(f"operands_{base}"), self.fresh(f"slopes_{base}")
        self.names |= {place: f"{slopes}[{k}]" for k, (_, place) in enumerate(step.terms) if place >= 0}
        call = f"op_logsumexp({operands}, {count}, {slopes})"
        return [
            f"const double {operands}[] = {{{', '.join(self.name(x) for x, _ in step.terms)}}};",
            f"double {slopes}[{count}];",
            self.sets([step.outs[0]], call) if step.outs[0] >= 0 else f"(void){call};",
        ]

    def sums(self, group: Group, start: str) -> Lines:
        """See `Statements`."""
        (step,) = group
        return [
            self.sets([step.outs[0]], total(start, [product(self.name(a), self.name(b)) for a, b, *_ in step.terms]))
        ]

    def alternatives(self, group: Group) -> Lines:
        """See `Statements`."""
        (step,) = group
        return [self.sets([step.outs[0]], any_of([self.name(x) for (x,) in step.terms]))]

    def adds_to_sums(self, group: Group, value: str) -> Lines:
        """See `Statements`."""
        (step,) = group
        return [f"{self.name(place)} += {product(self.name(gradient), value)};" for gradient, _, place in step.terms]

    def lines(self) -> Iterator[str]:
        """Yield all statements."""
        made = self.made
        yield from (f"real {self.name(place)} = 0.0;" for place in made.sums)
        yield from (f"{self.name(place)} += {self.name(seed)};" for place, seed in made.starts)
        for step in made.steps:
            yield from self.write([step])


class Tables(Statements):
    """Writes equal steps as loops; numbers are in one array m, indexed by tables unless places are regular."""

    def __init__(self, made: Instructions, groups: Sequence[Group]) -> None:
        self.made = made
        self.position = layout(made, groups)
        self.size = 1 + max(self.position)
        self.tables: dict[str, tuple[str, str]] = {}

    def table(self, words: str, shape: str) -> str:
        """Return the name of a table in the current function."""
        return self.tables.setdefault(words, (f"a{len(self.tables) + 1}", shape))[0]

    def operand(self, places: Sequence[int], index: str = "k") -> str:
        """See `Statements`."""
        if len({*places}) == 1:
            constant = self.made.constants.get(places[0])
            return f"m[{self.position[places[0]]}]" if constant is None else number(constant)
        at = [self.position[x] for x in places]
        return f"m[{self.progression(at, index)}]"

    def progression(self, at: Sequence[int], index: str) -> str:
        """Return the at[index]-th place: arithmetic where it is regular, else from a table."""
        if len({*at}) == 1:
            return str(at[0])
        found = affine(at)
        if found is None:
            return f"{self.table(_listed(at), f'[{len(at)}]')}[{index}]"
        first, step = found
        return f"{first} {'-' if step < 0 else '+'} {index if abs(step) == 1 else f'{abs(step)} * {index}'}"

    def matrix(self, rows: Sequence[Sequence[int]]) -> str:
        """Return the operand in row k and column j."""
        if len({*map(tuple, rows)}) == 1:
            return self.operand(rows[0], "j")
        if len({place for row in rows for place in row}) == 1:
            return self.operand(rows[0][:1])
        at = [[self.position[x] for x in row] for row in rows]
        across = [[x - row[0] for x in row] for row in at]
        if all(each == across[0] for each in across):
            first = self.progression([row[0] for row in at], "k")
            offset = self.progression(across[0], "j").removeprefix("0 + ")
            return f"m[{first} + {offset}]" if offset != "0" else f"m[{first}]"
        table = self.table(f"{{{', '.join(_listed(row) for row in at)}}}", f"[{len(at)}][{len(at[0])}]")
        return f"m[{table}[k][j]]"

    def sets(self, places: Sequence[int], value: str) -> str:
        """See `Statements`."""
        return f"{self.operand(places)} = {value};"

    def calls(self, group: Group, function: str, arguments: str) -> Lines:
        """See `Statements`."""
        outs = [[step.outs[i] for step in group] for i in range(len(group[0].outs))]
        names = [f"d{i}" for i in range(1, len(outs))]
        call = f"{function}({arguments}, {', '.join(f'&{name}' for name in names)})"
        kept = [self.sets(places, name) for places, name in zip(outs[1:], names, strict=True) if places[0] >= 0]
        first = self.sets(outs[0], call) if outs[0][0] >= 0 else f"(void){call};"
        return braced([f"double {', '.join(names)};", first, *kept])

    def calls_logsumexp(self, group: Group) -> Lines:
        """See `Statements`."""
        step, count = group[0], len(group[0].terms)
        call = f"op_logsumexp(xs, {count}, slopes)"
        out = [each.outs[0] for each in group]
        kept = [
            self.sets([each.terms[j][1] for each in group], f"slopes[{j}]")
            for j, (_, slope) in enumerate(step.terms) if slope >= 0
        ]  # fmt: skip
        return braced([
            f"double xs[{count}], slopes[{count}];",
            *loop("j", count, [f"xs[j] = {self.matrix([[x for x, _ in each.terms] for each in group])};"]),
            self.sets(out, call) if out[0] >= 0 else f"(void){call};",
            *kept,
        ])  # fmt: skip

    def sums(self, group: Group, start: str) -> Lines:
        """See `Statements`."""
        out, count = [step.outs[0] for step in group], len(group[0].terms)
        if count <= SHORT:
            factors = [[self.operand([step.terms[j][i] for step in group]) for i in (0, 1)] for j in range(count)]
            return [self.sets(out, total(start, [product(a, b) for a, b in factors]))]
        a, b = (self.matrix([[term[i] for term in step.terms] for step in group]) for i in (0, 1))
        adding = loop("j", count, [f"sum += {product(a, b)};"])
        return braced([f"real sum = {start.strip('()')};", *adding, self.sets(out, "sum")])

    def alternatives(self, group: Group) -> Lines:
        """See `Statements`."""
        out, count = [step.outs[0] for step in group], len(group[0].terms)
        if count <= SHORT:
            return [self.sets(out, any_of([self.operand([step.terms[j][0] for step in group]) for j in range(count)]))]
        way = self.matrix([[x for (x,) in step.terms] for step in group])
        found = loop("j", count, [f"found = found || {way} != 0.0;"])
        return braced(["bool found = false;", *found, self.sets(out, "found ? 1.0 : 0.0")])

    def adds_to_sums(self, group: Group, value: str) -> Lines:
        """See `Statements`."""
        gradient, place = (self.matrix([[term[i] for term in step.terms] for step in group]) for i in (0, 2))
        return loop("j", len(group[0].terms), [f"{place} += {product(gradient, value)};"])

    def blocks(self, groups: Sequence[Group]) -> Iterator[Lines]:
        """Yield the statements of each group, and the tables that they need."""
        for group in groups:
            parts = [group] if len(group) > FEW else [[step] for step in group]
            for part in parts:
                lines = self.write(part)
                yield loop("k", len(part), lines) if len(part) > 1 else lines

    def pieces(self, groups: Sequence[Group]) -> Iterator[Lines]:
        """Yield the bodies of functions of about `PIECE` lines."""
        piece: Lines = []
        for block in self.blocks(groups):
            piece += block
            if len(piece) > PIECE:
                yield self.declared() + piece
                piece = []
        if piece:
            yield self.declared() + piece

    def declared(self) -> Lines:
        """Define the tables used since the last call."""
        kind = "unsigned short" if self.size < 2**16 else "int"
        tables = [
            f"static const {kind if '-' not in words else 'int'} {name}{shape} = {words};"
            for words, (name, shape) in self.tables.items()
        ]
        self.tables = {}
        return tables

    def copied(self, places: Sequence[int], array: str) -> Lines:
        """Copy an array into contiguous places."""
        if not places:
            return []
        return loop("k", len(places), [f"{self.operand(places)} = {array}[{'0' if len(places) == 1 else 'k'}];"])


class Coded(Tables):
    """One step after the other out of a table: slower, and next to nothing to compile. For what is seldom run."""

    def __init__(self, made: Instructions, groups: Sequence[Group]) -> None:
        super().__init__(made, groups)
        self.words: list[int] | None = None
        """The places of the current step."""

    def operand(self, places: Sequence[int], index: str = "k") -> str:
        """See `Statements`."""
        constant = self.made.constants.get(places[0])
        if self.words is None or (constant is not None and number(constant) in (ONE, NO_START)):
            return super().operand(places, index)
        self.words.append(self.position[places[0]])
        return f"m[at[{len(self.words)}]]"

    def matrix(self, rows: Sequence[Sequence[int]]) -> str:
        """Return the operand in column j of the only row."""
        (row,) = rows
        if self.words is None or len(row) == 1:
            return self.operand(row)
        first = len(self.words) + 1
        self.words += [self.position[x] for x in row]
        return f"m[at[{first} + j]]"

    def pieces(self, groups: Sequence[Group]) -> Iterator[Lines]:
        """Yield the body of one function: steps that differ in their places alone are one case."""
        cases: dict[tuple[str, ...], int] = {}
        code: list[int] = []
        lines: Lines = []
        for step in itertools.chain.from_iterable(groups):
            self.words = []
            written = tuple(self.write([step]))
            if written not in cases:
                end = [f"at += {1 + len(self.words)};", "break;"]
                lines += [f"case {len(cases)}:", *("    " + line for line in (*written, *end))]
            code += [cases.setdefault(written, len(cases)), *self.words]
        self.words = None
        kind = "unsigned short" if self.size < 2**16 else "int"
        yield [
            "/* Each step: its case, and the places in m that it reads and writes. */",
            f"static const {kind} steps[] = {{\n{filled([*map(str, code)], '        ')}\n    }};",
            f"for (const {kind} *at = steps; at < steps + {len(code)};) {{",
            "    switch (*at) {",
            *("    " + line for line in lines),
            "    }",
            "}",
        ]


def _listed(at: Iterable[int]) -> str:
    return f"{{{', '.join(map(str, at))}}}"


def loop(index: str, count: int, lines: Lines) -> Lines:
    """Return lines in a loop of `count` iterations; without a loop if it is 1."""
    if count == 0:
        return []
    if count == 1:
        return [re.sub(rf"\b{index} \* n \+ ", "", re.sub(rf"\[{index}\]", "[0]", line)) for line in lines]
    inner = lines[1:-1] if lines[0] == "{" and lines[-1] == "}" else ["    " + line for line in lines]
    return [f"for (int {index} = 0; {index} < {count}; {index}++) {{", *inner, "}"]


def braced(lines: Lines) -> Lines:
    """Return lines in a block."""
    return ["{", *("    " + line for line in lines), "}"]
