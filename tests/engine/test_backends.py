"""Both backends side by side in one process: the same bits, the same errors, op by op and over random programs."""

from __future__ import annotations

import gc
import inspect
import math
import operator
import random
import struct
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd._common.foreign import HINTS
from autograd.engine import modes, python_backend
from autograd.errors import AnomalyError
from autograd.ops import HIDDEN, TABLE, Op

c_backend: Any = pytest.importorskip("autograd.engine._value", reason="the C core is not built")
BACKENDS: tuple[Any, Any] = (python_backend, c_backend)

FIXED = [op for op in TABLE.values() if op.arity is not None]
SLOPES = [op for op in HIDDEN.values() if op.parameters[0] != "n"]  # a constant order, which isn't any number
N_ARY = ["sum", "mean", "logsumexp"]
NASTY = [
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -3.0, 0.1, -0.7518, math.pi, 1 - 2**-53, 1 + 2**-52, -1.2784645427610737,
    1e-8, 36.5, 40.1, -40.1, 700.0, -700.0, 710.0, -745.5, 1e22, 1e160, -1e160, 1e-160, 1e-308, 5e-324, -5e-324,
    1.7976931348623157e308, math.inf, -math.inf, math.nan, -math.nan,
]  # fmt: skip
floats = st.floats() | st.sampled_from(NASTY) | st.floats(-5, 5)


@pytest.fixture(autouse=True)
def _modes_reach_both() -> Iterator[None]:
    """`core` tells only the backend that it picked; here both are in use."""
    missing = c_backend._set_modes not in modes.listeners
    if missing:
        modes.listeners.append(c_backend._set_modes)
    yield
    if missing:
        modes.listeners.remove(c_backend._set_modes)


def bits(x: float) -> str:
    """Return a float as text that differs whenever the float does; one text for all nans."""
    assert type(x) is float
    return "nan" if x != x else struct.pack(">d", x).hex()


def facts(node: Any) -> Any:
    """Everything that a node or float shows, comparable across backends."""
    if isinstance(node, float):
        return bits(node)
    return (
        type(node).__name__,
        bits(node.data),
        bits(node.grad),
        node.label,
        node.op,
        tuple("Value " + bits(x.data) if isinstance(x, BACKENDS_VALUES) else bits(x) for x in node.operands),
        tuple(bits(parent.data) for parent in node.parents),
        tuple(map(bits, node.local_derivatives)),
        repr(node),
    )


BACKENDS_VALUES = (python_backend.Value, c_backend.Value)


def outcome(action: Callable[..., Any], core: Any, *arguments: Any) -> Any:
    """Return the result of `action` on a backend, as comparable facts, or the type and text of its error."""
    try:
        result = action(core, *arguments)
    except Exception as error:
        return type(error), str(error)
    return facts(result) if isinstance(result, (float, *BACKENDS_VALUES)) else result


def assert_same(action: Callable[..., Any], *arguments: Any) -> None:
    expected, got = (outcome(action, core, *arguments) for core in BACKENDS)
    assert got == expected


def choices(op: Op) -> list[tuple[bool, ...]]:
    """Which operands are Values and which are constants, in every combination."""
    assert op.arity is not None
    return [tuple(bool(mask >> i & 1) for i in range(op.arity)) for mask in range(2**op.arity)]


def apply(op: Op, numbers: tuple[float, ...], are_values: tuple[bool, ...]) -> Callable[[Any], Any]:
    def action(core: Any) -> Any:
        operands = [core.Value(x) if is_value else x for x, is_value in zip(numbers, are_values, strict=True)]
        return core.FUNCTIONS[op.name](*operands)

    return action


# Ops


@pytest.mark.parametrize("op", [*FIXED, *SLOPES], ids=lambda op: op.name)
def test_op_on_nasty_values(op: Op) -> None:
    grid: list[tuple[float, ...]] = [()]
    for _ in op.parameters:
        grid = [(*numbers, x) for numbers in grid for x in NASTY]
    most = 300 if op in SLOPES else 1500
    chosen = grid if len(grid) <= most else random.Random(op.name).sample(grid, most)
    for numbers in chosen:
        for are_values in choices(op):
            assert_same(apply(op, numbers, are_values))


@pytest.mark.parametrize("op", FIXED, ids=lambda op: op.name)
@given(data=st.data())
def test_op_on_any_floats(op: Op, data: st.DataObject) -> None:
    numbers = tuple(data.draw(floats) for _ in op.parameters)
    are_values = data.draw(st.sampled_from(choices(op)))
    assert_same(apply(op, numbers, are_values))


@pytest.mark.parametrize("op", FIXED, ids=lambda op: op.name)
def test_method_is_the_function(op: Op) -> None:
    others = [0.75, 2.0][: len(op.parameters) - 1]
    for name in filter(None, (op.name, op.numpy)):
        assert_same(lambda core, name: getattr(core.Value(0.25), name)(*others), name)
        assert_same(lambda core, name: getattr(core.Value, name).__doc__, name)
        named = dict(zip(op.parameters[1:], others, strict=False))
        assert_same(lambda core, name, named: getattr(core.Value(0.25), name)(**named), name, named)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow"])
@pytest.mark.parametrize(
    "other", [2, -0.5, True, np.float64(3.0), np.float32(0.1), np.int8(-2), Fraction(1, 3)], ids=repr
)
def test_operator_with_a_number_on_either_side(name: str, other: Any) -> None:
    operate = getattr(operator, name)
    for x in NASTY:
        assert_same(lambda core, x: operate(core.Value(x), other), x)
        with np.errstate(all="ignore"):  # numpy below 2 reads the processor's flags after our reflected operator
            assert_same(lambda core, x: operate(other, core.Value(x)), x)
        assert_same(lambda core, x: operate(core.Value(x), core.Value(float(other))), x)


@pytest.mark.parametrize("name", N_ARY)
@given(operands=st.lists(st.tuples(floats, st.booleans()), max_size=12))
@example(operands=[(math.inf, True), (math.inf, True), (1.0, True), (-math.inf, False)])
@example(operands=[(math.nan, True), (math.inf, True)])
@example(operands=[(-math.inf, True), (-math.inf, True)])
@example(operands=[(1000.0, True)] * 300)
def test_reduction(name: str, operands: list[tuple[float, bool]]) -> None:
    for kind in (list, tuple, iter):
        assert_same(lambda core, kind: core.FUNCTIONS[name](kind(_operands(core, operands))), kind)


@given(
    ws=st.lists(st.tuples(floats, st.booleans()), max_size=20),
    xs=st.lists(st.tuples(floats, st.booleans()), min_size=20, max_size=20),
    bias=st.tuples(floats, st.booleans()),
)
def test_dot(ws: list[tuple[float, bool]], xs: list[tuple[float, bool]], bias: tuple[float, bool]) -> None:
    def dot(core: Any) -> Any:
        return core.dot(_operands(core, ws), tuple(_operands(core, xs[: len(ws)])), bias=_operands(core, [bias])[0])

    assert_same(dot)


def test_layer() -> None:
    def outputs(core: Any, activation: str, rows: Any, biases: Any, labels: Any) -> Any:
        rows = [[core.Value(w) if isinstance(w, float) else w for w in row] for row in rows]
        xs = [1.5, core.Value(-0.5, "x")]
        function = core.FUNCTIONS[activation] if activation else None
        made = core.layer(rows, xs, biases, function, labels)
        core.sum(made).backward()
        return [facts(node) for node in (*made, xs[1], *rows[0])], type(made)

    names = [("net_a", "a"), ("net_b", "b")]
    for activation in ("tanh", ""):
        assert_same(outputs, activation, [[0.1, 0.2], (0.3, np.float64(0.4))], [0.5, True], names)
    for rows, biases, labels in (
        ([[0.1, 0.2]], [0.5, 0.5], names),
        ([[0.1, 0.2]], [0.5], names),
        ([[0.1, 0.2], [0.1]], [0.5, 0.5], names),
        ([[0.1, 0.2], "ab"], [0.5, 0.5], names),
        ([[0.1, 0.2], [0.1, "b"]], [0.5, 0.5], names),
        ([[0.1, 0.2], [0.1, 0.2]], [0.5, "c"], names),
        ([[0.1, 0.2]], [0.5], [("a", 3)]),
    ):
        assert_same(outputs, "relu", rows, biases, labels)


def _operands(core: Any, operands: list[tuple[float, bool]]) -> list[Any]:
    return [core.Value(x) if is_value else x for x, is_value in operands]


def test_reductions_take_odd_numbers_and_sequences() -> None:
    class Sequence:
        def __getitem__(self, i: int) -> float:
            return [1.5, 2.5][i]

    for name in N_ARY:
        for values in ([1, True, np.float32(0.1)], np.arange(3.0), range(4), {1.0: 0, 2.0: 0}, Sequence()):
            assert_same(lambda core, name, values: core.FUNCTIONS[name](values), name, values)
            assert_same(lambda core, name, values: core.FUNCTIONS[name]([core.Value(1.0), *values]), name, values)


def test_a_list_that_changes_while_it_is_read() -> None:
    def shrinking(core: Any) -> Any:
        values: list[Any] = [core.Value(1.0)] * 50
        xs: list[Any] = [2.0] * 50

        class Shrinks:
            def __float__(self) -> float:
                values.clear()
                xs.clear()
                return 3.0

        values[0] = Shrinks()
        return core.dot(values, xs, Shrinks())

    assert_same(shrinking)


# Programs


Step = tuple[str, list[int], list[float], bool]
STEPS = st.tuples(
    st.sampled_from([*TABLE]),
    st.lists(st.integers(0, 60), min_size=5, max_size=5),
    st.lists(st.floats(-3, 3), min_size=5, max_size=5),
    st.booleans(),
)


def run(core: Any, leaves: list[float], steps: list[Step]) -> list[Any]:
    """Build a graph with much fan-out: each step's operands are any earlier nodes, sometimes a constant."""
    nodes: list[Any] = [core.Value(x, f"leaf{i}") for i, x in enumerate(leaves)]
    for name, picks, constants, with_constant in steps:
        chosen: list[Any] = [nodes[pick % len(nodes)] for pick in picks]
        if with_constant:
            chosen[1] = constants[0]
        function, arity = core.FUNCTIONS[name], TABLE[name].arity
        if arity is not None:
            nodes.append(function(*chosen[:arity]))
        elif name == "dot":
            nodes.append(function(chosen[:2], chosen[2:4], chosen[4]))
        else:
            nodes.append(function(chosen))
    return nodes


@given(leaves=st.lists(st.floats(-3, 3), min_size=1, max_size=4), steps=st.lists(STEPS, min_size=1, max_size=40))
def test_random_program(leaves: list[float], steps: list[Step]) -> None:
    results = []
    for core in BACKENDS:
        nodes = run(core, leaves, steps)
        nodes[-1].backward()
        once = list(map(facts, nodes))
        nodes[len(nodes) // 2].backward()
        nodes[-1].backward()
        twice = list(map(facts, nodes))
        nodes[-1].zero_grad()
        results.append((once, twice, list(map(facts, nodes))))
    assert results[0] == results[1]


def test_where_leaks_nothing() -> None:
    def gradients(core: Any) -> Any:
        x, y = core.Value(0.0), core.Value(2.0)
        root = core.FUNCTIONS["where"](x > 0.0, 1.0 / x, y * 3.0) + core.FUNCTIONS["where"](core.Value(1.0), y, x.log())
        root.backward()
        return bits(x.grad), bits(y.grad)

    assert_same(gradients)
    assert gradients(c_backend) == (bits(0.0), bits(4.0))


INTS = [0, 1, -1, 2, True, 2**53 + 1, -(2**62), 10**300, 10**400, -(10**400)]


@pytest.mark.parametrize("number", INTS, ids=lambda number: f"{number:.0e}" if abs(number) < 1e300 else "huge")
def test_whole_numbers_as_operands(number: int) -> None:
    for name in ("add", "sub", "mul", "truediv", "pow", "mod", "floordiv"):
        operate = getattr(operator, name)
        assert_same(lambda core, operate: operate(core.Value(1.5), number), operate)
        assert_same(lambda core, operate: operate(number, core.Value(1.5)), operate)
    assert_same(lambda core: core.Value(number))
    assert_same(lambda core: core.sum([core.Value(1.0), number]))


def test_a_node_is_one_object_for_the_collector() -> None:
    x, a = python_backend.Value(0.5), python_backend.Value(0.9)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(1000):
        x = (x * a + 1.0).tanh()
    assert len(gc.get_objects()) - before < 3000 + 100


# Errors


BAD: list[Any] = ["abc", None, [1.0], b"x", 1j, object, {}, "x" * 200]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: repr(bad)[:12])
def test_errors_of_bad_operands(bad: Any) -> None:
    for name in ("add", "sub", "mul", "truediv", "pow"):
        operate = getattr(operator, name)
        assert_same(lambda core, operate: operate(core.Value(1.0), bad), operate)
        if not isinstance(bad, complex):
            assert_same(lambda core, operate: operate(bad, core.Value(1.0)), operate)
    for op in FIXED:
        assert_same(lambda core, op: core.FUNCTIONS[op.name](*[bad] * len(op.parameters)), op)
        assert_same(lambda core, op: core.FUNCTIONS[op.name](*[core.Value(1.0)] * (len(op.parameters) - 1), bad), op)
    for name in N_ARY:
        assert_same(lambda core, name: core.FUNCTIONS[name](bad), name)
        assert_same(lambda core, name: core.FUNCTIONS[name]([core.Value(1.0), bad]), name)
    for action in (
        lambda core: core.dot(bad, [1.0]),
        lambda core: core.dot([1.0], bad),
        lambda core: core.dot([bad], [core.Value(1.0)]),
        lambda core: core.dot([core.Value(1.0)], [2.0], bad),
        lambda core: core.Value(bad),
        lambda core: setattr(core.Value(1.0), "grad", bad),
        lambda core: setattr(core.Value(1.0), "data", bad),
        lambda core: core.Value(1.0) == bad,
        lambda core: core.Value(1.0) < bad,
    ):
        assert_same(action)


def test_errors_of_bad_calls() -> None:
    for action in (
        lambda core: core.Value(1.0).atan2(),
        lambda core: core.Value(1.0).atan2(1.0, 2.0),
        lambda core: core.Value(1.0).atan2(y=1.0),
        lambda core: core.FUNCTIONS["atan2"](1.0),
        lambda core: core.FUNCTIONS["atan2"](1.0, x=1.0, z=2.0),
        lambda core: core.FUNCTIONS["exp"](),
        lambda core: core.FUNCTIONS["exp"](1.0, 2.0),
        lambda core: core.FUNCTIONS["where"](1.0, x=2.0),
        lambda core: core.FUNCTIONS["leaky_relu"](slope=2.0),
        lambda core: core.dot([1.0], [1.0, 2.0]),
        lambda core: core.Value(1.0) * 10**400,
        lambda core: core.Value(10**400),
        lambda core: core.Value(1.0) == 10**400,
        lambda core: pow(core.Value(1.0), 2, 3),
        lambda core: core.Value(1.0, label=3),
        lambda core: setattr(core.Value(1.0), "label", None),
        lambda core: setattr(core.Value(1.0).exp(), "data", 3.0),
        lambda core: int(core.Value(math.nan)),
        lambda core: round(core.Value(math.inf)),
        lambda core: format(core.Value(1.0), "q"),
        lambda core: math.floor(core.Value(-math.inf)),
        lambda core: core.Value(1.0) << 1,
        lambda core: setattr(core.Value(1.0), "colour", 1),
    ):
        assert_same(action)


def test_overridden_reflected_operators_and_arrays() -> None:
    class Knows:
        def __rmul__(self, other: Any) -> str:
            return "asked"

    assert_same(lambda core: core.Value(2.0) * Knows())
    assert_same(lambda core: [facts(x) for x in core.Value(2.0) * np.array([1.0, 2.0])])
    assert_same(lambda core: [facts(x) for x in np.array([1.0, 2.0]) / core.Value(2.0)])
    assert_same(lambda core: [facts(x) for x in np.arctan2(np.array([core.Value(2.0)]), np.array([core.Value(3.0)]))])
    assert_same(lambda core: [facts(x) for x in np.exp(np.array([core.Value(2.0)]))])


# The rest of a Value


def test_making_and_subclassing() -> None:
    def action(core: Any) -> Any:
        class Parameter(core.Value):  # type: ignore[misc]
            def __init__(self, size: float, *, unit: str) -> None:
                super().__init__(size, label=f"{size} {unit}")
                self.unit = unit

        parameter = Parameter(2.0, unit="m")
        return facts(parameter), parameter.unit, facts(parameter * 2.0), facts(core.Value(data=1, label="x"))

    assert_same(action)
    assert_same(lambda core: facts(core.Value.__new__(core.Value)))
    assert_same(lambda core: core.Value(1.0).exp().__init__(2.0))
    for arguments, named in (((), {}), ((1.0, "a", 2), {}), ((1.0,), {"data": 2.0}), ((1.0,), {"name": "x"})):
        for core in BACKENDS:
            with pytest.raises(TypeError):
                core.Value(*arguments, **named)


def test_what_a_float_does() -> None:
    actions = (float, int, bool, round, math.trunc, math.floor, math.ceil, repr, str, abs, operator.neg, operator.pos)
    for x in NASTY:
        for action in actions:
            assert_same(lambda core, x, action: action(core.Value(x)), x, action)
        assert_same(lambda core, x: round(core.Value(x), 2), x)
        assert_same(lambda core, x: f"{core.Value(x):.3f}|{core.Value(x)}", x)
        for other in (*NASTY, 1, 10**400, True, np.float64(0.5), "a", None):
            for compare in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge):
                assert_same(lambda core, x, other, compare: compare(core.Value(x), other), x, other, compare)
    assert_same(lambda core: core.Value(1.0) < core.Value(2.0))


@given(x=floats, label=st.text(max_size=5), grad=floats)
def test_repr(x: float, label: str, grad: float) -> None:
    def shown(core: Any) -> Any:
        value = core.Value(x, label)
        value.grad = grad
        return repr(value), facts(value.detach())

    assert_same(shown)


@pytest.mark.parametrize("name", ["no_grad", "detect_anomaly"])
def test_modes(name: str) -> None:
    def within(core: Any) -> Any:
        with getattr(modes, name)():
            first = facts(core.Value(2.0) * 3.0 + core.dot([core.Value(1.0)], [2.0]))
        return first, facts(core.Value(1.0, "a") + 1.0)

    assert_same(within)


def test_a_recorder_is_told_what_python_learns() -> None:
    def asked(core: Any) -> Any:
        class Recorder(modes._Nobody):
            number = 0

            def observed(self, kind: str, value: Any, other: Any, outcome: Any) -> None:
                seen.append((kind, value.label, repr(other), repr(outcome)))

        seen: list[Any] = []
        x, y = core.Value(2.5, "x"), core.Value(1.5, "y")
        with modes.recorded_by(Recorder()):
            for compare in (operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge):
                compare(x, y), compare(x, 1), compare(1.0, x)
            assert x != "a"
            float(x), int(x), bool(x), round(x), round(x, 1), math.trunc(x), math.floor(x), math.ceil(x)
            x.data, x.detach(), repr(x), f"{x:.2f}", x * y
        return seen

    assert_same(asked)


def test_a_recorder_that_raises() -> None:
    class Refuses(modes._Nobody):
        number = 0

        def observed(self, *question: Any) -> None:
            raise ArithmeticError(question[0])

    def asked(core: Any, ask: Callable[[Any], Any]) -> Any:
        with modes.recorded_by(Refuses()):
            return ask(core.Value(2.5))

    for ask in (float, int, bool, round, math.floor, lambda x: x < 1.0, lambda x: x.data, lambda x: x.detach()):
        assert_same(asked, ask)


@pytest.mark.parametrize("core", BACKENDS)
def test_anomalies(core: Any) -> None:
    x = core.Value(0.0, "x")
    root = x.sqrt() * 0.0
    with modes.detect_anomaly():
        with pytest.raises(AnomalyError, match=r"log made -inf of x = 0\.0"):
            x.log()
        with pytest.raises(AnomalyError, match="sqrt made nan backward"):
            root.backward()
    assert x.grad == 0.0


def test_signatures() -> None:
    for op in FIXED:
        for homes in ([core.FUNCTIONS for core in BACKENDS], [vars(core.Value) for core in BACKENDS]):
            texts = [str(inspect.signature(home[op.name])).replace("(self, /", "(self") for home in homes]
            assert texts[0] == texts[1]
    for name in (*N_ARY, "dot"):
        parameters = [list(inspect.signature(core.FUNCTIONS[name]).parameters) for core in BACKENDS]
        assert parameters[0] == parameters[1]
    for core in BACKENDS:
        assert str(inspect.signature(core.Value)) == "(data, label='')"
        assert [str(inspect.signature(kind)) for kind in _subclasses(core.Value)] == [
            "(data, label='')",
            "(a, *, b=0)",
            "(c)",
        ]
        assert not hasattr(core.Value(1.0), "__signature__")


def _subclasses(base: Any) -> list[Any]:
    class Plain(base):  # type: ignore[misc]
        pass

    class Initialised(base):  # type: ignore[misc]
        def __init__(self, a, *, b=0):  # type: ignore[no-untyped-def]
            super().__init__(a)

    class Made(base):  # type: ignore[misc]
        def __new__(cls, c):  # type: ignore[no-untyped-def]
            return super().__new__(cls)

    return [Plain, Initialised, Made]


def test_public_names() -> None:
    names = [{name for name in dir(core.Value) if name[0] != "_"} - {"clip", *HINTS["Value"]} for core in BACKENDS]
    assert names[0] == names[1]
    special = [set(vars(python_backend.Value)), set(dir(c_backend.Value))]
    implementation = {"__module__", "__dict__", "__weakref__", "__slots__", "__annotations__", "__firstlineno__"}
    private = {name for name in special[0] if not name.startswith("__")}
    implementation.add("__signature__")  # in C a type's signature stands in its docstring
    assert special[0] - private - implementation <= special[1] | names[1] | {"__static_attributes__"}


@pytest.mark.parametrize("core", BACKENDS)
@pytest.mark.parametrize(
    "op, constants, values", [("add", 1, 2), ("mul", 0, 3), ("sin", 1, 1), ("where", 0, 2), ("dot", 0, 2)]
)
def test_a_node_is_not_restored_with_other_operands_than_its_op_takes(
    core: Any, op: str, constants: int, values: int
) -> None:
    operands = (*[1.0] * constants, *(core.Value(2.0) for _ in range(values)))
    with pytest.raises(ValueError, match=r"^restore: operands must be as many as the op takes, got "):
        core.restore(op, operands, 3.0, (1.0,) * values)


def test_a_graph_restored_is_the_graph() -> None:
    def restored(core: Any) -> Any:
        x, y = core.Value(2.0), core.Value(3.0)
        graphs = [x * y, x * 2.0, 2.0 * x, x.exp(), core.sum([x]), core.dot([x, 1.0], [2.0, y])]
        graphs.append(core.FUNCTIONS["where"](x, y, 1.0))
        again = []
        for node in graphs:
            made = core.restore(node.op, node.operands, node.data, node.local_derivatives, 0.5, "name")
            made.backward()
            again.append((facts(made), facts(x), facts(y)))
        return again

    assert_same(restored)
