"""CSV and Parquet are read as what they say: NULL apart from '', and no field too few."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.sources.csv_files import index_csv, read_csv
from migrations.sources.location import SnapshotAt
from migrations.sources.segment import POSITION, Batch, Segment
from migrations.sources.snapshot import open_snapshot

ENTITY = ENTITIES["sync_jobs"]
NAMES = [column.name for column in ENTITY.columns]


def read(directory: Path, table: str = "sync_jobs", rows: int = 20_000) -> list[Batch]:
    source = open_snapshot(SnapshotAt(directory), allow_uncounted=True)
    return [source.read(segment) for segment in source.segments(ENTITIES[table], rows=rows)]


def row(**changes: Any) -> dict[str, Any]:
    """Texts of a row, by column."""
    values: dict[str, Any] = {name: f"some {name}" for name in NAMES}
    return values | changes


def field(value: str | None) -> str:
    """Write a field as Postgres' COPY does."""
    if value is None:
        return ""
    if value in {"", "\\."} or any(character in value for character in ',"\n\r'):
        return '"' + value.replace('"', '""') + '"'
    return value


def write_csv(path: Path, rows: list[dict[str, Any]], *, names: list[str] = NAMES, end: str = "\n") -> None:
    lines = [",".join(names), *(",".join(field(row[name]) for name in NAMES) for row in rows)]
    path.write_text("".join(line + end for line in lines), encoding="utf-8", newline="")


AWKWARD = ["", None, " ", "NULL", "\\N", "\\.", '"', '""', "a,b", "a\nb", "a\r\nb", "\n", "é", "\t", "\x00"]


@pytest.mark.parametrize("rows", [1, 2, 20_000])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_field_of_a_csv_is_read(tmp_path: Path, rows: int, end: str) -> None:
    wanted = [row(last_error=value, payload=value) for value in AWKWARD for _ in range(70)]
    write_csv(tmp_path / "syncJobs.csv", wanted, names=[column.alias for column in ENTITY.columns], end=end)
    step = rows if rows > 2 else rows * 97
    found = [found for batch in read(tmp_path, rows=step) for found in batch.rows.to_dicts()]
    assert [found.pop(POSITION) for found in found] == list(range(len(wanted)))
    assert found == wanted


@given(
    st.lists(
        st.lists(
            st.none() | st.text(st.sampled_from('ab,"\n\r \\.éN\t\x0b\u2028\x85'), max_size=6),
            min_size=len(NAMES),
            max_size=len(NAMES),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_a_csv_comes_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, fields: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "sync_jobs.csv"
    wanted = [dict(zip(NAMES, values, strict=True)) for values in fields]
    write_csv(path, wanted)
    span = index_csv(path, "sync_jobs").spans["sync_jobs"]
    batch = read_csv(span, Segment(table="sync_jobs", number=0, first=0, rows=span.rows))
    assert batch.refused == ()
    assert batch.rows.drop(POSITION).to_dicts() == wanted


def test_a_row_with_too_few_or_too_many_fields_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "syncJobs.csv"
    write_csv(path, [row() for _ in range(5)])
    lines = path.read_bytes().splitlines()
    lines[2] += b",more"
    lines[3] = lines[3].rpartition(b",")[0]
    lines[4] = lines[4].replace(b"some type", b"\xff")
    path.write_bytes(b"\n".join(lines))
    (batch,) = read(tmp_path)
    assert batch.rows[POSITION].to_list() == [0, 4]
    said = [(refused.position, refused.rule, refused.sqlstate) for refused in batch.refused]
    assert said == [(1, "invalid_csv", "22P04"), (2, "invalid_csv", "22P04"), (3, "encoding", "22021")]
    assert "13 fields instead of 12" in batch.refused[0].reason


def test_a_csv_may_lack_a_column_that_may_be_null_and_no_other(tmp_path: Path) -> None:
    lines = [",".join(name for name in NAMES if name != "last_error"), ",".join("x" for _ in NAMES[1:])]
    (tmp_path / "syncJobs.csv").write_text("\n".join(lines))
    (batch,) = read(tmp_path)
    assert batch.rows["last_error"].to_list() == [None]
    assert batch.absent == {"last_error": 1}
    (tmp_path / "syncJobs.csv").write_text("\n".join(lines).replace("entity_id,", "", 1))
    with pytest.raises(ConfigurationError, match="no column entity_id, which is NOT NULL"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("id,note", "'note' is no column of sync_jobs"),
        ("id;type", "'id;type' is no column"),
        ("entity_id,entityId", "has the column entity_id twice"),
        ("", "is empty"),
    ],
)
def test_a_header_that_would_lose_values_is_refused(tmp_path: Path, header: str, message: str) -> None:
    (tmp_path / "syncJobs.csv").write_text(header)
    with pytest.raises(ConfigurationError, match=message):
        read(tmp_path)


def parquet(path: Path, **columns: Any) -> None:
    """Write one column after another; what is not named are texts."""
    height = len(next(iter(columns.values())))
    given = {name: columns.get(name, pl.Series([f"some {name}"] * height)) for name in NAMES}
    pl.DataFrame(given).write_parquet(path)


MOMENT = datetime(2026, 1, 15, 10, 0, 0, 123456, tzinfo=UTC)


def moment(unit: Literal["ms", "ns"]) -> pl.Series:
    return pl.Series([MOMENT]).cast(pl.Datetime(unit, "UTC"))


@pytest.mark.parametrize(
    ("name", "series", "wanted"),
    [
        ("attempts", pl.Series([2**63 - 1, None], dtype=pl.Int64), ["9223372036854775807", None]),
        ("attempts", pl.Series([0, 7], dtype=pl.UInt8), ["0", "7"]),
        ("last_error", pl.Series(["", None]), ["", None]),
        ("run_after", pl.Series([MOMENT, None]), ["2026-01-15T10:00:00.123456+00:00", None]),
        (
            "run_after",
            pl.Series([MOMENT.astimezone(timezone(timedelta(hours=5)))]).dt.convert_time_zone("Asia/Karachi"),
            ["2026-01-15T10:00:00.123456+00:00"],
        ),
        (
            "run_after",
            pl.Series([MOMENT]).cast(pl.Datetime("ms", "UTC")),
            ["2026-01-15T10:00:00.123000+00:00"],
        ),
        (
            "run_after",
            pl.Series([MOMENT]).cast(pl.Datetime("ns", "UTC")),
            ["2026-01-15T10:00:00.123456+00:00"],
        ),
        (
            "run_after",
            pl.Series([1768471200123456001]).cast(pl.Datetime("ns", "UTC")),
            ["2026-01-15T10:00:00.123456001+00:00"],
        ),
        ("run_after", pl.Series([MOMENT.replace(tzinfo=None)]), ["2026-01-15T10:00:00.123456"]),
        ("payload", pl.Series(['{"a":9007199254740993}']), ['{"a":9007199254740993}']),
    ],
)
def test_parquet_values_become_exact_texts(
    tmp_path: Path, name: str, series: pl.Series, wanted: list[str | None]
) -> None:
    parquet(tmp_path / "syncJobs.parquet", **{name: series})
    (batch,) = read(tmp_path)
    assert batch.rows[name].to_list() == wanted


def test_parquet_lists_become_array_literals(tmp_path: Path) -> None:
    names = [column.name for column in ENTITIES["scheduling_requests"].columns]
    values: dict[str, Any] = {name: ["x", "x"] for name in names}
    values["interviewer_emails"] = [['a"b', "", "NULL", "\\"], []]
    pl.DataFrame(values).write_parquet(tmp_path / "schedulingRequests.parquet")
    (batch,) = read(tmp_path, "scheduling_requests")
    assert batch.rows["interviewer_emails"].to_list() == [r'{"a\"b","","NULL","\\"}', "{}"]


@pytest.mark.parametrize(
    ("name", "series", "message"),
    [
        ("attempts", pl.Series([1.0]), "attempts has values of the type Float64"),
        ("payload", pl.Series([{"a": 1}]), "payload has values of the type Struct"),
        ("entity_id", pl.Series([7]), "entity_id has values of the type Int64"),
        ("run_after", pl.Series([MOMENT.date()]), "run_after has values of the type Date"),
    ],
)
def test_parquet_types_that_say_nothing_exact_are_refused(
    tmp_path: Path, name: str, series: pl.Series, message: str
) -> None:
    parquet(tmp_path / "syncJobs.parquet", **{name: series})
    with pytest.raises(ConfigurationError, match=message):
        read(tmp_path)


def test_parquet_is_read_in_segments_and_a_broken_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "syncJobs.parquet"
    parquet(path, entity_id=pl.Series([str(number) for number in range(1000)]))
    found = [text for batch in read(tmp_path, rows=333) for text in batch.rows["entity_id"].to_list()]
    assert found == [str(number) for number in range(1000)]
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ConfigurationError, match="no whole Parquet"):
        read(tmp_path)
