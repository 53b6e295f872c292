"""Lazy imports: names of a package that are imported on first use (PEP 562)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["attribute"]


def attribute(package: str, name: str) -> Any:
    """Return `name` of a package: an attribute it defines or imports, or its submodule of that name.

    Examples
    --------
    >>> attribute("autograd._common", "lazy").__name__
    'autograd._common.lazy'
    """
    found = vars(import_module(package)).get(name)
    return import_module(f"{package}.{name}") if found is None else found
