"""The server as a process: its database is away, it is told to end, its parent dies."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from tests.integration.api.hung_gateway import hung_gateway
from tests.serving import COMMAND, clean_environ, serving

_KEY = "sb_secret_0123456789abcdef0123456789abcdef"
_API_KEY = "the-key-of-internal-callers"
_NOWHERE = "00000000-0000-4000-8000-00000000dead"
_DEADLINE_S = 60


def supabase_at(url: str) -> dict[str, str]:
    return {
        "SUPABASE_URL": url,
        "SUPABASE_SERVICE_ROLE_KEY": _KEY,
        "SCHEDULER_API_KEY": _API_KEY,
        "PARITY_TIMEOUT_MS": "60000",
    }


def test_without_its_database_it_says_so_and_stays_healthy(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        environ = supabase_at(f"http://127.0.0.1:{closed.getsockname()[1]}")
        with serving("supabase", tmp_path, environ) as server:
            client = server.client
            assert client.get("/health").json()["status"] == "ok"
            deep = client.get("/health?deep=1")
            assert (deep.status_code, deep.json()["error"]["kind"]) == (503, "unavailable")
            answer = client.get(f"/api/bookings/{_NOWHERE}", headers={"Authorization": f"Bearer {_API_KEY}"})
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "1"
            assert answer.json() == {
                "error": {
                    "kind": "unavailable",
                    "message": "the database did nothing; the request is safe to repeat",
                }
            }
            assert client.get(f"/api/bookings/{_NOWHERE}").status_code == 401
            log = server.log.read_text()
    assert "get_booking: unavailable: nothing was sent: ConnectError" in log
    assert _KEY not in log
    assert _API_KEY not in log


def test_told_to_end_it_answers_what_it_has_begun(tmp_path: Path) -> None:
    with hung_gateway() as gateway, serving("supabase", tmp_path, supabase_at(gateway.url)) as server:
        with ThreadPoolExecutor(1) as pool:
            headers = {"Authorization": f"Bearer {_API_KEY}"}
            waiting = pool.submit(server.client.get, f"/api/bookings/{_NOWHERE}", headers=headers)
            gateway.wait()
            # The database hangs, and health does not wait for it.
            assert httpx.get(f"{server.url}/health", trust_env=False).status_code == 200
            server.process.send_signal(signal.SIGTERM)
            refuses_connections(server.url)
            gateway.may_answer.set()
            assert waiting.result(_DEADLINE_S).status_code == 404
        assert server.process.wait(_DEADLINE_S) == 0


@pytest.mark.parametrize("flag", ["'--die-with-parent'", "f'--die-with-parent={os.getpid()}'"])
def test_it_ends_with_a_parent_that_asked_for_it(tmp_path: Path, flag: str) -> None:
    command = [*COMMAND, "--db-mode", "memory", "--port", "0"]
    script = f"import os, subprocess; subprocess.run([*{command!r}, {flag}])"
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=clean_environ({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert parent.stdout is not None
    with parent.stdout:
        url = parent.stdout.readline().split()[1]
        (child,) = psutil.Process(parent.pid).children()
        parent.kill()
        parent.wait(_DEADLINE_S)
    refuses_connections(url)
    until(lambda: has_ended(child), "the server has not ended")


def refuses_connections(url: str) -> None:
    """Wait until nobody listens at a URL any more."""
    address = ("127.0.0.1", int(url.rpartition(":")[2]))

    def refuses() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(address) != 0

    until(refuses, f"{url} still accepts")


def has_ended(process: psutil.Process) -> bool:
    """True also if nobody has collected its status."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def until(condition: Callable[[], bool], otherwise: str) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + _DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.01)
