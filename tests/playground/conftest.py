"""The playground, built once and served on this machine, in a real browser that reaches nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from autograd.playground.build import build
from tests import needs

Open = Callable[..., Any]
OWN = ("data:", "blob:", "about:")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing on standard error."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs.tool("node")
    folder = tmp_path_factory.mktemp("playground")
    needs.npm(folder, "is-number@7.0.0")  # whether npm's registry answers
    build(folder / "site")
    return folder / "site"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with served(site) as found:
        yield found


@pytest.fixture(scope="module")
def opened(browser: Any, address: str) -> Iterator[Open]:
    """Open the playground and wait for Python; in the end no other host was asked, and nothing has failed."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_page(fragment: str = "", width: int = 1280, height: int = 800, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("request", lambda asked: None if asked.url.startswith((*OWN, address)) else wrong.append(asked.url))
        page.goto(address + fragment)
        page.wait_for_selector("body[data-ready=true]", timeout=120_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture(scope="module")
def page(opened: Open) -> Any:
    """The page that tests share; each enters a text of its own."""
    return opened()
