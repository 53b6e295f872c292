"""The chain rule written out, and checked."""

from autograd.derivation.claims import Subject, Verdict, check_derivation, judge, subject_of
from autograd.derivation.derive import Derivation, Factor, Line, Term, Update, derive

__all__ = [
    "Derivation",
    "Factor",
    "Line",
    "Subject",
    "Term",
    "Update",
    "Verdict",
    "check_derivation",
    "derive",
    "judge",
    "subject_of",
]
