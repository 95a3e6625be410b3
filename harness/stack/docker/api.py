"""PostgREST and the gateway of one database, each in a container.

The two share a volume with the socket that PostgREST listens on, as the embedded ones share a directory: no
port is taken for it, so none can be another's.
"""

import http.client
import json
import time
from pathlib import Path
from typing import Any

from docker.types import Mount

from harness.errors import StackError
from harness.stack.docker.container import Container, Spec
from harness.stack.docker.engine import Engine
from harness.stack.docker.packages import ROOT, collected
from harness.stack.docker.plans import ApiPlan
from harness.stack.postgrest import configuration

__all__ = ["ApiContainers"]

_SHARED = "/parity-run"
_SOCKET = Path(_SHARED) / "postgrest.sock"
_DOOR = "/parity/door.json"
_PORT = 8000
"""Of the gateway, inside of a network of its own."""
_START_S = 60.0
_PROBE_S = 5.0
_POLL_S = 0.05
_ROOT_USER = "0:0"
"""A new volume is root's."""


class ApiContainers:
    """Both; starting when they are made by `start`, usable after `wait`."""

    def __init__(self, engine: Engine, plan: ApiPlan, gateway: Container, postgrest: Container) -> None:
        self.port = 0
        """The gateway's, where this machine reaches it; known after `wait`."""
        self._engine = engine
        self._plan = plan
        self._gateway = gateway
        self._postgrest = postgrest

    @classmethod
    def start(cls, engine: Engine, plan: ApiPlan) -> "ApiContainers":
        """Start both. Raises StackError."""
        gateway = Container.run(_gateway(engine, plan))
        try:
            return cls(engine, plan, gateway, Container.run(_postgrest(plan, gateway)))
        except BaseException:
            gateway.remove()
            raise

    def wait(self) -> None:
        """Return once both answer, the schema cache loaded. Raises StackError, quoting their logs."""
        deadline = time.monotonic() + _START_S
        while not self._is_ready():
            for container in (self._gateway, self._postgrest):
                if not container.is_running:
                    raise StackError(
                        f"The {container.role} of {self._plan.database}, in {self._image(container)}, ended "
                        f"with status {container.exit_status}: {container.words()}"
                    )
            if time.monotonic() > deadline:
                raise StackError(
                    f"The API of {self._plan.database} was not ready within {_START_S:.0f} s. postgrest: "
                    f"{self._postgrest.words()}; gateway: {self._gateway.words()}"
                )
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """End PostgREST in order."""
        self._postgrest.stop()

    def kill(self) -> None:
        """End PostgREST as a crash would."""
        self._postgrest.kill()

    def start_again(self) -> None:
        """Start the stopped or killed PostgREST, and wait until it answers. Raises StackError."""
        self._postgrest.start_again()
        self.wait()

    def remove(self) -> None:
        """Remove both, and the volume that they share."""
        try:
            self._postgrest.remove()
        finally:
            self._gateway.remove()

    def _image(self, container: Container) -> str:
        """Its image, and the variable that names another."""
        if container is self._gateway:
            return f"{self._plan.gateway_image} (HARNESS_DOCKER_PYTHON)"
        return f"{self._plan.postgrest_image} (HARNESS_DOCKER_POSTGREST)"

    def _is_ready(self) -> bool:
        self.port = self.port or self._port()
        if not self.port:
            return False
        connection = http.client.HTTPConnection(self._engine.host, self.port, timeout=_PROBE_S)
        try:
            connection.request("GET", "/_harness/ready")
            return bool(json.loads(connection.getresponse().read()) == {"postgrest": True})
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()

    def _port(self) -> int:
        """0 until it is known: the engine chooses it, or in the network of its machine, the gateway."""
        if self._plan.network != "host":
            return self._gateway.published(_PORT) or 0
        first, end, _ = self._gateway.log().partition("\n")
        return int(json.loads(first)["port"]) if end and first.startswith("{") else 0


def _gateway(engine: Engine, plan: ApiPlan) -> Spec:
    in_host = plan.network == "host"
    door: dict[str, Any] = {
        "socket": str(_SOCKET),
        "anon_key": plan.anon_key,
        "service_role_key": plan.service_role_key,
        "host": "127.0.0.1" if in_host else "0.0.0.0",  # noqa: S104  # of a network of its own
        "port": 0 if in_host else _PORT,
    }
    return Spec(
        image=plan.gateway_image,
        name=f"{_name(plan)}-gateway",
        role="gateway",
        labels=plan.labels,
        network=plan.network,
        environment={"PYTHONPATH": ROOT, "PYTHONUNBUFFERED": "1"},
        command=["-P", "-m", "harness.stack.docker.inside", _DOOR],
        published={_PORT: (engine.bind_address, None)},
        files=[(collected(plan.instance), "/"), (json.dumps(door).encode(), _DOOR)],
        options={
            "entrypoint": ["python3"],
            "user": _ROOT_USER,
            "working_dir": "/",
            "mounts": [Mount(target=_SHARED, source=None, type="volume")],
        },
        logs=plan.logs,
    )


def _postgrest(plan: ApiPlan, gateway: Container) -> Spec:
    return Spec(
        image=plan.postgrest_image,
        name=f"{_name(plan)}-postgrest",
        role="postgrest",
        labels=plan.labels,
        network=plan.network,
        environment=configuration(
            uri=plan.postgrest_uri,
            jwt_secret=plan.jwt_secret,
            socket=_SOCKET,
            pool_size=plan.pool_size,
            pool_wait_s=plan.pool_wait_s,
        ),
        options={"user": _ROOT_USER, "volumes_from": [gateway.id]},
        logs=plan.logs,
    )


def _name(plan: ApiPlan) -> str:
    return plan.database.replace("_", "-")
