"""Every error of a worksheet says where, what, and what would be right."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from autograd.errors import AutogradError, WorksheetError
from autograd.worksheet import Worksheet

# text, line, column, what the message contains
WRONG = [
    # names
    ("net_h1 = 1\nout = 2*net_h2", 2, 9, ["unknown name 'net_h2'", "in 'out = 2*net_h2'", "did you mean 'net_h1'?"]),
    ("a = qqqq", 1, 5, ["unknown name 'qqqq'", "nothing is defined before"]),
    ("x = 1\na = qqqq", 2, 5, ["unknown name 'qqqq'", "defined so far are x"]),
    ("a = b + 1\nb = 2", 1, 5, ["'b' is used before its definition in line 2", "move that line up"]),
    ("a = a + 1", 1, 5, ["'a' is defined by itself"]),
    ("w = 1\nx = 2\nw = 3", 3, 1, ["'w' is already defined in line 1"]),
    ("w, w = 1, 2", 1, 4, ["'w' is already defined in line 1"]),
    ("a = " + "1 + " * 40 + "x", 1, 165, ["unknown name 'x'", "in '…"]),
    ("a" * 65 + " = 1", 1, 1, ["65 characters", "allowed are 64"]),
    ("a = 2 " + "b" * 1000, 1, 7, ["1000 characters", "allowed are 64"]),
    ("x" * 1000 + ": y", 1, 1, ["unknown directive 'xxx", "allowed are title:"]),
    ("rate: 1 " + "x" * 1000, 1, 9, ["takes one, got also 'xxx"]),
    ("of: " + "x" * 1000 + "\ny = 1", 1, 5, ["unknown name 'xxx"]),
    ("a = 1.5." + "2" * 1000, 1, 8, ["runs into '.2", "…"]),
    # functions
    ("a = expp(1)", 1, 5, ["unknown op 'expp'", "did you mean 'exp'?"]),
    ("a = __import__(1)", 1, 5, ["unknown op '__import__'"]),
    ("a = eval(1)", 1, 5, ["unknown op 'eval'"]),
    ("max = 1\na = max(2)", 2, 5, ["max takes 2 operands, got 1"]),
    ("exp = 1\na = exp(2)", 2, 5, ["'exp' is a quantity and an op", "exp*(…)", "rename"]),
    ("σ = 1\na = σ²(2)", 2, 5, ["'σ' is a quantity and an op"]),
    ("a = foo(1, 2)", 1, 5, ["unknown op 'foo'"]),
    ("w, x = 1, 2\na = wx + 1", 2, 5, ["unknown name 'wx'", "a product is written w*x"]),
    ("w = 1\nE = w^2\ng = dE/dw", 3, 5, ["'dE' is not a quantity", "d(y)/d(x), is allowed in claims"]),
    ("w = 1\nE = w^2\ng = d(E)/d(w)", 3, 5, ["∂E/∂w is not a quantity of a step"]),
    ("w = 1\ng = w' + 1", 2, 5, ["w' is not a quantity of a step"]),
    ("g = σ'(1)", 1, 5, ["σ' is not a quantity of a step"]),
    ("a = sigmoid", 1, 5, ["'sigmoid' is an op", "write sigmoid(x)"]),
    ("a = sigmoid(1, 2)", 1, 5, ["sigmoid takes 1 operand, got 2", "write sigmoid(x)"]),
    ("a = atan2(1)", 1, 5, ["atan2 takes 2 operands, got 1", "write atan2(y, x)"]),
    ("a = leaky_relu(1, 2, 3)", 1, 5, ["leaky_relu takes 1 to 2 operands, got 3"]),
    ("a = exp()", 1, 9, ["() is empty", "expected an operand"]),
    # grammar
    ("a", 1, 2, ["expected '='", "the end of the line"]),
    ("a == 1", 1, 3, ["expected '='", "got '=='"]),
    ("1 = 2", 1, 1, ["expected a name, got '1'"]),
    ("a =", 1, 4, ["expected a number, a name or a bracket", "the end of the line"]),
    ("a = 1 +", 1, 8, ["expected a number", "the end of the line"]),
    ("a = 1 * / 2", 1, 9, ["expected a number", "got '/'"]),
    ("a = b = 1", 1, 7, ["a second '='"]),
    ("a = 2 3", 1, 7, ["an operator is missing before '3'"]),
    ("x = 1\na = x 3", 2, 7, ["an operator is missing before '3'", "x*3"]),
    ("x = 1\na = 1/2x", 2, 6, ["can be read in two ways", "a/b*c or a/(b*c)"]),
    ("x = 1\na = 1/x(2)", 2, 6, ["can be read in two ways"]),
    ("x = 1\na = e^2x", 2, 8, ["^2x can be read in two ways", "^(2*x)"]),
    ("x = 1\na = sin x x", 2, 5, ["sin x x can be read in two ways", "sin(x)"]),
    ("x = 1\na = sin 2 (x)", 2, 5, ["sin 2 ( can be read in two ways"]),
    ("x = 1\na = √2x", 2, 5, ["sqrt 2 x can be read in two ways"]),
    ("x = 1\na = sin⁻¹(x)", 2, 8, ["sin to the −1 can be read in two ways"]),
    ("x = 1\na = sin2x", 2, 5, ["unknown name 'sin2x'", "an op is written sin(2x)"]),
    ("x = 1\na = tanh x/2", 2, 5, ["tanh x / can be read in two ways", "tanh(x)"]),
    ("a = sin", 1, 5, ["'sin' is an op and needs operands", "write sin(x)"]),
    ("a = sin -2", 1, 5, ["'sin' is an op and needs operands", "write sin(x)"]),
    ("x = 1\na = [x x]", 2, 8, ["an operator is missing before 'x'", "separated by commas"]),
    ("x = 1\na = [exp(x) exp(x)]", 2, 13, ["an operator is missing before 'exp'", "separated by commas"]),
    ("a = |1 + 2", 1, 11, ["expected an operator or the end of the expression, got the end of the line"]),
    ("a = ∂", 1, 6, ["expected a name after '∂'"]),
    ("a, b = 1", 1, 1, ["names before '=': 2, values after it: 1"]),
    ("a = 1 < 2 < 3", 1, 11, ["comparisons can't be chained"]),
    ("a = (1, 2)", 1, 7, ["a list is written [a, b]"]),
    ("a = [1 2]", 1, 8, ["an operator is missing before '2'"]),
    ("a = []", 1, 6, ["[] is empty"]),
    # brackets
    ("a = (1 + 2", 1, 5, ["'(' is never closed", "')' is missing"]),
    ("a = (1 + 2\nb = 3", 1, 5, ["'(' is not closed before the next step, in line 2"]),
    ("a = [1,\ninputs: a", 1, 5, ["'[' is not closed before the next step, in line 2"]),
    ("a = 1)", 1, 6, ["')' closes nothing"]),
    ("a = [1)", 1, 7, ["')' can't close the '[' of line 1, column 5", "expected ']'"]),
    ("a = " + "(" * 51 + "1" + ")" * 51, 1, 55, ["nested more than 50 deep"]),
    ("a = " + "2^" * 51 + "1", 1, 106, ["nested more than 50 deep"]),
    ("a = " + "exp(" * 400 + "1" + ")" * 400, 1, 208, ["nested more than 50 deep"]),
    # characters
    ("a = w.grad", 1, 6, ["unexpected character '.'", "a name has no parts"]),
    ("a = 'os'", 1, 5, ["unexpected character", "text in quotes has no meaning"]),
    ("a = 1; b = 2", 1, 6, ["unexpected character ';'", "a line of its own"]),
    ("a = {1}", 1, 5, ["unexpected character '{'", "group with ( )"]),
    ("a = 1 \u202e", 1, 7, ["'\\u202e' (RIGHT-TO-LEFT OVERRIDE)"]),
    ("a = \x00", 1, 5, ["unexpected character '\\x00'"]),
    ("a = 😀", 1, 5, ["GRINNING FACE"]),
    # numbers
    ("a = 1.2.3", 1, 8, ["the number 1.2 runs into '.3'"]),
    ("a = 1_000", 1, 6, ["an operator is missing before '_000'"]),
    ("a = 1e999", 1, 5, ["too large, got 1e999"]),
    ("a = " + "1" * 101, 1, 5, ["101 characters", "allowed are 100"]),
    # shapes
    ("W = [[1, 2], [3, 4]]\ny = W @ [1, 2, 3]", 2, 7, ["a 2×2 matrix and a vector of 3", "(2)", "(3)"]),
    ("y = 2 @ [1]", 1, 7, ["needs vectors or matrices, got a number and a vector of 1"]),
    ("y = [1, 2] + [1, 2, 3]", 1, 12, ["add: shapes differ, got a vector of 2 and a vector of 3"]),
    ("y = [1, 2] + [[1, 2]]", 1, 12, ["a vector of 2 and a 1×2 matrix"]),
    ("y = [[1, 2], [3]]", 1, 5, ["equally long, got a vector of 2 and a vector of 1"]),
    ("y = [1, [2]]", 1, 5, ["equally long, got a number and a vector of 1"]),
    ("y = [[[1]]]", 1, 5, ["a list of matrices"]),
    ("y = dot([1], [1, 2])", 1, 5, ["dot: shapes differ"]),
    ("y = dot([[1]], [1])", 1, 5, ["dot: operands must be vectors, got a 1×1 matrix"]),
    ("y = dot([1], [1], [1])", 1, 5, ["the bias must be a number, got a vector of 1"]),
    ("y = outer(1, [1])", 1, 5, ["outer: operands must be vectors, got a number"]),
    ("y = transpose([1])", 1, 5, ["transpose: needs a matrix, got a vector of 1"]),
    ("y = sum([1], 2)", 1, 5, ["sum: got a vector of 1 among several operands"]),
    ("w = 1\ny = w[1]", 2, 6, ["a number has no elements"]),
    ("w = [1, 2]\ny = w[0]", 2, 6, ["no element 0", "count from 1 to 2"]),
    ("w = [1, 2]\ny = w[3]", 2, 6, ["no element 3"]),
    ("w = [1, 2]\ny = w[1.5]", 2, 6, ["must be a whole number"]),
    ("w = [1, 2]\ni = 1\ny = w[i]", 3, 6, ["must be a whole number written out"]),
    ("w = [1, 2]\ny = w[1, 2]", 2, 6, ["2 indices for a vector of 2"]),
    # directives
    ("input: x\nx = 1", 1, 1, ["unknown directive 'input'", "did you mean 'inputs'?"]),
    ("qqqq: x", 1, 1, ["unknown directive 'qqqq'", "allowed are title:, inputs:"]),
    ("inputs:\nx = 1", 1, 1, ["'inputs:' has no arguments", "'inputs: i1 i2'"]),
    ("inputs: x1 x3\nx1, x2 = 1, 2", 1, 12, ["unknown name 'x3'", "names are x1, x2"]),
    ("x = 1\ny = 2*x\nfixed: y", 3, 8, ["'y' is computed, not a leaf", "leaves are x"]),
    ("rate: fast", 1, 7, ["not a number: 'fast'"]),
    ("rate: 0", 1, 7, ["above 0, got '0'"]),
    ("rate: nan", 1, 7, ["above 0, got 'nan'"]),
    ("rate: 1 2", 1, 9, ["'rate:' takes one, got also '2'"]),
    ("rate: 1\nrate: 2", 2, 1, ["'rate:' appears twice"]),
    ("of: E\nE_total = 1", 1, 5, ["unknown name 'E'"]),
    ("v = [1, 2]\nof: v", 2, 5, ["the output must be one number", "'v[1]'"]),
    # sizes
    ("a = [" + "1," * 100_001 + "]", 1, 5, ["100,001 elements", "allowed are 100,000"]),
    ("a = [" + "1," * 400 + "]\nb = outer(a, a)", 2, 5, ["160,000 elements"]),
    ("a = [" + "1," * 200 + "]\nb = outer(a, a)\nc = b @ b", 3, 7, ["more than 1,000,000 scalar operations"]),
]


@pytest.mark.parametrize("text, line, column, parts", WRONG, ids=[text[:30] for text, *_ in WRONG])
def test_errors(text: str, line: int, column: int, parts: list[str]) -> None:
    with pytest.raises(WorksheetError) as caught:
        Worksheet.parse(text)
    message = str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column), message
    assert message.startswith(f"line {line}, column {column}: ")
    assert all(part in message for part in parts), message
    assert "\n" not in message
    assert message.isprintable()
    assert len(message) < 400


def test_the_error_is_an_autograd_error_and_a_value_error() -> None:
    assert issubclass(WorksheetError, AutogradError)
    assert issubclass(WorksheetError, ValueError)


@pytest.mark.parametrize("text", ["a = 1" + " " * 1_000_000, "\n" * 50_001])
def test_whole_sheets_have_limits(text: str) -> None:
    with pytest.raises(WorksheetError, match="allowed are"):
        Worksheet.parse(text)


def test_an_empty_sheet_has_no_output() -> None:
    sheet = Worksheet.parse("# nothing yet")
    with pytest.raises(WorksheetError, match="no steps"):
        sheet.evaluate()


def test_numbers_in_place_of_quantities_must_name_one() -> None:
    sheet = Worksheet.parse("weights = [1, 2]\ny = sum(weights)")
    with pytest.raises(WorksheetError, match="'weights' is a list; give its elements one by one"):
        sheet.evaluate({"weights": 1})
    with pytest.raises(WorksheetError, match=r"unknown name 'weight'; did you mean 'weights'\?"):
        sheet.evaluate({"weight": 1})
    with pytest.raises(WorksheetError, match=r"unknown quantity 'Y'; did you mean 'y'\?"):
        sheet.evaluate().gradients(["Y"])
    with pytest.raises(WorksheetError, match="no learning rate"):
        next(sheet.descend())
    with pytest.raises(WorksheetError, match="'y' is computed, not a leaf"):
        next(sheet.descend(rate=1, trained=["y"]))


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "sheet.txt"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2*a\r\n")
    assert Worksheet.load(path).evaluate().value == 2.0
    assert Worksheet.load(str(path)).name == "sheet.txt"
    path.write_bytes(b"a = 1\nb = \xff2")
    with pytest.raises(WorksheetError, match="line 2, column 5: the sheet is not UTF-8 text: byte 0xff"):
        Worksheet.load(path)
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(WorksheetError, match="allowed are 1,000,000 bytes"):
        Worksheet.load(path)
    with pytest.raises(FileNotFoundError):
        Worksheet.load(tmp_path / "none.txt")
    with pytest.raises(IsADirectoryError):
        Worksheet.load(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["a = " + "(" * 500_000, "a = 1\nb = a" + "[1]" * 100_000, "a = 1\nb = " + "-" * 200_000 + "a", "=" * 999_999],
)
@pytest.mark.slow
def test_large_nonsense_ends(text: str) -> None:
    with contextlib.suppress(WorksheetError):
        Worksheet.parse(text)
