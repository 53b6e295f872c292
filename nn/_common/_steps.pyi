# What _steps.c offers flat.py: steps.py's functions, and how it is told of Value.
from nn._common.steps import adam as adam
from nn._common.steps import finite as finite
from nn._common.steps import read as read
from nn._common.steps import rmsprop as rmsprop
from nn._common.steps import sgd as sgd
from nn._common.steps import write as write

def use(type: type, data: int, grad: int, /) -> None: ...
