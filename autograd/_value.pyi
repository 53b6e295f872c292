# To a type checker the C core is the Python core: the same names with the same types.
from autograd._signatures import *  # noqa: F403  (generated: every function of the table)
from autograd.value import FUNCTIONS as FUNCTIONS
from autograd.value import Value as Value
from autograd.value import layer as layer
from autograd.value import restore as restore

_layout: tuple[int, int]

def add_op(name: str, /) -> None: ...
def _gradients(root: Value, inputs: list[Value], /) -> tuple[list[float], bool]: ...
def _set_modes(active: int, /) -> None: ...
