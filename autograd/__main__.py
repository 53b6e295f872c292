"""The command line, `python -m autograd`: parse the arguments, run them and print the results."""

from __future__ import annotations

import argparse
import os
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final, NoReturn, TypeVar

import autograd
from autograd._common.files import write_whole
from autograd._common.text import did_you_mean
from autograd.claims.judge import Subject
from autograd.claims.sheets import judge_claims, sheet_subject
from autograd.compiler import Program, compile
from autograd.derivation import Derivation, derive
from autograd.engine.graph import topological
from autograd.errors import AutogradError, DrawError, WorksheetError
from autograd.notes import command as notes
from autograd.notes import read_note
from autograd.worksheet import Worksheet, shipped
from autograd.worksheet.checking import FAILED, compare
from autograd.worksheet.lines import MAX_BYTES
from autograd.worksheet.report import Report, as_json, as_text, gather
from autograd.worksheet.sheet import read_number, read_rate

FINE, CHECK_FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
PROGRAM = "python -m autograd"

DESCRIPTION = """\
Run a worksheet: a text file of named steps, as in notes on backpropagation.
Prints every leaf with its value, its gradient and its value after a step of
gradient descent.

A worksheet looks like this:

    inputs: x                     # leaves that are not trained
    rate: 0.5                     # the learning rate

    x = 0.5                       # a number makes a leaf
    w, b = 0.8, 0.1
    net = w*x + b                 # anything else is a step
    out = sigmoid(net)
    E = (1 - out)^2 / 2           # the last step is the output
"""

EXAMPLES = """\
examples:
  python -m autograd                              the prompt: type steps, see
  python -m autograd --list                       the shipped worksheets
  python -m autograd step_by_step                 run one of them by its name
  python -m autograd step_by_step --steps 10000   10,000 steps of descent
  python -m autograd step_by_step --wrt w5 out_h1 gradients of these only
  python -m autograd step_by_step --set w5=0.6 --svg graph.svg
  python -m autograd step_by_step --html page.html
                                                  the passes, step by step
  python -m autograd my_sheet.txt --check         against finite differences
  python -m autograd my_sheet.txt --json          one object, all digits
  python -m autograd note.md                      check a note's LaTeX equations
  python -m autograd note.md --with regression    about the network of a sheet

expressions:
  + - * / ^ @ and comparisons, which are 1 or 0; 2w, 2(x - 1) and w x are
  products, sin 2 needs no brackets; every op of the table: exp(x),
  sigmoid(x), relu(x), max(x, y), where(z > 0, x, y), sum([a, b]), dot(u, v), …;
  vectors [1, 2], matrices [[1, 2], [3, 4]], W @ x, outer(u, v), transpose(W);
  W[1,2] is row 1, column 2; functions work element by element.

lines of a worksheet that are not steps:
  title: text    inputs: i1 i2    targets: t1    fixed: b1 b2    rate: 0.5
  of: E          # a comment
  check d(E)/d(w) == -(1 - out)*out*(1 - out)*x  # a claim; exits 1 if wrong

Gradient descent updates all leaves but inputs, targets and fixed ones, all at
once. In JSON, what is not finite is "Infinity", "-Infinity" or "NaN".
Exit codes: 0 fine, 1 a check failed, 2 bad input.
"""

_Item = TypeVar("_Item")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Report an error on one line."""
        wrong = re.match("unrecognized arguments: (--[^ =]+)", message)
        advice = did_you_mean(wrong[1], self._option_string_actions) if wrong else ""
        self.exit(BAD_INPUT, f"{PROGRAM}: {message}{advice}; see --help\n")


_DOLLARS = re.compile(rb"^[^#\n]*\$(\$|[^$\n]+\$)", re.MULTILINE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "sheets", nargs="*", metavar="SHEET",
        help="a file, the name of a shipped worksheet, or - for standard input; or notes: files and folders",
    )  # fmt: skip
    add(
        "-i",
        "--interactive",
        action="store_true",
        help="open the prompt, with the sheet if one is named",
    )
    add("--of", metavar="NAME", help="the output; default: what the sheet says, else its last step")
    add("--wrt", nargs="+", metavar="NAME", help="take gradients with respect to these; default: all leaves")
    add("--rate", metavar="NUMBER", help="the learning rate; default: what the sheet says")
    add("--steps", metavar="N", help="steps of gradient descent; default: 1 if there is a rate")
    add("--fixed", nargs="+", default=[], metavar="NAME", help="leaves not to train, besides those the sheet says")
    add("--set", nargs="+", action="extend", default=[], metavar="NAME=NUMBER", help="give leaves other numbers")
    for name, what in (
        ("svg", "SVG"),
        ("png", "PNG"),
        ("pdf", "PDF"),
        ("dot", "DOT text"),
        ("mermaid", "Mermaid text"),
    ):
        add(f"--{name}", metavar="FILE", help=f"write a picture of the graph, with values and gradients, as {what}")
    add("--engine", choices=("builtin", "dot"), default="builtin", help="what places the boxes of the picture")
    add("--direction", choices=("LR", "TB"), help="of the picture: left to right, top to bottom; default: what fits")
    add("--collapse", choices=("auto", "none", "neuron", "layer"), default="auto", help="what becomes one box in it")
    add("--expand", nargs="+", default=[], metavar="GROUP", help="groups to show in full in it")
    add("--focus", nargs="+", default=[], metavar="NAME", help="draw only how these lead to the output")
    add("--depth", type=int, default=0, metavar="N", help="also draw this many steps to either side of the path")
    add("--limit", type=int, default=300, metavar="N", help="the most boxes of the picture")
    add("--theme", choices=("auto", "light", "dark"), default="auto", help="colours of the picture")
    add("--html", metavar="FILE", help="write a page: the graph step by step, with sliders; of a note, its verdicts")
    add("--values", action="store_true", help="print the value of every step, too")
    add("--check", action="store_true", help="compare every gradient with finite differences and forward mode")
    add("--derive", nargs="+", metavar="NAME", help="write out the chain rule for these")
    add("--derive-all", action="store_true", help="write out the chain rule for all that is trained, and the updates")
    add("--latex", metavar="FILE", help="write the derivation as LaTeX")
    add("--markdown", metavar="FILE", help="write the derivation as Markdown")
    add(
        "--export", nargs=2, metavar=("LANGUAGE", "FILE"),
        help="write value and gradient of the output as source: c, javascript, numpy, torch or jax",
    )  # fmt: skip
    add("--json", action="store_true", help="print one JSON object instead of tables")
    add("--all", action="store_true", help="of notes: print every equation with its verdict")
    add("--quiet", action="store_true", help="of notes: print nothing but what is WRONG, one line each")
    add("--marked", metavar="FILE", help="of a note: write a copy with a verdict at each equation, or a page, .html")
    add("--worksheet", metavar="FILE", help="of a note: write the network that it defines as a worksheet")
    add("--with", dest="network", metavar="SHEET", help="of notes: the worksheet of the network that they are about")
    add("--allow-empty", action="store_true", help="of notes: files without equations are not an error")
    add("--list", action="store_true", help="list the worksheets that come with the package")
    add("--version", action="version", version=f"scalargrad {autograd.__version__} (core: {autograd.CORE})")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _standard_input.cache_clear()  # of an earlier call in this process
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    parser = _parser()
    options = parser.parse_args(arguments)
    options.given = _given(parser, arguments)
    options.sheet = options.sheets[0] if options.sheets else None
    try:
        code = _outcome(options, bare=not (sys.argv[1:] if arguments is None else arguments))
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has exited, as `head` does; the interpreter must not fail at its last flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except AutogradError as error:
        return _complain(f"{options.sheet}: {error}" if options.sheet and not options.list else str(error))
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))


def _outcome(options: argparse.Namespace, bare: bool) -> int:
    if bare or options.interactive:
        return _converse(options)
    if options.list:
        return _list()
    if any(map(_is_note, options.sheets)):
        return _notes(options)
    if len(options.sheets) > 1:
        raise WorksheetError(f"one worksheet at a time, got {len(options.sheets)}")
    for name in sorted(options.given & (_FOR_NOTES - _FOR_BOTH)):
        raise WorksheetError(f"{_spelled(name)} is for notes, not for worksheets")
    return _run(options)


def _given(parser: argparse.ArgumentParser, arguments: list[str] | None) -> set[str]:
    """Return the options given on the command line, including those given with their default value."""
    for action in parser._actions:
        action.default = argparse.SUPPRESS
    return set(vars(parser.parse_args(arguments)))


def _complain(message: str) -> int:
    line = " ".join(message.split())
    print(f"{PROGRAM}: {line}", file=sys.stderr)
    return BAD_INPUT


def _list() -> int:
    names = shipped.names()
    width = max(map(len, names), default=0)
    for name in names:
        print(f"{name:{width}}  {shipped.load(name).title}")
    return FINE


def _is_note(path: str) -> bool:
    """Return whether a path is a folder or a note, judged by its suffix or by formulas between dollars."""
    if path == "-":
        return bool(_DOLLARS.search(_standard_input()))
    if path.lower().endswith(notes.SUFFIXES):
        return True
    if not Path(path).is_file():
        return Path(path).is_dir() and path not in shipped.names()
    return bool(_DOLLARS.search(Path(path).read_bytes()))


@cache
def _standard_input() -> bytes:
    """Read standard input once; it may be a note or a worksheet."""
    return sys.stdin.buffer.read(notes.MAX_BYTES)


def _converse(options: argparse.Namespace) -> int:
    """Open the prompt, with the network of a note if one is given."""
    from autograd.prompt.console import converse  # only when needed

    for name in sorted(options.given - {"sheets", "interactive"}):
        raise WorksheetError(f"{_spelled(name)} can't be combined with the prompt, -i")
    if len(options.sheets) > 1:
        raise WorksheetError(f"-i takes one worksheet or note, got {len(options.sheets)}")
    if options.sheet == "-":
        raise WorksheetError("-i reads what is typed from standard input, so the sheet must be a file")
    if options.sheet and _is_note(options.sheet):
        return converse(autograd.__version__, options.sheet, read_note(notes.text_of(options.sheet)).worksheet())
    return converse(autograd.__version__, options.sheet or "")


_FOR_BOTH = {"sheets", "json", "html"}
_FOR_NOTES = {*_FOR_BOTH, "all", "quiet", "marked", "worksheet", "allow_empty", "network"}


def _spelled(option: str) -> str:
    return "--with" if option == "network" else f"--{option.replace('_', '-')}"


def _notes(options: argparse.Namespace) -> int:
    """Read notes; options that apply to worksheets only are rejected."""
    for name in sorted(options.given - _FOR_NOTES):
        raise WorksheetError(f"{_spelled(name)} is for worksheets, not for notes")
    wanted = notes.Options(
        all=options.all,
        quiet=options.quiet,
        json=options.json,
        allow_empty=options.allow_empty,
        marked=options.marked or "",
        html=options.html or "",
        worksheet=options.worksheet or "",
        sheet=_load(options.network) if options.network else None,
    )
    return notes.run(options.sheets, wanted, _standard_input() if "-" in options.sheets else b"")


def _run(options: argparse.Namespace) -> int:
    sheet = _load(options.sheet)
    replaced = dict(_assignment(sheet, each) for each in options.set)
    output = sheet.output(options.of)
    labels = _unique(label for name in options.wrt or sheet.leaves for label in sheet.labels(name))
    fixed = _unique(label for name in options.fixed for label in sheet.leaf_labels(name))
    trained = [label for label in labels if label in sheet.trained and label not in fixed]

    rate, steps = _descent(sheet, options, trained)
    report = gather(
        sheet, labels, of=output, replaced=replaced, fixed=fixed, rate=rate, steps=steps, watch=_progress
    )  # fmt: skip
    if options.check:
        report.checks = list(_progress(compare(sheet, labels, of=output, replaced=replaced), len(labels)))
    drawn = _draw(report, options)
    if options.html is not None:
        _explore(report, trained, options.html)
    if options.export is not None:
        _export(report, *options.export)
    derivation = _derivation(options, report, trained)
    if not options.json:
        print(as_text(report, values=options.values) + (f"\n\n{derivation}" if derivation else ""))
    wrong = _claims(options, sheet, sheet_subject(sheet))
    if options.json:
        print(as_json(report))
    if drawn and not options.json:
        print(f"\nThe graph is drawn in {', '.join(drawn)}")
    if options.html and not options.json:
        print(f"\nThe page is in {options.html}; open it in a browser")
    return CHECK_FAILED if wrong or any(each.verdict == FAILED for each in report.checks or []) else FINE


_LANGUAGES: Final = {
    "c": Program.to_c,
    "javascript": Program.to_javascript,
    "numpy": Program.to_numpy,
    "torch": Program.to_torch,
    "jax": Program.to_jax,
}


def _export(report: Report, language: str, path: str) -> None:
    """Write the output and its gradient as source; inputs and targets become arguments, other leaves parameters."""
    if language not in _LANGUAGES:
        raise WorksheetError(f"--export: language must be {', '.join(_LANGUAGES)}, got {language!r}")
    values, sheet = report.run.values, report.sheet
    output = values[report.run.output]
    below = set(topological(output))
    inputs = [values[name] for name in (*sheet.inputs, *sheet.targets) if values[name] in below]
    write_whole(path, _LANGUAGES[language](compile(output, inputs=inputs), report.run.output))


def _derivation(options: argparse.Namespace, report: Report, trained: list[str]) -> Derivation | None:
    """Print the chain rule if requested, and write it to files."""
    wanted = options.derive or (list(report.gradients) if options.latex or options.markdown else [])
    if not wanted and not options.derive_all:
        return None
    names = trained if options.derive_all else _unique(each for name in wanted for each in report.sheet.labels(name))
    values = report.run.values
    # The derivation uses the same graph as the report, so the numbers agree.
    derivation = derive(
        values[report.run.output],
        [values[name] for name in names],
        rate=report.rate if options.derive_all else None,
        most=100_000,
    )
    for path, text in ((options.latex, derivation.latex), (options.markdown, derivation.to_markdown)):
        if path:
            write_whole(path, text().rstrip("\n") + "\n")
    return derivation


def _claims(options: argparse.Namespace, sheet: Worksheet, subject: Subject) -> int:
    """Judge the sheet's claims at its own numbers, ignoring --set; print them and return the number that are wrong."""
    if not sheet.claims:
        return 0
    wrong = [
        textwrap.fill(f"{head}{part}", 80, subsequent_indent=" " * 7, drop_whitespace=True)
        for line, verdict in judge_claims(sheet, subject)
        if not verdict
        for head, part in ((f"line {line} WRONG: ", verdict.claim), (" " * 7, verdict.message))
    ]
    many = f"{len(sheet.claims)} claim{'s' * (len(sheet.claims) != 1)} checked"
    outcome = f"{many}: {len(wrong) // 2} WRONG" if wrong else f"{many}: all right"
    if not options.json:
        print("\n".join(["", *wrong, outcome]))
    elif wrong:
        print("\n".join([*wrong, outcome]), file=sys.stderr)
    return len(wrong) // 2


def _load(argument: str | None) -> Worksheet:
    if argument is None:
        raise WorksheetError("no worksheet given, name it before the options; --list shows the included ones")
    if argument == "-":
        return Worksheet.decode(_standard_input()[: MAX_BYTES + 1], "standard input")
    return Worksheet.decode(*shipped.find(argument))


def _read(option: str, reader: Callable[[str], float], text: str) -> float:
    """Parse an option's number; errors name the option."""
    try:
        return reader(text)
    except WorksheetError as error:
        raise WorksheetError(f"{option}: {error}") from None


def _assignment(sheet: Worksheet, text: str) -> tuple[str, float]:
    """Parse `name=number`."""
    name, sign, number = text.partition("=")
    if not sign:
        raise WorksheetError(f"--set: expected NAME=NUMBER, got {text!r}")
    labels = sheet.leaf_labels(name)
    if len(labels) > 1:
        raise WorksheetError(f"--set: {name!r} is a list; set its elements one by one, as {labels[0]}={number}")
    return labels[0], _read("--set", read_number, number)


def _descent(sheet: Worksheet, options: argparse.Namespace, trained: list[str]) -> tuple[float | None, int]:
    """Return the rate and the number of steps, after checking them."""
    rate = sheet.rate if options.rate is None else _read("--rate", read_rate, options.rate)
    if options.steps is None:
        steps = 1
    elif options.steps.isascii() and options.steps.isdigit() and len(options.steps) < 19:
        steps = int(options.steps)
    else:
        raise WorksheetError(f"--steps: expected a whole number, got {options.steps!r}")
    if rate is None and options.steps is not None:
        raise WorksheetError("--steps needs a rate; give --rate, or write a line 'rate: 0.5' in the sheet")
    if not trained and (options.steps is not None or options.rate is not None):
        raise WorksheetError("nothing to train: every selected leaf is an input, a target or fixed")
    return rate, steps


_SUFFIXES = {"svg": (".svg",), "png": (".png",), "pdf": (".pdf",), "dot": (".dot", ".gv"), "mermaid": (".mmd",)}


def _draw(report: Report, options: argparse.Namespace) -> list[str]:
    """Write the requested pictures and return their file names."""
    wanted = [(name, path) for name in _SUFFIXES if (path := getattr(options, name)) is not None]
    for name, path in wanted:
        if not path.lower().endswith(_SUFFIXES[name]):
            raise DrawError(f"--{name}: file name must end in {' or '.join(_SUFFIXES[name])}, got {path!r}")
    if not wanted:
        return []
    drawing = autograd.draw(
        report.run.values[report.run.output],
        engine=options.engine,
        direction=options.direction,
        collapse=options.collapse,
        expand=options.expand,
        focus=[label for name in options.focus for label in report.sheet.labels(name)],
        depth=options.depth,
        limit=options.limit,
        theme=options.theme,
    )
    for _, path in wanted:
        drawing.save(path)
    return [path for _, path in wanted]


def _explore(report: Report, trained: list[str], path: str) -> None:
    from autograd.explore import explore

    values = report.run.values
    page = explore(
        values[report.run.output],
        trained=[values[name] for name in trained if name in report.gradients],
        rate=report.rate or 0.1,
        title=report.sheet.title,
    )
    try:
        page.save(path)
    except OSError as error:  # which may name a temporary file
        raise OSError(error.errno, error.strerror, path) from None


def _progress(items: Iterable[_Item], total: int) -> Iterator[_Item]:
    """Iterate over items, with a progress bar in a terminal."""
    if total < 100 or sys.stderr is None or not sys.stderr.isatty():
        return iter(items)
    from tqdm import tqdm

    bar: Iterator[_Item] = iter(tqdm(items, total=total, leave=False, unit="step"))
    return bar


def _unique(labels: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(labels))


if __name__ == "__main__":
    sys.exit(main())
