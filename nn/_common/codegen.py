"""Writes the rows of `steps.py` in C: `AUTOGRAD_CORE=python python -m nn._common.codegen` after a change to a row."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Final

from autograd.codegen.c import C
from nn._common.steps import ROWS

__all__ = ["HEADER", "header"]

HEADER: Final = Path(__file__).with_name("_steps.h")


def header() -> str:
    """Return the text of `_steps.h`: a loop for each row, and the table of them."""
    names = [f'    {{"{name}", {len(states)}, {len(settings)}, row_{name}}},' for name, states, settings in _rows()]
    return "\n".join(
        [
            "/* Generated from steps.py by `python -m nn._common.codegen`. Not to be edited. */",
            *(_loop(name, states, settings) for name, states, settings in _rows()),
            "static const Row rows[] = {",
            *names,
            "};",
            "",
        ]
    )


def _rows() -> list[tuple[str, list[str], list[str]]]:
    """Name, states and settings of each row."""
    found = []
    for name, row in ROWS.items():
        parameters = inspect.signature(row).parameters.values()
        states = [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY][2:]
        found.append((name, states, [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]))
    return found


def _loop(name: str, states: list[str], settings: list[str]) -> str:
    function = ast.parse(inspect.getsource(ROWS[name])).body[0]
    assert isinstance(function, ast.FunctionDef)
    known, lines = {"x", "g", *states}, []
    for statement in function.body:
        if isinstance(statement, ast.Assign):
            target = ast.unparse(statement.targets[0])
            lines.append(f"{'' if target in known else 'double '}{target} = {C.write(statement.value)};")
            known.add(target)
    loads = ["x = xs[i]", "g = gs[i]", *(f"{state} = {state}s[i]" for state in states)]
    return "\n".join(
        [
            "",
            "WIDE static void",
            f"row_{name}(Py_ssize_t n, double *restrict xs, const double *restrict gs, double *const *states,",
            f"{' ' * len(f'row_{name}(')}const double *settings)",
            "{",
            *(f"    double *restrict {state}s = states[{i}];" for i, state in enumerate(states)),
            *(f"    const double {setting} = settings[{i}];" for i, setting in enumerate(settings)),
            "    for (Py_ssize_t i = 0; i < n; i++) {",
            f"        double {', '.join(loads)};",
            *(f"        {line}" for line in lines),
            *(f"        {name}s[i] = {name};" for name in ("x", *states)),
            "    }",
            "}",
            "",
        ]
    )


if __name__ == "__main__":
    HEADER.write_text(header(), encoding="utf-8")
