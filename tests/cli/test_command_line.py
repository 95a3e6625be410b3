"""Whatever happens, the exit status is 2 and one sentence says why; never 1, never a traceback."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Harness = Callable[..., Any]

PLUGIN = """
import errno, os, signal, sys, time
import click
from harness.errors import HarnessError

@click.command()
@click.argument("what")
def probe(what):
    if what == "harness": raise HarnessError("the disk of postgresql://a:hunter2@b/c is gone. Get another.")
    if what == "value": raise ValueError("no luck")
    if what == "memory": raise MemoryError
    if what == "full": raise OSError(errno.ENOSPC, "No space left on device", "/data/x")
    if what == "missing": open("/no/such/file")
    if what == "exit": sys.exit("said goodbye")
    if what == "status": return 1
    if what == "interrupt": raise KeyboardInterrupt
    if what == "print": print("x" * 200_000)
    if what == "wait":
        print("waiting", flush=True)
        signal.pause()
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """An installed distribution that registers one good command and one that cannot be imported."""
    place = tmp_path / "site"
    metadata = place / "probe-1.0.dist-info"
    metadata.mkdir(parents=True)
    (place / "parity_probe.py").write_text(PLUGIN)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[harness.commands]\nprobe = parity_probe:probe\nbroken = parity_absent:command\n"
    )
    return place


@pytest.fixture
def probe(harness: Harness, plugin: Path, tmp_path: Path) -> Harness:
    path = os.pathsep.join([str(plugin), *filter(None, [os.environ.get("PYTHONPATH")])])

    def probe(*arguments: str, **changes: str) -> Any:
        return harness(*arguments, cwd=tmp_path, PYTHONPATH=path, **changes)

    return probe


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["gate", "--help"], ["verdict", "-h"]])
def test_help_and_version_succeed(harness: Harness, tmp_path: Path, arguments: list[str]) -> None:
    done = harness(*arguments, cwd=tmp_path)
    assert (done.status, done.err) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["--nonsense"],
        ["gate", "--level", "Core"],
        ["gate", "--workers", "0"],
        ["verdict"],
        ["gate", "--sql", ""],
        ["gate", "--json", ""],
        ["verdict", "--report", "r", "--json", "r/gate.json"],
    ],
)
def test_wrong_usage_is_2(harness: Harness, tmp_path: Path, arguments: list[str]) -> None:
    done = harness(*arguments, cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert "Usage: harness" in done.err


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("harness", "Error: the disk of postgresql://a:***@b/c is gone. Get another."),
        (
            "value",
            "Error: unexpected ValueError: no luck. Run with --debug (or HARNESS_DEBUG=1) for the traceback.",
        ),
        ("memory", "Error: not enough memory. Use fewer --workers, or a larger machine."),
        ("full", "Error: the disk is full at /data/x. Free some space, then run the command again."),
        ("missing", "Error: /no/such/file: No such file or directory."),
        ("exit", "Error: said goodbye"),
        ("interrupt", "Error: interrupted; nothing can be said about the result."),
    ],
)
def test_what_goes_wrong_is_2_and_one_sentence(probe: Harness, what: str, sentence: str) -> None:
    done = probe("probe", what)
    assert (done.status, done.out, done.err) == (2, "", sentence + "\n")


def test_a_command_returns_its_status(probe: Harness) -> None:
    assert probe("probe", "status").status == 1


@pytest.mark.parametrize(("arguments", "changes"), [(["--debug"], {}), ([], {"HARNESS_DEBUG": "1"})])
def test_debug_shows_the_traceback(probe: Harness, arguments: list[str], changes: dict[str, str]) -> None:
    done = probe("probe", "value", *arguments, **changes)
    assert done.status == 2
    assert "Traceback (most recent call last)" in done.err


def test_a_broken_command_says_so_and_the_others_work(probe: Harness) -> None:
    done = probe("broken")
    assert done.status == 2
    assert "the command 'broken' (parity_absent:command) cannot be loaded: ModuleNotFoundError" in done.err
    assert "  broken" in probe("--help").out
    assert probe("probe", "print").status == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_is_2(start: Callable[..., Any], plugin: Path, number: int) -> None:
    path = os.pathsep.join([str(plugin), *filter(None, [os.environ.get("PYTHONPATH")])])
    process: subprocess.Popen[str] = start("probe", "wait", PYTHONPATH=path)
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (2, "Error: interrupted; nothing can be said about the result.\n")


def test_a_reader_that_goes_away_is_no_traceback(start: Callable[..., Any], plugin: Path) -> None:
    path = os.pathsep.join([str(plugin), *filter(None, [os.environ.get("PYTHONPATH")])])
    process: subprocess.Popen[str] = start("probe", "print", PYTHONPATH=path)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr:
        assert process.stderr.read() == ""
    assert process.wait(60) == 2


@pytest.mark.parametrize(
    ("closed", "status"), [(">&-", 2), (">&- 2>&-", 2), ("<&- >&- 2>&-", 2), ("2>&-", 0), ("<&-", 0)]
)
def test_a_closed_stream_is_no_traceback(tmp_path: Path, closed: str, status: int) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -P -m harness --version {closed}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status
    assert "Traceback" not in done.stderr


def test_a_working_directory_that_is_gone_is_2(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f'mkdir gone && cd gone && rmdir "$PWD" && {sys.executable} -P -m harness doctor'],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        2,
        "Error: the working directory no longer exists; cd elsewhere.\n",
    )


def test_a_user_may_have_folders_of_our_names(harness: Harness, tmp_path: Path) -> None:
    for name in ("contracts", "migrations", "loadtests"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong package')")
    path = os.pathsep.join([".", *filter(None, [os.environ.get("PYTHONPATH")])])
    done = harness("schema", "--help", cwd=tmp_path, PYTHONPATH=path)
    assert (done.status, done.err) == (0, "")
