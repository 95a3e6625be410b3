"""The scenarios on the reference API and a real stack: what it answers, what it costs, what a run leaves."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from harness.api.catalogue import ROUND_TRIPS
from harness.settings import Settings
from harness.settings.api import reference_api
from harness.stack.embedded import EmbeddedStack
from loadtests.comparison.servers import ApiServer, Launch
from loadtests.scenarios.functional import examine
from loadtests.scenarios.rows import RowAccess
from loadtests.scenarios.wire import sending, sending_many
from loadtests.scenarios.workload import ScenarioSpec, ScenarioWorkload, open_workload

KEYS = {"SCHEDULER_API_KEY": "key of the test", "ICIMS_WEBHOOK_SECRET": "secret of the test"}
TABLES = (
    "scheduling_requests",
    "bookings",
    "audit_logs",
    "sync_jobs",
    "webhook_events",
    "reconciliation_jobs",
)
NOTHING = dict.fromkeys(TABLES, 0)


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    with EmbeddedStack.start(Settings.from_environ()) as stack:
        yield stack


@pytest.fixture(scope="module")
def server(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    log = tmp_path_factory.mktemp("api") / "log"
    launch = Launch(mode="supabase", environ=KEYS)
    with ApiServer.start(stack, launch, arm="b", log=log) as server:
        yield server


@pytest.fixture
def _emptied(server: ApiServer) -> Iterator[None]:
    yield
    tables = sql.SQL(", ").join(map(sql.Identifier, TABLES))
    with psycopg.connect(server.database.coordinates.database_url) as connection:
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(tables))


def count(server: ApiServer) -> dict[str, int]:
    """Rows per table."""
    counted = {}
    with psycopg.connect(server.database.coordinates.database_url) as connection:
        for table in TABLES:
            rows = connection.execute(sql.SQL("SELECT id FROM {}").format(sql.Identifier(table))).fetchall()
            counted[table] = len(rows)
    return counted


def opened(server: ApiServer, **settings: object) -> ScenarioWorkload:
    given = {"api": reference_api(KEYS), "seed": 1, "rows": 5, "owns_data": True, "host": server.host}
    return open_workload(ScenarioSpec(**{**given, **settings}), arm="a", worker=0, workers=1)  # type: ignore[arg-type]  # as given


def used(server: ApiServer, workload: ScenarioWorkload) -> None:
    """Make rows of every kind."""
    needs = dict.fromkeys(workload.endpoints, 2)
    with sending_many(server.host) as send:
        workload.prepare(needs, send)
        for endpoint in ("create_request", "book", "reschedule", "cancel", "receive_webhook"):
            call = workload.next(endpoint)
            (answer,) = send([call])
            assert call.check(answer) is None


@pytest.mark.usefixtures("_emptied")
def test_every_endpoint_is_right_and_costs_what_the_api_says(server: ApiServer) -> None:
    with sending(server.host) as send:
        result = examine(send, opened(server), server.round_trips)
    assert result.problems == ()
    assert {name: set(trips) for name, trips in result.round_trips.items()} == {
        name: {ROUND_TRIPS[name]} for name in result.endpoints
    }


@pytest.mark.usefixtures("_emptied")
def test_the_owner_of_the_database_removes_everything(server: ApiServer) -> None:
    access = RowAccess(database_url=server.database.coordinates.database_url)
    workload = opened(server, rows_access=access)
    used(server, workload)
    assert min(number for table, number in count(server).items() if table != "reconciliation_jobs") > 0
    with sending_many(server.host) as send:
        assert workload.clean(send) == ()
    assert count(server) == NOTHING


@pytest.mark.usefixtures("_emptied")
def test_the_service_key_removes_everything_but_the_audit(server: ApiServer) -> None:
    coordinates = server.database.coordinates
    access = RowAccess(supabase_url=coordinates.supabase_url, service_role_key=coordinates.service_role_key)
    workload = opened(server, rows_access=access)
    used(server, workload)
    audit = count(server)["audit_logs"]
    with sending_many(server.host) as send:
        (left,) = workload.clean(send)
    assert left.startswith(f"{audit} audit entries: no role of the API may delete them")
    assert count(server) == {**NOTHING, "audit_logs": audit}


@pytest.mark.usefixtures("_emptied")
def test_another_database_than_the_servers_is_noticed(server: ApiServer, stack: EmbeddedStack) -> None:
    workload = opened(server, rows_access=RowAccess(database_url=stack.clone().coordinates.database_url))
    used(server, workload)
    events = len(workload.ledger.created.events)
    with sending_many(server.host) as send:
        other, *left = workload.clean(send)
    assert other.startswith("nothing of the run is in the database of DATABASE_URL")
    assert left[0].startswith(f"{events} webhook events: the API cannot delete them")


@pytest.mark.usefixtures("_emptied")
def test_rows_of_others_stay(server: ApiServer) -> None:
    other = opened(server, run="other")
    used(server, other)
    before = count(server)
    workload = opened(server, rows_access=RowAccess(database_url=server.database.coordinates.database_url))
    used(server, workload)
    with sending_many(server.host) as send:
        assert workload.clean(send) == ()
    # Jobs of others may have been claimed by this worker; none may be gone.
    assert count(server) == before


@pytest.mark.usefixtures("_emptied")
def test_a_killed_run_is_cleaned_by_its_journal(server: ApiServer, tmp_path: Path) -> None:
    workload = opened(server, journal=str(tmp_path / "journal"))
    used(server, workload)
    lost = [workload.next("create_request"), workload.next("receive_webhook")]
    with sending_many(server.host) as send:
        send(lost)  # their answers are never looked at: no id of them is in the journal
    journal = tmp_path / "journal.a0"
    command = [sys.executable, "-P", "-m", "harness", "load", "clean", str(journal)]
    environ = {**os.environ, **KEYS, **dict.fromkeys(("SUPABASE_URL", "DATABASE_URL"), "")}
    without = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert without.returncode == 1, without.stderr
    assert "webhook events: the API cannot delete them" in without.stdout
    environ["DATABASE_URL"] = server.database.coordinates.database_url
    cleaned = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (cleaned.returncode, cleaned.stdout) == (0, f"{journal}: everything is gone.\n"), cleaned.stderr
    left = {table: number for table, number in count(server).items() if number}
    # The audit entries lost the link to their requests when the first call deleted them through the API.
    assert left.keys() <= {"audit_logs"}
