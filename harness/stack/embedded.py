"""The embedded stack: Postgres, and for each database a PostgREST and a gateway, without Docker and without an account."""

import os
import secrets
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from harness.errors import StackError
from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.databases import Database
from harness.stack.home import Home
from harness.stack.install import install
from harness.stack.instances import Instance
from harness.stack.keys import ApiKeys
from harness.stack.launch import Supervisor
from harness.stack.plans import ClusterPlan
from harness.stack.processes import ProcessId
from harness.stack.records import StackRecord
from harness.stack.template import EMPTY, TEMPLATE, Prepare, bootstrap, registered_preparation

__all__ = ["EmbeddedStack"]

_RECORD = "record.json"


class EmbeddedStack:
    """A running stack: owned, from `start`, or someone else's, from `attach`.

    An owned stack and its databases end with this process, also when it is killed.
    """

    def __init__(self, path: Path, content: StackRecord, supervisor: Supervisor | None) -> None:
        self.record = path
        """A JSON file with everything that `attach` needs; HARNESS_STACK_FILE passes it on."""
        self.migrations_hash = content.migrations_hash
        self.postgres_version = content.postgres_version
        self.postgrest_version = content.postgrest_version
        self._content = content
        self._supervisor = supervisor
        self._databases: list[Database] = []

    @classmethod
    def start(cls, settings: Settings, *, prepare: Prepare | None = None) -> Self:
        """Install what is missing, start Postgres and make the template ready: about 1 s when installed.

        `prepare` applies the migrations to the database of a URL and returns their hash; default: what the
        installed packages register. Raises StackError, and whatever `prepare` raises.
        """
        account = Account.current()
        home = Home.of(settings, account)
        servers = install(settings, account)
        instance = Instance.create(home, account)
        supervisor: Supervisor | None = None
        try:
            supervisor = Supervisor.launch(
                "cluster", instance.path / "supervisor.log", hand_over=(instance.lock,)
            )
            servers = instance.reachable(servers, account)
            superuser_password, owner_password, authenticator_password = (
                secrets.token_hex(16) for _ in range(3)
            )
            plan = ClusterPlan(
                instance=instance.path,
                run_dir=instance.run_dir,
                uid=account.uid,
                gid=account.gid,
                switch=account.switch,
                postgres=servers.postgres,
                data=instance.data_dir(account),
                password=superuser_password,
            )
            supervisor.send(plan.dumps())
            keys = ApiKeys.signed_with(secrets.token_hex(32))
            port = supervisor.wait()
            content = StackRecord(
                instance=str(instance.path),
                run_dir=str(instance.run_dir),
                supervisor_pid=supervisor.pid,
                supervisor_started=ProcessId.of(supervisor.pid).started,
                port=port,
                superuser_password=superuser_password,
                owner_password=owner_password,
                authenticator_password=authenticator_password,
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
            content = _with_template(content, prepare or registered_preparation)
            path = instance.path / _RECORD
            content.write(path)
        except BaseException:
            if supervisor is not None:
                supervisor.stop()
            instance.remove()
            raise
        finally:
            os.close(instance.lock)  # from here on, the supervisor alone holds it
        return cls(path, content, supervisor)

    @classmethod
    def attach(cls, record: Path) -> Self:
        """Join a stack that another process owns; closing this object ends its own databases only. Raises StackError."""
        return cls(record, StackRecord.read(record), None)

    def clone(self) -> Database:
        """A fresh copy of the migrated template, with its own PostgREST and gateway. Raises StackError."""
        return self._create(TEMPLATE)

    def empty(self) -> Database:
        """The same from a database with roles and schemas only: to rehearse the migrations. Raises StackError."""
        return self._create(EMPTY)

    def close(self) -> None:
        """End the databases of this object and, if it is the owner, the stack. May be repeated."""
        for database in self._databases:
            database.close()
        self._databases.clear()
        if self._supervisor is not None:
            self._supervisor.stop()

    def _create(self, template: str) -> Database:
        database = Database.create(self._content, template)
        self._databases.append(database)
        return database

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _with_template(content: StackRecord, prepare: Prepare) -> StackRecord:
    try:
        migrations_hash = bootstrap(
            content.uri,
            owner_password=content.owner_password,
            authenticator_password=content.authenticator_password,
            prepare=prepare,
        )
    except psycopg.Error as cause:
        raise StackError(f"The template database could not be prepared: {cause}") from cause
    return replace(content, migrations_hash=migrations_hash)
