"""No container outlives its owner, however the owner ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from harness.settings import Settings
from harness.stack.docker.engine import Engine
from harness.stack.docker.labels import STACK
from harness.stack.docker.stack import DockerStack
from tests.docker.conftest import prepare
from tests.integration.stack.conftest import run_python, wait_for

OWNER = """
import json, os, time
from harness.settings import Settings
from harness.stack.docker.stack import DockerStack
stack = DockerStack.start(Settings.from_environ(), prepare=lambda dsn: "none")
database = stack.clone()
print(json.dumps({"record": str(stack.record)}), flush=True)
time.sleep(600)
"""


class Owner:
    """A process that owns a stack with one database."""

    def __init__(self, engine: Engine, process: "subprocess.Popen[bytes]") -> None:
        self.engine = engine
        self.process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1].decode()
        self.instance = Path(json.loads(line)["record"]).parent
        self.supervisors = psutil.Process(process.pid).children()
        assert self.left() == (3, 0) or os.environ.get("HARNESS_DOCKER_NETWORK") == "bridge"

    def left(self) -> tuple[int, int]:
        """How many containers and networks there are."""
        chosen: dict[str, str | list[str] | bool] = {"label": f"{STACK}={self.instance}"}
        found = self.engine.client.containers.list(all=True, filters=chosen, ignore_removed=True)
        return len(found), len(self.engine.client.networks.list(filters=chosen))

    def kill(self) -> None:
        """End the owner and its supervisors at once, so that nobody can clear up."""
        for one in (psutil.Process(self.process.pid), *self.supervisors):
            one.suspend()
        for one in (psutil.Process(self.process.pid), *self.supervisors):
            one.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def owner(engine: Engine, variables: Mapping[str, str]) -> Iterator[Owner]:
    process = run_python(OWNER, variables)
    try:
        yield Owner(engine, process)
    finally:
        process.kill()
        process.communicate()


def test_containers_end_with_a_killed_owner(owner: Owner) -> None:
    owner.process.send_signal(signal.SIGKILL)
    owner.process.wait()
    wait_for(lambda: owner.left() == (0, 0), what="all containers are removed")
    wait_for(lambda: not owner.instance.exists(), what="the instance is removed")


def test_the_next_start_removes_what_killed_supervisors_left(owner: Owner, settings: Settings) -> None:
    owner.kill()
    assert owner.left()[0] == 3
    with DockerStack.start(settings, prepare=prepare) as stack:
        assert owner.left() == (0, 0)
        assert not owner.instance.exists()
        assert stack.record.exists()


def test_clean_removes_what_was_left_though_the_directory_is_gone(
    owner: Owner, variables: Mapping[str, str], tmp_path: Path
) -> None:
    owner.kill()
    shutil.rmtree(owner.instance)
    # In a home of its own: the installed servers are left alone.
    command = [sys.executable, "-P", "-m", "harness", "stack", "clean"]
    done = subprocess.run(
        command,
        env={**os.environ, **variables, "HARNESS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Removed 3 containers." in done.stderr
    assert owner.left() == (0, 0)


def test_an_orderly_close_leaves_nothing(engine: Engine, settings: Settings) -> None:
    volumes = len(engine.client.volumes.list())
    stack = DockerStack.start(settings, prepare=prepare)
    stack.clone()
    chosen: dict[str, str | list[str] | bool] = {"label": f"{STACK}={stack.record.parent}"}
    assert len(engine.client.containers.list(filters=chosen)) == 3
    stack.close()
    stack.close()
    assert engine.client.containers.list(all=True, filters=chosen) == []
    assert engine.client.networks.list(filters=chosen) == []
    assert len(engine.client.volumes.list()) == volumes
    assert not stack.record.parent.exists()
