"""Makes playground.png, the picture of the playground: python docs/images/playground.py (extra `browser`, and npm)."""

from __future__ import annotations

import shutil
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

from autograd.playground.build import build

WIDTH, HEIGHT = 1600, 1000


def photograph(target: Path) -> None:
    """Build the playground, open the 2-2-2 network, click a weight, and take the picture."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        build(Path(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
        page.wait_for_selector("body[data-ready=true]", timeout=120_000)
        page.select_option("#example", label="the 2-2-2 network, step by step")
        page.locator("#outcome", has_text="0.2983").wait_for()
        page.get_by_role("button", name="w5", exact=True).click()
        page.wait_for_selector("#derivation .katex")
        page.wait_for_selector("#claims details")
        page.locator("#table").evaluate("panel => panel.scrollTo(0, 0)")
        page.screenshot(path=target)
        chromium.close()
        server.shutdown()


if __name__ == "__main__":
    photograph(Path(__file__).with_suffix(".png"))
