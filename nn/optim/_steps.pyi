# What _steps.c offers flat.py: steps.py's functions, and how it is told of Value.
from nn.steps import adam as adam
from nn.steps import finite as finite
from nn.steps import read as read
from nn.steps import rmsprop as rmsprop
from nn.steps import sgd as sgd
from nn.steps import write as write

def use(type: type, data: int, grad: int, /) -> None: ...
