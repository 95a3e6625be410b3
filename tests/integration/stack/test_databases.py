"""Clones are separate, cheap, and can be made from several processes at once."""

import json
import stat
from pathlib import Path

import psycopg
import pytest

from harness.errors import StackError
from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
from tests.integration.stack.conftest import call, prepare, run_python, wait_for

WORKER = """
import json, sys
from pathlib import Path
from harness.stack.embedded import EmbeddedStack
with EmbeddedStack.attach(Path(sys.argv[1])) as stack:
    for _ in range(2):
        with stack.clone() as database:
            print(json.dumps({"name": database.name, "problem": database.probe()}), flush=True)
"""


def test_a_clone_never_sees_what_another_wrote(stack: EmbeddedStack) -> None:
    with stack.clone() as one, stack.clone() as other:
        key = one.coordinates.service_role_key
        deleted = call(one, "/rest/v1/notes?id=gt.0", method="DELETE", key=key)
        assert deleted.status == 204
        assert call(one, "/rest/v1/notes?limit=1", key=key).json == []
        assert len(call(other, "/rest/v1/notes?limit=1", key=key).json) == 1


def test_an_empty_database_has_roles_and_no_tables(stack: EmbeddedStack) -> None:
    with stack.empty() as database:
        assert database.probe() is None
        with psycopg.connect(database.coordinates.database_url) as connection:
            assert connection.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ).fetchone() == (0,)
            connection.execute("CREATE TABLE made_here (id int)")


def test_processes_that_attach_clone_at_the_same_time(stack: EmbeddedStack) -> None:
    workers = [run_python(WORKER, {}, str(stack.record)) for _ in range(3)]
    outputs = [worker.communicate(timeout=60) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0], outputs
    said = [json.loads(line) for output, _ in outputs for line in output.splitlines()]
    assert [one["problem"] for one in said] == [None] * 6
    assert len({one["name"] for one in said}) == 6


def test_a_closed_database_is_dropped(stack: EmbeddedStack) -> None:
    database = stack.clone()
    database.close()
    database.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(database.coordinates.database_url)


def test_the_database_of_a_killed_process_is_dropped(stack: EmbeddedStack) -> None:
    code = WORKER.replace("flush=True)", "flush=True); import time; time.sleep(600)")
    worker = run_python(code, {}, str(stack.record))
    assert worker.stdout is not None
    name = json.loads(worker.stdout.readline())["name"]
    worker.kill()
    worker.communicate()
    with (
        stack.clone() as database,
        psycopg.connect(database.coordinates.database_url, autocommit=True) as connection,
    ):

        def is_dropped() -> bool:
            return (
                connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None
            )

        wait_for(is_dropped, what="the database is dropped")


def test_the_record_is_private_and_ends_with_the_stack(settings: Settings) -> None:
    with EmbeddedStack.start(settings, prepare=prepare) as stack:
        record = stack.record
        assert stat.S_IMODE(record.stat().st_mode) == 0o600
        attached = EmbeddedStack.attach(record)
        assert attached.migrations_hash == "hash-of-notes"
        assert attached.postgres_version.startswith("17.")
        attached.close()
        copy = record.read_text(encoding="utf-8")
    with pytest.raises(StackError, match="harness stack up"):
        EmbeddedStack.attach(record)
    assert "supabase_admin" not in copy


def test_a_record_of_a_dead_stack_is_refused(stack: EmbeddedStack, tmp_path: Path) -> None:
    content = json.loads(stack.record.read_text(encoding="utf-8"))
    stale = tmp_path / "record.json"
    stale.write_text(json.dumps(content | {"supervisor_started": content["supervisor_started"] - 60}))
    with pytest.raises(StackError, match="no longer runs"):
        EmbeddedStack.attach(stale)


def test_a_failing_preparation_is_passed_on_and_leaves_nothing(settings: Settings) -> None:
    dsns: list[str] = []

    def refuse(dsn: str) -> str:
        dsns.append(dsn)
        raise StackError("migration 003 failed")

    with pytest.raises(StackError, match="migration 003 failed"):
        EmbeddedStack.start(settings, prepare=refuse)
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(dsns[0])
