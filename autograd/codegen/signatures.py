"""Generates the signatures of the table's methods and functions for type checkers (`_signatures.pyi`)."""

from __future__ import annotations

from autograd.codegen.python import METHODS
from autograd.codegen.source import filled, parameters_of, quoted
from autograd.ops import TABLE, Op

__all__ = ["signatures"]


def signatures() -> str:
    """Return the text of `_signatures.pyi`."""
    fixed = [op for op in TABLE.values() if op.arity is not None]
    plain = [METHODS[op.operator] for op in fixed if op.arity == 2 and op.operator and op.operator != "**"]
    operators = [side + name for name in plain for side in ("", "r")]
    return "\n".join(
        [
            "# What the table adds to Value and to the module, generated from rows.py by",
            "# `python -m autograd.codegen --write`. Not to be edited.",
            "from collections.abc import Iterable",
            "from typing import overload",
            "",
            "from autograd.engine.value import Operand, Value",
            "",
            f"__all__ = [\n{filled([quoted(name) for name in TABLE])}\n]  # fmt: skip",
            "",
            "class Methods:",
            *(_method_signature(name, op) for op in fixed for name in (op.name, op.numpy) if name),
            *(f"    def __{name}__(self, other: Operand) -> Value: ..." for name in operators),
            "    def __pow__(self, exponent: Operand, modulus: None = None) -> Value: ...",
            "    def __rpow__(self, base: Operand, modulus: None = None) -> Value: ...",
            "",
            *(_function_signatures(op) for op in fixed),
            *(_reduction_signatures(op) for op in TABLE.values() if op.arity is None),
            "",
        ]
    )  # fmt: skip


def _method_signature(name: str, op: Op) -> str:
    others = "".join(f", {_typed(p, 'Operand', default)}" for p, default in parameters_of(op)[1:])
    return f"    def {name}(self{others}) -> Value: ..."


def _function_signatures(op: Op) -> str:
    """Return one overload for each first operand that is a Value, those before it floats, and one for floats alone."""
    parameters = parameters_of(op)
    lines = []
    for first in range(len(parameters) + 1):
        # A Value can't take the place of a default unless it is passed: no default in that overload.
        words = [
            _typed(p, "float" if i < first else "Value" if i == first else "Operand", None if i == first else default)
            for i, (p, default) in enumerate(parameters)
        ]
        result = "Value" if first < len(parameters) else "float"
        lines += ["@overload", f"def {op.name}({', '.join(words)}) -> {result}: ..."]
    return "\n".join(lines)


def _typed(parameter: str, kind: str, default: float | None) -> str:
    return f"{parameter}: {kind}" + ("" if default is None else f" = {default!r}")


def _reduction_signatures(op: Op) -> str:
    products = "ws: Iterable[{0}], xs: Iterable[{0}], bias: {0} = 0.0"
    parameters = products if op.form == "products" else "values: Iterable[{0}]"
    numbers, operands = parameters.format("float"), parameters.format("Operand")
    return (
        f"@overload\ndef {op.name}({numbers}) -> float: ...  # type: ignore[overload-overlap]\n"
        f"@overload\ndef {op.name}({operands}) -> Value: ..."
    )
