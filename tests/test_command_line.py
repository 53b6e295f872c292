"""`python -m autograd` as its users start it: what it prints, how it ends."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
from autograd.__main__ import main
from autograd.worksheet import shipped

ROOT = Path(autograd.__file__).parent.parent
KINKED = "x = 0\ny = relu(x) - relu(-x)\n"


def run(*arguments: str, text: str | bytes = "", folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Call the command line as its entry point does, with streams and a terminal's width of its own."""
    given = io.BytesIO(text.encode() if isinstance(text, str) else text)
    streams = [io.TextIOWrapper(raw, "utf-8") for raw in (given, io.BytesIO(), io.BytesIO())]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        patch.chdir(folder or Path.cwd())
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        try:
            status: object = main([*arguments])
        except SystemExit as ended:
            status = ended.code
    for stream in streams[1:]:
        stream.seek(0)
    assert isinstance(status, int)
    return subprocess.CompletedProcess(arguments, status, *(stream.read() for stream in streams[1:]))


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the command line as a process."""
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment}
    command = [sys.executable, "-m", "autograd", *arguments]
    return subprocess.run(
        command, capture_output=True, env=settings, encoding="utf-8", timeout=120, check=False, stdin=subprocess.DEVNULL
    )


def refuses(ended: subprocess.CompletedProcess[str], *parts: str) -> None:
    """Check that the input was refused with one readable line."""
    assert ended.returncode == 2, ended
    assert ended.stdout == ""
    assert ended.stderr.startswith("python -m autograd: ")
    assert ended.stderr.count("\n") == 1
    assert "Traceback" not in ended.stderr
    assert all(part in ended.stderr for part in parts), ended.stderr


def printed(*arguments: str, text: str = "") -> str:
    ended = run(*arguments, text=text)
    assert (ended.returncode, ended.stderr) == (0, ""), ended
    return ended.stdout


def json_of(*arguments: str, text: str = "") -> dict[str, object]:
    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} is not JSON")

    content = json.loads(printed(*arguments, "--json", text=text), parse_constant=refuse)
    assert isinstance(content, dict)
    return content


def test_a_note_by_name_prints_every_weight() -> None:
    output = printed("step_by_step")
    rows = {line.split()[0]: line.split()[1:] for line in output.splitlines() if line.strip()}
    assert rows["w5"] == ["0.4", "0.08216704056", "0.3589164797"]
    assert rows["w8"] == ["0.55", "-0.02274024222", "0.5613701211"]
    assert rows["b1"] == ["0.35", "0.01872560939", "fixed"]
    assert rows["i1"][-1] == "input"
    assert rows["target_o1"][-1] == "target"
    assert "E_total = 0.2983711087600027" in output
    assert "0.291027773" in output


def test_json_has_the_schema_and_all_digits() -> None:
    content = json_of("step_by_step")
    assert list(content) == ["output", "value", "values", "gradients", "updated", "value_after"]
    sheet = shipped.load("step_by_step")
    evaluation = sheet.evaluate()
    assert content["output"] == "E_total"
    assert content["value"] == evaluation.value
    assert content["values"] == evaluation.numbers()
    assert content["gradients"] == evaluation.gradients(sheet.leaves)
    updated = next(sheet.descend())
    assert content["updated"] == updated
    assert list(updated) == [f"w{i}" for i in range(1, 9)]
    assert content["value_after"] == pytest.approx(0.291027773694, rel=1e-12)


def test_ten_thousand_steps() -> None:
    content = json_of("step_by_step", "--steps", "10000")
    assert content["value_after"] == pytest.approx(3.51018778298e-05, rel=1e-12)
    assert content["value"] == pytest.approx(0.2983711087600027, rel=1e-12)


def test_options_choose_output_gradients_rate_and_leaves() -> None:
    sheet = "w, v = 2, 3\nnet = w*v\nE = net^2\nafter = 2*E"
    content = json_of(
        "-", "--of", "E", "--wrt", "net", "w", "v", "--rate", "0.5", "--fixed", "v", "--set", "w=1", text=sheet
    )
    assert content["output"] == "E"
    assert content["gradients"] == {"net": 6.0, "w": 18.0, "v": 6.0}
    assert content["updated"] == {"w": -8.0}
    assert (content["value"], content["value_after"]) == (9.0, 576.0)


def test_without_a_rate_nothing_is_updated() -> None:
    content = json_of("-", text="w = 3\nE = w^2")
    assert (content["updated"], content["value_after"]) == ({}, 9.0)
    assert "after" not in printed("-", text="w = 3\nE = w^2")


def test_what_is_not_finite_is_a_string_in_json() -> None:
    content = json_of("-", text="x = 0\na = 1/x\nb = -a\nc = a + b")
    assert content["values"] == {"x": 0.0, "a": "Infinity", "b": "-Infinity", "c": "NaN"}
    assert content["value"] == "NaN"
    assert [float(each) for each in ("Infinity", "-Infinity")] == [float("inf"), float("-inf")]


def test_tables_fit_a_terminal() -> None:
    long = "a_very_long_name_that_goes_on_and_on_for_the_whole_of_sixty_chars"[:64]
    sheet = f"rate: 1e300\n{long} = -1.23456789012e-300\nŷ = {long}*1.23456789012e-5\nE = ŷ^2"
    output = printed("-", "--values", "--check", text=sheet)
    assert max(map(len, output.splitlines()[2:])) <= 80
    for name in shipped.names():
        ended = run(name, "--values", "--check")
        assert (ended.returncode, ended.stderr) == (1 if name.startswith("slips_") else 0, "")
        assert max(map(len, ended.stdout.splitlines())) <= 80
    assert max(map(len, printed("--help").splitlines())) <= 80


def test_check_passes_fails_and_says_kink() -> None:
    assert "14 gradients of E_total checked: none fails." in printed("step_by_step", "--check")
    ended = run("-", "--check", text=KINKED)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "1 gradient of y checked: 1 FAILED." in ended.stdout
    assert "kink: the slopes on the two sides differ" in printed("-", "--check", text="x = 0\ny = abs(x)")
    content = json.loads(run("-", "--check", "--json", text=KINKED).stdout)
    assert content["check"]["x"]["verdict"] == "FAILED"
    assert content["check"]["x"]["differences"] == pytest.approx(1.0)


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_a_terminal_shows_progress() -> None:
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [sys.executable, "-m", "autograd", "step_by_step", "--steps", "200", "--json"]
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env=settings, check=True)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "/200" in shown
    assert json.loads(ended.stdout)["output"] == "E_total"


def test_list_names_every_note() -> None:
    lines = printed("--list").splitlines()
    assert [line.split()[0] for line in lines] == shipped.names()
    assert "the 2-2-2 network" in printed("--list")


def test_version_and_help() -> None:
    assert re.fullmatch(r"scalargrad \d+\.\d+\.\d+(rc\d+)? \(core: (c|python)\)\n", printed("--version"))
    assert "python -m autograd step_by_step" in printed("--help")


def test_a_picture_is_written(tmp_path: Path) -> None:
    path = tmp_path / "graph.svg"
    assert str(path) in printed("step_by_step", "--svg", str(path))
    assert path.read_text(encoding="utf-8").lstrip().startswith("<")
    refuses(run("step_by_step", "--svg", str(tmp_path)), str(tmp_path))
    refuses(run("step_by_step", "--svg", str(tmp_path / "none" / "graph.svg")), "none/graph.svg: No such file")
    assert list(tmp_path.iterdir()) == [path]


def test_pictures_in_every_format_and_of_a_part(tmp_path: Path) -> None:
    dot, mermaid = str(tmp_path / "graph.dot"), str(tmp_path / "graph.mmd")
    assert f"{dot}, {mermaid}" in printed("step_by_step", "--dot", dot, "--mermaid", mermaid, "--focus", "w5")
    text = Path(mermaid).read_text(encoding="utf-8")
    assert "w_5" in text
    assert "w_6" not in text
    svg = str(tmp_path / "graph.svg")
    printed("step_by_step", "--svg", svg, "--collapse", "layer", "--theme", "dark", "--direction", "TB")
    assert "h1 … h2" in Path(svg).read_text(encoding="utf-8")
    printed("step_by_step", "--svg", svg, "--collapse", "neuron", "--expand", "o1", "--engine", "builtin")
    assert "4 boxes" not in Path(svg).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments, part",
    [
        (("--png", "graph.svg"), "--png: file name must end in .png, got 'graph.svg'"),
        (("--dot", "graph"), "--dot: file name must end in .dot or .gv, got 'graph'"),
        (("--svg", "graph.svg", "--focus", "w99"), "w99"),
        (("--svg", "graph.svg", "--collapse", "neuron", "--expand", "h9"), "expand: there is no group 'h9'"),
        (("--svg", "graph.svg", "--limit", "3", "--collapse", "none"), "41 values are too many to draw"),
        (("--svg", "graph.svg", "--depth", "-1"), "draw: depth must not be negative"),
    ],
)
def test_pictures_that_cannot_be_drawn_are_refused(arguments: tuple[str, ...], part: str, tmp_path: Path) -> None:
    refuses(run("step_by_step", *arguments, folder=tmp_path), part)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments, parts",
    [
        (["--json"], ["no worksheet given", "--list"]),
        (["--wrt", "w5", "step_by_step"], ["no worksheet given, name it before the options"]),
        (["step_by_stop"], ["there is no included worksheet 'step_by_stop'", "did you mean 'step_by_step'?"]),
        (["nothing/like/this.txt"], ["nothing/like/this.txt: no such file"]),
        (["my_cell.txt"], ["no such file here, and there is no included worksheet 'my_cell.txt'; see --list"]),
        (["step_by_stop.txt"], ["did you mean 'step_by_step'?"]),
        (["step_by_step", "--wrt", "w55"], ["unknown name 'w55'", "did you mean 'w5'?"]),
        (["step_by_step", "--of", "E_totl"], ["unknown name 'E_totl'", "did you mean 'E_total'?"]),
        (["matrices", "--of", "Z1"], ["the output must be one number, 'Z1' is a list"]),
        (["step_by_step", "--set", "w5"], ["expected NAME=NUMBER, got 'w5'"]),
        (["step_by_step", "--set", "w5=x"], ["--set: not a number: 'x'"]),
        (["step_by_step", "--set", "w5=1_0"], ["not a number: '1_0'"]),
        (["step_by_step", "--set", "net_h1=1"], ["'net_h1' is computed, not a leaf"]),
        (["matrices", "--set", "X=1"], ["'X' is a list", "X[1,1]=1"]),
        (["step_by_step", "--fixed", "w9"], ["unknown name 'w9'"]),
        (["step_by_step", "--fixed", "out_h1"], ["'out_h1' is computed, not a leaf"]),
        (["step_by_step", "--rate", "fast"], ["--rate: not a number: 'fast'"]),
        (["step_by_step", "--rate", "-1"], ["above 0, got '-1'"]),
        (["step_by_step", "--rate", "inf"], ["above 0, got 'inf'"]),
        (["step_by_step", "--steps", "-1"], ["expected a whole number, got '-1'"]),
        (["step_by_step", "--steps", "1.5"], ["expected a whole number, got '1.5'"]),
        (["step_by_step", "--steps", "9" * 5000], ["expected a whole number"]),
        (["step_by_step", "--wrt", "i1", "--rate", "1"], ["nothing to train"]),
        (["products", "--steps", "3"], ["--steps needs a rate"]),
        (["step_by_step", "--of", ""], ["unknown name ''"]),
        (["step_by_step", "--set", "=3"], ["unknown name ''"]),
        (["step_by_step", "--wat"], ["unrecognized arguments: --wat"]),
        (["step_by_step", "--derve", "w5"], ["unrecognized arguments: --derve w5; did you mean '--derive'?"]),
        (["step_by_step", "--wrt"], ["--wrt: expected at least one argument"]),
    ],
)
def test_bad_arguments(arguments: list[str], parts: list[str]) -> None:
    refuses(run(*arguments), *parts)


@pytest.mark.parametrize(
    "raw, parts",
    [
        (b"", ["no steps"]),
        (b"a = b", ["line 1, column 5: unknown name 'b'"]),
        (b"\xff\xfea\x00", ["not UTF-8 text: byte 0xff"]),
        (b"a\x00b", ["unexpected character"]),
        (bytes(range(256)) * 10, ["line"]),
        (b"#" * 1_100_000, ["too large"]),
        (b"a = " + b"(" * 100_000, ["never closed"]),
        (b"a = __import__('os').system('ls')", ["unexpected character"]),
        ("a = 'x\u2028y'".encode(), ["unexpected character"]),
    ],
    ids=range(9),  # a megabyte in a test's name is more than an environment variable holds
)
def test_bad_sheets(raw: bytes, parts: list[str], tmp_path: Path) -> None:
    path = tmp_path / "sheet.txt"
    path.write_bytes(raw)
    refuses(run(str(path)), "sheet.txt: ", *parts)
    refuses(run("-", text=raw), *parts)


def test_a_file_comes_before_a_shipped_name(tmp_path: Path) -> None:
    (tmp_path / "layers").write_text("mine = 1", encoding="utf-8")
    (tmp_path / "step_by_step").mkdir()
    assert "mine = 1.0" in run("layers", folder=tmp_path).stdout
    assert "E_total" in run("step_by_step", folder=tmp_path).stdout


def test_elements_are_named_from_one() -> None:
    content = json_of("matrices", "--wrt", "W_out[2]", "X", "--set", "X[2,1]=5")
    assert list(content["gradients"]) == ["W_out[2]", "X[1,1]", "X[2,1]", "X[3,1]", "X[4,1]"]  # type: ignore[call-overload]
    assert content["values"]["X[2,1]"] == 5.0  # type: ignore[index]


def test_output_survives_a_terminal_without_these_letters() -> None:
    ended = process("step_by_step", PYTHONIOENCODING="ascii")
    assert ended.returncode == 0
    assert "?E_total/?name" in ended.stdout


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices as Unix has them")
def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m autograd matrices --values --check | head -1"
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(["sh", "-c", command], capture_output=True, env=settings, text=True, check=False)
    assert (ended.stdout, ended.stderr) == ("matrices: the matrix picture\n", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_said() -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        settings = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "autograd", "--list"]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=settings, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr == "python -m autograd: [Errno 28] No space left on device\n"


def test_interrupting_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shipped, "find", interrupt)
    assert main(["step_by_step"]) == 130
    assert capsys.readouterr().err == ""


def test_main_can_be_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["products", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == 200.0


@pytest.mark.parametrize("language, begins", [
    ("c", "/* E_total: value and gradient"), ("javascript", "// E_total: value"), ("numpy", '"""E_total: value'),
    ("torch", '"""E_total: a recorded function'), ("jax", '"""E_total: a recorded function'),
])  # fmt: skip
def test_export_writes_source(language: str, begins: str, tmp_path: Path) -> None:
    ended = run("step_by_step", "--export", language, str(tmp_path / "source"))
    assert ended.returncode == 0
    text = (tmp_path / "source").read_text(encoding="utf-8")
    assert text.startswith(begins)
    assert "i1, i2, target_o1, target_o2" in text


def test_export_knows_its_languages(tmp_path: Path) -> None:
    ended = run("step_by_step", "--export", "cobol", str(tmp_path / "source"))
    assert ended.returncode == 2
    assert "--export: language must be c, javascript, numpy, torch, jax, got 'cobol'" in ended.stderr
