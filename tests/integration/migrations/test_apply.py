"""Each file once, whole or not at all, and nothing on top of drift."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from harness.errors import ConfigurationError, StackError
from migrations.apply import apply, prepare
from migrations.errors import MigrationError
from migrations.files import PACKAGED, hash_of, read_directory
from migrations.statements import split


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "001_one.sql").write_text("CREATE TABLE public.one (id int);\n-- done\n")
    (tmp_path / "002_two.sql").write_text(
        "CREATE TABLE public.two (id int);\nCREATE INDEX ON public.two (id);\n"
    )
    return tmp_path


def test_the_packaged_migrations_are_applied_once(empty_dsn: str) -> None:
    first = apply(empty_dsn)
    assert first.applied == first.versions == tuple(file.version for file in read_directory(PACKAGED))
    second = apply(empty_dsn)
    assert second.applied == ()
    assert second.versions == first.versions
    assert second.migrations_hash == first.migrations_hash == hash_of(read_directory(PACKAGED))


def test_the_preparation_of_a_template_returns_the_hash(
    empty_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HARNESS_SQL", raising=False)
    assert prepare(empty_dsn) == hash_of(read_directory(PACKAGED))


def test_the_preparation_uses_the_configured_directory(
    empty_dsn: str, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_SQL", str(directory))
    assert prepare(empty_dsn) == hash_of(read_directory(directory))


def test_the_ledger_is_the_one_of_supabases_cli(empty_dsn: str, directory: Path) -> None:
    apply(empty_dsn, directory)
    assert rows(
        empty_dsn, "SELECT version, name, statements FROM supabase_migrations.schema_migrations ORDER BY 1"
    ) == [
        ("001", "one", ["CREATE TABLE public.one (id int)"]),
        ("002", "two", ["CREATE TABLE public.two (id int)", "CREATE INDEX ON public.two (id)"]),
    ]


def test_two_applies_at_once_both_succeed_and_one_of_them_applies(empty_dsn: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = [future.result() for future in [pool.submit(apply, empty_dsn) for _ in range(2)]]
    everything = tuple(file.version for file in read_directory(PACKAGED))
    assert sorted(result.applied for result in done) == [(), everything]


def test_a_file_that_fails_leaves_nothing_and_says_where(empty_dsn: str, directory: Path) -> None:
    (directory / "003_bad.sql").write_text(
        "CREATE TABLE public.three (id int);\n\nSELECT 1,\n  nothing FROM public.one;\n"
    )
    with pytest.raises(
        MigrationError, match=r"003_bad\.sql, line 4: .*nothing.* \(SQLSTATE 42703\)"
    ) as caught:
        apply(empty_dsn, directory)
    assert (caught.value.file, caught.value.line) == ("003_bad.sql", 4)
    assert rows(empty_dsn, "SELECT to_regclass('public.one')::text, to_regclass('public.three')::text") == [
        ("one", None)
    ]
    assert versions(empty_dsn) == ["001", "002"]


def test_a_statement_that_hangs_ends_and_says_where(empty_dsn: str, directory: Path) -> None:
    (directory / "003_slow.sql").write_text("SELECT 1;\nSELECT pg_sleep(1000);\n")
    with pytest.raises(MigrationError, match=r"003_slow\.sql, line 2: .*statement timeout.*57014"):
        apply(empty_dsn, directory, statement_timeout_s=1)
    assert versions(empty_dsn) == ["001", "002"]


def test_a_failure_prints_no_row(empty_dsn: str, directory: Path) -> None:
    (directory / "003_bad.sql").write_text(
        "INSERT INTO public.one VALUES (4711);\nINSERT INTO public.one VALUES (4711);\n"
        "CREATE UNIQUE INDEX u ON public.one (id);\n"
    )
    with pytest.raises(MigrationError, match="line 3") as caught:
        apply(empty_dsn, directory)
    assert "4711" not in str(caught.value)


def test_a_changed_file_is_refused_before_anything_is_applied(empty_dsn: str, directory: Path) -> None:
    apply(empty_dsn, directory)
    (directory / "001_one.sql").write_text("CREATE TABLE public.one (id int);\n-- changed\n")
    (directory / "003_three.sql").write_text("CREATE TABLE public.three (id int)")
    with pytest.raises(
        MigrationError, match=r"001_one\.sql was changed.*applied: [0-9a-f]{64}; now: [0-9a-f]{64}"
    ):
        apply(empty_dsn, directory)
    assert versions(empty_dsn) == ["001", "002"]


def test_a_file_that_is_gone_is_refused(empty_dsn: str, directory: Path) -> None:
    apply(empty_dsn, directory)
    (directory / "001_one.sql").unlink()
    with pytest.raises(MigrationError, match="001_one was applied to this database, but its file is gone"):
        apply(empty_dsn, directory)


def test_a_late_file_is_refused_unless_asked_for(empty_dsn: str, directory: Path) -> None:
    (directory / "004_four.sql").write_text("SELECT 4")
    apply(empty_dsn, directory)
    (directory / "003_three.sql").write_text("SELECT 3")
    with pytest.raises(MigrationError, match=r"003_three\.sql is new, but comes before .*--include-all"):
        apply(empty_dsn, directory)
    assert apply(empty_dsn, directory, include_all=True).applied == ("003",)


def test_a_ledger_of_supabases_cli_is_taken_over(empty_dsn: str, directory: Path) -> None:
    as_by_the_cli(
        empty_dsn, directory, [statement.text for statement in split((directory / "001_one.sql").read_text())]
    )
    result = apply(empty_dsn, directory)
    assert result.applied == ("002",)
    assert result.notes == ()
    (directory / "001_one.sql").write_text("CREATE TABLE public.one (id bigint);")
    with pytest.raises(MigrationError, match=r"001_one\.sql was changed"):
        apply(empty_dsn, directory)


def test_other_statements_in_the_ledger_of_the_cli_are_drift(empty_dsn: str, directory: Path) -> None:
    as_by_the_cli(empty_dsn, directory, ["CREATE TABLE public.one (id bigint)"])
    with pytest.raises(MigrationError, match=r"001_one\.sql was changed .*recorded by another tool"):
        apply(empty_dsn, directory)


def test_no_statements_in_the_ledger_of_the_cli_is_noted(empty_dsn: str, directory: Path) -> None:
    as_by_the_cli(empty_dsn, directory, None)
    (note,) = apply(empty_dsn, directory).notes
    assert note.startswith("001_one.sql was applied by another tool")


def test_settings_of_a_file_do_not_reach_the_next(empty_dsn: str, directory: Path) -> None:
    (directory / "001_one.sql").write_text("SET search_path = ''; SET ROLE anon; SELECT 1;")
    (directory / "002_two.sql").write_text("CREATE TABLE two (id int);")
    apply(empty_dsn, directory)
    assert rows(empty_dsn, "SELECT to_regclass('public.two')::text") == [("two",)]


def test_postgrest_is_asked_to_reload_its_schema(empty_dsn: str, directory: Path) -> None:
    with psycopg.connect(empty_dsn, autocommit=True) as listener:
        listener.execute("LISTEN pgrst")
        apply(empty_dsn, directory)
        assert "reload schema" in [notice.payload for notice in listener.notifies(timeout=60, stop_after=1)]


def test_a_password_is_in_no_message(empty_dsn: str) -> None:
    for dsn, kind in (
        ("postgresql://postgres:geheim@127.0.0.1:1/postgres", StackError),
        ("postgresql//postgres:geheim@127.0.0.1:1/postgres", ConfigurationError),
        (f"{empty_dsn} password=geheim", StackError),
    ):
        with pytest.raises(kind) as caught:
            apply(dsn)
        assert "geheim" not in str(caught.value)


def rows(dsn: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(statement.encode()).fetchall()


def versions(dsn: str) -> list[object]:
    return [
        row[0] for row in rows(dsn, "SELECT version FROM supabase_migrations.schema_migrations ORDER BY 1")
    ]


def as_by_the_cli(dsn: str, directory: Path, statements: list[str] | None) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute((directory / "001_one.sql").read_bytes())
        connection.execute("CREATE SCHEMA supabase_migrations")
        connection.execute(
            "CREATE TABLE supabase_migrations.schema_migrations"
            " (version text NOT NULL PRIMARY KEY, statements text[], name text)"
        )
        connection.execute(
            "INSERT INTO supabase_migrations.schema_migrations VALUES ('001', %s, 'one')", [statements]
        )
