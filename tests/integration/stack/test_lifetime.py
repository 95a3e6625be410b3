"""Nothing outlives its owner, however the owner ends."""

import json
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from harness.errors import StackError
from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
from harness.stack.home import Home
from harness.stack.instances import clean
from tests.integration.stack.conftest import call, prepare, run_python, wait_for

OWNER = """
import json, sys, time
from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
stack = EmbeddedStack.start(Settings.from_environ(), prepare=lambda dsn: "none")
database = stack.clone()
print(json.dumps({"record": str(stack.record), "supervisor": stack._supervisor.pid}), flush=True)
time.sleep(600)
"""


class Owner:
    """A process that owns a stack, and what belongs to it."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1].decode()
        said = json.loads(line)
        self.record = Path(said["record"])
        self.supervisor = psutil.Process(said["supervisor"])
        self.family = psutil.Process(process.pid).children(recursive=True)
        self.run_dir = (self.record.parent / "run").readlink()
        # Two supervisors, Postgres with its workers, PostgREST.
        assert len(self.family) > 5

    def is_gone(self) -> bool:
        return all(has_ended(member) for member in self.family)


def has_ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def owner() -> Iterator[Owner]:
    process = run_python(OWNER, {})
    try:
        yield Owner(process)
    finally:
        process.kill()
        process.communicate()


def test_everything_ends_with_a_killed_owner(owner: Owner) -> None:
    owner.process.send_signal(signal.SIGKILL)
    owner.process.wait()
    wait_for(owner.is_gone, what="all servers ended")
    wait_for(lambda: not owner.record.parent.exists(), what="the instance is removed")
    assert not owner.run_dir.exists()


def test_the_next_start_cleans_what_a_killed_supervisor_left(owner: Owner, settings: Settings) -> None:
    owner.supervisor.send_signal(signal.SIGKILL)
    wait_for(lambda: has_ended(owner.supervisor), what="the supervisor is dead")
    assert owner.record.exists()
    with EmbeddedStack.start(settings, prepare=prepare) as stack:
        assert not owner.record.parent.exists()
        assert not owner.run_dir.exists()
        wait_for(owner.is_gone, what="all servers ended")
        assert stack.record.exists()


def test_only_verified_processes_of_dead_stacks_are_ended(tmp_path: Path, stack: EmbeddedStack) -> None:
    home = Home(tmp_path)
    stale, running = home.instances / "stack-stale", home.instances / "stack-running"
    (stale / "processes").mkdir(parents=True)
    running.symlink_to(stack.record.parent)
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        started = psutil.Process(bystander.pid).create_time()
        note = {"pid": bystander.pid, "started": started - 60, "name": "postgrest"}
        (stale / "processes" / "1.json").write_text(json.dumps(note))
        assert clean(home) == 1
        assert not stale.exists()
        assert running.exists()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_an_orderly_close_leaves_nothing(settings: Settings) -> None:
    stack = EmbeddedStack.start(settings, prepare=prepare)
    assert stat.S_IMODE(stack.record.stat().st_mode) == 0o600
    database = stack.clone()
    before = psutil.Process(os.getpid()).children(recursive=True)
    family = [one for one in before if has_part(one, stack, database.name)]
    assert len(family) == 2
    instance, run_dir = stack.record.parent, (stack.record.parent / "run").readlink()
    assert call(database, "/rest/v1/notes", key=database.coordinates.anon_key).status == 200
    stack.close()
    stack.close()
    assert not instance.exists()
    assert not run_dir.exists()
    assert all(has_ended(process) for process in family)
    with pytest.raises(StackError, match="harness stack up"):
        EmbeddedStack.attach(stack.record)


def has_part(process: psutil.Process, stack: EmbeddedStack, database: str) -> bool:
    """True for the stack's Postgres, which names its data directory, and the database's PostgREST."""
    try:
        if process.name() not in {"postgres", "postgrest"}:
            return False
        socket = process.environ().get("PGRST_SERVER_UNIX_SOCKET", "")
        return str(stack.record.parent) in " ".join(process.cmdline()) or database in socket
    except psutil.NoSuchProcess:
        return False  # a backend that ended meanwhile


def test_a_dead_postgres_is_named_and_stays_dead(settings: Settings) -> None:
    with EmbeddedStack.start(settings, prepare=prepare) as stack, stack.clone() as database:
        assert stack._supervisor is not None
        for child in psutil.Process(stack._supervisor.pid).children():
            child.kill()
        wait_for(lambda: database.probe() is not None, what="the probe notices")
        said = database.probe()
        assert said is not None
        assert said.startswith("Postgres does not answer")
        wait_for(
            lambda: call(database, "/rest/v1/notes", key=database.coordinates.anon_key).status >= 500,
            what="requests fail",
        )
