"""Kills a copy by REST at random moments, goes on with it, and compares the end with an undisturbed copy.

``python -m tests.benchmarks.rest_kills [TIMES] [SEED]``, in the root of the checkout.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from harness.models import ENTITIES
from harness.settings import Settings
from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from migrations.apply import prepare
from migrations.rehearsal.companion import Companion
from migrations.rehearsal.generate import Generated, spread
from migrations.rehearsal.writing import write_directory

ROWS = 3_000
PER_SEGMENT = "100"


def _command(database: Database, snapshot: Path, report: Path) -> "subprocess.Popen[bytes]":
    given = database.coordinates
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.Popen(
        [
            *(sys.executable, "-P", "-m", "harness", "migrate", "copy", str(snapshot), "--target"),
            *(given.supabase_url, "--report", str(report), "--rows-per-segment", PER_SEGMENT),
        ],
        env={
            **environment,
            "SUPABASE_SERVICE_ROLE_KEY": given.service_role_key,
            "PYTHONPATH": str(Path.cwd()),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _stored(database: Database) -> Mapping[str, list[tuple[str | None, ...]]]:
    with psycopg.connect(database.coordinates.database_url) as connection:
        return {
            table: connection.execute(
                SQL("SELECT {} FROM {} ORDER BY id").format(
                    SQL(", ").join(
                        SQL("{}::text").format(Identifier(column.name)) for column in entity.columns
                    ),
                    Identifier(table),
                )
            ).fetchall()
            for table, entity in ENTITIES.items()
        }


def main(times: int, seed: int) -> int:
    """Print each round; 1 if one ended otherwise."""
    chance = random.Random(seed)  # noqa: S311  # not for secrets
    wrong = 0
    with (
        tempfile.TemporaryDirectory() as place,
        EmbeddedStack.start(Settings.from_environ(), prepare=prepare) as stack,
    ):
        snapshot = Path(place, "rows")
        write_directory(Companion(Generated(seed=seed, counts=spread(ROWS))), snapshot)
        with stack.clone() as database:
            begun = time.perf_counter()
            status = _command(database, snapshot, Path(place, "whole")).wait()
            whole = time.perf_counter() - begun
            expected = _stored(database)
        print(f"undisturbed: status {status}, {sum(map(len, expected.values()))} rows, {whole:.1f} s")
        for number in range(times):
            report = Path(place, str(number))
            kills = 0
            with stack.clone() as database:
                while True:
                    running = _command(database, snapshot, report)
                    try:
                        status = running.wait(chance.uniform(0.3, 1.0) * whole if kills < 3 else None)
                        break
                    except subprocess.TimeoutExpired:
                        running.kill()
                        running.wait()
                        kills += 1
                equal = _stored(database) == expected
            wrong += not equal or status != 1
            print(f"{number + 1}: killed {kills} times, status {status}, {'equal' if equal else 'DIFFERENT'}")
    return int(wrong > 0)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:3]]
    sys.exit(main(*given, *(20, 1)[len(given) :]))
