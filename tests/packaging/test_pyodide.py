"""The wheel without C in Pyodide: a page can run the engine itself, without numpy, graphviz or a compiler."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import autograd as ag
from tests import needs

PROGRAM = """
import json

import autograd as ag
import nn

w, b = ag.values(w=0.5, b=0.1)
E = (1 - ag.sigmoid(w * 0.5 + b)) ** 2 / 2
E.backward()
net = nn.MLP(2, [2, 1])
print(json.dumps({
    "core": ag.CORE,
    "gradients": [w.grad, b.grad],
    "hessian": ag.hessian(lambda p: p[0] ** 2 * p[1] + ag.tanh(p[1]))([3.0, 4.0]),
    "derivation": str(ag.derive(E, w)),
    "picture": str(ag.draw(E).svg),
    "checked": ag.gradcheck(lambda x, y: ag.sin(x) * y, (0.5, 2.0), order=2),
    "parameters": len(net.parameters()),
}))
"""


@pytest.fixture(scope="session")
def pyodide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pyodide")
    needs.tool("node")
    needs.npm(folder, "pyodide@314.0.7")
    shutil.copy(Path(__file__).with_name("pyodide.mjs"), folder)
    return folder


@pytest.mark.slow
def test_the_engine_runs_in_pyodide(pyodide: Path, pure_wheel: Path) -> None:
    command = ["node", "pyodide.mjs", str(pure_wheel)]
    ended = subprocess.run(command, input=PROGRAM, capture_output=True, text=True, cwd=pyodide, check=False)
    assert ended.returncode == 0, ended.stderr[-600:]
    told = json.loads(ended.stdout)
    w, b = ag.values(w=0.5, b=0.1)
    E = (1 - ag.sigmoid(w * 0.5 + b)) ** 2 / 2
    E.backward()
    assert told["core"] == "python"
    assert told["gradients"] == pytest.approx([w.grad, b.grad], rel=1e-13)
    assert told["hessian"][0] == pytest.approx([8.0, 6.0], rel=1e-13)
    assert told["derivation"].startswith("∂y/∂w = ")
    assert told["picture"].startswith("<svg")
    assert told["checked"] is True
    assert told["parameters"] == 9
