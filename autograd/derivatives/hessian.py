"""Second derivatives of a recorded graph as numbers: Hessian-vector products, and sparse Hessians.

A Hessian costs one sweep forward and one back, each with as many directions as the sparsity pattern has colours:
columns that share no row use one direction (Curtis, Powell and Reid 1974), and a row that is nearly full is read as a
column, since the matrix is symmetric (Powell and Toint 1979).

The C core does the same in `csrc/value/hessian.h`, and leaves to this module what needs more than arithmetic: ops added
by users, slopes of slopes, inputs that aren't leaves.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any, TypeAlias

from autograd.derivatives.over_values import LIBRARY, apply, hessian_pattern, recording, second, slope
from autograd.derivatives.sweeps import active, all_moderate, in_c, moves, pull, pull_graph
from autograd.engine import modes
from autograd.engine.anomaly import inspect_second, inspect_sweep
from autograd.engine.backend import Value
from autograd.ops import TABLE
from autograd.ops.numerics import first_largest

Found: TypeAlias = tuple[list[Value], set[int]]
FEW = 4  # operands: above this, several directions are combined as matrices

__all__ = ["slope_tangents", "hessian_array", "hessian_of", "product", "products", "second_derivatives", "sparsity"]


def second_derivatives(node: Value) -> list[tuple[int, int, float]]:
    """Return (i, j, ∂²node/∂operands[i]∂operands[j]) for i ≤ j except where identically 0; for ops of fixed arity.

    Examples
    --------
    >>> second_derivatives(Value(3.0) ** 2), second_derivatives(Value(0.0) ** 1)
    ([(0, 0, 2.0)], [(0, 0, 0.0)])
    """
    functions = second(node.op)
    if not functions:
        return []
    operands = node.operands
    derivatives = iter(node.local_derivatives)
    numbers = [x.data if isinstance(x, Value) else x for x in operands]
    own = iter(TABLE[node.op].compute(*numbers)[1:]) if len(node.parents) < len(operands) else repeat(0.0)
    slopes = [next(derivatives) if isinstance(x, Value) else d for x, d in zip(operands, own)]
    found = []
    for (i, j), function in functions.items():
        if isinstance(operands[i], Value) and isinstance(operands[j], Value):
            number = math.nan if function is None else float(function(*numbers, node.data, *slopes))
            known = math.isfinite(number) or (function is not None and node.op in LIBRARY)
            found.append((i, j, number if known else _by_graph(node, i, j)))
    return found


def _by_graph(node: Value, i: int, j: int) -> float:
    """Return one second derivative from a graph, where constants fold."""
    with recording():
        fresh = tuple(x if isinstance(x, float) else Value(x.data) for x in node.operands)
        first = slope(apply(node.op, fresh), i)
        return pull([(first, 1.0)], [fresh[j]])[0] if isinstance(first, Value) else 0.0  # type: ignore[list-item]


def slope_tangents(node: Value, moving: Sequence[Any]) -> list[Any]:
    """Return the tangents of a node's local derivatives.

    Parameters
    ----------
    node : Value
        A computed node.
    moving : sequence
        For each operand its tangent, a float or an array of several; None if it is constant.

    Returns
    -------
    list
        For each operand the tangent of ∂node/∂operand; None if it is constant.

    Examples
    --------
    >>> x, y = Value(3.0), Value(4.0)
    >>> slope_tangents(x * y, [1.0, None])
    [None, 1.0]
    """
    row = TABLE[node.op]
    if row.operator == "*":
        return [moving[1], moving[0]]
    if row.form == "products":
        n = len(moving) // 2
        return [*moving[n : 2 * n], *moving[:n], None]
    if row.form == "softmax":
        return _softmax_tangents(node, moving)
    if row.rules is not None:
        return _slope_tangents_by_graph(node, moving)
    result: list[Any] = [None] * len(moving)
    if row.form == "linear":
        return result
    for i, j, number in second_derivatives(node):
        for a, b in ((i, j), (j, i)) if i != j else ((i, j),):
            if moving[b] is not None:
                change = _times(number, moving[b])
                result[a] = change if result[a] is None else result[a] + change
    return result


def _softmax_tangents(node: Value, moving: Sequence[Any]) -> list[Any]:
    """Return the tangents of a logsumexp's softmax weights p: p·(t − Σ p·t), with t relative to the largest's.

    No weight near 1 is therefore the complement of the others.
    """
    numbers = [x if isinstance(x, float) else x.data for x in node.operands]
    top = first_largest(numbers)
    derivatives = iter(node.local_derivatives)
    weights = [None if isinstance(x, float) else next(derivatives) for x in node.operands]
    if (largest := weights[top]) is not None:
        weights = [LIBRARY["exp_from"](x, numbers[top]) * largest if p is None else p for p, x in zip(weights, numbers)]
    base = 0.0 if moving[top] is None else moving[top]
    away = [(0.0 if t is None else t) - base for t in moving]
    average = sum(p * t for i, (p, t) in enumerate(zip(weights, away)) if i != top and p is not None)
    return [
        None if p is None else p * ((0.0 if i == top else t) - average) for i, (p, t) in enumerate(zip(weights, away))
    ]


def _slope_tangents_by_graph(node: Value, moving: Sequence[Any]) -> list[Any]:
    """Do the same for an op whose derivatives are Python functions, by differentiating their graphs."""
    with recording():
        # A leaf is kept as it is: it may be in the closure of the op's function.
        fresh = [Value(x.data) if isinstance(x, Value) and x.op else x for x in node.operands]
        again = apply(node.op, fresh)
        slopes = [0.0 if isinstance(x, float) else slope(again, i) for i, x in enumerate(fresh)]
    below = {id(x): (x, t) for x, t in zip(fresh, moving) if isinstance(x, Value) and t is not None}
    inputs = [x for x, _ in below.values()]
    result: list[Any] = [None] * len(moving)
    for i, first in enumerate(slopes):
        if isinstance(first, Value):
            for second_, (_, tangent) in zip(pull([(first, 1.0)], inputs), below.values()):
                change = second_ * tangent
                result[i] = change if result[i] is None else result[i] + change
    return result


def products(
    output: Value, inputs: Sequence[Value], directions: Sequence[Any], found: Found | None = None
) -> tuple[list[float], list[Any]]:
    """Return the gradient, and the product of the Hessian with one direction, or with several as arrays.

    Parameters
    ----------
    output : Value
        The Value to differentiate.
    inputs : sequence of Value
        The Values to differentiate with respect to.
    directions : sequence
        For each input its component: a float, or an array of its components in several directions.
    found : tuple
        The result of `active` for the output and the inputs, if known.

    Examples
    --------
    >>> x, y = Value(3.0), Value(4.0)
    >>> products(x * x * y, [x, y], [1.0, 0.0])
    ([24.0, 9.0], [8.0, 6.0])
    """
    c = in_c() if found is None else None
    both: tuple[list[float], list[Any]] | None = c and c._products(output, list(inputs), list(directions))
    return _products(output, inputs, directions, found) if both is None else both


def product(output: Value, inputs: Sequence[Value], direction: Sequence[float]) -> list[float]:
    """Return the product of the Hessian with one direction.

    Examples
    --------
    >>> x, y = Value(3.0), Value(4.0)
    >>> product(x * x * y, [x, y], [1.0, 0.0])
    [8.0, 6.0]
    """
    c = in_c()
    both: tuple[list[float], list[float]] | None = c and c._products(output, list(inputs), list(direction))
    if both is None:
        found = active([output], inputs)
        both = _products(output, inputs, direction, found) if all_moderate(found[0]) else ([], [math.nan])
    if math.isfinite(sum(both[1])) or all(map(math.isfinite, both[1])):  # a sum takes a tenth of the time
        return both[1]
    seeds = [(x, v) for x, v in zip(_slopes(output, inputs), direction) if isinstance(x, Value) and moves(v)]
    return pull(seeds, inputs)


def _products(
    output: Value, inputs: Sequence[Value], directions: Sequence[Any], found: Found | None
) -> tuple[list[float], list[Any]]:
    nodes, ids = found or active([output], inputs)
    tangents = _tangents(nodes, inputs, directions)
    adjoints: dict[int, float] = {id(output): 1.0}
    adjoint_tangents: dict[int, Any] = {}  # the tangent of each adjoint
    times = _times if any(hasattr(t, "dtype") for t in directions) else operator.mul
    detecting = modes.detecting()
    if detecting:
        inspect_sweep([(output, 1.0)], ids)
    for node in reversed(nodes):
        gradient = adjoints.get(id(node))
        operands = node.operands
        if gradient is None or not operands:
            continue
        adjoint_tangent = adjoint_tangents.get(id(node))
        changes = slope_tangents(node, [tangents.get(id(x)) for x in operands])
        if hasattr(adjoint_tangent, "dtype") and len(operands) > FEW and _finite(node, gradient):
            _spread(node, gradient, adjoint_tangent, changes, ids, adjoints, adjoint_tangents)
            continue
        derivatives, selects = iter(node.local_derivatives), TABLE[node.op].selects
        for operand, change in zip(operands, changes):
            if not isinstance(operand, Value):
                continue
            key, derivative = id(operand), next(derivatives)
            if key not in ids:
                continue
            if selects and derivative == 0.0:
                # The adjoint is 0, but may have a tangent: alpha · e^x where alpha is 0.
                if change is not None and math.isfinite(gradient):
                    adjoints.setdefault(key, 0.0)
                    adjoint_tangents[key] = adjoint_tangents.get(key, 0.0) + times(gradient, change)
                continue
            adjoints[key] = adjoints.get(key, 0.0) + derivative * gradient
            for factor, tangent in ((derivative, adjoint_tangent), (gradient, change)):
                if tangent is not None:
                    term = times(factor, tangent)
                    if detecting:
                        _inspect(node, operand, term)
                    adjoint_tangents[key] = adjoint_tangents.get(key, 0.0) + term
    return [adjoints.get(id(x), 0.0) for x in inputs], [adjoint_tangents.get(id(x), 0.0) for x in inputs]


def _inspect(node: Value, operand: Value, term: Any) -> None:
    for number in term if hasattr(term, "dtype") else (term,):
        inspect_second(node, operand, float(number))


def _times(factor: Any, tangent: Any) -> Any:
    """Return factor · tangent; directions with tangent 0 stay 0 where the factor is infinite or nan."""
    product = factor * tangent
    if not hasattr(tangent, "dtype") or math.isfinite(factor):
        return product
    product[tangent == 0.0] = 0.0
    return product


def _finite(node: Value, gradient: float) -> bool:
    return math.isfinite(gradient) and all(map(math.isfinite, node.local_derivatives))


def _spread(
    node: Value,
    gradient: float,
    adjoint_tangent: Any,
    changes: Sequence[Any],
    ids: set[int],
    adjoints: dict[int, float],
    adjoint_tangents: dict[int, Any],
) -> None:
    """Do the same for a node with many operands and many directions: all operands' rows as one matrix."""
    import numpy

    derivatives = node.local_derivatives
    rows = numpy.multiply.outer(derivatives, adjoint_tangent)
    moved = [change for x, change in zip(node.operands, changes) if not isinstance(x, float)]
    changed = [i for i, change in enumerate(moved) if change is not None]
    if changed:
        rows[changed] += gradient * numpy.array([moved[i] for i in changed])
    for parent, derivative, row in zip(node.parents, derivatives, rows):
        key = id(parent)
        if key in ids:
            adjoints[key] = adjoints.get(key, 0.0) + derivative * gradient
            adjoint_tangents[key] = row if key not in adjoint_tangents else adjoint_tangents[key] + row


def _combined(derivatives: Sequence[float], tangents: Sequence[Any]) -> Any:
    """Return Σ derivative · tangent; for many arrays as one matrix product."""
    if len(tangents) > FEW and hasattr(tangents[0], "dtype") and all(map(math.isfinite, derivatives)):
        import numpy

        return numpy.array(derivatives) @ numpy.array(tangents)
    total = 0.0
    times = _times if hasattr(tangents[0], "dtype") else operator.mul
    for derivative, tangent in zip(derivatives, tangents):
        total = total + times(derivative, tangent)
    return total


def _tangents(nodes: Sequence[Value], inputs: Sequence[Value], directions: Sequence[Any]) -> dict[int, Any]:
    given = set(map(id, inputs))
    tangents = {id(x): t for x, t in zip(inputs, directions) if hasattr(t, "dtype") or t != 0.0}
    for node in nodes:
        if id(node) in given:
            continue
        selects = TABLE[node.op].selects
        pairs = [
            (derivative, tangents[id(parent)])
            for parent, derivative in zip(node.parents, node.local_derivatives)
            if id(parent) in tangents and not (selects and derivative == 0.0)
        ]
        if pairs:
            tangents[id(node)] = _combined(*zip(*pairs))
    return tangents


# Sparsity: sets of inputs as the bits of integers


def sparsity(output: Value, inputs: Sequence[Value], found: Found | None = None) -> list[int]:
    """Return for each input the set of inputs with which its second derivative may be non-zero, as bits.

    Examples
    --------
    >>> x, y, z = Value(1.0), Value(2.0), Value(3.0)
    >>> [bin(row) for row in sparsity(x * y + z**2, [x, y, z])]
    ['0b10', '0b1', '0b100']
    """
    nodes, _ = found or active([output], inputs)
    below = {id(x): 1 << i for i, x in enumerate(inputs)}
    for node in nodes:
        if id(node) not in below:
            met = 0
            for parent in node.parents:
                met |= below.get(id(parent), 0)
            below[id(node)] = met
    rows = [0] * len(inputs)
    everything, full = (1 << len(inputs)) - 1, 0
    for node in reversed(nodes):  # from the output: a loss mixes everything there, which settles the rest
        if not node.op or not below[id(node)] & ~full:
            continue
        for first, other in _mixed(node, below):
            for mine, its in ((first, other), (other, first)) if first != other else ((first, first),):
                for i in _bits(mine & ~full):
                    rows[i] |= its
                    full |= (rows[i] == everything) << i
    return rows


def _mixed(node: Value, below: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of sets of inputs that the node combines nonlinearly."""
    sets = [below.get(id(x), 0) for x in node.operands]
    row = TABLE[node.op]
    if row.form == "products":
        n = len(sets) // 2
        yield from zip(sets[:n], sets[n:])
    elif row.form == "softmax" or row.rules is not None:
        yield below[id(node)], below[id(node)]
    elif row.form != "linear":
        for i, j in hessian_pattern(row):
            yield sets[i], sets[j]


def _bits(members: int) -> Iterator[int]:
    while members:
        lowest = members & -members
        yield lowest.bit_length() - 1
        members ^= lowest


def _colour(rows: Sequence[int]) -> tuple[list[int], int]:
    """Return a colour for each column, and the set of nearly full rows, whose columns have colours of their own."""
    n = len(rows)
    heavy = sum((row.bit_count() > 16 and row.bit_count() ** 2 > 16 * n) << i for i, row in enumerate(rows))
    colours = [-1] * n
    if heavy.bit_count() * 2 > n:
        return list(range(n)), (1 << n) - 1
    for colour, i in enumerate(_bits(heavy)):
        colours[i] = colour
    groups: list[int] = []
    for i in range(n):
        if colours[i] < 0:
            near = 0
            for j in _bits(rows[i] & ~heavy):
                near |= rows[j]
            free = next((c for c, group in enumerate(groups) if not group & near), len(groups))
            if free == len(groups):
                groups.append(0)
            groups[free] |= 1 << i
            colours[i] = heavy.bit_count() + free
    return colours, heavy


def hessian_of(output: Value, inputs: Sequence[Value]) -> list[list[float]]:
    """Return the matrix of second derivatives, exactly symmetric.

    Examples
    --------
    >>> x, y = Value(3.0), Value(4.0)
    >>> hessian_of(x * x * y, [x, y])
    [[8.0, 6.0], [6.0, 0.0]]
    """
    c = in_c()
    matrix: list[list[float]] | bool | None = c and c._hessian(output, list(inputs), None)
    if matrix is None:
        found = active([output], inputs)
        moderate = all_moderate(found[0]) and _hessian(output, inputs, found)
        matrix = moderate and math.isfinite(sum(map(sum, moderate))) and moderate
    return matrix if isinstance(matrix, list) else _hessian_by_reverse(output, inputs)


def _hessian_by_reverse(output: Value, inputs: Sequence[Value]) -> list[list[float]]:
    """Return the Hessian by reverse over reverse, which defines the result where the order of operations matters."""
    rows = [[0.0] * len(inputs) for _ in inputs]
    for i, first in enumerate(_slopes(output, inputs)):
        if isinstance(first, Value):
            for j, number in enumerate(pull([(first, 1.0)], inputs[i:]), i):
                rows[i][j] = rows[j][i] = number
    return rows


def _slopes(output: Value, inputs: Sequence[Value]) -> list[Any]:
    with recording():
        return pull_graph([(output, 1.0)], inputs, cut=True)


def hessian_array(output: Value, inputs: Sequence[Value]) -> Any:
    """Return the same as a numpy array, which the C core fills without creating floats."""
    import numpy

    c, matrix = in_c(), numpy.zeros((len(inputs), len(inputs)))
    if c and c._hessian(output, list(inputs), matrix):
        return matrix
    return numpy.array(hessian_of(output, inputs)).reshape(matrix.shape)


def _hessian(output: Value, inputs: Sequence[Value], found: Found) -> list[list[float]]:
    rows = sparsity(output, inputs, found)
    colours, heavy = _colour(rows)
    compressed = _compressed(output, inputs, colours, found)
    if heavy and len(set(colours)) == len(colours):
        return _mirrored(compressed)
    matrix = [[0.0] * len(inputs) for _ in inputs]
    for i, row in enumerate(rows):
        for above in _bits(row >> i):
            j = i + above
            number = float(compressed[j][colours[i]] if heavy >> i & 1 else compressed[i][colours[j]])
            matrix[i][j] = matrix[j][i] = number
    return matrix


def _mirrored(rows: Any) -> list[list[float]]:
    """Mirror the upper half of a full matrix."""
    if numpy := _numpy():
        upper = numpy.triu(numpy.array(rows))
        mirrored: list[list[float]] = (upper + numpy.triu(upper, 1).T).tolist()
        return mirrored
    columns = list(zip(*rows))
    return [[*columns[i][:i], *row[i:]] for i, row in enumerate(rows)]


def _compressed(output: Value, inputs: Sequence[Value], colours: Sequence[int], found: Found) -> Any:
    """Return for each input the products of its row with the sum of the columns of each colour."""
    count = max(colours, default=-1) + 1
    if count > 4 and (numpy := _numpy()):
        directions = numpy.zeros((len(inputs), count))
        directions[range(len(inputs)), colours] = 1.0
        with numpy.errstate(all="ignore"):
            compressed = products(output, inputs, list(directions), found)[1]
        return numpy.array([numpy.zeros(count) if isinstance(row, float) else row for row in compressed])
    columns = [products(output, inputs, [float(c == colour) for c in colours], found)[1] for colour in range(count)]
    return [list(row) for row in zip(*columns)] if columns else [[] for _ in inputs]


def _numpy() -> Any:
    try:
        import numpy
    except ImportError:  # numpy is needed for batches only; without it, one direction at a time
        return None
    return numpy
