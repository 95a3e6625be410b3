"""Kills the copy, and the server under it, at random moments: ``python tests/benchmarks/migrate_kills.py``.

Each time a copy into an empty database is killed with SIGKILL and the same
command is given again. Afterwards every column of every table must be, to
the byte, what an undisturbed copy leaves, the quarantine the same, and each
segment accounted for once. Some kills come after a random time, the others
wait for one and then for a moment that is short: a COPY that is under way,
rows that are written and not committed, a commit. Exit status 1 if
anything is lost, double or different.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import sql

from harness.models import ENTITIES
from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
from migrations.rehearsal.companion import Companion
from migrations.rehearsal.generate import Generated, spread
from migrations.rehearsal.writing import write_file

MOMENTS = ("any", "COPY", "any", "checkpoint", "any", "commit")
WATCH = """
SELECT query FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'parity migrate copy%' AND state = 'active'
"""
ACCOUNTS = """
SELECT table_name, count(*), sum(rows_read), sum(inserted), sum(identical), sum(quarantined)
FROM parity_migration.segments GROUP BY table_name ORDER BY table_name
"""
QUARANTINE = """
SELECT table_name, number, position, reason_number, row_key, column_name, rule, reason, sqlstate, raw
FROM parity_migration.quarantine ORDER BY table_name, position, reason_number
"""
BY_XMIN = """
SELECT count(*) FROM {table} AS t
WHERE t.xmin NOT IN (SELECT xid::xid FROM parity_migration.segments WHERE table_name = {name})
"""
COMMITTED = "SELECT count(*) FROM parity_migration.segments"
STATES = "SELECT state, count(*) FROM parity_migration.runs GROUP BY state ORDER BY state"


@dataclass(frozen=True)
class State:
    """What a copy left behind."""

    tables: dict[str, str]
    """SHA-256 of all rows of each table, in the order of their ids."""
    accounts: list[tuple[object, ...]]
    quarantine: list[tuple[object, ...]]
    runs: list[tuple[object, ...]]
    strangers: int
    """Rows that no checkpoint knows."""


def state_of(dsn: str) -> State:
    """Read everything."""
    tables: dict[str, str] = {}
    strangers = 0
    with psycopg.connect(dsn) as connection:
        for table in ENTITIES:
            digest = sha256()
            name = sql.Identifier("public", table)
            with connection.cursor().copy(
                sql.SQL("COPY (SELECT * FROM {} ORDER BY id) TO STDOUT").format(name)
            ) as rows:
                for block in rows:
                    digest.update(block)
            tables[table] = digest.hexdigest()
            found = connection.execute(
                sql.SQL(BY_XMIN).format(table=name, name=sql.Literal(table))
            ).fetchone()
            strangers += found[0] if found is not None else 0
        return State(
            tables=tables,
            accounts=connection.execute(ACCOUNTS).fetchall(),
            quarantine=connection.execute(QUARANTINE).fetchall(),
            runs=connection.execute(STATES).fetchall(),
            strangers=strangers,
        )


def start(snapshot: Path, dsn: str, segment: int) -> "subprocess.Popen[str]":
    """Start the command."""
    command = [sys.executable, "-P", "-m", "harness", "migrate", "copy", str(snapshot)]
    options = ["--rows-per-segment", str(segment), "--report", str(snapshot.parent)]
    return subprocess.Popen(
        [*command, *options],
        env={**os.environ, "DATABASE_URL": dsn},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(process: "subprocess.Popen[str]", dsn: str, delay: float, moment: str) -> str:
    """Wait for the moment; returns what was going on. Ends with the process, at the latest."""
    due = time.monotonic() + delay
    while time.monotonic() < due and process.poll() is None:
        time.sleep(0.002)
    wanted = {"COPY": 'COPY "public"', "checkpoint": "parity_migration.segments", "commit": "COMMIT"}.get(
        moment
    )
    with psycopg.connect(dsn, autocommit=True) as watcher:
        while True:
            active = [row[0] for row in watcher.execute(WATCH)]
            if wanted is None or any(wanted in query for query in active) or process.poll() is not None:
                return phase_of(active, ended=process.poll() is not None)


def phase_of(active: list[str], *, ended: bool) -> str:
    """Name what the sessions of a copy are executing."""
    if ended:
        return "after the end"
    for word, phase in (
        ("COMMIT", "commit"),
        ("INSERT INTO parity_migration.segments", "checkpoint"),
        ("COPY parity_migration.quarantine", "quarantine"),
        ("hash_record_extended", "counting what was inserted"),
        ("pg_advisory", "waiting for its turn"),
        ('COPY "public"', "COPY"),
        ("parity_staged", "staging and probing"),
        ("parity_migration.runs", "begin or end of the run"),
    ):
        if any(word in query for query in active):
            return phase
    return "between statements" if not active else "another statement"


def committed(dsn: str) -> str:
    """How much of the run is committed."""
    with psycopg.connect(dsn) as connection:
        if connection.execute("SELECT to_regclass('parity_migration.segments')").fetchone() == (None,):
            return "before the ledger"
        row = connection.execute(COMMITTED).fetchone()
        return "no segment committed" if row == (0,) else "some segments committed"


def finish(process: "subprocess.Popen[str]", statuses: tuple[int, ...]) -> str | None:
    """Let a command end; a complaint if it ends in another way than expected."""
    out, err = process.communicate()
    if process.returncode in statuses and "Traceback" not in err:
        return None
    return f"exit status {process.returncode}, expected {statuses}:\n{out[-2000:]}\n{err[-2000:]}"


def has_finished(dsn: str) -> bool:
    """True if the ledger holds the end of a run: also when the answer to its last commit was lost."""
    with psycopg.connect(dsn) as connection:
        if connection.execute("SELECT to_regclass('parity_migration.runs')").fetchone() == (None,):
            return False
        return [state for state, _ in connection.execute(STATES)] == ["finished"]


def differing(expected: State, found: State) -> list[str]:
    """The tables that are not as an undisturbed copy leaves them."""
    return [f"{table} differs" for table in ENTITIES if expected.tables[table] != found.tables[table]]


def complaints(expected: State, found: State) -> list[str]:
    """What is not as one undisturbed copy leaves it."""
    said = differing(expected, found)
    if found.accounts != expected.accounts:
        said.append(f"accounts differ: {found.accounts}, expected {expected.accounts}")
    if found.quarantine != expected.quarantine:
        said.append(
            f"the quarantine has {len(found.quarantine)} rows, or others than {len(expected.quarantine)}"
        )
    if found.strangers:
        said.append(f"{found.strangers} rows have no checkpoint")
    if [state for state, _ in found.runs] != ["finished"] or found.runs[0][1] != 1:
        said.append(f"runs: {found.runs}")
    return said


def main() -> int:
    """Kill, resume, compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50, help="of the command")
    parser.add_argument("--server-kills", type=int, default=10)
    parser.add_argument("--rows", type=int, default=60_000, help="legal rows, over all entities")
    parser.add_argument("--segment", type=int, default=500, help="rows per segment")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    choose = random.Random(options.seed)  # noqa: S311  # moments, no secrets
    moments: Counter[str] = Counter()
    failures = 0
    with tempfile.TemporaryDirectory() as scratch, EmbeddedStack.start(Settings.from_environ()) as stack:
        snapshot = Path(scratch, "snapshot.json")
        write_file(Companion(Generated(seed=options.seed, counts=spread(options.rows))), snapshot)
        with stack.clone() as database:
            dsn = database.coordinates.database_url
            begun = time.monotonic()
            wrong = finish(start(snapshot, dsn, options.segment), (1,))
            duration = time.monotonic() - begun
            if wrong is not None:
                print(f"the undisturbed copy failed: {wrong}")
                return 1
            expected = state_of(dsn)
        print(
            f"{options.rows} rows and illegal ones, {sum(int(str(row[1])) for row in expected.accounts)} "
            f"segments, {duration:.1f} s undisturbed, seed {options.seed}",
            flush=True,
        )

        def kill_the_command(process: "subprocess.Popen[str]") -> tuple[int, ...]:
            process.kill()
            return (-9, 1)

        def kill_the_server(process: "subprocess.Popen[str]") -> tuple[int, ...]:
            stack.order_postgres("kill")
            finish_status = process.wait()
            stack.order_postgres("start")
            return (2,) if finish_status != 1 else (1,)

        kinds: list[tuple[str, Callable[[subprocess.Popen[str]], tuple[int, ...]]]] = [
            *[("copy", kill_the_command)] * options.kills,
            *[("server", kill_the_server)] * options.server_kills,
        ]
        for number, (kind, kill) in enumerate(kinds):
            with stack.clone() as database:
                dsn = database.coordinates.database_url
                process = start(snapshot, dsn, options.segment)
                moment = MOMENTS[number % len(MOMENTS)]
                phase = wait_for(process, dsn, choose.uniform(0, duration), moment)
                said = finish(process, kill(process))
                how_far = committed(dsn)
                moments[f"{kind}: {phase}, {how_far}"] += 1
                # The command after an end is a copy of its own, with accounts of its own.
                ended = has_finished(dsn)
                left = complaints(expected, state_of(dsn)) if ended else []
                wrong = finish(start(snapshot, dsn, options.segment), (1,))
                found = [text for text in (said, wrong) if text is not None] + left
                after = state_of(dsn)
                found += differing(expected, after) if ended else complaints(expected, after)
                if found:
                    failures += 1
                    print(f"{number} ({kind}, {phase}, {how_far}): " + "; ".join(found), flush=True)
    for moment, count in sorted(moments.items()):
        print(f"{count:4} {moment}")
    print(f"{options.kills} kills of the copy, {options.server_kills} of the server: {failures} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
