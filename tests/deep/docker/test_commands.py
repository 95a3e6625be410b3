"""Whole commands on ``--stack docker``: what tests with every change have in part."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.docker.commands import run, verdict


def test_the_whole_gate_says_the_same_as_on_the_embedded_stack(
    tmp_path: Path, variables: Mapping[str, str]
) -> None:
    images = {name: value for name, value in variables.items() if name != "HARNESS_STACK"}
    docker = verdict("docker", tmp_path, images)
    assert docker[0].startswith("READY (reference adapters")
    assert docker == verdict("embedded", tmp_path, images)


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
