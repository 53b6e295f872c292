"""Notes read as people write them: equations found, run on the engine, and judged."""

from autograd.notes.note import STATUSES, Equation, Note
from autograd.notes.reading import read_note

__all__ = ["STATUSES", "Equation", "Note", "read_note"]
