"""The chain rule written out, and checked."""

from autograd.derivation.derive import Derivation, Factor, Line, Term, Update, derive

__all__ = ["Derivation", "Factor", "Line", "Term", "Update", "derive"]
