# What _steps.c offers flat.py: steps.py's functions, and how it is told of Value.
from nn._common.steps import finite as finite
from nn._common.steps import read as read
from nn._common.steps import step as step
from nn._common.steps import write as write

def use(type: type, data: int, grad: int, /) -> None: ...
