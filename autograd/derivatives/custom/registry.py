"""Rows that are added and removed at run time: those of `op` by name, ephemeral ones with their last node.

A node holds its op's row, in either backend, and the table finds by name every row that is still referenced. An op
therefore keeps its meaning as long as one of its nodes lives, and nothing remains of it afterwards.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, Final

from autograd import ops
from autograd._common.numbers import is_number, shown
from autograd.derivatives import differences, over_values
from autograd.engine import backend
from autograd.engine.backend import Value
from autograd.engine.graph import topological_by
from autograd.ops.table import make

__all__ = ["enter", "enter_ephemeral", "is_built_in", "may_loop", "number_of", "of_function", "retire"]

Function = Callable[..., Any]

_built_in: Final = frozenset(ops.NAMES)
_lock = threading.RLock()
_counts: dict[str, int] = {}  # by name, the number of suffixes used so far


def is_built_in(name: str) -> bool:
    """Return whether this is the name of a built-in row."""
    return name in _built_in


def row(
    name: str, index: int, parameters: tuple[str, ...], compute: ops.Compute, rules: Sequence[Function] | None,
    texts: tuple[str, ...], **facts: Any,
) -> ops.Op:  # fmt: skip
    """Make a row, with defaults for omitted fields."""
    return make(name, index, parameters, compute, rules=rules, textbook=texts, **facts)


def enter(name: str, *arguments: Any, **more: Any) -> ops.Op:
    """Put a row into the table until it is removed or replaced; arguments are those of `row`."""
    with _lock:
        known = dict.get(ops.TABLE, name)
        index = known.index if known else max(row.index for row in ops.TABLE.values()) + 1
        made = row(name, index, *arguments, **more)
        if name in ops.TABLE:
            _rename(ops.TABLE[name])
        ops.TABLE[name] = made
        _forget()
    return made


def retire(name: str) -> None:
    """Remove a row from the table; nodes recorded with it keep it, under another name."""
    with _lock:
        _rename(ops.TABLE.pop(name))
        _forget()


def enter_ephemeral(stem: str, *arguments: Any, **more: Any) -> ops.Op:
    """Make a row that the table knows while it is referenced, displayed as `stem`; arguments are those of `row`."""
    with _lock:
        made = row(stem, len(ops.NAMES), *arguments, **more)
        if not _is_free(stem):
            object.__setattr__(made, "name", _numbered(stem))
        ops.EPHEMERAL[made.name] = made
    return made


def of_function(function: Function, compute: ops.Compute, rule: Function, count: int, **more: Any) -> ops.Op:
    """Make the row of a function as one op with `count` operands, whose `rule` returns all derivatives at once."""
    stem = stem_of(function)
    rules = over_values.JointRules(rule, count)
    doc = f"{stem}, as one node."
    return enter_ephemeral(stem, ("*xs",), compute, rules, (f"∂{stem}/∂x",), text=f"{stem}({{xs}})", doc=doc, **more)


def _rename(made: ops.Op) -> None:
    """Free a row's name for another; its nodes and programs then find it under a new one."""
    if ops.EPHEMERAL.get(made.name) is made:
        del ops.EPHEMERAL[made.name]
    object.__setattr__(made, "name", _numbered(made.name))
    ops.EPHEMERAL[made.name] = made


def _is_free(name: str) -> bool:
    return name not in ops.TABLE and not hasattr(backend, name)


def _numbered(stem: str) -> str:
    while True:
        _counts[stem] = _counts.get(stem, 1) + 1
        if _is_free(name := f"{stem}_{_counts[stem]}"):
            return name


def _forget() -> None:
    over_values._over_values.cache_clear()
    over_values.second.cache_clear()
    differences._kink.cache_clear()


def stem_of(function: Function) -> str:
    """Return the name for the ops of a function."""
    name = getattr(function, "__name__", type(function).__name__)
    return "".join(c if c.isalnum() and c.isascii() else "_" for c in name).strip("_") or "function"


def may_loop(function: Function) -> bool:
    """Return whether a function may refer to a node that it computed: in its closure, defaults or bound object."""
    plain = isinstance(function, FunctionType)
    return not plain or bool(function.__closure__ or function.__defaults__ or function.__kwdefaults__)


def number_of(name: str, x: Any) -> float:
    """Return the number that a function of numbers returned, as a float.

    Raises
    ------
    TypeError
        If it isn't a number.
    ValueError
        If it depends on a Value that is not an argument.
    """
    if not is_number(x):
        raise TypeError(f"{name}: must return a number, got {shown(x)}")
    closed = _leaves_with_derivatives(x) if isinstance(x, Value) else []
    if closed:
        called = ", ".join(repr(x.label) if x.label else repr(x) for x in closed[:3])
        raise ValueError(
            f"{name}: a function whose gradient is given depends on {called}, which is none of its arguments: no "
            "derivative would reach it; pass it as an argument, or take its number with .data"
        )
    return float(x)


def _leaves_with_derivatives(result: Value) -> list[Value]:
    """Return the leaves below a result, except those behind ops whose derivatives are 0, such as `stop_gradient`."""

    def below(node: Value) -> Sequence[Value]:
        texts = ops.TABLE[node.op].textbook if node.op else ()
        return () if texts and all(text == "0" for text in texts) else node.parents

    return [node for node in topological_by([result], below) if not node.op]
