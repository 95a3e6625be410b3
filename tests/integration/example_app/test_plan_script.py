"""The plan's own migration script loses rows and says nothing; the harness moves or keeps each of them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from harness.models import ENTITIES
from harness.settings import Settings
from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from migrations.apply import prepare
from tests.integration.example_app.conftest import EXAMPLE, Project

APP = "plan_script"
SNAPSHOT = EXAMPLE / APP / "snapshot.json"

LOST = {
    "scheduling_requests": {3: "23514", 4: "23514", 5: "23502", 6: "23505", 7: "22P05", 9: "23514"},
    "bookings": {2: "23505", 3: "23503", 4: "23503", 7: "23514"},
    "audit_logs": {2: "23503", 3: "22P05", 4: "23514"},
    "sync_jobs": {2: "23514", 3: "22P02"},
    "webhook_events": {2: "23505", 4: "23514", 5: "23502", 6: "23514"},
    "reconciliation_jobs": {2: "23514"},
}
"""What the script loses: the last digits of the ids, by table, and why Postgres refuses the row.

A window that ends before it begins, a type and a status that are no choice, an e-mail that is null, the
token hash of another request, NUL in a text, a negative duration; a second active booking, bookings of a
request that nobody has and of one that was lost; the history of a lost booking; half a surrogate pair; more
attempts than allowed; another tenant's event with the same id; a payload that is null; an event id too long
for its index.
"""


EXPECTED = {(table, number): code for table, rows in LOST.items() for number, code in rows.items()}
"""The SQLSTATE of each row, by table and the digits of its id."""
# The script sends rows as JSON, in which NUL is another error than in the text of a column.
EXPECTED["scheduling_requests", 7] = "22021"


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    with EmbeddedStack.start(Settings.from_environ(), prepare=prepare) as running:
        yield running


@pytest.fixture
def database(stack: EmbeddedStack) -> Iterator[Database]:
    with stack.clone() as clone:
        yield clone


def _numbers(ids: set[str]) -> set[int]:
    return {int(id[-12:]) for id in ids}


def _lost() -> Mapping[str, set[int]]:
    return {table: set(rows) for table, rows in LOST.items()}


def _stored(database: Database) -> Mapping[str, set[int]]:
    with psycopg.connect(database.coordinates.database_url) as connection:
        return {
            table: _numbers(
                {id for (id,) in connection.execute(SQL("SELECT id::text FROM {}").format(Identifier(table)))}
            )
            for table in ENTITIES
        }


def _source() -> Mapping[str, set[int]]:
    rows = json.loads(SNAPSHOT.read_text(encoding="utf-8"))["rows"]
    return {
        table: _numbers({row["id"] for row in alias})
        for table, alias in zip(ENTITIES, rows.values(), strict=True)
    }


def _reasons(file: Path) -> dict[tuple[str, int], str]:
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len({(one["table"], one["key"]) for one in lines}) == len(lines)
    return {(one["table"], int(one["key"][-12:])): one["sqlstate"] for one in lines}


def _environment(database: Database) -> dict[str, str]:
    return {**database.coordinates.environ(), "SNAPSHOT": str(SNAPSHOT)}


def test_the_script_loses_rows_and_succeeds(project: Project, database: Database) -> None:
    done = project.run(APP, "npm run migrate:filled", _environment(database))
    assert done.returncode == 0, done.stderr
    assert "error" not in (done.stdout + done.stderr).lower()
    source, stored = _source(), _stored(database)
    assert {table: source[table] - stored[table] for table in ENTITIES} == _lost()
    assert sum(map(len, _lost().values())) == 20
    assert sum(map(len, source.values())) == 33


def test_as_it_stands_in_the_plan_it_moves_nothing_and_succeeds(project: Project, database: Database) -> None:
    done = project.run(APP, "npm run migrate", _environment(database))
    assert done.returncode == 0, done.stderr
    assert not any(_stored(database).values())


def test_a_plan_names_exactly_these_rows(project: Project, database: Database, tmp_path: Path) -> None:
    command = f"harness migrate plan '{SNAPSHOT}' --target env:DATABASE_URL --report '{tmp_path}'"
    done = project.run(APP, command, _environment(database))
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[-1] == "FAILED: of 33 rows, 20 would be lost or changed."
    assert _reasons(tmp_path / "findings.jsonl") == EXPECTED
    assert not any(_stored(database).values())


@pytest.mark.parametrize("way", ["DATABASE_URL", "SUPABASE_URL"])
def test_a_copy_moves_or_keeps_every_row(
    project: Project, database: Database, tmp_path: Path, way: str
) -> None:
    command = f"harness migrate copy '{SNAPSHOT}' --target env:{way} --report '{tmp_path}'"
    done = project.run(APP, command, _environment(database))
    assert done.returncode == 1, done.stderr
    assert done.stdout.endswith(
        "FAILED: 33 rows read, 13 inserted, 0 were there already, 20 in quarantine.\n"
    )
    (quarantine,) = tmp_path.glob("quarantine-*.jsonl")
    assert _reasons(quarantine) == EXPECTED
    source = _source()
    assert _stored(database) == {table: source[table] - _lost()[table] for table in ENTITIES}
