"""A schema cache that is older than the schema, as after a change that nobody told PostgREST of."""

from contextlib import closing

import psycopg
import pytest

from contracts.workers import eventually
from harness.errors import StackError
from harness.stack.external.api import Api
from harness.stack.external.cache import require_known, unknown
from harness.stack.external.door import Door
from harness.stack.protocol import Database, Stack
from tests.integration.external.test_keys import as_project

AWAY = "ALTER TABLE public.bookings RENAME COLUMN status TO elsewhere"
BACK = "ALTER TABLE public.bookings RENAME COLUMN elsewhere TO status"


def missing(api: Api) -> tuple[str, ...]:
    described = api.described()
    return () if described is None else unknown(described)


def made_old(database: Database, api: Api) -> None:
    """Let PostgREST read the schema while a column is away."""
    with psycopg.connect(database.superuser_url, autocommit=True) as session:
        # Otherwise an event trigger tells PostgREST of each change.
        session.execute("SET session_replication_role = replica")
        session.execute(AWAY)
        session.execute("NOTIFY pgrst, 'reload schema'")
        eventually(lambda: missing(api) == ("bookings.status",), "PostgREST without the column")
        session.execute(BACK)
    assert missing(api) == ("bookings.status",)


def test_it_is_reloaded_through_the_database(servers: Stack) -> None:
    with servers.clone() as database, Api(as_project(database.coordinates)) as api:
        made_old(database, api)
        with closing(Door(database.coordinates.database_url)) as door:
            assert require_known(api.described, door.reload) == servers.postgrest_version
        assert missing(api) == ()


def test_without_the_database_the_user_is_told_how(servers: Stack) -> None:
    with servers.clone() as database, Api(as_project(database.coordinates)) as api:
        made_old(database, api)
        with pytest.raises(StackError, match=r"does not know bookings\.status\. .*NOTIFY pgrst"):
            require_known(api.described, None)
