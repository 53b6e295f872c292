"""Gradient hooks: functions that see, or replace, the gradient of a node during a sweep.

`alive` holds the nodes that have one; if there are none, a sweep only tests an empty dict.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast
from weakref import ref

from autograd._common.numbers import is_number, shown

if TYPE_CHECKING:
    from typing_extensions import Self

    from autograd.engine.node import Node

__all__ = [
    "Hook",
    "Hookable",
    "RemovableHandle",
    "alive",
    "called",
    "has_hooks",
    "register",
    "replace_at_leaves",
]

Hook = Callable[[float], Any]

_numbers = itertools.count()


class Hooks(dict[int, Hook]):
    """The hooks of one node in order of registration."""

    __slots__ = ("__weakref__",)


alive: Final[dict[int, ref[Hooks]]] = {}
"""The hooks of every node that has some, by `id`, as long as the node lives."""


class RemovableHandle:
    """Removes a hook, by `remove()` or at the end of a `with` block."""

    def __init__(self, hooks: Hooks, number: int) -> None:
        self._hooks, self._number = ref(hooks), number

    def remove(self) -> None:
        """Remove the hook; further calls have no effect."""
        hooks = self._hooks()
        if hooks is not None:
            hooks.pop(self._number, None)
            if not hooks:
                alive.pop(id(hooks), None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


def register(node: Node, hook: Hook) -> RemovableHandle:
    """Register a hook; see `Value.register_hook`."""
    if not callable(hook):
        raise TypeError(f"register_hook: hook must be callable, got {shown(hook)}")
    hooks: Hooks | None = getattr(node, "_hooks", None)
    if hooks is None:
        hooks = node._hooks = Hooks()
    number = next(_numbers)
    hooks[number] = hook
    key = id(hooks)
    alive[key] = ref(hooks, lambda _: alive.pop(key, None) and None)
    return RemovableHandle(hooks, number)


def has_hooks(node: Node) -> bool:
    """Return whether a node has a hook.

    Examples
    --------
    >>> from autograd import Value
    >>> has_hooks(Value(1.0))
    False
    """
    return bool(getattr(node, "_hooks", None))


def replace_at_leaves(leaves: list[Node], contributions: list[float]) -> tuple[list[Node], list[float]]:
    """Return the contributions to leaves, summed and passed through the hooks where a leaf has some."""
    hooked = {leaf: 0.0 for leaf in leaves if has_hooks(leaf)}
    if not hooked:
        return leaves, contributions
    others: tuple[list[Node], list[float]] = [], []
    for leaf, contribution in zip(leaves, contributions):
        if leaf in hooked:
            hooked[leaf] += contribution
        else:
            others[0].append(leaf)
            others[1].append(contribution)
    sums = [called(leaf, gradient) for leaf, gradient in hooked.items()]
    return [*others[0], *hooked], [*others[1], *sums]


def called(node: Any, gradient: Any, convert: Callable[[Any], Any] = float) -> Any:
    """Return a node's gradient after its hooks, with each result converted."""
    for hook in [*node._hooks.values()]:
        found = hook(gradient)
        if found is not None:
            if not is_number(found):
                raise TypeError(f"register_hook: a hook must return a number or None, got {shown(found)}")
            gradient = convert(found)
    return gradient


class Hookable:
    """The methods of a Value for hooks."""

    __slots__ = ("_hooks",)

    _hooks: Hooks  # only set on nodes with hooks

    def register_hook(self, hook: Hook) -> RemovableHandle:
        """Call a function with this value's gradient each time `backward()` or `gradients` has computed it.

        A result other than None replaces the gradient, for this value and for those it was computed from. Hooks are
        called in order of registration; on a leaf, with what one `backward()` adds to it. If a hook raises, every
        `grad` is left unchanged. A value whose hook refers to it is kept alive until the hook is removed. Hooks cost
        nothing where no value has one; compiled programs would ignore them, so `compile` rejects a graph with hooks.

        Parameters
        ----------
        hook : callable
            Takes a float and returns a number or None.

        Returns
        -------
        RemovableHandle
            Its `remove()`, or the end of a `with` block over it, removes the hook.

        Raises
        ------
        TypeError
            If `hook` isn't callable; in `backward()`, if it returns anything else.

        Examples
        --------
        >>> from autograd import Value
        >>> x = Value(3.0)
        >>> y = x * x
        >>> with y.register_hook(lambda gradient: 10 * gradient):
        ...     (y + x).backward()
        >>> y.grad, x.grad
        (10.0, 61.0)
        """
        return register(cast("Node", self), hook)
