"""The examples of the guide to exported source, run as a reader would: on a microcontroller, in C++, in JavaScript."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests import needs

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "export.md"
PRICE = "price 8.3532 delta 0.6676 vega 25.6806"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tools_without_sanitizers: None) -> Path:
    """The guide's files, those that its Python writes among them."""
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```(\w+)\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    exec("\n".join(text for language, text in blocks if language == "python" and ">>>" not in text), {})
    for language, text in blocks:
        named = re.match(r"(?:/\*|//) (\w+\.(?:cpp|c))", text)
        if named:
            Path(named[1]).write_text(text, encoding="utf-8")
        if language == "sh":
            Path("build.sh").write_text(f"set -e\n{text}", encoding="utf-8")
    return tmp_path


def run(*command: str) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


@pytest.mark.usefixtures("files")
def test_a_greek_on_this_machine() -> None:
    run(needs.tool("gcc"), "-std=c99", "-Wall", "-Wextra", "-Werror", "main.c", "call.c", "-lm", "-o", "main")
    assert run("./main") == PRICE


@pytest.mark.nightly
@pytest.mark.usefixtures("files")
def test_a_greek_on_an_emulated_microcontroller() -> None:
    needs.tool("arm-none-eabi-gcc")
    needs.tool("qemu-system-arm")
    assert run("sh", "build.sh") == PRICE


@pytest.mark.usefixtures("files")
def test_a_price_in_cpp() -> None:
    source = Path("call.c").read_text(encoding="utf-8").replace("typedef float real;", "typedef double real;")
    Path("call.c").write_text(source, encoding="utf-8")
    run(needs.tool("g++"), "-O2", "price.cpp", "call.c", "-o", "price")
    assert run("./price").split() == ["3.0902", "8.3532", "16.1209"]


@pytest.mark.usefixtures("files")
def test_a_net_in_javascript() -> None:
    Path("net.mjs").write_text(Path("net.js").read_text(encoding="utf-8"), encoding="utf-8")
    Path("use.mjs").write_text(
        "import { net_gradient } from './net.mjs';"
        "const { outputs, inputs } = net_gradient([0.5, -0.5]);"
        "console.log(outputs.length, inputs.length, Number.isFinite(outputs[0]));",
        encoding="utf-8",
    )
    assert run(needs.tool("node"), "use.mjs") == "1 2 true"
