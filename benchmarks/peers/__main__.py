"""`python -m benchmarks.peers SECTION PEER`: read the problem, then time the requested cases until the input ends."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from benchmarks.peers import Work
from benchmarks.process import serve
from benchmarks.timing import sample


class Answering:
    """Run a peer on a section."""

    def __init__(self) -> None:
        self.make = getattr(importlib.import_module(f"benchmarks.peers.{sys.argv[2]}"), sys.argv[1])
        self.work = Work({}, {})

    def __call__(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a request."""
        if "problem" in request:
            self.work = self.make(request["problem"])
            return {"numbers": self.work.numbers, "cases": list(self.work.cases)}
        return {"seconds": sample(self.work.cases[request["time"]], request["seconds"])}


if __name__ == "__main__":
    serve(Answering)
