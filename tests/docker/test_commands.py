"""The commands on ``--stack docker``, in containers of images that are built here."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.cli.conftest import COMMAND, FEW_CASES, environ

_DEADLINE_S = 600


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


def verdict(stack: str, cwd: Path, variables: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The last line of a gate on a stack, and what each of its steps said."""
    done = run(
        *("gate", "--stack", stack, "--level", "core", "--json", f"{stack}.json"),
        cwd=cwd,
        variables=variables,
        command=FEW_CASES,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads((cwd / f"{stack}.json").read_text())
    assert outcome["subject"]["target"]["stack"] == stack
    # What each kind of stack needs of the machine differs, and with it what the doctor counts.
    counts = {name: one for name, one in outcome["counts"].items() if name != "doctor:needs"}
    return done.stdout.splitlines()[-1], counts


def test_the_gate_says_the_same_as_on_the_embedded_stack(
    tmp_path: Path, variables: Mapping[str, str]
) -> None:
    said, counts = verdict("docker", tmp_path, variables)
    assert said.startswith("READY (reference adapters")
    images = [name for name in variables if name != "HARNESS_STACK"]
    assert (said, counts) == verdict("embedded", tmp_path, {name: variables[name] for name in images})


def test_doctor_names_the_engine_and_its_images(tmp_path: Path, variables: Mapping[str, str]) -> None:
    done = run("doctor", cwd=tmp_path, variables=variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Docker " in done.stdout
    assert variables["HARNESS_DOCKER_POSTGRES"] in done.stdout
    assert "to be pulled" not in done.stdout


def test_a_kept_stack_is_served(tmp_path: Path, variables: Mapping[str, str]) -> None:
    kept = {**variables, "HARNESS_STACK": "", "HARNESS_HOME": str(tmp_path / "home")}
    try:
        up = run("stack", "up", "--stack", "docker", cwd=tmp_path, variables=kept)
        assert up.returncode == 0, up.stderr
        assert "export SUPABASE_URL='http://127.0.0.1:" in up.stdout
        status = run("stack", "status", "--json", cwd=tmp_path, variables=kept)
        assert (status.returncode, json.loads(status.stdout)["kind"]) == (0, "docker"), status.stderr
        other = run("stack", "up", "--stack", "embedded", cwd=tmp_path, variables=kept)
        assert (other.returncode, "A stack of kind docker runs already" in other.stderr) == (2, True)
    finally:
        down = run("stack", "down", cwd=tmp_path, variables=kept)
    assert down.returncode == 0, down.stderr
