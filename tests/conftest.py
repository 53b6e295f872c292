"""Configuration of every test session: backend, hypothesis profiles, failure if a required C backend is missing."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import threading
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import autograd
from autograd.engine import backend
from autograd.ops import TABLE
from tests import needs

settings.register_profile("quick", max_examples=40, deadline=None)
settings.register_profile(
    "ci", max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "brief", max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("nightly", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
settings.load_profile(PROFILE)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--one-case`, for runs that compare versions of Python and of packages."""
    parser.addoption("--one-case", action="store_true", help="run each parametrised test with one of its cases only")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that drive a browser, and nightly ones as slow; keep the first case of each under `--one-case`."""
    for item in items:
        if item.get_closest_marker("nightly"):
            item.add_marker("slow")
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    if not config.getoption("--one-case"):
        return
    first: dict[str, pytest.Item] = {}
    for item in items:
        first.setdefault(item.nodeid.partition("[")[0], item)
    kept = set(first.values())
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = first.values()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail where a file of tests can't be imported: skipped as one of doctests, the tests below the error are lost."""
    report = yield
    if report.skipped and collector.path.name.startswith("test_") and "unable to import" in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"{collector.path} can't be imported; tests.needs skips what needs a package"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count tests whose fixture lacks a package or a program as one line of the summary, as those that lack it."""
    report = yield
    if report.when == "setup" and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if reason.startswith(("Skipped: needs Python package", "Skipped: needs program")):
            report.longrepr = (str(needs.__file__), 1, reason)
    return report


def pytest_configure() -> None:
    """Handle signals as in the foreground, and fail if a required C core is missing."""
    handle_signals()
    require_c()


def handle_signals() -> None:
    """Terminate in the same orderly way by Ctrl-C and by SIGTERM, which ends child processes too.

    A shell starts a background job with SIGINT ignored, and children inherit that: tests that send it would not end.
    """
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)


def require_c() -> None:
    """Raise, rather than pass on the Python core alone, if a C core is required."""
    if os.environ.get("AUTOGRAD_REQUIRE_C", "") in ("", "0"):
        return
    try:
        importlib.import_module("autograd.engine._value")
    except ImportError as error:
        raise pytest.UsageError(
            f"AUTOGRAD_REQUIRE_C is set but there is no C core ({error}); build it with `python -m pip install -e .`"
        ) from error


def pytest_report_header() -> str:
    """Name the core that the session tests."""
    return f"autograd: {backend.CORE} core, from {autograd.__path__[0]}; hypothesis profile {PROFILE}"


@pytest.fixture
def small_heap() -> Iterator[None]:
    """Have `gc.collect` look at what the test makes alone, not at the thousands of tests that were collected."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def table_as_it_was() -> Iterator[None]:
    """Remove from the table what the test added."""
    before = set(TABLE)
    yield
    from autograd.derivatives.custom import remove

    for name in set(TABLE) - before:
        remove(name)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start a headless Chromium, one per file: an event loop runs meanwhile, and other tests start their own."""
    playwright = needs.package("playwright.sync_api")
    path = needs.tool("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()
