"""The front door: exit codes, one line for an error, nothing that drives the terminal."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import Cli

BROKEN = """
import corpus.workspace, sys, wirecopy
corpus.workspace.init = lambda **_: 1 / 0
sys.argv = ["wirecopy", {}]
wirecopy.main()
"""


def test_ctrl_c_ends_with_130_and_one_line(tmp_path: Path) -> None:
    row = '{{"id": "{}", "text": "The bridge opens in spring. Nobody knows when."}}\n'
    (tmp_path / "many.jsonl").write_text("".join(row.format(number) for number in range(100_000)))
    command = [sys.executable, "-m", "wirecopy", "corpus", "build", "many.jsonl", "-o", "out"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, ""), err
    assert err.strip() == "interrupted: run it again, it goes on where it was"
    assert not (tmp_path / "out").exists()


def test_who_closes_the_pipe_hears_no_complaint(tmp_path: Path) -> None:
    for n in range(300):
        (tmp_path / f"{n}.bin").write_bytes(b"\0")
    code = f"{sys.executable} -m wirecopy corpus build . -o {tmp_path}-out | true"
    done = subprocess.run(code, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Broken" not in done.stderr and "Traceback" not in done.stderr


def test_wrong_usage_is_2_and_a_bug_is_one_line(cli: Cli, tmp_path: Path) -> None:
    assert cli("run", "--until", "foo").returncode == 2
    assert cli("nonsense").returncode == 2
    for arguments, shown in (('"init", "x"', False), ('"--debug", "init", "x"', True)):
        done = subprocess.run(
            [sys.executable, "-c", BROKEN.format(arguments)], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1 and "error: unexpected ZeroDivisionError" in done.stderr
        assert ("Traceback" in done.stderr) is shown


def test_a_full_disk_is_told_with_what_to_do(tmp_path: Path) -> None:
    code = BROKEN.replace("1 / 0", "open('/dev/full', 'w').write('x' * 10**6)").format('"init", "x"')
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1, "error: No space left on device\nhint: make room on the disk, then run it again\n"
    )  # fmt: skip


def test_text_of_others_cannot_drive_the_terminal(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "\x1b[31mred\u202e.bin").write_bytes(b"\0")
    done = cli("corpus", "build", "in", "-o", "out")
    assert done.returncode == 3 and "\x1b" not in done.stderr and "\u202e" not in done.stderr
    assert os.linesep in done.stderr and "unsupported-format" in done.stderr


def test_completion_for_the_shell(cli: Cli) -> None:
    # The name of the shell is taken from the command line: the processes above a test may be any.
    done = cli("--show-completion", "bash", env={"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"})
    assert (done.returncode == 0 and "wirecopy" in done.stdout.lower()) or "complet" in done.stdout


def test_a_closed_stdout_is_no_bug(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "wirecopy", "init", str(tmp_path / "new"), "--json"]
    ran = subprocess.run(["/bin/sh", "-c", 'exec "$@" >&-', "sh", *command], capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"") and (tmp_path / "new" / "wirecopy.toml").is_file()
