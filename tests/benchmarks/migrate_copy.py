"""How fast `harness migrate copy` is: ``python tests/benchmarks/migrate_copy.py --rows 1000000 --rounds 3``.

Side by side in one run, the order alternating: the server's own COPY FROM a
text file into the empty, fully indexed table (the ceiling of one session),
the whole command from its start to its exit status, and the row-by-row loop
over REST that it replaces. Prints medians and ratios, the rates into a table
that has other rows or the same rows, and the peak memory of the command; with
``--large N`` also for N rows.
"""

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import psycopg
from supabase import create_client
from supabase.lib.client_options import SyncClientOptions

from harness.settings import Settings
from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack

REST_ROWS = 500
TABLE = "webhook_events"
COUNT = b"SELECT count(*) FROM public.webhook_events"


def event(number: int) -> dict[str, object]:
    """One webhook event of some 300 bytes, with a random id as applications choose it."""
    digest = hashlib.sha256(number.to_bytes(8)).hexdigest()
    stamp = (
        f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:00:00.{number % 1000000:06}+00:00"
    )
    return {
        "id": f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}",
        "tenantId": f"tenant-{number % 50}",
        "provider": "icims",
        "eventId": f"evt-{number:09}",
        "payloadHash": digest[::-1],
        "eventType": "application.updated",
        "payload": {
            "applicationId": number,
            "text": "caf\u00e9 " * 6,
            "list": [1, 2, 3],
            "deep": {"a": None},
        },
        "signature": f"sha256={number:064x}",
        "verified": number % 2 == 0,
        "status": ("received", "processed")[number % 2],
        "attempts": 1,
        "maxAttempts": 3,
        "lastError": None,
        "runAfter": stamp,
        "processedAt": None if number % 2 == 0 else stamp,
        "createdAt": stamp,
        "updatedAt": stamp,
    }


def write_snapshot(directory: Path, rows: int, first: int = 0) -> None:
    """Write a directory with one file of events, counted."""
    directory.mkdir()
    with (directory / "webhookEvents.jsonl").open("w", encoding="utf-8") as file:
        for number in range(first, first + rows):
            file.write(json.dumps(event(number), ensure_ascii=False, separators=(",", ":")) + "\n")
    header = {"snapshot": "parity-snapshot/1", "counts": {"webhookEvents": rows}}
    (directory / "snapshot.json").write_text(json.dumps(header), encoding="utf-8")


def copied(snapshot: Path, dsn: str, rows: int, *options: str) -> tuple[float, int]:
    """Run the command; returns rows per second, start of Python included, and the peak memory in bytes."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "harness", "migrate", "copy", str(snapshot), "--allow-empty", *options],
        env={**os.environ, "DATABASE_URL": dsn},
        cwd=snapshot.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watched = psutil.Process(process.pid)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)
    out, err = process.communicate()
    took = time.perf_counter() - begun
    if process.returncode != 0:
        sys.exit(f"the copy failed with {process.returncode}:\n{out}\n{err}")
    return rows / took, peak


def server_side(database: Database, file: Path, rows: int) -> float:
    """COPY FROM a file that the server reads; returns rows per second."""
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        begun = time.perf_counter()
        connection.execute(f"COPY public.{TABLE} FROM '{file}'".encode())
        took = time.perf_counter() - begun
        row = connection.execute(COUNT).fetchone()
    if row != (rows,):
        sys.exit(f"the server copied {row} of {rows} rows")
    return rows / took


def row_by_row(database: Database) -> float:
    """Insert one row a request by Supabase's client, as the plan does; returns rows per second."""
    names = {name: "".join(f"_{c.lower()}" if c.isupper() else c for c in name) for name in event(0)}
    coordinates = database.coordinates
    with httpx.Client() as http:
        options = SyncClientOptions(httpx_client=http)
        client = create_client(coordinates.supabase_url, coordinates.service_role_key, options=options)
        rows = [{names[name]: value for name, value in event(n).items()} for n in range(REST_ROWS)]
        begun = time.perf_counter()
        for row in rows:
            client.table(TABLE).insert(row).execute()
        return REST_ROWS / (time.perf_counter() - begun)


@contextmanager
def server_file(directory: Path) -> Iterator[Path]:
    """A place that the server may write to and read from."""
    directory.chmod(0o777)
    yield directory / "events.copy"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=0, help="rows of one more copy, for its memory")
    options = parser.parse_args()
    rows: int = options.rows
    with (
        tempfile.TemporaryDirectory() as scratch,
        tempfile.TemporaryDirectory() as shared,
        server_file(Path(shared)) as file,
        EmbeddedStack.start(Settings.from_environ()) as stack,
    ):
        first, second = Path(scratch, "first"), Path(scratch, "second")
        write_snapshot(first, rows)
        write_snapshot(second, rows, first=rows)
        size = (first / "webhookEvents.jsonl").stat().st_size / 1e6
        print(
            f"{rows:,} rows, {size:,.0f} MB of JSONL; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        )
        with stack.clone() as database:
            print(f"PostgreSQL {stack.postgres_version}")
            copied(first, database.coordinates.database_url, rows)
            with psycopg.connect(database.superuser_url) as connection:
                connection.execute(f"COPY public.{TABLE} TO '{file}'".encode())
        rates: dict[str, list[float]] = {name: [] for name in ("server", "copy", "rest", "more", "again")}
        peak = 0
        for number in range(options.rounds):
            for arm in ("server", "copy") if number % 2 == 0 else ("copy", "server"):
                with stack.clone() as database:
                    if arm == "server":
                        rates[arm].append(server_side(database, file, rows))
                        continue
                    dsn = database.coordinates.database_url
                    rate, used = copied(first, dsn, rows)
                    rates["copy"].append(rate)
                    peak = max(peak, used)
                    if number == 0:
                        rates["more"].append(copied(second, dsn, rows)[0])
                        rates["again"].append(copied(first, dsn, rows)[0])
            with stack.clone() as database:
                rates["rest"].append(row_by_row(database))
            print(
                f"round {number + 1}: " + ", ".join(f"{k} {v[-1]:,.0f}" for k, v in rates.items()), flush=True
            )
        middle = {name: statistics.median(values) for name, values in rates.items()}
        paired = statistics.median(a / b for a, b in zip(rates["copy"], rates["server"], strict=True))
        print(f"server-side COPY FROM, text, same table   {middle['server']:>10,.0f} rows/s")
        print(f"harness migrate copy, the whole command   {middle['copy']:>10,.0f} rows/s")
        print(f"row by row over REST                      {middle['rest']:>10,.0f} rows/s")
        print(f"copy into a table with {rows:,} other rows {middle['more']:>10,.0f} rows/s")
        print(f"copy of rows that are all there           {middle['again']:>10,.0f} rows/s")
        print(
            f"copy / server-side: {middle['copy'] / middle['server']:.2f} (median of the pairs {paired:.2f})"
        )
        print(f"copy / row by row: {middle['copy'] / middle['rest']:.0f}")
        print(f"peak memory at {rows:,} rows: {peak / 1e6:.0f} MB")
        if options.large:
            large = Path(scratch, "large")
            write_snapshot(large, options.large)
            with stack.clone() as database:
                rate, used = copied(large, database.coordinates.database_url, options.large)
            print(f"peak memory at {options.large:,} rows: {used / 1e6:.0f} MB, {rate:,.0f} rows/s")


if __name__ == "__main__":
    main()
