"""The table of ops: what a row states, and how `rows.py` and users enter one.

Everything that is particular to an op is a field of its row. The rest of the package asks the row and names no op.
"""

from __future__ import annotations

import cmath
import inspect
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final
from weakref import WeakValueDictionary

__all__ = [
    "CALL",
    "HIDDEN",
    "PASSING",
    "POSITIVE",
    "POWER",
    "PRODUCT",
    "REAL",
    "SIGN",
    "SIGNED",
    "SUM",
    "TABLE",
    "UNIT",
    "Op",
    "make",
    "row",
]

Compute = Callable[..., tuple[float, ...]]
Interval = tuple[float, float]

REAL: Final[Interval] = (-inf, inf)
POSITIVE: Final[Interval] = (0.0, inf)
UNIT: Final[Interval] = (-1.0, 1.0)

# Precedence, loosest first; SIGNED is a product after a minus sign, SIGN the sign itself.
SUM, SIGNED, PRODUCT, SIGN, POWER, CALL = range(1, 7)


@dataclass(frozen=True, kw_only=True)
class Op:
    """One row of the table.

    Attributes
    ----------
    name : str
        Name of the function and of the method, also in worksheets.
    index : int
        Position in the table.
    parameters : tuple of str
        Names of the operands; `"*xs"` stands for any number of them.
    compute : callable
        Maps operands, as floats, to (value, local derivative for each operand). IEEE 754 arithmetic; never raises.
    symbol : str
        Label of a node in a picture.
    text, latex : str
        Format strings over the parameters.
    precedence : int
        How tightly the written form binds.
    textbook, graph : tuple of str
        The derivative for each operand as a textbook writes it, and in the form that is differentiated again:
        expressions over the parameters and `out`.
    domain : tuple of (float, float)
        For each operand the closed interval on which the value is a real number.
    kinks : str
        Condition on the operands under which the op is not differentiable; empty if there is none.
    ulp : float
        Bound on the error of the value and of each derivative, in units in the last place.
    loose : tuple of (low, high, error)
        Intervals of the first operand on which the bound is the absolute `error` instead.
    rounding : callable, optional
        Bound on the error of the value, given exact operands, in units of 2⁻⁵³: a function of the value and the
        operands, for what `ulp` says too loosely. 0 for an exact op.
    note : str
        Why `ulp` exceeds 4, or why `loose` is needed.
    defaults : tuple of float
        Default values of the last operands.
    numpy : str
        NumPy's name for the op, where it differs.
    doc : str
        One sentence for docstrings.
    selects : bool
        Whether the op selects among its operands: one whose local derivative is 0 receives nothing, not even 0 · inf.
    regular : bool
        Whether the op is finite wherever its operands are, short of overflow.
    cheap_slopes : bool
        Whether a replay computes the local derivatives again in the backward pass rather than keeping them.
    analytic : callable, optional
        The op over complex operands, up to a constant on each side of a kink, for the complex-step derivative.
    rules : sequence of callable, optional
        For an op added by a user: its derivatives over Values, as functions of the operands and out.
    origin : tuple, optional
        For an op added by a user: where it comes from, see `autograd.derivatives.custom.operation.origin`.
    loops : bool
        For an op added by a user: whether its functions may refer to a node of it.
    """

    name: str
    index: int
    parameters: tuple[str, ...]
    compute: Compute
    symbol: str
    text: str
    latex: str
    textbook: tuple[str, ...]
    graph: tuple[str, ...]
    domain: tuple[Interval, ...]
    second: tuple[str, ...] = ()
    precedence: int = CALL
    kinks: str = ""
    ulp: float = 4.0
    loose: tuple[tuple[float, float, float], ...] = ()
    rounding: Callable[..., float] | None = None
    note: str = ""
    defaults: tuple[float, ...] = ()
    numpy: str = ""
    doc: str = ""
    selects: bool = False
    regular: bool = False
    cheap_slopes: bool = False
    analytic: Callable[..., complex] | None = None
    rules: Sequence[Callable[..., Any]] | None = None
    origin: tuple[Any, ...] | None = None
    loops: bool = False

    @property
    def arity(self) -> int | None:
        """Number of operands; None if it takes any number."""
        return None if self.parameters[0].startswith("*") else len(self.parameters)


class _Table(dict[str, Op]):
    """Rows by name. Indexing also finds the ops in HIDDEN and PASSING, which iteration leaves out."""

    def __missing__(self, name: str) -> Op:
        return HIDDEN[name] if name in HIDDEN else PASSING[name]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in HIDDEN or name in PASSING


HIDDEN: dict[str, Op] = {}
"""Built-in ops that only derivatives consist of, such as the slope of tanh: no public functions."""

PASSING: WeakValueDictionary[str, Op] = WeakValueDictionary()
"""Ephemeral ops, which exist as long as something holds them, such as their nodes."""

TABLE: dict[str, Op] = _Table()


def make(
    name: str,
    index: int,
    parameters: tuple[str, ...],
    compute: Compute,
    *,
    textbook: tuple[str, ...],
    graph: tuple[str, ...] = (),
    symbol: str = "",
    text: str = "",
    latex: str = "",
    domain: tuple[Interval, ...] = (),
    **facts: Any,
) -> Op:
    """Return a row; what is left out gets its default."""
    arguments = ", ".join(f"{{{p.lstrip('*')}}}" for p in parameters)
    written = name.replace("_", r"\_")
    return Op(
        name=name,
        index=index,
        parameters=parameters,
        compute=compute,
        symbol=symbol or name,
        text=text or f"{name}({arguments})",
        latex=latex or text or rf"\operatorname{{{{{written}}}}}({arguments})",
        textbook=textbook,
        graph=graph or (tuple(slope_of(name, parameters, p) for p in parameters) if facts.get("second") else textbook),
        domain=domain or (REAL,) * len(parameters),
        **facts,
    )


def slope_of(name: str, parameters: tuple[str, ...], parameter: str) -> str:
    """The call of the hidden op whose value is an op's derivative for one of its operands."""
    return f"{slope_name(name, parameters, parameter)}({', '.join(parameters)})"


def slope_name(name: str, parameters: tuple[str, ...], parameter: str) -> str:
    """The name of that op."""
    return f"{name}_slope" if len(parameters) == 1 else f"{name}_slope_{parameter}"


def row(*textbook: str, hidden: bool = False, **facts: Any) -> Callable[[Compute], Compute]:
    """Enter the decorated function into the table, or among the hidden ops, under its own name.

    The operands and their defaults are those of the function; all else that isn't given as a fact, a field of `Op`, is
    derived from the name.
    """

    def enter(compute: Compute) -> Compute:
        name = compute.__name__.rstrip("_")
        signature = inspect.signature(compute).parameters.values()
        parameters = tuple("*" + p.name if p.kind is p.VAR_POSITIONAL else p.name for p in signature)
        facts["defaults"] = tuple(p.default for p in signature if p.default is not p.empty)
        facts["doc"] = (compute.__doc__ or "").strip()
        if not hidden:
            facts.setdefault("analytic", getattr(cmath, name, getattr(operator, name, None)))
        table, index = (HIDDEN, len(TABLE) + len(HIDDEN)) if hidden else (TABLE, len(TABLE))
        table[name] = make(name, index, parameters, compute, textbook=textbook, **facts)
        return compute

    return enter
