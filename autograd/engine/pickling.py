"""Pickling and copying of graphs of any depth, preserving shared nodes; one format for both backends.

Pickle recurses along references, which fails for a deep graph. A computed node is therefore pickled as an entry of a
`Record`: all nodes below it as one flat table. Two nodes of one graph in one pickle must stay in one graph, so a node
that a living Record holds is pickled as an entry of that one; a pickler keeps alive what it has written until it ends.
"""

from __future__ import annotations

import copy as _copy
import threading
import weakref
from collections.abc import Iterable, Mapping
from typing import Any

from autograd.engine import modes
from autograd.engine.node import Node

__all__ = ["Picklable", "copy", "deepcopy", "reduce"]

backend: Any = None
"""The backend in use, which creates nodes; set by `autograd.engine.backend`."""


class Holders(threading.local):
    """Maps the identity of a node to the living Record that holds it, separately for each thread."""

    def __init__(self) -> None:
        self.records: dict[int, weakref.ref[Record]] = {}


_holders = Holders()


class Record:
    """A computed node and all nodes below it that no living Record holds, as a flat table."""

    def __init__(self, root: Node) -> None:
        self.known, self.nodes = _below(root)
        self.index = {id(node): i for i, node in enumerate((*self.known, *self.nodes))}
        held, records = [id(node) for node in self.nodes], _holders.records
        records.update(dict.fromkeys(held, weakref.ref(self, lambda _: _release(records, held))))

    def __reduce__(self) -> tuple[Any, ...]:
        marked = [i for i, node in enumerate(self.nodes) if _is_marked(node)]
        table = [
            (node.op, tuple(map(self._entry, node.operands)), node.data, node.local_derivatives, node.grad, node.label)
            for node in self.nodes
        ]
        # A new tuple each time: a cycle through a leaf's state leads here again before the first is complete.
        groups = {i: group for i, node in enumerate(self.nodes) if (group := _group_of(node))}
        more = (marked, groups) if groups else (marked,) if marked else ()
        return _load, (tuple(self.known), table, *more)

    def _entry(self, operand: Node | float) -> int | float:
        return operand if isinstance(operand, float) else self.index[id(operand)]


def reduce(value: Node) -> tuple[Any, ...]:
    """Return the result of `__reduce_ex__` for a Value of either backend or a subclass."""
    if not value.op:
        return _leaf, (type(value) if _is_subclass(value) else None, value.data, value.grad, value.label), _state(value)
    record = _record_of(value) or Record(value)
    return _entry, (record, record.index[id(value)])


@modes.suspended()
def copy(value: Node) -> Any:
    """Return a new node with the same parents, or a new leaf of the same class."""
    if value.op:
        return _restore(value, value.operands)
    made = _copy_leaf(value)
    _set_state(made, _state(value))
    return made


@modes.suspended()
def deepcopy(value: Node, memo: dict[int, Any]) -> Any:
    """Return a copy of the whole graph below; shared nodes stay shared."""
    copied = _operands_first(value, memo)
    for node in copied:
        if node.op:
            made = _restore(node, tuple(x if isinstance(x, float) else memo[id(x)] for x in node.operands))
        else:
            made = _copy_leaf(node)
        memo[id(node)] = made
    memo.setdefault(id(memo), []).extend(copied)  # as copy.deepcopy does: copied objects must outlive the memo
    for node in copied:  # after all nodes, as a leaf's state may refer to them
        if state := _state(node):
            _set_state(memo[id(node)], _copy.deepcopy(state, memo))
    result: Any = memo[id(value)]
    return result


def _record_of(value: Node) -> Record | None:
    holder = _holders.records.get(id(value))
    return holder() if holder else None


def _release(records: dict[int, weakref.ref[Record]], held: list[int]) -> None:
    for key in held:
        records.pop(key, None)


def _below(root: Node) -> tuple[list[Node], list[Node]]:
    """Return the leaves and nodes of living Records below `root`, and the other computed nodes, operands first."""
    known: list[Node] = []
    nodes: list[Node] = []
    for node in _operands_first(root, {}, until_living=True):
        known.append(node) if not node.op or _record_of(node) else nodes.append(node)
    return known, nodes


def _operands_first(root: Node, done: dict[int, Any], until_living: bool = False) -> list[Node]:
    order: list[Node] = []
    seen, stack = set(done), [root]
    while stack:
        node = stack.pop()
        key = id(node)
        if key in seen:
            continue
        waiting = [] if until_living and _record_of(node) else [x for x in node.parents if id(x) not in seen]
        if waiting:
            stack.append(node)
            stack.extend(reversed(waiting))
        else:
            seen.add(key)
            order.append(node)
    return order


def _is_subclass(value: Node) -> bool:
    return type(value) is not backend.Value


def _state(value: Node) -> Any:
    """Return a subclass's own attributes as pickle expects them: a dict, or a pair of it and the slots' contents."""
    classes = type(value).__mro__
    added = classes[: classes.index(backend.Value)]
    names = [name for kind in added for name in _names(vars(kind).get("__slots__", ())) if hasattr(value, name)]
    state = getattr(value, "__dict__", None) or None
    return (state, {name: getattr(value, name) for name in names}) if names else state


def _names(slots: str | Iterable[str]) -> Iterable[str]:
    return (name for name in ([slots] if isinstance(slots, str) else slots) if name not in ("__dict__", "__weakref__"))


def _set_state(value: Node, state: Any) -> None:
    attributes, slots = state if isinstance(state, tuple) else (state, None)
    if attributes:
        value.__dict__.update(attributes)
    for name, content in (slots or {}).items():
        setattr(value, name, content)


def _leaf(kind: type[Any] | None, data: float, grad: float, label: str) -> Any:
    kind = kind or backend.Value
    value: Any = kind.__new__(kind)  # type: ignore[call-overload]
    value.data, value.grad, value.label = data, grad, label
    return value


def _copy_leaf(value: Node) -> Any:
    data = value.data  # which notifies a recording
    with modes.unobserved():
        return _leaf(type(value), data, value.grad, value.label)


def _restore(node: Node, operands: tuple[Node | float, ...]) -> Any:
    with modes.unobserved():
        made: Any = backend.restore(node.op, operands, node.data, node.local_derivatives, node.grad, node.label)
    if _is_marked(node):
        _mark_copy(made)
    if group := _group_of(node):
        backend._put_in_group(made, group)
    return made


def _group_of(node: Node) -> str | None:
    group: str | None = backend._group_of(node)
    return group


def _is_marked(node: Node) -> bool:
    return bool(backend._marks_of([node]))


def _mark_copy(made: Node) -> None:
    """Mark a copy: observations made while it was recorded are known for the original only."""
    if made.op:
        backend._mark(made, modes.COPY)


@modes.suspended()
def _load(
    known: tuple[Node, ...],
    table: list[tuple[Any, ...]],
    marked: Iterable[int] = (),
    groups: Mapping[int, str] | None = None,
) -> list[Node]:
    """Rebuild a Record's nodes as a list in the order of its index."""
    restore = backend.restore
    nodes = list(known)
    for op, entries, data, derivatives, grad, label in table:
        operands = tuple(x if isinstance(x, float) else nodes[x] for x in entries)
        nodes.append(restore(op, operands, data, derivatives, grad, label))
    for i in marked:
        _mark_copy(nodes[len(known) + i])
    for i, group in (groups or {}).items():
        backend._put_in_group(nodes[len(known) + i], str(group))
    return nodes


def _entry(nodes: list[Node], index: int) -> Any:
    return nodes[index]


class Picklable:
    """The methods of the Python backend's Value that `copy` and `pickle` call."""

    __slots__ = ()

    def __copy__(self: Any) -> Any:
        return copy(self)

    def __deepcopy__(self: Any, memo: dict[int, Any]) -> Any:
        return deepcopy(self, memo)

    def __reduce_ex__(self: Any, protocol: Any) -> tuple[Any, ...]:
        return reduce(self)
