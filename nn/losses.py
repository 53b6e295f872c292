"""Loss functions: the distance between outputs and targets, as one Value.

`outputs` and `targets` have the same shape: one number, a list of numbers (the output of a layer for one sample), or a
list of lists (a batch). The cross-entropies take a list of outputs and a class for each sample. Targets may be numbers,
arrays, or Values, so that a compiled loss can be replayed with other targets. `reduction` is "mean" or "sum", over all
elements as in torch; the notes' E_total = Σ ½(target − out)² is a sum.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from autograd.engine import backend, modes
from autograd.engine.backend import Value
from nn._common.checks import flattened, number_in, number_of, shape_of, shown
from nn.modules.module import Module

__all__ = [
    "LOSSES", "bce", "bce_with_logits", "cross_entropy", "cross_entropy_with_logits", "half_squared_error", "hinge",
    "huber", "l1", "l1_penalty", "l2_penalty", "mse", "squared_error",
]  # fmt: skip

Numbers: TypeAlias = Any  # a Value or number, or nested sequences of them
Term: TypeAlias = Callable[[Any, Any], Any]

_PLAIN = {Value, float}  # operands that need no conversion
ROUNDING: Final = 1e-6
"""Tolerance for probabilities and their sum."""


def squared_error(outputs: Numbers, targets: Numbers, reduction: str = "sum") -> Any:
    """Sum of squared errors, Σ (target − output)², the cost of note 001.

    Parameters
    ----------
    outputs, targets : Value, float, or nested sequences or arrays of them
        Of the same shape; a last dimension of 1 may be missing in either.
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
    return _elementwise("squared_error", outputs, targets, reduction, lambda o, t: backend.pow(backend.sub(t, o), 2.0))


def half_squared_error(outputs: Numbers, targets: Numbers, reduction: str = "sum") -> Any:
    """Half the sum of squared errors, Σ ½(target − output)², the E_total of note 002. See `squared_error`.

    Examples
    --------
    >>> half_squared_error([0.75136507, 0.772928465], [0.01, 0.99])
    0.2983711...
    """
    return _elementwise("half_squared_error", outputs, targets, reduction, _half_square)


def mse(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
    """Mean squared error: the mean of (target − output)². See `squared_error`.

    Examples
    --------
    >>> mse([[Value(1.0)], [Value(2.0)]], [[0.0], [4.0]])
    Value(2.5)
    """
    return _elementwise("mse", outputs, targets, reduction, lambda o, t: backend.pow(backend.sub(t, o), 2.0))


def l1(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
    """Mean absolute error, |target − output|. See `squared_error`.

    Examples
    --------
    >>> l1([Value(1.0), Value(2.0)], [0.0, 4.0])
    Value(1.5)
    """
    return _elementwise("l1", outputs, targets, reduction, lambda o, t: backend.abs(backend.sub(t, o)))


def huber(outputs: Numbers, targets: Numbers, reduction: str = "mean", *, delta: float = 1.0) -> Any:
    """Huber loss: ½d² where |d| ≤ δ, and δ(|d| − ½δ) elsewhere, for d = target − output. See `squared_error`.

    Raises
    ------
    ValueError
        Also if `delta` isn't positive and finite.

    Examples
    --------
    >>> huber([Value(0.5), Value(3.0)], [0.0, 0.0], reduction="sum")
    Value(2.625)
    """
    limit = number_in("huber: delta", delta, 0.0, math.inf, open_low=True)

    def term(o: Any, t: Any) -> Any:
        distance = backend.sub(t, o)
        near = backend.max(backend.min(distance, limit), -limit)
        return backend.mul(near, backend.sub(distance, backend.mul(0.5, near)))

    return _elementwise("huber", outputs, targets, reduction, term)


def hinge(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
    """Hinge loss, max(0, 1 − target·output); for targets −1 and 1. See `squared_error`.

    Raises
    ------
    ValueError
        Also if a target is neither −1 nor 1.

    Examples
    --------
    >>> hinge([Value(0.5), Value(3.0)], [1, -1])
    Value(2.25)
    """

    def term(o: Any, t: Any) -> Any:
        if not isinstance(t, Value) and t not in (-1.0, 1.0):
            raise ValueError(f"hinge: targets must be -1 or 1, got {t!r}")
        return backend.relu(backend.sub(1.0, backend.mul(t, o)))

    return _elementwise("hinge", outputs, targets, reduction, term)


def bce(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
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
    entropy = _entropy("bce", backend.log, lambda p: backend.log1p(backend.neg(p)), _unless_zero)

    def term(o: Any, t: Any) -> Any:
        _check_probability("bce", o)
        return entropy(o, t)

    return _elementwise("bce", outputs, targets, reduction, term)


def bce_with_logits(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
    """Binary cross-entropy of sigmoid(output), accurate for outputs of any size. See `squared_error`.

    It is computed as t·softplus(−z) + (1 − t)·softplus(z), which neither overflows nor cancels.

    Raises
    ------
    ValueError
        Also if a target is outside [0, 1].

    Examples
    --------
    >>> bce_with_logits([Value(1000.0), Value(-1000.0)], [1, 1])
    Value(500)
    """
    term = _entropy(
        "bce_with_logits",
        lambda z: backend.neg(backend.softplus(backend.neg(z))),
        lambda z: backend.neg(backend.softplus(z)),
        backend.mul,
    )
    return _elementwise("bce_with_logits", outputs, targets, reduction, term)


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
    return _classified("cross_entropy", outputs, targets, reduction, _surprise, _surprises, _check_distribution)


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


def l1_penalty(parameters: Module | Iterable[Value], weight: float = 1.0) -> Any:
    """weight · Σ |w| over the parameters of a module, or over the given parameters.

    Examples
    --------
    >>> l1_penalty([Value(1.0), Value(-2.0)], 0.1)
    Value(0.3)
    """
    found = _penalised("l1_penalty", parameters)
    return backend.mul(
        backend.sum([backend.abs(w) for w in found]), number_in("l1_penalty: weight", weight, 0.0, math.inf)
    )


def l2_penalty(parameters: Module | Iterable[Value], weight: float = 1.0) -> Any:
    """weight · Σ w² over the parameters of a module, or over the given parameters.

    Examples
    --------
    >>> l2_penalty([Value(1.0), Value(-2.0)], 0.1)
    Value(0.5)
    """
    found = _penalised("l2_penalty", parameters)
    return backend.mul(backend.dot(found, found), number_in("l2_penalty: weight", weight, 0.0, math.inf))


# The names that `fit` accepts.
LOSSES: dict[str, Callable[..., Any]] = {
    loss.__name__: loss
    for loss in (
        squared_error, half_squared_error, mse, l1, huber, hinge, bce, bce_with_logits, cross_entropy,
        cross_entropy_with_logits,
    )
}  # fmt: skip


def _half_square(output: Any, target: Any) -> Any:
    return backend.mul(0.5, backend.pow(backend.sub(target, output), 2.0))


def _unless_zero(factor: Value, term: Any) -> Any:
    """factor·term, or 0 where the factor is 0, even if the term is infinite."""
    return backend.where(factor, backend.mul(factor, term), 0.0)


def _entropy(
    name: str, log_yes: Callable[[Any], Any], log_no: Callable[[Any], Any], times: Callable[[Any, Any], Any]
) -> Term:
    """−t·ln p − (1 − t)·ln(1 − p); `times` multiplies a term by a target that is a Value."""

    def term(o: Any, t: Any) -> Any:
        if isinstance(t, Value):
            return backend.neg(backend.add(times(t, log_yes(o)), times(backend.sub(1.0, t), log_no(o))))
        if not 0.0 <= t <= 1.0:
            raise ValueError(f"{name}: targets must be from 0 to 1, got {t!r}")
        if t in (0.0, 1.0):
            return backend.neg(log_yes(o) if t else log_no(o))
        return backend.neg(backend.add(backend.mul(t, log_yes(o)), backend.mul(1.0 - t, log_no(o))))

    return term


def _elementwise(name: str, outputs: Numbers, targets: Numbers, reduction: str, term: Term) -> Any:
    """The reduction of a term for each element."""
    shape, wanted = shape_of(outputs), shape_of(targets)
    if shape != wanted and shape != (*wanted, 1) and wanted != (*shape, 1):
        raise ValueError(f"{name}: outputs and targets must have one shape, got {shape} and {wanted}")
    if "ragged" in shape:
        raise ValueError(f"{name}: outputs must have rows of one length, got shape {shape}")
    pairs = zip(_operands(name, "outputs", outputs, shape), _operands(name, "targets", targets, wanted), strict=True)
    return _reduced(name, [term(output, target) for output, target in pairs], reduction, shape)


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
    if reduction not in ("mean", "sum"):
        raise ValueError(f"{name}: unknown reduction, got {reduction!r}; allowed mean, sum")
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
    """The reduction of a term for each sample: that of its class, or a weighted sum over classes."""
    shape = shape_of(outputs)
    if len(shape) not in (1, 2) or "ragged" in shape or 0 in shape:
        raise ValueError(
            f"{name}: outputs must be (classes) or (samples, classes), and some of each, got shape {shape}"
        )
    single = len(shape) == 1
    rows, aims = ([outputs], [targets]) if single else (outputs, targets)
    if not hasattr(aims, "__len__") or len(aims) != len(rows):
        raise ValueError(
            f"{name}: there must be a target for each of {len(rows)} samples, got shape {shape_of(targets)}"
        )
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
    """The number of an output, which must be a probability up to rounding; nan is accepted."""
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
    """The term of the class that a Value gives, without branching on it; nan if there is no such class.

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


def _surprise(probabilities: list[Any], right: int) -> Any:
    return backend.neg(backend.log(probabilities[right]))


def _surprises(probabilities: list[Any]) -> list[Any]:
    return [backend.neg(backend.log(p)) for p in probabilities]


def _logit_surprise(logits: list[Any], right: int) -> Any:
    others = logits[:right] + logits[right + 1 :]
    if not others:
        return backend.sub(logits[right], logits[right])
    rest = backend.logsumexp(others) if len(others) > 1 else others[0]
    return backend.softplus(backend.sub(rest, logits[right]))


def _logit_surprises(logits: list[Any]) -> list[Any]:
    total = backend.logsumexp(logits)
    return [backend.sub(total, z) for z in logits]


def _penalised(name: str, parameters: Module | Iterable[Value]) -> list[Any]:
    given = parameters.parameters() if isinstance(parameters, Module) else list(parameters)
    if not given:
        raise ValueError(f"{name}: there must be parameters, got none")
    return _operands(name, "parameters", given, (len(given),))
