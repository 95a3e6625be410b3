"""No container outlives its owner, however the owner ends."""

import json
import signal
from collections.abc import Mapping

import psutil

from harness.settings import Settings
from harness.stack.docker.engine import Engine
from harness.stack.docker.labels import DATABASE, STACK
from harness.stack.docker.stack import DockerStack
from tests.docker.conftest import prepare
from tests.docker.owner import Owner
from tests.integration.stack.conftest import run_python, wait_for

GUEST = """
import json, sys, time
from pathlib import Path
from harness.stack.opening import attach
database = attach(Path(sys.argv[1])).clone()
print(json.dumps({"database": database.name}), flush=True)
time.sleep(600)
"""


def left_of(engine: Engine, label: str) -> int:
    return len(engine.client.containers.list(all=True, filters={"label": label}, ignore_removed=True))


def test_containers_end_with_a_killed_owner(owner: Owner) -> None:
    owner.process.send_signal(signal.SIGKILL)
    owner.process.wait()
    wait_for(lambda: owner.left() == (0, 0), what="all containers are removed")
    wait_for(lambda: not owner.instance.exists(), what="the instance is removed")


def test_containers_end_with_a_killed_supervisor(owner: Owner) -> None:
    owner.cluster.kill()
    wait_for(lambda: owner.left() == (0, 0), what="the supervisor of the database removes all containers")


def test_containers_of_a_database_end_with_a_killed_worker(
    engine: Engine, stack: DockerStack, variables: Mapping[str, str]
) -> None:
    guest = run_python(GUEST, variables, str(stack.record))
    assert guest.stdout is not None
    try:
        line = guest.stdout.readline()
        assert line, guest.communicate()[1].decode()
        label = f"{DATABASE}={json.loads(line)['database']}"
        assert left_of(engine, label) == 2
    finally:
        guest.kill()
        guest.communicate()
    wait_for(lambda: left_of(engine, label) == 0, what="both containers are removed")


def test_close_removes_what_a_killed_supervisor_left(engine: Engine, settings: Settings) -> None:
    volumes = len(engine.client.volumes.list())
    stack = DockerStack.start(settings, prepare=prepare)
    label, instance = f"{STACK}={stack.record.parent}", stack.record.parent
    assert stack._supervisor is not None
    psutil.Process(stack._supervisor.pid).kill()
    assert left_of(engine, label) == 1
    stack.close()
    stack.close()
    assert left_of(engine, label) == 0
    assert engine.client.networks.list(filters={"label": label}) == []
    assert len(engine.client.volumes.list()) == volumes
    assert not instance.exists()
