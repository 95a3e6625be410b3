"""The Docker stack: Postgres, and for each database a PostgREST and a gateway, in containers."""

import contextlib
import secrets
from collections.abc import Mapping
from typing import Self

import psycopg

from harness.errors import StackError
from harness.settings import Settings
from harness.settings.docker import DockerSettings
from harness.stack.account import Account
from harness.stack.cluster import SUPERUSER
from harness.stack.docker.engine import Engine
from harness.stack.docker.labels import of_stack
from harness.stack.docker.logs import words
from harness.stack.docker.packages import collect
from harness.stack.docker.plans import PostgresPlan
from harness.stack.docker.postgres import PORT
from harness.stack.docker.versions import POSTGRES, POSTGREST, PYTHON, version_in, version_of
from harness.stack.home import Home
from harness.stack.instances import Instance
from harness.stack.keys import ApiKeys
from harness.stack.launch import Supervisor
from harness.stack.records import Images
from harness.stack.running import RECORD, RunningStack, new_record, with_template
from harness.stack.template import Prepare, registered_preparation
from harness.stack.variables import forget_libpq_variables

__all__ = ["DockerStack"]


class DockerStack(RunningStack):
    """A stack whose servers are containers."""

    @classmethod
    def start(cls, settings: Settings, *, prepare: Prepare | None = None) -> Self:
        """Pull what is missing, start Postgres and make the template ready.

        `prepare` applies the migrations to the database of a URL and returns their hash; default: what the
        installed packages register. Raises StackError, and whatever `prepare` raises.
        """
        forget_libpq_variables()
        chosen = settings.docker
        engine = _engine(chosen)
        account = Account.current()
        instance = Instance.create(Home.of(settings, account), account, contained=True)
        labels = dict(of_stack(instance.path, settings.run_id))
        with contextlib.ExitStack() as undo:
            undo.callback(instance.remove)
            with instance.held():
                supervisor = Supervisor.launch(
                    "docker-cluster", instance.path / "supervisor.log", hand_over=(instance.lock,)
                )
            undo.callback(supervisor.stop)
            # Its imports pass while Postgres starts; the first clone uses it.
            spare = Supervisor.launch("docker-database", instance.path / "spare.log")
            undo.callback(spare.stop)
            password = secrets.token_hex(16)
            name = f"parity-{secrets.token_hex(4)}"
            network = "host" if chosen.network == "host" else name
            plan = PostgresPlan(
                instance=instance.path,
                run_dir=instance.run_dir,
                name=name,
                image=chosen.postgres,
                network=network,
                labels=labels,
                password=password,
                logs=settings.server_logs,
            )
            supervisor.send(plan.dumps())
            collect(instance.path)
            keys = ApiKeys.signed_with(secrets.token_hex(32))
            # Meanwhile Postgres starts.
            version_in(engine, chosen.python, PYTHON, labels)
            postgrest_version = version_in(engine, chosen.postgrest, POSTGREST, labels)
            port = _port(supervisor, engine, chosen, labels)
            images = Images(
                network=network,
                postgres_host="127.0.0.1" if network == "host" else "postgres",
                postgres_port=port if network == "host" else PORT,
                postgrest=chosen.postgrest,
                gateway=chosen.python,
                labels=labels,
            )
            content = new_record(
                instance.path,
                supervisor,
                images,
                port=port,
                host=engine.host,
                keys=keys,
                superuser_password=password,
                postgres_version=_postgres_version(engine.host, port, password, chosen.postgres),
                postgrest_version=postgrest_version,
            )
            content = with_template(
                content, password, prepare or registered_preparation, log=lambda: words(images, None)
            )
            path = instance.path / RECORD
            content.write(path)
            undo.pop_all()
        return cls(path, content, supervisor, spare)


def _engine(chosen: DockerSettings) -> Engine:
    """An engine that has the images, and can be used as it is configured. Raises StackError."""
    engine = Engine.connect()
    if chosen.network == "host":
        engine.require_here()
    engine.ensure(chosen.postgres, "HARNESS_DOCKER_POSTGRES")
    engine.ensure(chosen.postgrest, "HARNESS_DOCKER_POSTGREST")
    engine.ensure(chosen.python, "HARNESS_DOCKER_PYTHON")
    return engine


def _port(supervisor: Supervisor, engine: Engine, chosen: DockerSettings, labels: Mapping[str, str]) -> int:
    """Wait for Postgres. Raises StackError, which names a version that is too old before what came of it."""
    try:
        return int(supervisor.wait()["port"])
    except StackError:
        version_in(engine, chosen.postgres, POSTGRES, labels)
        raise


def _postgres_version(host: str, port: int, password: str, image: str) -> str:
    url = f"postgresql://{SUPERUSER}:{password}@{host}:{port}/postgres?sslmode=disable"
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            return version_of(str(connection.execute("SHOW server_version").fetchone()), image, POSTGRES)
    except psycopg.Error as cause:
        raise StackError(f"Postgres does not say its version: {cause}") from cause
