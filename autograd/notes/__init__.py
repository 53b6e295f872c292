"""Checking of notes in Markdown, LaTeX or notebooks: equations are found, evaluated on the engine, and judged.

`reading.read_note` runs the steps: `finding` extracts formulas, `splitting` divides them into statements, `grammar`
parses these to trees of `nodes`, `gathering` collects definitions, `verdicts` judges each row, with `pairs` for two
sides with names and `numbers` for stated numbers; `judging` compares two sides, which `world` computes; `repairing`
searches for a correction. `damage`, `families`, `primes` and `shapes` interpret notation; `command`, `marking`,
`page`, `sheet` and `table` write results.
"""

from autograd.notes.equation import STATUSES, Equation
from autograd.notes.note import Note
from autograd.notes.reading import read_note

__all__ = ["STATUSES", "Equation", "Note", "read_note"]
