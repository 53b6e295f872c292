"""The table of ops: the fields of a row, and how `rows.py` and users add one.

Everything specific to an op is a field of its row. The rest of the package reads these fields and names no op.
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
    "CALL", "HIDDEN", "EPHEMERAL", "POSITIVE", "POWER", "PRODUCT", "REAL", "SIGN", "SIGNED", "SUM", "TABLE", "UNIT",
    "Op", "make", "row",
]  # fmt: skip

Compute = Callable[..., tuple[float, ...]]
Interval = tuple[float, float]

REAL: Final[Interval] = (-inf, inf)
POSITIVE: Final[Interval] = (0.0, inf)
UNIT: Final[Interval] = (-1.0, 1.0)

# Precedence, loosest first; SIGNED is a product after a minus sign, SIGN the sign itself.
SUM, SIGNED, PRODUCT, SIGN, POWER, CALL = range(1, 7)


@dataclass(frozen=True, kw_only=True)
class Op:
    """One row of the table: a function of floats and its properties."""

    name: str  # of the function, of the method, and in worksheets
    index: int  # position in the table
    parameters: tuple[str, ...]  # names of the operands; "*xs" stands for any number of them
    defaults: tuple[float, ...] = ()  # of the last operands
    form: str = ""  # if variadic: "linear", "softmax", or "products" (all w, all x, a bias)
    fewest: int = 1  # minimum number of operands, if variadic
    compute: Compute  # maps operands to (value, local derivative for each operand); IEEE 754, never raises
    doc: str = ""  # one sentence for docstrings

    # How it is written; texts are format strings over the parameters.
    operator: str = ""  # Python's operator for it
    symbol: str  # label of a node in a picture
    text: str
    latex: str
    precedence: int = CALL  # of the written form
    numpy: str = ""  # NumPy's name, if different

    # Its derivatives, as expressions over the parameters and `out`
    textbook: tuple[str, ...]  # for each operand, in textbook form
    graph: tuple[str, ...]  # for each operand, in the form that is differentiated again
    second: tuple[str, ...] = ()  # for each pair of operands i ≤ j; may use the local derivatives `d_x`
    analytic: Callable[..., complex] | None = None  # over complex numbers, up to a constant beside a kink
    tails: tuple[Callable[[float], float], ...] = ()  # the value up to a constant, accurate below 0, and above

    # Where it holds
    domain: tuple[Interval, ...]  # for each operand, where the value is real; closed intervals
    kinks: str = ""  # condition under which the op isn't differentiable; empty if there is none
    jumps: bool = False  # the value itself jumps at the kinks
    commutes: bool = False  # whether swapping its two operands changes no bit
    regular: bool = False  # finite for finite operands, except for overflow
    selects: bool = False  # an operand whose local derivative is 0 receives nothing, not even 0 · inf
    cheap_slopes: bool = False  # replays recompute local derivatives in the backward pass instead of storing them

    # How accurate it is
    ulp: float = 4.0  # bound on the error of the value and of each derivative, in units in the last place
    loose: tuple[tuple[float, float, float], ...] = ()  # (low, high, error): the bound is absolute in this range
    note: str = ""  # why `ulp` exceeds 4, or why `loose` is needed
    rounding: Callable[..., float] | None = None  # of (value, *operands): the value's error in 2⁻⁵³

    # For an op added by a user
    rules: Sequence[Callable[..., Any]] | None = None  # derivatives over Values, as functions of the operands and out
    origin: tuple[Any, ...] | None = None  # where it was defined, see `derivatives.custom.operation.origin`
    loops: bool = False  # whether its functions may refer to one of its nodes

    @property
    def arity(self) -> int | None:
        """Number of operands; None if variadic."""
        return None if self.parameters[0].startswith("*") else len(self.parameters)

    @property
    def is_own_slope(self) -> bool:
        """Whether its derivative equals its value, as for exp."""
        return self.graph == ("out",)

    def takes(self, count: int) -> bool:
        """Return whether the op can have that number of operands."""
        if self.arity is not None:
            return count == self.arity
        return count >= self.fewest and (self.form != "products" or count % 2 == 1)


class _Table(dict[str, Op]):
    """Rows by name. Indexing also finds the ops in HIDDEN and EPHEMERAL; iteration omits them."""

    def __missing__(self, name: str) -> Op:
        return HIDDEN[name] if name in HIDDEN else EPHEMERAL[name]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in HIDDEN or name in EPHEMERAL


HIDDEN: dict[str, Op] = {}
"""Built-in ops that occur only in derivatives, such as the slope of tanh; they are not public functions."""

EPHEMERAL: WeakValueDictionary[str, Op] = WeakValueDictionary()
"""Ephemeral ops, which exist as long as something references them, such as their nodes."""

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
    """Return a row; omitted fields get their defaults."""
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
    """Return the call of the hidden op whose value is an op's derivative for one of its operands."""
    return f"{slope_name(name, parameters, parameter)}({', '.join(parameters)})"


def slope_name(name: str, parameters: tuple[str, ...], parameter: str) -> str:
    """Return the name of that op."""
    return f"{name}_slope" if len(parameters) == 1 else f"{name}_slope_{parameter}"


def row(*textbook: str, hidden: bool = False, **facts: Any) -> Callable[[Compute], Compute]:
    """Enter the decorated function into the table, or among the hidden ops, under its own name.

    The operands and their defaults are those of the function; fields of `Op` not given as facts are derived from the
    name.
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
