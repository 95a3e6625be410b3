"""``harness contract --self-check`` as a process: what it says and how it exits."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

Start = Callable[..., "subprocess.Popen[str]"]
ONE = "crud.missing_get_raises"


def test_part_of_the_broken_adapters_proves_nothing(harness: Any, tmp_path: Path) -> None:
    done = harness("contract", "--self-check", "--broken", ONE, cwd=tmp_path)
    assert done.status == 2
    assert f"{ONE}  crud_ids.missing_get_is_none[bookings]" in done.out
    assert done.last_line.startswith("COULD NOT CHECK: 1 of ")
    assert done.last_line.endswith(" broken adapters were judged (--broken).")
    assert "Starting the servers" not in done.err


def test_unknown_broken_adapter(harness: Any, tmp_path: Path) -> None:
    done = harness("contract", "--self-check", "--broken", "crud.nothing", cwd=tmp_path)
    assert done.is_unchecked("There is no broken adapter 'crud.nothing'")


def test_broken_without_self_check(harness: Any, tmp_path: Path) -> None:
    done = harness("contract", "--broken", ONE, cwd=tmp_path)
    assert done.is_unchecked("--exhaustive and --broken go with --self-check.")


def test_interrupted_run_is_unchecked(start: Start) -> None:
    options = [option for id_ in (ONE, "crud.create_echoes_the_input") for option in ("--broken", id_)]
    process = start("contract", "--self-check", "--exhaustive", *options)
    assert process.stderr is not None
    while "Judging 2 broken adapters" not in (line := process.stderr.readline()):
        assert line
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert out.rstrip().splitlines()[-1].startswith("COULD NOT CHECK: The run was interrupted")
    assert "Traceback" not in out + err
