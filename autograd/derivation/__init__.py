"""The chain rule written out, and checked."""

from autograd.derivation.chains import Derivation, derive
from autograd.derivation.claims import Verdict, check_derivation
from autograd.derivation.layers import LayerDerivation
from autograd.derivation.parts import Factor, Line, Term, Update

__all__ = [
    "Derivation",
    "Factor",
    "LayerDerivation",
    "Line",
    "Term",
    "Update",
    "Verdict",
    "check_derivation",
    "derive",
]
