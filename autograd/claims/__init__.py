"""Claims judged: whether an equation about a graph is right, and the repair where it is not."""

from autograd.claims.judge import Verdict, check_derivation

__all__ = ["Verdict", "check_derivation"]
