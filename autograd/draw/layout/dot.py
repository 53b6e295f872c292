"""The layout by Graphviz: the scene as DOT text, and positions from the `dot` program."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

from autograd.draw.layout.plan import Frame, Plan, Point
from autograd.draw.scene import Box, Scene
from autograd.errors import DrawError

__all__ = ["arrange", "source"]

INCH = 72.0
SECONDS = 60.0  # a graph of a few hundred boxes takes less than one second


def source(scene: Scene, direction: str) -> Any:
    """Return the scene as a `graphviz.Digraph`: boxes of fixed size, clusters, local derivatives as edge labels."""
    import graphviz

    graph = graphviz.Digraph(
        "values",
        graph_attr={"rankdir": direction, "nodesep": "0.2", "ranksep": "0.4", "newrank": "true", "splines": "spline"},
        node_attr={"shape": "box", "fixedsize": "true", "fontname": "Helvetica", "fontsize": "10"},
        edge_attr={"fontname": "Helvetica", "fontsize": "9", "arrowsize": "0.6"},
    )
    inside = {box.key for cluster in scene.clusters for box in cluster.boxes}
    for i, cluster in enumerate(scene.clusters):
        with graph.subgraph(name=f"cluster_{i}") as part:
            part.attr(label=graphviz.escape(cluster.name), margin="16", labeljust="l", color="gray")
            for box in cluster.boxes:
                _node(part, box)
    for box in scene.boxes:
        if box.key not in inside:
            _node(graph, box)
    for edge in scene.edges:
        graph.edge(edge.tail.key, edge.head.key, label=edge.text, id=edge.key)
    return graph


def _node(graph: Any, box: Box) -> None:
    import graphviz

    width, height = box.size
    words = " ".join(filter(None, [box.symbol, box.base + ("_" + box.subscript if box.subscript else ""), box.data]))
    graph.node(box.key, label=graphviz.escape(words), width=f"{width / INCH:.4f}", height=f"{height / INCH:.4f}")


def arrange(scene: Scene, direction: str) -> Plan:
    """Place a scene with `dot`.

    Raises
    ------
    DrawError
        If the program isn't there, fails, takes too long, or omits a part of the graph.
    """
    program = shutil.which("dot")
    if program is None:
        raise DrawError(
            "engine 'dot': Graphviz's program dot is not on PATH; install it (Debian: apt install graphviz; "
            "macOS: brew install graphviz; Windows: winget install graphviz) or use engine='builtin'"
        )
    # Not Digraph.pipe, which has no time limit and leaves a pipe open when the program dies early.
    try:
        ran = subprocess.run(
            [program, "-Tjson0"],
            input=source(scene, direction).source,
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=True,
        )
        plan = _plan(json.loads(ran.stdout), scene)
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip()
        raise DrawError(f"engine 'dot': the program failed with exit code {error.returncode}: {said}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DrawError(f"engine 'dot': the program failed: {error}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DrawError(f"engine 'dot': {program} gave no layout that can be read: {error!r}") from error
    if len(plan.centres) != len(scene.boxes) or len(plan.curves) != len(scene.edges):
        raise DrawError(f"engine 'dot': {program} left out a part of the graph")
    return plan


def _plan(laid: dict[str, Any], scene: Scene) -> Plan:
    x0, y0, x1, y1 = map(float, laid["bb"].split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")[-2:]
        return float(x) - x0, y1 - float(y)

    plan = Plan({}, {}, width=x1 - x0, height=y1 - y0)
    frames: dict[int, Frame] = {}
    for thing in laid.get("objects", []):
        if "bb" in thing:
            left, low, right, high = map(float, thing["bb"].split(","))
            index = int(thing["name"].removeprefix("cluster_"))
            frames[index] = Frame(scene.clusters[index].name, left - x0, y1 - high, right - left, high - low)
        elif "pos" in thing:
            plan.centres[thing["name"]] = point(thing["pos"])
    plan.frames += [frames[index] for index in sorted(frames)]
    for edge in laid.get("edges", []):
        words = edge["pos"].split()
        tip = [point(word[2:]) for word in words if word.startswith("e,")]
        curve = [point(word) for word in words if word[1] != ","]
        plan.curves[edge["id"]] = curve + ([tip[0], tip[0], tip[0]] if tip else [])
    return plan
