"""The side door through a real PgBouncer in transaction mode, where no session is one's own."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from contracts.builders import COORDINATOR, a_booking, a_request, a_wire, created, wires
from contracts.workers import together
from harness.adapters.supabase import SupabaseStore
from harness.errors import StackError
from harness.models import AuditLog, Booking, SchedulingRequest, entity_of
from harness.stack.coordinates import Coordinates
from harness.stack.external.door import Door
from harness.stack.protocol import Stack
from tests.given_project import behind_bouncer

REQUESTS, ENTRIES = entity_of(SchedulingRequest).table, entity_of(AuditLog).table


@pytest.fixture
def pooled(servers: Stack) -> Iterator[Coordinates]:
    with servers.clone() as database, behind_bouncer(servers, database, size=5) as through:
        yield through


def test_rows_go_in_are_read_and_removed_through_a_transaction_pooler(pooled: Coordinates) -> None:
    given = wires(SchedulingRequest, 2_500)
    ids = [str(wire["id"]) for wire in given]
    with closing(Door(pooled.database_url)) as door:
        door.put(REQUESTS, given)
        assert door.counts()[REQUESTS] == 2_500
        (read,) = door.rows(REQUESTS, ids[:1])
        assert dict(read) == dict(given[0])
        assert door.present({REQUESTS: ids[:2], ENTRIES: ids[:2]}) == {REQUESTS: ids[:2]}
        assert len(door.remove({REQUESTS: ids})[REQUESTS]) == 2_500
        assert door.occupied() == {}


def test_doors_share_five_servers(pooled: Coordinates) -> None:
    with SupabaseStore(pooled.supabase_url, pooled.service_role_key) as store:
        ids = [str(store.scheduling_requests.create(a_request()).id) for _ in range(16)]

    def act(n: int) -> int:
        with closing(Door(pooled.database_url)) as door:
            for _ in range(10):
                assert door.present({REQUESTS: ids})
                assert door.blindness() is None
            return len(door.remove({REQUESTS: ids[n : n + 1]})[REQUESTS])

    assert together(16, act) == [1] * 16
    with closing(Door(pooled.database_url)) as door:
        assert door.occupied() == {}


def test_what_hangs_on_a_row_goes_with_it(pooled: Coordinates) -> None:
    with SupabaseStore(pooled.supabase_url, pooled.service_role_key) as store:
        other = created(Booking, store)
        booking = store.book(a_booking(store.scheduling_requests.create(a_request())), actor=COORDINATOR)
    with closing(Door(pooled.database_url)) as door:
        door.remove({REQUESTS: [str(booking.request_id)]})
        assert {table: number for table, number in door.counts().items() if number} == {
            REQUESTS: 1,
            "bookings": 1,
        }
        assert door.present({"bookings": [str(other.id)]})


def test_a_session_that_was_ended_from_outside_is_replaced(project: Coordinates) -> None:
    with closing(Door(project.database_url)) as door:
        door.counts()
        with psycopg.connect(project.database_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            )
        assert door.occupied() == {}


def test_what_postgres_refuses_is_said_without_the_row(project: Coordinates) -> None:
    secret = "the-secret-of-somebody"
    with closing(Door(project.database_url)) as door, pytest.raises(StackError) as caught:
        door.put(ENTRIES, [a_wire(AuditLog, actor_type=secret)])
    assert "violates check constraint" in str(caught.value)
    assert secret not in str(caught.value)


def test_a_role_that_does_not_see_everything_is_found(servers: Stack) -> None:
    with servers.clone() as database:
        with psycopg.connect(database.superuser_url, autocommit=True) as session:
            session.execute("CREATE ROLE parity_blind LOGIN PASSWORD 'of-a-test'")
            session.execute(
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO parity_blind"
            )
        dsn = make_conninfo(database.superuser_url, user="parity_blind", password="of-a-test")
        with closing(Door(dsn)) as door:
            blind = door.blindness()
        with psycopg.connect(database.superuser_url, autocommit=True) as session:
            session.execute("DROP OWNED BY parity_blind")
            session.execute("DROP ROLE parity_blind")
    assert blind == "row level security hides rows of scheduling_requests from the role of DATABASE_URL"
