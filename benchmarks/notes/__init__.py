"""How well notes are read: a gold set of equations with the right answers, planted slips, and time."""

from benchmarks.notes.measure import main, measure

__all__ = ["main", "measure"]
