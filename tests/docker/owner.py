"""A process of its own that owns a stack of containers, and what it leaves when it is killed."""

import json
import os
import signal
import subprocess
from pathlib import Path

import psutil

from harness.stack.docker.engine import Engine
from harness.stack.docker.labels import STACK

__all__ = ["OWNER", "Owner"]

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

    @property
    def cluster(self) -> psutil.Process:
        """The supervisor of Postgres."""
        return next(one for one in self.supervisors if "docker-cluster" in one.cmdline())

    def kill(self) -> None:
        """End the owner and its supervisors at once, so that nobody can clear up."""
        for one in (psutil.Process(self.process.pid), *self.supervisors):
            one.suspend()
        for one in (psutil.Process(self.process.pid), *self.supervisors):
            one.send_signal(signal.SIGKILL)
        self.process.wait()
