"""A target that would lose or change rows is refused before the first one is written."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.loading.account import AccountingError
from migrations.loading.result import CopyResult
from tests.integration.migrations.loading.rows import HandMade, row_of, rows_of

Copy = Callable[..., CopyResult]
ALL = HandMade({table: rows_of(table, 12) for table in ENTITIES})

LOADER = """
CREATE ROLE loader LOGIN;
GRANT CREATE, TEMPORARY ON DATABASE {database} TO loader;
GRANT USAGE ON SCHEMA public TO loader;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO loader;
"""


def execute(dsn: str, *statements: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("ALTER TABLE public.bookings ADD COLUMN notes text", "has: notes text"),
        ("ALTER TABLE public.bookings ALTER COLUMN booked_by TYPE varchar(20)", r"character varying\(20\)"),
        (
            "CREATE RULE divert AS ON INSERT TO public.sync_jobs DO INSTEAD NOTHING",
            "rule on public.sync_jobs",
        ),
        (
            "ALTER TABLE public.bookings DROP CONSTRAINT bookings_request_id_fkey",
            "bookings.request_id has no foreign key to scheduling_requests",
        ),
        (
            "ALTER TABLE public.webhook_events DROP CONSTRAINT webhook_events_provider_event_id_key",
            "no valid unique index on provider, event_id",
        ),
        ("ALTER ROLE postgres SET default_transaction_read_only = on", "read-only"),
        ("DROP TABLE public.bookings CASCADE", "has no bookings.*harness schema apply"),
    ],
)
def test_it_names_the_problem_and_writes_nothing(copy: Copy, dsn: str, statement: str, expected: str) -> None:
    execute(dsn, statement)
    try:
        with pytest.raises(ConfigurationError, match=rf"(?s)Nothing was written.*{expected}"):
            copy(ALL)
    finally:
        execute(
            dsn,
            "SET default_transaction_read_only = off",
            "ALTER ROLE postgres RESET default_transaction_read_only",
        )
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT to_regnamespace('parity_migration')").fetchone() == (None,)
        assert connection.execute("SELECT count(*) FROM public.sync_jobs").fetchone() == (0,)


TRIGGER = """
CREATE FUNCTION public.meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
CREATE TRIGGER meddle BEFORE INSERT ON public.sync_jobs FOR EACH ROW EXECUTE FUNCTION public.meddle();
"""


def test_a_trigger_is_refused_unless_it_is_allowed(copy: Copy, dsn: str) -> None:
    execute(dsn, TRIGGER.format(body="RETURN NEW;"))
    with pytest.raises(ConfigurationError, match="fires meddle"):
        copy(ALL)
    assert copy(ALL, allow_triggers=True).inserted == 72


def test_an_allowed_trigger_that_leaves_rows_out_ends_the_copy(copy: Copy, dsn: str) -> None:
    execute(dsn, TRIGGER.format(body="RETURN CASE WHEN NEW.entity_id <> 'entity_id 3' THEN NEW END;"))
    with pytest.raises(AccountingError, match="does not add up: 10 rows read, but 9 inserted"):
        copy(ALL, allow_triggers=True)


def test_a_trigger_that_raises_is_a_reason_like_any_other(copy: Copy, dsn: str) -> None:
    body = "IF NEW.entity_id = 'entity_id 3' THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW;"
    execute(dsn, TRIGGER.format(body=body))
    result = copy(ALL, allow_triggers=True)
    assert [(rule.table, rule.sqlstate, rule.rows) for rule in result.rules] == [("sync_jobs", "P0001", 1)]


def test_a_statement_timeout_of_the_role_does_not_end_the_copy(copy: Copy, dsn: str) -> None:
    slow = "IF NEW.entity_id = 'entity_id 3' THEN PERFORM pg_sleep(0.6); END IF; RETURN NEW;"
    execute(dsn, TRIGGER.format(body=slow), "ALTER ROLE postgres SET statement_timeout = '300ms'")
    try:
        assert copy(ALL, allow_triggers=True).inserted == 72
    finally:
        execute(dsn, "ALTER ROLE postgres RESET statement_timeout")


def test_a_null_in_an_array_stays_one_whatever_the_role_has_set(copy: Copy, dsn: str) -> None:
    given = row_of("scheduling_requests", 0, interviewer_emails='{a,NULL,"NULL"}')
    execute(dsn, "ALTER ROLE postgres SET array_nulls = off")
    try:
        copy(HandMade({"scheduling_requests": [given]}))
    finally:
        execute(dsn, "ALTER ROLE postgres RESET array_nulls")
    with psycopg.connect(dsn) as connection:
        stored = connection.execute("SELECT interviewer_emails FROM public.scheduling_requests").fetchone()
    assert stored == (["a", None, "NULL"],)


def test_a_text_that_its_collation_calls_equal_is_another_one(copy: Copy, dsn: str) -> None:
    execute(
        dsn,
        "CREATE COLLATION public.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        "ALTER TABLE public.sync_jobs ALTER COLUMN last_error TYPE text COLLATE public.loose",
    )
    for error, refused in (("a", 0), ("A", 1), ("a", 0)):
        result = copy(HandMade({"sync_jobs": [row_of("sync_jobs", 0, last_error=error)]}))
        assert sum(rule.rows for rule in result.rules) == refused


@pytest.fixture
def loader(dsn: str) -> str:
    """The URL for a role with the privileges that a copy needs, and no more."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        database = connection.info.dbname
        role = f"loader_{database}"
        for statement in LOADER.replace("loader", role).format(database=database).split(";"):
            if statement.strip():
                connection.execute(statement.encode())
        connection.execute(f"ALTER ROLE {role} PASSWORD 'secret'".encode())
    return make_conninfo(dsn, user=role, password="secret")


def test_row_level_security_without_bypass_is_refused(copy: Copy, loader: str) -> None:
    with pytest.raises(ConfigurationError, match=r"Row level security hides rows of public\.bookings"):
        copy(ALL, to=loader)


def test_missing_grants_are_named(copy: Copy, dsn: str, loader: str) -> None:
    role = f"loader_{psycopg.conninfo.conninfo_to_dict(dsn)['dbname']}"
    execute(dsn, f"REVOKE INSERT ON public.sync_jobs FROM {role}")
    with pytest.raises(ConfigurationError, match=f"{role} lacks INSERT on public.sync_jobs"):
        copy(ALL, to=loader)
