"""The chain rule written out, and checked."""

from autograd.derivation.chains import Derivation, Factor, Line, Term, Update, derive
from autograd.derivation.claims import Subject, Verdict, check_derivation, judge, subject_of

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
