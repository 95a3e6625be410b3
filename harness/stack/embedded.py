"""The embedded stack: Postgres, and for each database a PostgREST and a gateway, without Docker."""

import contextlib
import secrets
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from harness.errors import StackError
from harness.settings import Settings, StackKind
from harness.stack.account import Account
from harness.stack.cluster import INITDB_OPTIONS
from harness.stack.databases import Database
from harness.stack.home import Home
from harness.stack.install import Servers, install
from harness.stack.instances import Instance
from harness.stack.keys import ApiKeys
from harness.stack.launch import Order, Supervisor
from harness.stack.plans import ClusterPlan
from harness.stack.processes import ProcessId
from harness.stack.records import StackRecord
from harness.stack.template import EMPTY, TEMPLATE, Prepare, bootstrap, registered_preparation
from harness.stack.variables import forget_libpq_variables

__all__ = ["EmbeddedStack"]

_RECORD = "record.json"


class EmbeddedStack:
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
    def start(cls, settings: Settings, *, prepare: Prepare | None = None) -> Self:
        """Install what is missing, start Postgres and make the template ready: about 1 s when installed.

        `prepare` applies the migrations to the database of a URL and returns their hash; default: what the
        installed packages register. Raises StackError, and whatever `prepare` raises.
        """
        forget_libpq_variables()
        account = Account.current()
        home = Home.of(settings, account)
        installed = install(settings, account)
        instance = Instance.create(home, account)
        with contextlib.ExitStack() as undo:
            undo.callback(instance.remove)
            with instance.held():
                supervisor = Supervisor.launch(
                    "cluster", instance.path / "supervisor.log", hand_over=(instance.lock,)
                )
            undo.callback(supervisor.stop)
            # Its imports pass while Postgres starts; the first clone uses it.
            spare = Supervisor.launch("database", instance.path / "spare.log")
            undo.callback(spare.stop)
            servers = instance.reachable(installed, account)
            seed = home.seed(INITDB_OPTIONS, servers.postgres_version, account)
            supervisor.send(_plan(instance, servers, seed, account).dumps())
            keys = ApiKeys.signed_with(secrets.token_hex(32))
            started = supervisor.wait()
            content = _record(
                instance, servers, account, supervisor=supervisor.pid, port=started["port"], keys=keys
            )
            content = _with_template(content, started["password"], prepare or registered_preparation)
            path = instance.path / _RECORD
            content.write(path)
            undo.pop_all()
        return cls(path, content, supervisor, spare)

    @classmethod
    def attach(cls, record: Path) -> Self:
        """Join a stack that another process owns; `close` ends its own databases only. Raises StackError."""
        forget_libpq_variables()
        return cls(record, StackRecord.read(record), None, None)

    @property
    def kind(self) -> StackKind:
        """What the servers run in."""
        return "embedded"

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


def _plan(instance: Instance, servers: Servers, seed: Path | None, account: Account) -> ClusterPlan:
    return ClusterPlan(
        instance=instance.path,
        run_dir=instance.run_dir,
        uid=account.uid,
        gid=account.gid,
        switch=account.switch,
        postgres=servers.postgres,
        data=instance.data_dir(account),
        seed=seed,
    )


def _record(
    instance: Instance, servers: Servers, account: Account, *, supervisor: int, port: int, keys: ApiKeys
) -> StackRecord:
    return StackRecord(
        instance=str(instance.path),
        run_dir=str(instance.run_dir),
        supervisor_pid=supervisor,
        supervisor_started=ProcessId.of(supervisor).started,
        port=port,
        superuser_password=secrets.token_hex(16),
        owner_password=secrets.token_hex(16),
        authenticator_password=secrets.token_hex(16),
        jwt_secret=keys.secret,
        anon_key=keys.anon,
        service_role_key=keys.service_role,
        postgrest=str(servers.postgrest),
        postgres_version=servers.postgres_version,
        postgrest_version=servers.postgrest_version,
        migrations_hash="",
        uid=account.uid,
        gid=account.gid,
        switch=account.switch,
    )


def _with_template(content: StackRecord, initial_password: str, prepare: Prepare) -> StackRecord:
    try:
        migrations_hash = bootstrap(
            content.uri,
            initial_password=initial_password,
            passwords=content.passwords,
            prepare=prepare,
        )
    except psycopg.Error as cause:
        raise StackError(f"The template database could not be prepared: {cause}") from cause
    return replace(content, migrations_hash=migrations_hash)
