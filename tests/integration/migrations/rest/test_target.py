"""A copy by REST ends like one into the database itself, whatever interrupts it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

import harness
from harness.errors import ConfigurationError
from harness.models import ENTITIES
from harness.stack.embedded import EmbeddedStack
from migrations.loading.copying import copy_rows
from migrations.loading.plan import LoadPlan
from migrations.loading.progress import Progress
from migrations.loading.result import CopyResult
from migrations.loading.targets import target_at
from migrations.rehearsal.companion import Companion
from migrations.rehearsal.generate import Generated, spread
from migrations.rehearsal.writing import write_directory
from migrations.rest.client import RestClient
from migrations.rest.journal import Journal
from migrations.rest.target import journal_of
from migrations.rest.undo import undo
from migrations.sources.location import DatabaseAt, Location, RestAt, SnapshotAt
from migrations.sources.opening import opened

PLAN = LoadPlan(rows_per_segment=25)
ENDED_S = 60.0

Copy = Callable[..., CopyResult]
Stored = Mapping[str, list[tuple[str | None, ...]]]


@dataclass(frozen=True)
class Snapshot:
    """A snapshot with legal and illegal rows."""

    path: Path
    content: Companion


@dataclass(frozen=True)
class Direct:
    """What a copy of a snapshot into the database itself stores and refuses."""

    source: Path
    stored: Stored
    refused: set[tuple[str, int, str, str | None]]


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    content = Companion(Generated(seed=7, counts=spread(180)))
    path = tmp_path_factory.mktemp("snapshot") / "rows"
    write_directory(content, path)
    return Snapshot(path, content)


@pytest.fixture(scope="session")
def direct(stack: EmbeddedStack, snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Direct:
    with stack.clone() as project:
        url = project.coordinates.database_url
        result = _copy(snapshot.path, DatabaseAt(url), tmp_path_factory.mktemp("direct"))
        with psycopg.connect(url) as sql:
            return Direct(snapshot.path, _values(_stored(sql)), _refused(result))


@pytest.fixture
def copy(snapshot: Snapshot, tmp_path: Path) -> Copy:
    """Copy the snapshot; the journal and the quarantine are in the test's directory."""

    def copy(to: Location, *, plan: LoadPlan = PLAN) -> CopyResult:
        return _copy(snapshot.path, to, tmp_path, plan)

    return copy


def _copy(source: Path, to: Location, directory: Path, plan: LoadPlan = PLAN) -> CopyResult:
    with opened(SnapshotAt(source)) as rows, ThreadPoolExecutor(2) as executor:
        return copy_rows(
            rows,
            rows.inspect(),
            target_at(to, directory),
            to,
            plan,
            executor=executor,
            window=3,
            quarantine=lambda run_id: directory / f"{run_id}.jsonl",
            progress=Progress(rows=0, stream=StringIO()),
        )


def _stored(sql: psycopg.Connection) -> Stored:
    sql.execute("SET TimeZone = 'UTC'")
    return {
        table: sql.execute(
            SQL("SELECT xmin::text, {} FROM {} ORDER BY id").format(
                SQL(", ").join(SQL("{}::text").format(Identifier(column.name)) for column in entity.columns),
                Identifier(table),
            )
        ).fetchall()
        for table, entity in ENTITIES.items()
    }


def _values(stored: Stored) -> Stored:
    return {table: [row[1:] for row in rows] for table, rows in stored.items()}


def _refused(result: CopyResult) -> set[tuple[str, int, str, str | None]]:
    assert result.quarantine is not None
    lines = [json.loads(line) for line in result.quarantine.read_text().splitlines()]
    return {(one["table"], one["position"], one["rule"], one["sqlstate"]) for one in lines}


def test_it_ends_like_a_copy_into_the_database(
    copy: Copy, at: RestAt, sql: psycopg.Connection, direct: Direct
) -> None:
    result = copy(at)
    assert result.facts.kind == "rest"
    assert _values(_stored(sql)) == direct.stored
    assert _refused(result) == direct.refused
    assert len({rule for _, _, rule, _ in direct.refused}) > 20
    assert result.read == result.inserted + result.quarantined


def test_a_second_copy_changes_nothing(copy: Copy, at: RestAt, sql: psycopg.Connection) -> None:
    first = copy(at)
    stored = _stored(sql)
    again = copy(at)
    assert (again.inserted, again.identical) == (0, first.inserted)
    assert again.run_id != first.run_id
    assert _refused(again) == _refused(first)
    assert _stored(sql) == stored


class _Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize(("lines", "before"), [(2, True), (7, False), (18, True), (31, True), (31, False)])
def test_a_copy_that_ended_at_any_line_of_its_journal_goes_on(
    copy: Copy,
    at: RestAt,
    sql: psycopg.Connection,
    direct: Direct,
    monkeypatch: pytest.MonkeyPatch,
    *,
    lines: int,
    before: bool,
) -> None:
    write = Journal._write
    written = 0

    def counting(journal: Journal, what: str, content: Mapping[str, object]) -> None:
        nonlocal written
        written += 1
        if before and written >= lines:
            raise _Killed
        write(journal, what, content)
        if written >= lines:
            raise _Killed

    monkeypatch.setattr(Journal, "_write", counting)
    with pytest.raises(_Killed):
        copy(at)
    monkeypatch.undo()
    result = copy(at)
    assert result.resumed
    assert _values(_stored(sql)) == direct.stored
    assert _refused(result) == direct.refused
    assert (result.identical, result.inserted) == (0, sum(map(len, direct.stored.values())))


def test_a_killed_command_goes_on(
    copy: Copy, at: RestAt, sql: psycopg.Connection, direct: Direct, tmp_path: Path
) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "SUPABASE_SERVICE_ROLE_KEY": at.key,
        "PYTHONPATH": str(Path(harness.__file__).parents[1]),
    }
    command = [sys.executable, "-P", "-m", "harness", "migrate", "copy", str(direct.source)]
    options = ["--target", at.url, "--report", str(tmp_path), "--rows-per-segment", "25"]
    with subprocess.Popen(
        [*command, *options], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as running:
        # Somewhere in the middle: some segments are complete, and others are under way.
        _wait(lambda: _segments(tmp_path) >= 3 or running.poll() is not None)
        running.kill()
    result = copy(at)
    assert result.resumed
    assert _values(_stored(sql)) == direct.stored
    assert _refused(result) == direct.refused


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + ENDED_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _segments(directory: Path) -> int:
    return sum(path.read_bytes().count(b'{"line": "segment"') for path in directory.glob("*.journal.jsonl"))


def test_another_source_is_not_a_resume(
    copy: Copy, at: RestAt, sql: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "end", _interrupted)
    with pytest.raises(_Killed):
        copy(at)
    monkeypatch.undo()
    other = tmp_path / "other"
    write_directory(Generated(seed=8, counts=spread(12)), other)
    before = _stored(sql)
    with pytest.raises(ConfigurationError, match=r"is not finished, .*: the source .*other"):
        _copy(other, at, tmp_path)
    with pytest.raises(ConfigurationError, match="it has --rows-per-segment 25"):
        copy(at, plan=LoadPlan(rows_per_segment=26))
    assert _stored(sql) == before


def _interrupted(_: Journal) -> None:
    raise _Killed


def test_two_copies_at_once_are_one_too_many(copy: Copy, at: RestAt, tmp_path: Path) -> None:
    result = copy(at)
    path = journal_of(tmp_path, result.run_id)
    # As while it was running.
    path.write_bytes(
        b"".join(line for line in path.read_bytes().splitlines(keepends=True) if b'"end"' not in line)
    )
    with Journal.resume(path), pytest.raises(ConfigurationError, match="Another copy writes"):
        copy(at)


def test_a_rehearsal_is_refused(copy: Copy, at: RestAt, sql: psycopg.Connection) -> None:
    with pytest.raises(ConfigurationError, match="nothing can be rolled back: harness migrate plan"):
        copy(at, plan=replace(PLAN, dry_run=True))
    assert not any(_stored(sql).values())


def test_a_public_key_writes_nothing(copy: Copy, at: RestAt) -> None:
    with pytest.raises(ConfigurationError, match="the key of the service role"):
        copy(RestAt(at.url, "sb_publishable_x"))


def test_a_table_that_is_not_the_models_is_found_before_anything_is_written(
    copy: Copy, stack: EmbeddedStack
) -> None:
    with stack.clone() as project:
        at = RestAt(project.coordinates.supabase_url, project.coordinates.service_role_key)
        with psycopg.connect(project.coordinates.database_url, autocommit=True) as sql:
            sql.execute("ALTER TABLE reconciliation_jobs ADD COLUMN note text")
            sql.execute("NOTIFY pgrst, 'reload schema'")
            with RestClient(at) as client:
                _wait(lambda: "note" in client.schema().columns["reconciliation_jobs"])
            with pytest.raises(ConfigurationError, match=r"reconciliation_jobs is not .*has: note text"):
                copy(at)
            assert not any(_stored(sql).values())


def test_what_the_copy_stored_can_be_taken_back(
    copy: Copy, at: RestAt, sql: psycopg.Connection, tmp_path: Path
) -> None:
    result = copy(at)
    undone = {one.table: one for one in undo(at, journal_of(tmp_path, result.run_id))}
    assert {table: one.stored for table, one in undone.items()} == {
        table: account.inserted for table, account in result.tables.items()
    }
    left = {table for table, rows in _stored(sql).items() if rows}
    # The history may not be removed by the service role, nor what it refers to.
    assert left <= {"audit_logs", "bookings", "scheduling_requests"}
