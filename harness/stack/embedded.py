"""The embedded stack: Postgres, and for each database a PostgREST and a gateway, without Docker."""

import contextlib
import secrets
from pathlib import Path
from typing import Self

from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.cluster import INITDB_OPTIONS
from harness.stack.home import Home
from harness.stack.install import Servers, install
from harness.stack.instances import Instance
from harness.stack.keys import ApiKeys
from harness.stack.launch import Supervisor
from harness.stack.plans import ClusterPlan
from harness.stack.records import Executables
from harness.stack.running import RECORD, RunningStack, new_record, with_template
from harness.stack.template import Prepare, registered_preparation
from harness.stack.variables import forget_libpq_variables

__all__ = ["EmbeddedStack"]


class EmbeddedStack(RunningStack):
    """A stack whose servers are processes of this machine."""

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
            content = new_record(
                instance.path,
                supervisor,
                _executables(instance, servers, account),
                port=started["port"],
                keys=keys,
                superuser_password=secrets.token_hex(16),
                postgres_version=servers.postgres_version,
                postgrest_version=servers.postgrest_version,
            )
            content = with_template(content, started["password"], prepare or registered_preparation)
            path = instance.path / RECORD
            content.write(path)
            undo.pop_all()
        return cls(path, content, supervisor, spare)


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


def _executables(instance: Instance, servers: Servers, account: Account) -> Executables:
    return Executables(
        run_dir=str(instance.run_dir),
        postgrest=str(servers.postgrest),
        uid=account.uid,
        gid=account.gid,
        switch=account.switch,
    )
