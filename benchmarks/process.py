"""A process that answers requests, one JSON line each: both of its sides.

Separate processes keep the heaps of engines apart, so that the garbage collector's work for one does not slow down
another, and let a peer run in the environment that has its package.
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
    """The client side.

    Parameters
    ----------
    peer : str
        The peer whose environment it runs in; "" for ours.
    command : sequence of str
        The arguments of `python -m`.
    cache : Path
        The cache folder of the environments.
    environment : str
        Environment variables for it.

    Raises
    ------
    OSError
        If the package can't be installed.
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
        """Read an answer; raise an OSError if it is an error or missing."""
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
    """Be the server side until the input ends; errors are answers too.

    Parameters
    ----------
    start : callable
        Prepares, and returns the function that answers a request. The first answer reports that it is ready.
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
