"""Checking of handwritten-style notes: equations are found, evaluated on the engine, and judged."""

from autograd.notes.equation import STATUSES, Equation
from autograd.notes.note import Note
from autograd.notes.reading import read_note

__all__ = ["STATUSES", "Equation", "Note", "read_note"]
