"""Every row of a snapshot is read, as it is written there."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.sources.location import SnapshotAt
from migrations.sources.opening import opened
from migrations.sources.segment import POSITION, Batch
from migrations.sources.snapshot import SnapshotSource, open_snapshot

NAMES = ("schedulingRequests", "bookings", "auditLogs", "syncJobs", "webhookEvents", "reconciliationJobs")


def job(number: int, **changes: Any) -> dict[str, Any]:
    """A row of sync_jobs as JSON.stringify writes it."""
    row = {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "type": "icims_note",
        "entityId": f"request {number}",
        "entityType": "booking",
        "attempts": 0,
        "maxAttempts": 5,
        "status": "pending",
        "lastError": None,
        "payload": {"n": number},
        "runAfter": "2026-01-15T10:00:00.123Z",
        "createdAt": "2026-01-15T10:00:00.123Z",
        "updatedAt": "2026-01-15T10:00:00.123Z",
    }
    return row | changes


def text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def kit(path: Path, rows: list[str], *, indent: int | None = None, last: bool = False) -> SnapshotSource:
    """Write rows as the kit's exportSnapshot does; `last` puts the header behind them."""
    header = {
        "snapshot": "parity-snapshot/1",
        "counts": dict.fromkeys(NAMES, 0) | {"syncJobs": len(rows)},
    }
    tables = ",".join(
        f"\n{text(name)}:[" + (",".join(f"\n{row}" for row in rows) if name == "syncJobs" else "") + "]"
        for name in NAMES
    )
    head = text(header)[1:-1]
    whole = f'{{"rows":{{{tables}}},{head}}}\n' if last else f'{{{head},"rows":{{{tables}}}}}\n'
    if indent is not None:
        whole = json.dumps(json.loads(whole), indent=indent)
    path.write_text(whole, encoding="utf-8")
    return open_snapshot(SnapshotAt(path))


def read(source: SnapshotSource, rows: int = 20_000) -> list[Batch]:
    entity = ENTITIES["sync_jobs"]
    return [source.read(segment) for segment in source.segments(entity, rows=rows)]


def texts(batches: list[Batch]) -> list[Mapping[str, Any]]:
    return [row for batch in batches for row in batch.rows.iter_rows(named=True)]


def expected(number: int, **changes: Any) -> dict[str, Any]:
    """The same row as what is sent to Postgres."""
    row = {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "type": "icims_note",
        "entity_id": f"request {number}",
        "entity_type": "booking",
        "attempts": "0",
        "max_attempts": "5",
        "status": "pending",
        "last_error": None,
        "payload": f'{{"n":{number}}}',
        "run_after": "2026-01-15T10:00:00.123Z",
        "created_at": "2026-01-15T10:00:00.123Z",
        "updated_at": "2026-01-15T10:00:00.123Z",
        POSITION: number,
    }
    return row | changes


@pytest.mark.parametrize("rows", [1, 7, 499, 500, 501, 20_000])
@pytest.mark.parametrize(("indent", "last"), [(None, False), (None, True), (2, False), (0, True)])
def test_all_rows_of_the_kits_file_are_read_in_segments_of_any_size(
    tmp_path: Path, rows: int, indent: int | None, *, last: bool
) -> None:
    source = kit(tmp_path / "all.json", [text(job(n)) for n in range(1203)], indent=indent, last=last)
    assert source.inspect(allow_empty=True).counts["sync_jobs"] == 1203
    batches = read(source, rows)
    assert all(batch.segment.rows == batch.rows.height <= rows for batch in batches)
    assert texts(batches) == [expected(n) for n in range(1203)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n \n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_all_lines_of_jsonl_are_read(tmp_path: Path, end: str, bom: str) -> None:
    (tmp_path / "syncJobs.jsonl").write_text(
        bom + end.join(text(job(n)) for n in range(1203)), encoding="utf-8", newline=""
    )
    source = open_snapshot(SnapshotAt(tmp_path), allow_uncounted=True)
    assert source.inspect(allow_empty=True).counts["sync_jobs"] == 1203
    assert texts(read(source, 100)) == [expected(n) for n in range(1203)]


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (",\n  ", ": ")])
def test_an_array_may_be_written_in_any_layout(tmp_path: Path, separators: tuple[str, str]) -> None:
    rows = [{**job(n), "payload": [{"a": "},{"}, {"b": '\\"'}]} for n in range(1203)]
    (tmp_path / "sync_jobs.json").write_text(json.dumps(rows, separators=separators), encoding="utf-8")
    source = open_snapshot(SnapshotAt(tmp_path), allow_uncounted=True)
    found = texts(read(source, 100))
    assert [json.loads(row["payload"]) for row in found] == [row["payload"] for row in rows]
    assert [row["entity_id"] for row in found] == [row["entityId"] for row in rows]


def test_snake_case_and_escapes_are_read_as_what_they_mean(tmp_path: Path) -> None:
    rows = [
        text({(ENTITIES["sync_jobs"].by_alias[key].name): value for key, value in job(0).items()}),
        json.dumps(job(1, entityId="Zoë \U0001f600 \x00")),
        text(job(2)).replace('"entityId"', '"entity_id"'),
    ]
    found = texts(read(kit(tmp_path / "all.json", rows)))
    assert found == [expected(0), expected(1, entity_id="Zoë \U0001f600 \x00"), expected(2)]


@pytest.mark.parametrize(
    ("row", "rule", "column", "sqlstate"),
    [
        (text(job(0))[:-1] + ',"attempts":1}', "colliding_keys", "attempts", None),
        (text(job(0))[:-1] + ',"entity_id":"x"}', "colliding_keys", "entity_id", None),
        (text(job(0, extra=1)), "unknown_column", None, "42703"),
        (text({k: v for k, v in job(0).items() if k != "attempts"}), "missing_column", "attempts", None),
        (text({k: v for k, v in job(0).items() if k != "type"}), "missing_column", "type", "23502"),
        (text(job(0, attempts="0")), "wrong_type", "attempts", None),
        (text(job(0, attempts=True)), "wrong_type", "attempts", "22P02"),
        (text(job(0, entityId=7)), "wrong_type", "entity_id", None),
        (text(job(0, runAfter=1768471200)), "wrong_type", "run_after", None),
        (json.dumps(job(0, entityId="\ud800")), "lone_surrogate", "entity_id", "22021"),
        ("17", "invalid_json", None, "22P02"),
        (text(job(0)).replace("0,", "NaN,", 1), "invalid_json", None, "22P02"),
    ],
)
def test_a_row_without_an_exact_form_is_refused_alone(
    tmp_path: Path, row: str, rule: str, column: str | None, sqlstate: str | None
) -> None:
    (batch,) = read(kit(tmp_path / "all.json", [text(job(0)), row, text(job(2))]))
    assert [found["entity_id"] for found in batch.rows.to_dicts()] == ["request 0", "request 2"]
    (refused,) = batch.refused
    assert (refused.position, refused.rule, refused.column, refused.sqlstate) == (1, rule, column, sqlstate)
    assert refused.raw == row


def test_bytes_that_are_no_utf8_are_refused_and_shown(tmp_path: Path) -> None:
    bad = text(job(1)).encode().replace(b'"n":1', b'"n":"\xff"')
    (tmp_path / "syncJobs.jsonl").write_bytes(text(job(0)).encode() + b"\n" + bad + b"\n")
    (batch,) = read(open_snapshot(SnapshotAt(tmp_path), allow_uncounted=True))
    assert batch.rows.height == 1
    assert [(row.rule, row.sqlstate, "\\xff" in row.raw) for row in batch.refused] == [
        ("encoding", "22021", True)
    ]


def test_a_column_that_is_absent_and_may_be_null_is_null_and_counted(tmp_path: Path) -> None:
    row = {key: value for key, value in job(0).items() if key != "lastError"}
    (batch,) = read(kit(tmp_path / "all.json", [text(row), text(job(1))]))
    assert batch.absent == {"last_error": 1}
    assert batch.rows["last_error"].to_list() == [None, None]


def test_long_numbers_keep_their_digits(tmp_path: Path) -> None:
    payload = '{"a":9007199254740993,"b":0.1000000000000000055,"c":1e400,"d":-0.0,"e":1.10}'
    row = text(job(0)).replace('{"n":0}', payload)
    twice = text(job(1)).replace('{"n":1}', '{"a":1,"a":18446744073709551617.0}')
    found = texts(read(kit(tmp_path / "all.json", [row, twice])))
    assert [row["payload"] for row in found] == [payload, '{"a":1,"a":18446744073709551617.0}']


def test_a_file_that_changes_and_keeps_size_and_time_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    source = kit(path, [text(job(n)) for n in range(3)])
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"booking", b"gnikoob"))
    # The clock of a file system ticks every few milliseconds.
    while path.stat().st_ctime_ns == before.st_ctime_ns or path.stat().st_mtime_ns != before.st_mtime_ns:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    with pytest.raises(ConfigurationError, match=r"changed while it was being read"):
        source.read(next(iter(source.segments(ENTITIES["sync_jobs"]))))


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    source = kit(tmp_path / "all.json", [text(job(n)) for n in range(3)])
    with (tmp_path / "all.json").open("a") as file:
        file.write(" ")
    with pytest.raises(ConfigurationError, match=r"changed while it was being read"):
        read(source)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t: t[:-200], "no whole JSON"),
        (lambda t: t + "{}", "the end of the file was expected"),
        (lambda t: f"[{t}]", r"is no snapshot: it begins with '\['"),
        (lambda _: "id,type\n", "is no snapshot: it begins with 'i'"),
        (lambda _: "", "no whole JSON"),
        (lambda t: t.replace("parity-snapshot/1", "parity-snapshot/9"), "is no snapshot"),
        (lambda t: t.replace('"bookings":[', '"slots":['), "'slots' is no entity"),
        (lambda t: t.replace('"bookings":[', '"auditLogs":['), "twice"),
        (lambda t: t.replace('"syncJobs":3', '"syncJobs":4'), "says that it has 4 syncJobs, and 3 are there"),
        (lambda t: t.replace('"counts"', '"numbers"'), "--allow-uncounted"),
        (lambda t: t.replace('"bookings":[],', "").replace('\n"bookings":[],', ""), "0 schedulingRequests"),
    ],
)
def test_a_snapshot_that_is_not_whole_is_refused(tmp_path: Path, spoil: Any, message: str) -> None:
    path = tmp_path / "all.json"
    kit(path, [text(job(n)) for n in range(3)])
    path.write_text(spoil(path.read_text()))
    with pytest.raises(ConfigurationError, match=message), opened(SnapshotAt(path)) as source:
        source.inspect()


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "all.json")
    with pytest.raises(ConfigurationError, match="no regular file"):
        open_snapshot(SnapshotAt(tmp_path / "all.json"))


def test_files_that_belong_to_no_entity_are_refused(tmp_path: Path) -> None:
    (tmp_path / "syncJobs.jsonl").write_text(text(job(0)))
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(ConfigurationError, match=r"notes\.txt is no file of rows"):
        open_snapshot(SnapshotAt(tmp_path))
    (tmp_path / "notes.txt").rename(tmp_path / "sync_jobs.json")
    with pytest.raises(ConfigurationError, match="both the rows of sync_jobs"):
        open_snapshot(SnapshotAt(tmp_path))


def test_rows_that_the_header_does_not_count_are_refused(tmp_path: Path) -> None:
    (tmp_path / "syncJobs.jsonl").write_text(text(job(0)))
    (tmp_path / "snapshot.json").write_text('{"snapshot":"parity-snapshot/1","counts":{"bookings":0}}')
    strict = open_snapshot(SnapshotAt(tmp_path))
    with pytest.raises(ConfigurationError, match="does not count syncJobs"):
        strict.inspect(allow_empty=True)
    with opened(SnapshotAt(tmp_path), allow_uncounted=True) as source:
        assert source.inspect(allow_empty=True).counts["sync_jobs"] == 1


def test_a_directory_without_rows_is_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"is no snapshot: it has no file of rows.*exportSnapshot"):
        open_snapshot(SnapshotAt(tmp_path))
