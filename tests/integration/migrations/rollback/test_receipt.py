"""What a receipt holds, and the sentence for each way in which it no longer does."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.loading.session import open_connection
from migrations.receipts.document import Receipt, read_receipt
from migrations.receipts.taking import take_receipt, write_receipt
from migrations.receipts.verifying import verified
from migrations.rollback.runs import all_runs, chosen
from migrations.rollback.undo import alone, undo
from migrations.sources.location import DatabaseAt, SnapshotAt
from tests.integration.migrations.rollback.conftest import GENERATED

Copy = Callable[..., str]


def sentences(dsn: str, receipt: Path) -> list[str]:
    """What a check of the receipt says, without where."""
    return [each.message for each in verified(dsn, read_receipt(receipt), migrations_hash=None).findings]


def test_a_receipt_holds_right_after_the_copy(dsn: str, receipt: Path) -> None:
    found = verified(dsn, read_receipt(receipt), migrations_hash=None)
    assert found.findings == ()
    assert (found.counts["tables"].passed, found.counts["files"].passed) == (6, 2)


INSERTED = "INSERT INTO sync_jobs (type, entity_id, entity_type) VALUES ('icims_note', 'x', 'booking')"
CHANGES = {
    "UPDATE sync_jobs SET attempts = attempts WHERE id = '{}'": (
        "1 of the 40 rows that the copy inserted into sync_jobs was changed or removed since."
    ),
    "DELETE FROM sync_jobs WHERE id = '{}'": "sync_jobs has 1 row fewer than right after the copy",
    INSERTED: "sync_jobs has 1 row more than right after the copy",
    "UPDATE sync_jobs SET id = gen_random_uuid() WHERE id = '{}'": "but not the same ones",
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_since_has_its_sentence(
    dsn: str, admin: psycopg.Connection, receipt: Path, change: str
) -> None:
    admin.execute(change.format(GENERATED.id("sync_jobs", 4)).encode())
    said = sentences(dsn, receipt)
    assert any(CHANGES[change] in sentence for sentence in said)
    assert all("sync_jobs" in sentence for sentence in said)


@pytest.mark.parametrize(
    "values",
    [
        ("x", '{"n": 1, "a": [[1, 2], 3]}'),
        # Postgres' own hash of jsonb is the same for these.
        (None, '{"n": -1, "a": [[1, 2], 3]}'),
        (None, '{"n": 1, "a": [[1], 2, 3]}'),
    ],
)
def test_rows_from_before_the_copy_are_watched_too(
    dsn: str, admin: psycopg.Connection, copy: Copy, tmp_path: Path, values: tuple[str | None, str]
) -> None:
    update = "UPDATE sync_jobs SET last_error = %s, payload = %s WHERE id = %s"
    admin.execute("ALTER TABLE sync_jobs DISABLE TRIGGER USER")  # it would change updated_at, too
    old = admin.execute(f"{INSERTED} RETURNING id").fetchone()
    assert old is not None
    admin.execute(update, [None, '{"n": 1, "a": [[1, 2], 3]}', *old])
    taken = take_receipt(
        DatabaseAt(dsn),
        copy(),
        source=SnapshotAt(tmp_path),
        source_files={},
        files={},
        stack="embedded",
        migrations_hash=None,
        application=tmp_path,
    )
    write_receipt(tmp_path / "receipt.json", taken)
    assert sentences(dsn, tmp_path / "receipt.json") == []
    admin.execute(update, [*values, *old])
    (said,) = sentences(dsn, tmp_path / "receipt.json")
    assert "rows that were there before it were changed since" in said


def test_a_changed_file_is_a_difference_and_a_missing_one_is_unchecked(dsn: str, receipt: Path) -> None:
    (receipt.parent / "quarantine.jsonl").unlink()
    (receipt.parent / "rows.json").write_text("[]")
    changed, gone = verified(dsn, read_receipt(receipt), migrations_hash=None).findings
    assert "is not what it was when the copy ended" in changed.message
    assert (gone.level, gone.actual) == ("unchecked", "no file")


def test_tables_of_another_shape_are_a_difference(dsn: str, admin: psycopg.Connection, receipt: Path) -> None:
    admin.execute("ALTER TABLE sync_jobs DROP CONSTRAINT sync_jobs_attempts_bounds")
    (said,) = sentences(dsn, receipt)
    assert "other columns, constraints, indexes or triggers" in said


def test_other_migrations_are_a_difference(dsn: str, receipt: Path) -> None:
    with_hash = Receipt(**{**vars(read_receipt(receipt)), "migrations_hash": "a"})
    assert verified(dsn, with_hash, migrations_hash="a").findings == ()
    (found,) = verified(dsn, with_hash, migrations_hash="b").findings
    assert "other migrations" in found.message


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"system_identifier": "7"}, "another cluster"),
        ({"oid": "7"}, "another database of the cluster"),
        ({"postgres": "16.1"}, "fingerprints of different major versions cannot be compared"),
    ],
)
def test_another_target_is_refused(dsn: str, receipt: Path, change: dict[str, str], sentence: str) -> None:
    written = Receipt.from_json(json.loads(receipt.read_text()))
    other = Receipt(**{**vars(written), "target": {**written.target, **change}})
    write_receipt(receipt, other)
    with pytest.raises(ConfigurationError, match=sentence):
        sentences(dsn, receipt)


def test_the_receipt_of_a_run_that_was_rolled_back_holds_no_more(dsn: str, receipt: Path) -> None:
    with open_connection(dsn, "test") as connection, alone(connection):
        undo(connection, chosen(all_runs(connection), None), allow_triggers=False)
    with pytest.raises(ConfigurationError, match="was rolled back since"):
        sentences(dsn, receipt)


def test_a_database_that_recorded_something_else_contradicts_the_receipt(
    dsn: str, admin: psycopg.Connection, receipt: Path
) -> None:
    admin.execute(
        "UPDATE parity_migration.segments SET inserted = inserted - 1, identical = 1 WHERE number = 0"
    )
    with pytest.raises(ConfigurationError, match="recorded another run"):
        sentences(dsn, receipt)


def test_a_database_without_the_record_of_the_copy_cannot_be_checked(
    dsn: str, admin: psycopg.Connection, receipt: Path
) -> None:
    admin.execute("DROP SCHEMA parity_migration CASCADE")
    with pytest.raises(ConfigurationError, match="parity_migration, with what the copy recorded, is gone"):
        sentences(dsn, receipt)


def test_what_is_in_a_receipt(dsn: str, receipt: Path) -> None:
    data = json.loads(receipt.read_text())
    assert data["schema"] == "parity-receipt/1"
    assert set(data["tables"]) == set(ENTITIES)
    assert data["versions"].keys() == {"harness", "python", "psycopg", "polars", "postgres"}
    assert "password" not in receipt.read_text()
    assert str(psycopg.conninfo.conninfo_to_dict(dsn)["password"]) not in receipt.read_text()
