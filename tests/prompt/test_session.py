"""The interactive worksheet apart from a terminal: what each line answers, and that nothing is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd.errors import WorksheetError
from autograd.formula.evaluate import FUNCTIONS
from autograd.prompt import Session
from autograd.prompt.editable import State
from autograd.prompt.entries import chunks
from autograd.prompt.hints import hint
from autograd.worksheet import Worksheet, shipped
from autograd.worksheet.lines import split_lines

NEURON = "rate: 0.5\nx = 0.5\nw, b = 0.8, 0.1\nnet = w*x + b\nout = sigmoid(net)\nE = ½(1 - out)²"


def facts_of(state: State) -> tuple[object, ...]:
    sheet = state.sheet
    numbers = {name: repr(operand) for name, operand in state.operands.items()}
    return state.entries, numbers, sheet.trained, sheet.rate, state.pending


def session_of(text: str = NEURON) -> Session:
    session = Session()
    for reply in session.enter_all(text):
        assert reply.kind in ("fine", "noted"), reply
    return session


def answer(line: str, text: str = NEURON) -> str:
    reply = session_of(text).enter(line)
    assert reply.kind == "fine", reply
    return reply.text


def facts(session: Session) -> tuple[object, ...]:
    """Return the observable state of a session."""
    numbers = {label: repr(value.data) for label, value in session.values.items()}
    return session.text(), numbers, session.unsaved, session.path, session.sheet.rate


@pytest.mark.parametrize(
    "line, said",
    [
        ("q = 1/4", "q = 0.25"),
        ("p, q = 1, 2", "p = 1\nq = 2"),
        ("M = [[1, 2], [3, 4.5]]", "M = [[1, 2],\n     [3, 4.5]]"),
        ("w = 0.8", "w = 0.8"),
        ("x = 1", "x    0.5 → 1\nnet  0.5 → 0.9\nout  0.6224593312 → 0.7109495026\nE    0.0712684783 → 0.0417750950"),
        ("net", "net = 0.5   ∂E/∂net = -0.0887234"),
        ("E", "E = 0.0712684783"),
        ("2*net + 1  # asked", "2"),
        ("d(E)/d(w)", "-0.044361729"),
        ("w'", "0.82"),
        ("rate: 0.1", ""),
        ("title: one neuron", ""),
        ("# a remark", ""),
        ("", ""),
        ("inputs: x", ""),
        ("check d(E)/d(w) == -(1 - out)*out*(1 - out)*x", "right: d(E)/d(w) == -(1 - out)*out*(1 - out)*x"),
        ("fixed: B", "fixed: there is no 'B' yet; did you mean 'b'?; it counts once it is there"),
        (":undo", "E is gone"),
        (":check w", "1 gradient of E checked: none fails."),
        (":values net E", "net = 0.5\nE = 0.0712684783"),
        (":quit", ""),
        (":help grad", ":grad [NAME …]\n  gradients of the output"),
        (":help tanh", "∂out/∂x = 1 - out**2"),
        (":help ops", "sigmoid"),
        (":h", ":derive [NAME …]"),
        (":drop E", "E is gone"),
        (":new", "a new sheet"),
    ],
)  # fmt: skip
def test_what_a_line_answers(line: str, said: str) -> None:
    reply = session_of().enter(line)
    assert reply.kind == {":quit": "ended", "fixed: B": "noted"}.get(line, "fine"), reply
    assert said in reply.text
    assert bool(said) == bool(reply.text)


REFUSED = [
    ("E = (1 - ot)^2", "           ^\nunknown name 'ot'; did you mean 'out'?"),
    ("E = (1 - out", "      ^\n'(' is never closed"),
    ("y = foo(w)", "unknown op 'foo'"),
    ("w = w + 1", "      ^\n'w' is defined by itself"),
    ("w = 2*out", "        ^\n'w' would depend on itself: w → net → out → w"),
    ("w, q = 1, foo", "            ^\nunknown name 'foo'"),
    ("q, q = 1, 2", "'q' is already defined"),
    ("2*", "  2*\n    ^\nexpected a number"),
    ("w, b", "got ','"),
    ("a = 1; b = 2", "unexpected character ';'"),
    ("rate: fast", "      ^\nnot a number: 'fast'"),
    ("ratte: 0.5", "unknown directive 'ratte'; did you mean 'rate'?"),
    ("inputs:", "'inputs:' has no arguments"),
    ("inputs: net", "'net' is computed, not a leaf"),
    ("check d(E)/d(q) == 1", "q"),
    ("check d(E)/d(w)", "a claim has two sides"),
    ("d(E)/d(q)", "q"),
    ("x = '1'", "unexpected character"),
    ("x = 1 \udcff", "unexpected character '\\udcff'"),
    ("x = 1 # \x1b[2J", "unexpected character '\\x1b'"),
    (":grad w55", "        ^\nunknown name 'w55'"),
    (":gr!", ":gr takes no !"),
    (":foo", "   ^\nthere is no command :foo"),
    (":d", "short for several: :derive, :draw, :drop"),
    (":", "there is no command"),
    (":undo 2", ":undo takes nothing, got '2'"),
    (":train x", "expected a number of steps"),
    (":train 0", "expected a number of steps"),
    (":drop w", "this would break another line"),
    (":drop q", "there is no 'q' to drop"),
    (":drop", ":drop takes one name"),
    (":load step_by_stop", "did you mean 'step_by_step'?"),
    (":load no/such.txt", "no such file"),
    (":load", ":load takes a file"),
    (":save", "name a file"),
    (":save no/such/folder.txt", "No such file"),
    (":draw graph.gif", "must end in"),
    (":page page.txt", "must end in .html"),
    (":redo", "there is nothing to redo"),
    (":help nothing_like_it", "no help on"),
]


@pytest.mark.parametrize("line, said", REFUSED, ids=[repr(line) for line, _ in REFUSED])
def test_what_is_wrong_is_pointed_at_and_changes_nothing(line: str, said: str) -> None:
    session = session_of()
    before = facts(session)
    reply = session.enter(line)
    assert reply.kind == "refused", reply
    assert said in reply.text
    assert facts(session) == before


@pytest.mark.parametrize(
    "line, said",
    [
        ("quit", "to leave: :quit, or Ctrl-D"),
        ("exit()", "to leave: :quit, or Ctrl-D"),
        ("help", "help is :help"),
        ("?", "help is :help"),
        ("w.grad", "d(E)/d(w) for one"),
        ("E.backward()", ":gradients for all"),
        ("import math", "a step is written name = expression"),
        ("print(w)", "a step is written name = expression"),
        ("w := 3", "a step is written name = expression"),
        ("d(d(E)/d(w))/d(w)", "second derivatives are not part of worksheets"),
        ("d^2E/dw^2", "second derivatives are not part of worksheets"),
        ("∂²E/∂w²", "second derivatives are not part of worksheets"),
        ("d2(E)/d(w)2", "second derivatives are not part of worksheets"),
        ("d(E)/d(w)/d(w)", "second derivatives are not part of worksheets"),
        ("d²E/dw²", "second derivatives are not part of worksheets"),
        ("d2E/dw2", "second derivatives are not part of worksheets"),
        ("d E/d w", "a derivative is written d(E)/d(w), or dE/dw"),
        ("d/dw(E)", "a derivative is written d(E)/d(w), or dE/dw"),
        ("∂/∂w E", "a derivative is written d(E)/d(w), or dE/dw"),
        ("diff(E, w)", "d(E)/d(w) for one"),
        ("d(w*x)/dw", "a derivative is of a name: y = x^2, then dy/dx"),
        ("d(-ln(w))/d(w)", "a derivative is of a name: y = x^2, then dy/dx"),
        ("dE/dw = 2*w", "a claim is written check dE/dw == 2*w"),
        ("d(E)/d(w) = 2", "a claim is written check dE/dw == 2*w"),
        ("grad w", ":gradients for all"),
        ("∇E", ":gradients for all"),
        ("math.sin(w)", "without a module, as sin(x)"),
        ("y = np.exp(w)", "without a module, as sin(x)"),
        ("w += 1", "a new number is written out, as w = 0.6"),
        ("w++", "a new number is written out, as w = 0.6"),
        ("w -= 0.1*dE/dw", "a line 'rate: 0.5' updates by descent"),
        ("w_{11} = 2", "without braces, as w_11 or w11"),
        ("y = ∑(w, x)", "a sum is written sum([a, b, c])"),
        ("y = sin(30°)", "30° is 30*pi/180"),
        (r"\frac{1}{2}", "a fraction is a/b"),
        ("w = 3,14", "a decimal is written with a point"),
        ("3,14", "a decimal is written with a point"),
        ("w = 10 000", "without spaces"),
        ("w = 50%", "50% as 0.5"),
    ],
)
def test_lines_from_elsewhere_are_refused_with_what_to_write(line: str, said: str) -> None:
    session = session_of()
    before = facts_of(session.state)
    reply = session.enter(line)
    assert reply.kind == "refused"
    assert said in reply.text.rpartition("\n")[2]
    assert facts_of(session.state) == before


@pytest.mark.parametrize(
    "line, kind, said",
    [
        ("dE/dw == 2*(w*x - 1)*x", "fine", "right: dE/dw == 2*(w*x - 1)*x"),
        ("2*(w*x - 1)*x == d(E)/d(w)", "fine", "right: "),
        ("dE/dw == 2*(w*x - 1)", "wrong", "off by the factor x"),
        ("7 == dE/dw", "wrong", "WRONG: 7 == dE/dw"),
    ],
)
def test_an_equation_with_a_derivative_is_judged_and_not_kept(line: str, kind: str, said: str) -> None:
    session = session_of("x = 0.5\nw = 0.8\nE = (w*x - 1)^2")
    before = facts_of(session.state)
    reply = session.enter(line)
    assert (reply.kind, facts_of(session.state)) == (kind, before)
    assert said in reply.text


@pytest.mark.parametrize("line", ["dE/dv", "d(E)/d(v)", "∂E/∂v", "dv/dw", "v'", "check dE/dv == 2v"])
def test_a_derivative_with_respect_to_a_list_says_how_an_element_is_named(line: str) -> None:
    session = session_of("rate: 0.5\nw = 3\nv = [w, 2]\nW = [[1, 2], [3, w]]\nE = v @ W @ v")
    reply = session.enter(line)
    assert reply.kind == "refused"
    assert "v is a vector of 2; name an element, as v[1]" in reply.text
    assert "W is a 2×2 matrix; name an element, as W[1,1]" in session.enter("dE/dW").text
    assert session.enter("dE/dv[2]").text == session.enter("d(E)/d(v[2])").text == "27"


COMMENTED = ["E = w # 50%", "E = w # 3,14", "E = w # why?"]
NAMED = [
    "var = q",
    "let=q",
    "help = q",
    "print = q",
    "E = d^2 + q",
    "E = d² * q/d",
    "grad = q",
    "E = q/d*d2",
]  # names like any other


@pytest.mark.parametrize(
    "line",
    [
        "w = 3.14",
        "max(1,2)",
        "[1,2]",
        "E = w*",
        "nothing",
        "w = 1,2,3",
        "derivative = q",
        "sigmoid(d(E)/d(w))",
        *COMMENTED,
        *NAMED,
    ],
)
def test_other_lines_have_no_such_hint(line: str) -> None:
    assert hint(line) == ""


def test_a_hint_is_not_given_twice() -> None:
    said = session_of().enter("let w = 3").text
    assert said.count("a step is written name = expression") == 1


def test_a_line_that_would_break_another_is_refused_and_says_which() -> None:
    session = session_of("a = 1\nv = [a, 2]\ny = v @ v")
    reply = session.enter("a = [1, 2]")
    assert reply.kind == "refused"
    assert reply.text.startswith("this would break another line:\n  v = [a, 2]\n      ^\nthe rows of a matrix")
    assert session.evaluation().value == 5.0


def test_a_wrong_claim_is_explained_and_not_kept() -> None:
    session = session_of()
    reply = session.enter("check d(E)/d(w) == -(1 - out)*out*(1 - out)")
    assert reply.kind == "wrong"
    assert "off by the factor x: it is missing" in reply.text
    assert not session.sheet.claims


def test_a_claim_that_no_longer_holds_fails_the_check() -> None:
    session = session_of("x = 2\ny = 3*x\ncheck y == 3*x\ncheck d(y)/d(x) == 3")
    assert session.enter(":check").kind == "fine"
    session.enter("y = 4*x")
    reply = session.enter(":check")
    assert reply.kind == "wrong"
    assert "2 claims checked: 2 WRONG." in reply.text
    session.enter(":drop check")
    assert session.enter(":check").kind == "fine"


def test_what_uses_a_later_name_moves_below_it() -> None:
    session = session_of("a = 1\nb = 2*a\nc = 3")
    assert session.enter("a = c^2").text == "a  1 → 9\nb  2 → 18"
    assert session.text() == "c = 3\na = c^2\nb = 2*a\n"
    assert session.enter("c = a").kind == "refused"


def test_one_of_several_names_is_given_another_number() -> None:
    session = session_of("u, v = [1, 2], max(3, 4)  # both\ny = u @ u + v")
    assert session.enter("v, z = 7, 8").text == "v  4 → 7\ny  9 → 12\nz = 8"
    assert session.text() == "u = [1, 2]  # both\nv = 7\ny = u @ u + v\nz = 8\nof: y\n"


def test_directives_wait_for_their_names() -> None:
    session = session_of("inputs: x y\nof: E\nx = 1")
    assert (session.sheet.inputs, session.unresolved()) == (("x",), ["y", "E"])
    assert session.text() == "# inputs: x y\n# of: E\nx = 1\n"
    assert list(session.enter_all("y = 2\nE = x*y\nlast = 3*E"))
    assert (session.sheet.inputs, session.output(), session.unresolved()) == (("x", "y"), "E", [])
    assert session.text().startswith("inputs: x y\nof: E\n")


def test_training_takes_the_leaves_along() -> None:
    session = session_of("rate: 0.5\ninputs: x\nx, w = 2, 1\nV = [1, w]\nW = [[1, 2], [3, 4]]\nE = (w*x - W[1,1])^2")
    *_, after = session.sheet.descend(3, of="E")
    session.enter(":train 3")
    assert {label: session.values[label].data for label in after} == after
    assert session.values["x"].data == 2.0
    session.enter(":undo")
    assert session.values["w"].data == 1.0


def test_saving_and_loading(tmp_path: Path) -> None:
    path = str(tmp_path / "my sheet.txt")
    session = session_of()
    assert session.enter(f":save {path}").text == f"saved in {path}"
    assert not session.unsaved
    assert Worksheet.load(path).evaluate().value == session.evaluation().value
    session.enter("w = 1")
    assert session.enter(":save").text == f"saved in {path}"
    other = session_of("a = 1")
    assert "already exists; :save! " in other.enter(f":save {path}").text
    assert Worksheet.load(path).leaves["w"] == 1.0
    assert other.enter(f":save! {path}").kind == "fine"
    assert other.enter(f":load {path}").kind == "fine"
    assert other.path == path
    assert "gone" in session.enter(f":load {path}").text or session.sheet.leaves == {"a": 1.0}
    session.enter(":undo")
    assert session.sheet.leaves["w"] == 1.0


@pytest.mark.parametrize("name", shipped.names())
def test_shipped_sheets_typed_line_by_line_are_the_same(name: str) -> None:
    text = shipped.read(name)[0].decode()
    sheet, session = shipped.load(name), Session()
    for chunk in chunks(split_lines(text)):
        reply = session.enter(chunk)
        assert reply.kind in ("fine", "noted") or (reply.kind == "wrong" and name.startswith("slips_")), reply
    assert session.evaluation().numbers() == sheet.evaluate().numbers()
    assert session.output() == sheet.output()
    assert session.sheet.trained == sheet.trained
    loaded = Session()
    loaded.enter(f":load {name}")
    assert loaded.text() == text.rstrip("\n") + "\n"


def test_the_guide_shows_what_the_prompt_says() -> None:
    guide = Path(__file__).parents[2] / "docs" / "guides" / "prompt.md"
    if not guide.exists():
        pytest.skip("the documentation is not here")
    talk = guide.read_text(encoding="utf-8").partition("```text\n")[2].partition("```")[0]
    session, lines = Session(), re.split(r"^ag> ", talk, flags=re.MULTILINE)[1:]
    for line in lines:
        typed, _, said = line.partition("\n")
        assert session.enter(typed).text == said.rstrip("\n")


def test_the_page_follows(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    session = session_of()
    assert "reload it" in session.enter(f":page {path}").text
    before = path.read_text(encoding="utf-8")
    session.enter("w = 0.123456789")
    after = path.read_text(encoding="utf-8")
    assert ("0.123456789" in before, "0.123456789" in after) == (False, True)
    path.unlink()
    path.mkdir()
    reply = session.enter("w = 2")
    assert reply.kind == "fine"
    assert "is left as it was" in reply.text


def test_pictures_are_written(tmp_path: Path) -> None:
    session = session_of()
    assert "drawn" in session.enter(f":draw {tmp_path / 'graph.svg'}").text
    assert "<svg" in (tmp_path / "graph.svg").read_text(encoding="utf-8")
    assert session.enter(":draw").shown.svg.startswith("<")


# Whatever is typed

PIECES = st.sampled_from(
    [*FUNCTIONS, *"()[],=+-*/^@<>:#.'_ \t·×−½²σ\u0302\x00", "w", "x", "out", "x = ", "inputs: ", "rate: ", "check ",
     "of: ", ":grad ", ":undo", ":drop ", ":train ", "d(E)/d(w)", "[1, 2]", "0.5"]
)  # fmt: skip
HOSTILE = st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=12).map("".join))
PATHS = (":s", ":p", ":d", ":l")  # would write files


@given(HOSTILE)
@example("\ufeff")
@example("_answer_ = 1")
@example("w = \nE")
@example("E = w\x0b")
def test_hostile_lines_are_answered_and_change_nothing_when_refused(line: str) -> None:
    if line.lstrip().startswith(PATHS):
        return
    session = session_of()
    before = facts(session)
    reply = session.enter(line)
    if reply.kind == "refused":
        assert facts(session) == before
    elif session.sheet.steps:
        assert same_afresh(session)


NAMES = ("a", "b", "c", "d")
TERMS = st.one_of(st.sampled_from(NAMES), st.integers(-3, 3).map(str), st.just("[1, 2]"))
EDITS = st.one_of(
    st.builds("{} = {} {} {}".format, st.sampled_from(NAMES), TERMS, st.sampled_from("+*-"), TERMS),
    st.builds("{}, {} = {}, {}".format, st.sampled_from(NAMES), st.sampled_from(NAMES), TERMS, TERMS),
    st.builds("{} = {}".format, st.sampled_from(NAMES), TERMS),
    st.builds("fixed: {}".format, st.sampled_from(NAMES)),
    st.builds(":drop {}".format, st.sampled_from([*NAMES, "fixed:"])),
    st.sampled_from([":undo", ":redo"]),
)


def same_afresh(session: Session) -> bool:
    """Return whether the saved sheet, read anew, has the same numbers, roles and output."""
    sheet = Worksheet.parse(session.text())
    run = sheet.evaluate(of=sheet.steps[0].name if isinstance_list(session) else None)
    ours = {label: repr(value.data) for label, value in session.values.items()}
    return {label: repr(x) for label, x in run.numbers().items()} == ours and sheet.trained == session.sheet.trained


def isinstance_list(session: Session) -> bool:
    try:
        session.output()
    except WorksheetError:
        return True
    return False


@given(st.lists(EDITS, max_size=12))
def test_random_edits_equal_a_fresh_evaluation_and_undo_goes_all_the_way_back(edits: list[str]) -> None:
    session = Session()
    states: list[State] = []
    for edit in edits:
        before = session.state
        reply = session.enter(edit)
        if reply.kind == "refused":
            assert session.state is before
        elif edit == ":undo":
            assert facts_of(session.state) == facts_of(states.pop())
        elif edit == ":redo":
            states.append(before)
        else:
            states.append(before)
        if session.sheet.steps and not isinstance_list(session):
            assert same_afresh(session)
    while states:
        session.enter(":undo")
        assert facts_of(session.state) == facts_of(states.pop())
    assert session.enter(":undo").kind == "refused"


def test_a_typed_step_leaves_the_others_uncomputed() -> None:
    session = session_of()
    before = dict(session.state.operands)
    assert session.enter("after = 2E + net").kind == "fine"
    assert all(session.state.operands[name] is operand for name, operand in before.items())
    assert session.enter("b = 0.2").text.startswith("b      0.1 → 0.2\nnet")
    assert session.state.operands["net"] is not before["net"]


def test_steps_typed_one_by_one_are_the_sheet_they_make() -> None:
    session = session_of(NEURON + "\nW = [[w, 2], [3, b]]\nv = W @ [x, 1]\nfixed: late\nlate = 3\nlast = late*v[1]")
    sheet = Worksheet.parse("".join(f"{entry.text}\n" for entry in session.state.entries))
    ours = session.sheet
    assert (ours.leaves, ours.trained, ours.aliases, ours.shapes) == (
        sheet.leaves, sheet.trained, sheet.aliases, sheet.shapes
    )  # fmt: skip
    assert {label: value.data for label, value in session.values.items()} == sheet.evaluate().numbers()


@pytest.mark.parametrize("name", ["pi", "π", "e", "exp"])
def test_a_name_that_meant_something_else_before_is_refused_as_in_a_sheet(name: str) -> None:
    session = session_of(f"x = 2\ny = e^x + pi + π + exp(x)\nz = {'exp(1)' if name == 'exp' else 'x'}")
    assert session.enter(f"{name} = 3").kind in ("fine", "refused")
    assert Worksheet.parse(session.text()).evaluate().values.keys() == session.values.keys()


def test_undo_after_a_loaded_sheet_takes_back_its_last_line() -> None:
    session = Session()
    session.enter(":load regression")
    session.as_if_typed()
    lines = [entry for entry in session.state.entries if entry.statements]
    for count in range(len(lines), 0, -1):
        assert len([entry for entry in session.state.entries if entry.statements]) == count
        assert session.enter(":undo").kind == "fine"
    assert session.enter(":undo").kind == "refused"
    for _ in lines:
        assert session.enter(":redo").kind == "fine"
    assert session.sheet.evaluate().value == shipped.load("regression").evaluate().value


def test_a_loaded_sheet_says_which_of_its_claims_are_wrong(tmp_path: Path) -> None:
    reply = Session().enter(":load slips_regression")
    assert reply.kind == "wrong"
    assert "WRONG: d(L)/d(b1) ==" in reply.text
    assert Session().enter(":load regression").kind == "fine"
    path = tmp_path / "sheet.txt"
    path.write_text("x = 2\ncheck y == x\n", encoding="utf-8")
    session = Session()
    assert "a claim can't be judged: unknown name 'y'" in session.enter(f":load {path}").text
    assert list(session.values) == ["x"]


NASTY = ["check: 1", "check:", "check", ": ", ":", "::", ":!", ":save!", ":page \0", ":python a\0b", ":save \udc80"]
NASTY += ["\x1b[2J", "x = 1\0", "# \ud800", "dx/dx", "d(x)/d(x)", "x'", "x = x'", "∂x/∂", "[", "]", "((", "|", "x|"]
NASTY += [":draw \0.svg", ":load \0", ":load .", ":drop check", ":drop check:", ":train x", ":values [", ":help \0"]
NASTY += ["x = 1", "y = x²", "of: y", "of: x[1]", "fixed: ]", "inputs: [", "rate: nan", "rate: 0.1", "title: \r", "y"]
NASTY += [":train 2", ":undo", ":redo", ":new", ":check", ":grad", ":derive", "check y == x", "check x' == 1", "2 3"]
NASTY += [":page x/y.html", ":save x/y.txt", ":python x/y.py", "W = [x, x]", "W @ W", "check W == 1", "e = 2", "\r\n"]
NASTY += [r"% dE/dw \frac{1}{2}"]


@given(
    st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=8), st.sampled_from(NASTY).flatmap(
        lambda line: st.text(max_size=3).map(lambda more: line + more))), max_size=12)
)  # fmt: skip
@example(["check: 1"])
@example(["x = 1", ":page a\0b.html"])
def test_no_line_ends_the_prompt(lines: list[str]) -> None:
    session = Session()
    for line in lines:
        if re.match(r"\s*:\s*[spdl]", line) and "\0" not in line and "\udc80" not in line and "x/y" not in line:
            continue  # what would write files of any name
        before = facts(session)
        reply = session.enter(line)
        if reply.kind == "refused":
            assert facts(session) == before
        assert reply.text.replace("\n", "").isprintable()
