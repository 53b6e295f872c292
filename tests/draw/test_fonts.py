"""Texts in pictures in the fonts of several systems: in a browser that has only one, nothing touches its box."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
import nn
from autograd import Value
from tests import needs

FAMILIES = ("Liberation Sans", "DejaVu Sans", "DejaVu Sans Mono")  # the last is all that a bare Debian has

CONFIGURATION = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>"""

# Pairs of a text and what it meets: its box, another text of the box or of the legend, the edge of the picture.
TOUCHING = """
() => {
  const found = [], place = (e) => e.getBoundingClientRect();
  const within = (text, box, space) => {
    const [a, b] = [place(text), place(box)];
    if (a.left < b.left + space || a.right > b.right - space) found.push([text.textContent, box.getAttribute("class")]);
  };
  const apart = (texts) => texts.forEach((text, i) => texts.slice(0, i).forEach((other) => {
    const [a, b] = [place(text), place(other)];
    if (a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom)
      found.push([text.textContent, other.textContent]);
  }));
  for (const node of document.querySelectorAll(".node")) {
    const texts = [...node.querySelectorAll("text")];
    texts.forEach((text) => within(text, node.querySelector(".cell"), 0.5));
    if (node.querySelector(".symbol")) within(node.querySelector(".symbol"), node.querySelector(".op"), 0.5);
    apart(texts);
  }
  for (const label of document.querySelectorAll(".label"))
    within(label.querySelector("text"), label.querySelector("rect"), -0.5);
  for (const plate of document.querySelectorAll(".frame-plate")) within(plate.nextElementSibling, plate, 0);
  const legend = [...document.querySelector("svg").lastElementChild.querySelectorAll("text")];
  apart(legend);
  if (!legend.length || !place(legend[0]).width) found.push(["no text", "no font"]);
  for (const text of document.querySelectorAll("text")) within(text, document.querySelector("svg"), 1);
  return found;
}
"""


def pictures() -> Iterator[str]:
    """Yield pictures with every op, with long, wide and foreign names, with groups, and without gradients."""
    x, y = ag.values(x=0.3, y=1.7)
    results = [getattr(ag, name)(x) for name in nn.ACTIVATIONS]
    results += [getattr(ag, name)(x, y) for name in ("pow", "max", "atan2", "hypot", "fmod", "logaddexp")]
    for result in results:
        result.label = f"W{result.op}M_{result.op}"
    names = [
        "WWWWWWWW",
        "iiiiiiii",
        "ΣΠΩΔ",
        "é_ü",
        "%%@@%%",
        "σ²",
        "loss→∞",
        "МОСКВА",
        "a" * 60,
        "coefficient_of_term_1",
    ]
    squares = [each * each for each in (Value(-1.2345678e-100, label=name) for name in names)]
    net = nn.MLP(2, [4, 4, 1], seed=1)
    inputs = [Value(0.1, label="x1"), Value(0.2, label="x2")]
    yield ag.draw(net(inputs)).svg
    for result, groups in (
        (ag.sum(results), "none"),
        (ag.sum(squares), "none"),
        (net(inputs), "neuron"),
        (net(inputs), "layer"),
    ):
        result.backward()
        yield ag.draw(result, title="A headline with W, M and 0.123456789", limit=400, collapse=groups).svg


@pytest.mark.parametrize("family", FAMILIES)
def test_no_text_touches_its_box(browser: Any, family: str, tmp_path: Path) -> None:
    listed = subprocess.run(
        [needs.tool("fc-list"), f":family={family}", "file"], capture_output=True, text=True, check=True
    )
    files = [Path(line.strip().rstrip(":")) for line in listed.stdout.splitlines()]
    if not files:
        needs.lacking(f"font {family}")
    for file in files:
        (tmp_path / file.name).symlink_to(file)
    configuration = tmp_path / "fonts.conf"
    configuration.write_text(CONFIGURATION.format(folder=tmp_path), encoding="utf-8")
    path = needs.tool("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    environment = {**os.environ, "FONTCONFIG_FILE": str(configuration)}
    chromium = browser.browser_type.launch(executable_path=path, args=["--no-sandbox"], env=environment)
    try:
        page = chromium.new_page(viewport={"width": 3000, "height": 3000})
        for picture in pictures():
            page.set_content(picture)
            assert page.evaluate(TOUCHING) == []
    finally:
        chromium.close()
