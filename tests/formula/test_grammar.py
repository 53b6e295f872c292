"""One grammar: steps, claims, questions at the prompt and formulas parse an expression alike, or reject it alike."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, check_derivation
from autograd.claims.sheets import judge_claims, sheet_subject
from autograd.errors import WorksheetError
from autograd.formula import Formula, TextPrinter, equation
from autograd.formula.grammar import Parser
from autograd.formula.lexer import Token, tokens
from autograd.formula.tree import MAX_DEPTH, name, partial
from autograd.prompt import Session
from autograd.worksheet import Worksheet

LEAVES = {"w": 0.75, "x": -1.25, "a": 0.5, "b": 2.0, "n": 3.0}
SHEET = "".join(f"{label} = {number}\n" for label, number in LEAVES.items())
W, X, A, B, N = LEAVES.values()

# What is written, and its number.
READ = [
    ("2(x - 1)", 2 * (X - 1)),
    ("2w", 2 * W),
    ("2w x", 2 * W * X),
    ("w x", W * X),
    ("w(1 - x)", W * (1 - X)),
    ("(w)(x)", W * X),
    ("(w)2", W * 2),
    ("(w)2(x)", W * 2 * X),
    ("2 a^2", 2 * A**2),
    ("a²b", A**2 * B),
    ("a^2(1 - b)", A**2 * (1 - B)),
    ("a^2 b", A**2 * B),
    ("b^-2 a", A / 4),
    ("-2w", -2 * W),
    ("-w²", -(W**2)),
    ("x⁻²", X**-2),
    ("2^n²", 2.0**9),
    ("2^3^2", 512.0),
    ("1/2(x - 1)^2", 0.5 * (X - 1) ** 2),
    ("½(x - 1)²", 0.5 * (X - 1) ** 2),
    ("½x", 0.5 * X),
    ("a/(2b)", A / (2 * B)),
    ("2a/b", 2 * A / B),
    ("a·b × w − x ÷ b", A * B * W - X / B),
    ("√b", math.sqrt(B)),
    ("√(b + 2)", 2.0),
    ("2√b", 2 * math.sqrt(B)),
    ("√b w", None),
    ("sin 2", math.sin(2)),
    ("sin w", math.sin(W)),
    ("sin 2w", math.sin(2 * W)),
    ("sin w cos x", math.sin(W) * math.cos(X)),
    ("2 sin w + 1", 2 * math.sin(W) + 1),
    ("sin w² + 1", math.sin(W**2) + 1),
    ("sin²(w)", math.sin(W) ** 2),
    ("tanh^2(w)", math.tanh(W) ** 2),
    ("exp(w)x", math.exp(W) * X),
    ("e^x", math.exp(X)),
    ("e^(-x)", math.exp(-X)),
    ("2e^x", 2 * math.exp(X)),
    ("e²", math.exp(2)),
    ("1/(1 + e^(-x))", 1 / (1 + math.exp(-X))),
    ("|x|", -X),
    ("2|x|", -2 * X),
    ("|x|b", -X * B),
    ("||x| - b|", B + X),
    ("|x|²", X**2),
    ("2π", 2 * math.pi),
    ("π a²", math.pi * A**2),
    ("max(w, 2x)", W),
    ("(w > x)b", B),
    ("ln b + Sin(w) + SIGMOID(0)", math.log(B) + math.sin(W) + 0.5),
    ("leaky_relu(x)", 0.01 * X),
    ("sum([w, x])", W + X),
    ("[w, x] @ [a, b]", W * A + X * B),
    ("dot([w, x], [a, b], 1)", W * A + X * B + 1),
    ("[2w, 3(x - 1)][2]", 3 * (X - 1)),
    ("a/2b", None),
    ("a/b(w)", None),
    ("e^2x", None),
    ("sin w x", None),
    ("sin w/2", None),
    ("sin 2π/3", None),
    ("sin 2*w", None),
    ("√b/2", math.sqrt(B) / 2),
    ("√b·w", math.sqrt(B) * W),
    ("sin 2 (x)", None),
    ("2 3", None),
    ("w 2", None),
    ("wx", None),
    ("[w x]", None),
    ("1 < 2 < 3", None),
    ("sin⁻¹(x)", None),
    ("σ", None),
    ("1_000", None),
]


def step(text: str) -> float:
    return Worksheet.parse(f"{SHEET}result = {text}\n").evaluate().value


def claim(text: str) -> float:
    """Compute what a claim about the same quantities takes the text for."""
    formula = equation(text, LEAVES)[0]
    return formula.value(LEAVES)


def question(text: str) -> float:
    session = Session()
    for line in SHEET.splitlines():
        session.enter(line)
    reply = session.enter(text)
    if reply.kind == "refused":
        raise WorksheetError(reply.text)
    return float(reply.text)


@pytest.mark.parametrize("way", [step, claim, question])
@pytest.mark.parametrize("text, number", READ)
def test_every_way_reads_alike(way: object, text: str, number: float | None) -> None:
    assert callable(way)
    if number is None:
        with pytest.raises(WorksheetError):
            way(text)
    else:
        assert way(text) == pytest.approx(number, rel=1e-9)


@pytest.mark.parametrize("text", [text for text, number in READ if number is not None])
def test_a_claim_about_a_step_is_read_as_the_step(text: str) -> None:
    sheet = Worksheet.parse(f"{SHEET}result = {text}\ncheck result == {text}")
    assert all(verdict for _, verdict in judge_claims(sheet, sheet_subject(sheet)))


MATRICES = """
W = [[0.5, -1], [2, 0.25]]
x = [1.5, -2]
y = W @ x
E = ½ sum(y²)
"""


@pytest.mark.parametrize(
    "text, ok",
    [
        ("E == ½((W @ x)[1]² + (W @ x)[2]²)", True),
        ("E == ½ dot(W @ x, y)", True),
        ("y[1] == W[1,1] x[1] + W[1,2] x[2]", True),
        ("d(E)/d(W[1,2]) == y[1] x[2]", True),
        ("∂E/∂W[1,2] == outer(y, x)[1,2]", True),
        ("d(E)/d(x[1]) == (transpose(W) @ y)[1]", True),
        ("d(E)/d(x[1]) == (W @ y)[1]", False),
        ("sum(x) == x[1] + x[2]", True),
    ],
)
def test_claims_about_matrices(text: str, ok: bool) -> None:
    sheet = Worksheet.parse(MATRICES + f"check {text}")
    assert [bool(verdict) for _, verdict in judge_claims(sheet, sheet_subject(sheet))] == [ok]


def test_a_side_of_a_claim_is_one_number() -> None:
    sheet = Worksheet.parse(MATRICES + "check y == W @ x")
    with pytest.raises(WorksheetError, match=r"line 6, column 7: a side is one number, got a vector of 2"):
        list(judge_claims(sheet, sheet_subject(sheet)))


@pytest.mark.parametrize(
    "text", ["dE/dw", "d(E)/d(w)", "∂E/∂w", "∂(E)/∂(w)", r"\frac{dE}{dw}", r"\frac{\partial E}{\partial w}"]
)
def test_spellings_of_a_derivative(text: str) -> None:
    assert equation(text, {"E", "w", "d"}) == [partial("E", "w")]


def test_a_derivative_in_a_question_needs_no_brackets() -> None:
    session = Session()
    for line in ("w = 3", "E = w²"):
        session.enter(line)
    answers = [session.enter(text).text for text in ("dE/dw", "2dE/dw", "1 + dE/dw", "2 ∂E/∂w")]
    assert answers == ["6", "12", "7", "12"]


@pytest.mark.parametrize("text", ["dE/d(w)", "d(E)/dw", "d E/d w", "d E/dw", "dE/d w"])
def test_differentials_may_be_written_apart(text: str) -> None:
    (formula,) = equation(text, {"E", "w"})
    assert formula == partial("E", "w")


def test_a_quotient_of_quantities_is_no_derivative() -> None:
    assert equation("dE/dw", {"E", "w", "dE", "dw"})[0].head == "/"
    assert equation("delta/depth", {"delta", "depth", "elta", "epth"})[0].head == "/"


@pytest.mark.parametrize(
    "text, column",
    [
        ("w == 2*q", 8),
        ("w == d(w)/d(q)", 6),
        ("w == (1 + x", 6),
        ("w == x)", 7),
        ("w == x +", 9),
        ("w == x $ 2", 8),
        ("w == sin(x, w)", 6),
    ],
)
def test_errors_have_their_column(text: str, column: int) -> None:
    with pytest.raises(WorksheetError) as caught:
        equation(text, LEAVES)
    assert (caught.value.line, caught.value.column) == (1, column), caught.value


@pytest.mark.parametrize(
    "text",
    [
        "w" + "/w" * 9_000,
        "w" + "²" * 9_000,
        "-" * 9_000 + "w",
        "w" + "+w" * 9_000,
        "w" + " w" * 9_000,
        "σ'(" * 50 + "w" + ")" * 50,
        "|" * 9_000,
        "sin " * 3_000 + "w",
        "2^" * 5_000 + "2",
        "√" * 9_000 + "w",
    ],
    ids=lambda text: text[:6],
)
def test_long_and_deep_formulas_are_read_or_refused(text: str) -> None:
    (formula,) = read(text) or [name("w")]
    assert formula.depth <= MAX_DEPTH
    assert formula.value(LEAVES) is not None
    assert TextPrinter(9, {}, "plain").formula(formula)


def read(text: str) -> list[Formula]:
    """Read a text, or check how it is refused."""
    refused = None
    try:
        return equation(text, LEAVES)
    except WorksheetError as error:
        refused = error
    assert refused.message.isprintable()
    assert 1 <= refused.line <= text.count("\n") + 1
    assert refused.column >= 1
    return []


PIECES = ["w", "x", "2", "0.5", "(", ")", "[", "]", ",", "+", "-", "*", "/", "^", "²", "|", "'", "∂", "d", "√", "sin"]
PIECES += [" ", "e", "@", "<", "σ", "½", "#", "=", "\n", "max", "W[1]", "d(w)/d(x)", "é", "1e9"]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    for side in read(text):
        assert TextPrinter(9, {}, "plain").formula(side)


numbers = st.floats(0.1, 9.0).map(lambda x: Formula("number", text=repr(x), number=x))
formulas = st.recursive(
    st.one_of(st.sampled_from([name(label) for label in LEAVES]), numbers),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "*", "/", "^", "max", "<"]), inner, inner).map(
            lambda each: Formula(each[0], each[1:])
        ),
        st.tuples(st.sampled_from(["neg", "sin", "abs", "sigmoid", "sqrt"]), inner).map(
            lambda each: Formula(each[0], each[1:])
        ),
    ),
    max_leaves=12,
)


@given(formulas)
def test_what_is_printed_is_read_back(formula: Formula) -> None:
    printed = TextPrinter(17, {}, "plain").formula(formula)
    (again,) = equation(printed, LEAVES)
    before, after = formula.value(LEAVES), again.value(LEAVES)
    close = math.isclose(before, after, rel_tol=1e-9) or before == after
    assert close or (math.isnan(before) and math.isnan(after)), printed


def test_postfix_code_has_operands_before_operators() -> None:
    parser = Parser([*tokens("2w - x²"), Token("end", "")])
    assert [each.name or each.number for each in parser.expression()] == [2.0, "w", "mul", "x", 2.0, "pow", "sub"]


def test_check_derivation_reads_the_same_grammar() -> None:
    w, x = Value(0.5, "w"), Value(2.0, "x")
    E = (2 * w * (x - 1)).sin()
    E.label = "E"
    assert check_derivation("dE/dw == cos(2w(x - 1)) 2(x - 1)", E)
    assert check_derivation("E == sin(2w (x - 1))", E)


@pytest.mark.parametrize("before", [r"\hat", "w_", "w^", r"\frac{\partial E}{\partial w_", ""])
def test_a_matrix_in_latex_is_refused(before: str) -> None:
    matrix = r"{\begin{matrix} w & x \\ a & b \end{matrix}}"
    with pytest.raises(WorksheetError, match="can't"):
        equation(before + matrix + "}" * (before.count("{") - before.count("}")), LEAVES)


LATEX = [
    "w", "x", "2.", "_", "^", "{", "}", "{w}", r"\frac", r"\partial", "d", r"\mathrm{d}", r"\sqrt", r"\underbrace",
    "'", "½", r"\hat", r"\mathbf", r"\text{out}", r"\left(", r"\right)", "[", "|", "&", r"\\", "+", "=", "ŵ", "₁",
    r"\alpha", r"\sin", r"\begin{matrix} w & x \end{matrix}", "%",
]  # fmt: skip


@given(st.lists(st.sampled_from(LATEX), max_size=8).map("".join))
def test_latex_is_read_or_refused(text: str) -> None:
    with suppress(WorksheetError):
        assert all(isinstance(each, Formula) for each in equation(text, LEAVES))
