"""``harness migrate diff``: its exit statuses, its streams, its files."""

import json
from pathlib import Path

import psycopg

from harness.stack.coordinates import Coordinates
from tests.cli.conftest import Harness

_ROW = {
    "id": "d0000000-0000-4000-8000-000000000001",
    "type": "icims_note",
    "entityId": "e",
    "entityType": "booking",
    "attempts": 0,
    "maxAttempts": 5,
    "status": "pending",
    "lastError": None,
    "payload": {"n": 9007199254740993},
    "runAfter": "2026-01-15T10:00:00.123Z",
    "createdAt": "2026-01-15T10:00:00.123Z",
    "updatedAt": "2026-01-15T10:00:00.123Z",
}


def _snapshot(path: Path, **changes: object) -> str:
    path.mkdir()
    (path / "syncJobs.jsonl").write_text(json.dumps({**_ROW, **changes}) + "\n", encoding="utf-8")
    return str(path)


def test_equal_different_and_nothing_to_compare(
    harness: Harness, tmp_path: Path, project: Coordinates
) -> None:
    only = ("--table", "sync_jobs")
    one = _snapshot(tmp_path / "one")
    rounded = _snapshot(tmp_path / "rounded", payload={"n": 9007199254740992})
    none = _snapshot(tmp_path / "none")
    (tmp_path / "none" / "syncJobs.jsonl").write_text("")
    target = project.database_url
    with psycopg.connect(target, autocommit=True) as connection:
        itself = harness("migrate", "diff", target, target, cwd=tmp_path)
        nothing = harness("migrate", "diff", none, target, *only, cwd=tmp_path)
        connection.execute(
            "INSERT INTO sync_jobs VALUES ('d0000000-0000-4000-8000-000000000001', 'icims_note', 'e', "
            "'booking', 0, 5, 'pending', NULL, '{\"n\": 9007199254740993}', '2026-01-15T10:00:00.123Z', "
            "'2026-01-15T10:00:00.123Z', '2026-01-15T10:00:00.123Z')"
        )
        try:
            equal = harness("migrate", "diff", one, *only, cwd=tmp_path, DATABASE_URL=target)
            different = harness(
                *("migrate", "diff", rounded, target, *only, "--report", "found", "--json", "-"), cwd=tmp_path
            )
            missing = harness("migrate", "diff", one, target, cwd=tmp_path)
        finally:
            connection.execute("DELETE FROM sync_jobs")

    assert (equal.status, equal.last_line) == (0, "EQUAL: 1 row compared, in every column.")
    outcome = json.loads(different.out)
    assert (different.status, outcome["status"]) == (1, "failed")
    assert outcome["counts"]["sync_jobs"]["failed"] == 1
    assert [finding["id"] for finding in outcome["findings"]] == ["diff.sync_jobs.changed.payload"]
    assert "DIFFERENT: 1 row of 1 differ" in different.err
    assert sorted(path.name for path in (tmp_path / "found").iterdir()) == [
        "differences.html",
        "differences.jsonl",
        "differences.parquet",
    ]
    assert nothing.is_unchecked("Nothing was compared")
    assert itself.is_unchecked("are the same place")
    assert missing.is_unchecked("has no scheduling_requests")
    password = target.split(":")[2].split("@")[0]
    assert all(password not in done.out + done.err for done in (itself, nothing, equal, different, missing))
