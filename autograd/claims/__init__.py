"""Check equations about a graph and suggest corrections for wrong ones."""

from autograd.claims.judge import Verdict, check_derivation

__all__ = ["Verdict", "check_derivation"]
