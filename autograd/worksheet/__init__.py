"""Worksheets: text of named steps, as in handwritten notes, to graphs."""

from autograd.worksheet.sheet import Evaluation, Worksheet

__all__ = ["Evaluation", "Worksheet"]
