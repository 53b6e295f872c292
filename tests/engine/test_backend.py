"""Selection of the backend, and the cost of importing."""

from __future__ import annotations

import importlib.util
import inspect
import os
import subprocess
import sys

import pytest

import autograd
from autograd.engine import backend
from autograd.ops import TABLE

HAS_C = importlib.util.find_spec("autograd.engine._value") is not None


def _python(code: str, choice: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, with AUTOGRAD_CORE as said."""
    environment = {name: value for name, value in os.environ.items() if name != "AUTOGRAD_CORE"}
    if choice is not None:
        environment["AUTOGRAD_CORE"] = choice
    folder = os.path.dirname(os.path.dirname(autograd.__file__))
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


WHICH = "import autograd; print(autograd.CORE, autograd.Value.__module__)"


@pytest.mark.parametrize("choice", ["python", " Python "])
def test_python_may_be_asked_for(choice: str) -> None:
    assert _python(WHICH, choice).stdout.split() == ["python", "autograd.engine.value"]


@pytest.mark.parametrize("choice", [None, ""])
def test_without_a_choice_the_best_there_is(choice: str | None) -> None:
    expected = ["c", "autograd.engine._value"] if HAS_C else ["python", "autograd.engine.value"]
    assert _python(WHICH, choice).stdout.split() == expected


def test_c_is_given_or_an_error_says_that_it_is_missing() -> None:
    done = _python(WHICH, "c")
    if HAS_C:
        assert done.stdout.split() == ["c", "autograd.engine._value"]
    else:
        assert "ImportError: AUTOGRAD_CORE is 'c', but the C core was not built: " in done.stderr
    hidden = _python("import sys; sys.modules['autograd.engine._value'] = None\n" + WHICH, "c")
    assert "ImportError: AUTOGRAD_CORE is 'c', but the C core was not built: " in hidden.stderr
    fallen_back = _python("import sys; sys.modules['autograd.engine._value'] = None\n" + WHICH)
    assert fallen_back.stdout.split() == ["python", "autograd.engine.value"]


def test_another_choice_is_an_error() -> None:
    error = _python(WHICH, "rust").stderr.strip().splitlines()[-1]
    assert error == "ImportError: AUTOGRAD_CORE must be 'c', 'python' or unset, got 'rust'"


@pytest.mark.parametrize("choice", ["python", *(["c"] if HAS_C else [])])
def test_importing_stays_light(choice: str) -> None:
    heavy = {
        "IPython", "asyncio", "graphviz", "hypothesis", "json", "matplotlib", "numpy", "pandas", "safetensors", "scipy",
        "sklearn", "subprocess", "tqdm", "typing_extensions", "unittest", "xml",
    }  # fmt: skip
    code = f"import sys, autograd, nn; print(*{heavy} & {{*sys.modules}})"
    done = _python(code, choice)
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_this_session_runs_the_twin_that_was_asked_for() -> None:
    assert os.environ.get("AUTOGRAD_CORE", "").strip().lower() in ("", autograd.CORE)


def test_the_face_shows_every_op_and_nothing_by_another_name() -> None:
    assert set(TABLE) < set(autograd.__all__)
    assert len(set(autograd.__all__)) == len(autograd.__all__)
    for name in TABLE:
        assert getattr(autograd, name) is getattr(backend, name) or name in ("max", "min")
        assert inspect.getdoc(getattr(autograd, name))
    assert all(hasattr(autograd, name) for name in autograd.__all__)
