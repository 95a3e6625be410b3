"""What the SQL files make of an empty project, found out on a stack of our own, never on a given one."""

from dataclasses import dataclass
from pathlib import Path

import psycopg

from harness.errors import StackError
from harness.settings import Settings
from harness.stack.opening import attach, own_kind, start
from migrations.apply import apply
from migrations.check import Examination, examine
from migrations.connection import connect, server_version
from migrations.drift.objects.facts import Objects, read_objects

__all__ = ["Made", "ObjectsOf", "make", "objects_of"]


@dataclass(frozen=True, kw_only=True)
class ObjectsOf:
    """The objects of one database."""

    objects: Objects
    postgres: str
    """The version of its server."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """What came of applying the files, each in its turn, to an empty database."""

    result: ObjectsOf
    examination: Examination
    """How the result compares with the models."""


def objects_of(dsn: str) -> ObjectsOf:
    """Read the objects of a database. Raises StackError if it cannot be reached or this role may not look."""
    with connect(dsn, application_name="parity schema check (objects)") as connection:
        try:
            return ObjectsOf(objects=read_objects(connection), postgres=server_version(connection))
        except psycopg.Error as cause:
            raise StackError(
                f"The objects of the schema could not be read (SQLSTATE {cause.sqlstate}): "
                "connect as the owner of the tables, to Postgres 15 or newer."
            ) from cause
        finally:
            if not connection.broken:
                connection.rollback()


def make(settings: Settings, directory: Path) -> Made:
    """Apply a directory to an empty database, in the stack of HARNESS_STACK_FILE or in one of its own.

    About a second, or longer in the containers of --stack docker. Like every start of a stack it makes the
    process forget its PG* variables. Raises MigrationError for a file that cannot be applied, StackError if
    no stack can be had.
    """
    found: list[Made] = []

    def prepare(dsn: str) -> str:
        applied = apply(dsn, directory)
        found.append(Made(result=objects_of(dsn), examination=examine(dsn)))
        return applied.migrations_hash

    if settings.stack_file is None:
        # Its template is all that is needed: no API is started.
        with start(settings, own_kind(settings), prepare=prepare):
            pass
    else:
        with attach(settings.stack_file) as stack, stack.empty() as database:
            prepare(database.coordinates.database_url)
    return found[0]
