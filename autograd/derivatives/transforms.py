"""Derivatives of recorded graphs and of functions, of any order: gradients, products, Jacobians, Hessians.

Names and arguments are those of JAX and HIPS autograd. Each transform calls the function with inputs of its own and
differentiates what they record, so nested derivatives can't be confused: an argument from an outer transform is a node
above the inner one's inputs. Where a result depends on other Values (an argument, a weight in the closure) it is a
Value, which can be differentiated again; otherwise results are numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import update_wrapper
from typing import Any, ParamSpec, TypeAlias

from autograd._common.containers import LEAF, Leaves, Numbers, Structure, Tree, flatten, is_array, unflatten
from autograd._common.numbers import is_number, whole_number
from autograd.derivatives import over_values
from autograd.derivatives.hessian import hessian_array, hessian_of, product
from autograd.derivatives.sweeps import (
    Visited,
    depends_on_others,
    directional,
    directional_graph,
    gradient_alone,
    in_c,
    jacobian_of,
    moves,
    pull,
    pull_graph,
    tracing,
)
from autograd.engine import modes
from autograd.engine.backend import Value

__all__ = ["derivative", "grad", "gradients", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]

P = ParamSpec("P")
Function = Callable[..., Any]
Argnums: TypeAlias = "int | Sequence[int]"


def gradients(outputs: Any, inputs: Any, seeds: Any = None, *, create_graph: bool = False) -> Any:
    """Return the derivatives of recorded outputs with respect to inputs, without changing any `.grad`.

    Parameters
    ----------
    outputs : Value, or nested lists, tuples, dicts, arrays of Values
        The outputs to differentiate; of several, the sum of each times its seed.
    inputs : Value, or nested containers of Values
        The leaves or computed nodes to differentiate with respect to.
    seeds : number or Value, or nested as `outputs`
        The derivatives with respect to the outputs, 1 each by default.
    create_graph : bool
        Whether to return Values, which can be differentiated again, instead of floats.

    Returns
    -------
    float or Value, nested as `inputs`
        0 for an input on which no output depends.

    Raises
    ------
    TypeError
        If an input isn't a Value, or an output isn't a number.
    ValueError
        If the number of seeds and outputs differs.
    GradientError
        If an output was computed inside `no_grad()`, which recorded nothing.

    Examples
    --------
    >>> x, y = Value(3.0), Value(4.0)
    >>> gradients(x * x * y, [x, y])
    [24.0, 9.0]
    >>> dx = gradients(x * x * y, x, create_graph=True)
    >>> gradients(dx, {"x": x, "y": y})
    {'x': 8.0, 'y': 6.0}
    """
    above, outputs_tree = Tree.flatten(outputs, "gradients: outputs")
    below, inputs_tree = Tree.flatten(inputs, "gradients: inputs")
    for i, x in enumerate(below):
        if not isinstance(x, Value):
            name = inputs_tree.names[i]
            raise TypeError(f"gradients: inputs{name} must be a Value, got {x!r} ({type(x).__name__})")
    weights = [1.0] * len(above) if seeds is None else _matching("gradients: seeds", seeds, outputs_tree)
    pairs = [(y, seed) for y, seed in zip(above, weights) if isinstance(y, Value) and moves(seed)]
    for y, _ in pairs:
        if y._forgotten and all(y is not x for x in below):
            modes.refuse_forgotten(y, "gradients")
    if not create_graph:
        for y, _ in pairs if modes.active else ():
            modes.observed("gradients", y, None, None)
        return inputs_tree.build(pull([(y, float(seed)) for y, seed in pairs], below, hooked=True))
    alone = not any(x.op for x in below)  # no input depends on another
    with over_values.recording(), _bounded(below) if alone else over_values.NOTHING:
        return inputs_tree.build([x if isinstance(x, Value) else Value(x) for x in pull_graph(pairs, below, cut=alone)])


def _matching(what: str, nested: Any, tree: Tree) -> Numbers:
    numbers, given = Tree.flatten(nested, what)
    if not given.same_as(tree):
        raise ValueError(f"{what} must be nested as {tree.where}: {tree.size} numbers, got {given.size}")
    return numbers


# Functions


class _Inside(Visited):
    """What transforms inside the function being differentiated leave behind for those that follow."""

    def __init__(self, around: _Inside | None = None) -> None:
        super().__init__(around)
        self.leaves: list[Value] = []  # which they made: they are not Values from outside


_inside: ContextVar[_Inside | None] = ContextVar("inside", default=None)


def _bounded(inputs: Sequence[Value]) -> AbstractContextManager[None]:
    """Within this block sweeps down to a transform's inputs are bounded by what those before it visited."""
    around = _inside.get()
    return over_values.NOTHING if around is None else around.before(inputs)


class _Traced:
    """One call of a function with inputs of our own, and what it recorded."""

    def __init__(self, name: str, function: Function, arguments: Sequence[Any], argnums: Argnums, named: Any) -> None:
        _need_function(name, function)
        self.name = name
        places = _places(name, argnums, len(arguments))
        chosen = arguments[places] if isinstance(places, int) else tuple(arguments[place] for place in places)
        self.forgetting = modes._forgetting.get()
        with over_values.recording():
            self.tree, self.inputs, self.nested = _inputs(chosen, f"{name}: argument", self.forgetting)
            built = self.tree.build(self.inputs)
            passed = list(arguments)
            for place, part in [(places, built)] if isinstance(places, int) else zip(places, built):
                passed[place] = part
            around = _inside.get()
            if around is not None:
                around.make(self.inputs)
            inside = _Inside(around)
            self.inner = inside.leaves
            entered, traced = _inside.set(inside), tracing.set((*tracing.get(), self.inputs))
            try:
                self.output = function(*passed, **named)
            finally:
                _inside.reset(entered)
                tracing.reset(traced)
            if around is not None:
                around.leaves.extend(self.inner if self.nested else [*self.inner, *self.inputs])

    def finish(self, outputs: Sequence[Any], extra: Numbers | None = None) -> bool:
        """Return whether results are numbers: no Value from outside is in `outputs` or among the arguments."""
        if self.forgetting:
            return True
        if self.nested or (extra is not None and extra.hold_values):
            return False
        with _bounded(self.inputs):
            return not depends_on_others([y for y in outputs if isinstance(y, Value)], self.inputs + self.inner)

    def gradient(self, output: Any) -> list[float] | None:
        """Return the gradient of a scalar if results are numbers, else None."""
        if isinstance(output, Value) and not self.forgetting:
            if self.nested:
                return None
            with _bounded(self.inputs):
                if not self.inner:
                    return gradient_alone(output, self.inputs)
                found = gradient_alone(output, self.inputs + self.inner)
            return found[: len(self.inputs)] if found else found
        return _down([output], [1.0], self.inputs, True) if self.finish([output]) else None

    def product(self, direction: list[Any]) -> list[float] | None:
        """Return the Hessian times a direction if the C core can and results are numbers, else None."""
        c, output = in_c(), self.output
        if c is None or not isinstance(output, Value) or self.nested or self.forgetting or self.inner:
            return None
        found: list[float] | None = c._product_alone(output, self.inputs, direction)
        return found

    def scalar(self, output: Any) -> Any:
        """Return the output as a Value or float; raise TypeError if it is not a number."""
        if isinstance(output, Value):
            return output
        if not is_number(output):
            numbers = Tree.flatten(output, f"{self.name}: the function's result")[0]
            if len(numbers) != 1 or isinstance(output, (list, tuple, dict)):
                raise TypeError(
                    f"{self.name}: the function must return one number, got {output!r} ({type(output).__name__}); "
                    "jacobian takes any shape"
                )
            output = numbers[0]
        return output if isinstance(output, Value) else float(output)


def _places(name: str, argnums: Argnums, count: int) -> int | tuple[int, ...]:
    """Return the positions, among so many arguments, that `argnums` names."""
    if type(argnums) is int and -count <= argnums < count:  # the usual case
        return argnums
    single = whole_number(argnums)
    found = [argnums] if single is not None or not isinstance(argnums, Iterable) else list(argnums)
    places = tuple(place for place in map(whole_number, found) if place is not None)
    if len(places) < len(found):
        raise TypeError(f"{name}: argnums must be int or a sequence of them, got {argnums!r}")
    chosen = places if single is None else single
    if not all(-count <= place < count for place in places):
        raise ValueError(f"{name}: argnums {chosen!r} must name one of {count} positional arguments")
    if len({place % count for place in places}) < len(places):
        raise ValueError(f"{name}: argnums must name each argument once, got {chosen!r}")
    return chosen


def _inputs(chosen: Any, where: str, forgetting: bool) -> tuple[Tree, list[Value], bool]:
    """Return the tree of the chosen arguments, an input for each number, and whether Values are among these."""
    c = in_c()
    if c and type(chosen) is list and (leaves := c._leaves(chosen)) is not None:
        return Tree.of_list(len(leaves), where), leaves, False
    given, tree = Tree.flatten(chosen, where)
    if given.hold_values:
        return tree, [_input(x, forgetting) for x in given], True
    return tree, (c and c._leaves(given)) or list(map(Value, given)), False


def _input(x: Any, forgetting: bool) -> Value:
    """Return an input node: a leaf, or a node above an outer transform's Value."""
    return x * 1.0 if isinstance(x, Value) and not forgetting else Value(float(x))


def _plain(x: Any) -> Any:
    return x.data if isinstance(x, Value) else x


def _down(outputs: Sequence[Any], seeds: Sequence[Any], inputs: Sequence[Value], plain: bool) -> list[Any]:
    pairs = [(y, seed) for y, seed in zip(outputs, seeds) if isinstance(y, Value) and moves(seed)]
    if plain:
        return pull([(y, float(seed)) for y, seed in pairs], inputs, hooked=True)
    with over_values.recording(), _bounded(inputs):
        return pull_graph(pairs, inputs, cut=True)


def _up(inputs: Sequence[Value], tangents: Sequence[Any], outputs: Sequence[Any], plain: bool) -> list[Any]:
    moving = [(x, float(t) if plain else t) for x, t in zip(inputs, tangents) if moves(t)]
    nodes = [y for y in outputs if isinstance(y, Value)]
    if plain:
        found = iter(directional(moving, nodes))
    else:
        with over_values.recording(), _bounded(inputs):
            found = iter(directional_graph(moving, nodes))
    return [next(found) if isinstance(y, Value) else 0.0 for y in outputs]


def _need_function(name: str, function: Any) -> None:
    if not callable(function):
        advice = "; of a recorded graph gradients(output, inputs) are taken" if isinstance(function, Value) else ""
        raise TypeError(f"{name}: needs a function, got {function!r} ({type(function).__name__}){advice}")


def _named(made: Function, name: str, function: Function) -> Function:
    _need_function(name, function)
    update_wrapper(made, function)
    made.__name__ = f"{name}({getattr(function, '__name__', 'function')})"
    return made


def value_and_grad(
    function: Callable[P, Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[P, tuple[Any, Any]]:
    """Return a function that computes a scalar function's value and its gradient.

    Parameters
    ----------
    function : callable
        Takes numbers, or nested lists, tuples, dicts and arrays of them; returns one number.
    argnums : int or sequence of int
        The positional arguments to differentiate with respect to; for a sequence, the gradient is a tuple.
    has_aux : bool
        Whether `function` returns (number, aux); the value is then such a pair, in which Values that depend only on the
        arguments are replaced by numbers.

    Returns
    -------
    callable
        Takes the arguments of `function`; returns (value, gradient), the gradient nested as the argument.

    Examples
    --------
    >>> value_and_grad(lambda p: p["a"] * p["b"] ** 2)({"a": 2.0, "b": 3.0})
    (18.0, {'a': 9.0, 'b': 12.0})
    """
    return _named(_with_value("value_and_grad", function, argnums, has_aux), "value_and_grad", function)


class _Aux(Leaves):
    """The Values in the auxiliary result of a function; all else is kept unchanged."""

    def are_plain(self, kinds: set[type]) -> bool:
        return False

    def take(self, x: Any) -> Structure:
        if isinstance(x, Value):
            self.append(x)
            return LEAF
        if is_array(x) and x.dtype == object:
            self.extend(x.ravel().tolist())
            return ("array", x.shape)
        return ("fixed", type(x), x)


def _plain_parts(aux: Any, traced: _Traced) -> Any:
    """Return `aux` with a float for each Value that depends on the traced inputs alone."""
    values = _Aux()
    structure = flatten([aux], values)
    plain = [_plain(x) if isinstance(x, Value) and traced.finish([x]) else x for x in values]
    return unflatten(structure, plain)[0]


def _with_value(name: str, function: Function, argnums: Argnums, has_aux: bool) -> Function:
    """Return the function of `value_and_grad`, with `name` in error messages."""

    def made(*arguments: Any, **named: Any) -> Any:
        traced = _Traced(name, function, arguments, argnums, named)
        result, aux = traced.output if has_aux else (traced.output, None)
        output = traced.scalar(result)
        numbers = traced.gradient(output)
        value = output if numbers is None else _plain(output)
        slopes = traced.tree.build_from(_down([output], [1.0], traced.inputs, False) if numbers is None else numbers)
        return ((value, _plain_parts(aux, traced)), slopes) if has_aux else (value, slopes)

    return made


def grad(function: Callable[P, Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[P, Any]:
    """Return the gradient of a scalar function, as a function.

    Parameters
    ----------
    function, argnums, has_aux
        As for `value_and_grad`; with `has_aux` the result is (gradient, aux).

    Examples
    --------
    >>> grad(lambda x: x**3)(2.0), grad(grad(lambda x: x**3))(2.0)
    (12.0, 12.0)
    >>> grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 5.0)
    (5.0, 2.0)
    >>> grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0)
    1.0
    """
    both = _with_value("grad", function, argnums, has_aux)

    def made(*arguments: Any, **named: Any) -> Any:
        value, slopes = both(*arguments, **named)
        return (slopes, value[1]) if has_aux else slopes

    return _named(made, "grad", function)


def jvp(function: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Return a function's value and its directional derivative, in forward mode if there are several outputs.

    Parameters
    ----------
    function : callable
        Takes and returns numbers, or nested containers of them.
    primals : sequence
        The arguments.
    tangents : sequence
        The direction, nested as `primals`.

    Returns
    -------
    value, tangent
        Both nested as the function's result.

    Examples
    --------
    >>> jvp(lambda x, y: [x * y, x + y], (2.0, 5.0), (1.0, 0.0))
    ([10.0, 7.0], [5.0, 1.0])
    """
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise TypeError("jvp: primals and tangents must be tuples, one entry for each argument")
    traced = _Traced("jvp", function, tuple(primals), range(len(primals)), {})
    directions = _matching("jvp: tangents", tuple(tangents), traced.tree)
    outputs, tree = Tree.flatten(traced.output, "jvp: the function's result")
    plain = traced.finish(outputs, directions)
    moved = _up(traced.inputs, directions, outputs, plain)
    return tree.build([_plain(y) for y in outputs] if plain else outputs), tree.build(moved)


def vjp(function: Function, *primals: Any) -> tuple[Any, Function]:
    """Return a function's value and its vector-Jacobian product as a function, in reverse mode.

    Parameters
    ----------
    function : callable
        Takes and returns numbers, or nested containers of them.
    *primals
        The arguments.

    Returns
    -------
    value
        Nested as the function's result.
    pullback : callable
        Takes cotangents nested as the value; returns a tuple, one entry for each argument.

    Examples
    --------
    >>> value, pullback = vjp(lambda x, y: [x * y, x + y], 2.0, 5.0)
    >>> value, pullback([1.0, 10.0])
    ([10.0, 7.0], (15.0, 12.0))
    """
    traced = _Traced("vjp", function, primals, range(len(primals)), {})
    outputs, tree = Tree.flatten(traced.output, "vjp: the function's result")
    plain = traced.finish(outputs)

    def pullback(cotangents: Any) -> Any:
        seeds = _matching("vjp: cotangents", cotangents, tree)
        numbers = traced.forgetting or (plain and not any(isinstance(x, Value) for x in seeds))
        return traced.tree.build(_down(outputs, seeds, traced.inputs, numbers))

    return tree.build([_plain(y) for y in outputs] if plain else outputs), pullback


def jacobian(function: Callable[P, Any], argnums: Argnums = 0, mode: str = "auto") -> Callable[P, Any]:
    """Return the Jacobian of a function, as a function.

    Parameters
    ----------
    function : callable
        Takes and returns numbers, or nested containers of them.
    argnums : int or sequence of int
        The positional arguments to differentiate with respect to.
    mode : {"auto", "reverse", "forward"}
        One reverse sweep per output, or one forward sweep per input; "auto" uses the smaller number.

    Returns
    -------
    callable
        Its result is nested as the function's, with the derivatives of each number nested as the argument; if both are
        arrays, one array of shape output.shape + input.shape.

    Examples
    --------
    >>> jacobian(lambda p: [p[0] * p[1], p[0] + p[1], p[1] ** 2])([2.0, 5.0])
    [[5.0, 2.0], [1.0, 1.0], [0.0, 10.0]]
    """
    if mode not in ("auto", "reverse", "forward"):
        raise ValueError(f"jacobian: mode must be 'auto', 'reverse' or 'forward', got {mode!r}")

    def made(*arguments: Any, **named: Any) -> Any:
        traced = _Traced("jacobian", function, arguments, argnums, named)
        outputs, tree = Tree.flatten(traced.output, "jacobian: the function's result")
        plain = traced.finish(outputs)
        forward = mode == "forward" or (mode == "auto" and len(traced.inputs) < len(outputs))
        return tree.build_rows(_jacobian_rows(traced.inputs, outputs, forward, plain), traced.tree)

    return _named(made, "jacobian", function)


def _jacobian_rows(inputs: Sequence[Value], outputs: Sequence[Any], forward: bool, plain: bool) -> list[list[Any]]:
    if plain:
        nodes = [y for y in outputs if isinstance(y, Value)]
        lines: list[list[Any]] = jacobian_of(nodes, inputs, forward)
        found = iter(list(map(list, zip(*lines))) if forward else lines)
        return [next(found) if isinstance(y, Value) else [0.0] * len(inputs) for y in outputs]
    if forward:
        columns = [_up([x], [1.0], outputs, plain) for x in inputs]
        return [[column[i] for column in columns] for i in range(len(outputs))]
    return [_down([y], [1.0], inputs, plain) for y in outputs]


def hessian(function: Callable[P, Any], argnums: Argnums = 0) -> Callable[P, Any]:
    """Return the matrix of second derivatives of a scalar function, as a function.

    The matrix is exactly symmetric. The cost depends on its sparsity: for a function of a thousand variables that
    couples neighbours only, it is a few sweeps, not a thousand.

    Parameters
    ----------
    function : callable
        Takes numbers, or nested containers of them; returns one number.
    argnums : int or sequence of int
        The positional arguments to differentiate with respect to.

    Returns
    -------
    callable
        Its result is nested as the argument, with each entry nested as the argument again.

    Examples
    --------
    >>> hessian(lambda p: p[0] ** 2 * p[1])([3.0, 4.0])
    [[8.0, 6.0], [6.0, 0.0]]
    """

    def made(*arguments: Any, **named: Any) -> Any:
        traced = _Traced("hessian", function, arguments, argnums, named)
        output = traced.scalar(traced.output)
        if not isinstance(output, Value):
            rows: list[list[Any]] = [[0.0] * len(traced.inputs) for _ in traced.inputs]
        elif traced.finish([output]):
            if traced.tree.is_array:
                return traced.tree.build_array(hessian_array(output, traced.inputs))
            rows = hessian_of(output, traced.inputs)
        else:
            rows = _hessian_graph(output, traced.inputs)
        return traced.tree.build_rows(rows, traced.tree)

    return _named(made, "hessian", function)


def _hessian_graph(output: Value, inputs: Sequence[Value]) -> list[list[Any]]:
    """Return the Hessian as graphs: the upper half by reverse over reverse, mirrored."""
    slopes = _down([output], [1.0], inputs, plain=False)
    rows: list[list[Any]] = [[0.0] * len(inputs) for _ in inputs]
    for i, first in enumerate(slopes):
        for j, entry in enumerate(_down([first], [1.0], inputs[i:], plain=False), i):
            rows[i][j] = rows[j][i] = entry
    return rows


def hvp(function: Function, argnums: Argnums = 0) -> Function:
    """Return the product of a scalar function's Hessian with a vector, as a function; the Hessian is never formed.

    Parameters
    ----------
    function : callable
        Takes numbers, or nested containers of them; returns one number.
    argnums : int or sequence of int
        The positional arguments to differentiate with respect to.

    Returns
    -------
    callable
        Takes the arguments of `function` and then the vector, nested as the chosen argument; returns the product,
        nested alike.

    Examples
    --------
    >>> hvp(lambda p: p[0] ** 2 * p[1])([3.0, 4.0], [1.0, 0.0])
    [8.0, 6.0]
    """

    def made(*arguments: Any, **named: Any) -> Any:
        if not arguments:
            raise TypeError("hvp: takes the function's arguments and then a vector, got nothing")
        *rest, vector = arguments
        traced = _Traced("hvp", function, rest, argnums, named)
        flat = type(vector) is list and traced.tree.is_list_of(len(vector))  # C checks for floats
        directions = vector if flat else _matching("hvp: the vector", vector, traced.tree)
        alone = traced.product([*directions])  # a copy: a signal handler may change the vector while C reads it
        if alone is not None:
            return traced.tree.build_from(alone)
        if flat:
            directions = _matching("hvp: the vector", vector, traced.tree)
        output = traced.scalar(traced.output)
        if not isinstance(output, Value):
            return traced.tree.build([0.0] * len(directions))
        if traced.finish([output], directions):
            direction = list(map(float, directions)) if directions.hold_values else directions
            return traced.tree.build_from(product(output, traced.inputs, direction))
        slopes = _down([output], [1.0], traced.inputs, plain=False)
        return traced.tree.build(_down(slopes, directions, traced.inputs, plain=False))

    return _named(made, "hvp", function)


def derivative(function: Function, order: int = 1) -> Function:
    """Return the n-th derivative of a function of one number, as a function.

    Parameters
    ----------
    function : callable
        Takes one number, followed by any other arguments; returns one number.
    order : int
        The order of the derivative, 0 or more.

    Raises
    ------
    ValueError
        If `order` is negative or not an int.

    Examples
    --------
    >>> derivative(lambda x: x**5, order=3)(2.0)
    240.0
    """
    times = whole_number(order)
    if times is None or times < 0:
        raise ValueError(f"derivative: order must be an int of 0 or more, got {order!r} ({type(order).__name__})")
    order = times

    def made(x: Any, *rest: Any, **named: Any) -> Any:
        if not is_number(x):
            raise TypeError(f"derivative: the argument must be one number, got {x!r} ({type(x).__name__})")
        traced = _Traced("derivative", function, (x, *rest), 0, named)
        output = traced.scalar(traced.output)
        plain = traced.finish([output])
        for step in range(1, order + 1):
            output = _up(traced.inputs, [1.0], [output], plain and step == order)[0]
        return _plain(output) if plain else output

    return _named(made, "derivative", function)
