"""Writes the table's rows in C (`_ops*.h`), JavaScript (`explore/_ops.js`) and as signatures (`_signatures.pyi`).

A row of `ops.py` is straight-line Python over floats; its syntax tree is translated expression by expression, so both
twins run one formula and give the same bits. Ops with any number of operands are written by hand in `csrc/n_ary.h`.

    python -m autograd.translate --write    after a change to ops.py
    python -m autograd.translate --check    fails when a generated file is stale
"""

from __future__ import annotations

import argparse
import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from autograd import ops
from autograd.ops import TABLE, Op
from autograd.translate_second import second_header

__all__ = ["UntranslatableError", "header", "main", "signatures", "stale"]

HERE: Final = Path(__file__).parent
WIDTH: Final = 118

CHOICE, OR, AND, EQUALITY, RELATION, SUM, PRODUCT, UNARY, ATOM = range(9)  # C's precedences, loosest first

OPERATORS: Final[dict[type[ast.AST], tuple[str, int]]] = {
    ast.Add: ("+", SUM),
    ast.Sub: ("-", SUM),
    ast.Mult: ("*", PRODUCT),
    ast.Div: ("/", PRODUCT),
    ast.Lt: ("<", RELATION),
    ast.LtE: ("<=", RELATION),
    ast.Gt: (">", RELATION),
    ast.GtE: (">=", RELATION),
    ast.Eq: ("==", EQUALITY),
    ast.NotEq: ("!=", EQUALITY),
    ast.And: ("&&", AND),
    ast.Or: ("||", OR),
}
IEEE_CONSTANTS: Final = {"inf": "INFINITY", "nan": "NAN"}


class UntranslatableError(Exception):
    """A row uses Python that has no translation; the text says what and on which line of ops.py."""

    def __init__(self, node: ast.AST, why: str) -> None:
        super().__init__(f"ops.py line {getattr(node, 'lineno', 0)}: {why}, got {ast.unparse(node)!r}")


# Expressions


def expression(node: ast.expr) -> str:
    """Write one Python expression in C.

    Examples
    --------
    >>> expression(ast.parse("1.0 if 0 < x <= 2**-3 else -ieee.exp(abs(x))*(a - b)", mode="eval").body)
    '(0.0 < x && x <= 0.125) ? 1.0 : -exp(fabs(x)) * (a - b)'
    """
    return _expression(node, CHOICE)


def _expression(node: ast.expr, around: int) -> str:
    """The C text of a node, in brackets if it binds more loosely than what stands around it."""
    text, precedence = _with_precedence(node)
    # gcc -Wall asks for brackets around && inside ||, which C itself doesn't need.
    return f"({text})" if precedence < around or (precedence, around) == (AND, OR) else text


def _with_precedence(node: ast.expr) -> tuple[str, int]:
    number = _constant(node)
    if number is not None:
        return _literal(number), ATOM if number >= 0 else UNARY
    match node:
        case ast.Name(id=name):
            return name, ATOM
        case ast.Attribute(value=ast.Name(id="ieee"), attr=name) if name in IEEE_CONSTANTS:
            return IEEE_CONSTANTS[name], ATOM
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return "-" + _expression(operand, UNARY), UNARY
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return "!" + _expression(operand, UNARY), UNARY
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            symbol, precedence = OPERATORS[type(op)]
            return f"{_expression(left, precedence)} {symbol} {_expression(right, precedence + 1)}", precedence
        case ast.BoolOp(op=op, values=values):
            symbol, precedence = OPERATORS[type(op)]
            return f" {symbol} ".join(_expression(value, precedence) for value in values), precedence
        case ast.Compare():
            return _comparison(node)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return f"{_expression(test, OR)} ? {_expression(body, OR)} : {_expression(orelse, CHOICE)}", CHOICE
        case ast.Call(keywords=[]):
            return _call(node), ATOM
    raise UntranslatableError(node, "this expression can't be written in C")


def _constant(node: ast.expr) -> float | None:
    """The value of a number, or of a power of two spelled `2.0**-600`."""
    match node:
        case ast.Constant(value=bool(value) | int(value) | float(value)):
            return float(value)
        case ast.BinOp(left=ast.Constant(value=int() | float() as base), op=ast.Pow(), right=exponent):
            power = ast.literal_eval(exponent)
            return float(base**power)
    return None


def _literal(number: float) -> str:
    return repr(number)  # the shortest decimal that C, too, reads as this double


def _comparison(node: ast.Compare) -> tuple[str, int]:
    operands = [node.left, *node.comparators]
    links = []
    for left, op, right in zip(operands, node.ops, node.comparators, strict=False):
        symbol, precedence = OPERATORS[type(op)]
        links.append((f"{_expression(left, precedence)} {symbol} {_expression(right, precedence + 1)}", precedence))
    return links[0] if len(links) == 1 else (" && ".join(text for text, _ in links), AND)


def _call(node: ast.Call) -> str:
    arguments = [_expression(argument, CHOICE) for argument in node.args]
    match node.func, arguments:
        case ast.Attribute(value=ast.Name(id="ieee"), attr="div"), [x, y]:
            return f"ieee_div({x}, {y})"
        case ast.Attribute(value=ast.Name(id="ieee"), attr=name), _:
            return f"{name}({', '.join(arguments)})"
        case ast.Name(id="abs"), [x]:
            return f"fabs({x})"
        case ast.Name(id=name), _ if name.startswith("_"):
            return f"ops{name}({', '.join(arguments)})"
    raise UntranslatableError(node, "only ieee, abs and helpers of ops.py can be called")


# Functions


class Source:
    """The syntax tree of ops.py, by name."""

    def __init__(self) -> None:
        tree = ast.parse(inspect.getsource(ops))
        self.functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}

    def of(self, op: Op) -> ast.FunctionDef:
        return self.functions[op.compute.__name__]

    def needed(self, roots: list[ast.FunctionDef]) -> tuple[list[str], list[str]]:
        """Names of the constants and of the helpers that these functions use, each after what it uses itself."""
        constants: list[str] = []
        helpers: list[str] = []

        def visit(function: ast.FunctionDef) -> None:
            for name in _names(function):
                if name.isupper() and name not in constants:
                    constants.append(name)
                elif name in self.functions and name.startswith("_") and name not in helpers:
                    visit(self.functions[name])
                    helpers.append(name)

        for root in roots:
            visit(root)
        return constants, helpers


def _names(function: ast.FunctionDef) -> Iterator[str]:
    for statement in function.body:
        yield from (node.id for node in ast.walk(statement) if isinstance(node, ast.Name))


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in function.args.args]


def _body(function: ast.FunctionDef, derivatives: list[str]) -> Iterator[str]:
    """The statements in C; a row's derivatives go through the pointers named, its value is returned."""
    for statement in function.body:
        match statement:
            case ast.Expr(value=ast.Constant(value=str())):
                continue
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield from _definition(name, value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value in zip(names, values, strict=True):
                    yield from _definition(ast.unparse(target), value)
            case ast.Return(value=ast.Tuple(elts=[first, *rest])) if len(rest) == len(derivatives):
                for name, value in zip(derivatives, rest, strict=True):
                    yield from _statement(f"*{name} = ", value)
                yield from _statement("return ", first)
            case ast.Return(value=ast.expr() as value) if not derivatives:
                yield from _statement("return ", value)
            case _:
                raise UntranslatableError(statement, "a row is assignments and one return")


def _definition(name: str, value: ast.expr) -> Iterator[str]:
    truth = isinstance(value, ast.Compare | ast.BoolOp) or (
        isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    )
    yield from _statement(f"const {'bool' if truth else 'double'} {name} = ", value)


def _statement(start: str, value: ast.expr) -> Iterator[str]:
    line = f"    {start}{expression(value)};"
    if len(line) <= WIDTH:
        yield line
        return
    yield "    " + start.rstrip()
    lead = "        "
    while isinstance(value, ast.IfExp):
        yield f"{lead}{_expression(value.test, OR)} ? {_expression(value.body, OR)}"
        lead, value = "        : ", value.orelse
    yield f"{lead}{_expression(value, CHOICE)};"


def _function(name: str, function: ast.FunctionDef, derivatives: list[str]) -> str:
    parameters = [f"double {p}" for p in _parameters(function)] + [f"double *{d}" for d in derivatives]
    head = f"INLINE double\n{name}({', '.join(parameters)})"
    return "\n".join([head, "{", *_body(function, derivatives), "}", ""])


# The files


def header() -> str:
    """The text of `_ops.h`."""
    source = Source()
    fixed = [op for op in TABLE.values() if op.arity is not None]
    constants, helpers = source.needed([source.of(op) for op in TABLE.values()])
    helpers = [name for name in helpers if _is_over_floats(source.functions[name])]
    return "\n".join(
        [
            "/* The ops in C, generated from ops.py by `python -m autograd.translate --write`. Not to be edited. */",
            "",
            "#include <math.h>",
            "#include <stdbool.h>",
            "",
            "/* Always inlined: a derivative that a caller doesn't use is then never computed. */",
            "#if defined(__GNUC__)",
            "#define INLINE static inline __attribute__((always_inline))",
            "#else",
            "#define INLINE static inline",
            "#endif",
            "",
            f"enum {{\n{_filled([f'OP_{name}' for name in TABLE])}\n    OPS_COUNT\n}};",
            "",
            "/* name, (operands), default of the last or NAN, signatures of method and function, docstring */",
            *(_list_of_ops(arity) for arity in (1, 2, 3)),
            *(_list_of_numpy_names(arity) for arity in (1, 2)),
            *(f"static const double {name} = {_literal(getattr(ops, name))};" for name in constants),
            "",
            "INLINE double\nieee_div(double x, double y)\n{\n    return x / y;\n}\n",
            *(_function(f"ops{name}", source.functions[name], []) for name in helpers),
            *(
                _function(f"op_{op.name}", source.of(op), [f"d_{p}" for p in op.parameters])
                for op in fixed
            ),
        ]
    )  # fmt: skip


def _is_over_floats(helper: ast.FunctionDef) -> bool:
    """Whether a helper takes and returns floats; those over sequences belong to ops that are written by hand."""
    annotations = [argument.annotation for argument in helper.args.args] + [helper.returns]
    return all(isinstance(a, ast.Name) and a.id == "float" for a in annotations)


def _filled(words: list[str], indent: str = "    ") -> str:
    lines, line = [], indent
    for word in words:
        if len(line) + len(word) + 2 > WIDTH:
            lines.append(line.rstrip())
            line = indent
        line += word + ", "
    return "\n".join([*lines, line.rstrip()])


def _list_of_ops(arity: int) -> str:
    name = {1: "UNARY", 2: "BINARY", 3: "TERNARY"}[arity]
    rows = [_row(op) for op in TABLE.values() if op.arity == arity]
    return " \\\n    ".join([f"#define {name}_OPS(X)", *rows]) + "\n"


def _row(op: Op) -> str:
    names = ", ".join(_quoted(p) for p in op.parameters)
    default = _literal(op.defaults[-1]) if op.defaults else "NAN"
    method, function = _signatures(op)
    return f"X({op.name}, ({names}), {default}, {_quoted(method)}, {_quoted(function)}, {_quoted(op.doc)})"


def _signatures(op: Op) -> tuple[str, str]:
    """How the method and the function are called."""
    words = [p if d is None else f"{p}={d!r}" for p, d in _parameters_of(op)]
    return f"({', '.join(['$self', *words[1:]])})", f"({', '.join(words)})"


def _parameters_of(op: Op) -> list[tuple[str, float | None]]:
    """Names of the operands, each with its default or None."""
    required = len(op.parameters) - len(op.defaults)
    return list(zip(op.parameters, [None] * required + list(op.defaults), strict=True))


def _list_of_numpy_names(arity: int) -> str:
    """An X-macro over the methods that numpy calls by another name: that name, ours, its kind, signature, doc."""
    name = {1: "UNARY", 2: "BINARY"}[arity]
    rows = [
        f"X({op.numpy}, {op.name}, KIND, {_quoted(_signatures(op)[0])}, {_quoted(op.doc)})"
        for op in TABLE.values()
        if op.numpy and op.arity == arity
    ]
    return " \\\n    ".join([f"#define NUMPY_{name}(X, KIND)", *rows]) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


# Signatures


OPERATOR_METHODS: Final = [side + name for name in ("add", "sub", "mul", "truediv") for side in ("", "r")]


def signatures() -> str:
    """The text of `_signatures.pyi`."""
    fixed = [op for op in TABLE.values() if op.arity is not None]
    return "\n".join(
        [
            "# What the table adds to Value and to the module, generated from ops.py by",
            "# `python -m autograd.translate --write`. Not to be edited.",
            "from collections.abc import Iterable",
            "from typing import overload",
            "",
            "from autograd.value import Operand, Value",
            "",
            f"__all__ = [\n{_filled([_quoted(name) for name in TABLE])}\n]  # fmt: skip",
            "",
            "class Methods:",
            *(_method_signature(name, op) for op in fixed for name in (op.name, op.numpy) if name),
            *(f"    def __{name}__(self, other: Operand) -> Value: ..." for name in OPERATOR_METHODS),
            "    def __pow__(self, exponent: Operand, modulus: None = None) -> Value: ...",
            "    def __rpow__(self, base: Operand, modulus: None = None) -> Value: ...",
            "",
            *(_function_signatures(op) for op in fixed),
            *(_reduction_signatures(name, "values: Iterable[{}]") for name in ("sum", "mean", "logsumexp")),
            _reduction_signatures("dot", "ws: Iterable[{0}], xs: Iterable[{0}], bias: {0} = 0.0"),
            "",
        ]
    )  # fmt: skip


def _method_signature(name: str, op: Op) -> str:
    others = "".join(f", {_typed(p, 'Operand', default)}" for p, default in _parameters_of(op)[1:])
    return f"    def {name}(self{others}) -> Value: ..."


def _function_signatures(op: Op) -> str:
    """One overload for each first operand that is a Value, those before it floats, and one for floats alone."""
    parameters = _parameters_of(op)
    lines = []
    for first in range(len(parameters) + 1):
        # A Value can't stand where a default does unless the caller says so: no default in that overload.
        words = [
            _typed(p, "float" if i < first else "Value" if i == first else "Operand", None if i == first else default)
            for i, (p, default) in enumerate(parameters)
        ]
        result = "Value" if first < len(parameters) else "float"
        lines += ["@overload", f"def {op.name}({', '.join(words)}) -> {result}: ..."]
    return "\n".join(lines)


def _typed(parameter: str, kind: str, default: float | None) -> str:
    return f"{parameter}: {kind}" + ("" if default is None else f" = {default!r}")


def _reduction_signatures(name: str, parameters: str) -> str:
    numbers, operands = parameters.format("float"), parameters.format("Operand")
    return (
        f"@overload\ndef {name}({numbers}) -> float: ...  # type: ignore[overload-overlap]\n"
        f"@overload\ndef {name}({operands}) -> Value: ..."
    )


def _javascript() -> str:
    from autograd.javascript import script  # which reads rows with what is here

    return script()


FILES: Final = {
    "_ops.h": header,
    "_ops_second.h": second_header,
    "_signatures.pyi": signatures,
    "explore/_ops.js": _javascript,
}


def stale() -> list[str]:
    """Names of the generated files that `--write` would change."""
    return [name for name, text in FILES.items() if _read(HERE / name) != text()]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; 1 when `--check` finds a stale file."""
    parser = argparse.ArgumentParser(prog="python -m autograd.translate", description=(__doc__ or "").splitlines()[0])
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true", help="write the generated files")
    choice.add_argument("--check", action="store_true", help="fail when a generated file is stale")
    wanted = parser.parse_args(arguments)
    names = stale()
    for name in names:
        if wanted.write:
            (HERE / name).write_text(FILES[name](), encoding="utf-8")
            print(f"wrote autograd/{name}")
        else:
            print(f"autograd/{name} is stale: run python -m autograd.translate --write", file=sys.stderr)
    return 1 if names and wanted.check else 0


if __name__ == "__main__":
    sys.exit(main())
