"""A project that is emptied for each test, and one of its own for a test that changes its tables."""

from collections.abc import Iterator

import psycopg
import pytest

from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from migrations.sources.location import RestAt


@pytest.fixture(scope="session")
def shared(stack: EmbeddedStack) -> Iterator[Database]:
    """A project with all migrations, for tests that leave its tables as they are."""
    with stack.clone() as clone:
        yield clone


@pytest.fixture
def sql(shared: Database) -> Iterator[psycopg.Connection]:
    """The shared project's database as its owner, without rows, autocommitting."""
    with psycopg.connect(shared.coordinates.database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE scheduling_requests, bookings, audit_logs")
        connection.execute("TRUNCATE sync_jobs, webhook_events, reconciliation_jobs")
        yield connection


@pytest.fixture
def at(shared: Database, sql: psycopg.Connection) -> RestAt:  # noqa: ARG001  # empties it
    """The shared project, without rows, as it is reached by REST."""
    return RestAt(shared.coordinates.supabase_url, shared.coordinates.service_role_key)


@pytest.fixture
def project(stack: EmbeddedStack) -> Iterator[Database]:
    """A project of the test's own."""
    with stack.clone() as clone:
        yield clone
