"""Worksheets: text files of named steps, evaluated as graphs."""

from autograd.worksheet.sheet import Evaluation, Worksheet

__all__ = ["Evaluation", "Worksheet"]
