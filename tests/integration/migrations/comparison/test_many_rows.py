"""Many rows, in segments of some tens: in files that are in order and in files that are not."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import psycopg
import pytest

from harness.stack.template import TEMPLATE
from migrations.comparison.compare import compare
from migrations.comparison.naming import IDENTITY, Naming
from migrations.sources.location import DatabaseAt, SnapshotAt
from tests.integration.migrations.comparison.places import found
from tests.integration.migrations.conftest import copy

_MODULES = ("runs", "side", "tables", "postgres", "snapshot")


def key(number: int) -> str:
    return f"d0000000-0000-4000-8000-{number:012}"


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in _MODULES:
        monkeypatch.setattr(f"migrations.comparison.sides.{module}.SEGMENT_ROWS", 50)
    monkeypatch.setattr("migrations.comparison.sides.runs._RUN_ROWS", 120)
    monkeypatch.setattr("migrations.comparison.sides.runs._BLOCK_ROWS", 10)
    monkeypatch.setattr("migrations.comparison.segments._IDS", 7)


_MANY = """
INSERT INTO sync_jobs (id, type, entity_id, entity_type, run_after, created_at, updated_at)
SELECT ('d0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'icims_note', n::text, 'booking',
  '2026-01-01Z', '2026-01-01Z', '2026-01-01Z'
FROM generate_series(1000, 1999) AS n
"""


@dataclass(frozen=True)
class Two:
    """Two databases with a thousand sync jobs, with the ids 1000 to 1999."""

    source: DatabaseAt
    target: DatabaseAt
    connection: psycopg.Connection
    """To the target."""


@pytest.fixture(scope="module")
def databases(cluster: str) -> tuple[str, str]:
    """Two databases with all migrations."""
    made = (copy(cluster, TEMPLATE), copy(cluster, TEMPLATE))
    with psycopg.connect(made[0]) as connection:
        connection.execute(_MANY)
    with psycopg.connect(made[1]) as connection:
        connection.execute("ALTER TABLE sync_jobs DISABLE TRIGGER USER")
    return made


@pytest.fixture
def two(databases: tuple[str, str]) -> Iterator[Two]:
    """The same, as they were at first."""
    source, target = databases
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute("TRUNCATE sync_jobs")
        connection.execute(_MANY)
        yield Two(DatabaseAt(source), DatabaseAt(target), connection)


def _file(path: Path, numbers: list[int]) -> SnapshotAt:
    time = pl.datetime(2026, 1, 1, time_unit="us", time_zone="UTC")
    rows = pl.DataFrame({"n": numbers}, schema={"n": pl.Int64})
    rows.select(
        id=pl.format("d0000000-0000-4000-8000-{}", pl.col("n").cast(pl.String).str.zfill(12)),
        type=pl.lit("icims_note"),
        entity_id=pl.col("n").cast(pl.String),
        entity_type=pl.lit("booking"),
        attempts=pl.lit(0, pl.Int32),
        max_attempts=pl.lit(5, pl.Int32),
        status=pl.lit("pending"),
        payload=pl.lit("{}"),
        run_after=time,
        created_at=time,
        updated_at=time,
    ).write_parquet(path / "syncJobs.parquet", row_group_size=64)
    return SnapshotAt(path)


@pytest.mark.parametrize("order", ["sorted", "reversed", "shuffled"])
@pytest.mark.parametrize("direction", ["from the file", "to the file"])
def test_what_differs_is_found_wherever_it_is(order: str, direction: str, two: Two, tmp_path: Path) -> None:
    two.connection.execute("UPDATE sync_jobs SET attempts = 1 WHERE entity_id IN ('1000', '1500', '1999')")
    numbers = [*range(990, 1000), *range(1001, 1300), *range(1500, 2010)]
    if order == "reversed":
        numbers.reverse()
    elif order == "shuffled":
        numbers = [numbers[place * 10 % len(numbers)] for place in range(len(numbers))]
    file = _file(tmp_path, numbers)
    sides = (file, two.target) if direction == "from the file" else (two.target, file)

    compared = compare(*sides, tables=["sync_jobs"], reread_s=())

    in_file, in_target = ("missing", "extra") if direction == "from the file" else ("extra", "missing")
    only_there = [1000, *range(1300, 1500)]
    only_here = [*range(990, 1000), *range(2000, 2010)]
    expected = [
        *((in_target, key(number), None) for number in only_there),
        *((in_file, key(number), None) for number in only_here),
        *(("changed", key(number), "attempts") for number in (1500, 1999)),
    ]
    assert len(set(numbers)) == 819
    assert sorted(found(compared), key=str) == sorted((("sync_jobs", *each) for each in expected), key=str)


def test_empty_file_lacks_every_row(two: Two, tmp_path: Path) -> None:
    compared = compare(_file(tmp_path, []), two.target, tables=["sync_jobs"], reread_s=())

    assert (compared.tables[0].source_rows, compared.tables[0].extra) == (0, 1000)


def test_twice_in_a_file_that_is_in_order(two: Two, tmp_path: Path) -> None:
    numbers = sorted([*range(1000, 2000), 1063, 1064, 1500])

    compared = compare(_file(tmp_path, numbers), two.target, tables=["sync_jobs"], reread_s=())

    assert found(compared) == [("sync_jobs", "duplicate", key(number), None) for number in (1063, 1064, 1500)]


@pytest.mark.parametrize("place", [0, 500, 1000])
def test_an_id_that_is_none_is_found_among_many(two: Two, tmp_path: Path, place: int) -> None:
    path = _file(tmp_path, list(range(1000, 2000))).path / "syncJobs.parquet"
    rows = pl.read_parquet(path)
    odd = rows.head(150).with_columns(
        pl.when(pl.int_range(150) < 149).then(pl.format("x{}", pl.col("id"))).alias("id")
    )
    pl.concat([rows.head(place), odd, rows.tail(1000 - place)]).write_parquet(path)

    compared = compare(SnapshotAt(tmp_path), two.target, tables=["sync_jobs"], reread_s=(0.0,))

    assert compared.tables[0].missing == compared.found == 150
    assert {kind for _, kind, _, _ in found(compared)} == {"missing"}
    assert [key for _, _, key, _ in found(compared)].count(None) == 1


def test_a_view_with_rows_twice_is_read_in_segments(two: Two) -> None:
    two.connection.execute(
        "CREATE VIEW jobs AS SELECT * FROM sync_jobs "
        "UNION ALL SELECT * FROM sync_jobs WHERE entity_id = '1500'"
    )
    jobs = replace(IDENTITY.tables["sync_jobs"], table="jobs")
    try:
        compared = compare(
            two.source,
            two.target,
            tables=["sync_jobs"],
            target_naming=Naming({**IDENTITY.tables, "sync_jobs": jobs}),
            reread_s=(0.0,),
        )
    finally:
        two.connection.execute("DROP VIEW jobs")

    assert found(compared) == [("sync_jobs", "duplicate", key(1500), None)]
    assert (compared.first[0].source, compared.first[0].target) == ("1 row", "2 rows")
    assert (compared.tables[0].source_rows, compared.tables[0].target_rows) == (1000, 1001)


@pytest.mark.parametrize("swapped", [False, True])
def test_lines_in_order_and_out_of_order(two: Two, tmp_path: Path, *, swapped: bool) -> None:
    path = _file(tmp_path, [*range(1000, 1700), *range(1701, 2001)]).path / "syncJobs.parquet"
    times = pl.col("run_after", "created_at", "updated_at").dt.to_string("%Y-%m-%dT%H:%M:%SZ")
    lines = pl.read_parquet(path).with_columns(times).write_ndjson().splitlines(keepends=True)
    path.unlink()
    # Read piece by piece, for a number that is none.
    lines[333] = lines[333].replace('"attempts":0', '"attempts":"0"')
    if swapped:
        lines[10], lines[990] = lines[990], lines[10]
    (tmp_path / "syncJobs.jsonl").write_text("".join(lines).replace('"{}"', "{}"), encoding="utf-8")

    compared = compare(SnapshotAt(tmp_path), two.target, tables=["sync_jobs"], reread_s=())

    assert found(compared) == [
        ("sync_jobs", "changed", key(1333), "attempts"),
        ("sync_jobs", "extra", key(1700), None),
        ("sync_jobs", "missing", key(2000), None),
    ]


def test_every_row_of_two_databases_differs(two: Two, tmp_path: Path) -> None:
    two.connection.execute("UPDATE sync_jobs SET attempts = 1")

    compared = compare(two.source, two.target, tables=["sync_jobs"], report=tmp_path, reread_s=())

    assert compared.tables[0].changed == compared.found == 1000
    findings = pl.read_parquet(compared.files["parquet"])
    assert findings["key"].to_list() == [key(number) for number in range(1000, 2000)]
    assert len(compared.first) == 1000
