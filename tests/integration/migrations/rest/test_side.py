"""A project that is reached by REST is compared as exactly as its database."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from migrations.comparison.compare import compare
from migrations.comparison.naming import IDENTITY, Naming
from migrations.comparison.sides import rest
from migrations.sources.location import DatabaseAt, RestAt, SnapshotAt
from tests.integration.migrations.comparison.places import ROWS, SYNCS, fill, found, write_snapshot
from tests.integration.migrations.comparison.test_corruptions import CORRUPTIONS

_TABLES = "scheduling_requests, bookings, audit_logs, sync_jobs, webhook_events, reconciliation_jobs"


@pytest.fixture(scope="module")
def compared(stack: EmbeddedStack) -> Iterator[Database]:
    """A project whose triggers are off, so that a corruption changes what it says and nothing else."""
    with stack.clone() as clone:
        with psycopg.connect(clone.coordinates.database_url) as connection:
            for table in ENTITIES:
                off = psycopg.sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER")
                connection.execute(off.format(psycopg.sql.Identifier(table)))
        yield clone


@pytest.fixture
def sql(compared: Database) -> Iterator[psycopg.Connection]:
    """Its database, filled."""
    with psycopg.connect(compared.coordinates.database_url, autocommit=True) as connection:
        _restore(connection)
        yield connection


@pytest.fixture
def at(compared: Database, sql: psycopg.Connection) -> RestAt:  # noqa: ARG001  # fills it
    return RestAt(compared.coordinates.supabase_url, compared.coordinates.service_role_key)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> SnapshotAt:
    return write_snapshot(tmp_path_factory.mktemp("compared") / "snapshot.json", ROWS)


@pytest.fixture(scope="module")
def thread() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def _restore(connection: psycopg.Connection) -> None:
    connection.execute(f"TRUNCATE {_TABLES}".encode())
    fill(connection)


@pytest.mark.parametrize("rows", [1, 2, 25_000])
def test_nothing_is_found_in_equal_rows_whatever_the_segments(
    snapshot: SnapshotAt, at: RestAt, compared: Database, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(rest, "SEGMENT_ROWS", rows)
    database = DatabaseAt(compared.coordinates.database_url)
    for source, target in ((snapshot, at), (at, snapshot), (database, at), (at, at)):
        comparison = compare(source, target, reread_s=())
        assert found(comparison) == []
        assert comparison.rows == 20


def test_each_corruption_is_found(
    snapshot: SnapshotAt, at: RestAt, sql: psycopg.Connection, thread: Executor
) -> None:
    wrong = {}
    for name, corruption in CORRUPTIONS.items():
        change = corruption.sql
        sql.execute(change.encode() if isinstance(change, str) else change)
        tables = sorted({table for table, *_ in corruption.expected})
        asked = Naming({table: IDENTITY.tables[table] for table in tables})
        comparison = compare(snapshot, at, tables=tables, target_naming=asked, reread_s=(), executor=thread)
        if sorted(found(comparison), key=str) != sorted(corruption.expected, key=str):
            wrong[name] = found(comparison)
        _restore(sql)
    assert wrong == {}


def test_rows_that_settle_meanwhile_are_no_difference(
    snapshot: SnapshotAt, at: RestAt, sql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = rest.RestSide.fetch

    def settled(side: rest.RestSide, entity: object, ids: object) -> object:
        sql.execute("UPDATE sync_jobs SET attempts = 2 WHERE id = %s", [SYNCS[1]])
        return fetch(side, entity, ids)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(rest.RestSide, "fetch", settled)
    sql.execute("UPDATE sync_jobs SET attempts = 3 WHERE id = %s", [SYNCS[1]])
    comparison = compare(snapshot, at, reread_s=(0.0,))
    assert found(comparison) == []
    assert sum(table.settled for table in comparison.tables) == 1


def test_a_key_that_may_not_see_all_is_refused(snapshot: SnapshotAt, at: RestAt) -> None:
    with pytest.raises(ConfigurationError, match="the key of the service role"):
        compare(snapshot, RestAt(at.url, "sb_publishable_x"))


def test_columns_are_never_left_out_unless_that_is_said(
    snapshot: SnapshotAt, at: RestAt, sql: psycopg.Connection
) -> None:
    sql.execute("ALTER TABLE sync_jobs ADD COLUMN note text")
    try:
        with pytest.raises(ConfigurationError, match=r"sync_jobs of .* has note, which the model"):
            compare(snapshot, at)
        own = IDENTITY.of(ENTITIES["sync_jobs"])
        ignoring = Naming({**IDENTITY.tables, "sync_jobs": replace(own, ignored=frozenset({"note"}))})
        assert found(compare(snapshot, at, target_naming=ignoring, reread_s=())) == []
    finally:
        sql.execute("ALTER TABLE sync_jobs DROP COLUMN note")


def test_a_renamed_column_is_compared(
    snapshot: SnapshotAt, at: RestAt, sql: psycopg.Connection, tmp_path: Path
) -> None:
    own = IDENTITY.of(ENTITIES["sync_jobs"])
    renamed = replace(own, columns={**own.columns, "entity_id": "last_error", "last_error": "entity_id"})
    swapped = Naming({**IDENTITY.tables, "sync_jobs": renamed})
    # The target keeps the two columns under each other's name.
    sql.execute("UPDATE sync_jobs SET entity_id = last_error, last_error = entity_id")
    assert found(compare(snapshot, at, target_naming=swapped, reread_s=(), report=tmp_path)) == []
    assert found(compare(snapshot, at, reread_s=())) != []


def test_a_transform_is_done_before_comparing(
    snapshot: SnapshotAt, at: RestAt, sql: psycopg.Connection
) -> None:
    own = IDENTITY.of(ENTITIES["sync_jobs"])
    lowered = Naming({**IDENTITY.tables, "sync_jobs": replace(own, transforms={"entity_id": "lower"})})
    sql.execute("UPDATE sync_jobs SET entity_id = lower(entity_id)")
    assert found(compare(at, snapshot, source_naming=lowered, reread_s=())) == []
    sql.execute("UPDATE sync_jobs SET entity_id = upper(entity_id)")
    assert found(compare(at, snapshot, source_naming=lowered, reread_s=())) == []
    assert len(found(compare(at, snapshot, reread_s=()))) == 4
