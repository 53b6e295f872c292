"""A compiled graph: what a user calls."""

from __future__ import annotations

import math
import operator
import os
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from autograd import display, modes
from autograd.core import Value
from autograd.errors import BranchChanged
from autograd.replay import store
from autograd.replay.kernel_numpy import NumpyKernel
from autograd.replay.listing import listing
from autograd.replay.plan import Plan, plan
from autograd.replay.record import Guard, Tape

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Gradients", "Outcome", "Program"]

COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


class Gradients(NamedTuple):
    """What `gradients` returns.

    Attributes
    ----------
    outputs : float, array or tuple of them
        As from the call itself.
    inputs : tuple of float or of arrays
        For each input the derivative, per sample.
    parameters : array
        For each parameter the derivative: summed over the samples, (parameters,), or per sample, (parameters, samples).
    """

    outputs: Any
    inputs: tuple[Any, ...]
    parameters: Any


class Outcome(NamedTuple):
    """All numbers of one run, of samples whose branches are as recorded; arrays as in `Gradients`."""

    outputs: Array
    inputs: Array
    parameters: Array
    holds: Array | None


class Program:
    """A graph that runs without Python, for one sample or a batch.

    Made by `autograd.compile`. Called with numbers it gives a number (a tuple, for several outputs); called with 1-D
    arrays or sequences of one length, an array with one entry per sample. A number beside arrays stands for every
    sample, and the columns of one 2-D array for the inputs.

    What a graph depends on besides its inputs are its parameters: each call reads their `data`.

    A graph recorded inside `autograd.recording()` remembers the comparisons and conversions that Python made of its
    values; where one comes out otherwise, `BranchChanged` is raised and no gradient has changed. One recorded outside
    cannot know of them: it replays the branch that was recorded, whatever the arguments.

    Examples
    --------
    >>> import autograd as ag
    >>> x, w = ag.Value(2.0, label="x"), ag.Value(3.0, label="w")
    >>> program = ag.compile(w * x * x, inputs=[x])
    >>> program(4.0)
    48.0
    >>> w.data = 10.0
    >>> program([1.0, 2.0])
    array([10., 40.])
    >>> program.backward([1.0, 2.0])
    array([10., 40.])
    >>> w.grad
    5.0
    """

    def __init__(self, tape: Tape, parameters: Sequence[Value], single_output: bool, kernel: str = "") -> None:
        self.tape = tape
        self.parameters: tuple[Value, ...] = tuple(parameters)
        self.single_output = single_output
        self.kernel = kernel or best_kernel()
        self._kernels: dict[tuple[bool, str], Any] = {}
        self._quick: dict[str, Callable[..., Any]] = {}
        self._bytes: bytes | None = None

    # What there is to see

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the arguments, in order."""
        return tuple(self.tape.name(i) for i in range(self.tape.inputs))

    @property
    def plan(self) -> Plan:
        """Instructions for the outputs and the summed gradients of the parameters."""
        chosen: Plan = self._kernel(False, "sum").plan
        return chosen

    def __len__(self) -> int:
        return len(self.plan)

    def __str__(self) -> str:
        return listing(self.plan, self.tape)

    def __repr__(self) -> str:
        return (
            f"<Program of {self.tape.inputs} inputs, {len(self.parameters)} parameters, "
            f"{len(self.tape.outputs)} outputs, {len(self.tape.rows)} ops, kernel {self.kernel!r}>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show the listing in a notebook; of a long program only what `repr` says."""
        return display.listing(self, str(self) if len(self.tape.rows) <= display.LINES else "")

    def __reduce__(self) -> tuple[Any, ...]:
        return Program, (self.tape, self.parameters, self.single_output)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the program, with its parameters' data and labels, to a file of plain JSON."""
        store.save(path, self.to_json())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Program:
        """Read what `save` wrote, with new parameters; safe with files from strangers.

        Raises
        ------
        ValueError
            If the file isn't a program; the text says what is wrong.
        """
        try:
            return cls.from_json(Path(path).read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise store.StoreError(f"load: not a text in UTF-8: {error}") from None

    def to_json(self) -> str:
        """Return the program as a text of JSON.

        Examples
        --------
        >>> import autograd as ag
        >>> x, w = ag.Value(2.0), ag.Value(3.0)
        >>> text = ag.compile(w * x, inputs=[x]).to_json()
        >>> Program.from_json(text)(5.0)
        15.0
        """
        with modes.unobserved():
            parameters = [(value.data, value.label) for value in self.parameters]
        return store.dumps(self.tape, parameters, self.single_output)

    @classmethod
    def from_json(cls, text: str) -> Program:
        """Read what `to_json` wrote."""
        return cls(*store.loads(text))

    def tape_bytes(self) -> bytes:
        """Return the program without its parameters' Values, pickled: what workers need, always the same bytes."""
        if self._bytes is None:
            self._bytes = pickle.dumps(Program(self.tape, (), self.single_output))
        return self._bytes

    # What it does

    def __call__(self, *arguments: Any, threads: int | None = None, executor: Executor | None = None) -> Any:
        """Return the outputs.

        Parameters
        ----------
        *arguments : float, 1-D array or sequence of float
            One for each input; or one 2-D array of (samples, inputs).
        threads : int, optional
            How many threads share a batch; by default as many as pay. Results don't depend on it.
        executor : concurrent.futures.Executor, optional
            Runs parts of a batch, in other processes or on other machines.

        Raises
        ------
        TypeError, ValueError
            For arguments that aren't numbers or don't fit together.
        BranchChanged
            Where a recorded comparison comes out otherwise.
        """
        if executor is None:
            result = self.once(arguments, "")
            if result is not NotImplemented:
                return result
        columns, single = columns_of(arguments, self.tape.inputs)
        outcome = self._checked(columns, None, False, "", threads, executor)
        return self._shaped(outcome.outputs, single)

    def backward(
        self, *arguments: Any, seed: Any = None, threads: int | None = None, executor: Executor | None = None
    ) -> Any:
        """Add the gradient, summed over the samples, to each parameter's `grad`; return the outputs.

        That is what `backward()` of the graph would do sample by sample; several outputs count as their sum.

        Parameters
        ----------
        *arguments, threads, executor
            As of the call.
        seed : float, array or tuple of them, optional
            Weights: one number, one per sample, or a tuple of such, one per output. 1/N gives the mean's gradient.
        """
        if executor is None and seed is None:
            result = self.once(arguments, "sum")
            if result is not NotImplemented:
                return result
        columns, single = columns_of(arguments, self.tape.inputs)
        seeds = seeds_of(seed, len(self.tape.outputs), columns.shape[1])
        outcome = self._checked(columns, seeds, False, "sum", threads, executor)
        self.add_gradients(outcome.parameters)
        return self._shaped(outcome.outputs, single)

    def gradients(
        self,
        *arguments: Any,
        seed: Any = None,
        parameters: str = "sum",
        threads: int | None = None,
        executor: Executor | None = None,
    ) -> Gradients:
        """Return outputs and gradients with respect to inputs and parameters; no `grad` changes.

        Parameters
        ----------
        *arguments, seed, threads, executor
            As of `backward`.
        parameters : {"sum", "each"}
            Whether the parameters' gradients are summed over the samples or given for each.

        Examples
        --------
        >>> import autograd as ag
        >>> x, w = ag.Value(0.0), ag.Value(3.0)
        >>> program = ag.compile(w * x * x, inputs=[x])
        >>> program.gradients(2.0)
        Gradients(outputs=12.0, inputs=(12.0,), parameters=array([4.]))
        """
        if parameters not in ("sum", "each"):
            raise ValueError(f"gradients: parameters must be 'sum' or 'each', got {parameters!r}")
        columns, single = columns_of(arguments, self.tape.inputs)
        seeds = seeds_of(seed, len(self.tape.outputs), columns.shape[1])
        outcome = self._checked(columns, seeds, True, parameters, threads, executor)
        found = tuple(float(row[0]) if single else row for row in outcome.inputs)
        of_parameters = outcome.parameters
        if single and parameters == "each":
            of_parameters = of_parameters[:, 0]
        return Gradients(self._shaped(outcome.outputs, single), found, of_parameters)

    def add_gradients(self, gradients: Array) -> None:
        """Add to the parameters' `grad`."""
        if self.kernel == "c":
            _replay.add(self.parameters, gradients)
            return
        for value, gradient in zip(self.parameters, gradients.tolist(), strict=True):
            value.grad += gradient

    def once(self, arguments: tuple[Any, ...], parameters: str) -> Any:
        """Run one sample in C, where that can be done and the guards hold; else NotImplemented."""
        if modes.active:
            return NotImplemented  # the parameters read may be part of a recording
        once = self._quick.get(parameters)
        if once is None:
            kernel = self._kernel(False, parameters)
            usable = self.kernel == "c" and not self.tape.guards
            once = self._quick[parameters] = kernel.once if usable else _not_at_once
        if len(arguments) != self.tape.inputs:
            return NotImplemented
        return once(arguments, self.parameters, parameters == "sum", self.single_output)

    # How

    def run(
        self,
        columns: Array,
        seeds: Array | None = None,
        inputs: bool = False,
        parameters: str = "",
        threads: int | None = None,
        numbers: Sequence[float] | None = None,
    ) -> Outcome:
        """Run a batch and check the guards, sample by sample, without acting on what they say.

        Parameters
        ----------
        columns : array of (inputs, samples)
            The arguments.
        seeds : array of (outputs, samples), optional
            Weights.
        inputs, parameters
            Which gradients, as of `plan`.
        threads : int, optional
            How many threads.
        numbers : sequence of float, optional
            The parameters' data, where it isn't read from the parameters themselves.
        """
        import numpy as np

        kernel = self._kernel(inputs, parameters)
        chosen: Plan = kernel.plan
        samples = columns.shape[1]
        uniforms = self._uniforms(chosen, numbers)
        totals = {u: float(samples if seeds is None else seeds[k].sum()) for k, u in chosen.seeds_to.items()}
        stored, rows = kernel.run(uniforms, columns, seeds, totals, threads_for(threads, samples, chosen.steps()))
        for i, u in enumerate(chosen.outputs):
            if u >= 0:
                stored[i] = uniforms[u]
        count = len(self.tape.outputs)
        own = self.tape.inputs
        if parameters == "each":
            found = rows[own:]
        else:
            found = chosen.gradients_in(uniforms) if samples else np.zeros(len(chosen.gradients))
        holds = self._holding(stored[count:]) if self.tape.guards else None
        return Outcome(stored[:count], rows[:own], found, holds)

    def _uniforms(self, chosen: Plan, numbers: Sequence[float] | None) -> Array:
        """The uniform numbers that a run starts from."""
        import numpy as np

        uniforms = np.array(chosen.start)
        if chosen.parameters:
            first = chosen.parameters[0]
            own = uniforms[first : first + len(chosen.parameters)]
            if modes.active and numbers is None:
                self._tell_recorder()
            if numbers is None and self.kernel == "c":
                _replay.read(self.parameters, own)
            else:
                own[:] = self.numbers() if numbers is None else numbers
        return uniforms

    def _tell_recorder(self) -> None:
        """Where a graph is recorded outside, its numbers now depend on this program's parameters."""
        for value in self.parameters:
            if modes.recorder() is not None:
                modes.observed("data", value, None, modes.number(value))

    def numbers(self) -> list[float]:
        """Return the parameters' data now."""
        if modes.active:
            self._tell_recorder()
        with modes.unobserved():
            return [value.data for value in self.parameters]

    def _kernel(self, inputs: bool, parameters: str) -> Any:
        key = (inputs, parameters)
        if key not in self._kernels:
            asked = builtin_sum(1 if guard.other is None else 2 for guard in self.tape.guards)
            outputs = len(self.tape.outputs)
            self._kernels[key] = KERNELS[self.kernel](plan(self.tape, inputs, parameters), outputs + asked, outputs)
        return self._kernels[key]

    def _checked(
        self,
        columns: Array,
        seeds: Array | None,
        inputs: bool,
        parameters: str,
        threads: int | None,
        executor: Executor | None,
    ) -> Outcome:
        if executor is None:
            outcome = self.run(columns, seeds, inputs, parameters, threads)
        else:
            from autograd.replay import shards

            outcome = shards.run(self, executor, columns, seeds, inputs, parameters, threads)
        if outcome.holds is not None and not outcome.holds.all():
            self._complain(columns, int(outcome.holds.argmin()))
        return outcome

    def _holding(self, asked: Array) -> Array:
        """For each sample whether every guard comes out as recorded."""
        import numpy as np

        holds = np.ones(asked.shape[1], dtype=bool)
        row = 0
        with np.errstate(all="ignore"):
            for guard in self.tape.guards:
                other = asked[row + 1] if guard.other is not None else None
                holds &= answers(guard, asked[row], other)
                row += 1 if other is None else 2
        return holds

    def _complain(self, columns: Array, sample: int) -> None:
        """Name the first guard that fails for a sample."""
        numbers = columns[:, sample : sample + 1]
        detail = self._first_failure(numbers)
        inputs = ", ".join(f"{self.tape.name(i)} = {float(x[0])!r}" for i, x in enumerate(numbers[:8]))
        where = f" in sample {sample} ({inputs})" if inputs else ""
        raise BranchChanged(f"{detail}{where}; record the graph again for this branch, or compile the function itself")

    def _first_failure(self, numbers: Array) -> str:
        import numpy as np

        chosen: Plan = self._kernel(False, "").plan
        uniforms = self._uniforms(chosen, None)
        stored, _ = self._kernel(False, "").run(uniforms, numbers, None, {}, 1)
        for i, u in enumerate(chosen.outputs):
            if u >= 0:
                stored[i] = uniforms[u]
        row = len(self.tape.outputs)
        for guard in self.tape.guards:
            other = stored[row + 1] if guard.other is not None else None
            if not bool(np.all(answers(guard, stored[row], other))):
                return f"{described(self.tape, guard)} was {guard.outcome!r} when it was recorded and no longer is"
            row += 1 if other is None else 2
        return "a comparison came out otherwise than when it was recorded"

    def _shaped(self, outputs: Array, single: bool) -> Any:
        rows = tuple(float(row[0]) for row in outputs) if single else tuple(outputs)
        return rows[0] if self.single_output else rows


def _not_at_once(*_: Any) -> Any:
    return NotImplemented


builtin_sum = sum  # as the table has an op of that name


def answers(guard: Guard, asked: Array, other: Array | None) -> Array:
    """Return for each sample whether the question gets the recorded answer."""
    import numpy as np

    held: Any
    if other is not None:
        held = COMPARISONS[guard.kind](asked, other) == guard.outcome
    elif guard.kind == "finite":
        held = np.isfinite(asked) == guard.outcome
    elif guard.kind == "bool":
        held = (asked != 0.0) == guard.outcome
    elif guard.kind in ("float", "data"):
        number = np.float64(guard.outcome)
        held = (asked == number) & (np.signbit(asked) == np.signbit(number)) | (np.isnan(asked) & np.isnan(number))
    elif guard.kind == "round":
        held = np.array([math.isfinite(x) and round(x, guard.digits) == guard.outcome for x in asked.tolist()], bool)
    else:
        rounded = {"int": np.trunc, "trunc": np.trunc, "floor": np.floor, "ceil": np.ceil}[guard.kind](asked)
        held = rounded == float(guard.outcome)
    result: Array = held
    return result


def described(tape: Tape, guard: Guard) -> str:
    """Return a guard as it stood in the code, with names where there are any."""
    name = tape.name(guard.node)
    if guard.other is not None:
        return f"{name} {guard.kind} {tape.name(guard.other)}"
    if guard.kind == "data":
        return f"{name}.data"
    return f"{guard.kind}({name}{'' if guard.digits is None else f', {guard.digits}'})"


def columns_of(arguments: Sequence[Any], inputs: int) -> tuple[Array, bool]:
    """Return the arguments as an array of (inputs, samples), and whether they are plain numbers."""
    import numpy as np

    if len(arguments) == 1 and isinstance(arguments[0], np.ndarray) and arguments[0].ndim == 2:
        table = _numbers(arguments[0], 0)
        if table.shape[1] != inputs:
            raise ValueError(f"call: a 2-D array must have {inputs} columns, one per input, got shape {table.shape}")
        return np.ascontiguousarray(table.T), False
    if len(arguments) != inputs:
        raise TypeError(f"call: takes {inputs} arguments, one per input, got {len(arguments)}")
    if arguments and all(type(x) is np.ndarray for x in arguments):
        shapes = {(x.shape, x.dtype) for x in arguments}
        if len(shapes) == 1 and arguments[0].ndim == 1 and arguments[0].dtype == np.float64:
            return np.array(arguments), False
    if all(type(x) is float for x in arguments):
        return np.array(arguments, dtype=float).reshape(inputs, 1), True
    columns = [_numbers(x, i) for i, x in enumerate(arguments)]
    lengths = {len(column) for column in columns if column.ndim}
    if len(lengths) > 1:
        found = ", ".join(str(len(column)) if column.ndim else "one number" for column in columns)
        raise ValueError(f"call: arguments must have one length, got {found}")
    samples = lengths.pop() if lengths else 1
    result = np.empty((inputs, samples))
    for row, column in zip(result, columns, strict=True):
        row[:] = column
    return result, not any(column.ndim for column in columns)


def _numbers(x: Any, position: int) -> Array:
    """One argument as an array of floats of at most one dimension."""
    import numpy as np

    if type(x) is np.ndarray and x.ndim == 1 and x.dtype == np.float64:
        return x
    if isinstance(x, (str, bytes, dict, set, Value)) or x is None:
        raise TypeError(f"call: argument {position} must be a number or numbers, got {x!r:.60} ({type(x).__name__})")
    try:
        array = np.asarray(x)
        if array.dtype.kind not in "fiub" and array.dtype != object:
            raise TypeError(f"dtype {array.dtype}")
        if array.dtype == object:
            array = np.array([_float(y) for y in array.ravel()]).reshape(array.shape)
        result = array.astype(float)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"call: argument {position} must be a number or a sequence of numbers, got {type(x).__name__}: {error}"
        ) from None
    if result.ndim > 1 and not (isinstance(x, np.ndarray) and result.ndim == 2 and position == 0):
        raise ValueError(f"call: argument {position} must be a number or 1-D, got shape {result.shape}")
    return result


def _float(x: Any) -> float:
    if isinstance(x, (str, bytes, Value)):
        raise TypeError(f"{type(x).__name__} isn't a number")
    return float(x)


def seeds_of(seed: Any, outputs: int, samples: int) -> Array | None:
    """Return the weights as an array of (outputs, samples), None where all are 1."""
    import numpy as np

    if seed is None:
        return None
    parts = seed if isinstance(seed, tuple) else (seed,) * outputs
    if len(parts) != outputs:
        raise ValueError(f"seed: a tuple must have one entry per output, {outputs}, got {len(parts)}")
    result = np.empty((outputs, samples))
    for row, part in zip(result, parts, strict=True):
        weights = _numbers(part, 1)
        if weights.ndim and len(weights) != samples:
            raise ValueError(f"seed: must be a number or one per sample, {samples}, got {len(weights)}")
        row[:] = weights
    return result


def threads_for(threads: int | None, samples: int, steps: int) -> int:
    """Return how many threads to use: as told, else one per 10⁷ sample-instructions at most."""
    if threads is None:
        available = os.cpu_count() or 1
        return max(1, min(available, samples * steps // 10_000_000))
    if type(threads) is not int or threads < 1:
        raise ValueError(f"threads: must be an int of 1 or more, got {threads!r}")
    return min(threads, 256)


KERNELS: dict[str, Any] = {"numpy": NumpyKernel}
try:
    from autograd import _replay
    from autograd.replay.kernel_c import CKernel
except ImportError:  # it was not built: plans run on numpy
    pass
else:
    KERNELS["c"] = CKernel


def best_kernel() -> str:
    """Return the name of the fastest kernel that there is."""
    return "c" if "c" in KERNELS else "numpy"
