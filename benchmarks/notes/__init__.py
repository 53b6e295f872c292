"""The quality of the note reader: a gold set of labelled equations, planted errors, and time."""

from benchmarks.notes.measure import main, measure

__all__ = ["main", "measure"]
