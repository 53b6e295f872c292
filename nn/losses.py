"""Losses: how far outputs are from targets, as one Value.

Each takes `outputs` and `targets`: one number, a list of them (what a layer gives for one sample), or a list of lists
(a batch), of one shape; the classifiers' cross-entropies take, for each sample, a list of outputs and a class. Targets
may be numbers, arrays, or Values, so that a recorded loss replays for any targets. `reduction` is "mean" or "sum" over
all terms; "mean" is that of the elements, as in torch, and "sum" that of the notes, E_total = Σ ½(target − out)².
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

_PLAIN = {Value, float}  # what operands are as they come, mostly
ROUNDING: Final = 1e-6
"""How far probabilities and their sum may be off."""


def squared_error(outputs: Numbers, targets: Numbers, reduction: str = "sum") -> Any:
    """Σ (target − output)², note 001's cost.

    Parameters
    ----------
    outputs, targets : Value, float, or nested sequences or arrays of them
        Of one shape; a last length of 1 may be missing in either.
    reduction : {"sum", "mean"}
        Of all elements.

    Returns
    -------
    Value, or float if none of the numbers is a Value
        The loss.

    Raises
    ------
    ValueError
        If the shapes differ, something is empty, or the reduction is unknown.
    TypeError
        If something isn't a Value or number.

    Examples
    --------
    >>> squared_error([Value(1.0), Value(2.0)], [0.0, 4.0])
    Value(5)
    """
    return _elementwise("squared_error", outputs, targets, reduction, lambda o, t: backend.pow(backend.sub(t, o), 2.0))


def half_squared_error(outputs: Numbers, targets: Numbers, reduction: str = "sum") -> Any:
    """Σ ½(target − output)², the E_total of note 002. Otherwise as `squared_error`.

    Examples
    --------
    >>> half_squared_error([0.75136507, 0.772928465], [0.01, 0.99])
    0.2983711...
    """
    return _elementwise("half_squared_error", outputs, targets, reduction, _half_square)


def mse(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
    """Mean squared error: the mean of (target − output)². Otherwise as `squared_error`.

    Examples
    --------
    >>> mse([[Value(1.0)], [Value(2.0)]], [[0.0], [4.0]])
    Value(2.5)
    """
    return _elementwise("mse", outputs, targets, reduction, lambda o, t: backend.pow(backend.sub(t, o), 2.0))


def l1(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
    """Mean absolute error, |target − output|. Otherwise as `squared_error`.

    Examples
    --------
    >>> l1([Value(1.0), Value(2.0)], [0.0, 4.0])
    Value(1.5)
    """
    return _elementwise("l1", outputs, targets, reduction, lambda o, t: backend.abs(backend.sub(t, o)))


def huber(outputs: Numbers, targets: Numbers, reduction: str = "mean", *, delta: float = 1.0) -> Any:
    """Huber's loss: ½d² for |d| = |target − output| up to delta, δ(|d| − ½δ) beyond. Otherwise as `squared_error`.

    Raises
    ------
    ValueError
        Also if delta isn't positive and finite.

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
    """Hinge loss, max(0, 1 − target·output); targets are −1 or 1. Otherwise as `squared_error`.

    Raises
    ------
    ValueError
        Also if a target is neither.

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

    A probability of exactly 0 or 1 costs 0 where it is right and inf where it is wrong; `bce_with_logits` never
    meets one. Otherwise as `squared_error`.

    Raises
    ------
    ValueError
        Also if an output or a target isn't from 0 to 1; a replay doesn't look at outputs.

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
    """Binary cross-entropy of sigmoid(output), exact for outputs of any size. Otherwise as `squared_error`.

    t·softplus(−z) + (1 − t)·softplus(z), which neither overflows nor cancels.

    Raises
    ------
    ValueError
        Also if a target isn't from 0 to 1.

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
    """−ln p of the right class, for outputs that are probabilities of each class, as those of `softmax`.

    torch's function of this name takes net inputs (logits): that is `cross_entropy_with_logits`.

    Parameters
    ----------
    outputs : sequence of Value or float, or sequence of such sequences
        For one sample, or for each of a batch, a number for each class.
    targets : int, Value, or sequence of float; for a batch a sequence of these
        The class, counted from 0; or a probability for each class, and the terms are weighted by them. A class that is
        a Value can be replayed; one out of range makes the loss nan then.
    reduction : {"mean", "sum"}
        Of all samples.

    Returns
    -------
    Value, or float if none of the numbers is a Value
        The loss.

    Raises
    ------
    ValueError
        If there are no classes or samples, a class or probability is out of range, the outputs of a sample don't sum to
        1, or lengths differ. A replay doesn't look at outputs.
    TypeError
        If something isn't a Value or number.

    Examples
    --------
    >>> cross_entropy([Value(0.25), Value(0.75)], 1)
    Value(0.2877)
    """
    return _classified("cross_entropy", outputs, targets, reduction, _surprise, _surprises, _check_distribution)


def cross_entropy_with_logits(outputs: Numbers, targets: Any, reduction: str = "mean") -> Any:
    """`cross_entropy` of softmax(outputs): ln(Σ e^z) − z of the right class, without overflow for outputs of any size.

    It is written as softplus(ln Σ e^z of the others − z of the right one), in which nothing cancels. Parameters and
    errors are those of `cross_entropy`.

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
    """weight · Σ |w| over parameters: of a module, or those given.

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
    """weight · Σ w² over parameters: of a module, or those given; one node and the weight.

    Examples
    --------
    >>> l2_penalty([Value(1.0), Value(-2.0)], 0.1)
    Value(0.5)
    """
    found = _penalised("l2_penalty", parameters)
    return backend.mul(backend.dot(found, found), number_in("l2_penalty: weight", weight, 0.0, math.inf))


# By the name under which `fit` takes them.
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
    """Their product, or 0 for a factor of 0 even if the term is infinite; replay pays for the choice at each sample."""
    return backend.where(factor, backend.mul(factor, term), 0.0)


def _entropy(
    name: str, log_yes: Callable[[Any], Any], log_no: Callable[[Any], Any], times: Callable[[Any, Any], Any]
) -> Term:
    """−t·ln p − (1 − t)·ln(1 − p); `times` multiplies by a target that is a Value."""

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
    """The reduction of a term for each sample: of its right class, or of each class weighted."""
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
    """The number of an output, which must be a probability but for rounding; nan is passed on, as everywhere."""
    number = modes.number(output) if isinstance(output, Value) else output
    if number < -ROUNDING or number > 1.0 + ROUNDING:
        raise ValueError(
            f"{name}: outputs must be probabilities, from 0 to 1, got {number!r}; of net inputs (logits) use "
            f"{name}_with_logits"
        )
    return float(number)


def _check_distribution(name: str, outputs: list[Any]) -> None:
    total = math.fsum(_check_probability(name, output) for output in outputs)
    if abs(total - 1.0) > ROUNDING:
        raise ValueError(
            f"{name}: the probabilities of a sample must sum to 1, got a sum of {total!r}; of net inputs (logits) use "
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
    """The term of the class that a Value says, without asking it; nan if there is no such class.

    The scores are taken round so that the right one is the last. They are weighted and shifted rather than put into a
    `where`: a branch that may not be taken makes replay look, for each sample, whether any gradient below it counts.
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
    """Terms weighted by probabilities; one of 0 takes its term away, even if that is inf."""
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
