"""A database to which rows were copied: by hand, so that the copy's own code proves nothing about itself."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from harness.models import ENTITIES
from migrations.loading.fingerprint import fingerprint_of
from migrations.loading.preflight import read_facts
from migrations.loading.sql import query
from migrations.receipts.taking import take_receipt, write_receipt
from migrations.rehearsal.generate import Generated
from migrations.sources.location import DatabaseAt, SnapshotAt

GENERATED = Generated(seed=5, counts=dict.fromkeys(ENTITIES, 40))
_SEGMENT_ROWS = 15
_ORIGIN = """
INSERT INTO parity_migration.runs (run_id, state, source, source_fingerprint, plan_fingerprint,
  schema_fingerprint, rows_per_segment, empty_tables, system_identifier, database_oid, versions)
SELECT %(run_id)s, 'finished', 'a snapshot', 'source', 'plan', %(schema)s, 15, '{}',
  (SELECT system_identifier::text FROM pg_control_system()), oid, '{}'
FROM pg_database WHERE datname = current_database()
"""

Copy = Callable[..., str]


def insert(connection: psycopg.Connection, table: str, *rows: Mapping[str, object]) -> None:
    """Insert rows of JSON values by camelCase name."""
    entity = ENTITIES[table]
    values = [{column.name: row.get(column.alias) for column in entity.columns} for row in rows]
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in entity.columns)
    connection.execute(
        sql.SQL("INSERT INTO {0} ({1}) SELECT {1} FROM jsonb_populate_recordset(NULL::{0}, %s)").format(
            sql.Identifier("public", table), columns
        ),
        [json.dumps(values, default=float)],
    )


@pytest.fixture
def copy(dsn: str) -> Copy:
    """Copy generated rows in segments, each with its checkpoint; returns the id of the run."""

    def copy(generated: Generated = GENERATED) -> str:
        run_id = str(uuid4())
        with psycopg.connect(dsn, autocommit=True) as connection:
            if connection.execute(query("ledger_exists")).fetchone() == (False,):
                connection.execute(query("ledger_create"))
            schema = read_facts(connection).schema_fingerprint
            connection.execute(_ORIGIN, {"run_id": run_id, "schema": schema})
            for table in ENTITIES:
                rows = list(generated.rows(table))
                for number, first in enumerate(range(0, len(rows), _SEGMENT_ROWS)):
                    _segment(connection, run_id, table, number, rows[first : first + _SEGMENT_ROWS])
        return run_id

    return copy


def _segment(
    connection: psycopg.Connection, run_id: str, table: str, number: int, rows: list[dict[str, object]]
) -> None:
    with connection.transaction():
        insert(connection, table, *rows)
        found = connection.execute(
            sql.SQL(
                "SELECT pg_current_xact_id()::text, {} FROM {} AS t WHERE xmin = pg_current_xact_id()::xid"
            ).format(fingerprint_of("t"), sql.Identifier("public", table))
        ).fetchone()
        assert found is not None
        given = {
            "run_id": run_id,
            "table": table,
            "number": number,
            "first": number * _SEGMENT_ROWS,
            "read": len(rows),
            "inserted": len(rows),
            "identical": 0,
            "quarantined": 0,
            "digest": "",
            "xid": found[0],
            "fingerprint": found[1],
        }
        connection.execute(query("segment_insert"), given)


@pytest.fixture
def admin(dsn: str) -> Iterator[psycopg.Connection]:
    """An autocommitting connection of the owner."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def receipt(dsn: str, copy: Copy, tmp_path: Path) -> Path:
    """The receipt of a copy, with two files that it refers to."""
    run_id = copy()
    (tmp_path / "rows.json").write_text("{}")
    (tmp_path / "quarantine.jsonl").write_text("")
    taken = take_receipt(
        DatabaseAt(dsn),
        run_id,
        source=SnapshotAt(tmp_path / "rows.json"),
        source_files={str(tmp_path / "rows.json"): hashlib.sha256(b"{}").hexdigest()},
        files={"quarantine": tmp_path / "quarantine.jsonl"},
        stack="embedded",
        migrations_hash=None,
        application=tmp_path,
    )
    write_receipt(tmp_path / "receipt.json", taken)
    return tmp_path / "receipt.json"
