"""Validation of arguments: sizes, shapes, numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final

from autograd._common.numbers import is_number, shown, whole_number
from autograd.engine.backend import Value

__all__ = [
    "entries_of",
    "flattened",
    "listed",
    "number_in",
    "number_of",
    "numbers",
    "one_of",
    "setting",
    "shape_of",
    "shown",
    "size",
    "switch",
]


_NUMBERS = {Value, float, int, bool}  # the most common types


def listed(names: Iterable[str]) -> str:
    """Return the names for an error message."""
    return ", ".join(names)


def size(what: str, given: Any, least: int = 1, most: int | None = None) -> int:
    """Return a whole number of at least `least`, of Python or of numpy."""
    number = whole_number(given)
    if number is None or number < least:
        raise ValueError(f"{what} must be a whole number of at least {least}, got {shown(given)}")
    if most is not None and number > most:
        raise ValueError(f"{what} must be at most {most:,}, got {shown(given)}")
    return number


def number_of(given: Any) -> float:
    """Return a number as a float; anything else raises a TypeError that shows it."""
    if not is_number(given):
        raise TypeError(f"got {shown(given)}")
    try:
        return float(given)
    except OverflowError:
        raise TypeError(f"got {shown(given)}, which no double holds") from None


def number_in(what: str, given: Any, interval: str) -> float:
    """Return a number as a float if it is in an interval, such as "[0, 1)"."""
    try:
        number = number_of(given)
    except TypeError as error:
        raise TypeError(f"{what} must be a number, {error}") from None
    low, high, allowed = _bounds(interval)
    if not (low < number < high or number in allowed):
        words = {"(0, inf)": "positive and finite", "[0, inf)": "finite and at least 0", "(-inf, inf)": "finite"}
        raise ValueError(f"{what} must be {words.get(interval, f'in {interval}')}, got {given!r}")
    return number


@cache
def _bounds(interval: str) -> tuple[float, float, tuple[float, ...]]:
    """Return the ends of an interval, and those that belong to it."""
    low, high = map(float, interval[1:-1].split(","))
    return low, high, (low,) * (interval[0] == "[") + (high,) * (interval[-1] == "]")


def one_of(what: str, given: Any, allowed: Sequence[str]) -> str:
    """Return one of several words."""
    if not isinstance(given, str) or given not in allowed:
        where, _, name = what.rpartition(": ")
        raise ValueError(f"{where}: unknown {name}, got {given!r}; allowed {listed(allowed)}")
    return given


def switch(what: str, given: Any) -> bool:
    """Return True or False, of Python, of numpy, or as 1 and 0."""
    if not is_number(given) or given not in (True, False):
        raise ValueError(f"{what} must be True or False, got {shown(given)}")
    return bool(given)


def _betas(what: str, given: Any) -> tuple[float, ...]:
    if len(shape_of(given)) != 1 or len(given) != 2:
        raise ValueError(f"{what} must be two numbers, got {shown(given)}")
    return tuple(number_in(f"{what}[{i}]", x, "[0, 1)") for i, x in enumerate(given))


_INTERVALS: Final = {
    "[0, inf)": """lr momentum dampening weight_decay eps tolerance_grad tolerance_change gamma eta_min max_lr min_lr
        threshold min_delta seconds noise base_lr gain Classifier.alpha Regressor.alpha""",
    "(-inf, inf)": "turns",
    "(0, inf)": "power div_factor final_div_factor delta",
    "[0, 1)": "alpha p circles.factor",
    "[0, 1]": "end_factor pct_start ConstantLR.factor",
    "(0, 1]": "start_factor",
    "(0, 1)": "factor",
    "[0, inf]": "max_norm clip_value",
    "(0, inf]": "norm_type",
}
_WORDS: Final = {"reduction": ("mean", "sum"), "mode": ("min", "max"), "anneal_strategy": ("cos", "linear")}
_SWITCHES: Final = (
    "nesterov", "amsgrad", "centered", "maximize", "shuffle", "compiled", "progress", "restore", "causal",
    "error_if_nonfinite",
)  # fmt: skip
_COUNTS: Final = ("patience", "cooldown", "seed", "bad_calls", "cooling", "waited")
_RULES: Final[dict[str, Callable[[str, Any], Any]]] = {
    **{name: partial(number_in, interval=each) for each, names in _INTERVALS.items() for name in names.split()},
    **{name: partial(one_of, allowed=allowed) for name, allowed in _WORDS.items()},
    **dict.fromkeys(_SWITCHES, switch),
    **dict.fromkeys(_COUNTS, partial(size, least=0)),
    **dict.fromkeys(("last_step", "steps"), partial(size, least=0, most=2**53)),  # exact as floats
    "EarlyStopping.patience": size,
    "Checkpoint.steps": size,
    "betas": _betas,
}
"""The allowed values of each setting; a setting that isn't listed is a whole number of at least 1."""


def setting(where: str, name: str, given: Any) -> Any:
    """Return a setting as its plain type if it is allowed.

    Raises
    ------
    TypeError, ValueError
        If it isn't; the error names `where`, the setting and what it may be.
    """
    return _RULES.get(f"{where}.{name}", _RULES.get(name, size))(f"{where}: {name}", given)


def shape_of(given: Any) -> tuple[int | str, ...]:
    """Return the lengths of nested sequences, with "ragged" where they differ."""
    kind = type(given)
    if kind in _NUMBERS:
        return ()
    if (kind is list or kind is tuple) and given and _NUMBERS.issuperset(map(type, given)):
        return (len(given),)
    if isinstance(given, (str, bytes)) or not hasattr(given, "__len__") or getattr(given, "shape", None) == ():
        return ()
    inner = {shape_of(part) for part in given}
    return (len(given), *(inner.pop() if len(inner) == 1 else ("ragged",) if inner else ()))


def flattened(given: Any, shape: Sequence[object]) -> list[Any]:
    """Return the entries of nested sequences of this shape, row by row."""
    flat = [given]
    for _ in shape:
        flat = [part for row in flat for part in row]
    return flat


def entries_of(where: str, given: object, names: Sequence[str]) -> dict[str, Any]:
    """Return a mapping, such as a saved state, as a dict if it has exactly these names."""
    if not isinstance(given, Mapping) or sorted(map(str, given)) != sorted(names):
        got = listed(map(str, given)) or "nothing" if isinstance(given, Mapping) else shown(given)
        raise ValueError(f"{where}: must have exactly the entries {listed(names) or 'nothing'}, got {got}")
    return dict(given)


def numbers(what: str, given: Any, shape: tuple[int, ...]) -> list[float]:
    """Return the numbers of nested sequences of exactly this shape, row by row."""
    found = shape_of(given)
    if found != shape:
        wanted = "one number" if not shape else f"of shape {shape}"
        raise ValueError(f"{what} must be {wanted}, got {f'shape {found}' if found else repr(given)}")
    try:
        return [number_of(number) for number in flattened(given, shape)]
    except TypeError as error:
        raise TypeError(f"{what} must be {'numbers' if shape else 'a number'}, {error}") from None


def check_operands(name: str, width: int | None, xs: object) -> None:
    """Raise an error that names the layer unless `xs` is a sequence of `width` Values and numbers.

    A width of None allows any length.
    """
    count = "a list of" if width is None else width
    takes = f"{name}: takes {count} Values or numbers"
    if isinstance(xs, (str, bytes)) or not hasattr(xs, "__len__"):
        raise TypeError(f"{takes}, got {shown(xs)}")
    given: Any = xs
    if len(given) and not isinstance(given[0], Value) and len(shape_of(given)) > 1:
        raise TypeError(
            f"{name}: takes one sample, {count} Values or numbers, got a batch of shape {shape_of(given)}; "
            f"nn.predict(net, X) computes many samples, nn.fit trains on them"
        )
    if width is not None and len(given) != width:
        raise ValueError(f"{name}: takes {width} inputs, got {len(given)}")
    for position, x in enumerate(given):
        if not isinstance(x, Value):
            try:
                number_of(x)
            except TypeError as error:
                raise TypeError(f"{takes}, {error} as input {position}") from None
