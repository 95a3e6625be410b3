"""Projects to be asked: copies of the migrated template, ours to change, or in the role of a given one."""

from collections.abc import Callable, Iterator
from time import time
from uuid import uuid4

import psycopg
import pytest

from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from harness.stack.records import StackRecord
from migrations.security.examine import Examination, examine
from migrations.security.findings import findings_of
from migrations.security.project import Project
from migrations.security.rows import Rows
from migrations.security.scenery import made

Clone = Callable[..., Database]
TIMEOUT_S = 30.0


@pytest.fixture
def clone(stack: EmbeddedStack) -> Iterator[Clone]:
    """Copy the template, and change the copy by SQL before anybody is let in."""
    made: list[Database] = []

    def clone(*statements: str) -> Database:
        database = stack.clone()
        made.append(database)
        with psycopg.connect(database.coordinates.database_url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())
        return database

    yield clone
    for database in made:
        database.close()


@pytest.fixture
def filled(clone: Clone) -> Clone:
    """Copy the template, change the copy by SQL, and give it rows of its own."""

    def filled(*statements: str) -> Database:
        database = clone(*statements)
        made(database.coordinates.database_url, Rows(namespace=uuid4(), number=4))
        return database

    return filled


@pytest.fixture
def project(stack: EmbeddedStack) -> Callable[..., Project]:
    """Describe a copy as a project; keywords replace what is said of it."""
    secret = StackRecord.read(stack.record).jwt_secret

    def project(database: Database, *, is_ours: bool = False, **changes: str | None) -> Project:
        at = database.coordinates
        said = {
            "url": at.supabase_url,
            "anon_key": at.anon_key,
            "service_role_key": at.service_role_key,
            "jwt_secret": secret,
            "database_url": at.database_url,
            **changes,
        }
        return Project(is_ours=is_ours, stack="embedded" if is_ours else "external", **said)  # type: ignore[arg-type]  # by name

    return project


def asked(project: Project) -> Examination:
    """Ask a project everything."""
    return examine(project, now=int(time()), namespace=uuid4(), timeout_s=TIMEOUT_S)


def found(seen: Examination) -> dict[str, str]:
    """The findings by id, with their message and level."""
    findings = seen.keys or findings_of(seen.cells, seen.actors, seen.absent, seen.problems, seen.changed)
    return {finding.id: f"{finding.level}: {finding.message} {finding.actual}" for finding in findings}
