"""Tables of numbers: read from CSV, with errors that say line and column, or taken from a data frame."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.errors import AutogradError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float64]

__all__ = ["Table", "TableError", "read_csv"]


class TableError(AutogradError, ValueError):
    """A table can't be read; the text says where: file, line, column.

    Attributes
    ----------
    line, column : int
        Where in the file, counted from 1; 0 where no place is to blame. A column is one of the table's.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line, self.column = line, column


@dataclass(frozen=True, eq=False)
class Table:
    """What `read_csv` found.

    Attributes
    ----------
    X : array of shape (samples, features)
        The features.
    y : array of shape (samples,), or None
        The target: numbers, or, where it holds texts, the position of each in `classes`.
    features : tuple of str
        Names of the columns of X.
    target : str
        Name of the target; empty when there is none.
    classes : tuple of str
        The texts of the target, sorted; empty when it holds numbers.
    """

    X: Array
    y: Any
    features: tuple[str, ...]
    target: str = ""
    classes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        ending = f" -> {self.target}" if self.target else ""
        kinds = f", classes {', '.join(self.classes)}" if self.classes else ""
        return f"<Table of {len(self.X)} samples: {', '.join(self.features)}{ending}{kinds}>"


def read_csv(
    source: Any,
    *,
    target: str | int | None = None,
    features: Sequence[str] | None = None,
    header: bool | None = None,
    delimiter: str = ",",
) -> Table:
    """Read features and target from a CSV file, or take them from a pandas frame.

    Parameters
    ----------
    source : path, open text file, iterable of lines, or a data frame
        Text in UTF-8, as the standard library's `csv` reads it; empty lines are passed over.
    target : str or int, optional
        Name or position of the target; −1 is the last column. Without it every column is a feature.
    features : sequence of str, optional
        Names of the columns to take, in this order; by default all but the target.
    header : bool, optional
        Whether the first line holds names; by default it does when none of its fields is a number.
        Without one the columns are named x1, x2, ….
    delimiter : str
        What stands between fields: one character.

    Returns
    -------
    Table
        Features, target and names.

    Raises
    ------
    TableError
        For a field that isn't a finite number, a line of another width, no line at all, an unknown name; with the
        file, line and column. A ValueError.
    OSError
        If the file can't be opened.

    Examples
    --------
    >>> table = read_csv(["width,height,kind", "1.5,2,cat", "0.5,1,dog"], target="kind")
    >>> table
    <Table of 2 samples: width, height -> kind, classes cat, dog>
    >>> table.X.tolist(), table.y.tolist()
    ([[1.5, 2.0], [0.5, 1.0]], [0, 1])
    >>> read_csv(["1,2", "3,four"])
    Traceback (most recent call last):
        ...
    nn.data.tables.TableError: read_csv: line 2, column 2 (x2): must be a finite number, got 'four'
    """
    if hasattr(source, "columns") and hasattr(source, "to_numpy"):
        names = [str(name) for name in source.columns]
        columns = [source.iloc[:, i].tolist() for i in range(len(names))]
        rows = list(map(list, zip(*columns, strict=True)))
        return _table("read_csv: data frame", names, rows, [], target, features)
    if isinstance(source, (str, os.PathLike)):
        where = f"read_csv: {os.fspath(source)}"
        with open(source, encoding="utf-8-sig", newline="") as lines:
            names, rows, numbers = _parsed(where, lines, header, delimiter)
    else:
        where = "read_csv"
        names, rows, numbers = _parsed(where, source, header, delimiter)
    return _table(where, names, rows, numbers, target, features)


def _parsed(
    where: str, lines: Any, header: bool | None, delimiter: str
) -> tuple[list[str], list[list[Any]], list[int]]:
    """Names, rows, and the line that each row ends on."""
    if len(delimiter) != 1:
        raise ValueError(f"read_csv: delimiter must be one character, got {delimiter!r}")
    rows: list[list[Any]] = []
    numbers: list[int] = []
    try:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        for row in reader:
            if row:
                rows.append([field.strip() for field in row])
                numbers.append(reader.line_num)
    except csv.Error as error:
        raise TableError(f"{where}{_at(reader.line_num)}: not CSV: {error}", reader.line_num) from None
    except UnicodeDecodeError as error:
        raise TableError(f"{where}: not a text in UTF-8: {error}") from None
    if not rows:
        raise TableError(f"{where}: there must be lines, got none")
    if header is None:
        header = not any(map(_is_number, rows[0]))
    names = rows.pop(0) if header else [f"x{i + 1}" for i in range(len(rows[0]))]
    first = numbers.pop(0) if header else numbers[0]
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise TableError(f"{where}{_at(first)}: names must differ, got {', '.join(map(repr, twice))} twice", first)
    for row, line in zip(rows, numbers, strict=True):
        if len(row) != len(names):
            raise TableError(
                f"{where}{_at(line)}: must have {len(names)} fields as the first line has, got {len(row)}", line
            )
    return names, rows, numbers


def _table(
    where: str,
    names: list[str],
    rows: list[list[Any]],
    lines: list[int],
    target: str | int | None,
    features: Sequence[str] | None,
) -> Table:
    """Turn the fields of the chosen columns into numbers."""
    import numpy as np

    if not rows:
        raise TableError(f"{where}: there must be samples, got none")
    place = None if target is None else _place(where, names, target)
    if features is None:
        chosen = [i for i in range(len(names)) if i != place]
    else:
        chosen = [_place(where, names, name) for name in features]
    table = np.empty((len(rows), len(chosen)))
    for j, column in enumerate(chosen):
        table[:, j] = _numbers(where, names, rows, lines, column)
    labels: Any = None
    classes: tuple[str, ...] = ()
    if place is not None:
        found = [row[place] for row in rows]
        if all(map(_is_number, found)):
            labels = np.array(_numbers(where, names, rows, lines, place))
        else:
            _check_labels(where, names, found, lines, place)
            classes = tuple(sorted({str(field) for field in found}))
            order = {name: i for i, name in enumerate(classes)}
            labels = np.array([order[str(field)] for field in found], dtype=np.intp)
    return Table(table, labels, tuple(names[i] for i in chosen), "" if place is None else names[place], classes)


def _numbers(where: str, names: list[str], rows: list[list[Any]], lines: list[int], column: int) -> list[float]:
    """One column as finite numbers."""
    found = []
    for i, row in enumerate(rows):
        field = row[column]
        if not _is_number(field) or not math.isfinite(float(field)):
            raise _wrong(where, names, lines, i, column, f"must be a finite number, got {field!r:.60}")
        found.append(float(field))
    return found


def _check_labels(where: str, names: list[str], found: list[Any], lines: list[int], column: int) -> None:
    """Refuse samples whose class is missing."""
    for i, field in enumerate(found):
        if field is None or field == "" or field != field:
            raise _wrong(where, names, lines, i, column, f"must be a class, got {field!r}")


def _wrong(where: str, names: list[str], lines: list[int], row: int, column: int, what: str) -> TableError:
    line = lines[row] if lines else 0
    place = f"line {line}" if line else f"row {row}"
    return TableError(f"{where}: {place}, column {column + 1} ({names[column]}): {what}", line, column + 1)


def _at(line: int) -> str:
    return f": line {line}"


def _place(where: str, names: list[str], column: Any) -> int:
    if isinstance(column, int) and not isinstance(column, bool) and -len(names) <= column < len(names):
        return column % len(names)
    if isinstance(column, str) and column in names:
        return names.index(column)
    raise TableError(
        f"{where}: no such column, got {column!r}; allowed {', '.join(map(repr, names))}, or a position among them"
    )


def _is_number(field: Any) -> bool:
    if isinstance(field, str) and "_" in field:
        return False  # Python reads 1_000, tables don't mean it
    try:
        float(field)
    except (TypeError, ValueError):
        return False
    return True
