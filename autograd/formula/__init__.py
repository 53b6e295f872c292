"""Formulas: their tree, how they are read and how they are printed, as text and as LaTeX."""
