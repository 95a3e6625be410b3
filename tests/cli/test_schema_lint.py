"""``harness schema lint``: what it prints, and how it ends."""

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Harness

TABLE = "CREATE TABLE public.notes (id bigint PRIMARY KEY, text text);\n"
CLOSED = f"{TABLE}ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;\n"


@pytest.fixture
def sql(tmp_path: Path) -> Path:
    """A directory with one file that nobody objects to."""
    place = tmp_path / "sql"
    place.mkdir()
    (place / "001_notes.sql").write_text(CLOSED)
    return place


def test_our_own_migrations_are_clean(harness: Harness, tmp_path: Path) -> None:
    done = harness("schema", "lint", "--json", "lint.json", cwd=tmp_path)
    assert (done.status, done.err) == (0, "")
    assert done.last_line.startswith("OK: nothing to object to in ")
    assert done.last_line.endswith(" of 10 files.")
    outcome = json.loads((tmp_path / "lint.json").read_text())
    assert (outcome["step"], outcome["status"], outcome["findings"]) == ("schema lint", "passed", [])
    assert outcome["counts"]["statements"]["passed"] > 100
    # Each exception is said, with its reason.
    ignored = [line for line in done.out.splitlines() if line.startswith("Ignored: ")]
    assert ignored
    assert all(" because " in line for line in ignored)


def test_findings_say_what_why_and_what_to_do(harness: Harness, tmp_path: Path, sql: Path) -> None:
    (sql / "002_more.sql").write_text(
        "CREATE TABLE public.users (id int);\n\nALTER TABLE public.notes RENAME COLUMN text TO body;\n"
    )
    done = harness("schema", "lint", "--sql", str(sql), cwd=tmp_path)
    assert done.status == 1
    assert done.last_line == "FAILED: 2 findings."
    table, column = (line for line in done.out.splitlines() if line.startswith("lint."))
    assert table == (
        "lint.PH010.public.users: 002_more.sql, line 1: Table public.users has no row level security when "
        "002_more.sql is done. Each file commits on its own, and until then the public anon key reads and "
        "changes every row wherever the default privileges include anon. Add to the same file: "
        "ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;"
    )
    assert column.startswith("lint.renaming-column.public.notes.text: 002_more.sql, line 3: ")


def test_files_up_to_a_version_are_not_judged(harness: Harness, tmp_path: Path, sql: Path) -> None:
    (sql / "001_notes.sql").write_text(TABLE)
    (sql / "002_more.sql").write_text("DELETE FROM public.notes WHERE id = 1;\n")
    lint = ("schema", "lint", "--sql", str(sql))
    assert harness(*lint, cwd=tmp_path).status == 1
    done = harness(*lint, "--after", "001", cwd=tmp_path)
    assert (done.status, done.last_line) == (0, "OK: nothing to object to in 1 statement of 1 file.")
    for after, sentence in (("1", "there is no such version"), ("002", "no file comes after it")):
        assert harness(*lint, "--after", after, cwd=tmp_path).is_unchecked(sentence)


def test_what_cannot_be_parsed_is_no_pass(harness: Harness, tmp_path: Path, sql: Path) -> None:
    (sql / "002_more.sql").write_text("CREATE TABEL public.users (id int);\n")
    done = harness("schema", "lint", "--sql", str(sql), "--json", "-", cwd=tmp_path)
    outcome = json.loads(done.out)
    assert (done.status, outcome["status"]) == (2, "unchecked")
    assert "COULD NOT CHECK: 1 finding." in done.err
    assert outcome["counts"]["statements"] == {
        "expected": 3,
        "executed": 2,
        "passed": 2,
        "failed": 0,
        "exempt": 0,
        "unchecked": 1,
    }


def test_names_and_order_are_findings(harness: Harness, tmp_path: Path, sql: Path) -> None:
    (sql / "2-more.sql").write_text("SELECT 1;\n")
    (sql / "001_again.sql").write_text("SELECT 1;\n")
    done = harness("schema", "lint", "--sql", str(sql), cwd=tmp_path)
    assert done.status == 1
    assert "lint.PH001.2-more.sql: " in done.out
    assert (
        "lint.PH002.001_notes.sql: 001_notes.sql: 001_again.sql and 001_notes.sql have the same" in done.out
    )


def test_nothing_to_examine_is_no_pass(harness: Harness, tmp_path: Path) -> None:
    assert harness("schema", "lint", "--sql", "none", cwd=tmp_path).is_unchecked("none is no directory")
    assert harness("schema", "lint", "--sql", ".", cwd=tmp_path).is_unchecked("contains no .sql file")


def test_the_surroundings_change_nothing(harness: Harness, tmp_path: Path, sql: Path) -> None:
    (sql / "002_more.sql").write_text("ALTER TABLE public.notes RENAME COLUMN text TO body;\n")
    for place in (tmp_path, sql):
        (place / ".squawk.toml").write_text('excluded_rules = ["renaming-column"]\n')
    done = harness(
        *("schema", "lint", "--sql", str(sql), "--json", "-"),
        cwd=sql,
        GITHUB_ACTIONS="true",
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
    )
    (finding,) = json.loads(done.out)["findings"]
    assert finding["id"] == "lint.renaming-column.public.notes.text"


def test_the_rules_are_listed_with_their_reasons(harness: Harness, tmp_path: Path) -> None:
    done = harness("schema", "lint", "--rules", cwd=tmp_path)
    assert (done.status, done.err) == (0, "")
    assert "PH040  DELETE or UPDATE without a condition\n       It changes every row" in done.out


def test_a_missing_squawk_is_no_pass(harness: Harness, tmp_path: Path, sql: Path) -> None:
    alone = tmp_path / "alone.py"
    alone.write_text(
        "import shutil, sys\nfrom harness.cli import main\n"
        "shutil.which = lambda *_, **__: None\nsys.exit(main(sys.argv[1:]))\n"
    )
    done = harness(
        *("schema", "lint", "--sql", str(sql)), cwd=tmp_path, command=(sys.executable, "-P", str(alone))
    )
    assert done.is_unchecked("squawk is not installed, and nothing was examined for locks")
