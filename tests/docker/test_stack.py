"""The stack in containers behaves as the embedded one does."""

import psycopg
import pytest

from harness.errors import StackError
from harness.stack.docker.engine import Engine
from harness.stack.docker.labels import DATABASE, ROLE, STACK
from harness.stack.docker.stack import DockerStack
from harness.stack.launch import Order
from harness.stack.opening import attach
from harness.stack.protocol import Database
from tests.integration.stack.conftest import call

each_end = pytest.mark.parametrize("end", ["stop", "kill"])
NOTES = "/rest/v1/notes"


def roles_of(engine: Engine, stack: DockerStack, database: Database) -> set[str]:
    chosen: dict[str, str | list[str] | bool] = {
        "label": [f"{STACK}={stack.record.parent}", f"{DATABASE}={database.name}"]
    }
    return {one.labels[ROLE] for one in engine.client.containers.list(filters=chosen)}


def test_the_servers_are_containers(engine: Engine, stack: DockerStack, database: Database) -> None:
    assert stack.kind == "docker"
    assert stack.target["stack"] == "docker"
    assert stack.target["postgres"].startswith("17.")
    assert stack.target["postgrest"].startswith("12.")
    assert roles_of(engine, stack, database) == {"postgrest", "gateway"}


def test_rows_come_through_the_gateway_as_hosted(database: Database) -> None:
    answer = call(database, NOTES, key=database.coordinates.service_role_key)
    assert (answer.status, len(answer.json)) == (200, 1000)
    assert call(database, NOTES).status == 401
    assert call(database, NOTES, key="another").status == 401
    hidden = call(database, NOTES, key=database.coordinates.anon_key)
    assert (hidden.status, hidden.json) == (200, [])


def test_what_has_no_filter_is_refused_and_requests_are_counted(database: Database) -> None:
    key = database.coordinates.service_role_key
    before = call(database, "/_harness/round-trips").json["total"]
    refused = call(database, NOTES, method="DELETE", key=key)
    assert (refused.status, refused.json["code"]) == (400, "21000")
    assert call(database, "/_harness/round-trips").json["total"] == before + 1


def test_the_owner_sees_the_template_directly(stack: DockerStack, database: Database) -> None:
    with psycopg.connect(database.coordinates.database_url) as connection:
        found = connection.execute("SELECT count(*), current_user FROM notes").fetchone()
    assert found == (2500, "postgres")
    assert stack.migrations_hash == "hash-of-notes"


def test_another_process_joins_by_the_record(stack: DockerStack) -> None:
    with attach(stack.record) as joined, joined.empty() as database:
        assert joined.kind == "docker"
        assert database.probe() is None
        with psycopg.connect(database.superuser_url) as connection:
            assert connection.execute("SELECT to_regclass('notes')").fetchone() == (None,)
        with pytest.raises(StackError, match="Only the owner"):
            joined.order_postgres("kill")


@each_end
def test_postgrest_comes_back(stack: DockerStack, end: Order) -> None:
    with stack.clone() as database:
        database.order_api(end)
        problem = database.probe()
        assert problem is not None
        assert "PostgREST behind" in problem
        assert "postgrest (exited)" in problem
        database.order_api("start")
        assert database.probe() is None
        assert call(database, NOTES, key=database.coordinates.service_role_key).status == 200
