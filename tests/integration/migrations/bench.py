"""A database that is changed and examined within transactions that are never committed.

The catalog shows a transaction its own changes as it shows them to all others afterwards, roles and their
memberships included: what is found within it would be found after a commit. What is taken back at its end
needs no copy of a database, and disturbs nobody else of the cluster.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from migrations.against_files import Judgement, judge_files
from migrations.check import Examination, examine_in
from migrations.connection import connect, server_version
from migrations.drift.objects.comparison import Difference, compare
from migrations.drift.objects.facts import read_objects
from migrations.files import PACKAGED, read_directory
from migrations.made import Made, ObjectsOf

__all__ = ["Bench", "Changed", "connected", "made_of"]

MIGRATIONS = read_directory(PACKAGED)
_AS_OWNER = "SET LOCAL SESSION AUTHORIZATION postgres"


def connected(dsn: str) -> psycopg.Connection:
    """Connect as the commands do; transactions see one snapshot, and themselves."""
    connection = connect(dsn, application_name="parity tests of schema check")
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return connection


@dataclass(frozen=True)
class Changed:
    """A database within a transaction."""

    connection: psycopg.Connection
    made: Made

    def run(self, *statements: str) -> None:
        """Run statements, as who made the change."""
        for statement in statements:
            self.connection.execute(statement.encode())

    def examined(self) -> Examination:
        """Compare it with the models, as the owner of the tables."""
        with self._looked_at():
            return examine_in(self.connection)

    def judged(self) -> Judgement:
        """Compare it with the models and with what the files make."""
        return self.judged_of(self.examined(), self.objects())

    def judged_of(self, examination: Examination, objects: ObjectsOf) -> Judgement:
        """Say what comes of what was examined and read."""
        return judge_files(examination, objects, self.made, MIGRATIONS)

    def differences_of(self, objects: ObjectsOf) -> tuple[Difference, ...]:
        """Compare its objects with those that the files make."""
        return compare(self.made.result.objects, objects.objects).differences

    def objects(self) -> ObjectsOf:
        """Read its objects, as the owner of the tables."""
        with self._looked_at():
            return ObjectsOf(objects=read_objects(self.connection), postgres=server_version(self.connection))

    @contextmanager
    def _looked_at(self) -> Iterator[None]:
        with self.connection.transaction(force_rollback=True):
            self.connection.execute(_AS_OWNER)
            yield


@dataclass(frozen=True)
class Bench:
    """One migrated database, as its owner and as the superuser of its cluster."""

    owner: psycopg.Connection
    superuser: psycopg.Connection
    made: Made

    @property
    def name(self) -> str:
        """The database, as it stands in a statement."""
        return self.owner.info.dbname

    @contextmanager
    def changed(self, statements: str, *, superuser: bool = False) -> Iterator[Changed]:
        """Change it, and take that back at the end."""
        connection = self.superuser if superuser else self.owner
        with connection.transaction(force_rollback=True):
            connection.execute(statements.encode())
            yield Changed(connection, self.made)


def made_of(connection: psycopg.Connection) -> Made:
    """What the files make: a copy of the template is just that."""
    with connection.transaction(force_rollback=True):
        examination = examine_in(connection)
    with connection.transaction(force_rollback=True):
        objects = ObjectsOf(objects=read_objects(connection), postgres=server_version(connection))
    return Made(result=objects, examination=examination)
