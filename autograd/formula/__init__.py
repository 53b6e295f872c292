"""Formulas: the expression grammar for text (`lexer`) and LaTeX (`latex`, `latex_tokens`), evaluation, and printing.

`grammar.Parser` parses tokens to postfix code, `evaluate.Evaluator` computes it over Values, floats or formulas,
`equations.equation` parses whole equations to trees of `tree.Formula`, and `printers` write those.
"""

from autograd.formula.equations import equation
from autograd.formula.printers import LatexPrinter, TextPrinter
from autograd.formula.tree import Formula

__all__ = ["Formula", "LatexPrinter", "TextPrinter", "equation"]
