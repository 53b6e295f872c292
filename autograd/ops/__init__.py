"""The operations: one row each in `rows.py`, from which everything else about an op derives."""

from autograd.ops.rows import NAMES, PASSING, TABLE, Compute, Interval, Op

__all__ = ["NAMES", "PASSING", "TABLE", "Compute", "Interval", "Op"]
