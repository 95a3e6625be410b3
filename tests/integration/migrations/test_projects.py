"""The migrations arrive at the same schema from what different projects start with."""

import shutil
from pathlib import Path

import psycopg

from migrations.apply import apply
from migrations.check import check
from migrations.files import PACKAGED


def test_a_project_that_grants_everything_to_everybody_ends_closed(empty_dsn: str) -> None:
    run(
        empty_dsn,
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON FUNCTIONS TO anon, authenticated",
    )
    apply(empty_dsn)
    assert check(empty_dsn) == ()
    run(empty_dsn, "CREATE TABLE public.later (id int)")
    with psycopg.connect(empty_dsn) as connection:
        row = connection.execute("SELECT has_table_privilege('anon', 'public.later', 'SELECT')").fetchone()
    assert row == (False,)


def test_a_database_that_ran_the_plans_own_001_arrives_at_the_same_schema(
    empty_dsn: str, tmp_path: Path
) -> None:
    directory = tmp_path / "sql"
    shutil.copytree(PACKAGED, directory)
    first = directory / "001_initial_schema.sql"
    text = first.read_text().replace("gen_random_uuid()", "extensions.uuid_generate_v4()")
    lines = [line for line in text.splitlines() if "ENABLE ROW LEVEL SECURITY" not in line]
    first.write_text("\n".join(lines))
    apply(empty_dsn, directory)
    assert check(empty_dsn) == ()


def run(dsn: str, *statements: str) -> None:
    with psycopg.connect(dsn) as connection:
        for statement in statements:
            connection.execute(statement.encode())
