"""A project of its own for each test, with its database at the side."""

from collections.abc import Iterator

import psycopg
import pytest

from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from migrations.sources.location import RestAt


@pytest.fixture
def project(stack: EmbeddedStack) -> Iterator[Database]:
    """A project with all migrations and no rows."""
    with stack.clone() as clone:
        yield clone


@pytest.fixture
def at(project: Database) -> RestAt:
    """The project as it is reached by REST."""
    return RestAt(project.coordinates.supabase_url, project.coordinates.service_role_key)


@pytest.fixture
def sql(project: Database) -> Iterator[psycopg.Connection]:
    """The project's database as its owner, autocommitting, for what REST must agree with."""
    with psycopg.connect(project.coordinates.database_url, autocommit=True) as connection:
        yield connection
