"""A process that answers requests, a line of JSON in, a line of JSON out: both of its sides.

A process keeps one engine's heap apart from another's, so that the collector's work for one is not paid by the next,
and a peer runs in the environment that has its package.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.environments import ROOT, interpreter

__all__ = ["Process", "serve"]


class Process:
    """The asking side.

    Parameters
    ----------
    peer : str
        Whose environment it runs in; "" for ours.
    command : sequence of str
        What follows `python -m`.
    cache : Path
        Where environments are kept.
    environment : str
        Variables set for it.

    Raises
    ------
    OSError
        When the package can't be installed.
    """

    def __init__(self, peer: str, *command: str, cache: Path, **environment: str) -> None:
        python = str(interpreter(peer, cache))
        self.process = subprocess.Popen(
            [python, "-W", "ignore", "-m", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )

    def receive(self) -> dict[str, Any]:
        """Read an answer; an error in it, or none at all, is an OSError."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise OSError(f"the process ended with code {self.process.wait()}")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise OSError(reply["error"])
        return reply

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        if self.process.stdin is None or self.process.poll() is not None:
            raise OSError(f"the process ended with code {self.process.returncode}")
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.receive()

    def close(self) -> None:
        """End the process."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.terminate()
        self.process.wait()


def serve(start: Callable[[], Callable[[dict[str, Any]], dict[str, Any]]]) -> None:
    """Be the answering side until the input ends; what goes wrong is an answer too.

    Parameters
    ----------
    start : callable
        Gets ready, and returns what answers a request. That it is ready is the first answer.
    """
    try:
        answer = start()
        _reply({"ready": True})
    except Exception as error:  # a package is missing or broken
        _reply(_described(error))
        return
    for line in sys.stdin:
        try:
            _reply(answer(json.loads(line)))
        except Exception as error:  # a peer may fail in any way; the report says how
            _reply(_described(error))


def _reply(content: dict[str, Any]) -> None:
    print(json.dumps(content), flush=True)


def _described(error: Exception) -> dict[str, Any]:
    return {"error": f"{type(error).__name__}: {error}"[:200]}
