"""Our LaTeX in MathJax and in KaTeX, both from npm: neither may complain, whatever the labels and ops."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.ops import TABLE
from autograd.worksheet import shipped
from tests import needs

HERE = Path(__file__).parent
LABELS = [
    *("w5", "w11_2", "E_total", "net_h1", "W[1,2]", "a_prev_0", "ŷ", "α", "σ_1", "A1", "x_", "_", "__", "x__y", "Ω3"),
    *(
        "a b",
        "\n",
        "\t",
        "$x$",
        "%",
        "#1",
        "a&b",
        "{",
        "}",
        "\\frac",
        "\\",
        "^",
        "x^2",
        "~",
        "'",
        '"',
        "`",
        "<b>",
        "重み",
    ),
    *("é", "\x00", "😀", "a" * 80, "100", "-1", "w′", "a|b", "%%", "\\begin{x}", "v1,2", "ẑ_2", "û"),
]


@pytest.fixture(scope="session")
def renderers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install both."""
    folder = tmp_path_factory.mktemp("renderers")
    for each in ("package.json", "accept.js"):
        shutil.copy(HERE / each, folder)
    return needs.npm(folder)


def complaints(folder: Path, displays: list[str]) -> list[tuple[str, str, str]]:
    ended = subprocess.run(
        ["node", "accept.js"],
        cwd=folder,
        input=json.dumps(displays),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    verdicts = json.loads(ended.stdout)
    assert len(verdicts) == len(displays)
    return [
        (latex, verdict["mathjax"], verdict["katex"])
        for latex, verdict in zip(displays, verdicts, strict=True)
        if verdict["mathjax"] or verdict["katex"]
    ]


@pytest.mark.slow
def test_both_complain_of_what_is_wrong(renderers: Path) -> None:
    (_, mathjax, katex), *rest = complaints(renderers, [r"\frac{1}", r"x^2", r"\nosuchthing"])
    assert mathjax
    assert katex
    assert len(rest) == 1


@pytest.mark.slow
def test_the_notes_derivations(renderers: Path) -> None:
    displays = []
    for name in shipped.names():
        run = shipped.load(name).evaluate()
        for notation in ("underscore", "superscript", "plain"):
            derivation = ag.derive(run.values[run.output], notation=notation, rate=0.5)
            displays += [derivation.latex(), *re.findall(r"\$\$(.*?)\$\$", derivation.to_markdown(), re.DOTALL)]
    assert complaints(renderers, displays) == []


def test_any_label(renderers: Path) -> None:
    displays = []
    for label in LABELS:
        for notation in ("underscore", "superscript", "plain"):
            x, y = Value(0.5, label), Value(2.0, "y")
            z = (x * y + x**2).tanh() + y**x
            z.label = label + "_1"
            displays.append(ag.derive(z, x, notation=notation).latex())
    assert complaints(renderers, displays) == []


def test_any_op(renderers: Path) -> None:
    displays = []
    for op in TABLE.values():
        count = 3 if op.arity is None else op.arity
        leaves = [Value(0.3 + 0.1 * i, f"x{i}") for i in range(count)]
        function = getattr(ag, op.name)
        unnamed = (
            function(leaves[:1], leaves[1:2], leaves[2])
            if op.name == "dot"
            else function(leaves)
            if op.arity is None
            else function(*leaves)
        )
        for y in (unnamed, unnamed * unnamed + 1.0, (unnamed**2.0).exp(), -unnamed / (unnamed - 3.0)):
            displays += [ag.derive(y, leaf).latex() for leaf in leaves]
    assert complaints(renderers, displays) == []


def test_numbers_of_any_size(renderers: Path) -> None:
    x = Value(1e-300, "x")
    y = x * 1e200
    y.label = "y"
    z = y * float("inf") - 1e300 * x
    z.label = "z"
    assert complaints(renderers, [ag.derive(z, x).latex(), ag.derive(y, x, digits=3).latex()]) == []


def test_matrices(renderers: Path) -> None:
    displays = []
    for activation in (None, "tanh", "sigmoid", "leaky_relu", "relu"):
        layer = nn.Layer(12, 9, activation, bias="shared")
        y = ag.sum(layer([0.1 * i for i in range(12)]))
        displays.append(ag.derive(y, layer).latex())
    assert complaints(renderers, displays) == []
