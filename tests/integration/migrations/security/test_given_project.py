"""A project that is given: never changed, and a key that is wrong is never taken for a closed door."""

from collections.abc import Callable

import psycopg
import pytest

from harness.errors import ConfigurationError, StackError
from harness.stack.databases import Database
from migrations.security.cells import State
from migrations.security.project import Project
from migrations.security.rows import Rows
from migrations.security.scenery import digest, made
from tests.integration.migrations.security.conftest import Clone, asked, found

Describe = Callable[..., Project]


@pytest.fixture
def filled(clone: Clone) -> Callable[..., Database]:
    """A copy with rows of its own, changed by SQL."""

    def filled(*statements: str) -> Database:
        from uuid import uuid4  # noqa: PLC0415

        database = clone(*statements)
        made(database.coordinates.database_url, Rows(namespace=uuid4(), number=4))
        return database

    return filled


def test_a_project_with_rows_is_closed_and_stays_as_it_was(
    filled: Callable[..., Database], project: Describe
) -> None:
    database = filled()
    before = digest(database.coordinates.database_url)
    seen = asked(project(database))
    assert found(seen) == {}
    assert digest(database.coordinates.database_url) == before


def test_what_is_open_is_found_and_nothing_is_changed(
    filled: Callable[..., Database], project: Describe
) -> None:
    database = filled(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO anon",
        "ALTER TABLE public.bookings DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE public.audit_logs DISABLE ROW LEVEL SECURITY",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO anon",
    )
    before = digest(database.coordinates.database_url)
    ids = found(asked(project(database, database_url=None)))
    for table in ("bookings", "audit_logs"):
        for ability in ("read", "count", "insert", "update", "delete"):
            assert f"security.public.{table}.anon_key.{ability}" in ids
    assert "security.public.claim_sync_jobs.anon_key.call" in ids
    assert "security.public.sync_jobs.anon_key.read" not in ids
    assert digest(database.coordinates.database_url) == before


def test_an_empty_project_is_told_by_its_refusals(clone: Clone, project: Describe) -> None:
    assert found(asked(project(clone(), database_url=None))) == {}


def test_an_empty_table_that_lets_somebody_through_could_not_be_checked(
    clone: Clone, project: Describe
) -> None:
    ids = found(asked(project(clone("GRANT SELECT ON public.bookings TO anon"))))
    assert all(said.startswith("unchecked: ") for said in ids.values())
    assert any("it has none to show" in said for said in ids.values())


def test_a_wrong_service_key_is_no_empty_database(clone: Clone, project: Describe) -> None:
    with pytest.raises(ConfigurationError, match="to a wrong key, every project looks closed"):
        asked(project(clone(), service_role_key="sb_secret_of_another_project"))


def test_a_service_key_that_lost_its_sight_is_no_empty_database(
    filled: Callable[..., Database], project: Describe
) -> None:
    database = filled()
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute("ALTER ROLE service_role NOBYPASSRLS")
        try:
            with pytest.raises(ConfigurationError, match="has lost BYPASSRLS"):
                asked(project(database))
        finally:
            connection.execute("ALTER ROLE service_role BYPASSRLS")


def test_a_wrong_public_key_proves_nothing(clone: Clone, project: Describe) -> None:
    seen = asked(project(clone(), anon_key="sb_publishable_of_another_project"))
    ids = found(seen)
    assert all(said.startswith("unchecked: ") for said in ids.values())
    assert any("does not accept SUPABASE_ANON_KEY" in said for said in ids.values())
    judged = {cell.actor for cell in seen.cells if cell.state is not State.UNCHECKED}
    assert judged == {"no key"}


def test_a_wrong_secret_proves_nothing_about_who_needs_it(clone: Clone, project: Describe) -> None:
    seen = asked(project(clone(), jwt_secret="x" * 64))
    unchecked = {cell.actor for cell in seen.cells if cell.state is State.UNCHECKED}
    assert unchecked == {"signed in", "expired token", "wrong role"}


def test_without_the_secret_it_says_who_was_not_there(clone: Clone, project: Describe) -> None:
    ids = found(asked(project(clone(), jwt_secret=None)))
    assert set(ids) == {f"security.actors.{name}" for name in ("signed_in", "expired_token", "wrong_role")}
    assert all(said.startswith("unchecked: ") for said in ids.values())


def test_the_servers_key_as_the_public_one_is_a_finding(clone: Clone, project: Describe) -> None:
    database = clone()
    ids = found(asked(project(database, anon_key=database.coordinates.service_role_key)))
    assert ids["security.keys.SUPABASE_ANON_KEY"].startswith("core: ")


def test_another_database_is_not_believed(
    clone: Clone, filled: Callable[..., Database], project: Describe
) -> None:
    other = clone().coordinates.database_url
    with pytest.raises(ConfigurationError, match="not the database behind SUPABASE_URL"):
        asked(project(filled(), database_url=other))


def test_a_project_that_does_not_answer_is_not_closed(clone: Clone, project: Describe) -> None:
    with pytest.raises(StackError, match="does not answer"):
        asked(project(clone(), url="http://127.0.0.1:9"))
