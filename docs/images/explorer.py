"""Makes explorer.png, README's picture of the explorer page: python docs/images/explorer.py (extra `browser`)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from autograd.__main__ import main

WIDTH, HEIGHT = 1600, 900
STEP = "42"


def photograph(target: Path) -> None:
    """Write the page of the 2-2-2 network, go to a step, and take its picture."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "page.html"
        main(["step_by_step", "--html", str(page_file)])
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
        page.goto(page_file.as_uri())
        page.locator("#scrub").fill(STEP)
        page.locator("#scrub").blur()
        page.screenshot(path=target)
        chromium.close()


if __name__ == "__main__":
    photograph(Path(__file__).with_suffix(".png"))
