"""Formulas: the expression grammar for text (`lexer`) and LaTeX (`latex`, `latex_tokens`), evaluation, and printing.

`grammar.Parser` reads tokens into postfix code, `evaluate.Evaluator` computes that over Values, floats or formulas,
`equations.equation` reads whole equations into trees of `tree.Formula`, and `printers` write those.
"""

from autograd.formula.equations import equation
from autograd.formula.printers import LatexPrinter, TextPrinter
from autograd.formula.tree import Formula

__all__ = ["Formula", "LatexPrinter", "TextPrinter", "equation"]
