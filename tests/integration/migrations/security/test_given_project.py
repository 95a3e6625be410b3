"""A project that is given: never changed, and a key that is wrong is never taken for a closed door."""

from collections.abc import Callable

import psycopg
import pytest

from harness.errors import ConfigurationError, StackError
from migrations.security.cells import State
from migrations.security.project import Project
from migrations.security.scenery import digest
from tests.integration.migrations.security.conftest import Clone, asked, found

Describe = Callable[..., Project]


def test_a_project_with_rows_is_closed_and_stays_as_it_was(filled: Clone, project: Describe) -> None:
    database = filled()
    before = digest(database.coordinates.database_url)
    seen = asked(project(database))
    assert found(seen) == {}
    assert digest(database.coordinates.database_url) == before


def test_an_empty_project_is_told_by_its_refusals_and_says_who_was_not_there(
    clone: Clone, project: Describe
) -> None:
    ids = found(asked(project(clone(), database_url=None, jwt_secret=None)))
    assert set(ids) == {f"security.actors.{name}" for name in ("signed_in", "expired_token", "wrong_role")}
    assert all(said.startswith("unchecked: ") for said in ids.values())


def test_what_a_given_project_stores_of_us_is_removed_again(filled: Clone, project: Describe) -> None:
    database = filled(
        "ALTER TABLE public.sync_jobs ALTER entity_id DROP NOT NULL",
        "ALTER TABLE public.sync_jobs DISABLE ROW LEVEL SECURITY",
        "GRANT INSERT ON public.sync_jobs TO authenticated",
    )
    with psycopg.connect(database.coordinates.database_url) as connection:
        connection.execute("TRUNCATE public.sync_jobs")  # so that no id is taken
    before = digest(database.coordinates.database_url)
    seen = asked(project(database))
    assert "security.public.sync_jobs.signed_in.insert" in found(seen)
    removed = [note for note in seen.notes if note.endswith("stored in public.sync_jobs was removed again.")]
    assert {who for note in removed for who in ("service key", "signed in") if who in note} == {
        "service key",
        "signed in",
    }
    assert digest(database.coordinates.database_url) == before
    assert not [problem for problem in seen.problems if "by hand" in problem]


def test_what_lets_somebody_through_to_nothing_could_not_be_checked(clone: Clone, project: Describe) -> None:
    database = clone("GRANT SELECT ON public.bookings TO anon")
    seen = asked(project(database, jwt_secret="x" * 64))
    ids = found(seen)
    assert {said.partition(":")[0] for said in ids.values()} == {"unchecked", "advice"}
    assert any("it has none to show" in said for said in ids.values())
    # the wrong secret proves nothing about those who need it
    for actor in ("signed in", "expired token", "wrong role"):
        assert {cell.state for cell in seen.cells if cell.actor == actor} == {State.UNCHECKED}


def test_a_wrong_service_key_is_no_empty_database(clone: Clone, project: Describe) -> None:
    with pytest.raises(ConfigurationError, match="to a wrong key, every project looks closed"):
        asked(project(clone(), service_role_key="sb_secret_of_another_project"))


def test_a_service_key_that_lost_its_sight_is_no_empty_database(filled: Clone, project: Describe) -> None:
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


def test_the_servers_key_as_the_public_one_is_a_finding(clone: Clone, project: Describe) -> None:
    database = clone()
    ids = found(asked(project(database, anon_key=database.coordinates.service_role_key)))
    assert ids["security.keys.SUPABASE_ANON_KEY"].startswith("core: ")


def test_another_database_is_not_believed(clone: Clone, filled: Clone, project: Describe) -> None:
    other = clone().coordinates.database_url
    with pytest.raises(ConfigurationError, match="not the database behind SUPABASE_URL"):
        asked(project(filled(), database_url=other))


def test_a_project_that_does_not_answer_is_not_closed(clone: Clone, project: Describe) -> None:
    with pytest.raises(StackError, match="does not answer"):
        asked(project(clone(), url="http://127.0.0.1:9"))
