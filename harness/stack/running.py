"""A running stack of ours, whatever its servers run in: made by `start` of its kind, joined by `attach`."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from harness.errors import StackError
from harness.settings import Settings, StackKind
from harness.stack.databases import Database
from harness.stack.instances import remove_dead
from harness.stack.keys import ApiKeys
from harness.stack.launch import Order, Supervisor
from harness.stack.processes import ProcessId
from harness.stack.records import Executables, Images, StackRecord
from harness.stack.template import EMPTY, TEMPLATE, Prepare, bootstrap
from harness.stack.variables import forget_libpq_variables

__all__ = ["RECORD", "RunningStack", "new_record", "with_template"]

RECORD = "record.json"


class RunningStack:
    """A running stack: owned, from `start`, or someone else's, from `attach`.

    An owned stack and its databases end with this process, also when it is killed. Both make the process
    forget its PG* variables, which were meant for other servers.
    """

    def __init__(
        self, path: Path, content: StackRecord, supervisor: Supervisor | None, spare: Supervisor | None
    ) -> None:
        self.record = path
        """A JSON file with everything that `attach` needs; HARNESS_STACK_FILE passes it on."""
        self.migrations_hash = content.migrations_hash
        self.postgres_version = content.postgres_version
        self.postgrest_version = content.postgrest_version
        self._content = content
        self._supervisor = supervisor
        self._spare = spare
        self._databases: list[Database] = []

    @classmethod
    def attach(cls, record: Path) -> Self:
        """Join a stack that another process owns; `close` ends its own databases only. Raises StackError."""
        forget_libpq_variables()
        return cls(record, StackRecord.read(record), None, None)

    @property
    def kind(self) -> StackKind:
        """What the servers run in."""
        return self._content.kind

    @property
    def target(self) -> dict[str, str]:
        """What reports say of the servers: kind and versions."""
        return {
            "stack": self.kind,
            "postgres": self.postgres_version,
            "postgrest": self.postgrest_version,
        }

    def clone(self, *, pool_size: int = 10, pool_wait_s: int = 10) -> Database:
        """A fresh copy of the migrated template, with its own PostgREST and gateway. Raises StackError.

        `pool_size` connections serve all its requests; a request waits `pool_wait_s` seconds for one.
        """
        return self._create(TEMPLATE, pool_size=pool_size, pool_wait_s=pool_wait_s)

    def empty(self) -> Database:
        """The same with roles and schemas only, to rehearse the migrations. Raises StackError."""
        return self._create(EMPTY)

    def order_postgres(self, order: Order) -> None:
        """Have Postgres stopped, killed or started again, on the same port. Raises StackError.

        Killed, it loses nothing that was committed: it recovers from its log when it is started.
        """
        if self._supervisor is None:
            raise StackError("Only the owner of a stack may stop its Postgres: others work with it.")
        self._supervisor.order(order)

    def close(self) -> None:
        """End the databases of this object and, if it is the owner, the stack. May be repeated."""
        for database in self._databases:
            database.close()
        self._databases.clear()
        if self._spare is not None:
            self._spare.stop()
        if self._supervisor is not None:
            self._supervisor.stop()
            if self._supervisor.was_killed:
                remove_dead(Path(self._content.instance), Settings.from_environ().server_logs)

    def _create(self, template: str, *, pool_size: int = 10, pool_wait_s: int = 10) -> Database:
        spare, self._spare = self._spare, None
        database = Database.create(
            self._content, template, spare, pool_size=pool_size, pool_wait_s=pool_wait_s
        )
        self._databases.append(database)
        return database

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def new_record(
    instance: Path,
    supervisor: Supervisor,
    servers: Executables | Images,
    *,
    port: int,
    host: str = "127.0.0.1",
    keys: ApiKeys,
    superuser_password: str,
    postgres_version: str,
    postgrest_version: str,
) -> StackRecord:
    """The record of a stack whose Postgres has just started, with passwords that are still to be set."""
    return StackRecord(
        instance=str(instance),
        supervisor_pid=supervisor.pid,
        supervisor_started=ProcessId.of(supervisor.pid).started,
        port=port,
        superuser_password=superuser_password,
        owner_password=secrets.token_hex(16),
        authenticator_password=secrets.token_hex(16),
        jwt_secret=keys.secret,
        anon_key=keys.anon,
        service_role_key=keys.service_role,
        postgres_version=postgres_version,
        postgrest_version=postgrest_version,
        migrations_hash="",
        servers=servers,
        host=host,
    )


def with_template(
    content: StackRecord,
    initial_password: str,
    prepare: Prepare,
    *,
    log: Callable[[], str] | None = None,
) -> StackRecord:
    """Set the passwords and make the template databases. Raises StackError, which quotes `log`."""
    try:
        migrations_hash = bootstrap(
            content.uri,
            initial_password=initial_password,
            passwords=content.passwords,
            prepare=prepare,
        )
    except psycopg.Error as cause:
        said = "" if log is None else f" The log says: {log()}"
        raise StackError(f"The template database could not be prepared: {cause}{said}") from cause
    return replace(content, migrations_hash=migrations_hash)
