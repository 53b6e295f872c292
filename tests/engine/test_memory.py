"""Memory of the C core: freed without the collector, cycles collected, failing allocations and Ctrl-C survived.

What can take a process down (a failing allocator, Ctrl-C, a small stack) runs in one of its own.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import needs

c: Any = pytest.importorskip("autograd.engine._value", reason="the C core is not built")
Value: Any = c.Value
ROOT = Path(__file__).parents[2]
SANITIZED = "libasan" in Path("/proc/self/maps").read_text() if Path("/proc/self/maps").exists() else False


class Parameter(Value):  # type: ignore[misc]
    """A subclass with a `__dict__` and weak references."""


def run(code: str) -> str:
    """Run code in a process of its own with the C core; its output, or a failed test with its errors."""
    program = "import autograd.engine._value as c; Value = c.Value\n" + textwrap.dedent(code)
    # A Dask cluster in this process leaves settings of malloc behind.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**environment, "AUTOGRAD_CORE": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stderr[-3000:]}"
    return done.stdout


# The collector


def test_nodes_are_not_tracked() -> None:
    x = Value(1.0, label="x")
    graph = c.sum([x * 2.0, x.exp(), c.dot([x], [x], x)])
    assert not any(gc.is_tracked(node) for node in (x, graph, *graph.parents))


def test_results_of_a_subclass_are_tracked_and_nothing_else() -> None:
    p = Parameter(1.0)
    below = [p * 2.0, p.exp(), 3.0 / p, c.sum([Value(1.0), p]), c.FUNCTIONS["where"](1.0, p, 2.0)]
    assert all(type(node) is Value and gc.is_tracked(node) for node in below)
    assert gc.is_tracked(below[0] + Value(1.0))
    assert not gc.is_tracked(p.detach())


@pytest.mark.parametrize(
    "use", [abs, lambda p: _chain(p, 1000), lambda p: c.dot([p] * 9, [p] * 9)], ids=["itself", "chain", "n-ary"]
)
def test_cycle_through_a_subclass_is_collected(use: Callable[[Any], Any]) -> None:
    p = Parameter(2.0)
    p.__dict__["graph"] = use(p)
    alive = weakref.ref(p)
    del p
    gc.collect()
    assert alive() is None


def _chain(x: Any, length: int) -> Any:
    for _ in range(length):
        x = x * 0.999 + 0.001
    return x


def test_a_tracked_graph_in_use_survives_collections() -> None:
    p = Parameter(2.0)
    graph = _chain(p, 1000)
    for _ in range(3):
        gc.collect()
    graph.backward()
    assert 0.0 < p.grad < 1.0


def test_a_label_keeps_nothing_alive() -> None:
    class Text(str):
        pass

    text = Text("name")
    x = Value(1.0, text)
    text.__dict__["holder"] = x
    assert type(x.label) is str
    alive = weakref.ref(text)
    del text
    gc.collect()
    assert alive() is None


def test_graphs_are_freed_without_the_collector() -> None:
    freed: list[int] = []

    class Watched(Value):  # type: ignore[misc]
        def __del__(self) -> None:
            freed.append(1)

    gc.disable()
    try:
        for _ in range(10):
            x = Watched(1.0)
            y = c.sum([x * 2.0, x.exp() + x, c.dot([x, 1.0], [2.0, x], x)])
            y.backward()
            del x, y
    finally:
        gc.enable()
    assert len(freed) == 10


# Sizes


def test_getsizeof_is_honest() -> None:
    x, head = Value(1.0), 16
    assert [sys.getsizeof(node) for node in (x, x * x, x * 2.0)] == [80, 80, 80]
    assert sys.getsizeof(c.sum([x] * 100)) == 80 + 100 * 16
    assert sys.getsizeof(Parameter(1.0) * 2.0) == 80 + head


@pytest.mark.skipif(SANITIZED, reason="the sanitizer's allocator pads every node")
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads resident memory from /proc, which Linux has")
def test_a_long_chain_takes_80_bytes_a_node() -> None:
    out = run("""
        import resource
        def resident():
            return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
        x = Value(1.0)
        before = resident()
        for _ in range(1_000_000):
            x = x + 1.0
        print((resident() - before) / 1_000_000)
    """)
    assert float(out) < 82.0


@pytest.mark.slow
@pytest.mark.skipif(SANITIZED, reason="the sanitizer keeps freed memory for a while")
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads resident memory from /proc, which Linux has")
def test_a_loop_over_millions_of_nodes_leaves_memory_flat() -> None:
    out = run("""
        def resident():
            return int(open("/proc/self/statm").read().split()[1])
        class Sub(Value): pass
        def step(n):
            leaves = [Value(0.5, f"w{i}") for i in range(50)] + [Sub(0.5)]
            x = leaves[0]
            for i in range(n):
                x = (x * leaves[i % 51] + leaves[(i * 7) % 51]).tanh()
                if i % 10 == 0:
                    x = c.dot([x] * (i % 300), [0.001] * (i % 300), leaves[i % 51]) + c.FUNCTIONS["where"](x, x, 1.0)
                if i % 100 == 0:
                    try: x.atan2("a")
                    except TypeError: pass
                    repr(x), x.operands, x.parents, x.local_derivatives, x.op, x < 2.0
            x.backward()
            x.zero_grad()
            c._products(x, leaves, [1.0] * 51), c._hessian(x, leaves[:20], None), c._jacobian([x], leaves, n % 2 == 0)
        for i in range(100):
            step(10_000)
            if i == 20: before = resident()
        print((resident() - before) * 4)
    """)
    assert float(out) < 2000.0  # KiB


# Depth


@pytest.mark.parametrize("leaf", [Value, Parameter])
def test_a_million_deep_in_a_thread_with_a_small_stack(leaf: Any) -> None:
    def work() -> None:
        x = leaf(1.0)
        y = x
        for _ in range(1_000_000):
            y = y + 1.0
        y.backward()
        y.zero_grad()
        y.backward()
        results.append(x.grad)
        gradient, product = c._products(y * y, [x], [1.0])
        results.extend([gradient[0] / y.data, *product, *c._push([y], [x], [1.0])])
        del y

    results: list[float] = []
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert results == [1.0, 2.0, 2.0, 1.0]


def test_a_million_subclass_instances_that_hold_each_other() -> None:
    held: Any = None
    for _ in range(100_000):
        p = Parameter(1.0)
        p.__dict__["held"] = held
        held = p * 2.0
        del p
    del held
    gc.collect()


def test_hundred_thousand_operands_each_with_its_own_branch() -> None:
    x = Value(1.0)
    y = c.sum([(x * i).exp() for i in [0.0] * 100_000])
    y.backward()
    assert x.grad == 0.0
    assert y.grad == 1.0


# Failing allocations


@pytest.mark.skipif(SANITIZED, reason="the sanitizer replaces the allocator that is made to fail")
def test_every_allocation_may_fail() -> None:
    needs.python_module("_testcapi")
    out = run("""
        import sys, _testcapi
        sys.settrace(None)  # coverage's tracer allocates at each call and does not survive that failing
        class Sub(Value): pass
        x, y, p = Value(0.5, "x"), Value(2.0), Sub(1.5)
        chain = x
        for _ in range(600):
            chain = chain * x + y
        leaves = [Value(0.1 * i) for i in range(40)]
        xs, numbers, odd = [x, y, p] * 40, [1.5, 2.5, 3.5] * 40, [1, True, x, 2.5]
        where, nodes = c.FUNCTIONS["where"], c._topological((chain,))
        places, gradients = list(range(len(nodes))), [0.5] * len(nodes)
        actions = [
            lambda: x * y, lambda: p * y, lambda: x * 2.0, lambda: 2 / x, lambda: x ** y, lambda: -x, lambda: x.tanh(),
            lambda: x.atan2(x=2.0), lambda: p.leaky_relu(), lambda: c.FUNCTIONS["exp"](1.0),
            lambda: where(x, y, 1.0), lambda: where(1.0, p, y), lambda: c.sum(xs), lambda: c.sum(odd),
            lambda: c.sum(iter(odd)), lambda: c.mean(xs), lambda: c.logsumexp(xs), lambda: c.dot(xs, numbers, p),
            lambda: c.dot(odd, odd, 1),
            lambda: Value(1.0, "name"), lambda: Value(1), lambda: Sub(1.0, label="name"), lambda: x.detach(),
            lambda: chain.backward(), lambda: chain.zero_grad(), lambda: x.operands, lambda: (x * y).operands,
            lambda: (x * 2.0).operands, lambda: chain.parents, lambda: chain.local_derivatives, lambda: chain.op,
            lambda: repr(x), lambda: f"{x:.3f}", lambda: round(x, 1), lambda: x == 3, lambda: x < p,
            lambda: float(x), lambda: int(x),
            lambda: setattr(x, "label", "other"), lambda: setattr(y, "data", 2), lambda: setattr(y, "grad", 1),
            lambda: x * "abc", lambda: x.atan2(), lambda: c.sum("abc"), lambda: c.dot([x], []), lambda: Value("a"),
            lambda: c.restore("mul", (x, 2.0), 1.0, (2.0,)), lambda: c.restore("sum", (x, y, 2.0), 1.0, (2.0, 1.0)),
            lambda: x.__sizeof__(), lambda: x.__reduce_ex__(2),
            lambda: c._products(chain, [x, y], [1.0, 2.0]), lambda: c._hessian(chain, [x, y], None),
            lambda: c._hessian(c.logsumexp(xs[:2] + leaves), leaves, None),
            lambda: c._push([chain, y], [x, y], [1.0, 2.0]), lambda: c._jacobian([chain, y], [x, y], True),
            lambda: c._jacobian([chain, y], [x, y], False), lambda: c._depends_on_others(chain, [x]),
            lambda: c._gradients(chain, [x, p, y]), lambda: c._gradients(c.sum(xs), leaves),
            lambda: c._homes(nodes, bytes(len(nodes))), lambda: c._levels(nodes, places),
            lambda: c._only_users(nodes, places, places), lambda: c._between(nodes, places, True, gradients),
            lambda: c._ranks(nodes, places),
        ]
        tried = 0
        for number, action in enumerate(actions):
            for start in range(60):
                try:
                    _testcapi.set_nomemory(start, start + 1)
                    try:
                        action()
                    finally:
                        _testcapi.remove_mem_hooks()
                except (MemoryError, TypeError, ValueError, SystemError) as error:
                    tried += isinstance(error, MemoryError)
                    if isinstance(error, SystemError):
                        raise
        chain.zero_grad()
        chain.backward()
        first, x.grad, y.grad = (x.grad, y.grad), 0.0, 0.0
        chain.backward()
        assert first == (x.grad, y.grad)
        print(tried)
    """)
    assert int(out) > 50


@pytest.mark.skipif(SANITIZED, reason="the sanitizer needs all addresses")
@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_out_of_memory_for_nodes() -> None:
    run("""
        import resource
        x = Value(1.0)
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20),) * 2)
        y = x
        try:
            while True:
                y = y + 1.0
        except MemoryError:
            pass
        try:
            y.backward()
        except MemoryError:
            assert x.grad == 0.0
        del y
        x.grad = 0.0
        y = x
        for _ in range(100_000):
            y = y + 1.0
        y.backward()
        assert x.grad == 1.0
    """)


# Ctrl-C


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="sends a signal")
@pytest.mark.parametrize("delay", [0.0, 0.02, 0.1])
def test_interrupted_backward_leaves_consistent_gradients(delay: float) -> None:
    size = 300_000 if SANITIZED else 10_000_000
    run(f"""
        import os, signal, threading, time
        x = Value(1.0)
        y, middle = x, None
        for i in range({size}):
            y = y + 1.0
            if i == {size} // 2: middle = y
        y.backward()
        assert (x.grad, middle.grad) == (1.0, 1.0)
        started = threading.Event()
        def interrupt():
            started.wait()
            time.sleep({delay})
            os.kill(os.getpid(), signal.SIGINT)
        thread = threading.Thread(target=interrupt)
        thread.start()
        interrupted = False
        try:
            started.set()
            while True:
                before = x.grad
                y.backward()
        except KeyboardInterrupt:
            interrupted = True
        thread.join()
        assert interrupted
        assert x.grad in (before, before + 1.0)
        assert middle.grad in (0.0, 1.0)  # 0 from the start of a sweep on
        x.grad = 0.0
        y.backward()
        assert (x.grad, middle.grad, y.grad) == (1.0, 1.0, 1.0)
    """)


def test_a_handler_that_swallows_the_signal_lets_backward_finish() -> None:
    run("""
        import os, signal
        seen = []
        signal.signal(signal.SIGINT, lambda *_: seen.append(1))
        x = Value(1.0)
        y = x
        for _ in range(300_000):
            y = y + 1.0
        signal.raise_signal(signal.SIGINT)
        y.backward()
        assert x.grad == 1.0 and seen
    """)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="sends signals from another process")
@pytest.mark.parametrize("changed", ["[]", "['no Value']", "[x, Value(1.0), x]"])
def test_a_handler_may_change_the_list_of_inputs(changed: str) -> None:
    run(f"""
        import os, signal, time
        x = Value(1.0)
        y, inputs = x, [x]
        for _ in range(300_000):
            y = y + 1.0
        lists = [[x], {changed}]
        def handler(*_):
            inputs[:] = lists[len(inputs) == 1 and inputs[0] is x]
        signal.signal(signal.SIGINT, handler)
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            for _ in range(100):
                time.sleep(0.003)
                os.kill(parent, signal.SIGINT)
            os._exit(0)
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            for sweep in c._gradients, c._depends_on_others:
                try:
                    found = sweep(y, inputs)
                except TypeError as error:
                    assert "list of Values" in str(error)
                else:
                    assert found in (([1.0], False), False, ([], True), True, ([1.0, 0.0, 1.0], False)), found
        y.backward()
        assert x.grad == 1.0
    """)


# Interpreters


def test_a_second_interpreter_gets_the_python_core() -> None:
    needs.python_module("_testcapi")
    run(f"""
        import _testcapi, textwrap
        code = '''
        import sys
        sys.path.insert(0, {str(ROOT)!r})
        import autograd
        assert autograd.CORE == "python"
        try:
            import autograd.engine._value
        except ImportError as error:
            assert "AUTOGRAD_CORE=python" in str(error) or "does not support" in str(error), error
        else:
            raise SystemExit("loaded")
        '''
        assert _testcapi.run_in_subinterp(textwrap.dedent(code)) == 0
    """)
