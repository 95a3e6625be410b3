"""The way back: a snapshot of one moment, equal to the database to the last digit, whole or not there."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest

from harness.errors import ConfigurationError
from harness.models import ENTITIES, ColumnType
from harness.models.operations import table_alias
from migrations.export.database import moment_of
from migrations.export.formats import SnapshotFormat, write_snapshot
from migrations.export.proof import proved
from migrations.rehearsal.generate import FEWEST
from migrations.sources.location import DatabaseAt
from tests.integration.migrations.export.conftest import LEGAL

TIMES = ColumnType.TIMESTAMPTZ


def write(dsn: str, path: Path, form: SnapshotFormat = "json") -> None:
    """Write a snapshot, which the comparison must find equal to the database."""
    with moment_of(dsn) as moment:
        proof = write_snapshot(
            moment,
            path,
            form,
            replace=False,
            progress=lambda _t, _n: None,
            proved=lambda draft: proved(moment, DatabaseAt(dsn), draft, report=None),
        )
    assert (proof.equal, proof.rows) == (True, sum(moment.counts.values()))


def expected(table: str) -> list[dict[str, Any]]:
    """The generated rows as a database has them: ids in lower case, times as moments, in the order of ids."""
    rows = []
    for row in LEGAL.rows(table):
        values: dict[str, Any] = {}
        for column in ENTITIES[table].columns:
            value = row.get(column.alias)
            if value is not None and column.type is TIMES:
                value = datetime.fromisoformat(value)
            if value is not None and column.type is ColumnType.UUID:
                value = value.lower()
            values[column.name] = value
        rows.append(values)
    return sorted(rows, key=lambda row: str(row["id"]))


def of_json(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row of JSON in the same form."""
    columns = ENTITIES[table].columns
    assert list(row) == [column.alias for column in columns]
    return {
        column.name: datetime.fromisoformat(row[column.alias])
        if column.type is TIMES and row[column.alias] is not None
        else row[column.alias]
        for column in columns
    }


@pytest.mark.usefixtures("full")
def test_one_json_has_every_row_to_the_last_digit(dsn: str, tmp_path: Path) -> None:
    write(dsn, tmp_path / "a.json")
    whole = json.loads((tmp_path / "a.json").read_text("utf-8"), parse_float=Decimal)
    assert whole["snapshot"] == "parity-snapshot/1"
    for table, entity in ENTITIES.items():
        rows = whole["rows"][table_alias(entity)]
        assert whole["counts"][table_alias(entity)] == len(rows) == FEWEST
        assert [of_json(table, row) for row in rows] == expected(table)
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("full")
def test_the_encoding_that_the_environment_asks_for_does_not_matter(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(dsn, tmp_path / "s", "jsonl")
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    write(dsn, tmp_path / "again", "jsonl")
    for table in ENTITIES:
        name = f"{table_alias(ENTITIES[table])}.jsonl"
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "s" / name).read_bytes()


@pytest.mark.usefixtures("full")
def test_jsonl_has_every_row_to_the_last_digit(dsn: str, tmp_path: Path) -> None:
    write(dsn, tmp_path / "a", "jsonl")
    assert len(list((tmp_path / "a").iterdir())) == 7
    for table, entity in ENTITIES.items():
        lines = (tmp_path / "a" / f"{table_alias(entity)}.jsonl").read_bytes().split(b"\n")
        rows = [json.loads(line, parse_float=Decimal) for line in lines[:-1]]
        assert [of_json(table, row) for row in rows] == expected(table)


@pytest.mark.usefixtures("full")
def test_parquet_has_every_row_to_the_last_digit(dsn: str, tmp_path: Path) -> None:
    write(dsn, tmp_path / "a", "parquet")
    for table, entity in ENTITIES.items():
        frame = pl.read_parquet(tmp_path / "a" / f"{table_alias(entity)}.parquet")
        rows = [
            {
                column.name: json.loads(row[column.name], parse_float=Decimal)
                if column.type is ColumnType.JSONB
                else row[column.name]
                for column in entity.columns
            }
            for row in frame.iter_rows(named=True)
        ]
        assert rows == expected(table)


def test_csv_is_read_back_by_postgres_as_it_was(dsn: str, full: psycopg.Connection, tmp_path: Path) -> None:
    write(dsn, tmp_path / "a", "csv")
    for table, entity in ENTITIES.items():
        full.execute(f"CREATE TEMP TABLE back_{table} (LIKE {table})".encode())
        with full.cursor().copy(f"COPY back_{table} FROM STDIN (FORMAT csv, HEADER match)".encode()) as copy:
            copy.write((tmp_path / "a" / f"{table_alias(entity)}.csv").read_bytes())
        assert full.execute(f"TABLE {table} EXCEPT ALL TABLE back_{table}".encode()).fetchall() == []
        assert len(full.execute(f"TABLE back_{table}".encode()).fetchall()) == FEWEST


def test_all_tables_are_of_one_moment(dsn: str, full: psycopg.Connection, tmp_path: Path) -> None:
    with moment_of(dsn) as moment:
        full.execute("DELETE FROM scheduling_requests")
        full.execute("UPDATE sync_jobs SET last_error = 'later'")
        proof = write_snapshot(
            moment,
            tmp_path / "a.json",
            "json",
            replace=False,
            progress=lambda _t, _n: None,
            proved=lambda draft: proved(moment, DatabaseAt(dsn), draft, report=None),
        )
    assert (proof.equal, proof.rows) == (True, 6 * FEWEST)
    whole = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert len(whole["rows"]["bookings"]) == FEWEST
    assert "later" not in {row["lastError"] for row in whole["rows"]["syncJobs"]}


def test_a_snapshot_that_lacks_a_row_is_not_proved(
    dsn: str, full: psycopg.Connection, tmp_path: Path
) -> None:
    assert full.info.dbname
    with moment_of(dsn) as moment:
        write_snapshot(
            moment, tmp_path / "a", "jsonl", replace=False, progress=lambda _t, _n: None, proved=bool
        )
        lines = (tmp_path / "a" / "syncJobs.jsonl").read_bytes().splitlines(keepends=True)
        (tmp_path / "a" / "syncJobs.jsonl").write_bytes(b"".join(lines[1:]))
        header = (tmp_path / "a" / "snapshot.json").read_text()
        (tmp_path / "a" / "snapshot.json").write_text(
            header.replace(f'"syncJobs": {FEWEST}', f'"syncJobs": {FEWEST - 1}')
        )
        with pytest.raises(Exception, match="sync_jobs: 100 rows were written, and the comparison read 99"):
            proved(moment, DatabaseAt(dsn), tmp_path / "a", report=None)


def test_a_role_that_is_shown_less_than_all_is_refused(
    dsn: str, full: psycopg.Connection, tmp_path: Path
) -> None:
    candidate = f"{dsn} options='-c role=authenticated'"
    with pytest.raises(ConfigurationError, match="may not read every row: query would be affected by row"):
        write(candidate, tmp_path / "a.json")
    full.execute("REVOKE SELECT ON bookings FROM authenticated")
    full.execute("ALTER TABLE scheduling_requests DISABLE ROW LEVEL SECURITY")
    with pytest.raises(ConfigurationError, match="may not read every row: permission denied"):
        write(candidate, tmp_path / "a.json")
    assert list(tmp_path.iterdir()) == []


def test_a_column_that_the_models_do_not_know_would_be_left_behind(
    dsn: str, full: psycopg.Connection, tmp_path: Path
) -> None:
    full.execute("ALTER TABLE bookings ADD COLUMN room text")
    with pytest.raises(ConfigurationError, match=r"bookings\.room is text, and the models say nothing of it"):
        write(dsn, tmp_path / "a.json")


def test_a_table_that_is_not_there_is_named(dsn: str, full: psycopg.Connection, tmp_path: Path) -> None:
    full.execute("DROP TABLE reconciliation_jobs CASCADE")
    with pytest.raises(ConfigurationError, match=r"there is no table public\.reconciliation_jobs"):
        write(dsn, tmp_path / "a.json")


def test_an_empty_database_is_an_empty_snapshot(dsn: str, tmp_path: Path) -> None:
    for form in ("json", "parquet"):
        write(dsn, tmp_path / form, form)
    assert json.loads((tmp_path / "json").read_text())["counts"]["bookings"] == 0
    assert pl.read_parquet(tmp_path / "parquet" / "bookings.parquet").height == 0


Migrate = Callable[..., "subprocess.CompletedProcess[str]"]


def export(*arguments: str, dsn: str, cwd: Path, **options: Any) -> "subprocess.CompletedProcess[str]":
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SUPABASE_")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "harness", "migrate", "export", *arguments],
        env={**environ, "DATABASE_URL": dsn},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **options,
    )


@pytest.mark.usefixtures("full")
def test_the_command_proves_what_it_wrote_and_never_writes_over_it(dsn: str, tmp_path: Path) -> None:
    done = export("back.json", "--json", "out.json", dsn=dsn, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("OK: 600 rows written to ")
    outcome = json.loads((tmp_path / "out.json").read_text())
    assert outcome["counts"]["rows"]["passed"] == 600
    assert [Path(each["path"]).name for each in outcome["artifacts"]] == ["back.json"]
    again = export("back.json", dsn=dsn, cwd=tmp_path)
    assert again.returncode == 2
    assert "never written over" in again.stderr


def test_a_database_without_rows_is_no_way_back(dsn: str, tmp_path: Path) -> None:
    done = export("back.json", dsn=dsn, cwd=tmp_path)
    assert done.returncode == 2
    assert "has no row in any of the six tables" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_row_that_no_snapshot_can_hold_is_a_difference(
    dsn: str, full: psycopg.Connection, tmp_path: Path
) -> None:
    full.execute("UPDATE sync_jobs SET payload = 'null' WHERE id = %s", [LEGAL.id("sync_jobs", 4)])
    done = export("back.json", "--report", "report", dsn=dsn, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "sync_jobs: a snapshot cannot hold some rows as they are (columns: payload of 1)" in done.stdout
    assert LEGAL.id("sync_jobs", 4) in (tmp_path / "report" / "differences.jsonl").read_text()


def _small_files() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("form", ["json", "parquet"])
def test_a_disk_that_takes_no_more_leaves_nothing(dsn: str, tmp_path: Path, form: str) -> None:
    done = export("back", "--format", form, dsn=dsn, cwd=tmp_path, preexec_fn=_small_files)
    assert done.returncode == 2
    assert "back cannot be written" in done.stderr
    assert list(tmp_path.iterdir()) == []
