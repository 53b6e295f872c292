"""Fingerprints, by which a training that resumes recognises its loss, settings and model."""

from __future__ import annotations

import copyreg
import random
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any, Final

import numpy as np

from autograd._common.code import content_of, names_in
from autograd.engine.backend import Value
from nn.modules.module import Module
from nn.optim.optimizer import Optimizer

__all__ = ["fingerprint", "structure"]

LONGEST: Final = 400  # characters of a fingerprint; a longer one is its checksum
MOST: Final = 10_000  # objects in one
DEEPEST: Final = 60
STATE: Final = ("optimizer", "last_step", "best", "bad_calls", "cooling")
"""Attributes of schedules that change, or are stored elsewhere."""
_OURS: Final = ("autograd", "nn")
_PLAIN: Final = (int, float, str, np.ndarray, partial, FunctionType, BuiltinFunctionType)
_OPAQUE: Final = (
    ModuleType, Module, Optimizer, random.Random, np.random.Generator, np.random.RandomState,
    np.random.BitGenerator,
)  # fmt: skip


def fingerprint(x: Any, known: dict[int, tuple[Any, Any]] | None = None, depth: int = 0) -> Any:
    """Return a JSON value that distinguishes a function or a setting from others, the same in each process.

    A function is its name and a checksum of its code and of the data and functions that it uses; an object is its
    class, the code of its methods and its state, as it would be pickled. Objects in `known` are their entries there.

    Code of installed packages is its name. Modules, optimisers and random generators are their classes' names, objects
    that can't be pickled their attributes; at most `MOST` objects are looked at, and `DEEPEST` within one another.
    """
    if x is None or isinstance(x, (int, float, str)):
        return "nan" if x != x else x
    if isinstance(x, _OPAQUE):
        return x.__name__ if isinstance(x, ModuleType) else type(x).__qualname__
    known = {} if known is None else known  # by identity, each once, and kept so that no other object gets its id
    if id(x) not in known and len(known) < MOST and depth < DEEPEST:
        known[id(x)] = x, None  # of a circle
        found = _fingerprint(x, partial(fingerprint, known=known, depth=depth + 1))
        text = repr(found)
        known[id(x)] = x, found if len(text) < LONGEST else zlib.crc32(text.encode())
    return known.get(id(x), (x, None))[1]


def _fingerprint(x: Any, inner: Callable[[Any], Any]) -> Any:
    if isinstance(x, Value):
        return x.data
    if isinstance(x, (bytes, bytearray)):
        return zlib.crc32(x)
    if isinstance(x, (np.ndarray, np.generic)) and x.dtype != object:
        return [str(x.dtype), list(x.shape), zlib.crc32(x.tobytes())]
    if isinstance(x, (list, tuple)):
        return [*map(inner, x)]
    if isinstance(x, (set, frozenset)):
        return sorted(repr(inner(part)) for part in x)
    if isinstance(x, Mapping):
        return [[inner(key), inner(part)] for key, part in x.items()]
    if isinstance(x, partial):
        return [inner(x.func), inner(x.args), [[name, inner(x.keywords[name])] for name in sorted(x.keywords)]]
    if isinstance(x, MethodType):
        return [inner(x.__func__), inner(x.__self__)]
    if isinstance(x, CodeType):
        return [x.co_code.hex(), inner(x.co_consts), list(x.co_names)]
    if isinstance(x, FunctionType):
        name = f"{x.__module__}.{x.__qualname__}"
        return name if _installed(x.__module__) else [name, zlib.crc32(repr([*map(inner, _parts(x))]).encode())]
    if isinstance(x, type):
        return [x.__qualname__, inner(_code(x))]
    kind = type(x)
    if kind.__module__.partition(".")[0] in _OURS:
        attributes = getattr(x, "__dict__", {})
        state: Any = {name: part for name, part in attributes.items() if name[0] != "_" and name not in STATE}
    else:
        state = _state(x)
    return [inner(kind), inner(getattr(x, "__wrapped__", None)), inner(state)]


def _parts(function: FunctionType) -> Iterator[Any]:
    """Yield what a function depends on: code, defaults, and the data, functions and entries of modules that it uses."""
    yield from (function.__code__, function.__defaults__, function.__kwdefaults__)
    names = list(names_in(function.__code__))
    used = [*map(content_of, function.__closure__ or ()), *(function.__globals__.get(name) for name in names)]
    yield from used
    for module in used:
        if isinstance(module, ModuleType) and not _installed(module.__name__):
            yield from (vars(module).get(name) for name in names)


def _code(kind: type) -> dict[str, Any]:
    """Return the functions and numbers of a class and its bases, without those of installed packages."""
    found = {}
    for base in reversed(kind.__mro__):
        for name, part in [] if _installed(base.__module__) else sorted(vars(base).items()):
            part = getattr(part, "fget", getattr(part, "__func__", part))  # of properties, static and class methods
            if isinstance(part, FunctionType) or (isinstance(part, (int, float, str)) and name[:2] != "__"):
                found[name] = part
    return found


def _state(x: Any) -> Any:
    """Return the state of an object as it would be pickled, or its attributes if it can't be."""
    try:
        reduced = copyreg.dispatch_table[type(x)](x) if type(x) in copyreg.dispatch_table else x.__reduce_ex__(4)
    except Exception:  # a class may refuse with any
        return _attributes(x)
    if isinstance(reduced, str):
        return reduced
    make, given, state, entries, items = (*reduced, None, None, None)[:5]
    return [make, given, state, *([] if part is None else list(part) for part in (entries, items))]


def _attributes(x: Any) -> dict[str, Any]:
    """Return the attributes of an object, those in slots, too."""
    members = {
        name for base in type(x).__mro__ for name, part in vars(base).items() if type(part) is MemberDescriptorType
    }
    return {name: getattr(x, name, None) for name in sorted(members)} | getattr(x, "__dict__", {})


def _installed(module: str | None) -> bool:
    """Return whether a module belongs to Python or to an installed package."""
    top = str(module).partition(".")[0]
    path = str(getattr(sys.modules.get(str(module)), "__file__", ""))
    return top in _OURS or top in sys.stdlib_module_names or "site-packages" in path or "dist-packages" in path


def structure(model: Any) -> dict[str, Any]:
    """Return the classes of a model's modules with checksums of their code, and their plain attributes, by path."""
    found: dict[str, Any] = {}
    for path, module in model.named_modules() if hasattr(model, "named_modules") else [("", model)]:
        kind, prefix = type(module), f"model {path}".rstrip()
        buffers = getattr(kind, "buffers", ())
        found[prefix] = [kind.__qualname__, zlib.crc32(repr(fingerprint(_code(kind))).encode())]
        for name, x in getattr(module, "__dict__", {}).items():
            if name[0] != "_" and name not in buffers and _is_plain(x):
                found[f"{prefix}.{name}"] = fingerprint(x)
    return found


def _is_plain(x: Any, depth: int = 8) -> bool:
    """Return whether it is data or a function, or a container of them, without parameters and modules."""
    if isinstance(x, (list, tuple, dict)):
        return depth > 0 and all(_is_plain(part, depth - 1) for part in (x.values() if isinstance(x, dict) else x))
    return isinstance(x, _PLAIN)
