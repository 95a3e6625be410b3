"""Types files against real databases: directly, and as commands."""

import json
from pathlib import Path

import psycopg
import pytest

from harness.models.outcome import Outcome
from migrations.typescript.comparison import compare
from migrations.typescript.document import document
from migrations.typescript.facts import read_schema
from migrations.typescript.judgement import judge_types
from migrations.typescript.reading import read_types_text
from migrations.typescript.sides import Report, Sides, database_side, file_side
from tests.integration.migrations.test_command import schema
from tests.integration.migrations.typescript.conftest import HERE

GOLDEN = HERE.parents[2] / "unit/migrations/typescript/scheduler.ts"


def execute(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement.encode())


def strictly(text: str, dsn: str) -> Report:
    file = file_side(read_types_text(text, "types.ts"))
    database = database_side(read_schema(dsn))
    return compare(Sides(path="types.ts", file=file, database=database, models=None), strict=True)


def test_the_file_that_the_unit_tests_edit_is_up_to_date(dsn: str) -> None:
    """Write it again with: harness schema types --out tests/unit/migrations/typescript/scheduler.ts."""
    assert document(read_schema(dsn), postgrest="12.0.2") == GOLDEN.read_text()


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("ALTER TABLE public.bookings ADD COLUMN note text", "types.bookings.note"),
        ("ALTER TABLE public.bookings ALTER COLUMN booked_by DROP NOT NULL", "types.bookings.booked_by"),
        ("ALTER TABLE public.bookings ALTER COLUMN status DROP DEFAULT", "types.bookings.status"),
        ("ALTER TABLE public.sync_jobs ALTER COLUMN payload TYPE json", None),
        ("ALTER TABLE public.sync_jobs ALTER COLUMN attempts TYPE bigint", None),
        ("ALTER TABLE public.sync_jobs DROP COLUMN last_error", "types.sync_jobs.last_error"),
        (
            "ALTER TABLE public.bookings DROP CONSTRAINT bookings_request_id_fkey",
            "types.bookings.bookings_request_id_fkey",
        ),
        ("DROP FUNCTION public.cancel", "types.Functions.cancel"),
        (
            "CREATE FUNCTION public.cancel() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "types.Functions.cancel",
        ),
        ("CREATE TABLE public.notes (id int)", None),
    ],
)
def test_a_database_that_changed_since_is_noticed_if_its_types_did(
    dsn: str, statement: str, finding: str | None
) -> None:
    execute(dsn, statement)
    found = [one.id for one in judge_types(GOLDEN, dsn, late=False).findings]
    assert found == ([] if finding is None else [finding])


def test_a_table_that_is_not_in_the_file_is_a_note(dsn: str) -> None:
    execute(dsn, "CREATE TABLE public.notes (id int)")
    notes = judge_types(GOLDEN, dsn, late=False).notes
    assert notes[1:] == ("Not compared: tables or views that the file does not declare: notes.",)


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("SELECT 1", None),
        ("ALTER TABLE public.kinds ALTER COLUMN small TYPE real", None),
        ("ALTER TYPE public.weekday ADD VALUE 'holiday'", "types.Enums.weekday"),
        ("ALTER TYPE public.address ADD ATTRIBUTE house int", "types.CompositeTypes.address"),
        ("ALTER TABLE public.kinds ALTER COLUMN yes DROP DEFAULT", "types.kinds.yes"),
        (
            "ALTER TABLE public.parents DROP CONSTRAINT parents_code_key CASCADE",
            "types.children.children_code_fkey",
        ),
        ("DROP VIEW public.counted", "types.counted"),
        ("CREATE TABLE public.new (id int)", "types.new"),
        (
            "CREATE FUNCTION public.overloaded(z date) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "types.Functions.overloaded",
        ),
        ("DROP FUNCTION public.numbers", "types.Functions.numbers"),
        ('ALTER TABLE public."Mixed Case" RENAME COLUMN "it\'s" TO its', "types.Mixed Case.its"),
    ],
)
def test_any_schema_is_compared_with_its_types(awkward_dsn: str, statement: str, finding: str | None) -> None:
    text = document(read_schema(awkward_dsn), postgrest=None)
    execute(awkward_dsn, statement)
    found = strictly(text, awkward_dsn)
    assert found.compared > 700
    assert (finding in [one.id for one in found.findings]) if finding is not None else not found.findings


def test_our_own_types_pass_and_are_counted(dsn: str, tmp_path: Path) -> None:
    path = tmp_path / "check.json"
    result = schema("check", "--types", str(GOLDEN), "--json", str(path), url=dsn)
    assert (result.returncode, result.stderr) == (0, "")
    said, verdict = result.stdout.splitlines()
    assert said == f"Types compared: 114 objects of {GOLDEN}, with the models and the database."
    assert verdict.startswith("OK: as the models say (6 tables, ")
    counts = Outcome.from_json(path.read_text()).counts
    assert counts["types"].complete
    assert counts["types"].expected == 114


def test_without_a_file_it_says_that_no_types_were_compared(dsn: str, tmp_path: Path) -> None:
    path = tmp_path / "check.json"
    result = schema("check", "--json", str(path), url=dsn)
    assert result.returncode == 0
    assert result.stdout.startswith("OK: as the models say (")
    assert "; the application's types were not compared, name their file with --types." in result.stdout
    assert set(Outcome.from_json(path.read_text()).counts) == {"objects", "ledger", "files", "chain"}


def test_a_wrong_file_is_a_finding_and_exits_with_1(dsn: str, tmp_path: Path) -> None:
    path = tmp_path / "types.ts"
    path.write_text(GOLDEN.read_text().replace("attempts: number", "attempts: string"))
    result = schema("check", "--types", str(path), url=dsn)
    assert result.returncode == 1
    assert result.stdout.startswith("types.")
    assert f"harness schema types --out {path}" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("FAILED: ")


def test_a_file_that_is_no_types_file_is_never_a_pass(dsn: str, tmp_path: Path) -> None:
    path, outcome = tmp_path / "types.ts", tmp_path / "check.json"
    path.write_text("export type Database = {\n  public: {{\n")
    result = schema("check", "--types", str(path), "--json", str(outcome), url=dsn)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"{path}:2:13: " in result.stderr
    assert not outcome.exists()
    execute(dsn, "ALTER TABLE public.bookings DISABLE TRIGGER USER")
    result = schema("check", "--types", str(path), "--json", str(outcome), url=dsn)
    assert result.returncode == 1
    found = Outcome.from_json(outcome.read_text()).findings
    assert [finding.level for finding in found] == ["core", "unchecked"]


def test_the_types_of_any_database_are_checked_by_a_command(awkward_dsn: str, tmp_path: Path) -> None:
    path = tmp_path / "types.ts"
    path.write_text(document(read_schema(awkward_dsn), postgrest="14.1").replace("\n", "\r\n"))
    result = schema("types", "--check", str(path), url=awkward_dsn)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"OK: {path} declares what the database has (")
    path.write_text(path.read_text().replace("          by_default?: number\n", "", 1))
    result = schema("types", "--check", str(path), "--json", "-", url=awkward_dsn)
    assert result.returncode == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert finding["id"] == "types.kinds.by_default"
    assert finding["expected"] == "Insert: number (optional)"
