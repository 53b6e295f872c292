"""What an op is: `table.py` says what a row states, `rows.py` has one row per op."""

from autograd.ops import rows  # noqa: F401  (fills the table)
from autograd.ops.table import PASSING, TABLE, Compute, Interval, Op

__all__ = ["NAMES", "PASSING", "TABLE", "Compute", "Interval", "Op"]

NAMES: tuple[str, ...] = tuple(TABLE)
"""Names of the built-in rows; ops added by users come after them in the table."""
