"""Write out the chain rule for a recorded graph."""

from autograd.derivation.chains import Derivation, derive
from autograd.derivation.layers import LayerDerivation
from autograd.derivation.parts import Factor, Line, Term, Update

__all__ = ["Derivation", "Factor", "LayerDerivation", "Line", "Term", "Update", "derive"]
