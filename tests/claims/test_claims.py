"""Claims: correct lines of the notes pass, planted errors and single mutations are found and named."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, WorksheetError
from autograd.__main__ import main
from autograd.claims.judge import Subject, agree, judge, judge_sides
from autograd.claims.sheets import judge_claims, sheet_subject
from autograd.formula.tree import Formula, name, negative, number, partial, plus, times
from autograd.worksheet import Worksheet, shipped


def subject(sheet: str) -> Subject:
    return sheet_subject(shipped.load(sheet))


@pytest.mark.parametrize("sheet", [each for each in shipped.names() if not each.startswith("slips")])
def test_every_formula_of_the_notes_holds(sheet: str) -> None:
    loaded = shipped.load(sheet)
    assert loaded.claims
    for line, verdict in judge_claims(loaded, sheet_subject(loaded)):
        assert verdict, f"line {line}: {verdict}"


@pytest.mark.parametrize(
    "sheet, messages",
    [
        (
            "slips_two_hidden",
            [
                "∂z1_2/∂a1_1 and ∂a2_1/∂z2_1 do not join: a1_1 is not a2_1; the path to w12_1 runs through a2_1",
                "∂z1_2/∂a1_1 and ∂a2_1/∂z2_1 do not join: a1_1 is not a2_1; the path to b2_1 runs through a2_1",
            ],
        ),
        (
            "slips_step_by_step",
            [
                "on the left side, off by the factor ∂E_total/∂w5: it is too much; it should be ∂E_total/∂w5",
                "wrong index: w3 where w2 belongs; it should be w1 · i1 + w2 · i2 + b1 · 1",
            ],
        ),
        (
            "slips_regression",
            ["off by the factor x: it is too much; it should be (a2 − y) · w2 · a1(1 − a1)"],
        ),
    ],
)
def test_the_notes_slips_are_found_and_explained(sheet: str, messages: list[str]) -> None:
    loaded = shipped.load(sheet)
    verdicts = [verdict for _, verdict in judge_claims(loaded, sheet_subject(loaded))]
    assert not any(verdicts)
    assert [verdict.message for verdict in verdicts] == messages


@pytest.mark.parametrize(
    "sheet, claim, message",
    [
        (
            "step_by_step",
            "d(E_total)/d(w5) == (target_o1 - out_o1)*out_o1*(1 - out_o1)*out_h1",
            "sign; it should be −(target_o1 − out_o1) · out_o1(1 − out_o1) · out_h1",
        ),
        ("step_by_step", "d(E_total)/d(out_o1) == -(target_o1 + out_o1)", "sign: target_o1 + out_o1 should be"),
        (
            "step_by_step",
            "d(E_total)/d(w5) == -(target_o1 - out_o1)*out_o1*out_h1",
            "off by the factor 1 − out_o1: it is missing",
        ),
        ("regression", "d(L)/d(w1) == (a2 - y)*w2*a1*(1 - a1)", "off by the factor x: it is missing"),
        ("regression", "d(L)/d(w1) == 2*(a2 - y)*w2*a1*(1 - a1)*x", "off by the factor 2: it is too much"),
        ("relu_sigmoid", "d(C)/d(A2) == A2 - Y", "off by the factor 2: it is missing"),
        (
            "step_by_step",
            "d(E_total)/d(w5) == -(target_o1 - out_o1)*out_o1*(1 - out_o1)*out_h2",
            "wrong index: out_h2 where out_h1 belongs",
        ),
        (
            "step_by_step",
            "d(E_total)/d(w5) == d(E_total)/d(out_o1) * d(out_o1)/d(net_o1) * d(net_o1)/d(w6)",
            "wrong index: ∂net_o1/∂w6 where ∂net_o1/∂w5 belongs",
        ),
        (
            "many_neurons",
            "d(C0)/d(a_prev_1) == w_10*σ'(z_0)*2*(a_0 - y_0) + w_11*σ'(z_1)*2*(a_1 - y_1)",
            "transposed: w_10 where w_01 belongs",
        ),
        ("many_neurons", "d(z_0)/d(a_prev_1) == w_10", "transposed: w_10 where w_01 belongs"),
        ("relu_sigmoid", "d(C)/d(A2) == 2*(A2 - Y)^2", "power: (A2 − Y)² should be A2 − Y"),
        ("relu_sigmoid", "C == (A2 - Y)^3", "power: (A2 − Y)³ should be (A2 − Y)²"),
        ("relu_sigmoid", "C == A2 - Y", "power: (A2 − Y) should be (A2 − Y)²"),
        (
            "relu_sigmoid",
            "d(C)/d(w1) == x*w2*σ'(z2)*(2*A2 - 2*Y)",
            "right at these numbers by accident only: off by the factor (z1 > 0): it is missing",
        ),
        ("step_by_step", "w5' == 0.35891643", "the number is 0.358916479718, not 0.35891643"),
        ("step_by_step", "d(E_o2)/d(out_h1) == 0.019049118", "sign: it is −0.019049118258, not 0.019049118"),
        ("step_by_step", "d(E_total)/d(w5) == 0.741365 * 0.186815602 * 0.5", "the number is 0.082167040564"),
        ("step_by_step", "d(E_total)/d(E_total) == 2", "the number is 1, not 2"),
    ],
)
def test_planted_mistakes_are_named(sheet: str, claim: str, message: str) -> None:
    verdict = judge(claim, subject(sheet))
    assert not verdict
    assert verdict.message.startswith(message)


def test_right_by_accident_is_found_out() -> None:
    x, w = Value(2.0, "x"), Value(3.0, "w")
    y = x * x * w
    y.label = "y"
    verdict = ag.check_derivation("d(y)/d(w) == 2*x", y)
    assert verdict.left == verdict.right == 4.0
    assert not verdict
    assert verdict.message.startswith("right at these numbers by accident only: ")


def test_numbers_are_judged_to_the_digits_written() -> None:
    about = subject("step_by_step")
    assert judge("w5' == 0.35891648", about)
    assert judge("w5' == 0.359", about)
    assert not judge("w5' == 0.358", about)
    assert not judge("w5' == 0.35891650", about)
    remark = judge("d(E_o2)/d(out_h1) == -0.019049119", about)
    assert remark
    assert remark.message == "the last digit: −0.019049118258"


def test_our_own_text_and_latex_are_claims() -> None:
    loaded = shipped.load("step_by_step")
    values, about = loaded.evaluate().values, sheet_subject(loaded)
    for leaf in ("w1", "w5", "b1", "i2"):
        derivation = ag.derive(values["E_total"], leaf, width=10_000)
        for line in str(derivation).splitlines():
            if not line.startswith(" ") and line:
                assert judge(line, about), line
        for row in derivation.latex().splitlines()[1:-1]:
            left, equals, right = row.removesuffix(r" \\").partition("&=")
            if left:
                assert judge(left + equals + right, about), row


def test_direct_shares_are_accepted() -> None:
    x = Value(1.3, "x")
    a = x * x
    a.label = "a"
    y = a * x
    y.label = "y"
    assert ag.check_derivation("d(y)/d(x) == d(y)/d(a) * d(a)/d(x) + a", y)
    assert not ag.check_derivation("d(y)/d(x) == d(y)/d(a) * d(a)/d(x)", y)


@pytest.mark.parametrize(
    "claim, text",
    [
        ("d(E)/d(w) == x", "unknown name 'E'"),
        ("d(y)/d(w)", "a claim has two sides"),
        ("d(y)/d(w) == ", "a claim has two sides"),
        ("d(y)/d(w) == (x", "'(' is never closed; ')' is missing"),
        ("d(y)/d(w) == x $ 2", "unexpected character '$'"),
        ("w' == 1", "w' is w after an update, which needs a rate"),
        ("y == " + "(" * 51 + "x" + ")" * 51, "brackets and powers are nested more than 50 deep"),
        (r"\foo y = x", r"can't read \foo"),
        ("y == sigmoid(x, w)", "sigmoid takes 1 operand, got 2; write sigmoid(x)"),
    ],
)
def test_what_cannot_be_read_is_named(claim: str, text: str) -> None:
    w, x = Value(2.0, "w"), Value(3.0, "x")
    y = w * x
    y.label = "y"
    with pytest.raises(WorksheetError) as caught:
        ag.check_derivation(claim, y)
    assert str(caught.value).startswith(text)


def test_types_are_checked() -> None:
    with pytest.raises(TypeError, match="y must be a Value"):
        ag.check_derivation("a == b", 3.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="claim must be a str"):
        ag.check_derivation(3, Value(1.0))  # type: ignore[arg-type]


# The command line


def test_the_exit_code_is_1_when_a_claim_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slips_regression"]) == 1
    out = capsys.readouterr().out
    assert "line 23 WRONG: d(L)/d(b1) == (a2 - y)*w2*a1*(1 - a1)*x\n       off by the factor x: it is too" in out
    assert "1 claim checked: 1 WRONG\n" in out
    assert main(["regression"]) == 0
    assert "7 claims checked: all right" in capsys.readouterr().out


def test_claims_that_cannot_be_read_are_blamed_with_their_line(tmp_path: object) -> None:
    sheet = Worksheet.parse("x = 2\ny = x^2\n\ncheck d(y)/d(q) == 2*x")
    with pytest.raises(WorksheetError, match=r"line 4, column 7: unknown name 'q'"):
        list(judge_claims(sheet, sheet_subject(sheet)))


def test_check_remains_a_name() -> None:
    assert Worksheet.parse("check = 2\ny = check*2").evaluate().value == 4.0


# Mutations: a right claim, changed in one place, is caught


def chain_claim(sheet: str, leaf: str) -> tuple[Subject, list[Formula]]:
    """Derive as a product of formulas, which is right, and is what mutations start from."""
    loaded = shipped.load(sheet)
    run = loaded.evaluate()
    derivation = ag.derive(run.values[run.output], leaf)
    factors = [factor.formula for factor in derivation.terms[0].factors]
    return sheet_subject(loaded), [each for each in factors if each is not None]


RIGHT = [
    ("two_hidden", "w11_1"),
    ("two_hidden", "w12_1"),
    ("two_hidden", "w21_2"),
    ("regression", "w1"),
    ("regression", "w2"),
    ("relu_sigmoid", "w1"),
    ("relu_sigmoid", "w2"),
    ("step_by_step", "w5"),
]


@given(st.sampled_from(RIGHT), st.data())
def test_any_single_mutation_is_caught(right: tuple[str, str], data: st.DataObject) -> None:
    sheet, leaf = right
    about, factors = chain_claim(sheet, leaf)
    left = partial(about.output, leaf)
    assert judge_sides("", [left, times(*factors)], about)
    kind = data.draw(st.sampled_from(["sign", "drop", "extra", "rename", "power", "number"]))
    i = data.draw(st.integers(0, len(factors) - 1))
    mutated = list(factors)
    if kind == "sign":
        mutated[i] = negative(mutated[i])
    elif kind == "drop":
        mutated[i : i + 1] = []
    elif kind == "extra":
        mutated.insert(i, name(data.draw(st.sampled_from(sorted(about.leaves)))))
    elif kind == "rename":
        old = data.draw(st.sampled_from(sorted(mutated[i].names()) or [leaf]))
        new = data.draw(st.sampled_from(sorted(about.here)))
        mutated[i] = renamed(mutated[i], old, new)
    elif kind == "power":
        mutated[i] = Formula("^", (mutated[i], number(2.0)))
    else:
        mutated.insert(i, number(data.draw(st.sampled_from([0.5, 2.0, 3.0, 1.001]))))
    changed = Formula("*", tuple(mutated)) if mutated else number(1.0)
    same = all(agree(left, changed, point) for point in about.points())
    really_same = all(
        math.isclose(times(*factors).value(point), changed.value(point), rel_tol=1e-7) for point in about.points()
    )
    assert same == really_same
    verdict = judge_sides("", [left, changed], about)
    assert bool(verdict) == really_same
    if kind in ("sign", "extra") and not really_same:
        assert "no single change" not in verdict.message


def renamed(formula: Formula, old: str, new: str) -> Formula:
    if formula.head == "name":
        return name(new) if formula.text == old else formula
    return Formula(
        formula.head, tuple(renamed(each, old, new) for each in formula.operands), formula.text, formula.number
    )


def test_a_sum_with_one_term_wrong_is_explained() -> None:
    about = subject("step_by_step")
    verdict = judge("d(E_total)/d(out_h1) == d(E_o1)/d(net_o1)*w5 + d(E_o2)/d(net_o2)*w6", about)
    assert verdict.message.startswith("wrong index: w6 where w7 belongs")


def test_plus_keeps_what_it_is_given() -> None:
    assert plus(name("a"), negative(name("b"))).head == "+"


def test_a_chain_must_join_even_where_its_value_is_right() -> None:
    verdict = judge(
        "d(e)/d(w12_1) == d(e)/d(a1_2) * d(a1_2)/d(b1_2) * d(z1_2)/d(a2_1) * d(a2_1)/d(z2_1) * d(z2_1)/d(w12_1)",
        subject("two_hidden"),
    )
    assert not verdict
    assert verdict.message == (
        "∂a1_2/∂b1_2 and ∂z1_2/∂a2_1 do not join: b1_2 is not z1_2; the path to w12_1 runs through z1_2 "
        "(the value is the same)"
    )


@given(st.sampled_from(RIGHT), st.data())
def test_any_other_name_in_a_chain_is_caught(right: tuple[str, str], data: st.DataObject) -> None:
    loaded = shipped.load(right[0])
    run = loaded.evaluate()
    about = sheet_subject(loaded)
    term = ag.derive(run.values[run.output], right[1]).terms[0]
    factors = [partial(each.numerator, each.denominator) for each in term.factors]
    left = partial(about.output, right[1])
    order = data.draw(st.permutations(factors))
    assert judge_sides("", [left, Formula("*", tuple(order))], about)
    i = data.draw(st.integers(0, len(factors) - 1))
    names = [each.text for each in factors[i].operands]
    names[data.draw(st.integers(0, 1))] = data.draw(st.sampled_from(sorted(about.here)))
    if partial(*names) != factors[i]:
        factors[i] = partial(*names)
        verdict = judge_sides("", [left, Formula("*", tuple(factors))], about)
        assert not verdict
        assert "no single change" not in verdict.message


def test_a_result_without_a_label_is_said() -> None:
    x = Value(1.3, "x")
    z = x * x
    with pytest.raises(WorksheetError, match=r"unknown name 'z'; the result has no label: ag\.label\(locals\(\)\)"):
        ag.check_derivation("d(z)/d(x) == 2*x", z)


@pytest.mark.parametrize(
    "claim, ok",
    [
        ("2 == d(L)/d(w)", True),
        ("2.0000 == d(L)/d(w) == x", True),
        ("7 == d(L)/d(w)", False),
        ("-1 == 0 - L", True),
        ("2 == d(L)/d(x)", False),
    ],
)
def test_a_number_may_be_on_either_side(claim: str, ok: bool) -> None:
    w, x = ag.values(w=0.5, x=2.0)
    product = w * x
    product.label = "L"
    verdict = ag.check_derivation(claim, product)
    assert verdict.ok is ok, verdict
    first, second = claim.split(" == ")[0], verdict.left
    assert second == float(first)
    reversed_claim = " == ".join(reversed(claim.split(" == ")))
    assert ag.check_derivation(reversed_claim, product).ok is ok
    if not ok:
        assert verdict.message.startswith("the number is ")
