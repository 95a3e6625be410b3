"""A database is read at one moment and to the last digit, or not at all."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from harness.errors import ConfigurationError, StackError
from harness.models import ENTITIES
from migrations.planning.judgement import judge
from migrations.sources.location import DatabaseAt
from migrations.sources.opening import opened
from migrations.sources.segment import POSITION
from migrations.sources.source import Source

AWKWARD = Path(__file__).with_name("awkward.sql").read_text(encoding="utf-8")
JOBS = ENTITIES["sync_jobs"]


@pytest.fixture
def source_dsn(dsn: str) -> str:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(AWKWARD.encode())
    return dsn


def read(source: Source, table: str = "sync_jobs", rows: int = 20_000) -> list[dict[str, str | None]]:
    batches = [source.read(segment) for segment in source.segments(ENTITIES[table], rows=rows)]
    assert all(batch.refused == () for batch in batches)
    found = [row for batch in batches for row in batch.rows.iter_rows(named=True)]
    assert [row.pop(POSITION) for row in found] == list(range(len(found)))
    return found


def stored(dsn: str, table: str) -> list[dict[str, str | None]]:
    """The same rows, asked for without COPY and without Polars."""
    names = [column.name for column in ENTITIES[table].columns]
    with psycopg.connect(dsn, options="-c TimeZone=UTC") as connection:
        columns = psycopg.sql.SQL(", ").join(
            psycopg.sql.SQL("{}::text").format(psycopg.sql.Identifier(name)) for name in names
        )
        rows = connection.execute(
            psycopg.sql.SQL("SELECT {} FROM {} ORDER BY id").format(columns, psycopg.sql.Identifier(table))
        ).fetchall()
    return [dict(zip(names, row, strict=True)) for row in rows]


@pytest.mark.parametrize("rows", [1, 3, 20_000])
@pytest.mark.parametrize("table", ["sync_jobs", "scheduling_requests"])
def test_every_value_is_the_text_that_postgres_prints(source_dsn: str, table: str, rows: int) -> None:
    with opened(DatabaseAt(source_dsn)) as source:
        found = read(source, table, rows)
        assert source.inspect(allow_empty=True).counts[table] == len(found) >= 5
    assert found == stored(source_dsn, table)


def test_what_postgres_stores_is_judged_good(source_dsn: str) -> None:
    with opened(DatabaseAt(source_dsn)) as source:
        for table in ("sync_jobs", "scheduling_requests"):
            for segment in source.segments(ENTITIES[table]):
                batch = source.read(segment)
                judged = judge(batch)
                assert judged.refused == ()
                assert judged.good.equals(batch.rows)


def test_all_segments_see_the_moment_of_the_opening(source_dsn: str) -> None:
    before = stored(source_dsn, "sync_jobs")
    with opened(DatabaseAt(source_dsn)) as source, psycopg.connect(source_dsn, autocommit=True) as other:
        count = source.inspect(allow_empty=True)
        other.execute("DELETE FROM sync_jobs WHERE entity_id < 'm'")
        other.execute("UPDATE sync_jobs SET attempts = 4")
        elsewhere = pickle.loads(pickle.dumps(source))  # noqa: S301  # made in this line
        segments = list(source.segments(JOBS, rows=1))
        with ThreadPoolExecutor(2) as pool:
            batches = list(pool.map(elsewhere.read, segments))
        assert source.inspect(allow_empty=True) == count
    assert [row for batch in batches for row in batch.rows.drop(POSITION).to_dicts()] == before


def test_no_session_stays_open(source_dsn: str) -> None:
    with opened(DatabaseAt(source_dsn)) as source:
        read(source, rows=1)
    with psycopg.connect(source_dsn) as connection:
        left = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'harness migrate%' "
            "AND datname = current_database()"
        ).fetchone()
    assert left == (0,)


def test_a_segment_cannot_be_read_when_its_moment_is_gone(source_dsn: str) -> None:
    with opened(DatabaseAt(source_dsn)) as source:
        (segment,) = source.segments(JOBS)
    with pytest.raises(StackError, match="start again"):
        source.read(segment)


def test_the_fingerprint_sees_values_swapped_between_rows(source_dsn: str) -> None:
    def fingerprint() -> str:
        with opened(DatabaseAt(source_dsn)) as source:
            return source.inspect(allow_empty=True).fingerprint

    before = fingerprint()
    assert fingerprint() == before
    with psycopg.connect(source_dsn, autocommit=True) as connection:
        connection.execute("ALTER TABLE sync_jobs DISABLE TRIGGER USER")
        swap = (
            "UPDATE sync_jobs AS a SET entity_id = b.entity_id FROM sync_jobs AS b "
            "WHERE a.entity_id IN ('plain', '') AND b.entity_id IN ('plain', '') AND a.id <> b.id"
        )
        assert connection.execute(swap).rowcount == 2
        swapped = fingerprint()
        assert swapped != before
        connection.execute(swap)
        assert fingerprint() == before
        connection.execute("UPDATE sync_jobs SET payload = '1.0' WHERE payload = '1'")
    assert fingerprint() != before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("ALTER TABLE sync_jobs ADD COLUMN note text", "sync_jobs.note, which the model does not know"),
        ("ALTER TABLE sync_jobs DROP COLUMN last_error", "sync_jobs.last_error of .* is not there"),
        (
            "ALTER TABLE sync_jobs ALTER run_after TYPE timestamp",
            "is timestamp without time zone, and the model",
        ),
        ("ALTER TABLE sync_jobs DROP CONSTRAINT sync_jobs_pkey", "no unique index on id"),
        ("DROP TABLE sync_jobs CASCADE", "has no table public.sync_jobs"),
        (
            "ALTER TABLE sync_jobs RENAME TO jobs; CREATE VIEW sync_jobs AS SELECT * FROM jobs WHERE false",
            "is no table",
        ),
    ],
)
def test_a_source_with_another_schema_is_refused(source_dsn: str, change: str, message: str) -> None:
    with psycopg.connect(source_dsn, autocommit=True) as connection:
        connection.execute(change.encode())
    with pytest.raises(ConfigurationError, match=message), opened(DatabaseAt(source_dsn)):
        pass


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", "Row level security hides rows"),
        ("SELECT 1", "may not read public"),
    ],
)
def test_a_role_that_sees_less_than_all_is_refused(source_dsn: str, change: str, message: str) -> None:
    with psycopg.connect(source_dsn, autocommit=True) as connection:
        password = conninfo_to_dict(source_dsn)["password"]
        create = psycopg.sql.SQL("CREATE ROLE reader LOGIN PASSWORD {}").format(psycopg.sql.Literal(password))
        connection.execute(create)
        try:
            connection.execute("GRANT USAGE ON SCHEMA public TO reader")
            connection.execute(change.encode())
            reader = make_conninfo(source_dsn, user="reader")
            with pytest.raises(ConfigurationError, match=message), opened(DatabaseAt(reader)):
                pass
        finally:
            connection.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM reader")
            connection.execute("REVOKE ALL ON SCHEMA public FROM reader")
            connection.execute("DROP ROLE reader")


def test_an_empty_database_is_refused_unless_that_is_meant(dsn: str) -> None:
    with opened(DatabaseAt(dsn)) as source:
        with pytest.raises(ConfigurationError, match="--allow-empty"):
            source.inspect()
        assert sum(source.inspect(allow_empty=True).counts.values()) == 0
        assert list(source.segments(JOBS)) == []


def test_a_server_that_is_not_there_is_named(dsn: str) -> None:
    with (
        pytest.raises(StackError, match="cannot be reached"),
        opened(DatabaseAt(make_conninfo(dsn, port="1"))),
    ):
        pass
