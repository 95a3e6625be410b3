"""A database of its own for each test: a copy of the migrated template, or an empty one."""

from collections.abc import Callable, Iterator
from itertools import count

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
from harness.stack.template import EMPTY, TEMPLATE
from migrations.apply import prepare
from tests.integration.migrations.bench import Bench, connected, made_of

Connect = Callable[[], psycopg.Connection]

_NUMBERS = count()


@pytest.fixture(scope="session")
def stack() -> Iterator[EmbeddedStack]:
    """A running stack whose template has all migrations."""
    with EmbeddedStack.start(Settings.from_environ(), prepare=prepare) as running:
        yield running


@pytest.fixture(scope="session")
def cluster(stack: EmbeddedStack) -> str:
    """The URL of a database in the running cluster, as the role postgres."""
    return stack.empty().coordinates.database_url


def copy(cluster: str, template: str) -> str:
    """Copy a database of the cluster; returns the URL of the copy."""
    name = f"copy_{next(_NUMBERS)}"
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    return make_conninfo(cluster, dbname=name)


@pytest.fixture(scope="session")
def bench(stack: EmbeddedStack, cluster: str) -> Iterator[Bench]:
    """A database with all migrations whose changes are never committed."""
    dsn = copy(cluster, TEMPLATE)
    mighty = make_conninfo(stack.empty().superuser_url, dbname=conninfo_to_dict(dsn)["dbname"])
    with connected(dsn) as owner, connected(mighty) as superuser:
        yield Bench(owner, superuser, made_of(owner))


@pytest.fixture
def dsn(cluster: str) -> str:
    """A database with all migrations."""
    return copy(cluster, TEMPLATE)


@pytest.fixture
def empty_dsn(cluster: str) -> str:
    """A database with Supabase's roles and schemas, and nothing of ours."""
    return copy(cluster, EMPTY)


@pytest.fixture
def connect(dsn: str) -> Iterator[Connect]:
    """Open autocommitting connections as service_role, the server's role."""
    opened: list[psycopg.Connection] = []

    def connect() -> psycopg.Connection:
        connection = psycopg.connect(dsn, autocommit=True)
        opened.append(connection)
        connection.execute("SET ROLE service_role")
        return connection

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def db(connect: Connect) -> psycopg.Connection:
    """One connection as service_role."""
    return connect()
