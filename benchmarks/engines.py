"""The engines under measurement, with a common interface: leaves, functions, backward, gradients.

A peer's package is imported when its engine is created, in the environment prepared by `environments`.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
import os
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.graphs import Number

__all__ = ["ENGINES", "Engine"]


class Engine:
    """Plain Python floats, forward only. The other engines derive from it and override what differs.

    Attributes
    ----------
    title : str
        The row's name in the tables.
    peer : str
        The peer whose environment it runs in, a key of `environments.PACKAGES`; empty for ours.
    differentiates : bool
        Whether there is a backward pass.
    skips : tuple of str
        Workloads that it does not run, as they would take too long.
    """

    title = "plain Python floats, forward only"
    peer = ""
    differentiates = False
    skips: tuple[str, ...] = ()

    exp: Callable[[Number], Number] = staticmethod(math.exp)
    log: Callable[[Number], Number] = staticmethod(math.log)

    def leaves(self, numbers: Sequence[float]) -> list[Number]:
        """Leaves of these values."""
        return list(numbers)

    def start(self, leaves: Sequence[Number]) -> None:
        """Begin a recording, for engines that need it."""

    def backward(self, output: Number, leaves: Sequence[Number]) -> None:
        """Compute the gradient of `output`."""

    def steps(self, run: Callable[[Engine, Sequence[Number]], Number], leaves: Sequence[Number], count: int) -> None:
        """Run `count` whole steps: record, differentiate, free."""
        for _ in range(count):
            self.start(leaves)
            self.backward(run(self, leaves), leaves)

    def gradients(self, leaves: Sequence[Number]) -> list[float]:
        """Read what `backward` left."""
        return [float(leaf.grad) for leaf in leaves]

    def number(self, x: Number) -> float:
        """Read the value."""
        return float(x.data if self.differentiates else x)

    def result(self, output: Number, leaves: Sequence[Number]) -> float:
        """Read the output's value after backward."""
        return self.number(output)

    def relu(self, x: Number) -> Number:
        """Max(x, 0)."""
        return x if x > 0.0 else 0.0

    def sigmoid(self, x: Number) -> Number:
        """1/(1 + exp(-x)), for engines without their own."""
        return 1.0 / (1.0 + self.exp(-x))

    def total(self, xs: Sequence[Number]) -> Number:
        """Sum from the first one on, one addition each."""
        return functools.reduce(operator.add, xs)

    def squares(self, xs: Sequence[Number]) -> Number:
        """Sum of squares."""
        return self.total([x * x for x in xs])

    def network(self, sizes: Sequence[int], leaves: Sequence[Number]) -> Callable[[Sequence[float]], Number]:
        """Return a ReLU network with a linear output; leaves are, neuron by neuron, its weights and its bias."""
        relu, layers, start = self.relu, [], 0
        for fan_in, fan_out in itertools.pairwise(sizes):
            rows = [leaves[start + j * (fan_in + 1) : start + (j + 1) * (fan_in + 1)] for j in range(fan_out)]
            layers.append([(row[:-1], row[-1]) for row in rows])
            start += fan_out * (fan_in + 1)

        def forward(xs: Sequence[Number]) -> Number:
            for layer in layers:
                nets = []
                for ws, net in layer:
                    for w, x in zip(ws, xs):
                        net = net + w * x
                    nets.append(net)
                xs = nets if layer is layers[-1] else [relu(net) for net in nets]
            return xs[0]

        return forward


class Eager(Engine):
    """Engines whose output has a method `backward`, called as by their users."""

    differentiates = True

    def backward(self, output: Number, leaves: Sequence[Number]) -> None:
        output.backward()

    def steps(self, run: Callable[[Engine, Sequence[Number]], Number], leaves: Sequence[Number], count: int) -> None:
        for _ in range(count):
            run(self, leaves).backward()


class Scalargrad(Eager):
    """Our Values, one operation at a time; the subclasses name the core."""

    core = ""

    def __init__(self) -> None:
        os.environ["AUTOGRAD_CORE"] = self.core
        try:
            import autograd
        except ImportError:
            raise ImportError(f"the {self.core} core is not built") from None
        if self.core != autograd.CORE:
            raise ImportError(f"the {self.core} core was requested, but autograd runs on {autograd.CORE}")
        self.autograd: Any = autograd
        self.exp, self.log = autograd.exp, autograd.log
        self.relu, self.sigmoid = autograd.relu, autograd.sigmoid  # type: ignore[method-assign]

    def leaves(self, numbers: Sequence[float]) -> list[Number]:
        return [self.autograd.Value(number) for number in numbers]


class ScalargradC(Scalargrad):
    """The C backend."""

    title = "scalargrad, C core"
    core = "c"


class ScalargradPython(Scalargrad):
    """The Python backend."""

    title = "scalargrad, Python core"
    core = "python"


class Fused(Scalargrad):
    """Our `nn`: a neuron is one `dot` node, sums are one node."""

    skips = ("a*b", "W1", "W3", "W4", "W5")

    def __init__(self) -> None:
        super().__init__()
        import nn

        self.nn: Any = nn
        self.total = self.autograd.sum  # type: ignore[method-assign]
        self.model: Any = None
        self.built_from: Sequence[Number] | None = None

    def network(self, sizes: Sequence[int], leaves: Sequence[Number]) -> Callable[[Sequence[float]], Number]:
        if self.built_from is not leaves:  # once for all steps, as in training
            self.model, self.built_from = self.build(sizes, leaves), leaves
        model = self.model

        def forward(xs: Sequence[float]) -> Number:
            return model(xs)

        return forward

    def build(self, sizes: Sequence[int], leaves: Sequence[Number]) -> Any:
        """Return an MLP whose parameters are the leaves."""
        model = self.nn.MLP(sizes[0], sizes[1:], activation="relu", output="linear", seed=0)
        given = iter(leaves)
        for layer in model.layers:
            for j in range(layer.outputs):
                layer.weights[j] = [next(given) for _ in range(layer.inputs)]
                layer.biases[j] = next(given)
        return model

    def squares(self, xs: Sequence[Number]) -> Number:
        return self.autograd.dot(xs, xs)


class FusedC(Fused):
    """`nn` on the C backend."""

    title = "scalargrad, C core, through nn"
    core = "c"


class FusedPython(Fused):
    """`nn` on the Python backend."""

    title = "scalargrad, Python core, through nn"
    core = "python"


class Slots(Engine):
    """The reference in plain Python."""

    title = "pure Python, slots and local derivatives"
    differentiates = True

    def __init__(self) -> None:
        from benchmarks import slots_engine

        self.engine = slots_engine
        self.exp, self.log, self.relu = slots_engine.exp, slots_engine.log, slots_engine.relu  # type: ignore[method-assign]

    def leaves(self, numbers: Sequence[float]) -> list[Number]:
        return [self.engine.Scalar(number) for number in numbers]

    def backward(self, output: Number, leaves: Sequence[Number]) -> None:
        self.engine.backward(output)


class Micrograd(Eager):
    """The PyPI package; exp and log, which it lacks, are written in its own style."""

    title = "micrograd"
    peer = "micrograd"
    skips = ("W5",)  # its recursion would need gigabytes of stack

    def __init__(self) -> None:
        from micrograd.engine import Value

        def exp(x: Number) -> Number:
            out = Value(math.exp(x.data), (x,), "exp")

            def _backward() -> None:
                x.grad += out.data * out.grad

            out._backward = _backward
            return out

        def log(x: Number) -> Number:
            out = Value(math.log(x.data), (x,), "log")

            def _backward() -> None:
                x.grad += out.grad / x.data

            out._backward = _backward
            return out

        self.Value, self.exp, self.log = Value, exp, log

    def leaves(self, numbers: Sequence[float]) -> list[Number]:
        return [self.Value(number) for number in numbers]

    def relu(self, x: Number) -> Number:
        return x.relu()


class Xad(Engine):
    """The C++ tape with its Python binding."""

    title = "XAD"
    peer = "xad"
    differentiates = True

    def __init__(self) -> None:
        import xad.math
        from xad.adj_1st import Real, Tape

        self.Real, self.Tape, self.tape = Real, Tape, Tape()
        self.tape.activate()
        self.exp, self.log = xad.math.exp, xad.math.log

    def leaves(self, numbers: Sequence[float]) -> list[Number]:
        # A fresh tape: one that has held a large record clears its whole memory at each step of a small one.
        self.tape.deactivate()
        self.tape = self.Tape()
        self.tape.activate()
        made = [self.Real(number) for number in numbers]
        for leaf in made:
            self.tape.registerInput(leaf)
        return made

    def start(self, leaves: Sequence[Number]) -> None:
        self.tape.newRecording()

    def relu(self, x: Number) -> Number:
        return x if x > 0.0 else 0.0 * x

    def number(self, x: Number) -> float:
        return float(x.value)

    def backward(self, output: Number, leaves: Sequence[Number]) -> None:
        self.tape.registerOutput(output)
        output.derivative = 1.0
        self.tape.computeAdjoints()

    def gradients(self, leaves: Sequence[Number]) -> list[float]:
        return [float(leaf.derivative) for leaf in leaves]


class Casadi(Engine):
    """Symbolic scalars: build, differentiate, evaluate."""

    title = "CasADi SX (build, differentiate, evaluate)"
    peer = "casadi"
    differentiates = True
    skips = ("W5",)  # minutes

    def __init__(self) -> None:
        import casadi

        self.casadi = casadi
        self.exp, self.log = casadi.exp, casadi.log
        self.values: list[float] = []
        self.found: list[Any] = []

    def leaves(self, numbers: Sequence[float]) -> list[Number]:
        self.values = list(numbers)
        return [self.casadi.SX.sym(f"x{i}") for i in range(len(numbers))]

    def relu(self, x: Number) -> Number:
        return self.casadi.fmax(x, 0.0)

    def number(self, x: Number) -> float:
        return 0.0  # a symbol has no value while the graph is built

    def backward(self, output: Number, leaves: Sequence[Number]) -> None:
        symbols = self.casadi.vertcat(*leaves)
        both = self.casadi.Function("both", [symbols], [output, self.casadi.gradient(output, symbols)])
        self.found = list(both(self.values))

    def gradients(self, leaves: Sequence[Number]) -> list[float]:
        return [float(x) for x in self.found[1].full().ravel()]

    def result(self, output: Number, leaves: Sequence[Number]) -> float:
        return float(self.found[0])


class Torch(Eager):
    """Scalar tensors on the CPU."""

    title = "torch CPU, scalar tensors"
    peer = "torch"
    skips = ("W5",)  # minutes

    def __init__(self) -> None:
        import torch

        self.torch = torch
        self.exp, self.log, self.relu, self.sigmoid = (  # type: ignore[method-assign]
            torch.exp,
            torch.log,
            torch.relu,
            torch.sigmoid,
        )

    def leaves(self, numbers: Sequence[float]) -> list[Number]:
        return [self.torch.tensor(x, dtype=self.torch.float64, requires_grad=True) for x in numbers]

    def number(self, x: Number) -> float:
        return float(x.detach())

    def gradients(self, leaves: Sequence[Number]) -> list[float]:
        # A leaf that the output doesn't depend on has no gradient at all.
        return [0.0 if leaf.grad is None else float(leaf.grad) for leaf in leaves]


ENGINES: dict[str, type[Engine]] = {
    "floats": Engine,
    "c": ScalargradC,
    "c-nn": FusedC,
    "python": ScalargradPython,
    "python-nn": FusedPython,
    "slots": Slots,
    "micrograd": Micrograd,
    "xad": Xad,
    "casadi": Casadi,
    "torch": Torch,
}
