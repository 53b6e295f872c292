# What csrc/plan offers plan/optimised.py.
from typing import Any

def plan(*tape: Any) -> tuple[Any, ...]: ...
