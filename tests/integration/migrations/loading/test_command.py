"""`harness migrate copy` as a user meets it: exit status, two streams, files, and the way to go on."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from harness.models import ENTITIES
from migrations.rehearsal.companion import Companion
from migrations.rehearsal.generate import Generated
from migrations.rehearsal.writing import write_directory, write_file

GENERATED = Generated(seed=3, counts=dict.fromkeys(ENTITIES, 40))
ROWS = 240
_DEADLINE_S = 120


@pytest.fixture
def start(dsn: str, tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start `harness migrate copy` in an empty directory; it is ended with the test."""
    started: list[subprocess.Popen[str]] = []
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SUPABASE_")}

    def start(*arguments: str, database: str | None = None) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "harness", "migrate", "copy", *arguments],
            env={**environ, "DATABASE_URL": dsn if database is None else database},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


Ended = tuple[int, str, str]


@pytest.fixture
def copy(start: Callable[..., "subprocess.Popen[str]"]) -> Callable[..., Ended]:
    """Run it to its end; returns exit status, stdout and stderr."""

    def copy(*arguments: str, database: str | None = None) -> Ended:
        process = start(*arguments, database=database)
        out, err = process.communicate(timeout=_DEADLINE_S)
        assert "Traceback" not in err
        return process.returncode, out, err

    return copy


@pytest.fixture
def snapshot(tmp_path: Path) -> str:
    """A directory with a file for each entity."""
    write_directory(GENERATED, tmp_path / "snapshot")
    return "snapshot"


def test_it_moves_every_row_and_says_so_last(
    copy: Callable[..., Ended], snapshot: str, tmp_path: Path
) -> None:
    status, out, err = copy(snapshot, "--json", "out.json", "--report", "report")
    assert (status, out.splitlines()[-1]) == (
        0,
        "OK: 240 rows read, 240 inserted, 0 were there already, 0 in quarantine.",
    )
    assert "240 of 240 rows (100 %)" in err
    outcome = json.loads((tmp_path / "out.json").read_text())
    assert outcome["status"] == "passed"
    assert outcome["counts"]["bookings"] == {
        "expected": 40,
        "executed": 40,
        "passed": 40,
        "failed": 0,
        "exempt": 0,
        "unchecked": 0,
    }
    (receipt,) = (tmp_path / "report").iterdir()
    assert outcome["artifacts"][0]["path"] == str(receipt.relative_to(tmp_path))
    status, out, _ = copy(snapshot)
    assert (status, out.splitlines()[-1]) == (
        0,
        "OK: 240 rows read, 0 inserted, 240 were there already, 0 in quarantine.",
    )


def test_rows_in_quarantine_are_exit_status_1(copy: Callable[..., Ended], tmp_path: Path) -> None:
    companion = Companion(GENERATED)
    illegal = {
        (table, place): row for table, rows in companion.illegal.items() for place, row in rows.items()
    }
    write_file(companion, tmp_path / "rows.json")
    status, out, _ = copy("rows.json", "--quarantine", "refused.jsonl", "--json", "-")
    outcome = json.loads(out)
    assert (status, outcome["status"]) == (1, "failed")
    lines = map(json.loads, (tmp_path / "refused.jsonl").read_text(encoding="utf-8").splitlines())
    refused = {(line["table"], line["position"]): line for line in lines}
    assert refused.keys() == illegal.keys()
    assert {place: line["key"] for place, line in refused.items()} == {
        place: row.key for place, row in illegal.items()
    }
    assert sum(counts["failed"] for counts in outcome["counts"].values()) == len(illegal)


def test_a_dry_run_says_what_would_be(copy: Callable[..., Ended], snapshot: str, dsn: str) -> None:
    status, out, _ = copy(snapshot, "--dry-run")
    assert status == 0
    assert out.splitlines()[-1].startswith("OK: dry run, rolled back: of 240 rows, 240 would be inserted")
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT count(*) FROM public.bookings").fetchone() == (0,)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nowhere.json"], "nowhere.json does not exist"),
        (["memory"], "A memory adapter keeps its rows inside the process"),
        (["snapshot", "--target", "snapshot"], "are the same place"),
        (["snapshot", "--target", "other"], "is a snapshot, which is written by harness migrate export"),
        (["snapshot", "--rows-per-segment", "0"], "--rows-per-segment"),
        (["snapshot", "--quarantine", "missing/refused.jsonl"], "missing/refused.jsonl"),
        (["snapshot", "--report", "snapshot/snapshot.json"], "snapshot.json"),
        (
            ["snapshot", "--target", "postgresql://nobody:hunter2secret@127.0.0.1:1/x"],
            "cannot be reached as nobody",
        ),
    ],
)
def test_what_cannot_be_copied_is_exit_status_2_and_writes_nothing(
    copy: Callable[..., Ended], snapshot: str, dsn: str, arguments: list[str], expected: str
) -> None:
    status, out, err = copy(*arguments)
    assert snapshot
    assert (status, out) == (2, "")
    assert expected in err
    assert "hunter2secret" not in err
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT to_regnamespace('parity_migration')").fetchone() == (None,)


def test_without_a_target_it_says_how_to_name_one(copy: Callable[..., Ended], snapshot: str) -> None:
    status, _, err = copy(snapshot, database="")
    assert status == 2
    assert "set DATABASE_URL" in err


def test_an_interrupted_copy_goes_on_when_it_is_told_again(
    start: Callable[..., "subprocess.Popen[str]"],
    copy: Callable[..., Ended],
    snapshot: str,
    dsn: str,
) -> None:
    process = start(snapshot, "--rows-per-segment", "1", "--rate", "20")
    _wait_for_a_checkpoint(dsn)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=_DEADLINE_S)
    assert process.returncode == 2
    assert "Interrupted after" in err
    assert "Run the same command again" in err
    status, out, err = copy(snapshot, "--rows-per-segment", "1")
    assert status == 0
    assert "goes on where it was interrupted" in err
    assert out.splitlines()[-1] == "OK: 240 rows read, 240 inserted, 0 were there already, 0 in quarantine."


def _wait_for_a_checkpoint(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for _ in range(1_000_000):
            exists = connection.execute("SELECT to_regclass('parity_migration.segments')").fetchone()
            if exists != (None,):
                count = connection.execute("SELECT count(*) FROM parity_migration.segments").fetchone()
                if count != (0,):
                    return
    raise AssertionError("no segment was committed")
