"""One Postgres in a container, on a port that it keeps."""

import contextlib
import socket
import time
from collections.abc import Mapping, Sequence

import psycopg

from harness.errors import StackError
from harness.stack.cluster import LOCALE_OPTIONS, SUPERUSER
from harness.stack.docker.container import Container, PortTaken, Spec
from harness.stack.docker.engine import Engine, explained
from harness.stack.docker.plans import PostgresPlan

__all__ = ["PORT", "PostgresContainer"]

PORT = 5432
"""Inside of a network of its own."""
_START_S = 80.0
"""Supabase's image runs its own migrations first."""
_PORTS_TO_TRY = 10
_POLL_S = 0.1
_CONNECT_S = 5
_TAKEN = "could not create any TCP/IP sockets"

_OPTIONS: Mapping[str, str] = {
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    # As hosted; below it, a migration that fills a publication is warned.
    "wal_level": "logical",
    # The log of one server speaks of many databases.
    "log_line_prefix": "%m [%p] %d ",
    # What was written survives the death of any process; the data ends with the container.
    "fsync": "off",
    "full_page_writes": "off",
}


class PostgresContainer:
    """A server; made running by `start`."""

    def __init__(self, engine: Engine, plan: PostgresPlan, port: int, container: Container) -> None:
        self.port = port
        """Where this machine reaches it."""
        self._engine = engine
        self._plan = plan
        self._container = container

    @classmethod
    def start(cls, engine: Engine, plan: PostgresPlan) -> "PostgresContainer":
        """Create the stack's network and start the server. Raises StackError, quoting the server's log."""
        if plan.network != "host":
            with explained(
                f"The network {plan.network} could not be created (HARNESS_DOCKER_NETWORK=host needs none)"
            ):
                engine.client.networks.create(plan.network, driver="bridge", labels=dict(plan.labels))
        for _ in range(_PORTS_TO_TRY):
            port = _free_port()
            with contextlib.suppress(PortTaken):
                container = Container.run(_spec(engine, plan, port))
                server = cls(engine, plan, port, container)
                try:
                    server._await()
                except BaseException:
                    container.remove()
                    raise
                return server
        raise StackError(f"Postgres found no free port in {_PORTS_TO_TRY} attempts.")

    def look(self) -> None:
        """Nothing needs to be noticed: the engine keeps what has ended."""

    def stop(self) -> None:
        """Fast shutdown."""
        self._container.stop()

    def kill(self) -> None:
        """End the server as a crash would; its sessions end with it."""
        self._container.kill()

    def start_again(self) -> None:
        """Start the server on its data and its port, and wait until it answers. Raises StackError."""
        self._container.start_again()
        self._await()

    def remove(self) -> None:
        """Remove the container and the data."""
        self._container.remove()

    def _await(self) -> None:
        """Return once the server answers, by its name: in the end, another one may have the port."""
        url = (
            f"postgresql://{SUPERUSER}:{self._plan.password}@{self._engine.host}:{self.port}/postgres"
            f"?sslmode=disable&connect_timeout={_CONNECT_S}"
        )
        deadline = time.monotonic() + _START_S
        said = ""
        while time.monotonic() < deadline:
            try:
                with psycopg.connect(url) as connection:
                    found = connection.execute("SHOW cluster_name").fetchone()
            except psycopg.OperationalError as cause:
                said = str(cause).strip()
            else:
                if found == (self._plan.name,):
                    return
                said = f"port {self.port} is another server's"
            if not self._container.is_running:
                words = self._container.words()
                kind = PortTaken if _TAKEN in words else StackError
                status = self._container.exit_status
                image = f"{self._plan.image} (HARNESS_DOCKER_POSTGRES)"
                raise kind(f"Postgres in {image} ended with status {status}: {words}")
            time.sleep(_POLL_S)
        raise StackError(
            f"Postgres in {self._plan.image} was not ready within {_START_S:.0f} s: {said}. Its log says: "
            f"{self._container.words()}"
        )


def _spec(engine: Engine, plan: PostgresPlan, port: int) -> Spec:
    with explained(f"The image {plan.image} cannot be inspected"):
        config = engine.client.images.get(plan.image).attrs["Config"]
    in_host = plan.network == "host"
    listening = {"listen_addresses": "127.0.0.1", "port": str(port)} if in_host else {"listen_addresses": "*"}
    options = {**_OPTIONS, **listening, "cluster_name": plan.name}
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return Spec(
        image=plan.image,
        name=f"{plan.name}-postgres",
        role="postgres",
        labels=plan.labels,
        network=plan.network,
        environment=_environment(plan, config.get("Env") or ()),
        command=[*(config.get("Cmd") or ["postgres"]), *arguments],
        published={PORT: (engine.bind_address, port)},
        options={"stop_signal": "SIGINT", "shm_size": "256m"},
        logs=plan.logs,
    )


def _environment(plan: PostgresPlan, of_image: Sequence[str]) -> dict[str, str]:
    """What the entry point of the official image understands, and of Supabase's, which is made from it."""
    variables = {
        "POSTGRES_USER": SUPERUSER,
        "POSTGRES_PASSWORD": plan.password,
        "POSTGRES_DB": "postgres",
    }
    if not any(one.startswith("POSTGRES_INITDB_ARGS=") for one in of_image):
        variables["POSTGRES_INITDB_ARGS"] = " ".join(LOCALE_OPTIONS)
    return variables


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
