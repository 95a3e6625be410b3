"""What nobody could remove is removed by whoever comes next, and an orderly end leaves nothing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from harness.settings import Settings
from harness.stack.docker.engine import Engine
from harness.stack.docker.labels import STACK
from harness.stack.docker.stack import DockerStack
from tests.docker.conftest import prepare
from tests.docker.owner import Owner


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
