"""A project is read by REST to the last digit, or not at all."""

import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import jwt
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from contracts.faults import BEFORE, FAULTS, FaultProxy
from harness.errors import ConfigurationError, StackError
from harness.models import ENTITIES
from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from migrations.comparison.compare import compare
from migrations.loading.copying import copy_rows
from migrations.loading.plan import LoadPlan
from migrations.loading.progress import Progress
from migrations.loading.targets import target_at
from migrations.rest.client import RestClient
from migrations.rest.source import RestSource
from migrations.sources.location import DatabaseAt, RestAt

AWKWARD = Path(__file__).with_name("awkward.sql")
EVENTS = ENTITIES["webhook_events"]
BUSY = next(fault for fault in FAULTS if fault.name == "status_503")


@pytest.fixture(scope="module")
def still(stack: EmbeddedStack) -> Iterator[Database]:
    """A project with awkward rows, which no test changes."""
    with stack.clone() as clone:
        with psycopg.connect(clone.coordinates.database_url) as connection:
            connection.execute(AWKWARD.read_bytes())
        yield clone


@pytest.fixture
def source(still: Database) -> RestSource:
    """That project as a source."""
    return RestSource(RestAt(still.coordinates.supabase_url, still.coordinates.service_role_key))


@pytest.fixture
def sql(project: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(project.coordinates.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def at(project: Database) -> RestAt:
    return RestAt(project.coordinates.supabase_url, project.coordinates.service_role_key)


@pytest.fixture
def changing(at: RestAt, sql: psycopg.Connection) -> RestSource:
    """A project of its own with the same rows."""
    sql.execute(AWKWARD.read_bytes())
    return RestSource(at)


def _stored(project: Database, table: str) -> list[tuple[str | None, ...]]:
    columns = SQL(", ").join(
        SQL("{}::text").format(Identifier(column.name)) for column in ENTITIES[table].columns
    )
    query = SQL("SELECT {} FROM {} ORDER BY id").format(columns, Identifier(table))
    with psycopg.connect(project.coordinates.database_url) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("table", ENTITIES)
def test_every_value_is_the_text_that_postgres_has(source: RestSource, still: Database, table: str) -> None:
    entity = ENTITIES[table]
    batches = [source.read(segment) for segment in source.segments(entity, rows=1300)]
    read = [row for batch in batches for row in batch.rows.drop("_position").rows()]
    assert read == _stored(still, table)
    assert not any(batch.refused for batch in batches)


def test_a_project_is_copied_into_a_database(source: RestSource, project: Database, tmp_path: Path) -> None:
    to = DatabaseAt(project.coordinates.database_url)
    with ThreadPoolExecutor(2) as executor:
        result = copy_rows(
            source,
            source.inspect(),
            target_at(to, tmp_path),
            to,
            LoadPlan(rows_per_segment=1300),
            executor=executor,
            window=3,
            quarantine=lambda run_id: tmp_path / run_id,
            progress=Progress(rows=0, stream=StringIO()),
        )
    # A time that no client can read is refused, and so is the booking of its request.
    assert {(rule.table, rule.rule) for rule in result.rules} == {
        ("scheduling_requests", "infinity"),
        ("bookings", "bookings_request_id_fkey"),
    }
    assert (result.read, result.inserted) == (3106, 3104)
    differing = compare(source.location, to, reread_s=()).first
    assert sorted((one.table, one.kind) for one in differing) == [
        ("bookings", "missing"),
        ("scheduling_requests", "missing"),
    ]


def test_segments_cover_the_table_whatever_the_row_cap(source: RestSource) -> None:
    segments = list(source.segments(EVENTS, rows=1300))
    assert [(segment.number, segment.first, segment.rows) for segment in segments] == [
        (0, 0, 1300),
        (1, 1300, 1300),
        (2, 2600, 500),
    ]
    positions = [n for segment in segments for n in source.read(segment).rows["_position"].to_list()]
    assert positions == list(range(3100))


def test_segments_of_a_table_that_is_their_multiple(source: RestSource) -> None:
    assert [segment.rows for segment in source.segments(EVENTS, rows=1550)] == [1550, 1550]


def test_a_source_and_its_segments_can_be_sent_to_another_process(source: RestSource) -> None:
    segment = list(source.segments(EVENTS, rows=2000))[1]
    there = pickle.loads(pickle.dumps(source))  # noqa: S301  # our own
    batch = there.read(pickle.loads(pickle.dumps(segment)))  # noqa: S301  # our own
    assert batch.rows.equals(source.read(segment).rows)
    assert batch.digest == source.read(segment).digest


def test_the_inventory_counts_what_is_there(source: RestSource) -> None:
    inventory = source.inspect()
    assert inventory.counts == {**dict.fromkeys(ENTITIES, 1), "audit_logs": 2, "webhook_events": 3100}
    assert inventory.stated is None
    assert inventory.size > 3100 * 100


def test_the_fingerprint_is_another_one_after_any_change(
    changing: RestSource, sql: psycopg.Connection
) -> None:
    # So that no clock gives a change away.
    sql.execute("ALTER TABLE webhook_events DISABLE TRIGGER USER")
    sql.execute("ALTER TABLE sync_jobs DISABLE TRIGGER USER")
    seen = [changing.inspect().fingerprint]
    assert changing.inspect().fingerprint == seen[0]
    for change in (
        "UPDATE webhook_events SET payload = '3.0' WHERE event_id = 'e3'",
        "DELETE FROM webhook_events WHERE event_id = 'e3100'",
        "UPDATE sync_jobs SET run_after = run_after + interval '1 microsecond'",
    ):
        sql.execute(change)
        seen.append(changing.inspect().fingerprint)
    assert len(set(seen)) == 4


def test_rows_that_go_between_cutting_and_reading_are_noticed(
    changing: RestSource, sql: psycopg.Connection
) -> None:
    segment = next(changing.segments(EVENTS, rows=2000))
    sql.execute("DELETE FROM webhook_events WHERE id = (SELECT min(id::text)::uuid FROM webhook_events)")
    with pytest.raises(ConfigurationError, match="changed while it was read: webhook_events had 2000 rows"):
        changing.read(segment)


def test_an_empty_table_is_refused_unless_it_is_wanted(at: RestAt) -> None:
    source = RestSource(at)
    with pytest.raises(ConfigurationError, match=r"has no row in scheduling_requests, .*--allow-empty"):
        source.inspect()
    assert set(source.inspect(allow_empty=True).counts.values()) == {0}
    assert list(source.segments(EVENTS)) == []


def test_the_anon_key_is_never_an_empty_source(
    changing: RestSource, project: Database, sql: psycopg.Connection
) -> None:
    sql.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO anon")
    public = RestSource(RestAt(changing.location.url, project.coordinates.anon_key))
    with pytest.raises(ConfigurationError, match="the role anon, from which row level security hides rows"):
        public.inspect(allow_empty=True)


@pytest.mark.parametrize("key", ["bogus", "sb_publishable_abc", "a.b.c", ""])
def test_a_key_that_does_not_say_that_it_sees_all_is_refused(source: RestSource, key: str) -> None:
    with pytest.raises(ConfigurationError, match="the key of the service role"):
        RestSource(RestAt(source.location.url, key)).inspect(allow_empty=True)


def test_a_key_that_another_project_signed_is_refused(source: RestSource) -> None:
    forged = jwt.encode({"role": "service_role"}, "0" * 64, algorithm="HS256")
    with pytest.raises(ConfigurationError, match="does not let this key read"):
        RestSource(RestAt(source.location.url, forged)).inspect()


def test_a_table_without_a_grant_is_no_empty_table(changing: RestSource, sql: psycopg.Connection) -> None:
    sql.execute("REVOKE SELECT ON bookings FROM service_role")
    with pytest.raises(ConfigurationError, match="does not let this key read bookings"):
        changing.inspect()


def test_a_column_that_the_model_lacks_is_not_left_behind(
    changing: RestSource, sql: psycopg.Connection
) -> None:
    sql.execute("ALTER TABLE sync_jobs ADD COLUMN note text")
    with pytest.raises(ConfigurationError, match=r"would be lost: sync_jobs\.note"):
        changing.inspect()


def test_a_column_that_the_project_lacks_is_named(changing: RestSource, sql: psycopg.Connection) -> None:
    sql.execute("ALTER TABLE sync_jobs DROP COLUMN last_error")
    with pytest.raises(StackError, match=r"sync_jobs.*a column"):
        changing.inspect()


def test_a_lost_answer_is_asked_for_again(source: RestSource) -> None:
    expected = source.inspect()
    proxy = FaultProxy(source.location.url)
    try:
        through = RestSource(RestAt(proxy.url, source.location.key))
        with (
            proxy.plan(BEFORE, path="/rest/v1/webhook_events"),
            proxy.plan(BUSY, path="/rest/v1/sync_jobs", times=2),
        ):
            assert through.inspect() == expected
    finally:
        proxy.close()


def test_nobody_there_is_no_empty_source(source: RestSource) -> None:
    paused: list[float] = []
    with (
        RestClient(RestAt("http://127.0.0.1:1", source.location.key), sleep=paused.append) as client,
        pytest.raises(StackError, match="could not be asked for bookings: nothing was sent"),
    ):
        client.count("bookings")
    assert len(paused) > 2
