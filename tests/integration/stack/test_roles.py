"""The roles and schemas are those of a hosted project."""

import psycopg
import pytest

from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from tests.integration.stack.conftest import call, wait_for


@pytest.mark.parametrize(("role", "timeout"), [("anon", "3s"), ("service_role", "8s")])
def test_statements_time_out_as_hosted(database: Database, role: str, timeout: str) -> None:
    keys = {"anon": database.coordinates.anon_key, "service_role": database.coordinates.service_role_key}
    assert call(database, "/rest/v1/rpc/show?name=statement_timeout", key=keys[role]).json == timeout
    assert call(database, "/rest/v1/rpc/show?name=lock_timeout", key=keys[role]).json == "8s"


def test_row_level_security_holds_for_anon_and_not_for_the_service(database: Database) -> None:
    keys = database.coordinates
    assert call(database, "/rest/v1/notes?limit=1", key=keys.anon_key).json == []
    assert len(call(database, "/rest/v1/notes?limit=1", key=keys.service_role_key).json) == 1


@pytest.mark.parametrize(("role", "status"), [("anon", 401), ("service_role", 403)])
def test_no_role_gets_table_rights_without_a_grant(database: Database, role: str, status: int) -> None:
    keys = {"anon": database.coordinates.anon_key, "service_role": database.coordinates.service_role_key}
    answer = call(database, "/rest/v1/hidden", key=keys[role])
    assert (answer.status, answer.json["code"]) == (status, "42501")


def test_the_owner_migrates_without_being_a_superuser(database: Database) -> None:
    with psycopg.connect(database.coordinates.database_url) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolcanlogin FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
        assert row == (False, True, True, True, True)
        settings = connection.execute(
            "SELECT current_setting('timezone'), current_setting('lc_messages')"
        ).fetchone()
        assert settings == ("UTC", "C")


def test_text_sorts_as_hosted(database: Database) -> None:
    with psycopg.connect(database.coordinates.database_url) as connection:
        rows = connection.execute("SELECT t FROM unnest(ARRAY['B', 'a', 'A', 'b']) t ORDER BY t").fetchall()
    assert [text for (text,) in rows] == ["a", "A", "b", "B"]


def test_extensions_live_in_their_own_schema(database: Database) -> None:
    with psycopg.connect(database.coordinates.database_url) as connection:
        assert connection.execute("SELECT extensions.uuid_generate_v4() IS NOT NULL").fetchone() == (True,)
        assert connection.execute("SELECT auth.role()").fetchone() == (None,)


def test_a_new_column_is_served_without_a_reload_by_hand(stack: EmbeddedStack) -> None:
    with stack.clone() as database:
        key = database.coordinates.service_role_key
        with psycopg.connect(database.coordinates.database_url) as connection:
            connection.execute("ALTER TABLE notes ADD COLUMN added int DEFAULT 7")
        wait_for(
            lambda: call(database, "/rest/v1/notes?select=added&limit=1", key=key).json == [{"added": 7}],
            what="the new column is served",
        )


def test_the_password_is_asked_for(database: Database) -> None:
    wrong = database.coordinates.database_url.replace("postgres:", "postgres:not", 1)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
