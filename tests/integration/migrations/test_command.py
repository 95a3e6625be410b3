"""Exit status, streams and the outcome of ``harness schema``."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from harness.models.outcome import Outcome
from harness.stack.embedded import EmbeddedStack
from migrations.files import PACKAGED, hash_of, read_directory


def schema(
    *arguments: str, url: str | None, stack_file: str | None = None
) -> subprocess.CompletedProcess[str]:
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("HARNESS_", "SUPABASE_"))
    }
    environ.pop("DATABASE_URL", None)
    if url is not None:
        environ["DATABASE_URL"] = url
    if stack_file is not None:
        environ["HARNESS_STACK_FILE"] = stack_file
    return subprocess.run(
        [sys.executable, "-P", "-m", "harness", "schema", *arguments],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_apply_then_check_succeed_and_agree_on_the_files(empty_dsn: str, tmp_path: Path) -> None:
    packaged = hash_of(read_directory(PACKAGED))
    for command, counted in (("apply", "migrations"), ("check", "objects")):
        path = tmp_path / f"{command}.json"
        result = schema(command, "--json", str(path), url=empty_dsn)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith("OK: ")
        outcome = Outcome.from_json(path.read_text())
        assert outcome.step == f"schema {command}"
        assert outcome.subject.migrations_hash == packaged
        assert outcome.counts[counted].complete


def test_a_finding_is_printed_and_exits_with_1(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("ALTER TABLE public.bookings DISABLE TRIGGER USER")
    result = schema("check", url=dsn)
    assert result.returncode == 1
    assert result.stdout.startswith("trigger.bookings.updated_at: ")
    assert result.stdout.rstrip().endswith("FAILED: 1 finding.")


def test_a_change_that_only_the_files_tell_is_said_in_words(
    dsn: str, stack: EmbeddedStack, tmp_path: Path
) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("DROP INDEX public.idx_bookings_status")
    path = tmp_path / "check.json"
    result = schema("check", "--json", str(path), url=dsn, stack_file=str(stack.record))
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout.startswith("index.bookings.idx_bookings_status: Index idx_bookings_status on ")
    counts = Outcome.from_json(path.read_text()).counts
    assert {name: count.failed for name, count in counts.items()} == {
        "objects": 0,
        "ledger": 0,
        "files": 1,
        "chain": 0,
    }


def test_advice_is_said_and_fails_nothing(dsn: str, stack: EmbeddedStack, tmp_path: Path) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("ALTER PUBLICATION supabase_realtime ADD TABLE public.bookings")
    path = tmp_path / "check.json"
    result = schema("check", "--json", str(path), url=dsn, stack_file=str(stack.record))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(
        "publication.bookings.supabase_realtime: Publication supabase_realtime of "
    )
    assert result.stdout.splitlines()[-1].startswith("OK: as the models say (")
    outcome = Outcome.from_json(path.read_text())
    assert [finding.level for finding in outcome.findings] == ["advice"]
    assert all(count.complete and not count.failed for count in outcome.counts.values())


def test_without_a_stack_to_apply_the_files_to_it_could_not_check(dsn: str, tmp_path: Path) -> None:
    result = schema("check", url=dsn, stack_file=str(tmp_path / "gone.json"))
    assert (result.returncode, result.stderr) == (2, "")
    assert result.stdout.startswith("chain: There is no stack to apply the SQL files to")
    assert result.stdout.splitlines()[-1] == "COULD NOT CHECK: 1 finding."
    result = schema("check", "--models-only", url=dsn, stack_file=str(tmp_path / "gone.json"))
    assert (result.returncode, result.stderr) == (0, "")
    assert "The SQL files were not compared (--models-only)." in result.stdout


def test_files_that_cannot_be_applied_to_an_empty_database_are_a_finding(
    dsn: str, stack: EmbeddedStack, tmp_path: Path
) -> None:
    for file in PACKAGED.glob("*.sql"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "900_more.sql").write_text("ALTER TABLE public.gone ADD note text")
    result = schema("check", "--sql", str(tmp_path), url=dsn, stack_file=str(stack.record))
    assert result.returncode == 1
    assert (
        "chain: The SQL files cannot be applied to an empty database: 900_more.sql, line 1" in result.stdout
    )


def test_a_migration_that_fails_is_a_finding(empty_dsn: str, tmp_path: Path) -> None:
    (tmp_path / "001_bad.sql").write_text("SELECT 1;\nSELECT nothing;\n")
    result = schema("apply", "--sql", str(tmp_path), "--json", "-", url=empty_dsn)
    assert result.returncode == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert finding["where"] == "001_bad.sql, line 2"


def test_a_file_that_is_not_applied_is_a_finding_if_the_directory_was_named(dsn: str, tmp_path: Path) -> None:
    for file in PACKAGED.glob("*.sql"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "012_more.sql").write_text("SELECT 1")
    result = schema("check", "--sql", str(tmp_path), url=dsn)
    assert result.returncode == 1
    assert result.stdout.startswith("migration.012_more.sql: ")


@pytest.mark.parametrize("command", ["apply", "check"])
def test_without_a_database_it_says_how_to_get_one(command: str) -> None:
    result = schema(command, url=None)
    assert (result.returncode, result.stdout) == (2, "")
    assert 'eval "$(harness stack env)"' in result.stderr


@pytest.mark.parametrize("command", ["apply", "check"])
def test_a_database_that_cannot_be_reached_is_2_and_old_results_are_gone(
    dsn: str, command: str, tmp_path: Path
) -> None:
    options = conninfo_to_dict(dsn)
    url = f"postgresql://postgres:geheim@{options['host']}:{options['port']}/postgres"
    path = tmp_path / "outcome.json"
    path.write_text("{}")
    result = schema(command, "--json", str(path), url=url)
    assert (result.returncode, result.stdout) == (2, "")
    assert "cannot be reached as postgres" in result.stderr
    assert "geheim" not in result.stderr
    assert "Traceback" not in result.stderr
    assert not path.exists()
