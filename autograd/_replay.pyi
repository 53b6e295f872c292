# What _replay.c offers kernel_c.py.
from array import array
from typing import Any

KINDS: tuple[str, ...]
INSTRUCTION_SET: str
NONE: int

class Kernel:
    def __new__(cls, *plan: array[int] | int) -> Kernel: ...
    def run(self, *batch: Any) -> None: ...
