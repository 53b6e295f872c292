"""Loss functions: the distance between outputs and targets, as one Value.

`outputs` and `targets` have the same shape: one number, a list of numbers (the output of a layer for one sample), or a
list of lists (a batch); a last dimension of 1 may be missing in either. The cross-entropies take a list of outputs and
a class for each sample. Targets may be numbers, arrays, or Values, so that a compiled loss can be replayed with other
targets. `reduction` is "mean" or "sum", over all elements as in torch; the notes' E_total = Σ ½(target − out)² is a
sum.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Iterable
from functools import partial, update_wrapper
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from autograd._common.foreign import explained, missing
from autograd.engine import backend, modes
from autograd.engine.backend import Value
from nn._common.checks import flattened, number_of, setting, shape_of, shown

__all__ = [
    "LOSSES", "bce", "bce_with_logits", "cross_entropy", "cross_entropy_with_logits", "half_squared_error", "hinge",
    "huber", "l1", "mse", "squared_error",
]  # fmt: skip

Numbers: TypeAlias = Any  # a Value or number, or nested sequences of them

_PLAIN = {Value, float}  # operands that need no conversion
ROUNDING: Final = 1e-6
"""Tolerance for probabilities and their sum."""

LOSSES: dict[str, Callable[..., Any]] = {}
"""The losses by the names that `fit` accepts."""


class Loss(Protocol):
    """A function of outputs and targets."""

    def __call__(self, outputs: Numbers, targets: Numbers, reduction: str = ..., **settings: float) -> Any:
        """Return the loss."""


def _elementwise(reduction: str) -> Callable[[Callable[..., Any]], Loss]:
    """Make a loss from its term, a function of an output, a target and settings, and its usual reduction."""

    def decorate(term: Callable[..., Any]) -> Loss:
        name, settings = term.__name__, list(inspect.signature(term).parameters.values())[2:]

        def loss(outputs: Numbers, targets: Numbers, reduction: str = reduction, **given: float) -> Any:
            for unknown in given.keys() - {known.name for known in settings}:
                raise TypeError(f"{name}() takes no argument {unknown!r}")
            checked = {key: setting(name, key, x) for key, x in given.items()}
            pairs, shape = _pairs(name, outputs, targets)
            each = partial(term, **checked) if checked else term
            return _reduced(name, [each(output, target) for output, target in pairs], reduction, shape)

        *named, _ = inspect.signature(loss).parameters.values()
        loss.__signature__ = inspect.Signature([*named, *settings])  # type: ignore[attr-defined]
        found: Loss = _listed(update_wrapper(loss, term, ("__module__", "__name__", "__qualname__", "__doc__")))
        return found

    return decorate


def _listed(loss: Any) -> Any:
    found = LOSSES[loss.__name__] = explained("loss")(loss)
    return found


@_elementwise("sum")
def squared_error(output: Any, target: Any) -> Any:
    """Sum of squared errors, Σ (target − output)², the cost of note 001.

    Parameters
    ----------
    outputs, targets : Value, float, or nested sequences or arrays of them
        Of the same shape.
    reduction : {"sum", "mean"}
        Over all elements.

    Returns
    -------
    Value, or float if none of the numbers is a Value
        The loss.

    Raises
    ------
    ValueError
        If the shapes differ, there are no elements, or the reduction is unknown.
    TypeError
        If an element isn't a Value or a number.

    Examples
    --------
    >>> squared_error([Value(1.0), Value(2.0)], [0.0, 4.0])
    Value(5)
    """
    return backend.pow(backend.sub(target, output), 2.0)


@_elementwise("sum")
def half_squared_error(output: Any, target: Any) -> Any:
    """Half the sum of squared errors, Σ ½(target − output)², the E_total of note 002. See `squared_error`.

    Examples
    --------
    >>> half_squared_error([0.75136507, 0.772928465], [0.01, 0.99])
    0.2983711...
    """
    return backend.mul(0.5, backend.pow(backend.sub(target, output), 2.0))


@_elementwise("mean")
def mse(output: Any, target: Any) -> Any:
    """Mean squared error: the mean of (target − output)². See `squared_error`.

    Examples
    --------
    >>> mse([[Value(1.0)], [Value(2.0)]], [[0.0], [4.0]])
    Value(2.5)
    """
    return backend.pow(backend.sub(target, output), 2.0)


@_elementwise("mean")
def l1(output: Any, target: Any) -> Any:
    """Mean absolute error, |target − output|. See `squared_error`.

    Examples
    --------
    >>> l1([Value(1.0), Value(2.0)], [0.0, 4.0])
    Value(1.5)
    """
    return backend.abs(backend.sub(target, output))


@_elementwise("mean")
def huber(output: Any, target: Any, *, delta: float = 1.0) -> Any:
    """Huber loss: ½d² where |d| ≤ δ, and δ(|d| − ½δ) elsewhere, for d = target − output. See `squared_error`.

    `delta` must be positive and finite, or a ValueError is raised.

    Examples
    --------
    >>> huber([Value(0.5), Value(3.0)], [0.0, 0.0], reduction="sum")
    Value(2.625)
    """
    distance = backend.sub(target, output)
    near = backend.max(backend.min(distance, delta), -delta)
    return backend.mul(near, backend.sub(distance, backend.mul(0.5, near)))


@_elementwise("mean")
def hinge(output: Any, target: Any) -> Any:
    """Hinge loss, max(0, 1 − target·output), for targets −1 and 1; others are a ValueError. See `squared_error`.

    Examples
    --------
    >>> hinge([Value(0.5), Value(3.0)], [1, -1])
    Value(2.25)
    """
    if not isinstance(target, Value) and target not in (-1.0, 1.0):
        raise ValueError(f"hinge: targets must be -1 or 1, got {target!r}")
    return backend.relu(backend.sub(1.0, backend.mul(target, output)))


@_elementwise("mean")
def bce(output: Any, target: Any) -> Any:
    """Binary cross-entropy, −t·ln p − (1 − t)·ln(1 − p), for outputs p that are probabilities.

    A probability of exactly 0 or 1 has a loss of 0 if it is right and inf if it is wrong; `bce_with_logits` avoids
    this. See `squared_error`.

    Raises
    ------
    ValueError
        Also if an output or a target is outside [0, 1]; a compiled loss doesn't check outputs.

    Examples
    --------
    >>> bce([Value(0.5), Value(1.0)], [1, 1], reduction="sum")
    Value(0.6931)
    """
    _check_probability("bce", output)
    return _entropy(
        "bce", target, lambda: backend.log(output), lambda: backend.log1p(backend.neg(output)), _unless_zero
    )


@_elementwise("mean")
def bce_with_logits(output: Any, target: Any) -> Any:
    """Binary cross-entropy of sigmoid(output), accurate for outputs of any size. See `squared_error`.

    It is computed as t·softplus(−z) + (1 − t)·softplus(z), which neither overflows nor cancels. Targets must be in
    [0, 1], or a ValueError is raised.

    Examples
    --------
    >>> bce_with_logits([Value(1000.0), Value(-1000.0)], [1, 1])
    Value(500)
    """

    def log_of(logit: Any) -> Any:
        return backend.neg(backend.softplus(logit))

    return _entropy("bce_with_logits", target, lambda: log_of(backend.neg(output)), lambda: log_of(output), backend.mul)


@_listed
def cross_entropy(outputs: Numbers, targets: Any, reduction: str = "mean") -> Any:
    """Cross-entropy, −ln p of the true class, for outputs that are probabilities, such as those of `softmax`.

    The function of this name in torch takes logits: that is `cross_entropy_with_logits` here.

    Parameters
    ----------
    outputs : sequence of Value or float, or sequence of such sequences
        A number for each class, for one sample or for each sample of a batch.
    targets : int, Value, or sequence of float; for a batch a sequence of these
        The class, counted from 0, or a probability for each class, which weights its term. A compiled loss can be
        replayed with other classes if the class is a Value; a class out of range then gives nan.
    reduction : {"mean", "sum"}
        Over all samples.

    Returns
    -------
    Value, or float if none of the numbers is a Value
        The loss.

    Raises
    ------
    ValueError
        If there are no classes or samples, a class or probability is out of range, the outputs or the target
        probabilities of a sample don't sum to 1, or lengths differ. A compiled loss doesn't check outputs.
    TypeError
        If an output or target isn't a Value or a number.

    Examples
    --------
    >>> cross_entropy([Value(0.25), Value(0.75)], 1)
    Value(0.2877)
    """
    return _classified(
        "cross_entropy", outputs, targets, reduction,
        lambda ps, right: _surprise(ps[right]), lambda ps: [*map(_surprise, ps)], _check_distribution,
    )  # fmt: skip


@_listed
def cross_entropy_with_logits(outputs: Numbers, targets: Any, reduction: str = "mean") -> Any:
    """`cross_entropy` of softmax(outputs): ln(Σ e^z) − z of the true class, without overflow for any outputs.

    It is computed as softplus(ln Σ e^z of the other classes − z of the true one), in which nothing cancels. Parameters
    and errors are those of `cross_entropy`.

    Examples
    --------
    >>> cross_entropy_with_logits([[Value(1000.0), Value(0.0)], [Value(0.0), Value(0.0)]], [0, 1], reduction="sum")
    Value(0.6931)
    >>> cross_entropy_with_logits([Value(1.0), Value(2.0), Value(3.0)], 5)
    Traceback (most recent call last):
        ...
    ValueError: cross_entropy_with_logits: a class must be a whole number from 0 to 2, of 3 classes, got 5 (int)
    """
    return _classified("cross_entropy_with_logits", outputs, targets, reduction, _logit_surprise, _logit_surprises)


def _unless_zero(factor: Value, term: Any) -> Any:
    """factor·term, or 0 where the factor is 0, even if the term is infinite."""
    return backend.where(factor, backend.mul(factor, term), 0.0)


def _entropy(
    name: str, target: Any, yes: Callable[[], Any], no: Callable[[], Any], times: Callable[[Any, Any], Any]
) -> Any:
    """−t·ln p − (1 − t)·ln(1 − p) of the two logarithms; `times` multiplies one by a target that is a Value."""
    if isinstance(target, Value):
        return backend.neg(backend.add(times(target, yes()), times(backend.sub(1.0, target), no())))
    if not 0.0 <= target <= 1.0:
        raise ValueError(f"{name}: targets must be from 0 to 1, got {target!r}")
    if target in (0.0, 1.0):
        return backend.neg(yes() if target else no())
    return backend.neg(backend.add(backend.mul(target, yes()), backend.mul(1.0 - target, no())))


def _pairs(name: str, outputs: Numbers, targets: Numbers) -> tuple[Iterable[tuple[Any, Any]], tuple[Any, ...]]:
    """Return the pairs of an output and a target, and the shape of the outputs."""
    shape, wanted = shape_of(outputs), shape_of(targets)
    if shape != wanted and shape != (*wanted, 1) and wanted != (*shape, 1):
        raise ValueError(f"{name}: outputs and targets must have one shape, got {shape} and {wanted}")
    if "ragged" in shape:
        raise ValueError(f"{name}: outputs must have rows of one length, got shape {shape}")
    given = _operands(name, "outputs", outputs, shape), _operands(name, "targets", targets, wanted)
    return zip(*given, strict=True), shape


def _operands(name: str, what: str, given: Any, shape: tuple[Any, ...]) -> list[Any]:
    """Values as they are, numbers as floats."""
    found = flattened(given, shape)
    if _PLAIN.issuperset(map(type, found)):
        return found
    try:
        return [x if isinstance(x, Value) else number_of(x) for x in found]
    except TypeError as error:
        raise TypeError(f"{name}: {what} must be Values or numbers, {error}") from None


def _reduced(name: str, terms: list[Any], reduction: str, shape: tuple[Any, ...]) -> Any:
    setting(name, "reduction", reduction)
    if not terms:
        raise ValueError(f"{name}: there must be outputs, got shape {shape}")
    if len(terms) == 1:
        return terms[0]
    return backend.mean(terms) if reduction == "mean" else backend.sum(terms)


def _classified(
    name: str,
    outputs: Numbers,
    targets: Any,
    reduction: str,
    of_class: Callable[[list[Any], int], Any],
    of_each: Callable[[list[Any]], list[Any]],
    check: Callable[[str, list[Any]], None] | None = None,
) -> Any:
    """Return the reduction of a term for each sample: that of its class, or a weighted sum over classes."""
    shape, given = shape_of(outputs), shape_of(targets)
    if len(shape) not in (1, 2) or "ragged" in shape or 0 in shape:
        raise ValueError(
            f"{name}: outputs must be (classes) or (samples, classes), and some of each, got shape {shape}"
        )
    rows, aims = ([outputs], [targets]) if len(shape) == 1 else (outputs, targets)
    if not hasattr(aims, "__len__") or len(aims) != len(rows):
        raise ValueError(f"{name}: there must be a target for each of {len(rows)} samples, got shape {given}")
    terms = []
    for row, aim in zip(rows, aims, strict=True):
        scores = _operands(name, "outputs", row, (len(row),))
        if check is not None:
            check(name, scores)
        if shape_of(aim):
            terms.append(_weighted(name, aim, of_each(scores)))
        elif isinstance(aim, Value):
            terms.append(_chosen(aim, scores, of_class))
        else:
            terms.append(of_class(scores, _class(name, aim, len(scores))))
    return _reduced(name, terms, reduction, shape)


def _check_probability(name: str, output: Any) -> float:
    """Return the number of an output, which must be a probability up to rounding; nan is accepted."""
    number = modes.number(output) if isinstance(output, Value) else output
    if number < -ROUNDING or number > 1.0 + ROUNDING:
        raise ValueError(
            f"{name}: outputs must be probabilities, from 0 to 1, got {number!r}; for logits use {name}_with_logits"
        )
    return float(number)


def _check_distribution(name: str, outputs: list[Any]) -> None:
    total = math.fsum(_check_probability(name, output) for output in outputs)
    if abs(total - 1.0) > ROUNDING:
        raise ValueError(
            f"{name}: the probabilities of a sample must sum to 1, got a sum of {total!r}; for logits use "
            f"{name}_with_logits, or apply nn.softmax"
        )


def _class(name: str, given: Any, count: int) -> int:
    try:
        number = number_of(given)
    except TypeError as error:
        raise TypeError(f"{name}: a class must be a whole number, {error}") from None
    if not (number.is_integer() and 0 <= number < count):
        raise ValueError(
            f"{name}: a class must be a whole number from 0 to {count - 1}, of {count} classes, got {shown(given)}"
        )
    return int(number)


def _chosen(target: Value, scores: list[Any], of_class: Callable[[list[Any], int], Any]) -> Any:
    """Return the term of the class that a Value gives, without branching on it; nan if there is no such class.

    The score of the true class becomes the last one. Scores are weighted and shifted rather than selected by `where`,
    because replay checks for each sample which gradients below a `where` count.
    """
    misses = [backend.sub(target, float(k)) for k in range(len(scores))]
    hits = [backend.where(miss, 0.0, 1.0) for miss in misses]
    known = backend.where(backend.sum(hits), 0.0, math.nan)
    others = [
        backend.add(score, backend.where(miss, 0.0, -math.inf)) for miss, score in zip(misses, scores, strict=True)
    ]
    # −inf, a class that is ruled out, can't be weighted by 0.
    weighable = [backend.max(score, -sys.float_info.max) for score in scores]
    return of_class([*others, backend.dot(weighable, hits, known)], len(scores))


def _weighted(name: str, given: Any, terms: list[Any]) -> Any:
    """Terms weighted by probabilities; a probability of 0 drops its term, even an infinite one."""
    if shape_of(given) != (len(terms),):
        raise ValueError(f"{name}: there must be {len(terms)} probabilities, got shape {shape_of(given)}")
    weights = _operands(name, "targets", given, (len(terms),))
    total = 1.0 if any(isinstance(weight, Value) for weight in weights) else math.fsum(weights)
    kept = []
    for weight, term in zip(weights, terms, strict=True):
        if isinstance(weight, Value):
            kept.append(backend.where(weight, backend.mul(weight, term), 0.0))
        elif not 0.0 <= weight <= 1.0:
            raise ValueError(f"{name}: probabilities must be from 0 to 1, got {weight!r}")
        elif weight:
            kept.append(backend.mul(weight, term))
    if abs(total - 1.0) > ROUNDING:
        raise ValueError(f"{name}: the probabilities of a target must sum to 1, got a sum of {total!r}")
    return backend.sum(kept)


def _surprise(probability: Any) -> Any:
    return backend.neg(backend.log(probability))


def _logit_surprise(logits: list[Any], right: int) -> Any:
    """ln Σ e^z − z of the class, as the softplus of a difference in which nothing cancels."""
    others = logits[:right] + logits[right + 1 :]
    if not others:
        return backend.sub(logits[right], logits[right])
    rest = backend.logsumexp(others) if len(others) > 1 else others[0]
    return backend.softplus(backend.sub(rest, logits[right]))


def _logit_surprises(logits: list[Any]) -> list[Any]:
    total = backend.logsumexp(logits)
    return [backend.sub(total, z) for z in logits]


if not TYPE_CHECKING:  # or a type checker would take every name for one of this module

    def __getattr__(name: str) -> Any:
        raise missing("nn.losses", name)
