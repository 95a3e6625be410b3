"""A database against what the SQL files make: what a hand changed is said in words, and nothing else."""

import shutil
from pathlib import Path

import psycopg
import pytest

from harness.stack.template import TEMPLATE
from migrations.against_files import Judgement, judge_files
from migrations.apply import apply
from migrations.check import examine
from migrations.files import PACKAGED, read_directory
from migrations.made import Made, objects_of
from tests.integration.migrations.conftest import copy

MIGRATIONS = read_directory(PACKAGED)


@pytest.fixture(scope="module")
def made(cluster: str) -> Made:
    pristine = copy(cluster, TEMPLATE)
    return Made(result=objects_of(pristine), examination=examine(pristine))


def test_it_counts_what_it_compared(dsn: str, made: Made) -> None:
    judgement = judge(dsn, made)
    assert judgement.findings == ()
    assert judgement.notes == ()
    assert judgement.counts["files"].complete
    assert judgement.counts["files"].expected > 200
    assert judgement.counts["chain"].complete


def test_an_index_that_is_missing_is_one_sentence(dsn: str, made: Made) -> None:
    run(dsn, "DROP INDEX public.idx_bookings_status")
    (finding,) = judge(dsn, made).findings
    assert finding.message == (
        "Index idx_bookings_status on public.bookings is missing; "
        "CREATE INDEX idx_bookings_status ON public.bookings USING btree (status) restores it."
    )


def test_what_the_models_find_gets_the_statement_of_the_files(dsn: str, made: Made) -> None:
    run(dsn, "ALTER TABLE public.bookings DROP CONSTRAINT bookings_slot_order")
    (finding,) = judge(dsn, made).findings
    assert finding.id == "check.bookings.bookings_slot_order"
    assert "ALTER TABLE public.bookings ADD CONSTRAINT bookings_slot_order CHECK" in finding.message


def test_a_renamed_column_is_taken_for_one(dsn: str, made: Made) -> None:
    run(dsn, "ALTER TABLE public.sync_jobs RENAME COLUMN last_error TO error")
    (finding,) = judge(dsn, made).findings
    assert "RENAME COLUMN error TO last_error restores it" in finding.message


def test_a_body_that_differs_is_named_by_its_place_in_the_files(dsn: str, made: Made) -> None:
    run(dsn, edit("public.cancel(uuid,text,text,text)", "'cancelled', p_actor_type", "'ended', p_actor_type"))
    (finding,) = judge(dsn, made).findings
    assert finding.id.startswith("function.cancel(")
    assert "006_flows.sql, line " in finding.message
    assert finding.expected.startswith("body: sha256 ")
    assert finding.expected != finding.actual


HARMLESS = {
    "a comment in a body": (
        "DO $do$ BEGIN EXECUTE replace("
        "pg_get_functiondef('public.cancel(uuid,text,text,text)'::regprocedure), "
        "'RETURN v_booking;', '-- done\n    RETURN   v_booking;'); END $do$"
    ),
    "a table and a function of the user's own": (
        "CREATE TABLE public.users (id uuid PRIMARY KEY); GRANT SELECT ON public.users TO anon; "
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    ),
    "privileges of another role": "GRANT SELECT ON public.bookings TO supabase_read_only_user",
    "what only tunes": (
        "ALTER TABLE public.sync_jobs SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 80); "
        "ALTER INDEX public.idx_sync_jobs_status SET (fillfactor = 70); "
        "ALTER TABLE public.bookings ALTER COLUMN status SET STATISTICS 500; "
        "ALTER FUNCTION public.ops_summary() COST 500"
    ),
    "a trigger that fires always": (
        "ALTER TABLE public.bookings ENABLE ALWAYS TRIGGER update_bookings_updated_at"
    ),
    "a unique index for a constraint": (
        "ALTER TABLE public.webhook_events DROP CONSTRAINT webhook_events_provider_event_id_key; "
        "CREATE UNIQUE INDEX webhook_events_provider_event_id_key "
        "ON public.webhook_events (provider, event_id)"
    ),
    "a default under its other name": (
        "ALTER TABLE public.sync_jobs ALTER created_at SET DEFAULT CURRENT_TIMESTAMP"
    ),
    "a schema that outsiders may not enter": "REVOKE USAGE ON SCHEMA public FROM anon, authenticated",
    "default privileges of the server": (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO service_role; "
        "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO service_role"
    ),
}


@pytest.mark.parametrize("statement", HARMLESS.values(), ids=[name.replace(" ", "_") for name in HARMLESS])
def test_what_does_no_harm_is_no_finding(dsn: str, made: Made, statement: str) -> None:
    run(dsn, statement)
    assert judge(dsn, made).findings == ()


def test_additions_are_noted(dsn: str, made: Made) -> None:
    run(dsn, "ALTER TABLE public.bookings ADD room text; CREATE INDEX mine ON public.bookings (room)")
    judgement = judge(dsn, made)
    assert judgement.findings == ()
    (note,) = judgement.notes
    assert note.startswith("Not in the files, and harmless to the models: ")
    assert note.endswith(" column public.bookings.room, index mine on public.bookings.")


def test_a_project_that_granted_everything_to_everybody_ends_as_the_files_make_it(
    empty_dsn: str, made: Made
) -> None:
    run(
        empty_dsn,
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public "
        "GRANT ALL ON TABLES TO anon, authenticated, service_role; "
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public "
        "GRANT ALL ON FUNCTIONS TO anon, authenticated, service_role",
    )
    apply(empty_dsn)
    assert judge(empty_dsn, made).findings == ()


def test_a_database_that_ran_the_plans_own_001_is_as_the_files_make_it(
    empty_dsn: str, made: Made, tmp_path: Path
) -> None:
    directory = tmp_path / "sql"
    shutil.copytree(PACKAGED, directory)
    first = directory / "001_initial_schema.sql"
    text = first.read_text().replace("gen_random_uuid()", "extensions.uuid_generate_v4()")
    first.write_text("\n".join(line for line in text.splitlines() if "ENABLE ROW LEVEL SECURITY" not in line))
    apply(empty_dsn, directory)
    assert judge(empty_dsn, made).findings == ()


def test_an_empty_database_misses_six_tables_and_nothing_that_follows(empty_dsn: str, made: Made) -> None:
    findings = judge(empty_dsn, made).findings
    assert len(findings) == 6
    assert all(finding.id.startswith("table.") for finding in findings)


def test_files_that_make_something_else_than_the_models_say_are_named(empty_dsn: str) -> None:
    apply(empty_dsn)
    run(empty_dsn, "ALTER TABLE public.bookings DROP CONSTRAINT bookings_slot_order")
    broken = Made(result=objects_of(empty_dsn), examination=examine(empty_dsn))
    (finding,) = judge(empty_dsn, broken).findings[1:]
    assert finding.id == "chain.check.bookings.bookings_slot_order"
    assert finding.message.startswith("The SQL files make something else than the models describe.")


def judge(dsn: str, made: Made) -> Judgement:
    return judge_files(examine(dsn), objects_of(dsn), made, MIGRATIONS)


def edit(function: str, old: str, new: str) -> str:
    return (
        "DO $do$ BEGIN EXECUTE replace("
        f"pg_get_functiondef('{function}'::regprocedure), $old${old}$old$, $new${new}$new$); END $do$"
    )


def run(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(statement.encode())
