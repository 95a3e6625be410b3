"""One comparison by one library, in a process of its own: prints seconds and peak memory as JSON.

``python migrate_diff_contestants.py NAME SOURCE TARGET``, started by ``migrate_diff.py``. Imports are not
timed; connecting, reading and comparing are.
"""

import json
import logging
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

TABLE = "webhook_events"
COLUMNS = [
    "tenant_id",
    "provider",
    "event_id",
    "payload_hash",
    "event_type",
    "payload",
    "signature",
    "verified",
    "status",
    "attempts",
    "max_attempts",
    "last_error",
    "run_after",
    "processed_at",
    "created_at",
    "updated_at",
]
Timed = tuple[float, str]


def ours(source: str, target: str) -> Timed:
    """Compare as ``harness migrate diff`` does."""
    compare = import_module("migrations.comparison.compare").compare
    places = import_module("migrations.sources.location")
    one, other = (
        places.DatabaseAt(place) if "://" in place else places.SnapshotAt(Path(place))
        for place in (source, target)
    )
    begun = time.perf_counter()
    compared = compare(one, other, tables=[TABLE])
    return time.perf_counter() - begun, f"{compared.rows} rows, {compared.differing} differ"


def datacompy(source: str, target: str) -> Timed:
    """Read both sides whole into Polars, the database as Arrow by ADBC, and compare the frames."""
    pl: Any = import_module("polars")
    library: Any = import_module("datacompy")
    import_module("adbc_driver_postgresql.dbapi")
    columns = ", ".join(f"{name}::text" if name == "payload" else name for name in COLUMNS)
    query = f"SELECT id::text, {columns} FROM {TABLE}"  # noqa: S608  # constants
    begun = time.perf_counter()
    one = pl.read_parquet(_file(source)) if "://" not in source else _read(pl, query, source)
    compared = library.PolarsCompare(one, _read(pl, query, target), join_columns="id")
    matches = compared.matches()
    return time.perf_counter() - begun, f"{one.height} rows, matches: {matches}"


def _read(pl: Any, query: str, uri: str) -> Any:
    return pl.read_database_uri(query, uri, engine="adbc")


def _file(directory: str) -> Path:
    (path,) = Path(directory).glob("webhookEvents.parquet")
    return path


def reladiff(source: str, target: str) -> Timed:
    """Compare checksums of segments, as it does unless it is told otherwise."""
    return _reladiff(source, target, threads=1)


def reladiff_threads(source: str, target: str) -> Timed:
    """Compare checksums of segments, four at a time, on as many connections."""
    return _reladiff(source, target, threads=4)


def _reladiff(source: str, target: str, *, threads: int) -> Timed:
    """Compare; a file is loaded into DuckDB, which it knows."""
    logging.disable(logging.WARNING)
    library: Any = import_module("reladiff")
    connect = library.connect_to_table
    options = {"key_columns": "id", "extra_columns": tuple(COLUMNS), "thread_count": threads}
    begun = time.perf_counter()
    if "://" in source:
        one = connect(source, f"{TABLE}_as_text", **options)
    else:
        database = Path(source).with_suffix(".duckdb")
        database.unlink(missing_ok=True)
        duckdb: Any = import_module("duckdb")
        with duckdb.connect(str(database)) as connection:
            connection.execute(
                f"CREATE TABLE {TABLE} AS SELECT * REPLACE (id::uuid AS id) FROM read_parquet(?)",  # noqa: S608  # a constant
                [str(_file(source))],
            )
        one = connect(f"duckdb://main:@{database}", TABLE, **options)
    # It cannot compare jsonb: the view has it as text, as DuckDB has it.
    other = connect(target, f"{TABLE}_as_text", **options)
    found = sum(1 for _ in library.diff_tables(one, other, threaded=True, max_threadpool_size=threads))
    return time.perf_counter() - begun, f"{found} differences"


CONTESTANTS: dict[str, Callable[[str, str], Timed]] = {
    "ours": ours,
    "datacompy": datacompy,
    "reladiff": reladiff,
    "reladiff_threads": reladiff_threads,
}


def exact_integers() -> dict[str, str]:
    """Say what the libraries of this environment make of 2**53 beside 2**53 + 1."""
    pl: Any = import_module("polars")
    library: Any = import_module("datacompy")
    one, other = (pl.DataFrame({"id": ["a"], "amount": [2**53 + extra]}) for extra in (0, 1))
    equal = library.PolarsCompare(one, other, join_columns="id").matches()
    return {"datacompy": "equal" if equal else "different"}


def peak() -> int:
    """Return the most memory that this process had, in bytes."""
    # Not ru_maxrss: that includes what the process that started this one had.
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    if sys.argv[1] == "exact":
        print(json.dumps(exact_integers()))
    else:
        seconds, said = CONTESTANTS[sys.argv[1]](*sys.argv[2:4])
        print(json.dumps({"seconds": seconds, "peak": peak(), "said": said}))
