"""A database with the generated rows: inserted by SQL, so that no copy has to be right."""

from collections.abc import Iterator
from decimal import Decimal

import psycopg
import pytest

from harness.models import ENTITIES, ColumnType
from migrations.rehearsal.generate import FEWEST, Generated
from migrations.rehearsal.json_text import text_of

LEGAL = Generated(seed=8, counts=dict.fromkeys(ENTITIES, FEWEST))


def fill(connection: psycopg.Connection, generated: Generated = LEGAL) -> None:
    """Insert all rows, each value in the form that the server reads."""
    for table, entity in ENTITIES.items():
        columns = ", ".join(column.name for column in entity.columns)
        places = ", ".join("%s" for _ in entity.columns)
        rows = [
            [
                text_of(row[column.alias]) if column.type is ColumnType.JSONB else row.get(column.alias)
                for column in entity.columns
            ]
            for row in generated.rows(table)
        ]
        assert not any(isinstance(value, Decimal) for row in rows for value in row)
        with connection.cursor() as cursor:
            insert = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608  # names of the model
            cursor.executemany(insert.encode(), rows)


@pytest.fixture
def full(dsn: str) -> Iterator[psycopg.Connection]:
    """An autocommitting connection of the owner to a database with all rows."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        with connection.transaction():
            fill(connection)
        yield connection
