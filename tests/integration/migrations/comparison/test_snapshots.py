"""What only a file can get wrong, and what a file may say in other words."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from harness.errors import ConfigurationError
from migrations.comparison.compare import compare
from tests.integration.migrations.comparison.places import (
    AUDITS,
    BOOKINGS,
    EVENTS,
    REQUESTS,
    SYNCS,
    Places,
    Raw,
    Rows,
    found,
    text,
    write_snapshot,
)

Change = Callable[[Rows], object]


def _set(table: str, place: int, column: str, value: Any) -> Change:
    return lambda rows: rows[table][place].__setitem__(column, value)


def _rename(table: str, place: int, old: str, new: str) -> Change:
    def change(rows: Rows) -> None:
        rows[table][place][new] = rows[table][place].pop(old)

    return change


WRONG: Mapping[str, tuple[Change, tuple[str, str, str | None, str | None]]] = {
    "a row comes twice": (
        lambda rows: rows["sync_jobs"].append(rows["sync_jobs"][0]),
        ("sync_jobs", "duplicate", SYNCS[0], None),
    ),
    "an id comes twice with different rows": (
        lambda rows: rows["sync_jobs"].insert(0, {**rows["sync_jobs"][3], "attempts": 0}),
        ("sync_jobs", "duplicate", SYNCS[3], None),
    ),
    "a row comes twice, once in upper case": (
        lambda rows: rows["sync_jobs"].append({**rows["sync_jobs"][0], "id": SYNCS[0].upper()}),
        ("sync_jobs", "duplicate", SYNCS[0], None),
    ),
    "an id is no uuid": (
        lambda rows: rows["sync_jobs"].append({**rows["sync_jobs"][0], "id": "42"}),
        ("sync_jobs", "missing", "42", None),
    ),
    "a row has no id": (
        lambda rows: rows["sync_jobs"].append({**rows["sync_jobs"][0], "id": None}),
        ("sync_jobs", "missing", None, None),
    ),
    "a column has a name that nobody knows": (
        _rename("webhook_events", 0, "signature", "sgnature"),
        ("webhook_events", "changed", EVENTS[0], "signature"),
    ),
    "a row has one thing more than the table": (
        _set("webhook_events", 0, "priority", 1),
        ("webhook_events", "changed", EVENTS[0], "(no column)"),
    ),
    "a time has no zone": (
        _set("bookings", 0, "scheduled_start", "2026-01-20T10:00:00"),
        ("bookings", "changed", BOOKINGS[0], "scheduled_start"),
    ),
    "a time has a seventh digit": (
        _set("bookings", 0, "booked_at", "2026-01-15T10:00:00.1234561Z"),
        ("bookings", "changed", BOOKINGS[0], "booked_at"),
    ),
    "a time is the number of milliseconds": (
        _set("bookings", 0, "booked_at", 1768471200123),
        ("bookings", "changed", BOOKINGS[0], "booked_at"),
    ),
    "an integer is a text": (
        _set("sync_jobs", 0, "attempts", "1"),
        ("sync_jobs", "changed", SYNCS[0], "attempts"),
    ),
    "an integer has a fraction": (
        _set("sync_jobs", 0, "attempts", Raw("1.0000000000000000001")),
        ("sync_jobs", "changed", SYNCS[0], "attempts"),
    ),
    "an integer is beyond 64 bits": (
        _set("sync_jobs", 0, "attempts", 2**64 + 1),
        ("sync_jobs", "changed", SYNCS[0], "attempts"),
    ),
    "a boolean is a text": (
        _set("webhook_events", 0, "verified", "true"),
        ("webhook_events", "changed", EVENTS[0], "verified"),
    ),
    "a boolean is a number": (
        _set("webhook_events", 0, "verified", 1),
        ("webhook_events", "changed", EVENTS[0], "verified"),
    ),
    "a text is a number": (
        _set("bookings", 0, "icims_activity_id", 9007199254740993),
        ("bookings", "changed", BOOKINGS[0], "icims_activity_id"),
    ),
    "an array has a number": (
        _set("scheduling_requests", 0, "interviewer_emails", ["a@example.com", 5]),
        ("scheduling_requests", "changed", REQUESTS[0], "interviewer_emails"),
    ),
    "an array is a text": (
        _set("scheduling_requests", 0, "interviewer_emails", "{a@example.com,b@example.com}"),
        ("scheduling_requests", "changed", REQUESTS[0], "interviewer_emails"),
    ),
    "an array is ragged": (
        _set("scheduling_requests", 0, "interviewer_emails", [["a@example.com"], "b@example.com"]),
        ("scheduling_requests", "changed", REQUESTS[0], "interviewer_emails"),
    ),
    "half of a pair stands alone": (
        _set("webhook_events", 0, "signature", "sig\ud800"),
        ("webhook_events", "changed", EVENTS[0], "signature"),
    ),
    "half of a pair stands alone in a document": (
        _set("audit_logs", 2, "payload", {"": "\udfff"}),
        ("audit_logs", "changed", AUDITS[2], "payload"),
    ),
    "NUL ends a text": (
        _set("webhook_events", 0, "signature", "sig\0"),
        ("webhook_events", "changed", EVENTS[0], "signature"),
    ),
    "a document is a text of itself": (
        _set("audit_logs", 2, "payload", "{}"),
        ("audit_logs", "changed", AUDITS[2], "payload"),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_row_is_found(name: str, places: Places, tmp_path: Path) -> None:
    change, expected = WRONG[name]
    rows = places.rows()
    change(rows)

    compared = compare(
        write_snapshot(tmp_path / "s.json", rows), places.target, tables=[expected[0]], reread_s=()
    )

    assert expected in found(compared)
    assert {key for _, _, key, _ in found(compared)} == {expected[2]}


OTHER_WORDS: Mapping[str, Change] = {
    "rows in another order": lambda rows: rows.update({table: some[::-1] for table, some in rows.items()}),
    "names in another order": lambda rows: [
        row.update({name: row.pop(name) for name in sorted(row)}) for some in rows.values() for row in some
    ],
    "ids in upper case": lambda rows: [
        row.update(id=row["id"].upper()) for some in rows.values() for row in some
    ],
    "a time in another zone": _set("bookings", 0, "scheduled_start", "2026-01-20T15:30:00+05:30"),
    "a time with more zeros": _set("bookings", 0, "scheduled_start", "2026-01-20T10:00:00.000000000Z"),
    "a time as Postgres writes it": _set("bookings", 0, "scheduled_start", "2026-01-20 10:00:00+00"),
    "NULL left out": lambda rows: [row.pop("tenant_id") for row in rows["webhook_events"]],
    "an integer with a point": _set("sync_jobs", 0, "attempts", Raw("1.0")),
    "an integer with an exponent": _set("sync_jobs", 0, "attempts", Raw("10e-1")),
    "a document's numbers with more zeros": lambda rows: rows["webhook_events"][0]["payload"].update(
        number=Raw("1.000"), big=Raw("9007199254740993.0"), minus=Raw("-50E-1")
    ),
    "a document's keys in another order": lambda rows: rows["webhook_events"][0].update(
        payload=dict(reversed(rows["webhook_events"][0]["payload"].items()))
    ),
}


@pytest.mark.parametrize("name", OTHER_WORDS)
def test_other_words_are_no_difference(name: str, places: Places, tmp_path: Path) -> None:
    rows = places.rows()
    OTHER_WORDS[name](rows)

    compared = compare(write_snapshot(tmp_path / "s.json", rows), places.target, reread_s=())

    assert found(compared) == []
    assert compared.rows == 20


def test_a_repeated_key_counts_as_jsonb_counts_it(places: Places, tmp_path: Path) -> None:
    rows = places.rows()
    snapshot = write_snapshot(tmp_path / "s.json", rows)
    whole = snapshot.path.read_text(encoding="utf-8")
    snapshot.path.write_text(whole.replace('"flag":true', '"flag":1, "flag" : true'), encoding="utf-8")

    assert found(compare(snapshot, places.target, reread_s=())) == []


def test_a_snapshot_may_be_indented_and_its_header_last(places: Places, tmp_path: Path) -> None:
    whole = json.loads(places.snapshot.path.read_text(encoding="utf-8"), parse_float=Raw)
    path = tmp_path / "s.json"
    path.write_text(
        _indented({name: whole[name] for name in ("rows", "counts", "snapshot")}), encoding="utf-8"
    )

    assert found(compare(type(places.snapshot)(path), places.target, reread_s=())) == []


@pytest.mark.parametrize("form", ["jsonl", "json", "csv", "parquet"])
def test_each_form_of_a_directory_is_read(form: str, places: Places, tmp_path: Path) -> None:
    rows = places.rows()
    rows["sync_jobs"][0]["last_error"] = 'a,"b"\r\nc\t\\N'
    for table, some in rows.items():
        path = tmp_path / f"{table}.{form}"
        if form == "jsonl":
            path.write_text("".join(text(row) + "\n" for row in some), encoding="utf-8")
        elif form == "json":
            path.write_text(text(some), encoding="utf-8")
        else:
            _write_columns(path, some)

    compared = compare(type(places.snapshot)(tmp_path), places.target, reread_s=())

    assert found(compared) == [("sync_jobs", "changed", SYNCS[0], "last_error")]
    assert compared.first[0].source == 'a,"b"\r\nc\t\\N'


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_record_of_csv_that_ends_early_is_refused(end: str, places: Places, tmp_path: Path) -> None:
    rows = '"00000000-0000-4000-8000-000000000001","a ""1"",\n",\n"00000000-0000-4000-8000-000000000002","b"'
    (tmp_path / "syncJobs.csv").write_text(f"id,entity_id,last_error\n{rows}{end}", encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"has 2 fields instead of 3 .* line 4"):
        compare(type(places.snapshot)(tmp_path), places.target, tables=["sync_jobs"], reread_s=())


def _indented(value: Any) -> str:
    if isinstance(value, dict) and value:
        members = (f"{json.dumps(key)} :\r\n\t {_indented(member)}" for key, member in value.items())
        return "{\n " + "\n , ".join(members) + "\n}"
    if isinstance(value, list) and value:
        return "[\n  " + " ,\n  ".join(map(_indented, value)) + "\n]"
    return text(value)


def _write_columns(path: Path, rows: list[dict[str, Any]]) -> None:
    columns: dict[str, pl.Series] = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        if name == "payload":
            values = [text(value) for value in values]
        elif name == "interviewer_emails" and path.suffix == ".csv":
            values = ["{a@example.com,b@example.com}", '{"","NULL","q\\"u{o}t,e\\\\d"," "}', "{}"]
        elif path.suffix == ".csv":
            values = [
                None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
                for value in values
            ]
        columns[name] = pl.Series(name, values)
    frame = pl.DataFrame(columns)
    if path.suffix == ".parquet":
        frame.write_parquet(path)
    else:
        path.write_text(_csv(frame), encoding="utf-8", newline="")


def _csv(frame: pl.DataFrame) -> str:
    def field(value: str | None) -> str:
        return "" if value is None else '"' + value.replace('"', '""') + '"'

    return "".join(",".join(map(field, row)) + "\n" for row in (tuple(frame.columns), *frame.iter_rows()))


REFUSED: Mapping[str, tuple[dict[str, Any], str]] = {
    "a count that differs": ({"counts": {"webhookEvents": 7}}, "its header says 7"),
    "a count that is none": ({"counts": {"webhookEvents": 2.5}}, "counts webhookEvents with no whole number"),
    "no header": ({"snapshot": None}, "has no header"),
    "a missing entity": ({"without": "webhookEvents"}, "has no webhook_events"),
    "an unknown entity": ({"more": "candidates"}, "the model does not know"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_whole_is_refused(name: str, places: Places, tmp_path: Path) -> None:
    change, message = REFUSED[name]
    whole = json.loads(places.snapshot.path.read_text(encoding="utf-8"), parse_float=Raw)
    if "without" in change:
        del whole["rows"][change["without"]], whole["counts"][change["without"]]
    elif "more" in change:
        whole["rows"][change["more"]] = []
    else:
        whole.update(
            {
                name: {**whole[name], **value} if isinstance(value, dict) else value
                for name, value in change.items()
            }
        )
    path = tmp_path / "s.json"
    path.write_text(text(whole), encoding="utf-8")

    with pytest.raises(ConfigurationError, match=message):
        compare(type(places.snapshot)(path), places.target, reread_s=())


@pytest.mark.parametrize("member", ['"rows":{}', '"counts":{}'])
def test_a_member_that_comes_twice_is_refused(member: str, places: Places, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    whole = places.snapshot.path.read_text(encoding="utf-8").rstrip()
    path.write_text(f"{whole.removesuffix('}')},{member}}}", encoding="utf-8")

    with pytest.raises(ConfigurationError, match="comes twice"):
        compare(type(places.snapshot)(path), places.target, reread_s=())


def test_a_row_that_is_nested_too_deeply_is_named(places: Places, tmp_path: Path) -> None:
    deep = '{"a":' * 5000 + "1" + "}" * 5000
    (tmp_path / "syncJobs.jsonl").write_text(f'{{"id":"the deep one","payload":{deep}}}\n', encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"nested too deeply .*the deep one"):
        compare(type(places.snapshot)(tmp_path), places.target, tables=["sync_jobs"], reread_s=())


@pytest.mark.parametrize("length", [10, 1000, 5000])
def test_a_file_that_ends_early_is_refused(length: int, places: Places, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(places.snapshot.path.read_bytes()[:length])

    with pytest.raises(ConfigurationError, match="no whole JSON"):
        compare(type(places.snapshot)(path), places.target, reread_s=())


@pytest.mark.parametrize("text", ["[1]", "hello", "{}"])
def test_what_is_no_snapshot_is_called_so(text: str, places: Places, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(text)

    with pytest.raises(ConfigurationError, match=r"is no snapshot: .* exportSnapshot"):
        compare(type(places.snapshot)(path), places.target, reread_s=())
