# What _steps.c offers flat.py: steps.py's functions, and how it is told of Value.
from array import array

from nn._common.steps import finite as finite
from nn._common.steps import permute as permute
from nn._common.steps import read as read
from nn._common.steps import step as step
from nn._common.steps import write as write

def bind(
    name: str, first: int, count: int, states: tuple[array[float] | None, ...], settings: array[float], /
) -> object: ...
def use(type: type, data: int, grad: int, /) -> None: ...
