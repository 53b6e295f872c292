"""What a function's code refers to: names, and the contents of its closure."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType
from typing import Any

__all__ = ["content_of", "names_in"]


def names_in(code: CodeType) -> Iterator[str]:
    """Yield the names, and strings that may be names, in a function's code and in functions defined in it.

    Examples
    --------
    >>> sorted(names_in((lambda x: getattr(math, "pi") * x).__code__))
    ['getattr', 'math', 'pi']
    """
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)
        elif isinstance(constant, str) and constant.isidentifier():
            yield constant


def content_of(cell: Any) -> Any:
    """Return what a cell of a closure holds; None if it is empty.

    Examples
    --------
    >>> def rate(epochs):
    ...     return lambda step: step / epochs
    >>> content_of(rate(10).__closure__[0])
    10
    """
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None
