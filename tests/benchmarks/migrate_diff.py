"""How fast ``harness migrate diff`` is beside others: ``python tests/benchmarks/migrate_diff.py``.

Compares equal webhook events, two Postgres tables with each other and a Parquet and a JSONL snapshot with a
table, each contestant in a process of its own, in turn, and prints medians and ratios of one run. The
others are installed into a cached environment, pinned in ``migrate_diff.txt``; each is used in the way that
its documentation calls the fast one. ``--rows`` (default 1,000,000) and ``--rounds`` (default 3) scale it;
``--without-others`` measures only this project, with its peak memory.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs
import psycopg

from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
from migrations.apply import prepare
from migrations.comparison.compare import compare
from migrations.export.database import moment_of
from migrations.export.formats import SnapshotFormat, write_snapshot
from migrations.sources.location import DatabaseAt

HERE = Path(__file__).parent
CONTESTANTS = HERE / "migrate_diff_contestants.py"
EVENTS = HERE / "webhook_events.sql"
AS_TEXT = HERE / "webhook_events_as_text.sql"
OTHERS = ("datacompy", "reladiff", "reladiff_threads")


def others() -> Path:
    """Return a Python that has the other libraries; installed once."""
    home = Path(platformdirs.user_cache_dir("parity-harness")) / "benchmarks" / "migrate-diff"
    python = home / "bin" / "python"
    pinned = (HERE / "migrate_diff.txt").read_bytes()
    stamp = home / "installed.txt"
    if not stamp.is_file() or stamp.read_bytes() != pinned:
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "migrate_diff.txt"], check=True)
        stamp.write_bytes(pinned)
    return python


def run(python: Path | str, *arguments: str) -> dict[str, Any]:
    """Run one contestant in a process of its own."""
    done = subprocess.run(
        [str(python), str(CONTESTANTS), *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@contextmanager
def places(rows: int) -> Iterator[dict[str, str]]:
    """Fill two databases and two snapshots with the same rows."""
    directory = Path(tempfile.mkdtemp(prefix="parity-benchmark-"))
    try:
        with EmbeddedStack.start(Settings.from_environ({}), prepare=prepare) as stack:
            urls = [stack.clone().coordinates.database_url for _ in range(2)]
            for url in urls:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(EVENTS.read_bytes(), {"rows": rows})
                    connection.execute("VACUUM ANALYZE webhook_events")
                    connection.execute(AS_TEXT.read_bytes())
            forms: tuple[SnapshotFormat, ...] = ("parquet", "jsonl")
            with moment_of(urls[0]) as moment:
                for form in forms:
                    write_snapshot(
                        moment,
                        directory / form,
                        form,
                        replace=False,
                        progress=lambda _table, _rows: None,
                        proved=lambda _draft: None,
                    )
            yield {
                "source": urls[0],
                "target": urls[1],
                "parquet": str(directory / "parquet"),
                "jsonl": str(directory / "jsonl"),
            }
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def measure(title: str, contestants: dict[str, tuple[Path | str, str, str]], rounds: int) -> None:
    """Run the contestants in turn, and print medians and how many times faster ours is."""
    clocks: dict[str, list[float]] = {name: [] for name in contestants}
    said: dict[str, tuple[str, int]] = {}
    for _ in range(rounds):
        for name, (python, source, target) in contestants.items():
            result = run(python, name, source, target)
            clocks[name].append(result["seconds"])
            said[name] = (result["said"], result["peak"])
    medians = {name: statistics.median(times) for name, times in clocks.items()}
    print(f"\n{title}, medians of {rounds}")
    for name, median in medians.items():
        words, peak = said[name]
        ratio = "" if name == "ours" else f"   {median / medians['ours']:5.2f} times ours"
        print(f"  {name:16} {median:7.2f} s {peak / 1e6:7,.0f} MB{ratio}   ({words})")


def show_exactness(urls: dict[str, str], python: Path | None) -> None:
    """Show what each makes of two integers that one double stands for."""
    document = "jsonb_build_object('amount', %s::numeric)"
    change = f"UPDATE webhook_events SET payload = {document} WHERE id = md5('1')::uuid"  # noqa: S608  # constants
    for name, amount in (("source", 2**53), ("target", 2**53 + 1)):
        with psycopg.connect(urls[name], autocommit=True) as connection:
            connection.execute("ALTER TABLE webhook_events DISABLE TRIGGER USER")
            connection.execute(change, [amount])
    compared = compare(
        DatabaseAt(urls["source"]), DatabaseAt(urls["target"]), tables=["webhook_events"], reread_s=()
    )
    (found,) = compared.first
    print(
        f"\n2**53 beside 2**53 + 1\n  ours       different: {found.column} {found.source} -> {found.target}"
    )
    if python is not None:
        for name, word in run(python, "exact").items():
            print(f"  {name:10} {word}")


def main() -> None:
    """Print the comparison."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--without-others", action="store_true")
    chosen = options.parse_args()
    python = None if chosen.without_others else others()
    with places(chosen.rows) as made:
        source, target = made["source"], made["target"]
        us: dict[str, tuple[Path | str, str, str]] = {"ours": (sys.executable, source, target)}
        them: dict[str, tuple[Path | str, str, str]] = {}
        if python is not None:
            them = dict.fromkeys(OTHERS, (python, source, target))
        rows = f"{chosen.rows:,} equal webhook events"
        measure(f"{rows}, Postgres and Postgres", {**us, **them}, chosen.rounds)
        for form in ("parquet", "jsonl"):
            us = {"ours": (sys.executable, made[form], target)}
            them = {name: (py, made["parquet"], other) for name, (py, _, other) in them.items()}
            note = "" if form == "parquet" else " (the others read Parquet)"
            measure(f"{rows}, {form} and Postgres{note}", {**us, **them}, chosen.rounds)
        show_exactness(made, python)


if __name__ == "__main__":
    main()
