"""The errors of this package; arguments of wrong type or value raise TypeError and ValueError as usual."""

from __future__ import annotations

__all__ = ["AnomalyError", "AutogradError", "BranchChanged", "DrawError", "GradientError", "WorksheetError"]


class AutogradError(Exception):
    """Base of every error that only this package raises."""


class AnomalyError(AutogradError, ArithmeticError):
    """An op computed nan or inf while `detect_anomaly()` was on; the message names op, label and operands."""


class BranchChanged(AutogradError, RuntimeError):
    """A comparison in a replayed graph had a different outcome than when it was recorded; the message names it."""


class GradientError(AutogradError, ArithmeticError):
    """A gradient disagrees with an independent computation of it, or does not exist, as at a kink.

    Attributes
    ----------
    facts : dict
        The facts in the message, where known: function, argument, label, analytic, numeric, difference, op.
    """

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.facts = facts


class DrawError(AutogradError, ValueError):
    """A graph can't be drawn: too many nodes, a missing layout engine, or an unknown file suffix."""


class WorksheetError(AutogradError, ValueError):
    """A worksheet can't be read or run.

    Parameters
    ----------
    message : str
        The error, the given text, and the allowed forms.
    line, column : int
        The position, counted from 1; 0 if the error has no position in the text.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message, line, column)
        self.message, self.line, self.column = message, line, column

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}" if self.line else self.message
