"""The errors of this package; wrong types and values of arguments raise TypeError and ValueError as anywhere."""

from __future__ import annotations

__all__ = ["AnomalyError", "AutogradError", "BranchChanged", "DrawError", "GradientError", "WorksheetError"]


class AutogradError(Exception):
    """Base of every error that only this package raises."""


class AnomalyError(AutogradError, ArithmeticError):
    """A nan or inf was made while `detect_anomaly()` was on; the text names op, labels and operands."""


class BranchChanged(AutogradError, RuntimeError):
    """A replayed graph met a comparison that came out otherwise than when it was recorded; the text names it."""


class GradientError(AutogradError, ArithmeticError):
    """A gradient disagrees with an independent computation of it, or can't have one: at a kink.

    Attributes
    ----------
    facts : dict
        What the text says, by name: function, argument, label, analytic, numeric, difference, op, as far as known.
    """

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.facts = facts


class DrawError(AutogradError, ValueError):
    """A graph can't be drawn as asked: too many nodes, a missing layout engine, a wrong file name."""


class WorksheetError(AutogradError, ValueError):
    """A worksheet can't be read or run.

    Parameters
    ----------
    message : str
        What is wrong, what was given, what would be right.
    line, column : int
        Where, counted from 1; 0 where no place in the text is to blame.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message, line, column)
        self.message, self.line, self.column = message, line, column

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}" if self.line else self.message
