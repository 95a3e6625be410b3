"""The journal says what happened, wherever its writer was killed."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from migrations.loading.account import Account
from migrations.rest.journal import Header, Journal, SegmentDone, fingerprint_of
from migrations.rest.journal_reading import read_journal, segments_of, stored_rows
from migrations.sources.segment import Refused

HEADER = Header(
    run_id="r",
    started_at="2026-01-15T10:00:00+00:00",
    target="https://x",
    source="s.json",
    source_fingerprint="a",
    plan_fingerprint="b",
    schema_fingerprint="c",
    rows_per_segment=10,
    empty_tables=("bookings",),
)
REFUSED = Refused(
    table="bookings",
    position=3,
    key="k",
    column=None,
    rule="not_null",
    reason="no",
    sqlstate="23502",
    raw='{"text":"\ud800"}',
)
ACCOUNT = Account(table="bookings", number=0, read=3, inserted=2, identical=0, quarantined=1)
DONE = SegmentDone(account=ACCOUNT, refused=(REFUSED, REFUSED), digest="d")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def test_what_was_written_is_read(path: Path) -> None:
    with Journal.begin(path, HEADER) as journal:
        journal.announce("bookings", ["1", "2", "3"])
        journal.refused("bookings", ["3"])
        journal.stored("bookings", [{"id": "1", "x": "é"}, {"id": "2", "x": None}])
        journal.segment(DONE)
        journal.announce("bookings", ["4", "5"])
        journal.stored("bookings", [{"id": "4", "x": "y"}])
    content = read_journal(path)
    assert content.header == HEADER
    assert content.done == {"bookings": {0: ACCOUNT}}
    assert list(segments_of(path)) == [DONE]
    assert content.own == {"bookings": {"4", "5"}}
    assert content.unsettled == {"bookings": {"5"}}
    assert [[id for id, _ in batch] for batch in stored_rows(path, "bookings")] == [["1", "2"], ["4"]]
    assert list(stored_rows(path, "sync_jobs")) == []


def test_a_fingerprint_tells_null_from_empty_and_columns_apart() -> None:
    rows: list[dict[str, str | None]] = [
        {"a": None, "b": ""},
        {"a": "", "b": None},
        {"a": "", "b": ""},
        {"a": "null", "b": ""},
    ]
    assert len({fingerprint_of(row) for row in rows}) == 4
    assert fingerprint_of({"a": "1", "b": "2"}) == fingerprint_of({"b": "2", "a": "1"})


def test_a_line_that_was_cut_off_did_not_happen(path: Path) -> None:
    with Journal.begin(path, HEADER) as journal:
        journal.announce("bookings", ["1"])
    whole = path.read_bytes()
    with Journal.resume(path) as journal:
        journal.stored("bookings", [{"id": "1"}])
    complete = path.read_bytes()
    for end in range(len(whole), len(complete)):
        path.write_bytes(complete[:end])
        assert read_journal(path).unsettled == {"bookings": {"1"}}
        with Journal.resume(path) as journal:
            journal.refused("bookings", ["1"])
        assert read_journal(path).unsettled == {"bookings": set()}


def test_only_its_owner_can_read_it(path: Path) -> None:
    Journal.begin(path, HEADER).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_process_writes_it_at_a_time(path: Path) -> None:
    with (
        Journal.begin(path, HEADER),
        pytest.raises(ConfigurationError, match="Another copy writes"),
    ):
        Journal.resume(path)


def test_a_journal_is_never_overwritten(path: Path) -> None:
    Journal.begin(path, HEADER).close()
    with pytest.raises(ConfigurationError, match="is the journal of another copy"):
        Journal.begin(path, replace(HEADER, run_id="other"))
    assert read_journal(path).header.run_id == "r"


@pytest.mark.parametrize(
    "content", ["", "x\n", "{}\n", "[]\n", json.dumps({"line": "begin", "journal": "other/1"}) + "\n"]
)
def test_what_is_no_journal_is_refused(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(ConfigurationError, match="is no journal of a copy by REST"):
        read_journal(path)


def test_a_line_that_nobody_knows_is_refused(path: Path) -> None:
    Journal.begin(path, HEADER).close()
    with path.open("a") as file:
        file.write('{"line": "later"}\n')
    with pytest.raises(ConfigurationError, match="is no journal"):
        read_journal(path)
