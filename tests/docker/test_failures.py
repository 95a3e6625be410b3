"""What the Docker stack needs and does not find is named, with what to do, and exit status 2."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.errors import StackError
from harness.settings import Settings
from harness.stack.docker.engine import Engine
from harness.stack.docker.stack import DockerStack
from tests.cli.conftest import COMMAND, environ
from tests.docker.changes import changed, containers
from tests.docker.conftest import prepare

MISSING = "localhost:1/nobody/nothing:none"


@pytest.mark.parametrize("name", ["postgres", "postgrest", "python"])
def test_an_image_that_cannot_be_had_is_named(settings: Settings, name: str) -> None:
    with pytest.raises(
        StackError, match=f"{MISSING} is not on this machine .* HARNESS_DOCKER_{name.upper()}"
    ):
        DockerStack.start(changed(settings, **{name: MISSING}), prepare=prepare)


def test_an_image_without_the_program_is_named(engine: Engine, settings: Settings) -> None:
    before = containers(engine)
    with pytest.raises(StackError, match=r"\(HARNESS_DOCKER_PYTHON\) does not say which Python it holds"):
        DockerStack.start(changed(settings, python=settings.docker.postgrest), prepare=prepare)
    assert containers(engine) == before


@pytest.mark.parametrize(
    ("command", "wrong", "reason"),
    [
        ("doctor", {"HARNESS_DOCKER_POSTGREST": MISSING}, f"{MISSING} is not on this machine"),
        (
            "contract",
            {"DOCKER_HOST": "unix:///nobody.sock"},
            "No Docker engine answers at unix:///nobody.sock",
        ),
        ("stack up", {"HARNESS_DOCKER_POSTGREST": MISSING}, f"{MISSING} is not on this machine"),
    ],
    ids=["doctor", "contract", "stack-up"],
)
def test_commands_could_not_check(
    tmp_path: Path, variables: Mapping[str, str], command: str, wrong: Mapping[str, str], reason: str
) -> None:
    done = subprocess.run(
        [*COMMAND, *command.split()],
        cwd=tmp_path,
        env={**environ({**variables, "HARNESS_HOME": str(tmp_path)}), **wrong},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    (name,) = wrong
    assert any(reason in line and name in line for line in said.splitlines()), said
    assert "Traceback" not in said
