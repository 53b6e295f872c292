"""The ops: `table.py` defines what a row is, `rows.py` has one row per op, `slopes.py` derives ops from slopes."""

from autograd.ops import rows  # rows enter the table in this order

# isort: split
from autograd.ops import activations

# isort: split
from autograd.ops import numerics, seconds, series, slopes, special
from autograd.ops.table import EPHEMERAL, HIDDEN, TABLE, Compute, Interval, Op

__all__ = ["BUILT_IN", "HELPERS", "HIDDEN", "NAMES", "EPHEMERAL", "ROWS", "TABLE", "Compute", "Interval", "Op"]

slopes.enter()

ROWS = (rows, activations, special, seconds, slopes)
"""The modules whose functions are rows."""

HELPERS = (numerics, series)
"""The modules whose functions rows call, and whose constants they use."""

NAMES: tuple[str, ...] = tuple(TABLE)
"""Names of the built-in rows; ops added by users come after them in the table."""

BUILT_IN: tuple[str, ...] = (*NAMES, *HIDDEN)
"""Names of all ops known to the backends: the rows, then the hidden ops."""
