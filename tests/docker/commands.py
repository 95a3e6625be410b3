"""Running commands on a stack of containers."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.cli.conftest import COMMAND, environ

__all__ = ["run", "verdict"]

_DEADLINE_S = 3_600


def run(
    *arguments: str, cwd: Path, variables: Mapping[str, str], command: tuple[str, ...] = COMMAND
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*command, *arguments],
        cwd=cwd,
        env=environ(variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_DEADLINE_S,
        check=False,
    )


def verdict(
    stack: str,
    cwd: Path,
    variables: Mapping[str, str],
    *options: str,
    command: tuple[str, ...] = COMMAND,
) -> tuple[str, dict[str, Any]]:
    """The last line of a gate on a stack, and what each of its steps counted."""
    done = run(
        *("gate", "--stack", stack, *options, "--json", f"{stack}.json"),
        cwd=cwd,
        variables=variables,
        command=command,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads((cwd / f"{stack}.json").read_text())
    assert outcome["subject"]["target"]["stack"] == stack
    # What each kind of stack needs of the machine differs, and with it what the doctor counts.
    counts = {name: one for name, one in outcome["counts"].items() if name != "doctor:needs"}
    return done.stdout.splitlines()[-1], counts
