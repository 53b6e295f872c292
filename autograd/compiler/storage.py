"""Programs as plain JSON: nothing in a file is executed, and everything is validated before use."""

from __future__ import annotations

import json
from typing import Any, Final

from autograd._common.numbers import from_json, to_json
from autograd.compiler.record.tape import ALIAS, NAMES, Guard, Tape
from autograd.compiler.record.walk import ROWS
from autograd.engine.backend import Value
from autograd.errors import AutogradError
from autograd.ops import TABLE

__all__ = ["StoreError", "dumps", "loads"]

FORMAT: Final = "scalargrad program"
VERSION: Final = 1
MOST: Final = 50_000_000
FEW: Final = 100_000
"""The maximum number of inputs in a file with fewer characters; each takes memory even if unused."""

KINDS: Final = frozenset(
    {"<", "<=", ">", ">=", "==", "!=", "float", "data", "int", "trunc", "floor", "ceil", "bool", "round", "finite"}
)
COMPARISONS: Final = frozenset({"<", "<=", ">", ">=", "==", "!="})


class StoreError(AutogradError, ValueError):
    """Raised if a file isn't a program; the message says what is wrong and where."""


def dumps(tape: Tape, parameters: list[tuple[float, str]], single_output: bool) -> str:
    """Write a tape, with the parameters' data and labels, as JSON."""
    return json.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "inputs": tape.inputs,
            "parameters": [[to_json(data), label] for data, label in parameters],
            "constants": [to_json(x) for x in tape.constants],
            "ops": [[tape.op(row), *operands] for row, operands in zip(tape.rows, tape.operands, strict=True)],
            "outputs": list(tape.outputs),
            "single_output": single_output,
            "guards": [[g.kind, g.node, g.other, to_json(g.outcome), g.digits] for g in tape.guards],
            "added": list(tape.added),
            "labels": {str(entry): label for entry, label in tape.labels.items()},
        },
        allow_nan=False,
    )


def loads(text: str) -> tuple[Tape, list[Value], bool]:
    """Read the output of `dumps`.

    Raises
    ------
    StoreError
        If the text isn't a valid program.
    """
    try:
        document = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise StoreError(f"load: not JSON: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise StoreError(f"load: not a program: it must be an object whose format is {FORMAT!r}")
    if document.get("version") != VERSION or isinstance(document["version"], bool):
        raise StoreError(f"load: version must be {VERSION}, got {document.get('version')!r:.40}")
    inputs = _integer(document.get("inputs"), "inputs", 0, max(FEW, len(text)))
    parameters = [
        Value(_float(pair[0], f"parameters[{i}]"), _text(pair[1], f"parameters[{i}]"))
        for i, pair in enumerate(_lists(document, "parameters", 2))
    ]
    constants = tuple(_float(x, f"constants[{i}]") for i, x in enumerate(_list(document.get("constants"), "constants")))
    start = inputs + len(parameters) + len(constants)
    added = tuple(_added(name, i) for i, name in enumerate(_list(document.get("added", []), "added")))
    rows, operands = _ops(_list(document.get("ops"), "ops"), start, added)
    size = start + len(rows)
    outputs = tuple(
        _integer(x, f"outputs[{i}]", 0, size - 1) for i, x in enumerate(_list(document.get("outputs"), "outputs"))
    )
    single = document.get("single_output")
    if not outputs or not isinstance(single, bool) or (single and len(outputs) != 1):
        raise StoreError(f"load: single_output must be a bool that fits {len(outputs)} outputs, got {single!r:.40}")
    guards = tuple(_guard(g, i, size) for i, g in enumerate(_lists(document, "guards", 5)))
    labels = document.get("labels")
    if not isinstance(labels, dict) or len(labels) > size:
        raise StoreError("load: labels must be an object of texts")
    named = {
        _integer(int(key) if key.isdecimal() and len(key) < 12 else key, "labels", 0, size - 1): _text(label, "labels")
        for key, label in labels.items()
    }
    return Tape(inputs, len(parameters), constants, rows, operands, outputs, guards, named, added), parameters, single


def _refuse(word: str) -> None:
    raise ValueError(f"{word} isn't JSON")


def _list(x: Any, what: str) -> list[Any]:
    if not isinstance(x, list) or len(x) > MOST:
        raise StoreError(f"load: {what} must be a list, got {type(x).__name__}")
    return x


def _lists(document: dict[str, Any], what: str, length: int) -> list[list[Any]]:
    found = _list(document.get(what), what)
    for i, x in enumerate(found):
        if not isinstance(x, list) or len(x) != length:
            raise StoreError(f"load: {what}[{i}] must be a list of {length}, got {x!r:.40}")
    return found


def _integer(x: Any, what: str, low: int, high: int) -> int:
    if not isinstance(x, int) or isinstance(x, bool) or not low <= x <= high:
        raise StoreError(f"load: {what} must be an int from {low} to {high}, got {x!r:.40}")
    return x


def _float(x: Any, what: str) -> float:
    x = from_json(x)
    if isinstance(x, bool) or not isinstance(x, (int, float)):
        raise StoreError(f"load: {what} must be a number, got {x!r:.40}")
    try:
        return float(x)
    except OverflowError:
        raise StoreError(f"load: {what} is too large for a double") from None


def _text(x: Any, what: str) -> str:
    if not isinstance(x, str):
        raise StoreError(f"load: {what} must have a text, got {x!r:.40}")
    return x


def _added(name: Any, i: int) -> str:
    """Return an added op; a file has only its name, and its meaning is that of the current process."""
    if not isinstance(name, str) or name in NAMES or (name not in TABLE and name != ALIAS):
        raise StoreError(
            f"load: added[{i}] must be the name of an op that was added here, got {name!r:.60}; if the program calls "
            "one of yours, import the module that adds it first"
        )
    return name


def _ops(found: list[Any], start: int, added: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    numbers = ROWS | {name: len(NAMES) + i for i, name in enumerate(added)}
    rows, operands = [], []
    for i, step in enumerate(found):
        where = f"ops[{i}]"
        if not isinstance(step, list) or not step or not isinstance(step[0], str) or step[0] not in numbers:
            raise StoreError(f"load: {where} must be a list that begins with the name of an op, got {step!r:.40}")
        given = tuple(_integer(x, where, 0, start + i - 1) for x in step[1:])
        if not _fits(step[0], len(given)):
            raise StoreError(f"load: {where}: {step[0]} can't have {len(given)} operands")
        rows.append(numbers[step[0]])
        operands.append(given)
    return tuple(rows), tuple(operands)


def _fits(name: str, operands: int) -> bool:
    """Return whether an op can have that number of operands."""
    return operands == 1 if name == ALIAS else TABLE[name].takes(operands)


def _guard(g: list[Any], i: int, size: int) -> Guard:
    where = f"guards[{i}]"
    kind, node, other, outcome, digits = g
    if not isinstance(kind, str) or kind not in KINDS:
        raise StoreError(f"load: {where}: unknown kind {kind!r:.40}")
    if (kind in COMPARISONS) == (other is None):
        raise StoreError(f"load: {where}: {kind} must {'have' if other is None else 'not have'} a second operand")
    return Guard(
        kind,
        _integer(node, where, 0, size - 1),
        None if other is None else _integer(other, where, 0, size - 1),
        bool(outcome) if kind in COMPARISONS or kind in ("bool", "finite") else _float(outcome, where),
        None if digits is None else _integer(digits, where, -400, 400),
    )
