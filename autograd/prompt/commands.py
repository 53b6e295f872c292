"""The commands of the prompt, one row each with its help text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from autograd._common.files import write_whole
from autograd._common.text import counted, did_you_mean
from autograd.claims.sheets import judge_claims, sheet_subject
from autograd.derivation import derive
from autograd.draw import draw
from autograd.engine.graph import leaves
from autograd.errors import WorksheetError
from autograd.explore import explore
from autograd.formula.evaluate import FUNCTIONS, Array, element_label
from autograd.ops import TABLE
from autograd.prompt import writing
from autograd.prompt.editable import ENDED, FINE, WRONG, EditableSheet, Reply
from autograd.prompt.python import as_python
from autograd.worksheet import Worksheet, shipped
from autograd.worksheet.checking import FAILED, compare
from autograd.worksheet.report import as_text, check_table, gather

if TYPE_CHECKING:
    from autograd.explore.page import Explorer

__all__ = ["COMMANDS", "Command", "Word", "obey", "take_page"]

MAX_STEPS: Final = 1_000_000


@dataclass(frozen=True)
class Word:
    """A word of a command and its position."""

    text: str
    line: int
    column: int

    def error(self, message: str) -> WorksheetError:
        """Return an error that points at this word."""
        return WorksheetError(message, self.line, self.column)


@dataclass(frozen=True)
class Command:
    """A row of the table of commands.

    Attributes
    ----------
    usage : str
        The arguments: "" for none, else words; those in brackets are optional.
    summary : str
        One line.
    more : str
        Further lines, for `:help NAME`.
    takes : str
        "names", "file", "sheet", "topic", "number" or "": what completion offers.
    run : callable
        Maps the session and the words to the reply.
    """

    usage: str
    summary: str
    more: str
    takes: str
    run: Callable[[EditableSheet, list[Word]], Reply]


def obey(session: EditableSheet, text: str) -> Reply:
    """Run a command line, `:grad w5`; errors are turned into replies by `Session.enter`."""
    match = re.match(r"\s*:\s*([^\s!]*)(!?)", text)
    name = match[1] if match else ""
    word = Word(name, 1, (match.start(1) if match else 0) + 1)
    command = COMMANDS[_command_name(word)]
    end = match.end() if match else 0
    words = [Word(each[0], 1, end + each.start() + 1) for each in re.finditer(r"\S+", text[end:])]
    if command.takes in ("file", "sheet") and words:  # a file's name may have spaces
        words = [Word(text[words[0].column - 1 :].strip(), 1, words[0].column)]
    if match and match[2]:
        words = [Word("!", 1, match.start(2) + 1), *words]
        if command.takes != "file":
            raise words[0].error(f":{name} takes no !; it lets :save and :python overwrite a file")
    if words and not command.usage:
        raise words[0].error(f":{_command_name(word)} takes nothing, got {words[0].text!r}")
    return command.run(session, words)


def _command_name(word: Word) -> str:
    """Return the command with this name, or with this unique prefix."""
    if word.text in COMMANDS:
        return word.text
    found = [name for name in COMMANDS if word.text and name.startswith(word.text)]
    if len(found) == 1:
        return found[0]
    if found:
        raise word.error(f":{word.text} is short for several: {', '.join(f':{each}' for each in found)}")
    advice = did_you_mean(word.text, COMMANDS) or "; :help lists them"
    raise word.error(f"there is no command :{writing.printable(word.text[:40])}{advice}")


def _labels(session: EditableSheet, words: list[Word], default: Iterator[str] | tuple[str, ...] = ()) -> list[str]:
    """Return the quantities that words name, lists element by element."""
    _needs_steps(session)
    found = list(default) if not words else []
    for word in words:
        try:
            found += session.sheet.labels(word.text.rstrip(",") or word.text)
        except WorksheetError as error:
            raise word.error(error.message) from None
    return list(dict.fromkeys(found))


def _needs_steps(session: EditableSheet) -> None:
    if not session.sheet.steps:
        raise WorksheetError("there are no steps yet; type one, as w = 0.5, or :load step_by_step")


def _help(session: EditableSheet, words: list[Word]) -> Reply:
    if not words:
        width = max(len(f":{name} {command.usage}") for name, command in COMMANDS.items())
        rows = [f"  {f':{name} {command.usage}':{width}}  {command.summary}" for name, command in COMMANDS.items()]
        return Reply(TEACHING.format(commands="\n".join(rows)))
    topic = words[0].text.removeprefix(":")
    if topic in COMMANDS:
        command = COMMANDS[topic]
        return Reply(f":{topic} {command.usage}".rstrip() + f"\n  {command.summary}\n{command.more}".rstrip())
    if topic == "ops":
        return Reply(_columns([each for each in FUNCTIONS if each.isidentifier()]))
    if topic in FUNCTIONS:
        return Reply(_op_help(topic))
    known = [*COMMANDS, "ops", *FUNCTIONS]
    raise words[0].error(f"no help on {topic[:40]!r}{did_you_mean(topic, known) or '; see :help'}")


def _columns(names: list[str], width: int = 76) -> str:
    broad = max(map(len, names)) + 2
    many = max(1, width // broad)
    rows = [names[i : i + many] for i in range(0, len(names), many)]
    return "\n".join("  " + "".join(f"{name:{broad}}" for name in row).rstrip() for row in rows)


def _op_help(name: str) -> str:
    function = FUNCTIONS[name]
    if function.name not in TABLE:
        return function.usage
    op = TABLE[function.name]
    slopes = [f"  ∂out/∂{p} = {text}" for p, text in zip(op.parameters, op.textbook)] if op.arity is not None else []
    return "\n".join([function.usage, f"  {op.doc}", *slopes])


TEACHING = """\
Type a step, and its value is shown:
  w, b = 0.8, 0.1               numbers make leaves
  out = sigmoid(w*0.5 + b)      anything else is computed
  E = ½(1 - out)²
  w = 0.9                       changes w, and what depends on it
  out*2    d(E)/d(w)            without '=': a question, not kept

Lines of a worksheet work, too: inputs: x   targets: t   fixed: b   rate: 0.5
of: E   title: …   check d(E)/d(w) == …   # a comment

{commands}

:help NAME tells more about a command or an op, :help ops lists the ops. The
beginning of a command is enough: :g. A line goes on while a bracket is open;
Ctrl-C drops it, Ctrl-D leaves."""


def _list(session: EditableSheet, words: list[Word]) -> Reply:
    text = session.text().rstrip("\n")
    lines = "\n".join(writing.printable(line) for line in text.split("\n"))
    return Reply(lines if text else "nothing yet")


def _values(session: EditableSheet, words: list[Word]) -> Reply:
    operands = session.state.operands
    names = [word.text for word in words] or list(operands)
    lines = []
    for name in names:
        if name in operands:
            lines.append(f"{name} = {writing.value(operands[name], len(name) + 3)}")
        else:
            word = next(word for word in words if word.text == name)
            lines += [f"{label} = {writing.number(session.values[label].data)}" for label in _labels(session, [word])]
    return Reply("\n".join(lines) if lines else "nothing yet")


def _grad(session: EditableSheet, words: list[Word]) -> Reply:
    labels = _labels(session, words, tuple(session.sheet.leaves))
    report = gather(session.sheet, labels, of=session.output(), rate=session.sheet.rate)
    return Reply(as_text(report).partition("\n\n")[2])


def _derive(session: EditableSheet, words: list[Word]) -> Reply:
    run = session.evaluation() if session.sheet.steps else None
    labels = _labels(session, words, session.sheet.trained)
    if run is None or not labels:
        raise WorksheetError("there is nothing to derive for: every leaf is an input, a target or fixed; name one")
    rate = None if words else session.sheet.rate
    derivation = derive(run.values[run.output], [run.values[each] for each in labels], rate=rate)
    return Reply(str(derivation), shown=derivation)


def _check(session: EditableSheet, words: list[Word]) -> Reply:
    labels = _labels(session, words, tuple(session.sheet.leaves))
    output = session.output()
    checks = list(compare(session.sheet, labels, of=output))
    lines = [check_table(checks, output)]
    wrong = _wrong_claims(session)
    if claims := len(session.sheet.claims):
        outcome = f"{len(wrong)} WRONG" if wrong else "all right"
        lines += [*wrong, f"{claims} claim{'s' * (claims != 1)} checked: {outcome}."]
    failed = wrong or any(each.verdict == FAILED for each in checks)
    return Reply("\n".join(lines), WRONG if failed else FINE)


def _train(session: EditableSheet, words: list[Word]) -> Reply:
    """Run gradient descent, and set the leaves to the result."""
    _needs_steps(session)
    steps = _count(words[0]) if words else 1
    numbers: dict[str, float] = {}
    for numbers in session.sheet.descend(steps, of=session.output()):  # noqa: B007  (the last one is wanted)
        pass
    shapes = session.state.operands
    texts = []
    for step in session.sheet.steps:
        labels = session.sheet.labels(step.name)
        if any(label in numbers and _own(step.name, label, session) for label in labels):
            now = [repr(numbers.get(label, session.values[label].data)) for label in labels]
            texts.append(f"{step.name} = {_written(now, getattr(shapes[step.name], 'shape', ()))}")
    return Reply(session.redefine(texts))


def _own(name: str, label: str, session: EditableSheet) -> bool:
    """Return whether a label is a step's own, and not that of another step in its list."""
    operand = session.state.operands[name]
    if not isinstance(operand, Array):
        return label == name
    return label in {element_label(name, operand.shape, i) for i in range(len(operand.items))}


def _written(texts: list[str], shape: tuple[int, ...]) -> str:
    if not shape:
        return texts[0]
    if len(shape) == 1:
        return f"[{', '.join(texts)}]"
    rows = [texts[i : i + shape[1]] for i in range(0, len(texts), shape[1])]
    return f"[{', '.join(f'[{chr(44).join(row)}]' for row in rows)}]"


def _count(word: Word) -> int:
    if not (word.text.isascii() and word.text.isdigit()) or len(word.text) > 7 or not 0 < int(word.text) <= MAX_STEPS:
        raise word.error(f"expected a number of steps from 1 to {MAX_STEPS:,}, got {word.text[:40]!r}")
    return int(word.text)


def _draw(session: EditableSheet, words: list[Word]) -> Reply:
    _needs_steps(session)
    run = session.evaluation()
    run.gradients([])
    drawing = draw(run.values[run.output], collapse="auto")
    if not words:
        return Reply(shown=drawing)
    drawing.save(words[0].text)
    return Reply(f"the graph is drawn in {words[0].text}")


def _page(session: EditableSheet, words: list[Word]) -> Reply:
    _needs_steps(session)
    page = take_page(session)
    if not words:
        return Reply(shown=page)
    page.save(words[0].text)
    session.page = str(Path(words[0].text).absolute())
    return Reply(f"the page is in {words[0].text}; it is written anew after each change: reload it in the browser (F5)")


def take_page(session: EditableSheet) -> Explorer:
    """Make the explorer page of a session's current state."""
    run = session.evaluation()
    below = {leaf.label for leaf in leaves(run.values[run.output])}
    trained = [label for label in session.sheet.trained if label in below]
    return explore(run.values[run.output], trained=trained, rate=session.sheet.rate or 0.1, title=session.sheet.title)


def _save(session: EditableSheet, words: list[Word]) -> Reply:
    forced = bool(words) and words[0].text == "!"
    named = words[forced:]
    path = named[0].text if named else session.path
    if not path:
        raise WorksheetError("name a file: :save my_sheet.txt")
    _write(path, session.text(), forced or path == session.path, ":save!")
    session.saved(path)
    missing = session.unresolved()
    note = f"; lines about {', '.join(missing)}, which nothing defines, are comments in it" if missing else ""
    return Reply(f"saved in {path}{note}")


def _write(path: str, text: str, forced: bool, how: str) -> None:
    """Write a file atomically; an existing one is overwritten only if forced."""
    target = Path(path)
    if target.exists() and not forced:
        raise WorksheetError(f"{path} already exists; {how} {path} overwrites it")
    write_whole(target, text)


def _load(session: EditableSheet, words: list[Word]) -> Reply:
    if not words:
        raise WorksheetError(f":load takes a file or one of {', '.join(shipped.names())}")
    path = words[0].text
    raw, name = shipped.find(path)
    try:
        sheet = Worksheet.decode(raw, name)
    except WorksheetError as error:
        raise WorksheetError(f"{path}: {error}") from None
    own = path if Path(path).is_file() else ""
    text = raw.decode("utf-8-sig")
    said = session.start(text, own)
    counts = f"{counted(len(sheet.steps), 'step')}, {counted(len(sheet.leaves), 'leaf', 'leaves')}"
    many = f"{counts}; its output is {session.output()}"
    note = f"{sheet.title + ': ' if sheet.title else ''}{many}" if sheet.steps else said
    wrong = _wrong_claims(session)
    lines = [writing.printable(note), *wrong]
    return Reply("\n".join(lines), WRONG if wrong else FINE)


def _wrong_claims(session: EditableSheet) -> list[str]:
    """Judge the claims of a loaded sheet, and return the wrong ones."""
    if not session.sheet.claims:
        return []
    try:
        verdicts = list(judge_claims(session.sheet, sheet_subject(session.sheet, of=session.output())))
    except WorksheetError as error:
        return [f"a claim can't be judged: {error.message}"]
    return [str(verdict) for _, verdict in verdicts if not verdict]


def _python(session: EditableSheet, words: list[Word]) -> Reply:
    _needs_steps(session)
    text = as_python(session.sheet, session.output())
    forced = bool(words) and words[0].text == "!"
    named = words[forced:]
    if not named:
        return Reply(text.rstrip("\n"))
    _write(named[0].text, text, forced, ":python!")
    return Reply(f"the script is in {named[0].text}; run it with python {named[0].text}")


def _drop(session: EditableSheet, words: list[Word]) -> Reply:
    if len(words) != 1:
        raise WorksheetError(":drop takes one name, or 'fixed:' and the like, or 'check'")
    try:
        return Reply(session.drop(words[0].text))
    except WorksheetError as error:
        if error.line:
            raise
        raise words[0].error(error.message) from None


def _undo(session: EditableSheet, words: list[Word]) -> Reply:
    return Reply(session.undo())


def _redo(session: EditableSheet, words: list[Word]) -> Reply:
    return Reply(session.redo())


def _new(session: EditableSheet, words: list[Word]) -> Reply:
    session.start("")
    return Reply("a new sheet; :undo brings the old one back")


def _quit(session: EditableSheet, words: list[Word]) -> Reply:
    return Reply(kind=ENDED)


COMMANDS: Final[dict[str, Command]] = {
    "grad": Command(
        "[NAME …]", "gradients of the output; of all leaves by default",
        "  The output is the last computed step, or what a line 'of: E' says. With a\n"
        "  line 'rate: 0.5' it shows the leaves after a step of gradient descent, too.",
        "names", _grad,
    ),
    "derive": Command(
        "[NAME …]", "the chain rule written out",
        "  :derive w5 writes ∂E/∂w5 as on paper; without names, for all that is trained.", "names", _derive,
    ),
    "check": Command(
        "[NAME …]", "gradients against finite differences, and the claims",
        "  Claims are lines 'check d(E)/d(w) == …'; they are tested at other numbers, too.", "names", _check,
    ),
    "train": Command(
        "[STEPS]", "steps of gradient descent, one by default",
        "  Needs a line 'rate: 0.5'. The leaves get the numbers that come of it; :undo\n  takes it back.",
        "number", _train,
    ),
    "draw": Command(
        "[FILE]", "the graph: opened, or as .svg, .png, .pdf, .dot, .mmd",
        "  Values, gradients and local derivatives; what is large is collapsed.", "file", _draw,
    ),
    "page": Command(
        "[FILE]", "the page that steps through the passes: opened, or .html",
        "  From then on each change writes the page anew: reload it in the browser (F5).", "file", _page,
    ),
    "values": Command("[NAME …]", "the value of every step", "", "names", _values),
    "list": Command("", "the lines so far", "", "", _list),
    "drop": Command(
        "NAME", "take out a step, 'fixed:' and the like, or 'check'",
        "  Refused while something else uses it.", "names", _drop,
    ),
    "undo": Command("", "take the last change back", "", "", _undo),
    "redo": Command("", "and make it again", "", "", _redo),
    "save": Command(
        "[FILE]", "as a worksheet",
        "  Runs with python -m autograd FILE. :save! FILE overwrites a file of something else.", "file", _save,
    ),
    "load": Command(
        "FILE", "begin with a worksheet: a file, or a shipped one",
        "  Shipped are those that python -m autograd --list names; :undo goes back.", "sheet", _load,
    ),
    "python": Command(
        "[FILE]", "as a Python script; without a file it is shown",
        "  :python! FILE overwrites a file that is there.", "file", _python,
    ),
    "new": Command("", "begin anew", "", "", _new),
    "help": Command("[NAME]", "this text, or more about a command or an op", "", "topic", _help),
    "quit": Command("", "leave", "", "", _quit),
}  # fmt: skip
