"""Servers of an arm: started on a fresh database, proven, and ended with all that they started."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
from loadtests.comparison import keeper
from loadtests.comparison.servers import ApiServer, Launch, ServerFault

TINY = Path(__file__).parents[2] / "load_faults" / "tiny.py"
DEADLINE_S = 20


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    with EmbeddedStack.start(Settings.from_environ()) as stack:
        yield stack


def _tiny(*arguments: str) -> str:
    return shlex.join([sys.executable, str(TINY), *arguments])


def _is_over(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.02)


def test_a_server_is_proven_counted_and_ended_with_its_children(stack: EmbeddedStack, tmp_path: Path) -> None:
    child = tmp_path / "child"
    launch = Launch(mode="supabase", command=_tiny("--child", str(child)))
    with ApiServer.start(stack, launch, arm="b", log=tmp_path / "log") as server:
        assert server.proof.mode == "supabase"
        assert server.prove() == server.proof
        assert server.round_trips() == 0
        left_behind = int(child.read_text(encoding="utf-8"))
        assert not _is_over(left_behind)
    _wait(lambda: _is_over(left_behind))
    assert server.database.probe() is not None, "its database must be gone"


def test_a_server_is_not_led_to_a_project_of_the_environment(
    stack: EmbeddedStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SUPABASE_URL", "NEXT_PUBLIC_SUPABASE_URL", "DATABASE_URL", "POSTGRES_URL", "PGHOST"):
        monkeypatch.setenv(name, "https://production.example")
    seen = tmp_path / "seen"
    launch = Launch(mode="supabase", command=f"env > {seen}; exec {_tiny()}")
    with ApiServer.start(stack, launch, arm="b", log=tmp_path / "log") as server:
        told = dict(line.split("=", 1) for line in seen.read_text(encoding="utf-8").splitlines())
        assert told["SUPABASE_URL"] == server.database.coordinates.supabase_url
        assert told["NEXT_PUBLIC_SUPABASE_URL"] == server.database.coordinates.supabase_url
    assert "https://production.example" not in told.values()


def test_a_server_in_the_wrong_mode_is_named(stack: EmbeddedStack, tmp_path: Path) -> None:
    launch = Launch(mode="supabase", command=_tiny("--mode", "memory"))
    with pytest.raises(ServerFault, match=r"arm b \(supabase, .*mode='memory': make it obey DB_MODE"):
        ApiServer.start(stack, launch, arm="b", log=tmp_path / "log")


def test_a_server_that_ends_at_its_start_is_quoted(stack: EmbeddedStack, tmp_path: Path) -> None:
    launch = Launch(mode="memory", command="echo no such module >&2; exit 3")
    with pytest.raises(ServerFault, match=r"arm a \(memory, .*exit status 3.*no such module"):
        ApiServer.start(stack, launch, arm="a", log=tmp_path / "log")


def test_a_server_that_never_answers_is_waited_for_only_so_long(stack: EmbeddedStack, tmp_path: Path) -> None:
    launch = Launch(mode="memory", command="sleep 600", ready_timeout_s=0.3)
    with pytest.raises(ServerFault, match=r"was not ready within 0 s: GET /health"):
        ApiServer.start(stack, launch, arm="a", log=tmp_path / "log")


def test_a_restart_under_way_is_noticed(stack: EmbeddedStack, tmp_path: Path) -> None:
    launch = Launch(mode="memory", command=_tiny("--new-instance-after", "1"))
    with (
        ApiServer.start(stack, launch, arm="a", log=tmp_path / "log") as server,
        pytest.raises(ServerFault, match="instance first has become second"),
    ):
        server.prove()


def test_a_server_that_died_is_named(stack: EmbeddedStack, tmp_path: Path) -> None:
    with ApiServer.start(
        stack, Launch(mode="memory", command=_tiny()), arm="a", log=tmp_path / "log"
    ) as server:
        for process in psutil.Process(server.pid).children():
            process.kill()
        _wait(lambda: not psutil.pid_exists(server.pid) or _is_over(server.pid))
        with pytest.raises(ServerFault, match=r"arm a \(memory.* ended with exit status 137"):
            server.prove()


def test_a_server_that_makes_itself_a_daemon_is_a_fault_and_does_not_stay(
    stack: EmbeddedStack, tmp_path: Path
) -> None:
    pid, go = tmp_path / "pid", tmp_path / "go"
    daemon = f"setsid -f sh -c 'echo $$ > {pid}; exec {_tiny()}'; until [ -e {go} ]; do sleep 0.05; done"
    launch = Launch(mode="memory", command=daemon)
    with ApiServer.start(stack, launch, arm="a", log=tmp_path / "log") as server:
        go.touch()
        _wait(lambda: _is_over(server.pid))
        with pytest.raises(ServerFault, match=r"ended with exit status 0; start it in the foreground"):
            server.prove()
    assert _is_over(int(pid.read_text(encoding="utf-8")))


def test_a_daemon_is_ended_with_the_comparison(stack: EmbeddedStack, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    daemon = f"setsid -f sh -c 'echo $$ > {pid}; exec {_tiny()}'; sleep 600"
    with ApiServer.start(stack, Launch(mode="memory", command=daemon), arm="a", log=tmp_path / "log"):
        number = int(pid.read_text(encoding="utf-8"))
        assert not _is_over(number)
    assert _is_over(number)


def test_a_killed_owner_leaves_no_server(tmp_path: Path) -> None:
    child = tmp_path / "child"
    run = f"echo $$ > {child}; sleep 600 & wait"
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER, sys.executable, keeper.__file__, run], start_new_session=True
    )
    try:
        _wait(lambda: child.exists() and child.read_text(encoding="utf-8").endswith("\n"))
        server = psutil.Process(int(child.read_text(encoding="utf-8")))
        _wait(lambda: bool(server.children()))
        family = [server.pid, *(process.pid for process in server.children())]
    finally:
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()
    _wait(lambda: all(map(_is_over, family)))


_OWNER = """
import subprocess, sys, time
python, keeper, run = sys.argv[1:]
started = subprocess.Popen(
    [python, "-I", "-S", keeper, "/bin/sh", "-c", run], stdin=subprocess.PIPE, start_new_session=True
)
time.sleep(600)
"""
