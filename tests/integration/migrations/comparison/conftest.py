"""A source, a target with the same rows, and a snapshot of them."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from harness.models import ENTITIES
from harness.stack.template import TEMPLATE
from migrations.sources.location import DatabaseAt
from tests.integration.migrations.comparison.places import ROWS, Places, fill, write_snapshot


@pytest.fixture(scope="session")
def places(cluster: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Make them once."""
    with psycopg.connect(cluster, autocommit=True) as connection:
        _create(connection, "compared_source", TEMPLATE)
        source = make_conninfo(cluster, dbname="compared_source")
        with psycopg.connect(source) as filled:
            fill(filled)
        _create(connection, "compared_target", "compared_source")
    target = make_conninfo(cluster, dbname="compared_target")
    snapshot = write_snapshot(tmp_path_factory.mktemp("compared") / "snapshot.json", ROWS)
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA kept")
        for table in ENTITIES:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
            connection.execute(sql.SQL("CREATE TABLE kept.{0} AS TABLE {0}").format(sql.Identifier(table)))
        yield Places(
            source=DatabaseAt(source), target=DatabaseAt(target), snapshot=snapshot, connection=connection
        )


def _create(connection: psycopg.Connection, name: str, template: str) -> None:
    connection.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )


@pytest.fixture
def target(places: Places) -> Iterator[psycopg.Connection]:
    """A connection to the target, which gets its rows back after the test."""
    yield places.connection
    places.restore()
