"""Sides that change while they are compared, sides that must not be believed, and sides of other kinds."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from harness.errors import ConfigurationError, StackError
from harness.models import ENTITIES
from harness.stack.embedded import EmbeddedStack
from migrations.comparison.compare import compare
from migrations.comparison.segments import Pair, Patience, compare_rows
from migrations.comparison.sides.postgres import PostgresSide
from migrations.comparison.sides.side import WHOLE
from migrations.sources.location import DatabaseAt, RestAt
from tests.integration.migrations.comparison.places import EVENTS, SYNCS, Places, fill, found


def test_row_that_settles_is_no_difference(places: Places, target: psycopg.Connection) -> None:
    target.execute("UPDATE sync_jobs SET attempts = 0 WHERE attempts < 3")
    waited: list[float] = []

    def catch_up(delay: float) -> None:
        waited.append(delay)
        target.execute(
            "UPDATE sync_jobs SET attempts = %s WHERE id = %s", [len(waited), SYNCS[len(waited) - 1]]
        )

    with PostgresSide(places.source) as source, PostgresSide(places.target) as other:
        pair = Pair(source, other, ENTITIES["sync_jobs"], Patience((1.0, 2.0, 4.0), sleep=catch_up))
        segment = compare_rows(pair, WHOLE)

    assert segment.found.height == 0
    assert segment.settled == 2
    assert waited == [1.0, 2.0]


def test_row_that_does_not_settle_is_reported_as_it_is_at_last(
    places: Places, target: psycopg.Connection
) -> None:
    target.execute("UPDATE sync_jobs SET attempts = 0 WHERE attempts = 1")

    def change(delay: float) -> None:
        target.execute("UPDATE sync_jobs SET max_attempts = %s WHERE attempts = 0", [int(delay)])

    with PostgresSide(places.source) as source, PostgresSide(places.target) as other:
        pair = Pair(source, other, ENTITIES["sync_jobs"], Patience((6.0, 7.0), sleep=change))
        segment = compare_rows(pair, WHOLE)

    assert segment.found.select("column", "source", "target").rows() == [
        ("attempts", "1", "0"),
        ("max_attempts", "5", "7"),
    ]


def test_both_sides_are_read_at_one_moment(places: Places, target: psycopg.Connection) -> None:
    with PostgresSide(places.source) as source, PostgresSide(places.target) as other:
        target.execute("DELETE FROM sync_jobs")
        pair = Pair(source, other, ENTITIES["sync_jobs"], Patience(()))
        segment = compare_rows(pair, WHOLE)

    assert segment.found.height == 0
    assert segment.target_rows == 4


def test_rows_hidden_by_row_level_security_are_not_taken_for_none(
    places: Places, cluster: str, target: psycopg.Connection
) -> None:
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute("CREATE ROLE blinded LOGIN PASSWORD 'blinded-password'")
    try:
        target.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO blinded")
        blinded = make_conninfo(places.target.dsn, user="blinded", password="blinded-password")
        with pytest.raises(ConfigurationError, match="Row level security hides rows of public"):
            compare(places.source, DatabaseAt(blinded))
    finally:
        target.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM blinded")
        target.execute("DROP ROLE blinded")


def test_table_that_is_not_there_is_refused(places: Places, empty_dsn: str) -> None:
    with pytest.raises(ConfigurationError, match=r"public\.scheduling_requests of .* is not there"):
        compare(places.source, DatabaseAt(empty_dsn))


def test_server_that_is_gone_is_no_result(places: Places, target: psycopg.Connection) -> None:
    with PostgresSide(places.target) as side:
        side.read(ENTITIES["sync_jobs"], WHOLE)
        target.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
            ["parity migrate diff"],
        )
        with pytest.raises(StackError, match="could not be read"):
            side.read(ENTITIES["sync_jobs"], WHOLE)


@pytest.mark.parametrize("version", [150_000, 180_000])
def test_fingerprints_are_for_servers_of_one_version(version: int, places: Places) -> None:
    with PostgresSide(places.source) as source, PostgresSide(places.target) as other:
        assert source.has_fingerprints(ENTITIES["sync_jobs"], other)
        other.version = version
        assert not source.has_fingerprints(ENTITIES["sync_jobs"], other)


def test_the_second_sum_sees_what_the_first_cannot(
    places: Places, target: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In one group: two rows that exchange a value leave a sum of hashes as it was.
    monkeypatch.setattr("migrations.comparison.sides.statements.BUCKETS", 1)
    target.execute("UPDATE sync_jobs SET attempts = 3 - attempts WHERE attempts IN (1, 2)")

    with PostgresSide(places.source) as source, PostgresSide(places.target) as other:
        left = source.fingerprints(ENTITIES["sync_jobs"])
        right = other.fingerprints(ENTITIES["sync_jobs"])
    compared = compare(places.source, places.target, tables=["sync_jobs"], reread_s=())

    (one,), (another,) = left.values(), right.values()
    assert one[:2] == another[:2]
    assert one[2] != another[2]
    assert compared.tables[0].columns == {"attempts": 2}


def test_documents_in_other_words_are_read_and_equal(places: Places, target: psycopg.Connection) -> None:
    # Postgres prints both numbers differently, so that their fingerprints differ.
    target.execute("UPDATE webhook_events SET payload = payload || '{\"number\": 1.00}'")

    compared = compare(places.source, places.target, tables=["webhook_events"], reread_s=())

    assert compared.equal
    assert compared.rows == 6


def test_report_has_every_difference_in_three_forms(
    places: Places, target: psycopg.Connection, tmp_path: Path
) -> None:
    hostile = "<script>alert('\u2028')</script>"
    target.execute("UPDATE webhook_events SET signature = %s", [hostile])
    (tmp_path / "differences.html").write_text("of an earlier run", encoding="utf-8")

    compared = compare(places.source, places.target, tables=["webhook_events"], report=tmp_path, reread_s=())

    parquet = pl.read_parquet(compared.files["parquet"])
    assert pl.read_ndjson(compared.files["jsonl"]).equals(parquet)
    assert parquet["key"].to_list() == list(EVENTS)
    assert parquet["target"].to_list() == [hostile] * 6
    html = compared.files["html"].read_text(encoding="utf-8")
    assert hostile not in html
    assert html.count("<mark>&lt;script&gt;alert(&#x27;\\u2028&#x27;)&lt;/script&gt;</mark>") == 6


def test_project_by_rest(stack: EmbeddedStack) -> None:
    with stack.clone() as project:
        url = project.coordinates.database_url
        rest = RestAt(project.coordinates.supabase_url, project.coordinates.service_role_key)
        with psycopg.connect(url, autocommit=True) as connection:
            fill(connection)
            assert found(compare(rest, DatabaseAt(url), reread_s=())) == []
            many = sql.SQL(
                "INSERT INTO sync_jobs (type, entity_id, entity_type) "
                "SELECT 'icims_note', n::text, 'booking' FROM generate_series(1, 1200) AS n"
            )
            connection.execute(many)
            compared = compare(rest, DatabaseAt(url), reread_s=())
            assert compared.equal
            assert compared.rows == 1220
            assert compared.tables[3].source_rows == 1204
        anonymous = replace(rest, key=project.coordinates.anon_key)
        with pytest.raises(ConfigurationError):
            compare(anonymous, DatabaseAt(url))


def test_what_rest_shows_is_compared(
    stack: EmbeddedStack, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stack.clone() as project:
        rest = RestAt(project.coordinates.supabase_url, project.coordinates.service_role_key)
        with psycopg.connect(project.coordinates.database_url, autocommit=True) as connection:
            fill(connection)
            connection.execute("ALTER TABLE webhook_events DISABLE TRIGGER USER")
            connection.execute(
                "UPDATE webhook_events SET created_at = created_at + interval '1 microsecond' "
                "WHERE event_id = 'evt-1'"
            )
            connection.execute("DELETE FROM sync_jobs WHERE attempts = 4")
        monkeypatch.setattr("migrations.comparison.sides.rest._IDS", 1)

        compared = compare(places.source, rest, reread_s=(0.0,))

    expected: Sequence[tuple[str, str, str | None, str | None]] = [
        ("sync_jobs", "missing", SYNCS[3], None),
        ("webhook_events", "changed", EVENTS[0], "created_at"),
    ]
    assert found(compared) == expected
