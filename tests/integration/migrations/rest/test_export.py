"""A snapshot is written by REST, or nothing is: it has every value to the last digit."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from harness.errors import ConfigurationError
from migrations.comparison.compare import compare
from migrations.export.formats import SnapshotFormat, write_snapshot
from migrations.export.proof import proved_against
from migrations.rest.moment import moment_by_rest
from migrations.sources.location import RestAt, SnapshotAt
from tests.integration.migrations.comparison.places import ROWS, fill, found
from tests.integration.migrations.comparison.places import write_snapshot as write_rows


def _silent(table: str, rows: int) -> None:
    """Say nothing."""


def _export(at: RestAt, path: Path, form: SnapshotFormat, meanwhile: Callable[[], object] = int) -> None:
    with moment_by_rest(at) as moment:

        def proof(draft: Path) -> None:
            meanwhile()
            moment.require_unchanged()
            assert found(proved_against(at, moment.counts, draft, report=None)) == []

        write_snapshot(moment, path, form, replace=False, progress=_silent, proved=proof)


@pytest.mark.parametrize(("form", "name"), [("json", "out.json"), ("jsonl", "out")])
def test_what_is_written_is_what_is_there(
    at: RestAt, sql: psycopg.Connection, tmp_path: Path, form: SnapshotFormat, name: str
) -> None:
    fill(sql)
    sql.execute(
        "UPDATE audit_logs SET payload = %s", ['{"text": "line\\nend", "n": 12345678901234567890.10}']
    )
    _export(at, tmp_path / name, form)
    assert found(compare(SnapshotAt(tmp_path / name), at, reread_s=())) == []
    rows = write_rows(tmp_path / "rows.json", ROWS)
    differing = found(compare(rows, SnapshotAt(tmp_path / name), reread_s=()))
    assert {(table, kind, column) for table, kind, _, column in differing} == {
        ("audit_logs", "changed", "payload")
    }


def test_more_rows_than_the_cap_are_written(at: RestAt, sql: psycopg.Connection, tmp_path: Path) -> None:
    sql.execute(
        "INSERT INTO webhook_events (event_id, payload_hash, event_type, payload, signature) "
        "SELECT 'e' || n, 'h', 't', to_jsonb(n), 's' FROM generate_series(1, 2100) n"
    )
    _export(at, tmp_path / "out.json", "json")
    comparison = compare(SnapshotAt(tmp_path / "out.json"), at, reread_s=())
    assert (comparison.rows, found(comparison)) == (2100, [])


def test_a_project_that_changes_meanwhile_gives_no_snapshot(
    at: RestAt, sql: psycopg.Connection, tmp_path: Path
) -> None:
    fill(sql)
    with pytest.raises(ConfigurationError, match="changed while it was exported"):
        _export(at, tmp_path / "out.json", "json", lambda: sql.execute("UPDATE bookings SET booked_by = 'x'"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_format_that_would_lose_something_is_refused(
    at: RestAt, tmp_path: Path, form: SnapshotFormat
) -> None:
    with pytest.raises(ConfigurationError, match="as json or jsonl only"):
        _export(at, tmp_path / "out", form)
    assert list(tmp_path.iterdir()) == []
