"""The tests run anywhere: in the background, where a shell ignores SIGINT, and leave no process when they are ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.processes import running

ROOT = Path(__file__).parents[2]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals as POSIX has them")


def test_tests_that_send_sigint_end_in_the_background() -> None:
    command = [*PYTEST, "tests/nn/test_fit.py::test_ctrl_c_ends_it_on_purpose"]
    ignored = lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)  # noqa: E731 - as a shell starts `command &`
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, preexec_fn=ignored, check=False
    )
    assert ended.returncode == 0, ended.stdout


def test_ended_by_sigterm_they_leave_no_process(tmp_path: Path) -> None:
    (tmp_path / "test_endless.py").write_text(
        "import subprocess, sys, pathlib\n"
        "def test_endless():\n"
        f"    pathlib.Path({str(tmp_path / 'started')!r}).touch()\n"
        "    subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])\n",
        encoding="utf-8",
    )
    command = [*PYTEST, "-p", "tests.conftest", str(tmp_path)]
    with running(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "started").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.terminate()
        assert process.wait(timeout=60) != 0
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
