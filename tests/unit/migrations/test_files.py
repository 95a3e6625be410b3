from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from migrations.files import PACKAGED, hash_of, read_directory

GOOD = "SELECT 1;\n"


def write(directory: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (directory / f"{name.removeprefix('f')}.sql").write_bytes(data)
    return directory


def refused(directory: Path, match: str) -> None:
    with pytest.raises(ConfigurationError, match=match):
        read_directory(directory)


def test_files_are_read_in_order_and_others_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, f002_b=GOOD, f001_a="\n\nSELECT 1;\n-- end")
    (tmp_path / "README.md").write_text("not SQL")
    first, second = read_directory(tmp_path)
    assert (first.version, first.name, first.file) == ("001", "a", "001_a.sql")
    assert [statement.line for statement in first.statements] == [3]
    assert second.version == "002"


@pytest.mark.parametrize("name", ["1-a", "a", "001_", "001", "001_a.b", "001_ä"])
def test_other_names_are_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, f001_a=GOOD)
    (tmp_path / f"{name}.sql").write_text(GOOD)
    refused(tmp_path, "the name of a migration is NNN_name.sql")


@pytest.mark.parametrize("name", ["add-users", "Add_Users", "-"])
def test_hyphens_and_capitals_are_names(tmp_path: Path, name: str) -> None:
    (tmp_path / f"20240101120000_{name}.sql").write_text(GOOD)
    (migration,) = read_directory(tmp_path)
    assert (migration.version, migration.name) == ("20240101120000", name)


def test_the_suffix_in_capitals_is_no_way_out(tmp_path: Path) -> None:
    write(tmp_path, f001_a=GOOD)
    (tmp_path / "002_b.SQL").write_text(GOOD)
    refused(tmp_path, "002_b.SQL: the name")


def test_a_version_is_used_once(tmp_path: Path) -> None:
    refused(write(tmp_path, f001_a=GOOD, f001_b=GOOD), "001_a.sql and 001_b.sql have the same version")


def test_versions_that_differ_in_zeros_only_are_the_same(tmp_path: Path) -> None:
    refused(write(tmp_path, f001_a=GOOD, f01_b=GOOD), "the same version")


def test_an_order_that_tools_would_disagree_on_is_refused(tmp_path: Path) -> None:
    refused(write(tmp_path, f2_a=GOOD, f10_b=GOOD), "Pad the numbers")


def test_an_empty_or_missing_directory_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "contains no .sql file")
    refused(tmp_path / "nothing", "is no directory")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"SELECT '\xff';", "is not UTF-8 at byte 8"),
        (b"\xef\xbb\xbfSELECT 1;", "byte order mark"),
        (b"SELECT 1;\0", "NUL"),
        (b"-- nothing\n;;", "contains no statement"),
        (b"SELECT 1;\nSELECT 'x", "001_a.sql, line 2: the quoted string"),
        (b"BEGIN;\nSELECT 1;\nCOMMIT;", "001_a.sql, line 1: BEGIN is not for a migration"),
        (b"SELECT 1;\ncommit;", "line 2: COMMIT is not for a migration"),
        (b"START TRANSACTION; SELECT 1", "START is not for a migration"),
        (b"ROLLBACK", "ROLLBACK is not"),
        (b"CREATE INDEX CONCURRENTLY i ON t (a)", "CONCURRENTLY cannot run inside a transaction"),
        (b"DROP INDEX CONCURRENTLY i", "CONCURRENTLY cannot run"),
        (b"VACUUM t", "VACUUM cannot run"),
        (b"CREATE DATABASE d", "DATABASE cannot run"),
        (b"SELECT 1;\n\\i other.sql", "line 2: a command of psql"),
        (b"COPY t FROM stdin", "has no input"),
    ],
)
def test_what_cannot_be_applied_as_a_whole_is_refused(tmp_path: Path, content: bytes, match: str) -> None:
    refused(write(tmp_path, f001_a=content), match)


@pytest.mark.parametrize(
    "content",
    [
        "DO $$ BEGIN PERFORM 1; END $$",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END",
        "-- BEGIN;\nSELECT 'COMMIT;'",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
    ],
)
def test_what_only_looks_like_it_is_accepted(tmp_path: Path, content: str) -> None:
    (migration,) = read_directory(write(tmp_path, f001_a=content))
    assert len(migration.statements) == 1


def test_the_hash_covers_names_and_contents(tmp_path: Path) -> None:
    hashes = set()
    for number, files in enumerate(
        ({"f1_a": GOOD, "f2_b": GOOD}, {"f1_a": GOOD}, {"f1_b": GOOD}, {"f1_a": GOOD + "\n"})
    ):
        directory = tmp_path / str(number)
        directory.mkdir()
        hashes.add(hash_of(read_directory(write(directory, **files))))
    assert len(hashes) == 4


def test_the_packaged_migrations_can_be_read() -> None:
    migrations = read_directory(PACKAGED)
    assert migrations[0].file == "001_initial_schema.sql"
    assert "002" not in {migration.version for migration in migrations}
