"""How a command that judged something ends: the table, the files, the exit status."""

import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import click

from harness.reports.files import remove, reserve, write_json
from harness.settings import secrets
from loadtests.result import Result
from loadtests.runs import recording_file

__all__ = ["again", "begin", "finish", "write_recording"]


def begin(json_path: str | None, report: Path | None, out: Path | None = None) -> None:
    """Remove what an earlier run wrote, and be sure to write later. Raises ConfigurationError.

    Call it before anything can fail: an old PASS must not survive.
    """
    files = [out] if out is not None else []
    if json_path is not None and json_path != "-":
        files.append(Path(json_path))
    for file in files:
        remove(file)
    if report is not None:
        from loadtests.reporting import publishing  # noqa: PLC0415  # scipy takes longer to load than most commands to run

        publishing.prepare(report)
    for file in files:
        reserve(file)


def again() -> str:
    """The command line that does the same."""
    return shlex.join(["harness", *sys.argv[1:]])


def finish(result: Result, json_path: str | None, report: Path | None, out: Path | None = None) -> int:
    """Print and write the result, and its recording to `out`; returns the exit status.

    Raises ConfigurationError if something cannot be written.
    """
    from loadtests.reporting import publishing  # noqa: PLC0415  # scipy takes longer to load than most commands to run
    from loadtests.reporting.terminal import print_table  # noqa: PLC0415  # the same

    if out is not None:
        write_recording(result, out)
    if report is not None:
        result = replace(result, artifacts=publishing.publish(result, report))
    # With --json -, the only thing on stdout is the JSON.
    print_table(result, sys.stderr if json_path == "-" else sys.stdout)
    outcome = result.redacted(secrets()).outcome().to_json()
    if json_path == "-":
        click.echo(json.dumps(outcome, indent=2, ensure_ascii=False))
    elif json_path is not None:
        write_json(Path(json_path), outcome)
    return result.exit_status


def write_recording(result: Result, path: Path) -> None:
    """Write what was recorded, without secrets; nothing if there is nothing. Raises ConfigurationError."""
    recording = result.redacted(secrets()).recording
    if recording is not None:
        recording_file.write(path, recording)
