"""Files and texts of pictures: PNG, PDF, DOT, Mermaid, a browser; written whole or not at all; the README's picture."""

from __future__ import annotations

import re
import struct
import sys
import webbrowser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import DrawError, Value, draw, values
from autograd.__main__ import main
from autograd.draw import formats
from tests import needs

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"


def small() -> Value:
    w, x = values(w=0.5, x=-2.0)
    out = (w * x).tanh()
    out.label = "out"
    out.backward()
    return out


def test_png_has_the_size_of_the_picture_times_the_scale() -> None:
    needs.package("cairosvg")
    drawing = draw(small(), engine="builtin")
    wide, high = map(int, re.findall(r' (?:width|height)="(\d+)"', drawing.svg[:400])[:2])
    for scale in (1.0, 3.0):
        data = drawing.png(scale)
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", data[16:24]) == (wide * scale, high * scale)


def test_a_png_is_painted_in_its_colours() -> None:
    needs.package("cairosvg")
    light, dark = (draw(small(), engine="builtin", theme=theme).png(1.0) for theme in ("light", "dark"))
    assert light != dark
    assert draw(small(), engine="builtin").png(1.0) == light


def test_pdf_is_a_pdf(tmp_path: Path) -> None:
    needs.package("cairosvg")
    target = draw(small()).save(tmp_path / "graph.PDF")
    assert target.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("error", [ImportError("No module named 'cairosvg'"), OSError("no library called cairo")])
def test_without_cairosvg_the_extra_is_named_and_nothing_is_written(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> None:
        raise error

    monkeypatch.setattr(formats, "import_module", broken)
    (tmp_path / "graph.png").write_text("as it was")
    with pytest.raises(DrawError, match=r"png: needs the package cairosvg .*pip install 'scalargrad\[pictures\]'"):
        draw(small()).save(tmp_path / "graph.png")
    assert (tmp_path / "graph.png").read_text() == "as it was"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("scale", [0, -1.0, 100, float("nan"), "2"])
def test_a_scale_is_a_sensible_number(scale: float) -> None:
    with pytest.raises(DrawError, match="png: scale must be a number above 0 and at most 20, got"):
        draw(small()).png(scale)


def test_each_suffix_has_its_format(tmp_path: Path) -> None:
    drawing = draw(small())
    assert drawing.save(tmp_path / "a.mmd").read_text(encoding="utf-8") == drawing.mermaid
    assert drawing.save(tmp_path / "a.gv").read_text(encoding="utf-8") == drawing.source
    assert drawing.save(tmp_path / "a.svg").read_bytes().decode() == drawing.svg


def test_mermaid_has_every_value_operand_and_cluster() -> None:
    w, x, b, y = values(w=0.5, x=-2.0, b=0.1, y=1.0)
    net = w * x + b
    net.label = "net_h1"
    out = net.tanh()
    out.label = "out_h1"
    root = (out - y) ** 2
    root.backward()
    text = draw(root, direction="TB").mermaid
    lines = text.splitlines()
    assert lines[0] == "flowchart TB"
    assert 'subgraph c0["h1"]' in text
    assert sum("-->" in line for line in lines) == 8
    assert any(line.strip().startswith("linkStyle") for line in lines)
    assert 'n0["w_' not in text
    assert re.search(r'n\d+\["w<br>0.5<br>grad', text)


@given(st.text(max_size=40))
def test_no_label_breaks_mermaid(label: str) -> None:
    text = draw(Value(1.0, label).exp(), engine="builtin").mermaid
    node = re.compile(r'    n\d\["[\w .,−#;<>]*(<br>[\w .,−#;]*)*"\]')
    shown = [line for line in text.splitlines() if line.startswith("    n") and "-->" not in line]
    assert len(shown) == 2
    assert all(node.fullmatch(line) for line in shown)
    assert "<script" not in text


def test_what_mermaid_would_read_is_written_in_its_entities() -> None:
    entities = re.findall(r"#\d+;", draw(Value(1.0, 'a"b<c>').exp()).mermaid)
    assert entities == ["#34;", "#60;", "#62;"]


def test_show_opens_the_picture_in_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", lambda url: not opened.append(url))  # type: ignore[func-returns-value]
    drawing = draw(small())
    path = drawing.show()
    assert opened == [path.as_uri()]
    assert path.read_text(encoding="utf-8") == drawing.svg


def test_show_says_where_the_picture_is_when_there_is_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    with pytest.raises(DrawError, match=r"show: no web browser could be opened; .* in .*graph\.svg"):
        draw(small()).show()


def test_show_without_a_screen_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(DrawError, match=r"show: there is no screen .*save"):
        draw(small()).show()


def test_themes_differ_only_in_colours() -> None:
    pictures = {theme: draw(small(), engine="builtin", theme=theme).svg for theme in ("auto", "light", "dark")}
    bodies = {re.sub(r"<style>.*?</style>", "", svg) for svg in pictures.values()}
    assert len(bodies) == 1
    assert "prefers-color-scheme" not in pictures["dark"] + pictures["light"]


NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


@pytest.mark.parametrize("name, theme", [("step_by_step.svg", "light"), ("step_by_step_dark.svg", "dark")])
def test_the_readmes_picture_is_what_the_product_draws(
    name: str, theme: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--theme", theme, "--svg"]
    assert main(["step_by_step", *options, str(tmp_path / name)]) == 0
    capsys.readouterr()
    drawn, kept = ((folder / name).read_text(encoding="utf-8") for folder in (tmp_path, IMAGES))
    message = f"out of date: python -m autograd step_by_step {' '.join(options)} docs/images/{name}"
    assert NUMBER.sub("", drawn) == NUMBER.sub("", kept), message
    # Another machine's mathematics may differ in the last digit of a value, and of a coordinate.
    numbers = [list(map(float, NUMBER.findall(text))) for text in (drawn, kept)]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-9, abs=0.11), message
