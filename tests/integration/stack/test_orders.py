"""A server is stopped, killed and started again when its owner says so, and keeps what it had."""

import signal
from collections.abc import Iterator

import psutil
import psycopg
import pytest

from harness.errors import StackError
from harness.settings import Settings
from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from harness.stack.launch import Order
from tests.integration.stack.conftest import call, prepare, run_python, wait_for
from tests.integration.stack.test_lifetime import Owner

each_end = pytest.mark.parametrize("end", ["stop", "kill"])
RESTARTING_OWNER = """
import json, sys, time
from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
stack = EmbeddedStack.start(Settings.from_environ(), prepare=lambda dsn: "none")
database = stack.clone()
for end in ("stop", "kill"):
    stack.order_postgres(end)
    stack.order_postgres("start")
    database.order_api(end)
    database.order_api("start")
print(json.dumps({"record": str(stack.record), "supervisor": stack._supervisor.pid}), flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def own(settings: Settings) -> Iterator[EmbeddedStack]:
    with EmbeddedStack.start(settings, prepare=prepare) as running:
        yield running


@pytest.fixture(scope="module")
def copy(own: EmbeddedStack) -> Iterator[Database]:
    with own.clone() as database:
        yield database


def status(database: Database) -> int:
    return call(database, "/rest/v1/notes?limit=1", key=database.coordinates.service_role_key).status


@each_end
def test_postgrest_comes_back(copy: Database, end: Order) -> None:
    copy.order_api(end)
    assert status(copy) == 503
    said = copy.probe()
    assert said is not None
    assert said.startswith("PostgREST behind")
    copy.order_api("start")
    assert copy.probe() is None
    assert status(copy) == 200


@each_end
def test_postgres_comes_back_with_everything_committed(
    own: EmbeddedStack, copy: Database, end: Order
) -> None:
    number = 10_000 if end == "stop" else 10_001
    with psycopg.connect(copy.coordinates.database_url) as session:
        session.execute("INSERT INTO notes VALUES (%s, 'committed')", [number])
        session.commit()
        session.execute("INSERT INTO notes VALUES (%s, 'not committed')", [number + 10])
        own.order_postgres(end)
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    said = copy.probe()
    assert said is not None
    assert said.startswith("Postgres does not answer")
    own.order_postgres("start")
    with psycopg.connect(copy.coordinates.database_url) as session:
        found = session.execute("SELECT id FROM notes WHERE id IN (%s, %s)", [number, number + 10])
        assert found.fetchall() == [(number,)]
    wait_for(lambda: copy.probe() is None, what="PostgREST connects again", deadline_s=60)
    assert status(copy) == 200


def test_only_the_owner_stops_postgres(own: EmbeddedStack) -> None:
    attached = EmbeddedStack.attach(own.record)
    with pytest.raises(StackError, match="Only the owner of a stack may stop its Postgres"):
        attached.order_postgres("stop")
    attached.close()


def test_an_order_that_cannot_be_obeyed_is_answered(own: EmbeddedStack, copy: Database) -> None:
    with pytest.raises(StackError, match="Postgres runs already"):
        own.order_postgres("start")  # it runs already
    wait_for(lambda: copy.probe() is None, what="the first one goes on")


def test_a_pool_can_be_small(own: EmbeddedStack) -> None:
    with own.clone(pool_size=1, pool_wait_s=1) as small:
        assert status(small) == 200
        with psycopg.connect(small.coordinates.database_url) as session:
            found = session.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND usename = 'authenticator' AND query NOT LIKE 'LISTEN%'"
            )
            assert found.fetchone() == (1,)


def test_what_was_restarted_still_ends_with_its_owner() -> None:
    process = run_python(RESTARTING_OWNER, {})
    try:
        owner = Owner(process)
        supervised = {psutil.Process(one.pid).name() for one in owner.family}
        assert {"postgres", "postgrest"} <= supervised
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_for(owner.is_gone, what="all servers ended")
        wait_for(lambda: not owner.record.parent.exists(), what="the instance is removed")
    finally:
        process.kill()
        process.communicate()
