"""Formulas as trees that can be evaluated, printed and compared.

There are two ways to build formulas. `call`, `plus`, `times` and others simplify as they build, for derivations;
`Formula.call` keeps the form that was written, for claims. Both limit the depth, so that functions on formulas may
recurse.
"""

from __future__ import annotations

import ast
import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

from autograd.errors import WorksheetError
from autograd.ops import TABLE, Op, ieee, rules

__all__ = [
    "COMPARISONS",
    "CUT",
    "ONE",
    "PI",
    "ZERO",
    "Formula",
    "Symbolic",
    "call",
    "from_textbook",
    "name",
    "negative",
    "number",
    "partial",
    "plus",
    "power",
    "quotient",
    "slope",
    "times",
]

COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


MAX_DEPTH: Final = 150
MAX_SIZE: Final = 20_000


class Symbolic(ABC):
    """An operand that is written as a formula or in another language instead of computed."""

    @abstractmethod
    def call(self, name: str, operands: Sequence[Any]) -> Symbolic:
        """Write an op of the table or a comparison; at least one operand is itself symbolic."""

    @abstractmethod
    def call_dot(self, weights: Sequence[Any], items: Sequence[Any], bias: Any) -> Symbolic:
        """Write a weighted sum."""

    def __float__(self) -> float:
        raise TypeError(f"{type(self).__name__} is symbolic and has no number")


@dataclass(frozen=True)
class Formula(Symbolic):
    """A formula.

    `head` is "number", "name", "partial" (∂ of two names), "cut" (a part too long to show), "+" and "*" with any number
    number of operands, "/", "^", "neg", a comparison sign, or the name of a row of the table.

    Examples
    --------
    >>> out = name("out")
    >>> times(out, plus(ONE, negative(out))).value({"out": 0.25})
    0.1875
    """

    head: str
    operands: tuple[Formula, ...] = ()
    text: str = ""
    number: float = 0.0

    def value(self, names: Mapping[str, float]) -> float:
        """Compute it in IEEE arithmetic; a partial derivative is looked up as `∂y/∂x`, other names as they are."""
        if self.head == "number":
            return self.number
        if self.head == "name":
            return names[self.text]
        if self.head == "partial":
            return names[f"∂{self.operands[0].text}/∂{self.operands[1].text}"]
        return _ARITHMETIC.get(self.head, _call(self.head))(*(each.value(names) for each in self.operands))

    def names(self) -> set[str]:
        """Return every name in it, including those in partial derivatives."""
        if self.head == "name":
            return {self.text}
        return {each for operand in self.operands for each in operand.names()}

    @cached_property
    def size(self) -> int:
        """The number of nodes of the tree."""
        return 1 + sum(each.size for each in self.operands)

    @cached_property
    def depth(self) -> int:
        """The number of nodes from the root to the deepest leaf."""
        return 1 + max((each.depth for each in self.operands), default=0)

    def bounded(self) -> Formula:
        """Return the formula itself if its size and depth are within the limits.

        Raises
        ------
        WorksheetError
        """
        if self.depth > MAX_DEPTH or self.size > MAX_SIZE:
            raise WorksheetError(
                f"the formula is too large: {self.size:,} parts, {self.depth} deep; "
                f"allowed are {MAX_SIZE:,} and {MAX_DEPTH}"
            )
        return self

    def call(self, name: str, operands: Sequence[Any]) -> Formula:
        """Return an op or a comparison in the form in which it was written, as an operand of an expression."""
        written = _written(name, [each if isinstance(each, Formula) else number(float(each)) for each in operands])
        return written.bounded()

    def call_dot(self, weights: Sequence[Any], items: Sequence[Any], bias: Any) -> Formula:
        """Make the sum of products."""
        terms = [self.call("mul", pair) for pair in zip(weights, items, strict=True)]
        terms += [] if isinstance(bias, float) and bias == 0.0 else [self.call("add", (bias,))]
        return terms[0] if len(terms) == 1 else Formula("+", tuple(terms))


_HEADS: Final = {"add": "+", "mul": "*", "div": "/", "pow": "^"}


def _written(name: str, operands: list[Formula]) -> Formula:
    """Return a call; nested sums and products are flattened, and a sign is written before the whole product."""
    if len(operands) == 1 and name == "add":
        return operands[0]
    if name in ("mul", "div") and operands[0].head == "neg":
        return Formula("neg", (_written(name, [operands[0].operands[0], *operands[1:]]),))
    if name == "sub":
        name, operands = "add", [operands[0], Formula("neg", (operands[1],))]
    head = _HEADS.get(name, name)
    if head in ("+", "*") and operands[0].head == head:
        return _continued(operands[0], operands[1:])
    return Formula(head, tuple(operands))


def _continued(first: Formula, others: list[Formula]) -> Formula:
    """Append operands to a sum or product, updating size and depth, so that a long one takes linear time."""
    whole = Formula(first.head, (*first.operands, *others))
    vars(whole)["size"] = first.size + sum(each.size for each in others)
    vars(whole)["depth"] = max(first.depth, *(each.depth + 1 for each in others))
    return whole


def _call(head: str) -> Callable[..., float]:
    if head in COMPARISONS:
        return lambda x, y: float(COMPARISONS[head](x, y))
    if head in TABLE:
        return lambda *xs: TABLE[head].compute(*xs)[0]
    return lambda *xs: ieee.nan


def _sum(*xs: float) -> float:
    total = 0.0
    for x in xs:
        total += x
    return total


_ARITHMETIC: Final[dict[str, Callable[..., float]]] = {
    "+": _sum,
    "*": lambda *xs: math.prod(xs, start=1.0),
    "/": ieee.div,
    "^": ieee.pow,
    "neg": operator.neg,
}


def name(text: str) -> Formula:
    """Make a formula of one name."""
    return Formula("name", text=text)


def partial(y: str, x: str) -> Formula:
    """Make ∂y/∂x."""
    return Formula("partial", (name(y), name(x)))


CUT: Final = Formula("cut")


def number(x: float | Fraction, text: str = "") -> Formula:
    """Return a number; a negative one is the negative of a positive one, unless its text is given.

    Examples
    --------
    >>> number(Fraction(1, 3)).text, number(0.5).text, number(2.0).text, number(-2.0).head
    ('1/3', '0.5', '2', 'neg')
    """
    if not isinstance(x, Fraction) and not math.isfinite(x):
        return Formula("number", text={ieee.inf: "∞", -ieee.inf: "−∞"}.get(x, "nan"), number=float(x))
    if text:
        return Formula("number", text=text, number=float(x))
    if x < 0:
        return Formula("neg", (number(-x),))
    return Formula("number", text=_digits(_exact(x)), number=float(x))


def _exact(x: float | Fraction) -> Fraction:
    """Convert a float by its shortest decimal representation: 0.1 · 3 is 0.3."""
    return x if isinstance(x, Fraction) else Fraction(repr(float(x)))


def _digits(x: Fraction) -> str:
    if x.denominator == 1 and abs(x) < 10**16:
        return str(x.numerator)
    text = repr(float(x))
    return text if Fraction(text) == x or x.denominator > 10**4 else f"{x.numerator}/{x.denominator}"


ONE: Final = number(1.0)
ZERO: Final = number(0.0)
PI: Final = number(math.pi, "π")


def _constant(formula: Formula) -> Fraction | None:
    """Return the number if a formula is a finite one."""
    if formula.head == "neg":
        inner = _constant(formula.operands[0])
        return None if inner is None else -inner
    if formula.head != "number" or formula.text == "π" or not math.isfinite(formula.number):
        return None
    return Fraction(formula.text) if "/" in formula.text else _exact(formula.number)


def _fits(x: Fraction) -> bool:
    """Return whether a number can be shown as a decimal or a fraction without overflow."""
    return x == 0 or Fraction(1, 10**300) < abs(x) < 10**300


def negative(x: Formula) -> Formula:
    """Make −x."""
    if x.head == "neg":
        return x.operands[0]
    return ZERO if _constant(x) == 0 else Formula("neg", (x,))


def times(*factors: Formula) -> Formula:
    """Return a product: numbers are multiplied, the sign comes first, fractions are combined.

    Examples
    --------
    >>> times(number(0.5), number(2.0), name("a"), number(-1.0)) == negative(name("a"))
    True
    """
    coefficient, above, below = Fraction(1), [], []
    waiting = list(reversed(factors))
    while waiting:
        factor = waiting.pop()
        constant = _constant(factor)
        if constant is not None:
            coefficient *= constant
        elif factor.head == "neg":
            coefficient = -coefficient
            waiting.append(factor.operands[0])
        elif factor.head == "*":
            waiting.extend(reversed(factor.operands))
        elif factor.head == "/":
            below.append(factor.operands[1])
            waiting.append(factor.operands[0])
        else:
            above.append(factor)
    if coefficient == 0 and not _may_be_infinite([*above, *below]):
        return ZERO
    if not _fits(coefficient):
        return Formula("*", tuple(factors))
    return _signed_product(coefficient, above, below)


def _may_be_infinite(factors: list[Formula]) -> bool:
    return any(each.head == "number" and not math.isfinite(each.number) for each in factors)


def _signed_product(coefficient: Fraction, above: list[Formula], below: list[Formula]) -> Formula:
    size_of_it = abs(coefficient)
    if below and size_of_it.numerator == 1 and size_of_it.denominator > 1:
        below, size_of_it = [number(Fraction(size_of_it.denominator)), *below], Fraction(1)
    parts = [*([number(size_of_it)] if size_of_it != 1 or not above else []), *above]
    product = parts[0] if len(parts) == 1 else Formula("*", tuple(parts))
    if below:
        product = Formula("/", (product, times(*below)))
    return negative(product) if coefficient < 0 else product


def plus(*terms: Formula) -> Formula:
    """Return a sum: 0 is dropped, numbers are added, equal terms are collected.

    Examples
    --------
    >>> plus(name("a"), ZERO, name("a")) == times(number(2.0), name("a"))
    True
    """
    if len(terms) == 1:
        return terms[0]
    counts: dict[Formula, Fraction] = {}
    waiting = list(reversed(terms))
    while waiting:
        term = waiting.pop()
        if term.head == "+":
            waiting.extend(reversed(term.operands))
            continue
        if term.head == "neg" and term.operands[0].head == "+":
            waiting.extend(negative(each) for each in reversed(term.operands[0].operands))
            continue
        count, rest = _counted(term)
        counts[rest] = counts.get(rest, Fraction(0)) + count
    kept = [times(number(count), rest) for rest, count in counts.items() if count != 0]
    if not kept:
        return ZERO
    return kept[0] if len(kept) == 1 else Formula("+", tuple(kept))


def _counted(term: Formula) -> tuple[Fraction, Formula]:
    """Split a term into a number and the rest, so that equal rests can be collected."""
    constant = _constant(term)
    if constant is not None:
        return constant, ONE
    if term.head == "neg":
        count, rest = _counted(term.operands[0])
        return -count, rest
    if term.head == "*" and (first := _constant(term.operands[0])) is not None:
        return first, times(*term.operands[1:])
    return Fraction(1), term


def quotient(x: Formula, y: Formula) -> Formula:
    """Return x/y; for two numbers their quotient, unless y is 0."""
    divisor = _constant(y)
    if divisor and _fits(1 / divisor):
        return times(number(1 / divisor), x)
    return times(x, Formula("/", (ONE, y)))


def power(x: Formula, y: Formula) -> Formula:
    """Return x to the y; x itself if y is 1."""
    exponent = _constant(y)
    return ONE if exponent == 0 else x if exponent == 1 else Formula("^", (x, y))


_MAKERS: Final[dict[str, Callable[..., Formula]]] = {
    "add": plus,
    "sub": lambda x, y: plus(x, negative(y)),
    "neg": negative,
    "mul": times,
    "div": quotient,
    "pow": power,
    "sum": plus,
}


def call(op: str, *operands: Formula) -> Formula:
    """Return an op of the table, with arithmetic simplified; or a comparison.

    Examples
    --------
    >>> call("sub", name("a"), name("a")) == ZERO
    True
    """
    if op in TABLE and TABLE[op].form == "products":
        n = len(operands) // 2
        return plus(*(times(w, x) for w, x in zip(operands[:n], operands[n:-1], strict=True)), operands[-1])
    maker = _MAKERS.get(op)
    return maker(*operands) if maker else Formula(op, operands)


def slope(op: Op, operand: Formula) -> Formula:
    """Return the derivative of an op of one operand, in textbook form.

    Examples
    --------
    >>> slope(TABLE["sin"], name("z")) == Formula("cos", (name("z"),))
    True
    """
    out = Formula(op.name, (operand,))
    return from_textbook(op.textbook[0], {"pi": PI, "out": out, op.parameters[0]: operand})


def from_textbook(text: str, names: Mapping[str, Formula]) -> Formula:
    """Build a formula from the textbook form of a derivative, substituting formulas for its names.

    The derivative of a custom op defined by a function has no formula: it is "cut".

    Examples
    --------
    >>> from_textbook("y*x**(y - 1)", {"x": name("a"), "y": number(2.0)}) == times(number(2.0), name("a"))
    True
    """
    return CUT if text.startswith("∂") else _from_tree(rules.parse(text, tuple(names), "textbook form"), names)


_SIGNS: Final = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


def _from_tree(tree: ast.expr, names: Mapping[str, Formula]) -> Formula:
    """Return a formula of a derivative's tree: names, numbers, calls, conditions."""
    match tree:
        case ast.Constant(value=int() | float() as value):
            return number(float(value))
        case ast.Name(id=text):
            return names[text]
        case ast.Call(func=ast.Name(id=op), args=operands):
            return call(op, *(_from_tree(each, names) for each in operands))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return call("where", *(_from_tree(each, names) for each in (test, body, orelse)))
        case ast.Compare(left=first, ops=signs, comparators=others):
            sides = [_from_tree(each, names) for each in (first, *others)]
            return times(*(Formula(_SIGNS[type(s)], pair) for s, pair in zip(signs, pairwise(sides), strict=True)))
        case ast.BoolOp(op=ast.And(), values=conditions):
            return times(*(_from_tree(each, names) for each in conditions))
        case ast.BoolOp(values=conditions):
            return Formula("max", tuple(_from_tree(each, names) for each in conditions))
    raise ValueError(f"textbook form: can't read {ast.unparse(tree)!r}")
