"""`@ag.compile` on a function: a program for each structure of arguments and each branch taken."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from autograd import modes
from autograd.core import Value
from autograd.replay.observing import Recording
from autograd.replay.program import Gradients, Program, columns_of, seeds_of
from autograd.replay.record import record

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Function"]

VERSIONS: Final = 64
STRUCTURES: Final = 64
LEAF: Final = ("*",)


class _Result(NamedTuple):
    """What all versions together gave."""

    outputs: Array
    inputs: Array
    parameters: dict[Value, Any]
    single_output: bool


class Function:
    """A function of numbers that is recorded when its arguments have a new structure or take a new branch.

    Arguments are numbers, or lists, tuples and dicts of them, nested as one likes; a 1-D numpy array stands for one
    number per sample, a 2-D array for a list of its columns. Bools, texts and None are passed as they are. The function
    is called with Values in place of the numbers, and returns a Value or number, or a tuple or list of them. Values
    that it closes over are parameters. Where an argument is a Value, the function itself is called.

    A comparison or conversion that the function makes of a Value is remembered with its outcome. Samples for which one
    comes out otherwise are computed by another version, recorded for their branch; the 64 used last are kept.

    Examples
    --------
    >>> import autograd as ag
    >>> w = ag.Value(3.0, label="w")
    >>> @ag.compile
    ... def loss(x, y):
    ...     error = w * x - y
    ...     return error * error if error > 0 else -error
    >>> loss(2.0, 1.0)
    25.0
    >>> import numpy as np
    >>> loss.backward(np.array([2.0, 1.0]), np.array([1.0, 5.0]))
    array([25.,  2.])
    >>> w.grad
    19.0
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self._cache: OrderedDict[Any, list[Program]] = OrderedDict()
        self._lock = threading.RLock()
        functools.update_wrapper(self, function)

    @property
    def programs(self) -> tuple[Program, ...]:
        """The versions recorded so far."""
        return tuple(program for versions in self._cache.values() for program in versions)

    @property
    def parameters(self) -> tuple[Value, ...]:
        """The Values that the versions recorded so far depend on besides their arguments."""
        return tuple(dict.fromkeys(value for program in self.programs for value in program.parameters))

    def __len__(self) -> int:
        return sum(map(len, self.programs))

    def __repr__(self) -> str:
        return f"<compiled {getattr(self.function, '__qualname__', self.function)!s}, {len(self.programs)} versions>"

    def __call__(
        self, *arguments: Any, threads: int | None = None, executor: Executor | None = None, **named: Any
    ) -> Any:
        """Return what the function returns, as numbers or, where arguments are arrays, as arrays."""
        structure, leaves = _flatten(arguments, named)
        if any(isinstance(x, Value) for x in leaves):
            return self.function(*arguments, **named)
        columns, single = columns_of(leaves, len(leaves))
        return _shaped(self._run(structure, columns, None, False, "", threads, executor), single)

    def backward(
        self,
        *arguments: Any,
        seed: Any = None,
        threads: int | None = None,
        executor: Executor | None = None,
        **named: Any,
    ) -> Any:
        """Add the gradient, summed over the samples, to each parameter's `grad`; as `Program.backward`."""
        structure, columns, single = self._prepared(arguments, named)
        result = self._run(structure, columns, seed, False, "sum", threads, executor, seeded=True)
        for value, gradient in result.parameters.items():
            value.grad += float(gradient)
        return _shaped(result, single)

    def gradients(
        self,
        *arguments: Any,
        seed: Any = None,
        parameters: str = "sum",
        threads: int | None = None,
        executor: Executor | None = None,
        **named: Any,
    ) -> Gradients:
        """Return outputs and gradients; as `Program.gradients`, but `parameters` is a dict from Value to gradient.

        The inputs are the numbers among the arguments, in order.
        """
        if parameters not in ("sum", "each"):
            raise ValueError(f"gradients: parameters must be 'sum' or 'each', got {parameters!r}")
        structure, columns, single = self._prepared(arguments, named)
        result = self._run(structure, columns, seed, True, parameters, threads, executor, seeded=True)
        inputs = tuple(float(row[0]) if single else row for row in result.inputs)
        found = {
            value: float(g) if parameters == "sum" else float(g[0]) if single else g
            for value, g in result.parameters.items()
        }
        return Gradients(_shaped(result, single), inputs, found)

    def _prepared(self, arguments: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, Array, bool]:
        structure, leaves = _flatten(arguments, named)
        for i, x in enumerate(leaves):
            if isinstance(x, Value):
                raise TypeError(f"call: argument {i} must be a number or numbers, got {x!r}; close over Values instead")
        return structure, *columns_of(leaves, len(leaves))

    def _run(
        self,
        structure: Any,
        columns: Array,
        seed: Any,
        inputs: bool,
        parameters: str,
        threads: int | None,
        executor: Executor | None,
        seeded: bool = False,
    ) -> _Result:
        """Run every sample on the version of its branch; record versions that are missing."""
        import numpy as np

        samples = columns.shape[1]
        versions = self._versions(structure)
        if not versions:
            point = columns[:, 0] if samples else np.ones(len(columns))
            self._remember(structure, self._recorded(structure, point.tolist()))
            versions = self._versions(structure)
        count, single_output = len(versions[0].tape.outputs), versions[0].single_output
        seeds = seeds_of(seed, count, samples) if seeded else None
        result = _Result(np.empty((count, samples)), np.zeros((len(columns), samples)), {}, single_output)
        pending = np.arange(samples)

        def run(version: Program, chosen: NDArray[np.intp]) -> Any:
            part = np.ascontiguousarray(columns[:, chosen])
            weights = None if seeds is None else np.ascontiguousarray(seeds[:, chosen])
            if executor is None:
                return version.run(part, weights, inputs, parameters, threads)
            from autograd.replay import shards

            return shards.run(version, executor, part, weights, inputs, parameters, threads)

        def attempt(version: Program, recorded_first: bool) -> None:
            nonlocal pending
            outcome = run(version, pending)
            holds = np.ones(len(pending), bool) if outcome.holds is None else outcome.holds.copy()
            if recorded_first:
                holds[0] = True  # recorded there: what eager computation does is right, whatever the last bit says
            good = pending[holds]
            if len(good) and not holds.all():
                outcome = run(version, good)
            if len(good):
                _merge(result, version, outcome, good, parameters == "each", samples)
                self._touch(structure, version)
            pending = pending[~holds]

        for version in versions:
            if not len(pending):
                break
            attempt(version, False)
        while len(pending):
            fresh = self._recorded(structure, columns[:, pending[0]].tolist())
            if len(fresh.tape.outputs) != count or fresh.single_output != single_output:
                raise ValueError(
                    f"{self.function.__name__}: must return as many outputs on every branch, "
                    f"got {count} and {len(fresh.tape.outputs)}"
                )
            self._remember(structure, fresh)
            attempt(fresh, True)
        return result

    def _versions(self, structure: Any) -> list[Program]:
        with self._lock:
            return list(self._cache.get(structure, ()))

    def _touch(self, structure: Any, version: Program) -> None:
        """Put a version first, as the one used last."""
        with self._lock:
            versions = self._cache.get(structure, [])
            if versions and versions[0] is not version and version in versions:
                versions.remove(version)
                versions.insert(0, version)

    def _remember(self, structure: Any, version: Program) -> None:
        with self._lock:
            versions = self._cache.setdefault(structure, [])
            versions.insert(0, version)
            del versions[VERSIONS:]
            self._cache.move_to_end(structure)
            while len(self._cache) > STRUCTURES:
                self._cache.popitem(last=False)

    def _recorded(self, structure: Any, numbers: Sequence[float]) -> Program:
        """Call the function with Values and make a program of what it did."""
        leaves = [Value(x) for x in numbers]
        remaining = iter(leaves)
        positional, named = _rebuilt(structure, remaining)
        kept = Recording()
        with modes.recorded_by(kept):
            returned = self.function(*positional, **named)
        single = not isinstance(returned, (tuple, list))
        outputs = [returned] if single else list(returned)
        if not outputs:
            raise ValueError(f"{self.function.__name__}: must return at least one output, got {returned!r}")
        for x in outputs:
            if not isinstance(x, (Value, int, float)):
                raise TypeError(
                    f"{self.function.__name__}: must return Values or numbers, got {x!r:.60} ({type(x).__name__})"
                )
        tape, parameters = record(outputs, leaves, kept.observations)
        return Program(tape, parameters, single)


def _merge(result: _Result, version: Program, outcome: Any, chosen: Array, each: bool, samples: int) -> None:
    """Put one version's samples in their places and add up gradients."""
    import numpy as np

    result.outputs[:, chosen] = outcome.outputs
    result.inputs[:, chosen] = outcome.inputs
    for value, gradient in zip(version.parameters, outcome.parameters, strict=False):
        if each:
            row = result.parameters.setdefault(value, np.zeros(samples))
            row[chosen] = gradient
        else:
            result.parameters[value] = result.parameters[value] + gradient if value in result.parameters else gradient


def _shaped(result: _Result, single: bool) -> Any:
    rows = tuple(float(row[0]) for row in result.outputs) if single else tuple(result.outputs)
    return rows[0] if result.single_output else rows


def _flatten(arguments: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, list[Any]]:
    """The structure of arguments, hashable, and the numbers in them."""
    leaves: list[Any] = []

    def visit(x: Any, depth: int) -> Any:
        if depth > 100:
            raise ValueError("call: arguments are nested more than 100 deep")
        if x is None or isinstance(x, (bool, str)):
            return ("fixed", type(x), x)
        if isinstance(x, (list, tuple)):
            return ("list" if isinstance(x, list) else "tuple", tuple(visit(y, depth + 1) for y in x))
        if isinstance(x, dict):
            return ("dict", tuple((key, visit(y, depth + 1)) for key, y in x.items()))
        if getattr(x, "ndim", 0) == 2:
            columns = [x[:, i] for i in range(x.shape[1])]
            leaves.extend(columns)
            return ("list", (LEAF,) * len(columns))
        leaves.append(x)
        return LEAF

    structure = (
        tuple(visit(x, 0) for x in arguments),
        tuple((name, visit(x, 0)) for name, x in sorted(named.items())),
    )
    return structure, leaves


def _rebuilt(structure: Any, leaves: Any) -> tuple[list[Any], dict[str, Any]]:
    """Arguments of a structure, with other leaves."""

    def build(node: Any) -> Any:
        if node == LEAF:
            return next(leaves)
        if node[0] == "fixed":
            return node[2]
        if node[0] == "dict":
            return {key: build(x) for key, x in node[1]}
        made = [build(x) for x in node[1]]
        return made if node[0] == "list" else tuple(made)

    positional, named = structure
    return [build(x) for x in positional], {name: build(x) for name, x in named}
