"""One database of a stack, with a PostgREST and a gateway of its own."""

import contextlib
import http.client
import json
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from harness.errors import StackError
from harness.settings import Settings, StackKind
from harness.stack.cluster import SUPERUSER
from harness.stack.coordinates import Coordinates
from harness.stack.launch import Order, Supervisor
from harness.stack.logs import tail
from harness.stack.plans import DatabasePlan, Plan
from harness.stack.records import Executables, StackRecord
from harness.stack.template import create_database

__all__ = ["Database"]

_SUPERVISORS: Mapping[StackKind, str] = {"embedded": "database", "docker": "docker-database"}
_COPY_S = 30.0
_PROBE_S = 5


class Database:
    """A copy of a template that lives until it is closed, or its process ends; made by `create`."""

    def __init__(
        self,
        name: str,
        coordinates: Coordinates,
        supervisor: Supervisor,
        *,
        record: StackRecord,
    ) -> None:
        self.name = name
        self.superuser_url = record.uri(SUPERUSER, name)
        """A libpq URL of the cluster's superuser, for what no application may do."""
        self.coordinates = coordinates
        self._supervisor = supervisor
        self._record = record

    @classmethod
    def create(
        cls,
        record: StackRecord,
        template: str,
        spare: Supervisor | None = None,
        *,
        pool_size: int = 10,
        pool_wait_s: int = 10,
    ) -> Self:
        """Copy `template` and start the servers of the copy, under a supervisor that waits or a new one."""
        name = f"parity_{secrets.token_hex(8)}"
        instance = Path(record.instance)
        kind = _SUPERVISORS[record.kind]
        supervisor = spare or Supervisor.launch(kind, instance / f"supervisor-{name}.log")
        try:
            _copy(record, name, template)
            supervisor.send(_plan(record, name, pool_size=pool_size, pool_wait_s=pool_wait_s).dumps())
            port = supervisor.wait()["port"]
        except BaseException:
            supervisor.stop()
            raise
        coordinates = Coordinates(
            supabase_url=f"http://{record.host}:{port}",
            anon_key=record.anon_key,
            service_role_key=record.service_role_key,
            database_url=record.uri("postgres", name),
        )
        return cls(name, coordinates, supervisor, record=record)

    def probe(self) -> str | None:
        """None if Postgres, PostgREST and the gateway answer, else one sentence that names what is down."""
        problem = probe(self.coordinates)
        if problem is None or isinstance(self._record.servers, Executables):
            return problem
        return f"{problem} The containers say: {_words(self._record, self.name)}"

    def said(self, since: float) -> str | None:
        """The last lines that containers have logged about it since a time, in seconds of the epoch.

        None where they said nothing, or are none.
        """
        if isinstance(self._record.servers, Executables):
            return None
        from harness.stack.docker.logs import said_about  # noqa: PLC0415  # one kind loads not the other

        return said_about(self._record.servers, self.name, since) or None

    def order_api(self, order: Order) -> None:
        """Have its PostgREST stopped, killed or started again. The gateway stays. Raises StackError."""
        self._supervisor.order(order)

    def close(self) -> None:
        """Stop the servers and drop the database. May be repeated."""
        if self._supervisor.is_open:
            # If Postgres is gone, so is the database.
            with contextlib.suppress(psycopg.Error):
                self._drop()
                self._supervisor.send("dropped")
            self._supervisor.stop()

    def _drop(self) -> None:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name))
        admin_uri = self._record.uri(SUPERUSER, "postgres")
        with psycopg.connect(admin_uri, autocommit=True, connect_timeout=_PROBE_S) as cluster:
            cluster.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def probe(coordinates: Coordinates) -> str | None:
    """None if everything behind an embedded database answers, else one sentence on what does not."""
    try:
        with psycopg.connect(coordinates.database_url, connect_timeout=_PROBE_S) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as cause:
        reason = str(cause).strip().splitlines()
        return f"Postgres does not answer: {reason[0] if reason else 'the connection was closed'}"
    url = urlsplit(coordinates.supabase_url)
    gateway = http.client.HTTPConnection(url.hostname or "", url.port, timeout=_PROBE_S)
    try:
        gateway.request("GET", "/_harness/ready")
        answer = json.loads(gateway.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError) as cause:
        return (
            f"The gateway at {coordinates.supabase_url} does not answer: {str(cause) or type(cause).__name__}"
        )
    finally:
        gateway.close()
    return (
        None
        if answer == {"postgrest": True}
        else f"PostgREST behind {coordinates.supabase_url} does not answer."
    )


def _plan(record: StackRecord, name: str, *, pool_size: int, pool_wait_s: int) -> Plan:
    servers = record.servers
    if not isinstance(servers, Executables):
        from harness.stack.docker.plans import container_plan  # noqa: PLC0415  # one kind loads not the other

        logs = Settings.from_environ().server_logs
        return container_plan(record, servers, name, pool_size=pool_size, pool_wait_s=pool_wait_s, logs=logs)
    return DatabasePlan(
        instance=Path(record.instance),
        run_dir=Path(servers.run_dir),
        uid=servers.uid,
        gid=servers.gid,
        switch=servers.switch,
        postgrest=Path(servers.postgrest),
        database=name,
        postgrest_uri=record.uri("authenticator", name),
        admin_uri=record.uri(SUPERUSER, "postgres"),
        jwt_secret=record.jwt_secret,
        anon_key=record.anon_key,
        service_role_key=record.service_role_key,
        pool_size=pool_size,
        pool_wait_s=pool_wait_s,
    )


def _copy(record: StackRecord, name: str, template: str) -> None:
    deadline = time.monotonic() + _COPY_S
    try:
        with psycopg.connect(
            record.uri(SUPERUSER, "postgres"), autocommit=True, connect_timeout=10
        ) as cluster:
            while True:
                try:
                    return create_database(cluster, name, template)
                except psycopg.errors.ObjectInUse:
                    # Autovacuum, or another process's copy, looks at the template.
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)
    except psycopg.Error as cause:
        raise StackError(
            f"The database could not be copied from {template}: {cause}. The log says: {_words(record, name)}"
        ) from cause


def _words(record: StackRecord, name: str) -> str:
    """The last words of the stack's Postgres, and of a database's containers."""
    if isinstance(record.servers, Executables):
        return tail(Path(record.instance) / "postgres.log")
    from harness.stack.docker.logs import words  # noqa: PLC0415  # as above

    return words(record.servers, name)
