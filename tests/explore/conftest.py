"""The explorer page, opened in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograd.explore.page import Explorer

Open = Callable[..., Any]


def numbers(page: Any, what: str) -> list[float]:
    """Return a list of numbers of the page, with those that JSON lacks."""
    texts: list[str] = page.evaluate(f"[...{what}].map(String)")
    return [float(text.replace("Infinity", "inf")) for text in texts]


def until(page: Any, condition: str) -> None:
    """Wait for something to become true; Playwright's own way needs an eval, which the page forbids."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {condition}")


def set_leaf(page: Any, title: str, text: str) -> None:
    page.get_by_label(f"{title} as a number", exact=True).fill(text)


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Open a page, or HTML, from a file; afterwards the console must be clean and the network untouched."""
    said: list[str] = []
    contexts: list[Any] = []

    def open_page(
        what: Explorer | str, width: int = 1600, height: int = 900, *, at_end: bool = True, **options: Any
    ) -> Any:
        path = tmp_path / f"page{len(contexts)}.html"
        path.write_text(what if isinstance(what, str) else what.html, encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("request", lambda request: said.append(request.url) if request.url != path.as_uri() else None)
        page.goto(path.as_uri())
        if at_end:
            page.evaluate("globalThis.explorer && explorer.to(explorer.steps.last)")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [each for each in said if each not in ("data:,", "about:srcdoc")] == []
