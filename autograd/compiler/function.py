"""`@ag.compile` on a function: one program for each structure of arguments and each branch taken."""

from __future__ import annotations

import functools
import inspect
import itertools
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import MethodType
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, ParamSpec, overload

from autograd._common import notebook
from autograd._common.containers import LEAF, Structure, flatten, unflatten
from autograd._common.numbers import is_number
from autograd.compiler.executor import run as sharded
from autograd.compiler.export import ExportError
from autograd.compiler.program import ARRAY, GRADIENTS, LEARN, LIST, SINGLE, TUPLE, VALUES, Program
from autograd.compiler.record.arguments import Results, flatten_call, from_row, in_shapes, shapes_of
from autograd.compiler.record.observing import Recording, observed_values, recordings_of, refuse_hooks
from autograd.compiler.record.state import Reached
from autograd.compiler.record.tape import Tape, record
from autograd.compiler.run.arguments import columns_of, seeds_of
from autograd.compiler.run.results import Gradients
from autograd.compiler.source import Exportable
from autograd.derivatives.sweeps import is_traced, tracing
from autograd.engine import backend, hooks, modes
from autograd.engine.backend import Value
from autograd.engine.backward import add_gradients
from autograd.engine.graph import topological
from autograd.errors import AutogradError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Function"]

P = ParamSpec("P")

VERSIONS: Final = 64
STRUCTURES: Final = 64
OPTIONS: Final = frozenset({"threads", "executor", "seed", "timeout"})
SAMPLES: Final = (
    "a 1-D array is a number for each sample, and the function is called with one Value for it; "
    "ag.compile(function, vector=True) takes arrays as vectors"
)
COLUMNS: Final = (
    "a 2-D array is a list of its columns, each a number for each sample; x.ravel() of an (n, 1) array is one number "
    "for each sample, and ag.compile(function, vector=True) takes arrays as they are"
)
DRAWS: Final = (
    "the function draws random numbers or advances an iterator, which a replay would not; do so outside and pass "
    "numbers as arguments"
)


class _Version(NamedTuple):
    """The program of one branch, and the structure of its result."""

    program: Program
    returns: Structure
    form: int  # the fastest form of its outputs for one sample

    def put(self, outputs: Any) -> Any:
        """Put outputs of that form into the structure."""
        returns = self.returns
        if self.form in (SINGLE, LIST):
            return outputs
        if self.form == TUPLE:
            return unflatten(returns, outputs)
        return outputs.reshape(returns[1]) if returns[0] == "array" else from_row(returns, outputs)


class _Result(NamedTuple):
    """The combined results of all versions."""

    outputs: Array
    inputs: Array
    parameters: dict[Value, Any]
    returns: Structure


class Function(Exportable, Generic[P]):
    """A function of numbers that is recorded when its arguments have a new structure or take a new branch.

    Arguments are numbers, or nested lists, tuples and dicts of them. A 1-D numpy array stands for one number per
    sample, a 2-D array for a list of its columns; with `vector=True`, each array is a vector, and the call one sample.
    Bools, strings and None are passed unchanged. The function is called with Values in place of the numbers and returns
    Values or numbers, possibly nested: in a batch each becomes an array, and the first axis of a returned numpy array
    runs over the samples. Values in its closure are parameters. If an argument is a Value, the function itself is
    called.

    Comparisons and conversions of a Value by the function, as listed in `recording`, are recorded with their outcome.
    Samples for which an outcome differs are computed by another version, recorded for their branch; the 64 used last
    are kept. Side effects, such as printing, are not replayed, and calling `backward` is rejected.

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

    def __init__(self, function: Callable[P, Any], vector: bool = False) -> None:
        functools.update_wrapper(self, function)  # first, as it copies all attributes: of a Function these too
        self.is_static = isinstance(function, staticmethod)
        self.function: Callable[..., Any] = function.__func__ if isinstance(function, staticmethod) else function
        self.vector = vector
        self._names = parameters = _parameters_of(self.function)
        self._own = OPTIONS & {*parameters}  # options of a call that are parameters of the function
        # A method may be called through its class; from Python 3.13 on, a classmethod passes the class as an argument.
        self._takes_self = parameters[:1] in (["self"], ["cls"]) and not self.is_static
        self._cache: OrderedDict[Any, list[_Version]] = OrderedDict()
        self._latest: dict[Any, _Version] = {}  # by the shapes of arguments of one sample
        self._lock = threading.RLock()

    @property
    def programs(self) -> tuple[Program, ...]:
        """The versions recorded so far."""
        return tuple(version.program for versions in self._cache.values() for version in versions)

    @property
    def parameters(self) -> tuple[Value, ...]:
        """The Values that the versions recorded so far depend on besides their arguments."""
        return tuple(dict.fromkeys(value for program in self.programs for value in program.parameters))

    def _recorded_for_export(self) -> tuple[Tape, list[float], str]:
        """Return the version used last, with its inputs named as the function's parameters."""
        if not self._cache:
            raise ExportError(
                f"export: {self._name} was not recorded yet: call it once, with numbers of the right shape"
            )
        structure, versions = next(reversed(self._cache.items()))
        program = versions[0].program
        leaves = [Value(0.0) for _ in range(program.tape.inputs)]
        positional, named = unflatten(structure, leaves)
        names = {id(leaf): name for name, leaf in _named_leaves(self.function, positional, named)}
        labels = {i: names[id(leaf)] for i, leaf in enumerate(leaves) if id(leaf) in names}
        return replace(program.tape, labels=labels | program.tape.labels), program.numbers(), self._name.strip("<>")

    def __len__(self) -> int:
        return sum(map(len, self.programs))

    def __repr__(self) -> str:
        return f"<compiled {getattr(self.function, '__qualname__', self.function)!s}, {len(self.programs)} versions>"

    def __reduce__(self) -> Any:
        """Pickle a decorated function by its name, any other with the wrapped function; versions are not pickled."""
        module, name = getattr(self, "__module__", None), getattr(self, "__qualname__", "")
        found: Any = sys.modules.get(str(module))
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is self:
            return name
        if isinstance(self.function, MethodType):  # recreated from the class attribute
            return getattr, (self.function.__self__, self.function.__name__)
        return Function, (self.function, self.vector)

    def __set_name__(self, owner: type, name: str) -> None:
        """Note that the function is a method, whatever the name of its first parameter."""
        self._takes_self = not self.is_static

    def __get__(self, instance: Any, owner: type | None = None) -> Function[...]:
        """Bind a method: each instance has its own versions, as it has its own Values."""
        if instance is None or self.is_static:
            return self
        name = f"_compiled_{getattr(self.function, '__name__', 'function')}"
        bound = getattr(instance, "__dict__", {}).get(name)
        if not isinstance(bound, Function) or bound.function != MethodType(
            self.function, instance
        ):  # a copy has the original's
            bound = Function(MethodType(self.function, instance), self.vector)
            if isinstance(instance, type):  # a class method
                setattr(instance, name, bound)
            elif hasattr(instance, "__dict__"):
                instance.__dict__[name] = bound
        return bound

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show the versions in a notebook."""
        return notebook.listing(self, "\n".join(map(repr, self.programs)))

    @overload
    def __call__(self, /, *arguments: P.args, **named: P.kwargs) -> Any: ...

    @overload  # arrays in place of numbers, and options
    def __call__(
        self,
        /,
        *arguments: Any,
        threads: int | None = None,
        executor: Executor | None = None,
        timeout: float | None = None,
        **named: Any,
    ) -> Any: ...

    def __call__(  # type: ignore[misc]  # type checkers reject options next to a ParamSpec
        self,
        /,
        *arguments: Any,
        threads: int | None = None,
        executor: Executor | None = None,
        timeout: float | None = None,
        **named: Any,
    ) -> Any:
        """Return what the function returns, as numbers or, if arguments are arrays, as arrays."""
        if self._takes_self and (bound := self._bound(arguments)) is not None:
            return bound(*arguments[1:], threads=threads, executor=executor, timeout=timeout, **named)
        if self._own:
            threads, executor, timeout = self._options(named, threads=threads, executor=executor, timeout=timeout)
        if tracing.get() or (modes.active and modes.recorder() is not None):
            return self._within(arguments, named, threads, executor, timeout)
        shapes = None if named or executor is not None else shapes_of(arguments, self.vector)
        if (latest := self._latest.get(shapes)) is not None:
            done = latest.program.quick(arguments, VALUES, None, None, latest.form, True)
            if done is not NotImplemented:
                return latest.put(done)
        structure, leaves = flatten_call(arguments, named, self.vector)
        if executor is None:
            result = self._at_once(structure, tuple(leaves), VALUES, None, threads, shapes)
            if result is not NotImplemented:
                return result[0]
        if any(isinstance(x, Value) for x in leaves):
            return self.function(*arguments, **named)
        columns, single = columns_of(leaves, len(leaves))
        with _explained(arguments):
            return _shaped(self._run(structure, columns, None, False, "", threads, executor, timeout), single)

    def backward(
        self,
        /,
        *arguments: Any,
        seed: Any = None,
        threads: int | None = None,
        executor: Executor | None = None,
        timeout: float | None = None,
        **named: Any,
    ) -> Any:
        """Add the gradient, summed over the samples, to each parameter's `grad`; as `Program.backward`."""
        if self._takes_self and (bound := self._bound(arguments)) is not None:
            return bound.backward(
                *arguments[1:], seed=seed, threads=threads, executor=executor, timeout=timeout, **named
            )
        if self._own:
            seed, threads, executor, timeout = self._options(
                named, seed=seed, threads=threads, executor=executor, timeout=timeout
            )
        refuse_hooks(self.parameters if hooks.alive else ())
        shapes = None if named or executor is not None else shapes_of(arguments, self.vector)
        if (latest := self._latest.get(shapes)) is not None:
            done = latest.program.quick(arguments, LEARN, seed, None, latest.form, True)
            if done is not NotImplemented:
                return latest.put(done)
        structure, leaves = flatten_call(arguments, named, self.vector)
        if executor is None:
            done = self._at_once(structure, tuple(leaves), LEARN, seed, threads, shapes)
            if done is not NotImplemented:
                return done[0]
        columns, single = self._prepared(leaves)
        with _explained(arguments):
            result = self._run(structure, columns, seed, False, "sum", threads, executor, timeout, seeded=True)
        add_gradients([*result.parameters], [*map(float, result.parameters.values())])
        return _shaped(result, single)

    def gradients(
        self,
        /,
        *arguments: Any,
        seed: Any = None,
        parameters: str = "sum",
        threads: int | None = None,
        executor: Executor | None = None,
        timeout: float | None = None,
        **named: Any,
    ) -> Gradients:
        """Return outputs and gradients; as `Program.gradients`, but `parameters` is a dict from Value to gradient.

        The gradients of the inputs are nested as the arguments, keyword arguments last and sorted; other objects among
        them are kept.
        """
        if self._takes_self and (bound := self._bound(arguments)) is not None:
            options = {"seed": seed, "threads": threads, "executor": executor, "timeout": timeout}
            return bound.gradients(*arguments[1:], parameters=parameters, **options, **named)
        if self._own:
            seed, threads, executor, timeout = self._options(
                named, seed=seed, threads=threads, executor=executor, timeout=timeout
            )
        if "parameters" in self._names and type(parameters) is not str:
            named["parameters"], parameters = parameters, "sum"
        if parameters not in ("sum", "each"):
            raise ValueError(f"gradients: parameters must be 'sum' or 'each', got {parameters!r}")
        refuse_hooks(self.parameters if hooks.alive else ())
        summed = executor is None and parameters == "sum"
        shapes = shapes_of(arguments, self.vector) if summed and not named else None
        if shapes is not None and (latest := self._latest.get(shapes)) is not None:
            done = latest.program.quick(arguments, GRADIENTS, seed, None, latest.form, True)
            if done is not NotImplemented:
                outputs, of_inputs, of_parameters = done
                by_value = dict(zip(latest.program.parameters, of_parameters.tolist(), strict=True))
                return Gradients(latest.put(outputs), in_shapes(shapes, of_inputs), by_value)
        structure, leaves = flatten_call(arguments, named, self.vector)
        if summed:
            done = self._at_once(structure, tuple(leaves), GRADIENTS, seed, threads, shapes)
            if done is not NotImplemented:
                returned, (of_inputs, of_parameters), program = done
                return Gradients(
                    returned,
                    _nested(structure, of_inputs),
                    dict(zip(program.parameters, of_parameters.tolist(), strict=True)),
                )
        columns, single = self._prepared(leaves)
        with _explained(arguments):
            result = self._run(structure, columns, seed, True, parameters, threads, executor, timeout, seeded=True)
        inputs = tuple(float(row[0]) if single else row for row in result.inputs)
        found = {
            value: float(g) if parameters == "sum" else float(g[0]) if single else g
            for value, g in result.parameters.items()
        }
        return Gradients(_shaped(result, single), _nested(structure, inputs), found)

    def _bound(self, arguments: tuple[Any, ...]) -> Function[...] | None:
        """Return the function bound to the first argument, for a method called through its class and a property."""
        if not arguments:
            return None
        instance = arguments[0]
        return (
            None
            if isinstance(instance, (list, tuple, dict, str)) or is_number(instance) or hasattr(instance, "__array__")
            else self.__get__(instance)
        )

    def _within(self, arguments: tuple[Any, ...], named: dict[str, Any], *options: Any) -> Any:
        """Call inside a function that is recorded or differentiated: as part of its graph if that can matter."""
        structure, leaves = flatten_call(arguments, named, self.vector)
        if not any(isinstance(x, Value) for x in leaves):
            columns, single = columns_of(leaves, len(leaves))
            if not single or modes.recorder() is None:
                with _explained(arguments):
                    found = _shaped(self._run(structure, columns, None, False, "", *options), single)
                if not is_traced(self.parameters):
                    return found
                if not single:
                    raise AutogradError(
                        f"call: {self._name} closes over an argument of the function that is being differentiated, on "
                        "which results for arrays would not depend; call it sample by sample, or pass that argument"
                    )
        return self.function(*arguments, **named)

    def _options(self, named: dict[str, Any], **options: Any) -> list[Any]:
        """Pass on options that are parameters of the function itself; return the others."""
        for name in self._own:
            if options.get(name) is not None:
                named[name], options[name] = options[name], None
        return [*options.values()]

    def _prepared(self, leaves: list[Any]) -> tuple[Array, bool]:
        for i, x in enumerate(leaves):
            if isinstance(x, Value):
                raise TypeError(f"call: argument {i} must be a number or numbers, got {x!r}; close over Values instead")
        return columns_of(leaves, len(leaves))

    def _at_once(
        self,
        structure: Structure,
        leaves: tuple[Any, ...],
        mode: int,
        seed: Any,
        threads: int | None,
        shapes: Any = None,
    ) -> Any:
        """Run a call in C: one sample on the version of its branch, a batch if all of it is on the latest.

        Returns
        -------
        Any
            NotImplemented, with nothing changed, if that isn't possible; else the function's result, the rest of what
            `quick` returned, and the program.
        """
        versions = self._cache.get(structure, ())
        one = set(map(type, leaves)) <= {float}
        for version in versions if one else versions[:1]:
            program = version.program
            done = program.quick(leaves, mode, seed, threads)
            if done is NotImplemented:
                continue
            self._touch(structure, version)
            if one and shapes is not None:
                self._note(shapes, version)
            outputs, rest = (done, ()) if mode != GRADIENTS else (done[0], done[1:])
            if version.returns is LEAF:
                return outputs, rest, program
            return unflatten(version.returns, outputs if isinstance(outputs, tuple) else (outputs,)), rest, program
        return NotImplemented

    def _run(
        self,
        structure: Any,
        columns: Array,
        seed: Any,
        inputs: bool,
        parameters: str,
        threads: int | None,
        executor: Executor | None,
        timeout: float | None,
        seeded: bool = False,
    ) -> _Result:
        """Run every sample on the version of its branch, recording missing versions."""
        import numpy as np

        samples = columns.shape[1]
        if modes.detecting():
            return self._one_by_one(structure, columns, seed, parameters, seeded)
        versions = [version for version in self._versions(structure) if version.program.current()]
        if not versions:
            point = columns[:, 0] if samples else np.ones(len(columns))
            versions = [self._recorded(structure, point.tolist())]
            self._remember(structure, versions[0])
        result: _Result | None = None
        pending = np.arange(samples)

        def run(version: _Version, chosen: NDArray[np.intp], failures_hold: bool) -> Any:
            part = np.ascontiguousarray(columns[:, chosen])
            seeds = seeds_of(seed, len(version.program.tape.outputs), samples) if seeded else None
            weights = None if seeds is None else np.ascontiguousarray(seeds[:, chosen])
            if executor is None:
                return version.program.run(part, weights, inputs, parameters, threads, failures_hold=failures_hold)
            return sharded(version.program, executor, part, weights, inputs, parameters, threads, timeout)

        def attempt(version: _Version, recorded_first: bool) -> None:
            nonlocal pending, result
            outcome = run(version, pending, recorded_first and len(pending) == 1)
            holds = np.ones(len(pending), bool) if outcome.holds is None else outcome.holds.copy()
            if recorded_first:
                holds[0] = True  # recorded there: the eager branch is right, whatever the last bit
            good = pending[holds]
            if len(good):
                result = self._result(version, result, columns)
                outcome = outcome if holds.all() else run(version, good, True)
                _merge(result, version.program, outcome, good, parameters == "each", samples)
                self._touch(structure, version)
            pending = pending[~holds]

        for version in versions:
            if not len(pending):
                break
            attempt(version, False)
        while len(pending):
            fresh = self._recorded(structure, columns[:, pending[0]].tolist())
            self._remember(structure, fresh)
            attempt(fresh, True)
        if result is None:  # no samples: empty sums
            result = self._result(versions[0], None, columns)
            _merge(result, versions[0].program, run(versions[0], pending, True), pending, parameters == "each", samples)
        return result

    def _one_by_one(self, structure: Any, columns: Array, seed: Any, parameters: str, seeded: bool) -> _Result:
        """Record every sample, so that `detect_anomaly` raises, and is caught, as in eager computation."""
        import numpy as np

        samples = columns.shape[1]
        result: _Result | None = None
        for i in range(samples):
            numbers = columns[:, i].tolist()
            version = self._recorded(structure, numbers)
            if seeded:
                version.program.inspect(columns[:, i : i + 1], gradients=True)
            chosen = np.array([i])
            seeds = seeds_of(seed, len(version.program.tape.outputs), samples) if seeded else None
            weights = None if seeds is None else np.ascontiguousarray(seeds[:, chosen])
            outcome = version.program.run(np.ascontiguousarray(columns[:, chosen]), weights, True, parameters)
            result = self._result(version, result, columns)
            _merge(result, version.program, outcome, chosen, parameters == "each", samples)
        return result or self._result(self._recorded(structure, [1.0] * len(columns)), None, columns)

    def _result(self, version: _Version, result: _Result | None, columns: Array) -> _Result:
        """Allocate the results for a version's samples; all versions must have the same structure."""
        import numpy as np

        if result is None:
            outputs = np.empty((len(version.program.tape.outputs), columns.shape[1]))
            return _Result(outputs, np.zeros(columns.shape), {}, version.returns)
        if result.returns != version.returns:
            raise ValueError(
                f"{self._name}: must return the same structure on every branch of a batch, "
                f"got {_pictured(result.returns)} and {_pictured(version.returns)}"
            )
        return result

    def _versions(self, structure: Any) -> list[_Version]:
        with self._lock:
            return list(self._cache.get(structure, ()))

    def _touch(self, structure: Any, version: _Version) -> None:
        """Move a version to the front, as the one used last."""
        versions = self._cache.get(structure)
        if not versions or versions[0] is version:
            return
        with self._lock:
            others = [x for x in versions if x is not version]
            if len(others) < len(versions):
                self._cache[structure] = [version, *others]

    def _remember(self, structure: Any, version: _Version) -> None:
        with self._lock:
            self._cache[structure] = [version, *self._cache.get(structure, ())][:VERSIONS]
            self._cache.move_to_end(structure)
            while len(self._cache) > STRUCTURES:
                self._cache.popitem(last=False)

    def _note(self, shapes: Any, version: _Version) -> None:
        """Let the next call with such arguments try this version first."""
        if len(self._latest) >= STRUCTURES:
            self._latest.clear()
        self._latest[shapes] = version

    @property
    def _name(self) -> str:
        return getattr(self.function, "__name__", type(self.function).__name__)

    def _recorded(self, structure: Any, numbers: Sequence[float]) -> _Version:
        """Call the function with Values and compile what it recorded."""
        leaves = [Value(x) for x in numbers]
        positional, named = unflatten(structure, leaves)
        reached = Reached(self.function)
        kept = Recording(of_function=True, reached=reached.leaves())
        for leaf in leaves:  # so that observations of an argument in another thread are reported here
            backend._module._mark(leaf, kept)
        before, draws = reached.states(), reached.draws()
        try:
            with modes.recorded_by(kept):
                returned = self.function(*positional, **named)
            outputs = Results()
            returns = flatten(returned, outputs)
            self._check(returned, outputs)
            if draws.any():
                raise AutogradError(f"compile: {DRAWS}")
            with modes.unobserved():
                if kept.strays:
                    kept.graph_is(topological(*(x for x in outputs if isinstance(x, Value))))
                nodes = topological(
                    *leaves, *(x for x in outputs if isinstance(x, Value)), *observed_values(kept.observations)
                )
                recordings = recordings_of(nodes, kept)
                guarded = [recording.guards() for recording in recordings if recording is not kept]
                tape, parameters = record(outputs, leaves, kept.observations, guarded)
        finally:
            kept.close()
        states = [state for recording in recordings for state in recording.states]
        states += [state for state in before if state.holds()]  # state that the function itself changes is not compared
        return _Version(Program(tape, parameters, returns is LEAF, states=states), returns, _form_of(returns))

    def _check(self, returned: Any, outputs: list[Any]) -> None:
        if not outputs:
            raise ValueError(f"{self._name}: must return at least one output, got {returned!r:.60}")
        for x in outputs:
            if not isinstance(x, Value) and not is_number(x):
                raise TypeError(f"{self._name}: must return Values or numbers, got {x!r:.60} ({type(x).__name__})")


@contextmanager
def _explained(arguments: tuple[Any, ...]) -> Iterator[None]:
    """Explain what an array stands for, if a function fails that may have assumed otherwise."""
    try:
        yield
    except (TypeError, IndexError, AttributeError) as error:
        taken = {1: SAMPLES, 2: COLUMNS}.get(max((getattr(x, "ndim", 0) for x in arguments), default=0))
        if taken is None or type(error).__module__ != "builtins" or str(error).startswith(("call:", "seed:")):
            raise
        raise type(error)(f"{error} ({taken})") from error


def _form_of(returns: Structure) -> int:
    if returns is LEAF:
        return SINGLE
    if returns[:2] == ("sequence", list) and returns[2].count(LEAF) == len(returns[2]):
        return LIST
    return ARRAY if "array" in repr(returns) else TUPLE


def _parameters_of(function: Callable[..., Any]) -> list[str]:
    try:
        return [*inspect.signature(function).parameters]
    except (TypeError, ValueError):  # a function in C without a signature
        return []


def _named_leaves(
    function: Callable[..., Any], positional: Sequence[Any], named: Mapping[str, Any]
) -> Iterator[tuple[str, Value]]:
    """Yield each Value among arguments, with the name of the parameter and its path in it."""
    try:
        waiting = [*inspect.signature(function).bind(*positional, **named).arguments.items()]
    except (TypeError, ValueError):  # a function in C without a signature
        waiting = [*((f"x{i}", x) for i, x in enumerate(positional)), *named.items()]
    while waiting:
        name, x = waiting.pop(0)
        if isinstance(x, Value):
            yield name, x
        elif isinstance(x, Mapping):
            waiting = [*((f"{name}_{key}", each) for key, each in x.items()), *waiting]
        elif isinstance(x, list | tuple) or hasattr(x, "tolist"):
            waiting = [*((f"{name}_{i}", each) for i, each in enumerate(x)), *waiting]


def _nested(structure: Structure, leaves: Sequence[Any]) -> tuple[Any, ...]:
    """Return results for the numbers among the arguments, nested as the arguments are."""
    positional, named = unflatten(structure, leaves)
    return (*positional, *named.values())


def _pictured(structure: Structure) -> str:
    """Return a structure with dots in place of numbers, for an error."""
    count = itertools.repeat("·")
    return f"{unflatten(structure, count)!r:.60}" if "array" not in repr(structure) else "arrays"


def _merge(result: _Result, version: Program, outcome: Any, chosen: NDArray[np.intp], each: bool, samples: int) -> None:
    """Store one version's samples and accumulate gradients."""
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
    rows = (float(row[0]) for row in result.outputs) if single else iter(result.outputs)
    return unflatten(result.returns, rows)
