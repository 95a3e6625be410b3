"""What a plan costs: ``python tests/benchmarks/migrate_plan.py [ROWS]``.

Writes webhook events as JSON lines, CSV and Parquet, and prints for each,
each in a process of its own: the seconds of CPU to find the rows, to read
them, and to judge all of them with their keys, beside the time that Python's
own json takes for the same lines; and the peak of memory at two sizes, which
shows what grows with the number of rows.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from harness.models import ENTITIES
from migrations.planning.examination import Examination
from migrations.planning.findings import collected
from migrations.sources.location import SnapshotAt
from migrations.sources.opening import opened
from migrations.sources.segment import POSITION

ROWS = 200_000
TABLE = "webhook_events"


def line(number: int) -> str:
    """One event of some 550 bytes."""
    row = {
        "id": f"{number:08x}-0000-4000-8000-{number:012x}",
        "tenantId": None,
        "provider": "icims",
        "eventId": f"event-{number}",
        "payloadHash": f"{number:064x}",
        "eventType": "candidate.updated",
        "payload": {"n": number, "name": "Zoë", "list": [1, 2.5, None], "nested": {"a": True}},
        "signature": f"signature-{number}",
        "verified": True,
        "status": "received",
        "attempts": 0,
        "maxAttempts": 3,
        "lastError": None,
        "runAfter": "2026-01-15T10:00:00.123456+00:00",
        "processedAt": None,
        "createdAt": "2026-01-15T10:00:00.123Z",
        "updatedAt": "2026-01-15T10:00:00.123Z",
    }
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def write(directory: Path, rows: int) -> None:
    """Write the same rows in three forms."""
    for form in ("jsonl", "csv", "parquet"):
        (directory / form).mkdir(parents=True)
    path = directory / "jsonl" / "webhookEvents.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(line(number) + "\n" for number in range(rows))
    with opened(SnapshotAt(directory / "jsonl"), allow_uncounted=True) as source:
        frames = [source.read(segment).rows for segment in source.segments(ENTITIES[TABLE])]
    frame = pl.concat(frames).drop(POSITION)
    frame.write_csv(directory / "csv" / "webhookEvents.csv")
    frame.write_parquet(directory / "parquet" / "webhookEvents.parquet")


def measure(path: Path) -> None:
    """Plan one directory, and print what it cost."""
    begin = time.process_time()
    with opened(SnapshotAt(path), allow_uncounted=True) as source, collected(None) as findings:
        found = time.process_time()
        for segment in source.segments(ENTITIES[TABLE], rows=10_000):
            source.read(segment)
        read = time.process_time()
        examination = Examination(
            source=source,
            inventory=source.inspect(allow_empty=True),
            existing=None,
            findings=findings,
            rows=10_000,
            progress=lambda *_: None,
        )
        results = examination.run()
    done = time.process_time()
    rows = sum(result.read for result in results)
    peak = _peak_mb()
    print(
        f"{path.name:8} {rows:>9,} rows: found {found - begin:6.2f} s, read {read - found:6.2f} s, "
        f"read and judged {done - read:6.2f} s, peak {peak:4.0f} MB"
    )


def _peak_mb() -> float:
    """Return this program's own peak: what getrusage says begins with the memory of whoever started it."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def plain(path: Path) -> None:
    """Read the same lines with Python's own parser, which keeps neither duplicate keys nor long numbers."""
    begin = time.process_time()
    with path.open("rb") as file:
        for text in file:
            json.loads(text)
    print(f"json.loads of the same lines: {time.process_time() - begin:6.2f} s")


def main(rows: int) -> None:
    """Measure two sizes of the three forms."""
    with tempfile.TemporaryDirectory() as name:
        for size in (rows // 4, rows):
            directory = Path(name) / str(size)
            write(directory, size)
            for form in ("jsonl", "csv", "parquet"):
                subprocess.run([sys.executable, __file__, "--measure", str(directory / form)], check=True)
            plain(directory / "jsonl" / "webhookEvents.jsonl")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
