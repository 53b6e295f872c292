"""Exported programs: C, JavaScript and numpy compute what replay computes, for every op."""

from __future__ import annotations

import ctypes
import itertools
import json
import math
import random
import re
import struct
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.compiler import Program
from autograd.compiler.export import ExportError, instructions, steps
from autograd.compiler.export.graph import OURS, RESERVED
from autograd.compiler.program import KERNELS
from autograd.engine.graph import topological
from autograd.ops import NAMES, TABLE
from tests import needs

pytestmark = pytest.mark.usefixtures("tools_without_sanitizers")
STRICT = ["-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-pedantic"]


def graph(seed: int, ops: Sequence[str], size: int = 10) -> tuple[Program, list[float]]:
    """Return a program of random ops over three inputs and three parameters, and arguments for it."""
    r = random.Random(seed)
    inputs = [Value(r.choice([r.uniform(-2, 2), r.uniform(0.1, 0.9), 0.0, 1.0]), label=f"x{i}") for i in range(3)]
    pool = [*inputs, *(Value(r.uniform(-2, 2), label=f"w{i}") for i in range(3))]

    def pick() -> Value | float:
        return r.choice(pool[-8:] + pool[:6]) if r.random() < 0.85 else r.choice([2.0, 0.5, -1.0, 3.0])

    for _ in range(size):
        op = TABLE[r.choice(ops)]
        function: Any = getattr(ag, op.name)
        if op.name == "dot":
            node = function([pick(), pick()], [pick(), pick()], pick())
        elif op.arity is None:
            node = function([pick() for _ in range(r.randint(1, 4))])
        else:
            node = function(*[pick() for _ in range(op.arity)])
        if isinstance(node, Value):
            pool.append(node)
    outputs = [pool[-1], r.choice(pool[-4:])]
    below = {id(node) for output in outputs for node in topological(output)}
    used = [x for x in inputs if id(x) in below]
    return ag.compile(outputs, inputs=used), [x.data for x in used]


CASES = [(seed, [name]) for seed, name in enumerate(NAMES)] + [(seed, list(NAMES)) for seed in [*range(100, 112), 5005]]
each_graph = pytest.mark.parametrize(
    "seed, ops", CASES, ids=lambda x: x[0] if isinstance(x, list) and len(x) == 1 else ""
)


def flat(outputs: Any, *gradients: Any) -> list[float]:
    return [float(x) for row in (outputs, *gradients) for x in row]


def bits(numbers: Sequence[float]) -> list[bytes]:
    return [b"nan" if math.isnan(x) else struct.pack("d", x) for x in numbers]


def shared_object(text: str, folder: Path, *options: str) -> ctypes.CDLL:
    """Compile C and load it."""
    source = folder / "program.c"
    source.write_text(text, encoding="utf-8")
    command = [needs.tool("gcc"), "-std=c99", *STRICT, *options, "-shared", "-fPIC", str(source), "-lm"]
    subprocess.run([*command, "-o", str(folder / "program.so")], check=True)
    return ctypes.CDLL(str(folder / "program.so"))


def doubles(numbers: Sequence[float]) -> Any:
    return (ctypes.c_double * len(numbers))(*numbers)


def run_c(library: ctypes.CDLL, name: str, program: Program, arguments: Sequence[float]) -> tuple[int, list[float]]:
    """Call value and gradient; the status and all numbers."""
    given = [doubles(numbers) for numbers in (arguments, program.numbers()) if numbers]
    results = [doubles([0.0] * len(program.tape.outputs)), *(doubles([0.0] * len(each)) for each in given)]
    status = getattr(library, f"{name}_gradient")(*given, None, *results)
    value = doubles([0.0] * len(program.tape.outputs))
    assert getattr(library, name)(*given, value) == status
    if not status:
        assert bits(list(value)) == bits(list(results[0]))
    return status, [x for each in results for x in each]


@each_graph
def test_c_has_the_bits_of_replay(seed: int, ops: list[str], tmp_path: Path) -> None:
    pytest.importorskip("autograd.compiler.run._replay", reason="numpy's functions are not libm's")
    program, arguments = graph(seed, ops)
    library = shared_object(program.to_c("f"), tmp_path)
    status, found = run_c(library, "f", program, arguments)
    assert status == 0
    assert bits(found) == bits(flat(*program.gradients(*arguments)))


@pytest.mark.slow
@each_graph
def test_c_without_the_planner_computes_the_same(
    seed: int, ops: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instructions, "PLANNER", False)
    program, arguments = graph(seed, ops)
    status, found = run_c(shared_object(program.to_c("f"), tmp_path), "f", program, arguments)
    assert status == 0
    np.testing.assert_allclose(found, flat(*program.gradients(*arguments)), rtol=1e-12)


def derivatives_of(name: str) -> tuple[Program, list[float]]:
    """Return a program of an op and its derivatives as a graph, whose gradient needs the second ones."""
    op, r = TABLE[name], random.Random(3)
    low = [r.uniform(1.2, 1.8) if domain[0] >= 0.5 else r.uniform(0.2, 0.8) for domain in op.domain]
    leaves = [Value(x, label=f"x{i}") for i, x in enumerate(low if op.arity else [0.2, 0.7, 0.4])]
    function: Any = getattr(ag, name)
    a, b, *_ = [*leaves, leaves[0]]
    out = function([a, b], [b, a], b) if name == "dot" else function(*leaves) if op.arity else function(leaves)
    slopes = [x for x in ag.gradients(out, leaves, create_graph=True) if isinstance(x, Value) and x.op]
    below = {id(node) for node in topological(out)}
    used = [x for x in leaves if id(x) in below]
    return ag.compile([out, *slopes], inputs=used), [x.data for x in used]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_derivatives_are_exported_as_ops_are(name: str, tmp_path: Path, run_javascript: RunJavaScript) -> None:
    program, arguments = derivatives_of(name)
    library = shared_object(program.to_c("f"), tmp_path)
    every_language_agrees(program, arguments, run_c(library, "f", program, arguments)[1], run_javascript, 1e-12)


def every_language_agrees(
    program: Program, arguments: Sequence[float], in_c: Sequence[float], run_javascript: RunJavaScript, rtol: float
) -> None:
    """Check what C, JavaScript and numpy compute for a program without parameters against replay."""
    expected = flat(*program.gradients(*arguments))
    outputs, inputs, _ = run_numpy(program, [np.array([x]) for x in arguments])
    for found in (in_c, run_javascript(program, arguments), [float(x[0]) for x in [*outputs, *inputs]]):
        np.testing.assert_allclose(found, expected, rtol=rtol)


@pytest.mark.slow
@pytest.mark.parametrize("compiler", [("gcc", "-std=c99"), ("g++", "-x", "c++"), ("clang", "-std=c99")])
def test_it_compiles_without_a_warning(compiler: tuple[str, ...], tmp_path: Path) -> None:
    needs.tool(compiler[0])
    for seed, real, weights in itertools.product(range(4), ("double", "float"), ("argument", "baked")):
        program, _ = graph(seed, list(NAMES), 30)
        source = tmp_path / f"{seed}_{real}_{weights}.c"
        source.write_text(program.to_c("f", real=real, weights=weights), encoding="utf-8")
        command = [*compiler, *STRICT, "-c", str(source), "-o", str(tmp_path / "f.o")]
        subprocess.run(command, check=True)


@pytest.mark.slow
def test_a_long_program_is_many_functions(tmp_path: Path) -> None:
    x, w = Value(0.5, label="x"), Value(0.9, label="w")
    y = x
    for step in range(300):
        y = ag.mean([ag.tanh(w * y + 0.01 * step), ag.where(y, ag.sin(x), w), ag.logsumexp([y, x])])
    program, arguments = ag.compile([y, x * w], inputs=[x]), [0.5]
    text = program.to_c("f")
    parts = text.split("\n}\n")
    assert max(len(part.splitlines()) for part in parts) < 400
    assert all("NOINLINE static" in part for part in parts if "(real *m)" in part)
    status, found = run_c(shared_object(text, tmp_path), "f", program, arguments)
    expected = flat(*program.gradients(*arguments))
    assert status == 0
    if "c" in KERNELS:
        assert bits(found) == bits(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-10)


@pytest.mark.parametrize("piece", [1, 7])
def test_the_last_of_many_functions_is_not_empty(piece: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(steps, "PIECE", piece)  # so that the last function is full
    x = Value(0.5, label="x")
    y = x
    for step in range(310):
        y = ag.sin(y) + step
    program = ag.compile([y], inputs=[x])
    status, found = run_c(shared_object(program.to_c("f"), tmp_path), "f", program, [0.5])
    assert status == 0
    np.testing.assert_allclose(found, flat(*program.gradients(0.5)), rtol=1e-14)


@pytest.mark.slow
def test_equal_neurons_are_a_loop(tmp_path: Path) -> None:
    net = nn.MLP(8, [32, 32, 1], activation="tanh", seed=1)
    inputs = [Value(0.1 * i, label=f"x{i}") for i in range(8)]
    program, arguments = ag.compile([net(inputs)], inputs=inputs), [x.data for x in inputs]
    for real, weights in itertools.product(("double", "float"), ("argument", "baked")):
        text = program.to_c("f", real=real, weights=weights)
        assert text.count("\n") < 4000
        assert "for (int k = 0; k < 32; k++)" in text or weights == "baked"
        library = shared_object(text, tmp_path)
        if (real, weights) == ("double", "argument"):
            status, found = run_c(library, "f", program, arguments)
            assert status == 0
            np.testing.assert_allclose(found, flat(*program.gradients(*arguments)), rtol=1e-12)


def test_a_batch_sums_the_gradients_of_parameters(tmp_path: Path) -> None:
    x, w = Value(0.5, label="x"), Value(0.9, label="w")
    program = ag.compile(ag.tanh(w * x), inputs=[x])
    library = shared_object(program.to_c("f"), tmp_path)
    library.f_gradient_batch.restype = ctypes.c_long
    outputs, of_x, of_w = doubles([0.0] * 3), doubles([0.0] * 3), doubles([0.0])
    count = library.f_gradient_batch(ctypes.c_long(3), doubles([0.1, 0.2, 0.3]), doubles([0.9]), outputs, of_x, of_w)
    expected = program.gradients(np.array([0.1, 0.2, 0.3]))
    assert count == 3
    np.testing.assert_allclose(list(outputs), expected.outputs, rtol=1e-14)
    np.testing.assert_allclose(list(of_x), expected.inputs[0], rtol=1e-14)
    np.testing.assert_allclose(list(of_w), expected.parameters, rtol=1e-14)


UNSELECTED: dict[str, Callable[[Value, Value, Value], Value]] = {
    "straight": lambda a, b, c: ag.relu(a * b) * c + a,
    "max": lambda a, b, c: ag.max(a * b, c) * c,
    "in tables": lambda a, b, c: ag.sum([ag.relu(a * b * k) * c for k in range(1, 200)]) + a,
    "many kinds in tables": lambda a, b, c: ag.sum(
        [
            ag.max(ag.relu(a * b * k), ag.logsumexp([c, a / k, c * k])) * ag.tanh(c - k / 30)
            + ag.where(a, c, b) ** 2
            + ag.atan2(c * k, a) / ag.mean([ag.relu(c - k / 60), a * a, ag.exp(a), c, 2.0 + c, ag.sqrt(c)])
            for k in range(1, 40)
        ]
    ),
}
"""Of which b may be infinite where its product with a is not selected: gradients are finite then."""


@pytest.mark.parametrize("name", UNSELECTED)
def test_what_is_not_selected_may_be_infinite(name: str, tmp_path: Path) -> None:
    a, b, c = Value(-1.0, label="a"), Value(2.0, label="b"), Value(0.5, label="c")
    program: Program = ag.compile([UNSELECTED[name](a, b, c)], inputs=[a, b])
    library = shared_object(program.to_c("f"), tmp_path)
    for arguments in ([-1.0, math.inf], [-1.0, 2.0], [1.0, 2.0], [math.nan, 2.0]):
        _, found = run_c(library, "f", program, arguments)
        assert bits(found) == bits(flat(*program.gradients(*arguments)))
    columns, weights = [-1.0, 1.0, math.inf, 2.0], program.numbers()
    results = doubles([0.0] * 2), doubles([0.0] * 4), doubles([0.0] * len(weights))
    library.f_gradient_batch(ctypes.c_long(2), doubles(columns), doubles(weights), *results)
    each = [program.gradients(columns[k], columns[2 + k]) for k in range(2)]
    assert bits(list(results[1])) == bits([float(each[k].inputs[i]) for i in range(2) for k in range(2)])
    total = sum(float(one.parameters[0]) for one in each)
    assert bits(list(results[2])) == bits([total])


def guarded() -> Program:
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    with ag.recording():
        y = (w * x).exp() if x > 0 else w
    program: Program = ag.compile(y, inputs=[x])
    return program


def test_a_guard_that_fails_is_returned(tmp_path: Path) -> None:
    library = shared_object(guarded().to_c("f"), tmp_path)
    assert run_c(library, "f", guarded(), [0.5])[0] == 0
    assert run_c(library, "f", guarded(), [-0.5]) == (1, [0.0, 0.0, 0.0])
    samples = doubles([1.0, 2.0, -1.0, 3.0])
    outputs = doubles([0.0] * 4)
    library.f_batch.restype = ctypes.c_long
    assert library.f_batch(ctypes.c_long(4), samples, doubles([3.0]), outputs) == 2
    assert list(outputs) == [math.exp(3.0), math.exp(6.0), 0.0, 0.0]


def test_weights_can_be_baked_in(tmp_path: Path) -> None:
    library = shared_object(guarded().to_c("f", weights="baked"), tmp_path)
    outputs, slope = doubles([0.0]), doubles([0.0])
    assert library.f_gradient(doubles([0.5]), None, outputs, slope) == 0
    assert (outputs[0], slope[0]) == (math.exp(1.5), 3.0 * math.exp(1.5))


SERVE = """
for await (const line of require("node:readline").createInterface({ input: process.stdin })) {
  const [path, given] = JSON.parse(line);
  const { outputs, inputs, parameters } = (await import(path)).f_gradient(...given);
  console.log(JSON.stringify([...outputs, ...inputs, ...parameters].map(String)));
}
"""
RunJavaScript = Callable[[Program, Sequence[float]], list[float]]


@pytest.fixture(scope="module")
def run_javascript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunJavaScript]:
    """Outputs and gradients of exported modules, as one process of node computes them."""
    folder, numbers = tmp_path_factory.mktemp("modules"), itertools.count()
    command = [needs.tool("node"), "-e", f"(async () => {{{SERVE}}})()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
        asked, answered = node.stdin, node.stdout
        assert asked is not None
        assert answered is not None

        def run(program: Program, arguments: Sequence[float]) -> list[float]:
            path = folder / f"{next(numbers)}.mjs"
            path.write_text(program.to_javascript("f"), encoding="utf-8")
            given = [list(arguments), *([program.numbers()] if program.parameters else [])]
            print(json.dumps([str(path), given]), file=asked, flush=True)
            return [float(text.replace("Infinity", "inf")) for text in json.loads(answered.readline())]

        yield run
        asked.close()


@pytest.mark.slow
@each_graph
def test_javascript_computes_the_same(seed: int, ops: list[str], run_javascript: RunJavaScript) -> None:
    program, arguments = graph(seed, ops)
    expected = flat(*program.gradients(*arguments))
    np.testing.assert_allclose(run_javascript(program, arguments), expected, rtol=1e-12)


def run_numpy(program: Program, columns: list[Any]) -> Any:
    """Outputs and gradients of the exported module."""
    names: dict[str, Any] = {}
    exec(compile(program.to_numpy("f"), "f.py", "exec"), names)
    given: list[Any] = [columns, *([program.numbers()] if program.parameters else [])]
    found = names["f_gradient"](*given)
    np.testing.assert_array_equal(names["f"](*given), found[0])
    return found


@pytest.mark.parametrize("zeros", [[0.0, -0.0], [-0.0, 0.0]], ids=["0 first", "-0 first"])
def test_numbers_divided_by_a_constant_zero(zeros: list[float], run_javascript: RunJavaScript) -> None:
    for zero in zeros:
        x = Value(0.3, label="x")
        program = ag.compile([x / zero], inputs=[x])
        expected = flat(*program.gradients(0.3))
        outputs, inputs, _ = run_numpy(program, [np.array([0.3])])
        assert [float(y[0]) for y in (*outputs, *inputs)] == expected == [math.copysign(math.inf, zero)] * 2
        assert run_javascript(program, [0.3]) == expected


FIXED = [0.0, -0.0, 1.0, -1.0, 1e-300]


@pytest.mark.parametrize("name", [name for name in NAMES if TABLE[name].arity not in (None, 1) and hasattr(ag, name)])
def test_numpy_with_constant_operands(name: str) -> None:
    function: Any = getattr(ag, name)
    count = TABLE[name].arity or 0
    for free, fixed in itertools.product(range(count), FIXED):
        x = Value(0.3 + 0.2 * free, label="x")
        out = function(*(x if k == free else fixed for k in range(count)))
        if isinstance(out, Value) and out.op:
            program = ag.compile([out + x], inputs=[x])
            outputs, inputs, _ = run_numpy(program, [np.array([x.data])])
            found = [float(y[0]) for y in (*outputs, *inputs)]
            np.testing.assert_allclose(found, flat(*program.gradients(x.data)), rtol=1e-12)


@each_graph
def test_numpy_computes_the_same(seed: int, ops: list[str]) -> None:
    program, arguments = graph(seed, ops)
    columns = [np.array([x, 0.3, -0.7, 1.5]) for x in arguments]
    outputs, inputs, parameters = run_numpy(program, columns)
    expected = program.gradients(*columns)
    # erf and its like are libm's here and polynomials in a batch.
    np.testing.assert_allclose([*outputs, *inputs], [*expected.outputs, *expected.inputs], rtol=1e-12)
    np.testing.assert_allclose(parameters, expected.parameters, rtol=1e-12)


def test_guards_of_the_other_languages(tmp_path: Path) -> None:
    names: dict[str, Any] = {}
    exec(compile(guarded().to_numpy("f"), "f.py", "exec"), names)
    with pytest.raises(ValueError, match=r"^x > \w+ is True$"):
        names["f"]([np.array([1.0, -1.0])], [3.0])
    (tmp_path / "f.mjs").write_text(guarded().to_javascript("f") + "f([-1], [3]);", encoding="utf-8")
    ended = subprocess.run([needs.tool("node"), str(tmp_path / "f.mjs")], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "RangeError: x > " in ended.stderr


def test_labels_of_any_kind_make_names() -> None:
    labels = ["int", "*/", "exp", "α", "2x", "a b", "a_b", 'q"\n', "const"]
    inputs = [Value(1.0 + i, label=label) for i, label in enumerate(labels)]
    text = ag.compile(ag.sum(inputs), inputs=inputs).to_c("int main() { } /*")
    assert "inputs[9]:\n       int_2, v, exp_2, v_2, v_2x, a_b, a_b_2, q, const_2\n" in text
    assert "int int_main(const real *inputs, real *outputs)" in text


def test_labels_like_names_that_are_made() -> None:
    labels = ["d_w", "seed_0", "op_tanh", "g_x", "r_x", "t0", "d1_t0", "value_exp"]
    inputs = [Value(0.1 * i, label=label) for i, label in enumerate(labels, 1)]
    program, arguments = ag.compile([ag.tanh(ag.prod(inputs))], inputs=inputs), [x.data for x in inputs]
    assert "inputs[8]:\n       v_d_w, v_seed_0, v_op_tanh, v_g_x, v_r_x, t0, v_d1_t0, v_value_exp\n" in program.to_c()
    outputs, gradients, _ = run_numpy(program, [np.array([x]) for x in arguments])
    expected = flat(*program.gradients(*arguments))
    np.testing.assert_allclose([float(x[0]) for x in [*outputs, *gradients]], expected, rtol=1e-12)


NAMES_OF_LIBRARIES = [
    "LN_2",
    "HALF_SQRT_PI",
    "NULL",
    "NAN",
    "INFINITY",
    "NaN",
    "Math",
    "undefined",
    "np",
    "holds",
    "fabs",
]


def test_labels_like_names_of_libraries_and_constants(tmp_path: Path, run_javascript: RunJavaScript) -> None:
    inputs = [Value(0.1 * i, label=label) for i, label in enumerate(NAMES_OF_LIBRARIES, 1)]
    total = ag.sum([ag.log2(x + 1.0) * ag.erf(x) + abs(x - 0.35) + ag.max(x, 0.4) for x in inputs])
    program, arguments = ag.compile([total], inputs=inputs), [x.data for x in inputs]
    library = shared_object(program.to_c("tgamma"), tmp_path)
    every_language_agrees(program, arguments, run_c(library, "tgamma_2", program, arguments)[1], run_javascript, 1e-12)


HEADERS = "#include <math.h>\n#include <stdbool.h>\n#include <stddef.h>\n"


@pytest.mark.parametrize("compiler", [("gcc",), ("g++", "-x", "c++", "-std=c++20"), ("clang",)])
def test_labels_like_macros_and_keywords(compiler: tuple[str, ...], tmp_path: Path) -> None:
    command = [needs.tool(compiler[0]), *compiler[1:]]
    (tmp_path / "headers.c").write_text(HEADERS, encoding="utf-8")
    preprocess = [*command, "-E", "-dM", str(tmp_path / "headers.c")]
    found = subprocess.run(preprocess, check=True, capture_output=True, text=True).stdout
    macros = re.findall(r"#define ([A-Za-z]\w*)", found)
    assert {"M_PI", "NULL"} <= set(macros)
    labels = [
        *macros,
        "linux",
        "static_assert",
        "thread_local",
        "co_await",
        "char8_t",
        "constinit",
        "and_eq",
        "dynamic_cast",
    ]
    inputs = [Value(0.1, label=label) for label in labels]
    program = ag.compile(ag.sum([ag.tanh(x) for x in inputs]), inputs=inputs)
    (tmp_path / "f.c").write_text(program.to_c("f"), encoding="utf-8")
    subprocess.run([*command, *STRICT, "-fsyntax-only", str(tmp_path / "f.c")], check=True)


def test_a_name_is_kept_that_only_a_function_may_not_have() -> None:
    y1 = Value(0.5, label="y1")
    program = ag.compile(ag.tanh(y1), inputs=[y1])
    assert "const real y1 = inputs[0];" in program.to_c("f")
    assert "int y1_2(const real *inputs, real *outputs)" in program.to_c("y1")


@pytest.mark.parametrize("compiler", [("gcc", "-std=c99"), ("gcc",), ("clang",), ("g++", "-x", "c++")])
def test_a_function_may_have_any_name(compiler: tuple[str, ...], tmp_path: Path) -> None:
    needs.tool(compiler[0])
    x = Value(0.5, label="x")
    program = ag.compile(ag.tanh(x), inputs=[x])
    names = ["main", "std", "signgam", "printf", "NULL", "op_tanh", "x", "π", "1 2", ""]
    for name in [*names, "y1", "sinf", "lgamma_r", "index", "fabsf32x", "puts_unlocked", "strdup", "M_E"]:
        (tmp_path / "f.c").write_text(program.to_c(name), encoding="utf-8")
        command = [*compiler, *STRICT, "-c", str(tmp_path / "f.c"), "-o", str(tmp_path / "f.o")]
        subprocess.run(command, check=True)


LANGUAGES = {
    "c": "int zq(",
    "javascript": "export function zq(",
    "numpy": "def zq(",
    "torch": "def zq(",
    "jax": "def zq(",
}
LOCAL = {"dtype", "i", "number", "x", "y"}
"""Words of a scope or a call of their own."""


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_languages_is_reserved(language: str) -> None:
    words: set[str] = set()
    for name in NAMES:
        program, _ = derivatives_of(name)
        program.tape.labels.clear()
        text = getattr(program, f"to_{language}")("zq")
        code = re.sub(r"/\*.*?\*/|//[^\n]*|#[^\n]*", "", text[text.index(LANGUAGES[language]) :], flags=re.DOTALL)
        code = re.sub(r"\"\"\".*?\"\"\"|\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", "", code, flags=re.DOTALL)
        words |= set(re.findall(r"(?<![.\w])[A-Za-z_]\w*", code))
    made = re.compile(r"_|zq|[xwt]\d+$|" + OURS.pattern)
    assert {word for word in words - RESERVED - LOCAL if not made.match(word)} == set()


@pytest.mark.usefixtures("table_as_it_was")
def test_an_added_op_is_refused_by_name() -> None:
    own = ag.op("2*x", name="exported_square")(lambda x: x * x)
    x = Value(2.0)
    with pytest.raises(
        ExportError, match=r"^export: exported_square: an op added in Python can't be written in another language$"
    ):
        ag.compile(own(x), inputs=[x]).to_c()


def test_a_guard_that_only_python_can_test_is_refused() -> None:
    x = Value(2.25, label="x")
    with ag.recording():
        y = x * 2.0 if round(x, 1) > 0 else x
    with pytest.raises(ExportError, match=r"^export: a guard of round\(\) of x can't be written$"):
        ag.compile(y, inputs=[x]).to_c()


@pytest.mark.parametrize("options, message", [
    ({"weights": "none"}, "^to_c: weights must be 'argument' or 'baked', got 'none'$"),
    ({"real": "half"}, "^to_c: real must be 'double' or 'float', got 'half'$"),
])  # fmt: skip
def test_options_are_checked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        guarded().to_c(**options)


def test_a_compiled_function_is_exported_with_its_own_names(tmp_path: Path) -> None:
    rate = Value(0.02, label="rate")

    @ag.compile
    def price(spot: Any, strikes: Any, *, days: Any) -> Any:
        return ag.sum([ag.relu(spot - strike * ag.exp(-rate * days)) for strike in strikes])

    with pytest.raises(ExportError, match=r"^export: price was not recorded yet: call it once"):
        price.to_c()
    expected = price(100.0, [90.0, 95.0], days=0.5)
    text = price.to_c()
    assert "inputs[4]:\n       spot, strikes_0, strikes_1, days\n" in text
    outputs = doubles([0.0])
    assert shared_object(text, tmp_path).price(doubles([100.0, 90.0, 95.0, 0.5]), doubles([0.02]), outputs) == 0
    assert outputs[0] == pytest.approx(expected, rel=1e-15)
    assert "def price(inputs):" in price.to_numpy(weights="baked")
    assert "export function f(inputs, parameters)" in price.to_javascript("f")
