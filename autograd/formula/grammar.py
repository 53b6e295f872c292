"""The expression grammar shared by worksheet steps, claims and the prompt.

From loosest to tightest binding

    < <= > >= == !=        two operands at a time
    + -
    * / @  and products without a sign
    the sign, -x
    ^ or **                from the right; raised digits, x²
    f(x, y)  W[1, 2]  (x)  |x|  [a, b]

A product needs no sign after a number, a name or a closing bracket: `2w`, `2(x - 1)`, `w x`, `a(1 - a)`. `wx` is one
name. An op needs no brackets around one number or name: `sin 2`, `sin 2x`, `√w`. Ambiguous expressions are rejected
with both possible spellings: `a/2b`, `e^2x`, `sin x y`, `sin x/2`, `2 3`.

The parser is Pratt's: in one loop, an operator takes its right operand if it binds tighter than the pending operator to
its left. It returns postfix code, which is evaluated by a loop at any length; see `evaluate`. Names are not resolved
here.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from autograd._common.text import did_you_mean
from autograd.formula.lexer import MAX_NAME, Token, tidy_name
from autograd.formula.symbols import FRACTIONS
from autograd.ops import TABLE
from autograd.ops.table import POWER, PRODUCT, SIGN, SUM

__all__ = ["COMPARISON", "COMPARISONS", "Instruction", "Known", "Parser", "function_name"]

MAX_NUMBER: Final = 100
MAX_NESTING: Final = 50

COMPARISONS: Final = ("<", "<=", ">", ">=", "==", "!=")
COMPARISON: Final = SUM - 1
_OP: Final = {op.operator.replace("**", "^"): name for name, op in TABLE.items() if op.operator and op.arity == 2}
_PRECEDENCE: Final = {
    **dict.fromkeys(COMPARISONS, COMPARISON),
    **{sign: TABLE[op].precedence for sign, op in _OP.items()},
    "@": PRODUCT,
}
_FUNCTIONS: Final = {
    **{name.casefold(): name for name in (*TABLE, "matmul", "outer", "transpose")},
    **{op.symbol: name for name, op in TABLE.items() if op.symbol.isidentifier()},
}

Known = Callable[[str], str | None]


def function_name(text: str) -> str:
    """Return the name of the op or function that a spelling stands for, or an empty string.

    Examples
    --------
    >>> function_name("ReLU"), function_name("σ"), function_name("ln"), function_name("w")
    ('relu', 'sigmoid', 'log', '')
    """
    return _FUNCTIONS.get(text) or _FUNCTIONS.get(text.casefold(), "")


class Instruction(NamedTuple):
    """One node of an expression in postfix order: its operands come before it.

    `kind` is "number"; "name"; "euler", an `e` raised to a power, by the call "e^"; "updated", a name after one update,
    `w'`; "partial", a derivative `∂y/∂x`; "call", a function or an operator of `takes` operands; "slope", the
    derivative of a function, `σ'(z)`; "list" of `takes` elements; "index", a list and `takes` indices. A name followed
    by a bracket has `takes` 1.
    """

    kind: str
    name: str
    number: float
    takes: int
    token: Token


class Parser:
    """Parses expressions from tokens, which end with one of the kind "newline" or "end".

    Parameters
    ----------
    tokens : sequence of Token
        The tokens to parse.
    known : callable, optional
        Returns the quantity that a spelling stands for, or None. With it, `dE/dw` is a derivative only if E and w are
        quantities, and `W[1,2]` a name if it is one.
    """

    def __init__(self, tokens: Sequence[Token], known: Known | None = None) -> None:
        self._tokens = tokens
        self._position = 0
        self._known = known
        self._depth = 0
        self._opened = ""  # the innermost open bracket
        self._code: list[Instruction] = []

    @property
    def next(self) -> Token:
        """The next token."""
        return self._tokens[self._position]

    def take(self) -> Token:
        """Consume a token."""
        token = self._tokens[self._position]
        self._position += 1
        return token

    def at(self, *signs: str) -> bool:
        """Return whether one of these signs is next."""
        return self.next.kind == "sign" and self.next.text in signs

    def expression(self) -> tuple[Instruction, ...]:
        """Parse one expression up to a token that can't continue it.

        Raises
        ------
        WorksheetError
            With the position.
        """
        self._code = []
        self._binary(COMPARISON)
        return tuple(self._code)

    def expected_operator(self) -> str:
        """Raise the error for an expression that ended too early."""
        before, token = self._before, self.next
        if token.text == "," and self._depth:
            return "got ','; a list is written [a, b]"
        if token.text == "=":
            return "a second '=' in one step; one step, one '='"
        if token.kind in ("number", "name") or token.text == "(":
            missing = f"an operator is missing before {token.shown()}"
            if self._opened == "[":
                return f"{missing}; elements are separated by commas, [a, b]"
            short = len(before.text + token.text) <= MAX_NAME
            return f"{missing}; a product is written {before.text}*{token.text}" if short else missing
        return f"expected an operator or the end of the expression, got {token.shown()}"

    @property
    def _before(self) -> Token:
        return self._tokens[self._position - 1]

    def _peek(self, ahead: int) -> Token:
        return self._tokens[min(self._position + ahead, len(self._tokens) - 1)]

    def _emit(self, kind: str, token: Token, name: str = "", number: float = 0.0, takes: int = 0) -> None:
        self._code.append(Instruction(kind, name, number, takes, token))

    # Operators

    def _binary(self, floor: int) -> None:
        """Parse an operand and all operators after it that bind at least as tightly as `floor`."""
        self._prefix()
        divided: Token | None = None  # the sign of a division whose divisor was just parsed
        while True:
            sign, start = self.next, len(self._code)
            if sign.kind == "superscript":
                self._superscript()
                continue
            if self._implied():
                if floor > PRODUCT:
                    return
                self._unambiguous(divided)
                self._binary(PRODUCT + 1)
                self._emit("call", sign, _OP["*"], takes=2)
                continue
            level = _PRECEDENCE.get(sign.text, -1) if sign.kind == "sign" else -1
            if level < floor:
                return
            self.take()
            if sign.text == "^":
                self._raise(sign)
            else:
                self._binary(level + 1)
                self._emit("call", sign, _OP.get(sign.text, sign.text), takes=2)
            if level == COMPARISON and self.at(*COMPARISONS):
                raise self.next.error("comparisons can't be chained; write (a < b)*(b < c)")
            divided = sign if sign.text == "/" and not self._is_fraction(start) else None

    def _is_fraction(self, start: int) -> bool:
        """Return whether the division just parsed is 1/2, which before a bracket is read as ½."""
        kinds = [each.kind for each in self._code[start - 1 :]]
        return self.at("(") and kinds == ["number", "number", "call"]

    def _unambiguous(self, divided: Token | None) -> None:
        """Reject `a/2b`, which can mean (a/2)·b or a/(2·b)."""
        if divided is not None:
            raise divided.error(
                f"a product without a sign after a division, before {self.next.shown()}, can be read in two ways; "
                f"write a/b*c or a/(b*c)"
            )

    def _implied(self) -> bool:
        """Return whether a product without a sign continues here."""
        before, token = self._before, self.next
        if self._opened == "[" and before.end != token.column:
            return False  # `[a b]` is a list with a missing comma
        if token.kind == "number":
            return before.text == ")"
        if token.kind == "sign":
            return token.text in ("(", "∂") or (token.text == "|" and self._opened != "|")
        thousands = before.kind == "number" and token.text.startswith("_")
        return token.kind in ("name", "root", "partial") and not thousands

    def _prefix(self) -> None:
        """Parse an operand with its signs."""
        signs = []
        while self.at("+", "-"):
            signs.append(self.take())
        if not signs:
            self._indexed()
            return
        self._binary(SIGN)
        for sign in signs:
            if sign.text == "-":
                self._emit("call", sign, "neg", takes=1)

    def _raise(self, sign: Token) -> None:
        """Parse an exponent; a power of Euler's number is `exp` unless `e` is a quantity."""
        op = self._power_op()
        self._deeper(sign)
        self._binary(POWER)
        self._depth -= 1
        before, token = self._before, self.next
        if before.kind == "number" and token.kind == "name" and before.end == token.column:
            raise token.error(
                f"^{before.text}{token.text} can be read in two ways; "
                f"write ^{before.text}*{token.text} or ^({before.text}*{token.text})"
            )
        self._emit("call", sign, op, takes=2)

    def _power_op(self) -> str:
        """Return the op of the power whose sign was just taken."""
        last = self._code[-1]
        if last.kind != "name" or last.name != "e" or self._tokens[self._position - 2] is not last.token:
            return _OP["^"]
        self._code[-1] = last._replace(kind="euler")
        return "e^"

    def _superscript(self) -> None:
        sign = self.take()
        op = self._power_op()
        digits = unicodedata.normalize("NFKC", sign.text).replace("−", "-")
        self._emit("number", sign._replace(text=digits), number=float(digits))
        self._emit("call", sign, op, takes=2)

    def _indexed(self) -> None:
        self._operand()
        while self.at("["):
            bracket = self.next
            count = self._sequence("]", "an index")
            self._emit("index", bracket, takes=count)

    # Operands

    def _operand(self) -> None:
        token = self.next
        if token.kind == "number":
            self._emit("number", self.take(), number=self._number(token))
        elif token.kind == "root":
            self._function(self.take(), token.text)
        elif token.kind == "partial":
            self._emit("partial", self.take(), token.text)
        elif token.text == "∂" or self._is_differential():
            self._partial()
        elif token.kind == "name":
            self._name()
        elif token.text == "[" and token.kind == "sign":
            self._emit("list", token, takes=self._sequence("]", "an element"))
        elif token.text == "(" and token.kind == "sign":
            self._bracketed(")")
        elif token.text == "|" and token.kind == "sign":
            self._bracketed("|")
            self._emit("call", token, "abs", takes=1)
        else:
            raise token.error(f"expected a number, a name or a bracket, got {token.shown()}")

    def _name(self) -> None:
        """Parse a name and what follows it: a call, a prime, an index that is part of a label."""
        token = self.take()
        function = function_name(token.text)
        if self._known is not None and self.at("[") and (label := self._known(self._label(token, move=False))):
            self._label(token, move=True)
            self._emit("name", token, label)
        elif function and self._begins_call(token):
            self._function(token, function)
        elif self.next.kind == "prime":
            self._updated(token)
        else:
            self._emit("name", token, token.text, takes=int(self.at("(")))

    def _begins_call(self, token: Token) -> bool:
        """Return whether a function is called here: its name before a bracket, or before one number or name."""
        ahead = 0
        while self._peek(ahead).kind == "prime":
            ahead += 1
        if self._peek(ahead).kind == "superscript":
            ahead += 1
        elif self._peek(ahead).text == "^":
            ahead += self._exponent_length(ahead)
        after = self._peek(ahead)
        if after.text == "(" and after.kind == "sign":
            return True
        return len(token.text) > 1 and after.kind in ("number", "name", "root") and self._opened != "["

    def _exponent_length(self, ahead: int) -> int:
        """Count the tokens of `^2` or `^(2)` between a function and its operand."""
        if self._peek(ahead + 1).kind == "number":
            return 2
        inner = [self._peek(ahead + i) for i in (1, 2, 3)]
        return 4 if [each.text for each in inner[::2]] == ["(", ")"] and inner[1].kind == "number" else 0

    def _function(self, token: Token, name: str) -> None:
        """Parse a call: `f(x, y)`, `σ'(z)`, `sin²(x)`, `sin 2x`."""
        primes = 0
        while self.next.kind == "prime":
            self.take()
            primes += 1
        raised = self._function_power(token)
        if self.at("("):
            takes = self._sequence(")", "an operand")
        else:
            self._bare_operand(token)
            takes = 1
        if primes > 1 or (primes and takes > 1):
            raise token.error(f"{token.text}{primes * chr(39)} can't be read; one prime, of a function of one operand")
        self._emit("slope" if primes else "call", token, name, takes=takes)
        if raised is not None:
            self._emit("number", raised, number=self._whole(token, raised))
            self._emit("call", raised, _OP["^"], takes=2)

    def _function_power(self, token: Token) -> Token | None:
        if self.next.kind == "superscript":
            return self.take()
        if not self.at("^"):
            return None
        length = self._exponent_length(0)
        exponent = self._peek(1 if length == 2 else 2)
        self._position += length
        return exponent

    def _whole(self, token: Token, raised: Token) -> float:
        exponent = unicodedata.normalize("NFKC", raised.text)
        if not exponent.isdigit() or exponent == "0":
            raise raised.error(
                f"{token.text} to the {exponent} can be read in two ways; "
                f"write 1/{token.text}(x) or the inverse function"
            )
        return float(exponent)

    def _bare_operand(self, token: Token) -> None:
        """Parse the operand of a function without brackets: one number or name, or a number times a name."""
        if self.next.kind not in ("number", "name", "root"):
            raise token.error(f"{token.shown()} needs its operand in brackets, {token.text}(x)")
        first = self.next
        self._deeper(token)
        self._binary(POWER)
        self._depth -= 1
        second = self.next
        plain = second.kind == "name" and not function_name(second.text)
        if first.kind == "number" and plain and token.kind == "name" and self._implied():
            self._binary(POWER)
            self._emit("call", second, _OP["*"], takes=2)
        after = self.next
        goes_on = self._implied() and not (after.kind == "name" and function_name(after.text))
        if goes_on or (token.kind == "name" and self.at("*", "/", "@")):
            raise token.error(
                f"{token.text} {first.text} {after.text} can be read in two ways; "
                f"put the operand of {token.text} in brackets, {token.text}({first.text})"
            )

    def _updated(self, token: Token) -> None:
        primes = 0
        while self.next.kind == "prime":
            self.take()
            primes += 1
        if primes > 1:
            shown = token.text + primes * "'"
            raise token.error(f"{shown}: one prime is the updated quantity; more mean nothing here")
        self._emit("updated", token, token.text)

    # Derivatives

    def _is_differential(self) -> bool:
        """Return whether `d(y)/d(x)` begins here, or `dy/dx`, `d y/d x` of quantities if d, dy and dx are none."""
        above = self._differential_length(0)
        return bool(above) and self._peek(above).text == "/" and bool(self._differential_length(above + 1))

    def _differential_length(self, ahead: int) -> int:
        """Count the tokens of `d(y)`, `dy` or `d y`; 0 for anything else."""
        token, following = self._peek(ahead), self._peek(ahead + 1)
        if token.kind != "name" or not token.text.startswith("d"):
            return 0
        if token.text == "d" and (length := self._bracketed_label(ahead + 1)):
            return 1 + length
        if self._known is None or self._known(token.text):
            return 0
        if token.text == "d":
            return 2 if following.kind == "name" and self._known(following.text) else 0
        return 1 if self._known(token.text[1:]) else 0

    def _bracketed_label(self, ahead: int) -> int:
        """Count the tokens of `(name)` or `(name[1,2])`; 0 for anything else."""
        if self._peek(ahead).text != "(" or self._peek(ahead + 1).kind != "name":
            return 0
        length = 2
        if self._peek(ahead + length).text == "[":
            while self._peek(ahead + length).text != "]" and self._peek(ahead + length).kind in ("sign", "number"):
                length += 1
            length += 1
        return length + 1 if self._peek(ahead + length).text == ")" else 0

    def _partial(self) -> None:
        token = self.next
        y = self._differential()
        if not self.at("/"):
            raise self.next.error(f"a derivative is written ∂y/∂x or d(y)/d(x), got {self.next.shown()} after ∂{y}")
        self.take()
        self._emit("partial", token, f"∂{y}/∂{self._differential()}")

    def _differential(self) -> str:
        token = self.take()
        if token.text not in ("∂", "d"):
            if token.kind == "name" and token.text.startswith("d"):
                return self._label(token._replace(text=token.text[1:]), move=True)
            raise token.error(f"a derivative is written ∂y/∂x or d(y)/d(x), got {token.shown()}")
        bracketed = self.at("(")
        if bracketed:
            self.take()
        if self.next.kind != "name":
            raise self.next.error(f"expected a name after '{token.text}', got {self.next.shown()}")
        label = self._label(self.take(), move=True)
        if bracketed:
            if not self.at(")"):
                raise self.next.error(f"expected ')', got {self.next.shown()}; a derivative is of one name by another")
            self.take()
        return label

    def _label(self, name: Token, move: bool) -> str:
        """Return a name with the index that follows it, `W[1,2]`."""
        if not self.at("["):
            return name.text
        ahead = 0
        while self._peek(ahead).text != "]" and (
            self._peek(ahead).kind == "number" or self._peek(ahead).text in ("[", ",")
        ):
            ahead += 1
        if self._peek(ahead).text != "]":
            return name.text
        pieces = [self._peek(i).text for i in range(ahead + 1)]
        if move:
            self._position += ahead + 1
        return tidy_name(name.text + "".join(pieces))

    # Brackets

    def _bracketed(self, closing: str) -> None:
        before, opening = self._before, self.take()
        outer = self._enter(opening)
        self._binary(COMPARISON)
        if self.at(",") and before.kind == "name":
            raise before.error(f"unknown op {before.shown()}{did_you_mean(before.text, _FUNCTIONS.values())}")
        self._close(closing, outer)

    def _sequence(self, closing: str, what: str) -> int:
        """Parse `(a, b, …)` or `[a, b, …]` and return the count; a trailing comma is allowed."""
        opening = self.take()
        outer = self._enter(opening)
        if opening.text == "(":
            self._opened = "f("
        if self.at(closing):
            raise self.next.error(f"{opening.text}{closing} is empty; expected {what}")
        count = 0
        while not self.at(closing):
            self._binary(COMPARISON)
            count += 1
            if not self.at(","):
                break
            self.take()
        self._close(closing, outer)
        return count

    def _enter(self, opening: Token) -> str:
        self._deeper(opening)
        outer, self._opened = self._opened, opening.text
        return outer

    def _close(self, closing: str, outer: str) -> None:
        if not self.at(closing):
            raise self.next.error(self.expected_operator())
        self.take()
        self._opened = outer
        self._depth -= 1

    def _deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise token.error(f"brackets and powers are nested more than {MAX_NESTING} deep; name an inner part")

    def _number(self, token: Token) -> float:
        if token.text in FRACTIONS:
            return unicodedata.numeric(token.text)
        if len(token.text) > MAX_NUMBER:
            raise token.error(f"the number has {len(token.text)} characters; allowed are {MAX_NUMBER}")
        number = float(token.text)
        if math.isinf(number):
            raise token.error(f"the number is too large, got {token.text}; the largest is 1.797e308")
        after = self.next
        if after.text.startswith(".") or (after.kind == "number" and after.column == token.end):
            raise after.error(f"the number {token.text} runs into {after.shown()}; a number has one point")
        return number
